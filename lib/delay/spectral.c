/*
 * The spectral path: sums over delays (delay.h) in the frequency domain. With a transform of length N along time that
 * leaves room for the longest delay, so that nothing wraps around,
 *
 *     H[o,f]     = sum_i K[o,i,f] X[i,f]
 *     dL/dX[i,f] = sum_o conj(K[o,i,f]) D[o,f]              D the transform of dL/dh
 *     C[o,i,f]   = sum_samples D[o,f] conj(X[i,f])          c its inverse, at lags 0 .. K-1
 *
 * For each frequency each line is a product of complex matrices over neurons and samples, whatever the profile and the
 * longest delay. Three measures bound the memory. Long samples are divided into segments, each with the steps that
 * delays reach back to (overlap-save). The batch is processed in groups of tiles. The spectra of synapses are computed
 * for a chunk of outputs at a time. None of this depends on the number of threads: an item of work is a frequency of a
 * segment, or several neurons or synapses, and a sum over groups and segments is computed by one item, in order.
 *
 * All spectra have the frequency as the outermost dimension, so that a product reads and writes few long pieces of
 * memory, and rows of 16 real and 16 imaginary parts (kernel/spectra.h). Those of signals are [segment][frequency][tile
 * of the group][neuron], with the lanes of a tile in a row. Those of synapses are [frequency][block][neuron of the
 * other side], where a block is 16 neurons of one side of the layer in a row: outputs, or inputs where that leaves
 * fewer places empty.
 */
#include <string.h>

#include "base/parallel.h"
#include "delay/state.h"
#include "kernel/kernels.h"
#include "kernel/product.h"
#include "kernel/transform_plan.h"

/* The bytes of the spectra of a chunk of synapses and of a group of tiles. A group as large as the chunk that it is
 * multiplied with, and not much larger than the caches, was the fastest. Where there are several chunks, which are
 * computed again for every group, a group may take all the memory allowed. A layer whose smallest group or chunk takes
 * more than the last has no spectral path. */
enum { CHUNK_BYTES = 36 << 20, SMALL_GROUP_BYTES = 5 << 20, GROUP_BYTES = 80 << 20, MOST_BYTES = 256 << 20 };
/* The tiles of a group, and the neurons and rows of synapses of an item of work. */
enum { GROUP_TILES = 8, NEURONS = 8, SYNAPSE_ROWS = 4 };
/* The blocks that are transposed together, since products of two panels are fastest. */
enum { PANELS = 2 };

enum { ROW = SNND_SPECTRA_ROW };

/* relative to the largest correlation of a pair */
static const float ROUNDING = 0x1p-20f;

/* How a layer is divided. */
typedef struct plan {
    int32_t reach;                         /* the delays that matter: up to K, and at most the length of a sample */
    int32_t length, frequencies;           /* N, N/2 + 1 */
    int32_t segments, segment_steps, past; /* the transform of a segment includes `past` steps before its own */
    int32_t group;                         /* tiles */
    int32_t chunk;                         /* outputs */
    bool by_output;                        /* true: blocks are of outputs; false: of inputs */
    size_t input, output, synapses;        /* floats from one frequency of the spectra to the next */
} plan;

struct snnd_spectral_memory {
    snnd_context *context;
    size_t spectra_size, synapses_size, scratch_size; /* floats; scratch is for each worker */
    float *spectra, *synapses, *scratch;
};

struct snnd_spectral {
    snnd_spectral_memory *memory;
    plan plan;
    snnd_transform transform;
    int32_t tile, tiles; /* the group that is prepared */
};

/* ---- how to cut ---- */

/* Returns the floats of rows, rounded up to an odd number of cache lines, so that frequencies do not all begin in the
 * same sets of the cache. */
static size_t size_of_rows(size_t rows) {
    return snnd_size_add(snnd_size_multiply(rows, ROW), SNND_LANES);
}

static int32_t blocks_in(int32_t neurons) {
    return (neurons + SNND_LANES - 1) / SNND_LANES;
}

/* Chooses the length whose transforms have the fewest frequencies over all segments. More segments are used only where
 * they save time. */
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

/* Returns the size of parts of a whole that are as equal as possible. */
static int32_t even_part(int32_t whole, int32_t most) {
    const int32_t parts = (whole + most - 1) / most;
    return (whole + parts - 1) / parts;
}

static int32_t between(double value, int32_t least, int32_t most) {
    return value < least ? least : value > most ? most : (int32_t)value;
}

static plan plan_of(const snnd_delay_sizes *sizes) {
    plan made = {.reach = sizes->taps < sizes->steps ? sizes->taps : sizes->steps};
    const int32_t input_blocks = blocks_in(sizes->inputs), output_blocks = blocks_in(sizes->outputs);
    choose_length(sizes, &made);
    made.by_output = (int64_t)output_blocks * sizes->inputs <= (int64_t)input_blocks * sizes->outputs;
    const double row = (double)made.frequencies * ROW * sizeof(float);
    const double tile = ((double)sizes->inputs + sizes->outputs) * made.segments * row;
    /* A chunk has whole blocks. */
    const int32_t least = made.by_output ? SNND_LANES : 1, parts = made.by_output ? output_blocks : sizes->outputs;
    const double part = row * (made.by_output ? sizes->inputs : input_blocks);
    const int32_t parts_of_chunk = even_part(parts, between(CHUNK_BYTES / part, 1, parts));
    made.chunk = least * parts_of_chunk;
    const double chunk = parts_of_chunk * part, group = chunk > SMALL_GROUP_BYTES ? chunk : SMALL_GROUP_BYTES;
    const double room = parts_of_chunk < parts ? GROUP_BYTES : group;
    made.group = even_part(snnd_tiles(sizes->batch), between(room / tile, 1, GROUP_TILES));
    if (tile > MOST_BYTES || part > MOST_BYTES)
        return (plan){0};
    made.input = size_of_rows((size_t)made.group * (size_t)sizes->inputs);
    made.output = size_of_rows((size_t)made.group * (size_t)sizes->outputs);
    made.synapses = size_of_rows(made.by_output ? (size_t)parts_of_chunk * (size_t)sizes->inputs
                                                : (size_t)input_blocks * (size_t)made.chunk);
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
    if (p.length == 0 || snnd_is_shared(sizes->sharing))
        return;
    const size_t frequencies = (size_t)p.segments * (size_t)p.frequencies;
    memory->spectra_size =
        larger(memory->spectra_size, snnd_size_multiply(frequencies, snnd_size_add(p.input, p.output)));
    memory->synapses_size = larger(memory->synapses_size, snnd_size_multiply((size_t)p.frequencies, p.synapses));
    /* Either a transform, and beside it a row of spikes, or of taps or lags, and shares and slopes; or transposed
     * blocks of a group, and a product. */
    const int32_t other = p.by_output ? sizes->inputs : p.chunk, lanes = p.group * SNND_LANES;
    const size_t turned = PANELS * (size_t)lanes * ROW + snnd_spectra_scratch(memory->context, other, lanes);
    const size_t product = larger(turned, larger(snnd_spectra_scratch(memory->context, p.chunk, sizes->inputs),
                                                 snnd_spectra_scratch(memory->context, sizes->inputs, p.chunk)));
    const size_t transform =
        snnd_transform_scratch(p.length) + ((size_t)p.length + 2 * (size_t)sizes->taps) * SNND_LANES;
    memory->scratch_size = larger(memory->scratch_size, larger(transform, product));
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

/* The spectra of one side of the layer. */
typedef struct side {
    float *spectra;
    int32_t neurons;
    size_t frequency; /* floats from one frequency to the next */
} side;

static side inputs_of(const snnd_delay *delay) {
    return (side){delay->spectral->memory->spectra, delay->sizes.inputs, delay->spectral->plan.input};
}

static side outputs_of(const snnd_delay *delay) {
    const plan *p = &delay->spectral->plan;
    float *behind = delay->spectral->memory->spectra + (size_t)p->segments * (size_t)p->frequencies * p->input;
    return (side){behind, delay->sizes.outputs, p->output};
}

/* Returns the floats from one tile to the next. */
static size_t tile_of(const side *of) {
    return (size_t)of->neurons * ROW;
}

/* Returns the rows of the first tile at a frequency of a segment; `item` counts the frequencies of all segments. */
static float *rows_at(const side *of, int64_t item) {
    return of->spectra + (size_t)item * of->frequency;
}

static snnd_spectrum spectrum_of(const snnd_spectral *spectral, const side *of, int32_t neuron, int32_t segment,
                                 int32_t tile) {
    float *re = rows_at(of, (int64_t)segment * spectral->plan.frequencies) +
                (size_t)(tile - spectral->tile) * tile_of(of) + (size_t)neuron * ROW;
    return (snnd_spectrum){re, re + SNND_SPECTRA_IMAGINARY, of->frequency};
}

static float *synapses_at(const snnd_spectral *spectral, int64_t frequency) {
    return spectral->memory->synapses + (size_t)frequency * spectral->plan.synapses;
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

/* Includes the past of the segment, to which delays reach back. */
static window with_past(const snnd_delay *delay, int32_t segment) {
    const plan *p = &delay->spectral->plan;
    const int32_t own = segment * p->segment_steps, from = own > p->past ? own - p->past : 0;
    return (window){from, own + own_steps(delay, segment) - from, p->past - (own - from)};
}

/* Only the segment, where the other signal includes the past. */
static window alone(const snnd_delay *delay, int32_t segment) {
    const plan *p = &delay->spectral->plan;
    return (window){segment * p->segment_steps, own_steps(delay, segment), p->past};
}

/* Includes the future of the segment. */
static window with_future(const snnd_delay *delay, int32_t segment) {
    const plan *p = &delay->spectral->plan;
    const int32_t from = segment * p->segment_steps;
    return (window){from, least(p->segment_steps + p->past, delay->sizes.steps - from), 0};
}

/* Returns the nanoseconds of a row. */
static double cost_of_transform(const snnd_delay *delay) {
    return 0.3 * SNND_LANES * delay->spectral->plan.length;
}

typedef window choose_window(const snnd_delay *delay, int32_t segment);

typedef struct transform_work {
    const snnd_delay *delay;
    const snnd_signal *signal;
    side to;
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
                                    spectrum_of(spectral, &work->to, neuron, segment, tile),
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

static void transform(const snnd_delay *delay, const snnd_signal *signal, side to, int32_t first, int32_t end,
                      choose_window *choose) {
    transform_work work = {delay, signal, to, first, end, choose};
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

/* The outputs of the chunk that begins at `first`. */
typedef struct chunk {
    snnd_delay *delay;
    int32_t first, outputs;
    snnd_delay_gradient to; /* used for gradients of the parameters */
    bool add;               /* whether results are added to those of earlier groups or chunks */
} chunk;

static chunk chunk_at(snnd_delay *delay, int32_t first) {
    const int32_t outputs = least(delay->spectral->plan.chunk, delay->sizes.outputs - first);
    return (chunk){.delay = delay, .first = first, .outputs = outputs};
}

static int32_t blocks_of(const chunk *c) {
    return blocks_in(c->delay->spectral->plan.by_output ? c->outputs : c->delay->sizes.inputs);
}

/* Returns the neurons of the side that is not divided into blocks. */
static int32_t others_of(const chunk *c) {
    return c->delay->spectral->plan.by_output ? c->delay->sizes.inputs : c->outputs;
}

/* Returns the first synapse of the pair in a lane of a row of the chunk's spectra, or -1. */
static int64_t synapse_at(const chunk *c, int64_t row, int32_t lane) {
    const snnd_delay_sizes *sizes = &c->delay->sizes;
    const bool by_output = c->delay->spectral->plan.by_output;
    const int64_t in_block = row / others_of(c) * SNND_LANES + lane, other = row % others_of(c);
    const int64_t output = by_output ? in_block : other, input = by_output ? other : in_block;
    if (output >= c->outputs || input >= sizes->inputs)
        return -1;
    return ((c->first + output) * sizes->inputs + input) * sizes->per_pair;
}

/* The k-th synapses of the pairs of a row; those that do not exist have a weight of 0. */
typedef struct synapse_row {
    snnd_windows windows;
    _Alignas(64) float weight[SNND_LANES];
    bool any; /* whether a weight is not 0 */
} synapse_row;

static synapse_row synapses_in(const chunk *c, int64_t row, int32_t k) {
    const snnd_synapses *synapses = &c->delay->pass.synapses;
    const int32_t width = snnd_profile_width(&c->delay->pass.profile);
    synapse_row made = {.any = false};
    for (int32_t lane = 0; lane < SNND_LANES; lane++) {
        const int64_t s = synapse_at(c, row, lane);
        const float weight = s < 0 ? 0 : snnd_synapse_weight(synapses, s + k);
        if (weight == 0)
            continue;
        made.weight[lane] = weight;
        snnd_profile_window(&c->delay->pass.profile, width, synapses->position[s + k], lane, &made.windows);
        made.any = true;
    }
    return made;
}

static snnd_spectrum row_at(const snnd_spectral *spectral, int64_t row) {
    float *re = synapses_at(spectral, 0) + row * ROW;
    return (snnd_spectrum){re, re + SNND_SPECTRA_IMAGINARY, spectral->plan.synapses};
}

static int64_t rows_of(const chunk *c) {
    return (int64_t)blocks_of(c) * others_of(c);
}

static void transform_synapses(void *argument, int64_t item, int32_t worker) {
    const chunk *c = argument;
    const snnd_spectral *spectral = c->delay->spectral;
    const snnd_hot_kernels *kernels = c->delay->context->kernels;
    const snnd_shape shape = snnd_profile_shape(&c->delay->pass.profile);
    const int32_t reach = spectral->plan.reach;
    float *taps = row_scratch(spectral, worker), *share = taps + (size_t)spectral->plan.length * SNND_LANES;
    for (int64_t row = item * SYNAPSE_ROWS; row < (item + 1) * SYNAPSE_ROWS && row < rows_of(c); row++) {
        memset(taps, 0, (size_t)reach * SNND_LANES * sizeof *taps);
        for (int32_t k = 0; k < c->delay->sizes.per_pair; k++) {
            const synapse_row synapses = synapses_in(c, row, k);
            if (!synapses.any)
                continue;
            kernels->shares->shares(&shape, &synapses.windows, share, NULL);
            kernels->shares->spread(&shape, reach, synapses.weight, share, taps);
        }
        kernels->transform->forward(&spectral->transform, 0, reach, taps, row_at(spectral, row),
                                    scratch_of(spectral, worker));
    }
}

static void over_synapses(chunk *c, snnd_work *work) {
    const double cost = cost_of_transform(c->delay) + 100.0 * SNND_LANES * c->delay->sizes.per_pair;
    snnd_parallel_for(c->delay->context, (rows_of(c) + SYNAPSE_ROWS - 1) / SYNAPSE_ROWS, SYNAPSE_ROWS * cost, work, c);
}

/* ---- products ---- */

/* Returns the nanoseconds of a frequency of a segment. */
static double cost_of_product(const chunk *c) {
    return 0.1 * c->outputs * c->delay->sizes.inputs * SNND_LANES * (double)c->delay->spectral->tiles;
}

/* Computes H = K X for the outputs of the chunk. */
static void currents_of_frequency(void *argument, int64_t item, int32_t worker) {
    const chunk *c = argument;
    const snnd_spectral *spectral = c->delay->spectral;
    const side x = inputs_of(c->delay), h = outputs_of(c->delay);
    snnd_spectra_product product = {.m = c->outputs,
                                    .k = x.neurons,
                                    .panels = spectral->tiles,
                                    .a = synapses_at(spectral, item % spectral->plan.frequencies),
                                    .a_along_terms = !spectral->plan.by_output,
                                    .a_block = (size_t)others_of(c) * ROW,
                                    .b = rows_at(&x, item),
                                    .b_panel = tile_of(&x),
                                    .c = rows_at(&h, item) + (size_t)c->first * ROW,
                                    .c_panel = tile_of(&h)};
    snnd_prepare_spectra(c->delay->context, &product, scratch_of(spectral, worker));
    snnd_multiply_spectra(c->delay->context, &product);
}

/* Computes conj(K) D, summed over chunks. */
static void input_gradient_of_frequency(void *argument, int64_t item, int32_t worker) {
    const chunk *c = argument;
    const snnd_spectral *spectral = c->delay->spectral;
    const side y = inputs_of(c->delay), d = outputs_of(c->delay);
    snnd_spectra_product product = {.m = y.neurons,
                                    .k = c->outputs,
                                    .panels = spectral->tiles,
                                    .a = synapses_at(spectral, item % spectral->plan.frequencies),
                                    .a_along_terms = spectral->plan.by_output,
                                    .a_block = (size_t)others_of(c) * ROW,
                                    .conjugate_a = true,
                                    .b = rows_at(&d, item) + (size_t)c->first * ROW,
                                    .b_panel = tile_of(&d),
                                    .c = rows_at(&y, item),
                                    .c_panel = tile_of(&y),
                                    .add = c->add};
    snnd_prepare_spectra(c->delay->context, &product, scratch_of(spectral, worker));
    snnd_multiply_spectra(c->delay->context, &product);
}

/* Computes C = D conj(X), summed over the lanes of all segments: 16 neurons of the side with blocks are transposed at a
 * time, so that the lanes are the terms of the sum. */
static void correlation_of_frequency(void *argument, int64_t f, int32_t worker) {
    const chunk *c = argument;
    const snnd_spectral *spectral = c->delay->spectral;
    const bool by_output = spectral->plan.by_output;
    const side x = inputs_of(c->delay), d = outputs_of(c->delay), *blocked = by_output ? &d : &x,
               *other = by_output ? &x : &d;
    const int32_t first_blocked = by_output ? c->first : 0, blocked_end = by_output ? c->first + c->outputs : x.neurons;
    float *turned = scratch_of(spectral, worker),
          *scratch = turned + PANELS * (size_t)spectral->plan.group * SNND_LANES * ROW;
    for (int32_t segment = 0; segment < spectral->plan.segments; segment++) {
        const int64_t item = (int64_t)segment * spectral->plan.frequencies + f;
        snnd_spectra_product product = {.m = others_of(c),
                                        .k = spectral->tiles * SNND_LANES,
                                        .a = rows_at(other, item) + (by_output ? 0 : (size_t)c->first * ROW),
                                        .a_along_terms = true,
                                        .a_block = tile_of(other),
                                        .conjugate_a = by_output,
                                        .b = turned,
                                        .b_panel = (size_t)spectral->tiles * SNND_LANES * ROW,
                                        .c = synapses_at(spectral, f),
                                        .c_panel = (size_t)others_of(c) * ROW,
                                        .add = c->add || segment > 0};
        snnd_prepare_spectra(c->delay->context, &product, scratch);
        for (int32_t first = first_blocked; first < blocked_end; first += PANELS * SNND_LANES) {
            product.panels = 0;
            for (int32_t from = first; from < blocked_end && product.panels < PANELS; from += SNND_LANES) {
                const snnd_spectra_rows rows = {.rows = rows_at(blocked, item) + (size_t)from * ROW,
                                                .neurons = least(blocked_end - from, SNND_LANES),
                                                .tiles = spectral->tiles,
                                                .tile = tile_of(blocked)};
                c->delay->context->kernels->spectra->turn(&rows, !by_output,
                                                          turned + product.panels++ * product.b_panel);
            }
            snnd_multiply_spectra(c->delay->context, &product);
            product.c += PANELS * product.c_panel;
        }
    }
}

/* ---- currents, and the gradient of the input ---- */

/* Where one chunk has all outputs, the spectra of synapses are kept for the following groups. */
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
    transform(delay, input, inputs_of(delay), 0, delay->sizes.inputs, with_past);
    each_chunk(delay, tile, currents_of_frequency);
}

void snnd_spectral_prepare_input_gradient(snnd_delay *delay, const snnd_activity *d_current, int32_t tile,
                                          int32_t tiles) {
    const snnd_signal gradient = signal_of(d_current);
    set_group(delay, tile, tiles);
    transform(delay, &gradient, outputs_of(delay), 0, delay->sizes.outputs, with_future);
    each_chunk(delay, tile, input_gradient_of_frequency);
}

/* Prefetches a spectrum while the one before it is transformed. */
static void fetch(const snnd_spectral *spectral, const side *from, int32_t neuron, int32_t segment, int32_t tile) {
    const snnd_spectrum next = spectrum_of(spectral, from, neuron, segment, tile);
    for (int32_t f = 0; f < spectral->plan.frequencies; f++) {
        __builtin_prefetch(next.re + (size_t)f * next.stride);
        __builtin_prefetch(next.im + (size_t)f * next.stride);
    }
}

/* Computes rows of a tile from the spectra of some neurons; `at` is where a segment's own steps begin. */
static void transform_back(const snnd_delay *delay, side from, int32_t first, int32_t count, int32_t tile, int32_t at,
                           int32_t worker, snnd_rows rows) {
    const snnd_spectral *spectral = delay->spectral;
    for (int32_t neuron = first; neuron < first + count; neuron++)
        for (int32_t segment = 0; segment < spectral->plan.segments; segment++) {
            if (neuron + 1 < from.neurons)
                fetch(spectral, &from, neuron + 1, segment, tile);
            delay->context->kernels->transform->inverse(
                &spectral->transform, spectrum_of(spectral, &from, neuron, segment, tile), at,
                own_steps(delay, segment),
                snnd_rows_of(rows, neuron - first) +
                    (size_t)segment * (size_t)spectral->plan.segment_steps * SNND_LANES,
                scratch_of(spectral, worker));
        }
}

void snnd_spectral_currents(const snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t first,
                            int32_t count, int32_t worker, snnd_rows current) {
    (void)input;
    transform_back(delay, outputs_of(delay), first, count, tile, delay->spectral->plan.past, worker, current);
}

void snnd_spectral_input_gradient(const snnd_delay *delay, const snnd_activity *d_current, int32_t tile, int32_t first,
                                  int32_t count, int32_t worker, snnd_rows d_input) {
    (void)d_current;
    transform_back(delay, inputs_of(delay), first, count, tile, 0, worker, d_input);
}

/* ---- gradients of the parameters ---- */

/* Computes the gradients of the k-th synapses of a row's pairs from rows of lags. */
static void finish_row(const chunk *c, int64_t row, int32_t k, const float *lags, float *share) {
    const snnd_delay_pass *pass = &c->delay->pass;
    const snnd_share_kernels *kernels = c->delay->context->kernels->shares;
    const snnd_shape shape = snnd_profile_shape(&c->delay->pass.profile);
    const int32_t reach = c->delay->spectral->plan.reach, width = snnd_profile_width(&pass->profile);
    float *slope = share + (size_t)shape.taps * SNND_LANES;
    snnd_windows windows = {{0}, {0}, {0}};
    _Alignas(64) double along_share[SNND_LANES] = {0}, along_slope[SNND_LANES] = {0};
    int64_t synapse[SNND_LANES];
    bool wanted[SNND_LANES], any = false;
    for (int32_t lane = 0; lane < SNND_LANES; lane++) {
        synapse[lane] = synapse_at(c, row, lane);
        wanted[lane] = synapse[lane] >= 0 && snnd_synapse_wanted(pass, synapse[lane] + k);
        if (wanted[lane])
            snnd_profile_window(&pass->profile, width, pass->synapses.position[synapse[lane] + k], lane, &windows);
        any = any || wanted[lane];
    }
    if (any) {
        kernels->shares(&shape, &windows, share, slope);
        kernels->gather(&shape, reach, lags, share, along_share);
        kernels->gather(&shape, reach, lags, slope, along_slope);
    }
    for (int32_t lane = 0; lane < SNND_LANES; lane++)
        if (synapse[lane] >= 0)
            snnd_set_gradient(pass, synapse[lane] + k, wanted[lane] ? along_share[lane] : 0,
                              wanted[lane] ? along_slope[lane] : 0, c->to);
}

/* Lags that are not larger than the rounding errors of larger ones, which may be at lags that are not a delay, become
 * 0. Where an input and a gradient never coincide at a delay, their correlation is 0, and an optimizer that divides by
 * the size of a gradient must not see anything else. */
static void finish_synapses(void *argument, int64_t item, int32_t worker) {
    const chunk *c = argument;
    const snnd_spectral *spectral = c->delay->spectral;
    const snnd_hot_kernels *kernels = c->delay->context->kernels;
    const int32_t length = spectral->plan.length;
    float *lags = row_scratch(spectral, worker), *share = lags + (size_t)length * SNND_LANES;
    for (int64_t row = item * SYNAPSE_ROWS; row < (item + 1) * SYNAPSE_ROWS && row < rows_of(c); row++) {
        kernels->transform->inverse(&spectral->transform, row_at(spectral, row), 0, length, lags,
                                    scratch_of(spectral, worker));
        kernels->shares->drop(length, spectral->plan.reach, ROUNDING, lags);
        for (int32_t k = 0; k < c->delay->sizes.per_pair; k++)
            finish_row(c, row, k, lags, share);
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
                transform(delay, input, inputs_of(delay), 0, delay->sizes.inputs, with_past);
            transform(delay, &gradient, outputs_of(delay), first, first + c.outputs, alone);
            c.add = tile > 0;
            snnd_parallel_for(delay->context, p->frequencies, p->segments * cost_of_product(&c),
                              correlation_of_frequency, &c);
        }
        over_synapses(&c, finish_synapses);
    }
}
