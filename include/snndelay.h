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
 * This header declares the whole interface of libsnndelay, by chapter, in the order in which a program needs it:
 * context, readers and writers, arrays, networks, workspaces (forward pass, loss, backward pass), optimizers,
 * schedules, sparsity, datasets, batches, trainer, files, analysis, inference, export, random numbers.
 */

/**
 * @mainpage libsnndelay
 *
 * libsnndelay trains and runs spiking neural networks whose synaptic delays are learned. Most programs do one of four
 * things with it:
 *
 * - @subpage train "They train a network."
 * - @subpage inspect "They look into what a network has learned."
 * - @subpage frames "They run a network frame by frame."
 * - @subpage device "They export a network to C for a microcontroller."
 *
 * The rest of this page says what holds for every function; the chapters describe the functions one by one.
 *
 * @section words Words
 *
 * The *host* is the program that uses the library. A network is a chain of layers. A *tap* is one possible delay of a
 * synapse: a synapse with delays of 0 to 24 steps has 25 taps. A *pass* runs one batch of samples through the network,
 * forward or backward.
 *
 * Shapes use these letters: B is the number of samples in a batch, T the number of time steps, I the number of inputs
 * of a layer, O the number of outputs (neurons) of a layer, and C the number of synapses for each pair of neurons
 * (`synapses_per_pair`). Arrays are C-ordered: their last axis is contiguous. Times are in steps of the simulation
 * (dt = 1), and membrane potentials are in units in which the threshold is 1 by default.
 *
 * "The paper" is Mészáros, Knight and Nowotny, "Learning delays through gradients and structure", Front. Comput.
 * Neurosci. 18:1460309 (2024), and "the reference" is its published code. doc/model.md states the mathematics.
 *
 * @section errors Errors
 *
 * A function that can fail returns a ::snnd_status. When it fails, it stores a sentence in the context that names what
 * was wrong (snnd_context_last_error()), it leaves its results untouched, and every handle stays as usable as it was.
 * A function that is given NULL for its handle has no context to store a sentence in, and then the status says all. The
 * library never prints, exits or aborts.
 *
 * The "Returns" section of a function lists its errors. Three rules hold everywhere and are not repeated there:
 *
 * - A pointer may be NULL only where its description allows it; otherwise NULL is SNND_ERROR_ARGUMENT.
 * - An options structure is SNND_ERROR_ARGUMENT if a member is out of its range, if its `size` is below
 *   `sizeof(size_t)` or above 65536, or if it is longer than this version knows and a byte behind the known ones is
 *   not 0. So is a report, whose `size` its `_init` function sets.
 * - Two results of one call need two places: the same pointer for both is SNND_ERROR_ARGUMENT.
 *
 * @section ownership Ownership
 *
 * The caller owns every handle, array and string whose declaration says that the caller frees it, and gives it to the
 * `_free` function of its kind, which accepts NULL. All other pointers that a program receives are borrowed, and their
 * declarations say for how long they are valid.
 *
 * @section lifetime Lifetime
 *
 * Free a handle before what it was made from: a workspace, an optimizer, a sparsity controller or a trainer before its
 * network, a stream before its plan, and everything before its context. Copies are exceptions and need no original: a
 * clone, a plan, which does not need its network, and a part of a dataset, which keeps the samples that it needs.
 *
 * @section threads Threads
 *
 * A context and everything that was made from it belong to one thread at a time. Two contexts share nothing. Inside a
 * call a context uses as many threads as its options ask for, and results are the same to the last bit for any number
 * of threads. An iterator that prepares batches ahead (`prefetch`) has further threads of its own. Threads do not
 * survive fork(): a child process must not touch the handles of a context with threads, and makes a context of its own.
 *
 * @section callbacks Callbacks
 *
 * A callback (for memory, log, progress, reduce, readers, writers or sources) must not call the library with the
 * handles that the call is about; the trainer's `progress` and a source's `fetch` say which calls they allow.
 *
 * A callback has to return. A C++ exception or a longjmp() that leaves it skips the cleanup of library functions that
 * are still running; the objects that they work on must not be used any more, and not even be freed. So catch inside
 * the callback what may be thrown: `progress` then stops the epoch, a reader, a writer, a source or `reduce` reports
 * that it failed, and the host throws again when the call has returned (examples/cpp-host.cpp). `allocate` returns
 * NULL, and `log` has nobody to tell.
 *
 * @section options Options
 *
 * Options are structures whose first member is their size. Fill one with its `_init` function, which is given `sizeof`
 * and sets the defaults, and then change what differs. Where a function takes a pointer to options, NULL selects the
 * defaults. A value out of range is an error and is never clamped. Where nothing else is said, rates, schedules, sigma
 * and temperatures go up to 1e6; time constants, thresholds, steepness and l1 up to 1e9; epsilons up to 1; neurons and
 * batches up to 2^20; steps and epochs up to 2^24.
 *
 * @section subset A library without training
 *
 * A library that was built with -Dtraining=false has only the chapters status, context, bytes, array, network, dataset,
 * file, inference, export and random. A program that calls anything else does not link with it.
 */

/** This macro marks what the library exports. */
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
 * These functions and values tell whether a call succeeded, and which version of the library is in use.
 * @{ */

/**
 * A function returns one of these values to say whether it succeeded, and why not. The values never change.
 *
 * @since 0.1.0
 */
typedef enum snnd_status {
    SNND_OK = 0,             /**< The call succeeded. */
    SNND_ERROR_ARGUMENT = 1, /**< An argument is NULL, out of range, or does not fit the others. */
    /** The allocator returned NULL, or more bytes are needed than the machine can address. */
    SNND_ERROR_MEMORY = 2,
    SNND_ERROR_IO = 3,     /**< The system could not open, read or write a file. */
    SNND_ERROR_FORMAT = 4, /**< The contents of a file are invalid. */
    SNND_ERROR_STATE = 5,  /**< The call is valid, but something else must happen before it. */
    /** A number is invalid: a loss or parameter is not finite, a variance is below 0, and the like. */
    SNND_ERROR_NUMERIC = 6,
    SNND_ERROR_UNSUPPORTED = 7, /**< This build or this machine cannot do it. */
    SNND_STOPPED = 8,           /**< The host's progress callback asked to stop; this is not an error. */
    SNND_ERROR_CALLBACK = 9     /**< A callback of the host reported that it failed, or returned an invalid result. */
} snnd_status;

/**
 * Describes a status in a few English words.
 *
 * @param status is the status to describe; a number that is none gives "unknown status".
 * @return The description, which is never NULL, is static and is not translated.
 * @see snnd_context_last_error()
 * @since 0.1.0
 */
SNND_API const char *snnd_status_string(snnd_status status);

/**
 * Tells the version of the library that the program runs with.
 *
 * @return SNND_VERSION_STRING of the header that the library was built with; the string is static.
 * @since 0.1.0
 */
SNND_API const char *snnd_version(void);

/** @} */

/* ---------------------------------------------------------------------------------------------- */
/** @defgroup context Context
 * A context holds the memory hooks, the threads, the log and the last error of everything that is made from it. Two
 * things take memory from malloc instead of the hooks, while a call lasts: the JSON text of a file's header, and the C
 * library's sorting in the analysis.
 * @{ */

/**
 * A context holds the memory hooks, the threads, the log and the last error of what is made from it.
 *
 * @see snnd_context_create()
 * @since 0.1.0
 */
typedef struct snnd_context snnd_context;

/**
 * This is the severity of a log message. This version of the library logs warnings alone: that it could start fewer
 * threads than it was asked for, or that a controller found something unlikely to be meant. A log should accept the
 * other values, which later versions may use.
 *
 * @since 0.1.0
 */
typedef enum snnd_log_level {
    SNND_LOG_WARNING = 1, /**< Something is probably not what the host wants. */
    SNND_LOG_INFO = 2,    /**< The message reports normal progress. */
    SNND_LOG_DEBUG = 3    /**< The message helps to find an error. */
} snnd_log_level;

/**
 * A value of this type selects the instruction set of the hot kernels.
 *
 * @since 0.1.0
 */
typedef enum snnd_isa {
    SNND_ISA_AUTO = 0,  /**< The library takes the best set that the processor has. */
    SNND_ISA_PLAIN = 1, /**< The kernels use what the compiler's baseline allows. */
    SNND_ISA_AVX2 = 2,  /**< The kernels use AVX2 and FMA of x86-64. */
    SNND_ISA_AVX512 = 3 /**< The kernels use AVX-512 F, VL, DQ and BW of x86-64. */
} snnd_isa;

/**
 * A value of this type selects how a training pass computes currents and the gradients of delays. Both methods give the
 * same results except for rounding (doc/model.md). An evaluation is always direct, so that streams and exports agree
 * with it.
 *
 * @since 0.1.0
 */
typedef enum snnd_method {
    /** The library estimates the faster method for every layer and pass by counting operations. */
    SNND_METHOD_AUTO = 0,
    SNND_METHOD_DIRECT = 1, /**< The pass sums over every tap of every synapse whose weight is not 0. */
    /**
     * The pass computes in the frequency domain, by matrix products. A layer without delays, or one whose synapses
     * share their delays (::snnd_sharing), has a product of its own, with this method and with AUTO.
     */
    SNND_METHOD_SPECTRAL = 2
} snnd_method;

/**
 * A value of this type selects what computes matrix products. The last bits of results depend on this choice.
 *
 * @since 0.1.0
 */
typedef enum snnd_products {
    /**
     * The library uses BLAS if there is one, if `isa` is the processor's best, if OpenBLAS reports by name that it runs
     * kernels for that instruction set, and if it was not built without locks (several threads must not call such a
     * build). It uses BLAS for products of spectra only if `isa` is PLAIN, since its own kernels are faster with AVX2
     * and AVX-512.
     */
    SNND_PRODUCTS_AUTO = 0,
    SNND_PRODUCTS_OWN = 1, /**< The library uses its own kernels. */
    /** The library uses BLAS; a context is SNND_ERROR_UNSUPPORTED if there is none, or one without locks. */
    SNND_PRODUCTS_BLAS = 2
} snnd_products;

/**
 * These options set the memory hooks, the log, the threads and the kernels of a context.
 *
 * @see snnd_context_create()
 * @since 0.1.0
 */
typedef struct snnd_context_options {
    size_t size;
    /**
     * This hook returns @p bytes (> 0) of memory aligned to @p alignment (a power of two), or NULL. The memory
     * may have any content. The number of bytes need not be a multiple of the alignment, as aligned_alloc() wants it.
     * If the hook is NULL, the library calls calloc. Set both hooks or neither. The library calls them only in threads
     * that call it, and never in threads of its own.
     */
    void *(*allocate)(void *user, size_t bytes, size_t alignment);
    /** This hook takes back what `allocate` returned. The library never calls it with NULL. */
    void (*release)(void *user, void *memory);
    /** The library passes this pointer to both hooks. */
    void *memory_user;
    /**
     * This callback receives one line of plain text without a newline. It is called only in the threads that call the
     * library. If it is NULL, there is no log.
     */
    void (*log)(void *user, snnd_log_level level, const char *message);
    /** The library passes this pointer to `log`. */
    void *log_user;
    /**
     * The context uses this many threads, up to 1024; 0 selects one for each processor, and with 1 it never makes a
     * thread.
     */
    int32_t threads;
    /** One of ::snnd_isa selects the kernels; one that the processor lacks is SNND_ERROR_UNSUPPORTED. */
    int32_t isa;
    /**
     * One of ::snnd_method selects the training method; it serves tests and measurements. Whatever it is, a layer whose
     * spectra would take more than 256 MB for sixteen samples is direct, and a layer without delays is one product.
     */
    int32_t method;
    /**
     * If this is 1, a training pass does not store what the backward pass can compute again. The results are the same;
     * the paper's network takes a third less memory and somewhat more time.
     */
    int32_t low_memory;
    /** One of ::snnd_products selects what computes matrix products. */
    int32_t products;
} snnd_context_options;

/**
 * Sets every member of @p options to its default and records @p size in it.
 *
 * @param[out] options receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p options is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_context_options_init(snnd_context_options *options, size_t size);

/**
 * Creates a context. If the call fails, there is no context that could hold a message, and the status says all.
 *
 * @param options points to the options; NULL selects the defaults.
 * @param[out] context receives the context, which the caller frees with snnd_context_free().
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p context is NULL, if an option is out of range, or if only one of the memory hooks is set.
 * - SNND_ERROR_UNSUPPORTED if the processor lacks `isa`, or if `products` asks for BLAS and there is none that threads
 *   may call.
 * - SNND_ERROR_MEMORY if `allocate` returns NULL.
 * @see snnd_context_info()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_context_create(const snnd_context_options *options, snnd_context **context);

/**
 * Ends the threads of a context and frees it. Everything that was made from the context must be freed before.
 *
 * @param context is the context; NULL is allowed, as it is for all `_free` functions.
 * @since 0.1.0
 */
SNND_API void snnd_context_free(snnd_context *context);

/**
 * Returns the sentence that the last failed call stored. A call that succeeds does not change it, so that the sentence
 * means something only after a call whose status is an error. Words that it quotes from files are made harmless, so
 * that it can be shown on a terminal (doc/conventions.md).
 *
 * @param context is the context; NULL gives "".
 * @return The sentence, or "" if no call has failed. It is borrowed until the next call that fails.
 * @see snnd_status_string(), snnd_stream_last_error()
 * @since 0.1.0
 */
SNND_API const char *snnd_context_last_error(const snnd_context *context);

/**
 * Reports the threads, the instruction set and the matrix products of a context.
 *
 * @param context is the context.
 * @param[out] threads receives the number of threads, including the calling one; it may be NULL. Until the first call
 *     that needs threads this is the number that was asked for, and afterwards the number that could be made.
 * @param[out] isa receives the chosen instruction set; it may be NULL.
 * @param[out] products receives a static string that names what computes matrix products: "own", the name that OpenBLAS
 *     gives to its kernels, or "cblas" for another BLAS; it may be NULL.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p context is NULL.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_context_info(const snnd_context *context, int32_t *threads, snnd_isa *isa,
                                       const char **products);

/**
 * Frees a string that a function of the library returned.
 *
 * @param context is the context that the string came from; with NULL nothing is freed.
 * @param string is the string; NULL is allowed.
 * @see snnd_trainer_load_checkpoint()
 * @since 0.1.0
 */
SNND_API void snnd_string_free(snnd_context *context, char *string);

/** @} */

/* ---------------------------------------------------------------------------------------------- */
/** @defgroup bytes Readers and writers
 * A `_save` or `_load` function works on a file at a path. The `_write` or `_read` function of the same name does the
 * same with a writer or a reader of the host: it handles the same bytes and makes the same checks. The library provides
 * readers and writers for memory.
 * @{ */

/**
 * A reader says where bytes come from. The layout is frozen: this structure never grows.
 *
 * @see snnd_memory_reader()
 * @since 0.1.0
 */
typedef struct snnd_reader {
    /**
     * This callback copies up to @p bytes (>= 1) of the next bytes to @p data and returns their number. Fewer bytes
     * than asked for are allowed; 0 means the end, and a negative number means that they cannot be read. The library
     * calls it until the end or until it fails. If it fails, the reading call is SNND_ERROR_IO, and nothing has changed
     * except for the reader.
     */
    int64_t (*read)(void *user, void *data, size_t bytes);
    void *user; /**< The library passes this pointer to `read`. */
    /**
     * This is the expected number of bytes, for which memory is taken at once, or 0 if it is not known. More or fewer
     * bytes may come.
     */
    uint64_t bytes;
} snnd_reader;

/**
 * A writer says where bytes go. The layout is frozen: this structure never grows.
 *
 * @see snnd_buffer_writer()
 * @since 0.1.0
 */
typedef struct snnd_writer {
    /**
     * This callback takes all of the @p bytes (>= 1) bytes at @p data, which are valid only during the call, and
     * returns 0. Any other result means that it failed. Then it is not called again, and the writing call is
     * SNND_ERROR_MEMORY if that is what it returned, and SNND_ERROR_IO otherwise. The host discards what it received
     * before: a file is complete only if the call returned SNND_OK. The library checks whatever it can before it writes
     * the first byte.
     */
    int (*write)(void *user, const void *data, size_t bytes);
    void *user; /**< The library passes this pointer to `write`. */
} snnd_writer;

/**
 * This structure describes bytes of the host that a reader reads. The layout is frozen: this structure never grows.
 *
 * @see snnd_memory_reader()
 * @since 0.1.0
 */
typedef struct snnd_memory {
    const void *data; /**< This points to the next byte to read. */
    size_t bytes;     /**< This many bytes are left. */
} snnd_memory;

/**
 * Returns a reader for bytes in memory. Reading advances @p memory, which then describes what has not been read yet.
 *
 * @param[in,out] memory describes the bytes and must outlive the reader. If its `data` is NULL while `bytes` is not 0,
 *     the call that reads is SNND_ERROR_ARGUMENT; so it is if @p memory is NULL.
 * @return The reader.
 * @see snnd_network_read(), snnd_array_read_npy()
 * @since 0.1.0
 */
SNND_API snnd_reader snnd_memory_reader(snnd_memory *memory);

/**
 * This structure describes memory that a writer writes to. The layout is frozen: this structure never grows.
 *
 * @see snnd_buffer_writer()
 * @since 0.1.0
 */
typedef struct snnd_buffer {
    /**
     * If this is NULL, `data` belongs to the host and has room for `room` bytes. Otherwise `data` is allocated from
     * this context and grows: begin with { context } and end with snnd_buffer_free().
     */
    snnd_context *context;
    void *data; /**< This points to the bytes that were written. */
    /** This many bytes have been written so far. Set it to 0 to write the next file from the start of `data`. */
    size_t bytes;
    size_t room; /**< `data` has room for this many bytes. */
} snnd_buffer;

/**
 * Returns a writer that appends to a buffer. If the buffer has no room left and cannot grow, the call that writes is
 * SNND_ERROR_MEMORY. If `data` is NULL while `room` is not 0, or if `bytes` exceeds `room`, it is SNND_ERROR_ARGUMENT.
 *
 * @param[in,out] buffer is the buffer, which must outlive the writer; with NULL the call that writes is
 *     SNND_ERROR_ARGUMENT.
 * @return The writer.
 * @see snnd_network_write(), snnd_array_write_npy()
 * @since 0.1.0
 */
SNND_API snnd_writer snnd_buffer_writer(snnd_buffer *buffer);

/**
 * Frees the memory that a buffer has of its context and empties the buffer. Memory of the host is not freed.
 *
 * @param[in,out] buffer is the buffer; NULL is allowed.
 * @since 0.1.0
 */
SNND_API void snnd_buffer_free(snnd_buffer *buffer);

/** @} */

/* ---------------------------------------------------------------------------------------------- */
/** @defgroup array Arrays
 * A plain array with a type and a shape is how the library shows parameters, gradients and files to the host.
 * @{ */

/**
 * This is the type of the elements of an array. The values never change.
 *
 * @since 0.1.0
 */
typedef enum snnd_dtype {
    SNND_ANY = 0,     /**< The function keeps the stored type; only functions that say so accept this value. */
    SNND_FLOAT32 = 1, /**< The elements are `float`. */
    SNND_FLOAT64 = 2, /**< The elements are `double`. */
    SNND_INT8 = 3,    /**< The elements are `int8_t`. */
    SNND_UINT8 = 4,   /**< The elements are `uint8_t`. */
    SNND_INT32 = 5,   /**< The elements are `int32_t`. */
    SNND_INT64 = 6    /**< The elements are `int64_t`. */
} snnd_dtype;

/**
 * An array has elements of one type and up to four axes. The layout is frozen: this structure never grows.
 *
 * @since 0.1.0
 */
typedef struct snnd_array {
    void *data;         /**< The elements are C-ordered and aligned to their type. */
    int32_t dtype;      /**< One of ::snnd_dtype tells the type of the elements. */
    int32_t dimensions; /**< This is the number of axes, 0 to 4. */
    int64_t shape[4];   /**< This is the extent of each axis; it is 1 beyond `dimensions`. */
} snnd_array;

/**
 * Returns the number of elements of an array, which is the product of its shape.
 *
 * @param array is the array.
 * @return The number; 0 if @p array is NULL or its shape is invalid.
 * @since 0.1.0
 */
SNND_API int64_t snnd_array_count(const snnd_array *array);

/**
 * Reads a .npy file into memory of the context.
 *
 * The file may have format version 1 to 3, little- or big-endian numbers, C or Fortran order, and at most 4 axes. The
 * function reads float16, float32, float64, bool, and signed and unsigned integers of 8 to 64 bits, and converts them
 * to
 *
 * @p dtype. Rounding to float32 is not an error.
 *
 * @param context is the context that provides the memory.
 * @param path is the path of the file.
 * @param dtype is the type of the result. SNND_ANY selects the nearest type of ::snnd_dtype that loses nothing; float16
 *     becomes float32.
 * @param[out] array receives the array, which the caller frees with snnd_array_free().
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if a pointer is NULL or @p dtype is not a ::snnd_dtype.
 * - SNND_ERROR_IO if the file cannot be opened or read, or is not a regular file.
 * - SNND_ERROR_FORMAT if it is not such a .npy file, or if @p dtype cannot hold one of its integers or sizes (with
 *   SNND_ANY: one of 2^63 or more).
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_array_read_npy(), snnd_array_save_npy(), snnd_dataset_load_npy()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_array_load_npy(snnd_context *context, const char *path, snnd_dtype dtype, snnd_array *array);

/**
 * Reads a .npy file from a reader, as snnd_array_load_npy() does from a path.
 *
 * @param context is the context that provides the memory.
 * @param reader gives the bytes and is read to its end.
 * @param dtype is the type of the result, as for snnd_array_load_npy().
 * @param[out] array receives the array, which the caller frees with snnd_array_free().
 * @return What snnd_array_load_npy() returns; SNND_ERROR_IO if the reader fails.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_array_read_npy(snnd_context *context, const snnd_reader *reader, snnd_dtype dtype,
                                         snnd_array *array);

/**
 * Writes an array as a .npy file.
 *
 * The function writes a temporary file beside @p path and then renames it, so that @p path holds either the old file or
 * the complete new one. A file that is replaced keeps its permissions. Everything that the library saves at a path is
 * written in this way.
 *
 * @param context is the context that holds the error message.
 * @param array is the array.
 * @param path is the path of the file.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if a pointer is NULL or the path is empty, or if the array is invalid: its data are NULL, its
 *   type is unknown or SNND_ANY, it has more than 4 axes, an extent below 0, or more bytes than can exist.
 * - SNND_ERROR_IO if the file cannot be written, or if an existing one is read-only or not a regular file.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_array_write_npy(), snnd_array_load_npy()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_array_save_npy(snnd_context *context, const snnd_array *array, const char *path);

/**
 * Writes an array in the .npy format to a writer, as snnd_array_save_npy() does to a path.
 *
 * @param context is the context that holds the error message.
 * @param array is the array.
 * @param writer takes the bytes.
 * @return What snnd_array_save_npy() returns for the array; SNND_ERROR_IO or SNND_ERROR_MEMORY if the writer fails, as
 *     snnd_writer says.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_array_write_npy(snnd_context *context, const snnd_array *array, const snnd_writer *writer);

/**
 * Frees what snnd_array_load_npy() or snnd_array_read_npy() allocated and clears the array. Never give it a borrowed
 * array.
 *
 * @param context is the context that the array was read with; with NULL nothing is freed.
 * @param[in,out] array is the array; NULL is allowed.
 * @since 0.1.0
 */
SNND_API void snnd_array_free(snnd_context *context, snnd_array *array);

/** @} */

/* ---------------------------------------------------------------------------------------------- */
/** @defgroup network Network
 * A network is a feed-forward chain of layers, which a program builds by adding them in order. The usual chain has, for
 * every hidden layer, delays, batch norm, LIF neurons and dropout, and at its end delays and leaky integrators.
 * @{ */

/**
 * A network is a chain of layers with their parameters.
 *
 * @see snnd_network_create(), snnd_network_load()
 * @since 0.1.0
 */
typedef struct snnd_network snnd_network;

/**
 * A layer is a part of a network. It is borrowed from the network and valid until the network is freed.
 *
 * @see snnd_network_layer()
 * @since 0.1.0
 */
typedef struct snnd_layer snnd_layer;

/**
 * Creates a network without layers.
 *
 * @param context is the context, which must outlive the network.
 * @param inputs is the number of channels of the real-valued input, 1 to 2^20.
 * @param[out] network receives the network, which the caller frees with snnd_network_free().
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL or @p inputs is out of range; SNND_ERROR_MEMORY if there is
 *     no memory.
 * @see snnd_network_add_delays(), snnd_network_load(), snnd_network_clone()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_create(snnd_context *context, int32_t inputs, snnd_network **network);

/**
 * Frees a network with its layers. Workspaces, optimizers, controllers and trainers of the network must be freed
 * before.
 *
 * @param network is the network; NULL is allowed.
 * @since 0.1.0
 */
SNND_API void snnd_network_free(snnd_network *network);

/**
 * A delay profile says how the weight of a synapse spreads over the taps around its position while it is trained
 * (Hammouamri, Khalfaoui-Hassani and Masquelier 2023; doc/model.md).
 *
 * @since 0.1.0
 */
typedef enum snnd_delay_profile {
    SNND_PROFILE_GAUSS = 1, /**< The profile is a Gaussian of width |sigma| + 0.27. */
    SNND_PROFILE_MAX = 2    /**< The profile is a triangle of half-width |sigma| + 1. */
} snnd_delay_profile;

/**
 * A value of this type says which synapses of a layer have one delay in common; each synapse keeps a weight of its own.
 * The values never change.
 *
 * @since 0.1.0
 */
typedef enum snnd_sharing {
    SNND_SHARING_NONE = 1,     /**< No synapses share a delay: each synapse has its own. */
    SNND_SHARING_AXONAL = 2,   /**< The synapses from one neuron, or input, share a delay: its axon has it. */
    SNND_SHARING_DENDRITIC = 3 /**< The synapses to one neuron share a delay: its dendrite has it. */
} snnd_sharing;

/**
 * These options describe a layer of delayed synapses. Their delays are dilated convolutions with learnable spacings in
 * one dimension (DCLS; Hammouamri, Khalfaoui-Hassani and Masquelier 2023). A synapse has K = max_delay + 1 taps and a
 * position p from -max_delay/2 to max_delay/2; its delay in steps is max_delay/2 - p.
 *
 * @see snnd_network_add_delays()
 * @since 0.1.0
 */
typedef struct snnd_delay_options {
    size_t size;
    /**
     * This is the longest delay in steps, 0 to 1022. It is even, since positions count from the tap in the middle; for
     * an odd delay take the next even number. The default is 24.
     */
    int32_t max_delay;
    int32_t synapses_per_pair; /**< Each pair of neurons has this many synapses (C), 1 to 64. The default is 1. */
    /**
     * One of ::snnd_delay_profile gives the profile in training; in evaluation delays are whole steps. The default is
     * GAUSS.
     */
    int32_t profile;
    /**
     * If this is 1, positions are trained. If it is 0, positions are drawn, rounded to whole steps and frozen, and
     * every pass uses the triangle at sigma 0, as the fixed models of the reference do. The default is 1.
     */
    int32_t learn_delays;
    /**
     * One of ::snnd_sharing says which synapses share a delay; the default is NONE. With the others a layer has I C or
     * O C positions instead of O I C, one set for each of the `synapses_per_pair`, and trains about as fast as a layer
     * without delays.
     */
    int32_t sharing;
} snnd_delay_options;

/**
 * Sets every member of @p options to its default and records @p size in it.
 *
 * @param[out] options receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p options is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_delay_options_init(snnd_delay_options *options, size_t size);

/**
 * Adds a layer of delayed synapses that lead to @p outputs neurons. The parameters of the layer are drawn as
 * snnd_network_initialize() does with seed 0.
 *
 * @param network is the network.
 * @param outputs is the number of neurons, 1 to 2^20.
 * @param options points to the options; NULL selects the defaults.
 * @param[out] layer receives the layer, which is borrowed from the network; it may be NULL.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p network is NULL, if @p outputs or an option is out of range, or if O I C (max_delay + 1)
 *   exceeds 2^31 - 1.
 * - SNND_ERROR_STATE if a workspace, optimizer, controller or trainer has used the network already.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_layer_delay_options(), snnd_layer_delays(), snnd_layer_weights()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_add_delays(snnd_network *network, int32_t outputs, const snnd_delay_options *options,
                                             snnd_layer **layer);

/**
 * These options describe batch normalisation with one mean and one variance for each neuron, over time and batch (Ioffe
 * and Szegedy 2015).
 *
 * @see snnd_network_add_batch_norm()
 * @since 0.1.0
 */
typedef struct snnd_batch_norm_options {
    size_t size;
    double epsilon; /**< This number is added to the variance. It is above 0 and at most 1; the default is 1e-5. */
    /** This is the share of the newest batch in the running statistics, 0 to 1. The default is 0.1. */
    double momentum;
} snnd_batch_norm_options;

/**
 * Sets every member of @p options to its default and records @p size in it.
 *
 * @param[out] options receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p options is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_batch_norm_options_init(snnd_batch_norm_options *options, size_t size);

/**
 * Adds batch normalisation of the neurons before it.
 *
 * @param network is the network.
 * @param options points to the options; NULL selects the defaults.
 * @param[out] layer receives the layer, which is borrowed from the network; it may be NULL.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p network is NULL or an option is out of range.
 * - SNND_ERROR_STATE if a workspace, optimizer, controller or trainer has used the network already.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_layer_batch_norm_options(), snnd_layer_fold()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_add_batch_norm(snnd_network *network, const snnd_batch_norm_options *options,
                                                 snnd_layer **layer);

/**
 * The order says when the membrane potential v of a neuron takes up the current of a step, where h[t] is the current
 * that arrives at step t. In both orders a neuron fires if its potential is strictly above the threshold, and
 * ::snnd_reset says what reset(x) is. The values never change.
 *
 * @since 0.1.0
 */
typedef enum snnd_order {
    /**
     * A step is s[t] = v > threshold; v = reset((1 - 1/tau) v + i); i = h[t]. The neuron keeps the current of a step
     * for the next step, and the earliest spike that a current can cause is at t+2. This is the order of the paper.
     */
    SNND_ORDER_PAPER = 1,
    /**
     * A step is v = (1 - 1/tau) v + h[t]; s[t] = v > threshold; v = reset(v). A current can cause a spike in its own
     * step. Most other programs use this order.
     */
    SNND_ORDER_UPDATE_FIRST = 2
} snnd_order;

/**
 * The reset says what a spike s does to the membrane potential x. The values never change.
 *
 * @since 0.1.0
 */
typedef enum snnd_reset {
    SNND_RESET_ZERO = 1,    /**< The potential becomes x (1 - s). */
    SNND_RESET_SUBTRACT = 2 /**< The potential becomes x - threshold s. */
} snnd_reset;

/**
 * A surrogate gradient takes the place of ds/dx in the backward pass, with x = potential - threshold and a steepness
 * alpha. The values never change.
 *
 * @since 0.1.0
 */
typedef enum snnd_surrogate {
    /** The gradient is (alpha/2) / (1 + (pi/2 alpha x)^2) (Fang et al. 2021); the paper uses this one. */
    SNND_SURROGATE_ARCTAN = 1,
    SNND_SURROGATE_FAST_SIGMOID = 2, /**< The gradient is 1 / (1 + alpha |x|)^2 (Zenke and Ganguli 2018). */
    SNND_SURROGATE_SIGMOID = 3,      /**< The gradient is alpha q (1 - q), with q = 1 / (1 + e^(-alpha x)). */
    SNND_SURROGATE_TRIANGLE = 4,     /**< The gradient is max(0, 1 - alpha |x|) (Esser et al. 2016). */
    /** The gradient is alpha where |x| < 1 / (2 alpha), and 0 elsewhere (Wu et al. 2018). */
    SNND_SURROGATE_RECTANGLE = 5
} snnd_surrogate;

/**
 * A value of this type says whether the neurons of a layer share their membrane time constant. The values never change.
 *
 * @since 0.1.0
 */
typedef enum snnd_tau {
    SNND_TAU_SHARED = 1, /**< All neurons have the `tau` of the options. */
    /** Each neuron has its own time constant, which is drawn, or set by the host (::SNND_ARRAY_LEAK). */
    SNND_TAU_GIVEN = 2,
    SNND_TAU_LEARNED = 3 /**< Each neuron has its own time constant, which is trained (Fang et al. 2021). */
} snnd_tau;

/**
 * These options describe leaky integrate-and-fire (LIF) neurons.
 *
 * @see snnd_network_add_lif()
 * @since 0.1.0
 */
typedef struct snnd_lif_options {
    size_t size;
    double tau; /**< This is the membrane time constant in steps, at least 1. The default is 10.05. */
    /** A neuron fires if its potential is strictly above this number, which is above 0. The default is 1. */
    double threshold;
    double alpha; /**< This is the steepness of the surrogate gradient, above 0. The default is 5. */
    /** If this is 1, the reset is not differentiated, as in the reference; if it is 0, it is. The default is 1. */
    int32_t detach_reset;
    int32_t order;     /**< One of ::snnd_order says when a current counts. The default is PAPER. */
    int32_t reset;     /**< One of ::snnd_reset says what a spike does to the potential. The default is ZERO. */
    int32_t surrogate; /**< One of ::snnd_surrogate selects the surrogate gradient. The default is ARCTAN. */
    /**
     * If neurons have their own time constants, these are drawn uniformly from tau/(1 + tau_spread) to tau (1 +
     * tau_spread), and the lower end must be above 1; with 0 all of them begin with tau. If neurons share one time
     * constant, this must be 0. It is at least 0; the default is 0.
     */
    double tau_spread;
    /** One of ::snnd_tau says whether neurons share their time constant. The default is SHARED. */
    int32_t tau_per_neuron;
} snnd_lif_options;

/**
 * Sets every member of @p options to its default and records @p size in it.
 *
 * @param[out] options receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p options is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_lif_options_init(snnd_lif_options *options, size_t size);

/**
 * Adds a LIF neuron for each neuron or channel before it.
 *
 * @param network is the network.
 * @param options points to the options; NULL selects the defaults.
 * @param[out] layer receives the layer, which is borrowed from the network; it may be NULL.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p network is NULL or an option is out of range.
 * - SNND_ERROR_STATE if a workspace, optimizer, controller or trainer has used the network already.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_layer_lif_options(), snnd_network_add_adaptive_lif()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_add_lif(snnd_network *network, const snnd_lif_options *options, snnd_layer **layer);

/**
 * Adds dropout of the neurons before it. In training, each sample and neuron has one Bernoulli mask, which is constant
 * in time, and the outputs that are kept are multiplied by 1/(1 - probability). In evaluation the layer does nothing.
 *
 * @param network is the network.
 * @param probability is the probability that an output is dropped, at least 0 and below 1.
 * @param[out] layer receives the layer, which is borrowed from the network; it may be NULL.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p network is NULL or @p probability is out of range.
 * - SNND_ERROR_STATE if a workspace, optimizer, controller or trainer has used the network already.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_layer_dropout(), snnd_workspace_set_draw(), snnd_workspace_set_dropout_mask()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_add_dropout(snnd_network *network, double probability, snnd_layer **layer);

/**
 * These options describe leaky integrators, which integrate currents and never fire. They serve as the readout.
 *
 * @see snnd_network_add_leaky_integrator()
 * @since 0.1.0
 */
typedef struct snnd_leaky_integrator_options {
    size_t size;
    double tau; /**< This is the membrane time constant in steps, at least 1. The default is 10.05. */
    /**
     * One of ::snnd_order says when a current counts; the output is the potential after the update. The default is
     * PAPER.
     */
    int32_t order;
    /** One of ::snnd_tau says whether neurons share their time constant. The default is SHARED. */
    int32_t tau_per_neuron;
    double tau_spread; /**< This is the spread of the time constants, as in snnd_lif_options. The default is 0. */
} snnd_leaky_integrator_options;

/**
 * Sets every member of @p options to its default and records @p size in it.
 *
 * @param[out] options receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p options is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_leaky_integrator_options_init(snnd_leaky_integrator_options *options, size_t size);

/**
 * Adds a leaky integrator for each neuron or channel before it.
 *
 * @param network is the network.
 * @param options points to the options; NULL selects the defaults.
 * @param[out] layer receives the layer, which is borrowed from the network; it may be NULL.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p network is NULL or an option is out of range.
 * - SNND_ERROR_STATE if a workspace, optimizer, controller or trainer has used the network already.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_layer_leaky_integrator_options(), snnd_network_set_readout()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_add_leaky_integrator(snnd_network *network,
                                                       const snnd_leaky_integrator_options *options,
                                                       snnd_layer **layer);

/**
 * These options describe leaky integrate-and-fire neurons with adaptation, which the potential (a) and spikes (b)
 * drive. Each neuron has parameters of its own, which are trained with the weights (Bittar and Garner 2022, "A
 * surrogate gradient spiking baseline for speech command recognition", Front. Neurosci. 16:865897; doc/model.md):
 *
 *     w[t] = B w[t-1] + a u[t-1] + b s[t-1]
 *     u[t] = A (u[t-1] - threshold s[t-1]) + (1 - A) (current[t] - w[t]),  s[t] = u[t] > threshold
 *
 * A is ::SNND_ARRAY_MEMBRANE_DECAY, B is ::SNND_ARRAY_ADAPTATION_DECAY, a is ::SNND_ARRAY_SUBTHRESHOLD_ADAPTATION and b
 * is ::SNND_ARRAY_SPIKE_ADAPTATION. A spike depends on the current of its own step. All state is 0 before the first
 * step.
 *
 * @see snnd_network_add_adaptive_lif()
 * @since 0.1.0
 */
typedef struct snnd_adaptive_lif_options {
    size_t size;
    /** A neuron fires if its potential is strictly above this number, which is above 0. The default is 1. */
    double threshold;
    double alpha; /**< This is the steepness of the surrogate gradient, above 0. The default is 5. */
    /**
     * If this is 1, the subtraction of the threshold after a spike is not differentiated; the adaptation by spikes
     * always is. The default is 0, as in the code that was published with the article above.
     */
    int32_t detach_reset;
    int32_t surrogate; /**< One of ::snnd_surrogate selects the surrogate gradient. The default is ARCTAN. */
} snnd_adaptive_lif_options;

/**
 * Sets every member of @p options to its default and records @p size in it.
 *
 * @param[out] options receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p options is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_adaptive_lif_options_init(snnd_adaptive_lif_options *options, size_t size);

/**
 * Adds an adaptive LIF neuron for each neuron or channel before it.
 *
 * @param network is the network.
 * @param options points to the options; NULL selects the defaults.
 * @param[out] layer receives the layer, which is borrowed from the network; it may be NULL.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p network is NULL or an option is out of range.
 * - SNND_ERROR_STATE if a workspace, optimizer, controller or trainer has used the network already.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_layer_adaptive_lif_options(), snnd_network_clamp()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_add_adaptive_lif(snnd_network *network, const snnd_adaptive_lif_options *options,
                                                   snnd_layer **layer);

/**
 * Draws every parameter again from a seed.
 *
 * Weights are uniform in +-sqrt(6/(I C)) (He et al. 2015). Positions and the parameters of adaptive neurons are uniform
 * over their ranges. Batch norm gets scale 1, shift 0, running mean 0 and running variance 1. Time constants of neurons
 * follow `tau_spread`. Masks and signs are removed. A new layer holds what seed 0 gives.
 *
 * @param network is the network.
 * @param seed is the seed; the same seed gives the same parameters.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p network is NULL; SNND_ERROR_STATE while a sparsity controller uses the
 *     network: free the controller before, and create it again afterwards.
 * @see snnd_network_rewind()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_initialize(snnd_network *network, uint64_t seed);

/**
 * Sets the width of the delay profiles in training, which is one number for the network. Evaluation uses 0. A network
 * begins with half of its longest delay.
 *
 * @param network is the network.
 * @param sigma is the width in steps, 0 to 1e6.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p network is NULL or @p sigma is out of range.
 * @see snnd_delay_profile, snnd_trainer_options
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_set_sigma(snnd_network *network, double sigma);

/**
 * Returns the present width of the delay profiles in training.
 *
 * @param network is the network.
 * @return The width in steps; 0 if @p network is NULL.
 * @since 0.1.0
 */
SNND_API double snnd_network_sigma(const snnd_network *network);

/**
 * A readout turns the outputs of the last layer into one score for each class. The loss is the cross-entropy of a
 * softmax over the scores.
 *
 * @see snnd_network_set_readout()
 * @since 0.1.0
 */
typedef enum snnd_readout {
    SNND_READOUT_NETWORK = 0, /**< The readout is that of the network (snnd_network_set_readout()). */
    /** A score is the softmax over the classes at each step, summed over time; this is the paper's readout. */
    SNND_READOUT_SOFTMAX_SUM = 1,
    /** A score is the sum over time; if the network ends in LIF neurons, it is their spike count. */
    SNND_READOUT_SUM = 2,
    SNND_READOUT_MEAN = 3, /**< A score is the mean over time. */
    SNND_READOUT_MAX = 4,  /**< A score is the maximum over time. */
    SNND_READOUT_LAST = 5  /**< A score is the output at the last step. */
} snnd_readout;

/**
 * Sets the readout of a network, which is SOFTMAX_SUM at first.
 *
 * Files keep the readout. Every loss, stream and export uses it unless its own options name another one. A trainer
 * whose options name another readout sets that one in the network. A plan copies the readout when it is created.
 *
 * @param network is the network.
 * @param readout is the readout; SNND_READOUT_NETWORK is not allowed here.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p network is NULL, or if @p readout is NETWORK or unknown.
 * @see snnd_network_readout()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_set_readout(snnd_network *network, snnd_readout readout);

/**
 * Returns the readout of a network.
 *
 * @param network is the network.
 * @return The readout; SNND_READOUT_NETWORK (0) if @p network is NULL.
 * @since 0.1.0
 */
SNND_API snnd_readout snnd_network_readout(const snnd_network *network);

/**
 * Creates an independent network in the same context with the same layers, parameters, masks, signs, sigma and readout.
 * The clone has no controller, and layers may be added to it.
 *
 * @param network is the network to copy.
 * @param[out] clone receives the copy, which the caller frees with snnd_network_free().
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL; SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_network_copy_parameters(), snnd_network_rewind()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_clone(const snnd_network *network, snnd_network **clone);

/**
 * Moves every parameter that has a range back into it: positions, and the parameters of adaptive neurons. A training
 * step does this after the optimizers.
 *
 * @param network is the network.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p network is NULL.
 * @see snnd_optimizer_step()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_clamp(snnd_network *network);

/**
 * Returns the number of input channels.
 *
 * @param network is the network.
 * @return The number; 0 if @p network is NULL.
 * @since 0.1.0
 */
SNND_API int32_t snnd_network_inputs(const snnd_network *network);

/**
 * Returns the number of neurons of the last layer, which is the number of classes.
 *
 * @param network is the network.
 * @return The number; 0 if @p network is NULL or has no layers.
 * @since 0.1.0
 */
SNND_API int32_t snnd_network_outputs(const snnd_network *network);

/**
 * Returns the number of layers that have been added.
 *
 * @param network is the network.
 * @return The number; 0 if @p network is NULL.
 * @since 0.1.0
 */
SNND_API int32_t snnd_network_layer_count(const snnd_network *network);

/**
 * Returns a layer of the network.
 *
 * @param network is the network.
 * @param index is the place of the layer, counted from 0.
 * @return The layer, which is borrowed until the network is freed; NULL if @p network is NULL or @p index is out of
 *     range.
 * @since 0.1.0
 */
SNND_API snnd_layer *snnd_network_layer(const snnd_network *network, int32_t index);

/**
 * This is the kind of a layer. The values never change.
 *
 * @see snnd_layer_get_type()
 * @since 0.1.0
 */
typedef enum snnd_layer_type {
    SNND_LAYER_DELAYS = 1,           /**< The layer consists of delayed synapses. */
    SNND_LAYER_BATCH_NORM = 2,       /**< The layer normalises currents. */
    SNND_LAYER_LIF = 3,              /**< The layer consists of leaky integrate-and-fire neurons. */
    SNND_LAYER_DROPOUT = 4,          /**< The layer drops outputs in training. */
    SNND_LAYER_LEAKY_INTEGRATOR = 5, /**< The layer consists of leaky integrators. */
    SNND_LAYER_ADAPTIVE_LIF = 6      /**< The layer consists of adaptive LIF neurons. */
} snnd_layer_type;

/**
 * Returns the kind of a layer.
 *
 * @param layer is the layer.
 * @return The kind; 0 if @p layer is NULL.
 * @since 0.1.0
 */
SNND_API snnd_layer_type snnd_layer_get_type(const snnd_layer *layer);

/**
 * Returns the number of neurons or channels before a layer.
 *
 * @param layer is the layer.
 * @return The number; 0 if @p layer is NULL.
 * @since 0.1.0
 */
SNND_API int32_t snnd_layer_inputs(const snnd_layer *layer);

/**
 * Returns the number of neurons of a layer.
 *
 * @param layer is the layer.
 * @return The number; 0 if @p layer is NULL.
 * @since 0.1.0
 */
SNND_API int32_t snnd_layer_outputs(const snnd_layer *layer);

/**
 * Copies the options that a layer of delays was created with.
 *
 * @param layer is a layer of delays.
 * @param[out] options receives the options; its `size` must be set, as snnd_delay_options_init() does.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL or the layer is of another kind.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_layer_delay_options(const snnd_layer *layer, snnd_delay_options *options);

/**
 * Copies the options that a layer of batch normalisation was created with.
 *
 * @param layer is a layer of batch normalisation.
 * @param[out] options receives the options; its `size` must be set, as snnd_batch_norm_options_init() does.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL or the layer is of another kind.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_layer_batch_norm_options(const snnd_layer *layer, snnd_batch_norm_options *options);

/**
 * Copies the options that a layer of LIF neurons was created with.
 *
 * @param layer is a layer of LIF neurons.
 * @param[out] options receives the options; its `size` must be set, as snnd_lif_options_init() does.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL or the layer is of another kind.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_layer_lif_options(const snnd_layer *layer, snnd_lif_options *options);

/**
 * Copies the options that a layer of leaky integrators was created with.
 *
 * @param layer is a layer of leaky integrators.
 * @param[out] options receives the options; its `size` must be set, as snnd_leaky_integrator_options_init() does.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL or the layer is of another kind.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_layer_leaky_integrator_options(const snnd_layer *layer,
                                                         snnd_leaky_integrator_options *options);

/**
 * Returns the probability that a layer of dropout was created with.
 *
 * @param layer is a layer of dropout.
 * @param[out] probability receives the probability.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL or the layer is of another kind.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_layer_dropout(const snnd_layer *layer, double *probability);

/**
 * Copies the options that a layer of adaptive LIF neurons was created with.
 *
 * @param layer is a layer of adaptive LIF neurons.
 * @param[out] options receives the options; its `size` must be set, as snnd_adaptive_lif_options_init() does.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL or the layer is of another kind.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_layer_adaptive_lif_options(const snnd_layer *layer, snnd_adaptive_lif_options *options);

/**
 * These are the arrays that a layer may have. The parameters of adaptive LIF neurons, and time constants that are
 * trained, are moved with the weights, but without weight decay. The values never change.
 *
 * @see snnd_layer_array()
 * @since 0.1.0
 */
typedef enum snnd_array_name {
    /**
     * Layers of delays have this array, float32 [O, I, C]. If the layer has signs, it holds the magnitude theta, and
     * the weight of a synapse is sign * theta. A synapse of weight 0 transmits nothing.
     */
    SNND_ARRAY_WEIGHT = 1,
    /**
     * Layers of delays have this array, float32 [O, I, C]; with ::snnd_sharing AXONAL it is [1, I, C], and with
     * DENDRITIC [O, 1, C]. A position is in steps, -max_delay/2 to max_delay/2, and the delay is max_delay/2 -
     * position.
     */
    SNND_ARRAY_POSITION = 2,
    /** Layers of delays have this array, int8 [O, I, C] of +1 or -1, only under a controller that fixes signs. */
    SNND_ARRAY_SIGN = 3,
    /** Layers of delays have this array, uint8 [O, I, C], only under a controller; it is 1 where a synapse exists. */
    SNND_ARRAY_MASK = 4,
    SNND_ARRAY_SCALE = 5,            /**< Batch norm has this array, float32 [O]: its gamma. */
    SNND_ARRAY_SHIFT = 6,            /**< Batch norm has this array, float32 [O]: its beta. */
    SNND_ARRAY_RUNNING_MEAN = 7,     /**< Batch norm has this array, float32 [O]. */
    SNND_ARRAY_RUNNING_VARIANCE = 8, /**< Batch norm has this array, float32 [O]; the variance is unbiased. */
    /**
     * LIF neurons and leaky integrators with time constants of their own have this array, float32 [O]. It holds a,
     * where tau = 1 + e^-a in steps: a = -log(tau - 1), and 1/tau = 1 / (1 + e^-a).
     */
    SNND_ARRAY_LEAK = 9,
    /** Adaptive LIF neurons have this array, float32 [O]: A, from e^(-1/5) to e^(-1/25). */
    SNND_ARRAY_MEMBRANE_DECAY = 10,
    /** Adaptive LIF neurons have this array, float32 [O]: B, from e^(-1/30) to e^(-1/120). */
    SNND_ARRAY_ADAPTATION_DECAY = 11,
    /** Adaptive LIF neurons have this array, float32 [O]: a, from -1 to 1. */
    SNND_ARRAY_SUBTHRESHOLD_ADAPTATION = 12,
    SNND_ARRAY_SPIKE_ADAPTATION = 13 /**< Adaptive LIF neurons have this array, float32 [O]: b, from 0 to 2. */
} snnd_array_name;

/**
 * Shows an array of a layer. The host may write to it; nothing checks what it writes before the next pass.
 *
 * @param layer is the layer.
 * @param name is the name of the array.
 * @param[out] array receives the array, which is borrowed, writable, and valid until the network is freed or
 *     initialized.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL or @p name is unknown; SNND_ERROR_STATE if the layer has no
 *     such array.
 * @see snnd_layer_set_array()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_layer_array(snnd_layer *layer, snnd_array_name name, snnd_array *array);

/**
 * Copies numbers of the host into an array of a layer. A program that builds a network from a description of its own
 * uses this function. Unlike what is written through snnd_layer_array(), the numbers are checked. Weights of synapses
 * that the mask excludes become 0.
 *
 * @param layer is the layer.
 * @param name is the name of the array; SIGN and MASK are not allowed, since only controllers set them.
 * @param values points to @p count numbers in the type and the order of the array.
 * @param count is the number of values, which is the number of elements of the array.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, if @p name is unknown, SIGN or MASK, if @p count does not
 *     fit, if a number is not finite or out of the range of its array, or if a variance is below 0; SNND_ERROR_STATE if
 *     the layer has no such array.
 * @see snnd_layer_array()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_layer_set_array(snnd_layer *layer, snnd_array_name name, const void *values, int64_t count);

/**
 * Writes the delays that evaluation uses, in whole steps, 0 to max_delay. Positions are rounded half to even. Each
 * synapse has its own entry, also where synapses share a delay.
 *
 * @param layer is a layer of delays.
 * @param[out] delays receives [O, I, C] delays.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL or the layer is of another kind; SNND_ERROR_NUMERIC if a
 *     position is not finite.
 * @see snnd_layer_weights(), snnd_layer_delay_counts()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_layer_delays(const snnd_layer *layer, int32_t *delays);

/**
 * Writes the weights of the synapses: sign * theta if the layer has signs, and 0 where a synapse does not exist.
 *
 * @param layer is a layer of delays.
 * @param[out] weights receives [O, I, C] weights.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL or the layer is of another kind.
 * @see snnd_layer_delays(), snnd_layer_active()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_layer_weights(const snnd_layer *layer, float *weights);

/**
 * Writes what batch normalisation does to each neuron in evaluation, y = factor x + shift. In terms of the layer's
 * arrays,
 *
 *     factor = SCALE / sqrt(RUNNING_VARIANCE + epsilon)
 *     shift = SHIFT - factor * RUNNING_MEAN
 *
 * With them a program can fold the layer into the one before it: it multiplies the weights of the synapses that end at
 * neuron o by factor[o] and adds shift[o] as a bias.
 *
 * @param layer is a layer of batch normalisation.
 * @param[out] factor receives [O] factors.
 * @param[out] shift receives [O] shifts.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, or if the layer is of another kind; SNND_ERROR_NUMERIC if
 *     an array holds a number that is not finite, or a variance below 0.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_layer_fold(const snnd_layer *layer, double *factor, double *shift);

/**
 * Counts the synapses of a layer of delays that exist: the ones of its mask, or all synapses if there is no mask.
 *
 * @param layer is the layer.
 * @return The number; 0 if @p layer is NULL or of another kind.
 * @see snnd_network_active(), snnd_layer_degrees(), snnd_plan_synapses()
 * @since 0.1.0
 */
SNND_API int64_t snnd_layer_active(const snnd_layer *layer);

/**
 * Counts the synapses of all layers of delays that exist.
 *
 * @param network is the network.
 * @return The number; 0 if @p network is NULL.
 * @see snnd_layer_active()
 * @since 0.1.0
 */
SNND_API int64_t snnd_network_active(const snnd_network *network);

/** @} */

/* ---------------------------------------------------------------------------------------------- */
/** @defgroup workspace Workspace
 * A workspace holds the activations and gradients of one batch. Its functions are the parts of a training loop that a
 * host writes itself (forward pass, loss, backward pass); the trainer is made of them. Create a workspace when the
 * network is complete; adding a layer afterwards is SNND_ERROR_STATE.
 * @{ */

/**
 * A workspace holds the buffers for the passes of a batch.
 *
 * @see snnd_workspace_create(), snnd_trainer_workspace()
 * @since 0.1.0
 */
typedef struct snnd_workspace snnd_workspace;

/**
 * This is the mode of a forward pass.
 *
 * @since 0.1.0
 */
typedef enum snnd_mode {
    SNND_EVALUATE = 0, /**< The pass uses whole delays and running statistics, and drops nothing. */
    SNND_TRAIN = 1     /**< The pass uses delay profiles of width sigma, the statistics of the batch, and dropout. */
} snnd_mode;

/**
 * Creates a workspace. Later calls allocate nothing, except that the context makes its threads before the first pass of
 * all, and except for the functions that say so.
 *
 * @param network is the network, which must outlive the workspace and to which no layer can be added afterwards.
 * @param batch is the largest number of samples of a pass, 1 to 2^20.
 * @param steps is the number T of time steps of a sample, 1 to 2^24.
 * @param gradients is 0 for a workspace that takes less memory and can only evaluate, and otherwise not 0.
 * @param[out] workspace receives the workspace, which the caller frees with snnd_workspace_free().
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if a pointer is NULL, or if @p batch or @p steps is out of range.
 * - SNND_ERROR_STATE if the network has no layers.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_workspace_forward()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_workspace_create(snnd_network *network, int32_t batch, int32_t steps, int gradients,
                                           snnd_workspace **workspace);

/**
 * Frees a workspace.
 *
 * @param workspace is the workspace; NULL is allowed.
 * @since 0.1.0
 */
SNND_API void snnd_workspace_free(snnd_workspace *workspace);

/**
 * Sets what the dropout masks of the next training pass are drawn from. They depend on these two numbers, the layer,
 * the place of the sample in the batch, and the neuron alone. Set another @p step for every pass.
 *
 * @param workspace is the workspace.
 * @param seed is the seed of the run.
 * @param step is the number of the pass.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p workspace is NULL.
 * @see snnd_network_add_dropout()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_workspace_set_draw(snnd_workspace *workspace, uint64_t seed, uint64_t step);

/**
 * Replaces the drawn masks of a dropout layer by one of the host, which is copied.
 *
 * @param workspace is the workspace.
 * @param layer is a layer of dropout of its network.
 * @param mask points to [batch, O] factors, where batch is that of the workspace; a factor is 0 or 1/(1 - probability).
 *     NULL lets masks be drawn again.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p workspace is NULL, if @p layer is not a dropout layer of the network, or
 *     if a factor is not finite.
 * @see snnd_workspace_set_draw()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_workspace_set_dropout_mask(snnd_workspace *workspace, const snnd_layer *layer,
                                                     const float *mask);

/**
 * Sets the number of steps of each sample in the passes that follow. A pass must then have @p count samples, and the
 * lengths stay until others are set.
 *
 * What lies beyond the end of a sample does not exist. The library does not read the input there, which may be NaN.
 * Statistics of batch norm, scores, losses, spike rates, operations and gradients are those of the samples' own steps,
 * and records (snnd_workspace_record()) are 0 beyond. The scores of a sample are those that it has alone in a workspace
 * of its own length and, in evaluation, in a stream. In evaluation they agree to the bit. In training without batch
 * norm they agree to the bit if the method of the context is SNND_METHOD_DIRECT, and to rounding otherwise. The last
 * pass is not changed by this call.
 *
 * @param workspace is the workspace.
 * @param lengths points to @p count lengths, each 1 to T, which are copied. With NULL, as in a new workspace, all
 *     samples have T steps.
 * @param count is the number of samples, 1 to batch; it is ignored if @p lengths is NULL.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p workspace is NULL, or if @p count or a length is out of range; the message
 *     names the first such length, and the lengths that were set before stay.
 * @see snnd_batches_lengths(), snnd_trainer_step_padded()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_workspace_set_lengths(snnd_workspace *workspace, const int32_t *lengths, int32_t count);

/**
 * Passes samples forward through the network. In training the running statistics of batch norm move.
 *
 * After SNND_ERROR_NUMERIC neither this pass nor the one before it is kept, and a call that needs a pass is
 * SNND_ERROR_STATE; running statistics that moved and are finite stay as they are then. After SNND_ERROR_ARGUMENT or
 * SNND_ERROR_STATE the workspace still has the pass before.
 *
 * @param workspace is the workspace.
 * @param mode is the mode.
 * @param input points to [count, T, I] finite numbers.
 * @param count is the number of samples, 1 to batch, or the number of lengths that were set.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if a pointer is NULL, if @p mode or @p count is invalid, or if an input is not finite.
 * - SNND_ERROR_STATE if @p mode is SNND_TRAIN and the workspace was created without gradients.
 * - SNND_ERROR_NUMERIC if a parameter is invalid, or if numbers of a layer overflow: the message names the parameter,
 *   or the first such layer. The membrane potentials of neurons count, as they do in a stream.
 * @see snnd_workspace_loss(), snnd_workspace_scores(), snnd_workspace_record()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_workspace_forward(snnd_workspace *workspace, snnd_mode mode, const float *input,
                                            int32_t count);

/**
 * These options say how scores are made, and what is added to the cross-entropy.
 *
 * With the probabilities p[b,c] = softmax over the scores of sample b, its label y[b], K classes, smoothing e and the
 * weights w of the classes (all 1 if there are none), the cross-entropy is that of PyTorch's CrossEntropyLoss with
 * `label_smoothing` and `weight`:
 *
 *     sum over b and c of -w[c] ((1 - e) [c = y[b]] + e/K) log p[b,c]  /  sum over b of w[y[b]]
 *
 * With r the number of spikes per step of a neuron, averaged over the samples and steps of the batch, the rate penalty
 * is
 *
 *     rate_penalty * sum of max(0, r - rate_upper)^2 + max(0, rate_lower - r)^2
 *
 * over all neurons of all layers that fire. Its gradient is added at the spikes of the layer, before what follows, such
 * as dropout.
 *
 * @see snnd_workspace_loss()
 * @since 0.1.0
 */
typedef struct snnd_loss_options {
    size_t size;
    int32_t readout; /**< One of ::snnd_readout says how scores are made. The default is NETWORK. */
    /**
     * The loss has this number times the sum of |weight| of all layers of delays. It is at least 0; the default is 0.
     */
    double l1;
    double label_smoothing; /**< This is e, 0 to 1. The default is 0. */
    /** This is the factor of the rate penalty, 0 to 1e9. The default is 0, and then both bounds must be 0, too. */
    double rate_penalty;
    /** Neurons that fire less often per step are penalised. It is 0 to `rate_upper`; the default is 0. */
    double rate_lower;
    /**
     * Neurons that fire more often per step are penalised. It is at most 1, where no spike is too many; with the
     * default, 0, every spike is penalised.
     */
    double rate_upper;
    /**
     * This points to the weights w [classes], each above 0 and at most 1e9, which are read during the call. With NULL,
     * the default, all weights are 1.
     */
    const double *class_weight;
    /** This is the number of class weights: the number of the network's outputs, or 0 if `class_weight` is NULL. */
    int64_t class_weight_count;
} snnd_loss_options;

/**
 * Sets every member of @p options to its default and records @p size in it.
 *
 * @param[out] options receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p options is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_loss_options_init(snnd_loss_options *options, size_t size);

/**
 * This report says what a loss consists of.
 *
 * @see snnd_workspace_loss(), snnd_trainer_step()
 * @since 0.1.0
 */
typedef struct snnd_loss_report {
    size_t size;
    double loss; /**< This is cross_entropy + penalty + rate_penalty. */
    /** This is the mean over the batch, with the class weights and the label smoothing of the options. */
    double cross_entropy;
    double penalty;  /**< This is l1 * sum of |weight|. */
    int32_t samples; /**< The batch has this many samples. */
    /** In this many samples the label has the highest score, as snnd_workspace_predictions() finds it. */
    int32_t correct;
    double rate_penalty; /**< This is the rate penalty, including its factor. */
} snnd_loss_report;

/**
 * Clears a report, so that the call which fills it knows its size.
 *
 * @param[out] report receives @p size and zeros.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p report is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_loss_report_init(snnd_loss_report *report, size_t size);

/**
 * Computes the loss of the last forward pass. The next backward pass starts from it.
 *
 * @param workspace is the workspace.
 * @param labels points to [count] labels, each from 0 to the number of classes - 1.
 * @param options points to the options; NULL selects the defaults.
 * @param[out] report receives the parts of the loss; it may be NULL.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p workspace or @p labels is NULL, or if a label or an option is out of range.
 * - SNND_ERROR_STATE if there is no forward pass.
 * - SNND_ERROR_NUMERIC if the loss is not finite.
 * @see snnd_workspace_backward(), snnd_workspace_add_gradient()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_workspace_loss(snnd_workspace *workspace, const int32_t *labels,
                                         const snnd_loss_options *options, snnd_loss_report *report);

/**
 * Adds a gradient of the host, dL/d(output) of a layer, to what the next backward pass propagates to that output.
 *
 * A host uses it for a loss of its own on the output of the last layer, or for what it computes from the output of any
 * other layer; alone or together with snnd_workspace_loss(), before or after it. A gradient that is added twice counts
 * twice. A forward pass forgets it, and a backward pass uses it up. The first call for a layer allocates memory.
 *
 * @param workspace is the workspace.
 * @param layer is a layer of its network.
 * @param gradient points to [T, count, O] numbers in the order of a record of the layer, which are copied. They are
 *     finite; those beyond the end of a sample are not read.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if a pointer is NULL, if @p layer belongs to another network, or if a number is not finite.
 * - SNND_ERROR_STATE if the last pass was not a training pass.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_workspace_input_gradient(), snnd_workspace_record()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_workspace_add_gradient(snnd_workspace *workspace, const snnd_layer *layer,
                                                 const float *gradient);

/**
 * Computes the gradient of the loss with respect to every parameter by backpropagation through time. It replaces the
 * gradients of the backward pass before.
 *
 * The call needs a training pass and, since the last backward pass, a loss or a gradient of the host
 * (snnd_workspace_add_gradient()). Without a loss there is no L1 and no rate penalty. Sigma may have changed since the
 * training pass, but no parameter, since gradients would then belong to neither.
 *
 * @param workspace is the workspace.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p workspace is NULL.
 * - SNND_ERROR_STATE if one of these is missing, or if weights, positions, signs, masks, scales, shifts or parameters
 *   of neurons have changed since the training pass.
 * - SNND_ERROR_NUMERIC if gradients of a parameter are not finite, after which the workspace has no gradients.
 * @see snnd_workspace_gradient(), snnd_workspace_clip_gradients(), snnd_optimizer_step()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_workspace_backward(snnd_workspace *workspace);

/**
 * Shows the gradient of a parameter of a layer of delays, batch norm or neurons.
 *
 * The gradient of weights is with respect to theta if the layer has signs, and includes L1 (sign(theta), 0 at 0). That
 * of an absent synapse is 0, unless the controller of the network needs it (see snnd_workspace_complete_gradient()).
 * That of a position that synapses share is the sum over these synapses.
 *
 * @param workspace is the workspace.
 * @param layer is a layer of its network.
 * @param name is the name of the parameter.
 * @param[out] array receives float32 in the shape of the parameter. It is borrowed, writable, and valid until the
 *     workspace is freed, or, if the workspace is a trainer's, for as long as snnd_trainer_workspace() says.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, if @p name is unknown, or if @p layer belongs to another
 *     network; SNND_ERROR_STATE if the layer has no such gradient, or if the last of forward pass, loss and backward
 *     pass was not the backward pass.
 * @see snnd_workspace_backward()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_workspace_gradient(const snnd_workspace *workspace, const snnd_layer *layer,
                                             snnd_array_name name, snnd_array *array);

/**
 * Computes the gradient of a layer of delays for all of its synapses, including absent ones, and shows it.
 *
 * If no synapse is absent, or if the controller of the network needs all gradients, this is the gradient that the
 * backward pass computed. The first call for a layer allocates memory.
 *
 * @param workspace is the workspace.
 * @param layer is a layer of delays of its network.
 * @param name is the name of the parameter.
 * @param[out] array receives float32 in the shape of the parameter. It is borrowed and valid until the next backward
 *     pass. Do not write to it: optimizers do not read it.
 * @return
 * - SNND_OK on success.
 * - What snnd_workspace_gradient() returns.
 * - SNND_ERROR_STATE also if parameters have changed since the training pass, or if the workspace belongs to a trainer
 *   and holds only one of several shards of a batch, without the gradients of absent synapses.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_workspace_gradient()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_workspace_complete_gradient(snnd_workspace *workspace, const snnd_layer *layer,
                                                      snnd_array_name name, snnd_array *array);

/**
 * Computes dL/d(input) of the last backward pass.
 *
 * A host that computed the input, for example with another network, continues from this gradient: it gives it to the
 * last layer of that network by snnd_workspace_add_gradient(), with the axes of samples and steps exchanged. The
 * gradient is computed in this call, so that a pass costs nothing for it, and so it must be asked for before parameters
 * change. It is 0 beyond the end of a sample. The first call allocates memory.
 *
 * @param workspace is the workspace.
 * @param[out] gradient receives [count, T, I] numbers.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if a pointer is NULL.
 * - SNND_ERROR_STATE if there was no backward pass, or if parameters have changed since the training pass.
 * - SNND_ERROR_NUMERIC if the gradient is not finite.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_workspace_add_gradient()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_workspace_input_gradient(snnd_workspace *workspace, float *gradient);

/**
 * Clips the gradients of the last backward pass by their common norm, which is the root of the sum of all their
 * squares. If the norm exceeds @p max_norm, every gradient is multiplied by max_norm / norm.
 *
 * The sum is over the parameters of all layers that optimizers may move, including frozen ones. Absent synapses do not
 * count, but their gradients are multiplied, too, if the pass computed them. Gradients that
 * snnd_workspace_complete_gradient() computes afterwards are not clipped.
 *
 * @param workspace is the workspace.
 * @param max_norm is the largest norm; it is above 0 and finite.
 * @param[out] norm receives the norm before clipping; it may be NULL.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p workspace is NULL or @p max_norm is out of range.
 * - SNND_ERROR_STATE if there are no gradients.
 * - SNND_ERROR_NUMERIC if the norm is not finite, in which case nothing has changed.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_workspace_clip_gradients(snnd_workspace *workspace, double max_norm, double *norm);

/**
 * A record is a time course that a pass leaves for each neuron of a layer.
 *
 * @see snnd_workspace_record()
 * @since 0.1.0
 */
typedef enum snnd_record {
    /** The record is the output of the layer: currents, normalised currents, spikes or potentials. */
    SNND_RECORD_OUTPUT = 1,
    /**
     * The record of LIF and adaptive LIF neurons is the membrane potential that decides whether the neuron fires in the
     * step.
     */
    SNND_RECORD_POTENTIAL = 2
} snnd_record;

/**
 * Copies a record of the last pass. Beyond the end of a sample it is 0.
 *
 * @param workspace is the workspace.
 * @param layer is a layer of its network.
 * @param record selects the record.
 * @param[out] values receives [T, count, O] numbers.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, if @p layer belongs to another network or has no such
 *     record, or if the record has more numbers than memory can hold; SNND_ERROR_STATE if there is no forward pass, or,
 *     in a context with `low_memory`, if parameters have changed since a training pass: what the pass did not keep is
 *     computed again.
 * @see snnd_workspace_spike_rates()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_workspace_record(const snnd_workspace *workspace, const snnd_layer *layer, snnd_record record,
                                           float *values);

/**
 * Copies the scores of the last pass under a readout, whether or not a loss was computed.
 *
 * @param workspace is the workspace.
 * @param readout selects the readout; NETWORK selects that of the network.
 * @param[out] scores receives [count, classes] scores.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL or @p readout is unknown; SNND_ERROR_STATE if there is no
 *     forward pass.
 * @see snnd_workspace_predictions()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_workspace_scores(snnd_workspace *workspace, snnd_readout readout, float *scores);

/**
 * Finds the class with the highest score for each sample, and the first of several equal ones. Scores are compared in
 * double precision, before they are rounded to float32 for snnd_workspace_scores(). So the class that is found may be
 * the second of two whose scores are equal there.
 *
 * @param workspace is the workspace.
 * @param readout selects the readout; NETWORK selects that of the network.
 * @param[out] classes receives [count] classes.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL or @p readout is unknown; SNND_ERROR_STATE if there is no
 *     forward pass.
 * @see snnd_workspace_scores()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_workspace_predictions(snnd_workspace *workspace, snnd_readout readout, int32_t *classes);

/**
 * Returns the spikes per neuron and step of the last pass, as the mean over the means of all layers that fire.
 *
 * @param workspace is the workspace.
 * @return The rate; 0 if no layer fires, if there is no forward pass, or if @p workspace is NULL.
 * @see snnd_workspace_spike_rates()
 * @since 0.1.0
 */
SNND_API double snnd_workspace_spike_rate(const snnd_workspace *workspace);

/**
 * Writes the spikes per step of each neuron of a layer in the last pass, as the mean over its samples and steps.
 *
 * @param workspace is the workspace.
 * @param layer is a layer of its network whose neurons fire.
 * @param[out] rates receives [O] rates.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, or if @p layer belongs to another network or does not
 *     fire; SNND_ERROR_STATE if there is no forward pass.
 * @see snnd_workspace_spike_rate()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_workspace_spike_rates(const snnd_workspace *workspace, const snnd_layer *layer,
                                                double *rates);

/**
 * This structure says how much energy an operation takes, in picojoules. Only the host knows its processor, so that the
 * defaults are 0. For float32 in 45 nm at 0.9 V an addition takes 0.9, and a multiplication with its addition takes 4.6
 * (Horowitz 2014).
 *
 * @see snnd_workspace_operations()
 * @since 0.1.0
 */
typedef struct snnd_picojoules {
    size_t size;
    double accumulation; /**< An accumulation takes this energy, 0 to 1e9. The default is 0. */
    /** A multiplication with the addition after it takes this energy, 0 to 1e9. The default is 0. */
    double multiplication;
} snnd_picojoules;

/**
 * Sets every member of @p picojoules to its default and records @p size in it.
 *
 * @param[out] picojoules receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p picojoules is NULL, or if @p size is below `sizeof(size_t)` or above
 *     65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_picojoules_init(snnd_picojoules *picojoules, size_t size);

/**
 * This report counts the synaptic operations of one sample, as the mean over the samples of a pass. It does not count
 * what neurons and batch norm do.
 *
 * @see snnd_workspace_operations()
 * @since 0.1.0
 */
typedef struct snnd_operations {
    size_t size;
    double accumulations; /**< A spike adds a weight to a current this many times. */
    /** A weight is multiplied by a number this many times, each time with an addition after it. */
    double multiplications;
    double picojoules; /**< Both together take this energy; it is 0 if the host did not say what each takes. */
} snnd_operations;

/**
 * Clears a report, so that the call which fills it knows its size.
 *
 * @param[out] operations receives @p size and zeros.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p operations is NULL, or if @p size is below `sizeof(size_t)` or above
 *     65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_operations_init(snnd_operations *operations, size_t size);

/**
 * Counts the synaptic operations of the last pass.
 *
 * A layer of delays receives spikes if the layer before it fires, with nothing but dropout between them. Each spike is
 * one accumulation in every synapse of its neuron whose weight is not 0 (snnd_plan_synapses() counts these synapses).
 * Any other layer receives numbers, as the first layer receives the input of the network, and each number that is not 0
 * is one multiplication in every such synapse.
 *
 * Training passes are counted as an evaluation would be, in which a synapse has one tap and no spike is dropped;
 * numbers, however, are counted as they arrive, after dropout if there is any. An operation counts whatever the delay,
 * also if it leads beyond the last step. Weights are the present ones: in training, ask before the optimizer's step.
 *
 * @param workspace is the workspace.
 * @param layer is a layer of delays of its network; NULL selects all of them.
 * @param picojoules points to the energy of the operations; it may be NULL.
 * @param[out] operations receives the counts.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p workspace or @p operations is NULL, if @p layer belongs to another network
 *     or is of another kind, or if an energy is out of range; SNND_ERROR_STATE if there is no forward pass.
 * @see snnd_epoch_report
 * @since 0.1.0
 */
SNND_API snnd_status snnd_workspace_operations(const snnd_workspace *workspace, const snnd_layer *layer,
                                               const snnd_picojoules *picojoules, snnd_operations *operations);

/** @} */

/* ---------------------------------------------------------------------------------------------- */
/** @defgroup optimizer Optimizers
 * An optimizer moves the parameters of a network by the gradients of a workspace.
 * @{ */

/**
 * An optimizer is a rule that moves parameters, together with the moments that it keeps.
 *
 * @see snnd_optimizer_create()
 * @since 0.1.0
 */
typedef struct snnd_optimizer snnd_optimizer;

/**
 * This is the rule by which an optimizer moves parameters.
 *
 * @since 0.1.0
 */
typedef enum snnd_optimizer_kind {
    /** The rule is Adam (Kingma and Ba 2015) with bias correction and with epsilon outside the root. */
    SNND_ADAM = 1,
    SNND_SGD = 2 /**< The rule is stochastic gradient descent with momentum: b = m b + g, p -= rate b. */
} snnd_optimizer_kind;

/**
 * A value of this type says which parameters an optimizer moves. The values may be added.
 *
 * @since 0.1.0
 */
typedef enum snnd_parameters {
    /** The optimizer moves weights, scales and shifts of batch norm, and parameters of neurons. */
    SNND_PARAMETERS_WEIGHTS = 1,
    SNND_PARAMETERS_POSITIONS = 2 /**< The optimizer moves the positions of the layers of delays that learn them. */
} snnd_parameters;

/**
 * These options describe an optimizer; its kind decides which of them it uses.
 *
 * @see snnd_optimizer_create()
 * @since 0.1.0
 */
typedef struct snnd_optimizer_options {
    size_t size;
    int32_t kind;       /**< One of ::snnd_optimizer_kind selects the rule. The default is ADAM. */
    int32_t parameters; /**< A sum of ::snnd_parameters says what the optimizer moves. The default is WEIGHTS. */
    double rate;        /**< This is the learning rate, 0 to 1e6. The default is 1e-3. */
    /** This is the beta1 of Adam or the momentum of SGD, at least 0 and below 1. The default is 0.9. */
    double momentum;
    double beta2;   /**< This is the beta2 of Adam, at least 0 and below 1. The default is 0.999. */
    double epsilon; /**< This is the epsilon of Adam, above 0 and at most 1. The default is 1e-8. */
    /** This is the weight decay of all parameters except those of neurons, 0 to 1e6. The default is 0. */
    double weight_decay;
    /**
     * If this is 0, weight decay is added to the gradient. If it is 1, it shrinks the parameter by rate * weight_decay
     * (AdamW; Loshchilov and Hutter 2019). The default is 0.
     */
    int32_t decoupled;
} snnd_optimizer_options;

/**
 * Sets every member of @p options to its default and records @p size in it.
 *
 * @param[out] options receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p options is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_optimizer_options_init(snnd_optimizer_options *options, size_t size);

/**
 * Creates an optimizer for the parameters of a network that its options name. All moments are 0.
 *
 * @param network is the network, which must outlive the optimizer and to which no layer can be added afterwards.
 * @param options points to the options; NULL selects the defaults.
 * @param[out] optimizer receives the optimizer, which the caller frees with snnd_optimizer_free().
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p network or @p optimizer is NULL, or if an option is out of range.
 * - SNND_ERROR_STATE if the network has no layers.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_optimizer_step()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_optimizer_create(snnd_network *network, const snnd_optimizer_options *options,
                                           snnd_optimizer **optimizer);

/**
 * Frees an optimizer. The parameters of the network stay as they are.
 *
 * @param optimizer is the optimizer; NULL is allowed.
 * @since 0.1.0
 */
SNND_API void snnd_optimizer_free(snnd_optimizer *optimizer);

/**
 * Sets the learning rate of the steps that follow.
 *
 * @param optimizer is the optimizer.
 * @param rate is the learning rate, 0 to 1e6.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p optimizer is NULL or @p rate is out of range.
 * @see snnd_schedule_at()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_optimizer_set_rate(snnd_optimizer *optimizer, double rate);

/**
 * Sets the momentum (the beta1 of Adam) of the steps that follow.
 *
 * @param optimizer is the optimizer.
 * @param momentum is the momentum, at least 0 and below 1.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p optimizer is NULL or @p momentum is out of range.
 * @see snnd_schedule_at()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_optimizer_set_momentum(snnd_optimizer *optimizer, double momentum);

/**
 * Sets a factor of the learning rate for one array of one layer. The learning rate of the array, and its decoupled
 * weight decay, are @p factor times those of the optimizer.
 *
 * The factor 0 freezes the array: its numbers stay as they are to the last bit. Its moments still follow the gradients,
 * so that an array moves on at once when its factor is raised again. Running statistics of batch norm do not belong to
 * an optimizer and follow every training pass. If the WEIGHT of a layer is frozen, rules of sparsity that are told the
 * optimizer neither drop nor grow synapses in the layer, and add no noise; if layers share a budget, the other layers
 * drop and grow among themselves.
 *
 * @param optimizer is the optimizer.
 * @param layer is a layer of its network.
 * @param name is the name of the array.
 * @param factor is the factor, 0 to 1e6; it is 1 at first.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, if @p layer belongs to another network, if @p name is
 *     unknown, or if @p factor is out of range; SNND_ERROR_STATE if the optimizer does not move the array.
 * @see snnd_trainer_set_factor()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_optimizer_set_factor(snnd_optimizer *optimizer, const snnd_layer *layer, snnd_array_name name,
                                               double factor);

/**
 * Moves the parameters of the network by the gradients of the last backward pass of a workspace.
 *
 * The gradients stay: a second optimizer may move other parameters by them, and a second step of the same optimizer is
 * allowed and moves by the same gradients again. Parameters may leave their ranges, so that snnd_network_clamp() comes
 * after the step. Weights of absent synapses stay 0, while their moments go on.
 *
 * @param optimizer is the optimizer.
 * @param workspace is a workspace of its network.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if a pointer is NULL or the workspace belongs to another network.
 * - SNND_ERROR_STATE if the workspace has no gradients.
 * - SNND_ERROR_NUMERIC if a parameter or moment is no longer finite: the message names the first one, and all
 *   parameters have been moved.
 * @see snnd_workspace_backward(), snnd_network_clamp(), snnd_sparsity_step()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_optimizer_step(snnd_optimizer *optimizer, const snnd_workspace *workspace);

/**
 * Shows a moment of a parameter.
 *
 * @param optimizer is the optimizer.
 * @param layer is a layer of its network.
 * @param name is the name of the parameter.
 * @param order is 1 for the first moment of Adam or the momentum of SGD, and 2 for the second moment of Adam.
 * @param[out] array receives float32 in the shape of the parameter. It is borrowed, writable, and valid until the
 *     optimizer is freed.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, if @p layer belongs to another network, or if @p name or
 * @p order is invalid; SNND_ERROR_STATE if the optimizer has no such moment.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_optimizer_moment(snnd_optimizer *optimizer, const snnd_layer *layer, snnd_array_name name,
                                           int order, snnd_array *array);

/** @} */

/* ---------------------------------------------------------------------------------------------- */
/** @defgroup schedule Schedules
 * A schedule gives the learning rate or sigma as a function of the epoch. It has no state.
 * @{ */

/**
 * This is the way in which a number follows the epochs.
 *
 * @since 0.1.0
 */
typedef enum snnd_schedule_kind {
    SNND_SCHEDULE_CONSTANT = 1, /**< The number stays at `value`. */
    /**
     * The number goes from value/divide to value and to value/divide/final_divide, by a cosine both ways, while the
     * momentum goes from high to low to high (Smith and Topin 2018).
     */
    SNND_SCHEDULE_ONE_CYCLE = 2,
    SNND_SCHEDULE_COSINE = 3, /**< The number goes from `value` to `final` over half a wave. */
    /**
     * The number goes from `value` to `final` by a constant factor and stays there. It stays at `value` if that is
     * below `final` already, or if the schedule has 0 epochs.
     */
    SNND_SCHEDULE_EXPONENTIAL = 4
} snnd_schedule_kind;

/**
 * A schedule describes a number that follows the epochs.
 *
 * @see snnd_schedule_at()
 * @since 0.1.0
 */
typedef struct snnd_schedule {
    size_t size;
    int32_t kind; /**< One of ::snnd_schedule_kind selects the course. The default is CONSTANT. */
    /** This is the length, at least 0, and at least 1 for one-cycle and cosine. The default is 150. */
    int32_t epochs;
    double value; /**< This is the constant, the peak or the start, 0 to 1e6. The default is 1e-3. */
    /**
     * This is the end of COSINE and EXPONENTIAL, 0 to 1e6; an exponential that falls ends above 0. The default is 0.
     */
    double final;
    /** One-cycle reaches its peak after this share of the epochs, 0 to 1. The default is 0.3. */
    double rise;
    double divide;       /**< The peak of one-cycle is this many times its start. It is above 0; the default is 25. */
    double final_divide; /**< The start of one-cycle is this many times its end. It is above 0; the default is 1e4. */
    /** One-cycle has this momentum (the beta1 of Adam) at its peak, at least 0 and below 1. The default is 0.85. */
    double momentum_low;
    /** One-cycle has this momentum at its start and end, at least 0 and below 1. The default is 0.95. */
    double momentum_high;
} snnd_schedule;

/**
 * Sets every member of @p schedule to its default and records @p size in it.
 *
 * @param[out] schedule receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p schedule is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_schedule_init(snnd_schedule *schedule, size_t size);

/**
 * Computes the value of a schedule in an epoch. Beyond its length a schedule stays where it ended. This function has no
 * context and leaves no message.
 *
 * @param schedule points to the schedule.
 * @param epoch is the epoch, counted from 0.
 * @param[out] value receives the value.
 * @param[out] momentum receives the momentum of a one-cycle schedule; other kinds do not write it, and it may be NULL.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p schedule or @p value is NULL, if @p epoch is below 0, if a member of the
 *     schedule is out of range, or if both results have the same place.
 * @see snnd_optimizer_set_rate(), snnd_network_set_sigma()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_schedule_at(const snnd_schedule *schedule, int32_t epoch, double *value, double *momentum);

/** @} */

/* ---------------------------------------------------------------------------------------------- */
/** @defgroup sparsity Sparsity
 * A controller decides which synapses of a network exist, by a rule from the literature. The structure holds what is
 * common to all rules: how many synapses exist, where, and with which signs. Creating a controller gives masks (and
 * signs) to the layers of delays of a network, and its step comes after the optimizer's. A network has one controller
 * at a time.
 * @{ */

/**
 * A controller applies a structure and a rule to one network.
 *
 * @see snnd_sparsity_create_deep_r(), snnd_sparsity_create_rewiring(), snnd_sparsity_create_fixed_mask()
 * @since 0.1.0
 */
typedef struct snnd_sparsity snnd_sparsity;

/**
 * The budget says which synapses are counted together. Their number is exact after every step.
 *
 * @since 0.1.0
 */
typedef enum snnd_budget {
    SNND_BUDGET_LAYER = 0,   /**< The synapses of each layer are counted; this is the paper's budget. */
    SNND_BUDGET_NETWORK = 1, /**< The synapses of the whole network are counted, and layers compete for them. */
    /** The synapses of each neuron are counted, at most `fan_in`; neuromorphic chips have such a limit. */
    SNND_BUDGET_FAN_IN = 2
} snnd_budget;

/**
 * The density says how synapses are divided among layers if the budget is not FAN_IN.
 *
 * @since 0.1.0
 */
typedef enum snnd_density {
    SNND_DENSITY_UNIFORM = 0, /**< Each layer has the same share of its synapses. */
    /** The share of a layer is in proportion to (I + O) / (I O) and at most 1 (Mocanu et al. 2018). */
    SNND_DENSITY_ERDOS_RENYI = 1
} snnd_density;

/**
 * A value of this type says whether synapses keep their signs. If they do, the weight of a synapse is sign * theta with
 * theta >= 0.
 *
 * @since 0.1.0
 */
typedef enum snnd_signs {
    /** This is DALE for DEEP R with SNND_START_RANDOM; otherwise it is what the network has, which may be NONE. */
    SNND_SIGNS_DEFAULT = 0,
    SNND_SIGNS_NONE = 1,    /**< Training may change the sign of a weight. */
    SNND_SIGNS_SYNAPSE = 2, /**< Each synapse has a sign of its own, which is drawn. */
    SNND_SIGNS_DALE = 3     /**< All synapses of a presynaptic neuron have one sign (Dale's law), which is drawn. */
} snnd_signs;

/**
 * A value of this type says which synapses exist at first.
 *
 * @since 0.1.0
 */
typedef enum snnd_start {
    SNND_START_RANDOM = 0, /**< Synapses are drawn; the network must not have masks or signs yet. */
    /**
     * The synapses of the largest |weight| exist, among those of the masks if there are masks. This prunes a trained
     * network (Han et al. 2015).
     */
    SNND_START_MAGNITUDE = 1,
    SNND_START_KEEP = 2 /**< The masks of the network stay, and so do its signs. */
} snnd_start;

/**
 * A structure says how many synapses exist, where, and with which signs.
 *
 * With SNND_START_RANDOM the signs are drawn, +1 or -1 with equal probability, and a weight becomes its magnitude. With
 * the others the signs are those of the network, and a network without signs is given none. So DEEP R, which needs
 * signs, starts at random or from a network that was trained with signs.
 *
 * @see snnd_sparsity_create_deep_r(), snnd_sparsity_create_rewiring(), snnd_sparsity_create_fixed_mask()
 * @since 0.1.0
 */
typedef struct snnd_structure {
    size_t size;
    int32_t budget; /**< One of ::snnd_budget says what is counted. The default is LAYER. */
    /**
     * One of ::snnd_density divides synapses among layers; with the budget NETWORK, training begins from it. The
     * default is UNIFORM.
     */
    int32_t density;
    /**
     * This share of the synapses does not exist, at least 0 and below 1. Of N synapses exactly floor((1 - sparsity) N)
     * exist, computed in double precision as the reference does (of 1,000 synapses a sparsity of 0.9 leaves 99). N
     * counts a layer, or the network if the density is ERDOS_RENYI or the budget is NETWORK. It is not used if the
     * budget is FAN_IN. The default is 0.875.
     */
    double sparsity;
    /**
     * With the budget FAN_IN each neuron has this many synapses (F), or all if I C is smaller. It is at least 1 then,
     * and 0 with the other budgets.
     */
    int32_t fan_in;
    int32_t signs; /**< One of ::snnd_signs says whether synapses keep signs. The default is DEFAULT. */
    int32_t start; /**< One of ::snnd_start says which synapses exist at first. The default is RANDOM. */
    uint64_t seed; /**< Masks, signs, random growth and noise are drawn from this seed. The default is 0. */
} snnd_structure;

/**
 * Sets every member of @p structure to its default and records @p size in it.
 *
 * @param[out] structure receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p structure is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_structure_init(snnd_structure *structure, size_t size);

/**
 * Creates a controller whose masks stay as they are. With SNND_START_MAGNITUDE, on a network that was trained dense, it
 * is pruning, and training goes on to fine-tune what is left.
 *
 * @param network is the network, which must outlive the controller and to which no layer can be added afterwards.
 * @param structure points to the structure; NULL selects the defaults.
 * @param[out] sparsity receives the controller, which the caller frees with snnd_sparsity_free().
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p network or @p sparsity is NULL, if a member is out of range, if a layer would have no
 *   synapse, if the network has more than 2^31 - 1 synapses, or if its masks have another number of synapses than the
 *   structure asks for (with MAGNITUDE: fewer).
 * - SNND_ERROR_STATE if the network has a controller or no layer of delays, or if its masks or signs do not suit the
 *   start.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_network_rewind()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_sparsity_create_fixed_mask(snnd_network *network, const snnd_structure *structure,
                                                     snnd_sparsity **sparsity);

/**
 * A value of this type says which synapses grow in place of dropped ones. If synapses keep signs, theta can only grow
 * from 0, so that the most negative gradients or moments count; otherwise the largest magnitudes count.
 *
 * @since 0.1.0
 */
typedef enum snnd_growth {
    /** Synapses are drawn uniformly from the absent ones (Bellec et al. 2018, Mocanu et al. 2018). */
    SNND_GROWTH_RANDOM = 1,
    SNND_GROWTH_GRADIENT = 2, /**< Synapses are chosen by the gradient of the loss (Evci et al. 2020). */
    /** Synapses are chosen by the first moment of the optimizer (Dettmers and Zettlemoyer 2019). */
    SNND_GROWTH_MOMENTUM = 3
} snnd_growth;

/**
 * These options describe DEEP R (Bellec et al. 2018). A synapse whose theta the optimizer brings to 0 or below is
 * dropped, and as many synapses grow, with theta 1e-12 and the delay that they had.
 *
 * The defaults are the paper's: no noise, and growth by the gradient. The original has random growth, a temperature,
 * SGD without momentum, and the l1 of the loss as its alpha.
 *
 * A dropped synapse keeps its theta <= 0 until the next step, as in the reference. Passes until then use it, and so do
 * plans, streams, exports and files that are made until then, also at the end of a run. To remove it, set the weight to
 * 0 where the mask is 0 (snnd_layer_array()).
 *
 * SNND_SIGNS_NONE is SNND_ERROR_ARGUMENT: without a sign of its own a synapse would never reach theta <= 0.
 *
 * @see snnd_sparsity_create_deep_r()
 * @since 0.1.0
 */
typedef struct snnd_deep_r_options {
    size_t size;
    /** One of ::snnd_growth except MOMENTUM selects the growth. The default is GRADIENT. */
    int32_t growth;
    /**
     * This matters with random growth; with growth by the gradient, absent synapses always have gradients. If it is 1,
     * they have gradients, which their moments follow, as in the paper's code. If it is 0, they have none, and a step
     * on a sparse network is much faster. The default is 0.
     */
    int32_t dormant_gradients;
    /**
     * This is T, 0 to 1e6. After the optimizer, theta of every synapse that exists moves by sqrt(2 * rate * T) times a
     * standard normal number. The default is 0.
     */
    double temperature;
} snnd_deep_r_options;

/**
 * Sets every member of @p options to its default and records @p size in it.
 *
 * @param[out] options receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p options is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_deep_r_options_init(snnd_deep_r_options *options, size_t size);

/**
 * Creates a controller that rewires by DEEP R (Bellec et al. 2018).
 *
 * @param network is the network, which must outlive the controller and to which no layer can be added afterwards.
 * @param structure points to the structure; NULL selects the defaults.
 * @param options points to the options; NULL selects the defaults.
 * @param[out] sparsity receives the controller, which the caller frees with snnd_sparsity_free().
 * @return What snnd_sparsity_create_fixed_mask() returns; SNND_ERROR_ARGUMENT also if an option is out of range, or if
 *     synapses have no signs.
 * @see snnd_sparsity_step(), snnd_trainer_options
 * @since 0.1.0
 */
SNND_API snnd_status snnd_sparsity_create_deep_r(snnd_network *network, const snnd_structure *structure,
                                                 const snnd_deep_r_options *options, snnd_sparsity **sparsity);

/**
 * A value of this type says which synapses a rewiring drops.
 *
 * @since 0.1.0
 */
typedef enum snnd_drop {
    SNND_DROP_MAGNITUDE = 1, /**< The synapses of the smallest |weight| are dropped. */
    /** The smallest positive and the largest negative weights are dropped, the same share of both. */
    SNND_DROP_EACH_SIGN = 2
} snnd_drop;

/**
 * These options describe rules that drop a share of the synapses from time to time and grow as many. Each rule has its
 * own function that fills in its numbers, and a program may mix them.
 *
 * A new synapse has weight 0 (theta 1e-12 if signs are kept) and the delay that it had. A synapse that is dropped and
 * at once grown again by its gradient or moment keeps its weight, as in the code of RigL and of SNFS. If signs are
 * kept, a theta that the optimizer brings below 1e-12 is set to that: the synapse stays until it is dropped.
 *
 * @see snnd_rigl_options_init(), snnd_set_options_init(), snnd_snfs_options_init()
 * @since 0.1.0
 */
typedef struct snnd_rewiring_options {
    size_t size;
    int32_t drop;   /**< One of ::snnd_drop says which synapses are dropped. */
    int32_t growth; /**< One of ::snnd_growth says which synapses grow. */
    /**
     * This is the number of steps between two rewirings. With 0 they happen at the end of each epoch, which growth by
     * GRADIENT does not allow, since there is no batch whose gradients it could use.
     */
    int32_t interval;
    /**
     * From this step on there is no rewiring, and until then the share falls to 0 by half a cosine. With 0 rewiring
     * never stops, and the share stays.
     */
    int32_t stop;
    double share; /**< A rewiring drops this share of the existing synapses at first, 0 to 1. */
} snnd_rewiring_options;

/**
 * Fills in the numbers of RigL (Evci et al. 2020): a rewiring every 100 steps; a share of 0.3 that decays until `stop`;
 * drop by magnitude; growth by the gradient, after which the moments of new synapses are 0. `stop` is 0 here; set it to
 * three quarters of the steps. In the authors' code a rewiring replaces an optimizer's step; here it comes after one.
 *
 * @param[out] options receives the numbers.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p options is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @see snnd_sparsity_create_rewiring()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_rigl_options_init(snnd_rewiring_options *options, size_t size);

/**
 * Fills in the numbers of SET (Mocanu et al. 2018): a rewiring after each epoch, a share of 0.3, drop of each sign,
 * growth at random, after which the moments of new synapses are 0.
 *
 * @param[out] options receives the numbers.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p options is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @see snnd_sparsity_create_rewiring()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_set_options_init(snnd_rewiring_options *options, size_t size);

/**
 * Fills in the numbers of SNFS, sparse networks from scratch (Dettmers and Zettlemoyer 2019): a rewiring after each
 * epoch, a share of 0.5 that decays until `stop` if that is set, drop by magnitude within each layer, growth by
 * momentum. With the budget NETWORK layers share the growth in proportion to the mean |moment| of their synapses, and
 * in equal parts what one of them has no room for.
 *
 * @param[out] options receives the numbers.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p options is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @see snnd_sparsity_create_rewiring()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_snfs_options_init(snnd_rewiring_options *options, size_t size);

/**
 * Creates a controller that drops and grows synapses from time to time.
 *
 * @param network is the network, which must outlive the controller and to which no layer can be added afterwards.
 * @param structure points to the structure; NULL selects the defaults.
 * @param options points to the rule's numbers; NULL selects those of RigL.
 * @param[out] sparsity receives the controller, which the caller frees with snnd_sparsity_free().
 * @return What snnd_sparsity_create_fixed_mask() returns; SNND_ERROR_ARGUMENT also if an option is out of range.
 * @see snnd_sparsity_step(), snnd_sparsity_end_epoch()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_sparsity_create_rewiring(snnd_network *network, const snnd_structure *structure,
                                                   const snnd_rewiring_options *options, snnd_sparsity **sparsity);

/**
 * Frees a controller. The masks and signs stay with the network, and absent synapses stay absent.
 *
 * @param sparsity is the controller; NULL is allowed.
 * @since 0.1.0
 */
SNND_API void snnd_sparsity_free(snnd_sparsity *sparsity);

/**
 * Drops and grows synapses by the rule, after an optimizer has moved the weights by the gradients of the last backward
 * pass of a workspace. If the host moves the weights itself, without an optimizer that has made steps, the controller
 * cannot check that it did.
 *
 * @param sparsity is the controller.
 * @param workspace is the workspace, which has the gradients.
 * @param optimizer is the optimizer of the weights. With NULL moments stay as they are; a rule that needs the
 *     optimizer's rate or moments does not allow it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p sparsity or @p workspace is NULL, if @p optimizer is NULL although the
 *     rule needs it, if one of them belongs to another network, or if the optimizer does not move weights;
 *     SNND_ERROR_STATE if the workspace has no gradients although the rule uses them, if the masks are no longer those
 *     of the controller, or if the optimizer has made no step since the last step of the controller.
 * @see snnd_optimizer_step(), snnd_sparsity_regrown()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_sparsity_step(snnd_sparsity *sparsity, const snnd_workspace *workspace,
                                        snnd_optimizer *optimizer);

/**
 * Tells the rule that an epoch is over. A trainer calls this itself.
 *
 * With the budget NETWORK a rule may leave a layer without a synapse, in this call or in a step. A message at
 * SNND_LOG_WARNING names the layer, snnd_layer_active() is 0, and the report of the epoch counts it. Gradients through
 * the layer are 0 then, so that only growth at random may give it a synapse again.
 *
 * @param sparsity is the controller.
 * @param optimizer is the optimizer of the weights, or NULL, as for snnd_sparsity_step().
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p sparsity is NULL, if @p optimizer is NULL although the rule needs it, if
 *     it belongs to another network, or if it does not move weights; SNND_ERROR_STATE if the masks are no longer those
 *     of the controller.
 * @see snnd_trainer_end_epoch()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_sparsity_end_epoch(snnd_sparsity *sparsity, snnd_optimizer *optimizer);

/**
 * Counts the synapses that grew in the last call of snnd_sparsity_step() or snnd_sparsity_end_epoch().
 *
 * @param sparsity is the controller.
 * @param layer is a layer of delays of its network; NULL selects all of them.
 * @return The number; 0 if @p sparsity is NULL or @p layer belongs to another network.
 * @since 0.1.0
 */
SNND_API int64_t snnd_sparsity_regrown(const snnd_sparsity *sparsity, const snnd_layer *layer);

/**
 * Sets weights, positions, batch norm, parameters of neurons and sigma back to those of an initial network. Masks and
 * signs stay, and the weights of absent synapses stay 0.
 *
 * Pruning with SNND_START_MAGNITUDE, this call, and training again are the search for a lottery ticket (Frankle and
 * Carbin 2019). Optimizers do not notice the call: create new ones.
 *
 * @param network is the network.
 * @param initial is a network of the same layers, which may be of another context.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL or the layers differ.
 * @see snnd_network_clone(), snnd_network_copy_parameters()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_rewind(snnd_network *network, const snnd_network *initial);

/**
 * Gives a network the parameters, masks, signs and sigma of another one. A program that keeps its best epoch in a clone
 * puts it back in this way. The call takes memory only if one of the networks has masks or signs that the other lacks.
 *
 * @param network is the network.
 * @param from is a network of the same layers and options, which may be of another context. If @p network has a
 *     controller, the masks and signs of @p from must suit it: they are in the same layers, and as many synapses exist.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, if a layer or an option of a layer differs (the message
 *     names it), or if the masks or signs do not suit the controller; SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_network_clone(), snnd_network_rewind()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_copy_parameters(snnd_network *network, const snnd_network *from);

/** @} */

/* ---------------------------------------------------------------------------------------------- */
/** @defgroup dataset Datasets
 * A dataset holds samples and labels. The samples are numbers or events in memory, files, or what a function of the
 * host produces.
 * @{ */

/**
 * A dataset holds samples with labels. It never changes.
 *
 * @see snnd_dataset_create(), snnd_dataset_create_events(), snnd_dataset_create_source(), snnd_dataset_load_npy()
 * @since 0.1.0
 */
typedef struct snnd_dataset snnd_dataset;

/**
 * This structure describes samples in the memory of the host: as float32 numbers (`input`), or as counts of one byte
 * each (`counts`), which are multiplied by `scale` when they are copied to a batch.
 *
 * A sample takes 4 * steps * channels bytes as numbers, or steps * channels bytes as counts; its label takes 4 bytes,
 * and its length 4 more if there are lengths. With `copy` 0 all of it is the host's. If `counts` is a file that the
 * host has mapped, its pages are then read when a batch needs them, and a dataset may be larger than memory.
 *
 * @see snnd_dataset_create()
 * @since 0.1.0
 */
typedef struct snnd_samples {
    size_t size;
    /** This points to [samples, steps, channels] numbers; with NULL the samples are `counts`. */
    const float *input;
    const int32_t *label; /**< This points to [samples] labels, 0 to 2^20 - 1. */
    int64_t samples;      /**< This is the number of samples, 1 to 2^31 - 1. */
    int32_t steps;        /**< This is the number of time steps of a sample, at least 1. */
    int32_t channels;     /**< This is the number of channels, at least 1. */
    /**
     * If this is 1, the dataset copies the arrays. If it is 0, it borrows them: they must outlive the dataset and its
     * parts, and must not change. The default is 1.
     */
    int32_t copy;
    /**
     * This points to [samples] lengths in steps, each 1 to `steps`. With NULL all samples have all steps. Numbers
     * beyond the end of a sample are not read, and may be NaN.
     */
    const int32_t *length;
    /** This points to [samples, steps, channels] counts if `input` is NULL; giving both is SNND_ERROR_ARGUMENT. */
    const uint8_t *counts;
    /**
     * A number is count * scale in double precision, rounded to float32. It is finite and not 0, and 255 * scale is
     * finite as float32; it is ignored if the samples are numbers. The default is 1.
     */
    double scale;
} snnd_samples;

/**
 * Sets every member of @p samples to its default and records @p size in it.
 *
 * @param[out] samples receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p samples is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_samples_init(snnd_samples *samples, size_t size);

/**
 * Creates a dataset of numbers or counts. Counts are not read before a batch needs them.
 *
 * @param context is the context, which must outlive the dataset.
 * @param samples points to the samples.
 * @param[out] dataset receives the dataset, which the caller frees with snnd_dataset_free().
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, if a member of the structure is out of range, or if a
 *     number is not finite or a label or length out of range: the message names it; SNND_ERROR_MEMORY if memory cannot
 *     be allocated.
 * @see snnd_dataset_create_events(), snnd_dataset_create_source(), snnd_dataset_load_npy()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_dataset_create(snnd_context *context, const snnd_samples *samples, snnd_dataset **dataset);

/**
 * This structure describes samples as events in the memory of the host. An event is a pair of step and channel. The
 * number at a step and a channel is the number of events that the sample has there, times `scale`; events are counted
 * when a batch is made. A sample takes 4 bytes for each event, 8 bytes for its place in `first`, and 4 or 8 bytes for
 * its label and length, as with snnd_samples.
 *
 * @see snnd_dataset_create_events()
 * @since 0.1.0
 */
typedef struct snnd_events {
    size_t size;
    /**
     * This points to [samples + 1] numbers, which begin with 0 and never fall: sample n has the events first[n] to
     * first[n + 1] - 1. A sample has at most 2^24 events and may have none.
     */
    const int64_t *first;
    /** This points to [first[samples]] steps, each below the length of its sample, in any order. */
    const uint16_t *step;
    /**
     * This points to [first[samples]] channels, each below `channels`. It and `step` may be NULL only if there is no
     * event.
     */
    const uint16_t *channel;
    const int32_t *label; /**< This points to [samples] labels, 0 to 2^20 - 1. */
    /** This points to [samples] lengths in steps, each 1 to `steps`. With NULL all samples have all steps. */
    const int32_t *length;
    int64_t samples;  /**< This is the number of samples, 1 to 2^31 - 1. */
    int32_t steps;    /**< This is the number of time steps of a sample, at least 1. */
    int32_t channels; /**< This is the number of channels, at least 1. */
    /**
     * If this is 1, the dataset copies the arrays; if it is 0, it borrows them, as with snnd_samples. The default is 1.
     */
    int32_t copy;
    double scale; /**< This is finite and not 0, and 2^24 * scale is finite as float32. The default is 1. */
} snnd_events;

/**
 * Sets every member of @p events to its default and records @p size in it.
 *
 * @param[out] events receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p events is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_events_init(snnd_events *events, size_t size);

/**
 * Creates a dataset of events.
 *
 * @param context is the context, which must outlive the dataset.
 * @param events points to the events.
 * @param[out] dataset receives the dataset, which the caller frees with snnd_dataset_free().
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, if a member of the structure is out of range, if the step
 *     of an event is not below the length of its sample or its channel not below `channels`, or if a label or length is
 *     out of range: the message names it; SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_dataset_create(), snnd_stream_push_events()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_dataset_create_events(snnd_context *context, const snnd_events *events,
                                                snnd_dataset **dataset);

/**
 * This structure tells a source which sample it is asked for.
 *
 * @see snnd_source
 * @since 0.1.0
 */
typedef struct snnd_fetch {
    size_t size;
    /** The sample is for training in this epoch, so that a source can vary samples; outside of training it is -1. */
    int32_t epoch;
    int32_t length; /**< The sample has this many steps. */
    int64_t index;  /**< This is the place of the sample in the source, also if a part of the dataset asks for it. */
    /**
     * The source writes [steps, channels] numbers here, which are 0 before. What it writes beyond `length` steps is
     * lost.
     */
    float *input;
} snnd_fetch;

/**
 * A source is a function of the host that produces samples one at a time, whenever a batch needs them. Besides what the
 * function keeps itself, a sample takes 4 bytes for its label and 4 more for its length if there are lengths; the
 * library copies both.
 *
 * @see snnd_dataset_create_source()
 * @since 0.1.0
 */
typedef struct snnd_source {
    size_t size;
    /**
     * This callback fills what->input and returns 0. Any other result means that it failed: the call that needed the
     * sample is SNND_ERROR_CALLBACK, as it is if a number is not finite, and the message names the sample and the
     * result. Nothing is lost, and the sample is asked for again when it is needed again.
     *
     * It is called from several threads at once, including the context's, and in any order. If batches are made ahead
     * (`prefetch`), it is also called while a step computes and while no call of the library lasts, until the iterator
     * is freed. A sample must depend on `epoch` and `index` alone, so that results do not depend on threads. It must
     * not call the library with handles of the context, except for snnd_dataset_fill() and what the description of that
     * function names.
     */
    int (*fetch)(void *user, const snnd_fetch *what);
    /**
     * The library passes this pointer to `fetch`; it must be valid as long as the dataset, its parts, and iterators
     * over them.
     */
    void *user;
    /** This points to [samples] labels, 0 to 2^20 - 1, which are read during the call only. */
    const int32_t *label;
    /**
     * This points to [samples] lengths in steps, each 1 to `steps`, which are read during the call only. With NULL all
     * samples have all steps.
     */
    const int32_t *length;
    int64_t samples;  /**< This is the number of samples, 1 to 2^31 - 1. */
    int32_t steps;    /**< This is the number of time steps of a sample, at least 1. */
    int32_t channels; /**< This is the number of channels, at least 1. */
} snnd_source;

/**
 * Sets every member of @p source to its default and records @p size in it.
 *
 * @param[out] source receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p source is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_source_init(snnd_source *source, size_t size);

/**
 * Creates a dataset of the samples of a source. No sample is fetched yet.
 *
 * @param context is the context, which must outlive the dataset.
 * @param source points to the source.
 * @param[out] dataset receives the dataset, which the caller frees with snnd_dataset_free().
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer or `fetch` is NULL, if a member of the structure is out of range,
 *     or if a label or length is out of range: the message names it; SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_batches_options
 * @since 0.1.0
 */
SNND_API snnd_status snnd_dataset_create_source(snnd_context *context, const snnd_source *source,
                                                snnd_dataset **dataset);

/**
 * Creates a dataset from two files in the .npy format.
 *
 * @param context is the context, which must outlive the dataset.
 * @param input_path is the path of numbers [N, T, I].
 * @param label_path is the path of integers [N] or [N, 1], each 0 to 2^20 - 1.
 * @param scale multiplies each number; it is finite and not 0.
 * @param[out] dataset receives the dataset, which the caller frees with snnd_dataset_free().
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if a pointer is NULL or @p scale is out of range.
 * - SNND_ERROR_IO if a file cannot be read.
 * - SNND_ERROR_FORMAT if a file is not such a .npy file, if the shapes do not fit each other, or if a number is not
 *   finite or a label out of range.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_dataset_read_npy(), snnd_dataset_load_padded_npy(), snnd_array_load_npy()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_dataset_load_npy(snnd_context *context, const char *input_path, const char *label_path,
                                           double scale, snnd_dataset **dataset);

/**
 * Creates a dataset from two readers, as snnd_dataset_load_npy() does from two files. Once both readers are known to be
 * valid, they are read one after the other.
 *
 * @param context is the context, which must outlive the dataset.
 * @param input gives numbers [N, T, I].
 * @param label gives integers [N] or [N, 1], each 0 to 2^20 - 1.
 * @param scale multiplies each number; it is finite and not 0.
 * @param[out] dataset receives the dataset, which the caller frees with snnd_dataset_free().
 * @return What snnd_dataset_load_npy() returns; SNND_ERROR_IO if a reader fails.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_dataset_read_npy(snnd_context *context, const snnd_reader *input, const snnd_reader *label,
                                           double scale, snnd_dataset **dataset);

/**
 * Creates a dataset of samples of different lengths, padded to T, from three files in the .npy format.
 *
 * @param context is the context, which must outlive the dataset.
 * @param input_path is the path of numbers [N, T, I].
 * @param label_path is the path of integers [N] or [N, 1], each 0 to 2^20 - 1.
 * @param length_path is the path of the lengths in steps, integers [N] or [N, 1], each 1 to T.
 * @param scale multiplies each number; it is finite and not 0.
 * @param[out] dataset receives the dataset, which the caller frees with snnd_dataset_free().
 * @return What snnd_dataset_load_npy() returns; SNND_ERROR_FORMAT also if a length is out of range.
 * @see snnd_dataset_read_padded_npy(), snnd_workspace_set_lengths()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_dataset_load_padded_npy(snnd_context *context, const char *input_path, const char *label_path,
                                                  const char *length_path, double scale, snnd_dataset **dataset);

/**
 * Creates a dataset of samples of different lengths from three readers, as snnd_dataset_load_padded_npy() does from
 * three files. Once all readers are known to be valid, they are read one after the other.
 *
 * @param context is the context, which must outlive the dataset.
 * @param input gives numbers [N, T, I].
 * @param label gives integers [N] or [N, 1], each 0 to 2^20 - 1.
 * @param length gives the lengths in steps, integers [N] or [N, 1], each 1 to T.
 * @param scale multiplies each number; it is finite and not 0.
 * @param[out] dataset receives the dataset, which the caller frees with snnd_dataset_free().
 * @return What snnd_dataset_load_padded_npy() returns; SNND_ERROR_IO if a reader fails.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_dataset_read_padded_npy(snnd_context *context, const snnd_reader *input,
                                                  const snnd_reader *label, const snnd_reader *length, double scale,
                                                  snnd_dataset **dataset);

/**
 * Splits a dataset into two at random. Both parts share the numbers of the parent, and any of the three may be freed
 * first.
 *
 * @param dataset is the dataset.
 * @param share is the share of the samples that go to @p part, above 0 and below 1; their number is rounded to the
 *     nearest.
 * @param seed decides which samples these are.
 * @param[out] part receives a dataset of the chosen samples, which the caller frees with snnd_dataset_free().
 * @param[out] rest receives a dataset of the others, which the caller frees with snnd_dataset_free().
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, if @p share is out of range, or if one part would be
 *     empty; SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_dataset_select()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_dataset_split(const snnd_dataset *dataset, double share, uint64_t seed, snnd_dataset **part,
                                        snnd_dataset **rest);

/**
 * Creates a dataset of chosen samples, for example those of one speaker. It shares the numbers of the parent, and
 * either may be freed first.
 *
 * @param dataset is the dataset.
 * @param index points to [count] places of samples, in the order of the new dataset; a sample may occur several times.
 * @param count is the number of samples, 1 to 2^31 - 1.
 * @param[out] selection receives the dataset, which the caller frees with snnd_dataset_free().
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, if @p count is out of range, or if there is no sample at a
 *     place: the message names it; SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_dataset_split()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_dataset_select(const snnd_dataset *dataset, const int64_t *index, int64_t count,
                                         snnd_dataset **selection);

/**
 * Frees a dataset. Parts and selections of it stay usable.
 *
 * @param dataset is the dataset; NULL is allowed.
 * @since 0.1.0
 */
SNND_API void snnd_dataset_free(snnd_dataset *dataset);

/**
 * Returns the number of samples.
 *
 * @param dataset is the dataset.
 * @return The number; 0 if @p dataset is NULL.
 * @since 0.1.0
 */
SNND_API int64_t snnd_dataset_samples(const snnd_dataset *dataset);

/**
 * Returns the number of time steps T of a sample that is not shortened.
 *
 * @param dataset is the dataset.
 * @return The number; 0 if @p dataset is NULL.
 * @see snnd_dataset_length()
 * @since 0.1.0
 */
SNND_API int32_t snnd_dataset_steps(const snnd_dataset *dataset);

/**
 * Returns the number of channels of a sample.
 *
 * @param dataset is the dataset.
 * @return The number; 0 if @p dataset is NULL.
 * @since 0.1.0
 */
SNND_API int32_t snnd_dataset_channels(const snnd_dataset *dataset);

/**
 * Returns the number of classes, which is the highest label + 1. A part or a selection has that of its parent.
 *
 * @param dataset is the dataset.
 * @return The number; 0 if @p dataset is NULL.
 * @since 0.1.0
 */
SNND_API int32_t snnd_dataset_classes(const snnd_dataset *dataset);

/**
 * Returns the number of steps that a sample has.
 *
 * @param dataset is the dataset.
 * @param index is the place of the sample, counted from 0.
 * @return The number, 1 to snnd_dataset_steps(); 0 if @p dataset is NULL or has no such sample.
 * @since 0.1.0
 */
SNND_API int32_t snnd_dataset_length(const snnd_dataset *dataset, int64_t index);

/**
 * Shows a sample.
 *
 * The numbers of a dataset of numbers are shown as they were given, also beyond the end of the sample, where counts,
 * events and sources have zeros. A source is asked for the sample outside of training.
 *
 * @param dataset is the dataset.
 * @param index is the place of the sample, counted from 0.
 * @param[out] input receives a pointer to [T, I] numbers, which are borrowed until the dataset is freed; it may be
 *     NULL. For counts, events and sources they are valid until the next call for this dataset or one that shares its
 *     samples, in memory for one sample that the first call takes.
 * @param[out] label receives the label; it may be NULL.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p dataset is NULL or has no such sample.
 * - SNND_ERROR_CALLBACK if the source fails.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_dataset_fill()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_dataset_sample(const snnd_dataset *dataset, int64_t index, const float **input,
                                         int32_t *label);

/**
 * Writes a sample to memory of the host, with zeros beyond its end.
 *
 * The call changes nothing of the dataset or its context, so that several threads may make it at once, also while the
 * context works. A source's `fetch` may call this function, snnd_dataset_length(), and snnd_dataset_sample() for the
 * label alone of a sample that exists, about datasets that are not made of that source. Since no thread may write where
 * another one does, the call leaves no message in the context.
 *
 * @param dataset is the dataset.
 * @param epoch is what a source is told; -1 means outside of training.
 * @param index is the place of the sample, counted from 0.
 * @param[out] input receives [T, I] numbers.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, if there is no such sample, or if @p epoch is below -1;
 *     SNND_ERROR_CALLBACK if the source of the dataset fails, after which the contents of @p input have no meaning.
 * @see snnd_dataset_sample()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_dataset_fill(const snnd_dataset *dataset, int32_t epoch, int64_t index, float *input);

/** @} */

/* ---------------------------------------------------------------------------------------------- */
/** @defgroup batches Batches
 * An iterator walks over a dataset batch by batch.
 * @{ */

/**
 * An iterator walks over a dataset batch by batch.
 *
 * @see snnd_batches_create_with()
 * @since 0.1.0
 */
typedef struct snnd_batches snnd_batches;

/**
 * These options say how an iterator walks over a dataset.
 *
 * @see snnd_batches_create_with()
 * @since 0.1.0
 */
typedef struct snnd_batches_options {
    size_t size;
    /** This is the number of samples in a batch, at least 1; the last batch may be smaller. The default is 256. */
    int32_t batch;
    /**
     * If this is 1, the order of an epoch depends on `seed` and the epoch alone. If it is 0, it is the order of the
     * dataset. The default is 0.
     */
    int32_t shuffle;
    uint64_t seed; /**< The order of samples is drawn from this seed. The default is 0. */
    /**
     * If this is 1, a source is told the epoch. If it is 0, it is told that it is outside of training. The default is
     * 1.
     */
    int32_t training;
    /**
     * This many batches, 0 to 64, are made ahead, so that the next ones of an epoch are ready when they are asked for.
     * Up to `prefetch` further threads make them, fewer than the context has; a context with one thread has none of
     * them, and makes every batch when it is asked for. Each batch takes 4 B T I bytes, in addition to the one that
     * always exists. The numbers do not depend on it. The default is 0.
     */
    int32_t prefetch;
} snnd_batches_options;

/**
 * Sets every member of @p options to its default and records @p size in it.
 *
 * @param[out] options receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p options is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_batches_options_init(snnd_batches_options *options, size_t size);

/**
 * Creates an iterator over a dataset.
 *
 * @param dataset is the dataset, which may be freed before the iterator.
 * @param options points to the options; NULL selects the defaults.
 * @param[out] batches receives the iterator, which the caller frees with snnd_batches_free().
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p dataset or @p batches is NULL, or if an option is out of range;
 *     SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_batches_get()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_batches_create_with(const snnd_dataset *dataset, const snnd_batches_options *options,
                                              snnd_batches **batches);

/**
 * Creates an iterator over a dataset, as snnd_batches_create_with() does, with `batch`, `seed` and two options that
 * follow from @p shuffle.
 *
 * @param dataset is the dataset, which may be freed before the iterator.
 * @param batch is the number of samples in a batch, at least 1.
 * @param shuffle sets the options `shuffle` and `training`: both are 0 if it is 0, and both are 1 otherwise.
 * @param seed is the seed.
 * @param[out] batches receives the iterator, which the caller frees with snnd_batches_free().
 * @return What snnd_batches_create_with() returns.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_batches_create(const snnd_dataset *dataset, int32_t batch, int shuffle, uint64_t seed,
                                         snnd_batches **batches);

/**
 * Frees an iterator. Its dataset stays.
 *
 * @param batches is the iterator; NULL is allowed.
 * @since 0.1.0
 */
SNND_API void snnd_batches_free(snnd_batches *batches);

/**
 * Returns the number of batches in an epoch.
 *
 * @param batches is the iterator.
 * @return The number; 0 if @p batches is NULL.
 * @since 0.1.0
 */
SNND_API int64_t snnd_batches_count(const snnd_batches *batches);

/**
 * Gathers a batch. Beyond the end of a sample its input is 0.
 *
 * @param batches is the iterator.
 * @param epoch is the epoch, counted from 0.
 * @param index is the place of the batch in the epoch, counted from 0.
 * @param[out] input receives a pointer to [count, T, I] numbers, which are borrowed until the next call.
 * @param[out] label receives a pointer to [count] labels, which are borrowed until the next call.
 * @param[out] count receives the number of samples.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, or if there is no such epoch or batch; SNND_ERROR_CALLBACK
 *     if a source fails: the message names the first sample of the batch that it could not produce, and the next call
 *     asks for all samples again.
 * @see snnd_batches_lengths(), snnd_workspace_forward()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_batches_get(snnd_batches *batches, int32_t epoch, int64_t index, const float **input,
                                      const int32_t **label, int32_t *count);

/**
 * Returns the lengths of the batch that snnd_batches_get() has gathered last, for snnd_workspace_set_lengths().
 *
 * @param batches is the iterator.
 * @return [count] lengths, which are borrowed until the next call of snnd_batches_get(); NULL if all samples of the
 *     dataset have all steps, or if @p batches is NULL.
 * @since 0.1.0
 */
SNND_API const int32_t *snnd_batches_lengths(const snnd_batches *batches);

/** @} */

/* ---------------------------------------------------------------------------------------------- */
/** @defgroup trainer Trainer
 * A trainer combines optimizers, schedules, loss, sparsity and shuffling. Without other options it trains as the paper
 * does.
 * @{ */

/**
 * A trainer is a training run of one network.
 *
 * @see snnd_trainer_create()
 * @since 0.1.0
 */
typedef struct snnd_trainer snnd_trainer;

/**
 * This structure tells the progress callback where a training run is, after every step of snnd_trainer_epoch().
 *
 * @see snnd_trainer_options
 * @since 0.1.0
 */
typedef struct snnd_progress {
    size_t size;
    int32_t epoch;   /**< This is the epoch, counted from 0. */
    int64_t step;    /**< This many steps of the epoch are done. */
    int64_t steps;   /**< The epoch has this many steps. */
    double loss;     /**< This is the mean loss of the epoch so far. */
    double accuracy; /**< This is the accuracy of the epoch so far, 0 to 1. */
    double sigma;    /**< This is the width of the delay profiles in the epoch. */
    int64_t active;  /**< This many synapses exist. */
} snnd_progress;

/**
 * This structure describes the numbers that one rank contributes to a sum over all ranks, element by element.
 *
 * @see snnd_trainer_options
 * @since 0.1.0
 */
typedef struct snnd_reduction {
    size_t size;
    int32_t dtype; /**< One of ::snnd_dtype is the type of the numbers: SNND_FLOAT32 or SNND_FLOAT64. */
    int64_t count; /**< This is the number of `values`, at least 1, which is the same on all ranks. */
    /**
     * This points to the [count] numbers of this rank. The callback replaces them by the sums, which have the same bits
     * on all ranks.
     */
    void *values;
} snnd_reduction;

/**
 * These options say how a network is trained; the defaults are the paper's.
 *
 * *Several processes* train one network if each has a trainer that was made with the same network and the same options,
 * except for `rank`, and if all make the same calls: the steps, epochs and evaluations of a run, in the same order.
 * Each process takes its own part of a batch, and `reduce` adds the results of the parts: statistics of batch norm and
 * their gradients, loss, correct samples, spikes and operations, gradients. Each process then does the rest, such as
 * clipping, optimizers and rewiring, for itself with the same numbers. All of them have the labels and lengths of the
 * whole dataset; of the numbers of a batch each reads, or fetches, those of its own samples alone.
 *
 * *The order of sums.* A batch of n samples is divided into `shards`: shard k begins at sample ceil(k n / shards). The
 * process that has a shard computes its sums, and the sums of shards are added in a binary tree, neighbours first: ((s0
 * + s1) + (s2 + s3)) + ... A rank has shards / ranks consecutive shards and adds them itself. So if `reduce` adds its
 * ranks in the same way, a run depends on `shards` and not on `ranks`: 1, 2 and 4 ranks with 4 shards end with the same
 * bits, on processors with the same `isa` and `products`, and a checkpoint of one can be loaded by the others. Shards
 * use the processor best if batch / shards is a multiple of 16.
 *
 * @see snnd_trainer_create()
 * @since 0.1.0
 */
typedef struct snnd_trainer_options {
    size_t size;
    /** The default schedules are made for a run of this many epochs, at least 1. The default is 150. */
    int32_t epochs;
    /** A step has this many samples, at least 1. The default is 256. */
    int32_t batch;
    /** Shuffling and dropout are drawn from this seed. The default is 0. */
    uint64_t seed;
    /**
     * One of ::snnd_readout says how scores are made. The default is NETWORK. Another one is set in the network when
     * the trainer is made, so that files and streams make scores as the network was trained.
     */
    int32_t readout;
    /** The loss has this number times the sum of |weight|, as in snnd_loss_options. The default is 0. */
    double l1;
    /**
     * This is the controller of the network, which is borrowed and must outlive the trainer. NULL means that it has
     * none.
     */
    snnd_sparsity *sparsity;
    /**
     * This points to the options of the optimizer of weights, which are read during the call only. NULL selects Adam
     * with its defaults, as in the paper. `parameters`, `rate` and, with a one-cycle schedule, `momentum` follow from
     * the trainer and its schedules: other values than those of _init are SNND_ERROR_ARGUMENT.
     */
    const snnd_optimizer_options *weights;
    /** This points to the options of the optimizer of positions, with the same rules as `weights`. */
    const snnd_optimizer_options *positions;
    /**
     * This points to the schedule of the learning rate of weights, which is read during the call only. NULL selects the
     * paper's: one-cycle to 5e-3 over `epochs`.
     */
    const snnd_schedule *weight_schedule;
    /**
     * This points to the schedule of the learning rate of positions, which is read during the call only. NULL selects
     * the paper's: a cosine from 0.1 to 0 over `epochs`.
     */
    const snnd_schedule *position_schedule;
    /**
     * This points to the schedule of sigma, which is read during the call only. NULL selects the paper's: exponential
     * from the sigma of the network to 0.23 over epochs/4.
     */
    const snnd_schedule *sigma_schedule;
    /**
     * This callback is called after every step of snnd_trainer_epoch(), but not of snnd_trainer_step(). A result other
     * than 0 stops the epoch there. Between two steps the trainer is consistent: the callback may evaluate it, read its
     * workspace, save a checkpoint or the network, or create a plan, and the run stays the same to the last bit.
     * Training and loading are SNND_ERROR_STATE there. The callback must not free the trainer or what it works on, and
     * must not change parameters.
     */
    int (*progress)(void *user, const snnd_progress *progress);
    void *progress_user; /**< The library passes this pointer to `progress`. */
    /**
     * A batch whose cross-entropy exceeds this number, which is above 0, means that training has diverged. The default
     * is 1e6.
     */
    double largest_loss;
    /**
     * This points to the energy of operations for reports, which is read during the call only. With NULL, the default,
     * reports have no energy.
     */
    const snnd_picojoules *picojoules;
    /**
     * This is a part of the loss of steps, as in snnd_loss_options; evaluation has the cross-entropy alone. The default
     * is 0.
     */
    double label_smoothing;
    /** This is a part of the loss of steps, as in snnd_loss_options. The default is 0. */
    double rate_penalty;
    /** This is a part of the loss of steps, as in snnd_loss_options. The default is 0. */
    double rate_lower;
    /** This is a part of the loss of steps, as in snnd_loss_options. The default is 0. */
    double rate_upper;
    /**
     * This points to [classes] weights of the loss of steps, as in snnd_loss_options, which are read during the call
     * only. With NULL, the default, all weights are 1.
     */
    const double *class_weight;
    /** This is the number of class weights: the number of the network's outputs, or 0 if `class_weight` is NULL. */
    int64_t class_weight_count;
    /**
     * The gradients of a step are clipped by this common norm, as by snnd_workspace_clip_gradients(). It is above 0 and
     * finite, or 0, the default, for no clipping.
     */
    double clip_norm;
    /**
     * This many batches, 0 to 64, are made ahead in epochs and evaluations, as in snnd_batches_options. The default is
     * 0.
     */
    int32_t prefetch;
    /** If several processes train one network, this is the number of this process, 0 to ranks - 1. The default is 0. */
    int32_t rank;
    /** This many processes train the network. It is a power of two and at most `shards`; the default is 1. */
    int32_t ranks;
    /**
     * A batch has this many parts whose sums are computed separately. It is a power of two and at most 2^10; the
     * default is 1. Each part has the memory of a workspace of ceil(batch / shards) samples.
     */
    int32_t shards;
    /**
     * This callback adds what->values over all ranks, number by number, and puts the sums in their place on each of
     * them. It returns 0, or any other number if it failed. It is not called if there is one rank.
     *
     * The order is that of the tree above: first ranks 0 and 1 and ranks 2 and 3, then these two sums, and so on, in
     * the type of the numbers and with the processor's usual rounding. If in round r = 0, 1, ... each rank exchanges
     * its numbers with the rank whose number differs in bit r, and adds what it receives to its own, this is the order,
     * and all ranks have the same bits.
     *
     * If the callback fails in a step, there is no step: the call is SNND_ERROR_CALLBACK, no parameter, statistic or
     * count has moved, and the trainer may be saved or go on. Other ranks may have made the step, if it did not fail
     * for them; then all of them load one checkpoint. An error that only one rank meets, such as an input that is not
     * finite or a lack of memory, ends the call on all of them, and so does a `progress` that stops.
     *
     * In a step each rank has these bytes to add: 80 bytes three times, of which one is after `progress` in an epoch
     * and is missing in a step of the host; 16 bytes for each neuron before batch norm in the forward pass, and as many
     * in the backward pass; 32 bytes, and 8 for each neuron that fires; and 4 bytes for each gradient except those of
     * batch norm, of absent synapses only if the controller reads them. An epoch has 80 bytes more at its beginning. An
     * evaluation has 80 bytes twice, and 56 bytes for each of its batches.
     *
     * The library does not detect ranks that do not train the same (with other options, networks, samples or numbers of
     * samples): give each what the others have, except for `rank`.
     */
    int (*reduce)(void *user, const snnd_reduction *what);
    void *reduce_user; /**< The library passes this pointer to `reduce`. */
} snnd_trainer_options;

/**
 * Sets every member of @p options to its default and records @p size in it.
 *
 * @param[out] options receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p options is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_trainer_options_init(snnd_trainer_options *options, size_t size);

/**
 * Creates a trainer at epoch 0, step 0. It allocates its buffers at the first batch, and again when samples have
 * another number of steps.
 *
 * @param network is the network, which must outlive the trainer and to which no layer can be added afterwards.
 * @param options points to the options; NULL selects the defaults.
 * @param[out] trainer receives the trainer, which the caller frees with snnd_trainer_free().
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p network or @p trainer is NULL, if an option is out of range or contradicts another one,
 *   or if the controller belongs to another network.
 * - SNND_ERROR_STATE if the network has no layers, or has a controller that the options do not name.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_trainer_epoch(), snnd_trainer_step(), snnd_trainer_evaluate()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_trainer_create(snnd_network *network, const snnd_trainer_options *options,
                                         snnd_trainer **trainer);

/**
 * Frees a trainer. Its network and its controller stay.
 *
 * @param trainer is the trainer; NULL is allowed.
 * @since 0.1.0
 */
SNND_API void snnd_trainer_free(snnd_trainer *trainer);

/**
 * This report tells the results of an epoch or of an evaluation.
 *
 * @see snnd_trainer_epoch(), snnd_trainer_evaluate()
 * @since 0.1.0
 */
typedef struct snnd_epoch_report {
    size_t size;
    int32_t epoch;        /**< This epoch was trained, or, in an evaluation, was trained last (-1: none). */
    int64_t samples;      /**< The call has seen this many samples. */
    int64_t correct;      /**< This many samples were classified correctly. */
    double accuracy;      /**< This is correct / samples. */
    double loss;          /**< This is the mean over samples; in training it includes L1 and the rate penalty. */
    double cross_entropy; /**< This is the mean over samples: batches count in proportion to their samples. */
    double sigma;         /**< This is the width of the delay profiles in the epoch. */
    double weight_rate;   /**< This is the learning rate of weights in the epoch. */
    double position_rate; /**< This is the learning rate of positions in the epoch. */
    double spike_rate;    /**< This is the mean number of spikes per hidden neuron and step. */
    double seconds;       /**< The call took this time in seconds. */
    int64_t active;       /**< This many synapses exist at the end. */
    int64_t regrown;      /**< This many synapses grew in the epoch. */
    /** This many layers of delays have no synapse at the end; nothing is learned through them. */
    int64_t empty_layers;
    /** This is the mean number of accumulations of a sample, as snnd_workspace_operations() counts them. */
    double accumulations;
    double multiplications; /**< This is the mean number of multiplications of a sample, counted in the same way. */
    /** This is the energy of these operations; it is 0 if the trainer's options do not say what operations take. */
    double picojoules;
    double rate_penalty; /**< This is the mean over samples, as the loss has it; it is 0 in evaluation. */
} snnd_epoch_report;

/**
 * Clears a report, so that the call which fills it knows its size.
 *
 * @param[out] report receives @p size, an `epoch` of -1, and zeros otherwise.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p report is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_epoch_report_init(snnd_epoch_report *report, size_t size);

/**
 * Trains one epoch over a dataset, or finishes one that was stopped in the middle.
 *
 * If the progress callback stops the epoch, the report covers the steps that are done, and the next call goes on from
 * there, in this process or, through a checkpoint, in another one. If a source fails, the steps before it stay done,
 * and the next call goes on with the batch that could not be made.
 *
 * @param trainer is the trainer.
 * @param dataset is the dataset.
 * @param[out] report receives the results; it may be NULL.
 * @return
 * - SNND_OK if the epoch is finished.
 * - SNND_STOPPED if the progress callback stopped it.
 * - SNND_ERROR_ARGUMENT if @p trainer or @p dataset is NULL, if the channels or the labels of the dataset do not fit
 *   the network, or if the stopped epoch had another number of samples.
 * - SNND_ERROR_NUMERIC if the loss or a parameter is no longer finite, or if the cross-entropy of a batch exceeds
 *   `largest_loss`; the message names epoch, step and layer.
 * - SNND_ERROR_CALLBACK if a source or `reduce` fails.
 * - SNND_ERROR_STATE in the middle of an epoch of snnd_trainer_step(), if masks are no longer those of the controller,
 *   inside `progress`, or in an epoch beyond the end of a one-cycle schedule, in which learning rates have fallen to
 *   nothing. (Other schedules stay at their end: with the default of positions, a cosine to 0, delays rest from there.)
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_trainer_evaluate(), snnd_trainer_save_checkpoint()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_trainer_epoch(snnd_trainer *trainer, const snnd_dataset *dataset, snnd_epoch_report *report);

/**
 * Computes loss and accuracy of the present network over a dataset in evaluation mode, in batches of ceil(batch /
 * shards). If there are several ranks, each evaluates a part of these batches, and all receive the report, with the
 * bits that one rank gives. Either all ranks make this call or none.
 *
 * @param trainer is the trainer.
 * @param dataset is the dataset.
 * @param[out] report receives the results; it may be NULL.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p trainer or @p dataset is NULL, or if the channels or the labels of the dataset do not fit
 *   the network.
 * - SNND_ERROR_NUMERIC if a parameter is invalid, if numbers of a layer overflow, or if the loss is not finite.
 * - SNND_ERROR_CALLBACK if a source or `reduce` fails.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_trainer_epoch()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_trainer_evaluate(snnd_trainer *trainer, const snnd_dataset *dataset,
                                           snnd_epoch_report *report);

/**
 * Makes one step on a batch of the host. Schedules stay at the present epoch until snnd_trainer_end_epoch().
 *
 * Several ranks are given the same batch; each reads all labels, and the input of its own samples alone.
 *
 * @param trainer is the trainer.
 * @param input points to [count, steps, I] finite numbers.
 * @param label points to [count] labels, each from 0 to the number of classes - 1.
 * @param count is the number of samples, 1 to the batch of the trainer.
 * @param steps is the number of time steps T of a sample.
 * @param[out] report receives the parts of the loss; it may be NULL.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if a pointer is NULL, if a number or label is out of range, or if an input is not finite.
 * - SNND_ERROR_STATE if masks are no longer those of the controller, inside `progress`, in an epoch beyond the end of a
 *   one-cycle schedule, or while an epoch of snnd_trainer_epoch() is stopped in the middle: that one must finish first,
 *   since its other samples would never be seen otherwise.
 * - SNND_ERROR_NUMERIC as for snnd_trainer_epoch().
 * - SNND_ERROR_CALLBACK if `reduce` fails.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_trainer_step_padded(), snnd_trainer_end_epoch()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_trainer_step(snnd_trainer *trainer, const float *input, const int32_t *label, int32_t count,
                                       int32_t steps, snnd_loss_report *report);

/**
 * Makes one step on a batch of samples of different lengths, as snnd_trainer_step() does on others. The lengths mean
 * what they mean in snnd_workspace_set_lengths(); a trainer does not use the lengths that are set by that function.
 *
 * @param trainer is the trainer.
 * @param input points to [count, steps, I] numbers, which are finite within their samples.
 * @param label points to [count] labels, each from 0 to the number of classes - 1.
 * @param length points to [count] lengths, each 1 to @p steps; with NULL all samples have all steps.
 * @param count is the number of samples, 1 to the batch of the trainer.
 * @param steps is the number of time steps T of a padded sample.
 * @param[out] report receives the parts of the loss; it may be NULL.
 * @return What snnd_trainer_step() returns; SNND_ERROR_ARGUMENT also if a length is out of range.
 * @see snnd_trainer_step()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_trainer_step_padded(snnd_trainer *trainer, const float *input, const int32_t *label,
                                              const int32_t *length, int32_t count, int32_t steps,
                                              snnd_loss_report *report);

/**
 * Ends an epoch of steps that snnd_trainer_step() has made.
 *
 * @param trainer is the trainer.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p trainer is NULL; SNND_ERROR_STATE if there was no step since the last
 *     epoch, in the middle of an epoch of snnd_trainer_epoch(), or if masks are no longer those of the controller.
 * @see snnd_trainer_step()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_trainer_end_epoch(snnd_trainer *trainer);

/**
 * Sets a factor of the learning rate for one array of one layer, for the steps that follow. It calls
 * snnd_optimizer_set_factor() for the optimizer of the trainer that moves the array. Checkpoints keep factors, and
 * loading one sets those that it was made with.
 *
 * @param trainer is the trainer.
 * @param layer is a layer of its network.
 * @param name is the name of the array.
 * @param factor is the factor, 0 to 1e6; 0 freezes the array.
 * @return What snnd_optimizer_set_factor() returns; SNND_ERROR_STATE also inside `progress`.
 * @see snnd_optimizer_set_factor()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_trainer_set_factor(snnd_trainer *trainer, const snnd_layer *layer, snnd_array_name name,
                                             double factor);

/**
 * Returns the number of epochs that are finished.
 *
 * @param trainer is the trainer.
 * @return The number; 0 if @p trainer is NULL.
 * @since 0.1.0
 */
SNND_API int32_t snnd_trainer_epochs_done(const snnd_trainer *trainer);

/**
 * Returns the workspace of the last step or evaluated batch, for reading gradients (of a step) and records.
 *
 * If there are several shards, it is that of this rank's first shard: it has the gradients of the whole batch, and the
 * passes and records of the samples of that shard, of which there may be none. A step, epoch or evaluation that was
 * SNND_ERROR_NUMERIC leaves it as snnd_workspace_forward() does.
 *
 * @param trainer is the trainer.
 * @return The workspace, which is borrowed, with all that it shows, until the next step, epoch or evaluation; NULL
 *     before the first one, or if @p trainer is NULL.
 * @see snnd_workspace_gradient(), snnd_workspace_record()
 * @since 0.1.0
 */
SNND_API snnd_workspace *snnd_trainer_workspace(snnd_trainer *trainer);

/**
 * Writes to one file all that training has changed: network, moments, place in the run, controller. Whatever happens,
 * the path holds either the old checkpoint or the new one.
 *
 * @param trainer is the trainer.
 * @param path is the path of the file.
 * @param note is a text in UTF-8 that is kept with the checkpoint; NULL means none.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p trainer or @p path is NULL, if the path is empty, if @p note is not UTF-8, or if the
 *   network has more layers than a file can describe.
 * - SNND_ERROR_NUMERIC if a number is invalid, or if the last step diverged.
 * - SNND_ERROR_STATE if masks are no longer those of the controller.
 * - SNND_ERROR_IO if the file cannot be written.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_trainer_load_checkpoint(), snnd_network_load()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_trainer_save_checkpoint(snnd_trainer *trainer, const char *path, const char *note);

/**
 * Writes a checkpoint to a writer, as snnd_trainer_save_checkpoint() does to a path.
 *
 * @param trainer is the trainer.
 * @param writer takes the bytes.
 * @param note is a text in UTF-8 that is kept with the checkpoint; NULL means none.
 * @return What snnd_trainer_save_checkpoint() returns; SNND_ERROR_IO or SNND_ERROR_MEMORY if the writer fails, as
 *     snnd_writer says.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_trainer_write_checkpoint(snnd_trainer *trainer, const snnd_writer *writer, const char *note);

/**
 * Puts a checkpoint back into a trainer that was made as the first one was, with the same layers, readout, options and
 * controller. Training then goes on bit for bit as if it had never stopped. If the call fails, nothing has changed.
 *
 * @param trainer is the trainer.
 * @param path is the path of the file.
 * @param[out] note receives the note of the checkpoint, which the caller frees with snnd_string_free(); it may be NULL.
 *     It is the text of whoever wrote the file, unchanged, so do not print it to a terminal.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p trainer or @p path is NULL, or if the layers or the settings of the checkpoint differ
 *   from the trainer's.
 * - SNND_ERROR_FORMAT if the file is not a valid checkpoint, or if its masks do not suit the controller.
 * - SNND_ERROR_IO if the file cannot be read.
 * - SNND_ERROR_STATE inside `progress`.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_trainer_save_checkpoint()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_trainer_load_checkpoint(snnd_trainer *trainer, const char *path, char **note);

/**
 * Puts a checkpoint back from a reader, as snnd_trainer_load_checkpoint() does from a path.
 *
 * @param trainer is the trainer.
 * @param reader gives the bytes and is read to its end.
 * @param[out] note receives the note of the checkpoint, which the caller frees with snnd_string_free(); it may be NULL.
 * @return What snnd_trainer_load_checkpoint() returns; SNND_ERROR_IO if the reader fails.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_trainer_read_checkpoint(snnd_trainer *trainer, const snnd_reader *reader, char **note);

/** @} */

/* ---------------------------------------------------------------------------------------------- */
/** @defgroup file Files
 * Networks are safetensors files. They hold weights, positions, signs, masks, batch norm and parameters of neurons by
 * name (`layers.0.weight`, ...), and the architecture as JSON in the metadata, so that a file alone is the network.
 * @{ */

/**
 * Writes a network to a file. Whatever happens, the path holds either the old file or the new one.
 *
 * @param network is the network.
 * @param path is the path of the file.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if a pointer is NULL, if the path is empty, or if the network has more layers than a file can
 *   describe.
 * - SNND_ERROR_NUMERIC if the network has a number that is not finite, a variance below 0, a mask that is not 0 or 1,
 *   or a sign that is not 1 or -1.
 * - SNND_ERROR_IO if the file cannot be written.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_network_load(), snnd_network_write()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_save(const snnd_network *network, const char *path);

/**
 * Writes a network to a writer, as snnd_network_save() does to a path.
 *
 * @param network is the network.
 * @param writer takes the bytes.
 * @return What snnd_network_save() returns; SNND_ERROR_IO or SNND_ERROR_MEMORY if the writer fails, as snnd_writer
 *     says.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_write(const snnd_network *network, const snnd_writer *writer);

/**
 * Creates a network from a file, which may also be a checkpoint.
 *
 * @param context is the context, which must outlive the network.
 * @param path is the path of the file.
 * @param[out] network receives the network, which the caller frees with snnd_network_free().
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if a pointer is NULL.
 * - SNND_ERROR_IO if the file cannot be read.
 * - SNND_ERROR_FORMAT if it is invalid: the message names what is wrong.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_network_save(), snnd_network_read()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_load(snnd_context *context, const char *path, snnd_network **network);

/**
 * Creates a network from a reader, as snnd_network_load() does from a path.
 *
 * @param context is the context, which must outlive the network.
 * @param reader gives the bytes and is read to its end.
 * @param[out] network receives the network, which the caller frees with snnd_network_free().
 * @return What snnd_network_load() returns; SNND_ERROR_IO if the reader fails.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_read(snnd_context *context, const snnd_reader *reader, snnd_network **network);

/** @} */

/* ---------------------------------------------------------------------------------------------- */
/** @defgroup analysis Analysis
 * These functions tell what a network has learned: the receptive fields of its neurons, where its synapses and delays
 * are, and what training has changed. The statistics take plain arrays in double precision, and a context for memory
 * and errors.
 * @{ */

/**
 * Tells the size of the receptive fields of a layer of delays.
 *
 * @param network is the network.
 * @param layer is a layer of delays of the network; NULL selects the last one.
 * @param[out] outputs receives O, the number of neurons of the layer; it may be NULL.
 * @param[out] rows receives the number of inputs of the network; it may be NULL.
 * @param[out] columns receives 1 + the sum of max_delay over the layers of delays up to this one; it may be NULL.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p network is NULL, if @p layer belongs to another network or is of another
 *     kind, or if the delays add up to more than 2^31 - 1 steps; SNND_ERROR_STATE if the network has no layer of
 *     delays.
 * @see snnd_receptive_fields()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_receptive_fields_size(const snnd_network *network, const snnd_layer *layer, int32_t *outputs,
                                                int32_t *rows, int32_t *columns);

/**
 * Computes the receptive fields of the neurons of a layer of delays: what a pulse in input `row` does to a neuron
 * `column` steps later, as the paper counts it.
 *
 * Every path of synapses from the input to the neuron adds the weight of its last synapse, times the signs of the
 * weights before it, to the column that is the sum of its delays in whole steps (snnd_layer_delays()). Absent synapses
 * and weights of 0 make no path. What lies between layers of delays does not count, such as time constants or batch
 * norm, not even one with a negative scale. The fields of the first layer of delays are its weights at their delays.
 * Besides the results the call takes memory for two fields of every neuron of the layer of delays before.
 *
 * @param network is the network.
 * @param layer is a layer of delays of the network; NULL selects the last one.
 * @param[out] fields receives [outputs, rows, columns] numbers, which are excitation + inhibition.
 * @param[out] excitation receives the sums over the paths of positive weight alone, in the same shape; it may be NULL.
 * @param[out] inhibition receives the sums over the paths of negative weight alone, in the same shape; it may be NULL.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p network or @p fields is NULL, if @p layer belongs to another network or is of another
 *   kind, or if the fields have more cells than memory can hold.
 * - SNND_ERROR_STATE if the network has no layer of delays.
 * - SNND_ERROR_NUMERIC if a parameter of the network is invalid.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_receptive_fields_size(), snnd_moran_permuted()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_receptive_fields(const snnd_network *network, const snnd_layer *layer, double *fields,
                                           double *excitation, double *inhibition);

/**
 * Counts the synapses of a layer of delays that exist (as snnd_layer_active() does) for each neuron and each input.
 *
 * @param layer is a layer of delays.
 * @param[out] fan_in receives [O] numbers of synapses to a neuron; it may be NULL.
 * @param[out] fan_out receives [I] numbers of synapses from an input; it may be NULL.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p layer is NULL or of another kind.
 * @see snnd_layer_delay_counts()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_layer_degrees(const snnd_layer *layer, int64_t *fan_in, int64_t *fan_out);

/**
 * Counts the synapses of a layer of delays that exist for each delay in whole steps (snnd_layer_delays()).
 *
 * @param layer is a layer of delays.
 * @param[out] excitatory receives [max_delay + 1] numbers of synapses whose weight is above 0; it may be NULL.
 * @param[out] inhibitory receives [max_delay + 1] numbers of synapses whose weight is below 0; it may be NULL.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p layer is NULL or of another kind.
 * - SNND_ERROR_NUMERIC if a position is not finite.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_layer_degrees()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_layer_delay_counts(const snnd_layer *layer, int64_t *excitatory, int64_t *inhibitory);

/**
 * This report tells what happened to synapses between two states of a network.
 *
 * @see snnd_network_changes()
 * @since 0.1.0
 */
typedef struct snnd_changes {
    size_t size;
    int64_t kept; /**< This many synapses exist in both states. */
    int64_t born; /**< This many synapses exist only after. */
    int64_t died; /**< This many synapses exist only before. */
    /** This many kept synapses have a positive weight in one state and a negative one in the other. */
    int64_t flipped;
    /**
     * The positions of kept synapses moved by this many steps on average; it is 0 if there are none, as are the two
     * below.
     */
    double mean_move;
    double largest_move;       /**< The position of a kept synapse moved by at most this many steps. */
    double mean_weight_change; /**< This is the mean |difference of weights| of kept synapses. */
} snnd_changes;

/**
 * Clears a report, so that the call which fills it knows its size.
 *
 * @param[out] changes receives @p size and zeros.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p changes is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_changes_init(snnd_changes *changes, size_t size);

/**
 * Compares two networks of the same layers and options synapse by synapse, such as two checkpoints of a run.
 *
 * @param before is the network before; it may be of another context.
 * @param after is the network after; its context receives the message if the call fails.
 * @param layer is a layer of delays of @p after; NULL selects all of them.
 * @param[out] changes receives the report.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a network or @p changes is NULL, if the networks differ in layers or options,
 *     or if
 * @p layer belongs to another network or is of another kind; SNND_ERROR_NUMERIC if a parameter is invalid.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_network_changes(const snnd_network *before, const snnd_network *after,
                                          const snnd_layer *layer, snnd_changes *changes);

/**
 * This report describes many numbers by a few.
 *
 * @see snnd_summarize()
 * @since 0.1.0
 */
typedef struct snnd_summary {
    size_t size;
    int64_t count; /**< This is the number of values. */
    double mean;   /**< This is their mean. */
    /** This is the standard deviation of the sample: sqrt(sum (x - mean)^2 / (count - 1)); for one value it is 0. */
    double deviation;
    double least; /**< This is the smallest value. */
    /**
     * A quarter of the values is below this. Quantiles are interpolated linearly at place (count - 1) q of the sorted
     * values.
     */
    double lower_quartile;
    double median;         /**< Half of the values is below this. */
    double upper_quartile; /**< A quarter of the values is above this. */
    double largest;        /**< This is the largest value. */
} snnd_summary;

/**
 * Clears a report, so that the call which fills it knows its size.
 *
 * @param[out] summary receives @p size and zeros.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p summary is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_summary_init(snnd_summary *summary, size_t size);

/**
 * Summarizes values.
 *
 * @param context is the context.
 * @param values points to [count] finite numbers.
 * @param count is the number of values, at least 1.
 * @param[out] summary receives the report.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if a pointer is NULL, if @p count is out of range, or if a value is not finite.
 * - SNND_ERROR_NUMERIC if the deviation is not finite.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_histogram()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_summarize(snnd_context *context, const double *values, int64_t count, snnd_summary *summary);

/**
 * Counts values in equal bins. A bin contains its lower edge, and the last bin contains its upper edge, too. Values
 * outside of the range, and NaN, are not counted.
 *
 * @param context is the context.
 * @param values points to [count] numbers.
 * @param count is the number of values, at least 0.
 * @param low is the lower edge of the first bin, which is finite.
 * @param high is the upper edge of the last bin, which is finite and above @p low.
 * @param bins is the number of bins, at least 1.
 * @param[out] counts receives [bins] numbers of values.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL (@p values may be if @p count is 0), or if a number is out
 *     of range or high - low is not finite.
 * @see snnd_summarize()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_histogram(snnd_context *context, const double *values, int64_t count, double low, double high,
                                    int32_t bins, int64_t *counts);

/**
 * A value of this type says which cells of a grid are neighbours. Grids do not wrap around.
 *
 * @since 0.1.0
 */
typedef enum snnd_neighbours {
    SNND_QUEEN = 0, /**< The 8 cells around a cell are its neighbours. */
    SNND_ROOK = 1   /**< The 4 cells that have a side in common with a cell are its neighbours. */
} snnd_neighbours;

/**
 * Computes Moran's I of a grid, with weight 1 between neighbours (Moran 1950):
 *
 *     N / W * sum_ij w_ij z_i z_j / sum_i z_i^2
 *
 * where z are the cells without their mean, N is their number and W the sum of the weights. Without autocorrelation the
 * expected value is -1 / (N - 1).
 *
 * @param context is the context.
 * @param grid points to [rows, columns] finite numbers.
 * @param rows is the number of rows, 1 to 2^14.
 * @param columns is the number of columns, 1 to 2^20; the grid has at least two cells.
 * @param neighbours says which cells are neighbours.
 * @param[out] result receives Moran's I.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if a pointer is NULL, or if the shape or @p neighbours is out of range.
 * - SNND_ERROR_NUMERIC if all cells are equal, if one is not finite, or if the sum of their squares is 0 or not finite.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_moran_maximum(), snnd_moran_permuted()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_moran(snnd_context *context, const double *grid, int32_t rows, int32_t columns,
                                snnd_neighbours neighbours, double *result);

/**
 * These options say which orders of the rows are tried, and which cells are neighbours.
 *
 * @see snnd_moran_maximum(), snnd_moran_permuted()
 * @since 0.1.0
 */
typedef struct snnd_moran_options {
    size_t size;
    int32_t neighbours; /**< One of ::snnd_neighbours says which cells are neighbours. The default is QUEEN. */
    /**
     * This many orders of the rows are tried, at least 1, or 0 in snnd_moran_permuted(). The default is 2000, as in the
     * paper.
     */
    int32_t permutations;
    uint64_t seed; /**< The orders are drawn from this seed. The default is 0. */
    /**
     * This points to [permutations, rows] orders to try instead, each of which has every row once. With NULL, the
     * default, they are drawn.
     */
    const int32_t *orders;
    /**
     * If this is 1, the search goes on from the best order: it reverses runs of neighbouring rows as long as that gains
     * (2-opt, Croes 1958). This finds higher maxima than the paper's permutations, so compare like with like. The
     * default is 0.
     */
    int32_t search;
} snnd_moran_options;

/**
 * Sets every member of @p options to its default and records @p size in it.
 *
 * @param[out] options receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p options is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_moran_options_init(snnd_moran_options *options, size_t size);

/**
 * Finds the largest Moran's I over orders of the rows, for grids whose rows have no order of their own, such as the
 * hidden neurons and input channels of a receptive field. The columns keep their order. An order costs as many
 * operations as there are rows.
 *
 * @param context is the context.
 * @param grid points to [rows, columns] finite numbers.
 * @param rows is the number of rows, 1 to 2^14.
 * @param columns is the number of columns, 1 to 2^20; the grid has at least two cells.
 * @param options points to the options; NULL selects the defaults.
 * @param[out] result receives the largest Moran's I.
 * @param[out] order receives the best order [rows], in which row order[r] is in place r; it may be NULL.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if a pointer is NULL, if the shape or an option is out of range, or if an order of the host
 *   does not have every row once.
 * - SNND_ERROR_NUMERIC as for snnd_moran().
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_moran(), snnd_moran_permuted()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_moran_maximum(snnd_context *context, const double *grid, int32_t rows, int32_t columns,
                                        const snnd_moran_options *options, double *result, int32_t *order);

/**
 * The alternative is what a test sets against the hypothesis that there is no difference.
 *
 * @since 0.1.0
 */
typedef enum snnd_alternative {
    SNND_TWO_SIDED = 0, /**< The values of x and y differ in either direction. */
    SNND_LESS = 1,      /**< The values of x tend to be smaller than those of y. */
    SNND_GREATER = 2    /**< The values of x tend to be larger than those of y. */
} snnd_alternative;

/**
 * This report tells the result of a rank test.
 *
 * @see snnd_mann_whitney()
 * @since 0.1.0
 */
typedef struct snnd_rank_test {
    size_t size;
    double u;       /**< This is U of x: the number of pairs in which x is larger, where a tie counts half. */
    double p;       /**< This is p, down to about 1e-307. */
    double log10_p; /**< This is log10(p), also if p is smaller than a double can be. */
    int32_t exact;  /**< This is 1 if p is from the distribution of U, and 0 if it is from its normal approximation. */
} snnd_rank_test;

/**
 * Clears a report, so that the call which fills it knows its size.
 *
 * @param[out] result receives @p size, a `p` of 1, and zeros otherwise.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p result is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_rank_test_init(snnd_rank_test *result, size_t size);

/**
 * Performs the Mann-Whitney U test of two samples (Mann and Whitney 1947). It is exact if there are no ties, if one
 * sample has no more than 8 values, and if the other has no more than 500. Otherwise it is normal, corrected for ties
 * and continuity. If all values are equal, p is 1.
 *
 * Values are tied only if they are the same number. Values which are equal but for the rounding of the sums that they
 * were computed from get different ranks, so a host rounds such values first.
 *
 * @param context is the context.
 * @param x points to [x_count] finite numbers.
 * @param x_count is the number of values of x, at least 1.
 * @param y points to [y_count] finite numbers.
 * @param y_count is the number of values of y, at least 1; both numbers together are at most 2^31 - 1.
 * @param alternative is what the test sets against no difference.
 * @param[out] result receives the report.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, if a number or @p alternative is out of range, or if a
 *     value is not finite; SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_auc(), snnd_wilcoxon(), snnd_correct()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_mann_whitney(snnd_context *context, const double *x, int32_t x_count, const double *y,
                                       int32_t y_count, snnd_alternative alternative, snnd_rank_test *result);

/**
 * A value of this type says what permutations of a grid move.
 *
 * @since 0.1.0
 */
typedef enum snnd_shuffle {
    /** Whole rows move. The question is whether there is order between rows, beyond that within each. */
    SNND_SHUFFLE_ROWS = 0,
    SNND_SHUFFLE_CELLS = 1 /**< Every cell moves by itself. The question is whether there is any order. */
} snnd_shuffle;

/**
 * This report sets Moran's I of a grid beside what the same rows or cells give in random order.
 *
 * @see snnd_moran_permuted()
 * @since 0.1.0
 */
typedef struct snnd_moran_test {
    size_t size;
    double index; /**< This is Moran's I of the grid as it is. */
    /** This is the mean of I over all orders, not only over those drawn; for cells it is -1 / (N - 1). */
    double expected;
    double variance; /**< This is the variance of I over all orders; it is 0 if the order makes no difference. */
    /** This is (index - expected) / sqrt(variance); it is 0 if the order makes no difference. */
    double z;
    int32_t permutations; /**< This many orders were drawn. */
    int32_t as_large;     /**< This many of them have an I that is at least as large, to within 1e-12. */
    /**
     * This is (as_large + 1) / (permutations + 1), the one-sided p of an I this large. It depends on the seed, and is
     * never below 1 / (permutations + 1).
     */
    double p;
} snnd_moran_test;

/**
 * Clears a report, so that the call which fills it knows its size.
 *
 * @param[out] result receives @p size, a `p` of 1, and zeros otherwise.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p result is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_moran_test_init(snnd_moran_test *result, size_t size);

/**
 * Compares Moran's I of a grid with permutations of its rows or cells.
 *
 * Expectation and variance are those of all permutations and are computed without drawing any (Cliff and Ord 1981 for
 * cells; for rows Mantel 1967, of which the former is a case), so that z does not depend on a seed. Orders are drawn
 * for p (Hope 1968; the grid's own order counts as one, Davison and Hinkley 1997).
 *
 * @param context is the context.
 * @param grid points to [rows, columns] finite numbers.
 * @param rows is the number of rows, 1 to 2^14.
 * @param columns is the number of columns, 1 to 2^20; the grid has at least two cells, and at most 2^31 - 1 if they
 *     move.
 * @param shuffle says what moves.
 * @param options points to the options; NULL selects the defaults. A seed gives the same orders of rows as for
 *     snnd_moran_maximum(). `search` must be 0, `permutations` may be 0 (p is then 1), and with SNND_SHUFFLE_CELLS
 *     `orders` must be NULL.
 * @param[out] result receives the report.
 * @param[out] distribution receives I of each order that was drawn [permutations]; it may be NULL.
 * @return What snnd_moran() returns; SNND_ERROR_ARGUMENT also if @p shuffle or an option is out of range, or if an
 *     order of the host does not have every row once.
 * @see snnd_moran(), snnd_moran_maximum()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_moran_permuted(snnd_context *context, const double *grid, int32_t rows, int32_t columns,
                                         snnd_shuffle shuffle, const snnd_moran_options *options,
                                         snnd_moran_test *result, double *distribution);

/**
 * This report tells the result of Wilcoxon's test of pairs.
 *
 * @see snnd_wilcoxon()
 * @since 0.1.0
 */
typedef struct snnd_signed_rank_test {
    size_t size;
    double positive; /**< This is the sum of the ranks of the pairs in which x is larger; ties have the middle rank. */
    double negative; /**< This is the sum of the ranks of the pairs in which y is larger. */
    /**
     * This is (positive - negative) / (positive + negative), from -1 to 1: the rank-biserial correlation of pairs
     * (Kerby 2014).
     */
    double effect;
    double p;       /**< This is p, down to about 1e-307. */
    double log10_p; /**< This is log10(p), also if p is smaller than a double can be. */
    int32_t pairs;  /**< This many pairs are not equal and have ranks. */
    int32_t equal;  /**< This many pairs are left out, since x and y are equal. */
    /**
     * This is 1 if p is from the distribution of the ranks as they are, including ties, and 0 if it is from its normal
     * approximation.
     */
    int32_t exact;
} snnd_signed_rank_test;

/**
 * Clears a report, so that the call which fills it knows its size.
 *
 * @param[out] result receives @p size, a `p` of 1, and zeros otherwise.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p result is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_signed_rank_test_init(snnd_signed_rank_test *result, size_t size);

/**
 * Performs Wilcoxon's signed-rank test of pairs (Wilcoxon 1945): whether the differences of pairs x[k], y[k] lie around
 * 0. Equal pairs are left out, as Wilcoxon does. It is exact up to 200 pairs that are not equal, also with ties. Beyond
 * that it is normal, corrected for ties and continuity. If all pairs are equal, p is 1 and the effect 0. Differences
 * are tied, and pairs equal, only if the numbers are the same, as for snnd_mann_whitney().
 *
 * @param context is the context.
 * @param x points to [count] finite numbers.
 * @param y points to [count] finite numbers; with NULL, @p x holds the differences.
 * @param count is the number of pairs, at least 1.
 * @param alternative is what the test sets against no difference.
 * @param[out] result receives the report.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if a pointer is NULL, if @p count or @p alternative is out of range, or if a value is not
 *   finite.
 * - SNND_ERROR_NUMERIC if a difference is not finite.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_mann_whitney(), snnd_correct()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_wilcoxon(snnd_context *context, const double *x, const double *y, int32_t count,
                                   snnd_alternative alternative, snnd_signed_rank_test *result);

/**
 * This report holds an estimate and an interval that contains the estimated quantity with a probability of `level`.
 *
 * @see snnd_auc(), snnd_proportion()
 * @since 0.1.0
 */
typedef struct snnd_interval {
    size_t size;
    double estimate; /**< This is the estimate from the given numbers. */
    double low;      /**< This is the lower end, which is never above the estimate. */
    double high;     /**< This is the upper end, which is never below the estimate. */
} snnd_interval;

/**
 * Clears a report, so that the call which fills it knows its size.
 *
 * @param[out] interval receives @p size and zeros.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p interval is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_interval_init(snnd_interval *interval, size_t size);

/**
 * Estimates the effect that snnd_mann_whitney() tests: the probability that a value of x is larger than a value of y,
 * where a tie counts half.
 *
 * It is U / (x_count y_count) and the area under the curve of receiver operating characteristics (AUC); 0.5 is no
 * difference. The interval is the fifth of Newcombe (2006), whose standard error is that of Hanley and McNeil (1982) at
 * its ends. It stays within 0 and 1, and it has a width even if all values of x are larger.
 *
 * @param context is the context.
 * @param x points to [x_count] finite numbers.
 * @param x_count is the number of values of x, at least 1.
 * @param y points to [y_count] finite numbers.
 * @param y_count is the number of values of y, at least 1; both numbers together are at most 2^31 - 1.
 * @param level is the probability of the interval, above 0 and below 1, such as 0.95.
 * @param[out] interval receives the report.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, if a number is out of range, or if a value is not finite;
 *     SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_mann_whitney()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_auc(snnd_context *context, const double *x, int32_t x_count, const double *y, int32_t y_count,
                              double level, snnd_interval *interval);

/**
 * Estimates a proportion, such as an accuracy, with the interval of Wilson (1927) without correction for continuity.
 *
 * @param context is the context.
 * @param hits is the number of hits, 0 to @p trials.
 * @param trials is the number of trials, at least 1.
 * @param level is the probability of the interval, above 0 and below 1.
 * @param[out] interval receives the report.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL or a number is out of range.
 * @see snnd_auc()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_proportion(snnd_context *context, int64_t hits, int64_t trials, double level,
                                     snnd_interval *interval);

/**
 * This report tells the result of Welch's test.
 *
 * @see snnd_welch()
 * @since 0.1.0
 */
typedef struct snnd_t_test {
    size_t size;
    double t;          /**< This is the difference divided by its standard error. */
    double degrees;    /**< These are the degrees of freedom by Welch and Satterthwaite. */
    double p;          /**< This is p, down to about 1e-307. */
    double log10_p;    /**< This is log10(p), also if p is smaller than a double can be. */
    double difference; /**< This is the mean of x minus the mean of y. */
    /** This is the lower end of the interval of the difference, which is two-sided whatever the alternative. */
    double low;
    double high; /**< This is its upper end. */
} snnd_t_test;

/**
 * Clears a report, so that the call which fills it knows its size.
 *
 * @param[out] result receives @p size, a `p` of 1, and zeros otherwise.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p result is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_t_test_init(snnd_t_test *result, size_t size);

/**
 * Performs Welch's t test of the means of two samples whose variances may differ (Welch 1947), with the interval of
 * their difference.
 *
 * That two means are equal within a margin which was stated before is shown at 5 % if the interval at level 0.9 lies
 * within the margin (Schuirmann 1987). A p above 0.05 does not show it.
 *
 * @param context is the context.
 * @param x points to [x_count] finite numbers.
 * @param x_count is the number of values of x, at least 2.
 * @param y points to [y_count] finite numbers.
 * @param y_count is the number of values of y, at least 2; both numbers together are at most 2^31 - 1.
 * @param alternative is what the test sets against no difference.
 * @param level is the probability of the interval, above 0 and below 1.
 * @param[out] result receives the report.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, if a number or @p alternative is out of range, or if a
 *     value is not finite; SNND_ERROR_NUMERIC if all values of x are equal and all of y, or if squares are 0 or not
 *     finite.
 * @see snnd_mann_whitney()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_welch(snnd_context *context, const double *x, int32_t x_count, const double *y,
                                int32_t y_count, snnd_alternative alternative, double level, snnd_t_test *result);

/**
 * This report tells how alike the values of one group are.
 *
 * @see snnd_intraclass_correlation()
 * @since 0.1.0
 */
typedef struct snnd_intraclass {
    size_t size;
    /**
     * This is (between - within) / (between + (n - 1) within), at most 1. It is below 0 if values differ more within
     * groups than across them.
     */
    double correlation;
    /**
     * This is the lower end of its interval, which is exact for normal values in groups of one size. At levels near 0
     * the correlation may lie outside of the interval, since it is the interval of f.
     */
    double low;
    double high;    /**< This is its upper end. */
    double between; /**< This is the mean square between groups. */
    double within;  /**< This is the mean square within groups. */
    double f;       /**< This is between / within. */
    /** This is the p of an f at least as large if values of one group are no more alike than others. */
    double p;
    /** This is n; for groups of different sizes it is (N - sum of squared sizes / N) / (groups - 1). */
    double group_size;
} snnd_intraclass;

/**
 * Clears a report, so that the call which fills it knows its size.
 *
 * @param[out] result receives @p size, a `p` of 1, and zeros otherwise.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p result is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_intraclass_init(snnd_intraclass *result, size_t size);

/**
 * Computes the intraclass correlation of one-way groups (Fisher 1925; ICC(1,1) of Shrout and Fleiss 1979; for different
 * sizes Donner 1986). It tells whether values may be pooled over groups, such as outputs over networks, as if they were
 * independent.
 *
 * @param context is the context.
 * @param values points to finite numbers, group after group.
 * @param sizes points to [groups] numbers of values, each at least 1, and one of them at least 2.
 * @param groups is the number of groups, at least 2.
 * @param level is the probability of the interval, above 0 and below 1.
 * @param[out] result receives the report.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, if a number is out of range, or if a value is not finite;
 *     SNND_ERROR_NUMERIC if the values of each group are equal, or if squares are 0 or not finite.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_intraclass_correlation(snnd_context *context, const double *values, const int32_t *sizes,
                                                 int32_t groups, double level, snnd_intraclass *result);

/**
 * A value of this type says how the p of several tests are corrected.
 *
 * @since 0.1.0
 */
typedef enum snnd_correction {
    /** The probability of a single false finding is at most `level`, whatever depends on what (Holm 1979). */
    SNND_HOLM = 0,
    /**
     * On average at most `level` of the findings are false, if the tests are independent or depend positively
     * (Benjamini and Hochberg 1995).
     */
    SNND_BENJAMINI_HOCHBERG = 1
} snnd_correction;

/**
 * Corrects the p of several tests. A test is a finding at a level if its corrected p is not above it.
 *
 * @param context is the context.
 * @param p points to [count] numbers, each from 0 to 1.
 * @param count is the number of tests, at least 1.
 * @param correction selects the method.
 * @param[out] corrected receives [count] corrected p; it may be @p p itself.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, or if a number or @p correction is out of range;
 *     SNND_ERROR_MEMORY if memory cannot be allocated.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_correct(snnd_context *context, const double *p, int32_t count, snnd_correction correction,
                                  double *corrected);

/** @} */

/* ---------------------------------------------------------------------------------------------- */
/** @defgroup inference Inference
 * A trained network processes frames one by one. A plan is what inference needs of a network; it is read-only, and any
 * number of streams in any threads share it. A stream is all that changes while frames arrive.
 *
 * Threads: plans and streams are created, also by snnd_stream_clone(), and freed in the thread of the context, except
 * that snnd_stream_place() uses no context. All other functions of a stream access nothing but the stream and its plan,
 * so that each stream may belong to a thread of its own. They allocate nothing.
 *
 * @{ */

/**
 * A plan is a network that is frozen for inference; it is read-only.
 *
 * @see snnd_plan_create()
 * @since 0.1.0
 */
typedef struct snnd_plan snnd_plan;

/**
 * A stream is one input on its way through a plan; it holds all that changes.
 *
 * @see snnd_stream_create()
 * @since 0.1.0
 */
typedef struct snnd_stream snnd_stream;

/**
 * Creates a plan of the present network: whole delays, running statistics and no dropout, as in evaluation. The plan is
 * a copy, and the network may be trained further or freed. Free a plan after its streams and before its context.
 *
 * @param network is the network.
 * @param[out] plan receives the plan, which the caller frees with snnd_plan_free().
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if a pointer is NULL.
 * - SNND_ERROR_STATE if the network has no layers.
 * - SNND_ERROR_NUMERIC if a parameter is invalid.
 * - SNND_ERROR_MEMORY if memory cannot be allocated, or if a stream of the plan would have more bytes than the machine
 *   can address, so that the sizes of streams are always what the functions say.
 * @see snnd_stream_create(), snnd_export_c()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_plan_create(const snnd_network *network, snnd_plan **plan);

/**
 * Frees a plan, whose streams must be freed before.
 *
 * @param plan is the plan; NULL is allowed.
 * @since 0.1.0
 */
SNND_API void snnd_plan_free(snnd_plan *plan);

/**
 * Returns the number of channels of a frame.
 *
 * @param plan is the plan.
 * @return The number; 0 if @p plan is NULL.
 * @since 0.1.0
 */
SNND_API int32_t snnd_plan_inputs(const snnd_plan *plan);

/**
 * Returns the number of neurons of the last layer.
 *
 * @param plan is the plan.
 * @return The number; 0 if @p plan is NULL.
 * @since 0.1.0
 */
SNND_API int32_t snnd_plan_outputs(const snnd_plan *plan);

/**
 * Counts the synapses whose weight is not 0 in evaluation. After a step of DEEP R these are more than
 * snnd_network_active() if synapses have just been dropped (::snnd_deep_r_options).
 *
 * @param plan is the plan.
 * @return The number; 0 if @p plan is NULL.
 * @since 0.1.0
 */
SNND_API int64_t snnd_plan_synapses(const snnd_plan *plan);

/**
 * These options say how a stream makes scores.
 *
 * @see snnd_stream_create()
 * @since 0.1.0
 */
typedef struct snnd_stream_options {
    size_t size;
    int32_t readout; /**< One of ::snnd_readout says how scores are made. The default is NETWORK. */
} snnd_stream_options;

/**
 * Sets every member of @p options to its default and records @p size in it.
 *
 * @param[out] options receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p options is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_stream_options_init(snnd_stream_options *options, size_t size);

/**
 * Creates a stream that has seen no frame.
 *
 * @param plan is the plan, which must outlive the stream.
 * @param options points to the options; NULL selects the defaults.
 * @param[out] stream receives the stream, which the caller frees with snnd_stream_free().
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p plan or @p stream is NULL, or if an option is out of range;
 *     SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_stream_place(), snnd_stream_push()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_stream_create(const snnd_plan *plan, const snnd_stream_options *options,
                                        snnd_stream **stream);

/**
 * Returns the number of bytes that a stream of a plan takes.
 *
 * @param plan is the plan.
 * @return The number; 0 if @p plan is NULL.
 * @see snnd_stream_place()
 * @since 0.1.0
 */
SNND_API size_t snnd_stream_size(const snnd_plan *plan);

/**
 * Creates a stream in memory of the host. The call allocates nothing and leaves no message.
 *
 * @param plan is the plan, which must outlive the stream.
 * @param options points to the options; NULL selects the defaults.
 * @param memory points to the memory, which is aligned to 64 bytes and must outlive the stream.
 * @param bytes is the size of the memory, at least snnd_stream_size().
 * @param[out] stream receives the stream.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, if the memory is too small or not aligned, or if an option
 *     is out of range.
 * @see snnd_stream_create()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_stream_place(const snnd_plan *plan, const snnd_stream_options *options, void *memory,
                                       size_t bytes, snnd_stream **stream);

/**
 * Frees a stream. A stream in memory of the host needs no call, which does nothing.
 *
 * @param stream is the stream; NULL is allowed.
 * @since 0.1.0
 */
SNND_API void snnd_stream_free(snnd_stream *stream);

/**
 * Returns the sentence that the last failed call of a stream stored. Calls that succeed do not change it.
 *
 * @param stream is the stream; NULL gives "".
 * @return The sentence, or "" if no call has failed. It is borrowed until the next call that fails.
 * @see snnd_context_last_error()
 * @since 0.1.0
 */
SNND_API const char *snnd_stream_last_error(const snnd_stream *stream);

/**
 * Processes one frame, which is one time step.
 *
 * On the instruction set of the context, potentials and scores are, to the last bit, what snnd_workspace_forward() in
 * evaluation makes of the same frames as one sample. The call allocates nothing and takes the same time for every
 * frame, except that inputs and neurons that were silent during all of max_delay cost nothing.
 *
 * @param stream is the stream.
 * @param frame points to [inputs] finite numbers.
 * @param[out] potentials receives the [outputs] outputs of the last layer at this step; it may be NULL.
 * @param[out] scores receives the [outputs] scores over all frames so far; it may be NULL.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p stream or @p frame is NULL, or if a number is not finite;
 *     SNND_ERROR_NUMERIC if an output or a neuron overflowed: the frame has been processed, and the stream has to be
 *     reset.
 * @see snnd_stream_push_events(), snnd_stream_reset()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_stream_push(snnd_stream *stream, const float *frame, float *potentials, float *scores);

/**
 * Processes one frame that is given as events, as snnd_stream_push() does: the number of each channel is how many of
 * the events it has.
 *
 * @param stream is the stream.
 * @param channels points to [count] channels of events, each below the number of inputs; a channel may occur several
 *     times.
 * @param count is the number of events, at least 0.
 * @param[out] potentials receives the [outputs] outputs of the last layer at this step; it may be NULL.
 * @param[out] scores receives the [outputs] scores over all frames so far; it may be NULL.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p stream is NULL, if @p channels is NULL although there are events, or if @p
 *     count or a channel is out of range; SNND_ERROR_NUMERIC as for snnd_stream_push().
 * @see snnd_stream_push()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_stream_push_events(snnd_stream *stream, const int32_t *channels, int64_t count,
                                             float *potentials, float *scores);

/**
 * Returns the number of frames since a stream was created or reset.
 *
 * @param stream is the stream.
 * @return The number; 0 if @p stream is NULL.
 * @since 0.1.0
 */
SNND_API int64_t snnd_stream_frames(const snnd_stream *stream);

/**
 * Sets a stream back to where it was before its first frame.
 *
 * @param stream is the stream.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p stream is NULL.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_stream_reset(snnd_stream *stream);

/**
 * Gives a stream the state of another one of the same network and readout. From there they are independent.
 *
 * @param to is the stream that changes, and that receives the message if the call fails.
 * @param from is the stream with the state.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL, or if the streams have different networks or readouts.
 * @see snnd_stream_clone()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_stream_copy(snnd_stream *to, const snnd_stream *from);

/**
 * Creates another stream of the same plan in the same state. It belongs to the thread of the context, as
 * snnd_stream_create() does, and leaves its message there.
 *
 * @param stream is the stream to copy.
 * @param[out] clone receives the copy, which the caller frees with snnd_stream_free().
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL; SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_stream_copy()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_stream_clone(const snnd_stream *stream, snnd_stream **clone);

/**
 * Returns the number of bytes that snnd_stream_save() writes.
 *
 * @param stream is the stream.
 * @return The number; 0 if @p stream is NULL.
 * @since 0.1.0
 */
SNND_API size_t snnd_stream_state_size(const snnd_stream *stream);

/**
 * Writes the state of a stream to memory of the host. The bytes are the same on every machine.
 *
 * @param stream is the stream.
 * @param[out] state receives snnd_stream_state_size() bytes.
 * @param bytes is the room at @p state, at least that many.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL or the room is too small; SNND_ERROR_NUMERIC if neurons
 *     have overflowed.
 * @see snnd_stream_restore()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_stream_save(snnd_stream *stream, void *state, size_t bytes);

/**
 * Goes on from a saved state, on this machine or another. If the call fails, the stream stays as it is.
 *
 * @param stream is the stream.
 * @param state points to the saved state.
 * @param bytes is the size of the state.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if a pointer is NULL; SNND_ERROR_FORMAT if the state is damaged, or if it is of
 *     another network or readout.
 * @see snnd_stream_save()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_stream_restore(snnd_stream *stream, const void *state, size_t bytes);

/** @} */

/* ---------------------------------------------------------------------------------------------- */
/** @defgroup export Export
 * A trained network can be written in other forms.
 * @{ */

/**
 * A value of this type says which numbers exported C works with. The values never change.
 *
 * @since 0.1.0
 */
typedef enum snnd_c_numbers {
    SNND_C_FLOAT32 = 1, /**< The exported C uses float32 throughout; any network can be exported. */
    /**
     * The exported C uses whole numbers only, for processors without floating point: int8 weights with a scale for each
     * neuron, int16 inputs, int32 potentials, int16 or int32 currents. In such a network the layers are delays, with or
     * without batch norm, before LIF neurons, and LIF neurons or leaky integrators at the end.
     */
    SNND_C_FIXED = 2
} snnd_c_numbers;

/**
 * These options say what is exported, and how.
 *
 * @see snnd_export_c()
 * @since 0.1.0
 */
typedef struct snnd_export_c_options {
    size_t size;
    int32_t numbers; /**< One of ::snnd_c_numbers selects the numbers. The default is FLOAT32. */
    int32_t readout; /**< One of ::snnd_readout says how scores are made. The default is NETWORK. */
    /**
     * All names in the C begin with this prefix: a letter, then letters, digits and '_', at most 63 in all. The default
     * is "snn".
     */
    const char *name;
    /**
     * Fixed point needs either this, the largest |input|, 1e-30 to 1e30, or `samples`. Larger inputs count as the
     * largest. With FLOAT32 both have no effect and are SNND_ERROR_ARGUMENT. The default, 0, means that `samples` tell
     * it.
     */
    double largest_input;
    /** This is a dataset of typical inputs, which is borrowed during the call. The default is NULL. */
    const snnd_dataset *samples;
} snnd_export_c_options;

/**
 * Sets every member of @p options to its default and records @p size in it.
 *
 * @param[out] options receives the defaults.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p options is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_export_c_options_init(snnd_export_c_options *options, size_t size);

/**
 * This report tells how much memory the exported C takes, and what its numbers mean.
 *
 * @see snnd_export_c()
 * @since 0.1.0
 */
typedef struct snnd_export_c_report {
    size_t size;
    /**
     * The state that the caller of the C keeps has this many bytes. It has 4 fewer on some processors that put 64-bit
     * numbers at multiples of 4, such as 32-bit x86.
     */
    int64_t ram;
    int64_t flash; /**< The constant tables have this many bytes; the code needs more. */
    /** The tables have this many synapses. Those whose weight became 0 are left out if that saves room. */
    int64_t synapses;
    /** In fixed point an input is a real number times this, rounded to the nearest; otherwise this is 1. */
    double input_scale;
    int32_t input_limit;   /**< In fixed point larger inputs count as this number; otherwise this is 0. */
    double potential_unit; /**< In fixed point one unit of the potentials has this value; otherwise this is 1. */
    double score_unit;     /**< In fixed point one unit of the scores has this value; otherwise this is 1. */
} snnd_export_c_report;

/**
 * Clears a report, so that the call which fills it knows its size.
 *
 * @param[out] report receives @p size and zeros.
 * @param size is `sizeof` of the structure as the caller knows it.
 * @return SNND_OK; SNND_ERROR_ARGUMENT if @p report is NULL, or if @p size is below `sizeof(size_t)` or above 65536.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_export_c_report_init(snnd_export_c_report *report, size_t size);

/**
 * Writes a plan as one C99 source file and its header. They include nothing but <stdint.h>, allocate nothing and call
 * no function of a library, so that they suit microcontrollers.
 *
 * The header says how the C is called, what it takes and in which units; doc/deploy.md tells more. The same plan and
 * options give the same bytes in every locale and rounding mode of the host.
 *
 * The float variant does what a stream of the plan does, except for rounding, since batch norm is folded into weights
 * and biases, and sums run in another order: if a potential comes within rounding of a threshold, a spike may differ,
 * and all that follows from it. The fixed-point variant agrees as well as its numbers allow.
 *
 * Each file is written completely or not at all, the source before the header. The source includes the header by its
 * name without folders.
 *
 * @param plan is the plan.
 * @param options points to the options; NULL selects the defaults.
 * @param source_path is the path of the source file.
 * @param header_path is the path of the header.
 * @param[out] report receives the report; it may be NULL.
 * @return
 * - SNND_OK on success.
 * - SNND_ERROR_ARGUMENT if @p plan or a path is NULL, if both paths are one file, if the name of the header cannot
 *   stand in an include directive, if an option is out of range, or if the samples do not fit the network or have
 *   inputs that are out of range.
 * - SNND_ERROR_UNSUPPORTED if a layer cannot be written (the message names it and says why), if the network is nothing
 *   but dropout, or if fixed point has more than 32767 outputs.
 * - SNND_ERROR_NUMERIC if a weight with its batch norm is out of the range of float32.
 * - SNND_ERROR_CALLBACK if the samples have a source, and it fails.
 * - SNND_ERROR_IO if a file cannot be written.
 * - SNND_ERROR_MEMORY if memory cannot be allocated.
 * @see snnd_export_c_write(), snnd_plan_create()
 * @since 0.1.0
 */
SNND_API snnd_status snnd_export_c(const snnd_plan *plan, const snnd_export_c_options *options, const char *source_path,
                                   const char *header_path, snnd_export_c_report *report);

/**
 * Writes a plan as C to two writers, as snnd_export_c() does to two paths: first the source, then the header.
 *
 * @param plan is the plan.
 * @param options points to the options; NULL selects the defaults.
 * @param source takes the bytes of the source file.
 * @param header takes the bytes of the header.
 * @param header_name is the name by which the source includes the header.
 * @param[out] report receives the report; it may be NULL.
 * @return What snnd_export_c() returns; SNND_ERROR_IO or SNND_ERROR_MEMORY if a writer fails, as snnd_writer says.
 * @since 0.1.0
 */
SNND_API snnd_status snnd_export_c_write(const snnd_plan *plan, const snnd_export_c_options *options,
                                         const snnd_writer *source, const snnd_writer *header, const char *header_name,
                                         snnd_export_c_report *report);

/** @} */

/* ---------------------------------------------------------------------------------------------- */
/** @defgroup random Random numbers
 * These numbers are for hosts whose own choices should be reproducible, too.
 * @{ */

/**
 * Returns a uniform random number with 53 random bits, which is a pure function of the arguments (Philox4x32-10; Salmon
 * et al. 2011). It never coincides with the numbers that the library draws for itself.
 *
 * @param seed is the seed.
 * @param stream selects an independent sequence.
 * @param index is the place in the sequence.
 * @return The number, at least 0 and below 1.
 * @since 0.1.0
 */
SNND_API double snnd_random_uniform(uint64_t seed, uint64_t stream, uint64_t index);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
