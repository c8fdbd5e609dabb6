/*
 * The sums of delay.h as they stand there, in double precision and in no hurry: what to read first, and what the tests
 * compare every path with. It is compiled into the tests alone.
 */
#ifndef SNND_DELAY_REFERENCE_H
#define SNND_DELAY_REFERENCE_H

#include "delay/delay.h"

typedef struct snnd_reference {
    const snnd_delay_pass *pass; /* synapses and profile; gradients of all synapses are made */
    int32_t samples, steps;
    double l1;
    const float *input;     /* [samples][steps][inputs] */
    const float *d_current; /* [samples][steps][outputs] */
    double *current;        /* as d_current */
    double *d_input;        /* as input */
    double *d_theta, *d_position;
} snnd_reference;

void snnd_delay_reference(const snnd_reference *reference);

#endif
