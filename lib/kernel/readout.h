/* From potentials to scores, and from scores to the loss and its gradient. */
#ifndef SNND_KERNEL_READOUT_H
#define SNND_KERNEL_READOUT_H

#include <stdbool.h>

#include "kernel/activity.h"
#include "kernel/softmax.h"
#include "snndelay.h"

/*
 * All readouts, in the order of their numbers: what these end with, and their name in files and code. Each has
 * an entry NAME_entry in readout.c, and another in export/c_readout.c; neither file compiles where one is missing.
 */
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

/* The readout that is asked for, which may be the network's own. */
static inline int32_t snnd_choose_readout(int32_t asked, int32_t own) {
    return asked == SNND_READOUT_NETWORK ? own : asked;
}

/*
 * Scores [samples in the tile][classes] of one tile under a snnd_readout:
 *
 *     softmax sum: m[c] = sum_t softmax_c(out[t])     sum, mean, max over t, last: of out[t][c]
 *
 * `end` [16] says for each lane how many steps its sample has, which are the steps that count; NULL: all. `scratch` has
 * room for 2 classes * 16 numbers.
 */
void snnd_readout_scores(const snnd_softmax_kernels *kernels, int32_t readout, const snnd_activity *output,
                         int32_t tile, int32_t lanes, const int32_t *end, double *scores, double *scratch);

/* The same, step by step: takes the potentials `output` [classes] of step `step` (0, 1, ...) of one sample into
 * `total`. `total` and `scratch` have room for a multiple of 8 classes. */
void snnd_readout_add(const snnd_softmax_kernels *kernels, int32_t readout, int32_t classes, int64_t step,
                      const float *output, double *total, double *scratch);
/* The scores after `steps` of them (>= 1). */
void snnd_readout_total(int32_t readout, int32_t classes, int64_t steps, const double *total, float *scores);

/*
 * Cross-entropy of one sample with a target t [classes],
 *
 *     -sum_c t[c] log softmax_c(scores),   t[c] = w[c] ((1 - e) [c = label] + e / classes),
 *
 * e the smoothing, w the weights of the classes (NULL: all 1); `gradient` [classes] receives its derivative,
 * (sum of t) softmax - t.
 */
double snnd_cross_entropy(const double *scores, int32_t classes, int32_t label, double smoothing, const double *weight,
                          double *gradient);

/* dL/doutput of one tile from dL/dscores [lanes][classes]; lanes without a sample and steps
 * beyond its end get 0. `end` and `scratch` as above. */
void snnd_readout_backward(const snnd_softmax_kernels *kernels, int32_t readout, const snnd_activity *output,
                           const snnd_activity *gradient, int32_t tile, int32_t lanes, const int32_t *end,
                           const double *d_scores, double *scratch);

/* The first class with the highest score. */
int32_t snnd_best_class(const double *scores, int32_t classes);

#endif
