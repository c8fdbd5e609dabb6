/* Perturbations of samples, which come before silent steps. */
#ifndef TRAINING_PERTURB_SAMPLES_H
#define TRAINING_PERTURB_SAMPLES_H

#include "training/data.h"
#include "training/evaluate/perturbation.h"

/** Fails where nothing of these samples would be left, or where the noise is for another kind of samples. */
int perturb_check_samples(const struct data *data, const struct perturbation *perturbation, struct failure *failure);

/** Creates data whose testing samples are those of `from`, perturbed unless the perturbation is of the network, each
 * followed by `silent` silent steps; data_free() must follow. Random numbers depend only on the seed and the sample.
 * `from` and `perturbation` must outlive `data`. */
int perturb_samples(snnd_context *context, const struct data *from, const struct perturbation *perturbation,
                    uint64_t seed, int32_t silent, struct data *data, struct failure *failure);

#endif
