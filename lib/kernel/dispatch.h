/* Chooses the instruction set of the hot kernels at run time. */
#ifndef SNND_KERNEL_DISPATCH_H
#define SNND_KERNEL_DISPATCH_H

#include "kernel/kernels.h"

/* Returns SNND_ERROR_UNSUPPORTED for a set that this processor or this build does not have, and SNND_ERROR_ARGUMENT for
 * an unknown one. */
snnd_status snnd_kernels_choose(int32_t isa, const snnd_hot_kernels **kernels);

#endif
