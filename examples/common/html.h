/* Writes a self-contained page of HTML, which includes style and pictures and has no scripts. All text is escaped, so
 * that no name in a folder can become markup. */
#ifndef EXAMPLES_HTML_H
#define EXAMPLES_HTML_H

#include <stddef.h>
#include <stdio.h>

#include "common/failure.h"

void html_begin(FILE *page, const char *title);
void html_end(FILE *page);

/** Writes text and escapes markup, and what printable_lines() escapes. */
void html_text(FILE *page, const char *text);

/** Writes an element that contains text: html_element(page, "p", "..."). */
void html_element(FILE *page, const char *name, const char *text);

/** Writes a heading with an id for links within the page. */
void html_heading(FILE *page, int level, const char *id, const char *text);

/** Write tables, cell by cell. html_row() begins a row with its heading; cells with numbers are aligned to the right.
 */
void html_table_begin(FILE *page, const char *caption, const char *const headings[], int count);
void html_row(FILE *page, const char *heading);
void html_cell(FILE *page, const char *format, ...) EXAMPLES_PRINTF(2, 3);
/** Writes a cell of a matrix (a table in <div class="matrix">): a count, its share (0 to 1) of the row, and whether it
 * is right or wrong. */
void html_shaded_cell(FILE *page, double share, int right, long long count);
void html_row_end(FILE *page);
void html_table_end(FILE *page);

/** Writes an SVG as part of the page, with a description for readers who cannot see it, and a caption. Where it is
 * missing (NULL) the caption says so, and why. */
void html_picture(FILE *page, const char *svg, size_t length, const char *caption, const char *why);

#endif
