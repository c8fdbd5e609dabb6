/* What the host's readers and writers of memory are about. */
#ifndef SNND_FORMAT_MEMORY_H
#define SNND_FORMAT_MEMORY_H

#include "snndelay.h"

/* What is wrong with the memory of a reader of snnd_memory_reader(), or a writer of snnd_buffer_writer(); NULL where
 * nothing is, or where it is another. */
const char *snnd_memory_fault(const snnd_reader *reader);
const char *snnd_buffer_fault(const snnd_writer *writer);

#endif
