/* Every structure of the header that says its size, and how to see what the library makes of one. */
#ifndef SNND_TESTS_ABI_GROWTH_H
#define SNND_TESTS_ABI_GROWTH_H

#include <snndelay.h>

/* What a structure may be used on, made anew for each use; and what came of it. */
typedef struct growth_bench {
    snnd_context *context;
    snnd_network *network;
    snnd_workspace *workspace;
    snnd_dataset *dataset;
    snnd_sparsity *sparsity; /* NULL unless a structure holds it */
    int has_folder;
    uint64_t digest; /* of all numbers that came out */
} growth_bench;

void bench_open(growth_bench *bench);
void bench_close(growth_bench *bench);

/* Adds to the digest. */
void bench_note(growth_bench *bench, const void *bytes, size_t count);
/* The weights, positions and masks of the network. */
void bench_note_network(growth_bench *bench);
/* A path in a folder that goes with the bench, and what a file there holds. */
const char *bench_path(growth_bench *bench, const char *name);
void bench_note_file(growth_bench *bench, const char *name);
/* A training pass with its loss and gradients; their numbers. */
snnd_status bench_pass(growth_bench *bench, const snnd_loss_options *options);

/* A structure that the host fills. */
typedef struct given {
    const char *type;
    size_t size;
    snnd_status (*init)(void *options, size_t size);
    void (*fill)(growth_bench *bench, void *options); /* sets every member to another value than its default's */
    snnd_status (*use)(growth_bench *bench, const void *options);
    int no_message; /* 1: there is no context yet that could hold one */
} given;

/* A structure that the library fills. */
typedef struct returned {
    const char *type;
    size_t size;
    snnd_status (*call)(growth_bench *bench, void *result);
    const char *differs; /* a member that is not the same twice; "" if there is none */
} returned;

/* Both end with a NULL type. */
extern const given growth_given[];
extern const returned growth_returned[];

#endif
