/* Finds all files of a folder and of the folders in it. */
#ifndef EXAMPLES_WALK_H
#define EXAMPLES_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "common/failure.h"

struct found_file {
    char *path;       /**< relative to the folder */
    const char *name; /**< its last part, in `path` */
    int64_t bytes;
    int64_t seconds, nanoseconds; /**< the time of its last change */
};

struct found_files {
    struct found_file *file; /**< sorted by path */
    size_t count;
};

/** Searches the folder. Names that begin with a dot are left out. */
int walk_folder(const char *folder, struct found_files *files, struct failure *failure);
void walk_free(struct found_files *files);

#endif
