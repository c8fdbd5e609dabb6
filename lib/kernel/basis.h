/*
 * The few filters that the Gaussian kernels of one width are made of. For a width s, the kernels of all positions and
 * their slopes lie close to a space of R dimensions, R well below K where s is wide:
 *
 *     k(p)[n] = sum_r U[r][n] (U k(p))[r] + error
 *
 * where the rows of U are orthonormal, and no tap of any kernel or slope of a position within -K/2 .. K/2 is off by
 * more than SNND_BASIS_ERROR times the largest tap of all kernels, or slopes.
 */
#ifndef SNND_KERNEL_BASIS_H
#define SNND_KERNEL_BASIS_H

#include "kernel/delay_kernel.h"

#define SNND_BASIS_ERROR 0x1p-20

/* Most taps for which a basis is made. */
enum { SNND_BASIS_TAPS = 128 };

/* About how many filters there will be. */
double snnd_basis_estimate(const snnd_kernel_shape *shape);

/* Writes U [R][K] and returns R. `filters` has room for K * K numbers, `scratch` for twice as many. */
int32_t snnd_basis_make(const snnd_kernel_shape *shape, float *filters, double *scratch);

#endif
