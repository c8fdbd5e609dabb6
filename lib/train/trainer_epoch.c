/* Training and evaluation over a dataset. */
#include "base/options.h"
#include "train/trainer.h"

/* ---- an epoch ---- */

snnd_status snnd_epoch_report_init(snnd_epoch_report *report, size_t size) {
    static const snnd_epoch_report none = {.epoch = -1};
    return snnd_options_init(report, size, &none, sizeof none);
}

static snnd_epoch_report report_of(const snnd_trainer *trainer, const snnd_run *run, double seconds) {
    const double samples = run->samples > 0 ? (double)run->samples : 1;
    const snnd_operations each = {.accumulations = run->accumulations / samples,
                                  .multiplications = run->multiplications / samples};
    return (snnd_epoch_report){.size = sizeof(snnd_epoch_report),
                               .epoch = (int32_t)run->epoch,
                               .samples = run->samples,
                               .correct = run->correct,
                               .accuracy = (double)run->correct / samples,
                               .loss = run->loss / samples,
                               .cross_entropy = run->cross_entropy / samples,
                               .sigma = trainer->network->sigma,
                               .weight_rate = run->weight_rate,
                               .position_rate = run->position_rate,
                               .spike_rate = run->step > 0 ? run->spikes / (double)run->step : 0,
                               .seconds = seconds,
                               .active = snnd_network_active(trainer->network),
                               .regrown = run->regrown,
                               .empty_layers = snnd_network_empty_layers(trainer->network),
                               .accumulations = each.accumulations,
                               .multiplications = each.multiplications,
                               .picojoules = snnd_picojoules_of(&trainer->picojoules, &each),
                               .rate_penalty = run->rate_penalty / samples};
}

/* Rewires where the rule does so once an epoch. */
static snnd_status end_steps(snnd_trainer *trainer) {
    if (trainer->options.sparsity == NULL)
        return SNND_OK;
    snnd_status status = snnd_sparsity_end_epoch(trainer->options.sparsity, trainer->weights);
    if (status == SNND_OK)
        trainer->run.regrown += snnd_sparsity_regrown(trainer->options.sparsity, NULL);
    return status;
}

static void begin_next_epoch(snnd_trainer *trainer) {
    trainer->run = (snnd_run){.epoch = trainer->run.epoch + 1, .draws = trainer->run.draws};
}

snnd_status snnd_trainer_end_epoch(snnd_trainer *trainer) {
    if (trainer == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_trainer_check_by_hand(trainer);
    if (status == SNND_OK && trainer->run.step == 0)
        status = snnd_fail(trainer->context, SNND_ERROR_STATE,
                           "trainer: epoch %lld has no step to end it after; make one by snnd_trainer_step first",
                           (long long)trainer->run.epoch);
    if (status == SNND_OK)
        status = end_steps(trainer);
    if (status == SNND_OK)
        begin_next_epoch(trainer);
    return status;
}

static snnd_status check_dataset(const snnd_trainer *trainer, const snnd_dataset *dataset) {
    const snnd_network *network = trainer->network;
    if (dataset == NULL)
        return snnd_fail(trainer->context, SNND_ERROR_ARGUMENT, "trainer: dataset is NULL");
    if (dataset->channels != network->inputs)
        return snnd_fail(trainer->context, SNND_ERROR_ARGUMENT,
                         "trainer: the dataset has %d channels; the network has %d inputs", dataset->channels,
                         network->inputs);
    if (dataset->classes > snnd_network_outputs(network))
        return snnd_fail(trainer->context, SNND_ERROR_ARGUMENT,
                         "trainer: the dataset has labels up to %d; the network has %d outputs", dataset->classes - 1,
                         snnd_network_outputs(network));
    return SNND_OK;
}

snnd_status snnd_trainer_check_idle(const snnd_trainer *trainer) {
    return trainer->busy ? snnd_fail(trainer->context, SNND_ERROR_STATE,
                                     "trainer: its progress callback may evaluate and save, but not train or load")
                         : SNND_OK;
}

static bool stops(snnd_trainer *trainer, const snnd_batches *batches) {
    if (trainer->options.progress == NULL)
        return false;
    const snnd_epoch_report so_far = report_of(trainer, &trainer->run, 0);
    const snnd_progress progress = {.size = sizeof progress,
                                    .epoch = so_far.epoch,
                                    .step = trainer->run.step,
                                    .steps = snnd_batches_count(batches),
                                    .loss = so_far.loss,
                                    .accuracy = so_far.accuracy,
                                    .sigma = so_far.sigma,
                                    .active = so_far.active};
    trainer->busy = true;
    const bool stop = trainer->options.progress(trainer->options.progress_user, &progress) != 0;
    trainer->busy = false;
    return stop;
}

/* The steps of an epoch that are left; `stopped` where the host asked for it. */
static snnd_status train_on(snnd_trainer *trainer, snnd_batches *batches, int32_t steps, bool *stopped) {
    const float *input;
    const int32_t *label;
    int32_t count;
    while (!*stopped && trainer->run.step < snnd_batches_count(batches)) {
        snnd_status status =
            snnd_batches_get(batches, (int32_t)trainer->run.epoch, trainer->run.step, &input, &label, &count);
        if (status == SNND_OK)
            status = snnd_trainer_make_step(trainer, input, label, snnd_batches_lengths(batches), count, steps, NULL);
        if (status != SNND_OK)
            return status;
        *stopped = stops(trainer, batches);
    }
    return SNND_OK;
}

/* A walk in the order of the epoch, or in the dataset's outside of training. */
static snnd_status walk_over(const snnd_trainer *trainer, const snnd_dataset *dataset, bool training,
                             snnd_batches **batches) {
    const snnd_batches_options options = {.size = sizeof options,
                                          .batch = trainer->options.batch,
                                          .shuffle = training,
                                          .seed = training ? trainer->options.seed : 0,
                                          .training = training,
                                          .prefetch = trainer->options.prefetch};
    return snnd_batches_create_with(dataset, &options, batches);
}

snnd_status snnd_trainer_epoch(snnd_trainer *trainer, const snnd_dataset *dataset, snnd_epoch_report *report) {
    if (trainer == NULL)
        return SNND_ERROR_ARGUMENT;
    const double start = snnd_clock();
    bool stopped = false;
    snnd_batches *batches = NULL;
    snnd_status status = snnd_options_check(trainer->context, report, "snnd_epoch_report");
    if (status == SNND_OK)
        status = snnd_trainer_check_idle(trainer);
    if (status == SNND_OK)
        status = check_dataset(trainer, dataset);
    if (status == SNND_OK && trainer->run.step > 0 && trainer->run.of_samples == 0)
        status =
            snnd_fail(trainer->context, SNND_ERROR_STATE,
                      "trainer: %lld steps of this epoch were made by hand; end it by snnd_trainer_end_epoch first",
                      (long long)trainer->run.step);
    if (status == SNND_OK && trainer->run.step > 0 && trainer->run.of_samples != dataset->samples)
        status = snnd_fail(trainer->context, SNND_ERROR_ARGUMENT,
                           "trainer: the epoch was begun on %lld samples; the dataset has %lld",
                           (long long)trainer->run.of_samples, (long long)dataset->samples);
    if (status == SNND_OK)
        status = walk_over(trainer, dataset, true, &batches);
    if (status != SNND_OK)
        return status;
    trainer->run.of_samples = dataset->samples;
    status = train_on(trainer, batches, dataset->steps, &stopped);
    snnd_batches_free(batches);
    if (status != SNND_OK && trainer->run.step == 0)
        trainer->run.of_samples = 0;   /* the epoch was not begun */
    if (status == SNND_OK && !stopped) /* stopped after the last step: ended by the next call */
        status = end_steps(trainer);
    if (status != SNND_OK)
        return status;
    const snnd_epoch_report result = report_of(trainer, &trainer->run, snnd_clock() - start);
    if (!stopped)
        begin_next_epoch(trainer);
    status = snnd_options_write(trainer->context, report, &result, sizeof result, "snnd_epoch_report");
    return status == SNND_OK && stopped ? SNND_STOPPED : status;
}

/* ---- evaluation ---- */

/* Adds one batch to the sums of `run`. */
static snnd_status evaluate_batch(snnd_trainer *trainer, const float *input, const int32_t *label,
                                  const int32_t *length, int32_t count, snnd_run *run) {
    snnd_loss_report result;
    snnd_operations operations;
    snnd_loss_report_init(&result, sizeof result);
    snnd_operations_init(&operations, sizeof operations);
    snnd_status status = snnd_workspace_pass(trainer->workspace, SNND_EVALUATE, input, length, count);
    if (status == SNND_OK)
        status = snnd_workspace_loss(trainer->workspace, label, NULL, &result);
    if (status != SNND_OK)
        return status;
    snnd_workspace_add_operations(trainer->workspace, &operations);
    snnd_trainer_count_step(run, &result, &operations, trainer->workspace);
    return SNND_OK;
}

static snnd_status evaluate_all(snnd_trainer *trainer, snnd_batches *batches, snnd_run *run) {
    const float *input;
    const int32_t *label;
    int32_t count;
    for (int64_t b = 0; b < snnd_batches_count(batches); b++) {
        snnd_status status = snnd_batches_get(batches, 0, b, &input, &label, &count);
        if (status == SNND_OK)
            status = evaluate_batch(trainer, input, label, snnd_batches_lengths(batches), count, run);
        if (status != SNND_OK)
            return status;
    }
    return SNND_OK;
}

snnd_status snnd_trainer_evaluate(snnd_trainer *trainer, const snnd_dataset *dataset, snnd_epoch_report *report) {
    if (trainer == NULL)
        return SNND_ERROR_ARGUMENT;
    const double start = snnd_clock();
    snnd_batches *batches = NULL;
    snnd_run run = {.epoch = trainer->run.epoch - (trainer->run.step == 0),
                    .weight_rate = trainer->run.weight_rate,
                    .position_rate = trainer->run.position_rate};
    snnd_status status = snnd_options_check(trainer->context, report, "snnd_epoch_report");
    if (status == SNND_OK)
        status = check_dataset(trainer, dataset);
    if (status == SNND_OK)
        status = snnd_trainer_check_values(trainer);
    if (status == SNND_OK)
        status = snnd_trainer_fit_workspace(trainer, dataset->steps);
    if (status == SNND_OK)
        status = walk_over(trainer, dataset, false, &batches);
    if (status == SNND_OK)
        status = evaluate_all(trainer, batches, &run);
    snnd_batches_free(batches);
    if (status != SNND_OK)
        return status;
    const snnd_epoch_report result = report_of(trainer, &run, snnd_clock() - start);
    return snnd_options_write(trainer->context, report, &result, sizeof result, "snnd_epoch_report");
}
