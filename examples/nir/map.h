/*
 * The part of a NIR graph between two nodes of neurons: delays, factors and at most one matrix in each branch, which
 * together are synapses of one layer,
 *
 *     y[o](t) = bias[o] + sum over synapses of weight x[input](t - delay)
 *
 * Until there is a matrix the map is plain: y[i](t) = scale[i] x[i](t - delay[i]).
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
    double *bias;   /* [outputs]; NULL: no bias */
    int32_t *after; /* [outputs] steps after the bias, which the delays of synapses include; only with a bias */
} nir_map;

/* Creates the plain map that changes nothing. */
void nir_map_begin(nir_map *map, struct failure *failure, int32_t neurons);
void nir_map_release(nir_map *map);
void nir_map_copy(const nir_map *map, nir_map *copy); /* of a plain one */

/* Append to the map a delay in steps, or a factor, for each of its outputs, or a matrix [rows][outputs] after a plain
 * map, with a bias [rows] or NULL. */
void nir_map_delay(nir_map *map, const int32_t *steps);
void nir_map_scale(nir_map *map, const double *factor);
int nir_map_matrix(nir_map *map, const double *weight, const double *bias, int32_t rows);

/* Adds a parallel map with as many inputs and outputs. */
int nir_map_join(nir_map *map, const nir_map *other);

/* Returns how many synapses a matrix makes: those whose weight is not 0. */
size_t nir_map_carrying(const double *weight, size_t count);

/* Subtracts `lag` steps from all delays, including those after a bias, or as many as the shortest delay has, and
 * returns how many. */
int32_t nir_map_advance(nir_map *map, int32_t lag);

/* Returns whether the map changes nothing, except by the rounding of a factor. */
bool nir_map_is_nothing(const nir_map *map);

/* Adds the map to the network: a layer of delays with at most `*left` synapses, which are subtracted from it, and one
 * of batch norm where there is a bias. Delays after a bias stay in `after`, for a layer of their own. */
int nir_map_add(nir_map *map, snnd_context *context, snnd_network *network, uint64_t *left);

#endif
