/* Words of strangers, as they may reach a terminal. */
#include <stdlib.h>

#include "common/failure.h"
#include "common/printable.h"
#include "support.h"

static void check_words(const char *words, const char *expected) {
    char *once = printable(words), *twice = printable(once);
    ck_assert_str_eq(once, expected);
    ck_assert_str_eq(twice, expected);
    free(twice);
    free(once);
}

START_TEST(keeps_what_is_printable) {
    check_words("", "");
    check_words("a run\\folder ~ 'x'", "a run\\folder ~ 'x'");
    check_words("M\xc3\xa9sz\xc3\xa1ros \xe2\x82\xac \xf0\x9f\x90\xb8 \xf4\x8f\xbf\xbf \xed\x9f\xbf \xc2\xa0",
                "M\xc3\xa9sz\xc3\xa1ros \xe2\x82\xac \xf0\x9f\x90\xb8 \xf4\x8f\xbf\xbf \xed\x9f\xbf \xc2\xa0");
}
END_TEST

START_TEST(escapes_controls) {
    check_words("\x1b]0;title\x07", "\\x1B]0;title\\x07");
    check_words("a\nb\tc\rd\x7f", "a\\x0Ab\\x09c\\x0Dd\\x7F");
    check_words("\xc2\x80\xc2\x9b"
                "31m\xc2\x9f",
                "\\xC2\\x80\\xC2\\x9B"
                "31m\\xC2\\x9F");
    check_words("\xe2\x80\xa8\xe2\x80\xa9", "\\xE2\\x80\\xA8\\xE2\\x80\\xA9");
}
END_TEST

START_TEST(escapes_what_turns_the_writing) {
    static const char *const turns[][2] = {
        {"\xd8\x9c", "\\xD8\\x9C"},          {"\xe2\x80\x8e", "\\xE2\\x80\\x8E"}, {"\xe2\x80\x8f", "\\xE2\\x80\\x8F"},
        {"\xe2\x80\xaa", "\\xE2\\x80\\xAA"}, {"\xe2\x80\xae", "\\xE2\\x80\\xAE"}, {"\xe2\x81\xa6", "\\xE2\\x81\\xA6"},
        {"\xe2\x81\xa9", "\\xE2\\x81\\xA9"},
    };
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++)
        check_words(turns[i][0], turns[i][1]);
}
END_TEST

/* Bytes alone, too long, cut short, surrogates, beyond the last character. */
START_TEST(escapes_what_is_no_utf8) {
    check_words("\x9b", "\\x9B");
    check_words("a\xff\xfe", "a\\xFF\\xFE");
    check_words("\xc0\xaf", "\\xC0\\xAF");
    check_words("\xe0\x80\x9b", "\\xE0\\x80\\x9B");
    check_words("\xf0\x80\x80\x8a", "\\xF0\\x80\\x80\\x8A");
    check_words("\xed\xa0\x80", "\\xED\\xA0\\x80");
    check_words("\xf4\x90\x80\x80", "\\xF4\\x90\\x80\\x80");
    check_words("\xe2\x82", "\\xE2\\x82");
    check_words("\xe2\x82z", "\\xE2\\x82z");
}
END_TEST

/* A message is one line, but for a short list. */
START_TEST(messages_are_printable) {
    struct failure failure;
    failed(&failure, "%s: no", "\x1b[2Jx\nmake-digits: all is well\xe2\x80\xae");
    ck_assert_str_eq(failure.text, "\\x1B[2Jx\\x0Amake-digits: all is well\\xE2\\x80\\xAE: no");
    failed_list(&failure, "2 are bad:\n  one\x07\n  two");
    ck_assert_str_eq(failure.text, "2 are bad:\n  one\\x07\n  two");
    char *lines = printable_lines("one\ntwo\x07\n");
    ck_assert_str_eq(lines, "one\ntwo\\x07\n");
    free(lines);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("printable");
    TCase *words = tcase_create("words");
    tcase_add_test(words, keeps_what_is_printable);
    tcase_add_test(words, escapes_controls);
    tcase_add_test(words, escapes_what_turns_the_writing);
    tcase_add_test(words, escapes_what_is_no_utf8);
    tcase_add_test(words, messages_are_printable);
    suite_add_tcase(suite, words);
    return run_suite(suite);
}
