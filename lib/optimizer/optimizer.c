/*
 * Adam (Kingma and Ba 2015), at its t-th step, for every parameter p with gradient g:
 *
 *     m = beta1 m + (1 - beta1) g,    v = beta2 v + (1 - beta2) g^2
 *     p = p - rate / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
 *
 * SGD with momentum: m = momentum m + g, p = p - rate m.
 */
#include "optimizer/optimizer.h"

#include <math.h>

#include "base/finite.h"
#include "base/options.h"
#include "model/delays.h"

/* The factors of a step, for all parameters or for those of an array. */
typedef struct factors {
    double keep_first, take_first, keep_second, take_second, rate, root, epsilon, decay, shrink;
    bool frozen;
} factors;

static factors factors_of(const snnd_optimizer *optimizer) {
    const snnd_optimizer_options *options = &optimizer->options;
    const double step = (double)optimizer->steps;
    factors f = {.keep_first = options->momentum,
                 .take_first = 1 - options->momentum,
                 .keep_second = options->beta2,
                 .take_second = 1 - options->beta2,
                 .rate = options->rate,
                 .root = 1,
                 .epsilon = options->epsilon,
                 .decay = options->decoupled ? 0 : options->weight_decay,
                 .shrink = 1};
    if (options->kind == SNND_ADAM) {
        f.rate = options->rate / (1 - pow(options->momentum, step));
        f.root = 1 / sqrt(1 - pow(options->beta2, step));
    }
    return f;
}

/* It computes in double precision: a weight that comes to rest near zero must not inherit the rounding error of a large
 * one, since the sign of theta decides whether a synapse exists. */
static inline void adam(const factors *f, bool frozen, int64_t count, float *parameter, const float *gradient,
                        float *first, float *second) {
    for (int64_t k = 0; k < count; k++) {
        const double p = (double)parameter[k], g = (double)gradient[k] + f->decay * p;
        const double m = f->keep_first * (double)first[k] + f->take_first * g;
        const double v = f->keep_second * (double)second[k] + f->take_second * g * g;
        first[k] = (float)m;
        second[k] = (float)v;
        if (!frozen)
            parameter[k] = (float)(f->shrink * p - f->rate * m / (sqrt(v) * f->root + f->epsilon));
    }
}

static inline void sgd(const factors *f, bool frozen, int64_t count, float *parameter, const float *gradient,
                       float *first) {
    for (int64_t k = 0; k < count; k++) {
        const double p = (double)parameter[k], g = (double)gradient[k] + f->decay * p;
        const double m = f->keep_first * (double)first[k] + g;
        first[k] = (float)m;
        if (!frozen)
            parameter[k] = (float)(f->shrink * p - f->rate * m);
    }
}

snnd_status snnd_optimizer_options_init(snnd_optimizer_options *options, size_t size) {
    static const snnd_optimizer_options defaults = {.kind = SNND_ADAM,
                                                    .parameters = SNND_PARAMETERS_WEIGHTS,
                                                    .rate = 1e-3,
                                                    .momentum = 0.9,
                                                    .beta2 = 0.999,
                                                    .epsilon = 1e-8};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

static snnd_status check_options(snnd_context *context, const snnd_optimizer_options *options) {
    const int32_t all = SNND_PARAMETERS_WEIGHTS | SNND_PARAMETERS_POSITIONS;
    const snnd_bound bounds[] = {
        {"kind", options->kind, options->kind == SNND_ADAM || options->kind == SNND_SGD, "SNND_ADAM or SNND_SGD"},
        {"parameters", options->parameters, options->parameters >= 1 && options->parameters <= all,
         "a combination of snnd_parameters"},
        {"rate", options->rate, snnd_is_rate(options->rate), "0 to 1e6"},
        {"momentum", options->momentum, snnd_is_momentum(options->momentum), "at least 0 and below 1"},
        {"beta2", options->beta2, snnd_is_momentum(options->beta2), "at least 0 and below 1"},
        {"epsilon", options->epsilon, options->epsilon > 0 && options->epsilon <= 1, "above 0, up to 1"},
        {"weight_decay", options->weight_decay, snnd_is_rate(options->weight_decay), "0 to 1e6"},
        {"decoupled", options->decoupled, options->decoupled == 0 || options->decoupled == 1, "0 or 1"},
    };
    return snnd_options_check_bounds(context, "optimizer", bounds, sizeof bounds / sizeof *bounds);
}

static snnd_status allocate_moments(snnd_optimizer *optimizer) {
    const snnd_network *network = optimizer->network;
    optimizer->moment = snnd_allocate(network->context, (size_t)network->count, sizeof *optimizer->moment);
    if (optimizer->moment == NULL)
        return SNND_ERROR_MEMORY;
    for (int32_t i = 0; i < network->count; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++) {
            if (!snnd_layer_trains(network->layer[i], (snnd_array_name)name, optimizer->options.parameters))
                continue;
            const size_t count = snnd_array_elements(&network->layer[i]->arrays[name]);
            snnd_moment *moment = &optimizer->moment[i];
            moment->factor[name] = 1;
            moment->first[name] = snnd_allocate(network->context, count, sizeof(float));
            if (optimizer->options.kind == SNND_ADAM)
                moment->second[name] = snnd_allocate(network->context, count, sizeof(float));
            if (moment->first[name] == NULL || (optimizer->options.kind == SNND_ADAM && moment->second[name] == NULL))
                return SNND_ERROR_MEMORY;
        }
    return SNND_OK;
}

snnd_status snnd_optimizer_create(snnd_network *network, const snnd_optimizer_options *options,
                                  snnd_optimizer **optimizer) {
    snnd_optimizer_options known;
    snnd_optimizer_options_init(&known, sizeof known);
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_context *context = network->context;
    if (optimizer == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_optimizer_create: optimizer is NULL");
    snnd_status status = snnd_options_read(context, options, &known, sizeof known, "snnd_optimizer_options");
    if (status == SNND_OK && network->count == 0)
        status = snnd_fail(context, SNND_ERROR_STATE, "optimizer: the network has no layers");
    if (status == SNND_OK)
        status = check_options(context, &known);
    if (status != SNND_OK)
        return status;
    snnd_optimizer *made = snnd_allocate(context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    made->network = network;
    made->options = known;
    if (allocate_moments(made) != SNND_OK) {
        snnd_optimizer_free(made);
        return snnd_fail(context, SNND_ERROR_MEMORY, "cannot allocate the moments of an optimizer: %s", context->error);
    }
    network->complete = true;
    *optimizer = made;
    return SNND_OK;
}

void snnd_optimizer_free(snnd_optimizer *optimizer) {
    if (optimizer == NULL)
        return;
    const snnd_network *network = optimizer->network;
    for (int32_t i = 0; i < network->count && optimizer->moment != NULL; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++) {
            snnd_release(network->context, optimizer->moment[i].first[name]);
            snnd_release(network->context, optimizer->moment[i].second[name]);
        }
    snnd_release(network->context, optimizer->moment);
    snnd_release(network->context, optimizer);
}

snnd_status snnd_optimizer_set_rate(snnd_optimizer *optimizer, double rate) {
    if (optimizer == NULL)
        return SNND_ERROR_ARGUMENT;
    if (!snnd_is_rate(rate))
        return snnd_fail(optimizer->network->context, SNND_ERROR_ARGUMENT, "rate is %g; expected 0 to 1e6", rate);
    optimizer->options.rate = rate;
    return SNND_OK;
}

snnd_status snnd_optimizer_set_momentum(snnd_optimizer *optimizer, double momentum) {
    if (optimizer == NULL)
        return SNND_ERROR_ARGUMENT;
    if (!snnd_is_momentum(momentum))
        return snnd_fail(optimizer->network->context, SNND_ERROR_ARGUMENT,
                         "momentum is %g; expected at least 0 and below 1", momentum);
    optimizer->options.momentum = momentum;
    return SNND_OK;
}

snnd_status snnd_optimizer_set_factor(snnd_optimizer *optimizer, const snnd_layer *layer, snnd_array_name name,
                                      double factor) {
    if (optimizer == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_context *context = optimizer->network->context;
    if (layer == NULL || layer->network != optimizer->network || snnd_array_word(name) == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "snnd_optimizer_set_factor: expected a layer of this network, and a name");
    if (!snnd_is_rate(factor))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "the factor of '%s' of layer %d is %g; expected 0 to 1e6",
                         snnd_array_word(name), layer->index, factor);
    snnd_moment *moment = &optimizer->moment[layer->index];
    if (moment->first[name] == NULL)
        return snnd_fail(context, SNND_ERROR_STATE, "the optimizer does not update '%s' of layer %d (%s)",
                         snnd_array_word(name), layer->index, layer->class->name);
    moment->factor[name] = factor;
    return SNND_OK;
}

/* A moment that has overflowed would keep its parameter unchanged for ever. */
static snnd_status check_moments(const snnd_optimizer *optimizer, const snnd_layer *layer, snnd_array_name name) {
    const snnd_moment *moment = &optimizer->moment[layer->index];
    const float *moments[2] = {moment->first[name], moment->second[name]};
    const size_t count = snnd_array_elements(&layer->arrays[name]);
    for (int order = 1; order <= 2; order++)
        if (moments[order - 1] != NULL && !snnd_all_finite(moments[order - 1], count))
            return snnd_fail(optimizer->network->context, SNND_ERROR_NUMERIC,
                             "moment %d of %s of layer %d (%s) is not finite", order, snnd_array_word(name),
                             layer->index, layer->class->name);
    return SNND_OK;
}

/* Returns the factors of an array: the rate times its own factor, and no weight decay where it does not apply. */
static factors factors_for(const snnd_optimizer *optimizer, factors f, const snnd_layer *layer, snnd_array_name name) {
    const snnd_optimizer_options *options = &optimizer->options;
    const double factor = optimizer->moment[layer->index].factor[name];
    f.frozen = !(factor > 0);
    f.rate *= factor;
    if (options->decoupled)
        f.shrink = 1 - factor * options->rate * options->weight_decay;
    if (!snnd_array_kinds[name].decays) {
        f.decay = 0;
        f.shrink = 1;
    }
    return f;
}

static void move_by_adam(const factors *f, int64_t count, float *parameter, const float *gradient, float *first,
                         float *second) {
    if (f->frozen)
        adam(f, true, count, parameter, gradient, first, second);
    else
        adam(f, false, count, parameter, gradient, first, second);
}

static void move_by_sgd(const factors *f, int64_t count, float *parameter, const float *gradient, float *first) {
    if (f->frozen)
        sgd(f, true, count, parameter, gradient, first);
    else
        sgd(f, false, count, parameter, gradient, first);
}

/* Updates an array of a layer and checks the result. */
static snnd_status move(const snnd_optimizer *optimizer, const factors *all, const snnd_stage *stage,
                        snnd_array_name name) {
    snnd_layer *layer = stage->layer;
    const factors f = factors_for(optimizer, *all, layer, name);
    const snnd_moment *moment = &optimizer->moment[layer->index];
    float *parameter = snnd_layer_floats(layer, name), *first = moment->first[name], *second = moment->second[name];
    const int64_t count = snnd_array_count(&layer->arrays[name]);
    if (optimizer->options.kind == SNND_ADAM)
        move_by_adam(&f, count, parameter, stage->gradient[name], first, second);
    else
        move_by_sgd(&f, count, parameter, stage->gradient[name], first);
    if (name == SNND_ARRAY_WEIGHT)
        snnd_delays_hold_absent(layer);
    const snnd_status status = snnd_layer_check_values(layer, name, SNND_ERROR_NUMERIC);
    return status == SNND_OK ? check_moments(optimizer, layer, name) : status;
}

snnd_status snnd_optimizer_step(snnd_optimizer *optimizer, const snnd_workspace *workspace) {
    if (optimizer == NULL)
        return SNND_ERROR_ARGUMENT;
    const snnd_network *network = optimizer->network;
    snnd_status status = snnd_workspace_check_gradients(workspace, network, "optimizer");
    if (status != SNND_OK)
        return status;
    optimizer->steps++;
    optimizer->move = ++network->context->moves;
    const factors f = factors_of(optimizer);
    for (int32_t i = 0; i < network->count; i++) {
        for (int name = 1; name < SNND_ARRAY_NAMES; name++)
            if (optimizer->moment[i].first[name] != NULL) {
                const snnd_status here = move(optimizer, &f, &workspace->stage[i], (snnd_array_name)name);
                status = status == SNND_OK ? here : status;
            }
    }
    return status;
}

snnd_status snnd_optimizer_moment(snnd_optimizer *optimizer, const snnd_layer *layer, snnd_array_name name, int order,
                                  snnd_array *array) {
    if (optimizer == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_context *context = optimizer->network->context;
    if (layer == NULL || layer->network != optimizer->network || array == NULL || snnd_array_word(name) == NULL ||
        order < 1 || order > 2)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "snnd_optimizer_moment: expected a layer of this network, a name, order 1 or 2, and an array");
    const snnd_moment *moment = &optimizer->moment[layer->index];
    float *data = order == 1 ? moment->first[name] : moment->second[name];
    if (data == NULL)
        return snnd_fail(context, SNND_ERROR_STATE, "the optimizer has no moment %d of '%s' of layer %d", order,
                         snnd_array_word(name), layer->index);
    *array = layer->arrays[name];
    array->data = data;
    return SNND_OK;
}
