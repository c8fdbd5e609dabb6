/* Layers and workspaces as large as they may be, one step beyond it, and where sizes of 32 bits would wrap. */
#include "base/allocator.h"
#include "model/small.h"

Suite *sizes_suite(void);

enum { MEGABYTE = 1 << 20, MOST_NEURONS = 1 << 20, MOST_STEPS = 1 << 24 };

/* ---- layers ---- */

START_TEST(networks_have_a_most_of_inputs) {
    allocator memory;
    snnd_context *context = allocator_limited(&memory, MEGABYTE, 1);
    snnd_network *network = NULL;
    FAILS(context, SNND_ERROR_ARGUMENT, "inputs is 1048577", snnd_network_create(context, MOST_NEURONS + 1, &network));
    OK(context, snnd_network_create(context, MOST_NEURONS, &network));
    OK(context, snnd_network_add_lif(network, NULL, NULL));
    FAILS(context, SNND_ERROR_MEMORY, "layer 1 (batch_norm) of 1048576 neurons",
          snnd_network_add_batch_norm(network, NULL, NULL));
    memory.largest = 8 * MEGABYTE;
    OK(context, snnd_network_add_batch_norm(network, NULL, NULL));
    snnd_network_free(network);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

/* Neurons on both sides, synapses a pair, and the longest delay, which together make 2^31 taps or somewhat fewer. */
static const struct {
    int32_t inputs, outputs, each, max_delay;
    snnd_status status;
    const char *words;
} layers[] = {
    {MOST_NEURONS, 2047, 1, 0, SNND_ERROR_MEMORY, "layer 0 (delays) of 2047 neurons"},
    {MOST_NEURONS, 2048, 1, 0, SNND_ERROR_ARGUMENT, "more than 2^31 taps"},
    {2047, MOST_NEURONS, 1, 0, SNND_ERROR_MEMORY, "layer 0 (delays) of 1048576 neurons"},
    {2048, MOST_NEURONS, 1, 0, SNND_ERROR_ARGUMENT, "more than 2^31 taps"},
    {46340, 46341, 1, 0, SNND_ERROR_MEMORY, "layer 0 (delays) of 46341 neurons"},
    {46341, 46341, 1, 0, SNND_ERROR_ARGUMENT, "more than 2^31 taps"},
    {MOST_NEURONS, 2, 1, 1022, SNND_ERROR_MEMORY, "layer 0 (delays) of 2 neurons"},
    {MOST_NEURONS, 3, 1, 1022, SNND_ERROR_ARGUMENT, "more than 2^31 taps"},
    {MOST_NEURONS, 31, 64, 0, SNND_ERROR_MEMORY, "layer 0 (delays) of 31 neurons"},
    {MOST_NEURONS, 32, 64, 0, SNND_ERROR_ARGUMENT, "more than 2^31 taps"},
    {1, MOST_NEURONS + 1, 1, 0, SNND_ERROR_ARGUMENT, "outputs is 1048577"},
    {1, INT32_MAX, 64, 1022, SNND_ERROR_ARGUMENT, "more than 2^31 taps"},
};

START_TEST(layers_have_a_most_of_taps) {
    allocator memory;
    snnd_context *context = allocator_limited(&memory, 4 * MEGABYTE, 1);
    snnd_network *network = make_network(context, layers[_i].inputs);
    snnd_delay_options options = delay_options(layers[_i].max_delay);
    options.synapses_per_pair = layers[_i].each;
    FAILS(context, layers[_i].status, layers[_i].words,
          snnd_network_add_delays(network, layers[_i].outputs, &options, NULL));
    ck_assert_int_eq(snnd_network_layer_count(network), 0);
    snnd_network_free(network);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

/* ---- workspaces ---- */

START_TEST(workspaces_have_a_most_of_samples_and_steps) {
    allocator memory;
    snnd_context *context = allocator_limited(&memory, MEGABYTE, 1);
    snnd_network *network = make_spiking(context, 1, 1, 1, 0, 0.1);
    snnd_workspace *workspace = NULL;
    const int32_t batches[] = {1, MOST_NEURONS}, steps[] = {1, MOST_STEPS};
    for (int gradients = 0; gradients < 2; gradients++) {
        for (int b = 0; b < 2; b++)
            for (int s = 0; s < 2; s++)
                if (b + s > 0)
                    FAILS(context, SNND_ERROR_MEMORY, "a workspace of",
                          snnd_workspace_create(network, batches[b], steps[s], gradients, &workspace));
        FAILS(context, SNND_ERROR_ARGUMENT, "batch is 1048577",
              snnd_workspace_create(network, MOST_NEURONS + 1, 1, gradients, &workspace));
        FAILS(context, SNND_ERROR_ARGUMENT, "steps is 16777217",
              snnd_workspace_create(network, 1, MOST_STEPS + 1, gradients, &workspace));
    }
    ck_assert_ptr_null(workspace);
    snnd_network_free(network);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

/* What a workspace takes at least, in one block, for a network of 1, `hidden` and 1 neurons. */
static double largest_block(int32_t hidden, int32_t max_delay, int32_t batch, int32_t steps, int32_t threads) {
    const double tiles = (batch + 15) / 16, row = 16 * sizeof(float) * (double)steps;
    const double input = tiles * (row + 16 * sizeof(float) * (double)max_delay);
    const double scratch = threads * (hidden * row + 4 * row);
    const double spikes = tiles * hidden * (double)steps * sizeof(uint16_t);
    return fmax(fmax(input, scratch), spikes);
}

/* A pass of a few samples reads and writes all that belongs to a tile. */
static void use(snnd_workspace *workspace) {
    const int32_t few = workspace->batch < 17 ? workspace->batch : 17;
    const size_t values = (size_t)few * (size_t)workspace->steps;
    float *input = make_numbers(values, 3);
    int32_t *labels = make_labels(few, 1);
    if (workspace->gradients)
        train_pass(workspace, input, labels, few, NULL);
    else
        free(output_after(workspace, SNND_EVALUATE, input, few));
    free(input);
    free(labels);
}

static void try_shape(snnd_network *network, const allocator *memory, int32_t batch, int32_t steps, int gradients) {
    snnd_context *context = network->context;
    const snnd_layer *hidden = network->layer[0];
    const double least =
        largest_block(hidden->outputs, hidden->options.delays.max_delay, batch, steps, context->options.threads);
    snnd_workspace *workspace = NULL;
    const snnd_status status = snnd_workspace_create(network, batch, steps, gradients, &workspace);
    if (status != SNND_OK || least > (double)memory->largest)
        ck_assert_msg(status == SNND_ERROR_MEMORY, "%d neurons, %d samples, %d steps: '%s'", hidden->outputs, batch,
                      steps, snnd_status_string(status));
    else if (context->options.threads == 1)
        use(workspace);
    snnd_workspace_free(workspace);
}

static const int32_t hiddens[] = {1, 63, 8192, 8193, 65536, MOST_NEURONS};

/* 1, `hidden` and 1 neurons: without delays, with one for each synapse, with those of axons and of dendrites. */
static snnd_network *make_delayed(snnd_context *context, int32_t hidden, int32_t kind) {
    snnd_delay_options options = delay_options(kind == 0 ? 0 : 24);
    options.sharing = kind < 2 ? SNND_SHARING_NONE : kind;
    snnd_network *made = make_network(context, 1);
    add_delays(made, hidden, &options);
    add_batch_norm(made);
    add_lif(made);
    add_dropout(made, 0.1);
    add_delays(made, 1, &options);
    add_leaky_integrator(made);
    return made;
}

START_TEST(workspaces_take_what_they_need_or_nothing) {
    static const int32_t batches[] = {1, 17, 65536, 65552, MOST_NEURONS};
    static const int32_t steps[] = {1, 8, 1024, 8191, 8192, 8200, 65536, MOST_NEURONS, MOST_STEPS};
    for (int more = 0; more < 8; more++) {
        allocator memory;
        snnd_context *context = allocator_limited(&memory, 0, more % 2 == 0 ? 1 : 1024);
        snnd_network *network = make_delayed(context, hiddens[_i], more / 2);
        const int64_t before = memory.out;
        memory.largest = 4 * MEGABYTE;
        for (int b = 0; b < COUNT(batches); b++)
            for (int s = 0; s < COUNT(steps); s++)
                for (int gradients = 0; gradients < 2; gradients++)
                    try_shape(network, &memory, batches[b], steps[s], gradients);
        ck_assert_int_eq(memory.out, before);
        snnd_network_free(network);
        snnd_context_free(context);
    }
}
END_TEST

/* All that is kept of these fits, and only the scratch memory of one tile, or the rows of its spikes, would be 2^32
 * bytes or some more. */
static const int32_t shapes[][2] = {{8192, 8192}, {8192, 8200}, {65536, 1024}, {MOST_NEURONS, 64}, {MOST_NEURONS, 65}};

START_TEST(workspaces_have_scratch_memory_or_are_none) {
    allocator memory;
    snnd_context *context = allocator_limited(&memory, 256 * MEGABYTE, 1);
    snnd_network *network = make_spiking(context, 1, shapes[_i][0], 1, 0, 0.1);
    snnd_workspace *workspace = NULL;
    FAILS(context, SNND_ERROR_MEMORY, "a workspace of 1 samples",
          snnd_workspace_create(network, 1, shapes[_i][1], 0, &workspace));
    ck_assert_ptr_null(workspace);
    snnd_network_free(network);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

/* ---- records ---- */

START_TEST(what_memory_cannot_hold_is_not_recorded) {
    enum { NEURONS = 1 << 18 };
    snnd_context *context = make_context(1);
    snnd_network *network = make_network(context, NEURONS);
    const snnd_layer *layer = add_leaky_integrator(network);
    snnd_workspace *workspace = make_workspace(network, 1, 1);
    float *input = make_numbers(NEURONS, 3), *values = output_after(workspace, SNND_EVALUATE, input, 1);
    /* As after a pass that nobody has the memory for. */
    workspace->pass.samples = MOST_NEURONS;
    workspace->steps = MOST_STEPS;
    FAILS(context, SNND_ERROR_ARGUMENT, "16777216 steps of 1048576 samples and 262144 neurons",
          snnd_workspace_record(workspace, layer, SNND_RECORD_OUTPUT, values));
    workspace->pass.samples = workspace->steps = 1;
    OK(context, snnd_workspace_record(workspace, layer, SNND_RECORD_OUTPUT, values));
    free(input);
    free(values);
    snnd_workspace_free(workspace);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

Suite *sizes_suite(void) {
    Suite *suite = suite_create("model/sizes");
    TCase *made = tcase_create("layers"), *passed = tcase_create("workspaces");
    tcase_set_timeout(passed, 60);
    tcase_add_test(made, networks_have_a_most_of_inputs);
    tcase_add_loop_test(made, layers_have_a_most_of_taps, 0, COUNT(layers));
    tcase_add_test(passed, workspaces_have_a_most_of_samples_and_steps);
    tcase_add_loop_test(passed, workspaces_take_what_they_need_or_nothing, 0, COUNT(hiddens));
    tcase_add_loop_test(passed, workspaces_have_scratch_memory_or_are_none, 0, COUNT(shapes));
    tcase_add_test(passed, what_memory_cannot_hold_is_not_recorded);
    suite_add_tcase(suite, made);
    suite_add_tcase(suite, passed);
    return suite;
}
