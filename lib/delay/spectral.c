/*
 * The spectral path: sums over delays (delay.h) in the frequency domain. With a transform of length N along time that
 * leaves room for the longest delay, so that nothing wraps round,
 *
 *     H[o,f]     = sum_i K[o,i,f] X[i,f]
 *     dL/dX[i,f] = sum_o conj(K[o,i,f]) D[o,f]              D the transform of dL/dh
 *     C[o,i,f]   = sum_samples D[o,f] conj(X[i,f])          c its inverse, at lags 0 .. K-1
 *
 * For each frequency each line is a product of complex matrices over neurons and samples, whatever the profile and the
 * longest delay. Three things keep memory within bounds. Long samples are cut into segments, each with the steps that
 * delays reach back to (overlap-save). The batch goes in groups of tiles. The synapses' spectra are made for a chunk of
 * outputs at a time. None of this depends on the number of threads: an item of work is a frequency of a segment, or
 * some neurons or synapses, and whatever is summed over groups and segments is summed by one item in their order.
 *
 * A spectrum of a neuron is [segment][frequency][real, imaginary][lane of the group]. The synapses' spectra are
 * [frequency][real, imaginary][pair of neurons].
 */
#include <math.h>

#include "base/parallel.h"
#include "delay/state.h"
#include "kernel/kernels.h"
#include "kernel/product.h"
#include "kernel/transform_plan.h"

/*
 * Bytes of the spectra of a chunk of synapses and of a group of tiles. A group as large as the chunk that it meets, and
 * not much larger than the caches, was the fastest; where there are several chunks, which are made anew for every
 * group, it is as large as memory is to be. A layer has no path where the smallest group or chunk takes more than the
 * last.
 */
enum { CHUNK_BYTES = 36 << 20, SMALL_GROUP_BYTES = 9 << 20, GROUP_BYTES = 80 << 20, MOST_BYTES = 256 << 20 };
/* Tiles of a group, neurons and blocks of 16 pairs of an item of work. */
enum { GROUP_TILES = 8, NEURONS = 8, BLOCKS = 4 };

/* Of the largest correlation of a pair. */
static const float ROUNDING = 0x1p-20f;

/* How a layer is cut. */
typedef struct plan {
    int32_t reach;                         /* delays that matter: up to K, as far as a sample goes */
    int32_t length, frequencies;           /* N, N/2 + 1 */
    int32_t segments, segment_steps, past; /* `past` steps before its own are in the transform of a segment */
    int32_t group;                         /* tiles */
    int32_t chunk;                         /* outputs */
    size_t spectrum;                       /* floats from neuron to neuron */
    size_t pairs;                          /* floats of a real or imaginary part of a frequency of the chunk */
} plan;

struct snnd_spectral_memory {
    snnd_context *context;
    size_t spectra_size, synapses_size, scratch_size; /* floats; of scratch, for each worker */
    float *spectra, *synapses, *scratch;
};

struct snnd_spectral {
    snnd_spectral_memory *memory;
    plan plan;
    snnd_transform transform;
    int32_t tile, tiles;            /* the group that is prepared */
    bool by_input;                  /* in synapses' spectra pairs of one output lie side by side, else of one input */
    size_t output_step, input_step; /* from pair to pair there */
};

/* ---- how to cut ---- */

/* Floats rounded up to an odd number of cache lines, so that rows do not all begin in the same sets of the cache. */
static size_t row_of(size_t floats) {
    return (((floats + 15) / 16) | 1) * 16;
}

/* The length whose transforms have the fewest frequencies over all segments; more segments only where they pay. */
static void choose_length(const snnd_delay_sizes *sizes, plan *made) {
    enum { MOST_STEPS = SNND_TRANSFORM_LONGEST / 2, TRIES = 64 };
    const int32_t fewest = (sizes->steps + MOST_STEPS - 1) / MOST_STEPS;
    double best = 0;
    for (int32_t wanted = fewest; wanted < fewest + TRIES && wanted <= sizes->steps; wanted++) {
        const int32_t steps = (sizes->steps + wanted - 1) / wanted, segments = (sizes->steps + steps - 1) / steps;
        const int32_t length = snnd_transform_length(steps + made->reach - 1);
        const double cost = (double)segments * (length / 2 + 1) * (segments > 1 ? 1.1 : 1);
        if (best != 0 && cost >= best)
            continue;
        best = cost;
        made->length = length;
        made->segments = segments;
        made->segment_steps = steps;
    }
    made->frequencies = made->length / 2 + 1;
    made->past = made->segments > 1 ? made->reach - 1 : 0;
}

/* `parts` of a whole, as even as they can be. */
static int32_t even_part(int32_t whole, int32_t most) {
    const int32_t parts = (whole + most - 1) / most;
    return (whole + parts - 1) / parts;
}

static int32_t between(double value, int32_t least, int32_t most) {
    return value < least ? least : value > most ? most : (int32_t)value;
}

static plan plan_of(const snnd_delay_sizes *sizes) {
    plan made = {.reach = sizes->taps < sizes->steps ? sizes->taps : sizes->steps};
    choose_length(sizes, &made);
    const double frequencies = (double)made.segments * made.frequencies;
    const double tile = ((double)sizes->inputs + sizes->outputs) * frequencies * 2 * SNND_LANES * sizeof(float);
    const double output = 2.0 * made.frequencies * sizes->inputs * sizeof(float);
    made.chunk = even_part(sizes->outputs, between(CHUNK_BYTES / output, 1, sizes->outputs));
    const double chunk = made.chunk * output, group = chunk > SMALL_GROUP_BYTES ? chunk : SMALL_GROUP_BYTES;
    const double room = made.chunk < sizes->outputs ? GROUP_BYTES : group;
    made.group = even_part(snnd_tiles(sizes->batch), between(room / tile, 1, GROUP_TILES));
    if (tile > MOST_BYTES || output > MOST_BYTES)
        return (plan){0};
    made.spectrum =
        row_of((size_t)made.segments * (size_t)made.frequencies * row_of(2 * SNND_LANES * (size_t)made.group));
    made.pairs = row_of((size_t)made.chunk * (size_t)sizes->inputs);
    return made;
}

/* ---- memory ---- */

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

snnd_status snnd_spectral_memory_create(snnd_context *context, snnd_spectral_memory **memory) {
    *memory = snnd_allocate(context, 1, sizeof **memory);
    if (*memory == NULL)
        return SNND_ERROR_MEMORY;
    (*memory)->context = context;
    return SNND_OK;
}

void snnd_spectral_memory_fit(snnd_spectral_memory *memory, const snnd_delay_sizes *sizes) {
    const plan p = plan_of(sizes);
    const size_t neurons = (size_t)sizes->inputs + (size_t)sizes->outputs;
    if (p.length == 0)
        return;
    /* A transform, and a row beside it: of spikes, or of taps or lags. */
    const size_t scratch = snnd_transform_scratch(p.length) + (size_t)p.length * SNND_LANES;
    memory->spectra_size = larger(memory->spectra_size, snnd_size_multiply(neurons, p.spectrum));
    memory->synapses_size = larger(memory->synapses_size, snnd_size_multiply(2 * (size_t)p.frequencies, p.pairs));
    memory->scratch_size = larger(memory->scratch_size, larger(scratch, SNND_MULTIPLY_SCRATCH));
}

snnd_status snnd_spectral_memory_take(snnd_spectral_memory *memory) {
    const size_t threads = (size_t)memory->context->options.threads;
    if (memory->spectra_size == 0)
        return SNND_OK;
    memory->spectra = snnd_allocate(memory->context, memory->spectra_size, sizeof(float));
    memory->synapses = snnd_allocate(memory->context, memory->synapses_size, sizeof(float));
    memory->scratch = snnd_allocate(memory->context, snnd_size_multiply(threads, memory->scratch_size), sizeof(float));
    return memory->spectra == NULL || memory->synapses == NULL || memory->scratch == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

void snnd_spectral_memory_free(snnd_spectral_memory *memory) {
    if (memory == NULL)
        return;
    snnd_release(memory->context, memory->spectra);
    snnd_release(memory->context, memory->synapses);
    snnd_release(memory->context, memory->scratch);
    snnd_release(memory->context, memory);
}

snnd_status snnd_spectral_create(snnd_delay *delay, snnd_spectral_memory *memory) {
    const plan p = plan_of(&delay->sizes);
    if (p.length == 0)
        return SNND_OK;
    delay->spectral = snnd_allocate(delay->context, 1, sizeof *delay->spectral);
    if (delay->spectral == NULL)
        return SNND_ERROR_MEMORY;
    delay->spectral->memory = memory;
    delay->spectral->plan = p;
    /* Products are fastest where the shorter side of a pair is contiguous. */
    const bool by_input = delay->sizes.inputs <= delay->sizes.outputs;
    delay->spectral->by_input = by_input;
    delay->spectral->output_step = by_input ? (size_t)delay->sizes.inputs : 1;
    delay->spectral->input_step = by_input ? 1 : (size_t)p.chunk;
    return snnd_transform_create(delay->context, p.length, &delay->spectral->transform);
}

void snnd_spectral_free(snnd_delay *delay) {
    if (delay->spectral == NULL)
        return;
    snnd_transform_free(delay->context, &delay->spectral->transform);
    snnd_release(delay->context, delay->spectral);
}

int32_t snnd_spectral_group(const snnd_delay *delay) {
    return delay->spectral->plan.group;
}

double snnd_spectral_frequencies(const snnd_delay *delay) {
    return delay->spectral == NULL ? 0 : (double)delay->spectral->plan.segments * delay->spectral->plan.frequencies;
}

/* ---- where things are ---- */

static float *scratch_of(const snnd_spectral *spectral, int32_t worker) {
    return spectral->memory->scratch + (size_t)worker * spectral->memory->scratch_size;
}

static float *row_scratch(const snnd_spectral *spectral, int32_t worker) {
    return scratch_of(spectral, worker) + snnd_transform_scratch(spectral->plan.length);
}

/* Lanes of the group. */
static size_t width_of(const snnd_spectral *spectral) {
    return (size_t)spectral->tiles * SNND_LANES;
}

/* The spectra of inputs come first, then those of outputs. */
static float *input_spectra(const snnd_delay *delay) {
    return delay->spectral->memory->spectra;
}

static float *output_spectra(const snnd_delay *delay) {
    return delay->spectral->memory->spectra + (size_t)delay->sizes.inputs * delay->spectral->plan.spectrum;
}

/* Floats from frequency to frequency of a spectrum. */
static size_t frequency_row(const snnd_spectral *spectral) {
    return row_of(2 * width_of(spectral));
}

/* The real lanes of a frequency of a segment; the imaginary ones are a width behind. */
static float *frequency_of(const snnd_spectral *spectral, float *spectra, int32_t segment, int32_t f) {
    const size_t place = (size_t)segment * (size_t)spectral->plan.frequencies + (size_t)f;
    return spectra + place * frequency_row(spectral);
}

static snnd_spectrum spectrum_of(const snnd_spectral *spectral, float *spectra, int32_t neuron, int32_t segment,
                                 int32_t tile) {
    float *re = frequency_of(spectral, spectra + (size_t)neuron * spectral->plan.spectrum, segment, 0) +
                (size_t)(tile - spectral->tile) * SNND_LANES;
    return (snnd_spectrum){re, re + width_of(spectral), frequency_row(spectral)};
}

static float *synapses_at(const snnd_spectral *spectral, int32_t f, int32_t imaginary) {
    return spectral->memory->synapses + (2 * (size_t)f + (size_t)imaginary) * spectral->plan.pairs;
}

/* ---- transforms of signals ---- */

/* A window of a segment: `count` steps from `from` on, which begin at step `at` of the transform. */
typedef struct window {
    int32_t from, count, at;
} window;

static int32_t least(int32_t a, int32_t b) {
    return a < b ? a : b;
}

static int32_t own_steps(const snnd_delay *delay, int32_t segment) {
    const plan *p = &delay->spectral->plan;
    return least(p->segment_steps, delay->sizes.steps - segment * p->segment_steps);
}

/* With the past before it, for what delays look back to. */
static window with_past(const snnd_delay *delay, int32_t segment) {
    const plan *p = &delay->spectral->plan;
    const int32_t own = segment * p->segment_steps, from = own > p->past ? own - p->past : 0;
    return (window){from, own + own_steps(delay, segment) - from, p->past - (own - from)};
}

/* Alone, where the past of the other signal is before it. */
static window alone(const snnd_delay *delay, int32_t segment) {
    const plan *p = &delay->spectral->plan;
    return (window){segment * p->segment_steps, own_steps(delay, segment), p->past};
}

/* With the future behind it. */
static window with_future(const snnd_delay *delay, int32_t segment) {
    const plan *p = &delay->spectral->plan;
    const int32_t from = segment * p->segment_steps;
    return (window){from, least(p->segment_steps + p->past, delay->sizes.steps - from), 0};
}

/* Nanoseconds of a row. */
static double cost_of_transform(const snnd_delay *delay) {
    return 0.3 * SNND_LANES * delay->spectral->plan.length;
}

typedef window choose_window(const snnd_delay *delay, int32_t segment);

typedef struct transform_work {
    const snnd_delay *delay;
    const snnd_signal *signal;
    float *spectra;
    int32_t first, end; /* neurons */
    choose_window *window;
} transform_work;

static void transform_neuron(const transform_work *work, int32_t tile, int32_t neuron, int32_t worker) {
    const snnd_delay *delay = work->delay;
    const snnd_spectral *spectral = delay->spectral;
    const snnd_hot_kernels *kernels = delay->context->kernels;
    for (int32_t segment = 0; segment < spectral->plan.segments; segment++) {
        const window w = work->window(delay, segment);
        const float *row;
        if (snnd_signal_is_spikes(work->signal)) {
            float *made = row_scratch(spectral, worker);
            kernels->rows->expand(w.count, snnd_signal_bits(work->signal, tile, neuron) + w.from,
                                  snnd_signal_factor(work->signal, tile, neuron), made);
            row = made;
        } else {
            row = snnd_activity_row(&work->signal->rows, tile, neuron) + (size_t)w.from * SNND_LANES;
        }
        kernels->transform->forward(&spectral->transform, w.at, w.count, row,
                                    spectrum_of(spectral, work->spectra, neuron, segment, tile),
                                    scratch_of(spectral, worker));
    }
}

static void transform_some(void *argument, int64_t item, int32_t worker) {
    const transform_work *work = argument;
    const snnd_spectral *spectral = work->delay->spectral;
    const int32_t tile = spectral->tile + (int32_t)(item % spectral->tiles);
    const int32_t first = work->first + (int32_t)(item / spectral->tiles) * NEURONS;
    for (int32_t neuron = first; neuron < first + NEURONS && neuron < work->end; neuron++)
        transform_neuron(work, tile, neuron, worker);
}

static void transform(const snnd_delay *delay, const snnd_signal *signal, float *spectra, int32_t first, int32_t end,
                      choose_window *choose) {
    transform_work work = {delay, signal, spectra, first, end, choose};
    const int64_t blocks = (end - first + NEURONS - 1) / NEURONS;
    snnd_parallel_for(delay->context, blocks * delay->spectral->tiles,
                      NEURONS * delay->spectral->plan.segments * cost_of_transform(delay), transform_some, &work);
}

static snnd_signal signal_of(const snnd_activity *activity) {
    return (snnd_signal){.rows = *activity};
}

static void set_group(snnd_delay *delay, int32_t tile, int32_t tiles) {
    delay->spectral->tile = tile;
    delay->spectral->tiles = tiles;
}

/* ---- transforms of synapses ---- */

/* Outputs of the chunk that begins at `first`. */
typedef struct chunk {
    snnd_delay *delay;
    int32_t first, outputs;
    snnd_delay_gradient to; /* for gradients of the parameters */
    bool add;               /* to what earlier groups or chunks have summed */
} chunk;

static chunk chunk_at(snnd_delay *delay, int32_t first) {
    const int32_t outputs = least(delay->spectral->plan.chunk, delay->sizes.outputs - first);
    return (chunk){.delay = delay, .first = first, .outputs = outputs};
}

/* Where pairs of one input lie side by side, the last chunk has as many places as the others, some of them nobody's. */
static int64_t blocks_of(const chunk *c) {
    const snnd_spectral *spectral = c->delay->spectral;
    const int64_t outputs = spectral->by_input ? c->outputs : spectral->plan.chunk;
    return (outputs * c->delay->sizes.inputs + SNND_LANES - 1) / SNND_LANES;
}

/* The first synapse of a pair that the chunk's spectra have at place `pair`; -1: there is none. */
static int64_t synapse_at(const chunk *c, int64_t pair) {
    const snnd_delay_sizes *sizes = &c->delay->sizes;
    const snnd_spectral *spectral = c->delay->spectral;
    const bool by_input = spectral->by_input;
    const int64_t shorter = (int64_t)(by_input ? spectral->output_step : spectral->input_step);
    const int64_t output = by_input ? pair / shorter : pair % shorter,
                  input = by_input ? pair % shorter : pair / shorter;
    if (output >= c->outputs || input >= sizes->inputs)
        return -1;
    return ((c->first + output) * sizes->inputs + input) * sizes->per_pair;
}

/* Adds k of a synapse, by delay, to lane `lane` of rows. */
static void add_taps(const snnd_delay *delay, int64_t s, float *rows, int32_t lane) {
    const snnd_delay_pass *pass = &delay->pass;
    const float weight = snnd_synapse_weight(&pass->synapses, s);
    float share[SNND_MOST_TAPS];
    int32_t first;
    if (weight == 0)
        return;
    const int32_t count = snnd_profile_taps(&pass->profile, pass->synapses.position[s], &first, share, NULL);
    for (int32_t n = 0; n < count; n++) {
        const int32_t of = delay->sizes.taps - 1 - (first + n);
        if (of < delay->spectral->plan.reach)
            rows[(size_t)of * SNND_LANES + (size_t)lane] += weight * share[n];
    }
}

static snnd_spectrum block_of(const snnd_spectral *spectral, int64_t block) {
    float *re = synapses_at(spectral, 0, 0) + block * SNND_LANES;
    return (snnd_spectrum){re, re + spectral->plan.pairs, 2 * spectral->plan.pairs};
}

static void transform_synapses(void *argument, int64_t item, int32_t worker) {
    const chunk *c = argument;
    const snnd_spectral *spectral = c->delay->spectral;
    const int32_t reach = spectral->plan.reach;
    float *rows = row_scratch(spectral, worker);
    for (int64_t block = item * BLOCKS; block < (item + 1) * BLOCKS && block < blocks_of(c); block++) {
        for (size_t k = 0; k < (size_t)reach * SNND_LANES; k++)
            rows[k] = 0;
        for (int32_t lane = 0; lane < SNND_LANES; lane++) {
            const int64_t s = synapse_at(c, block * SNND_LANES + lane);
            for (int32_t k = 0; s >= 0 && k < c->delay->sizes.per_pair; k++)
                add_taps(c->delay, s + k, rows, lane);
        }
        c->delay->context->kernels->transform->forward(&spectral->transform, 0, reach, rows, block_of(spectral, block),
                                                       scratch_of(spectral, worker));
    }
}

static void over_synapses(chunk *c, snnd_work *work) {
    const double cost = cost_of_transform(c->delay) + 100.0 * SNND_LANES * c->delay->sizes.per_pair;
    snnd_parallel_for(c->delay->context, (blocks_of(c) + BLOCKS - 1) / BLOCKS, BLOCKS * cost, work, c);
}

/* ---- products ---- */

/* Nanoseconds of a frequency of a segment. */
static double cost_of_product(const chunk *c) {
    return 0.1 * c->outputs * c->delay->sizes.inputs * (double)width_of(c->delay->spectral);
}

/* The place of a frequency of a segment in the spectra of some neurons. */
static float *frequency_from(const chunk *c, float *spectra, int32_t neuron, int64_t item) {
    const plan *p = &c->delay->spectral->plan;
    const int32_t f = (int32_t)(item % p->frequencies), segment = (int32_t)(item / p->frequencies);
    return frequency_of(c->delay->spectral, spectra + (size_t)neuron * p->spectrum, segment, f);
}

static void currents_of_frequency(void *argument, int64_t item, int32_t worker) {
    const chunk *c = argument;
    const snnd_spectral *spectral = c->delay->spectral;
    const int32_t f = (int32_t)(item % spectral->plan.frequencies);
    const size_t width = width_of(spectral);
    const float *x = frequency_from(c, input_spectra(c->delay), 0, item);
    float *h = frequency_from(c, output_spectra(c->delay), c->first, item);
    const snnd_complex_product product = {.m = c->outputs,
                                          .n = (int32_t)width,
                                          .k = c->delay->sizes.inputs,
                                          .a_re = synapses_at(spectral, f, 0),
                                          .a_im = synapses_at(spectral, f, 1),
                                          .a_row = spectral->output_step,
                                          .a_column = spectral->input_step,
                                          .b_re = x,
                                          .b_im = x + width,
                                          .b_row = spectral->plan.spectrum,
                                          .b_column = 1,
                                          .c_re = h,
                                          .c_im = h + width,
                                          .c_row = spectral->plan.spectrum};
    snnd_multiply_complex(c->delay->context, &product, scratch_of(spectral, worker));
}

static void input_gradient_of_frequency(void *argument, int64_t item, int32_t worker) {
    const chunk *c = argument;
    const snnd_spectral *spectral = c->delay->spectral;
    const int32_t f = (int32_t)(item % spectral->plan.frequencies);
    const size_t width = width_of(spectral);
    const float *d = frequency_from(c, output_spectra(c->delay), c->first, item);
    float *y = frequency_from(c, input_spectra(c->delay), 0, item);
    const snnd_complex_product product = {.m = c->delay->sizes.inputs,
                                          .n = (int32_t)width,
                                          .k = c->outputs,
                                          .a_re = synapses_at(spectral, f, 0),
                                          .a_im = synapses_at(spectral, f, 1),
                                          .a_row = spectral->input_step,
                                          .a_column = spectral->output_step,
                                          .conjugate_a = true,
                                          .b_re = d,
                                          .b_im = d + width,
                                          .b_row = spectral->plan.spectrum,
                                          .b_column = 1,
                                          .c_re = y,
                                          .c_im = y + width,
                                          .c_row = spectral->plan.spectrum,
                                          .add = c->add};
    snnd_multiply_complex(c->delay->context, &product, scratch_of(spectral, worker));
}

/* C = D conj(X) over the lanes of all segments. Where pairs of one input lie side by side it is turned: conj(X) D. */
static void correlation_of_frequency(void *argument, int64_t f, int32_t worker) {
    const chunk *c = argument;
    const snnd_spectral *spectral = c->delay->spectral;
    const plan *p = &spectral->plan;
    const bool by_input = spectral->by_input;
    const size_t width = width_of(spectral);
    for (int32_t segment = 0; segment < p->segments; segment++) {
        const int64_t item = (int64_t)segment * p->frequencies + f;
        const float *x = frequency_from(c, input_spectra(c->delay), 0, item);
        const float *d = frequency_from(c, output_spectra(c->delay), c->first, item);
        const float *a = by_input ? d : x, *b = by_input ? x : d;
        const snnd_complex_product product = {.m = by_input ? c->outputs : c->delay->sizes.inputs,
                                              .n = by_input ? c->delay->sizes.inputs : c->outputs,
                                              .k = (int32_t)width,
                                              .a_re = a,
                                              .a_im = a + width,
                                              .a_row = p->spectrum,
                                              .a_column = 1,
                                              .conjugate_a = !by_input,
                                              .b_re = b,
                                              .b_im = b + width,
                                              .b_row = 1,
                                              .b_column = p->spectrum,
                                              .conjugate_b = by_input,
                                              .c_re = synapses_at(spectral, (int32_t)f, 0),
                                              .c_im = synapses_at(spectral, (int32_t)f, 1),
                                              .c_row = by_input ? spectral->output_step : spectral->input_step,
                                              .add = c->add || segment > 0};
        snnd_multiply_complex(c->delay->context, &product, scratch_of(spectral, worker));
    }
}

/* ---- currents, and the gradient of the input ---- */

/* Where one chunk has all outputs, the synapses' spectra stay for the groups that follow. */
static bool are_made(const snnd_delay *delay, int32_t tile) {
    return tile > 0 && delay->spectral->plan.chunk >= delay->sizes.outputs;
}

static void each_chunk(snnd_delay *delay, int32_t tile, snnd_work *work) {
    const plan *p = &delay->spectral->plan;
    for (int32_t first = 0; first < delay->sizes.outputs; first += p->chunk) {
        chunk c = chunk_at(delay, first);
        c.add = first > 0;
        if (!are_made(delay, tile))
            over_synapses(&c, transform_synapses);
        snnd_parallel_for(delay->context, (int64_t)p->segments * p->frequencies, cost_of_product(&c), work, &c);
    }
}

void snnd_spectral_prepare_currents(snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t tiles) {
    set_group(delay, tile, tiles);
    transform(delay, input, input_spectra(delay), 0, delay->sizes.inputs, with_past);
    each_chunk(delay, tile, currents_of_frequency);
}

void snnd_spectral_prepare_input_gradient(snnd_delay *delay, const snnd_activity *d_current, int32_t tile,
                                          int32_t tiles) {
    const snnd_signal gradient = signal_of(d_current);
    set_group(delay, tile, tiles);
    transform(delay, &gradient, output_spectra(delay), 0, delay->sizes.outputs, with_future);
    each_chunk(delay, tile, input_gradient_of_frequency);
}

/* Fetches a spectrum while the one before it is transformed. */
static void fetch(const snnd_spectral *spectral, float *spectra, int32_t neuron, int32_t segment, int32_t tile) {
    const snnd_spectrum next = spectrum_of(spectral, spectra, neuron, segment, tile);
    for (int32_t f = 0; f < spectral->plan.frequencies; f++) {
        __builtin_prefetch(next.re + (size_t)f * next.stride);
        __builtin_prefetch(next.im + (size_t)f * next.stride);
    }
}

/* Rows of a tile from the spectra of some neurons; `at`: where a segment's own steps begin. */
static void transform_back(const snnd_delay *delay, float *spectra, int32_t neurons, int32_t tile, int32_t at,
                           int32_t worker, snnd_rows rows) {
    const snnd_spectral *spectral = delay->spectral;
    for (int32_t neuron = 0; neuron < neurons; neuron++)
        for (int32_t segment = 0; segment < spectral->plan.segments; segment++) {
            if (neuron + 1 < neurons)
                fetch(spectral, spectra, neuron + 1, segment, tile);
            delay->context->kernels->transform->inverse(
                &spectral->transform, spectrum_of(spectral, spectra, neuron, segment, tile), at,
                own_steps(delay, segment),
                snnd_rows_of(rows, neuron) + (size_t)segment * (size_t)spectral->plan.segment_steps * SNND_LANES,
                scratch_of(spectral, worker));
        }
}

void snnd_spectral_currents(const snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t worker,
                            snnd_rows current) {
    (void)input;
    transform_back(delay, output_spectra(delay), delay->sizes.outputs, tile, delay->spectral->plan.past, worker,
                   current);
}

void snnd_spectral_input_gradient(const snnd_delay *delay, const snnd_activity *d_current, int32_t tile, int32_t worker,
                                  snnd_rows d_input) {
    (void)d_current;
    transform_back(delay, input_spectra(delay), delay->sizes.inputs, tile, 0, worker, d_input);
}

/* ---- gradients of the parameters ---- */

/* Puts the first `reach` lags to 0 that are no more than the rounding of larger ones, which may be ones that no delay
 * has. Where an input and a gradient never meet at some delay, their correlation is 0, and an optimizer that divides by
 * the size of a gradient must not see anything else. */
static void drop_rounding(float *lags, int32_t count, int32_t reach) {
    float largest[SNND_LANES] = {0};
    for (int32_t n = 0; n < count; n++)
        for (int32_t lane = 0; lane < SNND_LANES; lane++) {
            const float size = fabsf(lags[(size_t)n * SNND_LANES + (size_t)lane]);
            largest[lane] = size > largest[lane] ? size : largest[lane];
        }
    for (int32_t n = 0; n < reach; n++)
        for (int32_t lane = 0; lane < SNND_LANES; lane++) {
            float *lag = &lags[(size_t)n * SNND_LANES + (size_t)lane];
            *lag = fabsf(*lag) <= ROUNDING * largest[lane] ? 0 : *lag;
        }
}

/* From lane `lane` of rows of lags to the gradient of a synapse. */
static void finish_synapse(const chunk *c, int64_t s, const float *lags, int32_t lane) {
    const snnd_delay *delay = c->delay;
    const snnd_delay_pass *pass = &delay->pass;
    float share[SNND_MOST_TAPS], slope[SNND_MOST_TAPS];
    double along_share = 0, along_slope = 0;
    int32_t first;
    if (snnd_synapse_wanted(pass, s)) {
        const int32_t count = snnd_profile_taps(&pass->profile, pass->synapses.position[s], &first, share, slope);
        for (int32_t n = 0; n < count; n++) {
            const int32_t of = delay->sizes.taps - 1 - (first + n);
            if (of >= delay->spectral->plan.reach)
                continue;
            along_share += (double)lags[(size_t)of * SNND_LANES + (size_t)lane] * (double)share[n];
            along_slope += (double)lags[(size_t)of * SNND_LANES + (size_t)lane] * (double)slope[n];
        }
    }
    snnd_set_gradient(pass, s, along_share, along_slope, c->to);
}

static void finish_synapses(void *argument, int64_t item, int32_t worker) {
    const chunk *c = argument;
    const snnd_spectral *spectral = c->delay->spectral;
    float *lags = row_scratch(spectral, worker);
    for (int64_t block = item * BLOCKS; block < (item + 1) * BLOCKS && block < blocks_of(c); block++) {
        c->delay->context->kernels->transform->inverse(&spectral->transform, block_of(spectral, block), 0,
                                                       spectral->plan.length, lags, scratch_of(spectral, worker));
        drop_rounding(lags, spectral->plan.length, spectral->plan.reach);
        for (int32_t lane = 0; lane < SNND_LANES; lane++) {
            const int64_t s = synapse_at(c, block * SNND_LANES + lane);
            for (int32_t k = 0; s >= 0 && k < c->delay->sizes.per_pair; k++)
                finish_synapse(c, s + k, lags, lane);
        }
    }
}

void snnd_spectral_parameter_gradient(snnd_delay *delay, const snnd_signal *input, const snnd_activity *d_current,
                                      snnd_delay_gradient to) {
    const plan *p = &delay->spectral->plan;
    const snnd_signal gradient = signal_of(d_current);
    for (int32_t first = 0; first < delay->sizes.outputs; first += p->chunk) {
        chunk c = chunk_at(delay, first);
        c.to = to;
        for (int32_t tile = 0; tile < delay->pass.tiles; tile += p->group) {
            set_group(delay, tile, least(p->group, delay->pass.tiles - tile));
            if (first == 0 || delay->pass.tiles > p->group)
                transform(delay, input, input_spectra(delay), 0, delay->sizes.inputs, with_past);
            transform(delay, &gradient, output_spectra(delay), first, first + c.outputs, alone);
            c.add = tile > 0;
            snnd_parallel_for(delay->context, p->frequencies, p->segments * cost_of_product(&c),
                              correlation_of_frequency, &c);
        }
        over_synapses(&c, finish_synapses);
    }
}
