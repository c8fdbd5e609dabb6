/* Training and testing sets from a folder, whichever form it has. */
#ifndef RAWHD_DATA_H
#define RAWHD_DATA_H

#include <snndelay.h>

#include "rawhd/front_end.h"

/** What the paper's code multiplies its spectrograms by. */
#define DATA_SCALE 20.0

/** Multiplies what presets give by DATA_SCALE, rounded as the sets are. */
void data_multiply(float *cells, size_t count);

struct data_options {
    const char *folder;
    const char *cache; /**< where to keep spectrograms; NULL: the usual place */
    enum preset preset;
    int german_first;
    int threads;                                  /**< 0: one a processor */
    void (*say)(void *user, const char *message); /**< told what takes time; NULL: nobody */
    void *user;
};

struct data {
    snnd_dataset *training, *testing;
    int32_t classes;
    char fingerprint[17]; /**< of all numbers and labels */
    int has_front_end;    /**< known, unless arrays were made elsewhere */
    struct front_end front_end;
};

/**
 * Reads the four .npy files of a folder that has them; else the Heidelberg Digits layout, through the spectrograms
 * kept from an earlier run where these are still right. Both are multiplied by DATA_SCALE.
 */
int data_load(snnd_context *context, const struct data_options *options, struct data *data, struct failure *failure);
void data_free(struct data *data);

#endif
