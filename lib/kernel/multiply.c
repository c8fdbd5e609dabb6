/* Products of matrices (multiply.h), compiled once for each instruction set: blocks of ROWS x COLUMNS vectors of C stay
 * in registers while the loop goes over k. Columns of B that are not contiguous, or do not fill a vector, are first
 * copied to scratch memory. */
#include "kernel/multiply.h"

#include <string.h>

#include "kernel/vector.h"

#if defined(__AVX512F__)
enum { ROWS = 7, COLUMNS = 4 };
#else
enum { ROWS = 6, COLUMNS = 2 };
#endif

enum { PANEL = COLUMNS * VECTOR };

/* Vectors that need not be aligned. */
typedef float loose __attribute__((vector_size(4 * VECTOR), aligned(4)));

/* The place of blocks of several columns: `width` of them belong to C, and the rest of the last vector is not used. */
typedef struct place {
    const float *a, *b;
    size_t b_row;
    float *c;
    int32_t depth, width;
    bool add;
} place;

INLINE void store(float *to, vector sum, vector alpha, int32_t count, const bool add) {
    float some[VECTOR];
    if (count >= VECTOR) {
        *(loose *)to = add ? multiply_add(alpha, sum, *(loose *)to) : alpha * sum;
        return;
    }
    if (count <= 0)
        return;
    memset(some, 0, sizeof some);
    memcpy(some, to, (size_t)count * sizeof *some);
    *(loose *)some = add ? multiply_add(alpha, sum, *(loose *)some) : alpha * sum;
    memcpy(to, some, (size_t)count * sizeof *some);
}

/* Computes `rows` x `columns` vectors of C from row `from` on. */
INLINE void block(const snnd_product *p, const place *at, int32_t from, const int rows, const int columns) {
    vector sum[ROWS][COLUMNS];
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++)
            sum[i][j] = (vector){0};
    const size_t a_row = p->a_row, a_column = p->a_column, b_row = at->b_row;
    const float *a = at->a + (size_t)from * a_row, *b = at->b;
    for (int32_t k = 0; k < at->depth; k++, a += a_column, b += b_row) {
        vector right[COLUMNS];
        for (int j = 0; j < columns; j++)
            right[j] = *((const loose *)b + j);
        for (int i = 0; i < rows; i++) {
            const vector left = vector_all(a[(size_t)i * a_row]);
            for (int j = 0; j < columns; j++)
                sum[i][j] = multiply_add(left, right[j], sum[i][j]);
        }
    }
    float *c = at->c + (size_t)from * p->c_row;
    const vector alpha = vector_all(p->alpha);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++)
            store(c + (size_t)i * p->c_row + j * VECTOR, sum[i][j], alpha, at->width - j * VECTOR, at->add);
}

/* Computes all rows of several columns of C. */
INLINE void blocks(const snnd_product *p, const place *at, const int columns) {
    int32_t i = 0;
    for (; i + ROWS <= p->m; i += ROWS)
        block(p, at, i, ROWS, columns);
    switch (p->m - i) {
    case 1:
        block(p, at, i, 1, columns);
        break;
    case 2:
        block(p, at, i, 2, columns);
        break;
    case 3:
        block(p, at, i, 3, columns);
        break;
    case 4:
        block(p, at, i, 4, columns);
        break;
    case 5:
        block(p, at, i, 5, columns);
        break;
#if defined(__AVX512F__)
    case 6:
        block(p, at, i, 6, columns);
        break;
#endif
    default:
        break;
    }
}

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define SHUFFLES 1
#endif
#endif

/* Copies four columns of B, each contiguous, to four columns of a panel, four rows at a time. Returns the number of
 * rows. */
INLINE int32_t turn_four(const float *b, size_t b_column, int32_t depth, float *panel, size_t width, const float sign) {
    int32_t k = 0;
#if defined(SHUFFLES)
    typedef float four __attribute__((vector_size(16)));
    typedef float loose_four __attribute__((vector_size(16), aligned(4)));
    for (; k + 4 <= depth; k += 4, panel += 4 * width) {
        const four r0 = sign * *(const loose_four *)(b + k), r1 = sign * *(const loose_four *)(b + b_column + k);
        const four r2 = sign * *(const loose_four *)(b + 2 * b_column + k);
        const four r3 = sign * *(const loose_four *)(b + 3 * b_column + k);
        const four low01 = __builtin_shufflevector(r0, r1, 0, 4, 1, 5);
        const four low23 = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
        const four high01 = __builtin_shufflevector(r0, r1, 2, 6, 3, 7);
        const four high23 = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
        *(loose_four *)panel = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
        *(loose_four *)(panel + width) = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
        *(loose_four *)(panel + 2 * width) = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
        *(loose_four *)(panel + 3 * width) = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
    }
#else
    (void)b;
    (void)b_column;
    (void)depth;
    (void)panel;
    (void)width;
    (void)sign;
#endif
    return k;
}

/* Columns of B, unchanged or negated. */
typedef struct side {
    const float *b;
    size_t row, column;
    int32_t depth, count;
    bool negated;
} side;

/* Copies columns to rows of `width` numbers that begin `apart` numbers from each other, with zeros after them. */
INLINE void pack(const side *from, float *panel, int32_t width, size_t apart) {
    const float sign = from->negated ? -1 : 1;
    if (from->column == 1 && from->count == width) {
        for (int32_t k = 0; k < from->depth; k++)
            for (int32_t j = 0; j < width; j += VECTOR)
                *(vector *)(panel + (size_t)k * apart + j) =
                    sign * *(const loose *)(from->b + (size_t)k * from->row + j);
        return;
    }
    int32_t j = 0;
    for (; from->row == 1 && j + 4 <= from->count; j += 4) {
        const float *b = from->b + (size_t)j * from->column;
        for (int32_t k = turn_four(b, from->column, from->depth, panel + j, apart, sign); k < from->depth; k++)
            for (int32_t c = 0; c < 4; c++)
                panel[(size_t)k * apart + (size_t)(j + c)] = sign * b[(size_t)c * from->column + (size_t)k];
    }
    for (; j < width; j++)
        for (int32_t k = 0; k < from->depth; k++)
            panel[(size_t)k * apart + (size_t)j] =
                j < from->count ? sign * from->b[(size_t)k * from->row + (size_t)j * from->column] : 0;
}

/* Adds the terms `from` .. `from + depth - 1` of the sums to a panel of columns of C, from `column` on. */
static void multiply_panel(const snnd_product *p, int32_t from, int32_t depth, int32_t column, float *panel) {
    const int32_t left = p->n - column, width = left < PANEL ? left : PANEL;
    const int32_t vectors = (width + VECTOR - 1) / VECTOR;
    const float *b = p->b + (size_t)from * p->b_row + (size_t)column * p->b_column;
    place at = {.a = p->a + (size_t)from * p->a_column,
                .b = b,
                .b_row = p->b_row,
                .c = p->c + column,
                .depth = depth,
                .width = width,
                .add = p->add || from > 0};
    if (p->b_column != 1 || width % VECTOR != 0) {
        const side of_b = {.b = b, .row = p->b_row, .column = p->b_column, .depth = depth, .count = width};
        pack(&of_b, panel, vectors * VECTOR, (size_t)(vectors * VECTOR));
        at.b = panel;
        at.b_row = (size_t)(vectors * VECTOR);
    }
    switch (vectors) {
    case 1:
        blocks(p, &at, 1);
        break;
    case 2:
        blocks(p, &at, 2);
        break;
#if defined(__AVX512F__)
    case 3:
        blocks(p, &at, 3);
        break;
    case 4:
        blocks(p, &at, 4);
        break;
#endif
    default:
        break;
    }
}

static void multiply(const snnd_product *p, float *scratch) {
    for (int32_t from = 0; from < p->k; from += SNND_MULTIPLY_DEPTH)
        for (int32_t column = 0; column < p->n; column += PANEL)
            multiply_panel(p, from, p->k - from < SNND_MULTIPLY_DEPTH ? p->k - from : SNND_MULTIPLY_DEPTH, column,
                           scratch);
}

extern const snnd_multiply_kernels SNND_MULTIPLY_KERNELS;
const snnd_multiply_kernels SNND_MULTIPLY_KERNELS = {multiply};
