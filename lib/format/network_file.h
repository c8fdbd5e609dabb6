/* Networks as safetensors: what checkpoints share with plain saves. */
#ifndef SNND_FORMAT_NETWORK_FILE_H
#define SNND_FORMAT_NETWORK_FILE_H

#include "format/json.h"
#include "format/safetensors.h"
#include "model/network.h"

/* The metadata key of the architecture. */
#define SNND_NETWORK_KEY "snndelay.network"

/* The architecture: inputs, sigma and layers with their options. NULL without memory. */
cJSON *snnd_network_describe(const snnd_network *network);
/* The same as text, to be given to cJSON_free(). A network that could not be read again has none. */
snnd_status snnd_network_text(const snnd_network *network, char **text);

/* All arrays of the layers as tensors named layers.N.WORD, to be released by snnd_release(). */
snnd_status snnd_network_tensors(const snnd_network *network, snnd_tensor **tensors, size_t *count);

/* Builds the network that a file holds, checked in every value. Messages do not name the file. */
snnd_status snnd_network_from_file(snnd_context *context, const snnd_safetensors *file, snnd_network **network);

/* Whether two networks have the same architecture, sigma aside; the error names what differs. */
snnd_status snnd_network_same(const snnd_network *network, const snnd_network *other);

/* Moves the parameters, signs, masks and sigma of a network of the same architecture into this one. Cannot fail. */
void snnd_network_take(snnd_network *network, snnd_network *other);

#endif
