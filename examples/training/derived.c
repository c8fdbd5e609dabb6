#include "training/derived.h"

#include <stdlib.h>

#include "common/allocate.h"

int derive(snnd_context *context, const snnd_dataset *from, int32_t more,
           int (*fetch)(void *user, const snnd_fetch *what), void *user, snnd_dataset **set, struct failure *failure) {
    const int64_t samples = snnd_dataset_samples(from);
    int32_t *label = allocate((size_t)samples, sizeof *label), *length = allocate((size_t)samples, sizeof *length);
    snnd_source source;
    int whole = 1;
    snnd_source_init(&source, sizeof source);
    source.steps = snnd_dataset_steps(from) + more;
    for (int64_t i = 0; i < samples; i++) {
        snnd_dataset_sample(from, i, NULL, &label[i]);
        length[i] = snnd_dataset_length(from, i) + more;
        whole &= length[i] == source.steps;
    }
    source.fetch = fetch;
    source.user = user;
    source.label = label;
    source.length = whole ? NULL : length; /* batches of whole samples take less work */
    source.samples = samples;
    source.channels = snnd_dataset_channels(from);
    const snnd_status status = snnd_dataset_create_source(context, &source, set);
    free(label);
    free(length);
    return status == SNND_OK ? 0 : failed(failure, "%s", snnd_context_last_error(context));
}
