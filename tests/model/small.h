/* Small networks and numbers to put through them. */
#ifndef SNND_TESTS_MODEL_SMALL_H
#define SNND_TESTS_MODEL_SMALL_H

#include <math.h>
#include <stdlib.h>

#include "model/workspace.h"
#include "support.h"

/* The n-th of a row of numbers uniform between `low` and `high`. */
static inline double uniform(double low, double high, uint64_t stream, uint64_t n) {
    return low + (high - low) * snnd_random_uniform(77, stream, n);
}

static inline void fill_uniform(float *values, size_t count, double low, double high, uint64_t stream) {
    for (size_t k = 0; k < count; k++)
        values[k] = (float)uniform(low, high, stream, k);
}

/* `count` numbers between -1 and 1 (for free()). */
static inline float *make_numbers(size_t count, uint64_t stream) {
    float *values = malloc(count * sizeof *values);
    ck_assert_ptr_nonnull(values);
    fill_uniform(values, count, -1, 1, stream);
    return values;
}

static inline int32_t *make_labels(int32_t count, int32_t classes) {
    int32_t *labels = malloc((size_t)count * sizeof *labels);
    ck_assert_ptr_nonnull(labels);
    for (int32_t b = 0; b < count; b++)
        labels[b] = (5 * b + 1) % classes;
    return labels;
}

static inline snnd_network *make_network(snnd_context *context, int32_t inputs) {
    snnd_network *network;
    OK(context, snnd_network_create(context, inputs, &network));
    return network;
}

static inline snnd_delay_options delay_options(int32_t max_delay) {
    snnd_delay_options options;
    ck_assert_int_eq(snnd_delay_options_init(&options, sizeof options), SNND_OK);
    options.max_delay = max_delay;
    return options;
}

static inline snnd_layer *add_delays(snnd_network *network, int32_t outputs, const snnd_delay_options *options) {
    snnd_layer *layer;
    OK(network->context, snnd_network_add_delays(network, outputs, options, &layer));
    return layer;
}

static inline snnd_layer *add_batch_norm(snnd_network *network) {
    snnd_layer *layer;
    OK(network->context, snnd_network_add_batch_norm(network, NULL, &layer));
    return layer;
}

static inline snnd_layer *add_lif(snnd_network *network) {
    snnd_layer *layer;
    OK(network->context, snnd_network_add_lif(network, NULL, &layer));
    return layer;
}

static inline snnd_layer *add_dropout(snnd_network *network, double probability) {
    snnd_layer *layer;
    OK(network->context, snnd_network_add_dropout(network, probability, &layer));
    return layer;
}

static inline snnd_layer *add_leaky_integrator(snnd_network *network) {
    snnd_layer *layer;
    OK(network->context, snnd_network_add_leaky_integrator(network, NULL, &layer));
    return layer;
}

static inline snnd_layer *add_adaptive_lif(snnd_network *network) {
    snnd_layer *layer;
    OK(network->context, snnd_network_add_adaptive_lif(network, NULL, &layer));
    return layer;
}

/* One hidden layer: delays, batch norm, neurons that fire, dropout, delays, leaky integrator. */
static inline snnd_network *make_usual(snnd_context *context, int32_t inputs, int32_t hidden, int32_t classes,
                                       int32_t max_delay, double dropout, snnd_layer *(*add_neurons)(snnd_network *)) {
    const snnd_delay_options options = delay_options(max_delay);
    snnd_network *network = make_network(context, inputs);
    add_delays(network, hidden, &options);
    add_batch_norm(network);
    add_neurons(network);
    add_dropout(network, dropout);
    add_delays(network, classes, &options);
    add_leaky_integrator(network);
    return network;
}

/* The paper's chain. */
static inline snnd_network *make_spiking(snnd_context *context, int32_t inputs, int32_t hidden, int32_t classes,
                                         int32_t max_delay, double dropout) {
    return make_usual(context, inputs, hidden, classes, max_delay, dropout, add_lif);
}

static inline snnd_array array_of(snnd_layer *layer, snnd_array_name name) {
    snnd_array array;
    OK(layer->network->context, snnd_layer_array(layer, name, &array));
    return array;
}

static inline float *floats(snnd_layer *layer, snnd_array_name name) {
    return array_of(layer, name).data;
}

static inline int64_t count_of(snnd_layer *layer, snnd_array_name name) {
    const snnd_array array = array_of(layer, name);
    return snnd_array_count(&array);
}

static inline snnd_workspace *make_workspace(snnd_network *network, int32_t batch, int32_t steps) {
    snnd_workspace *workspace;
    OK(network->context, snnd_workspace_create(network, batch, steps, 1, &workspace));
    return workspace;
}

static inline float *gradient_of(snnd_workspace *workspace, const snnd_layer *layer, snnd_array_name name) {
    snnd_array array;
    OK(workspace->context, snnd_workspace_gradient(workspace, layer, name, &array));
    return array.data;
}

/* The record [T, count, O] of a layer after a pass (for free()). */
static inline float *record_of(const snnd_workspace *workspace, const snnd_layer *layer, snnd_record record) {
    const size_t values =
        (size_t)workspace->steps * (size_t)workspace->pass.samples * (size_t)snnd_layer_outputs(layer);
    float *copy = malloc(values * sizeof *copy);
    ck_assert_ptr_nonnull(copy);
    OK(workspace->context, snnd_workspace_record(workspace, layer, record, copy));
    return copy;
}

static inline snnd_layer *last_layer(const snnd_network *network) {
    return snnd_network_layer(network, snnd_network_layer_count(network) - 1);
}

/* The output [T, count, O] of the last layer after a pass of some samples (for free()). */
static inline float *output_after(snnd_workspace *workspace, snnd_mode mode, const float *input, int32_t count) {
    OK(workspace->context, snnd_workspace_forward(workspace, mode, input, count));
    return record_of(workspace, last_layer(workspace->network), SNND_RECORD_OUTPUT);
}

/* Forward, loss and backward; returns the loss. */
static inline double train_pass(snnd_workspace *workspace, const float *input, const int32_t *labels, int32_t count,
                                const snnd_loss_options *options) {
    snnd_loss_report report;
    ck_assert_int_eq(snnd_loss_report_init(&report, sizeof report), SNND_OK);
    OK(workspace->context, snnd_workspace_forward(workspace, SNND_TRAIN, input, count));
    OK(workspace->context, snnd_workspace_loss(workspace, labels, options, &report));
    OK(workspace->context, snnd_workspace_backward(workspace));
    return report.loss;
}

/* Copies of all gradients of the network, one after the other (for free()). */
static inline float *all_gradients(snnd_workspace *from, size_t *count) {
    float *all = NULL;
    *count = 0;
    for (int32_t i = 0; i < snnd_network_layer_count(from->network); i++) {
        snnd_layer *layer = snnd_network_layer(from->network, i);
        for (int name = SNND_ARRAY_WEIGHT; name < SNND_ARRAY_NAMES; name++) {
            if (!snnd_layer_trains(layer, (snnd_array_name)name, SNND_PARAMETERS_WEIGHTS | SNND_PARAMETERS_POSITIONS))
                continue;
            const size_t here = (size_t)count_of(layer, (snnd_array_name)name);
            all = realloc(all, (*count + here) * sizeof *all);
            ck_assert_ptr_nonnull(all);
            memcpy(all + *count, gradient_of(from, layer, (snnd_array_name)name), here * sizeof *all);
            *count += here;
        }
    }
    return all;
}

static inline void assert_same_bits(const void *a, const void *b, size_t bytes, const char *what) {
    ck_assert_msg(memcmp(a, b, bytes) == 0, "%s differ", what);
}

/* Every float array of both networks agrees bit for bit, and masks and signs do. */
static inline void assert_same_networks(const snnd_network *a, const snnd_network *b) {
    ck_assert_int_eq(a->count, b->count);
    ck_assert_msg(memcmp(&a->sigma, &b->sigma, sizeof a->sigma) == 0, "sigma is %g and %g", a->sigma, b->sigma);
    for (int32_t i = 0; i < a->count; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++) {
            const snnd_array *left = &a->layer[i]->arrays[name], *right = &b->layer[i]->arrays[name];
            ck_assert_msg((left->data == NULL) == (right->data == NULL), "only one network has %s of layer %d",
                          snnd_array_word((snnd_array_name)name), i);
            if (left->data != NULL)
                ck_assert_msg(memcmp(left->data, right->data,
                                     (size_t)snnd_array_count(left) * snnd_dtype_bytes(left->dtype)) == 0,
                              "%s of layer %d differs", snnd_array_word((snnd_array_name)name), i);
        }
}

#define COUNT(table) ((int)(sizeof(table) / sizeof(table)[0]))

/* A workspace whose gradients are those of a real pass, to be overwritten. */
static inline snnd_workspace *make_passed_workspace(snnd_network *network) {
    enum { FEW = 3 };
    snnd_workspace *workspace = make_workspace(network, 1, FEW);
    float *input = make_numbers((size_t)(FEW * snnd_network_inputs(network)), 5);
    const int32_t label = 0;
    train_pass(workspace, input, &label, 1, NULL);
    free(input);
    return workspace;
}

#endif
