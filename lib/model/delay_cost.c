#include <math.h>

#include "kernel/basis.h"
#include "model/delay_state.h"

const snnd_path *snnd_path_choose(const snnd_stage *stage, const snnd_kernel_shape *shape) {
    const snnd_delay_state *held = snnd_delay_state_of(stage);
    if (stage->workspace->pass.mode == SNND_EVALUATE || held->filters.filter == NULL || shape->whole)
        return &snnd_taps_path;
    return snnd_basis_estimate(shape) < 0.9 * snnd_kernel_width(shape) ? &snnd_low_rank_path : &snnd_taps_path;
}
