/* Products of spectra and the exchange of neurons and lanes, by every instruction set's kernels and by BLAS, against
 * plain loops in double precision. */
#include <complex.h>
#include <string.h>

#include "isa.h"
#include "kernel/product.h"
#include "numbers.h"

Suite *spectra_suite(void);

/* Below, at and above the rows that stay in registers, and a block. */
static const int32_t sizes[] = {1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 20, 33, 40};

enum { ROW = SNND_SPECTRA_ROW, WAYS = 8, GAP = 2 * SNND_LANES };

static double complex number_in(const float *rows, size_t row, size_t lane, bool conjugate) {
    const double im = (double)rows[row * ROW + SNND_SPECTRA_IMAGINARY + lane];
    return (double)rows[row * ROW + lane] + (conjugate ? -im : im) * I;
}

/* Rows of C behind those that are asked for stay what they are. */
static void products_agree(const snnd_context *context, int32_t m, int32_t k, int32_t panels, int way) {
    const bool along_terms = way & 1, conjugate = way & 2, add = way & 4;
    const size_t along = (size_t)(along_terms ? k : m), across = (size_t)(along_terms ? m : k);
    const size_t blocks = (along + SNND_LANES - 1) / SNND_LANES, a_block = across * ROW + GAP;
    const size_t b_panel = (size_t)k * ROW + GAP, c_panel = (size_t)m * ROW + GAP;
    float *a = make_row(blocks * a_block, 1), *b = make_row((size_t)panels * b_panel, 2);
    float *c = make_row((size_t)panels * c_panel, 3), *was = make_row((size_t)panels * c_panel, 3);
    const size_t floats = snnd_spectra_scratch(context, m, k);
    float *scratch = make_aligned((floats > 0 ? floats : 1) * sizeof *scratch);
    snnd_spectra_product asked = {.m = m,
                                  .k = k,
                                  .panels = panels,
                                  .a = a,
                                  .a_along_terms = along_terms,
                                  .a_block = a_block,
                                  .b = b,
                                  .c = c,
                                  .b_panel = b_panel,
                                  .c_panel = c_panel,
                                  .conjugate_a = conjugate,
                                  .add = add};
    snnd_prepare_spectra(context, &asked, scratch);
    snnd_multiply_spectra(context, &asked);
    for (size_t panel = 0; panel < (size_t)panels; panel++) {
        const float *before = was + panel * c_panel, *after = c + panel * c_panel;
        for (size_t i = 0; i < (size_t)m; i++)
            for (size_t lane = 0; lane < SNND_LANES; lane++) {
                double complex sum = add ? number_in(before, i, lane, false) : 0;
                double size = cabs(sum);
                for (size_t j = 0; j < (size_t)k; j++) {
                    const size_t in_block = along_terms ? j : i, row = along_terms ? i : j;
                    const double complex term =
                        number_in(a + in_block / SNND_LANES * a_block, row, in_block % SNND_LANES, conjugate) *
                        number_in(b + panel * b_panel, j, lane, false);
                    sum += term;
                    size += cabs(term);
                }
                const double complex got = number_in(after, i, lane, false);
                HOLDS(cabs(got - sum) <= 1e-6 * size,
                      "%d x %d, way %d: panel %zu, row %zu, lane %zu is %.9g %+.9gi; expected %.9g %+.9gi", m, k, way,
                      panel, i, lane, creal(got), cimag(got), creal(sum), cimag(sum));
            }
        const size_t asked_for = (size_t)m * ROW;
        HOLDS(memcmp(before + asked_for, after + asked_for, GAP * sizeof *after) == 0,
              "%d x %d, way %d: panel %zu was written behind its end", m, k, way, panel);
    }
    free(a);
    free(b);
    free(c);
    free(was);
    free(scratch);
}

static void all_products_agree(const snnd_context *context) {
    int way = 0;
    for (int r = 0; r < LENGTH(sizes); r++)
        for (int d = 0; d < LENGTH(sizes); d++)
            for (int turns = 0; turns < 3; turns++, way = (way + 3) % WAYS)
                products_agree(context, sizes[r], sizes[d], 1 + turns, way);
    for (way = 0; way < WAYS; way++)
        products_agree(context, 20, 257, 2, way);
}

START_TEST(products_of_spectra_are_those_of_the_plain_loops) {
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

START_TEST(neurons_and_lanes_are_exchanged) {
    snnd_context *context = open_context(_i, SNND_PRODUCTS_OWN);
    enum { TILES = 3, NEURONS = 20 };
    const size_t tile = (size_t)NEURONS * ROW + GAP;
    float *rows = make_row(TILES * tile, 1), *to = make_row((size_t)TILES * SNND_LANES * ROW, 2);
    for (int32_t neurons = 1; neurons <= SNND_LANES; neurons++)
        for (int conjugate = 0; conjugate <= 1; conjugate++) {
            const snnd_spectra_rows from = {rows, neurons, TILES, tile};
            context->kernels->spectra->turn(&from, conjugate == 1, to);
            for (size_t t = 0; t < TILES; t++)
                for (size_t lane = 0; lane < SNND_LANES; lane++)
                    for (size_t n = 0; n < SNND_LANES; n++) {
                        const double complex wanted =
                            n < (size_t)neurons ? number_in(rows + t * tile, n, lane, conjugate == 1) : 0;
                        const double complex got = number_in(to, t * SNND_LANES + lane, n, false);
                        HOLDS(got == wanted, "%d neurons: tile %zu, lane %zu, neuron %zu is %g %+gi, not %g %+gi",
                              neurons, t, lane, n, creal(got), cimag(got), creal(wanted), cimag(wanted));
                    }
        }
    free(rows);
    free(to);
    snnd_context_free(context);
}
END_TEST

static void add_tests(TCase *cases, int32_t isa) {
    tcase_add_loop_test(cases, products_of_spectra_are_those_of_the_plain_loops, isa, isa + 1);
    tcase_add_loop_test(cases, neurons_and_lanes_are_exchanged, isa, isa + 1);
}

Suite *spectra_suite(void) {
    Suite *suite = suite_create("spectra");
    TCase *blas = tcase_create("blas");
    tcase_add_test(blas, blas_gives_the_same_products_where_it_may_be_called);
    suite_add_tcase(suite, blas);
    add_case_for_each_isa(suite, add_tests);
    return suite;
}
