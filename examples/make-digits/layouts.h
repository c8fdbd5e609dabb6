/* The layouts of other data sets in which trials can be written. */
#ifndef MAKE_DIGITS_LAYOUTS_H
#define MAKE_DIGITS_LAYOUTS_H

#include "make-digits/trials.h"

/** The Spiking Heidelberg Digits: shd_train.h5 and shd_test.h5. Without HDF5 `begin` fails. */
extern const struct layout events_layout;

/** The Spiking Speech Commands: ssc_train.h5, ssc_valid.h5 and ssc_test.h5. Without HDF5 `begin` fails. */
extern const struct layout word_events_layout;

/** Speech Commands: a folder for each word, two lists, and noise. */
extern const struct layout words_layout;

#endif
