/* Checks readers and writers of memory. */
#ifndef SNND_FORMAT_MEMORY_H
#define SNND_FORMAT_MEMORY_H

#include "snndelay.h"

/* Returns what is wrong with the memory of a reader of snnd_memory_reader() or of a writer of snnd_buffer_writer().
 * Returns NULL where nothing is wrong, and for other readers and writers. */
const char *snnd_memory_fault(const snnd_reader *reader);
const char *snnd_buffer_fault(const snnd_writer *writer);

#endif
