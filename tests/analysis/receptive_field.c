/* Receptive fields against the specification, worked by hand, and by walking every path. */
#include "analysis/expected.h"
#include "analysis/synapses.h"
#include "base/allocator.h"

Suite *receptive_field_suite(void);

static snnd_context *context;

static void set_up(void) {
    context = make_context(1);
}

static void tear_down(void) {
    snnd_context_free(context);
}

/* Fields of a layer with their two parts, and of what size (for free_fields()). */
typedef struct fields {
    int32_t outputs, rows, columns;
    double *all, *excitation, *inhibition;
} fields;

static fields fields_of(const snnd_network *network, const snnd_layer *layer) {
    fields f;
    OK(context, snnd_receptive_fields_size(network, layer, &f.outputs, &f.rows, &f.columns));
    const size_t bytes = (size_t)f.outputs * (size_t)f.rows * (size_t)f.columns * sizeof(double);
    f.all = malloc(bytes);
    f.excitation = malloc(bytes);
    f.inhibition = malloc(bytes);
    ck_assert(f.all != NULL && f.excitation != NULL && f.inhibition != NULL);
    OK(context, snnd_receptive_fields(network, layer, f.all, f.excitation, f.inhibition));
    return f;
}

static void free_fields(fields *f) {
    free(f->all);
    free(f->excitation);
    free(f->inhibition);
}

/* Compares numbers that have no rounding. */
static void assert_cells(const double *got, const double *expected, int count, const char *what) {
    for (int k = 0; k < count; k++)
        ck_assert_msg(got[k] == expected[k], "%s: cell %d is %g; expected %g", what, k, got[k], expected[k]);
}

/* ---- the specification ---- */

static void load(snnd_layer *layer, snnd_array_name name, const char *file) {
    snnd_array shape;
    double *numbers = golden_numbers(context, file, &shape);
    ck_assert_int_eq(shape.shape[0] * shape.shape[1], snnd_layer_synapses(layer));
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        floats(layer, name)[s] = (float)numbers[s];
    free(numbers);
}

START_TEST(fields_are_those_of_the_specification) {
    snnd_network *network = make_spiking(context, 7, 14, 3, 8, 0.4);
    load(snnd_network_layer(network, 0), SNND_ARRAY_WEIGHT, "weight0.npy");
    load(snnd_network_layer(network, 0), SNND_ARRAY_POSITION, "position0.npy");
    load(snnd_network_layer(network, 4), SNND_ARRAY_WEIGHT, "weight1.npy");
    load(snnd_network_layer(network, 4), SNND_ARRAY_POSITION, "position1.npy");
    snnd_array shape;
    double *expected = golden_numbers(context, "fields.npy", &shape);
    fields f = fields_of(network, NULL);
    ck_assert_int_eq(f.outputs, shape.shape[0]);
    ck_assert_int_eq(f.rows, shape.shape[1]);
    ck_assert_int_eq(f.columns, shape.shape[2]);
    for (int k = 0; k < f.outputs * f.rows * f.columns; k++)
        ck_assert_double_eq_tol(f.all[k], expected[k], 1e-6);
    free_fields(&f);
    free(expected);
    snnd_network_free(network);
}
END_TEST

/* ---- by hand ---- */

START_TEST(the_first_layers_fields_are_its_weights_at_their_delays) {
    const float weight[] = {0.5f, -2, 3, 0};
    const int32_t delay[] = {0, 2, 1, 2};
    const double expected[] = {0.5, 0, 0, /**/ 0, 0, -2, /* the second neuron's */ 0, 3, 0, /**/ 0, 0, 0};
    const double inhibition[] = {0, 0, 0, 0, 0, -2, 0, 0, 0, 0, 0, 0};
    snnd_network *network = make_network(context, 2);
    snnd_layer *first = add_synapses(network, 2, 2, 1);
    add_lif(network);
    add_synapses(network, 5, 4, 1);
    set_synapses(first, weight, delay);
    fields f = fields_of(network, first);
    ck_assert_int_eq(f.outputs, 2);
    ck_assert_int_eq(f.rows, 2);
    ck_assert_int_eq(f.columns, 3);
    assert_cells(f.all, expected, 12, "fields");
    assert_cells(f.inhibition, inhibition, 12, "inhibition");
    free_fields(&f);
    snnd_network_free(network);
}
END_TEST

START_TEST(every_synapse_of_a_pair_is_a_path) {
    /* One input to one hidden neuron: + after 0 and - after 2; that to the output: 3 after 1, -0.5 after 2. */
    const float before[] = {0.1f, -7}, after[] = {3, -0.5f};
    const int32_t first_delay[] = {0, 2}, second_delay[] = {1, 2};
    const double expected[] = {0, 3, -0.5, -3, 0.5}, excitation[] = {0, 3, 0, 0, 0.5},
                 inhibition[] = {0, 0, -0.5, -3, 0};
    snnd_network *network = make_network(context, 1);
    set_synapses(add_synapses(network, 1, 2, 2), before, first_delay);
    add_lif(network);
    set_synapses(add_synapses(network, 1, 2, 2), after, second_delay);
    fields f = fields_of(network, NULL);
    assert_cells(f.all, expected, 5, "fields");
    assert_cells(f.excitation, excitation, 5, "excitation");
    assert_cells(f.inhibition, inhibition, 5, "inhibition");
    free_fields(&f);
    snnd_network_free(network);
}
END_TEST

START_TEST(excitation_and_inhibition_that_meet_are_both_seen) {
    /* Two hidden neurons, one excited and one inhibited by the input, both after 1 step, both with the weight 2. */
    const float before[] = {1, -1}, after[] = {2, 2};
    const int32_t delay[] = {1, 1};
    const double expected[] = {0, 0, 0, 0, 0}, excitation[] = {0, 0, 2, 0, 0}, inhibition[] = {0, 0, -2, 0, 0};
    snnd_network *network = make_network(context, 1);
    set_synapses(add_synapses(network, 2, 2, 1), before, delay);
    set_synapses(add_synapses(network, 1, 2, 1), after, delay);
    fields f = fields_of(network, NULL);
    assert_cells(f.all, expected, 5, "fields");
    assert_cells(f.excitation, excitation, 5, "excitation");
    assert_cells(f.inhibition, inhibition, 5, "inhibition");
    free_fields(&f);
    snnd_network_free(network);
}
END_TEST

START_TEST(signs_of_two_hidden_layers_multiply) {
    /* Inhibition of inhibition excites: - after 2, - after 4, then 0.25 after 0. */
    const float one[] = {-9}, two[] = {-8}, three[] = {0.25f};
    const int32_t first_delay[] = {2}, second_delay[] = {4}, third_delay[] = {0};
    const double expected[] = {0, 0, 0, 0, 0, 0, 0.25, 0, 0};
    snnd_network *network = make_network(context, 1);
    set_synapses(add_synapses(network, 1, 2, 1), one, first_delay);
    add_lif(network);
    snnd_layer *second = add_synapses(network, 1, 4, 1);
    set_synapses(second, two, second_delay);
    add_lif(network);
    set_synapses(add_synapses(network, 1, 2, 1), three, third_delay);
    fields f = fields_of(network, NULL), hidden = fields_of(network, second);
    ck_assert_int_eq(f.columns, 9);
    assert_cells(f.all, expected, 9, "fields");
    ck_assert_int_eq(hidden.columns, 7);
    ck_assert_double_eq(hidden.all[6], 8); /* the sign of the first times the weight of the second */
    free_fields(&f);
    free_fields(&hidden);
    snnd_network_free(network);
}
END_TEST

START_TEST(masks_and_signs_decide_whatever_theta_says) {
    const float before[] = {3, 3, 3}, after[] = {5, 7, 11};
    const int32_t first_delay[] = {0, 1, 2}, second_delay[] = {0, 0, 0};
    const double expected[] = {-5, 7, 0};
    snnd_network *network = make_network(context, 1);
    snnd_layer *first = add_synapses(network, 3, 2, 1), *second = add_synapses(network, 1, 0, 1);
    set_synapses(first, before, first_delay);
    set_synapses(second, after, second_delay);
    add_signs(first)[1] = -1;
    int8_t *sign = add_signs(second);
    sign[0] = sign[1] = -1;
    add_mask(first)[2] = 0;
    fields f = fields_of(network, NULL);
    assert_cells(f.all, expected, 3, "fields");
    add_mask(second)[0] = 0;
    free_fields(&f);
    f = fields_of(network, NULL);
    ck_assert_double_eq(f.all[0], 0);
    ck_assert_double_eq(f.all[1], 7);
    free_fields(&f);
    snnd_network_free(network);
}
END_TEST

/* ---- every path ---- */

enum { INPUTS = 4, LAYERS = 3 };

/* A layer with random synapses, some absent, some of weight 0. */
static void randomize(snnd_layer *layer, uint64_t stream, bool structured) {
    const int64_t count = snnd_layer_synapses(layer);
    const double half = layer->options.delays.max_delay / 2 + 0.4;
    fill_uniform(floats(layer, SNND_ARRAY_WEIGHT), (size_t)count, -1, 1, stream);
    fill_uniform(floats(layer, SNND_ARRAY_POSITION), (size_t)count, -half, half, stream + 100);
    for (int64_t s = 0; s < count; s += 5)
        floats(layer, SNND_ARRAY_WEIGHT)[s] = 0;
    if (!structured)
        return;
    int8_t *sign = add_signs(layer);
    uint8_t *mask = add_mask(layer);
    for (int64_t s = 0; s < count; s++) {
        sign[s] = uniform(0, 1, stream + 200, (uint64_t)s) < 0.5 ? -1 : 1;
        mask[s] = uniform(0, 1, stream + 300, (uint64_t)s) < 0.7;
    }
}

/* Walks from neuron `o` of delay layer `at` back to the inputs, with what the path's end has gathered. */
static void walk(snnd_layer *const *layer, int at, int32_t o, int32_t delay, double value, fields *to, int32_t output) {
    if (at < 0) {
        const int32_t cell = (output * to->rows + o) * to->columns + delay;
        to->all[cell] += value;
        *(value > 0 ? &to->excitation[cell] : &to->inhibition[cell]) += value;
        return;
    }
    const int32_t each = layer[at]->options.delays.synapses_per_pair, columns = layer[at]->inputs * each;
    const bool last = at == LAYERS - 1;
    for (int32_t k = 0; k < columns; k++) {
        const int64_t s = (int64_t)o * columns + k;
        const uint8_t *mask = layer[at]->arrays[SNND_ARRAY_MASK].data;
        const int8_t *sign = layer[at]->arrays[SNND_ARRAY_SIGN].data;
        const double weight =
            (double)floats(layer[at], SNND_ARRAY_WEIGHT)[s] * (sign == NULL ? 1 : sign[s]) * (mask == NULL || mask[s]);
        const int32_t longest = layer[at]->options.delays.max_delay;
        const double whole = longest / 2.0 - nearbyint((double)floats(layer[at], SNND_ARRAY_POSITION)[s]);
        const int32_t here = (int32_t)fmin(fmax(whole, 0), longest);
        if (weight != 0)
            walk(layer, at - 1, k / each, delay + here, last ? weight : weight > 0 ? value : -value, to, output);
    }
}

START_TEST(fields_of_deep_networks_are_the_sums_over_all_paths) {
    const int32_t outputs[] = {5, 6, 3}, max_delay[] = {4, 8, 2};
    for (int round = 0; round < 8; round++) {
        snnd_network *network = make_network(context, INPUTS);
        snnd_layer *layer[LAYERS];
        for (int l = 0; l < LAYERS; l++) {
            layer[l] = add_synapses(network, outputs[l], max_delay[l], (round >> l & 1) ? 2 : 1);
            randomize(layer[l], (uint64_t)(10 * round + l), (round + l) % 2 == 0);
            add_batch_norm(network);
            add_lif(network);
        }
        fields got = fields_of(network, NULL), expected = got;
        const int cells = got.outputs * got.rows * got.columns;
        ck_assert_int_eq(cells, 3 * INPUTS * 15);
        expected.all = calloc((size_t)cells, sizeof *expected.all);
        expected.excitation = calloc((size_t)cells, sizeof *expected.excitation);
        expected.inhibition = calloc((size_t)cells, sizeof *expected.inhibition);
        for (int32_t o = 0; o < got.outputs; o++)
            walk(layer, LAYERS - 1, o, 0, 1, &expected, o);
        double size = 0;
        for (int k = 0; k < cells; k++) {
            ck_assert_double_eq_tol(got.all[k], expected.all[k], 1e-13);
            ck_assert_double_eq_tol(got.excitation[k], expected.excitation[k], 1e-13);
            ck_assert_double_eq_tol(got.inhibition[k], expected.inhibition[k], 1e-13);
            size += fabs(got.all[k]);
        }
        ck_assert_double_gt(size, 1);
        free_fields(&got);
        free_fields(&expected);
        snnd_network_free(network);
    }
}
END_TEST

START_TEST(the_parts_may_be_left_out) {
    snnd_network *network = make_spiking(context, 3, 5, 2, 4, 0);
    fields f = fields_of(network, NULL);
    double all[2 * 3 * 9], part[2 * 3 * 9];
    OK(context, snnd_receptive_fields(network, NULL, all, NULL, NULL));
    assert_cells(all, f.all, 54, "fields");
    OK(context, snnd_receptive_fields(network, NULL, all, part, NULL));
    assert_cells(part, f.excitation, 54, "excitation");
    OK(context, snnd_receptive_fields(network, NULL, all, NULL, part));
    assert_cells(part, f.inhibition, 54, "inhibition");
    OK(context, snnd_receptive_fields_size(network, NULL, NULL, NULL, NULL));
    for (int k = 0; k < 54; k++) {
        ck_assert_double_eq(all[k], f.excitation[k] + f.inhibition[k]);
        ck_assert(f.excitation[k] >= 0 && f.inhibition[k] <= 0);
    }
    free_fields(&f);
    snnd_network_free(network);
}
END_TEST

/* ---- what cannot be ---- */

START_TEST(what_has_no_field_is_named) {
    snnd_network *network = make_spiking(context, 3, 5, 2, 4, 0), *other = make_spiking(context, 3, 5, 2, 4, 0);
    snnd_network *empty = make_network(context, 3);
    snnd_layer *first = snnd_network_layer(network, 0), *lif = snnd_network_layer(network, 2);
    double result[54] = {7};
    int32_t size = 7;
    ck_assert_int_eq(snnd_receptive_fields(NULL, first, result, NULL, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_receptive_fields_size(NULL, first, &size, NULL, NULL), SNND_ERROR_ARGUMENT);
    FAILS(context, SNND_ERROR_STATE, "no layer of delays", snnd_receptive_fields(empty, NULL, result, NULL, NULL));
    FAILS(context, SNND_ERROR_STATE, "no layer of delays",
          snnd_receptive_fields_size(empty, NULL, &size, &size, &size));
    FAILS(context, SNND_ERROR_ARGUMENT, "another network", snnd_receptive_fields(other, first, result, NULL, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "another network",
          snnd_receptive_fields_size(other, first, &size, &size, &size));
    FAILS(context, SNND_ERROR_ARGUMENT, "layer 2 is lif", snnd_receptive_fields(network, lif, result, NULL, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "fields is NULL", snnd_receptive_fields(network, NULL, NULL, result, result));
    double other_result[54];
    static const char words[] = "receptive fields: two results would be written to the same place";
    FAILS(context, SNND_ERROR_ARGUMENT, words, snnd_receptive_fields_size(network, NULL, &size, NULL, &size));
    FAILS(context, SNND_ERROR_ARGUMENT, words, snnd_receptive_fields(network, NULL, result, result, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, words, snnd_receptive_fields(network, NULL, result, NULL, result));
    FAILS(context, SNND_ERROR_ARGUMENT, words,
          snnd_receptive_fields(network, NULL, result, other_result, other_result));
    floats(first, SNND_ARRAY_POSITION)[4] = NAN;
    FAILS(context, SNND_ERROR_NUMERIC, "position 4 of layer 0",
          snnd_receptive_fields(network, NULL, result, NULL, NULL));
    floats(first, SNND_ARRAY_POSITION)[4] = 0;
    floats(first, SNND_ARRAY_WEIGHT)[6] = INFINITY;
    FAILS(context, SNND_ERROR_NUMERIC, "weight 6 of layer 0", snnd_receptive_fields(network, NULL, result, NULL, NULL));
    ck_assert_double_eq(result[0], 7);
    ck_assert_int_eq(size, 7);
    snnd_network_free(network);
    snnd_network_free(other);
    snnd_network_free(empty);
}
END_TEST

static snnd_status make_fields(snnd_context *own, void *network) {
    double result[60];
    (void)own;
    result[0] = 7;
    const snnd_status status = snnd_receptive_fields(network, NULL, result, NULL, NULL);
    ck_assert(status == SNND_OK || result[0] == 7);
    return status;
}

START_TEST(fields_that_memory_runs_out_on_leave_nothing_behind) {
    allocator memory = {0};
    snnd_context *starving;
    OK(context, allocator_context(&memory, 1, &starving));
    snnd_network *network = make_network(starving, 2);
    for (int l = 0; l < 3; l++)
        add_synapses(network, 3, 2, 1);
    allocator_starve(starving, &memory, make_fields, network);
    snnd_network_free(network);
    snnd_context_free(starving);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

Suite *receptive_field_suite(void) {
    Suite *suite = suite_create("analysis/receptive_field");
    TCase *cases = tcase_create("receptive_field");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, fields_are_those_of_the_specification);
    tcase_add_test(cases, the_first_layers_fields_are_its_weights_at_their_delays);
    tcase_add_test(cases, every_synapse_of_a_pair_is_a_path);
    tcase_add_test(cases, excitation_and_inhibition_that_meet_are_both_seen);
    tcase_add_test(cases, signs_of_two_hidden_layers_multiply);
    tcase_add_test(cases, masks_and_signs_decide_whatever_theta_says);
    tcase_add_test(cases, fields_of_deep_networks_are_the_sums_over_all_paths);
    tcase_add_test(cases, the_parts_may_be_left_out);
    tcase_add_test(cases, what_has_no_field_is_named);
    tcase_add_test(cases, fields_that_memory_runs_out_on_leave_nothing_behind);
    suite_add_tcase(suite, cases);
    return suite;
}
