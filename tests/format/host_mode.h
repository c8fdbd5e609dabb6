/* What a host may have set for its thread before it calls the library: a locale that writes 1,5, and another rounding.
 */
#ifndef SNND_TESTS_FORMAT_HOST_MODE_H
#define SNND_TESTS_FORMAT_HOST_MODE_H

#include <fenv.h>
#include <locale.h>

#include "format/bytes.h"
#include "format/scratch.h"

/* Makes a locale of the test's own, which no machine needs to have installed, for setlocale() and newlocale(). */
static inline const char *make_comma_locale(void) {
    static const char numbers[] = "LC_NUMERIC\ndecimal_point \",\"\nthousands_sep \".\"\ngrouping 3\nEND LC_NUMERIC\n";
    static const char letters[] =
        "<code_set_name> ASCII\n<mb_cur_max> 1\nCHARMAP\n<U0000>..<U007F> /x00 all\nEND CHARMAP\n";
    char command[6 * SCRATCH_PATH];
    ck_assert_int_eq(mkdir(scratch("locales"), 0777), 0);
    scratch_write(scratch("numbers"), numbers, sizeof numbers - 1);
    scratch_write(scratch("letters"), letters, sizeof letters - 1);
    /* It warns of all that is not in there, and exits with 1 for that. */
    snprintf(command, sizeof command,
             "localedef -c --no-archive --%s-endian -f '%s' -i '%s' '%s' >'%s' 2>&1; test -e '%s'",
             snnd_host_is_little_endian() ? "little" : "big", scratch("letters"), scratch("numbers"),
             scratch("locales/comma"), scratch("said"), scratch("locales/comma/LC_NUMERIC"));
    ck_assert_msg(system(command) == 0, "localedef made no locale: %s", command);
    ck_assert_int_eq(setenv("LOCPATH", scratch("locales"), 1), 0);
    return "comma";
}

static inline void assert_commas(void) {
    char text[8];
    snprintf(text, sizeof text, "%.1f", 1.5);
    ck_assert_str_eq(text, "1,5");
}

/* The ways in which a host can come to it: for the process, or for its thread alone. */
enum { HOST_SETLOCALE, HOST_USELOCALE, HOST_WAYS };

static inline void use_comma_locale(int way) {
    ck_assert_ptr_nonnull(setlocale(LC_ALL, make_comma_locale()));
    if (way == HOST_USELOCALE) {
        const locale_t own = duplocale(LC_GLOBAL_LOCALE);
        ck_assert(own != (locale_t)0 && uselocale(own) != (locale_t)0);
        ck_assert_ptr_nonnull(setlocale(LC_ALL, "C"));
    }
    assert_commas();
}

/* As a program begins. */
static inline void leave_host_mode(void) {
    const locale_t own = uselocale(LC_GLOBAL_LOCALE);
    if (own != LC_GLOBAL_LOCALE)
        freelocale(own);
    setlocale(LC_ALL, "C");
    fesetround(FE_TONEAREST);
}

static const int roundings[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};

enum { ROUNDINGS = sizeof roundings / sizeof roundings[0] };

#endif
