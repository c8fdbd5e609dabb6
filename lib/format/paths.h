/* Paths of files, and what is said of them. */
#ifndef SNND_FORMAT_PATHS_H
#define SNND_FORMAT_PATHS_H

#include "base/context.h"

/* What is behind the last slash of a path. */
const char *snnd_base_name(const char *path);

/* Bytes of a path up to its name, the slash among them. */
size_t snnd_folder_length(const char *path);

/* Copies the folder of a path, "." where it has none or one that is too long. */
void snnd_folder_of(const char *path, char *folder, size_t room);

/* Whether two paths name one file, which need not be there. */
bool snnd_is_same_place(const char *one, const char *other);

/* "cannot WHAT 'PATH': " and what errno says; or that the path leads to a device, a pipe or a folder: they are not for
 * us, and are neither read nor replaced. */
snnd_status snnd_fail_path(snnd_context *context, const char *what, const char *path);
snnd_status snnd_fail_irregular(snnd_context *context, const char *what, const char *path);

#endif
