#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rawhd/recordings.h"
#include "rawhd/spectrograms.h"
#include "support.h"

static char *folder;
static struct recordings recordings;
static struct problems problems;
static struct failure failure;

static void setup(void) {
    folder = make_folder();
    memset(&recordings, 0, sizeof recordings);
    memset(&problems, 0, sizeof problems);
    failure.text[0] = '\0';
}

static void teardown(void) {
    problems_clear(&problems);
    recordings_free(&recordings);
    drop_folder(folder);
}

/* The name of an English digit of speaker 0. */
#define NAME(digit) "lang-english_speaker-00_trial-0_digit-" #digit

static int find(void) {
    return recordings_find(folder, 0, &recordings, &problems, &failure);
}

/* All problems, those of the audio too, in one text to be freed. */
static char *describe_all(void) {
    struct spectrograms training, testing;
    struct spectrogram_scale scale;
    ck_assert_int_eq(find(), 0);
    ck_assert_int_ne(spectrograms_make(PRESET_MEL, &recordings, 2, 1, &training, &testing, &scale, &problems), 0);
    return problems_describe(&problems);
}

static void check_says(const char *text, const char *part) {
    ck_assert_msg(strstr(text, part) != NULL, "'%s' is not in '%s'", part, text);
}

START_TEST(finds_files_in_folders) {
    write_tone(folder, "a/b/" NAME(3) ".FLAC", 440, 0.3, 16000);
    write_tone(folder, "c/lang-german_speaker-04_trial-2_digit-5.wav", 440, 0.3, 16000);
    write_tone(folder, "c/" NAME(1) ".flac", 440, 0.3, 16000);
    write_text(folder, TRAINING_LIST,
               "\xef\xbb\xbf" NAME(3) "\r\n\r\n  lang-german_speaker-04_trial-2_digit-5.flac \r\n");
    write_text(folder, TESTING_LIST, "audio/" NAME(1) ".flac");
    ck_assert_int_eq(find(), 0);
    ck_assert_uint_eq(problems_total(&problems), 0);
    ck_assert_uint_eq(recordings.training.count, 2);
    ck_assert_str_eq(recordings.training.recording[0].file->path, "a/b/" NAME(3) ".FLAC");
    ck_assert_int_eq(recordings.training.recording[0].label, 3);
    ck_assert_int_eq(recordings.training.recording[1].label, 15);
    ck_assert_uint_eq(recordings.testing.count, 1);
    ck_assert_int_eq(recordings.testing.recording[0].label, 1);
}
END_TEST

START_TEST(finds_lists_below_the_folder) {
    write_tone(folder, "inner/audio/" NAME(0) ".flac", 440, 0.3, 16000);
    write_tone(folder, "inner/audio/" NAME(1) ".flac", 440, 0.3, 16000);
    write_text(folder, "inner/" TRAINING_LIST, NAME(0) "\n");
    write_text(folder, "inner/" TESTING_LIST, NAME(1) "\n");
    ck_assert_int_eq(find(), 0);
    ck_assert_uint_eq(problems_total(&problems), 0);
    write_text(folder, "other/" TESTING_LIST, NAME(1) "\n");
    recordings_free(&recordings);
    ck_assert_int_ne(find(), 0);
    check_says(failure.text,
               ": found " TESTING_LIST " in 2 folders below it (first: inner/" TESTING_LIST "); expected one");
}
END_TEST

START_TEST(says_that_a_list_is_missing_or_empty) {
    ck_assert_int_ne(find(), 0);
    check_says(failure.text, TRAINING_LIST);
    write_text(folder, TRAINING_LIST, NAME(0) "\n");
    ck_assert_int_ne(find(), 0);
    check_says(failure.text, TESTING_LIST);
    write_text(folder, TESTING_LIST, "\n \r\n");
    ck_assert_int_ne(find(), 0);
    check_says(failure.text, "names no recording");
    char *list = in_folder(folder, TESTING_LIST);
    ck_assert_int_eq(unlink(list), 0);
    ck_assert_int_eq(mkfifo(list, 0600), 0);
    ck_assert_int_ne(find(), 0);
    check_says(failure.text, TESTING_LIST ": is not a regular file");
    free(list);
}
END_TEST

/* Everything that can be wrong with a file, at once. */
START_TEST(names_all_problems_in_one_message) {
    float silence[8000] = {0};
    write_tone(folder, "audio/" NAME(0) ".flac", 440, 0.3, 16000);
    write_tone(folder, "audio/" NAME(1) ".flac", 440, 0.3, 16000);
    write_tone(folder, "audio/" NAME(2) ".flac", 440, 0.01, 16000);
    write_sound(folder, "audio/" NAME(3) ".flac", silence, 8000, 16000);
    write_text(folder, "audio/" NAME(4) ".flac", "fLaC but not really");
    write_tone(folder, "audio/" NAME(5) ".flac", 440, 0.3, 16000);
    write_tone(folder, "more/" NAME(5) ".wav", 440, 0.3, 16000);
    write_tone(folder, "audio/digit-seven.flac", 440, 0.3, 16000);
    write_tone(folder, "audio/" NAME(6) ".flac", 440, 61, 1000);
    write_sound(folder, "audio/" NAME(8) ".wav", silence, 0, 16000);
    write_text(folder, TRAINING_LIST,
               NAME(0) "\n" NAME(1) "\n" NAME(2) "\n" NAME(3) "\n" NAME(4) "\n" NAME(5) "\nwhat.flac\n" NAME(
                   7) "\n" NAME(8) "\n" NAME(6));
    write_text(folder, TESTING_LIST, NAME(0) "\n");
    char *text = describe_all();
    check_says(text, "9 recordings cannot be used");
    check_says(text, "misnamed");
    check_says(text, "'what.flac' (train_filenames.txt:7)");
    check_says(text, "listed more than once (1): " NAME(0) " (train_filenames.txt:1 and test_filenames.txt:1)");
    check_says(text, "missing");
    check_says(text, NAME(7) " (train_filenames.txt:8)");
    check_says(text, "audio/digit-seven.flac");
    check_says(text, "found more than once in the folder (1): audio/" NAME(5) ".flac and more/" NAME(5) ".wav");
    check_says(text, "corrupt, or beyond what a recording may be (2): audio/" NAME(4) ".flac");
    check_says(text, "audio/" NAME(6) ".flac (lasts longer than 60 seconds)");
    check_says(text, "too short (2): audio/" NAME(2) ".flac (it lasts 10 ms");
    check_says(text, "silent (1): audio/" NAME(3) ".flac");
    free(text);
}
END_TEST

START_TEST(counts_what_it_does_not_name) {
    char list[4096] = "";
    for (int i = 0; i < 20; i++) {
        char line[64];
        snprintf(line, sizeof line, "lang-german_speaker-00_trial-%d_digit-0.flac\n", i);
        strcat(list, line);
    }
    write_text(folder, TRAINING_LIST, list);
    write_tone(folder, NAME(0) ".flac", 440, 0.3, 16000);
    write_text(folder, TESTING_LIST, NAME(0));
    char *text = describe_all();
    check_says(text, "20 recordings cannot be used");
    check_says(text, "(20): lang-german_speaker-00_trial-0_digit-0.flac (train_filenames.txt:1); ");
    check_says(text, "; and 15 more");
    free(text);
}
END_TEST

START_TEST(tells_the_later_of_two_listings) {
    write_tone(folder, NAME(0) ".flac", 440, 0.3, 16000);
    write_tone(folder, NAME(1) ".flac", 440, 0.3, 16000);
    write_text(folder, TRAINING_LIST, NAME(0) ".flac\n" NAME(0) "\n" NAME(0) ".wav\n");
    write_text(folder, TESTING_LIST, NAME(1) "\n");
    ck_assert_int_eq(find(), 0);
    ck_assert_uint_eq(problems.count[PROBLEM_DUPLICATE], 2);
    check_says(problems.example[PROBLEM_DUPLICATE][0], "train_filenames.txt:1 and train_filenames.txt:2");
    ck_assert_ptr_nonnull(recordings.training.recording[0].file);
    ck_assert_ptr_null(recordings.training.recording[1].file);
}
END_TEST

START_TEST(fingerprint_changes_with_what_is_listed) {
    write_tone(folder, NAME(0) ".flac", 440, 0.3, 16000);
    write_tone(folder, NAME(1) ".flac", 440, 0.3, 16000);
    write_tone(folder, NAME(2) ".flac", 440, 0.3, 16000);
    write_text(folder, TRAINING_LIST, NAME(0) "\n");
    write_text(folder, TESTING_LIST, NAME(1) "\n");
    char before[17];
    ck_assert_int_eq(find(), 0);
    memcpy(before, recordings.fingerprint, sizeof before);
    recordings_free(&recordings);
    ck_assert_int_eq(find(), 0);
    ck_assert_str_eq(recordings.fingerprint, before);
    recordings_free(&recordings);
    write_text(folder, TRAINING_LIST, NAME(0) "\n" NAME(2) "\n");
    ck_assert_int_eq(find(), 0);
    ck_assert_str_ne(recordings.fingerprint, before);
    memcpy(before, recordings.fingerprint, sizeof before);
    recordings_free(&recordings);
    write_tone(folder, NAME(2) ".flac", 550, 0.35, 16000);
    ck_assert_int_eq(find(), 0);
    ck_assert_str_ne(recordings.fingerprint, before);
}
END_TEST

/* The same numbers from any number of threads, scaled by the training set alone. */
START_TEST(threads_do_not_change_the_numbers) {
    char list[4096] = "";
    for (int i = 0; i < 20; i++) {
        char name[64], line[80];
        snprintf(name, sizeof name, "lang-german_speaker-00_trial-%d_digit-%d.flac", i / 10, i % 10);
        snprintf(line, sizeof line, "%s\n", name);
        write_tone(folder, name, 200 + 100 * i, 0.2 + 0.05 * i, i % 2 ? 22050 : 48000);
        strcat(list, line);
    }
    write_tone(folder, NAME(0) ".flac", 440, 0.3, 8000);
    write_text(folder, TRAINING_LIST, list);
    write_text(folder, TESTING_LIST, NAME(0) "\n");
    ck_assert_int_eq(find(), 0);
    for (int preset = PRESET_MEL; preset <= PRESET_ZENKE_VOGELS; preset++) {
        struct spectrograms training[2], testing[2];
        struct spectrogram_scale scale[2];
        for (int i = 0; i < 2; i++)
            ck_assert_int_eq(spectrograms_make((enum preset)preset, &recordings, i == 0 ? 1 : 7, 1, &training[i],
                                               &testing[i], &scale[i], &problems),
                             0);
        ck_assert_int_eq(scale[0].lowest_rate, 22050);
        ck_assert_uint_eq(training[0].count, 20);
        ck_assert_int_eq(training[0].labels[13], 13);
        ck_assert_mem_eq(training[0].cells, training[1].cells, 20 * MEL_CELLS * sizeof(float));
        ck_assert_mem_eq(testing[0].cells, testing[1].cells, MEL_CELLS * sizeof(float));
        float low = 1, high = 0;
        for (int i = 0; i < 20 * MEL_CELLS; i++) {
            low = training[0].cells[i] < low ? training[0].cells[i] : low;
            high = training[0].cells[i] > high ? training[0].cells[i] : high;
        }
        if (preset == PRESET_MEL) {
            ck_assert_float_eq(low, 0);
            ck_assert_float_eq(high, 1);
        }
        for (int i = 0; i < 2; i++) {
            spectrograms_free(&training[i]);
            spectrograms_free(&testing[i]);
        }
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("recordings");
    TCase *lists = tcase_create("lists");
    tcase_add_checked_fixture(lists, setup, teardown);
    tcase_add_test(lists, finds_files_in_folders);
    tcase_add_test(lists, finds_lists_below_the_folder);
    tcase_add_test(lists, says_that_a_list_is_missing_or_empty);
    tcase_add_test(lists, names_all_problems_in_one_message);
    tcase_add_test(lists, counts_what_it_does_not_name);
    tcase_add_test(lists, tells_the_later_of_two_listings);
    tcase_add_test(lists, fingerprint_changes_with_what_is_listed);
    suite_add_tcase(suite, lists);
    TCase *spectrograms = tcase_create("spectrograms");
    tcase_add_checked_fixture(spectrograms, setup, teardown);
    tcase_add_test(spectrograms, threads_do_not_change_the_numbers);
    suite_add_tcase(suite, spectrograms);
    return run_suite(suite);
}
