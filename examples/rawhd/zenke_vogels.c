/*
 * For a recording x of N samples at its own rate, with frames of L = 25 ms every S = 10 ms:
 *
 *     y[t]    = x[t] - 0.95 x[t-1]                                   (y[0] = x[0]; zeros beyond the end)
 *     X_n[k]  = DFT of 512 points of hamming_L[i] y[S n + i]         (of a longer frame only the first 512 samples)
 *     P[n, m] = sum_k filter_m(k) |X_n[k]|^2 / 512                   (n < ceil(|N - L| / S))
 *     L[n, m] = log10 max(P[n, m], machine epsilon)
 *
 * filter_m is a triangle with its corners on the whole bins b[m], b[m+1], b[m+2], where b[j] = floor(513 f_j / rate)
 * and the f_j are evenly spaced in Mel from 0 to half the rate. Above 48 kHz the lowest corners share a bin, and
 * such a filter is empty: its channel is constant, as it is in the published loader. Then 80 frames are used, or the
 * last one repeated, and all cells are standardised by one mean and one standard deviation.
 */
#include "rawhd/zenke_vogels.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

struct zenke_vogels {
    struct spectrum *spectrum;
    int rate; /* the rate of the filters */
    double filter[MEL_CHANNELS][SPECTRUM_BINS];
};

static void make_filters(struct zenke_vogels *preset, int rate) {
    double highest = mel_of_hertz(0.5 * rate);
    int corner[MEL_CHANNELS + 2];
    for (int j = 0; j < MEL_CHANNELS + 2; j++)
        corner[j] = (int)floor((SPECTRUM_POINTS + 1) * hertz_of_mel(highest * j / (MEL_CHANNELS + 1)) / rate);
    for (int m = 0; m < MEL_CHANNELS; m++) {
        int left = corner[m], centre = corner[m + 1], right = corner[m + 2];
        for (int k = 0; k < SPECTRUM_BINS; k++)
            preset->filter[m][k] = 0;
        for (int k = left; k < centre; k++)
            preset->filter[m][k] = (double)(k - left) / (centre - left);
        for (int k = centre; k < right; k++)
            preset->filter[m][k] = (double)(right - k) / (right - centre);
    }
    preset->rate = rate;
}

struct zenke_vogels *zenke_vogels_new(void) {
    struct zenke_vogels *preset = allocate(1, sizeof *preset);
    preset->spectrum = spectrum_new(SPECTRUM_POINTS);
    return preset;
}

void zenke_vogels_free(struct zenke_vogels *preset) {
    if (preset == NULL)
        return;
    spectrum_free(preset->spectrum);
    free(preset);
}

/* y[t] */
static double emphasised(const struct audio *audio, int64_t t) {
    if (t >= audio->count)
        return 0;
    return t == 0 ? (double)audio->samples[0] : (double)audio->samples[t] - 0.95 * (double)audio->samples[t - 1];
}

/* Computes L[n, m] of one frame that begins at sample `start`. */
static void frame_levels(struct zenke_vogels *preset, const struct audio *audio, int64_t start, int length,
                         double *levels) {
    const double pi = 3.14159265358979323846;
    float frame[SPECTRUM_POINTS];
    double power[SPECTRUM_BINS];
    for (int i = 0; i < SPECTRUM_POINTS; i++) {
        double hamming = i < length ? 0.54 - 0.46 * cos(2.0 * pi * i / (length - 1)) : 0;
        frame[i] = (float)(hamming * emphasised(audio, start + i));
    }
    spectrum_power(preset->spectrum, frame, power);
    for (int m = 0; m < MEL_CHANNELS; m++) {
        double sum = 0;
        for (int k = 0; k < SPECTRUM_BINS; k++)
            sum += preset->filter[m][k] * power[k] / SPECTRUM_POINTS;
        levels[m] = log10(fmax(sum, DBL_EPSILON));
    }
}

static void standardise(const double *levels, float *cells) {
    double mean = 0, variance = 0;
    for (int i = 0; i < MEL_CELLS; i++)
        mean += levels[i] / MEL_CELLS;
    for (int i = 0; i < MEL_CELLS; i++)
        variance += (levels[i] - mean) * (levels[i] - mean) / MEL_CELLS;
    for (int i = 0; i < MEL_CELLS; i++)
        cells[i] = (float)((levels[i] - mean) / (sqrt(variance) + DBL_EPSILON));
}

enum problem zenke_vogels_spectrogram(struct zenke_vogels *preset, const struct audio *audio, float *cells,
                                      struct failure *failure) {
    int length = (int)nearbyint(0.025 * audio->rate), step = (int)nearbyint(0.01 * audio->rate);
    if (length < 2 || step < 1 || audio->count <= length) {
        failed(failure, "it has %lld samples; expected more than the %d of a frame", (long long)audio->count, length);
        return PROBLEM_SHORT;
    }
    if (preset->rate != audio->rate)
        make_filters(preset, audio->rate);
    int64_t frames = (audio->count - length + step - 1) / step;
    double levels[MEL_CELLS];
    for (int64_t n = 0; n < MEL_STEPS; n++) {
        if (n < frames)
            frame_levels(preset, audio, n * step, length, levels + n * MEL_CHANNELS);
        else
            for (int m = 0; m < MEL_CHANNELS; m++)
                levels[n * MEL_CHANNELS + m] = levels[(n - 1) * MEL_CHANNELS + m];
    }
    standardise(levels, cells);
    return PROBLEM_NONE;
}
