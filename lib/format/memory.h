/* Checks readers and writers of memory. */
#ifndef SNND_FORMAT_MEMORY_H
#define SNND_FORMAT_MEMORY_H

#include "snndelay.h"

/* Returns what is wrong with the memory of a reader of snnd_memory_reader() or of a writer of snnd_buffer_writer().
 * Returns NULL where nothing is wrong, and for other readers and writers. */
const char *snnd_memory_fault(const snnd_reader *reader);
const char *snnd_buffer_fault(const snnd_writer *writer);
/* Returns the buffer whose writer returned `result` because memory of the host is full, or NULL. */
const snnd_buffer *snnd_full_buffer(const snnd_writer *writer, int result);

#endif
