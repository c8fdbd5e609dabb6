/*
 * Moran's I against permutations. The sum over neighbours is Z = sum_ij w[i,j] t[i,j] over ordered pairs of n things:
 * of cells, t[i,j] = z[i] z[j] and w is 1 between neighbours; of rows, t is `touch` (moran.h) and w is 1 between a row
 * and the next. Over all orders in which the things can be put (Mantel 1967), with w and t less their means, which
 * moves Z by a number that is the same for all orders,
 *
 *     var(Z) =   2 W T / (n (n-1))
 *              + 4 (W' - W) (T' - T) / (n (n-1) (n-2))
 *              + 4 (W - 2 W') (T - 2 T') / (n (n-1) (n-2) (n-3))
 *
 * W = sum w^2, W' = sum_i (sum_j w)^2, and T, T' the same of t.
 */
#include <math.h>

#include "analysis/moran.h"
#include "analysis/sample.h"
#include "base/options.h"

/* A difference of this size in I can be due to rounding. */
static const double NEARLY = 1e-12;

/* W and W', or T and T'. */
typedef struct sums {
    double squares, of_rows;
} sums;

static double variance_of_sum(double n, sums w, sums t) {
    double factor = n * (n - 1), variance = 2 * w.squares * t.squares / factor;
    if (n > 2) {
        factor *= n - 2;
        variance += 4 * (w.of_rows - w.squares) * (t.of_rows - t.squares) / factor;
    }
    if (n > 3) {
        factor *= n - 3;
        variance += 4 * (w.squares - 2 * w.of_rows) * (t.squares - 2 * t.of_rows) / factor;
    }
    return variance;
}

/* Computes for rows the mean of Z / 2, which is that of `pairs` minus the part within rows, and its variance. */
static double moments_of_rows(const snnd_moran_parts *m, double *variance) {
    const double n = m->rows;
    double mean = 0;
    sums t = {0};
    const sums w = {2 * (n - 1) * (n - 2) / n, 4 * n - 6 - 4 * (n - 1) * (n - 1) / n};
    *variance = 0;
    if (m->rows < 2)
        return 0;
    for (int32_t a = 0; a < m->rows; a++)
        for (int32_t b = 0; b < m->rows; b++)
            mean += a == b ? 0 : m->touch[(size_t)a * (size_t)m->rows + (size_t)b];
    mean /= n * (n - 1);
    for (int32_t a = 0; a < m->rows; a++) {
        double row = 0;
        for (int32_t b = 0; b < m->rows; b++) {
            const double less = a == b ? 0 : m->touch[(size_t)a * (size_t)m->rows + (size_t)b] - mean;
            row += less;
            t.squares += less * less;
        }
        t.of_rows += row * row;
    }
    *variance = variance_of_sum(n, w, t) / 4;
    return (n - 1) * mean;
}

/* Returns the neighbours of a cell, without itself. */
static double degree(const snnd_moran_parts *m, int32_t r, int32_t c) {
    const double rows = (r > 0) + (r + 1 < m->rows), columns = (c > 0) + (c + 1 < m->columns);
    return m->neighbours == SNND_QUEEN ? (rows + 1) * (columns + 1) - 1 : rows + columns;
}

/* Returns for cells the variance of Z / 2. */
static double variance_of_cells(const snnd_moran_parts *m) {
    const double n = (double)m->rows * m->columns, mean_square = m->squares / n;
    double fourth = 0, pairs = 0, squared_degrees = 0;
    sums t = {0};
    for (int32_t r = 0; r < m->rows; r++)
        for (int32_t c = 0; c < m->columns; c++) {
            const double z = m->z[(size_t)r * (size_t)m->columns + (size_t)c], square = z * z, d = degree(m, r, c);
            fourth += square * square;
            t.of_rows += (square - mean_square) * (square - mean_square);
            pairs += d;
            squared_degrees += d * d;
        }
    t.squares = m->squares * m->squares * (1 - 1 / (n * (n - 1))) - fourth;
    const sums w = {pairs - pairs * pairs / (n * (n - 1)), squared_degrees - pairs * pairs / n};
    return variance_of_sum(n, w, t) / 4;
}

static void measure(const snnd_moran_parts *m, snnd_shuffle shuffle, snnd_moran_test *made) {
    const double unit = snnd_moran_index(m, 1), cells = (double)m->rows * m->columns;
    double variance;
    made->index = snnd_moran_index(m, snnd_moran_pairs(m));
    if (shuffle == SNND_SHUFFLE_CELLS) {
        made->expected = -1 / (cells - 1);
        variance = variance_of_cells(m);
    } else
        made->expected = snnd_moran_index(m, m->within + moments_of_rows(m, &variance));
    variance *= unit * unit;
    if (!(variance > NEARLY * NEARLY))
        return;
    made->variance = variance;
    made->z = (made->index - made->expected) / sqrt(variance);
}

/* ---- orders that are drawn ---- */

/* Returns I of order p; `order` and `cells` are scratch memory, `cells` that of `moved`. */
static double draw(const snnd_moran_parts *m, snnd_shuffle shuffle, const snnd_moran_options *options, int32_t p,
                   int32_t *order, snnd_moran_parts *moved, double *cells) {
    if (shuffle == SNND_SHUFFLE_ROWS) {
        snnd_moran_order(options, p, m->rows, order);
        return snnd_moran_index(m, m->within + snnd_moran_sum(m, order));
    }
    const int32_t count = m->rows * m->columns;
    snnd_moran_order(options, p, count, order);
    for (int32_t k = 0; k < count; k++)
        cells[k] = m->z[order[k]];
    moved->within = snnd_moran_within(moved);
    return snnd_moran_index(moved, snnd_moran_pairs(moved));
}

static snnd_status draw_all(snnd_context *context, const snnd_moran_parts *m, snnd_shuffle shuffle,
                            const snnd_moran_options *options, snnd_moran_test *made, double *distribution) {
    const size_t things = shuffle == SNND_SHUFFLE_ROWS ? (size_t)m->rows : (size_t)m->rows * (size_t)m->columns;
    int32_t *order = snnd_allocate(context, things, sizeof *order);
    double *cells = order == NULL ? NULL : snnd_allocate(context, things, sizeof *cells);
    snnd_status status = cells == NULL ? SNND_ERROR_MEMORY : SNND_OK;
    if (status == SNND_OK && shuffle == SNND_SHUFFLE_ROWS)
        status = snnd_moran_check_orders(context, options, m->rows, order);
    if (status == SNND_OK) {
        snnd_moran_parts moved = *m;
        moved.z = cells;
        made->permutations = options->permutations;
        for (int32_t p = 0; p < options->permutations; p++) {
            const double index = draw(m, shuffle, options, p, order, &moved, cells);
            made->as_large += index >= made->index - NEARLY;
            if (distribution != NULL)
                distribution[p] = index;
        }
        made->p = (made->as_large + 1.0) / (made->permutations + 1.0);
    }
    snnd_release(context, order);
    snnd_release(context, cells);
    return status;
}

/* ---- the test ---- */

static snnd_status check(snnd_context *context, int32_t rows, int32_t columns, snnd_shuffle shuffle,
                         const snnd_moran_options *options) {
    if (shuffle != SNND_SHUFFLE_ROWS && shuffle != SNND_SHUFFLE_CELLS)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "Moran's I: shuffle is %d; expected one of snnd_shuffle",
                         (int)shuffle);
    if (options->permutations < 0 || options->search != 0)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "Moran's I: permutations is %d and search is %d; expected permutations of at least 0, and "
                         "search 0 where the grid is permuted",
                         options->permutations, options->search);
    if (shuffle == SNND_SHUFFLE_CELLS && options->orders != NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "Moran's I: orders are for shuffled rows; expected NULL where cells are shuffled");
    if (shuffle == SNND_SHUFFLE_CELLS && (int64_t)rows * columns > INT32_MAX)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "Moran's I: the grid is %d x %d; expected at most 2^31 - 1 cells to be shuffled", rows,
                         columns);
    return SNND_OK;
}

snnd_status snnd_moran_test_init(snnd_moran_test *result, size_t size) {
    static const snnd_moran_test none = {.p = 1};
    return snnd_options_init(result, size, &none, sizeof none);
}

snnd_status snnd_moran_permuted(snnd_context *context, const double *grid, int32_t rows, int32_t columns,
                                snnd_shuffle shuffle, const snnd_moran_options *options, snnd_moran_test *result,
                                double *distribution) {
    snnd_moran_test made = {.size = sizeof made};
    snnd_moran_options known;
    snnd_moran_parts m;
    snnd_moran_options_init(&known, sizeof known);
    snnd_status status = snnd_check_result(context, "Moran's I", result, "snnd_moran_test");
    if (status == SNND_OK)
        status = snnd_options_read(context, options, &known, sizeof known, "snnd_moran_options");
    if (status == SNND_OK)
        status = check(context, rows, columns, shuffle, &known);
    if (status == SNND_OK)
        status = snnd_moran_check(context, grid, rows, columns, known.neighbours);
    if (status == SNND_OK)
        status = snnd_moran_prepare(context, grid, rows, columns, known.neighbours, shuffle == SNND_SHUFFLE_ROWS, &m);
    if (status != SNND_OK)
        return status;
    measure(&m, shuffle, &made);
    status = draw_all(context, &m, shuffle, &known, &made, distribution);
    snnd_moran_release(context, &m);
    return status == SNND_OK ? snnd_options_write(context, result, &made, sizeof made, "snnd_moran_test") : status;
}
