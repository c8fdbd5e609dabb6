/* The members of the state structure of a network in C. */
#ifndef SNND_EXPORT_C_STATE_H
#define SNND_EXPORT_C_STATE_H

#include "export/c_text.h"

typedef struct snnd_c_member {
    const char *type, *name;
    int32_t bytes, number; /* number is that of the node, or -1 for the readout */
    int64_t count;         /* the length of an array; 0: a single number */
    char first[24];        /* the value of an element before the first step */
    const char *about;
    const snnd_c_node *biased; /* for future currents: the node whose bias they hold where nothing was added yet */
} snnd_c_member;

/* Returns the members of all nodes and of the readout, to be released by snnd_release(). Members with the widest
 * elements come first, so that there is no padding between them. Returns NULL and sets the error where memory is out.
 * */
snnd_c_member *snnd_c_members(const snnd_c_network *network, int32_t *count);

/* Returns the bytes of the structure. */
int64_t snnd_c_ram(const snnd_c_member *member, int32_t count);

void snnd_c_write_members(snnd_c_text *text, const snnd_c_member *member, int32_t count);
void snnd_c_write_reset(snnd_c_text *text, const snnd_c_member *member, int32_t count);

#endif
