/*
 * A layer: its options, its arrays, and the table of what files and parameters want of its kind. A kind of layer is a
 * line in SNND_LAYER_KINDS and a table in each room that asks something of all kinds.
 */
#ifndef SNND_MODEL_LAYER_H
#define SNND_MODEL_LAYER_H

#include "base/array.h"
#include "base/context.h"
#include "delay/delay.h"

enum { SNND_ARRAY_NAMES = SNND_ARRAY_RUNNING_VARIANCE + 1 };

/* A number among a layer's options: how it is named in files. Ends with name NULL. */
typedef struct snnd_field {
    const char *name;
    enum { SNND_FIELD_INT32, SNND_FIELD_DOUBLE } kind;
    size_t offset;
} snnd_field;

/*
 * All kinds: what their number ends with, and their name in code. A room has a table of its own for each of them, and
 * finds it by this list, so that nothing links where one is missing:
 *
 *     snnd_NAME_class     here, NAME.c: options, parameters, files
 *     snnd_NAME_pass      here, NAME_pass.c: batches (layer_pass.h); not in a library without training
 *     snnd_NAME_frozen    inference/NAME.c: plans and streams (inference/plan.h)
 */
#define SNND_LAYER_KINDS(KIND)                                                                                         \
    KIND(DELAYS, delays)                                                                                               \
    KIND(BATCH_NORM, batch_norm)                                                                                       \
    KIND(LIF, lif)                                                                                                     \
    KIND(DROPOUT, dropout)                                                                                             \
    KIND(LEAKY_INTEGRATOR, leaky_integrator)

typedef struct snnd_layer_class {
    snnd_layer_type type;
    const char *name; /* in files and messages */
    const snnd_field *fields;
    size_t options_size;
    snnd_array_name first, last; /* the parameters that every layer of the kind has; 0: none */
    /* For the loader: checks the options (which may be NULL for the defaults) and adds a layer. */
    snnd_status (*add)(snnd_network *network, int32_t outputs, const void *options, snnd_layer **layer);
    /* Draws parameters; NULL: there are none. */
    void (*initialize)(snnd_layer *layer, uint64_t seed);
} snnd_layer_class;

struct snnd_layer {
    const snnd_layer_class *class;
    snnd_network *network;
    int32_t index, inputs, outputs;
    snnd_gradients gradients;            /* of delays: what training passes make, as the layer's controller wants it */
    snnd_array arrays[SNND_ARRAY_NAMES]; /* by snnd_array_name; data NULL: none */
    union {
        size_t size;
        snnd_delay_options delays;
        snnd_batch_norm_options batch_norm;
        snnd_lif_options lif;
        struct snnd_dropout_options {
            size_t size;
            double probability;
        } dropout;
        snnd_leaky_integrator_options leaky_integrator;
    } options;
};

#define SNND_DECLARE_CLASS(number, kind) extern const snnd_layer_class snnd_##kind##_class;
SNND_LAYER_KINDS(SNND_DECLARE_CLASS)

/* All kinds, NULL at the end. */
extern const snnd_layer_class *const snnd_layer_classes[];

/* Words for arrays in files and messages ("weight", "running_mean"); NULL for 0. */
const char *snnd_array_word(snnd_array_name name);

/* The shape of a parameter of a layer of these inputs, outputs and options; no data. */
snnd_array snnd_layer_parameter(const snnd_layer *layer, snnd_array_name name);

/* An error of this status that names the first number of an array that cannot be: one that is not finite, a variance
 * below 0, a mask that is not 0 or 1, a sign that is not 1 or -1. */
snnd_status snnd_layer_check_values(const snnd_layer *layer, snnd_array_name name, snnd_status status);

/* Makes an array of the layer, zeroed; one that is there is kept. */
snnd_status snnd_layer_add_array(snnd_layer *layer, snnd_array_name name, snnd_dtype dtype, int32_t dimensions,
                                 const int64_t *shape);
void snnd_layer_drop_array(snnd_layer *layer, snnd_array_name name);

/* For the functions that copy the options of a layer of one kind: `structure` is the type of `options`. */
snnd_status snnd_layer_show_options(const snnd_layer *layer, const snnd_layer_class *kind, void *options,
                                    const char *function, const char *structure);

/* Whether the optimizer moves this array: one of `parameters` (snnd_parameters). */
bool snnd_layer_trains(const snnd_layer *layer, snnd_array_name name, int32_t parameters);

static inline float *snnd_layer_floats(const snnd_layer *layer, snnd_array_name name) {
    return layer->arrays[name].data;
}

/* Synapses of a delay layer: O * I * C. */
static inline int64_t snnd_layer_synapses(const snnd_layer *layer) {
    const int64_t *shape = layer->arrays[SNND_ARRAY_WEIGHT].shape;
    return shape[0] * shape[1] * shape[2];
}

#endif
