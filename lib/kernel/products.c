/*
 * Matrix products (products.h), compiled once for each instruction set. A block of the result stays in registers while
 * the kernel walks what is summed; sums run in the same order in every block, whatever its size.
 */
#include "kernel/products.h"

#include <stdbool.h>

#include "kernel/vector.h"

#if defined(__AVX512F__)
enum { COMBINE_ROWS = 6, COMBINE_VECTORS = 4, LEFT = 4, RIGHT = 6 };
#else
enum { COMBINE_ROWS = 6, COMBINE_VECTORS = 2, LEFT = 4, RIGHT = 3 };
#endif

/* Sources that are walked at a time; their vectors are copied side by side. */
enum { CHUNK = 96, FEW_TARGETS = 24 };

/* Rows on the left that stay in the second cache for all of the right. */
enum { LEFT_CHUNK = 96 };

/* Steps for which six rows fit the first cache. */
enum { STEPS_CHUNK = 96 };

INLINE vector *vector_of(snnd_rows rows, int32_t row, size_t place) {
    return (vector *)snnd_rows_of(rows, row) + place;
}

/* Adds `sources` sources, whose vectors are `step` apart, times their column of A, to a block of targets. */
INLINE void combine_block(const snnd_combine *job, int32_t row, size_t place, int32_t from, int32_t sources,
                          const vector *source, ptrdiff_t step, const int fresh, const int rows, const int vectors) {
    vector sum[COMBINE_ROWS][COMBINE_VECTORS];
    for (int j = 0; j < rows; j++)
        for (int v = 0; v < vectors; v++)
            sum[j][v] = fresh ? (vector){0} : *vector_of(job->target, row + j, place + (size_t)v);
    const float *a = job->a + row * job->of_row + from * job->of_column;
    for (int32_t k = 0; k < sources; k++, source += step, a += job->of_column)
        for (int j = 0; j < rows; j++)
            for (int v = 0; v < vectors; v++)
                sum[j][v] += a[j * job->of_row] * source[v];
    for (int j = 0; j < rows; j++)
        for (int v = 0; v < vectors; v++)
            *vector_of(job->target, row + j, place + (size_t)v) = sum[j][v];
}

/* Calls with the size of a block that is a constant. */
#define WITH_SIZE(size, call)                                                                                          \
    switch (size) {                                                                                                    \
    case 6:                                                                                                            \
        call(6);                                                                                                       \
        break;                                                                                                         \
    case 5:                                                                                                            \
        call(5);                                                                                                       \
        break;                                                                                                         \
    case 4:                                                                                                            \
        call(4);                                                                                                       \
        break;                                                                                                         \
    case 3:                                                                                                            \
        call(3);                                                                                                       \
        break;                                                                                                         \
    case 2:                                                                                                            \
        call(2);                                                                                                       \
        break;                                                                                                         \
    default:                                                                                                           \
        call(1);                                                                                                       \
        break;                                                                                                         \
    }

/* Rows of the next block of those that are left: as many as fit, and the last two blocks alike. */
INLINE int32_t block_of(int32_t left, int32_t most) {
    return left <= most ? left : left < 2 * most ? (left + 1) / 2 : most;
}

INLINE void combine_rows(const snnd_combine *job, size_t place, int32_t from, int32_t sources, const vector *source,
                         ptrdiff_t step, const int fresh, const int vectors) {
    for (int32_t j = 0, rows; j < job->targets; j += rows) {
        rows = block_of(job->targets - j, COMBINE_ROWS);
#define BLOCK_OF(rows) combine_block(job, j, place, from, sources, source, step, fresh, rows, vectors)
        WITH_SIZE(rows, BLOCK_OF)
#undef BLOCK_OF
    }
}

/* Sources are walked in chunks, which are copied side by side where many targets will read them. */
INLINE void combine_column(const snnd_combine *job, size_t place, const int vectors) {
    vector packed[CHUNK * COMBINE_VECTORS];
    const bool pack = job->targets > FEW_TARGETS;
    for (int32_t from = 0; from < job->sources; from += CHUNK) {
        const int32_t sources = job->sources - from < CHUNK ? job->sources - from : CHUNK;
        const vector *source = vector_of(job->source, from, place);
        ptrdiff_t step = (ptrdiff_t)(job->source.stride / VECTOR);
        for (int32_t k = 0; k < sources && pack; k++)
            for (int v = 0; v < vectors; v++)
                packed[k * vectors + v] = source[k * step + v];
        source = pack ? packed : source;
        step = pack ? vectors : step;
        if (from == 0 && !job->add)
            combine_rows(job, place, from, sources, source, step, 1, vectors);
        else
            combine_rows(job, place, from, sources, source, step, 0, vectors);
    }
}

static void combine(const snnd_combine *job) {
    const size_t count = (size_t)job->steps * PARTS;
    size_t place = 0;
    for (; place + COMBINE_VECTORS <= count; place += COMBINE_VECTORS)
        combine_column(job, place, COMBINE_VECTORS);
    for (; place < count; place++)
        combine_column(job, place, 1);
}

/* A piece of time, in vectors of a row. */
typedef struct piece {
    size_t from, to;
} piece;

INLINE void products_block(const snnd_products *job, piece time, int32_t j, int32_t k, const int lefts,
                           const int rights) {
    vector sum[LEFT][RIGHT];
    for (int l = 0; l < lefts; l++)
        for (int r = 0; r < rights; r++)
            sum[l][r] = (vector){0};
    for (size_t place = time.from; place < time.to; place++)
        for (int l = 0; l < lefts; l++) {
            const vector left = *vector_of(job->left, j + l, place);
            for (int r = 0; r < rights; r++)
                sum[l][r] += left * *vector_of(job->right, k + r, place);
        }
    for (int l = 0; l < lefts; l++)
        for (int r = 0; r < rights; r++)
            *vector_at(job->sum + (size_t)(j + l) * job->of_row * SNND_LANES, k + r, 0) += sum[l][r];
}

/* Some rows on the left against `rights` on the right, which stay in the first cache while those on the left pass. */
INLINE void products_columns(const snnd_products *job, piece time, int32_t begin, int32_t end, int32_t k,
                             const int rights) {
    int32_t j = begin;
    for (; j + LEFT <= end; j += LEFT)
        products_block(job, time, j, k, LEFT, rights);
    for (; j < end; j++)
        products_block(job, time, j, k, 1, rights);
}

INLINE void products_of_time(const snnd_products *job, piece time) {
    for (int32_t begin = 0; begin < job->lefts; begin += LEFT_CHUNK) {
        const int32_t end = begin + LEFT_CHUNK < job->lefts ? begin + LEFT_CHUNK : job->lefts;
        for (int32_t k = 0, rights; k < job->rights; k += rights) {
            rights = block_of(job->rights - k, RIGHT);
#define BLOCK_OF(size) products_columns(job, time, begin, end, k, (size) < RIGHT ? (size) : RIGHT)
            WITH_SIZE(rights, BLOCK_OF)
#undef BLOCK_OF
        }
    }
}

static void products(const snnd_products *job) {
    for (int32_t from = 0; from < job->steps; from += STEPS_CHUNK) {
        const int32_t to = from + STEPS_CHUNK < job->steps ? from + STEPS_CHUNK : job->steps;
        products_of_time(job, (piece){(size_t)from * PARTS, (size_t)to * PARTS});
    }
}

extern const snnd_product_kernels SNND_PRODUCT_KERNELS;
const snnd_product_kernels SNND_PRODUCT_KERNELS = {.combine = combine, .products = products};
