/*
 * Files and folders. A written file gets its name only when it is complete, and only regular files are read.
 *
 * Functions that end with _in are for files in a folder that the user named (place.h). The others are for paths that
 * the user named.
 */
#ifndef EXAMPLES_FILES_H
#define EXAMPLES_FILES_H

#include <dirent.h>
#include <stddef.h>
#include <stdio.h>

#include "common/failure.h"

/** The largest number of bytes that is read of a file, and of a picture. */
enum { FILE_MOST = 64 << 20, PICTURE_MOST = 16 << 20 };

/** Returns 1 if the name exists. In a folder a link exists whatever it points to. */
int file_exists(const char *path);
int file_exists_in(const char *folder, const char *name);

/** Returns 1 if both paths lead to the same existing file, however they are spelled. */
int file_is_same(const char *one, const char *other);

/** Returns 1 if there is a regular file of this name, 0 if the name does not exist, and -1 for anything else, such as
 * links. It is for files that the library reads. */
int file_check_in(const char *folder, const char *name, struct failure *failure);

/** Returns a descriptor of a regular file, for reading, or -1 on failure. */
int file_open_in(const char *folder, const char *name, struct failure *failure);

/** Reads a whole file of up to `most` bytes, and adds a zero byte after its `length` bytes. Returns NULL on failure. */
char *file_read(const char *path, size_t *length, struct failure *failure);
char *file_read_in(const char *folder, const char *name, size_t most, size_t *length, struct failure *failure);

/** Reads a file of text, which must not contain a zero byte. */
char *file_text_in(const char *folder, const char *name, struct failure *failure);

/** Writes `text` to a temporary file in the same folder, which is then renamed. The new file has the permissions of the
 * old one. A read-only file is not replaced, but a link is. */
int file_write(const char *path, const char *text, struct failure *failure);
int file_write_in(const char *folder, const char *name, const char *text, struct failure *failure);

/** Writes a file piece by piece: what is written to `stream` becomes the file at file_end(), which reports all
 * failures. Returns NULL on failure, and then file_end() must not be called. */
struct file_writing {
    FILE *stream;
    char *path, *temporary; /* for messages; and its name in the folder */
    const char *last;       /* the final name, in `path` */
    int folder;
};
FILE *file_begin_in(const char *folder, const char *name, struct file_writing *writing, struct failure *failure);
int file_end(struct file_writing *writing, struct failure *failure);

/** Called in place of file_end(): the path is unchanged. */
void file_abandon(struct file_writing *writing);

/** Removes temporary files of killed processes from an open folder, but not those of running ones, and closes it. Where
 * a file system has no locks it removes nothing. */
void file_sweep(DIR *folder);

/** Copies a regular file, of any size. */
int file_copy_in(const char *from, const char *name, const char *to, const char *new_name, struct failure *failure);

/** Returns a descriptor at the end of a file, which is created if necessary. A file with other hard links is refused,
 * since these would change as well. */
int file_append_in(const char *folder, const char *name, struct failure *failure);

/** Removes a file or a link, if there is one. */
void file_remove_in(const char *folder, const char *name);

/** Creates a folder and its parents. One that exists already is swept (file_sweep()), since programs call this before
 * they write to a folder. */
int folder_make(const char *path, struct failure *failure);

/** Checks whether that is possible, and whether files can be created in the folder, without creating anything. */
int folder_can_be_made(const char *path, struct failure *failure);
int folder_make_in(const char *folder, const char *name, struct failure *failure);

/** Returns 1 if there is a folder of this name, 0 if the name does not exist, and -1 for anything else, such as links.
 * */
int folder_check_in(const char *folder, const char *name, struct failure *failure);

/** Opens a folder to list its names; returns NULL where it does not exist. */
DIR *folder_open_in(const char *folder, const char *name);

/** Removes a folder and its content, but not what links point to, even if the path itself is a link. What cannot be
 * removed stays. */
void folder_remove(const char *path);

/** Returns 1 if the folder is empty, 0 if it is not, and -1 if it cannot be read. */
int folder_is_empty(const char *path);

/** Returns the absolute path, without "." and with links resolved; for names, not for opening. */
char *path_absolute(const char *path);

#endif
