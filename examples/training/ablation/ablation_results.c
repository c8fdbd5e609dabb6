#include "training/ablation/ablation_results.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/files.h"
#include "common/program.h"
#include "training/ablation/ablation_statistics.h"
#include "training/predictions.h"

/* ---- Reading ---- */

static void add_result(struct ablation_results *results, const struct ablation_result *result) {
    results->result = reallocate(results->result, results->count + 1, sizeof *results->result);
    results->result[results->count++] = *result;
}

static int read_asked(const struct ablation *ablation, struct ablation_results *results, struct failure *failure) {
    for (size_t run = 0; run < ablation->sweep.count; run++) {
        struct ablation_result result;
        if (ablation_result(ablation, run, &result, failure) != 0)
            return -1;
        add_result(results, &result);
    }
    return 0;
}

/* Reads completed runs that were not requested. */
static int read_others(const struct ablation *ablation, struct ablation_results *results, struct failure *failure) {
    struct ablation others;
    int result = ablation_find_others(ablation, &others, failure);
    for (size_t run = 0; result == 0 && run < others.sweep.count; run++) {
        struct ablation_result other;
        struct failure reason;
        if (ablation_result(&others, run, &other, &reason) != 0) {
            if (results->left_out++ == 0)
                results->because = reason;
        } else if (other.done) {
            add_result(results, &other);
            results->others++;
        }
    }
    sweep_free(&others.sweep);
    return result;
}

static int compare(const void *a, const void *b) {
    const struct ablation_result *first = a, *second = b;
    if (first->model != second->model)
        return first->model < second->model ? -1 : 1;
    if (first->sparsity < second->sparsity || first->sparsity > second->sparsity)
        return first->sparsity < second->sparsity ? -1 : 1;
    return (first->seed > second->seed) - (first->seed < second->seed);
}

static int ascending(const void *a, const void *b) {
    const double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

static void list_sparsities(struct ablation_results *results) {
    results->sparsity = allocate(results->count, sizeof *results->sparsity);
    for (size_t i = 0; i < results->count; i++)
        results->sparsity[i] = results->result[i].sparsity;
    qsort(results->sparsity, results->count, sizeof *results->sparsity, ascending);
    for (size_t i = 0; i < results->count; i++)
        if (i == 0 || results->sparsity[i] > results->sparsity[results->sparsities - 1])
            results->sparsity[results->sparsities++] = results->sparsity[i];
}

void ablation_results_list(struct ablation_results *results) {
    if (results->count == 0)
        return;
    qsort(results->result, results->count, sizeof *results->result, compare);
    for (size_t i = 0; i < results->count; i++) {
        if (i == 0 || results->result[i].model != results->result[i - 1].model)
            results->model[results->models++] = results->result[i].model;
        if (results->result[i].seed >= results->seeds)
            results->seeds = results->result[i].seed + 1;
    }
    list_sparsities(results);
}

/* Returns the accuracy of always predicting the most frequent class. The samples are the same for all runs, so that any
 * run with predictions can be used. */
static double chance_of(const struct sweep *sweep) {
    struct predictions predictions;
    struct failure ignored;
    size_t run = 0;
    while (run < sweep->count && predictions_read(sweep->run[run].folder, &predictions, &ignored) != 0)
        run++;
    if (run == sweep->count)
        return NAN;
    int64_t most = 0, *count = allocate(PREDICTIONS_CLASSES, sizeof *count);
    for (int64_t i = 0; i < predictions.samples; i++)
        if (++count[predictions.label[i]] > most)
            most = count[predictions.label[i]];
    const double chance = predictions.samples > 0 ? (double)most / (double)predictions.samples : NAN;
    free(count);
    predictions_free(&predictions);
    return chance;
}

int ablation_results_begin(struct ablation_results *results, struct failure *failure) {
    snnd_context_options wanted;
    snnd_context_options_init(&wanted, sizeof wanted);
    wanted.threads = 1;
    *results = (struct ablation_results){.chance = NAN};
    const snnd_status status = snnd_context_create(&wanted, &results->context);
    return status == SNND_OK ? 0 : failed(failure, "cannot start the library: %s", snnd_status_string(status));
}

int ablation_results_read(const struct ablation *ablation, struct ablation_results *results, struct failure *failure) {
    if (ablation_results_begin(results, failure) != 0)
        return -1;
    results->chance = chance_of(&ablation->sweep);
    if (read_asked(ablation, results, failure) != 0 || read_others(ablation, results, failure) != 0) {
        ablation_results_free(results);
        return -1;
    }
    ablation_results_list(results);
    return 0;
}

void ablation_results_free(struct ablation_results *results) {
    snnd_context_free(results->context);
    free(results->result);
    free(results->sparsity);
    *results = (struct ablation_results){0};
}

/* ---- Means ---- */

/* Returns the accuracy of a run if it is complete and of this kind, or NaN. */
static double accuracy_of(const struct ablation_result *result, int model, double sparsity,
                          enum ablation_measure measure) {
    if (!result->done || result->model != model || result->sparsity < sparsity || result->sparsity > sparsity)
        return NAN;
    return measure == ABLATION_LAST ? result->last : result->best;
}

int ablation_accuracies(const struct ablation_results *results, int model, double sparsity,
                        enum ablation_measure measure, double *values) {
    int count = 0;
    for (size_t i = 0; i < results->count; i++) {
        const double accuracy = accuracy_of(&results->result[i], model, sparsity, measure);
        if (!isnan(accuracy))
            values[count++] = accuracy;
    }
    return count;
}

struct ablation_spread ablation_spread(const struct ablation_results *results, int model, double sparsity,
                                       enum ablation_measure measure) {
    struct ablation_spread spread = {0, NAN, NAN, NAN, NAN};
    double sum = 0, squares = 0;
    for (size_t i = 0; i < results->count; i++) {
        const double accuracy = accuracy_of(&results->result[i], model, sparsity, measure);
        if (isnan(accuracy))
            continue;
        spread.runs++;
        sum += accuracy;
        spread.least =
            fmin(spread.least, accuracy); /* fmin and fmax return the number where the other argument is NaN */
        spread.largest = fmax(spread.largest, accuracy);
    }
    if (spread.runs == 0)
        return spread;
    spread.mean = sum / spread.runs;
    for (size_t i = 0; i < results->count; i++) {
        const double accuracy = accuracy_of(&results->result[i], model, sparsity, measure);
        squares += isnan(accuracy) ? 0 : (accuracy - spread.mean) * (accuracy - spread.mean);
    }
    if (spread.runs > 1)
        spread.deviation = sqrt(squares / (spread.runs - 1));
    return spread;
}

/* ---- Files ---- */

static void write_results(const struct ablation *ablation, const struct ablation_results *results, FILE *file) {
    (void)ablation;
    fputs("model\tsparsity\t" ABLATION_RUN "\n", file);
    for (size_t i = 0; i < results->count; i++) {
        const struct ablation_result *result = &results->result[i];
        if (!result->done)
            continue;
        fprintf(file, "%s\t%.15g\t", ablation_name(result->model), result->sparsity);
        ablation_run_write(result, file);
    }
}

void ablation_run_write(const struct ablation_result *result, FILE *file) {
    fprintf(file, "%lld\t%d\t%.8f\t%.8f\t%.0f", (long long)result->seed, result->epochs, result->last, result->best,
            result->synapses);
    if (isnan(result->unreached))
        fputs("\tnan", file);
    else
        fprintf(file, "\t%.0f", result->unreached);
    fprintf(file, "\t%.2f\n", result->seconds);
}

/* Writes NaN in the same way on all systems. */
static void write_number(double number, FILE *file) {
    if (isnan(number))
        fputs("\tnan", file);
    else
        fprintf(file, "\t%.8f", number);
}

void ablation_spread_write(const struct ablation_results *results, int model, double sparsity,
                           enum ablation_measure measure, FILE *file) {
    const struct ablation_spread spread = ablation_spread(results, model, sparsity, measure);
    double low, high, *values = allocate(results->count, sizeof *values);
    const int count = ablation_accuracies(results, model, sparsity, measure, values);
    ablation_interval(results->context, values, count, &low, &high);
    free(values);
    const double numbers[] = {spread.mean, spread.deviation, spread.least, spread.largest, low, high};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        write_number(numbers[i], file);
}

static void write_summary(const struct ablation *ablation, const struct ablation_results *results, FILE *file) {
    (void)ablation;
    fputs("model\tsparsity\truns\t" ABLATION_SPREADS "\n", file);
    for (int i = 0; i < results->models; i++)
        for (int j = 0; j < results->sparsities; j++) {
            const int model = results->model[i];
            const double sparsity = results->sparsity[j];
            const int runs = ablation_spread(results, model, sparsity, ABLATION_LAST).runs;
            if (runs == 0)
                continue;
            fprintf(file, "%s\t%.15g\t%d", ablation_name(model), sparsity, runs);
            ablation_spread_write(results, model, sparsity, ABLATION_LAST, file);
            ablation_spread_write(results, model, sparsity, ABLATION_BEST, file);
            fputc('\n', file);
        }
}

/* Writes the settings that all runs share, and those in which they differ. */
static void write_settings(const struct ablation *ablation, const struct ablation_results *results, FILE *file) {
    const struct sweep *sweep = &ablation->sweep;
    cJSON *settings = cJSON_CreateObject(), *models = cJSON_AddArrayToObject(settings, "models");
    for (int i = 0; i < results->models; i++)
        cJSON_AddItemToArray(models, cJSON_CreateString(ablation_name(results->model[i])));
    cJSON_AddItemToObject(settings, "sparsities", cJSON_CreateDoubleArray(results->sparsity, results->sparsities));
    cJSON_AddNumberToObject(settings, "seeds", (double)results->seeds);
    if (!isnan(results->chance))
        cJSON_AddNumberToObject(settings, "chance", results->chance);
    cJSON *common = options_settings(&sweep->run[0].options);
    for (size_t i = 0; ablation_decided[i] != NULL; i++)
        cJSON_DeleteItemFromObjectCaseSensitive(common, ablation_decided[i]);
    cJSON_AddItemToObject(settings, "common", common);
    char *recordings = sweep_recordings(sweep);
    if (recordings != NULL)
        cJSON_AddStringToObject(settings, "recordings", recordings);
    free(recordings);
    cJSON_AddStringToObject(settings, "library", snnd_version());
    char *text = cJSON_Print(settings);
    fprintf(file, "%s\n", text);
    cJSON_free(text);
    cJSON_Delete(settings);
}

int ablation_table_write(const struct ablation *ablation, const struct ablation_results *results, const char *name,
                         ablation_writer *write, struct failure *failure) {
    struct file_writing writing;
    FILE *file = file_begin_in(ablation->sweep.out, name, &writing, failure);
    if (file == NULL)
        return -1;
    write(ablation, results, file);
    return file_end(&writing, failure);
}

int ablation_results_write(const struct ablation *ablation, const struct ablation_results *results,
                           struct failure *failure) {
    if (ablation_table_write(ablation, results, "results.tsv", write_results, failure) != 0 ||
        ablation_table_write(ablation, results, "summary.tsv", write_summary, failure) != 0 ||
        ablation_table_write(ablation, results, "differences.tsv", ablation_differences, failure) != 0)
        return -1;
    return ablation_table_write(ablation, results, "ablation.json", write_settings, failure);
}

/* ---- The table ---- */

static void print_heading(const struct ablation *ablation, const struct ablation_results *results) {
    size_t done = 0;
    for (size_t i = 0; i < results->count; i++)
        done += results->result[i].done != 0;
    char *others = results->others > 0
                       ? format_text(", and %zu more that are in %s", results->others, ablation->sweep.out)
                       : format_text("%s", "");
    program_say("Test accuracy (%%) after the last epoch, mean and standard deviation over seeds; %zu of %zu runs%s",
                done - results->others, ablation->sweep.count, others);
    putchar('\n');
    free(others);
}

static void print_cell(const struct ablation_spread *spread) {
    char *mean = spread->runs > 0 ? format_text("%.2f", 100 * spread->mean) : format_text("-");
    char *cell = spread->runs > 1 ? format_text("%s +- %.2f", mean, 100 * spread->deviation) : format_text("%s", mean);
    printf("  %-12s", cell);
    free(cell);
    free(mean);
}

void ablation_results_print(const struct ablation *ablation, const struct ablation_results *results) {
    print_heading(ablation, results);
    printf("%-12s", "sparsity");
    for (int i = 0; i < results->models; i++)
        printf("  %-12s", ablation_name(results->model[i]));
    putchar('\n');
    for (int j = 0; j < results->sparsities; j++) {
        printf("%-12.15g", results->sparsity[j]);
        for (int i = 0; i < results->models; i++) {
            struct ablation_spread spread =
                ablation_spread(results, results->model[i], results->sparsity[j], ABLATION_LAST);
            print_cell(&spread);
        }
        putchar('\n');
    }
    if (results->left_out > 0)
        program_complain("left out of the tables because of other settings: %zu run%s in %s: %s", results->left_out,
                         results->left_out == 1 ? "" : "s", ablation->sweep.out, results->because.text);
}
