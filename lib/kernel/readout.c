/* The readouts, one entry of a table for each: scores of a batch or step by step, and the gradient back to potentials;
 * and the cross-entropy of scores (readout.h). */
#include "kernel/readout.h"

#include <math.h>

#include "snndelay.h"

static float *cell(const snnd_activity *activity, int32_t tile, int32_t neuron, int32_t t, int32_t lane) {
    return snnd_activity_row(activity, tile, neuron) + (size_t)t * SNND_LANES + lane;
}

/* ---- entries ---- */

/* readout.h explains the arguments of the functions of an entry, for a tile or for a step of one sample. */
typedef struct entry entry;
struct entry {
    void (*scores)(const entry *self, const snnd_softmax_kernels *kernels, const snnd_activity *output, int32_t tile,
                   int32_t lanes, const int32_t *end, double *scores, double *scratch);
    void (*backward)(const entry *self, const snnd_softmax_kernels *kernels, const snnd_activity *output,
                     const snnd_activity *gradient, int32_t tile, int32_t lanes, const int32_t *end,
                     const double *d_scores, double *scratch);
    /* For readouts that score each class separately: the score of a neuron in a lane over the first `steps` steps, and
     * its gradients at these steps from that of the score. Gradients of later steps are undefined. */
    double (*score)(const snnd_activity *output, int32_t tile, int32_t neuron, int32_t lane, int32_t steps);
    void (*give_back)(const snnd_activity *output, const snnd_activity *gradient, int32_t tile, int32_t neuron,
                      int32_t lane, int32_t steps, double d);
    void (*add)(const snnd_softmax_kernels *kernels, int32_t classes, int64_t step, const float *output, double *total,
                double *scratch);
    void (*total)(int32_t classes, int64_t steps, const double *total, float *scores);
};

static int32_t steps_of(const snnd_activity *output, const int32_t *end, int32_t lane) {
    return end == NULL ? output->steps : end[lane];
}

static void each_score(const entry *self, const snnd_softmax_kernels *kernels, const snnd_activity *output,
                       int32_t tile, int32_t lanes, const int32_t *end, double *scores, double *scratch) {
    (void)kernels, (void)scratch;
    for (int32_t lane = 0; lane < lanes; lane++, scores += output->neurons)
        for (int32_t c = 0; c < output->neurons; c++)
            scores[c] = self->score(output, tile, c, lane, steps_of(output, end, lane));
}

static void each_back(const entry *self, const snnd_softmax_kernels *kernels, const snnd_activity *output,
                      const snnd_activity *gradient, int32_t tile, int32_t lanes, const int32_t *end,
                      const double *d_scores, double *scratch) {
    (void)kernels, (void)scratch;
    for (int32_t lane = 0; lane < lanes; lane++, d_scores += output->neurons)
        for (int32_t c = 0; c < output->neurons; c++)
            self->give_back(output, gradient, tile, c, lane, steps_of(output, end, lane), d_scores[c]);
}

/* Sets the gradient of the only step that counts. */
static void give_to(const snnd_activity *gradient, int32_t tile, int32_t neuron, int32_t lane, int32_t step, double d) {
    for (int32_t t = 0; t < gradient->steps; t++)
        *cell(gradient, tile, neuron, t, lane) = t == step ? (float)d : 0.0f;
}

static void total_as_it_is(int32_t classes, int64_t steps, const double *total, float *scores) {
    (void)steps;
    for (int32_t c = 0; c < classes; c++)
        scores[c] = (float)total[c];
}

/* ---- sum of softmax ---- */

/* Converts [16 lanes] of each class to [classes] of each lane, and back. */
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

static void softmax_scores(const entry *self, const snnd_softmax_kernels *kernels, const snnd_activity *output,
                           int32_t tile, int32_t lanes, const int32_t *end, double *scores, double *scratch) {
    const int32_t classes = output->neurons;
    const snnd_rows rows = snnd_activity_rows(output, tile, 0);
    double *more = scratch + (size_t)classes * SNND_LANES;
    (void)self;
    if (end == NULL)
        kernels->sum_over_time(classes, output->steps, rows, scratch, more);
    else
        kernels->sum_to_end(classes, output->steps, end, rows, scratch, more);
    lanes_apart(classes, lanes, scratch, scores);
}

static void softmax_backward(const entry *self, const snnd_softmax_kernels *kernels, const snnd_activity *output,
                             const snnd_activity *gradient, int32_t tile, int32_t lanes, const int32_t *end,
                             const double *d_scores, double *scratch) {
    const int32_t classes = output->neurons;
    (void)self, (void)end;
    lanes_together(classes, lanes, d_scores, scratch);
    kernels->backward(classes, output->steps, snnd_activity_rows(output, tile, 0), scratch,
                      scratch + (size_t)classes * SNND_LANES, snnd_activity_rows(gradient, tile, 0));
}

static void softmax_add(const snnd_softmax_kernels *kernels, int32_t classes, int64_t step, const float *output,
                        double *total, double *scratch) {
    (void)step;
    kernels->add_step(classes, output, total, scratch);
}

/* In the order of the structure, so that the compiler reports a missing entry. */
static const entry softmax_sum_entry = {softmax_scores, softmax_backward, NULL, NULL, softmax_add, total_as_it_is};

/* ---- sum and mean ---- */

static double sum_score(const snnd_activity *output, int32_t tile, int32_t neuron, int32_t lane, int32_t steps) {
    double all = 0;
    for (int32_t t = 0; t < steps; t++)
        all += (double)*cell(output, tile, neuron, t, lane);
    return all;
}

static void sum_back(const snnd_activity *output, const snnd_activity *gradient, int32_t tile, int32_t neuron,
                     int32_t lane, int32_t steps, double d) {
    (void)output;
    for (int32_t t = 0; t < steps; t++)
        *cell(gradient, tile, neuron, t, lane) = (float)d;
}

static void sum_add(const snnd_softmax_kernels *kernels, int32_t classes, int64_t step, const float *output,
                    double *total, double *scratch) {
    (void)kernels, (void)step, (void)scratch;
    for (int32_t c = 0; c < classes; c++)
        total[c] += (double)output[c];
}

static const entry sum_entry = {each_score, each_back, sum_score, sum_back, sum_add, total_as_it_is};

static double mean_score(const snnd_activity *output, int32_t tile, int32_t neuron, int32_t lane, int32_t steps) {
    return sum_score(output, tile, neuron, lane, steps) / steps;
}

static void mean_back(const snnd_activity *output, const snnd_activity *gradient, int32_t tile, int32_t neuron,
                      int32_t lane, int32_t steps, double d) {
    sum_back(output, gradient, tile, neuron, lane, steps, d / steps);
}

static void mean_total(int32_t classes, int64_t steps, const double *total, float *scores) {
    for (int32_t c = 0; c < classes; c++)
        scores[c] = (float)(total[c] / (double)steps);
}

static const entry mean_entry = {each_score, each_back, mean_score, mean_back, sum_add, mean_total};

/* ---- largest, and last ---- */

/* Returns the first step at which a potential is largest. A NaN is never less than anything, so that it is returned. */
static int32_t peak(const snnd_activity *output, int32_t tile, int32_t neuron, int32_t lane, int32_t steps) {
    int32_t best = 0;
    for (int32_t t = 1; t < steps; t++)
        if (!(*cell(output, tile, neuron, t, lane) <= *cell(output, tile, neuron, best, lane)))
            best = t;
    return best;
}

static double max_score(const snnd_activity *output, int32_t tile, int32_t neuron, int32_t lane, int32_t steps) {
    return (double)*cell(output, tile, neuron, peak(output, tile, neuron, lane, steps), lane);
}

static void max_back(const snnd_activity *output, const snnd_activity *gradient, int32_t tile, int32_t neuron,
                     int32_t lane, int32_t steps, double d) {
    give_to(gradient, tile, neuron, lane, peak(output, tile, neuron, lane, steps), d);
}

static void max_add(const snnd_softmax_kernels *kernels, int32_t classes, int64_t step, const float *output,
                    double *total, double *scratch) {
    (void)kernels, (void)scratch;
    for (int32_t c = 0; c < classes; c++)
        if (step == 0 || !((double)output[c] <= total[c]))
            total[c] = (double)output[c];
}

static const entry max_entry = {each_score, each_back, max_score, max_back, max_add, total_as_it_is};

static double last_score(const snnd_activity *output, int32_t tile, int32_t neuron, int32_t lane, int32_t steps) {
    return (double)*cell(output, tile, neuron, steps - 1, lane);
}

static void last_back(const snnd_activity *output, const snnd_activity *gradient, int32_t tile, int32_t neuron,
                      int32_t lane, int32_t steps, double d) {
    (void)output;
    give_to(gradient, tile, neuron, lane, steps - 1, d);
}

static void last_add(const snnd_softmax_kernels *kernels, int32_t classes, int64_t step, const float *output,
                     double *total, double *scratch) {
    (void)kernels, (void)step, (void)scratch;
    for (int32_t c = 0; c < classes; c++)
        total[c] = (double)output[c];
}

static const entry last_entry = {each_score, each_back, last_score, last_back, last_add, total_as_it_is};

/* ---- all of them ---- */

#define READOUT_ENTRY(number, name) [SNND_READOUT_##number] = &name##_entry,
static const entry *const entries[] = {SNND_READOUTS(READOUT_ENTRY)};

void snnd_readout_scores(const snnd_softmax_kernels *kernels, int32_t readout, const snnd_activity *output,
                         int32_t tile, int32_t lanes, const int32_t *end, double *scores, double *scratch) {
    entries[readout]->scores(entries[readout], kernels, output, tile, lanes, end, scores, scratch);
}

void snnd_readout_add(const snnd_softmax_kernels *kernels, int32_t readout, int32_t classes, int64_t step,
                      const float *output, double *total, double *scratch) {
    entries[readout]->add(kernels, classes, step, output, total, scratch);
}

void snnd_readout_total(int32_t readout, int32_t classes, int64_t steps, const double *total, float *scores) {
    entries[readout]->total(classes, steps, total, scores);
}

void snnd_readout_backward(const snnd_softmax_kernels *kernels, int32_t readout, const snnd_activity *output,
                           const snnd_activity *gradient, int32_t tile, int32_t lanes, const int32_t *end,
                           const double *d_scores, double *scratch) {
    entries[readout]->backward(entries[readout], kernels, output, gradient, tile, lanes, end, d_scores, scratch);
    for (int32_t c = 0; c < output->neurons; c++)
        for (int32_t t = 0; t < output->steps; t++)
            for (int32_t lane = lanes; lane < SNND_LANES; lane++)
                *cell(gradient, tile, c, t, lane) = 0;
    for (int32_t lane = 0; lane < lanes && end != NULL; lane++)
        for (int32_t c = 0; c < output->neurons; c++)
            for (int32_t t = end[lane]; t < output->steps; t++)
                *cell(gradient, tile, c, t, lane) = 0;
}

/* ---- scores to the loss and the class ---- */

static double target_of(int32_t class, int32_t classes, int32_t label, double smoothing, const double *weight) {
    return (weight == NULL ? 1 : weight[class]) * ((class == label ? 1 - smoothing : 0) + smoothing / classes);
}

double snnd_cross_entropy(const double *scores, int32_t classes, int32_t label, double smoothing, const double *weight,
                          double *gradient) {
    double highest = -INFINITY, sum = 0, targets = 0, loss = 0;
    for (int32_t c = 0; c < classes; c++)
        highest = fmax(highest, scores[c]);
    for (int32_t c = 0; c < classes; c++) {
        sum += gradient[c] = exp(scores[c] - highest);
        targets += target_of(c, classes, label, smoothing, weight);
    }
    const double log_sum = log(sum);
    for (int32_t c = 0; c < classes; c++) {
        const double target = target_of(c, classes, label, smoothing, weight);
        gradient[c] = targets * (gradient[c] / sum) - target;
        loss += target * (log_sum - (scores[c] - highest));
    }
    return loss;
}

int32_t snnd_best_class(const double *scores, int32_t classes) {
    int32_t best = 0;
    for (int32_t c = 1; c < classes; c++)
        if (scores[c] > scores[best])
            best = c;
    return best;
}
