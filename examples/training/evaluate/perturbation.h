/* What a network is tried with: each perturbation has levels, as the command line gives them. */
#ifndef TRAINING_PERTURBATION_H
#define TRAINING_PERTURBATION_H

#include <stddef.h>
#include <stdint.h>

#include "common/failure.h"

enum perturbation_kind {
    PERTURBED_NOT, /**< samples and network as they are */
    PERTURBED_SHIFT_TIME,
    PERTURBED_NOISE,
    PERTURBED_NOISE_SPIKES,
    PERTURBED_JITTER,
    PERTURBED_SHUFFLE,
    PERTURBED_ONLY,
    PERTURBATION_KINDS
};

/** Among which synapses delays are shuffled: words of the levels in this order. */
enum perturbation_shuffle { SHUFFLE_NEURON, SHUFFLE_SIGN, SHUFFLE_LAYER };

/** Which synapses are left. */
enum perturbation_only { ONLY_EXCITATION, ONLY_INHIBITION };

struct perturbation {
    enum perturbation_kind kind;
    char *level;   /**< as it was given; of PERTURBED_NOT "-" */
    double amount; /**< a number, where the level is one */
    int choice;    /**< of the enums above, where it is a word */
    int32_t layer; /**< of delays, the first is 1; 0: all of them */
};

/** Those that were asked for, in order. */
struct perturbations {
    struct perturbation *one;
    size_t count;
};

/** Its option, without "--"; of PERTURBED_NOT "none". */
const char *perturbation_name(enum perturbation_kind kind);

/** 1 if it draws random numbers, so that seeds tell. */
int perturbation_is_random(enum perturbation_kind kind);

/** 1 if it changes the network, and not the samples. */
int perturbation_is_of_network(enum perturbation_kind kind);

/** Adds each level of a list, as "1,2,4". A failure names the option and what it takes. */
int perturbations_add(struct perturbations *all, enum perturbation_kind kind, const char *list,
                      struct failure *failure);
void perturbations_free(struct perturbations *all);

#endif
