/* Decides which path is faster from counts alone, so that a run does not depend on the machine. The cost of a path is
 * the number of multiplications for one step of one sample. Each kind has a weight for its time, in units of a
 * multiplication in a matrix product; doc/performance.md has the measurements of the weights. They need not be exact:
 * where two paths are about equal, either will do. */
#include "delay/state.h"

/* A tap in currents and the gradient of the input, where all synapses have the same small number of taps, or not; and a
 * tap in the gradients of parameters. AVX-512 has 0.68, 1.0 and 0.85 to 0.97 here, AVX2 0.88, 1.3 and 1.12 to 1.19. */
static const double TAP = 0.78, TAP_OF_MANY = 1.15, TAP_OF_PARAMETERS = 1.0;

/* A complex number of a pair, which takes three multiplications and the additions that replace the fourth; and a
 * frequency of a neuron, which is moved through memory: 56 with AVX-512, 40 with AVX2. */
static const double COMPLEX = 3.4, TRANSFORM = 48;

snnd_load snnd_delay_load(const snnd_delay *delay) {
    const snnd_delay_pass *pass = &delay->pass;
    const snnd_synapses *synapses = &pass->synapses;
    snnd_load load = {.pairs = (double)synapses->inputs * synapses->outputs,
                      .taps = snnd_profile_mean(&pass->profile),
                      .uniform = snnd_profile_uniform(&pass->profile) > 0,
                      .frequencies = snnd_spectral_frequencies(delay) / delay->sizes.steps,
                      .neurons = (double)synapses->inputs + synapses->outputs,
                      .method = pass->method};
    for (int64_t s = 0; s < snnd_synapse_count(synapses); s++) {
        load.active += synapses->theta[s] != 0;
        load.wanted += snnd_synapse_wanted(pass, s);
    }
    return load;
}

static double spectral_cost(const snnd_load *load) {
    return load->frequencies * (COMPLEX * load->pairs + TRANSFORM * load->neurons);
}

static snnd_delay_path cheaper(const snnd_load *load, double direct) {
    if (load->method == SNND_METHOD_DIRECT)
        return SNND_PATH_DIRECT;
    if (load->method == SNND_METHOD_SPECTRAL)
        return SNND_PATH_SPECTRAL;
    return direct <= spectral_cost(load) ? SNND_PATH_DIRECT : SNND_PATH_SPECTRAL;
}

snnd_delay_path snnd_choose_forward(const snnd_load *load) {
    return cheaper(load, load->active * load->taps * (load->uniform ? TAP : TAP_OF_MANY));
}

snnd_delay_path snnd_choose_parameters(const snnd_load *load) {
    return cheaper(load, load->wanted * load->taps * TAP_OF_PARAMETERS);
}

void snnd_delay_choose(snnd_delay *delay) {
    const snnd_delay_pass *pass = &delay->pass;
    delay->forward = delay->parameters = SNND_PATH_DIRECT;
    if (pass->gradients == SNND_GRADIENTS_NONE || pass->method == SNND_METHOD_DIRECT)
        return;
    if (delay->undelayed != NULL) {
        delay->forward = delay->parameters = SNND_PATH_UNDELAYED;
    } else if (delay->shared != NULL) {
        delay->forward = delay->parameters = SNND_PATH_SHARED;
    } else if (delay->spectral != NULL) {
        const snnd_load load = snnd_delay_load(delay);
        delay->forward = snnd_choose_forward(&load);
        delay->parameters = snnd_choose_parameters(&load);
    }
}
