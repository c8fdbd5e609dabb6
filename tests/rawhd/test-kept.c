/* Files that are written once and mapped afterwards, and where they are. */
#define _GNU_SOURCE /* SIGXFSZ */

#include "common/kept.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/caches.h"
#include "support.h"

enum { KEY = 77 };

static char *folder;
static struct failure failure;
static struct kept kept;

static void setup(void) {
    folder = make_folder();
}

static void teardown(void) {
    kept_close(&kept);
    drop_folder(folder);
}

/* Writes `count` bytes in pieces, the first of them of `first` bytes. */
static void write_pieces(const char *where, size_t count, size_t first) {
    struct kept_writing writing;
    unsigned char *bytes = allocate(count, 1);
    for (size_t i = 0; i < count; i++)
        bytes[i] = (unsigned char)(i * 7 + i / 256);
    ck_assert_msg(kept_begin(where, "a", KEY, &writing, &failure) == 0, "%s", failure.text);
    ck_assert_int_eq(kept_add(&writing, bytes, first, &failure), 0);
    ck_assert_int_eq(kept_add(&writing, bytes + first, count - first, &failure), 0);
    ck_assert_msg(kept_end(&writing, &kept, &failure) == 0, "%s", failure.text);
    ck_assert_uint_eq(kept.count, count);
    ck_assert_mem_eq(kept.bytes, bytes, count);
    ck_assert_uint_eq((uintptr_t)kept.bytes % 64, 0);
    free(bytes);
}

START_TEST(what_is_kept_is_mapped_again) {
    uint64_t fingerprint = 0;
    for (size_t first = 0; first <= 20; first++) {
        write_pieces(folder, 1021, first);
        ck_assert(first == 0 || kept.fingerprint == fingerprint);
        fingerprint = kept.fingerprint;
        kept_close(&kept);
        ck_assert(kept_open(folder, "a", KEY, &kept));
        ck_assert_uint_eq(kept.fingerprint, fingerprint);
        kept_close(&kept);
    }
    write_pieces(NULL, 1021, 13);
    ck_assert_uint_eq(kept.fingerprint, fingerprint);
}
END_TEST

START_TEST(another_key_or_name_is_none) {
    write_pieces(folder, 100, 0);
    kept_close(&kept);
    ck_assert(!kept_open(folder, "a", KEY + 1, &kept));
    ck_assert(!kept_open(folder, "b", KEY, &kept));
    char *path = in_folder(folder, "a"), *link = in_folder(folder, "link");
    ck_assert_int_eq(symlink(path, link), 0);
    ck_assert(!kept_open(folder, "link", KEY, &kept));
    ck_assert(kept_open(folder, "a", KEY, &kept));
    free(link);
    free(path);
}
END_TEST

/* Any byte may be another one, and the file may end anywhere. */
START_TEST(what_is_damaged_is_none) {
    size_t length;
    write_pieces(folder, 300, 0);
    kept_close(&kept);
    char *text = read_text(folder, "a", &length), *path = in_folder(folder, "a");
    ck_assert_uint_eq(length, 364);
    for (size_t at = 0; at < length; at++) {
        FILE *file = fopen(path, "wb");
        text[at] ^= 0x40;
        fwrite(text, 1, length, file);
        text[at] ^= 0x40;
        fclose(file);
        const int inside_zeros = at >= 32 && at < 64; /* which say nothing */
        ck_assert_msg(kept_open(folder, "a", KEY, &kept) == inside_zeros, "byte %zu", at);
        kept_close(&kept);
    }
    for (size_t cut = 0; cut < length; cut++) {
        FILE *file = fopen(path, "wb");
        fwrite(text, 1, cut, file);
        fclose(file);
        ck_assert_msg(!kept_open(folder, "a", KEY, &kept), "cut at %zu", cut);
    }
    free(path);
    free(text);
}
END_TEST

START_TEST(what_is_abandoned_leaves_the_place) {
    struct kept_writing writing;
    write_pieces(folder, 100, 0);
    kept_close(&kept);
    ck_assert_int_eq(kept_begin(folder, "a", KEY, &writing, &failure), 0);
    ck_assert_int_eq(kept_add(&writing, "x", 1, &failure), 0);
    kept_abandon(&writing);
    ck_assert(kept_open(folder, "a", KEY, &kept));
    ck_assert_uint_eq(kept.count, 100);
    char *inner = in_folder(folder, "none");
    ck_assert_int_eq(kept_begin(inner, "a", KEY, &writing, &failure), -1);
    ck_assert_msg(strstr(failure.text, "none/a: cannot open") != NULL, "%s", failure.text);
    free(inner);
}
END_TEST

/* Of two processes one is killed while it writes, and the other goes on writing. */
START_TEST(what_killed_processes_left_is_swept) {
    struct kept_writing writing, other;
    ck_assert_int_eq(kept_begin(folder, "b", KEY, &writing, &failure), 0);
    const pid_t child = fork();
    if (child == 0)
        _exit(kept_begin(folder, "c", KEY, &other, &failure) == 0 ? raise(SIGKILL) : 1);
    ck_assert_int_eq(wait_program(child), -1);
    char *left = format_text("snnd-%ld-0.tmp", (long)child), *similar = format_text("snnd-%ld-0.tmp.x", (long)child);
    ck_assert(file_exists_in(folder, left));
    write_text(folder, similar, "somebody's");
    write_text(folder, "snnd-07-0.tmp", "somebody's");
    ck_assert_int_eq(folder_make(folder, &failure), 0);
    ck_assert(!file_exists_in(folder, left));
    ck_assert(file_exists_in(folder, similar));
    ck_assert(file_exists_in(folder, "snnd-07-0.tmp"));
    kept_close(&kept);
    ck_assert_msg(kept_add(&writing, "1", 1, &failure) == 0 && kept_end(&writing, &kept, &failure) == 0, "%s",
                  failure.text);
    free(similar);
    free(left);
}
END_TEST

/* As on a disk that is full. */
START_TEST(a_file_that_cannot_grow_is_said) {
    static const unsigned char bytes[100000];
    const struct rlimit little = {4096, RLIM_INFINITY}, much = {RLIM_INFINITY, RLIM_INFINITY};
    struct kept_writing writing;
    signal(SIGXFSZ, SIG_IGN);
    for (int unseen = 0; unseen <= 1; unseen++) {
        ck_assert_int_eq(kept_begin(unseen ? NULL : folder, "a", KEY, &writing, &failure), 0);
        /* No assertion in between: Check writes each to a file. */
        const int lowered = setrlimit(RLIMIT_FSIZE, &little);
        const int added = kept_add(&writing, bytes, sizeof bytes, &failure);
        const int raised = setrlimit(RLIMIT_FSIZE, &much);
        ck_assert_int_eq(lowered, 0);
        ck_assert_int_eq(added, -1);
        ck_assert_int_eq(raised, 0);
        kept_abandon(&writing);
        ck_assert_msg(strstr(failure.text, unseen ? "a temporary file: cannot write: File too large"
                                                  : "/a: cannot write: File too large") != NULL,
                      "%s", failure.text);
    }
    ck_assert_int_eq(rmdir(folder), 0); /* nothing is left in it */
    ck_assert_int_eq(mkdir(folder, 0777), 0);
}
END_TEST

START_TEST(caches_have_their_places) {
    struct caches caches;
    char *data = in_folder(folder, "set"), *cache = in_folder(folder, "cache"), *other = in_folder(folder, "home");
    char *own = in_folder(data, CACHE_OWN);
    ck_assert_int_eq(mkdir(data, 0777), 0);
    setenv("XDG_CACHE_HOME", other, 1);
    caches_find(data, NULL, &caches);
    ck_assert_int_eq(caches.count, 2);
    ck_assert_str_eq(caches.folder[0], own);
    ck_assert_msg(strstr(caches.folder[1], "home/snndelay/set-") != NULL, "%s", caches.folder[1]);
    ck_assert_str_eq(caches_make(&caches), own);
    caches_free(&caches);
    ck_assert_int_eq(rmdir(own), 0);
    ck_assert_int_eq(symlink(folder, own), 0); /* which may lead anywhere */
    caches_find(data, NULL, &caches);
    ck_assert_int_eq(caches.count, 1);
    ck_assert_msg(strstr(caches_make(&caches), "home/snndelay/set-") != NULL, "%s", caches.folder[0]);
    caches_free(&caches);
    caches_find(data, cache, &caches);
    ck_assert_int_eq(caches.count, 1);
    ck_assert_msg(strstr(caches_make(&caches), "/cache/set-") != NULL, "%s", caches.folder[0]);
    caches_free(&caches);
    write_text(folder, "file", "");
    char *file = in_folder(folder, "file");
    caches_find(data, file, &caches);
    ck_assert_ptr_null(caches_make(&caches));
    caches_free(&caches);
    free(file);
    free(own);
    free(other);
    free(cache);
    free(data);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("kept");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, what_is_kept_is_mapped_again);
    tcase_add_test(tcase, another_key_or_name_is_none);
    tcase_add_test(tcase, what_is_damaged_is_none);
    tcase_add_test(tcase, what_is_abandoned_leaves_the_place);
    tcase_add_test(tcase, what_killed_processes_left_is_swept);
    tcase_add_test(tcase, a_file_that_cannot_grow_is_said);
    tcase_add_test(tcase, caches_have_their_places);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
