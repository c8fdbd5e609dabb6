/* Building a network and its parameters. */
#include "base/allocator.h"
#include "model/small.h"

Suite *network_suite(void);

static snnd_context *context;
static snnd_network *network;

static void set_up(void) {
    context = make_context(1);
    network = make_network(context, 3);
}

static void tear_down(void) {
    snnd_network_free(network);
    snnd_context_free(context);
}

/* ---- options ---- */

START_TEST(options_start_at_the_papers_values) {
    snnd_delay_options delays;
    snnd_batch_norm_options batch_norm;
    snnd_lif_options lif;
    snnd_leaky_integrator_options leaky_integrator;
    OK(NULL, snnd_delay_options_init(&delays, sizeof delays));
    OK(NULL, snnd_batch_norm_options_init(&batch_norm, sizeof batch_norm));
    OK(NULL, snnd_lif_options_init(&lif, sizeof lif));
    OK(NULL, snnd_leaky_integrator_options_init(&leaky_integrator, sizeof leaky_integrator));
    ck_assert_int_eq(delays.max_delay, 24);
    ck_assert_int_eq(delays.synapses_per_pair, 1);
    ck_assert_int_eq(delays.profile, SNND_PROFILE_GAUSS);
    ck_assert_int_eq(delays.learn_delays, 1);
    ck_assert_int_eq(delays.sharing, SNND_SHARING_NONE);
    ck_assert_double_eq(batch_norm.epsilon, 1e-5);
    ck_assert_double_eq(batch_norm.momentum, 0.1);
    ck_assert_double_eq(lif.tau, 10.05);
    ck_assert_double_eq(lif.threshold, 1);
    ck_assert_double_eq(lif.alpha, 5);
    ck_assert_int_eq(lif.detach_reset, 1);
    ck_assert_int_eq(lif.order, SNND_ORDER_PAPER);
    ck_assert_int_eq(lif.reset, SNND_RESET_ZERO);
    ck_assert_int_eq(lif.surrogate, SNND_SURROGATE_ARCTAN);
    ck_assert_double_eq(leaky_integrator.tau, 10.05);
}
END_TEST

static const struct {
    int32_t max_delay, synapses_per_pair, profile, learn_delays, sharing;
    const char *words;
} bad_delays[] = {
    {23, 1, SNND_PROFILE_GAUSS, 1, 1, "max_delay is 23; expected an even number from 0 to 1022, since positions"},
    {-2, 1, SNND_PROFILE_GAUSS, 1, 1, "max_delay is -2"},
    {1024, 1, SNND_PROFILE_GAUSS, 1, 1, "max_delay is 1024"},
    {24, 0, SNND_PROFILE_GAUSS, 1, 1, "synapses_per_pair is 0"},
    {24, 65, SNND_PROFILE_GAUSS, 1, 1, "synapses_per_pair is 65"},
    {24, 1, 0, 1, 1, "profile is 0"},
    {24, 1, 3, 1, 1, "profile is 3"},
    {24, 1, SNND_PROFILE_GAUSS, 2, 1, "learn_delays is 2"},
    {24, 1, SNND_PROFILE_GAUSS, 1, -1, "sharing is -1; expected SNND_SHARING_NONE, _AXONAL or _DENDRITIC"},
    {24, 1, SNND_PROFILE_GAUSS, 1, 4, "sharing is 4"},
};

START_TEST(delay_options_out_of_range_are_named) {
    snnd_delay_options options = delay_options(bad_delays[_i].max_delay);
    options.synapses_per_pair = bad_delays[_i].synapses_per_pair;
    options.profile = bad_delays[_i].profile;
    options.learn_delays = bad_delays[_i].learn_delays;
    options.sharing = bad_delays[_i].sharing;
    FAILS(context, SNND_ERROR_ARGUMENT, bad_delays[_i].words, snnd_network_add_delays(network, 4, &options, NULL));
    ck_assert_int_eq(snnd_network_layer_count(network), 0);
}
END_TEST

START_TEST(neurons_out_of_range_are_named) {
    snnd_network *other = NULL;
    FAILS(context, SNND_ERROR_ARGUMENT, "outputs is 0", snnd_network_add_delays(network, 0, NULL, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "outputs is -1", snnd_network_add_delays(network, -1, NULL, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "inputs is 0", snnd_network_create(context, 0, &other));
    ck_assert_ptr_null(other);
}
END_TEST

START_TEST(more_taps_than_can_be_numbered_are_refused) {
    snnd_delay_options options = delay_options(1022);
    options.synapses_per_pair = 64;
    FAILS(context, SNND_ERROR_ARGUMENT, "more than 2^31 taps",
          snnd_network_add_delays(network, 1 << 20, &options, NULL));
}
END_TEST

static const struct {
    double epsilon, momentum;
    const char *words;
} bad_batch_norms[] = {
    {0, 0.1, "epsilon is 0"}, {-1e-5, 0.1, "epsilon is -1e-05"},  {2, 0.1, "epsilon is 2"},
    {NAN, 0.1, "epsilon is"}, {1e-5, -0.25, "momentum is -0.25"}, {1e-5, 1.5, "momentum is 1.5"},
};

START_TEST(batch_norm_options_out_of_range_are_named) {
    snnd_batch_norm_options options;
    OK(context, snnd_batch_norm_options_init(&options, sizeof options));
    options.epsilon = bad_batch_norms[_i].epsilon;
    options.momentum = bad_batch_norms[_i].momentum;
    FAILS(context, SNND_ERROR_ARGUMENT, bad_batch_norms[_i].words,
          snnd_network_add_batch_norm(network, &options, NULL));
    ck_assert_int_eq(snnd_network_layer_count(network), 0);
}
END_TEST

static const struct {
    double tau, threshold, alpha;
    int32_t detach_reset, order, reset, surrogate;
    const char *words;
} bad_lifs[] = {
    {0.5, 1, 5, 1, 1, 1, 1, "tau is 0.5"},       {NAN, 1, 5, 1, 1, 1, 1, "tau is"},
    {10, 0, 5, 1, 1, 1, 1, "threshold is 0"},    {10, -1, 5, 1, 1, 1, 1, "threshold is -1"},
    {10, 1, 0, 1, 1, 1, 1, "alpha is 0"},        {10, 1, -5, 1, 1, 1, 1, "alpha is -5"},
    {10, 1, 5, 2, 1, 1, 1, "detach_reset is 2"}, {10, 1, 5, -1, 1, 1, 1, "detach_reset is -1"},
    {10, 1, 5, 1, 0, 1, 1, "order is 0"},        {10, 1, 5, 1, 3, 1, 1, "order is 3"},
    {10, 1, 5, 1, 1, 0, 1, "reset is 0"},        {10, 1, 5, 1, 1, 3, 1, "reset is 3"},
    {10, 1, 5, 1, 1, 1, 0, "surrogate is 0"},    {10, 1, 5, 1, 1, 1, 6, "surrogate is 6"},
};

START_TEST(lif_options_out_of_range_are_named) {
    snnd_lif_options options;
    OK(context, snnd_lif_options_init(&options, sizeof options));
    options.tau = bad_lifs[_i].tau;
    options.threshold = bad_lifs[_i].threshold;
    options.alpha = bad_lifs[_i].alpha;
    options.detach_reset = bad_lifs[_i].detach_reset;
    options.order = bad_lifs[_i].order;
    options.reset = bad_lifs[_i].reset;
    options.surrogate = bad_lifs[_i].surrogate;
    FAILS(context, SNND_ERROR_ARGUMENT, bad_lifs[_i].words, snnd_network_add_lif(network, &options, NULL));
    ck_assert_int_eq(snnd_network_layer_count(network), 0);
}
END_TEST

START_TEST(an_order_of_leaky_integrators_out_of_range_is_named) {
    snnd_leaky_integrator_options options;
    OK(context, snnd_leaky_integrator_options_init(&options, sizeof options));
    options.order = 3;
    FAILS(context, SNND_ERROR_ARGUMENT, "order is 3", snnd_network_add_leaky_integrator(network, &options, NULL));
}
END_TEST

static const struct {
    double threshold, alpha;
    int32_t detach_reset, surrogate;
    const char *words;
} bad_adaptive_lifs[] = {
    {0, 5, 0, 1, "adaptive LIF: threshold is 0; expected above 0, up to 1e9"},
    {2e9, 5, 0, 1, "threshold is 2e+09"},
    {NAN, 5, 0, 1, "threshold is"},
    {1, 0, 0, 1, "alpha is 0"},
    {1, -5, 0, 1, "alpha is -5"},
    {1, 5, 2, 1, "detach_reset is 2; expected 0 or 1"},
    {1, 5, 0, 0, "surrogate is 0; expected SNND_SURROGATE_ARCTAN, _FAST_SIGMOID, _SIGMOID, _TRIANGLE or _RECTANGLE"},
    {1, 5, 0, 6, "surrogate is 6"},
};

START_TEST(adaptive_lif_options_out_of_range_are_named) {
    snnd_adaptive_lif_options options;
    OK(context, snnd_adaptive_lif_options_init(&options, sizeof options));
    options.threshold = bad_adaptive_lifs[_i].threshold;
    options.alpha = bad_adaptive_lifs[_i].alpha;
    options.detach_reset = bad_adaptive_lifs[_i].detach_reset;
    options.surrogate = bad_adaptive_lifs[_i].surrogate;
    FAILS(context, SNND_ERROR_ARGUMENT, bad_adaptive_lifs[_i].words,
          snnd_network_add_adaptive_lif(network, &options, NULL));
    ck_assert_int_eq(snnd_network_layer_count(network), 0);
}
END_TEST

START_TEST(a_leaky_integrator_needs_a_tau_of_a_step_or_more) {
    snnd_leaky_integrator_options options;
    OK(context, snnd_leaky_integrator_options_init(&options, sizeof options));
    options.tau = 0.75;
    FAILS(context, SNND_ERROR_ARGUMENT, "tau is 0.75", snnd_network_add_leaky_integrator(network, &options, NULL));
    options.tau = 1;
    OK(context, snnd_network_add_leaky_integrator(network, &options, NULL));
}
END_TEST

START_TEST(dropout_must_leave_something) {
    FAILS(context, SNND_ERROR_ARGUMENT, "probability is 1", snnd_network_add_dropout(network, 1, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "probability is -0.5", snnd_network_add_dropout(network, -0.5, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "probability is", snnd_network_add_dropout(network, NAN, NULL));
    OK(context, snnd_network_add_dropout(network, 0, NULL));
}
END_TEST

START_TEST(options_at_their_limits_are_taken) {
    snnd_delay_options options = delay_options(0);
    add_delays(network, 2, &options);
    options = delay_options(1022);
    options.synapses_per_pair = 64;
    options.profile = SNND_PROFILE_MAX;
    add_delays(network, 1, &options);
    snnd_lif_options lif;
    OK(context, snnd_lif_options_init(&lif, sizeof lif));
    lif.tau = 1;
    OK(context, snnd_network_add_lif(network, &lif, NULL));
    ck_assert_int_eq(snnd_network_layer_count(network), 3);
}
END_TEST

START_TEST(options_of_an_older_header_are_taken_for_what_they_are) {
    snnd_delay_options options = delay_options(6);
    options.size = offsetof(snnd_delay_options, synapses_per_pair);
    options.synapses_per_pair = -7; /* beyond the size: not the caller's */
    options.profile = 99;
    snnd_layer *layer = add_delays(network, 2, &options);
    snnd_delay_options used = delay_options(0);
    OK(context, snnd_layer_delay_options(layer, &used));
    ck_assert_int_eq(used.max_delay, 6);
    ck_assert_int_eq(used.synapses_per_pair, 1);
    ck_assert_int_eq(used.profile, SNND_PROFILE_GAUSS);
}
END_TEST

START_TEST(options_of_a_newer_header_are_taken_unless_they_ask_for_something_unknown) {
    struct {
        snnd_delay_options known;
        int64_t later;
    } options;
    OK(context, snnd_delay_options_init(&options.known, sizeof options));
    OK(context, snnd_network_add_delays(network, 2, &options.known, NULL));
    options.later = 1;
    FAILS(context, SNND_ERROR_ARGUMENT, "knows only", snnd_network_add_delays(network, 2, &options.known, NULL));
}
END_TEST

START_TEST(options_that_were_never_filled_in_are_refused) {
    const snnd_delay_options options = {.max_delay = 24, .synapses_per_pair = 1, .profile = 1};
    FAILS(context, SNND_ERROR_ARGUMENT, "_init", snnd_network_add_delays(network, 2, &options, NULL));
}
END_TEST

/* ---- the chain ---- */

START_TEST(layers_know_their_kinds_and_sizes) {
    const snnd_layer_type types[] = {SNND_LAYER_DELAYS,  SNND_LAYER_BATCH_NORM, SNND_LAYER_LIF,
                                     SNND_LAYER_DROPOUT, SNND_LAYER_DELAYS,     SNND_LAYER_LEAKY_INTEGRATOR};
    const int32_t inputs[] = {3, 7, 7, 7, 7, 2}, outputs[] = {7, 7, 7, 7, 2, 2};
    snnd_network *spiking = make_spiking(context, 3, 7, 2, 4, 0.5);
    ck_assert_int_eq(snnd_network_inputs(spiking), 3);
    ck_assert_int_eq(snnd_network_outputs(spiking), 2);
    ck_assert_int_eq(snnd_network_layer_count(spiking), 6);
    for (int32_t i = 0; i < 6; i++) {
        const snnd_layer *layer = snnd_network_layer(spiking, i);
        ck_assert_int_eq(snnd_layer_get_type(layer), types[i]);
        ck_assert_int_eq(snnd_layer_inputs(layer), inputs[i]);
        ck_assert_int_eq(snnd_layer_outputs(layer), outputs[i]);
    }
    snnd_network_free(spiking);
}
END_TEST

START_TEST(there_is_no_layer_outside_the_chain) {
    ck_assert_ptr_null(snnd_network_layer(network, 0));
    add_lif(network);
    ck_assert_ptr_nonnull(snnd_network_layer(network, 0));
    ck_assert_ptr_null(snnd_network_layer(network, 1));
    ck_assert_ptr_null(snnd_network_layer(network, -1));
    ck_assert_ptr_null(snnd_network_layer(NULL, 0));
}
END_TEST

START_TEST(an_empty_network_has_no_outputs_and_no_workspace) {
    snnd_workspace *workspace = NULL;
    ck_assert_int_eq(snnd_network_outputs(network), 0);
    FAILS(context, SNND_ERROR_STATE, "no layers", snnd_workspace_create(network, 1, 1, 1, &workspace));
    ck_assert_ptr_null(workspace);
}
END_TEST

START_TEST(many_layers_keep_their_places) {
    snnd_layer *layer[40];
    for (int32_t i = 0; i < 40; i++)
        layer[i] = add_dropout(network, 0.01 * i);
    for (int32_t i = 0; i < 40; i++)
        ck_assert_ptr_eq(snnd_network_layer(network, i), layer[i]);
}
END_TEST

/* What completes a network, by number. */
static void use_network(int what) {
    snnd_workspace *workspace = NULL;
    snnd_optimizer *optimizer = NULL;
    snnd_sparsity *sparsity = NULL;
    snnd_trainer *trainer = NULL;
    if (what == 0)
        OK(context, snnd_workspace_create(network, 1, 1, 0, &workspace));
    else if (what == 1)
        OK(context, snnd_optimizer_create(network, NULL, &optimizer));
    else if (what == 2)
        OK(context, snnd_sparsity_create_fixed_mask(network, NULL, &sparsity));
    else
        OK(context, snnd_trainer_create(network, NULL, &trainer));
    FAILS(context, SNND_ERROR_STATE, "lif: no layer can be added any more", snnd_network_add_lif(network, NULL, NULL));
    ck_assert_int_eq(snnd_network_layer_count(network), 1);
    snnd_workspace_free(workspace);
    snnd_optimizer_free(optimizer);
    snnd_sparsity_free(sparsity);
    snnd_trainer_free(trainer);
}

START_TEST(no_layer_can_be_added_to_a_network_in_use) {
    add_delays(network, 4, NULL);
    use_network(_i);
}
END_TEST

START_TEST(null_arguments_are_errors_and_never_crashes) {
    snnd_array array;
    ck_assert_int_eq(snnd_network_create(NULL, 1, &network), SNND_ERROR_ARGUMENT);
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_network_create(context, 1, NULL));
    ck_assert_int_eq(snnd_network_add_delays(NULL, 1, NULL, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_network_add_batch_norm(NULL, NULL, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_network_add_lif(NULL, NULL, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_network_add_dropout(NULL, 0, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_network_add_leaky_integrator(NULL, NULL, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_network_add_adaptive_lif(NULL, NULL, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_network_initialize(NULL, 0), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_network_set_sigma(NULL, 0), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_network_clamp(NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_layer_array(NULL, SNND_ARRAY_WEIGHT, &array), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_network_inputs(NULL), 0);
    ck_assert_int_eq(snnd_network_layer_count(NULL), 0);
    ck_assert_int_eq(snnd_network_active(NULL), 0);
    snnd_network_free(NULL);
}
END_TEST

static snnd_status build_and_free(snnd_context *own, void *unused) {
    (void)unused;
    snnd_network *made;
    snnd_status status = snnd_network_create(own, 3, &made);
    if (status != SNND_OK)
        return status;
    for (int32_t i = 0; i < 10 && status == SNND_OK; i++)
        status =
            i % 2 == 0 ? snnd_network_add_delays(made, 4, NULL, NULL) : snnd_network_add_batch_norm(made, NULL, NULL);
    snnd_network_free(made);
    return status;
}

START_TEST(a_network_that_memory_runs_out_on_leaves_nothing_behind) {
    allocator memory = {0};
    snnd_context *starving;
    OK(context, allocator_context(&memory, 1, &starving));
    allocator_starve(starving, &memory, build_and_free, NULL);
    snnd_context_free(starving);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

/* ---- arrays ---- */

START_TEST(parameters_have_the_shapes_that_the_header_names) {
    snnd_delay_options options = delay_options(4);
    options.synapses_per_pair = 2;
    snnd_layer *delays = add_delays(network, 5, &options), *batch_norm = add_batch_norm(network);
    for (int name = SNND_ARRAY_WEIGHT; name <= SNND_ARRAY_POSITION; name++) {
        const snnd_array array = array_of(delays, (snnd_array_name)name);
        ck_assert_int_eq(array.dtype, SNND_FLOAT32);
        ck_assert_int_eq(array.dimensions, 3);
        ck_assert_int_eq(array.shape[0], 5);
        ck_assert_int_eq(array.shape[1], 3);
        ck_assert_int_eq(array.shape[2], 2);
        ck_assert_int_eq(array.shape[3], 1);
    }
    for (int name = SNND_ARRAY_SCALE; name <= SNND_ARRAY_RUNNING_VARIANCE; name++) {
        const snnd_array array = array_of(batch_norm, (snnd_array_name)name);
        ck_assert_int_eq(array.dtype, SNND_FLOAT32);
        ck_assert_int_eq(array.dimensions, 1);
        ck_assert_int_eq(array.shape[0], 5);
    }
}
END_TEST

/* Positions [1, I, C] and [O, 1, C] of delays that synapses share: which is whose, what hosts set, and what comes out
 * as the delay of each synapse. */
START_TEST(positions_that_synapses_share_belong_to_inputs_or_outputs) {
    enum { OUTPUTS = 4, EACH = 2 };
    const bool axonal = _i == 0;
    snnd_delay_options options = delay_options(8);
    options.synapses_per_pair = EACH;
    options.sharing = axonal ? SNND_SHARING_AXONAL : SNND_SHARING_DENDRITIC;
    snnd_layer *layer = add_delays(network, OUTPUTS, &options);
    const int32_t inputs = snnd_layer_inputs(layer), neurons = axonal ? inputs : OUTPUTS;
    const snnd_array position = array_of(layer, SNND_ARRAY_POSITION), weight = array_of(layer, SNND_ARRAY_WEIGHT);
    ck_assert_int_eq(position.dimensions, 3);
    ck_assert_int_eq(position.shape[0], axonal ? 1 : OUTPUTS);
    ck_assert_int_eq(position.shape[1], axonal ? inputs : 1);
    ck_assert_int_eq(position.shape[2], EACH);
    ck_assert_int_eq(weight.shape[0], OUTPUTS);
    ck_assert_int_eq(weight.shape[1], inputs);
    float values[16];
    int32_t delays[64];
    ck_assert_int_le(neurons * EACH, COUNT(values));
    for (int k = 0; k < neurons * EACH; k++)
        values[k] = (float)(4 - k);
    values[neurons * EACH - 1] = -4;
    FAILS(context, SNND_ERROR_ARGUMENT, "count is 1; array 'position'",
          snnd_layer_set_array(layer, SNND_ARRAY_POSITION, values, 1));
    OK(context, snnd_layer_set_array(layer, SNND_ARRAY_POSITION, values, neurons * EACH));
    OK(context, snnd_layer_delays(layer, delays));
    for (int o = 0; o < OUTPUTS; o++)
        for (int i = 0; i < inputs; i++)
            for (int c = 0; c < EACH; c++)
                ck_assert_int_eq(delays[(o * inputs + i) * EACH + c], 4 - (int)values[(axonal ? i : o) * EACH + c]);
    floats(layer, SNND_ARRAY_POSITION)[1] = 5;
    OK(context, snnd_network_clamp(network));
    ck_assert_float_eq(floats(layer, SNND_ARRAY_POSITION)[1], 4);
    floats(layer, SNND_ARRAY_POSITION)[1] = NAN;
    FAILS(context, SNND_ERROR_NUMERIC, "position 1 of layer 0 is nan; expected a finite number",
          snnd_layer_delays(layer, delays));
}
END_TEST

START_TEST(arrays_that_a_layer_lacks_are_named) {
    snnd_array array;
    snnd_layer *delays = add_delays(network, 5, NULL), *batch_norm = add_batch_norm(network);
    FAILS(context, SNND_ERROR_STATE, "'mask': only sparsity controllers",
          snnd_layer_array(delays, SNND_ARRAY_MASK, &array));
    FAILS(context, SNND_ERROR_STATE, "'sign': only sparsity controllers",
          snnd_layer_array(delays, SNND_ARRAY_SIGN, &array));
    FAILS(context, SNND_ERROR_STATE, "'scale'", snnd_layer_array(delays, SNND_ARRAY_SCALE, &array));
    FAILS(context, SNND_ERROR_STATE, "(batch_norm) has no array 'weight'",
          snnd_layer_array(batch_norm, SNND_ARRAY_WEIGHT, &array));
    FAILS(context, SNND_ERROR_ARGUMENT, "no array of this name", snnd_layer_array(delays, (snnd_array_name)99, &array));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_layer_array(delays, SNND_ARRAY_WEIGHT, NULL));
}
END_TEST

START_TEST(options_are_copied_as_the_layer_was_made_with_them) {
    snnd_delay_options delays = delay_options(6), delays_used = delay_options(0);
    delays.sharing = SNND_SHARING_DENDRITIC;
    snnd_batch_norm_options norm, norm_used;
    snnd_lif_options lif, lif_used;
    snnd_leaky_integrator_options integrator, integrator_used;
    snnd_layer *layer[5];
    double probability = 0;
    OK(context, snnd_batch_norm_options_init(&norm, sizeof norm));
    OK(context, snnd_lif_options_init(&lif, sizeof lif));
    OK(context, snnd_leaky_integrator_options_init(&integrator, sizeof integrator));
    norm.epsilon = 0.25, norm.momentum = 0.5;
    lif.tau = 3, lif.threshold = 0.5, lif.alpha = 7, lif.detach_reset = 0;
    lif.order = SNND_ORDER_UPDATE_FIRST, lif.reset = SNND_RESET_SUBTRACT, lif.surrogate = SNND_SURROGATE_TRIANGLE;
    integrator.tau = 9, integrator.order = SNND_ORDER_UPDATE_FIRST;
    norm_used = norm, lif_used = lif, integrator_used = integrator;
    layer[0] = add_delays(network, 2, &delays);
    OK(context, snnd_network_add_batch_norm(network, &norm, &layer[1]));
    OK(context, snnd_network_add_lif(network, &lif, &layer[2]));
    OK(context, snnd_network_add_dropout(network, 0.375, &layer[3]));
    OK(context, snnd_network_add_leaky_integrator(network, &integrator, &layer[4]));
    norm_used.epsilon = lif_used.tau = integrator_used.tau = -1;
    OK(context, snnd_layer_delay_options(layer[0], &delays_used));
    OK(context, snnd_layer_batch_norm_options(layer[1], &norm_used));
    OK(context, snnd_layer_lif_options(layer[2], &lif_used));
    OK(context, snnd_layer_dropout(layer[3], &probability));
    OK(context, snnd_layer_leaky_integrator_options(layer[4], &integrator_used));
    ck_assert_mem_eq(&delays_used, &delays, sizeof delays);
    ck_assert_mem_eq(&norm_used, &norm, sizeof norm);
    ck_assert_mem_eq(&lif_used, &lif, sizeof lif);
    ck_assert_mem_eq(&integrator_used, &integrator, sizeof integrator);
    ck_assert_double_eq(probability, 0.375);
}
END_TEST

START_TEST(options_are_those_of_one_kind_of_layer) {
    snnd_delay_options delays = delay_options(4);
    snnd_batch_norm_options norm = {.size = sizeof norm};
    snnd_lif_options lif = {.size = sizeof lif};
    snnd_leaky_integrator_options integrator = {.size = sizeof integrator};
    double probability;
    snnd_layer *synapses = add_delays(network, 1, NULL), *neurons = add_lif(network);
    FAILS(context, SNND_ERROR_ARGUMENT, "layer 1 (lif) is not a layer of delays",
          snnd_layer_delay_options(neurons, &delays));
    FAILS(context, SNND_ERROR_ARGUMENT, "layer 0 (delays) is not a layer of batch_norm",
          snnd_layer_batch_norm_options(synapses, &norm));
    FAILS(context, SNND_ERROR_ARGUMENT, "not a layer of lif", snnd_layer_lif_options(synapses, &lif));
    FAILS(context, SNND_ERROR_ARGUMENT, "not a layer of leaky_integrator",
          snnd_layer_leaky_integrator_options(neurons, &integrator));
    FAILS(context, SNND_ERROR_ARGUMENT, "not a layer of dropout", snnd_layer_dropout(neurons, &probability));
    FAILS(context, SNND_ERROR_ARGUMENT, "options is NULL", snnd_layer_delay_options(synapses, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "options is NULL", snnd_layer_lif_options(neurons, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "probability is NULL", snnd_layer_dropout(neurons, NULL));
    ck_assert_int_eq(snnd_layer_lif_options(NULL, &lif), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_layer_dropout(NULL, &probability), SNND_ERROR_ARGUMENT);
}
END_TEST

/* ---- arrays from memory ---- */

START_TEST(an_array_is_set_from_memory) {
    snnd_delay_options options = delay_options(4);
    snnd_layer *layer = add_delays(network, 1, &options);
    const int64_t count = snnd_layer_synapses(layer);
    float values[16] = {0.5f, -2, 1.25f};
    ck_assert_int_le(count, 16);
    OK(context, snnd_layer_set_array(layer, SNND_ARRAY_WEIGHT, values, count));
    OK(context, snnd_layer_set_array(layer, SNND_ARRAY_POSITION, values, count));
    ck_assert_mem_eq(snnd_layer_floats(layer, SNND_ARRAY_WEIGHT), values, (size_t)count * sizeof *values);
    ck_assert_mem_eq(snnd_layer_floats(layer, SNND_ARRAY_POSITION), values, (size_t)count * sizeof *values);
}
END_TEST

START_TEST(what_cannot_be_in_an_array_is_not_set) {
    snnd_delay_options options = delay_options(4);
    snnd_layer *layer = add_delays(network, 1, &options), *norm;
    const int64_t count = snnd_layer_synapses(layer);
    float values[16] = {0}, variance = -1;
    const float before = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT)[1];
    OK(context, snnd_network_add_batch_norm(network, NULL, &norm));
    values[1] = NAN;
    FAILS(context, SNND_ERROR_ARGUMENT, "weight 1 of layer 0 (delays) is nan",
          snnd_layer_set_array(layer, SNND_ARRAY_WEIGHT, values, count));
    values[1] = 2.5f;
    FAILS(context, SNND_ERROR_ARGUMENT, "position 1 of layer 0 (delays) is 2.5; expected -2 to 2",
          snnd_layer_set_array(layer, SNND_ARRAY_POSITION, values, count));
    FAILS(context, SNND_ERROR_ARGUMENT, "running_variance 0 of layer 1 (batch_norm) is -1",
          snnd_layer_set_array(norm, SNND_ARRAY_RUNNING_VARIANCE, &variance, 1));
    FAILS(context, SNND_ERROR_ARGUMENT, "count is 1;", snnd_layer_set_array(layer, SNND_ARRAY_WEIGHT, values, 1));
    FAILS(context, SNND_ERROR_ARGUMENT, "values is NULL", snnd_layer_set_array(layer, SNND_ARRAY_WEIGHT, NULL, count));
    FAILS(context, SNND_ERROR_ARGUMENT, "no array of this name",
          snnd_layer_set_array(layer, (snnd_array_name)0, values, count));
    FAILS(context, SNND_ERROR_ARGUMENT, "only sparsity controllers can set 'mask'",
          snnd_layer_set_array(layer, SNND_ARRAY_MASK, values, count));
    FAILS(context, SNND_ERROR_STATE, "no array 'scale'", snnd_layer_set_array(layer, SNND_ARRAY_SCALE, values, count));
    ck_assert_int_eq(snnd_layer_set_array(NULL, SNND_ARRAY_WEIGHT, values, count), SNND_ERROR_ARGUMENT);
    ck_assert_float_eq(snnd_layer_floats(layer, SNND_ARRAY_WEIGHT)[1], before);
    ck_assert_float_eq(snnd_layer_floats(norm, SNND_ARRAY_RUNNING_VARIANCE)[0], 1);
}
END_TEST

START_TEST(absent_synapses_stay_at_0) {
    snnd_layer *layer = add_delays(network, 4, NULL);
    const int64_t count = snnd_layer_synapses(layer);
    snnd_structure structure = structure_of(0.5);
    snnd_sparsity *rule;
    float ones[64];
    ck_assert_int_le(count, 64);
    for (int64_t s = 0; s < count; s++)
        ones[s] = 1;
    OK(context, snnd_sparsity_create_fixed_mask(network, &structure, &rule));
    OK(context, snnd_layer_set_array(layer, SNND_ARRAY_WEIGHT, ones, count));
    const uint8_t *mask = layer->arrays[SNND_ARRAY_MASK].data;
    for (int64_t s = 0; s < count; s++)
        ck_assert_float_eq(snnd_layer_floats(layer, SNND_ARRAY_WEIGHT)[s], mask[s]);
    snnd_sparsity_free(rule);
}
END_TEST

/* ---- drawing parameters ---- */

START_TEST(a_seed_gives_the_same_parameters_again) {
    snnd_network *one = make_spiking(context, 3, 7, 2, 24, 0), *two = make_spiking(context, 3, 7, 2, 24, 0);
    OK(context, snnd_network_initialize(one, 99));
    OK(context, snnd_network_initialize(two, 98));
    OK(context, snnd_network_initialize(two, 99));
    assert_same_networks(one, two);
    snnd_network_free(one);
    snnd_network_free(two);
}
END_TEST

START_TEST(a_new_layer_holds_what_seed_0_gives) {
    snnd_network *drawn = make_spiking(context, 3, 7, 2, 24, 0), *fresh = make_spiking(context, 3, 7, 2, 24, 0);
    OK(context, snnd_network_initialize(drawn, 5));
    OK(context, snnd_network_initialize(drawn, 0));
    assert_same_networks(drawn, fresh);
    snnd_network_free(drawn);
    snnd_network_free(fresh);
}
END_TEST

START_TEST(seeds_and_layers_have_numbers_of_their_own) {
    snnd_network *other = make_network(context, 3);
    snnd_layer *layer[4] = {add_delays(network, 3, NULL), add_delays(network, 3, NULL), add_delays(other, 3, NULL),
                            add_delays(other, 3, NULL)};
    OK(context, snnd_network_initialize(network, 1));
    OK(context, snnd_network_initialize(other, 2));
    for (int name = SNND_ARRAY_WEIGHT; name <= SNND_ARRAY_POSITION; name++)
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < i; j++)
                for (int s = 0; s < 9; s++)
                    ck_assert_float_ne(floats(layer[i], (snnd_array_name)name)[s],
                                       floats(layer[j], (snnd_array_name)name)[s]);
    snnd_network_free(other);
}
END_TEST

/* Asserts that values look uniform between -bound and bound. */
static void assert_uniform(const float *values, int64_t count, double bound) {
    double sum = 0, squares = 0, highest = 0;
    for (int64_t k = 0; k < count; k++) {
        sum += (double)values[k];
        squares += (double)values[k] * (double)values[k];
        highest = fmax(highest, fabs((double)values[k]));
    }
    const double deviation = bound / sqrt(3);
    ck_assert_double_le(highest, bound * (1 + 1e-6));
    ck_assert_double_gt(highest, 0.99 * bound);
    ck_assert_double_eq_tol(sum / (double)count, 0, 5 * deviation / sqrt((double)count));
    ck_assert_double_eq_tol(squares / (double)count, deviation * deviation, 0.1 * deviation * deviation);
}

START_TEST(weights_and_positions_are_uniform_within_their_bounds) {
    snnd_delay_options options = delay_options(10);
    options.synapses_per_pair = 2;
    snnd_layer *layer = add_delays(network, 500, &options);
    OK(context, snnd_network_initialize(network, 3));
    assert_uniform(floats(layer, SNND_ARRAY_WEIGHT), 3000, sqrt(6.0 / (3 * 2)));
    assert_uniform(floats(layer, SNND_ARRAY_POSITION), 3000, 5);
}
END_TEST

START_TEST(frozen_positions_are_whole_steps) {
    snnd_delay_options options = delay_options(10);
    options.learn_delays = 0;
    snnd_layer *layer = add_delays(network, 100, &options);
    int seen[11] = {0}, different = 0;
    for (int s = 0; s < 300; s++) {
        const float position = floats(layer, SNND_ARRAY_POSITION)[s];
        ck_assert_float_eq(position, rintf(position));
        ck_assert_float_le(fabsf(position), 5);
        seen[(int)position + 5]++;
    }
    for (int d = 0; d <= 10; d++)
        different += seen[d] > 0;
    ck_assert_int_eq(different, 11);
}
END_TEST

START_TEST(initializing_puts_batch_norm_back_and_drops_masks_and_signs) {
    snnd_layer *delays = add_delays(network, 40, NULL), *batch_norm = add_batch_norm(network);
    const float fresh[] = {1, 0, 0, 1};
    snnd_sparsity *sparsity;
    snnd_array array;
    OK(context, snnd_sparsity_create_deep_r(network, NULL, NULL, &sparsity));
    snnd_sparsity_free(sparsity);
    for (int name = SNND_ARRAY_SCALE; name <= SNND_ARRAY_RUNNING_VARIANCE; name++)
        floats(batch_norm, (snnd_array_name)name)[39] = 7;
    OK(context, snnd_network_initialize(network, 0));
    for (int name = SNND_ARRAY_SCALE; name <= SNND_ARRAY_RUNNING_VARIANCE; name++)
        ck_assert_float_eq(floats(batch_norm, (snnd_array_name)name)[39], fresh[name - SNND_ARRAY_SCALE]);
    FAILS(context, SNND_ERROR_STATE, "mask", snnd_layer_array(delays, SNND_ARRAY_MASK, &array));
    FAILS(context, SNND_ERROR_STATE, "sign", snnd_layer_array(delays, SNND_ARRAY_SIGN, &array));
}
END_TEST

/* ---- sigma, positions, delays ---- */

START_TEST(sigma_starts_at_half_of_the_longest_delay) {
    snnd_delay_options options = delay_options(10);
    add_delays(network, 2, &options);
    ck_assert_double_eq(snnd_network_sigma(network), 5);
    options.max_delay = 24;
    add_delays(network, 2, &options);
    ck_assert_double_eq(snnd_network_sigma(network), 12);
    options.max_delay = 4;
    add_delays(network, 2, &options);
    ck_assert_double_eq(snnd_network_sigma(network), 12);
}
END_TEST

START_TEST(sigma_is_a_number_of_0_or_more) {
    OK(context, snnd_network_set_sigma(network, 3.5));
    FAILS(context, SNND_ERROR_ARGUMENT, "sigma is -1", snnd_network_set_sigma(network, -1));
    FAILS(context, SNND_ERROR_ARGUMENT, "sigma is", snnd_network_set_sigma(network, NAN));
    FAILS(context, SNND_ERROR_ARGUMENT, "sigma is inf", snnd_network_set_sigma(network, INFINITY));
    ck_assert_double_eq(snnd_network_sigma(network), 3.5);
    OK(context, snnd_network_set_sigma(network, 0));
    ck_assert_double_eq(snnd_network_sigma(network), 0);
}
END_TEST

START_TEST(clamping_brings_positions_back_and_leaves_the_others) {
    const float before[] = {-12.5f, -12, -3.25f, 0, 11.99f, 12, 40, -1e30f, 12.001f};
    const float after[] = {-12, -12, -3.25f, 0, 11.99f, 12, 12, -12, 12};
    snnd_layer *layer = add_delays(network, 3, NULL);
    memcpy(floats(layer, SNND_ARRAY_POSITION), before, sizeof before);
    OK(context, snnd_network_clamp(network));
    for (int s = 0; s < 9; s++)
        ck_assert_float_eq(floats(layer, SNND_ARRAY_POSITION)[s], after[s]);
}
END_TEST

START_TEST(delays_are_rounded_half_to_even_and_kept_in_range) {
    const float position[] = {0, 0.5f, 1.5f, -0.5f, -1.5f, 0.501f, 12.4f, 13, -99};
    const int32_t expected[] = {12, 12, 10, 12, 14, 11, 0, 0, 24};
    int32_t delays[9];
    snnd_layer *layer = add_delays(network, 3, NULL);
    memcpy(floats(layer, SNND_ARRAY_POSITION), position, sizeof position);
    OK(context, snnd_layer_delays(layer, delays));
    for (int s = 0; s < 9; s++)
        ck_assert_int_eq(delays[s], expected[s]);
}
END_TEST

START_TEST(a_position_that_is_no_number_has_no_delay) {
    int32_t delays[9] = {-5};
    snnd_layer *layer = add_delays(network, 3, NULL);
    floats(layer, SNND_ARRAY_POSITION)[4] = NAN;
    FAILS(context, SNND_ERROR_NUMERIC, "position 4 of layer 0", snnd_layer_delays(layer, delays));
    ck_assert_int_eq(delays[0], -5);
    FAILS(context, SNND_ERROR_ARGUMENT, "not a layer of delays", snnd_layer_delays(add_lif(network), delays));
}
END_TEST

START_TEST(weights_are_signed_and_0_where_no_synapse_is) {
    const float theta[] = {1, 2, 3, -4, 0, 6, 7, 8, NAN};
    const int8_t sign[] = {1, -1, 1, -1, 1, 1, -1, -1, -1};
    const uint8_t mask[] = {1, 1, 0, 1, 1, 1, 0, 1, 0};
    const float all[] = {1, -2, 3, 4, 0, 6, -7, -8}, some[] = {1, -2, 0, 4, 0, 6, 0, -8, 0};
    const int64_t shape[] = {3, 3, 1};
    float weights[9];
    snnd_layer *layer = add_delays(network, 3, NULL);
    memcpy(floats(layer, SNND_ARRAY_WEIGHT), theta, sizeof theta);
    OK(context, snnd_layer_weights(layer, weights));
    for (int s = 0; s < 8; s++)
        ck_assert_float_eq(weights[s], theta[s]);
    OK(context, snnd_layer_add_array(layer, SNND_ARRAY_SIGN, SNND_INT8, 3, shape));
    memcpy(layer->arrays[SNND_ARRAY_SIGN].data, sign, sizeof sign);
    OK(context, snnd_layer_weights(layer, weights));
    for (int s = 0; s < 8; s++)
        ck_assert_float_eq(weights[s], all[s]);
    OK(context, snnd_layer_add_array(layer, SNND_ARRAY_MASK, SNND_UINT8, 3, shape));
    memcpy(layer->arrays[SNND_ARRAY_MASK].data, mask, sizeof mask);
    OK(context, snnd_layer_weights(layer, weights));
    for (int s = 0; s < 9; s++)
        ck_assert_float_eq(weights[s], some[s]);
    ck_assert_int_eq(snnd_layer_weights(NULL, weights), SNND_ERROR_ARGUMENT);
    FAILS(context, SNND_ERROR_ARGUMENT, "weights is NULL", snnd_layer_weights(layer, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "not a layer of delays", snnd_layer_weights(add_lif(network), weights));
}
END_TEST

START_TEST(active_synapses_are_all_or_those_of_the_mask) {
    snnd_layer *first = add_delays(network, 8, NULL), *lif = add_lif(network), *second = add_delays(network, 4, NULL);
    ck_assert_int_eq(snnd_layer_active(first), 24);
    ck_assert_int_eq(snnd_layer_active(lif), 0);
    ck_assert_int_eq(snnd_layer_active(NULL), 0);
    ck_assert_int_eq(snnd_network_active(network), 24 + 32);
    snnd_sparsity *sparsity;
    OK(context, snnd_sparsity_create_fixed_mask(network, NULL, &sparsity));
    memset(array_of(first, SNND_ARRAY_MASK).data, 1, 5);
    memset((uint8_t *)array_of(first, SNND_ARRAY_MASK).data + 5, 0, 19);
    ck_assert_int_eq(snnd_layer_active(first), 5);
    ck_assert_int_eq(snnd_layer_active(second), 4);
    ck_assert_int_eq(snnd_network_active(network), 9);
    snnd_sparsity_free(sparsity);
}
END_TEST

Suite *network_suite(void) {
    Suite *suite = suite_create("model/network");
    TCase *cases = tcase_create("network");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, options_start_at_the_papers_values);
    tcase_add_loop_test(cases, delay_options_out_of_range_are_named, 0, COUNT(bad_delays));
    tcase_add_test(cases, neurons_out_of_range_are_named);
    tcase_add_test(cases, more_taps_than_can_be_numbered_are_refused);
    tcase_add_loop_test(cases, batch_norm_options_out_of_range_are_named, 0, COUNT(bad_batch_norms));
    tcase_add_loop_test(cases, lif_options_out_of_range_are_named, 0, COUNT(bad_lifs));
    tcase_add_test(cases, an_order_of_leaky_integrators_out_of_range_is_named);
    tcase_add_loop_test(cases, adaptive_lif_options_out_of_range_are_named, 0, COUNT(bad_adaptive_lifs));
    tcase_add_test(cases, a_leaky_integrator_needs_a_tau_of_a_step_or_more);
    tcase_add_test(cases, dropout_must_leave_something);
    tcase_add_test(cases, options_at_their_limits_are_taken);
    tcase_add_test(cases, options_of_an_older_header_are_taken_for_what_they_are);
    tcase_add_test(cases, options_of_a_newer_header_are_taken_unless_they_ask_for_something_unknown);
    tcase_add_test(cases, options_that_were_never_filled_in_are_refused);
    tcase_add_test(cases, layers_know_their_kinds_and_sizes);
    tcase_add_test(cases, there_is_no_layer_outside_the_chain);
    tcase_add_test(cases, an_empty_network_has_no_outputs_and_no_workspace);
    tcase_add_test(cases, many_layers_keep_their_places);
    tcase_add_loop_test(cases, no_layer_can_be_added_to_a_network_in_use, 0, 4);
    tcase_add_test(cases, null_arguments_are_errors_and_never_crashes);
    tcase_add_test(cases, a_network_that_memory_runs_out_on_leaves_nothing_behind);
    tcase_add_test(cases, parameters_have_the_shapes_that_the_header_names);
    tcase_add_loop_test(cases, positions_that_synapses_share_belong_to_inputs_or_outputs, 0, 2);
    tcase_add_test(cases, arrays_that_a_layer_lacks_are_named);
    tcase_add_test(cases, options_are_copied_as_the_layer_was_made_with_them);
    tcase_add_test(cases, options_are_those_of_one_kind_of_layer);
    tcase_add_test(cases, an_array_is_set_from_memory);
    tcase_add_test(cases, what_cannot_be_in_an_array_is_not_set);
    tcase_add_test(cases, absent_synapses_stay_at_0);
    tcase_add_test(cases, a_seed_gives_the_same_parameters_again);
    tcase_add_test(cases, a_new_layer_holds_what_seed_0_gives);
    tcase_add_test(cases, seeds_and_layers_have_numbers_of_their_own);
    tcase_add_test(cases, weights_and_positions_are_uniform_within_their_bounds);
    tcase_add_test(cases, frozen_positions_are_whole_steps);
    tcase_add_test(cases, initializing_puts_batch_norm_back_and_drops_masks_and_signs);
    tcase_add_test(cases, sigma_starts_at_half_of_the_longest_delay);
    tcase_add_test(cases, sigma_is_a_number_of_0_or_more);
    tcase_add_test(cases, clamping_brings_positions_back_and_leaves_the_others);
    tcase_add_test(cases, delays_are_rounded_half_to_even_and_kept_in_range);
    tcase_add_test(cases, a_position_that_is_no_number_has_no_delay);
    tcase_add_test(cases, weights_are_signed_and_0_where_no_synapse_is);
    tcase_add_test(cases, active_synapses_are_all_or_those_of_the_mask);
    suite_add_tcase(suite, cases);
    return suite;
}
