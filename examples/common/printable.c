#include "common/printable.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/allocate.h"

/* Returns the bytes of the UTF-8 character that begins here, and the character; 0 where none begins. */
static size_t character_at(const unsigned char *text, uint32_t *character) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char first = text[0];
    if (first < 0x80) {
        *character = first;
        return 1;
    }
    const size_t bytes = first >= 0xf8 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
    if (bytes == 0)
        return 0;
    *character = first & (0x7fu >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        *character = *character << 6 | (text[i] & 0x3fu);
    }
    const int surrogate = *character >= 0xd800 && *character < 0xe000;
    return *character < least[bytes] || surrogate || *character > 0x10ffff ? 0 : bytes;
}

static int is_control(uint32_t character) {
    const int turns = character == 0x061c || character == 0x200e || character == 0x200f ||
                      (character >= 0x202a && character <= 0x202e) || (character >= 0x2066 && character <= 0x2069);
    return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x2028 || character == 0x2029 ||
           turns;
}

static char *escape(const char *text, char kept) {
    char *escaped = allocate(4 * strlen(text) + 1, 1), *end = escaped;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        uint32_t character = 0;
        size_t bytes = character_at(at, &character);
        if (bytes > 0 && (!is_control(character) || *at == (unsigned char)kept)) {
            memcpy(end, at, bytes);
            end += bytes;
            at += bytes;
            continue;
        }
        for (bytes = bytes > 0 ? bytes : 1; bytes > 0; bytes--)
            end += snprintf(end, 5, "\\x%02X", *at++);
    }
    return escaped;
}

char *printable(const char *text) {
    return escape(text, '\0');
}

char *printable_lines(const char *text) {
    return escape(text, '\n');
}
