/*
 * A NIR graph as a simulator would run it: read from its HDF5 file and passed step by step in double precision. It
 * knows nothing of the library and of how snnd-nir reads and writes. What the library makes of the same network is
 * compared with it.
 */
#ifndef SNND_TESTS_NIR_GRAPH_LOOP_H
#define SNND_TESTS_NIR_GRAPH_LOOP_H

#include <stdbool.h>
#include <stdint.h>

/* How a simulator runs a graph. */
typedef struct graph_reader {
    double dt;          /* seconds of a step */
    bool updates_first; /* else it looks for spikes before it updates */
    bool
        may_subtract; /* LIF without v_reset subtracts its threshold, by the rules before nir 1.0.6; else resets to 0 */
} graph_reader;

enum { GRAPH_NAME = 64, GRAPH_FIELDS = 5, GRAPH_INTO = 64 };

typedef struct graph_node {
    char name[GRAPH_NAME], type[GRAPH_NAME];
    double *field[GRAPH_FIELDS]; /* by the names in graph_loop.c; NULL: not there */
    int64_t count[GRAPH_FIELDS];
    int32_t from[GRAPH_INTO], sources; /* nodes whose sum comes in */
    int32_t width;
    double *output; /* [steps][width]; NULL: not yet */
    double *margin; /* [steps][width], of LIF: the potential that is looked at, above the threshold */
} graph_node;

typedef struct graph_loop {
    int32_t steps, count;
    graph_node *node;
    int32_t *order; /* [count], each after all that lead to it */
} graph_loop;

/* Passes `input` [steps][inputs] through the graph in the file. */
graph_loop *graph_loop_run(const char *path, const graph_reader *how, const float *input, int32_t steps);
void graph_loop_free(graph_loop *made);

/* The n-th node of the type on the way through the graph, NULL: there are not so many. */
const graph_node *graph_loop_node(const graph_loop *made, const char *type, int32_t n);

#endif
