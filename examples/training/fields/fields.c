#include "training/fields/fields.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "training/keep.h"

static size_t cells_of(const struct fields *fields) {
    return (size_t)fields->rows * (size_t)fields->columns;
}

static snnd_status compute(const snnd_network *network, struct fields *fields) {
    snnd_status status = snnd_receptive_fields_size(network, NULL, &fields->outputs, &fields->rows, &fields->columns);
    if (status != SNND_OK)
        return status;
    size_t count = (size_t)fields->outputs * cells_of(fields);
    fields->field = allocate(count, sizeof *fields->field);
    fields->excitation = allocate(count, sizeof *fields->excitation);
    fields->inhibition = allocate(count, sizeof *fields->inhibition);
    return snnd_receptive_fields(network, NULL, fields->field, fields->excitation, fields->inhibition);
}

double fields_settled(double value) {
    return round(value * 1e9) / 1e9;
}

/* Measures one field; its orders are those of the first draw. */
static snnd_status measure(snnd_context *context, const struct fields_way *way, struct fields *fields, int32_t output) {
    const double *field = fields->field + (size_t)output * cells_of(fields);
    int32_t *order = fields->order + (size_t)output * (size_t)fields->rows;
    snnd_moran_options options = way->moran;
    snnd_moran_test test;
    snnd_moran_test_init(&test, sizeof test);
    options.search = 0; /* the test does not use it */
    snnd_status status =
        snnd_moran_permuted(context, field, fields->rows, fields->columns, SNND_SHUFFLE_ROWS, &options, &test, NULL);
    fields->moran[output] = fields_settled(test.index);
    fields->z[output] = test.z;
    fields->p[output] = test.p;
    for (int32_t r = 0; r < fields->rows; r++)
        order[r] = r;
    options = way->moran;
    for (int32_t draw = 0; status == SNND_OK && way->highest && draw < fields->draws; draw++, options.seed++) {
        double *moran = &fields->moran[(size_t)draw * (size_t)fields->outputs + (size_t)output];
        status = snnd_moran_maximum(context, field, fields->rows, fields->columns, &options, moran,
                                    draw == 0 ? order : NULL);
        *moran = fields_settled(*moran);
    }
    return status;
}

/* An output without synapses has a field of zeros, which has no Moran's I. */
static snnd_status measure_all(snnd_context *context, const struct fields_way *way, struct fields *fields) {
    const size_t outputs = (size_t)fields->outputs;
    fields->draws = way->highest ? way->draws : 1;
    fields->moran = allocate(outputs * (size_t)fields->draws, sizeof *fields->moran);
    fields->z = allocate(outputs, sizeof *fields->z);
    fields->p = allocate(outputs, sizeof *fields->p);
    fields->order = allocate(outputs * (size_t)fields->rows, sizeof *fields->order);
    for (int32_t o = 0; o < fields->outputs; o++) {
        const snnd_status status = measure(context, way, fields, o);
        if (status != SNND_OK && status != SNND_ERROR_NUMERIC)
            return status;
        for (int32_t draw = 0; status != SNND_OK && draw < fields->draws; draw++)
            fields->moran[(size_t)draw * outputs + (size_t)o] = NAN;
        if (status != SNND_OK)
            fields->z[o] = fields->p[o] = NAN;
    }
    return SNND_OK;
}

int fields_load(snnd_context *context, const char *folder, const char *name, const struct fields_way *way,
                struct fields *fields, struct failure *failure) {
    snnd_network *network;
    memset(fields, 0, sizeof *fields);
    const int found = keep_load(context, folder, name, &network, failure);
    if (found != 1)
        return found < 0 ? -1 : failed(failure, "%s/%s: is not there", folder, name);
    snnd_status status = compute(network, fields);
    if (status == SNND_OK)
        status = measure_all(context, way, fields);
    snnd_network_free(network);
    if (status == SNND_OK)
        return 0;
    fields_free(fields);
    return failed(failure, "%s/%s: %s", folder, name, snnd_context_last_error(context));
}

void fields_free(struct fields *fields) {
    free(fields->field);
    free(fields->excitation);
    free(fields->inhibition);
    free(fields->moran);
    free(fields->z);
    free(fields->p);
    free(fields->order);
    memset(fields, 0, sizeof *fields);
}

int fields_save(snnd_context *context, const struct fields *fields, const char *path, struct failure *failure) {
    snnd_array array = {fields->field, SNND_FLOAT64, 3, {fields->outputs, fields->rows, fields->columns, 1}};
    return snnd_array_save_npy(context, &array, path) == SNND_OK
               ? 0
               : failed(failure, "%s", snnd_context_last_error(context));
}

double fields_sum(const struct fields *fields, const double *part, int32_t output) {
    double sum = 0;
    for (size_t i = 0; i < cells_of(fields); i++)
        sum += part[(size_t)output * cells_of(fields) + i];
    return sum;
}
