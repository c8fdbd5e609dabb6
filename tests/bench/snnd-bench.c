/* Times what the library spends its time on; --help tells how. */
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "options.h"
#include "sgemm.h"
#include "timing.h"

#include "base/profile.h"

struct bench {
    struct bench_options options;
    snnd_context *context;
    snnd_network *network;
    snnd_workspace *workspace;
    snnd_optimizer *weights, *positions;
    snnd_sparsity *sparsity;
    float *input;
    int32_t *labels;
    double loss;
};

static int check(const struct bench *bench, snnd_status status) {
    if (status != SNND_OK)
        fprintf(stderr, "snnd-bench: %s: %s\n", snnd_status_string(status), snnd_context_last_error(bench->context));
    return status == SNND_OK;
}

/* ---- making ---- */

static int make_context(struct bench *bench) {
    snnd_context_options wanted;
    snnd_context_options_init(&wanted, sizeof wanted);
    wanted.threads = bench->options.threads;
    wanted.isa = bench->options.isa;
    return check(bench, snnd_context_create(&wanted, &bench->context));
}

static int add_delays(struct bench *bench, int32_t outputs) {
    snnd_delay_options delays;
    snnd_delay_options_init(&delays, sizeof delays);
    delays.max_delay = bench->options.taps - 1;
    return check(bench, snnd_network_add_delays(bench->network, outputs, &delays, NULL));
}

/* The paper's network; dropout 0.4. */
static int make_network(struct bench *bench) {
    const struct bench_options *o = &bench->options;
    if (!check(bench, snnd_network_create(bench->context, o->inputs, &bench->network)))
        return 0;
    for (int32_t i = 0; i < o->layers; i++)
        if (!add_delays(bench, o->hidden[i]) ||
            !check(bench, snnd_network_add_batch_norm(bench->network, NULL, NULL)) ||
            !check(bench, snnd_network_add_lif(bench->network, NULL, NULL)) ||
            !check(bench, snnd_network_add_dropout(bench->network, 0.4, NULL)))
            return 0;
    return add_delays(bench, o->classes) &&
           check(bench, snnd_network_add_leaky_integrator(bench->network, NULL, NULL)) &&
           check(bench, snnd_network_initialize(bench->network, 1)) &&
           check(bench, snnd_network_set_sigma(bench->network, o->sigma));
}

static int make_sparsity(struct bench *bench) {
    const struct bench_options *o = &bench->options;
    snnd_fixed_mask_options fixed;
    snnd_deep_r_options deep_r;
    snnd_fixed_mask_options_init(&fixed, sizeof fixed);
    snnd_deep_r_options_init(&deep_r, sizeof deep_r);
    fixed.sparsity = deep_r.sparsity = o->sparsity;
    deep_r.growth = o->rule == BENCH_DEEP_R_RANDOM ? SNND_GROWTH_RANDOM : SNND_GROWTH_GRADIENT;
    if (o->rule == BENCH_DENSE)
        return 1;
    if (o->rule == BENCH_FIXED)
        return check(bench, snnd_sparsity_create_fixed_mask(bench->network, &fixed, &bench->sparsity));
    return check(bench, snnd_sparsity_create_deep_r(bench->network, &deep_r, &bench->sparsity));
}

static int make_optimizers(struct bench *bench) {
    snnd_optimizer_options adam;
    snnd_optimizer_options_init(&adam, sizeof adam);
    adam.parameters = SNND_PARAMETERS_WEIGHTS;
    adam.rate = 1e-3;
    if (!check(bench, snnd_optimizer_create(bench->network, &adam, &bench->weights)))
        return 0;
    adam.parameters = SNND_PARAMETERS_POSITIONS;
    adam.rate = 0.1;
    return check(bench, snnd_optimizer_create(bench->network, &adam, &bench->positions));
}

/* Uniform between 0 and 16, as loud spectrograms are. */
static int make_batch(struct bench *bench) {
    const struct bench_options *o = &bench->options;
    const size_t count = (size_t)o->batch * (size_t)o->steps * (size_t)o->inputs;
    uint64_t state = 1;
    bench->input = malloc(count * sizeof *bench->input);
    bench->labels = malloc((size_t)o->batch * sizeof *bench->labels);
    if (bench->input == NULL || bench->labels == NULL)
        return 0;
    for (size_t k = 0; k < count; k++) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        bench->input[k] = (float)(state >> 40) * 0x1p-20f;
    }
    for (int32_t b = 0; b < o->batch; b++)
        bench->labels[b] = b * 7 % o->classes;
    return 1;
}

static int make(struct bench *bench) {
    return make_context(bench) && make_network(bench) && make_sparsity(bench) && make_optimizers(bench) &&
           make_batch(bench) &&
           check(bench, snnd_workspace_create(bench->network, bench->options.batch, bench->options.steps,
                                              bench->options.mode == BENCH_TRAIN, &bench->workspace));
}

static void clean_up(struct bench *bench) {
    snnd_workspace_free(bench->workspace);
    snnd_optimizer_free(bench->weights);
    snnd_optimizer_free(bench->positions);
    snnd_sparsity_free(bench->sparsity);
    snnd_network_free(bench->network);
    snnd_context_free(bench->context);
    free(bench->input);
    free(bench->labels);
}

/* ---- a step ---- */

static int train(struct bench *bench, uint64_t step) {
    const snnd_loss_options loss = {.size = sizeof loss, .readout = SNND_READOUT_SOFTMAX_SUM, .l1 = 1e-5};
    snnd_loss_report report;
    snnd_loss_report_init(&report, sizeof report);
    const int good =
        check(bench, snnd_workspace_set_draw(bench->workspace, 1, step)) &&
        check(bench, snnd_workspace_forward(bench->workspace, SNND_TRAIN, bench->input, bench->options.batch)) &&
        check(bench, snnd_workspace_loss(bench->workspace, bench->labels, &loss, &report)) &&
        check(bench, snnd_workspace_backward(bench->workspace));
    bench->loss = report.loss;
    snnd_profile_begin();
    const int moved = good && check(bench, snnd_optimizer_step(bench->weights, bench->workspace)) &&
                      check(bench, snnd_optimizer_step(bench->positions, bench->workspace));
    snnd_profile_end(SNND_PHASE_OPTIMIZER, 0);
    snnd_profile_begin();
    const int rewired =
        moved && (bench->sparsity == NULL || check(bench, snnd_sparsity_step(bench->sparsity, bench->workspace))) &&
        check(bench, snnd_network_clamp_positions(bench->network));
    snnd_profile_end(SNND_PHASE_REWIRE, 0);
    return rewired;
}

static int evaluate(struct bench *bench) {
    snnd_loss_report report;
    snnd_loss_report_init(&report, sizeof report);
    const int good =
        check(bench, snnd_workspace_forward(bench->workspace, SNND_EVALUATE, bench->input, bench->options.batch)) &&
        check(bench, snnd_workspace_loss(bench->workspace, bench->labels, NULL, &report));
    bench->loss = report.loss;
    return good;
}

/* ---- what is printed ---- */

static long peak_kilobytes(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void print_json(const struct bench *bench, const struct timing *timing, double gflops) {
    const struct bench_options *o = &bench->options;
    printf("{\"mode\":\"%s\",\"rule\":\"%s\",\"sparsity\":%g,\"sigma\":%g,\"batch\":%d,\"steps\":%d,\"taps\":%d,"
           "\"inputs\":%d,\"hidden\":%d,\"classes\":%d,",
           bench_mode_name(o->mode), bench_rule_name(o->rule), o->sparsity, o->sigma, (int)o->batch, (int)o->steps,
           (int)o->taps, (int)o->inputs, (int)o->hidden[0], (int)o->classes);
    printf("\"step_ms\":%.4f,\"min_ms\":%.4f,\"max_ms\":%.4f,\"repeat\":%d,\"sgemm_gflops_per_core\":%.2f,"
           "\"peak_rss_kb\":%ld,\"threads\":%d,\"synapses\":%lld,\"spike_rate\":%.5f,\"loss\":%.6g,\"phases\":{",
           timing->median, timing->least, timing->most, (int)o->repeat, gflops, peak_kilobytes(), (int)o->threads,
           (long long)snnd_network_active(bench->network), snnd_workspace_spike_rate(bench->workspace), bench->loss);
    const char *comma = "";
    for (int phase = 0; phase < SNND_PHASES; phase++) {
        const snnd_phase_time *time = snnd_profile_phase(phase);
        if (time->calls == 0)
            continue;
        printf("%s\"%s\":{\"ms\":%.4f", comma, snnd_phase_name(phase), 1e3 * time->seconds / o->repeat);
        if (time->operations > 0)
            printf(",\"gflops\":%.2f", 1e-9 * time->operations / time->seconds);
        printf("}");
        comma = ",";
    }
    printf("}}\n");
}

static void print_text(const struct bench *bench, const struct timing *timing, double gflops) {
    const struct bench_options *o = &bench->options;
    printf("%s, %s, sparsity %g, sigma %g, batch %d, %d steps, %d taps, %d thread%s; %lld synapses\n",
           bench_mode_name(o->mode), bench_rule_name(o->rule), o->sparsity, o->sigma, (int)o->batch, (int)o->steps,
           (int)o->taps, (int)o->threads, o->threads == 1 ? "" : "s", (long long)snnd_network_active(bench->network));
    printf("step   %.2f ms (%.2f to %.2f in %d)\n", timing->median, timing->least, timing->most, (int)o->repeat);
    printf("SGEMM  %.1f GFLOP/s on one core\nmemory %.1f MB at the most\nspikes %.2f %%\n", gflops,
           1e-3 * (double)peak_kilobytes(), 100 * snnd_workspace_spike_rate(bench->workspace));
    for (int phase = 0; phase < SNND_PHASES; phase++) {
        const snnd_phase_time *time = snnd_profile_phase(phase);
        if (time->calls == 0)
            continue;
        const double ms = 1e3 * time->seconds / o->repeat;
        printf("  %-28s %8.3f ms  %5.1f %%", snnd_phase_name(phase), ms, 100 * ms / timing->mean);
        if (time->operations > 0)
            printf("  %6.1f GFLOP/s on %d thread%s", 1e-9 * time->operations / time->seconds, (int)o->threads,
                   o->threads == 1 ? "" : "s");
        printf("\n");
    }
}

static int measure(struct bench *bench) {
    const struct bench_options *o = &bench->options;
    struct timing timing = timing_begin(o->repeat);
    for (int32_t step = -2; step < o->repeat; step++) {
        if (step == 0)
            snnd_profile_reset();
        const double begin = timing_clock();
        if (!(o->mode == BENCH_TRAIN ? train(bench, (uint64_t)(step + 2)) : evaluate(bench)))
            return 0;
        if (step >= 0)
            timing.value[step] = 1e3 * (timing_clock() - begin);
    }
    timing_finish(&timing);
    const double gflops = sgemm_gflops();
    (o->json ? print_json : print_text)(bench, &timing, gflops);
    timing_free(&timing);
    return 1;
}

int main(int count, char **arguments) {
    struct bench bench;
    memset(&bench, 0, sizeof bench);
    const int code = bench_options_read(count, arguments, &bench.options);
    if (code >= 0)
        return code;
    const int good = make(&bench) && measure(&bench);
    clean_up(&bench);
    return good && fflush(stdout) == 0 ? 0 : 1;
}
