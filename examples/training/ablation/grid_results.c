#include "training/ablation/grid_results.h"

#include <math.h>
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/json.h"
#include "training/ablation/ablation_results.h"
#include "training/ablation/ablation_statistics.h"

/* The longest name of a folder, which every file system allows. */
enum { LONGEST_NAME = 200 };

/* Tables of more differences than this are not written, since nobody could read them. */
enum { MOST_DIFFERENCES = 3000 };

/* ---- Runs ---- */

static int add_run(struct ablation *ablation, int cell, int64_t seed, struct failure *failure) {
    const struct grid *grid = &ablation->grid;
    char *words[GRID_OPTIONS], *number = format_text("%lld", (long long)seed), *of_cell = grid_name(grid, cell);
    char *name = format_text("%s_seed-%s", of_cell, number);
    const char *arguments[GRID_OPTIONS + 3];
    int count = 0;
    for (int i = 0; i < grid->options; i++) {
        words[i] = grid_word(grid, ablation->sweep.recipe, cell, i);
        if (words[i] != NULL)
            arguments[count++] = words[i];
    }
    arguments[count++] = "--seed";
    arguments[count++] = number;
    arguments[count] = NULL;
    const int result = strlen(name) <= LONGEST_NAME
                           ? sweep_add(&ablation->sweep, name, arguments, failure)
                           : failed(failure, "--sweep: '%s' is too long for the name of a folder", name);
    for (int i = 0; i < grid->options; i++)
        free(words[i]);
    free(name);
    free(of_cell);
    free(number);
    return result;
}

int grid_add_runs(struct ablation *ablation, struct failure *failure) {
    for (int64_t seed = 0; seed < ablation->seeds; seed++)
        for (int cell = 0; cell < grid_cells(&ablation->grid); cell++)
            if (add_run(ablation, cell, seed, failure) != 0)
                return -1;
    return 0;
}

/* ---- What they came to ---- */

int grid_results_read(const struct ablation *ablation, struct ablation_results *results, struct failure *failure) {
    const size_t runs = ablation->sweep.count, cells = (size_t)grid_cells(&ablation->grid);
    if (ablation_results_begin(results, failure) != 0)
        return -1;
    results->result = allocate(runs, sizeof *results->result);
    for (size_t run = 0; run < runs; run++) {
        struct ablation_result *result = &results->result[results->count++];
        if (ablation_result(ablation, run, result, failure) != 0) {
            ablation_results_free(results);
            return -1;
        }
        result->model = (int)(run % cells);
        result->sparsity = 0;
    }
    return 0;
}

static void write_cell(const struct grid *grid, int cell, FILE *file) {
    for (int i = 0; i < grid->options; i++)
        fprintf(file, "%s\t", grid_value(grid, cell, i));
}

static void write_names(const struct grid *grid, FILE *file) {
    for (int i = 0; i < grid->options; i++)
        fprintf(file, "%s\t", grid->option[i].name);
}

static void write_runs(const struct ablation *ablation, const struct ablation_results *results, FILE *file) {
    write_names(&ablation->grid, file);
    fputs(ABLATION_RUN "\n", file);
    for (size_t i = 0; i < results->count; i++) {
        const struct ablation_result *result = &results->result[i];
        if (!result->done)
            continue;
        write_cell(&ablation->grid, result->model, file);
        ablation_run_write(result, file);
    }
}

static void write_summary(const struct ablation *ablation, const struct ablation_results *results, FILE *file) {
    write_names(&ablation->grid, file);
    fputs("runs\t" ABLATION_SPREADS "\n", file);
    for (int cell = 0; cell < grid_cells(&ablation->grid); cell++) {
        const int runs = ablation_spread(results, cell, 0, ABLATION_LAST).runs;
        if (runs == 0)
            continue;
        write_cell(&ablation->grid, cell, file);
        fprintf(file, "%d", runs);
        ablation_spread_write(results, cell, 0, ABLATION_LAST, file);
        ablation_spread_write(results, cell, 0, ABLATION_BEST, file);
        putc('\n', file);
    }
}

/* Returns the settings that all runs share. */
static cJSON *common_settings(const struct ablation *ablation) {
    cJSON *common = options_settings(&ablation->sweep.run[0].options);
    for (size_t run = 1; run < ablation->sweep.count; run++) {
        cJSON *other = options_settings(&ablation->sweep.run[run].options);
        for (cJSON *next, *item = common->child; item != NULL; item = next) {
            next = item->next;
            if (!cJSON_Compare(item, cJSON_GetObjectItemCaseSensitive(other, item->string), 1))
                cJSON_Delete(cJSON_DetachItemViaPointer(common, item));
        }
        cJSON_Delete(other);
    }
    cJSON_DeleteItemFromObjectCaseSensitive(common, "seed");
    return common;
}

/* Writes the settings in which runs differ, and those that they share. */
static int write_settings(const struct ablation *ablation, struct failure *failure) {
    const struct grid *grid = &ablation->grid;
    cJSON *settings = cJSON_CreateObject(), *swept = cJSON_AddObjectToObject(settings, "sweep");
    cJSON *common = common_settings(ablation);
    for (int i = 0; i < grid->options; i++) {
        cJSON *values = cJSON_AddArrayToObject(swept, grid->option[i].name);
        for (int k = 0; k < grid->option[i].values; k++)
            cJSON_AddItemToArray(values, cJSON_CreateString(grid->option[i].value[k]));
        cJSON_DeleteItemFromObjectCaseSensitive(common, grid->option[i].name);
    }
    cJSON_AddNumberToObject(settings, "seeds", (double)ablation->seeds);
    cJSON_AddItemToObject(settings, "common", common);
    char *recordings = sweep_recordings(&ablation->sweep);
    if (recordings != NULL)
        cJSON_AddStringToObject(settings, "recordings", recordings);
    free(recordings);
    cJSON_AddStringToObject(settings, "library", snnd_version());
    const int result = json_write_in(ablation->sweep.out, GRID_SETTINGS, settings, failure);
    cJSON_Delete(settings);
    return result;
}

int grid_results_write(const struct ablation *ablation, const struct ablation_results *results,
                       struct failure *failure) {
    if (ablation_table_write(ablation, results, "results.tsv", write_runs, failure) != 0 ||
        ablation_table_write(ablation, results, "summary.tsv", write_summary, failure) != 0)
        return -1;
    if (grid_differences_count(&ablation->grid) > MOST_DIFFERENCES)
        file_remove_in(ablation->sweep.out, GRID_DIFFERENCES);
    else if (ablation_table_write(ablation, results, GRID_DIFFERENCES, grid_differences, failure) != 0)
        return -1;
    return write_settings(ablation, failure);
}

/* ---- The table ---- */

static void print_spread(const struct ablation_spread *spread) {
    char *cell = spread->runs == 0   ? format_text("-")
                 : spread->runs == 1 ? format_text("%.2f", 100 * spread->mean)
                                     : format_text("%.2f +- %.2f", 100 * spread->mean, 100 * spread->deviation);
    printf("  %-14s", cell);
    free(cell);
}

void grid_results_print(const struct ablation *ablation, const struct ablation_results *results) {
    const struct grid *grid = &ablation->grid;
    puts("Test accuracy (%), mean and standard deviation over seeds\n");
    for (int i = 0; i < grid->options; i++)
        printf("%-14s  ", grid->option[i].name);
    puts("  runs  last epoch      best epoch");
    for (int cell = 0; cell < grid_cells(grid); cell++) {
        const struct ablation_spread last = ablation_spread(results, cell, 0, ABLATION_LAST);
        const struct ablation_spread best = ablation_spread(results, cell, 0, ABLATION_BEST);
        for (int i = 0; i < grid->options; i++)
            printf("%-14s  ", grid_value(grid, cell, i));
        printf("%6d", last.runs);
        print_spread(&last);
        print_spread(&best);
        putchar('\n');
    }
}
