/*
 * Moran's I of a grid and its maximum over orders of the rows. With z the cells without their mean, twice the sum over
 * neighbouring pairs is made of what each row has in itself and of what two rows make when one lies on the other,
 *
 *     within    = sum_r sum_c z[r,c] z[r,c+1]
 *     touch[a,b] = sum_c z[a,c] z[b,c]  and, for the queen,  + z[a,c] z[b,c+1] + z[a,c+1] z[b,c]
 *
 * so that an order of the rows costs one number of `touch` for each place.
 */
#include <math.h>

#include "base/context.h"
#include "base/options.h"
#include "base/random.h"

typedef struct moran {
    int32_t rows, columns, neighbours;
    double *z;     /* [rows][columns] */
    double *touch; /* [rows][rows] */
    double within, squares;
} moran;

static snnd_status check(snnd_context *context, const double *grid, int32_t rows, int32_t columns, int32_t neighbours) {
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    if (grid == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "Moran's I: grid is NULL");
    if (rows < 1 || columns < 1 || rows > 1 << 14 || (int64_t)rows * columns < 2 || columns > 1 << 20)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "Moran's I: the grid is %d x %d; expected up to 16384 x 1048576 and at least two cells", rows,
                         columns);
    if (!snnd_size_fits(snnd_size_multiply(snnd_size_multiply((size_t)rows, (size_t)columns), sizeof *grid)))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "Moran's I: the grid is %d x %d, which are more cells than memory can hold", rows, columns);
    if (neighbours != SNND_QUEEN && neighbours != SNND_ROOK)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "Moran's I: neighbours is %d; expected one of snnd_neighbours",
                         neighbours);
    for (int64_t k = 0; k < (int64_t)rows * columns; k++)
        if (!isfinite(grid[k]))
            return snnd_fail(context, SNND_ERROR_NUMERIC, "Moran's I: the cell in row %lld, column %lld is %g",
                             (long long)(k / columns), (long long)(k % columns), grid[k]);
    return SNND_OK;
}

static double touch_of(const moran *m, int32_t a, int32_t b) {
    const double *x = m->z + (size_t)a * (size_t)m->columns, *y = m->z + (size_t)b * (size_t)m->columns;
    double sum = 0;
    for (int32_t c = 0; c < m->columns; c++)
        sum += x[c] * y[c];
    for (int32_t c = 0; c + 1 < m->columns && m->neighbours == SNND_QUEEN; c++)
        sum += x[c] * y[c + 1] + x[c + 1] * y[c];
    return sum;
}

static void release(snnd_context *context, moran *m) {
    snnd_release(context, m->z);
    snnd_release(context, m->touch);
}

/* Of the largest cell. I is the same for cells that are multiplied by a power of 2, whose squares then are no larger
 * and no smaller than a double can be. */
static int exponent_of(const double *grid, size_t cells) {
    double largest = 0;
    int exponent;
    for (size_t k = 0; k < cells; k++)
        largest = fmax(largest, fabs(grid[k]));
    frexp(largest, &exponent);
    return exponent;
}

/* z, what lies within rows, and the squares; with `all_pairs` what any two rows make. */
static snnd_status prepare(snnd_context *context, const double *grid, int32_t rows, int32_t columns, int32_t neighbours,
                           bool all_pairs, moran *m) {
    const size_t cells = (size_t)rows * (size_t)columns;
    *m = (moran){.rows = rows, .columns = columns, .neighbours = neighbours};
    m->z = snnd_allocate(context, cells, sizeof *m->z);
    if (all_pairs)
        m->touch = snnd_allocate(context, snnd_size_multiply((size_t)rows, (size_t)rows), sizeof *m->touch);
    if (m->z == NULL || (all_pairs && m->touch == NULL)) {
        release(context, m);
        return SNND_ERROR_MEMORY;
    }
    const int exponent = exponent_of(grid, cells);
    double mean = 0;
    bool equal = true;
    for (size_t k = 0; k < cells; k++) {
        m->z[k] = ldexp(grid[k], -exponent);
        mean += m->z[k] / (double)cells;
    }
    for (size_t k = 0; k < cells; k++) {
        m->z[k] -= mean;
        m->squares += m->z[k] * m->z[k];
        equal = equal && grid[k] == grid[0];
    }
    if (equal || !(m->squares > 0) || !isfinite(m->squares)) {
        const bool close = m->squares <= 1;
        release(context, m);
        return snnd_fail(context, SNND_ERROR_NUMERIC, "Moran's I: %s",
                         equal   ? "all cells are equal"
                         : close ? "the cells are so close together that their squares are 0"
                                 : "the cells are so far apart that their squares overflow");
    }
    for (int32_t r = 0; r < rows; r++)
        for (int32_t c = 0; c + 1 < columns; c++)
            m->within +=
                m->z[(size_t)r * (size_t)columns + (size_t)c] * m->z[(size_t)r * (size_t)columns + (size_t)c + 1];
    for (int32_t a = 0; a < rows && all_pairs; a++)
        for (int32_t b = 0; b <= a; b++)
            m->touch[(size_t)a * (size_t)rows + (size_t)b] = m->touch[(size_t)b * (size_t)rows + (size_t)a] =
                touch_of(m, a, b);
    return SNND_OK;
}

/* I from the sum over pairs of neighbouring cells. */
static double index_of(const moran *m, double pairs) {
    const double rows = m->rows, columns = m->columns;
    const double sides = rows * (columns - 1) + (rows - 1) * columns;
    const double corners = m->neighbours == SNND_QUEEN ? 2 * (rows - 1) * (columns - 1) : 0;
    return rows * columns / (sides + corners) * pairs / m->squares;
}

snnd_status snnd_moran(snnd_context *context, const double *grid, int32_t rows, int32_t columns,
                       snnd_neighbours neighbours, double *result) {
    moran m;
    snnd_status status = check(context, grid, rows, columns, (int32_t)neighbours);
    if (status == SNND_OK && result == NULL)
        status = snnd_fail(context, SNND_ERROR_ARGUMENT, "Moran's I: result is NULL");
    if (status == SNND_OK)
        status = prepare(context, grid, rows, columns, (int32_t)neighbours, false, &m);
    if (status != SNND_OK)
        return status;
    double pairs = m.within;
    for (int32_t r = 0; r + 1 < rows; r++)
        pairs += touch_of(&m, r, r + 1);
    *result = index_of(&m, pairs);
    release(context, &m);
    return SNND_OK;
}

/* ---- the maximum ---- */

static double touch(const moran *m, int32_t a, int32_t b) {
    return m->touch[(size_t)a * (size_t)m->rows + (size_t)b];
}

static double sum_of(const moran *m, const int32_t *order) {
    double sum = 0;
    for (int32_t r = 0; r + 1 < m->rows; r++)
        sum += touch(m, order[r], order[r + 1]);
    return sum;
}

/* What turning the rows from place `from` to place `to` round would gain. */
static double gain_of_turn(const moran *m, const int32_t *order, int32_t from, int32_t to) {
    double gain = 0;
    if (from > 0)
        gain += touch(m, order[from - 1], order[to]) - touch(m, order[from - 1], order[from]);
    if (to + 1 < m->rows)
        gain += touch(m, order[from], order[to + 1]) - touch(m, order[to], order[to + 1]);
    return gain;
}

/* Turns runs of rows round as long as that gains (2-opt, Croes 1958). */
static void climb(const moran *m, int32_t *order) {
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

static snnd_status check_orders(snnd_context *context, const snnd_moran_options *options, int32_t rows, int32_t *seen) {
    const size_t all = snnd_size_multiply((size_t)options->permutations, (size_t)rows);
    if (options->orders != NULL && !snnd_size_fits(snnd_size_multiply(all, sizeof *options->orders)))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "Moran's I: %d orders of %d rows are more numbers than memory can hold", options->permutations,
                         rows);
    for (int32_t r = 0; r < rows; r++)
        seen[r] = -1;
    for (int32_t p = 0; options->orders != NULL && p < options->permutations; p++)
        for (int32_t r = 0; r < rows; r++) {
            const int32_t row = options->orders[(size_t)p * (size_t)rows + (size_t)r];
            if (row < 0 || row >= rows || seen[row] == p)
                return snnd_fail(context, SNND_ERROR_ARGUMENT, "Moran's I: order %d has row %d %s", p, row,
                                 row < 0 || row >= rows ? "that is not there" : "twice");
            seen[row] = p;
        }
    return SNND_OK;
}

/* Tries all orders; `best` receives the best. `order` is scratch. */
static double try_orders(const moran *m, const snnd_moran_options *options, int32_t *order, int32_t *best) {
    double most = -INFINITY;
    for (int32_t p = 0; p < options->permutations; p++) {
        const snnd_random random = snnd_random_for(options->seed, SNND_USE_PERMUTATION, (uint64_t)p);
        for (int32_t r = 0; r < m->rows; r++)
            order[r] = options->orders != NULL ? options->orders[(size_t)p * (size_t)m->rows + (size_t)r] : r;
        if (options->orders == NULL)
            snnd_random_choose(&random, order, m->rows, m->rows);
        const double sum = sum_of(m, order);
        for (int32_t r = 0; r < m->rows && sum > most; r++)
            best[r] = order[r];
        most = sum > most ? sum : most;
    }
    if (options->search)
        climb(m, best);
    return sum_of(m, best);
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
        status = check(context, grid, rows, columns, known.neighbours);
    if (status == SNND_OK && (result == NULL || known.permutations < 1 || (known.search != 0 && known.search != 1)))
        status = snnd_fail(context, SNND_ERROR_ARGUMENT,
                           "Moran's I: expected a result, at least 1 permutation, and search 0 or 1");
    if (status != SNND_OK)
        return status;
    int32_t *scratch = snnd_allocate(context, snnd_size_multiply(2, (size_t)rows), sizeof *scratch);
    moran m;
    status = scratch == NULL ? SNND_ERROR_MEMORY : check_orders(context, &known, rows, scratch);
    if (status == SNND_OK)
        status = prepare(context, grid, rows, columns, known.neighbours, true, &m);
    if (status == SNND_OK) {
        *result = index_of(&m, m.within + try_orders(&m, &known, scratch, scratch + rows));
        for (int32_t r = 0; r < rows && order != NULL; r++)
            order[r] = scratch[rows + r];
        release(context, &m);
    }
    snnd_release(context, scratch);
    return status;
}
