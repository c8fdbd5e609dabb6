/*
 * Fuzz target: the JSON that describes a network. The input is that text; the file around it has the tensors that the
 * text asks for, as far as they are small, so that what is wrong is the text.
 */
#include <cjson/cJSON.h>
#include <math.h>

#include "base/array.h"
#include "format/network_file.h"
#include "use.h"

enum { MOST_TENSORS = 64, MOST_NUMBERS = 4096 };

static snnd_tensor tensors[MOST_TENSORS];
static size_t count;
static float floats[MOST_NUMBERS];

static int32_t number(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) && fabs(item->valuedouble) < 1e6 ? (int32_t)item->valuedouble : -1;
}

static void add_tensor(int layer, const char *word, int32_t dimensions, int32_t a, int32_t b, int32_t c) {
    if (count == MOST_TENSORS || a < 0 || b < 0 || c < 0 || (double)a * b * c > MOST_NUMBERS)
        return;
    snnd_tensor *made = &tensors[count++];
    snprintf(made->name, sizeof made->name, "layers.%d.%s", layer, word);
    made->array = (snnd_array){
        .data = floats, .dtype = SNND_FLOAT32, .dimensions = dimensions, .shape = {a, dimensions < 2 ? 1 : b, c, 1}};
}

/* What a layer of these options holds. */
static int32_t add_layer(const cJSON *entry, int index, int32_t inputs) {
    static const char *const words[] = {"scale", "shift", "running_mean", "running_variance"};
    const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, "type"));
    const int32_t outputs = number(entry, "outputs"), each = number(entry, "kernel_count");
    if (type != NULL && strcmp(type, "delays") == 0) {
        add_tensor(index, "weight", 3, outputs, inputs, each);
        add_tensor(index, "position", 3, outputs, inputs, each);
        return outputs;
    }
    for (int w = 0; w < 4 && type != NULL && strcmp(type, "batch_norm") == 0; w++)
        add_tensor(index, words[w], 1, inputs, 1, 1);
    return inputs;
}

static void add_all(const char *text) {
    cJSON *root = cJSON_Parse(text);
    const cJSON *entry;
    int index = 0;
    int32_t inputs = number(root, "inputs");
    count = 0;
    for (int k = 0; k < MOST_NUMBERS; k++)
        floats[k] = (float)(k % 11) * 0.25f;
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(root, "layers")) inputs =
        add_layer(entry, index++, inputs);
    cJSON_Delete(root);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    snnd_context *context = fuzz_open();
    snnd_network *network = NULL;
    char *text = calloc(size + 1, 1);
    memcpy(text, data, size);
    add_all(text);
    const snnd_metadata metadata = {SNND_NETWORK_KEY, text};
    if (MAY(context, snnd_safetensors_write(context, snnd_to_path(fuzz_path("input")), tensors, count, &metadata, 1)) ==
        SNND_OK)
        MAY(context, snnd_network_load(context, fuzz_path("input"), &network)); /* else it is not UTF-8 */
    if (network != NULL)
        fuzz_save_again(context, network);
    if (network != NULL && fuzz_is_small(network)) {
        fuzz_look(context, network);
        fuzz_pass(context, network);
    }
    snnd_network_free(network);
    free(text);
    fuzz_close(context);
    return 0;
}
