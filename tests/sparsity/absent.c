/* Synapses that a network does not have carry nothing, whatever happens to their controller or is looked at. */
#include "sparsity/masked.h"

Suite *absent_suite(void);

enum { INPUTS = 4, HIDDEN = 12, CLASSES = 3, STEPS = 12, BATCH = 6 };

static snnd_context *context;
static float *input;
static int32_t *labels;

static void set_up(void) {
    context = make_context(1);
    input = make_numbers(BATCH * STEPS * INPUTS, 1);
    labels = make_labels(BATCH, CLASSES);
}

static void tear_down(void) {
    free(input);
    free(labels);
    snnd_context_free(context);
}

/* A network under a rule, with what moves it. */
typedef struct bed {
    snnd_network *network;
    snnd_sparsity *sparsity;
    snnd_workspace *workspace;
    snnd_optimizer *weights, *positions;
} bed;

static snnd_optimizer *make_optimizer(snnd_network *network, int32_t parameters) {
    snnd_optimizer_options options;
    snnd_optimizer *made;
    OK(context, snnd_optimizer_options_init(&options, sizeof options));
    options.parameters = parameters;
    options.rate = 0.05;
    OK(context, snnd_optimizer_create(network, &options, &made));
    return made;
}

static bed make_bed(int32_t growth) {
    bed b = {.network = make_spiking(context, INPUTS, HIDDEN, CLASSES, 6, 0)};
    OK(context, snnd_network_initialize(b.network, 1));
    b.sparsity = make_deep_r(b.network, 0.75, growth, SNND_SIGNS_DALE, 1);
    b.workspace = make_workspace(b.network, BATCH, STEPS);
    b.weights = make_optimizer(b.network, SNND_PARAMETERS_WEIGHTS);
    b.positions = make_optimizer(b.network, SNND_PARAMETERS_POSITIONS);
    return b;
}

static void free_bed(bed *b) {
    snnd_optimizer_free(b->weights);
    snnd_optimizer_free(b->positions);
    snnd_workspace_free(b->workspace);
    snnd_sparsity_free(b->sparsity);
    snnd_network_free(b->network);
}

/* A step of a loop of one's own; `look`: with a look at all gradients on the way. */
static void take_step(bed *b, bool look) {
    size_t count;
    train_pass(b->workspace, input, labels, BATCH, NULL);
    if (look)
        free(all_gradients(b->workspace, &count));
    OK(context, snnd_optimizer_step(b->weights, b->workspace));
    OK(context, snnd_optimizer_step(b->positions, b->workspace));
    if (b->sparsity != NULL)
        OK(context, snnd_sparsity_step(b->sparsity, b->workspace, b->weights));
}

START_TEST(synapses_stay_absent_once_their_controller_is_freed) {
    bed b = make_bed(SNND_GROWTH_GRADIENT);
    for (int step = 0; step < 5; step++)
        take_step(&b, false);
    snnd_sparsity_free(b.sparsity);
    b.sparsity = NULL;
    for (int step = 0; step < 5; step++)
        take_step(&b, step == 2);
    for (int32_t i = 0; i < snnd_network_layer_count(b.network); i += 4) {
        snnd_layer *layer = snnd_network_layer(b.network, i);
        for (int64_t s = 0; s < count_of(layer, SNND_ARRAY_WEIGHT); s++)
            ck_assert(mask_of(layer)[s] || floats(layer, SNND_ARRAY_WEIGHT)[s] == 0);
    }
    free_bed(&b);
}
END_TEST

START_TEST(a_look_at_gradients_moves_nothing) {
    bed plain = make_bed(SNND_GROWTH_RANDOM), looked = make_bed(SNND_GROWTH_RANDOM);
    for (int step = 0; step < 30; step++) {
        take_step(&plain, false);
        take_step(&looked, true);
    }
    assert_same_networks(plain.network, looked.network);
    free_bed(&plain);
    free_bed(&looked);
}
END_TEST

START_TEST(a_trainer_takes_the_controller_that_there_is) {
    bed b = make_bed(SNND_GROWTH_RANDOM);
    snnd_trainer *trainer = NULL;
    FAILS(context, SNND_ERROR_STATE, "the network has the sparsity controller DEEP R; expected it in `sparsity`",
          snnd_trainer_create(b.network, NULL, &trainer));
    ck_assert_ptr_null(trainer);
    free_bed(&b);
}
END_TEST

Suite *absent_suite(void) {
    Suite *suite = suite_create("sparsity/absent");
    TCase *cases = tcase_create("absent");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, synapses_stay_absent_once_their_controller_is_freed);
    tcase_add_test(cases, a_look_at_gradients_moves_nothing);
    tcase_add_test(cases, a_trainer_takes_the_controller_that_there_is);
    suite_add_tcase(suite, cases);
    return suite;
}
