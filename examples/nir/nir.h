/*
 * NIR, the Neuromorphic Intermediate Representation, in HDF5 files: a graph of nodes whose edges carry values. Where
 * several edges end at one node its input is their sum. doc/nir.md describes what files contain and what their readers
 * compute.
 *
 *     /version                      text
 *     /node/type                    "NIRGraph"
 *     /node/nodes/NAME/type         the kind of node, and beside it its fields
 *     /node/edges                   [edges, 2] names
 *     /node/metadata/...            information that readers do not need
 */
#ifndef NIR_NIR_H
#define NIR_NIR_H

#include <math.h>
#include <snndelay.h>
#include <stdbool.h>

#include "common/failure.h"

/* ---- networks and files ---- */

/* When a reader of the graph looks for spikes. With a = 1 - dt/tau and input I, a LIF node computes at step t: */
typedef enum nir_order {
    /* z[t] = v[t] > v_threshold, then v[t+1] = v_reset where z[t], else a v[t] + I[t]: literal forward Euler, and the
     * update of SNND_ORDER_PAPER. LI gives v[t]. */
    NIR_SPIKE_FIRST,
    /* u = a v[t-1] + I[t], z[t] = u > v_threshold, v[t] = v_reset where z[t], else u: SNND_ORDER_UPDATE_FIRST. After a
     * spike such a reader keeps one step of input that neurons of the paper's order drop. LI gives v[t]. */
    NIR_UPDATE_FIRST,
    /* Only for options. For writing: update first if any layer does; for reading: the order of the file, or update
     * first where it has none. */
    NIR_ORDER_UNTOLD
} nir_order;

typedef struct nir_export_options {
    double dt; /* seconds of a step, 1e-9 to 1e3 */
    nir_order order;
    bool without_reset; /* LIF without v_reset, which versions of the Python package `nir` before 1.0.6 do not know */
    bool drop_shift;    /* without the delays that are common to the whole input of a layer */
} nir_export_options;

/* How a network was exported. */
typedef struct nir_export_report {
    nir_order order; /* the order that was used */
    int32_t
        earlier; /* by how many steps the graph gives its output before the network, which only `drop_shift` causes */
    int32_t
        approximate; /* spiking layers that differ in such a reader: LIF of the paper's order where it updates first */
    int32_t subtracting; /* layers of LIF that subtract their threshold, which NIR cannot express */
} nir_export_report;

/* Writes the evaluation form of the network as a graph. */
int nir_save(snnd_context *context, snnd_network *network, const nir_export_options *options, const char *path,
             nir_export_report *report, struct failure *failure);

typedef struct nir_import_options {
    double dt; /* 0: that of the file's metadata */
    nir_order order;
    snnd_reset reset; /* of all LIF; 0: that of each in the file, or to zero */
} nir_import_options;

/* How a graph was imported. */
typedef struct nir_import_report {
    nir_order order; /* the order that was used */
    bool told;       /* whether the options or the file gave it */
    int32_t firing;  /* spiking layers */
    int32_t later;   /* by how many steps the network gives its output after the graph */
} nir_import_report;

/* Creates a network from a graph. */
int nir_load(snnd_context *context, const nir_import_options *options, const char *path, snnd_network **network,
             nir_import_report *report, struct failure *failure);

/* Prints the content of a file. */
int nir_show(const char *path, struct failure *failure);

/* Converts a failed call of the library, whose message is in the context, to a failure. */
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

/* The fields of each kind of node, by name. All are numbers. */
typedef struct nir_kind {
    const char *name;
    const char *field[NIR_FIELDS];
} nir_kind;

/* Indices of the fields. */
enum { NIR_SHAPE = 0 };                /* Input, Output */
enum { NIR_WEIGHT = 0, NIR_BIAS = 1 }; /* Linear, Affine */
enum { NIR_FACTOR = 0 };               /* Scale: scale; Delay: delay */
enum { NIR_FLAT_START, NIR_FLAT_END, NIR_FLAT_SHAPE };
enum { NIR_TAU, NIR_R, NIR_LEAK, NIR_THRESHOLD, NIR_RESET }; /* LI: the first three; LIF */

extern const nir_kind nir_kinds[NIR_TYPES];

/* A one-to-one map of neurons becomes a matrix that is mostly zeros, which is only done for this many neurons. */
enum { NIR_MOST_DIAGONAL = 4096 };

/* The beginning of the metadata's `discretization`. */
#define NIR_SPIKE_FIRST_WORDS "forward Euler, spike first"
#define NIR_UPDATE_FIRST_WORDS "forward Euler, update first"

/* Returns the metadata's word for a readout, or NULL for a number that is none. Files without it have the paper's
 * readout, as files of the library have. */
const char *nir_readout_word(snnd_readout readout);

/* The words of `reset` in the metadata of a LIF node, indexed by snnd_reset. */
extern const char *const nir_resets[SNND_RESET_SUBTRACT + 1];

/* Returns the steps from the input of the node of neurons to their state in the library, minus those of a reader of
 * this order. Delays before the neurons compensate for them. A negative number means that the reader has more. */
static inline int32_t nir_lag(nir_type neuron, snnd_order order, nir_order reader) {
    const int32_t own = order == SNND_ORDER_UPDATE_FIRST ? 0 : neuron == NIR_LIF ? 2 : 1;
    return own - (reader == NIR_UPDATE_FIRST ? 0 : 1);
}

/* Returns the order of neurons that compute the same as such a reader. */
static inline snnd_order nir_neurons_order(nir_order reader) {
    return reader == NIR_UPDATE_FIRST ? SNND_ORDER_UPDATE_FIRST : SNND_ORDER_PAPER;
}

/* Returns a time constant in steps. Files store it in single precision, so that 1 step may be slightly less. */
static inline double nir_steps(double seconds, double dt) {
    const double steps = seconds / dt;
    return fabs(steps - 1) <= 1e-6 ? 1 : steps;
}

/* Returns the logit of 1/tau, of which a layer has an array. For a tau of 1 it is infinite, for which 40 is used. */
static inline float nir_leak(double steps) {
    return steps > 1 ? (float)-log(steps - 1) : 40;
}

#endif
