#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/files.h"
#include "gsc/commands.h"
#include "rawhd/recordings.h"
#include "rawhd/spectrograms.h"
#include "support.h"
#ifdef EXAMPLES_EVENTS
#include "events/events.h"
#endif

static char *folder;

static void setup(void) {
    folder = make_folder();
}

static void teardown(void) {
    drop_folder(folder);
}

/* Makes one trial of each word in FOLDER/NAME, in a layout. */
static void make_layout(const char *layout, const char *name, const char *seed, const char *jobs) {
    char *out = in_folder(folder, name);
    int code = run_program(folder, (const char *const[]){program_path("MAKE_DIGITS"), layout, out, "--trials", "1",
                                                         "--seed", seed, "--jobs", jobs, NULL});
    char *messages = read_text(folder, "err.txt", NULL);
    ck_assert_msg(code == 0, "exit code %d: %s", code, messages);
    free(messages);
    free(out);
}

static void make(const char *name, const char *seed, const char *jobs) {
    make_layout("--out", name, seed, jobs);
}

START_TEST(the_same_seed_gives_the_same_files) {
    make("a", "5", "1");
    make("b", "5", "3");
    make("c", "6", "2");
    struct recordings recordings;
    struct problems problems = {0};
    struct failure failure;
    char *a = in_folder(folder, "a"), *b = in_folder(folder, "b"), *c = in_folder(folder, "c");
    ck_assert_int_eq(recordings_find(a, 0, &recordings, &problems, &failure), 0);
    ck_assert_uint_eq(problems_total(&problems), 0);
    ck_assert_uint_eq(recordings.training.count + recordings.testing.count, 240);
    ck_assert_uint_eq(recordings.files.count, 243);
    int other = 0;
    for (size_t i = 0; i < recordings.files.count; i++) {
        const char *path = recordings.files.file[i].path;
        ck_assert_msg(same_bytes(a, path, b, path), "%s differs", path);
        other += !same_bytes(a, path, c, path);
    }
    ck_assert_int_ge(other, 240);
    recordings_free(&recordings);
    free(a);
    free(b);
    free(c);
}
END_TEST

/* Speakers 04 and 05 are not heard in training, the others are; every file can be used. */
START_TEST(the_layout_is_the_heidelberg_one) {
    make("a", "0", "2");
    char *a = in_folder(folder, "a"), *lists[] = {read_text(a, TRAINING_LIST, NULL), read_text(a, TESTING_LIST, NULL)};
    for (int speaker = 0; speaker < 12; speaker++) {
        char part[32];
        snprintf(part, sizeof part, "_speaker-%02d_", speaker);
        ck_assert_int_eq(strstr(lists[0], part) != NULL, speaker != 4 && speaker != 5);
    }
    ck_assert_ptr_nonnull(strstr(lists[1], "lang-english_speaker-04_trial-0_digit-0.flac\n"));
    ck_assert_ptr_nonnull(strstr(lists[1], "lang-german_speaker-05_trial-0_digit-9.flac\n"));
    struct recordings recordings;
    struct problems problems = {0};
    struct failure failure;
    struct spectrograms training, testing;
    struct spectrogram_scale scale;
    ck_assert_int_eq(recordings_find(a, 0, &recordings, &problems, &failure), 0);
    ck_assert_int_eq(spectrograms_make(PRESET_MEL, &recordings, 2, 1, &training, &testing, &scale, &problems), 0);
    ck_assert_int_eq(scale.lowest_rate, 22050);
    spectrograms_free(&training);
    spectrograms_free(&testing);
    recordings_free(&recordings);
    free(lists[0]);
    free(lists[1]);
    free(a);
}
END_TEST

#ifdef EXAMPLES_EVENTS
/* A file has `count` samples, as many of each class, and of these speakers only. */
static struct events *check_events(const char *name, const struct events_shape *shape, size_t count,
                                   const char *of_speakers) {
    static uint8_t counts[420 * 100 * 140];
    struct failure failure;
    struct events_told told = {0};
    int seen[35] = {0};
    char *path = in_folder(folder, name);
    struct events *events = events_open(path, shape, &failure);
    ck_assert_msg(events != NULL, "%s", failure.text);
    ck_assert_uint_eq(events_count(events), count);
    ck_assert_msg(events_read(events, counts, NULL, NULL, &told, &failure) == 0, "%s", failure.text);
    for (size_t i = 0; i < count; i++) {
        seen[events_label(events, i)]++;
        ck_assert_int_eq(of_speakers[events_speaker(events, i)], 'x');
        ck_assert_int_gt(events_length(events, i), 500);
    }
    for (int label = 0; label < shape->classes; label++)
        ck_assert_int_eq(seen[label], (int)count / shape->classes);
    free(path);
    return events;
}

START_TEST(events_are_laid_out_as_the_spiking_digits) {
    static const char *const files[] = {"shd_train.h5", "shd_test.h5"};
    make_layout("--events", "a", "5", "1");
    make_layout("--events", "b", "5", "3");
    make_layout("--events", "c", "6", "2");
    struct events *events = check_events("a/shd_train.h5", &events_shd, 200, "xxxx  xxxxxx");
    ck_assert_str_eq(events_word(events, 7), "seven");
    ck_assert_str_eq(events_word(events, 15), "f\xc3\xbcnf");
    events_close(events);
    events_close(check_events("a/shd_test.h5", &events_shd, 40, "    xx      "));
    char *a = in_folder(folder, "a"), *b = in_folder(folder, "b"), *c = in_folder(folder, "c");
    for (int i = 0; i < 2; i++) {
        ck_assert(same_bytes(a, files[i], b, files[i]));
        ck_assert(!same_bytes(a, files[i], c, files[i]));
    }
    free(a);
    free(b);
    free(c);
}
END_TEST

START_TEST(events_are_laid_out_as_the_spiking_commands) {
    make_layout("--word-events", "a", "5", "2");
    struct events *events = check_events("a/ssc_train.h5", &events_ssc, 315, "xxx   xxxxxx");
    ck_assert_str_eq(events_word(events, 0), "backward");
    ck_assert_str_eq(events_word(events, 34), "zero");
    events_close(events);
    events_close(check_events("a/ssc_valid.h5", &events_ssc, 35, "   x        "));
    events_close(check_events("a/ssc_test.h5", &events_ssc, 70, "    xx      "));
    char *readme = read_text(folder, "a/README.txt", NULL);
    ck_assert_ptr_nonnull(strstr(readme, "no results on the Spiking Speech Commands"));
    free(readme);
}
END_TEST
#endif

START_TEST(words_are_laid_out_as_speech_commands) {
    struct commands commands;
    struct failure failure;
    struct audio audio;
    make_layout("--words", "a", "5", "2");
    char *a = in_folder(folder, "a");
    ck_assert_msg(commands_find(a, &commands, &failure) == 0, "%s", failure.text);
    ck_assert_int_eq(commands.classes, 35);
    ck_assert_str_eq(commands.word[0], "backward");
    ck_assert_str_eq(commands.word[34], "zero");
    ck_assert_uint_eq(commands.count, 420);
    ck_assert_uint_eq(commands.part_count[COMMANDS_VALIDATION], 35);
    ck_assert_uint_eq(commands.part_count[COMMANDS_TESTING], 70);
    for (size_t i = 0; i < commands.count; i++) {
        ck_assert_msg(commands_load(&commands, i, &audio, &failure) == 0, "%s", failure.text);
        ck_assert_int_gt(audio.count, 2000);
        audio_free(&audio);
    }
    ck_assert_uint_eq(commands.noises, 2);
    for (size_t i = 0; i < commands.noises; i++) {
        float samples[4096];
        int64_t count = 0, got;
        struct audio_source *noise = commands_open_noise(&commands, i, &failure);
        ck_assert_msg(noise != NULL, "%s", failure.text);
        while ((got = audio_read(noise, samples, 4096, &failure)) > 0)
            count += got;
        ck_assert_int_eq(count, 20 * COMMANDS_RATE);
        audio_close(noise);
    }
    commands_free(&commands);
    char *readme = read_text(a, "README.txt", NULL);
    ck_assert_ptr_nonnull(strstr(readme, "no results on Speech Commands"));
    free(readme);
    free(a);
}
END_TEST

START_TEST(refuses_what_it_cannot_do) {
    const char *program = program_path("MAKE_DIGITS");
    char *out = in_folder(folder, "full");
    write_text(folder, "full/file", "something");
    ck_assert_int_eq(run_program(folder, (const char *const[]){program, "--out", out, NULL}), 1);
    ck_assert_int_eq(run_program(folder, (const char *const[]){program, NULL}), 2);
    ck_assert_int_eq(run_program(folder, (const char *const[]){program, "--out", out, "--trials", "2x", NULL}), 2);
    ck_assert_int_eq(run_program(folder, (const char *const[]){program, "--out", out, "--noise", "-1", NULL}), 2);
    ck_assert_int_eq(run_program(folder, (const char *const[]){program, "--out", out, "--what", NULL}), 2);
    ck_assert_int_eq(run_program(folder, (const char *const[]){program, "--out", out, "more", NULL}), 2);
    ck_assert_int_eq(run_program(folder, (const char *const[]){program, "--out", "b", "--words", "c", NULL}), 2);
    ck_assert_int_eq(run_program(folder, (const char *const[]){program, "--events", out, NULL}), 1);
    ck_assert_int_eq(run_program(folder, (const char *const[]){program, "--help", NULL}), 0);
#ifndef EXAMPLES_EVENTS
    ck_assert_int_eq(run_program(folder, (const char *const[]){program, "--events", "new", NULL}), 1);
    char *messages = read_text(folder, "err.txt", NULL);
    ck_assert_ptr_nonnull(strstr(messages, "built without HDF5"));
    free(messages);
#endif
    free(out);
}
END_TEST

/* Without espeak-ng it says so, and leaves nothing behind. One that lies where the program happens to be does not
 * count.
 */
START_TEST(says_that_espeak_is_missing) {
    char *out = in_folder(folder, "made"), *path = format_text("%s", getenv("PATH"));
    static const char *const places[] = {"/nowhere", ".", "", ".:", ":."};
    write_text(folder, "espeak-ng", "#!/bin/sh\n: >ran\n");
    char *program = in_folder(folder, "espeak-ng"), *ran = in_folder(folder, "ran");
    ck_assert_int_eq(chmod(program, 0755), 0);
    ck_assert_int_eq(chdir(folder), 0);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        setenv("PATH", places[i], 1);
        int code = run_program(folder, (const char *const[]){program_path("MAKE_DIGITS"), "--out", out, NULL});
        ck_assert_int_eq(code, 1);
        char *messages = read_text(folder, "err.txt", NULL);
        ck_assert_ptr_nonnull(strstr(messages, "espeak-ng is not installed"));
        ck_assert(!file_exists(out) && !file_exists(ran));
        free(messages);
    }
    setenv("PATH", path, 1);
    free(ran);
    free(program);
    free(path);
    free(out);
}
END_TEST

/* 1 if espeak-ng is in PATH. */
static int can_speak(void) {
    int found = 0;
    for (const char *place = getenv("PATH"); place != NULL && !found;) {
        const char *end = strchr(place, ':');
        char *program = format_text("%.*s/espeak-ng", end != NULL ? (int)(end - place) : (int)strlen(place), place);
        found = access(program, X_OK) == 0;
        free(program);
        place = end != NULL ? end + 1 : NULL;
    }
    return found;
}

int main(void) {
    program_path("MAKE_DIGITS");
    Suite *suite = suite_create("make_digits");
    TCase *refusals = tcase_create("refusals");
    tcase_add_checked_fixture(refusals, setup, teardown);
    tcase_add_test(refusals, refuses_what_it_cannot_do);
    tcase_add_test(refusals, says_that_espeak_is_missing);
    suite_add_tcase(suite, refusals);
    if (can_speak()) {
        TCase *speech = tcase_create("speech");
        tcase_add_checked_fixture(speech, setup, teardown);
        tcase_set_timeout(speech, 120);
        tcase_add_test(speech, the_same_seed_gives_the_same_files);
        tcase_add_test(speech, the_layout_is_the_heidelberg_one);
#ifdef EXAMPLES_EVENTS
        tcase_add_test(speech, events_are_laid_out_as_the_spiking_digits);
        tcase_add_test(speech, events_are_laid_out_as_the_spiking_commands);
#endif
        tcase_add_test(speech, words_are_laid_out_as_speech_commands);
        suite_add_tcase(suite, speech);
    }
    return run_suite(suite);
}
