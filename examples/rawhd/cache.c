/* Stores spectrograms between runs (cache.h): a folder of arrays with its settings. The folder is filled under another
 * name and renamed when it is complete (take_place), since its files belong together. */
#include "rawhd/cache.h"

#include <cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/files.h"
#include "common/fingerprint.h"
#include "common/json.h"
#include "rawhd/front_end_settings.h"

#define OWN ".snndelay-cache" /* in the folder of the data set */

/* Returns ROOT/NAME-HASH, so that data sets of the same name in different places do not share a folder. */
static char *shared_place(const char *root, const char *data) {
    char *absolute = path_absolute(data);
    const char *slash = strrchr(absolute, '/');
    char *place = format_text("%s/%s-%016" PRIx64, root, slash != NULL && slash[1] != '\0' ? slash + 1 : "data",
                              fingerprint_add(FINGERPRINT_START, absolute, strlen(absolute)));
    free(absolute);
    return place;
}

static char *user_cache(void) {
    const char *folder = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (folder != NULL && folder[0] == '/')
        return format_text("%s/snndelay", folder);
    return home != NULL && home[0] == '/' ? format_text("%s/.cache/snndelay", home) : NULL;
}

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

/* Returns 1 if the data set's own folder can be written to, or has the wanted files. A link is not its own folder. */
static int has_own_cache(const char *data, const struct cache_key *key) {
    char *own = format_text("%s/" OWN, data);
    char *kept = format_text("%s/%s-%s", own, preset_name(key->preset), order_name(key->german_first));
    const enum kind kind = kind_of(own);
    int usable = (kind == NOTHING || kind == FOLDER) &&
                 (access(kind == NOTHING ? data : own, W_OK) == 0 || cache_is_current(kept, key));
    free(kept);
    free(own);
    return usable;
}

char *cache_folder(const char *data, const char *cache, const struct cache_key *key) {
    char *root = NULL, *place = NULL, *folder = NULL;
    if (cache != NULL)
        place = shared_place(cache, data);
    else if (has_own_cache(data, key))
        place = format_text("%s/" OWN, data);
    else if ((root = user_cache()) != NULL)
        place = shared_place(root, data);
    if (place != NULL)
        folder = format_text("%s/%s-%s", place, preset_name(key->preset), order_name(key->german_first));
    free(root);
    free(place);
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
