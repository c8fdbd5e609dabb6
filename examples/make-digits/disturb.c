#include "make-digits/disturb.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct difficulty usual_difficulty = {
    .speed = 1.2,
    .pitch = 12,
    .tract = 1.06,
    .crop = 0.06,
    .tilt = 0.5,
    .lead = 0.15,
    .tail = 0.12,
    .loudness = {-32, -18},
    .noise_ratio = {5, 25},
    .bursts = 2,
    .burst_length = {0.04, 0.14},
    .burst_ratio = {0, 10},
    .noise = 1,
};

static double decibels(double level) {
    return pow(10.0, level / 20.0);
}

static double mean_power(const struct audio *audio) {
    double sum = 0;
    for (int64_t t = 0; t < audio->count; t++)
        sum += (double)audio->samples[t] * (double)audio->samples[t];
    return audio->count > 0 ? sum / (double)audio->count : 0;
}

/* Keeps the samples [first, end). */
static void cut(struct audio *audio, int64_t first, int64_t end) {
    memmove(audio->samples, audio->samples + first, (size_t)(end - first) * sizeof *audio->samples);
    audio->count = end - first;
}

/* Removes what is 40 dB or more below the peak at both ends; returns -1 if nothing is left. */
static int cut_silence(struct audio *audio) {
    float peak = 0;
    for (int64_t t = 0; t < audio->count; t++)
        peak = fmaxf(peak, fabsf(audio->samples[t]));
    int64_t first = 0, end = audio->count;
    while (first < end && fabsf(audio->samples[first]) <= 0.01F * peak)
        first++;
    while (end > first && fabsf(audio->samples[end - 1]) <= 0.01F * peak)
        end--;
    cut(audio, first, end);
    return audio->count > 0 ? 0 : -1;
}

/* Multiplies formants and pitch by `factor`, by playing faster. */
static int change_tract(struct audio *audio, double factor, struct failure *failure) {
    struct audio faster = *audio, resampled;
    faster.rate = (int)lround(audio->rate * factor);
    if (audio_resample(&faster, MADE_RATE, &resampled, failure) != 0)
        return -1;
    audio_free(audio);
    *audio = resampled;
    return 0;
}

/* Removes up to `share` at either end and fades over 5 ms. */
static void crop(struct audio *audio, double share, struct draw *draw) {
    int64_t first = (int64_t)((double)audio->count * draw_between(draw, 0, share));
    int64_t end = audio->count - (int64_t)((double)audio->count * draw_between(draw, 0, share));
    cut(audio, first, end);
    int64_t fade = MADE_RATE / 200;
    for (int64_t t = 0; t < fade && t < audio->count / 2; t++) {
        float gain = (float)t / (float)fade;
        audio->samples[t] *= gain;
        audio->samples[audio->count - 1 - t] *= gain;
    }
}

/* y[t] = x[t] + c x[t-1] */
static void tilt(struct audio *audio, double c) {
    for (int64_t t = audio->count - 1; t > 0; t--)
        audio->samples[t] += (float)c * audio->samples[t - 1];
}

static void set_power(struct audio *audio, double root_mean_square) {
    double power = mean_power(audio);
    float gain = power > 0 ? (float)(root_mean_square / sqrt(power)) : 0;
    for (int64_t t = 0; t < audio->count; t++)
        audio->samples[t] *= gain;
}

/* Adds zeros before and after. */
static void pad(struct audio *audio, int64_t before, int64_t after) {
    float *padded = allocate((size_t)(before + audio->count + after), sizeof *padded);
    memcpy(padded + before, audio->samples, (size_t)audio->count * sizeof *padded);
    free(audio->samples);
    audio->samples = padded;
    audio->count += before + after;
}

/* Makes white noise mixed with brown, n[t] = 0.98 n[t-1] + w[t], of mean power 1. */
static struct audio make_noise(int64_t count, struct draw *draw) {
    struct audio noise = {allocate((size_t)count, sizeof(float)), count, MADE_RATE};
    double share = draw_between(draw, 0, 1), brown = 0;
    for (int64_t t = 0; t < count; t++) {
        double white = draw_between(draw, -1, 1);
        brown = 0.98 * brown + 0.2 * white; /* about as strong as the white */
        noise.samples[t] = (float)(share * white + (1 - share) * brown);
    }
    set_power(&noise, 1);
    return noise;
}

static void add_noise(struct audio *audio, double amplitude, struct draw *draw) {
    struct audio noise = make_noise(audio->count, draw);
    for (int64_t t = 0; t < audio->count; t++)
        audio->samples[t] += (float)amplitude * noise.samples[t];
    audio_free(&noise);
}

/* Adds a burst of noise with raised-cosine flanks at a random place of the recording. */
static void add_burst(struct audio *audio, double amplitude, const double length[2], struct draw *draw) {
    const double pi = 3.14159265358979323846;
    int64_t count = (int64_t)(MADE_RATE * draw_between(draw, length[0], length[1]));
    if (count > audio->count)
        count = audio->count;
    int64_t first = (int64_t)draw_between(draw, 0, (double)(audio->count - count));
    struct audio noise = make_noise(count, draw);
    for (int64_t t = 0; t < count; t++) {
        double envelope = 0.5 - 0.5 * cos(2 * pi * ((double)t + 0.5) / (double)count);
        audio->samples[first + t] += (float)(amplitude * envelope) * noise.samples[t];
    }
    audio_free(&noise);
}

static void limit(struct audio *audio) {
    for (int64_t t = 0; t < audio->count; t++)
        audio->samples[t] = fmaxf(-0.99F, fminf(0.99F, audio->samples[t]));
}

int disturb(const struct difficulty *difficulty, double tract, struct draw *draw, struct audio *audio,
            struct failure *failure) {
    if (cut_silence(audio) != 0)
        return failed(failure, "is silent");
    double spread = log(difficulty->tract);
    if (change_tract(audio, tract * exp(draw_between(draw, -spread, spread)), failure) != 0)
        return -1;
    crop(audio, difficulty->crop, draw);
    tilt(audio, draw_between(draw, -difficulty->tilt, difficulty->tilt));
    double level = decibels(draw_between(draw, difficulty->loudness[0], difficulty->loudness[1]));
    set_power(audio, level);
    double lead = draw_between(draw, 0, difficulty->lead), tail = draw_between(draw, 0, difficulty->tail);
    pad(audio, (int64_t)(MADE_RATE * lead), (int64_t)(MADE_RATE * tail));
    level *= difficulty->noise;
    double ratio = draw_between(draw, difficulty->noise_ratio[0], difficulty->noise_ratio[1]);
    add_noise(audio, level * decibels(-ratio), draw);
    int bursts = (int)draw_between(draw, 0, difficulty->bursts + 1);
    for (int i = 0; i < bursts; i++) {
        ratio = draw_between(draw, difficulty->burst_ratio[0], difficulty->burst_ratio[1]);
        add_burst(audio, level * decibels(-ratio), difficulty->burst_length, draw);
    }
    limit(audio);
    return 0;
}
