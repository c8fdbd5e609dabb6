/*
 * Prints every synapse of a saved network as a table for other programs to draw: layer, output, input, weight and delay
 * in steps.
 *
 *     synapses MODEL.safetensors > synapses.tsv
 */
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>

static int print_layer(const snnd_layer *layer, int number) {
    snnd_delay_options options = {0};
    if (snnd_delay_options_init(&options, sizeof options) != SNND_OK ||
        snnd_layer_delay_options(layer, &options) != SNND_OK)
        return 0;
    const int64_t inputs = snnd_layer_inputs(layer), each = options.synapses_per_pair;
    const int64_t count = snnd_layer_outputs(layer) * inputs * each;
    float *weight = malloc((size_t)count * sizeof *weight);
    int32_t *delay = malloc((size_t)count * sizeof *delay);
    const int ok = weight != NULL && delay != NULL && snnd_layer_weights(layer, weight) == SNND_OK &&
                   snnd_layer_delays(layer, delay) == SNND_OK;
    for (int64_t s = 0; s < count && ok; s++)
        if (weight[s] != 0)
            printf("%d\t%lld\t%lld\t%.6g\t%d\n", number, (long long)(s / (inputs * each)),
                   (long long)(s / each % inputs), (double)weight[s], (int)delay[s]);
    free(weight);
    free(delay);
    return ok;
}

static int print_network(const snnd_network *network) {
    int number = 0;
    printf("# layer\toutput\tinput\tweight\tdelay\n");
    for (int32_t i = 0; i < snnd_network_layer_count(network); i++) {
        snnd_layer *layer = snnd_network_layer(network, i);
        if (snnd_layer_get_type(layer) == SNND_LAYER_DELAYS && !print_layer(layer, number++))
            return 0;
    }
    return fflush(stdout) == 0 && !ferror(stdout);
}

int main(int argc, char **argv) {
    snnd_context *context = NULL;
    snnd_network *network = NULL;
    if (argc != 2 || argv[1][0] == '-') {
        fprintf(stderr, "Usage: synapses MODEL.safetensors\n"
                        "Prints layer, output, input, weight and delay in steps of every synapse.\n");
        return 2;
    }
    int ok = snnd_context_create(NULL, &context) == SNND_OK &&
             snnd_network_load(context, argv[1], &network) == SNND_OK && print_network(network);
    if (!ok)
        fprintf(stderr, "synapses: %s\n", ferror(stdout) ? "cannot write" : snnd_context_last_error(context));
    snnd_network_free(network);
    snnd_context_free(context);
    return ok ? 0 : 1;
}
