/* What a network is given of a word. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gsc/spectrogram.h"
#include "support.h"

enum { RATE = 8000, SECOND = RATE };

static struct mel *mel;
static uint8_t cells[SPECTROGRAM_CELLS];
static const double pi = 3.14159265358979323846;

static void setup(void) {
    mel = mel_create(&spectrogram_shape);
}

static void teardown(void) {
    mel_free(mel);
}

static void transform(const float *samples, int64_t count, int rate) {
    struct audio audio = {(float *)samples, count, rate};
    struct failure failure;
    memset(cells, 77, sizeof cells);
    ck_assert_msg(spectrogram_make(mel, &audio, cells, &failure) == 0, "%s", failure.text);
}

static uint8_t cell_at(int step, int channel) {
    return cells[step * SPECTROGRAM_CHANNELS + channel];
}

/* The equations of spectrogram.c as loops, for a recording at 8 kHz. */
static double plain_power(const float *samples, int count, int step, int channel) {
    const double low = mel_of_hertz(50), wide = (mel_of_hertz(14000) - low) / 141;
    double sum = 0;
    for (int k = 0; k <= 128; k++) {
        const double place = (mel_of_hertz(k * 31.25) - low) / wide - channel;
        const double hertz[] = {hertz_of_mel(low + wide * channel), hertz_of_mel(low + wide * (channel + 1)),
                                hertz_of_mel(low + wide * (channel + 2))};
        if (place <= 0 || place >= 2)
            continue;
        const double height =
            fmin((k * 31.25 - hertz[0]) / (hertz[1] - hertz[0]), (hertz[2] - k * 31.25) / (hertz[2] - hertz[1]));
        double real = 0, imaginary = 0;
        for (int i = 0; i < 256; i++) {
            const int at = 80 * step - 88 + i;
            const double x = at >= 0 && at < count ? (double)samples[at] : 0, hann = 0.5 - 0.5 * cos(2 * pi * i / 256);
            real += hann * x * cos(2 * pi * k * i / 256);
            imaginary -= hann * x * sin(2 * pi * k * i / 256);
        }
        sum += height * (real * real + imaginary * imaginary);
    }
    return sum;
}

START_TEST(cells_are_those_of_the_equations) {
    float samples[SECOND];
    uint32_t state = 1;
    for (int t = 0; t < SECOND; t++) {
        state = state * 1664525 + 1013904223;
        samples[t] = (float)(0.3 * sin(0.1 * t + 2e-5 * t * t) + 0.02 * ((state >> 8) / 8388608.0 - 1));
    }
    const int count = 6100;
    transform(samples, count, RATE);
    for (int step = 0; step < SPECTROGRAM_STEPS; step += step == 0 || step > 70 ? 1 : 23)
        for (int m = 0; m < SPECTROGRAM_CHANNELS; m++) {
            const double share = 1 + 10 * log10(plain_power(samples, count, step, m) / 4096) / 96;
            const double expected = isfinite(share) ? 255 * fmin(fmax(share, 0), 1) : 0;
            ck_assert_msg(fabs(expected - cell_at(step, m)) <= 0.51, "step %d, channel %d: %d, expected %g", step, m,
                          cell_at(step, m), expected);
        }
}
END_TEST

START_TEST(a_sine_of_full_scale_is_the_highest_cell) {
    float *samples = make_tone(2000, 16000, 16000);
    float loudest = 0;
    for (int t = 0; t < 16000; t++)
        loudest = fmaxf(loudest, fabsf(samples[t]));
    for (int t = 0; t < 16000; t++)
        samples[t] /= loudest;
    transform(samples, 16000, 16000);
    int highest = 0;
    for (int m = 0; m < SPECTROGRAM_CHANNELS; m++)
        highest = cell_at(50, m) > highest ? cell_at(50, m) : highest;
    ck_assert_int_ge(highest, 248); /* no filter need have its peak at the tone */
    ck_assert_int_lt(cell_at(50, 10), 40);
    /* 20 dB are 53 cells. */
    for (int t = 0; t < 16000; t++)
        samples[t] *= 0.1F;
    transform(samples, 16000, 16000);
    int lower = 0;
    for (int m = 0; m < SPECTROGRAM_CHANNELS; m++)
        lower = cell_at(50, m) > lower ? cell_at(50, m) : lower;
    ck_assert_int_ge(highest - lower, 53);
    ck_assert_int_le(highest - lower, 54);
    free(samples);
}
END_TEST

START_TEST(what_is_no_sound_is_zero) {
    float samples[4000] = {0};
    transform(samples, 4000, 16000);
    for (int i = 0; i < SPECTROGRAM_CELLS; i++)
        ck_assert_int_eq(cells[i], 0);
    samples[1600] = 0.5F; /* at 100 ms */
    transform(samples, 4000, 16000);
    int sum[SPECTROGRAM_STEPS] = {0};
    for (int i = 0; i < SPECTROGRAM_CELLS; i++)
        sum[i / SPECTROGRAM_CHANNELS] += cells[i];
    ck_assert_int_gt(sum[9], 0);
    ck_assert_int_gt(sum[10], 0);
    for (int step = 27; step < SPECTROGRAM_STEPS; step++) /* from the end of the sound on */
        ck_assert_int_eq(sum[step], 0);
}
END_TEST

START_TEST(what_comes_after_a_second_is_not_heard) {
    float *samples = make_tone(700, 20000, 16000);
    uint8_t whole[SPECTROGRAM_CELLS];
    transform(samples, 16000, 16000);
    memcpy(whole, cells, sizeof cells);
    transform(samples, 20000, 16000);
    ck_assert_int_eq(memcmp(whole, cells, sizeof cells), 0);
    free(samples);
}
END_TEST

START_TEST(channels_that_hold_nothing_are_counted) {
    int empty = 0;
    for (int m = 0; m < SPECTROGRAM_CHANNELS; m++) {
        float click[SECOND] = {0};
        click[4000] = 1;
        empty += !(plain_power(click, SECOND, 49, m) > 0);
    }
    ck_assert_int_eq(mel_empty(mel, 16000), empty);
    ck_assert_int_gt(empty, 40);
    ck_assert_int_lt(empty, 90);
}
END_TEST

START_TEST(cells_have_their_ends) {
    ck_assert_int_eq(spectrogram_cell(0), 0);
    ck_assert_int_eq(spectrogram_cell(-1), 0);
    ck_assert_int_eq(spectrogram_cell(4096), 255);
    ck_assert_int_eq(spectrogram_cell(1e9), 255);
    ck_assert_int_eq(spectrogram_cell(4096 * pow(10, -9.6)), 0);
    ck_assert_int_eq(spectrogram_cell(4096 * pow(10, -4.8)), 128);
    for (int c = 0; c <= 255; c++)
        ck_assert_int_eq(spectrogram_cell(spectrogram_power((uint8_t)c)), c);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("spectrogram");
    TCase *words = tcase_create("words");
    tcase_set_timeout(words, 60);
    tcase_add_checked_fixture(words, setup, teardown);
    tcase_add_test(words, cells_are_those_of_the_equations);
    tcase_add_test(words, a_sine_of_full_scale_is_the_highest_cell);
    tcase_add_test(words, what_is_no_sound_is_zero);
    tcase_add_test(words, what_comes_after_a_second_is_not_heard);
    tcase_add_test(words, channels_that_hold_nothing_are_counted);
    tcase_add_test(words, cells_have_their_ends);
    suite_add_tcase(suite, words);
    return run_suite(suite);
}
