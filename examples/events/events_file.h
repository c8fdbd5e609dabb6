/* The content of an open file of events. */
#ifndef EXAMPLES_EVENTS_FILE_H
#define EXAMPLES_EVENTS_FILE_H

#include "events/events.h"
#include "events/numbers_of_file.h"
#include "hdf5/hdf5_file.h"

/* Lists of numbers, one for each sample: their places in the file. */
struct event_lists {
    struct number_type type;
    uint64_t *place; /* 0: the list is empty */
};

struct events {
    char *path;
    int descriptor;
    uint64_t bytes; /* of the file */
    struct events_shape shape;
    size_t count;
    uint32_t *length; /* events of each sample */
    struct event_lists times, units;
    int32_t *label;
    int64_t *speaker; /* NULL: the file has none */
    char **word;      /* NULL: the file has none */
    size_t words;
};

#endif
