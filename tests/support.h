/* What many tests need. */
#ifndef SNND_TESTS_SUPPORT_H
#define SNND_TESTS_SUPPORT_H

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/context.h"

/* A call that must succeed; says why it did not. */
#define OK(context, call)                                                                                              \
    do {                                                                                                               \
        const snnd_status status_ = (call);                                                                            \
        ck_assert_msg(status_ == SNND_OK, "%s: %s: %s", #call, snnd_status_string(status_),                            \
                      snnd_context_last_error(context));                                                               \
    } while (0)

/* A call that must fail with a status and a message that has `words` in it. */
#define FAILS(context, status, words, call)                                                                            \
    do {                                                                                                               \
        const snnd_status got_ = (call);                                                                               \
        ck_assert_msg(got_ == (status), "%s gave '%s', not '%s'", #call, snnd_status_string(got_),                     \
                      snnd_status_string(status));                                                                     \
        ck_assert_msg(strstr(snnd_context_last_error(context), words) != NULL, "%s said '%s', without '%s'", #call,    \
                      snnd_context_last_error(context), words);                                                        \
    } while (0)

/* How many of `all` random networks a test looks at. Under a sanitizer, which looks at memory and not at values, a
 * fifth of them does. */
#ifdef __SANITIZE_ADDRESS__
#define SOME_OF(all) ((all) / 5)
#else
#define SOME_OF(all) (all)
#endif

/* For loops over very many numbers: an assertion that costs nothing where it holds. */
#define HOLDS(condition, ...)                                                                                          \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            ck_abort_msg(__VA_ARGS__);                                                                                 \
    } while (0)

/* A structure with a sparsity. */
static inline snnd_structure structure_of(double sparsity) {
    snnd_structure structure;
    ck_assert_int_eq(snnd_structure_init(&structure, sizeof structure), SNND_OK);
    structure.sparsity = sparsity;
    return structure;
}

/* A context with some threads. */
static inline snnd_context *make_context(int32_t threads) {
    snnd_context_options options;
    snnd_context *context;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    options.threads = threads;
    ck_assert_int_eq(snnd_context_create(&options, &context), SNND_OK);
    return context;
}

#endif
