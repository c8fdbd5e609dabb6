/* Operations of calls.c: analysis of networks, statistics of numbers, schedules. */
#include <math.h>

#include "calls.h"

enum { MOST = 24 };

static double *any_doubles(world *w, int count) {
    double *numbers = lend(w, (size_t)count * sizeof *numbers);
    for (int k = 0; k < count; k++)
        numbers[k] = fuzz_double(&w->in);
    return numbers;
}

static void summarize(world *w) {
    const int count = fuzz_below(&w->in, MOST);
    snnd_summary summary = {.size = sizeof summary};
    double *values = any_doubles(w, count);
    if (CALL(w, w->context, snnd_summarize(w->context, or_null(w, values), count, &summary)) == SNND_OK)
        CLAIM(isfinite(summary.mean) && isfinite(summary.deviation) && summary.least <= summary.median &&
                  summary.median <= summary.largest,
              "mean %g, deviation %g, %g to %g", summary.mean, summary.deviation, summary.least, summary.largest);
}

static void histogram(world *w) {
    const int count = fuzz_below(&w->in, MOST);
    const int32_t bins = any_size(w);
    int64_t *counts = lend(w, (size_t)(bins > 0 && bins < 1 << 20 ? bins : 1) * sizeof *counts);
    double *values = any_doubles(w, count), low = fuzz_double(&w->in), high = fuzz_double(&w->in);
    if (bins <= 1 << 20)
        CALL(w, w->context, snnd_histogram(w->context, or_null(w, values), count, low, high, bins, or_null(w, counts)));
}

static void moran(world *w) {
    const int rows = fuzz_below(&w->in, 6), columns = fuzz_below(&w->in, 5);
    double *grid = any_doubles(w, rows * columns), result = 0;
    const snnd_neighbours neighbours = (snnd_neighbours)fuzz_below(&w->in, 3);
    if (CALL(w, w->context, snnd_moran(w->context, or_null(w, grid), rows, columns, neighbours, &result)) == SNND_OK)
        CLAIM(isfinite(result), "Moran's I is %g", result);
    snnd_moran_options options;
    MUST(w->context, snnd_moran_options_init(&options, sizeof options));
    options.permutations = fuzz_below(&w->in, 30);
    options.search = fuzz_below(&w->in, 2);
    int32_t order[8];
    if (CALL(w, w->context, snnd_moran_maximum(w->context, grid, rows, columns, &options, &result, order)) == SNND_OK)
        CLAIM(isfinite(result), "Moran's I is %g", result);
}

static void mann_whitney(world *w) {
    const int x = fuzz_below(&w->in, 12), y = fuzz_below(&w->in, 12);
    double *left = any_doubles(w, x), *right = any_doubles(w, y);
    snnd_rank_test test = {.size = sizeof test};
    const snnd_alternative alternative = (snnd_alternative)fuzz_below(&w->in, 4);
    if (CALL(w, w->context, snnd_mann_whitney(w->context, or_null(w, left), x, right, y, alternative, &test)) ==
        SNND_OK)
        CLAIM(test.p >= 0 && test.p <= 1 && test.u >= 0 && test.u <= (double)x * y && test.log10_p <= 0, "U %g, p %g",
              test.u, test.p);
}

static void changes(world *w) {
    const owner *before = any_owner(w), *after = any_owner(w);
    snnd_changes result = {.size = sizeof result};
    const snnd_layer *layer = any_layer(w, after);
    if (before->network != NULL)
        CALL(w, after->network, snnd_network_changes(before->network, after->network, layer, or_null(w, &result)));
}

static void receptive_fields(world *w) {
    const owner *of = any_owner(w);
    const snnd_layer *layer = any_layer(w, of);
    int32_t outputs, rows, columns;
    if (CALL(w, of->network, snnd_receptive_fields_size(of->network, layer, &outputs, &rows, &columns)) != SNND_OK ||
        (double)outputs * rows * columns > 1e5)
        return;
    const size_t bytes = (size_t)outputs * (size_t)rows * (size_t)columns * sizeof(double);
    double *fields = lend(w, bytes), *excitation = lend(w, bytes), *inhibition = lend(w, bytes);
    CALL(w, of->network,
         snnd_receptive_fields(of->network, layer, or_null(w, fields), or_null(w, excitation), or_null(w, inhibition)));
}

static void schedule(world *w) {
    snnd_schedule made;
    double value = 0, momentum = 0;
    MUST(w->context, snnd_schedule_init(&made, sizeof made));
    made.kind = fuzz_below(&w->in, 6);
    made.epochs = fuzz_int(&w->in);
    made.value = fuzz_double(&w->in);
    made.final = fuzz_double(&w->in);
    made.rise = fuzz_double(&w->in);
    made.divide = fuzz_double(&w->in);
    made.final_divide = fuzz_double(&w->in);
    if (MAY(NULL, snnd_schedule_at(&made, fuzz_int(&w->in), &value, or_null(w, &momentum))) == SNND_OK)
        CLAIM(value >= 0 && isfinite(value), "value %g", value);
    const double uniform = snnd_random_uniform(fuzz_word(&w->in), fuzz_word(&w->in), fuzz_word(&w->in));
    CLAIM(uniform >= 0 && uniform < 1, "%g", uniform);
}

static void moran_permuted(world *w) {
    const int rows = fuzz_below(&w->in, 6), columns = fuzz_below(&w->in, 5);
    double *grid = any_doubles(w, rows * columns), *distribution = lend(w, 30 * sizeof *distribution);
    snnd_moran_test test = {.size = sizeof test};
    snnd_moran_options options;
    MUST(w->context, snnd_moran_options_init(&options, sizeof options));
    options.neighbours = fuzz_below(&w->in, 3);
    options.permutations = fuzz_below(&w->in, 30);
    options.search = fuzz_below(&w->in, 9) == 8;
    const snnd_shuffle shuffle = (snnd_shuffle)fuzz_below(&w->in, 3);
    if (CALL(w, w->context,
             snnd_moran_permuted(w->context, or_null(w, grid), rows, columns, shuffle, &options, &test,
                                 or_null(w, distribution))) == SNND_OK)
        CLAIM(isfinite(test.index) && isfinite(test.expected) && test.variance >= 0 && isfinite(test.z) && test.p > 0 &&
                  test.p <= 1 && test.as_large <= test.permutations,
              "I %g, expected %g, variance %g, z %g, p %g", test.index, test.expected, test.variance, test.z, test.p);
}

static double any_level(world *w) {
    return fuzz_byte(&w->in) < 224 ? 0.95 : fuzz_double(&w->in);
}

static void wilcoxon(world *w) {
    const int count = fuzz_below(&w->in, MOST);
    double *x = any_doubles(w, count), *y = any_doubles(w, count);
    snnd_signed_rank_test test = {.size = sizeof test};
    const snnd_alternative alternative = (snnd_alternative)fuzz_below(&w->in, 4);
    if (CALL(w, w->context, snnd_wilcoxon(w->context, x, or_null(w, y), count, alternative, &test)) == SNND_OK)
        CLAIM(test.p >= 0 && test.p <= 1 && test.log10_p <= 0 && test.pairs + test.equal == count && test.exact == 1 &&
                  fabs(test.effect) <= 1 && test.positive + test.negative == test.pairs * (test.pairs + 1) / 2.0,
              "p %g, effect %g, %g and %g", test.p, test.effect, test.positive, test.negative);
}

static void claim_interval(const snnd_interval *made) {
    CLAIM(made->low >= 0 && made->low <= made->estimate && made->estimate <= made->high && made->high <= 1,
          "%g to %g about %g", made->low, made->high, made->estimate);
}

static void intervals(world *w) {
    const int x = fuzz_below(&w->in, 12), y = fuzz_below(&w->in, 12);
    double *left = any_doubles(w, x), *right = any_doubles(w, y), level = any_level(w);
    snnd_interval made = {.size = sizeof made};
    if (CALL(w, w->context, snnd_auc(w->context, or_null(w, left), x, right, y, level, &made)) == SNND_OK)
        claim_interval(&made);
    const int64_t trials = fuzz_int(&w->in), hits = trials > 0 ? fuzz_below(&w->in, 1 << 15) % trials : trials;
    if (CALL(w, w->context, snnd_proportion(w->context, hits, trials, level, &made)) == SNND_OK)
        claim_interval(&made);
}

static void welch(world *w) {
    const int x = fuzz_below(&w->in, 12), y = fuzz_below(&w->in, 12);
    double *left = any_doubles(w, x), *right = any_doubles(w, y), level = any_level(w);
    snnd_t_test test = {.size = sizeof test};
    const snnd_alternative alternative = (snnd_alternative)fuzz_below(&w->in, 4);
    if (CALL(w, w->context, snnd_welch(w->context, left, x, or_null(w, right), y, alternative, level, &test)) ==
        SNND_OK)
        CLAIM(test.p >= 0 && test.p <= 1 && test.log10_p <= 0 && isfinite(test.t) && test.degrees >= 0.999 &&
                  test.low <= test.difference && test.difference <= test.high,
              "t %g, degrees %g, p %g, %g to %g", test.t, test.degrees, test.p, test.low, test.high);
}

static void intraclass(world *w) {
    const int groups = fuzz_below(&w->in, 5);
    int32_t *sizes = lend(w, 5 * sizeof *sizes), count = 0;
    for (int g = 0; g < groups; g++) {
        sizes[g] = fuzz_below(&w->in, 6);
        count += sizes[g];
    }
    double *values = any_doubles(w, count), level = any_level(w);
    snnd_intraclass made = {.size = sizeof made};
    if (CALL(w, w->context,
             snnd_intraclass_correlation(w->context, or_null(w, values), or_null(w, sizes), groups, level, &made)) ==
        SNND_OK)
        CLAIM(made.p >= 0 && made.p <= 1 && made.low <= made.high && made.high <= 1 && made.correlation <= 1,
              "%g, %g to %g, p %g", made.correlation, made.low, made.high, made.p);
}

static void correct(world *w) {
    const int count = fuzz_below(&w->in, MOST);
    double *p = lend(w, (size_t)count * sizeof *p), *corrected = lend(w, (size_t)count * sizeof *p);
    for (int k = 0; k < count; k++)
        p[k] = fuzz_byte(&w->in) < 250 ? fuzz_byte(&w->in) / 255.0 : fuzz_double(&w->in);
    const snnd_correction correction = (snnd_correction)fuzz_below(&w->in, 3);
    if (CALL(w, w->context, snnd_correct(w->context, or_null(w, p), count, correction, corrected)) == SNND_OK)
        for (int k = 0; k < count; k++)
            CLAIM(corrected[k] >= p[k] && corrected[k] <= 1, "p %g became %g", p[k], corrected[k]);
}

operation *const analysis_operations[] = {
    summarize,      histogram, moran,     mann_whitney, changes,    receptive_fields, schedule,
    moran_permuted, wilcoxon,  intervals, welch,        intraclass, correct,
};

const int analysis_operation_count = sizeof analysis_operations / sizeof analysis_operations[0];
