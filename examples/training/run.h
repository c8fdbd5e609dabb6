/* A training run from beginning to end. */
#ifndef TRAINING_RUN_H
#define TRAINING_RUN_H

#include "training/exit_code.h"
#include "training/options.h"

/** Trains to the end, or until Ctrl-C. `lock` is that of the folder where it is held already, and is released; or -1.
 * Anything but EXIT_DONE and EXIT_STOPPED is told in `failure`. */
enum exit_code run(struct options *options, int lock, struct failure *failure);

#endif
