/* Checkpoints: a run that is put down and taken up again is the run that was never interrupted. */
#include <cjson/cJSON.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/allocator.h"
#include "format/bytes.h"
#include "format/scratch.h"
#include "train/toy.h"

Suite *checkpoint_suite(void);

enum { SAMPLES = 53, BATCHES = 4 };

static snnd_context *context;
static snnd_dataset *dataset;
static toy made;
static int countdown; /* steps until the run is stopped */

static toy plan_rewiring(void) {
    toy plan = plan_toy(context);
    plan.rate = REWIRING;
    return plan;
}

static void set_up(void) {
    context = make_context(2);
    dataset = make_pulses(context, SAMPLES, TOY_STEPS, 1);
    made = plan_rewiring();
    countdown = 0;
    made.options.progress = stop_at_zero;
    made.options.progress_user = &countdown;
}

static void tear_down(void) {
    free_toy(&made);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}

/* Trains whole epochs and then, where `steps` is not 0, some steps of another. */
static void train_to(toy *run, int32_t epochs, int steps) {
    snnd_epoch_report report;
    OK(run->context, snnd_epoch_report_init(&report, sizeof report));
    train_epochs(run, dataset, epochs);
    if (steps == 0)
        return;
    countdown = steps;
    ck_assert_int_eq(snnd_trainer_epoch(run->trainer, dataset, &report), SNND_STOPPED);
}

static const char *save(toy *run, const char *name) {
    OK(run->context, snnd_trainer_save_checkpoint(run->trainer, scratch(name), NULL));
    return scratch(name);
}

/* Puts `to` in the place of the first `from` of a file; both have `size` bytes. */
static void replace(const char *path, const void *from, const void *to, size_t size) {
    size_t count, at = 0;
    unsigned char *bytes = scratch_read(path, &count);
    while (at + size <= count && memcmp(bytes + at, from, size) != 0)
        at++;
    ck_assert_uint_le(at + size, count);
    memcpy(bytes + at, to, size);
    scratch_write(path, bytes, count);
    free(bytes);
}

/* ---- going on ---- */

static const struct {
    int structure, optimizer;
    double dropout;
    int steps; /* of the third epoch, before the checkpoint */
} runs[] = {
    {TOY_DENSE, SNND_ADAM, 0, 0},           {TOY_DENSE, SNND_ADAM, 0.4, 2},
    {TOY_DENSE, SNND_SGD, 0.4, 0},          {TOY_DENSE, SNND_SGD, 0, 3},
    {TOY_DEEP_R_GRADIENT, SNND_ADAM, 0, 0}, {TOY_DEEP_R_GRADIENT, SNND_ADAM, 0.4, 1},
    {TOY_DEEP_R_RANDOM, SNND_ADAM, 0.4, 0}, {TOY_DEEP_R_RANDOM, SNND_ADAM, 0, 2},
    {TOY_FIXED_MASK, SNND_ADAM, 0.4, 0},    {TOY_FIXED_MASK, SNND_SGD, 0, 2},
    {TOY_DENSE, SNND_ADAM, 0.4, BATCHES},   {TOY_DEEP_R_NOISE, SNND_SGD, 0, 1},
    {TOY_RIGL, SNND_ADAM, 0.4, 0},          {TOY_RIGL, SNND_SGD, 0, 1},
    {TOY_SET, SNND_ADAM, 0.4, 2},           {TOY_SET, SNND_ADAM, 0, BATCHES},
    {TOY_SNFS, SNND_ADAM, 0.4, 0},          {TOY_SNFS, SNND_SGD, 0, BATCHES},
};

/* Each of the runs, and then each with neurons that adapt. */
static void plan_run(toy *plan, int which) {
    plan->structure = runs[which % COUNT(runs)].structure;
    plan->optimizer = runs[which % COUNT(runs)].optimizer;
    plan->dropout = runs[which % COUNT(runs)].dropout;
    plan->adaptive = which / COUNT(runs);
}

static void take_up_from_a_checkpoint(int run) {
    toy interrupted = plan_rewiring(), resumed = plan_rewiring();
    plan_run(&made, run);
    plan_run(&interrupted, run);
    plan_run(&resumed, run);
    interrupted.options.progress = stop_at_zero;
    interrupted.options.progress_user = &countdown;
    make_toy(&made);
    const snnd_epoch_report expected_report = train_epochs(&made, dataset, 5);
    make_toy(&interrupted);
    train_to(&interrupted, 2, runs[run % COUNT(runs)].steps);
    const char *path = save(&interrupted, "run");
    free_toy(&interrupted);
    /* In another context, from other parameters, on another number of threads. */
    resumed.context = make_context(1);
    resumed.draw = 99;
    make_toy(&resumed);
    OK(resumed.context, snnd_trainer_load_checkpoint(resumed.trainer, path, NULL));
    ck_assert_int_eq(snnd_trainer_epochs_done(resumed.trainer), 2);
    const snnd_epoch_report report = train_epochs(&resumed, dataset, 3);
    ck_assert_int_eq(report.regrown > 0, toy_rewires(runs[run % COUNT(runs)].structure));
    assert_same_networks(made.network, resumed.network);
    assert_same_reports(&report, &expected_report);
    snnd_context *own = resumed.context;
    free_toy(&resumed);
    snnd_context_free(own);
}

START_TEST(a_run_taken_up_from_a_checkpoint_ends_as_if_it_had_never_stopped) {
    take_up_from_a_checkpoint(_i);
}
END_TEST

START_TEST(a_run_on_padded_samples_is_taken_up_as_others_are) {
    snnd_dataset_free(dataset);
    dataset = make_padded_pulses(context, SAMPLES, TOY_STEPS, 1);
    take_up_from_a_checkpoint(_i);
}
END_TEST

static const double other_weights[TOY_CLASSES] = {1, 0.1, 3};

/* With factors, and with all that a loss may have; in the middle of an epoch. */
static void ask_for_more(toy *run) {
    run->structure = TOY_DEEP_R_GRADIENT;
    run->options.label_smoothing = 0.1;
    run->options.rate_penalty = 2;
    run->options.rate_lower = 0.01;
    run->options.rate_upper = 0.05;
    run->options.class_weight = other_weights;
    run->options.class_weight_count = TOY_CLASSES;
    run->options.clip_norm = 0.5;
}

static void set_factors(toy *run) {
    OK(run->context, snnd_trainer_set_factor(run->trainer, snnd_network_layer(run->network, 0), SNND_ARRAY_WEIGHT, 0));
    OK(run->context,
       snnd_trainer_set_factor(run->trainer, snnd_network_layer(run->network, 4), SNND_ARRAY_POSITION, 1.0 / 3));
    OK(run->context, snnd_trainer_set_factor(run->trainer, snnd_network_layer(run->network, 1), SNND_ARRAY_SHIFT, 2));
}

START_TEST(factors_and_what_the_loss_has_go_on_from_a_checkpoint) {
    toy interrupted = plan_rewiring(), resumed = plan_rewiring();
    ask_for_more(&made);
    ask_for_more(&interrupted);
    ask_for_more(&resumed);
    interrupted.options.progress = stop_at_zero;
    interrupted.options.progress_user = &countdown;
    make_toy(&made);
    make_toy(&interrupted);
    make_toy(&resumed);
    set_factors(&made);
    set_factors(&interrupted);
    const snnd_epoch_report expected = train_epochs(&made, dataset, 4);
    train_to(&interrupted, 2, 3);
    OK(context, snnd_trainer_set_factor(resumed.trainer, snnd_network_layer(resumed.network, 1), SNND_ARRAY_SCALE, 0));
    OK(context, snnd_trainer_load_checkpoint(resumed.trainer, save(&interrupted, "run"), NULL));
    const snnd_epoch_report third = train_epochs(&interrupted, dataset, 1), got = train_epochs(&resumed, dataset, 1);
    assert_same_reports(&got, &third);
    const snnd_epoch_report report = train_epochs(&resumed, dataset, 1);
    assert_same_networks(made.network, resumed.network);
    assert_same_reports(&report, &expected);
    ck_assert_double_gt(report.rate_penalty, 0);
    free_toy(&interrupted);
    free_toy(&resumed);
}
END_TEST

START_TEST(a_factor_that_cannot_be_is_refused_by_name) {
    static const double bad[] = {-1, 1e7, NAN, INFINITY};
    const double factors[] = {1.0 / 3, bad[_i]}; /* what the file has, and what it gets */
    double written[2];
    snnd_copy_elements(written, factors, 2, sizeof *written, !snnd_host_is_little_endian());
    make_toy(&made);
    train_epochs(&made, dataset, 1);
    set_factors(&made);
    replace(save(&made, "run"), &written[0], &written[1], sizeof *written);
    FAILS(context, SNND_ERROR_FORMAT, "'optimizer.layers.4.position.factor' is",
          snnd_trainer_load_checkpoint(made.trainer, scratch("run"), NULL));
}
END_TEST

START_TEST(an_epoch_begun_before_the_checkpoint_is_reported_whole) {
    toy resumed = plan_rewiring(), undisturbed = plan_rewiring();
    made.structure = resumed.structure = undisturbed.structure = TOY_DEEP_R_GRADIENT;
    make_toy(&made);
    make_toy(&resumed);
    make_toy(&undisturbed);
    train_to(&made, 1, 3);
    OK(context, snnd_trainer_load_checkpoint(resumed.trainer, save(&made, "run"), NULL));
    const snnd_epoch_report expected = train_epochs(&undisturbed, dataset, 2), got = train_epochs(&resumed, dataset, 1);
    assert_same_reports(&got, &expected);
    free_toy(&resumed);
    free_toy(&undisturbed);
}
END_TEST

/* Leaves the first `numbers` of the place in the run in a file, as an earlier version wrote it. */
static void shorten_place(const char *path, int numbers) {
    size_t count;
    uint64_t header = 0;
    unsigned char *bytes = scratch_read(path, &count), *shorter = calloc(count + 8, 1);
    for (int b = 0; b < 8; b++)
        header |= (uint64_t)bytes[b] << 8 * b;
    cJSON *root = cJSON_ParseWithLength((const char *)bytes + 8, header), *entry;
    cJSON *run = cJSON_GetObjectItem(root, "trainer.run"), *offsets = cJSON_GetObjectItem(run, "data_offsets");
    const double begin = cJSON_GetArrayItem(offsets, 0)->valuedouble, end = cJSON_GetArrayItem(offsets, 1)->valuedouble;
    const double kept = begin + 8.0 * numbers;
    cJSON_SetNumberValue(cJSON_GetArrayItem(cJSON_GetObjectItem(run, "shape"), 0), numbers);
    cJSON_ArrayForEach(entry, root) {
        cJSON *at;
        cJSON_ArrayForEach(at, cJSON_GetObjectItem(entry, "data_offsets")) {
            if (at->valuedouble >= end)
                cJSON_SetNumberValue(at, at->valuedouble - (end - kept));
        }
    }
    char *text = cJSON_PrintUnformatted(root);
    const size_t length = (strlen(text) + 7) / 8 * 8;
    shorter[0] = (unsigned char)(length % 256), shorter[1] = (unsigned char)(length / 256 % 256);
    shorter[2] = (unsigned char)(length / 65536);
    memset(shorter + 8, ' ', length);
    memcpy(shorter + 8, text, strlen(text));
    const unsigned char *data = bytes + 8 + header;
    memcpy(shorter + 8 + length, data, (size_t)kept);
    memcpy(shorter + 8 + length + (size_t)kept, data + (size_t)end, count - 8 - header - (size_t)end);
    scratch_write(path, shorter, 8 + length + (size_t)kept + count - 8 - header - (size_t)end);
    cJSON_free(text);
    cJSON_Delete(root);
    free(bytes);
    free(shorter);
}

START_TEST(a_checkpoint_of_an_earlier_version_goes_on) {
    toy resumed = plan_rewiring(), undisturbed = plan_rewiring();
    make_toy(&made);
    make_toy(&resumed);
    make_toy(&undisturbed);
    train_to(&made, 1, 3);
    const char *path = save(&made, "run");
    shorten_place(path, 16);
    FAILS(context, SNND_ERROR_FORMAT, "tensor 'trainer.run' has shape [16]",
          snnd_trainer_load_checkpoint(resumed.trainer, path, NULL));
    path = save(&made, "run");
    shorten_place(path, 17);
    OK(context, snnd_trainer_load_checkpoint(resumed.trainer, path, NULL));
    const snnd_epoch_report expected = train_epochs(&undisturbed, dataset, 2), got = train_epochs(&resumed, dataset, 1);
    assert_same_networks(undisturbed.network, resumed.network);
    ck_assert_double_eq(got.loss, expected.loss);
    ck_assert_double_gt(got.multiplications, 0); /* of the steps that were made since */
    ck_assert_double_lt(got.multiplications, expected.multiplications / 2);
    free_toy(&resumed);
    free_toy(&undisturbed);
}
END_TEST

START_TEST(a_trainer_may_go_back_to_its_own_checkpoint) {
    toy undisturbed = plan_rewiring();
    made.structure = undisturbed.structure = TOY_DEEP_R_RANDOM;
    make_toy(&made);
    make_toy(&undisturbed);
    train_to(&made, 1, 0);
    save(&made, "run");
    train_epochs(&made, dataset, 2);
    OK(context, snnd_trainer_load_checkpoint(made.trainer, scratch("run"), NULL));
    ck_assert_int_eq(snnd_trainer_epochs_done(made.trainer), 1);
    train_epochs(&made, dataset, 1);
    train_epochs(&undisturbed, dataset, 2);
    assert_same_networks(made.network, undisturbed.network);
    free_toy(&undisturbed);
}
END_TEST

START_TEST(saving_does_not_disturb_the_run) {
    toy undisturbed = plan_rewiring();
    make_toy(&made);
    make_toy(&undisturbed);
    for (int epoch = 0; epoch < 3; epoch++) {
        save(&made, "run");
        train_epochs(&made, dataset, 1);
    }
    train_epochs(&undisturbed, dataset, 3);
    assert_same_networks(made.network, undisturbed.network);
    free_toy(&undisturbed);
}
END_TEST

START_TEST(the_same_state_makes_the_same_file) {
    size_t count, again;
    make_toy(&made);
    train_to(&made, 1, 2);
    unsigned char *first = scratch_read(save(&made, "first"), &count);
    unsigned char *second = scratch_read(save(&made, "second"), &again);
    ck_assert_uint_eq(count, again);
    assert_same_bits(first, second, count, "files");
    free(first);
    free(second);
}
END_TEST

/* ---- notes, networks ---- */

static const char *const notes[] = {"", "epoch 3", "{\"best\": 0.91, \"file\": \"a\\\\b\"}\n\ttabs and \"quotes\"",
                                    "Zahl \xc3\xa4"};

START_TEST(a_note_comes_back_as_it_was) {
    char *note = NULL;
    make_toy(&made);
    OK(context, snnd_trainer_save_checkpoint(made.trainer, scratch("run"), notes[_i]));
    OK(context, snnd_trainer_load_checkpoint(made.trainer, scratch("run"), &note));
    ck_assert_str_eq(note, notes[_i]);
    snnd_string_free(context, note);
}
END_TEST

static const char *const wrong_notes[] = {"\xff",         "caf\xe9",          "\xc0\xaf",
                                          "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"};

START_TEST(a_note_is_utf8) {
    make_toy(&made);
    FAILS(context, SNND_ERROR_ARGUMENT, "not UTF-8",
          snnd_trainer_save_checkpoint(made.trainer, scratch("run"), wrong_notes[_i]));
    ck_assert_int_eq(scratch_entries(), 0);
}
END_TEST

START_TEST(what_is_not_finite_is_not_saved) {
    make_toy(&made);
    save(&made, "run");
    float *weight = floats(snnd_network_layer(made.network, 4), SNND_ARRAY_WEIGHT), before = weight[3];
    weight[3] = NAN;
    FAILS(context, SNND_ERROR_NUMERIC, "weight 3 of layer 4",
          snnd_trainer_save_checkpoint(made.trainer, scratch("run"), NULL));
    OK(context, snnd_trainer_load_checkpoint(made.trainer, scratch("run"), NULL));
    ck_assert_float_eq(weight[3], before);
}
END_TEST

START_TEST(without_a_note_there_is_an_empty_one) {
    char *note = NULL;
    make_toy(&made);
    OK(context, snnd_trainer_load_checkpoint(made.trainer, save(&made, "run"), &note));
    ck_assert_str_eq(note, "");
    snnd_string_free(context, note);
}
END_TEST

START_TEST(a_checkpoint_is_a_network_file_too) {
    snnd_network *loaded;
    made.structure = _i;
    make_toy(&made);
    train_to(&made, 1, 2);
    OK(context, snnd_network_load(context, save(&made, "run"), &loaded));
    assert_same_networks(made.network, loaded);
    snnd_network_free(loaded);
}
END_TEST

/* ---- what does not agree changes nothing ---- */

/* Asserts that a trainer goes on from the end of an epoch as one that was left alone. */
static void assert_unharmed(toy *run) {
    toy undisturbed = plan_rewiring();
    undisturbed.structure = run->structure;
    undisturbed.options.rate_penalty = run->options.rate_penalty;
    make_toy(&undisturbed);
    train_epochs(&undisturbed, dataset, 2);
    train_epochs(run, dataset, 1);
    assert_same_networks(run->network, undisturbed.network);
    free_toy(&undisturbed);
}

static snnd_schedule other_schedule;
static snnd_optimizer_options other_optimizer;

/* Changes one setting of a plan; returns how a message names it. */
static const char *change_setting(toy *plan, int which) {
    OK(context, snnd_schedule_init(&other_schedule, sizeof other_schedule));
    OK(context, snnd_optimizer_options_init(&other_optimizer, sizeof other_optimizer));
    other_optimizer.beta2 = 0.99;
    switch (which) {
    case 0:
        plan->options.epochs = 9;
        return "'epochs'";
    case 1:
        plan->options.batch = 17;
        return "'batch'";
    case 2:
        plan->options.seed = 5 + (UINT64_C(1) << 60); /* as far off as a double cannot tell */
        return "'seed'";
    case 3:
        plan->options.readout = SNND_READOUT_SUM;
        return "'readout'";
    case 4:
        plan->options.l1 = 1e-300;
        return "'l1'";
    case 5:
        plan->options.weight_schedule = &other_schedule;
        return "'weight_schedule'";
    case 6:
        plan->options.position_schedule = &other_schedule;
        return "'position_schedule'";
    case 7:
        plan->options.sigma_schedule = &other_schedule;
        return "'sigma_schedule'";
    case 8:
        plan->options.weights = plan->options.positions = &other_optimizer;
        return "'weights'";
    case 9:
        plan->options.label_smoothing = 1e-300;
        return "'label_smoothing'";
    case 10:
        plan->options.rate_penalty = 0.5;
        return "'rate_penalty'";
    case 11:
        plan->options.rate_upper = 0.5;
        return "'rate_upper'";
    case 12:
        plan->options.rate_lower = plan->options.rate_upper = 0.5;
        return "'rate_lower'";
    case 13:
        plan->options.clip_norm = 1;
        return "'clip_norm'";
    default:
        plan->options.class_weight = other_weights;
        plan->options.class_weight_count = TOY_CLASSES;
        return "'class_weight'";
    }
}

/* Whichever of the two has it changed. */
START_TEST(a_setting_that_differs_is_named_on_either_side) {
    toy other = plan_rewiring();
    other.options.rate_penalty = made.options.rate_penalty = 0.25; /* which its bounds need */
    const char *words = change_setting(&made, _i);
    make_toy(&other);
    save(&other, "other");
    make_toy(&made);
    FAILS(context, SNND_ERROR_ARGUMENT, words, snnd_trainer_load_checkpoint(made.trainer, scratch("other"), NULL));
    free_toy(&other);
}
END_TEST

START_TEST(a_setting_that_differs_is_named_and_nothing_changes) {
    toy other = plan_rewiring();
    char *note = NULL;
    other.options.rate_penalty = made.options.rate_penalty = 0.25;
    const char *words = change_setting(&other, _i);
    make_toy(&other);
    train_epochs(&other, dataset, 3);
    save(&other, "other");
    make_toy(&made);
    train_epochs(&made, dataset, 1);
    FAILS(context, SNND_ERROR_ARGUMENT, words, snnd_trainer_load_checkpoint(made.trainer, scratch("other"), &note));
    ck_assert_ptr_nonnull(strstr(snnd_context_last_error(context), scratch("other")));
    ck_assert_ptr_null(note);
    ck_assert_int_eq(snnd_trainer_epochs_done(made.trainer), 1);
    assert_unharmed(&made);
    free_toy(&other);
}
END_TEST

START_TEST(another_controller_is_named) {
    toy other = plan_rewiring();
    other.structure = TOY_DEEP_R_GRADIENT;
    made.structure = _i;
    make_toy(&other);
    save(&other, "other");
    make_toy(&made);
    train_epochs(&made, dataset, 1);
    FAILS(context, SNND_ERROR_ARGUMENT, "'sparsity'",
          snnd_trainer_load_checkpoint(made.trainer, scratch("other"), NULL));
    assert_unharmed(&made);
    free_toy(&other);
}
END_TEST

START_TEST(another_network_is_named) {
    toy other = plan_rewiring();
    other.dropout = 0.25; /* the same shapes, another option */
    make_toy(&other);
    save(&other, "other");
    free_toy(&other);
    make_toy(&made);
    train_epochs(&made, dataset, 1);
    FAILS(context, SNND_ERROR_ARGUMENT, "probability of its layer 3 (dropout) is 0.25; in this network it is 0.2",
          snnd_trainer_load_checkpoint(made.trainer, scratch("other"), NULL));
    other.network = make_network(context, TOY_CHANNELS);
    add_delays(other.network, TOY_CLASSES, NULL);
    OK(context, snnd_trainer_create(other.network, &other.options, &other.trainer));
    save(&other, "other");
    FAILS(context, SNND_ERROR_ARGUMENT, "2 inputs and 1 layers; this network has 2 and 6",
          snnd_trainer_load_checkpoint(made.trainer, scratch("other"), NULL));
    assert_unharmed(&made);
    free_toy(&other);
}
END_TEST

/* Changes a file to something that is no checkpoint, by number. */
static void spoil(const char *path, int how) {
    size_t count;
    unsigned char *bytes = scratch_read(path, &count);
    const size_t lengths[] = {0, 4, 8, 100, count / 2, count - 1};
    if (how < COUNT(lengths)) {
        scratch_write(path, bytes, lengths[how]);
    } else {
        unsigned char *key = NULL;
        const char *const words[] = {"\"trainer.run\"", "snndelay.trainer", "optimizer.weights.layers.0.weight.2"};
        const char *word = words[how - COUNT(lengths)];
        for (size_t k = 0; k + strlen(word) < count && key == NULL; k++)
            key = memcmp(bytes + k, word, strlen(word)) == 0 ? bytes + k : NULL;
        ck_assert_ptr_nonnull(key);
        key[3] = 'X';
        scratch_write(path, bytes, count);
    }
    free(bytes);
}

enum { SPOILED = 9 };

START_TEST(a_damaged_file_is_refused_and_nothing_changes) {
    char *note = NULL;
    make_toy(&made);
    train_epochs(&made, dataset, 1);
    spoil(save(&made, "run"), _i);
    FAILS(context, SNND_ERROR_FORMAT, scratch("run"),
          snnd_trainer_load_checkpoint(made.trainer, scratch("run"), &note));
    ck_assert_ptr_null(note);
    assert_unharmed(&made);
}
END_TEST

START_TEST(a_note_that_could_not_be_saved_is_not_loaded) {
    char *note = NULL;
    make_toy(&made);
    train_epochs(&made, dataset, 1);
    OK(context, snnd_trainer_save_checkpoint(made.trainer, scratch("run"), "caf-"));
    replace(scratch("run"), "caf-", "caf\xe9", 4);
    FAILS(context, SNND_ERROR_FORMAT, "not UTF-8", snnd_trainer_load_checkpoint(made.trainer, scratch("run"), &note));
    ck_assert_ptr_null(note);
    assert_unharmed(&made);
}
END_TEST

START_TEST(a_zero_in_the_text_of_a_checkpoint_is_refused) {
    static const struct {
        const char *from, *to, *words;
    } zeros[] = {{"abcdef", "\\u0000", "the header is not JSON, or it contains a zero byte"},
                 {"momentum_low", "momen\\\\u0000", "its 'snndelay.trainer' is not JSON, contains a zero byte"},
                 {"momentum_low", "momentum_\\\"x", "its 'snndelay.trainer' is not JSON"}};
    char *note = NULL;
    make_toy(&made);
    train_epochs(&made, dataset, 1);
    for (int k = 0; k < COUNT(zeros); k++) {
        OK(context, snnd_trainer_save_checkpoint(made.trainer, scratch("run"), "abcdef"));
        replace(scratch("run"), zeros[k].from, zeros[k].to, strlen(zeros[k].from));
        FAILS(context, SNND_ERROR_FORMAT, zeros[k].words,
              snnd_trainer_load_checkpoint(made.trainer, scratch("run"), &note));
        ck_assert_ptr_null(note);
    }
    assert_unharmed(&made);
}
END_TEST

/* The numbers of the place in a run by their order in files, each with a value that it cannot have. After so many
 * epochs there would be a negative number of them one day. */
static const struct {
    const char *name;
    double value;
} wrong_numbers[] = {
    {"'epoch'", 0x1p30 + 1},   {"'step'", 0x1p31},         {"'of_samples'", 0.5},      {"'draws'", -1},
    {"'samples'", 0x1p54},     {"'correct'", 0.5},         {"'regrown'", -1},          {"'loss'", -1},
    {"'cross_entropy'", NAN},  {"'spikes'", INFINITY},     {"'weight_rate'", -1},      {"'position_rate'", 1e301},
    {"'momentum'", 1},         {"'position_momentum'", 1}, {"'weight_steps'", 0.5},    {"'position_steps'", -1},
    {"'sparsity_steps'", 0.5}, {"'accumulations'", -1},    {"'multiplications'", NAN}, {"'rate_penalty'", -1},
};
enum { WRONG_NUMBERS = sizeof wrong_numbers / sizeof wrong_numbers[0] };

START_TEST(places_in_a_run_that_cannot_be_are_refused_by_name) {
    /* 1, 0 and 0, little-endian: an epoch, no step of the next, no samples that it is on. */
    static const unsigned char begin[24] = {[6] = 0xF0, [7] = 0x3F};
    size_t count, at = 0;
    uint64_t bits;
    make_toy(&made);
    train_epochs(&made, dataset, 1);
    const char *path = save(&made, "run");
    unsigned char *bytes = scratch_read(path, &count);
    while (at + WRONG_NUMBERS * sizeof bits < count && memcmp(bytes + at, begin, sizeof begin) != 0)
        at++;
    memcpy(&bits, &wrong_numbers[_i].value, sizeof bits);
    for (size_t b = 0; b < sizeof bits; b++)
        bytes[at + (size_t)_i * sizeof bits + b] = (unsigned char)(bits >> 8 * b);
    scratch_write(path, bytes, count);
    free(bytes);
    char words[64];
    snprintf(words, sizeof words, "%s in 'trainer.run' is", wrong_numbers[_i].name);
    FAILS(context, SNND_ERROR_FORMAT, words, snnd_trainer_load_checkpoint(made.trainer, scratch("run"), NULL));
    assert_unharmed(&made);
}
END_TEST

/* A network whose controller has been freed keeps its masks and signs. */
static void make_signed(toy *run) {
    const snnd_structure structure = structure_of(0.5);
    make_toy(run);
    snnd_trainer_free(run->trainer);
    OK(context, snnd_sparsity_create_deep_r(run->network, &structure, NULL, &run->sparsity));
    snnd_sparsity_free(run->sparsity);
    run->sparsity = NULL;
    OK(context, snnd_trainer_create(run->network, &run->options, &run->trainer));
}

START_TEST(a_load_takes_no_masks_or_signs_from_a_pass) {
    toy other = plan_toy(context);
    snnd_array array;
    made.rate = other.rate;
    make_signed(&made);
    make_toy(&other);
    train_epochs(&made, dataset, 1);
    save(&other, "dense");
    FAILS(context, SNND_ERROR_ARGUMENT, "its layer 0 has no 'sign'; this network has",
          snnd_trainer_load_checkpoint(made.trainer, scratch("dense"), NULL));
    snnd_workspace *workspace = snnd_trainer_workspace(made.trainer);
    snnd_layer *layer = snnd_network_layer(made.network, 0);
    OK(context, snnd_trainer_load_checkpoint(made.trainer, save(&made, "run"), NULL));
    FAILS(context, SNND_ERROR_STATE, "have changed since the training pass",
          snnd_workspace_complete_gradient(workspace, layer, SNND_ARRAY_WEIGHT, &array));
    train_epochs(&made, dataset, 1);
    free_toy(&other);
}
END_TEST

START_TEST(moments_that_cannot_be_are_neither_saved_nor_loaded) {
    make_toy(&made);
    train_epochs(&made, dataset, 1);
    float *second = made.trainer->weights->moment[0].second[SNND_ARRAY_WEIGHT], before = second[2];
    second[2] = INFINITY;
    FAILS(context, SNND_ERROR_NUMERIC, "'optimizer.weights.layers.0.weight.2' are not finite",
          snnd_trainer_save_checkpoint(made.trainer, scratch("run"), NULL));
    second[2] = -1;
    save(&made, "run");
    second[2] = before;
    FAILS(context, SNND_ERROR_FORMAT,
          "number 2 of tensor 'optimizer.weights.layers.0.weight.2' is -1; expected a finite number of at least 0",
          snnd_trainer_load_checkpoint(made.trainer, scratch("run"), NULL));
    assert_unharmed(&made);
}
END_TEST

START_TEST(a_network_file_is_no_checkpoint) {
    make_toy(&made);
    train_epochs(&made, dataset, 1);
    OK(context, snnd_network_save(made.network, scratch("network")));
    FAILS(context, SNND_ERROR_FORMAT, "a network, but not a checkpoint",
          snnd_trainer_load_checkpoint(made.trainer, scratch("network"), NULL));
    assert_unharmed(&made);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_named) {
    make_toy(&made);
    train_epochs(&made, dataset, 1);
    FAILS(context, SNND_ERROR_IO, scratch("nowhere"),
          snnd_trainer_load_checkpoint(made.trainer, scratch("nowhere"), NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_trainer_load_checkpoint(made.trainer, NULL, NULL));
    ck_assert_int_eq(snnd_trainer_load_checkpoint(NULL, scratch("nowhere"), NULL), SNND_ERROR_ARGUMENT);
    assert_unharmed(&made);
}
END_TEST

static snnd_status load_again(snnd_context *own, void *trainer) {
    (void)own;
    return snnd_trainer_load_checkpoint(trainer, scratch("run"), NULL);
}

START_TEST(memory_that_runs_out_while_loading_changes_nothing) {
    allocator memory = {0};
    snnd_context *starving;
    toy undisturbed = plan_rewiring();
    OK(context, allocator_context(&memory, 1, &starving));
    toy starved = plan_toy(starving);
    starved.rate = REWIRING;
    undisturbed.structure = starved.structure = TOY_DEEP_R_GRADIENT;
    make_toy(&undisturbed);
    make_toy(&starved);
    train_epochs(&starved, dataset, 1);
    save(&starved, "run");
    allocator_starve(starving, &memory, load_again, starved.trainer);
    train_epochs(&starved, dataset, 1);
    train_epochs(&undisturbed, dataset, 2);
    assert_same_networks(starved.network, undisturbed.network);
    free_toy(&starved);
    free_toy(&undisturbed);
    snnd_context_free(starving);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

/* ---- writing is all or nothing ---- */

START_TEST(a_path_that_cannot_be_written_is_named) {
    make_toy(&made);
    FAILS(context, SNND_ERROR_IO, scratch("missing/run"),
          snnd_trainer_save_checkpoint(made.trainer, scratch("missing/run"), NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_trainer_save_checkpoint(made.trainer, NULL, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "empty", snnd_trainer_save_checkpoint(made.trainer, "", NULL));
    ck_assert_int_eq(snnd_trainer_save_checkpoint(NULL, scratch("run"), NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(scratch_entries(), 0);
}
END_TEST

START_TEST(saving_replaces_the_file_and_leaves_no_other) {
    make_toy(&made);
    save(&made, "run");
    train_epochs(&made, dataset, 1);
    save(&made, "run");
    ck_assert_int_eq(scratch_entries(), 1);
    OK(context, snnd_trainer_load_checkpoint(made.trainer, scratch("run"), NULL));
    ck_assert_int_eq(snnd_trainer_epochs_done(made.trainer), 1);
}
END_TEST

/* Saves while files may have no more than `bytes`. */
static snnd_status save_on_a_full_disk(const char *path, size_t bytes) {
    struct rlimit before, small;
    if (getrlimit(RLIMIT_FSIZE, &before) != 0)
        return SNND_OK;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    small = before;
    small.rlim_cur = (rlim_t)bytes;
    setrlimit(RLIMIT_FSIZE, &small);
    const snnd_status status = snnd_trainer_save_checkpoint(made.trainer, path, NULL);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    return status;
}

START_TEST(a_checkpoint_survives_a_save_that_fails) {
    size_t count, after;
    make_toy(&made);
    unsigned char *bytes = scratch_read(save(&made, "run"), &count);
    train_epochs(&made, dataset, 1);
    const snnd_status status = save_on_a_full_disk(scratch("run"), count - 100);
    ck_assert_int_eq(status, SNND_ERROR_IO);
    ck_assert_ptr_nonnull(strstr(snnd_context_last_error(context), scratch("run")));
    ck_assert_int_eq(scratch_entries(), 1);
    unsigned char *now = scratch_read(scratch("run"), &after);
    ck_assert_uint_eq(after, count);
    assert_same_bits(bytes, now, count, "files");
    assert_unharmed(&made);
    free(bytes);
    free(now);
}
END_TEST

Suite *checkpoint_suite(void) {
    Suite *suite = suite_create("train/checkpoint");
    TCase *cases = scratch_case(suite, "checkpoint");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, a_run_taken_up_from_a_checkpoint_ends_as_if_it_had_never_stopped, 0, 2 * COUNT(runs));
    tcase_add_loop_test(cases, a_run_on_padded_samples_is_taken_up_as_others_are, 0, COUNT(runs));
    tcase_add_test(cases, factors_and_what_the_loss_has_go_on_from_a_checkpoint);
    tcase_add_loop_test(cases, a_factor_that_cannot_be_is_refused_by_name, 0, 4);
    tcase_add_test(cases, an_epoch_begun_before_the_checkpoint_is_reported_whole);
    tcase_add_test(cases, a_checkpoint_of_an_earlier_version_goes_on);
    tcase_add_test(cases, a_trainer_may_go_back_to_its_own_checkpoint);
    tcase_add_test(cases, saving_does_not_disturb_the_run);
    tcase_add_test(cases, the_same_state_makes_the_same_file);
    tcase_add_loop_test(cases, a_note_comes_back_as_it_was, 0, COUNT(notes));
    tcase_add_loop_test(cases, a_note_is_utf8, 0, COUNT(wrong_notes));
    tcase_add_test(cases, what_is_not_finite_is_not_saved);
    tcase_add_test(cases, without_a_note_there_is_an_empty_one);
    tcase_add_loop_test(cases, a_checkpoint_is_a_network_file_too, TOY_DENSE, TOY_FIXED_MASK + 1);
    tcase_add_loop_test(cases, a_setting_that_differs_is_named_and_nothing_changes, 0, 15);
    tcase_add_loop_test(cases, a_setting_that_differs_is_named_on_either_side, 0, 15);
    tcase_add_loop_test(cases, another_controller_is_named, TOY_DEEP_R_RANDOM, TOY_STRUCTURES);
    tcase_add_test(cases, another_network_is_named);
    tcase_add_loop_test(cases, a_damaged_file_is_refused_and_nothing_changes, 0, SPOILED);
    tcase_add_test(cases, a_note_that_could_not_be_saved_is_not_loaded);
    tcase_add_loop_test(cases, places_in_a_run_that_cannot_be_are_refused_by_name, 0, WRONG_NUMBERS);
    tcase_add_test(cases, a_zero_in_the_text_of_a_checkpoint_is_refused);
    tcase_add_test(cases, a_load_takes_no_masks_or_signs_from_a_pass);
    tcase_add_test(cases, moments_that_cannot_be_are_neither_saved_nor_loaded);
    tcase_add_test(cases, a_network_file_is_no_checkpoint);
    tcase_add_test(cases, a_file_that_is_not_there_is_named);
    tcase_add_test(cases, memory_that_runs_out_while_loading_changes_nothing);
    tcase_add_test(cases, a_path_that_cannot_be_written_is_named);
    tcase_add_test(cases, saving_replaces_the_file_and_leaves_no_other);
    tcase_add_test(cases, a_checkpoint_survives_a_save_that_fails);
    return suite;
}
