/*
 * Step n of a recording x, resampled to 16 kHz, channel m:
 *
 *     X_n[k]  = DFT of hann[i] x[160 n + i], i = 0..511
 *     P[n, m] = sum_k filter_m(k) |X_n[k]|^2                    (triangles with peak 1, evenly spaced in Mel)
 *     L[n, m] = max(10 log10(P[n, m] / max P), -R)              (a recording's loudness says nothing about its word)
 *
 * Of more than 80 whole frames the 80 with the most power are taken, so that a long silence before the word does not
 * push it out; fewer are followed by silence (-R). Over a data set, cells are then scaled to
 * (L - low) / (high - low), with low and high the extremes of the training set.
 */
#include "data/mel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct mel {
    struct spectrum *spectrum;
    float window[SPECTRUM_POINTS];
    double filter[MEL_CHANNELS][SPECTRUM_BINS];
    double edge[MEL_CHANNELS + 2]; /* Hz: channel m rises from edge m to m + 1 and falls to m + 2 */
};

static void make_window(float window[SPECTRUM_POINTS]) {
    const double pi = 3.14159265358979323846;
    for (int i = 0; i < SPECTRUM_POINTS; i++)
        window[i] = (float)(0.5 - 0.5 * cos(2.0 * pi * i / SPECTRUM_POINTS));
}

static void make_edges(double highest, double edge[MEL_CHANNELS + 2]) {
    double low = mel_of_hertz(MEL_LOWEST_HERTZ), high = mel_of_hertz(highest);
    for (int m = 0; m < MEL_CHANNELS + 2; m++)
        edge[m] = hertz_of_mel(low + (high - low) * m / (MEL_CHANNELS + 1));
}

/* Height at `hertz` of the triangle over left, centre and right. */
static double triangle(double hertz, const double corner[3]) {
    double rising = (hertz - corner[0]) / (corner[1] - corner[0]);
    double falling = (corner[2] - hertz) / (corner[2] - corner[1]);
    return fmax(0.0, fmin(rising, falling));
}

struct mel *mel_new(int lowest_rate) {
    struct mel *mel = allocate(1, sizeof *mel);
    mel->spectrum = spectrum_new();
    make_window(mel->window);
    make_edges(0.5 * (lowest_rate < MEL_RATE ? lowest_rate : MEL_RATE), mel->edge);
    for (int m = 0; m < MEL_CHANNELS; m++)
        for (int k = 0; k < SPECTRUM_BINS; k++)
            mel->filter[m][k] = triangle((double)k * MEL_RATE / SPECTRUM_POINTS, &mel->edge[m]);
    return mel;
}

void mel_free(struct mel *mel) {
    if (mel == NULL)
        return;
    spectrum_free(mel->spectrum);
    free(mel);
}

double mel_centre(const struct mel *mel, int channel) {
    return mel->edge[channel + 1];
}

/* P[n, m] of one frame. */
static void frame_power(struct mel *mel, const float *samples, double *power) {
    float frame[SPECTRUM_POINTS];
    double bins[SPECTRUM_BINS];
    for (int i = 0; i < SPECTRUM_POINTS; i++)
        frame[i] = samples[i] * mel->window[i];
    spectrum_power(mel->spectrum, frame, bins);
    for (int m = 0; m < MEL_CHANNELS; m++) {
        power[m] = 0;
        for (int k = 0; k < SPECTRUM_BINS; k++)
            power[m] += mel->filter[m][k] * bins[k];
    }
}

/* The first of the `MEL_STEPS` consecutive frames that together have the most power. */
static int64_t loudest_stretch(const double *power, int64_t frames) {
    double *sum = allocate((size_t)frames + 1, sizeof *sum);
    for (int64_t n = 0; n < frames; n++) {
        sum[n + 1] = sum[n];
        for (int m = 0; m < MEL_CHANNELS; m++)
            sum[n + 1] += power[n * MEL_CHANNELS + m];
    }
    int64_t best = 0;
    for (int64_t n = 1; n + MEL_STEPS <= frames; n++)
        if (sum[n + MEL_STEPS] - sum[n] > sum[best + MEL_STEPS] - sum[best])
            best = n;
    free(sum);
    return best;
}

/* L[n, m] of the frames chosen; 0 if there was sound in them. */
static int decibels(const double *power, int64_t frames, float *cells) {
    double loudest = 0;
    for (int64_t i = 0; i < frames * MEL_CHANNELS; i++)
        loudest = fmax(loudest, power[i]);
    if (!(loudest > 0) || !isfinite(loudest))
        return -1;
    for (int64_t i = 0; i < MEL_CELLS; i++) {
        double share = i < frames * MEL_CHANNELS ? power[i] / loudest : 0;
        cells[i] = share > 0 ? (float)fmax(10.0 * log10(share), -MEL_RANGE_DB) : -MEL_RANGE_DB;
    }
    return 0;
}

static enum problem spectrogram_at_rate(struct mel *mel, const struct audio *audio, float *cells,
                                        struct failure *failure) {
    if (audio->count < SPECTRUM_POINTS) {
        failed(failure, "%lld ms, and a frame takes %d ms", (long long)(audio->count * 1000 / MEL_RATE),
               SPECTRUM_POINTS * 1000 / MEL_RATE);
        return PROBLEM_SHORT;
    }
    int64_t frames = 1 + (audio->count - SPECTRUM_POINTS) / MEL_HOP;
    double *power = allocate((size_t)frames * MEL_CHANNELS, sizeof *power);
    for (int64_t n = 0; n < frames; n++)
        frame_power(mel, audio->samples + n * MEL_HOP, power + n * MEL_CHANNELS);
    int64_t first = frames > MEL_STEPS ? loudest_stretch(power, frames) : 0;
    int silent = decibels(power + first * MEL_CHANNELS, frames < MEL_STEPS ? frames : MEL_STEPS, cells);
    free(power);
    if (silent) {
        failed(failure, "no sound in the range of the filters");
        return PROBLEM_SILENT;
    }
    return PROBLEM_NONE;
}

enum problem mel_spectrogram(struct mel *mel, const struct audio *audio, float *cells, struct failure *failure) {
    if (audio->rate == MEL_RATE)
        return spectrogram_at_rate(mel, audio, cells, failure);
    struct audio resampled;
    if (audio_resample(audio, MEL_RATE, &resampled, failure) != 0)
        return PROBLEM_CORRUPT;
    enum problem problem = spectrogram_at_rate(mel, &resampled, cells, failure);
    audio_free(&resampled);
    return problem;
}

void mel_scale(float *cells, long long count, double low, double high) {
    double range = high > low ? high - low : 1.0;
    for (long long i = 0; i < count; i++)
        cells[i] = (float)fmin(fmax(((double)cells[i] - low) / range, 0.0), 1.0);
}
