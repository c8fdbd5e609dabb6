/* Who is at work in a folder of a sweep: a lock that the kernel takes back when its holders have died. */
#ifndef RAWHD_SWEEP_LOCK_H
#define RAWHD_SWEEP_LOCK_H

#include "common/failure.h"

enum lock_result { LOCK_TAKEN = -1, LOCK_FAILED = -2 };

/** Makes the folder if need be and locks FOLDER/.lock: a descriptor, whose closing here and in all children that
 * inherited it ends the lock; or LOCK_TAKEN, where another process has it and `wait` is 0; or LOCK_FAILED. A file
 * system that has no locks goes without, or with `needed` fails. */
int sweep_lock(const char *folder, int wait, int needed, struct failure *failure);

#endif
