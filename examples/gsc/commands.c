#include "gsc/commands.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/fingerprint.h"
#include "common/walk.h"

/* ---- files ---- */

static int is_wav(const char *name) {
    const size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".wav") == 0;
}

static int is_inside(const char *path, const char *folder) {
    const size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

static void add_fingerprint(struct commands *commands, const struct found_file *file) {
    const int64_t numbers[] = {file->bytes, file->seconds, file->nanoseconds};
    commands->fingerprint = fingerprint_add(commands->fingerprint, file->path, strlen(file->path) + 1);
    commands->fingerprint = fingerprint_add(commands->fingerprint, numbers, sizeof numbers);
}

/* Adds sound files in a folder of the folder, which are sorted by path, and so by word. */
static int add_files(struct commands *commands, const struct found_files *files, struct failure *failure) {
    commands->command = allocate(files->count, sizeof *commands->command);
    commands->noise = allocate(files->count, sizeof *commands->noise);
    commands->word = allocate(files->count, sizeof *commands->word);
    for (size_t i = 0; i < files->count; i++) {
        const char *path = files->file[i].path, *slash = strchr(path, '/');
        if (slash == NULL || strchr(slash + 1, '/') != NULL || !is_wav(path))
            continue;
        if (is_inside(path, COMMANDS_NOISE)) {
            commands->noise[commands->noises++] = format_text("%s", path);
            continue;
        }
        if (commands->classes == 0 || !is_inside(path, commands->word[commands->classes - 1]))
            commands->word[commands->classes++] = format_text("%.*s", (int)(slash - path), path);
        if (commands->classes > COMMANDS_CLASSES)
            return failed(failure, "%s: has more than %d folders of words", commands->folder, COMMANDS_CLASSES);
        commands->command[commands->count++] =
            (struct command){format_text("%s", path), commands->classes - 1, COMMANDS_TRAINING};
        add_fingerprint(commands, &files->file[i]);
    }
    return commands->count > 0 ? 0
                               : failed(failure, "%s: contains no folder of a word with .wav files", commands->folder);
}

/* Sorts by word and then by name: the end of a folder's name comes before all bytes, so that "up/a" is before
 * "up-to/a". Both arguments begin with their path. */
static int by_path(const void *first, const void *second) {
    const char *a = *(char *const *)first, *b = *(char *const *)second;
    for (; *a == *b && *a != '\0'; a++)
        b++;
    const int left = *a == '/' ? 1 : (unsigned char)*a + (*a != '\0'),
              right = *b == '/' ? 1 : (unsigned char)*b + (*b != '\0');
    return (left > right) - (left < right);
}

/* An empty folder shows that the data set is incomplete, and would change the numbers of all later classes. */
static int check_folders(const char *folder, struct failure *failure) {
    DIR *all = opendir(folder);
    int result = 0;
    for (struct dirent *entry; all != NULL && result == 0 && (entry = readdir(all)) != NULL;) {
        char *path = format_text("%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, COMMANDS_NOISE) != 0 && folder_is_empty(path) == 1)
            result = failed(failure, "%s: is empty; expected the .wav files of a word", path);
        free(path);
    }
    if (all != NULL)
        closedir(all);
    return result;
}

static int find_files(struct commands *commands, struct failure *failure) {
    struct found_files files;
    if (check_folders(commands->folder, failure) != 0 || walk_folder(commands->folder, &files, failure) != 0)
        return -1;
    if (files.count > 0)
        qsort(files.file, files.count, sizeof *files.file, by_path);
    const int result = add_files(commands, &files, failure);
    walk_free(&files);
    return result;
}

/* ---- lists ---- */

static int compare_command(const void *key, const void *element) {
    const char *line = key, *path = ((const struct command *)element)->path;
    return by_path(&line, &path);
}

static int take_line(struct commands *commands, const char *list, size_t number, const char *line,
                     enum commands_part part, struct failure *failure) {
    struct command *found =
        bsearch(line, commands->command, commands->count, sizeof *commands->command, compare_command);
    if (found == NULL)
        return failed(failure, "%s/%s: line %zu names '%s', which does not exist", commands->folder, list, number,
                      line);
    if (found->part != COMMANDS_TRAINING)
        return failed(failure, "%s/%s: line %zu names '%s', which is already in a list", commands->folder, list, number,
                      line);
    found->part = part;
    return 0;
}

static int read_list(struct commands *commands, const char *list, enum commands_part part, struct failure *failure) {
    char *path = format_text("%s/%s", commands->folder, list), *rest = NULL;
    char *text = file_text_in(NULL, path, failure);
    int result = text != NULL ? 0 : -1;
    size_t number = 0;
    for (char *line = text; line != NULL && result == 0; line = rest) {
        rest = strchr(line, '\n');
        if (rest != NULL)
            *rest++ = '\0';
        line[strcspn(line, "\r")] = '\0';
        number++;
        if (*line != '\0')
            result = take_line(commands, list, number, line, part, failure);
    }
    free(text);
    free(path);
    return result;
}

int commands_find(const char *folder, struct commands *commands, struct failure *failure) {
    memset(commands, 0, sizeof *commands);
    commands->folder = format_text("%s", folder);
    commands->fingerprint = FINGERPRINT_START;
    int result = find_files(commands, failure);
    if (result == 0)
        result = read_list(commands, COMMANDS_VALIDATION_LIST, COMMANDS_VALIDATION, failure);
    if (result == 0)
        result = read_list(commands, COMMANDS_TESTING_LIST, COMMANDS_TESTING, failure);
    for (size_t i = 0; i < commands->count; i++) {
        const int32_t part = (int32_t)commands->command[i].part;
        commands->part_count[part]++;
        commands->fingerprint = fingerprint_add(commands->fingerprint, &part, sizeof part);
    }
    if (result != 0)
        commands_free(commands);
    return result;
}

void commands_free(struct commands *commands) {
    for (int32_t class = 0; class < commands->classes; class ++)
        free(commands->word[class]);
    for (size_t i = 0; i < commands->count; i++)
        free(commands->command[i].path);
    for (size_t i = 0; i < commands->noises; i++)
        free(commands->noise[i]);
    free(commands->word);
    free(commands->command);
    free(commands->noise);
    free(commands->folder);
    memset(commands, 0, sizeof *commands);
}

const char *commands_speaker(const struct command *command, size_t *length) {
    const char *name = strchr(command->path, '/') + 1, *end = strstr(name, "_nohash_");
    *length = end != NULL ? (size_t)(end - name) : strlen(name) - strlen(".wav");
    return name;
}

/* ---- sound ---- */

/* Returns -1, and says what is wrong with a file. */
static int wrong(const struct commands *commands, const char *name, const char *reason, struct failure *failure) {
    return failed(failure, "%s/%s: %s", commands->folder, name, reason);
}

static int check_word(const struct audio *audio, struct failure *failure) {
    if (audio->rate != COMMANDS_RATE || audio->count == 0)
        return failed(failure, "has %lld samples, %d a second; expected 1 or more, %d a second",
                      (long long)audio->count, audio->rate, COMMANDS_RATE);
    if (audio->count > COMMANDS_LONGEST)
        return failed(failure, "has %lld samples; expected at most %d, which are a second", (long long)audio->count,
                      COMMANDS_LONGEST);
    return 0;
}

int commands_load(const struct commands *commands, size_t index, struct audio *audio, struct failure *failure) {
    const char *name = commands->command[index].path;
    char *path = format_text("%s/%s", commands->folder, name);
    struct failure reason;
    int result = audio_load(path, audio, &reason);
    if (result == 0 && (result = check_word(audio, &reason)) != 0)
        audio_free(audio);
    free(path);
    return result == 0 ? 0 : wrong(commands, name, reason.text, failure);
}

struct audio_source *commands_open_noise(const struct commands *commands, size_t index, struct failure *failure) {
    char *path = format_text("%s/%s", commands->folder, commands->noise[index]);
    struct failure reason;
    struct audio_source *source = audio_open(path, &reason);
    if (source != NULL && audio_source_rate(source) != COMMANDS_RATE) {
        failed(&reason, "has %d samples a second; expected %d", audio_source_rate(source), COMMANDS_RATE);
        audio_close(source);
        source = NULL;
    }
    free(path);
    if (source == NULL)
        wrong(commands, commands->noise[index], reason.text, failure);
    return source;
}
