#include <math.h>
#include <stdlib.h>

#include "kernel/basis.h"
#include "model/delay_state.h"

const snnd_path *snnd_path_choose(const snnd_stage *stage, const snnd_kernel_shape *shape) {
    const snnd_delay_state *held = snnd_delay_state_of(stage);
    if (stage->workspace->pass.mode == SNND_EVALUATE || shape->whole)
        return &snnd_taps_path;
    const char *e = getenv("SNND_PATH");
    const bool low = !getenv("SNND_TAPS") && held->filters.filter != NULL &&
                     snnd_basis_estimate(shape) < 0.9 * snnd_kernel_width(shape);
    if (held->events.there && e)
        return low && held->filters.side == SNND_OUTPUT_SIDE ? &snnd_filtered_events_path : &snnd_events_path;
    return low ? &snnd_low_rank_path : &snnd_taps_path;
}
