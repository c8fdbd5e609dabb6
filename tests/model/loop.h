/*
 * A whole network in evaluation, one sample, as doc/model.md states it: step by step in double precision, without
 * tiles, kernels or lists of synapses. What the library makes in single precision is compared with it.
 */
#ifndef SNND_TESTS_MODEL_LOOP_H
#define SNND_TESTS_MODEL_LOOP_H

#include "model/layer.h"

/* What a layer made of the sample. */
typedef struct loop_layer {
    double *output; /* [steps][neurons] */
    double *margin; /* [steps][neurons]: potential - threshold where a spike is taken; NULL: the layer takes none */
} loop_layer;

typedef struct loop {
    int32_t layers, steps;
    loop_layer *layer;
    int64_t spikes;         /* of all layers */
    double smallest_margin; /* the smallest |margin|; infinite without spiking layers */
} loop;

/* Passes `input` [steps][inputs] through the network. */
loop *loop_run(const snnd_network *network, const float *input, int32_t steps);
void loop_free(loop *made);

/* How often the library may differ from the loop, and how often it did. */
typedef struct loop_agreement {
    int64_t spikes;    /* of the loop, in the samples that agreed in all of them */
    int32_t samples;   /* that agreed */
    int32_t explained; /* samples whose first spike that differs had its potential within rounding of the threshold */
} loop_agreement;

/* Passes each of `samples` samples `input` [samples][steps][inputs] through both, and adds to `agreement`. Asserts that
 * every spike is the loop's and every other number is within rounding, but for samples whose first spike that differs
 * the threshold explains. */
void assert_follows_loop(snnd_network *network, const float *input, int32_t samples, int32_t steps,
                         loop_agreement *agreement);

#endif
