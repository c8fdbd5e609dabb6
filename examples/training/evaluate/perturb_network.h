/* Perturbations of a network. */
#ifndef TRAINING_PERTURB_NETWORK_H
#define TRAINING_PERTURB_NETWORK_H

#include <snndelay.h>

#include "training/evaluate/perturbation.h"

/** Fails where a network does not have the layer, or has delays that cannot be perturbed in this way. */
int perturb_check_network(const snnd_network *network, const struct perturbation *perturbation,
                          struct failure *failure);

/** Creates a perturbed network; the original is not changed. Random numbers depend only on the seed and the layer. */
int perturb_network(snnd_context *context, const snnd_network *from, const struct perturbation *perturbation,
                    uint64_t seed, snnd_network **perturbed, struct failure *failure);

#endif
