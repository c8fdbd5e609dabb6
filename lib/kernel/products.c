/*
 * Matrix products (products.h), compiled once for each instruction set. A block of the result stays in registers while
 * the kernel walks what is summed; sums run in the same order in every block, whatever its size.
 */
#include "kernel/products.h"

#include "kernel/vector.h"

#if defined(__AVX512F__)
enum { COMBINE_ROWS = 6, COMBINE_VECTORS = 4, LEFT = 4, RIGHT = 6 };
#else
enum { COMBINE_ROWS = 6, COMBINE_VECTORS = 2, LEFT = 4, RIGHT = 3 };
#endif

/* Sources that are walked at a time; their vectors are copied side by side. */
enum { CHUNK = 96 };

INLINE vector *vector_of(snnd_rows rows, int32_t row, size_t place) {
    return (vector *)snnd_rows_of(rows, row) + place;
}

/* Adds `sources` packed sources, times their column of A, to a block of targets. */
INLINE void combine_block(const snnd_combine *job, int32_t row, size_t place, int32_t from, int32_t sources,
                          const vector *packed, const int fresh, const int rows, const int vectors) {
    vector sum[COMBINE_ROWS][COMBINE_VECTORS];
    for (int j = 0; j < rows; j++)
        for (int v = 0; v < vectors; v++)
            sum[j][v] = fresh ? (vector){0} : *vector_of(job->target, row + j, place + (size_t)v);
    const float *a = job->a + (size_t)row * job->of_row + (size_t)from * job->of_column;
    for (int32_t k = 0; k < sources; k++, packed += vectors, a += job->of_column)
        for (int j = 0; j < rows; j++)
            for (int v = 0; v < vectors; v++)
                sum[j][v] += a[(size_t)j * job->of_row] * packed[v];
    for (int j = 0; j < rows; j++)
        for (int v = 0; v < vectors; v++)
            *vector_of(job->target, row + j, place + (size_t)v) = sum[j][v];
}

INLINE void combine_rows(const snnd_combine *job, size_t place, int32_t from, int32_t sources, const vector *packed,
                         const int fresh, const int vectors) {
    int32_t j = 0;
    for (; j + COMBINE_ROWS <= job->targets; j += COMBINE_ROWS)
        combine_block(job, j, place, from, sources, packed, fresh, COMBINE_ROWS, vectors);
    for (; j < job->targets; j++)
        combine_block(job, j, place, from, sources, packed, fresh, 1, vectors);
}

INLINE void combine_column(const snnd_combine *job, size_t place, const int vectors) {
    vector packed[CHUNK * COMBINE_VECTORS];
    for (int32_t from = 0; from < job->sources; from += CHUNK) {
        const int32_t sources = job->sources - from < CHUNK ? job->sources - from : CHUNK;
        for (int32_t k = 0; k < sources; k++)
            for (int v = 0; v < vectors; v++)
                packed[k * vectors + v] = *vector_of(job->source, from + k, place + (size_t)v);
        if (from == 0 && !job->add)
            combine_rows(job, place, from, sources, packed, 1, vectors);
        else
            combine_rows(job, place, from, sources, packed, 0, vectors);
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

INLINE float lane_sum(vector v) {
    float lane[VECTOR] __attribute__((aligned(4 * VECTOR)));
    *(vector *)lane = v;
    for (int width = VECTOR / 2; width > 0; width /= 2)
        for (int l = 0; l < width; l++)
            lane[l] += lane[l + width];
    return lane[0];
}

INLINE void products_block(const snnd_products *job, int32_t j, int32_t k, const int lefts, const int rights) {
    vector sum[LEFT][RIGHT];
    for (int l = 0; l < lefts; l++)
        for (int r = 0; r < rights; r++)
            sum[l][r] = (vector){0};
    for (size_t place = 0; place < (size_t)job->steps * PARTS; place++)
        for (int l = 0; l < lefts; l++) {
            const vector left = *vector_of(job->left, j + l, place);
            for (int r = 0; r < rights; r++)
                sum[l][r] += left * *vector_of(job->right, k + r, place);
        }
    for (int l = 0; l < lefts; l++)
        for (int r = 0; r < rights; r++)
            job->sum[(size_t)(j + l) * job->of_row + (size_t)(k + r)] += lane_sum(sum[l][r]);
}

INLINE void products_rows(const snnd_products *job, int32_t j, const int lefts) {
    int32_t k = 0;
    for (; k + RIGHT <= job->rights; k += RIGHT)
        products_block(job, j, k, lefts, RIGHT);
    for (; k < job->rights; k++)
        products_block(job, j, k, lefts, 1);
}

static void products(const snnd_products *job) {
    int32_t j = 0;
    for (; j + LEFT <= job->lefts; j += LEFT)
        products_rows(job, j, LEFT);
    for (; j < job->lefts; j++)
        products_rows(job, j, 1);
}

extern const snnd_product_kernels SNND_PRODUCT_KERNELS;
const snnd_product_kernels SNND_PRODUCT_KERNELS = {.combine = combine, .products = products};
