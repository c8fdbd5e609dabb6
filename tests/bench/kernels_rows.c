/* Kernels over the rows of the hidden layer, and softmax over those of the classes. */
#include <string.h>

#include "kernels.h"

static const snnd_lif lif = {.decay = 0.9F, .threshold = 1, .alpha = 5, .detach_reset = 1};
static const snnd_affine affine = {.mean = 0.01, .inverse_deviation = 1.7, .scale = 1, .shift = 0};

/* What all of them work on. */
typedef struct row_bench {
    const snnd_hot_kernels *hot;
    snnd_activity x, y, z, gradient, output, d_output;
    float *fresh;   /* gradients to begin with */
    uint16_t *bits; /* [neurons][steps] */
    float factor[SNND_LANES];
    double *sum, *scratch, total;
    float *parameters; /* of adaptive neurons */
    double *sums;
} row_bench;

static snnd_extent extent_of(const snnd_activity *a) {
    return (snnd_extent){a->neurons, a->steps};
}

/* All neurons have the same parameters. */
static snnd_adaptive adaptive_of(const row_bench *held) {
    const float *first = held->parameters;
    const int32_t n = held->x.neurons;
    return (snnd_adaptive){.threshold = 1,
                           .alpha = 5,
                           .surrogate = SNND_SURROGATE_ARCTAN,
                           .membrane = first,
                           .adaptation = first + n,
                           .subthreshold = first + 2 * n,
                           .spike = first + 3 * n};
}

static snnd_rows all(const snnd_activity *a) {
    return snnd_activity_rows(a, 0, 0);
}

/* Kernels that work in place must not see their own results, which end in denormal numbers. */
static void prepare(void *argument) {
    row_bench *held = argument;
    memcpy(held->gradient.data, held->fresh, (size_t)kernel_count(&held->gradient) * sizeof(float));
}

static void spikes(void *argument) {
    row_bench *held = argument;
    _Alignas(64) float sums[SNND_LANES];
    held->hot->neurons->lif_forward(&lif, extent_of(&held->x), all(&held->x), (snnd_rows){0}, all(&held->y), sums);
}

static void potentials(void *argument) {
    row_bench *held = argument;
    held->hot->neurons->lif_forward(&lif, extent_of(&held->x), all(&held->x), all(&held->y), (snnd_rows){0}, NULL);
}

static void lif_backward(void *argument) {
    row_bench *held = argument;
    held->hot->neurons->lif_backward(&lif, extent_of(&held->x), all(&held->x), all(&held->y), all(&held->gradient),
                                     NULL);
}

static void adaptive_spikes(void *argument) {
    row_bench *held = argument;
    _Alignas(64) float lost[SNND_LANES];
    const snnd_adaptive by = adaptive_of(held);
    held->hot->adaptive->forward(&by, extent_of(&held->x), all(&held->x), (snnd_rows){0}, (snnd_rows){0}, all(&held->y),
                                 lost);
}

static void adaptive_potentials(void *argument) {
    row_bench *held = argument;
    const snnd_adaptive by = adaptive_of(held);
    held->hot->adaptive->forward(&by, extent_of(&held->x), all(&held->x), all(&held->y), all(&held->z), (snnd_rows){0},
                                 NULL);
}

static void adaptive_backward(void *argument) {
    row_bench *held = argument;
    const snnd_adaptive by = adaptive_of(held);
    held->hot->adaptive->backward(&by, extent_of(&held->x), SNND_LANES, all(&held->x), all(&held->y), all(&held->z),
                                  all(&held->gradient), held->sums);
}

/* One neuron after the other. */
#define EACH(name, call)                                                                                               \
    static void name(void *argument) {                                                                                 \
        row_bench *held = argument;                                                                                    \
        const snnd_row_kernels *rows = held->hot->rows;                                                                \
        const int32_t steps = held->x.steps;                                                                           \
        for (int32_t n = 0; n < held->x.neurons; n++) {                                                                \
            float *x = snnd_activity_row(&held->x, 0, n), *y = snnd_activity_row(&held->y, 0, n);                      \
            float *g = snnd_activity_row(&held->gradient, 0, n);                                                       \
            uint16_t *bits = held->bits + (size_t)n * (size_t)steps;                                                   \
            (void)x, (void)y, (void)g, (void)bits;                                                                     \
            call;                                                                                                      \
        }                                                                                                              \
    }

EACH(normalise, rows->normalise(steps, &affine, x, y))
EACH(moments, held->total += rows->moments(steps, SNND_LANES, x).second)
EACH(norm_sums, held->total += rows->norm_sums(steps, SNND_LANES, 0.01, x, g).second)
EACH(norm_backward, rows->norm_backward(steps, SNND_LANES, &affine, 0.01, 0.02, x, g))
EACH(expand, rows->expand(steps, bits, held->factor, y))
EACH(collect, rows->collect(steps, SNND_LANES, x, bits))
EACH(count, held->total += rows->count(steps, SNND_LANES, y))
EACH(scale, rows->scale(steps, held->factor, g, g))

static void softmax_sum(void *argument) {
    row_bench *held = argument;
    held->hot->softmax->sum_over_time(held->output.neurons, held->output.steps, all(&held->output), held->sum,
                                      held->scratch);
}

static void softmax_backward(void *argument) {
    row_bench *held = argument;
    held->hot->softmax->backward(held->output.neurons, held->output.steps, all(&held->output), held->sum, held->scratch,
                                 all(&held->d_output));
}

static row_bench make(kernel_bench *bench) {
    const int32_t hidden = bench->options->hidden[0], classes = bench->options->classes;
    row_bench made = {.hot = bench->hot};
    made.x = kernel_rows(bench, hidden, 0, 0);
    made.y = kernel_rows(bench, hidden, 0, 0);
    made.z = kernel_rows(bench, hidden, 0, 0);
    made.gradient = kernel_rows(bench, hidden, 0, 0);
    made.parameters = kernel_memory(bench, 4 * (size_t)hidden * sizeof *made.parameters);
    made.sums = kernel_memory(bench, 4 * (size_t)hidden * sizeof *made.sums);
    for (int32_t n = 0; n < 4 * hidden; n++)
        made.parameters[n] = n / hidden < 2 ? 0.9F : 0.5F;
    made.output = kernel_rows(bench, classes, 0, 0);
    made.d_output = kernel_rows(bench, classes, 0, 0);
    made.fresh = kernel_numbers(bench, (size_t)kernel_count(&made.gradient));
    made.bits = kernel_memory(bench, (size_t)hidden * (size_t)bench->options->steps * sizeof *made.bits);
    made.sum = kernel_memory(bench, (size_t)classes * SNND_LANES * sizeof *made.sum);
    made.scratch = kernel_memory(bench, 2 * (size_t)classes * SNND_LANES * sizeof *made.scratch);
    for (int lane = 0; lane < SNND_LANES; lane++)
        made.factor[lane] = 1.0F / 0.6F;
    return made;
}

/* count finds spikes in y, lif_backward and adaptive_backward potentials, expand the bits of collect. */
void kernels_rows(kernel_bench *bench) {
    static const struct {
        const char *name;
        void (*run)(void *);
        void (*prepare)(void *);
        int classes;
    } list[] = {{"lif_forward, spikes", spikes, NULL, 0},
                {"count", count, NULL, 0},
                {"lif_forward, potentials", potentials, NULL, 0},
                {"lif_backward", lif_backward, prepare, 0},
                {"adaptive forward, spikes", adaptive_spikes, NULL, 0},
                {"adaptive forward, potentials", adaptive_potentials, NULL, 0},
                {"adaptive backward", adaptive_backward, prepare, 0},
                {"scale", scale, prepare, 0},
                {"normalise", normalise, NULL, 0},
                {"moments", moments, NULL, 0},
                {"norm_sums", norm_sums, NULL, 0},
                {"norm_backward", norm_backward, prepare, 0},
                {"collect", collect, NULL, 0},
                {"expand", expand, NULL, 0},
                {"softmax sum_over_time", softmax_sum, NULL, 1},
                {"softmax backward", softmax_backward, NULL, 1}};
    row_bench held = make(bench);
    for (unsigned i = 0; i < sizeof list / sizeof list[0]; i++)
        kernel_time_rows(bench, (kernel_call){.run = list[i].run, .prepare = list[i].prepare, .argument = &held},
                         kernel_count(list[i].classes ? &held.output : &held.x), list[i].name);
}
