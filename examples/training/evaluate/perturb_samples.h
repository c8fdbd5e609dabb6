/* Perturbations of samples, before silent steps follow them. */
#ifndef TRAINING_PERTURB_SAMPLES_H
#define TRAINING_PERTURB_SAMPLES_H

#include "training/data.h"
#include "training/evaluate/perturbation.h"

/** Fails where nothing of these samples could be left, or where they are not what the noise is for. */
int perturb_check_samples(const struct data *data, const struct perturbation *perturbation, struct failure *failure);

/** Makes data whose testing samples are those of `from`, perturbed unless the perturbation is of the network, each with
 * `silent` silent steps behind it; then data_free(). What is drawn depends on the seed and on the sample alone. `from`
 * and `perturbation` must outlive `data`. */
int perturb_samples(snnd_context *context, const struct data *from, const struct perturbation *perturbation,
                    uint64_t seed, int32_t silent, struct data *data, struct failure *failure);

#endif
