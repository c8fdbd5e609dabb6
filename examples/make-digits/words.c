/* Trials in the layout of Speech Commands. */
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/files.h"
#include "make-digits/layouts.h"

/* Recordings last up to a second, and noise a while longer. */
enum { RATE = 16000, NOISE_SECONDS = 20 };

static const char *const words[] = {
    "backward", "bed",   "bird",  "cat",   "dog",    "down", "eight", "five",   "follow", "forward", "four",  "go",
    "happy",    "house", "learn", "left",  "marvin", "nine", "no",    "off",    "on",     "one",     "right", "seven",
    "sheila",   "six",   "stop",  "three", "tree",   "two",  "up",    "visual", "wow",    "yes",     "zero",
};

const struct vocabulary word_vocabulary = {1, sizeof words / sizeof *words, {words, NULL}};

/* The speaker is a name of eight digits without a meaning. */
static char *trial_name(const struct trial *trial) {
    return format_text("%s/%08x_nohash_%d.wav", words[trial->word],
                       (unsigned)(((uint32_t)trial->speaker + 1) * UINT32_C(0x9e3779b1)), trial->number);
}

/* ---- Recordings ---- */

static int begin(struct trials *trials, struct failure *failure) {
    int result = 0;
    for (int w = 0; w < word_vocabulary.words && result == 0; w++) {
        char *path = format_text("%s/%s", trials->folder, words[w]);
        result = folder_make(path, failure);
        free(path);
    }
    return result;
}

static int make(const struct trials *trials, size_t index, const char *speech, struct failure *failure) {
    struct trial trial = trial_at(trials, index);
    struct audio audio, resampled;
    if (trial_say(trials, &trial, speech, &audio, failure) != 0)
        return -1;
    int result = audio_resample(&audio, RATE, &resampled, failure);
    audio_free(&audio);
    if (result != 0)
        return -1;
    if (resampled.count > RATE)
        resampled.count = RATE;
    char *name = trial_name(&trial), *path = format_text("%s/%s", trials->folder, name);
    result = trial_write(path, SF_FORMAT_WAV, &resampled, failure);
    free(path);
    free(name);
    audio_free(&resampled);
    return result;
}

/* ---- Noise ---- */

/* Makes n[t] = keep n[t-1] + w[t], where w is white, with a loudness that hardly ever leaves the range. */
static int make_noise(const struct trials *trials, const char *name, uint64_t stream, double keep, double loudness,
                      struct failure *failure) {
    struct draw draw = {trials->seed, stream, 0};
    struct audio noise = {allocate((size_t)RATE * NOISE_SECONDS, sizeof(float)), (int64_t)RATE * NOISE_SECONDS, RATE};
    double last = 0;
    for (int64_t t = 0; t < noise.count; t++) {
        last = keep * last + loudness * draw_between(&draw, -1, 1);
        noise.samples[t] = (float)(last > 0.99 ? 0.99 : last < -0.99 ? -0.99 : last);
    }
    char *path = format_text("%s/_background_noise_/%s", trials->folder, name);
    const int result = trial_write(path, SF_FORMAT_WAV, &noise, failure);
    free(path);
    audio_free(&noise);
    return result;
}

/* The streams of draws differ from those of trials, whose last 32 bits are a small number. */
static int make_all_noise(const struct trials *trials, struct failure *failure) {
    char *folder = format_text("%s/_background_noise_", trials->folder);
    int result = folder_make(folder, failure);
    free(folder);
    if (result == 0)
        result = make_noise(trials, "white_noise.wav", UINT64_MAX, 0, 0.3, failure);
    if (result == 0)
        result = make_noise(trials, "brown_noise.wav", UINT64_MAX - 1, 0.98, 0.06, failure);
    return result;
}

/* ---- Lists ---- */

static int write_list(const struct trials *trials, const char *name, enum part part, size_t *count,
                      struct failure *failure) {
    struct file_writing writing;
    FILE *stream = file_begin_in(trials->folder, name, &writing, failure);
    *count = 0;
    if (stream == NULL)
        return -1;
    for (size_t i = 0; i < trials_count(trials); i++) {
        struct trial trial = trial_at(trials, i);
        if (trial_part(&trial) != part)
            continue;
        char *line = trial_name(&trial);
        fprintf(stream, "%s\n", line);
        free(line);
        ++*count;
    }
    return file_end(&writing, failure);
}

static int write_readme(const struct trials *trials, const char *counts, struct failure *failure) {
    char *path = format_text("%s/README.txt", trials->folder);
    char *text = format_text(
        "Made words, in the layout of Speech Commands\n"
        "\n"
        "Synthetic speech, not recordings of people: spoken by espeak-ng, and disturbed as snnd-make-digits of\n"
        "libsnndelay does. Results on them are no results on Speech Commands.\n"
        "\n"
        "words       %s\n"
        "trials      %d of each speaker and word\n"
        "seed        %llu\n"
        "noise       amplitude times %g\n",
        counts, trials->trials, (unsigned long long)trials->seed, trials->difficulty.noise);
    const int result = file_write(path, text, failure);
    free(text);
    free(path);
    return result;
}

static int finish(struct trials *trials, char **summary, struct failure *failure) {
    size_t validation, testing;
    if (make_all_noise(trials, failure) != 0 ||
        write_list(trials, "validation_list.txt", VALIDATION, &validation, failure) != 0 ||
        write_list(trials, "testing_list.txt", TESTING, &testing, failure) != 0)
        return -1;
    *summary = format_text("%zu recordings for training, %zu for validation and %zu for testing",
                           trials_count(trials) - validation - testing, validation, testing);
    return write_readme(trials, *summary, failure);
}

const struct layout words_layout = {&word_vocabulary, begin, make, finish, NULL};
