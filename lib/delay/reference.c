/* The equations of delay.h as plain loops over synapses, taps, samples and steps (reference.h). */
#include "delay/reference.h"

/* k[n] of a synapse, and the factors of the sums of dL/dw and dL/dp. */
typedef struct taps {
    int32_t first, count;
    float share[SNND_MOST_TAPS], slope[SNND_MOST_TAPS];
} taps;

static taps taps_of(const snnd_delay_pass *pass, int64_t s) {
    taps made = {0};
    made.count = snnd_profile_taps(&pass->profile, snnd_synapse_position(&pass->synapses, s), &made.first, made.share,
                                   made.slope);
    return made;
}

/* Returns x[neuron, t] of a sample, or 0 before the first step and after the last. */
static double at(const float *x, const snnd_reference *r, int32_t neurons, int32_t sample, int32_t neuron, int64_t t) {
    if (t < 0 || t >= r->steps)
        return 0;
    return (double)x[((size_t)sample * (size_t)r->steps + (size_t)t) * (size_t)neurons + (size_t)neuron];
}

static void add_synapse(const snnd_reference *r, int64_t s, double *d_share, double *d_slope) {
    const snnd_synapses *synapses = &r->pass->synapses;
    const int32_t columns = snnd_synapse_columns(synapses), inputs = synapses->inputs, outputs = synapses->outputs;
    const int32_t o = (int32_t)(s / columns), i = (int32_t)(s % columns) / synapses->per_pair;
    const taps of = taps_of(r->pass, s);
    const double w = (double)snnd_synapse_weight(synapses, s);
    for (int32_t n = 0; n < of.count; n++) {
        const int32_t delay = synapses->taps - 1 - (of.first + n);
        double c = 0;
        for (int32_t b = 0; b < r->samples; b++)
            for (int32_t t = 0; t < r->steps; t++) {
                const size_t to_o = ((size_t)b * (size_t)r->steps + (size_t)t) * (size_t)outputs + (size_t)o;
                const size_t to_i = ((size_t)b * (size_t)r->steps + (size_t)t) * (size_t)inputs + (size_t)i;
                const double k = w * (double)of.share[n];
                r->current[to_o] += k * at(r->input, r, inputs, b, i, t - delay);
                r->d_input[to_i] += k * at(r->d_current, r, outputs, b, o, t + delay);
                c += at(r->d_current, r, outputs, b, o, t) * at(r->input, r, inputs, b, i, t - delay);
            }
        *d_share += c * (double)of.share[n];
        *d_slope += c * (double)of.slope[n];
    }
}

void snnd_delay_reference(const snnd_reference *r) {
    const snnd_synapses *synapses = &r->pass->synapses;
    const size_t rows = (size_t)r->samples * (size_t)r->steps;
    for (size_t k = 0; k < rows * (size_t)synapses->outputs; k++)
        r->current[k] = 0;
    for (size_t k = 0; k < rows * (size_t)synapses->inputs; k++)
        r->d_input[k] = 0;
    for (int64_t k = 0; k < snnd_synapse_positions(synapses); k++)
        r->d_position[k] = 0;
    for (int64_t s = 0; s < snnd_synapse_count(synapses); s++) {
        const double theta = (double)synapses->theta[s], sign = synapses->sign == NULL ? 1 : synapses->sign[s];
        double d_share = 0, d_slope = 0;
        add_synapse(r, s, &d_share, &d_slope);
        r->d_theta[s] = sign * d_share + r->l1 * ((theta > 0) - (theta < 0));
        r->d_position[snnd_synapse_position_of(synapses, s)] += sign * theta * d_slope;
    }
}
