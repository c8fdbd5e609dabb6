/* Files and folders. Whatever is written takes its name only when it is whole, and only regular files are read.
 *
 * Functions that end with _in are for what lies in a folder that the user named: see place.h. The others are for paths
 * that the user named. */
#ifndef EXAMPLES_FILES_H
#define EXAMPLES_FILES_H

#include <dirent.h>
#include <stddef.h>
#include <stdio.h>

#include "common/failure.h"

/** The most bytes that are read of a file, and of a picture. */
enum { FILE_MOST = 64 << 20, PICTURE_MOST = 16 << 20 };

/** 1 if there is something of this name. In a folder a link is something, wherever it leads. */
int file_exists(const char *path);
int file_exists_in(const char *folder, const char *name);

/** 1 if both paths lead to one file that is there, however they are spelled. */
int file_is_same(const char *one, const char *other);

/** 1 if there is a regular file of this name, 0 if there is nothing; -1 for all else, as links. For files that the
 * library is to read. */
int file_check_in(const char *folder, const char *name, struct failure *failure);

/** A descriptor of a regular file, for reading; -1 on failure. */
int file_open_in(const char *folder, const char *name, struct failure *failure);

/** Reads a whole file of up to `most` bytes; a zero byte follows its `length` bytes. NULL on failure. */
char *file_read(const char *path, size_t *length, struct failure *failure);
char *file_read_in(const char *folder, const char *name, size_t most, size_t *length, struct failure *failure);

/** Reads a file of text, which has no zero byte. */
char *file_text_in(const char *folder, const char *name, struct failure *failure);

/** Writes `text` to a temporary file beside its place, which then takes its name. A file that is replaced keeps its
 * permissions, and one that is read-only is not replaced. A link is. */
int file_write(const char *path, const char *text, struct failure *failure);
int file_write_in(const char *folder, const char *name, const char *text, struct failure *failure);

/** The same piece by piece: what is put into `stream` becomes the file at file_end(), which tells of all failures. NULL
 * on failure, and then there is nothing to end. */
struct file_writing {
    FILE *stream;
    char *path, *temporary; /* for messages; its name in the folder */
    const char *last;       /* the name that it is to take, in `path` */
    int folder;
};
FILE *file_begin_in(const char *folder, const char *name, struct file_writing *writing, struct failure *failure);
int file_end(struct file_writing *writing, struct failure *failure);

/** Instead of file_end(): the place stays as it was. */
void file_abandon(struct file_writing *writing);

/** Removes what processes that were killed have left in a folder instead of file_end(), and nothing that a process is
 * writing. Where a file system has no locks it removes nothing. */
void file_sweep(const char *path);

/** Copies a regular file, of any size. */
int file_copy_in(const char *from, const char *name, const char *to, const char *new_name, struct failure *failure);

/** A descriptor at the end of a file, which is made if need be. A file that has other names too is refused: what is
 * written would reach these. */
int file_append_in(const char *folder, const char *name, struct failure *failure);

/** Removes a file or a link, if there is one. */
void file_remove_in(const char *folder, const char *name);

/** Makes a folder and those above it. One that is there already is fine. */
int folder_make(const char *path, struct failure *failure);

/** Looks whether that can be done, and whether something can be made in the folder, and makes nothing. */
int folder_can_be_made(const char *path, struct failure *failure);
int folder_make_in(const char *folder, const char *name, struct failure *failure);

/** 1 if there is a folder of this name, 0 if there is nothing; -1 for all else, as links. */
int folder_check_in(const char *folder, const char *name, struct failure *failure);

/** The names in a folder; NULL where there is none. */
DIR *folder_open_in(const char *folder, const char *name);

/** Removes a folder and all in it, but nothing that links lead to, the path itself being one included; what cannot be
 * removed stays. */
void folder_remove(const char *path);

/** 1 if the folder has nothing in it, 0 if it has, -1 if it cannot be read. */
int folder_is_empty(const char *path);

/** The path from the root, without "." and without links resolved; for naming, not for opening. */
char *path_absolute(const char *path);

#endif
