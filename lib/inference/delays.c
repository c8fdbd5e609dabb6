/* Delays in plans and streams: synapses of whole delays, and the past of their inputs. */
#include "model/delays.h"

#include "base/float_mode.h"
#include "base/hash.h"
#include "inference/delays.h"
#include "inference/stream.h"

static bool allocate_synapses(snnd_context *context, snnd_frame_synapses *made, int64_t count, bool delays) {
    const size_t synapses = snnd_size_of(count);
    made->begin = snnd_allocate(context, (size_t)made->inputs + 1, sizeof *made->begin);
    const size_t with_margin = snnd_size_add(synapses, SNND_FRAME_MARGIN);
    made->output = snnd_allocate(context, synapses, sizeof *made->output);
    made->delay = delays ? snnd_allocate(context, with_margin, sizeof *made->delay) : NULL;
    made->value = snnd_allocate(context, with_margin, sizeof *made->value);
    return made->begin != NULL && made->output != NULL && (made->delay != NULL || !delays) && made->value != NULL;
}

/* The place in a list of synapses. */
typedef struct listing {
    const snnd_layer *layer;
    snnd_profile profile;
    snnd_frame_synapses *to;
    int64_t place;
} listing;

static void list_synapse(listing *l, int64_t s, int32_t output) {
    int32_t delay;
    l->to->output[l->place] = output;
    l->to->value[l->place] = snnd_delays_tap(l->layer, &l->profile, s, &delay);
    if (l->to->delay != NULL)
        l->to->delay[l->place] = (uint16_t)delay;
    l->place += l->to->value[l->place] != 0;
}

/* Lists the synapses of an input, or of one of its axons, in the order in which they are summed. */
static void list_input(listing *l, const snnd_frozen_lines *lines, int32_t input) {
    const int64_t each = l->layer->options.delays.synapses_per_pair, columns = snnd_delays_columns(l->layer);
    const bool axons = lines != NULL && lines->sharing == SNND_SHARING_AXONAL;
    for (int64_t o = 0; o < l->layer->outputs; o++)
        for (int64_t c = 0; c < (axons ? 1 : each); c++)
            list_synapse(l, o * columns + (axons ? input : input * each + c),
                         (int32_t)(lines != NULL && !axons ? o * each + c : o));
}

static void list_synapses(const snnd_layer *layer, const snnd_frozen_lines *lines, snnd_frame_synapses *made) {
    listing l = {layer, snnd_delays_whole_profile(layer), made, 0};
    for (int32_t i = 0; i < made->inputs; i++) {
        made->begin[i] = l.place;
        list_input(&l, lines, i);
    }
    made->begin[made->inputs] = l.place;
    made->dense = (lines != NULL || layer->options.delays.synapses_per_pair == 1) &&
                  l.place == (int64_t)made->inputs * made->outputs;
}

static snnd_frozen_lines *freeze_lines(snnd_context *context, const snnd_layer *layer) {
    const snnd_synapses synapses = snnd_delays_synapses(layer);
    const size_t count = snnd_size_of(snnd_synapse_positions(&synapses));
    snnd_frozen_lines *made =
        snnd_allocate(context, snnd_size_add(sizeof *made, snnd_size_multiply(count, sizeof made->delay[0])), 1);
    if (made == NULL)
        return NULL;
    made->sharing = synapses.sharing;
    made->each = synapses.per_pair;
    made->count = (int32_t)count;
    for (int32_t k = 0; k < made->count; k++)
        made->delay[k] = (uint16_t)snnd_delays_whole(layer, synapses.position[k]);
    return made;
}

/* Computes the size of the state in a stream: the past of the inputs or, for dendrites, that of their sums. */
static void measure(snnd_plan_layer *made, const snnd_frozen_lines *lines) {
    const bool dendrites = lines != NULL && lines->sharing == SNND_SHARING_DENDRITIC;
    const size_t rows = (size_t)(dendrites ? lines->count : made->inputs);
    made->saved = snnd_size_multiply(rows, (size_t)made->synapses.taps);
    /* A past is stored twice, one copy after the other, so that it can be read without a break wherever it begins. */
    made->floats = snnd_size_add(snnd_size_multiply(made->saved, 2), SNND_FRAME_MARGIN);
    /* Space follows for the outputs of axons, or for the sums of a frame. */
    if (lines != NULL)
        made->floats = snnd_size_add(made->floats, snnd_size_add((size_t)lines->count, SNND_FRAME_MARGIN));
    made->idle = lines == NULL ? rows : 0;
}

static snnd_status freeze(snnd_context *context, const snnd_layer *layer, snnd_plan_layer *made) {
    snnd_frame_synapses *synapses = &made->synapses;
    const bool shared = snnd_is_shared(layer->options.delays.sharing);
    snnd_frozen_lines *lines = shared ? freeze_lines(context, layer) : NULL;
    made->own = lines;
    if (shared && lines == NULL)
        return SNND_ERROR_MEMORY;
    *synapses =
        (snnd_frame_synapses){.inputs = layer->inputs, .outputs = layer->outputs, .taps = snnd_delays_taps(layer)};
    if (shared && lines->sharing == SNND_SHARING_AXONAL)
        synapses->inputs = lines->count;
    else if (shared)
        synapses->outputs = lines->count;
    int64_t carrying = 0;
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        carrying += snnd_delays_weight(layer, s) != 0;
    /* There is one entry more, since an entry is written before it is known whether the synapse has an effect. */
    if (!allocate_synapses(context, synapses, carrying + 1, !shared))
        return SNND_ERROR_MEMORY;
    const snnd_float_mode before = snnd_set_float_mode();
    list_synapses(layer, lines, synapses);
    snnd_restore_float_mode(before);
    measure(made, lines);
    return SNND_OK;
}

static void release(snnd_context *context, const snnd_plan_layer *layer) {
    snnd_release(context, layer->synapses.begin);
    snnd_release(context, layer->synapses.output);
    snnd_release(context, layer->synapses.delay);
    snnd_release(context, layer->synapses.value);
    snnd_release(context, layer->own);
}

static void mix(uint64_t *hash, const snnd_plan_layer *layer) {
    const snnd_frame_synapses *synapses = &layer->synapses;
    const snnd_frozen_lines *lines = snnd_plan_lines(layer);
    for (int32_t i = 0; i < synapses->inputs; i++)
        for (int64_t s = synapses->begin[i]; s < synapses->begin[i + 1]; s++) {
            snnd_mix(hash, (uint32_t)i);
            snnd_mix(hash, (uint32_t)synapses->output[s]);
            snnd_mix(hash, lines == NULL ? synapses->delay[s] : 0);
            snnd_mix_float(hash, synapses->value[s]);
        }
    if (lines != NULL) {
        snnd_mix(hash, (uint32_t)lines->sharing);
        snnd_mix(hash, (uint32_t)lines->each);
        for (int32_t k = 0; k < lines->count; k++)
            snnd_mix(hash, lines->delay[k]);
    }
    snnd_plan_mix_constants(hash, layer);
}

/* ---- streams ---- */

/* Returns the place of the newest number of a past; older ones follow it. */
static int32_t newest_at(const snnd_plan_layer *layer, int64_t frames) {
    return layer->synapses.taps - 1 - (int32_t)(frames % layer->synapses.taps);
}

/* Returns the past of an input or a dendrite, from its newest number on. */
static float *past_of(const snnd_stream *stream, const snnd_plan_layer *layer, int32_t row) {
    const size_t taps = (size_t)layer->synapses.taps;
    return stream->state + layer->state + (size_t)row * 2 * taps + newest_at(layer, stream->frames);
}

static void remember(const snnd_plan_layer *layer, float *past, float x) {
    past[0] = past[layer->synapses.taps] = x;
}

/* Returns memory for one number of each line. */
static float *room_of(const snnd_stream *stream, const snnd_plan_layer *layer) {
    return stream->state + layer->state + 2 * layer->saved + SNND_FRAME_MARGIN;
}

static void step_axons(const snnd_stream *stream, const snnd_plan_layer *layer, const float *x, float *current) {
    const snnd_frozen_lines *lines = snnd_plan_lines(layer);
    float *given = room_of(stream, layer);
    for (int32_t i = 0, k = 0; i < layer->inputs; i++) {
        float *past = past_of(stream, layer, i);
        remember(layer, past, x[i]);
        for (const int32_t end = k + lines->each; k < end; k++)
            given[k] = past[lines->delay[k]];
    }
    stream->plan->kernels->frame->product(&layer->synapses, given, current);
}

static void step_dendrites(const snnd_stream *stream, const snnd_plan_layer *layer, const float *x, float *current) {
    const snnd_frozen_lines *lines = snnd_plan_lines(layer);
    float *sum = room_of(stream, layer);
    stream->plan->kernels->frame->product(&layer->synapses, x, sum);
    for (int32_t k = 0; k < lines->count; k++) {
        float *past = past_of(stream, layer, k);
        remember(layer, past, sum[k]);
        sum[k] = past[lines->delay[k]];
    }
    for (int32_t o = 0; o < layer->outputs; o++) {
        current[o] = sum[o * lines->each];
        for (int32_t c = 1; c < lines->each; c++)
            current[o] += sum[o * lines->each + c];
    }
}

static void step_synapses(const snnd_stream *stream, const snnd_plan_layer *layer, const float *x, float *current) {
    const int32_t taps = layer->synapses.taps;
    int32_t *idle = stream->idle + layer->past;
    for (int32_t i = 0; i < layer->inputs; i++) {
        remember(layer, past_of(stream, layer, i), x[i]);
        idle[i] = x[i] != 0 ? 0 : idle[i] + (idle[i] < taps);
    }
    const snnd_frame_past seen = {
        .x = stream->state + layer->state, .idle = idle, .newest = newest_at(layer, stream->frames)};
    stream->plan->kernels->frame->currents(&layer->synapses, &seen, current);
}

static void step(snnd_stream *stream, const snnd_plan_layer *layer, const float *x, float *current) {
    const snnd_frozen_lines *lines = snnd_plan_lines(layer);
    if (lines == NULL)
        step_synapses(stream, layer, x, current);
    else if (lines->sharing == SNND_SHARING_AXONAL)
        step_axons(stream, layer, x, current);
    else
        step_dendrites(stream, layer, x, current);
}

/* Returns the place of the newest number of a past, before the next frame arrives. */
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

/* Idle counts are not saved, since they can be computed from the past. */
static void restored(snnd_stream *stream, const snnd_plan_layer *layer) {
    const int32_t taps = layer->synapses.taps;
    for (size_t i = 0; i < layer->idle; i++) {
        const float *past = stream->state + layer->state + i * 2 * (size_t)taps;
        int32_t *idle = &stream->idle[layer->past + i];
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
