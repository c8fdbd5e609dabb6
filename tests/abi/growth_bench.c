/* A small network, its data, and a pass over them. */
#include "growth.h"

#include "format/scratch.h"
#include "support.h"

enum { INPUTS = 3, HIDDEN = 4, CLASSES = 2, STEPS = 6, SAMPLES = 4 };

static float input[SAMPLES][STEPS][INPUTS];
static const int32_t labels[SAMPLES] = {0, 1, 1, 0};

static void make_input(void) {
    float *value = &input[0][0][0];
    for (uint64_t i = 0; i < SAMPLES * STEPS * INPUTS; i++)
        value[i] = (float)(4 * snnd_random_uniform(1, 2, i));
}

void bench_open(growth_bench *bench) {
    snnd_delay_options delays;
    snnd_samples samples;
    make_input();
    *bench = (growth_bench){.context = make_context(1), .digest = 14695981039346656037u};
    ck_assert_int_eq(snnd_delay_options_init(&delays, sizeof delays), SNND_OK);
    delays.max_delay = 4;
    OK(bench->context, snnd_network_create(bench->context, INPUTS, &bench->network));
    OK(bench->context, snnd_network_add_delays(bench->network, HIDDEN, &delays, NULL));
    OK(bench->context, snnd_network_add_batch_norm(bench->network, NULL, NULL));
    OK(bench->context, snnd_network_add_lif(bench->network, NULL, NULL));
    OK(bench->context, snnd_network_add_delays(bench->network, CLASSES, &delays, NULL));
    OK(bench->context, snnd_network_add_leaky_integrator(bench->network, NULL, NULL));
    ck_assert_int_eq(snnd_samples_init(&samples, sizeof samples), SNND_OK);
    samples.input = &input[0][0][0], samples.label = labels;
    samples.samples = SAMPLES, samples.steps = STEPS, samples.channels = INPUTS;
    OK(bench->context, snnd_dataset_create(bench->context, &samples, &bench->dataset));
}

void bench_close(growth_bench *bench) {
    snnd_workspace_free(bench->workspace);
    snnd_sparsity_free(bench->sparsity);
    snnd_dataset_free(bench->dataset);
    snnd_network_free(bench->network);
    snnd_context_free(bench->context);
    if (bench->has_folder)
        scratch_end();
}

const char *bench_path(growth_bench *bench, const char *name) {
    if (!bench->has_folder) {
        scratch_begin();
        snprintf(scratch_directory, sizeof scratch_directory, "%s", scratch_root);
        bench->has_folder = 1;
    }
    return scratch(name);
}

void bench_note_file(growth_bench *bench, const char *name) {
    size_t count;
    unsigned char *bytes = scratch_read(bench_path(bench, name), &count);
    bench_note(bench, bytes, count);
    free(bytes);
}

/* FNV-1a */
void bench_note(growth_bench *bench, const void *bytes, size_t count) {
    for (size_t i = 0; i < count; i++)
        bench->digest = (bench->digest ^ ((const unsigned char *)bytes)[i]) * 1099511628211u;
}

void bench_note_network(growth_bench *bench) {
    static const snnd_array_name names[] = {SNND_ARRAY_WEIGHT, SNND_ARRAY_POSITION, SNND_ARRAY_MASK};
    for (int32_t i = 0; i < snnd_network_layer_count(bench->network); i++)
        for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
            snnd_array array;
            if (snnd_layer_array(snnd_network_layer(bench->network, i), names[n], &array) == SNND_OK)
                bench_note(bench, array.data,
                           (size_t)snnd_array_count(&array) * (array.dtype == SNND_FLOAT32 ? sizeof(float) : 1));
        }
}

snnd_status bench_pass(growth_bench *bench, const snnd_loss_options *options) {
    float scores[SAMPLES][CLASSES];
    snnd_array gradient;
    snnd_loss_report report;
    if (bench->workspace == NULL)
        OK(bench->context, snnd_workspace_create(bench->network, SAMPLES, STEPS, 1, &bench->workspace));
    OK(bench->context, snnd_workspace_forward(bench->workspace, SNND_TRAIN, &input[0][0][0], SAMPLES));
    ck_assert_int_eq(snnd_loss_report_init(&report, sizeof report), SNND_OK);
    const snnd_status status = snnd_workspace_loss(bench->workspace, labels, options, &report);
    if (status != SNND_OK)
        return status;
    OK(bench->context, snnd_workspace_backward(bench->workspace));
    OK(bench->context, snnd_workspace_scores(bench->workspace, SNND_READOUT_LAST, &scores[0][0]));
    OK(bench->context,
       snnd_workspace_gradient(bench->workspace, snnd_network_layer(bench->network, 0), SNND_ARRAY_WEIGHT, &gradient));
    bench_note(bench, &report.loss, sizeof report.loss);
    bench_note(bench, scores, sizeof scores);
    bench_note(bench, gradient.data, (size_t)snnd_array_count(&gradient) * sizeof(float));
    return SNND_OK;
}
