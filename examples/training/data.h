/* The result of a recipe: sets of samples, and their properties. */
#ifndef TRAINING_DATA_H
#define TRAINING_DATA_H

#include <cJSON.h>
#include <snndelay.h>
#include <stdint.h>

#include "common/failure.h"

/** Receives messages about work that takes long. */
struct say {
    void (*line)(void *user, const char *message); /**< NULL: there is no receiver */
    void *user;
};

/** Everything allocated is freed by data_free(); a field that is zero or NULL is not known. */
struct data {
    snnd_dataset *training, *testing;
    snnd_dataset *validation; /**< that of the data set; NULL: it has none */
    char *validation_by; /**< which samples validate: "the set's own list", "speaker 4", "a share of 0.1 by seed 0" */
    int32_t classes;     /**< of the network */
    char **class_names;  /**< [classes] followed by NULL, each allocated; NULL: classes are numbers */
    int32_t *training_speaker; /**< the speaker of each training sample */
    int32_t *testing_speaker;  /**< the speaker of each testing sample; below 0: not known */
    double event;              /**< what one event adds to a cell, where cells are counts; 0: they are intensities */
    int64_t cut;               /**< samples that were longer than the network's steps and have been cut */
    char fingerprint[17];      /**< of all numbers and labels */
    cJSON *front_end;          /**< how recordings became inputs, for snnd-live: the content of FRONT_END_FILE */
    void *held;                /**< memory that datasets borrow, such as mapped files; freed by `release` */
    void (*release)(void *held);
};

/** Sends a message to the receiver. */
void data_say(const struct say *say, const char *format, ...) EXAMPLES_PRINTF(2, 3);

/** Adds the numbers, lengths and labels of a set to a fingerprint, which begins with FINGERPRINT_START. It does not
 * depend on how the set stores its numbers, nor on numbers after the ends of samples. */
uint64_t data_fingerprint(uint64_t fingerprint, const snnd_dataset *set);

void data_free(struct data *data);

#endif
