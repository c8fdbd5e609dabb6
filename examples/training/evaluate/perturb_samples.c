#include "training/evaluate/perturb_samples.h"

#include <stdlib.h>
#include <string.h>

#include "common/allocate.h"
#include "training/augment.h"
#include "training/derived.h"
#include "training/extended.h"

struct perturbed {
    const struct data *from;
    const struct perturbation *perturbation;
    uint64_t seed;
};

static int fetch(void *user, const snnd_fetch *what) {
    const struct perturbed *all = user;
    const snnd_dataset *set = all->from->testing;
    const struct sample sample = {what->input, what->length, snnd_dataset_channels(set), all->from->event};
    const double amount = all->perturbation->amount;
    struct augmentation noise = {0};
    if (snnd_dataset_fill(set, what->epoch, what->index, what->input) != SNND_OK)
        return -1;
    if (all->perturbation->kind == PERTURBED_SHIFT_TIME)
        augment_shift_time(&sample, (int64_t)amount);
    if (all->perturbation->kind == PERTURBED_NOISE)
        noise.noise = amount;
    if (all->perturbation->kind == PERTURBED_NOISE_SPIKES)
        noise.events = amount;
    augment(&noise, all->seed, what->epoch, what->index, &sample, NULL);
    return 0;
}

int perturb_check_samples(const struct data *data, const struct perturbation *perturbation, struct failure *failure) {
    const int32_t steps = snnd_dataset_steps(data->testing);
    const double amount = perturbation->amount;
    if (perturbation->kind == PERTURBED_SHIFT_TIME && (amount >= steps || amount <= -steps))
        return failed(failure,
                      "--shift-time: expected whole numbers from %d to %d, since samples have %d steps, not %s",
                      1 - (int)steps, (int)steps - 1, (int)steps, perturbation->level);
    if (perturbation->kind == PERTURBED_NOISE_SPIKES && data->event <= 0)
        return failed(failure, "--noise-spikes: these samples are not counts of spikes; use --noise for them");
    if (perturbation->kind == PERTURBED_NOISE && data->event > 0)
        return failed(failure, "--noise: these samples are counts of spikes; use --noise-spikes for them");
    return 0;
}

int perturb_samples(snnd_context *context, const struct data *from, const struct perturbation *perturbation,
                    uint64_t seed, int32_t silent, struct data *data, struct failure *failure) {
    struct perturbed *all = allocate(1, sizeof *all);
    *all = (struct perturbed){from, perturbation, seed};
    memset(data, 0, sizeof *data);
    data->held = all;
    data->release = free;
    const int result = derive(context, from->testing, 0, fetch, all, &data->testing, failure);
    return result == 0 && silent > 0 ? extend(context, silent, data, failure) : result;
}
