/*
 * Inference frame by frame. Each frame passes through all layers in one call. A layer of delays stores its inputs for
 * as long as its longest delay, and an input that was silent for so long costs nothing.
 *
 * A stream gives the bits of batch evaluation. That rests on four places: the currents of a frame are summed in the
 * order of a batch (kernel/frame.c, on the lists that delays.c makes), one step of a layer rounds as the kernel for
 * rows does (the functions of one step at the ends of kernel/neurons.c, rows.c and adaptive.c), readouts add step by
 * step what they add over a batch (kernel/readout.c), and batch evaluation always takes the direct path
 * (delay/choose.c). The test is tests/inference/stream_bits.c.
 */
#include "inference/stream.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/finite.h"
#include "base/float_mode.h"
#include "base/options.h"
#include "base/text_mode.h"
#include "kernel/readout.h"

snnd_status snnd_stream_fail(snnd_stream *stream, snnd_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    snnd_print(stream->error, sizeof stream->error, format, arguments);
    va_end(arguments);
    return status;
}

const char *snnd_stream_last_error(const snnd_stream *stream) {
    return stream == NULL ? "" : stream->error;
}

/* ---- memory ---- */

enum { ALIGNMENT = 64, CLASS_ROUND = 8 };

/* Lays out the parts of a stream in one block: sets their places where `memory` is not NULL, and returns their size.
 * snnd_plan_create() has checked that this is a valid size. */
static size_t lay_out(const snnd_plan *plan, char *memory) {
    size_t end = 0;
    const size_t total = snnd_size_multiply(snnd_size_round_up((size_t)plan->outputs, CLASS_ROUND), sizeof(double));
    const size_t row = snnd_size_multiply((size_t)plan->widest, sizeof(float)); /* a multiple of 16 by the alignment */
    const size_t sizes[] = {sizeof(snnd_stream),
                            snnd_size_multiply(plan->state, sizeof(float)),
                            snnd_size_multiply(plan->past, sizeof(int32_t)),
                            total,
                            total,
                            row,
                            row};
    enum { PARTS = sizeof sizes / sizeof sizes[0] };
    void *part[PARTS];
    for (int p = 0; p < PARTS; p++) {
        part[p] = memory == NULL ? NULL : memory + end;
        end = snnd_size_add(end, snnd_size_round_up(sizes[p], ALIGNMENT));
    }
    if (memory != NULL) {
        snnd_stream *stream = part[0];
        *stream = (snnd_stream){.plan = plan,
                                .state = part[1],
                                .idle = part[2],
                                .total = part[3],
                                .scratch = part[4],
                                .row = {part[5], part[6]}};
    }
    return end;
}

snnd_status snnd_stream_options_init(snnd_stream_options *options, size_t size) {
    static const snnd_stream_options defaults = {.readout = SNND_READOUT_NETWORK};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

/* Errors are set in `context`, which may be NULL. */
static snnd_status read_options(snnd_context *context, const snnd_plan *plan, const snnd_stream_options *options,
                                snnd_stream_options *known) {
    snnd_stream_options_init(known, sizeof *known);
    const snnd_status status = snnd_options_read(context, options, known, sizeof *known, "snnd_stream_options");
    if (status != SNND_OK)
        return status;
    known->readout = snnd_choose_readout(known->readout, plan->readout);
    if (!snnd_is_readout(known->readout))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "snnd_stream_options: readout is %d; expected one of snnd_readout", known->readout);
    return SNND_OK;
}

static snnd_stream *begin_stream(const snnd_plan *plan, const snnd_stream_options *options, void *memory) {
    snnd_stream *made = memory;
    lay_out(plan, memory);
    made->readout = options->readout;
    memset(made->row[0], 0, (size_t)plan->widest * sizeof(float));
    memset(made->row[1], 0, (size_t)plan->widest * sizeof(float));
    snnd_stream_reset(made);
    return made;
}

snnd_status snnd_stream_create(const snnd_plan *plan, const snnd_stream_options *options, snnd_stream **stream) {
    snnd_stream_options known;
    if (plan == NULL)
        return SNND_ERROR_ARGUMENT;
    if (stream == NULL)
        return snnd_fail(plan->context, SNND_ERROR_ARGUMENT, "snnd_stream_create: stream is NULL");
    const snnd_status status = read_options(plan->context, plan, options, &known);
    if (status != SNND_OK)
        return status;
    void *memory = snnd_allocate(plan->context, lay_out(plan, NULL), 1);
    if (memory == NULL)
        return snnd_fail(plan->context, SNND_ERROR_MEMORY, "cannot allocate a stream: %s", plan->context->error);
    *stream = begin_stream(plan, &known, memory);
    return SNND_OK;
}

size_t snnd_stream_size(const snnd_plan *plan) {
    return plan == NULL ? 0 : lay_out(plan, NULL);
}

snnd_status snnd_stream_place(const snnd_plan *plan, const snnd_stream_options *options, void *memory, size_t bytes,
                              snnd_stream **stream) {
    snnd_stream_options known;
    if (plan == NULL || memory == NULL || stream == NULL || (uintptr_t)memory % ALIGNMENT != 0 ||
        bytes < lay_out(plan, NULL))
        return SNND_ERROR_ARGUMENT;
    const snnd_status status = read_options(NULL, plan, options, &known);
    if (status != SNND_OK)
        return status;
    *stream = begin_stream(plan, &known, memory);
    (*stream)->placed = true;
    return SNND_OK;
}

void snnd_stream_free(snnd_stream *stream) {
    if (stream != NULL && !stream->placed)
        snnd_release(stream->plan->context, stream);
}

/* ---- frames ---- */

/* Returns the output of the last layer, which is valid until the next frame. */
static const float *pass(snnd_stream *stream, const float *frame) {
    const snnd_plan *plan = stream->plan;
    const float *x = frame;
    const snnd_float_mode before = snnd_set_float_mode();
    for (int32_t i = 0; i < plan->count; i++) {
        float *y = stream->row[x == stream->row[0]];
        plan->layer[i].frozen->step(stream, &plan->layer[i], x, y);
        x = y;
    }
    snnd_readout_add(plan->kernels->softmax, stream->readout, plan->outputs, stream->frames, x, stream->total,
                     stream->scratch);
    snnd_restore_float_mode(before);
    stream->frames++;
    return x;
}

const snnd_plan_layer *snnd_stream_overflowed(const snnd_stream *stream) {
    for (int32_t l = 0; l < stream->plan->count; l++) {
        const snnd_plan_layer *layer = &stream->plan->layer[l];
        if (layer->frozen->overflows && !snnd_all_finite(stream->state + layer->state, layer->floats))
            return layer;
    }
    return NULL;
}

/* Checks before the stream changes that two results are not written to the same place. */
static snnd_status check_results(snnd_stream *stream, const float *potentials, const float *scores) {
    return potentials == NULL || potentials != scores
               ? SNND_OK
               : snnd_stream_fail(
                     stream, SNND_ERROR_ARGUMENT,
                     "potentials and scores would be written to the same place; expected two different places");
}

static snnd_status push(snnd_stream *stream, const float *frame, float *potentials, float *scores) {
    const int32_t outputs = stream->plan->outputs;
    const snnd_status status = check_results(stream, potentials, scores);
    if (status != SNND_OK)
        return status;
    const float *output = pass(stream, frame);
    for (int32_t c = 0; c < outputs; c++)
        if (!isfinite(output[c]))
            return snnd_stream_fail(stream, SNND_ERROR_NUMERIC,
                                    "output %d is %g after frame %lld because inputs are too large; reset the stream",
                                    c, (double)output[c], (long long)stream->frames - 1);
    const snnd_plan_layer *lost = snnd_stream_overflowed(stream);
    if (lost != NULL)
        return snnd_stream_fail(stream, SNND_ERROR_NUMERIC,
                                "neurons of layer %d overflow after frame %lld because inputs or parameters are too "
                                "large; reset the stream",
                                lost->index, (long long)stream->frames - 1);
    if (potentials != NULL)
        memcpy(potentials, output, (size_t)outputs * sizeof *potentials);
    if (scores != NULL)
        snnd_readout_total(stream->readout, outputs, stream->frames, stream->total, scores);
    return SNND_OK;
}

snnd_status snnd_stream_push(snnd_stream *stream, const float *frame, float *potentials, float *scores) {
    if (stream == NULL)
        return SNND_ERROR_ARGUMENT;
    if (frame == NULL)
        return snnd_stream_fail(stream, SNND_ERROR_ARGUMENT, "snnd_stream_push: frame is NULL");
    for (int32_t i = 0; i < stream->plan->inputs; i++)
        if (!isfinite(frame[i]))
            return snnd_stream_fail(stream, SNND_ERROR_ARGUMENT,
                                    "channel %d of frame %lld is %g; expected a finite number", i,
                                    (long long)stream->frames, (double)frame[i]);
    return push(stream, frame, potentials, scores);
}

snnd_status snnd_stream_push_events(snnd_stream *stream, const int32_t *channels, int64_t count, float *potentials,
                                    float *scores) {
    if (stream == NULL)
        return SNND_ERROR_ARGUMENT;
    if (count < 0 || (channels == NULL && count > 0))
        return snnd_stream_fail(stream, SNND_ERROR_ARGUMENT, "snnd_stream_push_events: %s",
                                count < 0 ? "count is negative" : "channels is NULL");
    const int32_t inputs = stream->plan->inputs;
    if (!snnd_size_fits(snnd_size_multiply(snnd_size_of(count), sizeof *channels)))
        return snnd_stream_fail(stream, SNND_ERROR_ARGUMENT,
                                "snnd_stream_push_events: %lld events are more than memory can hold", (long long)count);
    for (int64_t k = 0; k < count; k++)
        if (channels[k] < 0 || channels[k] >= inputs)
            return snnd_stream_fail(stream, SNND_ERROR_ARGUMENT,
                                    "event %lld of frame %lld is in channel %d; expected 0 to %d", (long long)k,
                                    (long long)stream->frames, channels[k], inputs - 1);
    float *frame = stream->row[0];
    memset(frame, 0, (size_t)inputs * sizeof *frame);
    for (int64_t k = 0; k < count; k++)
        frame[channels[k]] += 1;
    return push(stream, frame, potentials, scores);
}

int64_t snnd_stream_frames(const snnd_stream *stream) {
    return stream == NULL ? 0 : stream->frames;
}
