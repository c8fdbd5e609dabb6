/*
 * Which path is the fastest. The cost of a path is its multiplications for one step of one sample, each weighed by the
 * time it takes there, in units of a multiplication in a combination of rows (kernel/products.h): 0.0125 ns on one core
 * where this was measured (doc/performance.md). The numbers need not be exact: where two paths are close, either will
 * do.
 */
#include <math.h>

#include "model/delay_state.h"

/* A tap in currents and the input's gradient, where all kernels have the same few, or not; and in the parameters'. */
static const double TAPS = 0.85, MANY_TAPS = 1.3, TAPS_OF_PARAMETERS = 1.3;

/* A product of the parameters' gradient, and a tap of a filter. */
static const double PRODUCT = 1.5, FILTER = 1.2;

/* A number that a spike adds to, or sums up; finding the spike; and a number that moves between rows and samples. */
static const double SCATTER = 5.5, COLLECT = 2.5, SPIKE = 400, TURN = 32;

/* A row through its R filters of K taps, or R rows through theirs. */
static double filter_cost(const snnd_load *load) {
    return (load->input_side ? load->inputs : load->outputs) * load->rank * load->taps_total * FILTER;
}

static bool possible(const snnd_path *path, const snnd_load *load) {
    if (path->filters && load->rank == 0)
        return false;
    return !path->events || (load->spikes >= 0 && !(path->filters && load->input_side));
}

/* A method that the host asks for leaves its paths alone, where they are possible; else all. */
static bool allowed(const snnd_path *path, const snnd_load *load) {
    const bool filters = load->method == SNND_METHOD_FILTERS || load->method == SNND_METHOD_FILTERED_EVENTS;
    const bool events = load->method == SNND_METHOD_EVENTS || load->method == SNND_METHOD_FILTERED_EVENTS;
    if (!possible(path, load))
        return false;
    if (load->method == SNND_METHOD_AUTO)
        return true;
    return path->filters == (filters && load->rank > 0) &&
           path->events == (events && load->spikes >= 0 && !(filters && load->rank > 0 && load->input_side));
}

double snnd_cost_forward(const snnd_path *path, const snnd_load *load) {
    if (!possible(path, load))
        return INFINITY;
    const double pairs = load->inputs * load->outputs;
    const double once = path->filters ? pairs * load->rank + filter_cost(load)
                                      : load->active * load->taps * (load->uniform ? TAPS : MANY_TAPS);
    const double back = load->backward ? once : 0;
    if (!path->events)
        return once + back;
    const double columns = load->outputs * (path->filters ? load->rank : 1);
    const double run = path->filters ? columns : columns * load->taps_total;
    return load->spikes * load->inputs * (run * SCATTER + SPIKE) + columns * TURN +
           (path->filters ? filter_cost(load) : 0) + back;
}

double snnd_cost_parameters(const snnd_path *path, const snnd_load *load) {
    if (!possible(path, load))
        return INFINITY;
    if (!path->events)
        return path->filters ? load->inputs * load->outputs * load->rank * PRODUCT + filter_cost(load)
                             : load->wanted * load->taps * TAPS_OF_PARAMETERS;
    const double columns = load->outputs * (path->filters ? load->rank : 1);
    const double run = path->filters ? columns : columns * load->taps_total;
    return load->spikes * load->inputs * (run * COLLECT + SPIKE) + columns * TURN +
           (path->filters ? filter_cost(load) : 0);
}

void snnd_paths_choose(const snnd_load *load, const snnd_path **forward, const snnd_path **parameters) {
    static const snnd_path *const paths[] = {&snnd_taps_path, &snnd_low_rank_path, &snnd_events_path,
                                             &snnd_filtered_events_path};
    double best = INFINITY;
    for (int f = 0; f < 4; f++)
        for (int p = 0; p < 4; p++) {
            /* With A there are no taps that the parameters' gradient could use. */
            if (!allowed(paths[f], load) || !allowed(paths[p], load) || (paths[f]->filters && !paths[p]->filters))
                continue;
            const double cost = snnd_cost_forward(paths[f], load) + snnd_cost_parameters(paths[p], load);
            if (cost < best) {
                best = cost;
                *forward = paths[f];
                *parameters = paths[p];
            }
        }
}
