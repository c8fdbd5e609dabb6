/*
 * NIR, the Neuromorphic Intermediate Representation, in HDF5 files: a graph of nodes, whose edges carry values; where
 * several edges end at one node its input is their sum. doc/nir.md tells what files hold and what their readers
 * compute.
 *
 *     /version                      text
 *     /node/type                    "NIRGraph"
 *     /node/nodes/NAME/type         the kind of node, and beside it its fields
 *     /node/edges                   [edges, 2] names
 *     /node/metadata/...            what nobody relies on
 */
#ifndef SNND_FORMAT_NIR_H
#define SNND_FORMAT_NIR_H

#include <math.h>

#include "base/context.h"

typedef enum snnd_nir_type {
    SNND_NIR_INPUT,
    SNND_NIR_OUTPUT,
    SNND_NIR_LINEAR,
    SNND_NIR_AFFINE,
    SNND_NIR_SCALE,
    SNND_NIR_DELAY,
    SNND_NIR_FLATTEN,
    SNND_NIR_LI,
    SNND_NIR_LIF,
    SNND_NIR_TYPES
} snnd_nir_type;

enum { SNND_NIR_FIELDS = 5 };

/* The fields of each kind of node, by name; all numbers. */
typedef struct snnd_nir_kind {
    const char *name;
    const char *field[SNND_NIR_FIELDS];
} snnd_nir_kind;

/* Places among the fields. */
enum { SNND_NIR_SHAPE = 0 };                     /* Input, Output */
enum { SNND_NIR_WEIGHT = 0, SNND_NIR_BIAS = 1 }; /* Linear, Affine */
enum { SNND_NIR_FACTOR = 0 };                    /* Scale: scale; Delay: delay */
enum { SNND_NIR_FLAT_START, SNND_NIR_FLAT_END, SNND_NIR_FLAT_SHAPE };
enum { SNND_NIR_TAU, SNND_NIR_R, SNND_NIR_LEAK, SNND_NIR_THRESHOLD, SNND_NIR_RESET }; /* LI: the first three; LIF */

extern const snnd_nir_kind snnd_nir_kinds[SNND_NIR_TYPES];

/* Steps from the input of the neuron's node to its state in the library beyond those that a reader of this order makes:
 * a layer of Delay in front of the neurons makes up for them. */
static inline int32_t snnd_nir_lag(snnd_nir_type neuron, int32_t order) {
    return (neuron == SNND_NIR_LIF ? 1 : 0) + (order == SNND_NIR_UPDATE_FIRST ? 1 : 0);
}

/* A time constant in steps. Files hold it in single precision, where 1 step may have come to a little less. */
static inline double snnd_nir_steps(double seconds, double dt) {
    const double steps = seconds / dt;
    return fabs(steps - 1) <= 1e-6 ? 1 : steps;
}

/* The two ways, with checked options, between networks and the bytes of a file. */
snnd_status snnd_nir_write(const snnd_network *network, const snnd_nir_options *options, unsigned char **bytes,
                           size_t *count);
snnd_status snnd_nir_read(snnd_context *context, const snnd_nir_options *options, const unsigned char *bytes,
                          size_t count, snnd_network **network);

#endif
