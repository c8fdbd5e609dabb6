/*
 * What lies between two neurons' nodes of a NIR graph: delays, factors and at most one matrix on every way, which
 * together are synapses of one layer,
 *
 *     y[o](t) = bias[o] + sum over synapses of weight x[input](t - delay)
 *
 * As long as there is no matrix the map is plain: y[i](t) = scale[i] x[i](t - delay[i]).
 */
#ifndef NIR_MAP_H
#define NIR_MAP_H

#include "nir/nir.h"

typedef struct nir_synapse {
    int32_t output, input, delay;
    double weight;
} nir_synapse;

typedef struct nir_map {
    struct failure *failure;
    int32_t inputs, outputs;
    bool plain;
    double *scale;  /* [inputs], plain */
    int32_t *delay; /* [inputs], plain */
    nir_synapse *synapse;
    size_t count, room;
    double *bias;   /* [outputs]; NULL: none */
    int32_t *after; /* [outputs] steps behind the bias, which the synapses' delays have in them, too; with a bias */
} nir_map;

/* The plain map that changes nothing. */
void nir_map_begin(nir_map *map, struct failure *failure, int32_t neurons);
void nir_map_release(nir_map *map);
void nir_map_copy(const nir_map *map, nir_map *copy); /* of a plain one */

/* Behind the map: a delay in steps and a factor for each of its outputs; a matrix [rows][outputs] behind a plain map,
 * with a bias [rows] or NULL. */
void nir_map_delay(nir_map *map, const int32_t *steps);
void nir_map_scale(nir_map *map, const double *factor);
int nir_map_matrix(nir_map *map, const double *weight, const double *bias, int32_t rows);

/* Beside the map: another of as many inputs and outputs. */
int nir_map_join(nir_map *map, const nir_map *other);

/* How many synapses a matrix makes: those that carry something. */
size_t nir_map_carrying(const double *weight, size_t count);

/* Takes `lag` steps off all delays, those behind a bias, too, or as many as the shortest has, and returns how many. */
int32_t nir_map_advance(nir_map *map, int32_t lag);

/* Whether it changes nothing, but for the rounding of a factor. */
bool nir_map_is_nothing(const nir_map *map);

/* Adds the map to the network: a layer of delays of at most `*left` synapses, which are taken from it, and one of batch
 * norm where there is a bias. Delays behind a bias are left in `after`, for a layer of their own. */
int nir_map_add(nir_map *map, snnd_context *context, snnd_network *network, uint64_t *left);

#endif
