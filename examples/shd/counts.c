#include "shd/counts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/fingerprint.h"
#include "common/stop.h"

/* The stored file has a head, labels, speakers, words that each end with a zero byte, counts and statistics, each of
 * them aligned. A file with another FORM is written again. */
enum { FORM = 1, ALIGNMENT = 64, MOST_WORDS = 1 << 24 };

struct head {
    int64_t samples, speakers, words; /* words: in bytes */
    int64_t zero[5];
};

struct tail {
    int64_t samples, events, cut, late, full, lost;
};

/* ---- what counts are of ---- */

/* The size of a file and the time of its last change show whether it has changed. */
static int make_key(const char *file, struct counts *counts, struct failure *failure) {
    const struct events_shape *shape = &counts->shape;
    struct stat about;
    if (stat(counts->path, &about) != 0) {
        char *packed = format_text("%s.gz", counts->path);
        const int error = errno;
        failed(failure, "%s: cannot open: %s%s", counts->path, strerror(error),
               error == ENOENT && file_exists(packed) ? "; unpack the .gz that is beside it first" : "");
        free(packed);
        return -1;
    }
    const int64_t numbers[] = {FORM,
                               shape->steps,
                               shape->channels,
                               shape->microseconds,
                               shape->classes,
                               (int64_t)about.st_size,
                               (int64_t)about.st_mtim.tv_sec,
                               (int64_t)about.st_mtim.tv_nsec};
    counts->key = fingerprint_add(fingerprint_add(FINGERPRINT_START, file, strlen(file) + 1), numbers, sizeof numbers);
    const char *end = strrchr(file, '.');
    counts->name = format_text("%.*s-%" PRId32 "x%" PRId32 "-%" PRId32 "us.counts",
                               end != NULL ? (int)(end - file) : (int)strlen(file), file, shape->steps, shape->channels,
                               shape->microseconds);
    return 0;
}

static size_t cells_of(const struct counts *counts) {
    return (size_t)counts->shape.steps * (size_t)counts->shape.channels;
}

/* ---- what is kept ---- */

/* Returns a part of the stored file with `count` things of `size` bytes, and moves `at` after it; NULL: it is missing.
 * */
static const void *take(const struct kept *kept, uint64_t *at, uint64_t count, uint64_t size) {
    const uint64_t begin = *at, bytes = count * size; /* both are small */
    if (begin > kept->count || bytes > kept->count - begin)
        return NULL;
    *at = begin + (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return kept->bytes + begin;
}

/* Reads as many words as there are classes; returns 0 where there are fewer. */
static int take_words(const char *text, int64_t bytes, struct counts *counts) {
    const int32_t classes = counts->shape.classes;
    if (bytes == 0)
        return 1;
    int32_t ends = 0;
    for (int64_t i = 0; i < bytes; i++)
        ends += text[i] == '\0';
    if (ends != classes || text[bytes - 1] != '\0')
        return 0;
    counts->word = allocate((size_t)classes + 1, sizeof *counts->word);
    for (int32_t c = 0; c < classes; c++, text += strlen(text) + 1)
        counts->word[c] = format_text("%s", text);
    return 1;
}

static int labels_are_below(const struct counts *counts) {
    for (int64_t i = 0; i < counts->samples; i++)
        if (counts->label[i] < 0 || counts->label[i] >= counts->shape.classes)
            return 0;
    return 1;
}

/* Finds all parts of the mapped file; returns 0 where it is not valid. */
static int take_parts(struct counts *counts) {
    const struct kept *kept = &counts->kept;
    uint64_t at = 0;
    const struct head *head = take(kept, &at, 1, sizeof *head);
    if (head == NULL || head->samples < 1 || head->samples > EVENTS_SAMPLES || head->words < 0 ||
        head->words > MOST_WORDS)
        return 0;
    counts->samples = head->samples;
    counts->label = take(kept, &at, (uint64_t)head->samples, sizeof *counts->label);
    const int32_t *speaker = take(kept, &at, (uint64_t)head->samples, sizeof *speaker);
    counts->speaker = head->speakers != 0 ? speaker : NULL;
    const char *words = take(kept, &at, (uint64_t)head->words, 1);
    counts->count = take(kept, &at, (uint64_t)head->samples, cells_of(counts));
    const struct tail *tail = take(kept, &at, 1, sizeof *tail);
    if (counts->label == NULL || speaker == NULL || words == NULL || counts->count == NULL || tail == NULL ||
        !labels_are_below(counts) || !take_words(words, head->words, counts))
        return 0;
    counts->told = (struct events_told){(size_t)tail->samples, tail->events, (size_t)tail->cut, tail->late,
                                        (size_t)tail->full,    tail->lost};
    counts->fingerprint = kept->fingerprint;
    return 1;
}

static void free_words(struct counts *counts) {
    for (size_t i = 0; counts->word != NULL && counts->word[i] != NULL; i++)
        free(counts->word[i]);
    free(counts->word);
    counts->word = NULL;
}

int counts_open(const char *folder, const char *file, const struct events_shape *shape, const struct caches *caches,
                struct counts *counts, struct failure *failure) {
    *counts = (struct counts){.path = format_text("%s/%s", folder, file), .shape = *shape};
    if (make_key(file, counts, failure) != 0)
        return -1;
    for (int i = 0; i < caches->count; i++) {
        if (kept_open(caches->folder[i], counts->name, counts->key, &counts->kept) && take_parts(counts))
            return 0;
        kept_close(&counts->kept);
        free_words(counts);
    }
    counts->events = events_open(counts->path, shape, failure);
    if (counts->events == NULL)
        return -1;
    counts->samples = (int64_t)events_count(counts->events);
    return 0;
}

int counts_must_read(const struct counts *counts) {
    return counts->events != NULL;
}

/* ---- reading ---- */

/* Returns the words of all labels, each followed by a zero byte; NULL where one is missing. */
static char *join_words(const struct events *events, int32_t classes, size_t *bytes) {
    char *words = NULL;
    *bytes = 0;
    for (int32_t c = 0; c < classes; c++) {
        const char *word = events_word(events, c);
        const size_t length = word != NULL ? strlen(word) + 1 : 0;
        if (word == NULL || *bytes + length > MOST_WORDS) {
            free(words);
            *bytes = 0;
            return NULL;
        }
        words = reallocate(words, *bytes + length, 1);
        memcpy(words + *bytes, word, length);
        *bytes += length;
    }
    return words;
}

static int add_part(struct kept_writing *writing, const void *bytes, size_t count, struct failure *failure) {
    return kept_add(writing, bytes, count, failure) == 0 ? kept_align(writing, failure) : -1;
}

/* Writes all parts before the counts. */
static int write_begin(const struct counts *counts, struct kept_writing *writing, struct failure *failure) {
    const struct events *events = counts->events;
    const size_t samples = (size_t)counts->samples;
    int32_t *number = allocate(2 * samples, sizeof *number);
    struct head head = {.samples = counts->samples, .speakers = events_has_speakers(events)};
    size_t bytes;
    char *words = join_words(events, counts->shape.classes, &bytes);
    head.words = (int64_t)bytes;
    for (size_t i = 0; i < samples; i++) {
        const int64_t who = head.speakers ? events_speaker(events, i) : -1;
        number[i] = events_label(events, i);
        number[samples + i] = who >= 0 && who <= INT32_MAX ? (int32_t)who : -1;
    }
    const int good = add_part(writing, &head, sizeof head, failure) == 0 &&
                     add_part(writing, number, samples * sizeof *number, failure) == 0 &&
                     add_part(writing, number + samples, samples * sizeof *number, failure) == 0 &&
                     add_part(writing, words, bytes, failure) == 0;
    free(words);
    free(number);
    return good ? 0 : -1;
}

/* How writing may end: after UNWRITTEN another folder may be tried, but not after UNREAD. */
enum { WRITTEN, UNWRITTEN, UNREAD };

static int write_counts(const struct counts *counts, struct kept_writing *writing, struct reading *reading,
                        struct failure *failure) {
    struct events_told told = {0};
    uint8_t *cell = allocate(cells_of(counts), 1);
    int result = write_begin(counts, writing, failure) == 0 ? WRITTEN : UNWRITTEN;
    for (int64_t i = 0; i < counts->samples && result == WRITTEN; i++) {
        if (stop_is_asked() || events_fill(counts->events, (size_t)i, cell, &told, failure) != 0)
            result = UNREAD;
        else if (kept_add(writing, cell, cells_of(counts), failure) != 0)
            result = UNWRITTEN;
        else
            reading_add(reading, 1);
    }
    free(cell);
    const struct tail tail = {(int64_t)told.samples, told.events, (int64_t)told.cut, told.late,
                              (int64_t)told.full,    told.lost};
    if (result == WRITTEN && (kept_align(writing, failure) != 0 || add_part(writing, &tail, sizeof tail, failure) != 0))
        result = UNWRITTEN;
    return result;
}

/* Reads the events into a file in `folder`, or into a temporary one. */
static int make(struct counts *counts, const char *folder, struct reading *reading, struct failure *failure) {
    struct kept_writing writing;
    if (kept_begin(folder, counts->name, counts->key, &writing, failure) != 0)
        return UNWRITTEN;
    const int result = write_counts(counts, &writing, reading, failure);
    if (result == WRITTEN)
        return kept_end(&writing, &counts->kept, failure) == 0 ? WRITTEN : UNWRITTEN;
    kept_abandon(&writing);
    return result;
}

int counts_read(struct counts *counts, const char *cache, struct reading *reading, struct failure *unkept,
                struct failure *failure) {
    const int64_t done = reading->done;
    unkept->text[0] = '\0';
    int result = cache != NULL ? make(counts, cache, reading, failure) : UNWRITTEN;
    if (result == UNWRITTEN) {
        if (cache != NULL)
            *unkept = *failure;
        reading_add(reading, done - reading->done);
        result = make(counts, NULL, reading, failure);
    }
    if (result == WRITTEN && !take_parts(counts))
        return failed(failure, "%s: its counts differ from those that were written", counts->path);
    events_close(counts->events);
    counts->events = NULL;
    return result == WRITTEN ? 0 : -1;
}

void counts_close(struct counts *counts) {
    events_close(counts->events);
    kept_close(&counts->kept);
    free_words(counts);
    free(counts->name);
    free(counts->path);
    *counts = (struct counts){0};
}
