/* All words of a folder in the layout of Speech Commands, as they are kept. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "gsc/words.h"
#include "support.h"

static char *folder, *cache;
static struct words words;
static struct failure failure;
static char said[4096];

static void hear(void *user, const char *message) {
    (void)user;
    strncat(said, message, sizeof said - strlen(said) - 2);
    strcat(said, "\n");
}

static void setup(void) {
    static const char *const names[] = {"bed/a_nohash_0.wav", "bed/b_nohash_0.wav", "bed/c_nohash_0.wav",
                                        "up/a_nohash_0.wav",  "up/b_nohash_0.wav",  "up/c_nohash_0.wav"};
    folder = make_folder();
    cache = in_folder(folder, "cache");
    char *set = in_folder(folder, "set");
    for (size_t i = 0; i < 6; i++) {
        char *name = format_text("set/%s", names[i]);
        write_tone(folder, name, 300 + 100 * (double)i, i < 3 ? 0.5 : 1, 16000);
        free(name);
    }
    write_tone(folder, "set/_background_noise_/hum.wav", 50, 3, 16000);
    write_text(folder, "set/validation_list.txt", "bed/b_nohash_0.wav\nup/b_nohash_0.wav\n");
    write_text(folder, "set/testing_list.txt", "bed/c_nohash_0.wav\nup/c_nohash_0.wav\n");
    free(set);
}

static void teardown(void) {
    words_free(&words);
    drop_folder(folder);
    free(cache);
}

static int load_with(const char *where, int threads) {
    char *set = in_folder(folder, "set");
    const struct say say = {hear, NULL};
    const struct words_options options = {.folder = set, .cache = where, .threads = threads, .quiet = 1, .say = &say};
    words_free(&words);
    said[0] = '\0';
    int result = words_find(set, &words, &failure);
    if (result == 0)
        result = words_read(&options, &words, &failure);
    free(set);
    return result;
}

static void load(void) {
    ck_assert_msg(load_with(cache, 2) == 0, "%s", failure.text);
}

static void refuses(const char *text) {
    ck_assert_int_ne(load_with(cache, 3), 0);
    ck_assert_msg(strstr(failure.text, text) != NULL, "'%s', without '%s'", failure.text, text);
}

static void check_cells(void) {
    struct mel *mel = mel_create(&spectrogram_shape);
    for (int p = 0; p < COMMANDS_PARTS; p++) {
        ck_assert_uint_eq(words.part[p].count, 2);
        ck_assert_uint_eq((uintptr_t)words.part[p].cells % 64, 0);
        for (size_t i = 0; i < 2; i++) {
            uint8_t cells[SPECTROGRAM_CELLS];
            struct audio audio;
            ck_assert_int_eq(words.part[p].label[i], (int)i);
            ck_assert_int_eq(commands_load(&words.commands, words.part[p].index[i], &audio, &failure), 0);
            ck_assert_int_eq(spectrogram_make(mel, &audio, cells, &failure), 0);
            ck_assert_int_eq(memcmp(cells, words.part[p].cells + i * SPECTROGRAM_CELLS, sizeof cells), 0);
            audio_free(&audio);
        }
    }
    mel_free(mel);
}

START_TEST(parts_are_those_of_the_lists) {
    load();
    ck_assert_ptr_nonnull(strstr(said, "reading 6 recordings"));
    ck_assert_ptr_nonnull(strstr(said, "are kept in"));
    ck_assert_str_eq(words.commands.command[words.part[COMMANDS_TRAINING].index[1]].path, "up/a_nohash_0.wav");
    ck_assert_str_eq(words.commands.command[words.part[COMMANDS_VALIDATION].index[0]].path, "bed/b_nohash_0.wav");
    ck_assert_str_eq(words.commands.command[words.part[COMMANDS_TESTING].index[0]].path, "bed/c_nohash_0.wav");
    check_cells();
}
END_TEST

START_TEST(what_was_kept_is_mapped) {
    load();
    load();
    ck_assert_str_eq(said, "");
    check_cells();
}
END_TEST

/* Another list, another recording. */
START_TEST(what_is_of_other_files_is_made_anew) {
    load();
    write_text(folder, "set/validation_list.txt", "bed/a_nohash_0.wav\nup/b_nohash_0.wav\n");
    load();
    ck_assert_ptr_nonnull(strstr(said, "reading 6 recordings"));
    write_tone(folder, "set/up/a_nohash_0.wav", 1000, 0.7, 16000);
    load();
    ck_assert_ptr_nonnull(strstr(said, "reading 6 recordings"));
    load();
    ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(without_a_cache_nothing_is_kept) {
    write_text(folder, "file", "no folder");
    char *file = in_folder(folder, "file");
    for (int again = 0; again < 2; again++) {
        ck_assert_int_eq(load_with(file, 1), 0);
        ck_assert_ptr_nonnull(strstr(said, "not kept"));
        check_cells();
    }
    free(file);
}
END_TEST

/* As on a disk that is full: a file that is so large cannot be written, and one that nobody else sees neither. */
START_TEST(a_cache_that_is_full_keeps_nothing) {
    struct rlimit before;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &((struct rlimit){50000, before.rlim_max})), 0);
    const int result = load_with(cache, 1);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    ck_assert_int_ne(result, 0);
    ck_assert_ptr_nonnull(strstr(said, "spectrograms are not kept: "));
    ck_assert_ptr_nonnull(strstr(failure.text, "cannot write"));
    load();
    check_cells();
}
END_TEST

START_TEST(the_first_wrong_file_is_named) {
    write_text(folder, "set/up/b_nohash_0.wav", "no sound");
    write_tone(folder, "set/up/a_nohash_0.wav", 440, 1, 22050);
    for (int again = 0; again < 8; again++)
        refuses("set/up/a_nohash_0.wav: has 22050 samples, 22050 a second; expected");
    write_tone(folder, "set/up/a_nohash_0.wav", 440, 1, 16000);
    refuses("set/up/b_nohash_0.wav: ");
    write_tone(folder, "set/up/b_nohash_0.wav", 440, 1.01, 16000);
    refuses("set/up/b_nohash_0.wav: has 16160 samples; expected at most 16000");
    write_tone(folder, "set/up/b_nohash_0.wav", 440, 1, 16000);
    load();
}
END_TEST

START_TEST(no_part_may_be_empty) {
    write_text(folder, "set/testing_list.txt", "\n");
    refuses("set: has no recordings to test: testing_list.txt names none");
    write_text(folder, "set/testing_list.txt", "bed/c_nohash_0.wav\n");
    write_text(folder, "set/validation_list.txt", "");
    refuses("set: has no recordings to validate: validation_list.txt names none");
    write_text(folder, "set/validation_list.txt",
               "bed/a_nohash_0.wav\nbed/b_nohash_0.wav\nup/a_nohash_0.wav\nup/b_nohash_0.wav\nup/c_nohash_0.wav\n");
    refuses("set: has no recordings to train on");
    char *empty = in_folder(folder, "set/off");
    ck_assert_int_eq(mkdir(empty, 0755), 0);
    refuses("set/off: is empty; expected the .wav files of a word");
    free(empty);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("words");
    TCase *tcase = tcase_create("words");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, parts_are_those_of_the_lists);
    tcase_add_test(tcase, what_was_kept_is_mapped);
    tcase_add_test(tcase, what_is_of_other_files_is_made_anew);
    tcase_add_test(tcase, without_a_cache_nothing_is_kept);
    tcase_add_test(tcase, a_cache_that_is_full_keeps_nothing);
    tcase_add_test(tcase, the_first_wrong_file_is_named);
    tcase_add_test(tcase, no_part_may_be_empty);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
