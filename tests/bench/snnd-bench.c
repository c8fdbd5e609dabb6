/* Times what the library spends its time on; --help tells how. */
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "sgemm.h"

static int measure(struct bench *bench) {
    switch (bench->options.mode) {
    case BENCH_SGEMM:
        return printf("%.2f\n", sgemm_gflops()) > 0;
    case BENCH_KERNELS:
        return bench_kernels(&bench->options);
    case BENCH_STREAM:
        return bench_stream(bench);
    case BENCH_RUN:
        return bench_run(bench);
    case BENCH_EPOCH:
        return bench_epoch(bench);
    case BENCH_ROWS:
        return bench_rows(bench);
    default:
        return bench_steps(bench);
    }
}

int main(int count, char **arguments) {
    struct bench bench;
    memset(&bench, 0, sizeof bench);
    const int code = bench_options_read(count, arguments, &bench.options);
    if (code >= 0)
        return code;
    const int good = measure(&bench);
    bench_clean_up(&bench);
    return good && fflush(stdout) == 0 ? 0 : 1;
}
