/*
 * What lies between two neurons' nodes of a NIR graph: delays, factors and at most one matrix on every way, which
 * together are synapses of one layer,
 *
 *     y[o](t) = bias[o] + sum over synapses of weight x[input](t - delay)
 *
 * As long as there is no matrix the map is plain: y[i](t) = scale[i] x[i](t - delay[i]).
 */
#ifndef SNND_FORMAT_NIR_MAP_H
#define SNND_FORMAT_NIR_MAP_H

#include "base/context.h"

typedef struct snnd_nir_synapse {
    int32_t output, input, delay;
    double weight;
} snnd_nir_synapse;

typedef struct snnd_nir_map {
    snnd_context *context;
    int32_t inputs, outputs;
    bool plain;
    double *scale;  /* [inputs], plain */
    int32_t *delay; /* [inputs], plain */
    snnd_nir_synapse *synapse;
    size_t count, room;
    double *bias;   /* [outputs]; NULL: none */
    int32_t *after; /* [outputs] steps behind the bias, which the synapses' delays have in them, too; with a bias */
} snnd_nir_map;

/* The plain map that changes nothing. */
snnd_status snnd_nir_map_begin(snnd_nir_map *map, snnd_context *context, int32_t neurons);
void snnd_nir_map_release(snnd_nir_map *map);
snnd_status snnd_nir_map_copy(const snnd_nir_map *map, snnd_nir_map *copy); /* of a plain one */

/* Behind the map: a delay in steps and a factor for each of its outputs; a matrix [rows][outputs] behind a plain map,
 * with a bias [rows] or NULL. */
void snnd_nir_map_delay(snnd_nir_map *map, const int32_t *steps);
void snnd_nir_map_scale(snnd_nir_map *map, const double *factor);
snnd_status snnd_nir_map_matrix(snnd_nir_map *map, const double *weight, const double *bias, int32_t rows);

/* Beside the map: another of as many inputs and outputs. */
snnd_status snnd_nir_map_join(snnd_nir_map *map, const snnd_nir_map *other);

/* How many synapses a matrix makes: those that carry something. */
size_t snnd_nir_map_carrying(const double *weight, size_t count);

/* Takes `lag` steps off all delays, those behind a bias, too, or as many as the shortest has, and returns how many. */
int32_t snnd_nir_map_advance(snnd_nir_map *map, int32_t lag);

/* Whether it changes nothing. */
bool snnd_nir_map_is_nothing(const snnd_nir_map *map);

/* Adds the map to the network: a layer of delays of at most `*left` synapses, which are taken from it, and one of batch
 * norm where there is a bias. Delays behind a bias are left in `after`, for a layer of their own. */
snnd_status snnd_nir_map_add(snnd_nir_map *map, snnd_network *network, uint64_t *left);

#endif
