/*
 * The gradients of the parameters of one synapse, dL/dtheta and dL/dp, from its sums c[n] over the batch (delay.h); the
 * gradient of the L1 penalty enters here, too. The sums themselves are made by the path: direct.c (correlate_block),
 * spectral.c (finish_row) and undelayed.c (finish_output). Where synapses share a position, its dL/dp is made in
 * shared.c (add_slopes, finish_positions), or on the other paths by snnd_add_up_positions().
 */
#include "delay/state.h"

bool snnd_synapse_wanted(const snnd_delay_pass *pass, int64_t synapse) {
    const uint8_t *mask = pass->synapses.mask;
    if (pass->gradients != SNND_GRADIENTS_EXISTING)
        return pass->gradients == SNND_GRADIENTS_ALL;
    return mask == NULL || mask[synapse] || pass->synapses.theta[synapse] != 0;
}

void snnd_add_up_positions(const snnd_synapses *synapses, const float *each, float *d_position) {
    const int64_t columns = snnd_synapse_columns(synapses), c = synapses->per_pair;
    const bool axonal = synapses->sharing == SNND_SHARING_AXONAL;
    const int64_t sharing = axonal ? synapses->outputs : synapses->inputs, step = axonal ? columns : c;
    for (int64_t k = 0; k < snnd_synapse_positions(synapses); k++) {
        const float *first = each + (axonal ? k : k / c * columns + k % c);
        double sum = 0;
        for (int64_t n = 0; n < sharing; n++)
            sum += (double)first[n * step];
        d_position[k] = (float)sum;
    }
}

void snnd_set_gradient_of_taps(const snnd_delay_pass *pass, int64_t synapse, int32_t taps, const double *c,
                               const float *share, const float *slope, snnd_delay_gradient to) {
    double along_share = 0, along_slope = 0;
    for (int32_t n = 0; n < taps; n++) {
        along_share += c[n] * (double)share[n];
        along_slope += c[n] * (double)slope[n];
    }
    snnd_set_gradient(pass, synapse, along_share, along_slope, to);
}

void snnd_set_gradient(const snnd_delay_pass *pass, int64_t synapse, double along_share, double along_slope,
                       snnd_delay_gradient to) {
    const snnd_synapses *synapses = &pass->synapses;
    const float theta = synapses->theta[synapse];
    const double penalty = to.l1 * ((theta > 0) - (theta < 0));
    if (!snnd_synapse_wanted(pass, synapse))
        along_share = along_slope = 0;
    to.d_theta[synapse] = (float)(along_share * (synapses->sign == NULL ? 1 : synapses->sign[synapse]) + penalty);
    if (to.d_position != NULL)
        to.d_position[synapse] = (float)((double)snnd_synapse_weight(synapses, synapse) * along_slope);
}
