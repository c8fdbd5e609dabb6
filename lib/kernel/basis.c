#include "kernel/basis.h"

#include <math.h>

/* Positions looked at per tap. */
enum { FINE = 4, SWEEPS = 60 };

double snnd_basis_estimate(const snnd_kernel_shape *shape) {
    return 4.8 + 1.55 * shape->taps / shape->spread; /* fits 9 to 128 taps within 2 */
}

static int32_t positions(int32_t taps) {
    return FINE * (taps - 1) + 1;
}

/* All taps of the g-th position, kernel and slope each in proportion to the largest of theirs. */
static void column(const snnd_kernel_shape *shape, int32_t g, double share_scale, double slope_scale, float *share,
                   float *slope) {
    const snnd_kernel_shape all = {.taps = shape->taps, .kind = shape->kind, .spread = shape->spread};
    float short_share[SNND_BASIS_TAPS], short_slope[SNND_BASIS_TAPS];
    int32_t first;
    const float position = (float)g / FINE - (float)(shape->taps / 2);
    const int32_t count = snnd_kernel_taps(&all, position, &first, short_share, short_slope);
    for (int32_t n = 0; n < shape->taps; n++) {
        const int there = n >= first && n < first + count;
        share[n] = there ? (float)((double)short_share[n - first] * share_scale) : 0;
        slope[n] = there ? (float)((double)short_slope[n - first] * slope_scale) : 0;
    }
}

static void scales(const snnd_kernel_shape *shape, double *share_scale, double *slope_scale) {
    float share[SNND_BASIS_TAPS], slope[SNND_BASIS_TAPS];
    float largest = 0, steepest = 0;
    for (int32_t g = 0; g < positions(shape->taps); g++) {
        column(shape, g, 1, 1, share, slope);
        for (int32_t n = 0; n < shape->taps; n++) {
            largest = fabsf(share[n]) > largest ? fabsf(share[n]) : largest;
            steepest = fabsf(slope[n]) > steepest ? fabsf(slope[n]) : steepest;
        }
    }
    *share_scale = 1 / (double)largest;
    *slope_scale = steepest > 0 ? 1 / (double)steepest : 0;
}

/* Turns the symmetric matrix `a` [count][count] diagonal by rotations (Jacobi 1846), which `v` collects in its rows. */
static void diagonalise(int32_t count, double *a, double *v) {
    for (int32_t i = 0; i < count; i++)
        for (int32_t j = 0; j < count; j++)
            v[i * count + j] = i == j;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        int turned = 0;
        for (int32_t p = 0; p < count; p++)
            for (int32_t q = p + 1; q < count; q++) {
                const double apq = a[p * count + q], app = a[p * count + p], aqq = a[q * count + q];
                if (fabs(apq) <= 1e-17 * sqrt(fabs(app * aqq)) || fabs(apq) < 1e-300)
                    continue;
                turned = 1;
                const double theta = (aqq - app) / (2 * apq);
                const double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1));
                const double c = 1 / sqrt(t * t + 1), s = t * c;
                for (int32_t k = 0; k < count; k++) {
                    const double x = a[k * count + p], y = a[k * count + q];
                    a[k * count + p] = c * x - s * y;
                    a[k * count + q] = s * x + c * y;
                }
                for (int32_t k = 0; k < count; k++) {
                    const double x = a[p * count + k], y = a[q * count + k];
                    a[p * count + k] = c * x - s * y;
                    a[q * count + k] = s * x + c * y;
                    const double vx = v[p * count + k], vy = v[q * count + k];
                    v[p * count + k] = c * vx - s * vy;
                    v[q * count + k] = s * vx + c * vy;
                }
            }
        if (!turned)
            return;
    }
}

/* Largest error of a tap if `rank` filters are kept. */
static double error_of(const snnd_kernel_shape *shape, double share_scale, double slope_scale, int32_t rank,
                       const float *filters) {
    float part[2][SNND_BASIS_TAPS];
    double worst = 0;
    const int32_t taps = shape->taps;
    for (int32_t g = 0; g < positions(taps); g++) {
        column(shape, g, share_scale, slope_scale, part[0], part[1]);
        for (int which = 0; which < 2; which++) {
            double rest[SNND_BASIS_TAPS];
            for (int32_t n = 0; n < taps; n++)
                rest[n] = (double)part[which][n];
            for (int32_t r = 0; r < rank; r++) {
                double along = 0;
                for (int32_t n = 0; n < taps; n++)
                    along += (double)filters[r * taps + n] * (double)part[which][n];
                for (int32_t n = 0; n < taps; n++)
                    rest[n] -= along * (double)filters[r * taps + n];
            }
            for (int32_t n = 0; n < taps; n++)
                worst = fmax(worst, fabs(rest[n]));
        }
    }
    return worst;
}

/* Sum over all positions of the products of every two taps, of kernels and slopes. */
static void make_gram(const snnd_kernel_shape *shape, double share_scale, double slope_scale, double *gram) {
    const int32_t taps = shape->taps;
    for (int32_t k = 0; k < taps * taps; k++)
        gram[k] = 0;
    for (int32_t g = 0; g < positions(taps); g++) {
        float share[SNND_BASIS_TAPS], slope[SNND_BASIS_TAPS];
        column(shape, g, share_scale, slope_scale, share, slope);
        for (int32_t i = 0; i < taps; i++)
            for (int32_t j = 0; j < taps; j++)
                gram[i * taps + j] += (double)share[i] * (double)share[j] + (double)slope[i] * (double)slope[j];
    }
}

/* The place of the largest number on the diagonal. */
static int32_t largest_of(int32_t taps, const double *gram) {
    int32_t best = 0;
    double most = gram[0];
    for (int32_t i = 1; i < taps; i++)
        if (gram[i * taps + i] > most) {
            best = i;
            most = gram[i * taps + i];
        }
    return best;
}

int32_t snnd_basis_make(const snnd_kernel_shape *shape, float *filters, double *scratch) {
    const int32_t taps = shape->taps;
    double *gram = scratch, *vectors = scratch + taps * taps, share_scale, slope_scale;
    const double rough = snnd_basis_estimate(shape) - 4;
    scales(shape, &share_scale, &slope_scale);
    make_gram(shape, share_scale, slope_scale, gram);
    diagonalise(taps, gram, vectors);
    for (int32_t rank = 1; rank <= taps; rank++) {
        const int32_t best = largest_of(taps, gram);
        gram[best * taps + best] = -1; /* taken */
        for (int32_t n = 0; n < taps; n++)
            filters[(rank - 1) * taps + n] = (float)vectors[best * taps + n];
        if (rank >= rough && error_of(shape, share_scale, slope_scale, rank, filters) <= SNND_BASIS_ERROR)
            return rank;
    }
    return taps;
}
