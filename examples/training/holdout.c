#include "training/holdout.h"

#include <stdlib.h>

/* Returns the numbers of a few existing speakers, for a message; to be freed. */
static char *name_speakers(const int32_t *speaker, int64_t count) {
    enum { MOST = 64 };
    char *text = format_text("%s", "");
    int32_t last = -1;
    for (int named = 0; named < MOST; named++) {
        int32_t next = INT32_MAX;
        for (int64_t i = 0; i < count; i++)
            if (speaker[i] > last && speaker[i] < next)
                next = speaker[i];
        if (next == INT32_MAX)
            break;
        char *longer = format_text("%s%s%d", text, named > 0 ? ", " : "", (int)next);
        free(text);
        text = longer;
        last = next;
    }
    return text;
}

static int is_any_known(const struct data *data) {
    const int64_t count = data->training_speaker != NULL ? snnd_dataset_samples(data->training) : 0;
    for (int64_t i = 0; i < count; i++)
        if (data->training_speaker[i] >= 0)
            return 1;
    return 0;
}

/* Finds the samples of the speaker, or all others, and returns their number. */
static int64_t find(const int32_t *speaker, int64_t count, int64_t wanted, int theirs, int64_t *index) {
    int64_t found = 0;
    for (int64_t i = 0; i < count; i++)
        if ((speaker[i] == wanted) == theirs)
            index[found++] = i;
    return found;
}

static int refuse_speaker(int64_t speaker, const struct data *data, int64_t count, struct failure *failure) {
    char *named = name_speakers(data->training_speaker, count);
    const int result = failed(failure,
                              "--validation speaker:%lld: expected one of several speakers of training samples, who "
                              "are %s",
                              (long long)speaker, named);
    free(named);
    return result;
}

static int hold_out_speaker(snnd_context *context, int64_t speaker, struct data *data, snnd_dataset **part,
                            snnd_dataset **rest, struct failure *failure) {
    if (!is_any_known(data))
        return failed(failure, "--validation speaker:%lld: the speakers of these samples are not known",
                      (long long)speaker);
    const int64_t count = snnd_dataset_samples(data->training);
    int64_t *index = allocate((size_t)count, sizeof *index);
    const int64_t theirs = find(data->training_speaker, count, speaker, 1, index);
    int result = theirs == 0 || theirs == count ? refuse_speaker(speaker, data, count, failure) : 0;
    if (result == 0 && snnd_dataset_select(data->training, index, theirs, part) != SNND_OK)
        result = failed(failure, "%s", snnd_context_last_error(context));
    find(data->training_speaker, count, speaker, 0, index);
    if (result == 0 && snnd_dataset_select(data->training, index, count - theirs, rest) != SNND_OK)
        result = failed(failure, "%s", snnd_context_last_error(context));
    free(index);
    return result;
}

int hold_out(snnd_context *context, const struct options *options, struct data *data, struct failure *failure) {
    const struct holdout *wanted = &options->validation;
    snnd_dataset *part = NULL, *rest = NULL;
    int result = 0;
    if (!wanted->by_speaker && wanted->share <= 0)
        return 0;
    if (wanted->by_speaker)
        result = hold_out_speaker(context, wanted->speaker, data, &part, &rest, failure);
    else if (snnd_dataset_split(data->training, wanted->share, (uint64_t)options->seed, &part, &rest) != SNND_OK)
        result = failed(failure, "--validation: %s", snnd_context_last_error(context));
    if (result != 0) {
        snnd_dataset_free(part);
        return result;
    }
    snnd_dataset_free(data->training);
    snnd_dataset_free(data->validation);
    data->training = rest;
    data->validation = part;
    free(data->training_speaker); /* those of the original samples */
    data->training_speaker = NULL;
    free(data->validation_by);
    data->validation_by = wanted->by_speaker
                              ? format_text("speaker %lld", (long long)wanted->speaker)
                              : format_text("a share of %g by seed %lld", wanted->share, (long long)options->seed);
    return 0;
}
