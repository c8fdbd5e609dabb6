/* Locks a folder while a process works in it. The system releases the lock when its holders have died. */
#ifndef EXAMPLES_LOCK_H
#define EXAMPLES_LOCK_H

#include "common/failure.h"

/** The file in a folder that is locked. */
#define LOCK_FILE ".lock"

enum lock_result {
    LOCK_HELD,    /**< this process has the lock */
    LOCK_TAKEN,   /**< another process has it */
    LOCK_STOPPED, /**< SIGINT or SIGTERM arrived while waiting */
    LOCK_FAILED   /**< locking failed, and `failure` says why; it is empty for all other results */
};

/** What happens on a file system without locks. */
enum lock_need {
    LOCK_IF_THERE_IS, /**< the process continues without a lock and warns once; the descriptor is then -1 */
    LOCK_NEEDED       /**< the result is LOCK_FAILED */
};

/** Creates the folder if necessary and locks it, without waiting. `lock` receives a descriptor or -1. The lock ends
 * when it is closed here and in all children that inherited it. A process that may not write to the folder's files
 * cannot hold its lock. */
enum lock_result lock_try(const char *folder, enum lock_need need, int *lock, struct failure *failure);

/** The same, but waits while another process has the lock; after a second it says so on stderr, once. SIGINT and
 * SIGTERM end the waiting, even where they are blocked. */
enum lock_result lock_wait(const char *folder, enum lock_need need, int *lock, struct failure *failure);

void lock_release(int lock);

#endif
