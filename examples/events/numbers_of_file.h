/* Numbers as HDF5 files have them, in any order of bytes. */
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

/* Takes a type of HDF5 apart; false unless it is float16, float32 or float64. */
bool number_is_float(hid_t type, struct number_type *found);
/* The same for integers of 8, 16, 32 and 64 bits. */
bool number_is_integer(hid_t type, struct number_type *found);

/* Exact. */
double number_float(const struct number_type *type, const unsigned char *bytes);
/* Clamped to what int64_t can have. */
int64_t number_integer(const struct number_type *type, const unsigned char *bytes);

/* The float16 that is nearest to a number from 0 to 65504, with ties to even. */
uint16_t number_half(double value);

#endif
