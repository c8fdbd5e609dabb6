/* snnd-train shd and ssc from outside: events of four classes, each of a band of units of its own. */
#include <cJSON.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../events/make.h"
#include "common/files.h"
#include "events/events_write.h"
#include "support.h"

enum { CLASSES = 4, EVENTS = 60 };

static char *folder, *set;
static struct failure failure;

/* A file of `count` samples, with a word for each of `classes`. */
static void write_events(const char *name, size_t count, size_t classes) {
    char *path = in_folder(set, name);
    (void)unlink(path);
    struct events_writer *writer = events_write_begin(path, count, &failure);
    int64_t *labels = calloc(count, sizeof *labels), *speakers = calloc(count, sizeof *speakers);
    const char *words[35];
    uint64_t state = count;
    ck_assert_msg(writer != NULL, "%s", failure.text);
    for (size_t i = 0; i < count; i++) {
        double times[EVENTS];
        uint16_t units[EVENTS];
        labels[i] = (int64_t)(i % CLASSES);
        speakers[i] = (int64_t)(i % 5);
        for (int e = 0; e < EVENTS; e++) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            times[e] = 0.012 * e + (i == 1 && e == EVENTS - 1 ? 1 : 0); /* the second sample is longer */
            units[e] = (uint16_t)((size_t)labels[i] * 160 + (size_t)(state >> 33) % 200);
        }
        ck_assert_int_eq(events_write_sample(writer, i, times, units, EVENTS, &failure), 0);
    }
    for (size_t c = 0; c < classes; c++)
        words[c] = c % 2 == 0 ? "even" : "odd";
    ck_assert_int_eq(events_write_end(writer, labels, speakers, words, classes, &failure), 0);
    free(speakers);
    free(labels);
    free(path);
}

static void setup(void) {
    folder = make_folder();
    set = in_folder(folder, "set");
    ck_assert_int_eq(mkdir(set, 0777), 0);
    write_events("shd_train.h5", 80, 20);
    write_events("shd_test.h5", 40, 20);
    write_events("ssc_train.h5", 80, 35);
    write_events("ssc_valid.h5", 20, 35);
    write_events("ssc_test.h5", 40, 35);
}

static void teardown(void) {
    free(set);
    drop_folder(folder);
}

/* Starts a run of a small network in FOLDER/OUT with up to 20 more arguments, NULL at the end. */
static pid_t start(const char *of, const char *out, const char *const more[]) {
    char *path = in_folder(folder, out);
    const char *arguments[40] = {program_path("SNND_TRAIN"),
                                 of,
                                 "--data",
                                 set,
                                 "--out",
                                 path,
                                 "--hidden",
                                 "16",
                                 "--batch",
                                 "16",
                                 "--threads",
                                 "1",
                                 "--extra-steps",
                                 "4"};
    for (int i = 0; more[i] != NULL; i++)
        arguments[14 + i] = more[i];
    const pid_t child = start_program(folder, arguments);
    free(path);
    return child;
}

#define START(of, out, ...) start(of, out, (const char *const[]){__VA_ARGS__, NULL})
#define RUN(of, out, ...) wait_program(START(of, out, __VA_ARGS__))

static int says(const char *name, const char *part) {
    char *text = read_text(folder, name, NULL);
    const int there = text != NULL && strstr(text, part) != NULL;
    free(text);
    return there;
}

static void check_says(const char *name, const char *part) {
    char *text = read_text(folder, name, NULL);
    ck_assert_msg(text != NULL && strstr(text, part) != NULL, "'%s' is not in '%s'", part, text);
    free(text);
}

static int count_lines(const char *name) {
    char *text = read_text(folder, name, NULL);
    int lines = 0;
    for (const char *end = text; end != NULL && (end = strchr(end, '\n')) != NULL; end++)
        lines++;
    free(text);
    return lines;
}

static double last_number(const char *log, const char *name) {
    char *text = read_text(folder, log, NULL), *line = text;
    for (char *end; (end = strchr(line, '\n')) != NULL && end[1] != '\0';)
        line = end + 1;
    cJSON *record = cJSON_Parse(line);
    const double number = cJSON_GetNumberValue(cJSON_GetObjectItem(record, name));
    cJSON_Delete(record);
    free(text);
    return number;
}

/* ---- runs ---- */

START_TEST(digits_are_learned_and_kept) {
    ck_assert_int_eq(RUN("shd", "a", "--epochs", "12"), 0);
    check_says("out.txt", "reading 120 samples in ");
    check_says("out.txt", "counts are kept in ");
    check_says("out.txt", "shd_train.h5: 1 of 80 samples last longer than 1 s and are cut there");
    check_says("out.txt", "shd_test.h5: 1 of 40 samples last longer than 1 s");
    check_says("out.txt", "80 samples to train on, 40 to test; 140 inputs, 20 classes");
    ck_assert_double_gt(last_number("a/log.jsonl", "test_accuracy"), 0.9);
    /* From what was kept it is the same run, to the bit. */
    ck_assert_int_eq(RUN("shd", "b", "--epochs", "12", "--threads", "2"), 0);
    ck_assert(!says("out.txt", "reading"));
    check_says("out.txt", "shd_train.h5: 1 of 80 samples last longer than 1 s and are cut there");
    ck_assert(same_bytes(folder, "a/last.safetensors", folder, "b/last.safetensors"));
    check_says("a/settings.json", "\"recipe\":\t\"shd\"");
}
END_TEST

START_TEST(commands_have_their_own_validation) {
    ck_assert_int_eq(RUN("ssc", "a", "--epochs", "6"), 0);
    check_says(
        "out.txt",
        "80 samples to train on, 20 to validate (the set's own ssc_valid.h5), 40 to test; 140 inputs, 35 classes");
    check_says("out.txt", "chosen by its validation accuracy");
    ck_assert_int_eq(RUN("ssc", "b", "--epochs", "1", "--validation", "speaker:2"), 0);
    check_says("out.txt", "64 samples to train on, 16 to validate (speaker 2), 40 to test");
    ck_assert_double_ge(last_number("a/log.jsonl", "validation_accuracy"), 0);
}
END_TEST

START_TEST(speakers_may_validate) {
    ck_assert_int_eq(RUN("shd", "a", "--epochs", "2", "--validation", "speaker:4"), 0);
    check_says("out.txt", "64 samples to train on, 16 to validate (speaker 4), 40 to test");
    ck_assert_int_eq(RUN("shd", "b", "--epochs", "2", "--validation", "0.25"), 0);
    check_says("out.txt", "60 samples to train on, 20 to validate (a share of 0.25 by seed 0), 40 to test");
    ck_assert_int_ne(RUN("shd", "c", "--epochs", "2", "--validation", "speaker:9"), 0);
    check_says("err.txt", "speaker:9: expected one of several speakers of training samples, who are 0, 1, 2, 3, 4");
}
END_TEST

START_TEST(bins_and_units_are_options) {
    ck_assert_int_eq(RUN("shd", "a", "--epochs", "1", "--steps", "250", "--bin", "4", "--units", "10"), 0);
    check_says("out.txt", "70 inputs");
    ck_assert_int_eq(RUN("shd", "b", "--epochs", "1", "--units", "3"), 2);
    check_says("err.txt", "--units");
    /* Counts of another shape are beside the others. */
    ck_assert_int_eq(RUN("shd", "c", "--epochs", "1"), 0);
    ck_assert_int_eq(RUN("shd", "d", "--epochs", "1", "--steps", "250", "--bin", "4", "--units", "10"), 0);
    ck_assert(!says("out.txt", "reading"));
    ck_assert(same_bytes(folder, "a/last.safetensors", folder, "d/last.safetensors"));
}
END_TEST

/* A folder that cannot be written to is no obstacle: what it would keep is made each time. */
START_TEST(counts_that_cannot_be_kept_are_said) {
    write_text(folder, "file", "");
    char *file = in_folder(folder, "file");
    ck_assert_int_eq(RUN("shd", "a", "--epochs", "1", "--cache", file), 0);
    check_says("out.txt", "/file, which --cache names, cannot be written to");
    ck_assert_int_eq(RUN("shd", "b", "--epochs", "1"), 0);
    ck_assert(same_bytes(folder, "a/last.safetensors", folder, "b/last.safetensors"));
    free(file);
}
END_TEST

#define AUGMENTED                                                                                                      \
    "--epochs", "3", "--mix", "0.5", "--speed", "0.8,1.25", "--shift-channels", "4", "--noise-spikes", "0.01"

/* Cells are counts, whichever threads make the batches. */
START_TEST(counts_are_augmented) {
    ck_assert_int_eq(RUN("shd", "plain", "--epochs", "3"), 0);
    ck_assert_int_eq(RUN("shd", "a", AUGMENTED), 0);
    ck_assert_int_eq(RUN("shd", "b", AUGMENTED, "--threads", "2"), 0);
    ck_assert(same_bytes(folder, "a/last.safetensors", folder, "b/last.safetensors"));
    ck_assert(!same_bytes(folder, "a/last.safetensors", folder, "plain/last.safetensors"));
    ck_assert_int_eq(RUN("shd", "c", "--epochs", "3", "--noise", "1"), 1);
    check_says("err.txt", "--noise: these samples are counts of spikes; use --noise-spikes for them");
    ck_assert_int_eq(RUN("shd", "d", "--epochs", "3", "--mask-channels", "141"), 1);
    check_says("err.txt", "--mask-channels: expected at most 140, since samples have 140 channels, not 141");
}
END_TEST

/* ---- runs that are killed ---- */

static void wait_for_lines(const char *name, int lines) {
    const struct timespec moment = {0, 1000000};
    for (int i = 0; i < 60000 && count_lines(name) < lines; i++)
        nanosleep(&moment, NULL);
    ck_assert_int_ge(count_lines(name), lines);
}

START_TEST(a_killed_run_resumes_to_the_bit) {
    const char *of = _i == 0 ? "shd" : "ssc";
    ck_assert_int_eq(RUN(of, "whole", "--epochs", "40"), 0);
    const pid_t child = START(of, "parts", "--epochs", "40");
    wait_for_lines("parts/log.jsonl", 3);
    kill(child, SIGKILL);
    ck_assert_int_eq(wait_program(child), -1);
    char *parts = in_folder(folder, "parts");
    ck_assert_int_eq(
        run_program(folder, (const char *const[]){program_path("SNND_TRAIN"), of, "--out", parts, "--resume", NULL}),
        0);
    ck_assert_int_eq(count_lines("parts/log.jsonl"), 40);
    ck_assert(same_bytes(folder, "parts/last.safetensors", folder, "whole/last.safetensors"));
    ck_assert(same_bytes(folder, "parts/best.safetensors", folder, "whole/best.safetensors"));
    free(parts);
}
END_TEST

START_TEST(a_run_does_not_go_on_with_other_events) {
    ck_assert_int_eq(RUN("shd", "a", "--epochs", "2"), 0);
    write_events("shd_train.h5", 76, 20);
    char *a = in_folder(folder, "a");
    ck_assert_int_eq(
        run_program(folder, (const char *const[]){program_path("SNND_TRAIN"), "shd", "--out", a, "--resume", NULL}), 1);
    check_says("err.txt", "are not those that the run was begun with");
    free(a);
}
END_TEST

/* ---- files that are wrong ---- */

static const recipe plain = {0};

/* A training file of five samples that is wrong in one way. */
static void break_file(int how) {
    static const size_t counts[MADE] = {1, 2, 3, 4, 6}, shorter[MADE] = {1, 2, 2, 4, 6};
    static const int64_t units[MADE_EVENTS] = {0, 0, 0, 0, 0, 700}, labels[MADE] = {0, 0, 20, 0, 0};
    static const double backwards[MADE_EVENTS] = {0, 0.5, 0.25, 1, 1, 1};
    const double endless[MADE_EVENTS] = {0, HUGE_VAL, 1, 1, 1, 1};
    char *path = in_folder(set, "shd_train.h5");
    const hid_t file = make_open(path, &plain);
    static const char *const gone[] = {"spikes/units", "spikes/units", "spikes/times", "spikes/times",
                                       "labels",       "spikes/units", "labels"};
    if (how < (int)(sizeof gone / sizeof *gone))
        H5Ldelete(file, gone[how], H5P_DEFAULT);
    if (how == 1)
        put_lists(file, "spikes/units", H5T_STD_U16LE, H5T_NATIVE_INT64, units, MADE, counts, &plain);
    if (how == 2 || how == 3)
        put_lists(file, "spikes/times", H5T_IEEE_F32LE, H5T_NATIVE_DOUBLE, how == 2 ? backwards : endless, MADE, counts,
                  &plain);
    if (how == 4)
        put_integers(file, "labels", H5T_STD_I64LE, labels, MADE, &plain);
    if (how == 5)
        put_lists(file, "spikes/units", H5T_STD_U16LE, H5T_NATIVE_INT64, made_units, MADE, shorter, &plain);
    if (how == 6)
        put_integers(file, "labels", H5T_STD_I64LE, made_labels, 4, &plain);
    H5Fclose(file);
    if (how == 7)
        ck_assert_int_eq(truncate(path, 1000), 0);
    if (how == 8)
        write_text(set, "shd_train.h5", "nothing of the kind");
    if (how == 9)
        ck_assert_int_eq(unlink(path), 0);
    free(path);
}

START_TEST(a_broken_file_is_one_clear_message) {
    static const char *const messages[] = {
        "shd_train.h5: 'spikes/units' is missing",
        "shd_train.h5: sample 4, event 5: the unit is 700; expected 0 to 699",
        "shd_train.h5: sample 2, event 2: the times decrease from 0.5 to 0.25 s",
        "shd_train.h5: sample 1, event 1: the time is not finite",
        "shd_train.h5: sample 2 has the label 20; expected 0 to 19",
        "shd_train.h5: sample 2 has 3 times and 2 units",
        "shd_train.h5: 'labels' has 4 numbers in 1 axes; expected one for each of 5 samples",
        "shd_train.h5: it is not an HDF5 file, or it is incomplete",
        "shd_train.h5: it is not an HDF5 file, or it is incomplete",
        "shd_train.h5: cannot open: No such file or directory",
    };
    break_file(_i);
    ck_assert_int_eq(RUN("shd", "run", "--epochs", "1"), 1);
    check_says("err.txt", messages[_i]);
    ck_assert_int_eq(count_lines("err.txt"), 1);
    char *kept = in_folder(set, ".snndelay-cache"), *log = in_folder(folder, "run/log.jsonl");
    ck_assert(!file_exists(kept) || _i == 1 || _i == 2 || _i == 3); /* which are seen while they are read */
    ck_assert(!file_exists(log));
    free(log);
    free(kept);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("shd");
    TCase *runs = tcase_create("runs"), *broken = tcase_create("broken");
    tcase_add_checked_fixture(runs, setup, teardown);
    tcase_add_checked_fixture(broken, setup, teardown);
    tcase_set_timeout(runs, 120);
    tcase_set_timeout(broken, 60);
    tcase_add_test(runs, digits_are_learned_and_kept);
    tcase_add_test(runs, commands_have_their_own_validation);
    tcase_add_test(runs, speakers_may_validate);
    tcase_add_test(runs, bins_and_units_are_options);
    tcase_add_test(runs, counts_are_augmented);
    tcase_add_test(runs, counts_that_cannot_be_kept_are_said);
    tcase_add_loop_test(runs, a_killed_run_resumes_to_the_bit, 0, 2);
    tcase_add_test(runs, a_run_does_not_go_on_with_other_events);
    tcase_add_loop_test(broken, a_broken_file_is_one_clear_message, 0, 10);
    suite_add_tcase(suite, runs);
    suite_add_tcase(suite, broken);
    return run_suite(suite);
}
