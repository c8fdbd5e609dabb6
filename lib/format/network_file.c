/* A network as safetensors: how it is described in the file, and how it is made again from what a file says
 * (network_file.h). Checkpoints are such files with more in them (train/checkpoint.c). */
#include "format/network_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_mode.h"
#include "kernel/readout.h"

/* ---- describing ---- */

static bool is_double(const snnd_field *field) {
    return field->kind == SNND_FIELD_DOUBLE || field->kind == SNND_FIELD_LATER_DOUBLE;
}

static bool came_later(const snnd_field *field) {
    return field->kind == SNND_FIELD_LATER_INT32 || field->kind == SNND_FIELD_LATER_DOUBLE;
}

static double option_in(const void *options, const snnd_field *field) {
    const void *at = (const char *)options + field->offset;
    return is_double(field) ? *(const double *)at : *(const int32_t *)at;
}

static double option_of(const snnd_layer *layer, const snnd_field *field) {
    return option_in(&layer->options, field);
}

static bool is_left_out(const snnd_layer *layer, const snnd_field *field) {
    return came_later(field) && option_of(layer, field) == option_in(layer->class->defaults, field);
}

static bool describe_layer(cJSON *layers, const snnd_layer *layer) {
    cJSON *entry = cJSON_CreateObject();
    if (!cJSON_AddItemToArray(layers, entry))
        return false;
    bool good = cJSON_AddStringToObject(entry, "type", layer->class->name) != NULL &&
                cJSON_AddNumberToObject(entry, "outputs", layer->outputs) != NULL;
    for (const snnd_field *field = layer->class->fields; field->name != NULL && good; field++) {
        const double number = option_of(layer, field);
        if (is_left_out(layer, field))
            continue;
        good = is_double(field) ? snnd_json_add_double(entry, field->name, number)
                                : cJSON_AddNumberToObject(entry, field->name, number) != NULL;
    }
    return good;
}

/* Names of readouts in files, indexed by snnd_readout. */
#define WORD(number, name) [SNND_READOUT_##number] = #name,
static const char *const readouts[] = {SNND_READOUTS(WORD)};

cJSON *snnd_network_describe(const snnd_network *network) {
    cJSON *root = cJSON_CreateObject(), *layers;
    bool good = cJSON_AddNumberToObject(root, "inputs", network->inputs) != NULL &&
                snnd_json_add_double(root, "sigma", network->sigma) &&
                cJSON_AddStringToObject(root, "readout", readouts[network->readout]) != NULL &&
                (layers = cJSON_AddArrayToObject(root, "layers")) != NULL;
    for (int32_t i = 0; i < network->count && good; i++)
        good = describe_layer(layers, network->layer[i]);
    if (good)
        return root;
    cJSON_Delete(root);
    return NULL;
}

snnd_status snnd_network_text(const snnd_network *network, char **text) {
    cJSON *description = snnd_network_describe(network);
    char *made = description == NULL ? NULL : cJSON_PrintUnformatted(description);
    cJSON_Delete(description);
    if (made == NULL)
        return snnd_fail(network->context, SNND_ERROR_MEMORY, "there is not enough memory to describe the network");
    if (!snnd_json_is_small(made, strlen(made), SNND_JSON_VALUES)) {
        cJSON_free(made);
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT,
                         "a network of %d layers cannot be saved: its description has more than %d values",
                         network->count, SNND_JSON_VALUES);
    }
    *text = made;
    return SNND_OK;
}

static void name_tensor(char name[SNND_TENSOR_NAME], int32_t layer, int array) {
    snprintf(name, SNND_TENSOR_NAME, "layers.%d.%s", layer, snnd_array_word((snnd_array_name)array));
}

snnd_status snnd_network_tensors(const snnd_network *network, snnd_tensor **tensors, size_t *count) {
    const size_t most = snnd_size_multiply((size_t)network->count, SNND_ARRAY_NAMES);
    snnd_tensor *made = snnd_allocate(network->context, snnd_size_or_one(most), sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    *count = 0;
    for (int32_t i = 0; i < network->count; i++)
        for (int array = 1; array < SNND_ARRAY_NAMES; array++)
            if (network->layer[i]->arrays[array].data != NULL) {
                name_tensor(made[*count].name, i, array);
                made[(*count)++].array = network->layer[i]->arrays[array];
            }
    *tensors = made;
    return SNND_OK;
}

static snnd_status save(const snnd_network *network, snnd_target target) {
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    const snnd_text_mode host = snnd_set_text_mode();
    target.host = &host;
    snnd_tensor *tensors = NULL;
    size_t count;
    char *text = NULL;
    snnd_status status = snnd_network_check_values(network);
    if (status == SNND_OK)
        status = snnd_network_tensors(network, &tensors, &count);
    if (status == SNND_OK)
        status = snnd_network_text(network, &text);
    if (status == SNND_OK) {
        const snnd_metadata metadata[] = {{"format", "snndelay"}, {SNND_NETWORK_KEY, text}};
        status = snnd_safetensors_write(network->context, target, tensors, count, metadata, 2);
    }
    cJSON_free(text);
    snnd_release(network->context, tensors);
    snnd_restore_text_mode(&host);
    return status;
}

snnd_status snnd_network_save(const snnd_network *network, const char *path) {
    return save(network, snnd_to_path(path));
}

snnd_status snnd_network_write(const snnd_network *network, const snnd_writer *writer) {
    return save(network, snnd_to_writer(writer));
}

/* ---- reading ---- */

/* Reads a number of the description, which must be whole for an int32. Messages begin with `who`. */
static snnd_status read_number(snnd_context *context, const char *who, const cJSON *object, const char *name,
                               bool whole, double *value) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (item == NULL)
        return snnd_fail(context, SNND_ERROR_FORMAT, "%s has no '%s'", who, name);
    if (!cJSON_IsNumber(item))
        return snnd_fail(context, SNND_ERROR_FORMAT, "%s has a '%s' that is not a number", who, name);
    *value = item->valuedouble;
    if (!isfinite(*value) || (whole && (fabs(*value) > INT32_MAX || *value != floor(*value))))
        return snnd_fail(context, SNND_ERROR_FORMAT, "%s has %g for '%s'; expected a %s number", who, *value, name,
                         whole ? "whole" : "finite");
    return SNND_OK;
}

/* Files from before readouts were stored use the readout of the paper. */
static snnd_status read_readout(snnd_context *context, const cJSON *root, int32_t *readout) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, "readout");
    const char *word = cJSON_GetStringValue(item);
    if (item == NULL)
        return SNND_OK;
    for (int32_t k = SNND_READOUT_SOFTMAX_SUM; word != NULL && k < SNND_READOUTS_END; k++)
        if (strcmp(word, readouts[k]) == 0) {
            *readout = k;
            return SNND_OK;
        }
    return snnd_fail(context, SNND_ERROR_FORMAT, "the architecture has an unknown readout: '%.64s'",
                     word == NULL ? "(not a string)" : word);
}

static const snnd_layer_class *find_class(const cJSON *entry) {
    const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, "type"));
    for (int i = 0; type != NULL && snnd_layer_classes[i] != NULL; i++)
        if (strcmp(snnd_layer_classes[i]->name, type) == 0)
            return snnd_layer_classes[i];
    return NULL;
}

/* Checks the size of a layer before its memory is allocated, since a small file can describe a large network. */
static snnd_status check_room(const snnd_network *network, const snnd_safetensors *file, const snnd_layer *blank) {
    const snnd_array_name first = snnd_layer_first(blank);
    if (first == 0)
        return SNND_OK;
    const snnd_array expected = snnd_layer_parameter(blank, first);
    for (int32_t d = 0; d < expected.dimensions; d++)
        if (expected.shape[d] < 1 || expected.shape[d] > INT32_MAX)
            return SNND_OK; /* the layer refuses it itself */
    char name[SNND_TENSOR_NAME];
    name_tensor(name, network->count, first);
    return snnd_safetensors_check(file, name, &expected);
}

/* Returns an option that this version does not know. Without it the network would be another one. */
static const char *unknown_key(const cJSON *entry, const snnd_layer_class *class) {
    const cJSON *item;
    cJSON_ArrayForEach(item, entry) {
        const snnd_field *field = class->fields;
        while (field->name != NULL && strcmp(field->name, item->string) != 0)
            field++;
        if (field->name == NULL && strcmp(item->string, "type") != 0 && strcmp(item->string, "outputs") != 0)
            return item->string;
    }
    return NULL;
}

/* Reads the options of a layer from the description. */
static snnd_status read_options(snnd_context *context, const char *who, const cJSON *entry, snnd_layer *blank) {
    snnd_status status = SNND_OK;
    for (const snnd_field *field = blank->class->fields; field->name != NULL && status == SNND_OK; field++) {
        void *at = (char *)&blank->options + field->offset;
        double value = came_later(field) ? option_in(blank->class->defaults, field) : 0;
        if (!came_later(field) || cJSON_GetObjectItemCaseSensitive(entry, field->name) != NULL)
            status = read_number(context, who, entry, field->name, !is_double(field), &value);
        if (is_double(field))
            *(double *)at = value;
        else if (status == SNND_OK) /* a number that is no int32 must not be converted to one */
            *(int32_t *)at = (int32_t)value;
    }
    return status;
}

static snnd_status build_layer(snnd_network *network, const cJSON *entry, const snnd_safetensors *file) {
    snnd_context *context = network->context;
    const snnd_layer_class *class = find_class(entry);
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(entry, "type");
    if (class == NULL)
        return snnd_fail(context, SNND_ERROR_FORMAT, "layer %d of the architecture has %s: '%.64s'", network->count,
                         type == NULL ? "no type" : "an unknown type",
                         cJSON_IsString(type) ? type->valuestring : "(not a string)");
    const char *unknown = unknown_key(entry, class);
    if (unknown != NULL)
        return snnd_fail(context, SNND_ERROR_FORMAT, "layer %d (%s) of the architecture has an unknown option '%.64s'",
                         network->count, class->name, unknown);
    const int32_t inputs = network->count == 0 ? network->inputs : snnd_network_outputs(network);
    struct snnd_layer blank = {
        .class = class, .index = network->count, .inputs = inputs, .options.size = class->options_size};
    char who[96];
    snprintf(who, sizeof who, "layer %d (%s) of the architecture", network->count, class->name);
    double value = 0;
    snnd_status status = read_options(context, who, entry, &blank);
    if (status == SNND_OK)
        status = read_number(context, who, entry, "outputs", true, &value);
    if (status != SNND_OK)
        return status;
    blank.outputs = (int32_t)value;
    if (class != &snnd_delays_class && blank.outputs != inputs)
        return snnd_fail(context, SNND_ERROR_FORMAT, "%s has %d outputs; expected %d", who, blank.outputs, inputs);
    status = check_room(network, file, &blank);
    if (status == SNND_OK)
        status = class->add(network, blank.outputs, &blank.options, NULL);
    return status == SNND_ERROR_ARGUMENT ? SNND_ERROR_FORMAT : status;
}

static snnd_status build_network(snnd_context *context, const cJSON *root, const snnd_safetensors *file,
                                 snnd_network **network) {
    const cJSON *layers = cJSON_GetObjectItemCaseSensitive(root, "layers"), *entry;
    static const char who[] = "the architecture";
    double inputs = 0, sigma = 0;
    int32_t readout = SNND_READOUT_SOFTMAX_SUM;
    snnd_network *made = NULL;
    snnd_status status = read_number(context, who, root, "inputs", true, &inputs);
    if (status == SNND_OK)
        status = read_number(context, who, root, "sigma", false, &sigma);
    if (status == SNND_OK)
        status = read_readout(context, root, &readout);
    if (status == SNND_OK && !cJSON_IsArray(layers))
        status = snnd_fail(context, SNND_ERROR_FORMAT, "%s has %s", who,
                           layers == NULL ? "no 'layers'" : "'layers' that are not an array");
    if (status == SNND_OK)
        status = snnd_network_create(context, (int32_t)inputs, &made);
    if (status != SNND_OK)
        return status == SNND_ERROR_ARGUMENT ? SNND_ERROR_FORMAT : status;
    made->readout = readout;
    cJSON_ArrayForEach(entry, layers) if (status == SNND_OK) status = build_layer(made, entry, file);
    if (status == SNND_OK && snnd_network_set_sigma(made, sigma) != SNND_OK)
        status = SNND_ERROR_FORMAT;
    if (status == SNND_OK)
        *network = made;
    else
        snnd_network_free(made);
    return status;
}

/* Returns the shape of an array in the file. Signs and masks may be in the file even if the layer does not have them
 * yet. */
static snnd_array expected_array(const snnd_layer *layer, int array) {
    snnd_array expected = layer->arrays[array];
    if (snnd_array_kinds[array].controlled) {
        expected = layer->arrays[SNND_ARRAY_WEIGHT];
        expected.dtype = snnd_array_kinds[array].dtype;
    }
    return expected;
}

static snnd_status check_tensors(const snnd_network *network, const snnd_safetensors *file) {
    size_t known = 0, named = 0;
    char name[SNND_TENSOR_NAME];
    for (int32_t i = 0; i < network->count; i++)
        for (int array = 1; array < SNND_ARRAY_NAMES; array++) {
            const snnd_array expected = expected_array(network->layer[i], array);
            name_tensor(name, i, array);
            if (expected.dimensions == 0 || (snnd_array_kinds[array].controlled && !snnd_safetensors_has(file, name)))
                continue;
            snnd_status status = snnd_safetensors_check(file, name, &expected);
            if (status != SNND_OK)
                return status;
            known++;
        }
    for (size_t i = 0; i < snnd_safetensors_count(file); i++)
        named += strncmp(snnd_safetensors_name(file, i), "layers.", 7) == 0;
    if (named != known)
        return snnd_fail(network->context, SNND_ERROR_FORMAT,
                         "the file has %zu tensors of layers; its architecture has %zu", named, known);
    return SNND_OK;
}

static snnd_status read_layer(snnd_layer *layer, const snnd_safetensors *file) {
    char name[SNND_TENSOR_NAME];
    for (int array = 1; array < SNND_ARRAY_NAMES; array++) {
        const snnd_array expected = expected_array(layer, array);
        name_tensor(name, layer->index, array);
        if (expected.dimensions == 0)
            continue;
        if (snnd_array_kinds[array].controlled && !snnd_safetensors_has(file, name)) {
            snnd_layer_drop_array(layer, (snnd_array_name)array);
            continue;
        }
        snnd_status status = snnd_layer_add_array(layer, (snnd_array_name)array, (snnd_dtype)expected.dtype,
                                                  expected.dimensions, expected.shape);
        if (status == SNND_OK)
            status = snnd_safetensors_read(file, name, &layer->arrays[array]);
        if (status == SNND_OK)
            status = snnd_layer_check_values(layer, (snnd_array_name)array, SNND_ERROR_FORMAT);
        if (status != SNND_OK)
            return status;
    }
    return SNND_OK;
}

static snnd_status read_layers(snnd_network *network, const snnd_safetensors *file) {
    snnd_status status = check_tensors(network, file);
    for (int32_t i = 0; i < network->count && status == SNND_OK; i++)
        status = read_layer(network->layer[i], file);
    return status;
}

/* Adds to a description what it leaves out although the one that was read has it. Returns false where memory is out. */
static bool add_left_out(const snnd_network *network, cJSON *own, const cJSON *root) {
    cJSON *mine = cJSON_GetObjectItemCaseSensitive(own, "layers")->child;
    const cJSON *read = cJSON_GetObjectItemCaseSensitive(root, "layers")->child;
    bool good = true;
    for (int32_t i = 0; i < network->count; i++, mine = mine->next, read = read->next)
        for (const snnd_field *field = network->layer[i]->class->fields; field->name != NULL; field++)
            if (is_left_out(network->layer[i], field) && cJSON_GetObjectItemCaseSensitive(read, field->name) != NULL)
                good = good && cJSON_AddNumberToObject(mine, field->name, option_of(network->layer[i], field)) != NULL;
    return good;
}

/* Checks that the description has no other keys, and none twice, since it could then mean another network. */
static snnd_status check_description(const snnd_network *network, const cJSON *root) {
    for (const cJSON *item = root->child; item != NULL; item = item->next)
        if (strcmp(item->string, "inputs") != 0 && strcmp(item->string, "sigma") != 0 &&
            strcmp(item->string, "readout") != 0 && strcmp(item->string, "layers") != 0)
            return snnd_fail(network->context, SNND_ERROR_FORMAT, "the architecture has an unknown key '%.64s'",
                             item->string);
    cJSON *own = snnd_network_describe(network);
    if (cJSON_GetObjectItemCaseSensitive(root, "readout") == NULL)
        cJSON_DeleteItemFromObjectCaseSensitive(own, "readout");
    const bool complete = own != NULL && add_left_out(network, own, root);
    char *printed = complete ? cJSON_PrintUnformatted(own) : NULL;
    cJSON *again = printed == NULL ? NULL : cJSON_Parse(printed);
    const bool same = cJSON_Compare(again, root, 1);
    const snnd_status status =
        again == NULL
            ? snnd_fail(network->context, SNND_ERROR_MEMORY, "there is not enough memory to compare the architecture")
        : same ? SNND_OK
               : snnd_fail(network->context, SNND_ERROR_FORMAT, "the architecture has the same key twice");
    cJSON_free(printed);
    cJSON_Delete(again);
    cJSON_Delete(own);
    return status;
}

snnd_status snnd_network_from_file(snnd_context *context, const snnd_safetensors *file, snnd_network **network) {
    const char *text = snnd_safetensors_metadata(file, SNND_NETWORK_KEY);
    cJSON *root = text == NULL ? NULL : snnd_json_parse(text);
    if (root == NULL)
        return snnd_fail(context, SNND_ERROR_FORMAT,
                         text == NULL ? "its metadata has no '%s'"
                                      : "its '%s' is not JSON, contains a zero byte, or has too many values",
                         SNND_NETWORK_KEY);
    snnd_network *made = NULL;
    snnd_status status = build_network(context, root, file, &made);
    if (status == SNND_OK)
        status = check_description(made, root);
    cJSON_Delete(root);
    if (status == SNND_OK)
        status = read_layers(made, file);
    if (status == SNND_OK)
        *network = made;
    else
        snnd_network_free(made);
    return status;
}

/* Returns an option in which two layers of one kind differ, or NULL. */
static const snnd_field *other_option(const snnd_layer *a, const snnd_layer *b) {
    const snnd_field *field = a->class->fields;
    for (; field->name != NULL; field++) {
        const size_t bytes = is_double(field) ? sizeof(double) : sizeof(int32_t);
        if (memcmp((const char *)&a->options + field->offset, (const char *)&b->options + field->offset, bytes) != 0)
            return field;
    }
    return NULL;
}

static snnd_status check_same_layer(const snnd_layer *mine, const snnd_layer *theirs) {
    snnd_context *context = mine->network->context;
    if (mine->class != theirs->class || mine->outputs != theirs->outputs)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "its layer %d is %s of %d neurons; in this network it is %s of %d", mine->index,
                         theirs->class->name, theirs->outputs, mine->class->name, mine->outputs);
    const snnd_field *other = other_option(mine, theirs);
    if (other == NULL)
        return SNND_OK;
    const double own = option_of(mine, other), given = option_of(theirs, other);
    const int digits = fabs(own - given) > 1e-8 * fabs(own) ? 9 : 17;
    return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s of its layer %d (%s) is %.*g; in this network it is %.*g",
                     other->name, mine->index, mine->class->name, digits, given, digits, own);
}

snnd_status snnd_network_same(const snnd_network *network, const snnd_network *other) {
    if (network->inputs != other->inputs || network->count != other->count)
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT,
                         "it belongs to a network of %d inputs and %d layers; this network has %d and %d",
                         other->inputs, other->count, network->inputs, network->count);
    snnd_status status = SNND_OK;
    for (int32_t i = 0; i < network->count && status == SNND_OK; i++)
        status = check_same_layer(network->layer[i], other->layer[i]);
    return status;
}

void snnd_network_take(snnd_network *network, snnd_network *other) {
    network->sigma = other->sigma;
    for (int32_t i = 0; i < network->count; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++) {
            snnd_array *mine = &network->layer[i]->arrays[name], *theirs = &other->layer[i]->arrays[name];
            if (mine->data != NULL && theirs->data != NULL) {
                memcpy(mine->data, theirs->data, snnd_array_bytes(mine));
            } else {
                snnd_layer_drop_array(network->layer[i], (snnd_array_name)name);
                *mine = *theirs;
                *theirs = (snnd_array){0};
            }
        }
}

static snnd_status load(snnd_context *context, snnd_origin origin, snnd_network **network) {
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    if (network == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "loading a network: network is NULL");
    snnd_safetensors *file;
    snnd_status status = snnd_safetensors_open(context, origin, &file);
    if (status != SNND_OK)
        return status;
    const snnd_text_mode host = snnd_set_text_mode();
    status = snnd_name_origin(context, snnd_network_from_file(context, file, network), origin);
    snnd_safetensors_close(file);
    snnd_restore_text_mode(&host);
    return status;
}

snnd_status snnd_network_load(snnd_context *context, const char *path, snnd_network **network) {
    return load(context, snnd_from_path(path), network);
}

snnd_status snnd_network_read(snnd_context *context, const snnd_reader *reader, snnd_network **network) {
    return load(context, snnd_from_reader(reader, "the network"), network);
}
