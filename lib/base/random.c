/* The generator of random numbers (Philox), numbers of some distributions made of its bits, and the choice of some
 * items among many (random.h). */
#include "base/random.h"

#include "snndelay.h"

void snnd_philox(uint64_t key, const uint32_t counter[4], uint32_t result[4]) {
    uint32_t a = counter[0], b = counter[1], c = counter[2], d = counter[3];
    uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        uint64_t left = (uint64_t)a * 0xD2511F53u, right = (uint64_t)c * 0xCD9E8D57u;
        a = (uint32_t)(right >> 32) ^ b ^ low;
        c = (uint32_t)(left >> 32) ^ d ^ high;
        b = (uint32_t)right;
        d = (uint32_t)left;
        low += 0x9E3779B9u;
        high += 0xBB67AE85u;
    }
    result[0] = a, result[1] = b, result[2] = c, result[3] = d;
}

/* Each use of a seed has a key of its own. */
snnd_random snnd_random_for(uint64_t seed, enum snnd_use use, uint64_t stream) {
    const uint32_t counter[4] = {(uint32_t)use, 0, 0, 0};
    uint32_t key[4];
    snnd_philox(seed, counter, key);
    return (snnd_random){.key = (uint64_t)key[1] << 32 | key[0], .stream = stream};
}

uint64_t snnd_random_bits(const snnd_random *random, uint64_t index) {
    const uint64_t place = random->first + index;
    const uint32_t counter[4] = {(uint32_t)place, (uint32_t)(place >> 32), (uint32_t)random->stream,
                                 (uint32_t)(random->stream >> 32)};
    uint32_t result[4];
    snnd_philox(random->key, counter, result);
    return (uint64_t)result[1] << 32 | result[0];
}

double snnd_random_unit(const snnd_random *random, uint64_t index) {
    return (double)(snnd_random_bits(random, index) >> 11) * 0x1p-53;
}

uint64_t snnd_random_below(const snnd_random *random, uint64_t index, uint64_t bound) {
    return (uint64_t)(snnd_random_unit(random, index) * (double)bound);
}

void snnd_random_choose(const snnd_random *random, int32_t *items, int64_t count, int64_t chosen) {
    for (int64_t i = 0; i < chosen; i++) {
        int64_t other = i + (int64_t)snnd_random_below(random, (uint64_t)i, (uint64_t)(count - i));
        int32_t item = items[i];
        items[i] = items[other];
        items[other] = item;
    }
}

double snnd_random_uniform(uint64_t seed, uint64_t stream, uint64_t index) {
    snnd_random random = snnd_random_for(seed, SNND_USE_HOST, stream);
    return snnd_random_unit(&random, index);
}
