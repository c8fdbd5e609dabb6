/*
 * Converts a network to a NIR graph. For every layer it writes
 *
 *     delays            one Linear for every delay of a synapse whose weight is not 0, with the weights at that delay.
 *                       They are parallel, each after a Delay by the difference to the shortest delay, which itself is
 *                       postponed
 *     batch norm        a factor of the weights before it, and a bias, for which the first Linear becomes an Affine;
 *                       without delays before it, a separate Affine
 *     LIF, integrators  one Delay by what was postponed and by the lag between the library's step and the reader's, if
 *                       any, then LIF or LI with r = 1; tau in steps is a factor of the weights and the bias before it
 *     dropout           nothing
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "nir/graph_writer.h"

/* The state of an export. */
typedef struct writing {
    nir_writer *writer;
    snnd_network *network;
    const nir_export_options *options;
    nir_export_report *report;
    int32_t put_off; /* steps by which the signal at the outlets must still be delayed */
    bool is_scaled;  /* the signal has the factors of the neurons after it */
    bool has_reset;  /* some node has a v_reset */
} writing;

/* y = factor x + shift for each neuron: consecutive layers of batch norm, and the factor of the neurons. */
typedef struct folded {
    double *factor, *shift;
    bool shifts;    /* whether any shift is not 0 */
    int32_t layers; /* the number of layers that it combines */
} folded;

static void name_node(char name[NIR_NAME], int32_t layer, const char *what) {
    snprintf(name, NIR_NAME, "layer_%d_%s", layer, what);
}

static bool is_kind(const writing *all, int32_t layer, snnd_layer_type type) {
    return snnd_layer_get_type(snnd_network_layer(all->network, layer)) == type;
}

/* ---- neurons' numbers ---- */

/* A layer of neurons and its options. */
typedef struct neuron_layer {
    nir_type type;
    snnd_order order;
    snnd_reset reset;
    double tau, threshold;
    bool shared; /* whether all neurons share one tau */
} neuron_layer;

static bool is_neurons(const writing *all, int32_t layer) {
    return is_kind(all, layer, SNND_LAYER_LIF) || is_kind(all, layer, SNND_LAYER_LEAKY_INTEGRATOR);
}

static neuron_layer look_at_neurons(const writing *all, const snnd_layer *layer) {
    snnd_lif_options lif = {.size = sizeof lif};
    snnd_leaky_integrator_options leaky = {.size = sizeof leaky};
    if (snnd_layer_get_type(layer) == SNND_LAYER_LIF) {
        nir_call(all->writer, snnd_layer_lif_options(layer, &lif));
        return (neuron_layer){NIR_LIF, (snnd_order)lif.order, (snnd_reset)lif.reset,
                              lif.tau, lif.threshold,         lif.tau_per_neuron == SNND_TAU_SHARED};
    }
    nir_call(all->writer, snnd_layer_leaky_integrator_options(layer, &leaky));
    return (neuron_layer){.type = NIR_LI,
                          .order = (snnd_order)leaky.order,
                          .tau = leaky.tau,
                          .shared = leaky.tau_per_neuron == SNND_TAU_SHARED};
}

/* Returns the time constant in seconds that, in single precision and converted to steps, gives the same decay. */
static double seconds_of_tau(double tau, double dt) {
    const float wanted = (float)(1 - 1 / tau), nearest = (float)(tau * dt);
    for (int away = 0; away < 9; away++) {
        float near = nearest;
        for (int step = 0; step < (away + 1) / 2; step++)
            near = nextafterf(near, away % 2 != 0 ? INFINITY : 0);
        if ((float)(1 - 1 / nir_steps((double)near, dt)) == wanted)
            return (double)near;
    }
    return (double)nearest;
}

/* The same for a logit, for which single precision is sufficient: 1/tau = 1 / (1 + e^-leak). */
static double seconds_of_leak(float leak, double dt) {
    return (double)(float)((1 + exp(-(double)leak)) * dt);
}

/* Returns the time constants of the neurons in seconds, to be freed. */
static double *seconds_of(const writing *all, const snnd_layer *layer) {
    const int32_t count = snnd_layer_outputs(layer);
    const double dt = all->options->dt;
    const neuron_layer of = look_at_neurons(all, layer);
    double *seconds = allocate((size_t)count, sizeof *seconds);
    snnd_array leak = {0};
    if (!of.shared)
        nir_call(all->writer, snnd_layer_array((snnd_layer *)(uintptr_t)layer, SNND_ARRAY_LEAK, &leak));
    for (int32_t n = 0; n < count; n++)
        seconds[n] = leak.data == NULL ? seconds_of_tau(of.tau, dt) : seconds_of_leak(((float *)leak.data)[n], dt);
    return seconds;
}

/* ---- batch norm ---- */

static void release_folded(folded *by) {
    free(by->factor);
    free(by->shift);
}

/* Multiplies by the time constants of the following neurons, in steps. */
static void scale(const writing *all, folded *by, const snnd_layer *behind) {
    double *seconds = seconds_of(all, behind);
    for (int32_t n = 0; n < snnd_layer_outputs(behind); n++) {
        by->factor[n] *= seconds[n] / all->options->dt;
        by->shift[n] *= seconds[n] / all->options->dt;
    }
    free(seconds);
}

static void fold_layer(const writing *all, const snnd_layer *layer, folded *by) {
    const int32_t neurons = snnd_layer_outputs(layer);
    double *factor = allocate((size_t)neurons, sizeof *factor), *shift = allocate((size_t)neurons, sizeof *shift);
    nir_call(all->writer, snnd_layer_fold(layer, factor, shift));
    for (int32_t n = 0; n < neurons; n++) {
        by->factor[n] *= factor[n];
        by->shift[n] = by->shift[n] * factor[n] + shift[n];
    }
    free(factor);
    free(shift);
}

/* Combines all batch norm from this layer to the next neurons, with dropout in between, which evaluation does not have.
 * */
static folded fold(writing *all, int32_t first, int32_t width) {
    folded by = {.factor = allocate((size_t)width, sizeof *by.factor),
                 .shift = allocate((size_t)width, sizeof *by.shift)};
    for (int32_t n = 0; n < width; n++)
        by.factor[n] = 1;
    int32_t i = first;
    for (; is_kind(all, i, SNND_LAYER_BATCH_NORM) || is_kind(all, i, SNND_LAYER_DROPOUT); i++)
        if (is_kind(all, i, SNND_LAYER_BATCH_NORM))
            fold_layer(all, snnd_network_layer(all->network, i), &by);
    by.layers = i - first;
    all->is_scaled = is_neurons(all, i);
    if (all->is_scaled)
        scale(all, &by, snnd_network_layer(all->network, i));
    for (int32_t n = 0; n < width; n++)
        by.shifts = by.shifts || by.shift[n] != 0;
    return by;
}

/* ---- nodes ---- */

static void put_for_each(nir_writer *writer, hid_t node, const char *field, const double *values, int32_t count) {
    nir_put(writer, node, field, 1, (const hsize_t[]){(hsize_t)count}, values);
}

static void add_matrix(const writing *all, const char *name, const nir_names *outlets, const double *weight,
                       const double *bias, int32_t outputs, int32_t inputs) {
    const hid_t node = nir_add(all->writer, bias == NULL ? NIR_LINEAR : NIR_AFFINE, name, outlets);
    nir_put(all->writer, node, "weight", 2, (const hsize_t[]){(hsize_t)outputs, (hsize_t)inputs}, weight);
    if (bias != NULL)
        put_for_each(all->writer, node, "bias", bias, outputs);
    nir_close(node);
}

static void add_same(const writing *all, nir_type type, const char *name, double value) {
    const hid_t node = nir_add(all->writer, type, name, &all->writer->outlets);
    nir_put_same(all->writer, node, nir_kinds[type].field[NIR_FACTOR], all->writer->width, value);
    nir_close(node);
    nir_only(all->writer, name);
}

static void add_port(const writing *all, nir_type type, const char *name) {
    const hid_t node = nir_add(all->writer, type, name, &all->writer->outlets);
    if (node >= 0 && !hdf5_put_integer(node, "shape", all->writer->width))
        nir_check(all->writer, failed(all->writer->failure, "HDF5 has no memory"));
    nir_close(node);
    nir_only(all->writer, name);
}

/* Adds the postponed delay before the nodes of layer `index`. */
static void add_shift(writing *all, int32_t index) {
    char name[NIR_NAME];
    if (all->options->drop_shift)
        all->report->earlier += all->put_off;
    else if (all->put_off > 0) {
        name_node(name, index, "shift");
        add_same(all, NIR_DELAY, name, all->put_off * all->options->dt);
    }
    all->put_off = 0;
}

/* ---- layers of delays ---- */

/* The synapses of a layer, sorted by their delay. */
typedef struct by_delay {
    int32_t each;   /* synapses of a pair */
    bool axons;     /* whether each input has one delay */
    int32_t *delay; /* [synapses] */
    float *weight;
    int32_t *order; /* synapses whose weight is not 0, sorted by delay */
    int32_t begin[1024 + 1], shortest, longest;
} by_delay;

static void release_sorted(by_delay *sorted) {
    free(sorted->delay);
    free(sorted->weight);
    free(sorted->order);
}

static bool has_delay(const by_delay *sorted, int32_t delay) {
    return sorted->begin[delay] < sorted->begin[delay + 1];
}

/* Weights as in evaluation, including those that DEEP R has just dropped, for which snnd_layer_weights() returns 0. */
static void weigh(const writing *all, const snnd_layer *layer, float *weight, int32_t count) {
    snnd_layer *of_network = NULL;
    snnd_array theta, sign;
    for (int32_t i = 0; i < snnd_network_layer_count(all->network); i++)
        if (snnd_network_layer(all->network, i) == layer)
            of_network = snnd_network_layer(all->network, i);
    nir_call(all->writer, snnd_layer_array(of_network, SNND_ARRAY_WEIGHT, &theta));
    const int8_t *signs = snnd_layer_array(of_network, SNND_ARRAY_SIGN, &sign) == SNND_OK ? sign.data : NULL;
    for (int32_t s = 0; s < count; s++)
        weight[s] = ((const float *)theta.data)[s] * (signs == NULL ? 1.0F : (float)signs[s]);
}

static void sort_synapses(writing *all, const snnd_layer *layer, by_delay *sorted) {
    snnd_delay_options options = {.size = sizeof options};
    nir_call(all->writer, snnd_layer_delay_options(layer, &options));
    const int32_t most = options.max_delay;
    const int32_t count = snnd_layer_outputs(layer) * snnd_layer_inputs(layer) * options.synapses_per_pair;
    *sorted = (by_delay){.each = options.synapses_per_pair,
                         .axons = options.sharing == SNND_SHARING_AXONAL && options.synapses_per_pair == 1,
                         .longest = most};
    sorted->delay = allocate((size_t)count, sizeof *sorted->delay);
    sorted->weight = allocate((size_t)count, sizeof *sorted->weight);
    sorted->order = allocate((size_t)count, sizeof *sorted->order);
    nir_call(all->writer, snnd_layer_delays(layer, sorted->delay));
    weigh(all, layer, sorted->weight, count);
    for (int32_t s = 0; s < count; s++)
        sorted->begin[sorted->delay[s] + 1] += sorted->weight[s] != 0;
    for (int32_t d = 0; d <= most; d++)
        sorted->begin[d + 1] += sorted->begin[d];
    int32_t place[1024];
    memcpy(place, sorted->begin, sizeof place);
    for (int32_t s = 0; s < count; s++)
        if (sorted->weight[s] != 0)
            sorted->order[place[sorted->delay[s]]++] = s;
    while (sorted->shortest < most && !has_delay(sorted, sorted->shortest))
        sorted->shortest++;
    if (!has_delay(sorted, sorted->shortest))
        sorted->shortest = 0; /* all weights are 0 */
}

/* Fills in the weights of one delay. Several synapses of a pair with the same delay become one. */
static void fill_matrix(const snnd_layer *layer, const by_delay *sorted, int32_t delay, const folded *by,
                        double *weight) {
    const int32_t inputs = snnd_layer_inputs(layer), columns = inputs * sorted->each;
    for (int32_t k = sorted->begin[delay]; k < sorted->begin[delay + 1]; k++) {
        const int32_t synapse = sorted->order[k], output = synapse / columns, input = synapse % columns / sorted->each;
        weight[(size_t)output * (size_t)inputs + (size_t)input] += (double)sorted->weight[synapse] * by->factor[output];
    }
}

/* Adds the branch of one delay, from `sources`; the name of its end is added to the outlets. */
static void add_branch(const writing *all, const snnd_layer *layer, int32_t index, const by_delay *sorted,
                       int32_t delay, const folded *by, const nir_names *sources) {
    char name[NIR_NAME], what[32];
    nir_writer *writer = all->writer;
    nir_names through = {0};
    const int32_t outputs = snnd_layer_outputs(layer), inputs = snnd_layer_inputs(layer);
    const int32_t longer = delay - sorted->shortest;
    double *weight = allocate((size_t)outputs * (size_t)inputs, sizeof *weight);
    fill_matrix(layer, sorted, delay, by, weight);
    if (longer > 0) {
        snprintf(what, sizeof what, "delay_%d", longer);
        name_node(name, index, what);
        const hid_t node = nir_add(writer, NIR_DELAY, name, sources);
        nir_put_same(writer, node, "delay", inputs, longer * all->options->dt);
        nir_close(node);
        nir_append(writer, &through, name);
    }
    const double *bias = longer == 0 && by->shifts ? by->shift : NULL;
    snprintf(what, sizeof what, "%s_%d", bias == NULL ? "linear" : "affine", longer);
    name_node(name, index, what);
    add_matrix(all, name, longer > 0 ? &through : sources, weight, bias, outputs, inputs);
    nir_append(writer, &writer->outlets, name);
    free(weight);
    free(through.name);
}

static void add_branches(const writing *all, const snnd_layer *layer, int32_t index, const by_delay *sorted,
                         const folded *by) {
    char name[NIR_NAME];
    nir_writer *writer = all->writer;
    /* Branches must begin at one node. */
    if (writer->outlets.count > 1) {
        name_node(name, index, "sum");
        add_same(all, NIR_SCALE, name, 1);
    }
    nir_names sources = writer->outlets;
    writer->outlets = (nir_names){0};
    /* The shortest delay has a branch even where all weights are 0, since the graph needs a path. */
    for (int32_t d = sorted->shortest; d <= sorted->longest && writer->status == 0; d++)
        if (d == sorted->shortest || has_delay(sorted, d))
            add_branch(all, layer, index, sorted, d, by, &sources);
    writer->width = snnd_layer_outputs(layer);
    free(sources.name);
}

/* Adds a layer in which each input has one delay: one node of delays, and one of weights. */
static void add_axons(const writing *all, const snnd_layer *layer, int32_t index, const by_delay *sorted,
                      const folded *by) {
    char name[NIR_NAME];
    nir_writer *writer = all->writer;
    const int32_t outputs = snnd_layer_outputs(layer), inputs = snnd_layer_inputs(layer);
    double *weight = allocate((size_t)outputs * (size_t)inputs, sizeof *weight);
    double *longer = allocate((size_t)inputs, sizeof *longer);
    bool any = false;
    for (int32_t d = sorted->shortest; d <= sorted->longest; d++) {
        fill_matrix(layer, sorted, d, by, weight);
        for (int32_t k = sorted->begin[d]; k < sorted->begin[d + 1]; k++)
            longer[sorted->order[k] % inputs] = (d - sorted->shortest) * all->options->dt;
        any = any || (d > sorted->shortest && has_delay(sorted, d));
    }
    if (any) {
        name_node(name, index, "delay");
        const hid_t node = nir_add(writer, NIR_DELAY, name, &writer->outlets);
        put_for_each(writer, node, "delay", longer, inputs);
        nir_close(node);
        nir_only(writer, name);
    }
    name_node(name, index, by->shifts ? "affine" : "linear");
    add_matrix(all, name, &writer->outlets, weight, by->shifts ? by->shift : NULL, outputs, inputs);
    nir_only(writer, name);
    writer->width = outputs;
    free(weight);
    free(longer);
}

/* Each of these returns how many layers it has written. */
static int32_t write_delays(writing *all, const snnd_layer *layer, int32_t index) {
    by_delay sorted;
    folded by = fold(all, index + 1, snnd_layer_outputs(layer));
    sort_synapses(all, layer, &sorted);
    /* A bias is present from the first step on, so that only nodes after it may be delayed. */
    if (by.shifts)
        all->put_off += sorted.shortest;
    add_shift(all, index);
    if (!by.shifts)
        all->put_off = sorted.shortest;
    if (sorted.axons)
        add_axons(all, layer, index, &sorted, &by);
    else
        add_branches(all, layer, index, &sorted, &by);
    release_folded(&by);
    release_sorted(&sorted);
    return 1 + by.layers;
}

static int32_t write_batch_norm(writing *all, const snnd_layer *layer, int32_t index) {
    char name[NIR_NAME];
    const int32_t neurons = snnd_layer_outputs(layer);
    if (neurons > NIR_MOST_DIAGONAL) {
        nir_check(all->writer,
                  failed(all->writer->failure,
                         "layer %d normalises %d neurons without synapses in front, which would be a matrix of as many "
                         "rows and columns; expected at most %d",
                         index, neurons, NIR_MOST_DIAGONAL));
        return 1;
    }
    folded by = fold(all, index, neurons);
    add_shift(all, index);
    double *weight = allocate((size_t)neurons * (size_t)neurons, sizeof *weight);
    for (int32_t n = 0; n < neurons; n++)
        weight[(size_t)n * (size_t)neurons + (size_t)n] = by.factor[n];
    name_node(name, index, "affine");
    add_matrix(all, name, &all->writer->outlets, weight, by.shift, neurons, neurons);
    nir_only(all->writer, name);
    free(weight);
    release_folded(&by);
    return by.layers;
}

/* Adds the factors of time constants where there are no weights before the neurons. */
static void add_factors(const writing *all, int32_t index, const double *seconds) {
    char name[NIR_NAME];
    const int32_t width = all->writer->width;
    bool any = false;
    double *steps = allocate((size_t)width, sizeof *steps);
    for (int32_t n = 0; n < width; n++) {
        steps[n] = seconds[n] / all->options->dt;
        any = any || nir_steps(seconds[n], all->options->dt) != 1;
    }
    if (any) {
        name_node(name, index, "scale");
        const hid_t node = nir_add(all->writer, NIR_SCALE, name, &all->writer->outlets);
        put_for_each(all->writer, node, "scale", steps, width);
        nir_close(node);
        nir_only(all->writer, name);
    }
    free(steps);
}

/* NIR has v_reset, and cannot express a reset by subtraction: before nir 1.0.6 a node without v_reset had it. */
static void put_reset(writing *all, hid_t node, snnd_reset reset) {
    if (reset == SNND_RESET_SUBTRACT) {
        all->report->subtracting++;
        const hid_t group = node < 0 ? -1 : hdf5_add_group(node, "metadata");
        if (node >= 0 && (group < 0 || !hdf5_put_text(group, "reset", nir_resets[reset])))
            nir_check(all->writer, failed(all->writer->failure, "HDF5 has no memory for the file"));
        nir_close(group);
    } else if (!all->options->without_reset) {
        all->has_reset = true;
        nir_put_same(all->writer, node, nir_kinds[NIR_LIF].field[NIR_RESET], all->writer->width, 0);
    }
}

/* Postpones the lag of the neurons relative to the reader's. */
static void take_lag(writing *all, int32_t index, const neuron_layer *of) {
    const int32_t lag = nir_lag(of->type, of->order, all->report->order);
    if (lag < 0)
        nir_check(all->writer, failed(all->writer->failure,
                                      "layer %d updates first, which a graph for readers that look for spikes first "
                                      "(--order spike-first) cannot express",
                                      index));
    all->put_off += lag;
    all->report->approximate += of->type == NIR_LIF && of->order != nir_neurons_order(all->report->order);
}

static int32_t write_neurons(writing *all, const snnd_layer *layer, int32_t index) {
    char name[NIR_NAME];
    nir_writer *writer = all->writer;
    const neuron_layer of = look_at_neurons(all, layer);
    double *seconds = seconds_of(all, layer);
    take_lag(all, index, &of);
    add_shift(all, index);
    if (!all->is_scaled)
        add_factors(all, index, seconds);
    all->is_scaled = false;
    name_node(name, index, of.type == NIR_LIF ? "lif" : "li");
    const hid_t node = nir_add(writer, of.type, name, &writer->outlets);
    put_for_each(writer, node, nir_kinds[of.type].field[NIR_TAU], seconds, writer->width);
    nir_put_same(writer, node, nir_kinds[of.type].field[NIR_R], writer->width, 1);
    nir_put_same(writer, node, nir_kinds[of.type].field[NIR_LEAK], writer->width, 0);
    if (of.type == NIR_LIF) {
        nir_put_same(writer, node, nir_kinds[NIR_LIF].field[NIR_THRESHOLD], writer->width, of.threshold);
        put_reset(all, node, of.reset);
    }
    nir_close(node);
    nir_only(writer, name);
    free(seconds);
    return 1;
}

static int32_t write_layer(writing *all, const snnd_layer *layer, int32_t index) {
    switch (snnd_layer_get_type(layer)) {
    case SNND_LAYER_DELAYS:
        return write_delays(all, layer, index);
    case SNND_LAYER_BATCH_NORM:
        return write_batch_norm(all, layer, index);
    case SNND_LAYER_LIF:
    case SNND_LAYER_LEAKY_INTEGRATOR:
        return write_neurons(all, layer, index);
    case SNND_LAYER_DROPOUT:
        return 1;
    case SNND_LAYER_ADAPTIVE_LIF:
        nir_check(all->writer, failed(all->writer->failure,
                                      "layer %d is of adaptive LIF neurons, which NIR has no node for", index));
        return 1;
    }
    nir_check(all->writer, failed(all->writer->failure, "layer %d is of a kind that NIR has no node for", index));
    return 1;
}

/* ---- the file ---- */

static bool write_metadata(const writing *all) {
    const hid_t group = hdf5_add_group(all->writer->graph, "metadata");
    const bool good =
        group >= 0 && hdf5_put_double(group, "dt", all->options->dt) && hdf5_put_text(group, "time_unit", "s") &&
        hdf5_put_text(group, "creator", "libsnndelay " SNND_VERSION_STRING) &&
        hdf5_put_text(group, "readout", nir_readout_word(snnd_network_readout(all->network))) &&
        hdf5_put_text(group, "discretization",
                      all->report->order == NIR_SPIKE_FIRST
                          ? NIR_SPIKE_FIRST_WORDS ": z[t] = v[t] > v_threshold, v[t+1] = z[t] ? v_reset : "
                                                  "v[t] + dt/tau (v_leak - v[t] + r I[t]), LI gives v[t]"
                          : NIR_UPDATE_FIRST_WORDS ": u[t] = v[t-1] + dt/tau (v_leak - v[t-1] + r I[t]), "
                                                   "z[t] = u[t] > v_threshold, v[t] = z[t] ? v_reset : u[t], LI gives "
                                                   "v[t]");
    if (group >= 0)
        H5Gclose(group);
    /* The oldest version of the Python package that supports all that is written, or the last that supports LIF without
     * v_reset. */
    const bool is_old = all->options->without_reset || (all->report->subtracting > 0 && !all->has_reset);
    return good && hdf5_put_text(all->writer->file, "version", is_old ? "1.0.4" : "1.0.6");
}

/* Returns the order of the options, or update first if any layer has that order. */
static nir_order choose_order(const writing *all) {
    if (all->options->order != NIR_ORDER_UNTOLD)
        return all->options->order;
    for (int32_t i = 0; i < snnd_network_layer_count(all->network); i++)
        if (is_neurons(all, i) &&
            look_at_neurons(all, snnd_network_layer(all->network, i)).order == SNND_ORDER_UPDATE_FIRST)
            return NIR_UPDATE_FIRST;
    return NIR_SPIKE_FIRST;
}

static void write_network(writing *all) {
    const int32_t layers = snnd_network_layer_count(all->network);
    all->writer->width = snnd_network_inputs(all->network);
    all->report->order = choose_order(all);
    add_port(all, NIR_INPUT, "input");
    for (int32_t i = 0; i < layers && all->writer->status == 0;)
        i += write_layer(all, snnd_network_layer(all->network, i), i);
    add_shift(all, layers);
    add_port(all, NIR_OUTPUT, "output");
    nir_end(all->writer);
    if (all->writer->status == 0 && !write_metadata(all))
        nir_check(all->writer, failed(all->writer->failure, "HDF5 has no memory for the file"));
}

/* Writes the graph as the bytes of a file. */
static int make_graph(snnd_context *context, snnd_network *network, const nir_export_options *options,
                      unsigned char **bytes, size_t *count, nir_export_report *report, struct failure *failure) {
    nir_writer writer;
    nir_begin(&writer, context, failure);
    writing all = {.writer = &writer, .network = network, .options = options, .report = report};
    write_network(&all);
    if (writer.status == 0)
        writer.status = hdf5_bytes(failure, writer.file, bytes, count);
    nir_release(&writer);
    return writer.status;
}

int nir_save(snnd_context *context, snnd_network *network, const nir_export_options *options, const char *path,
             nir_export_report *report, struct failure *failure) {
    unsigned char *bytes;
    size_t count;
    struct file_writing file;
    *report = (nir_export_report){0};
    if (snnd_network_layer_count(network) == 0)
        return failed(failure, "the network has no layers");
    if (make_graph(context, network, options, &bytes, &count, report, failure) != 0)
        return -1;
    int result = file_begin_in(NULL, path, &file, failure) == NULL ? -1 : 0;
    if (result == 0) {
        fwrite(bytes, 1, count, file.stream);
        result = file_end(&file, failure);
    }
    free(bytes);
    return result;
}
