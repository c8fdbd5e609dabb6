#include "sweep/sweep_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/files.h"

static int lock_file(int file, int wait) {
    int result;
    do
        result = flock(file, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
    while (result != 0 && errno == EINTR);
    return result;
}

int sweep_lock(const char *folder, int wait, int needed, struct failure *failure) {
    if (folder_make(folder, failure) != 0)
        return LOCK_FAILED;
    char *path = format_text("%s/.lock", folder);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0)
        failed(failure, "%s: cannot write: %s", path, strerror(errno));
    if (file >= 0 && lock_file(file, wait) != 0) {
        int taken = errno == EWOULDBLOCK;
        if (taken || needed) {
            failed(failure, "%s: cannot lock: %s", path, strerror(errno));
            close(file);
            file = taken ? LOCK_TAKEN : LOCK_FAILED;
        }
    } else if (file < 0) {
        file = LOCK_FAILED;
    }
    free(path);
    return file;
}
