/* Contexts: options, memory, errors, log. */
#include <check.h>
#include <unistd.h>

#include "base/allocator.h"
#include "base/context.h"
#include "base/parallel.h"
#include "support.h"

Suite *context_suite(void);

/* ---- words ---- */

START_TEST(every_status_has_words_of_its_own) {
    for (int a = SNND_OK; a <= SNND_ERROR_CALLBACK; a++) {
        ck_assert_str_ne(snnd_status_string((snnd_status)a), "");
        ck_assert_str_ne(snnd_status_string((snnd_status)a), snnd_status_string((snnd_status)999));
        for (int b = SNND_OK; b < a; b++)
            ck_assert_str_ne(snnd_status_string((snnd_status)a), snnd_status_string((snnd_status)b));
    }
}
END_TEST

START_TEST(a_status_that_does_not_exist_has_words_too) {
    ck_assert_ptr_nonnull(snnd_status_string((snnd_status)-1));
    ck_assert_ptr_nonnull(snnd_status_string((snnd_status)999));
}
END_TEST

START_TEST(the_version_is_that_of_the_header) {
    char expected[64];
    snprintf(expected, sizeof expected, "%d.%d.%d", SNND_VERSION_MAJOR, SNND_VERSION_MINOR, SNND_VERSION_PATCH);
    ck_assert_str_eq(SNND_VERSION_STRING, expected);
    ck_assert_str_eq(snnd_version(), expected);
}
END_TEST

/* ---- options ---- */

START_TEST(options_without_room_for_a_size_are_refused) {
    snnd_context_options options;
    memset(&options, 0x5A, sizeof options);
    ck_assert_int_eq(snnd_context_options_init(NULL, sizeof options), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_context_options_init(&options, 0), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof(size_t) - 1), SNND_ERROR_ARGUMENT);
    for (size_t i = 0; i < sizeof options; i++)
        ck_assert_int_eq(((unsigned char *)&options)[i], 0x5A);
}
END_TEST

START_TEST(options_of_an_older_host_are_filled_as_far_as_they_go) {
    snnd_context_options options;
    const size_t old = offsetof(snnd_context_options, log);
    memset(&options, 0x5A, sizeof options);
    ck_assert_int_eq(snnd_context_options_init(&options, old), SNND_OK);
    ck_assert_uint_eq(options.size, old);
    for (size_t i = sizeof(size_t); i < sizeof options; i++)
        ck_assert_int_eq(((unsigned char *)&options)[i], i < old ? 0 : 0x5A);
}
END_TEST

START_TEST(options_of_an_older_host_leave_defaults_for_the_rest) {
    snnd_context_options options;
    memset(&options, 0x5A, sizeof options); /* threads and isa that would be refused */
    ck_assert_int_eq(snnd_context_options_init(&options, offsetof(snnd_context_options, threads)), SNND_OK);
    snnd_context *context = NULL;
    ck_assert_int_eq(snnd_context_create(&options, &context), SNND_OK);
    int32_t threads = 0;
    OK(context, snnd_context_info(context, &threads, NULL, NULL));
    ck_assert_int_ge(threads, 1);
    snnd_context_free(context);
}
END_TEST

/* What a version with more fields would pass. */
typedef struct newer_options {
    snnd_context_options known;
    int64_t added[4];
} newer_options;

START_TEST(options_of_a_newer_host_pass_while_the_unknown_is_zero) {
    newer_options options;
    memset(&options, 0x5A, sizeof options);
    ck_assert_int_eq(snnd_context_options_init(&options.known, sizeof options), SNND_OK);
    ck_assert_uint_eq(options.known.size, sizeof options);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(options.added[i], 0);
    options.known.threads = 3;
    snnd_context *context = NULL;
    ck_assert_int_eq(snnd_context_create(&options.known, &context), SNND_OK);
    int32_t threads = 0;
    OK(context, snnd_context_info(context, &threads, NULL, NULL));
    ck_assert_int_eq(threads, 3);
    snnd_context_free(context);
}
END_TEST

START_TEST(options_of_a_newer_host_are_refused_where_the_unknown_is_set) {
    newer_options options;
    ck_assert_int_eq(snnd_context_options_init(&options.known, sizeof options), SNND_OK);
    options.added[3] = INT64_C(1) << 56;
    snnd_context *context = NULL;
    ck_assert_int_eq(snnd_context_create(&options.known, &context), SNND_ERROR_ARGUMENT);
    ck_assert_ptr_null(context);
}
END_TEST

START_TEST(options_that_were_never_initialized_are_refused) {
    snnd_context_options options = {.threads = 1};
    snnd_context *context = NULL;
    ck_assert_int_eq(snnd_context_create(&options, &context), SNND_ERROR_ARGUMENT);
    memset(&options, 0xFF, sizeof options);
    ck_assert_int_eq(snnd_context_create(&options, &context), SNND_ERROR_ARGUMENT);
    ck_assert_ptr_null(context);
}
END_TEST

/* ---- creating ---- */

START_TEST(a_context_needs_a_place_to_go) {
    ck_assert_int_eq(snnd_context_create(NULL, NULL), SNND_ERROR_ARGUMENT);
}
END_TEST

START_TEST(no_options_are_the_defaults) {
    snnd_context *context = NULL;
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    int32_t threads = 0;
    snnd_isa isa = SNND_ISA_AUTO;
    OK(context, snnd_context_info(context, &threads, &isa, NULL));
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    ck_assert_int_eq(threads, processors < 1024 ? processors : 1024);
    ck_assert_int_ne(isa, SNND_ISA_AUTO);
    ck_assert_str_eq(snnd_context_last_error(context), "");
    snnd_context_free(context);
}
END_TEST

START_TEST(as_many_threads_as_asked_for_up_to_1024) {
    const int32_t good[] = {1, 2, 7, 1024};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        snnd_context *context = make_context(good[i]);
        int32_t threads = 0;
        OK(context, snnd_context_info(context, &threads, NULL, NULL));
        ck_assert_int_eq(threads, good[i]);
        snnd_context_free(context);
    }
}
END_TEST

START_TEST(other_numbers_of_threads_are_refused) {
    const int32_t bad[] = {-1, INT32_MIN, 1025, INT32_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snnd_context_options options;
        ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
        options.threads = bad[i];
        snnd_context *context = NULL;
        ck_assert_int_eq(snnd_context_create(&options, &context), SNND_ERROR_ARGUMENT);
        ck_assert_ptr_null(context);
    }
}
END_TEST

START_TEST(one_memory_hook_without_the_other_is_refused) {
    snnd_context_options options;
    snnd_context *context = NULL;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    options.allocate = allocator_allocate;
    ck_assert_int_eq(snnd_context_create(&options, &context), SNND_ERROR_ARGUMENT);
    options.allocate = NULL;
    options.release = allocator_release;
    ck_assert_int_eq(snnd_context_create(&options, &context), SNND_ERROR_ARGUMENT);
    ck_assert_ptr_null(context);
}
END_TEST

START_TEST(an_unknown_instruction_set_is_refused) {
    const int32_t bad[] = {-1, SNND_ISA_AVX512 + 1, 1000};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snnd_context_options options;
        snnd_context *context = NULL;
        ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
        options.isa = bad[i];
        ck_assert_int_eq(snnd_context_create(&options, &context), SNND_ERROR_ARGUMENT);
        ck_assert_ptr_null(context);
    }
}
END_TEST

START_TEST(an_instruction_set_is_the_one_asked_for_or_unsupported) {
    for (int32_t asked = SNND_ISA_PLAIN; asked <= SNND_ISA_AVX512; asked++) {
        snnd_context_options options;
        snnd_context *context = NULL;
        ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
        options.isa = asked;
        const snnd_status status = snnd_context_create(&options, &context);
        if (status == SNND_ERROR_UNSUPPORTED) {
            ck_assert_int_ne(asked, SNND_ISA_PLAIN); /* which every machine has */
            ck_assert_ptr_null(context);
            continue;
        }
        ck_assert_int_eq(status, SNND_OK);
        snnd_isa isa = SNND_ISA_AUTO;
        OK(context, snnd_context_info(context, NULL, &isa, NULL));
        ck_assert_int_eq(isa, asked);
        snnd_context_free(context);
    }
}
END_TEST

START_TEST(products_are_named_and_are_those_asked_for_or_unsupported) {
    for (int32_t asked = SNND_PRODUCTS_AUTO; asked <= SNND_PRODUCTS_BLAS; asked++) {
        snnd_context_options options;
        snnd_context *context = NULL;
        const char *products = NULL;
        ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
        options.products = asked;
        const snnd_status status = snnd_context_create(&options, &context);
        if (status == SNND_ERROR_UNSUPPORTED) {
            ck_assert_int_eq(asked, SNND_PRODUCTS_BLAS); /* which a build may lack */
            ck_assert_ptr_null(context);
            continue;
        }
        ck_assert_int_eq(status, SNND_OK);
        OK(context, snnd_context_info(context, NULL, NULL, &products));
        ck_assert_str_ne(products, "");
        if (asked != SNND_PRODUCTS_AUTO)
            ck_assert_int_eq(strcmp(products, "own") == 0, asked == SNND_PRODUCTS_OWN);
        snnd_context_free(context);
    }
}
END_TEST

/* What OpenBLAS runs on another instruction set would not be what the context is asked for. */
START_TEST(products_below_the_best_instruction_set_are_the_library_s_own) {
    snnd_context_options options;
    snnd_context *best = NULL, *below = NULL;
    snnd_isa isa = SNND_ISA_AUTO;
    const char *products = NULL;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    ck_assert_int_eq(snnd_context_create(&options, &best), SNND_OK);
    OK(best, snnd_context_info(best, NULL, &isa, NULL));
    for (options.isa = SNND_ISA_PLAIN; options.isa < (int32_t)isa; options.isa++) {
        ck_assert_int_eq(snnd_context_create(&options, &below), SNND_OK);
        OK(below, snnd_context_info(below, NULL, NULL, &products));
        ck_assert_str_eq(products, "own");
        snnd_context_free(below);
    }
    snnd_context_free(best);
}
END_TEST

START_TEST(unknown_products_are_refused) {
    const int32_t bad[] = {-1, SNND_PRODUCTS_BLAS + 1, 1000};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snnd_context_options options;
        snnd_context *context = NULL;
        ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
        options.products = bad[i];
        ck_assert_int_eq(snnd_context_create(&options, &context), SNND_ERROR_ARGUMENT);
        ck_assert_ptr_null(context);
    }
}
END_TEST

START_TEST(asking_a_context_that_is_not_there_is_an_error) {
    ck_assert_int_eq(snnd_context_info(NULL, NULL, NULL, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_str_eq(snnd_context_last_error(NULL), "");
}
END_TEST

START_TEST(freeing_nothing_does_nothing) {
    snnd_context *context = make_context(1);
    snnd_context_free(NULL);
    snnd_network_free(NULL);
    snnd_workspace_free(NULL);
    snnd_dataset_free(NULL);
    snnd_batches_free(NULL);
    snnd_array_free(NULL, NULL);
    snnd_array_free(context, NULL);
    snnd_string_free(NULL, NULL);
    snnd_string_free(context, NULL);
    snnd_context_free(context);
}
END_TEST

/* ---- memory ---- */

/* A network with every kind of layer. */
static snnd_status build(snnd_context *context, void *argument) {
    snnd_network **network = argument;
    snnd_delay_options delays;
    ck_assert_int_eq(snnd_delay_options_init(&delays, sizeof delays), SNND_OK);
    delays.max_delay = 4;
    snnd_network *made = NULL;
    snnd_status status = snnd_network_create(context, 3, &made);
    if (status == SNND_OK)
        status = snnd_network_add_delays(made, 4, &delays, NULL);
    if (status == SNND_OK)
        status = snnd_network_add_batch_norm(made, NULL, NULL);
    if (status == SNND_OK)
        status = snnd_network_add_lif(made, NULL, NULL);
    if (status == SNND_OK)
        status = snnd_network_add_dropout(made, 0.5, NULL);
    if (status == SNND_OK)
        status = snnd_network_add_delays(made, 2, &delays, NULL);
    if (status == SNND_OK)
        status = snnd_network_add_leaky_integrator(made, NULL, NULL);
    if (network == NULL || status != SNND_OK)
        snnd_network_free(made);
    else
        *network = made;
    return status;
}

static snnd_status build_workspace(snnd_context *context, void *argument) {
    (void)context;
    snnd_workspace *workspace = NULL;
    const snnd_status status = snnd_workspace_create(argument, 20, 6, 1, &workspace);
    if (status != SNND_OK)
        ck_assert_ptr_null(workspace);
    snnd_workspace_free(workspace);
    return status;
}

START_TEST(all_memory_comes_from_the_hooks_and_goes_back) {
    allocator memory = {0};
    snnd_context *context = NULL;
    ck_assert_int_eq(allocator_context(&memory, 2, &context), SNND_OK);
    snnd_network *network = NULL;
    OK(context, build(context, &network));
    snnd_workspace *workspace = NULL;
    OK(context, snnd_workspace_create(network, 20, 6, 1, &workspace));
    static const float input[20 * 6 * 3] = {1};
    static const int32_t label[20] = {0};
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, 20));
    OK(context, snnd_workspace_loss(workspace, label, NULL, NULL));
    OK(context, snnd_workspace_backward(workspace));
    ck_assert_int_gt(memory.out, 10);
    snnd_workspace_free(workspace);
    snnd_network_free(network);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
    ck_assert_int_eq(memory.odd, 0);
}
END_TEST

START_TEST(passes_allocate_nothing) {
    allocator memory = {0};
    snnd_context *context = NULL;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    snnd_network *network = NULL;
    OK(context, build(context, &network));
    snnd_workspace *workspace = NULL;
    OK(context, snnd_workspace_create(network, 20, 6, 1, &workspace));
    const int64_t calls = memory.calls;
    static const float input[20 * 6 * 3] = {1};
    static const int32_t label[20] = {0};
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, 20));
    OK(context, snnd_workspace_loss(workspace, label, NULL, NULL));
    OK(context, snnd_workspace_backward(workspace));
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, 7));
    ck_assert_int_eq(memory.calls, calls);
    snnd_workspace_free(workspace);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_context_without_memory_is_an_error) {
    allocator memory = {.fail_at = 1};
    snnd_context *context = NULL;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_ERROR_MEMORY);
    ck_assert_ptr_null(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

START_TEST(a_network_without_memory_is_an_error_and_no_leak) {
    allocator memory = {0};
    snnd_context *context = NULL;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    allocator_starve(context, &memory, build, NULL);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

START_TEST(a_layer_without_memory_leaves_the_network_as_it_was) {
    allocator memory = {0};
    snnd_context *context = NULL;
    snnd_network *network = NULL;
    snnd_layer *layer = NULL;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    OK(context, snnd_network_create(context, 3, &network));
    int failures = 0;
    snnd_status status = SNND_ERROR_MEMORY;
    for (int64_t n = 1; status != SNND_OK && n < 10; n++) {
        ck_assert_int_eq(snnd_network_layer_count(network), 0);
        ck_assert_ptr_null(layer);
        memory.fail_at = memory.calls + n;
        status = snnd_network_add_delays(network, 2, NULL, &layer);
        failures += status == SNND_ERROR_MEMORY;
    }
    ck_assert_int_eq(status, SNND_OK);
    ck_assert_int_ge(failures, 3); /* the layer, its weights, its positions */
    ck_assert_int_eq(snnd_network_layer_count(network), 1);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_workspace_without_memory_is_an_error_and_no_leak) {
    allocator memory = {0};
    snnd_context *context = NULL;
    snnd_network *network = NULL;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    OK(context, build(context, &network));
    allocator_starve(context, &memory, build_workspace, network);
    snnd_network_free(network);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

static void double_item(void *argument, int64_t item, int32_t worker) {
    (void)worker;
    ((int *)argument)[item] *= 2;
}

/* The allocator looks at the thread. */
START_TEST(threads_of_a_context_ask_for_no_memory) {
    allocator memory = {0};
    snnd_context *context = NULL;
    int items[64] = {0};
    ck_assert_int_eq(allocator_context(&memory, 4, &context), SNND_OK);
    for (int round = 0; round < 3; round++)
        snnd_parallel_for(context, 64, 1e9, double_item, items);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

START_TEST(without_memory_for_threads_the_work_is_done_all_the_same) {
    allocator memory = {0};
    snnd_context *context = NULL;
    ck_assert_int_eq(allocator_context(&memory, 4, &context), SNND_OK);
    memory.fail_at = memory.calls + 1;
    int items[] = {1, 2, 3, 4};
    snnd_parallel_for(context, 4, 1e6, double_item, items);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(items[i], 2 * (i + 1));
    ck_assert_str_eq(snnd_context_last_error(context), "");
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

START_TEST(memory_is_zeroed_and_on_a_cache_line) {
    allocator memory = {0};
    snnd_context *context = NULL;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    for (size_t count = 1; count < 101; count += 33) {
        unsigned char *bytes = snnd_allocate(context, count, 3);
        ck_assert_ptr_nonnull(bytes);
        ck_assert_uint_eq((uintptr_t)bytes % 64, 0);
        for (size_t i = 0; i < count * 3; i++)
            ck_assert_int_eq(bytes[i], 0);
        snnd_release(context, bytes);
    }
    snnd_release(context, NULL);
    ck_assert_int_eq(memory.odd, 0);
    snnd_context_free(context);
}
END_TEST

START_TEST(no_memory_at_all_is_never_asked_for) {
    allocator memory = {0};
    snnd_context *context = NULL;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    const int64_t calls = memory.calls;
    const size_t none[][2] = {{0, 4}, {4, 0}, {0, 0}};
    for (int i = 0; i < 3; i++) {
        context->error[0] = '\0';
        ck_assert_ptr_null(snnd_allocate(context, none[i][0], none[i][1]));
        ck_assert_ptr_nonnull(strstr(snnd_context_last_error(context), "not enough memory"));
    }
    ck_assert_int_eq(memory.calls, calls);
    snnd_context_free(context);
}
END_TEST

START_TEST(more_memory_than_there_are_addresses_is_never_asked_for) {
    allocator memory = {0};
    snnd_context *context = NULL;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    const int64_t calls = memory.calls;
    const size_t counts[] = {SIZE_MAX,        SIZE_MAX / 4 + 1,    SIZE_MAX / 4 - 1,
                             PTRDIFF_MAX / 4, PTRDIFF_MAX / 4 + 1, PTRDIFF_MAX / 4 - 14};
    for (int i = 0; i < 6; i++) {
        context->error[0] = '\0';
        ck_assert_ptr_null(snnd_allocate(context, counts[i], 4));
        ck_assert_ptr_nonnull(strstr(snnd_context_last_error(context), "not enough memory"));
    }
    ck_assert_int_eq(memory.calls, calls);
    snnd_context_free(context);
}
END_TEST

/* ---- errors ---- */

START_TEST(an_error_stays_until_the_next_one) {
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    FAILS(context, SNND_ERROR_ARGUMENT, "inputs", snnd_network_create(context, 0, &network));
    OK(context, snnd_network_create(context, 1, &network));
    ck_assert_ptr_nonnull(strstr(snnd_context_last_error(context), "inputs"));
    FAILS(context, SNND_ERROR_ARGUMENT, "sigma", snnd_network_set_sigma(network, -1));
    ck_assert_ptr_null(strstr(snnd_context_last_error(context), "inputs"));
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(contexts_do_not_share_errors) {
    snnd_context *one = make_context(1), *other = make_context(1);
    snnd_network *network = NULL;
    FAILS(one, SNND_ERROR_ARGUMENT, "inputs", snnd_network_create(one, 0, &network));
    ck_assert_str_eq(snnd_context_last_error(other), "");
    snnd_context_free(one);
    snnd_context_free(other);
}
END_TEST

START_TEST(a_message_may_be_built_from_the_one_before) {
    snnd_context *context = make_context(1);
    snnd_fail(context, SNND_ERROR_IO, "inner %d", 1);
    ck_assert_int_eq(snnd_fail(context, SNND_ERROR_FORMAT, "outer: %s", snnd_context_last_error(context)),
                     SNND_ERROR_FORMAT);
    ck_assert_str_eq(snnd_context_last_error(context), "outer: inner 1");
    snnd_context_free(context);
}
END_TEST

START_TEST(a_message_that_is_too_long_is_cut) {
    snnd_context *context = make_context(1);
    char text[5000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    snnd_fail(context, SNND_ERROR_IO, "%s", text);
    const size_t length = strlen(snnd_context_last_error(context));
    ck_assert_uint_gt(length, 100);
    ck_assert_uint_lt(length, sizeof context->error);
    ck_assert_int_eq(strncmp(snnd_context_last_error(context), text, length - 3), 0);
    ck_assert_str_eq(snnd_context_last_error(context) + length - 3, "...");
    snnd_context_free(context);
}
END_TEST

START_TEST(a_message_is_plain_text) {
    snnd_context *context = make_context(1);
    snnd_fail(context, SNND_ERROR_FORMAT, "layer '%s'", "\x1b[31m\n");
    snnd_fail(context, SNND_ERROR_FORMAT, "it: %s", snnd_context_last_error(context));
    ck_assert_str_eq(snnd_context_last_error(context), "it: layer '\\x1b[31m\\x0a'");
    snnd_context_free(context);
}
END_TEST

/* ---- log ---- */

typedef struct heard {
    int times;
    snnd_log_level level;
    char message[600];
} heard;

static void hear(void *user, snnd_log_level level, const char *message) {
    heard *self = user;
    self->times++;
    self->level = level;
    snprintf(self->message, sizeof self->message, "%s", message);
}

START_TEST(the_log_goes_to_the_host) {
    heard said = {0};
    snnd_context_options options;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    options.log = hear;
    options.log_user = &said;
    snnd_context *context = NULL;
    ck_assert_int_eq(snnd_context_create(&options, &context), SNND_OK);
    ck_assert_int_eq(said.times, 0);
    snnd_log(context, SNND_LOG_WARNING, "%d of %s", 3, "five\a");
    ck_assert_int_eq(said.times, 1);
    ck_assert_int_eq(said.level, SNND_LOG_WARNING);
    ck_assert_str_eq(said.message, "3 of five\\x07");
    ck_assert_str_eq(snnd_context_last_error(context), "");
    snnd_context_free(context);
}
END_TEST

START_TEST(without_a_log_nothing_is_said) {
    snnd_context *context = make_context(1);
    snnd_log(context, SNND_LOG_INFO, "nobody hears %d", 1);
    ck_assert_str_eq(snnd_context_last_error(context), "");
    snnd_context_free(context);
}
END_TEST

Suite *context_suite(void) {
    Suite *suite = suite_create("context");

    TCase *words = tcase_create("words");
    tcase_add_test(words, every_status_has_words_of_its_own);
    tcase_add_test(words, a_status_that_does_not_exist_has_words_too);
    tcase_add_test(words, the_version_is_that_of_the_header);
    suite_add_tcase(suite, words);

    TCase *options = tcase_create("options");
    tcase_add_test(options, options_without_room_for_a_size_are_refused);
    tcase_add_test(options, options_of_an_older_host_are_filled_as_far_as_they_go);
    tcase_add_test(options, options_of_an_older_host_leave_defaults_for_the_rest);
    tcase_add_test(options, options_of_a_newer_host_pass_while_the_unknown_is_zero);
    tcase_add_test(options, options_of_a_newer_host_are_refused_where_the_unknown_is_set);
    tcase_add_test(options, options_that_were_never_initialized_are_refused);
    suite_add_tcase(suite, options);

    TCase *creating = tcase_create("creating");
    tcase_add_test(creating, a_context_needs_a_place_to_go);
    tcase_add_test(creating, no_options_are_the_defaults);
    tcase_add_test(creating, as_many_threads_as_asked_for_up_to_1024);
    tcase_add_test(creating, other_numbers_of_threads_are_refused);
    tcase_add_test(creating, one_memory_hook_without_the_other_is_refused);
    tcase_add_test(creating, an_unknown_instruction_set_is_refused);
    tcase_add_test(creating, an_instruction_set_is_the_one_asked_for_or_unsupported);
    tcase_add_test(creating, products_are_named_and_are_those_asked_for_or_unsupported);
    tcase_add_test(creating, products_below_the_best_instruction_set_are_the_library_s_own);
    tcase_add_test(creating, unknown_products_are_refused);
    tcase_add_test(creating, asking_a_context_that_is_not_there_is_an_error);
    tcase_add_test(creating, freeing_nothing_does_nothing);
    suite_add_tcase(suite, creating);

    TCase *memory = tcase_create("memory");
    tcase_add_test(memory, all_memory_comes_from_the_hooks_and_goes_back);
    tcase_add_test(memory, passes_allocate_nothing);
    tcase_add_test(memory, a_context_without_memory_is_an_error);
    tcase_add_test(memory, a_network_without_memory_is_an_error_and_no_leak);
    tcase_add_test(memory, a_layer_without_memory_leaves_the_network_as_it_was);
    tcase_add_test(memory, a_workspace_without_memory_is_an_error_and_no_leak);
    tcase_add_test(memory, threads_of_a_context_ask_for_no_memory);
    tcase_add_test(memory, without_memory_for_threads_the_work_is_done_all_the_same);
    tcase_add_test(memory, memory_is_zeroed_and_on_a_cache_line);
    tcase_add_test(memory, no_memory_at_all_is_never_asked_for);
    tcase_add_test(memory, more_memory_than_there_are_addresses_is_never_asked_for);
    suite_add_tcase(suite, memory);

    TCase *errors = tcase_create("errors");
    tcase_add_test(errors, an_error_stays_until_the_next_one);
    tcase_add_test(errors, contexts_do_not_share_errors);
    tcase_add_test(errors, a_message_may_be_built_from_the_one_before);
    tcase_add_test(errors, a_message_that_is_too_long_is_cut);
    tcase_add_test(errors, a_message_is_plain_text);
    suite_add_tcase(suite, errors);

    TCase *log = tcase_create("log");
    tcase_add_test(log, the_log_goes_to_the_host);
    tcase_add_test(log, without_a_log_nothing_is_said);
    suite_add_tcase(suite, log);
    return suite;
}
