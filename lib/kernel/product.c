#include "kernel/product.h"

#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "kernel/dispatch.h"

#if defined(SNND_HAVE_CBLAS)
#include <cblas.h>

/* ---- BLAS's own threads ---- */

/*
 * OpenBLAS has one number of threads for the whole process. While any context multiplies it is 1: the first that begins
 * keeps the host's number, and the last that ends puts it back. This is the one thing that contexts share.
 */
#if defined(SNND_HAVE_OPENBLAS)
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int64_t multiplying;
static int threads_of_host;

static void begin(void) {
    pthread_mutex_lock(&mutex);
    if (multiplying++ == 0) {
        threads_of_host = openblas_get_num_threads();
        if (threads_of_host != 1)
            openblas_set_num_threads(1);
    }
    pthread_mutex_unlock(&mutex);
}

static void end(void) {
    pthread_mutex_lock(&mutex);
    if (--multiplying == 0 && threads_of_host != 1)
        openblas_set_num_threads(threads_of_host);
    pthread_mutex_unlock(&mutex);
}

/* A build without threads has no locks round the memory that its calls work in, unless it was made with them, which
 * later versions say (OpenBLAS issues 2711 and 4680): in one that is called by several threads, products are wrong. */
static bool may_be_called_by_threads(void) {
    return openblas_get_parallel() != OPENBLAS_SEQUENTIAL || strstr(openblas_get_config(), "USE_LOCKING") != NULL;
}

/* OpenBLAS names the kernels that it runs. Those that know the instruction set of a context are listed, so that what
 * nobody has looked at is not trusted. */
static bool knows(int32_t isa) {
    static const char *const with_avx512[] = {"SkylakeX", "Cooperlake", "SapphireRapids", NULL};
    static const char *const with_avx2[] = {"Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids", NULL};
    if (isa == SNND_ISA_PLAIN)
        return true;
    const char *core = openblas_get_corename();
    for (const char *const *name = isa == SNND_ISA_AVX512 ? with_avx512 : with_avx2; *name != NULL; name++)
        if (strcasecmp(core, *name) == 0)
            return true;
    return false;
}
#else
static void begin(void) {
}

static void end(void) {
}

static bool may_be_called_by_threads(void) {
    return true;
}

static bool knows(int32_t isa) {
    (void)isa;
    return true;
}
#endif

snnd_status snnd_products_choose(int32_t products, int32_t isa, bool *blas) {
    const snnd_hot_kernels *best = NULL;
    const snnd_status status = snnd_kernels_choose(SNND_ISA_AUTO, &best);
    const bool safe = may_be_called_by_threads();
    if (products == SNND_PRODUCTS_BLAS && !safe)
        return SNND_ERROR_UNSUPPORTED;
    *blas = products == SNND_PRODUCTS_BLAS ||
            (products == SNND_PRODUCTS_AUTO && status == SNND_OK && isa == best->isa && safe && knows(isa));
    return status;
}

const char *snnd_products_name(const snnd_context *context) {
    if (!context->blas)
        return "own";
#if defined(SNND_HAVE_OPENBLAS)
    return openblas_get_corename();
#else
    return "cblas";
#endif
}

/* What BLAS wants to be told is between lines: their length at least, even where there is only one line. */
static int leading(size_t apart, int32_t length) {
    return apart < (size_t)length ? length : (int)apart;
}

static void multiply_by_blas(const snnd_product *p) {
    const bool a_turned = p->a_column != 1, b_turned = p->b_column != 1;
    const int a_leading = a_turned ? leading(p->a_column, p->m) : leading(p->a_row, p->k);
    const int b_leading = b_turned ? leading(p->b_column, p->k) : leading(p->b_row, p->n);
    cblas_sgemm(CblasRowMajor, a_turned ? CblasTrans : CblasNoTrans, b_turned ? CblasTrans : CblasNoTrans, p->m, p->n,
                p->k, p->alpha, p->a, a_leading, p->b, b_leading, p->add ? 1 : 0, p->c, leading(p->c_row, p->n));
}

void snnd_products_begin(const snnd_context *context) {
    if (context->blas)
        begin();
}

void snnd_products_end(const snnd_context *context) {
    if (context->blas)
        end();
}

/* Four products of real parts. */
static void multiply_complex_by_blas(const snnd_complex_product *p) {
    const float sign_a = p->conjugate_a ? -1 : 1, sign_b = p->conjugate_b ? -1 : 1;
    snnd_product real = {.m = p->m,
                         .n = p->n,
                         .k = p->k,
                         .a_row = p->a_row,
                         .a_column = p->a_column,
                         .b_row = p->b_row,
                         .b_column = p->b_column,
                         .c_row = p->c_row};
    for (int part = 0; part < 4; part++) {
        const bool a_im = part >= 2, b_im = part % 2 != 0;
        real.a = a_im ? p->a_im : p->a_re;
        real.b = b_im ? p->b_im : p->b_re;
        real.c = a_im == b_im ? p->c_re : p->c_im;
        real.alpha = (a_im ? sign_a : 1) * (b_im ? sign_b : 1) * (a_im && b_im ? -1.0f : 1.0f);
        real.add = p->add || a_im;
        multiply_by_blas(&real);
    }
}

void snnd_multiply_complex(const snnd_context *context, const snnd_complex_product *product, float *scratch) {
    if (context->blas)
        multiply_complex_by_blas(product);
    else
        context->kernels->multiply->multiply_complex(product, scratch);
}

void snnd_multiply(const snnd_context *context, const snnd_product *product, float *scratch) {
    if (context->blas)
        multiply_by_blas(product);
    else
        context->kernels->multiply->multiply(product, scratch);
}

#else

snnd_status snnd_products_choose(int32_t products, int32_t isa, bool *blas) {
    (void)isa;
    *blas = false;
    return products == SNND_PRODUCTS_BLAS ? SNND_ERROR_UNSUPPORTED : SNND_OK;
}

const char *snnd_products_name(const snnd_context *context) {
    (void)context;
    return "own";
}

void snnd_products_begin(const snnd_context *context) {
    (void)context;
}

void snnd_products_end(const snnd_context *context) {
    (void)context;
}

void snnd_multiply(const snnd_context *context, const snnd_product *product, float *scratch) {
    context->kernels->multiply->multiply(product, scratch);
}

void snnd_multiply_complex(const snnd_context *context, const snnd_complex_product *product, float *scratch) {
    context->kernels->multiply->multiply_complex(product, scratch);
}
#endif
