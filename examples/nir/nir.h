/*
 * NIR, the Neuromorphic Intermediate Representation, in HDF5 files: a graph of nodes, whose edges carry values; where
 * several edges end at one node its input is their sum. doc/nir.md tells what files hold and what their readers
 * compute.
 *
 *     /version                      text
 *     /node/type                    "NIRGraph"
 *     /node/nodes/NAME/type         the kind of node, and beside it its fields
 *     /node/edges                   [edges, 2] names
 *     /node/metadata/...            what nobody relies on
 */
#ifndef NIR_NIR_H
#define NIR_NIR_H

#include <math.h>
#include <snndelay.h>
#include <stdbool.h>

#include "common/failure.h"

/* ---- networks and files ---- */

/* When a reader of the graph looks for spikes. With a = 1 - dt/tau and input I, what a LIF node gives at step t: */
typedef enum nir_order {
    /* z[t] = v[t] > v_threshold, then v[t+1] = v_reset where z[t], else a v[t] + I[t]: forward Euler as it is written,
     * and the update of SNND_ORDER_PAPER. LI gives v[t]. */
    NIR_SPIKE_FIRST,
    /* u = a v[t-1] + I[t], z[t] = u > v_threshold, v[t] = v_reset where z[t], else u: SNND_ORDER_UPDATE_FIRST. After a
     * spike such a reader keeps one step of input that neurons of the paper's order drop. LI gives v[t]. */
    NIR_UPDATE_FIRST,
    /* Only of options: for writing, update first where any layer does; for reading, what the file says, and update
     * first where it does not. */
    NIR_ORDER_UNTOLD
} nir_order;

typedef struct nir_export_options {
    double dt; /* seconds of a step, 1e-9 to 1e3 */
    nir_order order;
    bool without_reset; /* LIF without v_reset, which versions of the Python package `nir` before 1.0.6 do not know */
    bool drop_shift;    /* without the delays that all that goes into a layer has in common */
} nir_export_options;

/* How a network became a graph. */
typedef struct nir_export_report {
    nir_order order; /* that was taken */
    int32_t earlier; /* steps by which the graph gives its output before the network, which only `drop_shift` makes */
    int32_t
        approximate; /* layers that fire otherwise in such a reader: LIF of the paper's order where it updates first */
    int32_t subtracting; /* layers of LIF that subtract their threshold, for which NIR has no word */
} nir_export_report;

/* Writes the network, as evaluation has it, as a graph. */
int nir_save(snnd_context *context, snnd_network *network, const nir_export_options *options, const char *path,
             nir_export_report *report, struct failure *failure);

typedef struct nir_import_options {
    double dt; /* 0: what the file's metadata say */
    nir_order order;
    snnd_reset reset; /* of all LIF; 0: what the file says of each, to zero where it does not */
} nir_import_options;

/* How a graph became a network. */
typedef struct nir_import_report {
    nir_order order; /* that was taken */
    bool told;       /* by the options or the file */
    int32_t firing;  /* layers of neurons that fire */
    int32_t later;   /* steps by which the network gives its output after the graph */
} nir_import_report;

/* Makes a network of a graph. */
int nir_load(snnd_context *context, const nir_import_options *options, const char *path, snnd_network **network,
             nir_import_report *report, struct failure *failure);

/* Prints what is in a file. */
int nir_show(const char *path, struct failure *failure);

/* What a call of the library came to, which has left its sentence in the context. */
static inline int nir_told(struct failure *failure, const snnd_context *context, snnd_status status) {
    return status == SNND_OK ? 0 : failed(failure, "%s", snnd_context_last_error(context));
}

/* ---- nodes ---- */

typedef enum nir_type {
    NIR_INPUT,
    NIR_OUTPUT,
    NIR_LINEAR,
    NIR_AFFINE,
    NIR_SCALE,
    NIR_DELAY,
    NIR_FLATTEN,
    NIR_LI,
    NIR_LIF,
    NIR_TYPES
} nir_type;

enum { NIR_FIELDS = 5 };

/* The fields of each kind of node, by name; all numbers. */
typedef struct nir_kind {
    const char *name;
    const char *field[NIR_FIELDS];
} nir_kind;

/* Places among the fields. */
enum { NIR_SHAPE = 0 };                /* Input, Output */
enum { NIR_WEIGHT = 0, NIR_BIAS = 1 }; /* Linear, Affine */
enum { NIR_FACTOR = 0 };               /* Scale: scale; Delay: delay */
enum { NIR_FLAT_START, NIR_FLAT_END, NIR_FLAT_SHAPE };
enum { NIR_TAU, NIR_R, NIR_LEAK, NIR_THRESHOLD, NIR_RESET }; /* LI: the first three; LIF */

extern const nir_kind nir_kinds[NIR_TYPES];

/* A map of neurons one to one becomes a matrix that is mostly zeros: only for so many neurons. */
enum { NIR_MOST_DIAGONAL = 4096 };

/* How the metadata's `discretization` begins. */
#define NIR_SPIKE_FIRST_WORDS "forward Euler, spike first"
#define NIR_UPDATE_FIRST_WORDS "forward Euler, update first"

/* The metadata's word for a readout; NULL for a number that is none. Files without the word have the paper's readout,
 * as files of the library have. */
const char *nir_readout_word(snnd_readout readout);

/* What a LIF node's own metadata say of its `reset`, by snnd_reset. */
extern const char *const nir_resets[SNND_RESET_SUBTRACT + 1];

/* Steps from the input of the neuron's node to its state in the library beyond those that a reader of this order makes:
 * delays in front of the neurons make up for them. Negative: the reader makes more. */
static inline int32_t nir_lag(nir_type neuron, snnd_order order, nir_order reader) {
    const int32_t own = order == SNND_ORDER_UPDATE_FIRST ? 0 : neuron == NIR_LIF ? 2 : 1;
    return own - (reader == NIR_UPDATE_FIRST ? 0 : 1);
}

/* The order of neurons that do what those of such a reader do. */
static inline snnd_order nir_neurons_order(nir_order reader) {
    return reader == NIR_UPDATE_FIRST ? SNND_ORDER_UPDATE_FIRST : SNND_ORDER_PAPER;
}

/* A time constant in steps. Files hold it in single precision, where 1 step may have come to a little less. */
static inline double nir_steps(double seconds, double dt) {
    const double steps = seconds / dt;
    return fabs(steps - 1) <= 1e-6 ? 1 : steps;
}

/* The logit of what a time constant in steps takes off a potential in each, which a layer has an array of. Of 1 it is
 * infinite, and 40 is as good. */
static inline float nir_leak(double steps) {
    return steps > 1 ? (float)-log(steps - 1) : 40;
}

#endif
