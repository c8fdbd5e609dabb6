#include "training/keep.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/files.h"
#include "common/json.h"
#include "common/lock.h"
#include "rawhd/front_end_settings.h"
#include "training/history.h"
#include "training/predict.h"

static const char *const run_files[] = {KEEP_LOG,     KEEP_SETTINGS, FRONT_END_FILE, KEEP_CHECKPOINT,
                                        KEEP_INITIAL, KEEP_BEST,     KEEP_LAST,      KEEP_PREDICTIONS};

enum { RUN_FILES = sizeof run_files / sizeof *run_files };

static char *path_in(const char *out, const char *name) {
    return format_text("%s/%s", out, name);
}

static int library_failure(const struct keep *keep, struct failure *failure) {
    return failed(failure, "%s", snnd_context_last_error(keep->context));
}

cJSON *keep_settings(const char *out, struct failure *failure) {
    if (file_exists_in(out, KEEP_SETTINGS))
        return json_read_in(out, KEEP_SETTINGS, failure);
    failed(failure, "--resume: there is no run in %s: %s/" KEEP_SETTINGS " is missing", out, out);
    return NULL;
}

int keep_claim(const char *out, int overwrite, struct failure *failure) {
    for (int i = 0; !overwrite && i < RUN_FILES; i++)
        if (file_exists_in(out, run_files[i]))
            return failed(failure,
                          "--out: there is already a run in %s (%s); --resume continues it, --overwrite removes it",
                          out, run_files[i]);
    struct failure reason;
    return folder_can_be_made(out, &reason) == 0 ? 0 : failed(failure, "--out: %s", reason.text);
}

int keep_has(const struct keep *keep, const char *name) {
    return file_exists_in(keep->out, name);
}

/* Files are written under a temporary name; those of killed runs are left over. */
static void remove_leftovers(const char *out) {
    DIR *folder = opendir(out);
    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        for (int i = 0; i < RUN_FILES; i++) {
            const size_t length = strlen(run_files[i]);
            if (strncmp(entry->d_name, run_files[i], length) == 0 && entry->d_name[length] == '.')
                file_remove_in(out, entry->d_name);
        }
    closedir(folder);
}

/* Two runs would overwrite each other's files. Without a lock, a temporary file may belong to another process. */
static int lock_folder(struct keep *keep, struct failure *failure) {
    const enum lock_result result =
        keep->lock >= 0 ? LOCK_HELD : lock_try(keep->out, LOCK_IF_THERE_IS, &keep->lock, failure);
    if (result == LOCK_TAKEN)
        return failed(failure, "--out: another process is at work in %s and has locked %s/" LOCK_FILE, keep->out,
                      keep->out);
    if (keep->lock >= 0)
        remove_leftovers(keep->out);
    return result == LOCK_HELD ? 0 : -1;
}

int keep_begin(struct keep *keep, struct failure *failure) {
    if (lock_folder(keep, failure) != 0)
        return -1;
    for (int i = 0; i < RUN_FILES; i++)
        file_remove_in(keep->out, run_files[i]);
    return json_write_in(keep->out, KEEP_SETTINGS, keep->settings, failure);
}

int keep_model(const struct keep *keep, const snnd_network *network, const char *name, struct failure *failure) {
    char *path = path_in(keep->out, name);
    snnd_status status = snnd_network_save(network, path);
    free(path);
    return status == SNND_OK ? 0 : library_failure(keep, failure);
}

int keep_predictions(const struct keep *keep, snnd_network *network, const snnd_dataset *set, const int32_t *speaker,
                     int32_t batch, struct failure *failure) {
    struct predictions predictions;
    if (predict(keep->context, network, set, speaker, batch, &predictions, failure) != 0)
        return -1;
    const int result = predictions_write(&predictions, keep->out, failure);
    predictions_free(&predictions);
    return result;
}

int keep_front_end(const struct keep *keep, const cJSON *front_end, struct failure *failure) {
    return json_write_in(keep->out, FRONT_END_FILE, front_end, failure);
}

int keep_load(snnd_context *context, const char *folder, const char *name, snnd_network **network,
              struct failure *failure) {
    *network = NULL;
    const int there = file_check_in(folder, name, failure);
    if (there != 1)
        return there;
    char *path = path_in(folder, name);
    const snnd_status status = snnd_network_load(context, path, network);
    free(path);
    return status == SNND_OK ? 1 : failed(failure, "%s", snnd_context_last_error(context));
}

int keep_changes(const struct keep *keep, const snnd_network *network, snnd_changes *changes, struct failure *failure) {
    const char *name = cJSON_GetArraySize(keep->history) > 0 ? KEEP_LAST : KEEP_INITIAL;
    snnd_network *before;
    snnd_changes_init(changes, sizeof *changes);
    const int there = keep_load(keep->context, keep->out, name, &before, failure);
    if (there != 1)
        return there < 0 ? -1 : 1;
    const snnd_status status = snnd_network_changes(before, network, NULL, changes);
    snnd_network_free(before);
    return status == SNND_OK ? 0 : library_failure(keep, failure);
}

int keep_epoch(struct keep *keep, cJSON *record, struct failure *failure) {
    cJSON_AddItemToArray(keep->history, record);
    int result = history_append(keep->out, record, failure);
    keep->seconds = 0;
    return result;
}

int keep_checkpoint(const struct keep *keep, snnd_trainer *trainer, struct failure *failure) {
    cJSON *note = cJSON_CreateObject();
    cJSON_AddItemReferenceToObject(note, "settings", keep->settings);
    cJSON_AddItemReferenceToObject(note, "history", keep->history);
    cJSON_AddNumberToObject(note, "seconds", keep->seconds);
    char *text = cJSON_PrintUnformatted(note), *path = path_in(keep->out, KEEP_CHECKPOINT);
    snnd_status status = snnd_trainer_save_checkpoint(trainer, path, text);
    free(path);
    cJSON_free(text);
    cJSON_Delete(note);
    return status == SNND_OK ? 0 : library_failure(keep, failure);
}

/* Returns 0 if earlier and present settings have the same value of this name. */
static int differs(const struct keep *keep, const cJSON *settings, const char *name) {
    return !cJSON_Compare(cJSON_GetObjectItemCaseSensitive(settings, name),
                          cJSON_GetObjectItemCaseSensitive(keep->settings, name), 1);
}

/* Reads history and seconds from the note of a checkpoint, whose settings must agree. */
static int use_note(struct keep *keep, const snnd_trainer *trainer, cJSON *note, const struct options *options,
                    struct progress *progress, struct failure *failure) {
    const cJSON *settings = cJSON_GetObjectItemCaseSensitive(note, "settings");
    cJSON *history = cJSON_DetachItemFromObjectCaseSensitive(note, "history");
    double seconds = history_number(note, "seconds");
    if (!cJSON_IsObject(settings) || !cJSON_IsArray(history) || isnan(seconds) ||
        cJSON_GetArraySize(history) != snnd_trainer_epochs_done(trainer)) {
        cJSON_Delete(history);
        return failed(failure, "%s/%s: is not a checkpoint of snnd-train", keep->out, KEEP_CHECKPOINT);
    }
    cJSON_Delete(keep->history);
    keep->history = history;
    keep->seconds = seconds;
    if (options_agree(options, settings, failure) != 0)
        return -1;
    if (differs(keep, settings, "recordings"))
        return failed(failure, "--data: the samples from %s are not those that the run was begun with", options->data);
    if (differs(keep, settings, "isa"))
        progress_say(progress,
                     "--isa: the instructions differ from those before, so results are not the same to the last bit");
    return 0;
}

static int load_checkpoint(struct keep *keep, snnd_trainer *trainer, const struct options *options,
                           struct progress *progress, struct failure *failure) {
    char *path = path_in(keep->out, KEEP_CHECKPOINT), *text = NULL;
    const int there = file_check_in(keep->out, KEEP_CHECKPOINT, failure);
    int result = there < 0 ? -1 : 0;
    if (there == 0)
        result = failed(failure, "--resume: there is no %s", path);
    else if (there == 1 && snnd_trainer_load_checkpoint(trainer, path, &text) != SNND_OK)
        result = library_failure(keep, failure);
    free(path);
    if (result != 0)
        return result;
    cJSON *note = text != NULL ? cJSON_Parse(text) : NULL;
    result = use_note(keep, trainer, note, options, progress, failure);
    cJSON_Delete(note);
    snnd_string_free(keep->context, text);
    return result;
}

int keep_follow(struct keep *keep, snnd_trainer *trainer, const struct options *options, struct progress *progress,
                struct failure *failure) {
    return load_checkpoint(keep, trainer, options, progress, failure);
}

int keep_restore(struct keep *keep, snnd_trainer *trainer, const snnd_network *network, const struct options *options,
                 struct progress *progress, struct failure *failure) {
    if (lock_folder(keep, failure) != 0 || load_checkpoint(keep, trainer, options, progress, failure) != 0)
        return -1;
    int changed = history_restore(keep->out, keep->history, failure);
    if (changed > 0)
        progress_say(progress, "log.jsonl did not end with the epoch of the checkpoint and has been corrected");
    const int epochs = cJSON_GetArraySize(keep->history);
    if (epochs > 0 && !keep_has(keep, KEEP_BEST))
        progress_say(progress, "best.safetensors is missing; it will be written again only if a later epoch is better");
    if (changed >= 0 && epochs > 0 && keep->seconds == 0) /* at the end of an epoch, not within one */
        return keep_model(keep, network, KEEP_LAST, failure);
    return changed < 0 ? -1 : 0;
}

void keep_free(struct keep *keep) {
    lock_release(keep->lock);
    cJSON_Delete(keep->settings);
    cJSON_Delete(keep->history);
}
