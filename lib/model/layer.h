/*
 * A layer: its options, its arrays, and the table of what files and parameters want of its kind. A kind of layer is a
 * line in SNND_LAYER_KINDS and a table in each module that asks something of all kinds.
 */
#ifndef SNND_MODEL_LAYER_H
#define SNND_MODEL_LAYER_H

#include "base/array.h"
#include "base/context.h"
#include "delay/delay.h"

/* What the numbers of an array must be. */
typedef enum snnd_numbers { SNND_FINITE, SNND_NOT_NEGATIVE, SNND_ZERO_OR_ONE, SNND_PLUS_OR_MINUS_ONE } snnd_numbers;

/* What is to be known of an array by its name. */
typedef struct snnd_array_kind {
    const char *word;     /* in files and messages; NULL: there is no array of this name */
    int32_t parameters;   /* whose optimizer moves it (snnd_parameters); 0: none does */
    bool decays;          /* by that optimizer's weight decay */
    bool follows;         /* training passes move it, so that gradients stay those of the parameters */
    bool controlled;      /* sparsity controllers make and set it; others have no way to */
    snnd_dtype dtype;     /* where it is not float32 */
    snnd_numbers numbers; /* what is good */
} snnd_array_kind;

/* All arrays: what their number ends with, and their kind. */
#define SNND_ARRAYS(ARRAY)                                                                                             \
    ARRAY(WEIGHT, .word = "weight", .parameters = SNND_PARAMETERS_WEIGHTS, .decays = true)                             \
    ARRAY(POSITION, .word = "position", .parameters = SNND_PARAMETERS_POSITIONS, .decays = true)                       \
    ARRAY(SIGN, .word = "sign", .controlled = true, .dtype = SNND_INT8, .numbers = SNND_PLUS_OR_MINUS_ONE)             \
    ARRAY(MASK, .word = "mask", .controlled = true, .dtype = SNND_UINT8, .numbers = SNND_ZERO_OR_ONE)                  \
    ARRAY(SCALE, .word = "scale", .parameters = SNND_PARAMETERS_WEIGHTS, .decays = true)                               \
    ARRAY(SHIFT, .word = "shift", .parameters = SNND_PARAMETERS_WEIGHTS, .decays = true)                               \
    ARRAY(RUNNING_MEAN, .word = "running_mean", .follows = true)                                                       \
    ARRAY(RUNNING_VARIANCE, .word = "running_variance", .follows = true, .numbers = SNND_NOT_NEGATIVE)                 \
    ARRAY(LEAK, .word = "leak", .parameters = SNND_PARAMETERS_WEIGHTS)                                                 \
    ARRAY(MEMBRANE_DECAY, .word = "membrane_decay", .parameters = SNND_PARAMETERS_WEIGHTS)                             \
    ARRAY(ADAPTATION_DECAY, .word = "adaptation_decay", .parameters = SNND_PARAMETERS_WEIGHTS)                         \
    ARRAY(SUBTHRESHOLD_ADAPTATION, .word = "subthreshold_adaptation", .parameters = SNND_PARAMETERS_WEIGHTS)           \
    ARRAY(SPIKE_ADAPTATION, .word = "spike_adaptation", .parameters = SNND_PARAMETERS_WEIGHTS)

#define SNND_LISTED(name, ...) SNND_LISTED_##name = SNND_ARRAY_##name,
enum { SNND_ARRAYS(SNND_LISTED) SNND_ARRAY_NAMES };

/* By snnd_array_name. */
extern const snnd_array_kind snnd_array_kinds[SNND_ARRAY_NAMES];

/* A number among a layer's options: how it is named in files. Ends with name NULL. One that came later is written only
 * where it is not the default, and is the default in files that do not have it: so versions that do not know the option
 * read what they can. */
typedef struct snnd_field {
    const char *name;
    enum { SNND_FIELD_INT32, SNND_FIELD_DOUBLE, SNND_FIELD_LATER_INT32, SNND_FIELD_LATER_DOUBLE } kind;
    size_t offset;
} snnd_field;

/*
 * All kinds: what their number ends with, and their name in code. A module has a table of its own for each of them, and
 * finds it by this list, so that nothing links where one is missing:
 *
 *     snnd_NAME_class     here, NAME.c: options, parameters, files
 *     snnd_NAME_pass      here, NAME_pass.c: batches (layer_pass.h); not in a library without training
 *     snnd_NAME_frozen    inference/NAME.c: plans and streams (inference/plan.h)
 *     snnd_NAME_c         export/c_NAME.c: C source (export/c_network.h)
 */
#define SNND_LAYER_KINDS(KIND)                                                                                         \
    KIND(DELAYS, delays)                                                                                               \
    KIND(BATCH_NORM, batch_norm)                                                                                       \
    KIND(LIF, lif)                                                                                                     \
    KIND(DROPOUT, dropout)                                                                                             \
    KIND(LEAKY_INTEGRATOR, leaky_integrator)                                                                           \
    KIND(ADAPTIVE_LIF, adaptive_lif)

/* From one number to another, both in it. */
typedef struct snnd_range {
    float low, high;
} snnd_range;

typedef struct snnd_layer_class {
    snnd_layer_type type;
    const char *name; /* in files and messages */
    const snnd_field *fields;
    const void *defaults; /* of the options; NULL: no field came later */
    size_t options_size;
    snnd_array_name first, last; /* the parameters that layers of the kind have; 0: none */
    /* Whether the options give a layer these parameters; NULL: all have them. */
    bool (*has_parameters)(const snnd_layer *layer);
    /* For the loader: checks the options (which may be NULL for the defaults) and adds a layer. */
    snnd_status (*add)(snnd_network *network, int32_t outputs, const void *options, snnd_layer **layer);
    /* Draws parameters; NULL: there are none. */
    void (*initialize)(snnd_layer *layer, uint64_t seed);
    /* Whether a layer's options say that an array stays as it is, though there is an optimizer for it; NULL: none
     * does. */
    bool (*is_fixed)(const snnd_layer *layer, snnd_array_name name);
    /* The range of an array's numbers: hosts set none beyond, and each training step puts them back. False: it has
     * none. NULL: no array of the kind has. */
    bool (*range)(const snnd_layer *layer, snnd_array_name name, snnd_range *range);
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
        snnd_adaptive_lif_options adaptive_lif;
    } options;
};

#define SNND_DECLARE_CLASS(number, kind) extern const snnd_layer_class snnd_##kind##_class;
SNND_LAYER_KINDS(SNND_DECLARE_CLASS)

/* All kinds, NULL at the end. */
extern const snnd_layer_class *const snnd_layer_classes[];

/* Words for arrays in files and messages ("weight", "running_mean"); NULL for 0. */
const char *snnd_array_word(snnd_array_name name);

/* The first parameter of a layer of these options, up to the last of its class; 0: it has none. */
snnd_array_name snnd_layer_first(const snnd_layer *layer);

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

/* Puts the numbers of an array back into its range, where it has one. */
void snnd_layer_clamp(snnd_layer *layer, snnd_array_name name);

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
