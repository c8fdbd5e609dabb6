#include "make-digits/draw.h"

#include <snndelay.h>

double draw_between(struct draw *draw, double low, double high) {
    return low + (high - low) * snnd_random_uniform(draw->seed, draw->stream, draw->next++);
}

int draw_chance(struct draw *draw, double chance) {
    return draw_between(draw, 0, 1) < chance;
}
