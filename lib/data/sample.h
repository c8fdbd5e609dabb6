/* Kinds of samples: the table that a storage refers to. */
#ifndef SNND_DATA_SAMPLE_H
#define SNND_DATA_SAMPLE_H

#include "data/dataset.h"

struct snnd_dataset_kind {
    /* Writes the first `length` steps of a sample, whatever was in `input`; false where it could not. */
    bool (*fill)(const snnd_storage *storage, const snnd_fetch *what, snnd_fill_fault *fault);
    double cost; /* about how many nanoseconds a number takes */
};

extern const snnd_dataset_kind snnd_of_numbers, snnd_of_counts, snnd_of_events, snnd_of_source;

/* Counts that a byte holds. */
enum { SNND_COUNTS = 256 };

/* Sets what each count comes to: the same to the last bit as where the product is made from a file of numbers
 * (snnd_dataset_load_npy()), whatever the host's rounding is. */
void snnd_scale_counts(float *number, double scale);

#endif
