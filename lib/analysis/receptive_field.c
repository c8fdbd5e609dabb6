/*
 * Receptive fields: for each neuron of a layer of delays, what reaches it from each input after each delay. The sum is
 * over all paths of synapses s1 .. sn from the input i to the neuron o,
 *
 *     field[o, i, d] = sum over paths with d(s1) + .. + d(sn) = d of sign(w(s1)) .. sign(w(s(n-1))) w(sn)
 *
 * so that only the last synapse counts with its weight. It is made layer by layer from two maps of each neuron, of the
 * positive paths to it and of the negative: with a = 1, in the last layer |w(s)|,
 *
 *     excitation[o, i, d] = sum over synapses s from h to o of a excitation[h, i, d - d(s)] where w(s) > 0
 *                                                              a inhibition[h, i, d - d(s)] where w(s) < 0
 *     inhibition[o, i, d] = the same with excitation and inhibition in each other's place
 *     field = excitation - inhibition
 *
 * beginning with 1 as the excitation of each input by itself at d = 0.
 *
 * This is no product of matrices (kernel/product.h), since every synapse moves its map by a delay of its own. A product
 * for each delay, with the synapses that have it, would be one with all others as zeros, and in single precision: of
 * 256 with 256 neurons and 25 delays BLAS took 1.5 times as long, and more where synapses are absent.
 */
#include <math.h>
#include <string.h>

#include "model/delays.h"

/* The maps of the input or the output neurons of a layer. */
typedef struct maps {
    int64_t rows, columns;
    double *excitation, *inhibition; /* [neurons, rows, columns], both >= 0; NULL for the inputs themselves */
} maps;

/* The synapses of a layer in evaluation. */
typedef struct synapses {
    float *weight;  /* [O, I, C] */
    int32_t *delay; /* [O, I, C] */
} synapses;

/* ---- which layers ---- */

/* Returns 1 + the longest delay of a path to the neurons of `last`. */
static int64_t columns_to(const snnd_layer *last) {
    int64_t columns = 1;
    for (int32_t i = 0; i <= last->index; i++)
        if (snnd_layer_is_delays(last->network->layer[i]))
            columns += last->network->layer[i]->options.delays.max_delay;
    return columns;
}

/* Finds the layer whose fields are asked for. */
static snnd_status find(const snnd_network *network, const snnd_layer *layer, const snnd_layer **found) {
    for (int32_t i = network->count - 1; i >= 0 && layer == NULL; i--)
        if (snnd_layer_is_delays(network->layer[i]))
            layer = network->layer[i];
    if (layer == NULL)
        return snnd_fail(network->context, SNND_ERROR_STATE, "receptive fields: the network has no layer of delays");
    if (layer->network != network)
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT,
                         "receptive fields: the layer belongs to another network");
    if (!snnd_layer_is_delays(layer))
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT,
                         "receptive fields: layer %d is %s; expected a layer of delays", layer->index,
                         layer->class->name);
    if (columns_to(layer) > INT32_MAX)
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT,
                         "receptive fields: the delays add up to more than 2^31 steps");
    *found = layer;
    return SNND_OK;
}

static snnd_status check_apart(snnd_context *context, const void *first, const void *second, const void *third) {
    snnd_status status = snnd_check_apart(context, "receptive fields", first, second);
    if (status == SNND_OK)
        status = snnd_check_apart(context, "receptive fields", first, third);
    return status == SNND_OK ? snnd_check_apart(context, "receptive fields", second, third) : status;
}

snnd_status snnd_receptive_fields_size(const snnd_network *network, const snnd_layer *layer, int32_t *outputs,
                                       int32_t *rows, int32_t *columns) {
    const snnd_layer *last;
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = find(network, layer, &last);
    if (status == SNND_OK)
        status = check_apart(network->context, outputs, rows, columns);
    if (status != SNND_OK)
        return status;
    if (outputs != NULL)
        *outputs = last->outputs;
    if (rows != NULL)
        *rows = network->inputs;
    if (columns != NULL)
        *columns = (int32_t)columns_to(last);
    return SNND_OK;
}

/* ---- memory ---- */

static void release_synapses(snnd_context *context, synapses *s) {
    snnd_release(context, s->weight);
    snnd_release(context, s->delay);
}

static snnd_status read_synapses(const snnd_layer *layer, synapses *s) {
    snnd_context *context = layer->network->context;
    const size_t count = snnd_size_of(snnd_layer_synapses(layer));
    s->weight = snnd_allocate(context, count, sizeof *s->weight);
    s->delay = snnd_allocate(context, count, sizeof *s->delay);
    snnd_status status = s->weight == NULL || s->delay == NULL ? SNND_ERROR_MEMORY : SNND_OK;
    if (status == SNND_OK)
        status = snnd_layer_weights(layer, s->weight);
    if (status == SNND_OK)
        status = snnd_layer_delays(layer, s->delay);
    if (status != SNND_OK)
        release_synapses(context, s);
    return status;
}

static void release_maps(snnd_context *context, maps *m) {
    snnd_release(context, m->excitation);
    snnd_release(context, m->inhibition);
}

static size_t cells_of(int32_t neurons, int64_t rows, int64_t columns) {
    return snnd_size_multiply((size_t)neurons, snnd_size_multiply(snnd_size_of(rows), snnd_size_of(columns)));
}

static snnd_status make_maps(snnd_context *context, int32_t neurons, int64_t rows, int64_t columns, maps *m) {
    const size_t cells = cells_of(neurons, rows, columns);
    *m = (maps){.rows = rows, .columns = columns};
    m->excitation = snnd_allocate(context, cells, sizeof *m->excitation);
    m->inhibition = snnd_allocate(context, cells, sizeof *m->inhibition);
    if (m->excitation != NULL && m->inhibition != NULL)
        return SNND_OK;
    release_maps(context, m);
    return snnd_fail(context, SNND_ERROR_MEMORY,
                     "cannot allocate receptive fields of %d neurons, %lld x %lld cells each: %s", neurons,
                     (long long)rows, (long long)columns, context->error);
}

static double *map_of(const maps *m, double *all, int32_t neuron) {
    return all + (size_t)neuron * (size_t)m->rows * (size_t)m->columns;
}

/* ---- through one layer ---- */

/* Adds a map, shifted by `delay` columns and multiplied by `factor`. */
static void add_later(const maps *from, const double *map, int32_t delay, double factor, const maps *to, double *sum) {
    for (int64_t r = 0; r < from->rows; r++)
        for (int64_t c = 0; c < from->columns; c++)
            sum[r * to->columns + c + delay] += factor * map[r * from->columns + c];
}

/* Adds the contribution of one synapse from `source` to the two maps of a neuron. An excitatory synapse adds each map
 * to the same map, an inhibitory one to the other. */
static void add_synapse(const maps *from, int32_t source, double weight, int32_t delay, double factor, const maps *to,
                        double *excitation, double *inhibition) {
    double *like = weight > 0 ? excitation : inhibition, *unlike = weight > 0 ? inhibition : excitation;
    if (from->excitation == NULL) {
        like[source * to->columns + delay] += factor;
        return;
    }
    add_later(from, map_of(from, from->excitation, source), delay, factor, to, like);
    add_later(from, map_of(from, from->inhibition, source), delay, factor, to, unlike);
}

/* Computes the two maps of neuron `o`, which are zero before. With `weighted`, synapses count with their weights, else
 * as 1. */
static void add_neuron(const snnd_layer *layer, const synapses *s, int32_t o, bool weighted, const maps *from,
                       const maps *to, double *excitation, double *inhibition) {
    const int32_t each = layer->options.delays.synapses_per_pair;
    const int64_t begin = (int64_t)o * layer->inputs * each;
    for (int64_t k = begin; k < begin + (int64_t)layer->inputs * each; k++) {
        const double weight = (double)s->weight[k];
        if (weight != 0)
            add_synapse(from, (int32_t)((k - begin) / each), weight, s->delay[k], weighted ? fabs(weight) : 1, to,
                        excitation, inhibition);
    }
}

/* Computes the maps of the neurons of a layer, and frees the maps of its inputs. */
static snnd_status pass(const snnd_layer *layer, maps *m) {
    snnd_context *context = layer->network->context;
    synapses s;
    maps made;
    snnd_status status = read_synapses(layer, &s);
    if (status != SNND_OK)
        return status;
    status = make_maps(context, layer->outputs, m->rows, m->columns + layer->options.delays.max_delay, &made);
    for (int32_t o = 0; o < layer->outputs && status == SNND_OK; o++)
        add_neuron(layer, &s, o, false, m, &made, map_of(&made, made.excitation, o), map_of(&made, made.inhibition, o));
    release_synapses(context, &s);
    if (status == SNND_OK) {
        release_maps(context, m);
        *m = made;
    }
    return status;
}

/* ---- fields ---- */

/* Writes the field of one neuron from its two maps. */
static void write_field(const maps *own, size_t place, double *fields, double *excitation, double *inhibition) {
    const size_t cells = (size_t)own->rows * (size_t)own->columns;
    for (size_t k = 0; k < cells; k++) {
        fields[place * cells + k] = own->excitation[k] - own->inhibition[k];
        if (excitation != NULL)
            excitation[place * cells + k] = own->excitation[k];
        if (inhibition != NULL)
            inhibition[place * cells + k] = 0 - own->inhibition[k];
    }
}

/* Writes the fields of the neurons of the last layer, one after the other. */
static snnd_status finish(const snnd_layer *last, const maps *from, double *fields, double *excitation,
                          double *inhibition) {
    snnd_context *context = last->network->context;
    synapses s;
    maps own;
    snnd_status status = read_synapses(last, &s);
    if (status != SNND_OK)
        return status;
    status = make_maps(context, 1, from->rows, from->columns + last->options.delays.max_delay, &own);
    for (int32_t o = 0; o < last->outputs && status == SNND_OK; o++) {
        const size_t bytes = (size_t)own.rows * (size_t)own.columns * sizeof(double);
        memset(own.excitation, 0, bytes);
        memset(own.inhibition, 0, bytes);
        add_neuron(last, &s, o, true, from, &own, own.excitation, own.inhibition);
        write_field(&own, (size_t)o, fields, excitation, inhibition);
    }
    release_synapses(context, &s);
    if (status == SNND_OK)
        release_maps(context, &own);
    return status;
}

static snnd_status check_fields(const snnd_layer *last) {
    const snnd_network *network = last->network;
    const size_t cells = cells_of(last->outputs, network->inputs, columns_to(last));
    if (!snnd_size_fits(snnd_size_multiply(cells, sizeof(double))))
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT,
                         "receptive fields: %d fields of %d x %lld cells are more than memory can hold", last->outputs,
                         network->inputs, (long long)columns_to(last));
    return SNND_OK;
}

snnd_status snnd_receptive_fields(const snnd_network *network, const snnd_layer *layer, double *fields,
                                  double *excitation, double *inhibition) {
    const snnd_layer *last;
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = find(network, layer, &last);
    if (status == SNND_OK && fields == NULL)
        status = snnd_fail(network->context, SNND_ERROR_ARGUMENT, "receptive fields: fields is NULL");
    if (status == SNND_OK)
        status = check_fields(last);
    if (status == SNND_OK)
        status = check_apart(network->context, fields, excitation, inhibition);
    if (status == SNND_OK)
        status = snnd_network_check_values(network);
    if (status != SNND_OK)
        return status;
    maps from = {.rows = network->inputs, .columns = 1};
    for (int32_t i = 0; i < last->index && status == SNND_OK; i++)
        if (snnd_layer_is_delays(network->layer[i]))
            status = pass(network->layer[i], &from);
    if (status == SNND_OK)
        status = finish(last, &from, fields, excitation, inhibition);
    release_maps(network->context, &from);
    return status;
}
