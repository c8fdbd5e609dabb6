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

/* An output without synapses has a field of zeros, and that no Moran's I. */
static snnd_status order(snnd_context *context, const snnd_moran_options *options, struct fields *fields) {
    fields->moran = allocate((size_t)fields->outputs, sizeof *fields->moran);
    fields->order = allocate((size_t)fields->outputs * (size_t)fields->rows, sizeof *fields->order);
    for (int32_t o = 0; o < fields->outputs; o++) {
        snnd_status status =
            snnd_moran_maximum(context, fields->field + (size_t)o * cells_of(fields), fields->rows, fields->columns,
                               options, &fields->moran[o], fields->order + (size_t)o * (size_t)fields->rows);
        if (status == SNND_ERROR_NUMERIC)
            fields->moran[o] = NAN;
        else if (status != SNND_OK)
            return status;
    }
    return SNND_OK;
}

int fields_load(snnd_context *context, const char *folder, const char *name, const snnd_moran_options *options,
                struct fields *fields, struct failure *failure) {
    snnd_network *network;
    memset(fields, 0, sizeof *fields);
    const int found = keep_load(context, folder, name, &network, failure);
    if (found != 1)
        return found < 0 ? -1 : failed(failure, "%s/%s: is not there", folder, name);
    snnd_status status = compute(network, fields);
    if (status == SNND_OK)
        status = order(context, options, fields);
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
