/* The table of one instruction set (kernels.h), compiled with the flags and names of the kernels. */
#include "kernel/kernels.h"

extern const snnd_row_kernels SNND_ROW_KERNELS;
extern const snnd_neuron_kernels SNND_NEURON_KERNELS;
extern const snnd_softmax_kernels SNND_SOFTMAX_KERNELS;
extern const snnd_frame_kernels SNND_FRAME_KERNELS;
extern const snnd_adaptive_kernels SNND_ADAPTIVE_KERNELS;
extern const snnd_hot_kernels SNND_HOT_KERNELS;
#if defined(SNND_TRAINING)
extern const snnd_tap_kernels SNND_TAP_KERNELS;
extern const snnd_transform_kernels SNND_TRANSFORM_KERNELS;
extern const snnd_multiply_kernels SNND_MULTIPLY_KERNELS;
extern const snnd_spectra_kernels SNND_SPECTRA_KERNELS;
extern const snnd_share_kernels SNND_SHARE_KERNELS;
#define OF_TRAINING                                                                                                    \
    &SNND_TAP_KERNELS, &SNND_TRANSFORM_KERNELS, &SNND_MULTIPLY_KERNELS, &SNND_SPECTRA_KERNELS, &SNND_SHARE_KERNELS
#else
#define OF_TRAINING NULL, NULL, NULL, NULL, NULL
#endif

/* In the order of the structure, so that the compiler reports a missing entry. */
const snnd_hot_kernels SNND_HOT_KERNELS = {
    SNND_HOT_ISA,          OF_TRAINING,         &SNND_ROW_KERNELS,      &SNND_NEURON_KERNELS,
    &SNND_SOFTMAX_KERNELS, &SNND_FRAME_KERNELS, &SNND_ADAPTIVE_KERNELS,
};
