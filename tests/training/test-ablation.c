/* rawhd-ablation from outside: tones, tiny networks, and every way to die. */
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/files.h"
#include "common/table.h"
#include "support.h"
#include "tones.h"

enum { MODELS = 4, SPARSITIES = 2, SEEDS = 2, RUNS = MODELS * SPARSITIES * SEEDS };

static const char *const models[MODELS] = {"both", "structure", "delays", "neither"};
static const char *const sparsities[SPARSITIES] = {"0.5", "0.875"};

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

/* ---- Sweeps ---- */

#define USUAL "--sparsities", "0.5,0.875", "--seeds", "2"
#define TINY "--", "--epochs", "2", "--batch", "6", "--hidden", "8"
#define ONE "--sparsities", "0.5", "--seeds", "1", "--models", "both"
#define LONGER "--", "--epochs", "12", "--batch", "6", "--hidden", "8"

/* Starts a sweep in FOLDER/OUT by the program that `launcher` begins with; NULL at the end of it and of `more`. What
 * it says goes to FOLDER/PLACE. */
static pid_t start(const char *place, const char *const launcher[], const char *out, const char *const more[]) {
    struct failure failure;
    const char *arguments[60];
    int count = 0;
    for (int i = 0; launcher[i] != NULL; i++)
        arguments[count++] = launcher[i];
    char *path = in_folder(folder, out), *said = in_folder(folder, place);
    arguments[count++] = program_path("RAWHD_ABLATION");
    arguments[count++] = "--data";
    arguments[count++] = set;
    arguments[count++] = "--out";
    arguments[count++] = path;
    for (int i = 0; more[i] != NULL; i++)
        arguments[count++] = more[i];
    arguments[count] = NULL;
    ck_assert_int_eq(folder_make(said, &failure), 0);
    pid_t child = start_program(said, arguments);
    free(said);
    free(path);
    return child;
}

static const char *const alone[] = {NULL};

#define START(out, ...) start("said", alone, out, (const char *const[]){__VA_ARGS__, NULL})
#define SWEEP(out, ...) wait_program(START(out, __VA_ARGS__))

static void check_said(const char *name, const char *part) {
    char *path = format_text("said/%s", name), *text = read_text(folder, path, NULL);
    ck_assert_msg(strstr(text, part) != NULL, "'%s' is not in '%s'", part, text);
    free(text);
    free(path);
}

static int refuses(pid_t child, const char *part) {
    int code = wait_program(child);
    check_said("err.txt", part);
    return code;
}

static void wait_a_moment(long milliseconds) {
    const struct timespec moment = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&moment, NULL);
}

/* ---- What they leave ---- */

static char *path_of(const char *out, const char *name) {
    return format_text("%s/%s/%s", folder, out, name);
}

static void read_table(const char *out, const char *name, struct table *table) {
    struct failure failure;
    char *path = in_folder(folder, out);
    ck_assert_msg(table_load(path, name, table, &failure) == 0, "%s", failure.text);
    free(path);
}

/* results.tsv without its last column, the seconds; "" if there is none. */
static char *results_of(const char *out) {
    char *name = format_text("%s/results.tsv", out), *text = read_text(folder, name, NULL), *end = text;
    free(name);
    if (text == NULL)
        return format_text("%s", "");
    for (char *line = text, *next; *line != '\0'; line = next) {
        next = strchr(line, '\n') + 1;
        *(next - 1) = '\0';
        const size_t length = (size_t)(strrchr(line, '\t') - line);
        memmove(end, line, length);
        end[length] = '\n';
        end += length + 1;
    }
    *end = '\0';
    return text;
}

static char *run_name(int run) {
    return format_text("%s-%s-seed-%d", models[run / (SPARSITIES * SEEDS)], sparsities[run / SEEDS % SPARSITIES],
                       run % SEEDS);
}

/* Checks that two sweeps came to the same, models included. */
static void check_same(const char *out, const char *other) {
    char *results = results_of(out), *other_results = results_of(other);
    ck_assert_str_eq(results, other_results);
    free(other_results);
    free(results);
    for (int i = 0; i < RUNS; i++) {
        char *run = run_name(i);
        char *last = format_text("%s/%s/last.safetensors", out, run);
        char *other_last = format_text("%s/%s/last.safetensors", other, run);
        ck_assert_msg(same_bytes(folder, last, folder, other_last), "%s is not as in %s", last, other);
        free(other_last);
        free(last);
        free(run);
    }
}

static int count_in(const char *text, const char *part) {
    int count = 0;
    for (; text != NULL && (text = strstr(text, part)) != NULL; text += strlen(part))
        count++;
    return count;
}

/* How often the runs of a sweep were begun or resumed. */
static int count_begun(const char *out) {
    int count = 0;
    for (int i = 0; i < RUNS; i++) {
        char *run = run_name(i), *name = format_text("%s/%s/output.txt", out, run);
        char *said = read_text(folder, name, NULL);
        count += count_in(said, " samples to train on");
        free(said);
        free(name);
        free(run);
    }
    return count;
}

/* ---- Plan and results ---- */

START_TEST(a_dry_run_tells_what_is_to_do) {
    ck_assert_int_eq(SWEEP("out", "--dry-run", "--jobs", "2", USUAL, TINY), 0);
    check_said("out.txt", "  both-0.5-seed-0                   not begun\n"
                          "  structure-0.5-seed-0              not begun\n");
    check_said("out.txt", "16 runs: 0 done, 0 begun, 16 not begun; 2 at a time");
    check_said("out.txt", "judging by a few epochs, timed just now, of 4 runs\n");
    ck_assert_int_eq(SWEEP("out", "--models", "delays", "--sparsities", "0.875", "--seeds", "1", TINY), 0);
    ck_assert_int_eq(SWEEP("out", "--dry-run", USUAL, TINY), 0);
    check_said("out.txt", "  delays-0.875-seed-0               done\n");
    check_said("out.txt", "16 runs: 1 done, 0 begun, 15 not begun");
    check_said("out.txt", "judging by the logs of 1 run here\n");
}
END_TEST

START_TEST(the_usual_plan_is_the_papers) {
    ck_assert_int_eq(SWEEP("out", "--dry-run", "--", "--epochs", "1", "--batch", "18", "--hidden", "1100"), 0);
    check_said("out.txt", "108 runs: 0 done");
    check_said("out.txt", "  both-0.998046875-seed-2 ");
    check_said("out.txt", "  neither-0.5-seed-0 ");
}
END_TEST

/* Accuracy after the last epoch, from the log of a run itself. */
static double logged_accuracy(const char *out, int run) {
    char *folder_name = run_name(run), *name = format_text("%s/%s/log.jsonl", out, folder_name);
    char *log = read_text(folder, name, NULL), *place = log;
    for (char *next = log; (next = strstr(next, "\"test_accuracy\":")) != NULL;)
        place = next += strlen("\"test_accuracy\":");
    double accuracy = strtod(place, NULL);
    free(log);
    free(name);
    free(folder_name);
    return accuracy;
}

/* A line of summary.tsv, against the logs of its two runs. */
static void check_summary(const char *out, const struct table *summary, int row) {
    const double first = logged_accuracy(out, row * SEEDS), second = logged_accuracy(out, row * SEEDS + 1);
    ck_assert_str_eq(table_cell(summary, row, "model"), models[row / SPARSITIES]);
    ck_assert_str_eq(table_cell(summary, row, "sparsity"), sparsities[row % SPARSITIES]);
    ck_assert_str_eq(table_cell(summary, row, "runs"), "2");
    ck_assert_double_eq_tol(strtod(table_cell(summary, row, "last_mean"), NULL), (first + second) / 2, 1e-8);
    ck_assert_double_eq_tol(strtod(table_cell(summary, row, "last_deviation"), NULL), fabs(first - second) / sqrt(2),
                            1e-8);
    ck_assert_double_eq_tol(strtod(table_cell(summary, row, "last_least"), NULL), fmin(first, second), 1e-8);
    ck_assert_double_eq_tol(strtod(table_cell(summary, row, "last_largest"), NULL), fmax(first, second), 1e-8);
    ck_assert_double_ge(strtod(table_cell(summary, row, "best_mean"), NULL), (first + second) / 2 - 1e-8);
    if (first < second || first > second) {
        const double half = 12.706204736174694 * fabs(first - second) / 2; /* Student's t at 97.5 %, one degree */
        ck_assert_double_eq_tol(table_number(summary, row, "last_low"), (first + second) / 2 - half, 1e-7);
        ck_assert_double_eq_tol(table_number(summary, row, "last_high"), (first + second) / 2 + half, 1e-7);
    } else {
        ck_assert_double_nan(table_number(summary, row, "last_low"));
        ck_assert_double_nan(table_number(summary, row, "last_high"));
    }
}

/* Welch's t of a pair, whose p is that of its degrees of freedom where both are as they should be; 1 if there is one.
 */
static int check_difference(const char *out, const struct table *differences, int row, int run, int other_run) {
    double mean[2], variance[2];
    const int begin[2] = {run, other_run};
    for (int i = 0; i < 2; i++) {
        const double first = logged_accuracy(out, begin[i]), second = logged_accuracy(out, begin[i] + 1);
        mean[i] = (first + second) / 2;
        variance[i] = (first - second) * (first - second) / 4; /* of the mean */
    }
    const double both = variance[0] + variance[1];
    ck_assert_double_eq_tol(table_number(differences, row, "difference"), mean[0] - mean[1], 1e-7);
    if (both <= 0) {
        ck_assert_double_nan(table_number(differences, row, "p"));
        ck_assert_double_nan(table_number(differences, row, "p_holm"));
        return 0;
    }
    const double low = table_number(differences, row, "low"), high = table_number(differences, row, "high");
    ck_assert_double_eq_tol(table_number(differences, row, "t"), (mean[0] - mean[1]) / sqrt(both), 1e-4);
    ck_assert_double_eq_tol(table_number(differences, row, "degrees"),
                            both * both / (variance[0] * variance[0] + variance[1] * variance[1]), 1e-4);
    ck_assert_double_eq_tol((low + high) / 2, mean[0] - mean[1], 1e-7);
    ck_assert_int_eq(low > 0 || high < 0, table_number(differences, row, "p") < 0.05);
    return 1;
}

/* Of two tests the smaller p counts twice, and the larger is no smaller. */
static void check_holm(const struct table *differences, int row, int tested) {
    const double p = table_number(differences, row, "p"), other = table_number(differences, row + 1, "p");
    if (tested != 2)
        return;
    const double least = fmin(1, 2 * fmin(p, other)), most = fmax(least, fmax(p, other));
    ck_assert_double_eq_tol(table_number(differences, row, "p_holm"), p <= other ? least : most, 1e-5);
    ck_assert_double_eq_tol(table_number(differences, row + 1, "p_holm"), other <= p ? least : most, 1e-5);
}

/* The smallest p of all tests of a measure counts as often as there are tests, and no other has less. */
static void check_holm_of_all(const struct table *differences, int rows, int tests) {
    double least = 1;
    for (int row = 0; row < rows; row++)
        least = fmin(least, fabs(table_number(differences, row, "p"))); /* of nan and a number it is the number */
    for (int row = 0; row < rows; row++) {
        const double p = table_number(differences, row, "p"), all = table_number(differences, row, "p_holm_all");
        ck_assert_int_eq(isnan(p), isnan(all));
        if (isnan(p))
            continue;
        ck_assert_double_ge(all, fmin(1, tests * least) - 1e-5);
        ck_assert_double_ge(all, table_number(differences, row, "p_holm") - 1e-5);
        if (p <= least)
            ck_assert_double_eq_tol(all, fmin(1, tests * p), 1e-5);
    }
}

/* The first lines are of the last epoch, pair by pair in the order of the models. */
static void check_differences(const char *out) {
    struct table differences;
    read_table(out, "differences.tsv", &differences);
    ck_assert_int_eq(differences.rows, 2 * (MODELS * (MODELS - 1) / 2) * SPARSITIES);
    int row = 0, tests = 0;
    for (int i = 0; i < MODELS; i++)
        for (int j = i + 1; j < MODELS; j++) {
            int tested = 0;
            for (int k = 0; k < SPARSITIES; k++, row++) {
                ck_assert_str_eq(table_cell(&differences, row, "measure"), "last");
                ck_assert_str_eq(table_cell(&differences, row, "model"), models[i]);
                ck_assert_str_eq(table_cell(&differences, row, "other"), models[j]);
                ck_assert_str_eq(table_cell(&differences, row, "sparsity"), sparsities[k]);
                tested += check_difference(out, &differences, row, (i * SPARSITIES + k) * SEEDS,
                                           (j * SPARSITIES + k) * SEEDS);
            }
            check_holm(&differences, row - SPARSITIES, tested);
            tests += tested;
        }
    ck_assert_int_gt(tests, 1);
    check_holm_of_all(&differences, row, tests);
    ck_assert_str_eq(table_cell(&differences, row, "measure"), "best");
    table_free(&differences);
}

static void check_settings_of(const char *run, const char *part) {
    char *name = format_text("out/%s/settings.json", run), *settings = read_text(folder, name, NULL);
    ck_assert_msg(strstr(settings, part) != NULL, "'%s' is not in '%s'", part, settings);
    free(settings);
    free(name);
}

START_TEST(a_sweep_comes_to_means_of_its_runs) {
    struct table table;
    ck_assert_int_eq(SWEEP("out", "--quiet", USUAL, TINY), 0);
    read_table("out", "results.tsv", &table);
    ck_assert_int_eq(table.rows, RUNS);
    ck_assert_str_eq(table_cell(&table, 5, "model"), "structure");
    ck_assert_str_eq(table_cell(&table, 5, "seed"), "1");
    ck_assert_str_eq(table_cell(&table, 5, "synapses"), "240");
    table_free(&table);
    read_table("out", "summary.tsv", &table);
    ck_assert_int_eq(table.rows, MODELS * SPARSITIES);
    for (int row = 0; row < table.rows; row++)
        check_summary("out", &table, row);
    table_free(&table);
    check_differences("out");
    check_settings_of("both-0.5-seed-0", "\"structure\":\t\"deep-r\"");
    check_settings_of("both-0.5-seed-0", "\"dale\":\ttrue");
    check_settings_of("structure-0.5-seed-1", "\"delays\":\t\"fixed\"");
    check_settings_of("delays-0.875-seed-0", "\"structure\":\t\"fixed\"");
    check_settings_of("delays-0.875-seed-0", "\"dale\":\tfalse");
    check_settings_of("neither-0.875-seed-1", "\"seed\":\t1");
    char *said = read_text(folder, "said/out.txt", NULL);
    ck_assert_int_eq(strncmp(said, "Test accuracy (%) after the last epoch", 38), 0);
    free(said);
    char *data = read_text(folder, "out/pictures/ablation.dat", NULL);
    ck_assert_int_eq(count_in(data, "\n# "), 2 * MODELS); /* after the line that names the columns */
    ck_assert_int_eq(count_in(data, ": single runs\n"), MODELS);
    free(data);
    char *script = read_text(folder, "out/pictures/ablation.gp", NULL);
    ck_assert_ptr_nonnull(strstr(script, "mean and single runs, n = 2 of each"));
    ck_assert_ptr_nonnull(strstr(script, "16.666667 with lines")); /* six tones */
    ck_assert_ptr_nonnull(strstr(script, "chance: 16.7 %"));
    ck_assert_ptr_null(strstr(script, "yerrorbars"));
    free(script);
}
END_TEST

#define CONTROLS "delays+dale,neither+dale,delays+paths,neither+paths,delays+dale+paths,neither+dale+paths"

/* Each has the structure of its name, and the synapses and the seed of the paper's models. */
START_TEST(controls_differ_in_what_they_are_for) {
    static const char *const names[] = {"delays+dale",   "neither+dale",      "delays+paths",
                                        "neither+paths", "delays+dale+paths", "neither+dale+paths"};
    struct table table;
    ck_assert_int_eq(SWEEP("out", "--models", CONTROLS, "--sparsities", "0.85", "--seeds", "1", TINY), 0);
    read_table("out", "results.tsv", &table);
    ck_assert_int_eq(table.rows, 6);
    for (int i = 0; i < 6; i++) {
        char *run = format_text("%s-0.85-seed-0", names[i]);
        char *output = format_text("out/%s/output.txt", run), *said = read_text(folder, output, NULL);
        ck_assert_str_eq(table_cell(&table, i, "model"), names[i]);
        ck_assert_str_eq(table_cell(&table, i, "synapses"), table_cell(&table, 0, "synapses"));
        ck_assert_int_eq(table_number(&table, i, "unreached") > 0, strstr(names[i], "paths") == NULL);
        check_settings_of(run, "\"structure\":\t\"fixed\"");
        check_settings_of(run, i % 2 == 0 ? "\"delays\":\t\"learned\"" : "\"delays\":\t\"fixed\"");
        check_settings_of(run, strstr(names[i], "dale") != NULL ? "\"dale\":\ttrue" : "\"dale\":\tfalse");
        check_settings_of(run, strstr(names[i], "paths") != NULL ? "\"paths\":\ttrue" : "\"paths\":\tfalse");
        ck_assert((strstr(said, " of 20 outputs have no path") == NULL) == (strstr(names[i], "paths") != NULL));
        free(said);
        free(output);
        free(run);
    }
    table_free(&table);
    ck_assert_int_eq(SWEEP("out", "--models", "neither", "--sparsities", "0.85", "--seeds", "1", TINY), 0);
    check_said("out.txt", "1 of 1 runs, and 6 more that are in ");
}
END_TEST

/* So many that a deviation says more than they would one by one. */
START_TEST(many_runs_are_drawn_by_their_deviation) {
    ck_assert_int_eq(SWEEP("out", "--models", "delays", "--sparsities", "0.5", "--seeds", "6", TINY), 0);
    ck_assert_int_eq(SWEEP("out", "--models", "neither", "--sparsities", "0.5", "--seeds", "2", TINY), 0);
    char *script = read_text(folder, "out/pictures/best.gp", NULL);
    ck_assert_ptr_nonnull(strstr(script, "mean and standard deviation over runs, n = 2 to 6 of each"));
    ck_assert_int_eq(count_in(script, "yerrorbars"), 2);
    free(script);
}
END_TEST

/* The other seeds and sparsities take in the runs that are there. */
START_TEST(a_wider_sweep_keeps_what_is_done) {
    ck_assert_int_eq(SWEEP("out", "--sparsities", "0.875", "--seeds", "1", TINY), 0);
    ck_assert_int_eq(SWEEP("out", USUAL, TINY), 0);
    ck_assert_int_eq(count_begun("out"), RUNS);
    ck_assert_int_eq(SWEEP("out", USUAL, TINY), 0);
    ck_assert_int_eq(count_begun("out"), RUNS);
    ck_assert_int_eq(SWEEP("other", USUAL, TINY), 0);
    check_same("out", "other");
}
END_TEST

/* Each for itself, at once and one after the other: tables and pictures hold all that is done in the folder. */
START_TEST(sweeps_of_different_runs_share_the_tables) {
    struct table table;
    pid_t first = start("first", alone, "out",
                        (const char *const[]){"--models", "delays", "--sparsities", "0.5", "--seeds", "2", TINY, NULL});
    pid_t second =
        start("second", alone, "out",
              (const char *const[]){"--models", "both", "--sparsities", "0.875", "--seeds", "1", TINY, NULL});
    ck_assert_int_eq(wait_program(first), 0);
    ck_assert_int_eq(wait_program(second), 0);
    read_table("out", "results.tsv", &table);
    ck_assert_int_eq(table.rows, 3);
    ck_assert_str_eq(table_cell(&table, 0, "model"), "both");
    ck_assert_str_eq(table_cell(&table, 2, "model"), "delays");
    table_free(&table);
    ck_assert_int_eq(SWEEP("out", "--models", "neither", "--sparsities", "0.75", "--seeds", "1", TINY), 0);
    check_said("out.txt", "1 of 1 runs, and 3 more that are in ");
    read_table("out", "summary.tsv", &table);
    ck_assert_int_eq(table.rows, 3);
    ck_assert_str_eq(table_cell(&table, 1, "runs"), "2");
    table_free(&table);
    char *data = read_text(folder, "out/pictures/ablation.dat", NULL);
    ck_assert_int_eq(count_in(data, "\n# "), 2 * 3);
    free(data);
    char *settings = read_text(folder, "out/ablation.json", NULL);
    ck_assert(strstr(settings, "\"both\"") != NULL && strstr(settings, "0.875") != NULL);
    ck_assert_ptr_nonnull(strstr(settings, "\"seeds\":\t2"));
    free(settings);
}
END_TEST

/* A run of other settings is in no table, and that is said; a folder of some other name is none. */
START_TEST(runs_of_other_settings_are_left_out) {
    struct table table;
    ck_assert_int_eq(SWEEP("out", "--models", "delays", "--sparsities", "0.5", "--seeds", "1", LONGER), 0);
    write_text(folder, "out/both-0.5-seed-x/notes.txt", "");
    write_text(folder, "out/both-0.50-seed-0/notes.txt", "");
    ck_assert_int_eq(SWEEP("out", "--models", "both", "--sparsities", "0.5", "--seeds", "1", TINY), 0);
    check_said("err.txt", "left out of the tables");
    check_said("err.txt", "delays-0.5-seed-0: --epochs: the run was begun with 12, not with 2");
    read_table("out", "results.tsv", &table);
    ck_assert_int_eq(table.rows, 1);
    ck_assert_str_eq(table_cell(&table, 0, "model"), "both");
    table_free(&table);
}
END_TEST

/* ---- Death ---- */

/* Kills the sweep, or it and its runs, as when a machine goes down. */
static void kill_sweep(pid_t sweep, int runs_too) {
    pid_t child[64];
    int count = runs_too ? find_children(sweep, child, 64) : 0;
    kill(sweep, SIGKILL);
    while (count > 0)
        kill(child[--count], SIGKILL);
    wait_program(sweep);
}

START_TEST(killed_at_any_moment_it_goes_on) {
    ck_assert_int_eq(SWEEP("whole", USUAL, LONGER), 0);
    srand((unsigned)_i);
    for (int death = 0; death < 6; death++) {
        pid_t sweep = START("parts", "--jobs", "3", USUAL, LONGER);
        wait_a_moment(20 + rand() % 500);
        kill_sweep(sweep, death % 2);
    }
    ck_assert_int_eq(SWEEP("parts", USUAL, LONGER), 0);
    check_same("parts", "whole");
}
END_TEST

/* Runs of a sweep's table that are done. */
static int count_results(const char *out) {
    char *results = results_of(out);
    int lines = count_in(results, "\n");
    free(results);
    return lines > 0 ? lines - 1 : 0;
}

static void wait_for_results(const char *out, int results) {
    for (int i = 0; i < 6000 && count_results(out) < results; i++)
        wait_a_moment(10);
    ck_assert_int_ge(count_results(out), results);
}

START_TEST(ctrl_c_stops_with_checkpoints) {
    ck_assert_int_eq(SWEEP("whole", USUAL, LONGER), 0);
    pid_t sweep = START("parts", "--jobs", "2", USUAL, LONGER);
    wait_for_results("parts", 2);
    kill(sweep, _i == 0 ? SIGINT : SIGTERM);
    ck_assert_int_eq(wait_program(sweep), 130);
    check_said("err.txt", "will write a checkpoint");
    ck_assert_int_lt(count_results("parts"), RUNS);
    ck_assert_int_eq(SWEEP("parts", USUAL, LONGER), 0);
    check_same("parts", "whole");
}
END_TEST

/* Lines of the log of a run. */
static int count_epochs(const char *run) {
    char *name = format_text("%s/log.jsonl", run), *log = read_text(folder, name, NULL);
    int lines = count_in(log, "\n");
    free(log);
    free(name);
    return lines;
}

#define TWO_RUNS "--models", "both", "--sparsities", "0.5", "--seeds", "2", "--jobs", "2"
#define LONG "--", "--epochs", "100", "--batch", "6", "--hidden", "8"

START_TEST(a_run_that_dies_is_repeated) {
    pid_t child[8];
    ck_assert_int_eq(SWEEP("whole", TWO_RUNS, LONG), 0);
    pid_t sweep = START("parts", TWO_RUNS, LONG);
    for (int i = 0;
         i < 6000 && (count_epochs("parts/both-0.5-seed-0") < 2 || count_epochs("parts/both-0.5-seed-1") < 2); i++)
        wait_a_moment(5);
    int found = find_children(sweep, child, 8);
    if (found > 0)
        kill(child[found - 1], SIGKILL); /* the first may be a process that MPI wants to have */
    ck_assert_int_eq(wait_program(sweep), found > 0);
    if (found > 0) {
        check_said("err.txt", "both-0.5-seed-");
        check_said("err.txt", "signal 9");
        ck_assert_int_eq(count_results("parts"), 1);
    }
    ck_assert_int_eq(SWEEP("parts", TWO_RUNS, LONG), 0);
    ck_assert_int_eq(count_results("parts"), 2);
    for (int i = 0; i < 2; i++) {
        char *whole = format_text("whole/both-0.5-seed-%d/last.safetensors", i);
        char *parts = format_text("parts/both-0.5-seed-%d/last.safetensors", i);
        ck_assert(same_bytes(folder, whole, folder, parts));
        free(parts);
        free(whole);
    }
}
END_TEST

/* ---- A lock that another process holds ---- */

static int hold_lock(const char *out) {
    struct failure failure;
    char *place = in_folder(folder, out), *path = in_folder(place, ".lock");
    ck_assert_int_eq(folder_make(place, &failure), 0);
    const int file = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(flock(file, LOCK_EX), 0);
    free(path);
    free(place);
    return file;
}

static void wait_for_text(const char *name, const char *part) {
    for (int i = 0; i < 6000; i++) {
        char *text = read_text(folder, name, NULL);
        const int found = count_in(text, part);
        free(text);
        if (found > 0)
            return;
        wait_a_moment(10);
    }
    ck_abort_msg("'%s' has not come into %s", part, name);
}

/* It is said what is waited for. A signal ends the waiting, and so does the other process. */
START_TEST(a_lock_that_is_held_is_waited_for) {
    static const int signals[] = {SIGINT, SIGTERM, 0};
    const int lock = hold_lock("out");
    pid_t sweep = START("out", TWO_RUNS, TINY);
    wait_for_text("said/err.txt", "out/.lock, which another process has locked\n");
    wait_a_moment(1500);
    char *said = read_text(folder, "said/err.txt", NULL);
    ck_assert_int_eq(count_in(said, "waiting for"), 1);
    free(said);
    if (signals[_i] != 0)
        kill(sweep, signals[_i]);
    else
        close(lock);
    ck_assert_int_eq(wait_program(sweep), signals[_i] != 0 ? 130 : 0);
    ck_assert_int_eq(count_results("out"), signals[_i] != 0 ? 0 : 2);
    if (signals[_i] != 0)
        close(lock);
}
END_TEST

#define ONE_BY_ONE "--models", "both", "--sparsities", "0.5", "--seeds", "2", "--jobs", "1"

/* Tables have to wait, runs do not, nor do signals. */
START_TEST(a_lock_that_is_taken_later_stops_no_run) {
    pid_t sweep = START("out", ONE_BY_ONE, LONG);
    wait_for_text("out/both-0.5-seed-0/log.jsonl", "\n");
    const int lock = hold_lock("out");
    wait_for_text("out/both-0.5-seed-1/log.jsonl", "\n");
    ck_assert_int_eq(count_results("out"), 0);
    kill(sweep, _i == 0 ? SIGINT : SIGTERM);
    ck_assert_int_eq(wait_program(sweep), 130);
    check_said("err.txt", "out/.lock: another process has locked it; the tables will be written at the next start\n");
    close(lock);
    ck_assert_int_eq(SWEEP("out", ONE_BY_ONE, LONG), 0);
    ck_assert_int_eq(count_results("out"), 2);
}
END_TEST

/* A folder where the model should be makes one run fail, again and again. */
START_TEST(a_run_that_fails_is_reported_and_the_others_go_on) {
    char *path = path_of("out", "structure-0.875-seed-1/best.safetensors");
    struct failure failure;
    ck_assert_int_eq(folder_make(path, &failure), 0);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(SWEEP("out", USUAL, TINY), 1);
        check_said("err.txt", "structure-0.875-seed-1: exit code 1, after saying: snnd-train rawhd: ");
        check_said("out.txt", "15 of 16 runs");
        ck_assert_int_eq(count_results("out"), RUNS - 1);
    }
    ck_assert_int_eq(rmdir(path), 0);
    free(path);
    ck_assert_int_eq(SWEEP("out", USUAL, TINY), 0);
    ck_assert_int_eq(count_results("out"), RUNS);
}
END_TEST

START_TEST(two_sweeps_share_the_work) {
    ck_assert_int_eq(SWEEP("whole", USUAL, LONGER), 0);
    pid_t one = START("out", USUAL, LONGER);
    pid_t other = start("other", alone, "out", (const char *const[]){USUAL, LONGER, NULL});
    ck_assert_int_eq(wait_program(one), 0);
    ck_assert_int_eq(wait_program(other), 0);
    ck_assert_int_eq(count_begun("out"), RUNS);
    check_same("out", "whole");
}
END_TEST

/* ---- Refusals ---- */

/* Links in the folder of a sweep are replaced or refused, and stay unread and unwritten behind. */
START_TEST(links_are_not_followed) {
    char *run = path_of("out", "both-0.5-seed-0"), *output = path_of("out", "both-0.5-seed-0/output.txt");
    char *best = path_of("out", "pictures/best.gp"), *results = path_of("out", "results.tsv");
    char *secret = in_folder(folder, "secret"), *elsewhere = in_folder(folder, "elsewhere");
    struct failure failure;
    write_text(folder, "secret", "private");
    ck_assert_int_eq(folder_make(run, &failure), 0);
    ck_assert_int_eq(folder_make_in(folder, "out/pictures", &failure), 0);
    ck_assert_int_eq(symlink("../../secret", output), 0);
    ck_assert_int_eq(symlink("../../secret", best), 0);
    ck_assert_int_eq(symlink("../secret", results), 0);
    ck_assert_int_eq(SWEEP("out", ONE, TINY), 0);
    ck_assert_int_eq(count_results("out"), 1);
    char *text = read_text(folder, "secret", NULL);
    ck_assert_str_eq(text, "private");
    ck_assert_int_eq(rename(run, elsewhere), 0);
    ck_assert_int_eq(symlink(elsewhere, run), 0);
    ck_assert_int_eq(refuses(START("out", ONE, TINY), "both-0.5-seed-0: is a link"), 2);
    free(text);
    free(elsewhere);
    free(secret);
    free(results);
    free(best);
    free(output);
    free(run);
}
END_TEST

START_TEST(wrong_usage_is_named) {
    ck_assert_int_eq(refuses(START("out", "--sparsities", "0.5,1"), "--sparsities: expected"), 2);
    ck_assert_int_eq(refuses(START("out", "--sparsities", "0.5,0.50"), "--sparsities: expected"), 2);
    ck_assert_int_eq(refuses(START("out", "--sparsities", ""), "--sparsities: expected"), 2);
    ck_assert_int_eq(refuses(START("out", "--models", "both,all"), "not 'all'"), 2);
    ck_assert_int_eq(refuses(START("out", "--models", "both,both"), "each once at most"), 2);
    ck_assert_int_eq(refuses(START("out", "--seeds", "0"), "--seeds: expected"), 2);
    ck_assert_int_eq(refuses(START("out", "--jobs", "x"), "--jobs: expected"), 2);
    ck_assert_int_eq(refuses(START("out", "--epochs", "2"), "--epochs: this option does not exist"), 2);
    ck_assert_int_eq(refuses(START("out", "more"), "unexpected argument 'more'"), 2);
    ck_assert_int_eq(refuses(START("out", "--data", ""), "--data DIR is needed"), 2);
    ck_assert_int_eq(refuses(START("out", "--data", "/nowhere/at/all"), "/nowhere/at/all"), 1);
    ck_assert_int_eq(refuses(START("out", "--", "--epochs", "none"), "--epochs: expected"), 2);
    static const char *const decided[] = {"--structure=set", "--delays=fixed", "--sparsity=0.5", "--seed=3",
                                          "--no-dale",       "--paths",        "--data=d",       "--out=o",
                                          "--threads=2",     "--resume",       "--overwrite"};
    for (size_t i = 0; i < sizeof decided / sizeof *decided; i++)
        ck_assert_int_eq(refuses(START("out", "--", decided[i]), "this program sets it for each of its runs"), 2);
    check_said("err.txt", "--overwrite");
    ck_assert_int_eq(SWEEP("out", "--help"), 0);
    ck_assert_int_eq(SWEEP("out", "--version"), 0);
}
END_TEST

START_TEST(other_settings_are_refused) {
    ck_assert_int_eq(SWEEP("out", "--models", "both", USUAL, TINY), 0);
    char *results = results_of("out");
    ck_assert_int_eq(refuses(START("out", USUAL, TINY, "--l1", "0.5"), "both-0.5-seed-0: --l1"), 2);
    ck_assert_int_eq(refuses(START("out", "--dry-run", USUAL, TINY, "--epochs", "4"), "--epochs: the run was begun"),
                     2);
    write_tone(set, "audio/lang-english_speaker-00_trial-0_digit-0.flac", 555, 0.5, 16000);
    ck_assert_int_eq(refuses(START("out", USUAL, TINY), "--data: the samples"), 2);
    char *now = results_of("out");
    ck_assert_str_eq(now, results);
    free(now);
    free(results);
}
END_TEST

/* ---- Ranks, where the program has them ---- */

static const char *launcher[] = {NULL, "-n", "2", NULL};

static void prepare_ranks(void) {
    setup();
    launcher[0] = mpirun_path();
    setenv("OMPI_MCA_orte_enable_recovery", "1", 1);
}

#define RANKS(out, ...) start("said", launcher, out, (const char *const[]){__VA_ARGS__, NULL})

START_TEST(ranks_share_the_work) {
    ck_assert_int_eq(SWEEP("whole", USUAL, TINY), 0);
    ck_assert_int_eq(wait_program(RANKS("out", USUAL, TINY)), 0);
    ck_assert_int_eq(count_begun("out"), RUNS);
    check_same("out", "whole");
    char *said = read_text(folder, "said/out.txt", NULL);
    ck_assert_int_eq(count_in(said, "Test accuracy (%)"), 1);
    free(said);
    ck_assert_int_eq(wait_program(RANKS("out", "--dry-run", USUAL, TINY)), 0);
    check_said("out.txt", "16 runs: 16 done");
}
END_TEST

/* ---- Sweeps over any options ---- */

#define GRID "--sweep", "max-delay=0,6", "--sweep", "dale=yes,no", "--seeds", "2"
#define GRID_TINY TINY, "--structure", "fixed"

/* Pairs that differ in one option: the cells are 0 yes, 0 no, 6 yes, 6 no. */
static void check_pairs(const char *out, const struct table *summary) {
    static const struct {
        const char *option, *value, *other, *with;
        int cell, other_cell;
    } pair[] = {
        {"max-delay", "0", "6", "dale=yes", 0, 2},
        {"max-delay", "0", "6", "dale=no", 1, 3},
        {"dale", "yes", "no", "max-delay=0", 0, 1},
        {"dale", "yes", "no", "max-delay=6", 2, 3},
    };
    struct table differences;
    int tests = 0;
    read_table(out, "differences.tsv", &differences);
    ck_assert_int_eq(differences.rows, 8);
    for (int row = 0; row < 8; row++) {
        const int i = row % 4;
        const char *mean = row < 4 ? "last_mean" : "best_mean";
        ck_assert_str_eq(table_cell(&differences, row, "measure"), row < 4 ? "last" : "best");
        ck_assert_str_eq(table_cell(&differences, row, "option"), pair[i].option);
        ck_assert_str_eq(table_cell(&differences, row, "value"), pair[i].value);
        ck_assert_str_eq(table_cell(&differences, row, "other"), pair[i].other);
        ck_assert_str_eq(table_cell(&differences, row, "with"), pair[i].with);
        ck_assert_str_eq(table_cell(&differences, row, "runs"), "2");
        ck_assert_double_eq_tol(
            table_number(&differences, row, "difference"),
            table_number(summary, pair[i].cell, mean) - table_number(summary, pair[i].other_cell, mean), 2e-8);
        tests += row < 4 && !isnan(table_number(&differences, row, "p"));
    }
    check_holm(&differences, 0, tests == 4 ? 2 : 0);
    check_holm(&differences, 2, tests == 4 ? 2 : 0);
    check_holm_of_all(&differences, 4, tests);
    table_free(&differences);
}

/* Every value of one with each of the other, with means of the runs. */
START_TEST(any_options_can_be_swept_over) {
    struct table results, summary;
    ck_assert_int_eq(SWEEP("out", GRID, GRID_TINY), 0);
    check_said("out.txt", "Test accuracy (%), mean and standard deviation over seeds\n\nmax-delay ");
    read_table("out", "results.tsv", &results);
    read_table("out", "summary.tsv", &summary);
    ck_assert_int_eq(results.rows, 8);
    ck_assert_int_eq(summary.rows, 4);
    for (int row = 0; row < 4; row++) {
        const char *delay = row < 2 ? "0" : "6", *dale = row % 2 == 0 ? "yes" : "no";
        double sum = 0;
        int runs = 0;
        ck_assert_str_eq(table_cell(&summary, row, "max-delay"), delay);
        ck_assert_str_eq(table_cell(&summary, row, "dale"), dale);
        ck_assert_str_eq(table_cell(&summary, row, "runs"), "2");
        for (int i = 0; i < 8; i++)
            if (strcmp(table_cell(&results, i, "max-delay"), delay) == 0 &&
                strcmp(table_cell(&results, i, "dale"), dale) == 0) {
                sum += table_number(&results, i, "last_test_accuracy");
                runs++;
            }
        ck_assert_int_eq(runs, 2);
        ck_assert_double_eq_tol(table_number(&summary, row, "last_mean"), sum / 2, 1e-8);
    }
    check_pairs("out", &summary);
    table_free(&results);
    table_free(&summary);
    char *script = read_text(folder, "out/pictures/sweep.gp", NULL);
    ck_assert_ptr_nonnull(strstr(script, "set xlabel 'max-delay'"));
    ck_assert_ptr_nonnull(strstr(script, "set xtics ('0' 0.000000, '6' 1.000000)"));
    ck_assert_ptr_nonnull(strstr(script, "title 'dale=yes'"));
    ck_assert_ptr_nonnull(strstr(script, "title 'dale=no'"));
    ck_assert_ptr_nonnull(strstr(script, "mean and single runs, n = 2 of each"));
    free(script);
    char *settings = read_text(folder, "out/max-delay-6_dale-no_seed-1/settings.json", NULL);
    ck_assert_ptr_nonnull(strstr(settings, "\"max-delay\":\t6"));
    ck_assert_ptr_nonnull(strstr(settings, "\"dale\":\tfalse"));
    ck_assert_ptr_nonnull(strstr(settings, "\"seed\":\t1"));
    free(settings);
    char *kept = read_text(folder, "out/sweep.json", NULL);
    ck_assert_ptr_nonnull(strstr(kept, "\"max-delay\":\t[\"0\", \"6\"]"));
    ck_assert_ptr_nonnull(strstr(kept, "\"structure\":\t\"fixed\""));
    free(kept);
}
END_TEST

START_TEST(a_sweep_goes_on_and_is_reported) {
    ck_assert_int_eq(SWEEP("out", "--sweep", "max-delay=0", "--seeds", "1", TINY), 0);
    char *before = read_text(folder, "out/max-delay-0_seed-0/log.jsonl", NULL);
    ck_assert_int_eq(SWEEP("out", "--sweep", "max-delay=0,6", "--seeds", "1", TINY), 0);
    char *after = read_text(folder, "out/max-delay-0_seed-0/log.jsonl", NULL);
    ck_assert_str_eq(before, after);
    free(before);
    free(after);
    ck_assert_int_eq(SWEEP("out", "--dry-run", "--sweep", "max-delay=0,6", "--seeds", "1", TINY), 0);
    check_said("out.txt", "2 runs: 2 done");
    char *out = in_folder(folder, "out"), *page = in_folder(folder, "page.html");
    ck_assert_int_eq(run_program(folder, (const char *const[]){program_path("SNND_REPORT"), "--out", page, out, NULL}),
                     0);
    free(page);
    free(out);
    char *text = read_text(folder, "page.html", NULL);
    ck_assert_ptr_nonnull(strstr(text, "Accuracy by options: mean and standard deviation over seeds"));
    ck_assert_ptr_nonnull(strstr(text, "max-delay"));
    ck_assert_ptr_nonnull(strstr(text, "Differences between values of an option"));
    ck_assert_ptr_nonnull(strstr(text, "The option with the most values is the axis"));
    free(text);
    /* A completed run is trained again where it is not known what it was. */
    file_remove_in(folder, "out/max-delay-6_seed-0/settings.json");
    ck_assert_int_eq(SWEEP("out", "--dry-run", "--sweep", "max-delay=0,6", "--seeds", "1", TINY), 0);
    check_said("out.txt", "2 runs: 1 done");
    ck_assert_int_eq(SWEEP("out", "--sweep", "max-delay=0,6", "--seeds", "1", TINY), 0);
    ck_assert(file_exists_in(folder, "out/max-delay-6_seed-0/settings.json"));
    ck_assert_int_eq(
        refuses(START("out", ONE, TINY), "/out/sweep.json already exists; --sweep and the paper's models need"), 2);
    ck_assert_int_eq(SWEEP("other", ONE, TINY), 0);
    ck_assert_int_eq(refuses(START("other", "--sweep", "max-delay=0", TINY), "/other/ablation.json already exists; "),
                     2);
}
END_TEST

/* A line is drawn for each combination of the options that are not the axis, and only so many can be told apart. */
START_TEST(a_sweep_of_many_lines_has_no_picture) {
    struct table differences;
    write_text(folder, "out/pictures/sweep.svg", "a picture of fewer lines");
    write_text(folder, "out/pictures/best.gp", "its script");
    ck_assert_int_eq(SWEEP("out", "--sweep", "max-delay=0,2", "--sweep", "dropout=0,0.1", "--sweep", "dale=yes,no",
                           "--sweep", "l1=0,1e-5", "--sweep", "weight-decay=0,1e-3", "--seeds", "1", "--jobs", "2",
                           "--quiet", GRID_TINY),
                     0);
    read_table("out", "differences.tsv", &differences);
    ck_assert_int_eq(differences.rows, 2 * 5 * 16);
    ck_assert_str_eq(table_cell(&differences, 0, "with"), "dropout=0, dale=yes, l1=0, weight-decay=0");
    ck_assert_str_eq(table_cell(&differences, 0, "p"), "nan"); /* of single runs */
    table_free(&differences);
    ck_assert(!file_exists_in(folder, "out/pictures/sweep.svg"));
    ck_assert(!file_exists_in(folder, "out/pictures/best.gp"));
}
END_TEST

START_TEST(what_cannot_be_swept_over_is_named) {
    static const struct {
        const char *sweep, *said;
    } wrong[] = {
        {"max-delay", "--sweep: expected OPTION=VALUE,VALUE,..., not 'max-delay'"},
        {"max-delay=", "--sweep max-delay: expected up to 64 values of letters, digits and .:+-"},
        {"max-delay=0,,2", "with commas between, not ''"},
        {"max-delay=2,2", "--sweep max-delay: 2 and 2 are the same value"},
        {"max-delay=3", "--max-delay: expected an even number"},
        {"tau=../x", "with commas between, not '../x'"},
        {"sparsity=0.5,0.50", "--sweep sparsity: 0.5 and 0.50 are the same value"},
        {"delays=learned,fixed,learned", "--sweep delays: learned and learned are the same value"},
        {"dale=yes,maybe", "--sweep dale: expected up to 64 words of yes and no with commas between"},
        {"seed=1,2", "--sweep seed: use --seeds, which sets the seeds"},
        {"data=a", "--sweep data: there is no such option of snnd-train rawhd that decides what a run computes"},
        {"nothing=1", "--sweep nothing: there is no such option"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_int_eq(refuses(START("out", "--sweep", wrong[i].sweep, TINY), wrong[i].said), 2);
    ck_assert_int_eq(
        refuses(START("out", "--sweep", "batch=6", "--sweep", "batch=7"), "batch: the option is given twice"), 2);
    ck_assert_int_eq(
        refuses(START("out", "--sweep", "l1=0", "--models", "both"), "--models cannot be used with --sweep"), 2);
    ck_assert_int_eq(refuses(START("out", "--sweep", "l1=0", "--", "--l1", "1"), "--l1: this program sets it"), 2);
}
END_TEST

/* The first of the ranks, or the last. */
START_TEST(a_rank_that_dies_costs_nothing_that_is_done) {
    ck_assert_int_eq(SWEEP("whole", USUAL, LONGER), 0);
    pid_t ranks = RANKS("out", USUAL, LONGER), child[8];
    wait_for_results("out", 3);
    int count = find_children(ranks, child, 8);
    if (count > 0)
        kill(child[_i == 0 ? 0 : count - 1], SIGKILL);
    wait_program(ranks);
    ck_assert_int_ge(count_results("out"), 3);
    ck_assert_int_eq(SWEEP("out", USUAL, LONGER), 0);
    check_same("out", "whole");
}
END_TEST

static TCase *add_case(Suite *suite, const char *name, void (*prepare)(void), double seconds) {
    TCase *tests = tcase_create(name);
    tcase_add_checked_fixture(tests, prepare, teardown);
    tcase_set_timeout(tests, seconds);
    suite_add_tcase(suite, tests);
    return tests;
}

int main(void) {
    program_path("RAWHD_ABLATION");
    Suite *suite = suite_create("ablation");
    TCase *results = add_case(suite, "results", setup, 120);
    tcase_add_test(results, a_dry_run_tells_what_is_to_do);
    tcase_add_test(results, the_usual_plan_is_the_papers);
    tcase_add_test(results, a_sweep_comes_to_means_of_its_runs);
    tcase_add_test(results, controls_differ_in_what_they_are_for);
    tcase_add_test(results, many_runs_are_drawn_by_their_deviation);
    tcase_add_test(results, a_wider_sweep_keeps_what_is_done);
    tcase_add_test(results, sweeps_of_different_runs_share_the_tables);
    tcase_add_test(results, runs_of_other_settings_are_left_out);
    tcase_add_test(results, any_options_can_be_swept_over);
    tcase_add_test(results, a_sweep_of_many_lines_has_no_picture);
    tcase_add_test(results, a_sweep_goes_on_and_is_reported);
    TCase *deaths = add_case(suite, "deaths", setup, 300);
    tcase_add_loop_test(deaths, killed_at_any_moment_it_goes_on, 0, 3);
    tcase_add_loop_test(deaths, ctrl_c_stops_with_checkpoints, 0, 2);
    tcase_add_test(deaths, a_run_that_dies_is_repeated);
    tcase_add_loop_test(deaths, a_lock_that_is_held_is_waited_for, 0, 3);
    tcase_add_loop_test(deaths, a_lock_that_is_taken_later_stops_no_run, 0, 2);
    tcase_add_test(deaths, a_run_that_fails_is_reported_and_the_others_go_on);
    tcase_add_test(deaths, two_sweeps_share_the_work);
    TCase *refusals = add_case(suite, "refusals", setup, 120);
    tcase_add_test(refusals, wrong_usage_is_named);
    tcase_add_test(refusals, what_cannot_be_swept_over_is_named);
    tcase_add_test(refusals, links_are_not_followed);
    tcase_add_test(refusals, other_settings_are_refused);
    if (getenv("MPIRUN") != NULL) {
        TCase *ranks = add_case(suite, "ranks", prepare_ranks, 300);
        tcase_add_test(ranks, ranks_share_the_work);
        tcase_add_loop_test(ranks, a_rank_that_dies_costs_nothing_that_is_done, 0, 2);
    }
    return run_suite(suite);
}
