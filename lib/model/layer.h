/* A layer: its options, its arrays, and the table that describes its kind to files and parameters. A kind of layer is a
 * line in SNND_LAYER_KINDS and a table in each module that distinguishes kinds. */
#ifndef SNND_MODEL_LAYER_H
#define SNND_MODEL_LAYER_H

#include "base/array.h"
#include "base/context.h"
#include "delay/delay.h"

/* The values that the numbers of an array may have. */
typedef enum snnd_numbers { SNND_FINITE, SNND_NOT_NEGATIVE, SNND_ZERO_OR_ONE, SNND_PLUS_OR_MINUS_ONE } snnd_numbers;

/* The properties that an array has by its name. */
typedef struct snnd_array_kind {
    const char *word;   /* the name in files and messages; NULL: there is no such array */
    int32_t parameters; /* which optimizer updates it (snnd_parameters); 0: none */
    bool decays;        /* whether weight decay applies to it */
    bool follows; /* whether training passes change it, as they do running statistics, without making gradients invalid
                   */
    bool controlled;      /* whether only sparsity controllers create and set it */
    snnd_dtype dtype;     /* set where it is not float32 */
    snnd_numbers numbers; /* the values that are valid */
} snnd_array_kind;

/* All arrays: the suffix of their number, and their properties. */
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

/* Indexed by snnd_array_name. */
extern const snnd_array_kind snnd_array_kinds[SNND_ARRAY_NAMES];

/* A number among the options of a layer, with its name in files. A list ends with the name NULL. An option that was
 * added in a later version is written only where it differs from its default, and files without it have the default: so
 * older versions can read files that do not use the option. */
typedef struct snnd_field {
    const char *name;
    enum { SNND_FIELD_INT32, SNND_FIELD_DOUBLE, SNND_FIELD_LATER_INT32, SNND_FIELD_LATER_DOUBLE } kind;
    size_t offset;
} snnd_field;

/*
 * All kinds: the suffix of their number, and their name in code. Each module has its own table for each kind and finds
 * it through this list, so that nothing links where a table is missing:
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

/* A range of numbers that includes both ends. */
typedef struct snnd_range {
    float low, high;
} snnd_range;

typedef struct snnd_layer_class {
    snnd_layer_type type;
    const char *name; /* used in files and messages */
    const snnd_field *fields;
    const void *defaults; /* the default options; NULL: no option was added later */
    size_t options_size;
    snnd_array_name first, last; /* the parameters that layers of the kind have; 0: none */
    /* Returns whether a layer with such options has these parameters; NULL: all layers of the kind have them. */
    bool (*has_parameters)(const snnd_layer *layer);
    /* Checks the options, of which NULL are the defaults, and adds a layer. The loader calls it. */
    snnd_status (*add)(snnd_network *network, int32_t outputs, const void *options, snnd_layer **layer);
    /* Draws the parameters; NULL: the kind has none. */
    void (*initialize)(snnd_layer *layer, uint64_t seed);
    /* Returns whether the options of a layer exclude an array from training; NULL: they exclude none. */
    bool (*is_fixed)(const snnd_layer *layer, snnd_array_name name);
    /* Returns the range of the numbers of an array. The host cannot set numbers outside, and each training step clamps
     * them. Returns false where the array has no range; NULL: no array of the kind has one. */
    bool (*range)(const snnd_layer *layer, snnd_array_name name, snnd_range *range);
} snnd_layer_class;

struct snnd_layer {
    const snnd_layer_class *class;
    snnd_network *network;
    int32_t index, inputs, outputs;
    snnd_gradients
        gradients; /* for layers of delays: which gradients training passes compute, as the sparsity controller asks */
    snnd_array
        arrays[SNND_ARRAY_NAMES]; /* indexed by snnd_array_name; data is NULL where the layer does not have the array */
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

/* The classes of all kinds, with NULL at the end. */
extern const snnd_layer_class *const snnd_layer_classes[];

/* Returns the name of an array in files and messages ("weight", "running_mean"), or NULL for 0. */
const char *snnd_array_word(snnd_array_name name);

/* Returns the first parameter of a layer with these options; the last is that of its class. Returns 0 where the layer
 * has no parameters. */
snnd_array_name snnd_layer_first(const snnd_layer *layer);

/* Returns the shape of a parameter of a layer with these inputs, outputs and options, without data. */
snnd_array snnd_layer_parameter(const snnd_layer *layer, snnd_array_name name);

/* Fails with this status and names the first invalid number of an array: one that is not finite, a variance below 0, a
 * mask that is not 0 or 1, a sign that is not 1 or -1. */
snnd_status snnd_layer_check_values(const snnd_layer *layer, snnd_array_name name, snnd_status status);

/* Allocates an array of the layer with zeros. An array that exists already is kept. */
snnd_status snnd_layer_add_array(snnd_layer *layer, snnd_array_name name, snnd_dtype dtype, int32_t dimensions,
                                 const int64_t *shape);
void snnd_layer_drop_array(snnd_layer *layer, snnd_array_name name);

/* Copies the options of a layer of one kind, for the public functions that do so. `structure` is the name of the type
 * of `options`. */
snnd_status snnd_layer_show_options(const snnd_layer *layer, const snnd_layer_class *kind, void *options,
                                    const char *function, const char *structure);

/* Clamps the numbers of an array to its range, where it has one. */
void snnd_layer_clamp(snnd_layer *layer, snnd_array_name name);

/* Returns whether the optimizer of `parameters` (snnd_parameters) updates this array. */
bool snnd_layer_trains(const snnd_layer *layer, snnd_array_name name, int32_t parameters);

static inline float *snnd_layer_floats(const snnd_layer *layer, snnd_array_name name) {
    return layer->arrays[name].data;
}

/* Returns the number of synapses of a layer of delays, O * I * C. */
static inline int64_t snnd_layer_synapses(const snnd_layer *layer) {
    const int64_t *shape = layer->arrays[SNND_ARRAY_WEIGHT].shape;
    return shape[0] * shape[1] * shape[2];
}

#endif
