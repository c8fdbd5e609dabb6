/* Checks that text in files is UTF-8, and escapes text before it is quoted. */
#ifndef SNND_BASE_UTF8_H
#define SNND_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Returns whether all of `bytes` bytes are valid UTF-8. */
bool snnd_is_utf8(const void *text, size_t bytes);

/* Copies text in a form that a terminal can display on one line without interpreting it. Letters of all scripts stay as
 * they are. A control character becomes \x1b or \u{9b}, and so do line separators, changes of the writing direction,
 * invisible characters, and bytes that are not UTF-8. Text that was escaped before does not change. Where `room` bytes,
 * with the terminating zero, are not enough, the text ends with "..."; no character is cut in two. */
void snnd_make_plain(char *plain, size_t room, const char *text);

#endif
