/*
 * Bytes that exported C takes of the paper's network, 40-256-20 with delays of 0 to 24 steps, where each synapse has a
 * delay, and where axons or dendrites have them. Not trained: bytes are those of any weights.
 */
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>

enum { INPUTS = 40, HIDDEN = 256, CLASSES = 20 };

static snnd_context *context;

static void must(snnd_status status) {
    if (status == SNND_OK)
        return;
    fprintf(stderr, "export-bytes: %s\n", snnd_context_last_error(context));
    exit(1);
}

static int drop(void *user, const void *bytes, size_t count) {
    (void)user, (void)bytes, (void)count;
    return 0;
}

static snnd_plan *make_plan(int32_t sharing, double sparsity) {
    snnd_network *network;
    snnd_delay_options delays;
    snnd_structure structure;
    snnd_sparsity *mask = NULL;
    snnd_plan *plan;
    must(snnd_delay_options_init(&delays, sizeof delays));
    must(snnd_structure_init(&structure, sizeof structure));
    delays.sharing = sharing;
    structure.sparsity = sparsity;
    must(snnd_network_create(context, INPUTS, &network));
    must(snnd_network_add_delays(network, HIDDEN, &delays, NULL));
    must(snnd_network_add_batch_norm(network, NULL, NULL));
    must(snnd_network_add_lif(network, NULL, NULL));
    must(snnd_network_add_delays(network, CLASSES, &delays, NULL));
    must(snnd_network_add_leaky_integrator(network, NULL, NULL));
    if (sparsity > 0)
        must(snnd_sparsity_create_fixed_mask(network, &structure, &mask));
    must(snnd_plan_create(network, &plan));
    snnd_sparsity_free(mask);
    snnd_network_free(network);
    return plan;
}

static void tell(int32_t numbers, double sparsity) {
    static const char *const names[] = {"each synapse", "axons", "dendrites"};
    long long flash = 0;
    for (int32_t sharing = SNND_SHARING_NONE; sharing <= SNND_SHARING_DENDRITIC; sharing++) {
        snnd_export_c_options options;
        snnd_export_c_report report;
        const snnd_writer nowhere = {.write = drop};
        snnd_plan *plan = make_plan(sharing, sparsity);
        must(snnd_export_c_options_init(&options, sizeof options));
        must(snnd_export_c_report_init(&report, sizeof report));
        options.numbers = numbers;
        options.largest_input = numbers == SNND_C_FIXED ? 20 : 0;
        must(snnd_export_c_write(plan, &options, &nowhere, &nowhere, "snn.h", &report));
        if (sharing == SNND_SHARING_NONE)
            flash = report.flash;
        printf("%5.1f %% sparse, %s, delays of %-12s  flash %6lld  less %6lld  RAM %5lld\n", 100 * sparsity,
               numbers == SNND_C_FIXED ? "fixed" : "float", names[sharing - 1], (long long)report.flash,
               flash - (long long)report.flash, (long long)report.ram);
        snnd_plan_free(plan);
    }
}

int main(void) {
    must(snnd_context_create(NULL, &context));
    for (int sparse = 0; sparse < 2; sparse++)
        for (int fixed = 0; fixed < 2; fixed++)
            tell(fixed ? SNND_C_FIXED : SNND_C_FLOAT32, sparse ? 0.875 : 0);
    snnd_context_free(context);
    return 0;
}
