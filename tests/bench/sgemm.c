#include "sgemm.h"

#include <cblas.h>
#include <stdlib.h>

#include "timing.h"

enum { SIZE = 768, REPEAT = 7 };

double sgemm_gflops(void) {
    const int threads = openblas_get_num_threads();
    float *a = malloc(3 * SIZE * SIZE * sizeof *a), *b = a + SIZE * SIZE, *c = b + SIZE * SIZE;
    if (a == NULL)
        return 0;
    for (int k = 0; k < 3 * SIZE * SIZE; k++)
        a[k] = (float)(k % 7);
    struct timing timing = timing_begin(REPEAT);
    openblas_set_num_threads(1);
    for (int i = -1; i < REPEAT; i++) {
        const double begin = timing_clock();
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIZE, SIZE, SIZE, 1, a, SIZE, b, SIZE, 0, c, SIZE);
        if (i >= 0)
            timing.value[i] = timing_clock() - begin;
    }
    openblas_set_num_threads(threads);
    timing_finish(&timing);
    const double rate = 2e-9 * SIZE * SIZE * SIZE / timing.median;
    timing_free(&timing);
    free(a);
    return rate;
}
