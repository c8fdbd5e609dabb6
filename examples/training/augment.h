/*
 * Augmentation changes a training sample before a network receives it, so that it is different in each epoch. Every
 * function depends only on its arguments; random numbers are drawn from a struct draw.
 *
 * x is the sample before and y after; t counts steps and i channels, and x is 0 outside the sample. doc/data.md says
 * who uses which method.
 */
#ifndef TRAINING_AUGMENT_H
#define TRAINING_AUGMENT_H

#include <stdint.h>

#include "common/draw.h"

struct sample {
    float *input;            /**< [steps, channels] */
    int32_t steps, channels; /**< at least 1 */
    double event;            /**< what one event adds to a cell of counts; 0: cells are intensities */
};

/** y[t, i] = x[t - by, i]. */
void augment_shift_time(const struct sample *sample, int64_t by);

/** y[t, i] = x[t, i - by]. */
void augment_shift_channels(const struct sample *sample, int64_t by);

/** y[t, i] = 0 where first <= t < first + width. */
void augment_mask_time(const struct sample *sample, int64_t first, int64_t width);

/** y[t, i] = 0 where first <= i < first + width. */
void augment_mask_channels(const struct sample *sample, int64_t first, int64_t width);

/** y[t, i] = x[t, i] + event K[t, i], each K from the Poisson distribution of mean `rate`. */
void augment_add_events(const struct sample *sample, double rate, struct draw *draw);

/** y[t, i] = x[t, i] + deviation N[t, i], each N from the standard normal distribution. */
void augment_add_noise(const struct sample *sample, double deviation, struct draw *draw);

/** Plays the sample `speed` times as fast from its first step on; what then lies after the last step is lost.
 * Intensities: y[t] is x at the time t speed, linear between steps, and 0 after the last. Counts: each event of step t
 * moves to the step that contains (t + U) / speed, with each U uniform in [0, 1). */
void augment_speed(const struct sample *sample, double speed, struct draw *draw);

/** Mixes with another sample of the same shape, which is shifted by whole steps and channels so that its centre of mass
 * (of values above 0) is at that of the sample: z. Intensities: y = (x + z) / 2. Counts: y has each event of x and of z
 * with a probability of 1/2. */
void augment_mix(const struct sample *sample, const float *other, struct draw *draw);

/** The range of speeds, uniform on a logarithmic scale. */
struct speeds {
    double slowest, fastest; /**< both 0 or both 1: unchanged */
};

/** The augmentation of a run. All zero: none. */
struct augmentation {
    int64_t shift_time, shift_channels; /**< largest shift in either direction */
    int64_t mask_time, mask_channels;   /**< width of the widest mask */
    double events, noise;               /**< rate and deviation */
    struct speeds speed;
    double mix; /**< probability */
};

/** Returns 1 if it changes anything. */
int augmentation_is_on(const struct augmentation *augmentation);

/** Returns with which of the `others` the sample `index` is mixed in the epoch `epoch`, both from 0, or -1. */
int64_t augmentation_partner(const struct augmentation *augmentation, uint64_t seed, int64_t epoch, int64_t index,
                             int64_t others);

/** Changes a sample, in the order mix, speed, shifts, noise, masks. Its random numbers depend only on seed, epoch and
 * index, and those of one kind do not depend on which others are on. `other` is the partner, or NULL. */
void augment(const struct augmentation *augmentation, uint64_t seed, int64_t epoch, int64_t index,
             const struct sample *sample, const float *other);

#endif
