#include "training/extended.h"

#include <limits.h>
#include <stdlib.h>

enum { SETS = 3 };

/* The sets as they were, and what the data have held before. */
struct shorter {
    snnd_dataset *set[SETS];
    void *held;
    void (*release)(void *held);
};

static void release_shorter(void *held) {
    struct shorter *shorter = held;
    for (int i = 0; i < SETS; i++)
        snnd_dataset_free(shorter->set[i]);
    if (shorter->release != NULL)
        shorter->release(shorter->held);
    free(shorter);
}

/* What comes behind the sample is 0 already. */
static int fetch(void *from, const snnd_fetch *what) {
    return snnd_dataset_fill(from, what->epoch, what->index, what->input) == SNND_OK ? 0 : 1;
}

static int extend_set(snnd_context *context, snnd_dataset *from, int32_t steps, snnd_dataset **set,
                      struct failure *failure) {
    const int64_t samples = snnd_dataset_samples(from);
    if (steps > INT_MAX - snnd_dataset_steps(from))
        return failed(failure, "--extra-steps: %d beyond %d are too many", (int)steps, (int)snnd_dataset_steps(from));
    snnd_source source;
    snnd_source_init(&source, sizeof source);
    int32_t *label = allocate((size_t)samples, sizeof *label), *length = allocate((size_t)samples, sizeof *length);
    int whole = 1;
    for (int64_t i = 0; i < samples; i++) {
        snnd_dataset_sample(from, i, NULL, &label[i]);
        length[i] = snnd_dataset_length(from, i) + steps;
        whole &= length[i] == snnd_dataset_steps(from) + steps;
    }
    source.fetch = fetch;
    source.user = from;
    source.label = label;
    source.length = whole ? NULL : length; /* batches of whole samples take less work */
    source.samples = samples;
    source.steps = snnd_dataset_steps(from) + steps;
    source.channels = snnd_dataset_channels(from);
    const snnd_status status = snnd_dataset_create_source(context, &source, set);
    free(label);
    free(length);
    return status == SNND_OK ? 0 : failed(failure, "%s", snnd_context_last_error(context));
}

int extend(snnd_context *context, int32_t steps, struct data *data, struct failure *failure) {
    snnd_dataset **set[SETS] = {&data->training, &data->validation, &data->testing};
    struct shorter *shorter = allocate(1, sizeof *shorter);
    *shorter = (struct shorter){.held = data->held, .release = data->release};
    data->held = shorter;
    data->release = release_shorter;
    for (int i = 0; i < SETS; i++) {
        if (*set[i] == NULL)
            continue;
        snnd_dataset *longer = NULL;
        if (extend_set(context, *set[i], steps, &longer, failure) != 0)
            return -1;
        shorter->set[i] = *set[i];
        *set[i] = longer;
    }
    return 0;
}
