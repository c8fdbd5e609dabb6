/* The structures that the host fills: values that are not the defaults, and a use that shows them. */
#include <stdlib.h>

#include "growth.h"
#include "support.h"

/* ---- contexts ---- */

/* The hooks may be given without their user. */
static void *allocate(void *user, size_t bytes, size_t alignment) {
    if (user != NULL)
        *(size_t *)user += bytes;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void release(void *user, void *memory) {
    (void)user;
    free(memory);
}

static void ignore_line(void *user, snnd_log_level level, const char *message) {
    (void)user, (void)level, (void)message;
}

static size_t allocated;

/* BLAS, which is not what this instruction set has by default, where the library was built with it. */
static snnd_products products_of_build(void) {
    snnd_context_options options;
    snnd_context *made = NULL;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    options.isa = SNND_ISA_PLAIN, options.products = SNND_PRODUCTS_BLAS;
    const snnd_status status = snnd_context_create(&options, &made);
    snnd_context_free(made);
    return status == SNND_OK ? SNND_PRODUCTS_BLAS : SNND_PRODUCTS_OWN;
}

static void fill_context(growth_bench *bench, void *options) {
    (void)bench;
    snnd_context_options *o = options;
    o->allocate = allocate, o->release = release, o->memory_user = &allocated;
    o->log = ignore_line, o->log_user = &allocated;
    o->threads = 2, o->isa = SNND_ISA_PLAIN, o->method = SNND_METHOD_DIRECT, o->low_memory = 1;
    o->products = products_of_build();
}

static snnd_status use_context(growth_bench *bench, const void *options) {
    snnd_context *made;
    int32_t threads;
    snnd_isa isa;
    const char *products;
    allocated = 0;
    const snnd_status status = snnd_context_create(options, &made);
    if (status != SNND_OK)
        return status;
    OK(made, snnd_context_info(made, &threads, &isa, &products));
    bench_note(bench, &threads, sizeof threads);
    bench_note(bench, &isa, sizeof isa);
    bench_note(bench, products, strlen(products));
    bench_note(bench, &allocated, sizeof allocated);
    snnd_context_free(made);
    return SNND_OK;
}

/* ---- layers ---- */

/* The bench's network with one layer more, in a pass. */
static snnd_status pass_if(growth_bench *bench, snnd_status status) {
    if (status != SNND_OK)
        return status;
    OK(bench->context, snnd_network_add_delays(bench->network, 2, NULL, NULL));
    return bench_pass(bench, NULL);
}

static void fill_delay(growth_bench *bench, void *options) {
    (void)bench;
    snnd_delay_options *o = options;
    o->max_delay = 8, o->synapses_per_pair = 2, o->profile = SNND_PROFILE_MAX, o->learn_delays = 0,
    o->sharing = SNND_SHARING_AXONAL;
}

static snnd_status use_delay(growth_bench *bench, const void *options) {
    return pass_if(bench, snnd_network_add_delays(bench->network, 3, options, NULL));
}

static void fill_batch_norm(growth_bench *bench, void *options) {
    (void)bench;
    snnd_batch_norm_options *o = options;
    o->epsilon = 0.5, o->momentum = 0.75;
}

static snnd_status use_batch_norm(growth_bench *bench, const void *options) {
    snnd_layer *layer;
    snnd_array mean;
    snnd_status status = snnd_network_add_batch_norm(bench->network, options, &layer);
    status = pass_if(bench, status);
    if (status != SNND_OK)
        return status;
    OK(bench->context, snnd_layer_array(layer, SNND_ARRAY_RUNNING_MEAN, &mean));
    bench_note(bench, mean.data, (size_t)snnd_array_count(&mean) * sizeof(float));
    return SNND_OK;
}

static void fill_lif(growth_bench *bench, void *options) {
    (void)bench;
    snnd_lif_options *o = options;
    o->tau = 2, o->threshold = 0.01, o->alpha = 3, o->detach_reset = 0;
    o->order = SNND_ORDER_UPDATE_FIRST, o->reset = SNND_RESET_SUBTRACT, o->surrogate = SNND_SURROGATE_TRIANGLE;
    o->tau_per_neuron = SNND_TAU_GIVEN, o->tau_spread = 0.5;
}

static snnd_status use_lif(growth_bench *bench, const void *options) {
    return pass_if(bench, snnd_network_add_lif(bench->network, options, NULL));
}

static void fill_leaky_integrator(growth_bench *bench, void *options) {
    (void)bench;
    snnd_leaky_integrator_options *o = options;
    o->tau = 2, o->order = SNND_ORDER_UPDATE_FIRST, o->tau_per_neuron = SNND_TAU_GIVEN, o->tau_spread = 0.5;
}

static snnd_status use_leaky_integrator(growth_bench *bench, const void *options) {
    return pass_if(bench, snnd_network_add_leaky_integrator(bench->network, options, NULL));
}

static void fill_adaptive_lif(growth_bench *bench, void *options) {
    (void)bench;
    snnd_adaptive_lif_options *o = options;
    o->threshold = 0.01, o->alpha = 3, o->detach_reset = 1, o->surrogate = SNND_SURROGATE_FAST_SIGMOID;
}

static snnd_status use_adaptive_lif(growth_bench *bench, const void *options) {
    return pass_if(bench, snnd_network_add_adaptive_lif(bench->network, options, NULL));
}

/* ---- training ---- */

static const double class_weights[2] = {0.5, 2};

static void fill_loss(growth_bench *bench, void *options) {
    (void)bench;
    snnd_loss_options *o = options;
    o->readout = SNND_READOUT_MAX, o->l1 = 0.25;
    o->label_smoothing = 0.25, o->rate_penalty = 2, o->rate_lower = 0.5, o->rate_upper = 0.75;
    o->class_weight = class_weights, o->class_weight_count = 2;
}

static snnd_status use_loss(growth_bench *bench, const void *options) {
    return bench_pass(bench, options);
}

static void fill_optimizer(growth_bench *bench, void *options) {
    (void)bench;
    snnd_optimizer_options *o = options;
    o->kind = SNND_ADAM + SNND_SGD - o->kind, o->parameters = SNND_PARAMETERS_POSITIONS | SNND_PARAMETERS_WEIGHTS;
    o->rate = 0.125, o->momentum = 0.5, o->beta2 = 0.75, o->epsilon = 0.01, o->weight_decay = 0.25, o->decoupled = 1;
}

static snnd_status use_optimizer(growth_bench *bench, const void *options) {
    snnd_optimizer *optimizer;
    const snnd_status status = snnd_optimizer_create(bench->network, options, &optimizer);
    if (status != SNND_OK)
        return status;
    for (int i = 0; i < 2; i++) {
        OK(bench->context, bench_pass(bench, NULL));
        OK(bench->context, snnd_optimizer_step(optimizer, bench->workspace));
    }
    bench_note_network(bench);
    snnd_optimizer_free(optimizer);
    return SNND_OK;
}

static void fill_schedule(growth_bench *bench, void *options) {
    (void)bench;
    snnd_schedule *o = options;
    o->kind = SNND_SCHEDULE_ONE_CYCLE, o->epochs = 12, o->value = 0.5, o->final = 0.125, o->rise = 0.5, o->divide = 5;
    o->final_divide = 7, o->momentum_low = 0.25, o->momentum_high = 0.75;
}

/* A schedule by itself has no context for its message, so a trainer is asked first. */
static snnd_status use_schedule(growth_bench *bench, const void *options) {
    snnd_trainer *trainer;
    snnd_trainer_options run;
    ck_assert_int_eq(snnd_trainer_options_init(&run, sizeof run), SNND_OK);
    run.weight_schedule = options;
    const snnd_status status = snnd_trainer_create(bench->network, &run, &trainer);
    if (status != SNND_OK) {
        double value;
        ck_assert_int_eq(snnd_schedule_at(options, 0, &value, NULL), status);
        return status;
    }
    for (int32_t epoch = 0; epoch < 16; epoch++) {
        double number[2] = {0};
        OK(bench->context, snnd_schedule_at(options, epoch, &number[0], &number[1]));
        bench_note(bench, number, sizeof number);
    }
    snnd_trainer_free(trainer);
    return SNND_OK;
}

static int count_steps(void *user, const snnd_progress *progress) {
    ck_assert_uint_eq(progress->size, sizeof *progress);
    if (user != NULL)
        ++*(int *)user;
    return progress->step == 2;
}

static int steps_counted;

/* The other rank adds 0. */
static int add_nothing(void *user, const snnd_reduction *what) {
    ck_assert_uint_eq(what->size, sizeof *what);
    ck_assert(user == NULL || user == &steps_counted);
    return 0;
}

static void fill_trainer(growth_bench *bench, void *options) {
    static snnd_optimizer_options optimizer;
    static snnd_schedule schedule;
    static const snnd_picojoules picojoules = {sizeof picojoules, 0.5, 4};
    snnd_trainer_options *o = options;
    snnd_optimizer_options_init(&optimizer, sizeof optimizer);
    snnd_schedule_init(&schedule, sizeof schedule);
    optimizer.momentum = 0.5;
    schedule.value = 0.0625;
    o->epochs = 3, o->batch = 2, o->seed = 5, o->readout = SNND_READOUT_SUM, o->l1 = 0.25;
    OK(bench->context, snnd_sparsity_create_fixed_mask(bench->network, NULL, &bench->sparsity));
    o->sparsity = bench->sparsity;
    o->weights = o->positions = &optimizer;
    o->weight_schedule = o->position_schedule = o->sigma_schedule = &schedule;
    o->progress = count_steps, o->progress_user = &steps_counted;
    o->picojoules = &picojoules;
    o->largest_loss = 1e5;
    o->label_smoothing = 0.25, o->rate_penalty = 2, o->rate_lower = 0.5, o->rate_upper = 0.75;
    o->class_weight = class_weights, o->class_weight_count = 2, o->clip_norm = 0.5, o->prefetch = 1;
    o->rank = 1, o->ranks = 2, o->shards = 2, o->reduce = add_nothing, o->reduce_user = &steps_counted;
}

static snnd_status use_trainer(growth_bench *bench, const void *options) {
    snnd_trainer *trainer;
    snnd_epoch_report report;
    steps_counted = 0;
    const snnd_status status = snnd_trainer_create(bench->network, options, &trainer);
    if (status != SNND_OK)
        return status;
    ck_assert_int_eq(snnd_epoch_report_init(&report, sizeof report), SNND_OK);
    const snnd_status end = snnd_trainer_epoch(trainer, bench->dataset, &report);
    ck_assert(end == SNND_OK || end == SNND_STOPPED);
    bench_note(bench, &report.loss, sizeof report.loss);
    bench_note(bench, &report.weight_rate, sizeof report.weight_rate);
    bench_note(bench, &report.picojoules, sizeof report.picojoules);
    bench_note(bench, &steps_counted, sizeof steps_counted);
    bench_note_network(bench);
    snnd_trainer_free(trainer);
    return SNND_OK;
}

static void fill_picojoules(growth_bench *bench, void *options) {
    (void)bench;
    snnd_picojoules *o = options;
    o->accumulation = 0.5, o->multiplication = 4;
}

static snnd_status use_picojoules(growth_bench *bench, const void *options) {
    snnd_operations operations;
    OK(bench->context, bench_pass(bench, NULL));
    ck_assert_int_eq(snnd_operations_init(&operations, sizeof operations), SNND_OK);
    const snnd_status status = snnd_workspace_operations(bench->workspace, NULL, options, &operations);
    bench_note(bench, &operations.picojoules, sizeof operations.picojoules);
    return status;
}

/* ---- structure ---- */

static void fill_structure(growth_bench *bench, void *options) {
    (void)bench;
    snnd_structure *o = options;
    o->budget = SNND_BUDGET_FAN_IN, o->density = SNND_DENSITY_ERDOS_RENYI, o->sparsity = 0.5, o->fan_in = 2;
    o->signs = SNND_SIGNS_NONE, o->start = SNND_START_MAGNITUDE, o->seed = 7;
}

static snnd_status use_structure(growth_bench *bench, const void *options) {
    snnd_sparsity *sparsity;
    const snnd_status status = snnd_sparsity_create_fixed_mask(bench->network, options, &sparsity);
    if (status != SNND_OK)
        return status;
    bench_note_network(bench);
    snnd_sparsity_free(sparsity);
    return SNND_OK;
}

/* A few steps under a controller. */
static void train_under(growth_bench *bench, snnd_sparsity *sparsity) {
    snnd_optimizer *optimizer;
    snnd_optimizer_options options;
    ck_assert_int_eq(snnd_optimizer_options_init(&options, sizeof options), SNND_OK);
    options.rate = 0.25;
    OK(bench->context, snnd_optimizer_create(bench->network, &options, &optimizer));
    for (int i = 0; i < 4; i++) {
        OK(bench->context, bench_pass(bench, NULL));
        OK(bench->context, snnd_optimizer_step(optimizer, bench->workspace));
        OK(bench->context, snnd_sparsity_step(sparsity, bench->workspace, optimizer));
    }
    bench_note_network(bench);
    snnd_optimizer_free(optimizer);
    snnd_sparsity_free(sparsity);
}

static void fill_deep_r(growth_bench *bench, void *options) {
    (void)bench;
    snnd_deep_r_options *o = options;
    o->growth = SNND_GROWTH_RANDOM, o->dormant_gradients = 1, o->temperature = 0.01;
}

static snnd_status use_deep_r(growth_bench *bench, const void *options) {
    const snnd_structure structure = structure_of(0.5);
    snnd_sparsity *sparsity;
    const snnd_status status = snnd_sparsity_create_deep_r(bench->network, &structure, options, &sparsity);
    if (status == SNND_OK)
        train_under(bench, sparsity);
    return status;
}

static void fill_rewiring(growth_bench *bench, void *options) {
    (void)bench;
    snnd_rewiring_options *o = options;
    o->drop = SNND_DROP_EACH_SIGN, o->growth = SNND_GROWTH_RANDOM, o->interval = 1, o->stop = 10, o->share = 0.5;
}

static snnd_status use_rewiring(growth_bench *bench, const void *options) {
    const snnd_structure structure = structure_of(0.5);
    snnd_sparsity *sparsity;
    const snnd_status status = snnd_sparsity_create_rewiring(bench->network, &structure, options, &sparsity);
    if (status == SNND_OK)
        train_under(bench, sparsity);
    return status;
}

/* ---- data, analysis, inference ---- */

static void fill_samples(growth_bench *bench, void *options) {
    static const float input[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    static const int32_t label[2] = {0, 3}, length[2] = {1, 2};
    (void)bench;
    snnd_samples *o = options;
    o->input = input, o->label = label, o->samples = 2, o->steps = 3, o->channels = 2, o->copy = 0, o->length = length;
}

static void fill_counts(growth_bench *bench, void *options) {
    static const uint8_t counts[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    snnd_samples *o = options;
    fill_samples(bench, options);
    o->input = NULL, o->counts = counts, o->scale = 0.5;
}

/* The second of two samples of three steps and two channels. */
static void note_sample(growth_bench *bench, snnd_dataset *dataset) {
    const float *input;
    int32_t label;
    OK(bench->context, snnd_dataset_sample(dataset, 1, &input, &label));
    const int32_t length = snnd_dataset_length(dataset, 1);
    bench_note(bench, input, 6 * sizeof *input);
    bench_note(bench, &label, sizeof label);
    bench_note(bench, &length, sizeof length);
    snnd_dataset_free(dataset);
}

static snnd_status use_samples(growth_bench *bench, const void *options) {
    snnd_dataset *dataset;
    const snnd_status status = snnd_dataset_create(bench->context, options, &dataset);
    if (status == SNND_OK)
        note_sample(bench, dataset);
    return status;
}

static void fill_events(growth_bench *bench, void *options) {
    static const int64_t first[3] = {0, 2, 5};
    static const uint16_t step[5] = {0, 0, 1, 1, 0}, channel[5] = {1, 0, 1, 1, 0};
    static const int32_t label[2] = {0, 3}, length[2] = {1, 2};
    (void)bench;
    snnd_events *o = options;
    o->first = first, o->step = step, o->channel = channel, o->label = label, o->length = length;
    o->samples = 2, o->steps = 3, o->channels = 2, o->copy = 0, o->scale = 0.5;
}

static snnd_status use_events(growth_bench *bench, const void *options) {
    snnd_dataset *dataset;
    const snnd_status status = snnd_dataset_create_events(bench->context, options, &dataset);
    if (status == SNND_OK)
        note_sample(bench, dataset);
    return status;
}

static int fetch_ones(void *user, const snnd_fetch *what) {
    ck_assert_uint_eq(what->size, sizeof *what);
    for (int k = 0; k < 6; k++)
        what->input[k] = *(const float *)user;
    return 0;
}

static void fill_source(growth_bench *bench, void *options) {
    static float one = 1;
    static const int32_t label[2] = {0, 3}, length[2] = {1, 2};
    (void)bench;
    snnd_source *o = options;
    o->fetch = fetch_ones, o->user = &one, o->label = label, o->length = length;
    o->samples = 2, o->steps = 3, o->channels = 2;
}

static snnd_status use_source(growth_bench *bench, const void *options) {
    snnd_dataset *dataset;
    const snnd_status status = snnd_dataset_create_source(bench->context, options, &dataset);
    if (status == SNND_OK)
        note_sample(bench, dataset);
    return status;
}

static void fill_batches(growth_bench *bench, void *options) {
    (void)bench;
    snnd_batches_options *o = options;
    o->batch = 2, o->shuffle = 1, o->seed = 5, o->training = 0, o->prefetch = 2;
}

static snnd_status use_batches(growth_bench *bench, const void *options) {
    snnd_batches *batches;
    const float *input;
    const int32_t *label;
    int32_t count;
    const snnd_status status = snnd_batches_create_with(bench->dataset, options, &batches);
    if (status != SNND_OK)
        return status;
    OK(bench->context, snnd_batches_get(batches, 1, 0, &input, &label, &count));
    bench_note(bench, &count, sizeof count);
    bench_note(bench, label, (size_t)count * sizeof *label);
    snnd_batches_free(batches);
    return SNND_OK;
}

enum { ROWS = 4, COLUMNS = 3 };

static void fill_moran(growth_bench *bench, void *options) {
    static const int32_t orders[2][ROWS] = {{3, 1, 2, 0}, {0, 2, 1, 3}};
    (void)bench;
    snnd_moran_options *o = options;
    o->neighbours = SNND_ROOK, o->permutations = 2, o->seed = 9, o->orders = &orders[0][0], o->search = 1;
}

static snnd_status use_moran(growth_bench *bench, const void *options) {
    static const double grid[ROWS][COLUMNS] = {{1, 5, 2}, {8, 3, 9}, {4, 7, 6}, {2, 2, 1}};
    double result;
    int32_t order[ROWS];
    const snnd_status status = snnd_moran_maximum(bench->context, &grid[0][0], ROWS, COLUMNS, options, &result, order);
    if (status != SNND_OK)
        return status;
    bench_note(bench, &result, sizeof result);
    bench_note(bench, order, sizeof order);
    return SNND_OK;
}

static void fill_stream(growth_bench *bench, void *options) {
    (void)bench;
    ((snnd_stream_options *)options)->readout = SNND_READOUT_MEAN;
}

static snnd_status use_stream(growth_bench *bench, const void *options) {
    snnd_plan *plan;
    snnd_stream *stream;
    float scores[2];
    OK(bench->context, snnd_plan_create(bench->network, &plan));
    const snnd_status status = snnd_stream_create(plan, options, &stream);
    if (status == SNND_OK) {
        const float frame[3] = {1, 0, 5};
        for (int i = 0; i < 8; i++)
            OK(bench->context, snnd_stream_push(stream, frame, NULL, scores));
        bench_note(bench, scores, sizeof scores);
        snnd_stream_free(stream);
    }
    snnd_plan_free(plan);
    return status;
}

/* ---- files for others ---- */

/* Either largest_input or samples may be set. */
static void fill_export_c(growth_bench *bench, void *options) {
    snnd_export_c_options *o = options;
    o->numbers = SNND_C_FIXED, o->readout = SNND_READOUT_MAX, o->name = "other", o->samples = bench->dataset;
}

static snnd_status use_export_c(growth_bench *bench, const void *options) {
    snnd_plan *plan;
    OK(bench->context, snnd_plan_create(bench->network, &plan));
    const snnd_status status =
        snnd_export_c(plan, options, bench_path(bench, "net.c"), bench_path(bench, "net.h"), NULL);
    snnd_plan_free(plan);
    if (status != SNND_OK)
        return status;
    bench_note_file(bench, "net.c");
    return SNND_OK;
}

/* ---- the table ---- */

#define INIT(type, function)                                                                                           \
    static snnd_status init_##type(void *options, size_t size) {                                                       \
        return function(options, size);                                                                                \
    }
INIT(context, snnd_context_options_init)
INIT(delay, snnd_delay_options_init)
INIT(batch_norm, snnd_batch_norm_options_init)
INIT(lif, snnd_lif_options_init)
INIT(leaky_integrator, snnd_leaky_integrator_options_init)
INIT(adaptive_lif, snnd_adaptive_lif_options_init)
INIT(loss, snnd_loss_options_init)
INIT(optimizer, snnd_optimizer_options_init)
INIT(picojoules, snnd_picojoules_init)
INIT(schedule, snnd_schedule_init)
INIT(structure, snnd_structure_init)
INIT(deep_r, snnd_deep_r_options_init)
INIT(rewiring, snnd_rigl_options_init)
INIT(samples, snnd_samples_init)
INIT(events, snnd_events_init)
INIT(source, snnd_source_init)
INIT(batches, snnd_batches_options_init)
INIT(trainer, snnd_trainer_options_init)
INIT(moran, snnd_moran_options_init)
INIT(stream, snnd_stream_options_init)
INIT(export_c, snnd_export_c_options_init)

#define ROW(type, name) #type, sizeof(type), init_##name, fill_##name, use_##name
const given growth_given[] = {
    {ROW(snnd_context_options, context), 1},
    {ROW(snnd_delay_options, delay), 0},
    {ROW(snnd_batch_norm_options, batch_norm), 0},
    {ROW(snnd_lif_options, lif), 0},
    {ROW(snnd_leaky_integrator_options, leaky_integrator), 0},
    {ROW(snnd_adaptive_lif_options, adaptive_lif), 0},
    {ROW(snnd_loss_options, loss), 0},
    {ROW(snnd_optimizer_options, optimizer), 0},
    {ROW(snnd_picojoules, picojoules), 0},
    {ROW(snnd_schedule, schedule), 0},
    {ROW(snnd_structure, structure), 0},
    {ROW(snnd_deep_r_options, deep_r), 0},
    {ROW(snnd_rewiring_options, rewiring), 0},
    {ROW(snnd_samples, samples), 0},
    {ROW(snnd_trainer_options, trainer), 0},
    {ROW(snnd_moran_options, moran), 0},
    {ROW(snnd_stream_options, stream), 0},
    {ROW(snnd_export_c_options, export_c), 0},
    {"snnd_samples", sizeof(snnd_samples), init_samples, fill_counts, use_samples, 0},
    {ROW(snnd_events, events), 0},
    {ROW(snnd_source, source), 0},
    {ROW(snnd_batches_options, batches), 0},
    {NULL, 0, NULL, NULL, NULL, 0},
};
