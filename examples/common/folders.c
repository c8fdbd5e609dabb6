#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/files.h"
#include "common/place.h"

enum { INNER_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

int folder_make(const char *path, struct failure *failure) {
    char *part = format_text("%s", path);
    int result = 0;
    for (char *end = part + 1; result == 0; end++) {
        if (*end != '/' && *end != '\0')
            continue;
        char separator = *end;
        *end = '\0';
        struct stat status;
        if (mkdir(part, 0777) != 0) {
            int error = errno;
            if (stat(part, &status) != 0 || !S_ISDIR(status.st_mode))
                result = failed(failure, "%s: cannot make this folder: %s", part, strerror(error));
        }
        *end = separator;
        if (separator == '\0')
            break;
    }
    free(part);
    if (result == 0)
        file_sweep(opendir(path));
    return result;
}

/* Shortens a path to its parent. */
static void go_up(char *path) {
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    while (length > 0 && path[length - 1] != '/')
        length--;
    if (length == 0)
        path[length++] = '.';
    path[length] = '\0';
}

int folder_can_be_made(const char *path, struct failure *failure) {
    char *part = format_text("%s/", path);
    struct stat status;
    while (stat(part, &status) != 0 && errno == ENOENT && strcmp(part, ".") != 0 && strcmp(part, "/") != 0)
        go_up(part);
    const int result =
        access(part, W_OK | X_OK) == 0 ? 0 : failed(failure, "%s: cannot make this folder: %s", path, strerror(errno));
    free(part);
    return result;
}

/* Creates a folder with this name in an open folder. */
static int make_inner(int outer, const char *last, const char *path, struct failure *failure) {
    struct stat status;
    if (mkdirat(outer, last, 0777) == 0)
        return 0;
    const int error = errno;
    if (fstatat(outer, last, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode))
        return 0;
    return failed(failure, "%s: cannot make this folder: %s", path, strerror(error));
}

int folder_make_in(const char *folder, const char *name, struct failure *failure) {
    const char *last;
    const int outer = folder_make(folder, failure) == 0 ? place_open(folder, name, &last, failure) : -1;
    if (outer < 0)
        return -1;
    char *path = place_path(folder, name);
    const int result = make_inner(outer, last, path, failure);
    free(path);
    close(outer);
    if (result == 0)
        file_sweep(folder_open_in(folder, name));
    return result;
}

DIR *folder_open_in(const char *folder, const char *name) {
    struct failure ignored;
    const char *last;
    const int outer = place_open(folder, name, &last, &ignored);
    const int inner = outer >= 0 ? openat(outer, last, INNER_FLAGS) : -1;
    DIR *opened = inner >= 0 ? fdopendir(inner) : NULL;
    if (opened == NULL && inner >= 0)
        close(inner);
    if (outer >= 0)
        close(outer);
    return opened;
}

/* Folders are recognised by opening them, so that nothing can be exchanged in between. */
static void remove_from(int outer, const char *name) {
    const int inner = openat(outer, name, INNER_FLAGS);
    DIR *folder = inner >= 0 ? fdopendir(inner) : NULL;
    if (folder == NULL) {
        if (inner >= 0)
            close(inner);
        if (unlinkat(outer, name, 0) == 0)
            return;
    }
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_from(inner, entry->d_name);
    if (folder != NULL)
        closedir(folder);
    unlinkat(outer, name, AT_REMOVEDIR);
}

void folder_remove(const char *path) {
    char *name = format_text("%s", path); /* with a trailing slash a link would be followed */
    for (size_t end = strlen(name); end > 1 && name[end - 1] == '/'; end--)
        name[end - 1] = '\0';
    remove_from(AT_FDCWD, name);
    free(name);
}

int folder_is_empty(const char *path) {
    DIR *folder = opendir(path);
    if (folder == NULL)
        return -1;
    int empty = 1;
    for (struct dirent *entry; empty && (entry = readdir(folder)) != NULL;)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(folder);
    return empty;
}

char *path_absolute(const char *path) {
    char here[4096];
    while (path[0] == '.' && path[1] == '/')
        path += 2;
    char *absolute;
    if (path[0] == '/' || getcwd(here, sizeof here) == NULL)
        absolute = format_text("%s", path);
    else if (path[0] == '\0' || strcmp(path, ".") == 0)
        absolute = format_text("%s", here);
    else
        absolute = format_text("%s/%s", strcmp(here, "/") == 0 ? "" : here, path);
    for (size_t end = strlen(absolute); end > 1 && absolute[end - 1] == '/'; end--)
        absolute[end - 1] = '\0';
    return absolute;
}
