/* Text in files is UTF-8, and what is quoted from it is fit to be shown. */
#ifndef SNND_BASE_UTF8_H
#define SNND_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Whether `bytes` bytes are UTF-8 from first to last. */
bool snnd_is_utf8(const void *text, size_t bytes);

/* Copies text in a form that a terminal shows and does not obey, on one line. Letters of all scripts stay as they are.
 * A control character becomes \x1b or \u{9b}, and so do what separates lines, what turns the direction of writing, what
 * cannot be seen, and bytes that are not UTF-8. Text that was made plain before does not change. What has no room in
 * `room` bytes, a zero among them, gives way to "..."; no character is cut in two. */
void snnd_make_plain(char *plain, size_t room, const char *text);

#endif
