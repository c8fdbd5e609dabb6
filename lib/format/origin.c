/* Reads the bytes of a file from a path or from a reader of the host's (origin.h). */
#include "format/origin.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format/memory.h"
#include "format/paths.h"

snnd_status snnd_name_origin(snnd_context *context, snnd_status status, snnd_origin origin) {
    if (status == SNND_OK)
        return status;
    return origin.name != NULL ? snnd_fail(context, status, "%s: %s", origin.name, context->error)
                               : snnd_fail(context, status, "'%s': %s", origin.path, context->error);
}

/* The bytes that were read so far. */
typedef struct pile {
    snnd_context *context;
    unsigned char *data;
    size_t bytes, room;
} pile;

static snnd_status make_room(pile *to, size_t room) {
    unsigned char *made = snnd_allocate(to->context, room, 1);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    if (to->bytes > 0)
        memcpy(made, to->data, to->bytes);
    snnd_release(to->context, to->data);
    to->data = made;
    to->room = room;
    return SNND_OK;
}

/* Reads to the end, which is known only when a read returns nothing. So there must always be room for one more byte. */
static snnd_status read_pile(const snnd_reader *reader, pile *to) {
    enum { UNKNOWN = 1 << 16 };
    const size_t expected = snnd_size_of((int64_t)(reader->bytes > INT64_MAX ? INT64_MAX : reader->bytes));
    snnd_status status = make_room(to, reader->bytes == 0 ? UNKNOWN : snnd_size_add(expected, 1));
    while (status == SNND_OK) {
        const size_t left = to->room - to->bytes;
        const int64_t got = reader->read(reader->user, to->data + to->bytes, left);
        if (got == 0)
            return SNND_OK;
        if (got < 0 || (uint64_t)got > left)
            return snnd_fail(to->context, SNND_ERROR_IO,
                             got < 0 ? "the reader failed after %zu bytes"
                                     : "after %zu bytes the reader returned more bytes than it was asked for",
                             to->bytes);
        to->bytes += (size_t)got;
        if (to->bytes == to->room)
            status = make_room(to, snnd_size_multiply(to->room, 2));
    }
    return status;
}

static snnd_status read_whole(snnd_context *context, const snnd_reader *reader, unsigned char **data, size_t *bytes) {
    pile made = {.context = context};
    const snnd_status status = read_pile(reader, &made);
    if (status != SNND_OK) {
        snnd_release(context, made.data);
        return status;
    }
    *data = made.data;
    *bytes = made.bytes;
    return SNND_OK;
}

static int64_t read_descriptor(void *user, void *data, size_t bytes) {
    const int *descriptor = user;
    ssize_t got;
    do
        got = read(*descriptor, data, bytes);
    while (got < 0 && errno == EINTR);
    return got;
}

static snnd_status read_regular(snnd_context *context, int descriptor, const char *path, unsigned char **data,
                                size_t *bytes) {
    struct stat about;
    if (fstat(descriptor, &about) != 0)
        return snnd_fail_path(context, "read", path);
    if (!S_ISREG(about.st_mode))
        return snnd_fail_irregular(context, "read", path);
    const snnd_reader reader = {read_descriptor, &descriptor, (uint64_t)about.st_size};
    const snnd_status status = read_whole(context, &reader, data, bytes);
    return status == SNND_ERROR_IO ? snnd_fail_path(context, "read", path)
                                   : snnd_name_origin(context, status, snnd_from_path(path));
}

/* Opens the path first, without waiting for the writer of a pipe, and then checks what was opened, so that nothing can
 * be exchanged between the two. */
static snnd_status read_path(snnd_context *context, const char *path, unsigned char **data, size_t *bytes) {
    const int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0)
        return errno == ENXIO ? snnd_fail_irregular(context, "read", path) : snnd_fail_path(context, "open", path);
    const snnd_status status = read_regular(context, descriptor, path, data, bytes);
    close(descriptor);
    return status;
}

snnd_status snnd_origin_check(snnd_context *context, snnd_origin origin) {
    if (origin.name == NULL)
        return origin.path != NULL ? SNND_OK
                                   : snnd_fail(context, SNND_ERROR_ARGUMENT, "the path of a file to read is NULL");
    if (origin.reader == NULL || origin.reader->read == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: the reader %s NULL", origin.name,
                         origin.reader == NULL ? "is" : "has a `read` that is");
    const char *fault = snnd_memory_fault(origin.reader);
    return fault == NULL ? SNND_OK : snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: the reader: %s", origin.name, fault);
}

snnd_status snnd_origin_read(snnd_context *context, snnd_origin origin, unsigned char **data, size_t *bytes) {
    const snnd_status status = snnd_origin_check(context, origin);
    if (status != SNND_OK)
        return status;
    if (origin.name == NULL)
        return read_path(context, origin.path, data, bytes);
    return snnd_name_origin(context, read_whole(context, origin.reader, data, bytes), origin);
}
