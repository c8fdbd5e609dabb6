/* The perturbations of a network or its samples; each has levels from the command line. */
#ifndef TRAINING_PERTURBATION_H
#define TRAINING_PERTURBATION_H

#include <stddef.h>
#include <stdint.h>

#include "common/failure.h"

enum perturbation_kind {
    PERTURBED_NOT, /**< unperturbed samples and network */
    PERTURBED_SHIFT_TIME,
    PERTURBED_NOISE,
    PERTURBED_NOISE_SPIKES,
    PERTURBED_JITTER,
    PERTURBED_SHUFFLE,
    PERTURBED_ONLY,
    PERTURBATION_KINDS
};

/** The synapses among which delays are shuffled: the words of the levels in this order. */
enum perturbation_shuffle { SHUFFLE_NEURON, SHUFFLE_SIGN, SHUFFLE_LAYER };

/** The synapses that are kept. */
enum perturbation_only { ONLY_EXCITATION, ONLY_INHIBITION };

struct perturbation {
    enum perturbation_kind kind;
    char *level;   /**< as it was given; "-" for PERTURBED_NOT */
    double amount; /**< where the level is a number */
    int choice;    /**< a value of the enums above, where the level is a word */
    int32_t layer; /**< of delays, from 1 on; 0: all of them */
};

/** The requested perturbations, in order. */
struct perturbations {
    struct perturbation *one;
    size_t count;
};

/** Returns its option, without "--", or "none" for PERTURBED_NOT. */
const char *perturbation_name(enum perturbation_kind kind);

/** Returns 1 if it uses random numbers, so that seeds matter. */
int perturbation_is_random(enum perturbation_kind kind);

/** Returns 1 if it changes the network, and not the samples. */
int perturbation_is_of_network(enum perturbation_kind kind);

/** Adds each level of a list, as "1,2,4". A failure names the option and its values. */
int perturbations_add(struct perturbations *all, enum perturbation_kind kind, const char *list,
                      struct failure *failure);
void perturbations_free(struct perturbations *all);

#endif
