#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "training/fields/field_results.h"
#include "training/keep.h"

static const char *const states[FIELD_STATES] = {"untrained", "trained"};

/* Reads and stores the fields of one network. */
static int look_at(const struct field_results *results, snnd_context *context, int kind, int seed, int state, int keep,
                   struct failure *failure) {
    struct fields *fields = field_results_at(results, kind, seed, state);
    const char *model = state == FIELDS_TRAINED ? results->model : KEEP_INITIAL;
    char *name = format_text("%s-%d", field_kind_names[kind], results->first_seed + seed);
    char *path = format_text("%s/%s", name, model);
    char *kept = format_text("%s/fields/%s-%s.npy", results->out, name, states[state]);
    int result = fields_load(context, results->out, path, &results->way, fields, failure);
    if (result == 0 && keep)
        result = fields_save(context, fields, kept, failure);
    free(kept);
    free(path);
    free(name);
    return result;
}

/* All networks must have the same number of outputs. */
static int count_outputs(struct field_results *results, struct failure *failure) {
    results->outputs = results->fields[0].outputs;
    for (int i = 0; i < FIELD_KINDS * results->seeds * FIELD_STATES; i++)
        if (results->fields[i].outputs != results->outputs)
            return failed(failure, "%s: a network has %d outputs, and another %d", results->out,
                          (int)results->fields[i].outputs, (int)results->outputs);
    results->absent = allocate((size_t)results->outputs, 1);
    memset(results->absent, 0, (size_t)results->outputs);
    return 0;
}

/* Finds the classes without training samples in the settings of the first run; those of older programs do not have
 * them. */
static int find_absent(struct field_results *results, struct failure *failure) {
    char *folder = format_text("%s/%s-%d", results->out, field_kind_names[0], results->first_seed);
    const int kept = file_exists_in(folder, KEEP_SETTINGS);
    cJSON *settings = kept ? keep_settings(folder, failure) : NULL;
    const cJSON *absent = cJSON_GetObjectItemCaseSensitive(settings, KEEP_ABSENT), *one;
    cJSON_ArrayForEach(one, absent) {
        if (cJSON_IsNumber(one) && one->valuedouble >= 0 && one->valuedouble < results->outputs)
            results->absent[(int32_t)one->valuedouble] = 1;
    }
    free(folder);
    const int result = kept && settings == NULL ? -1 : 0;
    cJSON_Delete(settings);
    return result;
}

int field_results_look(struct field_results *results, snnd_context *context, int keep, struct failure *failure) {
    results->fields = allocate((size_t)FIELD_KINDS * (size_t)results->seeds * FIELD_STATES, sizeof *results->fields);
    int result = keep ? folder_make_in(results->out, "fields", failure) : 0;
    for (int kind = 0; kind < FIELD_KINDS; kind++)
        for (int seed = 0; seed < results->seeds; seed++)
            for (int state = 0; result == 0 && state < FIELD_STATES; state++)
                result = look_at(results, context, kind, seed, state, keep, failure);
    if (result != 0 || count_outputs(results, failure) != 0 || find_absent(results, failure) != 0)
        return -1;
    char *first = format_text("%s-%d", field_kind_names[0], results->first_seed);
    result = field_axes_read(&results->axes, results->out, first, results->fields[0].rows, failure);
    free(first);
    return result;
}

void field_results_free(struct field_results *results) {
    for (int i = 0; results->fields != NULL && i < FIELD_KINDS * results->seeds * FIELD_STATES; i++)
        fields_free(&results->fields[i]);
    free(results->fields);
    free(results->absent);
    field_axes_free(&results->axes);
    results->fields = NULL;
    results->absent = NULL;
}
