/* Stores networks as safetensors. Checkpoints use the same functions. */
#ifndef SNND_FORMAT_NETWORK_FILE_H
#define SNND_FORMAT_NETWORK_FILE_H

#include "format/json.h"
#include "format/safetensors.h"
#include "model/network.h"

/* The metadata key under which a file has the architecture. */
#define SNND_NETWORK_KEY "snndelay.network"

/* Returns the architecture: inputs, sigma, and layers with their options. Returns NULL where memory is out. */
cJSON *snnd_network_describe(const snnd_network *network);
/* Writes the architecture as text, to be released by cJSON_free(). Fails for a network that could not be read again. */
snnd_status snnd_network_text(const snnd_network *network, char **text);

/* Lists all arrays of the layers as tensors with the names layers.N.WORD. The list is released by snnd_release(). */
snnd_status snnd_network_tensors(const snnd_network *network, snnd_tensor **tensors, size_t *count);

/* Creates the network of a file and checks every value. Messages do not name the file. */
snnd_status snnd_network_from_file(snnd_context *context, const snnd_safetensors *file, snnd_network **network);

/* Fails where two networks differ in their architecture, and names the difference. Sigma may differ. */
snnd_status snnd_network_same(const snnd_network *network, const snnd_network *other);

/* Moves parameters, signs, masks and sigma from a network of the same architecture into this one. It cannot fail. */
void snnd_network_take(snnd_network *network, snnd_network *other);

#endif
