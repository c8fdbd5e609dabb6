/* Paths through a sparse network, from its inputs to its outputs. */
#ifndef TRAINING_PATHS_H
#define TRAINING_PATHS_H

#include <snndelay.h>

/** Moves as few synapses of a network with masks as are needed to reach every output from the inputs; where the last
 * layer has too few synapses for that, it reaches as many outputs as possible. The number of synapses of each layer
 * does not change, nor that of neurons that all have the same number. The seed decides which synapses move, and where
 * to; a synapse keeps its weight, and gets the sign and the delay of its new place. The network must have no
 * controller. */
snnd_status paths_make(snnd_network *network, uint64_t seed);

/** Counts the outputs without a path from the inputs. */
snnd_status paths_lacking(snnd_network *network, int32_t *outputs);

#endif
