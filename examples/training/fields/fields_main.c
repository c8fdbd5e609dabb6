/* The paper's figure 1, B and C: receptive fields of outputs before and after training. */
#include "training/fields/fields_main.h"

#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/drawing.h"
#include "common/files.h"
#include "common/program.h"
#include "training/fields/field_options.h"
#include "training/fields/field_results.h"
#include "training/keep.h"

/* Returns the settings that all runs share, from the first of them. */
static cJSON *common_settings(const struct sweep *sweep, struct failure *failure) {
    cJSON *common = keep_settings(sweep->run[0].folder, failure);
    for (size_t i = 0; field_options_decided[i] != NULL; i++)
        cJSON_DeleteItemFromObjectCaseSensitive(common, field_options_decided[i]);
    return common;
}

/* Writes everything that the results depend on. */
static int write_settings(const struct field_options *options, struct failure *failure) {
    cJSON *common = common_settings(&options->sweep, failure), *settings = cJSON_CreateObject();
    cJSON_AddNumberToObject(settings, "seed", (double)options->seed);
    cJSON_AddNumberToObject(settings, "seeds", (double)options->seeds);
    cJSON_AddNumberToObject(settings, "sparsity", options->sparsity);
    cJSON_AddStringToObject(settings, "model", options->model);
    cJSON_AddNumberToObject(settings, "permutations", options->way.moran.permutations);
    cJSON_AddNumberToObject(settings, "permutation-seed", (double)options->way.moran.seed);
    cJSON_AddStringToObject(settings, "order", options->way.highest ? "highest" : "natural");
    if (options->way.highest)
        cJSON_AddNumberToObject(settings, "draws", options->way.draws);
    cJSON_AddBoolToObject(settings, "search", options->way.moran.search);
    cJSON_AddStringToObject(settings, "neighbours", options->way.moran.neighbours == SNND_ROOK ? "rook" : "queen");
    cJSON_AddStringToObject(settings, "library", snnd_version());
    cJSON_AddItemToObject(settings, "common", common);
    char *json = cJSON_Print(settings), *text = format_text("%s\n", json);
    int result = common != NULL ? file_write_in(options->sweep.out, "fields.json", text, failure) : -1;
    free(text);
    cJSON_free(json);
    cJSON_Delete(settings);
    return result;
}

static void say_how(const struct field_results *results) {
    char *way = field_results_way(results);
    printf("Moran's I of the outputs' receptive fields: %s;\nMann-Whitney tests, two-sided, p corrected by Holm\n\n",
           way);
    free(way);
}

/* Says how many fields of classes with samples are in no test. */
static void say_left_out(const struct field_results *results) {
    int all = 0, left_out = 0;
    for (int i = 0; i < FIELD_KINDS * results->seeds * FIELD_STATES; i++)
        for (int32_t o = 0; o < results->outputs; o++) {
            all += !results->absent[o];
            left_out += !results->absent[o] && !field_results_counts(results, &results->fields[i], o);
        }
    if (left_out > 0)
        printf("%d of %d fields are in no test, since all of their cells are equal: no path of synapses leads to these "
               "outputs\n",
               left_out, all);
}

static int draw_results(void *user, const char *place, struct failure *failure) {
    return field_results_draw(user, place, failure);
}

/* Writes tables, tests and pictures. */
static int conclude(snnd_context *context, const struct field_options *options, struct failure *failure) {
    struct field_results results = {.out = options->sweep.out,
                                    .first_seed = (int)options->seed,
                                    .seeds = (int)options->seeds,
                                    .model = options->model,
                                    .way = options->way};
    int result = field_results_look(&results, context, 1, failure);
    if (result == 0)
        say_how(&results);
    if (result == 0 && field_results_write(&results, context, stdout, failure) != 0)
        result = -1;
    if (result == 0)
        say_left_out(&results);
    if (result == 0 && write_settings(options, failure) != 0)
        result = -1;
    if (result == 0)
        result = drawing_make(results.out, draw_results, &results, failure);
    field_results_free(&results);
    if (result == 0 && !options->sweep.quiet) {
        putchar('\n');
        program_say("pictures: %s/" DRAWING_FOLDER "; a page of all: snnd-report %s", results.out, results.out);
    }
    return result;
}

static enum exit_code work(struct field_options *options, struct failure *failure) {
    enum exit_code code = sweep_carry_out(&options->sweep, failure);
    if (code != EXIT_DONE)
        return code;
    snnd_context *context = NULL;
    if (snnd_context_create(NULL, &context) != SNND_OK) {
        failed(failure, "cannot start the library");
        return EXIT_FAILED;
    }
    code = conclude(context, options, failure) == 0 ? EXIT_DONE : EXIT_FAILED;
    snnd_context_free(context);
    return code;
}

static enum exit_code obey(struct field_options *options, const struct recipe *recipe, const char *out, int count,
                           char **arguments, struct failure *failure) {
    if (field_options_read(options, recipe, out, count, arguments, failure) != 0)
        return EXIT_USAGE;
    if (options->help)
        field_options_help(recipe);
    if (options->version)
        program_version();
    if (options->help || options->version)
        return EXIT_DONE;
    return options->dry_run ? sweep_plan(&options->sweep, failure) : work(options, failure);
}

int fields_main(const struct recipe *recipe, int count, char **arguments) {
    struct field_options options;
    struct failure failure = {""};
    char *out = format_text("%s-fields", recipe->name);
    enum exit_code code = obey(&options, recipe, out, count, arguments, &failure);
    if (failure.text[0] != '\0')
        program_explain(&failure);
    sweep_free(&options.sweep);
    free(out);
    return (int)code;
}
