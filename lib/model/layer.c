/* What all kinds of layers have in common outside of passes: their arrays, which are added, checked, read and set here,
 * and the ranges that optimizers keep numbers in (layer.h). */
#include "model/layer.h"

#include <math.h>
#include <string.h>

#include "base/finite.h"
#include "base/options.h"
#include "model/delays.h"
#include "model/network.h"

#define CLASS(number, kind) &snnd_##kind##_class,
const snnd_layer_class *const snnd_layer_classes[] = {SNND_LAYER_KINDS(CLASS) NULL};

#define KIND_OF(name, ...) [SNND_ARRAY_##name] = {__VA_ARGS__},
const snnd_array_kind snnd_array_kinds[SNND_ARRAY_NAMES] = {SNND_ARRAYS(KIND_OF)};

const char *snnd_array_word(snnd_array_name name) {
    return (unsigned)name < SNND_ARRAY_NAMES ? snnd_array_kinds[name].word : NULL;
}

static double number_at(const snnd_array *array, int64_t k) {
    switch (array->dtype) {
    case SNND_INT8:
        return ((const int8_t *)array->data)[k];
    case SNND_UINT8:
        return ((const uint8_t *)array->data)[k];
    default:
        return (double)((const float *)array->data)[k];
    }
}

static const char *expected_of(snnd_array_name name) {
    static const char *const words[] = {[SNND_FINITE] = "a finite number",
                                        [SNND_NOT_NEGATIVE] = "a finite number of at least 0",
                                        [SNND_ZERO_OR_ONE] = "0 or 1",
                                        [SNND_PLUS_OR_MINUS_ONE] = "1 or -1"};
    return words[snnd_array_kinds[name].numbers];
}

static bool is_good(const snnd_array *array, snnd_array_name name, int64_t k) {
    const double number = number_at(array, k);
    switch (snnd_array_kinds[name].numbers) {
    case SNND_PLUS_OR_MINUS_ONE:
        return number == 1 || number == -1;
    case SNND_ZERO_OR_ONE:
        return number == 0 || number == 1;
    case SNND_NOT_NEGATIVE:
        return isfinite(number) && number >= 0;
    case SNND_FINITE:
        break;
    }
    return isfinite(number);
}

/* Checks all numbers in loops that do not end early, since the check is part of every step. */
static bool are_good(const snnd_array *array, snnd_array_name name) {
    const snnd_numbers numbers = snnd_array_kinds[name].numbers;
    const size_t count = snnd_array_elements(array);
    const uint8_t *byte = array->data;
    uint8_t odd = 0;
    const float *value = array->data;
    for (size_t k = 0; k < count && numbers == SNND_NOT_NEGATIVE; k++)
        odd |= value[k] < 0;
    if (array->dtype == SNND_FLOAT32)
        return odd == 0 && snnd_all_finite(value, count);
    for (size_t k = 0; k < count && numbers == SNND_ZERO_OR_ONE; k++)
        odd |= byte[k] > 1;
    for (size_t k = 0; k < count && numbers == SNND_PLUS_OR_MINUS_ONE; k++)
        odd |= (uint8_t)(byte[k] + 1) > 2 || byte[k] == 0; /* 255, 0 or 1 */
    return odd == 0;
}

/* Returns the index of the first invalid number, or -1. */
static int64_t find_wrong(const snnd_array *array, snnd_array_name name) {
    if (array->data == NULL || are_good(array, name))
        return -1;
    for (int64_t k = 0; k < snnd_array_count(array); k++)
        if (!is_good(array, name, k))
            return k;
    return -1;
}

/* Fails and names the first invalid number among those that are, or will be, an array of the layer. */
static snnd_status check_array(const snnd_layer *layer, snnd_array_name name, const snnd_array *array,
                               snnd_status status) {
    const int64_t wrong = find_wrong(array, name);
    return wrong < 0 ? SNND_OK
                     : snnd_fail(layer->network->context, status, "%s %lld of layer %d (%s) is %g; expected %s",
                                 snnd_array_word(name), (long long)wrong, layer->index, layer->class->name,
                                 number_at(array, wrong), expected_of(name));
}

snnd_status snnd_layer_check_values(const snnd_layer *layer, snnd_array_name name, snnd_status status) {
    return check_array(layer, name, &layer->arrays[name], status);
}

snnd_array_name snnd_layer_first(const snnd_layer *layer) {
    const snnd_layer_class *class = layer->class;
    return class->has_parameters == NULL || class->has_parameters(layer) ? class->first : (snnd_array_name)0;
}

snnd_array snnd_layer_parameter(const snnd_layer *layer, snnd_array_name name) {
    snnd_array array = {.dtype = SNND_FLOAT32, .dimensions = 1, .shape = {layer->outputs, 1, 1, 1}};
    if (name == SNND_ARRAY_WEIGHT || name == SNND_ARRAY_POSITION) {
        array.dimensions = 3;
        array.shape[1] = layer->inputs;
        array.shape[2] = layer->options.delays.synapses_per_pair;
    }
    if (name == SNND_ARRAY_POSITION && layer->options.delays.sharing == SNND_SHARING_AXONAL)
        array.shape[0] = 1;
    if (name == SNND_ARRAY_POSITION && layer->options.delays.sharing == SNND_SHARING_DENDRITIC)
        array.shape[1] = 1;
    return array;
}

snnd_status snnd_layer_add_array(snnd_layer *layer, snnd_array_name name, snnd_dtype dtype, int32_t dimensions,
                                 const int64_t *shape) {
    snnd_array *array = &layer->arrays[name];
    if (array->data != NULL)
        return SNND_OK;
    snnd_array made = {.dtype = dtype, .dimensions = dimensions, .shape = {1, 1, 1, 1}};
    memcpy(made.shape, shape, (size_t)dimensions * sizeof shape[0]);
    made.data = snnd_allocate(layer->network->context, snnd_array_elements(&made), snnd_dtype_bytes(dtype));
    if (made.data == NULL)
        return SNND_ERROR_MEMORY;
    *array = made;
    return SNND_OK;
}

void snnd_layer_drop_array(snnd_layer *layer, snnd_array_name name) {
    snnd_release(layer->network->context, layer->arrays[name].data);
    layer->arrays[name] = (snnd_array){0};
}

bool snnd_layer_trains(const snnd_layer *layer, snnd_array_name name, int32_t parameters) {
    return layer->arrays[name].data != NULL && (snnd_array_kinds[name].parameters & parameters) != 0 &&
           (layer->class->is_fixed == NULL || !layer->class->is_fixed(layer, name));
}

snnd_layer_type snnd_layer_get_type(const snnd_layer *layer) {
    return layer == NULL ? (snnd_layer_type)0 : layer->class->type;
}

int32_t snnd_layer_inputs(const snnd_layer *layer) {
    return layer == NULL ? 0 : layer->inputs;
}

int32_t snnd_layer_outputs(const snnd_layer *layer) {
    return layer == NULL ? 0 : layer->outputs;
}

/* Returns the array of a layer by its name, or NULL with the error set where the layer does not have it. */
static snnd_array *find_array(snnd_layer *layer, snnd_array_name name) {
    if (layer->arrays[name].data != NULL)
        return &layer->arrays[name];
    snnd_fail(layer->network->context, SNND_ERROR_STATE, "layer %d (%s) has no array '%s'%s", layer->index,
              layer->class->name, snnd_array_word(name),
              layer->class->type == SNND_LAYER_DELAYS && snnd_array_kinds[name].controlled
                  ? ": only sparsity controllers create it"
                  : "");
    return NULL;
}

snnd_status snnd_layer_array(snnd_layer *layer, snnd_array_name name, snnd_array *array) {
    if (layer == NULL)
        return SNND_ERROR_ARGUMENT;
    if (snnd_array_word(name) == NULL || array == NULL)
        return snnd_fail(layer->network->context, SNND_ERROR_ARGUMENT, "snnd_layer_array: %s",
                         array == NULL ? "array is NULL" : "there is no array of this name");
    const snnd_array *found = find_array(layer, name);
    if (found == NULL)
        return SNND_ERROR_STATE;
    *array = *found;
    return SNND_OK;
}

static bool has_range(const snnd_layer *layer, snnd_array_name name, snnd_range *range) {
    return layer->arrays[name].data != NULL && layer->class->range != NULL && layer->class->range(layer, name, range);
}

void snnd_layer_clamp(snnd_layer *layer, snnd_array_name name) {
    snnd_range range;
    if (!has_range(layer, name, &range))
        return;
    float *value = snnd_layer_floats(layer, name);
    const int64_t count = snnd_array_count(&layer->arrays[name]);
    for (int64_t k = 0; k < count; k++)
        value[k] = value[k] < range.low ? range.low : value[k] > range.high ? range.high : value[k];
}

/* Fails and names the first number that snnd_layer_clamp() would change. */
static snnd_status check_range(const snnd_layer *layer, snnd_array_name name, const snnd_array *array) {
    snnd_range range;
    if (!has_range(layer, name, &range))
        return SNND_OK;
    const float *value = array->data;
    for (int64_t k = 0; k < snnd_array_count(array); k++)
        if (!(value[k] >= range.low && value[k] <= range.high))
            return snnd_fail(layer->network->context, SNND_ERROR_ARGUMENT,
                             "%s %lld of layer %d (%s) is %g; expected %g to %g", snnd_array_word(name), (long long)k,
                             layer->index, layer->class->name, (double)value[k], (double)range.low, (double)range.high);
    return SNND_OK;
}

snnd_status snnd_layer_set_array(snnd_layer *layer, snnd_array_name name, const void *values, int64_t count) {
    if (layer == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_context *context = layer->network->context;
    if (snnd_array_word(name) == NULL || values == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_layer_set_array: %s",
                         values == NULL ? "values is NULL" : "there is no array of this name");
    if (snnd_array_kinds[name].controlled)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_layer_set_array: only sparsity controllers can set '%s'",
                         snnd_array_word(name));
    snnd_array *array = find_array(layer, name);
    if (array == NULL)
        return SNND_ERROR_STATE;
    if (count != snnd_array_count(array))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "snnd_layer_set_array: count is %lld; array '%s' of layer %d (%s) has %lld elements",
                         (long long)count, snnd_array_word(name), layer->index, layer->class->name,
                         (long long)snnd_array_count(array));
    snnd_array given = *array;
    given.data = (void *)(uintptr_t)values;
    snnd_status status = check_array(layer, name, &given, SNND_ERROR_ARGUMENT);
    if (status == SNND_OK)
        status = check_range(layer, name, &given);
    if (status == SNND_OK)
        memmove(array->data, values, snnd_array_bytes(array));
    if (status == SNND_OK && name == SNND_ARRAY_WEIGHT)
        snnd_delays_hold_absent(layer);
    return status;
}

snnd_status snnd_layer_show_options(const snnd_layer *layer, const snnd_layer_class *kind, void *options,
                                    const char *function, const char *structure) {
    if (layer == NULL)
        return SNND_ERROR_ARGUMENT;
    if (options == NULL)
        return snnd_fail(layer->network->context, SNND_ERROR_ARGUMENT, "%s: options is NULL", function);
    if (layer->class != kind)
        return snnd_fail(layer->network->context, SNND_ERROR_ARGUMENT, "%s: layer %d (%s) is not a layer of %s",
                         function, layer->index, layer->class->name, kind->name);
    return snnd_options_write(layer->network->context, options, &layer->options, kind->options_size, structure);
}
