/* What holds for all rules: how many synapses there are, where, and with which signs. */
#ifndef SNND_SPARSITY_STRUCTURE_H
#define SNND_SPARSITY_STRUCTURE_H

#include "base/random.h"
#include "model/network.h"

struct snnd_sparsity_class;

/* Neighbouring synapses of one layer. */
typedef struct snnd_stretch {
    snnd_layer *layer;
    int64_t begin, end;
} snnd_stretch;

/* Synapses that are counted together: a layer's, the network's, or a neuron's. */
typedef struct snnd_group {
    snnd_stretch *stretch;
    int32_t stretches;
    int32_t neuron; /* -1: not of one neuron */
    int64_t target; /* synapses of it that exist */
} snnd_group;

/* Reads a host's structure (NULL: the defaults) for a rule and settles its signs. */
snnd_status snnd_structure_read(const snnd_network *network, const struct snnd_sparsity_class *class,
                                const snnd_structure *given, snnd_structure *structure);

/* Whether the network's masks and signs are what the structure begins with. */
snnd_status snnd_structure_check_start(const snnd_sparsity *sparsity);

/* Gives the layers what they lack, or nothing at all. */
snnd_status snnd_structure_equip(snnd_sparsity *sparsity);

/* ---- groups.c ---- */

/* Makes the groups, and room to choose in. */
snnd_status snnd_structure_group(snnd_sparsity *sparsity);

/* Synapses of a group that exist in a network, the controller's own or a copy of it. */
int64_t snnd_group_count(const snnd_group *group, const snnd_network *network);

/* An error about a group that has a number of synapses it should not have. */
snnd_status snnd_group_wrong(const snnd_sparsity *sparsity, const snnd_group *group, int64_t count, snnd_status status,
                             const char *wanted);

/* Whether each group has its number of synapses in the masks of `network`, the controller's own or a copy of it. */
snnd_status snnd_structure_check_counts(const snnd_sparsity *sparsity, const snnd_network *network, snnd_status status);

#endif
