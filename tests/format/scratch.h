/* A directory of its own for each test, and files written and read byte by byte. */
#ifndef SNND_TESTS_FORMAT_SCRATCH_H
#define SNND_TESTS_FORMAT_SCRATCH_H

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SCRATCH_PATH = 512 };

/* What is done with a file, so that a full disk is named. */
#define SCRATCH_DO(path, done) ck_assert_msg(done, "%s: %s: %s", path, #done, strerror(errno))

static char scratch_root[SCRATCH_PATH / 4], scratch_directory[SCRATCH_PATH / 2];

/* The path of a file in the test's directory, to be written over by the eighth call that follows. */
static inline const char *scratch(const char *name) {
    static char path[8][SCRATCH_PATH];
    static int turn;
    turn = (turn + 1) % 8;
    snprintf(path[turn], SCRATCH_PATH, "%s/%s", scratch_directory, name);
    return path[turn];
}

static inline int scratch_entries(void) {
    DIR *directory = opendir(scratch_directory);
    ck_assert_ptr_nonnull(directory);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(directory);
    return count;
}

static inline void scratch_remove(const char *path) {
    DIR *directory = opendir(path);
    if (directory == NULL) {
        unlink(path);
        return;
    }
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char inner[SCRATCH_PATH];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) < (int)sizeof inner)
            scratch_remove(inner);
    }
    closedir(directory);
    rmdir(path);
}

/* Once for all tests of a case, in the process that starts them: so that a test that fails leaves nothing either. In
 * memory where it can be, since every file that the library writes waits for the disk. */
static inline void scratch_begin(void) {
    const char *temporary = getenv("TMPDIR"), *memory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(scratch_root, sizeof scratch_root, "%s/snndelay-XXXXXX",
             temporary != NULL && temporary[0] != '\0' && strlen(temporary) < 100 ? temporary : memory);
    if (mkdtemp(scratch_root) == NULL) {
        perror(scratch_root);
        abort();
    }
}

static inline void scratch_end(void) {
    scratch_remove(scratch_root);
}

/* For each test. */
static inline void scratch_enter(void) {
    snprintf(scratch_directory, sizeof scratch_directory, "%s/XXXXXX", scratch_root);
    SCRATCH_DO(scratch_root, mkdtemp(scratch_directory) != NULL);
}

static inline TCase *scratch_case(Suite *suite, const char *name) {
    TCase *made = tcase_create(name);
    tcase_set_timeout(made, 60);
    tcase_add_unchecked_fixture(made, scratch_begin, scratch_end);
    tcase_add_checked_fixture(made, scratch_enter, NULL);
    suite_add_tcase(suite, made);
    return made;
}

static inline void scratch_write(const char *path, const void *bytes, size_t count) {
    FILE *file = fopen(path, "wb");
    SCRATCH_DO(path, file != NULL);
    SCRATCH_DO(path, fwrite(bytes, 1, count, file) == count);
    SCRATCH_DO(path, fclose(file) == 0);
}

/* The whole file, to be freed, with a zero behind it. */
static inline unsigned char *scratch_read(const char *path, size_t *count) {
    FILE *file = fopen(path, "rb");
    SCRATCH_DO(path, file != NULL);
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    *count = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = calloc(*count + 1, 1);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_uint_eq(fread(bytes, 1, *count, file), *count);
    ck_assert_int_eq(fclose(file), 0);
    return bytes;
}

static inline bool scratch_exists(const char *path) {
    struct stat about;
    return stat(path, &about) == 0;
}

#endif
