/* Readers and writers of memory. */
#include <string.h>

#include "base/context.h"

static int64_t read_memory(void *user, void *data, size_t bytes) {
    snnd_memory *memory = user;
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

/* Memory for at least `needed` bytes. */
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
