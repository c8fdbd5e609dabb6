/* The structures that the library fills, each by every function that does. */
#include "growth.h"
#include "support.h"

static const float input[12] = {1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0}; /* two samples of two steps */
static const int32_t labels[2] = {1, 0};
static const double values[5] = {3, 1, 4, 1, 5};

static snnd_status get_delay_options(growth_bench *bench, void *result) {
    return snnd_layer_delay_options(snnd_network_layer(bench->network, 0), result);
}

static snnd_status get_batch_norm_options(growth_bench *bench, void *result) {
    return snnd_layer_batch_norm_options(snnd_network_layer(bench->network, 1), result);
}

static snnd_status get_lif_options(growth_bench *bench, void *result) {
    return snnd_layer_lif_options(snnd_network_layer(bench->network, 2), result);
}

static snnd_status get_leaky_integrator_options(growth_bench *bench, void *result) {
    return snnd_layer_leaky_integrator_options(snnd_network_layer(bench->network, 4), result);
}

static snnd_status get_adaptive_lif_options(growth_bench *bench, void *result) {
    snnd_layer *layer;
    OK(bench->context, snnd_network_add_adaptive_lif(bench->network, NULL, &layer));
    return snnd_layer_adaptive_lif_options(layer, result);
}

static snnd_status get_loss(growth_bench *bench, void *result) {
    OK(bench->context, snnd_workspace_create(bench->network, 2, 2, 1, &bench->workspace));
    OK(bench->context, snnd_workspace_forward(bench->workspace, SNND_TRAIN, input, 2));
    return snnd_workspace_loss(bench->workspace, labels, NULL, result);
}

static snnd_status get_operations(growth_bench *bench, void *result) {
    OK(bench->context, snnd_workspace_create(bench->network, 2, 2, 1, &bench->workspace));
    OK(bench->context, snnd_workspace_forward(bench->workspace, SNND_EVALUATE, input, 2));
    const snnd_picojoules each = {sizeof each, 0.5, 4};
    return snnd_workspace_operations(bench->workspace, NULL, &each, result);
}

/* ---- of a trainer ---- */

static snnd_status of_step(growth_bench *bench, snnd_trainer *trainer, void *result) {
    (void)bench;
    return snnd_trainer_step(trainer, input, labels, 2, 2, result);
}

static snnd_status of_epoch(growth_bench *bench, snnd_trainer *trainer, void *result) {
    return snnd_trainer_epoch(trainer, bench->dataset, result);
}

static snnd_status of_evaluation(growth_bench *bench, snnd_trainer *trainer, void *result) {
    return snnd_trainer_evaluate(trainer, bench->dataset, result);
}

static snnd_status with_trainer(growth_bench *bench, snnd_status (*call)(growth_bench *, snnd_trainer *, void *),
                                void *result) {
    snnd_trainer *trainer;
    OK(bench->context, snnd_trainer_create(bench->network, NULL, &trainer));
    const snnd_status status = call(bench, trainer, result);
    snnd_trainer_free(trainer);
    return status;
}

static snnd_status get_step(growth_bench *bench, void *result) {
    return with_trainer(bench, of_step, result);
}

static snnd_status get_epoch(growth_bench *bench, void *result) {
    return with_trainer(bench, of_epoch, result);
}

static snnd_status get_evaluation(growth_bench *bench, void *result) {
    return with_trainer(bench, of_evaluation, result);
}

static snnd_status get_changes(growth_bench *bench, void *result) {
    growth_bench other;
    bench_open(&other);
    OK(other.context, snnd_network_initialize(other.network, 3));
    const snnd_status status = snnd_network_changes(other.network, bench->network, NULL, result);
    bench_close(&other);
    return status;
}

static snnd_status get_summary(growth_bench *bench, void *result) {
    return snnd_summarize(bench->context, values, 5, result);
}

static snnd_status get_rank_test(growth_bench *bench, void *result) {
    return snnd_mann_whitney(bench->context, values, 3, values + 1, 4, SNND_TWO_SIDED, result);
}

static snnd_status get_moran_test(growth_bench *bench, void *result) {
    static const double grid[12] = {1, 5, 2, 8, 3, 9, 4, 7, 6, 2, 2, 1};
    return snnd_moran_permuted(bench->context, grid, 4, 3, SNND_SHUFFLE_ROWS, NULL, result, NULL);
}

static snnd_status get_signed_rank_test(growth_bench *bench, void *result) {
    return snnd_wilcoxon(bench->context, values, values + 1, 4, SNND_TWO_SIDED, result);
}

static snnd_status get_interval(growth_bench *bench, void *result) {
    return snnd_auc(bench->context, values, 3, values + 1, 4, 0.95, result);
}

static snnd_status get_t_test(growth_bench *bench, void *result) {
    return snnd_welch(bench->context, values, 3, values + 1, 4, SNND_TWO_SIDED, 0.95, result);
}

static snnd_status get_intraclass(growth_bench *bench, void *result) {
    static const int32_t sizes[2] = {2, 3};
    return snnd_intraclass_correlation(bench->context, values, sizes, 2, 0.95, result);
}

static snnd_status get_export_c(growth_bench *bench, void *result) {
    snnd_plan *plan;
    OK(bench->context, snnd_plan_create(bench->network, &plan));
    const snnd_status status =
        snnd_export_c(plan, NULL, bench_path(bench, "net.c"), bench_path(bench, "net.h"), result);
    snnd_plan_free(plan);
    return status;
}

#define ROW(type, function) #type, sizeof(type), function
const returned growth_returned[] = {
    {ROW(snnd_delay_options, get_delay_options), ""},
    {ROW(snnd_batch_norm_options, get_batch_norm_options), ""},
    {ROW(snnd_lif_options, get_lif_options), ""},
    {ROW(snnd_leaky_integrator_options, get_leaky_integrator_options), ""},
    {ROW(snnd_adaptive_lif_options, get_adaptive_lif_options), ""},
    {ROW(snnd_loss_report, get_loss), ""},
    {ROW(snnd_loss_report, get_step), ""},
    {ROW(snnd_operations, get_operations), ""},
    {ROW(snnd_epoch_report, get_epoch), "seconds"},
    {ROW(snnd_epoch_report, get_evaluation), "seconds"},
    {ROW(snnd_changes, get_changes), ""},
    {ROW(snnd_summary, get_summary), ""},
    {ROW(snnd_rank_test, get_rank_test), ""},
    {ROW(snnd_export_c_report, get_export_c), ""},
    {ROW(snnd_moran_test, get_moran_test), ""},
    {ROW(snnd_signed_rank_test, get_signed_rank_test), ""},
    {ROW(snnd_interval, get_interval), ""},
    {ROW(snnd_t_test, get_t_test), ""},
    {ROW(snnd_intraclass, get_intraclass), ""},
    {NULL, 0, NULL, NULL},
};
