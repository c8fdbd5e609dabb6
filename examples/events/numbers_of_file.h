/* Converts numbers of HDF5 files, in any byte order. */
#ifndef EXAMPLES_EVENTS_NUMBERS_OF_FILE_H
#define EXAMPLES_EVENTS_NUMBERS_OF_FILE_H

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>

enum { NUMBER_WIDEST = 8 };

struct number_type {
    int width; /* bytes */
    bool is_big, is_signed;
};

/* Analyses a type of HDF5; returns false unless it is float16, float32 or float64. */
bool number_is_float(hid_t type, struct number_type *found);
/* The same for integers of 8, 16, 32 and 64 bits. */
bool number_is_integer(hid_t type, struct number_type *found);

/* Returns the number exactly. */
double number_float(const struct number_type *type, const unsigned char *bytes);
/* Returns the number, clamped to the range of int64_t. */
int64_t number_integer(const struct number_type *type, const unsigned char *bytes);

/* Returns the float16 that is nearest to a number from 0 to 65504, with ties to even. */
uint16_t number_half(double value);

#endif
