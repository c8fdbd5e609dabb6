#include "use.h"

#include <math.h>

#include "model/network.h"

enum { SAMPLES = 2, STEPS = 5, SMALL = 512 };

int fuzz_is_small(const snnd_network *network) {
    int64_t work = snnd_network_inputs(network);
    for (int32_t i = 0; i < snnd_network_layer_count(network); i++) {
        const snnd_layer *layer = snnd_network_layer(network, i);
        snnd_delay_options options = {.size = sizeof options};
        work += snnd_layer_outputs(layer);
        if (snnd_layer_get_type(layer) == SNND_LAYER_DELAYS && snnd_layer_delay_options(layer, &options) == SNND_OK)
            work += (int64_t)snnd_layer_inputs(layer) * snnd_layer_outputs(layer) * options.synapses_per_pair *
                    (options.max_delay + 1);
    }
    return snnd_network_layer_count(network) > 0 && work < 20 * SMALL;
}

void fuzz_save_again(snnd_context *context, const snnd_network *network) {
    snnd_network *again = NULL;
    if (MAY(context, snnd_network_save(network, fuzz_path("a"))) == SNND_ERROR_NUMERIC)
        return;
    MUST(context, snnd_network_save(network, fuzz_path("a")));
    MUST(context, snnd_network_load(context, fuzz_path("a"), &again));
    MUST(context, snnd_network_save(again, fuzz_path("b")));
    fuzz_claim_same_files(fuzz_path("a"), fuzz_path("b"));
    snnd_network_free(again);
}

/* Frame by frame the same to the last bit. */
static void stream(snnd_context *context, const snnd_plan *plan, const float *input, const float *expected) {
    snnd_stream *made = NULL;
    const size_t outputs = (size_t)snnd_plan_outputs(plan);
    float *scores = calloc(outputs, sizeof *scores);
    MUST(context, snnd_stream_create(plan, NULL, &made));
    for (int32_t t = 0; t < STEPS; t++) {
        const snnd_status status = snnd_stream_push(made, input + t * snnd_plan_inputs(plan), NULL, scores);
        CLAIM(status == SNND_OK, "push gave '%s': %s", snnd_status_string(status), snnd_stream_last_error(made));
    }
    for (size_t c = 0; c < outputs; c++)
        CLAIM(memcmp(&scores[c], &expected[c], sizeof scores[c]) == 0, "score %zu is %g, and of the batch %g", c,
              (double)scores[c], (double)expected[c]);
    free(scores);
    snnd_stream_free(made);
}

/* Numbers may be too large for a pass, which says so. */
static bool passes(snnd_context *context, snnd_workspace *workspace, snnd_mode mode, const float *input) {
    const snnd_status status = MAY(context, snnd_workspace_forward(workspace, mode, input, SAMPLES));
    CLAIM(status == SNND_OK || status == SNND_ERROR_NUMERIC, "a pass gave '%s'", snnd_status_string(status));
    return status == SNND_OK;
}

static void evaluate(snnd_context *context, snnd_network *network, snnd_workspace *workspace, const float *input) {
    snnd_plan *plan = NULL;
    const size_t classes = (size_t)snnd_network_outputs(network);
    float *scores = calloc(SAMPLES * classes, sizeof *scores);
    if (passes(context, workspace, SNND_EVALUATE, input)) {
        MUST(context, snnd_workspace_scores(workspace, SNND_READOUT_NETWORK, scores));
        MUST(context, snnd_plan_create(network, &plan));
        stream(context, plan, input, scores);
    }
    snnd_plan_free(plan);
    free(scores);
}

static void train(snnd_context *context, snnd_workspace *workspace, const float *input) {
    const int32_t labels[SAMPLES] = {0};
    if (!passes(context, workspace, SNND_TRAIN, input) ||
        MAY(context, snnd_workspace_loss(workspace, labels, NULL, NULL)) != SNND_OK)
        return;
    const snnd_status status = MAY(context, snnd_workspace_backward(workspace));
    CLAIM(status == SNND_OK || status == SNND_ERROR_NUMERIC, "a pass back gave '%s'", snnd_status_string(status));
}

void fuzz_pass(snnd_context *context, snnd_network *network) {
    snnd_workspace *workspace = NULL;
    const size_t numbers = (size_t)SAMPLES * STEPS * (size_t)snnd_network_inputs(network);
    float *input = malloc(numbers * sizeof *input);
    for (size_t k = 0; k < numbers; k++)
        input[k] = k % 3 == 0 ? 2.0f : (float)(k % 7) * -0.25f;
    if (MAY(context, snnd_workspace_create(network, SAMPLES, STEPS, 1, &workspace)) == SNND_OK) {
        evaluate(context, network, workspace, input);
        train(context, workspace, input);
    }
    snnd_workspace_free(workspace);
    free(input);
}

static void look_at_layer(snnd_context *context, const snnd_layer *layer) {
    snnd_delay_options options = {.size = sizeof options};
    size_t synapses = 1;
    if (MAY(context, snnd_layer_delay_options(layer, &options)) == SNND_OK)
        synapses =
            (size_t)snnd_layer_inputs(layer) * (size_t)snnd_layer_outputs(layer) * (size_t)options.synapses_per_pair;
    int32_t *delays = malloc(synapses * sizeof *delays);
    float *weights = malloc(synapses * sizeof *weights);
    int64_t *degrees = malloc((size_t)(snnd_layer_inputs(layer) + snnd_layer_outputs(layer)) * sizeof *degrees);
    int64_t counts[2][1023];
    MAY(context, snnd_layer_delays(layer, delays));
    MAY(context, snnd_layer_weights(layer, weights));
    MAY(context, snnd_layer_degrees(layer, degrees, degrees + snnd_layer_outputs(layer)));
    MAY(context, snnd_layer_delay_counts(layer, counts[0], counts[1]));
    free(delays);
    free(weights);
    free(degrees);
}

void fuzz_look(snnd_context *context, snnd_network *network) {
    int32_t outputs, rows, columns;
    snnd_changes changes;
    MUST(context, snnd_changes_init(&changes, sizeof changes));
    for (int32_t i = 0; i < snnd_network_layer_count(network); i++)
        look_at_layer(context, snnd_network_layer(network, i));
    MAY(context, snnd_network_changes(network, network, NULL, &changes));
    if (MAY(context, snnd_receptive_fields_size(network, NULL, &outputs, &rows, &columns)) != SNND_OK ||
        (double)outputs * rows * columns > 1e5)
        return;
    double *fields = malloc((size_t)outputs * (size_t)rows * (size_t)columns * sizeof *fields);
    MAY(context, snnd_receptive_fields(network, NULL, fields, NULL, NULL));
    free(fields);
}
