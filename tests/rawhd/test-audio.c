#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "data/audio.h"
#include "support.h"

static char *folder;

static void setup(void) {
    folder = make_folder();
}

static void teardown(void) {
    drop_folder(folder);
}

/* Amplitude of a frequency in the middle half of a sound. */
static double amplitude(const struct audio *audio, double hertz) {
    const double pi = 3.14159265358979323846;
    double real = 0, imaginary = 0;
    int64_t first = audio->count / 4, end = 3 * audio->count / 4;
    for (int64_t t = first; t < end; t++) {
        double angle = 2 * pi * hertz * (double)t / audio->rate;
        double window = 1 - cos(2 * pi * (double)(t - first) / (double)(end - first)); /* Hann, of mean 1 */
        real += window * (double)audio->samples[t] * cos(angle);
        imaginary += window * (double)audio->samples[t] * sin(angle);
    }
    return 2 * sqrt(real * real + imaginary * imaginary) / (double)(end - first);
}

START_TEST(reads_flac_and_wav) {
    const char *const name[] = {"tone.flac", "tone.WAV"};
    for (int i = 0; i < 2; i++) {
        struct audio audio;
        struct failure failure;
        write_tone(folder, name[i], 440, 0.25, 16000);
        char *path = in_folder(folder, name[i]);
        ck_assert_int_eq(audio_rate(path), 16000);
        ck_assert_int_eq(audio_load(path, &audio, &failure), 0);
        ck_assert_int_eq(audio.count, 4000);
        ck_assert_int_eq(audio.rate, 16000);
        ck_assert_double_eq_tol(amplitude(&audio, 440), 0.5, 1e-3);
        audio_free(&audio);
        free(path);
    }
}
END_TEST

START_TEST(averages_channels) {
    const float samples[] = {0.5F, 0.25F, -0.5F, 0.5F, 0, 0.125F};
    SF_INFO info;
    memset(&info, 0, sizeof info);
    info.samplerate = 8000;
    info.channels = 2;
    info.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
    char *path = in_folder(folder, "stereo.wav");
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(sf_writef_float(file, samples, 3), 3);
    sf_close(file);
    struct audio audio;
    struct failure failure;
    ck_assert_int_eq(audio_load(path, &audio, &failure), 0);
    ck_assert_int_eq(audio.count, 3);
    ck_assert_float_eq(audio.samples[0], 0.375F);
    ck_assert_float_eq(audio.samples[1], 0);
    ck_assert_float_eq(audio.samples[2], 0.0625F);
    audio_free(&audio);
    free(path);
}
END_TEST

/* Silence of so many samples, deflated to next to nothing. */
static char *write_silence(const char *name, int format, int rate, int channels, int64_t count) {
    static const float zeros[4096];
    SF_INFO info;
    memset(&info, 0, sizeof info);
    info.samplerate = rate;
    info.channels = channels;
    info.format = format;
    char *path = in_folder(folder, name);
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    ck_assert_ptr_nonnull(file);
    for (int64_t done = 0; done < count; done += 4096 / channels)
        ck_assert_int_gt(sf_writef_float(file, zeros, count - done < 4096 / channels ? count - done : 4096 / channels),
                         0);
    sf_close(file);
    return path;
}

START_TEST(refuses_endless_recordings) {
    struct audio audio;
    struct failure failure;
    char *path = write_silence("just.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 8000, 1, 8000 * AUDIO_SECONDS);
    ck_assert_int_eq(audio_load(path, &audio, &failure), 0);
    ck_assert_int_eq(audio.count, 8000 * AUDIO_SECONDS);
    audio_free(&audio);
    free(path);
    path = write_silence("long.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 8000, 1, 8000 * AUDIO_SECONDS + 1);
    ck_assert_int_ne(audio_load(path, &audio, &failure), 0);
    ck_assert_ptr_nonnull(strstr(failure.text, "longer than 60 seconds"));
    struct audio_source *source = audio_open(path, &failure); /* as it comes it may be of any length */
    ck_assert_ptr_nonnull(source);
    audio_close(source);
    free(path);
}
END_TEST

START_TEST(refuses_rates_and_channels_that_no_recording_has) {
    static const struct {
        int rate, channels, good;
    } of[] = {{1000, 1, 1}, {999, 1, 0}, {384000, 1, 1}, {384001, 1, 0}, {16000, 32, 1}, {16000, 33, 0}};
    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
        struct audio audio;
        struct failure failure = {""};
        char *path = write_silence("odd.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, of[i].rate, of[i].channels, 100);
        ck_assert_int_eq(audio_load(path, &audio, &failure) == 0, of[i].good);
        ck_assert_int_eq(audio_rate(path), of[i].good ? of[i].rate : 0);
        ck_assert_int_eq(strstr(failure.text, "samples a second") != NULL, !of[i].good);
        if (of[i].good)
            audio_free(&audio);
        free(path);
    }
}
END_TEST

/* Nobody writes to it. */
START_TEST(a_pipe_is_not_waited_for) {
    struct audio audio;
    struct failure failure;
    char *path = in_folder(folder, "pipe.flac");
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(audio_rate(path), 0);
    ck_assert_int_ne(audio_load(path, &audio, &failure), 0);
    ck_assert_ptr_nonnull(strstr(failure.text, "regular file"));
    free(path);
}
END_TEST

START_TEST(says_what_is_wrong_with_a_file) {
    struct audio audio;
    struct failure failure = {""};
    write_text(folder, "text.flac", "this is no sound");
    char *path = in_folder(folder, "text.flac");
    ck_assert_int_eq(audio_rate(path), 0);
    ck_assert_int_ne(audio_load(path, &audio, &failure), 0);
    ck_assert_uint_gt(strlen(failure.text), 5);
    free(path);
}
END_TEST

START_TEST(notices_a_file_that_was_cut_off) {
    const char *const name[] = {"whole.flac", "whole.wav"};
    for (int i = 0; i < 2; i++) {
        write_tone(folder, name[i], 440, 2, 16000);
        size_t length;
        char *bytes = read_text(folder, name[i], &length), *path = in_folder(folder, name[i]);
        FILE *file = fopen(path, "wb");
        ck_assert_uint_eq(fwrite(bytes, 1, length / 2, file), length / 2);
        fclose(file);
        struct audio audio;
        struct failure failure;
        int result = audio_load(path, &audio, &failure);
        if (result == 0) { /* libsndfile corrects the header of a WAV file to what is there */
            ck_assert_int_eq(i, 1);
            audio_free(&audio);
        }
        free(path);
        free(bytes);
    }
}
END_TEST

/* A tone keeps its frequency and amplitude at another rate, and what 16 kHz cannot hold is gone. */
START_TEST(resamples) {
    const int rates[] = {8000, 22050, 44100, 48000};
    int rate = rates[_i];
    struct audio audio = {make_tone(1000, rate, rate), rate, rate}, resampled;
    struct failure failure;
    ck_assert_int_eq(audio_resample(&audio, 16000, &resampled, &failure), 0);
    ck_assert_int_eq(resampled.rate, 16000);
    ck_assert_int_ge(resampled.count, 15998);
    ck_assert_int_le(resampled.count, 16001);
    ck_assert_double_eq_tol(amplitude(&resampled, 1000), 0.5, 2e-3);
    ck_assert_double_lt(amplitude(&resampled, 1500), 1e-3);
    audio_free(&audio);
    audio_free(&resampled);
    if (rate > 22050) {
        audio = (struct audio){make_tone(11000, rate, rate), rate, rate};
        ck_assert_int_eq(audio_resample(&audio, 16000, &resampled, &failure), 0);
        ck_assert_double_lt(amplitude(&resampled, 5000), 1e-3); /* where it would fold to */
        audio_free(&audio);
        audio_free(&resampled);
    }
}
END_TEST

START_TEST(refuses_rates_out_of_reach) {
    struct audio audio = {make_tone(1, 100, 10), 100, 10}, resampled;
    struct failure failure;
    ck_assert_int_ne(audio_resample(&audio, 16000, &resampled, &failure), 0);
    audio_free(&audio);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("audio");
    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(files, setup, teardown);
    tcase_add_test(files, reads_flac_and_wav);
    tcase_add_test(files, averages_channels);
    tcase_add_test(files, refuses_endless_recordings);
    tcase_add_test(files, refuses_rates_and_channels_that_no_recording_has);
    tcase_add_test(files, a_pipe_is_not_waited_for);
    tcase_add_test(files, says_what_is_wrong_with_a_file);
    tcase_add_test(files, notices_a_file_that_was_cut_off);
    suite_add_tcase(suite, files);
    TCase *rates = tcase_create("rates");
    tcase_add_loop_test(rates, resamples, 0, 4);
    tcase_add_test(rates, refuses_rates_out_of_reach);
    suite_add_tcase(suite, rates);
    return run_suite(suite);
}
