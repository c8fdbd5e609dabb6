/* Masks in which outputs are reached, against a search of its own, and runs that have them. */
#include <snndelay.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "support.h"
#include "tones.h"
#include "training/paths.h"

static snnd_context *context;
static char *folder, *set;

static void set_up(void) {
    folder = make_folder();
    set = in_folder(folder, "set");
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
}

static void tear_down(void) {
    snnd_context_free(context);
    free(set);
    drop_folder(folder);
}

/* ---- Networks ---- */

enum { INPUTS = 12, HIDDEN = 15, OUTPUTS = 9, MOST_LAYERS = 3 };

static const struct kind {
    int hidden, per_pair, budget, fan_in, signs;
    double sparsity;
    int reached; /* outputs, after all */
} kinds[] = {
    {1, 1, SNND_BUDGET_LAYER, 0, SNND_SIGNS_NONE, 0.9, OUTPUTS},
    {1, 1, SNND_BUDGET_LAYER, 0, SNND_SIGNS_DALE, 0.9, OUTPUTS},
    {2, 1, SNND_BUDGET_LAYER, 0, SNND_SIGNS_NONE, 0.93, OUTPUTS},
    {2, 2, SNND_BUDGET_LAYER, 0, SNND_SIGNS_DALE, 0.96, OUTPUTS},
    {2, 1, SNND_BUDGET_FAN_IN, 1, SNND_SIGNS_NONE, 0, OUTPUTS},
    {1, 1, SNND_BUDGET_LAYER, 0, SNND_SIGNS_NONE, 0.97, 4}, /* of 135 synapses to the outputs there are 4 */
    {2, 1, SNND_BUDGET_LAYER, 0, SNND_SIGNS_NONE, 0.99, 1}, /* 1, 2 and 1 */
};

enum { KINDS = sizeof kinds / sizeof *kinds, SEEDS = 25 };

/* Synapses of each layer of delays: [outputs, inputs, per_pair]. */
struct masks {
    unsigned char *mask[MOST_LAYERS];
    int inputs[MOST_LAYERS], outputs[MOST_LAYERS], count;
};

static snnd_network *make_network(const struct kind *kind, uint64_t seed) {
    snnd_network *network = NULL;
    snnd_sparsity *sparsity = NULL;
    snnd_structure structure;
    snnd_delay_options delays;
    ck_assert_int_eq(snnd_delay_options_init(&delays, sizeof delays), SNND_OK);
    ck_assert_int_eq(snnd_structure_init(&structure, sizeof structure), SNND_OK);
    delays.synapses_per_pair = kind->per_pair;
    structure.budget = kind->budget;
    structure.fan_in = kind->fan_in;
    structure.signs = kind->signs;
    structure.sparsity = kind->sparsity;
    structure.seed = seed;
    ck_assert_int_eq(snnd_network_create(context, INPUTS, &network), SNND_OK);
    for (int i = 0; i < kind->hidden; i++) {
        ck_assert_int_eq(snnd_network_add_delays(network, HIDDEN, &delays, NULL), SNND_OK);
        ck_assert_int_eq(snnd_network_add_lif(network, NULL, NULL), SNND_OK);
    }
    ck_assert_int_eq(snnd_network_add_delays(network, OUTPUTS, &delays, NULL), SNND_OK);
    ck_assert_int_eq(snnd_network_add_leaky_integrator(network, NULL, NULL), SNND_OK);
    ck_assert_int_eq(snnd_network_initialize(network, seed), SNND_OK);
    ck_assert_int_eq(snnd_sparsity_create_fixed_mask(network, &structure, &sparsity), SNND_OK);
    snnd_sparsity_free(sparsity);
    return network;
}

static void read_masks(const struct kind *kind, const snnd_network *network, struct masks *masks) {
    snnd_array array;
    masks->count = 0;
    for (int32_t i = 0; i < snnd_network_layer_count(network); i++) {
        snnd_layer *layer = snnd_network_layer(network, i);
        if (snnd_layer_get_type(layer) != SNND_LAYER_DELAYS)
            continue;
        const int place = masks->count++, inputs = (int)snnd_layer_inputs(layer) * kind->per_pair;
        ck_assert_int_eq(snnd_layer_array(layer, SNND_ARRAY_MASK, &array), SNND_OK);
        masks->inputs[place] = inputs;
        masks->outputs[place] = (int)snnd_layer_outputs(layer);
        masks->mask[place] = malloc((size_t)snnd_array_count(&array));
        memcpy(masks->mask[place], array.data, (size_t)snnd_array_count(&array));
    }
}

static void free_masks(struct masks *masks) {
    while (masks->count > 0)
        free(masks->mask[--masks->count]);
}

/* Searches from a neuron towards the inputs. */
static int is_reached(const struct kind *kind, const struct masks *masks, int layer, int neuron) {
    if (layer < 0)
        return 1;
    const unsigned char *own = masks->mask[layer] + (ptrdiff_t)neuron * masks->inputs[layer];
    for (int i = 0; i < masks->inputs[layer]; i++)
        if (own[i] && is_reached(kind, masks, layer - 1, i / kind->per_pair))
            return 1;
    return 0;
}

static int count_reached(const struct kind *kind, const struct masks *masks, int layer) {
    int reached = 0;
    for (int o = 0; o < masks->outputs[layer]; o++)
        reached += is_reached(kind, masks, layer, o);
    return reached;
}

static int count_ones(const unsigned char *mask, int count) {
    int ones = 0;
    while (count > 0)
        ones += mask[--count];
    return ones;
}

/* ---- What is mended ---- */

/* As many synapses in each layer, of them only those moved that had to, and each neuron with as many where that is the
 * budget. */
static void check_layer(const struct kind *kind, const struct masks *before, const struct masks *after, int layer) {
    const int outputs = before->outputs[layer], inputs = before->inputs[layer];
    const int was = count_reached(kind, before, layer), is_last = layer == before->count - 1;
    int gone = 0;
    for (int s = 0; s < outputs * inputs; s++)
        gone += before->mask[layer][s] && !after->mask[layer][s];
    ck_assert_int_eq(count_ones(after->mask[layer], outputs * inputs),
                     count_ones(before->mask[layer], outputs * inputs));
    if (is_last)
        ck_assert_int_le(gone, outputs);
    else
        ck_assert_int_le(gone, was == 0);
    for (int o = 0; kind->budget == SNND_BUDGET_FAN_IN && o < outputs; o++)
        ck_assert_int_eq(count_ones(after->mask[layer] + (ptrdiff_t)o * inputs, inputs), kind->fan_in);
}

/* Weights are where the synapses are, and they are the same numbers. */
static double sum_of_weights(const snnd_network *network) {
    double sum = 0;
    snnd_array weight, mask;
    for (int32_t i = 0; i < snnd_network_layer_count(network); i++) {
        snnd_layer *layer = snnd_network_layer(network, i);
        if (snnd_layer_get_type(layer) != SNND_LAYER_DELAYS)
            continue;
        ck_assert_int_eq(snnd_layer_array(layer, SNND_ARRAY_WEIGHT, &weight), SNND_OK);
        ck_assert_int_eq(snnd_layer_array(layer, SNND_ARRAY_MASK, &mask), SNND_OK);
        for (int64_t s = 0; s < snnd_array_count(&weight); s++) {
            const float value = ((const float *)weight.data)[s];
            ck_assert(((const uint8_t *)mask.data)[s] == (value < 0 || value > 0));
            sum += value;
        }
    }
    return sum;
}

static void keep_masks(const struct kind *kind, snnd_network *network) {
    snnd_sparsity *sparsity = NULL;
    snnd_structure structure;
    ck_assert_int_eq(snnd_structure_init(&structure, sizeof structure), SNND_OK);
    structure.budget = kind->budget;
    structure.fan_in = kind->fan_in;
    structure.signs = kind->signs;
    structure.sparsity = kind->sparsity;
    structure.start = SNND_START_KEEP;
    ck_assert_msg(snnd_sparsity_create_fixed_mask(network, &structure, &sparsity) == SNND_OK, "%s",
                  snnd_context_last_error(context));
    snnd_sparsity_free(sparsity);
}

START_TEST(outputs_are_reached_by_as_many_synapses) {
    const struct kind *kind = &kinds[_i];
    int mended = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct masks before, after;
        int32_t lacking;
        snnd_network *network = make_network(kind, seed);
        const double sum = sum_of_weights(network);
        read_masks(kind, network, &before);
        const int was = count_reached(kind, &before, before.count - 1);
        ck_assert_int_eq(paths_lacking(network, &lacking), SNND_OK);
        ck_assert_int_eq(lacking, OUTPUTS - was);
        ck_assert_int_eq(paths_make(network, seed), SNND_OK);
        read_masks(kind, network, &after);
        for (int i = 0; i < before.count; i++)
            check_layer(kind, &before, &after, i);
        ck_assert_int_eq(count_reached(kind, &after, after.count - 1), kind->reached);
        ck_assert_int_eq(paths_lacking(network, &lacking), SNND_OK);
        ck_assert_int_eq(lacking, OUTPUTS - kind->reached);
        ck_assert_double_eq_tol(sum_of_weights(network), sum, 1e-6);
        keep_masks(kind, network);
        mended += was < kind->reached;
        free_masks(&before);
        free_masks(&after);
        snnd_network_free(network);
    }
    ck_assert(mended > 0 || kind->budget == SNND_BUDGET_FAN_IN); /* where each has one all are reached */
}
END_TEST

START_TEST(a_seed_makes_the_same_paths) {
    struct masks masks[3];
    const uint64_t seeds[3] = {7, 7, 8};
    for (int i = 0; i < 3; i++) {
        snnd_network *network = make_network(&kinds[2], 1);
        ck_assert_int_eq(paths_make(network, seeds[i]), SNND_OK);
        read_masks(&kinds[2], network, &masks[i]);
        snnd_network_free(network);
    }
    const size_t last = (size_t)HIDDEN * OUTPUTS;
    ck_assert_mem_eq(masks[0].mask[2], masks[1].mask[2], last);
    ck_assert_int_ne(memcmp(masks[0].mask[2], masks[2].mask[2], last), 0);
    for (int i = 0; i < 3; i++)
        free_masks(&masks[i]);
}
END_TEST

/* Where every output is reached already nothing changes. */
START_TEST(what_has_paths_stays) {
    static const struct kind half = {1, 1, SNND_BUDGET_LAYER, 0, SNND_SIGNS_DALE, 0.5, OUTPUTS};
    struct masks before, after;
    snnd_network *network = make_network(&half, 3);
    read_masks(&half, network, &before);
    ck_assert_int_eq(paths_make(network, 3), SNND_OK);
    read_masks(&half, network, &after);
    for (int i = 0; i < before.count; i++)
        ck_assert_mem_eq(before.mask[i], after.mask[i], (size_t)(before.inputs[i] * before.outputs[i]));
    free_masks(&before);
    free_masks(&after);
    snnd_network_free(network);
}
END_TEST

/* ---- Runs ---- */

#define RUN(out, ...) run_it(out, (const char *const[]){__VA_ARGS__, NULL})

static void run_it(const char *out, const char *const more[]) {
    char *path = in_folder(folder, out);
    const char *arguments[30] = {program_path("RAWHD_TRAIN"),
                                 "--data",
                                 set,
                                 "--out",
                                 path,
                                 "--batch",
                                 "6",
                                 "--hidden",
                                 "16",
                                 "--epochs",
                                 "2",
                                 "--threads",
                                 "1",
                                 "--structure",
                                 "fixed",
                                 "--sparsity",
                                 "0.925",
                                 "--dale"};
    int count = 18;
    while (*more != NULL)
        arguments[count++] = *more++;
    ck_assert_int_eq(run_program(folder, arguments), 0);
    free(path);
}

static int lacking_in(const char *name) {
    snnd_network *network = NULL;
    int32_t lacking;
    char *path = in_folder(folder, name);
    ck_assert_msg(snnd_network_load(context, path, &network) == SNND_OK, "%s", snnd_context_last_error(context));
    ck_assert_int_eq(snnd_network_active(network), 47 + 23); /* of 16 * 40 and of 20 * 16 */
    ck_assert_int_eq(paths_lacking(network, &lacking), SNND_OK);
    snnd_network_free(network);
    free(path);
    return lacking;
}

START_TEST(a_run_has_paths_to_its_end) {
    write_tones(set);
    RUN("usual", "--seed", "0");
    char *said = read_text(folder, "err.txt", NULL), *told = read_text(folder, "out.txt", NULL);
    const int lacking = lacking_in("usual/last.safetensors");
    ck_assert_int_gt(lacking, 0);
    char *message = format_text("%d of 20 outputs have no path from the inputs (--paths)\n", lacking);
    ck_assert_msg(strstr(said, message) != NULL || strstr(told, message) != NULL, "'%s' is not in '%s%s'", message,
                  said, told);
    free(message);
    free(told);
    free(said);
    char *log = read_text(folder, "usual/log.jsonl", NULL), *part = format_text("\"unreached\":%d,", lacking);
    ck_assert_msg(strstr(log, part) != NULL, "%s is not in %s", part, log);
    free(part);
    free(log);
    RUN("mended", "--paths");
    log = read_text(folder, "mended/log.jsonl", NULL);
    ck_assert_ptr_nonnull(strstr(log, "\"unreached\":0,"));
    free(log);
    ck_assert_int_eq(lacking_in("mended/initial.safetensors"), 0);
    ck_assert_int_eq(lacking_in("mended/last.safetensors"), 0);
    told = read_text(folder, "out.txt", NULL);
    ck_assert_ptr_null(strstr(told, "no path"));
    free(told);
    RUN("again", "--paths");
    ck_assert(same_bytes(folder, "mended/last.safetensors", folder, "again/last.safetensors"));
    char *path = in_folder(folder, "again");
    ck_assert_int_eq(
        run_program(folder, (const char *const[]){program_path("RAWHD_TRAIN"), "--resume", "--out", path, NULL}), 0);
    free(path);
    ck_assert(same_bytes(folder, "mended/last.safetensors", folder, "again/last.safetensors"));
}
END_TEST

START_TEST(paths_are_of_fixed_masks) {
    write_tones(set);
    RUN("run", "--structure", "set", "--paths");
    char *said = read_text(folder, "err.txt", NULL);
    ck_assert_ptr_nonnull(strstr(said, "--paths has no effect with --structure set"));
    free(said);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("paths");
    TCase *masks = tcase_create("masks"), *runs = tcase_create("runs");
    tcase_add_checked_fixture(masks, set_up, tear_down);
    tcase_add_checked_fixture(runs, set_up, tear_down);
    tcase_add_loop_test(masks, outputs_are_reached_by_as_many_synapses, 0, KINDS);
    tcase_add_test(masks, a_seed_makes_the_same_paths);
    tcase_add_test(masks, what_has_paths_stays);
    tcase_set_timeout(runs, 120);
    tcase_add_test(runs, a_run_has_paths_to_its_end);
    tcase_add_test(runs, paths_are_of_fixed_masks);
    suite_add_tcase(suite, masks);
    suite_add_tcase(suite, runs);
    return run_suite(suite);
}
