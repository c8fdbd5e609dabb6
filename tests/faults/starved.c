/*
 * A whole session with the library, from an empty context over training by the trainer and by a loop of one's own,
 * files, streams and export back to an empty one, in which one allocation fails: the first time the first, then the
 * second, and so on through all of them. The call that fails must say so, leave every handle usable and every file as
 * it was, and do its work when it is called again, so that the session ends with the same numbers as an undisturbed
 * one.
 */
#include "base/allocator.h"
#include "format/scratch.h"
#include "model/small.h"

Suite *starved_suite(void);

enum { SAMPLES = 12, STEPS = 10, INPUTS = 5, HIDDEN = 8, CLASSES = 3, BATCH = 4 };

/* What a session makes. */
typedef struct session {
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
} session;

static float *input;
static int32_t *labels, lengths[SAMPLES];

/* A call of a session: where memory failed it is made once more, and must go through. */
#define TRY(s, call)                                                                                                   \
    do {                                                                                                               \
        if ((s)->context != NULL)                                                                                      \
            (s)->context->error[0] = '\0';                                                                             \
        snnd_status status_ = (call);                                                                                  \
        if (status_ != SNND_OK) {                                                                                      \
            ck_assert_msg(status_ == SNND_ERROR_MEMORY, "%s: %s (%s)", #call, snnd_status_string(status_),             \
                          snnd_context_last_error((s)->context));                                                      \
            ck_assert_msg((s)->context == NULL || (s)->context->error[0] != '\0', "%s said nothing", #call);           \
            ck_assert_int_eq(++(s)->failures, 1);                                                                      \
            status_ = (call);                                                                                          \
            ck_assert_msg(status_ == SNND_OK, "again, %s: %s (%s)", #call, snnd_status_string(status_),                \
                          snnd_context_last_error((s)->context));                                                      \
        }                                                                                                              \
    } while (0)

/* The same for one that writes a file, which holds what it held when the first try failed. */
static snnd_status write_whole(session *s, snnd_status (*save)(session *, const char *), const char *path) {
    size_t before = 0, after = 0;
    unsigned char *old = scratch_exists(path) ? scratch_read(path, &before) : NULL;
    const snnd_status status = save(s, path);
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

static snnd_status save_network(session *s, const char *path) {
    return snnd_network_save(s->network, path);
}

static snnd_status save_checkpoint(session *s, const char *path) {
    return snnd_trainer_save_checkpoint(s->trainer, path, "a note");
}

static snnd_status save_weights(session *s, const char *path) {
    snnd_array array;
    const snnd_status status = snnd_layer_array(snnd_network_layer(s->network, 0), SNND_ARRAY_WEIGHT, &array);
    return status == SNND_OK ? snnd_array_save_npy(s->context, &array, path) : status;
}

static snnd_status export_c(session *s, const char *path) {
    snnd_export_c_options options;
    ck_assert_int_eq(snnd_export_c_options_init(&options, sizeof options), SNND_OK);
    options.numbers = SNND_C_FIXED;
    options.samples = s->data;
    return snnd_export_c(s->plan, &options, path, scratch("net.h"), NULL);
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
static void make_kinds(session *s, snnd_samples samples) {
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
    source.fetch = fetch, source.user = s->data;
    TRY(s, snnd_dataset_create(s->context, &samples, &s->counts));
    TRY(s, snnd_dataset_create_events(s->context, &events, &s->events));
    TRY(s, snnd_dataset_create_source(s->context, &source, &s->source));
}

static void make_data(session *s) {
    snnd_samples samples;
    ck_assert_int_eq(snnd_samples_init(&samples, sizeof samples), SNND_OK);
    samples.input = input;
    samples.label = labels;
    samples.samples = SAMPLES;
    samples.steps = STEPS;
    samples.channels = INPUTS;
    TRY(s, snnd_dataset_create(s->context, &samples, &s->data));
    TRY(s, snnd_dataset_split(s->data, 0.3, 1, &s->part, &s->rest));
    TRY(s, snnd_dataset_select(s->data, (const int64_t[]){1, 0}, 2, &s->selection));
    TRY(s, snnd_dataset_load_npy(s->context, scratch("numbers"), scratch("classes"), 0.5, &s->read));
    TRY(s, snnd_dataset_load_padded_npy(s->context, scratch("numbers"), scratch("classes"), scratch("lengths"), 0.5,
                                        &s->padded));
    make_kinds(s, samples);
}

static void make_network_in(session *s, snnd_network **network) {
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
    TRY(s, snnd_network_create(s->context, INPUTS, network));
    TRY(s, snnd_network_add_delays(*network, HIDDEN, &delays, NULL));
    TRY(s, snnd_network_add_batch_norm(*network, NULL, NULL));
    TRY(s, snnd_network_add_lif(*network, &lif, NULL));
    TRY(s, snnd_network_add_dropout(*network, 0.3, NULL));
    TRY(s, snnd_network_add_delays(*network, CLASSES, &shared, NULL));
    TRY(s, snnd_network_add_leaky_integrator(*network, &leaky, NULL));
}

static void train(session *s) {
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
    TRY(s, snnd_sparsity_create_deep_r(s->network, &structure, NULL, &s->sparsity));
    options.sparsity = s->sparsity;
    TRY(s, snnd_trainer_create(s->network, &options, &s->trainer));
    TRY(s, snnd_trainer_set_factor(s->trainer, snnd_network_layer(s->network, 1), SNND_ARRAY_SHIFT, 0));
    TRY(s, snnd_trainer_epoch(s->trainer, s->data, &report));
    TRY(s, write_whole(s, save_checkpoint, scratch("run")));
    TRY(s, snnd_trainer_epoch(s->trainer, s->data, &report));
    TRY(s, snnd_trainer_load_checkpoint(s->trainer, scratch("run"), &note));
    ck_assert_str_eq(note, "a note");
    snnd_string_free(s->context, note);
    TRY(s, snnd_trainer_epoch(s->trainer, s->data, &report));
    TRY(s, write_whole(s, save_checkpoint, scratch("run")));
    TRY(s, snnd_trainer_evaluate(s->trainer, s->part, &report));
    TRY(s, snnd_trainer_epoch(s->trainer, s->padded, &report));
    TRY(s, snnd_trainer_evaluate(s->trainer, s->padded, &report));
    TRY(s, snnd_trainer_epoch(s->trainer, s->source, &report));
    TRY(s, snnd_trainer_evaluate(s->trainer, s->counts, &report));
    TRY(s, snnd_trainer_evaluate(s->trainer, s->events, &report));
    TRY(s, snnd_trainer_step(s->trainer, input, labels, BATCH, STEPS - 1, NULL)); /* of another length */
    TRY(s, snnd_trainer_end_epoch(s->trainer));
}

/* A loop of one's own, one epoch under the rule. */
static void loop(session *s) {
    static float given[STEPS * BATCH * HIDDEN], back[BATCH * STEPS * INPUTS];
    given[3] = 1;
    const float *batch;
    const int32_t *label;
    int32_t count;
    for (int64_t b = 0; b < snnd_batches_count(s->batches); b++) {
        TRY(s, snnd_batches_get(s->batches, 0, b, &batch, &label, &count));
        TRY(s, snnd_workspace_forward(s->workspace, SNND_TRAIN, batch, count));
        TRY(s, snnd_workspace_loss(s->workspace, label, NULL, NULL));
        TRY(s, snnd_workspace_add_gradient(s->workspace, snnd_network_layer(s->own, 2), given));
        TRY(s, snnd_workspace_backward(s->workspace));
        TRY(s, snnd_workspace_input_gradient(s->workspace, back));
        TRY(s, snnd_workspace_clip_gradients(s->workspace, 0.5, NULL));
        TRY(s, snnd_optimizer_step(s->optimizer, s->workspace));
        TRY(s, snnd_sparsity_step(s->rule, s->workspace, s->optimizer));
    }
    TRY(s, snnd_sparsity_end_epoch(s->rule, s->optimizer));
    snnd_sparsity_free(s->rule);
    s->rule = NULL;
}

static void train_by_hand(session *s) {
    snnd_structure structure = structure_of(0.6);
    snnd_rewiring_options rewiring;
    make_network_in(s, &s->own);
    make_network_in(s, &s->initial);
    TRY(s, snnd_batches_create(s->read, BATCH, 1, 3, &s->batches));
    TRY(s, snnd_workspace_create(s->own, BATCH, STEPS, 1, &s->workspace));
    TRY(s, snnd_optimizer_create(s->own, NULL, &s->optimizer));
    TRY(s, snnd_sparsity_create_fixed_mask(s->own, &structure, &s->rule));
    loop(s);
    structure.start = SNND_START_KEEP;
    ck_assert_int_eq(snnd_snfs_options_init(&rewiring, sizeof rewiring), SNND_OK);
    TRY(s, snnd_sparsity_create_rewiring(s->own, &structure, &rewiring, &s->rule));
    loop(s);
    TRY(s, snnd_network_rewind(s->own, s->initial));
    ck_assert_int_eq(snnd_rigl_options_init(&rewiring, sizeof rewiring), SNND_OK);
    rewiring.interval = 2;
    TRY(s, snnd_sparsity_create_rewiring(s->own, &structure, &rewiring, &s->rule));
    loop(s);
}

static void test_samples(session *s, const double *fields, int32_t rows, int32_t columns) {
    snnd_moran_test moran = {.size = sizeof moran};
    snnd_signed_rank_test signs = {.size = sizeof signs};
    snnd_interval interval = {.size = sizeof interval};
    const double p[3] = {0.5, 0.01, 0.2};
    double corrected[3];
    for (int shuffle = SNND_SHUFFLE_ROWS; shuffle <= SNND_SHUFFLE_CELLS; shuffle++)
        TRY(s, snnd_moran_permuted(s->context, fields, rows, columns, (snnd_shuffle)shuffle, NULL, &moran, NULL));
    TRY(s, snnd_wilcoxon(s->context, p, NULL, 3, SNND_TWO_SIDED, &signs));
    TRY(s, snnd_auc(s->context, fields, 20, fields + 20, 20, 0.95, &interval));
    TRY(s, snnd_correct(s->context, p, 3, SNND_HOLM, corrected));
}

static void look_inside(session *s) {
    int32_t outputs, rows, columns;
    TRY(s, snnd_receptive_fields_size(s->network, NULL, &outputs, &rows, &columns));
    double *fields = malloc((size_t)outputs * (size_t)rows * (size_t)columns * sizeof *fields), moran;
    snnd_rank_test ranks;
    ck_assert_int_eq(snnd_rank_test_init(&ranks, sizeof ranks), SNND_OK);
    TRY(s, snnd_receptive_fields(s->network, NULL, fields, NULL, NULL));
    TRY(s, snnd_moran_maximum(s->context, fields, rows, columns, NULL, &moran, NULL));
    TRY(s, snnd_mann_whitney(s->context, fields, 20, fields + 20, 20, SNND_TWO_SIDED, &ranks));
    test_samples(s, fields, rows, columns);
    free(fields);
}

static void use_files(session *s) {
    snnd_array array = {0};
    snnd_changes changes;
    ck_assert_int_eq(snnd_changes_init(&changes, sizeof changes), SNND_OK);
    TRY(s, write_whole(s, save_network, scratch("network")));
    TRY(s, write_whole(s, save_network, scratch("network")));
    TRY(s, snnd_network_load(s->context, scratch("network"), &s->loaded));
    TRY(s, snnd_network_changes(s->loaded, s->network, NULL, &changes));
    ck_assert_int_eq(changes.born + changes.died, 0);
    TRY(s, write_whole(s, save_weights, scratch("weights")));
    TRY(s, snnd_array_load_npy(s->context, scratch("weights"), SNND_FLOAT64, &array));
    snnd_array_free(s->context, &array);
}

static void stream(session *s) {
    TRY(s, snnd_plan_create(s->loaded, &s->plan));
    TRY(s, snnd_stream_create(s->plan, NULL, &s->stream));
    for (int t = 0; t < STEPS; t++)
        TRY(s, snnd_stream_push(s->stream, input + t * INPUTS, NULL, NULL));
    unsigned char state[4096];
    const size_t bytes = snnd_stream_state_size(s->stream);
    ck_assert_uint_le(bytes, sizeof state);
    TRY(s, snnd_stream_save(s->stream, state, bytes));
    TRY(s, snnd_stream_push(s->stream, input, NULL, NULL));
    TRY(s, snnd_stream_restore(s->stream, state, bytes));
    TRY(s, snnd_stream_clone(s->stream, &s->clone));
    TRY(s, snnd_stream_push(s->clone, input, NULL, s->scores));
    TRY(s, write_whole(s, export_c, scratch("net.c")));
}

/* The best epoch so far is kept and put back. */
static void keep_best(session *s) {
    TRY(s, snnd_network_clone(s->network, &s->best));
    TRY(s, snnd_network_copy_parameters(s->best, s->own)); /* which has no signs */
    TRY(s, snnd_network_copy_parameters(s->best, s->network));
    assert_same_networks(s->best, s->network);
}

/* What a call writes, to memory of the context, from the first byte on. */
static snnd_status write_network(session *s, snnd_buffer *to) {
    const snnd_writer writer = snnd_buffer_writer(to);
    to->bytes = 0;
    return snnd_network_write(s->network, &writer);
}

static snnd_status write_checkpoint(session *s, snnd_buffer *to) {
    const snnd_writer writer = snnd_buffer_writer(to);
    to->bytes = 0;
    return snnd_trainer_write_checkpoint(s->trainer, &writer, NULL);
}

static snnd_status write_weights(session *s, snnd_buffer *to) {
    const snnd_writer writer = snnd_buffer_writer(to);
    snnd_array array;
    to->bytes = 0;
    const snnd_status status = snnd_layer_array(snnd_network_layer(s->network, 0), SNND_ARRAY_WEIGHT, &array);
    return status == SNND_OK ? snnd_array_write_npy(s->context, &array, &writer) : status;
}

static snnd_status export_both(session *s, snnd_buffer *to) {
    const snnd_writer writer = snnd_buffer_writer(to);
    to->bytes = 0;
    return snnd_export_c_write(s->plan, NULL, &writer, &writer, "net.h", NULL);
}

/* The same from its beginning, whose length nobody tells. */
static snnd_reader read_again(const snnd_buffer *from, snnd_memory *memory) {
    *memory = (snnd_memory){from->data, from->bytes};
    snnd_reader reader = snnd_memory_reader(memory);
    reader.bytes = 0;
    return reader;
}

static snnd_status read_network(session *s, const snnd_buffer *from) {
    snnd_memory memory;
    const snnd_reader reader = read_again(from, &memory);
    snnd_network *read = NULL;
    const snnd_status status = snnd_network_read(s->context, &reader, &read);
    ck_assert_int_eq(read != NULL, status == SNND_OK);
    snnd_network_free(read);
    return status;
}

static snnd_status read_checkpoint(session *s, const snnd_buffer *from) {
    snnd_memory memory;
    const snnd_reader reader = read_again(from, &memory);
    return snnd_trainer_read_checkpoint(s->trainer, &reader, NULL);
}

static snnd_status read_weights(session *s, const snnd_buffer *from) {
    snnd_memory memory;
    const snnd_reader reader = read_again(from, &memory);
    snnd_array array = {0};
    const snnd_status status = snnd_array_read_npy(s->context, &reader, SNND_ANY, &array);
    snnd_array_free(s->context, &array);
    return status;
}

static void use_memory(session *s) {
    snnd_buffer buffer = {.context = s->context};
    TRY(s, write_network(s, &buffer));
    TRY(s, read_network(s, &buffer));
    TRY(s, write_checkpoint(s, &buffer));
    TRY(s, read_checkpoint(s, &buffer));
    TRY(s, write_weights(s, &buffer));
    TRY(s, read_weights(s, &buffer));
    TRY(s, export_both(s, &buffer));
    snnd_buffer_free(&buffer);
}

static snnd_status export_adaptive(session *s, snnd_buffer *to) {
    const snnd_writer writer = snnd_buffer_writer(to);
    to->bytes = 0;
    return snnd_export_c_write(s->adaptive_plan, NULL, &writer, &writer, "net.h", NULL);
}

/* Neurons that no fixed point is for. */
static void adapt(session *s) {
    snnd_buffer buffer = {.context = s->context};
    const snnd_delay_options delays = delay_options(6);
    TRY(s, snnd_network_create(s->context, INPUTS, &s->adaptive));
    TRY(s, snnd_network_add_delays(s->adaptive, CLASSES, &delays, NULL));
    TRY(s, snnd_network_add_adaptive_lif(s->adaptive, NULL, NULL));
    TRY(s, snnd_workspace_create(s->adaptive, BATCH, STEPS, 1, &s->adaptive_workspace));
    TRY(s, snnd_workspace_forward(s->adaptive_workspace, SNND_TRAIN, input, BATCH));
    TRY(s, snnd_workspace_loss(s->adaptive_workspace, labels, NULL, NULL));
    TRY(s, snnd_workspace_backward(s->adaptive_workspace));
    TRY(s, snnd_plan_create(s->adaptive, &s->adaptive_plan));
    TRY(s, snnd_stream_create(s->adaptive_plan, NULL, &s->adaptive_stream));
    TRY(s, snnd_stream_push(s->adaptive_stream, input, NULL, NULL));
    TRY(s, export_adaptive(s, &buffer));
    snnd_buffer_free(&buffer);
}

static void run_session(session *s, int32_t threads, int64_t fail_at) {
    *s = (session){.memory.fail_at = fail_at};
    TRY(s, allocator_context(&s->memory, threads, &s->context));
    make_data(s);
    make_network_in(s, &s->network);
    train(s);
    train_by_hand(s);
    look_inside(s);
    use_files(s);
    stream(s);
    keep_best(s);
    use_memory(s);
    adapt(s);
}

static void end_session(session *s) {
    snnd_stream_free(s->clone);
    snnd_stream_free(s->stream);
    snnd_plan_free(s->plan);
    snnd_stream_free(s->adaptive_stream);
    snnd_plan_free(s->adaptive_plan);
    snnd_workspace_free(s->adaptive_workspace);
    snnd_network_free(s->adaptive);
    snnd_network_free(s->loaded);
    snnd_trainer_free(s->trainer);
    snnd_sparsity_free(s->sparsity);
    snnd_network_free(s->network);
    snnd_optimizer_free(s->optimizer);
    snnd_workspace_free(s->workspace);
    snnd_batches_free(s->batches);
    snnd_network_free(s->own);
    snnd_network_free(s->initial);
    snnd_network_free(s->best);
    snnd_dataset_free(s->source);
    snnd_dataset_free(s->events);
    snnd_dataset_free(s->counts);
    snnd_dataset_free(s->read);
    snnd_dataset_free(s->padded);
    snnd_dataset_free(s->part);
    snnd_dataset_free(s->rest);
    snnd_dataset_free(s->selection);
    snnd_dataset_free(s->data);
    snnd_context_free(s->context);
    ck_assert_int_eq(s->memory.out, 0);
    ck_assert_int_eq(s->memory.odd, 0);
}

/* With _i threads. Under valgrind, where a session takes fifty times as long, STARVED_EVERY=5 takes each fifth
 * allocation.
 */
START_TEST(any_allocation_may_fail) {
    const char *every = getenv("STARVED_EVERY");
    const int64_t step = every == NULL ? 1 : strtoll(every, NULL, 10);
    ck_assert_int_ge(step, 1);
    static session whole, starved;
    input = make_numbers(SAMPLES * STEPS * INPUTS, 1);
    labels = make_labels(SAMPLES, CLASSES);
    for (int s = 0; s < SAMPLES; s++)
        lengths[s] = 1 + s % STEPS;
    write_data();
    run_session(&whole, _i, 0);
    const int64_t calls = whole.memory.calls;
    int unnoticed = 0; /* only the pool of threads: without it the work is done by one */
    ck_assert_int_gt(calls, 100);
    for (int64_t n = 1; n <= calls; n += step) {
        run_session(&starved, _i, n);
        unnoticed += starved.failures == 0;
        ck_assert_msg(unnoticed <= _i - 1, "allocation %lld of %lld failed, and no call did", (long long)n,
                      (long long)calls);
        assert_same_networks(whole.network, starved.network);
        assert_same_networks(whole.loaded, starved.loaded);
        assert_same_networks(whole.own, starved.own);
        assert_same_bits(whole.scores, starved.scores, sizeof whole.scores, "scores");
        end_session(&starved);
    }
    end_session(&whole);
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
