/* Files of events of all types and chunks become the counts that they should. */
#include "events/events.h"

#include <math.h>

#include "events/events_write.h"
#include "events/make.h"
#include "events/numbers_of_file.h"
#include "format/scratch.h"

Suite *reading_suite(void);

static struct failure failure;
static const struct events_shape small = {100, 140, 10000, 20};

static struct events *open_made(void) {
    struct events *events = events_open(scratch("a.h5"), &small, &failure);
    ck_assert_msg(events != NULL, "%s", failure.text);
    return events;
}

/* Sample i has its first i + 1 events, and the last one all six; the time of the sixth is beyond the end. */
static void check_sample(const struct events *events, size_t sample) {
    static const int bins[] = {0, 0, 25, 25, 50}, channels[] = {0, 0, 1, 1, 139};
    uint8_t counts[100 * 140], expected[100 * 140] = {0};
    struct events_told told = {0};
    const int length = sample < 4 ? (int)sample + 1 : 6;
    for (int e = 0; e < length && e < 5; e++)
        expected[bins[e] * 140 + channels[e]]++;
    memset(counts, 77, sizeof counts);
    ck_assert_msg(events_fill(events, sample, counts, &told, &failure) == 0, "%s", failure.text);
    ck_assert_mem_eq(counts, expected, sizeof counts);
    ck_assert_int_eq(told.events, length);
    ck_assert_uint_eq(told.cut, length == 6);
    ck_assert_int_eq(told.late, length == 6);
    ck_assert_int_eq(events_length(events, sample), length);
    ck_assert_int_eq(events_label(events, sample), made_labels[sample]);
}

/* Two samples after each other in any order. */
static void check_made(const recipe *how) {
    struct events *events = open_made();
    ck_assert_uint_eq(events_count(events), MADE);
    for (size_t i = 0; i < MADE; i++)
        check_sample(events, (i * 3) % MADE);
    ck_assert_int_eq(events_has_speakers(events), !how->without_extra);
    for (size_t i = 0; i < MADE && !how->without_extra; i++)
        ck_assert_int_eq(events_speaker(events, i), made_speakers[i]);
    if (how->without_extra) {
        ck_assert_ptr_null(events_word(events, 0));
    } else {
        ck_assert_str_eq(events_word(events, 0), "zero");
        ck_assert_str_eq(events_word(events, 1), "one");
        ck_assert_str_eq(events_word(events, 2), "two");
        ck_assert_ptr_null(events_word(events, 3));
    }
    events_close(events);
}

START_TEST(all_types_are_read) {
    const hid_t times[] = {half_type(H5T_ORDER_LE), half_type(H5T_ORDER_BE), H5T_IEEE_F32LE,
                           H5T_IEEE_F32BE,          H5T_IEEE_F64LE,          H5T_IEEE_F64BE};
    const hid_t integers[] = {H5T_STD_U16LE, H5T_STD_U16BE, H5T_STD_I16LE, H5T_STD_I32BE,
                              H5T_STD_U32LE, H5T_STD_I64LE, H5T_STD_U64BE};
    const hid_t labels[] = {H5T_STD_U8LE, H5T_STD_I8LE, H5T_STD_U16BE, H5T_STD_I32LE, H5T_STD_I64BE, H5T_STD_U64LE};
    const recipe how = {.times = times[_i % 6], .units = integers[_i % 7], .labels = labels[_i % 6]};
    make_file(scratch("a.h5"), &how);
    check_made(&how);
}
END_TEST

START_TEST(all_chunks_and_filters_are_read) {
    static const recipe hows[] = {
        {.chunk = 1},
        {.chunk = 2},
        {.chunk = 5, .filters = "d"},
        {.chunk = 4, .filters = "sd"},
        {.chunk = 3, .filters = "f"},
        {.chunk = 2, .filters = "sdf"},
        {.chunk = 4096}, /* as PyTables does */
        {.chunk = 4096, .filters = "sd"},
        {.chunk = 2, .latest = true},
        {.chunk = 2, .latest = true, .filters = "sd"},
        {.latest = true},
        {.block = 1024},
        {.without_extra = true},
        {.variable_keys = true},
        {.variable_keys = true, .chunk = 2},
    };
    make_file(scratch("a.h5"), &hows[_i]);
    check_made(&hows[_i]);
}
END_TEST

/* One sample of doubles, all in unit 0. */
static struct events *open_times(const double *times, size_t count, const struct events_shape *shape) {
    const recipe how = {0};
    int64_t *units = calloc(count + 1, sizeof *units);
    const int64_t label = 0;
    const hid_t file = made_file(scratch("a.h5"), &how);
    H5Gclose(H5Gcreate2(file, "spikes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    put_lists(file, "spikes/times", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, times, 1, &count, &how);
    put_lists(file, "spikes/units", H5T_STD_U16LE, H5T_NATIVE_INT64, units, 1, &count, &how);
    put_integers(file, "labels", H5T_STD_U8LE, &label, 1, &how);
    H5Fclose(file);
    free(units);
    struct events *events = events_open(scratch("a.h5"), shape, &failure);
    ck_assert_msg(events != NULL, "%s", failure.text);
    return events;
}

/* n / 100 is in bin n, and the number before it in bin n - 1: 0.29 * 100 is less than 29, and 0.07 / 0.01 more than 7,
 * so that neither product nor quotient decides it. */
START_TEST(an_event_on_an_edge_is_in_the_later_bin) {
    double times[200] = {0};
    uint8_t counts[100 * 140];
    struct events_told told = {0};
    for (int n = 1; n <= 100; n++) {
        times[2 * n - 2] = nextafter(n / 100.0, 0);
        times[2 * n - 1] = n / 100.0;
    }
    struct events *events = open_times(times, 200, &small);
    ck_assert_int_eq(events_fill(events, 0, counts, &told, &failure), 0);
    for (int n = 0; n < 100; n++)
        ck_assert_int_eq(counts[n * 140], n == 0 ? 1 : 2);
    ck_assert_int_eq(told.late, 1); /* at 1 s */
    events_close(events);
}
END_TEST

/* Single and half precision are not decimal: which bin a time is in follows from the number that is stored. */
START_TEST(a_time_is_converted_before_it_is_compared) {
    const double times[] = {(double)0.57f, 0.57}; /* 0.5699999928 */
    uint8_t counts[100 * 140];
    struct events_told told = {0};
    struct events *events = open_times(times, 2, &small);
    ck_assert_int_eq(events_fill(events, 0, counts, &told, &failure), 0);
    ck_assert_int_eq(counts[56 * 140], 1);
    ck_assert_int_eq(counts[57 * 140], 1);
    events_close(events);
}
END_TEST

START_TEST(counts_stay_at_255_and_say_so) {
    double *times = calloc(10000, sizeof *times);
    uint8_t counts[2 * 7];
    struct events_told told = {0};
    struct events *events = open_times(times, 10000, &(struct events_shape){2, 7, 500000, 1});
    ck_assert_int_eq(events_read(events, counts, NULL, NULL, &told, &failure), 0);
    ck_assert_int_eq(counts[0], 255);
    ck_assert_int_eq(counts[1], 0);
    ck_assert_int_eq(told.lost, 10000 - 255);
    ck_assert_uint_eq(told.full, 1);
    char *text = events_describe("a.h5", &small, &told);
    ck_assert_ptr_nonnull(strstr(text, "1 of 1 samples have more than 255 events in a bin of a channel"));
    free(text);
    events_close(events);
    free(times);
}
END_TEST

START_TEST(a_sample_may_be_empty) {
    uint8_t counts[100 * 140];
    struct events_told told = {0};
    struct events *events = open_times(NULL, 0, &small);
    ck_assert_int_eq(events_fill(events, 0, counts, &told, &failure), 0);
    for (size_t k = 0; k < sizeof counts; k++)
        ck_assert_int_eq(counts[k], 0);
    ck_assert_ptr_null(events_describe("a.h5", &small, &told));
    events_close(events);
}
END_TEST

static int stop_at_three(void *user, size_t done, size_t count) {
    ck_assert_uint_eq(count, MADE);
    ck_assert_uint_eq(done, ++*(size_t *)user);
    return done == 3 ? 7 : 0;
}

START_TEST(reading_tells_how_far_it_is) {
    static uint8_t counts[MADE * 100 * 140];
    const recipe how = {0};
    size_t calls = 0;
    struct events_told told = {0};
    make_file(scratch("a.h5"), &how);
    struct events *events = open_made();
    ck_assert_int_eq(events_read(events, counts, stop_at_three, &calls, &told, &failure), 7);
    ck_assert_uint_eq(calls, 3);
    ck_assert_int_eq(events_read(events, counts, NULL, NULL, &told, &failure), 0);
    char *text = events_describe("a.h5", &small, &told);
    ck_assert_ptr_nonnull(
        strstr(text, "1 of 8 samples last longer than 1 s and are cut there, which leaves out 1 of "));
    free(text);
    events_close(events);
}
END_TEST

/* ---- writing ---- */

START_TEST(halves_are_the_nearest) {
    const struct number_type half = {.width = 2};
    for (unsigned bits = 0; bits < 0x7c00; bits++) {
        const unsigned char bytes[2] = {(unsigned char)bits, (unsigned char)(bits >> 8)};
        const unsigned char next_bytes[2] = {(unsigned char)(bits + 1), (unsigned char)((bits + 1) >> 8)};
        const double value = number_float(&half, bytes), next = number_float(&half, next_bytes);
        const double middle = (value + next) / 2;
        ck_assert_uint_eq(number_half(value), bits);
        if (bits + 1 == 0x7c00)
            break;
        ck_assert_uint_eq(number_half(middle), bits + bits % 2); /* ties to even */
        ck_assert_uint_eq(number_half(nextafter(middle, 0)), bits);
        ck_assert_uint_eq(number_half(nextafter(middle, next)), bits + 1);
    }
}
END_TEST

static void write_two(const char *path) {
    const double times[] = {0.0101, 0.5, 0.75};
    const uint16_t units[] = {12, 699, 0};
    const int64_t labels[] = {3, 0}, speakers[] = {8, 9};
    const char *const words[] = {"null", "f\xc3\xbcnf"};
    struct events_writer *writer = events_write_begin(path, 2, &failure);
    ck_assert_msg(writer != NULL, "%s", failure.text);
    ck_assert_int_eq(events_write_sample(writer, 0, times, units, 3, &failure), 0);
    ck_assert_int_eq(events_write_sample(writer, 1, NULL, NULL, 0, &failure), 0);
    ck_assert_int_eq(events_write_end(writer, labels, speakers, words, 2, &failure), 0);
}

START_TEST(what_is_written_is_read) {
    uint8_t counts[100 * 140];
    struct events_told told = {0};
    write_two(scratch("a.h5"));
    struct events *events = open_made();
    ck_assert_uint_eq(events_count(events), 2);
    ck_assert_int_eq(events_fill(events, 0, counts, &told, &failure), 0);
    ck_assert_int_eq(counts[1 * 140 + 2] + counts[50 * 140 + 139] + counts[75 * 140], 3);
    ck_assert_int_eq(events_length(events, 1), 0);
    ck_assert_int_eq(events_label(events, 0), 3);
    ck_assert_int_eq(events_speaker(events, 1), 9);
    ck_assert_str_eq(events_word(events, 1), "f\xc3\xbcnf");
    events_close(events);
    /* A file that is there is not written over. */
    ck_assert_ptr_null(events_write_begin(scratch("a.h5"), 2, &failure));
}
END_TEST

Suite *reading_suite(void) {
    Suite *suite = suite_create("reading");
    TCase *tcase = scratch_case(suite, "all");
    tcase_add_loop_test(tcase, all_types_are_read, 0, 42);
    tcase_add_loop_test(tcase, all_chunks_and_filters_are_read, 0, 15);
    tcase_add_test(tcase, an_event_on_an_edge_is_in_the_later_bin);
    tcase_add_test(tcase, a_time_is_converted_before_it_is_compared);
    tcase_add_test(tcase, counts_stay_at_255_and_say_so);
    tcase_add_test(tcase, a_sample_may_be_empty);
    tcase_add_test(tcase, reading_tells_how_far_it_is);
    tcase_add_test(tcase, halves_are_the_nearest);
    tcase_add_test(tcase, what_is_written_is_read);
    return suite;
}
