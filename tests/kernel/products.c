/* Matrix products over rows, in every instruction set of this machine, against plain loops in double precision. */
#include "kernel/products.h"

#include "isa.h"
#include "numbers.h"

Suite *products_suite(void);

enum { L = SNND_LANES };

static const int32_t all_steps[] = {1, 2, 3, 8, 33};

/* ---- combinations of rows ---- */

/* How A lies in memory. */
typedef enum layout { BY_ROWS, BY_COLUMNS, BACKWARDS, LAYOUTS } layout;

/* A [targets][sources] with NaN between its rows, or columns; `start` is where A[0][0] is (for free()). */
static float *make_matrix(snnd_combine *job, layout how) {
    const ptrdiff_t rows = how == BY_COLUMNS ? job->sources : job->targets;
    const ptrdiff_t across = (how == BY_COLUMNS ? job->targets : job->sources) + 3;
    float *made = make_row((size_t)(rows * across), 1);
    for (ptrdiff_t r = 0; r < rows; r++)
        for (ptrdiff_t k = across - 3; k < across; k++)
            made[r * across + k] = NAN;
    job->a = how == BACKWARDS ? made + across - 4 : made;
    job->of_row = how == BY_COLUMNS ? 1 : across;
    job->of_column = how == BY_COLUMNS ? across : how == BACKWARDS ? -1 : 1;
    return made;
}

static void combination_agrees(int32_t isa, snnd_combine job, layout how) {
    float *a = make_matrix(&job, how);
    job.target = make_rows(job.targets, job.steps, 2);
    job.source = make_rows(job.sources, job.steps, 3);
    const snnd_rows before = make_rows(job.targets, job.steps, 2);
    kernels_of(isa)->products->combine(&job);
    for (int32_t j = 0; j < job.targets; j++)
        for (int32_t k = 0; k < job.steps * L; k++) {
            double sum = job.add ? (double)snnd_rows_of(before, j)[k] : 0, size = fabs(sum);
            for (int32_t s = 0; s < job.sources; s++) {
                const double term =
                    (double)job.a[j * job.of_row + s * job.of_column] * (double)snnd_rows_of(job.source, s)[k];
                sum += term;
                size += fabs(term);
            }
            const double got = (double)snnd_rows_of(job.target, j)[k];
            HOLDS(fabs(got - sum) <= 2e-6 * size, "%d x %d, %d steps, layout %d: row %d, number %d is %g; not %g",
                  job.targets, job.sources, job.steps, (int)how, j, k, got, sum);
        }
    assert_rows_end(job.target, job.targets, job.steps);
    free(a);
    free(job.target.data);
    free(job.source.data);
    free(before.data);
}

START_TEST(combinations_are_those_of_the_plain_loops) {
    static const int32_t all_sources[] = {1, 2, 5, 95, 96, 97, 193};
    for (int s = 0; s < LENGTH(all_steps); s++)
        for (int k = 0; k < LENGTH(all_sources); k++)
            for (int32_t targets = 1; targets <= 13; targets++)
                for (int32_t add = 0; add <= 1; add++) {
                    const snnd_combine job = {
                        .targets = targets, .sources = all_sources[k], .steps = all_steps[s], .add = add};
                    combination_agrees(_i, job, (layout)((targets + k + add) % LAYOUTS));
                }
}
END_TEST

START_TEST(matrices_may_lie_by_rows_by_columns_and_backwards) {
    for (int how = 0; how < LAYOUTS; how++)
        combination_agrees(_i, (snnd_combine){.targets = 9, .sources = 101, .steps = 7}, (layout)how);
}
END_TEST

/* As filters take a row apart: the sources are one row, moved by a step each. */
START_TEST(sources_may_overlap) {
    enum { TAPS = 9, FILTERS = 7, STEPS = 20 };
    float *row = make_row((STEPS + TAPS - 1) * L, 4), *a = make_row(FILTERS * TAPS, 5);
    const snnd_rows target = make_rows(FILTERS, STEPS, 6);
    const snnd_combine job = {.target = target,
                              .source = {row, L},
                              .targets = FILTERS,
                              .sources = TAPS,
                              .steps = STEPS,
                              .a = a,
                              .of_row = TAPS,
                              .of_column = 1};
    kernels_of(_i)->products->combine(&job);
    for (int j = 0; j < FILTERS; j++)
        for (int k = 0; k < STEPS * L; k++) {
            double sum = 0;
            for (int n = 0; n < TAPS; n++)
                sum += (double)a[j * TAPS + n] * (double)row[k + n * L];
            ck_assert_double_eq_tol((double)snnd_rows_of(target, j)[k], sum, 1e-5);
        }
    free(row);
    free(a);
    free(target.data);
}
END_TEST

START_TEST(a_combined_row_has_the_same_bits_in_any_company_and_any_time) {
    enum { TARGETS = 13, SOURCES = 130, STEPS = 9 };
    snnd_combine job = {.targets = TARGETS, .sources = SOURCES, .steps = STEPS};
    float *a = make_matrix(&job, BY_ROWS);
    const snnd_rows all = make_rows(TARGETS, STEPS, 7), part = make_rows(TARGETS, STEPS, 8);
    job.source = make_rows(SOURCES, STEPS, 9);
    job.target = all;
    kernels_of(_i)->products->combine(&job);
    job.target = part;
    for (job.steps = 1; job.steps <= STEPS; job.steps++)
        for (job.targets = 1; job.targets <= TARGETS; job.targets++) {
            kernels_of(_i)->products->combine(&job);
            for (int32_t j = 0; j < job.targets; j++)
                ck_assert_mem_eq(snnd_rows_of(part, j), snnd_rows_of(all, j), (size_t)job.steps * L * sizeof(float));
        }
    free(a);
    free(job.source.data);
    free(all.data);
    free(part.data);
}
END_TEST

/* ---- products of rows ---- */

static double total(const float *sixteen) {
    double sum = 0;
    for (int lane = 0; lane < L; lane++)
        sum += (double)sixteen[lane];
    return sum;
}

/* The sums lie in rows that are longer than what is summed; what is between belongs to others. */
static void products_agree(int32_t isa, int32_t lefts, int32_t rights, int32_t steps) {
    const size_t of_row = (size_t)rights + 2, floats = (size_t)lefts * of_row * L;
    float *sum = make_row(floats, 10), *before = make_row(floats, 10);
    const snnd_products job = {.sum = sum,
                               .of_row = of_row,
                               .left = make_rows(lefts, steps, 11),
                               .right = make_rows(rights, steps, 12),
                               .lefts = lefts,
                               .rights = rights,
                               .steps = steps};
    kernels_of(isa)->products->products(&job);
    for (int32_t j = 0; j < lefts; j++)
        for (int32_t k = 0; k < (int32_t)of_row; k++) {
            const size_t place = ((size_t)j * of_row + (size_t)k) * L;
            if (k >= rights) {
                ck_assert_mem_eq(sum + place, before + place, L * sizeof *sum);
                continue;
            }
            double expected = total(before + place), size = L;
            for (int32_t n = 0; n < steps * L; n++) {
                const double term = (double)snnd_rows_of(job.left, j)[n] * (double)snnd_rows_of(job.right, k)[n];
                expected += term;
                size += fabs(term);
            }
            HOLDS(fabs(total(sum + place) - expected) <= 1e-6 * size,
                  "%d x %d, %d steps: the product of %d and %d is %g; expected %g", lefts, rights, steps, j, k,
                  total(sum + place), expected);
        }
    free(sum);
    free(before);
    free(job.left.data);
    free(job.right.data);
}

START_TEST(products_are_added_as_the_plain_loops_do) {
    static const int32_t all_lefts[] = {1, 2, 3, 4, 5, 8, 47, 48, 49, 101};
    for (int s = 0; s < LENGTH(all_steps); s++)
        for (int j = 0; j < LENGTH(all_lefts); j++)
            for (int32_t rights = 1; rights <= 13; rights++)
                products_agree(_i, all_lefts[j], rights, all_steps[s]);
}
END_TEST

START_TEST(a_product_has_the_same_bits_in_any_company) {
    enum { LEFTS = 53, RIGHTS = 13, STEPS = 5, FLOATS = LEFTS * RIGHTS * L };
    float *all = make_aligned(FLOATS * sizeof *all), *part = make_aligned(FLOATS * sizeof *part);
    snnd_products job = {.sum = all,
                         .of_row = RIGHTS,
                         .left = make_rows(LEFTS, STEPS, 13),
                         .right = make_rows(RIGHTS, STEPS, 14),
                         .lefts = LEFTS,
                         .rights = RIGHTS,
                         .steps = STEPS};
    memset(all, 0, FLOATS * sizeof *all);
    kernels_of(_i)->products->products(&job);
    job.sum = part;
    for (job.lefts = 1; job.lefts <= LEFTS; job.lefts += 3)
        for (job.rights = 1; job.rights <= RIGHTS; job.rights++) {
            memset(part, 0, FLOATS * sizeof *part);
            kernels_of(_i)->products->products(&job);
            for (int32_t j = 0; j < job.lefts; j++)
                ck_assert_mem_eq(part + j * RIGHTS * L, all + j * RIGHTS * L, (size_t)job.rights * L * sizeof(float));
        }
    free(all);
    free(part);
    free(job.left.data);
    free(job.right.data);
}
END_TEST

static void add_tests(TCase *cases, int32_t isa) {
    tcase_add_loop_test(cases, combinations_are_those_of_the_plain_loops, isa, isa + 1);
    tcase_add_loop_test(cases, matrices_may_lie_by_rows_by_columns_and_backwards, isa, isa + 1);
    tcase_add_loop_test(cases, sources_may_overlap, isa, isa + 1);
    tcase_add_loop_test(cases, a_combined_row_has_the_same_bits_in_any_company_and_any_time, isa, isa + 1);
    tcase_add_loop_test(cases, products_are_added_as_the_plain_loops_do, isa, isa + 1);
    tcase_add_loop_test(cases, a_product_has_the_same_bits_in_any_company, isa, isa + 1);
}

Suite *products_suite(void) {
    Suite *suite = suite_create("products");
    add_case_for_each_isa(suite, add_tests);
    return suite;
}
