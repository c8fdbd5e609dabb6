#include <math.h>
#include <signal.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audio/audio.h"
#include "support.h"

static char *folder;

static void setup(void) {
    folder = make_folder();
}

static void teardown(void) {
    drop_folder(folder);
}

static void write_bytes(const char *path, const char *bytes, size_t length) {
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
    fclose(file);
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
        write_bytes(path, bytes, length / 2);
        struct audio audio;
        struct failure failure;
        ck_assert_int_ne(audio_load(path, &audio, &failure), 0);
        ck_assert_int_eq(audio_rate(path), i == 0 ? 16000 : 0); /* who reads FLAC finds out at the end */
        free(path);
        free(bytes);
    }
}
END_TEST

/* ---- Headers that are wrong about lengths, and those that do not know them ---- */

enum { COUNT = 4000 };

/* Kinds of files, and where their headers have the size of all. */
static const struct form {
    const char *name;
    int format;
    int has_big_end;
    size_t all;
} forms[] = {
    {"tone.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 0, 4},
    {"tone.float.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 0, 4},
    {"tone.rifx.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16 | SF_ENDIAN_BIG, 1, 4},
    {"tone.ex.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 0, 4},
    {"tone.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 1, 4},
    {"tone.au", SF_FORMAT_AU | SF_FORMAT_PCM_16, 1, 8},
    {"tone.w64", SF_FORMAT_W64 | SF_FORMAT_PCM_16, 0, 0},
    {"tone.rf64", SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 0, 0},
    {"tone.caf", SF_FORMAT_CAF | SF_FORMAT_PCM_16, 1, 0},
};
enum { FORMS = sizeof forms / sizeof *forms };

/* The bytes of a tone of COUNT samples in such a file. */
static char *make_form(const struct form *form, size_t *length) {
    SF_INFO info = {.samplerate = 8000, .channels = 1, .format = form->format};
    float *tone = make_tone(440, COUNT, 8000);
    char *path = in_folder(folder, form->name);
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(sf_writef_float(file, tone, COUNT), COUNT);
    sf_close(file);
    free(path);
    free(tone);
    char *bytes = read_text(folder, form->name, length);
    ck_assert_ptr_nonnull(bytes);
    return bytes;
}

static size_t find_bytes(const char *bytes, size_t length, const char *word) {
    for (size_t i = 0; i + 4 <= length; i++)
        if (memcmp(bytes + i, word, 4) == 0)
            return i;
    ck_abort_msg("there is no '%s'", word);
}

static void set_size(char *bytes, size_t place, int has_big_end, uint32_t size) {
    for (int i = 0; i < 4; i++)
        bytes[place + (size_t)i] = (char)(size >> 8 * (has_big_end ? 3 - i : i));
}

/* What is in a file, or comes through a pipe: the number of samples, or -1 with a failure. */
static int64_t count_samples(struct audio_source *source, struct failure *failure) {
    static float samples[COUNT];
    int64_t sum = 0, got;
    if (source == NULL)
        return -1;
    while ((got = audio_read(source, samples, COUNT, failure)) > 0)
        sum += got;
    audio_close(source);
    return got < 0 ? got : sum;
}

static int64_t count_file(const char *bytes, size_t length, struct failure *failure) {
    char *path = in_folder(folder, "counted");
    write_bytes(path, bytes, length);
    const int64_t count = count_samples(audio_open(path, failure), failure);
    free(path);
    return count;
}

static int64_t count_pipe(const char *bytes, size_t length, struct failure *failure) {
    int end[2];
    ck_assert_int_eq(pipe(end), 0);
    const pid_t writer = fork();
    if (writer == 0) {
        signal(SIGPIPE, SIG_IGN);
        _exit(write(end[1], bytes, length) != (ssize_t)length);
    }
    close(end[1]);
    const int64_t count = count_samples(audio_open_descriptor(end[0], AUDIO_FILE, 0, failure), failure);
    close(end[0]);
    ck_assert_int_eq(waitpid(writer, NULL, 0), writer);
    return count;
}

START_TEST(a_file_that_is_shorter_than_it_says_is_refused) {
    struct failure failure = {""};
    size_t length;
    char *bytes = make_form(&forms[_i], &length);
    ck_assert_int_eq(count_file(bytes, length, &failure), COUNT);
    /* Of CAF libsndfile does not miss the last 12 bytes. */
    for (size_t missing = _i == FORMS - 1 ? 14 : 2; missing < 4000; missing *= 7) {
        ck_assert_int_eq(count_file(bytes, length - missing, &failure), -1);
        ck_assert_msg(strstr(failure.text, "is incomplete") != NULL, "%s: %s", forms[_i].name, failure.text);
    }
    free(bytes);
}
END_TEST

START_TEST(what_a_pipe_brings_is_whole_or_refused) {
    struct failure failure = {""};
    size_t length;
    char *bytes = make_form(&forms[_i], &length);
    const int64_t whole = count_pipe(bytes, length, &failure);
    if (whole < 0)
        ck_assert_msg(strstr(failure.text, "only be read from a file") != NULL, "%s", failure.text);
    else
        ck_assert_int_eq(whole, COUNT);
    ck_assert_int_eq(whole >= 0, _i < 6);
    ck_assert_int_eq(count_pipe(bytes, length - 1000, &failure), -1);
    if (whole >= 0)
        ck_assert_msg(strstr(failure.text, "of 4000 samples") != NULL, "%s", failure.text);
    free(bytes);
}
END_TEST

/* 0 for the samples alone or for all, and what recorders and converters write to pipes. */
START_TEST(sound_of_unknown_length_is_read_to_its_end) {
    static const uint32_t unknown[] = {0, 0xffffffff, 0x7ffff000, 0x80000000, 0x7fffffff};
    struct failure failure = {""};
    for (size_t k = 0; k < sizeof unknown / sizeof *unknown; k++)
        for (int i = 0; i < 5; i++) {
            size_t length;
            char *bytes = make_form(&forms[i], &length);
            const size_t data = find_bytes(bytes, length, i == 4 ? "SSND" : "data") + 4;
            if (k > 0 || _i == 0)
                set_size(bytes, forms[i].all, forms[i].has_big_end, unknown[k]);
            set_size(bytes, data, forms[i].has_big_end, unknown[k]);
            ck_assert_msg(count_file(bytes, length, &failure) == COUNT, "%s of size %u: %s", forms[i].name,
                          (unsigned)unknown[k], failure.text);
            ck_assert_msg(count_pipe(bytes, length, &failure) == COUNT, "%s of size %u, from a pipe: %s", forms[i].name,
                          (unsigned)unknown[k], failure.text);
            free(bytes);
        }
}
END_TEST

START_TEST(samples_of_unknown_length_are_the_same) {
    size_t length;
    struct audio audio, whole;
    struct failure failure;
    for (int i = 0; i < 4; i++) {
        char *bytes = make_form(&forms[i], &length), *path = in_folder(folder, forms[i].name);
        ck_assert_int_eq(audio_load(path, &whole, &failure), 0);
        set_size(bytes, 4, forms[i].has_big_end, 0);
        set_size(bytes, find_bytes(bytes, length, "data") + 4, forms[i].has_big_end, 0);
        write_bytes(path, bytes, length);
        ck_assert_int_eq(audio_load(path, &audio, &failure), 0);
        ck_assert_int_eq(audio.count, COUNT);
        ck_assert_mem_eq(audio.samples, whole.samples, COUNT * sizeof(float));
        audio_free(&audio);
        audio_free(&whole);
        free(path);
        free(bytes);
    }
}
END_TEST

/* STREAMINFO begins at byte 8; its total of samples has 36 bits, the last of them at byte 25. */
START_TEST(flac_may_not_know_its_length) {
    struct audio audio, whole;
    struct failure failure;
    size_t length;
    write_tone(folder, "tone.flac", 440, 0.5, 8000);
    char *bytes = read_text(folder, "tone.flac", &length), *path = in_folder(folder, "tone.flac");
    ck_assert_int_eq(audio_load(path, &whole, &failure), 0);
    bytes[21] &= (char)0xf0;
    memset(bytes + 22, 0, 4);
    write_bytes(path, bytes, length);
    ck_assert_msg(audio_load(path, &audio, &failure) == 0, "%s", failure.text);
    ck_assert_int_eq(audio.count, whole.count);
    ck_assert_mem_eq(audio.samples, whole.samples, (size_t)whole.count * sizeof(float));
    audio_free(&audio);
    audio_free(&whole);
    free(path);
    free(bytes);
}
END_TEST

/* No samples, and behind them a chunk that is none. */
START_TEST(what_holds_no_samples_is_refused) {
    static const char empty[] = "RIFF\x2e\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\0\0\0\0"
                                "LIST\2\0\0\0ab";
    struct failure failure;
    ck_assert_int_eq(count_file(empty, sizeof empty - 1, &failure), -1);
    ck_assert_ptr_nonnull(strstr(failure.text, "holds no samples"));
    ck_assert_int_eq(count_file(empty, 44, &failure), -1);
    ck_assert_int_eq(count_pipe(empty, 44, &failure), -1);
    ck_assert_ptr_nonnull(strstr(failure.text, "holds no samples"));
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
    tcase_add_loop_test(files, a_file_that_is_shorter_than_it_says_is_refused, 0, FORMS);
    tcase_add_loop_test(files, what_a_pipe_brings_is_whole_or_refused, 0, FORMS);
    tcase_add_loop_test(files, sound_of_unknown_length_is_read_to_its_end, 0, 2);
    tcase_add_test(files, samples_of_unknown_length_are_the_same);
    tcase_add_test(files, flac_may_not_know_its_length);
    tcase_add_test(files, what_holds_no_samples_is_refused);
    suite_add_tcase(suite, files);
    TCase *rates = tcase_create("rates");
    tcase_add_loop_test(rates, resamples, 0, 4);
    tcase_add_test(rates, refuses_rates_out_of_reach);
    suite_add_tcase(suite, rates);
    return run_suite(suite);
}
