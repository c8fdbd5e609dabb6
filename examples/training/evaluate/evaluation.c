#include "training/evaluate/evaluation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/program.h"
#include "training/evaluate/perturb_network.h"
#include "training/evaluate/perturb_samples.h"
#include "training/history.h"
#include "training/keep.h"
#include "training/predict.h"
#include "training/recipe.h"

/* ---- Getting ready ---- */

static void say_line(void *user, const char *message) {
    const struct evaluation *evaluation = user;
    if (!evaluation->quiet)
        program_say("%s", message);
}

/* Uses the run's instruction set, so that results are the same to the last bit, or the best one where the processor
 * lacks it. */
static int start_library(struct evaluation *evaluation, struct failure *failure) {
    snnd_context_options wanted;
    snnd_context_options_init(&wanted, sizeof wanted);
    wanted.threads = (int32_t)evaluation->threads;
    wanted.isa = evaluation->options.isa;
    snnd_status status = snnd_context_create(&wanted, &evaluation->context);
    if (status == SNND_ERROR_UNSUPPORTED) {
        program_complain("this processor does not have the instructions that the run was trained with");
        wanted.isa = SNND_ISA_AUTO;
        status = snnd_context_create(&wanted, &evaluation->context);
    }
    return status == SNND_OK ? 0 : failed(failure, "cannot start the library: %s", snnd_status_string(status));
}

static int load_network(struct evaluation *evaluation, struct failure *failure) {
    const int found =
        keep_load(evaluation->context, evaluation->folder, evaluation->name, &evaluation->network, failure);
    return found == 0   ? failed(failure, "%s/%s: is not there", evaluation->folder, evaluation->name)
           : found == 1 ? 0
                        : -1;
}

/* Labels without an output of the network would always count as wrong. */
static int check_classes(const struct evaluation *evaluation, struct failure *failure) {
    const int32_t outputs = snnd_network_outputs(evaluation->network);
    const int32_t classes = snnd_dataset_classes(evaluation->samples.testing);
    return classes <= outputs ? 0
                              : failed(failure, "a network of %d outputs cannot distinguish samples of %d classes",
                                       (int)outputs, (int)classes);
}

static int check_perturbations(const struct evaluation *evaluation, struct failure *failure) {
    int result = 0;
    for (size_t i = 0; result == 0 && i < evaluation->perturbations.count; i++) {
        const struct perturbation *one = &evaluation->perturbations.one[i];
        result = perturb_check_samples(&evaluation->samples, one, failure);
        if (result == 0)
            result = perturb_check_network(evaluation->network, one, failure);
    }
    return result;
}

int evaluation_prepare(struct evaluation *evaluation, struct failure *failure) {
    const struct say say = {say_line, evaluation};
    if (start_library(evaluation, failure) != 0 || load_network(evaluation, failure) != 0 ||
        recipe_load(evaluation->context, &evaluation->options, &say, &evaluation->samples, failure) != 0)
        return -1;
    return check_classes(evaluation, failure) == 0 ? check_perturbations(evaluation, failure) : -1;
}

/* ---- Evaluating ---- */

static int predict_with(const struct evaluation *evaluation, snnd_network *network,
                        const struct perturbation *perturbation, uint64_t seed, struct predictions *predictions,
                        struct failure *failure) {
    struct data data;
    int result = perturb_samples(evaluation->context, &evaluation->samples, perturbation, seed,
                                 options_extra_steps(&evaluation->options), &data, failure);
    if (result == 0)
        result = predict(evaluation->context, network, data.testing, evaluation->samples.testing_speaker,
                         (int32_t)evaluation->options.batch, predictions, failure);
    data_free(&data);
    return result;
}

int evaluation_predict(const struct evaluation *evaluation, const struct perturbation *perturbation, uint64_t seed,
                       struct predictions *predictions, struct failure *failure) {
    if (!perturbation_is_of_network(perturbation->kind))
        return predict_with(evaluation, evaluation->network, perturbation, seed, predictions, failure);
    snnd_network *perturbed;
    if (perturb_network(evaluation->context, evaluation->network, perturbation, seed, &perturbed, failure) != 0)
        return -1;
    const int result = predict_with(evaluation, perturbed, perturbation, seed, predictions, failure);
    snnd_network_free(perturbed);
    return result;
}

/* ---- What the run knows of itself ---- */

int evaluation_has_same_samples(const struct evaluation *evaluation) {
    const char *then = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(evaluation->settings, "recordings"));
    return then != NULL && strcmp(then, evaluation->samples.fingerprint) == 0;
}

int evaluation_logged(const struct evaluation *evaluation, double *accuracy, struct failure *failure) {
    const int is_best = strcmp(evaluation->name, KEEP_BEST) == 0, is_last = strcmp(evaluation->name, KEEP_LAST) == 0;
    *accuracy = NAN;
    if (evaluation->settings == NULL || (!is_best && !is_last) || !file_exists_in(evaluation->folder, KEEP_LOG))
        return 0;
    cJSON *history = history_read(evaluation->folder, NULL, failure);
    if (history == NULL)
        return -1;
    const int place = is_best ? history_best(history) : cJSON_GetArraySize(history) - 1;
    if (place >= 0)
        *accuracy = history_number(cJSON_GetArrayItem(history, place), "test_accuracy");
    cJSON_Delete(history);
    return 0;
}

int evaluation_agrees(double logged, int64_t correct, int64_t samples) {
    return llround(logged * (double)samples) == correct;
}

void evaluation_free(struct evaluation *evaluation) {
    predictions_free(&evaluation->predictions);
    data_free(&evaluation->samples);
    snnd_network_free(evaluation->network);
    snnd_context_free(evaluation->context);
    perturbations_free(&evaluation->perturbations);
    cJSON_Delete(evaluation->settings);
    free(evaluation->folder);
    free(evaluation->name);
}
