#include "kernel/delay_kernel.h"

#include <math.h>

#include "snndelay.h"

static const double NORMALISER = 1e-7;
static const double NEGLIGIBLE = 32.2361913; /* -ln 1e-14 */

float snnd_whole_position(float position, int32_t taps) {
    float half = (float)(taps / 2);
    float whole = rintf(position);
    return whole < -half ? -half : whole > half ? half : whole;
}

static double reach(const snnd_kernel_shape *shape) {
    return shape->kind == SNND_KERNEL_GAUSS ? shape->spread * sqrt(2 * NEGLIGIBLE) : shape->spread;
}

int32_t snnd_kernel_width(const snnd_kernel_shape *shape) {
    /* A centre outside the taps moves the window by up to the distance to the nearest tap, which widens nothing. */
    double width = 2 * floor(reach(shape)) + 2;
    return width < shape->taps ? (int32_t)width : shape->taps;
}

static double weight_at(const snnd_kernel_shape *shape, double offset) {
    if (shape->kind == SNND_KERNEL_GAUSS)
        return exp(-0.5 * (offset / shape->spread) * (offset / shape->spread));
    return fmax(0, shape->spread - fabs(offset));
}

/* dg[n]/dc. */
static double derivative_at(const snnd_kernel_shape *shape, double offset, double weight) {
    if (shape->kind == SNND_KERNEL_GAUSS)
        return weight * offset / (shape->spread * shape->spread);
    return weight > 0 ? (double)((offset > 0) - (offset < 0)) : 0;
}

/* The run of taps within reach of the centre; where the centre lies outside all taps, the nearest ones count. */
static int32_t window(const snnd_kernel_shape *shape, double centre, int32_t *first) {
    double nearest = rint(centre), last_tap = shape->taps - 1;
    nearest = nearest < 0 ? 0 : nearest > last_tap ? last_tap : nearest;
    double away = nearest - centre, far = reach(shape);
    if (shape->kind == SNND_KERNEL_GAUSS)
        far = sqrt(far * far + away * away);
    double low = ceil(centre - far), high = floor(centre + far);
    low = low < 0 ? 0 : low;
    high = high > last_tap ? last_tap : high;
    if (!(low <= high)) {
        *first = (int32_t)nearest;
        return 1;
    }
    *first = (int32_t)low;
    int32_t count = (int32_t)(high - low) + 1, width = snnd_kernel_width(shape);
    return count < width ? count : width;
}

int32_t snnd_kernel_taps(const snnd_kernel_shape *shape, float position, int32_t *first, float *share, float *slope) {
    if (!isfinite(position)) { /* shows in the output instead of being lost */
        *first = 0;
        share[0] = NAN;
        if (slope != NULL)
            slope[0] = NAN;
        return 1;
    }
    double centre = (double)(shape->whole ? snnd_whole_position(position, shape->taps) : position) + shape->taps / 2;
    int32_t count = window(shape, centre, first);
    double sum = NORMALISER, derivative_sum = 0;
    for (int32_t n = 0; n < count; n++) {
        double offset = *first + n - centre, weight = weight_at(shape, offset);
        sum += weight;
        derivative_sum += derivative_at(shape, offset, weight);
    }
    for (int32_t n = 0; n < count; n++) {
        double offset = *first + n - centre, weight = weight_at(shape, offset);
        share[n] = (float)(weight / sum);
        if (slope != NULL)
            slope[n] = (float)((derivative_at(shape, offset, weight) - weight / sum * derivative_sum) / sum);
    }
    return count;
}
