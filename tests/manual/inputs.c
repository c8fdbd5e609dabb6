/* Makes the files that the manual's examples read, in the folder where it runs. */
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>

enum { SAMPLES = 24, STEPS = 20, CHANNELS = 40, CLASSES = 20, HIDDEN = 256 };

static snnd_context *context;

static void must(snnd_status status) {
    if (status != SNND_OK) {
        fprintf(stderr, "inputs: %s\n", snnd_context_last_error(context));
        exit(1);
    }
}

static void save_numbers(const char *path, snnd_array array) {
    must(snnd_array_save_npy(context, &array, path));
}

/* A network of the paper's kind. */
static void save_network(const char *path, uint64_t seed) {
    snnd_network *net;
    must(snnd_network_create(context, CHANNELS, &net));
    must(snnd_network_add_delays(net, HIDDEN, NULL, NULL));
    must(snnd_network_add_batch_norm(net, NULL, NULL));
    must(snnd_network_add_lif(net, NULL, NULL));
    must(snnd_network_add_delays(net, CLASSES, NULL, NULL));
    must(snnd_network_add_leaky_integrator(net, NULL, NULL));
    must(snnd_network_initialize(net, seed));
    must(snnd_network_save(net, path));
    snnd_network_free(net);
}

int main(void) {
    static float input[SAMPLES * STEPS * CHANNELS], weight[HIDDEN * CHANNELS];
    int32_t label[SAMPLES], length[SAMPLES];
    for (int i = 0; i < SAMPLES * STEPS * CHANNELS; i++)
        input[i] = (float)snnd_random_uniform(1, 1, (uint64_t)i);
    for (int i = 0; i < HIDDEN * CHANNELS; i++)
        weight[i] = (float)snnd_random_uniform(1, 2, (uint64_t)i);
    for (int i = 0; i < SAMPLES; i++)
        label[i] = i % CLASSES, length[i] = 1 + i % STEPS;
    must(snnd_context_create(NULL, &context));
    save_numbers("x.npy", (snnd_array){input, SNND_FLOAT32, 3, {SAMPLES, STEPS, CHANNELS, 1}});
    save_numbers("y.npy", (snnd_array){label, SNND_INT32, 1, {SAMPLES, 1, 1, 1}});
    save_numbers("lengths.npy", (snnd_array){length, SNND_INT32, 1, {SAMPLES, 1, 1, 1}});
    save_numbers("w0.npy", (snnd_array){weight, SNND_FLOAT32, 3, {HIDDEN, CHANNELS, 1, 1}});
    save_network("initial.safetensors", 1);
    save_network("dense.safetensors", 2);
    save_network("model.safetensors", 3);
    snnd_context_free(context);
    return 0;
}
