/* Words of strangers, which reach terminals and pages. */
#ifndef EXAMPLES_PRINTABLE_H
#define EXAMPLES_PRINTABLE_H

/** The text, to be freed, in which every byte that could do something to a terminal or to the order of what is read is
 * written as \xNN: control characters (C0 with tabs and ends of lines, DEL, C1), what is no UTF-8, characters that
 * change the direction of writing, and those that end a line or a paragraph. What is printable already stays as it is.
 */
char *printable(const char *text);

/** The same for a text of several lines: their ends stay. */
char *printable_lines(const char *text);

#endif
