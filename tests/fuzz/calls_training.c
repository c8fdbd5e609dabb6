/* Operations of calls.c: workspaces and optimizers. */
#include "calls.h"

#include "model/workspace.h"

/* A workspace's own shape; 1 where there is none. */
static size_t batch_of(const snnd_workspace *workspace) {
    return workspace == NULL ? 1 : (size_t)workspace->batch;
}

static size_t steps_of(const snnd_workspace *workspace) {
    return workspace == NULL ? 1 : (size_t)workspace->steps;
}

/* ---- workspaces ---- */

static void create_workspace(world *w) {
    owner *of = any_owner(w);
    snnd_workspace **workspace = &of->workspace[fuzz_below(&w->in, OF_EACH)];
    const int32_t batch = any_size(w), steps = any_size(w);
    snnd_workspace_free(*workspace);
    *workspace = NULL;
    CALL(w, of->network, snnd_workspace_create(of->network, batch, steps, fuzz_byte(&w->in) % 8, workspace));
}

static void forget_workspace(world *w) {
    snnd_workspace **workspace = any_workspace(w, any_owner(w));
    if (fuzz_byte(&w->in) % 4 != 0)
        return;
    snnd_workspace_free(*workspace);
    *workspace = NULL;
}

static void forward(world *w) {
    owner *of = any_owner(w);
    snnd_workspace *workspace = *any_workspace(w, of);
    const size_t batch = batch_of(workspace);
    const int32_t count = fuzz_byte(&w->in) < 240 ? 1 + (int32_t)(fuzz_byte(&w->in) % batch) : fuzz_int(&w->in);
    float *input = lend_floats(w, batch * steps_of(workspace) * (size_t)snnd_network_inputs(of->network));
    const snnd_mode mode = (snnd_mode)(fuzz_byte(&w->in) < 240 ? fuzz_byte(&w->in) % 2 : fuzz_int(&w->in));
    CALL(w, workspace, snnd_workspace_forward(workspace, mode, or_null(w, input), count));
}

static void loss(world *w) {
    owner *of = any_owner(w);
    snnd_workspace *workspace = *any_workspace(w, of);
    int32_t *labels = lend_labels(w, batch_of(workspace), outputs_of(of));
    snnd_loss_options options;
    snnd_loss_report report = {.size = sizeof report};
    MUST(w->context, snnd_loss_options_init(&options, sizeof options));
    options.readout = fuzz_byte(&w->in) < 240 ? 1 + fuzz_below(&w->in, 5) : fuzz_int(&w->in);
    options.l1 = fuzz_byte(&w->in) % 2 ? 0 : fuzz_double(&w->in);
    options.label_smoothing = fuzz_byte(&w->in) % 2 ? 0 : fuzz_double(&w->in);
    options.rate_penalty = fuzz_byte(&w->in) % 2 ? 0 : fuzz_double(&w->in);
    options.rate_upper = fuzz_byte(&w->in) % 2 ? 0.25 : fuzz_double(&w->in);
    options.rate_lower = fuzz_byte(&w->in) % 2 ? 0 : fuzz_double(&w->in);
    options.class_weight = fuzz_byte(&w->in) % 2 ? NULL : lend_weights(w, outputs_of(of));
    options.class_weight_count = options.class_weight == NULL ? fuzz_byte(&w->in) % 8 == 0 : (int64_t)outputs_of(of);
    CALL(w, workspace, snnd_workspace_loss(workspace, or_null(w, labels), or_null(w, &options), or_null(w, &report)));
}

static void add_gradient(world *w) {
    owner *of = any_owner(w);
    snnd_workspace *workspace = *any_workspace(w, of);
    const snnd_layer *layer = any_layer(w, of);
    float *gradient = lend_floats(w, batch_of(workspace) * steps_of(workspace) * (size_t)snnd_layer_outputs(layer));
    CALL(w, workspace, snnd_workspace_add_gradient(workspace, layer, or_null(w, gradient)));
}

static void read_input_gradient(world *w) {
    owner *of = any_owner(w);
    snnd_workspace *workspace = *any_workspace(w, of);
    const size_t count = batch_of(workspace) * steps_of(workspace) * (size_t)snnd_network_inputs(of->network);
    float *gradient = lend(w, count * sizeof *gradient);
    CALL(w, workspace, snnd_workspace_input_gradient(workspace, or_null(w, gradient)));
}

static void clip_gradients(world *w) {
    snnd_workspace *workspace = *any_workspace(w, any_owner(w));
    double norm = 0;
    const double most = fuzz_double(&w->in);
    if (CALL(w, workspace, snnd_workspace_clip_gradients(workspace, most, or_null(w, &norm))) == SNND_OK)
        CLAIM(norm >= 0, "a norm of %g", norm);
}

static void backward(world *w) {
    snnd_workspace *workspace = *any_workspace(w, any_owner(w));
    CALL(w, workspace, snnd_workspace_backward(workspace));
}

/* A pass and a loss as they should be, so that programs come to optimizers soon. */
static void pass(world *w) {
    owner *of = any_owner(w);
    snnd_workspace *workspace = *any_workspace(w, of);
    if (workspace == NULL)
        return;
    const int32_t batch = (int32_t)batch_of(workspace), *labels = lend_labels(w, (size_t)batch, outputs_of(of));
    float *input = lend_floats(w, (size_t)batch * steps_of(workspace) * (size_t)snnd_network_inputs(of->network));
    if (CALL(w, workspace, snnd_workspace_forward(workspace, SNND_TRAIN, input, batch)) != SNND_OK ||
        CALL(w, workspace, snnd_workspace_loss(workspace, labels, NULL, NULL)) != SNND_OK)
        return;
    const snnd_status status = CALL(w, workspace, snnd_workspace_backward(workspace)); /* which may overflow */
    CLAIM(status == SNND_OK || status == SNND_ERROR_NUMERIC, "a backward pass behind a loss: %s",
          snnd_context_last_error(w->context));
}

static void set_draw(world *w) {
    snnd_workspace *workspace = *any_workspace(w, any_owner(w));
    CALL(w, workspace, snnd_workspace_set_draw(workspace, fuzz_byte(&w->in), fuzz_word(&w->in)));
}

/* Of as many samples as the passes of `pass`, or of others. */
static void set_lengths(world *w) {
    snnd_workspace *workspace = *any_workspace(w, any_owner(w));
    const int32_t batch = (int32_t)batch_of(workspace), *lengths = lend_lengths(w, (size_t)batch, steps_of(workspace));
    const int32_t count = fuzz_byte(&w->in) < 160 ? batch : 1 + (int32_t)(fuzz_byte(&w->in) % batch);
    CALL(w, workspace, snnd_workspace_set_lengths(workspace, fuzz_byte(&w->in) % 4 == 0 ? NULL : lengths, count));
}

static void set_mask(world *w) {
    owner *of = any_owner(w);
    snnd_workspace *workspace = *any_workspace(w, of);
    const snnd_layer *layer = any_layer(w, of);
    float *mask = lend_floats(w, batch_of(workspace) * (size_t)snnd_layer_outputs(layer));
    CALL(w, workspace, snnd_workspace_set_dropout_mask(workspace, layer, fuzz_byte(&w->in) % 4 == 0 ? NULL : mask));
}

static void write_gradient(world *w) {
    owner *of = any_owner(w);
    snnd_workspace *workspace = *any_workspace(w, of);
    const snnd_layer *layer = any_layer(w, of);
    const snnd_array_name name = (snnd_array_name)fuzz_below(&w->in, 10);
    snnd_array array;
    if (CALL(w, workspace, snnd_workspace_gradient(workspace, layer, name, or_null(w, &array))) == SNND_OK)
        poke(w, &array);
}

/* What is shown is to be read only. */
static void read_complete_gradient(world *w) {
    owner *of = any_owner(w);
    snnd_workspace *workspace = *any_workspace(w, of);
    const snnd_layer *layer = any_layer(w, of);
    const snnd_array_name name = (snnd_array_name)fuzz_below(&w->in, 10);
    snnd_array array;
    CALL(w, workspace, snnd_workspace_complete_gradient(workspace, layer, name, or_null(w, &array)));
}

static void read_records(world *w) {
    owner *of = any_owner(w);
    snnd_workspace *workspace = *any_workspace(w, of);
    const snnd_layer *layer = any_layer(w, of);
    const size_t batch = batch_of(workspace), neurons = (size_t)snnd_layer_outputs(layer), classes = outputs_of(of);
    float *values = lend(w, batch * steps_of(workspace) * neurons * sizeof *values);
    float *scores = lend(w, batch * classes * sizeof *scores);
    int32_t *predictions = lend(w, batch * sizeof *predictions);
    double *rates = lend(w, neurons * sizeof *rates);
    const snnd_readout readout = (snnd_readout)fuzz_below(&w->in, 7);
    CALL(w, workspace, snnd_workspace_record(workspace, layer, (snnd_record)fuzz_below(&w->in, 4), or_null(w, values)));
    CALL(w, workspace, snnd_workspace_scores(workspace, readout, or_null(w, scores)));
    CALL(w, workspace, snnd_workspace_predictions(workspace, readout, or_null(w, predictions)));
    CALL(w, workspace, snnd_workspace_spike_rates(workspace, layer, or_null(w, rates)));
    const double rate = snnd_workspace_spike_rate(workspace);
    CLAIM(rate >= 0 && rate <= 1, "a spike rate of %g", rate);
}

static void count_operations(world *w) {
    owner *of = any_owner(w);
    snnd_workspace *workspace = *any_workspace(w, of);
    const snnd_layer *layer = any_layer(w, of);
    snnd_picojoules each = {.size = sizeof each};
    snnd_operations operations = {.size = sizeof operations};
    each.accumulation = fuzz_double(&w->in);
    each.multiplication = fuzz_double(&w->in);
    if (CALL(w, workspace, snnd_workspace_operations(workspace, layer, or_null(w, &each), or_null(w, &operations))) ==
        SNND_OK)
        CLAIM(operations.accumulations >= 0 && operations.multiplications >= 0, "%g accumulations, %g multiplications",
              operations.accumulations, operations.multiplications);
}

/* ---- optimizers ---- */

static void create_optimizer(world *w) {
    owner *of = any_owner(w);
    snnd_optimizer **optimizer = &of->optimizer[fuzz_below(&w->in, OF_EACH)];
    snnd_optimizer_options options = any_optimizer_options(w);
    snnd_optimizer_free(*optimizer);
    *optimizer = NULL;
    CALL(w, of->network, snnd_optimizer_create(of->network, or_null(w, &options), optimizer));
}

static void optimizer_step(world *w) {
    owner *of = any_owner(w);
    snnd_optimizer *optimizer = *any_optimizer(w, of);
    if (fuzz_byte(&w->in) % 8 == 0)
        CALL(w, optimizer, snnd_optimizer_set_rate(optimizer, fuzz_double(&w->in)));
    if (fuzz_byte(&w->in) % 8 == 0)
        CALL(w, optimizer, snnd_optimizer_set_momentum(optimizer, fuzz_double(&w->in)));
    CALL(w, optimizer, snnd_optimizer_step(optimizer, *any_workspace(w, fuzz_byte(&w->in) < 240 ? of : any_owner(w))));
}

static void write_moment(world *w) {
    owner *of = any_owner(w);
    snnd_optimizer *optimizer = *any_optimizer(w, of);
    const snnd_layer *layer = any_layer(w, of);
    const snnd_array_name name = (snnd_array_name)fuzz_below(&w->in, 10);
    snnd_array array;
    if (CALL(w, optimizer, snnd_optimizer_moment(optimizer, layer, name, fuzz_below(&w->in, 4), &array)) == SNND_OK)
        poke(w, &array);
}

static void set_factor(world *w) {
    owner *of = any_owner(w);
    snnd_optimizer *optimizer = *any_optimizer(w, of);
    const snnd_layer *layer = any_layer(w, of);
    const snnd_array_name name = (snnd_array_name)fuzz_below(&w->in, 10);
    const double factor = fuzz_byte(&w->in) % 2 ? 0 : fuzz_double(&w->in);
    CALL(w, optimizer, snnd_optimizer_set_factor(optimizer, layer, name, factor));
}

operation *const training_operations[] = {
    create_workspace,
    create_workspace,
    forget_workspace,
    forward,
    loss,
    add_gradient,
    backward,
    pass,
    pass,
    set_draw,
    set_mask,
    write_gradient,
    read_complete_gradient,
    read_records,
    create_optimizer,
    create_optimizer,
    optimizer_step,
    optimizer_step,
    write_moment,
    count_operations,
    set_factor,
    read_input_gradient,
    clip_gradients,
    set_lengths,
};

const int training_operation_count = sizeof training_operations / sizeof training_operations[0];
