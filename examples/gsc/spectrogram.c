/*
 * For step n of a recording x, resampled to 8 kHz, and channel m:
 *
 *     X_n[k]  = DFT of hann[i] x[80 n - 88 + i], i = 0..255     (the frame's middle is that of the step's 10 ms)
 *     P[n, m] = sum_k filter_m(k) |X_n[k]|^2                    (triangles with peak 1, evenly spaced in Mel)
 *     D[n, m] = 10 log10(P[n, m] / P_0)                         (P_0 is that of a sine of full scale)
 *     c[n, m] = round(255 min(max(1 + D[n, m] / 96, 0), 1))
 *
 * Outside of the recording x is 0, which gives c = 0. The network's input is c / 255. Rate, frames and bands are those
 * of SNN-delays (Hammouamri et al. 2023), whose bands end at 14 kHz: in sound at 8 kHz those above 4 kHz are empty, and
 * so are low ones that lie between two points of the spectrum. There, decibels are the input of the network as they
 * are, frames are centred at 80 n, and there are 101; the batch norm after the first layer removes the scale.
 */
#include "gsc/spectrogram.h"

#include <math.h>
#include <string.h>

#include "audio/mel_stream.h"

const struct mel_shape spectrogram_shape = {
    .rate = 8000, .points = 256, .hop = 80, .channels = SPECTROGRAM_CHANNELS, .lowest = 50, .highest = 14000};

/* |X|^2 of a sine of amplitude 1 at one point of the spectrum: the sum of its window is half the points, and half of
 * the sine is at this point. */
static const double full_scale = 256.0 * 256.0 / 16;

uint8_t spectrogram_cell(double power) {
    if (!(power > 0))
        return 0;
    const double share = 1 + 10 * log10(power / full_scale) / SPECTROGRAM_RANGE;
    return (uint8_t)lround(SPECTROGRAM_LEVELS * fmin(fmax(share, 0), 1));
}

double spectrogram_power(uint8_t cell) {
    const double share = (double)cell / SPECTROGRAM_LEVELS;
    return cell > 0 ? full_scale * pow(10, SPECTROGRAM_RANGE * (share - 1) / 10) : 0;
}

struct filling {
    uint8_t *cells;
    int steps;
};

static int add_step(void *user, const double *power, struct failure *failure) {
    struct filling *filling = user;
    (void)failure;
    if (filling->steps == SPECTROGRAM_STEPS)
        return 0;
    uint8_t *cell = filling->cells + filling->steps++ * SPECTROGRAM_CHANNELS;
    for (int m = 0; m < SPECTROGRAM_CHANNELS; m++)
        cell[m] = spectrogram_cell(power[m]);
    return 0;
}

int spectrogram_make(struct mel *mel, const struct audio *audio, uint8_t *cells, struct failure *failure) {
    struct filling filling = {cells, 0};
    const int64_t second = audio->count < audio->rate ? audio->count : audio->rate;
    struct mel_stream *stream = mel_stream_new(mel, audio->rate, add_step, &filling, failure);
    if (stream == NULL)
        return -1;
    memset(cells, 0, SPECTROGRAM_CELLS);
    int result = mel_stream_silence(stream, SPECTROGRAM_BEFORE, failure);
    if (result == 0)
        result = mel_stream_push(stream, audio->samples, second, failure);
    if (result == 0)
        result = mel_stream_silence(stream, spectrogram_shape.points, failure);
    if (result == 0)
        result = mel_stream_end(stream, failure);
    mel_stream_free(stream);
    return result;
}
