/* The paper's network, with the options of the command line. */
#ifndef TRAINING_MODEL_H
#define TRAINING_MODEL_H

#include <snndelay.h>

#include "training/options.h"

struct model {
    snnd_network *network;
    snnd_sparsity *sparsity; /**< NULL where the structure is dense */
};

/** `steps` are those of the whole run. */
int model_make(snnd_context *context, const struct options *options, int32_t channels, int32_t classes, int64_t steps,
               struct model *model, struct failure *failure);
void model_free(struct model *model);

/** Returns the step from which a rule stops rewiring, in a run of so many steps; 0: it never stops. */
int32_t model_rewiring_stop(const struct options *options, int64_t steps);

/** Creates a trainer with the paper's optimizers and schedules. */
int model_trainer(snnd_context *context, const struct options *options, const struct model *model,
                  int (*progress)(void *user, const snnd_progress *progress), void *user, snnd_trainer **trainer,
                  struct failure *failure);

#endif
