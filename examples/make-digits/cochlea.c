#include "make-digits/cochlea.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/spectrum.h"

enum { RATE = 16000, HOP = RATE / 200, STEPS_A_FRAME = 5, REFRACTORY = 2 };

static const double lowest_hertz = 20, highest_hertz = RATE / 2.0, range_db = 40, gain = 4, tau = 20;

/* ---- Power ---- */

/* Returns the place of a unit's centre among the points of a spectrum. */
static double point_of(int unit) {
    const double low = mel_of_hertz(lowest_hertz), high = mel_of_hertz(highest_hertz);
    return hertz_of_mel(low + (high - low) * unit / (COCHLEA_UNITS - 1)) * SPECTRUM_POINTS / RATE;
}

/* Computes P of one frame, which is centred at a sample. */
static void hear_frame(struct spectrum *spectrum, const struct audio *audio, int64_t centre, double *power) {
    const double pi = 3.14159265358979323846;
    float frame[SPECTRUM_POINTS];
    double points[SPECTRUM_BINS];
    for (int i = 0; i < SPECTRUM_POINTS; i++) {
        const int64_t at = centre - SPECTRUM_POINTS / 2 + i;
        const double sample = at >= 0 && at < audio->count ? (double)audio->samples[at] : 0;
        frame[i] = (float)(sample * (0.5 - 0.5 * cos(2 * pi * (i + 0.5) / SPECTRUM_POINTS)));
    }
    spectrum_power(spectrum, frame, points);
    for (int u = 0; u < COCHLEA_UNITS; u++) {
        const double place = point_of(u);
        const int below = place < SPECTRUM_BINS - 2 ? (int)place : SPECTRUM_BINS - 2;
        power[u] = points[below] + (place - below) * (points[below + 1] - points[below]);
    }
}

/* Computes d [frames, units], to be freed; NULL: silence. */
static double *make_drive(const struct audio *audio, size_t *frames) {
    struct spectrum *spectrum = spectrum_new(SPECTRUM_POINTS);
    double loudest = 0;
    *frames = (size_t)(audio->count / HOP) + 1;
    double *drive = allocate(*frames * COCHLEA_UNITS, sizeof *drive);
    for (size_t f = 0; f < *frames; f++)
        hear_frame(spectrum, audio, (int64_t)f * HOP, drive + f * COCHLEA_UNITS);
    spectrum_free(spectrum);
    for (size_t k = 0; k < *frames * COCHLEA_UNITS; k++)
        loudest = fmax(loudest, drive[k]);
    for (size_t k = 0; k < *frames * COCHLEA_UNITS; k++)
        drive[k] = drive[k] > 0 ? fmax(0, 1 + 10 * log10(drive[k] / loudest) / range_db) : 0;
    if (loudest > 0)
        return drive;
    free(drive);
    return NULL;
}

/* ---- Hair cells ---- */

static void add_spike(struct spikes *spikes, size_t *room, double time, int unit) {
    if (spikes->count == *room) {
        *room = *room > 0 ? 2 * *room : 4096;
        spikes->times = reallocate(spikes->times, *room, sizeof *spikes->times);
        spikes->units = reallocate(spikes->units, *room, sizeof *spikes->units);
    }
    spikes->times[spikes->count] = time;
    spikes->units[spikes->count++] = (uint16_t)unit;
}

static void fire(const double *drive, size_t frames, struct draw *draw, struct spikes *spikes) {
    const double share = 1 - exp(-1 / tau);
    double potential[COCHLEA_UNITS];
    int rest[COCHLEA_UNITS] = {0};
    size_t room = 0;
    for (int u = 0; u < COCHLEA_UNITS; u++)
        potential[u] = draw_between(draw, 0, 1);
    for (size_t step = 0; step + STEPS_A_FRAME < frames * STEPS_A_FRAME; step++) {
        const double *now = drive + step / STEPS_A_FRAME * COCHLEA_UNITS, *next = now + COCHLEA_UNITS;
        const double between = (double)(step % STEPS_A_FRAME) / STEPS_A_FRAME;
        for (int u = 0; u < COCHLEA_UNITS; u++) {
            if (rest[u] > 0) {
                rest[u]--;
                continue;
            }
            potential[u] += (gain * (now[u] + between * (next[u] - now[u])) - potential[u]) * share;
            if (potential[u] < 1)
                continue;
            add_spike(spikes, &room, (double)(step + 1) / 1000, u);
            potential[u] = 0;
            rest[u] = REFRACTORY;
        }
    }
}

int cochlea_hear(const struct audio *audio, struct draw *draw, struct spikes *spikes, struct failure *failure) {
    struct audio resampled;
    size_t frames;
    memset(spikes, 0, sizeof *spikes);
    if (audio_resample(audio, RATE, &resampled, failure) != 0)
        return -1;
    double *drive = make_drive(&resampled, &frames);
    audio_free(&resampled);
    if (drive == NULL)
        return failed(failure, "is silent");
    fire(drive, frames, draw, spikes);
    free(drive);
    return 0;
}

void spikes_free(struct spikes *spikes) {
    free(spikes->times);
    free(spikes->units);
    memset(spikes, 0, sizeof *spikes);
}
