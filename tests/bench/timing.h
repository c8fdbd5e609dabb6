/* Times of repeated steps, in milliseconds. */
#ifndef SNND_BENCH_TIMING_H
#define SNND_BENCH_TIMING_H

struct timing {
    int count;
    double *value;
    double median, least, most, mean; /* after timing_finish() */
};

/* Seconds of a clock that only goes forward. */
double timing_clock(void);

struct timing timing_begin(int count);
void timing_finish(struct timing *timing);
void timing_free(struct timing *timing);

#endif
