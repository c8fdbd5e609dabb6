/* Writes files of events in the layout of the Spiking Heidelberg Digits: see events.h. */
#ifndef EXAMPLES_EVENTS_WRITE_H
#define EXAMPLES_EVENTS_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "common/failure.h"

struct events_writer;

/** Begins a new file of `count` samples, with times of float16; NULL with a failure. */
struct events_writer *events_write_begin(const char *path, size_t count, struct failure *failure);

/** Writes the events of a sample, whose times never decrease and are below 65504 s. */
int events_write_sample(struct events_writer *writer, size_t sample, const double *times, const uint16_t *units,
                        size_t count, struct failure *failure);

/** Completes the file with a label and a speaker for each sample, and the words of `classes` labels. */
int events_write_end(struct events_writer *writer, const int64_t *labels, const int64_t *speakers,
                     const char *const *words, size_t classes, struct failure *failure);

/** Called in place of events_write_end(): the file stays, but is not complete. */
void events_write_abandon(struct events_writer *writer);

#endif
