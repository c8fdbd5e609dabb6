/* Kinds of samples. A storage refers to an entry of this table. */
#ifndef SNND_DATA_SAMPLE_H
#define SNND_DATA_SAMPLE_H

#include "data/dataset.h"

struct snnd_dataset_kind {
    /* Writes the first `length` steps of a sample, whatever `input` held. Returns false on failure. */
    bool (*fill)(const snnd_storage *storage, const snnd_fetch *what, snnd_fill_fault *fault);
    double cost; /* roughly the nanoseconds that one number takes */
};

extern const snnd_dataset_kind snnd_of_numbers, snnd_of_counts, snnd_of_events, snnd_of_source;

/* The number of values of a byte. */
enum { SNND_COUNTS = 256 };

/* Sets the number that stands for each count. It is the same to the last bit as the product that is computed for a file
 * of numbers (snnd_dataset_load_npy()), whatever rounding mode the host has set. */
void snnd_scale_counts(float *number, double scale);

#endif
