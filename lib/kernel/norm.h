/* Batch normalisation of one neuron over all tiles. */
#ifndef SNND_KERNEL_NORM_H
#define SNND_KERNEL_NORM_H

#include "kernel/activity.h"

/* Mean and (biased) variance of a neuron over the time steps of `samples` samples. */
typedef struct snnd_moments {
    double mean, variance;
} snnd_moments;

/* What one neuron is normalised by. */
typedef struct snnd_affine {
    double mean, inverse_deviation, scale, shift;
} snnd_affine;

snnd_moments snnd_norm_moments(const snnd_activity *input, int32_t neuron, int32_t samples);

/* output = (input - mean) * inverse_deviation * scale + shift,  inverse_deviation = 1 / sqrt(variance + epsilon) */
void snnd_norm_forward(const snnd_activity *input, const snnd_activity *output, int32_t neuron, int32_t samples,
                       const snnd_affine *by);

/*
 * In place: `gradient` holds dL/doutput and receives dL/dinput. With x' the normalised input and N = samples * steps,
 *
 *     dL/dshift = sum dL/dy,   dL/dscale = sum dL/dy x'
 *     dL/dx = scale / deviation * (dL/dy - dL/dshift / N - x' dL/dscale / N)
 */
void snnd_norm_backward(const snnd_activity *input, const snnd_activity *gradient, int32_t neuron, int32_t samples,
                        const snnd_affine *by, float *d_scale, float *d_shift);

#endif
