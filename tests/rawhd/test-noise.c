/* Noise behind words, in training. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gsc/noise.h"
#include "support.h"

static char *folder;
static struct commands commands;
static struct noise *noise;
static struct failure failure;
static uint8_t cells[SPECTROGRAM_CELLS];
static float input[SPECTROGRAM_CELLS], again[SPECTROGRAM_CELLS];

/* One word of a tone, and noise of another one, which ends after `seconds`. */
static void setup(void) {
    folder = make_folder();
    write_tone(folder, "up/a_nohash_0.wav", 500, 1, 16000);
    write_tone(folder, "up/b_nohash_0.wav", 500, 1, 16000);
    write_tone(folder, "up/c_nohash_0.wav", 500, 1, 16000);
    write_text(folder, "validation_list.txt", "up/b_nohash_0.wav\n");
    write_text(folder, "testing_list.txt", "up/c_nohash_0.wav\n");
    write_tone(folder, "_background_noise_/hum.wav", 2000, 3, 16000);
    ck_assert_msg(commands_find(folder, &commands, &failure) == 0, "%s", failure.text);
    noise = noise_load(&commands, &failure);
    ck_assert_msg(noise != NULL, "%s", failure.text);
    struct audio audio;
    struct mel *mel = mel_create(&spectrogram_shape);
    ck_assert_int_eq(commands_load(&commands, 0, &audio, &failure), 0);
    ck_assert_int_eq(spectrogram_make(mel, &audio, cells, &failure), 0);
    audio_free(&audio);
    mel_free(mel);
}

static void teardown(void) {
    noise_free(noise);
    commands_free(&commands);
    drop_folder(folder);
}

/* Power of the network's input in all cells. */
static double power_of(const float *numbers) {
    double sum = 0;
    for (int i = 0; i < SPECTROGRAM_CELLS; i++)
        sum += spectrogram_power((uint8_t)lround(255 * (double)numbers[i]));
    return sum;
}

START_TEST(without_noise_cells_become_numbers) {
    int other = 0;
    noise_mix(noise, 0, 7, 3, 5, cells, input);
    for (int i = 0; i < SPECTROGRAM_CELLS; i++)
        other += input[i] != (float)(cells[i] * (1.0 / 255));
    ck_assert_int_eq(other, 0);
}
END_TEST

START_TEST(noise_is_as_loud_as_was_drawn) {
    double word = 0, least = 1e9, most = -1e9;
    int softer = 0;
    for (int i = 0; i < SPECTROGRAM_CELLS; i++)
        word += spectrogram_power(cells[i]);
    for (int epoch = 0; epoch < 100; epoch++) {
        noise_mix(noise, 1, 7, epoch, 0, cells, input);
        const double ratio = 10 * log10(word / (power_of(input) - word));
        least = fmin(least, ratio);
        most = fmax(most, ratio);
        for (int i = 0; i < SPECTROGRAM_CELLS; i++)
            softer += input[i] < (float)(cells[i] * (1.0 / 255));
    }
    ck_assert_int_eq(softer, 0);
    ck_assert_double_gt(least, -0.5);
    ck_assert_double_lt(least, 1.5);
    ck_assert_double_gt(most, 18);
    ck_assert_double_lt(most, 22);
}
END_TEST

START_TEST(noise_is_a_function_of_seed_epoch_and_index) {
    int noisy = 0, same = 0;
    for (int i = 0; i < 400; i++) {
        noise_mix(noise, 0.25, 7, 3, i, cells, input);
        noise_mix(noise, 0.25, 7, 3, i, cells, again);
        ck_assert_int_eq(memcmp(input, again, sizeof input), 0);
        noise_mix(noise, 0, 7, 3, i, cells, again);
        noisy += memcmp(input, again, sizeof input) != 0;
        noise_mix(noise, 0.25, i % 2 ? 8 : 7, i % 2 ? 3 : 4, i, cells, again);
        same += memcmp(input, again, sizeof input) == 0;
    }
    ck_assert_int_gt(noisy, 70);
    ck_assert_int_lt(noisy, 130);
    ck_assert_int_lt(same, 270); /* both without noise: 0.75 x 0.75 */
}
END_TEST

START_TEST(silence_stays_silent) {
    int sounds = 0;
    memset(cells, 0, sizeof cells);
    noise_mix(noise, 1, 7, 3, 5, cells, input);
    for (int i = 0; i < SPECTROGRAM_CELLS; i++)
        sounds += input[i] != 0;
    ck_assert_int_eq(sounds, 0);
}
END_TEST

static void refuses(const char *words) {
    struct noise *none = noise_load(&commands, &failure);
    ck_assert_ptr_null(none);
    ck_assert_msg(strstr(failure.text, words) != NULL, "'%s', without '%s'", failure.text, words);
}

/* As some of the real ones are. */
START_TEST(noise_may_last_longer_than_a_word) {
    write_tone(folder, "_background_noise_/hum.wav", 2000, 61, 16000);
    struct noise *longer = noise_load(&commands, &failure);
    ck_assert_msg(longer != NULL, "%s", failure.text);
    noise_free(longer);
}
END_TEST

START_TEST(noise_that_cannot_be_used_is_named) {
    write_tone(folder, "_background_noise_/hum.wav", 2000, 0.5, 16000);
    refuses("_background_noise_/hum.wav: lasts less than a second");
    write_tone(folder, "_background_noise_/hum.wav", 2000, 2, 8000);
    refuses("_background_noise_/hum.wav: has 8000 samples a second; expected 16000");
    write_text(folder, "_background_noise_/hum.wav", "no sound");
    refuses("_background_noise_/hum.wav: ");
    commands.noises = 0;
    refuses("--background-noise: ");
    commands.noises = 1;
}
END_TEST

int main(void) {
    Suite *suite = suite_create("noise");
    TCase *tcase = tcase_create("noise");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, without_noise_cells_become_numbers);
    tcase_add_test(tcase, noise_is_as_loud_as_was_drawn);
    tcase_add_test(tcase, noise_is_a_function_of_seed_epoch_and_index);
    tcase_add_test(tcase, silence_stays_silent);
    tcase_add_test(tcase, noise_may_last_longer_than_a_word);
    tcase_add_test(tcase, noise_that_cannot_be_used_is_named);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
