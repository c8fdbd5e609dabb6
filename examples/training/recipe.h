/* A recipe: how one data set is read, and how networks are trained on it. To add one, write a folder with its reader
 * and a `const struct recipe`, and a line in recipe.c. */
#ifndef TRAINING_RECIPE_H
#define TRAINING_RECIPE_H

#include <snndelay.h>
#include <stddef.h>

#include "training/data.h"
#include "training/exit_code.h"
#include "training/options.h"

/** A default of an option that differs from the paper's value, with its source: one of those that options_help()
 * explains, or NULL. The text is that of the command line; for a switch "yes" or "no". */
struct recipe_default {
    const char *option, *text, *from;
};

struct recipe {
    const char *name;                      /**< on the command line and in settings.json */
    const char *title;                     /**< "the Heidelberg Digits": a line of snnd-train --help */
    const char *about;                     /**< the first lines of its --help, with line ends */
    const char *data;                      /**< the description of --data: "a folder with ..." */
    const struct recipe_default *defaults; /**< the last entry has no option (NULL) */
    const struct option_entry *own;        /**< its own options, whose fields are in struct options, too */
    int own_count;
    /** Reads options->data into `data`, which is all zero; data_free() must follow in any case. Training and testing
     * sets, classes and fingerprint must be set, and everything else that is known. `say` receives messages about work
     * that takes long. Such work calls stop_is_asked() for each sample, and then fails with any text. */
    int (*load)(snnd_context *context, const struct options *options, const struct say *say, struct data *data,
                struct failure *failure);
};

/** Returns the recipe of this name, or NULL. */
const struct recipe *recipe_find(const char *name);

/** Reads options->data with the recipe of the options; data_free() must follow. If a signal stops it, stop_is_asked()
 * returns 1, and nothing unfinished remains. */
int recipe_load(snnd_context *context, const struct options *options, const struct say *say, struct data *data,
                struct failure *failure);

/** Implements main() of a program whose first word is a recipe: `work` receives the words from there on, and returns
 * the exit code. Without a recipe --help prints `title`, a sentence, and a list of recipes. */
int recipe_main(const char *program, const char *title, int count, char **words,
                int (*work)(const struct recipe *recipe, int count, char **words));

#endif
