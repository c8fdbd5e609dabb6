/* Tables of text: one line a row, tabs between cells, the first line names the columns. */
#ifndef EXAMPLES_TABLE_H
#define EXAMPLES_TABLE_H

#include <stddef.h>

#include "common/failure.h"

struct table {
    char *text;  /**< all of it, cut up */
    char **cell; /**< [rows + 1, columns]; row 0 are the names */
    int rows;    /**< without the names */
    int columns;
    size_t room; /**< for cells */
};

/** Reads a table in a folder (files.h); rows that are shorter or longer than the first are a failure. */
int table_load(const char *folder, const char *name, struct table *table, struct failure *failure);
void table_free(struct table *table);

/** Cell of a row, the first is 0, in the column of this name; "" if there is none. */
const char *table_cell(const struct table *table, int row, const char *column);

/** Fails, with line and column, where a cell is no number ("nan" can be one) or out of the range of its column
 * (ranges.h), but for those of the first `texts` columns, or where one of these columns (NULL at the end) is not there.
 * `path` is for the message. */
int table_check(const struct table *table, const char *path, int texts, const char *const columns[],
                struct failure *failure);

/** The number in a cell that table_check() has seen; NaN where there is no such column. */
double table_number(const struct table *table, int row, const char *column);

#endif
