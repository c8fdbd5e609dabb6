/* Tests for each instruction set of this machine. */
#ifndef SNND_TESTS_KERNEL_ISA_H
#define SNND_TESTS_KERNEL_ISA_H

#include <check.h>

#include "kernel/dispatch.h"

static inline const snnd_hot_kernels *kernels_of(int32_t isa) {
    const snnd_hot_kernels *kernels = NULL;
    ck_assert_int_eq(snnd_kernels_choose(isa, &kernels), SNND_OK);
    ck_assert_int_eq(kernels->isa, isa);
    return kernels;
}

/* A context of one thread; NULL where this build or this machine has none such. */
static inline snnd_context *open_context(int32_t isa, int32_t products) {
    snnd_context_options options;
    snnd_context *made = NULL;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    options.threads = 1;
    options.isa = isa;
    options.products = products;
    const snnd_status status = snnd_context_create(&options, &made);
    ck_assert(status == SNND_OK || (products == SNND_PRODUCTS_BLAS && status == SNND_ERROR_UNSUPPORTED));
    return made;
}

/* A case for each set; its tests have the set as _i. */
static inline void add_case_for_each_isa(Suite *suite, void (*add_tests)(TCase *cases, int32_t isa)) {
    static const char *const names[] = {
        [SNND_ISA_PLAIN] = "plain", [SNND_ISA_AVX2] = "avx2", [SNND_ISA_AVX512] = "avx512"};
    for (int32_t isa = SNND_ISA_PLAIN; isa <= SNND_ISA_AVX512; isa++) {
        const snnd_hot_kernels *kernels;
        if (snnd_kernels_choose(isa, &kernels) != SNND_OK)
            continue;
        TCase *cases = tcase_create(names[isa]);
        tcase_set_timeout(cases, 120);
        add_tests(cases, isa);
        suite_add_tcase(suite, cases);
    }
}

#endif
