/* Stores spectrograms between runs (cache.h): a folder of arrays with its settings. The folder is filled under another
 * name and renamed when it is complete (take_place), since its files belong together. */
#include "rawhd/cache.h"

#include <cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/caches.h"
#include "common/files.h"
#include "common/json.h"
#include "rawhd/front_end_settings.h"

/* The type of a path itself, and not of a link's target, since links of data sets may point anywhere. */
enum kind { NOTHING, FOLDER, LINK, OTHER };

static enum kind kind_of(const char *path) {
    struct stat about;
    if (lstat(path, &about) != 0)
        return NOTHING;
    return S_ISDIR(about.st_mode) ? FOLDER : S_ISLNK(about.st_mode) ? LINK : OTHER;
}

static cJSON *settings_of(const struct cache_key *key) {
    cJSON *settings = cJSON_CreateObject();
    front_end_describe_kind(&(struct front_end){.preset = key->preset, .german_first = key->german_first}, settings);
    cJSON_AddStringToObject(settings, "fingerprint", key->fingerprint);
    return settings;
}

/* Returns 1 if `found` contains everything in `wanted`. */
static int agrees(const cJSON *found, const cJSON *wanted) {
    for (const cJSON *item = wanted->child; item != NULL; item = item->next)
        if (!cJSON_Compare(cJSON_GetObjectItemCaseSensitive(found, item->string), item, 1))
            return 0;
    return 1;
}

int cache_is_current(const char *folder, const struct cache_key *key) {
    static const char *const file[] = {CACHE_SETTINGS, TRAINING_INPUT, TRAINING_LABELS, TESTING_INPUT, TESTING_LABELS};
    struct failure ignored;
    int current = kind_of(folder) == FOLDER;
    for (size_t i = 0; current && i < sizeof file / sizeof *file; i++)
        current = file_check_in(folder, file[i], &ignored) == 1;
    if (!current)
        return 0;
    cJSON *found = json_read_in(folder, CACHE_SETTINGS, &ignored), *wanted = settings_of(key);
    current = found != NULL && agrees(found, wanted);
    cJSON_Delete(wanted);
    cJSON_Delete(found);
    return current;
}

char *cache_folder(const char *data, const char *cache, const struct cache_key *key) {
    struct caches caches;
    struct failure ignored;
    char *folder = NULL;
    caches_find(data, cache, &caches);
    for (int i = 0; folder == NULL && i < caches.count; i++) {
        char *place =
            format_text("%s/%s-%s", caches.folder[i], preset_name(key->preset), order_name(key->german_first));
        /* Where nothing can be written to the last folder, cache_store() says why. */
        if (i == caches.count - 1 || cache_is_current(place, key) ||
            folder_can_be_made(caches.folder[i], &ignored) == 0)
            folder = place;
        else
            free(place);
    }
    caches_free(&caches);
    return folder;
}

static int store_array(snnd_context *context, const char *folder, const char *name, const snnd_array *array,
                       struct failure *failure) {
    char *path = format_text("%s/%s", folder, name);
    int result = snnd_array_save_npy(context, array, path) == SNND_OK
                     ? 0
                     : failed(failure, "%s", snnd_context_last_error(context));
    free(path);
    return result;
}

static int store_set(snnd_context *context, const char *folder, const char *input, const char *labels,
                     const struct spectrograms *set, struct failure *failure) {
    int64_t count = (int64_t)set->count;
    snnd_array x = {set->cells, SNND_FLOAT32, 3, {count, MEL_STEPS, MEL_CHANNELS, 1}};
    snnd_array y = {set->labels, SNND_INT64, 1, {count, 1, 1, 1}};
    if (store_array(context, folder, input, &x, failure) != 0)
        return -1;
    return store_array(context, folder, labels, &y, failure);
}

static int store_settings(const char *folder, const struct cache_key *key, const struct spectrograms *training,
                          const struct spectrograms *testing, const struct spectrogram_scale *scale,
                          struct failure *failure) {
    cJSON *settings = settings_of(key);
    cJSON_AddNumberToObject(settings, "training", (double)training->count);
    cJSON_AddNumberToObject(settings, "testing", (double)testing->count);
    front_end_describe_scale(&(struct front_end){.preset = key->preset, .scale = *scale}, settings);
    char *text = cJSON_Print(settings);
    int result = file_write_in(folder, CACHE_SETTINGS, text, failure);
    cJSON_free(text);
    cJSON_Delete(settings);
    return result;
}

/* Replaces `folder` by the folder `made`. */
static int take_place(const char *made, const char *folder, struct failure *failure) {
    char *old = format_text("%s.old", made);
    if (kind_of(folder) == LINK)
        unlink(folder); /* only the link, and not its target */
    int was_there = rename(folder, old) == 0;
    int result = rename(made, folder) == 0 ? 0 : failed(failure, "%s: cannot write: %s", folder, strerror(errno));
    if (was_there && (result == 0 || rename(old, folder) != 0))
        folder_remove(old);
    free(old);
    return result;
}

int cache_store(snnd_context *context, const char *folder, const struct cache_key *key,
                const struct spectrograms *training, const struct spectrograms *testing,
                const struct spectrogram_scale *scale, struct failure *failure) {
    char *parent = format_text("%s", folder);
    *strrchr(parent, '/') = '\0';
    int result = folder_make(parent, failure);
    free(parent);
    if (result != 0)
        return result;
    char *temporary = format_text("%s.XXXXXX", folder);
    if (mkdtemp(temporary) == NULL) {
        free(temporary);
        return failed(failure, "%s: cannot write: %s", folder, strerror(errno));
    }
    (void)chmod(temporary, 0755);
    result = store_set(context, temporary, TRAINING_INPUT, TRAINING_LABELS, training, failure);
    if (result == 0)
        result = store_set(context, temporary, TESTING_INPUT, TESTING_LABELS, testing, failure);
    if (result == 0)
        result = store_settings(temporary, key, training, testing, scale, failure);
    if (result == 0)
        result = take_place(temporary, folder, failure);
    if (result != 0)
        folder_remove(temporary);
    free(temporary);
    return result;
}
