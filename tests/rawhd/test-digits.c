#include "common/numbers.h"
#include "rawhd/digits.h"
#include "support.h"

START_TEST(takes_names_apart) {
    struct digit_name name;
    ck_assert_int_eq(digit_parse("lang-german_speaker-04_trial-17_digit-3.flac", &name), 0);
    ck_assert_int_eq(name.german, 1);
    ck_assert_int_eq(name.speaker, 4);
    ck_assert_int_eq(name.trial, 17);
    ck_assert_int_eq(name.digit, 3);
    ck_assert_int_eq(digit_parse("lang-english_speaker-11_trial-0_digit-9", &name), 0);
    ck_assert_int_eq(name.german, 0);
    ck_assert_int_eq(name.speaker, 11);
    ck_assert_int_eq(digit_parse("lang-english_speaker-1_trial-0_digit-9.WAV", &name), 0);
}
END_TEST

static const char *const bad_names[] = {
    "",
    ".flac",
    "noise.flac",
    "lang-french_speaker-00_trial-0_digit-0.flac",
    "lang-english_speaker-_trial-0_digit-0.flac",
    "lang-english_speaker-00_trial-0_digit-10.flac",
    "lang-english_speaker-00_trial-0_digit-.flac",
    "lang-english_speaker-00_trial-x_digit-0.flac",
    "lang-english_speaker-00_trial-0_digit-0.mp3",
    "lang-english_speaker-00_trial-0_digit-0.flac.flac",
    "Lang-english_speaker-00_trial-0_digit-0.flac",
    "lang-english_speaker--1_trial-0_digit-0.flac",
};

START_TEST(refuses_other_names) {
    struct digit_name name;
    ck_assert_msg(digit_parse(bad_names[_i], &name) != 0, "took '%s'", bad_names[_i]);
}
END_TEST

START_TEST(numbers_classes_both_ways) {
    struct digit_name name = {0, 0, 0, 7};
    ck_assert_int_eq(digit_class(&name, 0), 7);
    ck_assert_int_eq(digit_class(&name, 1), 17);
    name.german = 1;
    ck_assert_int_eq(digit_class(&name, 0), 17);
    ck_assert_int_eq(digit_class(&name, 1), 7);
}
END_TEST

START_TEST(knows_audio_by_its_ending) {
    ck_assert(digit_is_audio("a.flac") && digit_is_audio("a.FLAC") && digit_is_audio("a.Wav"));
    ck_assert(!digit_is_audio("a.txt") && !digit_is_audio("flac") && !digit_is_audio(".flac"));
    ck_assert_uint_eq(digit_stem_length("abc.flac"), 3);
    ck_assert_uint_eq(digit_stem_length("abc"), 3);
}
END_TEST

START_TEST(reads_numbers_whole) {
    int64_t whole = -1;
    double real = -1;
    ck_assert_int_eq(number_whole("12", 0, 20, &whole), 0);
    ck_assert_int_eq(whole, 12);
    const char *const bad[] = {"3x", "", " 3", "3 ", "21", "-1", "0x3", "1e1", "3.5", "99999999999999999999", "nan"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(number_whole(bad[i], 0, 20, &whole) != 0, "took '%s'", bad[i]);
    ck_assert_int_eq(whole, 12);
    ck_assert_int_eq(number_real("1e-5", 0, 1, &real), 0);
    ck_assert_double_eq(real, 1e-5);
    ck_assert_int_eq(number_real(".5", 0, 1, &real), 0);
    const char *const unreal[] = {"nan", "inf", "", "0x1", "1.5", "-0.1", "0.5f", "e5", "0,5"};
    for (size_t i = 0; i < sizeof unreal / sizeof *unreal; i++)
        ck_assert_msg(number_real(unreal[i], 0, 1, &real) != 0, "took '%s'", unreal[i]);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("digits");
    TCase *names = tcase_create("names");
    tcase_add_test(names, takes_names_apart);
    tcase_add_loop_test(names, refuses_other_names, 0, sizeof bad_names / sizeof *bad_names);
    tcase_add_test(names, numbers_classes_both_ways);
    tcase_add_test(names, knows_audio_by_its_ending);
    suite_add_tcase(suite, names);
    TCase *numbers = tcase_create("numbers");
    tcase_add_test(numbers, reads_numbers_whole);
    suite_add_tcase(suite, numbers);
    return run_suite(suite);
}
