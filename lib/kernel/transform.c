/* Transforms of rows along time (transform.h), compiled once for each instruction set: vectors of lanes, one after the
 * other. What is to be contracted is said, so that every lane rounds alike. */
#include "kernel/transform.h"

#include "kernel/vector.h"

/* Complex numbers lie as pairs of a real and an imaginary vector. No structure of both is used, since gcc would keep it
 * in memory. */

/* Turns a number by a root of unity or, on the way back, by its conjugate. */
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

/* Puts a + i factor b, with the sign that the direction wants: i times b has its parts exchanged, one of them negated.
 */
INLINE void put_quarter(vector *to, vector a_re, vector a_im, vector b_re, vector b_im, float factor,
                        const int inverse) {
    const vector by = vector_all(inverse ? -factor : factor);
    put(to, multiply_subtract(b_im, by, a_re), multiply_add(b_re, by, a_im));
}

/* The transforms of 2 to 5 numbers; results lie `apart` vectors from each other. */

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

INLINE void transform_5(const vector *re, const vector *im, vector *to, size_t apart, const int inverse) {
    const float cos_1 = 0.309016994374947424f, cos_2 = -0.809016994374947424f;
    const float sin_1 = 0.951056516295153572f, sin_2 = 0.587785252292473129f;
    const vector near_re = re[1] + re[4], near_im = im[1] + im[4], far_re = re[2] + re[3], far_im = im[2] + im[3];
    const vector one_re = re[1] - re[4], one_im = im[1] - im[4], two_re = re[2] - re[3], two_im = im[2] - im[3];
    put(to, re[0] + (near_re + far_re), im[0] + (near_im + far_im));
    for (int k = 1; k <= 2; k++) {
        const vector by_near = vector_all(k == 1 ? cos_1 : cos_2), by_far = vector_all(k == 1 ? cos_2 : cos_1);
        const vector of_one = vector_all(k == 1 ? sin_1 : sin_2), of_two = vector_all(k == 1 ? sin_2 : -sin_1);
        const vector middle_re = multiply_add(far_re, by_far, multiply_add(near_re, by_near, re[0]));
        const vector middle_im = multiply_add(far_im, by_far, multiply_add(near_im, by_near, im[0]));
        const vector side_re = multiply_add(two_re, of_two, one_re * of_one);
        const vector side_im = multiply_add(two_im, of_two, one_im * of_one);
        const int there = inverse ? 5 - k : k;
        put(to + (size_t)there * apart, middle_re + side_im, middle_im - side_re);
        put(to + (size_t)(5 - there) * apart, middle_re - side_im, middle_im + side_re);
    }
}

/* One stage: of every `radix` numbers that lie `left` groups of `done` apart. */
INLINE void stage(const vector *from, vector *to, int32_t done, int32_t left, const float *root, const int radix,
                  const int inverse) {
    const size_t apart = 2 * (size_t)done, from_apart = (size_t)left * apart;
    for (int32_t k = 0; k < done; k++, root += 2 * (radix - 1))
        for (int32_t q = 0; q < left; q++) {
            const vector *in = from + (size_t)q * apart + 2 * (size_t)k;
            vector *out = to + (size_t)q * (size_t)radix * apart + 2 * (size_t)k;
            vector re[5], im[5];
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
            default:
                transform_5(re, im, out, apart, inverse);
                break;
            }
        }
}

/* The complex transform of length M; returns in which of the two arrays the result is. */
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
        default:
            stage(from, to, done, left, plan->root[s], 5, inverse);
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

/* With E the transform of the even steps and O of the odd ones, Z = E + i O is what was made, X[f] = E[f] + e^(-2 pi i
 * f / N) O[f], and E and O have the symmetry of real transforms. */
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

/* The other way round, with 1/N in place of 1/2. */
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
    /* The lines of a spectrum lie too far apart to be foreseen, and are not in the cache: they come while the stages
     * are computed. */
    for (int32_t f = 0; f <= plan->length / 2; f++) {
        __builtin_prefetch(to.re + (size_t)f * to.stride, 1);
        __builtin_prefetch(to.im + (size_t)f * to.stride, 1);
    }
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
