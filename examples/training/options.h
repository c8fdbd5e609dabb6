/* The command line of snnd-train. Its table, and one of each recipe, define the options for reading, for --help, and
 * for the settings of a run. */
#ifndef TRAINING_OPTIONS_H
#define TRAINING_OPTIONS_H

#include <cJSON.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arguments.h"
#include "training/augment.h"

struct recipe;

enum { OPTIONS_LAYERS = 16 };

/** How the settings of a run store an option. */
enum option_keeping {
    FORGOTTEN,
    OFFERED, /**< --resume uses it unless another value is given */
    DECIDES  /**< it affects what the run computes and cannot be changed */
};

/** Sources of defaults. */
#define FROM_PAPER "paper"
#define FROM_SNN_DELAYS "SNN-delays"

/** The offset of a field, or of a member of a structure in it, for the line of an option. */
#define OPTION_AT(field) offsetof(struct options, field)

struct option_entry {
    struct argument is;
    enum option_keeping keeping;
    const char *argument; /**< the name of its value in --help; NULL: it takes none */
    const char *usual;    /**< its default, as on the command line; NULL: the field is zero, or the help says it */
    const char *from;     /**< the source of the default, FROM_...; NULL: this project */
    const char *help;     /**< NULL: the description of the recipe's data */
};

enum delays_kind { DELAYS_LEARNED, DELAYS_FIXED, DELAYS_AXONAL, DELAYS_DENDRITIC };
enum neurons_kind { NEURONS_LIF, NEURONS_ADAPTIVE };
enum structure_kind {
    STRUCTURE_DENSE,
    STRUCTURE_FIXED,
    STRUCTURE_DEEP_R,
    STRUCTURE_RIGL,
    STRUCTURE_SET,
    STRUCTURE_SNFS,
    STRUCTURE_PRUNED
};
enum growth_kind { GROWTH_OWN, GROWTH_GRADIENT, GROWTH_RANDOM, GROWTH_MOMENTUM };

struct widths {
    int32_t width[OPTIONS_LAYERS];
    int count;
};

/** A time constant in steps, and whether each neuron learns its own from this value. */
struct tau {
    double steps;
    int learned;
};

/** The energies of operations, as in snnd_picojoules. */
struct prices {
    double accumulation, multiplication;
    int given;
};

/** The part of the training samples that is held out: a share of them, or those of a speaker. */
struct holdout {
    double share; /**< 0: none */
    int64_t speaker;
    int by_speaker;
};

/** Silent steps after each sample: a number, or half of the longest delay for each layer of delays. */
struct silence {
    int64_t steps;
    int half;
};

struct options {
    const struct recipe *recipe;
    const char *data, *out, *cache, *from, *rewind;
    int64_t epochs, batch, shards, max_delay, per_pair, seed, threads, fan_in, interval;
    struct widths hidden;
    struct prices picojoules;
    struct tau tau;
    struct augmentation augmentation;
    struct holdout validation;
    struct silence extra_steps;
    int delays, neurons, structure, growth; /**< values of the enums above */
    int order, reset, surrogate;            /**< snnd_order, snnd_reset and snnd_surrogate, each minus 1 */
    int budget, density;                    /**< snnd_budget, snnd_density */
    int isa;                                /**< snnd_isa */
    int dale, paths;
    double weight_rate, position_rate, weight_decay;
    double rate_penalty, rate_lower, rate_upper;
    double sparsity, l1, dropout, temperature, share, rewire_until;
    int resume, overwrite, quiet, help, version;
    /* Options of recipes. */
    int preset;        /**< rawhd: enum preset */
    int german_first;  /**< rawhd */
    double scale;      /**< arrays */
    double noisy;      /**< gsc */
    int64_t bins, bin; /**< shd, ssc: --steps, and milliseconds of each */
    int units;         /**< shd, ssc: index in the list of how many units are summed */

    unsigned char given[ARGUMENTS_MOST]; /**< for each line of the tables: whether it was on the command line */
};

/** Reads the command line into `options`, which first receives the defaults of the recipe, without words[0]. Failure is
 * wrong usage. */
int options_read(const struct recipe *recipe, int count, char **arguments, struct options *options,
                 struct failure *failure);

/** Checks what depends on several options. Failure is wrong usage. */
int options_check(struct options *options, struct failure *failure);

/** Prints the help of a recipe; `program` is the command, as "snnd-train rawhd". */
void options_help(const struct recipe *recipe, const char *program);

/** Returns the number of silent steps after each sample. */
int32_t options_extra_steps(const struct options *options);

/** Returns 1 if the option was on the command line. */
int options_given(const struct options *options, const char *name);

/** Return the index of the chosen value of an option with words, and the word. */
int options_chosen(const struct options *options, const char *name, const char **word);

/** Returns the option of this name in either table, if it affects what a run computes, or NULL. */
const struct argument *options_deciding(const struct recipe *recipe, const char *name);

/** Returns the name of the recipe of a run with these settings. */
const char *options_recipe(const cJSON *settings);

/** Returns the recipe, the options that affect what a run computes, and those that are useful when it is resumed. */
cJSON *options_settings(const struct options *options);

/** Returns a hash of settings that changes where a run computes something else. It ignores paths, which may differ
 * between machines. */
uint64_t options_fingerprint(const cJSON *settings);

/** Uses the settings of an earlier run for options that were not given. Fails with the name of an option whose given
 * value the run cannot continue with. `settings` must outlive `options`. */
int options_inherit(struct options *options, const cJSON *settings, struct failure *failure);

/** Fails with the name of an option where a run with these settings would compute something else. */
int options_agree(const struct options *options, const cJSON *settings, struct failure *failure);

#endif
