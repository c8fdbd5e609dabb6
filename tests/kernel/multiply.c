/* Products of matrices, by every instruction set's kernels and by BLAS, against plain loops in double precision. */
#include "kernel/multiply.h"

#include "isa.h"
#include "kernel/product.h"
#include "numbers.h"

Suite *multiply_suite(void);

/* Below, at and above the blocks that stay in registers; and the terms that are summed at a time. */
static const int32_t sizes[] = {1, 5, 6, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100};
static const int32_t depths[] = {1, 5, 6, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 255, 256, 257, 513};

enum { MOST = 100, DEEPEST = 513, GAP = 3, GUARD = 16, LAYOUTS = 4 };

/* ---- the plain loops ---- */

/* Of A and of B; drawn once. */
static float left_numbers[MOST][DEEPEST], right_numbers[DEEPEST][MOST];

static void draw_numbers(void) {
    for (int32_t i = 0; i < MOST; i++)
        for (int32_t k = 0; k < DEEPEST; k++) {
            left_numbers[i][k] = number(1, (uint64_t)(i * DEEPEST + k));
            right_numbers[k][i] = number(2, (uint64_t)(k * MOST + i));
        }
}

static float left(int32_t i, int32_t k) {
    return left_numbers[i][k];
}

static float right(int32_t k, int32_t j) {
    return right_numbers[k][j];
}

static float before(int32_t i, int32_t j) {
    return 3 * number(3, (uint64_t)(i * MOST + j));
}

/* The product of the first `depth` terms, and the sum of the terms' sizes: of all rows and columns, of which a smaller
 * product has the first ones. */
static double product[MOST][MOST], size[MOST][MOST];
static int32_t depth;

static void sum_up_to(int32_t k) {
    if (k < depth) {
        memset(product, 0, sizeof product);
        memset(size, 0, sizeof size);
        depth = 0;
    }
    for (; depth < k; depth++)
        for (int32_t i = 0; i < MOST; i++)
            for (int32_t j = 0; j < MOST; j++) {
                const double term = (double)left(i, depth) * (double)right(depth, j);
                product[i][j] += term;
                size[i][j] += fabs(term);
            }
}

/* ---- what is tried ---- */

typedef struct trial {
    int32_t m, n, k;
    bool a_turned, b_turned; /* columns are contiguous, not rows */
    float alpha;
    bool add;
} trial;

/* Matrices in memory of just their size: `gap` NaNs are between rows, or columns, and nothing behind the last. */
static float *make_matrix(int32_t rows, int32_t columns, bool turned, int32_t gap, float (*at)(int32_t, int32_t)) {
    const int32_t count = turned ? columns : rows, length = turned ? rows : columns;
    const size_t total = (size_t)(count - 1) * (size_t)(length + gap) + (size_t)length;
    float *made = malloc(total * sizeof *made);
    ck_assert_ptr_nonnull(made);
    for (size_t k = 0; k < total; k++)
        made[k] = NAN;
    for (int32_t line = 0; line < count; line++)
        for (int32_t k = 0; k < length; k++)
            made[(size_t)line * (size_t)(length + gap) + (size_t)k] = turned ? at(k, line) : at(line, k);
    return made;
}

static float no_number(int32_t i, int32_t j) {
    (void)i, (void)j;
    return NAN;
}

/* Multiplies; returns C, whose rows are n + GAP apart (for free()). What is not added to is not a number before. */
static float *multiply(const snnd_context *context, const trial *t, int32_t gap) {
    float *a = make_matrix(t->m, t->k, t->a_turned, gap, left), *b = make_matrix(t->k, t->n, t->b_turned, gap, right);
    float *c = make_matrix(t->m, t->n, false, GAP, t->add ? before : no_number);
    float *scratch = make_aligned((SNND_MULTIPLY_SCRATCH + GUARD) * sizeof *scratch);
    for (int32_t k = 0; k < GUARD; k++)
        scratch[SNND_MULTIPLY_SCRATCH + k] = (float)k;
    const snnd_product asked = {.m = t->m,
                                .n = t->n,
                                .k = t->k,
                                .alpha = t->alpha,
                                .a = a,
                                .b = b,
                                .a_row = t->a_turned ? 1 : (size_t)(t->k + gap),
                                .a_column = t->a_turned ? (size_t)(t->m + gap) : 1,
                                .b_row = t->b_turned ? 1 : (size_t)(t->n + gap),
                                .b_column = t->b_turned ? (size_t)(t->k + gap) : 1,
                                .c = c,
                                .c_row = (size_t)(t->n + GAP),
                                .add = t->add};
    snnd_multiply(context, &asked, scratch);
    for (int32_t k = 0; k < GUARD; k++)
        ck_assert_float_eq(scratch[SNND_MULTIPLY_SCRATCH + k], (float)k);
    free(a);
    free(b);
    free(scratch);
    return c;
}

static float number_of(const float *c, const trial *t, int32_t i, int32_t j) {
    return c[(size_t)i * (size_t)(t->n + GAP) + (size_t)j];
}

static void product_agrees(const float *c, const trial *t) {
    sum_up_to(t->k);
    for (int32_t i = 0; i < t->m; i++) {
        for (int32_t j = 0; j < t->n; j++) {
            const double was = t->add ? (double)before(i, j) : 0, got = (double)number_of(c, t, i, j);
            const double expected = was + (double)t->alpha * product[i][j];
            HOLDS(fabs(got - expected) <= 1e-6 * (fabs((double)t->alpha) * size[i][j] + fabs(was)),
                  "%d x %d x %d, layout %d %d, alpha %g, add %d: number %d, %d is %.9g; expected %.9g", t->m, t->k,
                  t->n, t->a_turned, t->b_turned, (double)t->alpha, t->add, i, j, got, expected);
        }
        for (int32_t j = t->n; j < t->n + GAP && i < t->m - 1; j++)
            HOLDS(isnan(number_of(c, t, i, j)), "%d x %d x %d: row %d goes on to %d", t->m, t->k, t->n, i, j);
    }
}

/* ---- all sizes ---- */

/* Of every size in both layouts of both matrices; alpha and whether it adds go round. */
static void all_products_agree(const snnd_context *context) {
    static const float alphas[] = {1, -1, 0.37f};
    int tried = 0;
    for (int d = 0; d < LENGTH(depths); d++)
        for (int r = 0; r < LENGTH(sizes); r++)
            for (int c = 0; c < LENGTH(sizes); c++) {
                const int layout = tried % LAYOUTS, way = tried / LAYOUTS;
                const trial t = {.m = sizes[r],
                                 .n = sizes[c],
                                 .k = depths[d],
                                 .a_turned = layout % 2 == 1,
                                 .b_turned = layout >= 2,
                                 .alpha = alphas[way % LENGTH(alphas)],
                                 .add = way % 2 == 1};
                float *made = multiply(context, &t, GAP);
                product_agrees(made, &t);
                free(made);
                tried++;
            }
}

START_TEST(products_are_those_of_the_plain_loops) {
    snnd_context *context = open_context(_i, SNND_PRODUCTS_OWN);
    all_products_agree(context);
    snnd_context_free(context);
}
END_TEST

START_TEST(products_by_blas_are_those_of_the_plain_loops) {
    snnd_context *context = open_context(SNND_ISA_AUTO, SNND_PRODUCTS_BLAS);
    if (context == NULL)
        return;
    all_products_agree(context);
    snnd_context_free(context);
}
END_TEST

/* Every alpha in every layout, added and not. */
static void ways_agree(const snnd_context *context, int32_t m, int32_t n, int32_t k, int32_t gap) {
    static const float alphas[] = {1, -1, 0.37f, 0};
    for (int layout = 0; layout < LAYOUTS; layout++)
        for (int a = 0; a < LENGTH(alphas); a++)
            for (int add = 0; add < 2; add++) {
                const trial t = {m, n, k, layout % 2 == 1, layout >= 2, alphas[a], add == 1};
                float *made = multiply(context, &t, gap);
                product_agrees(made, &t);
                free(made);
            }
}

START_TEST(every_layout_may_be_scaled_and_added) {
    static const int32_t few[][3] = {{7, 17, 9}, {13, 64, 300}, {28, 33, 257}};
    for (int products = SNND_PRODUCTS_OWN; products <= SNND_PRODUCTS_BLAS; products++) {
        snnd_context *context = open_context(_i, products);
        for (int s = 0; s < LENGTH(few) && context != NULL; s++)
            ways_agree(context, few[s][0], few[s][1], few[s][2], GAP);
        snnd_context_free(context);
    }
}
END_TEST

/* Where a side is 1, its numbers may be 1 apart both ways. */
START_TEST(a_matrix_may_be_one_row_or_one_column) {
    static const int32_t few[][3] = {{1, 1, 1}, {1, 9, 20}, {20, 1, 9}, {9, 20, 1}, {1, 1, 20}, {1, 20, 1}, {20, 1, 1}};
    for (int products = SNND_PRODUCTS_OWN; products <= SNND_PRODUCTS_BLAS; products++) {
        snnd_context *context = open_context(_i, products);
        for (int s = 0; s < LENGTH(few) && context != NULL; s++)
            ways_agree(context, few[s][0], few[s][1], few[s][2], 0);
        snnd_context_free(context);
    }
}
END_TEST

/* One row of A, whose numbers are 1 apart as those of a column are: what a layer of one neuron has. */
START_TEST(a_vector_may_be_taken_for_either_layout) {
    enum { K = 20, N = 9 };
    for (int products = SNND_PRODUCTS_OWN; products <= SNND_PRODUCTS_BLAS; products++) {
        snnd_context *context = open_context(_i, products);
        const trial t = {.m = 1, .n = N, .k = K, .alpha = 1};
        float *a = make_matrix(1, K, false, 0, left), *b = make_matrix(K, N, false, 0, right);
        float *c = make_matrix(1, N, false, 0, no_number), *scratch = make_row(SNND_MULTIPLY_SCRATCH, 4);
        const snnd_product asked = {.m = 1,
                                    .n = N,
                                    .k = K,
                                    .alpha = 1,
                                    .a = a,
                                    .b = b,
                                    .a_row = 1,
                                    .a_column = 1,
                                    .b_row = N,
                                    .b_column = 1,
                                    .c = c,
                                    .c_row = N};
        if (context != NULL) {
            snnd_multiply(context, &asked, scratch);
            product_agrees(c, &t);
        }
        free(a);
        free(b);
        free(c);
        free(scratch);
        snnd_context_free(context);
    }
}
END_TEST

/* ---- bits ---- */

static void same_bits(const float *some, const trial *t, const float *all, const trial *whole) {
    for (int32_t i = 0; i < t->m; i++)
        HOLDS(memcmp(some + (size_t)i * (size_t)(t->n + GAP), all + (size_t)i * (size_t)(whole->n + GAP),
                     (size_t)t->n * sizeof *some) == 0,
              "row %d of %d x %d x %d, layout %d %d, has other bits than in %d x %d", i, t->m, t->k, t->n, t->a_turned,
              t->b_turned, whole->m, whole->n);
}

START_TEST(a_number_has_the_same_bits_in_a_product_of_any_size_and_layout) {
    static const int32_t some_depths[] = {17, 256, 300};
    snnd_context *context = open_context(_i, SNND_PRODUCTS_OWN);
    for (int d = 0; d < LENGTH(some_depths); d++) {
        const trial whole = {.m = MOST, .n = MOST, .k = some_depths[d], .alpha = -1, .add = true};
        float *all = multiply(context, &whole, GAP);
        for (int r = 0; r < LENGTH(sizes); r++)
            for (int c = 0; c < LENGTH(sizes); c++) {
                trial t = whole;
                t.m = sizes[r], t.n = sizes[c];
                t.a_turned = (r + c) % 2 == 1, t.b_turned = (r + c) / 2 % 2 == 1;
                float *some = multiply(context, &t, GAP);
                same_bits(some, &t, all, &whole);
                free(some);
            }
        free(all);
    }
    snnd_context_free(context);
}
END_TEST

static void add_tests(TCase *cases, int32_t isa) {
    tcase_add_loop_test(cases, products_are_those_of_the_plain_loops, isa, isa + 1);
    tcase_add_loop_test(cases, every_layout_may_be_scaled_and_added, isa, isa + 1);
    tcase_add_loop_test(cases, a_matrix_may_be_one_row_or_one_column, isa, isa + 1);
    tcase_add_loop_test(cases, a_vector_may_be_taken_for_either_layout, isa, isa + 1);
    tcase_add_loop_test(cases, a_number_has_the_same_bits_in_a_product_of_any_size_and_layout, isa, isa + 1);
}

Suite *multiply_suite(void) {
    Suite *suite = suite_create("multiply");
    TCase *blas = tcase_create("blas");
    draw_numbers();
    tcase_set_timeout(blas, 120);
    tcase_add_test(blas, products_by_blas_are_those_of_the_plain_loops);
    suite_add_tcase(suite, blas);
    add_case_for_each_isa(suite, add_tests);
    return suite;
}
