/* Budgets, densities, signs and beginnings. */
#include "sparsity/masked.h"

Suite *structure_suite(void);

static snnd_context *context;
static snnd_network *network;
static snnd_layer *first, *second;
static snnd_sparsity *sparsity;
static snnd_structure structure;

static void set_up(void) {
    context = make_context(1);
    network = NULL;
    sparsity = NULL;
    structure = structure_of(0.5);
}

static void tear_down(void) {
    snnd_sparsity_free(sparsity);
    snnd_network_free(network);
    snnd_context_free(context);
}

/* inputs -> hidden -> outputs, layers of delays only. */
static void make_layers(int32_t inputs, int32_t hidden, int32_t outputs) {
    network = make_network(context, inputs);
    first = add_delays(network, hidden, NULL);
    second = add_delays(network, outputs, NULL);
}

static snnd_status create(void) {
    return snnd_sparsity_create_fixed_mask(network, &structure, &sparsity);
}

static int64_t fan_in(snnd_layer *layer, int32_t output) {
    const int64_t each = snnd_delays_columns(layer);
    int64_t count = 0;
    for (int64_t s = output * each; s < (output + 1) * each; s++)
        count += mask_of(layer)[s];
    return count;
}

/* ---- budgets ---- */

START_TEST(a_networks_budget_is_a_share_of_all_its_synapses) {
    /* 15 + 21 = 36 synapses; floor(0.4 * 36) = 14, dealt out as floor(5.83) = 5 and the rest; each for itself would
     * have been floor(6) and floor(8.4). */
    make_layers(5, 3, 7);
    structure.budget = SNND_BUDGET_NETWORK;
    structure.sparsity = 0.6;
    OK(context, create());
    ck_assert_int_eq(snnd_layer_active(first), 5);
    ck_assert_int_eq(snnd_layer_active(second), 9);
}
END_TEST

START_TEST(erdos_renyi_gives_small_layers_more) {
    /* 100 x 50 = 5000 and 50 x 10 = 500 synapses, floor(5500 / 8) = 687 of them; (I + O) / (I O) is 0.03 and 0.12.
     * e (150 + 60) = 687: e = 3.2714, and e * 150 = 490.7, e * 60 = 196.3. */
    make_layers(100, 50, 10);
    structure.density = SNND_DENSITY_ERDOS_RENYI;
    structure.sparsity = 0.875;
    structure.budget = _i;
    OK(context, create());
    ck_assert_int_eq(snnd_layer_active(first), 490);
    ck_assert_int_eq(snnd_layer_active(second), 197);
}
END_TEST

START_TEST(what_a_layer_that_is_full_cannot_take_goes_to_the_others) {
    /* 40 x 20 = 800 and 20 x 2 = 40 synapses, 420 of them: e (60 + 22) = 420 would give the second 113 of 40, so it has
     * all and the first has 380. */
    make_layers(40, 20, 2);
    structure.density = SNND_DENSITY_ERDOS_RENYI;
    OK(context, create());
    ck_assert_int_eq(snnd_layer_active(first), 380);
    ck_assert_int_eq(snnd_layer_active(second), 40);
}
END_TEST

START_TEST(every_neuron_has_its_fan_in_or_all_it_can_have) {
    make_layers(12, 4, 9);
    structure.budget = SNND_BUDGET_FAN_IN;
    structure.fan_in = 6;
    OK(context, create());
    for (int32_t o = 0; o < 4; o++)
        ck_assert_int_eq(fan_in(first, o), 6);
    for (int32_t o = 0; o < 9; o++)
        ck_assert_int_eq(fan_in(second, o), 4);
    int differ = 0;
    for (int32_t o = 1; o < 4; o++)
        differ += memcmp(mask_of(first), mask_of(first) + (ptrdiff_t)o * 12, 12) != 0;
    ck_assert_int_gt(differ, 0);
}
END_TEST

START_TEST(layers_compete_for_the_networks_budget) {
    make_layers(10, 10, 10);
    structure.budget = SNND_BUDGET_NETWORK;
    OK(context, snnd_sparsity_create_deep_r(network, &structure, NULL, &sparsity));
    snnd_workspace *workspace = make_passed_workspace(network);
    float *gradient = gradient_of(workspace, second, SNND_ARRAY_WEIGHT);
    for (int s = 0; s < 100; s++) {
        gradient_of(workspace, first, SNND_ARRAY_WEIGHT)[s] = 1;
        gradient[s] = -1;
        floats(first, SNND_ARRAY_WEIGHT)[s] = s < 50 ? -1 : floats(first, SNND_ARRAY_WEIGHT)[s];
    }
    const int64_t before = snnd_layer_active(first);
    int64_t gone = 0;
    for (int s = 0; s < 50; s++)
        gone += mask_of(first)[s];
    OK(context, snnd_sparsity_step(sparsity, workspace, NULL));
    ck_assert_int_eq(snnd_layer_active(first), before - gone);
    ck_assert_int_eq(snnd_layer_active(second), 50 + gone);
    ck_assert_int_eq(snnd_sparsity_regrown(sparsity, second), gone);
    snnd_workspace_free(workspace);
}
END_TEST

START_TEST(budgets_out_of_range_are_named) {
    make_layers(4, 3, 2);
    structure.budget = 3;
    FAILS(context, SNND_ERROR_ARGUMENT, "budget is 3", create());
    structure.budget = SNND_BUDGET_FAN_IN;
    FAILS(context, SNND_ERROR_ARGUMENT, "fan_in is 0; expected at least 1", create());
    structure.budget = SNND_BUDGET_LAYER;
    structure.fan_in = 5;
    FAILS(context, SNND_ERROR_ARGUMENT, "fan_in is 5; expected 0 where", create());
    structure.fan_in = 0;
    structure.density = 2;
    FAILS(context, SNND_ERROR_ARGUMENT, "density is 2", create());
    structure.density = 0;
    structure.signs = -1;
    FAILS(context, SNND_ERROR_ARGUMENT, "signs is -1", create());
    ck_assert_int_eq(snnd_sparsity_create_fixed_mask(NULL, NULL, &sparsity), SNND_ERROR_ARGUMENT);
}
END_TEST

START_TEST(a_network_has_one_controller_at_a_time) {
    snnd_sparsity *second_one = NULL;
    make_layers(5, 3, 7);
    OK(context, create());
    FAILS(context, SNND_ERROR_STATE, "the network has the sparsity controller fixed mask; free it",
          snnd_sparsity_create_deep_r(network, &structure, NULL, &second_one));
    ck_assert_ptr_null(second_one);
    FAILS(context, SNND_ERROR_STATE, "the network has the sparsity controller fixed mask; free it",
          snnd_sparsity_create_fixed_mask(network, &structure, &second_one));
    snnd_sparsity_free(sparsity);
    sparsity = NULL;
    structure.start = SNND_START_KEEP;
    OK(context, create());
}
END_TEST

/* ---- pruning ---- */

static const float trained[] = {0.9f,  -0.1f, 0.4f, -0.8f, 0.2f, 0.3f, /* 3 neurons of 2 inputs */
                                -0.5f, 0.6f,  0.7f};                   /* 1 neuron of 3 */

static void make_trained(void) {
    make_layers(2, 3, 1);
    memcpy(floats(first, SNND_ARRAY_WEIGHT), trained, 6 * sizeof(float));
    memcpy(floats(second, SNND_ARRAY_WEIGHT), trained + 6, 3 * sizeof(float));
    structure.start = SNND_START_MAGNITUDE;
}

static void assert_kept(const uint8_t kept[9]) {
    for (int s = 0; s < 9; s++) {
        snnd_layer *layer = s < 6 ? first : second;
        const int at = s < 6 ? s : s - 6;
        ck_assert_msg(mask_of(layer)[at] == kept[s], "mask of %d is %d", s, mask_of(layer)[at]);
        ck_assert_float_eq(floats(layer, SNND_ARRAY_WEIGHT)[at], kept[s] ? trained[s] : 0);
    }
}

START_TEST(the_largest_weights_of_each_layer_stay) {
    const uint8_t kept[9] = {1, 0, 1, 1, 0, 0, 0, 0, 1};
    make_trained();
    OK(context, create());
    assert_kept(kept);
}
END_TEST

START_TEST(the_largest_weights_of_the_network_stay) {
    const uint8_t kept[9] = {1, 0, 0, 1, 0, 0, 0, 1, 1};
    make_trained();
    structure.budget = SNND_BUDGET_NETWORK;
    OK(context, create());
    assert_kept(kept);
}
END_TEST

START_TEST(the_largest_weights_of_each_neuron_stay) {
    const uint8_t kept[9] = {1, 0, 0, 1, 0, 1, 0, 0, 1};
    make_trained();
    structure.budget = SNND_BUDGET_FAN_IN;
    structure.fan_in = 1;
    OK(context, create());
    assert_kept(kept);
}
END_TEST

START_TEST(pruning_goes_on_from_masks_that_are_there) {
    const uint8_t kept[9] = {1, 0, 0, 1, 0, 0, 0, 0, 1};
    make_trained();
    OK(context, create());
    snnd_sparsity_free(sparsity);
    sparsity = NULL;
    floats(first, SNND_ARRAY_WEIGHT)[1] = 5; /* it is gone, whatever it weighs */
    structure.sparsity = 0.25;
    FAILS(context, SNND_ERROR_ARGUMENT, "layer 0 has 3 synapses; expected at least 4", create());
    structure.sparsity = 0.65;
    OK(context, create());
    floats(first, SNND_ARRAY_WEIGHT)[1] = 0;
    assert_kept(kept);
}
END_TEST

START_TEST(pruning_of_signs_keeps_them) {
    make_layers(4, 4, 4);
    snnd_sparsity_free(make_deep_r(network, 0.25, SNND_GROWTH_RANDOM, SNND_SIGNS_DALE, 1));
    int8_t sign[16];
    memcpy(sign, signs_of(first), sizeof sign);
    structure.start = SNND_START_MAGNITUDE;
    structure.signs = SNND_SIGNS_NONE;
    FAILS(context, SNND_ERROR_STATE, "layer 0 has fixed signs", create());
    structure.signs = SNND_SIGNS_DALE;
    OK(context, create());
    ck_assert_int_eq(snnd_layer_active(first), 8);
    assert_same_bits(sign, signs_of(first), sizeof sign, "signs");
    snnd_sparsity_free(sparsity);
    sparsity = NULL;
    signs_of(first)[0] = (int8_t)-signs_of(first)[0];
    structure.start = SNND_START_KEEP;
    FAILS(context, SNND_ERROR_STATE, "do not obey Dale's law", create());
}
END_TEST

START_TEST(weights_that_are_there_cannot_be_given_signs) {
    make_trained();
    structure.signs = SNND_SIGNS_DALE;
    FAILS(context, SNND_ERROR_STATE, "layer 0 has no fixed signs, and they cannot be added", create());
    ck_assert_int_eq(snnd_network_active(network), 9);
}
END_TEST

/* ---- keeping ---- */

START_TEST(a_wrong_count_is_named_with_its_place) {
    make_layers(4, 4, 4);
    OK(context, create());
    snnd_sparsity_free(sparsity);
    sparsity = NULL;
    structure.start = SNND_START_KEEP;
    structure.sparsity = 0.25;
    FAILS(context, SNND_ERROR_ARGUMENT, "layer 0 has 8 synapses; expected 12", create());
    structure.budget = SNND_BUDGET_NETWORK;
    FAILS(context, SNND_ERROR_ARGUMENT, "the network has 16 synapses; expected 24", create());
    structure.budget = SNND_BUDGET_FAN_IN;
    structure.fan_in = 4;
    FAILS(context, SNND_ERROR_ARGUMENT, "neuron 0 of layer 0 has", create());
}
END_TEST

/* ---- rewinding ---- */

START_TEST(rewinding_brings_the_first_parameters_back_under_the_masks) {
    snnd_network *initial = make_spiking(context, 5, 8, 3, 6, 0.2);
    network = make_spiking(context, 5, 8, 3, 6, 0.2);
    OK(context, snnd_network_initialize(initial, 5));
    OK(context, snnd_network_set_sigma(initial, 2.5));
    structure.start = SNND_START_MAGNITUDE;
    OK(context, create());
    OK(context, snnd_network_rewind(network, initial));
    ck_assert_double_eq(snnd_network_sigma(network), 2.5);
    for (int32_t i = 0; i < network->count; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++) {
            const snnd_array *now = &network->layer[i]->arrays[name], *then = &initial->layer[i]->arrays[name];
            for (int64_t k = 0; then->data != NULL && k < snnd_array_count(then); k++) {
                const uint8_t *mask = network->layer[i]->arrays[SNND_ARRAY_MASK].data;
                const bool absent = name == SNND_ARRAY_WEIGHT && !mask[k];
                HOLDS(((float *)now->data)[k] == (absent ? 0 : ((float *)then->data)[k]), "layer %d, array %d, %lld",
                      (int)i, name, (long long)k);
            }
        }
    snnd_network_free(initial);
}
END_TEST

START_TEST(rewinding_a_network_with_signs_makes_magnitudes) {
    snnd_network *initial = make_network(context, 2);
    snnd_layer *then = add_delays(initial, 2, NULL);
    const float weights[4] = {-0.5f, 0.25f, 0, 0.75f};
    network = make_network(context, 2);
    first = add_delays(network, 2, NULL);
    snnd_sparsity_free(make_deep_r(network, 0, SNND_GROWTH_RANDOM, SNND_SIGNS_DALE, 1));
    memcpy(floats(then, SNND_ARRAY_WEIGHT), weights, sizeof weights);
    OK(context, snnd_network_rewind(network, initial));
    const float expected[4] = {0.5f, 0.25f, 1e-12f, 0.75f};
    assert_same_bits(floats(first, SNND_ARRAY_WEIGHT), expected, sizeof expected, "magnitudes");
    snnd_network_free(initial);
}
END_TEST

START_TEST(only_a_network_of_the_same_layers_can_be_rewound_to) {
    snnd_network *other = make_spiking(context, 5, 9, 3, 6, 0.2);
    network = make_spiking(context, 5, 8, 3, 6, 0.2);
    snnd_network *copy = make_spiking(context, 5, 8, 3, 6, 0.2);
    FAILS(context, SNND_ERROR_ARGUMENT,
          "snnd_network_rewind: the network `initial` does not match: its layer 0 is delays of 9",
          snnd_network_rewind(network, other));
    FAILS(context, SNND_ERROR_ARGUMENT, "initial is NULL", snnd_network_rewind(network, NULL));
    ck_assert_int_eq(snnd_network_rewind(NULL, other), SNND_ERROR_ARGUMENT);
    assert_same_networks(network, copy);
    snnd_network_free(copy);
    snnd_network_free(other);
}
END_TEST

Suite *structure_suite(void) {
    Suite *suite = suite_create("sparsity/structure");
    TCase *cases = tcase_create("structure");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, a_networks_budget_is_a_share_of_all_its_synapses);
    tcase_add_loop_test(cases, erdos_renyi_gives_small_layers_more, SNND_BUDGET_LAYER, SNND_BUDGET_NETWORK + 1);
    tcase_add_test(cases, what_a_layer_that_is_full_cannot_take_goes_to_the_others);
    tcase_add_test(cases, every_neuron_has_its_fan_in_or_all_it_can_have);
    tcase_add_test(cases, layers_compete_for_the_networks_budget);
    tcase_add_test(cases, budgets_out_of_range_are_named);
    tcase_add_test(cases, a_network_has_one_controller_at_a_time);
    tcase_add_test(cases, the_largest_weights_of_each_layer_stay);
    tcase_add_test(cases, the_largest_weights_of_the_network_stay);
    tcase_add_test(cases, the_largest_weights_of_each_neuron_stay);
    tcase_add_test(cases, pruning_goes_on_from_masks_that_are_there);
    tcase_add_test(cases, pruning_of_signs_keeps_them);
    tcase_add_test(cases, weights_that_are_there_cannot_be_given_signs);
    tcase_add_test(cases, a_wrong_count_is_named_with_its_place);
    tcase_add_test(cases, rewinding_brings_the_first_parameters_back_under_the_masks);
    tcase_add_test(cases, rewinding_a_network_with_signs_makes_magnitudes);
    tcase_add_test(cases, only_a_network_of_the_same_layers_can_be_rewound_to);
    suite_add_tcase(suite, cases);
    return suite;
}
