/* What rawhd-train can make of neurons and delays, one kind after the other: whether it is what was asked for, goes on
 * to the same bits where it was killed, and serves the programs that take a model. */
#include <cJSON.h>
#include <signal.h>
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/files.h"
#include "support.h"
#include "tones.h"

static char *folder, *set;
static snnd_context *context;

static void set_up(void) {
    folder = make_folder();
    set = in_folder(folder, "set");
    write_tones(set);
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
}

static void tear_down(void) {
    snnd_context_free(context);
    free(set);
    drop_folder(folder);
}

/* ---- what is asked for ---- */

static const snnd_layer *layer_of(const snnd_network *network, snnd_layer_type type) {
    int32_t i = 0;
    while (i < snnd_network_layer_count(network) && snnd_layer_get_type(snnd_network_layer(network, i)) != type)
        i++;
    ck_assert_int_lt(i, snnd_network_layer_count(network));
    return snnd_network_layer(network, i);
}

static snnd_lif_options lif_of(const snnd_network *network) {
    snnd_lif_options options = {.size = sizeof options};
    ck_assert_int_eq(snnd_layer_lif_options(layer_of(network, SNND_LAYER_LIF), &options), SNND_OK);
    return options;
}

static snnd_leaky_integrator_options readout_of(const snnd_network *network) {
    snnd_leaky_integrator_options options = {.size = sizeof options};
    ck_assert_int_eq(snnd_layer_leaky_integrator_options(layer_of(network, SNND_LAYER_LEAKY_INTEGRATOR), &options),
                     SNND_OK);
    return options;
}

static void updates_first(const snnd_network *network) {
    ck_assert_int_eq(lif_of(network).order, SNND_ORDER_UPDATE_FIRST);
    ck_assert_int_eq(readout_of(network).order, SNND_ORDER_UPDATE_FIRST);
}

static void subtracts(const snnd_network *network) {
    ck_assert_int_eq(lif_of(network).reset, SNND_RESET_SUBTRACT);
    ck_assert_int_eq(lif_of(network).order, SNND_ORDER_PAPER);
}

static void has_tau(const snnd_network *network) {
    ck_assert_double_eq(lif_of(network).tau, 5);
    ck_assert_double_eq(readout_of(network).tau, 5);
}

static void learns_tau(const snnd_network *network) {
    ck_assert_int_eq(lif_of(network).tau_per_neuron, SNND_TAU_LEARNED);
    ck_assert_int_eq(readout_of(network).tau_per_neuron, SNND_TAU_LEARNED);
    ck_assert_double_eq(lif_of(network).tau, 10.05);
}

static int32_t sharing_of(const snnd_network *network) {
    snnd_delay_options options = {.size = sizeof options};
    ck_assert_int_eq(snnd_layer_delay_options(layer_of(network, SNND_LAYER_DELAYS), &options), SNND_OK);
    ck_assert_int_eq(options.learn_delays, 1);
    return options.sharing;
}

static void has_axons(const snnd_network *network) {
    ck_assert_int_eq(sharing_of(network), SNND_SHARING_AXONAL);
}

static void has_dendrites(const snnd_network *network) {
    ck_assert_int_eq(sharing_of(network), SNND_SHARING_DENDRITIC);
}

static void has_triangles(const snnd_network *network) {
    ck_assert_int_eq(lif_of(network).surrogate, SNND_SURROGATE_TRIANGLE);
}

static snnd_adaptive_lif_options adaptive_of(const snnd_network *network) {
    snnd_adaptive_lif_options options = {.size = sizeof options};
    ck_assert_int_eq(snnd_layer_adaptive_lif_options(layer_of(network, SNND_LAYER_ADAPTIVE_LIF), &options), SNND_OK);
    return options;
}

static void adapts(const snnd_network *network) {
    ck_assert_int_eq(adaptive_of(network).surrogate, SNND_SURROGATE_ARCTAN);
}

static void adapts_by_sigmoids(const snnd_network *network) {
    ck_assert_int_eq(adaptive_of(network).surrogate, SNND_SURROGATE_SIGMOID);
}

/* Nothing of a loss is in a network. */
static void fires(const snnd_network *network) {
    layer_of(network, SNND_LAYER_LIF);
}

/* What is given, another value of its first option, and what the model then has. */
static const struct model {
    const char *options[8], *other;
    void (*check)(const snnd_network *network);
} models[] = {
    {{"--order", "update-first"}, "paper", updates_first},
    {{"--reset", "subtract", "--structure", "deep-r"}, "zero", subtracts},
    {{"--tau", "5", "--structure", "rigl", "--interval", "2"}, "6", has_tau},
    {{"--surrogate", "triangle"}, "arctan", has_triangles},
    {{"--tau", "learned"}, "10.05", learns_tau},
    {{"--tau", "learned", "--order", "update-first", "--structure", "set"}, "9", learns_tau},
    {{"--delays", "axonal"}, "learned", has_axons},
    {{"--delays", "axonal", "--structure", "deep-r"}, "fixed", has_axons},
    {{"--delays", "dendritic", "--structure", "rigl", "--interval", "2"}, "axonal", has_dendrites},
    {{"--neurons", "adaptive"}, "lif", adapts},
    {{"--neurons", "adaptive", "--surrogate", "sigmoid", "--structure", "deep-r"}, "lif", adapts_by_sigmoids},
    {{"--rate-penalty", "3", "--rate-upper", "0.05"}, "2", fires},
};

enum { MODELS = sizeof models / sizeof *models };

/* ---- runs ---- */

/* Starts a run in FOLDER/OUT with the options of a model, and two words more if there are. */
static pid_t start(const char *out, const struct model *model, const char *first, const char *second) {
    char *path = in_folder(folder, out);
    const char *arguments[24] = {program_path("RAWHD_TRAIN"),
                                 "--data",
                                 set,
                                 "--out",
                                 path,
                                 "--batch",
                                 "6",
                                 "--hidden",
                                 "16",
                                 "--epochs",
                                 "12",
                                 "--threads",
                                 "1",
                                 "--quiet"};
    int count = 14;
    for (int i = 0; i < 8 && model->options[i] != NULL; i++)
        arguments[count++] = model->options[i];
    arguments[count++] = first;
    arguments[count] = first != NULL ? second : NULL;
    pid_t child = start_program(folder, arguments);
    free(path);
    return child;
}

static void check_error(const char *part) {
    char *messages = read_text(folder, "err.txt", NULL);
    ck_assert_msg(strstr(messages, part) != NULL, "'%s' is not in '%s'", part, messages);
    free(messages);
}

static snnd_network *load(const char *name) {
    snnd_network *network = NULL;
    char *path = in_folder(folder, name);
    ck_assert_msg(snnd_network_load(context, path, &network) == SNND_OK, "%s", snnd_context_last_error(context));
    free(path);
    return network;
}

/* Waits until there is a log with a line in it. */
static void wait_for_log(const char *out) {
    char *name = format_text("%s/log.jsonl", out), *log = NULL;
    const struct timespec moment = {0, 1000000};
    for (int i = 0; i < 60000 && (log == NULL || strchr(log, '\n') == NULL); i++) {
        free(log);
        nanosleep(&moment, NULL);
        log = read_text(folder, name, NULL);
    }
    ck_assert(log != NULL && strchr(log, '\n') != NULL);
    free(log);
    free(name);
}

START_TEST(a_model_is_what_was_asked_for_and_goes_on) {
    const struct model *model = &models[_i];
    ck_assert_int_eq(wait_program(start("whole", model, NULL, NULL)), 0);
    snnd_network *first = load("whole/initial.safetensors"), *last = load("whole/last.safetensors");
    model->check(first);
    model->check(last);
    snnd_network_free(first);
    snnd_network_free(last);
    pid_t child = start("parts", model, NULL, NULL);
    wait_for_log("parts");
    kill(child, SIGKILL);
    wait_program(child);
    char *path = in_folder(folder, "parts");
    ck_assert_int_eq(run_program(folder, (const char *const[]){program_path("RAWHD_TRAIN"), "--out", path, "--resume",
                                                               model->options[0], model->other, NULL}),
                     2);
    char *message =
        format_text("%s: the run was begun with %s, not with %s", model->options[0], model->options[1], model->other);
    check_error(message);
    ck_assert_int_eq(
        run_program(folder, (const char *const[]){program_path("RAWHD_TRAIN"), "--out", path, "--resume", NULL}), 0);
    ck_assert(same_bytes(folder, "parts/last.safetensors", folder, "whole/last.safetensors"));
    ck_assert(same_bytes(folder, "parts/best.safetensors", folder, "whole/best.safetensors"));
    free(message);
    free(path);
}
END_TEST

/* Spikes of a hidden neuron a step in the last epoch of a run. */
static double last_rate(const char *out) {
    char *name = format_text("%s/log.jsonl", out), *log = read_text(folder, name, NULL), *line = log;
    for (char *end; (end = strchr(line, '\n')) != NULL && end[1] != '\0'; line = end + 1)
        continue;
    cJSON *record = cJSON_Parse(line);
    const double rate = cJSON_GetObjectItem(record, "spike_rate")->valuedouble;
    cJSON_Delete(record);
    free(log);
    free(name);
    return rate;
}

/* ---- programs that take a model ---- */

/* The scores that snnd-live gives to a tone, which are those of a stream: some number each. */
static void check_live(const char *name) {
    char *path = in_folder(folder, name), *tone = in_folder(folder, "tone.wav");
    write_tone(folder, "tone.wav", 500, 0.6, 16000);
    const int code = run_program(
        folder, (const char *const[]){program_path("DIGITS_LIVE"), "--json", "--quiet", "--whole", path, tone, NULL});
    char *said = read_text(folder, "out.txt", NULL);
    ck_assert_int_eq(code, 0);
    cJSON *line = cJSON_Parse(said);
    ck_assert_int_eq(cJSON_GetArraySize(cJSON_GetObjectItem(line, "scores")), 20);
    cJSON_Delete(line);
    free(said);
    free(tone);
    free(path);
}

static void check_export(const char *name) {
    snnd_network *network = load(name);
    snnd_plan *plan = NULL;
    snnd_buffer source = {.context = context}, header = {.context = context};
    const snnd_writer to_source = snnd_buffer_writer(&source), to_header = snnd_buffer_writer(&header);
    ck_assert_int_eq(snnd_plan_create(network, &plan), SNND_OK);
    const snnd_status status = snnd_export_c_write(plan, NULL, &to_source, &to_header, "net.h", NULL);
    ck_assert_msg(status == SNND_OK, "%s", snnd_context_last_error(context));
    ck_assert_uint_gt(source.bytes, 1000);
    snnd_buffer_free(&source);
    snnd_buffer_free(&header);
    snnd_plan_free(plan);
    snnd_network_free(network);
}

START_TEST(a_model_serves_other_programs) {
    ck_assert_int_eq(wait_program(start("run", &models[_i], "--epochs", "2")), 0);
    check_live("run/last.safetensors");
    check_export("run/last.safetensors");
    char *run = in_folder(folder, "run"), *page = in_folder(folder, "page.html");
    ck_assert_int_eq(run_program(folder, (const char *const[]){program_path("RAWHD_REPORT"), "--out", page, run, NULL}),
                     0);
    char *text = read_text(folder, "page.html", NULL);
    ck_assert_ptr_nonnull(strstr(text, models[_i].options[0] + 2));
    free(text);
    free(page);
    free(run);
}
END_TEST

/* The penalty is what moves spikes. */
START_TEST(a_rate_penalty_lowers_rates) {
    static const struct model free_rates = {{"--l1", "0"}, NULL, NULL}, low = {{"--rate-penalty", "100"}, NULL, NULL};
    ck_assert_int_eq(wait_program(start("free", &free_rates, NULL, NULL)), 0);
    ck_assert_int_eq(wait_program(start("low", &low, NULL, NULL)), 0);
    ck_assert_double_lt(last_rate("low"), 0.9 * last_rate("free"));
}
END_TEST

/* Options of all runs come behind --, and runs of others are refused by name. */
START_TEST(an_ablation_of_such_models) {
    char *out = in_folder(folder, "out");
    const char *arguments[32] = {program_path("RAWHD_ABLATION"),
                                 "--data",
                                 set,
                                 "--out",
                                 out,
                                 "--models",
                                 "delays",
                                 "--sparsities",
                                 "0.5",
                                 "--seeds",
                                 "1",
                                 "--quiet",
                                 "--",
                                 "--epochs",
                                 "1",
                                 "--batch",
                                 "6",
                                 "--hidden",
                                 "4",
                                 "--order",
                                 "update-first",
                                 "--tau",
                                 "5"};
    ck_assert_int_eq(run_program(folder, arguments), 0);
    snnd_network *network = load("out/delays-0.5-seed-0/last.safetensors");
    updates_first(network);
    has_tau(network);
    snnd_network_free(network);
    arguments[20] = "paper";
    ck_assert_int_eq(run_program(folder, arguments), 2);
    check_error("--order");
    free(out);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("models");
    TCase *cases = tcase_create("models");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, a_model_is_what_was_asked_for_and_goes_on, 0, MODELS);
    tcase_add_loop_test(cases, a_model_serves_other_programs, 0, MODELS);
    tcase_add_test(cases, a_rate_penalty_lowers_rates);
    tcase_add_test(cases, an_ablation_of_such_models);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
