/*
 * Powers add, as those of unrelated sounds do on average. For a word with the cells c and a second of noise of power N,
 *
 *     P[n, m] = P_0 10^(9.6 (c[n, m] / 255 - 1)), 0 where c is 0
 *     P'      = P + g N,  g so that  sum P = 10^(r / 10) g sum N,  r uniform from 0 to 20 dB
 *
 * and the cells of P' are the input of the network. A silent word does not change, nor does one whose noise is silent.
 */
#include "gsc/noise.h"

#include <math.h>
#include <stdlib.h>

#include "audio/mel_stream.h"
#include "common/draw.h"
#include "common/fingerprint.h"

/* The limits of a file; 10 minutes are more than the real ones have. */
enum { MOST_STEPS = 600 * 100, BLOCK = 4096 };

struct piece {
    float *power; /* [steps, SPECTROGRAM_CHANNELS] */
    int64_t steps;
};

struct noise {
    size_t count;
    double power[SPECTROGRAM_LEVELS + 1]; /* the power of each value of a cell */
    struct piece piece[];
};

/* ---- reading ---- */

static int add_step(void *user, const double *power, struct failure *failure) {
    struct piece *piece = user;
    if (piece->steps == MOST_STEPS)
        return failed(failure, "lasts longer than %d seconds", MOST_STEPS / 100);
    if (piece->steps % SPECTROGRAM_STEPS == 0)
        piece->power = reallocate(piece->power, (size_t)(piece->steps + SPECTROGRAM_STEPS),
                                  SPECTROGRAM_CHANNELS * sizeof *piece->power);
    float *to = piece->power + piece->steps++ * SPECTROGRAM_CHANNELS;
    for (int m = 0; m < SPECTROGRAM_CHANNELS; m++)
        to[m] = (float)power[m];
    return 0;
}

static int read_source(struct audio_source *source, struct mel *mel, struct piece *piece, struct failure *failure) {
    float samples[BLOCK];
    struct mel_stream *stream = mel_stream_new(mel, audio_source_rate(source), add_step, piece, failure);
    if (stream == NULL)
        return -1;
    int64_t got;
    int result = 0;
    while (result == 0 && (got = audio_read(source, samples, BLOCK, failure)) != 0)
        result = got < 0 ? -1 : mel_stream_push(stream, samples, got, failure);
    if (result == 0)
        result = mel_stream_end(stream, failure);
    mel_stream_free(stream);
    return result;
}

static int read_piece(const struct commands *commands, size_t index, struct mel *mel, struct piece *piece,
                      struct failure *failure) {
    struct audio_source *source = commands_open_noise(commands, index, failure);
    if (source == NULL)
        return -1;
    struct failure reason;
    int result = read_source(source, mel, piece, &reason);
    if (result == 0 && piece->steps < SPECTROGRAM_STEPS)
        result = failed(&reason, "lasts less than a second");
    audio_close(source);
    return result == 0 ? 0 : failed(failure, "%s/%s: %s", commands->folder, commands->noise[index], reason.text);
}

struct noise *noise_load(const struct commands *commands, struct failure *failure) {
    if (commands->noises == 0) {
        failed(failure, "--background-noise: %s/" COMMANDS_NOISE " has no .wav files", commands->folder);
        return NULL;
    }
    struct noise *noise = allocate(1, sizeof *noise + commands->noises * sizeof *noise->piece);
    struct mel *mel = mel_create(&spectrogram_shape);
    noise->count = commands->noises;
    for (int c = 1; c <= SPECTROGRAM_LEVELS; c++)
        noise->power[c] = spectrogram_power((uint8_t)c);
    int result = 0;
    for (size_t i = 0; i < commands->noises && result == 0; i++)
        result = read_piece(commands, i, mel, &noise->piece[i], failure);
    mel_free(mel);
    if (result == 0)
        return noise;
    noise_free(noise);
    return NULL;
}

void noise_free(struct noise *noise) {
    for (size_t i = 0; noise != NULL && i < noise->count; i++)
        free(noise->piece[i].power);
    free(noise);
}

uint64_t noise_fingerprint(uint64_t fingerprint, const struct noise *noise) {
    for (size_t i = 0; i < noise->count; i++) {
        const struct piece *piece = &noise->piece[i];
        const size_t bytes = (size_t)piece->steps * SPECTROGRAM_CHANNELS * sizeof *piece->power;
        fingerprint = fingerprint_add(fingerprint, piece->power, bytes);
    }
    return fingerprint;
}

/* ---- mixing ---- */

static uint64_t stream_of(int64_t epoch, int64_t index) {
    const int64_t both[] = {epoch, index};
    return fingerprint_add(FINGERPRINT_START, both, sizeof both);
}

/* Chooses a second from one of the pieces; all steps of all pieces are equally likely to be its first. */
static const float *choose_second(const struct noise *noise, struct draw *draw) {
    int64_t places = 0;
    for (size_t i = 0; i < noise->count; i++)
        places += noise->piece[i].steps - SPECTROGRAM_STEPS + 1;
    int64_t place = draw_below(draw, places);
    const struct piece *piece = noise->piece;
    for (; place > piece->steps - SPECTROGRAM_STEPS; piece++)
        place -= piece->steps - SPECTROGRAM_STEPS + 1;
    return piece->power + place * SPECTROGRAM_CHANNELS;
}

/* Returns the factor of the noise; 0: it is left out. */
static double gain_of(const struct noise *noise, const uint8_t *cells, const float *second, double decibels) {
    double word = 0, sum = 0;
    for (int i = 0; i < SPECTROGRAM_CELLS; i++) {
        word += noise->power[cells[i]];
        sum += (double)second[i];
    }
    return sum > 0 ? word / (sum * pow(10, decibels / 10)) : 0;
}

void noise_mix(const struct noise *noise, double share, uint64_t seed, int64_t epoch, int64_t index,
               const uint8_t *cells, float *input) {
    struct draw draw = {seed, stream_of(epoch, index), 0};
    double gain = 0;
    const float *second = NULL;
    if (draw_chance(&draw, share)) {
        second = choose_second(noise, &draw);
        gain = gain_of(noise, cells, second, draw_between(&draw, NOISE_LEAST_DB, NOISE_MOST_DB));
    }
    for (int i = 0; i < SPECTROGRAM_CELLS; i++) {
        const uint8_t cell = gain > 0 ? spectrogram_cell(noise->power[cells[i]] + gain * (double)second[i]) : cells[i];
        input[i] = (float)(cell * SPECTROGRAM_SCALE);
    }
}
