/* A .npy file as memory: it is mapped, not loaded, so that it may be larger than memory. */
#ifndef EXAMPLES_NPY_MAP_H
#define EXAMPLES_NPY_MAP_H

#include <snndelay.h>
#include <stddef.h>

/** A zeroed structure has no file. */
struct npy_map {
    snnd_array array; /**< for reading, until npy_unmap() */
    void *map;
    size_t bytes;
};

/**
 * Maps a regular file of float32 numbers or of bytes, if they are in C order and in the byte order of this machine, no
 * extent is 0, and the header is written as NumPy writes it. Returns 0 for other files, which the library then reads,
 * or refuses with a message.
 *
 * A mapped file must not be changed before it is unmapped: its numbers would change, and where the file became shorter
 * the system would end the process (SIGBUS). Replacing it by another file is safe.
 */
int npy_map(const char *path, struct npy_map *npy);

/** Unmaps the file; a structure without a file is allowed. */
void npy_unmap(struct npy_map *npy);

#endif
