/* The command line of rawhd-train: one table says what there is, and serves reading, --help, and the settings that a
 * run keeps of itself. */
#ifndef TRAINING_OPTIONS_H
#define TRAINING_OPTIONS_H

#include <cJSON.h>
#include <stdint.h>

#include "common/failure.h"

enum { OPTIONS_LAYERS = 16 };

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

struct options {
    const char *data, *out, *cache, *from, *rewind;
    int64_t epochs, batch, max_delay, per_pair, seed, threads, fan_in, interval;
    struct widths hidden;
    struct prices picojoules;
    struct tau tau;
    int delays, neurons, structure, growth; /**< of the enums above */
    int preset;                             /**< enum preset */
    int order, reset, surrogate;            /**< snnd_order, snnd_reset and snnd_surrogate, each less 1 */
    int budget, density;                    /**< snnd_budget, snnd_density */
    int isa;                                /**< snnd_isa */
    int dale;
    int german_first;
    double rate_penalty, rate_lower, rate_upper;
    double sparsity, l1, dropout, validation, temperature, share, rewire_until;
    int resume, overwrite, quiet, help, version;
    uint64_t given; /**< bit for each line of the table: on the command line */
};

/** Reads the command line into `options`, which gets the defaults first. Failure is wrong usage. */
int options_read(int count, char **arguments, struct options *options, struct failure *failure);

/** Checks what depends on several options. Failure is wrong usage. */
int options_check(struct options *options, struct failure *failure);

void options_help(void);

/** 1 if the option was on the command line. */
int options_given(const struct options *options, const char *name);

/** The place of what was chosen, of an option that takes one of some words; and the word. */
int options_chosen(const struct options *options, const char *name, const char **word);

/** The options that decide what a run computes, and those that are good to know when it is resumed. */
cJSON *options_settings(const struct options *options);

/** Takes from an earlier run's settings what the command line did not give, and fails, with the name of the option,
 * where it gave what the run cannot go on with. `settings` must outlive `options`. */
int options_inherit(struct options *options, const cJSON *settings, struct failure *failure);

/** Fails, with the name of the option, where a run of these settings would compute something else. */
int options_agree(const struct options *options, const cJSON *settings, struct failure *failure);

#endif
