/* Where things that are cut into parts are cut. */
#ifndef SNND_BASE_PARTS_H
#define SNND_BASE_PARTS_H

#include <stdint.h>

/* The first of `count` things that part 0, 1, ... of `parts` has, which ends where the next one begins. The first part
 * has the most; where there are fewer things than parts some have none. */
static inline int32_t snnd_part_begin(int32_t count, int32_t part, int32_t parts) {
    return (int32_t)(((int64_t)count * part + parts - 1) / parts);
}

#endif
