#include "train/trainer.h"

#include <math.h>

#include "base/options.h"
#include "optimizer/schedule.h"

/* ---- making ---- */

snnd_status snnd_trainer_options_init(snnd_trainer_options *options, size_t size) {
    static const snnd_trainer_options defaults = {
        .epochs = 150, .batch = 256, .readout = SNND_READOUT_SOFTMAX_SUM, .largest_loss = 1e6};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

snnd_status snnd_epoch_report_init(snnd_epoch_report *report, size_t size) {
    static const snnd_epoch_report none = {.epoch = -1};
    return snnd_options_init(report, size, &none, sizeof none);
}

static snnd_status check_options(const snnd_network *network, const snnd_trainer_options *options) {
    snnd_context *context = network->context;
    const snnd_bound bounds[] = {
        {"epochs", options->epochs, options->epochs >= 1 && options->epochs <= 1 << 24, "1 to 2^24"},
        {"batch", options->batch, options->batch >= 1 && options->batch <= 1 << 20, "1 to 2^20"},
        {"readout", options->readout,
         options->readout >= SNND_READOUT_SOFTMAX_SUM && options->readout <= SNND_READOUT_LAST, "one of snnd_readout"},
        {"l1", options->l1, options->l1 >= 0 && options->l1 <= 1e9, "0 to 1e9"},
        {"largest_loss", options->largest_loss, options->largest_loss > 0, "above 0"},
    };
    snnd_status status = snnd_options_check_bounds(context, "trainer", bounds, sizeof bounds / sizeof *bounds);
    if (status != SNND_OK)
        return status;
    if (options->sparsity != NULL && options->sparsity->network != network)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "trainer: the sparsity controller is another network's");
    if (network->count == 0)
        return snnd_fail(context, SNND_ERROR_STATE, "trainer: the network has no layers yet");
    return SNND_OK;
}

static snnd_status read_schedule(snnd_context *context, const snnd_schedule *given, snnd_schedule *schedule,
                                 const char *name) {
    snnd_status status = snnd_options_read(context, given, schedule, sizeof *schedule, name);
    return status == SNND_OK ? snnd_schedule_check(context, schedule, name) : status;
}

/* The paper's schedules, or the host's. */
static snnd_status read_schedules(snnd_trainer *trainer) {
    const snnd_trainer_options *options = &trainer->options;
    snnd_schedule_init(&trainer->weight_schedule, sizeof trainer->weight_schedule);
    trainer->position_schedule = trainer->sigma_schedule = trainer->weight_schedule;
    trainer->weight_schedule.kind = SNND_SCHEDULE_ONE_CYCLE;
    trainer->weight_schedule.value = 5e-3;
    trainer->position_schedule.kind = SNND_SCHEDULE_COSINE;
    trainer->position_schedule.value = 0.1;
    trainer->weight_schedule.epochs = trainer->position_schedule.epochs = options->epochs;
    trainer->sigma_schedule.kind = SNND_SCHEDULE_EXPONENTIAL;
    trainer->sigma_schedule.value = trainer->network->sigma;
    trainer->sigma_schedule.final = 0.23;
    trainer->sigma_schedule.epochs = options->epochs < 4 ? 1 : options->epochs / 4;
    snnd_status status =
        read_schedule(trainer->context, options->weight_schedule, &trainer->weight_schedule, "weight_schedule");
    if (status == SNND_OK)
        status = read_schedule(trainer->context, options->position_schedule, &trainer->position_schedule,
                               "position_schedule");
    if (status == SNND_OK)
        status = read_schedule(trainer->context, options->sigma_schedule, &trainer->sigma_schedule, "sigma_schedule");
    return status;
}

static snnd_status make_optimizer(snnd_trainer *trainer, const snnd_optimizer_options *given, int32_t parameters,
                                  snnd_optimizer **optimizer) {
    snnd_optimizer_options options;
    snnd_optimizer_options_init(&options, sizeof options);
    snnd_status status = snnd_options_read(trainer->context, given, &options, sizeof options, "snnd_optimizer_options");
    options.parameters = parameters;
    options.rate = 0;
    return status == SNND_OK ? snnd_optimizer_create(trainer->network, &options, optimizer) : status;
}

snnd_status snnd_trainer_create(snnd_network *network, const snnd_trainer_options *options, snnd_trainer **trainer) {
    snnd_trainer_options known;
    snnd_trainer_options_init(&known, sizeof known);
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    if (trainer == NULL)
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT, "snnd_trainer_create: trainer is NULL");
    snnd_status status = snnd_options_read(network->context, options, &known, sizeof known, "snnd_trainer_options");
    if (status == SNND_OK)
        status = check_options(network, &known);
    if (status != SNND_OK)
        return status;
    snnd_trainer *made = snnd_allocate(network->context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    made->context = network->context;
    made->network = network;
    made->options = known;
    status = read_schedules(made);
    if (status == SNND_OK)
        status = make_optimizer(made, known.weights, SNND_PARAMETERS_WEIGHTS, &made->weights);
    if (status == SNND_OK)
        status = make_optimizer(made, known.positions, SNND_PARAMETERS_POSITIONS, &made->positions);
    if (status == SNND_OK)
        *trainer = made;
    else
        snnd_trainer_free(made);
    return status;
}

void snnd_trainer_free(snnd_trainer *trainer) {
    if (trainer == NULL)
        return;
    snnd_workspace_free(trainer->workspace);
    snnd_optimizer_free(trainer->weights);
    snnd_optimizer_free(trainer->positions);
    snnd_release(trainer->context, trainer);
}

/* ---- a step ---- */

static snnd_status fit_workspace(snnd_trainer *trainer, int32_t steps) {
    if (trainer->workspace != NULL && trainer->workspace->steps == steps)
        return SNND_OK;
    snnd_workspace *made;
    snnd_status status = snnd_workspace_create(trainer->network, trainer->options.batch, steps, 1, &made);
    if (status != SNND_OK)
        return status;
    snnd_workspace_free(trainer->workspace);
    trainer->workspace = made;
    return SNND_OK;
}

/* Learning rates and sigma of the epoch that begins. */
static void follow_schedules(snnd_trainer *trainer) {
    snnd_run *run = &trainer->run;
    double sigma = 0, unused = trainer->positions->options.momentum;
    run->momentum = trainer->weights->options.momentum;
    snnd_schedule_at(&trainer->weight_schedule, (int32_t)run->epoch, &run->weight_rate, &run->momentum);
    snnd_schedule_at(&trainer->position_schedule, (int32_t)run->epoch, &run->position_rate, &unused);
    snnd_schedule_at(&trainer->sigma_schedule, (int32_t)run->epoch, &sigma, NULL);
    trainer->positions->options.momentum = unused;
    trainer->network->sigma = sigma;
}

/* Puts the place in the run before a sentence about numbers that are no longer finite. */
static snnd_status diverged(snnd_trainer *trainer) {
    trainer->diverged = true;
    return snnd_fail(trainer->context, SNND_ERROR_NUMERIC, "training diverged in epoch %lld, step %lld: %s",
                     (long long)trainer->run.epoch, (long long)trainer->run.step, trainer->context->error);
}

/* A neuron whose potential is not a number only falls silent: the loss alone would not show it. */
static snnd_status check_parameters(snnd_trainer *trainer) {
    return snnd_network_check_finite(trainer->network) == SNND_OK ? SNND_OK : diverged(trainer);
}

/* A loss that is finite still, but has exploded: the error names the parameter that has gone farthest. */
static snnd_status check_loss(snnd_trainer *trainer, double cross_entropy) {
    if (cross_entropy <= trainer->options.largest_loss)
        return SNND_OK;
    int32_t layer;
    snnd_array_name name;
    int64_t place;
    const double largest = snnd_network_largest(trainer->network, &layer, &name, &place);
    snnd_fail(trainer->context, SNND_ERROR_NUMERIC,
              "the cross-entropy is %g, above %g; the largest parameter is %s %lld of layer %d (%s), %g", cross_entropy,
              trainer->options.largest_loss, snnd_array_word(name), (long long)place, layer,
              trainer->network->layer[layer]->class->name, largest);
    return diverged(trainer);
}

/* Optimizers, rewiring, clamping. */
static snnd_status update(snnd_trainer *trainer) {
    snnd_run *run = &trainer->run;
    trainer->weights->options.rate = run->weight_rate;
    trainer->weights->options.momentum = run->momentum;
    trainer->positions->options.rate = run->position_rate;
    snnd_status status = snnd_optimizer_step(trainer->weights, trainer->workspace);
    if (status == SNND_OK)
        status = snnd_optimizer_step(trainer->positions, trainer->workspace);
    if (status == SNND_OK && trainer->options.sparsity != NULL) {
        status = snnd_sparsity_step(trainer->options.sparsity, trainer->workspace, trainer->weights);
        run->regrown += snnd_sparsity_regrown(trainer->options.sparsity, NULL);
    }
    return status == SNND_OK ? snnd_network_clamp_positions(trainer->network) : status;
}

static void count_step(snnd_run *run, const snnd_loss_report *result, const snnd_workspace *workspace) {
    run->step++;
    run->samples += result->samples;
    run->correct += result->correct;
    run->loss += result->loss * result->samples;
    run->cross_entropy += result->cross_entropy * result->samples;
    run->spikes += snnd_workspace_spike_rate(workspace);
}

snnd_status snnd_trainer_step(snnd_trainer *trainer, const float *input, const int32_t *label, int32_t count,
                              int32_t steps, snnd_loss_report *report) {
    if (trainer == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_run *run = &trainer->run;
    snnd_loss_report result;
    snnd_loss_report_init(&result, sizeof result);
    const snnd_loss_options loss = {
        .size = sizeof loss, .readout = trainer->options.readout, .l1 = trainer->options.l1};
    snnd_status status = snnd_options_check(trainer->context, report, "snnd_loss_report");
    if (status == SNND_OK)
        status = check_parameters(trainer);
    if (status == SNND_OK)
        status = fit_workspace(trainer, steps);
    if (status == SNND_OK && count > 0 && count <= trainer->options.batch)
        status = snnd_workspace_check_labels(trainer->workspace, label, count);
    if (status != SNND_OK)
        return status;
    if (run->step == 0)
        follow_schedules(trainer);
    snnd_workspace_set_draw(trainer->workspace, trainer->options.seed, run->draws);
    status = snnd_workspace_forward(trainer->workspace, SNND_TRAIN, input, count);
    if (status == SNND_OK)
        status = snnd_workspace_loss(trainer->workspace, label, &loss, &result);
    if (status == SNND_ERROR_NUMERIC)
        status = diverged(trainer);
    if (status == SNND_OK)
        status = check_loss(trainer, result.cross_entropy);
    if (status == SNND_OK)
        status = snnd_workspace_backward(trainer->workspace);
    if (status == SNND_OK)
        status = update(trainer);
    if (status == SNND_OK)
        status = check_parameters(trainer);
    if (status != SNND_OK)
        return status;
    trainer->diverged = false;
    count_step(run, &result, trainer->workspace);
    run->draws++;
    return snnd_options_write(trainer->context, report, &result, sizeof result, "snnd_loss_report");
}

/* ---- an epoch ---- */

static snnd_epoch_report report_of(const snnd_trainer *trainer, const snnd_run *run, double seconds) {
    const double samples = run->samples > 0 ? (double)run->samples : 1;
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
                               .regrown = run->regrown};
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
    snnd_status status = end_steps(trainer);
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

static bool stops(const snnd_trainer *trainer, const snnd_batches *batches) {
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
    return trainer->options.progress(trainer->options.progress_user, &progress) != 0;
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
            status = snnd_trainer_step(trainer, input, label, count, steps, NULL);
        if (status != SNND_OK)
            return status;
        *stopped = stops(trainer, batches);
    }
    return SNND_OK;
}

snnd_status snnd_trainer_epoch(snnd_trainer *trainer, const snnd_dataset *dataset, snnd_epoch_report *report) {
    if (trainer == NULL)
        return SNND_ERROR_ARGUMENT;
    const double start = snnd_clock();
    bool stopped = false;
    snnd_batches *batches = NULL;
    snnd_status status = snnd_options_check(trainer->context, report, "snnd_epoch_report");
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
        status = snnd_batches_create(dataset, trainer->options.batch, 1, trainer->options.seed, &batches);
    if (status != SNND_OK)
        return status;
    trainer->run.of_samples = dataset->samples;
    status = train_on(trainer, batches, dataset->steps, &stopped);
    snnd_batches_free(batches);
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
static snnd_status evaluate_batch(snnd_trainer *trainer, const float *input, const int32_t *label, int32_t count,
                                  snnd_run *run) {
    const snnd_loss_options loss = {.size = sizeof loss, .readout = trainer->options.readout};
    snnd_loss_report result;
    snnd_loss_report_init(&result, sizeof result);
    snnd_status status = snnd_workspace_forward(trainer->workspace, SNND_EVALUATE, input, count);
    if (status == SNND_OK)
        status = snnd_workspace_loss(trainer->workspace, label, &loss, &result);
    if (status != SNND_OK)
        return status;
    count_step(run, &result, trainer->workspace);
    return SNND_OK;
}

static snnd_status evaluate_all(snnd_trainer *trainer, snnd_batches *batches, snnd_run *run) {
    const float *input;
    const int32_t *label;
    int32_t count;
    for (int64_t b = 0; b < snnd_batches_count(batches); b++) {
        snnd_status status = snnd_batches_get(batches, 0, b, &input, &label, &count);
        if (status == SNND_OK)
            status = evaluate_batch(trainer, input, label, count, run);
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
        status = snnd_network_check_finite(trainer->network);
    if (status == SNND_OK)
        status = fit_workspace(trainer, dataset->steps);
    if (status == SNND_OK)
        status = snnd_batches_create(dataset, trainer->options.batch, 0, 0, &batches);
    if (status == SNND_OK)
        status = evaluate_all(trainer, batches, &run);
    snnd_batches_free(batches);
    if (status != SNND_OK)
        return status;
    const snnd_epoch_report result = report_of(trainer, &run, snnd_clock() - start);
    return snnd_options_write(trainer->context, report, &result, sizeof result, "snnd_epoch_report");
}

int32_t snnd_trainer_epochs_done(const snnd_trainer *trainer) {
    return trainer == NULL ? 0 : (int32_t)trainer->run.epoch;
}

snnd_workspace *snnd_trainer_workspace(snnd_trainer *trainer) {
    return trainer == NULL ? NULL : trainer->workspace;
}
