/* All of rawhd-train, for it and for programs that carry out many runs. */
#ifndef TRAINING_TRAIN_H
#define TRAINING_TRAIN_H

/** Does what a command line of rawhd-train asks for, arguments[0] not looked at; its exit code. `lock` is that of the
 * folder --out where it is held already, or -1. */
int train(int count, char **arguments, int lock);

#endif
