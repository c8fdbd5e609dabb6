#include "format/utf8.h"

/* Bytes of the character that begins here, 0 where none does: one byte below 80, or a lead and 1 to 3 bytes of 80 to
 * BF, no longer than need be, no surrogates, nothing above 10FFFF. */
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
