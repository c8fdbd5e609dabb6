/* Profiles of 16 synapses at a time (shares.h), compiled once for each instruction set. Weights of taps are computed in
 * double precision, half a vector of lanes at a time. */
#include "kernel/shares.h"

#include <stddef.h>

#include "kernel/vector.h"

/* As in delay/profile.c. */
static const double NORMALISER = 1e-7;

INLINE vector_double larger_of(vector_double a, vector_double b) {
    const vector_long which = a > b;
    return (vector_double)((which & (vector_long)a) | (~which & (vector_long)b));
}

INLINE vector_double size_of(vector_double x) {
    return larger_of(x, -x);
}

INLINE vector_double weight_at(const snnd_shape *shape, vector_double offset, const bool gauss) {
    const vector_double in_spreads = offset * (1 / shape->spread);
    return gauss ? exponential(-0.5 * in_spreads * in_spreads)
                 : larger_of(shape->spread - size_of(offset), doubles_all(0));
}

INLINE vector_double derivative_at(const snnd_shape *shape, vector_double offset, vector_double weight,
                                   const bool gauss) {
    if (gauss)
        return weight * offset * (1 / (shape->spread * shape->spread));
    const vector_double sign = doubles_where(offset > 0, doubles_all(1)) - doubles_where(offset < 0, doubles_all(1));
    return doubles_where(weight > 0, sign);
}

INLINE void make_shares(const snnd_shape *shape, const snnd_windows *windows, float *share, float *slope, int half,
                        const bool gauss) {
    const vector_double centre = doubles_in(windows->position, 0, half) + (double)(shape->taps / 2);
    const vector_double first = doubles_in(windows->first, 0, half), end = doubles_in(windows->end, 0, half);
    /* The square of the distance within which taps count, which is larger where the nearest tap is farther. */
    const double magic = 0x1.8p52;
    const vector_double nearest =
        larger_of(-larger_of(-((centre + magic) - magic), doubles_all(1 - shape->taps)), doubles_all(0));
    const vector_double far = shape->reach * shape->reach + (nearest - centre) * (nearest - centre);
    vector_double sum = doubles_all(NORMALISER), derivatives = {0};
    for (int32_t n = 0; n < shape->taps; n++) {
        const vector_double tap = doubles_all(n), offset = tap - centre;
        const vector_long counts = (tap >= first) & (tap < end) & ~(offset * offset > far);
        const vector_double weight = doubles_where(counts, weight_at(shape, offset, gauss));
        doubles_out(share, n, half, weight);
        sum += weight;
        derivatives += derivative_at(shape, offset, weight, gauss);
    }
    const vector_double scale = 1 / sum, along = derivatives * scale;
    for (int32_t n = 0; n < shape->taps; n++) {
        const vector_double weight = doubles_in(share, n, half);
        doubles_out(share, n, half, weight * scale);
        if (slope != NULL)
            doubles_out(slope, n, half, (derivative_at(shape, n - centre, weight, gauss) - weight * along) * scale);
    }
}

static void shares(const snnd_shape *shape, const snnd_windows *windows, float *share, float *slope) {
    for (int half = 0; half < HALVES; half++)
        if (shape->gauss)
            make_shares(shape, windows, share, slope, half, true);
        else
            make_shares(shape, windows, share, slope, half, false);
}

/* Returns the first tap whose lag is one of the first `reach`. */
INLINE int32_t first_tap(const snnd_shape *shape, int32_t reach) {
    return reach < shape->taps ? shape->taps - reach : 0;
}

static void spread(const snnd_shape *shape, int32_t reach, const float *weight, const float *share, float *lags) {
    for (int32_t n = first_tap(shape, reach); n < shape->taps; n++)
        for (int part = 0; part < PARTS; part++) {
            vector *to = vector_at(lags, shape->taps - 1 - n, part);
            *to = multiply_add(*vector_in(weight, 0, part), *vector_in(share, n, part), *to);
        }
}

static void gather(const snnd_shape *shape, int32_t reach, const float *lags, const float *share, double *sum) {
    for (int half = 0; half < HALVES; half++) {
        vector_double total = {0};
        for (int32_t n = first_tap(shape, reach); n < shape->taps; n++)
            total += doubles_in(lags, shape->taps - 1 - n, half) * doubles_in(share, n, half);
        *((vector_double *)sum + half) = total;
    }
}

static void drop(int32_t count, int32_t reach, float small, float *lags) {
    for (int part = 0; part < PARTS; part++) {
        vector largest = {0};
        for (int32_t n = 0; n < count; n++) {
            const vector lag = *vector_in(lags, n, part);
            largest = vector_where(lag > largest, lag) + vector_where(~(vector_mask)(lag > largest), largest);
            largest = vector_where(-lag > largest, -lag) + vector_where(~(vector_mask)(-lag > largest), largest);
        }
        const vector most = small * largest;
        for (int32_t n = 0; n < reach; n++) {
            vector *lag = vector_at(lags, n, part);
            *lag = vector_where(~((*lag <= most) & (*lag >= -most)), *lag);
        }
    }
}

extern const snnd_share_kernels SNND_SHARE_KERNELS;
const snnd_share_kernels SNND_SHARE_KERNELS = {shares, spread, gather, drop};
