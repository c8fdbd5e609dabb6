/* Text in files is UTF-8. */
#ifndef SNND_FORMAT_UTF8_H
#define SNND_FORMAT_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Whether `bytes` bytes are UTF-8 from first to last. */
bool snnd_is_utf8(const void *text, size_t bytes);

#endif
