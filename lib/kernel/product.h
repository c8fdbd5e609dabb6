/* Products of matrices (multiply.h), by BLAS where it suits the processor, else by the library's own kernels. */
#ifndef SNND_KERNEL_PRODUCT_H
#define SNND_KERNEL_PRODUCT_H

#include "base/context.h"
#include "kernel/multiply.h"
#include "kernel/spectra.h"

/* `scratch` has SNND_MULTIPLY_SCRATCH floats. The product runs on the calling thread, which may be any, between
 * snnd_products_begin() and snnd_products_end() of the context. */
void snnd_multiply(const snnd_context *context, const snnd_product *product, float *scratch);

/* The same of spectra (spectra.h). What products with the same A need is made of it once, in `scratch`, which has
 * snnd_spectra_scratch() floats, whole cache lines, and belongs to those products until the last is made. */
size_t snnd_spectra_scratch(const snnd_context *context, int32_t m, int32_t k);
void snnd_prepare_spectra(const snnd_context *context, snnd_spectra_product *product, float *scratch);
void snnd_multiply_spectra(const snnd_context *context, const snnd_spectra_product *product);

/* Keeps BLAS from using threads of its own, and puts the host's setting back. */
void snnd_products_begin(const snnd_context *context);
void snnd_products_end(const snnd_context *context);

/* Whether BLAS multiplies in a context of this instruction set, where snnd_products asks for it. */
snnd_status snnd_products_choose(int32_t products, int32_t isa, bool *blas);

/* "own", the name of OpenBLAS's kernels, or "cblas". */
const char *snnd_products_name(const snnd_context *context);

#endif
