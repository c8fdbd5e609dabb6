/* Folders and small files. Whatever is written takes its name only when it is whole. */
#ifndef RAWHD_FILES_H
#define RAWHD_FILES_H

#include <stddef.h>

#include "common/failure.h"

/** 1 if there is something of this name. */
int file_exists(const char *path);

/** Reads a whole file; a zero byte follows its `length` bytes. NULL on failure. */
char *file_read(const char *path, size_t *length, struct failure *failure);

/** Writes `text` to a temporary file beside `path`, which then takes its name. */
int file_write(const char *path, const char *text, struct failure *failure);

/** Makes a folder and those above it. One that is there already is fine. */
int folder_make(const char *path, struct failure *failure);

/** Removes a folder and all in it; what cannot be removed stays. */
void folder_remove(const char *path);

/** 1 if the folder has nothing in it, 0 if it has, -1 if it cannot be read. */
int folder_is_empty(const char *path);

/** The path from the root, without "." and without links resolved; for naming, not for opening. */
char *path_absolute(const char *path);

#endif
