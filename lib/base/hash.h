/* FNV-1a over bytes: fingerprints and checksums, the same on every machine. */
#ifndef SNND_BASE_HASH_H
#define SNND_BASE_HASH_H

#include <stdint.h>

#define SNND_HASH_BEGIN UINT64_C(0xcbf29ce484222325)

static inline uint64_t snnd_hash(uint64_t hash, unsigned char byte) {
    return (hash ^ byte) * UINT64_C(0x100000001b3);
}

#endif
