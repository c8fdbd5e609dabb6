/* A training run from beginning to end. */
#ifndef TRAINING_RUN_H
#define TRAINING_RUN_H

#include "training/options.h"

/** Exit codes of rawhd-train. */
enum exit_code { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_DIVERGED = 3, EXIT_STOPPED = 130 };

/** Trains to the end, or until Ctrl-C. `lock` is that of the folder where it is held already, and is released; or -1.
 * Anything but EXIT_DONE and EXIT_STOPPED is told in `failure`. */
enum exit_code run(struct options *options, int lock, struct failure *failure);

#endif
