#include "model/loop.h"

#include "model/small.h"

static double *make_doubles(size_t count) {
    double *values = calloc(count, sizeof *values);
    ck_assert_ptr_nonnull(values);
    return values;
}

/* ---- kinds of layers ---- */

/* One layer at work: what comes in, what goes out, each [steps][neurons]. */
typedef struct at_work {
    snnd_layer *layer;
    int32_t steps, inputs, outputs;
    const double *in;
    loop_layer *to;
} at_work;

static double in_at(const at_work *w, int32_t t, int32_t i) {
    return w->in[(size_t)t * (size_t)w->inputs + (size_t)i];
}

static double *out_at(const at_work *w, int32_t t, int32_t o) {
    return w->to->output + (size_t)t * (size_t)w->outputs + (size_t)o;
}

/* h[o,t] = sum over synapses of weight / (1 + 1e-7) x[i, t - delay] */
static void delays(const at_work *w) {
    const int64_t synapses = count_of(w->layer, SNND_ARRAY_WEIGHT), each = synapses / (w->inputs * w->outputs);
    int32_t *delay = malloc((size_t)synapses * sizeof *delay);
    float *weight = malloc((size_t)synapses * sizeof *weight);
    ck_assert(delay != NULL && weight != NULL);
    OK(w->layer->network->context, snnd_layer_delays(w->layer, delay));
    OK(w->layer->network->context, snnd_layer_weights(w->layer, weight));
    for (int64_t s = 0; s < synapses; s++) {
        const int32_t o = (int32_t)(s / each / w->inputs), i = (int32_t)(s / each % w->inputs);
        for (int32_t t = delay[s]; t < w->steps; t++)
            *out_at(w, t, o) += (double)weight[s] / (1 + 1e-7) * in_at(w, t - delay[s], i);
    }
    free(delay);
    free(weight);
}

static void batch_norm(const at_work *w) {
    const double epsilon = w->layer->options.batch_norm.epsilon;
    for (int32_t o = 0; o < w->outputs; o++) {
        const double mean = (double)floats(w->layer, SNND_ARRAY_RUNNING_MEAN)[o];
        const double variance = (double)floats(w->layer, SNND_ARRAY_RUNNING_VARIANCE)[o];
        const double scale = (double)floats(w->layer, SNND_ARRAY_SCALE)[o];
        const double shift = (double)floats(w->layer, SNND_ARRAY_SHIFT)[o];
        for (int32_t t = 0; t < w->steps; t++)
            *out_at(w, t, o) = (in_at(w, t, o) - mean) / sqrt(variance + epsilon) * scale + shift;
    }
}

/* 1 - 1/tau of a neuron: of its own where the layer has them, 1/tau = 1 / (1 + e^-a). */
static double decay_of(const at_work *w, double tau, int32_t o) {
    return w->layer->arrays[SNND_ARRAY_LEAK].data == NULL
               ? 1 - 1 / tau
               : 1 - 1 / (1 + exp(-(double)floats(w->layer, SNND_ARRAY_LEAK)[o]));
}

/* The paper's order:    s[t] = mem > threshold;  mem = reset((1 - 1/tau) mem + syn);  syn = h[t]
 * update first:         mem = (1 - 1/tau) mem + h[t];  s[t] = mem > threshold;  mem = reset(mem)
 * reset(x) is           x (1 - s[t]), or x - threshold s[t] */
static void lif(const at_work *w) {
    const snnd_lif_options *options = &w->layer->options.lif;
    const bool update_first = options->order == SNND_ORDER_UPDATE_FIRST;
    w->to->margin = make_doubles((size_t)w->steps * (size_t)w->outputs);
    for (int32_t o = 0; o < w->outputs; o++) {
        double mem = 0, syn = 0;
        for (int32_t t = 0; t < w->steps; t++) {
            const double next = decay_of(w, options->tau, o) * mem + (update_first ? in_at(w, t, o) : syn);
            const double margin = (update_first ? next : mem) - options->threshold, spike = margin > 0;
            w->to->margin[(size_t)t * (size_t)w->outputs + (size_t)o] = margin;
            *out_at(w, t, o) = spike;
            mem = options->reset == SNND_RESET_SUBTRACT ? next - options->threshold * spike : next * (1 - spike);
            syn = in_at(w, t, o);
        }
    }
}

static void dropout(const at_work *w) {
    memcpy(w->to->output, w->in, (size_t)w->steps * (size_t)w->outputs * sizeof *w->in);
}

/* mem = (1 - 1/tau) mem + syn;  syn = h[t];  out[t] = mem, or with h[t] for syn where the update comes first */
static void leaky_integrator(const at_work *w) {
    const snnd_leaky_integrator_options *options = &w->layer->options.leaky_integrator;
    for (int32_t o = 0; o < w->outputs; o++) {
        double mem = 0, syn = 0;
        for (int32_t t = 0; t < w->steps; t++) {
            const double now = in_at(w, t, o);
            mem = decay_of(w, options->tau, o) * mem + (options->order == SNND_ORDER_UPDATE_FIRST ? now : syn);
            *out_at(w, t, o) = mem;
            syn = now;
        }
    }
}

/* w[t] = B w[t-1] + a u[t-1] + b s[t-1];  u[t] = A (u[t-1] - threshold s[t-1]) + (1 - A) (h[t] - w[t]) */
static void adaptive_lif(const at_work *work) {
    const double threshold = work->layer->options.adaptive_lif.threshold;
    work->to->margin = make_doubles((size_t)work->steps * (size_t)work->outputs);
    for (int32_t o = 0; o < work->outputs; o++) {
        const double A = (double)floats(work->layer, SNND_ARRAY_MEMBRANE_DECAY)[o];
        const double B = (double)floats(work->layer, SNND_ARRAY_ADAPTATION_DECAY)[o];
        const double a = (double)floats(work->layer, SNND_ARRAY_SUBTHRESHOLD_ADAPTATION)[o];
        const double b = (double)floats(work->layer, SNND_ARRAY_SPIKE_ADAPTATION)[o];
        double u = 0, w = 0, spike = 0;
        for (int32_t t = 0; t < work->steps; t++) {
            w = B * w + a * u + b * spike;
            u = A * (u - threshold * spike) + (1 - A) * (in_at(work, t, o) - w);
            work->to->margin[(size_t)t * (size_t)work->outputs + (size_t)o] = u - threshold;
            *out_at(work, t, o) = spike = u > threshold;
        }
    }
}

static void (*const kinds[])(const at_work *) = {
    [SNND_LAYER_DELAYS] = delays,
    [SNND_LAYER_BATCH_NORM] = batch_norm,
    [SNND_LAYER_LIF] = lif,
    [SNND_LAYER_DROPOUT] = dropout,
    [SNND_LAYER_LEAKY_INTEGRATOR] = leaky_integrator,
    [SNND_LAYER_ADAPTIVE_LIF] = adaptive_lif,
};

/* ---- the network ---- */

static void look_at_spikes(loop *made, const loop_layer *layer, size_t count) {
    for (size_t k = 0; k < count && layer->margin != NULL; k++) {
        made->spikes += layer->output[k] > 0;
        made->smallest_margin = fmin(made->smallest_margin, fabs(layer->margin[k]));
    }
}

loop *loop_run(const snnd_network *network, const float *input, int32_t steps) {
    loop *made = calloc(1, sizeof *made);
    ck_assert_ptr_nonnull(made);
    *made = (loop){.layers = snnd_network_layer_count(network), .steps = steps, .smallest_margin = INFINITY};
    made->layer = calloc((size_t)made->layers, sizeof *made->layer);
    ck_assert_ptr_nonnull(made->layer);
    const size_t numbers = (size_t)steps * (size_t)snnd_network_inputs(network);
    double *first = make_doubles(numbers);
    for (size_t k = 0; k < numbers; k++)
        first[k] = (double)input[k];
    const double *in = first;
    for (int32_t l = 0; l < made->layers; l++) {
        snnd_layer *layer = snnd_network_layer(network, l);
        const size_t count = (size_t)steps * (size_t)snnd_layer_outputs(layer);
        made->layer[l].output = make_doubles(count);
        const at_work w = {.layer = layer,
                           .steps = steps,
                           .inputs = snnd_layer_inputs(layer),
                           .outputs = snnd_layer_outputs(layer),
                           .in = in,
                           .to = &made->layer[l]};
        const snnd_layer_type type = snnd_layer_get_type(layer);
        ck_assert_msg((int)type < COUNT(kinds) && kinds[type] != NULL, "the loop has no layers of kind %d", (int)type);
        kinds[type](&w);
        look_at_spikes(made, &made->layer[l], count);
        in = made->layer[l].output;
    }
    free(first);
    return made;
}

void loop_free(loop *made) {
    for (int32_t l = 0; l < made->layers; l++) {
        free(made->layer[l].output);
        free(made->layer[l].margin);
    }
    free(made->layer);
    free(made);
}

/* ---- comparison ---- */

/* The first step at which a spike of the sample differs, and the place of its layer and neuron; `steps`: none does. A
 * spike is of earlier spikes, or of the same step's of a layer before, so that layers are looked at in their order. */
static int32_t first_difference(const loop *made, float *const *record, const int32_t *neurons, int32_t *at_layer,
                                int32_t *at_neuron) {
    for (int32_t t = 0; t < made->steps; t++)
        for (int32_t l = 0; l < made->layers; l++)
            for (int32_t n = 0; n < neurons[l] && made->layer[l].margin != NULL; n++) {
                const size_t k = (size_t)t * (size_t)neurons[l] + (size_t)n;
                if ((double)record[l][k] == made->layer[l].output[k])
                    continue;
                *at_layer = l;
                *at_neuron = n;
                return t;
            }
    return made->steps;
}

/* What single precision may make of the numbers of a row: 2e-5 of the largest. */
static double rounding_of(const double *values, int32_t steps, int32_t neurons, int32_t n) {
    double largest = 1;
    for (int32_t t = 0; t < steps; t++)
        largest = fmax(largest, fabs(values[(size_t)t * (size_t)neurons + (size_t)n]));
    return 2e-5 * largest;
}

/* All numbers before step `end` are within rounding. */
static void assert_numbers(const loop *made, float *const *record, const int32_t *neurons, int32_t end) {
    for (int32_t l = 0; l < made->layers; l++)
        for (int32_t n = 0; n < neurons[l]; n++) {
            const double rounding = rounding_of(made->layer[l].output, made->steps, neurons[l], n);
            for (int32_t t = 0; t < end; t++) {
                const size_t k = (size_t)t * (size_t)neurons[l] + (size_t)n;
                ck_assert_msg(fabs((double)record[l][k] - made->layer[l].output[k]) <= rounding,
                              "layer %d, neuron %d, step %d: %.9g; expected %.9g", l, n, t, (double)record[l][k],
                              made->layer[l].output[k]);
            }
        }
}

static void compare(const loop *made, float *const *record, const int32_t *neurons, loop_agreement *agreement) {
    int32_t l = 0, n = 0;
    const int32_t t = first_difference(made, record, neurons, &l, &n);
    assert_numbers(made, record, neurons, t);
    if (t == made->steps) {
        agreement->samples++;
        agreement->spikes += made->spikes;
        return;
    }
    const double margin = made->layer[l].margin[(size_t)t * (size_t)neurons[l] + (size_t)n];
    ck_assert_msg(fabs(margin) <= rounding_of(made->layer[l].margin, made->steps, neurons[l], n),
                  "layer %d, neuron %d, step %d: another spike where the potential is %g from the threshold", l, n, t,
                  margin);
    agreement->explained++;
}

void assert_follows_loop(snnd_network *network, const float *input, int32_t samples, int32_t steps,
                         loop_agreement *agreement) {
    const int32_t layers = snnd_network_layer_count(network);
    const size_t sample = (size_t)steps * (size_t)snnd_network_inputs(network);
    float **record = calloc((size_t)layers, sizeof *record);
    int32_t *neurons = calloc((size_t)layers, sizeof *neurons);
    ck_assert(record != NULL && neurons != NULL);
    snnd_workspace *workspace;
    OK(network->context, snnd_workspace_create(network, 1, steps, 0, &workspace));
    for (int32_t b = 0; b < samples; b++) {
        OK(network->context, snnd_workspace_forward(workspace, SNND_EVALUATE, input + (size_t)b * sample, 1));
        for (int32_t l = 0; l < layers; l++) {
            neurons[l] = snnd_layer_outputs(snnd_network_layer(network, l));
            record[l] = record_of(workspace, snnd_network_layer(network, l), SNND_RECORD_OUTPUT);
        }
        loop *made = loop_run(network, input + (size_t)b * sample, steps);
        compare(made, record, neurons, agreement);
        loop_free(made);
        for (int32_t l = 0; l < layers; l++)
            free(record[l]);
    }
    snnd_workspace_free(workspace);
    free(record);
    free(neurons);
}
