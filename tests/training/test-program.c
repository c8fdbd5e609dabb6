/* What all programs have in common, from outside: standard streams, words of strangers, and what children inherit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/files.h"
#include "rawhd/recordings.h"
#include "support.h"
#include "tones.h"

static const char *const programs[] = {
    "SNND_TRAIN",     "SNND_ABLATION",          "SNND_FIELDS",  "SNND_REPORT", "RAWHD_TRAIN",
    "RAWHD_ABLATION", "RAWHD_RECEPTIVE_FIELDS", "RAWHD_REPORT", "DIGITS_LIVE", "MAKE_DIGITS",
    "SNND_EVALUATE"};

enum { PROGRAMS = sizeof programs / sizeof *programs };

static char *folder, *set;

static void setup(void) {
    folder = make_folder();
    set = in_folder(folder, "set");
    write_tones(set);
}

static void teardown(void) {
    free(set);
    drop_folder(folder);
}

/* Runs a line of the shell in the folder, in which $0 is a program. */
static int run_line(const char *line, const char *program) {
    char *whole = format_text("cd '%s' && %s", folder, line);
    const int code = run_program(folder, (const char *const[]){"/bin/sh", "-c", whole, program, NULL});
    free(whole);
    return code;
}

static void check_text(const char *name, const char *part) {
    char *text = read_text(folder, name, NULL);
    ck_assert_msg(text != NULL && strstr(text, part) != NULL, "'%s' is not in '%s'", part, text);
    free(text);
}

/* ---- Standard streams ---- */

START_TEST(what_cannot_be_printed_is_a_failure) {
    static const char *const lines[] = {"exec \"$0\" --help >/dev/full", "exec \"$0\" --version >/dev/full",
                                        "exec \"$0\" --help >&-", "exec \"$0\" --version >&-"};
    const char *program = program_path(programs[_i]);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        ck_assert_int_eq(run_line(lines[i], program), 1);
        check_text("err.txt", ": cannot write to standard output: ");
    }
    ck_assert_int_eq(run_line("\"$0\" --help >long && \"$0\" -h >short && [ -s long ] && cmp long short", program), 0);
    ck_assert_int_eq(run_line("exec \"$0\" --version", program), 0);
    check_text("out.txt", " of libsnndelay ");
}
END_TEST

#define TRAIN "exec \"$0\" --data set --out run --overwrite --epochs 2 --hidden 4 --batch 6"

/* A run does its work all the same. Where standard streams are closed, its files do not take their place. */
START_TEST(results_that_cannot_be_printed_are_a_failure) {
    const char *train = program_path("RAWHD_TRAIN");
    ck_assert_int_eq(run_line(TRAIN " >/dev/full", train), 1);
    check_text("err.txt", "rawhd-train: cannot write to standard output");
    ck_assert_int_eq(run_line("exec \"$0\" --epochs 2 >/dev/full --resume --out run", train), 1);
    ck_assert_int_eq(run_line(TRAIN " <&- >&- 2>&-", train), 1);
    char *log = read_text(folder, "run/log.jsonl", NULL), *line = strchr(log, '\n');
    ck_assert_int_eq(strncmp(log, "{\"epoch\":1,", 11), 0);
    ck_assert_int_eq(strncmp(line + 1, "{\"epoch\":2,", 11), 0);
    ck_assert_int_eq(strchr(line + 1, '\n')[1], '\0');
    free(log);
    ck_assert_int_eq(run_line("exec \"$0\" run >/dev/full", program_path("RAWHD_REPORT")), 1);
    check_text("err.txt", "rawhd-report: cannot write to standard output");
    ck_assert_int_eq(run_line("exec \"$0\" --whole run/best.safetensors set/audio/"
                              "lang-english_speaker-00_trial-0_digit-0.flac >/dev/full",
                              program_path("DIGITS_LIVE")),
                     1);
    check_text("err.txt", ": cannot write to standard output");
}
END_TEST

#define SWEEP " --data set --out out --seeds 1 --quiet"
#define TINY " -- --epochs 1 --batch 6 --hidden 4"

START_TEST(tables_that_cannot_be_printed_are_a_failure) {
    ck_assert_int_eq(run_line("exec \"$0\"" SWEEP " --models both --sparsities 0.5" TINY " >/dev/full",
                              program_path("RAWHD_ABLATION")),
                     1);
    check_text("err.txt", "rawhd-ablation: cannot write to standard output");
    ck_assert_int_eq(run_line("exec \"$0\"" SWEEP " --dry-run --models both --sparsities 0.5" TINY " >/dev/full",
                              program_path("RAWHD_ABLATION")),
                     1);
    ck_assert_int_eq(run_line("exec \"$0\" --out fields --data set --quiet --seeds 1 --permutations 2" TINY
                              " >/dev/full",
                              program_path("RAWHD_RECEPTIVE_FIELDS")),
                     1);
    check_text("err.txt", "rawhd-receptive-fields: cannot write to standard output");
}
END_TEST

/* ---- Words of strangers ---- */

static void check_printable(const char *name) {
    size_t length;
    char *text = read_text(folder, name, &length);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < length; i++)
        ck_assert_msg(((unsigned char)text[i] >= 0x20 && text[i] != 0x7f) || text[i] == '\n', "byte %d in %s: %s",
                      text[i], name, text);
    free(text);
}

/* As an option, as a word, and as the folder or file that each program is about. */
START_TEST(words_of_the_command_line_are_escaped) {
    static const char *const lines[] = {
        "exec \"$0\" \"--$words\"",        "exec \"$0\" \"$words\" \"$words\"", "exec \"$0\" --data \"$words\" --out x",
        "exec \"$0\" --epochs \"$words\"", "exec \"$0\" --jobs \"$words\"",
    };
    setenv("words", "\x1b]0;title\x07\r\x7f", 1);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        run_line(lines[i], program_path(programs[_i]));
        check_printable("err.txt");
        check_printable("out.txt");
    }
    run_line(lines[0], program_path(programs[_i]));
    check_text("err.txt", "\\x1B]0;title\\x07\\x0D\\x7F");
}
END_TEST

/* What ends a line in a name begins none of what is said, but for the list of problems, which has lines of its own. */
START_TEST(names_begin_no_line) {
    setenv("words", "a\nrawhd-report: all is well", 1);
    ck_assert_int_eq(run_line("exec \"$0\" \"$words\"", program_path("RAWHD_REPORT")), 1);
    check_text("err.txt", "rawhd-report: a\\x0Arawhd-report: all is well: there is no such folder\n");
    ck_assert_int_eq(
        run_line("mkdir \"$words\" && NO_LOCKS=ENOLCK exec \"$0\" --data set --out \"$words\" --epochs 1 --hidden 4 "
                 "--batch 6",
                 program_path("TRAIN_WITHOUT_LOCKS")),
        0);
    check_text("err.txt", "rawhd-train: a\\x0Arawhd-report: all is well/.lock: this file system has no locks");
    ck_assert_int_eq(run_line("rm -r set/audio && mv set \"$words/set\" && exec \"$0\" --data \"$words/set\" --out x",
                              program_path("RAWHD_TRAIN")),
                     1);
    check_text("err.txt", "/a\\x0Arawhd-report: all is well/set: 24 recordings cannot be used\n  missing, ");
}
END_TEST

/* A folder of that name, in what is said while all goes well. */
START_TEST(names_of_folders_are_escaped) {
    static const char line[] = "mkdir -p \"$words\" && cp -r set \"$words\" && exec \"$0\" --data \"$words/set\" --out "
                               "\"$words/run\" --epochs 1 --hidden 4 --batch 6";
    setenv("words", "a\x1b[2J\nrawhd-train: all is well", 1);
    ck_assert_int_eq(run_line(line, program_path("RAWHD_TRAIN")), 0);
    check_printable("out.txt");
    check_text("out.txt", " recordings in ");
    check_text("out.txt", "models: a\\x1B[2J\\x0Arawhd-train: all is well/run/best.safetensors and ");
    ck_assert_int_eq(run_line("exec \"$0\" --out \"$words/report.html\" \"$words/run\"", program_path("RAWHD_REPORT")),
                     0);
    check_printable("out.txt");
    check_text("out.txt", "a\\x1B[2J");
}
END_TEST

START_TEST(names_in_lists_are_escaped) {
    char *list = read_text(set, TRAINING_LIST, NULL);
    char *longer =
        format_text("%slang-english\x1b[31m_digit\x07\nlang-german_speaker-01_trial-9\x9b_digit-1.flac\n", list);
    write_text(set, TRAINING_LIST, longer);
    write_tone(set, "audio/stray\x1b[2J\nrawhd-train: all is well.flac", 500, 0.3, 16000);
    write_text(set, TESTING_LIST, "lang-english_speaker-03_trial-8_digit-1.flac\n");
    ck_assert_int_eq(run_line(TRAIN, program_path("RAWHD_TRAIN")), 1);
    check_printable("err.txt");
    check_text("err.txt", "'lang-english\\x1B[31m_digit\\x07' (" TRAINING_LIST ":");
    check_text("err.txt", "'lang-german_speaker-01_trial-9\\x9B_digit-1.flac'");
    check_text("err.txt", "stray\\x1B[2J\\x0Arawhd-train: all is well.flac");
    free(longer);
    free(list);
}
END_TEST

/* ---- What children inherit ---- */

/* Puts a program that lists what it inherits before the one of this name. */
static void stand_before(const char *name) {
    char *bin = in_folder(folder, "bin"), *path = in_folder(bin, name), *list = in_folder(folder, "inherited.txt");
    struct failure failure;
    ck_assert_int_eq(folder_make(bin, &failure), 0);
    ck_assert_int_eq(symlink(program_path("STRANGER"), path), 0);
    char *search = format_text("%s:%s", bin, getenv("PATH"));
    setenv("PATH", search, 1);
    setenv("INHERITED", list, 1);
    setenv("BEHIND", "/usr/bin", 1);
    free(search);
    free(list);
    free(path);
    free(bin);
}

static void check_inherited(const char *name) {
    char *text = read_text(folder, "inherited.txt", NULL), *ran = format_text("%s ran\n", name);
    ck_assert_msg(text != NULL && strstr(text, ran) != NULL, "%s did not run", name);
    const char *inherited = strstr(text, " inherited ");
    ck_assert_msg(inherited == NULL, "%s%.200s", name, inherited);
    free(ran);
    free(text);
}

/* Several at a time, so that one starts while others have files open. */
START_TEST(espeak_inherits_standard_streams_alone) {
    stand_before("espeak-ng");
    ck_assert_int_eq(run_line("exec \"$0\" --out made --trials 1 --jobs 4", program_path("MAKE_DIGITS")), 0);
    check_inherited("espeak-ng");
}
END_TEST

START_TEST(gnuplot_inherits_standard_streams_alone) {
    stand_before("gnuplot");
    ck_assert_int_eq(
        run_line("exec \"$0\"" SWEEP " --models both --sparsities 0.5" TINY, program_path("RAWHD_ABLATION")), 0);
    check_inherited("gnuplot");
    ck_assert_int_eq(run_line("exec \"$0\" --out fields --data set --quiet --seeds 1 --permutations 2" TINY,
                              program_path("RAWHD_RECEPTIVE_FIELDS")),
                     0);
    check_inherited("gnuplot");
    ck_assert_int_eq(run_line("exec \"$0\" out/both-0.5-seed-0 fields", program_path("RAWHD_REPORT")), 0);
    check_inherited("gnuplot");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("program");
    TCase *cases = tcase_create("program");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 120);
    tcase_add_loop_test(cases, what_cannot_be_printed_is_a_failure, 0, PROGRAMS);
    tcase_add_test(cases, results_that_cannot_be_printed_are_a_failure);
    tcase_add_test(cases, tables_that_cannot_be_printed_are_a_failure);
    tcase_add_loop_test(cases, words_of_the_command_line_are_escaped, 0, PROGRAMS);
    tcase_add_test(cases, names_begin_no_line);
    tcase_add_test(cases, names_of_folders_are_escaped);
    tcase_add_test(cases, names_in_lists_are_escaped);
    tcase_add_test(cases, espeak_inherits_standard_streams_alone);
    tcase_add_test(cases, gnuplot_inherits_standard_streams_alone);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
