#include "training/ablation/grid.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "common/allocate.h"
#include "common/numbers.h"

/* Characters that all file systems allow in names of folders. */
static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:+-";

static int is_switch(const struct argument *argument) {
    return argument->kind == SWITCH || argument->kind == SWITCH_PAIR;
}

/* Returns the first part of a list that is separated by commas, to be freed, and whether it can be a value. */
static int cut_value(const char *list, char **value) {
    const size_t length = strcspn(list, ",");
    *value = format_text("%.*s", (int)length, list);
    return length > 0 && length <= 40 && strspn(*value, letters) == length;
}

/* Returns 1 for the same text and for numbers such as 0.5 and 0.50. */
static int is_same(const char *value, const char *other) {
    double first, second;
    return strcmp(value, other) == 0 ||
           (number_real(value, -DBL_MAX, DBL_MAX, &first) == 0 && number_real(other, -DBL_MAX, DBL_MAX, &second) == 0 &&
            first <= second && first >= second);
}

static int add_value(struct grid_option *option, const char *list, const struct argument *argument,
                     struct failure *failure) {
    char *value;
    int fits = cut_value(list, &value) && option->values < GRID_VALUES;
    if (is_switch(argument))
        fits = fits && (strcmp(value, "yes") == 0 || strcmp(value, "no") == 0);
    for (int i = 0; fits && i < option->values; i++)
        if (is_same(option->value[i], value)) {
            failed(failure, "--sweep %s: %s and %s are the same value", argument->name, option->value[i], value);
            free(value);
            return -1;
        }
    if (fits) {
        option->value[option->values++] = value;
        return 0;
    }
    failed(failure, "--sweep %s: expected up to %d %s with commas between, not '%s'", argument->name, GRID_VALUES,
           is_switch(argument) ? "words of yes and no" : "values of letters, digits and .:+-", value);
    free(value);
    return -1;
}

/* Begins the next option, unless its name cannot be swept over. */
static struct grid_option *begin_option(struct grid *grid, const struct recipe *recipe, const char *name,
                                        const struct argument **argument, struct failure *failure) {
    *argument = options_deciding(recipe, name);
    if (strcmp(name, "seed") == 0)
        failed(failure, "--sweep seed: use --seeds, which sets the seeds");
    else if (*argument == NULL)
        failed(failure, "--sweep %s: there is no such option of snnd-train %s that decides what a run computes", name,
               recipe->name);
    else if (grid->options == GRID_OPTIONS)
        failed(failure, "--sweep %s: there are more than %d options", name, GRID_OPTIONS);
    else {
        for (int i = 0; i < grid->options; i++)
            if (strcmp(grid->option[i].name, name) == 0) {
                failed(failure, "--sweep %s: the option is given twice", name);
                return NULL;
            }
        struct grid_option *option = &grid->option[grid->options++];
        option->name = format_text("%s", name);
        return option;
    }
    return NULL;
}

int grid_add(struct grid *grid, const struct recipe *recipe, const char *text, struct failure *failure) {
    const char *equals = strchr(text, '=');
    const struct argument *argument;
    if (equals == NULL)
        return failed(failure, "--sweep: expected OPTION=VALUE,VALUE,..., not '%s'", text);
    char *name = format_text("%.*s", (int)(equals - text), text);
    struct grid_option *option = begin_option(grid, recipe, name, &argument, failure);
    int result = option != NULL ? 0 : -1;
    for (const char *list = equals; result == 0 && list != NULL; list = strchr(list + 1, ','))
        result = add_value(option, list + 1, argument, failure);
    free(name);
    if (result == 0 && grid_cells(grid) > GRID_CELLS)
        result = failed(failure, "--sweep: there are more than %d combinations", GRID_CELLS);
    return result;
}

void grid_free(struct grid *grid) {
    for (int i = 0; i < grid->options; i++) {
        for (int k = 0; k < grid->option[i].values; k++)
            free(grid->option[i].value[k]);
        free(grid->option[i].name);
    }
    grid->options = 0;
}

/* Stops at a number that is too large. */
int grid_cells(const struct grid *grid) {
    int cells = 1;
    for (int i = 0; i < grid->options && cells <= GRID_CELLS; i++)
        cells *= grid->option[i].values;
    return cells;
}

int grid_stride(const struct grid *grid, int option) {
    int stride = 1;
    for (int i = option + 1; i < grid->options; i++)
        stride *= grid->option[i].values;
    return stride;
}

const char *grid_value(const struct grid *grid, int cell, int option) {
    return grid->option[option].value[cell / grid_stride(grid, option) % grid->option[option].values];
}

char *grid_others(const struct grid *grid, int cell, int option) {
    char *others = format_text("%s", "");
    for (int i = 0; i < grid->options; i++) {
        if (i == option || grid->option[i].values == 1)
            continue;
        char *longer = format_text("%s%s%s=%s", others, others[0] != '\0' ? ", " : "", grid->option[i].name,
                                   grid_value(grid, cell, i));
        free(others);
        others = longer;
    }
    return others;
}

char *grid_name(const struct grid *grid, int cell) {
    char *name = format_text("%s", "");
    for (int i = 0; i < grid->options; i++) {
        char *longer =
            format_text("%s%s%s-%s", name, i > 0 ? "_" : "", grid->option[i].name, grid_value(grid, cell, i));
        free(name);
        name = longer;
    }
    return name;
}

char *grid_word(const struct grid *grid, const struct recipe *recipe, int cell, int option) {
    const char *name = grid->option[option].name, *value = grid_value(grid, cell, option);
    const struct argument *argument = options_deciding(recipe, name);
    if (!is_switch(argument))
        return format_text("--%s=%s", name, value);
    if (strcmp(value, "yes") == 0)
        return format_text("--%s", name);
    return argument->kind == SWITCH_PAIR ? format_text("--no-%s", name) : NULL;
}
