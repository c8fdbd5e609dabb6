/* A .npy file as memory: it is mapped, not loaded, and so may be larger than memory. */
#ifndef EXAMPLES_NPY_MAP_H
#define EXAMPLES_NPY_MAP_H

#include <snndelay.h>
#include <stddef.h>

/** Zeroed, it is none. */
struct npy_map {
    snnd_array array; /**< for reading, until npy_unmap() */
    void *map;
    size_t bytes;
};

/** Maps a regular file of float32 numbers or of bytes, if they are in C order and as this machine has numbers, no
 * extent is 0, and the header is spelled as NumPy spells it. 0: it is no such file. Then the library reads it, or says
 * what is wrong with it.
 *
 * What has been mapped may not be changed before it is given back: the numbers would change with it, and where the file
 * has become shorter the system ends the process (SIGBUS). To put another file in its place does no harm. */
int npy_map(const char *path, struct npy_map *npy);

/** Gives it back; none is fine. */
void npy_unmap(struct npy_map *npy);

#endif
