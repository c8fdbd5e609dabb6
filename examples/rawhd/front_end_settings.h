/*
 * The settings of the front end, and their JSON: what a program has to know to make inputs of other recordings for the
 * same network. They are a part of the settings.json of kept spectrograms, and are FRONT_END_FILE beside the models of
 * a run. Nothing is computed here: spectrograms are made in audio/mel.c and rawhd/zenke_vogels.c, which steps a
 * recording is cut to is decided in audio/mel_window.c and rawhd/zenke_vogels.c.
 */
#ifndef RAWHD_FRONT_END_SETTINGS_H
#define RAWHD_FRONT_END_SETTINGS_H

#include <cJSON.h>

#include "rawhd/spectrograms.h"

#define FRONT_END_FILE "front_end.json"
#define FRONT_END_EXTRA "extra_steps"

struct front_end {
    enum preset preset;
    int german_first; /**< classes: German 0-9 and English 10-19, or the other way round */
    struct spectrogram_scale scale;
    int extra_steps; /**< silent steps after each recording in training */
};

/** Returns "mel" or "zenke-vogels". */
const char *preset_name(enum preset preset);

/** Returns "english-first" or "german-first". */
const char *order_name(int german_first);

/** Adds preset, version and classes. */
void front_end_describe_kind(const struct front_end *front_end, cJSON *object);

/** Adds the values that were fitted to the training recordings. */
void front_end_describe_scale(const struct front_end *front_end, cJSON *object);

/** Returns both, and the extra steps if there were any. */
cJSON *front_end_describe(const struct front_end *front_end);

/** Writes a file with both into a folder. */
int front_end_write(const struct front_end *front_end, const char *folder, const char *name, struct failure *failure);

/** Reads a file of a folder that has both, whatever else it has. Without a folder (NULL) the user has named all of
 * `name`. */
int front_end_read(const char *folder, const char *name, struct front_end *front_end, struct failure *failure);

#endif
