/* Divides things into parts of nearly equal size. */
#ifndef SNND_BASE_PARTS_H
#define SNND_BASE_PARTS_H

#include <stdint.h>

/* Returns the first of `count` things that belongs to part 0, 1, ... of `parts`; a part ends where the next begins.
 * Part 0 is the largest, and where there are fewer things than parts some parts are empty. */
static inline int32_t snnd_part_begin(int32_t count, int32_t part, int32_t parts) {
    return (int32_t)(((int64_t)count * part + parts - 1) / parts);
}

#endif
