/*
 * The mode rows: what the rows between the delays cost, beside what memory costs. A hidden layer of batch norm, LIF and
 * dropout is passed through as in training. Of a batch there are the currents and one gradient, and each sweep over it
 * is timed beside a plain one that moves the bytes which the sweep has to move:
 *
 *     measure          currents come and are written, and measured while they are in the cache
 *     fire             currents are read: normalised, fired, and the bits of spikes written
 *     fire back        currents are read, and a gradient comes and is written
 *     normalise back   currents and the gradient are read, and the gradient is written
 *
 * What comes is of one input and two classes without delays. That takes time too, which is measured alone, taken off,
 * and replaced by what it takes to fill as many bytes.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/context.h"
#include "base/parallel.h"
#include "bench.h"
#include "kernel/product.h"
#include "model/block.h"
#include "model/delays.h"

enum { STAGES = 4 };

/* A sweep over all tiles. */
typedef struct sweep {
    snnd_block *block;
    atomic_uint seen; /* so that what is read is wanted */
} sweep;

static size_t numbers_of_tile(const snnd_block *block) {
    return (size_t)block->current.neurons * (size_t)block->current.steps * SNND_LANES;
}

static float *currents_of(const sweep *s, int64_t tile) {
    return snnd_activity_row(&s->block->current, (int32_t)tile, 0);
}

static float *gradient_of(const sweep *s, int64_t tile) {
    return snnd_activity_row(&s->block->gradient, (int32_t)tile, 0);
}

/* ---- plain sweeps ---- */

static void fill_tile(void *argument, int64_t tile, int32_t worker) {
    float *current = currents_of(argument, tile);
    for (size_t k = 0; k < numbers_of_tile(((sweep *)argument)->block); k++)
        current[k] = (float)worker;
}

static void read_tile(void *argument, int64_t tile, int32_t worker) {
    sweep *s = argument;
    const float *current = currents_of(s, tile);
    const size_t count = numbers_of_tile(s->block);
    uint64_t seen[8] = {0}, word[8];
    (void)worker;
    for (size_t k = 0; k < count; k += SNND_LANES) {
        memcpy(word, current + k, sizeof word);
        for (int i = 0; i < 8; i++)
            seen[i] ^= word[i];
    }
    for (int i = 0; i < 8; i++)
        atomic_fetch_xor(&s->seen, (unsigned)(seen[i] ^ seen[i] >> 32));
    memset(snnd_signal_bits(&s->block->output, (int32_t)tile, 0), 0, count / SNND_LANES * sizeof(uint16_t));
}

static void copy_tile(void *argument, int64_t tile, int32_t worker) {
    (void)worker;
    memcpy(gradient_of(argument, tile), currents_of(argument, tile),
           numbers_of_tile(((sweep *)argument)->block) * sizeof(float));
}

static void add_tile(void *argument, int64_t tile, int32_t worker) {
    const float *current = currents_of(argument, tile);
    float *gradient = gradient_of(argument, tile);
    (void)worker;
    for (size_t k = 0; k < numbers_of_tile(((sweep *)argument)->block); k++)
        gradient[k] += current[k];
}

/* ---- what comes to the rows ---- */

static void currents_come(void *argument, int64_t tile, int32_t worker) {
    const snnd_block *block = ((sweep *)argument)->block;
    snnd_delay_currents(snnd_delays_state(&block->workspace->stage[block->first]), block->input, (int32_t)tile, 0,
                        block->current.neurons, worker, snnd_activity_rows(&block->current, (int32_t)tile, 0));
}

static void gradient_comes(void *argument, int64_t tile, int32_t worker) {
    const snnd_block *block = ((sweep *)argument)->block, *next = block->next;
    snnd_delay_input_gradient(snnd_delays_state(&block->workspace->stage[next->first]), &next->gradient, (int32_t)tile,
                              0, block->gradient.neurons, worker,
                              snnd_activity_rows(&block->gradient, (int32_t)tile, 0));
}

/* ---- the rows ---- */

static const struct {
    const char *name;
    snnd_phase phase;
    snnd_work *plain, *comes; /* NULL: nothing comes */
    double bytes;             /* of a number */
} stages[STAGES] = {{"measure", SNND_PHASE_CURRENTS, fill_tile, currents_come, 4},
                    {"fire", SNND_PHASE_NEURONS, read_tile, NULL, 4 + 1.0 / 8},
                    {"fire back", SNND_PHASE_NEURONS_BACK, copy_tile, gradient_comes, 8},
                    {"normalise back", SNND_PHASE_NORM_BACK, add_tile, NULL, 12}};

/* The hidden layer as it lies between two layers of delays. */
static void pass_rows(struct bench *bench) {
    const snnd_shards alone = snnd_shards_alone(&bench->workspace);
    snnd_block_forward(&alone, 0);
    snnd_block_backward(&alone, 0);
}

/* A whole pass, which leaves the gradient that comes from behind. */
static int pass_all(struct bench *bench) {
    return bench_check(bench,
                       snnd_workspace_forward(bench->workspace, SNND_TRAIN, bench->input, bench->options.batch)) &&
           bench_check(bench, snnd_workspace_loss(bench->workspace, bench->labels, NULL, NULL)) &&
           bench_check(bench, snnd_workspace_backward(bench->workspace));
}

/* ---- both in turns ---- */

typedef struct figures {
    struct timing rows[STAGES + 1], plain[STAGES + 1]; /* milliseconds; the last of all */
} figures;

static double milliseconds_of(struct bench *bench, snnd_work *work) {
    sweep s = {.block = &bench->workspace->block[0]};
    const double begin = timing_clock();
    snnd_parallel_for(bench->context, bench->workspace->pass.tiles, 1e9, work, &s);
    return 1e3 * (timing_clock() - begin);
}

static void measure_once(struct bench *bench, figures *to, int32_t at) {
    snnd_timing *spent = &bench->context->timing;
    *spent = (snnd_timing){0};
    snnd_products_begin(bench->context);
    pass_rows(bench);
    to->rows[STAGES].value[at] = to->plain[STAGES].value[at] = 0;
    for (int stage = 0; stage < STAGES; stage++) {
        double rows = 1e3 * spent->phase[stages[stage].phase].seconds;
        if (stages[stage].comes != NULL)
            rows += milliseconds_of(bench, fill_tile) - milliseconds_of(bench, stages[stage].comes);
        to->rows[stage].value[at] = rows;
        to->plain[stage].value[at] = milliseconds_of(bench, stages[stage].plain);
        to->rows[STAGES].value[at] += to->rows[stage].value[at];
        to->plain[STAGES].value[at] += to->plain[stage].value[at];
    }
    snnd_products_end(bench->context);
}

static double numbers_of(const struct bench *bench) {
    const snnd_block *block = &bench->workspace->block[0];
    return (double)bench->workspace->pass.tiles * (double)numbers_of_tile(block);
}

static void print_stage(const struct bench *bench, const figures *found, int stage, const char *name,
                        double megabytes) {
    const double rows = found->rows[stage].median, plain = found->plain[stage].median;
    if (bench->options.json)
        printf("%s{\"name\":\"%s\",\"ms\":%.4f,\"plain_ms\":%.4f,\"ratio\":%.3f,\"megabytes\":%.2f,\"ns\":%.4f}",
               stage == 0 ? "" : ",", name, rows, plain, rows / plain, megabytes, 1e6 * rows / numbers_of(bench));
    else
        printf("%-16s %8.3f ms %8.3f ms  %6.2f  %8.2f MB  %7.4f ns\n", name, rows, plain, rows / plain, megabytes,
               1e6 * rows / numbers_of(bench));
}

static void print(const struct bench *bench, const figures *found) {
    double megabytes = 0;
    if (bench->options.json) {
        printf("{");
        bench_print_shape(bench);
        printf(",\"rows\":[");
    } else {
        bench_print_shape(bench);
        printf("%-16s %11s %11s  %6s  %11s  %10s\n", "", "rows", "plain", "ratio", "to be moved", "a number");
    }
    for (int stage = 0; stage < STAGES; stage++) {
        print_stage(bench, found, stage, stages[stage].name, 1e-6 * stages[stage].bytes * numbers_of(bench));
        megabytes += 1e-6 * stages[stage].bytes * numbers_of(bench);
    }
    print_stage(bench, found, STAGES, "all", megabytes);
    if (bench->options.json)
        printf("]}\n");
}

int bench_rows(struct bench *bench) {
    const int32_t repeat = bench->options.repeat;
    figures found;
    if (!bench_make_steps(bench) || !pass_all(bench))
        return 0;
    for (int stage = 0; stage <= STAGES; stage++) {
        found.rows[stage] = timing_begin(repeat);
        found.plain[stage] = timing_begin(repeat);
    }
    for (int32_t at = -2; at < repeat; at++)
        measure_once(bench, &found, at < 0 ? 0 : at);
    for (int stage = 0; stage <= STAGES; stage++) {
        timing_finish(&found.rows[stage]);
        timing_finish(&found.plain[stage]);
    }
    print(bench, &found);
    for (int stage = 0; stage <= STAGES; stage++) {
        timing_free(&found.rows[stage]);
        timing_free(&found.plain[stage]);
    }
    return 1;
}
