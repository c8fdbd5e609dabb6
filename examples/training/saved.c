#include "training/saved.h"

#include <string.h>
#include <sys/stat.h>

#include "common/allocate.h"

void saved_find(const char *path, char **folder, char **name) {
    struct stat status;
    const char *slash = strrchr(path, '/');
    const int is_folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    if (is_folder)
        *folder = format_text("%s", path);
    else if (slash == NULL)
        *folder = format_text(".");
    else
        *folder = format_text("%.*s", slash > path ? (int)(slash - path) : 1, path);
    *name = format_text("%s", is_folder ? SAVED_BEST : slash == NULL ? path : slash + 1);
}
