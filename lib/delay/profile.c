/* The shape of a delay (profile.h): which taps a synapse has at its position, how its weight is spread over them, and
 * how that changes with the position; one synapse at a time, in double precision. */
#include "delay/profile.h"

#include <math.h>

#include "snndelay.h"

static const double NORMALISER = 1e-7;
static const double NEGLIGIBLE = 16.6355323; /* -ln 2^-24 */

/* All profiles of up to this width have the same number of taps, so that loops over them are predictable. */
enum { UNIFORM = 8 };

float snnd_whole_position(float position, int32_t taps) {
    float half = (float)(taps / 2);
    float whole = rintf(position);
    return whole < -half ? -half : whole > half ? half : whole;
}

static double reach(const snnd_profile *profile) {
    return profile->kind == SNND_PROFILE_GAUSS ? profile->spread * sqrt(2 * NEGLIGIBLE) : profile->spread;
}

int32_t snnd_profile_width(const snnd_profile *profile) {
    /* A centre outside of the taps shifts the window by up to the distance to the nearest tap, but does not widen it.
     * */
    if (profile->whole)
        return 1;
    double width = 2 * floor(reach(profile)) + 2;
    return width < profile->taps ? (int32_t)width : profile->taps;
}

int32_t snnd_profile_uniform(const snnd_profile *profile) {
    const int32_t width = snnd_profile_width(profile);
    return width <= UNIFORM ? width : 0;
}

static double weight_at(const snnd_profile *profile, double offset) {
    if (profile->kind == SNND_PROFILE_GAUSS)
        return exp(-0.5 * (offset / profile->spread) * (offset / profile->spread));
    return fmax(0, profile->spread - fabs(offset));
}

/* Returns dg[n]/dc, with `steepness` 1/s^2. */
static double derivative_at(const snnd_profile *profile, double steepness, double offset, double weight) {
    if (profile->kind == SNND_PROFILE_GAUSS)
        return weight * offset * steepness;
    return weight > 0 ? (double)((offset > 0) - (offset < 0)) : 0;
}

/* Rounds to the nearest whole number, half to even, for numbers up to 2^51; the others round down and up. The functions
 * of the C library are calls on processors without an instruction for it, and every synapse needs several. */
static double nearest_whole(double x) {
    const double magic = 0x1.8p52;
    return (x + magic) - magic;
}

static double whole_below(double x) {
    const double whole = nearest_whole(x);
    return whole > x ? whole - 1 : whole;
}

static double whole_above(double x) {
    const double whole = nearest_whole(x);
    return whole < x ? whole + 1 : whole;
}

static double within(double x, double least, double most) {
    return x < least ? least : x > most ? most : x;
}

/* Returns the taps within reach of the centre, whose number is the same for all positions if it is small. Where the
 * centre is outside of all taps, the nearest ones count. */
static int32_t window(const snnd_profile *profile, int32_t width, double centre, int32_t *first) {
    const double last_tap = profile->taps - 1, nearest = nearest_whole(within(centre, 0, last_tap));
    const double away = nearest - centre, near = profile->whole ? 0 : reach(profile);
    const double far = profile->kind == SNND_PROFILE_GAUSS ? sqrt(near * near + away * away) : near;
    double low = whole_above(within(centre - far, 0, last_tap + 1));
    double high = whole_below(within(centre + far, -1, last_tap));
    if (!(low <= high))
        low = high = nearest;
    if (width <= UNIFORM) {
        low = low > profile->taps - width ? profile->taps - width : low;
        high = low + width - 1;
    }
    *first = (int32_t)low;
    const int32_t count = (int32_t)(high - low) + 1;
    return count < width ? count : width;
}

double snnd_profile_mean(const snnd_profile *profile) {
    const int32_t width = snnd_profile_width(profile), half = profile->taps / 2;
    if (width <= UNIFORM)
        return width;
    double sum = 0;
    for (int32_t p = -half; p <= half; p++) {
        int32_t first;
        sum += window(profile, width, p + half, &first);
    }
    return sum / (2 * half + 1);
}

/* Computes the weights of taps first .. first+count-1. With d the distance of a tap from the centre, the next weight is
 * smaller by exp(-(2d + 1) / 2s^2), and this ratio changes by exp(-1/s^2) from tap to tap. */
static void gauss_weights(const snnd_profile *profile, double centre, int32_t first, int32_t count, double *weight) {
    const double square = profile->spread * profile->spread, shrink = exp(-1 / square);
    int32_t middle = (int32_t)rint(centre) - first;
    middle = middle < 0 ? 0 : middle >= count ? count - 1 : middle;
    const double d = first + middle - centre;
    weight[middle] = weight_at(profile, d);
    double ratio = exp(-(2 * d + 1) / (2 * square));
    for (int32_t n = middle + 1; n < count; n++, ratio *= shrink)
        weight[n] = weight[n - 1] * ratio;
    ratio = exp((2 * d - 1) / (2 * square));
    for (int32_t n = middle - 1; n >= 0; n--, ratio *= shrink)
        weight[n] = weight[n + 1] * ratio;
}

static void weights(const snnd_profile *profile, double centre, int32_t first, int32_t count, double *weight) {
    if (profile->kind == SNND_PROFILE_GAUSS && centre > -1 && centre < profile->taps)
        gauss_weights(profile, centre, first, count, weight);
    else
        for (int32_t n = 0; n < count; n++)
            weight[n] = weight_at(profile, first + n - centre);
}

static float position_of(const snnd_profile *profile, float position) {
    return profile->whole ? snnd_whole_position(position, profile->taps) : position;
}

static double centre_of(const snnd_profile *profile, float position) {
    return (double)position_of(profile, position) + profile->taps / 2;
}

snnd_shape snnd_profile_shape(const snnd_profile *profile) {
    return (snnd_shape){profile->taps, profile->kind == SNND_PROFILE_GAUSS, profile->spread,
                        snnd_profile_uniform(profile) > 0 ? INFINITY : reach(profile)};
}

void snnd_profile_window(const snnd_profile *profile, int32_t width, float position, int32_t lane,
                         snnd_windows *windows) {
    /* For few taps; where there are more, the reach of the shape decides. A position that is not finite appears in the
     * output. */
    int32_t first = 0, count = profile->taps;
    if (width <= UNIFORM && isfinite(position))
        count = window(profile, width, centre_of(profile, position), &first);
    windows->position[lane] = position_of(profile, position);
    windows->first[lane] = (float)first;
    windows->end[lane] = (float)(first + count);
}

int32_t snnd_profile_taps(const snnd_profile *profile, float position, int32_t *first, float *share, float *slope) {
    if (!isfinite(position)) { /* it appears in the output and is not hidden */
        *first = 0;
        share[0] = NAN;
        if (slope != NULL)
            slope[0] = NAN;
        return 1;
    }
    const double centre = centre_of(profile, position);
    const int32_t count = window(profile, snnd_profile_width(profile), centre, first);
    const double steepness = 1 / (profile->spread * profile->spread);
    double weight[SNND_MOST_TAPS], derivative[SNND_MOST_TAPS], sum = NORMALISER, derivative_sum = 0;
    weights(profile, centre, *first, count, weight);
    for (int32_t n = 0; n < count; n++) {
        derivative[n] = derivative_at(profile, steepness, *first + n - centre, weight[n]);
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
