/* Memory for programs. Without memory they cannot continue, so they end. */
#ifndef EXAMPLES_ALLOCATE_H
#define EXAMPLES_ALLOCATE_H

#include <stdarg.h>
#include <stddef.h>

#if defined(__GNUC__)
#define EXAMPLES_PRINTF(text_at, values_at) __attribute__((format(printf, text_at, values_at)))
#else
#define EXAMPLES_PRINTF(text_at, values_at)
#endif

/** Returns zeroed memory for `count` things of `size` bytes, never NULL. */
void *allocate(size_t count, size_t size);

/** Resizes memory of allocate(), and never returns NULL. The new part is not zeroed. */
void *reallocate(void *memory, size_t count, size_t size);

/** Returns a string that is formatted as by printf(), or vprintf(). */
char *format_text(const char *format, ...) EXAMPLES_PRINTF(1, 2);
char *format_arguments(const char *format, va_list arguments) EXAMPLES_PRINTF(1, 0);

#endif
