#include "training/ablation/ablation.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/numbers.h"
#include "training/history.h"

/* Learned structure obeys Dale's law, and fixed structure does not, as in the paper. The controls have a fixed
 * structure with other properties of learned structure. */
static const struct model {
    const char *name;
    int structure, delays, dale, paths;
} models[ABLATION_MODELS] = {
    {"both", STRUCTURE_DEEP_R, DELAYS_LEARNED, 1, 0},
    {"structure", STRUCTURE_DEEP_R, DELAYS_FIXED, 1, 0},
    {"delays", STRUCTURE_FIXED, DELAYS_LEARNED, 0, 0},
    {"neither", STRUCTURE_FIXED, DELAYS_FIXED, 0, 0},
    {"delays+dale", STRUCTURE_FIXED, DELAYS_LEARNED, 1, 0},
    {"neither+dale", STRUCTURE_FIXED, DELAYS_FIXED, 1, 0},
    {"delays+paths", STRUCTURE_FIXED, DELAYS_LEARNED, 0, 1},
    {"neither+paths", STRUCTURE_FIXED, DELAYS_FIXED, 0, 1},
    {"delays+dale+paths", STRUCTURE_FIXED, DELAYS_LEARNED, 1, 1},
    {"neither+dale+paths", STRUCTURE_FIXED, DELAYS_FIXED, 1, 1},
};

const char *const ablation_decided[] = {"structure", "delays", "sparsity", "seed", "dale", "paths", NULL};

const char *ablation_name(int model) {
    return models[model].name;
}

int ablation_model(const char *name) {
    int model = 0;
    while (model < ABLATION_MODELS && strcmp(models[model].name, name) != 0)
        model++;
    return model < ABLATION_MODELS ? model : -1;
}

/* ---- Lists ---- */

/* Returns the first part of a list that is separated by commas, to be freed, or NULL at the end. */
static char *cut(const char **list) {
    if (*list == NULL)
        return NULL;
    const char *comma = strchr(*list, ',');
    size_t length = comma != NULL ? (size_t)(comma - *list) : strlen(*list);
    char *part = format_text("%.*s", (int)length, *list);
    *list = comma != NULL ? comma + 1 : NULL;
    return part;
}

static int add_model(struct ablation *ablation, const char *name) {
    const int model = ablation_model(name);
    for (int i = 0; i < ablation->models; i++)
        if (ablation->model[i] == model)
            return -1;
    if (model < 0)
        return -1;
    ablation->model[ablation->models++] = model;
    return 0;
}

int ablation_read_models(struct ablation *ablation, const char *text, struct failure *failure) {
    ablation->models = 0;
    int result = 0;
    for (char *part; (part = cut(&text)) != NULL; free(part))
        if (result == 0 && add_model(ablation, part) != 0)
            result = failed(failure,
                            "--models: expected both, structure, delays, neither, and the last two with +dale, "
                            "+paths or +dale+paths, each once at most, with commas between, not '%s'",
                            part);
    return result;
}

/* Inserts it into the ascending list. */
static int add_sparsity(struct ablation *ablation, const char *text) {
    double sparsity;
    if (ablation->sparsities == ABLATION_SPARSITIES || number_real(text, 0, 0.999999, &sparsity) != 0)
        return -1;
    int place = ablation->sparsities;
    while (place > 0 && ablation->sparsity[place - 1] >= sparsity)
        place--;
    if (place < ablation->sparsities && ablation->sparsity[place] <= sparsity)
        return -1; /* it is there already */
    memmove(&ablation->sparsity[place + 1], &ablation->sparsity[place],
            (size_t)(ablation->sparsities - place) * sizeof *ablation->sparsity);
    ablation->sparsity[place] = sparsity;
    ablation->sparsities++;
    return 0;
}

int ablation_read_sparsities(struct ablation *ablation, const char *text, struct failure *failure) {
    ablation->sparsities = 0;
    int result = 0;
    for (char *part; (part = cut(&text)) != NULL; free(part))
        if (result == 0 && add_sparsity(ablation, part) != 0)
            result = failed(failure,
                            "--sparsities: expected up to %d different numbers from 0 to 0.999999 with commas "
                            "between, not '%s'",
                            ABLATION_SPARSITIES, part);
    return result;
}

/* ---- Runs ---- */

/* To be freed. */
static char *name_of(int model, double sparsity, int64_t seed) {
    return format_text("%s-%.15g-seed-%lld", models[model].name, sparsity, (long long)seed);
}

static int add_run(struct ablation *ablation, int model, double sparsity, int64_t seed, struct failure *failure) {
    const struct model *is = &models[model];
    char *share = format_text("%.15g", sparsity), *number = format_text("%lld", (long long)seed);
    char *name = name_of(model, sparsity, seed);
    const char *const arguments[] = {"--structure",
                                     is->structure == STRUCTURE_DEEP_R ? "deep-r" : "fixed",
                                     "--delays",
                                     is->delays == DELAYS_LEARNED ? "learned" : "fixed",
                                     is->dale ? "--dale" : "--no-dale",
                                     "--sparsity",
                                     share,
                                     "--seed",
                                     number,
                                     is->paths ? "--paths" : NULL,
                                     NULL};
    int result = sweep_add(&ablation->sweep, name, arguments, failure);
    free(name);
    free(number);
    free(share);
    return result;
}

int ablation_add_runs(struct ablation *ablation, struct failure *failure) {
    for (int64_t seed = 0; seed < ablation->seeds; seed++)
        for (int sparsity = 0; sparsity < ablation->sparsities; sparsity++)
            for (int model = 0; model < ablation->models; model++)
                if (add_run(ablation, ablation->model[model], ablation->sparsity[sparsity], seed, failure) != 0)
                    return -1;
    return 0;
}

/* Returns 1 if the run of this name is in the list. */
static int asks_for(const struct ablation *ablation, const char *name) {
    for (size_t i = 0; i < ablation->sweep.count; i++)
        if (strcmp(ablation->sweep.run[i].name, name) == 0)
            return 1;
    return 0;
}

/* Splits the name of a run's folder into its parts; returns -1 if it is not one. */
static int read_name(const char *name, int *model, double *sparsity, int64_t *seed) {
    const char *share = strchr(name, '-'), *number = share != NULL ? strstr(share, "-seed-") : NULL;
    if (number == NULL)
        return -1;
    char *kind = format_text("%.*s", (int)(share - name), name);
    char *part = format_text("%.*s", (int)(number - share) - 1, share + 1);
    *model = ablation_model(kind);
    int result = *model >= 0 && number_real(part, 0, 0.999999, sparsity) == 0 &&
                         number_whole(number + strlen("-seed-"), 0, ABLATION_SEEDS - 1, seed) == 0
                     ? 0
                     : -1;
    free(part);
    free(kind);
    if (result != 0)
        return -1;
    char *proper = name_of(*model, *sparsity, *seed);
    result = strcmp(name, proper) == 0 ? 0 : -1; /* not 0.50 for 0.5 */
    free(proper);
    return result;
}

/* Adds the run in the folder of this name, if it is one and was not requested. */
static int add_other(const struct ablation *ablation, struct ablation *others, const char *name,
                     struct failure *failure) {
    int model;
    double sparsity;
    int64_t seed;
    if (read_name(name, &model, &sparsity, &seed) != 0 || asks_for(ablation, name))
        return 0;
    return add_run(others, model, sparsity, seed, failure);
}

int ablation_find_others(const struct ablation *ablation, struct ablation *others, struct failure *failure) {
    *others = *ablation;
    others->sweep.run = NULL;
    others->sweep.count = 0;
    char *recordings = sweep_recordings(&ablation->sweep);
    if (recordings != NULL)
        snprintf(others->sweep.recordings, sizeof others->sweep.recordings, "%s", recordings);
    free(recordings);
    DIR *folder = opendir(ablation->sweep.out);
    int result = 0;
    for (struct dirent *entry; folder != NULL && result == 0 && (entry = readdir(folder)) != NULL;)
        result = add_other(ablation, others, entry->d_name, failure);
    if (folder != NULL)
        closedir(folder);
    return result;
}

/* Returns the model of a run of add_run(); in a sweep the options may match none, for which it returns 0. */
static int model_of(const struct options *options) {
    int model = ABLATION_MODELS - 1;
    while (model > 0 && (models[model].structure != options->structure || models[model].delays != options->delays ||
                         models[model].dale != options->dale || models[model].paths != options->paths))
        model--;
    return model;
}

int ablation_result(const struct ablation *ablation, size_t run, struct ablation_result *result,
                    struct failure *failure) {
    enum sweep_state state;
    cJSON *history;
    const struct options *options = &ablation->sweep.run[run].options;
    *result = (struct ablation_result){model_of(options), options->sparsity, options->seed, 0, 0, 0, 0, 0, 0, NAN};
    if (sweep_look(&ablation->sweep, run, &state, &history, failure) != 0)
        return -1;
    if (state == SWEEP_DONE) {
        result->done = 1;
        result->epochs = cJSON_GetArraySize(history);
        const cJSON *last = cJSON_GetArrayItem(history, result->epochs - 1);
        result->last = history_number(last, "test_accuracy");
        result->best = history_number(cJSON_GetArrayItem(history, history_best(history)), "test_accuracy");
        result->unreached = history_number(last, "unreached");
        result->synapses = history_number(last, "active");
        for (const cJSON *record = history->child; record != NULL; record = record->next)
            result->seconds += history_number(record, "seconds");
    }
    cJSON_Delete(history);
    return 0;
}
