/* Optimizers: what the trainer's checkpoint needs of them. */
#ifndef SNND_OPTIMIZER_OPTIMIZER_H
#define SNND_OPTIMIZER_OPTIMIZER_H

#include "model/workspace.h"

/* Moments of the parameters of one layer, by snnd_array_name; NULL where they are not moved or not needed. */
typedef struct snnd_moment {
    float *first[SNND_ARRAY_NAMES], *second[SNND_ARRAY_NAMES];
} snnd_moment;

struct snnd_optimizer {
    snnd_network *network;
    snnd_optimizer_options options; /* rate and momentum as they are now */
    uint64_t steps;
    uint64_t move;       /* which of the context's moves the last step was; 0: there was none */
    snnd_moment *moment; /* [layers] */
};

static inline bool snnd_is_momentum(double momentum) {
    return momentum >= 0 && momentum < 1;
}

#endif
