/* Networks as NIR files: that one that is read back gives what the saved one gives. What is in the files, and what
 * others make of them, is for check_nir.py. */
#include "nir/nir.h"

#include <math.h>

#include <sys/inotify.h>
#include <unistd.h>

#include "base/allocator.h"
#include "format/scratch.h"
#include "model/lif.h"
#include "model/network.h"
#include "nir/hdf5_file.h"
#include "support.h"

Suite *round_trip_suite(void);

enum { INPUTS = 5, HIDDEN = 7, CLASSES = 4, SAMPLES = 17, STEPS = 40, OUTPUTS = STEPS * SAMPLES * CLASSES };

static snnd_nir_options options_of(int32_t order) {
    snnd_nir_options options;
    ck_assert_int_eq(snnd_nir_options_init(&options, sizeof options), SNND_OK);
    options.order = order;
    return options;
}

/* ---- networks ---- */

static void add_delays(snnd_context *context, snnd_network *network, int32_t outputs, int32_t max_delay) {
    snnd_delay_options options;
    OK(context, snnd_delay_options_init(&options, sizeof options));
    options.max_delay = max_delay;
    OK(context, snnd_network_add_delays(network, outputs, &options, NULL));
}

static void add_norm(snnd_context *context, snnd_network *network) {
    snnd_layer *layer;
    OK(context, snnd_network_add_batch_norm(network, NULL, &layer));
    for (int name = SNND_ARRAY_SCALE; name <= SNND_ARRAY_RUNNING_VARIANCE; name++)
        for (int32_t n = 0; n < layer->outputs; n++)
            snnd_layer_floats(layer, (snnd_array_name)name)[n] =
                (float)(0.9 - 0.6 * snnd_random_uniform(3, (uint64_t)name, (uint64_t)n));
}

static void add_lif(snnd_context *context, snnd_network *network, double tau) {
    snnd_lif_options options;
    OK(context, snnd_lif_options_init(&options, sizeof options));
    options.tau = tau;
    options.threshold = 0.6;
    OK(context, snnd_network_add_lif(network, &options, NULL));
}

static snnd_network *build(snnd_context *context, bool with_norm, double tau) {
    snnd_network *network = NULL;
    OK(context, snnd_network_create(context, INPUTS, &network));
    add_delays(context, network, HIDDEN, 6);
    if (with_norm)
        add_norm(context, network);
    add_lif(context, network, tau);
    OK(context, snnd_network_add_dropout(network, 0.3, NULL));
    add_delays(context, network, HIDDEN, 24);
    if (with_norm)
        add_norm(context, network);
    add_lif(context, network, tau);
    add_delays(context, network, CLASSES, 10);
    OK(context, snnd_network_add_leaky_integrator(network, NULL, NULL));
    return network;
}

static void evaluate(snnd_context *context, snnd_network *network, float output[OUTPUTS]) {
    static float input[SAMPLES * STEPS * INPUTS];
    snnd_workspace *workspace = NULL;
    for (int k = 0; k < SAMPLES * STEPS * INPUTS; k++)
        input[k] = (float)(4 * snnd_random_uniform(1, 1, (uint64_t)k) - 2);
    OK(context, snnd_workspace_create(network, SAMPLES, STEPS, 0, &workspace));
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, SAMPLES));
    OK(context, snnd_workspace_record(workspace, network->layer[network->count - 1], SNND_RECORD_OUTPUT, output));
    snnd_workspace_free(workspace);
}

static snnd_network *round_trip(snnd_context *context, const snnd_network *network, const snnd_nir_options *options) {
    snnd_network *loaded = NULL;
    OK(context, snnd_network_save_nir(network, options, scratch("a")));
    OK(context, snnd_network_load_nir(context, options, scratch("a"), &loaded));
    return loaded;
}

/* Largest difference of the outputs of two networks, and that the outputs are not nothing. */
static double distance(snnd_context *context, snnd_network *one, snnd_network *other) {
    static float a[OUTPUTS], b[OUTPUTS];
    double worst = 0, largest = 0;
    evaluate(context, one, a);
    evaluate(context, other, b);
    for (int k = 0; k < OUTPUTS; k++) {
        worst = fmax(worst, fabs((double)a[k] - (double)b[k]));
        largest = fmax(largest, fabs((double)a[k]));
    }
    ck_assert_double_gt(largest, 0.1);
    return worst;
}

/* ---- there and back ---- */

START_TEST(without_batch_norm_it_comes_back_bit_for_bit) {
    static const double taus[] = {10.05, 1, 2, 3.3, 20, 1e6};
    snnd_context *context = make_context(1);
    const snnd_nir_options options = options_of(_i % 2);
    snnd_network *network = build(context, false, taus[_i / 2]), *loaded = round_trip(context, network, &options);
    ck_assert_double_eq(distance(context, network, loaded), 0);
    ck_assert_int_eq(loaded->count, network->count - 1);
    snnd_network_free(network);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

START_TEST(batch_norm_comes_back_folded) {
    snnd_context *context = make_context(1);
    const snnd_nir_options options = options_of(_i);
    snnd_network *network = build(context, true, 10.05), *loaded = round_trip(context, network, &options);
    ck_assert_double_le(distance(context, network, loaded), 1e-5);
    /* Once more, there is nothing left to fold. */
    snnd_network *again = round_trip(context, loaded, &options);
    ck_assert_double_eq(distance(context, loaded, again), 0);
    snnd_network_free(network);
    snnd_network_free(loaded);
    snnd_network_free(again);
    snnd_context_free(context);
}
END_TEST

START_TEST(layers_in_any_order_come_back) {
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    OK(context, snnd_network_create(context, INPUTS, &network));
    add_norm(context, network);
    add_lif(context, network, 2);
    add_lif(context, network, 3);
    add_norm(context, network);
    add_delays(context, network, HIDDEN, 4);
    add_delays(context, network, CLASSES, 2);
    add_norm(context, network);
    OK(context, snnd_network_add_leaky_integrator(network, NULL, NULL));
    add_delays(context, network, CLASSES, 2);
    snnd_network *loaded = round_trip(context, network, NULL);
    ck_assert_double_le(distance(context, network, loaded), 1e-5);
    snnd_network_free(network);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

/* A bias in front of delays is as late as they are, from the first step on. */
START_TEST(delays_behind_a_bias_come_back) {
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    OK(context, snnd_network_create(context, INPUTS, &network));
    add_norm(context, network);
    add_delays(context, network, CLASSES, 8);
    float *position = snnd_layer_floats(network->layer[1], SNND_ARRAY_POSITION);
    for (int64_t s = 0; s < snnd_layer_synapses(network->layer[1]); s++)
        position[s] = 0; /* all of them 4 steps */
    OK(context, snnd_network_add_leaky_integrator(network, NULL, NULL));
    snnd_network *loaded = round_trip(context, network, NULL);
    ck_assert_double_le(distance(context, network, loaded), 1e-5);
    snnd_network_free(network);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

START_TEST(masks_and_signs_become_weights) {
    snnd_context *context = make_context(1);
    snnd_network *network = build(context, false, 4);
    snnd_structure structure = structure_of(0.5);
    snnd_sparsity *rule = NULL;
    OK(context, snnd_sparsity_create_deep_r(network, &structure, NULL, &rule));
    snnd_sparsity_free(rule);
    snnd_network *loaded = round_trip(context, network, NULL);
    ck_assert_double_eq(distance(context, network, loaded), 0);
    int64_t carrying = 0;
    for (int64_t s = 0; s < snnd_layer_synapses(loaded->layer[0]); s++)
        carrying += snnd_layer_floats(loaded->layer[0], SNND_ARRAY_WEIGHT)[s] != 0;
    ck_assert_int_eq(carrying, snnd_layer_active(network->layer[0]));
    snnd_network_free(network);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

START_TEST(the_step_is_told_or_read) {
    snnd_context *context = make_context(1);
    snnd_network *network = build(context, false, 10.05), *loaded = NULL;
    snnd_nir_options options = options_of(SNND_NIR_SPIKE_FIRST);
    options.dt = 0.0005;
    OK(context, snnd_network_save_nir(network, &options, scratch("a")));
    OK(context, snnd_network_load_nir(context, NULL, scratch("a"), &loaded));
    ck_assert_double_eq(distance(context, network, loaded), 0);
    snnd_network_free(loaded);
    /* Steps of half the length are twice as many. */
    options.dt = 0.00025;
    OK(context, snnd_network_load_nir(context, &options, scratch("a"), &loaded));
    ck_assert_double_eq_tol(loaded->layer[1]->options.lif.tau, 20.1, 1e-5);
    snnd_network_free(loaded);
    options.dt = 0.001;
    FAILS(context, SNND_ERROR_FORMAT, "steps of 0.001 s",
          snnd_network_load_nir(context, &options, scratch("a"), &loaded));
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(equal_networks_make_equal_files) {
    snnd_context *context = make_context(1);
    snnd_network *one = build(context, true, 3), *other = build(context, true, 3);
    size_t a_bytes, b_bytes;
    OK(context, snnd_network_save_nir(one, NULL, scratch("a")));
    OK(context, snnd_network_save_nir(other, NULL, scratch("b")));
    unsigned char *a = scratch_read(scratch("a"), &a_bytes), *b = scratch_read(scratch("b"), &b_bytes);
    ck_assert_uint_eq(a_bytes, b_bytes);
    ck_assert_mem_eq(a, b, a_bytes);
    free(a);
    free(b);
    snnd_network_free(one);
    snnd_network_free(other);
    snnd_context_free(context);
}
END_TEST

/* ---- errors ---- */

START_TEST(arguments_are_checked) {
    snnd_context *context = make_context(1);
    snnd_network *network = build(context, false, 3), *empty = NULL, *loaded = NULL;
    snnd_nir_options options = options_of(2);
    OK(context, snnd_network_create(context, 3, &empty));
    ck_assert_int_eq(snnd_network_save_nir(NULL, NULL, scratch("a")), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_network_load_nir(NULL, NULL, scratch("a"), &loaded), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_nir_options_init(NULL, sizeof options), SNND_ERROR_ARGUMENT);
    FAILS(context, SNND_ERROR_ARGUMENT, "order is 2", snnd_network_save_nir(network, &options, scratch("a")));
    options = options_of(0);
    options.dt = -1;
    FAILS(context, SNND_ERROR_ARGUMENT, "dt is -1", snnd_network_save_nir(network, &options, scratch("a")));
    options.dt = NAN;
    FAILS(context, SNND_ERROR_ARGUMENT, "dt is", snnd_network_load_nir(context, &options, scratch("a"), &loaded));
    options.dt = 0;
    options.without_reset = 3;
    FAILS(context, SNND_ERROR_ARGUMENT, "without_reset", snnd_network_save_nir(network, &options, scratch("a")));
    FAILS(context, SNND_ERROR_STATE, "no layers", snnd_network_save_nir(empty, NULL, scratch("a")));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_network_save_nir(network, NULL, NULL));
    FAILS(context, SNND_ERROR_IO, scratch("none/a"), snnd_network_save_nir(network, NULL, scratch("none/a")));
    FAILS(context, SNND_ERROR_ARGUMENT, "network is NULL", snnd_network_load_nir(context, NULL, scratch("a"), NULL));
    FAILS(context, SNND_ERROR_IO, scratch("a"), snnd_network_load_nir(context, NULL, scratch("a"), &loaded));
    scratch_write(scratch("b"), "nothing", 7);
    FAILS(context, SNND_ERROR_FORMAT, "not an HDF5 file", snnd_network_load_nir(context, NULL, scratch("b"), &loaded));
    ck_assert_int_eq(scratch_entries(), 1);
    snnd_network_free(network);
    snnd_network_free(empty);
    snnd_context_free(context);
}
END_TEST

START_TEST(what_single_precision_does_not_hold_is_not_written) {
    snnd_context *context = make_context(1);
    snnd_network *network = build(context, true, 3);
    snnd_layer_floats(network->layer[0], SNND_ARRAY_WEIGHT)[3] = 1e30f;
    snnd_layer_floats(network->layer[1], SNND_ARRAY_SCALE)[0] = 1e30f;
    OK(context, snnd_network_save(network, scratch("a")));
    FAILS(context, SNND_ERROR_NUMERIC, "'weight'", snnd_network_save_nir(network, NULL, scratch("b")));
    snnd_layer_floats(network->layer[0], SNND_ARRAY_WEIGHT)[3] = INFINITY;
    FAILS(context, SNND_ERROR_NUMERIC, "weight 3 of layer 0", snnd_network_save_nir(network, NULL, scratch("b")));
    ck_assert_int_eq(scratch_entries(), 1);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

static int reports;

static herr_t report(hid_t stack, void *data) {
    (void)stack;
    reports += data == &reports;
    return 0;
}

START_TEST(the_hosts_hdf5_is_left_as_it_was) {
    snnd_context *context = make_context(1);
    snnd_network *network = build(context, true, 3), *loaded = NULL;
    H5E_auto2_t after = NULL;
    void *data = NULL;
    ck_assert_int_ge(H5Eset_auto2(H5E_DEFAULT, report, &reports), 0);
    OK(context, snnd_network_save_nir(network, NULL, scratch("a")));
    scratch_write(scratch("b"), "nothing", 7);
    FAILS(context, SNND_ERROR_FORMAT, "HDF5", snnd_network_load_nir(context, NULL, scratch("b"), &loaded));
    ck_assert_int_eq(reports, 0);
    ck_assert_int_ge(H5Eget_auto2(H5E_DEFAULT, &after, &data), 0);
    ck_assert(after == report && data == &reports);
    ck_assert_int_lt(H5Fopen(scratch("b"), H5F_ACC_RDONLY, H5P_DEFAULT), 0);
    ck_assert_int_eq(reports, 1);
    ck_assert_int_eq(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

/* HDF5 looks for a file of the name that its file in memory has, and opens whatever that is. */
START_TEST(nothing_else_is_opened) {
    enum { EVENTS = 4096 };
    char events[EVENTS];
    snnd_context *context = make_context(1);
    snnd_network *network = build(context, true, 3), *loaded = NULL;
    scratch_write(scratch("libsnndelay"), "of somebody", 11);
    ck_assert_int_eq(chdir(scratch_directory), 0);
    const int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    ck_assert_int_ge(inotify_add_watch(watch, "libsnndelay", IN_OPEN), 0);
    OK(context, snnd_network_save_nir(network, NULL, "a"));
    OK(context, snnd_network_load_nir(context, NULL, "a", &loaded));
    ck_assert_int_lt(read(watch, events, sizeof events), 0);
    close(watch);
    snnd_network_free(loaded);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

/* ---- memory ---- */

typedef struct save {
    snnd_network *network;
    char path[SCRATCH_PATH];
} save;

static snnd_status save_something(snnd_context *context, void *what) {
    (void)context;
    const save *saved = what;
    return snnd_network_save_nir(saved->network, NULL, saved->path);
}

static snnd_status load_something(snnd_context *context, void *what) {
    snnd_network *network = NULL;
    const snnd_status status = snnd_network_load_nir(context, NULL, ((const save *)what)->path, &network);
    snnd_network_free(network);
    return status;
}

START_TEST(without_memory_there_is_an_error_and_no_leak) {
    allocator memory = {0};
    snnd_context *context = NULL;
    save saved;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    OK(context, snnd_network_create(context, INPUTS, &saved.network));
    add_delays(context, saved.network, HIDDEN, 2);
    add_norm(context, saved.network);
    add_lif(context, saved.network, 3);
    add_delays(context, saved.network, CLASSES, 2);
    snprintf(saved.path, sizeof saved.path, "%s", scratch("a"));
    allocator_starve(context, &memory, save_something, &saved);
    ck_assert_int_eq(scratch_entries(), 1);
    allocator_starve(context, &memory, load_something, &saved);
    snnd_network_free(saved.network);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
    ck_assert_int_eq(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}
END_TEST

/* Batch norm without delays in front is a matrix of neurons times neurons, of which sizes of 32 bits would make none.
 */
START_TEST(a_matrix_that_there_is_no_memory_for_is_an_error) {
    allocator memory;
    snnd_context *context = allocator_limited(&memory, 1 << 24, 1);
    snnd_network *network = NULL;
    OK(context, snnd_network_create(context, 1 << 16, &network));
    OK(context, snnd_network_add_batch_norm(network, NULL, NULL));
    FAILS(context, SNND_ERROR_MEMORY, "no memory", snnd_network_save_nir(network, NULL, scratch("none.nir")));
    snnd_network_free(network);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

Suite *round_trip_suite(void) {
    Suite *suite = suite_create("nir");

    TCase *both = scratch_case(suite, "there and back");
    tcase_add_loop_test(both, without_batch_norm_it_comes_back_bit_for_bit, 0, 12);
    tcase_add_loop_test(both, batch_norm_comes_back_folded, 0, 2);
    tcase_add_test(both, layers_in_any_order_come_back);
    tcase_add_test(both, delays_behind_a_bias_come_back);
    tcase_add_test(both, masks_and_signs_become_weights);
    tcase_add_test(both, the_step_is_told_or_read);
    tcase_add_test(both, equal_networks_make_equal_files);

    TCase *errors = scratch_case(suite, "errors");
    tcase_add_test(errors, arguments_are_checked);
    tcase_add_test(errors, a_matrix_that_there_is_no_memory_for_is_an_error);
    tcase_add_test(errors, what_single_precision_does_not_hold_is_not_written);
    tcase_add_test(errors, the_hosts_hdf5_is_left_as_it_was);
    tcase_add_test(errors, nothing_else_is_opened);

    TCase *memory = scratch_case(suite, "memory");
    tcase_add_test(memory, without_memory_there_is_an_error_and_no_leak);
    return suite;
}
