/* Delays in plans and streams: synapses of whole delays, and the past of their inputs. */
#include "model/delays.h"

#include "base/float_mode.h"
#include "base/hash.h"
#include "inference/stream.h"

static bool allocate_synapses(snnd_context *context, snnd_frame_synapses *made, int64_t count) {
    const size_t synapses = snnd_size_of(count);
    made->begin = snnd_allocate(context, (size_t)made->inputs + 1, sizeof *made->begin);
    const size_t with_margin = snnd_size_add(synapses, SNND_FRAME_MARGIN);
    made->output = snnd_allocate(context, synapses, sizeof *made->output);
    made->delay = snnd_allocate(context, with_margin, sizeof *made->delay);
    made->value = snnd_allocate(context, with_margin, sizeof *made->value);
    return made->begin != NULL && made->output != NULL && made->delay != NULL && made->value != NULL;
}

static void list_synapses(const snnd_layer *layer, snnd_frame_synapses *made) {
    const snnd_profile profile = snnd_delays_whole_profile(layer);
    const int64_t each = layer->options.delays.synapses_per_pair, columns = snnd_delays_columns(layer);
    int64_t place = 0;
    for (int32_t i = 0; i < made->inputs; i++) {
        made->begin[i] = place;
        for (int32_t o = 0; o < made->outputs; o++)
            for (int64_t s = o * columns + i * each; s < o * columns + (i + 1) * each; s++) {
                int32_t delay;
                made->output[place] = o;
                made->value[place] = snnd_delays_tap(layer, &profile, s, &delay);
                made->delay[place] = (uint16_t)delay;
                place += made->value[place] != 0;
            }
    }
    made->begin[made->inputs] = place;
    made->dense = each == 1 && place == (int64_t)made->inputs * made->outputs;
}

static snnd_status freeze(snnd_context *context, const snnd_layer *layer, snnd_plan_layer *made) {
    snnd_frame_synapses *synapses = &made->synapses;
    *synapses =
        (snnd_frame_synapses){.inputs = layer->inputs, .outputs = layer->outputs, .taps = snnd_delays_taps(layer)};
    int64_t carrying = 0;
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        carrying += snnd_delays_weight(layer, s) != 0;
    /* One more, since a place is written to before it is known that the synapse carries something. */
    if (!allocate_synapses(context, synapses, carrying + 1))
        return SNND_ERROR_MEMORY;
    const snnd_float_mode before = snnd_set_float_mode();
    list_synapses(layer, synapses);
    snnd_restore_float_mode(before);
    /* An input's past lies in memory twice, one behind the other, so that it can be read in one run wherever it begins.
     */
    made->saved = snnd_size_multiply((size_t)made->inputs, (size_t)synapses->taps);
    made->floats = snnd_size_add(snnd_size_multiply(made->saved, 2), SNND_FRAME_MARGIN);
    made->idle = (size_t)made->inputs;
    return SNND_OK;
}

static void release(snnd_context *context, const snnd_plan_layer *layer) {
    snnd_release(context, layer->synapses.begin);
    snnd_release(context, layer->synapses.output);
    snnd_release(context, layer->synapses.delay);
    snnd_release(context, layer->synapses.value);
}

static void mix(uint64_t *hash, const snnd_plan_layer *layer) {
    const snnd_frame_synapses *synapses = &layer->synapses;
    for (int32_t i = 0; i < synapses->inputs; i++)
        for (int64_t s = synapses->begin[i]; s < synapses->begin[i + 1]; s++) {
            snnd_mix(hash, (uint32_t)i);
            snnd_mix(hash, (uint32_t)synapses->output[s]);
            snnd_mix(hash, synapses->delay[s]);
            snnd_mix_float(hash, synapses->value[s]);
        }
    snnd_plan_mix_constants(hash, layer);
}

/* ---- streams ---- */

/* Where the newest number of an input's past is; an older one is behind it. */
static int32_t newest_at(const snnd_plan_layer *layer, int64_t frames) {
    return layer->synapses.taps - 1 - (int32_t)(frames % layer->synapses.taps);
}

static void step(snnd_stream *stream, const snnd_plan_layer *layer, const float *x, float *current) {
    const int32_t taps = layer->synapses.taps, newest = newest_at(layer, stream->frames);
    float *past = stream->state + layer->state;
    int32_t *idle = stream->idle + layer->past;
    for (int32_t i = 0; i < layer->inputs; i++) {
        float *row = past + (size_t)i * 2 * (size_t)taps + newest;
        row[0] = row[taps] = x[i];
        idle[i] = x[i] != 0 ? 0 : idle[i] + (idle[i] < taps);
    }
    const snnd_frame_past seen = {.x = past, .idle = idle, .newest = newest};
    stream->plan->kernels->frame->currents(&layer->synapses, &seen, current);
}

/* Where an input's newest number is before the next frame comes. */
static size_t newest_of(const snnd_plan_layer *layer, int64_t frames) {
    return ((size_t)newest_at(layer, frames) + 1) % (size_t)layer->synapses.taps;
}

static float *cell(const snnd_stream *stream, const snnd_plan_layer *layer, size_t k, float **twin) {
    const size_t taps = (size_t)layer->synapses.taps, age = k % taps;
    const size_t place = (newest_of(layer, stream->frames) + age) % taps;
    float *row = stream->state + layer->state + k / taps * 2 * taps;
    *twin = row + place + taps;
    return row + place;
}

/* Idle counts are not written: they are told from the past. */
static void restored(snnd_stream *stream, const snnd_plan_layer *layer) {
    const int32_t taps = layer->synapses.taps;
    for (int32_t i = 0; i < layer->inputs; i++) {
        const float *past = stream->state + layer->state + (size_t)i * 2 * (size_t)taps;
        int32_t *idle = &stream->idle[layer->past + (size_t)i];
        for (*idle = 0; *idle < taps && past[newest_of(layer, stream->frames) + (size_t)*idle] == 0;)
            ++*idle;
    }
}

const snnd_frozen_class snnd_delays_frozen = {
    .freeze = freeze,
    .release = release,
    .mix = mix,
    .step = step,
    .cell = cell,
    .restored = restored,
};
