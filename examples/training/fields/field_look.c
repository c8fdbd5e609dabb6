#include <stdlib.h>

#include "common/files.h"
#include "training/fields/field_results.h"
#include "training/keep.h"

static const char *const states[FIELD_STATES] = {"untrained", "trained"};

/* Fields of one network, read and kept. */
static int look_at(const struct field_results *results, snnd_context *context, int kind, int seed, int state, int keep,
                   struct failure *failure) {
    struct fields *fields = field_results_at(results, kind, seed, state);
    const char *model = state == FIELDS_TRAINED ? results->model : KEEP_INITIAL;
    char *name = format_text("%s-%d", field_kind_names[kind], seed);
    char *path = format_text("%s/%s", name, model);
    char *kept = format_text("%s/fields/%s-%s.npy", results->out, name, states[state]);
    int result = fields_load(context, results->out, path, &results->moran, fields, failure);
    if (result == 0 && keep)
        result = fields_save(context, fields, kept, failure);
    free(kept);
    free(path);
    free(name);
    return result;
}

int field_results_look(struct field_results *results, snnd_context *context, int keep, struct failure *failure) {
    results->fields = allocate((size_t)FIELD_KINDS * (size_t)results->seeds * FIELD_STATES, sizeof *results->fields);
    int result = keep ? folder_make_in(results->out, "fields", failure) : 0;
    for (int kind = 0; kind < FIELD_KINDS; kind++)
        for (int seed = 0; seed < results->seeds; seed++)
            for (int state = 0; result == 0 && state < FIELD_STATES; state++)
                result = look_at(results, context, kind, seed, state, keep, failure);
    return result;
}

void field_results_free(struct field_results *results) {
    for (int i = 0; results->fields != NULL && i < FIELD_KINDS * results->seeds * FIELD_STATES; i++)
        fields_free(&results->fields[i]);
    free(results->fields);
    results->fields = NULL;
}
