#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio/mel_window.h"
#include "common/files.h"
#include "common/json.h"
#include "rawhd/cache.h"
#include "rawhd/front_end_settings.h"
#include "rawhd/recipe.h"
#include "support.h"

static char *folder, *place;
static snnd_context *context;
static struct data data;
static struct failure failure;
static int times_read; /* recordings were read, not spectrograms */
static char told[400]; /* of empty channels */

static void count_reading(void *user, const char *message) {
    (void)user;
    times_read += strncmp(message, "reading", 7) == 0;
    if (strstr(message, "channels empty") != NULL)
        snprintf(told + strlen(told), sizeof told - strlen(told), "%s\n", message);
}

/* A set of 12 tones, 8 to train on and 4 to test. */
static void write_set(void) {
    char lists[2][1024] = {"", ""};
    for (int i = 0; i < 12; i++) {
        char name[80], line[100];
        snprintf(name, sizeof name, "audio/lang-%s_speaker-00_trial-0_digit-%d.flac", i % 2 ? "german" : "english",
                 i % 10);
        if (i >= 10)
            snprintf(name, sizeof name, "audio/lang-english_speaker-01_trial-0_digit-%d.wav", i - 10);
        write_tone(folder, name, 200 + 150 * i, 0.3 + 0.02 * i, 16000);
        snprintf(line, sizeof line, "%s\n", name + strlen("audio/"));
        strcat(lists[i < 8 ? 0 : 1], line);
    }
    write_text(folder, TRAINING_LIST, lists[0]);
    write_text(folder, TESTING_LIST, lists[1]);
}

static void setup(void) {
    place = make_folder();
    folder = in_folder(place, "set");
    times_read = 0;
    told[0] = '\0';
    memset(&data, 0, sizeof data);
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    write_set();
}

static void teardown(void) {
    data_free(&data);
    snnd_context_free(context);
    free(folder);
    drop_folder(place);
}

static int load_with(const char *cache, enum preset preset, int german_first) {
    const struct options options = {
        .recipe = &recipe_rawhd, .data = folder, .cache = cache, .preset = preset, .german_first = german_first};
    const struct say say = {count_reading, NULL};
    data_free(&data);
    return recipe_load(context, &options, &say, &data, &failure);
}

static void load(void) {
    ck_assert_msg(load_with(NULL, PRESET_MEL, 0) == 0, "%s", failure.text);
}

/* At so low a rate some channels lie between two points of the spectrum. */
START_TEST(empty_channels_are_told) {
    load();
    ck_assert_str_eq(told, "");
    write_tone(folder, "audio/lang-english_speaker-01_trial-0_digit-0.wav", 300, 1, 8000);
    load();
    ck_assert_str_eq(told, "testing recordings of 8000 samples a second leave 9 of 40 Mel channels empty\n");
    told[0] = '\0';
    write_tone(folder, "audio/lang-english_speaker-00_trial-0_digit-0.flac", 300, 1, 1000);
    load();
    ck_assert_str_eq(told, "training recordings of 1000 samples a second leave 10 of 40 Mel channels empty\n");
}
END_TEST

START_TEST(gives_both_sets) {
    load();
    ck_assert_int_eq(snnd_dataset_samples(data.training), 8);
    ck_assert_int_eq(snnd_dataset_samples(data.testing), 4);
    ck_assert_int_eq(snnd_dataset_steps(data.training), 80);
    ck_assert_int_eq(snnd_dataset_channels(data.training), 40);
    ck_assert_int_eq(data.classes, 20);
    const float *input;
    int32_t label;
    float highest = 0;
    ck_assert_int_eq(snnd_dataset_sample(data.training, 3, &input, &label), SNND_OK);
    ck_assert_int_eq(label, 13);
    for (int i = 0; i < MEL_CELLS; i++)
        highest = input[i] > highest ? input[i] : highest;
    ck_assert_float_eq(highest, 20);
    ck_assert_int_eq(load_with(NULL, PRESET_MEL, 1), 0);
    ck_assert_int_eq(snnd_dataset_sample(data.training, 3, NULL, &label), SNND_OK);
    ck_assert_int_eq(label, 3);
}
END_TEST

static void check_front_end(enum preset preset, int german_first) {
    struct front_end front_end;
    ck_assert_ptr_nonnull(data.front_end);
    ck_assert_int_eq(json_write_in(place, FRONT_END_FILE, data.front_end, &failure), 0);
    ck_assert_msg(front_end_read(place, FRONT_END_FILE, &front_end, &failure) == 0, "%s", failure.text);
    ck_assert_int_eq(front_end.preset, preset);
    ck_assert_int_eq(front_end.german_first, german_first);
    ck_assert_int_eq(front_end.scale.lowest_rate, 16000);
    ck_assert_double_eq(front_end.scale.low, preset == PRESET_MEL ? -MEL_RANGE_DB : 0);
    ck_assert_double_eq(front_end.scale.high, 0);
    ck_assert_str_eq(data.class_names[3], german_first ? "drei (german)" : "three (english)");
    ck_assert_ptr_null(data.class_names[20]);
}

/* Of recordings that are read, and of spectrograms that were kept. */
START_TEST(tells_its_front_end) {
    for (int twice = 0; twice < 2; twice++) {
        load();
        check_front_end(PRESET_MEL, 0);
        ck_assert_int_eq(load_with(NULL, PRESET_MEL, 1), 0);
        check_front_end(PRESET_MEL, 1);
        ck_assert_int_eq(load_with(NULL, PRESET_ZENKE_VOGELS, 0), 0);
        check_front_end(PRESET_ZENKE_VOGELS, 0);
    }
    ck_assert_int_eq(times_read, 3);
}
END_TEST

START_TEST(the_cache_is_used_while_it_is_right) {
    load();
    char first[17];
    memcpy(first, data.fingerprint, sizeof first);
    ck_assert_int_eq(times_read, 1);
    load();
    ck_assert_int_eq(times_read, 1);
    ck_assert_str_eq(data.fingerprint, first);
    ck_assert_int_eq(load_with(NULL, PRESET_ZENKE_VOGELS, 0), 0);
    ck_assert_int_eq(times_read, 2);
    ck_assert_str_ne(data.fingerprint, first);
    load();
    ck_assert_int_eq(times_read, 2);
    write_tone(folder, "audio/lang-english_speaker-00_trial-0_digit-0.flac", 999, 0.33, 16000);
    load();
    ck_assert_int_eq(times_read, 3);
    ck_assert_str_ne(data.fingerprint, first);
    load();
    ck_assert_int_eq(times_read, 3);
}
END_TEST

#define OWN_CACHE ".snndelay-cache/mel-english-first/"

START_TEST(a_damaged_cache_is_made_anew) {
    static const char *const damage[] = {TRAINING_INPUT, TESTING_LABELS, "settings.json"};
    load();
    char first[17];
    memcpy(first, data.fingerprint, sizeof first);
    for (int i = 0; i < 3; i++) {
        char *name = format_text(OWN_CACHE "%s", damage[i]);
        write_text(folder, name, "\x93NUMPY");
        load();
        ck_assert_int_eq(times_read, i + 2);
        ck_assert_str_eq(data.fingerprint, first);
        free(name);
    }
    char *path = in_folder(folder, OWN_CACHE TESTING_INPUT);
    unlink(path);
    load();
    ck_assert_int_eq(times_read, 5);
    free(path);
}
END_TEST

static void link_to(const char *target, const char *name) {
    char *path = in_folder(folder, name);
    ck_assert_int_eq(symlink(target, path), 0);
    free(path);
}

/* The folder of somebody else, with something in it. */
static char *make_other(void) {
    char *other = in_folder(place, "other");
    write_text(other, "mel-english-first/dear.txt", "dear");
    return other;
}

/* A data set may come with links in the place of what is kept: they are not written through. */
START_TEST(a_link_in_place_of_the_cache_is_let_be) {
    char *home = in_folder(place, "home"), *other = make_other(),
         *dear = in_folder(other, "mel-english-first/dear.txt"),
         *ours = in_folder(other, "mel-english-first/" TRAINING_INPUT);
    ck_assert_int_eq(setenv("XDG_CACHE_HOME", home, 1), 0);
    link_to(other, ".snndelay-cache");
    for (int twice = 0; twice < 2; twice++)
        load();
    ck_assert_int_eq(times_read, 1); /* kept, but in the user's own folder */
    ck_assert_int_eq(file_exists(dear), 1);
    ck_assert_int_eq(file_exists(ours), 0);
    ck_assert_int_eq(folder_is_empty(home), 0);
    free(home);
    free(other);
    free(dear);
    free(ours);
}
END_TEST

START_TEST(a_link_in_the_cache_is_replaced_and_not_followed) {
    char *other = make_other(), *target = in_folder(other, "mel-english-first"), *dear = in_folder(target, "dear.txt"),
         *ours = in_folder(target, TRAINING_INPUT);
    char *own = in_folder(folder, ".snndelay-cache");
    ck_assert_int_eq(mkdir(own, 0777), 0);
    link_to(target, ".snndelay-cache/mel-english-first");
    for (int twice = 0; twice < 2; twice++)
        load();
    ck_assert_int_eq(times_read, 1);
    ck_assert_int_eq(file_exists(dear), 1);
    ck_assert_int_eq(file_exists(ours), 0);
    free(other);
    free(target);
    free(dear);
    free(ours);
    free(own);
}
END_TEST

START_TEST(a_file_in_the_cache_that_is_a_link_is_not_read) {
    char *path = in_folder(folder, OWN_CACHE TRAINING_INPUT), *away = in_folder(place, "away.npy");
    load();
    ck_assert_int_eq(rename(path, away), 0);
    ck_assert_int_eq(symlink(away, path), 0);
    load();
    ck_assert_int_eq(times_read, 2);
    load();
    ck_assert_int_eq(times_read, 2);
    free(path);
    free(away);
}
END_TEST

START_TEST(the_cache_can_be_elsewhere) {
    char *cache = in_folder(place, "kept"), *own = in_folder(folder, ".snndelay-cache");
    ck_assert_int_eq(load_with(cache, PRESET_MEL, 0), 0);
    ck_assert_int_eq(load_with(cache, PRESET_MEL, 0), 0);
    ck_assert_int_eq(times_read, 1);
    ck_assert_int_eq(file_exists(own), 0);
    ck_assert_int_eq(folder_is_empty(cache), 0);
    free(own);
    free(cache);
}
END_TEST

/* Where nothing can be kept, the numbers are the same. */
START_TEST(no_cache_is_no_failure) {
    load();
    char first[17];
    memcpy(first, data.fingerprint, sizeof first);
    write_text(place, "file", "in the way");
    char *cache = in_folder(place, "file");
    ck_assert_int_eq(load_with(cache, PRESET_MEL, 0), 0);
    ck_assert_str_eq(data.fingerprint, first);
    ck_assert_int_eq(times_read, 2);
    free(cache);
}
END_TEST

START_TEST(problems_leave_no_cache) {
    write_text(folder, "audio/lang-english_speaker-00_trial-0_digit-0.flac", "no sound");
    char *own = in_folder(folder, ".snndelay-cache");
    ck_assert_int_ne(load_with(NULL, PRESET_MEL, 0), 0);
    ck_assert_ptr_nonnull(strstr(failure.text, "1 recording cannot be used"));
    ck_assert_ptr_nonnull(strstr(failure.text, "corrupt"));
    ck_assert_int_eq(file_exists(own), 0);
    free(own);
}
END_TEST

static void save(const snnd_array *array, const char *name) {
    char *path = in_folder(folder, name);
    ck_assert_int_eq(snnd_array_save_npy(context, array, path), SNND_OK);
    free(path);
}

/* The folder that a cache is, is a folder of the paper's code. */
START_TEST(reads_folders_of_arrays) {
    load();
    char first[17], *whole = folder;
    memcpy(first, data.fingerprint, sizeof first);
    folder = in_folder(whole, ".snndelay-cache/mel-english-first");
    load();
    ck_assert_str_eq(data.fingerprint, first);
    check_front_end(PRESET_MEL, 0);
    write_text(folder, CACHE_SETTINGS, "{}");
    load();
    ck_assert_ptr_null(data.front_end);
    int64_t label[4] = {0, 6, 2, 1};
    snnd_array labels = {label, SNND_INT64, 1, {4, 1, 1, 1}}, inputs = {NULL, SNND_FLOAT32, 3, {4, 70, 30, 1}};
    inputs.data = allocate(4 * 70 * 30, sizeof(float));
    save(&labels, TRAINING_LABELS);
    save(&inputs, TRAINING_INPUT);
    ck_assert_int_ne(load_with(NULL, PRESET_MEL, 0), 0);
    ck_assert_ptr_nonnull(strstr(failure.text, "30 channels"));
    save(&labels, TESTING_LABELS);
    save(&inputs, TESTING_INPUT);
    load();
    ck_assert_int_eq(data.classes, 7);
    ck_assert_int_eq(snnd_dataset_steps(data.training), 70);
    free(inputs.data);
    char *path = in_folder(folder, TESTING_LABELS);
    unlink(path);
    ck_assert_int_ne(load_with(NULL, PRESET_MEL, 0), 0);
    ck_assert_ptr_nonnull(strstr(failure.text, TESTING_LABELS));
    free(path);
    free(folder);
    folder = whole;
}
END_TEST

START_TEST(says_that_a_folder_is_missing) {
    char *whole = folder;
    folder = in_folder(place, "nowhere");
    ck_assert_int_ne(load_with(NULL, PRESET_MEL, 0), 0);
    ck_assert_ptr_nonnull(strstr(failure.text, "nowhere: there is no such folder"));
    free(folder);
    folder = whole;
}
END_TEST

int main(void) {
    Suite *suite = suite_create("data");
    TCase *sets = tcase_create("sets");
    tcase_add_checked_fixture(sets, setup, teardown);
    tcase_add_test(sets, gives_both_sets);
    tcase_add_test(sets, empty_channels_are_told);
    tcase_add_test(sets, tells_its_front_end);
    tcase_add_test(sets, the_cache_is_used_while_it_is_right);
    tcase_add_test(sets, a_damaged_cache_is_made_anew);
    tcase_add_test(sets, a_link_in_place_of_the_cache_is_let_be);
    tcase_add_test(sets, a_link_in_the_cache_is_replaced_and_not_followed);
    tcase_add_test(sets, a_file_in_the_cache_that_is_a_link_is_not_read);
    tcase_add_test(sets, the_cache_can_be_elsewhere);
    tcase_add_test(sets, no_cache_is_no_failure);
    tcase_add_test(sets, problems_leave_no_cache);
    tcase_add_test(sets, reads_folders_of_arrays);
    tcase_add_test(sets, says_that_a_folder_is_missing);
    suite_add_tcase(suite, sets);
    return run_suite(suite);
}
