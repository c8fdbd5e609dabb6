/* A network at one moment of one input: all that changes while frames come in. */
#ifndef SNND_INFERENCE_STREAM_H
#define SNND_INFERENCE_STREAM_H

#include "inference/plan.h"

struct snnd_stream {
    const snnd_plan *plan;
    bool placed; /* in memory of the host */
    int32_t readout;
    int64_t frames; /* so far */
    float *state;   /* [plan->state] of the layers */
    int32_t *idle;  /* [plan->past] steps since each input of a layer of delays was not 0, up to its taps */
    double *total;  /* [outputs] of the readout */
    double *scratch;
    float *row[2]; /* [plan->widest] between layers */
    char error[256];
};

/* The first layer of neurons with a number that is not finite; NULL: there is none. */
const snnd_plan_layer *snnd_stream_overflowed(const snnd_stream *stream);

/* Leaves a sentence in the stream and returns the status. */
snnd_status snnd_stream_fail(snnd_stream *stream, snnd_status status, const char *format, ...) SNND_PRINTF(3, 4);

#endif
