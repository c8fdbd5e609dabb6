/* rawhd-report from outside, with folders as programs leave them and with such as nobody should. */
#include <cJSON.h>
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/files.h"
#include "common/html.h"
#include "common/table.h"
#include "support.h"
#include "tones.h"

static char *folder, *page;

static void setup(void) {
    folder = make_folder();
    page = in_folder(folder, "page.html");
}

static void teardown(void) {
    free(page);
    drop_folder(folder);
}

/* Makes the page of up to four folders or options, NULL at the end. */
static int report(const char *const names[]) {
    const char *arguments[8] = {program_path("RAWHD_REPORT"), "--out", page};
    char *paths[4] = {NULL, NULL, NULL, NULL};
    for (int i = 0; names[i] != NULL; i++)
        arguments[3 + i] = paths[i] = names[i][0] == '-' ? format_text("%s", names[i]) : in_folder(folder, names[i]);
    int code = run_program(folder, arguments);
    for (int i = 0; i < 4; i++)
        free(paths[i]);
    return code;
}

#define REPORT(...) report((const char *const[]){__VA_ARGS__, NULL})

static int page_has(const char *part) {
    char *text = read_text(folder, "page.html", NULL);
    ck_assert_ptr_nonnull(text);
    int found = strstr(text, part) != NULL;
    free(text);
    return found;
}

static void check_error(const char *part) {
    char *messages = read_text(folder, "err.txt", NULL);
    ck_assert_msg(strstr(messages, part) != NULL, "'%s' is not in '%s'", part, messages);
    free(messages);
}

static int count_parts(const char *text, const char *part) {
    int count = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        count++;
    return count;
}

static int count_pictures(void) {
    char *text = read_text(folder, "page.html", NULL);
    int count = count_parts(text, "data:image/svg+xml;base64,");
    free(text);
    return count;
}

static int gnuplot_is_here(void) {
    return system("command -v gnuplot >/dev/null 2>&1") == 0;
}

static void train_with(const char *name, const char *structure, const char *delays, const char *hidden) {
    char *set = in_folder(folder, "set"), *out = in_folder(folder, name);
    if (!file_exists(set))
        write_tones(set);
    const char *const arguments[] = {program_path("RAWHD_TRAIN"),
                                     "--data",
                                     set,
                                     "--out",
                                     out,
                                     "--structure",
                                     structure,
                                     "--delays",
                                     delays,
                                     "--epochs",
                                     "3",
                                     "--batch",
                                     "6",
                                     "--hidden",
                                     hidden,
                                     "--threads",
                                     "1",
                                     NULL};
    ck_assert_int_eq(run_program(folder, arguments), 0);
    free(out);
    free(set);
}

static void train(const char *name, const char *structure) {
    train_with(name, structure, "learned", "8");
}

static int file_has(const char *name, const char *part) {
    char *text = read_text(folder, name, NULL);
    ck_assert_msg(text != NULL, "%s", name);
    int found = strstr(text, part) != NULL;
    free(text);
    return found;
}

static int has(const char *name) {
    char *path = in_folder(folder, name);
    int there = file_exists(path);
    free(path);
    return there;
}

/* Nothing from elsewhere, and nothing that acts. */
static void check_self_contained(void) {
    static const char *const foreign[] = {"<script", "javascript:", "src=\"http", "href=\"http", "@import", "<link"};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        ck_assert_msg(!page_has(foreign[i]), "%s", foreign[i]);
    ck_assert(page_has("<!DOCTYPE html>") && page_has("</html>") && page_has("width=device-width"));
}

/* ---- Runs ---- */

START_TEST(shows_runs) {
    static const char *const names[] = {"training", "changes", "delays", "weights", "degrees", "neurons"};
    train("dense", "dense");
    train("sparse", "deep-r");
    ck_assert_int_eq(REPORT("dense", "sparse/"), 0);
    check_self_contained();
    ck_assert(page_has("Results of the run") && page_has("on RawHD"));
    ck_assert(file_has("sparse/pictures/neurons.gp", "kHz") && file_has("sparse/pictures/delays.gp", "'delay (ms)'"));
    ck_assert(!page_has("97.2 %")); /* of 256 hidden neurons */
    ck_assert(page_has("The runs") && page_has("<th scope=\"row\">layer 2</th>") && page_has("library"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *script = format_text("sparse/pictures/%s.gp", names[i]);
        char *picture = format_text("sparse/pictures/%s.svg", names[i]);
        ck_assert_msg(has(script), "%s", script);
        ck_assert_msg(has(picture) == gnuplot_is_here(), "%s", picture);
        free(picture);
        free(script);
    }
    char *text = read_text(folder, "page.html", NULL);
    ck_assert_int_eq(count_parts(text, "data:image/svg+xml;base64,"), gnuplot_is_here() ? 13 : 0);
    free(text);
}
END_TEST

/* Runs that are told apart by their names, however these are spelled, in one picture; a single run has no such. */
START_TEST(shows_runs_together) {
    train("run's <b>", "dense");
    train("other", "deep-r");
    ck_assert_int_eq(REPORT("run's <b>", "other"), 0);
    ck_assert(page_has("Accuracy by epoch of the runs") && page_has("<td>its test accuracy</td>"));
    ck_assert(page_has("accumulations of a test sample"));
    check_self_contained();
    ck_assert_int_eq(REPORT("other"), 0);
    ck_assert(!page_has("Accuracy by epoch of the runs"));
    write_text(folder, "begun/settings.json", "{}");
    write_text(folder, "begun/log.jsonl", "");
    ck_assert_int_eq(REPORT("other", "begun"), 0);
    ck_assert_int_eq(count_pictures(), gnuplot_is_here() ? 7 : 0);
    setenv("PATH", "/nowhere", 1);
    ck_assert_int_eq(REPORT("run's <b>", "other"), 0);
    ck_assert(page_has("(Not drawn: gnuplot was not there.)"));
    check_error("the picture of all runs is missing");
}
END_TEST

/* ---- Predictions ---- */

#define PREDICTIONS_HEAD "index\tlabel\tpredicted\tspeaker\n"

/* Adds to a setting of a run. */
static void add_setting(const char *run, const char *name, const char *json) {
    char *path = format_text("%s/settings.json", run), *text = read_text(folder, path, NULL);
    cJSON *settings = cJSON_Parse(text);
    cJSON_DeleteItemFromObject(settings, name);
    ck_assert(cJSON_AddItemToObject(settings, name, cJSON_Parse(json)));
    char *changed = cJSON_Print(settings);
    write_text(folder, path, changed);
    cJSON_free(changed);
    cJSON_Delete(settings);
    free(text);
    free(path);
}

/* Ten samples of class 0, two of which are taken for class 1, and four of class 1: Wilson's intervals of 8 of 10 and of
 * 4 of 4 are in the tables. */
START_TEST(shows_classes_and_speakers) {
    setenv("PATH", "/nowhere", 1); /* no pictures */
    train("run", "dense");
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(page_has("Accuracy of each class") && page_has("by the network of the best epoch"));
    ck_assert(!page_has("not of the best epoch"));
    write_text(folder, "run/predictions.tsv",
               PREDICTIONS_HEAD "0\t0\t0\t4\n1\t0\t0\t4\n2\t0\t0\t4\n3\t0\t0\t4\n4\t0\t0\t4\n5\t0\t0\t4\n"
                                "6\t0\t0\t4\n7\t0\t0\t4\n8\t0\t1\t4\n9\t0\t1\t4\n10\t1\t1\t12\n11\t1\t1\t12\n"
                                "12\t1\t1\t12\n13\t1\t1\t-\n");
    add_setting("run", "classes", "[\"<i>na\u00efve</i>\", \"two\", 3]");
    ck_assert_int_eq(REPORT("run"), 0);
    check_self_contained();
    ck_assert(page_has("not of the best epoch: according to predictions.tsv 85.71 %"));
    ck_assert(page_has("<th scope=\"col\">&lt;i&gt;na\xc3\xafve&lt;/i&gt;</th><th scope=\"col\">two</th>"));
    ck_assert(page_has("<td class=\"n right\" style=\"--share:0.56\">8</td><td class=\"n wrong\" "
                       "style=\"--share:0.14\">2</td>"));
    ck_assert(page_has("<td class=\"n\">10</td><td class=\"n\">80.00 %</td><td class=\"n\">49.0 to 94.3 %</td>"
                       "<td>two (2)</td>"));
    ck_assert(page_has("<td class=\"n\">4</td><td class=\"n\">100.00 %</td><td class=\"n\">51.0 to 100.0 %</td>"));
    ck_assert(page_has("<th scope=\"row\">12</th><td class=\"n\">3</td><td class=\"n\">100.00 %</td>"));
    ck_assert(page_has("<th scope=\"row\">not known</th><td class=\"n\">1</td>"));
    write_text(folder, "run/predictions.tsv", PREDICTIONS_HEAD "0\t0\t2\t-\n");
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(!page_has("Accuracy of each speaker") && page_has("<td class=\"n\">2 (1)</td>")); /* 3 is no name */
    write_text(folder, "run/predictions.tsv", PREDICTIONS_HEAD "0\t0\t999999\t-\n");
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(page_has("too many classes"));
    char *path = in_folder(folder, "run/predictions.tsv");
    ck_assert_int_eq(unlink(path), 0);
    free(path);
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(page_has("predictions.tsv is missing"));
}
END_TEST

START_TEST(many_speakers_are_shown_when_asked_for) {
    setenv("PATH", "/nowhere", 1); /* no pictures */
    train("run", "dense");
    char *text = format_text("%s", PREDICTIONS_HEAD);
    for (int i = 0; i < 30; i++) {
        char *longer = format_text("%s%d\t0\t0\t%d\n", text, i, 29 - i);
        free(text);
        text = longer;
    }
    write_text(folder, "run/predictions.tsv", text);
    free(text);
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(page_has("<summary>Accuracy of each of 30 speakers</summary>"));
}
END_TEST

/* One message says where it is; the folder has a sentence in its place. */
START_TEST(says_where_predictions_are_damaged) {
    static const char *const cases[][2] = {
        {"", "predictions.tsv: is empty"},
        {"index\tlabel\tpredicted\n", "predictions.tsv: line 1 has 3 columns; expected 4"},
        {"index\tlabel\tguess\tspeaker\n", "line 1, column 3 is 'guess'; expected 'predicted'"},
        {PREDICTIONS_HEAD "0\t1\t1\n", "line 2 has more or fewer columns than the first"},
        {PREDICTIONS_HEAD "0\tx\t1\t-\n", "line 2, column 2 (label): 'x' is not a whole number from 0 to 999999"},
        {PREDICTIONS_HEAD "0\t1\t1\t-\n5\t1\t1\t-\n", "line 3, column 1 (index): '5' is not 1"},
        {PREDICTIONS_HEAD "0\t1\t-1\t-\n", "line 2, column 3 (predicted): '-1' is not a whole number"},
        {PREDICTIONS_HEAD "0\t1000000\t1\t-\n", "line 2, column 2 (label): '1000000' is not a whole number"},
        {PREDICTIONS_HEAD "0\t1\t1.5\t-\n", "line 2, column 3 (predicted): '1.5' is not a whole number"},
        {PREDICTIONS_HEAD "0\t1\t1\t<b>\x1b\n", "line 2, column 4 (speaker): '<b>\\x1B' is not a whole number"},
        {PREDICTIONS_HEAD "0\t1\t1\t\n", "line 2, column 4 (speaker): '' is not a whole number"},
        {PREDICTIONS_HEAD "0\t1\t1\t4\n1\t1\t", "line 3 has more or fewer columns than the first"},
    };
    setenv("PATH", "/nowhere", 1); /* no pictures */
    train("run", "dense");
    train("other", "dense");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_text(folder, "run/predictions.tsv", cases[i][0]);
        ck_assert_int_eq(REPORT("run", "other"), 1);
        check_error(cases[i][1]);
        char *messages = read_text(folder, "err.txt", NULL);
        ck_assert_int_eq(count_parts(messages, "predictions.tsv"), 1);
        free(messages);
        ck_assert(page_has("This folder is not shown, since it cannot be read:") && page_has("Its network"));
    }
}
END_TEST

START_TEST(shows_operations_and_what_they_take) {
    train("run", "dense");
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(page_has("accumulations of a test sample") && page_has("multiplications of a test sample"));
    ck_assert(!page_has("energy of both"));
    ck_assert(file_has("run/pictures/changes.gp", "Accumulations") && !file_has("run/pictures/changes.gp", "Energy"));
    char *log = read_text(folder, "run/log.jsonl", NULL);
    for (char *null; (null = strstr(log, "\"picojoules\":null")) != NULL;)
        memcpy(null, "\"picojoules\":7654", strlen("\"picojoules\":7654"));
    write_text(folder, "run/log.jsonl", log);
    free(log);
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(page_has("energy of both (pJ)") && page_has(">7654</td>"));
    ck_assert(file_has("run/pictures/changes.gp", "Energy"));
}
END_TEST

/* Writes a text in the place of a setting of a run. */
static void set_setting(const char *run, const char *name, const char *value) {
    char *path = format_text("%s/settings.json", run), *text = read_text(folder, path, NULL);
    cJSON *settings = cJSON_Parse(text);
    ck_assert(cJSON_ReplaceItemInObjectCaseSensitive(settings, name, cJSON_CreateString(value)));
    char *changed = cJSON_Print(settings);
    write_text(folder, path, changed);
    cJSON_free(changed);
    cJSON_Delete(settings);
    free(text);
    free(path);
}

START_TEST(compares_only_what_is_like_the_paper) {
    train_with("run", "dense", "learned", "256");
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(page_has("97.2 % on RawHD"));
    set_setting("run", "recipe", "arrays");
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(!page_has("97.2 %") && !page_has("in the paper, on RawHD"));
    set_setting("run", "recipe", "rawhd");
    train_with("other", "dense", "learned", "8,4");
    ck_assert_int_eq(REPORT("other"), 0);
    ck_assert(!page_has("97.2 %"));
    set_setting("run", "order", "update-first");
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(!page_has("97.2 %"));
    set_setting("run", "neurons", "adaptive");
    set_setting("run", "tau", "5");
    ck_assert_int_eq(REPORT("run", "other"), 0);
    ck_assert(page_has("<td>adaptive, update-first, time constant 5</td>") && page_has("<td>lif</td>"));
}
END_TEST

/* Passes with fixed delays are with a sigma of 0, not with that of the schedule. */
START_TEST(fixed_delays_have_no_sigma) {
    train_with("run", "fixed", "fixed", "8");
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(!file_has("run/pictures/training.gp", "sigma"));
    train_with("other", "fixed", "learned", "8");
    ck_assert_int_eq(REPORT("other"), 0);
    ck_assert(file_has("other/pictures/training.gp", "sigma"));
}
END_TEST

/* Four layers of delays: two plots beside each other, so that a page does not shrink them. */
START_TEST(many_layers_stay_legible) {
    train_with("run", "deep-r", "learned", "6,5,7");
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(file_has("run/pictures/delays.gp", "width = 960") && file_has("run/pictures/delays.gp", "layout 2, 2"));
    ck_assert(file_has("run/pictures/degrees.gp", "layout 4, 2"));
    train_with("odd", "deep-r", "learned", "6,5");
    ck_assert_int_eq(REPORT("odd"), 0);
    ck_assert(file_has("odd/pictures/degrees.gp", "layout 4, 2"));
    ck_assert(file_has("odd/pictures/degrees.gp", "set multiplot next"));
    ck_assert_int_eq(has("odd/pictures/degrees.svg"), gnuplot_is_here());
}
END_TEST

/* An archive: a file is where the folder of pictures would be, which even root cannot write into. */
START_TEST(draws_elsewhere_where_it_cannot_write) {
    train("run", "deep-r");
    write_text(folder, "run/pictures", "in the way");
    ck_assert_int_eq(REPORT("run"), 0);
    char *text = read_text(folder, "page.html", NULL);
    ck_assert_int_eq(count_parts(text, "data:image/svg+xml;base64,"), gnuplot_is_here() ? 6 : 0);
    free(text);
    ck_assert_int_eq(page_has("cannot be written to"), gnuplot_is_here());
    ck_assert(file_has("run/pictures", "in the way"));
}
END_TEST

START_TEST(says_which_network_is_shown) {
    train("run", "deep-r");
    char *best = in_folder(folder, "run/best.safetensors"), *last = in_folder(folder, "run/last.safetensors");
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(!page_has("best.safetensors"));
    ck_assert_int_eq(unlink(best), 0);
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(page_has("best.safetensors is not there") && page_has("those of last.safetensors"));
    ck_assert(has("run/pictures/delays.gp"));
    ck_assert_int_eq(unlink(last), 0);
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(page_has("Neither best.safetensors nor last.safetensors is there"));
    check_error("pictures of the network are missing");
    ck_assert(!has("run/pictures/delays.gp"));
    free(last);
    free(best);
}
END_TEST

START_TEST(goes_without_gnuplot_and_without_old_files) {
    train("run", "deep-r");
    char *path = in_folder(folder, "run/initial.safetensors");
    ck_assert_int_eq(unlink(path), 0);
    free(path);
    setenv("PATH", "/nowhere", 1);
    ck_assert_int_eq(REPORT("run"), 0);
    check_error("gnuplot is not installed");
    ck_assert(page_has("Not drawn") && page_has("Results of the run"));
    ck_assert(has("run/pictures/delays.gp") && !has("run/pictures/delays.svg"));
}
END_TEST

/* What a run that is at work may leave for a moment, and one that has only begun. */
START_TEST(shows_unfinished_runs) {
    train("run", "dense");
    char *log = read_text(folder, "run/log.jsonl", NULL), *longer = format_text("%s{\"epoch\":4,\"tr", log);
    write_text(folder, "run/log.jsonl", longer);
    free(longer);
    free(log);
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(page_has("last epoch"));
    write_text(folder, "run/log.jsonl", "");
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(page_has("No epoch of this run is finished"));
}
END_TEST

/* ---- Tables ---- */

#define MORAN_HEAD                                                                                                     \
    "kind\tseed\toutput\tuntrained I\ttrained I\tuntrained excitation\tuntrained inhibition\ttrained excitation\t"     \
    "trained inhibition\n"
#define TESTS_HEAD "comparison\tfirst\tsecond\tfirst_n\tsecond_n\tU\tp\tlog10_p\tfirst_mean\tsecond_mean\n"
#define RESULTS_HEAD "model\tsparsity\tseed\tepochs\tlast_test_accuracy\tbest_test_accuracy\tsynapses\tseconds\n"
#define SUMMARY_HEAD                                                                                                   \
    "model\tsparsity\truns\tlast_mean\tlast_deviation\tlast_least\tlast_largest\tbest_mean\tbest_deviation\t"          \
    "best_least\tbest_largest\n"

static void write_fields(const char *name, const char *first) {
    char *moran = format_text("%s/moran.tsv", name), *tests = format_text("%s/tests.tsv", name);
    char *rows =
        format_text(TESTS_HEAD "dense\t%s\tuntrained\t60\t60\t3000.5\t1.25e-12\t-11.9\t0.07125\t0.02\n", first);
    write_text(folder, moran, MORAN_HEAD "dense\t0\t0\tnan\t0.0987654\t1\t-1\t2\t-2\n");
    write_text(folder, tests, rows);
    free(rows);
    free(tests);
    free(moran);
}

START_TEST(shows_fields_and_ablations) {
    write_fields("fields", "dense, trained");
    write_text(folder, "fields/fields.json", "{\"permutations\": 2000, \"common\": {\"epochs\": 77}}");
    write_text(folder, "ablation/summary.tsv",
               SUMMARY_HEAD "both\t0.875\t3\t0.5\t0.0125\t0.4\t0.6\t0.55\t0.02\t0.5\t0.6\n"
                            "neither\t0.875\t1\t0.25\tnan\t0.25\t0.25\t0.3\tnan\t0.3\t0.3\n");
    write_text(folder, "ablation/results.tsv", RESULTS_HEAD "both\t0.875\t0\t3\t0.5\t0.5\t1920\t1\n");
    ck_assert_int_eq(REPORT("fields", "ablation"), 0);
    check_self_contained();
    ck_assert(page_has("0.0712 and 0.0200") || page_has("0.0713 and 0.0200"));
    ck_assert(page_has("1.25e-12") && page_has("3000.5") && page_has("0.0987654") && page_has("common: epochs"));
    ck_assert(page_has("the paper: U") && page_has("3598.0")); /* in a column of its own */
    ck_assert(page_has("1 of 2 fields are in no test") && !page_has("means do not compare"));
    ck_assert(page_has("50.00 \xc2\xb1 1.25 %") && page_has("25.00 %") && page_has("87.5 %"));
    write_text(folder, "fields/fields.json", "{\"permutations\": 30}");
    ck_assert_int_eq(REPORT("fields"), 0);
    ck_assert(page_has("have the highest over 30 orders") && page_has("means do not compare"));
}
END_TEST

#define PERTURBED_HEAD "perturbation\tlevel\tseed\tn\tcorrect\taccuracy\tlow\thigh\n"

/* Two samples of class 0, one of class 1; what is drawn has its mean and range, and what is not its interval. */
static void write_evaluation(const char *rows) {
    char *table = format_text(PERTURBED_HEAD "%s", rows);
    write_text(folder, "evaluation/perturbations.tsv", table);
    write_text(folder, "evaluation/predictions.tsv",
               "index\tlabel\tpredicted\tspeaker\n0\t0\t0\t4\n1\t0\t1\t4\n2\t1\t1\t5\n");
    free(table);
}

START_TEST(shows_evaluations) {
    write_evaluation("none\t-\t-\t3\t2\t0.6666\t0.2077\t0.9385\njitter\t2\t0\t3\t2\t0.625\t0.2\t0.9\n"
                     "jitter\t2\t1\t3\t1\t0.375\t0.1\t0.8\nonly\texcitation\t-\t3\t1\t0.25\t0.1\t0.8\n");
    write_text(folder, "evaluation/evaluation.json", "{\"model\": \"some/best\", \"classes\": [\"zero\", \"<one>\"]}");
    ck_assert_int_eq(REPORT("evaluation"), 0);
    check_self_contained();
    ck_assert(page_has("Confusion matrix") && page_has("<th scope=\"col\">&lt;one&gt;</th>"));
    ck_assert(page_has("<th scope=\"row\">none</th>") && page_has("66.66 %") && page_has("20.8 to 93.8 %"));
    ck_assert(page_has("50.00 %") && page_has("37.50 to 62.50 %") && !page_has("20.0 to 90.0 %"));
    ck_assert(page_has("Accuracy of each speaker") && page_has("some/best"));
    write_evaluation("none\t-\t-\t3\t2\t7\t0.2\t0.9\n");
    ck_assert_int_eq(REPORT("evaluation"), 1);
    check_error("evaluation/perturbations.tsv: line 2, column 6 (accuracy): is 7");
    write_evaluation("none\t-\t-\t3\t2\t0.6666\t0.2077\t0.9385\n");
    write_text(folder, "evaluation/predictions.tsv", "index\tlabel\n");
    ck_assert_int_eq(REPORT("evaluation"), 1);
    check_error("predictions.tsv: line 1 has 2 columns; expected 4");
}
END_TEST

/* ---- Pictures of what other programs have left ---- */

/* Takes files of these endings out of FOLDER/NAME/pictures; NULL: all of it. */
static void remove_pictures(const char *name, const char *const endings[]) {
    char *pictures = format_text("%s/%s/pictures", folder, name);
    if (endings == NULL)
        folder_remove(pictures);
    for (int i = 0; endings != NULL && endings[i] != NULL; i++) {
        char *command = format_text("rm -f '%s'/*.%s", pictures, endings[i]);
        ck_assert_int_eq(system(command), 0);
        free(command);
    }
    free(pictures);
}

static void sweep(const char *program, const char *name, const char *const own[]) {
    const char *arguments[40] = {program_path(program), "--quiet", "--data"};
    char *data = in_folder(folder, "set"), *out = in_folder(folder, name);
    static const char *const tiny[] = {"--", "--epochs", "2", "--batch", "6", "--hidden", "8", NULL};
    int count = 3;
    if (!file_exists(data))
        write_tones(data);
    arguments[count++] = data;
    arguments[count++] = "--out";
    arguments[count++] = out;
    for (int i = 0; own[i] != NULL; i++)
        arguments[count++] = own[i];
    for (int i = 0; tiny[i] != NULL; i++)
        arguments[count++] = tiny[i];
    ck_assert_int_eq(run_program(folder, arguments), 0);
    free(out);
    free(data);
}

/* A folder of which the pictures are gone: they come back from scripts, if it is asked for, and from the results. */
static void check_pictures_return(const char *name, const char *one, int count) {
    static const char *const drawn[] = {"svg", "png", NULL};
    char *picture = format_text("%s/pictures/%s.svg", name, one), *script = format_text("%s/pictures/%s.gp", name, one);
    remove_pictures(name, drawn);
    char *text = read_text(folder, script, NULL), *marked = format_text("# kept\n%s", text);
    write_text(folder, script, marked);
    ck_assert_int_eq(REPORT("--redraw-from-scripts", name), 0);
    ck_assert_int_eq(count_pictures(), count);
    ck_assert(has(picture) && file_has(script, "# kept"));
    remove_pictures(name, drawn);
    ck_assert_int_eq(REPORT(name), 0);
    ck_assert_int_eq(count_pictures(), count);
    ck_assert(has(picture) && !file_has(script, "# kept"));
    remove_pictures(name, NULL);
    ck_assert_int_eq(REPORT(name), 0);
    ck_assert_int_eq(count_pictures(), count);
    char *again = read_text(folder, script, NULL);
    ck_assert_str_eq(again, text);
    remove_pictures(name, NULL);
    char *path = format_text("%s/pictures", name);
    write_text(folder, path, "in the way");
    ck_assert_int_eq(REPORT(name), 0);
    ck_assert_int_eq(count_pictures(), count);
    ck_assert(page_has("cannot be written to"));
    free(path);
    free(again);
    free(marked);
    free(text);
    free(script);
    free(picture);
}

START_TEST(draws_fields_that_lack_pictures) {
    static const char *const own[] = {"--seeds", "1", "--permutations", "5", "--rook", NULL};
    static const char *const highest[] = {"--seeds", "1", "--permutations", "5", "--rook", "--as-in-paper", NULL};
    sweep("RAWHD_RECEPTIVE_FIELDS", "fields", own);
    ck_assert_int_eq(REPORT("fields"), 0);
    ck_assert(page_has("4 neighbours, rows in the order of the channels, not as in the paper"));
    ck_assert(page_has("AUC (95 %)") && !page_has("3598.0"));
    if (gnuplot_is_here())
        check_pictures_return("fields", "moran", 5);
    sweep("RAWHD_RECEPTIVE_FIELDS", "highest", highest);
    ck_assert_int_eq(REPORT("highest"), 0);
    ck_assert(page_has("4 neighbours, not as in the paper") && !page_has("3598.0"));
    if (gnuplot_is_here())
        check_pictures_return("highest", "moran", 5);
}
END_TEST

START_TEST(draws_ablations_that_lack_pictures) {
    static const char *const own[] = {"--seeds", "2", "--sparsities", "0.5,0.875", "--models", "both,neither", NULL};
    sweep("RAWHD_ABLATION", "ablation", own);
    if (gnuplot_is_here())
        check_pictures_return("ablation", "ablation", 2);
    ck_assert_int_eq(REPORT("ablation"), 0);
    ck_assert(page_has("Differences between models: Welch") && page_has(">p_holm<"));
}
END_TEST

static void write_sweep(const char *settings, const char *results, const char *summary) {
    write_text(folder, "sweep/sweep.json", settings);
    write_text(folder, "sweep/results.tsv", results);
    write_text(folder, "sweep/summary.tsv", summary);
}

#define SWEEP_SETTINGS "{\"sweep\": {\"tau\": [\"5\", \"10\"]}, \"seeds\": 1}"
#define SWEEP_RESULTS "tau\tseed\tepochs\tlast_test_accuracy\tbest_test_accuracy\tsynapses\tseconds\n"
#define SWEEP_SUMMARY "tau\truns\tlast_mean\tlast_deviation\tbest_mean\tbest_deviation\n"

/* Tables and settings that are not of the same sweep are refused as a whole, whether there are pictures or not. */
START_TEST(refuses_a_sweep_that_does_not_fit_its_tables) {
    static const char run[] = SWEEP_RESULTS "5\t0\t3\t0.5\t0.5\t100\t1\n";
    static const char row[] = SWEEP_SUMMARY "5\t1\t0.5\tnan\t0.5\tnan\n";
    static const struct {
        const char *settings, *results, *summary, *said;
    } cases[] = {
        {SWEEP_SETTINGS, SWEEP_RESULTS "7\t0\t3\t0.5\t0.5\t100\t1\n", row,
         "sweep/results.tsv: line 2 has a value of tau that sweep.json does not have"},
        {SWEEP_SETTINGS, run, SWEEP_SUMMARY "10\t1\t0.5\tnan\t0.5\tnan\n6\t1\t0.5\tnan\t0.5\tnan\n",
         "sweep/summary.tsv: line 3 has a value of tau that sweep.json does not have"},
        {"{\"sweep\": {\"sigma\": [\"5\", \"10\"]}}", run, row, "line 2 has a value of sigma"},
        {SWEEP_SETTINGS, "tau\tlast_test_accuracy\tbest_test_accuracy\n5\t0.5\t0.5\n", row,
         "there is no column 'seed'"},
        {"{\"sweep\": {\"tau\": [5, 10]}}", run, row, "does not say which values of options were swept over"},
        {"{\"sweep\": {\"tau\": [\"5\", \"5\"]}}", run, row, "does not say which values"},
        {"{\"sweep\": {\"tau\": [\"5\", \"\"]}}", run, row, "does not say which values"},
        {"{\"sweep\": {\"tau\": [\"5\"], \"tau\": [\"10\"]}}", run, row, "does not say which values"},
        {"{\"sweep\": {\"tau\": {\"a\": \"5\"}}}", run, row, "does not say which values"},
        {"{\"sweep\": [[\"5\", \"10\"]]}", run, row, "does not say which values"},
        {"{\"sweep\": {}}", run, row, "does not say which values"},
        {"{\"seeds\": 1}", run, row, "does not say which values"},
    };
    for (int drawn = 0; drawn < 2; drawn++) {
        write_sweep(SWEEP_SETTINGS, run, row);
        ck_assert_int_eq(REPORT("sweep"), 0);
        ck_assert(page_has("Accuracy by options"));
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            write_sweep(cases[i].settings, cases[i].results, cases[i].summary);
            ck_assert_int_eq(REPORT("sweep"), 1);
            check_error(cases[i].said);
        }
    }
}
END_TEST

/* gnuplot leaves out a key that is wider than the picture, and writes labels over each other. */
START_TEST(long_values_of_a_sweep_stay_legible) {
    write_sweep("{\"sweep\": {\"sparsity\": [\"0.5\", \"0.75\", \"0.875\", \"0.9375\", \"0.96875\", \"0.984375\", "
                "\"0.9921875\", \"0.99609375\","
                "\"0.998046875\"], \"surrogate\": [\"fast-sigmoid\", \"arctan\"],"
                "\"weight-rate\": [\"0.000100000000000000000000000000000000001\"],"
                "\"position-rate\": [\"0.000100000000000000000000000000000000001\", \"1\"],"
                "\"weight-decay\": [\"0.000100000000000000000000000000000000001\", \"2\"]}}",
                "sparsity\tsurrogate\tweight-rate\tposition-rate\tweight-decay\tseed\tlast_test_accuracy\t"
                "best_test_accuracy\n0.9375\tfast-sigmoid\t0.000100000000000000000000000000000000001\t"
                "0.000100000000000000000000000000000000001\t0.000100000000000000000000000000000000001\t0\t0.5\t0.5\n",
                "sparsity\tsurrogate\tweight-rate\tposition-rate\tweight-decay\truns\tlast_mean\tlast_deviation\t"
                "best_mean\tbest_deviation\n");
    ck_assert_int_eq(REPORT("sweep"), 0);
    ck_assert_int_eq(file_has("sweep/pictures/sweep.gp", "set xtics rotate by 45 right"), gnuplot_is_here());
    ck_assert_int_eq(file_has("sweep/pictures/sweep.gp", "set key maxcols 1"), gnuplot_is_here());
    ck_assert_int_eq(file_has("sweep/pictures/sweep.gp", "'surrogate=fast-sigmoid, position-rate=0.0001"),
                     gnuplot_is_here());
    ck_assert_int_eq(file_has("sweep/pictures/sweep.gp", "1, weight...'"), gnuplot_is_here());
    ck_assert_int_eq(file_has("sweep/pictures/sweep.gp", "'0.998046875' 8.000000"), gnuplot_is_here());
}
END_TEST

START_TEST(says_which_pictures_are_missing) {
    write_fields("fields", "dense, trained");
    ck_assert_int_eq(REPORT("fields"), 0);
    check_error(gnuplot_is_here() ? "5 pictures are missing: " : "gnuplot is not installed");
    ck_assert(page_has("(Not drawn: "));
    setenv("PATH", "/nowhere", 1);
    ck_assert_int_eq(REPORT("fields"), 0);
    check_error("gnuplot is not installed");
    check_error("5 pictures are missing: there is no gnuplot");
    ck_assert(page_has("(Not drawn: gnuplot was not there"));
}
END_TEST

/* With neighbours or a search that are not the paper's its numbers are not beside. */
START_TEST(compares_only_what_is_measured_like_the_paper) {
    write_fields("fields", "dense, trained");
    write_text(folder, "fields/fields.json", "{\"search\": true, \"neighbours\": \"queen\"}");
    ck_assert_int_eq(REPORT("fields"), 0);
    ck_assert(page_has("8 neighbours, with a search, not as in the paper"));
    ck_assert(!page_has("3598.0") && !page_has("the paper: U"));
    write_text(folder, "fields/fields.json", "{\"search\": false, \"neighbours\": \"queen\"}");
    ck_assert_int_eq(REPORT("fields"), 0);
    ck_assert(page_has("8 neighbours") && page_has("3598.0") && !page_has("not as in the paper"));
}
END_TEST

START_TEST(refuses_what_is_no_number) {
    write_fields("fields", "dense, trained");
    write_text(folder, "fields/moran.tsv", MORAN_HEAD "dense\t0\t0\tnan\tgarbage\t1\t-1\t2\t-2\n");
    ck_assert_int_eq(REPORT("fields"), 1);
    check_error("fields/moran.tsv: line 2, column 5 (trained I): 'garbage' is not a number");
    write_fields("fields", "dense, trained");
    write_text(folder, "fields/tests.tsv",
               TESTS_HEAD "dense\ta\tb\t60\t60\t3000.5\t1.25e-12\t-11.9\t0.07125\t0.02\n"
                          "fixed\ta\tb\t60\t60\t3000.5\t1.2x\t-11.9\t0.07125\t0.02\n");
    ck_assert_int_eq(REPORT("fields"), 1);
    check_error("fields/tests.tsv: line 3, column 7 (p): '1.2x' is not a number");
    write_text(folder, "fields/tests.tsv", "comparison\tfirst\ndense\ta\n");
    ck_assert_int_eq(REPORT("fields"), 1);
    check_error("fields/tests.tsv: there is no column 'second'");
    write_text(folder, "ablation/results.tsv", RESULTS_HEAD "both\t0.875\t0\t3\t0.5\t0.5\t1920\t1\n");
    write_text(folder, "ablation/summary.tsv", SUMMARY_HEAD "both\t0.875\t3\t\t0.0125\t0.4\t0.6\t0.55\t0\t0\t0\n");
    ck_assert_int_eq(REPORT("ablation"), 1);
    check_error("ablation/summary.tsv: line 2, column 4 (last_mean): '' is not a number");
}
END_TEST

START_TEST(escapes_whatever_it_is_given) {
    static const char hostile[] = "a<script>alert(1)</script>&\"'\x01\xff";
    write_fields(hostile, hostile);
    char *name = format_text("%s/fields.json", hostile);
    write_text(folder, name,
               "{\"<img src=x onerror=alert(2)>\": \"</table><script>\", \"common\": {\"<b>\": \"<i>\"}}");
    free(name);
    ck_assert_int_eq(REPORT(hostile), 0);
    check_self_contained();
    ck_assert(!page_has("<img src=x") && !page_has("<b>") && !page_has("<i>"));
    ck_assert(page_has("a&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;\\x01\\xFF"));
    ck_assert(page_has("&lt;img src=x onerror=alert(2)&gt;") && page_has("&lt;/table&gt;&lt;script&gt;"));
}
END_TEST

/* A run in a folder whose name is nothing for gnuplot, a shell or a page. */
START_TEST(draws_in_any_folder) {
    static const char hostile[] = "it's \"$(touch x)\" `y` <b>; %s \\n";
    train("run", "deep-r");
    char *from = in_folder(folder, "run"), *to = in_folder(folder, hostile);
    ck_assert_int_eq(rename(from, to), 0);
    ck_assert_int_eq(REPORT(hostile), 0);
    check_self_contained();
    ck_assert(page_has("it&#39;s &quot;$(touch x)&quot; `y` &lt;b&gt;; %s \\n"));
    char *picture = format_text("%s/pictures/neurons.svg", hostile);
    ck_assert_int_eq(has(picture), gnuplot_is_here());
    free(picture);
    free(to);
    free(from);
}
END_TEST

/* ---- What strangers send ---- */

static int runs(const char *const names[]) {
    const int code = report(names);
    ck_assert(!has("ran"));
    return code;
}

#define RUNS(...) runs((const char *const[]){__VA_ARGS__, NULL})

/* A script that shows that it was carried out. */
static void write_trap(const char *name) {
    char *text = format_text("system('touch \"%s/ran\"')\n", folder);
    write_text(folder, name, text);
    free(text);
}

/* A gnuplot that shows it, too. */
static void write_gnuplot(const char *name, const char *text) {
    char *program = format_text("#!/bin/sh\n%s\n", text), *path = in_folder(folder, name);
    write_text(folder, name, program);
    ck_assert_int_eq(chmod(path, 0755), 0);
    free(path);
    free(program);
}

static void set_path(const char *before, const char *after) {
    char *path = format_text("%s:%s", before, after);
    setenv("PATH", path, 1);
    free(path);
}

/* As the manual says that one may, whatever lies beside the script. */
static void draw_by_hand(const char *pictures, const char *script) {
    char *command = format_text("cd '%s/%s' && gnuplot %s", folder, pictures, script);
    ck_assert(!gnuplot_is_here() || system(command) == 0);
    free(command);
}

START_TEST(carries_out_nothing_of_a_folder) {
    static const char *const own[] = {"--seeds", "1", "--sparsities", "0.5", "--models", "both", NULL};
    static const char *const drawn[] = {"svg", NULL};
    train("run", "deep-r");
    sweep("RAWHD_ABLATION", "ablation", own);
    remove_pictures("ablation", drawn);
    static const char *const names[] = {"style", "training", "delays", "ablation", "best"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *in_run = format_text("run/pictures/%s.gp", names[i]);
        char *in_ablation = format_text("ablation/pictures/%s.gp", names[i]);
        write_trap(in_run);
        write_trap(in_ablation);
        free(in_ablation);
        free(in_run);
    }
    ck_assert_int_eq(RUNS("run", "ablation"), 0);
    ck_assert_int_eq(count_pictures(), gnuplot_is_here() ? 8 : 0);
    ck_assert(!file_has("run/pictures/training.gp", "touch"));
    draw_by_hand("run/pictures", "training.gp");
    draw_by_hand("run/pictures", "delays.gp");
    ck_assert(!has("ran"));
    ck_assert_int_eq(file_has("ablation/pictures/best.gp", "touch"), !gnuplot_is_here());
    write_trap("ablation/pictures/best.gp");
    const int drawn_before = gnuplot_is_here();
    ck_assert_int_eq(REPORT("--redraw-from-scripts", "ablation"), 0);
    ck_assert_int_eq(has("ran"), gnuplot_is_here());
    setenv("PATH", "/nowhere", 1);
    ck_assert_int_eq(REPORT("--redraw-from-scripts", "run"), 0);
    ck_assert(has("run/pictures/training.gp"));
    ck_assert_int_eq(has("run/pictures/training.svg"), drawn_before);
}
END_TEST

/* Nor one that lies where the program happens to be, or goes to. */
START_TEST(takes_gnuplot_from_absolute_folders_only) {
    train("run", "deep-r");
    char *trap = format_text("touch '%s/ran'", folder);
    write_gnuplot("gnuplot", trap);
    write_gnuplot("run/pictures/gnuplot", trap);
    write_gnuplot("run/gnuplot", trap);
    free(trap);
    ck_assert_int_eq(chdir(folder), 0);
    char *before = format_text("%s", getenv("PATH"));
    static const char *const paths[] = {".", "", "run", "./run/pictures", "pictures"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        set_path(paths[i], before);
        ck_assert_int_eq(RUNS("run"), 0);
    }
    setenv("PATH", ".", 1);
    ck_assert_int_eq(RUNS("run"), 0);
    check_error("gnuplot is not installed");
    free(before);
}
END_TEST

static void make_link(const char *to, const char *name) {
    char *path = in_folder(folder, name);
    unlink(path);
    ck_assert_int_eq(symlink(to, path), 0);
    free(path);
}

/* Whatever a run's folder has links to stays as it is. */
START_TEST(follows_no_links_to_write) {
    static const char *const names[] = {"training.gp", "training.dat", "training.svg", "training.png",
                                        "delays.gp",   "delays.dat",   "delays.svg"};
    char *secret = in_folder(folder, "secret"), *elsewhere = in_folder(folder, "elsewhere");
    train("run", "deep-r");
    write_text(folder, "secret", "private");
    write_text(folder, "elsewhere/note", "private");
    write_text(folder, "run/pictures/note", "");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *link = format_text("run/pictures/%s", names[i]);
        make_link(i == 1 ? "../../made" : secret, link);
        free(link);
    }
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(file_has("secret", "private") && !has("made"));
    ck_assert(file_has("run/pictures/training.gp", "Accuracy"));
    remove_pictures("run", NULL);
    make_link(elsewhere, "run/pictures");
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(!has("elsewhere/training.gp"));
    ck_assert_int_eq(page_has("cannot be written to"), gnuplot_is_here());
    ck_assert_int_eq(count_pictures(), gnuplot_is_here() ? 6 : 0);
    free(elsewhere);
    free(secret);
}
END_TEST

/* The page has nothing that links lead to: no picture, no settings, no log, no table, no network. */
START_TEST(follows_no_links_to_read) {
    write_text(folder, "secret", "<svg xmlns='http://www.w3.org/2000/svg'>private</svg>");
    write_text(folder, "secret.json", "{\"private\": 1}");
    write_text(folder, "ablation/summary.tsv",
               SUMMARY_HEAD "both\t0.875\t3\t0.5\t0.0125\t0.4\t0.6\t0.55\t0\t0.5\t0.6\n");
    write_text(folder, "ablation/results.tsv", RESULTS_HEAD); /* nothing to draw */
    write_text(folder, "ablation/pictures/note", "");
    make_link("../../secret", "ablation/pictures/best.svg");
    ck_assert_int_eq(REPORT("ablation"), 0);
    ck_assert_int_eq(count_pictures(), 0);
    write_text(folder, "elsewhere/best.svg", "<svg xmlns='http://www.w3.org/2000/svg'>private</svg>");
    remove_pictures("ablation", NULL);
    make_link("../elsewhere", "ablation/pictures");
    ck_assert_int_eq(REPORT("ablation"), 0);
    ck_assert_int_eq(count_pictures(), 0);
    make_link("../secret.json", "ablation/ablation.json");
    ck_assert_int_eq(REPORT("ablation"), 1);
    check_error("ablation.json: is a link");
    train("run", "deep-r");
    static const char *const files[] = {"settings.json", "log.jsonl", "best.safetensors", "initial.safetensors"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *from = format_text("%s/run/%s", folder, files[i]), *to = format_text("%s/%s", folder, files[i]);
        char *link = format_text("run/%s", files[i]), *target = format_text("../%s", files[i]);
        char *said = format_text("run/%s: is a link", files[i]);
        ck_assert_int_eq(rename(from, to), 0);
        make_link(target, link);
        ck_assert_int_eq(REPORT("run"), 1);
        check_error(said);
        ck_assert_int_eq(rename(to, from), 0);
        free(said);
        free(target);
        free(link);
        free(to);
        free(from);
    }
    ck_assert_int_eq(REPORT("run"), 0);
}
END_TEST

/* A pipe that nobody writes to is not waited for. */
START_TEST(waits_for_no_pipe) {
    static const char *const files[] = {"log.jsonl", "settings.json", "last.safetensors"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        write_text(folder, "run/settings.json", "{}");
        write_text(folder, "run/log.jsonl", "{\"epoch\":1}\n");
        char *path = format_text("%s/run/%s", folder, files[i]);
        unlink(path);
        ck_assert_int_eq(mkfifo(path, 0600), 0);
        ck_assert_int_eq(REPORT("run"), 1);
        check_error("is a pipe");
        unlink(path);
        free(path);
    }
}
END_TEST

START_TEST(takes_time_by_the_lines_of_a_log) {
    enum { LINES = 50000 };
    char *path = in_folder(folder, "run/log.jsonl"), *page_of_lines;
    write_text(folder, "run/settings.json", "{}");
    FILE *log = fopen(path, "wb");
    for (int i = 1; i <= LINES; i++)
        fprintf(log, "{\"epoch\":%d,\"test_accuracy\":0.5,\"train_accuracy\":0.25,\"spike_rate\":0.1}\n", i);
    ck_assert_int_eq(fclose(log), 0);
    page_of_lines = format_text(">%d<", LINES);
    const time_t begin = time(NULL);
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert_int_lt((int)(time(NULL) - begin), 25);
    ck_assert(page_has(page_of_lines));
    free(page_of_lines);
    free(path);
}
END_TEST

START_TEST(one_absurd_number_is_a_matter_of_its_run) {
    train("run", "deep-r");
    write_text(folder, "absurd/settings.json", "{}");
    write_text(folder, "absurd/log.jsonl", "{\"epoch\":1,\"test_accuracy\":1e308}\n");
    write_text(folder, "\x1b[2Jodd/settings.json", "{\"\\u001b[31m\": \"\xc2\x9b\"}");
    write_text(folder, "\x1b[2Jodd/log.jsonl", "{\"epoch\":1,\"sigma\":-1}\n");
    ck_assert_int_eq(REPORT("absurd", "run", "\x1b[2Jodd"), 1);
    check_error("log.jsonl: line 1 \"test_accuracy\" is 1e+308");
    check_error("\\x1B[2Jodd");
    ck_assert(page_has("This folder is not shown") && page_has("is 1e+308"));
    ck_assert(page_has("Results of the run") && page_has("\\x1B[2Jodd"));
    ck_assert(!page_has("\x1b") && !file_has("err.txt", "\x1b"));
    ck_assert_int_eq(count_pictures(), gnuplot_is_here() ? 6 : 0);
}
END_TEST

/* A row of each table with one cell or, of JSON, one member that is absurd. */
START_TEST(one_absurd_cell_is_a_matter_of_its_folder) {
    static const struct {
        const char *file, *text, *said;
    } cases[] = {
        {"ablation/results.tsv", RESULTS_HEAD "both\t1e308\t0\t3\t0.5\t0.5\t100\t1\n", "(sparsity): is 1e+308"},
        {"ablation/results.tsv", RESULTS_HEAD "both\t0.5\t1e308\t3\t0.5\t0.5\t100\t1\n", "(seed): is 1e+308"},
        {"ablation/results.tsv", RESULTS_HEAD "both\t0.5\t0\t-3\t0.5\t0.5\t100\t1\n", "(epochs): is -3"},
        {"ablation/results.tsv", RESULTS_HEAD "both\t0.5\t0\t3\t-1e308\t0.5\t100\t1\n",
         "(last_test_accuracy): is -1e+308; expected 0 to 1"},
        {"ablation/results.tsv", RESULTS_HEAD "both\t0.5\t0\t3\t7\t0.5\t100\t1\n", "(last_test_accuracy): is 7"},
        {"ablation/results.tsv", RESULTS_HEAD "both\t0.5\t0\t3\tnan\t0.5\t100\t1\n", "(last_test_accuracy): is nan"},
        {"ablation/results.tsv", RESULTS_HEAD "both\t0.5\t0\t3\t0.5\t1e308\t100\t1\n", "(best_test_accuracy): is"},
        {"ablation/results.tsv", RESULTS_HEAD "both\t0.5\t0\t3\t0.5\t0.5\t1e308\t1\n", "(synapses): is 1e+308"},
        {"ablation/results.tsv", RESULTS_HEAD "both\t0.5\t0\t3\t0.5\t0.5\t100\t-1\n", "(seconds): is -1"},
        {"ablation/summary.tsv", SUMMARY_HEAD "both\t0.5\t3\t1e308\tnan\t0.4\t0.6\t0.5\tnan\t0.5\t0.6\n",
         "(last_mean): is 1e+308"},
        {"ablation/summary.tsv", SUMMARY_HEAD "both\t0.5\t3\t0.5\t-1\t0.4\t0.6\t0.5\tnan\t0.5\t0.6\n",
         "(last_deviation): is -1"},
        {"ablation/summary.tsv", SUMMARY_HEAD "both\t0.5\t1e308\t0.5\tnan\t0.4\t0.6\t0.5\tnan\t0.5\t0.6\n",
         "(runs): is 1e+308"},
        {"ablation/ablation.json", "{\"sparsities\": [0.5, 1e308]}", "\"sparsities\" is 1e+308"},
        {"ablation/ablation.json", "{\"common\": {\"l1\": 1e308}}", "\"l1\" is 1e+308"},
        {"fields/moran.tsv", MORAN_HEAD "dense\t0\t0\tnan\t1e308\t1\t-1\t2\t-2\n", "(trained I): is 1e+308"},
        {"fields/moran.tsv", MORAN_HEAD "dense\t0\t0\tnan\t0.5\t1\t-1e308\t2\t-2\n", "inhibition): is -1e+308"},
        {"fields/tests.tsv", TESTS_HEAD "dense\ta\tb\t60\t60\t3000\t1.5\t-11.9\t0.07\t0.02\n", "(p): is 1.5"},
        {"fields/tests.tsv", TESTS_HEAD "dense\ta\tb\t60\t60\t1e308\t0.5\t-11.9\t0.07\t0.02\n", "(U): is 1e+308"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_fields("fields", "dense, trained");
        write_text(folder, "ablation/ablation.json", "{\"seeds\": 1}");
        write_text(folder, "ablation/results.tsv", RESULTS_HEAD "both\t0.5\t0\t3\t0.5\t0.5\t100\t1\n");
        write_text(folder, "ablation/summary.tsv",
                   SUMMARY_HEAD "both\t0.5\t1\t0.5\tnan\t0.5\t0.5\t0.5\tnan\t0.5\t0.5\n");
        ck_assert_int_eq(REPORT("fields", "ablation"), 0);
        write_text(folder, cases[i].file, cases[i].text);
        ck_assert_int_eq(REPORT("fields", "ablation"), 1);
        check_error(cases[i].said);
        ck_assert(page_has("This folder is not shown"));
        ck_assert(page_has(cases[i].file[0] == 'a' ? "Mann-Whitney" : "Accuracy by model"));
        ck_assert(!page_has("inf %") && !page_has("1e308"));
    }
}
END_TEST

/* A picture that cannot be drawn is said in its place, in words that do nothing to a terminal. */
START_TEST(shows_what_gnuplot_cannot_draw) {
    train("run", "deep-r");
    write_gnuplot("programs/gnuplot", "printf 'no \\033[31mway\\n' >&2; exit 1");
    char *programs = in_folder(folder, "programs");
    set_path(programs, getenv("PATH"));
    ck_assert_int_eq(REPORT("run"), 0);
    check_error("6 pictures are missing: gnuplot cannot draw ");
    check_error("no \\x1B[31mway");
    ck_assert(page_has("Results of the run") && page_has("(Not drawn: gnuplot cannot draw "));
    ck_assert(has("run/pictures/delays.gp"));
    free(programs);
}
END_TEST

/* One layer from four inputs, in the run's folder. */
static void save_network(const char *name, int32_t outputs, int32_t pairs) {
    snnd_context *context;
    snnd_network *network;
    snnd_delay_options options;
    char *path = in_folder(folder, name);
    snnd_delay_options_init(&options, sizeof options);
    options.synapses_per_pair = pairs;
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    ck_assert_int_eq(snnd_network_create(context, 4, &network), SNND_OK);
    ck_assert_int_eq(snnd_network_add_delays(network, outputs, &options, NULL), SNND_OK);
    ck_assert_int_eq(snnd_network_initialize(network, 1), SNND_OK);
    ck_assert_int_eq(snnd_network_save(network, path), SNND_OK);
    snnd_network_free(network);
    snnd_context_free(context);
    free(path);
}

/* As many synapses of as many inputs, but not of as many neurons. */
START_TEST(compares_only_networks_of_one_shape) {
    write_text(folder, "run/settings.json", "{}");
    write_text(folder, "run/log.jsonl", "{\"epoch\":1}\n");
    save_network("run/last.safetensors", 6, 1);
    save_network("run/initial.safetensors", 6, 1);
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(file_has("run/pictures/degrees.gp", "before training"));
    save_network("run/initial.safetensors", 3, 2);
    ck_assert_int_eq(REPORT("run"), 0);
    ck_assert(!file_has("run/pictures/degrees.gp", "before training"));
}
END_TEST

/* What would take for ever is not begun. */
START_TEST(looks_for_a_bounded_time) {
    write_fields("fields", "dense, trained");
    write_text(folder, "fields/fields.json",
               "{\"model\": \"best.safetensors\", \"seeds\": 1, \"permutations\": 100000000}");
    ck_assert_int_eq(REPORT("fields"), 0);
    if (gnuplot_is_here())
        check_error("asks for 100000000 orders of the rows");
    write_text(folder, "fields/fields.json",
               "{\"model\": \"../../best.safetensors\", \"seeds\": 1, \"permutations\": 10}");
    ck_assert_int_eq(REPORT("fields"), 0);
    if (gnuplot_is_here())
        check_error("does not say which networks");
}
END_TEST

/* ---- What is wrong ---- */

/* What is no folder of results has a sentence in its place, whatever is wrong with it. */
START_TEST(shows_the_rest_where_a_folder_is_missing) {
    write_fields("fields", "dense, trained");
    write_text(folder, "other/notes.txt", "nothing of ours");
    ck_assert_int_eq(REPORT("missing", "fields", "other"), 1);
    check_error("missing: there is no such folder");
    check_error("other: is not a folder of results");
    ck_assert(page_has("missing: there is no such folder") && page_has("other: is not a folder of results"));
    ck_assert(page_has("dense, trained"));
}
END_TEST

START_TEST(says_what_is_wrong_and_leaves_the_page) {
    write_text(folder, "page.html", "as it was");
    ck_assert_int_eq(REPORT("missing"), 1);
    check_error("missing: there is no such folder");
    write_text(folder, "other/notes.txt", "nothing of ours");
    ck_assert_int_eq(REPORT("other"), 1);
    check_error("is not a folder of results");
    write_fields("fields", "dense\ttoo\tmany");
    ck_assert_int_eq(REPORT("fields"), 1);
    check_error("tests.tsv: line 2 has more or fewer columns");
    write_text(folder, "run/settings.json", "[]");
    write_text(folder, "run/log.jsonl", "");
    ck_assert_int_eq(REPORT("run"), 1);
    check_error("settings.json: is not a JSON object");
    write_text(folder, "run/settings.json", "{}");
    write_text(folder, "run/log.jsonl", "{\"epoch\":1}\nnot this\n");
    ck_assert_int_eq(REPORT("run"), 1);
    check_error("log.jsonl: line 2");
    write_text(folder, "run/log.jsonl", "{\"epoch\":1}\n");
    write_text(folder, "run/best.safetensors", "no network");
    ck_assert_int_eq(REPORT("run"), 1);
    check_error("best.safetensors");
    char *text = read_text(folder, "page.html", NULL);
    ck_assert_str_eq(text, "as it was");
    free(text);
}
END_TEST

START_TEST(knows_its_usage) {
    const char *program = program_path("RAWHD_REPORT");
#define CALL(...) run_program(folder, (const char *const[]){program, __VA_ARGS__, NULL})
    ck_assert_int_eq(CALL(NULL), 2);
    ck_assert_int_eq(CALL("--out", page), 2);
    ck_assert_int_eq(CALL("--what", folder), 2);
    ck_assert_int_eq(CALL("--help"), 0);
    ck_assert_int_eq(CALL("--version"), 0);
    write_fields("fields", "x");
    char *fields = in_folder(folder, "fields");
    ck_assert_int_eq(CALL("--out", "/nowhere/at/all.html", fields), 1);
    check_error("/nowhere/at/all.html");
    ck_assert_int_eq(CALL("--quiet", "--out", page, fields), 0);
    char *said = read_text(folder, "out.txt", NULL);
    ck_assert_str_eq(said, "");
    free(said);
    free(fields);
}
END_TEST

/* ---- Parts ---- */

static char *escaped(const char *text) {
    char *result = NULL;
    size_t length;
    FILE *stream = open_memstream(&result, &length);
    ck_assert_ptr_nonnull(stream);
    html_text(stream, text);
    ck_assert_int_eq(fclose(stream), 0);
    return result;
}

/* Markup is escaped, and what printable.h is about. */
START_TEST(lets_only_good_text_through) {
    static const char *const cases[][2] = {
        {"na\xc3\xafve \xe2\x82\xac \xf0\x9f\x98\x80\n", "na\xc3\xafve \xe2\x82\xac \xf0\x9f\x98\x80\n"},
        {"\xc0\xbc", "\\xC0\\xBC"},
        {"\xe2<b>", "\\xE2&lt;b&gt;"},
        {"\x1b[31m\xc2\x9b", "\\x1B[31m\\xC2\\x9B"},
        {"\xe2\x80\xae'\"&", "\\xE2\\x80\\xAE&#39;&quot;&amp;"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = escaped(cases[i][0]);
        ck_assert_str_eq(text, cases[i][1]);
        free(text);
    }
}
END_TEST

START_TEST(reads_tables) {
    struct table table;
    struct failure failure;
    write_text(folder, "t.tsv", "a\tb\tc\n1\t\t3\nx\ty\tz");
    ck_assert_int_eq(table_load(folder, "t.tsv", &table, &failure), 0);
    ck_assert_int_eq(table.rows, 2);
    ck_assert_str_eq(table_cell(&table, 0, "b"), "");
    ck_assert_str_eq(table_cell(&table, 1, "c"), "z");
    ck_assert_str_eq(table_cell(&table, 1, "d"), "");
    table_free(&table);
    write_text(folder, "t.tsv", "");
    ck_assert_int_ne(table_load(folder, "t.tsv", &table, &failure), 0);
    write_text(folder, "t.tsv", "a\tb\n1\n");
    ck_assert_int_ne(table_load(folder, "t.tsv", &table, &failure), 0);
}
END_TEST

int main(void) {
    program_path("RAWHD_TRAIN");
    program_path("RAWHD_REPORT");
    Suite *suite = suite_create("report");
    TCase *pages = tcase_create("pages");
    tcase_add_checked_fixture(pages, setup, teardown);
    tcase_set_timeout(pages, 120);
    tcase_add_test(pages, shows_runs);
    tcase_add_test(pages, shows_runs_together);
    tcase_add_test(pages, shows_classes_and_speakers);
    tcase_add_test(pages, many_speakers_are_shown_when_asked_for);
    tcase_add_test(pages, says_where_predictions_are_damaged);
    tcase_add_test(pages, shows_operations_and_what_they_take);
    tcase_add_test(pages, compares_only_what_is_like_the_paper);
    tcase_add_test(pages, fixed_delays_have_no_sigma);
    tcase_add_test(pages, many_layers_stay_legible);
    tcase_add_test(pages, draws_elsewhere_where_it_cannot_write);
    tcase_add_test(pages, says_which_network_is_shown);
    tcase_add_test(pages, draws_fields_that_lack_pictures);
    tcase_add_test(pages, draws_ablations_that_lack_pictures);
    tcase_add_test(pages, refuses_a_sweep_that_does_not_fit_its_tables);
    tcase_add_test(pages, long_values_of_a_sweep_stay_legible);
    tcase_add_test(pages, says_which_pictures_are_missing);
    tcase_add_test(pages, compares_only_what_is_measured_like_the_paper);
    tcase_add_test(pages, refuses_what_is_no_number);
    tcase_add_test(pages, goes_without_gnuplot_and_without_old_files);
    tcase_add_test(pages, shows_unfinished_runs);
    tcase_add_test(pages, shows_fields_and_ablations);
    tcase_add_test(pages, shows_evaluations);
    tcase_add_test(pages, escapes_whatever_it_is_given);
    tcase_add_test(pages, draws_in_any_folder);
    tcase_add_test(pages, shows_the_rest_where_a_folder_is_missing);
    tcase_add_test(pages, says_what_is_wrong_and_leaves_the_page);
    tcase_add_test(pages, knows_its_usage);
    suite_add_tcase(suite, pages);
    TCase *strangers = tcase_create("strangers");
    tcase_add_checked_fixture(strangers, setup, teardown);
    tcase_set_timeout(strangers, 120);
    tcase_add_test(strangers, carries_out_nothing_of_a_folder);
    tcase_add_test(strangers, takes_gnuplot_from_absolute_folders_only);
    tcase_add_test(strangers, follows_no_links_to_write);
    tcase_add_test(strangers, follows_no_links_to_read);
    tcase_add_test(strangers, waits_for_no_pipe);
    tcase_add_test(strangers, takes_time_by_the_lines_of_a_log);
    tcase_add_test(strangers, one_absurd_number_is_a_matter_of_its_run);
    tcase_add_test(strangers, one_absurd_cell_is_a_matter_of_its_folder);
    tcase_add_test(strangers, shows_what_gnuplot_cannot_draw);
    tcase_add_test(strangers, compares_only_networks_of_one_shape);
    tcase_add_test(strangers, looks_for_a_bounded_time);
    suite_add_tcase(suite, strangers);
    TCase *parts = tcase_create("parts");
    tcase_add_checked_fixture(parts, setup, teardown);
    tcase_add_test(parts, lets_only_good_text_through);
    tcase_add_test(parts, reads_tables);
    suite_add_tcase(suite, parts);
    return run_suite(suite);
}
