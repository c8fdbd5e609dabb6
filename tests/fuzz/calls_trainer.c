/* Operations of calls.c: controllers, trainers and data. */
#include "calls.h"

/* ---- controllers ---- */

static snnd_structure any_structure(world *w) {
    snnd_structure structure;
    MUST(w->context, snnd_structure_init(&structure, sizeof structure));
    structure.budget = any_of(w, SNND_BUDGET_LAYER, 3);
    structure.density = any_of(w, SNND_DENSITY_UNIFORM, 2);
    structure.sparsity = fuzz_byte(&w->in) < 200 ? 0.125 * fuzz_below(&w->in, 8) : fuzz_double(&w->in);
    structure.fan_in = structure.budget == SNND_BUDGET_FAN_IN ? fuzz_int(&w->in) : 0;
    structure.signs = any_of(w, SNND_SIGNS_DEFAULT, 4);
    structure.start = fuzz_byte(&w->in) < 160 ? SNND_START_RANDOM : any_of(w, SNND_START_RANDOM, 3);
    structure.seed = fuzz_byte(&w->in);
    return structure;
}

static snnd_status create_rewiring(world *w, owner *of, const snnd_structure *structure, int rule) {
    snnd_rewiring_options options;
    MUST(w->context, (rule == 2   ? snnd_rigl_options_init
                      : rule == 3 ? snnd_set_options_init
                                  : snnd_snfs_options_init)(&options, sizeof options));
    if (fuzz_byte(&w->in) % 2) {
        options.drop = any_of(w, SNND_DROP_MAGNITUDE, 2);
        options.growth = any_of(w, SNND_GROWTH_RANDOM, 3);
        options.interval = fuzz_int(&w->in);
        options.stop = fuzz_int(&w->in);
        options.share = fuzz_double(&w->in);
    }
    return CALL(w, of->network,
                snnd_sparsity_create_rewiring(of->network, structure, or_null(w, &options), &of->sparsity));
}

/* One controller a network at a time; the trainer that has it goes first. */
static void create_sparsity(world *w) {
    owner *of = any_owner(w);
    snnd_structure structure = any_structure(w);
    snnd_deep_r_options deep_r;
    const int rule = fuzz_below(&w->in, 5);
    snnd_trainer_free(of->trainer);
    snnd_sparsity_free(of->sparsity);
    of->trainer = NULL;
    of->sparsity = NULL;
    MUST(w->context, snnd_deep_r_options_init(&deep_r, sizeof deep_r));
    deep_r.growth = any_of(w, SNND_GROWTH_RANDOM, 2);
    deep_r.dormant_gradients = fuzz_below(&w->in, 2);
    deep_r.temperature = fuzz_byte(&w->in) % 2 ? 0 : fuzz_double(&w->in);
    const snnd_structure *given = or_null(w, &structure);
    if (rule == 0)
        CALL(w, of->network, snnd_sparsity_create_fixed_mask(of->network, given, &of->sparsity));
    else if (rule == 1)
        CALL(w, of->network, snnd_sparsity_create_deep_r(of->network, given, or_null(w, &deep_r), &of->sparsity));
    else
        create_rewiring(w, of, given, rule);
}

static void sparsity_step(world *w) {
    owner *of = any_owner(w);
    snnd_optimizer *optimizer = fuzz_byte(&w->in) % 4 == 0 ? NULL : *any_optimizer(w, of);
    CALL(w, of->sparsity, snnd_sparsity_step(of->sparsity, *any_workspace(w, of), optimizer));
    CLAIM(snnd_sparsity_regrown(of->sparsity, NULL) >= 0, "a negative number was grown");
}

static void sparsity_end_epoch(world *w) {
    owner *of = any_owner(w);
    snnd_optimizer *optimizer = fuzz_byte(&w->in) % 4 == 0 ? NULL : *any_optimizer(w, of);
    CALL(w, of->sparsity, snnd_sparsity_end_epoch(of->sparsity, optimizer));
    CLAIM(snnd_sparsity_regrown(of->sparsity, any_layer(w, of)) >= 0, "a negative number was grown");
}

/* ---- trainers ---- */

static int count_down(void *user, const snnd_progress *progress) {
    CLAIM(progress->step > 0 && progress->step <= progress->steps, "step %lld", (long long)progress->step);
    return --*(int *)user == 0;
}

static void create_trainer(world *w) {
    owner *of = any_owner(w);
    snnd_optimizer_options weights = any_optimizer_options(w);
    snnd_trainer_options options;
    snnd_trainer_free(of->trainer);
    of->trainer = NULL;
    MUST(w->context, snnd_trainer_options_init(&options, sizeof options));
    options.epochs = fuzz_byte(&w->in) < 240 ? 1 + fuzz_below(&w->in, 4) : fuzz_int(&w->in);
    options.batch = 1 + fuzz_below(&w->in, 20);
    options.readout = 1 + fuzz_below(&w->in, 5);
    options.l1 = fuzz_byte(&w->in) % 2 ? 0 : fuzz_double(&w->in);
    options.label_smoothing = fuzz_byte(&w->in) % 2 ? 0 : fuzz_double(&w->in);
    options.rate_penalty = fuzz_byte(&w->in) % 2 ? 0 : fuzz_double(&w->in);
    options.clip_norm = fuzz_byte(&w->in) % 2 ? 0 : fuzz_double(&w->in);
    options.class_weight = fuzz_byte(&w->in) % 2 ? NULL : lend_weights(w, outputs_of(of));
    options.class_weight_count = options.class_weight == NULL ? 0 : (int64_t)outputs_of(of);
    options.sparsity = fuzz_byte(&w->in) % 4 == 0 ? NULL : of->sparsity;
    options.weights = fuzz_byte(&w->in) % 2 ? NULL : &weights;
    options.progress = count_down;
    options.progress_user = &w->stop_after;
    CALL(w, of->network, snnd_trainer_create(of->network, or_null(w, &options), &of->trainer));
}

static void trainer_set_factor(world *w) {
    owner *of = any_owner(w);
    const snnd_layer *layer = any_layer(w, of);
    const snnd_array_name name = (snnd_array_name)fuzz_below(&w->in, 10);
    const double factor = fuzz_byte(&w->in) % 2 ? 0 : fuzz_double(&w->in);
    CALL(w, of->trainer, snnd_trainer_set_factor(of->trainer, layer, name, factor));
}

static void trainer_step(world *w) {
    owner *of = any_owner(w);
    const int32_t steps = 1 + fuzz_below(&w->in, 12), count = 1 + fuzz_below(&w->in, 20);
    float *input = lend_floats(w, (size_t)(steps * count * snnd_network_inputs(of->network)));
    int32_t *labels = lend_labels(w, (size_t)count, outputs_of(of));
    snnd_loss_report report = {.size = sizeof report};
    CALL(w, of->trainer,
         snnd_trainer_step(of->trainer, or_null(w, input), or_null(w, labels), count, steps, or_null(w, &report)));
}

static void trainer_step_padded(world *w) {
    owner *of = any_owner(w);
    const int32_t steps = 1 + fuzz_below(&w->in, 12), count = 1 + fuzz_below(&w->in, 20);
    float *input = lend_floats(w, (size_t)(steps * count * snnd_network_inputs(of->network)));
    int32_t *labels = lend_labels(w, (size_t)count, outputs_of(of));
    int32_t *lengths = lend_lengths(w, (size_t)count, (size_t)steps);
    CALL(w, of->trainer, snnd_trainer_step_padded(of->trainer, input, labels, or_null(w, lengths), count, steps, NULL));
}

static void trainer_epoch(world *w) {
    owner *of = any_owner(w);
    snnd_epoch_report report = {.size = sizeof report};
    w->stop_after = fuzz_below(&w->in, 4);
    CALL(w, of->trainer, snnd_trainer_epoch(of->trainer, w->dataset[fuzz_below(&w->in, DATASETS)], &report));
    (void)snnd_trainer_epochs_done(of->trainer);
}

static void trainer_evaluate(world *w) {
    owner *of = any_owner(w);
    snnd_epoch_report report = {.size = sizeof report};
    CALL(w, of->trainer, snnd_trainer_evaluate(of->trainer, w->dataset[fuzz_below(&w->in, DATASETS)], &report));
}

static void trainer_end_epoch(world *w) {
    owner *of = any_owner(w);
    CALL(w, of->trainer, snnd_trainer_end_epoch(of->trainer));
    if (snnd_trainer_workspace(of->trainer) != NULL)
        (void)snnd_workspace_spike_rate(snnd_trainer_workspace(of->trainer));
}

static void save_checkpoint(world *w) {
    owner *of = any_owner(w);
    char note[8] = {0};
    fuzz_take(&w->in, note, fuzz_byte(&w->in) % 8);
    CALL(w, of->trainer, snnd_trainer_save_checkpoint(of->trainer, fuzz_path("checkpoint"), or_null(w, note)));
}

static void load_checkpoint(world *w) {
    owner *of = any_owner(w);
    char *note = NULL;
    CALL(w, of->trainer, snnd_trainer_load_checkpoint(of->trainer, fuzz_path("checkpoint"), or_null(w, &note)));
    snnd_string_free(w->context, note);
}

/* From one trainer to another, through memory. */
static void pass_checkpoint(world *w) {
    owner *from = any_owner(w), *to = any_owner(w);
    snnd_buffer buffer = {.context = w->context};
    const snnd_writer writer = snnd_buffer_writer(&buffer);
    char *note = NULL;
    if (CALL(w, from->trainer, snnd_trainer_write_checkpoint(from->trainer, &writer, NULL)) == SNND_OK) {
        snnd_memory memory = {buffer.data, buffer.bytes};
        const snnd_reader reader = snnd_memory_reader(&memory);
        CALL(w, to->trainer, snnd_trainer_read_checkpoint(to->trainer, &reader, or_null(w, &note)));
        snnd_string_free(w->context, note);
    }
    snnd_buffer_free(&buffer);
}

/* ---- data ---- */

static void create_dataset(world *w) {
    const int which = fuzz_below(&w->in, DATASETS);
    snnd_samples samples;
    MUST(w->context, snnd_samples_init(&samples, sizeof samples));
    samples.samples = 1 + fuzz_below(&w->in, 40);
    samples.steps = 1 + fuzz_below(&w->in, 10);
    samples.channels = 1 + fuzz_below(&w->in, 4);
    samples.input = lend_floats(w, (size_t)samples.samples * (size_t)(samples.steps * samples.channels));
    samples.label = lend_labels(w, (size_t)samples.samples, 1 + (size_t)fuzz_below(&w->in, 3));
    if (fuzz_byte(&w->in) % 2)
        samples.length = lend_lengths(w, (size_t)samples.samples, (size_t)samples.steps);
    if (which == 0)
        free_batches(w);
    snnd_dataset_free(w->dataset[which]);
    w->dataset[which] = NULL;
    CALL(w, w->context, snnd_dataset_create(w->context, or_null(w, &samples), &w->dataset[which]));
}

static void replace_dataset(world *w, int which, snnd_dataset *dataset) {
    if (which == 0)
        free_batches(w);
    snnd_dataset_free(w->dataset[which]);
    w->dataset[which] = dataset;
}

static void create_events(world *w) {
    snnd_events events;
    snnd_dataset *dataset = NULL;
    MUST(w->context, snnd_events_init(&events, sizeof events));
    events.samples = 1 + fuzz_below(&w->in, 8);
    events.steps = 1 + fuzz_below(&w->in, 10);
    events.channels = 1 + fuzz_below(&w->in, 4);
    events.scale = fuzz_byte(&w->in) % 2 ? 1 : fuzz_double(&w->in);
    int64_t *first = lend(w, (size_t)(events.samples + 1) * sizeof *first);
    for (int64_t n = 0; n < events.samples; n++)
        first[n + 1] = first[n] + fuzz_below(&w->in, 6);
    const size_t count = (size_t)first[events.samples] + 1;
    uint16_t *step = lend(w, count * sizeof *step), *channel = lend(w, count * sizeof *channel);
    for (size_t e = 0; e < count; e++) {
        step[e] = (uint16_t)fuzz_below(&w->in, events.steps + (fuzz_byte(&w->in) < 4));
        channel[e] = (uint16_t)fuzz_below(&w->in, events.channels + (fuzz_byte(&w->in) < 4));
    }
    events.first = first;
    events.step = step;
    events.channel = channel;
    events.label = lend_labels(w, (size_t)events.samples, 1 + (size_t)fuzz_below(&w->in, 3));
    if (CALL(w, w->context, snnd_dataset_create_events(w->context, or_null(w, &events), &dataset)) == SNND_OK)
        replace_dataset(w, fuzz_below(&w->in, DATASETS), dataset);
}

/* Fails for one sample of ten; it lives as long as the program. */
static int fetch_most(void *user, const snnd_fetch *what) {
    (void)user;
    CLAIM(what->epoch >= -1 && what->length >= 1, "epoch %d, length %d", what->epoch, what->length);
    what->input[0] = (float)what->epoch;
    return what->index % 10 == 9;
}

static void create_source(world *w) {
    snnd_source source;
    snnd_dataset *dataset = NULL;
    MUST(w->context, snnd_source_init(&source, sizeof source));
    source.fetch = fetch_most;
    source.samples = 1 + fuzz_below(&w->in, 20);
    source.steps = 1 + fuzz_below(&w->in, 10);
    source.channels = 1 + fuzz_below(&w->in, 4);
    source.label = lend_labels(w, (size_t)source.samples, 1 + (size_t)fuzz_below(&w->in, 3));
    if (fuzz_byte(&w->in) % 2)
        source.length = lend_lengths(w, (size_t)source.samples, (size_t)source.steps);
    if (CALL(w, w->context, snnd_dataset_create_source(w->context, or_null(w, &source), &dataset)) == SNND_OK)
        replace_dataset(w, fuzz_below(&w->in, DATASETS), dataset);
}

static void fill_sample(world *w) {
    const snnd_dataset *from = w->dataset[fuzz_below(&w->in, DATASETS)];
    const size_t numbers = (size_t)snnd_dataset_steps(from) * (size_t)snnd_dataset_channels(from);
    float *input = lend(w, (numbers + 1) * sizeof *input);
    const int64_t index = fuzz_byte(&w->in) < 240 ? fuzz_below(&w->in, 40) : (int64_t)fuzz_word(&w->in);
    /* It leaves no sentence. */
    const snnd_status status = snnd_dataset_fill(from, fuzz_int(&w->in), index, or_null(w, input));
    CLAIM(status == SNND_OK || status == SNND_ERROR_ARGUMENT || status == SNND_ERROR_CALLBACK, "status %d",
          (int)status);
    CLAIM(input[numbers] == 0, "filled beyond the end");
}

static void walk_ahead(world *w) {
    snnd_batches_options options;
    snnd_batches *batches = NULL;
    MUST(w->context, snnd_batches_options_init(&options, sizeof options));
    options.batch = 1 + fuzz_below(&w->in, 8);
    options.shuffle = fuzz_byte(&w->in) % 2;
    options.training = any_of(w, 0, 2);
    options.prefetch = any_of(w, 0, 4);
    CALL(w, w->dataset[0], snnd_batches_create_with(w->dataset[0], or_null(w, &options), &batches));
    if (batches == NULL)
        return;
    free_batches(w);
    w->batches = batches;
}

static void split_dataset(world *w) {
    snnd_dataset *part = NULL, *rest = NULL, *from = w->dataset[fuzz_below(&w->in, DATASETS)];
    if (CALL(w, from, snnd_dataset_split(from, fuzz_double(&w->in), fuzz_byte(&w->in), &part, &rest)) != SNND_OK)
        return;
    free_batches(w);
    for (int d = 0; d < DATASETS; d++)
        snnd_dataset_free(w->dataset[d]);
    w->dataset[0] = part;
    w->dataset[1] = rest;
    w->dataset[2] = NULL;
}

static void select_dataset(world *w) {
    int64_t index[8];
    const int64_t count = fuzz_below(&w->in, 9);
    snnd_dataset *selection = NULL, *from = w->dataset[fuzz_below(&w->in, DATASETS)];
    for (int64_t i = 0; i < count; i++)
        index[i] = fuzz_byte(&w->in) < 240 ? fuzz_below(&w->in, 8) : (int64_t)fuzz_word(&w->in);
    if (CALL(w, from, snnd_dataset_select(from, or_null(w, index), count, &selection)) != SNND_OK)
        return;
    CLAIM(snnd_dataset_samples(selection) == count, "%lld of %lld samples", (long long)snnd_dataset_samples(selection),
          (long long)count);
    snnd_dataset_free(w->dataset[2]);
    w->dataset[2] = selection;
}

static void get_batches(world *w) {
    const float *input;
    const int32_t *label;
    int32_t count;
    if (fuzz_byte(&w->in) % 2) {
        free_batches(w);
        CALL(w, w->dataset[0],
             snnd_batches_create(w->dataset[0], fuzz_int(&w->in), fuzz_byte(&w->in) % 2, 1, or_null(w, &w->batches)));
    }
    const int64_t index = fuzz_byte(&w->in) < 240 ? fuzz_below(&w->in, 8) : (int64_t)fuzz_word(&w->in);
    const snnd_status got =
        CALL(w, w->batches, snnd_batches_get(w->batches, fuzz_int(&w->in), index, &input, &label, &count));
    const int32_t *length = snnd_batches_lengths(w->batches);
    for (int32_t b = 0; got == SNND_OK && length != NULL && b < count; b++)
        CLAIM(length[b] >= 1 && length[b] <= snnd_dataset_steps(w->dataset[0]), "a length of %d", length[b]);
    (void)snnd_dataset_length(w->dataset[0], index);
    (void)snnd_batches_count(w->batches);
}

operation *const trainer_operations[] = {
    create_sparsity,     create_sparsity, sparsity_step, sparsity_end_epoch, create_trainer,    create_trainer,
    trainer_step,        trainer_step,    trainer_epoch, trainer_evaluate,   trainer_end_epoch, save_checkpoint,
    load_checkpoint,     create_dataset,  split_dataset, get_batches,        pass_checkpoint,   trainer_set_factor,
    trainer_step_padded, create_events,   create_source, fill_sample,        walk_ahead,        select_dataset,
};

const int trainer_operation_count = sizeof trainer_operations / sizeof trainer_operations[0];
