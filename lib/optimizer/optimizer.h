/* Optimizers, as checkpoints of the trainer use them. */
#ifndef SNND_OPTIMIZER_OPTIMIZER_H
#define SNND_OPTIMIZER_OPTIMIZER_H

#include "model/workspace.h"

/* The state of an optimizer for the parameters of one layer, indexed by snnd_array_name: moments, which are NULL where
 * they are not needed, and factors of the rate. */
typedef struct snnd_moment {
    float *first[SNND_ARRAY_NAMES], *second[SNND_ARRAY_NAMES];
    double factor[SNND_ARRAY_NAMES];
} snnd_moment;

struct snnd_optimizer {
    snnd_network *network;
    snnd_optimizer_options options; /* with the present rate and momentum */
    uint64_t steps;
    uint64_t move;       /* which of the context's moves the last step was; 0: no step was made */
    snnd_moment *moment; /* [layers] */
};

/* Returns whether a rate, or a factor of one, is in its range. */
static inline bool snnd_is_rate(double rate) {
    return rate >= 0 && rate <= 1e6;
}

/* Returns whether the optimizer leaves the weights of a layer as they are; false for NULL. */
static inline bool snnd_optimizer_freezes(const snnd_optimizer *optimizer, const snnd_layer *layer) {
    return optimizer != NULL && !(optimizer->moment[layer->index].factor[SNND_ARRAY_WEIGHT] > 0);
}

static inline bool snnd_is_momentum(double momentum) {
    return momentum >= 0 && momentum < 1;
}

#endif
