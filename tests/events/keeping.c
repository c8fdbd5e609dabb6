/* Files of events as counts that are kept and mapped. */
#define _GNU_SOURCE /* SIGXFSZ */

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "common/files.h"
#include "common/stop.h"
#include "events/make.h"
#include "format/scratch.h"
#include "shd/counts.h"

Suite *keeping_suite(void);

static const struct events_shape small = {100, 140, 10000, 20};
static const recipe plain = {0};
static struct failure failure;
static struct caches caches;
static struct counts counts;
static char *folder;

static void setup(void) {
    folder = format_text("%s", scratch(""));
    folder[strlen(folder) - 1] = '\0';
    caches = (struct caches){{format_text("%s/kept", folder), NULL}, 1};
    ck_assert_int_eq(folder_make(caches.folder[0], &failure), 0);
}

static void teardown(void) {
    counts_close(&counts);
    folder_remove(caches.folder[0]);
    caches_free(&caches);
    free(folder);
}

static void open_counts(int must_read) {
    counts_close(&counts);
    ck_assert_msg(counts_open(folder, "a.h5", &small, &caches, &counts, &failure) == 0, "%s", failure.text);
    ck_assert_int_eq(counts_must_read(&counts), must_read);
}

/* Reads into a folder (NULL: none); the failure of keeping. */
static const char *read_counts(const char *cache) {
    static struct failure unkept;
    struct reading reading;
    reading_begin(&reading, MADE, "samples", 1);
    ck_assert_msg(counts_read(&counts, cache, &reading, &unkept, &failure) == 0, "%s", failure.text);
    ck_assert_int_eq(reading.done, MADE);
    reading_end(&reading);
    return unkept.text;
}

/* What there is must be what the reader of events gives. */
static void check_counts(void) {
    static uint8_t expected[100 * 140];
    struct events_told told = {0};
    struct events *events = events_open(scratch("a.h5"), &small, &failure);
    ck_assert_int_eq(counts.samples, MADE);
    for (size_t i = 0; i < MADE; i++) {
        ck_assert_int_eq(events_fill(events, i, expected, &told, &failure), 0);
        ck_assert_mem_eq(counts.count + i * sizeof expected, expected, sizeof expected);
        ck_assert_int_eq(counts.label[i], made_labels[i]);
        ck_assert_int_eq(counts.speaker[i], made_speakers[i]);
    }
    ck_assert_mem_eq(&counts.told, &told, sizeof told);
    ck_assert_uint_eq(told.cut, 1);
    events_close(events);
}

START_TEST(counts_are_kept) {
    make_file(scratch("a.h5"), &plain);
    open_counts(1);
    ck_assert_str_eq(read_counts(caches.folder[0]), "");
    check_counts();
    const uint64_t fingerprint = counts.fingerprint;
    open_counts(0);
    check_counts();
    ck_assert_uint_eq(counts.fingerprint, fingerprint);
    open_counts(0);
    ck_assert_ptr_null(counts.word); /* the file has three, and not twenty */
    counts_close(&counts);
    const struct events_shape other = {50, 140, 10000, 20};
    ck_assert_int_eq(counts_open(folder, "a.h5", &other, &caches, &counts, &failure), 0);
    ck_assert(counts_must_read(&counts));
}
END_TEST

/* Of a file that has changed, though it is as large, and of one that has been put in place of another. */
START_TEST(counts_of_another_file_are_not_used) {
    make_file(scratch("a.h5"), &plain);
    open_counts(1);
    read_counts(caches.folder[0]);
    const struct timespec later[2] = {{1000000000, 1}, {1000000000, 1}};
    ck_assert_int_eq(utimensat(AT_FDCWD, scratch("a.h5"), later, 0), 0);
    open_counts(1);
    read_counts(caches.folder[0]);
    open_counts(0);
}
END_TEST

START_TEST(damaged_counts_are_made_anew) {
    make_file(scratch("a.h5"), &plain);
    open_counts(1);
    read_counts(caches.folder[0]);
    char *path = format_text("%s/%s", caches.folder[0], counts.name);
    size_t size;
    unsigned char *bytes = scratch_read(path, &size);
    for (size_t at = 0; at < size; at += at < 1200 ? 7 : 4001) {
        if (at >= 32 && at < 64)
            continue; /* zeros, which say nothing */
        bytes[at] ^= 1;
        scratch_write(path, bytes, size);
        bytes[at] ^= 1;
        open_counts(1);
    }
    scratch_write(path, bytes, size / 2);
    open_counts(1);
    ck_assert_str_eq(read_counts(caches.folder[0]), "");
    open_counts(0);
    check_counts();
    free(bytes);
    free(path);
}
END_TEST

START_TEST(counts_that_cannot_be_kept_are_there) {
    const struct rlimit little = {4096, RLIM_INFINITY}, much = {RLIM_INFINITY, RLIM_INFINITY};
    char *none = format_text("%s/none", folder);
    make_file(scratch("a.h5"), &plain);
    open_counts(1);
    ck_assert_ptr_nonnull(strstr(read_counts(none), "none/a-100x140-10000us.counts: cannot open: No such file"));
    check_counts();
    open_counts(1);
    ck_assert_str_eq(read_counts(NULL), "");
    check_counts();
    open_counts(1);
    /* As on a full disk: then they can be nowhere. */
    struct reading reading;
    struct failure unkept;
    signal(SIGXFSZ, SIG_IGN);
    reading_begin(&reading, MADE, "samples", 1);
    /* No assertion in between: Check writes each to a file, which may be longer than that by now. */
    const int lowered = setrlimit(RLIMIT_FSIZE, &little);
    const int result = counts_read(&counts, caches.folder[0], &reading, &unkept, &failure);
    const int raised = setrlimit(RLIMIT_FSIZE, &much);
    ck_assert_int_eq(lowered, 0);
    ck_assert_int_eq(raised, 0);
    reading_end(&reading);
    ck_assert_int_eq(result, -1);
    ck_assert_ptr_nonnull(strstr(unkept.text, "kept/a-100x140-10000us.counts: cannot write: File too large"));
    ck_assert_ptr_nonnull(strstr(failure.text, "a temporary file: cannot write: File too large"));
    ck_assert_int_eq(folder_is_empty(caches.folder[0]), 1);
    free(none);
}
END_TEST

START_TEST(a_broken_file_leaves_nothing) {
    static const size_t counts_of[MADE] = {1, 2, 3, 4, 6};
    static const int64_t units[MADE_EVENTS] = {0, 0, 0, 0, 0, 700};
    const hid_t file = make_open(scratch("a.h5"), &plain);
    H5Ldelete(file, "spikes/units", H5P_DEFAULT);
    put_lists(file, "spikes/units", H5T_STD_U16LE, H5T_NATIVE_INT64, units, MADE, counts_of, &plain);
    H5Fclose(file);
    struct reading reading;
    struct failure unkept;
    open_counts(1);
    reading_begin(&reading, MADE, "samples", 1);
    ck_assert_int_eq(counts_read(&counts, caches.folder[0], &reading, &unkept, &failure), -1);
    reading_end(&reading);
    ck_assert_ptr_nonnull(strstr(failure.text, "/a.h5: sample 4, event 5: the unit is 700; expected 0 to 699"));
    ck_assert_str_eq(unkept.text, "");
    ck_assert_int_eq(folder_is_empty(caches.folder[0]), 1);
}
END_TEST

START_TEST(a_signal_leaves_nothing) {
    struct reading reading;
    struct failure unkept;
    make_file(scratch("a.h5"), &plain);
    open_counts(1);
    stop_listen();
    raise(SIGTERM);
    reading_begin(&reading, MADE, "samples", 1);
    ck_assert_int_eq(counts_read(&counts, caches.folder[0], &reading, &unkept, &failure), -1);
    ck_assert_int_eq(reading.done, 0);
    reading_end(&reading);
    stop_listen(); /* which forgets the signal */
    stop_unlisten();
    ck_assert_int_eq(folder_is_empty(caches.folder[0]), 1);
    open_counts(1);
    ck_assert_str_eq(read_counts(caches.folder[0]), "");
    check_counts();
}
END_TEST

START_TEST(a_file_that_is_not_there_is_named) {
    ck_assert_int_eq(counts_open(folder, "b.h5", &small, &caches, &counts, &failure), -1);
    ck_assert_ptr_nonnull(strstr(failure.text, "/b.h5: cannot open: No such file or directory"));
    ck_assert_ptr_null(strstr(failure.text, "unpack"));
    counts_close(&counts);
    scratch_write(scratch("b.h5.gz"), "x", 1);
    ck_assert_int_eq(counts_open(folder, "b.h5", &small, &caches, &counts, &failure), -1);
    ck_assert_ptr_nonnull(strstr(failure.text, "unpack the .gz that is beside it first"));
    ck_assert_int_eq(unlink(scratch("b.h5.gz")), 0);
}
END_TEST

Suite *keeping_suite(void) {
    Suite *suite = suite_create("keeping");
    TCase *tcase = scratch_case(suite, "all");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, counts_are_kept);
    tcase_add_test(tcase, counts_of_another_file_are_not_used);
    tcase_add_test(tcase, damaged_counts_are_made_anew);
    tcase_add_test(tcase, counts_that_cannot_be_kept_are_there);
    tcase_add_test(tcase, a_broken_file_leaves_nothing);
    tcase_add_test(tcase, a_signal_leaves_nothing);
    tcase_add_test(tcase, a_file_that_is_not_there_is_named);
    return suite;
}
