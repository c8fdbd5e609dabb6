#include "kernel/readout.h"

#include <math.h>

#include "snndelay.h"

static float *cell(const snnd_activity *activity, int32_t tile, int32_t neuron, int32_t t, int32_t lane) {
    return snnd_activity_row(activity, tile, neuron) + (size_t)t * SNND_LANES + lane;
}

static void softmax_at(const snnd_activity *output, int32_t tile, int32_t t, int32_t lane, double *share) {
    double highest = -INFINITY, sum = 0;
    for (int32_t c = 0; c < output->neurons; c++)
        highest = fmax(highest, (double)*cell(output, tile, c, t, lane));
    for (int32_t c = 0; c < output->neurons; c++)
        sum += share[c] = exp((double)*cell(output, tile, c, t, lane) - highest);
    for (int32_t c = 0; c < output->neurons; c++)
        share[c] /= sum;
}

static void softmax_sum(const snnd_activity *output, int32_t tile, int32_t lane, double *scores, double *scratch) {
    for (int32_t c = 0; c < output->neurons; c++)
        scores[c] = 0;
    for (int32_t t = 0; t < output->steps; t++) {
        softmax_at(output, tile, t, lane, scratch);
        for (int32_t c = 0; c < output->neurons; c++)
            scores[c] += scratch[c];
    }
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

void snnd_readout_scores(int32_t readout, const snnd_activity *output, int32_t tile, int32_t lanes, double *scores,
                         double *scratch) {
    for (int32_t lane = 0; lane < lanes; lane++, scores += output->neurons) {
        if (readout == SNND_READOUT_SOFTMAX_SUM)
            softmax_sum(output, tile, lane, scores, scratch);
        else
            for (int32_t c = 0; c < output->neurons; c++)
                scores[c] = score_of(readout, output, tile, c, lane);
    }
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

/* dL/dout[t][c] = p[c] (d[c] - sum_k d[k] p[k]), p the softmax at t. */
static void softmax_sum_backward(const snnd_activity *output, const snnd_activity *gradient, int32_t tile, int32_t lane,
                                 const double *d, double *p) {
    for (int32_t t = 0; t < output->steps; t++) {
        softmax_at(output, tile, t, lane, p);
        double mean = 0;
        for (int32_t c = 0; c < output->neurons; c++)
            mean += d[c] * p[c];
        for (int32_t c = 0; c < output->neurons; c++)
            *cell(gradient, tile, c, t, lane) = (float)(p[c] * (d[c] - mean));
    }
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

void snnd_readout_backward(int32_t readout, const snnd_activity *output, const snnd_activity *gradient, int32_t tile,
                           int32_t lanes, const double *d_scores, double *scratch) {
    for (int32_t lane = 0; lane < lanes; lane++, d_scores += output->neurons) {
        if (readout == SNND_READOUT_SOFTMAX_SUM)
            softmax_sum_backward(output, gradient, tile, lane, d_scores, scratch);
        else
            for (int32_t c = 0; c < output->neurons; c++)
                score_backward(readout, output, gradient, tile, c, lane, d_scores[c]);
    }
    for (int32_t c = 0; c < output->neurons; c++)
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
