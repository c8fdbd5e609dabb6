/* Transforms along time, in every instruction set of this machine, against the plain sums in double precision. */
#include "kernel/transform.h"

#include "isa.h"
#include "kernel/transform_plan.h"
#include "numbers.h"

Suite *transform_suite(void);

enum { L = SNND_LANES, ALL_UP_TO = 400, LONGEST = 4096 };

static const int32_t long_ones[] = {1152, 2160, LONGEST};

/* ---- what is tried ---- */

typedef struct bench {
    snnd_context *context;
    const snnd_transform_kernels *kernels;
    snnd_transform transform;
    int32_t frequencies;
    float *scratch;
} bench;

static bench open_bench(int32_t isa, int32_t length) {
    bench made = {.context = make_context(1), .kernels = kernels_of(isa)->transform, .frequencies = length / 2 + 1};
    OK(made.context, snnd_transform_create(made.context, length, &made.transform));
    ck_assert_int_eq(made.transform.length, length);
    made.scratch = make_row(snnd_transform_scratch(length), 9);
    for (size_t k = 0; k < snnd_transform_scratch(length); k++)
        made.scratch[k] = NAN;
    return made;
}

static void close_bench(bench *held) {
    free(held->scratch);
    snnd_transform_free(held->context, &held->transform);
    snnd_context_free(held->context);
}

/* The length after this one that transforms can have. */
static int32_t next_length(int32_t length) {
    return snnd_transform_length(length + 1);
}

/* ---- spectra ---- */

/* Spectra as a group of two tiles has them: lanes of the other tile, which nobody may touch, are between them. */
enum { STRIDE = 4 * L };

/* For free(). Nothing is a number. */
static float *make_spectrum(const bench *held, snnd_spectrum *made) {
    const size_t floats = (size_t)held->frequencies * STRIDE;
    float *data = make_row(floats, 1);
    for (size_t k = 0; k < floats; k++)
        data[k] = NAN;
    *made = (snnd_spectrum){data, data + (size_t)2 * L, STRIDE};
    return data;
}

static double real_of(snnd_spectrum of, int32_t f, int lane) {
    return (double)of.re[(size_t)f * of.stride + (size_t)lane];
}

static double imaginary_of(snnd_spectrum of, int32_t f, int lane) {
    return (double)of.im[(size_t)f * of.stride + (size_t)lane];
}

static void the_other_tile_is_untouched(const bench *held, snnd_spectrum of) {
    for (int32_t f = 0; f < held->frequencies; f++)
        for (int lane = L; lane < 2 * L; lane++)
            HOLDS(isnan(real_of(of, f, lane)) && isnan(imaginary_of(of, f, lane)),
                  "length %d: frequency %d of the other tile was written", held->transform.length, f);
}

/* sum_t x[t] exp(-2 pi i f (at + t) / N) for one lane. */
static void plain_sum(int32_t length, int32_t f, int32_t at, int32_t steps, const float *row, int lane, double *re,
                      double *im) {
    static double cosine[LONGEST], sine[LONGEST];
    static int32_t made_for;
    for (int32_t k = 0; k < length && made_for != length; k++) {
        cosine[k] = cos(2 * acos(-1) * k / length);
        sine[k] = sin(2 * acos(-1) * k / length);
    }
    made_for = length;
    *re = *im = 0;
    for (int32_t t = 0; t < steps; t++) {
        const int64_t place = (int64_t)f * (at + t) % length;
        *re += (double)row[t * L + lane] * cosine[place];
        *im -= (double)row[t * L + lane] * sine[place];
    }
}

/* Errors are relative to the root of the energy, which is the size of a frequency. */
static double root_of_energy(int32_t steps, const float *row, int lane) {
    double sum = 0;
    for (int32_t t = 0; t < steps; t++)
        sum += (double)row[t * L + lane] * (double)row[t * L + lane];
    return sqrt(sum);
}

static const double TOLERANCE = 1e-6;

/* Compares some lanes, and every `apart`-th frequency and the last. */
static void spectrum_agrees(const bench *held, int32_t at, int32_t steps, const float *row, snnd_spectrum got,
                            int32_t apart) {
    static const int lanes[] = {0, 5, 15};
    for (int k = 0; k < LENGTH(lanes); k++) {
        const double size = root_of_energy(steps, row, lanes[k]);
        for (int32_t f = 0; f < held->frequencies;
             f += f + apart < held->frequencies || f == held->frequencies - 1 ? apart : held->frequencies - 1 - f) {
            double re, im;
            plain_sum(held->transform.length, f, at, steps, row, lanes[k], &re, &im);
            HOLDS(fabs(real_of(got, f, lanes[k]) - re) <= TOLERANCE * size &&
                      fabs(imaginary_of(got, f, lanes[k]) - im) <= TOLERANCE * size,
                  "length %d, %d steps at %d: frequency %d of lane %d is %.9g, %.9g; expected %.9g, %.9g",
                  held->transform.length, steps, at, f, lanes[k], real_of(got, f, lanes[k]),
                  imaginary_of(got, f, lanes[k]), re, im);
        }
    }
}

/* ---- there ---- */

/* `steps` steps at `at`; around the row there are no numbers. */
static void transform_agrees(bench *held, int32_t at, int32_t steps) {
    snnd_rows rows = make_rows(1, steps, (uint64_t)(at + 7));
    snnd_spectrum spectrum;
    float *data = make_spectrum(held, &spectrum);
    held->kernels->forward(&held->transform, at, steps, rows.data, spectrum, held->scratch);
    spectrum_agrees(held, at, steps, rows.data, spectrum, held->transform.length > ALL_UP_TO ? 97 : 7);
    the_other_tile_is_untouched(held, spectrum);
    free(rows.data);
    free(data);
}

/* Windows of a length: all of it, and less at the beginning, in the middle and at the end. */
static void windows_agree(int32_t isa, int32_t length) {
    bench held = open_bench(isa, length);
    transform_agrees(&held, 0, length);
    transform_agrees(&held, 0, 1);
    transform_agrees(&held, length - 1, 1);
    transform_agrees(&held, length / 3, length / 2);
    transform_agrees(&held, length - length / 2, length / 2);
    close_bench(&held);
}

START_TEST(transforms_are_the_plain_sums) {
    for (int32_t length = next_length(0); length <= ALL_UP_TO; length = next_length(length))
        windows_agree(_i, length);
    for (int k = 0; k < LENGTH(long_ones); k++)
        windows_agree(_i, long_ones[k]);
}
END_TEST

START_TEST(steps_may_begin_anywhere) {
    bench held = open_bench(_i, 30);
    for (int32_t at = 0; at < 30; at++)
        for (int32_t steps = 1; steps <= 30 - at; steps++)
            transform_agrees(&held, at, steps);
    close_bench(&held);
}
END_TEST

/* ---- and back ---- */

/* The largest number of a row that is not near what it should be. */
static void comes_back(bench *held, snnd_spectrum spectrum, const float *whole, int32_t at, int32_t steps) {
    snnd_rows rows = make_rows(1, steps, 3);
    held->kernels->inverse(&held->transform, spectrum, at, steps, rows.data, held->scratch);
    for (int32_t k = 0; k < steps * L; k++)
        HOLDS(fabsf(rows.data[k] - whole[at * L + k]) <= 1e-6f, "length %d, from %d: step %d is %.9g; it was %.9g",
              held->transform.length, at, k / L, (double)rows.data[k], (double)whole[at * L + k]);
    assert_rows_end(rows, 1, steps);
    free(rows.data);
}

static void steps_come_back(int32_t isa, int32_t length) {
    bench held = open_bench(isa, length);
    snnd_rows rows = make_rows(1, length, 5);
    snnd_spectrum spectrum;
    float *data = make_spectrum(&held, &spectrum);
    held.kernels->forward(&held.transform, 0, length, rows.data, spectrum, held.scratch);
    comes_back(&held, spectrum, rows.data, 0, length);
    comes_back(&held, spectrum, rows.data, 0, 1);
    comes_back(&held, spectrum, rows.data, length - 1, 1);
    comes_back(&held, spectrum, rows.data, length / 3, length / 2);
    free(rows.data);
    free(data);
    close_bench(&held);
}

START_TEST(the_inverse_gives_the_steps_back_that_are_asked_for) {
    for (int32_t length = next_length(0); length <= ALL_UP_TO; length = next_length(length))
        steps_come_back(_i, length);
    for (int k = 0; k < LENGTH(long_ones); k++)
        steps_come_back(_i, long_ones[k]);
}
END_TEST

/* What the spectral path is about: the product of two spectra is that of the row delayed. */
START_TEST(a_product_of_spectra_is_a_sum_over_delays) {
    enum { N = 48, STEPS = 30, DELAY = 11 };
    bench held = open_bench(_i, N);
    snnd_rows rows = make_rows(1, STEPS, 6), out = make_rows(1, STEPS + DELAY, 7), tap = make_rows(1, 1, 8);
    snnd_spectrum x, y;
    float *of_x = make_spectrum(&held, &x), *of_y = make_spectrum(&held, &y);
    held.kernels->forward(&held.transform, 0, STEPS, rows.data, x, held.scratch);
    held.kernels->forward(&held.transform, DELAY, 1, tap.data, y, held.scratch);
    for (size_t f = 0; f <= N / 2; f++)
        for (size_t k = f * STRIDE; k < f * STRIDE + L; k++) {
            const float re = x.re[k] * y.re[k] - x.im[k] * y.im[k], im = x.re[k] * y.im[k] + x.im[k] * y.re[k];
            x.re[k] = re, x.im[k] = im;
        }
    held.kernels->inverse(&held.transform, x, 0, STEPS + DELAY, out.data, held.scratch);
    for (int32_t k = 0; k < (STEPS + DELAY) * L; k++) {
        const float expected = k < DELAY * L ? 0 : rows.data[k - DELAY * L] * tap.data[k % L];
        ck_assert_float_eq_tol(out.data[k], expected, 1e-6f);
    }
    free(rows.data);
    free(out.data);
    free(tap.data);
    free(of_x);
    free(of_y);
    close_bench(&held);
}
END_TEST

/* ---- lanes, sums and zeros ---- */

/* Lanes are first each a sample of its own, and then all the sample of one of them. */
START_TEST(a_sample_has_the_same_bits_in_any_lane_and_company) {
    static const int32_t lengths[] = {4, 30, 40, 96, 250};
    for (int n = 0; n < LENGTH(lengths); n++)
        for (int from = 0; from < L; from += 5) {
            const int32_t length = lengths[n];
            bench held = open_bench(_i, length);
            snnd_rows mixed = make_rows(1, length, 5), same = make_rows(1, length, 5), back = make_rows(1, length, 6);
            snnd_spectrum of_mixed, of_same;
            float *a = make_spectrum(&held, &of_mixed), *b = make_spectrum(&held, &of_same);
            for (int32_t k = 0; k < length * L; k++)
                same.data[k] = mixed.data[k / L * L + from];
            held.kernels->forward(&held.transform, 0, length, mixed.data, of_mixed, held.scratch);
            held.kernels->forward(&held.transform, 0, length, same.data, of_same, held.scratch);
            for (int32_t f = 0; f < held.frequencies; f++)
                for (int lane = 0; lane < L; lane++)
                    ck_assert(real_of(of_same, f, lane) == real_of(of_mixed, f, from) &&
                              imaginary_of(of_same, f, lane) == imaginary_of(of_mixed, f, from));
            held.kernels->inverse(&held.transform, of_same, 0, length, same.data, held.scratch);
            held.kernels->inverse(&held.transform, of_mixed, 0, length, back.data, held.scratch);
            for (int32_t k = 0; k < length * L; k++)
                ck_assert_float_eq(same.data[k], back.data[k / L * L + from]);
            free(mixed.data);
            free(same.data);
            free(back.data);
            free(a);
            free(b);
            close_bench(&held);
        }
}
END_TEST

START_TEST(the_transform_of_a_sum_is_the_sum_of_transforms) {
    enum { N = 150 };
    bench held = open_bench(_i, N);
    snnd_rows x = make_rows(1, N, 5), y = make_rows(1, N, 6), sum = make_rows(1, N, 7);
    snnd_spectrum of_x, of_y, of_sum;
    float *a = make_spectrum(&held, &of_x), *b = make_spectrum(&held, &of_y), *c = make_spectrum(&held, &of_sum);
    for (int32_t k = 0; k < N * L; k++)
        sum.data[k] = 2 * x.data[k] - 3 * y.data[k];
    held.kernels->forward(&held.transform, 0, N, x.data, of_x, held.scratch);
    held.kernels->forward(&held.transform, 0, N, y.data, of_y, held.scratch);
    held.kernels->forward(&held.transform, 0, N, sum.data, of_sum, held.scratch);
    for (int32_t f = 0; f < held.frequencies; f++)
        for (int lane = 0; lane < L; lane++) {
            const double size = 5 * root_of_energy(N, x.data, lane);
            ck_assert_double_eq_tol(real_of(of_sum, f, lane), 2 * real_of(of_x, f, lane) - 3 * real_of(of_y, f, lane),
                                    TOLERANCE * size);
            ck_assert_double_eq_tol(imaginary_of(of_sum, f, lane),
                                    2 * imaginary_of(of_x, f, lane) - 3 * imaginary_of(of_y, f, lane),
                                    TOLERANCE * size);
        }
    free(x.data);
    free(y.data);
    free(sum.data);
    free(a);
    free(b);
    free(c);
    close_bench(&held);
}
END_TEST

/* Silent samples stay silent beside others, there and back. */
START_TEST(zeros_stay_exactly_zero) {
    static const int32_t lengths[] = {4, 12, 50, 128, 360};
    for (int n = 0; n < LENGTH(lengths); n++) {
        const int32_t length = lengths[n];
        bench held = open_bench(_i, length);
        snnd_rows rows = make_rows(1, length, 5);
        snnd_spectrum spectrum;
        float *data = make_spectrum(&held, &spectrum);
        for (int32_t k = 0; k < length * L; k += 2)
            rows.data[k] = 0;
        held.kernels->forward(&held.transform, 0, length, rows.data, spectrum, held.scratch);
        for (int32_t f = 0; f < held.frequencies; f++)
            for (int lane = 0; lane < L; lane++)
                ck_assert((real_of(spectrum, f, lane) == 0 && imaginary_of(spectrum, f, lane) == 0) == (lane % 2 == 0));
        held.kernels->inverse(&held.transform, spectrum, 0, length, rows.data, held.scratch);
        for (int32_t k = 0; k < length * L; k += 2)
            ck_assert_float_eq(rows.data[k], 0);
        free(rows.data);
        free(data);
        close_bench(&held);
    }
}
END_TEST

/* ---- lengths ---- */

static bool has_other_factors(int32_t number) {
    for (int factor = 2; factor <= 13; factor++)
        while (number % factor == 0)
            number /= factor;
    return number != 1;
}

START_TEST(the_length_is_the_least_even_one_of_factors_up_to_thirteen) {
    for (int32_t least = 0; least <= 5000; least++) {
        int32_t expected = least < 4 ? 4 : least;
        while (expected % 2 != 0 || has_other_factors(expected))
            expected++;
        ck_assert_int_eq(snnd_transform_length(least), expected);
    }
    ck_assert_int_eq(snnd_transform_length(SNND_TRANSFORM_LONGEST), SNND_TRANSFORM_LONGEST);
}
END_TEST

START_TEST(no_length_has_more_stages_than_there_is_room_for) {
    snnd_context *context = make_context(1);
    for (int32_t length = next_length(0); length <= SNND_TRANSFORM_LONGEST; length = next_length(length)) {
        snnd_transform made = {0};
        OK(context, snnd_transform_create(context, length, &made));
        int32_t product = 2;
        ck_assert_int_le(made.stages, SNND_TRANSFORM_STAGES);
        for (int32_t s = 0; s < made.stages; s++)
            product *= made.radix[s];
        ck_assert_int_eq(product, length);
        snnd_transform_free(context, &made);
    }
    snnd_context_free(context);
}
END_TEST

static void add_tests(TCase *cases, int32_t isa) {
    tcase_add_loop_test(cases, transforms_are_the_plain_sums, isa, isa + 1);
    tcase_add_loop_test(cases, steps_may_begin_anywhere, isa, isa + 1);
    tcase_add_loop_test(cases, the_inverse_gives_the_steps_back_that_are_asked_for, isa, isa + 1);
    tcase_add_loop_test(cases, a_product_of_spectra_is_a_sum_over_delays, isa, isa + 1);
    tcase_add_loop_test(cases, a_sample_has_the_same_bits_in_any_lane_and_company, isa, isa + 1);
    tcase_add_loop_test(cases, the_transform_of_a_sum_is_the_sum_of_transforms, isa, isa + 1);
    tcase_add_loop_test(cases, zeros_stay_exactly_zero, isa, isa + 1);
}

Suite *transform_suite(void) {
    Suite *suite = suite_create("transform");
    TCase *lengths = tcase_create("lengths");
    tcase_add_test(lengths, the_length_is_the_least_even_one_of_factors_up_to_thirteen);
    tcase_add_test(lengths, no_length_has_more_stages_than_there_is_room_for);
    suite_add_tcase(suite, lengths);
    add_case_for_each_isa(suite, add_tests);
    return suite;
}
