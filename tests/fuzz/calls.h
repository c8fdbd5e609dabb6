/*
 * The world that calls.c runs programs in: a few handles of each kind, any of which may be NULL. An operation takes its
 * arguments from the input and keeps the rules of ownership, whatever else it does: what is made from a handle is freed
 * before it, and a freed handle is forgotten.
 */
#ifndef SNND_TESTS_FUZZ_CALLS_H
#define SNND_TESTS_FUZZ_CALLS_H

#include "fuzz.h"

enum { NETWORKS = 2, OF_EACH = 2, PLANS = 2, STREAMS = 2, DATASETS = 3, LENT = 8, FEW = 64 };

/* A network and what is made from it. */
typedef struct owner {
    snnd_network *network;
    snnd_workspace *workspace[OF_EACH];
    snnd_optimizer *optimizer[OF_EACH];
    snnd_sparsity *sparsity;
    snnd_trainer *trainer;
} owner;

typedef struct planned {
    snnd_plan *plan;
    snnd_stream *stream[STREAMS];
    void *memory[STREAMS]; /* of a stream that was placed */
} planned;

typedef struct world {
    snnd_context *context;
    fuzz_bytes in;
    owner owner[NETWORKS];
    planned planned[PLANS];
    snnd_dataset *dataset[DATASETS];
    snnd_batches *batches; /* of the first dataset */
    int stop_after;        /* steps until the progress callback asks to stop */
    void *lent[LENT];      /* memory of the operation that runs */
    int lent_count;
} world;

typedef void operation(world *w);

extern operation *const network_operations[], *const training_operations[], *const trainer_operations[],
                                                                                *const inference_operations[],
                                                                                    *const analysis_operations[];
extern const int network_operation_count, training_operation_count, trainer_operation_count, inference_operation_count,
    analysis_operation_count;

/* A call on a handle: where that is NULL there is no context for a message. */
#define CALL(w, handle, call) MAY((handle) != NULL ? (w)->context : NULL, call)

/* Zeroed memory of just this size until the end of the operation. */
void *lend(world *w, size_t bytes);
/* `count` floats, of which some are the input's. */
float *lend_floats(world *w, size_t count);
/* NULL at times. */
void *or_null(world *w, void *pointer);

/* `first` to `first + count - 1`, at times a number that is not. */
int32_t any_of(world *w, int32_t first, int count);

/* An owner, mostly with a network, and one of its layers, of another network's, or NULL. */
owner *any_owner(world *w);
snnd_layer *any_layer(world *w, const owner *of);
/* Sizes: small ones, or ones that are out of range. */
int32_t any_size(world *w);

snnd_workspace **any_workspace(world *w, owner *of);
snnd_optimizer **any_optimizer(world *w, owner *of);
snnd_optimizer_options any_optimizer_options(world *w);
/* Outputs of the network, 1 where there is none; and labels for it, at times a wrong one. */
size_t outputs_of(const owner *of);
int32_t *lend_labels(world *w, size_t count, size_t classes);
int32_t *lend_lengths(world *w, size_t count, size_t steps); /* of samples, likewise */
double *lend_weights(world *w, size_t classes);              /* of classes, good for most of the time */

void free_network(owner *of);
void free_plan(planned *of);
void free_stream(planned *of, int which);
void free_batches(world *w);

/* Writes a number over an element, of the input's choice. */
void poke(world *w, const snnd_array *array);

#endif
