/* A stream: the state of a network while frames of one input arrive. */
#ifndef SNND_INFERENCE_STREAM_H
#define SNND_INFERENCE_STREAM_H

#include "inference/plan.h"

struct snnd_stream {
    const snnd_plan *plan;
    bool placed; /* whether it is in memory of the host */
    int32_t readout;
    int64_t frames; /* the frames so far */
    float *state;   /* [plan->state] the state of the layers */
    int32_t *idle;  /* [plan->past] steps since each input of a layer of delays was not 0, up to its taps */
    double *total;  /* [outputs] of the readout */
    double *scratch;
    float *row[2]; /* [plan->widest] rows between layers */
    char error[256];
};

/* Returns the first layer of neurons with a number that is not finite, or NULL. */
const snnd_plan_layer *snnd_stream_overflowed(const snnd_stream *stream);

/* Stores a message in the stream and returns the status. */
snnd_status snnd_stream_fail(snnd_stream *stream, snnd_status status, const char *format, ...) SNND_PRINTF(3, 4);

#endif
