#include "training/evaluate/evaluation_results.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/files.h"
#include "common/json.h"

/* A larger matrix does not fit on a screen. */
enum { SHOWN_CLASSES = 20 };

/* ---- Evaluating ---- */

static int make_row(struct evaluation *evaluation, struct evaluation_row *row, struct failure *failure) {
    struct predictions predictions;
    if (evaluation_predict(evaluation, row->perturbation, row->seed, &predictions, failure) != 0)
        return -1;
    row->correct = predictions_correct(&predictions);
    snnd_interval_init(&row->accuracy, sizeof row->accuracy);
    const snnd_status status =
        snnd_proportion(evaluation->context, row->correct, predictions.samples, 0.95, &row->accuracy);
    if (row->perturbation->kind == PERTURBED_NOT)
        evaluation->predictions = predictions;
    else
        predictions_free(&predictions);
    return status == SNND_OK ? 0 : failed(failure, "%s", snnd_context_last_error(evaluation->context));
}

static int64_t seeds_of(const struct evaluation *evaluation, const struct perturbation *perturbation) {
    return perturbation_is_random(perturbation->kind) ? evaluation->seeds : 1;
}

struct evaluation_row *evaluation_rows(struct evaluation *evaluation, size_t *count, struct failure *failure) {
    const struct perturbations *all = &evaluation->perturbations;
    struct evaluation_row *row = allocate(all->count * (size_t)evaluation->seeds, sizeof *row);
    *count = 0;
    for (size_t i = 0; i < all->count; i++)
        for (int64_t k = 0; k < seeds_of(evaluation, &all->one[i]); k++) {
            struct evaluation_row *next = &row[(*count)++];
            next->perturbation = &all->one[i];
            next->seed = (uint64_t)(evaluation->seed + k);
            if (make_row(evaluation, next, failure) != 0) {
                free(row);
                return NULL;
            }
        }
    return row;
}

/* ---- Which class was taken for which ---- */

/* [label, predicted], to be freed. */
static int64_t *count_confusions(const struct evaluation *evaluation, size_t classes) {
    const struct predictions *predictions = &evaluation->predictions;
    int64_t *confusions = allocate(classes * classes, sizeof *confusions);
    for (int64_t i = 0; i < predictions->samples; i++)
        confusions[(size_t)predictions->label[i] * classes + (size_t)predictions->predicted[i]]++;
    return confusions;
}

static int write_confusion(const struct evaluation *evaluation, struct failure *failure) {
    const size_t classes = (size_t)snnd_network_outputs(evaluation->network);
    struct file_writing writing;
    FILE *stream = file_begin_in(evaluation->out, "confusion.tsv", &writing, failure);
    if (stream == NULL)
        return -1;
    int64_t *confusions = count_confusions(evaluation, classes);
    fputs("label", stream);
    for (size_t c = 0; c < classes; c++)
        fprintf(stream, "\t%zu", c);
    for (size_t i = 0; i < classes * classes; i++) {
        if (i % classes == 0)
            fprintf(stream, "\n%zu", i / classes);
        fprintf(stream, "\t%" PRId64, confusions[i]);
    }
    putc('\n', stream);
    free(confusions);
    return file_end(&writing, failure);
}

/* Returns the classes that occur as labels or predictions, to be freed. */
static size_t *find_met(const int64_t *confusions, size_t classes, size_t *count) {
    size_t *met = allocate(classes, sizeof *met);
    *count = 0;
    for (size_t c = 0; c < classes; c++) {
        int64_t samples = 0;
        for (size_t other = 0; other < classes; other++)
            samples += confusions[c * classes + other] + confusions[other * classes + c];
        if (samples > 0)
            met[(*count)++] = c;
    }
    return met;
}

static void print_matrix(const int64_t *confusions, size_t classes, const size_t *met, size_t count, FILE *stream) {
    fputs("samples of each class (lines) that were taken for each (columns)\n     ", stream);
    for (size_t k = 0; k < count; k++)
        fprintf(stream, " %5zu", met[k]);
    for (size_t i = 0; i < count * count; i++) {
        const int64_t samples = confusions[met[i / count] * classes + met[i % count]];
        if (i % count == 0)
            fprintf(stream, "\n%5zu", met[i / count]);
        if (samples > 0)
            fprintf(stream, " %5" PRId64, samples);
        else
            fputs("     .", stream);
    }
    fputs("\n\n", stream);
}

void evaluation_print_confusion(const struct evaluation *evaluation, FILE *stream) {
    const size_t classes = (size_t)snnd_network_outputs(evaluation->network);
    int64_t *confusions = count_confusions(evaluation, classes);
    size_t count, *met = find_met(confusions, classes, &count);
    if (count <= SHOWN_CLASSES)
        print_matrix(confusions, classes, met, count, stream);
    free(met);
    free(confusions);
}

/* ---- Accuracies ---- */

/* Returns the seed, or "-" where nothing is random; to be freed. */
static char *seed_text(const struct evaluation_row *row) {
    return perturbation_is_random(row->perturbation->kind) ? format_text("%" PRIu64, row->seed) : format_text("-");
}

static int write_rows(const struct evaluation *evaluation, const struct evaluation_row *row, size_t count,
                      struct failure *failure) {
    struct file_writing writing;
    FILE *stream = file_begin_in(evaluation->out, EVALUATION_TABLE, &writing, failure);
    if (stream == NULL)
        return -1;
    fputs("perturbation\tlevel\tseed\tn\tcorrect\taccuracy\tlow\thigh\n", stream);
    for (size_t i = 0; i < count; i++) {
        char *seed = seed_text(&row[i]);
        fprintf(stream, "%s\t%s\t%s\t%" PRId64 "\t%" PRId64 "\t%.9g\t%.9g\t%.9g\n",
                perturbation_name(row[i].perturbation->kind), row[i].perturbation->level, seed,
                evaluation->predictions.samples, row[i].correct, row[i].accuracy.estimate, row[i].accuracy.low,
                row[i].accuracy.high);
        free(seed);
    }
    return file_end(&writing, failure);
}

void evaluation_print(const struct evaluation *evaluation, const struct evaluation_row *row, size_t count,
                      FILE *stream) {
    fprintf(stream, "%-14s  %-14s  %6s  %13s  %8s  %s\n", "perturbation", "level", "seed", "correct", "accuracy",
            "95 % interval");
    for (size_t i = 0; i < count; i++) {
        char *seed = seed_text(&row[i]);
        char *share = format_text("%" PRId64 "/%" PRId64, row[i].correct, evaluation->predictions.samples);
        fprintf(stream, "%-14s  %-14s  %6s  %13s  %6.2f %%  %.2f to %.2f %%\n",
                perturbation_name(row[i].perturbation->kind), row[i].perturbation->level, seed, share,
                100 * row[i].accuracy.estimate, 100 * row[i].accuracy.low, 100 * row[i].accuracy.high);
        free(share);
        free(seed);
    }
}

/* ---- All files ---- */

/* Writes everything that the results depend on. */
static int write_settings(const struct evaluation *evaluation, struct failure *failure) {
    cJSON *settings = cJSON_CreateObject();
    char *folder = path_absolute(evaluation->folder), *model = format_text("%s/%s", folder, evaluation->name);
    cJSON_AddStringToObject(settings, "model", model);
    cJSON_AddStringToObject(settings, "recordings", evaluation->samples.fingerprint);
    cJSON_AddNumberToObject(settings, "seed", (double)evaluation->seed);
    cJSON_AddNumberToObject(settings, "seeds", (double)evaluation->seeds);
    cJSON_AddStringToObject(settings, "library", snnd_version());
    if (evaluation->samples.class_names != NULL)
        cJSON_AddItemToObject(
            settings, "classes",
            cJSON_CreateStringArray((const char *const *)evaluation->samples.class_names, evaluation->samples.classes));
    cJSON_AddItemToObject(settings, "options", options_settings(&evaluation->options));
    const int result = json_write_in(evaluation->out, EVALUATION_SETTINGS, settings, failure);
    free(model);
    free(folder);
    cJSON_Delete(settings);
    return result;
}

int evaluation_write(const struct evaluation *evaluation, const struct evaluation_row *row, size_t count,
                     struct failure *failure) {
    if (folder_make(evaluation->out, failure) != 0 ||
        predictions_write(&evaluation->predictions, evaluation->out, failure) != 0 ||
        write_confusion(evaluation, failure) != 0 || write_rows(evaluation, row, count, failure) != 0)
        return -1;
    return write_settings(evaluation, failure);
}
