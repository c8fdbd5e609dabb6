/* What becomes of a file that is saved: its permissions, its name, and what is beside it. */

#include "format/scratch.h"
#include "support.h"

Suite *paths_suite(void);

static const float one = 1;
static const snnd_array number = {(void *)(uintptr_t)&one, SNND_FLOAT32, 1, {1, 1, 1, 1}};

static snnd_context *context;

static void set_up(void) {
    context = make_context(1);
}

static void tear_down(void) {
    snnd_context_free(context);
}

static mode_t mode_of(const char *path) {
    struct stat about;
    ck_assert_int_eq(stat(path, &about), 0);
    return about.st_mode & 07777;
}

/* ---- permissions ---- */

static const mode_t modes[] = {0600, 0640, 0644, 0664, 0666, 0755, 0200};

START_TEST(a_file_keeps_its_permissions) {
    scratch_write(scratch("a"), "old", 3);
    ck_assert_int_eq(chmod(scratch("a"), modes[_i]), 0);
    OK(context, snnd_array_save_npy(context, &number, scratch("a")));
    ck_assert_uint_eq(mode_of(scratch("a")), modes[_i]);
    OK(context, snnd_array_save_npy(context, &number, scratch("a")));
    ck_assert_uint_eq(mode_of(scratch("a")), modes[_i]);
}
END_TEST

START_TEST(a_new_file_has_those_of_the_mask) {
    const mode_t before = umask(027);
    OK(context, snnd_array_save_npy(context, &number, scratch("a")));
    umask(before);
    ck_assert_uint_eq(mode_of(scratch("a")), 0640);
}
END_TEST

/* Root may give files away, and so may keep whose they are. */
START_TEST(a_file_keeps_its_owner) {
    struct stat about;
    scratch_write(scratch("a"), "old", 3);
    const uid_t owner = geteuid() == 0 ? 12345 : geteuid();
    ck_assert_int_eq(chown(scratch("a"), owner, geteuid() == 0 ? 23456 : (gid_t)-1), 0);
    OK(context, snnd_array_save_npy(context, &number, scratch("a")));
    ck_assert_int_eq(stat(scratch("a"), &about), 0);
    ck_assert_uint_eq(about.st_uid, owner);
    ck_assert(geteuid() != 0 || about.st_gid == 23456);
}
END_TEST

/* Root, too, who could. */
START_TEST(a_read_only_file_is_not_replaced) {
    scratch_write(scratch("a"), "old", 3);
    ck_assert_int_eq(chmod(scratch("a"), 0444), 0);
    FAILS(context, SNND_ERROR_IO, "read-only", snnd_array_save_npy(context, &number, scratch("a")));
    ck_assert_ptr_nonnull(strstr(snnd_context_last_error(context), scratch("a")));
    size_t bytes;
    unsigned char *left = scratch_read(scratch("a"), &bytes);
    ck_assert_str_eq((const char *)left, "old");
    free(left);
    ck_assert_int_eq(scratch_entries(), 1);
}
END_TEST

/* A link is replaced, as ever; what it leads to says whether, and with which permissions. */
START_TEST(a_link_has_the_permissions_of_what_it_leads_to) {
    scratch_write(scratch("secret"), "old", 3);
    ck_assert_int_eq(chmod(scratch("secret"), 0600), 0);
    ck_assert_int_eq(symlink("secret", scratch("a")), 0);
    OK(context, snnd_array_save_npy(context, &number, scratch("a")));
    struct stat about;
    ck_assert_int_eq(lstat(scratch("a"), &about), 0);
    ck_assert(S_ISREG(about.st_mode));
    ck_assert_uint_eq(mode_of(scratch("a")), 0600);
    size_t bytes;
    unsigned char *left = scratch_read(scratch("secret"), &bytes);
    ck_assert_str_eq((const char *)left, "old");
    free(left);
}
END_TEST

/* ---- names ---- */

/* A path in the test's folder whose name has some bytes, of letters of two bytes where they fit. */
static const char *long_name(int bytes, bool wide) {
    static char path[2 * SCRATCH_PATH];
    const int folder = snprintf(path, sizeof path, "%s/", scratch_directory);
    char *name = path + folder;
    memset(name, 'x', (size_t)bytes);
    for (int b = bytes - 2; wide && b > 0; b -= 2)
        memcpy(name + b, "\xc3\xa4", 2);
    name[bytes] = '\0';
    return path;
}

START_TEST(a_name_may_be_as_long_as_the_file_system_has_it) {
    for (int wide = 0; wide < 2; wide++) {
        snnd_array read = {0};
        OK(context, snnd_array_save_npy(context, &number, long_name(_i, wide)));
        OK(context, snnd_array_save_npy(context, &number, long_name(_i, wide)));
        OK(context, snnd_array_load_npy(context, long_name(_i, wide), SNND_ANY, &read));
        snnd_array_free(context, &read);
    }
    ck_assert_int_eq(scratch_entries(), 2);
}
END_TEST

START_TEST(a_longer_name_is_an_error_of_the_system) {
    FAILS(context, SNND_ERROR_IO, "File name too long", snnd_array_save_npy(context, &number, long_name(256, false)));
    ck_assert_int_eq(scratch_entries(), 0);
}
END_TEST

Suite *paths_suite(void) {
    Suite *suite = suite_create("paths");
    TCase *permissions = scratch_case(suite, "permissions"), *names = scratch_case(suite, "names");
    tcase_add_checked_fixture(permissions, set_up, tear_down);
    tcase_add_loop_test(permissions, a_file_keeps_its_permissions, 0, sizeof modes / sizeof modes[0]);
    tcase_add_test(permissions, a_new_file_has_those_of_the_mask);
    tcase_add_test(permissions, a_file_keeps_its_owner);
    tcase_add_test(permissions, a_read_only_file_is_not_replaced);
    tcase_add_test(permissions, a_link_has_the_permissions_of_what_it_leads_to);
    tcase_add_checked_fixture(names, set_up, tear_down);
    tcase_add_loop_test(names, a_name_may_be_as_long_as_the_file_system_has_it, 240, 256);
    tcase_add_test(names, a_longer_name_is_an_error_of_the_system);
    return suite;
}
