/* What is printed of steps. */
#include <stdio.h>
#include <sys/resource.h>

#include "bench.h"
#include "sgemm.h"

#include "base/context.h"

static long peak_kilobytes(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void shape_json(const struct bench *bench) {
    const struct bench_options *o = &bench->options;
    static const char *const names[] = {"auto", "plain", "avx2", "avx512"};
    snnd_isa isa = SNND_ISA_AUTO;
    const char *products = "";
    snnd_context_info(bench->context, NULL, &isa, &products);
    printf("\"isa\":\"%s\",\"products\":\"%s\",", names[isa], products);
    printf("\"mode\":\"%s\",\"rule\":\"%s\",\"sparsity\":%g,\"sigma\":%g,\"batch\":%d,\"steps\":%d,\"taps\":%d,"
           "\"inputs\":%d,\"hidden\":%d,\"hidden_layers\":%d,\"classes\":%d,\"method\":\"%s\",\"low_memory\":%s,"
           "\"threads\":%d,\"synapses\":%lld",
           bench_mode_name(o->mode), bench_rule_name(o->rule), o->sparsity, o->sigma, (int)o->batch, (int)o->steps,
           (int)o->taps, (int)o->inputs, (int)o->hidden[0], (int)o->layers, (int)o->classes,
           bench_method_name(o->method), o->low_memory ? "true" : "false", (int)o->threads,
           (long long)snnd_network_active(bench->network));
}

static void shape_text(const struct bench *bench) {
    const struct bench_options *o = &bench->options;
    const char *products = "";
    snnd_context_info(bench->context, NULL, NULL, &products);
    printf("%s, %s, sparsity %g, sigma %g, batch %d, %d steps, %d taps, %d thread%s, method %s%s, products %s; "
           "%lld synapses\n",
           bench_mode_name(o->mode), bench_rule_name(o->rule), o->sparsity, o->sigma, (int)o->batch, (int)o->steps,
           (int)o->taps, (int)o->threads, o->threads == 1 ? "" : "s", bench_method_name(o->method),
           o->low_memory ? ", low memory" : "", products, (long long)snnd_network_active(bench->network));
}

void bench_print_shape(const struct bench *bench) {
    (bench->options.json ? shape_json : shape_text)(bench);
}

static void phases_json(const snnd_timing *timing, int32_t repeat) {
    const char *comma = "";
    for (int phase = 0; phase < SNND_PHASES; phase++) {
        if (timing->phase[phase].calls == 0)
            continue;
        printf("%s\"%s\":{\"ms\":%.4f}", comma, snnd_phase_name(phase), 1e3 * timing->phase[phase].seconds / repeat);
        comma = ",";
    }
}

static void print_json(const struct bench *bench, const struct timing *timing, long peak, const struct sgemm *sgemm) {
    printf("{");
    shape_json(bench);
    printf(",\"step_ms\":%.4f,\"min_ms\":%.4f,\"max_ms\":%.4f,\"repeat\":%d,\"peak_rss_kb\":%ld,"
           "\"spike_rate\":%.5f,\"loss\":%.6g,",
           timing->median, timing->least, timing->most, timing->count, peak,
           snnd_workspace_spike_rate(bench->workspace), bench->loss);
    if (sgemm != NULL)
        printf("\"sgemm_gflops_per_core\":%.2f,\"sgemm_best_gflops_per_core\":%.2f,", sgemm->chosen, sgemm->best);
    printf("\"times_ms\":[");
    for (int i = 0; i < timing->count; i++)
        printf("%s%.4f", i == 0 ? "" : ",", timing->value[i]);
    printf("],\"phases\":{");
    phases_json(&bench->context->timing, timing->count);
    printf("}}\n");
}

static void print_text(const struct bench *bench, const struct timing *timing, long peak, const struct sgemm *sgemm) {
    shape_text(bench);
    printf("step   %.2f ms (%.2f to %.2f in %d)\n", timing->median, timing->least, timing->most, timing->count);
    if (sgemm != NULL)
        printf("SGEMM  %.1f GFLOP/s on one core, %.1f with the best kernel of OpenBLAS\n", sgemm->chosen, sgemm->best);
    printf("memory %.1f MB at the most\nspikes %.2f %%\n", 1e-3 * (double)peak,
           100 * snnd_workspace_spike_rate(bench->workspace));
    for (int phase = 0; phase < SNND_PHASES; phase++) {
        const snnd_timing *spent = &bench->context->timing;
        if (spent->phase[phase].calls == 0)
            continue;
        const double ms = 1e3 * spent->phase[phase].seconds / timing->count;
        printf("  %-28s %8.3f ms  %5.1f %%\n", snnd_phase_name(phase), ms, 100 * ms / timing->mean);
    }
}

void bench_print(const struct bench *bench, const struct timing *timing) {
    const long peak = peak_kilobytes(); /* before SGEMM has its own */
    const int measured = !bench->options.no_sgemm;
    const struct sgemm sgemm = measured ? sgemm_measure() : (struct sgemm){0};
    (bench->options.json ? print_json : print_text)(bench, timing, peak, measured ? &sgemm : NULL);
}
