/*
 * Trials in the layout of the Spiking Heidelberg Digits. Nothing is kept of the sound. A file gets its samples in their
 * order, whichever thread hears which, so that it is the same: what is heard before its turn waits in memory, a few
 * samples at most.
 */
#include "make-digits/layouts.h"

#ifdef EXAMPLES_EVENTS

#include <pthread.h>
#include <stdlib.h>

#include "common/files.h"
#include "events/events_write.h"
#include "make-digits/cochlea.h"

enum { TRAINING, TESTING, FILES };

static const char *const names[FILES] = {"shd_train.h5", "shd_test.h5"};

struct heard {
    struct spikes spikes;
    int done;
};

struct hearing {
    pthread_mutex_t lock; /* of all that follows */
    struct heard *heard;  /* of each trial, until it is written */
    size_t next;          /* trial to be written */
    struct events_writer *writer[FILES];
    size_t written[FILES], count[FILES];
};

/* Speakers are in one of the files only. */
static int file_of(const struct trials *trials, size_t index) {
    return speakers[trial_at(trials, index).speaker].only_test ? TESTING : TRAINING;
}

static void abandon(struct trials *trials) {
    struct hearing *hearing = trials->state;
    for (size_t i = 0; i < trials_count(trials); i++)
        spikes_free(&hearing->heard[i].spikes);
    for (int file = 0; file < FILES; file++)
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
    for (int file = 0; file < FILES && result == 0; file++) {
        char *path = format_text("%s/%s", trials->folder, names[file]);
        hearing->writer[file] = events_write_begin(path, hearing->count[file], failure);
        result = hearing->writer[file] != NULL ? 0 : -1;
        free(path);
    }
    if (result != 0)
        abandon(trials);
    return result;
}

/* Writes all samples whose turn it is. */
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
        return failed(failure, "trial %zu: what is heard %s", index, reason.text);
    pthread_mutex_lock(&hearing->lock);
    hearing->heard[index] = (struct heard){spikes, 1};
    result = write_ready(trials, hearing, failure);
    pthread_mutex_unlock(&hearing->lock);
    return result;
}

static int end_file(const struct trials *trials, struct hearing *hearing, int file, struct failure *failure) {
    int64_t *labels = allocate(hearing->count[file], sizeof *labels);
    int64_t *who = allocate(hearing->count[file], sizeof *who);
    const char *words[DIGIT_CLASSES];
    size_t next = 0;
    for (int class = 0; class < DIGIT_CLASSES; class ++)
        words[class] = digit_words[class / WORDS][class % WORDS];
    for (size_t i = 0; i < trials_count(trials); i++) {
        const struct trial trial = trial_at(trials, i);
        if (file_of(trials, i) != file)
            continue;
        labels[next] = trial.language * WORDS + trial.word;
        who[next++] = trial.speaker;
    }
    const int result = events_write_end(hearing->writer[file], labels, who, words, DIGIT_CLASSES, failure);
    hearing->writer[file] = NULL;
    free(who);
    free(labels);
    return result;
}

static int write_readme(const struct trials *trials, const struct hearing *hearing, struct failure *failure) {
    char *path = format_text("%s/README.txt", trials->folder);
    char *text = format_text(
        "Made events, in the layout of the Spiking Heidelberg Digits\n"
        "\n"
        "Synthetic speech, not recordings of people: the digits 0 to 9 in English and German, spoken by espeak-ng,\n"
        "disturbed as snnd-make-digits of libsnndelay does for recordings, and heard by a simple cochlea of 700 "
        "units.\n"
        "Results on them are no results on the Spiking Heidelberg Digits.\n"
        "\n"
        "samples     %zu for training, %zu for testing, of speakers 04 and 05, who are in no sample for training\n"
        "trials      %d of each speaker, language and digit\n"
        "seed        %llu\n"
        "noise       amplitude times %g\n",
        hearing->count[TRAINING], hearing->count[TESTING], trials->trials, (unsigned long long)trials->seed,
        trials->difficulty.noise);
    const int result = file_write(path, text, failure);
    free(text);
    free(path);
    return result;
}

static int finish(struct trials *trials, char **summary, struct failure *failure) {
    struct hearing *hearing = trials->state;
    int result = write_readme(trials, hearing, failure);
    for (int file = 0; file < FILES && result == 0; file++)
        result = end_file(trials, hearing, file, failure);
    if (result == 0)
        *summary = format_text("%zu samples for training and %zu for testing", hearing->count[TRAINING],
                               hearing->count[TESTING]);
    abandon(trials);
    return result;
}

const struct layout events_layout = {&digit_vocabulary, begin, make, finish, abandon};

#else

static int refuse(struct trials *trials, struct failure *failure) {
    (void)trials;
    return failed(failure, "--events: this program was built without HDF5; with HDF5 and zlib installed, "
                           "'meson configure -Devents=enabled' and another build give it that");
}

const struct layout events_layout = {.vocabulary = &digit_vocabulary, .begin = refuse};

#endif
