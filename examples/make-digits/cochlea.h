/*
 * A simple cochlea, which converts sound to spikes:
 *
 *     P[f, u] = power at 5 f ms and at the centre of unit u; centres are evenly spaced in Mel from 20 Hz to 8 kHz, the
 *               window is a Hann window of 32 ms, and power between two points of the spectrum is interpolated linearly
 *     d[f, u] = max(0, 1 + 10 log10(P[f, u] / max P) / 40)           40 dB below the loudest and less have no effect
 *     v[u]   += (4 d - v[u]) (1 - exp(-1 ms / 20 ms))                each ms, with d interpolated between two frames
 *     v[u] >= 1: an event of unit u, and v[u] = 0 for 2 ms
 *
 * The initial potentials of units are drawn from 0 to 1. A unit fires up to 127 times a second.
 */
#ifndef MAKE_DIGITS_COCHLEA_H
#define MAKE_DIGITS_COCHLEA_H

#include <stddef.h>

#include "audio/audio.h"
#include "common/draw.h"

enum { COCHLEA_UNITS = 700 };

struct spikes {
    double *times;   /**< in seconds, never decreasing */
    uint16_t *units; /**< increasing where times are equal */
    size_t count;
};

/** Computes the spikes of a sound, to be freed by spikes_free(). */
int cochlea_hear(const struct audio *audio, struct draw *draw, struct spikes *spikes, struct failure *failure);

void spikes_free(struct spikes *spikes);

#endif
