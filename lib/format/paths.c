/* Takes paths apart, compares them, and words the errors of files (paths.h). */
#include "format/paths.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text_mode.h"

const char *snnd_base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

size_t snnd_folder_length(const char *path) {
    return (size_t)(snnd_base_name(path) - path);
}

void snnd_folder_of(const char *path, char *folder, size_t room) {
    const size_t with_slash = snnd_folder_length(path), length = with_slash > 1 ? with_slash - 1 : with_slash;
    const bool fits = length > 0 && length < room;
    memcpy(folder, fits ? path : ".", fits ? length : 1);
    folder[fits ? length : 1] = '\0';
}

bool snnd_is_same_place(const char *one, const char *other) {
    struct stat first, second;
    char folder[2][4096];
    snnd_folder_of(one, folder[0], sizeof folder[0]);
    snnd_folder_of(other, folder[1], sizeof folder[1]);
    return strcmp(snnd_base_name(one), snnd_base_name(other)) == 0 && stat(folder[0], &first) == 0 &&
           stat(folder[1], &second) == 0 && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* The text of errno is that of the locale "C", like the rest of the message. */
snnd_status snnd_fail_path(snnd_context *context, const char *what, const char *path) {
    const int reason = errno;
    const snnd_text_mode before = snnd_set_text_mode();
    const snnd_status status = snnd_fail(context, SNND_ERROR_IO, "cannot %s '%s': %s", what, path, strerror(reason));
    snnd_restore_text_mode(&before);
    return status;
}

snnd_status snnd_fail_irregular(snnd_context *context, const char *what, const char *path) {
    return snnd_fail(context, SNND_ERROR_IO, "cannot %s '%s': not a regular file", what, path);
}
