#include "common/numbers.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Returns 0 for text that strtol() and strtod() would skip, or accept as a hexadecimal number or a name. */
static int is_plain(const char *text) {
    const char *digits = *text == '-' || *text == '+' ? text + 1 : text;
    if (!isdigit((unsigned char)*digits) && !(*digits == '.' && isdigit((unsigned char)digits[1])))
        return 0;
    return digits[0] != '0' || (digits[1] != 'x' && digits[1] != 'X');
}

int number_whole(const char *text, int64_t low, int64_t high, int64_t *value) {
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (!is_plain(text) || *end != '\0' || errno != 0 || number < low || number > high)
        return -1;
    *value = number;
    return 0;
}

int number_real(const char *text, double low, double high, double *value) {
    char *end;
    double number = strtod(text, &end);
    if (!is_plain(text) || *end != '\0' || !isfinite(number) || number < low || number > high)
        return -1;
    *value = number;
    return 0;
}
