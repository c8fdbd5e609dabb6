#include "ablation/ablation_results.h"

#include <math.h>
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/files.h"

int ablation_results_read(const struct ablation *ablation, struct ablation_results *results, struct failure *failure) {
    results->ablation = ablation;
    results->result = allocate(ablation->sweep.count, sizeof *results->result);
    for (size_t run = 0; run < ablation->sweep.count; run++)
        if (ablation_result(ablation, run, &results->result[run], failure) != 0) {
            ablation_results_free(results);
            return -1;
        }
    return 0;
}

void ablation_results_free(struct ablation_results *results) {
    free(results->result);
    results->result = NULL;
}

static const struct ablation_result *result_at(const struct ablation_results *results, int model, int sparsity,
                                               int64_t seed) {
    return &results->result[ablation_place(results->ablation, model, sparsity, seed)];
}

struct ablation_spread ablation_spread(const struct ablation_results *results, int model, int sparsity,
                                       enum ablation_measure measure) {
    struct ablation_spread spread = {0, NAN, NAN, NAN, NAN};
    double sum = 0, squares = 0;
    for (int64_t seed = 0; seed < results->ablation->seeds; seed++) {
        const struct ablation_result *result = result_at(results, model, sparsity, seed);
        double accuracy = measure == ABLATION_LAST ? result->last : result->best;
        if (!result->done)
            continue;
        spread.runs++;
        sum += accuracy;
        spread.least = fmin(spread.least, accuracy); /* fmin and fmax take the number where the other is NaN */
        spread.largest = fmax(spread.largest, accuracy);
    }
    if (spread.runs == 0)
        return spread;
    spread.mean = sum / spread.runs;
    for (int64_t seed = 0; seed < results->ablation->seeds; seed++) {
        const struct ablation_result *result = result_at(results, model, sparsity, seed);
        double accuracy = measure == ABLATION_LAST ? result->last : result->best;
        squares += result->done ? (accuracy - spread.mean) * (accuracy - spread.mean) : 0;
    }
    if (spread.runs > 1)
        spread.deviation = sqrt(squares / (spread.runs - 1));
    return spread;
}

/* ---- Files ---- */

static void write_results(const struct ablation_results *results, FILE *file) {
    const struct ablation *ablation = results->ablation;
    fputs("model\tsparsity\tseed\tepochs\tlast_test_accuracy\tbest_test_accuracy\tsynapses\tseconds\n", file);
    for (int model = 0; model < ablation->models; model++)
        for (int sparsity = 0; sparsity < ablation->sparsities; sparsity++)
            for (int64_t seed = 0; seed < ablation->seeds; seed++) {
                const struct ablation_result *result = result_at(results, model, sparsity, seed);
                if (result->done)
                    fprintf(file, "%s\t%.15g\t%lld\t%d\t%.8f\t%.8f\t%.0f\t%.2f\n",
                            ablation_models[ablation->model[model]], ablation->sparsity[sparsity], (long long)seed,
                            result->epochs, result->last, result->best, result->synapses, result->seconds);
            }
}

static void write_spread(const struct ablation_spread *spread, FILE *file) {
    fprintf(file, "\t%.8f", spread->mean);
    if (isnan(spread->deviation))
        fputs("\tnan", file);
    else
        fprintf(file, "\t%.8f", spread->deviation);
    fprintf(file, "\t%.8f\t%.8f", spread->least, spread->largest);
}

static void write_summary(const struct ablation_results *results, FILE *file) {
    const struct ablation *ablation = results->ablation;
    fputs("model\tsparsity\truns\tlast_mean\tlast_deviation\tlast_least\tlast_largest\tbest_mean\tbest_deviation\t"
          "best_least\tbest_largest\n",
          file);
    for (int model = 0; model < ablation->models; model++)
        for (int sparsity = 0; sparsity < ablation->sparsities; sparsity++) {
            struct ablation_spread last = ablation_spread(results, model, sparsity, ABLATION_LAST);
            struct ablation_spread best = ablation_spread(results, model, sparsity, ABLATION_BEST);
            if (last.runs == 0)
                continue;
            fprintf(file, "%s\t%.15g\t%d", ablation_models[ablation->model[model]], ablation->sparsity[sparsity],
                    last.runs);
            write_spread(&last, file);
            write_spread(&best, file);
            fputc('\n', file);
        }
}

/* What all runs have in common, and what they differ in. */
static void write_settings(const struct ablation_results *results, FILE *file) {
    const struct ablation *ablation = results->ablation;
    const struct sweep *sweep = &ablation->sweep;
    cJSON *settings = cJSON_CreateObject(), *models = cJSON_AddArrayToObject(settings, "models");
    for (int model = 0; model < ablation->models; model++)
        cJSON_AddItemToArray(models, cJSON_CreateString(ablation_models[ablation->model[model]]));
    cJSON_AddItemToObject(settings, "sparsities", cJSON_CreateDoubleArray(ablation->sparsity, ablation->sparsities));
    cJSON_AddNumberToObject(settings, "seeds", (double)ablation->seeds);
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

static int write_file(const struct ablation_results *results, const char *name,
                      void (*write)(const struct ablation_results *results, FILE *file), struct failure *failure) {
    char *path = format_text("%s/%s", results->ablation->sweep.out, name), *text = NULL;
    size_t length;
    FILE *file = open_memstream(&text, &length);
    if (file != NULL)
        write(results, file);
    int result = file != NULL && fclose(file) == 0 ? file_write(path, text, failure)
                                                   : failed(failure, "%s: cannot write: out of memory", path);
    free(text);
    free(path);
    return result;
}

int ablation_results_write(const struct ablation_results *results, struct failure *failure) {
    if (write_file(results, "results.tsv", write_results, failure) != 0 ||
        write_file(results, "summary.tsv", write_summary, failure) != 0)
        return -1;
    return write_file(results, "ablation.json", write_settings, failure);
}

/* ---- The table ---- */

void ablation_results_print(const struct ablation_results *results) {
    const struct ablation *ablation = results->ablation;
    size_t done = 0;
    for (size_t run = 0; run < ablation->sweep.count; run++)
        done += results->result[run].done != 0;
    printf("Test accuracy (%%) after the last epoch, mean and standard deviation over seeds; %zu of %zu runs\n\n", done,
           ablation->sweep.count);
    printf("%-12s", "sparsity");
    for (int model = 0; model < ablation->models; model++)
        printf("  %-12s", ablation_models[ablation->model[model]]);
    putchar('\n');
    for (int sparsity = 0; sparsity < ablation->sparsities; sparsity++) {
        printf("%-12.15g", ablation->sparsity[sparsity]);
        for (int model = 0; model < ablation->models; model++) {
            struct ablation_spread spread = ablation_spread(results, model, sparsity, ABLATION_LAST);
            char *mean = spread.runs > 0 ? format_text("%.2f", 100 * spread.mean) : format_text("-");
            char *cell =
                spread.runs > 1 ? format_text("%s +- %.2f", mean, 100 * spread.deviation) : format_text("%s", mean);
            printf("  %-12s", cell);
            free(cell);
            free(mean);
        }
        putchar('\n');
    }
}
