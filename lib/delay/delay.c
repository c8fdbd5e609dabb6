/* A layer of delays for those who use it (delay.h): it holds the paths, chooses among them before each pass, and hands
 * every call to the path that was chosen, by a table of functions. */
#include "delay/state.h"

/* ---- the table of paths ---- */

/* A path that prepares nothing has no group. */
typedef struct path {
    void (*begin)(snnd_delay *delay);
    int32_t (*group)(const snnd_delay *delay);
    void (*prepare_currents)(snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t tiles);
    void (*currents)(const snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t first, int32_t count,
                     int32_t worker, snnd_rows current);
    void (*prepare_input_gradient)(snnd_delay *delay, const snnd_activity *d_current, int32_t tile, int32_t tiles);
    void (*input_gradient)(const snnd_delay *delay, const snnd_activity *d_current, int32_t tile, int32_t first,
                           int32_t count, int32_t worker, snnd_rows d_input);
    void (*parameter_gradient)(snnd_delay *delay, const snnd_signal *input, const snnd_activity *d_current,
                               snnd_delay_gradient to);
} path;

static const path paths[] = {
    [SNND_PATH_DIRECT] = {.begin = snnd_direct_begin,
                          .currents = snnd_direct_currents,
                          .input_gradient = snnd_direct_input_gradient,
                          .parameter_gradient = snnd_direct_parameter_gradient},
    [SNND_PATH_SPECTRAL] = {.group = snnd_spectral_group,
                            .prepare_currents = snnd_spectral_prepare_currents,
                            .currents = snnd_spectral_currents,
                            .prepare_input_gradient = snnd_spectral_prepare_input_gradient,
                            .input_gradient = snnd_spectral_input_gradient,
                            .parameter_gradient = snnd_spectral_parameter_gradient},
    [SNND_PATH_UNDELAYED] = {.begin = snnd_undelayed_begin,
                             .currents = snnd_undelayed_currents,
                             .input_gradient = snnd_undelayed_input_gradient,
                             .parameter_gradient = snnd_undelayed_parameter_gradient},
    [SNND_PATH_SHARED] = {.begin = snnd_shared_begin,
                          .currents = snnd_shared_currents,
                          .input_gradient = snnd_shared_input_gradient,
                          .parameter_gradient = snnd_shared_parameter_gradient},
};

/* ---- memory ---- */

/* Dendrites filter dL/dh even where dL/dx is not needed. Other first layers get these rows once the gradient of the
 * input is asked for. */
int32_t snnd_delay_behind(const snnd_delay_sizes *sizes) {
    return sizes->first_layer && sizes->sharing != SNND_SHARING_DENDRITIC ? 0 : sizes->taps - 1;
}

static snnd_status allocate_each(snnd_delay *delay) {
    const snnd_delay_sizes *sizes = &delay->sizes;
    const size_t pairs = snnd_size_multiply((size_t)sizes->outputs, (size_t)sizes->inputs);
    delay->each =
        snnd_allocate(delay->context, snnd_size_multiply(pairs, (size_t)sizes->per_pair), sizeof *delay->each);
    return delay->each == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

static snnd_status create_fast_path(snnd_delay *delay, snnd_spectral_memory *memory) {
    if (delay->sizes.taps == 1)
        return snnd_undelayed_create(delay);
    return snnd_is_shared(delay->sizes.sharing) ? snnd_shared_create(delay) : snnd_spectral_create(delay, memory);
}

snnd_status snnd_delay_create(snnd_context *context, const snnd_delay_sizes *sizes, snnd_spectral_memory *memory,
                              snnd_delay **delay) {
    snnd_delay *made = snnd_allocate(context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    *delay = made;
    made->context = context;
    made->sizes = *sizes;
    snnd_status status = snnd_direct_create(made);
    if (status == SNND_OK && sizes->gradients)
        status = create_fast_path(made, memory);
    if (status == SNND_OK && sizes->gradients && snnd_is_shared(sizes->sharing))
        status = allocate_each(made);
    return status;
}

void snnd_delay_free(snnd_delay *delay) {
    if (delay == NULL)
        return;
    snnd_direct_free(delay);
    snnd_spectral_free(delay);
    snnd_undelayed_free(delay);
    snnd_shared_free(delay);
    snnd_release(delay->context, delay->each);
    snnd_release(delay->context, delay);
}

/* ---- a pass ---- */

void snnd_delay_begin(snnd_delay *delay, const snnd_delay_pass *pass) {
    delay->pass = *pass;
    snnd_delay_choose(delay);
    if (paths[delay->forward].begin != NULL)
        paths[delay->forward].begin(delay);
    if (delay->parameters != delay->forward && paths[delay->parameters].begin != NULL)
        paths[delay->parameters].begin(delay);
}

snnd_delay_path snnd_delay_forward_path(const snnd_delay *delay) {
    return delay->forward;
}

snnd_delay_path snnd_delay_parameter_path(const snnd_delay *delay) {
    return delay->parameters;
}

int32_t snnd_delay_group(const snnd_delay *delay) {
    const path *forward = &paths[delay->forward];
    return forward->group == NULL ? delay->pass.tiles : forward->group(delay);
}

void snnd_delay_prepare_currents(snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t tiles) {
    if (paths[delay->forward].prepare_currents != NULL)
        paths[delay->forward].prepare_currents(delay, input, tile, tiles);
}

bool snnd_delay_goes_by_neuron(const snnd_delay *delay) {
    return delay->forward == SNND_PATH_SPECTRAL;
}

void snnd_delay_currents(const snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t first, int32_t count,
                         int32_t worker, snnd_rows current) {
    paths[delay->forward].currents(delay, input, tile, first, count, worker, current);
}

void snnd_delay_want_input_gradient(snnd_delay *delay) {
    snnd_delay_pass pass = delay->pass;
    pass.first_layer = false;
    if (delay->pass.first_layer)
        snnd_delay_begin(delay, &pass);
}

void snnd_delay_prepare_input_gradient(snnd_delay *delay, const snnd_activity *d_current, int32_t tile, int32_t tiles) {
    if (paths[delay->forward].prepare_input_gradient != NULL)
        paths[delay->forward].prepare_input_gradient(delay, d_current, tile, tiles);
}

void snnd_delay_input_gradient(const snnd_delay *delay, const snnd_activity *d_current, int32_t tile, int32_t first,
                               int32_t count, int32_t worker, snnd_rows d_input) {
    paths[delay->forward].input_gradient(delay, d_current, tile, first, count, worker, d_input);
}

void snnd_delay_parameter_gradient(snnd_delay *delay, const snnd_signal *input, const snnd_activity *d_current,
                                   snnd_delay_gradient to) {
    snnd_delay_gradient of_path = to;
    const bool adds_up = delay->each != NULL && to.d_position != NULL && delay->parameters != SNND_PATH_SHARED;
    if (adds_up)
        of_path.d_position = delay->each;
    paths[delay->parameters].parameter_gradient(delay, input, d_current, of_path);
    if (adds_up)
        snnd_add_up_positions(&delay->pass.synapses, delay->each, to.d_position);
}

void snnd_delay_all_gradients(snnd_delay *delay, const snnd_signal *input, const snnd_activity *d_current,
                              snnd_delay_gradient to) {
    snnd_delay_pass pass = delay->pass;
    pass.gradients = SNND_GRADIENTS_ALL;
    snnd_delay_begin(delay, &pass);
    snnd_delay_parameter_gradient(delay, input, d_current, to);
}
