/* Sums over taps (taps.h), compiled once for each instruction set. A block of time steps x lanes stays in registers
 * while the loop goes over the synapses; a tap is one multiply-add of a whole row. Sums are computed in the order of
 * the lists, so that a result does not depend on where, or together with what, it is computed. */
#include "kernel/taps.h"

#include "kernel/vector.h"

/* BLOCK steps of one vector of lanes fill the registers, or, where each synapse has one tap, ONE_BLOCK steps of all
 * lanes. */
#if defined(__AVX512F__)
enum { BLOCK = 16, ONE_BLOCK = 16, RUN = 8, PHASES = 4, SETS = 2 };
#elif defined(__AVX2__)
enum { BLOCK = 8, ONE_BLOCK = 6, RUN = 8, PHASES = 2, SETS = 1 };
#else
enum { BLOCK = 8, ONE_BLOCK = 3, RUN = 8, PHASES = 2, SETS = 1 };
#endif

enum { UNIFORM = 8 };

/* Adds the `count` taps of a synapse to the sums of a block. Each row is loaded once for all taps that use it, and sums
 * still go from the first tap to the last. */
INLINE void add_taps(vector *sum, const float *value, const float *row, const int direction, const int count,
                     const int block) {
    vector tap[UNIFORM];
    for (int n = 0; n < count; n++)
        tap[n] = vector_all(value[n]);
#pragma GCC unroll 32
    for (int j = 0; j < block + count - 1; j++) {
        const int at = direction > 0 ? j : block - 1 - j;
        const vector source = *(const vector *)(row + (ptrdiff_t)at * SNND_LANES);
#pragma GCC unroll 8
        for (int n = 0; n < count; n++) {
            const int k = at - direction * n;
            if (k >= 0 && k < block)
                sum[k] = multiply_add(tap[n], source, sum[k]);
        }
    }
}

/* Adds the synapses from `from` on whose source is below `limit` to a block of one target, and returns where it
 * stopped. If `taps` is above 0, all synapses have that many. */
INLINE int64_t gather_block(const snnd_gather *job, float *target, int64_t from, int64_t end, int32_t limit,
                            const int fresh, int32_t time, const int part, const int block, const int taps,
                            const int direction) {
    vector sum[BLOCK];
    for (int k = 0; k < block; k++)
        sum[k] = fresh ? (vector){0} : *vector_at(target, time + k, part);
    const ptrdiff_t step = (ptrdiff_t)job->direction * SNND_LANES;
    const float *origin = job->source.data + ((ptrdiff_t)time + job->offset) * SNND_LANES + part * VECTOR;
    int64_t i = from;
    for (; i < end && job->neuron[i] < limit; i++) {
        const int32_t s = job->synapse[i];
        const float *value = job->taps->value + (size_t)s * (size_t)job->taps->width;
        const float *row = origin + (size_t)job->neuron[i] * job->source.stride + (ptrdiff_t)job->taps->first[s] * step;
        if (taps > 0)
            add_taps(sum, value, row, direction, taps, block);
        else
            for (int32_t n = 0; n < job->taps->count[s]; n++, row += step)
                add_taps(sum, value + n, row, 1, 1, block);
    }
    if (fresh || i > from)
        for (int k = 0; k < block; k++)
            *vector_at(target, time + k, part) = sum[k];
    return i;
}

/* Computes a block of time of all targets, one chunk of sources after the other. */
INLINE void gather_time(const snnd_gather *job, int32_t chunk, int32_t time, const int part, const int block,
                        const int taps, const int direction) {
    for (int32_t j = 0; j < job->targets; j++)
        job->place[j] = gather_block(job, snnd_rows_of(job->target, j), job->begin[j], job->begin[j + 1], chunk, 1,
                                     time, part, block, taps, direction);
    for (int32_t limit = 2 * chunk; limit < job->sources + chunk; limit += chunk)
        for (int32_t j = 0; j < job->targets; j++)
            job->place[j] = gather_block(job, snnd_rows_of(job->target, j), job->place[j], job->begin[j + 1], limit, 0,
                                         time, part, block, taps, direction);
}

INLINE void gather_all(const snnd_gather *job, int32_t chunk, const int taps, const int direction) {
    for (int part = 0; part < PARTS; part++) {
        int32_t time = 0;
        for (; time + BLOCK <= job->steps; time += BLOCK)
            gather_time(job, chunk, time, part, BLOCK, taps, direction);
        for (; time + 4 <= job->steps; time += 4)
            gather_time(job, chunk, time, part, 4, 0, 1);
        for (; time < job->steps; time++)
            gather_time(job, chunk, time, part, 1, 0, 1);
    }
}

/* ---- one tap a synapse ---- */

/* Works as gather_block(), for all lanes. */
INLINE int64_t gather_one_block(const snnd_gather *job, float *target, int64_t from, int64_t end, int32_t limit,
                                const int fresh, int32_t time, const int block) {
    vector sum[ONE_BLOCK][PARTS];
    for (int k = 0; k < block; k++)
        for (int part = 0; part < PARTS; part++)
            sum[k][part] = fresh ? (vector){0} : *vector_at(target, time + k, part);
    const ptrdiff_t step = (ptrdiff_t)job->direction * SNND_LANES;
    const float *origin = job->source.data + ((ptrdiff_t)time + job->offset) * SNND_LANES;
    const size_t stride = job->source.stride;
    const snnd_one_tap *one = job->one;
    int64_t i = from;
    for (; i < end && one[i].neuron < limit; i++) {
        const vector tap = vector_all(one[i].value);
        const vector *row = (const vector *)(origin + (size_t)one[i].neuron * stride + one[i].first * step);
        for (int k = 0; k < block; k++)
            for (int part = 0; part < PARTS; part++)
                sum[k][part] = multiply_add(tap, row[k * PARTS + part], sum[k][part]);
    }
    if (fresh || i > from)
        for (int k = 0; k < block; k++)
            for (int part = 0; part < PARTS; part++)
                *vector_at(target, time + k, part) = sum[k][part];
    return i;
}

INLINE void gather_one_time(const snnd_gather *job, int32_t chunk, int32_t time, const int block) {
    for (int32_t j = 0; j < job->targets; j++)
        job->place[j] = gather_one_block(job, snnd_rows_of(job->target, j), job->begin[j], job->begin[j + 1], chunk, 1,
                                         time, block);
    for (int32_t limit = 2 * chunk; limit < job->sources + chunk; limit += chunk)
        for (int32_t j = 0; j < job->targets; j++)
            job->place[j] = gather_one_block(job, snnd_rows_of(job->target, j), job->place[j], job->begin[j + 1], limit,
                                             0, time, block);
}

static void gather_one(const snnd_gather *job, int32_t chunk) {
    int32_t time = 0;
    for (; time + ONE_BLOCK <= job->steps; time += ONE_BLOCK)
        gather_one_time(job, chunk, time, ONE_BLOCK);
    for (; time + 2 <= job->steps; time += 2)
        gather_one_time(job, chunk, time, 2);
    for (; time < job->steps; time++)
        gather_one_time(job, chunk, time, 1);
}

/* Returns how many sources have rows for a block of time that fit the first cache; not so few that a target has little
 * to sum. */
static int32_t chunk_of(const snnd_gather *job) {
    enum { BYTES = 32 * 1024, FEW = 8 };
    const int64_t rows = BLOCK + job->taps_total - 1, synapses = job->begin[job->targets];
    const int64_t fit = BYTES / (rows * SNND_LANES * (int64_t)sizeof(float));
    const int64_t pairs = (int64_t)job->targets * job->sources;
    const int64_t least = synapses > 0 ? (FEW * pairs + synapses - 1) / synapses : job->sources;
    const int64_t chunk = fit > least ? fit : least;
    return chunk < job->sources ? (int32_t)chunk : job->sources;
}

/* These are the numbers of taps of narrow profiles. */
INLINE void gather_towards(const snnd_gather *job, const int direction) {
    const int32_t chunk = chunk_of(job);
    switch (job->taps->uniform) {
    case 1:
        gather_one(job, 2 * chunk);
        break;
    case 4:
        gather_all(job, chunk, 4, direction);
        break;
    case 5:
        gather_all(job, chunk, 5, direction);
        break;
    case 6:
        gather_all(job, chunk, 6, direction);
        break;
    case 8:
        gather_all(job, chunk, 8, direction);
        break;
    default:
        gather_all(job, chunk, 0, direction);
        break;
    }
}

static void gather(const snnd_gather *job) {
    if (job->direction > 0)
        gather_towards(job, 1);
    else
        gather_towards(job, -1);
}

/* Correlates `run` adjacent taps of one synapse, with one load of the gradient for all of them. Even and odd steps are
 * summed separately where there are registers for both. */
INLINE void correlate_run(int32_t steps, const float *gradient_row, const float *source, float *sum, const int run) {
    for (int part = 0; part < PARTS; part++) {
        vector total[SETS][RUN];
        for (int set = 0; set < SETS; set++)
            for (int n = 0; n < run; n++)
                total[set][n] = (vector){0};
        const vector *gradient = (const vector *)(gradient_row + part * VECTOR);
        const vector *input = (const vector *)(source + part * VECTOR);
        int32_t t = 0;
        for (; t + PHASES <= steps; t += PHASES)
            for (int phase = 0; phase < PHASES; phase++)
                for (int n = 0; n < run; n++)
                    total[phase % SETS][n] =
                        multiply_add(gradient[(ptrdiff_t)(t + phase) * PARTS],
                                     input[(ptrdiff_t)(t + phase + n) * PARTS], total[phase % SETS][n]);
        for (; t < steps; t++)
            for (int n = 0; n < run; n++)
                total[0][n] =
                    multiply_add(gradient[(ptrdiff_t)t * PARTS], input[(ptrdiff_t)(t + n) * PARTS], total[0][n]);
        vector *target = (vector *)(sum + part * VECTOR);
        for (int n = 0; n < run; n++) {
            for (int set = 1; set < SETS; set++)
                total[0][n] += total[set][n];
            target[n * PARTS] += total[0][n];
        }
    }
}

static void correlate_any(int32_t steps, const float *gradient, const float *source, float *sum, int32_t run) {
    switch (run) {
    case 8:
        correlate_run(steps, gradient, source, sum, 8);
        break;
    case 7:
        correlate_run(steps, gradient, source, sum, 7);
        break;
    case 6:
        correlate_run(steps, gradient, source, sum, 6);
        break;
    case 5:
        correlate_run(steps, gradient, source, sum, 5);
        break;
    case 4:
        correlate_run(steps, gradient, source, sum, 4);
        break;
    case 3:
        correlate_run(steps, gradient, source, sum, 3);
        break;
    case 2:
        correlate_run(steps, gradient, source, sum, 2);
        break;
    default:
        correlate_run(steps, gradient, source, sum, 1);
        break;
    }
}

static void correlate_synapse(const snnd_correlate *job, int32_t neuron, int32_t s) {
    const int32_t count = job->count[(size_t)neuron * job->of_neuron + (size_t)s];
    const ptrdiff_t row = (ptrdiff_t)job->first[(size_t)neuron * job->of_neuron + (size_t)s] - (job->taps_total - 1);
    const float *source = snnd_rows_of(job->source, s / job->group) + row * SNND_LANES;
    const float *gradient = snnd_rows_of(job->gradient, neuron);
    float *sum = job->sum + (size_t)neuron * job->sum_row + (size_t)s * (size_t)job->width * SNND_LANES;
    for (int32_t n = 0; n < count; n += RUN) {
        const int32_t run = count - n < RUN ? count - n : RUN;
        correlate_any(job->steps, gradient, source + (ptrdiff_t)n * SNND_LANES, sum + (ptrdiff_t)n * SNND_LANES, run);
    }
}

/* A source stays in the first cache while the loop goes over the gradients of a few neurons. */
static void correlate(const snnd_correlate *job) {
    enum { FEW = 4 };
    for (int32_t begin = 0; begin < job->neurons; begin += FEW)
        for (int32_t s = 0; s < job->synapses; s++)
            for (int32_t j = begin; j < job->neurons && j < begin + FEW; j++)
                correlate_synapse(job, j, s);
}

extern const snnd_tap_kernels SNND_TAP_KERNELS;
const snnd_tap_kernels SNND_TAP_KERNELS = {gather, correlate};
