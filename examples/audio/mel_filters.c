#include "audio/mel_filters.h"

#include <math.h>
#include <stdlib.h>

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

int mel_empty(const struct mel *mel, int rate) {
    int empty = 0;
    for (int m = 0; m < MEL_CHANNELS; m++) {
        int k = 0;
        while (k < SPECTRUM_BINS && !(mel->filter[m][k] > 0))
            k++;
        empty += k == SPECTRUM_BINS || 2.0 * k * MEL_RATE / SPECTRUM_POINTS >= rate;
    }
    return empty;
}

void mel_power(struct mel *mel, const float *samples, double power[MEL_CHANNELS]) {
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
