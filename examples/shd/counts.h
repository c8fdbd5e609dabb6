/* Files of events as counts of a byte each, which are kept between runs and mapped (common/kept.h): so a set may be
 * larger than memory. */
#ifndef EXAMPLES_SHD_COUNTS_H
#define EXAMPLES_SHD_COUNTS_H

#include "common/caches.h"
#include "common/kept.h"
#include "common/reading.h"
#include "events/events.h"

/** What a file of events has become. */
struct counts {
    char *path; /**< of the file of events */
    struct events_shape shape;
    int64_t samples;
    const uint8_t *count;    /**< [samples, steps, channels] */
    const int32_t *label;    /**< [samples], below the classes */
    const int32_t *speaker;  /**< [samples]; -1: the file does not say; NULL: it says of nobody */
    char **word;             /**< [classes] and NULL; NULL: the file does not say */
    struct events_told told; /**< of the reading, whenever it was */
    uint64_t fingerprint;    /**< of all that is here */

    struct kept kept;
    uint64_t key;
    char *name;            /* of what is kept */
    struct events *events; /* where it is to be read */
};

/** Looks at FOLDER/FILE: maps what was kept of it in one of the caches, or opens it, so that counts_read() is left to
 * be called. What is damaged, or of a file or a shape that is another, is not used. */
int counts_open(const char *folder, const char *file, const struct events_shape *shape, const struct caches *caches,
                struct counts *counts, struct failure *failure);

/** 1 if it is opened only. */
int counts_must_read(const struct counts *counts);

/** Reads the events into a file of counts in `cache`, or, without (NULL) or where that cannot be written, into one that
 * is gone when the program ends; `unkept` gets why, and is empty otherwise. Fails if stop_is_asked(). */
int counts_read(struct counts *counts, const char *cache, struct reading *reading, struct failure *unkept,
                struct failure *failure);

void counts_close(struct counts *counts);

#endif
