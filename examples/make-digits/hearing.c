/* Trials in the layouts of the Spiking Heidelberg Digits and the Spiking Speech Commands. The sound is not stored.
 * Samples are written in their order, whichever thread computes them, so that the file is always the same: a sample
 * that is early waits in memory, and these are a few at most. */
#include "make-digits/layouts.h"

#ifdef EXAMPLES_EVENTS

#include <pthread.h>
#include <stdlib.h>

#include "common/files.h"
#include "events/events_write.h"
#include "make-digits/cochlea.h"

/* The words, and the files in which they are. */
struct kind {
    const char *of, *said; /* for the README file */
    const char *name[PARTS];
};

static const struct kind digits = {"the Spiking Heidelberg Digits",
                                   "the digits 0 to 9 in English and German",
                                   {[TRAINING] = "shd_train.h5", [TESTING] = "shd_test.h5"}};
static const struct kind commands = {
    "the Spiking Speech Commands",
    "35 English words",
    {[TRAINING] = "ssc_train.h5", [VALIDATION] = "ssc_valid.h5", [TESTING] = "ssc_test.h5"}};

static const struct kind *kind_of(const struct trials *trials) {
    return trials->layout->vocabulary == &digit_vocabulary ? &digits : &commands;
}

struct heard {
    struct spikes spikes;
    int done;
};

struct hearing {
    pthread_mutex_t lock; /* protects all that follows */
    struct heard *heard;  /* the spikes of each trial, until they are written */
    size_t next;          /* the next trial to write */
    struct events_writer *writer[PARTS];
    size_t written[PARTS], count[PARTS];
};

/* Each speaker is in one of the files only. */
static int file_of(const struct trials *trials, size_t index) {
    const struct trial trial = trial_at(trials, index);
    const enum part part = trial_part(&trial);
    return kind_of(trials)->name[part] != NULL ? (int)part : TRAINING;
}

static void abandon(struct trials *trials) {
    struct hearing *hearing = trials->state;
    for (size_t i = 0; i < trials_count(trials); i++)
        spikes_free(&hearing->heard[i].spikes);
    for (int file = 0; file < PARTS; file++)
        events_write_abandon(hearing->writer[file]);
    pthread_mutex_destroy(&hearing->lock);
    free(hearing->heard);
    free(hearing);
}

static int begin(struct trials *trials, struct failure *failure) {
    struct hearing *hearing = trials->state = allocate(1, sizeof *hearing);
    hearing->heard = allocate(trials_count(trials), sizeof *hearing->heard);
    pthread_mutex_init(&hearing->lock, NULL);
    for (size_t i = 0; i < trials_count(trials); i++)
        hearing->count[file_of(trials, i)]++;
    int result = 0;
    for (int file = 0; file < PARTS && result == 0; file++) {
        if (kind_of(trials)->name[file] == NULL)
            continue;
        char *path = format_text("%s/%s", trials->folder, kind_of(trials)->name[file]);
        hearing->writer[file] = events_write_begin(path, hearing->count[file], failure);
        result = hearing->writer[file] != NULL ? 0 : -1;
        free(path);
    }
    if (result != 0)
        abandon(trials);
    return result;
}

/* Writes all samples that are next in order. */
static int write_ready(const struct trials *trials, struct hearing *hearing, struct failure *failure) {
    int result = 0;
    while (result == 0 && hearing->next < trials_count(trials) && hearing->heard[hearing->next].done) {
        struct spikes *spikes = &hearing->heard[hearing->next].spikes;
        const int file = file_of(trials, hearing->next++);
        result = events_write_sample(hearing->writer[file], hearing->written[file]++, spikes->times, spikes->units,
                                     spikes->count, failure);
        spikes_free(spikes);
    }
    return result;
}

static int make(const struct trials *trials, size_t index, const char *speech, struct failure *failure) {
    struct hearing *hearing = trials->state;
    struct trial trial = trial_at(trials, index);
    struct audio audio;
    struct spikes spikes;
    if (trial_say(trials, &trial, speech, &audio, failure) != 0)
        return -1;
    struct failure reason;
    int result = cochlea_hear(&audio, &trial.draw, &spikes, &reason);
    audio_free(&audio);
    if (result != 0)
        return failed(failure, "trial %zu: its sound %s", index, reason.text);
    pthread_mutex_lock(&hearing->lock);
    hearing->heard[index] = (struct heard){spikes, 1};
    result = write_ready(trials, hearing, failure);
    pthread_mutex_unlock(&hearing->lock);
    return result;
}

static int end_file(const struct trials *trials, struct hearing *hearing, int file, struct failure *failure) {
    int64_t *labels = allocate(hearing->count[file], sizeof *labels);
    int64_t *who = allocate(hearing->count[file], sizeof *who);
    const struct vocabulary *vocabulary = trials->layout->vocabulary;
    const int classes = vocabulary->languages * vocabulary->words;
    const char **words = allocate((size_t)classes, sizeof *words);
    size_t next = 0;
    for (int class = 0; class < classes; class ++)
        words[class] = vocabulary->word[class / vocabulary->words][class % vocabulary->words];
    for (size_t i = 0; i < trials_count(trials); i++) {
        const struct trial trial = trial_at(trials, i);
        if (file_of(trials, i) != file)
            continue;
        labels[next] = trial.language * vocabulary->words + trial.word;
        who[next++] = trial.speaker;
    }
    const int result = events_write_end(hearing->writer[file], labels, who, words, (size_t)classes, failure);
    hearing->writer[file] = NULL;
    free(words);
    free(who);
    free(labels);
    return result;
}

/* Describes who is in the files for validation and testing. */
static char *describe_counts(const struct trials *trials, const struct hearing *hearing) {
    return kind_of(trials)->name[VALIDATION] != NULL
               ? format_text("%zu for training, %zu for validation, of speaker 03, %zu for testing, of speakers 04 and "
                             "05; each is in one file",
                             hearing->count[TRAINING], hearing->count[VALIDATION], hearing->count[TESTING])
               : format_text("%zu for training, %zu for testing, of speakers 04 and 05, who are in no sample for "
                             "training",
                             hearing->count[TRAINING], hearing->count[TESTING]);
}

static int write_readme(const struct trials *trials, const struct hearing *hearing, struct failure *failure) {
    const struct kind *kind = kind_of(trials);
    char *path = format_text("%s/README.txt", trials->folder), *counts = describe_counts(trials, hearing);
    char *text = format_text(
        "Made events, in the layout of %s\n"
        "\n"
        "Synthetic speech, not recordings of people: %s, spoken by espeak-ng,\n"
        "disturbed as snnd-make-digits of libsnndelay does for recordings, and heard by a simple cochlea of 700 "
        "units.\n"
        "Results on them are no results on %s.\n"
        "\n"
        "samples     %s\n"
        "trials      %d of each speaker, language and word\n"
        "seed        %llu\n"
        "noise       amplitude times %g\n",
        kind->of, kind->said, kind->of, counts, trials->trials, (unsigned long long)trials->seed,
        trials->difficulty.noise);
    const int result = file_write(path, text, failure);
    free(text);
    free(counts);
    free(path);
    return result;
}

static int finish(struct trials *trials, char **summary, struct failure *failure) {
    struct hearing *hearing = trials->state;
    int result = write_readme(trials, hearing, failure);
    for (int file = 0; file < PARTS && result == 0; file++)
        if (hearing->writer[file] != NULL)
            result = end_file(trials, hearing, file, failure);
    if (result == 0)
        *summary = hearing->count[VALIDATION] > 0
                       ? format_text("%zu samples for training, %zu for validation and %zu for testing",
                                     hearing->count[TRAINING], hearing->count[VALIDATION], hearing->count[TESTING])
                       : format_text("%zu samples for training and %zu for testing", hearing->count[TRAINING],
                                     hearing->count[TESTING]);
    abandon(trials);
    return result;
}

const struct layout events_layout = {&digit_vocabulary, begin, make, finish, abandon};
const struct layout word_events_layout = {&word_vocabulary, begin, make, finish, abandon};

#else

static int refuse(struct trials *trials, struct failure *failure) {
    return failed(failure,
                  "%s: this program was built without HDF5; install HDF5 and zlib, run 'meson configure "
                  "-Devents=enabled', and build again",
                  trials->layout == &events_layout ? "--events" : "--word-events");
}

const struct layout events_layout = {.vocabulary = &digit_vocabulary, .begin = refuse};
const struct layout word_events_layout = {.vocabulary = &word_vocabulary, .begin = refuse};

#endif
