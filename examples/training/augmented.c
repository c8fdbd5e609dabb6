#include "training/augmented.h"

#include <stdlib.h>
#include <string.h>

#include "common/allocate.h"
#include "training/derived.h"

struct augmented {
    snnd_dataset *from; /* the original set */
    void *held;         /* what the data have held before */
    void (*release)(void *held);
    struct augmentation augmentation;
    uint64_t seed;
    double event;
    int32_t channels;
    size_t cells;
    int32_t *label;  /* of each sample */
    int64_t *member; /* samples by class */
    int64_t *place;  /* of each sample among them */
    int64_t *first;  /* the first of each class among them, and the end of the last */
};

/* Returns the sample to mix with, any of its class but itself, or -1. */
static int64_t choose_partner(const struct augmented *all, int64_t epoch, int64_t index) {
    const int64_t first = all->first[all->label[index]], count = all->first[all->label[index] + 1] - first;
    const int64_t other = augmentation_partner(&all->augmentation, all->seed, epoch, index, count - 1);
    if (other < 0)
        return -1;
    return all->member[first + other + (first + other >= all->place[index])];
}

static int fetch(void *user, const snnd_fetch *what) {
    const struct augmented *all = user;
    if (snnd_dataset_fill(all->from, what->epoch, what->index, what->input) != SNND_OK)
        return -1;
    if (what->epoch < 0)
        return 0;
    const struct sample sample = {what->input, what->length, all->channels, all->event};
    const int64_t partner = choose_partner(all, what->epoch, what->index);
    float *other = partner >= 0 ? allocate(all->cells, sizeof *other) : NULL;
    int result = other != NULL && snnd_dataset_fill(all->from, what->epoch, partner, other) != SNND_OK ? -1 : 0;
    if (result == 0)
        augment(&all->augmentation, all->seed, what->epoch, what->index, &sample, other);
    free(other);
    return result;
}

/* Sorts the samples by class. */
static void sort_by_class(struct augmented *all, int64_t samples) {
    const int32_t classes = snnd_dataset_classes(all->from);
    all->label = allocate((size_t)samples, sizeof *all->label);
    all->member = allocate((size_t)samples, sizeof *all->member);
    all->place = allocate((size_t)samples, sizeof *all->place);
    all->first = allocate((size_t)classes + 1, sizeof *all->first);
    for (int64_t i = 0; i < samples; i++) {
        snnd_dataset_sample(all->from, i, NULL, &all->label[i]);
        all->first[all->label[i] + 1]++;
    }
    for (int32_t c = 0; c < classes; c++)
        all->first[c + 1] += all->first[c];
    int64_t *next = allocate((size_t)classes + 1, sizeof *next);
    memcpy(next, all->first, ((size_t)classes + 1) * sizeof *next);
    for (int64_t i = 0; i < samples; i++) {
        all->place[i] = next[all->label[i]]++;
        all->member[all->place[i]] = i;
    }
    free(next);
}

/* Returns 1 if a class has at least two samples. */
static int has_partners(const struct augmented *all) {
    for (int32_t c = 0; c < snnd_dataset_classes(all->from); c++)
        if (all->first[c + 1] - all->first[c] > 1)
            return 1;
    return 0;
}

/* Fails where nothing of a sample would be left, or nothing would change. */
static int check(const struct augmented *all, struct failure *failure) {
    const struct augmentation *wanted = &all->augmentation;
    const int32_t steps = snnd_dataset_steps(all->from), channels = all->channels;
    const struct {
        const char *option, *of;
        int64_t value, most;
    } bounds[] = {{"shift-time", "steps", wanted->shift_time, steps - 1},
                  {"shift-channels", "channels", wanted->shift_channels, channels - 1},
                  {"mask-time", "steps", wanted->mask_time, steps},
                  {"mask-channels", "channels", wanted->mask_channels, channels}};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
        if (bounds[i].value > bounds[i].most)
            return failed(failure, "--%s: expected at most %lld, since samples have %d %s, not %lld", bounds[i].option,
                          (long long)bounds[i].most, i % 2 == 0 ? (int)steps : (int)channels, bounds[i].of,
                          (long long)bounds[i].value);
    if (wanted->events > 0 && all->event <= 0)
        return failed(failure, "--noise-spikes: these samples are not counts of spikes; use --noise for them");
    if (wanted->noise > 0 && all->event > 0)
        return failed(failure, "--noise: these samples are counts of spikes; use --noise-spikes for them");
    if (wanted->mix > 0 && !has_partners(all))
        return failed(failure, "--mix: no class has at least two samples to train on");
    return 0;
}

static void free_lists(struct augmented *all) {
    free(all->first);
    free(all->place);
    free(all->member);
    free(all->label);
    free(all);
}

static void release_augmented(void *held) {
    struct augmented *all = held;
    snnd_dataset_free(all->from);
    if (all->release != NULL)
        all->release(all->held);
    free_lists(all);
}

int augment_training(snnd_context *context, const struct augmentation *augmentation, uint64_t seed, struct data *data,
                     struct failure *failure) {
    struct augmented *all = allocate(1, sizeof *all);
    *all = (struct augmented){.from = data->training,
                              .held = data->held,
                              .release = data->release,
                              .augmentation = *augmentation,
                              .seed = seed,
                              .event = data->event,
                              .channels = snnd_dataset_channels(data->training)};
    all->cells = (size_t)snnd_dataset_steps(all->from) * (size_t)all->channels;
    sort_by_class(all, snnd_dataset_samples(all->from));
    snnd_dataset *set;
    if (check(all, failure) != 0 || derive(context, all->from, 0, fetch, all, &set, failure) != 0) {
        free_lists(all);
        return -1;
    }
    data->training = set;
    data->held = all;
    data->release = release_augmented;
    return 0;
}
