/*
 * The network of a golden case, made with the library's public interface.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "golden_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct golden_parameter *golden_parameter(int index) {
    static const struct golden_parameter parameters[GOLDEN_PARAMETERS] = {
        {"weight", SNND_ARRAY_WEIGHT, false, true, GOLDEN_WEIGHT, GOLDEN_FIRST_WEIGHT_GRADIENT,
         GOLDEN_LATER_WEIGHT_GRADIENT},
        {"position", SNND_ARRAY_POSITION, false, true, GOLDEN_POSITION, GOLDEN_FIRST_POSITION_GRADIENT,
         GOLDEN_LATER_POSITION_GRADIENT},
        {"bn_gamma", SNND_ARRAY_SCALE, true, true, GOLDEN_NORM, GOLDEN_FIRST_NORM_GRADIENT, GOLDEN_LATER_NORM_GRADIENT},
        {"bn_beta", SNND_ARRAY_SHIFT, true, true, GOLDEN_NORM, GOLDEN_FIRST_NORM_GRADIENT, GOLDEN_LATER_NORM_GRADIENT},
        {"bn_mean", SNND_ARRAY_RUNNING_MEAN, true, false, GOLDEN_RUNNING, GOLDEN_RUNNING, GOLDEN_RUNNING},
        {"bn_var", SNND_ARRAY_RUNNING_VARIANCE, true, false, GOLDEN_RUNNING, GOLDEN_RUNNING, GOLDEN_RUNNING},
    };
    return &parameters[index];
}

bool golden_call(struct golden_run *run, snnd_status status, const char *what) {
    if (status != SNND_OK) {
        golden_report_failure(run->report, "%s: %s (%s)", what, snnd_context_last_error(run->context),
                              snnd_status_string(status));
    }
    return status == SNND_OK;
}

bool golden_load(struct golden_run *run, const char *name, snnd_dtype dtype, int32_t dimensions, const int64_t *shape,
                 snnd_array *array) {
    char message[GOLDEN_NOTE_LENGTH / 2];
    if (!golden_case_load(run->golden, run->context, name, dtype, dimensions, shape, array, message, sizeof message)) {
        golden_report_failure(run->report, "%s", message);
        return false;
    }
    return true;
}

bool golden_load_either(struct golden_run *run, const char *name, double one, double other, int32_t dimensions,
                        const int64_t *shape, snnd_array *array) {
    if (!golden_load(run, name, SNND_FLOAT64, dimensions, shape, array))
        return false;
    for (int64_t i = 0; i < snnd_array_count(array); i++) {
        double value = ((double *)array->data)[i];
        if (!(fabs(value - one) < 1e-6 || fabs(value - other) < 1e-6)) {
            golden_report_failure(run->report, "%s.npy holds %g, which is neither %g nor %g", name, value, one, other);
            snnd_array_free(run->context, array);
            return false;
        }
    }
    return true;
}

void golden_compare(struct golden_run *run, enum golden_group group, const char *name, const float *got,
                    int32_t dimensions, const int64_t *shape) {
    snnd_array expected;
    if (golden_load(run, name, SNND_FLOAT64, dimensions, shape, &expected)) {
        double error = golden_relative_error(got, expected.data, snnd_array_count(&expected));
        golden_report_error(run->report, group, error, name);
        snnd_array_free(run->context, &expected);
    }
}

snnd_layer *golden_owner(const struct golden_stage *stage, const struct golden_parameter *parameter) {
    return parameter->of_norm ? stage->norm : stage->delays;
}

int32_t golden_shape(const struct golden_stage *stage, bool of_norm, int64_t *shape) {
    shape[0] = stage->outputs;
    shape[1] = stage->inputs;
    return of_norm ? 1 : 2;
}

bool golden_show(struct golden_run *run, const struct golden_stage *stage, snnd_layer *layer, snnd_array_name name,
                 snnd_dtype dtype, snnd_array *array) {
    if (!golden_call(run, snnd_layer_array(layer, name, array), "snnd_layer_array"))
        return false;
    int64_t count = layer == stage->norm ? stage->outputs : (int64_t)stage->outputs * stage->inputs;
    if (array->dtype != (int32_t)dtype || snnd_array_count(array) != count) {
        golden_report_failure(run->report, "snnd_layer_array shows array %d with another type or size", (int)name);
        return false;
    }
    return true;
}

/* Puts init_STEMn of the case into the library. */
static bool put_parameter(struct golden_run *run, int32_t at, const struct golden_parameter *parameter) {
    const struct golden_stage *stage = &run->stages[at];
    snnd_array to;
    snnd_array from;
    int64_t shape[2];
    int32_t dimensions = golden_shape(stage, parameter->of_norm, shape);
    char name[GOLDEN_CASE_NAME_LENGTH];
    snprintf(name, sizeof name, "init_%s%d", parameter->stem, at);
    if (!golden_show(run, stage, golden_owner(stage, parameter), parameter->name, SNND_FLOAT32, &to) ||
        !golden_load(run, name, SNND_FLOAT64, dimensions, shape, &from))
        return false;
    for (int64_t i = 0; i < snnd_array_count(&from); i++)
        ((float *)to.data)[i] = (float)((double *)from.data)[i];
    snnd_array_free(run->context, &from);
    return true;
}

static bool put_parameters(struct golden_run *run) {
    for (int32_t at = 0; at < run->golden->layers; at++) {
        for (int i = 0; i < GOLDEN_PARAMETERS; i++) {
            const struct golden_parameter *parameter = golden_parameter(i);
            if (golden_owner(&run->stages[at], parameter) != NULL && !put_parameter(run, at, parameter))
                return false;
        }
    }
    return true;
}

static bool put_sign(struct golden_run *run, int32_t at) {
    const struct golden_stage *stage = &run->stages[at];
    snnd_array to;
    snnd_array from;
    char name[GOLDEN_CASE_NAME_LENGTH];
    snprintf(name, sizeof name, "init_sign%d", at);
    if (!golden_show(run, stage, stage->delays, SNND_ARRAY_SIGN, SNND_INT8, &to) ||
        !golden_load_either(run, name, -1, 1, 2, (int64_t[]){stage->outputs, stage->inputs}, &from))
        return false;
    for (int64_t i = 0; i < snnd_array_count(&from); i++)
        ((int8_t *)to.data)[i] = ((double *)from.data)[i] > 0 ? 1 : -1;
    snnd_array_free(run->context, &from);
    return true;
}

/* Without a stored mask all synapses exist. */
static bool put_mask(struct golden_run *run, int32_t at) {
    struct golden_stage *stage = &run->stages[at];
    snnd_array to;
    if (!golden_show(run, stage, stage->delays, SNND_ARRAY_MASK, SNND_UINT8, &to))
        return false;
    uint8_t *mask = to.data;
    int64_t count = snnd_array_count(&to);
    memset(mask, 1, (size_t)count);
    stage->active = count;
    if (run->golden->sparsity > 0) {
        snnd_array from;
        char name[GOLDEN_CASE_NAME_LENGTH];
        snprintf(name, sizeof name, "init_mask%d", at);
        if (!golden_load_either(run, name, 0, 1, 2, (int64_t[]){stage->outputs, stage->inputs}, &from))
            return false;
        stage->active = 0;
        for (int64_t i = 0; i < count; i++) {
            mask[i] = ((double *)from.data)[i] > 0;
            stage->active += mask[i];
        }
        snnd_array_free(run->context, &from);
    }
    return true;
}

static bool add_synapses(struct golden_run *run, struct golden_stage *stage) {
    snnd_delay_options options;
    snnd_delay_options_init(&options, sizeof options);
    options.max_delay = run->golden->taps - 1;
    options.profile = SNND_PROFILE_GAUSS;
    return golden_call(run, snnd_network_add_delays(run->network, stage->outputs, &options, &stage->delays),
                       "snnd_network_add_delays");
}

static bool add_hidden(struct golden_run *run, struct golden_stage *stage) {
    snnd_lif_options options;
    snnd_lif_options_init(&options, sizeof options);
    options.tau = run->golden->tau;
    options.threshold = run->golden->threshold;
    options.alpha = run->golden->alpha;
    snnd_network *network = run->network;
    if (!golden_call(run, snnd_network_add_batch_norm(network, NULL, &stage->norm), "snnd_network_add_batch_norm") ||
        !golden_call(run, snnd_network_add_lif(network, &options, &stage->lif), "snnd_network_add_lif"))
        return false;
    double dropout = run->golden->dropout;
    return !(dropout > 0) ||
           golden_call(run, snnd_network_add_dropout(network, dropout, &stage->dropout), "snnd_network_add_dropout");
}

static bool add_readout(struct golden_run *run, struct golden_stage *stage) {
    snnd_leaky_integrator_options options;
    snnd_leaky_integrator_options_init(&options, sizeof options);
    options.tau = run->golden->tau;
    return golden_call(run, snnd_network_add_leaky_integrator(run->network, &options, &stage->readout),
                       "snnd_network_add_leaky_integrator");
}

static bool make_network(struct golden_run *run) {
    const struct golden_case *golden = run->golden;
    if (!golden_call(run, snnd_network_create(run->context, golden->sizes[0], &run->network), "snnd_network_create"))
        return false;
    for (int32_t at = 0; at < golden->layers; at++) {
        struct golden_stage *stage = &run->stages[at];
        stage->inputs = golden->sizes[at];
        stage->outputs = golden->sizes[at + 1];
        bool last = at + 1 == golden->layers;
        if (!add_synapses(run, stage) || !(last ? add_readout(run, stage) : add_hidden(run, stage)))
            return false;
    }
    return true;
}

static bool make_optimizer(struct golden_run *run, snnd_parameters moved, snnd_optimizer **optimizer) {
    snnd_optimizer_options options;
    snnd_optimizer_options_init(&options, sizeof options);
    options.kind = SNND_ADAM;
    options.parameters = moved;
    return golden_call(run, snnd_optimizer_create(run->network, &options, optimizer), "snnd_optimizer_create");
}

static bool make_controller(struct golden_run *run) {
    const struct golden_case *golden = run->golden;
    snnd_structure structure;
    snnd_structure_init(&structure, sizeof structure);
    structure.sparsity = golden->sparsity;
    if (golden->dynamic)
        return golden_call(run, snnd_sparsity_create_deep_r(run->network, &structure, NULL, &run->sparsity),
                           "snnd_sparsity_create_deep_r");
    if (golden->sparsity > 0)
        return golden_call(run, snnd_sparsity_create_fixed_mask(run->network, &structure, &run->sparsity),
                           "snnd_sparsity_create_fixed_mask");
    return true;
}

/* The controller draws masks and signs, which those of the case then replace. */
static bool put_initial(struct golden_run *run) {
    for (int32_t at = 0; at < run->golden->layers; at++) {
        struct golden_stage *stage = &run->stages[at];
        stage->active = (int64_t)stage->outputs * stage->inputs;
        if ((run->golden->dynamic && !put_sign(run, at)) || (run->sparsity != NULL && !put_mask(run, at)))
            return false;
    }
    return put_parameters(run);
}

static bool allocate(struct golden_run *run) {
    const struct golden_case *golden = run->golden;
    size_t batch = (size_t)golden->batch;
    size_t time = (size_t)golden->time;
    size_t widest = (size_t)golden_case_widest(golden);
    run->stages = calloc((size_t)golden->layers, sizeof *run->stages);
    run->input = calloc(batch * time * (size_t)golden->sizes[0], sizeof *run->input);
    run->record = calloc(batch * time * widest, sizeof *run->record);
    run->mask = calloc(batch * widest, sizeof *run->mask);
    bool done = run->stages != NULL && run->input != NULL && run->record != NULL && run->mask != NULL;
    for (int32_t at = 0; done && at < golden->layers; at++) {
        run->stages[at].kept = calloc(3 * (size_t)golden->sizes[at + 1], sizeof *run->stages[at].kept);
        done = run->stages[at].kept != NULL;
    }
    if (!done)
        golden_report_failure(run->report, "out of memory");
    return done;
}

bool golden_prepare(struct golden_run *run) {
    return allocate(run) && make_network(run) &&
           golden_call(run,
                       snnd_workspace_create(run->network, run->golden->batch, run->golden->time, 1, &run->workspace),
                       "snnd_workspace_create") &&
           make_optimizer(run, SNND_PARAMETERS_WEIGHTS, &run->weights) &&
           make_optimizer(run, SNND_PARAMETERS_POSITIONS, &run->positions) && make_controller(run) && put_initial(run);
}

void golden_clean_up(struct golden_run *run) {
    golden_track_free(run);
    snnd_sparsity_free(run->sparsity);
    snnd_optimizer_free(run->positions);
    snnd_optimizer_free(run->weights);
    snnd_workspace_free(run->workspace);
    snnd_network_free(run->network);
    snnd_array_free(run->context, &run->x);
    snnd_array_free(run->context, &run->y);
    for (int32_t at = 0; run->stages != NULL && at < run->golden->layers; at++)
        free(run->stages[at].kept);
    free(run->stages);
    free(run->input);
    free(run->record);
    free(run->mask);
}
