/* Recipes from outside: the same of each, on small sets that are made here. */
#include <cJSON.h>
#include <math.h>
#include <signal.h>
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/files.h"
#include "support.h"
#include "tones.h"
#include "training/holdout.h"

static char *folder;

/* ---- Sets ---- */

enum { SAMPLES = 24, STEPS = 12, CHANNELS = 5 };

/* Two classes, told apart by the order of two channels. */
static uint8_t count_at(int sample, int step, int channel) {
    const int first = sample % 2 == 0 ? 1 : 3;
    return (uint8_t)((step == 2 + sample % 3 && channel == first) * 3 + (step == 6 && channel == 4 - first) * 2);
}

static void save_array(const char *name, void *numbers, snnd_dtype dtype, int32_t axes) {
    snnd_context *context = NULL;
    const snnd_array array = {numbers, dtype, axes, {SAMPLES, axes > 1 ? STEPS : 1, axes > 1 ? CHANNELS : 1, 1}};
    char *path = in_folder(folder, name);
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    ck_assert_msg(snnd_array_save_npy(context, &array, path) == SNND_OK, "%s", snnd_context_last_error(context));
    snnd_context_free(context);
    free(path);
}

static void write_labels(const char *set, const char *name) {
    int64_t label[SAMPLES];
    for (int i = 0; i < SAMPLES; i++)
        label[i] = i % 2;
    char *path = format_text("%s/%s_y_data.npy", set, name);
    save_array(path, label, SNND_INT64, 1);
    free(path);
}

/* As bytes, or as the same numbers in float32. */
static void write_arrays(const char *set, const char *name, int as_bytes) {
    uint8_t bytes[SAMPLES * STEPS * CHANNELS];
    float numbers[SAMPLES * STEPS * CHANNELS];
    for (int i = 0; i < SAMPLES * STEPS * CHANNELS; i++) {
        bytes[i] = count_at(i / (STEPS * CHANNELS), i / CHANNELS % STEPS, i % CHANNELS);
        numbers[i] = (float)bytes[i];
    }

    char *path = format_text("%s/%s_x_data.npy", set, name);
    if (as_bytes)
        save_array(path, bytes, SNND_UINT8, 3);
    else
        save_array(path, numbers, SNND_FLOAT32, 3);
    free(path);
    write_labels(set, name);
}

static void make_arrays(const char *set, int as_bytes) {
    struct failure failure;
    char *path = in_folder(folder, set);
    ck_assert_int_eq(folder_make(path, &failure), 0);
    free(path);
    write_arrays(set, "training", as_bytes);
    write_arrays(set, "testing", as_bytes);
}

/* Three speakers; the last trial of each is for testing. */
static void make_digits(const char *set) {
    char lists[2][4096] = {"", ""}, *path = in_folder(folder, set);
    for (int speaker = 2; speaker < 5; speaker++)
        for (int digit = 0; digit < 4; digit++)
            for (int trial = 0; trial < 3; trial++) {
                char name[80], line[100];
                snprintf(name, sizeof name, "audio/lang-english_speaker-%02d_trial-%d_digit-%d.flac", speaker, trial,
                         digit);
                write_tone(path, name, 200 * (digit + 1) + 10 * speaker, 0.3 + 0.02 * trial, 16000);
                snprintf(line, sizeof line, "%s\n", name + strlen("audio/"));
                strcat(lists[trial == 2], line);
            }
    write_text(path, "train_filenames.txt", lists[0]);
    write_text(path, "test_filenames.txt", lists[1]);
    free(path);
}

/* Two words by four speakers, of whom one validates and one is for testing. */
static void make_words(const char *set) {
    static const char *const words[] = {"down", "up"};
    char lists[4][256] = {"", "", "", ""}, *path = in_folder(folder, set);
    for (int word = 0; word < 2; word++)
        for (int speaker = 0; speaker < 4; speaker++) {
            char name[80];
            snprintf(name, sizeof name, "%s/%08x_nohash_0.wav", words[word], speaker);
            write_tone(path, name, 500 * (word + 1) + 10 * speaker, 0.3 + 0.2 * speaker, 16000);
            snprintf(lists[speaker] + strlen(lists[speaker]), sizeof lists[0] - strlen(lists[speaker]), "%s\n", name);
        }
    write_text(path, "validation_list.txt", lists[2]);
    write_text(path, "testing_list.txt", lists[3]);
    free(path);
}

static void make_bytes(const char *set) {
    make_arrays(set, 1);
}

static const struct {
    const char *name;
    void (*make)(const char *set);
} recipes[] = {{"rawhd", make_digits}, {"arrays", make_bytes}, {"gsc", make_words}};

enum { RECIPES = sizeof recipes / sizeof *recipes };

static void setup(void) {
    folder = make_folder();
}

static void teardown(void) {
    drop_folder(folder);
}

/* ---- Programs ---- */

/* Starts a program in the folder with up to 24 words. */
static pid_t start(const char *variable, const char *const words[]) {
    const char *arguments[26] = {program_path(variable)};
    for (int i = 0; words[i] != NULL; i++)
        arguments[i + 1] = words[i];
    ck_assert_int_eq(chdir(folder), 0);
    const pid_t child = start_program(folder, arguments);
    ck_assert_int_eq(chdir("/"), 0);
    return child;
}

#define START(variable, ...) start(variable, (const char *const[]){__VA_ARGS__, NULL})
#define RUN(variable, ...) wait_program(START(variable, __VA_ARGS__))
#define TINY "--epochs", "3", "--batch", "6", "--hidden", "6", "--threads", "1"

static void check_said(const char *name, const char *part) {
    char *text = read_text(folder, name, NULL);
    ck_assert_msg(text != NULL && strstr(text, part) != NULL, "'%s' is not in '%s'", part, text);
    free(text);
}

static void check_same_models(const char *a, const char *b) {
    static const char *const models[] = {"initial.safetensors", "best.safetensors", "last.safetensors"};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        char *first = format_text("%s/%s", a, models[i]), *second = format_text("%s/%s", b, models[i]);
        ck_assert_msg(same_bytes(folder, first, folder, second), "%s is not %s", first, second);
        free(first);
        free(second);
    }
}

static cJSON *settings_of(const char *run) {
    char *name = format_text("%s/settings.json", run), *text = read_text(folder, name, NULL);
    cJSON *settings = cJSON_Parse(text);
    ck_assert_ptr_nonnull(settings);
    free(text);
    free(name);
    return settings;
}

static void check_setting(const char *run, const char *name, const char *value) {
    cJSON *settings = settings_of(run);
    const char *found = cJSON_GetStringValue(cJSON_GetObjectItem(settings, name));
    ck_assert_msg(found != NULL && strcmp(found, value) == 0, "%s of %s is %s", name, run, found);
    cJSON_Delete(settings);
}

/* ---- What programs say of recipes ---- */

START_TEST(recipes_are_listed_and_others_refused) {
    static const char *const programs[] = {"SNND_TRAIN", "SNND_ABLATION", "SNND_FIELDS"};
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        ck_assert_int_eq(RUN(programs[i], "--help"), 0);
        check_said("out.txt", "\n  rawhd ");
        check_said("out.txt", "\n  arrays ");
        ck_assert_int_eq(RUN(programs[i], "--version"), 0);
        check_said("out.txt", "of libsnndelay");
        ck_assert_int_eq(RUN(programs[i], "nothing", "--data", "x"), 2);
        check_said("err.txt", "'nothing': there is no such recipe; --help lists them");
        ck_assert_int_eq(RUN(programs[i], NULL), 2);
        check_said("err.txt", ": a recipe is needed as the first word");
        ck_assert_int_eq(RUN(programs[i], "--data", "x"), 2);
        check_said("err.txt", ": a recipe is needed as the first word");
        ck_assert_int_eq(RUN(programs[i], "rawhd", "--help"), 0);
        check_said("out.txt", " rawhd --data DIR [options]");
    }
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--help"), 0);
    check_said("out.txt", "(0.005, paper)");
    check_said("out.txt", "(arrays-run)");
    check_said("out.txt", "paper         Meszaros");
    check_said("out.txt", "--scale X");
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--german-first"), 2);
    check_said("err.txt", "snnd-train arrays: --german-first: this option does not exist");
}
END_TEST

START_TEST(a_name_of_its_own_is_the_same_program) {
    make_digits("set");
    ck_assert_int_eq(RUN("RAWHD_TRAIN", "--data", "set", "--out", "one", TINY), 0);
    ck_assert_int_eq(RUN("SNND_TRAIN", "rawhd", "--data", "set", "--out", "other", TINY), 0);
    check_same_models("one", "other");
    check_setting("one", "recipe", "rawhd");
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--resume", "--out", "one"), 2);
    check_said("err.txt", "recipe: the run was begun with rawhd, not with arrays");
}
END_TEST

/* Runs of before there were recipes are of the Heidelberg Digits. */
START_TEST(settings_without_a_recipe_are_resumed) {
    make_digits("set");
    ck_assert_int_eq(RUN("RAWHD_TRAIN", "--data", "set", "--out", "run", TINY, "--validation", "0.25"), 0);
    cJSON *settings = settings_of("run");
    cJSON_DeleteItemFromObject(settings, "recipe");
    char *text = cJSON_Print(settings);
    write_text(folder, "run/settings.json", text);
    cJSON_free(text);
    cJSON_Delete(settings);
    ck_assert_int_eq(RUN("RAWHD_TRAIN", "--resume", "--out", "run", "--validation", "0.25"), 0);
    ck_assert_int_eq(RUN("RAWHD_TRAIN", "--resume", "--out", "run", "--validation", "speaker:3"), 2);
    check_said("err.txt", "--validation: the run was begun with 0.25, not with speaker:3");
}
END_TEST

/* ---- Each recipe ---- */

#define LONGER "--epochs", "40", "--batch", "6", "--hidden", "24", "--threads", "1", "--structure", "deep-r"

static int count_lines(const char *name) {
    char *text = read_text(folder, name, NULL);
    int lines = 0;
    for (const char *end = text; end != NULL && (end = strchr(end, '\n')) != NULL; end++)
        lines++;
    free(text);
    return lines;
}

START_TEST(what_was_killed_goes_on_to_the_same_bits) {
    const char *recipe = recipes[_i].name;
    recipes[_i].make("set");
    ck_assert_int_eq(RUN("SNND_TRAIN", recipe, "--data", "set", "--out", "whole", LONGER, "--validation", "0.25",
                         "--extra-steps", "4", "--weight-decay", "1e-5"),
                     0);
    const pid_t child = START("SNND_TRAIN", recipe, "--data", "set", "--out", "parts", LONGER, "--validation", "0.25",
                              "--extra-steps", "4", "--weight-decay", "1e-5");
    for (int i = 0; i < 3000 && count_lines("parts/log.jsonl") < 3; i++)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    kill(child, SIGKILL);
    ck_assert_int_eq(wait_program(child), -1);
    ck_assert_int_lt(count_lines("parts/log.jsonl"), 40);
    ck_assert_int_eq(RUN("SNND_TRAIN", recipe, "--resume", "--out", "parts", "--threads", "2"), 0);
    ck_assert_int_eq(count_lines("parts/log.jsonl"), 40);
    check_same_models("whole", "parts");
    check_setting("parts", "recipe", recipe);
    if (strcmp(recipe, "rawhd") == 0)
        check_said("parts/front_end.json", "\"extra_steps\":\t4");
    check_setting("parts", "validation-by", "a share of 0.25 by seed 0");
}
END_TEST

START_TEST(all_programs_take_it) {
    const char *recipe = recipes[_i].name;
    recipes[_i].make("set");
    ck_assert_int_eq(RUN("SNND_ABLATION", recipe, "--data", "set", "--out", "ablation", "--seeds", "1", "--models",
                         "both", "--sparsities", "0.5", "--", TINY),
                     2);
    check_said("err.txt", "--threads: this program sets it");
    ck_assert_int_eq(RUN("SNND_ABLATION", recipe, "--data", "set", "--out", "ablation", "--seeds", "1", "--models",
                         "both", "--sparsities", "0.5", "--", "--epochs", "2", "--hidden", "6", "--batch", "6"),
                     0);
    check_setting("ablation/both-0.5-seed-0", "recipe", recipe);
    ck_assert_int_eq(RUN("SNND_FIELDS", recipe, "--data", "set", "--out", "fields", "--seeds", "1", "--permutations",
                         "2", "--", "--epochs", "2", "--hidden", "6", "--batch", "6"),
                     0);
    check_setting("fields/dense-0", "recipe", recipe);
    ck_assert_int_eq(RUN("SNND_REPORT", "--out", "page.html", "ablation", "fields", "fields/dense-0"), 0);
    check_said("page.html", recipe);
}
END_TEST

/* ---- Arrays ---- */

START_TEST(bytes_and_numbers_come_to_the_same) {
    make_arrays("bytes", 1);
    make_arrays("numbers", 0);
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--data", "bytes", "--out", "a", TINY, "--scale", "0.5"), 0);
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--data", "numbers", "--out", "b", TINY, "--scale", "0.5"), 0);
    check_same_models("a", "b");
    cJSON *one = settings_of("a"), *other = settings_of("b");
    ck_assert_str_eq(cJSON_GetObjectItem(one, "recordings")->valuestring,
                     cJSON_GetObjectItem(other, "recordings")->valuestring);
    cJSON_Delete(one);
    cJSON_Delete(other);
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--data", "bytes", "--out", "c", TINY), 0);
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--data", "bytes", "--out", "d", TINY, "--scale", "20"), 0);
    ck_assert_int_eq(RUN("RAWHD_TRAIN", "--data", "numbers", "--out", "e", TINY), 0);
    check_same_models("d", "e");
    ck_assert(!same_bytes(folder, "a/last.safetensors", folder, "c/last.safetensors"));
}
END_TEST

START_TEST(its_own_validation_set_chooses) {
    make_arrays("set", 1);
    write_arrays("set", "validation", 0);
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--data", "set", "--out", "run", TINY), 0);
    check_said("out.txt", "24 samples to train on, 24 to validate (the set's own validation samples), 24 to test");
    check_said("out.txt", "; 1 thread; 4 steps an epoch");
    check_said("out.txt", "chosen by its validation accuracy of ");
    check_setting("run", "validation-by", "the set's own validation samples");
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--data", "set", "--out", "share", TINY, "--validation", "0.25"), 0);
    check_said("out.txt", "18 samples to train on, 6 to validate (a share of 0.25 by seed 0), 24 to test");
}
END_TEST

static void remove_file(const char *name) {
    char *path = in_folder(folder, name);
    ck_assert_int_eq(unlink(path), 0);
    free(path);
}

START_TEST(arrays_that_are_none_are_named) {
    int64_t few[SAMPLES] = {0};
    make_arrays("set", 1);
    save_array("set/training_y_data.npy", few, SNND_INT64, 1);
    remove_file("set/testing_y_data.npy");
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--data", "set", "--out", "run", TINY), 1);
    check_said("err.txt", "set: there is no testing_y_data.npy");
    remove_file("set/testing_x_data.npy");
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--data", "set", "--out", "run", TINY), 1);
    check_said("err.txt", "set: there is no testing_x_data.npy");
    write_text(folder, "set/testing_x_data.npy", "nothing of the kind");
    write_labels("set", "testing");
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--data", "set", "--out", "run", TINY), 1);
    check_said("err.txt", "testing_x_data.npy");
    write_arrays("set", "testing", 0);
    float narrow[SAMPLES * STEPS * CHANNELS] = {0};
    save_array("set/training_x_data.npy", narrow, SNND_FLOAT32, 1);
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--data", "set", "--out", "run", TINY), 1);
    check_said("err.txt", "training_x_data.npy");
    uint8_t flat[SAMPLES] = {0};
    save_array("set/training_x_data.npy", flat, SNND_UINT8, 1);
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--data", "set", "--out", "run", TINY), 1);
    check_said("err.txt", "training_x_data.npy: has 1 axes; expected samples, steps and channels");
}
END_TEST

/* ---- Validation by speaker ---- */

START_TEST(a_speaker_can_be_held_out) {
    make_digits("set");
    ck_assert_int_eq(RUN("SNND_TRAIN", "rawhd", "--data", "set", "--out", "run", TINY, "--validation", "speaker:3"), 0);
    check_said("out.txt", "16 samples to train on, 8 to validate (speaker 3), 12 to test");
    check_said("out.txt", " %, speaker 3)");
    check_setting("run", "validation-by", "speaker 3");
    check_setting("run", "validation", "speaker:3");
    ck_assert_int_eq(RUN("SNND_TRAIN", "rawhd", "--resume", "--out", "run"), 0);
    ck_assert_int_eq(RUN("SNND_TRAIN", "rawhd", "--data", "set", "--out", "x", TINY, "--validation", "speaker:7"), 1);
    check_said("err.txt", "--validation speaker:7: expected one of several speakers of training samples, who are 2, 3, "
                          "4");
    make_arrays("arrays", 1);
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--data", "arrays", "--out", "x", TINY, "--validation", "speaker:2"),
                     1);
    check_said("err.txt", "--validation speaker:2: the speakers of these samples are not known");
}
END_TEST

/* As sets of events have it that do not say who speaks. */
START_TEST(unknown_speakers_cannot_be_held_out) {
    float numbers[2] = {0, 1};
    int32_t labels[2] = {0, 1}, *speakers = allocate(2, sizeof *speakers);
    struct options options = {.validation = {.by_speaker = 1, .speaker = 2}};
    struct data data = {.training_speaker = speakers};
    struct failure failure;
    snnd_context *context = NULL;
    snnd_samples samples;
    snnd_samples_init(&samples, sizeof samples);
    samples.input = numbers;
    samples.label = labels;
    samples.samples = 2;
    samples.steps = samples.channels = 1;
    speakers[0] = speakers[1] = -1;
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    ck_assert_int_eq(snnd_dataset_create(context, &samples, &data.training), SNND_OK);
    ck_assert_int_eq(hold_out(context, &options, &data, &failure), -1);
    ck_assert_str_eq(failure.text, "--validation speaker:2: the speakers of these samples are not known");
    data_free(&data);
    snnd_context_free(context);
}
END_TEST

/* ---- Options that other recipes than the paper's need ---- */

static double logged(const char *run, const char *name) {
    char *file = format_text("%s/log.jsonl", run), *text = read_text(folder, file, NULL), *line = strchr(text, '\n');
    *line = '\0';
    cJSON *record = cJSON_Parse(text);
    const double number = cJSON_GetNumberValue(cJSON_GetObjectItem(record, name));
    cJSON_Delete(record);
    free(text);
    free(file);
    return number;
}

START_TEST(rates_and_decay_are_what_was_asked_for) {
    make_arrays("set", 1);
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--data", "set", "--out", "usual", TINY), 0);
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--data", "set", "--out", "other", TINY, "--weight-rate", "0.01",
                         "--position-rate", "0.3"),
                     0);
    ck_assert_double_eq_tol(logged("other", "weight_rate"), 2 * logged("usual", "weight_rate"), 1e-12);
    ck_assert_double_eq_tol(logged("usual", "position_rate"), 0.1, 1e-12);
    ck_assert_double_eq_tol(logged("other", "position_rate"), 0.3, 1e-12);
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--data", "set", "--out", "decay", TINY, "--weight-decay", "0.1"), 0);
    ck_assert(same_bytes(folder, "usual/initial.safetensors", folder, "decay/initial.safetensors"));
    ck_assert(!same_bytes(folder, "usual/last.safetensors", folder, "decay/last.safetensors"));
}
END_TEST

/* Zeros in the files come to the same as silent steps behind them. */
START_TEST(extra_steps_are_silent_steps_at_the_end) {
    enum { MORE = 6 };
    uint8_t longer[SAMPLES * (STEPS + MORE) * CHANNELS] = {0};
    for (int i = 0; i < SAMPLES; i++)
        for (int t = 0; t < STEPS; t++)
            for (int c = 0; c < CHANNELS; c++)
                longer[(i * (STEPS + MORE) + t) * CHANNELS + c] = count_at(i, t, c);
    make_arrays("short", 1);
    make_arrays("long", 1);
    snnd_context *context = NULL;
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    const snnd_array array = {longer, SNND_UINT8, 3, {SAMPLES, STEPS + MORE, CHANNELS, 1}};
    static const char *const names[] = {"long/training_x_data.npy", "long/testing_x_data.npy"};
    for (int i = 0; i < 2; i++) {
        char *path = in_folder(folder, names[i]);
        ck_assert_int_eq(snnd_array_save_npy(context, &array, path), SNND_OK);
        free(path);
    }
    snnd_context_free(context);
    ck_assert_int_eq(
        RUN("SNND_TRAIN", "arrays", "--data", "long", "--out", "a", TINY, "--max-delay", "6", "--validation", "0.25"),
        0);
    ck_assert_int_eq(RUN("SNND_TRAIN", "arrays", "--data", "short", "--out", "b", TINY, "--max-delay", "6",
                         "--extra-steps", "half", "--validation", "0.25"),
                     0);
    check_same_models("a", "b");
    ck_assert_double_eq(logged("a", "test_loss"), logged("b", "test_loss"));
    ck_assert_int_eq(
        RUN("SNND_TRAIN", "arrays", "--data", "short", "--out", "c", TINY, "--max-delay", "6", "--validation", "0.25"),
        0);
    ck_assert(!same_bytes(folder, "a/last.safetensors", folder, "c/last.safetensors"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("recipes");
    TCase *cases = tcase_create("recipes");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, recipes_are_listed_and_others_refused);
    tcase_add_test(cases, a_name_of_its_own_is_the_same_program);
    tcase_add_test(cases, settings_without_a_recipe_are_resumed);
    tcase_add_loop_test(cases, what_was_killed_goes_on_to_the_same_bits, 0, RECIPES);
    tcase_add_loop_test(cases, all_programs_take_it, 0, RECIPES);
    tcase_add_test(cases, bytes_and_numbers_come_to_the_same);
    tcase_add_test(cases, its_own_validation_set_chooses);
    tcase_add_test(cases, arrays_that_are_none_are_named);
    tcase_add_test(cases, a_speaker_can_be_held_out);
    tcase_add_test(cases, unknown_speakers_cannot_be_held_out);
    tcase_add_test(cases, rates_and_decay_are_what_was_asked_for);
    tcase_add_test(cases, extra_steps_are_silent_steps_at_the_end);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
