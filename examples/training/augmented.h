/* Training samples that are augmented anew in each epoch. */
#ifndef TRAINING_AUGMENTED_H
#define TRAINING_AUGMENTED_H

#include "training/augment.h"
#include "training/data.h"

/**
 * Puts another training set in the place of the one that the data have, which is then among what they hold: its samples
 * are augmented in a training epoch and as they were outside of one. Fails, with the name of the option, where the
 * augmentation is none for samples of that kind or shape.
 */
int augment_training(snnd_context *context, const struct augmentation *augmentation, uint64_t seed, struct data *data,
                     struct failure *failure);

#endif
