#include "training/fields/field_results.h"

#include <math.h>
#include <stdlib.h>

#include "common/files.h"
#include "training/fields/field_tests.h"

const char *const field_kind_names[FIELD_KINDS] = {"dense", "deep-r", "fixed"};
const char *const field_kind_titles[FIELD_KINDS] = {"dense, delays learned", "sparse, structure and delays learned",
                                                    "sparse, structure and delays fixed"};

struct fields *field_results_at(const struct field_results *results, int kind, int seed, int state) {
    return &results->fields[(kind * results->seeds + seed) * FIELD_STATES + state];
}

int field_results_counts(const struct field_results *results, const struct fields *fields, int32_t output) {
    return !results->absent[output] && !isnan(fields->moran[output]);
}

double *field_results_moran(const struct field_results *results, int kind, int state, int32_t draw, int32_t *count,
                            int32_t *sizes) {
    double *values = allocate((size_t)results->seeds * (size_t)results->outputs, sizeof *values);
    *count = 0;
    for (int seed = 0; seed < results->seeds; seed++) {
        const struct fields *fields = field_results_at(results, kind, seed, state);
        const double *moran = fields->moran + (size_t)draw * (size_t)fields->outputs;
        const int32_t before = *count;
        for (int32_t o = 0; o < fields->outputs; o++)
            if (field_results_counts(results, fields, o))
                values[(*count)++] = moran[o];
        if (sizes != NULL)
            sizes[seed] = *count - before;
    }
    return values;
}

char *field_results_way(const struct field_results *results) {
    const struct fields_way *way = &results->way;
    const int rook = way->moran.neighbours == SNND_ROOK, search = way->moran.search;
    if (!way->highest)
        return format_text("%s neighbours, rows in the order of the channels, not as in the paper", rook ? "4" : "8");
    return format_text("%s neighbours, %d orders of the rows%s%s", rook ? "4" : "8", (int)way->moran.permutations,
                       search ? ", with a search" : "", rook || search ? ", not as in the paper" : "");
}

/* ---- Every field ---- */

void field_results_put(FILE *stream, double value) {
    if (isnan(value))
        fputs("\tnan", stream);
    else
        fprintf(stream, "\t%.10g", value);
}

/* Returns the order of the rows of a field: 0 for that of the channels, or the line of orders.tsv without the heading.
 * */
static int order_of(const struct field_results *results, int kind, int seed, int state, int32_t output) {
    const int networks = (kind * results->seeds + seed) * FIELD_STATES + state;
    return results->way.highest ? networks * (int)results->outputs + (int)output + 1 : 0;
}

static void put_fields(FILE *stream, const struct field_results *results, int kind, int seed) {
    const struct fields *before = field_results_at(results, kind, seed, FIELDS_UNTRAINED);
    const struct fields *after = field_results_at(results, kind, seed, FIELDS_TRAINED);
    for (int32_t o = 0; o < after->outputs; o++) {
        fprintf(stream, "%s\t%d\t%d", field_kind_names[kind], results->first_seed + seed, (int)o);
        field_results_put(stream, before->moran[o]);
        field_results_put(stream, after->moran[o]);
        field_results_put(stream, fields_sum(before, before->excitation, o));
        field_results_put(stream, fields_sum(before, before->inhibition, o));
        field_results_put(stream, fields_sum(after, after->excitation, o));
        field_results_put(stream, fields_sum(after, after->inhibition, o));
        field_results_put(stream, before->z[o]);
        field_results_put(stream, after->z[o]);
        field_results_put(stream, before->p[o]);
        field_results_put(stream, after->p[o]);
        fprintf(stream, "\t%d\t%d\t%d\n", !results->absent[o], order_of(results, kind, seed, FIELDS_UNTRAINED, o),
                order_of(results, kind, seed, FIELDS_TRAINED, o));
    }
}

static int write_moran(const struct field_results *results, struct failure *failure) {
    struct file_writing writing;
    FILE *stream = file_begin_in(results->out, "moran.tsv", &writing, failure);
    if (stream == NULL)
        return -1;
    fputs("kind\tseed\toutput\tuntrained I\ttrained I\tuntrained excitation\tuntrained inhibition\t"
          "trained excitation\ttrained inhibition\tuntrained z\ttrained z\tuntrained p\ttrained p\tclass has samples\t"
          "untrained order\ttrained order\n",
          stream);
    for (int kind = 0; kind < FIELD_KINDS; kind++)
        for (int seed = 0; seed < results->seeds; seed++)
            put_fields(stream, results, kind, seed);
    return file_end(&writing, failure);
}

/* Writes the order of the rows with the highest value, as numbers of input channels. */
static int write_orders(const struct field_results *results, struct failure *failure) {
    struct file_writing writing;
    FILE *stream = file_begin_in(results->out, "orders.tsv", &writing, failure);
    if (stream == NULL)
        return -1;
    fputs("kind\tseed\toutput\ttrained\torder\n", stream);
    for (int i = 0; i < FIELD_KINDS * results->seeds * FIELD_STATES; i++) {
        const struct fields *fields = &results->fields[i];
        const int kind = i / FIELD_STATES / results->seeds, seed = i / FIELD_STATES % results->seeds;
        for (int32_t o = 0; o < fields->outputs; o++) {
            fprintf(stream, "%s\t%d\t%d\t%d\t", field_kind_names[kind], results->first_seed + seed, (int)o,
                    i % FIELD_STATES);
            for (int32_t r = 0; r < fields->rows; r++)
                fprintf(stream, "%s%d", r > 0 ? " " : "",
                        (int)fields->order[(size_t)o * (size_t)fields->rows + (size_t)r]);
            putc('\n', stream);
        }
    }
    return file_end(&writing, failure);
}

/* Writes every value that the tests over all draws use. */
static int write_draws(const struct field_results *results, struct failure *failure) {
    struct file_writing writing;
    FILE *stream = file_begin_in(results->out, "draws.tsv", &writing, failure);
    if (stream == NULL)
        return -1;
    fputs("kind\tseed\toutput\ttrained\tclass has samples", stream);
    for (int32_t draw = 0; draw < results->fields[0].draws; draw++)
        fprintf(stream, "\tdraw %d", (int)draw);
    putc('\n', stream);
    for (int i = 0; i < FIELD_KINDS * results->seeds * FIELD_STATES; i++) {
        const struct fields *fields = &results->fields[i];
        const int kind = i / FIELD_STATES / results->seeds, seed = i / FIELD_STATES % results->seeds;
        for (int32_t o = 0; o < fields->outputs; o++) {
            fprintf(stream, "%s\t%d\t%d\t%d\t%d", field_kind_names[kind], results->first_seed + seed, (int)o,
                    i % FIELD_STATES, !results->absent[o]);
            for (int32_t draw = 0; draw < fields->draws; draw++)
                field_results_put(stream, fields->moran[(size_t)draw * (size_t)fields->outputs + (size_t)o]);
            putc('\n', stream);
        }
    }
    return file_end(&writing, failure);
}

int field_results_write(const struct field_results *results, snnd_context *context, FILE *shown,
                        struct failure *failure) {
    if (write_moran(results, failure) != 0 || field_tests_write(results, context, shown, failure) != 0)
        return -1;
    if (!results->way.highest) { /* values of an earlier analysis do not belong to the tables */
        file_remove_in(results->out, "orders.tsv");
        file_remove_in(results->out, "draws.tsv");
        return 0;
    }
    return write_orders(results, failure) == 0 ? write_draws(results, failure) : -1;
}
