/* Who is at work in a folder: a lock that the system takes back when its holders have died. */
#ifndef EXAMPLES_LOCK_H
#define EXAMPLES_LOCK_H

#include "common/failure.h"

/** The file in a folder that is locked. */
#define LOCK_FILE ".lock"

enum lock_result {
    LOCK_HELD,    /**< it is ours */
    LOCK_TAKEN,   /**< another process has it */
    LOCK_STOPPED, /**< SIGINT or SIGTERM came while it was waited for */
    LOCK_FAILED   /**< it cannot be had; `failure` says why. It is empty after all others */
};

/** What becomes of a folder on a file system that has no locks. */
enum lock_need {
    LOCK_IF_THERE_IS, /**< it is held without, and that is said once; LOCK is then -1 */
    LOCK_NEEDED       /**< LOCK_FAILED */
};

/** Makes the folder if need be and locks it, without waiting. `lock` gets a descriptor, whose closing here and in all
 * children that inherited it ends the lock, or -1. Who may not write to the folder's files cannot hold its lock. */
enum lock_result lock_try(const char *folder, enum lock_need need, int *lock, struct failure *failure);

/** The same, and waits for another process that has it; after a second it says so on stderr, once. SIGINT and SIGTERM
 * end the waiting, also where they are blocked. */
enum lock_result lock_wait(const char *folder, enum lock_need need, int *lock, struct failure *failure);

void lock_release(int lock);

#endif
