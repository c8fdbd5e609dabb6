/*
 * A network of the paper's size, 87.5 % sparse, not trained but with batch norm that has seen its inputs, and samples
 * for it: make-case FOLDER writes model.safetensors and x.npy there.
 */
#include <snndelay.h>
#include <stdio.h>
#include <string.h>

enum { INPUTS = 40, HIDDEN = 256, CLASSES = 20, STEPS = 80, SAMPLES = 2, PASSES = 40 };

static snnd_status make(snnd_context *context, snnd_network *network, snnd_sparsity **mask) {
    snnd_status status = snnd_network_add_delays(network, HIDDEN, NULL, NULL);
    if (status == SNND_OK)
        status = snnd_network_add_batch_norm(network, NULL, NULL);
    if (status == SNND_OK)
        status = snnd_network_add_lif(network, NULL, NULL);
    if (status == SNND_OK)
        status = snnd_network_add_delays(network, CLASSES, NULL, NULL);
    if (status == SNND_OK)
        status = snnd_network_add_leaky_integrator(network, NULL, NULL);
    if (status == SNND_OK)
        status = snnd_sparsity_create_fixed_mask(network, NULL, mask);
    (void)context;
    return status;
}

/* Passes until the running statistics are those of the input. */
static snnd_status settle(snnd_network *network, const float *input) {
    snnd_workspace *workspace = NULL;
    snnd_status status = snnd_workspace_create(network, SAMPLES, STEPS, 1, &workspace);
    for (int pass = 0; pass < PASSES && status == SNND_OK; pass++)
        status = snnd_workspace_forward(workspace, SNND_TRAIN, input, SAMPLES);
    snnd_workspace_free(workspace);
    return status;
}

int main(int argc, char **argv) {
    static float input[SAMPLES * STEPS * INPUTS];
    char model[4096], samples[4096];
    snnd_context *context = NULL;
    snnd_network *network = NULL;
    snnd_sparsity *mask = NULL;
    const snnd_array array = {
        .data = input, .dtype = SNND_FLOAT32, .dimensions = 3, .shape = {SAMPLES, STEPS, INPUTS, 1}};
    if (argc != 2 || strlen(argv[1]) > 4000) {
        fprintf(stderr, "Usage: make-case FOLDER\n");
        return 2;
    }
    snprintf(model, sizeof model, "%s/model.safetensors", argv[1]);
    snprintf(samples, sizeof samples, "%s/x.npy", argv[1]);
    for (uint64_t k = 0; k < SAMPLES * STEPS * INPUTS; k++)
        input[k] = (float)snnd_random_uniform(1, 0, k) < 0.3f ? 0 : (float)(20 * snnd_random_uniform(1, 1, k));
    snnd_status status = snnd_context_create(NULL, &context);
    if (status == SNND_OK)
        status = snnd_network_create(context, INPUTS, &network);
    if (status == SNND_OK)
        status = make(context, network, &mask);
    if (status == SNND_OK)
        status = settle(network, input);
    if (status == SNND_OK)
        status = snnd_network_save(network, model);
    if (status == SNND_OK)
        status = snnd_array_save_npy(context, &array, samples);
    if (status != SNND_OK)
        fprintf(stderr, "make-case: %s\n", snnd_context_last_error(context));
    snnd_sparsity_free(mask);
    snnd_network_free(network);
    snnd_context_free(context);
    return status != SNND_OK;
}
