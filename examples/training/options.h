/* The command line of snnd-train: one table, and one more of each recipe, say what there is, and serve reading, --help,
 * and the settings that a run keeps of itself. */
#ifndef TRAINING_OPTIONS_H
#define TRAINING_OPTIONS_H

#include <cJSON.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arguments.h"
#include "training/augment.h"

struct recipe;

enum { OPTIONS_LAYERS = 16 };

/** How an option lives on in the settings of a run. */
enum option_keeping {
    FORGOTTEN,
    OFFERED, /**< --resume takes it where it is not given, and it may be another */
    DECIDES  /**< what the run computes: it may not be another */
};

/** Where defaults come from. */
#define FROM_PAPER "paper"
#define FROM_SNN_DELAYS "SNN-delays"

/** The place of a field, of this or of a structure within, for an option's line. */
#define OPTION_AT(field) offsetof(struct options, field)

struct option_entry {
    struct argument is;
    enum option_keeping keeping;
    const char *argument; /**< what --help calls its value; NULL: it takes none */
    const char *usual;    /**< its default, as on the command line; NULL: the field is zero, or the help tells */
    const char *from;     /**< who has chosen that, of FROM_...; NULL: it is ours */
    const char *help;     /**< NULL: what the recipe says of its data */
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

/** A time constant in steps, and whether each neuron learns its own from there. */
struct tau {
    double steps;
    int learned;
};

/** What operations take of energy, as snnd_picojoules. */
struct prices {
    double accumulation, multiplication;
    int given;
};

/** What is held out of the training samples: a share of them, or those of a speaker. */
struct holdout {
    double share; /**< 0: none is */
    int64_t speaker;
    int by_speaker;
};

/** Silent steps after each sample: so many, or half of the longest delay for each layer of delays. */
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
    int delays, neurons, structure, growth; /**< of the enums above */
    int order, reset, surrogate;            /**< snnd_order, snnd_reset and snnd_surrogate, each less 1 */
    int budget, density;                    /**< snnd_budget, snnd_density */
    int isa;                                /**< snnd_isa */
    int dale, paths;
    double weight_rate, position_rate, weight_decay;
    double rate_penalty, rate_lower, rate_upper;
    double sparsity, l1, dropout, temperature, share, rewire_until;
    int resume, overwrite, quiet, help, version;
    /* Of recipes. */
    int preset;        /**< rawhd: enum preset */
    int german_first;  /**< rawhd */
    double scale;      /**< arrays */
    double noisy;      /**< gsc */
    int64_t bins, bin; /**< shd, ssc: --steps, and milliseconds of each */
    int units;         /**< shd, ssc: place in the list of how many are summed */

    unsigned char given[ARGUMENTS_MOST]; /**< of each line of the tables: it was on the command line */
};

/** Reads the command line into `options`, which gets the defaults of the recipe first; words[0] is not looked at.
 * Failure is wrong usage. */
int options_read(const struct recipe *recipe, int count, char **arguments, struct options *options,
                 struct failure *failure);

/** Checks what depends on several options. Failure is wrong usage. */
int options_check(struct options *options, struct failure *failure);

/** Prints all about a recipe; `program` is what carries it out, as "snnd-train rawhd". */
void options_help(const struct recipe *recipe, const char *program);

/** Silent steps that follow each sample. */
int32_t options_extra_steps(const struct options *options);

/** 1 if the option was on the command line. */
int options_given(const struct options *options, const char *name);

/** The place of what was chosen, of an option that takes one of some words; and the word. */
int options_chosen(const struct options *options, const char *name, const char **word);

/** The option of this name, if it decides what a run computes; else NULL. It is the table's, or the recipe's. */
const struct argument *options_deciding(const struct recipe *recipe, const char *name);

/** The name of the recipe that a run of these settings is of. */
const char *options_recipe(const cJSON *settings);

/** The recipe, the options that decide what a run computes, and those that are good to know when it is resumed. */
cJSON *options_settings(const struct options *options);

/** A number of settings that is another one where a run computes something else. It knows nothing of paths, which every
 * machine may have its own of. */
uint64_t options_fingerprint(const cJSON *settings);

/** Takes from an earlier run's settings what the command line did not give, and fails, with the name of the option,
 * where it gave what the run cannot go on with. `settings` must outlive `options`. */
int options_inherit(struct options *options, const cJSON *settings, struct failure *failure);

/** Fails, with the name of the option, where a run of these settings would compute something else. */
int options_agree(const struct options *options, const cJSON *settings, struct failure *failure);

#endif
