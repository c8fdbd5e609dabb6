/* Decides whether BLAS or the library's own kernels multiply matrices, keeps BLAS to one thread meanwhile, and calls
 * the one or the other (product.h). */
#include "kernel/product.h"

#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "kernel/dispatch.h"

#if defined(SNND_HAVE_CBLAS)
#include <cblas.h>

/* ---- BLAS's own threads ---- */

/* OpenBLAS has one number of threads for the whole process. It is 1 while any context multiplies: the first context
 * that begins stores the host's number, and the last that ends restores it. This is the only state that contexts share.
 * */
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

/* A build of OpenBLAS without threads does not lock the memory that its calls use, unless it was built with locks,
 * which later versions report (OpenBLAS issues 2711 and 4680). If several threads call such a build, products are
 * wrong. */
static bool may_be_called_by_threads(void) {
    return openblas_get_parallel() != OPENBLAS_SEQUENTIAL || strstr(openblas_get_config(), "USE_LOCKING") != NULL;
}

/* OpenBLAS reports the name of the kernels that it uses. The names that suit the instruction set of a context are
 * listed, so that unknown ones are not trusted. */
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

/* Returns the leading dimension for BLAS, which must be at least the length of a line, even where there is only one
 * line. */
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

/* Spectra suit the library's own kernels, which use three real products for a complex one. BLAS, which needs four, is
 * used where the processor has no own kernels, or where it is asked for. */
static bool spectra_by_blas(const snnd_context *context) {
    return context->blas &&
           (context->options.products == SNND_PRODUCTS_BLAS || context->kernels->isa == SNND_ISA_PLAIN);
}

/* Copies the real and imaginary parts of A into two matrices with k contiguous. */
static void copy_parts(const snnd_spectra_product *p, float *re) {
    const size_t k = (size_t)p->k;
    float *im = re + (size_t)p->m * k;
    for (size_t i = 0; i < (size_t)p->m; i++)
        for (size_t j = 0; j < k; j++) {
            const size_t along = p->a_along_terms ? j : i, across = p->a_along_terms ? i : j;
            const float *a = p->a + along / SNND_LANES * p->a_block + along % SNND_LANES + across * SNND_SPECTRA_ROW;
            re[i * k + j] = a[0];
            im[i * k + j] = a[SNND_SPECTRA_IMAGINARY];
        }
}

/* Multiplies the real and the imaginary parts of A by rows of B, whose parts are side by side. */
static void multiply_spectra_by_blas(const snnd_spectra_product *p) {
    const size_t pairs = (size_t)p->m * (size_t)p->k, rows = (size_t)p->m * SNND_SPECTRA_ROW;
    float *by_re = p->prepared + 2 * pairs, *by_im = by_re + rows;
    snnd_product part = {.m = p->m,
                         .n = SNND_SPECTRA_ROW,
                         .k = p->k,
                         .alpha = 1,
                         .a_row = (size_t)p->k,
                         .a_column = 1,
                         .b_row = SNND_SPECTRA_ROW,
                         .b_column = 1,
                         .c_row = SNND_SPECTRA_ROW};
    for (int32_t panel = 0; panel < p->panels; panel++) {
        float *c = p->c + (size_t)panel * p->c_panel;
        part.b = p->b + (size_t)panel * p->b_panel;
        part.a = p->prepared;
        part.c = by_re;
        multiply_by_blas(&part);
        part.a = p->prepared + pairs;
        part.c = by_im;
        multiply_by_blas(&part);
        for (size_t n = 0; n < rows; n++) {
            const bool imaginary = n % SNND_SPECTRA_ROW >= SNND_SPECTRA_IMAGINARY;
            const float other = by_im[imaginary ? n - SNND_SPECTRA_IMAGINARY : n + SNND_SPECTRA_IMAGINARY];
            const float sum = imaginary != p->conjugate_a ? by_re[n] + other : by_re[n] - other;
            c[n] = p->add ? c[n] + sum : sum;
        }
    }
}

void snnd_prepare_spectra(const snnd_context *context, snnd_spectra_product *product, float *scratch) {
    product->prepared = scratch;
    if (spectra_by_blas(context))
        copy_parts(product, scratch);
    else
        context->kernels->spectra->prepare(product, scratch);
}

void snnd_multiply_spectra(const snnd_context *context, const snnd_spectra_product *product) {
    if (spectra_by_blas(context))
        multiply_spectra_by_blas(product);
    else
        context->kernels->spectra->multiply(product);
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

void snnd_prepare_spectra(const snnd_context *context, snnd_spectra_product *product, float *scratch) {
    product->prepared = scratch;
    context->kernels->spectra->prepare(product, scratch);
}

void snnd_multiply_spectra(const snnd_context *context, const snnd_spectra_product *product) {
    context->kernels->spectra->multiply(product);
}

static bool spectra_by_blas(const snnd_context *context) {
    (void)context;
    return false;
}
#endif

static size_t whole_blocks(int32_t count) {
    return ((size_t)count + SNND_LANES - 1) / SNND_LANES * SNND_LANES;
}

/* Room for the sums of A's parts, or for BLAS for its parts and two results. */
size_t snnd_spectra_scratch(const snnd_context *context, int32_t m, int32_t k) {
    const size_t pairs = whole_blocks(m) * whole_blocks(k);
    return spectra_by_blas(context) ? 2 * (pairs + whole_blocks(m) * SNND_SPECTRA_ROW) : pairs;
}
