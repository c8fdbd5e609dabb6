/* Moran's I of a grid, and its parts (moran.h). */
#include "analysis/moran.h"

#include <math.h>

snnd_status snnd_moran_check(snnd_context *context, const double *grid, int32_t rows, int32_t columns,
                             int32_t neighbours) {
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
                         "Moran's I: the grid is %d x %d, which is more cells than memory can hold", rows, columns);
    if (neighbours != SNND_QUEEN && neighbours != SNND_ROOK)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "Moran's I: neighbours is %d; expected one of snnd_neighbours",
                         neighbours);
    for (int64_t k = 0; k < (int64_t)rows * columns; k++)
        if (!isfinite(grid[k]))
            return snnd_fail(context, SNND_ERROR_NUMERIC,
                             "Moran's I: the cell in row %lld, column %lld is %g; expected a finite number",
                             (long long)(k / columns), (long long)(k % columns), grid[k]);
    return SNND_OK;
}

double snnd_moran_touch(const snnd_moran_parts *m, int32_t a, int32_t b) {
    const double *x = m->z + (size_t)a * (size_t)m->columns, *y = m->z + (size_t)b * (size_t)m->columns;
    double sum = 0;
    for (int32_t c = 0; c < m->columns; c++)
        sum += x[c] * y[c];
    for (int32_t c = 0; c + 1 < m->columns && m->neighbours == SNND_QUEEN; c++)
        sum += x[c] * y[c + 1] + x[c + 1] * y[c];
    return sum;
}

double snnd_moran_within(const snnd_moran_parts *m) {
    double within = 0;
    for (int32_t r = 0; r < m->rows; r++)
        for (int32_t c = 0; c + 1 < m->columns; c++)
            within +=
                m->z[(size_t)r * (size_t)m->columns + (size_t)c] * m->z[(size_t)r * (size_t)m->columns + (size_t)c + 1];
    return within;
}

void snnd_moran_release(snnd_context *context, snnd_moran_parts *m) {
    snnd_release(context, m->z);
    snnd_release(context, m->touch);
}

/* Returns the exponent of the largest cell. I does not change when cells are multiplied by a power of 2, after which
 * their squares neither overflow nor underflow. */
static int exponent_of(const double *grid, size_t cells) {
    double largest = 0;
    int exponent;
    for (size_t k = 0; k < cells; k++)
        largest = fmax(largest, fabs(grid[k]));
    frexp(largest, &exponent);
    return exponent;
}

snnd_status snnd_moran_prepare(snnd_context *context, const double *grid, int32_t rows, int32_t columns,
                               int32_t neighbours, bool all_pairs, snnd_moran_parts *m) {
    const size_t cells = (size_t)rows * (size_t)columns;
    *m = (snnd_moran_parts){.rows = rows, .columns = columns, .neighbours = neighbours};
    m->z = snnd_allocate(context, cells, sizeof *m->z);
    if (all_pairs)
        m->touch = snnd_allocate(context, snnd_size_multiply((size_t)rows, (size_t)rows), sizeof *m->touch);
    if (m->z == NULL || (all_pairs && m->touch == NULL)) {
        snnd_moran_release(context, m);
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
        snnd_moran_release(context, m);
        return snnd_fail(context, SNND_ERROR_NUMERIC, "Moran's I: %s",
                         equal   ? "all cells are equal"
                         : close ? "the cells differ so little that their squared differences are 0"
                                 : "the cells differ so much that their squared differences overflow");
    }
    m->within = snnd_moran_within(m);
    for (int32_t a = 0; a < rows && all_pairs; a++)
        for (int32_t b = 0; b <= a; b++)
            m->touch[(size_t)a * (size_t)rows + (size_t)b] = m->touch[(size_t)b * (size_t)rows + (size_t)a] =
                snnd_moran_touch(m, a, b);
    return SNND_OK;
}

double snnd_moran_index(const snnd_moran_parts *m, double pairs) {
    const double rows = m->rows, columns = m->columns;
    const double sides = rows * (columns - 1) + (rows - 1) * columns;
    const double corners = m->neighbours == SNND_QUEEN ? 2 * (rows - 1) * (columns - 1) : 0;
    return rows * columns / (sides + corners) * pairs / m->squares;
}

double snnd_moran_pairs(const snnd_moran_parts *m) {
    double pairs = m->within;
    for (int32_t r = 0; r + 1 < m->rows; r++)
        pairs += snnd_moran_touch(m, r, r + 1);
    return pairs;
}

snnd_status snnd_moran(snnd_context *context, const double *grid, int32_t rows, int32_t columns,
                       snnd_neighbours neighbours, double *result) {
    snnd_moran_parts m;
    snnd_status status = snnd_moran_check(context, grid, rows, columns, (int32_t)neighbours);
    if (status == SNND_OK && result == NULL)
        status = snnd_fail(context, SNND_ERROR_ARGUMENT, "Moran's I: result is NULL");
    if (status == SNND_OK)
        status = snnd_moran_prepare(context, grid, rows, columns, (int32_t)neighbours, false, &m);
    if (status != SNND_OK)
        return status;
    *result = snnd_moran_index(&m, snnd_moran_pairs(&m));
    snnd_moran_release(context, &m);
    return SNND_OK;
}
