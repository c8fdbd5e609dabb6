/*
 * From a network to a NIR graph. For every layer:
 *
 *     delays            for every delay d of a synapse that carries something: Delay of d steps -> Linear of the
 * weights at d, all in parallel; no Delay where d = 0 batch norm        a factor on the weights in front, and a bias,
 * which makes the first Linear an Affine; where there are no delays in front, an Affine of its own LIF, integrators
 * Delay of the lag between the library's step and the reader's -> LIF, LI dropout           nothing
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/float_mode.h"
#include "format/network_file.h"
#include "model/batch_norm.h"
#include "model/delays.h"
#include "model/lif.h"
#include "nir/graph_writer.h"

/* What the whole network has in common. */
typedef struct writing {
    snnd_nir_writer *writer;
    const snnd_network *network;
    const snnd_nir_options *options;
} writing;

/* y = factor x + shift for each neuron: the layers of batch norm in a row. */
typedef struct folded {
    double *factor, *shift;
    bool shifts;    /* any shift is not 0 */
    int32_t layers; /* that it is made of */
} folded;

static void name_node(char name[SNND_NIR_NAME], int32_t layer, const char *what) {
    snprintf(name, SNND_NIR_NAME, "layer_%d_%s", layer, what);
}

/* ---- batch norm ---- */

static void release_folded(const writing *all, folded *by) {
    snnd_release(all->network->context, by->factor);
    snnd_release(all->network->context, by->shift);
}

static void fold_layer(const snnd_layer *layer, folded *by) {
    for (int32_t n = 0; n < layer->outputs; n++) {
        const snnd_affine norm = snnd_batch_norm_running(layer, n);
        const double factor = norm.inverse_deviation * norm.scale;
        by->factor[n] *= factor;
        by->shift[n] = (by->shift[n] - norm.mean) * factor + norm.shift;
    }
}

/* All batch norm from this layer on, with the dropout between, which evaluation does not have. */
static snnd_status fold(const writing *all, int32_t first, int32_t neurons, folded *by) {
    *by = (folded){0};
    by->factor = snnd_allocate(all->network->context, (size_t)neurons, sizeof *by->factor);
    by->shift = snnd_allocate(all->network->context, (size_t)neurons, sizeof *by->shift);
    if (by->factor == NULL || by->shift == NULL)
        return SNND_ERROR_MEMORY;
    for (int32_t n = 0; n < neurons; n++)
        by->factor[n] = 1;
    for (int32_t i = first; i < all->network->count; i++) {
        const snnd_layer *layer = all->network->layer[i];
        if (layer->class->type == SNND_LAYER_BATCH_NORM)
            fold_layer(layer, by);
        else if (layer->class->type != SNND_LAYER_DROPOUT)
            break;
        by->layers++;
    }
    for (int32_t n = 0; n < neurons; n++)
        by->shifts = by->shifts || by->shift[n] != 0;
    return SNND_OK;
}

/* ---- nodes ---- */

static void put_for_each(snnd_nir_writer *writer, hid_t node, const char *field, const double *values, int32_t count) {
    snnd_nir_put(writer, node, field, 1, (const hsize_t[]){(hsize_t)count}, values);
}

static void add_matrix(const writing *all, const char *name, const snnd_nir_names *outlets, const double *weight,
                       const double *bias, int32_t outputs, int32_t inputs) {
    const hid_t node = snnd_nir_add(all->writer, bias == NULL ? SNND_NIR_LINEAR : SNND_NIR_AFFINE, name, outlets);
    snnd_nir_put(all->writer, node, "weight", 2, (const hsize_t[]){(hsize_t)outputs, (hsize_t)inputs}, weight);
    if (bias != NULL)
        put_for_each(all->writer, node, "bias", bias, outputs);
    snnd_nir_close(all->writer, node);
}

static void add_same(const writing *all, snnd_nir_type type, const char *name, double value) {
    const hid_t node = snnd_nir_add(all->writer, type, name, &all->writer->outlets);
    snnd_nir_put_same(all->writer, node, snnd_nir_kinds[type].field[SNND_NIR_FACTOR], all->writer->width, value);
    snnd_nir_close(all->writer, node);
    snnd_nir_only(all->writer, name);
}

static void add_port(const writing *all, snnd_nir_type type, const char *name) {
    const hid_t node = snnd_nir_add(all->writer, type, name, &all->writer->outlets);
    if (node >= 0 && !snnd_hdf5_put_integer(node, "shape", all->writer->width))
        snnd_nir_check(all->writer, snnd_fail(all->network->context, SNND_ERROR_MEMORY, "HDF5 has no memory"));
    snnd_nir_close(all->writer, node);
    snnd_nir_only(all->writer, name);
}

/* ---- layers of delays ---- */

/* The synapses of a layer by their delay. */
typedef struct by_delay {
    int32_t *delay; /* [synapses] */
    float *tap;
    int32_t *order; /* synapses that carry something, those of one delay together */
    int32_t begin[1024 + 1];
} by_delay;

static void release_sorted(snnd_context *context, by_delay *sorted) {
    snnd_release(context, sorted->delay);
    snnd_release(context, sorted->tap);
    snnd_release(context, sorted->order);
}

static snnd_status sort_synapses(const snnd_layer *layer, by_delay *sorted) {
    snnd_context *context = layer->network->context;
    const int32_t count = (int32_t)snnd_layer_synapses(layer), most = layer->options.delays.max_delay;
    const snnd_profile profile = snnd_delays_whole_profile(layer);
    *sorted = (by_delay){0};
    sorted->delay = snnd_allocate(context, (size_t)count, sizeof *sorted->delay);
    sorted->tap = snnd_allocate(context, (size_t)count, sizeof *sorted->tap);
    sorted->order = snnd_allocate(context, (size_t)count, sizeof *sorted->order);
    if (sorted->delay == NULL || sorted->tap == NULL || sorted->order == NULL)
        return SNND_ERROR_MEMORY;
    const snnd_float_mode before = snnd_set_float_mode();
    for (int32_t s = 0; s < count; s++) {
        sorted->tap[s] = snnd_delays_tap(layer, &profile, s, &sorted->delay[s]);
        sorted->begin[sorted->delay[s] + 1] += sorted->tap[s] != 0;
    }
    snnd_restore_float_mode(before);
    for (int32_t d = 0; d <= most; d++)
        sorted->begin[d + 1] += sorted->begin[d];
    int32_t place[1024];
    for (int32_t d = 0; d <= most; d++)
        place[d] = sorted->begin[d];
    for (int32_t s = 0; s < count; s++)
        if (sorted->tap[s] != 0)
            sorted->order[place[sorted->delay[s]]++] = s;
    return SNND_OK;
}

/* The weights of one delay. Several synapses of a pair at the same delay are one. */
static void fill_matrix(const snnd_layer *layer, const by_delay *sorted, int32_t delay, const folded *by,
                        double *weight) {
    const int32_t columns = snnd_delays_columns(layer), each = layer->options.delays.synapses_per_pair;
    for (int32_t k = sorted->begin[delay]; k < sorted->begin[delay + 1]; k++) {
        const int32_t synapse = sorted->order[k], output = synapse / columns, input = synapse % columns / each;
        weight[(size_t)output * (size_t)layer->inputs + (size_t)input] +=
            (double)sorted->tap[synapse] * by->factor[output];
    }
}

/* The branch of one delay, from `sources`; the name of its end goes to the outlets. */
static void add_branch(const writing *all, const snnd_layer *layer, const by_delay *sorted, int32_t delay,
                       const folded *by, bool first, const snnd_nir_names *sources) {
    char name[SNND_NIR_NAME], what[32];
    snnd_nir_writer *writer = all->writer;
    snnd_nir_names through = {0};
    const bool carries = sorted->begin[delay] < sorted->begin[delay + 1];
    const size_t pairs = snnd_size_multiply((size_t)layer->outputs, (size_t)layer->inputs);
    double *weight = snnd_allocate(writer->context, pairs, sizeof *weight);
    if (weight == NULL) {
        snnd_nir_check(writer, SNND_ERROR_MEMORY);
        return;
    }
    if (carries)
        fill_matrix(layer, sorted, delay, by, weight);
    if (delay > 0) {
        snprintf(what, sizeof what, "delay_%d", delay);
        name_node(name, layer->index, what);
        const hid_t node = snnd_nir_add(writer, SNND_NIR_DELAY, name, sources);
        snnd_nir_put_same(writer, node, "delay", layer->inputs, delay * all->options->dt);
        snnd_nir_close(writer, node);
        snnd_nir_append(writer, &through, name);
    }
    const double *bias = first && by->shifts ? by->shift : NULL;
    snprintf(what, sizeof what, "%s_%d", bias == NULL ? "linear" : "affine", delay);
    name_node(name, layer->index, what);
    add_matrix(all, name, delay > 0 ? &through : sources, weight, bias, layer->outputs, layer->inputs);
    snnd_nir_append(writer, &writer->outlets, name);
    snnd_release(writer->context, weight);
    snnd_release(writer->context, through.name);
}

static void add_branches(const writing *all, const snnd_layer *layer, const by_delay *sorted, const folded *by) {
    char name[SNND_NIR_NAME];
    snnd_nir_writer *writer = all->writer;
    /* Branches begin at one node. */
    if (writer->outlets.count > 1) {
        name_node(name, layer->index, "sum");
        add_same(all, SNND_NIR_SCALE, name, 1);
    }
    snnd_nir_names sources = writer->outlets;
    writer->outlets = (snnd_nir_names){0};
    bool first = true;
    for (int32_t d = 0; d <= layer->options.delays.max_delay && writer->status == SNND_OK; d++)
        if (sorted->begin[d] < sorted->begin[d + 1]) {
            add_branch(all, layer, sorted, d, by, first, &sources);
            first = false;
        }
    if (first) /* nothing carries anything, and there must be a way through */
        add_branch(all, layer, sorted, 0, by, true, &sources);
    writer->width = layer->outputs;
    snnd_release(writer->context, sources.name);
}

/* Each of these returns how many layers it has written. */
static int32_t write_delays(const writing *all, const snnd_layer *layer) {
    by_delay sorted;
    folded by;
    snnd_status status = sort_synapses(layer, &sorted);
    if (status == SNND_OK) {
        status = fold(all, layer->index + 1, layer->outputs, &by);
        if (status == SNND_OK)
            add_branches(all, layer, &sorted, &by);
        release_folded(all, &by);
    }
    release_sorted(all->network->context, &sorted);
    snnd_nir_check(all->writer, status);
    return status == SNND_OK ? 1 + by.layers : 1;
}

static int32_t write_batch_norm(const writing *all, const snnd_layer *layer) {
    char name[SNND_NIR_NAME];
    folded by;
    const int32_t neurons = layer->outputs;
    snnd_status status = fold(all, layer->index, neurons, &by);
    const size_t pairs = snnd_size_multiply((size_t)neurons, (size_t)neurons);
    double *weight = snnd_allocate(all->network->context, pairs, sizeof *weight);
    if (status == SNND_OK && weight != NULL) {
        for (int32_t n = 0; n < neurons; n++)
            weight[(size_t)n * (size_t)neurons + (size_t)n] = by.factor[n];
        name_node(name, layer->index, "affine");
        add_matrix(all, name, &all->writer->outlets, weight, by.shift, neurons, neurons);
        snnd_nir_only(all->writer, name);
    }
    snnd_nir_check(all->writer, weight == NULL ? SNND_ERROR_MEMORY : status);
    snnd_release(all->network->context, weight);
    release_folded(all, &by);
    return by.layers;
}

/* A time constant in seconds that, in single precision and brought back to steps, gives the same decay. */
static double seconds_of(double tau, double dt) {
    const float wanted = (float)(1 - 1 / tau), nearest = (float)(tau * dt);
    for (int away = 0; away < 9; away++) {
        float near = nearest;
        for (int step = 0; step < (away + 1) / 2; step++)
            near = nextafterf(near, away % 2 != 0 ? INFINITY : 0);
        if ((float)(1 - 1 / snnd_nir_steps((double)near, dt)) == wanted)
            return (double)near;
    }
    return (double)nearest;
}

static int32_t write_neurons(const writing *all, const snnd_layer *layer, snnd_nir_type type, double tau) {
    char name[SNND_NIR_NAME];
    snnd_nir_writer *writer = all->writer;
    const double dt = all->options->dt, seconds = seconds_of(tau, dt);
    const int32_t lag = snnd_nir_lag(type, all->options->order);
    const char *const *field = snnd_nir_kinds[type].field;
    if (lag > 0) {
        name_node(name, layer->index, "lag");
        add_same(all, SNND_NIR_DELAY, name, lag * dt);
    }
    name_node(name, layer->index, type == SNND_NIR_LIF ? "lif" : "li");
    const hid_t node = snnd_nir_add(writer, type, name, &writer->outlets);
    snnd_nir_put_same(writer, node, field[SNND_NIR_TAU], writer->width, seconds);
    snnd_nir_put_same(writer, node, field[SNND_NIR_R], writer->width, seconds / dt);
    snnd_nir_put_same(writer, node, field[SNND_NIR_LEAK], writer->width, 0);
    if (type == SNND_NIR_LIF) {
        snnd_nir_put_same(writer, node, field[SNND_NIR_THRESHOLD], writer->width,
                          (double)snnd_lif_constants(layer).threshold);
        if (!all->options->without_reset)
            snnd_nir_put_same(writer, node, field[SNND_NIR_RESET], writer->width, 0);
    }
    snnd_nir_close(writer, node);
    snnd_nir_only(writer, name);
    return 1;
}

static int32_t write_layer(const writing *all, const snnd_layer *layer) {
    switch (layer->class->type) {
    case SNND_LAYER_DELAYS:
        return write_delays(all, layer);
    case SNND_LAYER_BATCH_NORM:
        return write_batch_norm(all, layer);
    case SNND_LAYER_LIF:
        return write_neurons(all, layer, SNND_NIR_LIF, layer->options.lif.tau);
    case SNND_LAYER_LEAKY_INTEGRATOR:
        return write_neurons(all, layer, SNND_NIR_LI, layer->options.leaky_integrator.tau);
    case SNND_LAYER_DROPOUT:
        return 1;
    }
    snnd_nir_check(all->writer,
                   snnd_fail(all->network->context, SNND_ERROR_UNSUPPORTED,
                             "layer %d (%s) is of a kind that NIR has no node for", layer->index, layer->class->name));
    return 1;
}

/* ---- the file ---- */

static bool write_metadata(const writing *all, const char *architecture) {
    const hid_t group = snnd_hdf5_add_group(all->writer->graph, "metadata");
    const bool good =
        group >= 0 && snnd_hdf5_put_double(group, "dt", all->options->dt) &&
        snnd_hdf5_put_text(group, "time_unit", "s") &&
        snnd_hdf5_put_text(group, "creator", "libsnndelay " SNND_VERSION_STRING) &&
        snnd_hdf5_put_text(group, "discretization",
                           all->options->order == SNND_NIR_SPIKE_FIRST
                               ? "forward Euler, spike first: z[t] = v[t] > v_threshold, v[t+1] = z[t] ? v_reset : "
                                 "v[t] + dt/tau (v_leak - v[t] + r I[t]), LI gives v[t]"
                               : "forward Euler, update first: u[t] = v[t-1] + dt/tau (v_leak - v[t-1] + r I[t]), "
                                 "z[t] = u[t] > v_threshold, v[t] = z[t] ? v_reset : u[t], LI gives v[t]") &&
        snnd_hdf5_put_text(group, SNND_NETWORK_KEY, architecture);
    if (group >= 0)
        H5Gclose(group);
    /* The oldest version of the Python package that knows all that is written. */
    return good && snnd_hdf5_put_text(all->writer->file, "version", all->options->without_reset ? "1.0.4" : "1.0.6");
}

static void write_network(const writing *all) {
    all->writer->width = all->network->inputs;
    add_port(all, SNND_NIR_INPUT, "input");
    for (int32_t i = 0; i < all->network->count && all->writer->status == SNND_OK;)
        i += write_layer(all, all->network->layer[i]);
    add_port(all, SNND_NIR_OUTPUT, "output");
    snnd_nir_end(all->writer);
}

snnd_status snnd_nir_write(const snnd_network *network, const snnd_nir_options *options, unsigned char **bytes,
                           size_t *count) {
    snnd_context *context = network->context;
    char *architecture;
    const snnd_status described = snnd_network_text(network, &architecture);
    if (described != SNND_OK)
        return described;
    snnd_hdf5_quiet before;
    snnd_nir_writer writer;
    snnd_hdf5_enter(&before);
    snnd_nir_begin(&writer, context);
    const writing all = {.writer = &writer, .network = network, .options = options};
    write_network(&all);
    if (writer.status == SNND_OK && !write_metadata(&all, architecture))
        writer.status = snnd_fail(context, SNND_ERROR_MEMORY, "HDF5 has no memory for the file");
    if (writer.status == SNND_OK)
        writer.status = snnd_hdf5_bytes(context, writer.file, bytes, count);
    snnd_nir_release(&writer);
    snnd_hdf5_leave(&before);
    cJSON_free(architecture);
    return writer.status;
}
