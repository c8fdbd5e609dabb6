/* Splits paths, compares them, and reports errors that name them. */
#ifndef SNND_FORMAT_PATHS_H
#define SNND_FORMAT_PATHS_H

#include "base/context.h"

/* Returns the part of a path after the last slash. */
const char *snnd_base_name(const char *path);

/* Returns the number of bytes of a path before its name, including the slash. */
size_t snnd_folder_length(const char *path);

/* Copies the folder of a path, or "." where the path has no folder or one that is too long. */
void snnd_folder_of(const char *path, char *folder, size_t room);

/* Returns whether two paths name the same file, which need not exist. */
bool snnd_is_same_place(const char *one, const char *other);

/* Fails with "cannot WHAT 'PATH': " and the text of errno. The second reports that the path is a device, a pipe or a
 * folder, which the library neither reads nor replaces. */
snnd_status snnd_fail_path(snnd_context *context, const char *what, const char *path);
snnd_status snnd_fail_irregular(snnd_context *context, const char *what, const char *path);

#endif
