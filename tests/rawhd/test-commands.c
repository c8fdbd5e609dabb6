/* Speech Commands as they are unpacked, in small. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gsc/commands.h"
#include "support.h"

static char *folder;
static struct commands commands;
static struct failure failure;

static void setup(void) {
    static const char *const names[] = {
        "up/a1_nohash_0.wav",  "up/b2_nohash_0.wav",           "up-to/a1_nohash_0.wav",    "bed/a1_nohash_1.wav",
        "bed/c3_nohash_0.wav", "_background_noise_/white.wav", "bed/deeper/a_nohash_0.wav"};
    folder = make_folder();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        write_tone(folder, names[i], 440, i == 5 ? 3 : 1, 16000);
    write_text(folder, "README.md", "nothing of interest");
    write_text(folder, "_background_noise_/README.md", "neither");
    write_text(folder, "validation_list.txt", "bed/c3_nohash_0.wav\n");
    write_text(folder, "testing_list.txt", "up/b2_nohash_0.wav\r\n\nup-to/a1_nohash_0.wav");
}

static void teardown(void) {
    drop_folder(folder);
}

static void find(void) {
    ck_assert_msg(commands_find(folder, &commands, &failure) == 0, "%s", failure.text);
}

static void refuses(const char *words) {
    ck_assert_int_ne(commands_find(folder, &commands, &failure), 0);
    ck_assert_msg(strstr(failure.text, words) != NULL, "'%s', without '%s'", failure.text, words);
    ck_assert_ptr_null(commands.command);
}

START_TEST(classes_are_in_alphabetical_order) {
    static const struct {
        const char *path;
        int32_t class;
        enum commands_part part;
        const char *speaker;
    } expected[] = {{"bed/a1_nohash_1.wav", 0, COMMANDS_TRAINING, "a1"},
                    {"bed/c3_nohash_0.wav", 0, COMMANDS_VALIDATION, "c3"},
                    {"up/a1_nohash_0.wav", 1, COMMANDS_TRAINING, "a1"},
                    {"up/b2_nohash_0.wav", 1, COMMANDS_TESTING, "b2"},
                    {"up-to/a1_nohash_0.wav", 2, COMMANDS_TESTING, "a1"}};
    find();
    ck_assert_uint_eq(commands.count, 5);
    ck_assert_int_eq(commands.classes, 3);
    ck_assert_str_eq(commands.word[0], "bed");
    ck_assert_str_eq(commands.word[1], "up");
    ck_assert_str_eq(commands.word[2], "up-to");
    for (size_t i = 0; i < 5; i++) {
        size_t length;
        const char *speaker = commands_speaker(&commands.command[i], &length);
        ck_assert_str_eq(commands.command[i].path, expected[i].path);
        ck_assert_int_eq(commands.command[i].class, expected[i].class);
        ck_assert_int_eq((int)commands.command[i].part, (int)expected[i].part);
        ck_assert(length == 2 && memcmp(speaker, expected[i].speaker, 2) == 0);
    }
    ck_assert_uint_eq(commands.part_count[COMMANDS_TRAINING], 2);
    ck_assert_uint_eq(commands.part_count[COMMANDS_TESTING], 2);
    commands_free(&commands);
}
END_TEST

START_TEST(noise_is_no_word) {
    float samples[16384];
    int64_t count = 0, got;
    find();
    ck_assert_uint_eq(commands.noises, 1);
    ck_assert_str_eq(commands.noise[0], "_background_noise_/white.wav");
    struct audio_source *noise = commands_open_noise(&commands, 0, &failure);
    ck_assert_ptr_nonnull(noise);
    while ((got = audio_read(noise, samples, 16384, &failure)) > 0)
        count += got;
    ck_assert_int_eq(got, 0);
    ck_assert_int_eq(count, 48000);
    audio_close(noise);
    write_tone(folder, commands.noise[0], 440, 3, 44100);
    ck_assert_ptr_null(commands_open_noise(&commands, 0, &failure));
    ck_assert_ptr_nonnull(
        strstr(failure.text, "_background_noise_/white.wav: has 44100 samples a second; expected 16000"));
    commands_free(&commands);
}
END_TEST

START_TEST(what_a_list_names_must_be_there) {
    static const struct {
        const char *list, *text, *words;
    } cases[] = {
        {"testing_list.txt", "up/b2_nohash_0.wav\nup/gone_nohash_0.wav\nup/more_nohash_0.wav\n",
         "testing_list.txt: line 2 names 'up/gone_nohash_0.wav', which does not exist"},
        {"validation_list.txt", "_background_noise_/white.wav\n", "line 1 names '_background_noise_/white.wav'"},
        {"validation_list.txt", "up/b2_nohash_0.wav\n",
         "testing_list.txt: line 1 names 'up/b2_nohash_0.wav', which is already in a list"},
        {"validation_list.txt", "../x\x1b[2J.wav\n", "names '../x\\x1B[2J.wav'"},
    };
    write_text(folder, cases[_i].list, cases[_i].text);
    refuses(cases[_i].words);
}
END_TEST

START_TEST(lists_and_words_must_be_there) {
    char *list = in_folder(folder, "testing_list.txt"), *bed = in_folder(folder, "bed");
    ck_assert_int_eq(remove(list), 0);
    refuses("testing_list.txt");
    char *inner = folder;
    folder = in_folder(inner, "bed/deeper");
    refuses("contains no folder of a word with .wav files");
    free(folder);
    folder = in_folder(inner, "nowhere");
    refuses("nowhere");
    free(folder);
    folder = inner;
    free(list);
    free(bed);
}
END_TEST

START_TEST(sound_is_of_16_khz_and_up_to_a_second) {
    static const struct {
        double seconds;
        int rate;
        const char *words;
    } cases[] = {{1, 16000, NULL},
                 {0.25, 16000, NULL},
                 {1, 8000, "bed/a1_nohash_1.wav: has 8000 samples, 8000 a second; expected 1 or more, 16000 a second"},
                 {1, 44100, "44100 a second"},
                 {1.001, 16000, "bed/a1_nohash_1.wav: has 16016 samples; expected at most 16000, which are a second"}};
    struct audio audio;
    write_tone(folder, "bed/a1_nohash_1.wav", 440, cases[_i].seconds, cases[_i].rate);
    find();
    const int result = commands_load(&commands, 0, &audio, &failure);
    ck_assert_int_eq(result == 0, cases[_i].words == NULL);
    if (result == 0)
        audio_free(&audio);
    else
        ck_assert_msg(strstr(failure.text, cases[_i].words) != NULL, "'%s'", failure.text);
    write_text(folder, "bed/a1_nohash_1.wav", "no sound");
    ck_assert_int_ne(commands_load(&commands, 0, &audio, &failure), 0);
    ck_assert_ptr_nonnull(strstr(failure.text, "bed/a1_nohash_1.wav: "));
    commands_free(&commands);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("commands");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, classes_are_in_alphabetical_order);
    tcase_add_test(tcase, noise_is_no_word);
    tcase_add_loop_test(tcase, what_a_list_names_must_be_there, 0, 4);
    tcase_add_test(tcase, lists_and_words_must_be_there);
    tcase_add_loop_test(tcase, sound_is_of_16_khz_and_up_to_a_second, 0, 5);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
