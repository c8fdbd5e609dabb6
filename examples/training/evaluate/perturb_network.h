/* Perturbations of a network. */
#ifndef TRAINING_PERTURB_NETWORK_H
#define TRAINING_PERTURB_NETWORK_H

#include <snndelay.h>

#include "training/evaluate/perturbation.h"

/** Fails where a network has no such layer, or delays that cannot be perturbed so. */
int perturb_check_network(const snnd_network *network, const struct perturbation *perturbation,
                          struct failure *failure);

/** Makes a network that is perturbed, and leaves the one that it came from as it is. What is drawn depends on the seed
 * and on the layer alone. */
int perturb_network(snnd_context *context, const snnd_network *from, const struct perturbation *perturbation,
                    uint64_t seed, snnd_network **perturbed, struct failure *failure);

#endif
