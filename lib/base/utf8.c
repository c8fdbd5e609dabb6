/* Tells whether text is valid UTF-8, and writes out what a terminal would obey when a message quotes it (utf8.h). */
#include "base/utf8.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Returns the bytes of the character that begins here, or 0 where none does: one byte below 80, or a lead byte and 1 to
 * 3 bytes of 80 to BF, in the shortest form, without surrogates and not above 10FFFF. */
static size_t character(const unsigned char *at, size_t bytes) {
    const size_t length = at[0] < 0x80                     ? 1
                          : at[0] >= 0xC2 && at[0] <= 0xDF ? 2
                          : (at[0] & 0xF0) == 0xE0         ? 3
                          : at[0] >= 0xF0 && at[0] <= 0xF4 ? 4
                                                           : 0;
    if (length > bytes)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    if ((at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xED && at[1] > 0x9F) || (at[0] == 0xF0 && at[1] < 0x90) ||
        (at[0] == 0xF4 && at[1] > 0x8F))
        return 0;
    return length;
}

bool snnd_is_utf8(const void *text, size_t bytes) {
    const unsigned char *at = text;
    while (bytes > 0) {
        const size_t length = character(at, bytes);
        if (length == 0)
            return false;
        at += length;
        bytes -= length;
    }
    return true;
}

/* ---- plain text ---- */

/* Characters that are not shown as they are; each row is a range. They are controls, line separators, characters that
 * change the direction of writing, and invisible characters except the joiners that some scripts need. */
static const uint32_t hidden[][2] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},     {0x61C, 0x61C},
                                     {0x180E, 0x180E}, {0x200B, 0x200B}, {0x200E, 0x200F}, {0x2028, 0x202E},
                                     {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}};

static bool is_hidden(uint32_t code) {
    for (size_t row = 0; row < sizeof hidden / sizeof hidden[0]; row++)
        if (code >= hidden[row][0] && code <= hidden[row][1])
            return true;
    return false;
}

/* The number of a character of `length` bytes. */
static uint32_t code_of(const unsigned char *at, size_t length) {
    uint32_t code = length == 1 ? at[0] : at[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++)
        code = code << 6 | (at[i] & 0x3F);
    return code;
}

enum { SHOWN = 12 }; /* the bytes of the longest form of a character */

/* Writes the form of the character that begins here, and returns how many bytes of the text it stands for. */
static size_t show(char form[SHOWN], const unsigned char *at, size_t left) {
    const size_t length = character(at, left);
    const uint32_t code = length == 0 ? at[0] : code_of(at, length);
    if (length <= 1 && (length == 0 || is_hidden(code)))
        snprintf(form, SHOWN, "\\x%02x", (unsigned)code);
    else if (is_hidden(code))
        snprintf(form, SHOWN, "\\u{%x}", (unsigned)code);
    else
        snprintf(form, SHOWN, "%.*s", (int)length, (const char *)at);
    return length == 0 ? 1 : length;
}

void snnd_make_plain(char *plain, size_t room, const char *text) {
    static const char more[] = "...";
    const unsigned char *at = (const unsigned char *)text;
    size_t used = 0, before_more = 0;
    for (size_t left = strlen(text); left > 0;) {
        char form[SHOWN];
        const size_t taken = show(form, at, left), length = strlen(form);
        if (used + length + 1 > room) {
            memcpy(plain + before_more, more, sizeof more);
            return;
        }
        memcpy(plain + used, form, length);
        used += length;
        at += taken;
        left -= taken;
        if (used + sizeof more <= room)
            before_more = used;
    }
    plain[used] = '\0';
}
