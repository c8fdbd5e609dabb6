/* Networks as files: that one that is loaded is the one that was saved, and what is wrong with those that are not. */
#include "format/network_file.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/allocator.h"
#include "format/scratch.h"
#include "support.h"

Suite *network_file_suite(void);

enum { INPUTS = 5, HIDDEN = 7, CLASSES = 4, SAMPLES = 19, STEPS = 23 };

/* Between -1 and 1. */
static float noise(uint64_t stream, uint64_t index) {
    return (float)(2 * snnd_random_uniform(41, stream, index) - 1);
}

/* ---- a network with every kind of layer, and no option at its default ---- */

static snnd_network *build(snnd_context *context) {
    snnd_network *network = NULL;
    snnd_delay_options delays;
    snnd_batch_norm_options norm;
    snnd_lif_options lif;
    snnd_leaky_integrator_options leaky;
    OK(context, snnd_delay_options_init(&delays, sizeof delays));
    OK(context, snnd_batch_norm_options_init(&norm, sizeof norm));
    OK(context, snnd_lif_options_init(&lif, sizeof lif));
    OK(context, snnd_leaky_integrator_options_init(&leaky, sizeof leaky));
    norm.epsilon = 1.0 / 3000;
    norm.momentum = 0.123456789012345678;
    lif.tau = 5.0 + 1.0 / 7;
    lif.threshold = 0.1 + 0.2;
    lif.alpha = 2.1;
    lif.detach_reset = 0;
    lif.order = SNND_ORDER_UPDATE_FIRST;
    lif.reset = SNND_RESET_SUBTRACT;
    lif.surrogate = SNND_SURROGATE_SIGMOID;
    lif.tau_per_neuron = SNND_TAU_LEARNED;
    lif.tau_spread = 0.3 + 1.0 / 7;
    leaky.tau = 7.7;
    leaky.tau_per_neuron = SNND_TAU_GIVEN;
    leaky.tau_spread = 0.5;
    leaky.order = SNND_ORDER_UPDATE_FIRST;
    OK(context, snnd_network_create(context, INPUTS, &network));
    delays.max_delay = 6;
    delays.synapses_per_pair = 3;
    delays.profile = SNND_PROFILE_MAX;
    delays.sharing = SNND_SHARING_AXONAL;
    OK(context, snnd_network_add_delays(network, HIDDEN, &delays, NULL));
    OK(context, snnd_network_add_batch_norm(network, &norm, NULL));
    OK(context, snnd_network_add_lif(network, &lif, NULL));
    OK(context, snnd_network_add_dropout(network, 0.3, NULL));
    delays.max_delay = 10;
    delays.synapses_per_pair = 1;
    delays.profile = SNND_PROFILE_GAUSS;
    delays.learn_delays = 0;
    delays.sharing = SNND_SHARING_DENDRITIC;
    OK(context, snnd_network_add_delays(network, CLASSES, &delays, NULL));
    OK(context, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    OK(context, snnd_network_initialize(network, 99));
    OK(context, snnd_network_set_sigma(network, 1.1 * 1.1));
    for (int name = SNND_ARRAY_SCALE; name <= SNND_ARRAY_RUNNING_VARIANCE; name++) {
        snnd_array array;
        OK(context, snnd_layer_array(snnd_network_layer(network, 1), (snnd_array_name)name, &array));
        for (int i = 0; i < HIDDEN; i++)
            ((float *)array.data)[i] = 0.7f + 0.3f * noise((uint64_t)name, (uint64_t)i);
    }
    return network;
}

/* Gives the network masks and signs. */
static void make_sparse(snnd_context *context, snnd_network *network) {
    snnd_structure structure = structure_of(0.4);
    snnd_sparsity *sparsity = NULL;
    structure.seed = 3;
    structure.signs = SNND_SIGNS_SYNAPSE;
    OK(context, snnd_sparsity_create_deep_r(network, &structure, NULL, &sparsity));
    snnd_sparsity_free(sparsity);
}

/* The output [STEPS, SAMPLES, CLASSES] of an evaluation, to be freed. */
static float *evaluate(snnd_context *context, snnd_network *network) {
    static float input[SAMPLES * STEPS * INPUTS];
    for (int k = 0; k < SAMPLES * STEPS * INPUTS; k++)
        input[k] = 2 * noise(1, (uint64_t)k);
    snnd_workspace *workspace = NULL;
    OK(context, snnd_workspace_create(network, SAMPLES, STEPS, 0, &workspace));
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, SAMPLES));
    float *output = calloc(STEPS * SAMPLES * CLASSES, sizeof *output);
    ck_assert_ptr_nonnull(output);
    OK(context, snnd_workspace_record(workspace, snnd_network_layer(network, 5), SNND_RECORD_OUTPUT, output));
    ck_assert_double_gt(snnd_workspace_spike_rate(workspace), 0.01);
    snnd_workspace_free(workspace);
    return output;
}

static void same_arrays(const snnd_layer *one, const snnd_layer *other) {
    for (int name = 1; name < SNND_ARRAY_NAMES; name++) {
        const snnd_array *a = &one->arrays[name], *b = &other->arrays[name];
        ck_assert_int_eq(a->data != NULL, b->data != NULL);
        if (a->data == NULL)
            continue;
        ck_assert_int_eq(a->dtype, b->dtype);
        ck_assert_int_eq(a->dimensions, b->dimensions);
        for (int axis = 0; axis < 4; axis++)
            ck_assert_int_eq(a->shape[axis], b->shape[axis]);
        ck_assert_mem_eq(a->data, b->data, (size_t)snnd_array_count(a) * snnd_dtype_bytes(a->dtype));
    }
}

/* Everything that a file should keep, to the last bit. */
static void same_networks(const snnd_network *one, const snnd_network *other) {
    ck_assert_int_eq(one->inputs, other->inputs);
    ck_assert_int_eq(one->count, other->count);
    ck_assert_double_eq(one->sigma, other->sigma);
    for (int32_t i = 0; i < one->count; i++) {
        const snnd_layer *a = one->layer[i], *b = other->layer[i];
        ck_assert_ptr_eq(a->class, b->class);
        ck_assert_int_eq(a->inputs, b->inputs);
        ck_assert_int_eq(a->outputs, b->outputs);
        same_arrays(a, b);
    }
}

/* ---- saving and loading ---- */

START_TEST(a_loaded_network_is_the_saved_one) {
    snnd_context *context = make_context(1);
    snnd_network *saved = build(context), *loaded = NULL;
    if (_i == 1)
        make_sparse(context, saved);
    OK(context, snnd_network_save(saved, scratch("a")));
    OK(context, snnd_network_load(context, scratch("a"), &loaded));
    same_networks(saved, loaded);
    ck_assert_int_eq(scratch_entries(), 1);
    snnd_network_free(saved);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_loaded_network_gives_the_same_output) {
    snnd_context *context = make_context(1);
    snnd_network *saved = build(context), *loaded = NULL;
    if (_i == 1)
        make_sparse(context, saved);
    OK(context, snnd_network_save(saved, scratch("a")));
    OK(context, snnd_network_load(context, scratch("a"), &loaded));
    float *expected = evaluate(context, saved), *got = evaluate(context, loaded);
    ck_assert_mem_eq(got, expected, STEPS * SAMPLES * CLASSES * sizeof *got);
    free(expected);
    free(got);
    snnd_network_free(saved);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

START_TEST(masks_and_signs_are_kept) {
    snnd_context *context = make_context(1);
    snnd_network *saved = build(context), *loaded = NULL;
    make_sparse(context, saved);
    OK(context, snnd_network_save(saved, scratch("a")));
    OK(context, snnd_network_load(context, scratch("a"), &loaded));
    ck_assert_int_eq(snnd_layer_active(snnd_network_layer(loaded, 0)), (int64_t)(0.6 * HIDDEN * INPUTS * 3));
    ck_assert_int_eq(snnd_network_active(loaded), snnd_network_active(saved));
    snnd_array sign;
    OK(context, snnd_layer_array(snnd_network_layer(loaded, 0), SNND_ARRAY_SIGN, &sign));
    snnd_network_free(saved);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

START_TEST(options_of_layers_are_kept_to_the_last_bit) {
    snnd_context *context = make_context(1);
    snnd_network *saved = build(context), *loaded = NULL;
    OK(context, snnd_network_save(saved, scratch("a")));
    OK(context, snnd_network_load(context, scratch("a"), &loaded));
    const snnd_delay_options *first = &loaded->layer[0]->options.delays, *second = &loaded->layer[4]->options.delays;
    ck_assert_int_eq(first->max_delay, 6);
    ck_assert_int_eq(first->synapses_per_pair, 3);
    ck_assert_int_eq(first->profile, SNND_PROFILE_MAX);
    ck_assert_int_eq(first->learn_delays, 1);
    ck_assert_int_eq(first->sharing, SNND_SHARING_AXONAL);
    ck_assert_int_eq(second->max_delay, 10);
    ck_assert_int_eq(second->synapses_per_pair, 1);
    ck_assert_int_eq(second->profile, SNND_PROFILE_GAUSS);
    ck_assert_int_eq(second->learn_delays, 0);
    ck_assert_int_eq(second->sharing, SNND_SHARING_DENDRITIC);
    ck_assert_double_eq(loaded->layer[1]->options.batch_norm.epsilon, 1.0 / 3000);
    ck_assert_double_eq(loaded->layer[1]->options.batch_norm.momentum, 0.123456789012345678);
    ck_assert_double_eq(loaded->layer[2]->options.lif.tau, 5.0 + 1.0 / 7);
    ck_assert_double_eq(loaded->layer[2]->options.lif.threshold, 0.1 + 0.2);
    ck_assert_double_eq(loaded->layer[2]->options.lif.alpha, 2.1);
    ck_assert_int_eq(loaded->layer[2]->options.lif.detach_reset, 0);
    ck_assert_int_eq(loaded->layer[2]->options.lif.order, SNND_ORDER_UPDATE_FIRST);
    ck_assert_int_eq(loaded->layer[2]->options.lif.reset, SNND_RESET_SUBTRACT);
    ck_assert_int_eq(loaded->layer[2]->options.lif.surrogate, SNND_SURROGATE_SIGMOID);
    ck_assert_int_eq(loaded->layer[2]->options.lif.tau_per_neuron, SNND_TAU_LEARNED);
    ck_assert_double_eq(loaded->layer[2]->options.lif.tau_spread, 0.3 + 1.0 / 7);
    ck_assert_int_eq(loaded->layer[5]->options.leaky_integrator.order, SNND_ORDER_UPDATE_FIRST);
    ck_assert_int_eq(loaded->layer[5]->options.leaky_integrator.tau_per_neuron, SNND_TAU_GIVEN);
    ck_assert_double_eq(loaded->layer[5]->options.leaky_integrator.tau_spread, 0.5);
    ck_assert_double_eq(loaded->layer[3]->options.dropout.probability, 0.3);
    ck_assert_double_eq(loaded->layer[5]->options.leaky_integrator.tau, 7.7);
    ck_assert_double_eq(snnd_network_sigma(loaded), 1.1 * 1.1);
    snnd_network_free(saved);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

START_TEST(adaptive_neurons_are_kept) {
    snnd_context *context = make_context(1);
    snnd_network *saved = NULL, *loaded = NULL;
    snnd_adaptive_lif_options options;
    OK(context, snnd_adaptive_lif_options_init(&options, sizeof options));
    options.threshold = 0.1 + 0.2;
    options.alpha = 2.1;
    options.detach_reset = 1;
    options.surrogate = SNND_SURROGATE_TRIANGLE;
    OK(context, snnd_network_create(context, INPUTS, &saved));
    OK(context, snnd_network_add_adaptive_lif(saved, &options, NULL));
    OK(context, snnd_network_initialize(saved, 9));
    OK(context, snnd_network_save(saved, scratch("a")));
    OK(context, snnd_network_load(context, scratch("a"), &loaded));
    OK(context, snnd_layer_adaptive_lif_options(snnd_network_layer(loaded, 0), &options));
    ck_assert_double_eq(options.threshold, 0.1 + 0.2);
    ck_assert_double_eq(options.alpha, 2.1);
    ck_assert_int_eq(options.detach_reset, 1);
    ck_assert_int_eq(options.surrogate, SNND_SURROGATE_TRIANGLE);
    for (int name = SNND_ARRAY_MEMBRANE_DECAY; name <= SNND_ARRAY_SPIKE_ADAPTATION; name++)
        ck_assert_mem_eq(snnd_layer_floats(loaded->layer[0], (snnd_array_name)name),
                         snnd_layer_floats(saved->layer[0], (snnd_array_name)name), INPUTS * sizeof(float));
    snnd_network_free(saved);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_network_without_layers_is_one_too) {
    snnd_context *context = make_context(1);
    snnd_network *saved = NULL, *loaded = NULL;
    OK(context, snnd_network_create(context, 3, &saved));
    OK(context, snnd_network_save(saved, scratch("a")));
    OK(context, snnd_network_load(context, scratch("a"), &loaded));
    same_networks(saved, loaded);
    snnd_network_free(saved);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_loaded_network_can_grow_and_be_saved_again) {
    snnd_context *context = make_context(1);
    snnd_network *saved = build(context), *loaded = NULL, *again = NULL;
    OK(context, snnd_network_save(saved, scratch("a")));
    OK(context, snnd_network_load(context, scratch("a"), &loaded));
    OK(context, snnd_network_add_delays(loaded, 2, NULL, NULL));
    OK(context, snnd_network_save(loaded, scratch("a")));
    OK(context, snnd_network_load(context, scratch("a"), &again));
    same_networks(loaded, again);
    ck_assert_int_eq(snnd_network_layer_count(again), 7);
    snnd_network_free(saved);
    snnd_network_free(loaded);
    snnd_network_free(again);
    snnd_context_free(context);
}
END_TEST

START_TEST(equal_networks_make_equal_files) {
    snnd_context *context = make_context(1);
    snnd_network *one = build(context), *other = build(context);
    OK(context, snnd_network_save(one, scratch("a")));
    OK(context, snnd_network_save(other, scratch("b")));
    size_t a_bytes, b_bytes;
    unsigned char *a = scratch_read(scratch("a"), &a_bytes), *b = scratch_read(scratch("b"), &b_bytes);
    ck_assert_uint_eq(a_bytes, b_bytes);
    ck_assert_mem_eq(a, b, a_bytes);
    free(a);
    free(b);
    snnd_network_free(one);
    snnd_network_free(other);
    snnd_context_free(context);
}
END_TEST

START_TEST(the_tensors_have_the_names_of_the_header) {
    static const char *const names[] = {
        "layers.0.weight", "layers.0.position",     "layers.0.sign",  "layers.0.mask",
        "layers.1.scale",  "layers.1.running_mean", "layers.1.shift", "layers.1.running_variance",
        "layers.4.weight", "layers.4.position",     "layers.4.sign",  "layers.4.mask",
        "layers.2.leak",   "layers.5.leak",
    };
    snnd_context *context = make_context(1);
    snnd_network *saved = build(context);
    make_sparse(context, saved);
    OK(context, snnd_network_save(saved, scratch("a")));
    snnd_safetensors *file = NULL;
    OK(context, snnd_safetensors_open(context, snnd_from_path(scratch("a")), &file));
    ck_assert_uint_eq(snnd_safetensors_count(file), sizeof names / sizeof names[0]);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        ck_assert_msg(snnd_safetensors_has(file, names[i]), "no %s", names[i]);
    ck_assert_str_eq(snnd_safetensors_metadata(file, "format"), "snndelay");
    snnd_safetensors_close(file);
    snnd_network_free(saved);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_checkpoint_is_a_network_too) {
    snnd_context *context = make_context(1);
    snnd_network *network = build(context), *loaded = NULL;
    snnd_trainer *trainer = NULL;
    OK(context, snnd_trainer_create(network, NULL, &trainer));
    OK(context, snnd_trainer_save_checkpoint(trainer, scratch("a"), "a note"));
    OK(context, snnd_network_load(context, scratch("a"), &loaded));
    same_networks(network, loaded);
    snnd_trainer_free(trainer);
    snnd_network_free(network);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

START_TEST(arguments_are_checked) {
    snnd_context *context = make_context(1);
    snnd_network *network = build(context), *loaded = NULL;
    ck_assert_int_eq(snnd_network_save(NULL, scratch("a")), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_network_load(NULL, scratch("a"), &loaded), SNND_ERROR_ARGUMENT);
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_network_save(network, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "empty", snnd_network_save(network, ""));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_network_load(context, NULL, &loaded));
    FAILS(context, SNND_ERROR_ARGUMENT, "network is NULL", snnd_network_load(context, scratch("a"), NULL));
    FAILS(context, SNND_ERROR_IO, scratch("a"), snnd_network_load(context, scratch("a"), &loaded));
    FAILS(context, SNND_ERROR_IO, scratch("none/a"), snnd_network_save(network, scratch("none/a")));
    ck_assert_ptr_null(loaded);
    ck_assert_int_eq(scratch_entries(), 0);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_failed_save_leaves_the_old_network) {
    allocator memory = {0};
    snnd_context *context = NULL;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    snnd_network *old = build(context), *other = build(context), *loaded = NULL;
    OK(context, snnd_network_initialize(other, 5));
    OK(context, snnd_network_save(old, scratch("a")));
    for (int64_t n = 1; n <= 3; n++) { /* the tensors, the path, the temporary path */
        memory.fail_at = memory.calls + n;
        ck_assert_int_eq(snnd_network_save(other, scratch("a")), SNND_ERROR_MEMORY);
    }
    memory.fail_at = 0;
    ck_assert_int_eq(scratch_entries(), 1);
    OK(context, snnd_network_load(context, scratch("a"), &loaded));
    same_networks(old, loaded);
    snnd_network_free(old);
    snnd_network_free(other);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

START_TEST(what_is_not_finite_is_not_saved) {
    snnd_context *context = make_context(1);
    snnd_network *network = build(context);
    snnd_array weight;
    OK(context, snnd_layer_array(snnd_network_layer(network, 0), SNND_ARRAY_WEIGHT, &weight));
    ((float *)weight.data)[1] = INFINITY;
    FAILS(context, SNND_ERROR_NUMERIC, "weight 1 of layer 0", snnd_network_save(network, scratch("a")));
    ck_assert_int_eq(scratch_entries(), 0);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

static snnd_status load_something(snnd_context *context, void *path) {
    snnd_network *network = NULL;
    const snnd_status status = snnd_network_load(context, path, &network);
    snnd_network_free(network);
    return status;
}

START_TEST(loading_without_memory_is_an_error_and_no_leak) {
    allocator memory = {0};
    snnd_context *context = NULL;
    char path[SCRATCH_PATH];
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    snnd_network *network = build(context);
    make_sparse(context, network);
    snprintf(path, sizeof path, "%s", scratch("a"));
    OK(context, snnd_network_save(network, path));
    snnd_network_free(network);
    allocator_starve(context, &memory, load_something, path);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

static void set_variance(snnd_network *network) {
    snnd_layer_floats(snnd_network_layer(network, 1), SNND_ARRAY_RUNNING_VARIANCE)[2] = -1;
}

static void set_mask(snnd_network *network) {
    ((uint8_t *)snnd_network_layer(network, 0)->arrays[SNND_ARRAY_MASK].data)[3] = 7;
}

static void set_sign(snnd_network *network) {
    ((int8_t *)snnd_network_layer(network, 0)->arrays[SNND_ARRAY_SIGN].data)[5] = 0;
}

/* The host may write to arrays; what could not be loaded is not saved over what can. */
START_TEST(what_could_not_be_loaded_is_not_saved) {
    static void (*const spoil[])(snnd_network *) = {set_variance, set_mask, set_sign};
    static const char *const words[] = {"running_variance 2 of layer 1 (batch_norm) is -1", "mask 3 of layer 0",
                                        "sign 5 of layer 0"};
    snnd_context *context = make_context(1);
    snnd_network *network = build(context), *loaded;
    make_sparse(context, network);
    OK(context, snnd_network_save(network, scratch("a")));
    spoil[_i](network);
    FAILS(context, SNND_ERROR_NUMERIC, words[_i], snnd_network_save(network, scratch("a")));
    OK(context, snnd_network_load(context, scratch("a"), &loaded));
    snnd_network_free(loaded);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

/* ---- files that somebody has changed ---- */

/* A network as its file has it: tensors of its own, and the architecture. */
typedef struct pieces {
    snnd_context *context;
    snnd_network *network;
    snnd_tensor tensors[20];
    size_t count;
    cJSON *root;
} pieces;

static pieces take_apart(void) {
    pieces made = {.context = make_context(1)};
    made.network = build(made.context);
    make_sparse(made.context, made.network);
    snnd_tensor *tensors = NULL;
    OK(made.context, snnd_network_tensors(made.network, &tensors, &made.count));
    ck_assert_uint_lt(made.count, 20);
    memcpy(made.tensors, tensors, made.count * sizeof *tensors);
    snnd_release(made.context, tensors);
    made.root = snnd_network_describe(made.network);
    ck_assert_ptr_nonnull(made.root);
    return made;
}

static snnd_tensor *find(pieces *all, const char *name) {
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->tensors[i].name, name) == 0)
            return &all->tensors[i];
    ck_abort_msg("no tensor %s", name);
    return NULL;
}

static void release(pieces *all) {
    cJSON_Delete(all->root);
    snnd_network_free(all->network);
    snnd_context_free(all->context);
}

/* Writes the pieces with `text` as the architecture, loads them, which must fail with `words`, and releases them.
 */
static void refuses_text(pieces *all, const char *text, const char *words) {
    const snnd_metadata metadata[] = {{"format", "snndelay"}, {SNND_NETWORK_KEY, text}};
    OK(all->context, snnd_safetensors_write(all->context, snnd_to_path(scratch("a")), all->tensors, all->count,
                                            metadata, text == NULL ? 1 : 2));
    snnd_network *loaded = NULL;
    FAILS(all->context, SNND_ERROR_FORMAT, words, snnd_network_load(all->context, scratch("a"), &loaded));
    ck_assert_ptr_nonnull(strstr(snnd_context_last_error(all->context), scratch("a")));
    ck_assert_ptr_null(loaded);
    release(all);
}

static void refuses(pieces *all, const char *words) {
    char *text = cJSON_PrintUnformatted(all->root);
    ck_assert_ptr_nonnull(text);
    refuses_text(all, text, words);
    cJSON_free(text);
}

/* That the tests below fail for the reason they are meant to. */
START_TEST(the_pieces_as_they_are_make_a_network) {
    pieces all = take_apart();
    char *text = cJSON_PrintUnformatted(all.root);
    const snnd_metadata metadata[] = {{SNND_NETWORK_KEY, text}};
    snnd_network *loaded = NULL;
    OK(all.context,
       snnd_safetensors_write(all.context, snnd_to_path(scratch("a")), all.tensors, all.count, metadata, 1));
    OK(all.context, snnd_network_load(all.context, scratch("a"), &loaded));
    same_networks(all.network, loaded);
    cJSON_free(text);
    snnd_network_free(loaded);
    release(&all);
}
END_TEST

static const char *const required[] = {
    "layers.0.weight",       "layers.0.position",         "layers.1.scale", "layers.1.shift", "layers.4.weight",
    "layers.1.running_mean", "layers.1.running_variance", "layers.2.leak",  "layers.5.leak"};

START_TEST(a_missing_tensor_is_named) {
    pieces all = take_apart();
    *find(&all, required[_i]) = all.tensors[all.count - 1];
    all.count--;
    refuses(&all, required[_i]);
}
END_TEST

/* A small file may describe a large network: what is not in the file is not made. */
START_TEST(what_the_file_has_no_room_for_takes_no_memory) {
    static const char *const layers[] = {
        "{\"type\":\"batch_norm\",\"outputs\":1048576,\"epsilon\":1e-5,\"momentum\":0.1}",
        "{\"type\":\"adaptive_lif\",\"outputs\":1048576,\"threshold\":1,\"alpha\":5,\"detach_reset\":0,\"surrogate\":"
        "1}",
        "{\"type\":\"delays\",\"outputs\":64,\"max_delay\":0,\"kernel_count\":1,\"kernel\":1,\"learn_delays\":1}",
        "{\"type\":\"lif\",\"outputs\":1048576,\"tau\":2,\"threshold\":1,\"alpha\":5,\"detach_reset\":1,"
        "\"tau_per_neuron\":2}",
        "{\"type\":\"leaky_integrator\",\"outputs\":1048576,\"tau\":2,\"tau_per_neuron\":3}"};
    static const char *const missing[] = {"layers.0.scale", "layers.0.membrane_decay", "layers.0.weight",
                                          "layers.0.leak", "layers.0.leak"};
    char text[512];
    allocator memory = {0};
    snnd_context *context;
    snnd_network *loaded = NULL;
    OK(context, allocator_context(&memory, 1, &context));
    snprintf(text, sizeof text, "{\"inputs\":1048576,\"sigma\":0,\"layers\":[%s]}", layers[_i]);
    const snnd_metadata metadata = {SNND_NETWORK_KEY, text};
    OK(context, snnd_safetensors_write(context, snnd_to_path(scratch("a")), NULL, 0, &metadata, 1));
    memory.bytes = 0;
    FAILS(context, SNND_ERROR_FORMAT, missing[_i], snnd_network_load(context, scratch("a"), &loaded));
    ck_assert_int_lt(memory.bytes, 10000);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

START_TEST(a_tensor_too_many_is_refused) {
    static const char *const names[] = {"layers.0.scale", "layers.2.weight", "layers.6.weight", "layers.0.weights",
                                        "layers.00.weight"};
    pieces all = take_apart();
    all.tensors[all.count] = *find(&all, "layers.0.weight");
    strcpy(all.tensors[all.count++].name, names[_i]);
    refuses(&all, "tensors of layers");
}
END_TEST

START_TEST(tensors_that_are_not_of_layers_are_let_be) {
    pieces all = take_apart();
    all.tensors[all.count] = *find(&all, "layers.0.weight");
    strcpy(all.tensors[all.count++].name, "optimizer.something");
    char *text = cJSON_PrintUnformatted(all.root);
    const snnd_metadata metadata[] = {{SNND_NETWORK_KEY, text}};
    snnd_network *loaded = NULL;
    OK(all.context,
       snnd_safetensors_write(all.context, snnd_to_path(scratch("a")), all.tensors, all.count, metadata, 1));
    OK(all.context, snnd_network_load(all.context, scratch("a"), &loaded));
    cJSON_free(text);
    snnd_network_free(loaded);
    release(&all);
}
END_TEST

START_TEST(a_tensor_of_another_shape_is_named) {
    pieces all = take_apart();
    snnd_array *array = &find(&all, "layers.0.weight")->array; /* as many numbers, otherwise arranged */
    array->shape[0] = INPUTS;
    array->shape[1] = HIDDEN;
    refuses(&all, "layers.0.weight");
    all = take_apart();
    find(&all, "layers.0.mask")->array.shape[2] = 2;
    refuses(&all, "layers.0.mask");
    all = take_apart();
    find(&all, "layers.1.scale")->array.dimensions = 2;
    refuses(&all, "layers.1.scale");
}
END_TEST

START_TEST(a_tensor_of_another_type_is_named) {
    pieces all = take_apart();
    find(&all, "layers.0.weight")->array.dtype = SNND_INT32;
    refuses(&all, "layers.0.weight");
    all = take_apart();
    find(&all, "layers.0.sign")->array.dtype = SNND_UINT8;
    refuses(&all, "layers.0.sign");
    all = take_apart();
    find(&all, "layers.4.mask")->array.dtype = SNND_INT8;
    refuses(&all, "layers.4.mask");
}
END_TEST

START_TEST(a_sign_is_plus_or_minus_one) {
    static const int8_t bad[] = {0, 2, -2, 127, -128};
    pieces all = take_apart();
    ((int8_t *)find(&all, "layers.0.sign")->array.data)[17] = bad[_i];
    refuses(&all, "sign 17 of layer 0");
}
END_TEST

START_TEST(a_mask_is_one_or_zero) {
    static const uint8_t bad[] = {2, 128, 255};
    pieces all = take_apart();
    ((uint8_t *)find(&all, "layers.4.mask")->array.data)[3] = bad[_i];
    refuses(&all, "mask 3 of layer 4");
}
END_TEST

START_TEST(numbers_are_finite) {
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    for (int k = 0; k < 3; k++) {
        pieces all = take_apart();
        char array[64], words[128];
        int layer;
        ((float *)find(&all, required[_i])->array.data)[1] = bad[k];
        ck_assert_int_eq(sscanf(required[_i], "layers.%d.%63s", &layer, array), 2);
        snprintf(words, sizeof words, "%s 1 of layer %d", array, layer);
        refuses(&all, words);
    }
}
END_TEST

START_TEST(a_running_variance_is_not_negative) {
    pieces all = take_apart();
    ((float *)find(&all, "layers.1.running_variance")->array.data)[2] = -0.5f;
    refuses(&all, "running_variance 2 of layer 1");
}
END_TEST

/* ---- architectures that somebody has changed ---- */

/* Sets `key` of layer `layer` (-1: of the root) to JSON text, or removes it where that is NULL. */
static const struct change {
    int layer;
    const char *key, *value, *words;
} changes[] = {
    {-1, "inputs", NULL, "'inputs'"},
    {-1, "inputs", "\"5\"", "'inputs'"},
    {-1, "inputs", "5.5", "'inputs'"},
    {-1, "inputs", "1e300", "'inputs'"},
    {-1, "inputs", "0", "inputs"},
    {-1, "inputs", "-5", "inputs"},
    {-1, "inputs", "6", "layers.0.weight"},
    {-1, "sigma", NULL, "'sigma'"},
    {-1, "sigma", "null", "'sigma'"},
    {-1, "sigma", "-1", "sigma"},
    {-1, "sigma", "1e400", "'sigma'"},
    {-1, "layers", NULL, "'layers'"},
    {-1, "layers", "{}", "'layers'"},
    {-1, "layers", "6", "'layers'"},
    {-1, "layers", "[]", "tensors of layers"},
    {-1, "layers", "[1]", "layer 0"},
    {-1, "layers", "[null]", "layer 0"},
    {0, "type", NULL, "layer 0"},
    {0, "type", "1", "layer 0"},
    {0, "type", "\"Delays\"", "layer 0"},
    {0, "type", "\"lif\"", "layer 0"},
    {0, "outputs", NULL, "'outputs'"},
    {0, "outputs", "0", "outputs"},
    {0, "outputs", "-7", "outputs"},
    {0, "outputs", "8", "layers.0.weight"}, /* which has 7 */
    {0, "outputs", "2147483648", "'outputs'"},
    {0, "outputs", "2147483647", "layers.0.weight"},
    {0, "max_delay", NULL, "'max_delay'"},
    {0, "max_delay", "true", "'max_delay'"},
    {0, "max_delay", "5", "max_delay"},
    {0, "max_delay", "-2", "max_delay"},
    {0, "max_delay", "1024", "max_delay"},
    {0, "max_delay", "6.5", "'max_delay'"},
    {0, "kernel_count", NULL, "'kernel_count'"},
    {0, "kernel_count", "0", "synapses_per_pair is 0"},
    {0, "kernel_count", "65", "layers.0.weight"},
    {0, "kernel_count", "2", "layers.0.weight"},
    {0, "kernel", "3", "profile is 3"},
    {0, "kernel", "0", "profile is 0"},
    {4, "learn_delays", "2", "learn_delays"},
    {4, "learn_delays", NULL, "'learn_delays'"},
    {1, "outputs", "8", "8 outputs"},
    {1, "epsilon", "0", "epsilon"},
    {1, "epsilon", NULL, "'epsilon'"},
    {1, "momentum", "1.5", "momentum"},
    {1, "momentum", "-0.1", "momentum"},
    {2, "tau", "0.5", "tau"},
    {2, "tau", NULL, "'tau'"},
    {2, "tau", "\"5\"", "'tau'"},
    {2, "threshold", "0", "threshold"},
    {2, "alpha", "-5", "alpha"},
    {2, "detach_reset", "2", "detach_reset"},
    {2, "order", "3", "order is 3"},
    {2, "order", "1.5", "'order'"},
    {2, "reset", "0", "reset is 0"},
    {2, "surrogate", "6", "surrogate is 6"},
    {5, "order", "0", "order is 0"},
    {2, "tau_per_neuron", "1", "tau_spread"},
    {2, "tau_per_neuron", "4", "tau_per_neuron is 4"},
    {2, "tau_spread", "-1", "tau_spread is -1"},
    {5, "tau_spread", "100", "must be above 1"},
    {2, "outputs", "0", "0 outputs"},
    {3, "probability", "1", "probability"},
    {3, "probability", "-0.1", "probability"},
    {3, "probability", NULL, "'probability'"},
    {5, "tau", "0", "tau"},
    {5, "type", "\"delays\"", "layer 5"},
};

/* Older versions knew no other neurons: these are described as they describe them. */
START_TEST(options_that_came_later_are_left_out_where_they_are_the_default) {
    snnd_context *context = make_context(1);
    snnd_network *saved = NULL, *loaded = NULL;
    OK(context, snnd_network_create(context, 2, &saved));
    OK(context, snnd_network_add_lif(saved, NULL, NULL));
    OK(context, snnd_network_add_delays(saved, 2, NULL, NULL));
    OK(context, snnd_network_add_leaky_integrator(saved, NULL, NULL));
    char *text;
    OK(context, snnd_network_text(saved, &text));
    ck_assert_str_eq(text, "{\"inputs\":2,\"sigma\":12,\"readout\":\"softmax_sum\",\"layers\":["
                           "{\"type\":\"lif\",\"outputs\":2,\"tau\":10.050000000000001,\"threshold\":1,\"alpha\":5,"
                           "\"detach_reset\":1},"
                           "{\"type\":\"delays\",\"outputs\":2,\"max_delay\":24,\"kernel_count\":1,\"kernel\":1,"
                           "\"learn_delays\":1},"
                           "{\"type\":\"leaky_integrator\",\"outputs\":2,\"tau\":10.050000000000001}]}");
    cJSON_free(text);
    OK(context, snnd_network_save(saved, scratch("a")));
    OK(context, snnd_network_load(context, scratch("a"), &loaded));
    OK(context, snnd_network_same(saved, loaded));
    snnd_network_free(saved);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

/* Positions of another sharing than the architecture's: of each synapse, of axons, of dendrites. */
START_TEST(positions_of_another_sharing_are_refused) {
    pieces all = take_apart();
    cJSON *layer = cJSON_GetArrayItem(cJSON_GetObjectItem(all.root, "layers"), _i < 2 ? 0 : 4);
    if (_i % 2 == 0)
        cJSON_DeleteItemFromObject(layer, "sharing");
    else
        cJSON_ReplaceItemInObject(layer, "sharing",
                                  cJSON_CreateNumber(_i < 2 ? SNND_SHARING_DENDRITIC : SNND_SHARING_AXONAL));
    refuses(&all, _i < 2 ? "tensor 'layers.0.position' has" : "tensor 'layers.4.position' has");
}
END_TEST

/* Of another writer, which leaves nothing out. */
START_TEST(options_that_came_later_may_be_there_at_their_default) {
    pieces all = take_apart();
    cJSON *layer = cJSON_GetArrayItem(cJSON_GetObjectItem(all.root, "layers"), 5);
    cJSON_ReplaceItemInObject(layer, "order", cJSON_CreateNumber(SNND_ORDER_PAPER));
    char *text = cJSON_PrintUnformatted(all.root);
    const snnd_metadata metadata[] = {{SNND_NETWORK_KEY, text}};
    snnd_network *loaded = NULL;
    OK(all.context,
       snnd_safetensors_write(all.context, snnd_to_path(scratch("a")), all.tensors, all.count, metadata, 1));
    OK(all.context, snnd_network_load(all.context, scratch("a"), &loaded));
    ck_assert_int_eq(loaded->layer[5]->options.leaky_integrator.order, SNND_ORDER_PAPER);
    snnd_network_free(loaded);
    cJSON_free(text);
    release(&all);
}
END_TEST

/* Whoever wrote it meant another network. */
START_TEST(an_option_that_nobody_knows_is_refused) {
    pieces all = take_apart();
    cJSON_AddNumberToObject(cJSON_GetArrayItem(cJSON_GetObjectItem(all.root, "layers"), 5), "tau_of_tomorrow", 3);
    refuses(&all, "layer 5 (leaky_integrator) of the architecture has an unknown option 'tau_of_tomorrow'");
}
END_TEST

/* Words of C end at a zero: one in the middle would make another word pass for the one before it. */
START_TEST(a_zero_in_an_architecture_is_refused) {
    static const struct {
        int layer; /* -1: none of them */
        const char *key, *with, *value;
    } zeros[] = {{-1, "readout", "readout", "\"max\\u0000x\""},
                 {2, "type", "type", "\"lif\\u0000x\""},
                 {2, "tau", "tau\\u0000x", "10"},
                 {-1, "sigma", "sigma\\u0000", "2"}};
    for (int k = 0; k < (int)(sizeof zeros / sizeof zeros[0]); k++) {
        pieces all = take_apart();
        cJSON *layers = cJSON_GetObjectItem(all.root, "layers");
        cJSON *object = zeros[k].layer < 0 ? all.root : cJSON_GetArrayItem(layers, zeros[k].layer);
        char raw[80];
        sprintf(raw, "{\"%s\":%s}", zeros[k].with, zeros[k].value);
        cJSON_DeleteItemFromObjectCaseSensitive(object, zeros[k].key);
        ck_assert_ptr_nonnull(cJSON_AddRawToObject(object, "@", raw));
        /* "@":{ ... } gives way to what it holds. */
        char *text = cJSON_PrintUnformatted(all.root), *from = strstr(text, "\"@\":{");
        char *end = strchr(from, '}');
        memmove(end, end + 1, strlen(end));
        memmove(from, from + 5, strlen(from + 5) + 1);
        refuses_text(&all, text, "contains a zero byte");
        cJSON_free(text);
    }
}
END_TEST

/* A backslash in front of the letters is no zero. */
START_TEST(a_zero_behind_an_architecture_is_refused) {
    static const char *const behind[] = {"\\u0000", "\\u0000x", "\\\\u0000"};
    pieces all = take_apart();
    char *text = cJSON_PrintUnformatted(all.root), *longer = malloc(strlen(text) + 16);
    ck_assert_ptr_nonnull(longer);
    sprintf(longer, "%s@@@@@@@@", text);
    const snnd_metadata metadata[] = {{SNND_NETWORK_KEY, longer}};
    OK(all.context,
       snnd_safetensors_write(all.context, snnd_to_path(scratch("a")), all.tensors, all.count, metadata, 1));
    size_t count, at = 0;
    unsigned char *bytes = scratch_read(scratch("a"), &count);
    while (memcmp(bytes + at, "@@@@@@@@", 8) != 0)
        at++;
    memset(bytes + at, ' ', 8);
    memcpy(bytes + at, behind[_i], strlen(behind[_i]));
    scratch_write(scratch("a"), bytes, count);
    snnd_network *loaded = NULL;
    FAILS(all.context, SNND_ERROR_FORMAT, _i < 2 ? "the header is not JSON, or it contains a zero byte" : "is not JSON",
          snnd_network_load(all.context, scratch("a"), &loaded));
    free(bytes);
    free(longer);
    cJSON_free(text);
    release(&all);
}
END_TEST

START_TEST(an_architecture_says_nothing_else_and_nothing_twice) {
    pieces all = take_apart();
    cJSON_AddNumberToObject(all.root, "recurrent", 1);
    refuses(&all, "unknown key 'recurrent'");
    all = take_apart();
    cJSON_AddNumberToObject(cJSON_GetArrayItem(cJSON_GetObjectItem(all.root, "layers"), 5), "tau", 77);
    refuses(&all, "the same key twice");
}
END_TEST

START_TEST(a_changed_architecture_is_refused) {
    const struct change *c = &changes[_i];
    pieces all = take_apart();
    cJSON *object = c->layer < 0 ? all.root : cJSON_GetArrayItem(cJSON_GetObjectItem(all.root, "layers"), c->layer);
    ck_assert_ptr_nonnull(cJSON_GetObjectItemCaseSensitive(object, c->key));
    cJSON_DeleteItemFromObjectCaseSensitive(object, c->key);
    if (c->value != NULL)
        ck_assert_ptr_nonnull(cJSON_AddRawToObject(object, c->key, c->value));
    refuses(&all, c->words);
}
END_TEST

START_TEST(a_layer_too_many_or_too_few_is_refused) {
    pieces all = take_apart();
    cJSON_DeleteItemFromArray(cJSON_GetObjectItem(all.root, "layers"), 4);
    refuses(&all, "layer");
    all = take_apart();
    cJSON *layers = cJSON_GetObjectItem(all.root, "layers");
    cJSON_AddItemToArray(layers, cJSON_Duplicate(cJSON_GetArrayItem(layers, 0), true));
    refuses(&all, "layers.6.weight");
}
END_TEST

START_TEST(what_is_no_architecture_is_refused) {
    static const char *const texts[] = {"", "{", "nonsense", "[]", "null", "3"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        pieces all = take_apart();
        refuses_text(&all, texts[i], i < 3 ? "JSON" : "'inputs'");
    }
}
END_TEST

/* A value of a description is written in two bytes and takes a hundred. */
START_TEST(an_architecture_of_very_many_values_is_refused) {
    enum { VALUES = 300000 };
    pieces all = take_apart();
    char *text = malloc(2 * VALUES + 64), *at = text;
    ck_assert_ptr_nonnull(text);
    at += sprintf(at, "{\"inputs\":5,\"sigma\":0,\"layers\":[0");
    for (int i = 0; i < VALUES; i++)
        at += sprintf(at, ",0");
    sprintf(at, "]}");
    refuses_text(&all, text, "too many values");
    free(text);
}
END_TEST

START_TEST(a_network_of_more_layers_than_could_be_read_is_not_saved) {
    snnd_context *context = make_context(1);
    snnd_network *network;
    OK(context, snnd_network_create(context, 1, &network));
    for (int i = 0; i < 60000; i++)
        OK(context, snnd_network_add_lif(network, NULL, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "60000 layers", snnd_network_save(network, scratch("a")));
    ck_assert_int_eq(scratch_entries(), 0);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

/* A layer's type, an option and a key are words of who wrote the file: shown, cut, and not obeyed by a terminal. */
START_TEST(words_of_strangers_are_made_plain) {
    static const char word[] = "\x1b[2J\nx\xc2\x9b\xe2\x80\xae\xe5\xb1\xa4",
                      shown[] = "\\x1b[2J\\x0ax\\u{9b}\\u{202e}\xe5\xb1\xa4";
    char endless[2000];
    memset(endless, 'n', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    pieces all = take_apart();
    cJSON *layer = cJSON_GetArrayItem(cJSON_GetObjectItem(all.root, "layers"), 5);
    if (_i == 0)
        cJSON_ReplaceItemInObject(layer, "type", cJSON_CreateString(word));
    else if (_i == 1)
        cJSON_AddNumberToObject(layer, word, 3);
    else if (_i == 2)
        cJSON_AddNumberToObject(all.root, word, 3);
    else
        cJSON_ReplaceItemInObject(layer, "type", cJSON_CreateString(endless));
    refuses(&all, _i < 3 ? shown : "nnnnnnnn'");
}
END_TEST

START_TEST(a_file_of_something_else_is_refused) {
    pieces all = take_apart();
    refuses_text(&all, NULL, SNND_NETWORK_KEY);
    all = take_apart();
    scratch_write(scratch("a"), "not a network at all", 20);
    snnd_network *loaded = NULL;
    FAILS(all.context, SNND_ERROR_FORMAT, scratch("a"), snnd_network_load(all.context, scratch("a"), &loaded));
    release(&all);
}
END_TEST

Suite *network_file_suite(void) {
    enum { REQUIRED = sizeof required / sizeof required[0] };
    Suite *suite = suite_create("network_file");

    TCase *round = scratch_case(suite, "saving and loading");
    tcase_add_loop_test(round, a_loaded_network_is_the_saved_one, 0, 2);
    tcase_add_loop_test(round, what_could_not_be_loaded_is_not_saved, 0, 3);
    tcase_add_loop_test(round, a_loaded_network_gives_the_same_output, 0, 2);
    tcase_add_test(round, masks_and_signs_are_kept);
    tcase_add_test(round, options_of_layers_are_kept_to_the_last_bit);
    tcase_add_test(round, adaptive_neurons_are_kept);
    tcase_add_test(round, a_network_without_layers_is_one_too);
    tcase_add_test(round, a_loaded_network_can_grow_and_be_saved_again);
    tcase_add_test(round, equal_networks_make_equal_files);
    tcase_add_test(round, the_tensors_have_the_names_of_the_header);
    tcase_add_test(round, a_checkpoint_is_a_network_too);
    tcase_add_test(round, arguments_are_checked);
    tcase_add_test(round, a_failed_save_leaves_the_old_network);
    tcase_add_test(round, what_is_not_finite_is_not_saved);
    tcase_add_test(round, loading_without_memory_is_an_error_and_no_leak);

    TCase *tensors = scratch_case(suite, "tensors");
    tcase_add_test(tensors, the_pieces_as_they_are_make_a_network);
    tcase_add_loop_test(tensors, a_missing_tensor_is_named, 0, REQUIRED);
    tcase_add_loop_test(tensors, what_the_file_has_no_room_for_takes_no_memory, 0, 5);
    tcase_add_loop_test(tensors, a_tensor_too_many_is_refused, 0, 5);
    tcase_add_test(tensors, tensors_that_are_not_of_layers_are_let_be);
    tcase_add_test(tensors, a_tensor_of_another_shape_is_named);
    tcase_add_test(tensors, a_tensor_of_another_type_is_named);
    tcase_add_loop_test(tensors, a_sign_is_plus_or_minus_one, 0, 5);
    tcase_add_loop_test(tensors, a_mask_is_one_or_zero, 0, 3);
    tcase_add_loop_test(tensors, numbers_are_finite, 0, REQUIRED);
    tcase_add_test(tensors, a_running_variance_is_not_negative);

    TCase *architecture = scratch_case(suite, "architecture");
    tcase_add_test(architecture, options_that_came_later_are_left_out_where_they_are_the_default);
    tcase_add_loop_test(architecture, positions_of_another_sharing_are_refused, 0, 4);
    tcase_add_test(architecture, options_that_came_later_may_be_there_at_their_default);
    tcase_add_test(architecture, an_option_that_nobody_knows_is_refused);
    tcase_add_test(architecture, a_zero_in_an_architecture_is_refused);
    tcase_add_loop_test(architecture, a_zero_behind_an_architecture_is_refused, 0, 3);
    tcase_add_test(architecture, an_architecture_says_nothing_else_and_nothing_twice);
    tcase_add_loop_test(architecture, a_changed_architecture_is_refused, 0, sizeof changes / sizeof changes[0]);
    tcase_add_test(architecture, a_layer_too_many_or_too_few_is_refused);
    tcase_add_test(architecture, what_is_no_architecture_is_refused);
    tcase_add_test(architecture, an_architecture_of_very_many_values_is_refused);
    tcase_add_test(architecture, a_network_of_more_layers_than_could_be_read_is_not_saved);
    tcase_add_loop_test(architecture, words_of_strangers_are_made_plain, 0, 4);
    tcase_add_test(architecture, a_file_of_something_else_is_refused);
    return suite;
}
