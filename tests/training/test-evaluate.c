/* snnd-evaluate: what a perturbation does to a network, and the program from outside. */
#include <math.h>
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/files.h"
#include "support.h"
#include "tones.h"
#include "training/evaluate/evaluation.h"
#include "training/evaluate/perturb_network.h"
#include "training/evaluate/perturb_samples.h"

/* ---- Networks ---- */

enum { INPUTS = 40, HIDDEN = 30, OUTPUTS = 6, MOST_DELAY = 24, SYNAPSES = HIDDEN * INPUTS };

static snnd_context *context;
static snnd_network *network, *perturbed;

static void add_layer(int32_t neurons, int32_t sharing) {
    snnd_delay_options delays;
    ck_assert_int_eq(snnd_delay_options_init(&delays, sizeof delays), SNND_OK);
    delays.max_delay = MOST_DELAY;
    delays.sharing = sharing;
    ck_assert_int_eq(snnd_network_add_delays(network, neurons, &delays, NULL), SNND_OK);
}

static void make_network(int32_t sharing) {
    ck_assert_int_eq(snnd_network_create(context, INPUTS, &network), SNND_OK);
    add_layer(HIDDEN, sharing);
    ck_assert_int_eq(snnd_network_add_lif(network, NULL, NULL), SNND_OK);
    add_layer(OUTPUTS, sharing);
    ck_assert_int_eq(snnd_network_add_leaky_integrator(network, NULL, NULL), SNND_OK);
    ck_assert_int_eq(snnd_network_initialize(network, 5), SNND_OK);
}

static void begin(void) {
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    make_network(SNND_SHARING_NONE);
}

static void end(void) {
    snnd_network_free(perturbed);
    snnd_network_free(network);
    snnd_context_free(context);
    perturbed = NULL;
}

/* Leaves half of the synapses, with signs of their own. */
static void make_sparse(void) {
    snnd_structure structure;
    snnd_sparsity *sparsity;
    ck_assert_int_eq(snnd_structure_init(&structure, sizeof structure), SNND_OK);
    structure.sparsity = 0.5;
    structure.signs = SNND_SIGNS_SYNAPSE;
    ck_assert_int_eq(snnd_sparsity_create_fixed_mask(network, &structure, &sparsity), SNND_OK);
    snnd_sparsity_free(sparsity);
}

static int perturb(enum perturbation_kind kind, const char *level, uint64_t seed, struct failure *failure) {
    struct perturbations all = {NULL, 0};
    snnd_network_free(perturbed);
    perturbed = NULL;
    int result = perturbations_add(&all, kind, level, failure);
    if (result == 0)
        result = perturb_check_network(network, &all.one[0], failure);
    if (result == 0)
        result = perturb_network(context, network, &all.one[0], seed, &perturbed, failure);
    perturbations_free(&all);
    return result;
}

static void must_perturb(enum perturbation_kind kind, const char *level, uint64_t seed) {
    struct failure failure;
    ck_assert_msg(perturb(kind, level, seed, &failure) == 0, "%s", failure.text);
}

struct synapses {
    int32_t delay[SYNAPSES];
    float weight[SYNAPSES];
};

/* Those of the first layer of delays, or of the second. */
static struct synapses *synapses_of(const snnd_network *of, int layer) {
    struct synapses *synapses = allocate(1, sizeof *synapses);
    ck_assert_int_eq(snnd_layer_delays(snnd_network_layer(of, 2 * layer), synapses->delay), SNND_OK);
    ck_assert_int_eq(snnd_layer_weights(snnd_network_layer(of, 2 * layer), synapses->weight), SNND_OK);
    return synapses;
}

/* 1 if delays of the first layer, and weights, are those of the network that was perturbed. */
static int same_delays(void) {
    struct synapses *one = synapses_of(network, 0), *other = synapses_of(perturbed, 0);
    const int same = memcmp(one->delay, other->delay, sizeof one->delay) == 0;
    ck_assert_int_eq(memcmp(one->weight, other->weight, sizeof one->weight), 0);
    free(one);
    free(other);
    return same;
}

/* How often each delay is there, among the synapses first to last - 1 of this sign (0: either). */
static void count_delays(const struct synapses *synapses, int first, int last, int sign, int count[MOST_DELAY + 1]) {
    memset(count, 0, (MOST_DELAY + 1) * sizeof *count);
    for (int i = first; i < last; i++)
        if (sign == 0 ? synapses->weight[i] != 0 : sign > 0 ? synapses->weight[i] > 0 : synapses->weight[i] < 0)
            count[synapses->delay[i]]++;
}

static int same_counts(const struct synapses *one, const struct synapses *other, int first, int last, int sign) {
    int a[MOST_DELAY + 1], b[MOST_DELAY + 1];
    count_delays(one, first, last, sign, a);
    count_delays(other, first, last, sign, b);
    return memcmp(a, b, sizeof a) == 0;
}

/* What shuffling keeps: of how many neurons the delays, and of how many those of each sign. */
static void check_shuffled(int neurons, int signs) {
    struct synapses *one = synapses_of(network, 0), *other = synapses_of(perturbed, 0);
    int of_neurons = 0, of_signs = 0;
    for (int o = 0; o < HIDDEN; o++) {
        const int first = o * INPUTS, last = first + INPUTS;
        of_neurons += same_counts(one, other, first, last, 0);
        of_signs += same_counts(one, other, first, last, 1) && same_counts(one, other, first, last, -1);
    }
    ck_assert(!same_delays());
    ck_assert(same_counts(one, other, 0, SYNAPSES, 0));
    ck_assert_int_eq(of_neurons == HIDDEN, neurons);
    ck_assert_int_eq(of_signs == HIDDEN, signs);
    for (int i = 0; i < SYNAPSES; i++)
        ck_assert(one->weight[i] != 0 || one->delay[i] == other->delay[i]);
    free(one);
    free(other);
}

START_TEST(shuffling_keeps_what_it_says) {
    if (_i == 1)
        make_sparse();
    must_perturb(PERTURBED_SHUFFLE, "neuron", 1);
    check_shuffled(1, 0);
    must_perturb(PERTURBED_SHUFFLE, "sign", 1);
    check_shuffled(1, 1);
    must_perturb(PERTURBED_SHUFFLE, "layer", 1);
    check_shuffled(0, 0);
}
END_TEST

START_TEST(a_layer_can_be_chosen) {
    must_perturb(PERTURBED_SHUFFLE, "neuron:2", 1);
    ck_assert(same_delays());
    struct synapses *one = synapses_of(network, 1), *other = synapses_of(perturbed, 1);
    ck_assert_int_ne(memcmp(one->delay, other->delay, OUTPUTS * HIDDEN * sizeof *one->delay), 0);
    free(one);
    free(other);
    must_perturb(PERTURBED_JITTER, "3:1", 1);
    ck_assert(!same_delays());
}
END_TEST

/* The two networks are the perturbed one before and now. */
START_TEST(seeds_tell) {
    static const enum perturbation_kind kinds[] = {PERTURBED_JITTER, PERTURBED_SHUFFLE};
    static const char *const levels[] = {"2", "sign"};
    for (int k = 0; k < 2; k++) {
        must_perturb(kinds[k], levels[k], 7);
        struct synapses *first = synapses_of(perturbed, 0);
        must_perturb(kinds[k], levels[k], 7);
        struct synapses *again = synapses_of(perturbed, 0);
        must_perturb(kinds[k], levels[k], 8);
        struct synapses *other = synapses_of(perturbed, 0);
        ck_assert_int_eq(memcmp(first, again, sizeof *first), 0);
        ck_assert_int_ne(memcmp(first, other, sizeof *first), 0);
        free(first);
        free(again);
        free(other);
    }
}
END_TEST

/* Where no end of the range is near, differences have the deviation; rounding adds two errors of variance 1/12. */
START_TEST(jitter_has_its_deviation_and_stays_in_range) {
    must_perturb(PERTURBED_JITTER, "0", 1);
    ck_assert(same_delays());
    must_perturb(PERTURBED_JITTER, "2", 1);
    struct synapses *one = synapses_of(network, 0), *other = synapses_of(perturbed, 0);
    double sum = 0, squares = 0;
    int count = 0;
    for (int i = 0; i < SYNAPSES; i++) {
        const int by = other->delay[i] - one->delay[i];
        ck_assert(other->delay[i] >= 0 && other->delay[i] <= MOST_DELAY);
        if (one->delay[i] < 8 || one->delay[i] > MOST_DELAY - 8)
            continue;
        sum += by;
        squares += by * by;
        count++;
    }
    free(one);
    free(other);
    ck_assert_int_gt(count, 200);
    ck_assert_double_lt(fabs(sum / count), 4 * 2 / sqrt(count));
    ck_assert_double_lt(fabs(sqrt(squares / count - 1.0 / 6) - 2), 4 * 2 / sqrt(2.0 * count));
    must_perturb(PERTURBED_JITTER, "500", 1);
    other = synapses_of(perturbed, 0);
    for (int i = 0; i < SYNAPSES; i++)
        ck_assert(other->delay[i] >= 0 && other->delay[i] <= MOST_DELAY);
    free(other);
}
END_TEST

START_TEST(only_one_sign_is_left) {
    if (_i == 1)
        make_sparse();
    struct synapses *all = synapses_of(network, 0);
    must_perturb(PERTURBED_ONLY, "excitation", 0);
    struct synapses *positive = synapses_of(perturbed, 0);
    must_perturb(PERTURBED_ONLY, "inhibition", 0);
    struct synapses *negative = synapses_of(perturbed, 0);
    for (int i = 0; i < SYNAPSES; i++) {
        ck_assert_float_eq(positive->weight[i], all->weight[i] > 0 ? all->weight[i] : 0);
        ck_assert_float_eq(negative->weight[i], all->weight[i] < 0 ? all->weight[i] : 0);
    }
    ck_assert_int_eq(memcmp(positive->delay, all->delay, sizeof all->delay), 0);
    free(all);
    free(positive);
    free(negative);
}
END_TEST

START_TEST(delays_that_are_shared_move_together) {
    struct failure failure;
    snnd_network_free(network);
    make_network(SNND_SHARING_AXONAL);
    ck_assert_int_eq(perturb(PERTURBED_SHUFFLE, "neuron:1", 1, &failure), -1);
    ck_assert_str_eq(
        failure.text,
        "--shuffle-delays neuron:1: synapses of layer 1 of delays share their delays; use --shuffle-delays layer");
    must_perturb(PERTURBED_SHUFFLE, "layer", 1);
    ck_assert(!same_delays());
    struct synapses *one = synapses_of(network, 0), *other = synapses_of(perturbed, 0);
    ck_assert(same_counts(one, other, 0, INPUTS, 0));
    for (int i = 0; i < SYNAPSES; i++)
        ck_assert_int_eq(other->delay[i], other->delay[i % INPUTS]);
    free(one);
    free(other);
    ck_assert_int_eq(perturb(PERTURBED_JITTER, "1:3", 1, &failure), -1);
    ck_assert_str_eq(failure.text, "--jitter 1:3: this layer does not exist; the network has 2 layers of delays");
}
END_TEST

/* ---- Samples ---- */

enum { SAMPLES = 3, STEPS = 20, CHANNELS = 4, SILENT = 5, LONGER = STEPS + SILENT };

static float sound[SAMPLES * STEPS * CHANNELS];
static const int32_t length[SAMPLES] = {STEPS, 12, STEPS};

/* What comes of sample `index`, with silent steps behind it. */
static void fill(const struct data *from, enum perturbation_kind kind, const char *level, uint64_t seed, int64_t index,
                 float *input) {
    struct perturbations all = {NULL, 0};
    struct data data;
    struct failure failure;
    ck_assert_int_eq(perturbations_add(&all, kind, level, &failure), 0);
    ck_assert_int_eq(perturb_check_samples(from, &all.one[0], &failure), 0);
    ck_assert_int_eq(perturb_samples(context, from, &all.one[0], seed, SILENT, &data, &failure), 0);
    ck_assert_int_eq(snnd_dataset_steps(data.testing), LONGER);
    ck_assert_int_eq(snnd_dataset_length(data.testing, index), length[index] + SILENT);
    ck_assert_int_eq(snnd_dataset_fill(data.testing, -1, index, input), SNND_OK);
    data_free(&data);
    perturbations_free(&all);
}

static struct data make_samples(double event) {
    static const int32_t label[SAMPLES] = {0, 1, 1};
    struct data data = {.event = event, .classes = 2};
    snnd_samples samples;
    ck_assert_int_eq(snnd_samples_init(&samples, sizeof samples), SNND_OK);
    for (int i = 0; i < SAMPLES * STEPS * CHANNELS; i++)
        sound[i] = (float)(1 + i % 7);
    samples.input = sound;
    samples.label = label;
    samples.length = length;
    samples.samples = SAMPLES;
    samples.steps = STEPS;
    samples.channels = CHANNELS;
    ck_assert_int_eq(snnd_dataset_create(context, &samples, &data.testing), SNND_OK);
    return data;
}

static float cell(int64_t index, int t, int c) {
    return t >= 0 && t < length[index] ? sound[(index * STEPS + t) * CHANNELS + c] : 0;
}

START_TEST(samples_are_moved_before_silence_follows) {
    static const char *const levels[] = {"0", "3", "-4"};
    static const int by[] = {0, 3, -4};
    struct data data = make_samples(0);
    float input[LONGER * CHANNELS];
    for (int k = 0; k < 3; k++)
        for (int64_t i = 0; i < SAMPLES; i++) {
            fill(&data, PERTURBED_SHIFT_TIME, levels[k], 0, i, input);
            for (int t = 0; t < LONGER; t++)
                for (int c = 0; c < CHANNELS; c++)
                    ck_assert_float_eq(input[t * CHANNELS + c], t < length[i] ? cell(i, t - by[k], c) : 0);
        }
    data_free(&data);
}
END_TEST

/* Of intensities, and of counts, whose events are 0.5 each. */
START_TEST(noise_has_its_size_and_leaves_silence_alone) {
    const enum perturbation_kind kind = _i == 0 ? PERTURBED_NOISE : PERTURBED_NOISE_SPIKES;
    struct data data = make_samples(_i == 0 ? 0 : 0.5);
    double sum = 0, squares = 0;
    int count = 0;
    float first[LONGER * CHANNELS], again[LONGER * CHANNELS];
    for (uint64_t seed = 0; seed < 50; seed++)
        for (int64_t i = 0; i < SAMPLES; i++) {
            fill(&data, kind, "0.25", seed, i, first);
            fill(&data, kind, "0.25", seed, i, again);
            ck_assert_int_eq(memcmp(first, again, sizeof first), 0);
            for (int k = 0; k < LONGER * CHANNELS; k++) {
                const double by = (double)first[k] - (double)cell(i, k / CHANNELS, k % CHANNELS);
                ck_assert(k / CHANNELS < length[i] || by == 0);
                sum += by;
                squares += by * by;
                count += k / CHANNELS < length[i];
            }
        }
    ck_assert_double_eq_tol(sum / count, _i == 0 ? 0 : 0.125, 0.01);
    ck_assert_double_eq_tol(squares / count, _i == 0 ? 0.0625 : 0.25 * (0.25 + 0.0625), 0.005);
    data_free(&data);
}
END_TEST

/* ---- The program ---- */

static char *folder;

static void setup(void) {
    folder = make_folder();
    char *set = in_folder(folder, "set");
    write_tones(set);
    free(set);
}

static void teardown(void) {
    drop_folder(folder);
}

/* Runs a program in the folder with up to 30 words. */
static int run_words(const char *variable, const char *const words[]) {
    const char *arguments[32] = {program_path(variable)};
    for (int i = 0; words[i] != NULL; i++)
        arguments[i + 1] = words[i];
    ck_assert_int_eq(chdir(folder), 0);
    const int code = run_program(folder, arguments);
    ck_assert_int_eq(chdir("/"), 0);
    return code;
}

#define RUN(variable, ...) run_words(variable, (const char *const[]){__VA_ARGS__, NULL})
#define EVALUATE(...) RUN("SNND_EVALUATE", __VA_ARGS__)
#define TRAIN(...)                                                                                                     \
    ck_assert_int_eq(RUN("SNND_TRAIN", "rawhd", "--data", "set", "--out", "run", "--epochs", "6", "--batch", "6",      \
                         "--hidden", "16", __VA_ARGS__),                                                               \
                     0)

static void check_said(const char *name, const char *part) {
    char *text = read_text(folder, name, NULL);
    ck_assert_msg(text != NULL && strstr(text, part) != NULL, "'%s' is not in '%s'", part, text);
    free(text);
}

/* The correct ones of a line that begins so. */
static int correct_of(const char *start) {
    char *text = read_text(folder, "e/perturbations.tsv", NULL);
    const char *line = strstr(text, start);
    int samples, correct;
    ck_assert_msg(line != NULL, "there is no '%s' in %s", start, text);
    ck_assert_int_eq(sscanf(line + strlen(start), "%d\t%d\t", &samples, &correct), 2);
    ck_assert_int_eq(samples, 6);
    free(text);
    return correct;
}

/* With silent steps, and structure that is learned: as the run has it, and the run stays as it is. */
START_TEST(without_perturbation_it_is_as_the_run_has_it) {
    TRAIN("--extra-steps", "4", "--structure", "deep-r", "--sparsity", "0.5");
    ck_assert_int_eq(RUN("SNND_TRAIN", "rawhd", "--data", "set", "--out", "same", "--epochs", "6", "--batch", "6",
                         "--hidden", "16", "--extra-steps", "4", "--structure", "deep-r", "--sparsity", "0.5"),
                     0);
    ck_assert_int_eq(EVALUATE("run", "--out", "e", "--jitter", "0,4", "--shift-time", "0,-2", "--noise", "0",
                              "--shuffle-delays", "neuron,sign:1", "--only", "excitation,inhibition:2", "--seeds", "2"),
                     0);
    check_said("out.txt", "the accuracy without perturbation is that of the run's log\n");
    check_said("out.txt", "samples of each class (lines) that were taken for each (columns)\n");
    ck_assert(same_bytes(folder, "e/predictions.tsv", folder, "run/predictions.tsv"));
    ck_assert(same_bytes(folder, "run/best.safetensors", folder, "same/best.safetensors"));
    const int correct = correct_of("none\t-\t-\t");
    ck_assert_int_eq(correct_of("jitter\t0\t0\t"), correct);
    ck_assert_int_eq(correct_of("jitter\t0\t1\t"), correct);
    ck_assert_int_eq(correct_of("shift-time\t0\t-\t"), correct);
    ck_assert_int_eq(correct_of("noise\t0\t1\t"), correct);
    correct_of("shuffle-delays\tsign:1\t1\t");
    correct_of("only\tinhibition:2\t-\t");
    char *wilson = format_text("none\t-\t-\t6\t%d\t%.9g\t", correct, correct / 6.0);
    check_said("e/perturbations.tsv", "perturbation\tlevel\tseed\tn\tcorrect\taccuracy\tlow\thigh\n");
    check_said("e/perturbations.tsv", wilson);
    free(wilson);
    check_said("e/confusion.tsv", "label\t0\t1\t2");
    check_said("e/evaluation.json", "run/best.safetensors");
    check_said("e/evaluation.json", "\"zero (english)\"");
    ck_assert_int_eq(EVALUATE("run/last.safetensors", "--data", "set", "--out", "e", "--quiet"), 0);
    check_said("e/evaluation.json", "run/last.safetensors");
}
END_TEST

/* A log has 15 digits of an accuracy, which are another number than the accuracy. */
START_TEST(an_accuracy_is_that_of_the_log) {
    enum { ALL = 1267 };
    int differ = 0;
    for (int correct = 0; correct <= ALL; correct++) {
        const double accuracy = (double)correct / ALL;
        char *text = format_text("%.15g", accuracy);
        const double logged = strtod(text, NULL);
        free(text);
        differ += logged < accuracy || logged > accuracy;
        for (int other = correct - 1; other <= correct + 1; other++)
            ck_assert_int_eq(evaluation_agrees(logged, other, ALL), other == correct);
    }
    ck_assert_int_gt(differ, 0);
}
END_TEST

/* A model that has nothing beside it is told its recipe, and how data are read. */
START_TEST(a_model_alone_needs_a_recipe) {
    TRAIN("--extra-steps", "3");
    write_text(folder, "alone/empty", "");
    char *from = in_folder(folder, "run/best.safetensors"), *to = in_folder(folder, "alone/best.safetensors");
    ck_assert_int_eq(rename(from, to), 0);
    free(from);
    free(to);
    ck_assert_int_eq(EVALUATE("run", "--out", "e"), 1);
    check_said("err.txt", "snnd-evaluate: run/best.safetensors: is not there");
    ck_assert_int_eq(EVALUATE("alone", "--data", "set"), 2);
    check_said("err.txt", "--recipe NAME is needed: there is no settings.json beside the model");
    ck_assert_int_eq(EVALUATE("alone", "--recipe", "nothing", "--data", "set"), 2);
    check_said("err.txt", "recipe: there is no 'nothing'; snnd-train --help lists them");
    ck_assert_int_eq(EVALUATE("alone", "--recipe", "rawhd"), 2);
    check_said("err.txt", "--data DIR is needed: ");
    ck_assert_int_eq(EVALUATE("alone", "--recipe", "rawhd", "--data", "set", "--out", "e", "--", "--extra-steps", "3"),
                     0);
    ck_assert(same_bytes(folder, "e/predictions.tsv", folder, "run/predictions.tsv"));
}
END_TEST

START_TEST(what_cannot_be_is_named) {
    static const struct {
        const char *option, *level, *said;
        int code;
    } wrong[] = {
        {"--jitter", "1,x", "--jitter: expected a list of numbers from 0 to 1022, with or without :LAYER, not 'x'", 2},
        {"--jitter", "1:0", "--jitter: expected a list of ", 2},
        {"--jitter", "", "--jitter: expected a list of ", 2},
        {"--jitter", "1,", "with or without :LAYER, not ''", 2},
        {"--shift-time", "1.5", "--shift-time: expected a list of whole numbers from ", 2},
        {"--shift-time", "3:1", "--shift-time: expected a list of whole numbers from ", 2},
        {"--shuffle-delays", "all", "expected a list of neuron, sign or layer, with or without :LAYER, not 'all'", 2},
        {"--only", "both", "--only: expected a list of excitation or inhibition", 2},
        {"--out", "run", "--out: run is the folder of a run; expected another folder", 2},
        {"--recipe", "arrays", "--recipe: the run was begun with rawhd, not with arrays", 2},
        {"--only", "excitation:3", "--only excitation:3: this layer does not exist; the network has 2 layers of delays",
         1},
        {"--shift-time", "1000", "--shift-time: expected whole numbers from -", 1},
        {"--noise-spikes", "0.1", "--noise-spikes: these samples are not counts of spikes; use --noise for them", 1},
        {"--data", "nowhere", "nowhere: there is no such folder", 1},
    };
    TRAIN("--quiet");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck_assert_int_eq(EVALUATE("run", wrong[i].option, wrong[i].level), wrong[i].code);
        check_said("err.txt", wrong[i].said);
    }
    ck_assert_int_eq(EVALUATE("--data", "set"), 2);
    check_said("err.txt", "MODEL is needed: a file of a run, or its folder");
    ck_assert_int_eq(EVALUATE("run", "more"), 2);
    check_said("err.txt", "unexpected argument 'more'");
    ck_assert_int_eq(EVALUATE("run", "--", "--extra-steps", "2"), 2);
    check_said("err.txt", "--extra-steps: the run was begun with 0, not with 2");
    ck_assert_int_eq(EVALUATE("--help"), 0);
    check_said("out.txt", "Usage: snnd-evaluate MODEL --data DIR [options]");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("evaluate");
    TCase *parts = tcase_create("perturbations"), *program = tcase_create("program");
    tcase_add_checked_fixture(parts, begin, end);
    tcase_add_loop_test(parts, shuffling_keeps_what_it_says, 0, 2);
    tcase_add_test(parts, a_layer_can_be_chosen);
    tcase_add_test(parts, seeds_tell);
    tcase_add_test(parts, jitter_has_its_deviation_and_stays_in_range);
    tcase_add_loop_test(parts, only_one_sign_is_left, 0, 2);
    tcase_add_test(parts, delays_that_are_shared_move_together);
    tcase_add_test(parts, samples_are_moved_before_silence_follows);
    tcase_add_loop_test(parts, noise_has_its_size_and_leaves_silence_alone, 0, 2);
    tcase_add_checked_fixture(program, setup, teardown);
    tcase_set_timeout(program, 60);
    tcase_add_test(program, without_perturbation_it_is_as_the_run_has_it);
    tcase_add_test(parts, an_accuracy_is_that_of_the_log);
    tcase_add_test(program, a_model_alone_needs_a_recipe);
    tcase_add_test(program, what_cannot_be_is_named);
    suite_add_tcase(suite, parts);
    suite_add_tcase(suite, program);
    return run_suite(suite);
}
