/*
 * What the frequency domain is made of (lib/delay/spectral.c): transforms of rows, and for each layer of the network
 * the complex products of all frequencies over 128 lanes, as they lie in training; "in the cache" there is one
 * frequency only. An operation is one of a product of four real ones, though three are made. The last lines are real
 * products, as layers without delays make them of the steps of a tile.
 */
#include <stdbool.h>

#include "base/context.h"
#include "kernel/product.h"
#include "kernel/transform_plan.h"
#include "kernels.h"

enum { LANES = 128, TILES = LANES / SNND_LANES, ROW = SNND_SPECTRA_ROW };

/* Of the synapses' spectra at a time. */
static const double CHUNK_BYTES = 36 << 20;

static int32_t length_of(const kernel_bench *bench) {
    return snnd_transform_length(bench->options->steps + bench->options->taps - 1);
}

/* ---- transforms ---- */

typedef struct transform_bench {
    const snnd_hot_kernels *hot;
    snnd_transform plan;
    int32_t rows; /* of time, which are transformed or come back */
    float *row, *scratch;
    snnd_spectrum spectrum;
} transform_bench;

static void run_forward(void *argument) {
    const transform_bench *held = argument;
    held->hot->transform->forward(&held->plan, 0, held->rows, held->row, held->spectrum, held->scratch);
}

static void run_inverse(void *argument) {
    const transform_bench *held = argument;
    held->hot->transform->inverse(&held->plan, held->spectrum, 0, held->rows, held->row, held->scratch);
}

static void time_transform(kernel_bench *bench, transform_bench *held, int32_t rows, void (*run)(void *),
                           const char *name) {
    held->rows = rows;
    kernel_time_rows(bench, (kernel_call){.run = run, .argument = held}, (double)rows * SNND_LANES, name);
}

static void time_transforms(kernel_bench *bench) {
    snnd_context *context = NULL;
    transform_bench held = {.hot = bench->hot};
    const int32_t length = length_of(bench);
    if (snnd_context_create(NULL, &context) != SNND_OK || snnd_transform_create(context, length, &held.plan) != SNND_OK)
        return;
    held.row = kernel_numbers(bench, (size_t)length * SNND_LANES);
    held.scratch = kernel_memory(bench, snnd_transform_scratch(length) * sizeof(float));
    held.spectrum.stride = (size_t)TILES * ROW + SNND_LANES;
    held.spectrum.re = kernel_numbers(bench, ((size_t)length / 2 + 1) * held.spectrum.stride);
    held.spectrum.im = held.spectrum.re + SNND_SPECTRA_IMAGINARY;
    time_transform(bench, &held, bench->options->steps, run_forward, "transform of steps");
    time_transform(bench, &held, bench->options->steps, run_inverse, "transform back to steps");
    time_transform(bench, &held, bench->options->taps, run_forward, "transform of taps");
    time_transform(bench, &held, length, run_inverse, "transform back to lags");
    snnd_transform_free(context, &held.plan);
    snnd_context_free(context);
}

/* ---- products of frequencies ---- */

typedef enum product_kind { CURRENTS, INPUT_GRADIENT, CORRELATION, KINDS } product_kind;

/* A layer, or a chunk of its outputs, with blocks of outputs or of inputs as in lib/delay/spectral.c. */
typedef struct layer_bench {
    snnd_context *context;
    product_kind kind;
    int32_t inputs, outputs, frequencies;
    bool by_output;
    size_t input, output, synapses; /* floats from frequency to frequency */
    float *x, *d, *k, *currents, *d_x, *c, *turned, *scratch;
} layer_bench;

static int32_t blocks_in(int32_t neurons) {
    return (neurons + SNND_LANES - 1) / SNND_LANES;
}

static int32_t others_of(const layer_bench *layer) {
    return layer->by_output ? layer->inputs : layer->outputs;
}

/* K X, or conj(K) D. */
static void multiply_by_synapses(const layer_bench *layer, int32_t f, bool back) {
    const size_t x = (size_t)f * layer->input, d = (size_t)f * layer->output;
    const size_t of_inputs = (size_t)layer->inputs * ROW, of_outputs = (size_t)layer->outputs * ROW;
    snnd_spectra_product product = {.m = back ? layer->inputs : layer->outputs,
                                    .k = back ? layer->outputs : layer->inputs,
                                    .panels = TILES,
                                    .a = layer->k + (size_t)f * layer->synapses,
                                    .a_along_terms = layer->by_output == back,
                                    .a_block = (size_t)others_of(layer) * ROW,
                                    .b = back ? layer->d + d : layer->x + x,
                                    .b_panel = back ? of_outputs : of_inputs,
                                    .c = back ? layer->d_x + x : layer->currents + d,
                                    .c_panel = back ? of_inputs : of_outputs,
                                    .conjugate_a = back};
    snnd_prepare_spectra(layer->context, &product, layer->scratch);
    snnd_multiply_spectra(layer->context, &product);
}

/* D conj(X), by blocks that are turned, two at a time. */
static void correlate(const layer_bench *layer, int32_t f) {
    const float *x = layer->x + (size_t)f * layer->input, *d = layer->d + (size_t)f * layer->output;
    const int32_t blocked = layer->by_output ? layer->outputs : layer->inputs, others = others_of(layer);
    snnd_spectra_product product = {.m = others,
                                    .k = LANES,
                                    .a = layer->by_output ? x : d,
                                    .a_along_terms = true,
                                    .a_block = (size_t)others * ROW,
                                    .conjugate_a = layer->by_output,
                                    .b = layer->turned,
                                    .b_panel = (size_t)LANES * ROW,
                                    .c = layer->c + (size_t)f * layer->synapses,
                                    .c_panel = (size_t)others * ROW};
    snnd_prepare_spectra(layer->context, &product, layer->scratch);
    for (int32_t first = 0; first < blocked; product.c += 2 * product.c_panel) {
        for (product.panels = 0; first < blocked && product.panels < 2; first += SNND_LANES) {
            const snnd_spectra_rows rows = {.rows = (layer->by_output ? d : x) + (size_t)first * ROW,
                                            .neurons = blocked - first < SNND_LANES ? blocked - first : SNND_LANES,
                                            .tiles = TILES,
                                            .tile = (size_t)blocked * ROW};
            layer->context->kernels->spectra->turn(&rows, !layer->by_output,
                                                   layer->turned + (size_t)product.panels++ * product.b_panel);
        }
        snnd_multiply_spectra(layer->context, &product);
    }
}

static void run_frequencies(void *argument) {
    const layer_bench *layer = argument;
    for (int32_t f = 0; f < layer->frequencies; f++)
        if (layer->kind == CORRELATION)
            correlate(layer, f);
        else
            multiply_by_synapses(layer, f, layer->kind == INPUT_GRADIENT);
}

static int32_t chunk_of(const kernel_bench *bench, int32_t inputs, int32_t outputs) {
    const double fit = CHUNK_BYTES / (sizeof(float) * 2.0 * (length_of(bench) / 2 + 1) * inputs);
    const int32_t most = fit < 1 ? 1 : fit < outputs ? (int32_t)fit : outputs, parts = (outputs + most - 1) / most;
    return (outputs + parts - 1) / parts;
}

/* A frequency's floats, an odd number of cache lines. */
static size_t frequency_of(int32_t rows) {
    return (size_t)rows * ROW + SNND_LANES;
}

static layer_bench make_layer(kernel_bench *bench, int32_t inputs, int32_t outputs, int32_t frequencies) {
    layer_bench made = {.inputs = inputs, .outputs = outputs, .frequencies = frequencies};
    const size_t all = (size_t)frequencies;
    made.by_output = blocks_in(outputs) * inputs <= blocks_in(inputs) * outputs;
    made.input = frequency_of(TILES * inputs);
    made.output = frequency_of(TILES * outputs);
    made.synapses = frequency_of(made.by_output ? blocks_in(outputs) * inputs : blocks_in(inputs) * outputs);
    made.x = kernel_numbers(bench, all * made.input);
    made.d = kernel_numbers(bench, all * made.output);
    made.k = kernel_numbers(bench, all * made.synapses);
    made.d_x = kernel_memory(bench, all * made.input * sizeof(float));
    made.currents = kernel_memory(bench, all * made.output * sizeof(float));
    made.c = kernel_memory(bench, all * made.synapses * sizeof(float));
    made.turned = kernel_memory(bench, 2 * LANES * ROW * sizeof(float));
    /* What BLAS needs is the most. */
    const size_t most = (size_t)(inputs > outputs ? inputs : outputs) + LANES;
    made.scratch = kernel_memory(bench, 2 * most * (most + ROW) * sizeof(float));
    return made;
}

/* False where there is no such BLAS. */
static bool time_layer(kernel_bench *bench, layer_bench *layer, int32_t products, const char *where) {
    static const char *const names[KINDS] = {"currents", "input gradient", "correlation"};
    snnd_context_options options;
    if (snnd_context_options_init(&options, sizeof options) != SNND_OK)
        return false;
    options.threads = 1;
    options.isa = bench->options->isa;
    options.products = products;
    if (snnd_context_create(&options, &layer->context) != SNND_OK)
        return false;
    snnd_products_begin(layer->context);
    for (int kind = 0; kind < KINDS; kind++) {
        layer->kind = (product_kind)kind;
        kernel_time(bench, (kernel_call){.run = run_frequencies, .argument = layer},
                    8.0 * layer->inputs * layer->outputs * LANES * layer->frequencies, "%s, %d to %d%s", names[kind],
                    (int)layer->inputs, (int)layer->outputs, where);
    }
    snnd_products_end(layer->context);
    snnd_context_free(layer->context);
    return true;
}

static void time_frequencies(kernel_bench *bench, int32_t inputs, int32_t outputs) {
    outputs = chunk_of(bench, inputs, outputs);
    layer_bench small = make_layer(bench, inputs, outputs, 1);
    layer_bench whole = make_layer(bench, inputs, outputs, length_of(bench) / 2 + 1);
    time_layer(bench, &small, SNND_PRODUCTS_OWN, ", in the cache");
    time_layer(bench, &whole, SNND_PRODUCTS_OWN, "");
    if (time_layer(bench, &small, SNND_PRODUCTS_BLAS, ", in the cache, BLAS"))
        time_layer(bench, &whole, SNND_PRODUCTS_BLAS, ", BLAS");
}

/* ---- real products ---- */

typedef struct product_bench {
    const snnd_hot_kernels *hot;
    snnd_product job;
    float *scratch;
} product_bench;

static void run_product(void *argument) {
    const product_bench *held = argument;
    held->hot->multiply->multiply(&held->job, held->scratch);
}

/* C [m][n] of A [m][k] and B [k][n], whose columns are contiguous where `turned`. */
static void time_product(kernel_bench *bench, int32_t m, int32_t n, int32_t k, bool turned) {
    product_bench held = {.hot = bench->hot, .scratch = kernel_memory(bench, SNND_MULTIPLY_SCRATCH * sizeof(float))};
    held.job = (snnd_product){.m = m,
                              .n = n,
                              .k = k,
                              .alpha = 1,
                              .a = kernel_numbers(bench, (size_t)m * (size_t)k),
                              .b = kernel_numbers(bench, (size_t)k * (size_t)n),
                              .a_row = (size_t)k,
                              .a_column = 1,
                              .b_row = turned ? 1 : (size_t)n,
                              .b_column = turned ? (size_t)k : 1,
                              .c = kernel_memory(bench, (size_t)m * (size_t)n * sizeof(float)),
                              .c_row = (size_t)n};
    kernel_time(bench, (kernel_call){.run = run_product, .argument = &held}, 2.0 * m * n * k, "product %d x %d x %d%s",
                (int)m, (int)n, (int)k, turned ? ", turned" : "");
}

void kernels_spectral(kernel_bench *bench) {
    const struct bench_options *o = bench->options;
    const int32_t hidden = o->hidden[0], row = o->steps * SNND_LANES;
    time_transforms(bench);
    time_frequencies(bench, o->inputs, hidden);
    if (o->layers > 1)
        time_frequencies(bench, hidden, hidden);
    time_frequencies(bench, hidden, o->classes);
    time_product(bench, hidden, row, o->inputs, false);
    time_product(bench, hidden, o->inputs, row, true);
}
