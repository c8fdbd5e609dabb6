/* The constants of batch norm in a plan. */
#ifndef SNND_INFERENCE_BATCH_NORM_H
#define SNND_INFERENCE_BATCH_NORM_H

/* For neuron n: y = (x - mean[n]) factor[n] + shift[n]. */
typedef struct snnd_frozen_norm {
    double *mean, *factor, *shift;
} snnd_frozen_norm;

#endif
