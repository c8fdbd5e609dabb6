/* The table of hot kernels: loops that are compiled once for each instruction set, and selected when a context is
 * created. */
#ifndef SNND_KERNEL_KERNELS_H
#define SNND_KERNEL_KERNELS_H

#include "kernel/adaptive.h"
#include "kernel/frame.h"
#include "kernel/multiply.h"
#include "kernel/neurons.h"
#include "kernel/rows.h"
#include "kernel/shares.h"
#include "kernel/softmax.h"
#include "kernel/spectra.h"
#include "kernel/taps.h"
#include "kernel/transform.h"
#include "snndelay.h"

typedef struct snnd_hot_kernels {
    int32_t isa; /* snnd_isa */
    const snnd_tap_kernels *taps;
    const snnd_transform_kernels *transform;
    const snnd_multiply_kernels *multiply;
    const snnd_spectra_kernels *spectra;
    const snnd_share_kernels *shares;
    const snnd_row_kernels *rows;
    const snnd_neuron_kernels *neurons;
    const snnd_softmax_kernels *softmax;
    const snnd_frame_kernels *frame;
    const snnd_adaptive_kernels *adaptive;
} snnd_hot_kernels;

#endif
