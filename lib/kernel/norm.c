#include "kernel/norm.h"

enum { L = SNND_LANES };

/* Sum of the lanes that hold samples. */
static double sum_lanes(const float *sum, int32_t lanes) {
    double total = 0;
    for (int32_t l = 0; l < lanes; l++)
        total += (double)sum[l];
    return total;
}

snnd_moments snnd_norm_moments(const snnd_activity *input, int32_t neuron, int32_t samples) {
    int32_t tiles = snnd_tiles(samples);
    double count = (double)samples * input->steps, total = 0, squares = 0;
    for (int32_t tile = 0; tile < tiles; tile++) {
        const float *x = snnd_activity_row(input, tile, neuron);
        float sum[L] = {0};
        for (int32_t t = 0; t < input->steps; t++)
            for (int l = 0; l < L; l++)
                sum[l] += x[(size_t)t * L + l];
        total += sum_lanes(sum, snnd_lanes(samples, tile));
    }
    const float mean = (float)(total / count);
    for (int32_t tile = 0; tile < tiles; tile++) {
        const float *x = snnd_activity_row(input, tile, neuron);
        float sum[L] = {0};
        for (int32_t t = 0; t < input->steps; t++)
            for (int l = 0; l < L; l++) {
                float d = x[(size_t)t * L + l] - mean;
                sum[l] += d * d;
            }
        squares += sum_lanes(sum, snnd_lanes(samples, tile));
    }
    double rounding = total / count - (double)mean;
    return (snnd_moments){.mean = total / count, .variance = squares / count - rounding * rounding};
}

void snnd_norm_forward(const snnd_activity *input, const snnd_activity *output, int32_t neuron, int32_t samples,
                       float mean, float inverse_deviation, float scale, float shift) {
    const float factor = inverse_deviation * scale;
    for (int32_t tile = 0; tile < snnd_tiles(samples); tile++) {
        const float *x = snnd_activity_row(input, tile, neuron);
        float *y = snnd_activity_row(output, tile, neuron);
        for (size_t k = 0; k < (size_t)input->steps * L; k++)
            y[k] = (x[k] - mean) * factor + shift;
    }
}

void snnd_norm_backward(const snnd_activity *input, const snnd_activity *gradient, int32_t neuron, int32_t samples,
                        float mean, float inverse_deviation, float scale, float *d_scale, float *d_shift) {
    int32_t tiles = snnd_tiles(samples);
    double shift_sum = 0, scale_sum = 0;
    for (int32_t tile = 0; tile < tiles; tile++) {
        const float *x = snnd_activity_row(input, tile, neuron), *g = snnd_activity_row(gradient, tile, neuron);
        float sum[L] = {0}, product[L] = {0};
        for (int32_t t = 0; t < input->steps; t++)
            for (int l = 0; l < L; l++) {
                size_t k = (size_t)t * L + l;
                sum[l] += g[k];
                product[l] += g[k] * (x[k] - mean);
            }
        shift_sum += sum_lanes(sum, snnd_lanes(samples, tile));
        scale_sum += sum_lanes(product, snnd_lanes(samples, tile));
    }
    scale_sum *= (double)inverse_deviation;
    *d_shift = (float)shift_sum;
    *d_scale = (float)scale_sum;
    const double count = (double)samples * input->steps;
    const float common = (float)(shift_sum / count);
    const float along = (float)(scale_sum / count * (double)inverse_deviation);
    const float factor = scale * inverse_deviation;
    for (int32_t tile = 0; tile < tiles; tile++) {
        const float *x = snnd_activity_row(input, tile, neuron);
        float *g = snnd_activity_row(gradient, tile, neuron);
        float lane[L] = {0}; /* zero where there is no sample */
        for (int32_t l = 0; l < snnd_lanes(samples, tile); l++)
            lane[l] = factor;
        for (int32_t t = 0; t < input->steps; t++)
            for (int l = 0; l < L; l++) {
                size_t k = (size_t)t * L + l;
                g[k] = lane[l] * (g[k] - common - (x[k] - mean) * along);
            }
    }
}
