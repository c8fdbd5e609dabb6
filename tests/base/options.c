/* Structures that say their size: those of older and newer hosts, read and filled. */
#include <check.h>
#include <stddef.h>

#include "base/options.h"
#include "support.h"

Suite *options_suite(void);

/* A structure of this version, the one before, and the one after. */
typedef struct present {
    size_t size;
    int64_t first;
    double second;
} present;

typedef struct future {
    present known;
    int64_t third;
} future;

enum { PAST = offsetof(present, second) };

static const present defaults = {.first = 11, .second = 2.5};

/* ---- reading ---- */

START_TEST(no_structure_leaves_the_defaults) {
    snnd_context *context = make_context(1);
    present read = defaults;
    OK(context, snnd_options_read(context, NULL, &read, sizeof read, "present"));
    ck_assert_int_eq(read.first, 11);
    ck_assert_double_eq(read.second, 2.5);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_structure_of_this_version_is_read_whole) {
    snnd_context *context = make_context(1);
    present read = defaults;
    const present given = {.size = sizeof given, .first = 7, .second = -1};
    OK(context, snnd_options_read(context, &given, &read, sizeof read, "present"));
    ck_assert_int_eq(read.first, 7);
    ck_assert_double_eq(read.second, -1);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_smaller_structure_changes_what_it_has) {
    snnd_context *context = make_context(1);
    present read = defaults;
    const present given = {.size = PAST, .first = 7, .second = -1};
    OK(context, snnd_options_read(context, &given, &read, sizeof read, "present"));
    ck_assert_int_eq(read.first, 7);
    ck_assert_double_eq(read.second, 2.5);
    ck_assert_uint_eq(read.size, sizeof read);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_larger_structure_is_read_while_its_tail_is_zero) {
    snnd_context *context = make_context(1);
    present read = defaults;
    const future given = {.known = {.size = sizeof given, .first = 7, .second = -1}};
    OK(context, snnd_options_read(context, &given, &read, sizeof read, "present"));
    ck_assert_int_eq(read.first, 7);
    ck_assert_double_eq(read.second, -1);
    ck_assert_uint_eq(read.size, sizeof read);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_larger_structure_with_a_tail_is_refused_by_name) {
    snnd_context *context = make_context(1);
    present read = defaults;
    future given = {.known = {.size = sizeof given, .first = 7, .second = -1}};
    for (size_t i = sizeof(present); i < sizeof(future); i++) {
        char place[32];
        memset(&given.third, 0, sizeof given.third);
        ((unsigned char *)&given)[i] = 1;
        snprintf(place, sizeof place, "byte %zu ", i);
        FAILS(context, SNND_ERROR_ARGUMENT, place,
              snnd_options_read(context, &given, &read, sizeof read, "the_structure"));
        ck_assert_ptr_nonnull(strstr(snnd_context_last_error(context), "the_structure"));
    }
    ck_assert_int_eq(read.first, 11);
    ck_assert_double_eq(read.second, 2.5);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_size_that_cannot_be_is_refused_with_advice) {
    snnd_context *context = make_context(1);
    const size_t sizes[] = {0, sizeof(size_t) - 1, (1u << 16) + 1, SIZE_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        present read = defaults, given = {.size = sizes[i], .first = 7};
        FAILS(context, SNND_ERROR_ARGUMENT, "_init", snnd_options_read(context, &given, &read, sizeof read, "present"));
        ck_assert_int_eq(read.first, 11);
        FAILS(context, SNND_ERROR_ARGUMENT, "_init",
              snnd_options_write(context, &given, &read, sizeof read, "present"));
        ck_assert_int_eq(given.first, 7);
    }
    snnd_context_free(context);
}
END_TEST

/* ---- writing ---- */

START_TEST(a_smaller_structure_is_not_written_beyond_its_end) {
    snnd_context *context = make_context(1);
    const present result = {.size = sizeof result, .first = 7, .second = -1};
    present given = {.size = PAST, .first = 1, .second = 99};
    OK(context, snnd_options_write(context, &given, &result, sizeof result, "present"));
    ck_assert_uint_eq(given.size, PAST);
    ck_assert_int_eq(given.first, 7);
    ck_assert_double_eq(given.second, 99);
    snnd_context_free(context);
}
END_TEST

START_TEST(what_only_the_host_knows_is_written_as_zero) {
    snnd_context *context = make_context(1);
    const present result = {.size = sizeof result, .first = 7, .second = -1};
    future given = {.known = {.size = sizeof given}, .third = 99};
    OK(context, snnd_options_write(context, &given, &result, sizeof result, "present"));
    ck_assert_uint_eq(given.known.size, sizeof given);
    ck_assert_int_eq(given.known.first, 7);
    ck_assert_double_eq(given.known.second, -1);
    ck_assert_int_eq(given.third, 0);
    snnd_context_free(context);
}
END_TEST

START_TEST(nothing_is_written_where_nothing_is_wanted) {
    snnd_context *context = make_context(1);
    OK(context, snnd_options_write(context, NULL, &defaults, sizeof defaults, "present"));
    snnd_context_free(context);
}
END_TEST

START_TEST(whether_a_structure_can_be_written_is_known_before) {
    snnd_context *context = make_context(1);
    future large = {.known = {.size = sizeof large}, .third = 99}; /* a tail is no matter: it is written over */
    present small = {.size = PAST}, never = {.size = 0};
    OK(context, snnd_options_check(context, NULL, "present"));
    OK(context, snnd_options_check(context, &large, "present"));
    OK(context, snnd_options_check(context, &small, "present"));
    FAILS(context, SNND_ERROR_ARGUMENT, "the_structure", snnd_options_check(context, &never, "the_structure"));
    never.size = SIZE_MAX;
    FAILS(context, SNND_ERROR_ARGUMENT, "_init", snnd_options_check(context, &never, "present"));
    ck_assert_int_eq(large.third, 99);
    snnd_context_free(context);
}
END_TEST

/* ---- the structures of the interface ---- */

/*
 * For each: NULL and too small a size are refused; an older host's is filled to its end and no further; a newer host's
 * has zeros at the end.
 */
#define OBEYS_SIZES(type, function)                                                                                    \
    do {                                                                                                               \
        struct {                                                                                                       \
            type known;                                                                                                \
            unsigned char tail[64];                                                                                    \
        } given;                                                                                                       \
        type now;                                                                                                      \
        ck_assert_int_eq(function(NULL, sizeof(type)), SNND_ERROR_ARGUMENT);                                           \
        ck_assert_int_eq(function(&now, sizeof(size_t) - 1), SNND_ERROR_ARGUMENT);                                     \
        ck_assert_int_eq(function(&now, sizeof now), SNND_OK);                                                         \
        ck_assert_uint_eq(now.size, sizeof now);                                                                       \
        for (size_t size = sizeof(size_t); size <= sizeof given; size++) {                                             \
            unsigned char *byte = (unsigned char *)&given;                                                             \
            memset(&given, 0x5A, sizeof given);                                                                        \
            ck_assert_int_eq(function(&given.known, size), SNND_OK);                                                   \
            ck_assert_uint_eq(given.known.size, size);                                                                 \
            for (size_t i = sizeof(size_t); i < sizeof given; i++)                                                     \
                ck_assert_int_eq(byte[i], i >= size ? 0x5A : i >= sizeof now ? 0 : ((unsigned char *)&now)[i]);        \
        }                                                                                                              \
    } while (0)

START_TEST(every_structure_can_be_older_or_newer) {
    OBEYS_SIZES(snnd_context_options, snnd_context_options_init);
    OBEYS_SIZES(snnd_delay_options, snnd_delay_options_init);
    OBEYS_SIZES(snnd_batch_norm_options, snnd_batch_norm_options_init);
    OBEYS_SIZES(snnd_lif_options, snnd_lif_options_init);
    OBEYS_SIZES(snnd_leaky_integrator_options, snnd_leaky_integrator_options_init);
    OBEYS_SIZES(snnd_adaptive_lif_options, snnd_adaptive_lif_options_init);
    OBEYS_SIZES(snnd_loss_options, snnd_loss_options_init);
    OBEYS_SIZES(snnd_loss_report, snnd_loss_report_init);
    OBEYS_SIZES(snnd_optimizer_options, snnd_optimizer_options_init);
    OBEYS_SIZES(snnd_picojoules, snnd_picojoules_init);
    OBEYS_SIZES(snnd_operations, snnd_operations_init);
    OBEYS_SIZES(snnd_schedule, snnd_schedule_init);
    OBEYS_SIZES(snnd_structure, snnd_structure_init);
    OBEYS_SIZES(snnd_deep_r_options, snnd_deep_r_options_init);
    OBEYS_SIZES(snnd_rewiring_options, snnd_rigl_options_init);
    OBEYS_SIZES(snnd_rewiring_options, snnd_set_options_init);
    OBEYS_SIZES(snnd_rewiring_options, snnd_snfs_options_init);
    OBEYS_SIZES(snnd_samples, snnd_samples_init);
    OBEYS_SIZES(snnd_events, snnd_events_init);
    OBEYS_SIZES(snnd_source, snnd_source_init);
    OBEYS_SIZES(snnd_batches_options, snnd_batches_options_init);
    OBEYS_SIZES(snnd_trainer_options, snnd_trainer_options_init);
    OBEYS_SIZES(snnd_epoch_report, snnd_epoch_report_init);
    OBEYS_SIZES(snnd_stream_options, snnd_stream_options_init);
    OBEYS_SIZES(snnd_export_c_options, snnd_export_c_options_init);
    OBEYS_SIZES(snnd_export_c_report, snnd_export_c_report_init);
    OBEYS_SIZES(snnd_moran_options, snnd_moran_options_init);
    OBEYS_SIZES(snnd_changes, snnd_changes_init);
    OBEYS_SIZES(snnd_summary, snnd_summary_init);
    OBEYS_SIZES(snnd_rank_test, snnd_rank_test_init);
    OBEYS_SIZES(snnd_moran_test, snnd_moran_test_init);
    OBEYS_SIZES(snnd_signed_rank_test, snnd_signed_rank_test_init);
    OBEYS_SIZES(snnd_interval, snnd_interval_init);
    OBEYS_SIZES(snnd_t_test, snnd_t_test_init);
    OBEYS_SIZES(snnd_intraclass, snnd_intraclass_init);
}
END_TEST

START_TEST(neurons_and_synapses_have_the_defaults_of_the_header) {
    snnd_delay_options delays;
    ck_assert_int_eq(snnd_delay_options_init(&delays, sizeof delays), SNND_OK);
    ck_assert_int_eq(delays.max_delay, 24);
    ck_assert_int_eq(delays.synapses_per_pair, 1);
    ck_assert_int_eq(delays.profile, SNND_PROFILE_GAUSS);
    ck_assert_int_eq(delays.learn_delays, 1);
    ck_assert_int_eq(delays.sharing, SNND_SHARING_NONE);
    snnd_batch_norm_options norm;
    ck_assert_int_eq(snnd_batch_norm_options_init(&norm, sizeof norm), SNND_OK);
    ck_assert_double_eq(norm.epsilon, 1e-5);
    ck_assert_double_eq(norm.momentum, 0.1);
    snnd_lif_options lif;
    ck_assert_int_eq(snnd_lif_options_init(&lif, sizeof lif), SNND_OK);
    ck_assert_double_eq(lif.tau, 10.05);
    ck_assert_double_eq(lif.threshold, 1);
    ck_assert_double_eq(lif.alpha, 5);
    ck_assert_int_eq(lif.detach_reset, 1);
    snnd_leaky_integrator_options leaky;
    ck_assert_int_eq(snnd_leaky_integrator_options_init(&leaky, sizeof leaky), SNND_OK);
    ck_assert_double_eq(leaky.tau, 10.05);
    snnd_adaptive_lif_options adaptive;
    ck_assert_int_eq(snnd_adaptive_lif_options_init(&adaptive, sizeof adaptive), SNND_OK);
    ck_assert_double_eq(adaptive.threshold, 1);
    ck_assert_double_eq(adaptive.alpha, 5);
    ck_assert_int_eq(adaptive.detach_reset, 0);
    ck_assert_int_eq(adaptive.surrogate, SNND_SURROGATE_ARCTAN);
}
END_TEST

START_TEST(training_has_the_defaults_of_the_header) {
    snnd_loss_options loss;
    ck_assert_int_eq(snnd_loss_options_init(&loss, sizeof loss), SNND_OK);
    ck_assert_int_eq(loss.readout, SNND_READOUT_NETWORK);
    ck_assert_double_eq(loss.l1, 0);
    ck_assert_double_eq(loss.label_smoothing, 0);
    ck_assert_double_eq(loss.rate_penalty, 0);
    ck_assert_double_eq(loss.rate_lower, 0);
    ck_assert_double_eq(loss.rate_upper, 0);
    ck_assert_ptr_null(loss.class_weight);
    ck_assert_int_eq(loss.class_weight_count, 0);
    snnd_optimizer_options optimizer;
    ck_assert_int_eq(snnd_optimizer_options_init(&optimizer, sizeof optimizer), SNND_OK);
    ck_assert_int_eq(optimizer.kind, SNND_ADAM);
    ck_assert_int_eq(optimizer.parameters, SNND_PARAMETERS_WEIGHTS);
    ck_assert_double_eq(optimizer.rate, 1e-3);
    ck_assert_double_eq(optimizer.momentum, 0.9);
    ck_assert_double_eq(optimizer.beta2, 0.999);
    ck_assert_double_eq(optimizer.epsilon, 1e-8);
    ck_assert_double_eq(optimizer.weight_decay, 0);
    ck_assert_int_eq(optimizer.decoupled, 0);
    snnd_schedule schedule;
    ck_assert_int_eq(snnd_schedule_init(&schedule, sizeof schedule), SNND_OK);
    ck_assert_int_eq(schedule.kind, SNND_SCHEDULE_CONSTANT);
    ck_assert_int_eq(schedule.epochs, 150);
    ck_assert_double_eq(schedule.value, 1e-3);
    ck_assert_double_eq(schedule.rise, 0.3);
    ck_assert_double_eq(schedule.divide, 25);
    ck_assert_double_eq(schedule.final_divide, 1e4);
    ck_assert_double_eq(schedule.momentum_low, 0.85);
    ck_assert_double_eq(schedule.momentum_high, 0.95);
    snnd_trainer_options trainer;
    ck_assert_int_eq(snnd_trainer_options_init(&trainer, sizeof trainer), SNND_OK);
    ck_assert_int_eq(trainer.epochs, 150);
    ck_assert_int_eq(trainer.batch, 256);
    ck_assert_int_eq(trainer.readout, SNND_READOUT_NETWORK);
    ck_assert_double_eq(trainer.largest_loss, 1e6);
    ck_assert_double_eq(trainer.label_smoothing, 0);
    ck_assert_double_eq(trainer.rate_penalty, 0);
    ck_assert_double_eq(trainer.rate_lower, 0);
    ck_assert_double_eq(trainer.rate_upper, 0);
    ck_assert_ptr_null(trainer.class_weight);
    ck_assert_int_eq(trainer.class_weight_count, 0);
    ck_assert_double_eq(trainer.clip_norm, 0);
    ck_assert_int_eq(trainer.prefetch, 0);
    ck_assert_int_eq(trainer.rank, 0);
    ck_assert_int_eq(trainer.ranks, 1);
    ck_assert_int_eq(trainer.shards, 1);
    ck_assert(trainer.reduce == NULL);
}
END_TEST

START_TEST(the_rest_has_the_defaults_of_the_header) {
    snnd_structure structure;
    ck_assert_int_eq(snnd_structure_init(&structure, sizeof structure), SNND_OK);
    ck_assert_double_eq(structure.sparsity, 0.875);
    ck_assert_int_eq(structure.budget, SNND_BUDGET_LAYER);
    snnd_deep_r_options deep;
    ck_assert_int_eq(snnd_deep_r_options_init(&deep, sizeof deep), SNND_OK);
    ck_assert_int_eq(deep.growth, SNND_GROWTH_GRADIENT);
    ck_assert_double_eq(deep.temperature, 0);
    snnd_samples samples;
    ck_assert_int_eq(snnd_samples_init(&samples, sizeof samples), SNND_OK);
    ck_assert_int_eq(samples.copy, 1);
    ck_assert_double_eq(samples.scale, 1);
    snnd_events events;
    ck_assert_int_eq(snnd_events_init(&events, sizeof events), SNND_OK);
    ck_assert_int_eq(events.copy, 1);
    ck_assert_double_eq(events.scale, 1);
    snnd_batches_options batches;
    ck_assert_int_eq(snnd_batches_options_init(&batches, sizeof batches), SNND_OK);
    ck_assert_int_eq(batches.batch, 256);
    ck_assert_int_eq(batches.shuffle, 0);
    ck_assert_int_eq(batches.training, 1);
    ck_assert_int_eq(batches.prefetch, 0);
}
END_TEST

Suite *options_suite(void) {
    Suite *suite = suite_create("options");

    TCase *reading = tcase_create("reading");
    tcase_add_test(reading, no_structure_leaves_the_defaults);
    tcase_add_test(reading, a_structure_of_this_version_is_read_whole);
    tcase_add_test(reading, a_smaller_structure_changes_what_it_has);
    tcase_add_test(reading, a_larger_structure_is_read_while_its_tail_is_zero);
    tcase_add_test(reading, a_larger_structure_with_a_tail_is_refused_by_name);
    tcase_add_test(reading, a_size_that_cannot_be_is_refused_with_advice);
    suite_add_tcase(suite, reading);

    TCase *writing = tcase_create("writing");
    tcase_add_test(writing, a_smaller_structure_is_not_written_beyond_its_end);
    tcase_add_test(writing, what_only_the_host_knows_is_written_as_zero);
    tcase_add_test(writing, nothing_is_written_where_nothing_is_wanted);
    tcase_add_test(writing, whether_a_structure_can_be_written_is_known_before);
    suite_add_tcase(suite, writing);

    TCase *interface = tcase_create("interface");
    tcase_add_test(interface, every_structure_can_be_older_or_newer);
    tcase_add_test(interface, neurons_and_synapses_have_the_defaults_of_the_header);
    tcase_add_test(interface, training_has_the_defaults_of_the_header);
    tcase_add_test(interface, the_rest_has_the_defaults_of_the_header);
    suite_add_tcase(suite, interface);
    return suite;
}
