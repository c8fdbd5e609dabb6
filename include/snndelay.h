/*
 * libsnndelay: spiking neural networks whose synaptic delays are learned.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef SNNDELAY_H
#define SNNDELAY_H

#include <stddef.h>
#include <stdint.h>

#include "snndelay_version.h"

/**
 * @file
 * The whole interface of libsnndelay, by chapter, in the order in which a user meets it:
 * context, readers and writers, arrays, networks, workspaces (forward, loss, backward), optimizers, schedules,
 * sparsity, datasets, batches, trainer, files, analysis, inference, export, random numbers.
 *
 * A library that was built with -Dtraining=false has no more than the chapters status, context, bytes, array, network,
 * dataset, file, inference, export and random; a program that calls anything else does not link with it.
 *
 * What holds for every function:
 *
 * - *Errors.* A function that can fail returns a ::snnd_status. On failure the context holds a
 *   sentence that names what was wrong (snnd_context_last_error()), results are left untouched, and
 *   every handle stays as usable as it was. (Without a handle there is no context to hold one: then the
 *   status says all.) Nothing prints, exits or aborts.
 *   Two results of one call need two places: the same pointer twice is SNND_ERROR_ARGUMENT.
 * - *Ownership.* A handle that comes through the last argument of a `_create`, `_load` or `_split`
 *   function is the caller's, who gives it to the `_free` function of its kind; that takes NULL.
 *   A pointer that comes any other way is borrowed, and its declaration says for how long.
 * - *Lifetime.* Free handles before what they were made from: a workspace, an optimizer, a sparsity
 *   controller or a trainer before its network, everything before its context. Datasets are an
 *   exception: a split keeps what it needs of its parent.
 * - *Threads.* A context and all that was made from it belong to one thread at a time. Two contexts
 *   share nothing. Inside a call a context uses as many threads as it was told to; results are the
 *   same to the last bit for any number. A walk that makes batches ahead (`prefetch`) has threads of its own
 *   beside them. A child that fork() made must leave the handles of a context with
 *   threads alone, and make a context of its own: threads do not go with it.
 * - *Callbacks* (memory, log, progress, reduce, readers, writers, sources) may not call the library with the handles
 *   that the call is about, but for what `progress` of a trainer and `fetch` of a source allow. They have to return: a
 *   C++ exception or a longjmp() that leaves one passes through functions that have not finished, and what they work on
 *   can only be left alone from then on: not even freed. Catch what may be thrown inside the callback: `progress` then
 *   stops the epoch, a reader, a writer, a source or `reduce` says that it failed, and the host throws on when the call
 *   has returned (examples/cpp-host.cpp); `allocate` gives NULL, and `log` has nobody to tell.
 * - *Options* are structures whose first field is their size. Fill one with its `_init` function, which
 *   is given `sizeof` and sets the defaults, then change what differs. Where a function takes a
 *   pointer to options, NULL means the defaults. A value out of range is an error, never clamped. Where
 *   nothing else is said, rates, schedules, sigma and temperatures go up to 1e6; time constants, thresholds,
 *   steepness and l1 up to 1e9; epsilons up to 1; neurons and batches up to 2^20, steps and epochs up to 2^24.
 *
 * Axes: B samples in a batch, T time steps, I inputs of a layer, O outputs (neurons) of a layer, C
 * synapses for each pair of neurons (synapses_per_pair). Arrays are C-ordered (the last axis is contiguous).
 * Times are in steps of the simulation (dt = 1), potentials in units where the threshold is 1 by
 * default. "The paper" is Mészáros, Knight and Nowotny, "Learning delays through gradients and
 * structure", Front. Comput. Neurosci. 18:1460309 (2024); its published code is "the reference".
 * doc/model.md states the mathematics.
 */

/** Marks what the library exports. */
#if defined(__GNUC__)
#define SNND_API __attribute__((visibility("default")))
#else
#define SNND_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------------------------------------- */
/** @defgroup status Status
 * @{ */

/** What a call came to. Values never change. */
typedef enum snnd_status {
    SNND_OK = 0,
    SNND_ERROR_ARGUMENT = 1, /**< an argument is NULL, out of range, or does not fit the others */
    SNND_ERROR_MEMORY = 2,   /**< the allocator gave nothing, or there are not as many addresses as bytes are needed */
    SNND_ERROR_IO = 3,       /**< the system could not open, read or write a file */
    SNND_ERROR_FORMAT = 4,   /**< a file is not what it should be */
    SNND_ERROR_STATE = 5,    /**< the call is right, but not now: something must happen before it */
    SNND_ERROR_NUMERIC = 6,  /**< a number cannot be: a loss or parameter that is not finite, a variance below 0, ... */
    SNND_ERROR_UNSUPPORTED = 7, /**< this build or this machine cannot do it */
    SNND_STOPPED = 8,           /**< the host's progress callback asked to stop; not an error */
    SNND_ERROR_CALLBACK = 9     /**< a callback of the host's said that it failed, or gave what cannot be */
} snnd_status;

/** A few words for a status, never NULL; static, not translated. */
SNND_API const char *snnd_status_string(snnd_status status);

/** Version of the library in use, as SNND_VERSION_STRING of the header it was built with. */
SNND_API const char *snnd_version(void);

/** @} */
/* ---------------------------------------------------------------------------------------------- */
/** @defgroup context Context
 * Memory, threads, log and last error of everything made from it. (What takes memory from malloc, while a call lasts:
 * the JSON text of a file's header, and the C library's sorting in the analysis.)
 * @{ */

/** Memory, threads, log and last error of what is made from it. */
typedef struct snnd_context snnd_context;

/** Severity of a log message. */
typedef enum snnd_log_level { SNND_LOG_WARNING = 1, SNND_LOG_INFO = 2, SNND_LOG_DEBUG = 3 } snnd_log_level;

/** Instruction set of the hot kernels. AUTO takes the best that the processor has. */
typedef enum snnd_isa {
    SNND_ISA_AUTO = 0,
    SNND_ISA_PLAIN = 1, /**< what the compiler's baseline allows */
    SNND_ISA_AVX2 = 2,  /**< x86-64 with AVX2 and FMA */
    SNND_ISA_AVX512 = 3 /**< x86-64 with AVX-512 F, VL, DQ and BW */
} snnd_isa;

/** How a training pass computes currents and gradients of delays. Both methods give the same results but for rounding
 * (doc/model.md). An evaluation is always direct, so that streams and exports agree with it. */
typedef enum snnd_method {
    SNND_METHOD_AUTO = 0,    /**< for every layer and pass, what an estimate from counts finds the faster one */
    SNND_METHOD_DIRECT = 1,  /**< every tap of every synapse that carries something */
    SNND_METHOD_SPECTRAL = 2 /**< in the frequency domain, by matrix products. A layer without delays, or whose synapses
                                  share them (::snnd_sharing), has a product of its own, here as with AUTO */
} snnd_method;

/** What makes matrix products. The choice is part of what results depend on to the last bit. */
typedef enum snnd_products {
    SNND_PRODUCTS_AUTO = 0, /**< BLAS where there is one, `isa` is the processor's best, OpenBLAS says by name that
                                 it runs kernels for that, and is no build without locks, which several threads may
                                 not call. Products of spectra are BLAS's only where `isa` is PLAIN, since the
                                 library's own are faster with AVX2 and AVX-512 */
    SNND_PRODUCTS_OWN = 1,  /**< the library's own kernels */
    SNND_PRODUCTS_BLAS = 2  /**< BLAS; SNND_ERROR_UNSUPPORTED where there is none, or one without locks */
} snnd_products;

/** Memory, log and threads of a context. */
typedef struct snnd_context_options {
    size_t size;
    /** Returns `bytes` (> 0) of memory aligned to `alignment` (a power of two), or NULL. NULL: calloc. */
    void *(*allocate)(void *user, size_t bytes, size_t alignment);
    /** Takes back what `allocate` returned; never called with NULL. Set both hooks or neither. */
    void (*release)(void *user, void *memory);
    void *memory_user; /**< given to both hooks */
    /** Receives one line of plain text without a newline. NULL: no log. */
    void (*log)(void *user, snnd_log_level level, const char *message);
    void *log_user;  /**< given to `log` */
    int32_t threads; /**< 0: one for each processor; 1: no thread is ever made; at most 1024 */
    int32_t isa;     /**< ::snnd_isa; one that the processor lacks is SNND_ERROR_UNSUPPORTED */
    int32_t method;  /**< ::snnd_method, for tests and measurements; a layer whose spectra would take more than 256 MB
                        for sixteen samples is direct whatever this is, and one without delays is one product */
    int32_t low_memory; /**< 1: what can be made again in the backward pass is not kept: the same results with a third
                           less memory for the paper's network, in somewhat more time */
    int32_t products;   /**< ::snnd_products */
} snnd_context_options;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_context_options_init(snnd_context_options *options, size_t size);

/** Makes a context. Where there is no context yet to hold a message, the status says all. */
SNND_API snnd_status snnd_context_create(const snnd_context_options *options, snnd_context **context);
/** Frees a context and ends its threads; NULL is allowed, as for all `_free` functions. */
SNND_API void snnd_context_free(snnd_context *context);

/** The sentence left by the last call that failed, "" if none did; borrowed until the next call that fails. A call that
 * succeeds leaves it as it is, so that it means something only behind a status that is an error. Words of
 * files in it are made plain, so that it may be shown on a terminal (doc/conventions.md). */
SNND_API const char *snnd_context_last_error(const snnd_context *context);

/** The number of threads, the calling one among them, the instruction set chosen, and what makes matrix products
 * ("own", or the name that OpenBLAS gives to its kernels, or "cblas" of another BLAS; static). Each pointer may be
 * NULL. Until the first call that wants threads they are as many as were asked for, then as many as there are. */
SNND_API snnd_status snnd_context_info(const snnd_context *context, int32_t *threads, snnd_isa *isa,
                                       const char **products);

/** Frees a string that a function gave; NULL is allowed. */
SNND_API void snnd_string_free(snnd_context *context, char *string);

/** @} */
/* ---------------------------------------------------------------------------------------------- */
/** @defgroup bytes Readers and writers
 * Whatever a `_save` or `_load` function does with a file at a path, the `_write` or `_read` function of the same name
 * does with functions of the host's: the same bytes, the same checks. Memory is one of the places that they may be
 * about.
 * @{ */

/** Where bytes come from. Layout frozen: this structure never grows. */
typedef struct snnd_reader {
    /** Puts up to `bytes` (>= 1) of the bytes that come next at `data`, and returns how many: fewer are fine, 0 is the
     * end, below 0 that they cannot be read. It is called until the end, or until it fails; then the call that reads is
     * SNND_ERROR_IO, and nothing has changed but what was read. */
    int64_t (*read)(void *user, void *data, size_t bytes);
    void *user;     /**< given to `read` */
    uint64_t bytes; /**< how many will come, where that is known: memory for them is taken at once; 0: not known. More
                       or fewer may come */
} snnd_reader;

/** Where bytes go. Layout frozen: this structure never grows. */
typedef struct snnd_writer {
    /** Takes all of `bytes` (>= 1) bytes at `data`, which are the host's during the call alone, and returns 0; anything
     * else is that it could not. Then it is not called again, and the call that writes is SNND_ERROR_IO (or
     * SNND_ERROR_MEMORY where that is what was returned). The host drops what came before: a file is whole only where
     * the call was SNND_OK. What can be checked is checked before the first byte. */
    int (*write)(void *user, const void *data, size_t bytes);
    void *user; /**< given to `write` */
} snnd_writer;

/** Bytes of the host's to read. Layout frozen: this structure never grows. */
typedef struct snnd_memory {
    const void *data; /**< the next of them */
    size_t bytes;     /**< that are left */
} snnd_memory;

/** Reads the bytes of `memory`, which moves along: what is left of it is what has not been read. It must outlive the
 * reader. Bytes at NULL are SNND_ERROR_ARGUMENT of the call that reads. */
SNND_API snnd_reader snnd_memory_reader(snnd_memory *memory);

/** Memory that what is written goes to. Layout frozen: this structure never grows. */
typedef struct snnd_buffer {
    /** NULL: `data` is the host's, and has room for `room` bytes. Else `data` is of this context's memory and grows:
     * begin with { context } and end with snnd_buffer_free(). */
    snnd_context *context;
    void *data;   /**< what was written */
    size_t bytes; /**< written so far; set it to 0 to begin anew */
    size_t room;  /**< bytes that `data` has room for */
} snnd_buffer;

/** Writes behind what is in `buffer`, which must outlive the writer. Where there is no more room a call that writes is
 * SNND_ERROR_MEMORY, and where there is room at NULL, or more bytes than room, SNND_ERROR_ARGUMENT. */
SNND_API snnd_writer snnd_buffer_writer(snnd_buffer *buffer);
/** Frees what a buffer has of its context's memory, and empties it. */
SNND_API void snnd_buffer_free(snnd_buffer *buffer);

/** @} */
/* ---------------------------------------------------------------------------------------------- */
/** @defgroup array Arrays
 * Plain arrays with a type and a shape: how parameters, gradients and files are shown to the host.
 * @{ */

/** Type of the elements of an array. Values never change. */
typedef enum snnd_dtype {
    SNND_ANY = 0, /**< as it is stored (only where a function says so) */
    SNND_FLOAT32 = 1,
    SNND_FLOAT64 = 2,
    SNND_INT8 = 3,
    SNND_UINT8 = 4,
    SNND_INT32 = 5,
    SNND_INT64 = 6
} snnd_dtype;

/** Layout frozen: this structure never grows. */
typedef struct snnd_array {
    void *data;         /**< C-ordered, aligned to its type */
    int32_t dtype;      /**< ::snnd_dtype */
    int32_t dimensions; /**< 0 to 4 */
    int64_t shape[4];   /**< 1 beyond `dimensions` */
} snnd_array;

/** Elements in the array: the product of its shape; 0 where that cannot be. */
SNND_API int64_t snnd_array_count(const snnd_array *array);

/**
 * Reads a .npy file (format versions 1 to 3, little- or big-endian, C or Fortran order, at most 4 axes) into
 * memory of the context. Stored: float16, float32, float64, bool, signed and unsigned integers of
 * 8 to 64 bits; converted to `dtype` (SNND_ANY: to the nearest of ours without loss, float16 to float32).
 * An integer or a size that `dtype` cannot hold is SNND_ERROR_FORMAT (with SNND_ANY: one from 2^63 on); rounding to
 * float32 is not an error. Give the array to snnd_array_free().
 */
SNND_API snnd_status snnd_array_load_npy(snnd_context *context, const char *path, snnd_dtype dtype, snnd_array *array);
/** The same from a reader. */
SNND_API snnd_status snnd_array_read_npy(snnd_context *context, const snnd_reader *reader, snnd_dtype dtype,
                                         snnd_array *array);

/** Writes the array as .npy: to a temporary file beside `path`, which then takes its name. A file that is there keeps
 * its permissions, and one that may not be written is SNND_ERROR_IO; so it is for everything that is saved.
 * SNND_ERROR_ARGUMENT names what no array can have: data that are NULL, a dtype that is none, more than 4 axes, an
 * extent below 0, or more bytes than there can be. */
SNND_API snnd_status snnd_array_save_npy(snnd_context *context, const snnd_array *array, const char *path);
/** The same to a writer. */
SNND_API snnd_status snnd_array_write_npy(snnd_context *context, const snnd_array *array, const snnd_writer *writer);

/** Frees what snnd_array_load_npy() or snnd_array_read_npy() allocated and clears the array; never for borrowed arrays.
 */
SNND_API void snnd_array_free(snnd_context *context, snnd_array *array);

/** @} */
/* ---------------------------------------------------------------------------------------------- */
/** @defgroup network Network
 * A feed-forward chain of layers, built by adding them in order. The usual chain is, for every hidden
 * layer, delays -> batch norm -> LIF -> dropout, and at the end delays -> leaky integrator.
 * @{ */

/** A chain of layers with its parameters. */
typedef struct snnd_network snnd_network;
typedef struct snnd_layer snnd_layer; /**< borrowed from its network, valid until that is freed */

/** Makes an empty network for `inputs` (>= 1) channels of real-valued input. */
SNND_API snnd_status snnd_network_create(snnd_context *context, int32_t inputs, snnd_network **network);
/** Frees a network with its layers. */
SNND_API void snnd_network_free(snnd_network *network);

/** Profile of a delay in training: how a synapse's weight spreads over the taps round its position. */
typedef enum snnd_delay_profile {
    SNND_PROFILE_GAUSS = 1, /**< a Gaussian of width |sigma| + 0.27 */
    SNND_PROFILE_MAX = 2    /**< a triangle of half-width |sigma| + 1 */
} snnd_delay_profile;

/** Which synapses of a layer have one delay in common; each has a weight of its own. Values never change. */
typedef enum snnd_sharing {
    SNND_SHARING_NONE = 1,     /**< none: a delay belongs to a synapse */
    SNND_SHARING_AXONAL = 2,   /**< those from one neuron, or input: its axon has the delay */
    SNND_SHARING_DENDRITIC = 3 /**< those to one neuron: its dendrite has the delay */
} snnd_sharing;

/**
 * Delayed synapses: dilated convolutions with learnable spacings in one dimension (DCLS, Hammouamri,
 * Khalfaoui-Hassani and Masquelier 2023). A synapse has K = max_delay + 1 taps and a position p in
 * [-max_delay/2, max_delay/2]; its delay in steps is max_delay/2 - p.
 */
typedef struct snnd_delay_options {
    size_t size;
    int32_t max_delay;         /**< longest delay in steps, 0 to 1022; even, since positions count from a tap in the
                                    middle: for an odd one take the next; default 24 */
    int32_t synapses_per_pair; /**< C, synapses for each pair of neurons, 1 to 64; default 1 */
    int32_t profile;           /**< ::snnd_delay_profile in training; evaluation has whole delays; default GAUSS */
    /** 1: positions are trained. 0: they are drawn, rounded to whole steps and frozen, and every pass
     * uses the triangle at sigma 0, as the reference's fixed models do. Default 1. */
    int32_t learn_delays;
    /** ::snnd_sharing; default NONE. With the others a layer has I C or O C positions in place of O I C, each of the
     * `synapses_per_pair` of a pair its own, and trains about as fast as one without delays. */
    int32_t sharing;
} snnd_delay_options;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_delay_options_init(snnd_delay_options *options, size_t size);

/** Adds `outputs` neurons' synapses. `layer` may be NULL, here and below. */
SNND_API snnd_status snnd_network_add_delays(snnd_network *network, int32_t outputs, const snnd_delay_options *options,
                                             snnd_layer **layer);

/** Batch normalisation with one mean and variance per neuron, over time and batch (Ioffe and Szegedy 2015). */
typedef struct snnd_batch_norm_options {
    size_t size;
    double epsilon;  /**< added to the variance; > 0; default 1e-5 */
    double momentum; /**< share of the newest batch in the running statistics, 0 to 1; default 0.1 */
} snnd_batch_norm_options;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_batch_norm_options_init(snnd_batch_norm_options *options, size_t size);
/** Adds batch normalisation of the neurons before it. */
SNND_API snnd_status snnd_network_add_batch_norm(snnd_network *network, const snnd_batch_norm_options *options,
                                                 snnd_layer **layer);

/** When a neuron's potential takes up the current of a step. In both orders a spike is taken strictly above the
 * threshold, and reset(x) is what ::snnd_reset says. Values never change. */
typedef enum snnd_order {
    /** s[t] = v > threshold; v = reset((1 - 1/tau) v + i); i = h[t]: the current of a step is kept for the next one,
     * and a spike at t+2 is the earliest that it can cause. */
    SNND_ORDER_PAPER = 1,
    /** v = (1 - 1/tau) v + h[t]; s[t] = v > threshold; v = reset(v): as most other programs have it; a current can
     * cause a spike in its own step. */
    SNND_ORDER_UPDATE_FIRST = 2
} snnd_order;

/** What a spike s does to the potential. Values never change. */
typedef enum snnd_reset {
    SNND_RESET_ZERO = 1,    /**< x (1 - s) */
    SNND_RESET_SUBTRACT = 2 /**< x - threshold s */
} snnd_reset;

/** Surrogate gradients: what ds/dx is taken for at x = potential - threshold, with a steepness alpha. Values never
 * change. */
typedef enum snnd_surrogate {
    SNND_SURROGATE_ARCTAN = 1,       /**< (alpha/2) / (1 + (pi/2 alpha x)^2) (Fang et al. 2021); the paper's */
    SNND_SURROGATE_FAST_SIGMOID = 2, /**< 1 / (1 + alpha |x|)^2 (Zenke and Ganguli 2018) */
    SNND_SURROGATE_SIGMOID = 3,      /**< alpha q (1 - q), q = 1 / (1 + e^(-alpha x)) */
    SNND_SURROGATE_TRIANGLE = 4,     /**< max(0, 1 - alpha |x|) (Esser et al. 2016) */
    SNND_SURROGATE_RECTANGLE = 5     /**< alpha where |x| < 1 / (2 alpha), else 0 (Wu et al. 2018) */
} snnd_surrogate;

/** Whose time constants a layer's neurons have. Values never change. */
typedef enum snnd_tau {
    SNND_TAU_SHARED = 1, /**< one for all, `tau` of the options */
    SNND_TAU_GIVEN = 2,  /**< each its own, as it was drawn or set (::SNND_ARRAY_LEAK) */
    SNND_TAU_LEARNED = 3 /**< each its own, trained (Fang et al. 2021) */
} snnd_tau;

/** Leaky integrate-and-fire neurons. */
typedef struct snnd_lif_options {
    size_t size;
    double tau;           /**< membrane time constant in steps, >= 1; default 10.05 */
    double threshold;     /**< > 0; a spike is taken strictly above it; default 1 */
    double alpha;         /**< steepness of the surrogate gradient, > 0; default 5 */
    int32_t detach_reset; /**< 1: the reset is not differentiated, as in the reference; default 1 */
    int32_t order;        /**< ::snnd_order; default PAPER */
    int32_t reset;        /**< ::snnd_reset; default ZERO */
    int32_t surrogate;    /**< ::snnd_surrogate; default ARCTAN */
    /** With time constants of their own: they are drawn uniform in tau/(1 + tau_spread) to tau (1 + tau_spread), which
     * must be above 1; 0: all begin with tau. >= 0; default 0. */
    double tau_spread;
    int32_t tau_per_neuron; /**< ::snnd_tau; default SHARED */
} snnd_lif_options;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_lif_options_init(snnd_lif_options *options, size_t size);
/** Adds a LIF neuron for each neuron or channel before it. */
SNND_API snnd_status snnd_network_add_lif(snnd_network *network, const snnd_lif_options *options, snnd_layer **layer);

/** One Bernoulli mask per sample and neuron, constant in time; survivors scaled by 1/(1 - probability);
 * `probability` of dropping in [0, 1). Does nothing in evaluation. */
SNND_API snnd_status snnd_network_add_dropout(snnd_network *network, double probability, snnd_layer **layer);

/** Neurons that integrate and never fire: the readout. */
typedef struct snnd_leaky_integrator_options {
    size_t size;
    double tau;    /**< membrane time constant in steps, >= 1; default 10.05 */
    int32_t order; /**< ::snnd_order; the potential that is given on is the one after the update; default PAPER */
    int32_t tau_per_neuron; /**< ::snnd_tau; default SHARED */
    double tau_spread;      /**< as that of snnd_lif_options; default 0 */
} snnd_leaky_integrator_options;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_leaky_integrator_options_init(snnd_leaky_integrator_options *options, size_t size);
/** Adds a leaky integrator for each neuron or channel before it. */
SNND_API snnd_status snnd_network_add_leaky_integrator(snnd_network *network,
                                                       const snnd_leaky_integrator_options *options,
                                                       snnd_layer **layer);

/**
 * Leaky integrate-and-fire neurons with adaptation, which is driven by the potential (a) and by spikes (b), each neuron
 * with parameters of its own that are trained with the weights (Bittar and Garner 2022, "A surrogate gradient spiking
 * baseline for speech command recognition", Front. Neurosci. 16:865897; doc/model.md):
 *
 *     w[t] = B w[t-1] + a u[t-1] + b s[t-1]
 *     u[t] = A (u[t-1] - threshold s[t-1]) + (1 - A) (current[t] - w[t]),  s[t] = u[t] > threshold
 *
 * A is ::SNND_ARRAY_MEMBRANE_DECAY, B ::SNND_ARRAY_ADAPTATION_DECAY, a ::SNND_ARRAY_SUBTHRESHOLD_ADAPTATION and b
 * ::SNND_ARRAY_SPIKE_ADAPTATION. A spike depends on the current of its own step. All begins at 0.
 */
typedef struct snnd_adaptive_lif_options {
    size_t size;
    double threshold;     /**< > 0; a spike is taken strictly above it; default 1 */
    double alpha;         /**< steepness of the surrogate gradient, > 0; default 5 */
    int32_t detach_reset; /**< 1: the loss of the threshold behind a spike is not differentiated; the adaptation by
                               spikes is; default 0, as in what was published with the paper above */
    int32_t surrogate;    /**< ::snnd_surrogate; default ARCTAN */
} snnd_adaptive_lif_options;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_adaptive_lif_options_init(snnd_adaptive_lif_options *options, size_t size);
/** Adds an adaptive LIF neuron for each neuron or channel before it. */
SNND_API snnd_status snnd_network_add_adaptive_lif(snnd_network *network, const snnd_adaptive_lif_options *options,
                                                   snnd_layer **layer);

/**
 * Draws every parameter anew from `seed`: weights uniform in +-sqrt(6/(I C)) (He et al. 2015), positions
 * and the parameters of adaptive neurons uniform over their ranges, batch norm scale 1, shift 0, running mean 0 and
 * variance 1, time constants of neurons as tau_spread says. Masks and signs are dropped: SNND_ERROR_STATE while there
 * is a sparsity controller, which is to be freed before it and made anew after it. A layer that is added holds what
 * seed 0 gives.
 */
SNND_API snnd_status snnd_network_initialize(snnd_network *network, uint64_t seed);

/** Width of the delay profiles in training, >= 0, one number for the network; evaluation takes 0. A network
 * starts at half of its longest delay. */
SNND_API snnd_status snnd_network_set_sigma(snnd_network *network, double sigma);
/** Width of the delay profiles now; 0 of NULL. */
SNND_API double snnd_network_sigma(const snnd_network *network);

/** How potentials become one score a class. The loss is the cross-entropy of softmax over the scores. */
typedef enum snnd_readout {
    SNND_READOUT_NETWORK = 0,     /**< that of the network (snnd_network_set_readout()) */
    SNND_READOUT_SOFTMAX_SUM = 1, /**< softmax over the classes at each step, summed over time: the paper's */
    SNND_READOUT_SUM = 2,         /**< sum over time; of a network that ends in LIF neurons, the spike count */
    SNND_READOUT_MEAN = 3,        /**< mean over time */
    SNND_READOUT_MAX = 4,         /**< largest over time */
    SNND_READOUT_LAST = 5         /**< at the last step */
} snnd_readout;

/** Sets how scores are made of what the network gives, SOFTMAX_SUM at first. It is kept in files, and holds for every
 * loss, stream and export whose options do not name another, and for trainers: one whose options name another sets it
 * here. A plan takes it when it is made. NETWORK is SNND_ERROR_ARGUMENT here. */
SNND_API snnd_status snnd_network_set_readout(snnd_network *network, snnd_readout readout);
/** The readout of the network; 0 of NULL. */
SNND_API snnd_readout snnd_network_readout(const snnd_network *network);

/** Makes an independent network in the same context with the same layers, parameters, masks, signs, sigma and readout.
 * It has no controller, and layers may be added to it. */
SNND_API snnd_status snnd_network_clone(const snnd_network *network, snnd_network **clone);

/** Puts every parameter that has a range back into it, as positions and those of adaptive neurons; part of each
 * training step, after the optimizer.
 */
SNND_API snnd_status snnd_network_clamp(snnd_network *network);

/** Channels of the input; 0 of NULL. */
SNND_API int32_t snnd_network_inputs(const snnd_network *network);
/** Neurons of the last layer, 0 if there is none. */
SNND_API int32_t snnd_network_outputs(const snnd_network *network);
/** Layers so far; 0 of NULL. */
SNND_API int32_t snnd_network_layer_count(const snnd_network *network);
/** Layer `index`, counted from 0; NULL out of range. */
SNND_API snnd_layer *snnd_network_layer(const snnd_network *network, int32_t index);

/** Kind of a layer. Values never change. */
typedef enum snnd_layer_type {
    SNND_LAYER_DELAYS = 1,
    SNND_LAYER_BATCH_NORM = 2,
    SNND_LAYER_LIF = 3,
    SNND_LAYER_DROPOUT = 4,
    SNND_LAYER_LEAKY_INTEGRATOR = 5,
    SNND_LAYER_ADAPTIVE_LIF = 6
} snnd_layer_type;

/** Of NULL: 0, as the two below. */
SNND_API snnd_layer_type snnd_layer_get_type(const snnd_layer *layer);
/** Neurons or channels before the layer. */
SNND_API int32_t snnd_layer_inputs(const snnd_layer *layer);
/** Neurons of the layer. */
SNND_API int32_t snnd_layer_outputs(const snnd_layer *layer);
/** Copies the options a layer of delays was made with; SNND_ERROR_ARGUMENT for another kind of layer, as the five
 * below, one for each kind. */
SNND_API snnd_status snnd_layer_delay_options(const snnd_layer *layer, snnd_delay_options *options);
/** The same of a layer of batch normalisation. */
SNND_API snnd_status snnd_layer_batch_norm_options(const snnd_layer *layer, snnd_batch_norm_options *options);
/** The same of a LIF layer. */
SNND_API snnd_status snnd_layer_lif_options(const snnd_layer *layer, snnd_lif_options *options);
/** The same of a layer of leaky integrators. */
SNND_API snnd_status snnd_layer_leaky_integrator_options(const snnd_layer *layer,
                                                         snnd_leaky_integrator_options *options);
/** The `probability` a layer of dropout was made with. */
SNND_API snnd_status snnd_layer_dropout(const snnd_layer *layer, double *probability);
/** The options of a layer of adaptive LIF neurons. */
SNND_API snnd_status snnd_layer_adaptive_lif_options(const snnd_layer *layer, snnd_adaptive_lif_options *options);

/** Arrays that a layer may hold. Values never change. */
typedef enum snnd_array_name {
    /** delays: float32 [O, I, C]. Of a layer with signs this is the magnitude theta, and the synapse's weight
     * is sign * theta. A synapse of weight 0 carries nothing. */
    SNND_ARRAY_WEIGHT = 1,
    /** delays: float32 [O, I, C], with ::snnd_sharing AXONAL [1, I, C], with DENDRITIC [O, 1, C]; in steps,
     * -max_delay/2 to max_delay/2; delay = max_delay/2 - position */
    SNND_ARRAY_POSITION = 2,
    SNND_ARRAY_SIGN = 3,             /**< delays: int8 [O, I, C], +1 or -1; only under a controller that fixes signs */
    SNND_ARRAY_MASK = 4,             /**< delays: uint8 [O, I, C], 1 where a synapse exists; only under a controller */
    SNND_ARRAY_SCALE = 5,            /**< batch norm: float32 [O] (gamma) */
    SNND_ARRAY_SHIFT = 6,            /**< batch norm: float32 [O] (beta) */
    SNND_ARRAY_RUNNING_MEAN = 7,     /**< batch norm: float32 [O] */
    SNND_ARRAY_RUNNING_VARIANCE = 8, /**< batch norm: float32 [O], unbiased */
    /** LIF and leaky integrators with time constants of their own: float32 [O], a of 1/tau = 1 / (1 + e^-a): so
     * tau = 1 + e^-a in steps, and a = -log(tau - 1) */
    SNND_ARRAY_LEAK = 9,
    /* The parameters of adaptive LIF neurons are moved with the weights, without weight decay. */
    SNND_ARRAY_MEMBRANE_DECAY = 10,          /**< adaptive LIF: float32 [O], A, e^(-1/5) to e^(-1/25) */
    SNND_ARRAY_ADAPTATION_DECAY = 11,        /**< adaptive LIF: float32 [O], B, e^(-1/30) to e^(-1/120) */
    SNND_ARRAY_SUBTHRESHOLD_ADAPTATION = 12, /**< adaptive LIF: float32 [O], a, -1 to 1 */
    SNND_ARRAY_SPIKE_ADAPTATION = 13         /**< adaptive LIF: float32 [O], b, 0 to 2 */
} snnd_array_name;

/** Shows an array of the layer: borrowed, writable, valid until the network is freed or initialized.
 * SNND_ERROR_STATE where the layer has no such array. */
SNND_API snnd_status snnd_layer_array(snnd_layer *layer, snnd_array_name name, snnd_array *array);

/** Copies `values` [count] of the host into an array of the layer, of the array's type and in its order, and as many as
 * it has: what a program does that makes a network of a description of its own. Unlike what is written through
 * snnd_layer_array() they are checked: SNND_ERROR_ARGUMENT where one is not finite, a variance is below 0, or a number
 * is out of the range of its array, and for SIGN and MASK, which are for controllers to set. Weights of
 * synapses that the mask does not have become 0. SNND_ERROR_STATE where the layer has no such array. */
SNND_API snnd_status snnd_layer_set_array(snnd_layer *layer, snnd_array_name name, const void *values, int64_t count);

/** Writes the delays in whole steps that evaluation uses, 0 to max_delay, to `delays` [O, I, C], one for each synapse
 * also where synapses share them; positions are rounded half to even. */
SNND_API snnd_status snnd_layer_delays(const snnd_layer *layer, int32_t *delays);

/** Writes the weights of the synapses to `weights` [O, I, C]: sign * theta where the layer has signs, 0 where a synapse
 * does not exist. */
SNND_API snnd_status snnd_layer_weights(const snnd_layer *layer, float *weights);

/** What a layer of batch normalisation does to each neuron in evaluation, y = factor x + shift, to `factor` [O] and
 * `shift` [O]: with the layer's arrays, factor = SCALE / sqrt(RUNNING_VARIANCE + epsilon) and
 * shift = SHIFT - factor * RUNNING_MEAN. That is what it takes to fold the layer into the one in front: weights of
 * synapses that end at neuron o are multiplied by factor[o], and shift[o] is a bias. SNND_ERROR_NUMERIC where an array
 * has a number that cannot be. */
SNND_API snnd_status snnd_layer_fold(const snnd_layer *layer, double *factor, double *shift);

/** Synapses of a delay layer that exist: ones in its mask, or all where there is none. */
SNND_API int64_t snnd_layer_active(const snnd_layer *layer);
/** The same over all delay layers. */
SNND_API int64_t snnd_network_active(const snnd_network *network);

/** @} */
/* ---------------------------------------------------------------------------------------------- */
/** @defgroup workspace Workspace
 * Activations and gradients of one batch: forward, loss, backward. The pieces of an own training loop; the
 * trainer is made of them. A workspace may be made once the network is complete; adding a layer afterwards
 * is an error.
 * @{ */

/** Buffers for the passes of a batch. */
typedef struct snnd_workspace snnd_workspace;

/** How a pass is made. */
typedef enum snnd_mode {
    SNND_EVALUATE = 0, /**< whole delays, running statistics, no dropout */
    SNND_TRAIN = 1     /**< delay profiles of width sigma, statistics of the batch, dropout */
} snnd_mode;

/** Buffers for up to `batch` samples of `steps` time steps, both >= 1. Nothing is allocated later, but for the
 * context's threads before the first pass of all. With
 * `gradients` 0 only evaluation is possible, in less memory. */
SNND_API snnd_status snnd_workspace_create(snnd_network *network, int32_t batch, int32_t steps, int gradients,
                                           snnd_workspace **workspace);
/** Frees a workspace. */
SNND_API void snnd_workspace_free(snnd_workspace *workspace);

/** The dropout masks of the next training pass are a function of these two, the layer, the sample's place in the
 * batch and the neuron alone. Set another `step` for every pass. */
SNND_API snnd_status snnd_workspace_set_draw(snnd_workspace *workspace, uint64_t seed, uint64_t step);

/** Replaces the drawn masks of a dropout layer by `mask` [batch, O], copied; entries are the factors themselves
 * (0 or 1/(1-p)). NULL: drawn again. */
SNND_API snnd_status snnd_workspace_set_dropout_mask(snnd_workspace *workspace, const snnd_layer *layer,
                                                     const float *mask);

/**
 * Says how many steps each sample of the passes to come has: `lengths` [count], each 1 to T, copied. A pass then has
 * `count` samples (1 to batch); lengths stay until others are set. NULL, whatever the count: all samples have T steps,
 * as in a new workspace.
 *
 * What lies beyond the end of a sample does not exist: numbers of the input there are not looked at, and may be NaN;
 * statistics of batch norm, scores, losses, spike rates, operations and gradients are those of the samples' own steps,
 * and records (snnd_workspace_record) are 0 there. A sample's scores are those that it has alone in a workspace of its
 * own length and, in evaluation, in a stream: to the bit in evaluation; in training, without batch norm, where the
 * context's method is SNND_METHOD_DIRECT, and else to rounding. The last pass stays as it is.
 *
 * SNND_ERROR_ARGUMENT names the first length that cannot be; those that were set before then stay.
 */
SNND_API snnd_status snnd_workspace_set_lengths(snnd_workspace *workspace, const int32_t *lengths, int32_t count);

/** Passes `count` (1 to batch) samples `input` [count, T, I] forward; a non-finite input is an error. In training the
 * running statistics of batch norm move. SNND_ERROR_NUMERIC names a parameter that cannot be, or the first layer whose
 * numbers overflowed, of neurons as of a stream's; then neither this pass nor the one before it is kept, and
 * what needs one is SNND_ERROR_STATE. Only the running statistics stay, which have moved where they are finite. After
 * an error of the arguments (SNND_ERROR_ARGUMENT, as of an input that is not finite, or SNND_ERROR_STATE) the workspace
 * still has the pass before. */
SNND_API snnd_status snnd_workspace_forward(snnd_workspace *workspace, snnd_mode mode, const float *input,
                                            int32_t count);

/**
 * How scores are made, and what is added to the cross-entropy. With the probabilities p[b,c] = softmax over the scores
 * of sample b, its label y, K classes, smoothing e and the classes' weights w (all 1 where there are none), the
 * cross-entropy is that of PyTorch's CrossEntropyLoss with `label_smoothing` and `weight`:
 *
 *     sum over b and c of -w[c] ((1 - e) [c = y[b]] + e/K) log p[b,c]  /  sum over b of w[y[b]]
 *
 * The rate penalty is, with r the spikes a step of a neuron, mean over the batch's samples and steps,
 *
 *     rate_penalty * sum of max(0, r - rate_upper)^2 + max(0, rate_lower - r)^2
 *
 * over all neurons of all layers that fire. Its gradient comes in where the spikes go out, before what follows, as
 * dropout.
 */
typedef struct snnd_loss_options {
    size_t size;
    int32_t readout;            /**< ::snnd_readout; default NETWORK */
    double l1;                  /**< times the sum of |weight| of all delay layers, >= 0; default 0 */
    double label_smoothing;     /**< e, 0 to 1; default 0 */
    double rate_penalty;        /**< 0 to 1e9; default 0, and then both bounds are 0, too */
    double rate_lower;          /**< 0 to rate_upper; default 0 */
    double rate_upper;          /**< up to 1, where no spike is too many; default 0: every spike is penalised */
    const double *class_weight; /**< w [classes], each above 0, up to 1e9, read during the call; default NULL: all 1 */
    int64_t class_weight_count; /**< of class_weight: the network's outputs; 0 with NULL */
} snnd_loss_options;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_loss_options_init(snnd_loss_options *options, size_t size);

/** What a loss is made of. */
typedef struct snnd_loss_report {
    size_t size;
    double loss;          /**< cross_entropy + penalty + rate_penalty */
    double cross_entropy; /**< mean over the batch, of weighed classes and smooth labels as the options have them */
    double penalty;       /**< l1 * sum |weight| */
    int32_t samples;      /**< in the batch */
    int32_t correct;      /**< samples whose label has the highest score, as snnd_workspace_predictions() finds it */
    double rate_penalty;  /**< with the factor of that name */
} snnd_loss_report;

/** Empties a result, which tells its size to the call that fills it. */
SNND_API snnd_status snnd_loss_report_init(snnd_loss_report *report, size_t size);

/** Loss of the last forward pass for `labels` [count], each 0 to classes-1, which the next backward pass goes back
 * from. SNND_ERROR_NUMERIC where it is not finite. */
SNND_API snnd_status snnd_workspace_loss(snnd_workspace *workspace, const int32_t *labels,
                                         const snnd_loss_options *options, snnd_loss_report *report);

/** Adds the host's own dL/d(output) of a layer, [T, count, O] as its record, finite, copied, to what the next backward
 * pass brings back to there: for a loss of the host's on the output of the last layer, for what the host makes of any
 * other layer's output, alone or beside snnd_workspace_loss(), before it or after. What is given twice counts twice. A
 * forward pass forgets it, and a backward pass has used it up. SNND_ERROR_STATE without a training pass. Allocates at
 * the first call for a layer. Beyond the end of a sample it is not looked at. */
SNND_API snnd_status snnd_workspace_add_gradient(snnd_workspace *workspace, const snnd_layer *layer,
                                                 const float *gradient);

/** Gradients of the loss with respect to every parameter, by backpropagation through time; replaces those
 * of the pass before. Needs a training pass and, since the last backward pass, a loss or a gradient of the host's
 * (snnd_workspace_add_gradient()); without a loss there is no L1 and no rate penalty. SNND_ERROR_STATE where weights,
 * positions, signs, masks, scales, shifts or parameters of neurons have changed since that pass: gradients would belong
 * to neither. (Sigma may.) SNND_ERROR_NUMERIC where gradients of a parameter are not finite; then there are none of
 * this pass. */
SNND_API snnd_status snnd_workspace_backward(snnd_workspace *workspace);

/** Shows the gradient of a parameter, of a delay layer, batch norm or neurons: float32 in the shape of the parameter,
 * borrowed, writable, valid until the workspace is freed (a trainer's: as long as snnd_trainer_workspace() says).
 * Weight gradients are with respect to theta where the layer has signs, and include L1 (sign(theta), 0 at 0). Those of
 * absent synapses are 0, unless the layer's controller needs them (see snnd_workspace_complete_gradient()).
 * That of a position that synapses share is the sum over these.
 * SNND_ERROR_STATE unless of forward pass, loss and backward pass the last was the backward pass. */
SNND_API snnd_status snnd_workspace_gradient(const snnd_workspace *workspace, const snnd_layer *layer,
                                             snnd_array_name name, snnd_array *array);

/** Computes the gradient of a layer of delays for all of its synapses, absent ones among them, and shows it: as
 * snnd_workspace_gradient(), but to be read only, since optimizers do not look at it, and valid until the next backward
 * pass. Where no synapse is absent, or the layer's controller needs all gradients, it is the one that the pass has
 * made. SNND_ERROR_STATE where parameters are no longer those of the pass. Allocates at the first call for a layer. */
SNND_API snnd_status snnd_workspace_complete_gradient(snnd_workspace *workspace, const snnd_layer *layer,
                                                      snnd_array_name name, snnd_array *array);

/** dL/d(input) of the last backward pass, to `gradient` [count, T, I]: what a host goes on with that made the input, as
 * by another network, whose last layer it is given to by snnd_workspace_add_gradient() (with the axes of samples and
 * steps exchanged). It is computed in this call, so that a pass costs nothing for it, and has to be asked for before
 * parameters change: SNND_ERROR_STATE where they are no longer those of the pass, or there was no backward pass.
 * SNND_ERROR_NUMERIC where it is not finite. 0 beyond the end of a sample. Allocates at the first call. */
SNND_API snnd_status snnd_workspace_input_gradient(snnd_workspace *workspace, float *gradient);

/** Clips the gradients of the last backward pass by their common norm: where the root of the sum of the squares of all
 * of them is above `max_norm` (> 0, finite), all are multiplied by max_norm / norm. The sum is over the parameters of
 * all layers that optimizers may move, frozen ones among them, and without absent synapses, whose gradients are
 * multiplied all the same where the pass has made them. `norm`, which may be NULL, receives what it was.
 * SNND_ERROR_NUMERIC where it is not finite; nothing has changed then. Gradients that
 * snnd_workspace_complete_gradient() computes afterwards are not clipped. */
SNND_API snnd_status snnd_workspace_clip_gradients(snnd_workspace *workspace, double max_norm, double *norm);

/** What a pass left behind. */
typedef enum snnd_record {
    SNND_RECORD_OUTPUT = 1, /**< what the layer gives on: currents, normalised currents, spikes, potentials */
    SNND_RECORD_POTENTIAL =
        2 /**< LIF and adaptive LIF: the membrane potential that the spike of the step is taken of */
} snnd_record;

/** Copies a record of the last pass to `values` [T, count, O]. Of a training pass of a context with `low_memory`
 * SNND_ERROR_STATE once parameters have changed, since what it did not keep is made again. */
SNND_API snnd_status snnd_workspace_record(const snnd_workspace *workspace, const snnd_layer *layer, snnd_record record,
                                           float *values);

/** Copies the scores [count, classes] of the last pass under a readout, whether or not a loss was taken. */
SNND_API snnd_status snnd_workspace_scores(snnd_workspace *workspace, snnd_readout readout, float *scores);
/** The class of the highest score (the first of equals) of each sample, to `classes` [count]. Scores are compared in
 * double precision, before they are rounded to float32 for snnd_workspace_scores(): of two that are equal there, the
 * second may be the higher one. */
SNND_API snnd_status snnd_workspace_predictions(snnd_workspace *workspace, snnd_readout readout, int32_t *classes);

/** Spikes per neuron and step of the last pass, mean over the means of all layers that fire; 0 where none does. */
SNND_API double snnd_workspace_spike_rate(const snnd_workspace *workspace);
/** Spikes per step of each neuron of a layer that fires in the last pass, mean over its samples and steps, to `rates`
 * [O]. SNND_ERROR_STATE before the first pass. */
SNND_API snnd_status snnd_workspace_spike_rates(const snnd_workspace *workspace, const snnd_layer *layer,
                                                double *rates);

/** What single operations take of energy, in picojoules: a host's knowledge of a processor, so that nothing is given by
 * default. Of float32 in 45 nm at 0.9 V it is 0.9 for an addition, and 4.6 for a multiplication with its addition
 * (Horowitz 2014). */
typedef struct snnd_picojoules {
    size_t size;
    double accumulation;   /**< 0 to 1e9; default 0 */
    double multiplication; /**< with the addition behind it; 0 to 1e9; default 0 */
} snnd_picojoules;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_picojoules_init(snnd_picojoules *picojoules, size_t size);

/** Synaptic operations of one sample, mean over those of a pass. What neurons and batch norm do is not among them. */
typedef struct snnd_operations {
    size_t size;
    double accumulations;   /**< of a weight, by a spike */
    double multiplications; /**< of a weight with a number, each with the addition behind it */
    double picojoules;      /**< that both take; 0 where it was not given what each takes */
} snnd_operations;

/** Empties a result, which tells its size to the call that fills it. */
SNND_API snnd_status snnd_operations_init(snnd_operations *operations, size_t size);

/** Counts the synaptic operations that the last pass took in a layer of delays, or in all of them where `layer` is
 * NULL; `picojoules` may be NULL. A layer gets spikes where neurons that fire are before it, with nothing but dropout
 * between: each is an accumulation in every synapse of its neuron that carries something, which is one whose weight is
 * not 0 (as snnd_plan_synapses() counts them). Whatever else comes is numbers, the network's input among them, and each
 * that is not 0 is a multiplication in every such synapse. It is counted as in evaluation, where a synapse has one tap
 * and no spike is dropped, of training passes too (numbers are counted as they come, behind dropout if there is any);
 * and whatever the delay, also where it leads beyond the last step.
 * Weights are those of now: in training, ask before the optimizer's step. SNND_ERROR_STATE before the first pass. */
SNND_API snnd_status snnd_workspace_operations(const snnd_workspace *workspace, const snnd_layer *layer,
                                               const snnd_picojoules *picojoules, snnd_operations *operations);

/** @} */
/* ---------------------------------------------------------------------------------------------- */
/** @defgroup optimizer Optimizers
 * @{ */

/** A rule that moves parameters, with its moments. */
typedef struct snnd_optimizer snnd_optimizer;

/** What an optimizer does with gradients. */
typedef enum snnd_optimizer_kind {
    SNND_ADAM = 1, /**< Kingma and Ba 2015: bias correction, epsilon outside the root */
    SNND_SGD = 2   /**< with momentum: b = m b + g, p -= rate b */
} snnd_optimizer_kind;

/** Which parameters an optimizer moves; may be added up. */
typedef enum snnd_parameters {
    SNND_PARAMETERS_WEIGHTS = 1,  /**< weights, scale and shift of batch norm, and parameters of neurons */
    SNND_PARAMETERS_POSITIONS = 2 /**< positions of the delay layers that learn them */
} snnd_parameters;

/** An optimizer; which members count depends on its kind. */
typedef struct snnd_optimizer_options {
    size_t size;
    int32_t kind;        /**< ::snnd_optimizer_kind; default ADAM */
    int32_t parameters;  /**< sum of ::snnd_parameters; default WEIGHTS */
    double rate;         /**< learning rate, >= 0; default 1e-3 */
    double momentum;     /**< Adam's beta1, or SGD's momentum; in [0, 1); default 0.9 */
    double beta2;        /**< Adam; in [0, 1); default 0.999 */
    double epsilon;      /**< Adam; > 0; default 1e-8 */
    double weight_decay; /**< >= 0, of all but parameters of neurons; default 0 */
    int32_t decoupled;   /**< 0: weight decay is added to the gradient; 1: it shrinks the parameter by
                            rate * weight_decay (AdamW, Loshchilov and Hutter 2019); default 0 */
} snnd_optimizer_options;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_optimizer_options_init(snnd_optimizer_options *options, size_t size);
/** Makes an optimizer for the parameters of a network that its options name, with moments of 0. */
SNND_API snnd_status snnd_optimizer_create(snnd_network *network, const snnd_optimizer_options *options,
                                           snnd_optimizer **optimizer);
/** Frees an optimizer; the parameters stay as they are. */
SNND_API void snnd_optimizer_free(snnd_optimizer *optimizer);

/** Sets the learning rate, >= 0, of the steps that follow. */
SNND_API snnd_status snnd_optimizer_set_rate(snnd_optimizer *optimizer, double rate);
/** Sets the momentum (Adam's beta1), in [0, 1), of the steps that follow. */
SNND_API snnd_status snnd_optimizer_set_momentum(snnd_optimizer *optimizer, double momentum);

/** Sets a factor of the learning rate, 0 to 1e6 and 1 at first, for one array of one layer: the rate of its steps, and
 * of decoupled weight decay, is `factor` times the optimizer's. 0 freezes the array: its numbers stay as they are to
 * the last bit, while its moments go on following the gradients, so that one that is thawed moves on at once. (Batch
 * norm's running statistics are not the optimizer's, and follow every training pass.) Where WEIGHT of a layer is
 * frozen, rules of sparsity that are told the optimizer neither drop nor grow synapses in the layer, and add no noise;
 * of a budget that layers share, the others do among themselves. SNND_ERROR_STATE where the optimizer does not move the
 * array. */
SNND_API snnd_status snnd_optimizer_set_factor(snnd_optimizer *optimizer, const snnd_layer *layer, snnd_array_name name,
                                               double factor);

/** Moves the parameters of the network by the gradients that the workspace has from its last backward pass. The
 * gradients stay: a second optimizer may move other parameters by them, and a second step of the same one is allowed,
 * and moves by the same gradients again. Parameters may leave their ranges: snnd_network_clamp() comes after.
 * Weights of absent synapses stay 0, while their moments go on. SNND_ERROR_NUMERIC names the first parameter or moment
 * that is no longer finite; all have been moved. */
SNND_API snnd_status snnd_optimizer_step(snnd_optimizer *optimizer, const snnd_workspace *workspace);

/** Shows a moment of a parameter: `order` 1 (Adam's first, SGD's momentum) or 2 (Adam's second); borrowed until the
 * optimizer is freed, writable, float32 in the shape of the parameter. */
SNND_API snnd_status snnd_optimizer_moment(snnd_optimizer *optimizer, const snnd_layer *layer, snnd_array_name name,
                                           int order, snnd_array *array);

/** @} */
/* ---------------------------------------------------------------------------------------------- */
/** @defgroup schedule Schedules
 * Learning rates and sigma as functions of the epoch, without state.
 * @{ */

/** How a number follows the epochs. */
typedef enum snnd_schedule_kind {
    SNND_SCHEDULE_CONSTANT = 1,   /**< value */
    SNND_SCHEDULE_ONE_CYCLE = 2,  /**< value/divide -> value -> value/divide/final_divide, cosine both ways, while
                                     the momentum goes high -> low -> high (Smith and Topin 2018) */
    SNND_SCHEDULE_COSINE = 3,     /**< from value to final over a half wave */
    SNND_SCHEDULE_EXPONENTIAL = 4 /**< from value to final by a constant factor, then final; a value that is below
                                     final already stays, and so does any over 0 epochs */
} snnd_schedule_kind;

/** A number that follows the epochs. */
typedef struct snnd_schedule {
    size_t size;
    int32_t kind;         /**< ::snnd_schedule_kind; default CONSTANT */
    int32_t epochs;       /**< length, >= 0 (one-cycle and cosine: >= 1); default 150 */
    double value;         /**< constant, peak or start; default 1e-3 */
    double final;         /**< end of COSINE and EXPONENTIAL; default 0 */
    double rise;          /**< one-cycle: share of the epochs before the peak, 0 to 1; default 0.3 */
    double divide;        /**< one-cycle: peak over start, > 0; default 25 */
    double final_divide;  /**< one-cycle: start over end, > 0; default 1e4 */
    double momentum_low;  /**< one-cycle: momentum (Adam's beta1) at the peak; default 0.85 */
    double momentum_high; /**< one-cycle: momentum at start and end; default 0.95 */
} snnd_schedule;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_schedule_init(snnd_schedule *schedule, size_t size);

/** The value, and for one-cycle the momentum, of epoch `epoch` (0, 1, ...); beyond its length a schedule stays
 * where it ended. `momentum` may be NULL, and is left alone by the other kinds. */
SNND_API snnd_status snnd_schedule_at(const snnd_schedule *schedule, int32_t epoch, double *value, double *momentum);

/** @} */
/* ---------------------------------------------------------------------------------------------- */
/** @defgroup sparsity Sparsity
 * Controllers that decide which synapses exist, by a rule from the literature. What holds for all of them, how many
 * synapses there are, where, and with which signs, is the structure. Making a controller gives masks (and signs) to
 * the delay layers of the network; its step comes after the optimizer's. A network has one controller at a time.
 * @{ */

/** A controller: a structure and a rule on one network. */
typedef struct snnd_sparsity snnd_sparsity;

/** What is counted. The number is exact after every step. */
typedef enum snnd_budget {
    SNND_BUDGET_LAYER = 0,   /**< the synapses of each layer: the paper's */
    SNND_BUDGET_NETWORK = 1, /**< those of the whole network, which layers compete for */
    SNND_BUDGET_FAN_IN = 2   /**< those of each neuron, at most `fan_in`: the limit of neuromorphic chips */
} snnd_budget;

/** How synapses are dealt out to layers where the budget is no fan-in. */
typedef enum snnd_density {
    SNND_DENSITY_UNIFORM = 0,    /**< the same share of each layer's */
    SNND_DENSITY_ERDOS_RENYI = 1 /**< a share in proportion to (I + O) / (I O), at most 1 (Mocanu et al. 2018) */
} snnd_density;

/** Signs that synapses keep. Where there are any, a synapse is sign * theta with theta >= 0. */
typedef enum snnd_signs {
    SNND_SIGNS_DEFAULT = 0, /**< DALE for DEEP R with SNND_START_RANDOM, else those that the network has or NONE */
    SNND_SIGNS_NONE = 1,    /**< weights change sign as training has it */
    SNND_SIGNS_SYNAPSE = 2, /**< one for each synapse, drawn */
    SNND_SIGNS_DALE = 3     /**< one for all synapses of a presynaptic neuron (Dale's law), drawn */
} snnd_signs;

/** Which synapses there are at first. */
typedef enum snnd_start {
    SNND_START_RANDOM = 0,    /**< drawn; the network may have no masks */
    SNND_START_MAGNITUDE = 1, /**< those of the largest |weight|, among the existing where there are masks: pruning a
                                 trained network (Han et al. 2015) */
    SNND_START_KEEP = 2       /**< those that the network's masks have, with the signs that it has */
} snnd_start;

/** The structure. With SNND_START_RANDOM signs are drawn +1 or -1 with equal probability, and what was a weight becomes
 * its magnitude; with the others signs are those that the network has, and a network that has none is given none: so
 * DEEP R, which needs them, starts at random or from a network that was trained under signs. */
typedef struct snnd_structure {
    size_t size;
    int32_t budget;  /**< ::snnd_budget; default LAYER */
    int32_t density; /**< ::snnd_density; default UNIFORM. With the budget NETWORK it is where training begins */
    double sparsity; /**< share of synapses that do not exist, in [0, 1); default 0.875. Of N synapses exactly
                        floor((1 - sparsity) N) exist, computed in double precision as the reference does (of 1,000 a
                        sparsity of 0.9 leaves 99); N is a layer's, or with ERDOS_RENYI or NETWORK the network's;
                        unused with the budget FAN_IN */
    int32_t fan_in;  /**< F, with the budget FAN_IN: synapses of each neuron, all where I C is smaller; >= 1 */
    int32_t signs;   /**< ::snnd_signs */
    int32_t start;   /**< ::snnd_start; default RANDOM */
    uint64_t seed;   /**< of masks, signs, random growth and noise; default 0 */
} snnd_structure;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_structure_init(snnd_structure *structure, size_t size);

/** Masks that stay. With SNND_START_MAGNITUDE on a network that was trained dense: pruning, then fine-tuning. */
SNND_API snnd_status snnd_sparsity_create_fixed_mask(snnd_network *network, const snnd_structure *structure,
                                                     snnd_sparsity **sparsity);

/** How synapses are chosen to take the place of the dropped. Where signs are kept only growth of theta above 0 is
 * possible, so that the most negative numbers count, else the largest magnitudes. */
typedef enum snnd_growth {
    SNND_GROWTH_RANDOM = 1,   /**< uniformly among the absent (Bellec et al. 2018, Mocanu et al. 2018) */
    SNND_GROWTH_GRADIENT = 2, /**< by the gradient of the loss (Evci et al. 2020) */
    SNND_GROWTH_MOMENTUM = 3  /**< by the optimizer's first moment (Dettmers and Zettlemoyer 2019) */
} snnd_growth;

/**
 * DEEP R (Bellec et al. 2018). A synapse that the optimizer makes theta <= 0 is dropped, and as many grow, with theta
 * 1e-12 and the delay they had. By default as the paper has it, without noise and with growth by the gradient; the
 * original is growth at random with a temperature, SGD without momentum, and the l1 of the loss as its alpha.
 * A synapse that is dropped keeps its theta <= 0 until the next step, as in the reference: passes until then use it,
 * and so do plans, streams, exports and files that are made until then, at the end of a run, too. To be rid of it, set
 * weights to 0 where the mask is (snnd_layer_array()).
 * SNND_SIGNS_NONE is an error: without a sign of its own a synapse would never come to theta <= 0.
 */
typedef struct snnd_deep_r_options {
    size_t size;
    int32_t growth;            /**< ::snnd_growth but MOMENTUM; default GRADIENT */
    int32_t dormant_gradients; /**< with random growth, 1: dormant synapses have gradients, which their moments follow,
                                  as in the paper's code; 0: they have none, and a step on a sparse network is much
                                  faster; default 0. With growth by the gradient they always have them */
    double temperature;        /**< T >= 0: after the optimizer, theta of every synapse that exists moves by
                                  sqrt(2 * rate * T) times a standard normal number; default 0 */
} snnd_deep_r_options;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_deep_r_options_init(snnd_deep_r_options *options, size_t size);
/** Makes a controller that rewires by DEEP R; `structure` and `options` may be NULL. */
SNND_API snnd_status snnd_sparsity_create_deep_r(snnd_network *network, const snnd_structure *structure,
                                                 const snnd_deep_r_options *options, snnd_sparsity **sparsity);

/** Which synapses are dropped when it is time. */
typedef enum snnd_drop {
    SNND_DROP_MAGNITUDE = 1, /**< those of the smallest |weight| */
    SNND_DROP_EACH_SIGN = 2  /**< the smallest positive and the largest negative weights, the same share of both */
} snnd_drop;

/**
 * Rules that drop a share of the synapses from time to time and grow as many. Each has its own function that fills in
 * its numbers; mix them as you like. A new synapse has weight 0 (theta 1e-12 where signs are kept) and the delay it
 * had; one that is dropped and at once grown again by its gradient or moment keeps its weight, as in the codes of RigL
 * and SNFS. Where signs are kept, a theta that the optimizer brings below 1e-12 is put there: the synapse stays until
 * it is dropped.
 */
typedef struct snnd_rewiring_options {
    size_t size;
    int32_t drop;     /**< ::snnd_drop */
    int32_t growth;   /**< ::snnd_growth */
    int32_t interval; /**< steps between two rewirings, 0: at the end of each epoch (not with growth by GRADIENT: a
                         batch that is over has no gradients) */
    int32_t stop;     /**< the step from which there is no more rewiring, until which the share falls to 0 by half a
                         cosine; 0: never, and the share stays */
    double share;     /**< of the synapses that exist, dropped at a rewiring; 0 to 1, at first */
} snnd_rewiring_options;

/** RigL (Evci et al. 2020): every 100 steps; share 0.3 that decays until `stop`, which is 0 here: set it to three
 * quarters of the steps; drop by magnitude; growth by the gradient, after which moments of new synapses are zero. (In
 * its authors' code a rewiring takes the place of an optimizer's step; here it comes after one.) */
SNND_API snnd_status snnd_rigl_options_init(snnd_rewiring_options *options, size_t size);

/** SET (Mocanu et al. 2018): each epoch a share of 0.3, drop of each sign, growth at random, zeroed moments. */
SNND_API snnd_status snnd_set_options_init(snnd_rewiring_options *options, size_t size);

/** SNFS, sparse networks from scratch (Dettmers and Zettlemoyer 2019): each epoch a share of 0.5 that decays until
 * `stop` if it is set, drop by magnitude within each layer, growth by momentum. With the budget NETWORK layers share
 * what grows in proportion to the mean |moment| of their synapses, and in equal parts what one of them has no room
 * for. */
SNND_API snnd_status snnd_snfs_options_init(snnd_rewiring_options *options, size_t size);

/** A rule of these options; NULL: RigL's. */
SNND_API snnd_status snnd_sparsity_create_rewiring(snnd_network *network, const snnd_structure *structure,
                                                   const snnd_rewiring_options *options, snnd_sparsity **sparsity);

/** The masks and signs stay with the network, and what is absent stays absent. */
SNND_API void snnd_sparsity_free(snnd_sparsity *sparsity);

/** Drops and grows by the rule, after `optimizer` has moved the weights by the gradients that `workspace` has from its
 * last backward pass. The optimizer is that of the weights; NULL is an error for a rule that needs its rate or its
 * moments, and leaves moments as they are for the others. SNND_ERROR_STATE where the optimizer has made steps, but none
 * since the controller's last; of a host that moves the weights itself, without one, nothing is known. */
SNND_API snnd_status snnd_sparsity_step(snnd_sparsity *sparsity, const snnd_workspace *workspace,
                                        snnd_optimizer *optimizer);

/** Tells the rule that an epoch is over. The trainer does. Where the budget is the network's, a rule may leave a layer
 * without a synapse, in this call or a step: a message at SNND_LOG_WARNING names it, snnd_layer_active() is 0, and an
 * epoch's report counts it. Gradients through it are 0, so that it is growth at random that may give it one again. */
SNND_API snnd_status snnd_sparsity_end_epoch(snnd_sparsity *sparsity, snnd_optimizer *optimizer);

/** Synapses that the last of these two calls grew in a delay layer, or in all of them where `layer` is NULL. */
SNND_API int64_t snnd_sparsity_regrown(const snnd_sparsity *sparsity, const snnd_layer *layer);

/** Puts weights, positions, batch norm, parameters of neurons and sigma back to those of `initial`, a network of the
 * same layers; masks and signs stay, and what does not exist stays 0. Pruning with SNND_START_MAGNITUDE, then this,
 * then training anew is the search for a lottery ticket (Frankle and Carbin 2019). Optimizers are not told: make new
 * ones. */
SNND_API snnd_status snnd_network_rewind(snnd_network *network, const snnd_network *initial);

/** Gives a network the parameters, masks, signs and sigma of `from`, a network of the same layers and options, which
 * may be of another context: the best epoch so far, kept in a clone, and put back. SNND_ERROR_ARGUMENT names the layer
 * that differs, and its option. Under a controller the masks and signs of `from` must be ones that it can have made: in
 * the same layers, as many synapses as it counts. Takes memory only where one of the networks has masks or signs that
 * the other has not. */
SNND_API snnd_status snnd_network_copy_parameters(snnd_network *network, const snnd_network *from);

/** @} */
/* ---------------------------------------------------------------------------------------------- */
/** @defgroup dataset Datasets
 * @{ */

/** Samples with labels; never changes. */
typedef struct snnd_dataset snnd_dataset;

/**
 * Samples in the host's memory: as float32 numbers (`input`), or as counts of a byte each (`counts`), which are
 * multiplied by `scale` on their way into a batch. A sample takes 4 steps channels bytes as numbers, and steps channels
 * bytes as counts; its label takes 4 bytes, and 4 more its length where there are lengths. With `copy` 0 that is all
 * the host's: where `counts` is a file that the host has mapped, pages of it are read as batches want them, and a
 * dataset may be larger than memory.
 */
typedef struct snnd_samples {
    size_t size;
    const float *input;    /**< [samples, steps, channels]; NULL: the samples are `counts` */
    const int32_t *label;  /**< [samples], 0 to 2^20 - 1 */
    int64_t samples;       /**< >= 1 */
    int32_t steps;         /**< >= 1 */
    int32_t channels;      /**< >= 1 */
    int32_t copy;          /**< 1: copied; 0: borrowed, must outlive the dataset and its parts, and may not change;
                                default 1 */
    const int32_t *length; /**< [samples], the steps that each has, 1 to `steps`; NULL: all have all. Numbers beyond the
                                end of a sample are not looked at, and may be NaN. */
    const uint8_t *counts; /**< [samples, steps, channels], where `input` is NULL; both are SNND_ERROR_ARGUMENT */
    double scale;          /**< of counts: a number is count x scale in double, rounded to float32; finite, not 0, and
                                255 scales are finite as float32; not looked at with `input`; default 1 */
} snnd_samples;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_samples_init(snnd_samples *samples, size_t size);
/** Makes a dataset of the samples. A number that is not finite, or a label or length out of range, is an error that
 * names it. Counts are not looked at before a batch has them. */
SNND_API snnd_status snnd_dataset_create(snnd_context *context, const snnd_samples *samples, snnd_dataset **dataset);

/**
 * Samples as events in the host's memory: each is a pair of step and channel. The number of a step and channel is how
 * many of its events a sample has there, times `scale`: they are counted when a batch is made. A sample takes 4 bytes
 * for each event and 8 for its place in `first`, and 4 or 8 as with snnd_samples for its label and length.
 */
typedef struct snnd_events {
    size_t size;
    const int64_t *first; /**< [samples + 1]: sample n has the events first[n] to first[n + 1] - 1; first[0] is 0, and
                               no number is below the one before; a sample has at most 2^24 events, or none */
    const uint16_t *step; /**< [first[samples]], below the length of the sample; in any order */
    const uint16_t *channel; /**< [first[samples]], below `channels`; NULL, as `step`, only where there is no event */
    const int32_t *label;    /**< [samples], 0 to 2^20 - 1 */
    const int32_t *length;   /**< [samples], the steps that each has, 1 to `steps`; NULL: all have all */
    int64_t samples;         /**< >= 1 */
    int32_t steps;           /**< >= 1 */
    int32_t channels;        /**< >= 1 */
    int32_t copy;            /**< as in snnd_samples; default 1 */
    double scale;            /**< finite, not 0, and 2^24 scales are finite as float32; default 1 */
} snnd_events;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_events_init(snnd_events *events, size_t size);
/** Makes a dataset of the events. An event whose step is not below the length of its sample, or whose channel is not
 * below `channels`, is an error that names it, as is a label or length out of range. */
SNND_API snnd_status snnd_dataset_create_events(snnd_context *context, const snnd_events *events,
                                                snnd_dataset **dataset);

/** What a source is asked for: one sample. */
typedef struct snnd_fetch {
    size_t size;
    int32_t epoch;  /**< that trains on it, for what is to differ between epochs; -1 outside of training */
    int32_t length; /**< steps that the sample has */
    int64_t index;  /**< of the sample in the source; of a part that was split off, too */
    float *input;   /**< [steps, channels], to be filled; 0 so far. What is written beyond `length` steps is lost */
} snnd_fetch;

/**
 * Samples that a function of the host's makes, one at a time, whenever a batch wants them. Beside what the function
 * keeps, a sample takes 4 bytes for its label and 4 more for its length where there are lengths: the library copies
 * both.
 */
typedef struct snnd_source {
    size_t size;
    /**
     * Fills what->input and returns 0. Anything else is that it could not: the call that wanted the sample is
     * SNND_ERROR_CALLBACK and names the sample and what was returned, as it is where a number is not finite; nothing is
     * lost, and the sample is asked for again when it is wanted again.
     *
     * It is called from several threads at once, the context's among them, in any order; and where batches are made
     * ahead (`prefetch`) also while a step computes and while no call of the library's lasts, until the walk is freed.
     * A sample has to depend on `epoch` and `index` alone: then results do not depend on threads. It may not call the
     * library with handles of the context, but for snnd_dataset_fill() and what that names.
     */
    int (*fetch)(void *user, const snnd_fetch *what);
    void *user;            /**< given to `fetch`; must live as long as the dataset, its parts, and walks over them */
    const int32_t *label;  /**< [samples], 0 to 2^20 - 1; read during the call only */
    const int32_t *length; /**< [samples], the steps that each has, 1 to `steps`; read during the call only; NULL: all
                                have all */
    int64_t samples;       /**< >= 1 */
    int32_t steps;         /**< >= 1 */
    int32_t channels;      /**< >= 1 */
} snnd_source;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_source_init(snnd_source *source, size_t size);
/** Makes a dataset of what the source gives; a label or length out of range is an error that names it. Nothing is
 * fetched yet. */
SNND_API snnd_status snnd_dataset_create_source(snnd_context *context, const snnd_source *source,
                                                snnd_dataset **dataset);

/** Reads `input_path`, numbers [N, T, I], each multiplied by `scale` (finite, not 0), and `label_path`, integers [N]
 * (or [N, 1]) of 0 to 2^20 - 1, in .npy format. */
SNND_API snnd_status snnd_dataset_load_npy(snnd_context *context, const char *input_path, const char *label_path,
                                           double scale, snnd_dataset **dataset);

/** The same from two readers, which are read one after the other, once both are known to be there. */
SNND_API snnd_status snnd_dataset_read_npy(snnd_context *context, const snnd_reader *input, const snnd_reader *label,
                                           double scale, snnd_dataset **dataset);

/** As snnd_dataset_load_npy() for samples of different lengths, padded to T: `length_path` has the steps of each,
 * integers [N] (or [N, 1]) of 1 to T. */
SNND_API snnd_status snnd_dataset_load_padded_npy(snnd_context *context, const char *input_path, const char *label_path,
                                                  const char *length_path, double scale, snnd_dataset **dataset);

/** The same from three readers, which are read one after the other, once all are known to be there. */
SNND_API snnd_status snnd_dataset_read_padded_npy(snnd_context *context, const snnd_reader *input,
                                                  const snnd_reader *label, const snnd_reader *length, double scale,
                                                  snnd_dataset **dataset);

/** Splits off a random `share` (0 < share < 1) of the samples, chosen by `seed`: `rest` has the others. Both share
 * the parent's numbers, and either may be freed first. Rounded to the nearest count; an error if one were empty. */
SNND_API snnd_status snnd_dataset_split(const snnd_dataset *dataset, double share, uint64_t seed, snnd_dataset **part,
                                        snnd_dataset **rest);
/** Makes a dataset of the samples `index` [count] (count >= 1), in this order, as of one speaker; the same one may be
 * there several times. It shares the parent's numbers, and either may be freed first. An index without a sample is an
 * error that names it. */
SNND_API snnd_status snnd_dataset_select(const snnd_dataset *dataset, const int64_t *index, int64_t count,
                                         snnd_dataset **selection);
/** Frees a dataset; parts that were split off stay usable. */
SNND_API void snnd_dataset_free(snnd_dataset *dataset);

/** Samples in the dataset; 0 of NULL, as the three below. */
SNND_API int64_t snnd_dataset_samples(const snnd_dataset *dataset);
/** Time steps of a sample, of those that are whole. */
SNND_API int32_t snnd_dataset_steps(const snnd_dataset *dataset);
/** Channels of a sample. */
SNND_API int32_t snnd_dataset_channels(const snnd_dataset *dataset);
/** Highest label + 1; of a split or a selection that of its parent. */
SNND_API int32_t snnd_dataset_classes(const snnd_dataset *dataset);

/** Steps that sample `index` has, 1 to snnd_dataset_steps(); 0 of NULL and where there is no such sample. */
SNND_API int32_t snnd_dataset_length(const snnd_dataset *dataset, int64_t index);

/** Shows sample `index`: `input` [T, I] borrowed until the dataset is freed; of counts, events and sources until the
 * next call for this dataset or one that shares its samples, in memory for one sample that the first call takes. A
 * source is asked outside of training. Numbers of the host are shown as they were given, also beyond the sample's end,
 * where the others have zeros. Either pointer may be NULL. */
SNND_API snnd_status snnd_dataset_sample(const snnd_dataset *dataset, int64_t index, const float **input,
                                         int32_t *label);

/** Writes sample `index` to the host's `input` [T, I], with zeros beyond its end; a source is told `epoch` (-1: outside
 * of training). It changes nothing of the dataset or its context, so that several threads may call it at once, also
 * while the context works: it, snnd_dataset_length(), and snnd_dataset_sample() of a label alone of a sample that there
 * is, are what a `fetch` may call, about datasets that are not made of its own source. So that no thread writes where
 * another does it leaves no sentence in the context: SNND_ERROR_ARGUMENT is a NULL, or no such sample, or an epoch
 * below -1, SNND_ERROR_CALLBACK that the dataset's source failed, after which `input` has no meaning. */
SNND_API snnd_status snnd_dataset_fill(const snnd_dataset *dataset, int32_t epoch, int64_t index, float *input);

/** @} */
/* ---------------------------------------------------------------------------------------------- */
/** @defgroup batches Batches
 * @{ */

/** A walk over a dataset, batch by batch. */
typedef struct snnd_batches snnd_batches;

/** How a dataset is walked over. */
typedef struct snnd_batches_options {
    size_t size;
    int32_t batch;    /**< samples in a batch, >= 1; the last may be smaller; default 256 */
    int32_t shuffle;  /**< 1: the order of an epoch is a function of `seed` and the epoch alone; 0: it is the dataset's;
                           default 0 */
    uint64_t seed;    /**< default 0 */
    int32_t training; /**< 1: a source is told the epoch; 0: that it is outside of training; default 1 */
    /** Batches that are made ahead, 0 to 64, so that those that follow in an epoch are there when they are asked for.
     * They are made by up to `prefetch` further threads, fewer than the context has: none where it has one, which then
     * makes every batch when it is asked for. Each takes the memory of a batch, 4 batch T I bytes, beside the one that
     * there always is. Numbers do not depend on it. Default 0. */
    int32_t prefetch;
} snnd_batches_options;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_batches_options_init(snnd_batches_options *options, size_t size);
/** Walks over a dataset in batches. */
SNND_API snnd_status snnd_batches_create_with(const snnd_dataset *dataset, const snnd_batches_options *options,
                                              snnd_batches **batches);
/** snnd_batches_create_with() with `batch` and `seed`; where `shuffle` is not 0, `shuffle` and `training` are 1, else
 * both are 0. */
SNND_API snnd_status snnd_batches_create(const snnd_dataset *dataset, int32_t batch, int shuffle, uint64_t seed,
                                         snnd_batches **batches);
/** Frees a walk; its dataset stays. */
SNND_API void snnd_batches_free(snnd_batches *batches);
/** Batches in an epoch. */
SNND_API int64_t snnd_batches_count(const snnd_batches *batches);
/** Gathers batch `index` of epoch `epoch`: `input` [count, T, I] and `label` [count], borrowed until the next call.
 * Beyond the end of a sample its input is 0. SNND_ERROR_CALLBACK where a source failed: the message names the first of
 * the samples of the batch that it could not give, and the next call asks for all of them anew. */
SNND_API snnd_status snnd_batches_get(snnd_batches *batches, int32_t epoch, int64_t index, const float **input,
                                      const int32_t **label, int32_t *count);
/** The lengths [count] of the batch that snnd_batches_get() has gathered last, for snnd_workspace_set_lengths(),
 * borrowed until its next call; NULL where all samples of the dataset are whole, and of NULL. */
SNND_API const int32_t *snnd_batches_lengths(const snnd_batches *batches);

/** @} */
/* ---------------------------------------------------------------------------------------------- */
/** @defgroup trainer Trainer
 * Optimizers, schedules, loss, sparsity and shuffling in one: the paper's training unless told otherwise.
 * @{ */

/** A training run of one network. */
typedef struct snnd_trainer snnd_trainer;

/** Where a training run is; given to the progress callback after every step of snnd_trainer_epoch(). */
typedef struct snnd_progress {
    size_t size;
    int32_t epoch;   /**< 0, 1, ... */
    int64_t step;    /**< steps of this epoch that are done */
    int64_t steps;   /**< steps in this epoch */
    double loss;     /**< of this epoch so far */
    double accuracy; /**< of this epoch so far, 0 to 1 */
    double sigma;    /**< of the epoch */
    int64_t active;  /**< synapses */
} snnd_progress;

/** Numbers that ranks add, each its own to those of the others. */
typedef struct snnd_reduction {
    size_t size;
    int32_t dtype; /**< ::snnd_dtype: SNND_FLOAT32 or SNND_FLOAT64 */
    int64_t count; /**< of `values`, >= 1, on all ranks the same */
    void *values;  /**< [count], this rank's; to be replaced by the sums, which are the same bits on all ranks */
} snnd_reduction;

/**
 * How a network is trained; by default as in the paper.
 *
 * *Several processes* train one network where each has a trainer made with the same options and the same network, but
 * for `rank`, and all make the same calls: the steps, epochs and evaluations of a run, in the same order. Of a batch
 * each takes its own part, and `reduce` adds up what the parts come to: statistics of batch norm and their gradients,
 * loss, correct samples, spikes and operations, gradients. Whatever follows, as clipping, optimizers and rewiring, each
 * does for itself with the same numbers. All have the labels and lengths of the whole dataset; numbers of a batch each
 * looks for, or fetches, of its own samples alone.
 *
 * *The order of sums.* A batch of n samples is cut into `shards`: shard k begins at sample ceil(k n / shards). Sums of
 * a shard are made within it, by whoever has it, and those of shards are added in a binary tree, neighbours first:
 * ((s0 + s1) + (s2 + s3)) + ... A rank has shards / ranks of them, next to each other, and adds these itself. So where
 * `reduce` adds its ranks in the same way, a run depends on `shards`, and not on `ranks`: 1, 2 and 4 ranks with 4
 * shards end with the same bits, on processors with the same `isa` and `products`. A checkpoint of one is one of the
 * others. Shards are filled best where batch / shards is a multiple of 16.
 */
typedef struct snnd_trainer_options {
    size_t size;
    int32_t epochs;          /**< length of the run that the default schedules are made for, >= 1; default 150 */
    int32_t batch;           /**< samples a step, >= 1; default 256 */
    uint64_t seed;           /**< of shuffling and dropout; default 0 */
    int32_t readout;         /**< ::snnd_readout; another than NETWORK, the default, is set in the network when the
                                trainer is made, so that files and streams make scores as they were trained */
    double l1;               /**< default 0 */
    snnd_sparsity *sparsity; /**< borrowed, must outlive the trainer; NULL: none */
    /* All pointers below are read during the call only; NULL means the paper's. */
    /* Of optimizers, `parameters`, `rate` and, with a one-cycle schedule, `momentum` are the trainer's and its
     * schedules': other values than those of _init are an error. */
    const snnd_optimizer_options *weights;   /**< Adam */
    const snnd_optimizer_options *positions; /**< Adam */
    const snnd_schedule *weight_schedule;    /**< one-cycle to 5e-3 over `epochs` */
    const snnd_schedule *position_schedule;  /**< cosine from 0.1 to 0 over `epochs` */
    const snnd_schedule *sigma_schedule;     /**< exponential from the network's sigma to 0.23 over epochs/4 */
    /** Called after every step of snnd_trainer_epoch(), and not of snnd_trainer_step(); non-zero stops the epoch there.
     * Between two steps the trainer is whole: it may be evaluated, its workspace looked at, a checkpoint or the network
     * saved, a plan made, and the run is the same to the last bit. Training and loading are SNND_ERROR_STATE; freeing
     * the trainer or what it works on, and changing parameters, are not for this place. */
    int (*progress)(void *user, const snnd_progress *progress);
    void *progress_user; /**< given to `progress` */
    double largest_loss; /**< above 0: a batch of larger cross-entropy means that training has diverged; default 1e6 */
    const snnd_picojoules *picojoules; /**< for the energy in reports, as the pointers above; NULL: there is none */
    /* The loss of steps, as in snnd_loss_options; evaluation has the cross-entropy alone. */
    double label_smoothing;     /**< default 0 */
    double rate_penalty;        /**< default 0 */
    double rate_lower;          /**< default 0 */
    double rate_upper;          /**< default 0 */
    const double *class_weight; /**< [classes], read during the call; default NULL: all 1 */
    int64_t class_weight_count; /**< 0 with NULL */
    double clip_norm;           /**< above 0, finite: gradients of a step are clipped by their common norm, as by
                                   snnd_workspace_clip_gradients(); default 0: they are not */
    int32_t prefetch;           /**< batches made ahead in epochs and evaluations, as in snnd_batches_options: 0 to 64;
                                   default 0 */
    /* Several processes that train one network. */
    int32_t rank;   /**< of this process, 0 to ranks - 1; default 0 */
    int32_t ranks;  /**< a power of two, up to `shards`; default 1 */
    int32_t shards; /**< parts of a batch whose sums are made apart: a power of two, up to 2^10; default 1. Each has the
                         memory of a workspace of ceil(batch / shards) samples */
    /**
     * Adds what->values over all ranks, number by number, and puts the sums in their place on each of them; returns 0,
     * or anything else where it could not. Not called where there is one rank. The order is that of the tree above:
     * ranks 0 and 1 and ranks 2 and 3 first, then these two sums, ..., in the type of the numbers and the processor's
     * usual rounding. Where in round r = 0, 1, ... each rank exchanges its numbers with the rank whose number differs
     * in bit r, and adds what comes to its own, that is the order, and all ranks have the same bits.
     *
     * Of a step that the host's function fails in there is nothing: the call is SNND_ERROR_CALLBACK, no parameter,
     * statistic or count has moved, and the trainer may be saved or go on. Other ranks may have made the step, if it
     * did not fail for them: all of them load one checkpoint then. An error that only one rank meets, as an input that
     * is not finite, or want of memory, ends the call on all of them, as does a `progress` that stops.
     *
     * A step has 80 bytes of each rank to add three times, of which one is behind `progress` in an epoch and not of a
     * step of the host's; 16 bytes for each neuron in front of batch norm on the way forward, and as many on the way
     * back; 32 bytes and 8 for each neuron that fires; and 4 bytes for each gradient but those of batch norm, of absent
     * synapses only where the controller looks at them. An epoch has 80 bytes more at its beginning. An evaluation has
     * 80 bytes twice, and 56 bytes for each of its batches.
     *
     * Ranks that do not train the same (other options, networks, samples or numbers of them) are not found out: each
     * must be given what the others are, but for `rank`.
     */
    int (*reduce)(void *user, const snnd_reduction *what);
    void *reduce_user; /**< given to `reduce` */
} snnd_trainer_options;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_trainer_options_init(snnd_trainer_options *options, size_t size);

/** Makes a trainer at epoch 0, step 0. Buffers are allocated at the first batch, and again when samples have
 * another number of steps. */
SNND_API snnd_status snnd_trainer_create(snnd_network *network, const snnd_trainer_options *options,
                                         snnd_trainer **trainer);
/** Frees a trainer; network and controller stay. */
SNND_API void snnd_trainer_free(snnd_trainer *trainer);

/** What became of an epoch, or of an evaluation. */
typedef struct snnd_epoch_report {
    size_t size;
    int32_t epoch;        /**< that was trained, or the last one trained (-1: none) */
    int64_t samples;      /**< seen */
    int64_t correct;      /**< of them */
    double accuracy;      /**< correct / samples */
    double loss;          /**< mean over samples, in training with L1 and the rate penalty */
    double cross_entropy; /**< mean over samples: of batches, in proportion to their samples */
    double sigma;         /**< of the epoch */
    double weight_rate;   /**< learning rate of weights in the epoch */
    double position_rate; /**< of positions */
    double spike_rate;    /**< spikes per hidden neuron and step, mean */
    double seconds;       /**< time spent in this call */
    int64_t active;       /**< synapses at the end */
    int64_t regrown;      /**< synapses grown in the epoch */
    int64_t empty_layers; /**< layers of delays without a synapse at the end: nothing is learned through them */
    /** Synaptic operations of a sample, mean, as snnd_workspace_operations() counts them. */
    double accumulations;
    double multiplications; /**< of a sample */
    double picojoules;      /**< of a sample; 0 where the trainer's options do not say what operations take */
    double rate_penalty;    /**< mean over samples, as the loss has it; 0 in evaluation */
} snnd_epoch_report;

/** Empties a result, which tells its size to the call that fills it. */
SNND_API snnd_status snnd_epoch_report_init(snnd_epoch_report *report, size_t size);

/**
 * Trains one epoch over the dataset, or finishes one that was stopped in the middle. SNND_STOPPED when the progress
 * callback asked for it: the report then covers the steps that are done, and the next call goes on from there, in
 * this process or, through a checkpoint, in another. SNND_ERROR_NUMERIC when the loss or a parameter is no longer
 * finite, or the cross-entropy of a batch above `largest_loss`; the message names epoch, step and layer.
 * SNND_ERROR_CALLBACK when a source failed: the steps before stay done, and the next call goes on with the batch that
 * could not be made.
 * SNND_ERROR_STATE in the middle of an epoch of snnd_trainer_step(), where masks are no longer those of the controller,
 * inside `progress`, and in an epoch beyond the end of a one-cycle schedule, where rates have come down to nothing.
 * (Other schedules stay at their end: with the default of positions, a cosine to 0, delays rest from there.)
 */
SNND_API snnd_status snnd_trainer_epoch(snnd_trainer *trainer, const snnd_dataset *dataset, snnd_epoch_report *report);

/** Loss and accuracy of the network as it is, in evaluation mode, over a dataset, in batches of ceil(batch / shards).
 * Where there are several ranks each evaluates a part of these batches, and all have the report, with the bits that one
 * rank gives: it is a call that all of them make, or none does. */
SNND_API snnd_status snnd_trainer_evaluate(snnd_trainer *trainer, const snnd_dataset *dataset,
                                           snnd_epoch_report *report);

/** One step on a batch of the host's: `input` [count, steps, I] and `label` [count], count up to the trainer's batch.
 * Several ranks are given the same batch; each looks at all labels, and at the input of its own samples alone.
 * Schedules stay at the present epoch until snnd_trainer_end_epoch(). SNND_ERROR_STATE while an epoch of
 * snnd_trainer_epoch() is stopped in the middle, which that has to finish first: else its other samples would never be
 * seen. */
SNND_API snnd_status snnd_trainer_step(snnd_trainer *trainer, const float *input, const int32_t *label, int32_t count,
                                       int32_t steps, snnd_loss_report *report);
/** The same of samples of different lengths: `length` [count] says how many steps each has, 1 to `steps`, as in
 * snnd_workspace_set_lengths(), whose lengths a trainer does not look at. NULL: all have all. */
SNND_API snnd_status snnd_trainer_step_padded(snnd_trainer *trainer, const float *input, const int32_t *label,
                                              const int32_t *length, int32_t count, int32_t steps,
                                              snnd_loss_report *report);
/** Ends an epoch of steps made by snnd_trainer_step(). SNND_ERROR_STATE where there was none since the last epoch, and
 * in the middle of an epoch of snnd_trainer_epoch(). */
SNND_API snnd_status snnd_trainer_end_epoch(snnd_trainer *trainer);

/** snnd_optimizer_set_factor() for the one of the trainer's two optimizers that moves the array, for the steps that
 * follow. Factors are kept in checkpoints, and loading one sets those that it was made with. */
SNND_API snnd_status snnd_trainer_set_factor(snnd_trainer *trainer, const snnd_layer *layer, snnd_array_name name,
                                             double factor);

/** Epochs finished so far. */
SNND_API int32_t snnd_trainer_epochs_done(const snnd_trainer *trainer);

/** The workspace of the last step or evaluated batch (with several shards: of this rank's first one, with the gradients
 * of the whole batch, and passes and records of that shard's samples, of which there may be none), for reading
 * gradients (of a step) and records: borrowed, with all that it shows, until the next step, epoch or evaluation; NULL
 * before the first. One of these that was SNND_ERROR_NUMERIC leaves it as snnd_workspace_forward() does. */
SNND_API snnd_workspace *snnd_trainer_workspace(snnd_trainer *trainer);

/**
 * Writes all that training has changed (network, moments, place in the run, controller) to one file, atomically:
 * whatever happens, `path` holds either the old checkpoint or the new. `note` is kept with it (UTF-8; NULL: none).
 * A number that cannot be, or a last step that diverged, is SNND_ERROR_NUMERIC; masks that are no longer the
 * controller's are SNND_ERROR_STATE. An earlier checkpoint stays.
 */
SNND_API snnd_status snnd_trainer_save_checkpoint(snnd_trainer *trainer, const char *path, const char *note);
/** The same to a writer. */
SNND_API snnd_status snnd_trainer_write_checkpoint(snnd_trainer *trainer, const snnd_writer *writer, const char *note);

/**
 * Puts a checkpoint back into a trainer that was made as the first one was (same layers, readout, options and
 * controller); what does not agree is an error, and nothing has changed. Training then goes on bit for bit as if it had
 * never stopped. `note` receives what was kept, to be given to snnd_string_free(); it may be NULL. It is the text
 * of whoever wrote the file, as it is: not for a terminal.
 */
SNND_API snnd_status snnd_trainer_load_checkpoint(snnd_trainer *trainer, const char *path, char **note);
/** The same from a reader. */
SNND_API snnd_status snnd_trainer_read_checkpoint(snnd_trainer *trainer, const snnd_reader *reader, char **note);
/** @} */
/* ---------------------------------------------------------------------------------------------- */
/** @defgroup file Files
 * Networks as safetensors: weights, positions, signs, masks and batch norm by name
 * (`layers.0.weight`, ...), the architecture as JSON in the metadata, so that a file alone is the network.
 * @{ */

/** Writes the network atomically, as checkpoints are. A number in it that is not finite, a variance below 0, a mask
 * that is not 0 or 1 and a sign that is not 1 or -1 are SNND_ERROR_NUMERIC, and an earlier file stays. */
SNND_API snnd_status snnd_network_save(const snnd_network *network, const char *path);
/** The same to a writer. */
SNND_API snnd_status snnd_network_write(const snnd_network *network, const snnd_writer *writer);

/** Rebuilds a network from a file, which may also be a checkpoint. SNND_ERROR_FORMAT names what is wrong with it. */
SNND_API snnd_status snnd_network_load(snnd_context *context, const char *path, snnd_network **network);
/** The same from a reader. */
SNND_API snnd_status snnd_network_read(snnd_context *context, const snnd_reader *reader, snnd_network **network);

/** @} */
/* ---------------------------------------------------------------------------------------------- */
/** @defgroup analysis Analysis
 * What a network has learned: the receptive fields of its neurons, where its synapses and delays are, what training has
 * changed; and statistics for such numbers, which take plain arrays in double precision and a context for memory and
 * errors.
 * @{ */

/**
 * Size of the receptive fields of a delay layer of the network (NULL: the last one): `outputs` O, its neurons; `rows`,
 * the network's inputs; `columns`, 1 + the sum of max_delay over the delay layers up to it. Any pointer may be NULL.
 * SNND_ERROR_STATE where the network has no delay layer.
 */
SNND_API snnd_status snnd_receptive_fields_size(const snnd_network *network, const snnd_layer *layer, int32_t *outputs,
                                                int32_t *rows, int32_t *columns);

/**
 * Receptive fields of the neurons of a delay layer (NULL: the last one), to `fields` [outputs, rows, columns]: what a
 * pulse in input `row` does to the neuron `column` steps later, as the paper counts it. Every path of synapses from the
 * input to the neuron adds the weight of its last synapse, times the signs of the ones before, in the column that is
 * the sum of their delays in whole steps (snnd_layer_delays()). Absent synapses and weights of 0 make no path; what
 * lies between delay layers, such as the neurons' time constants or batch norm, even one whose scale is negative, is
 * left out. The fields of the first delay layer are its weights at their delays.
 *
 * `excitation` and `inhibition`, in the same shape, receive the sums over the positive and over the negative paths
 * alone: field = excitation + inhibition. Either may be NULL. Besides the results this takes memory for two fields of
 * every neuron of the layer before. SNND_ERROR_NUMERIC where a parameter of the network cannot be.
 */
SNND_API snnd_status snnd_receptive_fields(const snnd_network *network, const snnd_layer *layer, double *fields,
                                           double *excitation, double *inhibition);

/** Synapses of a delay layer that exist (as snnd_layer_active() counts them), for each of its neurons to `fan_in` [O],
 * for each of its inputs to `fan_out` [I]. Either may be NULL. */
SNND_API snnd_status snnd_layer_degrees(const snnd_layer *layer, int64_t *fan_in, int64_t *fan_out);

/** Synapses of a delay layer that exist, for each delay in whole steps (snnd_layer_delays()): those of weight above 0
 * to `excitatory`, below 0 to `inhibitory`, both [max_delay + 1]. Either may be NULL. */
SNND_API snnd_status snnd_layer_delay_counts(const snnd_layer *layer, int64_t *excitatory, int64_t *inhibitory);

/** What became of the synapses between two states of a network. */
typedef struct snnd_changes {
    size_t size;
    int64_t kept;              /**< synapses that exist in both */
    int64_t born;              /**< only after */
    int64_t died;              /**< only before */
    int64_t flipped;           /**< kept ones whose weight is positive in one and negative in the other */
    double mean_move;          /**< of the positions of kept ones, in steps; 0 where there are none, as below */
    double largest_move;       /**< of them */
    double mean_weight_change; /**< mean |difference of weights| of kept ones */
} snnd_changes;

/** Empties a result, which tells its size to the call that fills it. */
SNND_API snnd_status snnd_changes_init(snnd_changes *changes, size_t size);

/** Compares two networks of the same layers and options, such as two checkpoints of a run, synapse by synapse: those of
 * `layer`, a delay layer of `after`, or of all delay layers where it is NULL. The networks may be of two contexts; the
 * error is left with that of `after`. SNND_ERROR_NUMERIC where a parameter cannot be. */
SNND_API snnd_status snnd_network_changes(const snnd_network *before, const snnd_network *after,
                                          const snnd_layer *layer, snnd_changes *changes);

/** Many numbers in a few. */
typedef struct snnd_summary {
    size_t size;
    int64_t count;         /**< of values */
    double mean;           /**< of the values */
    double deviation;      /**< of the sample: sqrt(sum (x - mean)^2 / (count - 1)); of one value 0 */
    double least;          /**< of the values */
    double lower_quartile; /**< quantiles are interpolated linearly at place (count - 1) q of the sorted values */
    double median;         /**< half of the values is below it */
    double upper_quartile; /**< a quarter of the values is above it */
    double largest;        /**< of the values */
} snnd_summary;

/** Empties a result, which tells its size to the call that fills it. */
SNND_API snnd_status snnd_summary_init(snnd_summary *summary, size_t size);

/** Summarizes `values` [count], count >= 1. Numbers that are not finite are SNND_ERROR_ARGUMENT; SNND_ERROR_NUMERIC
 * where the deviation would not be. */
SNND_API snnd_status snnd_summarize(snnd_context *context, const double *values, int64_t count, snnd_summary *summary);

/** Counts `values` [count], count >= 0, in `bins` (>= 1) equal bins between `low` and `high` (finite, low < high), to
 * `counts` [bins]. A bin holds its lower edge, and the last one its upper edge too; values outside, and NaN, are not
 * counted. */
SNND_API snnd_status snnd_histogram(snnd_context *context, const double *values, int64_t count, double low, double high,
                                    int32_t bins, int64_t *counts);

/** Which cells of a grid are neighbours: 8 round a cell, or 4 with a side in common. Grids do not wrap around. */
typedef enum snnd_neighbours { SNND_QUEEN = 0, SNND_ROOK = 1 } snnd_neighbours;

/** Moran's I of a `grid` [rows, columns] with weight 1 between neighbours (Moran 1950):
 * N / W * sum_ij w_ij z_i z_j / sum_i z_i^2, z the cells without their mean. Without autocorrelation -1 / (N - 1) is
 * expected. SNND_ERROR_NUMERIC where all cells are equal, one is not finite, or their squares would not be. */
SNND_API snnd_status snnd_moran(snnd_context *context, const double *grid, int32_t rows, int32_t columns,
                                snnd_neighbours neighbours, double *result);

/** Which orders of the rows are tried, and how neighbours count. */
typedef struct snnd_moran_options {
    size_t size;
    int32_t neighbours;    /**< ::snnd_neighbours; default QUEEN */
    int32_t permutations;  /**< orders of the rows that are tried; default 2000, as in the paper */
    uint64_t seed;         /**< that they are drawn from; default 0 */
    const int32_t *orders; /**< [permutations, rows] to try instead, each every row once; NULL: drawn */
    int32_t search; /**< 1: from the best order on, runs of neighbouring rows are turned round as long as that gains
                         (2-opt, Croes 1958); default 0. This finds higher maxima than the paper's permutations:
                         compare like with like */
} snnd_moran_options;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_moran_options_init(snnd_moran_options *options, size_t size);

/** The largest Moran's I over orders of the rows, for grids whose rows have no order of their own, as the hidden
 * neurons and input channels of a receptive field. The columns stay. An order costs as many operations as there are
 * rows. `order` [rows] receives the best, row order[r] in place r; it may be NULL. */
SNND_API snnd_status snnd_moran_maximum(snnd_context *context, const double *grid, int32_t rows, int32_t columns,
                                        const snnd_moran_options *options, double *result, int32_t *order);

/** What a test is against the hypothesis of no difference. */
typedef enum snnd_alternative {
    SNND_TWO_SIDED = 0,
    SNND_LESS = 1,   /**< x tends to be smaller than y */
    SNND_GREATER = 2 /**< x tends to be larger than y */
} snnd_alternative;

/** What a rank test came to. */
typedef struct snnd_rank_test {
    size_t size;
    double u;       /**< U of x: pairs in which x is larger, ties counting half */
    double p;       /**< down to about 1e-307 */
    double log10_p; /**< where p is smaller than a double can be, too */
    int32_t exact;  /**< 1: from the distribution of U; 0: by its normal approximation */
} snnd_rank_test;

/** Empties a result, which tells its size to the call that fills it. */
SNND_API snnd_status snnd_rank_test_init(snnd_rank_test *result, size_t size);

/** Mann-Whitney U test of `x` [x_count] against `y` [y_count] (Mann and Whitney 1947). Exact without ties where one of
 * the samples has no more than 8 values and the other no more than 500; else normal, corrected for ties and continuity.
 * Numbers that are not finite are SNND_ERROR_ARGUMENT. Where all values are equal p is 1. */
SNND_API snnd_status snnd_mann_whitney(snnd_context *context, const double *x, int32_t x_count, const double *y,
                                       int32_t y_count, snnd_alternative alternative, snnd_rank_test *result);

/** What is moved about in permutations of a grid. */
typedef enum snnd_shuffle {
    SNND_SHUFFLE_ROWS = 0, /**< whole rows: is there order between rows, beyond that within each? */
    SNND_SHUFFLE_CELLS = 1 /**< every cell by itself: is there any order? */
} snnd_shuffle;

/** Moran's I of a grid beside what the same rows or cells give in random order. */
typedef struct snnd_moran_test {
    size_t size;
    double index;         /**< Moran's I of the grid as it is */
    double expected;      /**< mean of I over all orders, not only those drawn; of cells -1 / (N - 1) */
    double variance;      /**< of I over all orders; 0 where the order makes no difference */
    double z;             /**< (index - expected) / sqrt(variance); 0 where the order makes no difference */
    int32_t permutations; /**< orders drawn */
    int32_t as_large;     /**< of them, those with an I at least as large, to within 1e-12 */
    double p;             /**< (as_large + 1) / (permutations + 1): one-sided, of an I this large; it depends on the
                               seed, and is never below 1 / (permutations + 1) */
} snnd_moran_test;

/** Empties a result, which tells its size to the call that fills it. */
SNND_API snnd_status snnd_moran_test_init(snnd_moran_test *result, size_t size);

/** Moran's I of a `grid` [rows, columns] against permutations of its rows or cells. Expectation and variance are those
 * of all permutations, worked out without drawing any (Cliff and Ord 1981 for cells; for rows Mantel 1967, of which the
 * former is a case), so that z has no noise of a seed. Orders are drawn for p (Hope 1968; with the grid's own order
 * counted as one, Davison and Hinkley 1997). `options` as in snnd_moran_maximum(), whose orders of rows a seed gives
 * here, too, but `search` must be 0, `permutations` may be 0 (p is then 1), and with SNND_SHUFFLE_CELLS `orders` must
 * be NULL. `distribution` [permutations] receives the I of each order drawn; it may be NULL. Errors as
 * snnd_moran(). */
SNND_API snnd_status snnd_moran_permuted(snnd_context *context, const double *grid, int32_t rows, int32_t columns,
                                         snnd_shuffle shuffle, const snnd_moran_options *options,
                                         snnd_moran_test *result, double *distribution);

/** What Wilcoxon's test of pairs came to. */
typedef struct snnd_signed_rank_test {
    size_t size;
    double positive; /**< sum of the ranks of pairs in which x is larger, the middle rank for ties */
    double negative; /**< of pairs in which y is larger */
    double effect;   /**< (positive - negative) / (positive + negative), from -1 to 1: the rank-biserial
                          correlation of pairs (Kerby 2014) */
    double p;        /**< down to about 1e-307 */
    double log10_p;  /**< where p is smaller than a double can be, too */
    int32_t pairs;   /**< that are not equal: those that have ranks */
    int32_t equal;   /**< pairs left out, since x and y are equal */
    int32_t exact;   /**< 1: from the distribution of the ranks as they are, ties too; 0: by its normal
                          approximation */
} snnd_signed_rank_test;

/** Empties a result, which tells its size to the call that fills it. */
SNND_API snnd_status snnd_signed_rank_test_init(snnd_signed_rank_test *result, size_t size);

/** Wilcoxon's signed-rank test of pairs x[k], y[k] (Wilcoxon 1945): whether their differences lie about 0. `y` may be
 * NULL, `x` [count] then holds the differences. Equal pairs are left out, as Wilcoxon does. Exact up to 200 pairs that
 * are not equal, with ties as well; beyond normal, corrected for ties and continuity. Numbers that are not finite are
 * SNND_ERROR_ARGUMENT, differences that are not SNND_ERROR_NUMERIC. Where all pairs are equal p is 1, the effect 0. */
SNND_API snnd_status snnd_wilcoxon(snnd_context *context, const double *x, const double *y, int32_t count,
                                   snnd_alternative alternative, snnd_signed_rank_test *result);

/** An estimate, and the interval that holds what is estimated with a probability of `level`. */
typedef struct snnd_interval {
    size_t size;
    double estimate; /**< from the numbers given */
    double low;      /**< the lower end; never above the estimate */
    double high;     /**< the upper end; never below the estimate */
} snnd_interval;

/** Empties a result, which tells its size to the call that fills it. */
SNND_API snnd_status snnd_interval_init(snnd_interval *interval, size_t size);

/** The effect that snnd_mann_whitney() tests: the probability that one of `x` is larger than one of `y`, ties counting
 * half, which is U / (x_count y_count) and the area under the curve of receiver operating characteristics (AUC). 0.5 is
 * no difference. The interval is the fifth of Newcombe (2006), whose standard error is that of Hanley and McNeil (1982)
 * at its ends: it stays within 0 and 1, and has a width where all of `x` are larger. `level` is above 0 and below 1,
 * such as 0.95. Numbers that are not finite are SNND_ERROR_ARGUMENT. */
SNND_API snnd_status snnd_auc(snnd_context *context, const double *x, int32_t x_count, const double *y, int32_t y_count,
                              double level, snnd_interval *interval);

/** A share, such as an accuracy, of `hits` in `trials` (0 <= hits <= trials, trials >= 1), with the interval of Wilson
 * (1927), without correction for continuity. */
SNND_API snnd_status snnd_proportion(snnd_context *context, int64_t hits, int64_t trials, double level,
                                     snnd_interval *interval);

/** What Welch's test came to. */
typedef struct snnd_t_test {
    size_t size;
    double t;          /**< difference / its standard error */
    double degrees;    /**< of freedom, by Welch and Satterthwaite */
    double p;          /**< down to about 1e-307 */
    double log10_p;    /**< where p is smaller than a double can be, too */
    double difference; /**< mean of x - mean of y */
    double low;        /**< of the interval of the difference, two-sided whatever the alternative */
    double high;       /**< its upper end */
} snnd_t_test;

/** Empties a result, which tells its size to the call that fills it. */
SNND_API snnd_status snnd_t_test_init(snnd_t_test *result, size_t size);

/** Welch's t test of the means of `x` [x_count] and `y` [y_count], at least 2 values each, whose variances may differ
 * (Welch 1947), with the interval of their difference at `level`, as snnd_auc(). That two means are equal within a
 * margin, stated before, is shown at 5 % where the interval at 0.9 lies within it (Schuirmann 1987); p above 0.05 does
 * not show it. Numbers that are not finite are SNND_ERROR_ARGUMENT; SNND_ERROR_NUMERIC where all of `x` are equal and
 * all of `y`, or their squares are not finite. */
SNND_API snnd_status snnd_welch(snnd_context *context, const double *x, int32_t x_count, const double *y,
                                int32_t y_count, snnd_alternative alternative, double level, snnd_t_test *result);

/** How alike values of one group are. */
typedef struct snnd_intraclass {
    size_t size;
    double correlation; /**< (between - within) / (between + (n - 1) within); 1 is the most, below 0 is within groups
                             more different than across */
    double low;         /**< of its interval; exact for normal values in groups of one size. At levels near 0 it may lie
                             beside the correlation, since it is that of f */
    double high;        /**< its upper end */
    double between;     /**< mean square between groups */
    double within;      /**< mean square within groups */
    double f;           /**< between / within */
    double p;           /**< of an f at least as large where values of one group are no more alike than others */
    double group_size;  /**< n: of groups of different sizes (N - sum of squared sizes / N) / (groups - 1) */
} snnd_intraclass;

/** Empties a result, which tells its size to the call that fills it. */
SNND_API snnd_status snnd_intraclass_init(snnd_intraclass *result, size_t size);

/** The intraclass correlation of one-way groups (Fisher 1925; ICC(1,1) of Shrout and Fleiss 1979, for different sizes
 * Donner 1986): whether values may be pooled over groups, such as outputs over networks, as if they were independent.
 * `values` holds group after group, of `sizes` [groups] values; at least 2 groups of at least 1 value each, and one
 * of 2. Numbers that are not finite are SNND_ERROR_ARGUMENT; SNND_ERROR_NUMERIC where the values of each group are
 * equal, or their squares are not finite. */
SNND_API snnd_status snnd_intraclass_correlation(snnd_context *context, const double *values, const int32_t *sizes,
                                                 int32_t groups, double level, snnd_intraclass *result);

/** How p of several tests are corrected. */
typedef enum snnd_correction {
    SNND_HOLM = 0,              /**< Holm (1979): at most `level` of a single false finding, whatever depends on what */
    SNND_BENJAMINI_HOCHBERG = 1 /**< Benjamini and Hochberg (1995): at most `level` of the findings false, on average,
                                     where the tests are independent or depend positively */
} snnd_correction;

/** Corrects `p` [count], each from 0 to 1, for being several, to `corrected` [count], which may be `p` itself: a test
 * is a finding at a level where its corrected p is not above it. */
SNND_API snnd_status snnd_correct(snnd_context *context, const double *p, int32_t count, snnd_correction correction,
                                  double *corrected);

/** @} */
/* ---------------------------------------------------------------------------------------------- */
/** @defgroup inference Inference
 * A trained network at work, frame by frame. A plan is what inference needs of a network, read-only: any number of
 * streams in any threads share one. A stream is all that changes while frames come in.
 *
 * Threads: plans and streams are made and freed in the thread of the context, except for snnd_stream_place(), which
 * uses no context. All other functions of a stream touch nothing but it and its plan, so that each stream may belong to
 * a thread of its own. They take no memory.
 * @{ */

/** A network frozen for inference; read-only. */
typedef struct snnd_plan snnd_plan;
/** One input on its way through a plan: all that changes. */
typedef struct snnd_stream snnd_stream;

/** Makes a plan of the network as it is: whole delays, running statistics, no dropout, as in evaluation. It is a copy;
 * the network may be trained on, or freed. SNND_ERROR_NUMERIC where a parameter cannot be, SNND_ERROR_STATE where
 * there are no layers, SNND_ERROR_MEMORY also where a stream of the plan would have more bytes than there are
 * addresses, so that the sizes of streams are what they say. Free the plan after its streams and before its context. */
SNND_API snnd_status snnd_plan_create(const snnd_network *network, snnd_plan **plan);
/** Frees a plan, after its streams. */
SNND_API void snnd_plan_free(snnd_plan *plan);

/** Channels of a frame; 0 of NULL, as the two below. */
SNND_API int32_t snnd_plan_inputs(const snnd_plan *plan);
/** Neurons of the last layer. */
SNND_API int32_t snnd_plan_outputs(const snnd_plan *plan);
/** Synapses that carry something: those whose weight is not 0, as evaluation uses it. After a step of DEEP R that is
 * more than snnd_network_active() where synapses have just been dropped (::snnd_deep_r_options). */
SNND_API int64_t snnd_plan_synapses(const snnd_plan *plan);

/** How a stream makes scores. */
typedef struct snnd_stream_options {
    size_t size;
    int32_t readout; /**< ::snnd_readout of the scores; default NETWORK */
} snnd_stream_options;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_stream_options_init(snnd_stream_options *options, size_t size);

/** Makes a stream before its first frame. */
SNND_API snnd_status snnd_stream_create(const snnd_plan *plan, const snnd_stream_options *options,
                                        snnd_stream **stream);

/** Bytes that a stream of the plan takes; 0 of NULL. */
SNND_API size_t snnd_stream_size(const snnd_plan *plan);
/** Makes a stream in `memory` of the host's, `bytes` of them (at least snnd_stream_size()), aligned to 64, which must
 * outlive it. Takes no memory and leaves no message: what is wrong is SNND_ERROR_ARGUMENT. */
SNND_API snnd_status snnd_stream_place(const snnd_plan *plan, const snnd_stream_options *options, void *memory,
                                       size_t bytes, snnd_stream **stream);
/** Frees a stream; of one that was placed, nothing is left to free. */
SNND_API void snnd_stream_free(snnd_stream *stream);

/** The sentence left by the last of this stream's calls that failed, "" if none did; borrowed until the next one. Calls
 * that succeed leave it as it is. */
SNND_API const char *snnd_stream_last_error(const snnd_stream *stream);

/**
 * Takes one time step: `frame` [inputs], finite. `potentials` [outputs] receives what the last layer gives at this
 * step, `scores` [outputs] the scores over all frames so far; either may be NULL. On the instruction set of the context
 * both are, to the last bit, what snnd_workspace_forward() in evaluation makes of the same frames as one sample. Takes
 * no memory and the same time for every frame, but for inputs and neurons that were silent for all of max_delay, which
 * cost nothing. SNND_ERROR_NUMERIC where an output or a neuron overflowed: the frame is taken, and the stream has to be
 * reset.
 */
SNND_API snnd_status snnd_stream_push(snnd_stream *stream, const float *frame, float *potentials, float *scores);

/** The same for spikes: a frame that has in each channel the number of its events among `channels` [count]. */
SNND_API snnd_status snnd_stream_push_events(snnd_stream *stream, const int32_t *channels, int64_t count,
                                             float *potentials, float *scores);

/** Frames since the stream was made or reset. */
SNND_API int64_t snnd_stream_frames(const snnd_stream *stream);

/** Begins anew. */
SNND_API snnd_status snnd_stream_reset(snnd_stream *stream);

/** Brings a stream to the state of another one of the same network and readout; from there they go separate ways. */
SNND_API snnd_status snnd_stream_copy(snnd_stream *to, const snnd_stream *from);
/** Makes another stream in the same state. */
SNND_API snnd_status snnd_stream_clone(const snnd_stream *stream, snnd_stream **clone);

/** Bytes of a state that snnd_stream_save() writes; 0 of NULL. */
SNND_API size_t snnd_stream_state_size(const snnd_stream *stream);
/** Writes the state to memory of the host's with room for that many bytes: the same bytes on every machine. */
SNND_API snnd_status snnd_stream_save(snnd_stream *stream, void *state, size_t bytes);
/** Goes on from a saved state, on this machine or another. SNND_ERROR_FORMAT where it is damaged, or of another network
 * or readout; the stream then stays as it is. */
SNND_API snnd_status snnd_stream_restore(snnd_stream *stream, const void *state, size_t bytes);

/** @} */
/* ---------------------------------------------------------------------------------------------- */
/** @defgroup export Export
 * A trained network in other forms.
 * @{ */

/** What numbers exported C works with. Values never change. */
typedef enum snnd_c_numbers {
    SNND_C_FLOAT32 = 1, /**< float32 throughout; any network */
    SNND_C_FIXED = 2 /**< whole numbers only, for processors without floating point: int8 weights with a scale for each
                          neuron, int16 inputs, int32 potentials, int16 or int32 currents. Networks whose layers are
                          delays, with or without batch norm, in front of LIF neurons, and of LIF neurons or leaky
                          integrators at the end */
} snnd_c_numbers;

/** What is written, and how. */
typedef struct snnd_export_c_options {
    size_t size;
    int32_t numbers; /**< ::snnd_c_numbers; default FLOAT32 */
    int32_t readout; /**< ::snnd_readout of the scores; default NETWORK */
    const char
        *name; /**< prefix of all names in C: a letter, then letters, digits and '_', at most 63; default "snn" */
    /** Fixed point needs to know how large inputs get; either of these says it. Larger ones are taken for the
     * largest. With FLOAT32 they have no effect, and are SNND_ERROR_ARGUMENT. */
    double largest_input;        /**< largest |input|, 1e-30 to 1e30; 0: that of the samples; default 0 */
    const snnd_dataset *samples; /**< inputs as they come, borrowed during the call; default NULL */
} snnd_export_c_options;

/** Fills in the defaults; `size` is sizeof of the caller's structure. */
SNND_API snnd_status snnd_export_c_options_init(snnd_export_c_options *options, size_t size);

/** What the C takes and what its numbers are. */
typedef struct snnd_export_c_report {
    size_t size;
    int64_t ram;      /**< bytes of the state that the caller of the C keeps; 4 fewer on some processors that put 64-bit
                           numbers at multiples of 4, as 32-bit x86 */
    int64_t flash;    /**< bytes of constant tables; the code comes on top */
    int64_t synapses; /**< in the tables: without those whose weight came to 0, where leaving them out saves room */
    double input_scale;    /**< fixed point: an input is a real number times this, rounded to the nearest; else 1 */
    int32_t input_limit;   /**< fixed point: larger inputs are taken for this; else 0 */
    double potential_unit; /**< fixed point: what one unit of the potentials is; else 1 */
    double score_unit;     /**< fixed point: what one unit of the scores is; else 1 */
} snnd_export_c_report;

/** Zeroes the report. */
SNND_API snnd_status snnd_export_c_report_init(snnd_export_c_report *report, size_t size);

/**
 * Writes the plan as one C99 source file and its header, which includes nothing but <stdint.h>, takes no memory and
 * calls no function of a library: for microcontrollers. The header says how it is called, what it takes and in which
 * units; doc/deploy.md tells more. `report` may be NULL. The same plan and options give the same bytes in every locale
 * and rounding mode of the host.
 *
 * The float variant does what a stream of the plan does but for rounding, since batch norm is folded into weights and
 * biases, and sums run in another order: where a potential comes within rounding of a threshold, a spike may differ,
 * and all that follows from it. The fixed-point variant agrees as well as its numbers allow.
 *
 * Files are written whole or not at all, the source before the header, which it includes by its name without folders.
 * SNND_ERROR_UNSUPPORTED names the layer that cannot be written and why; SNND_ERROR_NUMERIC where a weight with its
 * batch norm is no float32.
 */
SNND_API snnd_status snnd_export_c(const snnd_plan *plan, const snnd_export_c_options *options, const char *source_path,
                                   const char *header_path, snnd_export_c_report *report);

/** The same to two writers: the source, which includes the header as `header_name`, and then the header. */
SNND_API snnd_status snnd_export_c_write(const snnd_plan *plan, const snnd_export_c_options *options,
                                         const snnd_writer *source, const snnd_writer *header, const char *header_name,
                                         snnd_export_c_report *report);

/** @} */
/* ---------------------------------------------------------------------------------------------- */
/** @defgroup random Random numbers
 * @{ */

/** A uniform number in [0, 1) with 53 random bits, a pure function of its arguments (Philox4x32-10, Salmon et al.
 * 2011): for hosts whose own choices should be reproducible too. Never meets the numbers that the library draws. */
SNND_API double snnd_random_uniform(uint64_t seed, uint64_t stream, uint64_t index);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
