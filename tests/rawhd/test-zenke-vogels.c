/* The preset against a plain reading of its definition: an array at a time, in doubles, with a DFT by its sum. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "rawhd/zenke_vogels.h"
#include "support.h"

static const double pi = 3.14159265358979323846;

/* Something with all frequencies in it and nothing random. */
static float *make_chirp(int64_t count, int rate) {
    float *samples = allocate((size_t)count, sizeof *samples);
    for (int64_t t = 0; t < count; t++) {
        double seconds = (double)t / rate, length = (double)count / rate;
        samples[t] = (float)(0.4 * sin(2 * pi * (100 * seconds + 0.2 * rate * seconds * seconds / length)) +
                             0.1 * sin(2 * pi * 0.31 * (double)(t * t % 1009)));
    }
    return samples;
}

static void power_of_frame(const double *signal, int64_t length, int64_t start, int frame, double power[257]) {
    double windowed[512];
    for (int i = 0; i < 512; i++) {
        double sample = start + i < length && i < frame ? signal[start + i] : 0;
        windowed[i] = sample * (0.54 - 0.46 * cos(2 * pi * i / (frame - 1)));
    }
    for (int k = 0; k < 257; k++) {
        double real = 0, imaginary = 0;
        for (int i = 0; i < 512; i++) {
            real += windowed[i] * cos(2 * pi * k * i / 512);
            imaginary -= windowed[i] * sin(2 * pi * k * i / 512);
        }
        power[k] = (real * real + imaginary * imaginary) / 512;
    }
}

static void expected_cells(const float *samples, int64_t count, int rate, double *cells) {
    double *signal = allocate((size_t)count, sizeof *signal);
    for (int64_t t = 0; t < count; t++)
        signal[t] = (double)samples[t] - (t > 0 ? 0.95 * (double)samples[t - 1] : 0);
    double top = 2595 * log10(1 + rate / 2.0 / 700);
    int bin[42];
    for (int j = 0; j < 42; j++)
        bin[j] = (int)floor(513 * (700 * (pow(10, top * j / 41 / 2595) - 1)) / rate);
    int frame = (int)rint(0.025 * rate), step = (int)rint(0.01 * rate); /* half to even */
    int frames = (int)ceil(fabs((double)(count - frame)) / step);
    for (int n = 0; n < 80 && n < frames; n++) {
        double power[257];
        power_of_frame(signal, count, (int64_t)n * step, frame, power);
        for (int m = 0; m < 40; m++) {
            double sum = 0;
            for (int k = bin[m]; k < bin[m + 1]; k++)
                sum += power[k] * (k - bin[m]) / (bin[m + 1] - bin[m]);
            for (int k = bin[m + 1]; k < bin[m + 2]; k++)
                sum += power[k] * (bin[m + 2] - k) / (bin[m + 2] - bin[m + 1]);
            cells[n * 40 + m] = log10(sum < DBL_EPSILON ? DBL_EPSILON : sum);
        }
    }
    for (int i = frames * 40; i < 3200; i++)
        cells[i] = cells[i - 40];
    double mean = 0, square = 0;
    for (int i = 0; i < 3200; i++) {
        mean += cells[i] / 3200;
        square += cells[i] * cells[i] / 3200;
    }
    for (int i = 0; i < 3200; i++)
        cells[i] = (cells[i] - mean) / sqrt(square - mean * mean);
    free(signal);
}

START_TEST(agrees_with_its_definition) {
    const int rates[] = {8000, 16000, 22050, 48000};
    const double lengths[] = {0.3, 0.4567, 0.9, 0.61};
    int rate = rates[_i];
    int64_t count = llround(rate * lengths[_i]);
    float *samples = make_chirp(count, rate);
    double wanted[MEL_CELLS];
    float cells[MEL_CELLS];
    expected_cells(samples, count, rate, wanted);
    struct zenke_vogels *preset = zenke_vogels_new();
    struct audio audio = {samples, count, rate};
    struct failure failure;
    ck_assert_int_eq(zenke_vogels_spectrogram(preset, &audio, cells, &failure), PROBLEM_NONE);
    for (int i = 0; i < MEL_CELLS; i++)
        ck_assert_msg(fabs((double)cells[i] - wanted[i]) < 1e-4, "step %d, channel %d: %.7f, expected %.7f",
                      i / MEL_CHANNELS, i % MEL_CHANNELS, (double)cells[i], wanted[i]);
    zenke_vogels_free(preset);
    free(samples);
}
END_TEST

/* At 96 kHz the three corners of the lowest filter share a bin: it is empty, and its channel the same at all times. */
START_TEST(empty_filters_are_constant) {
    float *samples = make_chirp(48000, 96000), cells[MEL_CELLS];
    struct zenke_vogels *preset = zenke_vogels_new();
    struct audio audio = {samples, 48000, 96000};
    struct failure failure;
    ck_assert_int_eq(zenke_vogels_spectrogram(preset, &audio, cells, &failure), PROBLEM_NONE);
    double top = 2595 * log10(1 + 48000.0 / 700);
    int empty = 0;
    for (int m = 0; m < MEL_CHANNELS; m++) {
        int left = (int)floor(513 * 700 * (pow(10, top * m / 41 / 2595) - 1) / 96000);
        int right = (int)floor(513 * 700 * (pow(10, top * (m + 2) / 41 / 2595) - 1) / 96000);
        for (int n = 1; left == right && n < MEL_STEPS; n++)
            ck_assert_float_eq(cells[n * MEL_CHANNELS + m], cells[m]);
        empty += left == right;
    }
    ck_assert_int_gt(empty, 0);
    zenke_vogels_free(preset);
    free(samples);
}
END_TEST

START_TEST(short_recordings_have_their_problem) {
    float *samples = make_chirp(400, 16000), cells[MEL_CELLS];
    struct zenke_vogels *preset = zenke_vogels_new();
    struct audio audio = {samples, 400, 16000};
    struct failure failure;
    ck_assert_int_eq(zenke_vogels_spectrogram(preset, &audio, cells, &failure), PROBLEM_SHORT);
    zenke_vogels_free(preset);
    free(samples);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("zenke_vogels");
    TCase *spectrograms = tcase_create("spectrograms");
    tcase_add_loop_test(spectrograms, agrees_with_its_definition, 0, 4);
    tcase_add_test(spectrograms, empty_filters_are_constant);
    tcase_add_test(spectrograms, short_recordings_have_their_problem);
    suite_add_tcase(suite, spectrograms);
    return run_suite(suite);
}
