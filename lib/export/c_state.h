/* The members of the state structure of a network in C: what the caller keeps from step to step. */
#ifndef SNND_EXPORT_C_STATE_H
#define SNND_EXPORT_C_STATE_H

#include "export/c_text.h"

typedef struct snnd_c_member {
    const char *type, *name;
    int32_t bytes, number; /* number of the node, -1: of none */
    int64_t count;         /* of an array, 0: one number */
    char first[24];        /* what an element is before the first step */
    const char *about;
    const snnd_c_node *biased; /* future currents, which hold the node's bias where nothing has come yet */
} snnd_c_member;

/* Members of all nodes and of the readout, to be given to snnd_release(). Those of the widest elements come first, so
 * that nothing lies between them. NULL, with the error set, without memory. */
snnd_c_member *snnd_c_members(const snnd_c_network *network, int32_t *count);

/* Bytes of the structure. */
int64_t snnd_c_ram(const snnd_c_member *member, int32_t count);

void snnd_c_write_members(snnd_c_text *text, const snnd_c_member *member, int32_t count);
void snnd_c_write_reset(snnd_c_text *text, const snnd_c_member *member, int32_t count);

#endif
