/* Passes of layers of delays, by the functions of delay/delay.h. */
#include "model/delays.h"
#include "model/layer_pass.h"

static snnd_profile profile_of(const snnd_layer *layer, snnd_mode mode) {
    const snnd_delay_options *options = &layer->options.delays;
    if (mode == SNND_EVALUATE || !options->learn_delays)
        return snnd_delays_whole_profile(layer);
    const double floor_width = options->profile == SNND_PROFILE_GAUSS ? 0.27 : 1.0;
    return (snnd_profile){
        .taps = snnd_delays_taps(layer), .kind = options->profile, .spread = layer->network->sigma + floor_width};
}

snnd_delay_sizes snnd_delays_sizes(const snnd_workspace *workspace, const snnd_layer *layer) {
    const snnd_stage *stage = snnd_workspace_stage(workspace, layer);
    return (snnd_delay_sizes){.inputs = layer->inputs,
                              .outputs = layer->outputs,
                              .per_pair = layer->options.delays.synapses_per_pair,
                              .taps = snnd_delays_taps(layer),
                              .steps = workspace->steps,
                              .batch = workspace->batch,
                              .sharing = layer->options.delays.sharing,
                              .spikes = snnd_signal_is_spikes(stage->input),
                              .gradients = workspace->gradients,
                              .first_layer = layer->index == 0};
}

snnd_delay_gradient snnd_delays_gradient(const snnd_stage *stage) {
    return (snnd_delay_gradient){stage->gradient[SNND_ARRAY_WEIGHT], stage->gradient[SNND_ARRAY_POSITION],
                                 stage->workspace->pass.l1};
}

static snnd_status prepare(snnd_stage *stage) {
    const snnd_delay_sizes sizes = snnd_delays_sizes(stage->workspace, stage->layer);
    snnd_delay *made = NULL;
    const snnd_status status = snnd_delay_create(stage->workspace->context, &sizes, stage->workspace->spectral, &made);
    stage->state = made;
    return status;
}

static void release(snnd_stage *stage) {
    snnd_delay_free(stage->state);
}

static void begin(snnd_stage *stage) {
    const snnd_workspace *workspace = stage->workspace;
    const bool trains = workspace->pass.mode == SNND_TRAIN;
    const snnd_delay_pass pass = {.synapses = snnd_delays_synapses(stage->layer),
                                  .profile = profile_of(stage->layer, workspace->pass.mode),
                                  .gradients = trains ? stage->layer->gradients : SNND_GRADIENTS_NONE,
                                  .tiles = workspace->pass.tiles,
                                  .method = workspace->context->options.method,
                                  .first_layer = stage->layer->index == 0 && workspace->d_input.data == NULL};
    snnd_delay_begin(stage->state, &pass);
}

const snnd_layer_pass snnd_delays_pass = {
    .prepare = prepare,
    .release = release,
    .begin = begin,
};
