/* What the compiler makes of the header: layout.c, which layout.awk writes. Both tables end with a NULL name. */
#ifndef SNND_TESTS_ABI_LAYOUT_H
#define SNND_TESTS_ABI_LAYOUT_H

#include <stddef.h>

typedef struct enumerator {
    const char *type;
    const char *name;
    long value;
} enumerator;

/* Members in the order of the header, those of one structure together. */
typedef struct member {
    const char *type;
    size_t type_size;
    const char *declaration;
    const char *name;
    size_t offset;
    size_t size;
} member;

extern const enumerator layout_enumerators[];
extern const member layout_members[];

#endif
