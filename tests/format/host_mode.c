/* Files and messages do not depend on the locale and the rounding mode that the host has set, and leave both alone. */
#include "format/host_mode.h"

#include "inference/stream.h"
#include "train/toy.h"

Suite *host_mode_suite(void);

enum { SAMPLES = 20 };

static snnd_context *context;
static snnd_dataset *dataset;
static toy made;

/* Options that have more digits than are shown, so that each rounds another way. */
static void set_up(void) {
    snnd_lif_options lif;
    context = make_context(1);
    dataset = make_pulses(context, SAMPLES, TOY_STEPS, 1);
    made = plan_toy(context);
    made.structure = TOY_DEEP_R_NOISE;
    made.rate = 1.0 / 3;
    made.options.l1 = 1e-5 / 7;
    make_toy(&made);
    train_epochs(&made, dataset, 1);
    OK(context, snnd_lif_options_init(&lif, sizeof lif));
    made.network->layer[2]->options.lif.tau = 10.0 + 1.0 / 7;
    made.network->layer[2]->options.lif.threshold = 0.1 + 0.2;
    OK(context, snnd_network_set_sigma(made.network, 1.1 * 1.1));
}

static void tear_down(void) {
    leave_host_mode();
    free_toy(&made);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}

static const char *const files[] = {"run", "network", "array", "net.c", "net.h", "fixed.c", "fixed.h"};

static void export_c(const snnd_plan *plan, int32_t numbers, const char *source, const char *header) {
    snnd_export_c_options options;
    OK(context, snnd_export_c_options_init(&options, sizeof options));
    options.numbers = numbers;
    options.samples = numbers == SNND_C_FIXED ? dataset : NULL;
    OK(context, snnd_export_c(plan, &options, source, header, NULL));
}

/* Writes every kind of file, into a folder. */
static void save_all(const char *folder, const snnd_plan *plan) {
    char path[COUNT(files)][SCRATCH_PATH];
    snnd_array weights;
    ck_assert_int_eq(mkdir(scratch(folder), 0777), 0);
    for (int k = 0; k < COUNT(files); k++)
        snprintf(path[k], sizeof path[k], "%s/%s", scratch(folder), files[k]);
    OK(context, snnd_trainer_save_checkpoint(made.trainer, path[0], "1.5"));
    OK(context, snnd_network_save(made.network, path[1]));
    OK(context, snnd_layer_array(made.network->layer[0], SNND_ARRAY_WEIGHT, &weights));
    OK(context, snnd_array_save_npy(context, &weights, path[2]));
    export_c(plan, SNND_C_FLOAT32, path[3], path[4]);
    export_c(plan, SNND_C_FIXED, path[5], path[6]);
}

static const char *in(const char *folder, const char *name) {
    char both[SCRATCH_PATH / 2];
    snprintf(both, sizeof both, "%s/%s", folder, name);
    return scratch(both);
}

static void same_files(const char *one, const char *other) {
    for (int k = 0; k < COUNT(files); k++) {
        size_t bytes, more;
        unsigned char *a = scratch_read(in(one, files[k]), &bytes), *b = scratch_read(in(other, files[k]), &more);
        ck_assert_msg(bytes == more && memcmp(a, b, bytes) == 0, "'%s' differs", files[k]);
        free(a);
        free(b);
    }
}

/* Loads the files that there are functions for: a run that goes on is the run that there is. */
static void load_all(const char *folder) {
    snnd_network *network = NULL;
    toy again = made;
    char *note = NULL;
    make_toy(&again);
    again.network->layer[2]->options = made.network->layer[2]->options;
    OK(context, snnd_trainer_load_checkpoint(again.trainer, in(folder, "run"), &note));
    ck_assert_str_eq(note, "1.5");
    snnd_string_free(context, note);
    assert_same_networks(again.network, made.network);
    ck_assert_mem_eq(&again.trainer->run, &made.trainer->run, sizeof made.trainer->run);
    OK(context, snnd_network_load(context, in(folder, "network"), &network));
    assert_same_networks(network, made.network);
    ck_assert_mem_eq(&network->layer[2]->options, &made.network->layer[2]->options, sizeof(snnd_lif_options));
    snnd_network_free(network);
    free_toy(&again);
}

START_TEST(another_rounding_changes_no_file) {
    snnd_plan *plan = NULL;
    OK(context, snnd_plan_create(made.network, &plan));
    save_all("nearest", plan);
    ck_assert_int_eq(fesetround(roundings[_i]), 0);
    save_all("host", plan);
    ck_assert_int_eq(fegetround(), roundings[_i]);
    load_all("nearest");
    load_all("host");
    ck_assert_int_eq(fegetround(), roundings[_i]);
    fesetround(FE_TONEAREST);
    load_all("host");
    same_files("nearest", "host");
    snnd_plan_free(plan);
}
END_TEST

START_TEST(another_rounding_changes_no_number_that_is_read) {
    const double wide[] = {0.1, -0.1, 1.0 / 3, 1e-40, 16777217};
    const snnd_array array = {(void *)(uintptr_t)wide, SNND_FLOAT64, 1, {COUNT(wide), 1, 1, 1}};
    snnd_array plain = {0}, narrow = {0};
    OK(context, snnd_array_save_npy(context, &array, scratch("a")));
    OK(context, snnd_array_load_npy(context, scratch("a"), SNND_FLOAT32, &plain));
    fesetround(roundings[_i]);
    OK(context, snnd_array_load_npy(context, scratch("a"), SNND_FLOAT32, &narrow));
    fesetround(FE_TONEAREST);
    ck_assert_mem_eq(narrow.data, plain.data, sizeof(float) * COUNT(wide));
    snnd_array_free(context, &plain);
    snnd_array_free(context, &narrow);
}
END_TEST

START_TEST(a_locale_with_a_comma_changes_no_file) {
    snnd_plan *plan = NULL;
    OK(context, snnd_plan_create(made.network, &plan));
    save_all("point", plan);
    use_comma_locale(_i);
    save_all("comma", plan);
    load_all("point");
    load_all("comma");
    assert_commas();
    same_files("point", "comma");
    snnd_plan_free(plan);
}
END_TEST

static char logged[512];

static void keep_line(void *user, snnd_log_level level, const char *message) {
    (void)user;
    (void)level;
    assert_commas(); /* the host's function runs as the host has it */
    snprintf(logged, sizeof logged, "%s", message);
}

START_TEST(a_locale_with_a_comma_changes_no_message) {
    snnd_context_options options;
    snnd_context *told;
    snnd_plan *plan;
    snnd_stream *stream;
    OK(context, snnd_context_options_init(&options, sizeof options));
    options.log = keep_line;
    ck_assert_int_eq(snnd_context_create(&options, &told), SNND_OK);
    use_comma_locale(_i);
    FAILS(context, SNND_ERROR_ARGUMENT, "sigma is -1.5;", snnd_network_set_sigma(made.network, -1.5));
    snnd_log(told, SNND_LOG_INFO, "%g of them", 2.5);
    ck_assert_str_eq(logged, "2.5 of them");
    OK(context, snnd_plan_create(made.network, &plan));
    OK(context, snnd_stream_create(plan, NULL, &stream));
    const float frame[TOY_CHANNELS] = {0, -INFINITY};
    ck_assert_int_eq(snnd_stream_push(stream, frame, NULL, NULL), SNND_ERROR_ARGUMENT);
    snnd_stream_fail(stream, SNND_ERROR_ARGUMENT, "%g", 0.5);
    ck_assert_str_eq(snnd_stream_last_error(stream), "0.5");
    assert_commas();
    snnd_stream_free(stream);
    snnd_plan_free(plan);
    snnd_context_free(told);
}
END_TEST

/* ---- the host's functions ---- */

static int look_at_mode(void *user, const void *data, size_t bytes) {
    (void)data;
    (void)bytes;
    assert_commas();
    ck_assert_int_eq(fegetround(), FE_UPWARD);
    ++*(int *)user;
    return 0;
}

static int64_t read_in_mode(void *user, void *data, size_t bytes) {
    assert_commas();
    ck_assert_int_eq(fegetround(), FE_UPWARD);
    const snnd_reader inner = snnd_memory_reader(user);
    return inner.read(inner.user, data, bytes);
}

START_TEST(functions_of_the_host_run_as_the_host_has_it) {
    int calls = 0;
    const snnd_writer writer = {look_at_mode, &calls};
    snnd_buffer buffer = {.context = context};
    const snnd_writer to_memory = snnd_buffer_writer(&buffer);
    snnd_plan *plan = NULL;
    snnd_network *network = NULL;
    OK(context, snnd_plan_create(made.network, &plan));
    OK(context, snnd_network_write(made.network, &to_memory));
    snnd_memory memory = {buffer.data, buffer.bytes};
    const snnd_reader reader = {read_in_mode, &memory, 0};
    use_comma_locale(_i);
    fesetround(FE_UPWARD);
    OK(context, snnd_network_write(made.network, &writer));
    OK(context, snnd_trainer_write_checkpoint(made.trainer, &writer, NULL));
    OK(context, snnd_export_c_write(plan, NULL, &writer, &writer, "net.h", NULL));
    OK(context, snnd_network_read(context, &reader, &network));
    fesetround(FE_TONEAREST);
    ck_assert_int_gt(calls, 3);
    snnd_buffer_free(&buffer);
    snnd_network_free(network);
    snnd_plan_free(plan);
}
END_TEST

Suite *host_mode_suite(void) {
    Suite *suite = suite_create("host mode");
    TCase *rounding = scratch_case(suite, "rounding"), *locales = scratch_case(suite, "locales");
    tcase_add_checked_fixture(rounding, set_up, tear_down);
    tcase_add_loop_test(rounding, another_rounding_changes_no_file, 0, ROUNDINGS);
    tcase_add_loop_test(rounding, another_rounding_changes_no_number_that_is_read, 0, ROUNDINGS);
    tcase_add_checked_fixture(locales, set_up, tear_down);
    tcase_add_loop_test(locales, a_locale_with_a_comma_changes_no_file, 0, HOST_WAYS);
    tcase_add_loop_test(locales, a_locale_with_a_comma_changes_no_message, 0, HOST_WAYS);
    tcase_add_loop_test(locales, functions_of_the_host_run_as_the_host_has_it, 0, HOST_WAYS);
    return suite;
}
