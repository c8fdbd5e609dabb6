/*
 * Makes networks and what the library makes of an input, for the scripts beside it that read them without the library.
 *
 *     make-networks FOLDER
 *
 * For each network NAME: NAME.safetensors; NAME.input.npy [B, T, I]; NAME.output.npy [T, B, O]; of each layer N
 * NAME.N.record.npy, what it gives on, and of a layer of delays NAME.N.weights.npy and NAME.N.delays.npy.
 */
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>

enum { INPUTS = 5, HIDDEN = 7, CLASSES = 4, SAMPLES = 6, STEPS = 40, MOST = 3 * HIDDEN * HIDDEN };

static snnd_context *context;
static const char *folder;

static void must(snnd_status status, const char *what) {
    if (status != SNND_OK) {
        fprintf(stderr, "make-networks: %s: %s\n", what, snnd_context_last_error(context));
        exit(1);
    }
}

static const char *path_of(const char *name, const char *rest) {
    static char path[1024];
    snprintf(path, sizeof path, "%s/%s.%s", folder, name, rest);
    return path;
}

/* ---- networks ---- */

static double noise(uint64_t stream, uint64_t index) {
    return 2 * snnd_random_uniform(7, stream, index) - 1;
}

static void add_delays(snnd_network *network, int32_t outputs, int32_t max_delay, int32_t per_pair, float gain) {
    snnd_delay_options options;
    snnd_layer *layer;
    snnd_array weight;
    must(snnd_delay_options_init(&options, sizeof options), "options");
    options.max_delay = max_delay;
    options.synapses_per_pair = per_pair;
    must(snnd_network_add_delays(network, outputs, &options, &layer), "delays");
    must(snnd_layer_array(layer, SNND_ARRAY_WEIGHT, &weight), "weights");
    for (int64_t k = 0; k < snnd_array_count(&weight); k++)
        ((float *)weight.data)[k] *= gain;
}

static void add_norm(snnd_network *network) {
    snnd_layer *layer;
    must(snnd_network_add_batch_norm(network, NULL, &layer), "batch norm");
    for (int name = SNND_ARRAY_SCALE; name <= SNND_ARRAY_RUNNING_VARIANCE; name++) {
        snnd_array array;
        must(snnd_layer_array(layer, (snnd_array_name)name, &array), "batch norm");
        for (int64_t k = 0; k < snnd_array_count(&array); k++) {
            const float random = (float)noise((uint64_t)name, (uint64_t)k);
            ((float *)array.data)[k] = name == SNND_ARRAY_RUNNING_VARIANCE ? 1 + 0.5f * random : random;
        }
    }
}

/* Those of the neurons that are added from now on. */
static snnd_order order = SNND_ORDER_PAPER;
static snnd_reset reset = SNND_RESET_ZERO;

static void add_lif(snnd_network *network, double tau, double threshold) {
    snnd_lif_options options;
    must(snnd_lif_options_init(&options, sizeof options), "options");
    options.tau = tau;
    options.threshold = threshold;
    options.order = (int32_t)order;
    options.reset = (int32_t)reset;
    must(snnd_network_add_lif(network, &options, NULL), "LIF");
}

static void add_integrator(snnd_network *network, double tau) {
    snnd_leaky_integrator_options options;
    must(snnd_leaky_integrator_options_init(&options, sizeof options), "options");
    options.tau = tau;
    options.order = (int32_t)order;
    must(snnd_network_add_leaky_integrator(network, &options, NULL), "integrators");
}

static void chain(snnd_network *network) {
    add_delays(network, HIDDEN, 6, 1, 1);
    add_lif(network, 10.05, 1);
    add_delays(network, CLASSES, 24, 1, 1);
    add_integrator(network, 10.05);
}

static void norm(snnd_network *network) {
    add_delays(network, HIDDEN, 6, 1, 1);
    add_norm(network);
    add_lif(network, 5.3, 0.7);
    must(snnd_network_add_dropout(network, 0.4, NULL), "dropout");
    add_delays(network, HIDDEN, 10, 1, 2);
    add_norm(network);
    add_norm(network);
    add_lif(network, 3, 0.5);
    add_delays(network, CLASSES, 24, 1, 1);
    must(snnd_network_add_dropout(network, 0.4, NULL), "dropout");
    add_norm(network);
    add_integrator(network, 20);
}

static void several(snnd_network *network) {
    add_delays(network, HIDDEN, 8, 3, 2);
    add_lif(network, 4, 1);
    add_delays(network, CLASSES, 0, 1, 1);
    add_lif(network, 1, 0.25);
}

static void odd(snnd_network *network) {
    add_norm(network);
    add_lif(network, 2, 0.4);
    add_lif(network, 6, 0.8);
    add_norm(network);
    add_delays(network, HIDDEN, 4, 1, 1);
    add_delays(network, HIDDEN, 6, 1, 1);
    add_norm(network);
    add_integrator(network, 3);
    add_delays(network, CLASSES, 2, 1, 1);
}

static void integrators(snnd_network *network) {
    add_delays(network, HIDDEN, 6, 1, 1);
    add_norm(network);
    add_integrator(network, 5);
    add_delays(network, CLASSES, 6, 2, 1);
    add_integrator(network, 1);
}

static void undelayed(snnd_network *network) {
    add_delays(network, HIDDEN, 0, 1, 2);
    add_lif(network, 10.05, 1);
    add_delays(network, HIDDEN, 0, 1, 2);
    add_lif(network, 5, 0.5);
    add_delays(network, CLASSES, 0, 1, 1);
    add_lif(network, 3, 0.5);
}

static void share_delays(snnd_network *network, int32_t outputs, int32_t per_pair, int32_t sharing) {
    snnd_delay_options options;
    must(snnd_delay_options_init(&options, sizeof options), "options");
    options.max_delay = 8;
    options.synapses_per_pair = per_pair;
    options.sharing = sharing;
    must(snnd_network_add_delays(network, outputs, &options, NULL), "shared delays");
}

static void shared(snnd_network *network) {
    share_delays(network, HIDDEN, 2, SNND_SHARING_AXONAL);
    add_lif(network, 4, 0.5);
    share_delays(network, HIDDEN, 1, SNND_SHARING_AXONAL);
    add_norm(network);
    add_lif(network, 4, 0.5);
    share_delays(network, CLASSES, 3, SNND_SHARING_DENDRITIC);
    add_integrator(network, 5);
}

static void silent(snnd_network *network) {
    add_delays(network, HIDDEN, 6, 1, 0);
    add_norm(network);
    add_lif(network, 10, 1);
    add_delays(network, CLASSES, 6, 1, 0);
}

static void first(snnd_network *network) {
    order = SNND_ORDER_UPDATE_FIRST;
    norm(network);
    order = SNND_ORDER_PAPER;
}

static void first_undelayed(snnd_network *network) {
    order = SNND_ORDER_UPDATE_FIRST;
    undelayed(network);
    order = SNND_ORDER_PAPER;
}

static void first_subtracting(snnd_network *network) {
    reset = SNND_RESET_SUBTRACT;
    first(network);
    reset = SNND_RESET_ZERO;
}

static const struct {
    const char *name;
    void (*build)(snnd_network *network);
    double sparsity; /* > 0: with masks and signs */
} networks[] = {{"chain", chain, 0},
                {"norm", norm, 0},
                {"several", several, 0},
                {"sparse", norm, 0.6},
                {"odd", odd, 0},
                {"integrators", integrators, 0},
                {"silent", silent, 0},
                {"undelayed", undelayed, 0},
                {"first", first, 0},
                {"first-undelayed", first_undelayed, 0},
                {"first-subtracting", first_subtracting, 0},
                {"shared", shared, 0.4}};

static void make_sparse(snnd_network *network, double sparsity) {
    snnd_structure structure;
    snnd_sparsity *rule;
    must(snnd_structure_init(&structure, sizeof structure), "options");
    structure.sparsity = sparsity;
    must(snnd_sparsity_create_deep_r(network, &structure, NULL, &rule), "a sparse network");
    snnd_sparsity_free(rule);
}

/* ---- what is written ---- */

static void write_array(const char *name, const char *rest, void *data, snnd_dtype dtype, int64_t a, int64_t b,
                        int64_t c) {
    const snnd_array array = {.data = data, .dtype = dtype, .dimensions = 3, .shape = {a, b, c, 1}};
    must(snnd_array_save_npy(context, &array, path_of(name, rest)), rest);
}

static void write_synapses(const char *name, int32_t index, const snnd_layer *layer) {
    float weights[MOST];
    int32_t delays[MOST];
    snnd_delay_options options;
    char rest[64];
    must(snnd_delay_options_init(&options, sizeof options), "options");
    must(snnd_layer_delay_options(layer, &options), "options");
    must(snnd_layer_weights(layer, weights), "weights");
    must(snnd_layer_delays(layer, delays), "delays");
    const int32_t outputs = snnd_layer_outputs(layer), inputs = snnd_layer_inputs(layer);
    snprintf(rest, sizeof rest, "%d.weights.npy", index);
    write_array(name, rest, weights, SNND_FLOAT32, outputs, inputs, options.synapses_per_pair);
    snprintf(rest, sizeof rest, "%d.delays.npy", index);
    write_array(name, rest, delays, SNND_INT32, outputs, inputs, options.synapses_per_pair);
}

static void write_pass(const char *name, snnd_network *network) {
    static float input[SAMPLES * STEPS * INPUTS], record[SAMPLES * STEPS * HIDDEN];
    const int32_t layers = snnd_network_layer_count(network);
    snnd_workspace *workspace;
    for (int k = 0; k < SAMPLES * STEPS * INPUTS; k++)
        input[k] = (float)(2 * noise(99, (uint64_t)k));
    must(snnd_workspace_create(network, SAMPLES, STEPS, 0, &workspace), "a workspace");
    must(snnd_workspace_forward(workspace, SNND_EVALUATE, input, SAMPLES), "a pass");
    write_array(name, "input.npy", input, SNND_FLOAT32, SAMPLES, STEPS, INPUTS);
    for (int32_t i = 0; i < layers; i++) {
        char rest[64];
        const snnd_layer *layer = snnd_network_layer(network, i);
        snprintf(rest, sizeof rest, "%d.record.npy", i);
        must(snnd_workspace_record(workspace, layer, SNND_RECORD_OUTPUT, record), "a record");
        write_array(name, rest, record, SNND_FLOAT32, STEPS, SAMPLES, snnd_layer_outputs(layer));
        if (i == layers - 1)
            write_array(name, "output.npy", record, SNND_FLOAT32, STEPS, SAMPLES, snnd_layer_outputs(layer));
        if (snnd_layer_get_type(layer) == SNND_LAYER_DELAYS)
            write_synapses(name, i, layer);
    }
    snnd_workspace_free(workspace);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "make-networks FOLDER\n");
        return 2;
    }
    folder = argv[1];
    must(snnd_context_create(NULL, &context), "a context");
    for (size_t n = 0; n < sizeof networks / sizeof networks[0]; n++) {
        snnd_network *network;
        must(snnd_network_create(context, INPUTS, &network), "a network");
        networks[n].build(network);
        if (networks[n].sparsity > 0)
            make_sparse(network, networks[n].sparsity);
        must(snnd_network_save(network, path_of(networks[n].name, "safetensors")), "safetensors");
        write_pass(networks[n].name, network);
        snnd_network_free(network);
    }
    snnd_context_free(context);
    return 0;
}
