/*
 * A whole life of the library, from an empty context over training by the trainer and by a loop of one's own, files,
 * streams and export back to an empty one, in which one allocation fails: the first time the first, then the second,
 * and so on through all of them. The call that fails must say so, leave every handle usable and every file as it was,
 * and do its work when it is called again, so that the life ends with the same numbers as an undisturbed one.
 */
#include "base/allocator.h"
#include "format/scratch.h"
#include "model/small.h"

Suite *starved_suite(void);

enum { SAMPLES = 12, STEPS = 10, INPUTS = 5, HIDDEN = 8, CLASSES = 3, BATCH = 4 };

/* What a life makes. */
typedef struct life {
    allocator memory;
    snnd_context *context;
    snnd_dataset *data, *part, *rest, *selection, *read, *padded, *counts, *events, *source;
    snnd_network *network, *loaded, *own, *initial, *best;
    snnd_sparsity *sparsity, *rule;
    snnd_trainer *trainer;
    snnd_batches *batches;
    snnd_workspace *workspace;
    snnd_optimizer *optimizer;
    snnd_plan *plan;
    snnd_stream *stream, *clone;
    snnd_network *adaptive; /* and what is made of it */
    snnd_workspace *adaptive_workspace;
    snnd_plan *adaptive_plan;
    snnd_stream *adaptive_stream;
    float scores[CLASSES];
    int failures;
} life;

static float *input;
static int32_t *labels, lengths[SAMPLES];

/* A call of a life: where memory failed it is made once more, and must go through. */
#define LIVE(l, call)                                                                                                  \
    do {                                                                                                               \
        if ((l)->context != NULL)                                                                                      \
            (l)->context->error[0] = '\0';                                                                             \
        snnd_status status_ = (call);                                                                                  \
        if (status_ != SNND_OK) {                                                                                      \
            ck_assert_msg(status_ == SNND_ERROR_MEMORY, "%s: %s (%s)", #call, snnd_status_string(status_),             \
                          snnd_context_last_error((l)->context));                                                      \
            ck_assert_msg((l)->context == NULL || (l)->context->error[0] != '\0', "%s said nothing", #call);           \
            ck_assert_int_eq(++(l)->failures, 1);                                                                      \
            status_ = (call);                                                                                          \
            ck_assert_msg(status_ == SNND_OK, "again, %s: %s (%s)", #call, snnd_status_string(status_),                \
                          snnd_context_last_error((l)->context));                                                      \
        }                                                                                                              \
    } while (0)

/* The same for one that writes a file, which holds what it held when the first try failed. */
static snnd_status write_whole(life *l, snnd_status (*save)(life *, const char *), const char *path) {
    size_t before = 0, after = 0;
    unsigned char *old = scratch_exists(path) ? scratch_read(path, &before) : NULL;
    const snnd_status status = save(l, path);
    if (status != SNND_OK) {
        ck_assert_int_eq(old != NULL, scratch_exists(path));
        unsigned char *now = old == NULL ? NULL : scratch_read(path, &after);
        ck_assert_uint_eq(before, after);
        ck_assert(old == NULL || memcmp(old, now, after) == 0);
        free(now);
    }
    free(old);
    return status;
}

static snnd_status save_network(life *l, const char *path) {
    return snnd_network_save(l->network, path);
}

static snnd_status save_checkpoint(life *l, const char *path) {
    return snnd_trainer_save_checkpoint(l->trainer, path, "a note");
}

static snnd_status save_weights(life *l, const char *path) {
    snnd_array array;
    const snnd_status status = snnd_layer_array(snnd_network_layer(l->network, 0), SNND_ARRAY_WEIGHT, &array);
    return status == SNND_OK ? snnd_array_save_npy(l->context, &array, path) : status;
}

static snnd_status export_c(life *l, const char *path) {
    snnd_export_c_options options;
    ck_assert_int_eq(snnd_export_c_options_init(&options, sizeof options), SNND_OK);
    options.numbers = SNND_C_FIXED;
    options.samples = l->data;
    return snnd_export_c(l->plan, &options, path, scratch("net.h"), NULL);
}

static void write_data(void) {
    snnd_context *context = make_context(1);
    const snnd_array numbers = {input, SNND_FLOAT32, 3, {SAMPLES, STEPS, INPUTS, 1}};
    const snnd_array classes = {labels, SNND_INT32, 1, {SAMPLES, 1, 1, 1}};
    const snnd_array steps = {lengths, SNND_INT32, 1, {SAMPLES, 1, 1, 1}};
    OK(context, snnd_array_save_npy(context, &numbers, scratch("numbers")));
    OK(context, snnd_array_save_npy(context, &classes, scratch("classes")));
    OK(context, snnd_array_save_npy(context, &steps, scratch("lengths")));
    snnd_context_free(context);
}

/* A sample of a source is one of the dataset that `user` is. */
static int fetch(void *user, const snnd_fetch *what) {
    return snnd_dataset_fill(user, what->epoch, what->index, what->input) != SNND_OK;
}

/* The other kinds of samples: counts, one event a sample, and the samples of `data` from a source. */
static void make_kinds(life *l, snnd_samples samples) {
    static uint8_t counts[SAMPLES * STEPS * INPUTS];
    static int64_t first[SAMPLES + 1];
    static uint16_t steps[SAMPLES], channels[SAMPLES];
    snnd_events events;
    snnd_source source;
    ck_assert_int_eq(snnd_events_init(&events, sizeof events), SNND_OK);
    ck_assert_int_eq(snnd_source_init(&source, sizeof source), SNND_OK);
    for (size_t k = 0; k < sizeof counts; k++)
        counts[k] = k % 5 == 0;
    for (int n = 0; n < SAMPLES; n++) {
        first[n + 1] = n + 1;
        steps[n] = (uint16_t)(n % lengths[n]);
        channels[n] = (uint16_t)(n % INPUTS);
    }
    samples.input = NULL;
    samples.counts = counts;
    samples.scale = 0.5;
    events.first = first, events.step = steps, events.channel = channels;
    events.label = source.label = labels, events.length = lengths;
    events.samples = source.samples = SAMPLES, events.steps = source.steps = STEPS;
    events.channels = source.channels = INPUTS;
    source.fetch = fetch, source.user = l->data;
    LIVE(l, snnd_dataset_create(l->context, &samples, &l->counts));
    LIVE(l, snnd_dataset_create_events(l->context, &events, &l->events));
    LIVE(l, snnd_dataset_create_source(l->context, &source, &l->source));
}

static void make_data(life *l) {
    snnd_samples samples;
    ck_assert_int_eq(snnd_samples_init(&samples, sizeof samples), SNND_OK);
    samples.input = input;
    samples.label = labels;
    samples.samples = SAMPLES;
    samples.steps = STEPS;
    samples.channels = INPUTS;
    LIVE(l, snnd_dataset_create(l->context, &samples, &l->data));
    LIVE(l, snnd_dataset_split(l->data, 0.3, 1, &l->part, &l->rest));
    LIVE(l, snnd_dataset_select(l->data, (const int64_t[]){1, 0}, 2, &l->selection));
    LIVE(l, snnd_dataset_load_npy(l->context, scratch("numbers"), scratch("classes"), 0.5, &l->read));
    LIVE(l, snnd_dataset_load_padded_npy(l->context, scratch("numbers"), scratch("classes"), scratch("lengths"), 0.5,
                                         &l->padded));
    make_kinds(l, samples);
}

static void make_network_in(life *l, snnd_network **network) {
    const snnd_delay_options delays = delay_options(6);
    snnd_delay_options shared = delays;
    snnd_lif_options lif;
    snnd_leaky_integrator_options leaky;
    ck_assert_int_eq(snnd_lif_options_init(&lif, sizeof lif), SNND_OK);
    ck_assert_int_eq(snnd_leaky_integrator_options_init(&leaky, sizeof leaky), SNND_OK);
    shared.sharing = SNND_SHARING_DENDRITIC;
    shared.synapses_per_pair = 2;
    lif.tau_per_neuron = SNND_TAU_LEARNED;
    lif.order = leaky.order = SNND_ORDER_UPDATE_FIRST;
    leaky.tau_per_neuron = SNND_TAU_GIVEN;
    LIVE(l, snnd_network_create(l->context, INPUTS, network));
    LIVE(l, snnd_network_add_delays(*network, HIDDEN, &delays, NULL));
    LIVE(l, snnd_network_add_batch_norm(*network, NULL, NULL));
    LIVE(l, snnd_network_add_lif(*network, &lif, NULL));
    LIVE(l, snnd_network_add_dropout(*network, 0.3, NULL));
    LIVE(l, snnd_network_add_delays(*network, CLASSES, &shared, NULL));
    LIVE(l, snnd_network_add_leaky_integrator(*network, &leaky, NULL));
}

static void train(life *l) {
    double class_weights[CLASSES];
    for (int c = 0; c < CLASSES; c++)
        class_weights[c] = 1 + c;
    snnd_trainer_options options;
    snnd_epoch_report report;
    char *note = NULL;
    ck_assert_int_eq(snnd_trainer_options_init(&options, sizeof options), SNND_OK);
    ck_assert_int_eq(snnd_epoch_report_init(&report, sizeof report), SNND_OK);
    options.epochs = 5;
    options.batch = BATCH;
    options.label_smoothing = 0.1;
    options.rate_penalty = 1;
    options.class_weight = class_weights;
    options.class_weight_count = CLASSES;
    options.clip_norm = 1;
    options.prefetch = 2;
    const snnd_structure structure = structure_of(0.6);
    LIVE(l, snnd_sparsity_create_deep_r(l->network, &structure, NULL, &l->sparsity));
    options.sparsity = l->sparsity;
    LIVE(l, snnd_trainer_create(l->network, &options, &l->trainer));
    LIVE(l, snnd_trainer_set_factor(l->trainer, snnd_network_layer(l->network, 1), SNND_ARRAY_SHIFT, 0));
    LIVE(l, snnd_trainer_epoch(l->trainer, l->data, &report));
    LIVE(l, write_whole(l, save_checkpoint, scratch("run")));
    LIVE(l, snnd_trainer_epoch(l->trainer, l->data, &report));
    LIVE(l, snnd_trainer_load_checkpoint(l->trainer, scratch("run"), &note));
    ck_assert_str_eq(note, "a note");
    snnd_string_free(l->context, note);
    LIVE(l, snnd_trainer_epoch(l->trainer, l->data, &report));
    LIVE(l, write_whole(l, save_checkpoint, scratch("run")));
    LIVE(l, snnd_trainer_evaluate(l->trainer, l->part, &report));
    LIVE(l, snnd_trainer_epoch(l->trainer, l->padded, &report));
    LIVE(l, snnd_trainer_evaluate(l->trainer, l->padded, &report));
    LIVE(l, snnd_trainer_epoch(l->trainer, l->source, &report));
    LIVE(l, snnd_trainer_evaluate(l->trainer, l->counts, &report));
    LIVE(l, snnd_trainer_evaluate(l->trainer, l->events, &report));
    LIVE(l, snnd_trainer_step(l->trainer, input, labels, BATCH, STEPS - 1, NULL)); /* of another length */
    LIVE(l, snnd_trainer_end_epoch(l->trainer));
}

/* A loop of one's own, one epoch under the rule. */
static void loop(life *l) {
    static float given[STEPS * BATCH * HIDDEN], back[BATCH * STEPS * INPUTS];
    given[3] = 1;
    const float *batch;
    const int32_t *label;
    int32_t count;
    for (int64_t b = 0; b < snnd_batches_count(l->batches); b++) {
        LIVE(l, snnd_batches_get(l->batches, 0, b, &batch, &label, &count));
        LIVE(l, snnd_workspace_forward(l->workspace, SNND_TRAIN, batch, count));
        LIVE(l, snnd_workspace_loss(l->workspace, label, NULL, NULL));
        LIVE(l, snnd_workspace_add_gradient(l->workspace, snnd_network_layer(l->own, 2), given));
        LIVE(l, snnd_workspace_backward(l->workspace));
        LIVE(l, snnd_workspace_input_gradient(l->workspace, back));
        LIVE(l, snnd_workspace_clip_gradients(l->workspace, 0.5, NULL));
        LIVE(l, snnd_optimizer_step(l->optimizer, l->workspace));
        LIVE(l, snnd_sparsity_step(l->rule, l->workspace, l->optimizer));
    }
    LIVE(l, snnd_sparsity_end_epoch(l->rule, l->optimizer));
    snnd_sparsity_free(l->rule);
    l->rule = NULL;
}

static void train_by_hand(life *l) {
    snnd_structure structure = structure_of(0.6);
    snnd_rewiring_options rewiring;
    make_network_in(l, &l->own);
    make_network_in(l, &l->initial);
    LIVE(l, snnd_batches_create(l->read, BATCH, 1, 3, &l->batches));
    LIVE(l, snnd_workspace_create(l->own, BATCH, STEPS, 1, &l->workspace));
    LIVE(l, snnd_optimizer_create(l->own, NULL, &l->optimizer));
    LIVE(l, snnd_sparsity_create_fixed_mask(l->own, &structure, &l->rule));
    loop(l);
    structure.start = SNND_START_KEEP;
    ck_assert_int_eq(snnd_snfs_options_init(&rewiring, sizeof rewiring), SNND_OK);
    LIVE(l, snnd_sparsity_create_rewiring(l->own, &structure, &rewiring, &l->rule));
    loop(l);
    LIVE(l, snnd_network_rewind(l->own, l->initial));
    ck_assert_int_eq(snnd_rigl_options_init(&rewiring, sizeof rewiring), SNND_OK);
    rewiring.interval = 2;
    LIVE(l, snnd_sparsity_create_rewiring(l->own, &structure, &rewiring, &l->rule));
    loop(l);
}

static void test_samples(life *l, const double *fields, int32_t rows, int32_t columns) {
    snnd_moran_test moran = {.size = sizeof moran};
    snnd_signed_rank_test signs = {.size = sizeof signs};
    snnd_interval interval = {.size = sizeof interval};
    const double p[3] = {0.5, 0.01, 0.2};
    double corrected[3];
    for (int shuffle = SNND_SHUFFLE_ROWS; shuffle <= SNND_SHUFFLE_CELLS; shuffle++)
        LIVE(l, snnd_moran_permuted(l->context, fields, rows, columns, (snnd_shuffle)shuffle, NULL, &moran, NULL));
    LIVE(l, snnd_wilcoxon(l->context, p, NULL, 3, SNND_TWO_SIDED, &signs));
    LIVE(l, snnd_auc(l->context, fields, 20, fields + 20, 20, 0.95, &interval));
    LIVE(l, snnd_correct(l->context, p, 3, SNND_HOLM, corrected));
}

static void look_inside(life *l) {
    int32_t outputs, rows, columns;
    LIVE(l, snnd_receptive_fields_size(l->network, NULL, &outputs, &rows, &columns));
    double *fields = malloc((size_t)outputs * (size_t)rows * (size_t)columns * sizeof *fields), moran;
    snnd_rank_test ranks;
    ck_assert_int_eq(snnd_rank_test_init(&ranks, sizeof ranks), SNND_OK);
    LIVE(l, snnd_receptive_fields(l->network, NULL, fields, NULL, NULL));
    LIVE(l, snnd_moran_maximum(l->context, fields, rows, columns, NULL, &moran, NULL));
    LIVE(l, snnd_mann_whitney(l->context, fields, 20, fields + 20, 20, SNND_TWO_SIDED, &ranks));
    test_samples(l, fields, rows, columns);
    free(fields);
}

static void use_files(life *l) {
    snnd_array array = {0};
    snnd_changes changes;
    ck_assert_int_eq(snnd_changes_init(&changes, sizeof changes), SNND_OK);
    LIVE(l, write_whole(l, save_network, scratch("network")));
    LIVE(l, write_whole(l, save_network, scratch("network")));
    LIVE(l, snnd_network_load(l->context, scratch("network"), &l->loaded));
    LIVE(l, snnd_network_changes(l->loaded, l->network, NULL, &changes));
    ck_assert_int_eq(changes.born + changes.died, 0);
    LIVE(l, write_whole(l, save_weights, scratch("weights")));
    LIVE(l, snnd_array_load_npy(l->context, scratch("weights"), SNND_FLOAT64, &array));
    snnd_array_free(l->context, &array);
}

static void stream(life *l) {
    LIVE(l, snnd_plan_create(l->loaded, &l->plan));
    LIVE(l, snnd_stream_create(l->plan, NULL, &l->stream));
    for (int t = 0; t < STEPS; t++)
        LIVE(l, snnd_stream_push(l->stream, input + t * INPUTS, NULL, NULL));
    unsigned char state[4096];
    const size_t bytes = snnd_stream_state_size(l->stream);
    ck_assert_uint_le(bytes, sizeof state);
    LIVE(l, snnd_stream_save(l->stream, state, bytes));
    LIVE(l, snnd_stream_push(l->stream, input, NULL, NULL));
    LIVE(l, snnd_stream_restore(l->stream, state, bytes));
    LIVE(l, snnd_stream_clone(l->stream, &l->clone));
    LIVE(l, snnd_stream_push(l->clone, input, NULL, l->scores));
    LIVE(l, write_whole(l, export_c, scratch("net.c")));
}

/* The best epoch so far is kept and put back. */
static void keep_best(life *l) {
    LIVE(l, snnd_network_clone(l->network, &l->best));
    LIVE(l, snnd_network_copy_parameters(l->best, l->own)); /* which has no signs */
    LIVE(l, snnd_network_copy_parameters(l->best, l->network));
    assert_same_networks(l->best, l->network);
}

/* What a call writes, to memory of the context, from the first byte on. */
static snnd_status write_network(life *l, snnd_buffer *to) {
    const snnd_writer writer = snnd_buffer_writer(to);
    to->bytes = 0;
    return snnd_network_write(l->network, &writer);
}

static snnd_status write_checkpoint(life *l, snnd_buffer *to) {
    const snnd_writer writer = snnd_buffer_writer(to);
    to->bytes = 0;
    return snnd_trainer_write_checkpoint(l->trainer, &writer, NULL);
}

static snnd_status write_weights(life *l, snnd_buffer *to) {
    const snnd_writer writer = snnd_buffer_writer(to);
    snnd_array array;
    to->bytes = 0;
    const snnd_status status = snnd_layer_array(snnd_network_layer(l->network, 0), SNND_ARRAY_WEIGHT, &array);
    return status == SNND_OK ? snnd_array_write_npy(l->context, &array, &writer) : status;
}

static snnd_status export_both(life *l, snnd_buffer *to) {
    const snnd_writer writer = snnd_buffer_writer(to);
    to->bytes = 0;
    return snnd_export_c_write(l->plan, NULL, &writer, &writer, "net.h", NULL);
}

/* The same from its beginning, whose length nobody tells. */
static snnd_reader read_again(const snnd_buffer *from, snnd_memory *memory) {
    *memory = (snnd_memory){from->data, from->bytes};
    snnd_reader reader = snnd_memory_reader(memory);
    reader.bytes = 0;
    return reader;
}

static snnd_status read_network(life *l, const snnd_buffer *from) {
    snnd_memory memory;
    const snnd_reader reader = read_again(from, &memory);
    snnd_network *read = NULL;
    const snnd_status status = snnd_network_read(l->context, &reader, &read);
    ck_assert_int_eq(read != NULL, status == SNND_OK);
    snnd_network_free(read);
    return status;
}

static snnd_status read_checkpoint(life *l, const snnd_buffer *from) {
    snnd_memory memory;
    const snnd_reader reader = read_again(from, &memory);
    return snnd_trainer_read_checkpoint(l->trainer, &reader, NULL);
}

static snnd_status read_weights(life *l, const snnd_buffer *from) {
    snnd_memory memory;
    const snnd_reader reader = read_again(from, &memory);
    snnd_array array = {0};
    const snnd_status status = snnd_array_read_npy(l->context, &reader, SNND_ANY, &array);
    snnd_array_free(l->context, &array);
    return status;
}

static void use_memory(life *l) {
    snnd_buffer buffer = {.context = l->context};
    LIVE(l, write_network(l, &buffer));
    LIVE(l, read_network(l, &buffer));
    LIVE(l, write_checkpoint(l, &buffer));
    LIVE(l, read_checkpoint(l, &buffer));
    LIVE(l, write_weights(l, &buffer));
    LIVE(l, read_weights(l, &buffer));
    LIVE(l, export_both(l, &buffer));
    snnd_buffer_free(&buffer);
}

static snnd_status export_adaptive(life *l, snnd_buffer *to) {
    const snnd_writer writer = snnd_buffer_writer(to);
    to->bytes = 0;
    return snnd_export_c_write(l->adaptive_plan, NULL, &writer, &writer, "net.h", NULL);
}

/* Neurons that no fixed point is for. */
static void adapt(life *l) {
    snnd_buffer buffer = {.context = l->context};
    const snnd_delay_options delays = delay_options(6);
    LIVE(l, snnd_network_create(l->context, INPUTS, &l->adaptive));
    LIVE(l, snnd_network_add_delays(l->adaptive, CLASSES, &delays, NULL));
    LIVE(l, snnd_network_add_adaptive_lif(l->adaptive, NULL, NULL));
    LIVE(l, snnd_workspace_create(l->adaptive, BATCH, STEPS, 1, &l->adaptive_workspace));
    LIVE(l, snnd_workspace_forward(l->adaptive_workspace, SNND_TRAIN, input, BATCH));
    LIVE(l, snnd_workspace_loss(l->adaptive_workspace, labels, NULL, NULL));
    LIVE(l, snnd_workspace_backward(l->adaptive_workspace));
    LIVE(l, snnd_plan_create(l->adaptive, &l->adaptive_plan));
    LIVE(l, snnd_stream_create(l->adaptive_plan, NULL, &l->adaptive_stream));
    LIVE(l, snnd_stream_push(l->adaptive_stream, input, NULL, NULL));
    LIVE(l, export_adaptive(l, &buffer));
    snnd_buffer_free(&buffer);
}

static void live(life *l, int32_t threads, int64_t fail_at) {
    *l = (life){.memory.fail_at = fail_at};
    LIVE(l, allocator_context(&l->memory, threads, &l->context));
    make_data(l);
    make_network_in(l, &l->network);
    train(l);
    train_by_hand(l);
    look_inside(l);
    use_files(l);
    stream(l);
    keep_best(l);
    use_memory(l);
    adapt(l);
}

static void die(life *l) {
    snnd_stream_free(l->clone);
    snnd_stream_free(l->stream);
    snnd_plan_free(l->plan);
    snnd_stream_free(l->adaptive_stream);
    snnd_plan_free(l->adaptive_plan);
    snnd_workspace_free(l->adaptive_workspace);
    snnd_network_free(l->adaptive);
    snnd_network_free(l->loaded);
    snnd_trainer_free(l->trainer);
    snnd_sparsity_free(l->sparsity);
    snnd_network_free(l->network);
    snnd_optimizer_free(l->optimizer);
    snnd_workspace_free(l->workspace);
    snnd_batches_free(l->batches);
    snnd_network_free(l->own);
    snnd_network_free(l->initial);
    snnd_network_free(l->best);
    snnd_dataset_free(l->source);
    snnd_dataset_free(l->events);
    snnd_dataset_free(l->counts);
    snnd_dataset_free(l->read);
    snnd_dataset_free(l->padded);
    snnd_dataset_free(l->part);
    snnd_dataset_free(l->rest);
    snnd_dataset_free(l->selection);
    snnd_dataset_free(l->data);
    snnd_context_free(l->context);
    ck_assert_int_eq(l->memory.out, 0);
    ck_assert_int_eq(l->memory.odd, 0);
}

/* With _i threads. Under valgrind, where a life takes fifty times as long, STARVED_EVERY=5 takes each fifth allocation.
 */
START_TEST(any_allocation_may_fail) {
    const char *every = getenv("STARVED_EVERY");
    const int64_t step = every == NULL ? 1 : strtoll(every, NULL, 10);
    ck_assert_int_ge(step, 1);
    static life whole, starved;
    input = make_numbers(SAMPLES * STEPS * INPUTS, 1);
    labels = make_labels(SAMPLES, CLASSES);
    for (int s = 0; s < SAMPLES; s++)
        lengths[s] = 1 + s % STEPS;
    write_data();
    live(&whole, _i, 0);
    const int64_t calls = whole.memory.calls;
    int unnoticed = 0; /* only the pool of threads: without it the work is done by one */
    ck_assert_int_gt(calls, 100);
    for (int64_t n = 1; n <= calls; n += step) {
        live(&starved, _i, n);
        unnoticed += starved.failures == 0;
        ck_assert_msg(unnoticed <= _i - 1, "allocation %lld of %lld failed, and no call did", (long long)n,
                      (long long)calls);
        assert_same_networks(whole.network, starved.network);
        assert_same_networks(whole.loaded, starved.loaded);
        assert_same_networks(whole.own, starved.own);
        assert_same_bits(whole.scores, starved.scores, sizeof whole.scores, "scores");
        die(&starved);
    }
    die(&whole);
    free(input);
    free(labels);
}
END_TEST

Suite *starved_suite(void) {
    Suite *suite = suite_create("starved");
    TCase *alone = scratch_case(suite, "one thread"), *two = scratch_case(suite, "two threads");
    tcase_add_loop_test(alone, any_allocation_may_fail, 1, 2);
    tcase_add_loop_test(two, any_allocation_may_fail, 2, 3);
    return suite;
}
