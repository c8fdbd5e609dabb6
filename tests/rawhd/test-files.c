/* What is read of a folder, and what is written to it, whatever somebody has put there. */
#define _GNU_SOURCE /* syscall */

#include "common/files.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/json.h"
#include "common/table.h"
#include "support.h"
#include "training/history.h"

static char *folder;
static struct failure failure;

/* FOLDER has run/, which the user would name, and secret, which lies elsewhere. */
static char *run;

static void setup(void) {
    folder = make_folder();
    run = in_folder(folder, "run");
    write_text(folder, "secret", "private");
    write_text(folder, "elsewhere/file", "private");
    ck_assert_int_eq(folder_make(run, &failure), 0);
}

static void teardown(void) {
    free(run);
    drop_folder(folder);
}

static void make_link(const char *to, const char *name) {
    char *path = in_folder(folder, name);
    ck_assert_int_eq(symlink(to, path), 0);
    free(path);
}

static void check_failure(const char *part) {
    ck_assert_msg(strstr(failure.text, part) != NULL, "'%s' is not in '%s'", part, failure.text);
}

static void check_text(const char *name, const char *expected) {
    char *text = read_text(folder, name, NULL);
    ck_assert_msg(text != NULL, "%s", name);
    ck_assert_str_eq(text, expected);
    free(text);
}

static int names_in(const char *path) {
    DIR *opened = opendir(path);
    int count = 0;
    ck_assert_ptr_nonnull(opened);
    while (readdir(opened) != NULL)
        count++;
    closedir(opened);
    return count - 2;
}

static char *read_in(const char *name, size_t most) {
    size_t length;
    failure.text[0] = '\0';
    return file_read_in(run, name, most, &length, &failure);
}

static void check_unread(const char *name, const char *reason) {
    ck_assert_ptr_null(read_in(name, 100));
    check_failure(name);
    check_failure(reason);
}

START_TEST(reads_regular_files_only) {
    char *pipe = in_folder(folder, "run/pipe");
    make_link("../secret", "run/link");
    make_link("../elsewhere", "run/folder-link");
    make_link("/dev/zero", "run/zero");
    ck_assert_int_eq(mkfifo(pipe, 0600), 0);
    write_text(folder, "run/inner/file", "inner");
    write_text(folder, "run/file", "text");
    check_unread("link", "is a link, which is not followed in a folder of results");
    ck_assert(strstr(failure.text, "not a regular file") == NULL);
    check_unread("folder-link/file", "is a link");
    check_unread("zero", "is a link");
    check_unread("pipe", "is a pipe");
    check_unread("inner", "is a folder");
    check_unread("nothing", "No such file");
    check_unread("../secret", "points outside");
    check_unread("inner/../../secret", "points outside");
    check_unread("/etc/passwd", "points outside");
    check_unread("inner/..", "points outside");
    char *text = read_in("file", 100), *inner = read_in("inner/file", 100);
    ck_assert_str_eq(text, "text");
    ck_assert_str_eq(inner, "inner");
    ck_assert_int_eq(file_check_in(run, "file", &failure), 1);
    ck_assert_int_eq(file_check_in(run, "nothing", &failure), 0);
    ck_assert_int_eq(file_check_in(run, "link", &failure), -1);
    ck_assert_int_eq(file_check_in(run, "folder-link/file", &failure), -1);
    free(inner);
    free(text);
    free(pipe);
}
END_TEST

/* What the user names may be a link, but is no pipe either: nobody may ever write to it. */
START_TEST(follows_what_the_user_names) {
    char *link = in_folder(folder, "link"), *pipe = in_folder(folder, "pipe"), *named = in_folder(folder, "named");
    make_link("secret", "link");
    make_link("run", "named");
    ck_assert_int_eq(mkfifo(pipe, 0600), 0);
    write_text(folder, "run/file", "text");
    size_t length;
    char *text = file_read(link, &length, &failure), *inner = file_read_in(named, "file", 100, &length, &failure);
    ck_assert_str_eq(text, "private");
    ck_assert_str_eq(inner, "text");
    ck_assert_ptr_null(file_read(pipe, &length, &failure));
    check_failure("is a pipe");
    ck_assert_int_ne(file_write(pipe, "text", &failure), 0);
    check_failure("is a pipe");
    ck_assert_int_ne(file_write("/dev/null", "text", &failure), 0);
    check_failure("is a device");
    free(inner);
    free(text);
    free(named);
    free(pipe);
    free(link);
}
END_TEST

START_TEST(reads_no_more_than_it_may) {
    write_text(folder, "run/file", "12345");
    char *text = read_in("file", 5);
    ck_assert_str_eq(text, "12345");
    free(text);
    check_unread("nothing/file", "No such file");
    ck_assert_ptr_null(read_in("file", 4));
    check_failure("is longer than 4 bytes");
    char *path = in_folder(folder, "run/log.jsonl");
    int file = open(path, O_WRONLY | O_CREAT, 0600);
    ck_assert_int_eq(ftruncate(file, (off_t)1 << 40), 0);
    close(file);
    ck_assert_ptr_null(file_text_in(run, "log.jsonl", &failure));
    check_failure("is longer than 67108864 bytes");
    ck_assert_int_eq(truncate(path, 10), 0);
    ck_assert_ptr_null(file_text_in(run, "log.jsonl", &failure));
    check_failure("zero byte");
    free(path);
}
END_TEST

START_TEST(writes_replace_links) {
    make_link("../secret", "run/link");
    make_link("../secret", "run/dangling.tmp");
    make_link("../elsewhere", "run/folder-link");
    ck_assert_int_eq(file_write_in(run, "link", "new", &failure), 0);
    check_text("run/link", "new");
    ck_assert_int_ne(file_write_in(run, "folder-link/file", "new", &failure), 0);
    check_failure("is a link");
    ck_assert_int_ne(file_write_in(run, "folder-link/other", "new", &failure), 0);
    ck_assert_int_ne(file_write_in(run, "../other", "new", &failure), 0);
    file_remove_in(run, "folder-link/file");
    ck_assert_int_ne(folder_make_in(run, "folder-link", &failure), 0);
    ck_assert_int_ne(folder_make_in(run, "folder-link/inner", &failure), 0);
    ck_assert_ptr_null(folder_open_in(run, "folder-link"));
    file_remove_in(run, "folder-link");
    ck_assert_int_eq(folder_make_in(run, "folder-link", &failure), 0);
    check_text("secret", "private");
    check_text("elsewhere/file", "private");
    char *elsewhere = in_folder(folder, "elsewhere");
    ck_assert_int_eq(names_in(elsewhere), 1);
    ck_assert_int_eq(names_in(run), 3);
    free(elsewhere);
}
END_TEST

/* A link in a folder gives the new file nothing of what it leads to, and the old file in its place does. */
START_TEST(writes_keep_permissions) {
    struct stat status;
    char *secret = in_folder(folder, "secret"), *file = in_folder(folder, "run/file"), *link = in_folder(run, "link");
    const mode_t before = umask(022);
    write_text(folder, "run/file", "old");
    make_link("../secret", "run/link");
    ck_assert_int_eq(chmod(secret, 0600), 0);
    ck_assert_int_eq(chmod(file, 0640), 0);
    ck_assert_int_eq(file_write_in(run, "file", "new", &failure), 0);
    ck_assert_int_eq(file_write_in(run, "link", "new", &failure), 0);
    ck_assert_int_eq(stat(file, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0640);
    ck_assert_int_eq(stat(link, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0644);
    ck_assert_int_eq(chmod(file, 0444), 0);
    ck_assert_int_ne(file_write_in(run, "file", "newer", &failure), 0);
    check_failure("file: cannot write: it is read-only");
    check_text("run/file", "new");
    ck_assert_int_eq(names_in(run), 2);
    umask(before);
    free(link);
    free(file);
    free(secret);
}
END_TEST

/* The old file stays until the new one is whole. */
START_TEST(writes_piece_by_piece) {
    struct file_writing writing;
    write_text(folder, "run/file", "old");
    FILE *stream = file_begin_in(run, "file", &writing, &failure);
    ck_assert_ptr_nonnull(stream);
    fputs("new", stream);
    ck_assert_int_eq(fflush(stream), 0);
    check_text("run/file", "old");
    ck_assert_int_eq(fcntl(fileno(stream), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    file_abandon(&writing);
    check_text("run/file", "old");
    ck_assert_int_eq(names_in(run), 1);
    stream = file_begin_in(run, "file", &writing, &failure);
    fputs("new", stream);
    ck_assert_int_eq(file_end(&writing, &failure), 0);
    check_text("run/file", "new");
    ck_assert_int_eq(names_in(run), 1);
    ck_assert_int_ne(file_write_in(run, "none/file", "new", &failure), 0);
    check_failure("none/file");
}
END_TEST

static void check_unappended(const char *name, const char *reason) {
    ck_assert_int_lt(file_append_in(run, name, &failure), 0);
    check_failure(reason);
    check_text("secret", "private");
}

START_TEST(appends_to_files_of_one_name) {
    char *pipe = in_folder(folder, "run/pipe"), *secret = in_folder(folder, "secret"),
         *hard = in_folder(folder, "run/hard");
    make_link("../secret", "run/link");
    make_link("../new", "run/dangling");
    ck_assert_int_eq(mkfifo(pipe, 0600), 0);
    ck_assert_int_eq(link(secret, hard), 0);
    write_text(folder, "run/inner/file", "");
    check_unappended("link", "link: is a link, which is not followed in a folder of results");
    check_unappended("dangling", "is a link");
    check_unappended("pipe", "is a pipe, not a regular file");
    check_unappended("inner", "is a folder, not a regular file");
    check_unappended("hard", "another hard link");
    const int file = file_append_in(run, "file", &failure);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, "one", 3), 3);
    ck_assert_int_eq(fcntl(file, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    close(file);
    check_text("run/file", "one");
    free(hard);
    free(secret);
    free(pipe);
}
END_TEST

/* ---- Removing ---- */

/* Somebody who puts a link in the place of the folder "inner" at the worst moment: when it has been looked at, and is
 * about to be opened. So that there is such a moment, these take the place of the C library's functions. */
static const char *link_of_somebody;

static void be_somebody(int outer, const char *path) {
    const char *slash = strrchr(path, '/');
    if (link_of_somebody == NULL || strcmp(slash != NULL ? slash + 1 : path, "inner") != 0)
        return;
    ck_assert_int_eq(unlinkat(outer, path, AT_REMOVEDIR), 0);
    ck_assert_int_eq(symlinkat(link_of_somebody, outer, path), 0);
    link_of_somebody = NULL;
}

int openat(int outer, const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const int mode = (flags & O_CREAT) != 0 ? va_arg(more, int) : 0;
    va_end(more);
    be_somebody(outer, path);
    return (int)syscall(SYS_openat, outer, path, flags, mode);
}

DIR *opendir(const char *path) {
    be_somebody(AT_FDCWD, path);
    return fdopendir((int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

START_TEST(removes_nothing_that_links_lead_to) {
    char *elsewhere = in_folder(folder, "elsewhere");
    make_link("../elsewhere", "run/link");
    make_link("../../elsewhere/file", "run/file");
    write_text(folder, "run/a/b/c", "deep");
    folder_remove(run);
    ck_assert(!file_exists(run));
    check_text("elsewhere/file", "private");
    char *inner = in_folder(folder, "run/inner");
    ck_assert_int_eq(folder_make(inner, &failure), 0);
    link_of_somebody = elsewhere;
    folder_remove(run);
    ck_assert_ptr_null(link_of_somebody);
    ck_assert(!file_exists(run));
    check_text("elsewhere/file", "private");
    make_link("elsewhere", "to-folder");
    char *link = in_folder(folder, "to-folder"), *slash = in_folder(folder, "to-folder/");
    folder_remove(slash);
    ck_assert(!file_exists(link));
    check_text("elsewhere/file", "private");
    free(slash);
    free(link);
    free(inner);
    free(elsewhere);
}
END_TEST

/* ---- What files say ---- */

static void check_log(const char *text, const char *reason, int whole) {
    cJSON *records;
    write_text(folder, "run/log.jsonl", text);
    ck_assert_ptr_null(history_read(run, &records, &failure));
    check_failure(reason);
    ck_assert_int_eq(cJSON_GetArraySize(records), whole);
    cJSON_Delete(records);
    ck_assert_ptr_null(history_read(run, NULL, &failure));
}

START_TEST(logs_have_records_of_one_epoch_after_the_other) {
    write_text(folder, "run/log.jsonl",
               "{\"epoch\":1,\"test_accuracy\":0.5,\"validation_accuracy\":null,\"other\":7}\n{\"epoch\":2}\n{\"epo");
    cJSON *history = history_read(run, NULL, &failure);
    ck_assert_int_eq(cJSON_GetArraySize(history), 2);
    ck_assert_double_eq(history_number(history->child, "test_accuracy"), 0.5);
    ck_assert_ptr_null(cJSON_GetObjectItemCaseSensitive(history->child, "other"));
    cJSON_Delete(history);
    check_log("{\"epoch\":1}\n{\"epoch\":3}\n", "log.jsonl: line 2 is not of epoch 2", 1);
    check_log("{\"epoch\":1}\n[1]\n", "line 2 is not a JSON object", 1);
    check_log("{\"epoch\":1} {\"epoch\":1}\n", "line 1 is not a JSON object", 0);
    check_log("{\"epoch\":1e308}\n", "line 1 is not of epoch 1", 0);
    check_log("{\"epoch\":1}\n{\"epoch\":2,\"test_accuracy\":1e308}\n", "line 2 \"test_accuracy\" is 1e+308", 1);
    check_log("{\"epoch\":1,\"sigma\":-1}\n", "\"sigma\" is -1", 0);
    check_log("{\"epoch\":1,\"test_accuracy\":\"x\"}\n", "\"test_accuracy\" is not a number", 0);
    check_log("{\"epoch\":1}\n{\"epoch\":2,\"sigma\":{}}\n", "line 2 \"sigma\" is not a number", 1);
    check_log("{\"epoch\":1,\"seconds\":1e400}\n", "\"seconds\" is inf", 0);
    file_remove_in(run, "log.jsonl");
    ck_assert_ptr_null(history_read(run, NULL, &failure));
}
END_TEST

/* Forty times as many lines as once took half a minute of work for their squares. */
START_TEST(logs_take_time_by_their_lines) {
    enum { LINES = 400000 };
    char *path = in_folder(folder, "run/log.jsonl");
    FILE *log = fopen(path, "wb");
    for (int i = 1; i <= LINES; i++)
        fprintf(log, "{\"epoch\":%d,\"test_accuracy\":0.5,\"active\":%d}\n", i, i);
    ck_assert_int_eq(fclose(log), 0);
    cJSON *history = history_read(run, NULL, &failure);
    ck_assert_msg(history != NULL, "%s", failure.text);
    ck_assert_int_eq(cJSON_GetArraySize(history), LINES);
    ck_assert_int_eq(history_restore(run, history, &failure), 0);
    cJSON_Delete(history);
    free(path);
}
END_TEST

START_TEST(restores_logs_that_are_links) {
    cJSON *history = cJSON_CreateArray(), *record = cJSON_CreateObject();
    cJSON_AddNumberToObject(record, "epoch", 1);
    cJSON_AddItemToArray(history, record);
    make_link("../secret", "run/log.jsonl");
    ck_assert_int_ne(history_append(run, record, &failure), 0);
    check_failure("log.jsonl: is a link");
    ck_assert_int_eq(history_restore(run, history, &failure), 1);
    ck_assert_int_eq(history_append(run, record, &failure), 0);
    check_text("run/log.jsonl", "{\"epoch\":1}\n{\"epoch\":1}\n");
    check_text("secret", "private");
    cJSON_Delete(history);
}
END_TEST

START_TEST(settings_are_small_objects) {
    static const char *const others[] = {"", "[]", "1", "{", "{} {}", "{\"a\":1}}", "{\"a\\u0000b\":1}"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        write_text(folder, "run/settings.json", others[i]);
        ck_assert_ptr_null(json_read_in(run, "settings.json", &failure));
        check_failure("settings.json: is not a JSON object");
    }
    write_text(folder, "run/settings.json", "{\"a\": [1, {\"l1\": -1e308}]}");
    ck_assert_ptr_null(json_read_in(run, "settings.json", &failure));
    check_failure("settings.json: \"l1\" is -1e+308");
    write_text(folder, "run/settings.json", " {\"a\": [1, {}]}\n");
    cJSON *settings = json_read_in(run, "settings.json", &failure);
    ck_assert_ptr_nonnull(settings);
    cJSON_Delete(settings);
    char *path = in_folder(folder, "run/settings.json");
    ck_assert_int_eq(truncate(path, 2 << 20), 0);
    ck_assert_ptr_null(json_read_in(run, "settings.json", &failure));
    check_failure("is longer than");
    free(path);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("files");
    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(files, setup, teardown);
    tcase_set_timeout(files, 60);
    tcase_add_test(files, reads_regular_files_only);
    tcase_add_test(files, follows_what_the_user_names);
    tcase_add_test(files, reads_no_more_than_it_may);
    tcase_add_test(files, writes_replace_links);
    tcase_add_test(files, writes_keep_permissions);
    tcase_add_test(files, writes_piece_by_piece);
    tcase_add_test(files, appends_to_files_of_one_name);
    tcase_add_test(files, removes_nothing_that_links_lead_to);
    suite_add_tcase(suite, files);
    TCase *runs = tcase_create("runs");
    tcase_add_checked_fixture(runs, setup, teardown);
    tcase_set_timeout(runs, 60);
    tcase_add_test(runs, logs_have_records_of_one_epoch_after_the_other);
    tcase_add_test(runs, logs_take_time_by_their_lines);
    tcase_add_test(runs, restores_logs_that_are_links);
    tcase_add_test(runs, settings_are_small_objects);
    suite_add_tcase(suite, runs);
    return run_suite(suite);
}
