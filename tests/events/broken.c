/* Files of events that are wrong: each is refused in one clear message, before it takes much time or memory. */
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>

#include "events/events.h"
#include "events/make.h"
#include "format/scratch.h"

Suite *broken_suite(void);

/* HDF5 itself loses memory over damaged files now and then. What is asked of it is given back all the same. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:libhdf5";
}

static struct failure failure;
static const struct events_shape small = {100, 140, 10000, 20};
static const recipe plain = {0};

/* Opens the file and reads all of it, which must fail with these words. */
static void refuses(const char *words) {
    static uint8_t counts[100 * 140];
    struct events_told told = {0};
    struct events *events = events_open(scratch("a.h5"), &small, &failure);
    int result = events != NULL ? 0 : -1;
    for (size_t i = 0; events != NULL && result == 0 && i < events_count(events); i++)
        result = events_fill(events, i, counts, &told, &failure);
    events_close(events);
    ck_assert_msg(result != 0, "nothing was wrong; expected '%s'", words);
    ck_assert_msg(strstr(failure.text, words) != NULL, "'%s', without '%s'", failure.text, words);
    ck_assert_msg(strncmp(failure.text, scratch("a.h5"), strlen(scratch("a.h5"))) == 0, "'%s' names no file",
                  failure.text);
    ck_assert_ptr_null(strchr(failure.text, '\n'));
    ck_assert_int_eq(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

/* ---- what is missing, or of another kind ---- */

START_TEST(what_is_missing_is_named) {
    static const char *const missing[][2] = {{"spikes", "'spikes' is missing"},
                                             {"spikes/times", "'spikes/times' is missing"},
                                             {"spikes/units", "'spikes/units' is missing"},
                                             {"labels", "'labels' is missing"}};
    const hid_t file = make_open(scratch("a.h5"), &plain);
    H5Ldelete(file, missing[_i][0], H5P_DEFAULT);
    H5Fclose(file);
    refuses(missing[_i][1]);
}
END_TEST

/* Puts integers in place of what has the name. */
static void replace(hid_t file, const char *name, hid_t type, const int64_t *integers, size_t count) {
    H5Ldelete(file, name, H5P_DEFAULT);
    put_integers(file, name, type, integers, count, &plain);
}

START_TEST(what_is_of_another_kind_is_named) {
    static const int64_t ones[7] = {1, 1, 1, 1, 1, 1, 1}, beyond[MADE] = {0, 0, 20, 0, 0},
                         below[MADE] = {0, -1, 0, 0, 0};
    static const char *const words[] = {"'spikes/times' does not contain lists of variable length",
                                        "'spikes/units' does not contain lists of variable length",
                                        "'labels' does not contain whole numbers",
                                        "'labels' has 4 numbers in 1 axes; expected one for each of 5 samples",
                                        "'extra/speaker' has 7 numbers",
                                        "sample 2 has the label 20; expected 0 to 19",
                                        "sample 1 has the label -1; expected 0 to 19",
                                        "'spikes/times' is a link to another place",
                                        "'spikes' is a link to another place"};
    const hid_t file = make_open(scratch("a.h5"), &plain);
    switch (_i) {
    case 0:
        replace(file, "spikes/times", H5T_IEEE_F32LE, ones, 5);
        break;
    case 1:
        replace(file, "spikes/units", H5T_STD_U16LE, ones, 5);
        break;
    case 2:
        replace(file, "labels", H5T_IEEE_F64LE, ones, 5);
        break;
    case 3:
        replace(file, "labels", H5T_STD_I32LE, ones, 4);
        break;
    case 4:
        replace(file, "extra/speaker", H5T_STD_I32LE, ones, 7);
        break;
    case 5:
        replace(file, "labels", H5T_STD_I32LE, beyond, 5);
        break;
    case 6:
        replace(file, "labels", H5T_STD_I32LE, below, 5);
        break;
    case 7:
        H5Ldelete(file, "spikes/times", H5P_DEFAULT);
        H5Lcreate_soft("/spikes/units", file, "spikes/times", H5P_DEFAULT, H5P_DEFAULT);
        break;
    default:
        H5Ldelete(file, "spikes", H5P_DEFAULT);
        H5Lcreate_external("other.h5", "/spikes", file, "spikes", H5P_DEFAULT, H5P_DEFAULT);
    }
    H5Fclose(file);
    refuses(words[_i]);
}
END_TEST

/* Lists in place of those that are there. */
static void replace_lists(hid_t file, const char *name, hid_t type, hid_t memory, const void *numbers, size_t count,
                          const size_t *counts) {
    H5Ldelete(file, name, H5P_DEFAULT);
    put_lists(file, name, type, memory, numbers, count, counts, &plain);
}

START_TEST(events_that_cannot_be_are_named) {
    static const size_t counts[MADE] = {1, 2, 3, 4, 6}, shorter[MADE] = {1, 2, 2, 4, 6};
    const double inf = HUGE_VAL, nan = inf - inf;
    const struct {
        const char *words;
        double times[6];
        int64_t units[6];
    } cases[] = {
        {"sample 2, event 2: the times decrease from 0.5 to 0.25 s", {0, 0.5, 0.25}, {0}},
        {"sample 1, event 1: the time is not finite", {0, nan}, {0}},
        {"sample 3, event 3: the time is not finite", {0, 0, 0, inf}, {0}},
        {"sample 0, event 0: the time is -0.5 s; expected at least 0", {-0.5}, {0}},
        {"sample 4, event 5: the unit is 700; expected 0 to 699", {0}, {0, 0, 0, 0, 0, 700}},
        {"sample 1, event 1: the unit is -1; expected 0 to 699", {0}, {0, -1}},
        {"sample 2 has 3 times and 2 units", {0}, {0}},
        {"'spikes/times' has 5 samples, and 'spikes/units' has 4", {0}, {0}},
    };
    const hid_t file = make_open(scratch("a.h5"), &plain);
    replace_lists(file, "spikes/times", H5T_IEEE_F32LE, H5T_NATIVE_DOUBLE, cases[_i].times, MADE, counts);
    replace_lists(file, "spikes/units", H5T_STD_I16LE, H5T_NATIVE_INT64, cases[_i].units, _i == 7 ? 4 : MADE,
                  _i == 6 ? shorter : counts);
    H5Fclose(file);
    refuses(cases[_i].words);
}
END_TEST

START_TEST(lists_of_other_types_are_named) {
    static const size_t counts[MADE] = {1, 2, 3, 4, 6};
    const hid_t file = make_open(scratch("a.h5"), &plain), odd = H5Tcopy(H5T_STD_U32LE);
    H5Tset_precision(odd, 24);
    if (_i == 0)
        replace_lists(file, "spikes/times", H5T_STD_I32LE, H5T_NATIVE_INT64, made_units, MADE, counts);
    else
        replace_lists(file, "spikes/units", _i == 1 ? H5T_IEEE_F32LE : odd,
                      _i == 1 ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64, _i == 1 ? (const void *)made_times : made_units,
                      MADE, counts);
    H5Tclose(odd);
    H5Fclose(file);
    refuses(_i == 0 ? "'spikes/times' does not contain lists of float16, float32 or float64"
                    : "'spikes/units' does not contain lists of integers of 8, 16, 32 or 64 bits");
}
END_TEST

START_TEST(a_shape_that_cannot_be_is_refused) {
    static const struct events_shape shapes[] = {
        {100, 99, 10000, 20}, {0, 140, 10000, 20}, {100, 140, 0, 20}, {100, 140, 10000, 0}};
    make_file(scratch("a.h5"), &plain);
    ck_assert_ptr_null(events_open(scratch("a.h5"), &shapes[_i], &failure));
    ck_assert_ptr_nonnull(strstr(failure.text, "expected"));
}
END_TEST

/* ---- what is no file of HDF5 ---- */

START_TEST(what_is_no_file_is_named) {
    scratch_write(scratch("a.h5"), "nothing of the kind", 19);
    refuses("not an HDF5 file");
    ck_assert_int_eq(unlink(scratch("a.h5")), 0);
    refuses("cannot open");
    ck_assert_int_eq(mkdir(scratch("a.h5"), 0777), 0);
    refuses("not a regular file");
    ck_assert_int_eq(rmdir(scratch("a.h5")), 0);
    ck_assert_int_eq(mkfifo(scratch("a.h5"), 0666), 0);
    refuses("not a regular file");
    ck_assert_int_eq(unlink(scratch("a.h5")), 0);
}
END_TEST

/* ---- files that lie about what they hold ---- */

static unsigned char *read_made(size_t *size) {
    make_file(scratch("a.h5"), &plain);
    return scratch_read(scratch("a.h5"), size);
}

/* The first place of some bytes in the file. */
static unsigned char *place_of(unsigned char *bytes, size_t size, const void *what, size_t count) {
    for (size_t at = 0; at + count <= size; at++)
        if (memcmp(bytes + at, what, count) == 0)
            return bytes + at;
    ck_abort_msg("the file does not have these bytes");
    return NULL;
}

/* The element of the first sample: one event in object 1 of the heap. All others follow. */
static unsigned char *first_element(unsigned char *bytes, size_t size) {
    unsigned char *heap = place_of(bytes, size, "GCOL\1", 5), element[16] = {1, 0, 0, 0};
    const uint64_t address = (uint64_t)(heap - bytes);
    for (int b = 0; b < 8; b++)
        element[4 + b] = (unsigned char)(address >> 8 * b);
    element[12] = 1;
    return place_of(bytes, size, element, sizeof element);
}

START_TEST(lists_that_are_not_there_are_named) {
    size_t size;
    unsigned char *bytes = read_made(&size), *element = first_element(bytes, size);
    static const char *const words[] = {
        "'spikes/times' of sample 0 is not in the file", "'spikes/times' of sample 0 is not in the file",
        "'spikes/times' of sample 0 is not in the file", "sample 0 has 4294967295 times and 1 units",
        "'spikes/times' of sample 0 is not in the file", "'spikes/times' of sample 0 is not in the file"};
    switch (_i) {
    case 0: /* a heap elsewhere */
        element[4]++;
        break;
    case 1: /* beyond the end of the file */
        memset(element + 4, 0xff, 8);
        break;
    case 2: /* no such object */
        element[13] = 77;
        break;
    case 3: /* a length beyond all */
        memset(element, 0xff, 4);
        break;
    case 4: /* no heap */
        *place_of(bytes, size, "GCOL\1", 5) = 'X';
        break;
    default: /* an object that never ends */
        memset(place_of(bytes, size, "GCOL\1", 5) + 16 + 8, 0xff, 8);
    }
    scratch_write(scratch("a.h5"), bytes, size);
    free(bytes);
    refuses(words[_i]);
}
END_TEST

START_TEST(no_samples_are_told) {
    const hid_t file = made_file(scratch("a.h5"), &plain), of_float = H5Tvlen_create(H5T_IEEE_F32LE);
    const hsize_t none = 0;
    const hid_t space = H5Screate_simple(1, &none, NULL), group = H5Gcreate2(file, "spikes", 0, 0, 0);
    H5Dclose(H5Dcreate2(group, "times", of_float, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Gclose(group);
    H5Sclose(space);
    H5Tclose(of_float);
    H5Fclose(file);
    refuses("a.h5: it contains no samples");
}
END_TEST

/* Every sample refers to the same large list: reading would take samples times its length. */
START_TEST(samples_do_not_share_their_events) {
    enum { SAMPLES = 2000, EVENTS = 20000 };
    size_t size, counts[SAMPLES] = {EVENTS};
    double *times = calloc(EVENTS, sizeof *times);
    int64_t *zeros = calloc(EVENTS, sizeof *zeros);
    const hid_t file = made_file(scratch("a.h5"), &plain);
    H5Gclose(H5Gcreate2(file, "spikes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    put_lists(file, "spikes/times", H5T_IEEE_F32LE, H5T_NATIVE_DOUBLE, times, SAMPLES, counts, &plain);
    put_lists(file, "spikes/units", H5T_STD_U16LE, H5T_NATIVE_INT64, zeros, SAMPLES, counts, &plain);
    put_integers(file, "labels", H5T_STD_U8LE, zeros, SAMPLES, &plain);
    H5Fclose(file);
    unsigned char *bytes = scratch_read(scratch("a.h5"), &size);
    for (unsigned char *at = bytes; (size_t)(at - bytes) + 16 * SAMPLES <= size; at++) {
        const unsigned char length[4] = {EVENTS & 255, EVENTS >> 8 & 255, 0, 0}, none[16] = {0};
        if (memcmp(at, length, 4) == 0 && memcmp(at + 16, none, 16) == 0 && at[12] == 1)
            for (int i = 1; i < SAMPLES; i++)
                memcpy(at + (ptrdiff_t)16 * i, at, 16);
    }
    scratch_write(scratch("a.h5"), bytes, size);
    refuses("which is more than the file can hold");
    free(bytes);
    free(zeros);
    free(times);
}
END_TEST

/* Of a file with any byte changed, or cut anywhere, all is read or one thing is said, in little time. */
static int read_any(void) {
    static uint8_t counts[100 * 140];
    struct events_told told = {0};
    struct events *events = events_open(scratch("a.h5"), &small, &failure);
    int result = events != NULL ? 0 : -1;
    for (size_t i = 0; events != NULL && result == 0 && i < events_count(events); i++)
        result = events_fill(events, i, counts, &told, &failure);
    events_close(events);
    ck_assert(result == 0 || failure.text[0] != '\0');
    ck_assert_int_eq(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
    return result;
}

START_TEST(any_byte_may_be_another) {
    size_t size;
    int refused = 0;
    unsigned char *bytes = read_made(&size);
    for (size_t at = (size_t)_i; at < size; at += 8) {
        const unsigned char before = bytes[at];
        bytes[at] = (unsigned char)(at % 3 == 0 ? ~before : at % 3 == 1 ? before + 1 : 0x80 ^ before);
        scratch_write(scratch("a.h5"), bytes, size);
        refused += read_any() != 0;
        bytes[at] = before;
    }
    ck_assert_int_gt(refused, 10);
    for (size_t cut = (size_t)_i; cut < size; cut += 97) {
        scratch_write(scratch("a.h5"), bytes, cut);
        ck_assert_int_ne(read_any(), 0);
    }
    free(bytes);
}
END_TEST

Suite *broken_suite(void) {
    Suite *suite = suite_create("broken");
    TCase *tcase = scratch_case(suite, "all");
    tcase_add_loop_test(tcase, what_is_missing_is_named, 0, 4);
    tcase_add_loop_test(tcase, what_is_of_another_kind_is_named, 0, 9);
    tcase_add_loop_test(tcase, events_that_cannot_be_are_named, 0, 8);
    tcase_add_loop_test(tcase, lists_of_other_types_are_named, 0, 3);
    tcase_add_loop_test(tcase, a_shape_that_cannot_be_is_refused, 0, 4);
    tcase_add_test(tcase, what_is_no_file_is_named);
    tcase_add_loop_test(tcase, lists_that_are_not_there_are_named, 0, 6);
    tcase_add_test(tcase, no_samples_are_told);
    tcase_add_test(tcase, samples_do_not_share_their_events);
    tcase_add_loop_test(tcase, any_byte_may_be_another, 0, 8);
    return suite;
}
