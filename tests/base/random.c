/* Random numbers: the generator against its published vectors, and what is made of it. */
#include "base/random.h"

#include <check.h>
#include <math.h>

#include "support.h"

Suite *random_suite(void);

/* ---- the generator ---- */

/* Known answers published with the Random123 library (kat_vectors, philox4x32 with 10 rounds). */
static const struct vector {
    uint32_t counter[4], key[2], result[4];
} vectors[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

START_TEST(philox_gives_the_published_answers) {
    const struct vector *v = &vectors[_i];
    uint32_t result[4];
    snnd_philox((uint64_t)v->key[1] << 32 | v->key[0], v->counter, result);
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(result[i], v->result[i]);
}
END_TEST

/* What a seed gives must never change: files and published results depend on it. Stated here by way of philox alone. */
START_TEST(a_number_is_philox_of_seed_use_stream_and_index) {
    const uint64_t seed = 0x0123456789abcdef, stream = 0xfedcba9876543210, index = 0x1122334455667788;
    uint32_t key[4], bits[4];
    snnd_philox(seed, (const uint32_t[]){SNND_USE_HOST, 0, 0, 0}, key);
    snnd_philox((uint64_t)key[1] << 32 | key[0], (const uint32_t[]){0x55667788, 0x11223344, 0x76543210, 0xfedcba98},
                bits);
    const uint64_t whole = (uint64_t)bits[1] << 32 | bits[0];
    ck_assert_double_eq(snnd_random_uniform(seed, stream, index), ldexp((double)(whole >> 11), -53));
}
END_TEST

START_TEST(uses_have_the_numbers_they_have_always_had) {
    ck_assert_int_eq(SNND_USE_WEIGHT, 1);
    ck_assert_int_eq(SNND_USE_POSITION, 2);
    ck_assert_int_eq(SNND_USE_SIGN, 3);
    ck_assert_int_eq(SNND_USE_MASK, 4);
    ck_assert_int_eq(SNND_USE_DROPOUT, 5);
    ck_assert_int_eq(SNND_USE_SHUFFLE, 6);
    ck_assert_int_eq(SNND_USE_SPLIT, 7);
    ck_assert_int_eq(SNND_USE_GROWTH, 8);
    ck_assert_int_eq(SNND_USE_HOST, 9);
}
END_TEST

START_TEST(seeds_uses_streams_and_places_all_matter) {
    enum { SEEDS = 3, USES = 9, STREAMS = 4, PLACES = 4, ALL = SEEDS * USES * STREAMS * PLACES };
    const uint64_t seeds[SEEDS] = {0, 1, UINT64_C(1) << 32};
    const uint64_t apart[STREAMS] = {0, 1, UINT64_C(1) << 32, UINT64_C(1) << 63};
    static uint64_t bits[ALL];
    int n = 0;
    for (int seed = 0; seed < SEEDS; seed++)
        for (int use = 1; use <= USES; use++)
            for (int stream = 0; stream < STREAMS; stream++)
                for (int place = 0; place < PLACES; place++) {
                    const snnd_random random = snnd_random_for(seeds[seed], (enum snnd_use)use, apart[stream]);
                    bits[n++] = snnd_random_bits(&random, apart[place]);
                }
    for (int a = 0; a < ALL; a++)
        for (int b = 0; b < a; b++)
            ck_assert_uint_ne(bits[a], bits[b]);
}
END_TEST

START_TEST(a_number_does_not_depend_on_those_before) {
    ck_assert_double_eq(snnd_random_uniform(1, 2, 3), snnd_random_uniform(1, 2, 3));
    const double seventh = snnd_random_uniform(9, 0, 7);
    for (uint64_t i = 0; i < 7; i++)
        ck_assert_double_ne(snnd_random_uniform(9, 0, i), seventh);
    ck_assert_double_eq(snnd_random_uniform(9, 0, 7), seventh);
}
END_TEST

/* ---- uniformity: with fixed seeds, so that these hold always or never ---- */

/* sum (observed - expected)^2 / expected, and the bound that is six standard deviations above its mean. */
static void is_uniform(const int64_t *observed, int bins, int64_t draws) {
    const double expected = (double)draws / bins;
    double chi = 0;
    for (int i = 0; i < bins; i++)
        chi += ((double)observed[i] - expected) * ((double)observed[i] - expected) / expected;
    const double deviation = sqrt(2.0 * (bins - 1));
    ck_assert_double_lt(chi, bins - 1 + 6 * deviation);
    ck_assert_double_gt(chi, bins - 1 - 6 * deviation); /* too even is not random either */
}

START_TEST(numbers_are_uniform) {
    enum { DRAWS = 200000, BINS = 256 };
    int64_t bin[BINS] = {0};
    double sum = 0, squares = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        const double x = snnd_random_uniform((uint64_t)_i, 5, i);
        ck_assert(x >= 0 && x < 1);
        sum += x;
        squares += x * x;
        bin[(int)(x * BINS)]++;
    }
    /* Five standard errors. */
    ck_assert_double_eq_tol(sum / DRAWS, 0.5, 5 * sqrt(1.0 / 12 / DRAWS));
    ck_assert_double_eq_tol(squares / DRAWS, 1.0 / 3, 5 * sqrt(4.0 / 45 / DRAWS));
    is_uniform(bin, BINS, DRAWS);
}
END_TEST

START_TEST(streams_are_uniform_across_too) {
    enum { DRAWS = 100000, BINS = 64 };
    int64_t bin[BINS] = {0};
    for (uint64_t stream = 0; stream < DRAWS; stream++)
        bin[(int)(snnd_random_uniform(3, stream, 0) * BINS)]++;
    is_uniform(bin, BINS, DRAWS);
}
END_TEST

START_TEST(neighbours_are_independent) {
    enum { DRAWS = 100000, SIDE = 8 };
    int64_t bin[SIDE * SIDE] = {0};
    for (uint64_t i = 0; i < DRAWS; i++)
        bin[(int)(snnd_random_uniform(4, 0, i) * SIDE) * SIDE + (int)(snnd_random_uniform(4, 0, i + 1) * SIDE)]++;
    is_uniform(bin, SIDE * SIDE, DRAWS);
}
END_TEST

START_TEST(numbers_below_a_bound_are_uniform) {
    enum { DRAWS = 70000, BOUND = 7 };
    int64_t bin[BOUND] = {0};
    const snnd_random random = snnd_random_for(1, SNND_USE_HOST, 0);
    for (uint64_t i = 0; i < DRAWS; i++) {
        const uint64_t x = snnd_random_below(&random, i, BOUND);
        ck_assert_uint_lt(x, BOUND);
        bin[x]++;
    }
    is_uniform(bin, BOUND, DRAWS);
}
END_TEST

START_TEST(below_one_there_is_only_zero) {
    const snnd_random random = snnd_random_for(1, SNND_USE_HOST, 0);
    for (uint64_t i = 0; i < 100; i++)
        ck_assert_uint_eq(snnd_random_below(&random, i, 1), 0);
}
END_TEST

/* ---- choosing ---- */

START_TEST(choosing_permutes) {
    enum { COUNT = 100 };
    for (int64_t chosen = 0; chosen <= COUNT; chosen += 25) {
        int32_t items[COUNT];
        bool seen[COUNT] = {false};
        for (int32_t i = 0; i < COUNT; i++)
            items[i] = i;
        const snnd_random random = snnd_random_for(2, SNND_USE_SHUFFLE, (uint64_t)chosen);
        snnd_random_choose(&random, items, COUNT, chosen);
        for (int32_t i = 0; i < COUNT; i++) {
            ck_assert_int_ge(items[i], 0);
            ck_assert_int_lt(items[i], COUNT);
            ck_assert(!seen[items[i]]);
            seen[items[i]] = true;
        }
    }
}
END_TEST

START_TEST(choosing_none_moves_nothing) {
    int32_t items[] = {5, 6, 7};
    const snnd_random random = snnd_random_for(2, SNND_USE_SHUFFLE, 0);
    snnd_random_choose(&random, items, 3, 0);
    ck_assert_int_eq(items[0], 5);
    ck_assert_int_eq(items[1], 6);
    ck_assert_int_eq(items[2], 7);
}
END_TEST

START_TEST(every_order_is_as_likely) {
    enum { DRAWS = 48000, ORDERS = 24 };
    int64_t count[4 * 4 * 4 * 4] = {0}, found[ORDERS];
    for (uint64_t stream = 0; stream < DRAWS; stream++) {
        int32_t items[] = {0, 1, 2, 3};
        const snnd_random random = snnd_random_for(6, SNND_USE_SHUFFLE, stream);
        snnd_random_choose(&random, items, 4, 4);
        count[((items[0] * 4 + items[1]) * 4 + items[2]) * 4 + items[3]]++;
    }
    int orders = 0;
    for (int i = 0; i < 4 * 4 * 4 * 4; i++)
        if (count[i] > 0) {
            ck_assert_int_lt(orders, ORDERS);
            found[orders++] = count[i];
        }
    ck_assert_int_eq(orders, ORDERS);
    is_uniform(found, ORDERS, DRAWS);
}
END_TEST

START_TEST(every_ordered_pair_is_as_likely) {
    enum { DRAWS = 40000, COUNT = 5, PAIRS = COUNT * (COUNT - 1) };
    int64_t count[COUNT * COUNT] = {0}, found[PAIRS];
    for (uint64_t stream = 0; stream < DRAWS; stream++) {
        int32_t items[COUNT] = {0, 1, 2, 3, 4};
        const snnd_random random = snnd_random_for(7, SNND_USE_SPLIT, stream);
        snnd_random_choose(&random, items, COUNT, 2);
        count[items[0] * COUNT + items[1]]++;
    }
    int pairs = 0;
    for (int a = 0; a < COUNT; a++) {
        ck_assert_int_eq(count[a * COUNT + a], 0);
        for (int b = 0; b < COUNT; b++)
            if (a != b)
                found[pairs++] = count[a * COUNT + b];
    }
    is_uniform(found, PAIRS, DRAWS);
}
END_TEST

Suite *random_suite(void) {
    Suite *suite = suite_create("random");

    TCase *generator = tcase_create("generator");
    tcase_add_loop_test(generator, philox_gives_the_published_answers, 0, sizeof vectors / sizeof vectors[0]);
    tcase_add_test(generator, a_number_is_philox_of_seed_use_stream_and_index);
    tcase_add_test(generator, uses_have_the_numbers_they_have_always_had);
    tcase_add_test(generator, seeds_uses_streams_and_places_all_matter);
    tcase_add_test(generator, a_number_does_not_depend_on_those_before);
    suite_add_tcase(suite, generator);

    TCase *uniform = tcase_create("uniform");
    tcase_set_timeout(uniform, 60);
    tcase_add_loop_test(uniform, numbers_are_uniform, 0, 3);
    tcase_add_test(uniform, streams_are_uniform_across_too);
    tcase_add_test(uniform, neighbours_are_independent);
    tcase_add_test(uniform, numbers_below_a_bound_are_uniform);
    tcase_add_test(uniform, below_one_there_is_only_zero);
    suite_add_tcase(suite, uniform);

    TCase *choosing = tcase_create("choosing");
    tcase_set_timeout(choosing, 60);
    tcase_add_test(choosing, choosing_permutes);
    tcase_add_test(choosing, choosing_none_moves_nothing);
    tcase_add_test(choosing, every_order_is_as_likely);
    tcase_add_test(choosing, every_ordered_pair_is_as_likely);
    suite_add_tcase(suite, choosing);
    return suite;
}
