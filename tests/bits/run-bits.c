/*
 * The bits of a training run:
 *
 *     run-bits
 *
 * A small network of two hidden layers, with batch norm, dropout and a rule that rewires, is trained for three epochs
 * in every instruction set of this machine, by every method and with either kind of products; then a stream and an
 * evaluation read it. Each prints a line with a sum over the bits of all that came of it, which two builds may be
 * compared by. Exits with 1 where the run of another number of threads has other bits.
 */
#include <snndelay.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Sizes that no block and no tile divides. */
enum { SAMPLES = 53, STEPS = 45, CHANNELS = 7, HIDDEN = 37, CLASSES = 11, BATCH = 23, EPOCHS = 3 };

struct run {
    snnd_context *context;
    snnd_dataset *data;
    snnd_network *network;
    snnd_sparsity *sparsity;
    snnd_trainer *trainer;
    uint64_t sum;
};

static float input[SAMPLES][STEPS][CHANNELS];

/* FNV-1a. */
static void add_bits(struct run *run, const void *bits, size_t bytes) {
    for (size_t k = 0; k < bytes; k++)
        run->sum = (run->sum ^ ((const unsigned char *)bits)[k]) * 0x100000001b3;
}

static int make_data(struct run *run) {
    int32_t label[SAMPLES];
    snnd_samples samples;
    for (int n = 0; n < SAMPLES; n++) {
        label[n] = n % CLASSES;
        for (int t = 0; t < STEPS; t++)
            for (int c = 0; c < CHANNELS; c++)
                input[n][t][c] = (float)(2 * snnd_random_uniform(1, (uint64_t)(n * STEPS + t), (uint64_t)c));
    }
    snnd_samples_init(&samples, sizeof samples);
    samples.input = &input[0][0][0], samples.label = label;
    samples.samples = SAMPLES, samples.steps = STEPS, samples.channels = CHANNELS;
    return snnd_dataset_create(run->context, &samples, &run->data);
}

static int add_hidden(struct run *run) {
    return snnd_network_add_delays(run->network, HIDDEN, NULL, NULL) ||
           snnd_network_add_batch_norm(run->network, NULL, NULL) || snnd_network_add_lif(run->network, NULL, NULL) ||
           snnd_network_add_dropout(run->network, 0.2, NULL);
}

static int make_trainer(struct run *run) {
    snnd_structure structure;
    snnd_trainer_options options;
    snnd_structure_init(&structure, sizeof structure);
    structure.sparsity = 0.3;
    snnd_trainer_options_init(&options, sizeof options);
    options.epochs = EPOCHS, options.batch = BATCH;
    if (snnd_network_create(run->context, CHANNELS, &run->network) || add_hidden(run) || add_hidden(run) ||
        snnd_network_add_delays(run->network, CLASSES, NULL, NULL) ||
        snnd_network_add_leaky_integrator(run->network, NULL, NULL) ||
        snnd_sparsity_create_deep_r(run->network, &structure, NULL, &run->sparsity))
        return 1;
    options.sparsity = run->sparsity;
    return snnd_trainer_create(run->network, &options, &run->trainer);
}

static void add_parameters(struct run *run) {
    for (int32_t l = 0; l < snnd_network_layer_count(run->network); l++)
        for (int name = SNND_ARRAY_WEIGHT; name <= SNND_ARRAY_RUNNING_VARIANCE; name++) {
            snnd_array array;
            if (snnd_layer_array(snnd_network_layer(run->network, l), (snnd_array_name)name, &array) == SNND_OK)
                add_bits(run, array.data,
                         (size_t)snnd_array_count(&array) * (array.dtype == SNND_FLOAT32 ? sizeof(float) : 1));
        }
}

static int train(struct run *run) {
    snnd_epoch_report report;
    snnd_epoch_report_init(&report, sizeof report);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        if (snnd_trainer_epoch(run->trainer, run->data, &report))
            return 1;
        add_bits(run, &report.loss, sizeof report.loss);
    }
    add_parameters(run);
    return 0;
}

/* What evaluation and a stream make of the first sample. */
static int evaluate(struct run *run) {
    snnd_epoch_report report;
    snnd_plan *plan = NULL;
    snnd_stream *stream = NULL;
    float scores[CLASSES];
    snnd_epoch_report_init(&report, sizeof report);
    int failed = snnd_trainer_evaluate(run->trainer, run->data, &report) || snnd_plan_create(run->network, &plan) ||
                 snnd_stream_create(plan, NULL, &stream);
    for (int t = 0; !failed && t < STEPS; t++)
        failed = snnd_stream_push(stream, input[0][t], NULL, scores);
    add_bits(run, &report.loss, sizeof report.loss);
    add_bits(run, scores, sizeof scores);
    snnd_stream_free(stream);
    snnd_plan_free(plan);
    return failed;
}

static uint64_t run_of(const snnd_context_options *options) {
    struct run run = {.sum = 0xcbf29ce484222325};
    if (snnd_context_create(options, &run.context) || make_data(&run) || make_trainer(&run) || train(&run) ||
        evaluate(&run)) {
        fprintf(stderr, "run-bits: %s\n", run.context == NULL ? "no context" : snnd_context_last_error(run.context));
        exit(1);
    }
    snnd_trainer_free(run.trainer);
    snnd_sparsity_free(run.sparsity);
    snnd_network_free(run.network);
    snnd_dataset_free(run.data);
    snnd_context_free(run.context);
    return run.sum;
}

/* Whether this machine and this build have it. */
static int there_is(const snnd_context_options *options) {
    snnd_context *context = NULL;
    const snnd_status status = snnd_context_create(options, &context);
    snnd_context_free(context);
    return status != SNND_ERROR_UNSUPPORTED;
}

int main(void) {
    static const char *const isa[] = {NULL, "plain", "avx2", "avx512"}, *const method[] = {"auto", "direct",
                                                                                           "spectral"};
    static const char *const products[] = {NULL, "own", "blas"};
    int different = 0;
    snnd_context_options options;
    snnd_context_options_init(&options, sizeof options);
    for (options.products = SNND_PRODUCTS_OWN; options.products <= SNND_PRODUCTS_BLAS; options.products++)
        for (options.isa = SNND_ISA_PLAIN; options.isa <= SNND_ISA_AVX512; options.isa++)
            for (options.method = SNND_METHOD_AUTO; options.method <= SNND_METHOD_SPECTRAL; options.method++) {
                uint64_t sum[3];
                if (!there_is(&options))
                    continue;
                for (options.threads = 1; options.threads <= 3; options.threads++)
                    sum[options.threads - 1] = run_of(&options);
                const int same = sum[0] == sum[1] && sum[1] == sum[2];
                printf("%-4s %-6s %-8s %016" PRIx64 "%s\n", products[options.products], isa[options.isa],
                       method[options.method], sum[0], same ? "" : ", and others for 2 or 3 threads");
                different += !same;
            }
    return different > 0 || fflush(stdout) != 0;
}
