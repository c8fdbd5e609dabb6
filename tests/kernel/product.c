/* Who multiplies: the threads of a context and nobody else, and a host finds its BLAS as it was. */
#include "kernel/product.h"

#include <dirent.h>
#include <time.h>
#include <unistd.h>

#include "model/small.h"

#if defined(SNND_HAVE_OPENBLAS)
#include <cblas.h>
#endif

Suite *product_suite(void);

enum { INPUTS = 40, HIDDEN = 200, CLASSES = 20, STEPS = 50, BATCH = 64, THREADS = 3, HOST_THREADS = 4 };

/* ---- networks whose products are worth a BLAS's threads ---- */

typedef struct net {
    snnd_context *context;
    snnd_network *network;
    snnd_workspace *workspace;
    float *input;
    int32_t *labels;
} net;

static snnd_context *spectral_context(int32_t products) {
    snnd_context_options options;
    snnd_context *made = NULL;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    options.threads = THREADS;
    options.method = SNND_METHOD_SPECTRAL;
    options.products = products;
    const snnd_status status = snnd_context_create(&options, &made);
    ck_assert(status == SNND_OK || (products == SNND_PRODUCTS_BLAS && status == SNND_ERROR_UNSUPPORTED));
    return made;
}

static net make_net(snnd_context *context) {
    net made = {.context = context, .network = make_spiking(context, INPUTS, HIDDEN, CLASSES, 24, 0.2)};
    made.workspace = make_workspace(made.network, BATCH, STEPS);
    made.input = make_numbers(BATCH * STEPS * INPUTS, 1);
    made.labels = make_labels(BATCH, CLASSES);
    return made;
}

static void free_net(net *held) {
    free(held->input);
    free(held->labels);
    snnd_workspace_free(held->workspace);
    snnd_network_free(held->network);
    snnd_context_free(held->context);
}

/* ---- the process's threads ---- */

enum { MOST_THREADS = 1100 };

typedef struct tasks {
    int count;
    long id[MOST_THREADS];
    double used[MOST_THREADS]; /* seconds */
} tasks;

/* The time that a thread has worked for so far, by the 14th and 15th field of its stat. */
static double used_by(const char *id) {
    char path[300], line[1000] = "";
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/self/task/%s/stat", id);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
    fclose(file);
    const char *behind_name = strrchr(line, ')');
    ck_assert_ptr_nonnull(behind_name);
    ck_assert_int_eq(sscanf(behind_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system),
                     2);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static tasks look(void) {
    tasks found = {0};
    DIR *folder = opendir("/proc/self/task");
    ck_assert_ptr_nonnull(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.') {
            ck_assert_int_lt(found.count, MOST_THREADS);
            found.id[found.count] = strtol(entry->d_name, NULL, 10);
            found.used[found.count++] = used_by(entry->d_name);
        }
    closedir(folder);
    return found;
}

static double all_used(const tasks *of) {
    double sum = 0;
    for (int i = 0; i < of->count; i++)
        sum += of->used[i];
    return sum;
}

/* Threads that have just been made look for work for a while before they sleep. */
static tasks look_when_quiet(void) {
    const struct timespec while_ = {.tv_nsec = 100000000};
    tasks before = look();
    for (int i = 0; i < 100; i++) {
        nanosleep(&while_, NULL);
        const tasks now = look();
        if (now.count == before.count && all_used(&now) - all_used(&before) < 0.005)
            return now;
        before = now;
    }
    ck_abort_msg("the process does not come to rest");
}

/* How long the threads of `before` but this one have worked since. */
static double used_by_others(const tasks *before) {
    const tasks now = look();
    double sum = 0;
    for (int i = 0; i < before->count; i++)
        for (int k = 0; k < now.count; k++)
            if (now.id[k] == before->id[i] && now.id[k] != (long)getpid())
                sum += now.used[k] - before->used[i];
    return sum;
}

static void set_threads_of_host(int threads) {
#if defined(SNND_HAVE_OPENBLAS)
    openblas_set_num_threads(threads);
#else
    (void)threads;
#endif
}

/* Whoever multiplies, and although a host has a BLAS with threads of its own in the same process. */
START_TEST(no_thread_works_in_a_pass_but_those_of_the_context) {
    snnd_context *context = spectral_context(_i);
    if (context == NULL)
        return;
    net held = make_net(context);
    set_threads_of_host(HOST_THREADS);
    const tasks before = look_when_quiet();
    for (const clock_t begin = clock(); clock() < begin + CLOCKS_PER_SEC / 2;)
        train_pass(held.workspace, held.input, held.labels, BATCH, NULL);
    ck_assert_double_lt(used_by_others(&before), 0.05);
    ck_assert_int_eq(look().count, before.count + THREADS - 1);
    free_net(&held);
}
END_TEST

/* ---- a host's BLAS ---- */

#if defined(SNND_HAVE_OPENBLAS)

START_TEST(a_hosts_blas_has_one_thread_until_the_last_context_has_multiplied) {
    set_threads_of_host(HOST_THREADS);
    const int of_host = openblas_get_num_threads(); /* 1 of a build without threads */
    snnd_context *one = spectral_context(SNND_PRODUCTS_BLAS), *other = spectral_context(SNND_PRODUCTS_BLAS);
    snnd_context *own = spectral_context(SNND_PRODUCTS_OWN);
    snnd_products_begin(own);
    ck_assert_int_eq(openblas_get_num_threads(), of_host);
    for (int round = 0; round < 2 && one != NULL; round++) {
        snnd_products_begin(one);
        ck_assert_int_eq(openblas_get_num_threads(), 1);
        snnd_products_begin(other);
        snnd_products_end(one);
        ck_assert_int_eq(openblas_get_num_threads(), 1);
        snnd_products_end(other);
        ck_assert_int_eq(openblas_get_num_threads(), of_host);
    }
    snnd_products_end(own);
    snnd_context_free(one);
    snnd_context_free(other);
    snnd_context_free(own);
}
END_TEST

START_TEST(a_host_finds_its_blas_as_it_was_after_every_call) {
    snnd_context *context = spectral_context(_i);
    if (context == NULL)
        return;
    net held = make_net(context);
    snnd_array array;
    float *record = make_numbers(BATCH * STEPS * HIDDEN, 2);
    snnd_layer *first = snnd_network_layer(held.network, 0);
    set_threads_of_host(HOST_THREADS);
    const int of_host = openblas_get_num_threads();
#define LEAVES_IT(call)                                                                                                \
    do {                                                                                                               \
        call;                                                                                                          \
        ck_assert_int_eq(openblas_get_num_threads(), of_host);                                                         \
    } while (0)
    held.input[7] = NAN;
    LEAVES_IT(FAILS(context, SNND_ERROR_ARGUMENT, "is nan",
                    snnd_workspace_forward(held.workspace, SNND_TRAIN, held.input, BATCH)));
    held.input[7] = 0;
    LEAVES_IT(OK(context, snnd_workspace_forward(held.workspace, SNND_TRAIN, held.input, BATCH)));
    LEAVES_IT(FAILS(context, SNND_ERROR_STATE, "a loss", snnd_workspace_backward(held.workspace)));
    LEAVES_IT(OK(context, snnd_workspace_loss(held.workspace, held.labels, NULL, NULL)));
    LEAVES_IT(OK(context, snnd_workspace_backward(held.workspace)));
    LEAVES_IT(OK(context, snnd_workspace_record(held.workspace, first, SNND_RECORD_OUTPUT, record)));
    LEAVES_IT(OK(context, snnd_workspace_complete_gradient(held.workspace, first, SNND_ARRAY_WEIGHT, &array)));
    LEAVES_IT(OK(context, snnd_workspace_forward(held.workspace, SNND_EVALUATE, held.input, BATCH)));
    free(record);
    free_net(&held);
}
END_TEST

static void add_blas(Suite *suite) {
    TCase *cases = tcase_create("a host's BLAS");
    tcase_add_test(cases, a_hosts_blas_has_one_thread_until_the_last_context_has_multiplied);
    tcase_add_loop_test(cases, a_host_finds_its_blas_as_it_was_after_every_call, SNND_PRODUCTS_OWN,
                        SNND_PRODUCTS_BLAS + 1);
    suite_add_tcase(suite, cases);
}

#else

static void add_blas(Suite *suite) {
    (void)suite;
}

#endif

Suite *product_suite(void) {
    Suite *suite = suite_create("kernel/product");
    TCase *cases = tcase_create("threads");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, no_thread_works_in_a_pass_but_those_of_the_context, SNND_PRODUCTS_OWN,
                        SNND_PRODUCTS_BLAS + 1);
    suite_add_tcase(suite, cases);
    add_blas(suite);
    return suite;
}
