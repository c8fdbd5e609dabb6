/* What others ask of a LIF layer. */
#ifndef SNND_MODEL_LIF_H
#define SNND_MODEL_LIF_H

#include "model/layer_pass.h"

/* Its constants, as the kernels take them. */
snnd_lif snnd_lif_constants(const snnd_layer *layer);

/* Membrane potentials before each spike is taken, from the currents. */
void snnd_lif_potential(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows potential);

/* Spikes of a neuron in the last pass, over all samples and steps. */
int64_t snnd_lif_neuron_spikes(const snnd_stage *stage, int32_t neuron);

/* The same over all neurons. */
int64_t snnd_lif_spikes(const snnd_stage *stage);

#endif
