/*
 * What a training step and a streamed frame take from C, for overhead.py: prints both in microseconds, each the least
 * of many, with one thread, of the network 40-HIDDEN-20 and batches of BATCH samples of STEPS steps.
 *
 *     overhead HIDDEN BATCH STEPS
 */
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BATCH = 64, STEPS = 80, INPUTS = 40, CLASSES = 20, REPEATS = 20, FRAMES = 4000 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1e6 * (double)time.tv_sec + 1e-3 * (double)time.tv_nsec;
}

static int measure_steps(snnd_trainer *trainer, const float *input, const int32_t *label, int32_t batch, int32_t steps,
                         double *least) {
    int failed = 0;
    for (int k = 0; k < REPEATS && !failed; k++) {
        const double begin = now();
        failed = snnd_trainer_step(trainer, input, label, batch, steps, NULL);
        const double taken = now() - begin;
        *least = k == 0 || taken < *least ? taken : *least;
    }
    return failed;
}

static int measure_frames(snnd_stream *stream, const float *input, double *least) {
    float potentials[CLASSES], scores[CLASSES];
    int failed = 0;
    for (int k = 0; k < FRAMES && !failed; k++) {
        const double begin = now();
        failed = snnd_stream_push(stream, input + (size_t)(k % (BATCH * STEPS)) * INPUTS, potentials, scores);
        const double taken = now() - begin;
        *least = k == 0 || taken < *least ? taken : *least;
    }
    return failed;
}

int main(int argc, char **argv) {
    const int hidden = argc == 4 ? atoi(argv[1]) : 0, batch = argc == 4 ? atoi(argv[2]) : 0;
    const int steps = argc == 4 ? atoi(argv[3]) : 0;
    if (hidden < 1 || batch < 1 || batch > BATCH || steps < 1 || steps > STEPS) {
        fprintf(stderr, "Usage: overhead HIDDEN BATCH STEPS, up to %d samples of %d steps\n", BATCH, STEPS);
        return 2;
    }
    static float input[BATCH * STEPS * INPUTS];
    static int32_t label[BATCH];
    double step = 0, frame = 0;
    for (int i = 0; i < BATCH * STEPS * INPUTS; i++)
        input[i] = (float)snnd_random_uniform(1, 0, (uint64_t)i);
    for (int n = 0; n < BATCH; n++)
        label[n] = n % CLASSES;
    snnd_context_options options;
    snnd_trainer_options training;
    snnd_context *context = NULL;
    snnd_network *net = NULL;
    snnd_trainer *trainer = NULL;
    snnd_plan *plan = NULL;
    snnd_stream *stream = NULL;
    snnd_context_options_init(&options, sizeof options);
    options.threads = 1;
    snnd_trainer_options_init(&training, sizeof training);
    training.batch = batch;
    int failed = snnd_context_create(&options, &context) || snnd_network_create(context, INPUTS, &net) ||
                 snnd_network_add_delays(net, hidden, NULL, NULL) || snnd_network_add_batch_norm(net, NULL, NULL) ||
                 snnd_network_add_lif(net, NULL, NULL) || snnd_network_add_delays(net, CLASSES, NULL, NULL) ||
                 snnd_network_add_leaky_integrator(net, NULL, NULL) || snnd_trainer_create(net, &training, &trainer) ||
                 measure_steps(trainer, input, label, batch, steps, &step) || snnd_plan_create(net, &plan) ||
                 snnd_stream_create(plan, NULL, &stream) || measure_frames(stream, input, &frame);
    if (failed)
        printf("failed: %s\n", snnd_context_last_error(context));
    else
        printf("%.1f %.2f\n", step, frame);
    snnd_stream_free(stream);
    snnd_plan_free(plan);
    snnd_trainer_free(trainer);
    snnd_network_free(net);
    snnd_context_free(context);
    return failed || fflush(stdout) != 0;
}
