/* What the specification says of analysis/golden (expected.json); beside it is what SciPy says (statistics.py). */
#ifndef SNND_TESTS_ANALYSIS_EXPECTED_H
#define SNND_TESTS_ANALYSIS_EXPECTED_H

#include <cJSON.h>
#include <math.h>
#include <stdlib.h>

#include "support.h"

static inline char *golden_path(const char *name) {
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", ANALYSIS_GOLDEN, name);
    return path;
}

/* An array of any kind as doubles (for free()). */
static inline double *golden_numbers(snnd_context *context, const char *name, snnd_array *shape) {
    OK(context, snnd_array_load_npy(context, golden_path(name), SNND_ANY, shape));
    int64_t count = 1;
    for (int d = 0; d < shape->dimensions; d++)
        count *= shape->shape[d];
    double *numbers = malloc((size_t)count * sizeof *numbers);
    ck_assert_ptr_nonnull(numbers);
    for (int64_t k = 0; k < count; k++)
        numbers[k] =
            shape->dtype == SNND_INT64 ? (double)((const int64_t *)shape->data)[k] : ((const double *)shape->data)[k];
    ck_assert(shape->dtype == SNND_INT64 || shape->dtype == SNND_FLOAT64);
    snnd_array loaded = *shape;
    snnd_array_free(context, &loaded);
    shape->data = NULL;
    return numbers;
}

static inline cJSON *golden_json(const char *name) {
    enum { MOST = 1 << 18 };
    char *text = malloc(MOST);
    FILE *file = fopen(golden_path(name), "rb");
    ck_assert_ptr_nonnull(file);
    const size_t length = fread(text, 1, MOST - 1, file);
    fclose(file);
    text[length] = '\0';
    cJSON *json = cJSON_Parse(text);
    ck_assert_ptr_nonnull(json);
    free(text);
    return json;
}

static inline cJSON *golden_expected(void) {
    return golden_json("expected.json");
}

#endif
