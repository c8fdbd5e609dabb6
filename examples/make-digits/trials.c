#include "make-digits/trials.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/files.h"
#include "make-digits/espeak.h"
#include "make-digits/speakers.h"
#include "rawhd/recordings.h"

/* The share of trials for testing of a speaker who is used for training. */
static const double test_share = 0.12;

enum { VALIDATION_SPEAKER = 3 };

const struct vocabulary digit_vocabulary = {LANGUAGES, WORDS, {digit_words[0], digit_words[1]}};

struct trial trial_at(const struct trials *trials, size_t index) {
    const struct vocabulary *vocabulary = trials->layout->vocabulary;
    struct trial trial;
    size_t word = index / (size_t)trials->trials;
    trial.number = (int)(index % (size_t)trials->trials);
    trial.draw = (struct draw){trials->seed, ((uint64_t)word << 32) + (uint64_t)trial.number, 0};
    trial.word = (int)(word % (size_t)vocabulary->words);
    word /= (size_t)vocabulary->words;
    trial.language = (int)(word % (size_t)vocabulary->languages);
    trial.speaker = (int)(word / (size_t)vocabulary->languages);
    return trial;
}

/* Its first random number decides whether a recording is for testing. */
static struct trial recording_at(const struct trials *trials, size_t index, int *test) {
    struct trial trial = trial_at(trials, index);
    *test = draw_chance(&trial.draw, test_share) || speakers[trial.speaker].only_test;
    return trial;
}

static char *trial_name(const struct trial *trial) {
    return format_text("lang-%s_speaker-%02d_trial-%d_digit-%d.flac", language_names[trial->language], trial->speaker,
                       trial->number, trial->word);
}

size_t trials_count(const struct trials *trials) {
    const struct vocabulary *vocabulary = trials->layout->vocabulary;
    return (size_t)SPEAKERS * (size_t)vocabulary->languages * (size_t)vocabulary->words * (size_t)trials->trials;
}

enum part trial_part(const struct trial *trial) {
    return speakers[trial->speaker].only_test ? TESTING : trial->speaker == VALIDATION_SPEAKER ? VALIDATION : TRAINING;
}

static int clamp(double value, int low, int high) {
    return (int)lround(fmax(low, fmin(high, value)));
}

/* Lets the word be spoken and reads it. */
static int speak(const struct trials *trials, struct trial *trial, const char *speech, struct audio *audio,
                 struct failure *failure) {
    const struct speaker *speaker = &speakers[trial->speaker];
    double stretch = log(trials->difficulty.speed), lift = trials->difficulty.pitch;
    int speed = clamp(speaker->speed * exp(draw_between(&trial->draw, -stretch, stretch)), 80, 450);
    int pitch = clamp(speaker->pitch + draw_between(&trial->draw, -lift, lift), 0, 99);
    const char *word = trials->layout->vocabulary->word[trial->language][trial->word];
    if (espeak_speak(speaker->voice[trial->language], word, pitch, speed, speech, failure) != 0)
        return -1;
    struct failure reason;
    if (audio_load(speech, audio, &reason) != 0)
        return failed(failure, "%s: %s", speech, reason.text);
    return 0;
}

int trial_say(const struct trials *trials, struct trial *trial, const char *speech, struct audio *audio,
              struct failure *failure) {
    struct failure reason;
    if (speak(trials, trial, speech, audio, failure) != 0)
        return -1;
    if (disturb(&trials->difficulty, speakers[trial->speaker].tract, &trial->draw, audio, &reason) == 0)
        return 0;
    audio_free(audio);
    return failed(failure, "speaker %02d: the word '%s' of espeak-ng %s", trial->speaker,
                  trials->layout->vocabulary->word[trial->language][trial->word], reason.text);
}

int trial_write(const char *path, int format, const struct audio *audio, struct failure *failure) {
    SF_INFO info;
    memset(&info, 0, sizeof info);
    info.samplerate = audio->rate;
    info.channels = 1;
    info.format = format | SF_FORMAT_PCM_16;
    /* Another thread may be starting espeak-ng, which must not inherit this file, as it would from sf_open(). */
    const int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return failed(failure, "%s: cannot write: %s", path, strerror(errno));
    SNDFILE *file = sf_open_fd(descriptor, SFM_WRITE, &info, SF_TRUE); /* which closes it where it fails, too */
    if (file == NULL)
        return failed(failure, "%s: cannot write: %s", path, sf_strerror(NULL));
    sf_count_t written = sf_writef_float(file, audio->samples, audio->count);
    int broken = sf_close(file) != 0 || written != audio->count;
    return broken ? failed(failure, "%s: cannot write all of it", path) : 0;
}

/* ---- The layout of the Heidelberg Digits ---- */

static int begin_recordings(struct trials *trials, struct failure *failure) {
    char *audio = format_text("%s/audio", trials->folder);
    const int result = folder_make(audio, failure);
    free(audio);
    return result;
}

static int make_recording(const struct trials *trials, size_t index, const char *speech, struct failure *failure) {
    int test;
    struct trial trial = recording_at(trials, index, &test);
    struct audio audio;
    if (trial_say(trials, &trial, speech, &audio, failure) != 0)
        return -1;
    char *name = trial_name(&trial), *path = format_text("%s/audio/%s", trials->folder, name);
    const int result = trial_write(path, SF_FORMAT_FLAC, &audio, failure);
    free(path);
    free(name);
    audio_free(&audio);
    return result;
}

static int write_list(const struct trials *trials, const char *name, int test, size_t *count, struct failure *failure) {
    char *text = NULL, *path = format_text("%s/%s", trials->folder, name);
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    *count = 0;
    for (size_t i = 0; stream != NULL && i < trials_count(trials); i++) {
        int is_test;
        struct trial trial = recording_at(trials, i, &is_test);
        if (is_test != test)
            continue;
        char *line = trial_name(&trial);
        fprintf(stream, "%s\n", line);
        free(line);
        (*count)++;
    }
    int result = stream != NULL && fclose(stream) == 0 ? file_write(path, text, failure)
                                                       : failed(failure, "%s: cannot write: out of memory", path);
    free(text);
    free(path);
    return result;
}

static int write_readme(const struct trials *trials, size_t training, size_t testing, struct failure *failure) {
    const struct difficulty *d = &trials->difficulty;
    char *path = format_text("%s/README.txt", trials->folder);
    char *text = format_text(
        "Made digits, in the layout of the Heidelberg Digits\n"
        "\n"
        "Synthetic speech, not recordings of people: the digits 0 to 9 in English and German, spoken by espeak-ng and\n"
        "disturbed by snnd-make-digits of libsnndelay. Results on them are no results on the Heidelberg Digits.\n"
        "\n"
        "recordings  %zu for training, %zu for testing, FLAC of 16 bits at %d Hz\n"
        "speakers    %d; 04 and 05 are only in the test list, with about %.0f %% of the others' trials\n"
        "trials      %d of each speaker, language and digit\n"
        "seed        %llu\n"
        "speed       times or divided by up to %.2f, pitch +-%.0f of espeak's units, formants times or divided by up "
        "to %.2f\n"
        "word        up to %.0f %% lost at either end, after up to %.2f s and before up to %.2f s of noise\n"
        "loudness    %.0f to %.0f dB of full scale, through a microphone of random tilt\n"
        "noise       white and brown, signal to noise %.0f to %.0f dB, and up to %.0f bursts at %.0f to %.0f dB;\n"
        "            the amplitude of all noise times %g\n",
        training, testing, MADE_RATE, SPEAKERS, 100 * test_share, trials->trials, (unsigned long long)trials->seed,
        d->speed, d->pitch, d->tract, 100 * d->crop, d->lead, d->tail, d->loudness[0], d->loudness[1],
        d->noise_ratio[0], d->noise_ratio[1], d->bursts, d->burst_ratio[0], d->burst_ratio[1], d->noise);
    int result = file_write(path, text, failure);
    free(text);
    free(path);
    return result;
}

static int finish_recordings(struct trials *trials, char **summary, struct failure *failure) {
    size_t training, testing;
    if (write_list(trials, TRAINING_LIST, 0, &training, failure) != 0 ||
        write_list(trials, TESTING_LIST, 1, &testing, failure) != 0 ||
        write_readme(trials, training, testing, failure) != 0)
        return -1;
    *summary = format_text("%zu recordings for training and %zu for testing", training, testing);
    return 0;
}

const struct layout recordings_layout = {&digit_vocabulary, begin_recordings, make_recording, finish_recordings, NULL};
