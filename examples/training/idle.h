/* Options that were given but have no effect. */
#ifndef TRAINING_IDLE_H
#define TRAINING_IDLE_H

#include "training/options.h"

/** Reports on stderr which of the given options have no effect with the others. */
void idle_mention(const struct options *options);

/** Reports a rule that rewires but never does so in a run of so many steps. */
void idle_mention_rewiring(const struct options *options, int64_t steps);

#endif
