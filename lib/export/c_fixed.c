/*
 * Integers for the fixed-point form. The weights of neuron n are q s_n, |q| <= 127, and inputs are x / scale. A
 * potential counts units of u_n = s_n / scale / 2^fraction, so that
 *
 *     v = decay v + q x 2^fraction + bias / u_n,  spike if v > floor(threshold / u_n)
 *
 * With Q_n = sum |q|, currents are within C_n = Q_n limit 2^fraction + |bias / u_n|, and potentials are within C_n
 * times the steps that they last, 1 / (1 - decay), except for a LIF neuron's threshold. The input's scale and the
 * fraction are the largest that keep both below 2^30, so that no sum overflows 32 bits whatever the inputs are.
 * Potentials that would last more than LONGEST steps are clamped instead.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/c_network.h"

enum { LARGEST_WEIGHT = 127, LONGEST = 64, LEAST_INPUT = 64, DECAY_ONE = 65536, SHARE_ONE = 1 << 30 };

static const double RANGE = 1073741823, ROOM = 268435456, FINEST = 1048576; /* 2^30 - 1, 2^28, 2^20 */

/* ---- what can be written ---- */

static snnd_status refuse(const snnd_c_network *network, const snnd_plan_layer *layer, const char *why) {
    return snnd_fail(network->context, SNND_ERROR_UNSUPPORTED,
                     "layer %d (%s) cannot be written in fixed point: %s; write SNND_C_FLOAT32", layer->index,
                     layer->class->name, why);
}

static snnd_status check_node(const snnd_c_network *network, const snnd_c_node *node) {
    if (node->delays == NULL)
        return refuse(network, node->norm != NULL ? node->norm : node->neurons, "there are no delays before it");
    if (node->neurons == NULL)
        return refuse(network, node->delays, "there are no neurons after it");
    if (node->kind->write_fixed == NULL)
        return refuse(network, node->neurons, "only floating-point code can be written for it");
    char why[64];
    snprintf(why, sizeof why, "%s can only be the last layer", node->kind->words);
    return node->kind->fires || node->number + 1 == network->count ? SNND_OK : refuse(network, node->neurons, why);
}

/* ---- one node ---- */

static double decay_of(const snnd_c_node *node, int32_t neuron) {
    return (double)(node->decays == NULL ? node->decay : node->decays[neuron]);
}

/* 65536ths are coarse for the loss of a slow potential, and are 0 where the loss is smaller than one. */
static void tell_leak(double decay, int32_t *leak, int32_t *shift) {
    int exponent;
    const double lost = frexp(1 - decay, &exponent);
    *shift = exponent < 0 ? -exponent : 0;
    *leak = (int32_t)lrint(ldexp(lost, exponent > 0 ? exponent : 0) * DECAY_ONE);
}

static int32_t in_parts(double decay) {
    return (int32_t)lrint(decay * DECAY_ONE);
}

static bool lasts_long(double decay) {
    return (DECAY_ONE - in_parts(decay)) * (int64_t)LONGEST < DECAY_ONE;
}

/* Neurons with decays of their own are all described by their loss, where one of them is slow. */
static snnd_status tell_decays(snnd_context *context, snnd_c_node *node) {
    snnd_c_fixed *fixed = &node->fixed;
    const size_t neurons = (size_t)node->outputs;
    fixed->decay = in_parts((double)node->decay);
    fixed->clamps = false;
    for (int32_t n = 0; n < node->outputs; n++)
        fixed->clamps = fixed->clamps || lasts_long(decay_of(node, n));
    tell_leak((double)node->decay, &fixed->leak, &fixed->leak_shift);
    if (node->decays == NULL)
        return SNND_OK;
    fixed->decays = snnd_allocate(context, neurons, sizeof *fixed->decays);
    fixed->divisors = snnd_allocate(context, neurons, sizeof *fixed->divisors);
    if (fixed->decays == NULL || fixed->divisors == NULL)
        return SNND_ERROR_MEMORY;
    for (int32_t n = 0; n < node->outputs; n++) {
        int32_t leak, shift;
        tell_leak(decay_of(node, n), &leak, &shift);
        fixed->decays[n] = fixed->clamps ? leak : in_parts(decay_of(node, n));
        fixed->divisors[n] = (int32_t)1 << shift;
    }
    return SNND_OK;
}

/* Returns the steps that a neuron's potential lasts. */
static double lasting(const snnd_c_node *node, int32_t neuron) {
    const double lost = 1 - (double)in_parts(decay_of(node, neuron)) / DECAY_ONE;
    return lost * LONGEST > 1 ? 1 / lost : LONGEST;
}

static double longest_lasting(const snnd_c_node *node) {
    double longest = 1;
    for (int32_t n = 0; n < node->outputs; n++)
        longest = fmax(longest, lasting(node, n));
    return longest;
}

/* Computes Q_n of each neuron, and returns the largest. */
static double add_up_weights(const snnd_c_node *node, double *sum) {
    double largest = 0;
    memset(sum, 0, (size_t)node->outputs * sizeof *sum);
    for (int64_t s = 0; s < snnd_c_synapses(node); s++)
        sum[snnd_c_neuron(node, s)] += abs(node->fixed.weight[s]);
    for (int32_t n = 0; n < node->outputs; n++)
        largest = fmax(largest, sum[n]);
    return largest;
}

static void round_weights(const snnd_c_node *node, const double *scale) {
    for (int64_t s = 0; s < snnd_c_synapses(node); s++)
        node->fixed.weight[s] = (int8_t)lrint((double)node->weight[s] / scale[snnd_c_neuron(node, s)]);
}

/* Computes s_n from the largest weight of each neuron. */
static void scale_weights(const snnd_c_node *node, double *scale) {
    memset(scale, 0, (size_t)node->outputs * sizeof *scale);
    for (int64_t s = 0; s < snnd_c_synapses(node); s++)
        scale[snnd_c_neuron(node, s)] =
            fmax(scale[snnd_c_neuron(node, s)], fabs((double)node->weight[s]) / LARGEST_WEIGHT);
    double largest = 0;
    for (int32_t n = 0; n < node->outputs; n++)
        largest = fmax(largest, scale[n]);
    for (int32_t n = 0; n < node->outputs; n++) /* without synapses any scale will do */
        if (!(scale[n] > 0))
            scale[n] = largest > 0 ? largest : 1.0 / LARGEST_WEIGHT;
}

/* Chooses the finest power of two for real inputs that leaves room for the sums; spikes are 1. */
static snnd_status scale_inputs(const snnd_c_network *network, snnd_c_node *node, double largest, double weights) {
    snnd_c_fixed *fixed = &node->fixed;
    const double room = ROOM / fmax(weights * longest_lasting(node), 1);
    double scale = 1;
    if (!node->events) {
        int exponent;
        frexp(fmin(INT16_MAX, room) / largest, &exponent);
        scale = ldexp(1, exponent - 1);
    }
    fixed->input_scale = scale;
    fixed->limit = (int32_t)ceil(largest * scale);
    if (node->events ? room < 1 : fixed->limit < LEAST_INPUT)
        return refuse(network, node->delays, "it has so many synapses that their sums would overflow");
    return SNND_OK;
}

static double bias_of(const snnd_c_node *node, int32_t neuron) {
    return node->shift == NULL ? 0 : node->shift[neuron];
}

/* Returns the largest potential of a neuron, in units of a product of a weight and an input. A reset to zero keeps the
 * potential below the threshold plus a current. A reset that subtracts does not; it lowers the potential by no more
 * than the threshold. */
static double reach_of(const snnd_c_node *node, int32_t neuron, double weights, double unit) {
    const double current = weights * node->fixed.limit + fabs(bias_of(node, neuron)) / unit + 1;
    const double threshold = (double)node->threshold / unit, lasts = (current + 1) * lasting(node, neuron);
    return node->subtract ? lasts + threshold : fmax(current + threshold, lasts);
}

/* A neuron whose threshold or bias is far above the effect of its synapses needs no fine weights, and would leave no
 * precision to the others. */
static void coarsen(const snnd_c_node *node, const double *sum, double largest, double *scale) {
    const double most = 2 * fmax(largest * node->fixed.limit * longest_lasting(node), FINEST);
    for (int32_t n = 0; n < node->outputs; n++) {
        const double reach = reach_of(node, n, sum[n], scale[n] / node->fixed.input_scale);
        if (reach > most)
            scale[n] *= reach / most;
    }
}

/* Returns the finest fraction that keeps all potentials within their range, or -1. */
static int32_t fraction_of(const snnd_c_node *node, const double *sum, const double *scale) {
    int32_t fraction = 29;
    for (int32_t n = 0; n < node->outputs; n++) {
        const double unit = scale[n] / node->fixed.input_scale;
        while (fraction >= 0 && reach_of(node, n, sum[n], unit) * ldexp(1, fraction) > RANGE)
            fraction--;
    }
    return fraction;
}

static void tell_in_units(const snnd_c_node *node, const double *scale) {
    const snnd_c_fixed *fixed = &node->fixed;
    for (int32_t n = 0; n < node->outputs; n++) {
        fixed->unit[n] = scale[n] / fixed->input_scale / ldexp(1, fixed->fraction);
        fixed->bias[n] = (int32_t)lrint(bias_of(node, n) / fixed->unit[n]);
        fixed->border[n] = (int32_t)floor((double)node->threshold / fixed->unit[n]);
    }
}

/* Chooses one unit for all potentials of leaky integrators; spikes are 1. A neuron with a much finer unit of its own
 * loses less than one common unit. */
static void compare_units(snnd_c_node *node) {
    snnd_c_fixed *fixed = &node->fixed;
    fixed->potential = 0;
    for (int32_t n = 0; n < node->outputs; n++)
        fixed->potential = fmax(fixed->potential, fixed->unit[n]);
    for (int32_t n = 0; n < node->outputs; n++)
        fixed->share[n] = (int32_t)lrint(SHARE_ONE * (fixed->unit[n] / fixed->potential));
    if (snnd_c_fires(node))
        fixed->potential = 1;
}

static snnd_status drop_zeros(snnd_context *context, snnd_c_node *node) {
    const int64_t count = snnd_c_synapses(node);
    bool *keep = snnd_allocate(context, snnd_size_or_one(snnd_size_of(count)), sizeof *keep);
    if (keep == NULL)
        return SNND_ERROR_MEMORY;
    for (int64_t s = 0; s < count; s++)
        keep[s] = node->fixed.weight[s] != 0;
    snnd_c_drop(node, keep);
    snnd_release(context, keep);
    return SNND_OK;
}

static snnd_status settle(const snnd_c_network *network, snnd_c_node *node, double largest, double *scale,
                          double *sum) {
    snnd_c_fixed *fixed = &node->fixed;
    scale_weights(node, scale);
    round_weights(node, scale);
    double most = add_up_weights(node, sum);
    const snnd_status status = scale_inputs(network, node, largest, most);
    if (status != SNND_OK)
        return status;
    coarsen(node, sum, most, scale);
    round_weights(node, scale);
    most = add_up_weights(node, sum);
    fixed->fraction = fraction_of(node, sum, scale);
    if (fixed->fraction < 0)
        return refuse(network, node->delays, "its sums would overflow");
    fixed->narrow = most * fixed->limit <= INT16_MAX;
    tell_in_units(node, scale);
    compare_units(node);
    return drop_zeros(network->context, node);
}

static snnd_status quantise(const snnd_c_network *network, snnd_c_node *node, double largest) {
    snnd_context *context = network->context;
    snnd_c_fixed *fixed = &node->fixed;
    const size_t neurons = (size_t)node->outputs, synapses = snnd_size_of(snnd_c_synapses(node));
    fixed->weight = snnd_allocate(context, snnd_size_or_one(synapses), sizeof *fixed->weight);
    fixed->unit = snnd_allocate(context, neurons, sizeof *fixed->unit);
    fixed->bias = snnd_allocate(context, neurons, sizeof *fixed->bias);
    fixed->border = snnd_allocate(context, neurons, sizeof *fixed->border);
    fixed->share = snnd_allocate(context, neurons, sizeof *fixed->share);
    double *scale = snnd_allocate(context, snnd_size_multiply(2, neurons), sizeof *scale);
    snnd_status status = SNND_ERROR_MEMORY;
    if (fixed->weight != NULL && fixed->unit != NULL && fixed->bias != NULL && fixed->border != NULL &&
        fixed->share != NULL && scale != NULL)
        status = tell_decays(context, node);
    if (status == SNND_OK)
        status = settle(network, node, node->events ? 1 : largest, scale, scale + neurons);
    snnd_release(context, scale);
    return status;
}

snnd_status snnd_c_quantise(snnd_c_network *network, double largest) {
    snnd_status status = SNND_OK;
    for (int32_t k = 0; k < network->count && status == SNND_OK; k++)
        status = check_node(network, &network->node[k]);
    for (int32_t k = 0; k < network->count && status == SNND_OK; k++)
        status = quantise(network, &network->node[k], largest);
    return status;
}
