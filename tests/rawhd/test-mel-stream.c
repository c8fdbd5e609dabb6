/* Sound in pieces gives what the whole gives, bit for bit. */
#include <math.h>
#include <snndelay.h>
#include <stdlib.h>
#include <string.h>

#include "audio/mel.h"
#include "audio/mel_stream.h"
#include "audio/resample.h"
#include "support.h"

enum { SEED = 17 };

static const int rates[] = {8000, 16000, 44100, 48000};

enum { RATES = sizeof rates / sizeof *rates };

struct frames {
    double (*power)[MEL_CHANNELS];
    int count;
};

static int take(void *user, const double power[MEL_CHANNELS], struct failure *failure) {
    struct frames *frames = user;
    (void)failure;
    frames->power = reallocate(frames->power, (size_t)frames->count + 1, sizeof *frames->power);
    memcpy(frames->power[frames->count++], power, sizeof *frames->power);
    return 0;
}

/* Noise that gets louder and softer. */
static struct audio make_noise(int rate, double seconds, uint64_t stream) {
    struct audio audio = {NULL, llround(seconds * rate), rate};
    audio.samples = allocate((size_t)audio.count, sizeof(float));
    for (int64_t t = 0; t < audio.count; t++) {
        const double swell = 0.5 - 0.5 * cos(9.0 * (double)t / rate);
        audio.samples[t] = (float)(swell * (snnd_random_uniform(SEED, stream, (uint64_t)t) - 0.5));
    }
    return audio;
}

/* Frames of a recording in pieces of 0 to `most` samples, or whole where `most` is 0. */
static struct frames stream_frames(struct mel *mel, const struct audio *audio, int64_t most) {
    struct frames frames = {NULL, 0};
    struct failure failure;
    struct mel_stream *stream = mel_stream_new(mel, audio->rate, take, &frames, &failure);
    ck_assert_ptr_nonnull(stream);
    uint64_t piece = 0;
    for (int64_t done = 0; done < audio->count;) {
        int64_t some =
            most == 0 ? audio->count : (int64_t)((double)(most + 1) * snnd_random_uniform(SEED, 99, piece++));
        some = some < audio->count - done ? some : audio->count - done;
        ck_assert_int_eq(mel_stream_push(stream, audio->samples + done, some, &failure), 0);
        done += some;
    }
    ck_assert_int_eq(mel_stream_end(stream, &failure), 0);
    mel_stream_free(stream);
    return frames;
}

/* Frames as the definition has them: the whole is resampled, then cut. */
static struct frames cut_frames(struct mel *mel, const struct audio *audio) {
    struct frames frames = {NULL, 0};
    struct audio resampled = *audio;
    struct failure failure;
    double power[MEL_CHANNELS];
    if (audio->rate != MEL_RATE)
        ck_assert_int_eq(audio_resample(audio, MEL_RATE, &resampled, &failure), 0);
    for (int64_t t = 0; t + SPECTRUM_POINTS <= resampled.count; t += MEL_HOP) {
        mel_power(mel, resampled.samples + t, power);
        take(&frames, power, &failure);
    }
    if (audio->rate != MEL_RATE)
        audio_free(&resampled);
    return frames;
}

static void assert_same_frames(const struct frames *got, const struct frames *expected, int rate, int64_t most) {
    ck_assert_int_eq(got->count, expected->count);
    for (int n = 0; n < got->count; n++)
        ck_assert_msg(memcmp(got->power[n], expected->power[n], sizeof got->power[n]) == 0,
                      "frame %d at %d Hz in pieces of up to %lld samples", n, rate, (long long)most);
}

START_TEST(pieces_do_not_matter) {
    static const int64_t most[] = {0, 1, 7, 160, 511, 4000, 30000};
    struct mel *mel = mel_new(rates[_i]);
    for (uint64_t trial = 0; trial < 3; trial++) {
        struct audio audio = make_noise(rates[_i], 0.4 + 0.57 * (double)trial, trial);
        struct frames expected = cut_frames(mel, &audio);
        ck_assert_int_gt(expected.count, 30);
        for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
            struct frames got = stream_frames(mel, &audio, most[i]);
            assert_same_frames(&got, &expected, rates[_i], most[i]);
            free(got.power);
        }
        free(expected.power);
        audio_free(&audio);
    }
    mel_free(mel);
}
END_TEST

/* What comes out of the resampler lags behind by less than 15 ms, at any time. */
START_TEST(resampling_in_pieces_does_not_fall_behind) {
    struct audio audio = make_noise(rates[_i], 0.5, 4), out = {NULL, 0, MEL_RATE}, whole;
    struct failure failure;
    struct resampler *resampler = resampler_new(audio.rate, MEL_RATE, &failure);
    const int64_t some = audio.rate / 333;
    for (int64_t done = 0; done < audio.count; done += some) {
        const int is_end = done + some >= audio.count;
        ck_assert_int_eq(resampler_push(resampler, audio.samples + done, is_end ? audio.count - done : some, is_end,
                                        audio_append, &out, &failure),
                         0);
        const double heard = (double)(done + some) * MEL_RATE / audio.rate;
        ck_assert_double_gt((double)out.count, heard - 0.015 * MEL_RATE);
    }
    ck_assert_int_eq(audio_resample(&audio, MEL_RATE, &whole, &failure), 0);
    ck_assert_int_eq(out.count, whole.count);
    ck_assert_int_eq(memcmp(out.samples, whole.samples, (size_t)whole.count * sizeof(float)), 0);
    resampler_free(resampler);
    audio_free(&whole);
    audio_free(&out);
    audio_free(&audio);
}
END_TEST

static int stop_at_three(void *user, const double power[MEL_CHANNELS], struct failure *failure) {
    (void)power;
    return ++*(int *)user == 3 ? failed(failure, "enough") : 0;
}

START_TEST(a_taker_can_end_it) {
    struct mel *mel = mel_new(rates[_i]);
    struct audio audio = make_noise(rates[_i], 0.5, 5);
    struct failure failure = {""};
    int taken = 0;
    struct mel_stream *stream = mel_stream_new(mel, audio.rate, stop_at_three, &taken, &failure);
    ck_assert_int_eq(mel_stream_push(stream, audio.samples, audio.count, &failure), -1);
    ck_assert_str_eq(failure.text, "enough");
    ck_assert_int_eq(taken, 3);
    mel_stream_free(stream);
    audio_free(&audio);
    mel_free(mel);
}
END_TEST

START_TEST(a_rate_out_of_reach_is_refused) {
    struct mel *mel = mel_new(16000);
    struct failure failure = {""};
    int taken = 0;
    ck_assert_ptr_null(mel_stream_new(mel, 10, stop_at_three, &taken, &failure));
    ck_assert_ptr_nonnull(strstr(failure.text, "from 10 to 16000 Hz"));
    mel_free(mel);
}
END_TEST

/* ---- The window ---- */

static double sum_of(const struct frames *frames, int first) {
    double sum = 0;
    for (int n = first; n < first + MEL_STEPS; n++)
        for (int m = 0; m < MEL_CHANNELS; m++)
            sum += frames->power[n][m];
    return sum;
}

/* The frames from which on `count` frames would be cut. */
static int choose(const struct frames *frames, int count) {
    int best = 0;
    for (int n = 1; n + MEL_STEPS <= count; n++)
        if (sum_of(frames, n) > sum_of(frames, best))
            best = n;
    return best;
}

/* At any time the window is that of the recording so far, and says truly what has changed. */
START_TEST(the_window_is_right_after_every_frame) {
    struct mel *mel = mel_new(16000);
    struct audio audio = make_noise(16000, 2.2, 6);
    struct frames frames = stream_frames(mel, &audio, 0);
    static struct mel_window window;
    float before[MEL_CELLS] = {0}, cells[MEL_CELLS];
    int changes[3] = {0};
    mel_window_clear(&window);
    for (int count = 1; count <= frames.count; count++) {
        const enum mel_change change = mel_window_add(&window, frames.power[count - 1]);
        const int first = choose(&frames, count), chosen = count < MEL_STEPS ? count : MEL_STEPS;
        changes[change]++;
        ck_assert_int_eq(window.count, chosen);
        ck_assert_int_eq(memcmp(window.power, frames.power[first], (size_t)chosen * sizeof *frames.power), 0);
        mel_window_decibels(&window, 0, MEL_STEPS, cells);
        const int kept = change == MEL_CHANGED ? 0 : change == MEL_APPENDED ? chosen - 1 : chosen;
        ck_assert_int_eq(memcmp(cells, before, (size_t)kept * MEL_CHANNELS * sizeof *cells), 0);
        memcpy(before, cells, sizeof cells);
    }
    ck_assert(changes[MEL_LEFT] > 10 && changes[MEL_APPENDED] > 10 && changes[MEL_CHANGED] > 10);
    float whole[MEL_CELLS];
    struct failure failure;
    ck_assert_int_eq(mel_spectrogram(mel, &audio, whole, &failure), PROBLEM_NONE);
    ck_assert_int_eq(memcmp(cells, whole, sizeof cells), 0);
    free(frames.power);
    audio_free(&audio);
    mel_free(mel);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("mel-stream");
    TCase *pieces = tcase_create("pieces"), *window = tcase_create("window");
    tcase_add_loop_test(pieces, pieces_do_not_matter, 0, RATES);
    tcase_add_loop_test(pieces, resampling_in_pieces_does_not_fall_behind, 0, RATES);
    tcase_add_loop_test(pieces, a_taker_can_end_it, 0, RATES);
    tcase_add_test(pieces, a_rate_out_of_reach_is_refused);
    suite_add_tcase(suite, pieces);
    tcase_add_test(window, the_window_is_right_after_every_frame);
    suite_add_tcase(suite, window);
    return run_suite(suite);
}
