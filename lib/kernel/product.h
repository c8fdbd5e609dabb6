/* Products of matrices (multiply.h): by BLAS where it suits the processor, otherwise by the library's own kernels. */
#ifndef SNND_KERNEL_PRODUCT_H
#define SNND_KERNEL_PRODUCT_H

#include "base/context.h"
#include "kernel/multiply.h"
#include "kernel/spectra.h"

/* Computes a product on the calling thread, which may be any, between snnd_products_begin() and snnd_products_end() of
 * the context. `scratch` has SNND_MULTIPLY_SCRATCH floats. */
void snnd_multiply(const snnd_context *context, const snnd_product *product, float *scratch);

/* The same for spectra (spectra.h). What products with the same A share is computed once, in `scratch`, which has
 * snnd_spectra_scratch() floats in whole cache lines and must not change until the last of these products is done. */
size_t snnd_spectra_scratch(const snnd_context *context, int32_t m, int32_t k);
void snnd_prepare_spectra(const snnd_context *context, snnd_spectra_product *product, float *scratch);
void snnd_multiply_spectra(const snnd_context *context, const snnd_spectra_product *product);

/* The first stops BLAS from using threads of its own, and the second restores the host's setting. */
void snnd_products_begin(const snnd_context *context);
void snnd_products_end(const snnd_context *context);

/* Decides whether BLAS multiplies in a context of this instruction set, according to snnd_products. */
snnd_status snnd_products_choose(int32_t products, int32_t isa, bool *blas);

/* Returns "own", the name of OpenBLAS's kernels, or "cblas". */
const char *snnd_products_name(const snnd_context *context);

#endif
