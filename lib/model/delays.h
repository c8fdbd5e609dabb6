/* What other rooms ask of a delay layer. */
#ifndef SNND_MODEL_DELAYS_H
#define SNND_MODEL_DELAYS_H

#include "model/workspace.h"

static inline bool snnd_layer_is_delays(const snnd_layer *layer) {
    return layer->class->type == SNND_LAYER_DELAYS;
}

/* Sum of |weight|. */
double snnd_delays_weight_sum(const snnd_layer *layer);

#endif
