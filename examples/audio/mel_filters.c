#include "audio/mel_filters.h"

#include <math.h>
#include <stdlib.h>

struct mel {
    struct mel_shape shape;
    int bins;
    struct spectrum *spectrum;
    float *window, *frame; /* [points] */
    double *power;         /* [bins] */
    double *filter;        /* [channels, bins] */
    int *first, *end;      /* [channels]: all numbers other than 0 are in the bins between them */
    double *edge;          /* Hz: channel m rises from edge m to edge m + 1 and falls to edge m + 2 */
};

static void make_window(struct mel *mel) {
    const double pi = 3.14159265358979323846;
    for (int i = 0; i < mel->shape.points; i++)
        mel->window[i] = (float)(0.5 - 0.5 * cos(2.0 * pi * i / mel->shape.points));
}

static void make_edges(struct mel *mel) {
    const int channels = mel->shape.channels;
    double low = mel_of_hertz(mel->shape.lowest), high = mel_of_hertz(mel->shape.highest);
    for (int m = 0; m < channels + 2; m++)
        mel->edge[m] = hertz_of_mel(low + (high - low) * m / (channels + 1));
}

static double hertz_of_bin(const struct mel *mel, int bin) {
    return (double)bin * mel->shape.rate / mel->shape.points;
}

/* Returns the height at `hertz` of the triangle with corners left, centre and right. */
static double triangle(double hertz, const double corner[3]) {
    double rising = (hertz - corner[0]) / (corner[1] - corner[0]);
    double falling = (corner[2] - hertz) / (corner[2] - corner[1]);
    return fmax(0.0, fmin(rising, falling));
}

/* A filter that lies between two bins begins and ends at 0. */
static void make_filter(struct mel *mel, int channel) {
    double *filter = mel->filter + channel * mel->bins;
    for (int k = 0; k < mel->bins; k++) {
        filter[k] = triangle(hertz_of_bin(mel, k), &mel->edge[channel]);
        if (!(filter[k] > 0))
            continue;
        if (mel->end[channel] == 0)
            mel->first[channel] = k;
        mel->end[channel] = k + 1;
    }
}

struct mel *mel_create(const struct mel_shape *shape) {
    struct mel *mel = allocate(1, sizeof *mel);
    const size_t points = (size_t)shape->points, bins = points / 2 + 1, channels = (size_t)shape->channels;
    mel->shape = *shape;
    mel->bins = (int)bins;
    mel->spectrum = spectrum_new(shape->points);
    mel->window = allocate(points, sizeof *mel->window);
    mel->frame = allocate(points, sizeof *mel->frame);
    mel->power = allocate(bins, sizeof *mel->power);
    mel->filter = allocate(channels * bins, sizeof *mel->filter);
    mel->edge = allocate(channels + 2, sizeof *mel->edge);
    make_window(mel);
    make_edges(mel);
    mel->first = allocate(channels, sizeof *mel->first);
    mel->end = allocate(channels, sizeof *mel->end);
    for (int m = 0; m < shape->channels; m++)
        make_filter(mel, m);
    return mel;
}

struct mel *mel_new(int lowest_rate) {
    const double highest = 0.5 * (lowest_rate < MEL_RATE ? lowest_rate : MEL_RATE);
    return mel_create(&(struct mel_shape){MEL_RATE, SPECTRUM_POINTS, MEL_HOP, MEL_CHANNELS, MEL_LOWEST_HERTZ, highest});
}

void mel_free(struct mel *mel) {
    if (mel == NULL)
        return;
    spectrum_free(mel->spectrum);
    free(mel->window);
    free(mel->frame);
    free(mel->power);
    free(mel->filter);
    free(mel->first);
    free(mel->end);
    free(mel->edge);
    free(mel);
}

const struct mel_shape *mel_shape(const struct mel *mel) {
    return &mel->shape;
}

double mel_centre(const struct mel *mel, int channel) {
    return mel->edge[channel + 1];
}

int mel_empty(const struct mel *mel, int rate) {
    int empty = 0;
    for (int m = 0; m < mel->shape.channels; m++)
        empty += mel->end[m] == 0 || 2.0 * hertz_of_bin(mel, mel->first[m]) >= rate;
    return empty;
}

void mel_power(struct mel *mel, const float *samples, double *power) {
    for (int i = 0; i < mel->shape.points; i++)
        mel->frame[i] = samples[i] * mel->window[i];
    spectrum_power(mel->spectrum, mel->frame, mel->power);
    for (int m = 0; m < mel->shape.channels; m++) {
        power[m] = 0;
        for (int k = mel->first[m]; k < mel->end[m]; k++)
            power[m] += mel->filter[m * mel->bins + k] * mel->power[k];
    }
}
