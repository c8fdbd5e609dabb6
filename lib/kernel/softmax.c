/* Softmax over classes at each step (softmax.h), compiled once for each instruction set, in double precision as scores
 * are. */
#include "kernel/softmax.h"

#include "kernel/vector.h"

/* Computes p[c] of one step and half a vector of lanes; `share` is [classes][HALVES]. */
INLINE void softmax_at(int32_t classes, snnd_rows output, int32_t t, int half, vector_double *share) {
    vector_double highest = doubles_in(output.data, t, half), sum = {0};
    for (int32_t c = 1; c < classes; c++) {
        const vector_double x = doubles_in(snnd_rows_of(output, c), t, half);
        const vector_long higher = x > highest;
        highest = (vector_double)((higher & (vector_long)x) | (~higher & (vector_long)highest));
    }
    for (int32_t c = 0; c < classes; c++)
        sum += share[c * HALVES] = exponential(doubles_in(snnd_rows_of(output, c), t, half) - highest);
    for (int32_t c = 0; c < classes; c++)
        share[c * HALVES] /= sum;
}

INLINE void sum_up(int32_t classes, int32_t steps, const int32_t *end, snnd_rows output, double *sum, double *scratch,
                   const int to_end) {
    for (int32_t k = 0; k < classes * SNND_LANES; k++)
        sum[k] = 0;
    for (int half = 0; half < HALVES; half++) {
        vector_double *total = (vector_double *)sum + half, *share = (vector_double *)scratch + half;
        vector_long ends = {0};
        for (int l = 0; l < DOUBLES && to_end; l++)
            ends[l] = end[half * DOUBLES + l];
        for (int32_t t = 0; t < steps; t++) {
            softmax_at(classes, output, t, half, share);
            for (int32_t c = 0; c < classes; c++)
                total[c * HALVES] += to_end ? doubles_where(ends > t, share[c * HALVES]) : share[c * HALVES];
        }
    }
}

static void sum_over_time(int32_t classes, int32_t steps, snnd_rows output, double *sum, double *scratch) {
    sum_up(classes, steps, NULL, output, sum, scratch, 0);
}

static void sum_to_end(int32_t classes, int32_t steps, const int32_t end[SNND_LANES], snnd_rows output, double *sum,
                       double *scratch) {
    sum_up(classes, steps, end, output, sum, scratch, 1);
}

static void backward(int32_t classes, int32_t steps, snnd_rows output, const double *d_sum, double *scratch,
                     snnd_rows gradient) {
    for (int half = 0; half < HALVES; half++) {
        const vector_double *d = (const vector_double *)d_sum + half;
        vector_double *share = (vector_double *)scratch + half;
        for (int32_t t = 0; t < steps; t++) {
            softmax_at(classes, output, t, half, share);
            vector_double mean = {0};
            for (int32_t c = 0; c < classes; c++)
                mean = doubles_multiply_add(d[c * HALVES], share[c * HALVES], mean);
            for (int32_t c = 0; c < classes; c++)
                doubles_out(snnd_rows_of(gradient, c), t, half, share[c * HALVES] * (d[c * HALVES] - mean));
        }
    }
}

/* Here classes are side by side, where the other functions have samples. */
static void add_step(int32_t classes, const float *output, double *sum, double *scratch) {
    double highest = (double)output[0], total = 0;
    for (int32_t c = 1; c < classes; c++)
        highest = (double)output[c] > highest ? (double)output[c] : highest;
    for (int32_t c = 0; c < classes; c++)
        scratch[c] = (double)output[c] - highest;
    for (int32_t c = classes; c % DOUBLES != 0; c++)
        scratch[c] = 0;
    for (int32_t c = 0; c < classes; c += DOUBLES)
        *(vector_double *)(scratch + c) = exponential(*(vector_double *)(scratch + c));
    for (int32_t c = 0; c < classes; c++)
        total += scratch[c];
    for (int32_t c = 0; c < classes; c++)
        sum[c] += scratch[c] / total;
}

extern const snnd_softmax_kernels SNND_SOFTMAX_KERNELS;
const snnd_softmax_kernels SNND_SOFTMAX_KERNELS = {

    .sum_over_time = sum_over_time, .sum_to_end = sum_to_end, .backward = backward, .add_step = add_step};
