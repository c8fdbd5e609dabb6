/*
 * For step n of a recording x, resampled to 16 kHz, and channel m:
 *
 *     X_n[k]  = DFT of hann[i] x[160 n + i], i = 0..511
 *     P[n, m] = sum_k filter_m(k) |X_n[k]|^2                    (triangles with peak 1, evenly spaced in Mel)
 *     L[n, m] = max(10 log10(P[n, m] / max P), -R)              (independent of the recording's loudness)
 *
 * Of more than 80 whole frames the 80 with the most power are used, so that a long silence before the word does not
 * displace it; silence (-R) follows fewer frames. Over a data set, cells are then scaled to (L - low) / (high - low),
 * with low and high the extremes of the training set.
 *
 * P needs only the frame of a recording (mel_stream.h). The choice of frames and max P need the whole recording, and
 * are updated with each frame (mel_window.h), so that they are also available for a recording that is still arriving.
 */
#include "audio/mel.h"

#include <math.h>

#include "audio/mel_stream.h"

static int add_frame(void *user, const double *power, struct failure *failure) {
    (void)failure;
    mel_window_add(user, power);
    return 0;
}

/* All frames of a recording. */
static int fill_window(struct mel *mel, const struct audio *audio, struct mel_window *window, int64_t *samples,
                       struct failure *failure) {
    struct mel_stream *stream = mel_stream_new(mel, audio->rate, add_frame, window, failure);
    if (stream == NULL)
        return -1;
    int result = mel_stream_push(stream, audio->samples, audio->count, failure);
    if (result == 0)
        result = mel_stream_end(stream, failure);
    *samples = mel_stream_samples(stream);
    mel_stream_free(stream);
    return result;
}

enum problem mel_spectrogram(struct mel *mel, const struct audio *audio, float *cells, struct failure *failure) {
    struct mel_window window;
    int64_t samples;
    mel_window_clear(&window);
    if (fill_window(mel, audio, &window, &samples, failure) != 0)
        return PROBLEM_CORRUPT;
    if (window.count == 0) {
        failed(failure, "it lasts %lld ms; expected at least the %d ms of a frame",
               (long long)(samples * 1000 / MEL_RATE), SPECTRUM_POINTS * 1000 / MEL_RATE);
        return PROBLEM_SHORT;
    }
    if (!(window.loudest > 0) || !isfinite(window.loudest)) {
        failed(failure, "it has no sound in the range of the filters");
        return PROBLEM_SILENT;
    }
    mel_window_decibels(&window, 0, MEL_STEPS, cells);
    return PROBLEM_NONE;
}

void mel_scale(float *cells, long long count, double low, double high) {
    double range = high > low ? high - low : 1.0;
    for (long long i = 0; i < count; i++)
        cells[i] = (float)fmin(fmax(((double)cells[i] - low) / range, 0.0), 1.0);
}
