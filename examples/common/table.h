/* Tables of text: a row in each line, tabs between cells, and names of the columns in the first line. */
#ifndef EXAMPLES_TABLE_H
#define EXAMPLES_TABLE_H

#include <stddef.h>

#include "common/failure.h"

struct table {
    char *text;  /**< the text, divided into cells */
    char **cell; /**< [rows + 1, columns]; row 0 has the names */
    int rows;    /**< not counting the names */
    int columns;
    size_t room; /**< for cells */
};

/** Reads a table in a folder (files.h); rows that are shorter or longer than the first are a failure. */
int table_load(const char *folder, const char *name, struct table *table, struct failure *failure);
void table_free(struct table *table);

/** Returns the cell of a row, of which the first is 0, in the column of this name, or "" if there is no such column. */
const char *table_cell(const struct table *table, int row, const char *column);

/** Fails, with line and column, where a cell is not a number ("nan" can be one) or is out of the range of its column
 * (ranges.h), except in the first `texts` columns, or where one of these columns (NULL at the end) is missing. `path`
 * is for the message. */
int table_check(const struct table *table, const char *path, int texts, const char *const columns[],
                struct failure *failure);

/** Returns the number in a cell that table_check() has checked, or NaN where there is no such column. */
double table_number(const struct table *table, int row, const char *column);

#endif
