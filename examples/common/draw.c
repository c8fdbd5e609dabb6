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

void draw_normal_pair(struct draw *draw, double pair[2]) {
    const double radius = sqrt(-2 * log1p(-draw_between(draw, 0, 1))), angle = draw_between(draw, 0, TWO_PI);
    pair[0] = radius * cos(angle);
    pair[1] = radius * sin(angle);
}
