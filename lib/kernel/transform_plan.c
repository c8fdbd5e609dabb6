/* Chooses the length of the transforms of a layer, and makes the tables of factors that they multiply by
 * (transform_plan.h). */
#include "kernel/transform_plan.h"

#include <math.h>

/* Factors a half length into radices, the first of which needs no roots of unity. Returns their number, or 0 where
 * another prime is left over. */
static int32_t factor(int32_t half, int32_t radix[SNND_TRANSFORM_STAGES]) {
    static const int32_t radices[] = {13, 11, 7, 5, 3, 4, 2};
    int32_t stages = 0;
    for (unsigned r = 0; r < sizeof radices / sizeof radices[0]; r++)
        for (; half % radices[r] == 0; half /= radices[r])
            radix[stages++] = radices[r];
    return half == 1 ? stages : 0;
}

int32_t snnd_transform_length(int32_t least) {
    int32_t radix[SNND_TRANSFORM_STAGES], half = (least + 1) / 2 > 2 ? (least + 1) / 2 : 2;
    while (factor(half, radix) == 0)
        half++;
    return 2 * half;
}

/* exp(-2 pi i place / of). */
static void set_root(float *root, int64_t place, int64_t of) {
    const double angle = 2 * acos(-1) * (double)(place % of) / (double)of;
    root[0] = (float)cos(angle);
    root[1] = (float)-sin(angle);
}

static float *make_roots(snnd_context *context, int32_t done, int32_t radix) {
    float *roots = snnd_allocate(context, (size_t)done * (size_t)(radix - 1), 2 * sizeof *roots);
    for (int32_t k = 0; k < done && roots != NULL; k++)
        for (int32_t j = 1; j < radix; j++)
            set_root(roots + 2 * (k * (radix - 1) + j - 1), (int64_t)j * k, (int64_t)done * radix);
    return roots;
}

snnd_status snnd_transform_create(snnd_context *context, int32_t length, snnd_transform *transform) {
    const int32_t half = length / 2;
    transform->length = length;
    transform->stages = factor(half, transform->radix);
    int32_t done = 1;
    for (int32_t s = 0; s < transform->stages; done *= transform->radix[s++]) {
        transform->root[s] = make_roots(context, done, transform->radix[s]);
        if (transform->root[s] == NULL)
            return SNND_ERROR_MEMORY;
    }
    transform->turn = snnd_allocate(context, (size_t)half + 1, 2 * sizeof *transform->turn);
    for (int32_t f = 0; f <= half && transform->turn != NULL; f++)
        set_root(transform->turn + 2 * f, f, length);
    return transform->turn == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

void snnd_transform_free(snnd_context *context, snnd_transform *transform) {
    for (int32_t s = 0; s < transform->stages; s++)
        snnd_release(context, transform->root[s]);
    snnd_release(context, transform->turn);
}
