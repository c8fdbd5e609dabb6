#include "gsc/recipe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fingerprint.h"
#include "gsc/front_end_settings.h"
#include "gsc/noise.h"
#include "gsc/words.h"

static const struct option_entry own[] = {
    {{"background-noise", REAL, OPTION_AT(noisy), 0, 1, NULL},
     DECIDES,
     "SHARE",
     "0",
     NULL,
     "share of training samples with noise of _background_noise_, 0 to 20 dB below the word"},
};

static const struct recipe_default defaults[] = {
    {"out", "gsc-run", NULL},
    {"epochs", "100", FROM_SNN_DELAYS},
    {"batch", "128", FROM_SNN_DELAYS},
    {"hidden", "512,512", FROM_SNN_DELAYS},
    {"max-delay", "30", FROM_SNN_DELAYS},
    {"tau", "1.5", FROM_SNN_DELAYS},
    {"order", "update-first", FROM_SNN_DELAYS},
    {"surrogate", "arctan", FROM_SNN_DELAYS},
    {"weight-rate", "0.005", FROM_SNN_DELAYS},
    {"position-rate", "0.1", FROM_SNN_DELAYS},
    {"weight-decay", "1e-5", FROM_SNN_DELAYS},
    {"extra-steps", "half", FROM_SNN_DELAYS},
    {"l1", "0", FROM_SNN_DELAYS},
    {"dropout", "0.25", FROM_SNN_DELAYS},
    {NULL, NULL, NULL},
};

/* Memory that the datasets of a run borrow. */
struct held {
    struct words words;
    struct noise *noise;
    double share;
    uint64_t seed;
};

static void release(void *user) {
    struct held *held = user;
    words_free(&held->words);
    noise_free(held->noise);
    free(held);
}

static int library_failure(snnd_context *context, struct failure *failure) {
    return failed(failure, "%s", snnd_context_last_error(context));
}

static int make_set(snnd_context *context, const struct word_part *part, snnd_dataset **set, struct failure *failure) {
    snnd_samples samples;
    snnd_samples_init(&samples, sizeof samples);
    samples.counts = part->cells;
    samples.scale = SPECTROGRAM_SCALE;
    samples.label = part->label;
    samples.samples = (int64_t)part->count;
    samples.steps = SPECTROGRAM_STEPS;
    samples.channels = SPECTROGRAM_CHANNELS;
    samples.copy = 0;
    return snnd_dataset_create(context, &samples, set) == SNND_OK ? 0 : library_failure(context, failure);
}

/* Delivers a training sample, with noise in some epochs. */
static int fetch(void *user, const snnd_fetch *what) {
    const struct held *held = user;
    const uint8_t *cells = held->words.part[COMMANDS_TRAINING].cells + what->index * SPECTROGRAM_CELLS;
    noise_mix(held->noise, what->epoch >= 0 ? held->share : 0, held->seed, what->epoch, what->index, cells,
              what->input);
    return 0;
}

static int make_noisy_set(snnd_context *context, struct held *held, snnd_dataset **set, struct failure *failure) {
    const struct word_part *part = &held->words.part[COMMANDS_TRAINING];
    snnd_source source;
    snnd_source_init(&source, sizeof source);
    source.fetch = fetch;
    source.user = held;
    source.label = part->label;
    source.samples = (int64_t)part->count;
    source.steps = SPECTROGRAM_STEPS;
    source.channels = SPECTROGRAM_CHANNELS;
    return snnd_dataset_create_source(context, &source, set) == SNND_OK ? 0 : library_failure(context, failure);
}

/* ---- What is known of the set ---- */

static void name_classes(const struct commands *commands, struct data *data) {
    data->classes = commands->classes;
    data->class_names = allocate((size_t)commands->classes + 1, sizeof *data->class_names);
    for (int32_t class = 0; class < commands->classes; class ++)
        data->class_names[class] = format_text("%s", commands->word[class]);
}

struct speaker {
    const char *digits; /* part of its name, `length` bytes long */
    size_t length, index;
};

static int by_digits(const void *first, const void *second) {
    const struct speaker *a = first, *b = second;
    const int order = memcmp(a->digits, b->digits, a->length < b->length ? a->length : b->length);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

/* Returns the number of the speaker of each recording: its index among all names of speakers in alphabetical order. */
static int32_t *number_speakers(const struct commands *commands) {
    struct speaker *all = allocate(commands->count, sizeof *all);
    int32_t *number = allocate(commands->count, sizeof *number), last = 0;
    for (size_t i = 0; i < commands->count; i++) {
        all[i].digits = commands_speaker(&commands->command[i], &all[i].length);
        all[i].index = i;
    }
    qsort(all, commands->count, sizeof *all, by_digits);
    for (size_t i = 0; i < commands->count; i++) {
        last += i > 0 && by_digits(&all[i - 1], &all[i]) != 0;
        number[all[i].index] = last;
    }
    free(all);
    return number;
}

static int32_t *speakers_of(const struct word_part *part, const int32_t *number) {
    int32_t *speaker = allocate(part->count, sizeof *speaker);
    for (size_t i = 0; i < part->count; i++)
        speaker[i] = number[part->index[i]];
    return speaker;
}

static void tell_speakers(const struct words *words, struct data *data) {
    int32_t *number = number_speakers(&words->commands);
    data->training_speaker = speakers_of(&words->part[COMMANDS_TRAINING], number);
    data->testing_speaker = speakers_of(&words->part[COMMANDS_TESTING], number);
    free(number);
}

/* The noise is included only where it is used. */
static void fingerprint(const struct held *held, struct data *data) {
    const struct words *words = &held->words;
    uint64_t sum = fingerprint_add(FINGERPRINT_START, &words->kept.fingerprint, sizeof words->kept.fingerprint);
    for (int p = 0; p < COMMANDS_PARTS; p++)
        sum = fingerprint_add(sum, words->part[p].label, words->part[p].count * sizeof *words->part[p].label);
    if (held->noise != NULL)
        sum = noise_fingerprint(sum, held->noise);
    snprintf(data->fingerprint, sizeof data->fingerprint, "%016" PRIx64, sum);
}

static void say_empty(const struct say *say) {
    struct mel *mel = mel_create(&spectrogram_shape);
    data_say(
        say,
        "%d of %d Mel channels are above the highest frequency of sound with %d samples a second, as in SNN-delays",
        mel_empty(mel, spectrogram_shape.rate), SPECTROGRAM_CHANNELS, spectrogram_shape.rate);
    mel_free(mel);
}

static int load(snnd_context *context, const struct options *options, const struct say *say, struct data *data,
                struct failure *failure) {
    const struct words_options wanted = {options->data, options->cache, (int)options->threads, options->quiet, say};
    struct held *held = allocate(1, sizeof *held);
    data->held = held;
    data->release = release;
    held->share = options->noisy;
    held->seed = (uint64_t)options->seed;
    /* Noise is loaded first, which takes little time, so that an error is reported before the recordings are read. */
    if (words_find(options->data, &held->words, failure) != 0 ||
        (options->noisy > 0 && (held->noise = noise_load(&held->words.commands, failure)) == NULL) ||
        words_read(&wanted, &held->words, failure) != 0)
        return -1;
    const struct word_part *part = held->words.part;
    say_empty(say);
    int result = options->noisy > 0 ? make_noisy_set(context, held, &data->training, failure)
                                    : make_set(context, &part[COMMANDS_TRAINING], &data->training, failure);
    if (result == 0)
        result = make_set(context, &part[COMMANDS_VALIDATION], &data->validation, failure);
    if (result == 0)
        result = make_set(context, &part[COMMANDS_TESTING], &data->testing, failure);
    data->validation_by = format_text("the set's own list");
    tell_speakers(&held->words, data);
    data->front_end = words_describe(&held->words.commands);
    name_classes(&held->words.commands, data);
    fingerprint(held, data);
    return result;
}

const struct recipe recipe_gsc = {
    .name = "gsc",
    .title = "spoken words: Speech Commands, 35 of them",
    .about = "Trains a spiking network with delays on Speech Commands (Warden 2018), with the settings of SNN-delays:\n"
             "with 95.35 %, as is published, and not measured here.\n",
    .data = "a folder with Speech Commands",
    .defaults = defaults,
    .own = own,
    .own_count = sizeof own / sizeof *own,
    .load = load,
};
