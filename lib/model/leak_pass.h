/* Decays of neurons in a pass, and the gradient of what they are made of. */
#ifndef SNND_MODEL_LEAK_PASS_H
#define SNND_MODEL_LEAK_PASS_H

#include "model/layer_pass.h"
#include "model/leak.h"

typedef struct snnd_leak_pass {
    float *decays; /* [neurons]; NULL: the layer's neurons share one */
    float *slopes; /* [tiles][neurons][16]: dL/ddecay; NULL: nobody learns by it */
} snnd_leak_pass;

snnd_status snnd_leak_prepare(const snnd_stage *stage, snnd_leak_pass *made);
void snnd_leak_release(const snnd_stage *stage, const snnd_leak_pass *held);

/* Before a pass. */
void snnd_leak_begin(const snnd_stage *stage, const snnd_leak_pass *held);

/* Decays from a neuron on, and the slopes of a part: NULL where there are none. */
static inline const float *snnd_leak_decays(const snnd_leak_pass *held, int32_t neuron) {
    return held->decays == NULL ? NULL : held->decays + neuron;
}
float *snnd_leak_slopes(const snnd_stage *stage, const snnd_leak_pass *held, const snnd_part *part);

/* dL/da of the slopes of all parts, from the first tile to the last. */
void snnd_leak_gather(const snnd_stage *stage, const snnd_leak_pass *held);

#endif
