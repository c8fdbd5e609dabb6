/*
 * Runs a target over files, and over all files of folders: the corpora as ordinary tests, with any compiler. What a
 * target claims and does not hold ends the program; the last line counts what was run.
 *
 *     fuzz-TARGET FILE|FOLDER...
 */
#include <dirent.h>

#include "fuzz.h"

/* The input in a block of just its size, so that a sanitizer sees what reads beyond it. */
static int run_file(const char *path) {
    size_t size;
    unsigned char *data = fuzz_read(path, &size), *exact = malloc(size > 0 ? size : 1);
    CLAIM(exact != NULL, "no memory for %s", path);
    memcpy(exact, data, size);
    free(data);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 1;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int run_folder(const char *path) {
    struct dirent **entry;
    char inner[4096];
    int ran = 0;
    const int count = scandir(path, &entry, NULL, by_name);
    if (count < 0)
        return run_file(path);
    for (int i = 0; i < count; i++) {
        if (entry[i]->d_name[0] != '.') {
            CLAIM(snprintf(inner, sizeof inner, "%s/%s", path, entry[i]->d_name) < (int)sizeof inner, "a long path");
            if (getenv("FUZZ_VERBOSE") != NULL)
                fprintf(stderr, "%s\n", inner);
            ran += run_file(inner);
        }
        free(entry[i]);
    }
    free(entry);
    return ran;
}

int main(int count, char **argument) {
    int ran = 0;
    for (int i = 1; i < count; i++)
        ran += run_folder(argument[i]);
    printf("100%%: Checks: %d, Failures: 0, Errors: 0\n", ran);
    return ran > 0 ? 0 : 1;
}
