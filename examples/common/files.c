/*
 * Files of programs (files.h). A file is written under a temporary name in its folder and renamed when it is whole, as
 * the library does it in lib/format/target.c, which the header does not offer for the bytes of others.
 */
#include "common/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/place.h"

/* ---- What is there ---- */

/* The user may name a link; elsewhere links are not followed. */
static int look_at(const char *folder, const char *name, struct stat *status, struct failure *failure) {
    const char *last;
    const int outer = place_open(folder, name, &last, failure);
    if (outer < 0)
        return -1;
    const int result = fstatat(outer, last, status, folder != NULL ? AT_SYMLINK_NOFOLLOW : 0), error = errno;
    if (result != 0)
        failed(failure, "%s: cannot open: %s", last, strerror(error));
    close(outer);
    errno = error;
    return result;
}

int file_exists(const char *path) {
    struct stat status;
    return stat(path, &status) == 0;
}

int file_exists_in(const char *folder, const char *name) {
    struct stat status;
    struct failure ignored;
    return look_at(folder, name, &status, &ignored) == 0;
}

int file_is_same(const char *one, const char *other) {
    struct stat first, second;
    return stat(one, &first) == 0 && stat(other, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/* Returns -1, and names what is in the place of a file or a folder. */
static int misplaced(const char *path, mode_t mode, mode_t expected, struct failure *failure) {
    if (S_ISLNK(mode))
        return failed(failure, "%s: is a link, which is not followed in a folder of results", path);
    return failed(failure, "%s: is %s, not a %s", path,
                  S_ISDIR(mode)    ? "a folder"
                  : S_ISREG(mode)  ? "a file"
                  : S_ISFIFO(mode) ? "a pipe"
                  : S_ISSOCK(mode) ? "a socket"
                                   : "a device",
                  expected == S_IFREG ? "regular file" : "folder");
}

static int check(const char *folder, const char *name, mode_t kind, struct failure *failure) {
    struct stat status;
    struct failure reason;
    if (look_at(folder, name, &status, &reason) != 0)
        return errno == ENOENT ? 0 : failed(failure, "%s", reason.text);
    if ((status.st_mode & S_IFMT) == kind)
        return 1;
    char *path = place_path(folder, name);
    misplaced(path, status.st_mode, kind, failure);
    free(path);
    return -1;
}

int file_check_in(const char *folder, const char *name, struct failure *failure) {
    return check(folder, name, S_IFREG, failure);
}

int folder_check_in(const char *folder, const char *name, struct failure *failure) {
    return check(folder, name, S_IFDIR, failure);
}

/* ---- Reading ---- */

/* Opens a regular file. The type is checked before, since opening a device can have effects, and afterwards. */
static int open_regular(const char *folder, const char *name, const char *path, struct stat *status,
                        struct failure *failure) {
    const char *last;
    const int outer = place_open(folder, name, &last, failure), inside = folder != NULL;
    if (outer < 0)
        return -1;
    int file = -1;
    if (fstatat(outer, last, status, inside ? AT_SYMLINK_NOFOLLOW : 0) != 0)
        failed(failure, "%s: cannot open: %s", path, strerror(errno));
    else if (!S_ISREG(status->st_mode))
        misplaced(path, status->st_mode, S_IFREG, failure);
    else if ((file = openat(outer, last, O_RDONLY | O_NONBLOCK | O_CLOEXEC | (inside ? O_NOFOLLOW : 0))) < 0)
        failed(failure, "%s: cannot open: %s", path, strerror(errno));
    close(outer);
    if (file < 0 || (fstat(file, status) == 0 && S_ISREG(status->st_mode)))
        return file;
    close(file);
    return misplaced(path, status->st_mode, S_IFREG, failure);
}

int file_open_in(const char *folder, const char *name, struct failure *failure) {
    struct stat status;
    char *path = place_path(folder, name);
    const int file = open_regular(folder, name, path, &status, failure);
    free(path);
    return file;
}

static char *too_long(const char *path, size_t most, struct failure *failure) {
    failed(failure, "%s: is longer than %zu bytes, the limit for such a file", path, most);
    return NULL;
}

/* Reads an open file to its end, whatever its size was. */
static char *read_all(int file, const char *path, size_t expected, size_t most, size_t *length,
                      struct failure *failure) {
    size_t room = expected + 1, used = 0;
    char *bytes = allocate(room + 1, 1);
    for (ssize_t got; (got = read(file, bytes + used, room - used)) != 0;) {
        if (got < 0 && errno == EINTR)
            continue;
        used += got > 0 ? (size_t)got : 0;
        if (got < 0 || used > most) {
            failed(failure, "%s: cannot read: %s", path, strerror(errno));
            free(bytes);
            return got < 0 ? NULL : too_long(path, most, failure);
        }
        if (used == room) {
            room *= 2;
            bytes = reallocate(bytes, room + 1, 1);
        }
    }
    bytes[used] = '\0';
    *length = used;
    return bytes;
}

char *file_read_in(const char *folder, const char *name, size_t most, size_t *length, struct failure *failure) {
    struct stat status;
    char *path = place_path(folder, name), *bytes = NULL;
    const int file = open_regular(folder, name, path, &status, failure);
    if (file >= 0 && (uintmax_t)status.st_size > most)
        too_long(path, most, failure);
    else if (file >= 0)
        bytes = read_all(file, path, (size_t)status.st_size, most, length, failure);
    if (file >= 0)
        close(file);
    free(path);
    return bytes;
}

char *file_read(const char *path, size_t *length, struct failure *failure) {
    size_t ignored;
    return file_read_in(NULL, path, FILE_MOST, length != NULL ? length : &ignored, failure);
}

char *file_text_in(const char *folder, const char *name, struct failure *failure) {
    size_t length;
    char *text = file_read_in(folder, name, FILE_MOST, &length, failure);
    if (text == NULL || strlen(text) == length)
        return text;
    char *path = place_path(folder, name);
    failed(failure, "%s: contains a zero byte, so it is not text", path);
    free(path);
    free(text);
    return NULL;
}

/* ---- Writing ---- */

#define TEMPORARY "snnd-%ld-%u.tmp"

/* Locks a file that is being written, which shows that it is not left over. Returns 0 if it has been removed meanwhile,
 * or is about to be. Without locks nothing is removed. */
static int hold(int file) {
    struct stat status;
    if (flock(file, LOCK_EX | LOCK_NB) != 0)
        return errno != EWOULDBLOCK;
    return fstat(file, &status) != 0 || status.st_nlink > 0;
}

/* Creates a new file in the same folder, with an unused name that does not contain the final name, which may be so long
 * that nothing can be added to it. */
static int open_temporary(struct file_writing *writing, mode_t mode) {
    for (unsigned attempt = 0; attempt < 1000; attempt++) {
        writing->temporary = format_text(TEMPORARY, (long)getpid(), attempt);
        const int file = openat(writing->folder, writing->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (file >= 0 && hold(file))
            return file;
        const int error = errno;
        free(writing->temporary);
        writing->temporary = NULL;
        if (file >= 0)
            close(file);
        else if (error != EEXIST) {
            errno = error;
            return -1;
        }
    }
    return -1;
}

/* Returns 1 if it is a name of open_temporary(). */
static int is_temporary(const char *name) {
    long process;
    unsigned attempt;
    if (sscanf(name, TEMPORARY, &process, &attempt) != 2)
        return 0;
    char *same = format_text(TEMPORARY, process, attempt);
    const int result = strcmp(same, name) == 0;
    free(same);
    return result;
}

/* Removes a file that no process has locked. It stays locked until it is removed, so that no process begins to write to
 * it. */
static void remove_left_over(int folder, const char *name) {
    struct stat status, now;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
        return;
    const int file = openat(folder, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return;
    if (flock(file, LOCK_EX | LOCK_NB) == 0 && fstat(file, &status) == 0 &&
        fstatat(folder, name, &now, AT_SYMLINK_NOFOLLOW) == 0 && now.st_dev == status.st_dev &&
        now.st_ino == status.st_ino)
        unlinkat(folder, name, 0);
    close(file);
}

void file_sweep(DIR *folder) {
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (is_temporary(entry->d_name))
            remove_left_over(dirfd(folder), entry->d_name);
    if (folder != NULL)
        closedir(folder);
}

/* Gives the new file the permissions of the one that it will replace, and its owner and group where that is allowed.
 * Where the group cannot be kept, it gets the permissions of others. */
static void keep_permissions(int file, const struct stat *old) {
    struct stat made;
    mode_t mode = old->st_mode & 0777;
    if (fstat(file, &made) != 0)
        return;
    if (made.st_uid != old->st_uid || made.st_gid != old->st_gid)
        if (fchown(file, old->st_uid, old->st_gid) != 0 && fchown(file, (uid_t)-1, old->st_gid) != 0)
            mode &= 0707 | (mode & 7) << 3;
    (void)!fchmod(file, mode);
}

static void forget(struct file_writing *writing) {
    if (writing->folder >= 0)
        close(writing->folder);
    free(writing->temporary);
    free(writing->path);
    *writing = (struct file_writing){.folder = -1};
}

/* Returns 1 if there is a file that may be replaced, 0 if there is nothing, and -1 for devices and the like, and for a
 * file that nobody may write to, not even root. A link is replaced; in a folder of results its target's permissions are
 * ignored. */
static int find_old(const struct file_writing *writing, int inside, struct stat *old, struct failure *failure) {
    if (fstatat(writing->folder, writing->last, old, inside ? AT_SYMLINK_NOFOLLOW : 0) != 0 || S_ISLNK(old->st_mode))
        return 0;
    if (!S_ISREG(old->st_mode))
        return misplaced(writing->path, old->st_mode, S_IFREG, failure);
    if ((old->st_mode & 0222) == 0 || faccessat(writing->folder, writing->last, W_OK, AT_EACCESS) != 0)
        return failed(failure, "%s: cannot write: it is read-only", writing->path);
    return 1;
}

FILE *file_begin_in(const char *folder, const char *name, struct file_writing *writing, struct failure *failure) {
    struct stat old;
    *writing = (struct file_writing){.path = place_path(folder, name)};
    writing->folder = place_open(folder, name, &writing->last, failure);
    const int found = writing->folder >= 0 ? find_old(writing, folder != NULL, &old, failure) : -1;
    if (found >= 0) {
        const int file = open_temporary(writing, found ? 0600 : 0666);
        if (file >= 0 && found)
            keep_permissions(file, &old);
        writing->stream = file >= 0 ? fdopen(file, "wb") : NULL;
        if (writing->stream == NULL)
            failed(failure, "%s: cannot write: %s", writing->path, strerror(errno));
        if (writing->stream == NULL && file >= 0) {
            close(file);
            unlinkat(writing->folder, writing->temporary, 0);
        }
    }
    FILE *stream = writing->stream;
    if (stream == NULL)
        forget(writing);
    return stream;
}

void file_abandon(struct file_writing *writing) {
    if (writing->stream != NULL)
        fclose(writing->stream);
    unlinkat(writing->folder, writing->temporary, 0);
    forget(writing);
}

/* Returns 0, or why the file is not on the disk. */
static int close_stream(FILE *stream) {
    errno = 0;
    const int whole = !ferror(stream) && fflush(stream) == 0 && fsync(fileno(stream)) == 0;
    const int error = whole ? 0 : errno != 0 ? errno : EIO;
    return fclose(stream) == 0 || error != 0 ? error : errno;
}

int file_end(struct file_writing *writing, struct failure *failure) {
    int error = close_stream(writing->stream);
    writing->stream = NULL;
    if (error == 0 && renameat(writing->folder, writing->temporary, writing->folder, writing->last) != 0)
        error = errno;
    if (error == 0) {
        forget(writing);
        return 0;
    }
    failed(failure, "%s: cannot write: %s", writing->path, strerror(error));
    file_abandon(writing);
    return -1;
}

int file_write_in(const char *folder, const char *name, const char *text, struct failure *failure) {
    struct file_writing writing;
    FILE *stream = file_begin_in(folder, name, &writing, failure);
    if (stream == NULL)
        return -1;
    fputs(text, stream);
    return file_end(&writing, failure);
}

int file_write(const char *path, const char *text, struct failure *failure) {
    return file_write_in(NULL, path, text, failure);
}

static int copy_all(int from, FILE *to) {
    char piece[65536];
    ssize_t got;
    while ((got = read(from, piece, sizeof piece)) > 0)
        fwrite(piece, 1, (size_t)got, to);
    return got == 0 ? 0 : -1;
}

int file_copy_in(const char *from, const char *name, const char *to, const char *new_name, struct failure *failure) {
    struct stat status;
    struct file_writing writing;
    char *path = place_path(from, name);
    const int file = open_regular(from, name, path, &status, failure);
    int result = -1;
    if (file >= 0 && file_begin_in(to, new_name, &writing, failure) != NULL) {
        if (copy_all(file, writing.stream) == 0) {
            result = file_end(&writing, failure);
        } else {
            failed(failure, "%s: cannot read: %s", path, strerror(errno));
            file_abandon(&writing);
        }
    }
    if (file >= 0)
        close(file);
    free(path);
    return result;
}

int file_append_in(const char *folder, const char *name, struct failure *failure) {
    const char *last;
    struct stat status;
    const int outer = place_open(folder, name, &last, failure);
    if (outer < 0)
        return -1;
    char *path = place_path(folder, name);
    int file = openat(outer, last, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    const int error = errno;
    if (file < 0 && fstatat(outer, last, &status, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(status.st_mode)) {
        misplaced(path, status.st_mode, S_IFREG, failure);
    } else if (file < 0) {
        failed(failure, "%s: cannot write: %s", path, strerror(error));
    } else if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink > 1) {
        if (S_ISREG(status.st_mode))
            failed(failure, "%s: cannot write: the file has another hard link, which would be changed as well", path);
        else
            misplaced(path, status.st_mode, S_IFREG, failure);
        close(file);
        file = -1;
    }
    free(path);
    close(outer);
    return file;
}

void file_remove_in(const char *folder, const char *name) {
    struct failure ignored;
    const char *last;
    const int outer = place_open(folder, name, &last, &ignored);
    if (outer < 0)
        return;
    unlinkat(outer, last, 0);
    close(outer);
}
