/*
 * The Spiking Heidelberg Digits and the Spiking Speech Commands in their HDF5 files: samples of spikes, which are read
 * one sample at a time and counted in bins of time and channels of adjacent units.
 *
 *     /spikes/times   [N] lists of float16, float32 or float64, in seconds, which never decrease
 *     /spikes/units   [N] lists of integers, 0 to 699, as long as those of the times
 *     /labels         [N] integers
 *     /extra/speaker  [N] integers, optional
 *     /extra/keys     a word for each label, optional
 *
 * An event at t is in bin n if n dt <= t < (n + 1) dt, where t is converted to double, which is exact, and n dt is the
 * nearest double; it is in channel u / (700 / channels). Events from bin `steps` on are left out.
 *
 * HDF5 is used while a file is opened, by one thread at a time. Afterwards several threads may each read their own
 * file.
 */
#ifndef EXAMPLES_EVENTS_H
#define EXAMPLES_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "common/failure.h"

/** The largest numbers of samples of a file, of events of a sample, and of classes. */
enum { EVENTS_UNITS = 700, EVENTS_SAMPLES = 1 << 20, EVENTS_LONGEST = 1 << 24, EVENTS_CLASSES = 1 << 16 };

/** The shape of the counts. */
struct events_shape {
    int32_t steps;        /**< bins of a sample, at least 1 */
    int32_t channels;     /**< divides EVENTS_UNITS */
    int32_t microseconds; /**< of a bin, at least 1 */
    int32_t classes;      /**< labels are below it; at most EVENTS_CLASSES */
};

/** SHD and SSC as in SNN-delays: 100 bins of 10 ms, 140 channels; 20 and 35 classes. */
extern const struct events_shape events_shd, events_ssc;

struct events;

/** Opens a file and checks everything except the events; returns NULL with a failure that begins with the path. */
struct events *events_open(const char *path, const struct events_shape *shape, struct failure *failure);
void events_close(struct events *events);

size_t events_count(const struct events *events);
int32_t events_label(const struct events *events, size_t sample);
/** Returns the number of events of a sample, including those that are left out. */
int64_t events_length(const struct events *events, size_t sample);
/** Return whether the file has speakers, and the speaker of a sample. */
int events_has_speakers(const struct events *events);
int64_t events_speaker(const struct events *events, size_t sample);
/** Returns the word of a label, or NULL where the file does not have one. */
const char *events_word(const struct events *events, int32_t label);

/** Statistics of the events that were read. They are added to a zeroed structure. */
struct events_told {
    size_t samples;
    int64_t events; /**< that were read */
    size_t cut;     /**< samples that last longer than `steps` */
    int64_t late;   /**< events of these samples that are left out */
    size_t full;    /**< samples with counts above 255, which become 255 */
    int64_t lost;   /**< events that are left out because of that */
};

/** Fills `counts` [steps, channels] of a sample; -1 with a failure that names file, sample and event. */
int events_fill(const struct events *events, size_t sample, uint8_t *counts, struct events_told *told,
                struct failure *failure);

/** Receives how many of `count` samples are done. If it does not return 0, reading ends. */
typedef int events_progress(void *user, size_t done, size_t count);

/** Fills `counts` [samples, steps, channels] of all samples. Returns 0, -1 with a failure, or what `progress` (which
 * may be NULL) returned. */
int events_read(const struct events *events, uint8_t *counts, events_progress *progress, void *user,
                struct events_told *told, struct failure *failure);

/** Returns sentences about samples that were cut and counts that were limited, to be freed, or NULL where there are
 * none. */
char *events_describe(const char *path, const struct events_shape *shape, const struct events_told *told);

#endif
