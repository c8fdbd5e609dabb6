/* A recipe: how one data set of the field is read, and how networks are trained on it. To add one, write the folder of
 * its reader with a `const struct recipe`, and a line in recipe.c. */
#ifndef TRAINING_RECIPE_H
#define TRAINING_RECIPE_H

#include <snndelay.h>
#include <stddef.h>

#include "training/data.h"
#include "training/exit_code.h"
#include "training/options.h"

/** An option that begins with something else than the paper's value, with the name of who has chosen that: one of those
 * that options_help() explains, or NULL. A text as on the command line; of a switch, "yes" or "no". */
struct recipe_default {
    const char *option, *text, *from;
};

struct recipe {
    const char *name;                      /**< on the command line and in settings.json */
    const char *title;                     /**< "the Heidelberg Digits": a line of snnd-train --help */
    const char *about;                     /**< the first lines of its --help, each with its end */
    const char *data;                      /**< what --data is: "a folder with ..." */
    const struct recipe_default *defaults; /**< the last has no option (NULL) */
    const struct option_entry *own;        /**< its own options, whose fields are in struct options, too */
    int own_count;
    /** Reads options->data into `data`, which is all zero; data_free() follows in any case. Training and testing sets,
     * classes and fingerprint must be there, the rest where it is known. `say` is told what takes time. What takes long
     * looks at stop_is_asked() once a sample, and then fails with any words. */
    int (*load)(snnd_context *context, const struct options *options, const struct say *say, struct data *data,
                struct failure *failure);
};

/** The recipe of this name; NULL if there is none. */
const struct recipe *recipe_find(const char *name);

/** Reads what options->data holds, as the recipe of the options does; then data_free(). Where a signal stops it
 * stop_is_asked(), and nothing is left of what was being made. */
int recipe_load(snnd_context *context, const struct options *options, const struct say *say, struct data *data,
                struct failure *failure);

/** All of main() of a program that is told its recipe as the first word: `work` gets the words from there on, and gives
 * the exit code. Without a recipe --help has `title`, a sentence, and a list of recipes. */
int recipe_main(const char *program, const char *title, int count, char **words,
                int (*work)(const struct recipe *recipe, int count, char **words));

#endif
