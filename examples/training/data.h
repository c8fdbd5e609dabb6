/* What a recipe has read: sets of samples, and what is known of them. */
#ifndef TRAINING_DATA_H
#define TRAINING_DATA_H

#include <cJSON.h>
#include <snndelay.h>
#include <stdint.h>

#include "common/failure.h"

/** What is told of what takes time. */
struct say {
    void (*line)(void *user, const char *message); /**< NULL: nobody is told */
    void *user;
};

/** All that is allocated is freed by data_free(); a field that is zero or NULL is not known. */
struct data {
    snnd_dataset *training, *testing;
    snnd_dataset *validation;  /**< the set's own; NULL: it has none */
    char *validation_by;       /**< who validates: "the set's own list", "speaker 4", "a share of 0.1 by seed 0" */
    int32_t classes;           /**< that the network tells apart */
    char **class_names;        /**< [classes] and NULL, each allocated; NULL: they are numbers */
    int32_t *training_speaker; /**< of each training sample */
    int32_t *testing_speaker;  /**< of each testing sample; below 0: not known */
    double event;              /**< what one event adds to a cell, where cells are counts; 0: they are intensities */
    int64_t cut;               /**< samples that were longer than the network's steps, and have been cut */
    char fingerprint[17];      /**< of all numbers and labels */
    cJSON *front_end;          /**< how recordings became inputs, for snnd-live: what FRONT_END_FILE of a run says */
    void *held;                /**< what datasets borrow from, as files that are mapped; freed by `release` */
    void (*release)(void *held);
};

/** Has someone told. */
void data_say(const struct say *say, const char *format, ...) EXAMPLES_PRINTF(2, 3);

/** Adds the numbers, lengths and labels of a set to a fingerprint, which begins with FINGERPRINT_START. It does not
 * matter how the set has its numbers, nor what is beyond the ends of samples. */
uint64_t data_fingerprint(uint64_t fingerprint, const snnd_dataset *set);

void data_free(struct data *data);

#endif
