/* Background noise for training: what Speech Commands has for it, in the bands of spectrogram.h. */
#ifndef GSC_NOISE_H
#define GSC_NOISE_H

#include <stdint.h>

#include "gsc/commands.h"
#include "gsc/spectrogram.h"

/** A word is this many decibels louder than its noise, by their power in all bands. */
#define NOISE_LEAST_DB 0.0
#define NOISE_MOST_DB 20.0

struct noise;

/** Reads all noise of a set. It is a failure if there is none, or if it has not SPECTROGRAM_STEPS steps in one file. */
struct noise *noise_load(const struct commands *commands, struct failure *failure);
void noise_free(struct noise *noise);

/** Adds all that results depend on to a fingerprint. */
uint64_t noise_fingerprint(uint64_t fingerprint, const struct noise *noise);

/** Gives the network's input of `cells`, 0 to 1, and of a share of all samples with noise: which, how loud, and from
 * where on are functions of seed, epoch and index. */
void noise_mix(const struct noise *noise, double share, uint64_t seed, int64_t epoch, int64_t index,
               const uint8_t *cells, float *input);

#endif
