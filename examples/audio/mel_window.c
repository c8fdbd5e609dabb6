/* Cuts a recording to MEL_STEPS (80) steps: those consecutive frames that together have the most power (`choose`). */
#include "audio/mel_window.h"

#include <math.h>
#include <string.h>

void mel_window_clear(struct mel_window *window) {
    window->count = 0;
    window->loudest = window->most = window->total[0] = 0;
    window->frames = 0;
}

static double *total_before(struct mel_window *window, int64_t frame) {
    return &window->total[frame % (MEL_STEPS + 1)];
}

static double loudest_of(const double *cells, int count) {
    double loudest = 0;
    for (int i = 0; i < count; i++)
        loudest = fmax(loudest, cells[i]);
    return loudest;
}

static void remember(struct mel_window *window, const double power[MEL_CHANNELS]) {
    double sum = *total_before(window, window->frames);
    for (int m = 0; m < MEL_CHANNELS; m++)
        sum += power[m];
    memcpy(window->recent[window->frames % MEL_STEPS], power, sizeof window->recent[0]);
    *total_before(window, ++window->frames) = sum;
}

static enum mel_change append(struct mel_window *window, const double power[MEL_CHANNELS]) {
    memcpy(window->power[window->count++], power, sizeof window->power[0]);
    window->most = *total_before(window, window->frames) - window->total[0];
    const double loudest = fmax(window->loudest, loudest_of(power, MEL_CHANNELS));
    const int changed = loudest > window->loudest;
    window->loudest = loudest;
    return changed ? MEL_CHANGED : MEL_APPENDED;
}

/* Uses the newest frames if they have more power. */
static enum mel_change choose(struct mel_window *window) {
    const int64_t first = window->frames - MEL_STEPS;
    const double sum = *total_before(window, window->frames) - *total_before(window, first);
    if (!(sum > window->most))
        return MEL_LEFT;
    window->most = sum;
    for (int n = 0; n < MEL_STEPS; n++)
        memcpy(window->power[n], window->recent[(first + n) % MEL_STEPS], sizeof window->power[n]);
    window->loudest = loudest_of(window->power[0], MEL_CELLS);
    return MEL_CHANGED;
}

enum mel_change mel_window_add(struct mel_window *window, const double power[MEL_CHANNELS]) {
    remember(window, power);
    return window->count < MEL_STEPS ? append(window, power) : choose(window);
}

void mel_window_decibels(const struct mel_window *window, int first, int end, float *cells) {
    for (int n = first; n < end; n++)
        for (int m = 0; m < MEL_CHANNELS; m++) {
            const double share = n < window->count && window->loudest > 0 ? window->power[n][m] / window->loudest : 0;
            *cells++ = share > 0 ? (float)fmax(10.0 * log10(share), -MEL_RANGE_DB) : -MEL_RANGE_DB;
        }
}
