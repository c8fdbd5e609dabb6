/* Training samples that are augmented in each epoch. */
#ifndef TRAINING_AUGMENTED_H
#define TRAINING_AUGMENTED_H

#include "training/augment.h"
#include "training/data.h"

/** Replaces the training set of the data, which is then among the memory that they hold, by one whose samples are
 * augmented in training epochs, and unchanged otherwise. Fails with the name of the option where the augmentation is
 * not possible for samples of that kind or shape. */
int augment_training(snnd_context *context, const struct augmentation *augmentation, uint64_t seed, struct data *data,
                     struct failure *failure);

#endif
