/* Operations of calls.c: networks and their layers. */
#include "calls.h"
#include "use.h"

static void create(world *w) {
    owner *of = &w->owner[fuzz_below(&w->in, NETWORKS)];
    free_network(of);
    CALL(w, w->context, snnd_network_create(w->context, any_size(w), &of->network));
}

static void forget(world *w) {
    if (fuzz_byte(&w->in) % 4 == 0)
        free_network(any_owner(w));
}

static void add_delays(world *w) {
    owner *of = any_owner(w);
    snnd_delay_options options;
    snnd_layer *layer;
    const int32_t outputs = any_size(w), inputs = snnd_network_layer_count(of->network) > 0
                                                      ? snnd_network_outputs(of->network)
                                                      : snnd_network_inputs(of->network);
    MUST(w->context, snnd_delay_options_init(&options, sizeof options));
    if (fuzz_byte(&w->in) % 2) {
        options.max_delay = fuzz_byte(&w->in) < 240 ? fuzz_below(&w->in, 16) * 2 : fuzz_int(&w->in);
        options.synapses_per_pair = fuzz_byte(&w->in) < 240 ? 1 + fuzz_below(&w->in, 3) : fuzz_int(&w->in);
        options.profile = fuzz_byte(&w->in) < 240 ? 1 + fuzz_below(&w->in, 2) : fuzz_int(&w->in);
        options.learn_delays = fuzz_byte(&w->in) < 240 ? fuzz_below(&w->in, 2) : fuzz_int(&w->in);
        options.sharing = fuzz_byte(&w->in) < 240 ? 1 + fuzz_below(&w->in, 3) : fuzz_int(&w->in);
    }
    const double taps = (double)outputs * inputs * options.synapses_per_pair * (options.max_delay + 1.0);
    if (taps > 20000 && taps < 1e10)
        return; /* legal, and slow */
    CALL(w, of->network, snnd_network_add_delays(of->network, outputs, or_null(w, &options), or_null(w, &layer)));
}

static void add_batch_norm(world *w) {
    owner *of = any_owner(w);
    snnd_batch_norm_options options;
    MUST(w->context, snnd_batch_norm_options_init(&options, sizeof options));
    if (fuzz_byte(&w->in) % 4 == 0) {
        options.epsilon = fuzz_double(&w->in);
        options.momentum = fuzz_double(&w->in);
    }
    CALL(w, of->network, snnd_network_add_batch_norm(of->network, or_null(w, &options), NULL));
}

static void add_lif(world *w) {
    owner *of = any_owner(w);
    snnd_lif_options options;
    MUST(w->context, snnd_lif_options_init(&options, sizeof options));
    if (fuzz_byte(&w->in) % 4 == 0) {
        options.tau = fuzz_double(&w->in);
        options.threshold = fuzz_double(&w->in);
        options.alpha = fuzz_double(&w->in);
        options.detach_reset = fuzz_below(&w->in, 2);
        options.order = 1 + fuzz_below(&w->in, 3);
        options.reset = 1 + fuzz_below(&w->in, 3);
        options.surrogate = 1 + fuzz_below(&w->in, 6);
        options.tau_per_neuron = 1 + fuzz_below(&w->in, 4);
        options.tau_spread = fuzz_double(&w->in);
    }
    CALL(w, of->network, snnd_network_add_lif(of->network, or_null(w, &options), NULL));
}

static void add_dropout(world *w) {
    owner *of = any_owner(w);
    CALL(w, of->network, snnd_network_add_dropout(of->network, fuzz_double(&w->in), NULL));
}

static void add_leaky_integrator(world *w) {
    owner *of = any_owner(w);
    snnd_leaky_integrator_options options;
    MUST(w->context, snnd_leaky_integrator_options_init(&options, sizeof options));
    if (fuzz_byte(&w->in) % 4 == 0) {
        options.tau = fuzz_double(&w->in);
        options.order = 1 + fuzz_below(&w->in, 3);
        options.tau_per_neuron = 1 + fuzz_below(&w->in, 4);
        options.tau_spread = fuzz_double(&w->in);
    }
    CALL(w, of->network, snnd_network_add_leaky_integrator(of->network, or_null(w, &options), NULL));
}

static void add_adaptive_lif(world *w) {
    owner *of = any_owner(w);
    snnd_adaptive_lif_options options;
    MUST(w->context, snnd_adaptive_lif_options_init(&options, sizeof options));
    if (fuzz_byte(&w->in) % 4 == 0) {
        options.threshold = fuzz_double(&w->in);
        options.alpha = fuzz_double(&w->in);
        options.detach_reset = fuzz_below(&w->in, 2);
        options.surrogate = fuzz_below(&w->in, 7);
    }
    CALL(w, of->network, snnd_network_add_adaptive_lif(of->network, or_null(w, &options), NULL));
}

/* The usual chain at once, so that programs come to training soon. */
static void build(world *w) {
    owner *of = &w->owner[fuzz_below(&w->in, NETWORKS)];
    snnd_delay_options delays;
    free_network(of);
    MUST(w->context, snnd_delay_options_init(&delays, sizeof delays));
    delays.max_delay = 2 * fuzz_below(&w->in, 8);
    delays.synapses_per_pair = 1 + fuzz_below(&w->in, 2);
    delays.learn_delays = fuzz_below(&w->in, 4) != 0;
    delays.sharing = 1 + fuzz_below(&w->in, SNND_SHARING_DENDRITIC);
    MUST(w->context, snnd_network_create(w->context, 1 + fuzz_below(&w->in, 4), &of->network));
    for (int hidden = fuzz_below(&w->in, 3); hidden > 0; hidden--) {
        MUST(w->context, snnd_network_add_delays(of->network, 1 + fuzz_below(&w->in, 20), &delays, NULL));
        if (fuzz_byte(&w->in) % 2)
            MUST(w->context, snnd_network_add_batch_norm(of->network, NULL, NULL));
        if (fuzz_byte(&w->in) % 4 == 0)
            MUST(w->context, snnd_network_add_adaptive_lif(of->network, NULL, NULL));
        else
            MUST(w->context, snnd_network_add_lif(of->network, NULL, NULL));
        if (fuzz_byte(&w->in) % 2)
            MUST(w->context, snnd_network_add_dropout(of->network, 0.25, NULL));
    }
    MUST(w->context, snnd_network_add_delays(of->network, 1 + fuzz_below(&w->in, 4), &delays, NULL));
    MUST(w->context, snnd_network_add_leaky_integrator(of->network, NULL, NULL));
}

static void initialize(world *w) {
    owner *of = any_owner(w);
    CALL(w, of->network, snnd_network_initialize(of->network, fuzz_byte(&w->in)));
}

static void set_sigma(world *w) {
    owner *of = any_owner(w);
    CALL(w, of->network, snnd_network_set_sigma(of->network, fuzz_double(&w->in)));
}

static void clamp(world *w) {
    owner *of = any_owner(w);
    CALL(w, of->network, snnd_network_clamp(of->network));
}

static void rewind_network(world *w) {
    owner *of = any_owner(w);
    CALL(w, of->network, snnd_network_rewind(of->network, any_owner(w)->network));
}

static void copy_parameters(world *w) {
    owner *of = any_owner(w);
    CALL(w, of->network, snnd_network_copy_parameters(of->network, any_owner(w)->network));
}

static void clone_network(world *w) {
    const owner *from = any_owner(w);
    owner *of = any_owner(w);
    snnd_network *network = NULL;
    if (CALL(w, from->network, snnd_network_clone(from->network, or_null(w, &network))) != SNND_OK)
        return;
    free_network(of);
    of->network = network;
}

static void set_readout(world *w) {
    const owner *of = any_owner(w);
    CALL(w, of->network, snnd_network_set_readout(of->network, (snnd_readout)any_of(w, SNND_READOUT_SOFTMAX_SUM, 5)));
    (void)snnd_network_readout(of->network);
}

/* Through memory to another owner: at times some byte is another. */
static void write_and_read(world *w) {
    const owner *from = any_owner(w);
    owner *of = any_owner(w);
    snnd_buffer buffer = {.context = w->context};
    const snnd_writer writer = snnd_buffer_writer(&buffer);
    snnd_network *network = NULL;
    if (CALL(w, from->network, snnd_network_write(from->network, or_null(w, (void *)(uintptr_t)&writer))) == SNND_OK) {
        if (fuzz_byte(&w->in) % 2)
            ((unsigned char *)buffer.data)[(size_t)fuzz_word(&w->in) % buffer.bytes] = fuzz_byte(&w->in);
        snnd_memory memory = {buffer.data, buffer.bytes};
        snnd_reader reader = snnd_memory_reader(&memory);
        reader.bytes = (uint64_t)fuzz_byte(&w->in);
        if (CALL(w, w->context, snnd_network_read(w->context, &reader, or_null(w, &network))) == SNND_OK) {
            free_network(of);
            of->network = network;
        }
    }
    snnd_buffer_free(&buffer);
}

static void write_parameter(world *w) {
    const owner *of = any_owner(w);
    snnd_layer *layer = any_layer(w, of);
    snnd_array array;
    if (CALL(w, layer, snnd_layer_array(layer, (snnd_array_name)fuzz_below(&w->in, 15), or_null(w, &array))) == SNND_OK)
        poke(w, &array);
}

static void save(world *w) {
    const owner *of = any_owner(w);
    CALL(w, of->network, snnd_network_save(of->network, or_null(w, (void *)(uintptr_t)fuzz_path("network"))));
}

static void load(world *w) {
    owner *of = any_owner(w);
    const char *path = fuzz_path(fuzz_byte(&w->in) % 4 == 0 ? "checkpoint" : "network");
    snnd_network *network = NULL;
    if (CALL(w, w->context, snnd_network_load(w->context, path, or_null(w, &network))) != SNND_OK)
        return;
    free_network(of);
    of->network = network;
}

static void set_parameter(world *w) {
    const owner *of = any_owner(w);
    snnd_layer *layer = any_layer(w, of);
    float values[64];
    const snnd_array_name name = (snnd_array_name)fuzz_below(&w->in, 15);
    snnd_array array = {0};
    for (size_t k = 0; k < sizeof values / sizeof *values; k++)
        values[k] = (float)k / 64;
    values[0] = (float)fuzz_double(&w->in);
    const int64_t count = snnd_layer_array(layer, name, &array) == SNND_OK ? snnd_array_count(&array) : 1;
    if (count <= 64)
        CALL(w, layer, snnd_layer_set_array(layer, name, or_null(w, values), count + fuzz_byte(&w->in) / 255));
}

static void fold(world *w) {
    const owner *of = any_owner(w);
    const snnd_layer *layer = any_layer(w, of);
    const size_t outputs = (size_t)snnd_layer_outputs(layer);
    double *both = calloc(2 * outputs + 1, sizeof *both), probability;
    CALL(w, layer, snnd_layer_fold(layer, or_null(w, both), both + outputs));
    CALL(w, layer, snnd_layer_dropout(layer, &probability));
    free(both);
}

static void look(world *w) {
    owner *of = any_owner(w);
    const snnd_layer *layer = any_layer(w, of);
    snnd_delay_options options = {.size = sizeof options};
    snnd_batch_norm_options norm = {.size = sizeof norm};
    snnd_lif_options lif = {.size = sizeof lif};
    snnd_leaky_integrator_options integrator = {.size = sizeof integrator};
    snnd_adaptive_lif_options adaptive = {.size = sizeof adaptive};
    CALL(w, layer, snnd_layer_delay_options(layer, or_null(w, &options)));
    CALL(w, layer, snnd_layer_batch_norm_options(layer, &norm));
    CALL(w, layer, snnd_layer_lif_options(layer, &lif));
    CALL(w, layer, snnd_layer_leaky_integrator_options(layer, &integrator));
    CALL(w, layer, snnd_layer_adaptive_lif_options(layer, &adaptive));
    (void)snnd_layer_active(layer);
    (void)snnd_network_active(of->network);
    (void)snnd_network_sigma(of->network);
    if (of->network != NULL && fuzz_is_small(of->network))
        fuzz_look(w->context, of->network);
}

operation *const network_operations[] = {
    create,         forget,          build,
    build,          add_delays,      add_batch_norm,
    add_lif,        add_dropout,     add_leaky_integrator,
    initialize,     set_sigma,       clamp,
    rewind_network, write_parameter, save,
    load,           set_parameter,   fold,
    look,           copy_parameters, clone_network,
    set_readout,    write_and_read,  add_adaptive_lif,
};

const int network_operation_count = sizeof network_operations / sizeof network_operations[0];
