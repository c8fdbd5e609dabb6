/* What a layer of delays has in a workspace, and the ways to compute with it: delay_taps.c and delay_low_rank.c. */
#ifndef SNND_MODEL_DELAY_STATE_H
#define SNND_MODEL_DELAY_STATE_H

#include "kernel/delay_kernel.h"
#include "kernel/taps.h"
#include "model/delays.h"

/* The synapses that carry something, by the neuron they are summed for. */
typedef struct snnd_connections {
    int64_t *begin;   /* [neurons + 1] */
    int32_t *neuron;  /* [synapses] the neuron at the other end */
    int32_t *synapse; /* [synapses] */
} snnd_connections;

/* The side of a layer that few filters stand for its delays on (delay_low_rank.c). */
typedef enum snnd_side { SNND_INPUT_SIDE, SNND_OUTPUT_SIDE } snnd_side;

typedef struct snnd_filters {
    snnd_kernel_shape shape; /* that they are made for */
    int32_t rank;            /* R */
    float *filter;           /* [R][K] */
    float *across;           /* [K][R] the same */
    double *scratch;         /* [2][K][K] */
    snnd_side side;
    int32_t group, piece;      /* neurons of that side filtered at a time: to make rows, and for parameters */
    snnd_connections together; /* from filtered rows to neurons */
    snnd_taps taps;            /* of all rows of a neuron */
    float *ahead, *back;       /* [threads] filtered rows, with rows of zeros before them, and behind them */
    size_t ahead_size, back_size;
    int32_t piece_of_time; /* steps for which all neurons are filtered at a time */
    float *of_time;        /* [threads] their rows */
    size_t time_size;
} snnd_filters;

/* Neurons of the filtered side, and their rows. */
typedef struct snnd_filtered_group {
    int32_t first, neurons, first_row, rows;
} snnd_filtered_group;

/* For ways by spikes (delay_events.c). */
typedef struct snnd_event_state {
    bool there;
    float *table;   /* [inputs][outputs x K, rounded up to 16] */
    float *sums;    /* the same for each group of tiles */
    float *samples; /* [threads][16][sample] */
    size_t sample;
    uint16_t *times; /* [threads] of kernel/events.h, as the next two */
    int32_t *begin;
    float *factor;
} snnd_event_state;

typedef struct snnd_delay_state {
    const struct snnd_path *forward, *parameters; /* the paths of the pass; with `forward` comes the input's gradient */
    bool dormant;                                 /* the pass makes gradients of dormant synapses */
    bool complete; /* the gradients of the last pass are there for dormant synapses too */
    snnd_kernel_shape shape;
    snnd_taps taps;       /* value = w share; with filters it is A */
    float *share, *slope; /* [synapses][width]; with filters what U makes of them */
    snnd_connections incoming, outgoing;
    snnd_filters filters;
    snnd_event_state events;
    int64_t *place; /* [threads][place_size] scratch */
    size_t place_size;
    float *source;      /* [threads] rows of the input's spikes */
    size_t source_size; /* of each */
    float *sum;         /* [threads] sums of a block */
    size_t sum_size;
} snnd_delay_state;

/* What the parts of a parameter gradient share. */
typedef struct snnd_parameter_work {
    snnd_stage *stage;
    const snnd_signal *input;
    const snnd_activity *d_current;
} snnd_parameter_work;

/* A way to compute. All give the same results, but for rounding. */
typedef struct snnd_path {
    const char *name;
    bool events;  /* driven by spikes */
    bool filters; /* value (for `forward`), or share and slope (for `parameters`) are in terms of the filters */
    void (*begin)(snnd_stage *stage);
    void (*currents)(const snnd_stage *stage, const snnd_signal *input, int32_t tile, int32_t worker,
                     snnd_rows current);
    void (*input_gradient)(const snnd_stage *stage, const snnd_activity *d_current, int32_t tile, int32_t worker,
                           snnd_rows d_input);
    void (*parameter_gradient)(snnd_stage *stage, const snnd_signal *input, const snnd_activity *d_current);
} snnd_path;

extern const snnd_path snnd_taps_path, snnd_low_rank_path, snnd_events_path, snnd_filtered_events_path;

static inline snnd_delay_state *snnd_delay_state_of(const snnd_stage *stage) {
    return stage->state;
}

/* Memory for rows of the input's spikes; NULL where it is no spikes. */
static inline float *snnd_source_scratch(const snnd_delay_state *held, int32_t worker) {
    return held->source_size == 0 ? NULL : held->source + (size_t)worker * held->source_size;
}

/* Lists of `list`, summed by the taps of `taps`, for a whole tile (kernel/taps.h). */
void snnd_gather_rows(const snnd_stage *stage, snnd_rows target, int32_t targets, snnd_rows source, int32_t sources,
                      const snnd_connections *list, const snnd_taps *taps, int32_t direction, int32_t worker);

/* Lists the synapses whose weight is not 0 by output or, with `outgoing`, by input neuron. */
void snnd_list_connections(const snnd_layer *layer, snnd_connections *list, bool outgoing);

/* Sets dL/dtheta and dL/dp of a synapse from dL/dw and the sum that w times is dL/dp. */
void snnd_set_gradients(const snnd_stage *stage, int64_t synapse, double along_share, double along_slope);

bool snnd_connections_allocate(snnd_context *context, snnd_connections *list, int64_t neurons, int64_t synapses);
void snnd_connections_release(snnd_context *context, snnd_connections *list);

snnd_status snnd_taps_prepare(snnd_stage *stage);
snnd_status snnd_filters_prepare(snnd_stage *stage);
void snnd_filters_release(snnd_stage *stage);

/* Makes the filters for a shape; nothing where they are there. */
void snnd_filters_make(snnd_stage *stage, const snnd_kernel_shape *shape);

/* Filtered rows that scratch memory has room for. */
int32_t snnd_filters_room(const snnd_stage *stage);

/* The neurons from `first` on that are filtered at a time. */
snnd_filtered_group snnd_filtered_group_at(const snnd_stage *stage, int32_t first);

/* Filtered rows with K-1 rows of zeros before, or behind them. */
snnd_rows snnd_filtered_rows(const snnd_stage *stage, int32_t worker, bool zeros_behind);

/* From rows of the filtered side to filtered rows of a group, looking back in time (direction 1) or ahead (-1); and
 * from filtered rows together. */
void snnd_take_apart(const snnd_stage *stage, const snnd_filtered_group *g, snnd_rows from, snnd_rows rows,
                     int32_t direction, int32_t steps);
void snnd_put_together(const snnd_stage *stage, const snnd_filtered_group *g, snnd_rows rows, snnd_rows to,
                       int32_t direction, int32_t worker);

/* A[o,r] of one input, in the order [outputs][filters]. */
void snnd_filtered_column(const snnd_stage *stage, int32_t input, float *column);

snnd_status snnd_events_prepare(snnd_stage *stage);
void snnd_events_release(snnd_stage *stage);

/* What the choice of paths depends on. */
typedef struct snnd_load {
    double inputs, outputs, taps_total;
    double active;   /* synapses that carry something */
    double wanted;   /* synapses whose gradient is asked for */
    double taps;     /* of a kernel, on average */
    bool uniform;    /* all kernels have the same number */
    double spikes;   /* share of input neurons that fire in a step; below 0: the input is no spikes */
    double rank;     /* filters; 0: there are none */
    bool input_side; /* that is filtered */
    bool backward;   /* the input's gradient is wanted */
    int32_t method;  /* snnd_method */
} snnd_load;

/* Time of a path in units that compare, for currents (and the input's gradient), and for parameters; infinite where a
 * path cannot be taken (delay_cost.c). */
double snnd_cost_forward(const snnd_path *path, const snnd_load *load);
double snnd_cost_parameters(const snnd_path *path, const snnd_load *load);

/* Chooses the cheapest paths. */
void snnd_paths_choose(const snnd_load *load, const snnd_path **forward, const snnd_path **parameters);

/* Whether the gradient of a synapse is made in every pass: where it carries something, or exists, or the layer's
 * controller or the host asks for those of dormant synapses. */
bool snnd_synapse_wanted(const snnd_stage *stage, int64_t synapse);

#endif
