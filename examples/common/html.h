/* One page of HTML that needs nothing else: style and pictures are in it, and there are no scripts. All text is escaped
 * on its way, so that no name in a folder can become markup. */
#ifndef EXAMPLES_HTML_H
#define EXAMPLES_HTML_H

#include <stddef.h>
#include <stdio.h>

#include "common/failure.h"

void html_begin(FILE *page, const char *title);
void html_end(FILE *page);

/** Text, escaped: markup, and what printable_lines() escapes. */
void html_text(FILE *page, const char *text);

/** An element with text in it: html_element(page, "p", "..."). */
void html_element(FILE *page, const char *name, const char *text);

/** A heading with what links in the page can name it by. */
void html_heading(FILE *page, int level, const char *id, const char *text);

/** Tables, cell by cell. html_row() begins a row with its heading; cells with a number are set flush right. */
void html_table_begin(FILE *page, const char *caption, const char *const headings[], int count);
void html_row(FILE *page, const char *heading);
void html_cell(FILE *page, const char *format, ...) EXAMPLES_PRINTF(2, 3);
/** A cell of a matrix (a table in <div class="matrix">): a count, which is `share` (0 to 1) of its row, and is right or
 * wrong. */
void html_shaded_cell(FILE *page, double share, int right, long long count);
void html_row_end(FILE *page);
void html_table_end(FILE *page);

/** An SVG as part of the page, with what it shows for those who cannot see it, and a caption. Where there is none
 * (NULL) the caption says so, and why. */
void html_picture(FILE *page, const char *svg, size_t length, const char *caption, const char *why);

#endif
