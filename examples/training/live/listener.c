/*
 * Words: each frame is a step of the network when it arrives, and frames after SPECTROGRAM_STEPS are ignored.
 *
 * Digits: decibels are relative to the loudest cell of the recording, and a recording of more than MEL_STEPS frames is
 * cut to those with the most power. Neither is known before its end. So the frames of an utterance are stored. When a
 * louder cell arrives, or other frames are chosen, the network processes them again from the first, within the same 10
 * ms. At the end it has processed the same input as for the whole utterance.
 */
#include "training/live/listener.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/mel.h"
#include "gsc/spectrogram.h"
#include "rawhd/data.h"

static int stream_failure(const struct listener *listener, struct failure *failure) {
    return failed(failure, "%s", snnd_stream_last_error(listener->stream));
}

/* Loads the network, creates a plan, and frees the network. */
static int load_plan(snnd_context *context, const char *model, snnd_plan **plan, struct failure *failure) {
    snnd_network *network = NULL;
    snnd_status status = snnd_network_load(context, model, &network);
    if (status == SNND_OK)
        status = snnd_plan_create(network, plan);
    snnd_network_free(network);
    return status == SNND_OK ? 0 : failed(failure, "%s", snnd_context_last_error(context));
}

/* The network must have as many inputs as the front end, and as many outputs as its classes, if it has names. */
static int check_plan(const char *model, const struct listener *listener, struct failure *failure) {
    const int channels = listener->hearing->kind == HEARING_WORDS ? SPECTROGRAM_CHANNELS : MEL_CHANNELS;
    const int inputs = (int)snnd_plan_inputs(listener->plan), outputs = (int)snnd_plan_outputs(listener->plan);
    int words = 0;
    if (inputs != channels)
        return failed(failure, "%s: has %d inputs; expected %d, the Mel channels", model, inputs, channels);
    for (char **word = listener->hearing->word; word != NULL && *word != NULL; word++)
        words++;
    return words == 0 || words == outputs
               ? 0
               : failed(failure, "%s: has %d outputs; expected %d, the words", model, outputs, words);
}

int listener_open(snnd_context *context, const char *model, const struct hearing *hearing, struct listener *listener,
                  struct failure *failure) {
    *listener = (struct listener){.hearing = hearing};
    if (load_plan(context, model, &listener->plan, failure) != 0 || check_plan(model, listener, failure) != 0)
        return -1;
    listener->classes = snnd_plan_outputs(listener->plan);
    listener->scores = allocate((size_t)listener->classes, sizeof *listener->scores);
    return snnd_stream_create(listener->plan, NULL, &listener->stream) == SNND_OK
               ? 0
               : failed(failure, "%s", snnd_context_last_error(context));
}

void listener_close(struct listener *listener) {
    snnd_stream_free(listener->stream);
    snnd_plan_free(listener->plan);
    free(listener->scores);
    memset(listener, 0, sizeof *listener);
}

static int begin_again(struct listener *listener, struct failure *failure) {
    listener->steps = 0;
    return snnd_stream_reset(listener->stream) == SNND_OK ? 0 : stream_failure(listener, failure);
}

int listener_begin(struct listener *listener, struct failure *failure) {
    mel_window_clear(&listener->window);
    listener->heard = 0;
    return begin_again(listener, failure);
}

static int push(struct listener *listener, const float *input, struct failure *failure) {
    if (snnd_stream_push(listener->stream, input, NULL, listener->scores) != SNND_OK)
        return stream_failure(listener, failure);
    listener->steps++;
    listener->pushed++;
    return 0;
}

/* Processes the new steps of digits up to `end`. */
static int hear(struct listener *listener, int end, struct failure *failure) {
    const struct spectrogram_scale *scale = &listener->hearing->digits.scale;
    float cells[MEL_CELLS];
    const int first = listener->steps, count = (end - first) * MEL_CHANNELS;
    mel_window_decibels(&listener->window, first, end, cells);
    mel_scale(cells, count, scale->low, scale->high);
    data_multiply(cells, (size_t)count);
    while (listener->steps < end)
        if (push(listener, cells + (listener->steps - first) * MEL_CHANNELS, failure) != 0)
            return -1;
    return 0;
}

/* Processes a step of words. */
static int hear_word(struct listener *listener, const double *power, struct failure *failure) {
    float input[SPECTROGRAM_CHANNELS];
    for (int m = 0; m < SPECTROGRAM_CHANNELS; m++) {
        const uint8_t cell = spectrogram_cell(power[m]);
        input[m] = (float)(cell * SPECTROGRAM_SCALE);
        listener->heard |= cell > 0;
    }
    return push(listener, input, failure);
}

int listener_add(struct listener *listener, const double *power, struct failure *failure) {
    if (listener->hearing->kind == HEARING_WORDS)
        return listener->steps < SPECTROGRAM_STEPS ? hear_word(listener, power, failure) : 0;
    const enum mel_change change = mel_window_add(&listener->window, power);
    listener->heard = listener->window.loudest > 0;
    if (change == MEL_CHANGED && begin_again(listener, failure) != 0)
        return -1;
    return hear(listener, listener->window.count, failure);
}

int listener_end(struct listener *listener, struct failure *failure) {
    static const float silence[SPECTROGRAM_CHANNELS];
    int result = listener->hearing->kind == HEARING_DIGITS ? hear(listener, MEL_STEPS, failure) : 0;
    while (result == 0 && listener->steps < hearing_steps(listener->hearing))
        result = push(listener, silence, failure);
    return result;
}

int listener_best(const struct listener *listener, double *probability) {
    double sum = 0;
    int best = 0;
    for (int c = 1; c < listener->classes; c++)
        if (listener->scores[c] > listener->scores[best])
            best = c;
    for (int c = 0; c < listener->classes; c++)
        sum += exp((double)listener->scores[c] - (double)listener->scores[best]);
    *probability = 1 / sum;
    return best;
}
