/* The constants of adaptive LIF neurons in a plan. */
#ifndef SNND_INFERENCE_ADAPTIVE_LIF_H
#define SNND_INFERENCE_ADAPTIVE_LIF_H

#include "kernel/adaptive.h"

/* The constants, and the parameters that they point to. */
typedef struct snnd_frozen_adaptive {
    snnd_adaptive by;
    float parameters[]; /* [4][neurons] */
} snnd_frozen_adaptive;

#endif
