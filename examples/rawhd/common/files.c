#include "common/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int file_exists(const char *path) {
    struct stat status;
    return stat(path, &status) == 0;
}

char *file_read(const char *path, size_t *length, struct failure *failure) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        failed(failure, "%s: cannot open: %s", path, strerror(errno));
        return NULL;
    }
    size_t used = 0, room = 4096;
    char *text = allocate(room, 1);
    for (size_t got; (got = fread(text + used, 1, room - used - 1, file)) > 0;) {
        used += got;
        if (room - used < 2) {
            room *= 2;
            text = reallocate(text, room, 1);
        }
    }
    int broken = ferror(file);
    fclose(file);
    if (broken) {
        free(text);
        failed(failure, "%s: cannot read", path);
        return NULL;
    }
    text[used] = '\0';
    if (length != NULL)
        *length = used;
    return text;
}

/* Gives a temporary file the rights that an ordinary new file has. */
static void ordinary_rights(int descriptor) {
    mode_t mask = umask(0);
    umask(mask);
    (void)fchmod(descriptor, 0666 & ~mask);
}

int file_write(const char *path, const char *text, struct failure *failure) {
    char *temporary = format_text("%s.XXXXXX", path);
    int descriptor = mkstemp(temporary);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "wb") : NULL;
    int result = 0;
    if (file == NULL) {
        result = failed(failure, "%s: cannot write: %s", path, strerror(errno));
        if (descriptor >= 0)
            close(descriptor);
    } else {
        ordinary_rights(descriptor);
        int broken = fputs(text, file) == EOF || fflush(file) != 0 || fsync(descriptor) != 0;
        broken |= fclose(file) != 0;
        if (broken || rename(temporary, path) != 0)
            result = failed(failure, "%s: cannot write: %s", path, strerror(errno));
    }
    if (result != 0 && descriptor >= 0)
        unlink(temporary);
    free(temporary);
    return result;
}

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
    return result;
}

void folder_remove(const char *path) {
    DIR *folder = opendir(path);
    if (folder != NULL) {
        for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
            if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                continue;
            char *inner = format_text("%s/%s", path, entry->d_name);
            struct stat status;
            if (lstat(inner, &status) == 0 && S_ISDIR(status.st_mode))
                folder_remove(inner);
            else
                unlink(inner);
            free(inner);
        }
        closedir(folder);
    }
    rmdir(path);
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
