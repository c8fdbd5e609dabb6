/* The maximum of Moran's I over orders of the rows, each of which is evaluated from `touch` (moran.h). */
#include <math.h>

#include "analysis/moran.h"
#include "base/options.h"
#include "base/random.h"

static double touch(const snnd_moran_parts *m, int32_t a, int32_t b) {
    return m->touch[(size_t)a * (size_t)m->rows + (size_t)b];
}

double snnd_moran_sum(const snnd_moran_parts *m, const int32_t *order) {
    double sum = 0;
    for (int32_t r = 0; r + 1 < m->rows; r++)
        sum += touch(m, order[r], order[r + 1]);
    return sum;
}

/* Returns the gain of reversing the rows from place `from` to place `to`. */
static double gain_of_turn(const snnd_moran_parts *m, const int32_t *order, int32_t from, int32_t to) {
    double gain = 0;
    if (from > 0)
        gain += touch(m, order[from - 1], order[to]) - touch(m, order[from - 1], order[from]);
    if (to + 1 < m->rows)
        gain += touch(m, order[from], order[to + 1]) - touch(m, order[to], order[to + 1]);
    return gain;
}

/* Reverses runs of rows as long as that gains (2-opt, Croes 1958). */
static void climb(const snnd_moran_parts *m, int32_t *order) {
    const double least = 1e-12 * m->squares;
    for (bool better = true; better;) {
        better = false;
        for (int32_t from = 0; from < m->rows; from++)
            for (int32_t to = from + 1; to < m->rows; to++) {
                if (!(gain_of_turn(m, order, from, to) > least))
                    continue;
                for (int32_t a = from, b = to; a < b; a++, b--) {
                    const int32_t row = order[a];
                    order[a] = order[b];
                    order[b] = row;
                }
                better = true;
            }
    }
}

snnd_status snnd_moran_check_orders(snnd_context *context, const snnd_moran_options *options, int32_t rows,
                                    int32_t *seen) {
    const size_t all = snnd_size_multiply((size_t)options->permutations, (size_t)rows);
    if (options->orders != NULL && !snnd_size_fits(snnd_size_multiply(all, sizeof *options->orders)))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "Moran's I: %d orders of %d rows have more numbers than memory can hold",
                         options->permutations, rows);
    for (int32_t r = 0; r < rows; r++)
        seen[r] = -1;
    for (int32_t p = 0; options->orders != NULL && p < options->permutations; p++)
        for (int32_t r = 0; r < rows; r++) {
            const int32_t row = options->orders[(size_t)p * (size_t)rows + (size_t)r];
            if (row < 0 || row >= rows || seen[row] == p)
                return snnd_fail(context, SNND_ERROR_ARGUMENT, "Moran's I: order %d contains row %d%s", p, row,
                                 row < 0 || row >= rows ? ", which the grid does not have" : " twice");
            seen[row] = p;
        }
    return SNND_OK;
}

void snnd_moran_order(const snnd_moran_options *options, int32_t p, int32_t count, int32_t *order) {
    const snnd_random random = snnd_random_for(options->seed, SNND_USE_PERMUTATION, (uint64_t)p);
    for (int32_t k = 0; k < count; k++)
        order[k] = options->orders != NULL ? options->orders[(size_t)p * (size_t)count + (size_t)k] : k;
    if (options->orders == NULL)
        snnd_random_choose(&random, order, count, count);
}

/* Tries all orders; `best` receives the best one. `order` is scratch memory. */
static double try_orders(const snnd_moran_parts *m, const snnd_moran_options *options, int32_t *order, int32_t *best) {
    double most = -INFINITY;
    for (int32_t p = 0; p < options->permutations; p++) {
        snnd_moran_order(options, p, m->rows, order);
        const double sum = snnd_moran_sum(m, order);
        for (int32_t r = 0; r < m->rows && sum > most; r++)
            best[r] = order[r];
        most = sum > most ? sum : most;
    }
    if (options->search)
        climb(m, best);
    return snnd_moran_sum(m, best);
}

snnd_status snnd_moran_options_init(snnd_moran_options *options, size_t size) {
    static const snnd_moran_options defaults = {.neighbours = SNND_QUEEN, .permutations = 2000};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

snnd_status snnd_moran_maximum(snnd_context *context, const double *grid, int32_t rows, int32_t columns,
                               const snnd_moran_options *options, double *result, int32_t *order) {
    snnd_moran_options known;
    snnd_moran_options_init(&known, sizeof known);
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_options_read(context, options, &known, sizeof known, "snnd_moran_options");
    if (status == SNND_OK)
        status = snnd_moran_check(context, grid, rows, columns, known.neighbours);
    if (status == SNND_OK && (result == NULL || known.permutations < 1 || (known.search != 0 && known.search != 1)))
        status = snnd_fail(context, SNND_ERROR_ARGUMENT,
                           "Moran's I: expected a result, at least 1 permutation, and search 0 or 1");
    if (status != SNND_OK)
        return status;
    int32_t *scratch = snnd_allocate(context, snnd_size_multiply(2, (size_t)rows), sizeof *scratch);
    snnd_moran_parts m;
    status = scratch == NULL ? SNND_ERROR_MEMORY : snnd_moran_check_orders(context, &known, rows, scratch);
    if (status == SNND_OK)
        status = snnd_moran_prepare(context, grid, rows, columns, known.neighbours, true, &m);
    if (status == SNND_OK) {
        *result = snnd_moran_index(&m, m.within + try_orders(&m, &known, scratch, scratch + rows));
        for (int32_t r = 0; r < rows && order != NULL; r++)
            order[r] = scratch[rows + r];
        snnd_moran_release(context, &m);
    }
    snnd_release(context, scratch);
    return status;
}
