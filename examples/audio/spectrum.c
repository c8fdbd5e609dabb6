#include "audio/spectrum.h"

#include <kiss_fftr.h>
#include <math.h>
#include <stdlib.h>

#include "common/allocate.h"

struct spectrum {
    kiss_fftr_cfg transform;
    int bins;
    kiss_fft_cpx bin[];
};

struct spectrum *spectrum_new(int points) {
    const int bins = points / 2 + 1;
    struct spectrum *spectrum = allocate(1, sizeof *spectrum + (size_t)bins * sizeof(kiss_fft_cpx));
    size_t bytes = 0;
    kiss_fftr_alloc(points, 0, NULL, &bytes);
    spectrum->transform = kiss_fftr_alloc(points, 0, allocate(1, bytes), &bytes);
    spectrum->bins = bins;
    return spectrum;
}

void spectrum_free(struct spectrum *spectrum) {
    if (spectrum == NULL)
        return;
    free(spectrum->transform);
    free(spectrum);
}

void spectrum_power(struct spectrum *spectrum, const float *frame, double *power) {
    kiss_fftr(spectrum->transform, frame, spectrum->bin);
    for (int bin = 0; bin < spectrum->bins; bin++) {
        double real = (double)spectrum->bin[bin].r, imaginary = (double)spectrum->bin[bin].i;
        power[bin] = real * real + imaginary * imaginary;
    }
}

double mel_of_hertz(double hertz) {
    return 2595.0 * log10(1.0 + hertz / 700.0);
}

double hertz_of_mel(double mel) {
    return 700.0 * (pow(10.0, mel / 2595.0) - 1.0);
}
