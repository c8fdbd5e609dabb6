/* The readout is the network's: it is kept in files, and whoever is not told another takes it. */
#include "kernel/readout.h"
#include "format/json.h"
#include "format/network_file.h"
#include "format/scratch.h"
#include "train/toy.h"

Suite *readout_suite(void);

enum { SAMPLES = 20 };

static snnd_context *context;
static snnd_dataset *dataset;
static toy made;

static void set_up(void) {
    context = make_context(1);
    dataset = make_pulses(context, SAMPLES, TOY_STEPS, 1);
    made = plan_toy(context);
    made.dropout = 0;
}

static void tear_down(void) {
    free_toy(&made);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}

START_TEST(a_network_begins_with_that_of_the_paper) {
    made.network = make_network(context, 2);
    ck_assert_int_eq(snnd_network_readout(made.network), SNND_READOUT_SOFTMAX_SUM);
    ck_assert_int_eq(snnd_network_readout(NULL), SNND_READOUT_NETWORK);
    ck_assert_int_eq(snnd_network_set_readout(NULL, SNND_READOUT_SUM), SNND_ERROR_ARGUMENT);
    static const int wrong[] = {SNND_READOUT_NETWORK, SNND_READOUTS_END, -1};
    for (int k = 0; k < COUNT(wrong); k++)
        FAILS(context, SNND_ERROR_ARGUMENT, "readout is",
              snnd_network_set_readout(made.network, (snnd_readout)wrong[k]));
    ck_assert_int_eq(snnd_network_readout(made.network), SNND_READOUT_SOFTMAX_SUM);
}
END_TEST

/* ---- files ---- */

START_TEST(files_keep_it) {
    snnd_network *loaded = NULL;
    make_toy(&made);
    OK(context, snnd_network_set_readout(made.network, (snnd_readout)_i));
    OK(context, snnd_network_save(made.network, scratch("a")));
    OK(context, snnd_network_load(context, scratch("a"), &loaded));
    ck_assert_int_eq(snnd_network_readout(loaded), _i);
    snnd_network_free(loaded);
    OK(context, snnd_trainer_save_checkpoint(made.trainer, scratch("run"), NULL));
    OK(context, snnd_network_load(context, scratch("run"), &loaded));
    ck_assert_int_eq(snnd_network_readout(loaded), _i);
    snnd_network_free(loaded);
}
END_TEST

/* The file of a network whose architecture has another readout; NULL: none. */
static void save_with(const char *word) {
    snnd_tensor *tensors;
    size_t count;
    cJSON *root = snnd_network_describe(made.network);
    cJSON_DeleteItemFromObjectCaseSensitive(root, "readout");
    if (word != NULL)
        ck_assert_ptr_nonnull(cJSON_AddRawToObject(root, "readout", word));
    char *text = cJSON_PrintUnformatted(root);
    const snnd_metadata metadata[] = {{"format", "snndelay"}, {SNND_NETWORK_KEY, text}};
    OK(context, snnd_network_tensors(made.network, &tensors, &count));
    OK(context, snnd_safetensors_write(context, snnd_to_path(scratch("a")), tensors, count, metadata, 2));
    snnd_release(context, tensors);
    cJSON_free(text);
    cJSON_Delete(root);
}

START_TEST(files_without_it_mean_that_of_the_paper) {
    snnd_network *loaded = NULL;
    make_toy(&made);
    OK(context, snnd_network_set_readout(made.network, SNND_READOUT_MAX));
    save_with(NULL);
    OK(context, snnd_network_load(context, scratch("a"), &loaded));
    ck_assert_int_eq(snnd_network_readout(loaded), SNND_READOUT_SOFTMAX_SUM);
    assert_same_networks(loaded, made.network);
    snnd_network_free(loaded);
}
END_TEST

START_TEST(what_is_no_readout_is_refused) {
    static const char *const words[] = {"\"soft\"", "\"\"", "2", "null", "[\"max\"]", "\"max\",\"readout\":\"sum\""};
    snnd_network *loaded = NULL;
    make_toy(&made);
    for (int k = 0; k < COUNT(words); k++) {
        save_with(words[k]);
        FAILS(context, SNND_ERROR_FORMAT, k < COUNT(words) - 1 ? "an unknown readout" : "twice",
              snnd_network_load(context, scratch("a"), &loaded));
    }
}
END_TEST

/* ---- who takes it ---- */

/* Told by the network, and told by options to a network of another readout. */
START_TEST(a_trainer_takes_it) {
    toy told = made;
    made.options.readout = SNND_READOUT_NETWORK;
    made.network = NULL;
    make_toy(&made);
    snnd_trainer_free(made.trainer);
    OK(context, snnd_network_set_readout(made.network, (snnd_readout)_i));
    OK(context, snnd_trainer_create(made.network, &made.options, &made.trainer));
    told.options.readout = _i;
    make_toy(&told);
    snnd_trainer_free(told.trainer);
    OK(context, snnd_network_set_readout(told.network, _i == SNND_READOUT_SUM ? SNND_READOUT_MAX : SNND_READOUT_SUM));
    OK(context, snnd_trainer_create(told.network, &told.options, &told.trainer));
    ck_assert_int_eq(snnd_network_readout(told.network), _i);
    const snnd_epoch_report one = train_epochs(&made, dataset, 1), other = train_epochs(&told, dataset, 1);
    assert_same_reports(&one, &other);
    assert_same_networks(made.network, told.network);
    /* A checkpoint has what is meant, not how it was said. */
    OK(context, snnd_trainer_save_checkpoint(made.trainer, scratch("run"), NULL));
    OK(context, snnd_trainer_load_checkpoint(told.trainer, scratch("run"), NULL));
    free_toy(&told);
}
END_TEST

/* Of a trainer's checkpoint come a network, and streams, that make scores as it was trained. */
START_TEST(a_checkpoint_says_what_was_trained) {
    snnd_network *loaded = NULL;
    toy other = made;
    made.options.readout = _i;
    make_toy(&made);
    train_epochs(&made, dataset, 1);
    OK(context, snnd_trainer_save_checkpoint(made.trainer, scratch("run"), NULL));
    OK(context, snnd_network_load(context, scratch("run"), &loaded));
    ck_assert_int_eq(snnd_network_readout(loaded), _i);
    /* One that was made for another readout does not take it, until its network has it. */
    other.options.readout = _i % (SNND_READOUTS_END - 1) + 1;
    make_toy(&other);
    FAILS(context, SNND_ERROR_ARGUMENT, "its setting 'readout' differs",
          snnd_trainer_load_checkpoint(other.trainer, scratch("run"), NULL));
    ck_assert_int_eq(snnd_network_readout(other.network), _i % (SNND_READOUTS_END - 1) + 1);
    OK(context, snnd_network_set_readout(other.network, (snnd_readout)_i));
    OK(context, snnd_trainer_load_checkpoint(other.trainer, scratch("run"), NULL));
    ck_assert_int_eq(snnd_network_readout(other.network), _i);
    const snnd_epoch_report one = train_epochs(&made, dataset, 1), two = train_epochs(&other, dataset, 1);
    assert_same_reports(&one, &two);
    snnd_network_free(loaded);
    free_toy(&other);
}
END_TEST

START_TEST(a_trainer_that_is_not_made_sets_no_readout) {
    snnd_trainer *trainer = NULL;
    snnd_trainer_options options = made.options;
    make_toy(&made);
    options.readout = SNND_READOUT_MAX;
    options.epochs = 0;
    FAILS(context, SNND_ERROR_ARGUMENT, "epochs", snnd_trainer_create(made.network, &options, &trainer));
    ck_assert_int_eq(snnd_network_readout(made.network), SNND_READOUT_SOFTMAX_SUM);
}
END_TEST

/* What its network is told later holds as well. */
START_TEST(a_trainer_follows_its_network) {
    toy changed = made;
    made.options.readout = _i;
    make_toy(&made);
    make_toy(&changed);
    OK(context, snnd_network_set_readout(changed.network, (snnd_readout)_i));
    const snnd_epoch_report one = train_epochs(&made, dataset, 1), other = train_epochs(&changed, dataset, 1);
    assert_same_reports(&one, &other);
    snnd_epoch_report first = one, second = other;
    OK(context, snnd_trainer_evaluate(made.trainer, dataset, &first));
    OK(context, snnd_trainer_evaluate(changed.trainer, dataset, &second));
    assert_same_reports(&first, &second);
    free_toy(&changed);
}
END_TEST

static void scores_of(const snnd_plan *plan, int32_t readout, const float *input, float scores[TOY_CLASSES]) {
    snnd_stream *stream;
    snnd_stream_options options;
    OK(context, snnd_stream_options_init(&options, sizeof options));
    options.readout = readout;
    OK(context, snnd_stream_create(plan, &options, &stream));
    for (int t = 0; t < TOY_STEPS; t++)
        OK(context, snnd_stream_push(stream, input + t * TOY_CHANNELS, NULL, scores));
    snnd_stream_free(stream);
}

START_TEST(losses_scores_and_streams_take_it) {
    const float *input;
    int32_t label, own_class, class;
    float own[TOY_CLASSES], scores[TOY_CLASSES];
    snnd_loss_report own_loss, loss;
    snnd_loss_options options;
    snnd_plan *plan;
    make_toy(&made);
    train_epochs(&made, dataset, 1);
    OK(context, snnd_network_set_readout(made.network, (snnd_readout)_i));
    OK(context, snnd_dataset_sample(dataset, 0, &input, &label));
    OK(context, snnd_loss_report_init(&own_loss, sizeof own_loss));
    OK(context, snnd_loss_report_init(&loss, sizeof loss));
    OK(context, snnd_loss_options_init(&options, sizeof options));
    snnd_workspace *workspace = make_workspace(made.network, 1, TOY_STEPS);
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, 1));
    OK(context, snnd_workspace_scores(workspace, SNND_READOUT_NETWORK, own));
    OK(context, snnd_workspace_scores(workspace, (snnd_readout)_i, scores));
    assert_same_bits(own, scores, sizeof own, "scores");
    OK(context, snnd_workspace_predictions(workspace, SNND_READOUT_NETWORK, &own_class));
    OK(context, snnd_workspace_predictions(workspace, (snnd_readout)_i, &class));
    ck_assert_int_eq(own_class, class);
    OK(context, snnd_workspace_loss(workspace, &label, NULL, &own_loss));
    options.readout = _i;
    OK(context, snnd_workspace_loss(workspace, &label, &options, &loss));
    ck_assert(own_loss.loss == loss.loss);
    snnd_workspace_free(workspace);
    OK(context, snnd_plan_create(made.network, &plan));
    OK(context, snnd_network_set_readout(made.network, SNND_READOUT_SOFTMAX_SUM)); /* the plan is a copy */
    scores_of(plan, SNND_READOUT_NETWORK, input, own);
    assert_same_bits(own, scores, sizeof own, "scores of a stream");
    scores_of(plan, _i % (SNND_READOUTS_END - 1) + 1, input, own);
    ck_assert_mem_ne(own, scores, sizeof own);
    snnd_plan_free(plan);
}
END_TEST

START_TEST(exports_take_it) {
    snnd_export_c_options options;
    snnd_plan *plan, *other;
    size_t bytes, more;
    make_toy(&made);
    OK(context, snnd_plan_create(made.network, &other));
    OK(context, snnd_network_set_readout(made.network, (snnd_readout)_i));
    OK(context, snnd_plan_create(made.network, &plan));
    OK(context, snnd_export_c_options_init(&options, sizeof options));
    OK(context, snnd_export_c(plan, &options, scratch("own.c"), scratch("a.h"), NULL));
    options.readout = _i;
    OK(context, snnd_export_c(other, &options, scratch("told.c"), scratch("a.h"), NULL));
    unsigned char *own = scratch_read(scratch("own.c"), &bytes), *told = scratch_read(scratch("told.c"), &more);
    ck_assert_uint_eq(bytes, more);
    ck_assert_mem_eq(own, told, bytes);
    free(own);
    free(told);
    snnd_plan_free(plan);
    snnd_plan_free(other);
}
END_TEST

Suite *readout_suite(void) {
    enum { FIRST = SNND_READOUT_SOFTMAX_SUM, END = SNND_READOUTS_END };
    Suite *suite = suite_create("readout");
    TCase *files = scratch_case(suite, "files"), *users = scratch_case(suite, "who takes it");
    tcase_add_checked_fixture(files, set_up, tear_down);
    tcase_add_test(files, a_network_begins_with_that_of_the_paper);
    tcase_add_loop_test(files, files_keep_it, FIRST, END);
    tcase_add_test(files, files_without_it_mean_that_of_the_paper);
    tcase_add_test(files, what_is_no_readout_is_refused);
    tcase_add_checked_fixture(users, set_up, tear_down);
    tcase_add_loop_test(users, a_trainer_takes_it, FIRST, END);
    tcase_add_loop_test(users, a_checkpoint_says_what_was_trained, FIRST, END);
    tcase_add_test(users, a_trainer_that_is_not_made_sets_no_readout);
    tcase_add_loop_test(users, a_trainer_follows_its_network, FIRST, END);
    tcase_add_loop_test(users, losses_scores_and_streams_take_it, FIRST, END);
    tcase_add_loop_test(users, exports_take_it, FIRST, END);
    return suite;
}
