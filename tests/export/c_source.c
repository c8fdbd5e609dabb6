/* Writing C: what is refused, what is left behind, what the report says. That the C is right is tried in c_float.c and
 * c_fixed.c. */
#include "base/allocator.h"
#include "export/c_text.h"
#include "format/scratch.h"
#include "inference/shapes.h"

Suite *c_source_suite(void);

typedef struct bed {
    snnd_context *context;
    snnd_network *network;
    snnd_plan *plan;
} bed;

static bed make_bed(snnd_context *context, snnd_network *(*shape)(snnd_context *)) {
    bed b = {.context = context, .network = shape(context)};
    unsettle(b.network);
    OK(context, snnd_plan_create(b.network, &b.plan));
    return b;
}

static void free_bed(bed *b) {
    snnd_plan_free(b->plan);
    snnd_network_free(b->network);
    snnd_context_free(b->context);
}

static snnd_export_c_options c_options(void) {
    snnd_export_c_options options;
    ck_assert_int_eq(snnd_export_c_options_init(&options, sizeof options), SNND_OK);
    return options;
}

static snnd_status export(const bed *b, const snnd_export_c_options *options) {
    return snnd_export_c(b->plan, options, scratch("net.c"), scratch("net.h"), NULL);
}

/* Both files, one behind the other (for free()). */
static char *both_files(void) {
    size_t length, more;
    unsigned char *source = scratch_read(scratch("net.c"), &length), *header = scratch_read(scratch("net.h"), &more);
    char *both = calloc(length + more + 1, 1);
    ck_assert_ptr_nonnull(both);
    memcpy(both, source, length);
    memcpy(both + length, header, more);
    free(source);
    free(header);
    return both;
}

/* ---- what is refused ---- */

START_TEST(options_are_checked) {
    bed b = make_bed(make_context(1), sparse);
    snnd_export_c_options options = c_options();
    ck_assert_int_eq(snnd_export_c(NULL, NULL, "a.c", "a.h", NULL), SNND_ERROR_ARGUMENT);
    FAILS(b.context, SNND_ERROR_ARGUMENT, "source_path is NULL", snnd_export_c(b.plan, NULL, NULL, "a.h", NULL));
    FAILS(b.context, SNND_ERROR_ARGUMENT, "header_path is NULL", snnd_export_c(b.plan, NULL, "a.c", NULL, NULL));
    FAILS(b.context, SNND_ERROR_ARGUMENT, "are the same file", snnd_export_c(b.plan, NULL, "a", "a", NULL));
    FAILS(b.context, SNND_ERROR_ARGUMENT, "are the same file", snnd_export_c(b.plan, NULL, "a", "./a", NULL));
    FAILS(b.context, SNND_ERROR_ARGUMENT, "#include", snnd_export_c(b.plan, NULL, "a.c", "b/\"a\".h", NULL));
    FAILS(b.context, SNND_ERROR_ARGUMENT, "#include", snnd_export_c(b.plan, NULL, "a.c", "b/a?\?-.h", NULL));
    FAILS(b.context, SNND_ERROR_ARGUMENT, "#include", snnd_export_c_write(b.plan, NULL, NULL, NULL, "a?\?/.h", NULL));
    options.largest_input = 6;
    FAILS(b.context, SNND_ERROR_ARGUMENT, "largest_input is for fixed point", export(&b, &options));
    options.largest_input = NAN;
    FAILS(b.context, SNND_ERROR_ARGUMENT, "largest_input is for fixed point", export(&b, &options));
    options.largest_input = 0;
    options.numbers = 3;
    FAILS(b.context, SNND_ERROR_ARGUMENT, "numbers is 3", export(&b, &options));
    options.numbers = SNND_C_FLOAT32, options.readout = 6;
    FAILS(b.context, SNND_ERROR_ARGUMENT, "readout is 6", export(&b, &options));
    options.readout = SNND_READOUT_SUM;
    static const char *const bad[] = {
        "", "1a", "_a", "a-b", "a b", "\xc3\xa4", "a123456789012345678901234567890123456789012345678901234567890123"};
    for (int k = 0; k < COUNT(bad); k++) {
        options.name = bad[k];
        FAILS(b.context, SNND_ERROR_ARGUMENT, "name is", export(&b, &options));
    }
    options.name = NULL;
    FAILS(b.context, SNND_ERROR_ARGUMENT, "(NULL)", export(&b, &options));
    snnd_export_c_report report = {.size = 1};
    ck_assert_int_eq(snnd_export_c(b.plan, NULL, scratch("net.c"), scratch("net.h"), &report), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(scratch_entries(), 0);
    free_bed(&b);
}
END_TEST

static snnd_dataset *make_samples(const bed *b, const float *input, int32_t channels) {
    static const int32_t label = 0;
    snnd_samples samples;
    snnd_dataset *made;
    ck_assert_int_eq(snnd_samples_init(&samples, sizeof samples), SNND_OK);
    samples.input = input, samples.label = &label;
    samples.samples = samples.steps = 1, samples.channels = channels;
    OK(b->context, snnd_dataset_create(b->context, &samples, &made));
    return made;
}

START_TEST(fixed_point_knows_its_inputs) {
    bed b = make_bed(make_context(1), sparse);
    snnd_export_c_options options = c_options();
    float input[13] = {0};
    options.numbers = SNND_C_FIXED;
    FAILS(b.context, SNND_ERROR_ARGUMENT, "either largest_input or samples", export(&b, &options));
    static const double bad[] = {-1, NAN, INFINITY, 1e-31};
    for (int k = 0; k < COUNT(bad); k++) {
        options.largest_input = bad[k];
        FAILS(b.context, SNND_ERROR_ARGUMENT, "largest_input is", export(&b, &options));
    }
    snnd_dataset *silent = make_samples(&b, input, 13), *narrow = make_samples(&b, input, 12), *samples;
    input[5] = -6;
    samples = make_samples(&b, input, 13);
    options.samples = samples;
    options.largest_input = 6;
    FAILS(b.context, SNND_ERROR_ARGUMENT, "either largest_input or samples", export(&b, &options));
    options.largest_input = 0;
    options.samples = narrow;
    FAILS(b.context, SNND_ERROR_ARGUMENT, "12 channels; the network has 13", export(&b, &options));
    options.samples = silent;
    FAILS(b.context, SNND_ERROR_ARGUMENT, "largest input of the samples is 0", export(&b, &options));
    ck_assert_int_eq(scratch_entries(), 0);
    options.samples = samples;
    options.numbers = SNND_C_FLOAT32;
    FAILS(b.context, SNND_ERROR_ARGUMENT, "samples is for fixed point", export(&b, &options));
    ck_assert_int_eq(scratch_entries(), 0);
    options.numbers = SNND_C_FIXED;
    OK(b.context, export(&b, &options));
    char *by_samples = both_files();
    options.samples = NULL;
    options.largest_input = 6;
    OK(b.context, export(&b, &options));
    char *by_number = both_files();
    ck_assert_str_eq(by_samples, by_number);
    free(by_samples);
    free(by_number);
    snnd_dataset_free(silent);
    snnd_dataset_free(narrow);
    snnd_dataset_free(samples);
    free_bed(&b);
}
END_TEST

/* Counts are as good as numbers, and what is behind the end of a sample does not count. */
START_TEST(the_largest_input_is_that_of_the_samples) {
    bed b = make_bed(make_context(1), sparse);
    snnd_export_c_options options = c_options();
    snnd_dataset *counted = NULL, *padded = NULL;
    uint8_t counts[2 * 13] = {0, 0, 7};
    float input[2 * 13] = {0, -2.1f, 0.5f};
    static const int32_t label = 0, length = 1;
    snnd_samples samples;
    OK(b.context, snnd_samples_init(&samples, sizeof samples));
    counts[25] = 200;
    input[25] = 200;
    samples.label = &label, samples.length = &length;
    samples.samples = 1, samples.steps = 2, samples.channels = 13;
    samples.input = input;
    OK(b.context, snnd_dataset_create(b.context, &samples, &padded));
    samples.input = NULL, samples.counts = counts, samples.scale = 0.3;
    OK(b.context, snnd_dataset_create(b.context, &samples, &counted));
    options.numbers = SNND_C_FIXED;
    options.largest_input = (double)2.1f;
    OK(b.context, export(&b, &options));
    char *by_number = both_files();
    options.largest_input = 0;
    for (int k = 0; k < 2; k++) {
        options.samples = k == 0 ? padded : counted;
        OK(b.context, export(&b, &options));
        char *by_samples = both_files();
        ck_assert_str_eq(by_samples, by_number);
        free(by_samples);
    }
    free(by_number);
    snnd_dataset_free(padded);
    snnd_dataset_free(counted);
    free_bed(&b);
}
END_TEST

static snnd_network *leaky_between(snnd_context *context) {
    snnd_network *network = make_network(context, 3);
    const snnd_delay_options options = delay_options(2);
    add_delays(network, 4, &options);
    add_leaky_integrator(network);
    add_delays(network, 2, &options);
    add_lif(network);
    return network;
}

static snnd_network *ends_with_delays(snnd_context *context) {
    snnd_network *network = make_network(context, 3);
    const snnd_delay_options options = delay_options(2);
    add_delays(network, 4, &options);
    add_lif(network);
    add_delays(network, 2, &options);
    return network;
}

static snnd_network *norm_first(snnd_context *context) {
    snnd_network *network = make_network(context, 3);
    add_batch_norm(network);
    add_lif(network);
    return network;
}

START_TEST(names_what_fixed_point_cannot_have) {
    static const struct {
        snnd_network *(*shape)(snnd_context *);
        const char *words;
    } cases[] = {
        {odd, "layer 0 (lif) cannot be written in fixed point: there are no delays before it"},
        {norm_first, "layer 0 (batch_norm)"},
        {leaky_between, "layer 1 (leaky_integrator) cannot be written in fixed point: leaky integrators can "
                        "only be the last layer"},
        {ends_with_delays, "layer 2 (delays) cannot be written in fixed point: there are no neurons after it"}};
    bed b = make_bed(make_context(1), cases[_i].shape);
    snnd_export_c_options options = c_options();
    options.numbers = SNND_C_FIXED;
    options.largest_input = 1;
    FAILS(b.context, SNND_ERROR_UNSUPPORTED, cases[_i].words, export(&b, &options));
    ck_assert_int_eq(scratch_entries(), 0);
    options.numbers = SNND_C_FLOAT32, options.largest_input = 0;
    OK(b.context, export(&b, &options));
    free_bed(&b);
}
END_TEST

START_TEST(kinds_that_have_no_c_are_refused_by_name) {
    bed b = make_bed(make_context(1), paper);
    snnd_layer_class other = *b.plan->layer[2].class;
    b.plan->layer[2].class = &other;
    other.name = "resonator";
    other.type = SNND_LAYER_DROPOUT; /* whose class for C has nothing in it */
    FAILS(b.context, SNND_ERROR_UNSUPPORTED, "layer 2 (resonator) cannot be written as C", export(&b, NULL));
    ck_assert_int_eq(scratch_entries(), 0);
    free_bed(&b);
}
END_TEST

START_TEST(kinds_that_have_no_fixed_point_are_refused_by_name) {
    bed b = make_bed(make_context(1), paper);
    snnd_c_network folded = {.fixed = true, .readout = SNND_READOUT_SUM};
    OK(b.context, snnd_c_fold(b.plan, &folded));
    snnd_c_class floats_only = *folded.node[0].kind;
    floats_only.write_fixed = NULL;
    folded.node[0].kind = &floats_only;
    FAILS(b.context, SNND_ERROR_UNSUPPORTED, "layer 2 (lif) cannot be written in fixed point: only floating-point",
          snnd_c_quantise(&folded, 1));
    snnd_c_free(&folded);
    free_bed(&b);
    b = make_bed(make_context(1), adaptive);
    snnd_export_c_options options = c_options();
    options.numbers = SNND_C_FIXED;
    options.largest_input = 1;
    FAILS(b.context, SNND_ERROR_UNSUPPORTED,
          "layer 2 (adaptive_lif) cannot be written in fixed point: only floating-point", export(&b, &options));
    free_bed(&b);
}
END_TEST

START_TEST(numbers_stay_finite) {
    bed b = make_bed(make_context(1), sparse);
    floats(snnd_network_layer(b.network, 1), SNND_ARRAY_SCALE)[3] = 3e38f;
    floats(snnd_network_layer(b.network, 1), SNND_ARRAY_RUNNING_VARIANCE)[3] = 0;
    snnd_plan_free(b.plan);
    OK(b.context, snnd_plan_create(b.network, &b.plan));
    FAILS(b.context, SNND_ERROR_NUMERIC, "layer 1 (batch_norm): neuron 3", export(&b, NULL));
    floats(snnd_network_layer(b.network, 1), SNND_ARRAY_SCALE)[3] = 3e35f;
    for (int32_t i = 0; i < 13; i++)
        floats(snnd_network_layer(b.network, 0), SNND_ARRAY_WEIGHT)[3 * 13 + i] = 1e3f;
    snnd_plan_free(b.plan);
    OK(b.context, snnd_plan_create(b.network, &b.plan));
    FAILS(b.context, SNND_ERROR_NUMERIC, "layer 0 (delays): a weight of neuron 3", export(&b, NULL));
    ck_assert_int_eq(scratch_entries(), 0);
    free_bed(&b);
}
END_TEST

START_TEST(failures_leave_files_alone) {
    bed b = make_bed(make_context(1), sparse);
    scratch_write(scratch("net.c"), "old", 3);
    FAILS(b.context, SNND_ERROR_IO, "no/net.h",
          snnd_export_c(b.plan, NULL, scratch("net.c"), scratch("no/net.h"), NULL));
    FAILS(b.context, SNND_ERROR_IO, "no/net.c",
          snnd_export_c(b.plan, NULL, scratch("no/net.c"), scratch("net.h"), NULL));
    ck_assert_int_eq(scratch_entries(), 1);
    size_t length;
    char *left = (char *)scratch_read(scratch("net.c"), &length);
    ck_assert_str_eq(left, "old");
    free(left);
    free_bed(&b);
}
END_TEST

static snnd_status export_both(snnd_context *context, void *argument) {
    (void)context;
    snnd_export_c_options options = c_options();
    const snnd_status status = export(argument, &options);
    options.numbers = SNND_C_FIXED;
    options.largest_input = 6;
    return status != SNND_OK ? status : export(argument, &options);
}

START_TEST(survives_without_memory) {
    allocator memory = {0};
    snnd_context *context;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    bed b = make_bed(context, sparse);
    allocator_starve(context, &memory, export_both, &b);
    ck_assert_int_eq(scratch_entries(), 2);
    free_bed(&b);
    ck_assert_int_eq(memory.out, 0);
    ck_assert_int_eq(memory.odd, 0);
}
END_TEST

/* ---- what is written ---- */

START_TEST(the_same_bytes_every_time) {
    bed b = make_bed(make_context(1), _i == 0 ? sparse : paper);
    snnd_export_c_options options = c_options();
    options.numbers = _i == 0 ? SNND_C_FLOAT32 : SNND_C_FIXED;
    options.largest_input = _i == 0 ? 0 : 6;
    options.name = "Heard_2";
    OK(b.context, export(&b, &options));
    char *first = both_files();
    OK(b.context, export(&b, &options));
    char *second = both_files();
    ck_assert_str_eq(first, second);
    ck_assert_ptr_nonnull(strstr(first, "#include \"net.h\"\n"));
    ck_assert_ptr_nonnull(strstr(first, "#ifndef HEARD_2_H\n"));
    ck_assert_ptr_nonnull(strstr(first, "void Heard_2_reset(Heard_2_state *s);"));
    ck_assert(strchr(first, '$') == NULL && strchr(first, '@') == NULL);
    for (const char *include = first; (include = strstr(include, "#include <")) != NULL; include++)
        ck_assert_int_eq(strncmp(include, "#include <stdint.h>", 19), 0);
    free(first);
    free(second);
    free_bed(&b);
}
END_TEST

static void assert_reads(snnd_c_number number, const char *expected) {
    ck_assert_str_eq(number.text, expected);
}

START_TEST(constants_are_the_same_number_again) {
    static const double values[] = {0, 1, -1, 0.1, 1.0 / 3, 1e-45, 3.4028234663852886e38, 123456789, -2.5e-7, 16777216};
    for (int k = 0; k < COUNT(values); k++) {
        const snnd_c_number number = snnd_c_float(values[k]);
        char *end;
        ck_assert_msg(strtof(number.text, &end) == (float)values[k], "%s for %.9g", number.text, values[k]);
        ck_assert_str_eq(end, "f");
        ck_assert_ptr_nonnull(strpbrk(number.text, ".e"));
    }
    assert_reads(snnd_c_float(0.1), "0.1f");
    assert_reads(snnd_c_float(1), "1.0f");
    assert_reads(snnd_c_float(1e10), "1e+10f");
}
END_TEST

START_TEST(the_report_counts) {
    bed b = make_bed(make_context(1), several_synapses);
    snnd_export_c_report report;
    ck_assert_int_eq(snnd_export_c_report_init(&report, sizeof report), SNND_OK);
    OK(b.context, snnd_export_c(b.plan, NULL, scratch("net.c"), scratch("net.h"), &report));
    ck_assert_int_eq(report.synapses, snnd_plan_synapses(b.plan));
    /* 6 and 33 inputs with offsets of 2 bytes; targets, delays and weights; powers of two for the softmax. */
    ck_assert_int_eq(report.flash, 2 * (6 + 1 + 33 + 1) + (1 + 1 + 4) * report.synapses + 4 * 33);
    /* 6 inputs of 11 steps, which have been idle for so long, and now; the ring and its row; neurons. */
    ck_assert_int_eq(report.ram, (6 * 11 + 33 + 33 + 4 * 11 + 4 + 2 * 4) * 4 + (6 + 1 + 1));
    ck_assert(report.input_scale == 1 && report.potential_unit == 1 && report.score_unit == 1);
    free_bed(&b);
}
END_TEST

Suite *c_source_suite(void) {
    Suite *suite = suite_create("c source");
    TCase *refused = scratch_case(suite, "refused"), *written = scratch_case(suite, "written");
    tcase_add_test(refused, options_are_checked);
    tcase_add_test(refused, fixed_point_knows_its_inputs);
    tcase_add_test(refused, the_largest_input_is_that_of_the_samples);
    tcase_add_loop_test(refused, names_what_fixed_point_cannot_have, 0, 4);
    tcase_add_test(refused, kinds_that_have_no_c_are_refused_by_name);
    tcase_add_test(refused, kinds_that_have_no_fixed_point_are_refused_by_name);
    tcase_add_test(refused, numbers_stay_finite);
    tcase_add_test(refused, failures_leave_files_alone);
    tcase_add_test(refused, survives_without_memory);
    tcase_add_loop_test(written, the_same_bytes_every_time, 0, 2);
    tcase_add_test(written, constants_are_the_same_number_again);
    tcase_add_test(written, the_report_counts);
    return suite;
}
