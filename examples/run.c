/*
 * Runs a saved network frame by frame: reads numbers from standard input, as many a frame as the network has inputs,
 * and prints after each frame the class of the highest score so far, and the scores.
 *
 *     run MODEL.safetensors < frames.txt
 *
 * It needs nothing of the library but what -Dtraining=false leaves (doc/packaging.md).
 */
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>

/* Returns 1 for a frame, 0 at the end, and -1 for anything else. */
static int read_frame(float *frame, int32_t inputs) {
    for (int32_t i = 0; i < inputs; i++)
        if (scanf("%f", &frame[i]) != 1)
            return i == 0 && feof(stdin) ? 0 : -1;
    return 1;
}

/* Prints a line and flushes it, for programs that wait for it. */
static int print_scores(const float *score, int32_t classes) {
    int32_t best = 0;
    for (int32_t c = 1; c < classes; c++)
        best = score[c] > score[best] ? c : best;
    printf("%d", (int)best);
    for (int32_t c = 0; c < classes; c++)
        printf(" %.9g", (double)score[c]);
    putchar('\n');
    return fflush(stdout) == 0;
}

static int run(snnd_stream *stream, int32_t inputs, int32_t classes, float *frame, float *score) {
    int read;
    while ((read = read_frame(frame, inputs)) == 1) {
        if (snnd_stream_push(stream, frame, NULL, score) != SNND_OK) {
            fprintf(stderr, "run: %s\n", snnd_stream_last_error(stream));
            return 1;
        }
        if (!print_scores(score, classes)) {
            fprintf(stderr, "run: cannot write\n");
            return 1;
        }
    }
    if (read != 0)
        fprintf(stderr, "run: expected frames of %d numbers\n", (int)inputs);
    return read != 0;
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "Usage: run MODEL.safetensors < FRAMES\n");
        return 2;
    }
    snnd_context *context = NULL;
    snnd_network *net = NULL;
    snnd_plan *plan = NULL;
    snnd_stream *stream = NULL;
    int failed = snnd_context_create(NULL, &context) || snnd_network_load(context, arguments[1], &net) ||
                 snnd_plan_create(net, &plan);
    snnd_network_free(net); /* the plan is a copy */
    failed = failed || snnd_stream_create(plan, NULL, &stream);
    if (failed) {
        fprintf(stderr, "run: %s\n", snnd_context_last_error(context));
    } else {
        const int32_t inputs = snnd_plan_inputs(plan), classes = snnd_plan_outputs(plan);
        float *frame = malloc((size_t)inputs * sizeof *frame), *score = malloc((size_t)classes * sizeof *score);
        failed = frame == NULL || score == NULL || run(stream, inputs, classes, frame, score);
        free(score);
        free(frame);
    }
    snnd_stream_free(stream);
    snnd_plan_free(plan);
    snnd_context_free(context);
    return failed;
}
