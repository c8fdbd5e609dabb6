/* Arithmetic of sizes, up to what memory can hold and beyond it. */
#include <check.h>

#include "base/array.h"
#include "base/size.h"
#include "support.h"

Suite *size_suite(void);

static const size_t most = PTRDIFF_MAX;

START_TEST(sums_and_products_are_right_as_far_as_memory_goes) {
    ck_assert_uint_eq(snnd_size_add(3, 4), 7);
    ck_assert_uint_eq(snnd_size_add(0, most), most);
    ck_assert_uint_eq(snnd_size_add(most - 5, 5), most);
    ck_assert_uint_eq(snnd_size_multiply(3, 4), 12);
    ck_assert_uint_eq(snnd_size_multiply(0, most), 0);
    ck_assert_uint_eq(snnd_size_multiply(most, 0), 0);
    ck_assert_uint_eq(snnd_size_multiply(most, 1), most);
    ck_assert_uint_eq(snnd_size_multiply(most / 7, 7), most / 7 * 7);
    ck_assert_uint_eq(snnd_size_round_up(0, 64), 0);
    ck_assert_uint_eq(snnd_size_round_up(1, 64), 64);
    ck_assert_uint_eq(snnd_size_round_up(64, 64), 64);
    ck_assert_uint_eq(snnd_size_round_up(most - 63, 64), most - 63);
    ck_assert_uint_eq(snnd_size_of(0), 0);
    ck_assert_uint_eq(snnd_size_of(PTRDIFF_MAX), most);
    ck_assert_uint_eq(snnd_size_or_one(0), 1);
    ck_assert_uint_eq(snnd_size_or_one(5), 5);
    ck_assert(snnd_size_fits(0) && snnd_size_fits(most));
}
END_TEST

START_TEST(what_is_beyond_memory_is_too_large) {
    ck_assert(!snnd_size_fits(SNND_TOO_LARGE) && !snnd_size_fits(most + 1));
    ck_assert_uint_eq(snnd_size_add(most, 1), SNND_TOO_LARGE);
    ck_assert_uint_eq(snnd_size_add(1, most), SNND_TOO_LARGE);
    ck_assert_uint_eq(snnd_size_add(most, most), SNND_TOO_LARGE);
    ck_assert_uint_eq(snnd_size_multiply(most / 7 + 1, 7), SNND_TOO_LARGE);
    ck_assert_uint_eq(snnd_size_multiply(7, most / 7 + 1), SNND_TOO_LARGE);
    /* The square of this number is 0 in so many bits. */
    const size_t root = (size_t)1 << (sizeof(size_t) * 4);
    ck_assert_uint_eq(snnd_size_multiply(root, root), SNND_TOO_LARGE);
    ck_assert_uint_eq(snnd_size_round_up(most - 62, 64), SNND_TOO_LARGE);
    ck_assert_uint_eq(snnd_size_of(-1), SNND_TOO_LARGE);
    ck_assert_uint_eq(snnd_size_of(INT64_MIN), SNND_TOO_LARGE);
    if (PTRDIFF_MAX < INT64_MAX) {
        ck_assert_uint_eq(snnd_size_of(INT64_C(1) << 31), SNND_TOO_LARGE);
        ck_assert_uint_eq(snnd_size_of(INT64_C(1) << 32), SNND_TOO_LARGE);
        ck_assert_uint_eq(snnd_size_of((INT64_C(1) << 32) + 4), SNND_TOO_LARGE);
    }
}
END_TEST

START_TEST(what_is_made_of_too_large_sizes_is_too_large) {
    ck_assert_uint_eq(snnd_size_add(SNND_TOO_LARGE, 0), SNND_TOO_LARGE);
    ck_assert_uint_eq(snnd_size_add(0, SNND_TOO_LARGE), SNND_TOO_LARGE);
    ck_assert_uint_eq(snnd_size_add(SNND_TOO_LARGE, 1), SNND_TOO_LARGE);
    ck_assert_uint_eq(snnd_size_multiply(SNND_TOO_LARGE, 0), SNND_TOO_LARGE);
    ck_assert_uint_eq(snnd_size_multiply(0, SNND_TOO_LARGE), SNND_TOO_LARGE);
    ck_assert_uint_eq(snnd_size_multiply(SNND_TOO_LARGE, 2), SNND_TOO_LARGE);
    ck_assert_uint_eq(snnd_size_round_up(SNND_TOO_LARGE, 64), SNND_TOO_LARGE);
    ck_assert_uint_eq(snnd_size_or_one(SNND_TOO_LARGE), SNND_TOO_LARGE);
}
END_TEST

START_TEST(arrays_have_sizes) {
    snnd_array array = {.dtype = SNND_FLOAT64, .dimensions = 2, .shape = {3, 5, 1, 1}};
    ck_assert_uint_eq(snnd_array_elements(&array), 15);
    ck_assert_uint_eq(snnd_array_bytes(&array), 120);
    array.shape[0] = 0;
    ck_assert_uint_eq(snnd_array_bytes(&array), 0);
    array.shape[0] = INT64_C(1) << 60;
    array.shape[1] = 1;
    ck_assert_uint_eq(snnd_array_bytes(&array), SNND_TOO_LARGE);
}
END_TEST

Suite *size_suite(void) {
    Suite *suite = suite_create("size");
    TCase *all = tcase_create("arithmetic");
    tcase_add_test(all, sums_and_products_are_right_as_far_as_memory_goes);
    tcase_add_test(all, what_is_beyond_memory_is_too_large);
    tcase_add_test(all, what_is_made_of_too_large_sizes_is_too_large);
    tcase_add_test(all, arrays_have_sizes);
    suite_add_tcase(suite, all);
    return suite;
}
