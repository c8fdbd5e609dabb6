/* What all rules share: how many synapses there are, where, and with which signs. */
#ifndef SNND_SPARSITY_STRUCTURE_H
#define SNND_SPARSITY_STRUCTURE_H

#include "base/random.h"
#include "model/network.h"

struct snnd_sparsity_class;

/* Adjacent synapses of one layer. */
typedef struct snnd_stretch {
    snnd_layer *layer;
    int64_t begin, end;
} snnd_stretch;

/* Synapses that are counted together: those of a layer, of the network, or of a neuron. */
typedef struct snnd_group {
    snnd_stretch *stretch;
    int32_t stretches;
    int32_t neuron; /* -1: the group is not that of a neuron */
    int64_t target; /* how many of its synapses exist */
} snnd_group;

/* Reads the structure of the host for a rule (NULL: the defaults), and decides its signs. */
snnd_status snnd_structure_read(const snnd_network *network, const struct snnd_sparsity_class *class,
                                const snnd_structure *given, snnd_structure *structure);

/* Checks that the masks and signs of the network are those with which the structure starts. */
snnd_status snnd_structure_check_start(const snnd_sparsity *sparsity);

/* Adds the masks and signs that layers lack. On failure nothing is added. */
snnd_status snnd_structure_equip(snnd_sparsity *sparsity);

/* ---- groups.c ---- */

/* Creates the groups, and memory to choose candidates in. */
snnd_status snnd_structure_group(snnd_sparsity *sparsity);

/* Returns how many synapses of a group exist in a network, which is the controller's own or a copy of it. */
int64_t snnd_group_count(const snnd_group *group, const snnd_network *network);

/* Fails and names a group that has a wrong number of synapses. */
snnd_status snnd_group_wrong(const snnd_sparsity *sparsity, const snnd_group *group, int64_t count, snnd_status status,
                             const char *wanted);

/* Checks that each group has its number of synapses in the masks of `network`, which is the controller's own or a copy
 * of it. */
snnd_status snnd_structure_check_counts(const snnd_sparsity *sparsity, const snnd_network *network, snnd_status status);

#endif
