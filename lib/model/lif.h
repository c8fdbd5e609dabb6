/* What a workspace shows of a LIF layer. */
#ifndef SNND_MODEL_LIF_H
#define SNND_MODEL_LIF_H

#include "model/workspace.h"

/* Membrane potentials of the last pass, before each spike is taken. */
const snnd_activity *snnd_lif_potential(const snnd_stage *stage);

#endif
