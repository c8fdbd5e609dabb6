/* The modes train and eval: steps on one batch. */
#include "bench.h"

#include "base/context.h"

static int move(struct bench *bench) {
    snnd_timing_begin(&bench->context->timing);
    const int good = bench_check(bench, snnd_optimizer_step(bench->weights, bench->workspace)) &&
                     bench_check(bench, snnd_optimizer_step(bench->positions, bench->workspace));
    snnd_timing_end(&bench->context->timing, SNND_PHASE_OPTIMIZER);
    return good;
}

static int rewire(struct bench *bench) {
    snnd_timing_begin(&bench->context->timing);
    const int good = (bench->sparsity == NULL ||
                      bench_check(bench, snnd_sparsity_step(bench->sparsity, bench->workspace, bench->weights))) &&
                     bench_check(bench, snnd_network_clamp(bench->network));
    snnd_timing_end(&bench->context->timing, SNND_PHASE_REWIRE);
    return good;
}

static int train(struct bench *bench, uint64_t step) {
    const snnd_loss_options loss = {.size = sizeof loss, .readout = SNND_READOUT_SOFTMAX_SUM, .l1 = 1e-5};
    snnd_loss_report report;
    snnd_loss_report_init(&report, sizeof report);
    const int good =
        bench_check(bench, snnd_workspace_set_draw(bench->workspace, 1, step)) &&
        bench_check(bench, snnd_workspace_forward(bench->workspace, SNND_TRAIN, bench->input, bench->options.batch)) &&
        bench_check(bench, snnd_workspace_loss(bench->workspace, bench->labels, &loss, &report)) &&
        bench_check(bench, snnd_workspace_backward(bench->workspace));
    bench->loss = report.loss;
    return good && move(bench) && rewire(bench);
}

int bench_evaluate(struct bench *bench) {
    snnd_loss_report report;
    snnd_loss_report_init(&report, sizeof report);
    const int good = bench_check(bench, snnd_workspace_forward(bench->workspace, SNND_EVALUATE, bench->input,
                                                               bench->options.batch)) &&
                     bench_check(bench, snnd_workspace_loss(bench->workspace, bench->labels, NULL, &report));
    bench->loss = report.loss;
    return good;
}

int bench_steps(struct bench *bench) {
    const struct bench_options *o = &bench->options;
    if (!bench_make_steps(bench))
        return 0;
    struct timing timing = timing_begin(o->repeat);
    int good = 1;
    for (int32_t step = -2; good && step < o->repeat; step++) {
        if (step == 0)
            bench->context->timing = (snnd_timing){0};
        const double begin = timing_clock();
        good = o->mode == BENCH_TRAIN ? train(bench, (uint64_t)(step + 2)) : bench_evaluate(bench);
        if (step >= 0)
            timing.value[step] = 1e3 * (timing_clock() - begin);
    }
    timing_finish(&timing);
    if (good)
        bench_print(bench, &timing);
    timing_free(&timing);
    return good;
}
