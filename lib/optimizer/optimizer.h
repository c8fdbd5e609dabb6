/* Optimizers: what the trainer's checkpoint needs of them. */
#ifndef SNND_OPTIMIZER_OPTIMIZER_H
#define SNND_OPTIMIZER_OPTIMIZER_H

#include "model/workspace.h"

/* What an optimizer knows of the parameters of one layer, by snnd_array_name: moments, NULL where they are not moved or
 * not needed, and what the rate is multiplied by. */
typedef struct snnd_moment {
    float *first[SNND_ARRAY_NAMES], *second[SNND_ARRAY_NAMES];
    double factor[SNND_ARRAY_NAMES];
} snnd_moment;

struct snnd_optimizer {
    snnd_network *network;
    snnd_optimizer_options options; /* rate and momentum as they are now */
    uint64_t steps;
    uint64_t move;       /* which of the context's moves the last step was; 0: there was none */
    snnd_moment *moment; /* [layers] */
};

/* Of rates, and of their factors. */
static inline bool snnd_is_rate(double rate) {
    return rate >= 0 && rate <= 1e6;
}

/* Whether the weights of a layer stay as they are; of NULL none do. */
static inline bool snnd_optimizer_freezes(const snnd_optimizer *optimizer, const snnd_layer *layer) {
    return optimizer != NULL && !(optimizer->moment[layer->index].factor[SNND_ARRAY_WEIGHT] > 0);
}

static inline bool snnd_is_momentum(double momentum) {
    return momentum >= 0 && momentum < 1;
}

#endif
