/* Training runs: what they learn, what they report, how they stop, go on and fail. */
#include "base/allocator.h"
#include "format/scratch.h"
#include "train/toy.h"

Suite *trainer_suite(void);

enum { SAMPLES = 53 }; /* three batches of 16 and one of 5 */

static snnd_context *context;
static snnd_dataset *dataset;
static toy made;

static void set_up(void) {
    context = make_context(2);
    dataset = make_pulses(context, SAMPLES, TOY_STEPS, 1);
    made = plan_toy(context);
}

static void tear_down(void) {
    free_toy(&made);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}

static snnd_epoch_report empty_report(void) {
    snnd_epoch_report report;
    OK(context, snnd_epoch_report_init(&report, sizeof report));
    return report;
}

/* ---- learning ---- */

START_TEST(training_learns_what_only_timing_tells) {
    snnd_dataset *many = make_pulses(context, 240, TOY_STEPS, 2), *unseen = make_pulses(context, 120, TOY_STEPS, 3);
    snnd_epoch_report before = empty_report(), after = empty_report();
    made.options.epochs = 30;
    made.dropout = 0;
    made.structure = _i;
    make_toy(&made);
    OK(context, snnd_trainer_evaluate(made.trainer, unseen, &before));
    train_epochs(&made, many, 30);
    OK(context, snnd_trainer_evaluate(made.trainer, unseen, &after));
    ck_assert_msg(before.accuracy < 0.5, "accuracy before training %g", before.accuracy);
    ck_assert_msg(after.accuracy > (_i == TOY_DENSE ? 0.9 : 0.7), "accuracy %g", after.accuracy);
    ck_assert_double_lt(after.loss, before.loss);
    snnd_dataset_free(many);
    snnd_dataset_free(unseen);
}
END_TEST

/* ---- the same by hand ---- */

static const snnd_picojoules each = {sizeof each, 0.9, 4.6};

/* Two epochs with the pieces that the trainer is made of; returns the report that the last should give. */
static snnd_epoch_report train_by_hand(toy *by_hand) {
    enum { EPOCHS = 2 };
    snnd_context *own = by_hand->context;
    snnd_epoch_report report = {.epoch = EPOCHS - 1};
    snnd_schedule weights, positions, sigma;
    snnd_optimizer_options options;
    snnd_optimizer *of_weights, *of_positions;
    snnd_batches *batches;
    snnd_workspace *workspace = make_workspace(by_hand->network, 16, TOY_STEPS);
    const snnd_trainer_options *plan = &by_hand->options;
    snnd_loss_options loss;
    uint64_t step = 0;
    OK(own, snnd_schedule_init(&weights, sizeof weights));
    OK(own, snnd_loss_options_init(&loss, sizeof loss));
    positions = sigma = weights;
    weights.kind = SNND_SCHEDULE_ONE_CYCLE;
    weights.value = by_hand->rate > 0 ? by_hand->rate : 5e-3;
    positions.kind = SNND_SCHEDULE_COSINE;
    positions.value = 0.1;
    weights.epochs = positions.epochs = 8;
    sigma.kind = SNND_SCHEDULE_EXPONENTIAL;
    sigma.value = TOY_DELAY / 2;
    sigma.final = 0.23;
    sigma.epochs = 8 / 4;
    loss.l1 = plan->l1;
    loss.label_smoothing = plan->label_smoothing;
    loss.rate_penalty = plan->rate_penalty;
    loss.rate_lower = plan->rate_lower;
    loss.rate_upper = plan->rate_upper;
    loss.class_weight = plan->class_weight;
    loss.class_weight_count = plan->class_weight_count;
    OK(own, snnd_optimizer_options_init(&options, sizeof options));
    OK(own, snnd_optimizer_create(by_hand->network, &options, &of_weights));
    options.parameters = SNND_PARAMETERS_POSITIONS;
    OK(own, snnd_optimizer_create(by_hand->network, &options, &of_positions));
    OK(own, snnd_batches_create(dataset, 16, 1, 5, &batches));
    for (int32_t epoch = 0; epoch < EPOCHS; epoch++) {
        double momentum = 0.9;
        report = (snnd_epoch_report){.epoch = epoch};
        OK(own, snnd_schedule_at(&weights, epoch, &report.weight_rate, &momentum));
        OK(own, snnd_schedule_at(&positions, epoch, &report.position_rate, NULL));
        OK(own, snnd_schedule_at(&sigma, epoch, &report.sigma, NULL));
        OK(own, snnd_network_set_sigma(by_hand->network, report.sigma));
        OK(own, snnd_optimizer_set_rate(of_weights, report.weight_rate));
        OK(own, snnd_optimizer_set_momentum(of_weights, momentum));
        OK(own, snnd_optimizer_set_rate(of_positions, report.position_rate));
        for (int64_t b = 0; b < snnd_batches_count(batches); b++) {
            const float *input;
            const int32_t *label;
            int32_t count;
            snnd_loss_report of_step;
            OK(own, snnd_loss_report_init(&of_step, sizeof of_step));
            OK(own, snnd_batches_get(batches, epoch, b, &input, &label, &count));
            OK(own, snnd_workspace_set_draw(workspace, 5, step++));
            OK(own, snnd_workspace_forward(workspace, SNND_TRAIN, input, count));
            OK(own, snnd_workspace_loss(workspace, label, &loss, &of_step));
            OK(own, snnd_workspace_backward(workspace));
            snnd_operations operations;
            OK(own, snnd_operations_init(&operations, sizeof operations));
            OK(own, snnd_workspace_operations(workspace, NULL, &each, &operations));
            if (plan->clip_norm > 0)
                OK(own, snnd_workspace_clip_gradients(workspace, plan->clip_norm, NULL));
            OK(own, snnd_optimizer_step(of_weights, workspace));
            OK(own, snnd_optimizer_step(of_positions, workspace));
            if (by_hand->sparsity != NULL)
                OK(own, snnd_sparsity_step(by_hand->sparsity, workspace, of_weights));
            OK(own, snnd_network_clamp(by_hand->network));
            report.samples += count;
            report.correct += of_step.correct;
            report.loss += of_step.loss * count / SAMPLES;
            report.cross_entropy += of_step.cross_entropy * count / SAMPLES;
            report.rate_penalty += of_step.rate_penalty * count / SAMPLES;
            report.spike_rate += snnd_workspace_spike_rate(workspace) / (double)snnd_batches_count(batches);
            report.regrown += snnd_sparsity_regrown(by_hand->sparsity, NULL);
            report.accumulations += operations.accumulations * count / SAMPLES;
            report.multiplications += operations.multiplications * count / SAMPLES;
            report.picojoules += operations.picojoules * count / SAMPLES;
        }
        if (by_hand->sparsity != NULL)
            OK(own, snnd_sparsity_end_epoch(by_hand->sparsity, of_weights));
        report.regrown += snnd_sparsity_regrown(by_hand->sparsity, NULL);
    }
    report.active = snnd_network_active(by_hand->network);
    snnd_batches_free(batches);
    snnd_optimizer_free(of_weights);
    snnd_optimizer_free(of_positions);
    snnd_workspace_free(workspace);
    return report;
}

/* All that a loss may have, and clipping; the class weights are a copy that is gone once the trainer is made. */
static void ask_for_all(toy *plan, double weights[TOY_CLASSES]) {
    const double given[TOY_CLASSES] = {0.5, 2, 1};
    memcpy(weights, given, sizeof given);
    plan->options.label_smoothing = 0.1;
    plan->options.rate_penalty = 2;
    plan->options.rate_lower = 0.01;
    plan->options.rate_upper = 0.05;
    plan->options.class_weight = weights;
    plan->options.class_weight_count = TOY_CLASSES;
    plan->options.clip_norm = 0.5;
}

/* Of every structure, with and without what may be asked for. */
START_TEST(an_epoch_is_the_pieces_called_by_hand) {
    toy by_hand = plan_toy(context);
    double weights[2][TOY_CLASSES];
    const int structure = _i / 2;
    made.structure = by_hand.structure = structure;
    made.rate = by_hand.rate = structure == TOY_DENSE ? 0 : REWIRING;
    made.options.l1 = by_hand.options.l1 = 1e-3;
    if (_i % 2) {
        ask_for_all(&made, weights[0]);
        ask_for_all(&by_hand, weights[1]);
    }
    made.options.picojoules = &each;
    make_toy(&made);
    memset(weights[0], 0, sizeof weights[0]);
    make_toy(&by_hand);
    const snnd_epoch_report got = train_epochs(&made, dataset, 2), expected = train_by_hand(&by_hand);
    ck_assert_double_eq_tol(got.rate_penalty, expected.rate_penalty, 1e-12);
    ck_assert_int_eq(got.rate_penalty > 0, _i % 2);
    assert_same_networks(made.network, by_hand.network);
    ck_assert_int_eq(got.epoch, expected.epoch);
    ck_assert_int_eq(got.samples, SAMPLES);
    ck_assert_int_eq(got.samples, expected.samples);
    ck_assert_int_eq(got.correct, expected.correct);
    ck_assert_double_eq_tol(got.accuracy, (double)expected.correct / SAMPLES, 1e-12);
    ck_assert_double_eq_tol(got.loss, expected.loss, 1e-9);
    ck_assert_double_eq_tol(got.cross_entropy, expected.cross_entropy, 1e-9);
    ck_assert_double_gt(got.loss, got.cross_entropy);
    ck_assert_double_eq(got.sigma, expected.sigma);
    ck_assert_double_eq(got.weight_rate, expected.weight_rate);
    ck_assert_double_eq(got.position_rate, expected.position_rate);
    ck_assert_double_eq_tol(got.spike_rate, expected.spike_rate, 1e-12);
    ck_assert_double_eq_tol(got.accumulations, expected.accumulations, 1e-9 * expected.accumulations);
    ck_assert_double_eq_tol(got.multiplications, expected.multiplications, 1e-9 * expected.multiplications);
    ck_assert_double_eq_tol(got.picojoules, expected.picojoules, 1e-9 * expected.picojoules);
    ck_assert_double_gt(got.accumulations, 0);
    ck_assert_double_gt(got.multiplications, 0);
    ck_assert_int_eq(got.active, expected.active);
    ck_assert_int_eq(got.regrown, expected.regrown);
    ck_assert_int_eq(got.regrown > 0, toy_rewires(structure));
    ck_assert_double_gt(got.seconds, 0);
    free_toy(&by_hand);
}
END_TEST

START_TEST(steps_of_the_hosts_and_an_end_make_an_epoch) {
    toy by_step = plan_toy(context);
    snnd_batches *batches;
    make_toy(&made);
    make_toy(&by_step);
    train_epochs(&made, dataset, 3);
    OK(context, snnd_batches_create(dataset, 16, 1, 5, &batches));
    for (int32_t epoch = 0; epoch < 3; epoch++) {
        for (int64_t b = 0; b < snnd_batches_count(batches); b++) {
            const float *input;
            const int32_t *label;
            int32_t count;
            snnd_loss_report report;
            OK(context, snnd_loss_report_init(&report, sizeof report));
            OK(context, snnd_batches_get(batches, epoch, b, &input, &label, &count));
            OK(context, snnd_trainer_step(by_step.trainer, input, label, count, TOY_STEPS, &report));
            ck_assert_int_eq(report.samples, count);
            ck_assert_int_eq(snnd_trainer_epochs_done(by_step.trainer), epoch);
        }
        OK(context, snnd_trainer_end_epoch(by_step.trainer));
        ck_assert_int_eq(snnd_trainer_epochs_done(by_step.trainer), epoch + 1);
    }
    assert_same_networks(made.network, by_step.network);
    snnd_batches_free(batches);
    free_toy(&by_step);
}
END_TEST

START_TEST(schedules_of_the_hosts_are_followed) {
    snnd_schedule rate, sigma;
    OK(context, snnd_schedule_init(&rate, sizeof rate));
    OK(context, snnd_schedule_init(&sigma, sizeof sigma));
    rate.kind = SNND_SCHEDULE_COSINE;
    rate.epochs = 4;
    rate.value = 0.01;
    sigma.value = 2.5;
    made.options.weight_schedule = made.options.position_schedule = &rate;
    made.options.sigma_schedule = &sigma;
    make_toy(&made);
    for (int epoch = 0; epoch < 6; epoch++) {
        const snnd_epoch_report report = train_epochs(&made, dataset, 1);
        const double expected = epoch < 4 ? 0.005 * (1 + cos(acos(-1) * epoch / 4)) : 0;
        ck_assert_int_eq(report.epoch, epoch);
        ck_assert_double_eq_tol(report.weight_rate, expected, 1e-12);
        ck_assert_double_eq_tol(report.position_rate, expected, 1e-12);
        ck_assert_double_eq(report.sigma, 2.5);
        ck_assert_double_eq(snnd_network_sigma(made.network), 2.5);
    }
}
END_TEST

START_TEST(frozen_delays_stay_through_training) {
    snnd_delay_options options = delay_options(TOY_DELAY);
    options.learn_delays = 0;
    made.network = make_network(context, TOY_CHANNELS);
    snnd_layer *layer = add_delays(made.network, TOY_CLASSES, &options);
    add_leaky_integrator(made.network);
    float before[TOY_CHANNELS * TOY_CLASSES], weight[TOY_CHANNELS * TOY_CLASSES];
    memcpy(before, floats(layer, SNND_ARRAY_POSITION), sizeof before);
    memcpy(weight, floats(layer, SNND_ARRAY_WEIGHT), sizeof weight);
    OK(context, snnd_trainer_create(made.network, NULL, &made.trainer));
    train_epochs(&made, dataset, 2);
    assert_same_bits(before, floats(layer, SNND_ARRAY_POSITION), sizeof before, "positions");
    ck_assert_mem_ne(weight, floats(layer, SNND_ARRAY_WEIGHT), sizeof weight);
}
END_TEST

START_TEST(a_run_is_the_same_for_any_number_of_threads) {
    snnd_context *other = make_context(5);
    toy again = plan_toy(other);
    make_toy(&made);
    make_toy(&again);
    train_epochs(&made, dataset, 2);
    train_epochs(&again, dataset, 2);
    assert_same_networks(made.network, again.network);
    free_toy(&again);
    snnd_context_free(other);
}
END_TEST

START_TEST(other_seeds_make_other_runs) {
    toy other = plan_toy(context);
    other.options.seed = 6;
    make_toy(&made);
    make_toy(&other);
    train_epochs(&made, dataset, 1);
    train_epochs(&other, dataset, 1);
    ck_assert_mem_ne(floats(snnd_network_layer(made.network, 0), SNND_ARRAY_WEIGHT),
                     floats(snnd_network_layer(other.network, 0), SNND_ARRAY_WEIGHT), 8);
    free_toy(&other);
}
END_TEST

/* ---- samples of different lengths ---- */

static void take_padded(void) {
    snnd_dataset_free(dataset);
    dataset = make_padded_pulses(context, SAMPLES, TOY_STEPS, 1);
}

START_TEST(epochs_of_padded_samples_are_steps_with_lengths) {
    toy by_step = plan_toy(context);
    snnd_batches *batches;
    take_padded();
    make_toy(&made);
    make_toy(&by_step);
    train_epochs(&made, dataset, 3);
    OK(context, snnd_batches_create(dataset, 16, 1, 5, &batches));
    for (int32_t epoch = 0; epoch < 3; epoch++) {
        for (int64_t b = 0; b < snnd_batches_count(batches); b++) {
            const float *input;
            const int32_t *label;
            int32_t count;
            OK(context, snnd_batches_get(batches, epoch, b, &input, &label, &count));
            OK(context, snnd_trainer_step_padded(by_step.trainer, input, label, snnd_batches_lengths(batches), count,
                                                 snnd_dataset_steps(dataset), NULL));
        }
        OK(context, snnd_trainer_end_epoch(by_step.trainer));
    }
    assert_same_networks(made.network, by_step.network);
    snnd_batches_free(batches);
    free_toy(&by_step);
}
END_TEST

START_TEST(evaluation_of_padded_samples_is_that_of_each_alone) {
    snnd_epoch_report report = empty_report();
    double loss = 0, multiplications = 0;
    int64_t correct = 0;
    take_padded();
    make_toy(&made);
    train_epochs(&made, dataset, 2);
    OK(context, snnd_trainer_evaluate(made.trainer, dataset, &report));
    for (int64_t b = 0; b < SAMPLES; b++) {
        const float *input;
        int32_t label;
        snnd_loss_report one;
        snnd_operations operations;
        OK(context, snnd_loss_report_init(&one, sizeof one));
        OK(context, snnd_operations_init(&operations, sizeof operations));
        OK(context, snnd_dataset_sample(dataset, b, &input, &label));
        snnd_workspace *workspace = make_workspace(made.network, 1, snnd_dataset_length(dataset, b));
        OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, 1));
        OK(context, snnd_workspace_loss(workspace, &label, NULL, &one));
        OK(context, snnd_workspace_operations(workspace, NULL, NULL, &operations));
        loss += one.loss / SAMPLES;
        correct += one.correct;
        multiplications += operations.multiplications / SAMPLES;
        snnd_workspace_free(workspace);
    }
    ck_assert_int_eq(report.correct, correct);
    ck_assert_double_eq_tol(report.loss, loss, 1e-12 * loss);
    ck_assert_double_eq_tol(report.multiplications, multiplications, 1e-9 * multiplications);
}
END_TEST

/* Lengths are a step's: neither those of the step before nor those that a host has set stay. */
START_TEST(lengths_are_of_one_step) {
    static const int32_t shorter[] = {4, 9}, zero[] = {4, 0};
    static const int32_t label[] = {0, 1};
    toy other = plan_toy(context);
    float *input = make_numbers(2 * TOY_STEPS * TOY_CHANNELS, 3);
    make_toy(&made);
    make_toy(&other);
    OK(context, snnd_trainer_step_padded(made.trainer, input, label, shorter, 2, TOY_STEPS, NULL));
    OK(context, snnd_trainer_step_padded(other.trainer, input, label, shorter, 2, TOY_STEPS, NULL));
    OK(context, snnd_workspace_set_lengths(snnd_trainer_workspace(made.trainer), shorter, 1));
    FAILS(context, SNND_ERROR_ARGUMENT, "length 1 of the batch is 0; expected 1 to 30",
          snnd_trainer_step_padded(made.trainer, input, label, zero, 2, TOY_STEPS, NULL));
    OK(context, snnd_trainer_step(made.trainer, input, label, 2, TOY_STEPS, NULL));
    OK(context, snnd_trainer_step_padded(other.trainer, input, label, NULL, 2, TOY_STEPS, NULL));
    ck_assert_int_eq(snnd_trainer_step_padded(NULL, input, label, NULL, 2, TOY_STEPS, NULL), SNND_ERROR_ARGUMENT);
    assert_same_networks(made.network, other.network);
    free_toy(&other);
    free(input);
}
END_TEST

/* ---- stopping ---- */

START_TEST(a_run_that_is_stopped_goes_on_bit_for_bit) {
    int left = _i;
    toy undisturbed = plan_toy(context);
    snnd_epoch_report report = empty_report();
    made.structure = undisturbed.structure = TOY_DEEP_R_GRADIENT;
    made.rate = undisturbed.rate = REWIRING;
    made.options.progress = stop_at_zero;
    made.options.progress_user = &left;
    make_toy(&made);
    make_toy(&undisturbed);
    const snnd_epoch_report expected = train_epochs(&undisturbed, dataset, 1);
    ck_assert_int_eq(snnd_trainer_epoch(made.trainer, dataset, &report), SNND_STOPPED);
    ck_assert_int_eq(report.epoch, 0);
    ck_assert_int_eq(report.samples, _i < 4 ? _i * 16 : SAMPLES);
    ck_assert_int_eq(snnd_trainer_epochs_done(made.trainer), 0);
    report = train_epochs(&made, dataset, 1);
    ck_assert_int_eq(snnd_trainer_epochs_done(made.trainer), 1);
    ck_assert_int_eq(report.samples, expected.samples);
    ck_assert_int_eq(report.correct, expected.correct);
    ck_assert_double_eq(report.loss, expected.loss);
    ck_assert_int_gt(report.regrown, 0);
    ck_assert_int_eq(report.regrown, expected.regrown);
    train_epochs(&made, dataset, 1);
    train_epochs(&undisturbed, dataset, 1);
    assert_same_networks(made.network, undisturbed.network);
    free_toy(&undisturbed);
}
END_TEST

/* Asserts what each call of the progress callback is told. */
static int watch(void *user, const snnd_progress *progress) {
    int *calls = user;
    ck_assert_uint_eq(progress->size, sizeof *progress);
    ck_assert_int_eq(progress->epoch, *calls / 4);
    ck_assert_int_eq(progress->step, *calls % 4 + 1);
    ck_assert_int_eq(progress->steps, 4);
    ck_assert(isfinite(progress->loss) && progress->loss > 0);
    ck_assert(progress->accuracy >= 0 && progress->accuracy <= 1);
    ck_assert_double_eq(progress->sigma, snnd_network_sigma(made.network));
    ck_assert_int_eq(progress->active, snnd_network_active(made.network));
    ++*calls;
    return 0;
}

START_TEST(progress_is_told_after_every_step) {
    int calls = 0;
    made.options.progress = watch;
    made.options.progress_user = &calls;
    make_toy(&made);
    train_epochs(&made, dataset, 3);
    ck_assert_int_eq(calls, 12);
}
END_TEST

/* The batches that are left of an epoch are seen before anything else is. */
START_TEST(steps_of_the_hosts_do_not_take_the_place_of_an_epochs) {
    int left = 2;
    const float *input;
    int32_t label;
    toy undisturbed = plan_toy(context);
    snnd_epoch_report report = empty_report();
    made.options.progress = stop_at_zero;
    made.options.progress_user = &left;
    make_toy(&made);
    make_toy(&undisturbed);
    OK(context, snnd_dataset_sample(dataset, 0, &input, &label));
    ck_assert_int_eq(snnd_trainer_epoch(made.trainer, dataset, &report), SNND_STOPPED);
    FAILS(context, SNND_ERROR_STATE, "2 steps of this epoch were made by snnd_trainer_epoch",
          snnd_trainer_step(made.trainer, input, &label, 1, TOY_STEPS, NULL));
    FAILS(context, SNND_ERROR_STATE, "complete the epoch with snnd_trainer_epoch",
          snnd_trainer_end_epoch(made.trainer));
    report = train_epochs(&made, dataset, 1);
    ck_assert_int_eq(report.samples, SAMPLES);
    train_epochs(&undisturbed, dataset, 1);
    assert_same_networks(made.network, undisturbed.network);
    OK(context, snnd_trainer_step(made.trainer, input, &label, 1, TOY_STEPS, NULL));
    ck_assert_int_eq(left, -2); /* progress is of epochs: it was not called for the step */
    OK(context, snnd_trainer_end_epoch(made.trainer));
    free_toy(&undisturbed);
}
END_TEST

/* A layer that is frozen stays, and the others learn. */
START_TEST(a_factor_of_0_keeps_an_array_through_training) {
    float weight[TOY_HIDDEN * TOY_CHANNELS], position[TOY_HIDDEN * TOY_CHANNELS];
    made.structure = TOY_DEEP_R_GRADIENT;
    made.rate = REWIRING;
    make_toy(&made);
    snnd_layer *first = snnd_network_layer(made.network, 0), *last = snnd_network_layer(made.network, 4);
    float before[TOY_CLASSES * TOY_HIDDEN];
    memcpy(before, floats(last, SNND_ARRAY_POSITION), sizeof before);
    OK(context, snnd_trainer_set_factor(made.trainer, first, SNND_ARRAY_WEIGHT, 0));
    OK(context, snnd_trainer_set_factor(made.trainer, first, SNND_ARRAY_POSITION, 0));
    memcpy(weight, floats(first, SNND_ARRAY_WEIGHT), sizeof weight);
    memcpy(position, floats(first, SNND_ARRAY_POSITION), sizeof position);
    ck_assert_int_gt(train_epochs(&made, dataset, 2).regrown, 0);
    assert_same_bits(weight, floats(first, SNND_ARRAY_WEIGHT), sizeof weight, "weights");
    assert_same_bits(position, floats(first, SNND_ARRAY_POSITION), sizeof position, "positions");
    ck_assert(memcmp(before, floats(last, SNND_ARRAY_POSITION), sizeof before) != 0);
    FAILS(context, SNND_ERROR_STATE, "does not update 'mask'",
          snnd_trainer_set_factor(made.trainer, first, SNND_ARRAY_MASK, 0));
    FAILS(context, SNND_ERROR_ARGUMENT, "factor of 'position' of layer 0 is -1",
          snnd_trainer_set_factor(made.trainer, first, SNND_ARRAY_POSITION, -1));
    FAILS(context, SNND_ERROR_ARGUMENT, "and a name",
          snnd_trainer_set_factor(made.trainer, first, (snnd_array_name)99, 0));
    ck_assert_int_eq(snnd_trainer_set_factor(NULL, first, SNND_ARRAY_WEIGHT, 0), SNND_ERROR_ARGUMENT);
}
END_TEST

/* Everything that a host may do between two steps, and what it may not. */
static int look_around(void *user, const snnd_progress *progress) {
    const toy *at = user;
    const float *input;
    int32_t label;
    snnd_plan *plan;
    snnd_epoch_report report = empty_report();
    OK(context, snnd_dataset_sample(dataset, 0, &input, &label));
    snnd_dataset *longer = make_pulses(context, 5, TOY_STEPS + 3, 7);
    OK(context, snnd_trainer_evaluate(at->trainer, longer, &report));
    OK(context, snnd_trainer_evaluate(at->trainer, dataset, &report));
    ck_assert_int_eq(report.samples, SAMPLES);
    ck_assert_ptr_nonnull(snnd_trainer_workspace(at->trainer));
    OK(context, snnd_network_save(at->network, scratch("network")));
    OK(context, snnd_plan_create(at->network, &plan));
    snnd_plan_free(plan);
    OK(context, snnd_trainer_save_checkpoint(at->trainer, scratch("run"), "between two steps"));
    FAILS(context, SNND_ERROR_STATE, "may evaluate and save, but not train or load",
          snnd_trainer_epoch(at->trainer, dataset, NULL));
    FAILS(context, SNND_ERROR_STATE, "not train or load",
          snnd_trainer_load_checkpoint(at->trainer, scratch("run"), NULL));
    FAILS(context, SNND_ERROR_STATE, "by snnd_trainer_epoch",
          snnd_trainer_step(at->trainer, input, &label, 1, TOY_STEPS, NULL));
    FAILS(context, SNND_ERROR_STATE, "by snnd_trainer_epoch", snnd_trainer_end_epoch(at->trainer));
    snnd_dataset_free(longer);
    return progress->epoch == 1 && progress->step == 2;
}

START_TEST(between_two_steps_the_host_may_evaluate_and_save) {
    toy undisturbed = plan_toy(context), resumed = plan_toy(context);
    made.structure = undisturbed.structure = resumed.structure = TOY_DEEP_R_GRADIENT;
    made.rate = undisturbed.rate = resumed.rate = REWIRING;
    made.options.progress = look_around;
    made.options.progress_user = &made;
    make_toy(&made);
    make_toy(&undisturbed);
    make_toy(&resumed);
    train_epochs(&made, dataset, 1);
    ck_assert_int_eq(snnd_trainer_epoch(made.trainer, dataset, NULL), SNND_STOPPED);
    OK(context, snnd_trainer_load_checkpoint(resumed.trainer, scratch("run"), NULL));
    train_epochs(&made, dataset, 1);
    train_epochs(&resumed, dataset, 1);
    train_epochs(&undisturbed, dataset, 2);
    assert_same_networks(made.network, undisturbed.network);
    assert_same_networks(resumed.network, undisturbed.network);
    free_toy(&undisturbed);
    free_toy(&resumed);
}
END_TEST

START_TEST(an_epoch_is_finished_on_the_dataset_it_was_begun_on) {
    int left = 2;
    snnd_epoch_report report = empty_report();
    snnd_dataset *other = make_pulses(context, SAMPLES + 1, TOY_STEPS, 1);
    made.options.progress = stop_at_zero;
    made.options.progress_user = &left;
    make_toy(&made);
    ck_assert_int_eq(snnd_trainer_epoch(made.trainer, dataset, &report), SNND_STOPPED);
    FAILS(context, SNND_ERROR_ARGUMENT, "begun on 53 samples; the dataset has 54",
          snnd_trainer_epoch(made.trainer, other, &report));
    train_epochs(&made, dataset, 1);
    train_epochs(&made, other, 1);
    snnd_dataset_free(other);
}
END_TEST

START_TEST(layers_without_a_synapse_are_counted) {
    snnd_structure structure = structure_of(0.95); /* 3 of 60 synapses for both layers */
    snnd_rewiring_options rule;
    int empty = 0;
    OK(context, snnd_set_options_init(&rule, sizeof rule));
    rule.share = 1;
    structure.budget = SNND_BUDGET_NETWORK;
    made.network = make_spiking(context, TOY_CHANNELS, TOY_HIDDEN, TOY_CLASSES, TOY_DELAY, 0);
    OK(context, snnd_sparsity_create_rewiring(made.network, &structure, &rule, &made.sparsity));
    made.options.sparsity = made.sparsity;
    OK(context, snnd_trainer_create(made.network, &made.options, &made.trainer));
    for (int epoch = 0; epoch < made.options.epochs; epoch++) {
        const int64_t training = train_epochs(&made, dataset, 1).empty_layers;
        const int64_t expected = (snnd_layer_active(snnd_network_layer(made.network, 0)) == 0) +
                                 (snnd_layer_active(snnd_network_layer(made.network, 4)) == 0);
        snnd_epoch_report report = empty_report();
        OK(context, snnd_trainer_evaluate(made.trainer, dataset, &report));
        ck_assert_int_eq(training, expected);
        ck_assert_int_eq(report.empty_layers, expected);
        empty += expected > 0;
    }
    ck_assert(empty > 0 && empty < made.options.epochs);
}
END_TEST

/* ---- evaluating ---- */

START_TEST(evaluation_leaves_training_untouched) {
    int left = 2;
    toy undisturbed = plan_toy(context);
    snnd_epoch_report report = empty_report();
    snnd_dataset *longer = make_pulses(context, 40, TOY_STEPS + 13, 7), *shorter = make_pulses(context, 3, 20, 8);
    made.options.progress = stop_at_zero;
    made.options.progress_user = &left;
    make_toy(&made);
    make_toy(&undisturbed);
    train_epochs(&undisturbed, dataset, 2);
    OK(context, snnd_trainer_evaluate(made.trainer, longer, &report));
    ck_assert_int_eq(snnd_trainer_epoch(made.trainer, dataset, &report), SNND_STOPPED);
    OK(context, snnd_trainer_evaluate(made.trainer, longer, &report));
    train_epochs(&made, dataset, 1);
    OK(context, snnd_trainer_evaluate(made.trainer, shorter, &report));
    train_epochs(&made, dataset, 1);
    assert_same_networks(made.network, undisturbed.network);
    free_toy(&undisturbed);
    snnd_dataset_free(longer);
    snnd_dataset_free(shorter);
}
END_TEST

START_TEST(evaluation_reports_the_network_as_it_is) {
    double loss = 0, accumulations = 0, multiplications = 0;
    snnd_operations operations = {.size = sizeof operations};
    int64_t correct = 0;
    snnd_epoch_report report = empty_report();
    made.options.l1 = 0.5; /* not part of an evaluation */
    made.options.picojoules = &each;
    make_toy(&made);
    OK(context, snnd_trainer_evaluate(made.trainer, dataset, &report));
    ck_assert_int_eq(report.epoch, -1);
    train_epochs(&made, dataset, 2);
    OK(context, snnd_trainer_evaluate(made.trainer, dataset, &report));
    ck_assert_int_eq(report.epoch, 1);
    snnd_workspace *workspace = make_workspace(made.network, 1, TOY_STEPS);
    for (int64_t b = 0; b < SAMPLES; b++) {
        const float *input;
        int32_t label;
        snnd_loss_report one;
        OK(context, snnd_loss_report_init(&one, sizeof one));
        OK(context, snnd_dataset_sample(dataset, b, &input, &label));
        OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, 1));
        OK(context, snnd_workspace_loss(workspace, &label, NULL, &one));
        loss += one.loss / SAMPLES;
        correct += one.correct;
        OK(context, snnd_workspace_operations(workspace, NULL, &each, &operations));
        accumulations += operations.accumulations / SAMPLES;
        multiplications += operations.multiplications / SAMPLES;
    }
    ck_assert_double_eq_tol(report.accumulations, accumulations, 1e-9 * accumulations);
    ck_assert_double_eq_tol(report.multiplications, multiplications, 1e-9 * multiplications);
    ck_assert_double_eq_tol(report.picojoules, 0.9 * accumulations + 4.6 * multiplications, 1e-9 * report.picojoules);
    ck_assert_int_eq(report.samples, SAMPLES);
    ck_assert_int_eq(report.correct, correct);
    ck_assert_double_eq_tol(report.accuracy, (double)correct / SAMPLES, 1e-12);
    ck_assert_double_eq_tol(report.loss, loss, 1e-9);
    ck_assert_double_eq_tol(report.cross_entropy, loss, 1e-9);
    snnd_workspace_free(workspace);
}
END_TEST

START_TEST(the_workspace_of_the_last_step_can_be_read) {
    float output[TOY_STEPS * 5 * TOY_CLASSES];
    make_toy(&made);
    ck_assert_ptr_null(snnd_trainer_workspace(made.trainer));
    ck_assert_ptr_null(snnd_trainer_workspace(NULL));
    train_epochs(&made, dataset, 1);
    snnd_workspace *workspace = snnd_trainer_workspace(made.trainer);
    ck_assert_int_eq(workspace->pass.samples, SAMPLES % 16);
    OK(context, snnd_workspace_record(workspace, snnd_network_layer(made.network, 5), SNND_RECORD_OUTPUT, output));
    ck_assert_ptr_nonnull(gradient_of(workspace, snnd_network_layer(made.network, 0), SNND_ARRAY_WEIGHT));
}
END_TEST

/* ---- memory ---- */

/* Allocations that a step of one sample takes. */
static int64_t allocations_of_step(const toy *of, const allocator *memory, int32_t steps) {
    const int64_t before = memory->calls;
    const int32_t label = 0;
    float *input = make_numbers((size_t)(steps * TOY_CHANNELS), 1);
    OK(of->context, snnd_trainer_step(of->trainer, input, &label, 1, steps, NULL));
    free(input);
    return memory->calls - before;
}

START_TEST(buffers_are_made_at_the_first_batch_and_again_for_samples_of_another_length) {
    allocator memory = {0};
    snnd_context *counting;
    OK(context, allocator_context(&memory, 1, &counting));
    toy counted = plan_toy(counting);
    make_toy(&counted);
    ck_assert_int_gt(allocations_of_step(&counted, &memory, 20), 0);
    ck_assert_int_eq(allocations_of_step(&counted, &memory, 20), 0);
    ck_assert_int_gt(allocations_of_step(&counted, &memory, 30), 0);
    ck_assert_int_eq(allocations_of_step(&counted, &memory, 30), 0);
    free_toy(&counted);
    snnd_context_free(counting);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

/* After the first steps, which make buffers and threads. Some rules rewire every few steps. */
START_TEST(steps_allocate_nothing_whatever_the_rule_and_the_method) {
    for (int32_t method = SNND_METHOD_AUTO; method <= SNND_METHOD_SPECTRAL; method++) {
        allocator memory = {0};
        snnd_context *counting;
        OK(context, allocator_context(&memory, 2, &counting));
        counting->options.method = method;
        toy counted = plan_toy(counting);
        counted.structure = _i;
        counted.rate = REWIRING;
        make_toy(&counted);
        train_epochs(&counted, dataset, 1);
        const int64_t before = memory.calls;
        for (int step = 0; step < 7; step++)
            ck_assert_int_eq(allocations_of_step(&counted, &memory, TOY_STEPS), 0);
        OK(counting, snnd_trainer_end_epoch(counted.trainer));
        ck_assert_int_eq(memory.calls, before);
        free_toy(&counted);
        snnd_context_free(counting);
        ck_assert_int_eq(memory.out, 0);
    }
}
END_TEST

static snnd_status create_and_free(snnd_context *own, void *network) {
    snnd_trainer *trainer;
    (void)own;
    const snnd_status status = snnd_trainer_create(network, NULL, &trainer);
    if (status == SNND_OK)
        snnd_trainer_free(trainer);
    return status;
}

START_TEST(a_trainer_that_memory_runs_out_on_leaves_nothing_behind) {
    allocator memory = {0};
    snnd_context *starving;
    OK(context, allocator_context(&memory, 1, &starving));
    snnd_network *network = make_spiking(starving, TOY_CHANNELS, TOY_HIDDEN, TOY_CLASSES, TOY_DELAY, 0);
    allocator_starve(starving, &memory, create_and_free, network);
    snnd_network_free(network);
    snnd_context_free(starving);
}
END_TEST

START_TEST(an_epoch_that_memory_runs_out_on_can_be_made_later) {
    allocator memory = {0};
    snnd_context *starving;
    OK(context, allocator_context(&memory, 2, &starving));
    toy starved = plan_toy(starving);
    make_toy(&starved);
    make_toy(&made);
    int failures = 0;
    for (int64_t n = 1; n < 200; n++) {
        memory.calls = 0;
        memory.fail_at = n;
        const snnd_status status = snnd_trainer_epoch(starved.trainer, dataset, NULL);
        memory.fail_at = 0;
        if (status == SNND_OK)
            break;
        ck_assert_int_eq(status, SNND_ERROR_MEMORY);
        failures++;
    }
    ck_assert_int_gt(failures, 3);
    train_epochs(&made, dataset, 1);
    assert_same_networks(made.network, starved.network);
    free_toy(&starved);
    snnd_context_free(starving);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

/* ---- refusing ---- */

START_TEST(datasets_that_do_not_fit_are_refused) {
    const float input[6] = {0};
    const int32_t label[2] = {0, TOY_CLASSES};
    snnd_samples samples;
    snnd_dataset *narrow, *many;
    snnd_epoch_report report = empty_report();
    OK(context, snnd_samples_init(&samples, sizeof samples));
    samples.input = input;
    samples.label = label;
    samples.samples = 2;
    samples.steps = 1;
    samples.channels = TOY_CHANNELS;
    OK(context, snnd_dataset_create(context, &samples, &many));
    samples.samples = 1;
    samples.channels = 3;
    OK(context, snnd_dataset_create(context, &samples, &narrow));
    make_toy(&made);
    FAILS(context, SNND_ERROR_ARGUMENT, "3 channels; the network has 2",
          snnd_trainer_epoch(made.trainer, narrow, &report));
    FAILS(context, SNND_ERROR_ARGUMENT, "labels up to 3; the network has 3 outputs",
          snnd_trainer_epoch(made.trainer, many, &report));
    FAILS(context, SNND_ERROR_ARGUMENT, "3 channels", snnd_trainer_evaluate(made.trainer, narrow, &report));
    FAILS(context, SNND_ERROR_ARGUMENT, "labels up to 3", snnd_trainer_evaluate(made.trainer, many, &report));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_trainer_epoch(made.trainer, NULL, &report));
    ck_assert_int_eq(snnd_trainer_epoch(NULL, dataset, &report), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_trainer_evaluate(NULL, dataset, &report), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(report.epoch, -1);
    snnd_dataset_free(narrow);
    snnd_dataset_free(many);
}
END_TEST

static snnd_status create(const snnd_trainer_options *options) {
    return snnd_trainer_create(made.network, options, &made.trainer);
}

START_TEST(trainer_options_out_of_range_are_named) {
    snnd_trainer_options options = made.options;
    made.network = make_network(context, TOY_CHANNELS);
    FAILS(context, SNND_ERROR_STATE, "no layers", create(&options));
    add_delays(made.network, TOY_CLASSES, NULL);
    options.epochs = 0;
    FAILS(context, SNND_ERROR_ARGUMENT, "epochs is 0", create(&options));
    options.epochs = 1;
    options.batch = 0;
    FAILS(context, SNND_ERROR_ARGUMENT, "batch is 0", create(&options));
    options.batch = 1;
    options.readout = 9;
    FAILS(context, SNND_ERROR_ARGUMENT, "readout is 9", create(&options));
    options.readout = SNND_READOUT_SUM;
    options.l1 = -2;
    FAILS(context, SNND_ERROR_ARGUMENT, "trainer: l1 is -2", create(&options));
    options.l1 = 0;
    options.clip_norm = -1;
    FAILS(context, SNND_ERROR_ARGUMENT, "clip_norm is -1", create(&options));
    options.clip_norm = INFINITY;
    FAILS(context, SNND_ERROR_ARGUMENT, "clip_norm is inf", create(&options));
    options.clip_norm = 0;
    options.label_smoothing = 2;
    FAILS(context, SNND_ERROR_ARGUMENT, "trainer: label_smoothing is 2", create(&options));
    options.label_smoothing = 0;
    ck_assert_int_eq(snnd_trainer_create(NULL, NULL, &made.trainer), SNND_ERROR_ARGUMENT);
    FAILS(context, SNND_ERROR_ARGUMENT, "trainer is NULL", snnd_trainer_create(made.network, NULL, NULL));
    ck_assert_ptr_null(made.trainer);
}
END_TEST

START_TEST(schedules_and_optimizers_that_are_wrong_are_named) {
    snnd_trainer_options options = made.options;
    snnd_schedule wrong;
    snnd_optimizer_options adam;
    made.network = make_network(context, TOY_CHANNELS);
    add_delays(made.network, TOY_CLASSES, NULL);
    OK(context, snnd_schedule_init(&wrong, sizeof wrong));
    OK(context, snnd_optimizer_options_init(&adam, sizeof adam));
    wrong.value = -1;
    options.weight_schedule = &wrong;
    FAILS(context, SNND_ERROR_ARGUMENT, "weight_schedule: value is -1; expected 0 to 1e6", create(&options));
    options.weight_schedule = NULL;
    options.position_schedule = &wrong;
    FAILS(context, SNND_ERROR_ARGUMENT, "position_schedule: value", create(&options));
    options.position_schedule = NULL;
    options.sigma_schedule = &wrong;
    FAILS(context, SNND_ERROR_ARGUMENT, "sigma_schedule: value", create(&options));
    options.sigma_schedule = NULL;
    adam.beta2 = 1;
    options.weights = &adam;
    FAILS(context, SNND_ERROR_ARGUMENT, "beta2", create(&options));
    adam.beta2 = 0.9;
    OK(context, create(&options));
}
END_TEST

/* Numbers that would count for nothing. */
START_TEST(what_the_trainer_decides_cannot_be_set) {
    snnd_trainer_options options = made.options;
    snnd_optimizer_options given, usual;
    snnd_schedule constant;
    made.network = make_network(context, TOY_CHANNELS);
    add_delays(made.network, TOY_CLASSES, NULL);
    OK(context, snnd_schedule_init(&constant, sizeof constant));
    OK(context, snnd_optimizer_options_init(&usual, sizeof usual));
    given = usual;
    options.weights = &given;
    given.rate = 0.01;
    FAILS(context, SNND_ERROR_ARGUMENT, "weights.rate is 0.01, but the schedule sets the rate", create(&options));
    given.rate = usual.rate;
    given.parameters = SNND_PARAMETERS_POSITIONS;
    FAILS(context, SNND_ERROR_ARGUMENT, "weights.parameters is 2", create(&options));
    given.parameters = usual.parameters;
    given.momentum = 0.5;
    FAILS(context, SNND_ERROR_ARGUMENT, "weights.momentum is 0.5, but the one-cycle schedule sets the momentum",
          create(&options));
    options.weight_schedule = &constant;
    OK(context, create(&options));
    snnd_trainer_free(made.trainer);
    made.trainer = NULL;
    options.weights = NULL;
    options.positions = &given; /* whose schedule is a cosine: its momentum counts */
    OK(context, create(&options));
    snnd_trainer_free(made.trainer);
    made.trainer = NULL;
    given.parameters = SNND_PARAMETERS_POSITIONS;
    OK(context, create(&options));
    snnd_trainer_free(made.trainer);
    made.trainer = NULL;
    constant.kind = SNND_SCHEDULE_ONE_CYCLE;
    options.position_schedule = &constant;
    FAILS(context, SNND_ERROR_ARGUMENT, "positions.momentum is 0.5", create(&options));
    given.momentum = usual.momentum;
    given.rate = 1;
    FAILS(context, SNND_ERROR_ARGUMENT, "positions.rate is 1", create(&options));
}
END_TEST

START_TEST(nothing_is_trained_beyond_the_end_of_a_cycle) {
    const float *input;
    int32_t label;
    snnd_epoch_report report = empty_report();
    made.options.epochs = 2;
    make_toy(&made);
    train_epochs(&made, dataset, 2);
    OK(context, snnd_dataset_sample(dataset, 0, &input, &label));
    FAILS(context, SNND_ERROR_STATE, "epoch 2 is beyond the end of weight_schedule, a one-cycle schedule of 2 epochs",
          snnd_trainer_epoch(made.trainer, dataset, NULL));
    FAILS(context, SNND_ERROR_STATE, "beyond the end of weight_schedule",
          snnd_trainer_step(made.trainer, input, &label, 1, TOY_STEPS, NULL));
    OK(context, snnd_trainer_evaluate(made.trainer, dataset, &report));
    ck_assert_int_eq(snnd_trainer_epochs_done(made.trainer), 2);
}
END_TEST

START_TEST(a_controller_of_another_network_is_refused) {
    snnd_network *other = make_network(context, 9);
    add_delays(other, 9, NULL);
    OK(context, snnd_sparsity_create_fixed_mask(other, NULL, &made.options.sparsity));
    made.network = make_network(context, TOY_CHANNELS);
    add_delays(made.network, TOY_CLASSES, NULL);
    FAILS(context, SNND_ERROR_ARGUMENT, "another network", create(&made.options));
    snnd_sparsity_free(made.options.sparsity);
    snnd_network_free(other);
}
END_TEST

START_TEST(steps_that_do_not_fit_are_refused) {
    float *input = make_numbers(17 * TOY_STEPS * TOY_CHANNELS, 1);
    int32_t *label = make_labels(17, TOY_CLASSES);
    make_toy(&made);
    FAILS(context, SNND_ERROR_ARGUMENT, "count is 17; expected 1 to 16, the trainer's batch",
          snnd_trainer_step(made.trainer, input, label, 17, TOY_STEPS, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "steps is 0", snnd_trainer_step(made.trainer, input, label, 1, 0, NULL));
    label[2] = -1;
    FAILS(context, SNND_ERROR_ARGUMENT, "label 2", snnd_trainer_step(made.trainer, input, label, 16, TOY_STEPS, NULL));
    label[2] = 0;
    OK(context, snnd_trainer_step(made.trainer, input, label, 16, TOY_STEPS, NULL));
    ck_assert_int_eq(snnd_trainer_step(NULL, input, label, 16, TOY_STEPS, NULL), SNND_ERROR_ARGUMENT);
    free(input);
    free(label);
}
END_TEST

START_TEST(a_step_that_is_refused_changes_no_number_of_the_network) {
    float *input = make_numbers(TOY_STEPS * TOY_CHANNELS, 1);
    const int32_t label = TOY_CLASSES;
    toy untouched = plan_toy(context);
    make_toy(&made);
    make_toy(&untouched);
    FAILS(context, SNND_ERROR_ARGUMENT, "label 0", snnd_trainer_step(made.trainer, input, &label, 1, TOY_STEPS, NULL));
    assert_same_networks(made.network, untouched.network);
    free_toy(&untouched);
    free(input);
}
END_TEST

START_TEST(a_report_that_was_never_filled_in_is_refused_before_training) {
    snnd_epoch_report report = {0};
    toy untouched = plan_toy(context);
    make_toy(&made);
    make_toy(&untouched);
    FAILS(context, SNND_ERROR_ARGUMENT, "_init", snnd_trainer_epoch(made.trainer, dataset, &report));
    assert_same_networks(made.network, untouched.network);
    free_toy(&untouched);
}
END_TEST

/* ---- numbers that are no longer finite ---- */

static const struct {
    int32_t layer;
    snnd_array_name name;
    double value;
    const char *words;
} poisons[] = {
    {4, SNND_ARRAY_WEIGHT, NAN, "epoch 0, step 0: weight 3 of layer 4 (delays) is"},
    {4, SNND_ARRAY_WEIGHT, INFINITY, "epoch 0, step 0: weight 3 of layer 4 (delays) is inf"},
    {4, SNND_ARRAY_POSITION, NAN, "epoch 0, step 0: position 3 of layer 4 (delays) is"},
    {0, SNND_ARRAY_WEIGHT, NAN, "epoch 0, step 0: weight 3 of layer 0 (delays) is"},
    {0, SNND_ARRAY_POSITION, INFINITY, "epoch 0, step 0: position 3 of layer 0 (delays) is inf"},
    {1, SNND_ARRAY_SCALE, NAN, "epoch 0, step 0: scale 3 of layer 1 (batch_norm) is"},
};

START_TEST(a_parameter_that_is_not_finite_is_named) {
    snnd_epoch_report report = empty_report();
    make_toy(&made);
    floats(snnd_network_layer(made.network, poisons[_i].layer), poisons[_i].name)[3] = (float)poisons[_i].value;
    FAILS(context, SNND_ERROR_NUMERIC, poisons[_i].words, snnd_trainer_epoch(made.trainer, dataset, &report));
}
END_TEST

START_TEST(a_run_that_blows_up_is_noticed_with_epoch_and_step) {
    snnd_epoch_report report = empty_report();
    snnd_optimizer_options sgd;
    snnd_schedule rate;
    OK(context, snnd_optimizer_options_init(&sgd, sizeof sgd));
    OK(context, snnd_schedule_init(&rate, sizeof rate));
    sgd.kind = SNND_SGD;
    sgd.weight_decay = 1e3; /* at this rate every weight grows by a factor of a million a step */
    rate.value = 1e3;
    made.options.weights = &sgd;
    made.options.weight_schedule = &rate;
    make_toy(&made);
    snnd_status status = SNND_OK;
    for (int epoch = 0; epoch < 5 && status == SNND_OK; epoch++)
        status = snnd_trainer_epoch(made.trainer, dataset, &report);
    ck_assert_int_eq(status, SNND_ERROR_NUMERIC);
    ck_assert_ptr_nonnull(strstr(snnd_context_last_error(context), "training diverged in epoch "));
    ck_assert_ptr_nonnull(strstr(snnd_context_last_error(context), " of layer "));
}
END_TEST

START_TEST(a_loss_that_explodes_is_noticed_while_it_is_finite) {
    snnd_epoch_report report = empty_report();
    made.options.readout = SNND_READOUT_SUM;
    made.options.largest_loss = 1e3;
    make_toy(&made);
    float *weight = floats(snnd_network_layer(made.network, 4), SNND_ARRAY_WEIGHT);
    for (int64_t s = 0; s < count_of(snnd_network_layer(made.network, 4), SNND_ARRAY_WEIGHT); s++)
        weight[s] *= 1e6f;
    ck_assert_int_eq(snnd_trainer_epoch(made.trainer, dataset, &report), SNND_ERROR_NUMERIC);
    ck_assert_ptr_nonnull(strstr(snnd_context_last_error(context), "training diverged in epoch 0, step 0: the cross-"));
    ck_assert_ptr_nonnull(strstr(snnd_context_last_error(context), "of layer 4 (delays)"));
    ck_assert_ptr_nonnull(strstr(snnd_context_last_error(context), "above 1000"));
    /* Nothing of it is written over an earlier checkpoint, until a step is well again. */
    FAILS(context, SNND_ERROR_NUMERIC, "diverged in its last step",
          snnd_trainer_save_checkpoint(made.trainer, "not-written", NULL));
    for (int64_t s = 0; s < count_of(snnd_network_layer(made.network, 4), SNND_ARRAY_WEIGHT); s++)
        weight[s] /= 1e6f;
    OK(context, snnd_trainer_epoch(made.trainer, dataset, &report));
    FAILS(context, SNND_ERROR_IO, "no-such-folder",
          snnd_trainer_save_checkpoint(made.trainer, "no-such-folder/checkpoint", NULL));
}
END_TEST

START_TEST(a_run_can_go_on_once_its_parameters_are_finite_again) {
    snnd_epoch_report report = empty_report();
    make_toy(&made);
    float *weight = floats(snnd_network_layer(made.network, 4), SNND_ARRAY_WEIGHT), before = weight[3];
    weight[3] = NAN;
    ck_assert_int_eq(snnd_trainer_epoch(made.trainer, dataset, &report), SNND_ERROR_NUMERIC);
    ck_assert_int_eq(report.samples, 0);
    weight[3] = before;
    FAILS(context, SNND_ERROR_IO, "no-such-folder", /* and not that training has diverged: there was no step */
          snnd_trainer_save_checkpoint(made.trainer, "no-such-folder/checkpoint", NULL));
    report = train_epochs(&made, dataset, 1);
    ck_assert_int_eq(report.samples, SAMPLES);
    ck_assert(isfinite(report.loss));
}
END_TEST

START_TEST(a_network_that_is_not_finite_is_not_evaluated) {
    snnd_epoch_report report = empty_report();
    make_toy(&made);
    floats(snnd_network_layer(made.network, 1), SNND_ARRAY_RUNNING_MEAN)[2] = NAN;
    FAILS(context, SNND_ERROR_NUMERIC, "layer 1 (batch_norm)", snnd_trainer_evaluate(made.trainer, dataset, &report));
}
END_TEST

/* A step, then an evaluation. */
START_TEST(numbers_that_cannot_be_leave_no_pass_in_the_workspace) {
    float scores[SAMPLES * TOY_CLASSES];
    make_toy(&made);
    train_epochs(&made, dataset, 1);
    float *mean = floats(snnd_network_layer(made.network, 1), SNND_ARRAY_RUNNING_MEAN);
    snnd_workspace *workspace = snnd_trainer_workspace(made.trainer);
    OK(context, snnd_workspace_scores(workspace, SNND_READOUT_SUM, scores));
    const float before = mean[2];
    mean[2] = NAN;
    ck_assert_int_eq(_i == 0 ? snnd_trainer_epoch(made.trainer, dataset, NULL)
                             : snnd_trainer_evaluate(made.trainer, dataset, NULL),
                     SNND_ERROR_NUMERIC);
    FAILS(context, SNND_ERROR_STATE, "no forward pass", snnd_workspace_scores(workspace, SNND_READOUT_SUM, scores));
    mean[2] = before;
    train_epochs(&made, dataset, 1);
}
END_TEST

START_TEST(a_step_that_was_refused_leaves_the_schedules_where_they_were) {
    static float input[TOY_STEPS * TOY_CHANNELS];
    const int32_t label = 0;
    make_toy(&made);
    OK(context, snnd_network_set_sigma(made.network, 4.5));
    input[3] = NAN;
    FAILS(context, SNND_ERROR_ARGUMENT, "is nan", snnd_trainer_step(made.trainer, input, &label, 1, TOY_STEPS, NULL));
    ck_assert_double_eq(snnd_network_sigma(made.network), 4.5);
    /* An epoch that was refused was not begun: steps by hand are still steps by hand. */
    float *weight = floats(snnd_network_layer(made.network, 4), SNND_ARRAY_WEIGHT), before = weight[3];
    weight[3] = NAN;
    ck_assert_int_eq(snnd_trainer_epoch(made.trainer, dataset, NULL), SNND_ERROR_NUMERIC);
    weight[3] = before;
    input[3] = 0;
    OK(context, snnd_trainer_step(made.trainer, input, &label, 1, TOY_STEPS, NULL));
    FAILS(context, SNND_ERROR_STATE, "made by snnd_trainer_step", snnd_trainer_epoch(made.trainer, dataset, NULL));
}
END_TEST

/* Running statistics would overflow in the pass, behind which the loss may look well. */
START_TEST(a_variance_that_overflows_is_noticed_in_its_step) {
    static float input[TOY_STEPS * TOY_CHANNELS];
    const int32_t label = 0;
    made.options.largest_loss = 1e30;
    make_toy(&made);
    for (int k = 0; k < TOY_STEPS * TOY_CHANNELS; k++)
        input[k] = k % 3 == 0 ? 1e30f : 0;
    FAILS(context, SNND_ERROR_NUMERIC, "epoch 0, step 0: numbers of layer 1 (batch_norm) overflow",
          snnd_trainer_step(made.trainer, input, &label, 1, TOY_STEPS, NULL));
}
END_TEST

START_TEST(an_epoch_of_steps_by_hand_is_ended_by_hand) {
    snnd_epoch_report report = empty_report();
    static float input[TOY_STEPS * TOY_CHANNELS];
    const int32_t label = 0;
    make_toy(&made);
    OK(context, snnd_trainer_step(made.trainer, input, &label, 1, TOY_STEPS, NULL));
    FAILS(context, SNND_ERROR_STATE, "snnd_trainer_end_epoch", snnd_trainer_epoch(made.trainer, dataset, &report));
    OK(context, snnd_trainer_end_epoch(made.trainer));
    OK(context, snnd_trainer_epoch(made.trainer, dataset, &report));
}
END_TEST

START_TEST(an_epoch_without_a_step_cannot_be_ended) {
    static float input[TOY_STEPS * TOY_CHANNELS];
    const int32_t label = 0, wrong = TOY_CLASSES;
    made.structure = TOY_SET;
    make_toy(&made);
    for (int32_t epoch = 0; epoch < 3; epoch++) {
        for (int k = 0; k < 2; k++)
            FAILS(context, SNND_ERROR_STATE, "cannot end before its first step", snnd_trainer_end_epoch(made.trainer));
        FAILS(context, SNND_ERROR_ARGUMENT, "label 0", /* which makes no step */
              snnd_trainer_step(made.trainer, input, &wrong, 1, TOY_STEPS, NULL));
        FAILS(context, SNND_ERROR_STATE, "cannot end before its first step", snnd_trainer_end_epoch(made.trainer));
        ck_assert_int_eq(snnd_trainer_epochs_done(made.trainer), epoch);
        OK(context, snnd_trainer_step(made.trainer, input, &label, 1, TOY_STEPS, NULL));
        OK(context, snnd_trainer_end_epoch(made.trainer));
        ck_assert_int_eq(snnd_trainer_epochs_done(made.trainer), epoch + 1);
    }
    train_epochs(&made, dataset, 1);
    FAILS(context, SNND_ERROR_STATE, "epoch 4 cannot end", snnd_trainer_end_epoch(made.trainer));
}
END_TEST

Suite *trainer_suite(void) {
    Suite *suite = suite_create("train/trainer");
    TCase *cases = tcase_create("trainer");
    tcase_set_timeout(cases, 60);
    TCase *saving = scratch_case(suite, "saving");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_checked_fixture(saving, set_up, tear_down);
    tcase_add_loop_test(cases, training_learns_what_only_timing_tells, TOY_DENSE, TOY_FIXED_MASK + 1);
    tcase_add_loop_test(cases, an_epoch_is_the_pieces_called_by_hand, TOY_DENSE, 2 * TOY_STRUCTURES);
    tcase_add_test(cases, steps_of_the_hosts_and_an_end_make_an_epoch);
    tcase_add_test(cases, epochs_of_padded_samples_are_steps_with_lengths);
    tcase_add_test(cases, evaluation_of_padded_samples_is_that_of_each_alone);
    tcase_add_test(cases, lengths_are_of_one_step);
    tcase_add_test(cases, schedules_of_the_hosts_are_followed);
    tcase_add_test(cases, frozen_delays_stay_through_training);
    tcase_add_test(cases, a_run_is_the_same_for_any_number_of_threads);
    tcase_add_test(cases, other_seeds_make_other_runs);
    tcase_add_loop_test(cases, a_run_that_is_stopped_goes_on_bit_for_bit, 1, 5);
    tcase_add_test(cases, progress_is_told_after_every_step);
    tcase_add_test(cases, steps_of_the_hosts_do_not_take_the_place_of_an_epochs);
    tcase_add_test(saving, a_factor_of_0_keeps_an_array_through_training);
    tcase_add_test(saving, between_two_steps_the_host_may_evaluate_and_save);
    tcase_add_test(cases, an_epoch_is_finished_on_the_dataset_it_was_begun_on);
    tcase_add_test(cases, layers_without_a_synapse_are_counted);
    tcase_add_test(cases, evaluation_leaves_training_untouched);
    tcase_add_test(cases, evaluation_reports_the_network_as_it_is);
    tcase_add_test(cases, the_workspace_of_the_last_step_can_be_read);
    tcase_add_test(cases, buffers_are_made_at_the_first_batch_and_again_for_samples_of_another_length);
    tcase_add_loop_test(cases, steps_allocate_nothing_whatever_the_rule_and_the_method, TOY_DENSE, TOY_STRUCTURES);
    tcase_add_test(cases, a_trainer_that_memory_runs_out_on_leaves_nothing_behind);
    tcase_add_test(cases, an_epoch_that_memory_runs_out_on_can_be_made_later);
    tcase_add_test(cases, datasets_that_do_not_fit_are_refused);
    tcase_add_test(cases, trainer_options_out_of_range_are_named);
    tcase_add_test(cases, schedules_and_optimizers_that_are_wrong_are_named);
    tcase_add_test(cases, what_the_trainer_decides_cannot_be_set);
    tcase_add_test(cases, nothing_is_trained_beyond_the_end_of_a_cycle);
    tcase_add_test(cases, a_controller_of_another_network_is_refused);
    tcase_add_test(cases, steps_that_do_not_fit_are_refused);
    tcase_add_test(cases, a_step_that_is_refused_changes_no_number_of_the_network);
    tcase_add_test(cases, a_report_that_was_never_filled_in_is_refused_before_training);
    tcase_add_loop_test(cases, a_parameter_that_is_not_finite_is_named, 0, COUNT(poisons));
    tcase_add_test(cases, a_run_that_blows_up_is_noticed_with_epoch_and_step);
    tcase_add_test(cases, a_loss_that_explodes_is_noticed_while_it_is_finite);
    tcase_add_test(cases, a_network_that_is_not_finite_is_not_evaluated);
    tcase_add_loop_test(cases, numbers_that_cannot_be_leave_no_pass_in_the_workspace, 0, 2);
    tcase_add_test(cases, a_step_that_was_refused_leaves_the_schedules_where_they_were);
    tcase_add_test(cases, a_variance_that_overflows_is_noticed_in_its_step);
    tcase_add_test(cases, an_epoch_of_steps_by_hand_is_ended_by_hand);
    tcase_add_test(cases, an_epoch_without_a_step_cannot_be_ended);
    tcase_add_test(cases, a_run_can_go_on_once_its_parameters_are_finite_again);
    suite_add_tcase(suite, cases);
    return suite;
}
