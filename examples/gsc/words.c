#include "gsc/words.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/caches.h"
#include "common/crew.h"
#include "common/fingerprint.h"
#include "common/reading.h"
#include "common/stop.h"

/* Recordings between two writes to the file. */
enum { SOME = 1024, ALIGNMENT = 64 };

/* A file that cannot be written is distinguished from wrong recordings, since another file may be used. */
enum { UNWRITTEN = 1 };

static const char *const name = "gsc-mel.kept";

static size_t rounded_up(size_t bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* ---- who is where ---- */

static void list_parts(struct words *words) {
    const struct commands *commands = &words->commands;
    for (int p = 0; p < COMMANDS_PARTS; p++) {
        struct word_part *part = &words->part[p];
        part->label = allocate(commands->part_count[p], sizeof *part->label);
        part->index = allocate(commands->part_count[p], sizeof *part->index);
    }
    for (size_t i = 0; i < commands->count; i++) {
        struct word_part *part = &words->part[commands->command[i].part];
        part->label[part->count] = commands->command[i].class;
        part->index[part->count++] = i;
    }
}

/* Each part begins at a multiple of ALIGNMENT. */
static int place_parts(struct words *words) {
    size_t at = 0;
    for (int p = 0; p < COMMANDS_PARTS; p++) {
        words->part[p].cells = words->kept.bytes + at;
        at += rounded_up(words->part[p].count * SPECTROGRAM_CELLS);
    }
    return words->kept.count == at ? 0 : -1;
}

/* Returns a key of everything that the numbers depend on. */
static uint64_t key_of(const struct commands *commands) {
    const struct mel_shape *shape = &spectrogram_shape;
    const int64_t numbers[] = {SPECTROGRAM_VERSION,
                               shape->rate,
                               shape->points,
                               shape->hop,
                               shape->channels,
                               SPECTROGRAM_STEPS,
                               SPECTROGRAM_LEVELS,
                               SPECTROGRAM_RANGE,
                               (int64_t)(1000 * shape->lowest),
                               (int64_t)(1000 * shape->highest)};
    return fingerprint_add(commands->fingerprint, numbers, sizeof numbers);
}

/* ---- reading ---- */

/* Some recordings of a part. Threads take them in order, so that all before a wrong one have been started. */
struct batch {
    const struct words *words;
    const size_t *index; /* [count] */
    size_t count;
    uint8_t *cells;
    struct reading *reading;
    atomic_size_t next;
    pthread_mutex_t lock;
    size_t wrong; /* the index of the first wrong one; count: none */
    struct failure failure;
};

static int read_word(const struct batch *batch, struct mel *mel, size_t i, struct failure *failure) {
    const struct commands *commands = &batch->words->commands;
    const size_t index = batch->index[i];
    if (stop_is_asked())
        return failed(failure, "stopped");
    struct audio audio;
    struct failure reason;
    if (commands_load(commands, index, &audio, failure) != 0)
        return -1;
    const int result = spectrogram_make(mel, &audio, batch->cells + i * SPECTROGRAM_CELLS, &reason);
    audio_free(&audio);
    return result == 0 ? 0 : failed(failure, "%s/%s: %s", commands->folder, commands->command[index].path, reason.text);
}

static void note_failure(struct batch *batch, size_t i, const struct failure *failure) {
    pthread_mutex_lock(&batch->lock);
    if (i < batch->wrong) {
        batch->wrong = i;
        batch->failure = *failure;
        atomic_store(&batch->next, batch->count);
    }
    pthread_mutex_unlock(&batch->lock);
}

static void *read_words(void *user) {
    struct batch *batch = user;
    struct mel *mel = mel_create(&spectrogram_shape);
    struct failure failure;
    for (size_t i; (i = atomic_fetch_add(&batch->next, 1)) < batch->count;) {
        if (read_word(batch, mel, i, &failure) != 0)
            note_failure(batch, i, &failure);
        reading_add(batch->reading, 1);
    }
    mel_free(mel);
    return NULL;
}

static int read_some(const struct words *words, const struct word_part *part, size_t first, int threads, uint8_t *cells,
                     struct reading *reading, struct failure *failure) {
    struct batch batch = {.words = words, .index = part->index + first, .cells = cells, .reading = reading};
    batch.count = batch.wrong = part->count - first < SOME ? part->count - first : SOME;
    atomic_init(&batch.next, 0);
    pthread_mutex_init(&batch.lock, NULL);
    crew_run(threads, read_words, &batch);
    pthread_mutex_destroy(&batch.lock);
    return batch.wrong == batch.count ? 0 : failed(failure, "%s", batch.failure.text);
}

static int write_part(const struct words *words, const struct word_part *part, int threads, struct reading *reading,
                      struct kept_writing *writing, struct failure *failure) {
    uint8_t *cells = allocate(SOME, SPECTROGRAM_CELLS);
    int result = 0;
    for (size_t first = 0; result == 0 && first < part->count; first += SOME) {
        const size_t count = part->count - first < SOME ? part->count - first : SOME;
        result = read_some(words, part, first, threads, cells, reading, failure);
        if (result == 0)
            result = kept_add(writing, cells, count * SPECTROGRAM_CELLS, failure) == 0 ? 0 : UNWRITTEN;
    }
    free(cells);
    return result == 0 && kept_align(writing, failure) != 0 ? UNWRITTEN : result;
}

/* Reads all recordings into a file of a folder, or (NULL) into a temporary one. */
static int read_all(const struct words_options *options, const char *folder, struct words *words,
                    struct failure *failure) {
    struct kept_writing writing;
    struct reading reading;
    if (kept_begin(folder, name, key_of(&words->commands), &writing, failure) != 0)
        return UNWRITTEN;
    reading_begin(&reading, (int64_t)words->commands.count, "recordings", options->quiet);
    int result = 0;
    for (int p = 0; p < COMMANDS_PARTS && result == 0; p++)
        result = write_part(words, &words->part[p], options->threads, &reading, &writing, failure);
    reading_end(&reading);
    if (result == 0)
        return kept_end(&writing, &words->kept, failure) == 0 ? 0 : UNWRITTEN;
    kept_abandon(&writing);
    return result;
}

static int find_kept(const struct caches *caches, struct words *words) {
    for (int i = 0; i < caches->count; i++)
        if (kept_open(caches->folder[i], name, key_of(&words->commands), &words->kept)) {
            if (place_parts(words) == 0)
                return 1;
            kept_close(&words->kept);
        }
    return 0;
}

/* Reads all recordings, and stores them if possible. */
static int make_cells(const struct words_options *options, const struct caches *caches, struct words *words,
                      struct failure *failure) {
    const char *place = caches_make(caches);
    struct failure reason = {.text = "no folder for them can be written to; --cache names one"};
    if (options->cache != NULL)
        failed(&reason, "%s, which --cache names, cannot be written to", options->cache);
    data_say(options->say, "reading %zu recordings in %s ...", words->commands.count, options->folder);
    int result = place != NULL ? read_all(options, place, words, &reason) : UNWRITTEN;
    if (result == 0)
        data_say(options->say, "spectrograms are kept in %s", place);
    if (result != UNWRITTEN)
        return result == 0 ? 0 : failed(failure, "%s", reason.text);
    data_say(options->say, "spectrograms are not kept: %s", reason.text);
    return read_all(options, NULL, words, failure) == 0 ? 0 : -1;
}

static int check_parts(const struct words *words, struct failure *failure) {
    static const char *const whose[] = {"to train on: all recordings are in a list",
                                        "to validate: " COMMANDS_VALIDATION_LIST " names none",
                                        "to test: " COMMANDS_TESTING_LIST " names none"};
    for (int p = 0; p < COMMANDS_PARTS; p++)
        if (words->part[p].count == 0)
            return failed(failure, "%s: has no recordings %s", words->commands.folder, whose[p]);
    return 0;
}

int words_find(const char *folder, struct words *words, struct failure *failure) {
    memset(words, 0, sizeof *words);
    if (commands_find(folder, &words->commands, failure) != 0)
        return -1;
    list_parts(words);
    const int result = check_parts(words, failure);
    if (result != 0)
        words_free(words);
    return result;
}

int words_read(const struct words_options *options, struct words *words, struct failure *failure) {
    struct caches caches;
    caches_find(options->folder, options->cache, &caches);
    int result = 0;
    if (!find_kept(&caches, words)) {
        result = make_cells(options, &caches, words, failure);
        if (result == 0 && place_parts(words) != 0)
            result = failed(failure, "%s: changed while it was being read", options->folder);
    }
    caches_free(&caches);
    return result;
}

void words_free(struct words *words) {
    kept_close(&words->kept);
    for (int p = 0; p < COMMANDS_PARTS; p++) {
        free(words->part[p].label);
        free(words->part[p].index);
    }
    commands_free(&words->commands);
    memset(words, 0, sizeof *words);
}
