/* Turns the bits of spikes back into rows of numbers where a layer wants to read them (signal.h). */
#include "kernel/signal.h"

#include "kernel/kernels.h"

const float *snnd_signal_factor(const snnd_signal *signal, int32_t tile, int32_t neuron) {
    static const float ones[SNND_LANES] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    if (signal->factor == NULL)
        return ones;
    return signal->factor + ((size_t)neuron * (size_t)signal->tiles + (size_t)tile) * SNND_LANES;
}

snnd_rows snnd_signal_rows(const snnd_context *context, const snnd_signal *signal, int32_t tile, int32_t from,
                           int32_t count, float *scratch) {
    if (!snnd_signal_is_spikes(signal))
        return snnd_activity_rows(&signal->rows, tile, from);
    const snnd_rows rows = {scratch + (size_t)signal->rows.front * SNND_LANES, snnd_activity_stride(&signal->rows)};
    for (int32_t n = 0; n < count; n++)
        context->kernels->rows->expand(signal->rows.steps, snnd_signal_bits(signal, tile, from + n),
                                       snnd_signal_factor(signal, tile, from + n), snnd_rows_of(rows, n));
    return rows;
}
