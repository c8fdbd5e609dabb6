/* Expands a sample of each kind into numbers. */
#include "data/sample.h"

#include <fenv.h>
#include <math.h>
#include <string.h>

#include "base/finite.h"

/* Fills the first `length` steps; the caller has zeroed the rest. */

static bool fill_numbers(const snnd_storage *storage, const snnd_fetch *what, snnd_fill_fault *fault) {
    (void)fault;
    const size_t sample = (size_t)storage->steps * (size_t)storage->channels;
    const size_t held = (size_t)what->length * (size_t)storage->channels;
    memcpy(what->input, storage->input + (size_t)what->index * sample, held * sizeof *what->input);
    return true;
}

static bool fill_counts(const snnd_storage *storage, const snnd_fetch *what, snnd_fill_fault *fault) {
    (void)fault;
    const size_t sample = (size_t)storage->steps * (size_t)storage->channels;
    const size_t held = (size_t)what->length * (size_t)storage->channels;
    const uint8_t *counts = storage->counts + (size_t)what->index * sample;
    for (size_t k = 0; k < held; k++)
        what->input[k] = storage->number[counts[k]];
    return true;
}

/* Float32 is exact for counts up to 2^24, the largest number of events of a sample. */
static bool fill_events(const snnd_storage *storage, const snnd_fetch *what, snnd_fill_fault *fault) {
    (void)fault;
    const size_t held = (size_t)what->length * (size_t)storage->channels;
    memset(what->input, 0, held * sizeof *what->input);
    for (int64_t e = storage->first[what->index]; e < storage->first[what->index + 1]; e++)
        what->input[(size_t)storage->step[e] * (size_t)storage->channels + storage->channel[e]] += 1;
    if (storage->scale == 1)
        return true;
    fenv_t before;
    fegetenv(&before);
    fesetenv(FE_DFL_ENV);
    for (size_t k = 0; k < held; k++)
        what->input[k] = (float)((double)what->input[k] * storage->scale);
    fesetenv(&before);
    return true;
}

static bool fill_from_host(const snnd_storage *storage, const snnd_fetch *what, snnd_fill_fault *fault) {
    const size_t held = (size_t)what->length * (size_t)storage->channels;
    memset(what->input, 0, (size_t)storage->steps * (size_t)storage->channels * sizeof *what->input);
    *fault = (snnd_fill_fault){.place = what->index, .returned = storage->fetch(storage->user, what)};
    if (fault->returned != 0)
        return false;
    if (snnd_all_finite(what->input, held))
        return true;
    while (isfinite(what->input[fault->at]))
        fault->at++;
    fault->number = what->input[fault->at];
    return false;
}

const snnd_dataset_kind snnd_of_numbers = {fill_numbers, 0.3}, snnd_of_counts = {fill_counts, 0.6},
                        snnd_of_events = {fill_events, 1}, snnd_of_source = {fill_from_host, 100};

bool snnd_storage_fill(const snnd_storage *storage, int32_t epoch, int64_t place, float *input,
                       snnd_fill_fault *fault) {
    const snnd_fetch what = {.size = sizeof what,
                             .epoch = epoch,
                             .length = snnd_storage_length(storage, place),
                             .index = place,
                             .input = input};
    if (!storage->kind->fill(storage, &what, fault))
        return false;
    const size_t beyond = (size_t)(storage->steps - what.length) * (size_t)storage->channels;
    memset(input + (size_t)what.length * (size_t)storage->channels, 0, beyond * sizeof *input);
    return true;
}

snnd_status snnd_fill_failed(snnd_context *context, const snnd_storage *storage, const snnd_fill_fault *fault) {
    if (fault->returned != 0)
        return snnd_fail(context, SNND_ERROR_CALLBACK, "the source could not deliver sample %lld: fetch returned %d",
                         (long long)fault->place, fault->returned);
    const size_t channels = (size_t)storage->channels;
    return snnd_fail(context, SNND_ERROR_CALLBACK,
                     "the source delivered %g as step %zu, channel %zu of sample %lld; expected a finite number",
                     (double)fault->number, fault->at / channels, fault->at % channels, (long long)fault->place);
}

void snnd_scale_counts(float *number, double scale) {
    fenv_t before;
    fegetenv(&before);
    fesetenv(FE_DFL_ENV);
    for (int count = 0; count < SNND_COUNTS; count++)
        number[count] = (float)(count * scale);
    fesetenv(&before);
}
