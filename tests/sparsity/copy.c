/* Clones of networks, and the parameters of one for another. */
#include "base/allocator.h"
#include "train/toy.h"

Suite *copy_suite(void);

enum { SAMPLES = 20 };

static snnd_context *context;
static snnd_dataset *dataset;
static toy made;

static void set_up(void) {
    context = make_context(1);
    dataset = make_pulses(context, SAMPLES, TOY_STEPS, 1);
    made = plan_toy(context);
    made.rate = REWIRING;
}

static void tear_down(void) {
    free_toy(&made);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}

/* Everything: layers with their options, arrays, sigma, readout. */
static void same(const snnd_network *one, const snnd_network *other) {
    assert_same_networks(one, other);
    ck_assert_int_eq(one->inputs, other->inputs);
    ck_assert_int_eq(one->readout, other->readout);
    for (int32_t i = 0; i < one->count; i++) {
        ck_assert_ptr_eq(one->layer[i]->class, other->layer[i]->class);
        ck_assert_int_eq(one->layer[i]->inputs, other->layer[i]->inputs);
        ck_assert_int_eq(one->layer[i]->outputs, other->layer[i]->outputs);
        ck_assert_mem_eq(&one->layer[i]->options, &other->layer[i]->options, one->layer[i]->class->options_size);
    }
}

/* ---- clones ---- */

START_TEST(a_clone_is_the_same_and_independent) {
    snnd_network *clone = NULL, *second = NULL;
    made.structure = _i;
    make_toy(&made);
    OK(context, snnd_network_set_readout(made.network, SNND_READOUT_MAX));
    train_epochs(&made, dataset, 2);
    OK(context, snnd_network_clone(made.network, &clone));
    OK(context, snnd_network_clone(clone, &second));
    same(made.network, clone);
    train_epochs(&made, dataset, 1);
    same(clone, second); /* training goes on without it */
    const float *now = snnd_layer_floats(made.network->layer[0], SNND_ARRAY_WEIGHT);
    const float *then = snnd_layer_floats(clone->layer[0], SNND_ARRAY_WEIGHT);
    ck_assert(memcmp(now, then, snnd_array_bytes(&clone->layer[0]->arrays[SNND_ARRAY_WEIGHT])) != 0);
    ck_assert_ptr_null(clone->controller);
    OK(context, snnd_network_add_lif(clone, NULL, NULL)); /* nothing was made from it */
    snnd_network_free(clone);
    free_toy(&made);
    const float *left = snnd_layer_floats(second->layer[0], SNND_ARRAY_WEIGHT);
    ck_assert(isfinite(left[0])); /* and outlives it */
    snnd_network_free(second);
}
END_TEST

START_TEST(a_network_without_layers_has_a_clone) {
    snnd_network *network = make_network(context, 3), *clone = NULL;
    OK(context, snnd_network_clone(network, &clone));
    ck_assert_int_eq(snnd_network_inputs(clone), 3);
    ck_assert_int_eq(snnd_network_layer_count(clone), 0);
    OK(context, snnd_network_copy_parameters(clone, network));
    snnd_network_free(network);
    snnd_network_free(clone);
}
END_TEST

/* ---- copies ---- */

/* The best epoch so far: kept while training goes on, and put back. */
START_TEST(parameters_come_back_under_any_controller) {
    snnd_network *best = NULL;
    made.structure = _i;
    make_toy(&made);
    OK(context, snnd_network_clone(made.network, &best));
    train_epochs(&made, dataset, 1);
    OK(context, snnd_network_copy_parameters(best, made.network));
    same(best, made.network);
    train_epochs(&made, dataset, 2);
    OK(context, snnd_network_copy_parameters(made.network, best));
    same(best, made.network);
    train_epochs(&made, dataset, 1); /* goes on from there */
    snnd_network_free(best);
}
END_TEST

START_TEST(masks_and_signs_come_and_go_with_the_parameters) {
    toy dense = plan_toy(context);
    snnd_network *sparse = NULL;
    made.structure = TOY_DEEP_R_RANDOM;
    make_toy(&made);
    make_toy(&dense);
    OK(context, snnd_network_clone(made.network, &sparse));
    OK(context, snnd_network_set_readout(sparse, SNND_READOUT_SUM));
    OK(context, snnd_network_copy_parameters(sparse, dense.network));
    assert_same_networks(sparse, dense.network);
    ck_assert_ptr_null(sparse->layer[0]->arrays[SNND_ARRAY_MASK].data);
    OK(context, snnd_network_copy_parameters(sparse, made.network));
    assert_same_networks(sparse, made.network);
    ck_assert_int_eq(sparse->readout, SNND_READOUT_SUM); /* which is no parameter */
    snnd_network_free(sparse);
    free_toy(&dense);
}
END_TEST

START_TEST(a_network_of_another_context_is_copied_too) {
    snnd_context *other = make_context(1);
    toy theirs = plan_toy(other);
    theirs.draw = 7;
    make_toy(&theirs);
    make_toy(&made);
    OK(context, snnd_network_copy_parameters(made.network, theirs.network));
    assert_same_networks(made.network, theirs.network);
    free_toy(&theirs);
    snnd_context_free(other);
}
END_TEST

START_TEST(what_differs_is_named_and_nothing_changes) {
    toy sparse = plan_toy(context);
    snnd_network *before = NULL, *few = make_network(context, TOY_CHANNELS), *wide, *longer, *dropping;
    make_toy(&made);
    sparse.structure = TOY_DEEP_R_RANDOM;
    make_toy(&sparse);
    wide = make_spiking(context, TOY_CHANNELS, TOY_HIDDEN + 1, TOY_CLASSES, TOY_DELAY, made.dropout);
    longer = make_spiking(context, TOY_CHANNELS, TOY_HIDDEN, TOY_CLASSES, TOY_DELAY + 2, made.dropout);
    dropping = make_spiking(context, TOY_CHANNELS, TOY_HIDDEN, TOY_CLASSES, TOY_DELAY, 0.375);
    OK(context, snnd_network_clone(made.network, &before));
    FAILS(context, SNND_ERROR_ARGUMENT, "2 inputs and 0 layers", snnd_network_copy_parameters(made.network, few));
    FAILS(context, SNND_ERROR_ARGUMENT, "layer 0 is delays of 13 neurons",
          snnd_network_copy_parameters(made.network, wide));
    FAILS(context, SNND_ERROR_ARGUMENT, "max_delay of its layer 0 (delays) is 12; in this network it is 10",
          snnd_network_copy_parameters(made.network, longer));
    FAILS(context, SNND_ERROR_ARGUMENT, "probability of its layer 3 (dropout) is 0.375; in this network it is 0.2",
          snnd_network_copy_parameters(made.network, dropping));
    FAILS(context, SNND_ERROR_ARGUMENT, "from is NULL", snnd_network_copy_parameters(made.network, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "clone is NULL", snnd_network_clone(made.network, NULL));
    ck_assert_int_eq(snnd_network_copy_parameters(NULL, before), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_network_clone(NULL, &before), SNND_ERROR_ARGUMENT);
    same(made.network, before);
    /* Under a controller the structure must be one of its own. */
    FAILS(context, SNND_ERROR_ARGUMENT, "has no 'sign'", snnd_network_copy_parameters(sparse.network, made.network));
    OK(context, snnd_network_copy_parameters(before, sparse.network));
    uint8_t *mask = before->layer[0]->arrays[SNND_ARRAY_MASK].data;
    mask[0] ^= 1;
    FAILS(context, SNND_ERROR_ARGUMENT, "layer 0 has", snnd_network_copy_parameters(sparse.network, before));
    mask[0] ^= 1;
    OK(context, snnd_network_copy_parameters(sparse.network, before));
    OK(context, snnd_network_copy_parameters(sparse.network, sparse.network));
    free_toy(&sparse);
    snnd_network_free(before);
    snnd_network_free(few);
    snnd_network_free(wide);
    snnd_network_free(longer);
    snnd_network_free(dropping);
}
END_TEST

static snnd_status clone_one(snnd_context *of, void *network) {
    snnd_network *clone = NULL;
    (void)of;
    const snnd_status status = snnd_network_clone(network, &clone);
    ck_assert_int_eq(clone != NULL, status == SNND_OK);
    snnd_network_free(clone);
    return status;
}

START_TEST(without_memory_nothing_changes) {
    allocator memory = {0};
    snnd_context *own = NULL;
    ck_assert_int_eq(allocator_context(&memory, 1, &own), SNND_OK);
    toy sparse = plan_toy(own);
    sparse.structure = TOY_DEEP_R_RANDOM;
    make_toy(&sparse);
    allocator_starve(own, &memory, clone_one, sparse.network);
    snnd_network *dense = make_spiking(own, TOY_CHANNELS, TOY_HIDDEN, TOY_CLASSES, TOY_DELAY, sparse.dropout);
    snnd_network *before = NULL;
    OK(own, snnd_network_clone(dense, &before));
    for (int64_t n = 1, failed = 1; failed; n++) {
        memory.calls = 0;
        memory.fail_at = n;
        failed = snnd_network_copy_parameters(dense, sparse.network) != SNND_OK;
        memory.fail_at = 0;
        assert_same_networks(dense, failed ? before : sparse.network);
    }
    snnd_network_free(dense);
    snnd_network_free(before);
    free_toy(&sparse);
    snnd_context_free(own);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

Suite *copy_suite(void) {
    Suite *suite = suite_create("copy");
    TCase *clones = tcase_create("clones"), *copies = tcase_create("copies");
    tcase_add_checked_fixture(clones, set_up, tear_down);
    tcase_add_loop_test(clones, a_clone_is_the_same_and_independent, 0, TOY_STRUCTURES);
    tcase_add_test(clones, a_network_without_layers_has_a_clone);
    tcase_add_checked_fixture(copies, set_up, tear_down);
    tcase_add_loop_test(copies, parameters_come_back_under_any_controller, 0, TOY_STRUCTURES);
    tcase_add_test(copies, masks_and_signs_come_and_go_with_the_parameters);
    tcase_add_test(copies, a_network_of_another_context_is_copied_too);
    tcase_add_test(copies, what_differs_is_named_and_nothing_changes);
    tcase_add_test(copies, without_memory_nothing_changes);
    suite_add_tcase(suite, clones);
    suite_add_tcase(suite, copies);
    return suite;
}
