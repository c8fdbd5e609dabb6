/* Transforms of rows along time (transform.h), compiled once for each instruction set, one vector of lanes after the
 * other. Multiply-adds are explicit, so that every lane is rounded in the same way. */
#include "kernel/transform.h"

#include "kernel/vector.h"

/* Complex numbers are pairs of a real and an imaginary vector. There is no structure of both, since gcc would keep it
 * in memory. */

/* Multiplies a number by a root of unity or, in the inverse transform, by its conjugate. */
INLINE void turn(vector *re, vector *im, const float *root, const int inverse) {
    const vector by_re = vector_all(root[0]), by_im = vector_all(inverse ? -root[1] : root[1]);
    const vector turned = multiply_subtract(*im, by_im, *re * by_re);
    *im = multiply_add(*re, by_im, *im * by_re);
    *re = turned;
}

INLINE void put(vector *to, vector re, vector im) {
    to[0] = re;
    to[1] = im;
}

/* Stores a + i factor b, with the sign of the direction. i times b is b with its parts exchanged and one of them
 * negated. */
INLINE void put_quarter(vector *to, vector a_re, vector a_im, vector b_re, vector b_im, float factor,
                        const int inverse) {
    const vector by = vector_all(inverse ? -factor : factor);
    put(to, multiply_subtract(b_im, by, a_re), multiply_add(b_re, by, a_im));
}

/* Transforms of a few numbers; the results are `apart` vectors from each other. */

INLINE void transform_2(const vector *re, const vector *im, vector *to, size_t apart) {
    put(to, re[0] + re[1], im[0] + im[1]);
    put(to + apart, re[0] - re[1], im[0] - im[1]);
}

INLINE void transform_3(const vector *re, const vector *im, vector *to, size_t apart, const int inverse) {
    const float half_root = 0.866025403784438647f;
    const vector sum_re = re[1] + re[2], sum_im = im[1] + im[2], half = vector_all(-0.5f);
    const vector middle_re = multiply_add(sum_re, half, re[0]), middle_im = multiply_add(sum_im, half, im[0]);
    const vector difference_re = re[1] - re[2], difference_im = im[1] - im[2];
    put(to, re[0] + sum_re, im[0] + sum_im);
    put_quarter(to + apart, middle_re, middle_im, difference_re, difference_im, -half_root, inverse);
    put_quarter(to + 2 * apart, middle_re, middle_im, difference_re, difference_im, half_root, inverse);
}

INLINE void transform_4(const vector *re, const vector *im, vector *to, size_t apart, const int inverse) {
    const vector even_re = re[0] + re[2], even_im = im[0] + im[2], odd_re = re[1] + re[3], odd_im = im[1] + im[3];
    const vector across_re = re[0] - re[2], across_im = im[0] - im[2];
    const vector other_re = re[1] - re[3], other_im = im[1] - im[3];
    put(to, even_re + odd_re, even_im + odd_im);
    put(to + 2 * apart, even_re - odd_re, even_im - odd_im);
    put(to + (inverse ? 3 : 1) * apart, across_re + other_im, across_im - other_re);
    put(to + (inverse ? 1 : 3) * apart, across_re - other_im, across_im + other_re);
}

/* cos and sin of 2 pi m / radix, m = 1 .. (radix - 1) / 2. */
static const float cosines_5[] = {0.309016994f, -0.809016994f};
static const float sines_5[] = {0.951056516f, 0.587785252f};
static const float cosines_7[] = {0.623489802f, -0.222520934f, -0.900968868f};
static const float sines_7[] = {0.781831482f, 0.974927912f, 0.433883739f};
static const float cosines_11[] = {0.841253533f, 0.415415013f, -0.142314838f, -0.654860734f, -0.959492974f};
static const float sines_11[] = {0.540640817f, 0.909631995f, 0.989821442f, 0.755749574f, 0.281732557f};
static const float cosines_13[] = {0.885456026f,  0.568064747f,  0.12053668f,
                                   -0.354604887f, -0.748510748f, -0.970941817f};
static const float sines_13[] = {0.464723172f, 0.822983866f, 0.992708874f, 0.935016243f, 0.663122658f, 0.239315664f};

enum { MOST = 13 };

/* The transform of an odd number r of numbers: with the sums s[j] = x[j] + x[r-j] and the differences d[j] = x[j] -
 * x[r-j], X[k] and X[r-k] are x[0] + sum cos(2 pi j k / r) s[j] -+ i sum sin(2 pi j k / r) d[j], j = 1 .. (r - 1) / 2.
 * */
INLINE void transform_odd(const vector *re, const vector *im, vector *to, size_t apart, const int radix,
                          const float *cosines, const float *sines, const int inverse) {
    const int half = radix / 2;
    vector sum_re[MOST / 2 + 1], sum_im[MOST / 2 + 1], difference_re[MOST / 2 + 1], difference_im[MOST / 2 + 1];
    vector all_re = {0}, all_im = {0};
#pragma GCC unroll 6
    for (int j = 1; j <= half; j++) {
        sum_re[j] = re[j] + re[radix - j];
        sum_im[j] = im[j] + im[radix - j];
        difference_re[j] = re[j] - re[radix - j];
        difference_im[j] = im[j] - im[radix - j];
        all_re = j == 1 ? sum_re[j] : all_re + sum_re[j];
        all_im = j == 1 ? sum_im[j] : all_im + sum_im[j];
    }
    put(to, re[0] + all_re, im[0] + all_im);
#pragma GCC unroll 6
    for (int k = 1; k <= half; k++) {
        vector middle_re = re[0], middle_im = im[0], side_re = {0}, side_im = {0};
#pragma GCC unroll 6
        for (int j = 1; j <= half; j++) {
            const int turns = j * k % radix, there = turns > half ? radix - turns : turns;
            const vector by_cos = vector_all(cosines[there - 1]);
            const vector by_sin = vector_all(turns > half ? -sines[there - 1] : sines[there - 1]);
            middle_re = multiply_add(sum_re[j], by_cos, middle_re);
            middle_im = multiply_add(sum_im[j], by_cos, middle_im);
            side_re = j == 1 ? difference_re[j] * by_sin : multiply_add(difference_re[j], by_sin, side_re);
            side_im = j == 1 ? difference_im[j] * by_sin : multiply_add(difference_im[j], by_sin, side_im);
        }
        const int there = inverse ? radix - k : k;
        put(to + (size_t)there * apart, middle_re + side_im, middle_im - side_re);
        put(to + (size_t)(radix - there) * apart, middle_re - side_im, middle_im + side_re);
    }
}

/* One stage, for every `radix` numbers that are `left` groups of `done` apart. */
INLINE void stage(const vector *from, vector *to, int32_t done, int32_t left, const float *root, const int radix,
                  const int inverse) {
    const size_t apart = 2 * (size_t)done, from_apart = (size_t)left * apart;
    for (int32_t k = 0; k < done; k++, root += 2 * (radix - 1))
        for (int32_t q = 0; q < left; q++) {
            const vector *in = from + (size_t)q * apart + 2 * (size_t)k;
            vector *out = to + (size_t)q * (size_t)radix * apart + 2 * (size_t)k;
            vector re[MOST], im[MOST];
            for (int j = 0; j < radix; j++) {
                re[j] = in[(size_t)j * from_apart];
                im[j] = in[(size_t)j * from_apart + 1];
            }
            for (int j = 1; j < radix && done > 1; j++)
                turn(&re[j], &im[j], root + 2 * (j - 1), inverse);
            switch (radix) {
            case 2:
                transform_2(re, im, out, apart);
                break;
            case 3:
                transform_3(re, im, out, apart, inverse);
                break;
            case 4:
                transform_4(re, im, out, apart, inverse);
                break;
            case 5:
                transform_odd(re, im, out, apart, 5, cosines_5, sines_5, inverse);
                break;
            case 7:
                transform_odd(re, im, out, apart, 7, cosines_7, sines_7, inverse);
                break;
            case 11:
                transform_odd(re, im, out, apart, 11, cosines_11, sines_11, inverse);
                break;
            default:
                transform_odd(re, im, out, apart, 13, cosines_13, sines_13, inverse);
                break;
            }
        }
}

/* The complex transform of length M. Returns which of the two arrays has the result. */
INLINE vector *transform(const snnd_transform *plan, vector *from, vector *to, const int inverse) {
    int32_t done = 1;
    for (int32_t s = 0; s < plan->stages; s++) {
        const int32_t left = plan->length / 2 / (done * plan->radix[s]);
        switch (plan->radix[s]) {
        case 2:
            stage(from, to, done, left, plan->root[s], 2, inverse);
            break;
        case 3:
            stage(from, to, done, left, plan->root[s], 3, inverse);
            break;
        case 4:
            stage(from, to, done, left, plan->root[s], 4, inverse);
            break;
        case 5:
            stage(from, to, done, left, plan->root[s], 5, inverse);
            break;
        case 7:
            stage(from, to, done, left, plan->root[s], 7, inverse);
            break;
        case 11:
            stage(from, to, done, left, plan->root[s], 11, inverse);
            break;
        default:
            stage(from, to, done, left, plan->root[s], 13, inverse);
            break;
        }
        done *= plan->radix[s];
        vector *other = from;
        from = to;
        to = other;
    }
    return from;
}

INLINE vector *part_at(float *row, size_t stride, int32_t f, int part) {
    return (vector *)(row + (size_t)f * stride) + part;
}

/* With E the transform of the even steps and O that of the odd ones, the result of the complex transform is Z = E + i
 * O, X[f] = E[f] + e^(-2 pi i f / N) O[f], and E and O have the symmetry of real transforms. */
INLINE void take_apart(const snnd_transform *plan, const vector *z, snnd_spectrum to, const int part) {
    const int32_t half = plan->length / 2;
    const vector by = vector_all(0.5f);
    for (int32_t f = 0; f <= half / 2; f++) {
        const int32_t g = half - f;
        const vector *a = z + 2 * f, *b = z + (f == 0 ? 0 : 2 * g);
        const vector even_re = by * (a[0] + b[0]), even_im = by * (a[1] - b[1]);
        vector odd_re = by * (a[1] + b[1]), odd_im = by * (b[0] - a[0]);
        turn(&odd_re, &odd_im, plan->turn + 2 * f, 0);
        *part_at(to.re, to.stride, f, part) = even_re + odd_re;
        *part_at(to.im, to.stride, f, part) = even_im + odd_im;
        *part_at(to.re, to.stride, g, part) = even_re - odd_re;
        *part_at(to.im, to.stride, g, part) = odd_im - even_im;
    }
}

/* The inverse, with 1/N in place of 1/2. */
INLINE void put_together(const snnd_transform *plan, snnd_spectrum from, vector *z, const int part) {
    const int32_t half = plan->length / 2;
    const vector by = vector_all(1 / (float)plan->length);
    for (int32_t f = 0; f <= half / 2; f++) {
        const int32_t g = half - f;
        const vector a_re = *part_at(from.re, from.stride, f, part), a_im = *part_at(from.im, from.stride, f, part);
        const vector b_re = *part_at(from.re, from.stride, g, part), b_im = *part_at(from.im, from.stride, g, part);
        const vector even_re = by * (a_re + b_re), even_im = by * (a_im - b_im);
        vector odd_re = by * (a_re - b_re), odd_im = by * (a_im + b_im);
        turn(&odd_re, &odd_im, plan->turn + 2 * f, 1);
        if (f > 0)
            put(z + 2 * g, even_re + odd_im, odd_re - even_im);
        put(z + 2 * f, even_re - odd_im, even_im + odd_re);
    }
}

static void forward(const snnd_transform *plan, int32_t at, int32_t steps, const float *row, snnd_spectrum to,
                    float *scratch) {
    vector *z = (vector *)scratch;
    for (int part = 0; part < PARTS; part++) {
        for (int32_t t = 0; t < at; t++)
            z[t] = (vector){0};
        for (int32_t t = 0; t < steps; t++)
            z[at + t] = *vector_in(row, t, part);
        for (int32_t t = at + steps; t < plan->length; t++)
            z[t] = (vector){0};
        take_apart(plan, transform(plan, z, z + plan->length, 0), to, part);
    }
}

static void inverse(const snnd_transform *plan, snnd_spectrum from, int32_t at, int32_t steps, float *row,
                    float *scratch) {
    vector *z = (vector *)scratch;
    for (int part = 0; part < PARTS; part++) {
        put_together(plan, from, z, part);
        const vector *made = transform(plan, z, z + plan->length, 1);
        for (int32_t t = 0; t < steps; t++)
            *vector_at(row, t, part) = made[at + t];
    }
}

extern const snnd_transform_kernels SNND_TRANSFORM_KERNELS;
const snnd_transform_kernels SNND_TRANSFORM_KERNELS = {forward, inverse};
