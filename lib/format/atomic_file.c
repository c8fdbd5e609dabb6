#include "format/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "format/bytes.h"

static snnd_status fail(snnd_context *context, const char *what, const char *path) {
    return snnd_fail(context, SNND_ERROR_IO, "cannot %s '%s': %s", what, path, strerror(errno));
}

snnd_status snnd_name_file(snnd_context *context, snnd_status status, const char *path) {
    return status == SNND_OK ? SNND_OK : snnd_fail(context, status, "'%s': %s", path, context->error);
}

const char *snnd_base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* The folder of a path, "." where it has none or one that is too long; returns the name behind it. */
static const char *split(const char *path, char *folder, size_t room) {
    const char *slash = strrchr(path, '/');
    const size_t length = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    const bool fits = length > 0 && length < room;
    memcpy(folder, fits ? path : ".", fits ? length : 1);
    folder[fits ? length : 1] = '\0';
    return snnd_base_name(path);
}

static void forget(snnd_atomic_file *file) {
    snnd_release(file->context, file->path);
    snnd_release(file->context, file->temporary);
    file->path = file->temporary = NULL;
    file->stream = NULL;
}

/* A new file of a name that nobody has; -1 where none can be made. */
static int create_unique(snnd_atomic_file *file, size_t room) {
    for (unsigned attempt = 0; attempt < 1000; attempt++) {
        snprintf(file->temporary, room, "%s.%ld-%u.tmp", file->path, (long)getpid(), attempt);
        int descriptor = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST)
            return descriptor;
    }
    return -1;
}

/* Devices, pipes and folders are not for us: they are neither read nor replaced. */
static snnd_status not_regular(snnd_context *context, const char *what, const char *path) {
    return snnd_fail(context, SNND_ERROR_IO, "cannot %s '%s': not a regular file", what, path);
}

bool snnd_is_same_place(const char *one, const char *other) {
    struct stat first, second;
    char folder[2][4096];
    const char *path[2] = {one, other}, *name[2];
    for (int k = 0; k < 2; k++)
        name[k] = split(path[k], folder[k], sizeof folder[k]);
    return strcmp(name[0], name[1]) == 0 && stat(folder[0], &first) == 0 && stat(folder[1], &second) == 0 &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

snnd_status snnd_atomic_open(snnd_context *context, const char *path, snnd_atomic_file *file) {
    enum { SUFFIX = 48 };
    *file = (snnd_atomic_file){.context = context};
    if (path == NULL || path[0] == '\0')
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "the path of a file to write is %s",
                         path == NULL ? "NULL" : "empty");
    struct stat about; /* only a look: nothing at the path is ever opened, and a path that leads nowhere is fine */
    if (stat(path, &about) == 0 && !S_ISREG(about.st_mode))
        return not_regular(context, "write", path);
    snnd_status status;
    file->path = snnd_copy_string(context, path);
    file->temporary = snnd_allocate(context, snnd_size_add(strlen(path), SUFFIX), 1);
    if (file->path == NULL || file->temporary == NULL) {
        forget(file);
        return SNND_ERROR_MEMORY;
    }
    int descriptor = create_unique(file, strlen(path) + SUFFIX);
    if (descriptor < 0) {
        status = fail(context, "create a file to become", path);
        forget(file);
        return status;
    }
    file->stream = fdopen(descriptor, "wb");
    if (file->stream == NULL) {
        status = fail(context, "write", path);
        close(descriptor);
        unlink(file->temporary);
        forget(file);
        return status;
    }
    return SNND_OK;
}

void snnd_atomic_write(snnd_atomic_file *file, const void *data, size_t bytes) {
    errno = 0;
    if (bytes > 0 && fwrite(data, 1, bytes, file->stream) != bytes && file->reason == 0)
        file->reason = errno != 0 ? errno : EIO;
}

void snnd_atomic_write_array(snnd_atomic_file *file, const snnd_array *array) {
    const size_t size = snnd_dtype_bytes(array->dtype), count = snnd_array_elements(array);
    if (snnd_host_is_little_endian()) {
        snnd_atomic_write(file, array->data, snnd_array_bytes(array));
        return;
    }
    unsigned char turned[8];
    for (size_t k = 0; k < count; k++) {
        snnd_copy_elements(turned, (const unsigned char *)array->data + k * size, 1, size, true);
        snnd_atomic_write(file, turned, size);
    }
}

/* The new name lasts only once its directory is on the disk; where that cannot be had the file is good all the same. */
static void sync_directory(const char *path) {
    char directory[4096];
    (void)split(path, directory, sizeof directory);
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        (void)!fsync(descriptor);
        close(descriptor);
    }
}

snnd_status snnd_atomic_commit(snnd_atomic_file *file) {
    int reason = file->reason;
    if (reason == 0 && (fflush(file->stream) != 0 || fsync(fileno(file->stream)) != 0))
        reason = errno;
    if (fclose(file->stream) != 0 && reason == 0)
        reason = errno;
    if (reason == 0 && rename(file->temporary, file->path) == 0) {
        sync_directory(file->path);
        forget(file);
        return SNND_OK;
    }
    errno = reason == 0 ? errno : reason;
    snnd_status status = fail(file->context, "write", file->path);
    unlink(file->temporary);
    forget(file);
    return status;
}

void snnd_atomic_abandon(snnd_atomic_file *file) {
    fclose(file->stream);
    unlink(file->temporary);
    forget(file);
}

/* Fills `data`; errno says why it cannot. */
static bool read_all(int descriptor, unsigned char *data, size_t bytes) {
    for (size_t done = 0; done < bytes;) {
        const ssize_t got = read(descriptor, data + done, bytes - done);
        if (got == 0)
            errno = EIO;
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        done += got > 0 ? (size_t)got : 0;
    }
    return true;
}

static snnd_status read_regular(snnd_context *context, int descriptor, const char *path, unsigned char **data,
                                size_t *bytes) {
    struct stat about;
    if (fstat(descriptor, &about) != 0)
        return fail(context, "read", path);
    if (!S_ISREG(about.st_mode))
        return not_regular(context, "read", path);
    const size_t size = snnd_size_of(about.st_size);
    unsigned char *made = snnd_allocate(context, snnd_size_or_one(size), 1);
    if (made == NULL)
        return snnd_name_file(context, SNND_ERROR_MEMORY, path);
    if (!read_all(descriptor, made, size)) {
        const snnd_status status = fail(context, "read", path);
        snnd_release(context, made);
        return status;
    }
    *data = made;
    *bytes = size;
    return SNND_OK;
}

/* What is at the path is opened first, without waiting for who writes to a pipe, and then looked at: so it cannot be
 * put in the place of what was looked at. */
snnd_status snnd_read_file(snnd_context *context, const char *path, unsigned char **data, size_t *bytes) {
    if (path == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "the path of a file to read is NULL");
    const int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0)
        return errno == ENXIO ? not_regular(context, "read", path) : fail(context, "open", path);
    const snnd_status status = read_regular(context, descriptor, path, data, bytes);
    close(descriptor);
    return status;
}
