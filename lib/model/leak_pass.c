/* The decays that a pass uses, and the gradient of the numbers that they are made of (leak_pass.h). */
#include "model/leak_pass.h"

snnd_status snnd_leak_prepare(const snnd_stage *stage, snnd_leak_pass *made) {
    snnd_context *context = stage->workspace->context;
    const size_t neurons = (size_t)stage->layer->outputs, tiles = (size_t)snnd_tiles(stage->workspace->batch);
    if (!snnd_leak_is_own(stage->layer))
        return SNND_OK;
    made->decays = snnd_allocate(context, neurons, sizeof *made->decays);
    if (made->decays == NULL)
        return SNND_ERROR_MEMORY;
    if (stage->gradient[SNND_ARRAY_LEAK] == NULL)
        return SNND_OK;
    made->slopes = snnd_allocate(context, snnd_size_multiply(snnd_size_multiply(tiles, neurons), SNND_LANES),
                                 sizeof *made->slopes);
    return made->slopes == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

void snnd_leak_release(const snnd_stage *stage, const snnd_leak_pass *held) {
    snnd_release(stage->workspace->context, held->decays);
    snnd_release(stage->workspace->context, held->slopes);
}

void snnd_leak_begin(const snnd_stage *stage, const snnd_leak_pass *held) {
    for (int32_t n = 0; n < stage->layer->outputs && held->decays != NULL; n++)
        held->decays[n] = snnd_leak_decay(stage->layer, n);
}

static float *slopes_of(const snnd_stage *stage, const snnd_leak_pass *held, int32_t tile, int32_t neuron) {
    return held->slopes + ((size_t)tile * (size_t)stage->layer->outputs + (size_t)neuron) * SNND_LANES;
}

float *snnd_leak_slopes(const snnd_stage *stage, const snnd_leak_pass *held, const snnd_part *part) {
    return held->slopes == NULL ? NULL : slopes_of(stage, held, part->tile, part->neuron);
}

/* With q = 1/tau and decay = 1 - q, ddecay/da = -q (1 - q). */
void snnd_leak_gather(const snnd_stage *stage, const snnd_leak_pass *held) {
    const snnd_pass *pass = &stage->workspace->pass;
    for (int32_t n = 0; n < stage->layer->outputs && held->slopes != NULL; n++) {
        const double q = snnd_leak_rate(stage->layer, n);
        double sum = 0;
        for (int32_t tile = 0; tile < pass->tiles; tile++)
            for (int32_t lane = 0; lane < snnd_lanes(pass->samples, tile); lane++)
                sum += (double)slopes_of(stage, held, tile, n)[lane];
        stage->gradient[SNND_ARRAY_LEAK][n] = (float)(-q * (1 - q) * sum);
    }
}
