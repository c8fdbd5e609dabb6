#include "training/ablation/grid_picture.h"

#include <math.h>
#include <stdlib.h>

#include "training/ablation/accuracy_picture.h"

/* As many as there are lines in the picture of an ablation. */
enum { LINES = ABLATION_MODELS };

static double place_of(double value) {
    return value;
}

static int axis_of(const struct grid *grid) {
    int axis = 0;
    for (int i = 1; i < grid->options; i++)
        if (grid->option[i].values > grid->option[axis].values)
            axis = i;
    return axis;
}

int grid_picture_fits(const struct grid *grid) {
    return grid_cells(grid) / grid->option[axis_of(grid)].values <= LINES;
}

/* Turns cells into lines and places: the number of the combination of the other options, and that of the value on the
 * axis. */
static void arrange(const struct grid *grid, int axis, const struct ablation_results *results,
                    struct ablation_results *arranged) {
    const int stride = grid_stride(grid, axis), values = grid->option[axis].values;
    *arranged = (struct ablation_results){.chance = NAN, .count = results->count};
    arranged->result = allocate(results->count, sizeof *arranged->result);
    for (size_t i = 0; i < results->count; i++) {
        const int cell = results->result[i].model;
        arranged->result[i] = results->result[i];
        arranged->result[i].model = cell / (stride * values) * stride + cell % stride;
        arranged->result[i].sparsity = cell / stride % values;
    }
    ablation_results_list(arranged);
    /* The axis has all values, also those without a completed run. */
    arranged->sparsity = reallocate(arranged->sparsity, (size_t)values, sizeof *arranged->sparsity);
    arranged->sparsities = values;
    for (int i = 0; i < values; i++)
        arranged->sparsity[i] = i;
}

/* Returns the cell of a line that has the first value of the axis. */
static int cell_of(const struct grid *grid, int axis, int line) {
    const int stride = grid_stride(grid, axis);
    return line / stride * stride * grid->option[axis].values + line % stride;
}

static int draw(const struct grid *grid, int axis, const struct ablation_results *arranged, const char *folder,
                struct failure *failure) {
    struct accuracy_line line[LINES];
    const char *tic[GRID_VALUES];
    char *title[LINES];
    const int lines = grid_cells(grid) / grid->option[axis].values;
    for (int i = 0; i < lines; i++) {
        title[i] = grid_others(grid, cell_of(grid, axis, i), axis);
        line[i] = (struct accuracy_line){title[i][0] != '\0' ? title[i] : "mean", 1 + i % 6, 4 + i, 1 + i / 6};
    }
    for (int i = 0; i < arranged->sparsities; i++)
        tic[i] = grid->option[axis].value[i];
    const struct accuracy_picture picture = {arranged, line, grid->option[axis].name, place_of, tic};
    const int result = accuracy_pictures(&picture, folder, "sweep", failure);
    for (int i = 0; i < lines; i++)
        free(title[i]);
    return result;
}

int grid_picture(const struct grid *grid, const struct ablation_results *results, const char *folder,
                 struct failure *failure) {
    if (!grid_picture_fits(grid) || results->count == 0)
        return 0;
    const int axis = axis_of(grid);
    struct ablation_results arranged;
    arrange(grid, axis, results, &arranged);
    const int result = draw(grid, axis, &arranged, folder, failure);
    ablation_results_free(&arranged);
    return result;
}
