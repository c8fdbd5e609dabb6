/* A training run from its beginning to its end. */
#ifndef TRAINING_RUN_H
#define TRAINING_RUN_H

#include "training/exit_code.h"
#include "training/options.h"

/** Trains to the end, or until Ctrl-C. `lock` is that of the folder if it is already held, and is released; or -1. For
 * all results except EXIT_DONE and EXIT_STOPPED `failure` has the reason. */
enum exit_code run(struct options *options, int lock, struct failure *failure);

#endif
