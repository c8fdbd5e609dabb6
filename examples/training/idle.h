/* Options that were asked for and change nothing. */
#ifndef TRAINING_IDLE_H
#define TRAINING_IDLE_H

#include "training/options.h"

/** Says on stderr which of the options that were given have no effect with the others. */
void idle_mention(const struct options *options);

/** Says so where a rule that rewires has no occasion to in a run of so many steps. */
void idle_mention_rewiring(const struct options *options, int64_t steps);

#endif
