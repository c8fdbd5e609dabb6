/* A network, a plan of it, and input for streams on it. */
#ifndef SNND_TESTS_INFERENCE_BED_H
#define SNND_TESTS_INFERENCE_BED_H

#include "inference/shapes.h"

enum { STEPS = 70, SAMPLES = 3 };

typedef struct bed {
    snnd_context *context;
    snnd_network *network;
    snnd_plan *plan;
    float *input;
    int32_t inputs, outputs;
} bed;

static inline bed make_bed(snnd_context *context, snnd_network *(*shape)(snnd_context *)) {
    bed b = {.context = context, .network = shape(context)};
    unsettle(b.network);
    OK(context, snnd_plan_create(b.network, &b.plan));
    b.inputs = snnd_plan_inputs(b.plan);
    b.outputs = snnd_plan_outputs(b.plan);
    b.input = make_input(SAMPLES, STEPS, b.inputs);
    return b;
}

static inline void free_bed(bed *b) {
    free(b->input);
    snnd_plan_free(b->plan);
    snnd_network_free(b->network);
    snnd_context_free(b->context);
}

static inline snnd_stream *make_stream(const bed *b, snnd_readout readout) {
    snnd_stream_options options;
    snnd_stream *stream;
    ck_assert_int_eq(snnd_stream_options_init(&options, sizeof options), SNND_OK);
    options.readout = readout;
    OK(b->context, snnd_stream_create(b->plan, &options, &stream));
    return stream;
}

#define PUSHES(stream, call) ck_assert_msg((call) == SNND_OK, "%s", snnd_stream_last_error(stream))

static inline const float *frame_of(const bed *b, int sample, int t) {
    return b->input + ((size_t)sample * STEPS + (size_t)t) * (size_t)b->inputs;
}

static inline void stream_steps(const bed *b, snnd_stream *stream, int sample, int steps, float *potentials,
                                float *scores) {
    for (int t = 0; t < steps; t++)
        PUSHES(stream,
               snnd_stream_push(stream, frame_of(b, sample, t), potentials + (size_t)t * (size_t)b->outputs, scores));
}

static inline void stream_sample(const bed *b, snnd_stream *stream, int sample, float *potentials, float *scores) {
    stream_steps(b, stream, sample, STEPS, potentials, scores);
}

#endif
