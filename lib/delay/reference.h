/* The sums of delay.h as they are written there, in double precision and without regard to speed. It is the code to
 * read first, and tests compare every path with it. Only tests compile it. */
#ifndef SNND_DELAY_REFERENCE_H
#define SNND_DELAY_REFERENCE_H

#include "delay/delay.h"

typedef struct snnd_reference {
    const snnd_delay_pass *pass; /* synapses and profile; gradients of all synapses are computed */
    int32_t samples, steps;
    double l1;
    const float *input;     /* [samples][steps][inputs] */
    const float *d_current; /* [samples][steps][outputs] */
    double *current;        /* in the shape of d_current */
    double *d_input;        /* in the shape of input */
    double *d_theta, *d_position;
} snnd_reference;

void snnd_delay_reference(const snnd_reference *reference);

#endif
