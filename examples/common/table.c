#include "common/table.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/numbers.h"
#include "common/place.h"
#include "common/ranges.h"

/* Ends the line that begins at `text` and returns the next one, or NULL at the end. */
static char *next_line(char *text) {
    char *end = strchr(text, '\n');
    if (end == NULL)
        return NULL;
    *end = '\0';
    return end + 1;
}

static int count_cells(const char *line) {
    int count = 1;
    for (; *line != '\0'; line++)
        count += *line == '\t';
    return count;
}

static void cut(char *line, char **cell) {
    for (int i = 0; line != NULL; i++) {
        char *tab = strchr(line, '\t');
        if (tab != NULL)
            *tab = '\0';
        cell[i] = line;
        line = tab != NULL ? tab + 1 : NULL;
    }
}

static int add_row(struct table *table, char *line, int row) {
    if (row == 0)
        table->columns = count_cells(line);
    if (count_cells(line) != table->columns)
        return -1;
    const size_t first = (size_t)row * (size_t)table->columns, needed = first + (size_t)table->columns;
    if (needed > table->room) {
        table->room = 2 * needed;
        table->cell = reallocate(table->cell, table->room, sizeof *table->cell);
    }
    cut(line, table->cell + first);
    table->rows = row;
    return 0;
}

static int load(const char *path, struct table *table, struct failure *failure) {
    int row = 0;
    for (char *line = table->text, *after; line != NULL && *line != '\0'; line = after, row++) {
        after = next_line(line);
        if (add_row(table, line, row) != 0)
            return failed(failure, "%s: line %d has more or fewer columns than the first", path, row + 1);
    }
    return row > 0 ? 0 : failed(failure, "%s: is empty", path);
}

int table_load(const char *folder, const char *name, struct table *table, struct failure *failure) {
    memset(table, 0, sizeof *table);
    table->text = file_text_in(folder, name, failure);
    if (table->text == NULL)
        return -1;
    char *path = place_path(folder, name);
    const int result = load(path, table, failure);
    free(path);
    if (result != 0)
        table_free(table);
    return result;
}

void table_free(struct table *table) {
    free(table->text);
    free(table->cell);
    memset(table, 0, sizeof *table);
}

const char *table_cell(const struct table *table, int row, const char *column) {
    for (int i = 0; i < table->columns; i++)
        if (strcmp(table->cell[i], column) == 0)
            return table->cell[((size_t)row + 1) * (size_t)table->columns + (size_t)i];
    return "";
}

static int has_column(const struct table *table, const char *column) {
    for (int i = 0; i < table->columns; i++)
        if (strcmp(table->cell[i], column) == 0)
            return 1;
    return 0;
}

static int read_number(const char *cell, double *number) {
    *number = NAN;
    return strcmp(cell, "nan") == 0 || strcmp(cell, "-nan") == 0 ? 0 : number_real(cell, -DBL_MAX, DBL_MAX, number);
}

static int check_cell(const char *cell, const char *name, struct failure *failure) {
    double number;
    if (read_number(cell, &number) != 0)
        return failed(failure, "'%.80s' is not a number", cell);
    return range_check(name, number, failure);
}

int table_check(const struct table *table, const char *path, int texts, const char *const columns[],
                struct failure *failure) {
    for (int i = 0; columns[i] != NULL; i++)
        if (!has_column(table, columns[i]))
            return failed(failure, "%s: there is no column '%s'", path, columns[i]);
    for (int row = 1; row <= table->rows; row++)
        for (int i = texts; i < table->columns; i++) {
            const char *cell = table->cell[(size_t)row * (size_t)table->columns + (size_t)i];
            struct failure reason;
            if (check_cell(cell, table->cell[i], &reason) != 0)
                return failed(failure, "%s: line %d, column %d (%s): %s", path, row + 1, i + 1, table->cell[i],
                              reason.text);
        }
    return 0;
}

double table_number(const struct table *table, int row, const char *column) {
    return has_column(table, column) ? strtod(table_cell(table, row, column), NULL) : NAN;
}
