#include "training/ablation/ablation_statistics.h"

#include <math.h>
#include <snndelay.h>
#include <stdlib.h>

#include "common/allocate.h"

#define LEVEL 0.95

/* Fails where there are too few values, or no variance. */
static int test(snnd_context *context, const double *x, int x_count, const double *y, int y_count, snnd_t_test *found) {
    if (snnd_t_test_init(found, sizeof *found) != SNND_OK || x_count < 2 || y_count < 2)
        return -1;
    return snnd_welch(context, x, x_count, y, y_count, SNND_TWO_SIDED, LEVEL, found) == SNND_OK ? 0 : -1;
}

/* Compared with two numbers without any variance, Welch's interval is Student's, with count - 1 degrees of freedom. */
void ablation_interval(snnd_context *context, const double *values, int count, double *low, double *high) {
    static const double nothing[2] = {0, 0};
    snnd_t_test found;
    const int result = test(context, values, count, nothing, 2, &found);
    *low = result == 0 ? found.low : NAN;
    *high = result == 0 ? found.high : NAN;
}

/* ---- Differences ---- */

/* Tests for which p is corrected: those of the same two models, or all of the same measure. */
enum family { OF_PAIR, OF_ALL, FAMILIES };

/* Two models at a sparsity or, in a sweep over options, two cells that differ in one of them. */
struct difference {
    int model, other, option;
    double sparsity, means;
    int runs, other_runs, is_tested;
    snnd_t_test test;
    double p_holm[FAMILIES];
};

static double mean(const double *values, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += values[i];
    return sum / count;
}

/* Returns 1 if both models have runs. */
static int compare(const struct ablation_results *results, enum ablation_measure measure, struct difference *found) {
    double *x = allocate(2 * results->count, sizeof *x), *y = x + results->count;
    found->runs = ablation_accuracies(results, found->model, found->sparsity, measure, x);
    found->other_runs = ablation_accuracies(results, found->other, found->sparsity, measure, y);
    found->is_tested = test(results->context, x, found->runs, y, found->other_runs, &found->test) == 0;
    const int is_there = found->runs > 0 && found->other_runs > 0;
    if (is_there)
        found->means = mean(x, found->runs) - mean(y, found->other_runs);
    free(x);
    return is_there;
}

static void correct(snnd_context *context, struct difference *difference, int count, enum family family) {
    double *p = allocate((size_t)count, sizeof *p);
    int tests = 0;
    for (int i = 0; i < count; i++)
        if (difference[i].is_tested)
            p[tests++] = difference[i].test.p;
    if (tests > 0 && snnd_correct(context, p, tests, SNND_HOLM, p) != SNND_OK)
        for (int i = 0; i < tests; i++)
            p[i] = NAN;
    for (int i = count - 1; i >= 0; i--)
        difference[i].p_holm[family] = difference[i].is_tested ? p[--tests] : NAN;
    free(p);
}

#define TEST_COLUMNS "runs\tother_runs\tdifference\tlow\thigh\tt\tdegrees\tp\tp_holm\tp_holm_all\n"

static const char *const measure_name[] = {[ABLATION_LAST] = "last", [ABLATION_BEST] = "best"};

static void write_test(const struct difference *difference, FILE *file) {
    const snnd_t_test *found = &difference->test;
    fprintf(file, "\t%d\t%d\t%.8f", difference->runs, difference->other_runs, difference->means);
    if (difference->is_tested)
        fprintf(file, "\t%.8f\t%.8f\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\n", found->low, found->high, found->t, found->degrees,
                found->p, difference->p_holm[OF_PAIR], difference->p_holm[OF_ALL]);
    else
        fputs("\tnan\tnan\tnan\tnan\tnan\tnan\tnan\n", file);
}

/* Returns the number of sparsities at which both models have runs. */
static int compare_pair(const struct ablation_results *results, int model, int other, enum ablation_measure measure,
                        struct difference *difference) {
    int count = 0;
    for (int i = 0; i < results->sparsities; i++) {
        difference[count] = (struct difference){.model = model, .other = other, .sparsity = results->sparsity[i]};
        count += compare(results, measure, &difference[count]);
    }
    correct(results->context, difference, count, OF_PAIR);
    return count;
}

static void write_measure(const struct ablation_results *results, enum ablation_measure measure, FILE *file) {
    const int lines = (results->models * (results->models - 1) / 2 + 1) * results->sparsities;
    struct difference *difference = allocate((size_t)lines, sizeof *difference);
    int count = 0;
    for (int i = 0; i < results->models; i++)
        for (int j = i + 1; j < results->models; j++)
            count += compare_pair(results, results->model[i], results->model[j], measure, &difference[count]);
    correct(results->context, difference, count, OF_ALL);
    for (int i = 0; i < count; i++) {
        fprintf(file, "%s\t%s\t%s\t%.15g", measure_name[measure], ablation_name(difference[i].model),
                ablation_name(difference[i].other), difference[i].sparsity);
        write_test(&difference[i], file);
    }
    free(difference);
}

void ablation_differences(const struct ablation *ablation, const struct ablation_results *results, FILE *file) {
    (void)ablation;
    fputs("measure\tmodel\tother\tsparsity\t" TEST_COLUMNS, file);
    for (int measure = ABLATION_LAST; measure <= ABLATION_BEST; measure++)
        write_measure(results, (enum ablation_measure)measure, file);
}

/* ---- Sweeps over options ---- */

int grid_differences_count(const struct grid *grid) {
    int count = 0;
    for (int option = 0; option < grid->options; option++)
        count += grid_cells(grid) * (grid->option[option].values - 1) / 2;
    return count;
}

/* Compares cells with one value of an option to those with another, with the same values of all other options. Returns
 * how many of them have runs. */
static int compare_values(const struct ablation_results *results, const struct grid *grid, int option, int first,
                          int second, enum ablation_measure measure, struct difference *difference) {
    const int stride = grid_stride(grid, option);
    int count = 0;
    for (int cell = 0; cell < grid_cells(grid); cell++) {
        if (cell / stride % grid->option[option].values != first)
            continue;
        difference[count] =
            (struct difference){.model = cell, .other = cell + (second - first) * stride, .option = option};
        count += compare(results, measure, &difference[count]);
    }
    correct(results->context, difference, count, OF_PAIR);
    return count;
}

static void write_measure_of_grid(const struct grid *grid, const struct ablation_results *results,
                                  enum ablation_measure measure, FILE *file) {
    struct difference *difference = allocate((size_t)grid_differences_count(grid), sizeof *difference);
    int count = 0;
    for (int option = 0; option < grid->options; option++)
        for (int i = 0; i < grid->option[option].values; i++)
            for (int j = i + 1; j < grid->option[option].values; j++)
                count += compare_values(results, grid, option, i, j, measure, &difference[count]);
    correct(results->context, difference, count, OF_ALL);
    for (int i = 0; i < count; i++) {
        const int option = difference[i].option;
        char *others = grid_others(grid, difference[i].model, option);
        fprintf(file, "%s\t%s\t%s\t%s\t%s", measure_name[measure], grid->option[option].name,
                grid_value(grid, difference[i].model, option), grid_value(grid, difference[i].other, option),
                others[0] != '\0' ? others : "-");
        write_test(&difference[i], file);
        free(others);
    }
    free(difference);
}

void grid_differences(const struct ablation *ablation, const struct ablation_results *results, FILE *file) {
    fputs("measure\toption\tvalue\tother\twith\t" TEST_COLUMNS, file);
    for (int measure = ABLATION_LAST; measure <= ABLATION_BEST; measure++)
        write_measure_of_grid(&ablation->grid, results, (enum ablation_measure)measure, file);
}
