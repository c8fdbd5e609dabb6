/* Products of spectra (spectra.h), compiled once for each instruction set: ROWS rows of C stay in registers while the
 * loop goes over j, one vector of lanes at a time. */
#include "kernel/spectra.h"

#include "kernel/vector.h"

enum { ROW = SNND_SPECTRA_ROW, IMAGINARY = SNND_SPECTRA_IMAGINARY };

/* A divisor of 16, so that rows that are processed together are in one block. */
enum { ROWS = 4 };

/* Panels that are processed together. */
#if defined(__AVX512F__)
enum { PANELS = 2 };
#else
enum { PANELS = 1 };
#endif

/*
 * Computes vector `part` of the lanes of row `from` and some after it. A complex product is made from three real ones:
 *
 *     re = P - Q,  im = R - P - Q
 *     P = sum re(a) re(b),  Q = sum im(a) im(b),  R = sum (re(a) + im(a)) (re(b) + im(b))
 *
 * and conj(A) B is conj(A conj(B)). The sums of A's parts are prepared; those of B's parts are computed here for all
 * rows.
 */
INLINE void some_rows(const snnd_spectra_product *p, const float *b, float *c, int32_t from, int part, const int rows,
                      const int panels, const bool along_terms, const bool conjugate) {
    vector re[ROWS][PANELS], im[ROWS][PANELS], both[ROWS][PANELS];
    for (int i = 0; i < rows; i++)
        for (int n = 0; n < panels; n++)
            re[i][n] = im[i][n] = both[i][n] = (vector){0};
    /* The sums are laid out as A is, in rows of half the length and without gaps. */
    const size_t across = (size_t)(along_terms ? p->m : p->k);
    const size_t row = along_terms ? ROW : 1, term = along_terms ? 1 : ROW;
    const size_t row_of_sums = along_terms ? SNND_LANES : 1, term_of_sums = along_terms ? 1 : SNND_LANES;
    const size_t next = along_terms ? p->a_block : (size_t)SNND_LANES * ROW;
    const size_t next_sums = SNND_LANES * (along_terms ? across : (size_t)SNND_LANES);
    const size_t blocks = (size_t)(from / SNND_LANES), in_block = (size_t)(from % SNND_LANES);
    const float *block = p->a + (along_terms ? (size_t)from * ROW : blocks * p->a_block + in_block);
    const float *block_of_sums =
        p->prepared + SNND_LANES * (along_terms ? (size_t)from : blocks * across) + (along_terms ? 0 : in_block);
    b += part * VECTOR;
    for (int32_t j = 0; j < p->k; j += SNND_LANES, block += next, block_of_sums += next_sums) {
        const int32_t terms = p->k - j < SNND_LANES ? p->k - j : SNND_LANES;
        const float *a = block, *sums = block_of_sums;
        for (int32_t t = 0; t < terms; t++, a += term, sums += term_of_sums, b += ROW) {
            vector b_re[PANELS], b_im[PANELS], b_both[PANELS];
            for (int n = 0; n < panels; n++) {
                b_re[n] = *(const vector *)(b + (size_t)n * p->b_panel);
                b_im[n] = *(const vector *)(b + (size_t)n * p->b_panel + IMAGINARY);
                b_both[n] = conjugate ? b_re[n] - b_im[n] : b_re[n] + b_im[n];
            }
            for (int i = 0; i < rows; i++) {
                const vector a_re = vector_all(a[(size_t)i * row]), a_im = vector_all(a[(size_t)i * row + IMAGINARY]);
                const vector a_both = vector_all(sums[(size_t)i * row_of_sums]);
                for (int n = 0; n < panels; n++) {
                    re[i][n] = multiply_add(a_re, b_re[n], re[i][n]);
                    im[i][n] = multiply_add(a_im, b_im[n], im[i][n]);
                    both[i][n] = multiply_add(a_both, b_both[n], both[i][n]);
                }
            }
        }
    }
    c += (size_t)from * ROW + (size_t)(part * VECTOR);
    for (int i = 0; i < rows; i++, c += ROW)
        for (int n = 0; n < panels; n++) {
            vector *to_re = (vector *)(c + (size_t)n * p->c_panel);
            vector *to_im = (vector *)(c + (size_t)n * p->c_panel + IMAGINARY);
            const vector made_re = conjugate ? re[i][n] + im[i][n] : re[i][n] - im[i][n];
            const vector made_im = conjugate ? (re[i][n] - im[i][n]) - both[i][n] : both[i][n] - (re[i][n] + im[i][n]);
            *to_re = p->add ? *to_re + made_re : made_re;
            *to_im = p->add ? *to_im + made_im : made_im;
        }
}

INLINE void all_rows(const snnd_spectra_product *p, const float *b, float *c, const int panels, const bool along_terms,
                     const bool conjugate) {
    int32_t from = 0;
    for (; from + ROWS <= p->m; from += ROWS)
        for (int part = 0; part < PARTS; part++)
            some_rows(p, b, c, from, part, ROWS, panels, along_terms, conjugate);
    for (; from < p->m; from++)
        for (int part = 0; part < PARTS; part++)
            some_rows(p, b, c, from, part, 1, panels, along_terms, conjugate);
}

INLINE void all_panels(const snnd_spectra_product *p, const bool along_terms, const bool conjugate) {
    const float *b = p->b;
    float *c = p->c;
    int32_t panel = 0;
    for (; panel + PANELS <= p->panels; panel += PANELS, b += PANELS * p->b_panel, c += PANELS * p->c_panel)
        all_rows(p, b, c, PANELS, along_terms, conjugate);
    for (; panel < p->panels; panel++, b += p->b_panel, c += p->c_panel)
        all_rows(p, b, c, 1, along_terms, conjugate);
}

static void multiply(const snnd_spectra_product *p) {
    if (p->a_along_terms && p->conjugate_a)
        all_panels(p, true, true);
    else if (p->a_along_terms)
        all_panels(p, true, false);
    else if (p->conjugate_a)
        all_panels(p, false, true);
    else
        all_panels(p, false, false);
}

static void prepare(const snnd_spectra_product *p, float *sums) {
    const int32_t along = p->a_along_terms ? p->k : p->m, across = p->a_along_terms ? p->m : p->k;
    for (int32_t from = 0; from < along; from += SNND_LANES) {
        const float *row = p->a + (size_t)(from / SNND_LANES) * p->a_block;
        for (int32_t n = 0; n < across; n++, row += ROW, sums += SNND_LANES)
            for (int part = 0; part < PARTS; part++)
                *vector_at(sums, 0, part) = *vector_in(row, 0, part) + *vector_in(row + IMAGINARY, 0, part);
    }
}

/* ---- neurons and lanes exchanged ---- */

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define SHUFFLES 1
#endif
#endif

#if defined(SHUFFLES)
#if defined(__AVX512F__)
enum { STAGES = 4 };
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif defined(__AVX2__)
enum { STAGES = 3 };
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
enum { STAGES = 2 };
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif

/* Transposes a square of vectors: each stage interleaves a row with the one half the square further on. */
INLINE void turn_square(const float *from, size_t apart, float sign, float *to) {
    vector rows[VECTOR], mixed[VECTOR];
    const vector by = vector_all(sign);
    for (int i = 0; i < VECTOR; i++)
        rows[i] = by * *(const vector *)(from + (size_t)i * apart);
    for (int stage = 0; stage < STAGES; stage++) {
        for (int i = 0; i < VECTOR / 2; i++) {
            mixed[2 * i] = LOW(rows[i], rows[i + VECTOR / 2]);
            mixed[2 * i + 1] = HIGH(rows[i], rows[i + VECTOR / 2]);
        }
        for (int i = 0; i < VECTOR; i++)
            rows[i] = mixed[i];
    }
    for (int i = 0; i < VECTOR; i++)
        *(vector *)(to + (size_t)i * ROW) = rows[i];
}
#else
INLINE void turn_square(const float *from, size_t apart, float sign, float *to) {
    for (int i = 0; i < VECTOR; i++)
        for (int j = 0; j < VECTOR; j++)
            to[(size_t)j * ROW + (size_t)i] = sign * from[(size_t)i * apart + (size_t)j];
}
#endif

/* Transposes the real or imaginary parts of 16 neurons of a tile. */
INLINE void turn_part(const float *rows, float sign, float *to) {
    for (int neuron = 0; neuron < SNND_LANES; neuron += VECTOR)
        for (int lane = 0; lane < SNND_LANES; lane += VECTOR)
            turn_square(rows + (size_t)neuron * ROW + (size_t)lane, ROW, sign,
                        to + (size_t)lane * ROW + (size_t)neuron);
}

static void turn(const snnd_spectra_rows *from, bool conjugate, float *to) {
    _Alignas(64) float filled[SNND_LANES * ROW] = {0};
    for (int32_t tile = 0; tile < from->tiles; tile++, to += SNND_LANES * ROW) {
        const float *rows = from->rows + (size_t)tile * from->tile;
        if (from->neurons < SNND_LANES) {
            for (size_t n = 0; n < (size_t)from->neurons * ROW; n++)
                filled[n] = rows[n];
            rows = filled;
        }
        turn_part(rows, 1, to);
        turn_part(rows + IMAGINARY, conjugate ? -1 : 1, to + IMAGINARY);
    }
}

extern const snnd_spectra_kernels SNND_SPECTRA_KERNELS;
const snnd_spectra_kernels SNND_SPECTRA_KERNELS = {prepare, multiply, turn};
