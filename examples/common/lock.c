/*
 * Whoever can open a file can lock it for any time. So only users who may write to this file can open it. It is opened
 * for writing only, which is also what file systems need that implement locks in another way (NFS).
 *
 * Where a file system has no locks a single process continues with a warning: this is the usual case, a single process
 * needs none, and some clusters have no other file system. Processes that need locks to share their work do not
 * continue.
 */
#include "common/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/files.h"
#include "common/program.h"

/* Users who may write may also read, which copies need, and others have no access. The permissions of a file with
 * another hard link are not changed. */
static void leave_to_writers(int file, const struct stat *status) {
    const mode_t writers = status->st_mode & 0222, wanted = writers | writers << 1;
    if ((status->st_mode & 0777) != wanted && status->st_uid == geteuid() && status->st_nlink == 1)
        (void)fchmod(file, wanted);
}

/* Opens a regular file without waiting for anything; returns -1 on failure. */
static int open_lock(const char *path, struct failure *failure) {
    struct stat status;
    const int file = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0222);
    if (file < 0 && errno == ELOOP)
        return failed(failure, "%s: is a symbolic link, which is not followed", path);
    if (file < 0 && errno != ENXIO && errno != EISDIR)
        return failed(failure, "%s: cannot write: %s", path, strerror(errno));
    if (file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
        leave_to_writers(file, &status);
        return file;
    }
    lock_release(file);
    return failed(failure, "%s: is not a regular file", path);
}

static int is_for_want_of_locks(int error) {
    return error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP || error == EINVAL;
}

/* Warns once, however many folders there are. */
static void warn(const char *path, const char *reason) {
    static int is_said;
    if (!is_said)
        program_complain(
            "%s: this file system has no locks (%s), so nothing stops a second process from writing to the same files",
            path, reason);
    is_said = 1;
}

static enum lock_result lock_file(int file, const char *path, enum lock_need need, int *lock, struct failure *failure) {
    int result;
    do
        result = flock(file, LOCK_EX | LOCK_NB);
    while (result != 0 && errno == EINTR);
    const int error = errno;
    if (result == 0) {
        *lock = file;
        return LOCK_HELD;
    }
    lock_release(file);
    if (error == EWOULDBLOCK)
        return LOCK_TAKEN;
    if (need == LOCK_IF_THERE_IS && is_for_want_of_locks(error)) {
        warn(path, strerror(error));
        return LOCK_HELD;
    }
    failed(failure, "%s: cannot lock: %s%s", path, strerror(error),
           need == LOCK_NEEDED ? "; ranks share their work through locks" : "");
    return LOCK_FAILED;
}

enum lock_result lock_try(const char *folder, enum lock_need need, int *lock, struct failure *failure) {
    *lock = -1;
    failure->text[0] = '\0';
    if (folder_make(folder, failure) != 0)
        return LOCK_FAILED;
    char *path = format_text("%s/" LOCK_FILE, folder);
    const int file = open_lock(path, failure);
    const enum lock_result result = file >= 0 ? lock_file(file, path, need, lock, failure) : LOCK_FAILED;
    free(path);
    return result;
}

/* Waits for a tenth of a second, or returns 1 when a signal arrives. */
static int pause_for(const sigset_t *signals) {
    const struct timespec tenth = {0, 100000000};
    return sigtimedwait(signals, NULL, &tenth) > 0;
}

enum lock_result lock_wait(const char *folder, enum lock_need need, int *lock, struct failure *failure) {
    enum { PAUSES_UNTIL_SAID = 10 };
    sigset_t signals, mask;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, &mask);
    enum lock_result result;
    for (int pauses = 0; (result = lock_try(folder, need, lock, failure)) == LOCK_TAKEN; pauses++) {
        if (pauses == PAUSES_UNTIL_SAID)
            program_complain("waiting for %s/" LOCK_FILE ", which another process has locked", folder);
        if (pause_for(&signals)) {
            result = LOCK_STOPPED;
            break;
        }
    }
    sigprocmask(SIG_SETMASK, &mask, NULL);
    return result;
}

void lock_release(int lock) {
    if (lock >= 0)
        close(lock);
}
