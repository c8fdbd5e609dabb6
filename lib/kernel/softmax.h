/* Softmax over classes at each step of one tile, and its backward pass. Arrays of doubles are [classes][16 lanes],
 * aligned as the library's memory is. */
#ifndef SNND_KERNEL_SOFTMAX_H
#define SNND_KERNEL_SOFTMAX_H

#include "kernel/rows.h"

typedef struct snnd_softmax_kernels {
    /* sum[c] = sum_t p[t][c],  p[t] = softmax(output[t]) */
    void (*sum_over_time)(int32_t classes, int32_t steps, snnd_rows output, double *sum, double *scratch);
    /* The same, in each lane over the steps t < end[lane] only. */
    void (*sum_to_end)(int32_t classes, int32_t steps, const int32_t end[16], snnd_rows output, double *sum,
                       double *scratch);
    /* dL/doutput[t][c] = p[t][c] (d[c] - sum_k d[k] p[t][k]) from d[c] = dL/dsum[c] */
    void (*backward)(int32_t classes, int32_t steps, snnd_rows output, const double *d_sum, double *scratch,
                     snnd_rows gradient);
    /* sum[c] += softmax(output)[c] for one step of one sample, `output` [classes], with the same bits as sum_over_time.
     * The arrays of doubles have room for a multiple of 8 classes. */
    void (*add_step)(int32_t classes, const float *output, double *sum, double *scratch);
} snnd_softmax_kernels;

#endif
