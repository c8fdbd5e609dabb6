/*
 * What the header promises of the stack: a whole session with the library in threads that have no more. The longest
 * delays and the widest profiles need most of it in training; of files, JSON that is nested as deep as it may be. A
 * thread that needs more than it has dies, and its test with it.
 */
#include <pthread.h>

#include "format/scratch.h"
#include "model/small.h"

Suite *stack_suite(void);

enum { SAMPLES = 24, STEPS = 40, INPUTS = 5, CLASSES = 3, NESTED = 990 };

/* Of calls, of calls that read and write files, and of frames through a stream. Instrumented code needs more. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
enum { TIMES = 16 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
enum { TIMES = 16 };
#else
enum { TIMES = 1 };
#endif
#else
enum { TIMES = 1 };
#endif
static const size_t OF_CALLS = TIMES * (64 << 10), OF_FILES = TIMES * (256 << 10), OF_FRAMES = TIMES * (16 << 10);

static snnd_context *context;
static snnd_dataset *data;
static snnd_network *network;
static snnd_sparsity *sparsity;
static snnd_trainer *trainer;
static snnd_plan *plan;
static snnd_stream *stream;
static int32_t method, isa;

/* What a thread is to do. Assertions of Check's write to files: work only says what it came to. */
typedef struct work {
    snnd_status (*call)(void);
    snnd_status status;
} work;

static void *do_work(void *argument) {
    work *w = argument;
    w->status = w->call();
    return NULL;
}

enum { STACK = 16 << 20, UNUSED = 0xA5 };

/* Bytes of its stack that a thread uses for the work, with what every thread needs. */
static size_t use_of(work *w) {
    pthread_attr_t attributes;
    pthread_t thread;
    size_t unused = 0;
    unsigned char *stack = aligned_alloc(1 << 16, STACK);
    ck_assert_ptr_nonnull(stack);
    memset(stack, UNUSED, STACK);
    ck_assert_int_eq(pthread_attr_init(&attributes), 0);
    ck_assert_int_eq(pthread_attr_setstack(&attributes, stack, STACK), 0);
    ck_assert_int_eq(pthread_create(&thread, &attributes, do_work, w), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(pthread_attr_destroy(&attributes), 0);
    while (unused < STACK && stack[unused] == UNUSED)
        unused++;
    free(stack);
    return STACK - unused;
}

static snnd_status do_nothing(void) {
    return SNND_OK;
}

static snnd_status in_thread(size_t most, const char *what, snnd_status (*call)(void)) {
    work nothing = {.call = do_nothing}, w = {.call = call};
    const size_t used = use_of(&w), always = use_of(&nothing), needed = used > always ? used - always : 0;
    ck_assert_msg(needed <= most, "%s needs %zu bytes of stack, not %zu", what, needed, most);
    return w.status;
}

static snnd_status make_data(void) {
    static float input[SAMPLES * STEPS * INPUTS];
    static int32_t label[SAMPLES];
    snnd_samples samples;
    fill_uniform(input, SAMPLES * STEPS * INPUTS, 0, 2, 1);
    for (int n = 0; n < SAMPLES; n++)
        label[n] = n % CLASSES;
    const snnd_status status = snnd_samples_init(&samples, sizeof samples);
    samples.input = input;
    samples.label = label;
    samples.samples = SAMPLES;
    samples.steps = STEPS;
    samples.channels = INPUTS;
    return status == SNND_OK ? snnd_dataset_create(context, &samples, &data) : status;
}

static snnd_status make_all(void) {
    snnd_context_options options;
    snnd_delay_options delays;
    snnd_trainer_options training;
    snnd_schedule sigma;
    if (snnd_context_options_init(&options, sizeof options) != SNND_OK ||
        snnd_delay_options_init(&delays, sizeof delays) != SNND_OK ||
        snnd_trainer_options_init(&training, sizeof training) != SNND_OK ||
        snnd_schedule_init(&sigma, sizeof sigma) != SNND_OK)
        return SNND_ERROR_ARGUMENT;
    options.threads = 2;
    options.method = method;
    options.isa = isa;
    delays.max_delay = 1022;
    sigma.value = 400;
    training.batch = 20;
    training.sigma_schedule = &sigma;
    snnd_status status = snnd_context_create(&options, &context);
    if (status == SNND_OK)
        status = make_data();
    if (status == SNND_OK)
        status = snnd_network_create(context, INPUTS, &network);
    if (status == SNND_OK)
        status = snnd_network_add_delays(network, 8, &delays, NULL);
    if (status == SNND_OK)
        status = snnd_network_add_batch_norm(network, NULL, NULL);
    if (status == SNND_OK)
        status = snnd_network_add_lif(network, NULL, NULL);
    delays.sharing = SNND_SHARING_AXONAL;
    if (status == SNND_OK)
        status = snnd_network_add_delays(network, CLASSES, &delays, NULL);
    if (status == SNND_OK)
        status = snnd_network_add_leaky_integrator(network, NULL, NULL);
    if (status == SNND_OK)
        status = snnd_sparsity_create_deep_r(network, NULL, NULL, &sparsity);
    training.sparsity = sparsity;
    return status == SNND_OK ? snnd_trainer_create(network, &training, &trainer) : status;
}

static snnd_status train(void) {
    snnd_epoch_report report;
    snnd_array all;
    snnd_status status = snnd_epoch_report_init(&report, sizeof report);
    if (status == SNND_OK)
        status = snnd_trainer_epoch(trainer, data, &report);
    if (status == SNND_OK)
        status = snnd_workspace_gradient(snnd_trainer_workspace(trainer), snnd_network_layer(network, 0),
                                         SNND_ARRAY_POSITION, &all);
    return status == SNND_OK ? snnd_trainer_evaluate(trainer, data, &report) : status;
}

static snnd_status look_inside(void) {
    static double fields[CLASSES * INPUTS * (2 * 1022 + 1)];
    snnd_moran_options options;
    snnd_summary summary;
    double largest;
    if (snnd_moran_options_init(&options, sizeof options) != SNND_OK ||
        snnd_summary_init(&summary, sizeof summary) != SNND_OK)
        return SNND_ERROR_ARGUMENT;
    options.permutations = 5;
    options.search = 1;
    snnd_status status = snnd_receptive_fields(network, NULL, fields, NULL, NULL);
    if (status == SNND_OK)
        status = snnd_moran_maximum(context, fields, INPUTS, 2 * 1022 + 1, &options, &largest, NULL);
    return status == SNND_OK ? snnd_summarize(context, fields, CLASSES * INPUTS * (2 * 1022 + 1), &summary) : status;
}

static snnd_status plan_it(void) {
    const snnd_status status = snnd_plan_create(network, &plan);
    return status == SNND_OK ? snnd_stream_create(plan, NULL, &stream) : status;
}

static snnd_status push_frames(void) {
    static const float frame[INPUTS] = {1, 0, 2, 0, 3};
    float potentials[CLASSES], scores[CLASSES];
    snnd_status status = SNND_OK;
    for (int t = 0; t < 50 && status == SNND_OK; t++)
        status = snnd_stream_push(stream, frame, potentials, scores);
    return status;
}

static snnd_status export_it(void) {
    snnd_export_c_options options;
    snnd_status status = snnd_export_c_options_init(&options, sizeof options);
    for (int32_t numbers = SNND_C_FLOAT32; numbers <= SNND_C_FIXED && status == SNND_OK; numbers++) {
        options.numbers = numbers;
        options.largest_input = numbers == SNND_C_FIXED ? 3 : 0;
        status = snnd_export_c(plan, &options, scratch("net.c"), scratch("net.h"), NULL);
    }
    return status;
}

static snnd_status save_and_load(void) {
    snnd_network *loaded = NULL;
    char *note = NULL;
    snnd_status status = snnd_trainer_save_checkpoint(trainer, scratch("checkpoint"), "a note");
    if (status == SNND_OK)
        status = snnd_trainer_load_checkpoint(trainer, scratch("checkpoint"), &note);
    snnd_string_free(context, note);
    if (status == SNND_OK)
        status = snnd_network_save(network, scratch("network"));
    if (status == SNND_OK)
        status = snnd_network_load(context, scratch("network"), &loaded);
    snnd_network_free(loaded);
    return status;
}

/* An architecture of lists in lists. */
static void write_nested(void) {
    static const char before[] = "{\"__metadata__\":{\"format\":\"snndelay\",\"snndelay.network\":\"", after[] = "\"}}";
    unsigned char length[8] = {0};
    const size_t bytes = strlen(before) + 2 * NESTED + strlen(after);
    for (int b = 0; b < 4; b++)
        length[b] = (unsigned char)(bytes >> 8 * b);
    FILE *file = fopen(scratch("nested"), "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(length, 1, sizeof length, file), sizeof length);
    fputs(before, file);
    for (int k = 0; k < 2 * NESTED; k++)
        fputc(k < NESTED ? '[' : ']', file);
    fputs(after, file);
    ck_assert_int_eq(fclose(file), 0);
}

static snnd_status load_nested(void) {
    snnd_network *loaded = NULL;
    return snnd_network_load(context, scratch("nested"), &loaded);
}

static snnd_status free_all(void) {
    snnd_stream_free(stream);
    snnd_plan_free(plan);
    snnd_trainer_free(trainer);
    snnd_sparsity_free(sparsity);
    snnd_network_free(network);
    snnd_dataset_free(data);
    snnd_context_free(context);
    return SNND_OK;
}

#define IN_THREAD(stack, call)                                                                                         \
    do {                                                                                                               \
        const snnd_status status_ = in_thread(stack, #call, call);                                                     \
        ck_assert_msg(status_ == SNND_OK, "%s: %s: %s", #call, snnd_status_string(status_),                            \
                      snnd_context_last_error(context));                                                               \
    } while (0)

START_TEST(calls_need_no_more_stack_than_the_header_says) {
    method = _i % 2 == 0 ? SNND_METHOD_DIRECT : SNND_METHOD_SPECTRAL;
    isa = _i < 2 ? SNND_ISA_AUTO : SNND_ISA_PLAIN;
    IN_THREAD(OF_CALLS, make_all);
    IN_THREAD(OF_CALLS, train);
    IN_THREAD(OF_CALLS, look_inside);
    IN_THREAD(OF_CALLS, plan_it);
    IN_THREAD(OF_FRAMES, push_frames);
    IN_THREAD(OF_FILES, export_it);
    IN_THREAD(OF_FILES, save_and_load);
    write_nested();
    ck_assert_int_eq(in_thread(OF_FILES, "load_nested", load_nested), SNND_ERROR_FORMAT);
    IN_THREAD(OF_CALLS, free_all);
}
END_TEST

Suite *stack_suite(void) {
    Suite *suite = suite_create("faults/stack");
    TCase *cases = scratch_case(suite, "stack");
    tcase_add_loop_test(cases, calls_need_no_more_stack_than_the_header_says, 0, 4);
    return suite;
}
