/*
 * What exported C makes of a test set, beside the stream: agreement MODEL.safetensors X.npy Y.npy SCALE prints the
 * accuracy of the stream, the float C and the fixed-point C, and how many samples both of the C have in the stream's
 * class. It is compiled with one network's C, exported as `net_float` and `net_fixed`: see agreement.sh.
 */
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>

#include "net_fixed.h"
#include "net_float.h"

enum { STREAM, FLOAT, FIXED, KINDS };

static const char *const words[KINDS] = {"stream", "float C", "fixed-point C"};

static int32_t class_by_stream(snnd_stream *stream, const float *input, int32_t steps) {
    float scores[NET_FLOAT_OUTPUTS];
    snnd_stream_reset(stream);
    for (int32_t t = 0; t < steps; t++)
        if (snnd_stream_push(stream, input + (size_t)t * NET_FLOAT_INPUTS, NULL, scores) != SNND_OK) {
            fprintf(stderr, "agreement: %s\n", snnd_stream_last_error(stream));
            exit(1);
        }
    int32_t best = 0;
    for (int32_t c = 1; c < NET_FLOAT_OUTPUTS; c++)
        best = scores[c] > scores[best] ? c : best;
    return best;
}

static int32_t class_by_float(const float *input, int32_t steps) {
    static net_float_state state;
    net_float_reset(&state);
    for (int32_t t = 0; t < steps; t++)
        net_float_step(&state, input + (size_t)t * NET_FLOAT_INPUTS, NULL);
    return net_float_class(&state);
}

/* As a device would make its inputs. */
static int16_t round_input(float x) {
    const float scaled = x * NET_FIXED_INPUT_SCALE;
    if (scaled >= NET_FIXED_INPUT_LIMIT)
        return NET_FIXED_INPUT_LIMIT;
    if (scaled <= -NET_FIXED_INPUT_LIMIT)
        return -NET_FIXED_INPUT_LIMIT;
    return (int16_t)(scaled < 0 ? scaled - 0.5f : scaled + 0.5f);
}

static int32_t class_by_fixed(const float *input, int32_t steps) {
    static net_fixed_state state;
    net_fixed_reset(&state);
    for (int32_t t = 0; t < steps; t++) {
        int16_t frame[NET_FIXED_INPUTS];
        for (int32_t i = 0; i < NET_FIXED_INPUTS; i++)
            frame[i] = round_input(input[(size_t)t * NET_FIXED_INPUTS + (size_t)i]);
        net_fixed_step(&state, frame, NULL);
    }
    return net_fixed_class(&state);
}

static void compare(snnd_stream *stream, const snnd_dataset *data) {
    const int64_t samples = snnd_dataset_samples(data);
    const int32_t steps = snnd_dataset_steps(data);
    int64_t right[KINDS] = {0}, same[KINDS] = {0};
    for (int64_t n = 0; n < samples; n++) {
        const float *input;
        int32_t label;
        snnd_dataset_sample(data, n, &input, &label);
        const int32_t found[KINDS] = {class_by_stream(stream, input, steps), class_by_float(input, steps),
                                      class_by_fixed(input, steps)};
        for (int k = 0; k < KINDS; k++) {
            right[k] += found[k] == label;
            same[k] += found[k] == found[STREAM];
        }
    }
    printf("%lld samples\n", (long long)samples);
    for (int k = 0; k < KINDS; k++)
        printf("%-14s %6.2f %% right, %6.2f %% in the stream's class\n", words[k],
               100 * (double)right[k] / (double)samples, 100 * (double)same[k] / (double)samples);
}

int main(int argc, char **argv) {
    snnd_context *context = NULL;
    snnd_network *network = NULL;
    snnd_plan *plan = NULL;
    snnd_stream *stream = NULL;
    snnd_dataset *data = NULL;
    if (argc != 5) {
        fprintf(stderr, "Usage: agreement MODEL.safetensors X.npy Y.npy SCALE\n");
        return 2;
    }
    snnd_status status = snnd_context_create(NULL, &context);
    if (status == SNND_OK)
        status = snnd_network_load(context, argv[1], &network);
    if (status == SNND_OK)
        status = snnd_plan_create(network, &plan);
    if (status == SNND_OK)
        status = snnd_stream_create(plan, NULL, &stream);
    if (status == SNND_OK)
        status = snnd_dataset_load_npy(context, argv[2], argv[3], strtod(argv[4], NULL), &data);
    if (status == SNND_OK &&
        (snnd_dataset_channels(data) != NET_FLOAT_INPUTS || snnd_plan_inputs(plan) != NET_FLOAT_INPUTS ||
         snnd_plan_outputs(plan) != NET_FLOAT_OUTPUTS))
        fprintf(stderr, "agreement: compiled for %d inputs and %d outputs\n", NET_FLOAT_INPUTS, NET_FLOAT_OUTPUTS);
    else if (status == SNND_OK)
        compare(stream, data);
    else
        fprintf(stderr, "agreement: %s\n", snnd_context_last_error(context));
    snnd_dataset_free(data);
    snnd_stream_free(stream);
    snnd_plan_free(plan);
    snnd_network_free(network);
    snnd_context_free(context);
    return status != SNND_OK;
}
