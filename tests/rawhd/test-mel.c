#include <math.h>
#include <snndelay.h>
#include <stdlib.h>
#include <string.h>

#include "audio/mel.h"
#include "rawhd/spectrograms.h"
#include "support.h"

static float cells[MEL_CELLS];

/* The spectrogram of samples that must be usable. */
static void transform(struct mel *mel, float *samples, int64_t count, int rate) {
    struct audio audio = {samples, count, rate};
    struct failure failure;
    ck_assert_int_eq(mel_spectrogram(mel, &audio, cells, &failure), PROBLEM_NONE);
}

static int loudest_channel(int step) {
    int loudest = 0;
    for (int m = 1; m < MEL_CHANNELS; m++)
        if (cells[step * MEL_CHANNELS + m] > cells[step * MEL_CHANNELS + loudest])
            loudest = m;
    return loudest;
}

static int nearest_channel(const struct mel *mel, double hertz) {
    int nearest = 0;
    for (int m = 1; m < MEL_CHANNELS; m++)
        if (fabs(mel_of_hertz(mel_centre(mel, m)) - mel_of_hertz(hertz)) <
            fabs(mel_of_hertz(mel_centre(mel, nearest)) - mel_of_hertz(hertz)))
            nearest = m;
    return nearest;
}

START_TEST(mel_scale_has_its_known_values) {
    ck_assert_double_eq_tol(mel_of_hertz(0), 0, 1e-12);
    ck_assert_double_eq_tol(mel_of_hertz(700), 781.1728, 1e-3);
    ck_assert_double_eq_tol(mel_of_hertz(1000), 999.9855, 1e-3);
    ck_assert_double_eq_tol(hertz_of_mel(mel_of_hertz(3210)), 3210, 1e-9);
}
END_TEST

START_TEST(a_tone_is_loudest_in_its_channel) {
    const int rates[] = {8000, 16000, 22050, 48000};
    const double tones[] = {150, 440, 1000, 2500, 3300};
    struct mel *mel = mel_new(rates[_i]);
    for (size_t i = 0; i < sizeof tones / sizeof *tones; i++) {
        float *samples = make_tone(tones[i], rates[_i] / 2, rates[_i]);
        transform(mel, samples, rates[_i] / 2, rates[_i]);
        free(samples);
        for (int step = 2; step < 44; step++) {
            int away = loudest_channel(step) - nearest_channel(mel, tones[i]);
            ck_assert_msg(abs(away) <= (tones[i] < 200 ? 1 : 0), "%g Hz at %d Hz: %d channels off in step %d", tones[i],
                          rates[_i], away, step);
        }
    }
    mel_free(mel);
}
END_TEST

/* A click at 300 ms is in the frames that cover it, and in no other. */
START_TEST(a_click_is_at_its_time) {
    struct mel *mel = mel_new(16000);
    float samples[9600] = {0};
    samples[4800] = 0.9F;
    transform(mel, samples, 9600, 16000);
    for (int step = 0; step < MEL_STEPS; step++) {
        int covers = step * MEL_HOP < 4800 && 4800 < step * MEL_HOP + SPECTRUM_POINTS;
        float level = cells[step * MEL_CHANNELS + 30];
        ck_assert_msg(covers ? level > -MEL_RANGE_DB : level <= -MEL_RANGE_DB, "step %d is at %g dB", step,
                      (double)level);
    }
    mel_free(mel);
}
END_TEST

START_TEST(loudness_does_not_matter_and_short_ones_end_in_silence) {
    struct mel *mel = mel_new(16000);
    float first[MEL_CELLS], *samples = make_tone(600, 4000, 16000);
    transform(mel, samples, 4000, 16000);
    memcpy(first, cells, sizeof first);
    for (int t = 0; t < 4000; t++)
        samples[t] *= 0.125F;
    transform(mel, samples, 4000, 16000);
    float loudest = -MEL_RANGE_DB;
    for (int i = 0; i < MEL_CELLS; i++) {
        ck_assert_float_eq_tol(cells[i], first[i], 1e-3F);
        loudest = fmaxf(loudest, cells[i]);
        if (i / MEL_CHANNELS > (4000 - SPECTRUM_POINTS) / MEL_HOP)
            ck_assert_float_eq(cells[i], -MEL_RANGE_DB);
    }
    ck_assert_float_eq(loudest, 0);
    free(samples);
    mel_free(mel);
}
END_TEST

/* A word after a second of silence is not cut away. */
START_TEST(long_recordings_keep_their_loudest_part) {
    struct mel *mel = mel_new(16000);
    float *samples = allocate(32000, sizeof *samples), *word = make_tone(1000, 8000, 16000);
    memcpy(samples + 16000, word, 8000 * sizeof *word);
    transform(mel, samples, 32000, 16000);
    int sounding = 0;
    for (int step = 0; step < MEL_STEPS; step++)
        sounding += cells[step * MEL_CHANNELS + nearest_channel(mel, 1000)] > -10;
    ck_assert_int_ge(sounding, 46);
    free(word);
    free(samples);
    mel_free(mel);
}
END_TEST

/* Filters end at half the lowest rate, so that all channels can hold something. */
START_TEST(filters_follow_the_lowest_rate) {
    const int rates[] = {8000, 16000, 48000};
    const double highest[] = {4000, 8000, 8000};
    for (int i = 0; i < 3; i++) {
        struct mel *mel = mel_new(rates[i]);
        double top = mel_of_hertz(highest[i]), bottom = mel_of_hertz(MEL_LOWEST_HERTZ);
        ck_assert_double_eq_tol(mel_of_hertz(mel_centre(mel, 39)), bottom + (top - bottom) * 40 / 41, 1e-6);
        ck_assert_double_eq_tol(mel_of_hertz(mel_centre(mel, 0)), bottom + (top - bottom) / 41, 1e-6);
        mel_free(mel);
    }
}
END_TEST

START_TEST(empty_channels_are_counted) {
    static const struct {
        int lowest, rate, empty;
    } of[] = {{16000, 16000, 0}, {16000, 48000, 0}, {8000, 8000, 0}, {16000, 8000, 9},
              {48000, 8000, 9},  {2000, 2000, 0},   {1000, 1000, 10}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        struct mel *mel = mel_new(of[i].lowest);
        ck_assert_msg(mel_empty(mel, of[i].rate) == of[i].empty, "%d at %d: %d", of[i].lowest, of[i].rate,
                      mel_empty(mel, of[i].rate));
        mel_free(mel);
    }
}
END_TEST

/* Channels that no point of the spectrum is in have no power, whatever comes. */
START_TEST(empty_channels_are_constant) {
    struct mel *mel = mel_new(1000);
    float samples[SPECTRUM_POINTS];
    double power[MEL_CHANNELS];
    int silent = 0;
    for (int t = 0; t < SPECTRUM_POINTS; t++)
        samples[t] = (float)snnd_random_uniform(1, 1, (uint64_t)t) - 0.5F;
    mel_power(mel, samples, power);
    for (int m = 0; m < MEL_CHANNELS; m++)
        silent += power[m] == 0;
    ck_assert_int_eq(silent, mel_empty(mel, MEL_RATE));
    ck_assert_int_eq(silent, 9);
    mel_free(mel);
}
END_TEST

START_TEST(what_cannot_be_used_has_its_problem) {
    struct mel *mel = mel_new(16000);
    float samples[600] = {0};
    struct audio audio = {samples, 511, 16000};
    struct failure failure;
    ck_assert_int_eq(mel_spectrogram(mel, &audio, cells, &failure), PROBLEM_SHORT);
    audio.count = 600;
    ck_assert_int_eq(mel_spectrogram(mel, &audio, cells, &failure), PROBLEM_SILENT);
    mel_free(mel);
}
END_TEST

START_TEST(scaling_is_clipped) {
    float values[] = {-90, -80, -40, 0, 10};
    mel_scale(values, 5, -80.0, 0.0);
    const float wanted[] = {0, 0, 0.5F, 1, 1};
    for (int i = 0; i < 5; i++)
        ck_assert_float_eq(values[i], wanted[i]);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("mel");
    TCase *spectrograms = tcase_create("spectrograms");
    tcase_add_test(spectrograms, mel_scale_has_its_known_values);
    tcase_add_loop_test(spectrograms, a_tone_is_loudest_in_its_channel, 0, 4);
    tcase_add_test(spectrograms, a_click_is_at_its_time);
    tcase_add_test(spectrograms, loudness_does_not_matter_and_short_ones_end_in_silence);
    tcase_add_test(spectrograms, long_recordings_keep_their_loudest_part);
    tcase_add_test(spectrograms, filters_follow_the_lowest_rate);
    tcase_add_test(spectrograms, empty_channels_are_counted);
    tcase_add_test(spectrograms, empty_channels_are_constant);
    tcase_add_test(spectrograms, what_cannot_be_used_has_its_problem);
    tcase_add_test(spectrograms, scaling_is_clipped);
    suite_add_tcase(suite, spectrograms);
    return run_suite(suite);
}
