/* The files of a run of rawhd-train, for reports. */
#ifndef TRAINING_PAST_H
#define TRAINING_PAST_H

#include <cJSON.h>

#include "common/failure.h"

struct past {
    char *folder;
    cJSON *settings; /**< settings.json */
    cJSON *history;  /**< array of the lines of log.jsonl */
};

/** Returns 1 if the folder contains a run. */
int past_is_here(const char *folder);

/** Reads settings and log. The last line of the log may be incomplete while a run works. */
int past_load(const char *folder, struct past *past, struct failure *failure);
void past_free(struct past *past);

/** Returns 1 if any record has a number of this name. */
int past_has(const struct past *past, const char *name);

/** Returns a setting as text, or "" where it is missing; to be freed. */
char *past_setting(const cJSON *settings, const char *name);
/** Returns 1 if a setting has this text. */
int past_setting_is(const struct past *past, const char *name, const char *text);

/** Returns how the neurons differ from the paper's, as "update-first, time constant 5", or ""; to be freed. */
char *past_neurons(const struct past *past);

/** Returns how the best epoch was chosen, to be freed: "its test accuracy", "its validation accuracy (speaker 4)". */
char *past_chosen_by(const struct past *past);

/** Returns the name of a class, to be freed, or its number where the run has no names. */
char *past_class(const struct past *past, int class);

/** Returns a value of JSON as text, to be freed, or "" for NULL. */
char *past_value(const cJSON *item);

#endif
