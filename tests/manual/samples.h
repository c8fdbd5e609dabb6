/* What the host of doc/samples.md has. */
#include <string.h>

enum { COUNT = 4, STEPS = 6, CHANNELS = 8 };

static const uint8_t mapped[COUNT * STEPS * CHANNELS] = {1, 2, 3};
static const int32_t label[COUNT] = {0, 1, 2, 1};

struct shifting {
    const snnd_dataset *of;
    int most;
};

/* Samples of a dataset, up to `most` channels higher in training. */
static int fetch_shifted(void *user, const snnd_fetch *what) {
    const struct shifting *by = user;
    double part = 0;
    if (snnd_dataset_fill(by->of, what->epoch, what->index, what->input) != SNND_OK)
        return 1;
    if (what->epoch >= 0)
        part = snnd_random_uniform(7, (uint64_t)what->epoch, (uint64_t)what->index);
    const int channels = (int)(part * (by->most + 1));
    for (int t = 0; t < STEPS; t++) {
        float *row = what->input + t * CHANNELS;
        memmove(row + channels, row, (size_t)(CHANNELS - channels) * sizeof *row);
        memset(row, 0, (size_t)channels * sizeof *row);
    }
    return 0;
}
