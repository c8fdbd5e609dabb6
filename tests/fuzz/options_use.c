#include <math.h>

#include "options.h"
#include "run_of.h"
#include "use.h"

static void set_pointer(filled *options, size_t offset, const void *pointer) {
    filled_set(options, offset, &pointer, sizeof pointer);
}

/* ---- context ---- */

static void use_context(snnd_context *outer, filled *options, fuzz_bytes *input) {
    snnd_context_options hooks = {0};
    snnd_context *context = NULL;
    (void)outer;
    const int32_t threads = filled_int32(options, offsetof(snnd_context_options, threads)), few = threads % 4;
    if (threads > 0)
        filled_set(options, offsetof(snnd_context_options, threads), &few, sizeof few);
    if (fuzz_byte(input) % 4 != 0)
        fuzz_set_hooks(&hooks);
    filled_set(options, offsetof(snnd_context_options, allocate), &hooks.allocate, sizeof hooks.allocate);
    filled_set(options, offsetof(snnd_context_options, release), &hooks.release, sizeof hooks.release);
    set_pointer(options, offsetof(snnd_context_options, log), NULL);
    if (MAY(NULL, snnd_context_create((void *)options->bytes, &context)) != SNND_OK)
        return;
    run_of run = run_create(context, 0);
    CLAIM(run_step(&run) == SNND_OK, "a step failed: %s", snnd_context_last_error(context));
    run_free(&run);
    snnd_context_free(context);
}

/* ---- layers ---- */

static void use_layer(snnd_context *context, filled *options, fuzz_bytes *input, snnd_layer_type type) {
    snnd_network *network = NULL;
    snnd_status status;
    MUST(context, snnd_network_create(context, 2, &network));
    if (type == SNND_LAYER_DELAYS)
        status = MAY(context, snnd_network_add_delays(network, 1 + fuzz_below(input, 3), (void *)options->bytes, NULL));
    else if (type == SNND_LAYER_BATCH_NORM)
        status = MAY(context, snnd_network_add_batch_norm(network, (void *)options->bytes, NULL));
    else if (type == SNND_LAYER_LIF)
        status = MAY(context, snnd_network_add_lif(network, (void *)options->bytes, NULL));
    else if (type == SNND_LAYER_ADAPTIVE_LIF)
        status = MAY(context, snnd_network_add_adaptive_lif(network, (void *)options->bytes, NULL));
    else {
        CLAIM(type == SNND_LAYER_LEAKY_INTEGRATOR, "no options of layers of kind %d are used", (int)type);
        status = MAY(context, snnd_network_add_leaky_integrator(network, (void *)options->bytes, NULL));
    }
    CLAIM(snnd_network_layer_count(network) == (status == SNND_OK), "%d layers", snnd_network_layer_count(network));
    fuzz_save_again(context, network);
    if (fuzz_is_small(network)) {
        fuzz_look(context, network);
        fuzz_pass(context, network);
    }
    snnd_network_free(network);
}

static void use_delays(snnd_context *context, filled *options, fuzz_bytes *input) {
    use_layer(context, options, input, SNND_LAYER_DELAYS);
}

static void use_batch_norm(snnd_context *context, filled *options, fuzz_bytes *input) {
    use_layer(context, options, input, SNND_LAYER_BATCH_NORM);
}

static void use_lif(snnd_context *context, filled *options, fuzz_bytes *input) {
    use_layer(context, options, input, SNND_LAYER_LIF);
}

static void use_leaky_integrator(snnd_context *context, filled *options, fuzz_bytes *input) {
    use_layer(context, options, input, SNND_LAYER_LEAKY_INTEGRATOR);
}

static void use_adaptive_lif(snnd_context *context, filled *options, fuzz_bytes *input) {
    use_layer(context, options, input, SNND_LAYER_ADAPTIVE_LIF);
}

/* ---- training ---- */

/* A workspace with the last step's gradients, and labels for another loss. */
static snnd_workspace *worked(run_of *run) {
    CLAIM(run_step(run) == SNND_OK, "a step failed: %s", snnd_context_last_error(run->context));
    return snnd_trainer_workspace(run->trainer);
}

/* More than any network of run_create() has outputs. */
static const double class_weights[16] = {0.5, 2, 1, 3, 0.25, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

static void use_loss(snnd_context *context, filled *options, fuzz_bytes *input) {
    static const int32_t labels[4] = {0, 1, 1, 0};
    run_of run = run_create(context, fuzz_below(input, RUN_KINDS));
    set_pointer(options, offsetof(snnd_loss_options, class_weight), fuzz_byte(input) % 2 ? class_weights : NULL);
    snnd_workspace *workspace = worked(&run);
    if (MAY(context, snnd_workspace_loss(workspace, labels, (void *)options->bytes, NULL)) == SNND_OK)
        MAY(context, snnd_workspace_backward(workspace)); /* not where the step has moved parameters */
    run_free(&run);
}

static void use_loss_report(snnd_context *context, filled *options, fuzz_bytes *input) {
    static const int32_t labels[4] = {0, 1, 1, 0};
    run_of run = run_create(context, 0);
    (void)input;
    MAY(context, snnd_workspace_loss(worked(&run), labels, NULL, (void *)options->bytes));
    run_free(&run);
}

static void use_optimizer(snnd_context *context, filled *options, fuzz_bytes *input) {
    run_of run = run_create(context, fuzz_below(input, RUN_KINDS));
    const snnd_workspace *workspace = worked(&run);
    snnd_optimizer *optimizer = NULL;
    if (MAY(context, snnd_optimizer_create(run.network, (void *)options->bytes, &optimizer)) == SNND_OK)
        for (int step = 0; step < 3; step++)
            MUST(context, snnd_optimizer_step(optimizer, workspace));
    snnd_optimizer_free(optimizer);
    run_free(&run);
}

static void use_schedule(snnd_context *context, filled *options, fuzz_bytes *input) {
    snnd_trainer_options with;
    snnd_trainer *trainer = NULL;
    run_of run = run_create(context, 0);
    double value = -1, momentum = 0.5;
    for (int e = 0; e < 8; e++)
        if (MAY(NULL, snnd_schedule_at((void *)options->bytes, fuzz_int(input), &value, &momentum)) == SNND_OK)
            CLAIM(value >= 0 && isfinite(value) && momentum >= 0 && momentum < 1, "value %g, momentum %g", value,
                  momentum);
    MUST(context, snnd_trainer_options_init(&with, sizeof with));
    with.weight_schedule = with.position_schedule = with.sigma_schedule = (void *)options->bytes;
    MAY(context, snnd_trainer_create(run.network, &with, &trainer));
    run_of other = run;
    other.trainer = trainer;
    for (int step = 0; step < 2 && trainer != NULL; step++)
        run_step(&other);
    snnd_trainer_free(trainer);
    run_free(&run);
}

/* The other ranks add 0, or this one fails. */
static int add_nothing(void *user, const snnd_reduction *what) {
    CLAIM(what->size == sizeof *what && what->count > 0, "%lld numbers", (long long)what->count);
    return user != NULL;
}

static void use_trainer(snnd_context *context, filled *options, fuzz_bytes *input) {
    static const size_t pointers[] = {
        offsetof(snnd_trainer_options, sparsity),       offsetof(snnd_trainer_options, weights),
        offsetof(snnd_trainer_options, positions),      offsetof(snnd_trainer_options, weight_schedule),
        offsetof(snnd_trainer_options, sigma_schedule), offsetof(snnd_trainer_options, position_schedule),
        offsetof(snnd_trainer_options, progress),       offsetof(snnd_trainer_options, picojoules),
        offsetof(snnd_trainer_options, class_weight),   offsetof(snnd_trainer_options, reduce),
    };
    run_of run = run_create(context, fuzz_below(input, RUN_KINDS)), other = run;
    other.trainer = NULL;
    for (size_t p = 0; p < sizeof pointers / sizeof pointers[0]; p++)
        set_pointer(options, pointers[p], NULL);
    set_pointer(options, offsetof(snnd_trainer_options, sparsity), run.sparsity);
    if (fuzz_byte(input) % 2)
        set_pointer(options, offsetof(snnd_trainer_options, class_weight), class_weights);
    const int32_t batch = filled_int32(options, offsetof(snnd_trainer_options, batch)), most = batch % 1024;
    if (batch > 0)
        filled_set(options, offsetof(snnd_trainer_options, batch), &most, sizeof most);
    const int32_t shards = filled_int32(options, offsetof(snnd_trainer_options, shards)), few = shards % 16;
    if (shards > 0)
        filled_set(options, offsetof(snnd_trainer_options, shards), &few, sizeof few);
    int (*const reduce)(void *user, const snnd_reduction *what) = add_nothing;
    if (fuzz_byte(input) % 2)
        filled_set(options, offsetof(snnd_trainer_options, reduce), &reduce, sizeof reduce);
    set_pointer(options, offsetof(snnd_trainer_options, reduce_user), fuzz_byte(input) % 4 == 0 ? context : NULL);
    if (MAY(context, snnd_trainer_create(run.network, (void *)options->bytes, &other.trainer)) == SNND_OK)
        for (int step = 0; step < 2; step++)
            run_step(&other);
    snnd_trainer_free(other.trainer);
    run_free(&run);
}

static void use_epoch_report(snnd_context *context, filled *options, fuzz_bytes *input) {
    static const float pulses[2][6][2] = {{{8}}, {{0, 8}}};
    static const int32_t labels[2] = {0, 1};
    run_of run = run_create(context, fuzz_below(input, RUN_KINDS));
    snnd_dataset *dataset = NULL;
    const snnd_samples samples = {
        .size = sizeof samples, .input = &pulses[0][0][0], .label = labels, .samples = 2, .steps = 6, .channels = 2};
    MUST(context, snnd_dataset_create(context, &samples, &dataset));
    MAY(context, snnd_trainer_epoch(run.trainer, dataset, (void *)options->bytes));
    MAY(context, snnd_trainer_evaluate(run.trainer, dataset, (void *)options->bytes));
    snnd_dataset_free(dataset);
    run_free(&run);
}

static void count_operations(snnd_context *context, run_of *run, const snnd_picojoules *picojoules,
                             snnd_operations *operations) {
    MAY(context, snnd_workspace_operations(worked(run), NULL, picojoules, operations));
    run_free(run);
}

static void use_picojoules(snnd_context *context, filled *options, fuzz_bytes *input) {
    run_of run = run_create(context, fuzz_below(input, RUN_KINDS));
    snnd_operations operations;
    MUST(context, snnd_operations_init(&operations, sizeof operations));
    count_operations(context, &run, (void *)options->bytes, &operations);
    CLAIM(operations.picojoules >= 0 && isfinite(operations.picojoules), "%g pJ", operations.picojoules);
}

static void use_operations(snnd_context *context, filled *options, fuzz_bytes *input) {
    run_of run = run_create(context, fuzz_below(input, RUN_KINDS));
    count_operations(context, &run, NULL, (void *)options->bytes);
}

/* ---- structure ---- */

static void use_controlled(run_of *run, snnd_sparsity *sparsity) {
    snnd_trainer_options options;
    snnd_trainer *own = run->trainer;
    MUST(run->context, snnd_trainer_options_init(&options, sizeof options));
    options.batch = 4;
    options.sparsity = sparsity;
    MUST(run->context, snnd_trainer_create(run->network, &options, &run->trainer));
    for (int step = 0; step < 3; step++)
        run_step(run);
    MAY(run->context, snnd_trainer_end_epoch(run->trainer));
    snnd_trainer_free(run->trainer);
    run->trainer = own;
    fuzz_save_again(run->context, run->network);
}

static void use_structure(snnd_context *context, filled *options, fuzz_bytes *input) {
    const int kept = fuzz_below(input, 8), rule = fuzz_below(input, 5);
    run_of run = run_create(context, kept < RUN_KINDS ? kept : 0);
    snnd_sparsity_free(run.sparsity);
    run.sparsity = NULL;
    snnd_trainer_free(run.trainer);
    run.trainer = NULL;
    snnd_rewiring_options how;
    snnd_sparsity *made = NULL;
    MUST(context, (rule == 2   ? snnd_rigl_options_init
                   : rule == 3 ? snnd_set_options_init
                               : snnd_snfs_options_init)(&how, sizeof how));
    how.interval = how.interval > 0 ? 1 : 0;
    if (rule == 0)
        MAY(context, snnd_sparsity_create_fixed_mask(run.network, (void *)options->bytes, &made));
    else if (rule == 1)
        MAY(context, snnd_sparsity_create_deep_r(run.network, (void *)options->bytes, NULL, &made));
    else
        MAY(context, snnd_sparsity_create_rewiring(run.network, (void *)options->bytes, &how, &made));
    if (made != NULL)
        use_controlled(&run, made);
    snnd_sparsity_free(made);
    run_free(&run);
}

static void use_rule(snnd_context *context, filled *options, fuzz_bytes *input, int deep_r) {
    run_of run = run_create(context, 0);
    snnd_structure structure;
    snnd_sparsity *made = NULL;
    MUST(context, snnd_structure_init(&structure, sizeof structure));
    structure.sparsity = 0.5;
    structure.budget = fuzz_below(input, 2);
    structure.signs = fuzz_below(input, 4);
    if (deep_r)
        MAY(context, snnd_sparsity_create_deep_r(run.network, &structure, (void *)options->bytes, &made));
    else
        MAY(context, snnd_sparsity_create_rewiring(run.network, &structure, (void *)options->bytes, &made));
    if (made != NULL)
        use_controlled(&run, made);
    snnd_sparsity_free(made);
    run_free(&run);
}

static void use_deep_r(snnd_context *context, filled *options, fuzz_bytes *input) {
    use_rule(context, options, input, 1);
}

static void use_rewiring(snnd_context *context, filled *options, fuzz_bytes *input) {
    use_rule(context, options, input, 0);
}

/* ---- data, streams, analysis ---- */

static void use_samples(snnd_context *context, filled *options, fuzz_bytes *input) {
    enum { MOST = 4096 };
    static float numbers[MOST];
    static int32_t labels[MOST], lengths[MOST];
    snnd_dataset *dataset = NULL, *part = NULL, *rest = NULL;
    const double samples = (double)filled_int64(options, offsetof(snnd_samples, samples)),
                 size = (double)filled_int32(options, offsetof(snnd_samples, steps)) *
                        filled_int32(options, offsetof(snnd_samples, channels));
    const int fits = samples <= MOST && samples * size <= MOST;
    for (int k = 0; k < 32; k++) {
        numbers[k] = fuzz_float(input);
        labels[k] = fuzz_int(input);
        lengths[k] = 1 + fuzz_below(input, 8);
    }
    for (int k = 32; k < MOST; k++)
        lengths[k] = 1;
    set_pointer(options, offsetof(snnd_samples, length), fits && fuzz_byte(input) % 2 ? lengths : NULL);
    set_pointer(options, offsetof(snnd_samples, input), fits ? numbers : NULL);
    set_pointer(options, offsetof(snnd_samples, label), fits ? labels : NULL);
    if (!fits || fuzz_byte(input) % 4 != 0)
        set_pointer(options, offsetof(snnd_samples, counts), NULL);
    else {
        set_pointer(options, offsetof(snnd_samples, input), fuzz_byte(input) % 4 == 0 ? numbers : NULL);
        set_pointer(options, offsetof(snnd_samples, counts), numbers);
    }
    MAY(context, snnd_dataset_create(context, (void *)options->bytes, &dataset));
    if (dataset != NULL)
        MAY(context, snnd_dataset_split(dataset, fuzz_double(input), 1, &part, &rest));
    snnd_dataset_free(dataset);
    snnd_dataset_free(part);
    snnd_dataset_free(rest);
}

/* A walk with batches ahead, on a dataset that was made, or NULL; the dataset is freed. */
static void walk_ahead(snnd_context *context, snnd_dataset *dataset, const snnd_batches_options *options) {
    snnd_batches *batches = NULL;
    const float *numbers;
    const int32_t *labels;
    int32_t count;
    if (dataset != NULL && MAY(context, snnd_batches_create_with(dataset, options, &batches)) == SNND_OK)
        for (int64_t b = 0; b < snnd_batches_count(batches) && b < 3; b++)
            MAY(context, snnd_batches_get(batches, 0, b, &numbers, &labels, &count));
    snnd_batches_free(batches);
    snnd_dataset_free(dataset);
}

/* Four samples of any events, with all else as the input has it. */
static void use_events(snnd_context *context, filled *options, fuzz_bytes *input) {
    enum { SAMPLES = 4, MOST = 16 };
    static int64_t first[SAMPLES + 1];
    static uint16_t step[MOST], channel[MOST];
    static int32_t labels[SAMPLES], lengths[SAMPLES];
    snnd_dataset *dataset = NULL;
    const int64_t samples = filled_int64(options, offsetof(snnd_events, samples)), few = samples % (SAMPLES + 1);
    const int32_t steps = filled_int32(options, offsetof(snnd_events, steps)) % 64,
                  channels = filled_int32(options, offsetof(snnd_events, channels)) % 64;
    filled_set(options, offsetof(snnd_events, samples), &few, sizeof few);
    filled_set(options, offsetof(snnd_events, steps), &steps, sizeof steps);
    filled_set(options, offsetof(snnd_events, channels), &channels, sizeof channels);
    for (int n = 0; n < SAMPLES; n++) {
        first[n + 1] = fuzz_byte(input) % 32 ? first[n] + fuzz_below(input, MOST / SAMPLES + 1) : fuzz_int(input);
        if (first[n + 1] > MOST)
            first[n + 1] = first[n];
        labels[n] = fuzz_int(input);
        lengths[n] = fuzz_int(input);
    }
    for (int e = 0; e < MOST; e++) {
        step[e] = (uint16_t)fuzz_below(input, 8);
        channel[e] = (uint16_t)fuzz_below(input, 8);
    }
    set_pointer(options, offsetof(snnd_events, first), first);
    set_pointer(options, offsetof(snnd_events, step), fuzz_byte(input) % 16 ? step : NULL);
    set_pointer(options, offsetof(snnd_events, channel), channel);
    set_pointer(options, offsetof(snnd_events, label), labels);
    set_pointer(options, offsetof(snnd_events, length), fuzz_byte(input) % 2 ? lengths : NULL);
    MAY(context, snnd_dataset_create_events(context, (void *)options->bytes, &dataset));
    walk_ahead(context, dataset, NULL);
}

static int fetch_or_fail(void *user, const snnd_fetch *what) {
    const unsigned char fails = *(unsigned char *)user;
    what->input[0] = (float)what->index;
    return fails % 8 == what->index % 8;
}

static void use_source(snnd_context *context, filled *options, fuzz_bytes *input) {
    enum { MOST = 64 };
    static int32_t labels[MOST], lengths[MOST];
    unsigned char fails = fuzz_byte(input);
    int (*const fetch)(void *, const snnd_fetch *) = fuzz_byte(input) % 16 ? fetch_or_fail : NULL;
    snnd_dataset *dataset = NULL;
    const int64_t few = filled_int64(options, offsetof(snnd_source, samples)) % MOST;
    const int32_t steps = filled_int32(options, offsetof(snnd_source, steps)) % 64,
                  channels = filled_int32(options, offsetof(snnd_source, channels)) % 64;
    filled_set(options, offsetof(snnd_source, samples), &few, sizeof few);
    filled_set(options, offsetof(snnd_source, steps), &steps, sizeof steps);
    filled_set(options, offsetof(snnd_source, channels), &channels, sizeof channels);
    for (int n = 0; n < MOST; n++) {
        labels[n] = fuzz_below(input, 8);
        lengths[n] = 1 + fuzz_below(input, 8);
    }
    filled_set(options, offsetof(snnd_source, fetch), &fetch, sizeof fetch);
    set_pointer(options, offsetof(snnd_source, user), &fails);
    set_pointer(options, offsetof(snnd_source, label), labels);
    set_pointer(options, offsetof(snnd_source, length), fuzz_byte(input) % 2 ? lengths : NULL);
    MAY(context, snnd_dataset_create_source(context, (void *)options->bytes, &dataset));
    walk_ahead(context, dataset, NULL);
}

static void use_batches(snnd_context *context, filled *options, fuzz_bytes *input) {
    static float numbers[64];
    static int32_t labels[16];
    snnd_dataset *dataset = NULL;
    const snnd_samples samples = {.size = sizeof samples,
                                  .input = numbers,
                                  .label = labels,
                                  .samples = 1 + fuzz_below(input, 16),
                                  .steps = 2,
                                  .channels = 2};
    MUST(context, snnd_dataset_create(context, &samples, &dataset));
    walk_ahead(context, dataset, (void *)options->bytes);
}

static void use_stream(snnd_context *context, filled *options, fuzz_bytes *input) {
    static _Alignas(64) unsigned char place[8192];
    static const float frame[2] = {8, 0};
    run_of run = run_create(context, 0);
    snnd_plan *plan = NULL;
    snnd_stream *stream = NULL;
    MUST(context, snnd_plan_create(run.network, &plan));
    if (fuzz_byte(input) % 2)
        MAY(context, snnd_stream_create(plan, (void *)options->bytes, &stream));
    else
        MAY(NULL, snnd_stream_place(plan, (void *)options->bytes, place, sizeof place - fuzz_byte(input), &stream));
    if (stream != NULL)
        MUST(NULL, snnd_stream_push(stream, frame, NULL, NULL));
    snnd_stream_free(stream);
    snnd_plan_free(plan);
    run_free(&run);
}

static void use_moran(snnd_context *context, filled *options, fuzz_bytes *input) {
    enum { ROWS = 3, COLUMNS = 4, ORDERS = 4 };
    double grid[ROWS * COLUMNS], result;
    int32_t orders[ORDERS * ROWS], order[ROWS];
    const int32_t permutations = filled_int32(options, offsetof(snnd_moran_options, permutations)), few = 50;
    for (int k = 0; k < ROWS * COLUMNS; k++) {
        grid[k] = fuzz_double(input);
        orders[k] = fuzz_byte(input) < 224 ? (k % ROWS + k / ROWS) % ROWS : fuzz_int(input);
    }
    if (permutations > few)
        filled_set(options, offsetof(snnd_moran_options, permutations), &few, sizeof few);
    set_pointer(options, offsetof(snnd_moran_options, orders), permutations <= ORDERS ? orders : NULL);
    if (MAY(context, snnd_moran_maximum(context, grid, ROWS, COLUMNS, (void *)options->bytes, &result, order)) !=
        SNND_OK)
        return;
    CLAIM(isfinite(result), "Moran's I is %g", result);
    for (int r = 0; r < ROWS; r++)
        CLAIM(order[r] >= 0 && order[r] < ROWS && order[r] != order[(r + 1) % ROWS], "row %d in place %d", order[r], r);
}

static void use_changes(snnd_context *context, filled *options, fuzz_bytes *input) {
    run_of run = run_create(context, fuzz_below(input, RUN_KINDS));
    MAY(context, snnd_network_changes(run.network, run.network, NULL, (void *)options->bytes));
    run_free(&run);
}

static void use_summary(snnd_context *context, filled *options, fuzz_bytes *input) {
    double values[8];
    const int count = fuzz_below(input, 9);
    for (int k = 0; k < 8; k++)
        values[k] = fuzz_double(input);
    MAY(context, snnd_summarize(context, values, count, (void *)options->bytes));
}

static void use_rank_test(snnd_context *context, filled *options, fuzz_bytes *input) {
    double x[8], y[8];
    const int x_count = fuzz_below(input, 9), y_count = fuzz_below(input, 9);
    for (int k = 0; k < 8; k++) {
        x[k] = fuzz_double(input);
        y[k] = fuzz_double(input);
    }
    MAY(context,
        snnd_mann_whitney(context, x, x_count, y, y_count, (snnd_alternative)fuzz_int(input), (void *)options->bytes));
}

/* Results of tests and intervals, from two samples. */
typedef struct samples {
    double x[8], y[8];
    int x_count, y_count;
    snnd_alternative alternative;
    double level;
} samples;

static samples any_samples(fuzz_bytes *input) {
    samples any = {.x_count = fuzz_below(input, 9), .y_count = fuzz_below(input, 9)};
    for (int k = 0; k < 8; k++) {
        any.x[k] = fuzz_double(input);
        any.y[k] = fuzz_double(input);
    }
    any.alternative = (snnd_alternative)fuzz_int(input);
    any.level = fuzz_double(input);
    return any;
}

static void use_moran_test(snnd_context *context, filled *options, fuzz_bytes *input) {
    const samples any = any_samples(input);
    MAY(context, snnd_moran_permuted(context, any.x, 1 + any.x_count % 2, 1 + any.y_count % 4,
                                     (snnd_shuffle)any.alternative, NULL, (void *)options->bytes, NULL));
}

static void use_signed_rank_test(snnd_context *context, filled *options, fuzz_bytes *input) {
    const samples any = any_samples(input);
    MAY(context, snnd_wilcoxon(context, any.x, any.y, any.x_count, any.alternative, (void *)options->bytes));
}

static void use_interval(snnd_context *context, filled *options, fuzz_bytes *input) {
    const samples any = any_samples(input);
    MAY(context, snnd_auc(context, any.x, any.x_count, any.y, any.y_count, any.level, (void *)options->bytes));
    MAY(context, snnd_proportion(context, any.x_count, any.y_count, any.level, (void *)options->bytes));
}

static void use_t_test(snnd_context *context, filled *options, fuzz_bytes *input) {
    const samples any = any_samples(input);
    MAY(context, snnd_welch(context, any.x, any.x_count, any.y, any.y_count, any.alternative, any.level,
                            (void *)options->bytes));
}

static void use_intraclass(snnd_context *context, filled *options, fuzz_bytes *input) {
    const samples any = any_samples(input);
    const int32_t sizes[2] = {any.x_count % 5, any.y_count % 5};
    MAY(context, snnd_intraclass_correlation(context, any.x, sizes, 2, any.level, (void *)options->bytes));
}

/* A structure that a layer's options are copied to. */
static void use_shown(snnd_context *context, filled *options, fuzz_bytes *input) {
    run_of run = run_create(context, fuzz_below(input, RUN_KINDS));
    for (int32_t i = 0; i < snnd_network_layer_count(run.network); i++)
        MAY(context, snnd_layer_lif_options(snnd_network_layer(run.network, i), (void *)options->bytes));
    run_free(&run);
}

static void export_c(snnd_context *context, const snnd_export_c_options *options, snnd_export_c_report *report) {
    run_of run = run_create(context, 0);
    snnd_plan *plan = NULL;
    MUST(context, snnd_plan_create(run.network, &plan));
    MAY(context, snnd_export_c(plan, options, fuzz_path("net.c"), fuzz_path("net.h"), report));
    snnd_plan_free(plan);
    run_free(&run);
}

static void use_export_c(snnd_context *context, filled *options, fuzz_bytes *input) {
    char name[72] = {0};
    fuzz_take(input, name, fuzz_byte(input) % sizeof name);
    set_pointer(options, offsetof(snnd_export_c_options, name), fuzz_byte(input) % 2 ? "net" : name);
    set_pointer(options, offsetof(snnd_export_c_options, samples), NULL);
    export_c(context, (void *)options->bytes, NULL);
}

static void use_export_c_report(snnd_context *context, filled *options, fuzz_bytes *input) {
    (void)input;
    export_c(context, NULL, (void *)options->bytes);
}

/* ---- all of them ---- */

#define INIT(name, type)                                                                                               \
    static snnd_status init_##name(void *options, size_t size) {                                                       \
        return snnd_##name##_init((type *)options, size);                                                              \
    }

INIT(context_options, snnd_context_options)
INIT(delay_options, snnd_delay_options)
INIT(batch_norm_options, snnd_batch_norm_options)
INIT(lif_options, snnd_lif_options)
INIT(leaky_integrator_options, snnd_leaky_integrator_options)
INIT(adaptive_lif_options, snnd_adaptive_lif_options)
INIT(loss_options, snnd_loss_options)
INIT(loss_report, snnd_loss_report)
INIT(optimizer_options, snnd_optimizer_options)
INIT(schedule, snnd_schedule)
INIT(trainer_options, snnd_trainer_options)
INIT(epoch_report, snnd_epoch_report)
INIT(structure, snnd_structure)
INIT(deep_r_options, snnd_deep_r_options)
INIT(rigl_options, snnd_rewiring_options)
INIT(set_options, snnd_rewiring_options)
INIT(snfs_options, snnd_rewiring_options)
INIT(samples, snnd_samples)
INIT(stream_options, snnd_stream_options)
INIT(moran_options, snnd_moran_options)
INIT(changes, snnd_changes)
INIT(summary, snnd_summary)
INIT(rank_test, snnd_rank_test)
INIT(export_c_options, snnd_export_c_options)
INIT(export_c_report, snnd_export_c_report)
INIT(picojoules, snnd_picojoules)
INIT(operations, snnd_operations)
INIT(events, snnd_events)
INIT(source, snnd_source)
INIT(batches_options, snnd_batches_options)
INIT(moran_test, snnd_moran_test)
INIT(signed_rank_test, snnd_signed_rank_test)
INIT(interval, snnd_interval)
INIT(t_test, snnd_t_test)
INIT(intraclass, snnd_intraclass)

const options_kind options_kinds[] = {
    {sizeof(snnd_context_options), init_context_options, use_context},
    {sizeof(snnd_delay_options), init_delay_options, use_delays},
    {sizeof(snnd_batch_norm_options), init_batch_norm_options, use_batch_norm},
    {sizeof(snnd_lif_options), init_lif_options, use_lif},
    {sizeof(snnd_leaky_integrator_options), init_leaky_integrator_options, use_leaky_integrator},
    {sizeof(snnd_adaptive_lif_options), init_adaptive_lif_options, use_adaptive_lif},
    {sizeof(snnd_loss_options), init_loss_options, use_loss},
    {sizeof(snnd_loss_report), init_loss_report, use_loss_report},
    {sizeof(snnd_optimizer_options), init_optimizer_options, use_optimizer},
    {sizeof(snnd_schedule), init_schedule, use_schedule},
    {sizeof(snnd_trainer_options), init_trainer_options, use_trainer},
    {sizeof(snnd_epoch_report), init_epoch_report, use_epoch_report},
    {sizeof(snnd_structure), init_structure, use_structure},
    {sizeof(snnd_deep_r_options), init_deep_r_options, use_deep_r},
    {sizeof(snnd_rewiring_options), init_rigl_options, use_rewiring},
    {sizeof(snnd_rewiring_options), init_set_options, use_rewiring},
    {sizeof(snnd_rewiring_options), init_snfs_options, use_rewiring},
    {sizeof(snnd_samples), init_samples, use_samples},
    {sizeof(snnd_stream_options), init_stream_options, use_stream},
    {sizeof(snnd_moran_options), init_moran_options, use_moran},
    {sizeof(snnd_changes), init_changes, use_changes},
    {sizeof(snnd_summary), init_summary, use_summary},
    {sizeof(snnd_rank_test), init_rank_test, use_rank_test},
    {sizeof(snnd_lif_options), init_lif_options, use_shown},
    {sizeof(snnd_export_c_options), init_export_c_options, use_export_c},
    {sizeof(snnd_export_c_report), init_export_c_report, use_export_c_report},
    {sizeof(snnd_picojoules), init_picojoules, use_picojoules},
    {sizeof(snnd_operations), init_operations, use_operations},
    {sizeof(snnd_events), init_events, use_events},
    {sizeof(snnd_source), init_source, use_source},
    {sizeof(snnd_batches_options), init_batches_options, use_batches},
    {sizeof(snnd_moran_test), init_moran_test, use_moran_test},
    {sizeof(snnd_signed_rank_test), init_signed_rank_test, use_signed_rank_test},
    {sizeof(snnd_interval), init_interval, use_interval},
    {sizeof(snnd_t_test), init_t_test, use_t_test},
    {sizeof(snnd_intraclass), init_intraclass, use_intraclass},
};

const int options_kind_count = sizeof options_kinds / sizeof options_kinds[0];
