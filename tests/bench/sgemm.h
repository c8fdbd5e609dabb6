/* The rate of a large SGEMM on one core, the measure of the machine. */
#ifndef SNND_BENCH_SGEMM_H
#define SNND_BENCH_SGEMM_H

double sgemm_gflops(void);

#endif
