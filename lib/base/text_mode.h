/* The mode in which numbers are converted to text and text to numbers, whatever the host has set: the locale "C", so
 * that the decimal separator is a point, and the default floating-point environment, so that rounding is to nearest and
 * printed numbers are read again to the last bit. Both apply to the calling thread only, whose own mode is restored
 * afterwards. */
#ifndef SNND_BASE_TEXT_MODE_H
#define SNND_BASE_TEXT_MODE_H

#include <fenv.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>

typedef struct snnd_text_mode {
    fenv_t numbers;
    locale_t locale;
} snnd_text_mode;

/* Returns the mode that the thread had. */
static inline snnd_text_mode snnd_set_text_mode(void) {
    snnd_text_mode before;
    fegetenv(&before.numbers);
    fesetenv(FE_DFL_ENV);
    before.locale = uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
    return before;
}

static inline void snnd_restore_text_mode(const snnd_text_mode *before) {
    const locale_t plain = uselocale(before->locale);
    if (plain != before->locale)
        freelocale(plain);
    fesetenv(&before->numbers);
}

/* vsnprintf() in this mode, for all text that may contain a number. */
static inline int snnd_print(char *text, size_t room, const char *format, va_list arguments) {
    const snnd_text_mode before = snnd_set_text_mode();
    const int length = vsnprintf(text, room, format, arguments);
    snnd_restore_text_mode(&before);
    return length;
}

#endif
