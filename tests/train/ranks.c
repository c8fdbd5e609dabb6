/* One training run by several ranks, which are threads with contexts of their own here. */
#include <pthread.h>
#include <stdatomic.h>

#include "train/toy.h"

Suite *ranks_suite(void);

enum { SAMPLES = 50, BATCH = 16, SHARDS = 4, MOST_RANKS = 4 }; /* the last batch has 2 samples: shards have none */

/* ---- adding ---- */

/* Where ranks meet. */
typedef struct meeting {
    int32_t ranks;
    pthread_barrier_t barrier;
    void *values[MOST_RANKS];
    int64_t calls, bytes; /* of rank 0 */
    int64_t fails_at;     /* the call that fails, on all ranks; 0: none */
} meeting;

/* A rank, and what it trains. */
typedef struct member {
    meeting *with;
    int32_t rank;
    toy run;
    snnd_dataset *dataset;
    snnd_epoch_report trained, evaluated;
    snnd_status status; /* of the last call */
    char said[1024];
    char *checkpoint;
    size_t bytes;
    int stop_after; /* steps; 0: never */
    void (*work)(struct member *member);
} member;

static void meet(meeting *m) {
    pthread_barrier_wait(&m->barrier);
}

static size_t width_of(const snnd_reduction *what) {
    return what->dtype == SNND_FLOAT32 ? sizeof(float) : sizeof(double);
}

/* Round by round with the rank whose number differs in one bit. */
static int add(void *user, const snnd_reduction *what) {
    member *own = user;
    meeting *with = own->with;
    const size_t bytes = (size_t)what->count * width_of(what);
    ck_assert_uint_eq(what->size, sizeof *what);
    ck_assert_int_ge(what->count, 1);
    if (own->rank == 0) {
        with->calls++;
        with->bytes += (int64_t)bytes;
    }
    meet(with);
    if (with->calls == with->fails_at)
        return 7;
    char *copy = malloc(bytes);
    ck_assert_ptr_nonnull(copy);
    for (int32_t bit = 1; bit < with->ranks; bit *= 2) {
        memcpy(copy, what->values, bytes);
        with->values[own->rank] = copy;
        meet(with);
        for (int64_t k = 0; k < what->count; k++)
            if (what->dtype == SNND_FLOAT32)
                ((float *)what->values)[k] += ((const float *)with->values[own->rank ^ bit])[k];
            else
                ((double *)what->values)[k] += ((const double *)with->values[own->rank ^ bit])[k];
        meet(with);
    }
    free(copy);
    return 0;
}

/* ---- ranks ---- */

/* What a run is made with. */
typedef struct plan {
    int structure;
    int32_t adaptive, low_memory, method, padded, shards, epochs;
} plan;

static const plan usual = {.structure = TOY_DEEP_R_GRADIENT, .padded = 1, .shards = SHARDS, .epochs = 3};

static snnd_context *make_rank_context(const plan *p) {
    snnd_context_options options;
    snnd_context *context;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    options.threads = 1;
    options.low_memory = p->low_memory;
    options.method = p->method;
    ck_assert_int_eq(snnd_context_create(&options, &context), SNND_OK);
    return context;
}

static int stop(void *user, const snnd_progress *progress) {
    (void)progress;
    return --((member *)user)->stop_after == 0;
}

/* With all that is summed over a batch: batch norm, L1, rate penalty, class weights, clipping. */
static void make_member(member *made, const plan *p) {
    static const double weights[TOY_CLASSES] = {1, 2, 0.5};
    snnd_context *context = make_rank_context(p);
    made->run = plan_toy(context);
    made->run.structure = p->structure;
    made->run.adaptive = p->adaptive;
    snnd_trainer_options *options = &made->run.options;
    options->batch = BATCH;
    options->l1 = 1e-4;
    options->rate_penalty = 3;
    options->rate_upper = 0.02;
    options->label_smoothing = 0.1;
    options->clip_norm = 0.5;
    options->class_weight = weights;
    options->class_weight_count = TOY_CLASSES;
    options->shards = p->shards;
    options->rank = made->rank;
    options->ranks = made->with->ranks;
    options->reduce = add;
    options->reduce_user = made;
    options->progress = stop;
    options->progress_user = made;
    make_toy(&made->run);
    made->dataset =
        p->padded ? make_padded_pulses(context, SAMPLES, TOY_STEPS, 1) : make_pulses(context, SAMPLES, TOY_STEPS, 1);
    OK(context, snnd_epoch_report_init(&made->trained, sizeof made->trained));
    OK(context, snnd_epoch_report_init(&made->evaluated, sizeof made->evaluated));
}

static void free_member(member *made) {
    snnd_context *context = made->run.context;
    free_toy(&made->run);
    snnd_dataset_free(made->dataset);
    snnd_context_free(context);
    free(made->checkpoint);
}

static void *start(void *argument) {
    member *own = argument;
    own->work(own);
    return NULL;
}

static void work_together(member *members, meeting *with, void (*work)(member *)) {
    pthread_t thread[MOST_RANKS];
    for (int32_t r = 0; r < with->ranks; r++) {
        members[r].work = work;
        ck_assert_int_eq(pthread_create(&thread[r], NULL, start, &members[r]), 0);
    }
    for (int32_t r = 0; r < with->ranks; r++)
        pthread_join(thread[r], NULL);
}

static void begin(member *members, meeting *with, int32_t ranks, const plan *p) {
    *with = (meeting){.ranks = ranks};
    ck_assert_int_eq(pthread_barrier_init(&with->barrier, NULL, (unsigned)ranks), 0);
    for (int32_t r = 0; r < ranks; r++) {
        members[r] = (member){.with = with, .rank = r};
        make_member(&members[r], p);
    }
}

static void end(member *members, meeting *with) {
    for (int32_t r = 0; r < with->ranks; r++)
        free_member(&members[r]);
    pthread_barrier_destroy(&with->barrier);
}

static int append(void *user, const void *data, size_t bytes) {
    member *to = user;
    to->checkpoint = realloc(to->checkpoint, to->bytes + bytes);
    ck_assert_ptr_nonnull(to->checkpoint);
    memcpy(to->checkpoint + to->bytes, data, bytes);
    to->bytes += bytes;
    return 0;
}

/* All that training has changed, as bytes. */
static void save(member *own) {
    const snnd_writer writer = {append, own};
    own->bytes = 0;
    OK(own->run.context, snnd_trainer_write_checkpoint(own->run.trainer, &writer, NULL));
}

typedef struct leftover {
    const char *data;
    size_t bytes;
} leftover;

static int64_t take(void *user, void *data, size_t bytes) {
    leftover *from = user;
    const size_t some = bytes < from->bytes ? bytes : from->bytes;
    memcpy(data, from->data, some);
    from->data += some;
    from->bytes -= some;
    return (int64_t)some;
}

static snnd_status load(member *to, const member *from) {
    leftover left = {from->checkpoint, from->bytes};
    const snnd_reader reader = {take, &left, left.bytes};
    return snnd_trainer_read_checkpoint(to->run.trainer, &reader, NULL);
}

static void train_one(member *own) {
    own->status = snnd_trainer_epoch(own->run.trainer, own->dataset, &own->trained);
    snprintf(own->said, sizeof own->said, "%s", snnd_context_last_error(own->run.context));
}

static void finish(member *own) {
    while (snnd_trainer_epochs_done(own->run.trainer) < usual.epochs)
        OK(own->run.context, snnd_trainer_epoch(own->run.trainer, own->dataset, &own->trained));
    OK(own->run.context, snnd_trainer_evaluate(own->run.trainer, own->dataset, &own->evaluated));
    save(own);
}

static void expect_same(const member *a, const member *b) {
    assert_same_reports(&a->trained, &b->trained);
    assert_same_reports(&a->evaluated, &b->evaluated);
    ck_assert_uint_eq(a->bytes, b->bytes);
    ck_assert_mem_eq(a->checkpoint, b->checkpoint, a->bytes);
}

/* ---- the same bits ---- */

static const plan plans[] = {
    {.structure = TOY_DENSE, .shards = SHARDS},
    {.structure = TOY_DENSE, .padded = 1, .shards = SHARDS, .method = SNND_METHOD_SPECTRAL},
    {.structure = TOY_DENSE, .adaptive = 1, .shards = SHARDS, .low_memory = 1},
    {.structure = TOY_DEEP_R_GRADIENT, .padded = 1, .shards = SHARDS},
    {.structure = TOY_DEEP_R_GRADIENT, .shards = SHARDS, .method = SNND_METHOD_DIRECT},
    {.structure = TOY_DEEP_R_RANDOM, .padded = 1, .shards = SHARDS},
    {.structure = TOY_DEEP_R_NOISE, .shards = 2 * SHARDS},
    {.structure = TOY_FIXED_MASK, .shards = 4 * SHARDS},
    {.structure = TOY_RIGL, .padded = 1, .shards = SHARDS},
    {.structure = TOY_SET, .shards = SHARDS},
    {.structure = TOY_SNFS, .padded = 1, .shards = SHARDS},
};

enum { PLANS = sizeof plans / sizeof plans[0] };

START_TEST(a_run_does_not_depend_on_the_number_of_ranks) {
    member alone[1], together[MOST_RANKS];
    meeting of_one, of_many;
    begin(alone, &of_one, 1, &plans[_i]);
    work_together(alone, &of_one, finish);
    ck_assert_int_eq(of_one.calls, 0);
    for (int32_t ranks = 2; ranks <= MOST_RANKS; ranks *= 2) {
        begin(together, &of_many, ranks, &plans[_i]);
        work_together(together, &of_many, finish);
        for (int32_t r = 0; r < ranks; r++)
            expect_same(&alone[0], &together[r]);
        end(together, &of_many);
    }
    end(alone, &of_one);
}
END_TEST

/* Otherwise the same bits would say little. */
START_TEST(shards_are_rounding) {
    member of_one[1], of_four[1];
    meeting one, four;
    plan p = usual;
    begin(of_four, &four, 1, &p);
    p.shards = 1;
    begin(of_one, &one, 1, &p);
    const float *input;
    const int32_t *label;
    int32_t count;
    for (int k = 0; k < 2; k++) {
        member *own = k == 0 ? of_one : of_four;
        snnd_batches *batches;
        OK(own->run.context, snnd_batches_create(own->dataset, BATCH, 0, 0, &batches));
        OK(own->run.context, snnd_batches_get(batches, 0, 0, &input, &label, &count));
        OK(own->run.context, snnd_trainer_step_padded(own->run.trainer, input, label, snnd_batches_lengths(batches),
                                                      count, own->dataset->steps, NULL));
        snnd_batches_free(batches);
    }
    bool differs = false;
    for (int32_t i = 0; i < of_one->run.network->count; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++) {
            snnd_array a, b;
            const snnd_layer *layers[] = {snnd_network_layer(of_one->run.network, i),
                                          snnd_network_layer(of_four->run.network, i)};
            if (snnd_workspace_gradient(snnd_trainer_workspace(of_one->run.trainer), layers[0], (snnd_array_name)name,
                                        &a) != SNND_OK)
                continue;
            OK(of_four->run.context, snnd_workspace_gradient(snnd_trainer_workspace(of_four->run.trainer), layers[1],
                                                             (snnd_array_name)name, &b));
            float largest = 0;
            for (int64_t k = 0; k < snnd_array_count(&a); k++)
                largest = fmaxf(largest, fabsf(((const float *)a.data)[k]));
            for (int64_t k = 0; k < snnd_array_count(&a); k++) {
                const float one_of = ((const float *)a.data)[k], other = ((const float *)b.data)[k];
                HOLDS(fabsf(one_of - other) <= 1e-5f * largest, "layer %d, array %d: %g and %g", i, name,
                      (double)one_of, (double)other);
                differs |= one_of < other || one_of > other;
            }
        }
    ck_assert(differs);
    end(of_one, &one);
    end(of_four, &four);
}
END_TEST

/* ---- what goes wrong ---- */

/* The calls of a step: to agree, batch norm, to agree, loss, batch norm back, gradients, and `progress`. */
enum { CALLS_OF_STEP = 7, CALLS_OF_EPOCH = 1 };

static void fail_and_finish(member *own) {
    save(own);
    member before = *own;
    own->checkpoint = NULL;
    const bool made_one = own->with->fails_at >= CALLS_OF_EPOCH + CALLS_OF_STEP; /* behind it, it stays */
    train_one(own);
    ck_assert_int_eq(own->status, SNND_ERROR_CALLBACK);
    ck_assert_msg(strstr(own->said, "reduce") != NULL && strstr(own->said, "returned 7") != NULL, "%s", own->said);
    save(own);
    if (!made_one) {
        ck_assert_uint_eq(own->bytes, before.bytes);
        ck_assert_mem_eq(own->checkpoint, before.checkpoint, own->bytes);
    }
    free(before.checkpoint);
    own->stop_after = 0;
}

START_TEST(a_step_that_is_not_added_up_is_none) {
    member alone[1], together[MOST_RANKS], resumed[MOST_RANKS];
    meeting of_one, of_many, of_resumed;
    begin(alone, &of_one, 1, &usual);
    work_together(alone, &of_one, finish);
    /* In the first step, and in the second. */
    begin(together, &of_many, 2, &usual);
    of_many.fails_at = _i + 1;
    work_together(together, &of_many, fail_and_finish);
    /* Another number of ranks goes on with what was saved then, and so do those that met the failure. */
    const int32_t others = _i % 2 == 0 ? 4 : 1;
    begin(resumed, &of_resumed, others, &usual);
    for (int32_t r = 0; r < others; r++)
        OK(resumed[r].run.context, load(&resumed[r], &together[_i % 2]));
    work_together(resumed, &of_resumed, finish);
    work_together(together, &of_many, finish);
    for (int32_t r = 0; r < others; r++)
        expect_same(&alone[0], &resumed[r]);
    for (int32_t r = 0; r < 2; r++)
        expect_same(&alone[0], &together[r]);
    end(resumed, &of_resumed);
    end(together, &of_many);
    end(alone, &of_one);
}
END_TEST

/* A batch of the host's, in which rank 1 has a number that is none. */
static void step_on_nothing(member *own) {
    float *input = calloc(BATCH * TOY_STEPS * TOY_CHANNELS, sizeof *input);
    const int32_t label[BATCH] = {0};
    ck_assert_ptr_nonnull(input);
    input[(BATCH - 1) * TOY_STEPS * TOY_CHANNELS] = NAN;
    own->status = snnd_trainer_step(own->run.trainer, input, label, BATCH, TOY_STEPS, NULL);
    snprintf(own->said, sizeof own->said, "%s", snnd_context_last_error(own->run.context));
    free(input);
}

START_TEST(an_error_of_one_rank_ends_the_step_of_all) {
    member together[2];
    meeting of_two;
    begin(together, &of_two, 2, &usual);
    work_together(together, &of_two, step_on_nothing);
    ck_assert_int_eq(together[0].status, SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(together[1].status, SNND_ERROR_ARGUMENT);
    ck_assert_str_eq(together[0].said, "another rank failed: invalid argument");
    ck_assert_msg(strstr(together[1].said, "input of sample") != NULL, "%s", together[1].said);
    work_together(together, &of_two, finish);
    end(together, &of_two);
}
END_TEST

/* Weights so large that the samples of one rank overflow, and those of the other, all 0, do not. */
static void overflow(member *own) {
    snnd_array weight;
    float *input = calloc(BATCH * TOY_STEPS * TOY_CHANNELS, sizeof *input);
    const int32_t label[BATCH] = {0};
    ck_assert_ptr_nonnull(input);
    OK(own->run.context, snnd_layer_array(snnd_network_layer(own->run.network, 0), SNND_ARRAY_WEIGHT, &weight));
    for (int64_t k = 0; k < snnd_array_count(&weight); k++)
        if (((float *)weight.data)[k] > 0)
            ((float *)weight.data)[k] = 1e38f;
    for (int32_t k = 0; k < TOY_STEPS * TOY_CHANNELS; k++)
        input[k] = 1e38f;
    own->status = snnd_trainer_step(own->run.trainer, input, label, BATCH, TOY_STEPS, NULL);
    snprintf(own->said, sizeof own->said, "%s", snnd_context_last_error(own->run.context));
    free(input);
}

START_TEST(an_overflow_of_one_rank_is_one_of_all) {
    member together[4];
    meeting of_four;
    begin(together, &of_four, 4, &usual);
    work_together(together, &of_four, overflow);
    for (int r = 0; r < 4; r++)
        ck_assert_int_eq(together[r].status, SNND_ERROR_NUMERIC);
    ck_assert_msg(strstr(together[0].said, "overflow") != NULL, "%s", together[0].said);
    end(together, &of_four);
}
END_TEST

START_TEST(who_stops_one_rank_stops_all) {
    member alone[1], together[4];
    meeting of_one, of_four;
    begin(alone, &of_one, 1, &usual);
    work_together(alone, &of_one, finish);
    begin(together, &of_four, 4, &usual);
    together[2].stop_after = 2;
    work_together(together, &of_four, train_one);
    for (int r = 0; r < 4; r++) {
        ck_assert_int_eq(together[r].status, SNND_STOPPED);
        ck_assert_int_eq(together[r].trained.samples, 2 * BATCH);
    }
    work_together(together, &of_four, finish);
    for (int r = 0; r < 4; r++)
        expect_same(&alone[0], &together[r]);
    end(together, &of_four);
    end(alone, &of_one);
}
END_TEST

START_TEST(a_checkpoint_belongs_to_its_shards) {
    member of_four[1], of_two[1];
    meeting four, two;
    plan p = usual;
    begin(of_four, &four, 1, &p);
    p.shards = 2;
    begin(of_two, &two, 1, &p);
    save(of_four);
    FAILS(of_two->run.context, SNND_ERROR_ARGUMENT, "'shards'", load(of_two, of_four));
    end(of_two, &two);
    p.shards = 1;
    begin(of_two, &two, 1, &p);
    FAILS(of_two->run.context, SNND_ERROR_ARGUMENT, "'shards'", load(of_two, of_four));
    save(of_two);
    FAILS(of_four->run.context, SNND_ERROR_ARGUMENT, "'shards'", load(of_four, of_two));
    end(of_two, &two);
    end(of_four, &four);
}
END_TEST

/* ---- what is sent ---- */

static void step_once(member *own) {
    own->stop_after = 1;
    train_one(own);
}

START_TEST(a_step_sends_what_the_header_says) {
    member together[2];
    meeting of_two;
    plan p = usual;
    p.structure = _i == 0 ? TOY_DENSE : TOY_FIXED_MASK;
    begin(together, &of_two, 2, &p);
    const snnd_network *network = together[0].run.network;
    work_together(together, &of_two, step_once);
    ck_assert_int_eq(together[0].status, SNND_STOPPED);
    /* Weights and positions of synapses; scales and shifts go with batch norm's sums. */
    const int64_t gradients = 2 * snnd_network_active(network), neurons = TOY_HIDDEN;
    ck_assert_int_eq(of_two.bytes, 80 + 3 * 80 + 2 * 16 * neurons + 32 + 8 * neurons + 4 * gradients);
    ck_assert_int_eq(of_two.calls, CALLS_OF_EPOCH + CALLS_OF_STEP);
    end(together, &of_two);
}
END_TEST

/* ---- what is read ---- */

/* Samples that one rank has fetched; any thread of its may. */
typedef struct fetching {
    const snnd_dataset *from;
    atomic_int count;
} fetching;

static int fetch(void *user, const snnd_fetch *what) {
    fetching *f = user;
    atomic_fetch_add(&f->count, 1);
    return snnd_dataset_fill(f->from, -1, what->index, what->input) != SNND_OK;
}

/* Puts a source in the place of a rank's dataset, which it gets samples of. */
static void be_a_source(member *own, fetching *f) {
    int32_t label[SAMPLES];
    snnd_source source;
    f->from = own->dataset;
    for (int32_t k = 0; k < SAMPLES; k++)
        OK(own->run.context, snnd_dataset_sample(own->dataset, k, NULL, &label[k]));
    OK(own->run.context, snnd_source_init(&source, sizeof source));
    source.fetch = fetch;
    source.user = f;
    source.label = label;
    source.samples = SAMPLES;
    source.steps = snnd_dataset_steps(own->dataset);
    source.channels = TOY_CHANNELS;
    OK(own->run.context, snnd_dataset_create_source(own->run.context, &source, &own->dataset));
}

/* Each sample is one rank's, in training as in evaluation. */
START_TEST(ranks_fetch_their_own_samples) {
    member together[4], alone[1];
    meeting of_four, of_one;
    fetching fetched[4] = {0};
    const plan p = {.structure = TOY_DENSE, .shards = SHARDS};
    begin(alone, &of_one, 1, &p);
    work_together(alone, &of_one, finish);
    begin(together, &of_four, 4, &p);
    for (int r = 0; r < 4; r++)
        be_a_source(&together[r], &fetched[r]);
    work_together(together, &of_four, train_one);
    int sum = 0;
    for (int r = 0; r < 4; r++)
        sum += atomic_load(&fetched[r].count);
    ck_assert_int_eq(sum, SAMPLES);
    work_together(together, &of_four, finish);
    for (int r = 0; r < 4; r++)
        expect_same(&alone[0], &together[r]);
    for (int r = 0; r < 4; r++) {
        snnd_dataset_free(together[r].dataset);
        together[r].dataset = (snnd_dataset *)(uintptr_t)fetched[r].from;
    }
    end(together, &of_four);
    end(alone, &of_one);
}
END_TEST

START_TEST(a_shard_shows_what_it_has) {
    member own[1];
    meeting of_one;
    snnd_array gradient;
    begin(own, &of_one, 1, &(plan){.structure = TOY_FIXED_MASK, .shards = SHARDS});
    own->stop_after = 1;
    work_together(own, &of_one, train_one);
    const snnd_layer *first = snnd_network_layer(own->run.network, 0);
    snnd_workspace *workspace = snnd_trainer_workspace(own->run.trainer);
    double rates[TOY_HIDDEN];
    OK(own->run.context, snnd_workspace_gradient(workspace, first, SNND_ARRAY_WEIGHT, &gradient));
    OK(own->run.context, snnd_workspace_spike_rates(workspace, snnd_network_layer(own->run.network, 2), rates));
    FAILS(own->run.context, SNND_ERROR_STATE, "shard",
          snnd_workspace_complete_gradient(workspace, first, SNND_ARRAY_WEIGHT, &gradient));
    end(own, &of_one);
}
END_TEST

/* ---- options ---- */

START_TEST(ranks_and_shards_are_powers_of_two) {
    static const struct {
        int32_t rank, ranks, shards;
        const char *words;
    } wrong[] = {
        {0, 1, 0, "shards is 0"},        {0, 1, 3, "shards is 3"},         {0, 1, 2048, "shards is 2048"},
        {0, 0, 4, "ranks is 0"},         {0, 3, 4, "ranks is 3"},          {0, 8, 4, "ranks is 8"},
        {2, 2, 4, "rank is 2"},          {-1, 2, 4, "rank is -1"},         {0, 2, 2, "reduce is NULL"},
        {0, INT32_MIN, 4, "ranks is -"}, {0, 1, INT32_MIN, "shards is -"},
    };
    snnd_context *context = make_context(1);
    snnd_network *network = make_usual(context, TOY_CHANNELS, TOY_HIDDEN, TOY_CLASSES, TOY_DELAY, 0, add_lif);
    for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
        snnd_trainer_options options;
        snnd_trainer *trainer = NULL;
        OK(context, snnd_trainer_options_init(&options, sizeof options));
        options.rank = wrong[k].rank;
        options.ranks = wrong[k].ranks;
        options.shards = wrong[k].shards;
        FAILS(context, SNND_ERROR_ARGUMENT, wrong[k].words, snnd_trainer_create(network, &options, &trainer));
        ck_assert_ptr_null(trainer);
    }
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

Suite *ranks_suite(void) {
    Suite *suite = suite_create("ranks");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_loop_test(all, a_run_does_not_depend_on_the_number_of_ranks, 0, PLANS);
    tcase_add_test(all, shards_are_rounding);
    tcase_add_loop_test(all, a_step_that_is_not_added_up_is_none, 0, CALLS_OF_EPOCH + 2 * CALLS_OF_STEP);
    tcase_add_test(all, an_error_of_one_rank_ends_the_step_of_all);
    tcase_add_test(all, an_overflow_of_one_rank_is_one_of_all);
    tcase_add_test(all, who_stops_one_rank_stops_all);
    tcase_add_test(all, a_checkpoint_belongs_to_its_shards);
    tcase_add_loop_test(all, a_step_sends_what_the_header_says, 0, 2);
    tcase_add_test(all, ranks_fetch_their_own_samples);
    tcase_add_test(all, a_shard_shows_what_it_has);
    tcase_add_test(all, ranks_and_shards_are_powers_of_two);
    suite_add_tcase(suite, all);
    return suite;
}
