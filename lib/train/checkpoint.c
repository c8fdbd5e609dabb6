/* A checkpoint is a network file with additional tensors: the moments of the optimizers, and the state of the run as
 * one array of doubles. These are exact for whole numbers up to 2^53 and for all other numbers. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/finite.h"
#include "base/text_mode.h"
#include "base/utf8.h"
#include "format/network_file.h"
#include "train/trainer.h"

static const char RUN[] = "trainer.run", SETTINGS_KEY[] = "snndelay.trainer", NOTE_KEY[] = "snndelay.note";

/* ---- the place in the run ---- */

/* A number of the run: where it is stored in a trainer, and its largest valid value. */
typedef struct run_number {
    const char *name;
    enum { OF_RUN, OF_WEIGHTS, OF_POSITIONS, OF_SPARSITY } owner;
    size_t offset;
    enum { SIGNED, UNSIGNED, REAL } kind;
    double most;
} run_number;

/* The largest whole number that a double is exact for, the largest number below 1, and a limit that sums never reach.
 * */
#define MOST_WHOLE 0x1p53
#define BELOW_ONE 0x1.fffffffffffffp-1
#define MOST_REAL 1e300
#define MOST_EPOCHS (1 << 30) /* so that training can continue from there */

/* In the order in which files store them. */
static const run_number run_numbers[] = {
    {"epoch", OF_RUN, offsetof(snnd_run, epoch), SIGNED, MOST_EPOCHS},
    {"step", OF_RUN, offsetof(snnd_run, step), SIGNED, INT32_MAX},
    {"of_samples", OF_RUN, offsetof(snnd_run, of_samples), SIGNED, MOST_WHOLE},
    {"draws", OF_RUN, offsetof(snnd_run, draws), UNSIGNED, MOST_WHOLE},
    {"samples", OF_RUN, offsetof(snnd_run, samples), SIGNED, MOST_WHOLE},
    {"correct", OF_RUN, offsetof(snnd_run, correct), SIGNED, MOST_WHOLE},
    {"regrown", OF_RUN, offsetof(snnd_run, regrown), SIGNED, MOST_WHOLE},
    {"loss", OF_RUN, offsetof(snnd_run, loss), REAL, MOST_REAL},
    {"cross_entropy", OF_RUN, offsetof(snnd_run, cross_entropy), REAL, MOST_REAL},
    {"spikes", OF_RUN, offsetof(snnd_run, spikes), REAL, MOST_REAL},
    {"weight_rate", OF_RUN, offsetof(snnd_run, weight_rate), REAL, MOST_REAL},
    {"position_rate", OF_RUN, offsetof(snnd_run, position_rate), REAL, MOST_REAL},
    {"momentum", OF_RUN, offsetof(snnd_run, momentum), REAL, BELOW_ONE},
    {"position_momentum", OF_POSITIONS, offsetof(snnd_optimizer, options.momentum), REAL, BELOW_ONE},
    {"weight_steps", OF_WEIGHTS, offsetof(snnd_optimizer, steps), UNSIGNED, MOST_WHOLE},
    {"position_steps", OF_POSITIONS, offsetof(snnd_optimizer, steps), UNSIGNED, MOST_WHOLE},
    {"sparsity_steps", OF_SPARSITY, offsetof(snnd_sparsity, steps), UNSIGNED, MOST_WHOLE},
    {"accumulations", OF_RUN, offsetof(snnd_run, accumulations), REAL, MOST_REAL},
    {"multiplications", OF_RUN, offsetof(snnd_run, multiplications), REAL, MOST_REAL},
    {"rate_penalty", OF_RUN, offsetof(snnd_run, rate_penalty), REAL, MOST_REAL},
};

/* Files of earlier versions have fewer numbers; those that are missing are 0. The first version had FEWEST. */
enum { RUN_NUMBERS = sizeof run_numbers / sizeof run_numbers[0], FEWEST_RUN_NUMBERS = 17 };

/* Returns NULL for a number of the sparsity controller where there is none. */
static const void *place_of(const snnd_trainer *trainer, const run_number *number) {
    const void *const owners[] = {
        [OF_RUN] = &trainer->run,
        [OF_WEIGHTS] = trainer->weights,
        [OF_POSITIONS] = trainer->positions,
        [OF_SPARSITY] = trainer->options.sparsity,
    };
    const char *owner = owners[number->owner];
    return owner == NULL ? NULL : owner + number->offset;
}

static void pack(const snnd_trainer *trainer, double numbers[RUN_NUMBERS]) {
    for (int i = 0; i < RUN_NUMBERS; i++) {
        const void *place = place_of(trainer, &run_numbers[i]);
        if (place == NULL)
            numbers[i] = 0;
        else if (run_numbers[i].kind == SIGNED)
            numbers[i] = (double)*(const int64_t *)place;
        else if (run_numbers[i].kind == UNSIGNED)
            numbers[i] = (double)*(const uint64_t *)place;
        else
            numbers[i] = *(const double *)place;
    }
}

static void unpack(snnd_trainer *trainer, const double numbers[RUN_NUMBERS]) {
    for (int i = 0; i < RUN_NUMBERS; i++) {
        void *place = (void *)(uintptr_t)place_of(trainer, &run_numbers[i]);
        if (place == NULL)
            continue;
        if (run_numbers[i].kind == SIGNED)
            *(int64_t *)place = (int64_t)numbers[i];
        else if (run_numbers[i].kind == UNSIGNED)
            *(uint64_t *)place = (uint64_t)numbers[i];
        else
            *(double *)place = numbers[i];
    }
    trainer->weights->options.rate = trainer->run.weight_rate;
    trainer->weights->options.momentum = trainer->run.momentum;
    trainer->positions->options.rate = trainer->run.position_rate;
    if (trainer->options.sparsity != NULL)
        snnd_sparsity_announce(trainer->options.sparsity);
}

static snnd_status check_numbers(snnd_context *context, const double numbers[RUN_NUMBERS]) {
    for (int i = 0; i < RUN_NUMBERS; i++) {
        const bool whole = run_numbers[i].kind != REAL;
        if (!(numbers[i] >= 0 && numbers[i] <= run_numbers[i].most) || (whole && numbers[i] != floor(numbers[i])))
            return snnd_fail(context, SNND_ERROR_FORMAT, "'%s' in '%s' is %g; expected a %snumber of 0 to %g",
                             run_numbers[i].name, RUN, numbers[i], whole ? "whole " : "", run_numbers[i].most);
    }
    return SNND_OK;
}

/* ---- the settings that both runs must share ---- */

static bool add_whole(cJSON *object, const char *name, uint64_t value) {
    char text[32];
    snprintf(text, sizeof text, "%llu",
             (unsigned long long)value); /* as text, since JSON numbers are exact only up to 2^53 */
    return cJSON_AddStringToObject(object, name, text) != NULL;
}

static bool describe_schedule(cJSON *root, const char *name, const snnd_schedule *schedule) {
    cJSON *object = cJSON_AddObjectToObject(root, name);
    return object != NULL && add_whole(object, "kind", (uint64_t)schedule->kind) &&
           add_whole(object, "epochs", (uint64_t)schedule->epochs) &&
           snnd_json_add_double(object, "value", schedule->value) &&
           snnd_json_add_double(object, "final", schedule->final) &&
           snnd_json_add_double(object, "rise", schedule->rise) &&
           snnd_json_add_double(object, "divide", schedule->divide) &&
           snnd_json_add_double(object, "final_divide", schedule->final_divide) &&
           snnd_json_add_double(object, "momentum_low", schedule->momentum_low) &&
           snnd_json_add_double(object, "momentum_high", schedule->momentum_high);
}

static bool describe_optimizer(cJSON *root, const char *name, const snnd_optimizer_options *options) {
    cJSON *object = cJSON_AddObjectToObject(root, name);
    return object != NULL && add_whole(object, "kind", (uint64_t)options->kind) &&
           snnd_json_add_double(object, "beta2", options->beta2) &&
           snnd_json_add_double(object, "epsilon", options->epsilon) &&
           snnd_json_add_double(object, "weight_decay", options->weight_decay) &&
           add_whole(object, "decoupled", (uint64_t)options->decoupled);
}

/* Describes the options of the rule. */
static bool describe_rule(cJSON *object, const snnd_sparsity *sparsity) {
    bool good = cJSON_AddStringToObject(object, "rule", sparsity->class->name) != NULL;
    for (const snnd_field *field = sparsity->class->fields; field != NULL && field->name != NULL && good; field++) {
        const void *at = (const char *)&sparsity->options + field->offset;
        good = field->kind == SNND_FIELD_DOUBLE ? snnd_json_add_double(object, field->name, *(const double *)at)
                                                : add_whole(object, field->name, (uint64_t) * (const int32_t *)at);
    }
    return good;
}

static bool describe_sparsity(cJSON *root, const snnd_sparsity *sparsity) {
    cJSON *object = cJSON_AddObjectToObject(root, "sparsity");
    if (object == NULL || sparsity == NULL)
        return object != NULL;
    const snnd_structure *structure = &sparsity->structure;
    return describe_rule(object, sparsity) && add_whole(object, "budget", (uint64_t)structure->budget) &&
           add_whole(object, "density", (uint64_t)structure->density) &&
           snnd_json_add_double(object, "sparsity", structure->sparsity) &&
           add_whole(object, "fan_in", (uint64_t)structure->fan_in) && add_whole(object, "seed", structure->seed);
}

/* Settings that were added later. They are not written where they are 0, and are 0 in files that do not have them. */
static const struct {
    const char *name;
    size_t offset;
} later_settings[] = {
    {"label_smoothing", offsetof(snnd_trainer_options, label_smoothing)},
    {"rate_penalty", offsetof(snnd_trainer_options, rate_penalty)},
    {"rate_lower", offsetof(snnd_trainer_options, rate_lower)},
    {"rate_upper", offsetof(snnd_trainer_options, rate_upper)},
    {"clip_norm", offsetof(snnd_trainer_options, clip_norm)},
};

enum { LATER_SETTINGS = sizeof later_settings / sizeof later_settings[0] };

/* Other settings that were added later: one is stored as a text, since it has a number for each class, and one is 1
 * where it is not written. */
static const char CLASS_WEIGHT[] = "class_weight", SHARDS[] = "shards";

static bool describe_class_weights(cJSON *root, const snnd_trainer *trainer) {
    enum { LONGEST = 26 };
    const size_t count = (size_t)trainer->loss.class_weight_count, room = count * LONGEST;
    if (count == 0)
        return true;
    char *text = malloc(room);
    size_t at = 0;
    for (size_t c = 0; c < count && text != NULL; c++)
        at += (size_t)snprintf(text + at, room - at, "%s%.17g", c == 0 ? "" : " ", trainer->class_weight[c]);
    const bool good = text != NULL && cJSON_AddStringToObject(root, CLASS_WEIGHT, text) != NULL;
    free(text);
    return good;
}

static bool describe_later(cJSON *root, const snnd_trainer *trainer) {
    bool good = describe_class_weights(root, trainer) &&
                (trainer->options.shards == 1 || add_whole(root, SHARDS, (uint64_t)trainer->options.shards));
    for (int k = 0; k < LATER_SETTINGS && good; k++) {
        const double value = *(const double *)((const char *)&trainer->options + later_settings[k].offset);
        good = !(value > 0) || snnd_json_add_double(root, later_settings[k].name, value);
    }
    return good;
}

/* Returns the settings, to be released by cJSON_Delete(), or NULL where memory is out. */
static cJSON *describe_settings(const snnd_trainer *trainer) {
    const snnd_trainer_options *options = &trainer->options;
    cJSON *root = cJSON_CreateObject();
    if (root != NULL && add_whole(root, "epochs", (uint64_t)options->epochs) &&
        add_whole(root, "batch", (uint64_t)options->batch) && add_whole(root, "seed", options->seed) &&
        add_whole(root, "readout", (uint64_t)trainer->network->readout) &&
        snnd_json_add_double(root, "l1", options->l1) &&
        describe_schedule(root, "weight_schedule", &trainer->weight_schedule) &&
        describe_schedule(root, "position_schedule", &trainer->position_schedule) &&
        describe_schedule(root, "sigma_schedule", &trainer->sigma_schedule) &&
        describe_optimizer(root, "weights", &trainer->weights->options) &&
        describe_optimizer(root, "positions", &trainer->positions->options) &&
        describe_sparsity(root, options->sparsity) && describe_later(root, trainer))
        return root;
    cJSON_Delete(root);
    return NULL;
}

/* Compares settings as printed text, so that a setting that was printed and read again is equal to one that is not yet
 * printed. */
static bool same_text(const cJSON *a, const cJSON *b) {
    char *left = cJSON_PrintUnformatted(a), *right = cJSON_PrintUnformatted(b);
    const bool same = left != NULL && right != NULL && strcmp(left, right) == 0;
    cJSON_free(left);
    cJSON_free(right);
    return same;
}

static snnd_status other_setting(const snnd_trainer *trainer, const char *name) {
    return snnd_fail(trainer->context, SNND_ERROR_ARGUMENT, "its setting '%s' differs from that of this trainer", name);
}

/* Compares a setting that was added later, and which may be missing on either side. */
static snnd_status compare_later(const snnd_trainer *trainer, const cJSON *own, const cJSON *theirs) {
    for (int k = 0; k < LATER_SETTINGS + 2; k++) {
        const char *name = k < LATER_SETTINGS ? later_settings[k].name : k == LATER_SETTINGS ? CLASS_WEIGHT : SHARDS;
        if (!cJSON_HasObjectItem(own, name) && cJSON_GetObjectItemCaseSensitive(theirs, name) != NULL)
            return other_setting(trainer, name);
    }
    return SNND_OK;
}

static snnd_status compare_settings(const snnd_trainer *trainer, const char *text) {
    cJSON *theirs = snnd_json_parse(text);
    if (theirs == NULL)
        return snnd_fail(trainer->context, SNND_ERROR_FORMAT,
                         "its '%s' is not JSON, contains a zero byte, or has too many values", SETTINGS_KEY);
    cJSON *own = describe_settings(trainer);
    char *printed = own == NULL ? NULL : cJSON_PrintUnformatted(own);
    cJSON *again = printed == NULL ? NULL : cJSON_Parse(printed);
    snnd_status status = SNND_OK;
    if (again == NULL)
        status = snnd_fail(trainer->context, SNND_ERROR_MEMORY, "there is not enough memory to compare settings");
    const cJSON *setting;
    cJSON_ArrayForEach(setting, again) {
        const cJSON *other = cJSON_GetObjectItemCaseSensitive(theirs, setting->string);
        if (status == SNND_OK && !same_text(setting, other))
            status = other_setting(trainer, setting->string);
    }
    if (status == SNND_OK)
        status = compare_later(trainer, again, theirs);
    if (status == SNND_OK && !cJSON_Compare(again, theirs, 1))
        status = snnd_fail(trainer->context, SNND_ERROR_FORMAT,
                           "it has a setting that this version does not know, or the same setting twice");
    cJSON_free(printed);
    cJSON_Delete(again);
    cJSON_Delete(theirs);
    cJSON_Delete(own);
    return status;
}

/* ---- the moments ---- */

/* Calls `each` for every moment of an optimizer as a tensor, until one fails. */
static snnd_status for_each_moment(const snnd_optimizer *optimizer, const char *which,
                                   snnd_status (*each)(void *argument, const snnd_tensor *tensor), void *argument) {
    snnd_status status = SNND_OK;
    for (int32_t i = 0; i < optimizer->network->count; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++)
            for (int order = 1; order <= 2 && status == SNND_OK; order++) {
                const snnd_moment *moment = &optimizer->moment[i];
                float *data = order == 1 ? moment->first[name] : moment->second[name];
                if (data == NULL)
                    continue;
                snnd_tensor tensor = {.array = optimizer->network->layer[i]->arrays[name]};
                tensor.array.data = data;
                snprintf(tensor.name, sizeof tensor.name, "optimizer.%s.layers.%d.%s.%d", which, i,
                         snnd_array_word((snnd_array_name)name), order);
                status = each(argument, &tensor);
            }
    return status;
}

static snnd_status for_all_moments(const snnd_trainer *trainer,
                                   snnd_status (*each)(void *argument, const snnd_tensor *tensor), void *argument) {
    snnd_status status = for_each_moment(trainer->weights, "weights", each, argument);
    return status == SNND_OK ? for_each_moment(trainer->positions, "positions", each, argument) : status;
}

/* ---- the factors of learning rates ---- */

/* Calls `each` for every factor of an optimizer's arrays as a tensor, until one fails. */
static snnd_status for_each_factor(const snnd_optimizer *optimizer,
                                   snnd_status (*each)(void *argument, const snnd_tensor *tensor), void *argument) {
    snnd_status status = SNND_OK;
    for (int32_t i = 0; i < optimizer->network->count; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES && status == SNND_OK; name++) {
            snnd_moment *moment = &optimizer->moment[i];
            if (moment->first[name] == NULL)
                continue;
            snnd_tensor tensor = {
                .array = {
                    .data = &moment->factor[name], .dtype = SNND_FLOAT64, .dimensions = 1, .shape = {1, 1, 1, 1}}};
            snprintf(tensor.name, sizeof tensor.name, "optimizer.layers.%d.%s.factor", i,
                     snnd_array_word((snnd_array_name)name));
            status = each(argument, &tensor);
        }
    return status;
}

static snnd_status for_all_factors(const snnd_trainer *trainer,
                                   snnd_status (*each)(void *argument, const snnd_tensor *tensor), void *argument) {
    const snnd_status status = for_each_factor(trainer->weights, each, argument);
    return status == SNND_OK ? for_each_factor(trainer->positions, each, argument) : status;
}

static double factor_in(const snnd_tensor *tensor) {
    return *(const double *)tensor->array.data;
}

/* ---- saving ---- */

typedef struct list {
    snnd_tensor *tensors; /* NULL: tensors are only counted */
    size_t count;
} list;

static snnd_status append(void *argument, const snnd_tensor *tensor) {
    list *to = argument;
    if (to->tensors != NULL)
        to->tensors[to->count] = *tensor;
    to->count++;
    return SNND_OK;
}

/* A factor of 1 is not written. */
static snnd_status append_factor(void *argument, const snnd_tensor *tensor) {
    return factor_in(tensor) < 1 || factor_in(tensor) > 1 ? append(argument, tensor) : SNND_OK;
}

/* Lists everything as tensors. `numbers` is the data of the last one. */
static snnd_status gather_tensors(const snnd_trainer *trainer, double numbers[RUN_NUMBERS], list *result) {
    snnd_tensor *of_network;
    size_t count;
    list all = {0};
    if (snnd_network_tensors(trainer->network, &of_network, &count) != SNND_OK)
        return SNND_ERROR_MEMORY;
    for_all_moments(trainer, append, &all);
    for_all_factors(trainer, append_factor, &all);
    all.tensors = snnd_allocate(trainer->context, snnd_size_add(all.count, count + 1), sizeof *all.tensors);
    if (all.tensors == NULL) {
        snnd_release(trainer->context, of_network);
        return SNND_ERROR_MEMORY;
    }
    all.count = 0;
    snnd_tensor run = {
        .array = {.data = numbers, .dtype = SNND_FLOAT64, .dimensions = 1, .shape = {RUN_NUMBERS, 1, 1, 1}}};
    memcpy(run.name, RUN, sizeof RUN);
    append(&all, &run);
    for (size_t i = 0; i < count; i++)
        append(&all, &of_network[i]);
    for_all_moments(trainer, append, &all);
    for_all_factors(trainer, append_factor, &all);
    snnd_release(trainer->context, of_network);
    *result = all;
    return SNND_OK;
}

static snnd_status write_checkpoint(const snnd_trainer *trainer, snnd_target target, const char *note,
                                    const char *network, const char *settings) {
    double numbers[RUN_NUMBERS];
    list all;
    pack(trainer, numbers);
    snnd_status status = gather_tensors(trainer, numbers, &all);
    if (status != SNND_OK)
        return status;
    const snnd_metadata metadata[] = {{"format", "snndelay"},
                                      {SNND_NETWORK_KEY, network},
                                      {SETTINGS_KEY, settings},
                                      {NOTE_KEY, note == NULL ? "" : note}};
    status = snnd_safetensors_write(trainer->context, target, all.tensors, all.count, metadata, 4);
    snnd_release(trainer->context, all.tensors);
    return status;
}

static snnd_status check_finite(void *argument, const snnd_tensor *tensor) {
    const snnd_trainer *trainer = argument;
    return snnd_all_finite(tensor->array.data, snnd_array_elements(&tensor->array))
               ? SNND_OK
               : snnd_fail(trainer->context, SNND_ERROR_NUMERIC, "the moments '%s' are not finite", tensor->name);
}

static snnd_status check_run(snnd_trainer *trainer, const char *note) {
    if (note != NULL && !snnd_is_utf8(note, strlen(note)))
        return snnd_fail(trainer->context, SNND_ERROR_ARGUMENT, "the note of a checkpoint is not UTF-8");
    snnd_status status = snnd_network_check_values(trainer->network);
    if (status == SNND_OK && trainer->options.sparsity != NULL)
        status = snnd_sparsity_check_masks(trainer->options.sparsity);
    if (status == SNND_OK)
        status = for_all_moments(trainer, check_finite, trainer);
    if (status != SNND_OK)
        return status;
    if (trainer->diverged)
        return snnd_fail(trainer->context, SNND_ERROR_NUMERIC,
                         "training diverged in its last step, and nothing was saved; load an earlier checkpoint");
    return SNND_OK;
}

static snnd_status save(snnd_trainer *trainer, snnd_target target, const char *note) {
    snnd_status status = trainer == NULL ? SNND_ERROR_ARGUMENT : check_run(trainer, note);
    if (status != SNND_OK)
        return status;
    const snnd_text_mode host = snnd_set_text_mode();
    target.host = &host;
    cJSON *settings = describe_settings(trainer);
    char *network_text = NULL, *settings_text = settings == NULL ? NULL : cJSON_PrintUnformatted(settings);
    status = settings_text == NULL
                 ? snnd_fail(trainer->context, SNND_ERROR_MEMORY, "there is not enough memory to describe the run")
                 : snnd_network_text(trainer->network, &network_text);
    if (status == SNND_OK)
        status = write_checkpoint(trainer, target, note, network_text, settings_text);
    cJSON_free(network_text);
    cJSON_free(settings_text);
    cJSON_Delete(settings);
    snnd_restore_text_mode(&host);
    return status;
}

snnd_status snnd_trainer_save_checkpoint(snnd_trainer *trainer, const char *path, const char *note) {
    return save(trainer, snnd_to_path(path), note);
}

snnd_status snnd_trainer_write_checkpoint(snnd_trainer *trainer, const snnd_writer *writer, const char *note) {
    return save(trainer, snnd_to_writer(writer), note);
}

/* ---- loading ---- */

/* The second moments of Adam are squares. */
static snnd_status check_moment(void *argument, const snnd_tensor *tensor) {
    const bool square = tensor->name[strlen(tensor->name) - 1] == '2';
    const snnd_status status = snnd_safetensors_check(argument, tensor->name, &tensor->array);
    return status == SNND_OK ? snnd_safetensors_check_numbers(argument, tensor->name, square ? 0 : -HUGE_VAL) : status;
}

static snnd_status read_moment(void *argument, const snnd_tensor *tensor) {
    return snnd_safetensors_read(argument, tensor->name, &tensor->array);
}

/* A trainer that reads a checkpoint, and the file. */
typedef struct reading {
    const snnd_trainer *trainer;
    const snnd_safetensors *file;
} reading;

static snnd_status check_factor(void *argument, const snnd_tensor *tensor) {
    const reading *r = argument;
    double factor = 1;
    snnd_array array = tensor->array;
    array.data = &factor;
    const bool has = snnd_safetensors_has(r->file, tensor->name);
    const snnd_status status = has ? snnd_safetensors_read(r->file, tensor->name, &array) : SNND_OK;
    return status != SNND_OK || snnd_is_rate(factor) ? status
                                                     : snnd_fail(r->trainer->context, SNND_ERROR_FORMAT,
                                                                 "'%s' is %g; expected 0 to 1e6", tensor->name, factor);
}

static snnd_status read_factor(void *argument, const snnd_tensor *tensor) {
    const snnd_safetensors *file = argument;
    *(double *)tensor->array.data = 1;
    return snnd_safetensors_has(file, tensor->name) ? snnd_safetensors_read(file, tensor->name, &tensor->array)
                                                    : SNND_OK;
}

/* Checks that the file has the masks and signs that the controller needs. */
static snnd_status check_sparsity(const snnd_trainer *trainer, const snnd_network *held) {
    const snnd_sparsity *sparsity = trainer->options.sparsity;
    const snnd_status status = snnd_sparsity_check_held(trainer->network, held);
    return status != SNND_OK || sparsity == NULL ? status
                                                 : snnd_structure_check_counts(sparsity, held, SNND_ERROR_FORMAT);
}

static snnd_status read_numbers(const snnd_safetensors *file, double numbers[RUN_NUMBERS]) {
    const int64_t held = snnd_safetensors_elements(file, RUN);
    const int64_t count = held >= FEWEST_RUN_NUMBERS && held < RUN_NUMBERS ? held : RUN_NUMBERS;
    const snnd_array run = {.data = numbers, .dtype = SNND_FLOAT64, .dimensions = 1, .shape = {count, 1, 1, 1}};
    for (int i = 0; i < RUN_NUMBERS; i++)
        numbers[i] = 0;
    return snnd_safetensors_read(file, RUN, &run);
}

/* Checks everything first, and then changes the trainer. */
static snnd_status restore(snnd_trainer *trainer, snnd_safetensors *file, snnd_network *held, char **note) {
    double numbers[RUN_NUMBERS];
    const char *settings = snnd_safetensors_metadata(file, SETTINGS_KEY),
               *kept = snnd_safetensors_metadata(file, NOTE_KEY);
    if (settings == NULL || kept == NULL)
        return snnd_fail(trainer->context, SNND_ERROR_FORMAT,
                         "it is a network, but not a checkpoint: its metadata has no '%s'",
                         settings == NULL ? SETTINGS_KEY : NOTE_KEY);
    snnd_status status = snnd_network_same(trainer->network, held);
    if (status == SNND_OK)
        status = compare_settings(trainer, settings);
    if (status == SNND_OK)
        status = check_sparsity(trainer, held);
    if (status == SNND_OK)
        status = for_all_moments(trainer, check_moment, file);
    if (status == SNND_OK)
        status = for_all_factors(trainer, check_factor, &(reading){trainer, file});
    if (status == SNND_OK)
        status = read_numbers(file, numbers);
    if (status == SNND_OK)
        status = check_numbers(trainer->context, numbers);
    if (status != SNND_OK)
        return status;
    if (note != NULL && (*note = snnd_copy_string(trainer->context, kept)) == NULL)
        return SNND_ERROR_MEMORY;
    for_all_moments(trainer, read_moment, file);
    for_all_factors(trainer, read_factor, file);
    snnd_network_take(trainer->network, held);
    unpack(trainer, numbers);
    return SNND_OK;
}

static snnd_status load(snnd_trainer *trainer, snnd_origin origin, char **note) {
    if (trainer == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_safetensors *file;
    snnd_network *held = NULL;
    snnd_status status = snnd_trainer_check_idle(trainer);
    if (status == SNND_OK)
        status = snnd_safetensors_open(trainer->context, origin, &file);
    if (status != SNND_OK)
        return status;
    const snnd_text_mode host = snnd_set_text_mode();
    status = snnd_network_from_file(trainer->context, file, &held);
    if (status == SNND_OK)
        status = restore(trainer, file, held, note);
    status = snnd_name_origin(trainer->context, status, origin);
    if (status == SNND_OK)
        trainer->diverged = false;
    snnd_network_free(held);
    snnd_safetensors_close(file);
    snnd_restore_text_mode(&host);
    return status;
}

snnd_status snnd_trainer_load_checkpoint(snnd_trainer *trainer, const char *path, char **note) {
    return load(trainer, snnd_from_path(path), note);
}

snnd_status snnd_trainer_read_checkpoint(snnd_trainer *trainer, const snnd_reader *reader, char **note) {
    return load(trainer, snnd_from_reader(reader, "the checkpoint"), note);
}
