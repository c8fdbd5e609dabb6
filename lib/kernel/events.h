/*
 * Sums driven by spikes. For these the samples of a tile lie one after the other, each [time][columns]: what a spike at
 * time t adds to, or sums up, is one run of `length` numbers from row t on, which may be several rows.
 */
#ifndef SNND_KERNEL_EVENTS_H
#define SNND_KERNEL_EVENTS_H

#include "kernel/rows.h"

/* The spikes of a tile, by lane and neuron: neuron i of lane l fires at the times[begin[l][i]] ..
 * times[begin[l][i+1]-1] of that lane. */
typedef struct snnd_events {
    uint16_t *times; /* [16][neurons * steps] */
    int32_t *begin;  /* [16][neurons + 1] */
    float *factor;   /* [16][neurons] what each spike counts */
    int32_t neurons, steps;
} snnd_events;

typedef struct snnd_event_job {
    const snnd_events *events;
    float *table; /* [neurons][table_row] */
    size_t table_row;
    float *samples;  /* [16][sample] */
    size_t sample;   /* floats from one sample to the next */
    int32_t columns; /* floats from one time to the next */
    int32_t length;  /* a multiple of 16; the table has zeros, and samples have room, up to it */
    int32_t lanes;
} snnd_event_job;

typedef struct snnd_event_kernels {
    /* Adds the spikes of a neuron from its bits; those of a lane with factor 0 are left out. Neurons come in order. */
    void (*list)(snnd_events *events, int32_t neuron, const uint16_t *bits, const float *factor);
    /* samples[t + ..] += factor * table[neuron] for every spike. */
    void (*scatter)(const snnd_event_job *);
    /* table[neuron] += factor * samples[t + ..] for every spike. */
    void (*collect)(const snnd_event_job *);
    /* rows[column][t][lane] = samples[lane][t][column], and back; lanes that are missing are 0. */
    void (*to_rows)(int32_t steps, int32_t columns, int32_t lanes, const float *samples, size_t sample,
                    int32_t sample_columns, snnd_rows rows);
    void (*to_samples)(int32_t steps, int32_t columns, int32_t lanes, snnd_rows rows, float *samples, size_t sample,
                       int32_t sample_columns);
} snnd_event_kernels;

#endif
