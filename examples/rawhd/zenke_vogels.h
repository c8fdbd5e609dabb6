/* The preset `zenke-vogels`: the spectrograms of Zenke and Vogels, "The remarkable robustness of surrogate gradient
 * learning" (Neural Computation 33, 2021), as their published loader computes them. */
#ifndef RAWHD_ZENKE_VOGELS_H
#define RAWHD_ZENKE_VOGELS_H

#include "audio/audio.h"
#include "audio/spectrum.h"
#include "rawhd/problems.h"

struct zenke_vogels; /**< filters and buffers of one thread; the filters follow the rate of the recording */

struct zenke_vogels *zenke_vogels_new(void);
void zenke_vogels_free(struct zenke_vogels *preset);

/** Computes standardised log power, with one mean and one deviation for the recording. */
enum problem zenke_vogels_spectrogram(struct zenke_vogels *preset, const struct audio *audio, float *cells,
                                      struct failure *failure);

#endif
