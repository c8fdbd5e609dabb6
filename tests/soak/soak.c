/*
 * A long day of streams:
 *
 *     soak [FRAMES]      360,000 by default, an hour at 100 frames a second; a day has 8,640,000
 *
 * A small network takes all frames in one stream, and as one sample in a batch: potentials must be the same to the last
 * bit from the first to the last, and so must the scores. The paper's network then takes as many, for which nothing may
 * be allocated, nor may the process have grown by a megabyte. A day takes about 7 GB, for the batch.
 */
#include <snndelay.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static snnd_context *context;
static int64_t allocated; /* blocks, so far */

static void *allocate(void *user, size_t bytes, size_t alignment) {
    (void)user;
    allocated++;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void release(void *user, void *memory) {
    (void)user;
    free(memory);
}

static void check(snnd_status status, const char *what) {
    if (status == SNND_OK)
        return;
    fprintf(stderr, "soak: %s: %s (%s)\n", what, snnd_status_string(status), snnd_context_last_error(context));
    exit(1);
}

static void fail(const char *what, int64_t frame) {
    fprintf(stderr, "soak: %s, frame %lld\n", what, (long long)frame);
    exit(1);
}

static snnd_network *make_network(int32_t inputs, int32_t hidden, int32_t classes) {
    snnd_network *network;
    check(snnd_network_create(context, inputs, &network), "network");
    check(snnd_network_add_delays(network, hidden, NULL, NULL), "delays");
    check(snnd_network_add_batch_norm(network, NULL, NULL), "batch norm");
    check(snnd_network_add_lif(network, NULL, NULL), "LIF");
    check(snnd_network_add_delays(network, classes, NULL, NULL), "delays");
    check(snnd_network_add_leaky_integrator(network, NULL, NULL), "leaky integrator");
    check(snnd_network_initialize(network, 3), "parameters");
    return network;
}

/* Something that is heard for three of every ten seconds. */
static float sound(int64_t frame, int32_t channel) {
    return frame % 1000 < 300 ? (float)(3 * snnd_random_uniform(1, (uint64_t)channel, (uint64_t)frame)) : 0;
}

static snnd_stream *begin_stream(const snnd_network *network, snnd_plan **plan) {
    snnd_stream *stream;
    check(snnd_plan_create(network, plan), "plan");
    check(snnd_stream_create(*plan, NULL, &stream), "stream");
    return stream;
}

/* ---- as a batch ---- */

enum { FEW_INPUTS = 2, FEW_HIDDEN = 4, FEW_CLASSES = 2 };

static void stay_with_batch(int32_t frames) {
    snnd_network *network = make_network(FEW_INPUTS, FEW_HIDDEN, FEW_CLASSES);
    float *input = malloc((size_t)frames * FEW_INPUTS * sizeof *input);
    float *batch = malloc((size_t)frames * FEW_CLASSES * sizeof *batch);
    if (input == NULL || batch == NULL)
        fail("no memory", 0);
    for (int64_t k = 0; k < (int64_t)frames * FEW_INPUTS; k++)
        input[k] = sound(k / FEW_INPUTS, (int32_t)(k % FEW_INPUTS));
    snnd_workspace *workspace;
    float scores[FEW_CLASSES], got[FEW_CLASSES], score[FEW_CLASSES] = {0};
    check(snnd_workspace_create(network, 1, frames, 0, &workspace), "workspace");
    check(snnd_workspace_forward(workspace, SNND_EVALUATE, input, 1), "forward");
    check(snnd_workspace_record(workspace, snnd_network_layer(network, 4), SNND_RECORD_OUTPUT, batch), "record");
    check(snnd_workspace_scores(workspace, SNND_READOUT_SOFTMAX_SUM, scores), "scores");
    const double rate = snnd_workspace_spike_rate(workspace);
    snnd_workspace_free(workspace);
    snnd_plan *plan;
    snnd_stream *stream = begin_stream(network, &plan);
    for (int64_t t = 0; t < frames; t++) {
        if (snnd_stream_push(stream, input + t * FEW_INPUTS, got, score) != SNND_OK)
            fail(snnd_stream_last_error(stream), t);
        if (memcmp(got, batch + t * FEW_CLASSES, sizeof got) != 0)
            fail("potentials are not those of the batch", t);
    }
    if (memcmp(score, scores, sizeof score) != 0)
        fail("scores are not those of the batch", frames);
    if (!(rate > 0.001))
        fail("there are hardly any spikes", frames);
    printf("%d frames as in a batch to the last bit, %.1f %% spikes, scores %.3f and %.3f\n", frames, 100 * rate,
           (double)scores[0], (double)scores[1]);
    snnd_stream_free(stream);
    snnd_plan_free(plan);
    snnd_network_free(network);
    free(input);
    free(batch);
}

/* ---- memory ---- */

/* Resident now, in kilobytes. */
static long resident(void) {
    long pages = 0, size;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        if (fscanf(file, "%ld %ld", &size, &pages) != 2)
            pages = 0;
        fclose(file);
    }
    return pages * 4;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void stay_the_same_size(int32_t frames) {
    enum { INPUTS = 40, CLASSES = 20, PERIOD = 8000 };
    snnd_network *network = make_network(INPUTS, 256, CLASSES);
    static float input[PERIOD][INPUTS];
    for (int64_t t = 0; t < PERIOD; t++)
        for (int32_t i = 0; i < INPUTS; i++)
            input[t][i] = sound(t, i);
    snnd_plan *plan;
    snnd_stream *stream = begin_stream(network, &plan);
    float scores[CLASSES];
    long before = 0;
    const int64_t at_first = allocated;
    const double begun = seconds();
    for (int64_t t = 0; t < frames; t++) {
        if (snnd_stream_push(stream, input[t % PERIOD], NULL, scores) != SNND_OK)
            fail(snnd_stream_last_error(stream), t);
        if (t == 1000)
            before = resident();
    }
    const long after = resident();
    if (allocated != at_first || after > before + 1024)
        fail("the process has grown", frames);
    double sum = 0;
    for (int c = 0; c < CLASSES; c++)
        sum += (double)scores[c];
    /* Each frame adds shares that sum to 1. */
    if (!(sum > frames * (1 - 1e-6) && sum < frames * (1 + 1e-6)))
        fail("scores have drifted", frames);
    printf("%d frames of the paper's network, %.2f us each: %ld kB at the end, %ld near the beginning\n", frames,
           1e6 * (seconds() - begun) / frames, after, before);
    snnd_stream_free(stream);
    snnd_plan_free(plan);
    snnd_network_free(network);
}

int main(int count, char **arguments) {
    const long frames = count > 1 ? strtol(arguments[1], NULL, 10) : 360000;
    if (frames < 2000 || frames > 100000000) {
        fprintf(stderr, "soak: expected 2,000 to 100,000,000 frames\n");
        return 2;
    }
    snnd_context_options options;
    snnd_context_options_init(&options, sizeof options);
    options.threads = 1;
    options.allocate = allocate;
    options.release = release;
    check(snnd_context_create(&options, &context), "context");
    stay_the_same_size((int32_t)frames);
    stay_with_batch((int32_t)frames);
    snnd_context_free(context);
    return 0;
}
