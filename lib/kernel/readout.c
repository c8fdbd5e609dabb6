#include "kernel/readout.h"

#include <math.h>

#include "snndelay.h"

static float *cell(const snnd_activity *activity, int32_t tile, int32_t neuron, int32_t t, int32_t lane) {
    return snnd_activity_row(activity, tile, neuron) + (size_t)t * SNND_LANES + lane;
}

/* The first step at which a potential is largest. A NaN is never smaller than anything, so that it shows. */
static int32_t peak(const snnd_activity *output, int32_t tile, int32_t neuron, int32_t lane) {
    int32_t best = 0;
    for (int32_t t = 1; t < output->steps; t++)
        if (!(*cell(output, tile, neuron, t, lane) <= *cell(output, tile, neuron, best, lane)))
            best = t;
    return best;
}

static double score_of(int32_t readout, const snnd_activity *output, int32_t tile, int32_t neuron, int32_t lane) {
    if (readout == SNND_READOUT_LAST)
        return (double)*cell(output, tile, neuron, output->steps - 1, lane);
    if (readout == SNND_READOUT_MAX)
        return (double)*cell(output, tile, neuron, peak(output, tile, neuron, lane), lane);
    double sum = 0;
    for (int32_t t = 0; t < output->steps; t++)
        sum += (double)*cell(output, tile, neuron, t, lane);
    return readout == SNND_READOUT_MEAN ? sum / output->steps : sum;
}

/* [16 lanes] of each class to [classes] of each lane, and back. */
static void lanes_apart(int32_t classes, int32_t lanes, const double *by_class, double *by_lane) {
    for (int32_t lane = 0; lane < lanes; lane++)
        for (int32_t c = 0; c < classes; c++)
            by_lane[(size_t)lane * (size_t)classes + (size_t)c] = by_class[(size_t)c * SNND_LANES + (size_t)lane];
}

static void lanes_together(int32_t classes, int32_t lanes, const double *by_lane, double *by_class) {
    for (int32_t c = 0; c < classes; c++)
        for (int32_t lane = 0; lane < SNND_LANES; lane++)
            by_class[(size_t)c * SNND_LANES + (size_t)lane] =
                lane < lanes ? by_lane[(size_t)lane * (size_t)classes + (size_t)c] : 0;
}

void snnd_readout_scores(const snnd_softmax_kernels *kernels, int32_t readout, const snnd_activity *output,
                         int32_t tile, int32_t lanes, double *scores, double *scratch) {
    const int32_t classes = output->neurons;
    if (readout == SNND_READOUT_SOFTMAX_SUM) {
        kernels->sum_over_time(classes, output->steps, snnd_activity_rows(output, tile, 0), scratch,
                               scratch + (size_t)classes * SNND_LANES);
        lanes_apart(classes, lanes, scratch, scores);
        return;
    }
    for (int32_t lane = 0; lane < lanes; lane++, scores += classes)
        for (int32_t c = 0; c < classes; c++)
            scores[c] = score_of(readout, output, tile, c, lane);
}

void snnd_readout_add(const snnd_softmax_kernels *kernels, int32_t readout, int32_t classes, int64_t step,
                      const float *output, double *total, double *scratch) {
    if (readout == SNND_READOUT_SOFTMAX_SUM) {
        kernels->add_step(classes, output, total, scratch);
        return;
    }
    for (int32_t c = 0; c < classes; c++) {
        const double x = (double)output[c];
        if (readout == SNND_READOUT_LAST || (readout == SNND_READOUT_MAX && (step == 0 || !(x <= total[c]))))
            total[c] = x;
        else if (readout != SNND_READOUT_MAX)
            total[c] += x;
    }
}

void snnd_readout_total(int32_t readout, int32_t classes, int64_t steps, const double *total, float *scores) {
    for (int32_t c = 0; c < classes; c++)
        scores[c] = (float)(readout == SNND_READOUT_MEAN ? total[c] / (double)steps : total[c]);
}

double snnd_cross_entropy(const double *scores, int32_t classes, int32_t label, double *gradient) {
    double highest = -INFINITY, sum = 0;
    for (int32_t c = 0; c < classes; c++)
        highest = fmax(highest, scores[c]);
    for (int32_t c = 0; c < classes; c++)
        sum += gradient[c] = exp(scores[c] - highest);
    for (int32_t c = 0; c < classes; c++)
        gradient[c] /= sum;
    gradient[label] -= 1;
    return log(sum) - (scores[label] - highest);
}

static void score_backward(int32_t readout, const snnd_activity *output, const snnd_activity *gradient, int32_t tile,
                           int32_t neuron, int32_t lane, double d) {
    int32_t steps = output->steps, only = -1; /* the step that counts, -1: all */
    if (readout == SNND_READOUT_LAST)
        only = steps - 1;
    else if (readout == SNND_READOUT_MAX)
        only = peak(output, tile, neuron, lane);
    else if (readout == SNND_READOUT_MEAN)
        d /= steps;
    for (int32_t t = 0; t < steps; t++)
        *cell(gradient, tile, neuron, t, lane) = only < 0 || t == only ? (float)d : 0.0f;
}

void snnd_readout_backward(const snnd_softmax_kernels *kernels, int32_t readout, const snnd_activity *output,
                           const snnd_activity *gradient, int32_t tile, int32_t lanes, const double *d_scores,
                           double *scratch) {
    const int32_t classes = output->neurons;
    if (readout == SNND_READOUT_SOFTMAX_SUM) {
        lanes_together(classes, lanes, d_scores, scratch);
        kernels->backward(classes, output->steps, snnd_activity_rows(output, tile, 0), scratch,
                          scratch + (size_t)classes * SNND_LANES, snnd_activity_rows(gradient, tile, 0));
    } else {
        for (int32_t lane = 0; lane < lanes; lane++)
            for (int32_t c = 0; c < classes; c++)
                score_backward(readout, output, gradient, tile, c, lane,
                               d_scores[(size_t)lane * (size_t)classes + (size_t)c]);
    }
    for (int32_t c = 0; c < classes; c++)
        for (int32_t t = 0; t < output->steps; t++)
            for (int32_t lane = lanes; lane < SNND_LANES; lane++)
                *cell(gradient, tile, c, t, lane) = 0;
}

int32_t snnd_best_class(const double *scores, int32_t classes) {
    int32_t best = 0;
    for (int32_t c = 1; c < classes; c++)
        if (scores[c] > scores[best])
            best = c;
    return best;
}
