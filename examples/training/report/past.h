/* What a run of rawhd-train has left in its folder, for reports. */
#ifndef TRAINING_PAST_H
#define TRAINING_PAST_H

#include <cJSON.h>

#include "common/failure.h"

struct past {
    char *folder;
    cJSON *settings; /**< settings.json */
    cJSON *history;  /**< array of the lines of log.jsonl */
};

/** 1 if the folder holds a run. */
int past_is_here(const char *folder);

/** Reads settings and log. The last line of the log may be half written, as it is while a run is at work. */
int past_load(const char *folder, struct past *past, struct failure *failure);
void past_free(struct past *past);

/** 1 if any record has a number of this name. */
int past_has(const struct past *past, const char *name);

/** A setting as text, "" where there is none; to be freed. */
char *past_setting(const cJSON *settings, const char *name);
/** 1 if a setting is this text. */
int past_setting_is(const struct past *past, const char *name, const char *text);

/** What of the neurons is not as in the paper, as "update-first, time constant 5"; "" where all is. To be freed. */
char *past_neurons(const struct past *past);

/** By what the best epoch was chosen, to be freed: "its test accuracy", "its validation accuracy (speaker 4)". */
char *past_chosen_by(const struct past *past);

/** The name of a class, to be freed: its number where the run has no names. */
char *past_class(const struct past *past, int class);

/** A value of JSON as text, to be freed; "" for NULL. */
char *past_value(const cJSON *item);

#endif
