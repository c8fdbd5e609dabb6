/* All of rawhd-train, for it and for programs that carry out many runs. */
#ifndef RAWHD_TRAIN_H
#define RAWHD_TRAIN_H

/** Does what a command line of rawhd-train asks for, arguments[0] not looked at; its exit code. */
int train(int count, char **arguments);

#endif
