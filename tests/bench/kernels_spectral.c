/*
 * What the frequency domain is made of (lib/delay/spectral.c): transforms of rows, and for each layer of the network
 * the complex products of all frequencies over 128 lanes. These lie as they do in training, each number of a frequency
 * next to those of other lanes and far from the next neuron; "in the cache" there is one frequency only. The last lines
 * are real products, as layers without delays make them of the steps of a tile.
 */
#include <stdbool.h>

#include "base/context.h"
#include "kernel/product.h"
#include "kernel/transform_plan.h"
#include "kernels.h"

enum { LANES = 128 };

/* Of the synapses' spectra at a time. */
static const double CHUNK_BYTES = 36 << 20;

/* An odd number of cache lines. */
static size_t row_of(size_t floats) {
    return (((floats + 15) / 16) | 1) * 16;
}

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
    held.spectrum.stride = row_of(2 * LANES);
    held.spectrum.re = kernel_numbers(bench, ((size_t)length / 2 + 1) * held.spectrum.stride);
    held.spectrum.im = held.spectrum.re + LANES;
    time_transform(bench, &held, bench->options->steps, run_forward, "transform of steps");
    time_transform(bench, &held, bench->options->steps, run_inverse, "transform back to steps");
    time_transform(bench, &held, bench->options->taps, run_forward, "transform of taps");
    time_transform(bench, &held, length, run_inverse, "transform back to lags");
    snnd_transform_free(context, &held.plan);
    snnd_context_free(context);
}

/* ---- products of frequencies ---- */

typedef enum product_kind { CURRENTS, INPUT_GRADIENT, CORRELATION, KINDS } product_kind;

/* A layer, or a chunk of its outputs. */
typedef struct layer_bench {
    snnd_context *context;
    product_kind kind;
    int32_t inputs, outputs, frequencies;
    size_t frequency, spectrum;            /* floats from one to the next, of a neuron, and from neuron to neuron */
    size_t pairs, output_step, input_step; /* floats of a part of a frequency of the synapses, and from pair to pair */
    bool by_input;                         /* pairs of one output lie side by side, else of one input */
    float *x, *d, *k, *currents, *d_x, *c, *scratch;
} layer_bench;

/* The real lanes of a frequency of the first neuron. */
static float *at(const layer_bench *layer, float *spectra, int32_t f) {
    return spectra + (size_t)f * layer->frequency;
}

static float *pairs_at(const layer_bench *layer, float *synapses, int32_t f) {
    return synapses + 2 * (size_t)f * layer->pairs;
}

static snnd_complex_product currents_of(const layer_bench *layer, int32_t f) {
    return (snnd_complex_product){.m = layer->outputs,
                                  .n = LANES,
                                  .k = layer->inputs,
                                  .a_re = pairs_at(layer, layer->k, f),
                                  .a_im = pairs_at(layer, layer->k, f) + layer->pairs,
                                  .a_row = layer->output_step,
                                  .a_column = layer->input_step,
                                  .b_re = at(layer, layer->x, f),
                                  .b_im = at(layer, layer->x, f) + LANES,
                                  .b_row = layer->spectrum,
                                  .b_column = 1,
                                  .c_re = at(layer, layer->currents, f),
                                  .c_im = at(layer, layer->currents, f) + LANES,
                                  .c_row = layer->spectrum};
}

static snnd_complex_product input_gradient_of(const layer_bench *layer, int32_t f) {
    return (snnd_complex_product){.m = layer->inputs,
                                  .n = LANES,
                                  .k = layer->outputs,
                                  .a_re = pairs_at(layer, layer->k, f),
                                  .a_im = pairs_at(layer, layer->k, f) + layer->pairs,
                                  .a_row = layer->input_step,
                                  .a_column = layer->output_step,
                                  .conjugate_a = true,
                                  .b_re = at(layer, layer->d, f),
                                  .b_im = at(layer, layer->d, f) + LANES,
                                  .b_row = layer->spectrum,
                                  .b_column = 1,
                                  .c_re = at(layer, layer->d_x, f),
                                  .c_im = at(layer, layer->d_x, f) + LANES,
                                  .c_row = layer->spectrum};
}

static snnd_complex_product correlation_of(const layer_bench *layer, int32_t f) {
    const bool by_input = layer->by_input;
    float *a = at(layer, by_input ? layer->d : layer->x, f), *b = at(layer, by_input ? layer->x : layer->d, f);
    return (snnd_complex_product){.m = by_input ? layer->outputs : layer->inputs,
                                  .n = by_input ? layer->inputs : layer->outputs,
                                  .k = LANES,
                                  .a_re = a,
                                  .a_im = a + LANES,
                                  .a_row = layer->spectrum,
                                  .a_column = 1,
                                  .conjugate_a = !by_input,
                                  .b_re = b,
                                  .b_im = b + LANES,
                                  .b_row = 1,
                                  .b_column = layer->spectrum,
                                  .conjugate_b = by_input,
                                  .c_re = pairs_at(layer, layer->c, f),
                                  .c_im = pairs_at(layer, layer->c, f) + layer->pairs,
                                  .c_row = by_input ? layer->output_step : layer->input_step};
}

static void run_frequencies(void *argument) {
    static snnd_complex_product (*const products[KINDS])(const layer_bench *,
                                                         int32_t) = {currents_of, input_gradient_of, correlation_of};
    const layer_bench *layer = argument;
    for (int32_t f = 0; f < layer->frequencies; f++) {
        const snnd_complex_product product = products[layer->kind](layer, f);
        snnd_multiply_complex(layer->context, &product, layer->scratch);
    }
}

static int32_t chunk_of(const kernel_bench *bench, int32_t inputs, int32_t outputs) {
    const double fit = CHUNK_BYTES / (sizeof(float) * 2.0 * (length_of(bench) / 2 + 1) * inputs);
    const int32_t most = fit < 1 ? 1 : fit < outputs ? (int32_t)fit : outputs, parts = (outputs + most - 1) / most;
    return (outputs + parts - 1) / parts;
}

static layer_bench make_layer(kernel_bench *bench, int32_t inputs, int32_t outputs, int32_t frequencies) {
    layer_bench made = {.inputs = inputs, .outputs = outputs, .frequencies = frequencies};
    const size_t all = (size_t)frequencies;
    made.frequency = row_of(2 * LANES);
    made.spectrum = row_of(all * made.frequency);
    made.pairs = row_of((size_t)inputs * (size_t)outputs);
    made.by_input = inputs <= outputs;
    made.output_step = made.by_input ? (size_t)inputs : 1;
    made.input_step = made.by_input ? 1 : (size_t)outputs;
    made.x = kernel_numbers(bench, (size_t)inputs * made.spectrum);
    made.d = kernel_numbers(bench, (size_t)outputs * made.spectrum);
    made.k = kernel_numbers(bench, 2 * all * made.pairs);
    made.d_x = kernel_memory(bench, (size_t)inputs * made.spectrum * sizeof(float));
    made.currents = kernel_memory(bench, (size_t)outputs * made.spectrum * sizeof(float));
    made.c = kernel_memory(bench, 2 * all * made.pairs * sizeof(float));
    made.scratch = kernel_memory(bench, SNND_MULTIPLY_SCRATCH * sizeof(float));
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
