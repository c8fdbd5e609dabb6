/* Ways through a sparse network, from its inputs to its outputs. */
#ifndef TRAINING_PATHS_H
#define TRAINING_PATHS_H

#include <snndelay.h>

/** Moves as few synapses of a network under masks as it takes for every output to be reached from the inputs; where the
 * last layer has too few synapses for that, as many outputs as can be. No layer gets more or fewer synapses, and no
 * neuron where each has as many. What moves, and where to, is drawn by the seed; a synapse takes its weight along, and
 * has the sign and the delay of the place where it comes to. No controller may be on the network. */
snnd_status paths_make(snnd_network *network, uint64_t seed);

/** Outputs that no synapses lead to from the inputs. */
snnd_status paths_lacking(snnd_network *network, int32_t *outputs);

#endif
