/* What is quoted from strangers' files is shown as plain text. */
#include "base/utf8.h"

#include "support.h"

Suite *utf8_suite(void);

static const char *const plain[][2] = {
    {"", ""},
    {"delays, batch_norm (3) 'x' \\ ~", "delays, batch_norm (3) 'x' \\ ~"},
    {"na\xc3\xafve \xe5\xb1\xa4 \xd8\xb7\xd8\xa8\xd9\x82\xd8\xa9 \xf0\x9f\xa7\xa0", /* accents, Han, Arabic, a picture
                                                                                     */
     "na\xc3\xafve \xe5\xb1\xa4 \xd8\xb7\xd8\xa8\xd9\x82\xd8\xa9 \xf0\x9f\xa7\xa0"},
    {"\xd9\x86\xe2\x80\x8c\xd9\x87", "\xd9\x86\xe2\x80\x8c\xd9\x87"}, /* Persian needs its joiners */
    {"a\x1b[2Jb", "a\\x1b[2Jb"},
    {"line\nline\r\ttab", "line\\x0aline\\x0d\\x09tab"},
    {"\x7f", "\\x7f"},
    {"\xc2\x9b"
     "31m",
     "\\u{9b}31m"},
    {"\xe2\x80\xae"
     "txt.exe",
     "\\u{202e}txt.exe"},
    {"\xe2\x81\xa6x\xe2\x81\xa9", "\\u{2066}x\\u{2069}"},
    {"\xe2\x80\xa8|\xef\xbb\xbf|\xf3\xa0\x81\x81", "\\u{2028}|\\u{feff}|\\u{e0041}"},
    {"caf\xe9", "caf\\xe9"},
    {"\xe5\xb1", "\\xe5\\xb1"},
    {"\xc0\x9b\xed\xa0\x80", "\\xc0\\x9b\\xed\\xa0\\x80"},
};

enum { PLAIN = sizeof plain / sizeof plain[0] };

START_TEST(text_becomes_plain_and_stays_so) {
    char once[256], twice[256];
    snnd_make_plain(once, sizeof once, plain[_i][0]);
    ck_assert_str_eq(once, plain[_i][1]);
    snnd_make_plain(twice, sizeof twice, once);
    ck_assert_str_eq(twice, once);
}
END_TEST

START_TEST(what_has_no_room_gives_way) {
    static const char text[] = "\x1b\xe5\xb1\xa4yes";
    static const struct {
        size_t room;
        const char *shown;
    } cuts[] = {{11, "\\x1b\xe5\xb1\xa4yes"}, {10, "\\x1b..."}, {8, "\\x1b..."}, {7, "..."}, {4, "..."}};
    for (size_t c = 0; c < sizeof cuts / sizeof cuts[0]; c++) {
        char shown[16];
        memset(shown, '!', sizeof shown);
        snnd_make_plain(shown, cuts[c].room, text);
        ck_assert_str_eq(shown, cuts[c].shown);
        ck_assert_int_eq(shown[cuts[c].room], '!');
    }
}
END_TEST

Suite *utf8_suite(void) {
    Suite *suite = suite_create("utf8");
    TCase *cases = tcase_create("plain text");
    suite_add_tcase(suite, cases);
    tcase_add_loop_test(cases, text_becomes_plain_and_stays_so, 0, PLAIN);
    tcase_add_test(cases, what_has_no_room_gives_way);
    return suite;
}
