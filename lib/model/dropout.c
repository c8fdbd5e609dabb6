/* Dropout: the layer, which has a probability. Its passes are in dropout_pass.c. */
#include "model/network.h"

typedef struct snnd_dropout_options snnd_dropout_options;

static const snnd_field fields[] = {
    {"probability", SNND_FIELD_DOUBLE, offsetof(snnd_dropout_options, probability)},
    {0},
};

snnd_status snnd_network_add_dropout(snnd_network *network, double probability, snnd_layer **layer) {
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    if (!(probability >= 0 && probability < 1))
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT,
                         "dropout: probability is %g; expected at least 0 and below 1", probability);
    const snnd_dropout_options options = {.size = sizeof options, .probability = probability};
    return snnd_network_add(network, &snnd_dropout_class, 0, &options, layer);
}

snnd_status snnd_layer_dropout(const snnd_layer *layer, double *probability) {
    if (layer == NULL)
        return SNND_ERROR_ARGUMENT;
    if (layer->class != &snnd_dropout_class || probability == NULL)
        return snnd_fail(layer->network->context, SNND_ERROR_ARGUMENT, "snnd_layer_dropout: %s",
                         probability == NULL ? "probability is NULL" : "not a layer of dropout");
    *probability = layer->options.dropout.probability;
    return SNND_OK;
}

static snnd_status add(snnd_network *network, int32_t outputs, const void *options, snnd_layer **layer) {
    (void)outputs;
    return snnd_network_add_dropout(network, ((const snnd_dropout_options *)options)->probability, layer);
}

const snnd_layer_class snnd_dropout_class = {
    .type = SNND_LAYER_DROPOUT,
    .name = "dropout",
    .fields = fields,
    .options_size = sizeof(snnd_dropout_options),
    .add = add,
};
