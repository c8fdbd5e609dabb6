/* The direct path: a multiplication for every tap of every synapse whose weight is not 0 (delay.h), one tile at a time.
 * Sums are computed in the order of the synapses, so that a result is the same to the last bit wherever it is computed.
 * */
#include "base/parallel.h"
#include "delay/state.h"
#include "kernel/kernels.h"

/* Correlations are computed for a block of inputs and for as many outputs as have their sums in the cache. */
enum { INPUT_BLOCK = 32, WHOLE_INPUT = 64, SUM_BYTES = 128 * 1024 };

struct snnd_direct {
    snnd_taps taps;       /* value = w share */
    float *share, *slope; /* [synapses][width] */
    snnd_connections incoming, outgoing;
    snnd_one_tap *one_incoming, *one_outgoing; /* the same, where each synapse has one tap */
    int64_t *place;                            /* [threads][place_size] scratch */
    size_t place_size;
    float *source; /* [threads][source_size] rows that are expanded from spikes of the input */
    size_t source_size;
    float *sum; /* [threads][sum_size] sums of a block */
    size_t sum_size;
    float *dendrite; /* [threads][outputs][per_pair][steps][16]; NULL: an output has only one */
};

/* ---- memory ---- */

static int32_t input_block(const snnd_delay_sizes *sizes) {
    return sizes->inputs <= WHOLE_INPUT ? sizes->inputs : INPUT_BLOCK;
}

/* Returns the floats of the sums of one output with a block of inputs. */
static size_t output_sums(const snnd_delay_sizes *sizes, int32_t width) {
    return (size_t)input_block(sizes) * (size_t)sizes->per_pair * (size_t)width * SNND_LANES;
}

static int32_t output_block(const snnd_delay_sizes *sizes, int32_t width) {
    const size_t fit = SUM_BYTES / sizeof(float) / output_sums(sizes, width);
    return fit < 1 ? 1 : fit < (size_t)sizes->outputs ? (int32_t)fit : sizes->outputs;
}

static bool take_memory(snnd_delay *delay, snnd_direct *made) {
    snnd_context *context = delay->context;
    const snnd_delay_sizes *sizes = &delay->sizes;
    const size_t taps = (size_t)sizes->taps, threads = (size_t)context->options.threads;
    const size_t pairs = snnd_size_multiply((size_t)sizes->outputs, (size_t)sizes->inputs);
    const size_t synapses = snnd_size_multiply(pairs, (size_t)sizes->per_pair);
    const size_t all_taps = snnd_size_multiply(synapses, taps);
    const size_t widest = output_sums(sizes, sizes->taps), most = SUM_BYTES / sizeof(float);
    const size_t sums = sizes->sharing == SNND_SHARING_DENDRITIC ? (size_t)sizes->outputs * (size_t)sizes->per_pair
                                                                 : (size_t)sizes->outputs;
    made->place_size = (size_t)sizes->inputs > sums ? (size_t)sizes->inputs : sums;
    made->place = snnd_allocate(context, snnd_size_multiply(threads, made->place_size), sizeof *made->place);
    made->taps.first = snnd_allocate(context, synapses, sizeof *made->taps.first);
    made->taps.count = snnd_allocate(context, synapses, sizeof *made->taps.count);
    made->taps.value = snnd_allocate(context, all_taps, sizeof(float));
    if (made->place == NULL || made->taps.first == NULL || made->taps.count == NULL || made->taps.value == NULL ||
        !snnd_connections_allocate(context, &made->incoming, (int64_t)sums, (int64_t)synapses))
        return false;
    if (sums > (size_t)sizes->outputs) {
        const size_t rows = snnd_size_multiply(sums, (size_t)sizes->steps * SNND_LANES);
        made->dendrite = snnd_allocate(context, snnd_size_multiply(threads, rows), sizeof(float));
        if (made->dendrite == NULL)
            return false;
    }
    made->one_incoming = snnd_allocate(context, synapses, sizeof *made->one_incoming);
    if (made->one_incoming == NULL)
        return false;
    if (sizes->spikes) {
        made->source_size = snnd_size_multiply((size_t)sizes->inputs, (taps - 1 + (size_t)sizes->steps) * SNND_LANES);
        made->source = snnd_allocate(context, snnd_size_multiply(threads, made->source_size), sizeof(float));
        if (made->source == NULL)
            return false;
    }
    if (!sizes->gradients)
        return true;
    made->sum_size = widest > most ? widest : most;
    made->sum = snnd_allocate(context, snnd_size_multiply(threads, made->sum_size), sizeof(float));
    made->share = snnd_allocate(context, all_taps, sizeof(float));
    made->slope = snnd_allocate(context, all_taps, sizeof(float));
    made->one_outgoing = snnd_allocate(context, synapses, sizeof *made->one_outgoing);
    return made->sum != NULL && made->one_outgoing != NULL && made->share != NULL && made->slope != NULL &&
           snnd_connections_allocate(context, &made->outgoing, sizes->inputs, (int64_t)synapses);
}

snnd_status snnd_direct_create(snnd_delay *delay) {
    delay->direct = snnd_allocate(delay->context, 1, sizeof *delay->direct);
    return delay->direct != NULL && take_memory(delay, delay->direct) ? SNND_OK : SNND_ERROR_MEMORY;
}

void snnd_direct_free(snnd_delay *delay) {
    snnd_context *context = delay->context;
    snnd_direct *direct = delay->direct;
    if (direct == NULL)
        return;
    snnd_release(context, direct->taps.first);
    snnd_release(context, direct->taps.count);
    snnd_release(context, direct->taps.value);
    snnd_release(context, direct->share);
    snnd_release(context, direct->slope);
    snnd_release(context, direct->place);
    snnd_release(context, direct->source);
    snnd_release(context, direct->sum);
    snnd_release(context, direct->dendrite);
    snnd_release(context, direct->one_incoming);
    snnd_release(context, direct->one_outgoing);
    snnd_connections_release(context, &direct->incoming);
    snnd_connections_release(context, &direct->outgoing);
    snnd_release(context, direct);
}

/* ---- taps ---- */

static void set_taps(const snnd_delay *delay, int64_t s) {
    const snnd_delay_pass *pass = &delay->pass;
    snnd_direct *direct = delay->direct;
    const float weight = snnd_synapse_weight(&pass->synapses, s);
    const bool wanted = delay->parameters == SNND_PATH_DIRECT && snnd_synapse_wanted(pass, s);
    const size_t place = (size_t)s * (size_t)direct->taps.width;
    float shares[SNND_MOST_TAPS];
    direct->taps.count[s] = 0;
    if (weight == 0 && !wanted)
        return;
    float *share = wanted ? direct->share + place : shares;
    direct->taps.count[s] = snnd_profile_taps(&pass->profile, snnd_synapse_position(&pass->synapses, s),
                                              &direct->taps.first[s], share, wanted ? direct->slope + place : NULL);
    for (int32_t n = 0; n < direct->taps.count[s]; n++)
        direct->taps.value[place + (size_t)n] = weight * share[n];
}

static void set_taps_of_output(void *argument, int64_t output, int32_t worker) {
    const snnd_delay *delay = argument;
    (void)worker;
    const int32_t columns = snnd_synapse_columns(&delay->pass.synapses);
    for (int64_t s = output * columns; s < (output + 1) * columns; s++)
        set_taps(delay, s);
}

/* Lists synapses, with their taps beside them where each has one. */
static void list(const snnd_delay *delay, snnd_connections *connections, snnd_one_tap *one, bool outgoing) {
    const snnd_taps *taps = &delay->direct->taps;
    const int32_t neurons = outgoing ? delay->sizes.inputs : snnd_synapse_sums(&delay->pass.synapses);
    snnd_connections_list(&delay->pass.synapses, connections, outgoing);
    for (int64_t k = 0; taps->uniform == 1 && k < connections->begin[neurons]; k++) {
        const int32_t s = connections->synapse[k];
        one[k] = (snnd_one_tap){connections->neuron[k], taps->first[s], taps->value[(size_t)s * (size_t)taps->width]};
    }
}

void snnd_direct_begin(snnd_delay *delay) {
    snnd_direct *direct = delay->direct;
    direct->taps.width = snnd_profile_width(&delay->pass.profile);
    direct->taps.uniform = snnd_profile_uniform(&delay->pass.profile);
    snnd_parallel_for(delay->context, delay->sizes.outputs, 50.0 * snnd_synapse_columns(&delay->pass.synapses),
                      set_taps_of_output, delay);
    if (delay->forward != SNND_PATH_DIRECT)
        return;
    list(delay, &direct->incoming, direct->one_incoming, false);
    if (delay->pass.gradients != SNND_GRADIENTS_NONE && !delay->pass.first_layer)
        list(delay, &direct->outgoing, direct->one_outgoing, true);
}

/* ---- currents, and the gradient of the input ---- */

/* Returns rows of some inputs of a tile, which are stored or expanded from spikes in scratch memory. */
static snnd_rows source_rows(const snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t from,
                             int32_t count, int32_t worker) {
    const snnd_direct *direct = delay->direct;
    float *scratch = direct->source == NULL ? NULL : direct->source + (size_t)worker * direct->source_size;
    return snnd_signal_rows(delay->context, input, tile, from, count, scratch);
}

/* Sums over the synapses of the lists, into the past (direction 1) or the future (-1). */
static void gather(const snnd_delay *delay, snnd_rows target, int32_t targets, snnd_rows source, int32_t sources,
                   const snnd_connections *connections, const snnd_one_tap *one, int32_t direction, int32_t worker) {
    const snnd_direct *direct = delay->direct;
    const int32_t longest = delay->sizes.taps - 1;
    const snnd_gather job = {
        .target = target,
        .source = source,
        .targets = targets,
        .sources = sources,
        .steps = delay->sizes.steps,
        .offset = -direction * longest,
        .direction = direction,
        .taps_total = longest + 1,
        .begin = connections->begin,
        .neuron = connections->neuron,
        .synapse = connections->synapse,
        .taps = &direct->taps,
        .one = direct->taps.uniform == 1 ? one : NULL,
        .place = direct->place + (size_t)worker * direct->place_size,
    };
    delay->context->kernels->taps->gather(&job);
}

static snnd_rows dendrites_of(const snnd_delay *delay, int32_t dendrites, int32_t worker) {
    const size_t row = (size_t)delay->sizes.steps * SNND_LANES;
    return (snnd_rows){delay->direct->dendrite + (size_t)worker * (size_t)dendrites * row, row};
}

/* Sums the dendrites of each output, from the first to the last, as streams do. */
static void join(const snnd_delay *delay, snnd_rows dendrites, snnd_rows current) {
    const size_t row = (size_t)delay->sizes.steps * SNND_LANES;
    for (int32_t o = 0; o < delay->sizes.outputs; o++) {
        float *target = snnd_rows_of(current, o);
        for (size_t k = 0; k < row; k++)
            target[k] = snnd_rows_of(dendrites, o * delay->sizes.per_pair)[k];
        for (int32_t c = 1; c < delay->sizes.per_pair; c++)
            for (size_t k = 0; k < row; k++)
                target[k] += snnd_rows_of(dendrites, o * delay->sizes.per_pair + c)[k];
    }
}

void snnd_direct_currents(const snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t first, int32_t count,
                          int32_t worker, snnd_rows current) {
    (void)first;
    (void)count;
    const snnd_rows source = source_rows(delay, input, tile, 0, delay->sizes.inputs, worker);
    const int32_t sums = snnd_synapse_sums(&delay->pass.synapses);
    const bool joins = delay->direct->dendrite != NULL;
    const snnd_rows dendrites = joins ? dendrites_of(delay, sums, worker) : current;
    gather(delay, dendrites, sums, source, delay->sizes.inputs, &delay->direct->incoming, delay->direct->one_incoming,
           1, worker);
    if (joins)
        join(delay, dendrites, current);
}

void snnd_direct_input_gradient(const snnd_delay *delay, const snnd_activity *d_current, int32_t tile, int32_t first,
                                int32_t count, int32_t worker, snnd_rows d_input) {
    (void)first;
    (void)count;
    gather(delay, d_input, delay->sizes.inputs, snnd_activity_rows(d_current, tile, 0), delay->sizes.outputs,
           &delay->direct->outgoing, delay->direct->one_outgoing, -1, worker);
}

/* ---- gradients of the parameters ---- */

typedef struct correlation {
    const snnd_delay *delay;
    const snnd_signal *input;
    const snnd_activity *d_current;
    snnd_delay_gradient to;
    int32_t inputs, outputs, input_blocks; /* those in a block, and the number of blocks */
} correlation;

/* Sets the gradients of the synapses of one output with a block of inputs. */
static void finish_output(const correlation *c, int64_t first, int32_t synapses, const float *sum) {
    const snnd_direct *direct = c->delay->direct;
    const int32_t width = direct->taps.width;
    for (int64_t s = first; s < first + synapses; s++, sum += (size_t)width * SNND_LANES) {
        const float *share = direct->share + (size_t)s * (size_t)width;
        const float *slope = direct->slope + (size_t)s * (size_t)width;
        double lag[SNND_MOST_TAPS];
        c->delay->context->kernels->rows->add_up(direct->taps.count[s], sum, lag);
        snnd_set_gradient_of_taps(&c->delay->pass, s, direct->taps.count[s], lag, share, slope, c->to);
    }
}

static void correlate_block(void *argument, int64_t item, int32_t worker) {
    const correlation *c = argument;
    const snnd_delay *delay = c->delay;
    const snnd_direct *direct = delay->direct;
    const int32_t each = delay->sizes.per_pair, columns = delay->sizes.inputs * each, width = direct->taps.width;
    const int32_t from = (int32_t)(item % c->input_blocks) * c->inputs;
    const int32_t begin = (int32_t)(item / c->input_blocks) * c->outputs;
    const int32_t inputs = from + c->inputs < delay->sizes.inputs ? c->inputs : delay->sizes.inputs - from;
    const int32_t end = begin + c->outputs < delay->sizes.outputs ? begin + c->outputs : delay->sizes.outputs;
    const size_t row = (size_t)inputs * (size_t)each * (size_t)width * SNND_LANES;
    float *sum = direct->sum + (size_t)worker * direct->sum_size;
    for (size_t k = 0; k < (size_t)(end - begin) * row; k++)
        sum[k] = 0;
    for (int32_t tile = 0; tile < delay->pass.tiles; tile++) {
        const int64_t first = (int64_t)begin * columns + (int64_t)from * each;
        const snnd_correlate job = {
            .sum = sum,
            .sum_row = row,
            .gradient = snnd_activity_rows(c->d_current, tile, begin),
            .source = source_rows(delay, c->input, tile, from, inputs, worker),
            .neurons = end - begin,
            .steps = delay->sizes.steps,
            .taps_total = delay->sizes.taps,
            .synapses = inputs * each,
            .group = each,
            .first = direct->taps.first + first,
            .count = direct->taps.count + first,
            .of_neuron = (size_t)columns,
            .width = width,
        };
        delay->context->kernels->taps->correlate(&job);
    }
    for (int32_t o = begin; o < end; o++)
        finish_output(c, (int64_t)o * columns + (int64_t)from * each, inputs * each, sum + (size_t)(o - begin) * row);
}

/* Returns nanoseconds. */
static double cost_of_block(const correlation *c) {
    const snnd_delay_sizes *sizes = &c->delay->sizes;
    return 0.02 * c->inputs * c->outputs * sizes->per_pair * c->delay->direct->taps.width * SNND_LANES *
           (double)sizes->steps * c->delay->pass.tiles;
}

void snnd_direct_parameter_gradient(snnd_delay *delay, const snnd_signal *input, const snnd_activity *d_current,
                                    snnd_delay_gradient to) {
    const snnd_delay_sizes *sizes = &delay->sizes;
    correlation c = {.delay = delay,
                     .input = input,
                     .d_current = d_current,
                     .to = to,
                     .inputs = input_block(sizes),
                     .outputs = output_block(sizes, delay->direct->taps.width)};
    c.input_blocks = (sizes->inputs + c.inputs - 1) / c.inputs;
    const int64_t output_blocks = (sizes->outputs + c.outputs - 1) / c.outputs;
    snnd_parallel_for(delay->context, output_blocks * c.input_blocks, cost_of_block(&c), correlate_block, &c);
}
