#include "audio/spectrum.h"

#include <kiss_fftr.h>
#include <math.h>
#include <stdlib.h>

#include "common/allocate.h"

struct spectrum {
    kiss_fftr_cfg transform;
    kiss_fft_cpx bins[SPECTRUM_BINS];
};

struct spectrum *spectrum_new(void) {
    struct spectrum *spectrum = allocate(1, sizeof *spectrum);
    size_t bytes = 0;
    kiss_fftr_alloc(SPECTRUM_POINTS, 0, NULL, &bytes);
    spectrum->transform = kiss_fftr_alloc(SPECTRUM_POINTS, 0, allocate(1, bytes), &bytes);
    return spectrum;
}

void spectrum_free(struct spectrum *spectrum) {
    if (spectrum == NULL)
        return;
    free(spectrum->transform);
    free(spectrum);
}

void spectrum_power(struct spectrum *spectrum, const float *frame, double power[SPECTRUM_BINS]) {
    kiss_fftr(spectrum->transform, frame, spectrum->bins);
    for (int bin = 0; bin < SPECTRUM_BINS; bin++) {
        double real = (double)spectrum->bins[bin].r, imaginary = (double)spectrum->bins[bin].i;
        power[bin] = real * real + imaginary * imaginary;
    }
}

double mel_of_hertz(double hertz) {
    return 2595.0 * log10(1.0 + hertz / 700.0);
}

double hertz_of_mel(double mel) {
    return 700.0 * (pow(10.0, mel / 2595.0) - 1.0);
}
