/* Layers of delays by every path, against the sums of delay/delay.h in double precision. */
#include "delay/reference.h"

#include <math.h>

#include "base/allocator.h"
#include "delay/state.h"
#include "kernel/dispatch.h"
#include "kernel/transform_plan.h"

Suite *reference_suite(void);

enum { L = SNND_LANES };

#define COUNT(table) ((int)(sizeof(table) / sizeof(table)[0]))

/* Errors of currents and gradients of the input, relative to the largest of all of them and to the largest of their own
 * row, and of gradients of the parameters, relative to the largest. A direct current is a float32 sum of some hundred
 * taps: it is off by up to 1e-6 where each product is rounded before it is added, as on 32-bit x86. In the frequency
 * domain they are no more than twice what doc/model.md states. */
typedef struct limits {
    double rows, row, parameters;
} limits;

static limits limits_of(int32_t method) {
    return method == SNND_METHOD_SPECTRAL ? (limits){6e-7, 1e-6, 2e-6} : (limits){2e-6, 2e-6, 4e-6};
}

/* ---- what is tried ---- */

typedef struct trial {
    int32_t inputs, outputs, per_pair, taps, steps, batch;
    int32_t kind, whole; /* of the profile */
    double sigma, l1;
    double absent, zeros; /* shares of the synapses */
    bool signs, spikes, dropout, no_position;
    int32_t sharing; /* 0: as NONE */
    snnd_gradients gradients;
    uint64_t seed;
} trial;

/* A way to compute it. */
typedef struct way {
    int32_t method, products, isa, threads;
    const char *name;
} way;

static const way ways[] = {{SNND_METHOD_DIRECT, SNND_PRODUCTS_OWN, SNND_ISA_AUTO, 2, "direct"},
                           {SNND_METHOD_SPECTRAL, SNND_PRODUCTS_OWN, SNND_ISA_AUTO, 2, "spectral, own products"},
                           {SNND_METHOD_SPECTRAL, SNND_PRODUCTS_BLAS, SNND_ISA_AUTO, 2, "spectral, products by BLAS"}};

static double draw(const trial *t, uint64_t stream, uint64_t n, double low, double high) {
    return low + (high - low) * snnd_random_uniform(t->seed, stream, n);
}

static void *allocate(size_t count, size_t size) {
    void *made = aligned_alloc(64, (count * size + 63) / 64 * 64 + 64);
    ck_assert_ptr_nonnull(made);
    memset(made, 0, count * size);
    return made;
}

static size_t synapses_of(const trial *t) {
    return (size_t)t->inputs * (size_t)t->outputs * (size_t)t->per_pair;
}

static size_t positions_of(const trial *t) {
    const snnd_synapses synapses = {
        .inputs = t->inputs, .outputs = t->outputs, .per_pair = t->per_pair, .sharing = t->sharing};
    return (size_t)snnd_synapse_positions(&synapses);
}

static int32_t tiles_of(const trial *t) {
    return snnd_tiles(t->batch);
}

/* ---- numbers ---- */

/* A layer, and a pass of it. */
typedef struct layer {
    trial of;
    float *theta, *position;
    int8_t *sign;
    uint8_t *mask;
    float *input, *d_current; /* [samples][steps][neurons] */
    snnd_signal signal;       /* the input, as the library has it */
    snnd_activity gradient;   /* d_current, as the library has it */
    float *factor;            /* of dropout */
    snnd_delay_pass pass;
} layer;

static void draw_synapses(layer *made) {
    const trial *t = &made->of;
    const size_t count = synapses_of(t);
    const double half = t->taps / 2;
    made->theta = allocate(count, sizeof *made->theta);
    made->position = allocate(positions_of(t), sizeof *made->position);
    for (size_t k = 0; k < positions_of(t); k++)
        made->position[k] = (float)draw(t, 2, k, -half - 1, half + 1); /* some are out of range */
    made->sign = t->signs ? allocate(count, sizeof *made->sign) : NULL;
    made->mask = t->absent > 0 ? allocate(count, sizeof *made->mask) : NULL;
    for (size_t s = 0; s < count; s++) {
        const double theta = draw(t, 1, s, -1, 1);
        made->theta[s] = (float)(t->signs ? fabs(theta) : theta);
        if (draw(t, 3, s, 0, 1) < t->zeros)
            made->theta[s] = 0;
        if (t->signs)
            made->sign[s] = draw(t, 4, s, 0, 1) < 0.5 ? -1 : 1;
        if (t->absent > 0) {
            made->mask[s] = draw(t, 5, s, 0, 1) >= t->absent;
            made->theta[s] = made->mask[s] ? made->theta[s] : 0;
        }
    }
}

/* Of a row of time of one sample: element `t` of neuron `n` is at n + t neurons. */
static float *row_of(float *of, const trial *t, int32_t neurons, int32_t sample) {
    return of + (size_t)sample * (size_t)t->steps * (size_t)neurons;
}

static float factor_of(const trial *t, int32_t sample, int32_t neuron) {
    if (!t->dropout)
        return 1;
    return draw(t, 6, (uint64_t)(sample * t->inputs + neuron), 0, 1) < 0.25 ? 0 : 4.0f / 3;
}

static void draw_signals(layer *made) {
    const trial *t = &made->of;
    const size_t rows = (size_t)t->batch * (size_t)t->steps;
    made->input = allocate(rows * (size_t)t->inputs, sizeof(float));
    made->d_current = allocate(rows * (size_t)t->outputs, sizeof(float));
    for (size_t k = 0; k < rows * (size_t)t->inputs; k++)
        made->input[k] = (float)(t->spikes ? draw(t, 7, k, 0, 1) < 0.1 : draw(t, 7, k, -1, 1));
    for (size_t k = 0; k < rows * (size_t)t->outputs; k++)
        made->d_current[k] = (float)draw(t, 8, k, -1, 1);
}

/* ---- as the library has them ---- */

/* Every step of every neuron, as rows of lanes with rows of zeros before the first and behind the last. */
static snnd_activity tiled(const trial *t, float *numbers, int32_t neurons, int32_t front, int32_t back) {
    snnd_activity made = {.neurons = neurons, .steps = t->steps, .front = front, .back = back};
    made.data = allocate((size_t)tiles_of(t) * (size_t)neurons * snnd_activity_stride(&made), sizeof(float));
    for (int32_t b = 0; b < t->batch; b++)
        for (int32_t n = 0; n < neurons; n++)
            for (int32_t time = 0; time < t->steps; time++)
                snnd_activity_row(&made, b / L, n)[time * L + b % L] =
                    row_of(numbers, t, neurons, b)[(size_t)time * (size_t)neurons + (size_t)n];
    return made;
}

/* Bits of the spikes, and the factors that dropout gives them, which the numbers of the input get, too. */
static void make_spikes(layer *made) {
    const trial *t = &made->of;
    const int32_t tiles = tiles_of(t);
    made->signal = (snnd_signal){.rows = {.neurons = t->inputs, .steps = t->steps, .front = t->taps - 1}};
    made->signal.tiles = tiles;
    made->signal.bits = allocate((size_t)tiles * (size_t)t->inputs * (size_t)t->steps, sizeof(uint16_t));
    made->factor = t->dropout ? allocate((size_t)t->inputs * (size_t)tiles * L, sizeof(float)) : NULL;
    made->signal.factor = made->factor;
    for (int32_t b = 0; b < t->batch; b++)
        for (int32_t i = 0; i < t->inputs; i++) {
            const float factor = factor_of(t, b, i);
            if (t->dropout)
                made->factor[((size_t)i * (size_t)tiles) * L + (size_t)b] = factor;
            for (int32_t time = 0; time < t->steps; time++) {
                float *x = &row_of(made->input, t, t->inputs, b)[(size_t)time * (size_t)t->inputs + (size_t)i];
                uint16_t *bits = snnd_signal_bits(&made->signal, b / L, i) + time;
                *bits = (uint16_t)(*bits | (*x != 0 ? 1u << b % L : 0));
                *x *= factor;
            }
        }
}

static void make_signals(layer *made) {
    const trial *t = &made->of;
    if (t->spikes)
        make_spikes(made);
    else
        made->signal = (snnd_signal){.rows = tiled(t, made->input, t->inputs, t->taps - 1, 0), .tiles = tiles_of(t)};
    made->gradient = tiled(t, made->d_current, t->outputs, 0, t->taps - 1);
}

static void make_pass(layer *made) {
    const trial *t = &made->of;
    const double least = t->kind == SNND_PROFILE_GAUSS ? 0.27 : 1;
    made->pass = (snnd_delay_pass){.synapses = {.inputs = t->inputs,
                                                .outputs = t->outputs,
                                                .per_pair = t->per_pair,
                                                .taps = t->taps,
                                                .sharing = t->sharing,
                                                .theta = made->theta,
                                                .position = made->position,
                                                .sign = made->sign,
                                                .mask = made->mask},
                                   .profile = {t->taps, t->kind, t->whole ? 1 : t->sigma + least, t->whole},
                                   .gradients = t->gradients,
                                   .tiles = tiles_of(t)};
}

static layer make_layer(const trial *t) {
    layer made = {.of = *t};
    draw_synapses(&made);
    draw_signals(&made);
    make_signals(&made);
    make_pass(&made);
    return made;
}

static void free_signals(layer *held) {
    free(held->signal.rows.data);
    free(held->signal.bits);
    free(held->factor);
    free(held->gradient.data);
}

static void free_layer(layer *held) {
    free_signals(held);
    free(held->theta);
    free(held->position);
    free(held->sign);
    free(held->mask);
    free(held->input);
    free(held->d_current);
}

/* ---- the sums ---- */

typedef struct sums {
    double *current, *d_input, *d_theta, *d_position;
} sums;

static sums make_sums(const layer *of) {
    const trial *t = &of->of;
    const size_t rows = (size_t)t->batch * (size_t)t->steps;
    const sums made = {allocate(rows * (size_t)t->outputs, sizeof(double)),
                       allocate(rows * (size_t)t->inputs, sizeof(double)), allocate(synapses_of(t), sizeof(double)),
                       allocate(positions_of(t), sizeof(double))};
    const snnd_reference asked = {.pass = &of->pass,
                                  .samples = t->batch,
                                  .steps = t->steps,
                                  .l1 = t->l1,
                                  .input = of->input,
                                  .d_current = of->d_current,
                                  .current = made.current,
                                  .d_input = made.d_input,
                                  .d_theta = made.d_theta,
                                  .d_position = made.d_position};
    snnd_delay_reference(&asked);
    return made;
}

static void free_sums(sums *held) {
    free(held->current);
    free(held->d_input);
    free(held->d_theta);
    free(held->d_position);
}

/* ---- a layer of the library ---- */

typedef struct machine {
    snnd_context *context;
    snnd_spectral_memory *memory;
    snnd_delay *delay;
} machine;

static snnd_delay_sizes sizes_of(const trial *t) {
    return (snnd_delay_sizes){.inputs = t->inputs,
                              .outputs = t->outputs,
                              .per_pair = t->per_pair,
                              .taps = t->taps,
                              .steps = t->steps,
                              .batch = t->batch,
                              .sharing = t->sharing,
                              .spikes = t->spikes,
                              .gradients = true};
}

static snnd_context_options options_of(const way *how) {
    snnd_context_options options;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    options.threads = how->threads;
    options.isa = how->isa;
    options.products = how->products;
    return options;
}

/* False where this machine or this build does not have it. */
static bool open_machine(const trial *t, const snnd_context_options *options, machine *made) {
    *made = (machine){0};
    const snnd_status status = snnd_context_create(options, &made->context);
    if (status == SNND_ERROR_UNSUPPORTED)
        return false;
    ck_assert_int_eq(status, SNND_OK);
    const snnd_delay_sizes sizes = sizes_of(t);
    OK(made->context, snnd_spectral_memory_create(made->context, &made->memory));
    snnd_spectral_memory_fit(made->memory, &sizes);
    OK(made->context, snnd_spectral_memory_take(made->memory));
    OK(made->context, snnd_delay_create(made->context, &sizes, made->memory, &made->delay));
    return true;
}

static void close_machine(machine *held) {
    snnd_delay_free(held->delay);
    snnd_spectral_memory_free(held->memory);
    snnd_context_free(held->context);
}

/* What a pass makes: rows of all tiles, and the gradients of all synapses. */
typedef struct results {
    snnd_activity current, d_input;
    float *d_theta, *d_position;
} results;

static float *numbers(size_t count) {
    float *made = allocate(count, sizeof *made);
    for (size_t k = 0; k < count; k++)
        made[k] = NAN;
    return made;
}

/* Nothing is a number before the pass, and a row behind each neuron is nobody's. */
static snnd_activity make_rows(const trial *t, int32_t neurons) {
    snnd_activity made = {.neurons = neurons, .steps = t->steps, .back = 1};
    made.data = numbers((size_t)tiles_of(t) * (size_t)neurons * snnd_activity_stride(&made));
    return made;
}

static results make_results(const trial *t) {
    return (results){make_rows(t, t->outputs), make_rows(t, t->inputs), numbers(synapses_of(t)),
                     t->no_position ? NULL : numbers(positions_of(t))};
}

static void free_results(results *held) {
    free(held->current.data);
    free(held->d_input.data);
    free(held->d_theta);
    free(held->d_position);
}

static snnd_delay_gradient gradient_of(const layer *of, const results *to) {
    return (snnd_delay_gradient){to->d_theta, to->d_position, of->of.l1};
}

static int32_t tiles_at(const machine *held, int32_t tile, int32_t tiles) {
    const int32_t group = snnd_delay_group(held->delay);
    return tile + group < tiles ? group : tiles - tile;
}

static void run_currents(const machine *held, const layer *of, const results *to) {
    const int32_t tiles = tiles_of(&of->of);
    for (int32_t first = 0; first < tiles; first += tiles_at(held, first, tiles)) {
        const int32_t end = first + tiles_at(held, first, tiles);
        snnd_delay_prepare_currents(held->delay, &of->signal, first, end - first);
        for (int32_t tile = first; tile < end; tile++)
            snnd_delay_currents(held->delay, &of->signal, tile, 0, held->delay->sizes.outputs, 0,
                                snnd_activity_rows(&to->current, tile, 0));
    }
}

static void run_input_gradient(const machine *held, const layer *of, const results *to) {
    const int32_t tiles = tiles_of(&of->of);
    for (int32_t first = 0; first < tiles; first += tiles_at(held, first, tiles)) {
        const int32_t end = first + tiles_at(held, first, tiles);
        snnd_delay_prepare_input_gradient(held->delay, &of->gradient, first, end - first);
        for (int32_t tile = first; tile < end; tile++)
            snnd_delay_input_gradient(held->delay, &of->gradient, tile, 0, held->delay->sizes.inputs, 0,
                                      snnd_activity_rows(&to->d_input, tile, 0));
    }
}

/* A pass of a layer; for free_results(). */
static results run(const machine *held, const layer *of, int32_t method) {
    results made = make_results(&of->of);
    snnd_delay_pass pass = of->pass;
    pass.method = method;
    snnd_delay_begin(held->delay, &pass);
    run_currents(held, of, &made);
    run_input_gradient(held, of, &made);
    snnd_delay_parameter_gradient(held->delay, &of->signal, &of->gradient, gradient_of(of, &made));
    return made;
}

/* ---- comparing ---- */

static const char *words_of(const trial *t, const way *how) {
    static char words[300];
    snprintf(words, sizeof words,
             "%s, instruction set %d: seed %llu, %d-%d, %d a pair, %d taps, %d steps, batch %d, kind %d, sigma %g, "
             "whole %d, spikes %d, sharing %d",
             how->name, how->isa, (unsigned long long)t->seed, t->inputs, t->outputs, t->per_pair, t->taps, t->steps,
             t->batch, t->kind, t->sigma, t->whole, t->spikes, t->sharing);
    return words;
}

/* The largest of what is expected, and of what it is off by. */
typedef struct error {
    double largest, worst;
} error;

static void compare(error *of, double got, double expected, const char *words) {
    HOLDS(isfinite(got), "%s: %g among the results", words, got);
    of->largest = fmax(of->largest, fabs(expected));
    of->worst = fmax(of->worst, fabs(got - expected));
}

static void assert_small(const error *of, double tolerance, const char *what, const char *words) {
    ck_assert_msg(of->worst <= tolerance * of->largest, "%s: %s are off by %g of the largest, which is %g", words, what,
                  of->worst / of->largest, of->largest);
}

static void rows_agree(const trial *t, snnd_activity got, const double *expected, double tolerance, const char *what,
                       const char *words) {
    error off = {0, 0};
    for (int32_t b = 0; b < t->batch; b++)
        for (int32_t n = 0; n < got.neurons; n++)
            for (int32_t time = 0; time < t->steps; time++)
                compare(&off, (double)snnd_activity_row(&got, b / L, n)[time * L + b % L],
                        expected[((size_t)b * (size_t)t->steps + (size_t)time) * (size_t)got.neurons + (size_t)n],
                        words);
    assert_small(&off, tolerance, what, words);
    for (int32_t tile = 0; tile < tiles_of(t); tile++)
        for (int32_t n = 0; n < got.neurons; n++)
            for (int k = 0; k < L; k++)
                HOLDS(isnan(snnd_activity_row(&got, tile, n)[t->steps * L + k]), "%s: %s go on behind a row", words,
                      what);
}

/* Those of synapses that nobody wants are 0. */
static void gradients_agree(const layer *of, const float *got, const double *expected, size_t count, bool all,
                            double tolerance, const char *what, const char *words) {
    error off = {0, 0};
    for (size_t s = 0; s < count; s++) {
        const bool wanted = all || snnd_synapse_wanted(&of->pass, (int64_t)s);
        HOLDS(wanted || got[s] == 0, "%s: %s %zu are %g and nobody wants them", words, what, s, (double)got[s]);
        compare(&off, (double)got[s], wanted ? expected[s] : 0, words);
    }
    assert_small(&off, tolerance, what, words);
}

static void parameters_agree(const layer *of, const results *got, const sums *expected, bool all, double tolerance,
                             const char *words) {
    const size_t positions = positions_of(&of->of);
    gradients_agree(of, got->d_theta, expected->d_theta, synapses_of(&of->of), all, tolerance, "gradients of weights",
                    words);
    if (got->d_position != NULL) /* one that synapses share is always wanted */
        gradients_agree(of, got->d_position, expected->d_position, positions, all || snnd_is_shared(of->of.sharing),
                        tolerance, "gradients of positions", words);
}

static void took(const machine *held, int32_t method, const trial *t, const char *words) {
    const snnd_delay_path delayed = snnd_is_shared(t->sharing) ? SNND_PATH_SHARED : SNND_PATH_SPECTRAL;
    const snnd_delay_path fast = t->taps == 1 ? SNND_PATH_UNDELAYED : delayed;
    const snnd_delay_path path = method == SNND_METHOD_SPECTRAL ? fast : SNND_PATH_DIRECT;
    ck_assert_msg(snnd_delay_forward_path(held->delay) == path && snnd_delay_parameter_path(held->delay) == path,
                  "%s: another path was taken", words);
}

static void way_agrees(const layer *of, const sums *expected, const way *how) {
    const trial *t = &of->of;
    const snnd_context_options options = options_of(how);
    const char *words = words_of(t, how);
    /* The path of shared delays sums over taps, too. */
    const limits limit = limits_of(snnd_is_shared(t->sharing) ? SNND_METHOD_DIRECT : how->method);
    machine held;
    if (!open_machine(t, &options, &held))
        return;
    results got = run(&held, of, how->method);
    took(&held, how->method, t, words);
    rows_agree(t, got.current, expected->current, limit.rows, "currents", words);
    rows_agree(t, got.d_input, expected->d_input, limit.rows, "gradients of the input", words);
    parameters_agree(of, &got, expected, false, limit.parameters, words);
    snnd_delay_all_gradients(held.delay, &of->signal, &of->gradient, gradient_of(of, &got));
    parameters_agree(of, &got, expected, true, limit.parameters, words);
    took(&held, how->method, t, words);
    free_results(&got);
    close_machine(&held);
}

static void all_ways_agree(const trial *t, int32_t isa) {
    layer of = make_layer(t);
    sums expected = make_sums(&of);
    for (int w = 0; w < COUNT(ways); w++) {
        way how = ways[w];
        how.isa = isa;
        way_agrees(&of, &expected, &how);
    }
    free_sums(&expected);
    free_layer(&of);
}

/* ---- any layer ---- */

enum { TRIALS = 120, SHARING_TRIALS = 80, SHARINGS = SNND_SHARING_DENDRITIC, MOST_PRODUCTS = 2000000 };

static int32_t pick(const trial *t, uint64_t what, int32_t low, int32_t high) {
    return (int32_t)floor(draw(t, 100 + what, 0, low, high + 1));
}

static bool tossed(const trial *t, uint64_t what, double probability) {
    return draw(t, 100 + what, 0, 0, 1) < probability;
}

/* Multiplications of the plain sums. */
static double work_of(const trial *t) {
    const snnd_profile profile = {t->taps, t->kind, t->whole ? 1 : t->sigma + 0.27, t->whole};
    return (double)synapses_of(t) * snnd_profile_mean(&profile) * t->steps * t->batch;
}

/* Batches and steps of all sizes, and then as many neurons as can be waited for. */
static trial draw_trial(int number) {
    static const double sigmas[] = {0.23, 1, 3, 12};
    trial t = {.seed = (uint64_t)number + 1};
    t.inputs = pick(&t, 0, 1, 40), t.outputs = pick(&t, 1, 1, 40), t.per_pair = pick(&t, 2, 1, 3);
    t.taps = 2 * pick(&t, 3, 0, 20) + 1;
    t.steps = tossed(&t, 4, 0.2) ? pick(&t, 5, 1, 4) : pick(&t, 5, 1, 100);
    t.batch = tossed(&t, 6, 0.3) ? pick(&t, 7, 17, 150) : pick(&t, 7, 1, 33);
    t.kind = tossed(&t, 8, 0.7) ? SNND_PROFILE_GAUSS : SNND_PROFILE_MAX;
    t.whole = tossed(&t, 9, 0.1);
    t.sigma = sigmas[pick(&t, 10, 0, 3)];
    t.l1 = tossed(&t, 11, 0.5) ? 0.01 : 0;
    t.absent = tossed(&t, 12, 0.5) ? 0.6 : 0;
    t.zeros = tossed(&t, 13, 0.5) ? 0.2 : 0;
    t.signs = tossed(&t, 14, 0.5), t.spikes = tossed(&t, 15, 0.5), t.dropout = t.spikes && tossed(&t, 16, 0.5);
    t.no_position = tossed(&t, 17, 0.2);
    t.gradients = tossed(&t, 18, 0.5) ? SNND_GRADIENTS_EXISTING : SNND_GRADIENTS_ALL;
    while (work_of(&t) > MOST_PRODUCTS && (t.inputs > 1 || t.outputs > 1)) {
        int32_t *more = t.inputs > t.outputs ? &t.inputs : &t.outputs;
        *more = (*more + 1) / 2;
    }
    return t;
}

START_TEST(every_path_has_the_sums_of_the_equations) {
    trial t = draw_trial(_i);
    t.sharing = _i < TRIALS ? SNND_SHARING_NONE : _i % 2 == 0 ? SNND_SHARING_AXONAL : SNND_SHARING_DENDRITIC;
    int32_t isa = pick(&t, 19, SNND_ISA_PLAIN, SNND_ISA_AVX512);
    const snnd_hot_kernels *kernels;
    if (snnd_kernels_choose(isa, &kernels) != SNND_OK)
        isa = SNND_ISA_AUTO;
    all_ways_agree(&t, isa);
}
END_TEST

/* A layer of Gaussians, whose input is rows. */
static trial plain_trial(int32_t inputs, int32_t outputs, int32_t taps, int32_t steps, int32_t batch, double sigma) {
    return (trial){.inputs = inputs,
                   .outputs = outputs,
                   .per_pair = 1,
                   .taps = taps,
                   .steps = steps,
                   .batch = batch,
                   .kind = SNND_PROFILE_GAUSS,
                   .sigma = sigma,
                   .gradients = SNND_GRADIENTS_ALL,
                   .seed = 7};
}

/* One neuron on one side or on both: matrices of one line. */
START_TEST(layers_of_one_neuron_have_the_sums_of_the_equations) {
    static const int32_t neurons[][2] = {{1, 1}, {1, 2}, {2, 1}, {1, 17}, {17, 1}};
    for (int n = 0; n < COUNT(neurons); n++) {
        trial t = plain_trial(neurons[n][0], neurons[n][1], 9, 20, 18, 1);
        for (t.sharing = SNND_SHARING_NONE; t.sharing <= SHARINGS; t.sharing++)
            all_ways_agree(&t, SNND_ISA_AUTO);
    }
}
END_TEST

/* ---- groups, segments and chunks ---- */

/* Whether samples are cut into segments: otherwise there are just the frequencies that hold a sample and its delays. */
static bool is_cut(const trial *t) {
    const snnd_context_options options = options_of(&ways[1]);
    const int32_t reach = t->taps < t->steps ? t->taps : t->steps;
    machine held;
    ck_assert(open_machine(t, &options, &held));
    const double frequencies = snnd_spectral_frequencies(held.delay);
    close_machine(&held);
    ck_assert_double_gt(frequencies, 0);
    return frequencies != snnd_transform_length(t->steps + reach - 1) / 2 + 1;
}

/* Two segments and three, of which the last is shorter, and a delay that reaches over much of one. */
START_TEST(samples_that_are_cut_have_the_sums_of_the_equations) {
    static const int32_t long_ones[][2] = {{8193, 9}, {9001, 41}, {17000, 25}, {8500, 1023}};
    for (int n = 0; n < COUNT(long_ones); n++)
        for (int spikes = 0; spikes < 2; spikes++) {
            trial t = plain_trial(3 - spikes, 2 + spikes, long_ones[n][1], long_ones[n][0], 2, 1);
            t.spikes = spikes == 1;
            ck_assert(is_cut(&t));
            all_ways_agree(&t, SNND_ISA_AUTO);
        }
}
END_TEST

/* More delays than steps, as many, and fewer. */
START_TEST(the_longest_delays_have_the_sums_of_the_equations) {
    static const int32_t steps[] = {1, 40, 1023, 1100};
    for (int n = 0; n < COUNT(steps); n++)
        for (int wide = 0; wide < 2; wide++) {
            trial t = plain_trial(3, 2, SNND_MOST_TAPS, steps[n], 2, wide ? 12 : 1);
            t.per_pair = steps[n] > 40 ? 2 : 20; /* so that some positions are where steps are */
            for (t.sharing = SNND_SHARING_NONE; t.sharing <= SHARINGS; t.sharing++)
                all_ways_agree(&t, SNND_ISA_AUTO);
        }
}
END_TEST

/* Tiles of a group, from one to more than there are in one, with a last one that is not full. */
START_TEST(batches_of_any_size_have_the_sums_of_the_equations) {
    static const int32_t batches[] = {1, 15, 16, 17, 128, 129, 137, 150, 257};
    for (int n = 0; n < COUNT(batches); n++) {
        trial t = plain_trial(4, 3, 9, 12, batches[n], 1);
        t.spikes = t.dropout = n % 2 == 1;
        for (t.sharing = SNND_SHARING_NONE; t.sharing <= SHARINGS; t.sharing++)
            all_ways_agree(&t, SNND_ISA_AUTO);
    }
}
END_TEST

/* Synapses' spectra of some outputs at a time, of which the last are fewer, more inputs than outputs and fewer. */
START_TEST(layers_whose_spectra_do_not_fit_have_the_sums_of_the_equations) {
    static const int32_t neurons[][2] = {{127, 61}, {61, 127}};
    for (int n = 0; n < COUNT(neurons); n++) {
        const trial t = plain_trial(neurons[n][0], neurons[n][1], SNND_MOST_TAPS, 1024, 1, 0.23);
        layer of = make_layer(&t);
        sums expected = make_sums(&of);
        way_agrees(&of, &expected, &ways[1]);
        free_sums(&expected);
        free_layer(&of);
    }
}
END_TEST

/* ---- bits ---- */

static void same_rows(const trial *t, snnd_activity a, snnd_activity b, const char *what) {
    for (int32_t tile = 0; tile < tiles_of(t); tile++)
        for (int32_t n = 0; n < a.neurons; n++)
            HOLDS(memcmp(snnd_activity_row(&a, tile, n), snnd_activity_row(&b, tile, n),
                         (size_t)t->steps * L * sizeof(float)) == 0,
                  "%s of neuron %d differ in tile %d", what, n, tile);
}

static void same_results(const trial *t, const results *a, const results *b) {
    same_rows(t, a->current, b->current, "currents");
    same_rows(t, a->d_input, b->d_input, "gradients of the input");
    ck_assert_mem_eq(a->d_theta, b->d_theta, synapses_of(t) * sizeof(float));
    ck_assert_mem_eq(a->d_position, b->d_position, positions_of(t) * sizeof(float));
}

/* Every way with delays, without, and with delays of axons and dendrites. */
enum { BITS_KINDS = 4, BITS_WAYS = BITS_KINDS * COUNT(ways) };

static const way *way_of(int number) {
    return &ways[number % COUNT(ways)];
}

/* Several groups, with masks and dropout. */
static trial bits_trial(int number) {
    const int kind = number / COUNT(ways);
    trial t = plain_trial(19, 23, kind != 1 ? 25 : 1, 30, 150, 3);
    t.sharing = kind < 2 ? SNND_SHARING_NONE : kind;
    t.per_pair = kind < 2 ? 1 : 2;
    t.absent = 0.3, t.gradients = SNND_GRADIENTS_EXISTING, t.spikes = t.dropout = true;
    return t;
}

START_TEST(any_number_of_threads_gives_the_same_bits) {
    static const int32_t threads[] = {2, 3, 7};
    const trial t = bits_trial(_i);
    layer of = make_layer(&t);
    machine one, many;
    way how = *way_of(_i);
    how.threads = 1;
    snnd_context_options options = options_of(&how);
    if (open_machine(&t, &options, &one)) {
        results expected = run(&one, &of, how.method);
        for (int n = 0; n < COUNT(threads); n++) {
            options.threads = threads[n];
            ck_assert(open_machine(&t, &options, &many));
            results got = run(&many, &of, how.method);
            same_results(&t, &got, &expected);
            free_results(&got);
            close_machine(&many);
        }
        free_results(&expected);
        close_machine(&one);
    }
    free_layer(&of);
}
END_TEST

/* What a pass of nothing but NaN has left in all the memory there is does not come into the next one. */
START_TEST(a_pass_leaves_nothing_behind) {
    trial t = bits_trial(_i), bad = t;
    t.spikes = t.dropout = bad.spikes = bad.dropout = false;
    layer of = make_layer(&t), broken = make_layer(&bad);
    for (size_t s = 0; s < synapses_of(&bad); s++)
        broken.theta[s] = NAN;
    for (size_t s = 0; s < positions_of(&bad); s++)
        broken.position[s] = NAN;
    machine used, fresh;
    const snnd_context_options options = options_of(way_of(_i));
    if (open_machine(&t, &options, &used)) {
        results bad_ones = run(&used, &broken, way_of(_i)->method), got = run(&used, &of, way_of(_i)->method);
        ck_assert_float_nan(snnd_activity_row(&bad_ones.current, 0, 0)[0]);
        ck_assert(open_machine(&t, &options, &fresh));
        results expected = run(&fresh, &of, way_of(_i)->method);
        same_results(&t, &got, &expected);
        free_results(&bad_ones);
        free_results(&got);
        free_results(&expected);
        close_machine(&used);
        close_machine(&fresh);
    }
    free_layer(&of);
    free_layer(&broken);
}
END_TEST

/* ---- one huge number ---- */

enum { HUGE_STEP = 23, HUGE_LANE = 3 };

/* Rows of two samples, of which one has a number a million times as large as the others. */
static trial huge_trial(void) {
    return plain_trial(20, 16, 25, 100, 17, 3);
}

/* Sets a number of the first neuron: of the input, or of what comes back. */
static void set_number(layer *of, bool back, int32_t sample, int32_t time, float x) {
    const trial *t = &of->of;
    const int32_t neurons = back ? t->outputs : t->inputs;
    row_of(back ? of->d_current : of->input, t, neurons, sample)[(size_t)time * (size_t)neurons] = x;
    snnd_activity_row(back ? &of->gradient : &of->signal.rows, sample / L, 0)[time * L + sample % L] = x;
}

/* The error of every number of a sample against the largest of its row. */
static double worst_of_rows(const trial *t, snnd_activity got, const double *expected, int32_t sample) {
    double worst = 0;
    for (int32_t n = 0; n < got.neurons; n++) {
        error off = {0, 0};
        for (int32_t time = 0; time < t->steps; time++)
            compare(&off, (double)snnd_activity_row(&got, sample / L, n)[time * L + sample % L],
                    expected[((size_t)sample * (size_t)t->steps + (size_t)time) * (size_t)got.neurons + (size_t)n],
                    "one huge number");
        worst = fmax(worst, off.worst / off.largest);
    }
    return worst;
}

/* The rounding of the frequency domain is that of the largest number of a sample's rows, wherever in time it is. */
START_TEST(a_huge_number_rounds_its_rows_by_a_millionth_of_their_largest_at_most) {
    const trial t = huge_trial();
    const limits limit = limits_of(ways[_i].method);
    machine held;
    const snnd_context_options options = options_of(&ways[_i]);
    for (int back = 0; back < 2 && open_machine(&t, &options, &held); back++) {
        layer of = make_layer(&t);
        set_number(&of, back, HUGE_LANE, HUGE_STEP, 1e6f);
        sums expected = make_sums(&of);
        results got = run(&held, &of, ways[_i].method);
        ck_assert_double_le(worst_of_rows(&t, got.current, expected.current, HUGE_LANE), limit.row);
        ck_assert_double_le(worst_of_rows(&t, got.d_input, expected.d_input, HUGE_LANE), limit.row);
        parameters_agree(&of, &got, &expected, true, limit.parameters, "one huge number");
        free_results(&got);
        free_sums(&expected);
        free_layer(&of);
        close_machine(&held);
    }
}
END_TEST

/* Gives every sample's inputs and gradients to some steps: the others are 0. */
static void keep_steps(layer *of, int32_t input_from, int32_t input_end, int32_t gradient_from, int32_t gradient_end) {
    const trial *t = &of->of;
    for (int32_t b = 0; b < t->batch; b++)
        for (int32_t time = 0; time < t->steps; time++) {
            float *x = row_of(of->input, t, t->inputs, b) + (size_t)time * (size_t)t->inputs;
            float *d = row_of(of->d_current, t, t->outputs, b) + (size_t)time * (size_t)t->outputs;
            for (int32_t i = 0; i < t->inputs && (time < input_from || time >= input_end); i++)
                x[i] = 0;
            for (int32_t o = 0; o < t->outputs && (time < gradient_from || time >= gradient_end); o++)
                d[o] = 0;
        }
    free_signals(of);
    of->signal.bits = NULL;
    make_signals(of);
}

/* The largest of what is 0 in exact arithmetic, against the largest of its row. */
static double worst_zero(const trial *t, snnd_activity got, const double *expected) {
    double worst = 0;
    int zeros = 0;
    for (int32_t b = 0; b < t->batch; b++)
        for (int32_t n = 0; n < got.neurons; n++) {
            double largest = 0, largest_zero = 0;
            for (int32_t time = 0; time < t->steps; time++) {
                const double value = (double)snnd_activity_row(&got, b / L, n)[time * L + b % L];
                const bool zero =
                    expected[((size_t)b * (size_t)t->steps + (size_t)time) * (size_t)got.neurons + (size_t)n] == 0;
                largest = fmax(largest, fabs(value));
                largest_zero = zero ? fmax(largest_zero, fabs(value)) : largest_zero;
                zeros += zero;
            }
            worst = fmax(worst, largest_zero / largest);
        }
    ck_assert_int_gt(zeros, 0);
    return worst;
}

/* The first input comes late, and so do all currents; the last gradient is early, and so is all that comes of it. */
START_TEST(what_is_exactly_zero_is_rounded_as_the_rest_of_its_row) {
    const trial t = huge_trial();
    layer of = make_layer(&t);
    keep_steps(&of, HUGE_STEP, t.steps, 0, HUGE_STEP);
    sums expected = make_sums(&of);
    machine held;
    const snnd_context_options options = options_of(&ways[_i]);
    if (open_machine(&t, &options, &held)) {
        results got = run(&held, &of, ways[_i].method);
        const double limit = ways[_i].method == SNND_METHOD_SPECTRAL ? limits_of(SNND_METHOD_SPECTRAL).row : 0;
        ck_assert_double_le(worst_zero(&t, got.current, expected.current), limit);
        ck_assert_double_le(worst_zero(&t, got.d_input, expected.d_input), limit);
        free_results(&got);
        close_machine(&held);
    }
    free_sums(&expected);
    free_layer(&of);
}
END_TEST

START_TEST(a_huge_number_leaves_the_bits_of_other_samples) {
    const trial t = huge_trial();
    layer of = make_layer(&t);
    machine held;
    const snnd_context_options options = options_of(&ways[_i]);
    if (open_machine(&t, &options, &held)) {
        results before = run(&held, &of, ways[_i].method);
        set_number(&of, false, HUGE_LANE, HUGE_STEP, 1e6f);
        results after = run(&held, &of, ways[_i].method);
        int32_t changed = 0;
        for (int32_t b = 0; b < t.batch; b++)
            for (int32_t n = 0; n < t.outputs; n++)
                for (int32_t time = 0; time < t.steps; time++) {
                    const int32_t at = time * L + b % L;
                    const bool same = snnd_activity_row(&before.current, b / L, n)[at] ==
                                      snnd_activity_row(&after.current, b / L, n)[at];
                    HOLDS(same || b == HUGE_LANE, "sample %d has other currents", b);
                    changed += !same;
                }
        ck_assert_int_gt(changed, 0);
        free_results(&before);
        free_results(&after);
        close_machine(&held);
    }
    free_layer(&of);
}
END_TEST

/* ---- what never meets ---- */

/* Where the plain sums are exactly 0, so are the gradients, and nowhere else: an optimizer that divides by their size
 * would tell a path by them. Returns how many are. */
static int zeros_agree(const layer *of, const sums *expected, const results *got) {
    int zeros = 0;
    for (size_t s = 0; s < synapses_of(&of->of); s++) {
        HOLDS((float)expected->d_theta[s] != 0 || (got->d_theta[s] == 0 && got->d_position[s] == 0),
              "synapse %zu meets nothing and has gradients of %g and %g", s, (double)got->d_theta[s],
              (double)got->d_position[s]);
        HOLDS((float)expected->d_theta[s] == 0 || got->d_theta[s] != 0,
              "synapse %zu has a gradient of 0, and its tail meets %g", s, expected->d_theta[s]);
        zeros += expected->d_theta[s] == 0;
    }
    return zeros;
}

typedef struct meeting {
    int32_t input_from, input_end, gradient_from, gradient_end;
    bool all_apart; /* no delay brings an input to a gradient */
} meeting;

static const meeting meetings[] = {
    {10, 14, 20, 26, false}, /* some delays do */
    {0, 3, 15, 16, false},
    {30, 40, 0, 10, true}, /* the gradient is over before the input begins */
    {0, 5, 35, 40, true},  /* longer ago than any delay */
};

START_TEST(synapses_whose_delays_meet_nothing_have_gradients_of_exactly_zero) {
    const meeting *m = &meetings[_i % COUNT(meetings)];
    const way *how = &ways[_i / COUNT(meetings)];
    for (int spikes = 0; spikes < 2; spikes++) {
        trial t = plain_trial(12, 9, 25, 40, 40, 0.23);
        t.spikes = spikes == 1;
        layer of = make_layer(&t);
        keep_steps(&of, m->input_from, m->input_end, m->gradient_from, m->gradient_end);
        sums expected = make_sums(&of);
        machine held;
        const snnd_context_options options = options_of(how);
        if (open_machine(&t, &options, &held)) {
            results got = run(&held, &of, how->method);
            const int zeros = zeros_agree(&of, &expected, &got), all = (int)synapses_of(&t);
            ck_assert(m->all_apart ? zeros == all : zeros > all / 10 && zeros < all);
            free_results(&got);
            close_machine(&held);
        }
        free_sums(&expected);
        free_layer(&of);
    }
}
END_TEST

/* ---- memory ---- */

START_TEST(nothing_is_allocated_in_a_pass) {
    const trial t = bits_trial(_i);
    allocator memory = {0};
    layer of = make_layer(&t);
    machine held;
    snnd_context_options options = options_of(way_of(_i));
    options.allocate = allocator_allocate;
    options.release = allocator_release;
    options.memory_user = &memory;
    if (open_machine(&t, &options, &held)) {
        results first = run(&held, &of, way_of(_i)->method); /* makes the threads */
        const int64_t calls = memory.calls, out = memory.out;
        ck_assert_int_gt(calls, 0);
        results again = run(&held, &of, way_of(_i)->method);
        snnd_delay_all_gradients(held.delay, &of.signal, &of.gradient, gradient_of(&of, &again));
        ck_assert_int_eq(memory.calls, calls);
        ck_assert_int_eq(memory.out, out);
        free_results(&first);
        free_results(&again);
        close_machine(&held);
        ck_assert_int_eq(memory.out, 0);
    }
    free_layer(&of);
}
END_TEST

static snnd_status make_starved(snnd_context *context, void *argument) {
    const trial *t = argument;
    const snnd_delay_sizes sizes = sizes_of(t);
    machine made = {.context = context};
    snnd_status status = snnd_spectral_memory_create(context, &made.memory);
    if (status == SNND_OK) {
        snnd_spectral_memory_fit(made.memory, &sizes);
        status = snnd_spectral_memory_take(made.memory);
    }
    if (status == SNND_OK)
        status = snnd_delay_create(context, &sizes, made.memory, &made.delay);
    snnd_delay_free(made.delay); /* there may be a part of it */
    snnd_spectral_memory_free(made.memory);
    return status;
}

START_TEST(a_layer_without_memory_is_an_error_and_no_leak) {
    trial t = bits_trial(_i * COUNT(ways));
    allocator memory = {0};
    snnd_context *context = NULL;
    ck_assert_int_eq(allocator_context(&memory, 2, &context), SNND_OK);
    allocator_starve(context, &memory, make_starved, &t);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

Suite *reference_suite(void) {
    Suite *suite = suite_create("reference");

    TCase *equations = tcase_create("equations");
    tcase_set_timeout(equations, 120);
    tcase_add_loop_test(equations, every_path_has_the_sums_of_the_equations, 0, TRIALS + SHARING_TRIALS);
    tcase_add_test(equations, layers_of_one_neuron_have_the_sums_of_the_equations);
    tcase_add_test(equations, samples_that_are_cut_have_the_sums_of_the_equations);
    tcase_add_test(equations, the_longest_delays_have_the_sums_of_the_equations);
    tcase_add_test(equations, batches_of_any_size_have_the_sums_of_the_equations);
    tcase_add_test(equations, layers_whose_spectra_do_not_fit_have_the_sums_of_the_equations);
    suite_add_tcase(suite, equations);

    TCase *bits = tcase_create("bits");
    tcase_set_timeout(bits, 60);
    tcase_add_loop_test(bits, any_number_of_threads_gives_the_same_bits, 0, BITS_WAYS);
    tcase_add_loop_test(bits, a_pass_leaves_nothing_behind, 0, BITS_WAYS);
    suite_add_tcase(suite, bits);

    TCase *rounding = tcase_create("rounding");
    tcase_add_loop_test(rounding, a_huge_number_rounds_its_rows_by_a_millionth_of_their_largest_at_most, 0,
                        COUNT(ways));
    tcase_add_loop_test(rounding, what_is_exactly_zero_is_rounded_as_the_rest_of_its_row, 0, COUNT(ways));
    tcase_add_loop_test(rounding, a_huge_number_leaves_the_bits_of_other_samples, 0, COUNT(ways));
    tcase_add_loop_test(rounding, synapses_whose_delays_meet_nothing_have_gradients_of_exactly_zero, 0,
                        COUNT(ways) * COUNT(meetings));
    suite_add_tcase(suite, rounding);

    TCase *memory = tcase_create("memory");
    tcase_add_loop_test(memory, nothing_is_allocated_in_a_pass, 0, BITS_WAYS);
    tcase_add_loop_test(memory, a_layer_without_memory_is_an_error_and_no_leak, 0, BITS_KINDS);
    suite_add_tcase(suite, memory);
    return suite;
}
