#include "common/draw.h"

#include <math.h>
#include <snndelay.h>

#define TWO_PI 6.283185307179586

double draw_between(struct draw *draw, double low, double high) {
    return low + (high - low) * snnd_random_uniform(draw->seed, draw->stream, draw->next++);
}

int64_t draw_below(struct draw *draw, int64_t bound) {
    return (int64_t)draw_between(draw, 0, (double)bound);
}

int draw_chance(struct draw *draw, double chance) {
    return draw_between(draw, 0, 1) < chance;
}

void draw_normal_pair(struct draw *draw, float pair[2]) {
    /* One random number is enough for both: it is divided into two of 26 bits. */
    const double scaled = draw_between(draw, 0, 0x1p26), whole = floor(scaled);
    const float radius = sqrtf(-2 * logf((float)((whole + 1) * 0x1p-26)));
    const float angle = (float)((scaled - whole) * TWO_PI);
    pair[0] = radius * cosf(angle);
    pair[1] = radius * sinf(angle);
}
