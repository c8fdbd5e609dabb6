/* Asks the processor which instruction sets it has, and chooses the table of hot kernels (dispatch.h). */
#include "kernel/dispatch.h"

#include <stdbool.h>

extern const snnd_hot_kernels snnd_hot_kernels_plain;

static bool always(void) {
    return true;
}

#if defined(__x86_64__)
extern const snnd_hot_kernels snnd_hot_kernels_avx2, snnd_hot_kernels_avx512;

static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}
#endif

/* The best set comes first. */
static const struct {
    const snnd_hot_kernels *kernels;
    bool (*supported)(void);
} choices[] = {
#if defined(__x86_64__)
    {&snnd_hot_kernels_avx512, has_avx512},
    {&snnd_hot_kernels_avx2, has_avx2},
#endif
    {&snnd_hot_kernels_plain, always},
};

snnd_status snnd_kernels_choose(int32_t isa, const snnd_hot_kernels **kernels) {
    if (isa < SNND_ISA_AUTO || isa > SNND_ISA_AVX512)
        return SNND_ERROR_ARGUMENT;
    for (unsigned i = 0; i < sizeof choices / sizeof choices[0]; i++)
        if ((isa == SNND_ISA_AUTO || isa == choices[i].kernels->isa) && choices[i].supported()) {
            *kernels = choices[i].kernels;
            return SNND_OK;
        }
    return SNND_ERROR_UNSUPPORTED;
}
