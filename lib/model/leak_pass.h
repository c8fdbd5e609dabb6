/* The decays of neurons in a pass, and the gradient of the array that they are computed from. */
#ifndef SNND_MODEL_LEAK_PASS_H
#define SNND_MODEL_LEAK_PASS_H

#include "model/layer_pass.h"
#include "model/leak.h"

typedef struct snnd_leak_pass {
    float *decays; /* [neurons]; NULL: the neurons of the layer share one decay */
    float *slopes; /* [tiles][neurons][16]: dL/ddecay; NULL: the decays are not trained */
} snnd_leak_pass;

snnd_status snnd_leak_prepare(const snnd_stage *stage, snnd_leak_pass *made);
void snnd_leak_release(const snnd_stage *stage, const snnd_leak_pass *held);

/* Computes the decays before a pass. */
void snnd_leak_begin(const snnd_stage *stage, const snnd_leak_pass *held);

/* Return the decays from a neuron on, and the slopes of a part, or NULL where there are none. */
static inline const float *snnd_leak_decays(const snnd_leak_pass *held, int32_t neuron) {
    return held->decays == NULL ? NULL : held->decays + neuron;
}
float *snnd_leak_slopes(const snnd_stage *stage, const snnd_leak_pass *held, const snnd_part *part);

/* Computes dL/da from the slopes of all parts, which it sums from the first tile to the last. */
void snnd_leak_gather(const snnd_stage *stage, const snnd_leak_pass *held);

#endif
