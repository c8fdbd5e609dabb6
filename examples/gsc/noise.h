/* Background noise for training: the noise of Speech Commands in the bands of spectrogram.h. */
#ifndef GSC_NOISE_H
#define GSC_NOISE_H

#include <stdint.h>

#include "gsc/commands.h"
#include "gsc/spectrogram.h"

/** The smallest difference in decibels between a word and its noise, by their power in all bands. */
#define NOISE_LEAST_DB 0.0
#define NOISE_MOST_DB 20.0

struct noise;

/** Reads all noise of a data set. It fails if there is none, or if no file has SPECTROGRAM_STEPS steps. */
struct noise *noise_load(const struct commands *commands, struct failure *failure);
void noise_free(struct noise *noise);

/** Adds everything that results depend on to a fingerprint. */
uint64_t noise_fingerprint(uint64_t fingerprint, const struct noise *noise);

/** Converts `cells` to the input of the network, 0 to 1, and adds noise to a share of all samples. Which samples, how
 * loud, and from where on are functions of seed, epoch and index. */
void noise_mix(const struct noise *noise, double share, uint64_t seed, int64_t epoch, int64_t index,
               const uint8_t *cells, float *input);

#endif
