#include "rawhd/recordings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/fingerprint.h"
#include "rawhd/digits.h"

/* A name in a list, or of a file, without its extension. */
struct stem {
    const char *text;
    size_t length;
    size_t index;     /* of the file, or of the recording in its list */
    const char *list; /* NULL for files */
    size_t line;      /* from 1 */
};

static struct stem stem_of(const char *name) {
    struct stem stem = {name, digit_stem_length(name), 0, NULL, 0};
    return stem;
}

static int compare_text(const struct stem *a, const struct stem *b) {
    size_t shorter = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->text, b->text, shorter);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

/* Sorts by name; equal names are sorted by list, training before testing, and then by line. */
static int by_name_and_place(const void *first, const void *second) {
    const struct stem *a = first, *b = second;
    int order = compare_text(a, b);
    if (order == 0 && a->list != NULL)
        order = -strcmp(a->list, b->list); /* train_..., test_... */
    if (order == 0)
        order = (a->line > b->line) - (a->line < b->line);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* A list in memory: `text` is divided into lines. */
struct list {
    const char *name;
    char *text;
    size_t length;
    struct stem *entry; /* lines that are not blank */
    size_t count;
};

/* Returns the list's path: in the folder itself, or else the only one in the folders below. */
static char *find_list(const struct recordings *recordings, const char *name, struct failure *failure) {
    const struct found_file *first = NULL;
    size_t found = 0;
    for (size_t i = 0; i < recordings->files.count; i++) {
        const struct found_file *file = &recordings->files.file[i];
        if (strcmp(file->name, name) != 0)
            continue;
        first = found++ == 0 ? file : first;
        if (strcmp(file->path, name) == 0) {
            first = file;
            found = 1;
            break;
        }
    }
    if (found == 1)
        return format_text("%s/%s", recordings->folder, first->path);
    char *there = format_text("%s/%s", recordings->folder, name);
    if (found == 0 && file_exists(there))
        failed(failure, "%s: is not a regular file", there);
    else if (found == 0)
        failed(failure, "%s: there is no %s here: expected the Heidelberg Digits layout (%s, %s and FLAC or WAV files)",
               recordings->folder, name, TRAINING_LIST, TESTING_LIST);
    else
        failed(failure, "%s: found %s in %zu folders below it (first: %s); expected one", recordings->folder, name,
               found, first->path);
    free(there);
    return NULL;
}

/* Removes a line's end, blanks around it, and a folder before the name. */
static char *clean_line(char *line) {
    static const char blank[] = " \t\r\v\f";
    line += strspn(line, blank);
    for (size_t end = strlen(line); end > 0 && strchr(blank, line[end - 1]) != NULL; end--)
        line[end - 1] = '\0';
    char *slash = strrchr(line, '/');
    return slash != NULL ? slash + 1 : line;
}

static int read_list(const struct recordings *recordings, const char *name, struct list *list,
                     struct failure *failure) {
    memset(list, 0, sizeof *list);
    list->name = name;
    char *path = find_list(recordings, name, failure);
    if (path == NULL)
        return -1;
    list->text = file_read(path, &list->length, failure);
    free(path);
    if (list->text == NULL)
        return -1;
    size_t room = 0, number = 0;
    int marked = strncmp(list->text, "\xef\xbb\xbf", 3) == 0; /* a byte order mark */
    for (char *line = list->text + (marked ? 3 : 0), *next; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        number++;
        char *text = clean_line(line);
        if (*text == '\0')
            continue;
        if (list->count == room) {
            room = room > 0 ? 2 * room : 256;
            list->entry = reallocate(list->entry, room, sizeof *list->entry);
        }
        list->entry[list->count] = stem_of(text);
        list->entry[list->count].list = name;
        list->entry[list->count].line = number;
        list->entry[list->count].index = list->count;
        list->count++;
    }
    return list->count > 0 ? 0 : failed(failure, "%s/%s: names no recording", recordings->folder, name);
}

/* Records every occurrence of a name after its first. */
static void note_duplicates(const struct list *training, const struct list *testing, char *training_seen,
                            char *testing_seen, struct problems *problems) {
    size_t count = training->count + testing->count;
    struct stem *all = allocate(count, sizeof *all);
    memcpy(all, training->entry, training->count * sizeof *all);
    memcpy(all + training->count, testing->entry, testing->count * sizeof *all);
    qsort(all, count, sizeof *all, by_name_and_place);
    for (size_t i = 1, first = 0; i < count; i++) {
        if (compare_text(&all[first], &all[i]) != 0) {
            first = i;
            continue;
        }
        problems_add(problems, PROBLEM_DUPLICATE, "%s (%s:%zu and %s:%zu)", all[i].text, all[first].list,
                     all[first].line, all[i].list, all[i].line);
        (all[i].list == training->name ? training_seen : testing_seen)[all[i].index] = 1;
    }
    free(all);
}

/* Returns the names of all audio files without extension, sorted; stray files are recorded. */
static struct stem *audio_stems(const struct found_files *files, size_t *count, struct problems *problems) {
    struct stem *stems = allocate(files->count, sizeof *stems);
    *count = 0;
    for (size_t i = 0; i < files->count; i++) {
        struct digit_name parts;
        if (!digit_is_audio(files->file[i].name))
            continue;
        if (digit_parse(files->file[i].name, &parts) != 0)
            problems_add(problems, PROBLEM_STRAY, "%s", files->file[i].path);
        stems[*count] = stem_of(files->file[i].name);
        stems[(*count)++].index = i;
    }
    qsort(stems, *count, sizeof *stems, by_name_and_place);
    return stems;
}

/* Returns the first of the stems that is not below `wanted`. */
static size_t lower_bound(const struct stem *stems, size_t count, const struct stem *wanted) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_text(&stems[middle], wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Returns the file of a line, or NULL after recording its problem. */
static const struct found_file *find_file(const struct found_files *files, const struct stem *stems, size_t count,
                                          const struct stem *entry, struct problems *problems) {
    size_t place = lower_bound(stems, count, entry);
    if (place == count || compare_text(&stems[place], entry) != 0) {
        problems_add(problems, PROBLEM_MISSING, "%s (%s:%zu)", entry->text, entry->list, entry->line);
        return NULL;
    }
    const struct found_file *file = &files->file[stems[place].index];
    if (place + 1 < count && compare_text(&stems[place + 1], entry) == 0) {
        problems_add(problems, PROBLEM_AMBIGUOUS, "%s and %s", file->path, files->file[stems[place + 1].index].path);
        return NULL;
    }
    return file;
}

static void match_list(const struct list *list, const char *seen, const struct found_files *files,
                       const struct stem *stems, size_t stem_count, int german_first, struct recording_list *matched,
                       struct problems *problems) {
    matched->recording = allocate(list->count, sizeof *matched->recording);
    matched->count = list->count;
    for (size_t i = 0; i < list->count; i++) {
        const struct stem *entry = &list->entry[i];
        struct digit_name parts;
        if (seen[i])
            continue;
        if (digit_parse(entry->text, &parts) != 0) {
            problems_add(problems, PROBLEM_MISNAMED, "'%s' (%s:%zu)", entry->text, entry->list, entry->line);
            continue;
        }
        matched->recording[i].label = digit_class(&parts, german_first);
        matched->recording[i].speaker = parts.speaker;
        matched->recording[i].file = find_file(files, stems, stem_count, entry, problems);
    }
}

static uint64_t add_list(uint64_t fingerprint, const struct recording_list *list) {
    fingerprint = fingerprint_add(fingerprint, &list->count, sizeof list->count);
    for (size_t i = 0; i < list->count; i++) {
        const struct found_file *file = list->recording[i].file;
        if (file == NULL)
            continue;
        int64_t numbers[] = {list->recording[i].label, file->bytes, file->seconds, file->nanoseconds};
        fingerprint = fingerprint_add(fingerprint, file->path, strlen(file->path) + 1);
        fingerprint = fingerprint_add(fingerprint, numbers, sizeof numbers);
    }
    return fingerprint;
}

static void match(struct recordings *recordings, const struct list *training, const struct list *testing,
                  int german_first, struct problems *problems) {
    char *training_seen = allocate(training->count, 1), *testing_seen = allocate(testing->count, 1);
    note_duplicates(training, testing, training_seen, testing_seen, problems);
    size_t count;
    struct stem *stems = audio_stems(&recordings->files, &count, problems);
    match_list(training, training_seen, &recordings->files, stems, count, german_first, &recordings->training,
               problems);
    match_list(testing, testing_seen, &recordings->files, stems, count, german_first, &recordings->testing, problems);
    free(stems);
    free(training_seen);
    free(testing_seen);
    uint64_t fingerprint = add_list(FINGERPRINT_START, &recordings->training);
    snprintf(recordings->fingerprint, sizeof recordings->fingerprint, "%016" PRIx64,
             add_list(fingerprint, &recordings->testing));
}

int recordings_find(const char *folder, int german_first, struct recordings *recordings, struct problems *problems,
                    struct failure *failure) {
    memset(recordings, 0, sizeof *recordings);
    recordings->folder = format_text("%s", folder);
    struct list training = {0}, testing = {0};
    int result = walk_folder(folder, &recordings->files, failure);
    if (result == 0)
        result = read_list(recordings, TRAINING_LIST, &training, failure);
    if (result == 0)
        result = read_list(recordings, TESTING_LIST, &testing, failure);
    if (result == 0)
        match(recordings, &training, &testing, german_first, problems);
    else
        recordings_free(recordings);
    free(training.text);
    free(training.entry);
    free(testing.text);
    free(testing.entry);
    return result;
}

void recordings_free(struct recordings *recordings) {
    free(recordings->folder);
    walk_free(&recordings->files);
    free(recordings->training.recording);
    free(recordings->testing.recording);
    memset(recordings, 0, sizeof *recordings);
}
