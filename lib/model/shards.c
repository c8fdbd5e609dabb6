/* A batch as one or several shards: the order of a training step, and how sums and gradients of shards are added
 * (shards.h). For a batch in several shards the gradient of the L1 penalty is added here, once (`add_penalty`). */
#include "model/shards.h"

#include <string.h>

#include "base/parts.h"
#include "kernel/product.h"
#include "model/block.h"
#include "model/delays.h"
#include "model/layer_pass.h"

/* ---- memory ---- */

int32_t snnd_shards_most(int32_t batch, int32_t total) {
    return snnd_part_begin(batch, 1, total);
}

/* Returns whether gradients of shards must be added. A layer that has seen the whole batch computes those of the batch.
 * */
static bool is_added(const snnd_stage *stage, int name) {
    return stage->gradient[name] != NULL && snnd_layer_pass_of(stage->layer)->settle_backward == NULL;
}

static size_t all_gradients(const snnd_workspace *workspace) {
    size_t count = 0;
    for (int32_t i = 0; i < workspace->network->count; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++)
            if (is_added(&workspace->stage[i], name))
                count += (size_t)snnd_array_count(&workspace->network->layer[i]->arrays[name]);
    return count;
}

/* Returns the largest number of sums of any kind that a shard computes. */
static size_t most_sums(const snnd_network *network) {
    size_t most = snnd_loss_sums(network);
    for (int32_t i = 0; i < network->count; i++)
        if (snnd_layer_pass_of(network->layer[i])->measure != NULL && 2 * (size_t)network->layer[i]->outputs > most)
            most = 2 * (size_t)network->layer[i]->outputs;
    return most;
}

/* Copies the running statistics of the network to `held`, or back; with NULL it only counts them. */
static size_t copy_running(const snnd_network *network, float *held, bool back) {
    size_t at = 0;
    for (int32_t i = 0; i < network->count; i++)
        for (int name = SNND_ARRAY_RUNNING_MEAN; name <= SNND_ARRAY_RUNNING_VARIANCE; name++) {
            const snnd_array *array = &network->layer[i]->arrays[name];
            const size_t count = array->data == NULL ? 0 : (size_t)snnd_array_count(array);
            if (count > 0 && held != NULL)
                memcpy(back ? array->data : held + at, back ? held + at : array->data, count * sizeof *held);
            at += count;
        }
    return at;
}

static snnd_status take_memory(snnd_shards *made, int32_t batch, int32_t steps) {
    made->count = made->total / made->ranks;
    made->workspace = snnd_allocate(made->context, (size_t)made->count, sizeof(snnd_workspace *));
    if (made->workspace == NULL)
        return SNND_ERROR_MEMORY;
    for (int32_t k = 0; k < made->count; k++) {
        const snnd_status status =
            snnd_workspace_create(made->network, snnd_shards_most(batch, made->total), steps, 1, &made->workspace[k]);
        if (status != SNND_OK)
            return status;
    }
    if (made->total == 1)
        return SNND_OK;
    made->most_sums = most_sums(made->network);
    made->sums =
        snnd_allocate(made->context, snnd_size_multiply((size_t)made->count, made->most_sums), sizeof *made->sums);
    if (made->sums == NULL)
        return SNND_ERROR_MEMORY;
    const size_t gradients = all_gradients(made->workspace[0]), running = copy_running(made->network, NULL, false);
    if (made->ranks > 1 && gradients > 0) {
        made->gradient = snnd_allocate(made->context, gradients, sizeof *made->gradient);
        if (made->gradient == NULL)
            return SNND_ERROR_MEMORY;
    }
    if (made->ranks > 1 && running > 0)
        made->running = snnd_allocate(made->context, running, sizeof *made->running);
    return made->ranks > 1 && running > 0 && made->running == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

snnd_status snnd_shards_create(const snnd_shards *plan, int32_t batch, int32_t steps, snnd_shards **shards) {
    snnd_shards *made = snnd_allocate(plan->context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    *made = *plan;
    const snnd_status status = take_memory(made, batch, steps);
    if (status != SNND_OK) {
        snnd_shards_free(made);
        return status;
    }
    *shards = made;
    return SNND_OK;
}

void snnd_shards_free(snnd_shards *shards) {
    if (shards == NULL)
        return;
    snnd_context *context = shards->context;
    for (int32_t k = 0; k < shards->count && shards->workspace != NULL; k++)
        snnd_workspace_free(shards->workspace[k]);
    snnd_release(context, shards->workspace);
    snnd_release(context, shards->sums);
    snnd_release(context, shards->gradient);
    snnd_release(context, shards->running);
    snnd_release(context, shards);
}

/* ---- between ranks ---- */

static int reduce(const snnd_shards *shards, snnd_dtype dtype, size_t count, void *values) {
    const snnd_reduction what = {
        .size = sizeof what, .dtype = (int32_t)dtype, .count = (int64_t)count, .values = values};
    return shards->ranks > 1 && count > 0 ? shards->reduce(shards->user, &what) : 0;
}

static snnd_status failed(const snnd_shards *shards, int returned) {
    return snnd_fail(shards->context, SNND_ERROR_CALLBACK,
                     "the function `reduce` of the host, which adds over %d ranks, failed: it returned %d",
                     shards->ranks, returned);
}

snnd_status snnd_shards_reduce(const snnd_shards *shards, snnd_dtype dtype, size_t count, void *values) {
    const int returned = reduce(shards, dtype, count, values);
    return returned == 0 ? SNND_OK : failed(shards, returned);
}

/* The number of statuses; the last is SNND_ERROR_CALLBACK. */
enum { STATUSES = SNND_ERROR_CALLBACK + 1 };

snnd_status snnd_shards_agree(const snnd_shards *shards, snnd_status status) {
    double said[STATUSES] = {0};
    said[status] = 1;
    const int returned = reduce(shards, SNND_FLOAT64, STATUSES, said);
    if (status != SNND_OK && status != SNND_STOPPED)
        return status;
    if (returned != 0)
        return failed(shards, returned);
    for (int k = SNND_OK + 1; k < STATUSES; k++)
        if (said[k] > 0 && k != SNND_STOPPED)
            return snnd_fail(shards->context, (snnd_status)k, "another rank failed: %s",
                             snnd_status_string((snnd_status)k));
    return said[SNND_STOPPED] > 0 ? SNND_STOPPED : SNND_OK;
}

/* ---- the tree ---- */

static void add_doubles(size_t count, double *to, const double *from) {
    for (size_t k = 0; k < count; k++)
        to[k] += from[k];
}

static void add_floats(size_t count, float *to, const float *from) {
    for (size_t k = 0; k < count; k++)
        to[k] += from[k];
}

snnd_status snnd_shards_add(const snnd_shards *shards, size_t count) {
    for (int32_t apart = 1; apart < shards->count; apart *= 2)
        for (int32_t k = 0; k < shards->count; k += 2 * apart)
            add_doubles(count, shards->sums + (size_t)k * shards->most_sums,
                        shards->sums + (size_t)(k + apart) * shards->most_sums);
    return snnd_shards_reduce(shards, SNND_FLOAT64, count, shards->sums);
}

snnd_status snnd_shards_settle(const snnd_shards *shards, int32_t layer, bool back) {
    const snnd_layer_pass *pass = snnd_layer_pass_of(shards->network->layer[layer]);
    const size_t count = 2 * (size_t)shards->network->layer[layer]->outputs;
    snnd_status status = SNND_OK;
    for (int32_t k = 0; k < shards->count && shards->total > 1; k++) {
        const snnd_workspace *workspace = shards->workspace[k];
        double *sums = shards->sums + (size_t)k * shards->most_sums;
        if (workspace->pass.samples == 0)
            memset(sums, 0, count * sizeof *sums);
        else
            (back ? pass->sum_backward : pass->sum)(&workspace->stage[layer], sums);
    }
    if (shards->total > 1)
        status = snnd_shards_add(shards, count);
    for (int32_t k = 0; k < shards->count && status == SNND_OK; k++)
        (back ? pass->settle_backward : pass->settle)(&shards->workspace[k]->stage[layer], shards->sums);
    return status;
}

/* ---- gradients ---- */

static float *gradient_of(const snnd_shards *shards, int32_t shard, int32_t layer, int name) {
    return shards->workspace[shard]->stage[layer].gradient[name];
}

/* Adds gradients within this rank. A shard without samples has gradients of 0. */
static void add_gradients(const snnd_shards *shards, int32_t layer, int name) {
    const size_t count = (size_t)snnd_array_count(&shards->network->layer[layer]->arrays[name]);
    for (int32_t k = 0; k < shards->count; k++)
        if (shards->workspace[k]->pass.samples == 0)
            memset(gradient_of(shards, k, layer, name), 0, count * sizeof(float));
    for (int32_t apart = 1; apart < shards->count; apart *= 2)
        for (int32_t k = 0; k < shards->count; k += 2 * apart)
            add_floats(count, gradient_of(shards, k, layer, name), gradient_of(shards, k + apart, layer, name));
}

/* Returns whether a gradient was computed, which is not so for absent synapses without a request. */
static bool is_made(const snnd_layer *layer, int name, int64_t place) {
    const snnd_array *mask = &layer->arrays[SNND_ARRAY_MASK];
    return mask->data == NULL || layer->gradients != SNND_GRADIENTS_EXISTING ||
           snnd_array_count(mask) != snnd_array_count(&layer->arrays[name]) ||
           ((const uint8_t *)mask->data)[place] != 0 || snnd_layer_floats(layer, SNND_ARRAY_WEIGHT)[place] != 0;
}

/* Packs the computed gradients of an array side by side, or unpacks them, where the others are 0; returns their number.
 * */
static size_t pack(const snnd_shards *shards, int32_t layer, int name, float *packed, bool back) {
    const snnd_layer *of = shards->network->layer[layer];
    float *gradient = gradient_of(shards, 0, layer, name);
    size_t at = 0;
    for (int64_t k = 0; k < snnd_array_count(&of->arrays[name]); k++) {
        const bool made = is_made(of, name, k);
        if (back)
            gradient[k] = made ? packed[at] : 0;
        else if (made)
            packed[at] = gradient[k];
        at += made;
    }
    return at;
}

/* Packs all arrays whose gradients are added. */
static size_t pack_all(const snnd_shards *shards, bool back) {
    size_t at = 0;
    for (int32_t i = 0; i < shards->network->count; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++)
            if (is_added(&shards->workspace[0]->stage[i], name))
                at += pack(shards, i, name, shards->gradient + at, back);
    return at;
}

/* l1 sgn(theta), which is not a sum over samples. */
static void add_penalty(const snnd_shards *shards, int32_t layer, double l1) {
    const snnd_layer *of = shards->network->layer[layer];
    float *gradient = gradient_of(shards, 0, layer, SNND_ARRAY_WEIGHT);
    if (!(l1 > 0) || !snnd_layer_is_delays(of) || gradient == NULL)
        return;
    const float *theta = snnd_layer_floats(of, SNND_ARRAY_WEIGHT);
    for (int64_t k = 0; k < snnd_layer_synapses(of); k++)
        gradient[k] = (float)((double)gradient[k] + l1 * ((theta[k] > 0) - (theta[k] < 0)));
}

/* Computes the gradients of the batch from those of the shards. */
static snnd_status join_gradients(const snnd_shards *shards) {
    const snnd_workspace *lead = shards->workspace[0];
    for (int32_t i = 0; i < shards->network->count; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++)
            if (is_added(&lead->stage[i], name))
                add_gradients(shards, i, name);
    if (shards->ranks > 1) {
        const snnd_status status = snnd_shards_reduce(shards, SNND_FLOAT32, pack_all(shards, false), shards->gradient);
        if (status != SNND_OK)
            return status;
        pack_all(shards, true);
    }
    for (int32_t i = 0; i < shards->network->count; i++)
        add_penalty(shards, i, lead->pass.batch_l1);
    return SNND_OK;
}

/* ---- a step ---- */

void snnd_shards_drop(const snnd_shards *shards) {
    for (int32_t k = 0; k < shards->count; k++)
        snnd_workspace_drop_pass(shards->workspace[k]);
}

void snnd_shards_undo(const snnd_shards *shards) {
    if (shards->running != NULL)
        copy_running(shards->network, shards->running, true);
    snnd_shards_drop(shards);
}

/* Returns the steps of all samples of a batch together. */
static int64_t frames_of(const int32_t *length, int32_t count, int32_t steps) {
    int64_t sum = 0;
    for (int32_t b = 0; b < count; b++)
        sum += length == NULL ? steps : length[b];
    return sum;
}

snnd_status snnd_shards_take(const snnd_shards *shards, snnd_mode mode, const float *input, const int32_t *length,
                             int32_t count) {
    if (input == NULL)
        return snnd_fail(shards->context, SNND_ERROR_ARGUMENT, "input is NULL");
    const size_t sample = (size_t)shards->workspace[0]->steps * (size_t)shards->network->inputs;
    for (int32_t k = 0; k < shards->count; k++) {
        snnd_workspace *workspace = shards->workspace[k];
        const int32_t shard = shards->rank * shards->count + k, first = snnd_part_begin(count, shard, shards->total);
        const snnd_status status =
            snnd_workspace_take(workspace, mode, input + (size_t)first * sample, length == NULL ? NULL : length + first,
                                snnd_part_begin(count, shard + 1, shards->total) - first);
        if (status != SNND_OK)
            return status;
        workspace->pass.part = shards->total > 1;
        workspace->pass.leads = k == 0;
        workspace->pass.first = first;
        workspace->pass.batch_samples = count;
        workspace->pass.batch_frames =
            shards->total > 1 ? frames_of(length, count, workspace->steps) : workspace->pass.frames;
    }
    return SNND_OK;
}

/* Fails with the error of the first shard whose numbers overflowed. */
static snnd_status check_overflow(const snnd_shards *shards) {
    snnd_status status = SNND_OK;
    for (int32_t k = 0; k < shards->count && status == SNND_OK; k++)
        status = snnd_workspace_check_overflow(shards->workspace[k]);
    if (status != SNND_OK)
        snnd_shards_drop(shards);
    return status;
}

snnd_status snnd_shards_forward(const snnd_shards *shards) {
    const bool trains = shards->workspace[0]->pass.mode == SNND_TRAIN;
    const uint64_t fingerprint = trains ? snnd_network_fingerprint(shards->network) : 0;
    snnd_status status = SNND_OK;
    if (shards->running != NULL)
        copy_running(shards->network, shards->running, false);
    snnd_products_begin(shards->context);
    for (int32_t b = 0; b < shards->workspace[0]->blocks && status == SNND_OK; b++)
        status = snnd_block_forward(shards, b);
    snnd_products_end(shards->context);
    for (int32_t k = 0; k < shards->count; k++) {
        if (trains)
            shards->workspace[k]->fingerprint = fingerprint;
        shards->workspace[k]->progress = SNND_FORWARD_DONE;
    }
    return status == SNND_OK ? check_overflow(shards) : status;
}

snnd_status snnd_shards_backward(const snnd_shards *shards) {
    snnd_status status = snnd_workspace_check_parameters(shards->workspace[0], "a backward pass");
    if (status != SNND_OK)
        return status;
    for (int32_t k = 0; k < shards->count; k++)
        if (shards->workspace[k]->progress != SNND_LOSS_DONE)
            snnd_workspace_no_loss(shards->workspace[k]);
    snnd_products_begin(shards->context);
    for (int32_t b = shards->workspace[0]->blocks - 1; b >= 0 && status == SNND_OK; b--)
        status = snnd_block_backward(shards, b);
    snnd_products_end(shards->context);
    for (int32_t k = 0; k < shards->count; k++) {
        snnd_workspace *workspace = shards->workspace[k];
        snnd_gradients_forget(workspace);
        for (int32_t i = 0; i < shards->network->count; i++)
            workspace->stage[i].completed = false;
        workspace->progress = SNND_BACKWARD_DONE; /* the gradient of the output was overwritten in place */
    }
    if (status == SNND_OK && shards->total > 1)
        status = join_gradients(shards);
    return status == SNND_OK ? snnd_workspace_check_finite(shards->workspace[0]) : status;
}
