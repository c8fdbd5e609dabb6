/* Readers and writers of memory. */
#include "format/memory.h"

#include <string.h>

#include "base/context.h"

static bool has_bytes(const snnd_memory *memory) {
    return memory->data != NULL || memory->bytes == 0;
}

static bool has_room(const snnd_buffer *buffer) {
    return buffer->bytes <= buffer->room && (buffer->data != NULL || buffer->room == 0);
}

static int64_t read_memory(void *user, void *data, size_t bytes) {
    snnd_memory *memory = user;
    if (!has_bytes(memory))
        return -1;
    const size_t given = bytes < memory->bytes ? bytes : memory->bytes;
    if (given == 0)
        return 0;
    memcpy(data, memory->data, given);
    memory->data = (const unsigned char *)memory->data + given;
    memory->bytes -= given;
    return (int64_t)given;
}

snnd_reader snnd_memory_reader(snnd_memory *memory) {
    return memory == NULL ? (snnd_reader){0} : (snnd_reader){read_memory, memory, memory->bytes};
}

/* Grows the buffer to at least `needed` bytes. */
static bool grow(snnd_buffer *buffer, size_t needed) {
    const size_t twice = snnd_size_multiply(buffer->room, 2), room = twice > needed ? twice : needed;
    void *made = buffer->context == NULL ? NULL : snnd_allocate(buffer->context, room, 1);
    if (made == NULL)
        return false;
    if (buffer->bytes > 0)
        memcpy(made, buffer->data, buffer->bytes);
    snnd_release(buffer->context, buffer->data);
    buffer->data = made;
    buffer->room = room;
    return true;
}

static int write_buffer(void *user, const void *data, size_t bytes) {
    snnd_buffer *buffer = user;
    if (!has_room(buffer))
        return SNND_ERROR_ARGUMENT;
    const size_t needed = snnd_size_add(buffer->bytes, bytes);
    if (needed > buffer->room && !grow(buffer, needed))
        return SNND_ERROR_MEMORY;
    memcpy((unsigned char *)buffer->data + buffer->bytes, data, bytes);
    buffer->bytes = needed;
    return 0;
}

snnd_writer snnd_buffer_writer(snnd_buffer *buffer) {
    return buffer == NULL ? (snnd_writer){0} : (snnd_writer){write_buffer, buffer};
}

void snnd_buffer_free(snnd_buffer *buffer) {
    if (buffer == NULL)
        return;
    if (buffer->context != NULL)
        snnd_release(buffer->context, buffer->data);
    *buffer = (snnd_buffer){.context = buffer->context};
}

const char *snnd_memory_fault(const snnd_reader *reader) {
    return reader->read != read_memory || has_bytes(reader->user) ? NULL : "its memory has bytes, but its data is NULL";
}

const char *snnd_buffer_fault(const snnd_writer *writer) {
    if (writer->write != write_buffer || has_room(writer->user))
        return NULL;
    const snnd_buffer *buffer = writer->user;
    return buffer->bytes > buffer->room ? "its buffer claims to hold more bytes than it has room for"
                                        : "its buffer has room, but its data is NULL";
}

const snnd_buffer *snnd_full_buffer(const snnd_writer *writer, int result) {
    const snnd_buffer *buffer = writer->write == write_buffer ? writer->user : NULL;
    return buffer != NULL && buffer->context == NULL && result == SNND_ERROR_MEMORY ? buffer : NULL;
}
