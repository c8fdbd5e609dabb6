/* Computes scores from potentials, and the loss and its gradient from scores. */
#ifndef SNND_KERNEL_READOUT_H
#define SNND_KERNEL_READOUT_H

#include <stdbool.h>

#include "kernel/activity.h"
#include "kernel/softmax.h"
#include "snndelay.h"

/* All readouts, in the order of their numbers: the suffix of the number, and the name in files and code. Each has an
 * entry NAME_entry in readout.c and another in export/c_readout.c; neither file compiles where one is missing. */
#define SNND_READOUTS(READOUT)                                                                                         \
    READOUT(SOFTMAX_SUM, softmax_sum)                                                                                  \
    READOUT(SUM, sum)                                                                                                  \
    READOUT(MEAN, mean)                                                                                                \
    READOUT(MAX, max)                                                                                                  \
    READOUT(LAST, last)

#define SNND_COUNT_READOUT(number, name) +1
enum { SNND_READOUTS_END = SNND_READOUT_SOFTMAX_SUM SNND_READOUTS(SNND_COUNT_READOUT) };

static inline bool snnd_is_readout(int32_t readout) {
    return readout >= SNND_READOUT_SOFTMAX_SUM && readout < SNND_READOUTS_END;
}

/* Returns the readout that was asked for, which may be that of the network. */
static inline int32_t snnd_choose_readout(int32_t asked, int32_t own) {
    return asked == SNND_READOUT_NETWORK ? own : asked;
}

/*
 * Computes the scores [samples in the tile][classes] of one tile with a snnd_readout:
 *
 *     softmax sum: m[c] = sum_t softmax_c(out[t])     sum, mean, max over t, last: of out[t][c]
 *
 * `end` [16] is the number of steps of the sample in each lane, and only these count; NULL: all steps count. `scratch`
 * has room for 2 classes * 16 numbers.
 */
void snnd_readout_scores(const snnd_softmax_kernels *kernels, int32_t readout, const snnd_activity *output,
                         int32_t tile, int32_t lanes, const int32_t *end, double *scores, double *scratch);

/* The same, step by step: adds the potentials `output` [classes] of step `step` (0, 1, ...) of one sample to `total`.
 * `total` and `scratch` have room for a multiple of 8 classes. */
void snnd_readout_add(const snnd_softmax_kernels *kernels, int32_t readout, int32_t classes, int64_t step,
                      const float *output, double *total, double *scratch);
/* Returns the scores after `steps` steps (>= 1). */
void snnd_readout_total(int32_t readout, int32_t classes, int64_t steps, const double *total, float *scores);

/*
 * Returns the cross-entropy of one sample with a target t [classes],
 *
 *     -sum_c t[c] log softmax_c(scores),   t[c] = w[c] ((1 - e) [c = label] + e / classes),
 *
 * where e is the smoothing and w the weights of the classes (NULL: all 1). `gradient` [classes] receives its
 * derivative, (sum of t) softmax - t.
 */
double snnd_cross_entropy(const double *scores, int32_t classes, int32_t label, double smoothing, const double *weight,
                          double *gradient);

/* Computes dL/doutput of one tile from dL/dscores [lanes][classes]. Lanes without a sample, and steps after its end,
 * get 0. `end` and `scratch` are as above. */
void snnd_readout_backward(const snnd_softmax_kernels *kernels, int32_t readout, const snnd_activity *output,
                           const snnd_activity *gradient, int32_t tile, int32_t lanes, const int32_t *end,
                           const double *d_scores, double *scratch);

/* Returns the first class with the highest score. */
int32_t snnd_best_class(const double *scores, int32_t classes);

#endif
