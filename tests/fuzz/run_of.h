/* A small network with a trainer, of one of several kinds: what checkpoints are loaded into and made of. */
#ifndef SNND_TESTS_FUZZ_RUN_OF_H
#define SNND_TESTS_FUZZ_RUN_OF_H

#include "fuzz.h"

enum { RUN_KINDS = 7 };

typedef struct run_of {
    snnd_context *context;
    snnd_network *network;
    snnd_sparsity *sparsity;
    snnd_trainer *trainer;
} run_of;

/* Of a kind from 0 to RUN_KINDS - 1: dense, a fixed mask, DEEP R by the gradient and with noise, RigL, SET, SNFS. */
run_of run_create(snnd_context *context, int kind);
void run_free(run_of *run);

/* A step on four samples. */
snnd_status run_step(run_of *run);

#endif
