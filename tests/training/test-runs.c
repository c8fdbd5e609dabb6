/* The program from outside: a tiny set of tones, a few epochs. */
#include <cJSON.h>
#include <math.h>
#include <signal.h>
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/files.h"
#include "support.h"
#include "tones.h"
#include "training/history.h"
#include "training/predictions.h"
#include "training/recipe.h"

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

/* Starts a run in FOLDER/OUT with up to 20 more arguments, NULL at the end, by the ranks of mpirun, or NULL alone. */
static pid_t start_ranks(const char *ranks, const char *out, const char *const more[]) {
    char *path = in_folder(folder, out);
    const char *const launcher[] = {mpirun_path(), "-n", ranks};
    const char *const usual[] = {
        program_path("RAWHD_TRAIN"), "--data", set, "--out", path, "--batch", "6", "--threads", "1"};
    const char *arguments[40];
    int count = 0;
    for (size_t i = 0; ranks != NULL && i < sizeof launcher / sizeof *launcher; i++)
        arguments[count++] = launcher[i];
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        arguments[count++] = usual[i];
    for (int i = 0; i == 0 || more[i - 1] != NULL; i++)
        arguments[count++] = more[i];
    pid_t child = start_program(folder, arguments);
    free(path);
    return child;
}

static pid_t start(const char *out, const char *const more[]) {
    return start_ranks(NULL, out, more);
}

#define START_RANKS(ranks, out, ...) start_ranks(ranks, out, (const char *const[]){__VA_ARGS__, NULL})
#define START(out, ...) start(out, (const char *const[]){__VA_ARGS__, NULL})
#define RUN(out, ...) wait_program(START(out, __VA_ARGS__))

static void check_error(const char *part) {
    char *messages = read_text(folder, "err.txt", NULL);
    ck_assert_msg(strstr(messages, part) != NULL, "'%s' is not in '%s'", part, messages);
    free(messages);
}

static void remove_from(const char *parent, const char *name) {
    char *path = in_folder(parent, name);
    ck_assert_int_eq(remove(path), 0);
    free(path);
}

/* Lines of a run's log. */
static int count_lines(const char *out) {
    char *name = format_text("%s/log.jsonl", out), *log = read_text(folder, name, NULL);
    int lines = 0;
    for (const char *end = log; end != NULL && (end = strchr(end, '\n')) != NULL; end++)
        lines++;
    free(log);
    free(name);
    return lines;
}

/* Checks that the log has one good line an epoch. */
static void check_log(const char *out, int epochs, int validated) {
    static const char *const numbers[] = {"train_loss", "train_accuracy", "test_loss", "test_accuracy", "sigma",
                                          "seconds",    "active",         "rewired",   "delay_moved"};
    char *name = format_text("%s/log.jsonl", out), *log = read_text(folder, name, NULL);
    ck_assert_ptr_nonnull(log);
    char *line = log;
    for (int epoch = 1; epoch <= epochs; epoch++) {
        char *end = strchr(line, '\n');
        ck_assert_ptr_nonnull(end);
        *end = '\0';
        cJSON *record = cJSON_Parse(line);
        ck_assert_ptr_nonnull(record);
        ck_assert_double_eq(cJSON_GetObjectItem(record, "epoch")->valuedouble, epoch);
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
            ck_assert_msg(cJSON_IsNumber(cJSON_GetObjectItem(record, numbers[i])), "%s in %s", numbers[i], line);
        double accuracy = cJSON_GetObjectItem(record, "test_accuracy")->valuedouble;
        ck_assert(accuracy >= 0 && accuracy <= 1);
        const cJSON *validation = cJSON_GetObjectItem(record, "validation_accuracy");
        ck_assert(validated ? cJSON_IsNumber(validation) : cJSON_IsNull(validation));
        cJSON_Delete(record);
        line = end + 1;
    }
    ck_assert_int_eq(*line, '\0');
    free(log);
    free(name);
}

static int file_is(const char *name, const char *expected) {
    char *text = read_text(folder, name, NULL);
    const int same = text != NULL && strcmp(text, expected) == 0;
    free(text);
    return same;
}

static int has(const char *name) {
    char *path = in_folder(folder, name);
    int there = file_exists(path);
    free(path);
    return there;
}

/* The share of the testing samples that are right by the predictions of a run. */
static double share_predicted(const char *out) {
    char *path = in_folder(folder, out);
    struct predictions predictions;
    struct failure failure;
    ck_assert_msg(predictions_read(path, &predictions, &failure) == 0, "%s", failure.text);
    ck_assert_int_eq(predictions.samples, 6);
    ck_assert_int_eq(predictions.speaker[5], 0); /* of write_tones() */
    const double share = (double)predictions_correct(&predictions) / 6;
    predictions_free(&predictions);
    free(path);
    return share;
}

/* The same by its log, after the best epoch and after the last. */
static void shares_logged(const char *out, double *best, double *last) {
    char *path = in_folder(folder, out);
    struct failure failure;
    cJSON *history = history_read(path, NULL, &failure);
    ck_assert_ptr_nonnull(history);
    *best = history_number(cJSON_GetArrayItem(history, history_best(history)), "test_accuracy");
    *last = history_number(cJSON_GetArrayItem(history, cJSON_GetArraySize(history) - 1), "test_accuracy");
    cJSON_Delete(history);
    free(path);
}

/* Until there is a run whose last epoch is worse than its best. */
START_TEST(predictions_are_those_of_the_best_epoch) {
    static const char *const seeds[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    double best = 0, last = 0;
    for (size_t i = 0; best <= last && i < sizeof seeds / sizeof *seeds; i++) {
        ck_assert_int_eq(RUN("run", "--overwrite", "--epochs", "6", "--hidden", "8", "--seed", seeds[i]), 0);
        shares_logged("run", &best, &last);
        ck_assert_double_eq_tol(share_predicted("run"), best, 1e-9);
    }
    ck_assert_double_gt(best, last);
    ck_assert_int_eq(RUN("run", "--overwrite", "--epochs", "12", "--hidden", "16", "--validation", "0.3"), 0);
    shares_logged("run", &best, &last);
    ck_assert_double_eq_tol(share_predicted("run"), best, 1e-9);
    char *settings = read_text(folder, "run/settings.json", NULL);
    ck_assert(strstr(settings, "\"validation-by\":\t\"a share of 0.3 by seed 0\"") != NULL);
    ck_assert(strstr(settings, "\"zero (english)\", \"one (english)\"") != NULL);
    free(settings);
}
END_TEST

/* As those that were begun before there were predictions. */
START_TEST(a_finished_run_brings_its_predictions_back) {
    ck_assert_int_eq(RUN("run", "--epochs", "4", "--hidden", "8"), 0);
    ck_assert_int_eq(RUN("same", "--epochs", "4", "--hidden", "8"), 0);
    remove_from(folder, "run/predictions.tsv");
    ck_assert_int_eq(RUN("run", "--resume"), 0);
    ck_assert(same_bytes(folder, "run/predictions.tsv", folder, "same/predictions.tsv"));
    remove_from(folder, "run/predictions.tsv");
    remove_from(folder, "run/best.safetensors");
    ck_assert_int_eq(RUN("run", "--resume"), 0);
    ck_assert(!has("run/predictions.tsv"));
}
END_TEST

START_TEST(a_run_leaves_what_it_promises) {
    ck_assert_int_eq(RUN("run", "--epochs", "3", "--hidden", "8"), 0);
    check_log("run", 3, 0);
    ck_assert(has("run/best.safetensors") && has("run/last.safetensors") && has("run/checkpoint.safetensors") &&
              has("run/initial.safetensors") && has("run/settings.json") && has("run/front_end.json") &&
              has("run/predictions.tsv"));
    ck_assert(!same_bytes(folder, "run/initial.safetensors", folder, "run/last.safetensors"));
    char *output = read_text(folder, "out.txt", NULL);
    ck_assert_ptr_nonnull(strstr(output, "test accuracy "));
    ck_assert_ptr_nonnull(strstr(output, "epoch 3/3"));
    ck_assert_ptr_null(strchr(output, '\r'));
    free(output);
    snnd_context *context;
    snnd_network *network;
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    char *path = in_folder(folder, "run/best.safetensors");
    ck_assert_int_eq(snnd_network_load(context, path, &network), SNND_OK);
    ck_assert_int_eq(snnd_network_inputs(network), 40);
    ck_assert_int_eq(snnd_network_outputs(network), 20);
    snnd_network_free(network);
    snnd_context_free(context);
    free(path);
}
END_TEST

/* The last epoch's changes, from the models before and after it, are those in the log. */
START_TEST(the_log_tells_what_changed) {
    snnd_context *context;
    snnd_network *before, *after;
    snnd_changes changes;
    ck_assert_int_eq(RUN("run", "--epochs", "1", "--hidden", "32", "--structure", "deep-r"), 0);
    char *first = in_folder(folder, "run/initial.safetensors"), *last = in_folder(folder, "run/last.safetensors");
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    ck_assert_int_eq(snnd_network_load(context, first, &before), SNND_OK);
    ck_assert_int_eq(snnd_network_load(context, last, &after), SNND_OK);
    snnd_changes_init(&changes, sizeof changes);
    ck_assert_int_eq(snnd_network_changes(before, after, NULL, &changes), SNND_OK);
    char *log = read_text(folder, "run/log.jsonl", NULL);
    cJSON *record = cJSON_Parse(log);
    ck_assert_double_eq(cJSON_GetObjectItem(record, "rewired")->valuedouble, (double)changes.born);
    /* The log has fifteen digits of it. */
    ck_assert_double_eq_tol(cJSON_GetObjectItem(record, "delay_moved")->valuedouble, changes.mean_move,
                            1e-14 * changes.mean_move);
    ck_assert_double_gt(changes.mean_move, 0);
    cJSON_Delete(record);
    snnd_network_free(before);
    snnd_network_free(after);
    snnd_context_free(context);
    free(log);
    free(last);
    free(first);
}
END_TEST

/* A number of a line of a log; NaN: null. */
static double logged(const char *out, int epoch, const char *number) {
    char *name = format_text("%s/log.jsonl", out), *log = read_text(folder, name, NULL), *line = log;
    for (int i = 1; i < epoch; i++)
        line = strchr(line, '\n') + 1;
    cJSON *record = cJSON_ParseWithOpts(line, NULL, 0);
    const cJSON *item = cJSON_GetObjectItem(record, number);
    ck_assert_msg(item != NULL, "%s is not in %s", number, line);
    const double value = cJSON_IsNumber(item) ? item->valuedouble : NAN;
    cJSON_Delete(record);
    free(log);
    free(name);
    return value;
}

START_TEST(the_log_has_operations_and_what_they_take) {
    ck_assert_int_eq(RUN("run", "--epochs", "2", "--hidden", "8", "--picojoules", "0.5,4"), 0);
    for (int epoch = 1; epoch <= 2; epoch++) {
        const double accumulations = logged("run", epoch, "accumulations");
        const double multiplications = logged("run", epoch, "multiplications");
        ck_assert(accumulations > 0 && accumulations <= 80 * 8 * 20); /* every neuron at every step */
        ck_assert(multiplications > 0 && multiplications <= 80 * 40 * 8);
        ck_assert_double_eq_tol(logged("run", epoch, "picojoules"), 0.5 * accumulations + 4 * multiplications, 1e-6);
    }
    ck_assert_int_eq(RUN("plain", "--epochs", "2", "--hidden", "8"), 0);
    ck_assert_double_eq_tol(logged("plain", 2, "accumulations"), logged("run", 2, "accumulations"), 1e-9);
    ck_assert(isnan(logged("plain", 2, "picojoules")));
}
END_TEST

START_TEST(quiet_prints_the_result_only) {
    ck_assert_int_eq(RUN("run", "--epochs", "2", "--hidden", "4,4", "--quiet", "--validation", "0.25"), 0);
    check_log("run", 2, 1);
    char *output = read_text(folder, "out.txt", NULL);
    ck_assert_int_eq(strncmp(output, "test accuracy ", 14), 0);
    ck_assert_ptr_nonnull(strstr(output, "validation"));
    free(output);
}
END_TEST

START_TEST(every_structure_trains) {
    static const char *const kinds[][2] = {
        {"fixed", "learned"}, {"deep-r", "learned"}, {"deep-r", "fixed"}, {"fixed", "fixed"}};
    ck_assert_int_eq(RUN("run", "--epochs", "2", "--hidden", "8", "--structure", kinds[_i][0], "--delays", kinds[_i][1],
                         "--sparsity", "0.75", "--growth", _i == 1 ? "random" : "gradient"),
                     0);
    char *log = read_text(folder, "run/log.jsonl", NULL);
    ck_assert_ptr_nonnull(strstr(log, "\"active\":120,")); /* (40 * 8 + 8 * 20) / 4 */
    free(log);
}
END_TEST

static const char *const rules[][8] = {
    {"--structure", "rigl", "--interval", "2", "--dale"},
    {"--structure", "rigl", "--budget", "network", "--density", "erdos-renyi", "--interval", "2"},
    {"--structure", "set", "--budget", "network", "--density", "erdos-renyi"},
    {"--structure", "set", "--budget", "fan-in", "--fan-in", "3"},
    {"--structure", "snfs", "--budget", "network", "--share", "0.4"},
    {"--structure", "snfs", "--budget", "fan-in", "--fan-in", "5"},
    {"--structure", "deep-r", "--growth", "random", "--temperature", "1e-5"},
    {"--structure", "pruned", "--from", "dense/last.safetensors"},
    {"--structure", "pruned", "--from", "dense/last.safetensors", "--rewind", "dense/initial.safetensors"},
};

/* Synapses that they leave: of 16 * 40 + 20 * 16 an eighth, or so many for each neuron. */
static const int synapses[] = {120, 120, 120, 36 * 3, 120, 36 * 5, 120, 120, 120};

enum { RULES = sizeof rules / sizeof *rules };

/* Starts a run by a rule; paths of models are in the folder. */
static pid_t start_rule(const char *out, int rule, const char *epochs) {
    const char *arguments[16] = {"--hidden", "16", "--epochs", epochs};
    char *path[8];
    int count = 4, paths = 0;
    for (int i = 0; i < 8 && rules[rule][i] != NULL; i++) {
        const int is_path = strchr(rules[rule][i], '/') != NULL;
        arguments[count++] = is_path ? path[paths++] = in_folder(folder, rules[rule][i]) : rules[rule][i];
    }
    pid_t child = start(out, arguments);
    while (paths > 0)
        free(path[--paths]);
    return child;
}

static void check_active(const char *out, int active) {
    char *name = format_text("%s/log.jsonl", out), *log = read_text(folder, name, NULL);
    char *part = format_text("\"active\":%d,", active);
    ck_assert_msg(strstr(log, part) != NULL, "%s is not in %s", part, log);
    free(part);
    free(log);
    free(name);
}

START_TEST(every_rule_trains) {
    ck_assert_int_eq(RUN("dense", "--epochs", "2", "--hidden", "16"), 0);
    ck_assert_int_eq(wait_program(start_rule("run", _i, "2")), 0);
    char *said = read_text(folder, "err.txt", NULL);
    ck_assert_str_eq(said, "");
    free(said);
    check_log("run", 2, 0);
    check_active("run", synapses[_i]);
}
END_TEST

START_TEST(what_has_no_effect_is_mentioned) {
    ck_assert_int_eq(RUN("run", "--epochs", "1", "--hidden", "8", "--sparsity", "0.5", "--rewind", "nothing"), 0);
    check_error("--sparsity has no effect with --structure dense");
    check_error("--rewind has no effect with --structure dense");
    ck_assert_int_eq(RUN("other", "--epochs", "1", "--hidden", "8", "--structure", "set", "--budget", "fan-in",
                         "--fan-in", "2", "--sparsity", "0.5", "--temperature", "1"),
                     0);
    check_error("--sparsity has no effect with --budget fan-in");
    check_error("--temperature has no effect with --structure set");
    ck_assert_int_eq(RUN("third", "--epochs", "1", "--hidden", "8", "--neurons", "adaptive", "--reset", "subtract",
                         "--rate-upper", "0.1"),
                     0);
    check_error("--reset has no effect with --neurons adaptive");
    check_error("--rate-upper has no effect without --rate-penalty");
    ck_assert_int_eq(RUN("run", "--overwrite", "--epochs", "1", "--hidden", "8", "--growth", "random", "--quiet"), 0);
    char *said = read_text(folder, "err.txt", NULL);
    ck_assert_str_eq(said, "");
    free(said);
}
END_TEST

/* Three synapses for two layers, drawn anew in every epoch. */
START_TEST(a_layer_that_a_rule_leaves_without_a_synapse_is_told) {
    ck_assert_int_eq(RUN("run", "--epochs", "6", "--hidden", "2", "--structure", "set", "--budget", "network",
                         "--sparsity", "0.97", "--share", "1", "--quiet"),
                     0);
    check_error("rawhd-train: warning: rewiring has left layer ");
    check_error(" without synapses");
}
END_TEST

START_TEST(a_rule_that_never_rewires_is_mentioned) {
    ck_assert_int_eq(RUN("run", "--epochs", "4", "--hidden", "8", "--structure", "rigl"), 0);
    check_error("--structure rigl never rewires: its first rewiring would be at step 100, but of 12 steps");
    ck_assert_int_eq(RUN("run", "--overwrite", "--epochs", "1", "--hidden", "8", "--structure", "snfs"), 0);
    check_error("--structure snfs never rewires: its first rewiring would be at step 3, but of 3 steps");
    ck_assert_int_eq(RUN("run", "--overwrite", "--epochs", "1", "--hidden", "8", "--structure", "set"), 0);
    char *said = read_text(folder, "err.txt", NULL);
    ck_assert_str_eq(said, "");
    free(said);
}
END_TEST

/* ---- Pruning what is sparse or signed already ---- */

/* Prunes FOLDER/FROM further; the arguments end with NULL. */
static int prune(const char *from, const char *const more[]) {
    const char *arguments[20] = {"--overwrite", "--epochs", "1", "--hidden", "16", "--structure", "pruned", "--from"};
    char *path = in_folder(folder, from);
    int count = 8;
    arguments[count++] = path;
    for (int i = 0; more[i] != NULL; i++)
        arguments[count++] = more[i];
    int code = wait_program(start("pruned", arguments));
    free(path);
    return code;
}

#define PRUNE(from, ...) prune(from, (const char *const[]){__VA_ARGS__, NULL})

/* An array of a layer of FOLDER/NAME, of which the context is kept. */
static const void *array_of(snnd_context *context, const char *name, int layer, snnd_array_name array,
                            snnd_network **network) {
    snnd_array found = {0};
    char *path = in_folder(folder, name);
    ck_assert_int_eq(snnd_network_load(context, path, network), SNND_OK);
    ck_assert_int_eq(snnd_layer_array(snnd_network_layer(*network, layer), array, &found), SNND_OK);
    free(path);
    return found.data;
}

/* What is left is a part of what there was, with its signs, and no synapse is of weight 0. */
static void check_part(const char *whole, const char *part, int is_signed) {
    snnd_context *context;
    snnd_network *before[3], *after[3];
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    const uint8_t *mask = array_of(context, part, 0, SNND_ARRAY_MASK, &after[0]);
    const uint8_t *had = array_of(context, whole, 0, SNND_ARRAY_MASK, &before[0]);
    const float *weight = array_of(context, part, 0, SNND_ARRAY_WEIGHT, &after[1]);
    const float *weighed = array_of(context, whole, 0, SNND_ARRAY_WEIGHT, &before[1]);
    const int8_t *sign = is_signed ? array_of(context, part, 0, SNND_ARRAY_SIGN, &after[2]) : NULL;
    const int8_t *signs = is_signed ? array_of(context, whole, 0, SNND_ARRAY_SIGN, &before[2]) : NULL;
    int removed = 0;
    for (int s = 0; s < 16 * 40; s++) {
        ck_assert(mask[s] <= had[s]);
        ck_assert(!mask[s] || (weight[s] < 0 || weight[s] > 0));
        ck_assert(!mask[s] || fabsf(weight[s] - weighed[s]) < 1e-12f);
        ck_assert(!is_signed || sign[s] == signs[s]);
        removed += had[s] && !mask[s];
    }
    ck_assert_int_gt(removed, 0);
    for (int i = 0; i < (is_signed ? 3 : 2); i++) {
        snnd_network_free(before[i]);
        snnd_network_free(after[i]);
    }
    snnd_context_free(context);
}

START_TEST(pruning_knows_masks_and_signs) {
    ck_assert_int_eq(RUN("sparse", "--epochs", "2", "--hidden", "16", "--structure", "set", "--sparsity", "0.75"), 0);
    ck_assert_int_eq(PRUNE("sparse/last.safetensors", "--sparsity", "0.5"), 1);
    check_error("--from");
    check_error("sparse/last.safetensors: fixed mask: layer 0 has 160 synapses; expected at least 320");
    ck_assert_int_eq(PRUNE("sparse/initial.safetensors", "--sparsity", "0.875"), 0);
    check_active("pruned", 120);
    check_part("sparse/initial.safetensors", "pruned/initial.safetensors", 0);
    ck_assert_int_eq(PRUNE("sparse/last.safetensors", "--sparsity", "0.875", "--dale"), 1);
    check_error("sparse/last.safetensors: fixed mask: layer 0 has no fixed signs");
}
END_TEST

START_TEST(pruning_keeps_dales_law) {
    ck_assert_int_eq(RUN("dale", "--epochs", "2", "--hidden", "16", "--structure", "deep-r", "--sparsity", "0.5"), 0);
    ck_assert_int_eq(PRUNE("dale/last.safetensors", "--sparsity", "0.75"), 0);
    check_part("dale/last.safetensors", "pruned/initial.safetensors", 1);
    ck_assert_int_eq(PRUNE("dale/last.safetensors", "--sparsity", "0.75", "--dale"), 0);
    check_part("dale/last.safetensors", "pruned/initial.safetensors", 1);
    ck_assert_int_eq(RUN("pruned", "--resume"), 0);
    ck_assert_int_eq(RUN("free", "--epochs", "1", "--hidden", "16", "--structure", "deep-r", "--no-dale"), 0);
    ck_assert_int_eq(PRUNE("free/last.safetensors", "--sparsity", "0.9"), 0);
    check_part("free/last.safetensors", "pruned/initial.safetensors", 1);
    ck_assert_int_eq(PRUNE("free/last.safetensors", "--sparsity", "0.9", "--dale"), 1);
    check_error("do not obey Dale's law");
}
END_TEST

/* The file is named that has other layers. */
START_TEST(pruning_names_the_model_that_does_not_fit) {
    ck_assert_int_eq(RUN("dense", "--epochs", "1", "--hidden", "16"), 0);
    ck_assert_int_eq(RUN("other", "--epochs", "1", "--hidden", "8"), 0);
    char *other = in_folder(folder, "other/last.safetensors");
    ck_assert_int_eq(PRUNE("other/last.safetensors", NULL), 1);
    check_error("other/last.safetensors: ");
    check_error("its layer 0 is delays of 8 neurons");
    ck_assert_int_eq(PRUNE("dense/last.safetensors", "--rewind", other), 1);
    check_error("--rewind");
    check_error("other/last.safetensors: ");
    free(other);
}
END_TEST

START_TEST(threads_and_repeats_do_not_matter) {
    ck_assert_int_eq(RUN("a", "--epochs", "2", "--hidden", "8", "--structure", "deep-r"), 0);
    ck_assert_int_eq(RUN("b", "--epochs", "2", "--hidden", "8", "--structure", "deep-r", "--threads", "3"), 0);
    ck_assert_int_eq(RUN("c", "--epochs", "2", "--hidden", "8", "--structure", "deep-r", "--seed", "1"), 0);
    ck_assert(same_bytes(folder, "a/last.safetensors", folder, "b/last.safetensors"));
    ck_assert(!same_bytes(folder, "a/last.safetensors", folder, "c/last.safetensors"));
}
END_TEST

/* Waits until a run has logged so many epochs; 0 if it ends before. */
static void wait_for_lines(const char *out, int lines) {
    const struct timespec moment = {0, 1000000};
    for (int i = 0; i < 60000 && count_lines(out) < lines; i++)
        nanosleep(&moment, NULL);
    ck_assert_int_ge(count_lines(out), lines);
}

/* Checks that two logs have the same in each epoch, but for the time that it took. */
static void check_same_log(const char *out, const char *other) {
    char *name[2] = {format_text("%s/log.jsonl", out), format_text("%s/log.jsonl", other)};
    char *log[2] = {read_text(folder, name[0], NULL), read_text(folder, name[1], NULL)}, *line[2] = {log[0], log[1]};
    for (char *end[2]; (end[0] = strchr(line[0], '\n')) != NULL; line[0] = end[0] + 1, line[1] = end[1] + 1) {
        end[1] = strchr(line[1], '\n');
        ck_assert_ptr_nonnull(end[1]);
        *end[0] = *end[1] = '\0';
        cJSON *record[2] = {cJSON_Parse(line[0]), cJSON_Parse(line[1])};
        for (int i = 0; i < 2; i++)
            cJSON_DeleteItemFromObject(record[i], "seconds");
        ck_assert_msg(cJSON_Compare(record[0], record[1], 1), "%s and %s", line[0], line[1]);
        cJSON_Delete(record[0]);
        cJSON_Delete(record[1]);
    }
    ck_assert_str_eq(line[0], line[1]);
    for (int i = 0; i < 2; i++) {
        free(log[i]);
        free(name[i]);
    }
}

#define LONG_RUN "--epochs", "60", "--hidden", "48", "--structure", "deep-r", "--validation", "0.2"

/* Two stops and two resumed runs, one of which is told nothing but where, end where one run does. */
START_TEST(stop_and_resume_are_as_if_never_stopped) {
    ck_assert_int_eq(RUN("whole", LONG_RUN), 0);
    pid_t child = START("parts", LONG_RUN);
    wait_for_lines("parts", 2);
    kill(child, SIGINT);
    ck_assert_int_eq(wait_program(child), 130);
    check_error("--resume");
    check_log("parts", count_lines("parts"), 1);
    child = START("parts", LONG_RUN, "--resume");
    wait_for_lines("parts", count_lines("parts") + 2);
    kill(child, SIGTERM);
    ck_assert_int_eq(wait_program(child), 130);
    int done = count_lines("parts");
    ck_assert_int_lt(done, 60);
    char *path = in_folder(folder, "parts");
    ck_assert_int_eq(
        run_program(folder, (const char *const[]){program_path("RAWHD_TRAIN"), "--out", path, "--resume", NULL}), 0);
    free(path);
    check_log("parts", 60, 1);
    check_same_log("parts", "whole");
    ck_assert(same_bytes(folder, "parts/initial.safetensors", folder, "whole/initial.safetensors"));
    ck_assert(same_bytes(folder, "parts/last.safetensors", folder, "whole/last.safetensors"));
    ck_assert(same_bytes(folder, "parts/best.safetensors", folder, "whole/best.safetensors"));
    ck_assert(same_bytes(folder, "parts/predictions.tsv", folder, "whole/predictions.tsv"));
}
END_TEST

/* Killed at any moment, the log is put right by the checkpoint. */
START_TEST(a_killed_run_resumes_too) {
    ck_assert_int_eq(RUN("whole", LONG_RUN), 0);
    pid_t child = START("parts", LONG_RUN);
    wait_for_lines("parts", 3);
    kill(child, SIGKILL);
    ck_assert_int_eq(wait_program(child), -1);
    char *log = read_text(folder, "parts/log.jsonl", NULL);
    char *longer = format_text("%s{\"epoch\":4,\"train_l", log);
    write_text(folder, "parts/log.jsonl", longer);
    free(longer);
    free(log);
    write_text(folder, "parts/snnd-10340-0.tmp", "a program that was killed before it renamed this file");
    write_text(folder, "parts/last.safetensors.10340-0.tmp", "the same, of the library");
    write_text(folder, "parts/snnd-notes.tmp", "a file of the user's");
    ck_assert_int_eq(RUN("parts", "--resume"), 0);
    ck_assert(!file_exists_in(folder, "parts/snnd-10340-0.tmp"));
    ck_assert(!file_exists_in(folder, "parts/last.safetensors.10340-0.tmp"));
    ck_assert(file_exists_in(folder, "parts/snnd-notes.tmp"));
    check_log("parts", 60, 1);
    check_same_log("parts", "whole");
    ck_assert(same_bytes(folder, "parts/initial.safetensors", folder, "whole/initial.safetensors"));
    ck_assert(same_bytes(folder, "parts/last.safetensors", folder, "whole/last.safetensors"));
    ck_assert(same_bytes(folder, "parts/best.safetensors", folder, "whole/best.safetensors"));
    ck_assert(same_bytes(folder, "parts/predictions.tsv", folder, "whole/predictions.tsv"));
}
END_TEST

/* ---- Augmentation ---- */

static const char *const augmentations[][2] = {
    {"--mix", "0.5"}, {"--speed", "0.8,1.25"}, {"--shift-time", "5"},    {"--shift-channels", "3"},
    {"--noise", "1"}, {"--mask-time", "10"},   {"--mask-channels", "5"},
};

enum { AUGMENTATIONS = sizeof augmentations / sizeof *augmentations };

#define ALL_AUGMENTATIONS                                                                                              \
    "--mix", "0.5", "--speed", "0.8,1.25", "--shift-time", "5", "--shift-channels", "3", "--noise", "1",               \
        "--mask-time", "10", "--mask-channels", "5"

/* Each kind changes what is trained, and is kept in the settings. */
START_TEST(every_augmentation_has_an_effect) {
    ck_assert_int_eq(RUN("plain", "--epochs", "2", "--hidden", "8"), 0);
    for (int i = 0; i < AUGMENTATIONS; i++) {
        const char *const *option = augmentations[i];
        ck_assert_int_eq(RUN("run", "--overwrite", "--epochs", "2", "--hidden", "8", option[0], option[1]), 0);
        ck_assert(same_bytes(folder, "plain/initial.safetensors", folder, "run/initial.safetensors"));
        ck_assert_msg(!same_bytes(folder, "plain/last.safetensors", folder, "run/last.safetensors"), "%s", option[0]);
        char *text = read_text(folder, "run/settings.json", NULL);
        cJSON *settings = cJSON_Parse(text), *kept = cJSON_GetObjectItem(settings, option[0] + 2);
        ck_assert_msg(cJSON_IsNumber(kept) ? kept->valuedouble == strtod(option[1], NULL)
                                           : strcmp(cJSON_GetStringValue(kept), option[1]) == 0,
                      "%s", text);
        cJSON_Delete(settings);
        free(text);
        ck_assert_int_eq(RUN("run", "--resume"), 0); /* nothing is left to do, and the option is taken from there */
        ck_assert_int_eq(RUN("run", "--resume", option[0], i == 0 ? "0.25" : i == 1 ? "0.7,1.25" : "2"), 2);
        char *refusal = format_text("%s: the run was begun with %s", option[0], option[1]);
        check_error(refusal);
        free(refusal);
    }
}
END_TEST

/* Batches are made ahead where there are threads. */
START_TEST(augmented_runs_do_not_depend_on_threads) {
    ck_assert_int_eq(RUN("a", "--epochs", "3", "--hidden", "8", ALL_AUGMENTATIONS), 0);
    ck_assert_int_eq(RUN("b", "--epochs", "3", "--hidden", "8", "--threads", "2", ALL_AUGMENTATIONS), 0);
    ck_assert_int_eq(RUN("c", "--epochs", "3", "--hidden", "8", "--threads", "5", ALL_AUGMENTATIONS), 0);
    ck_assert(same_bytes(folder, "a/last.safetensors", folder, "b/last.safetensors"));
    ck_assert(same_bytes(folder, "a/last.safetensors", folder, "c/last.safetensors"));
    check_same_log("a", "b");
}
END_TEST

/* Stopped within an epoch and killed between two, it ends as one run does. */
START_TEST(augmented_runs_resume) {
    ck_assert_int_eq(RUN("whole", LONG_RUN, ALL_AUGMENTATIONS), 0);
    pid_t child = START("parts", LONG_RUN, ALL_AUGMENTATIONS);
    wait_for_lines("parts", 2);
    kill(child, SIGINT);
    ck_assert_int_eq(wait_program(child), 130);
    child = START("parts", "--resume", "--threads", "2");
    wait_for_lines("parts", count_lines("parts") + 2);
    kill(child, SIGKILL);
    ck_assert_int_eq(wait_program(child), -1);
    ck_assert_int_lt(count_lines("parts"), 60);
    ck_assert_int_eq(RUN("parts", "--resume"), 0);
    check_log("parts", 60, 1);
    check_same_log("parts", "whole");
    ck_assert(same_bytes(folder, "parts/last.safetensors", folder, "whole/last.safetensors"));
    ck_assert(same_bytes(folder, "parts/best.safetensors", folder, "whole/best.safetensors"));
}
END_TEST

/* Loss of a network on a set, with batches as the run has had them. */
static double loss_on(snnd_context *context, snnd_network *network, const snnd_dataset *samples) {
    snnd_trainer_options options;
    snnd_epoch_report report;
    snnd_trainer *trainer;
    snnd_trainer_options_init(&options, sizeof options);
    options.batch = 6;
    options.epochs = 1;
    snnd_epoch_report_init(&report, sizeof report);
    ck_assert_msg(snnd_trainer_create(network, &options, &trainer) == SNND_OK, "%s", snnd_context_last_error(context));
    ck_assert_int_eq(snnd_trainer_evaluate(trainer, samples, &report), SNND_OK);
    snnd_trainer_free(trainer);
    return report.loss;
}

/* What the log says of testing and validation is so of the sets as they were read. */
START_TEST(evaluation_is_not_augmented) {
    ck_assert_int_eq(RUN("run", "--epochs", "1", "--hidden", "8", "--validation", "0.3", ALL_AUGMENTATIONS), 0);
    char *words[] = {"rawhd", "--data", set}, *path = in_folder(folder, "run/last.safetensors");
    struct options options;
    struct data data;
    struct failure failure;
    const struct say nobody = {NULL, NULL};
    snnd_context *context;
    snnd_network *network;
    snnd_dataset *validation, *rest;
    ck_assert_int_eq(options_read(recipe_find("rawhd"), 3, words, &options, &failure), 0);
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    ck_assert_int_eq(recipe_load(context, &options, &nobody, &data, &failure), 0);
    ck_assert_int_eq(snnd_dataset_split(data.training, 0.3, 0, &validation, &rest), SNND_OK);
    ck_assert_int_eq(snnd_network_load(context, path, &network), SNND_OK);
    char *log = read_text(folder, "run/log.jsonl", NULL);
    cJSON *record = cJSON_Parse(log);
    ck_assert_double_eq_tol(cJSON_GetObjectItem(record, "test_loss")->valuedouble,
                            loss_on(context, network, data.testing), 1e-12); /* as the log rounds it */
    ck_assert_double_eq_tol(cJSON_GetObjectItem(record, "validation_loss")->valuedouble,
                            loss_on(context, network, validation), 1e-12);
    cJSON_Delete(record);
    free(log);
    snnd_network_free(network);
    snnd_dataset_free(rest);
    snnd_dataset_free(validation);
    data_free(&data);
    snnd_context_free(context);
    free(path);
}
END_TEST

START_TEST(augmentation_without_effect_is_refused) {
    ck_assert_int_eq(RUN("run", "--epochs", "1", "--hidden", "8", "--noise-spikes", "0.1"), 1);
    check_error("--noise-spikes: these samples are not counts of spikes");
    ck_assert_int_eq(RUN("run", "--overwrite", "--epochs", "1", "--hidden", "8", "--shift-time", "100"), 1);
    check_error("--shift-time: expected at most ");
    ck_assert_int_eq(RUN("run", "--overwrite", "--epochs", "1", "--hidden", "8", "--mask-channels", "41"), 1);
    check_error("--mask-channels: expected at most 40, since samples have 40 channels, not 41");
    ck_assert_int_eq(RUN("run", "--overwrite", "--speed", "1.5,0.5"), 2);
    check_error("--speed: expected the lower of the two numbers first, not '1.5,0.5'");
    ck_assert_int_eq(RUN("run", "--overwrite", "--speed", "0.5"), 2);
    check_error("--speed: expected two numbers from 0.1 to 10 with a comma between, not '0.5'");
    ck_assert_int_eq(RUN("run", "--overwrite", "--mix", "1.5"), 2);
    check_error("--mix");
}
END_TEST

/* With the models that it came from gone: all that is needed is in the checkpoint. */
START_TEST(every_rule_resumes) {
    ck_assert_int_eq(RUN("dense", "--epochs", "2", "--hidden", "16"), 0);
    ck_assert_int_eq(wait_program(start_rule("whole", _i, "40")), 0);
    pid_t child = start_rule("parts", _i, "40");
    wait_for_lines("parts", 2);
    kill(child, SIGINT);
    ck_assert_int_eq(wait_program(child), 130);
    remove_from(folder, "dense/last.safetensors");
    remove_from(folder, "dense/initial.safetensors");
    ck_assert_int_eq(RUN("parts", "--resume"), 0);
    check_log("parts", 40, 0);
    ck_assert(same_bytes(folder, "parts/last.safetensors", folder, "whole/last.safetensors"));
    ck_assert(same_bytes(folder, "parts/best.safetensors", folder, "whole/best.safetensors"));
    ck_assert(same_bytes(folder, "parts/predictions.tsv", folder, "whole/predictions.tsv"));
}
END_TEST

/* A run in a folder elsewhere finds what it was told of here. */
/* ---- Several processes ---- */

static void check_same_run(const char *out, const char *other) {
    static const char *const models[] = {"initial", "last", "best"};
    check_same_log(out, other);
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        char *name[] = {format_text("%s/%s.safetensors", out, models[i]),
                        format_text("%s/%s.safetensors", other, models[i])};
        ck_assert_msg(same_bytes(folder, name[0], folder, name[1]), "%s and %s differ", name[0], name[1]);
        free(name[0]);
        free(name[1]);
    }
}

#define SHARED "--hidden", "8", "--structure", "deep-r", "--validation", "0.2", "--shards", "4"

START_TEST(processes_end_where_one_does) {
    ck_assert_int_eq(RUN("one", "--epochs", "3", SHARED), 0);
    ck_assert_int_eq(wait_program(START_RANKS("2", "two", "--epochs", "3", SHARED)), 0);
    check_same_run("two", "one");
    ck_assert_int_eq(wait_program(START_RANKS("4", "four", "--epochs", "3", SHARED)), 0);
    check_same_run("four", "one");
    char *said = read_text(folder, "out.txt", NULL);
    ck_assert_ptr_nonnull(strstr(said, "4 processes: each sends "));
    free(said);
    ck_assert_int_eq(RUN("other", "--epochs", "3", SHARED, "--seed", "1"), 0);
    ck_assert(!same_bytes(folder, "other/last.safetensors", folder, "one/last.safetensors"));
}
END_TEST

#define LONG_SHARED "--epochs", "150", SHARED

/* The first of the ranks, or the last; what is left goes on as two, or as one. */
START_TEST(a_process_that_dies_leaves_a_checkpoint) {
    pid_t child[8];
    ck_assert_int_eq(RUN("whole", LONG_SHARED), 0);
    pid_t ranks = START_RANKS("4", "parts", LONG_SHARED);
    wait_for_lines("parts", 3);
    const int count = find_children(ranks, child, 8);
    if (count > 0)
        kill(child[_i == 0 ? 0 : count - 1], SIGKILL);
    wait_program(ranks);
    ck_assert_int_eq(wait_program(_i == 0 ? START_RANKS("2", "parts", "--resume") : START("parts", "--resume")), 0);
    check_same_run("parts", "whole");
}
END_TEST

START_TEST(processes_stop_together) {
    ck_assert_int_eq(RUN("whole", LONG_SHARED), 0);
    pid_t ranks = START_RANKS("2", "parts", LONG_SHARED);
    wait_for_lines("parts", 3);
    kill(ranks, SIGINT);
    wait_program(ranks);
    ck_assert_int_eq(wait_program(START_RANKS("4", "parts", "--resume")), 0);
    check_same_run("parts", "whole");
}
END_TEST

START_TEST(processes_are_as_many_as_shards_allow) {
    ck_assert_int_eq(RUN("run", "--epochs", "1", "--shards", "3"), 2);
    check_error("--shards: expected a power of two, not 3");
    ck_assert_int_ne(wait_program(START_RANKS("4", "run", "--epochs", "1", "--shards", "2")), 0);
    check_error("--shards 2: mpirun has started 4 processes");
    ck_assert(!has("run/settings.json"));
    ck_assert_int_ne(wait_program(START_RANKS("2", "run", "--data", "nowhere", "--epochs", "1")), 0);
    check_error("nowhere: there is no such folder");
}
END_TEST

/* Of two processes the second has one option more. */
static int run_apart(const char *out, const char *option, const char *value) {
    char *path = in_folder(folder, out);
    const char *train = program_path("RAWHD_TRAIN");
    const char *const arguments[] = {mpirun_path(), "-n", "1",        train, "--data", set,   "--out",  path,
                                     "--epochs",    "2",  ":",        "-n",  "1",      train, "--data", set,
                                     "--out",       path, "--epochs", "2",   option,   value, NULL};
    const int code = wait_program(start_program(folder, arguments));
    free(path);
    return code;
}

START_TEST(processes_that_differ_train_nothing) {
    static const char *const apart[][2] = {
        {"--seed", "5"}, {"--epochs", "3"}, {"--weight-rate", "0.001"}, {"--help", NULL}};
    for (int k = 0; k < (int)(sizeof apart / sizeof *apart); k++) {
        ck_assert_int_ne(run_apart("run", apart[k][0], apart[k][1]), 0);
        check_error("mpirun has started processes with different options");
    }
    ck_assert_int_ne(run_apart("run", "--batch", "x"), 0);
    check_error("--batch");
    ck_assert(!has("run/settings.json"));
    char *other = in_folder(folder, "others-set");
    write_tones(other);
    write_tone(other, "audio/lang-english_speaker-00_trial-0_digit-0.flac", 700, 0.4, 16000);
    ck_assert_int_ne(run_apart("run", "--data", other), 0);
    check_error("differ in their data");
    ck_assert(!has("run/log.jsonl"));
    free(other);
}
END_TEST

START_TEST(settings_have_whole_paths) {
    ck_assert_int_eq(RUN("dense", "--epochs", "1", "--hidden", "16"), 0);
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(RUN("run", "--epochs", "1", "--hidden", "16", "--structure", "pruned", "--from",
                         "dense/last.safetensors", "--rewind", "./dense/initial.safetensors"),
                     0);
    ck_assert_int_eq(chdir("/"), 0);
    char *text = read_text(folder, "run/settings.json", NULL);
    cJSON *settings = cJSON_Parse(text);
    const char *from = cJSON_GetStringValue(cJSON_GetObjectItem(settings, "from"));
    const char *rewind = cJSON_GetStringValue(cJSON_GetObjectItem(settings, "rewind"));
    ck_assert(from[0] == '/' && file_exists(from));
    ck_assert(rewind[0] == '/' && file_exists(rewind));
    cJSON_Delete(settings);
    free(text);
}
END_TEST

START_TEST(refuses_to_mix_runs) {
    ck_assert_int_eq(RUN("run", "--resume"), 1);
    ck_assert_int_eq(RUN("run", "--epochs", "2", "--hidden", "4"), 0);
    ck_assert_int_eq(RUN("run", "--epochs", "2", "--hidden", "4"), 2);
    check_error("--overwrite");
    ck_assert_int_eq(RUN("run", "--resume", "--epochs", "3"), 2);
    check_error("--epochs: the run was begun with 2, not with 3");
    ck_assert_int_eq(RUN("run", "--resume", "--hidden", "8"), 2);
    check_error("--hidden");
    ck_assert_int_eq(RUN("run", "--resume", "--threads", "2", "--quiet"), 0);
    check_log("run", 2, 0);
    write_tone(set, "audio/lang-english_speaker-00_trial-0_digit-0.flac", 555, 0.5, 16000);
    ck_assert_int_eq(RUN("run", "--resume"), 1);
    check_error("--data");
    ck_assert_int_eq(RUN("run", "--overwrite", "--epochs", "1", "--hidden", "8"), 0);
    check_log("run", 1, 0);
}
END_TEST

static void make_link(const char *to, const char *name) {
    char *path = in_folder(folder, name);
    unlink(path);
    ck_assert_int_eq(symlink(to, path), 0);
    free(path);
}

/* Links in the folder are not what a run reads, and it writes to nothing that they lead to. */
START_TEST(a_run_follows_no_links) {
    static const char *const files[] = {"log.jsonl",        "settings.json",  "checkpoint.safetensors",
                                        "last.safetensors", "front_end.json", "predictions.tsv"};
    write_text(folder, "secret", "private");
    write_text(folder, "run/note", "");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *link = format_text("run/%s", files[i]);
        make_link(i % 2 == 0 ? "../secret" : "../nothing", link);
        ck_assert_int_eq(RUN("run", "--epochs", "1", "--hidden", "4"), 2);
        check_error("--overwrite");
        free(link);
    }
    ck_assert_int_eq(RUN("run", "--overwrite", "--epochs", "1", "--hidden", "4"), 0);
    check_log("run", 1, 0);
    ck_assert(file_is("secret", "private") && !has("nothing"));
    for (size_t i = 1; i < 3; i++) {
        char *link = format_text("run/%s", files[i]), *from = in_folder(folder, link),
             *to = in_folder(folder, files[i]);
        char *target = format_text("../%s", files[i]);
        ck_assert_int_eq(rename(from, to), 0);
        make_link(target, link);
        ck_assert_int_eq(RUN("run", "--resume"), 1);
        check_error("is a link");
        ck_assert_int_eq(rename(to, from), 0);
        free(target);
        free(to);
        free(from);
        free(link);
    }
    make_link("../secret", "run/log.jsonl");
    ck_assert_int_eq(RUN("run", "--resume"), 0);
    check_log("run", 1, 0);
    ck_assert(file_is("secret", "private"));
    make_link("run", "named"); /* by the user */
    ck_assert_int_eq(RUN("named", "--resume"), 0);
}
END_TEST

START_TEST(a_folder_has_one_run_at_a_time) {
    pid_t child = START("run", LONG_RUN);
    wait_for_lines("run", 1);
    ck_assert_int_eq(RUN("run", "--overwrite", "--epochs", "1"), 1);
    check_error("another process is at work");
    ck_assert_int_eq(RUN("run", "--resume"), 1);
    check_error("another process is at work");
    kill(child, SIGINT);
    ck_assert_int_eq(wait_program(child), 130);
    ck_assert_int_eq(RUN("run", "--overwrite", "--epochs", "1", "--hidden", "4"), 0);
    check_log("run", 1, 0);
}
END_TEST

START_TEST(a_finished_run_brings_its_last_model_back) {
    ck_assert_int_eq(RUN("run", "--epochs", "2", "--hidden", "4"), 0);
    ck_assert_int_eq(RUN("same", "--epochs", "2", "--hidden", "4"), 0);
    remove_from(folder, "run/last.safetensors");
    remove_from(folder, "run/best.safetensors");
    ck_assert_int_eq(RUN("run", "--resume"), 0);
    char *said = read_text(folder, "out.txt", NULL);
    ck_assert_ptr_nonnull(strstr(said, "best.safetensors is missing"));
    ck_assert_ptr_null(strstr(said, "run/best.safetensors"));
    free(said);
    ck_assert(same_bytes(folder, "run/last.safetensors", folder, "same/last.safetensors"));
}
END_TEST

START_TEST(exit_codes_tell_usage_from_failure) {
    ck_assert_int_eq(RUN("run", "--epochs", "3x"), 2);
    check_error("--epochs");
    ck_assert_int_eq(RUN("run", "--dale"), 2);
    ck_assert_int_eq(RUN("run", "--what"), 2);
    ck_assert_int_eq(RUN("run", "--help"), 0);
    ck_assert_int_eq(RUN("run", "--data", "/nowhere/at/all"), 1);
    check_error("/nowhere/at/all");
    ck_assert_int_eq(RUN("run", "--epochs", "1", "--validation", "0.001"), 1);
    write_text(set, "test_filenames.txt", "lang-english_speaker-00_trial-9_digit-9.flac\n");
    ck_assert_int_eq(RUN("run", "--epochs", "1"), 1);
    check_error("missing, listed but not found");
    ck_assert(!has("run"));
}
END_TEST

int main(void) {
    program_path("RAWHD_TRAIN");
    Suite *suite = suite_create("rawhd_train");
    TCase *runs = tcase_create("runs");
    tcase_add_checked_fixture(runs, setup, teardown);
    tcase_set_timeout(runs, 120);
    tcase_add_test(runs, a_run_leaves_what_it_promises);
    tcase_add_test(runs, predictions_are_those_of_the_best_epoch);
    tcase_add_test(runs, the_log_tells_what_changed);
    tcase_add_test(runs, the_log_has_operations_and_what_they_take);
    tcase_add_test(runs, quiet_prints_the_result_only);
    tcase_add_loop_test(runs, every_structure_trains, 0, 4);
    tcase_add_loop_test(runs, every_rule_trains, 0, RULES);
    tcase_add_test(runs, what_has_no_effect_is_mentioned);
    tcase_add_test(runs, a_layer_that_a_rule_leaves_without_a_synapse_is_told);
    tcase_add_test(runs, a_rule_that_never_rewires_is_mentioned);
    tcase_add_test(runs, pruning_knows_masks_and_signs);
    tcase_add_test(runs, pruning_keeps_dales_law);
    tcase_add_test(runs, pruning_names_the_model_that_does_not_fit);
    tcase_add_test(runs, settings_have_whole_paths);
    tcase_add_test(runs, threads_and_repeats_do_not_matter);
    tcase_add_test(runs, every_augmentation_has_an_effect);
    tcase_add_test(runs, augmented_runs_do_not_depend_on_threads);
    tcase_add_test(runs, evaluation_is_not_augmented);
    tcase_add_test(runs, augmentation_without_effect_is_refused);
    suite_add_tcase(suite, runs);
    TCase *interrupted = tcase_create("interrupted");
    tcase_add_checked_fixture(interrupted, setup, teardown);
    tcase_set_timeout(interrupted, 300);
    tcase_add_test(interrupted, stop_and_resume_are_as_if_never_stopped);
    tcase_add_test(interrupted, a_killed_run_resumes_too);
    tcase_add_test(interrupted, augmented_runs_resume);
    tcase_add_loop_test(interrupted, every_rule_resumes, 0, RULES);
    tcase_add_test(interrupted, a_finished_run_brings_its_last_model_back);
    tcase_add_test(interrupted, a_finished_run_brings_its_predictions_back);
    suite_add_tcase(suite, interrupted);
    TCase *processes = tcase_create("processes");
    tcase_add_checked_fixture(processes, setup, teardown);
    tcase_set_timeout(processes, 300);
    if (mpirun_path() != NULL) {
        tcase_add_test(processes, processes_end_where_one_does);
        tcase_add_loop_test(processes, a_process_that_dies_leaves_a_checkpoint, 0, 2);
        tcase_add_test(processes, processes_stop_together);
        tcase_add_test(processes, processes_are_as_many_as_shards_allow);
        tcase_add_test(processes, processes_that_differ_train_nothing);
    }
    suite_add_tcase(suite, processes);
    TCase *refusals = tcase_create("refusals");
    tcase_add_checked_fixture(refusals, setup, teardown);
    tcase_set_timeout(refusals, 120);
    tcase_add_test(refusals, refuses_to_mix_runs);
    tcase_add_test(refusals, a_run_follows_no_links);
    tcase_add_test(refusals, a_folder_has_one_run_at_a_time);
    tcase_add_test(refusals, exit_codes_tell_usage_from_failure);
    suite_add_tcase(suite, refusals);
    return run_suite(suite);
}
