/* The lock of a folder: who can have it, who waits for it, and programs where there are none. */
#include "common/lock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/files.h"
#include "common/program.h"
#include "support.h"
#include "tones.h"

static char *folder, *place, *path;
static struct failure failure;

static void setup(void) {
    unsetenv("NO_LOCKS");
    folder = make_folder();
    place = in_folder(folder, "place");
    path = in_folder(place, LOCK_FILE);
    ck_assert_int_eq(folder_make(place, &failure), 0);
}

static void teardown(void) {
    free(path);
    free(place);
    drop_folder(folder);
}

static int mode_of(const char *file) {
    struct stat status;
    ck_assert_int_eq(stat(file, &status), 0);
    return (int)(status.st_mode & 0777);
}

static void take_and_release(void) {
    int lock;
    ck_assert_msg(lock_try(place, LOCK_NEEDED, &lock, &failure) == LOCK_HELD, "%s", failure.text);
    ck_assert_int_ge(lock, 0);
    ck_assert_int_ne(fcntl(lock, F_GETFD) & FD_CLOEXEC, 0);
    lock_release(lock);
}

static void check_refused(const char *part) {
    int lock;
    ck_assert_int_eq(lock_try(place, LOCK_IF_THERE_IS, &lock, &failure), LOCK_FAILED);
    ck_assert_int_eq(lock, -1);
    ck_assert_msg(strstr(failure.text, part) != NULL, "'%s' is not in '%s'", part, failure.text);
}

START_TEST(one_has_it_at_a_time) {
    int lock, other;
    ck_assert_int_eq(lock_try(place, LOCK_NEEDED, &lock, &failure), LOCK_HELD);
    ck_assert_int_eq(lock_try(place, LOCK_NEEDED, &other, &failure), LOCK_TAKEN);
    ck_assert_int_eq(other, -1);
    ck_assert_str_eq(failure.text, "");
    lock_release(lock);
    take_and_release();
}
END_TEST

/* Also of a file that others could read until now, but not of one that is somebody's under another name. */
START_TEST(who_may_not_write_cannot_open_it) {
    umask(022);
    take_and_release();
    ck_assert_int_eq(mode_of(path), 0600);
    ck_assert_int_eq(unlink(path), 0);
    umask(002);
    take_and_release();
    ck_assert_int_eq(mode_of(path), 0660);
    ck_assert_int_eq(chmod(path, 0644), 0);
    take_and_release();
    ck_assert_int_eq(mode_of(path), 0600);
    char *other = in_folder(folder, "other");
    ck_assert_int_eq(link(path, other), 0);
    ck_assert_int_eq(chmod(other, 0644), 0);
    take_and_release();
    ck_assert_int_eq(mode_of(other), 0644);
    free(other);
}
END_TEST

START_TEST(only_a_regular_file_is_opened) {
    char *other = in_folder(folder, "other");
    ck_assert_int_eq(symlink(other, path), 0);
    check_refused("is a symbolic link");
    ck_assert(!file_exists(other));
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkfifo(path, 0666), 0);
    check_refused("is not a regular file");
    const int reader = open(path, O_RDONLY | O_NONBLOCK);
    ck_assert_int_ge(reader, 0);
    check_refused("is not a regular file");
    close(reader);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    check_refused("is not a regular file");
    free(other);
}
END_TEST

/* ---- Waiting ---- */

static int hold(void) {
    const int file = open(path, O_RDONLY | O_CREAT, 0666);
    ck_assert_int_eq(flock(file, LOCK_EX), 0);
    return file;
}

static void ring_in(long microseconds) {
    const struct itimerval timer = {{0, 0}, {microseconds / 1000000, microseconds % 1000000}};
    ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

static int held;

static void let_go(int number) {
    (void)number;
    close(held);
}

static void send_ourselves(int number) {
    (void)number;
    kill(getpid(), SIGTERM);
}

START_TEST(it_is_waited_for) {
    int lock;
    held = hold();
    signal(SIGALRM, let_go);
    ring_in(300000);
    ck_assert_int_eq(lock_wait(place, LOCK_NEEDED, &lock, &failure), LOCK_HELD);
    ck_assert_int_ge(lock, 0);
    lock_release(lock);
}
END_TEST

/* Whether the signal is blocked or not; afterwards it is as it was. */
START_TEST(a_signal_ends_the_waiting) {
    int lock;
    sigset_t term, before, after;
    held = hold();
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(_i == 0 ? SIG_UNBLOCK : SIG_BLOCK, &term, NULL);
    sigprocmask(SIG_BLOCK, NULL, &before);
    signal(SIGALRM, send_ourselves);
    ring_in(300000);
    ck_assert_int_eq(lock_wait(place, LOCK_NEEDED, &lock, &failure), LOCK_STOPPED);
    ck_assert_int_eq(lock, -1);
    ck_assert_str_eq(failure.text, "");
    sigprocmask(SIG_BLOCK, NULL, &after);
    ck_assert_int_eq(sigismember(&after, SIGTERM), sigismember(&before, SIGTERM));
    ck_assert_int_eq(sigpending(&after), 0);
    ck_assert_int_eq(sigismember(&after, SIGTERM), 0);
    close(held);
}
END_TEST

/* ---- No locks ---- */

static const char *const reasons[] = {"ENOLCK", "ENOSYS", "EOPNOTSUPP"};

START_TEST(who_needs_it_does_not_go_on_without) {
    int lock;
    setenv("NO_LOCKS", reasons[_i], 1);
    ck_assert_int_eq(lock_try(place, LOCK_NEEDED, &lock, &failure), LOCK_FAILED);
    ck_assert_ptr_nonnull(strstr(failure.text, "place/.lock: cannot lock: "));
    ck_assert_int_eq(lock_try(place, LOCK_IF_THERE_IS, &lock, &failure), LOCK_HELD);
    ck_assert_int_eq(lock, -1);
    setenv("NO_LOCKS", "EIO", 1);
    check_refused("cannot lock: ");
}
END_TEST

static int count_in_messages(const char *part) {
    char *text = read_text(folder, "err.txt", NULL);
    int count = 0;
    for (const char *found = text; (found = strstr(found, part)) != NULL; found += strlen(part))
        count++;
    free(text);
    return count;
}

/* A program says it once, and does its work. */
START_TEST(programs_say_that_there_are_none) {
    char *set = in_folder(folder, "set"), *out = in_folder(folder, "out");
    write_tones(set);
    setenv("NO_LOCKS", reasons[_i], 1);
    ck_assert_int_eq(run_program(folder, (const char *const[]){program_path("TRAIN_WITHOUT_LOCKS"), "--data", set,
                                                               "--out", out, "--epochs", "1", "--hidden", "4", NULL}),
                     0);
    ck_assert_int_eq(count_in_messages("rawhd-train: "), 1);
    ck_assert_int_eq(count_in_messages("/out/.lock: this file system has no locks ("), 1);
    char *best = in_folder(out, "best.safetensors");
    ck_assert(file_exists(best));
    free(best);
    free(out);
    out = in_folder(folder, "sweep");
    ck_assert_int_eq(
        run_program(folder, (const char *const[]){program_path("ABLATION_WITHOUT_LOCKS"), "--data", set, "--out", out,
                                                  "--models", "both", "--sparsities", "0.5", "--seeds", "2", "--",
                                                  "--epochs", "1", "--hidden", "4", NULL}),
        0);
    ck_assert_int_eq(count_in_messages("/sweep/.lock: this file system has no locks ("), 1);
    ck_assert_int_eq(count_in_messages("has no locks"), 1);
    free(out);
    free(set);
}
END_TEST

int main(void) {
    program_path("TRAIN_WITHOUT_LOCKS");
    Suite *suite = suite_create("lock");
    TCase *locks = tcase_create("locks");
    tcase_add_checked_fixture(locks, setup, teardown);
    tcase_set_timeout(locks, 60);
    tcase_add_test(locks, one_has_it_at_a_time);
    tcase_add_test(locks, who_may_not_write_cannot_open_it);
    tcase_add_test(locks, only_a_regular_file_is_opened);
    tcase_add_test(locks, it_is_waited_for);
    tcase_add_loop_test(locks, a_signal_ends_the_waiting, 0, 2);
    tcase_add_loop_test(locks, who_needs_it_does_not_go_on_without, 0, 3);
    tcase_add_loop_test(locks, programs_say_that_there_are_none, 0, 3);
    suite_add_tcase(suite, locks);
    return run_suite(suite);
}
