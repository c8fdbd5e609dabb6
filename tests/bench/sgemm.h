/* The rate of a large SGEMM on one core, the measure of the machine, in GFLOP/s. */
#ifndef SNND_BENCH_SGEMM_H
#define SNND_BENCH_SGEMM_H

struct sgemm {
    double chosen; /* with the kernel that OpenBLAS chooses, or OPENBLAS_CORETYPE */
    double best;   /* with the one made for this processor, if that is faster */
};

double sgemm_gflops(void);

/* OpenBLAS does not know every processor and falls back to slow kernels: a child process is told which it is. */
struct sgemm sgemm_measure(void);

#endif
