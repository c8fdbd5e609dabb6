#include "training/sweep/sweep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/fingerprint.h"
#include "training/history.h"
#include "training/keep.h"

/* In the folder of a run that has ended well, with the fingerprint of its log. */
#define MARK "done"

/* ---- The list ---- */

/* Options that a sweep sets for each run. */
static const char *const own_names[] = {"data", "out", "threads", "resume", "overwrite", "help", "version", NULL};

static int refuse(const struct options *options, const char *const names[], struct failure *failure) {
    for (size_t i = 0; names[i] != NULL; i++)
        if (options_given(options, names[i]))
            return failed(failure, "--%s: this program sets it for each of its runs", names[i]);
    return 0;
}

int sweep_own(int count, char **words) {
    int own = 1;
    while (own < count && strcmp(words[own], "--") != 0)
        own++;
    return own;
}

int sweep_common(struct sweep *sweep, int count, char **words, const char *const decided[], struct failure *failure) {
    if (sweep->data == NULL || sweep->data[0] == '\0')
        return failed(failure, "--data DIR is needed: %s", sweep->recipe->data);
    if (sweep->out[0] == '\0')
        return failed(failure, "--out: expected a folder");
    const int own = sweep_own(count, words), more = own < count ? count - own - 1 : 0;
    char **common = words + count - more, **line = allocate((size_t)more + 2, sizeof *line);
    line[0] = "";
    for (int i = 0; i < more; i++)
        line[i + 1] = common[i];
    struct options options;
    int result = options_read(sweep->recipe, more + 1, line, &options, failure);
    free(line);
    if (result != 0 || refuse(&options, own_names, failure) != 0 || refuse(&options, decided, failure) != 0)
        return -1;
    sweep->common = common;
    sweep->common_count = more;
    return 0;
}

static void add_word(struct sweep_run *run, const char *word) {
    run->arguments = reallocate(run->arguments, (size_t)run->count + 2, sizeof *run->arguments);
    run->arguments[run->count++] = format_text("%s", word);
    run->arguments[run->count] = NULL;
}

int sweep_add(struct sweep *sweep, const char *name, const char *const arguments[], struct failure *failure) {
    sweep->run = reallocate(sweep->run, sweep->count + 1, sizeof *sweep->run);
    struct sweep_run *run = &sweep->run[sweep->count++];
    *run = (struct sweep_run){.name = format_text("%s", name), .folder = format_text("%s/%s", sweep->out, name)};
    char *program = format_text("snnd-train %s", sweep->recipe->name);
    add_word(run, program);
    free(program);
    for (int i = 0; i < sweep->common_count; i++)
        add_word(run, sweep->common[i]);
    for (size_t i = 0; arguments[i] != NULL; i++)
        add_word(run, arguments[i]);
    add_word(run, "--data");
    add_word(run, sweep->data);
    add_word(run, "--out");
    add_word(run, run->folder);
    if (options_read(sweep->recipe, run->count, run->arguments, &run->options, failure) != 0)
        return -1;
    return options_check(&run->options, failure);
}

void sweep_free(struct sweep *sweep) {
    for (size_t i = 0; i < sweep->count; i++) {
        struct sweep_run *run = &sweep->run[i];
        for (int word = 0; word < run->count; word++)
            free(run->arguments[word]);
        free(run->arguments);
        free(run->folder);
        free(run->name);
    }
    free(sweep->run);
    sweep->run = NULL;
    sweep->count = 0;
}

/* ---- What the folders say ---- */

static int has(const struct sweep_run *run, const char *name) {
    return file_exists_in(run->folder, name);
}

/* Returns the records of a log up to the first incomplete one. */
static cJSON *read_log(const struct sweep_run *run) {
    struct failure ignored;
    cJSON *whole, *history = history_read(run->folder, &whole, &ignored);
    return history != NULL ? history : whole;
}

/* Returns the fingerprint of the log, to be freed; NULL if there is no log. */
static char *log_fingerprint(const struct sweep_run *run) {
    struct failure ignored;
    char *text = file_text_in(run->folder, KEEP_LOG, &ignored), *mark = NULL;
    if (text != NULL)
        mark = format_text("%016" PRIx64 "\n", fingerprint_add(FINGERPRINT_START, text, strlen(text)));
    free(text);
    return mark;
}

/* Returns 1 if sweep_mark() was called with exactly this log. */
static int is_marked(const struct sweep_run *run) {
    struct failure ignored;
    char *mark = file_text_in(run->folder, MARK, &ignored), *now = log_fingerprint(run);
    int same = mark != NULL && now != NULL && strcmp(mark, now) == 0;
    free(now);
    free(mark);
    return same;
}

int sweep_mark(const struct sweep_run *run, struct failure *failure) {
    char *mark = log_fingerprint(run);
    int result = mark != NULL ? file_write_in(run->folder, MARK, mark, failure)
                              : failed(failure, "%s: there is no " KEEP_LOG, run->folder);
    free(mark);
    return result;
}

/* A log with all epochs is not sufficient, since a run can be killed after the last line and before the last model. If
 * the settings, the checkpoint or the best model are missing, the run must begin again. */
static enum sweep_state judge(const struct sweep_run *run, const cJSON *history) {
    if (!has(run, KEEP_SETTINGS))
        return SWEEP_NEW;
    int epochs = cJSON_GetArraySize(history), best = has(run, KEEP_BEST);
    if (epochs == run->options.epochs && best && has(run, KEEP_LAST) && is_marked(run))
        return SWEEP_DONE;
    return has(run, KEEP_CHECKPOINT) && (best || epochs == 0) ? SWEEP_BEGUN : SWEEP_NEW;
}

/* Fails if the run in the folder has other settings, or the folder is a link. */
static int compare_settings(const struct sweep *sweep, const struct sweep_run *run, struct failure *failure) {
    if (folder_check_in(sweep->out, run->name, failure) < 0)
        return -1;
    if (!has(run, KEEP_SETTINGS))
        return 0;
    cJSON *settings = keep_settings(run->folder, failure);
    struct failure reason;
    int result = settings == NULL ? -1 : 0;
    if (settings != NULL && options_agree(&run->options, settings, &reason) != 0)
        result = failed(failure, "%s: %s", run->folder, reason.text);
    const cJSON *recordings = cJSON_GetObjectItemCaseSensitive(settings, "recordings");
    if (result == 0 && sweep->recordings[0] != '\0' &&
        (!cJSON_IsString(recordings) || strcmp(recordings->valuestring, sweep->recordings) != 0))
        result = failed(failure, "%s: --data: the samples from %s are not those that the run was begun with",
                        run->folder, sweep->data);
    cJSON_Delete(settings);
    return result;
}

enum lock_need sweep_lock_need(const struct sweep *sweep) {
    return sweep->ranks.size > 1 ? LOCK_NEEDED : LOCK_IF_THERE_IS;
}

char *sweep_recordings(const struct sweep *sweep) {
    char *found = sweep->recordings[0] != '\0' ? format_text("%s", sweep->recordings) : NULL;
    for (size_t i = 0; i < sweep->count && found == NULL; i++) {
        struct failure ignored;
        cJSON *settings = keep_settings(sweep->run[i].folder, &ignored);
        const cJSON *recordings = cJSON_GetObjectItemCaseSensitive(settings, "recordings");
        if (cJSON_IsString(recordings))
            found = format_text("%s", recordings->valuestring);
        cJSON_Delete(settings);
    }
    return found;
}

int sweep_look(const struct sweep *sweep, size_t run, enum sweep_state *state, cJSON **history,
               struct failure *failure) {
    const struct sweep_run *looked = &sweep->run[run];
    if (compare_settings(sweep, looked, failure) != 0)
        return -1;
    cJSON *found = read_log(looked);
    *state = judge(looked, found);
    if (history != NULL)
        *history = found;
    else
        cJSON_Delete(found);
    return 0;
}
