/*
 * The context: its options and how it is made, its memory, and the sentences that it gives to the host as errors and
 * log (context.h). It chooses the instruction set and who multiplies matrices, and is the one file of this module that
 * asks lib/kernel (dispatch.h, product.h).
 */
#include "base/context.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/options.h"
#include "base/parallel.h"
#include "base/text_mode.h"
#include "base/utf8.h"
#include "kernel/dispatch.h"
#include "kernel/product.h"

enum { CACHE_LINE = 64, MAX_THREADS = 1024 };

/* Returns zeroed memory; the system provides only the pages that are used. The pointer that calloc() returned is stored
 * in front of it. */
static void *system_allocate(void *user, size_t bytes, size_t alignment) {
    (void)user;
    const size_t all = snnd_size_add(bytes, alignment + sizeof(void *));
    char *whole = snnd_size_fits(all) ? calloc(1, all) : NULL;
    if (whole == NULL)
        return NULL;
    char *memory = whole + sizeof whole;
    memory += (alignment - (uintptr_t)memory % alignment) % alignment;
    memcpy(memory - sizeof whole, &whole, sizeof whole);
    return memory;
}

static void system_release(void *user, void *memory) {
    char *whole;
    (void)user;
    memcpy(&whole, (char *)memory - sizeof whole, sizeof whole);
    free(whole);
}

const char *snnd_status_string(snnd_status status) {
    switch (status) {
    case SNND_OK:
        return "success";
    case SNND_ERROR_ARGUMENT:
        return "invalid argument";
    case SNND_ERROR_MEMORY:
        return "out of memory";
    case SNND_ERROR_IO:
        return "input or output failed";
    case SNND_ERROR_FORMAT:
        return "file not in the expected format";
    case SNND_ERROR_STATE:
        return "not possible in this state";
    case SNND_ERROR_NUMERIC:
        return "numbers no longer finite";
    case SNND_ERROR_UNSUPPORTED:
        return "not supported here";
    case SNND_STOPPED:
        return "stopped by the host";
    case SNND_ERROR_CALLBACK:
        return "a callback of the host failed";
    }
    return "unknown status";
}

const char *snnd_version(void) {
    return SNND_VERSION_STRING;
}

snnd_status snnd_context_options_init(snnd_context_options *options, size_t size) {
    static const snnd_context_options defaults = {.isa = SNND_ISA_AUTO};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

static int32_t processors(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > MAX_THREADS ? MAX_THREADS : (int32_t)count;
}

snnd_status snnd_context_create(const snnd_context_options *options, snnd_context **context) {
    snnd_context_options given = {.size = sizeof given};
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_options_read(NULL, options, &given, sizeof given, "snnd_context_options");
    if (status != SNND_OK)
        return status;
    if ((given.allocate == NULL) != (given.release == NULL) || given.threads < 0 || given.threads > MAX_THREADS ||
        given.method < SNND_METHOD_AUTO || given.method > SNND_METHOD_SPECTRAL || given.low_memory < 0 ||
        given.low_memory > 1 || given.products < SNND_PRODUCTS_AUTO || given.products > SNND_PRODUCTS_BLAS)
        return SNND_ERROR_ARGUMENT;
    if (given.allocate == NULL) {
        given.allocate = system_allocate;
        given.release = system_release;
    }
    if (given.threads == 0)
        given.threads = processors();
    const snnd_hot_kernels *kernels = NULL;
    status = snnd_kernels_choose(given.isa, &kernels);
    if (status != SNND_OK)
        return status;
    bool blas = false;
    status = snnd_products_choose(given.products, kernels->isa, &blas);
    if (status != SNND_OK)
        return status;
    snnd_context *made = given.allocate(given.memory_user, sizeof *made, CACHE_LINE);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    memset(made, 0, sizeof *made);
    made->options = given;
    made->options.isa = kernels->isa;
    made->kernels = kernels;
    made->blas = blas;
    *context = made;
    return SNND_OK;
}

void snnd_context_free(snnd_context *context) {
    if (context == NULL)
        return;
    snnd_pool_free(context);
    context->options.release(context->options.memory_user, context);
}

const char *snnd_context_last_error(const snnd_context *context) {
    return context == NULL ? "" : context->error;
}

snnd_status snnd_context_info(const snnd_context *context, int32_t *threads, snnd_isa *isa, const char **products) {
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    if (threads != NULL)
        *threads = snnd_pool_threads(context);
    if (isa != NULL)
        *isa = (snnd_isa)context->options.isa;
    if (products != NULL)
        *products = snnd_products_name(context);
    return SNND_OK;
}

snnd_status snnd_fail(snnd_context *context, snnd_status status, const char *format, ...) {
    if (context == NULL)
        return status;
    /* An argument may be the previous message itself. */
    char message[2 * sizeof context->error];
    va_list arguments;
    va_start(arguments, format);
    snnd_print(message, sizeof message, format, arguments);
    va_end(arguments);
    snnd_make_plain(context->error, sizeof context->error, message);
    return status;
}

snnd_status snnd_check_apart(snnd_context *context, const char *who, const void *one, const void *other) {
    return one == NULL || one != other
               ? SNND_OK
               : snnd_fail(context, SNND_ERROR_ARGUMENT,
                           "%s: two results would be written to the same place; expected two different places", who);
}

void snnd_log(snnd_context *context, snnd_log_level level, const char *format, ...) {
    if (context->options.log == NULL)
        return;
    char message[512], plain[512];
    va_list arguments;
    va_start(arguments, format);
    snnd_print(message, sizeof message, format, arguments);
    va_end(arguments);
    snnd_make_plain(plain, sizeof plain, message);
    context->options.log(context->options.log_user, level, plain);
}

void *snnd_allocate(snnd_context *context, size_t count, size_t size) {
    const size_t bytes = snnd_size_round_up(snnd_size_multiply(count, size), CACHE_LINE);
    void *memory = NULL;
    if (!snnd_size_fits(bytes)) {
        snnd_fail(context, SNND_ERROR_MEMORY,
                  "there is not enough memory: more bytes are needed than there are addresses");
        return NULL;
    }
    if (bytes > 0)
        memory = context->options.allocate(context->options.memory_user, bytes, CACHE_LINE);
    if (memory == NULL)
        snnd_fail(context, SNND_ERROR_MEMORY, "there is not enough memory for %zu elements of %zu bytes", count, size);
    else if (context->options.allocate != system_allocate)
        memset(memory, 0, bytes);
    return memory;
}

void snnd_release(snnd_context *context, void *memory) {
    if (memory != NULL)
        context->options.release(context->options.memory_user, memory);
}

char *snnd_copy_string(snnd_context *context, const char *string) {
    size_t length = strlen(string) + 1;
    char *copy = snnd_allocate(context, length, 1);
    if (copy != NULL)
        memcpy(copy, string, length);
    return copy;
}

void snnd_string_free(snnd_context *context, char *string) {
    if (context != NULL)
        snnd_release(context, string);
}
