/* Files of events as counts of one byte each, which are stored between runs and mapped (common/kept.h), so that a data
 * set may be larger than memory. */
#ifndef EXAMPLES_SHD_COUNTS_H
#define EXAMPLES_SHD_COUNTS_H

#include "common/caches.h"
#include "common/kept.h"
#include "common/reading.h"
#include "events/events.h"

/** The counts of a file of events. */
struct counts {
    char *path; /**< of the file of events */
    struct events_shape shape;
    int64_t samples;
    const uint8_t *count;    /**< [samples, steps, channels] */
    const int32_t *label;    /**< [samples], below the classes */
    const int32_t *speaker;  /**< [samples]; -1: the file has none; NULL: it has no speakers */
    char **word;             /**< [classes] followed by NULL; NULL: the file has none */
    struct events_told told; /**< statistics of the reading, even if an earlier run did it */
    uint64_t fingerprint;    /**< of everything in the structure */

    struct kept kept;
    uint64_t key;
    char *name;            /* the name of the stored file */
    struct events *events; /* the open file, where it must be read */
};

/** Opens FOLDER/FILE: maps stored counts of it in one of the caches, or opens the file itself, after which
 * counts_read() must be called. Stored counts that are damaged, or of another file or shape, are not used. */
int counts_open(const char *folder, const char *file, const struct events_shape *shape, const struct caches *caches,
                struct counts *counts, struct failure *failure);

/** Returns 1 if it is only opened. */
int counts_must_read(const struct counts *counts);

/** Reads the events into a file of counts in `cache`, or into a temporary one where that is NULL or cannot be written
 * to; `unkept` receives the reason, and is empty otherwise. Fails if stop_is_asked(). */
int counts_read(struct counts *counts, const char *cache, struct reading *reading, struct failure *unkept,
                struct failure *failure);

void counts_close(struct counts *counts);

#endif
