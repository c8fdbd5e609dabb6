/* What a plan knows of batch norm. */
#ifndef SNND_INFERENCE_BATCH_NORM_H
#define SNND_INFERENCE_BATCH_NORM_H

/* Of neuron n: y = (x - mean[n]) factor[n] + shift[n]. */
typedef struct snnd_frozen_norm {
    double *mean, *factor, *shift;
} snnd_frozen_norm;

#endif
