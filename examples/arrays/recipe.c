#include "arrays/recipe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/files.h"
#include "common/fingerprint.h"
#include "training/arrays.h"

/* The suffixes of a set's name that give its files. */
#define INPUT "_x_data.npy"  /* [N, T, I] */
#define LABELS "_y_data.npy" /* [N] */
#define LENGTHS "_l_data.npy"

/* Reads the set of this name; NULL where it is missing and may be. */
static int load_set(snnd_context *context, const struct options *options, const char *name, int needed,
                    struct data *data, snnd_dataset **set, struct failure *failure) {
    char *input = format_text("%s/%s" INPUT, options->data, name),
         *label = format_text("%s/%s" LABELS, options->data, name),
         *length = format_text("%s/%s" LENGTHS, options->data, name);
    const struct array_paths paths = {input, label, file_exists(length) ? length : NULL};
    const int has_input = file_exists(input), has_label = file_exists(label);
    int result = 0;
    if (has_input && has_label)
        result = arrays_load(context, &paths, options->scale, data, set, failure);
    else if (needed || has_input || has_label)
        result = failed(failure, "%s: there is no %s%s", options->data, name, has_input ? LABELS : INPUT);
    free(input);
    free(label);
    free(length);
    return result;
}

/* Counts the classes, and checks that all sets have the same channels. */
static int compare_sets(const struct options *options, struct data *data, struct failure *failure) {
    const snnd_dataset *set[] = {data->training, data->testing, data->validation};
    const int32_t channels = snnd_dataset_channels(data->training);
    for (size_t i = 0; i < sizeof set / sizeof *set; i++) {
        if (set[i] == NULL)
            continue;
        if (snnd_dataset_channels(set[i]) != channels)
            return failed(failure, "%s: the samples have %d channels in one set and %d in another", options->data,
                          (int)channels, (int)snnd_dataset_channels(set[i]));
        if (snnd_dataset_classes(set[i]) > data->classes)
            data->classes = snnd_dataset_classes(set[i]);
    }
    return 0;
}

static int load(snnd_context *context, const struct options *options, const struct say *say, struct data *data,
                struct failure *failure) {
    if (options->cache != NULL)
        data_say(say, "--cache has no effect: nothing is made of arrays that could be kept");
    if (load_set(context, options, "training", 1, data, &data->training, failure) != 0 ||
        load_set(context, options, "testing", 1, data, &data->testing, failure) != 0 ||
        load_set(context, options, "validation", 0, data, &data->validation, failure) != 0 ||
        compare_sets(options, data, failure) != 0)
        return -1;
    if (data->validation != NULL)
        data->validation_by = format_text("the set's own validation samples");
    uint64_t fingerprint = data_fingerprint(data_fingerprint(FINGERPRINT_START, data->training), data->testing);
    if (data->validation != NULL)
        fingerprint = data_fingerprint(fingerprint, data->validation);
    snprintf(data->fingerprint, sizeof data->fingerprint, "%016" PRIx64, fingerprint);
    return 0;
}

static const struct option_entry own[] = {
    {{"scale", REAL, OPTION_AT(scale), -1e6, 1e6, NULL}, DECIDES, "X", "1", NULL, "factor of all numbers, not 0"},
};

static const struct recipe_default defaults[] = {
    {"out", "arrays-run", NULL},
    {NULL, NULL, NULL},
};

const struct recipe recipe_arrays = {
    .name = "arrays",
    .title = "any data set in .npy files: training_x_data.npy [N, T, I], training_y_data.npy [N] and so on",
    .about =
        "Trains a spiking network with delays on samples in .npy files: NAME_x_data.npy, numbers [N, T, I] (float32\n"
        "and bytes are mapped), NAME_y_data.npy, labels [N], and where samples have different lengths "
        "NAME_l_data.npy,\n"
        "steps [N]. NAME is training, testing and, where there is one, validation.\n",
    .data = "a folder with training_x_data.npy and the others that --help names",
    .defaults = defaults,
    .own = own,
    .own_count = sizeof own / sizeof *own,
    .load = load,
};
