#include "kernel/delay_kernel.h"

#include <math.h>

#include "snndelay.h"

static const double NORMALISER = 1e-7;
static const double NEGLIGIBLE = 16.6355323; /* -ln 2^-24 */

/* Kernels up to this width all have the same number of taps, so that loops over them are predictable. */
enum { UNIFORM = 8, MOST_TAPS = 1023 };

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
    if (shape->whole)
        return 1;
    double width = 2 * floor(reach(shape)) + 2;
    return width < shape->taps ? (int32_t)width : shape->taps;
}

int32_t snnd_kernel_uniform(const snnd_kernel_shape *shape) {
    const int32_t width = snnd_kernel_width(shape);
    return width <= UNIFORM ? width : 0;
}

static double weight_at(const snnd_kernel_shape *shape, double offset) {
    if (shape->kind == SNND_KERNEL_GAUSS)
        return exp(-0.5 * (offset / shape->spread) * (offset / shape->spread));
    return fmax(0, shape->spread - fabs(offset));
}

/* dg[n]/dc, with `steepness` 1/s^2. */
static double derivative_at(const snnd_kernel_shape *shape, double steepness, double offset, double weight) {
    if (shape->kind == SNND_KERNEL_GAUSS)
        return weight * offset * steepness;
    return weight > 0 ? (double)((offset > 0) - (offset < 0)) : 0;
}

/* The run of taps within reach of the centre, all of the same length if it is short; where the centre lies outside all
 * taps, the nearest ones count. */
static int32_t window(const snnd_kernel_shape *shape, double centre, int32_t *first) {
    const double last_tap = shape->taps - 1, far_tap = rint(centre);
    const double nearest = far_tap < 0 ? 0 : far_tap > last_tap ? last_tap : far_tap;
    const double away = nearest - centre, near = shape->whole ? 0 : reach(shape);
    const double far = shape->kind == SNND_KERNEL_GAUSS ? sqrt(near * near + away * away) : near;
    const int32_t width = snnd_kernel_width(shape);
    double low = ceil(centre - far), high = floor(centre + far);
    low = low < 0 ? 0 : low;
    high = high > last_tap ? last_tap : high;
    if (!(low <= high))
        low = high = nearest;
    if (width <= UNIFORM) {
        low = low > shape->taps - width ? shape->taps - width : low;
        high = low + width - 1;
    }
    *first = (int32_t)low;
    const int32_t count = (int32_t)(high - low) + 1;
    return count < width ? count : width;
}

double snnd_kernel_mean(const snnd_kernel_shape *shape) {
    const int32_t width = snnd_kernel_width(shape), half = shape->taps / 2;
    if (width <= UNIFORM)
        return width;
    double sum = 0;
    for (int32_t p = -half; p <= half; p++) {
        int32_t first;
        sum += window(shape, p + half, &first);
    }
    return sum / (2 * half + 1);
}

/* Weights of taps first .. first+count-1. With d the distance of a tap from the centre, the next is smaller by
 * exp(-(2d + 1) / 2s^2), and this ratio by exp(-1/s^2) from tap to tap. */
static void gauss_weights(const snnd_kernel_shape *shape, double centre, int32_t first, int32_t count, double *weight) {
    const double square = shape->spread * shape->spread, shrink = exp(-1 / square);
    int32_t middle = (int32_t)rint(centre) - first;
    middle = middle < 0 ? 0 : middle >= count ? count - 1 : middle;
    const double d = first + middle - centre;
    weight[middle] = weight_at(shape, d);
    double ratio = exp(-(2 * d + 1) / (2 * square));
    for (int32_t n = middle + 1; n < count; n++, ratio *= shrink)
        weight[n] = weight[n - 1] * ratio;
    ratio = exp((2 * d - 1) / (2 * square));
    for (int32_t n = middle - 1; n >= 0; n--, ratio *= shrink)
        weight[n] = weight[n + 1] * ratio;
}

static void weights(const snnd_kernel_shape *shape, double centre, int32_t first, int32_t count, double *weight) {
    if (shape->kind == SNND_KERNEL_GAUSS && centre > -1 && centre < shape->taps)
        gauss_weights(shape, centre, first, count, weight);
    else
        for (int32_t n = 0; n < count; n++)
            weight[n] = weight_at(shape, first + n - centre);
}

int32_t snnd_kernel_taps(const snnd_kernel_shape *shape, float position, int32_t *first, float *share, float *slope) {
    if (!isfinite(position)) { /* shows in the output instead of being lost */
        *first = 0;
        share[0] = NAN;
        if (slope != NULL)
            slope[0] = NAN;
        return 1;
    }
    const double centre =
        (double)(shape->whole ? snnd_whole_position(position, shape->taps) : position) + shape->taps / 2;
    const int32_t count = window(shape, centre, first);
    const double steepness = 1 / (shape->spread * shape->spread);
    double weight[MOST_TAPS], derivative[MOST_TAPS], sum = NORMALISER, derivative_sum = 0;
    weights(shape, centre, *first, count, weight);
    for (int32_t n = 0; n < count; n++) {
        derivative[n] = derivative_at(shape, steepness, *first + n - centre, weight[n]);
        sum += weight[n];
        derivative_sum += derivative[n];
    }
    const double scale = 1 / sum, along = derivative_sum / sum;
    for (int32_t n = 0; n < count; n++)
        share[n] = (float)(weight[n] * scale);
    for (int32_t n = 0; n < count && slope != NULL; n++)
        slope[n] = (float)((derivative[n] - weight[n] * along) * scale);
    return count;
}
