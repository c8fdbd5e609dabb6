/* The recipe gsc from a folder in the layout of Speech Commands to a trained network. */
#include <cJSON.h>
#include <signal.h>
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/allocate.h"
#include "common/files.h"
#include "gsc/spectrogram.h"
#include "support.h"
#include "training/recipe.h"

enum { WORDS = 3, SPEAKERS = 8 };

static const char *const words[WORDS] = {"bed", "off", "up"};
static char *folder, *set;

/* Speakers 6 and 7 are in the lists. */
static void setup(void) {
    char lists[2][256] = {"", ""};
    folder = make_folder();
    set = in_folder(folder, "set");
    for (int w = 0; w < WORDS; w++)
        for (int s = 0; s < SPEAKERS; s++) {
            char *name = format_text("%s/%08x_nohash_0.wav", words[w], 17 * s);
            write_tone(set, name, 400 + 700 * w + 10 * s, s % 2 ? 1 : 0.6, 16000);
            if (s >= 6)
                snprintf(lists[s - 6] + strlen(lists[s - 6]), sizeof lists[0] - strlen(lists[s - 6]), "%s\n", name);
            free(name);
        }
    write_tone(set, "_background_noise_/hum.wav", 1500, 2, 16000);
    write_text(set, "validation_list.txt", lists[0]);
    write_text(set, "testing_list.txt", lists[1]);
}

static void teardown(void) {
    free(set);
    drop_folder(folder);
}

static pid_t start(const char *name, const char *const *more) {
    char *out = in_folder(folder, name);
    const char *arguments[32] = {
        program_path("SNND_TRAIN"), "gsc", "--data", set, "--out", out, "--batch", "6", "--hidden", "16"};
    for (int i = 10; *more != NULL; i++)
        arguments[i] = *more++;
    const pid_t child = start_program(folder, arguments);
    free(out);
    return child;
}

#define START(name, ...) start(name, (const char *const[]){__VA_ARGS__, NULL})
#define RUN(name, ...) wait_program(START(name, __VA_ARGS__))

static void check_error(const char *words_in_it) {
    char *text = read_text(folder, "err.txt", NULL);
    ck_assert_msg(strstr(text, words_in_it) != NULL, "'%s', without '%s'", text, words_in_it);
    free(text);
}

/* The last line of a log. */
static cJSON *last_record(const char *run) {
    char *name = format_text("%s/log.jsonl", run), *log = read_text(folder, name, NULL), *last = log;
    free(name);
    ck_assert_ptr_nonnull(log);
    for (char *end = log; (end = strchr(end, '\n')) != NULL && end[1] != '\0';)
        last = ++end;
    cJSON *record = cJSON_Parse(last);
    free(log);
    return record;
}

static double number(const cJSON *record, const char *name) {
    return cJSON_GetNumberValue(cJSON_GetObjectItem(record, name));
}

/* 17 s in hexadecimal: speakers are in order of their names. */
START_TEST(what_is_known_of_the_set) {
    static char data_is[] = "--data", noise_is[] = "--background-noise", share[] = "1";
    struct options options;
    struct data data;
    struct failure failure;
    snnd_context *context = NULL;
    const struct say nobody = {NULL, NULL};
    char *arguments[] = {share, data_is, set, noise_is, share};
    ck_assert_int_eq(options_read(recipe_find("gsc"), 5, arguments, &options, &failure), 0);
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    ck_assert_msg(recipe_load(context, &options, &nobody, &data, &failure) == 0, "%s", failure.text);
    ck_assert_int_eq(data.classes, WORDS);
    for (int w = 0; w < WORDS; w++) {
        ck_assert_str_eq(data.class_names[w], words[w]);
        ck_assert_int_eq(data.testing_speaker[w], 7);
        for (int s = 0; s < 6; s++)
            ck_assert_int_eq(data.training_speaker[6 * w + s], s);
    }
    ck_assert_ptr_null(data.class_names[WORDS]);
    ck_assert_str_eq(data.validation_by, "the set's own list");
    ck_assert_int_eq(snnd_dataset_samples(data.validation), WORDS);
    /* Training samples are noisy in an epoch alone, and another way in the next. */
    float input[3][SPECTROGRAM_CELLS];
    int more = 0;
    for (int epoch = -1; epoch < 2; epoch++)
        ck_assert_int_eq(snnd_dataset_fill(data.training, epoch, 4, input[epoch + 1]), SNND_OK);
    for (int i = 0; i < SPECTROGRAM_CELLS; i++)
        more += input[1][i] > input[0][i];
    ck_assert_int_gt(more, 100);
    ck_assert_int_ne(memcmp(input[1], input[2], sizeof input[1]), 0);
    data_free(&data);
    snnd_context_free(context);
}
END_TEST

START_TEST(words_are_learned) {
    ck_assert_int_eq(RUN("run", "--epochs", "12", "--seed", "1"), 0);
    char *said = read_text(folder, "out.txt", NULL);
    ck_assert_ptr_nonnull(strstr(said, "reading 24 recordings in "));
    ck_assert_ptr_nonnull(
        strstr(said, "18 samples to train on, 3 to validate (the set's own list), 3 to test; 140 inputs, 3 classes"));
    free(said);
    cJSON *record = last_record("run");
    ck_assert_double_gt(number(record, "test_accuracy"), 0.9);
    ck_assert_double_ge(number(record, "validation_accuracy"), 0);
    cJSON_Delete(record);
    char *settings = read_text(folder, "run/settings.json", NULL);
    ck_assert_ptr_nonnull(strstr(settings, "\"gsc\""));
    free(settings);
    /* What was read is kept. */
    ck_assert_int_eq(RUN("other", "--epochs", "1"), 0);
    said = read_text(folder, "out.txt", NULL);
    ck_assert_ptr_null(strstr(said, "reading"));
    free(said);
}
END_TEST

static void wait_for_log(const char *run, size_t lines) {
    const struct timespec pause = {0, 2000000};
    char *name = format_text("%s/log.jsonl", run);
    for (size_t found = 0; found < lines; nanosleep(&pause, NULL)) {
        char *log = read_text(folder, name, NULL);
        found = 0;
        for (const char *at = log; at != NULL && (at = strchr(at, '\n')) != NULL; at++)
            found++;
        free(log);
    }
    free(name);
}

/* Also with noise, which is another in each epoch, and on other threads. */
START_TEST(a_killed_run_ends_as_if_it_never_had_been) {
    const char *share = _i == 0 ? "0" : "0.5";
    ck_assert_int_eq(RUN("whole", "--epochs", "16", "--background-noise", share, "--threads", "1"), 0);
    const pid_t child = START("parts", "--epochs", "16", "--background-noise", share, "--threads", "1");
    wait_for_log("parts", 2);
    kill(child, SIGKILL);
    ck_assert_int_eq(wait_program(child), -1);
    char *out = in_folder(folder, "parts");
    ck_assert_int_eq(run_program(folder, (const char *const[]){program_path("SNND_TRAIN"), "gsc", "--out", out,
                                                               "--resume", "--threads", "2", NULL}),
                     0);
    free(out);
    ck_assert(same_bytes(folder, "parts/last.safetensors", folder, "whole/last.safetensors"));
    ck_assert(same_bytes(folder, "parts/best.safetensors", folder, "whole/best.safetensors"));
    ck_assert_int_eq(RUN("quiet", "--epochs", "16", "--threads", "1"), 0);
    ck_assert_int_eq(same_bytes(folder, "quiet/last.safetensors", folder, "whole/last.safetensors"), _i == 0);
}
END_TEST

/* 1 where the folder, or one in it, has a file of a name that ends so. */
static int has_file(const char *path, const char *end) {
    char *find = format_text("test -n \"$(find '%s' -type f -name '*%s')\"", path, end);
    const int found = system(find) == 0;
    free(find);
    return found;
}

/* Recordings enough that they take a while: one is many by other names. */
START_TEST(what_is_being_read_can_be_stopped) {
    enum { MANY = 6000 };
    const struct timespec pause = {0, 5000000};
    char *cache = in_folder(folder, "cache"), *first = format_text("%s/up/00000000_nohash_0.wav", set);
    for (int i = 0; i < MANY; i++) {
        char *other = format_text("%s/up/%08x_nohash_1.wav", set, i);
        ck_assert_int_eq(link(first, other), 0);
        free(other);
    }
    const pid_t child = START("run", "--cache", cache, "--threads", "1");
    for (int i = 0; i < 4000 && !has_file(cache, ".tmp"); i++)
        nanosleep(&pause, NULL);
    ck_assert(has_file(cache, ".tmp"));
    kill(child, _i == 0 ? SIGINT : SIGTERM);
    ck_assert_int_eq(wait_program(child), 130);
    check_error("set: stopped while it was being read");
    ck_assert(!has_file(cache, ""));
    free(first);
    free(cache);
}
END_TEST

/* What a stream of the network says of the cells of a recording. */
static void expected_scores(const char *recording, float scores[WORDS]) {
    struct audio audio;
    struct failure failure;
    uint8_t cells[SPECTROGRAM_CELLS];
    snnd_context *context = NULL;
    snnd_network *network = NULL;
    snnd_plan *plan = NULL;
    snnd_stream *stream = NULL;
    char *path = in_folder(set, recording), *model = in_folder(folder, "run/last.safetensors");
    struct mel *mel = mel_create(&spectrogram_shape);
    ck_assert_int_eq(audio_load(path, &audio, &failure), 0);
    ck_assert_int_eq(spectrogram_make(mel, &audio, cells, &failure), 0);
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    ck_assert_int_eq(snnd_network_load(context, model, &network), SNND_OK);
    ck_assert_int_eq(snnd_plan_create(network, &plan), SNND_OK);
    ck_assert_int_eq(snnd_stream_create(plan, NULL, &stream), SNND_OK);
    for (int step = 0; step < SPECTROGRAM_STEPS + 30; step++) { /* half the longest delay of two layers */
        float input[SPECTROGRAM_CHANNELS] = {0};
        for (int m = 0; m < SPECTROGRAM_CHANNELS && step < SPECTROGRAM_STEPS; m++)
            input[m] = (float)(cells[step * SPECTROGRAM_CHANNELS + m] * (1.0 / 255));
        ck_assert_int_eq(snnd_stream_push(stream, input, NULL, scores), SNND_OK);
    }
    snnd_stream_free(stream);
    snnd_plan_free(plan);
    snnd_network_free(network);
    snnd_context_free(context);
    mel_free(mel);
    audio_free(&audio);
    free(model);
    free(path);
}

/* The front end lies beside the model, with the words. */
START_TEST(a_word_can_be_listened_to) {
    static const char *const recordings[] = {"bed/00000000_nohash_0.wav", "off/00000011_nohash_0.wav",
                                             "up/00000077_nohash_0.wav"};
    ck_assert_int_eq(RUN("run", "--epochs", "12", "--seed", "1"), 0);
    char *model = in_folder(folder, "run/last.safetensors");
    for (int w = 0; w < WORDS; w++) {
        float scores[WORDS];
        expected_scores(recordings[w], scores);
        char *path = in_folder(set, recordings[w]);
        ck_assert_int_eq(run_program(folder, (const char *const[]){program_path("DIGITS_LIVE"), "--whole", "--json",
                                                                   "--quiet", model, path, NULL}),
                         0);
        free(path);
        char *said = read_text(folder, "out.txt", NULL);
        cJSON *line = cJSON_Parse(said);
        ck_assert_ptr_nonnull(line);
        ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(line, "word")), words[w]);
        const cJSON *found = cJSON_GetObjectItem(line, "scores");
        ck_assert_int_eq(cJSON_GetArraySize(found), WORDS);
        for (int c = 0; c < WORDS; c++)
            ck_assert_float_eq((float)cJSON_GetArrayItem(found, c)->valuedouble, scores[c]);
        cJSON_Delete(line);
        free(said);
    }
    /* As it comes in, with silence round it. */
    char *path = in_folder(set, recordings[2]);
    ck_assert_int_eq(
        run_program(folder, (const char *const[]){program_path("DIGITS_LIVE"), "--quiet", model, path, NULL}), 0);
    char *said = read_text(folder, "out.txt", NULL);
    ck_assert_ptr_nonnull(strstr(said, "  up\n"));
    free(said);
    write_text(folder, "run/front_end.json",
               "{\"preset\": \"gsc\", \"version\": 1, \"extra_steps\": 30, \"words\": [\"one\"]}");
    ck_assert_int_eq(run_program(folder, (const char *const[]){program_path("DIGITS_LIVE"), model, path, NULL}), 1);
    check_error("has 3 outputs; expected 1, the words");
    write_text(folder, "run/front_end.json",
               "{\"preset\": \"gsc\", \"version\": 1, \"extra_steps\": 30, \"words\": [\"a\\u001b[2Jb\", "
               "\"a\\u001b[2Jb\", \"a\\u001b[2Jb\"]}");
    ck_assert_int_eq(run_program(folder, (const char *const[]){program_path("DIGITS_LIVE"), model, path, NULL}), 0);
    said = read_text(folder, "out.txt", NULL);
    ck_assert_ptr_null(strchr(said, '\x1b'));
    free(said);
    write_text(folder, "run/front_end.json", "{\"preset\": \"gsc\", \"version\": 0}");
    ck_assert_int_eq(run_program(folder, (const char *const[]){program_path("DIGITS_LIVE"), model, path, NULL}), 1);
    check_error("front_end.json: \"version\" is not 1");
    free(path);
    free(model);
}
END_TEST

/* A list or a recording that changed would go on as another run. */
START_TEST(a_set_that_changed_is_not_resumed) {
    ck_assert_int_eq(RUN("run", "--epochs", "2"), 0);
    write_tone(set, "bed/00000000_nohash_0.wav", 900, 1, 16000);
    ck_assert_int_ne(RUN("run", "--epochs", "2", "--resume"), 0);
}
END_TEST

/* What reading would be in vain for is told before it. */
START_TEST(what_cannot_go_well_is_told_first) {
    char *noise = in_folder(set, "_background_noise_/hum.wav"), *said;
    ck_assert_int_eq(unlink(noise), 0);
    ck_assert_int_eq(RUN("run", "--background-noise", "0.5"), 1);
    check_error("--background-noise: ");
    said = read_text(folder, "out.txt", NULL);
    ck_assert_ptr_null(strstr(said, "reading "));
    free(said);
    write_text(folder, "file", "");
    ck_assert_int_eq(RUN("file/run", "--epochs", "1"), 2);
    check_error("--out: ");
    check_error("file/run: cannot make this folder: Not a directory");
    said = read_text(folder, "out.txt", NULL);
    ck_assert_ptr_null(strstr(said, "reading "));
    free(said);
    free(noise);
}
END_TEST

START_TEST(wrong_sets_are_named) {
    write_tone(set, "up/00000000_nohash_0.wav", 900, 1, 8000);
    ck_assert_int_eq(RUN("run", "--epochs", "1"), 1);
    check_error("up/00000000_nohash_0.wav: has 8000 samples, 8000 a second; expected 1 or more, 16000 a second");
    write_text(set, "up/00000000_nohash_0.wav", "RIFF and no more");
    ck_assert_int_eq(RUN("other", "--epochs", "1"), 1);
    check_error("up/00000000_nohash_0.wav: ");
    write_text(set, "testing_list.txt", "up/gone_nohash_0.wav\n");
    ck_assert_int_eq(RUN("third", "--epochs", "1"), 1);
    check_error("testing_list.txt: line 1 names 'up/gone_nohash_0.wav', which does not exist");
    char *empty = in_folder(folder, "empty");
    ck_assert_int_eq(
        run_program(folder, (const char *const[]){program_path("SNND_TRAIN"), "gsc", "--data", empty, NULL}), 1);
    check_error("empty: there is no such folder");
    free(empty);
}
END_TEST

START_TEST(help_tells_where_defaults_are_from) {
    ck_assert_int_eq(run_program(folder, (const char *const[]){program_path("SNND_TRAIN"), "gsc", "--help", NULL}), 0);
    char *said = read_text(folder, "out.txt", NULL);
    ck_assert_ptr_nonnull(strstr(said, "(512,512, SNN-delays)"));
    ck_assert_ptr_nonnull(strstr(said, "95.35 %, as is published, and not measured here"));
    ck_assert_ptr_nonnull(strstr(said, "--background-noise SHARE"));
    free(said);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("gsc");
    TCase *tcase = tcase_create("gsc");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, what_is_known_of_the_set);
    tcase_add_test(tcase, words_are_learned);
    tcase_add_loop_test(tcase, what_is_being_read_can_be_stopped, 0, 2);
    tcase_add_loop_test(tcase, a_killed_run_ends_as_if_it_never_had_been, 0, 2);
    tcase_add_test(tcase, a_word_can_be_listened_to);
    tcase_add_test(tcase, a_set_that_changed_is_not_resumed);
    tcase_add_test(tcase, what_cannot_go_well_is_told_first);
    tcase_add_test(tcase, wrong_sets_are_named);
    tcase_add_test(tcase, help_tells_where_defaults_are_from);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
