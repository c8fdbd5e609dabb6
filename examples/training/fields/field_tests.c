/*
 * Trained against untrained of each kind, fixed against learned. Where the orders of rows are drawn several times, U
 * and p are those of the first draw, and the rest is the median over all of them, with the range of p. Trained and
 * untrained are the same outputs of the same networks: a test of pairs. All outputs are pooled as if each network had
 * none in common: how far that holds is told by the intraclass correlation, and by a test that has one number, the
 * mean, of each network.
 */
#include "training/fields/field_tests.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"

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

/* The values that differ between draws. */
/* The intraclass correlation and its interval; the difference of means of networks, its interval, and p. */
enum { ALIKE = 3, NETWORK_T = 4 };

enum measure { P, AUC, AUC_LOW, AUC_HIGH, PAIRED_P, EFFECT, MEASURES };

/* The result of a comparison; NaN where there is nothing to compare. */
struct finding {
    int32_t count[2], draws;
    double mean[2], alike[2][ALIKE]; /* of the values; of networks */
    snnd_rank_test test;
    snnd_summary over[MEASURES]; /* over all draws */
    int32_t pairs, networks;
    double network_p, network_t[NETWORK_T];
    double corrected, paired_corrected;
};

static int is_paired(const struct comparison *comparison) {
    return comparison->kind[0] == comparison->kind[1];
}

static double mean_of(const double *values, int32_t count) {
    double sum = 0;
    for (int32_t i = 0; i < count; i++)
        sum += values[i];
    return count > 0 ? sum / count : NAN;
}

/* ---- One test ---- */

/* Compares all fields of one kind with all of another, in one draw. */
static snnd_status compare_pooled(const struct field_results *results, snnd_context *context,
                                  const struct comparison *comparison, int32_t draw, struct finding *found,
                                  double of_draw[MEASURES]) {
    double *values[2];
    snnd_rank_test test;
    snnd_interval auc;
    snnd_status status = SNND_OK;
    snnd_rank_test_init(&test, sizeof test);
    snnd_interval_init(&auc, sizeof auc);
    for (int i = 0; i < 2; i++) {
        values[i] =
            field_results_moran(results, comparison->kind[i], comparison->state[i], draw, &found->count[i], NULL);
        if (draw == 0)
            found->mean[i] = mean_of(values[i], found->count[i]);
    }
    const int there = found->count[0] > 0 && found->count[1] > 0;
    if (there)
        status =
            snnd_mann_whitney(context, values[0], found->count[0], values[1], found->count[1], SNND_TWO_SIDED, &test);
    if (status == SNND_OK && there) {
        status = snnd_auc(context, values[0], found->count[0], values[1], found->count[1], 0.95, &auc);
        of_draw[P] = test.p;
        of_draw[AUC] = auc.estimate;
        of_draw[AUC_LOW] = auc.low;
        of_draw[AUC_HIGH] = auc.high;
        if (draw == 0)
            found->test = test;
    }
    free(values[0]);
    free(values[1]);
    return status;
}

static double moran_at(const struct fields *fields, int32_t draw, int32_t output) {
    return fields->moran[(size_t)draw * (size_t)fields->outputs + (size_t)output];
}

/* Compares each output with itself, in one draw. */
static snnd_status compare_pairs(const struct field_results *results, snnd_context *context,
                                 const struct comparison *comparison, int32_t draw, struct finding *found,
                                 double of_draw[MEASURES]) {
    double *differences = allocate((size_t)results->seeds * (size_t)results->outputs, sizeof *differences);
    snnd_signed_rank_test test;
    snnd_status status = SNND_OK;
    snnd_signed_rank_test_init(&test, sizeof test);
    found->pairs = 0;
    for (int seed = 0; seed < results->seeds; seed++) {
        const struct fields *after = field_results_at(results, comparison->kind[0], seed, comparison->state[0]);
        const struct fields *before = field_results_at(results, comparison->kind[1], seed, comparison->state[1]);
        for (int32_t o = 0; o < results->outputs; o++)
            if (field_results_counts(results, after, o) && field_results_counts(results, before, o))
                differences[found->pairs++] = fields_settled(moran_at(after, draw, o) - moran_at(before, draw, o));
    }
    if (found->pairs > 0) {
        status = snnd_wilcoxon(context, differences, NULL, found->pairs, SNND_TWO_SIDED, &test);
        of_draw[PAIRED_P] = test.p;
        of_draw[EFFECT] = test.effect;
    }
    free(differences);
    return status;
}

static snnd_status compare_draws(const struct field_results *results, snnd_context *context,
                                 const struct comparison *comparison, struct finding *found) {
    found->draws = field_results_at(results, 0, 0, 0)->draws;
    double *all = allocate((size_t)MEASURES * (size_t)found->draws, sizeof *all);
    snnd_status status = SNND_OK;
    for (int32_t draw = 0; status == SNND_OK && draw < found->draws; draw++) {
        double of_draw[MEASURES] = {NAN, NAN, NAN, NAN, NAN, NAN};
        status = compare_pooled(results, context, comparison, draw, found, of_draw);
        if (status == SNND_OK && is_paired(comparison))
            status = compare_pairs(results, context, comparison, draw, found, of_draw);
        for (int m = 0; m < MEASURES; m++)
            all[m * found->draws + draw] = of_draw[m];
    }
    /* The set of fields does not depend on the draw. */
    for (int m = 0; status == SNND_OK && m < MEASURES; m++)
        if (!isnan(all[m * found->draws]))
            status = snnd_summarize(context, all + m * found->draws, found->draws, &found->over[m]);
    free(all);
    return status;
}

/* Computes how similar the outputs of a network are, or NaN where that has no meaning, and the means of networks in
 * `mean`. */
static snnd_status look_at_networks(const struct field_results *results, snnd_context *context, int kind, int state,
                                    double alike[ALIKE], double *mean) {
    int32_t count, *sizes = allocate((size_t)results->seeds, sizeof *sizes), groups = 0;
    double *values = field_results_moran(results, kind, state, 0, &count, sizes);
    const double *of_network = values;
    snnd_intraclass made;
    snnd_intraclass_init(&made, sizeof made);
    for (int seed = 0; seed < results->seeds; of_network += sizes[seed++])
        mean[seed] = fields_settled(mean_of(of_network, sizes[seed]));
    for (int seed = 0; seed < results->seeds; seed++)
        if (sizes[seed] > 0)
            sizes[groups++] = sizes[seed];
    snnd_status status = SNND_OK;
    if (groups > 1 && count > groups) {
        status = snnd_intraclass_correlation(context, values, sizes, groups, 0.95, &made);
        if (status == SNND_OK)
            memcpy(alike, (const double[ALIKE]){made.correlation, made.low, made.high}, ALIKE * sizeof *alike);
        else if (status == SNND_ERROR_NUMERIC) /* the outputs of each network are equal */
            status = SNND_OK;
    }
    free(values);
    free(sizes);
    return status;
}

/* Computes Student's t of pairs: against two numbers without any variance Welch's is that of the differences. */
static snnd_status test_means(snnd_context *context, const double *difference, int32_t count, double by_t[NETWORK_T]) {
    static const double nothing[2] = {0, 0};
    snnd_t_test made;
    snnd_t_test_init(&made, sizeof made);
    by_t[0] = mean_of(difference, count);
    const snnd_status status = count < 2
                                   ? SNND_ERROR_NUMERIC
                                   : snnd_welch(context, difference, count, nothing, 2, SNND_TWO_SIDED, 0.95, &made);
    if (status == SNND_OK) {
        by_t[1] = made.low;
        by_t[2] = made.high;
        by_t[3] = made.p;
    }
    return status == SNND_ERROR_NUMERIC ? SNND_OK : status; /* the differences are equal, or there is one */
}

/* Compares one number for each network. All kinds are pairs, since networks of one seed begin with the same masks, the
 * same sizes of weights and the same delays if they are sparse. */
static snnd_status compare_networks(const struct field_results *results, snnd_context *context,
                                    const struct comparison *comparison, struct finding *found) {
    double *mean = allocate(2 * (size_t)results->seeds, sizeof *mean), *other = mean + results->seeds;
    snnd_signed_rank_test pairs;
    snnd_signed_rank_test_init(&pairs, sizeof pairs);
    snnd_status status = SNND_OK;
    for (int i = 0; status == SNND_OK && i < 2; i++)
        status = look_at_networks(results, context, comparison->kind[i], comparison->state[i], found->alike[i],
                                  i == 0 ? mean : other);
    for (int seed = 0; status == SNND_OK && seed < results->seeds; seed++)
        if (!isnan(mean[seed]) && !isnan(other[seed]))
            mean[found->networks++] = fields_settled(mean[seed] - other[seed]);
    if (status == SNND_OK && found->networks > 0) {
        status = snnd_wilcoxon(context, mean, NULL, found->networks, SNND_TWO_SIDED, &pairs);
        found->network_p = pairs.p;
    }
    if (status == SNND_OK && found->networks > 0)
        status = test_means(context, mean, found->networks, found->network_t);
    free(mean);
    return status;
}

static struct finding nothing_found(void) {
    struct finding found = {.mean = {NAN, NAN},
                            .alike = {{NAN, NAN, NAN}, {NAN, NAN, NAN}},
                            .network_p = NAN,
                            .network_t = {NAN, NAN, NAN, NAN},
                            .corrected = NAN,
                            .paired_corrected = NAN};
    snnd_rank_test_init(&found.test, sizeof found.test);
    found.test.u = found.test.p = found.test.log10_p = NAN;
    for (int m = 0; m < MEASURES; m++) {
        snnd_summary_init(&found.over[m], sizeof found.over[m]);
        found.over[m].median = found.over[m].least = found.over[m].largest = NAN;
    }
    return found;
}

static int compare(const struct field_results *results, snnd_context *context, const struct comparison *comparison,
                   struct finding *found, struct failure *failure) {
    *found = nothing_found();
    snnd_status status = compare_draws(results, context, comparison, found);
    if (status == SNND_OK)
        status = compare_networks(results, context, comparison, found);
    if (status == SNND_OK)
        return 0;
    return failed(failure, "%s against %s: %s", comparison->first, comparison->second,
                  snnd_context_last_error(context));
}

/* ---- All tests ---- */

/* Corrects by Holm for the number of tests that have a p. */
static int correct(snnd_context *context, struct finding found[COMPARISONS], enum measure measure,
                   struct failure *failure) {
    double p[COMPARISONS];
    int32_t count = 0;
    for (int i = 0; i < COMPARISONS; i++)
        if (!isnan(found[i].over[measure].median))
            p[count++] = found[i].over[measure].median;
    if (count > 0 && snnd_correct(context, p, count, SNND_HOLM, p) != SNND_OK)
        return failed(failure, "%s", snnd_context_last_error(context));
    count = 0;
    for (int i = 0; i < COMPARISONS; i++)
        if (!isnan(found[i].over[measure].median))
            *(measure == PAIRED_P ? &found[i].paired_corrected : &found[i].corrected) = p[count++];
    return 0;
}

static void put_all(FILE *stream, const double *numbers, int count) {
    for (int i = 0; i < count; i++)
        field_results_put(stream, numbers[i]);
}

static void put_finding(FILE *stream, const struct field_results *results, const struct comparison *comparison,
                        const struct finding *found) {
    const snnd_summary *over = found->over;
    const double first[4] = {found->test.p, found->test.log10_p, found->mean[0], found->mean[1]};
    const double pooled[7] = {over[AUC].median, over[AUC_LOW].median, over[AUC_HIGH].median, over[P].median,
                              over[P].least,    over[P].largest,      found->corrected};
    const double rest[5] = {over[EFFECT].median, over[PAIRED_P].median, found->paired_corrected, found->alike[0][0],
                            found->alike[1][0]};
    fprintf(stream, "%s\t%s\t%s\t%d\t%d\t%.1f", comparison->name, comparison->first, comparison->second,
            (int)found->count[0], (int)found->count[1], found->test.u);
    put_all(stream, first, 4);
    fprintf(stream, "\t%s\t%d\t%d", results->way.moran.neighbours == SNND_ROOK ? "4" : "8",
            results->way.moran.search != 0, results->way.highest != 0);
    put_all(stream, pooled, 7);
    fprintf(stream, "\t%d", (int)found->pairs);
    put_all(stream, rest, 5);
    fprintf(stream, "\t%d", (int)found->networks);
    put_all(stream, &found->network_p, 1);
    put_all(stream, found->network_t, NETWORK_T);
    put_all(stream, found->alike[0] + 1, ALIKE - 1);
    put_all(stream, found->alike[1] + 1, ALIKE - 1);
    putc('\n', stream);
}

static void show_finding(FILE *shown, const struct comparison *comparison, const struct finding *found) {
    const snnd_summary *over = found->over;
    fprintf(shown,
            "%-15s against %-15s  mean I %7.4f and %7.4f  n %3d and %3d  U %8.1f  AUC %.2f (%.2f to %.2f)  p %.3g",
            comparison->first, comparison->second, found->mean[0], found->mean[1], (int)found->count[0],
            (int)found->count[1], found->test.u, over[AUC].median, over[AUC_LOW].median, over[AUC_HIGH].median,
            over[P].median);
    if (found->draws > 1)
        fprintf(shown, " (median of %d draws; %.3g to %.3g; U and means of the first)", (int)found->draws,
                over[P].least, over[P].largest);
    fprintf(shown, ", corrected %.3g", found->corrected);
    if (found->pairs > 0)
        fprintf(shown, "; paired %.3g, corrected %.3g", over[PAIRED_P].median, found->paired_corrected);
    if (!isnan(found->network_t[3]))
        fprintf(shown, "; by network, t %.3g", found->network_t[3]);
    putc('\n', shown);
}

static int write_all(const struct field_results *results, const struct finding found[COMPARISONS], FILE *shown,
                     struct failure *failure) {
    struct file_writing writing;
    FILE *stream = file_begin_in(results->out, "tests.tsv", &writing, failure);
    if (stream == NULL)
        return -1;
    fputs("comparison\tfirst\tsecond\tfirst_n\tsecond_n\tU\tp\tlog10_p\tfirst_mean\tsecond_mean\tneighbours\tsearch\t"
          "highest\tauc\tauc_low\tauc_high\tp_median\tp_least\tp_largest\tp_holm\tpairs\tpaired_effect\tpaired_p\t"
          "paired_p_holm\tfirst_alike\tsecond_alike\tnetworks\tnetwork_p\t"
          "network_difference\tnetwork_low\tnetwork_high\tnetwork_t_p\tfirst_alike_low\tfirst_alike_high\t"
          "second_alike_low\tsecond_alike_high\n",
          stream);
    for (int i = 0; i < COMPARISONS; i++) {
        put_finding(stream, results, &comparisons[i], &found[i]);
        if (shown != NULL)
            show_finding(shown, &comparisons[i], &found[i]);
    }
    return file_end(&writing, failure);
}

int field_tests_write(const struct field_results *results, snnd_context *context, FILE *shown,
                      struct failure *failure) {
    struct finding found[COMPARISONS];
    for (int i = 0; i < COMPARISONS; i++)
        if (compare(results, context, &comparisons[i], &found[i], failure) != 0)
            return -1;
    if (correct(context, found, P, failure) != 0 || correct(context, found, PAIRED_P, failure) != 0)
        return -1;
    return write_all(results, found, shown, failure);
}
