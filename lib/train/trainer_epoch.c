/* Trains and evaluates over a dataset. */
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

/* Rewires, where the rule does so once in an epoch. */
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
        status =
            snnd_fail(trainer->context, SNND_ERROR_STATE,
                      "trainer: epoch %lld cannot end before its first step; make one with snnd_trainer_step first",
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

/* Makes the remaining steps of an epoch. Returns SNND_STOPPED where the host of any rank asked to stop. */
static snnd_status train_on(snnd_trainer *trainer, snnd_batches *batches, int32_t steps) {
    while (trainer->run.step < snnd_batches_count(batches)) {
        snnd_step_batch batch = {.steps = steps};
        batch.status = snnd_batches_get(batches, (int32_t)trainer->run.epoch, trainer->run.step, &batch.input,
                                        &batch.label, &batch.count);
        batch.length = snnd_batches_lengths(batches);
        snnd_status status = snnd_trainer_make_step(trainer, &batch, NULL);
        if (status == SNND_OK)
            status = snnd_trainer_agree(trainer, stops(trainer, batches) ? SNND_STOPPED : SNND_OK);
        if (status != SNND_OK)
            return status;
    }
    return SNND_OK;
}

/* Creates batches in the order of the epoch, or outside of training in that of the dataset. */
static snnd_status walk_over(const snnd_trainer *trainer, const snnd_dataset *dataset, bool training,
                             snnd_batches **batches) {
    const int32_t most = snnd_shards_most(trainer->options.batch, trainer->options.shards);
    const snnd_batches_options options = {.size = sizeof options,
                                          .batch = training ? trainer->options.batch : most,
                                          .shuffle = training,
                                          .seed = training ? trainer->options.seed : 0,
                                          .training = training,
                                          .prefetch = trainer->options.prefetch};
    const snnd_status status = snnd_batches_create_with(dataset, &options, batches);
    const int32_t ranks = trainer->options.ranks, rank = trainer->options.rank;
    if (status == SNND_OK && training) /* since ranks hold shards of batches */
        snnd_batches_want_parts(*batches, rank, rank + 1, ranks);
    return status;
}

snnd_status snnd_trainer_epoch(snnd_trainer *trainer, const snnd_dataset *dataset, snnd_epoch_report *report) {
    if (trainer == NULL)
        return SNND_ERROR_ARGUMENT;
    const double start = snnd_clock();
    snnd_batches *batches = NULL;
    snnd_status status = snnd_options_check(trainer->context, report, "snnd_epoch_report");
    if (status == SNND_OK)
        status = snnd_trainer_check_idle(trainer);
    if (status == SNND_OK)
        status = check_dataset(trainer, dataset);
    if (status == SNND_OK && trainer->run.step > 0 && trainer->run.of_samples == 0)
        status = snnd_fail(trainer->context, SNND_ERROR_STATE,
                           "trainer: %lld steps of this epoch were made by snnd_trainer_step; end the epoch with "
                           "snnd_trainer_end_epoch first",
                           (long long)trainer->run.step);
    if (status == SNND_OK && trainer->run.step > 0 && trainer->run.of_samples != dataset->samples)
        status = snnd_fail(trainer->context, SNND_ERROR_ARGUMENT,
                           "trainer: the epoch was begun on %lld samples; the dataset has %lld",
                           (long long)trainer->run.of_samples, (long long)dataset->samples);
    if (status == SNND_OK)
        status = walk_over(trainer, dataset, true, &batches);
    status = snnd_trainer_agree(trainer, status);
    if (status != SNND_OK) {
        snnd_batches_free(batches);
        return status;
    }
    trainer->run.of_samples = dataset->samples;
    status = train_on(trainer, batches, dataset->steps);
    snnd_batches_free(batches);
    const bool stopped = status == SNND_STOPPED;
    if (status != SNND_OK && trainer->run.step == 0)
        trainer->run.of_samples = 0; /* the epoch was not started */
    if (status == SNND_OK)           /* where it was stopped after its last step, the next call ends it */
        status = end_steps(trainer);
    if (status != SNND_OK && !stopped)
        return status;
    const snnd_epoch_report result = report_of(trainer, &trainer->run, snnd_clock() - start);
    if (!stopped)
        begin_next_epoch(trainer);
    status = snnd_options_write(trainer->context, report, &result, sizeof result, "snnd_epoch_report");
    return status == SNND_OK && stopped ? SNND_STOPPED : status;
}

/* ---- evaluation ---- */

/* The results of a batch, as numbers that ranks can add. Each batch belongs to one rank. */
typedef struct evaluated {
    double samples, correct, loss, cross_entropy, accumulations, multiplications, spike_rate;
} evaluated;

enum { NUMBERS_OF_BATCH = sizeof(evaluated) / sizeof(double) };

static snnd_status evaluate_batch(snnd_trainer *trainer, snnd_batches *batches, int64_t index, evaluated *result) {
    const float *input;
    const int32_t *label;
    int32_t count;
    snnd_loss_report report;
    snnd_operations operations;
    snnd_workspace *workspace = trainer->shards->workspace[0];
    snnd_loss_report_init(&report, sizeof report);
    snnd_operations_init(&operations, sizeof operations);
    snnd_status status = snnd_batches_get(batches, 0, index, &input, &label, &count);
    if (status == SNND_OK)
        status = snnd_workspace_pass(workspace, SNND_EVALUATE, input, snnd_batches_lengths(batches), count);
    if (status == SNND_OK)
        status = snnd_workspace_loss(workspace, label, NULL, &report);
    if (status != SNND_OK)
        return status;
    snnd_workspace_add_operations(workspace, &operations);
    *result = (evaluated){.samples = report.samples,
                          .correct = report.correct,
                          .loss = report.loss,
                          .cross_entropy = report.cross_entropy,
                          .accumulations = operations.accumulations,
                          .multiplications = operations.multiplications,
                          .spike_rate = snnd_workspace_spike_rate(workspace)};
    return SNND_OK;
}

static void count_batch(const evaluated *batch, snnd_run *run) {
    const snnd_loss_report report = {.samples = (int32_t)batch->samples,
                                     .correct = (int32_t)batch->correct,
                                     .loss = batch->loss,
                                     .cross_entropy = batch->cross_entropy};
    const snnd_work_done done = {batch->accumulations, batch->multiplications, batch->spike_rate};
    snnd_trainer_count_step(run, &report, &done);
}

/* Each rank evaluates a range of the batches, and adds 0 for the others. */
static snnd_status evaluate_own(snnd_trainer *trainer, snnd_batches *batches, evaluated *results) {
    const int64_t count = snnd_batches_count(batches), rank = trainer->options.rank, ranks = trainer->options.ranks;
    const int64_t end = count * (rank + 1) / ranks;
    snnd_status status = SNND_OK;
    snnd_batches_end_at(batches, end);
    for (int64_t b = count * rank / ranks; b < end && status == SNND_OK; b++)
        status = evaluate_batch(trainer, batches, b, &results[b]);
    return status;
}

static snnd_status evaluate_all(snnd_trainer *trainer, snnd_batches *batches, evaluated *results, snnd_run *run) {
    const size_t count = (size_t)snnd_batches_count(batches);
    const snnd_shards plan = snnd_trainer_shards(trainer);
    snnd_status status = snnd_shards_agree(&plan, evaluate_own(trainer, batches, results));
    if (status == SNND_OK)
        status = snnd_shards_reduce(&plan, SNND_FLOAT64, count * NUMBERS_OF_BATCH, results);
    for (size_t b = 0; b < count && status == SNND_OK; b++)
        count_batch(&results[b], run);
    return status;
}

snnd_status snnd_trainer_evaluate(snnd_trainer *trainer, const snnd_dataset *dataset, snnd_epoch_report *report) {
    if (trainer == NULL)
        return SNND_ERROR_ARGUMENT;
    const double start = snnd_clock();
    snnd_batches *batches = NULL;
    evaluated *results = NULL;
    snnd_run run = {.epoch = trainer->run.epoch - (trainer->run.step == 0),
                    .weight_rate = trainer->run.weight_rate,
                    .position_rate = trainer->run.position_rate};
    snnd_status status = snnd_options_check(trainer->context, report, "snnd_epoch_report");
    if (status == SNND_OK)
        status = check_dataset(trainer, dataset);
    if (status == SNND_OK)
        status = snnd_trainer_check_values(trainer);
    if (status == SNND_OK)
        status = snnd_trainer_fit_workspaces(trainer, dataset->steps);
    if (status == SNND_OK)
        status = walk_over(trainer, dataset, false, &batches);
    if (status == SNND_OK) {
        results = snnd_allocate(trainer->context, (size_t)snnd_batches_count(batches), sizeof *results);
        status = results == NULL ? SNND_ERROR_MEMORY : SNND_OK;
    }
    status = snnd_trainer_agree(trainer, status);
    if (status == SNND_OK)
        status = evaluate_all(trainer, batches, results, &run);
    snnd_batches_free(batches);
    snnd_release(trainer->context, results);
    if (status != SNND_OK)
        return status;
    const snnd_epoch_report result = report_of(trainer, &run, snnd_clock() - start);
    return snnd_options_write(trainer->context, report, &result, sizeof result, "snnd_epoch_report");
}
