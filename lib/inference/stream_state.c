/*
 * The state of a stream: reset, copied, saved, and restored. A saved state is little-endian on every machine:
 *
 *     "snndstr1", fingerprint of the plan, readout, frames   8 bytes each
 *     the totals of the readout                              float64 [outputs]
 *     for each layer of delays, the past of every input, newest first   float32 [inputs][taps]
 *     or, where dendrites have the delays, that of their sums     float32 [outputs][per pair][taps]
 *     for each layer of neurons, potentials and then currents     float32 [2][neurons]
 *     or, where the update comes first, potentials                float32 [neurons]
 *     or, of adaptive ones, potentials and then adaptation        float32 [2][neurons]
 *     a checksum of all of it (FNV-1a)                            8 bytes
 */
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "inference/stream.h"

enum { WORD = 8, WORDS = 4 };
/* The most frames of a state that is accepted: far more than any stream has, and so far from the end of the type that
 * frames can still be counted. */
#define MOST_FRAMES (UINT64_C(1) << 62)
static const char magic[WORD] = {'s', 'n', 'n', 'd', 's', 't', 'r', '1'};

snnd_status snnd_stream_reset(snnd_stream *stream) {
    if (stream == NULL)
        return SNND_ERROR_ARGUMENT;
    const snnd_plan *plan = stream->plan;
    stream->frames = 0;
    memset(stream->state, 0, plan->state * sizeof(float));
    for (int32_t c = 0; c < plan->outputs; c++)
        stream->total[c] = 0;
    for (int32_t l = 0; l < plan->count; l++)
        for (size_t i = 0; i < plan->layer[l].idle; i++)
            stream->idle[plan->layer[l].past + i] = plan->layer[l].synapses.taps;
    return SNND_OK;
}

snnd_status snnd_stream_copy(snnd_stream *to, const snnd_stream *from) {
    if (to == NULL || from == NULL)
        return SNND_ERROR_ARGUMENT;
    if (!snnd_plan_same(to->plan, from->plan))
        return snnd_stream_fail(to, SNND_ERROR_ARGUMENT, "snnd_stream_copy: the streams are of different networks");
    if (to->readout != from->readout)
        return snnd_stream_fail(to, SNND_ERROR_ARGUMENT, "snnd_stream_copy: the streams have readouts %d and %d",
                                to->readout, from->readout);
    if (to == from)
        return SNND_OK;
    to->frames = from->frames;
    memcpy(to->state, from->state, to->plan->state * sizeof(float));
    memcpy(to->idle, from->idle, to->plan->past * sizeof(int32_t));
    memcpy(to->total, from->total, (size_t)to->plan->outputs * sizeof(double));
    return SNND_OK;
}

snnd_status snnd_stream_clone(const snnd_stream *stream, snnd_stream **clone) {
    snnd_stream_options options;
    if (stream == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_stream_options_init(&options, sizeof options);
    options.readout = stream->readout;
    snnd_stream *made;
    snnd_status status = snnd_stream_create(stream->plan, &options, clone == NULL ? NULL : &made);
    if (status == SNND_OK)
        status = snnd_stream_copy(made, stream);
    if (status == SNND_OK)
        *clone = made;
    return status;
}

/* ---- written down ---- */

static size_t saved_numbers(const snnd_plan *plan) {
    size_t numbers = 0;
    for (int32_t l = 0; l < plan->count; l++)
        numbers = snnd_size_add(numbers, plan->layer[l].saved);
    return numbers;
}

size_t snnd_stream_state_size(const snnd_stream *stream) {
    if (stream == NULL)
        return 0;
    const size_t total = snnd_size_multiply((size_t)stream->plan->outputs, sizeof(double));
    const size_t numbers = snnd_size_multiply(saved_numbers(stream->plan), sizeof(float));
    return snnd_size_add((WORDS + 1) * WORD, snnd_size_add(total, numbers));
}

/* Returns the cell of the state that is number `k` of a layer when saved, and a second cell with the same number, which
 * may be the first. */
static float *cell(const snnd_stream *stream, const snnd_plan_layer *layer, size_t k, float **twin) {
    if (layer->frozen->cell != NULL)
        return layer->frozen->cell(stream, layer, k, twin);
    return *twin = stream->state + layer->state + k;
}

static unsigned char *put(unsigned char *bytes, uint64_t number, int count) {
    for (int b = 0; b < count; b++)
        *bytes++ = (unsigned char)(number >> 8 * b);
    return bytes;
}

static uint64_t get(const unsigned char *bytes, int count) {
    uint64_t number = 0;
    for (int b = 0; b < count; b++)
        number |= (uint64_t)bytes[b] << 8 * b;
    return number;
}

static uint64_t checksum_of(const unsigned char *bytes, size_t count) {
    uint64_t hash = SNND_HASH_BEGIN;
    for (size_t k = 0; k < count; k++)
        hash = snnd_hash(hash, bytes[k]);
    return hash;
}

static float get_float(const unsigned char *bytes) {
    const uint32_t bits = (uint32_t)get(bytes, sizeof bits);
    float number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static double get_double(const unsigned char *bytes) {
    const uint64_t bits = get(bytes, sizeof bits);
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

snnd_status snnd_stream_save(snnd_stream *stream, void *state, size_t bytes) {
    if (stream == NULL)
        return SNND_ERROR_ARGUMENT;
    const snnd_plan *plan = stream->plan;
    const size_t needed = snnd_stream_state_size(stream);
    if (state == NULL || bytes < needed)
        return snnd_stream_fail(stream, SNND_ERROR_ARGUMENT, "snnd_stream_save: %s; expected room for %zu bytes",
                                state == NULL ? "state is NULL" : "room is too small", needed);
    const snnd_plan_layer *lost = snnd_stream_overflowed(stream);
    if (lost != NULL)
        return snnd_stream_fail(stream, SNND_ERROR_NUMERIC,
                                "snnd_stream_save: neurons of layer %d have overflowed; reset the stream", lost->index);
    unsigned char *at = state;
    memcpy(at, magic, WORD);
    at = put(at + WORD, plan->fingerprint, WORD);
    at = put(at, (uint64_t)stream->readout, WORD);
    at = put(at, (uint64_t)stream->frames, WORD);
    for (int32_t c = 0; c < plan->outputs; c++) {
        uint64_t bits;
        memcpy(&bits, &stream->total[c], sizeof bits);
        at = put(at, bits, sizeof bits);
    }
    for (int32_t l = 0; l < plan->count; l++)
        for (size_t k = 0; k < plan->layer[l].saved; k++) {
            float *twin;
            uint32_t bits;
            memcpy(&bits, cell(stream, &plan->layer[l], k, &twin), sizeof bits);
            at = put(at, bits, sizeof bits);
        }
    put(at, checksum_of(state, needed - WORD), WORD);
    return SNND_OK;
}

/* Checks that the bytes are a state of this stream; otherwise the message says what is wrong. */
static snnd_status check_saved(snnd_stream *stream, const unsigned char *bytes) {
    const unsigned char *begin = bytes;
    const snnd_plan *plan = stream->plan;
    if (memcmp(bytes, magic, WORD) != 0)
        return snnd_stream_fail(stream, SNND_ERROR_FORMAT, "this is not the state of a stream");
    if (get(bytes + WORD, WORD) != plan->fingerprint)
        return snnd_stream_fail(stream, SNND_ERROR_FORMAT,
                                "the state belongs to another network, or the network has changed since it was saved");
    if (get(bytes + 2 * WORD, WORD) != (uint64_t)stream->readout)
        return snnd_stream_fail(stream, SNND_ERROR_FORMAT,
                                "the readout of the state differs from that of the stream, which is %d",
                                stream->readout);
    if (get(bytes + 3 * WORD, WORD) > MOST_FRAMES)
        return snnd_stream_fail(stream, SNND_ERROR_FORMAT,
                                "the state was saved after %llu frames, which is more than a stream can have",
                                (unsigned long long)get(bytes + 3 * WORD, WORD));
    bytes += WORDS * WORD;
    for (int32_t c = 0; c < plan->outputs; c++, bytes += sizeof(double))
        if (!isfinite(get_double(bytes)))
            return snnd_stream_fail(stream, SNND_ERROR_FORMAT, "the score of class %d is not finite", c);
    const size_t numbers = saved_numbers(plan);
    for (size_t k = 0; k < numbers; k++, bytes += sizeof(float))
        if (!isfinite(get_float(bytes)))
            return snnd_stream_fail(stream, SNND_ERROR_FORMAT, "number %zu of the state is not finite", k);
    if (get(bytes, WORD) != checksum_of(begin, (size_t)(bytes - begin)))
        return snnd_stream_fail(stream, SNND_ERROR_FORMAT,
                                "the state is damaged: its checksum is not that of its bytes");
    return SNND_OK;
}

snnd_status snnd_stream_restore(snnd_stream *stream, const void *state, size_t bytes) {
    if (stream == NULL)
        return SNND_ERROR_ARGUMENT;
    const snnd_plan *plan = stream->plan;
    const size_t needed = snnd_stream_state_size(stream);
    if (state == NULL)
        return snnd_stream_fail(stream, SNND_ERROR_ARGUMENT, "snnd_stream_restore: state is NULL");
    if (bytes != needed)
        return snnd_stream_fail(
            stream, SNND_ERROR_FORMAT,
            "snnd_stream_restore: the state has %zu bytes; expected %zu, the size of a state of this network", bytes,
            needed);
    const snnd_status status = check_saved(stream, state);
    if (status != SNND_OK)
        return status;
    const unsigned char *at = state;
    stream->frames = (int64_t)get(at + 3 * WORD, WORD);
    at += WORDS * WORD;
    for (int32_t c = 0; c < plan->outputs; c++, at += sizeof(double))
        stream->total[c] = get_double(at);
    for (int32_t l = 0; l < plan->count; l++)
        for (size_t k = 0; k < plan->layer[l].saved; k++, at += sizeof(float)) {
            float *twin, *number = cell(stream, &plan->layer[l], k, &twin);
            *number = *twin = get_float(at);
        }
    for (int32_t l = 0; l < plan->count; l++)
        if (plan->layer[l].frozen->restored != NULL)
            plan->layer[l].frozen->restored(stream, &plan->layer[l]);
    return SNND_OK;
}
