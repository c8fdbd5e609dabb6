/* Products of complex matrices, by every instruction set's kernels and by BLAS, against plain loops in double
 * precision.
 */
#include <complex.h>

#include "isa.h"
#include "kernel/product.h"
#include "numbers.h"

Suite *multiply_complex_suite(void);

/* Below, at and above the blocks that stay in registers; and the terms that are summed at a time. */
static const int32_t sizes[] = {1, 4, 5, 6, 7, 13, 16, 17, 20, 33, 40};
static const int32_t depths[] = {1, 7, 64, 256, 257};

enum { GAP = 3, WAYS = 32 };

/* Real and imaginary parts of matrices whose lines are `length` + GAP apart. */
typedef struct parts {
    float *re, *im;
    size_t row, column;
} parts;

static parts make_parts(int32_t rows, int32_t columns, bool turned, uint64_t stream) {
    const size_t lines = (size_t)(turned ? columns : rows), length = (size_t)(turned ? rows : columns) + GAP;
    return (parts){.re = make_row(lines * length, stream),
                   .im = make_row(lines * length, stream + 1),
                   .row = turned ? 1 : length,
                   .column = turned ? length : 1};
}

static void free_parts(parts *of) {
    free(of->re);
    free(of->im);
}

static double complex number_at(const parts *of, int32_t i, int32_t j, bool conjugate) {
    const size_t place = (size_t)i * of->row + (size_t)j * of->column;
    const double im = (double)of->im[place];
    return (double)of->re[place] + (conjugate ? -im : im) * I;
}

static void products_agree(const snnd_context *context, int32_t m, int32_t n, int32_t k, int way) {
    const bool a_turned = way & 1, b_turned = way & 2, a_conjugate = way & 4, b_conjugate = way & 8, add = way & 16;
    parts a = make_parts(m, k, a_turned, 1), b = make_parts(k, n, b_turned, 3), c = make_parts(m, n, false, 5);
    parts was = make_parts(m, n, false, 5);
    float *scratch = make_aligned(SNND_MULTIPLY_SCRATCH * sizeof *scratch);
    const snnd_complex_product asked = {.m = m,
                                        .n = n,
                                        .k = k,
                                        .a_re = a.re,
                                        .a_im = a.im,
                                        .a_row = a.row,
                                        .a_column = a.column,
                                        .conjugate_a = a_conjugate,
                                        .b_re = b.re,
                                        .b_im = b.im,
                                        .b_row = b.row,
                                        .b_column = b.column,
                                        .conjugate_b = b_conjugate,
                                        .c_re = c.re,
                                        .c_im = c.im,
                                        .c_row = c.row,
                                        .add = add};
    snnd_multiply_complex(context, &asked, scratch);
    for (int32_t i = 0; i < m; i++)
        for (int32_t j = 0; j < n + GAP; j++) {
            const double complex before = number_at(&was, i, j, false), got = number_at(&c, i, j, false);
            double complex sum = add || j >= n ? before : 0;
            double size = cabs(sum);
            for (int32_t l = 0; l < k && j < n; l++) {
                const double complex term = number_at(&a, i, l, a_conjugate) * number_at(&b, l, j, b_conjugate);
                sum += term;
                size += cabs(term);
            }
            HOLDS(cabs(got - sum) <= (j < n ? 1e-6 * size : 0),
                  "%d x %d x %d, way %d: number %d, %d is %.9g %+.9gi; expected %.9g %+.9gi", m, k, n, way, i, j,
                  creal(got), cimag(got), creal(sum), cimag(sum));
        }
    free(scratch);
    free_parts(&a);
    free_parts(&b);
    free_parts(&c);
    free_parts(&was);
}

/* Every size in some way; every way with some sizes. */
static void all_products_agree(const snnd_context *context) {
    int way = 0;
    for (int d = 0; d < LENGTH(depths); d++)
        for (int r = 0; r < LENGTH(sizes); r++)
            for (int c = 0; c < LENGTH(sizes); c++, way = (way + 7) % WAYS)
                products_agree(context, sizes[r], sizes[c], depths[d], way);
    for (way = 0; way < WAYS; way++)
        products_agree(context, 13, 40, 64, way);
}

START_TEST(complex_products_are_those_of_the_plain_loops) {
    snnd_context *context = open_context(_i, SNND_PRODUCTS_OWN);
    all_products_agree(context);
    snnd_context_free(context);
}
END_TEST

START_TEST(blas_gives_the_same_products_where_it_may_be_called) {
    snnd_context *context = open_context(SNND_ISA_AUTO, SNND_PRODUCTS_BLAS);
    if (context != NULL)
        all_products_agree(context);
    snnd_context_free(context);
}
END_TEST

static void add_tests(TCase *cases, int32_t isa) {
    tcase_add_loop_test(cases, complex_products_are_those_of_the_plain_loops, isa, isa + 1);
}

Suite *multiply_complex_suite(void) {
    Suite *suite = suite_create("multiply_complex");
    TCase *blas = tcase_create("blas");
    tcase_add_test(blas, blas_gives_the_same_products_where_it_may_be_called);
    suite_add_tcase(suite, blas);
    add_case_for_each_isa(suite, add_tests);
    return suite;
}
