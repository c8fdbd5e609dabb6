/* Currents of delayed synapses at one time step of one sample, for streams. All data are plain arrays. */
#ifndef SNND_KERNEL_FRAME_H
#define SNND_KERNEL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Synapses with whole delays, listed by presynaptic neuron; each list is in the order of outputs, and for one output in
 * the order of its synapses. The arrays of delays and values end with SNND_FRAME_MARGIN zeros. */
typedef struct snnd_frame_synapses {
    int32_t inputs, outputs, taps; /* K */
    int64_t *begin;                /* [inputs + 1] where each list begins */
    bool dense;                    /* whether every list contains every output once */
    int32_t *output;               /* the output of each synapse */
    uint16_t *delay;               /* in steps, 0 to K - 1; NULL where synapses share them */
    float *value;
} snnd_frame_synapses;

/* The past of the inputs: input i was x[i * 2K + newest + a] a steps ago, for a = 0 .. K-1, and idle[i] is the number
 * of steps since it was last not 0. The memory extends SNND_FRAME_MARGIN numbers past the last row. */
typedef struct snnd_frame_past {
    const float *x;
    const int32_t *idle;
    int32_t newest;
} snnd_frame_past;

enum { SNND_FRAME_MARGIN = 32 };

typedef struct snnd_frame_kernels {
    /* current[o] = sum_i sum_s value[s] x_i[-delay[s]] over the synapses s from i to o. These are the sums of
     * snnd_gather, in the same order and to the same bits. Inputs that were 0 for all of K steps are skipped. `current`
     * is aligned as the library's memory is, and has room for a multiple of 16. */
    void (*currents)(const snnd_frame_synapses *synapses, const snnd_frame_past *past, float *current);

    /* current[o] = sum_i sum_s value[s] x[i] over the synapses s from i to o, without delays, in the same order. Inputs
     * that are 0 are skipped. `current` has room for a multiple of 16, and needs no alignment. */
    void (*product)(const snnd_frame_synapses *synapses, const float *x, float *current);
} snnd_frame_kernels;

#endif
