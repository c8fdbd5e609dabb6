/* Operations of calls.c: plans and streams. */
#include "calls.h"

#include "inference/stream.h"

/* Mostly with a plan. */
static planned *any_plan(world *w) {
    const unsigned char byte = fuzz_byte(&w->in);
    const int which = byte % PLANS;
    return &w->planned[w->planned[which].plan == NULL && byte < 224 ? PLANS - 1 - which : which];
}

/* Mostly one that is there. */
static snnd_stream *any_stream(world *w) {
    const planned *of = any_plan(w);
    const unsigned char byte = fuzz_byte(&w->in);
    const int which = byte % STREAMS;
    return of->stream[of->stream[which] == NULL && byte < 224 ? STREAMS - 1 - which : which];
}

/* A call of a stream leaves its message in the stream. */
static snnd_status may(const snnd_stream *stream, snnd_status status) {
    CLAIM(status >= SNND_OK && status <= SNND_ERROR_CALLBACK, "a stream gave the status %d", (int)status);
    CLAIM(status == SNND_OK || stream == NULL || snnd_stream_last_error(stream)[0] != '\0',
          "a stream gave '%s' without a message", snnd_status_string(status));
    return status;
}

static void create_plan(world *w) {
    planned *of = &w->planned[fuzz_below(&w->in, PLANS)];
    const owner *from = any_owner(w);
    free_plan(of);
    CALL(w, from->network, snnd_plan_create(from->network, &of->plan));
}

static void forget_plan(world *w) {
    if (fuzz_byte(&w->in) % 4 == 0)
        free_plan(any_plan(w));
}

static snnd_stream_options any_options(world *w) {
    snnd_stream_options options;
    MUST(w->context, snnd_stream_options_init(&options, sizeof options));
    options.readout = any_of(w, SNND_READOUT_SOFTMAX_SUM, 5);
    return options;
}

static void create_stream(world *w) {
    planned *of = any_plan(w);
    const int which = fuzz_below(&w->in, STREAMS);
    snnd_stream_options options = any_options(w);
    free_stream(of, which);
    CALL(w, of->plan, snnd_stream_create(of->plan, or_null(w, &options), &of->stream[which]));
}

static void place_stream(world *w) {
    planned *of = any_plan(w);
    const int which = fuzz_below(&w->in, STREAMS);
    const snnd_stream_options options = any_options(w);
    free_stream(of, which);
    const size_t size = (snnd_stream_size(of->plan) + 63) / 64 * 64;
    of->memory[which] = aligned_alloc(64, size > 0 ? size : 64);
    MAY(NULL, snnd_stream_place(of->plan, &options, of->memory[which], fuzz_byte(&w->in) < 240 ? size : size / 2,
                                &of->stream[which]));
}

static void clone_stream(world *w) {
    planned *of = any_plan(w);
    snnd_stream *clone = NULL;
    CALL(w, of->stream[0], snnd_stream_clone(of->stream[0], or_null(w, &clone)));
    if (clone == NULL)
        return;
    free_stream(of, 1);
    of->stream[1] = clone;
}

static void copy_stream(world *w) {
    snnd_stream *to = any_stream(w);
    const snnd_stream *from = any_stream(w);
    if (from != NULL)
        may(to, snnd_stream_copy(to, from));
}

static void push(world *w) {
    snnd_stream *stream = any_stream(w);
    const snnd_plan *plan = stream == NULL ? NULL : stream->plan;
    const size_t inputs = (size_t)snnd_plan_inputs(plan), outputs = (size_t)snnd_plan_outputs(plan);
    float *frame = lend_floats(w, inputs), *potentials = lend(w, outputs * sizeof(float)),
          *scores = lend(w, outputs * sizeof(float));
    for (int frames = 1 + fuzz_below(&w->in, 8); frames > 0; frames--)
        may(stream, snnd_stream_push(stream, or_null(w, frame), or_null(w, potentials), or_null(w, scores)));
}

static void push_events(world *w) {
    snnd_stream *stream = any_stream(w);
    int32_t channels[4];
    const int inputs = stream == NULL ? 1 : snnd_plan_inputs(stream->plan);
    for (int k = 0; k < 4; k++)
        channels[k] = fuzz_byte(&w->in) < 240 ? fuzz_byte(&w->in) % inputs : fuzz_int(&w->in);
    may(stream, snnd_stream_push_events(stream, or_null(w, channels), fuzz_below(&w->in, 6) % 5, NULL, NULL));
}

static void reset_stream(world *w) {
    snnd_stream *stream = any_stream(w);
    may(stream, snnd_stream_reset(stream));
}

/* What is saved can be restored, to a stream of the same network and readout. */
static void save_and_restore(world *w) {
    snnd_stream *stream = any_stream(w), *other = any_stream(w);
    const size_t size = snnd_stream_state_size(stream);
    unsigned char *state = lend(w, size);
    if (may(stream, snnd_stream_save(stream, or_null(w, state), size - fuzz_byte(&w->in) / 250)) != SNND_OK)
        return;
    const snnd_status status = may(stream, snnd_stream_restore(stream, state, size));
    CLAIM(status == SNND_OK || status == SNND_ERROR_FORMAT, "'%s'", snnd_status_string(status));
    may(other, snnd_stream_restore(other, state, size));
    if (size > 0 && fuzz_byte(&w->in) % 2)
        state[(size_t)fuzz_word(&w->in) % size] = fuzz_byte(&w->in);
    may(other, snnd_stream_restore(other, state, size));
}

static void ask(world *w) {
    const planned *of = any_plan(w);
    (void)snnd_plan_synapses(of->plan);
    (void)snnd_stream_frames(of->stream[0]);
    (void)snnd_stream_last_error(of->stream[1]);
}

static void export_c(world *w) {
    static const char *const names[] = {"snn", "a", "_", "9", "", "int", "a-b", "\xff", "x/y"};
    const planned *of = any_plan(w);
    snnd_export_c_options options;
    snnd_export_c_report report = {.size = sizeof report};
    MUST(w->context, snnd_export_c_options_init(&options, sizeof options));
    options.numbers = any_of(w, SNND_C_FLOAT32, 2);
    options.readout = any_of(w, SNND_READOUT_SOFTMAX_SUM, 5);
    options.name =
        fuzz_byte(&w->in) % 4 == 0 ? names[fuzz_byte(&w->in) % (sizeof names / sizeof names[0])] : options.name;
    options.largest_input = fuzz_byte(&w->in) % 2 ? 0 : fuzz_double(&w->in);
    options.samples = w->dataset[fuzz_below(&w->in, DATASETS)];
    if (options.numbers == SNND_C_FLOAT32 && fuzz_byte(&w->in) % 8 != 0)
        options.largest_input = 0, options.samples = NULL; /* which float refuses */
    if (snnd_plan_synapses(of->plan) > 2000)
        return; /* legal, and slow */
    CALL(w, of->plan,
         snnd_export_c(of->plan, or_null(w, &options), fuzz_path("net.c"), fuzz_path("net.h"), or_null(w, &report)));
}

/* To writers that take it. */
static int take(void *user, const void *data, size_t bytes) {
    (void)data;
    *(size_t *)user += bytes;
    return 0;
}

static void export_c_write(world *w) {
    const planned *of = any_plan(w);
    size_t bytes = 0;
    const snnd_writer writer = {take, &bytes};
    if (snnd_plan_synapses(of->plan) <= 2000)
        CALL(w, of->plan,
             snnd_export_c_write(of->plan, NULL, or_null(w, (void *)(uintptr_t)&writer), &writer, "net.h", NULL));
}

operation *const inference_operations[] = {
    create_plan, forget_plan, create_stream, place_stream,     clone_stream, copy_stream, push,
    push,        push_events, reset_stream,  save_and_restore, ask,          export_c,    export_c_write,
};

const int inference_operation_count = sizeof inference_operations / sizeof inference_operations[0];
