/* Sums driven by spikes (events.h), compiled once for each instruction set. */
#include "kernel/events.h"

#include "kernel/vector.h"

/* Vectors of a table that stay in registers. */
enum { HELD = VECTOR == 16 ? 8 : 4 };

typedef float loose_vector __attribute__((vector_size(4 * VECTOR), aligned(4), may_alias));

static void list(snnd_events *events, int32_t neuron, const uint16_t *bits, const float *factor) {
    int32_t count[SNND_LANES], *begin = events->begin;
    const size_t room = (size_t)events->neurons * (size_t)events->steps;
    unsigned live = 0;
    for (int lane = 0; lane < SNND_LANES; lane++) {
        int32_t *at = begin + (size_t)lane * (size_t)(events->neurons + 1) + (size_t)neuron;
        if (neuron == 0)
            at[0] = 0;
        count[lane] = at[0];
        live |= (unsigned)(factor[lane] != 0) << lane;
        events->factor[(size_t)lane * (size_t)events->neurons + (size_t)neuron] = factor[lane];
    }
    for (int32_t t = 0; t < events->steps; t++)
        for (unsigned left = bits[t] & live; left != 0; left &= left - 1) {
            const int lane = __builtin_ctz(left);
            events->times[(size_t)lane * room + (size_t)count[lane]++] = (uint16_t)t;
        }
    for (int lane = 0; lane < SNND_LANES; lane++)
        begin[(size_t)lane * (size_t)(events->neurons + 1) + (size_t)neuron + 1] = count[lane];
}

INLINE void scatter_part(float *row, size_t columns, const uint16_t *times, int32_t count, const loose_vector *table,
                         vector factor, const int vectors) {
    vector held[HELD];
    for (int v = 0; v < vectors; v++)
        held[v] = factor * table[v];
    for (int32_t e = 0; e < count; e++) {
        loose_vector *at = (loose_vector *)(row + (size_t)times[e] * columns);
        for (int v = 0; v < vectors; v++)
            at[v] += held[v];
    }
}

INLINE void collect_part(const float *row, size_t columns, const uint16_t *times, int32_t count, loose_vector *table,
                         vector factor, const int vectors) {
    vector sum[HELD];
    for (int v = 0; v < vectors; v++)
        sum[v] = (vector){0};
    for (int32_t e = 0; e < count; e++) {
        const loose_vector *at = (const loose_vector *)(row + (size_t)times[e] * columns);
        for (int v = 0; v < vectors; v++)
            sum[v] += at[v];
    }
    for (int v = 0; v < vectors; v++)
        table[v] += factor * sum[v];
}

/* For every neuron of every sample, its table in pieces that fit the registers. */
INLINE void each(const snnd_event_job *job, const int scattering) {
    const snnd_events *events = job->events;
    const size_t room = (size_t)events->neurons * (size_t)events->steps;
    const int32_t vectors = job->length / VECTOR;
    for (int32_t lane = 0; lane < job->lanes; lane++) {
        const int32_t *begin = events->begin + (size_t)lane * (size_t)(events->neurons + 1);
        const uint16_t *times = events->times + (size_t)lane * room;
        for (int32_t i = 0; i < events->neurons; i++) {
            const int32_t count = begin[i + 1] - begin[i];
            if (count == 0)
                continue;
            const vector factor = vector_all(events->factor[(size_t)lane * (size_t)events->neurons + (size_t)i]);
            float *row = job->samples + (size_t)lane * job->sample;
            loose_vector *table = (loose_vector *)(job->table + (size_t)i * job->table_row);
            int32_t v = 0;
            for (; v + HELD <= vectors; v += HELD)
                if (scattering)
                    scatter_part(row + v * VECTOR, (size_t)job->columns, times + begin[i], count, table + v, factor,
                                 HELD);
                else
                    collect_part(row + v * VECTOR, (size_t)job->columns, times + begin[i], count, table + v, factor,
                                 HELD);
            for (; v < vectors; v++)
                if (scattering)
                    scatter_part(row + v * VECTOR, (size_t)job->columns, times + begin[i], count, table + v, factor, 1);
                else
                    collect_part(row + v * VECTOR, (size_t)job->columns, times + begin[i], count, table + v, factor, 1);
        }
    }
}

static void scatter(const snnd_event_job *job) {
    each(job, 1);
}

static void collect(const snnd_event_job *job) {
    each(job, 0);
}

static void to_rows(int32_t steps, int32_t columns, int32_t lanes, const float *samples, size_t sample,
                    int32_t sample_columns, snnd_rows rows) {
    for (int32_t t = 0; t < steps; t++) {
        const float *from = samples + (size_t)t * (size_t)sample_columns;
        for (int32_t c = 0; c < columns; c++, from++) {
            float *row = snnd_rows_of(rows, c) + (size_t)t * SNND_LANES;
            for (int32_t lane = 0; lane < lanes; lane++)
                row[lane] = from[(size_t)lane * sample];
            for (int32_t lane = lanes; lane < SNND_LANES; lane++)
                row[lane] = 0;
        }
    }
}

static void to_samples(int32_t steps, int32_t columns, int32_t lanes, snnd_rows rows, float *samples, size_t sample,
                       int32_t sample_columns) {
    for (int32_t t = 0; t < steps; t++) {
        float *to = samples + (size_t)t * (size_t)sample_columns;
        for (int32_t c = 0; c < columns; c++, to++) {
            const float *row = snnd_rows_of(rows, c) + (size_t)t * SNND_LANES;
            for (int32_t lane = 0; lane < lanes; lane++)
                to[(size_t)lane * sample] = row[lane];
        }
    }
}

extern const snnd_event_kernels SNND_EVENT_KERNELS;
const snnd_event_kernels SNND_EVENT_KERNELS = {
    .list = list, .scatter = scatter, .collect = collect, .to_rows = to_rows, .to_samples = to_samples};
