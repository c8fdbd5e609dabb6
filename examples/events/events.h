/*
 * The Spiking Heidelberg Digits and the Spiking Speech Commands, as their HDF5 files are: samples of spikes, which are
 * read one sample at a time and counted in bins of time and channels of neighbouring units.
 *
 *     /spikes/times   [N] lists of float16, float32 or float64, in seconds, which never run backwards
 *     /spikes/units   [N] lists of integers, 0 to 699, as long as those of the times
 *     /labels         [N] integers
 *     /extra/speaker  [N] integers, where there is one
 *     /extra/keys     a word for each label, where there is one
 *
 * An event at t is in bin n where n dt <= t < (n + 1) dt, with t converted to double exactly, and n dt the double that
 * is nearest to it; and in channel u / (700 / channels). Events from bin `steps` on are left out.
 *
 * HDF5 is used while a file is opened, by one thread at a time. Afterwards several may each read a file of their own.
 */
#ifndef EXAMPLES_EVENTS_H
#define EXAMPLES_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "common/failure.h"

/** A file has at most so many samples, a sample so many events, and a set so many classes. */
enum { EVENTS_UNITS = 700, EVENTS_SAMPLES = 1 << 20, EVENTS_LONGEST = 1 << 24, EVENTS_CLASSES = 1 << 16 };

/** What samples become. */
struct events_shape {
    int32_t steps;        /**< bins of a sample, from 1 on */
    int32_t channels;     /**< divides EVENTS_UNITS */
    int32_t microseconds; /**< of a bin, from 1 on */
    int32_t classes;      /**< labels are below it, which is at most EVENTS_CLASSES */
};

/** SHD and SSC as SNN-delays has them: 100 bins of 10 ms, 140 channels; 20 and 35 classes. */
extern const struct events_shape events_shd, events_ssc;

struct events;

/** Opens a file and looks at all but the events themselves; NULL with a failure that begins with the path. */
struct events *events_open(const char *path, const struct events_shape *shape, struct failure *failure);
void events_close(struct events *events);

size_t events_count(const struct events *events);
int32_t events_label(const struct events *events, size_t sample);
/** The events that a sample has, whether they are counted or left out. */
int64_t events_length(const struct events *events, size_t sample);
/** Whether the file says who speaks, and who does in a sample. */
int events_has_speakers(const struct events *events);
int64_t events_speaker(const struct events *events, size_t sample);
/** The word of a label; NULL where the file does not say, or says no text. */
const char *events_word(const struct events *events, int32_t label);

/** What became of the events that were read. Zero it, and what is read is added. */
struct events_told {
    size_t samples;
    int64_t events; /**< that were read */
    size_t cut;     /**< samples that last longer than `steps` */
    int64_t late;   /**< their events that are left out */
    size_t full;    /**< samples with counts that would be more than 255, which they stay */
    int64_t lost;   /**< events that these leave out */
};

/** Fills `counts` [steps, channels] of a sample; -1 with a failure that names file, sample and event. */
int events_fill(const struct events *events, size_t sample, uint8_t *counts, struct events_told *told,
                struct failure *failure);

/** Told how many of `count` samples are done; not 0 ends the reading. */
typedef int events_progress(void *user, size_t done, size_t count);

/** Fills `counts` [samples, steps, channels] of all samples. Returns 0, -1 with a failure, or what `progress` (NULL:
 * nobody is told) returned. */
int events_read(const struct events *events, uint8_t *counts, events_progress *progress, void *user,
                struct events_told *told, struct failure *failure);

/** Sentences about what of a file was cut and what was full, to be freed; NULL where there is nothing to say. */
char *events_describe(const char *path, const struct events_shape *shape, const struct events_told *told);

#endif
