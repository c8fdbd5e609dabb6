/* FNV-1a over bytes, for fingerprints and checksums that are the same on every machine. */
#ifndef SNND_BASE_HASH_H
#define SNND_BASE_HASH_H

#include <stdint.h>
#include <string.h>

#define SNND_HASH_BEGIN UINT64_C(0xcbf29ce484222325)

static inline uint64_t snnd_hash(uint64_t hash, unsigned char byte) {
    return (hash ^ byte) * UINT64_C(0x100000001b3);
}

/* Hashes numbers of 32 bits from their lowest byte to their highest. */
static inline void snnd_mix(uint64_t *hash, uint32_t number) {
    for (int b = 0; b < 4; b++)
        *hash = snnd_hash(*hash, (unsigned char)(number >> 8 * b));
}

static inline void snnd_mix_float(uint64_t *hash, float number) {
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    snnd_mix(hash, bits);
}

static inline void snnd_mix_double(uint64_t *hash, double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    snnd_mix(hash, (uint32_t)bits);
    snnd_mix(hash, (uint32_t)(bits >> 32));
}

#endif
