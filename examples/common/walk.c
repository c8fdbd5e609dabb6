#include "common/walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Ends a cycle of links. */
enum { DEEPEST = 32 };

static void add_file(struct found_files *files, size_t *room, char *path, const struct stat *status) {
    if (files->count == *room) {
        *room = *room > 0 ? 2 * *room : 256;
        files->file = reallocate(files->file, *room, sizeof *files->file);
    }
    const char *slash = strrchr(path, '/');
    struct found_file *file = &files->file[files->count++];
    file->path = path;
    file->name = slash != NULL ? slash + 1 : path;
    file->bytes = status->st_size;
    file->seconds = status->st_mtim.tv_sec;
    file->nanoseconds = status->st_mtim.tv_nsec;
}

/* Searches `inner`, a path from `folder` ("" for itself). */
static int walk_inner(const char *folder, const char *inner, int depth, struct found_files *files, size_t *room,
                      struct failure *failure) {
    char *here = *inner != '\0' ? format_text("%s/%s", folder, inner) : format_text("%s", folder);
    DIR *directory = opendir(here);
    int result = directory != NULL ? 0 : failed(failure, "%s: cannot read this folder: %s", here, strerror(errno));
    free(here);
    for (struct dirent *entry; result == 0 && (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        char *path = format_text("%s%s%s", inner, *inner != '\0' ? "/" : "", entry->d_name);
        char *whole = format_text("%s/%s", folder, path);
        struct stat status;
        int known = stat(whole, &status) == 0;
        free(whole);
        if (known && S_ISREG(status.st_mode)) {
            add_file(files, room, path, &status);
            continue;
        }
        if (known && S_ISDIR(status.st_mode) && depth < DEEPEST)
            result = walk_inner(folder, path, depth + 1, files, room, failure);
        free(path);
    }
    if (directory != NULL)
        closedir(directory);
    return result;
}

static int by_path(const void *a, const void *b) {
    return strcmp(((const struct found_file *)a)->path, ((const struct found_file *)b)->path);
}

int walk_folder(const char *folder, struct found_files *files, struct failure *failure) {
    size_t room = 0;
    memset(files, 0, sizeof *files);
    if (walk_inner(folder, "", 0, files, &room, failure) != 0) {
        walk_free(files);
        return -1;
    }
    if (files->count > 0)
        qsort(files->file, files->count, sizeof *files->file, by_path);
    return 0;
}

void walk_free(struct found_files *files) {
    for (size_t i = 0; i < files->count; i++)
        free(files->file[i].path);
    free(files->file);
    memset(files, 0, sizeof *files);
}
