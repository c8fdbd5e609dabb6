/* Creates trainers, and makes single steps. */
#include "train/trainer.h"

#include <math.h>
#include <string.h>

#include "base/options.h"
#include "kernel/readout.h"
#include "optimizer/schedule.h"

/* ---- making ---- */

snnd_status snnd_trainer_options_init(snnd_trainer_options *options, size_t size) {
    static const snnd_trainer_options defaults = {
        .epochs = 150, .batch = 256, .readout = SNND_READOUT_NETWORK, .largest_loss = 1e6, .ranks = 1, .shards = 1};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

static snnd_loss_options loss_of(const snnd_trainer_options *options) {
    return (snnd_loss_options){.size = sizeof(snnd_loss_options),
                               .l1 = options->l1,
                               .label_smoothing = options->label_smoothing,
                               .rate_penalty = options->rate_penalty,
                               .rate_lower = options->rate_lower,
                               .rate_upper = options->rate_upper,
                               .class_weight = options->class_weight,
                               .class_weight_count = options->class_weight_count};
}

static bool is_power_of_two(int32_t number) {
    return number >= 1 && (number & (number - 1)) == 0;
}

static snnd_status check_ranks(snnd_context *context, const snnd_trainer_options *options) {
    const snnd_bound bounds[] = {
        {"shards", options->shards, is_power_of_two(options->shards) && options->shards <= 1 << 10,
         "a power of two up to 2^10"},
        {"ranks", options->ranks, is_power_of_two(options->ranks) && options->ranks <= options->shards,
         "a power of two up to `shards`"},
        {"rank", options->rank, options->rank >= 0 && options->rank < options->ranks, "0 to `ranks` - 1"},
    };
    const snnd_status status = snnd_options_check_bounds(context, "trainer", bounds, sizeof bounds / sizeof *bounds);
    if (status == SNND_OK && options->ranks > 1 && options->reduce == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "trainer: ranks is %d, and reduce is NULL; expected a function",
                         options->ranks);
    return status;
}

static snnd_status check_options(const snnd_network *network, const snnd_trainer_options *options) {
    snnd_context *context = network->context;
    const snnd_bound bounds[] = {
        {"epochs", options->epochs, options->epochs >= 1 && options->epochs <= 1 << 24, "1 to 2^24"},
        {"batch", options->batch, options->batch >= 1 && options->batch <= 1 << 20, "1 to 2^20"},
        {"readout", options->readout, snnd_is_readout(options->readout), "one of snnd_readout"},
        {"largest_loss", options->largest_loss, options->largest_loss > 0, "above 0"},
        {"clip_norm", options->clip_norm, options->clip_norm >= 0 && isfinite(options->clip_norm),
         "a finite number of at least 0"},
        {"prefetch", options->prefetch, snnd_is_prefetch(options->prefetch), SNND_PREFETCH_EXPECTED},
    };
    const snnd_loss_options loss = loss_of(options);
    snnd_status status = snnd_options_check_bounds(context, "trainer", bounds, sizeof bounds / sizeof *bounds);
    if (status == SNND_OK)
        status = snnd_loss_check(network, &loss, "trainer");
    if (status == SNND_OK)
        status = check_ranks(context, options);
    if (status != SNND_OK)
        return status;
    if (options->sparsity != NULL && options->sparsity->network != network)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "trainer: the sparsity controller belongs to another network");
    if (options->sparsity == NULL && network->controller != NULL)
        return snnd_fail(context, SNND_ERROR_STATE,
                         "trainer: the network has the sparsity controller %s; expected it in `sparsity`",
                         network->controller->class->name);
    if (network->count == 0)
        return snnd_fail(context, SNND_ERROR_STATE, "trainer: the network has no layers");
    return SNND_OK;
}

static snnd_status keep_class_weights(snnd_trainer *trainer) {
    const size_t count = (size_t)trainer->loss.class_weight_count;
    if (count == 0)
        return SNND_OK;
    trainer->class_weight = snnd_allocate(trainer->context, count, sizeof *trainer->class_weight);
    if (trainer->class_weight == NULL)
        return SNND_ERROR_MEMORY;
    memcpy(trainer->class_weight, trainer->loss.class_weight, count * sizeof *trainer->class_weight);
    trainer->loss.class_weight = trainer->class_weight;
    return SNND_OK;
}

static snnd_status read_schedule(snnd_context *context, const snnd_schedule *given, snnd_schedule *schedule,
                                 const char *name) {
    snnd_status status = snnd_options_read(context, given, schedule, sizeof *schedule, name);
    return status == SNND_OK ? snnd_schedule_check(context, schedule, name) : status;
}

/* Reads the schedules of the host, or uses those of the paper. */
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

/* Options that the trainer itself sets are an error where the host has changed them, since the change would have no
 * effect. A default value is not a change. */
static snnd_status check_optimizer(const snnd_trainer *trainer, const snnd_optimizer_options *options,
                                   const snnd_schedule *schedule, int32_t parameters, const char *name) {
    snnd_optimizer_options usual;
    snnd_optimizer_options_init(&usual, sizeof usual);
    if (options->parameters != usual.parameters && options->parameters != parameters)
        return snnd_fail(trainer->context, SNND_ERROR_ARGUMENT,
                         "trainer: %s.parameters is %d, but the trainer sets it; leave it as _init sets it", name,
                         options->parameters);
    if (options->rate < usual.rate || options->rate > usual.rate)
        return snnd_fail(trainer->context, SNND_ERROR_ARGUMENT,
                         "trainer: %s.rate is %g, but the schedule sets the rate; set the schedule's value, and leave "
                         "rate as _init sets it",
                         name, options->rate);
    if (schedule->kind == SNND_SCHEDULE_ONE_CYCLE &&
        (options->momentum < usual.momentum || options->momentum > usual.momentum))
        return snnd_fail(trainer->context, SNND_ERROR_ARGUMENT,
                         "trainer: %s.momentum is %g, but the one-cycle schedule sets the momentum; set momentum_low "
                         "and momentum_high of the schedule, or use another schedule",
                         name, options->momentum);
    return SNND_OK;
}

static snnd_status make_optimizer(snnd_trainer *trainer, const snnd_optimizer_options *given,
                                  const snnd_schedule *schedule, int32_t parameters, const char *name,
                                  snnd_optimizer **optimizer) {
    snnd_optimizer_options options;
    snnd_optimizer_options_init(&options, sizeof options);
    snnd_status status = snnd_options_read(trainer->context, given, &options, sizeof options, "snnd_optimizer_options");
    if (status == SNND_OK)
        status = check_optimizer(trainer, &options, schedule, parameters, name);
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
    known.readout = snnd_choose_readout(known.readout, network->readout);
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
    made->loss = loss_of(&known);
    status = snnd_picojoules_read(made->context, known.picojoules, &made->picojoules);
    if (status == SNND_OK)
        status = keep_class_weights(made);
    if (status == SNND_OK)
        status = read_schedules(made);
    if (status == SNND_OK)
        status = make_optimizer(made, known.weights, &made->weight_schedule, SNND_PARAMETERS_WEIGHTS, "weights",
                                &made->weights);
    if (status == SNND_OK)
        status = make_optimizer(made, known.positions, &made->position_schedule, SNND_PARAMETERS_POSITIONS, "positions",
                                &made->positions);
    if (status != SNND_OK) {
        snnd_trainer_free(made);
        return status;
    }
    network->readout = known.readout; /* from now on only this one is used */
    *trainer = made;
    return SNND_OK;
}

void snnd_trainer_free(snnd_trainer *trainer) {
    if (trainer == NULL)
        return;
    snnd_shards_free(trainer->shards);
    snnd_optimizer_free(trainer->weights);
    snnd_optimizer_free(trainer->positions);
    snnd_release(trainer->context, trainer->class_weight);
    snnd_release(trainer->context, trainer);
}

/* ---- a step ---- */

snnd_shards snnd_trainer_shards(const snnd_trainer *trainer) {
    const snnd_trainer_options *options = &trainer->options;
    return (snnd_shards){.context = trainer->context,
                         .network = trainer->network,
                         .total = options->shards,
                         .rank = options->rank,
                         .ranks = options->ranks,
                         .reduce = options->reduce,
                         .user = options->reduce_user};
}

snnd_status snnd_trainer_agree(const snnd_trainer *trainer, snnd_status status) {
    const snnd_shards plan = snnd_trainer_shards(trainer);
    return snnd_shards_agree(&plan, status);
}

snnd_status snnd_trainer_fit_workspaces(snnd_trainer *trainer, int32_t steps) {
    if (trainer->shards != NULL && trainer->shards->workspace[0]->steps == steps)
        return SNND_OK;
    const snnd_shards plan = snnd_trainer_shards(trainer);
    snnd_shards *made;
    const snnd_status status = snnd_shards_create(&plan, trainer->options.batch, steps, &made);
    if (status != SNND_OK)
        return status;
    snnd_shards_free(trainer->shards);
    trainer->shards = made;
    return SNND_OK;
}

snnd_status snnd_trainer_check_values(snnd_trainer *trainer) {
    const snnd_status status = snnd_network_check_values(trainer->network);
    if (status != SNND_OK && trainer->shards != NULL)
        snnd_shards_drop(trainer->shards);
    return status;
}

/* At its end a one-cycle schedule is almost 0, so that training beyond it would have no effect. */
static snnd_status check_schedules(const snnd_trainer *trainer) {
    const snnd_schedule *schedule[] = {&trainer->weight_schedule, &trainer->position_schedule};
    static const char *const names[] = {"weight_schedule", "position_schedule"};
    for (int s = 0; s < 2; s++)
        if (schedule[s]->kind == SNND_SCHEDULE_ONE_CYCLE && trainer->run.epoch >= schedule[s]->epochs)
            return snnd_fail(trainer->context, SNND_ERROR_STATE,
                             "trainer: epoch %lld is beyond the end of %s, a one-cycle schedule of %d epochs; create a "
                             "trainer with a longer schedule, or with one of another kind",
                             (long long)trainer->run.epoch, names[s], schedule[s]->epochs);
    return SNND_OK;
}

/* Sets the learning rates and sigma of the next epoch. */
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

/* Puts the place in the run before a message about numbers that are not finite. */
static snnd_status name_place(const snnd_trainer *trainer) {
    return snnd_fail(trainer->context, SNND_ERROR_NUMERIC, "training diverged in epoch %lld, step %lld: %s",
                     (long long)trainer->run.epoch, (long long)trainer->run.step, trainer->context->error);
}

/* The same after a step was made. */
static snnd_status diverged(snnd_trainer *trainer) {
    trainer->diverged = true;
    return name_place(trainer);
}

/* Detects a loss that is still finite but has exploded. The message names the parameter of the largest magnitude. */
static snnd_status check_loss(snnd_trainer *trainer, double cross_entropy) {
    if (cross_entropy <= trainer->options.largest_loss)
        return SNND_OK;
    int32_t layer;
    snnd_array_name name;
    int64_t place;
    const double largest = snnd_network_largest(trainer->network, &layer, &name, &place);
    return snnd_fail(trainer->context, SNND_ERROR_NUMERIC,
                     "the cross-entropy is %g, above %g; the largest parameter is %s %lld of layer %d (%s), %g",
                     cross_entropy, trainer->options.largest_loss, snnd_array_word(name), (long long)place, layer,
                     trainer->network->layer[layer]->class->name, largest);
}

/* Makes a step of both optimizers. */
static snnd_status move_parameters(snnd_trainer *trainer) {
    snnd_status status = snnd_optimizer_step(trainer->weights, trainer->shards->workspace[0]);
    if (status == SNND_OK)
        status = snnd_optimizer_step(trainer->positions, trainer->shards->workspace[0]);
    return status == SNND_ERROR_NUMERIC ? diverged(trainer) : status;
}

/* Updates parameters and structure, and clamps. */
static snnd_status update(snnd_trainer *trainer) {
    snnd_run *run = &trainer->run;
    trainer->weights->options.rate = run->weight_rate;
    trainer->weights->options.momentum = run->momentum;
    trainer->positions->options.rate = run->position_rate;
    snnd_status status = move_parameters(trainer);
    if (status == SNND_OK && trainer->options.sparsity != NULL) {
        status = snnd_sparsity_step(trainer->options.sparsity, trainer->shards->workspace[0], trainer->weights);
        run->regrown += snnd_sparsity_regrown(trainer->options.sparsity, NULL);
    }
    return status == SNND_OK ? snnd_network_clamp(trainer->network) : status;
}

void snnd_trainer_count_step(snnd_run *run, const snnd_loss_report *result, const snnd_work_done *done) {
    run->step++;
    run->samples += result->samples;
    run->correct += result->correct;
    run->loss += result->loss * result->samples;
    run->cross_entropy += result->cross_entropy * result->samples;
    run->rate_penalty += result->rate_penalty * result->samples;
    run->spikes += done->spike_rate;
    run->accumulations += done->accumulations;
    run->multiplications += done->multiplications;
}

snnd_status snnd_trainer_check_by_hand(const snnd_trainer *trainer) {
    if (trainer->run.of_samples == 0)
        return SNND_OK;
    return snnd_fail(trainer->context, SNND_ERROR_STATE,
                     "trainer: %lld steps of this epoch were made by snnd_trainer_epoch; complete the epoch with "
                     "snnd_trainer_epoch first",
                     (long long)trainer->run.step);
}

snnd_status snnd_trainer_step(snnd_trainer *trainer, const float *input, const int32_t *label, int32_t count,
                              int32_t steps, snnd_loss_report *report) {
    return snnd_trainer_step_padded(trainer, input, label, NULL, count, steps, report);
}

snnd_status snnd_trainer_step_padded(snnd_trainer *trainer, const float *input, const int32_t *label,
                                     const int32_t *length, int32_t count, int32_t steps, snnd_loss_report *report) {
    if (trainer == NULL)
        return SNND_ERROR_ARGUMENT;
    const snnd_step_batch batch = {.input = input,
                                   .label = label,
                                   .length = length,
                                   .count = count,
                                   .steps = steps,
                                   .status = snnd_trainer_check_by_hand(trainer)};
    return snnd_trainer_make_step(trainer, &batch, report);
}

/* Checks everything that can be checked before a step. */
static snnd_status check_step(snnd_trainer *trainer, const snnd_step_batch *batch, const snnd_loss_report *report) {
    snnd_status status = batch->status;
    if (status == SNND_OK)
        status = snnd_options_check(trainer->context, report, "snnd_loss_report");
    if (status == SNND_OK)
        status = check_schedules(trainer);
    if (status == SNND_OK && snnd_trainer_check_values(trainer) != SNND_OK)
        status = name_place(trainer);
    if (status == SNND_OK && trainer->options.sparsity != NULL)
        status = snnd_sparsity_check_masks(trainer->options.sparsity);
    if (status == SNND_OK)
        status = snnd_trainer_fit_workspaces(trainer, batch->steps);
    if (status == SNND_OK && batch->count > 0 && batch->count <= trainer->options.batch)
        status = snnd_workspace_check_labels(trainer->shards->workspace[0], batch->label, batch->count);
    if (status == SNND_OK)
        status = snnd_batch_check(trainer->context, "trainer", batch->count, trainer->options.batch);
    return status == SNND_OK ? snnd_shards_take(trainer->shards, SNND_TRAIN, batch->input, batch->length, batch->count)
                             : status;
}

/* Makes the forward pass with the sigma and the dropout of the step. */
static snnd_status pass_forward(snnd_trainer *trainer) {
    if (trainer->run.step == 0)
        follow_schedules(trainer);
    for (int32_t k = 0; k < trainer->shards->count; k++)
        snnd_workspace_set_draw(trainer->shards->workspace[k], trainer->options.seed, trainer->run.draws);
    const snnd_status status = snnd_shards_forward(trainer->shards);
    return status == SNND_ERROR_CALLBACK ? status : snnd_shards_agree(trainer->shards, status);
}

/* Computes the loss and the gradients of the pass. */
static snnd_status pass_back(snnd_trainer *trainer, const int32_t *label, snnd_loss_report *result,
                             snnd_work_done *done) {
    snnd_status status = snnd_shards_loss(trainer->shards, label, &trainer->loss, result, done);
    if (status == SNND_OK)
        status = check_loss(trainer, result->cross_entropy);
    if (status == SNND_OK)
        status = snnd_shards_backward(trainer->shards);
    if (status == SNND_OK && trainer->options.clip_norm > 0)
        status = snnd_workspace_clip_gradients(trainer->shards->workspace[0], trainer->options.clip_norm, NULL);
    return status;
}

snnd_status snnd_trainer_make_step(snnd_trainer *trainer, const snnd_step_batch *batch, snnd_loss_report *report) {
    snnd_run *run = &trainer->run;
    snnd_loss_report result;
    snnd_work_done done;
    snnd_loss_report_init(&result, sizeof result);
    snnd_status status = snnd_trainer_agree(trainer, check_step(trainer, batch, report));
    if (status != SNND_OK)
        return status;
    const snnd_run before = *run;
    const double sigma = trainer->network->sigma, momentum = trainer->positions->options.momentum;
    status = pass_forward(trainer);
    const bool passed = status == SNND_OK;
    if (passed)
        status = pass_back(trainer, batch->label, &result, &done);
    if (!passed || status == SNND_ERROR_CALLBACK) { /* no step was made */
        *run = before;
        trainer->network->sigma = sigma;
        trainer->positions->options.momentum = momentum;
    }
    if (status == SNND_ERROR_CALLBACK)
        snnd_shards_undo(trainer->shards);
    if (status == SNND_ERROR_NUMERIC)
        status = diverged(trainer);
    if (status == SNND_OK)
        status = update(trainer);
    if (status != SNND_OK)
        return status;
    trainer->diverged = false;
    snnd_trainer_count_step(run, &result, &done);
    run->draws++;
    return snnd_options_write(trainer->context, report, &result, sizeof result, "snnd_loss_report");
}

/* ---- factors ---- */

snnd_status snnd_trainer_set_factor(snnd_trainer *trainer, const snnd_layer *layer, snnd_array_name name,
                                    double factor) {
    if (trainer == NULL)
        return SNND_ERROR_ARGUMENT;
    const snnd_status status = snnd_trainer_check_idle(trainer);
    if (status != SNND_OK)
        return status;
    const bool of_positions =
        snnd_array_word(name) != NULL && snnd_array_kinds[name].parameters == SNND_PARAMETERS_POSITIONS;
    return snnd_optimizer_set_factor(of_positions ? trainer->positions : trainer->weights, layer, name, factor);
}

/* ---- asking ---- */

int32_t snnd_trainer_epochs_done(const snnd_trainer *trainer) {
    return trainer == NULL ? 0 : (int32_t)trainer->run.epoch;
}

snnd_workspace *snnd_trainer_workspace(snnd_trainer *trainer) {
    return trainer == NULL || trainer->shards == NULL ? NULL : trainer->shards->workspace[0];
}
