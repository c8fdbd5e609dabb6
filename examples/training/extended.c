#include "training/extended.h"

#include <limits.h>
#include <stdlib.h>

#include "training/derived.h"

enum { SETS = 3 };

/* The original sets, and what the data have held before. */
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

/* The steps after the sample are 0 already. */
static int fetch(void *from, const snnd_fetch *what) {
    return snnd_dataset_fill(from, what->epoch, what->index, what->input) == SNND_OK ? 0 : 1;
}

static int extend_set(snnd_context *context, snnd_dataset *from, int32_t steps, snnd_dataset **set,
                      struct failure *failure) {
    if (steps > INT_MAX - snnd_dataset_steps(from))
        return failed(failure, "--extra-steps: %d steps after the %d of a sample are too many", (int)steps,
                      (int)snnd_dataset_steps(from));
    return derive(context, from, steps, fetch, from, set, failure);
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
