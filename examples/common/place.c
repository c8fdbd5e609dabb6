#include "common/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_FLAGS = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

char *place_path(const char *folder, const char *name) {
    return folder != NULL ? format_text("%s/%s", folder, name) : format_text("%s", name);
}

/* Opens the folder of a path that the user has named. */
static int open_parent(const char *path, const char **last, struct failure *failure) {
    const char *slash = strrchr(path, '/');
    *last = slash != NULL ? slash + 1 : path;
    char *parent = slash == NULL   ? format_text(".")
                   : slash == path ? format_text("/")
                                   : format_text("%.*s", (int)(slash - path), path);
    const int folder = open(parent, FOLDER_FLAGS);
    const int error = errno;
    if (folder < 0)
        failed(failure, "%s: cannot open: %s", path, strerror(error));
    free(parent);
    errno = error;
    return folder;
}

/* Returns 1 for an empty name, and for names of the folder itself and of its parent. */
static int leads_nowhere(const char *part) {
    return part[0] == '\0' || strcmp(part, ".") == 0 || strcmp(part, "..") == 0;
}

/* Opens a folder in a folder. */
static int step_into(int folder, const char *part) {
    struct stat status;
    const int inner = leads_nowhere(part) ? -1 : openat(folder, part, FOLDER_FLAGS | O_NOFOLLOW);
    if (leads_nowhere(part))
        errno = EINVAL;
    else if (inner < 0 && fstatat(folder, part, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode))
        errno = ELOOP;
    return inner;
}

/* Opens the folders of a path one after the other. */
static int walk(int folder, const char *name, const char **last) {
    *last = name;
    for (const char *slash; folder >= 0 && (slash = strchr(*last, '/')) != NULL; *last = slash + 1) {
        char *part = format_text("%.*s", (int)(slash - *last), *last);
        const int inner = step_into(folder, part), error = errno;
        free(part);
        close(folder);
        folder = inner;
        errno = error;
    }
    if (folder >= 0 && leads_nowhere(*last)) {
        close(folder);
        folder = -1;
        errno = EINVAL;
    }
    return folder;
}

int place_open(const char *folder, const char *name, const char **last, struct failure *failure) {
    if (folder == NULL)
        return open_parent(name, last, failure);
    const int opened = open(folder, FOLDER_FLAGS), inner = opened >= 0 ? walk(opened, name, last) : -1, error = errno;
    if (inner < 0)
        failed(failure, "%s/%s: cannot open: %s", folder, name,
               error == ELOOP    ? "a folder in its path is a link, and links in folders of results are not followed"
               : error == EINVAL ? "this name points outside the folder"
                                 : strerror(error));
    errno = error;
    return inner;
}
