/* Escapes text from files before it is shown on terminals and pages. */
#ifndef EXAMPLES_PRINTABLE_H
#define EXAMPLES_PRINTABLE_H

/** Returns the text, to be freed, with every byte that could affect a terminal or the order of the text written as
 * \xNN: control characters (C0 with tabs and line ends, DEL, C1), bytes that are not UTF-8, characters that change the
 * direction of writing, and those that end a line or a paragraph. Text that is printable already does not change. */
char *printable(const char *text);

/** The same for a text of several lines, whose line ends stay. */
char *printable_lines(const char *text);

#endif
