/*
 * In double between float32 activities: the normalised input is a difference of numbers that may be close, and what is
 * lost in it is lost in every gradient behind it.
 */
#include "kernel/norm.h"

enum { L = SNND_LANES };

/* Sum of the lanes that hold samples. */
static double sum_lanes(const double *sum, int32_t lanes) {
    double total = 0;
    for (int32_t l = 0; l < lanes; l++)
        total += sum[l];
    return total;
}

static double mean_of(const snnd_activity *input, int32_t neuron, int32_t samples) {
    double total = 0;
    for (int32_t tile = 0; tile < snnd_tiles(samples); tile++) {
        const float *x = snnd_activity_row(input, tile, neuron);
        double sum[L] = {0};
        for (int32_t t = 0; t < input->steps; t++)
            for (int l = 0; l < L; l++)
                sum[l] += (double)x[(size_t)t * L + l];
        total += sum_lanes(sum, snnd_lanes(samples, tile));
    }
    return total / ((double)samples * input->steps);
}

snnd_moments snnd_norm_moments(const snnd_activity *input, int32_t neuron, int32_t samples) {
    const double mean = mean_of(input, neuron, samples);
    double squares = 0;
    for (int32_t tile = 0; tile < snnd_tiles(samples); tile++) {
        const float *x = snnd_activity_row(input, tile, neuron);
        double sum[L] = {0};
        for (int32_t t = 0; t < input->steps; t++)
            for (int l = 0; l < L; l++) {
                const double d = (double)x[(size_t)t * L + l] - mean;
                sum[l] += d * d;
            }
        squares += sum_lanes(sum, snnd_lanes(samples, tile));
    }
    return (snnd_moments){.mean = mean, .variance = squares / ((double)samples * input->steps)};
}

void snnd_norm_forward(const snnd_activity *input, const snnd_activity *output, int32_t neuron, int32_t samples,
                       const snnd_affine *by) {
    const double factor = by->inverse_deviation * by->scale;
    for (int32_t tile = 0; tile < snnd_tiles(samples); tile++) {
        const float *x = snnd_activity_row(input, tile, neuron);
        float *y = snnd_activity_row(output, tile, neuron);
        for (size_t k = 0; k < (size_t)input->steps * L; k++)
            y[k] = (float)(((double)x[k] - by->mean) * factor + by->shift);
    }
}

void snnd_norm_backward(const snnd_activity *input, const snnd_activity *gradient, int32_t neuron, int32_t samples,
                        const snnd_affine *by, float *d_scale, float *d_shift) {
    double shift_sum = 0, scale_sum = 0;
    for (int32_t tile = 0; tile < snnd_tiles(samples); tile++) {
        const float *x = snnd_activity_row(input, tile, neuron), *g = snnd_activity_row(gradient, tile, neuron);
        double sum[L] = {0}, product[L] = {0};
        for (int32_t t = 0; t < input->steps; t++)
            for (int l = 0; l < L; l++) {
                const size_t k = (size_t)t * L + l;
                sum[l] += (double)g[k];
                product[l] += (double)g[k] * ((double)x[k] - by->mean);
            }
        shift_sum += sum_lanes(sum, snnd_lanes(samples, tile));
        scale_sum += sum_lanes(product, snnd_lanes(samples, tile));
    }
    scale_sum *= by->inverse_deviation;
    *d_shift = (float)shift_sum;
    *d_scale = (float)scale_sum;
    const double count = (double)samples * input->steps;
    const double common = shift_sum / count, along = scale_sum / count * by->inverse_deviation;
    for (int32_t tile = 0; tile < snnd_tiles(samples); tile++) {
        const float *x = snnd_activity_row(input, tile, neuron);
        float *g = snnd_activity_row(gradient, tile, neuron);
        double factor[L] = {0}; /* zero where there is no sample */
        for (int32_t l = 0; l < snnd_lanes(samples, tile); l++)
            factor[l] = by->scale * by->inverse_deviation;
        for (int32_t t = 0; t < input->steps; t++)
            for (int l = 0; l < L; l++) {
                const size_t k = (size_t)t * L + l;
                g[k] = (float)(factor[l] * ((double)g[k] - common - ((double)x[k] - by->mean) * along));
            }
    }
}
