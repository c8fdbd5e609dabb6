#include "training/fields/field_results.h"

#include <math.h>
#include <stdlib.h>

#include "common/files.h"

const char *const field_kind_names[FIELD_KINDS] = {"dense", "deep-r", "fixed"};
const char *const field_kind_titles[FIELD_KINDS] = {"dense, delays learned", "sparse, structure and delays learned",
                                                    "sparse, structure and delays fixed"};

struct fields *field_results_at(const struct field_results *results, int kind, int seed, int state) {
    return &results->fields[(kind * results->seeds + seed) * FIELD_STATES + state];
}

double *field_results_moran(const struct field_results *results, int kind, int state, int32_t *count) {
    size_t room = 0;
    for (int seed = 0; seed < results->seeds; seed++)
        room += (size_t)field_results_at(results, kind, seed, state)->outputs;
    double *values = allocate(room, sizeof *values);
    *count = 0;
    for (int seed = 0; seed < results->seeds; seed++) {
        const struct fields *fields = field_results_at(results, kind, seed, state);
        for (int32_t o = 0; o < fields->outputs; o++)
            if (!isnan(fields->moran[o]))
                values[(*count)++] = fields->moran[o];
    }
    return values;
}

char *field_results_way(const struct field_results *results) {
    const int rook = results->moran.neighbours == SNND_ROOK, search = results->moran.search;
    return format_text("%s neighbours, %d orders of the rows%s%s", rook ? "4" : "8", (int)results->moran.permutations,
                       search ? ", with a search" : "", rook || search ? ", not as in the paper" : "");
}

/* ---- Every field ---- */

static void put_number(FILE *stream, double value) {
    if (isnan(value))
        fputs("\tnan", stream);
    else
        fprintf(stream, "\t%.9g", value);
}

static void put_fields(FILE *stream, const struct field_results *results, int kind, int seed) {
    const struct fields *before = field_results_at(results, kind, seed, FIELDS_UNTRAINED);
    const struct fields *after = field_results_at(results, kind, seed, FIELDS_TRAINED);
    for (int32_t o = 0; o < after->outputs; o++) {
        fprintf(stream, "%s\t%d\t%d", field_kind_names[kind], seed, (int)o);
        put_number(stream, before->moran[o]);
        put_number(stream, after->moran[o]);
        put_number(stream, fields_sum(before, before->excitation, o));
        put_number(stream, fields_sum(before, before->inhibition, o));
        put_number(stream, fields_sum(after, after->excitation, o));
        put_number(stream, fields_sum(after, after->inhibition, o));
        putc('\n', stream);
    }
}

static int write_moran(const struct field_results *results, struct failure *failure) {
    struct file_writing writing;
    FILE *stream = file_begin_in(results->out, "moran.tsv", &writing, failure);
    if (stream == NULL)
        return -1;
    fputs("kind\tseed\toutput\tuntrained I\ttrained I\tuntrained excitation\tuntrained inhibition\t"
          "trained excitation\ttrained inhibition\n",
          stream);
    for (int kind = 0; kind < FIELD_KINDS; kind++)
        for (int seed = 0; seed < results->seeds; seed++)
            put_fields(stream, results, kind, seed);
    return file_end(&writing, failure);
}

/* ---- Tests ---- */

struct comparison {
    const char *name, *first, *second;
    int kind[2], state[2];
};

static const struct comparison comparisons[] = {
    {"dense", "dense, trained", "untrained", {FIELDS_DENSE, FIELDS_DENSE}, {FIELDS_TRAINED, FIELDS_UNTRAINED}},
    {"deep-r", "deep-r, trained", "untrained", {FIELDS_DEEP_R, FIELDS_DEEP_R}, {FIELDS_TRAINED, FIELDS_UNTRAINED}},
    {"fixed", "fixed, trained", "untrained", {FIELDS_FIXED, FIELDS_FIXED}, {FIELDS_TRAINED, FIELDS_UNTRAINED}},
    {"fixed-deep-r",
     "fixed, trained",
     "deep-r, trained",
     {FIELDS_FIXED, FIELDS_DEEP_R},
     {FIELDS_TRAINED, FIELDS_TRAINED}},
};

enum { COMPARISONS = sizeof comparisons / sizeof *comparisons };

static double mean_of(const double *values, int32_t count) {
    double sum = 0;
    for (int32_t i = 0; i < count; i++)
        sum += values[i];
    return sum / count;
}

static void put_test(FILE *stream, const struct field_results *results, const struct comparison *comparison,
                     const snnd_rank_test *test, const int32_t count[2], const double means[2]) {
    fprintf(stream, "%s\t%s\t%s\t%d\t%d\t%.1f", comparison->name, comparison->first, comparison->second, (int)count[0],
            (int)count[1], test->u);
    put_number(stream, test->p);
    put_number(stream, test->log10_p);
    put_number(stream, means[0]);
    put_number(stream, means[1]);
    fprintf(stream, "\t%s\t%d\n", results->moran.neighbours == SNND_ROOK ? "4" : "8", results->moran.search != 0);
}

static void show_test(FILE *shown, const struct comparison *comparison, const snnd_rank_test *test,
                      const int32_t count[2], const double means[2]) {
    fprintf(shown, "%-15s against %-15s  mean I %7.4f and %7.4f  n %3d and %3d  U %8.1f  p %.3g\n", comparison->first,
            comparison->second, means[0], means[1], (int)count[0], (int)count[1], test->u, test->p);
}

/* Where no field of a kind has a Moran's I, as none has without synapses, there is nothing to compare. */
static int compare(const struct field_results *results, snnd_context *context, const struct comparison *comparison,
                   FILE *stream, FILE *shown, struct failure *failure) {
    int32_t count[2];
    double *values[2], means[2];
    snnd_rank_test test;
    snnd_rank_test_init(&test, sizeof test);
    for (int i = 0; i < 2; i++) {
        values[i] = field_results_moran(results, comparison->kind[i], comparison->state[i], &count[i]);
        means[i] = count[i] > 0 ? mean_of(values[i], count[i]) : NAN;
    }
    snnd_status status = SNND_OK;
    if (count[0] > 0 && count[1] > 0)
        status = snnd_mann_whitney(context, values[0], count[0], values[1], count[1], SNND_TWO_SIDED, &test);
    else
        test.u = test.p = test.log10_p = NAN;
    free(values[0]);
    free(values[1]);
    if (status != SNND_OK)
        return failed(failure, "%s against %s: %s", comparison->first, comparison->second,
                      snnd_context_last_error(context));
    put_test(stream, results, comparison, &test, count, means);
    if (shown != NULL)
        show_test(shown, comparison, &test, count, means);
    return 0;
}

static int write_tests(const struct field_results *results, snnd_context *context, FILE *shown,
                       struct failure *failure) {
    struct file_writing writing;
    int result = 0;
    FILE *stream = file_begin_in(results->out, "tests.tsv", &writing, failure);
    if (stream == NULL)
        return -1;
    fputs("comparison\tfirst\tsecond\tfirst_n\tsecond_n\tU\tp\tlog10_p\tfirst_mean\tsecond_mean\tneighbours\tsearch\n",
          stream);
    for (int i = 0; result == 0 && i < COMPARISONS; i++)
        result = compare(results, context, &comparisons[i], stream, shown, failure);
    if (result == 0)
        return file_end(&writing, failure);
    file_abandon(&writing);
    return -1;
}

int field_results_write(const struct field_results *results, snnd_context *context, FILE *shown,
                        struct failure *failure) {
    return write_moran(results, failure) == 0 && write_tests(results, context, shown, failure) == 0 ? 0 : -1;
}
