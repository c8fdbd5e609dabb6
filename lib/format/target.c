/*
 * Writes a file whole or not at all (target.h): the bytes go to a temporary file beside the path, fsync() brings them
 * to the disk, and rename() gives the file its name. Where a write fails, what was at the path is still there. A writer
 * of the host's gets the bytes as they come.
 */
#include "format/target.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "format/bytes.h"
#include "format/memory.h"
#include "format/paths.h"

enum { HELD = 1 << 14 };

const char *snnd_target_name(snnd_target target) {
    return !target.is_path ? "(the writer)" : target.path == NULL ? "" : target.path;
}

/* ---- paths ---- */

enum { SUFFIX = 48, OWNER_ALONE = 0600, ANYBODY = 0666 };

/* Writes the name of the n-th attempt: the file's name with a suffix or, where that is too long for the file system,
 * with the suffix in place of its last characters. */
static void write_temporary(const snnd_output *output, unsigned attempt, bool short_name) {
    const char *name = snnd_base_name(output->path);
    char suffix[SUFFIX];
    const size_t behind = (size_t)snprintf(suffix, sizeof suffix, ".%ld-%u.tmp", (long)getpid(), attempt);
    size_t kept = strlen(name);
    if (short_name)
        for (kept = kept > behind ? kept - behind : 0; kept > 0 && (name[kept] & 0xC0) == 0x80;)
            kept--; /* a character must not be cut in two */
    const size_t before = snnd_folder_length(output->path) + kept;
    memcpy(output->temporary, output->path, before);
    memcpy(output->temporary + before, suffix, behind + 1);
}

/* Creates a new file with an unused name; returns -1 where that fails. */
static int create_unique(const snnd_output *output, mode_t mode) {
    bool short_name = false;
    for (unsigned attempt = 0; attempt < 1000;) {
        write_temporary(output, attempt, short_name);
        const int descriptor = open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (descriptor >= 0)
            return descriptor;
        if (errno == EEXIST)
            attempt++;
        else if (errno == ENAMETOOLONG && !short_name)
            short_name = true;
        else
            return -1;
    }
    return -1;
}

/* Gives the new file the permissions of the one that it will replace, and its owner and group where that is allowed.
 * Where the group cannot be kept, it gets the permissions of others. */
static void keep_permissions(int descriptor, const struct stat *old) {
    struct stat made;
    mode_t mode = old->st_mode & 0777;
    if (fstat(descriptor, &made) != 0)
        return;
    if (made.st_uid != old->st_uid || made.st_gid != old->st_gid)
        if (fchown(descriptor, old->st_uid, old->st_gid) != 0 && fchown(descriptor, (uid_t)-1, old->st_gid) != 0)
            mode &= 0707 | (mode & 7) << 3;
    (void)!fchmod(descriptor, mode);
}

/* Looks at the file that will be replaced, if there is one. It is never opened, and the path may not exist. A file that
 * nobody may write to is not replaced, not even by root. */
static snnd_status look_at(snnd_context *context, const char *path, struct stat *old, bool *is_there) {
    *is_there = stat(path, old) == 0;
    if (!*is_there)
        return SNND_OK;
    if (!S_ISREG(old->st_mode))
        return snnd_fail_irregular(context, "write", path);
    if ((old->st_mode & 0222) == 0 || faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0)
        return snnd_fail(context, SNND_ERROR_IO, "cannot write '%s': it is read-only", path);
    return SNND_OK;
}

static snnd_status open_path(snnd_output *output) {
    const char *path = output->target.path;
    if (path == NULL || path[0] == '\0')
        return snnd_fail(output->context, SNND_ERROR_ARGUMENT, "the path of a file to write is %s",
                         path == NULL ? "NULL" : "empty");
    struct stat old;
    bool is_there;
    const snnd_status status = look_at(output->context, path, &old, &is_there);
    if (status != SNND_OK)
        return status;
    output->path = snnd_copy_string(output->context, path);
    output->temporary = snnd_allocate(output->context, snnd_size_add(strlen(path), SUFFIX), 1);
    if (output->path == NULL || output->temporary == NULL)
        return SNND_ERROR_MEMORY;
    output->descriptor = create_unique(output, is_there ? OWNER_ALONE : ANYBODY);
    if (output->descriptor < 0)
        return snnd_fail_path(output->context, "create a temporary file beside", path);
    if (is_there)
        keep_permissions(output->descriptor, &old);
    return SNND_OK;
}

/* Writes all bytes; returns errno, or 0. */
static int write_all(int descriptor, const unsigned char *data, size_t bytes) {
    for (size_t done = 0; done < bytes;) {
        const ssize_t more = write(descriptor, data + done, bytes - done);
        if (more == 0 || (more < 0 && errno != EINTR))
            return more == 0 ? EIO : errno;
        done += more > 0 ? (size_t)more : 0;
    }
    return 0;
}

/* Syncs the folder, since a new name is durable only then. The file is good even where that fails. */
static void sync_directory(const char *path) {
    char directory[4096];
    snnd_folder_of(path, directory, sizeof directory);
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        (void)!fsync(descriptor);
        close(descriptor);
    }
}

static snnd_status commit_path(snnd_output *output) {
    int reason = output->reason;
    if (reason == 0 && fsync(output->descriptor) != 0)
        reason = errno;
    if (close(output->descriptor) != 0 && reason == 0)
        reason = errno;
    if (reason == 0 && rename(output->temporary, output->path) == 0) {
        sync_directory(output->path);
        return SNND_OK;
    }
    errno = reason == 0 ? errno : reason;
    const snnd_status status = snnd_fail_path(output->context, "write", output->path);
    unlink(output->temporary);
    return status;
}

/* ---- writers ---- */

static snnd_status open_writer(const snnd_output *output) {
    const snnd_writer *writer = output->target.writer;
    if (writer == NULL || writer->write == NULL)
        return snnd_fail(output->context, SNND_ERROR_ARGUMENT, "the writer %s NULL",
                         writer == NULL ? "is" : "has a `write` that is");
    const char *fault = snnd_buffer_fault(writer);
    return fault == NULL ? SNND_OK : snnd_fail(output->context, SNND_ERROR_ARGUMENT, "the writer: %s", fault);
}

/* The function of the host runs in the host's modes. */
static int give(const snnd_output *output, const void *data, size_t bytes) {
    const snnd_writer *writer = output->target.writer;
    if (output->target.host == NULL)
        return writer->write(writer->user, data, bytes);
    const snnd_text_mode *host = output->target.host;
    snnd_restore_text_mode(host);
    const int result = writer->write(writer->user, data, bytes);
    (void)snnd_set_text_mode();
    return result;
}

static snnd_status commit_writer(const snnd_output *output) {
    const snnd_buffer *full = snnd_full_buffer(output->target.writer, output->reason);
    if (output->reason == 0)
        return SNND_OK;
    if (full != NULL)
        return snnd_fail(output->context, SNND_ERROR_MEMORY, "the buffer has room for %zu bytes, and %zu are needed",
                         full->room, snnd_size_add(full->bytes, output->given - output->gone));
    return snnd_fail(output->context, output->reason == SNND_ERROR_MEMORY ? SNND_ERROR_MEMORY : SNND_ERROR_IO,
                     "the writer returned %d after %zu bytes; expected 0", output->reason, output->gone);
}

/* ---- both ---- */

static void forget(snnd_output *output) {
    snnd_release(output->context, output->held);
    snnd_release(output->context, output->path);
    snnd_release(output->context, output->temporary);
    *output = (snnd_output){.context = output->context, .descriptor = -1};
}

snnd_status snnd_output_open(snnd_context *context, snnd_target target, snnd_output *output) {
    *output = (snnd_output){.context = context, .target = target, .descriptor = -1};
    output->held = snnd_allocate(context, HELD, 1);
    snnd_status status = output->held == NULL ? SNND_ERROR_MEMORY : SNND_OK;
    if (status == SNND_OK)
        status = target.is_path ? open_path(output) : open_writer(output);
    if (status != SNND_OK)
        forget(output);
    return status;
}

static void send_on(snnd_output *output, const void *data, size_t bytes) {
    if (output->reason == 0 && bytes > 0)
        output->reason =
            output->target.is_path ? write_all(output->descriptor, data, bytes) : give(output, data, bytes);
    output->gone += output->reason == 0 ? bytes : 0;
    output->given += bytes;
}

void snnd_output_flush(snnd_output *output) {
    send_on(output, output->held, output->holds);
    output->holds = 0;
}

void snnd_output_put(snnd_output *output, const void *data, size_t bytes) {
    if (bytes > HELD - output->holds)
        snnd_output_flush(output);
    if (bytes > HELD) {
        send_on(output, data, bytes);
    } else if (bytes > 0) {
        memcpy(output->held + output->holds, data, bytes);
        output->holds += bytes;
    }
}

void snnd_output_put_array(snnd_output *output, const snnd_array *array) {
    const size_t size = snnd_dtype_bytes(array->dtype), count = snnd_array_elements(array);
    if (snnd_host_is_little_endian()) {
        snnd_output_put(output, array->data, snnd_array_bytes(array));
        return;
    }
    unsigned char turned[8];
    for (size_t k = 0; k < count; k++) {
        snnd_copy_elements(turned, (const unsigned char *)array->data + k * size, 1, size, true);
        snnd_output_put(output, turned, size);
    }
}

snnd_status snnd_output_commit(snnd_output *output) {
    snnd_output_flush(output);
    const snnd_status status = output->target.is_path ? commit_path(output) : commit_writer(output);
    forget(output);
    return status;
}

void snnd_output_abandon(snnd_output *output) {
    if (output->target.is_path) {
        close(output->descriptor);
        unlink(output->temporary);
    }
    forget(output);
}
