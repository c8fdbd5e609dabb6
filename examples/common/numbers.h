/* Numbers on the command line, which are accepted only as a whole. */
#ifndef EXAMPLES_NUMBERS_H
#define EXAMPLES_NUMBERS_H

#include <stdint.h>

/** Reads a whole number from low to high; returns -1 if `text` is anything else. */
int number_whole(const char *text, int64_t low, int64_t high, int64_t *value);

/** Reads a finite number from low to high; returns -1 if `text` is anything else. */
int number_real(const char *text, double low, double high, double *value);

#endif
