/* Trains without the trainer, by the functions that it uses: the two rhythms of minimal.c, with a network of which a
 * quarter of the synapses is absent. A trainer with the same options computes the same bits. */
#include <snndelay.h>
#include <stdio.h>

enum { SAMPLES = 256, STEPS = 40, CHANNELS = 2, EPOCHS = 80, BATCH = 32, SEED = 0 };

struct loop {
    snnd_network *net;
    snnd_sparsity *sparsity;
    snnd_workspace *workspace;
    snnd_optimizer *weights, *positions;
    snnd_batches *batches;
    snnd_schedule weight_rate, position_rate, sigma;
    uint64_t steps;
};

static int make_data(snnd_context *context, snnd_dataset **data) {
    static float input[SAMPLES][STEPS][CHANNELS];
    int32_t label[SAMPLES];
    snnd_samples samples;
    for (int n = 0; n < SAMPLES; n++) {
        label[n] = n % 2;
        input[n][n % 20][0] = input[n][n % 20 + (label[n] ? 4 : 12)][1] = 8;
    }
    snnd_samples_init(&samples, sizeof samples);
    samples.input = &input[0][0][0], samples.label = label;
    samples.samples = SAMPLES, samples.steps = STEPS, samples.channels = CHANNELS;
    return snnd_dataset_create(context, &samples, data);
}

static int make_network(snnd_context *context, struct loop *loop) {
    snnd_structure structure;
    snnd_structure_init(&structure, sizeof structure);
    structure.sparsity = 0.25;
    return snnd_network_create(context, CHANNELS, &loop->net) || snnd_network_add_delays(loop->net, 32, NULL, NULL) ||
           snnd_network_add_batch_norm(loop->net, NULL, NULL) || snnd_network_add_lif(loop->net, NULL, NULL) ||
           snnd_network_add_delays(loop->net, 2, NULL, NULL) ||
           snnd_network_add_leaky_integrator(loop->net, NULL, NULL) ||
           snnd_sparsity_create_deep_r(loop->net, &structure, NULL, &loop->sparsity);
}

/* The paper's schedules: one-cycle for weights, half a cosine for positions, and profiles that become narrower. */
static void make_schedules(struct loop *loop) {
    snnd_schedule_init(&loop->weight_rate, sizeof loop->weight_rate);
    loop->weight_rate.epochs = EPOCHS;
    loop->position_rate = loop->sigma = loop->weight_rate;
    loop->weight_rate.kind = SNND_SCHEDULE_ONE_CYCLE, loop->weight_rate.value = 5e-3;
    loop->position_rate.kind = SNND_SCHEDULE_COSINE, loop->position_rate.value = 0.1;
    loop->sigma.kind = SNND_SCHEDULE_EXPONENTIAL, loop->sigma.epochs = EPOCHS / 4;
    loop->sigma.value = snnd_network_sigma(loop->net), loop->sigma.final = 0.23;
}

static int make_rest(const snnd_dataset *data, struct loop *loop) {
    snnd_optimizer_options positions;
    snnd_optimizer_options_init(&positions, sizeof positions);
    positions.parameters = SNND_PARAMETERS_POSITIONS;
    make_schedules(loop);
    return snnd_workspace_create(loop->net, BATCH, STEPS, 1, &loop->workspace) ||
           snnd_optimizer_create(loop->net, NULL, &loop->weights) ||
           snnd_optimizer_create(loop->net, &positions, &loop->positions) ||
           snnd_batches_create(data, BATCH, 1, SEED, &loop->batches);
}

static int follow_schedules(struct loop *loop, int32_t epoch) {
    double weight_rate, momentum, position_rate, sigma;
    return snnd_schedule_at(&loop->weight_rate, epoch, &weight_rate, &momentum) ||
           snnd_schedule_at(&loop->position_rate, epoch, &position_rate, NULL) ||
           snnd_schedule_at(&loop->sigma, epoch, &sigma, NULL) || snnd_optimizer_set_rate(loop->weights, weight_rate) ||
           snnd_optimizer_set_momentum(loop->weights, momentum) ||
           snnd_optimizer_set_rate(loop->positions, position_rate) || snnd_network_set_sigma(loop->net, sigma);
}

static int train_epoch(struct loop *loop, int32_t epoch) {
    const float *input;
    const int32_t *label;
    int32_t count;
    int failed = follow_schedules(loop, epoch);
    for (int64_t b = 0; !failed && b < snnd_batches_count(loop->batches); b++)
        failed = snnd_batches_get(loop->batches, epoch, b, &input, &label, &count) ||
                 snnd_workspace_set_draw(loop->workspace, SEED, loop->steps++) || /* for dropout, where there is any */
                 snnd_workspace_forward(loop->workspace, SNND_TRAIN, input, count) ||
                 snnd_workspace_loss(loop->workspace, label, NULL, NULL) || snnd_workspace_backward(loop->workspace) ||
                 snnd_optimizer_step(loop->weights, loop->workspace) ||
                 snnd_optimizer_step(loop->positions, loop->workspace) ||
                 snnd_sparsity_step(loop->sparsity, loop->workspace, loop->weights) || snnd_network_clamp(loop->net);
    return failed || snnd_sparsity_end_epoch(loop->sparsity, loop->weights);
}

static int evaluate(struct loop *loop, int *correct) {
    const float *input;
    const int32_t *label;
    int32_t count;
    snnd_loss_report report;
    int failed = 0;
    snnd_loss_report_init(&report, sizeof report);
    for (int64_t b = 0; !failed && b < snnd_batches_count(loop->batches); b++) {
        failed = snnd_batches_get(loop->batches, 0, b, &input, &label, &count) ||
                 snnd_workspace_forward(loop->workspace, SNND_EVALUATE, input, count) ||
                 snnd_workspace_loss(loop->workspace, label, NULL, &report);
        *correct += report.correct;
    }
    return failed;
}

static void free_loop(struct loop *loop) {
    snnd_batches_free(loop->batches);
    snnd_optimizer_free(loop->positions);
    snnd_optimizer_free(loop->weights);
    snnd_workspace_free(loop->workspace);
    snnd_sparsity_free(loop->sparsity);
    snnd_network_free(loop->net);
}

int main(void) {
    snnd_context *context = NULL;
    snnd_dataset *data = NULL;
    struct loop loop = {.net = NULL};
    int correct = 0;
    int failed = snnd_context_create(NULL, &context) || make_data(context, &data) || make_network(context, &loop) ||
                 make_rest(data, &loop);
    for (int32_t epoch = 0; !failed && epoch < EPOCHS; epoch++)
        failed = train_epoch(&loop, epoch);
    failed = failed || evaluate(&loop, &correct) || snnd_network_save(loop.net, "rhythms.safetensors");
    if (failed)
        printf("failed: %s\n", snnd_context_last_error(context));
    else
        printf("%.1f %% right\n", 100.0 * correct / SAMPLES);
    free_loop(&loop);
    snnd_dataset_free(data);
    snnd_context_free(context);
    return failed || fflush(stdout) != 0;
}
