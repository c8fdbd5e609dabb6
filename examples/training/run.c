#include "training/run.h"

#include <math.h>
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/program.h"
#include "common/stop.h"
#include "rawhd/front_end_settings.h"
#include "training/augmented.h"
#include "training/extended.h"
#include "training/history.h"
#include "training/holdout.h"
#include "training/idle.h"
#include "training/keep.h"
#include "training/model.h"
#include "training/paths.h"
#include "training/progress.h"
#include "training/ranks.h"
#include "training/recipe.h"

struct run {
    struct options *options;
    struct failure *failure;
    snnd_context *context;
    struct data data;
    struct model model;
    snnd_trainer *trainer;
    struct keep keep;
    struct progress progress;
    int64_t added_before, added; /* bytes that ranks have added: up to the previous step, and in a step */
    int32_t epoch_before;
};

/* Rank 0 prints and writes files. */
static int is_first(void) {
    return ranks_together()->rank == 0;
}

static int library_failure(struct run *run) {
    return failed(run->failure, "%s", snnd_context_last_error(run->context));
}

/* ---- Getting ready ---- */

/* Warnings of the library are printed even in a quiet run. */
static void warn(void *user, snnd_log_level level, const char *message) {
    struct run *run = user;
    if (level != SNND_LOG_WARNING)
        return;
    progress_end(&run->progress);
    program_complain("warning: %s", message);
}

/* Returns the number of processors, or a rank's share of those of its machine. */
static int32_t threads_of(const struct options *options) {
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const int local = ranks_together()->local;
    return options->threads > 0 || local == 1 ? (int32_t)options->threads
           : processors > local               ? (int32_t)(processors / local)
                                              : 1;
}

static int make_context(struct run *run) {
    snnd_context_options wanted;
    snnd_context_options_init(&wanted, sizeof wanted);
    wanted.log = warn;
    wanted.log_user = run;
    wanted.threads = threads_of(run->options);
    wanted.isa = run->options->isa;
    snnd_status status = snnd_context_create(&wanted, &run->context);
    if (status == SNND_ERROR_UNSUPPORTED)
        return failed(run->failure, "--isa: this processor does not have these instructions");
    if (status != SNND_OK)
        return failed(run->failure, "cannot start the library: %s", snnd_status_string(status));
    snnd_isa isa;
    if (snnd_context_info(run->context, NULL, &isa, NULL) != SNND_OK)
        return library_failure(run);
    run->options->isa = (int)isa; /* the instruction set that AUTO has chosen, which a resumed run must use */
    return 0;
}

static void say_line(void *user, const char *message) {
    progress_say(user, message);
}

/* Rank 0 stores derived data, which the others then use. */
static int load_in_turn(struct run *run) {
    const struct say say = {say_line, &run->progress};
    if (!is_first())
        ranks_meet();
    const int result = recipe_load(run->context, run->options, &say, &run->data, run->failure);
    if (is_first() && result == 0)
        ranks_meet();
    return result;
}

static int load_data(struct run *run) {
    const struct options *options = run->options;
    if (load_in_turn(run) != 0)
        return -1;
    if (hold_out(run->context, options, &run->data, run->failure) != 0)
        return -1;
    if (augmentation_is_on(&options->augmentation) &&
        augment_training(run->context, &options->augmentation, (uint64_t)options->seed, &run->data, run->failure) != 0)
        return -1;
    const int32_t silent = options_extra_steps(options); /* which augmentation does not change */
    if (silent == 0)
        return 0;
    if (run->data.front_end != NULL)
        cJSON_AddNumberToObject(run->data.front_end, FRONT_END_EXTRA, silent);
    return extend(run->context, silent, &run->data, run->failure);
}

static int show_step(void *user, const snnd_progress *step) {
    struct run *run = user;
    int64_t bytes, calls;
    ranks_added(&bytes, &calls);
    if (step->step > 1 && step->epoch == run->epoch_before)
        run->added = bytes - run->added_before;
    run->added_before = bytes;
    run->epoch_before = step->epoch;
    progress_step(&run->progress, step);
    return stop_is_asked();
}

static int make_trainer(struct run *run) {
    const int64_t batch = run->options->batch, samples = snnd_dataset_samples(run->data.training);
    const int64_t steps = (samples + batch - 1) / batch * run->options->epochs;
    if (!run->options->quiet)
        idle_mention_rewiring(run->options, steps);
    if (model_make(run->context, run->options, snnd_dataset_channels(run->data.training), run->data.classes, steps,
                   &run->model, run->failure) != 0)
        return -1;
    return model_trainer(run->context, run->options, &run->model, show_step, run, &run->trainer, run->failure);
}

/* For reports without the data: names of classes, and which samples validate. */
static void describe_data(const struct run *run, cJSON *settings) {
    if (run->data.class_names != NULL) {
        cJSON *names = cJSON_AddArrayToObject(settings, "classes");
        for (char **name = run->data.class_names; *name != NULL; name++)
            cJSON_AddItemToArray(names, cJSON_CreateString(*name));
    }
    if (run->data.validation != NULL)
        cJSON_AddStringToObject(settings, "validation-by", run->data.validation_by);
}

/* Writes the predictions of the best network for the testing samples. */
static int keep_best_predictions(struct run *run, snnd_network *best) {
    return keep_predictions(&run->keep, best, run->data.testing, run->data.testing_speaker,
                            (int32_t)run->options->batch, run->failure);
}

/* Writes missing predictions of a run. */
static int restore_predictions(struct run *run) {
    snnd_network *best;
    if (keep_has(&run->keep, KEEP_PREDICTIONS))
        return 0;
    const int found = keep_load(run->context, run->keep.out, KEEP_BEST, &best, run->failure);
    const int result = found == 1 ? keep_best_predictions(run, best) : found;
    snnd_network_free(best);
    return result;
}

/* Outputs of these classes only learn to be silent. */
static cJSON *absent_classes(const struct run *run) {
    const snnd_dataset *set = run->data.training;
    cJSON *absent = cJSON_CreateArray();
    int32_t label;
    char *seen = allocate((size_t)run->data.classes, 1);
    memset(seen, 0, (size_t)run->data.classes);
    for (int64_t i = 0; i < snnd_dataset_samples(set); i++)
        if (snnd_dataset_sample(set, i, NULL, &label) == SNND_OK)
            seen[label] = 1;
    for (int32_t c = 0; c < run->data.classes; c++)
        if (!seen[c])
            cJSON_AddItemToArray(absent, cJSON_CreateNumber(c));
    free(seen);
    return absent;
}

/* Begins the run's folder, or restores its checkpoint. */
static int open_folder(struct run *run) {
    struct keep *keep = &run->keep;
    keep->context = run->context;
    keep->out = run->options->out;
    keep->history = cJSON_CreateArray();
    keep->settings = options_settings(run->options);
    cJSON_AddStringToObject(keep->settings, "recordings", run->data.fingerprint);
    cJSON_AddItemToObject(keep->settings, KEEP_ABSENT, absent_classes(run));
    cJSON_AddStringToObject(keep->settings, "library", snnd_version());
    describe_data(run, keep->settings);
    if (!ranks_same(options_fingerprint(keep->settings)))
        return failed(run->failure, "the processes of mpirun differ in their data, their instructions or their "
                                    "library; expected the same files in --data, and the same --isa");
    if (!is_first())
        return run->options->resume ? keep_follow(keep, run->trainer, run->options, &run->progress, run->failure) : 0;
    const int begun = run->options->resume ? keep_restore(keep, run->trainer, run->model.network, run->options,
                                                          &run->progress, run->failure)
                                           : keep_begin(keep, run->failure);
    if (begun != 0 || (run->data.front_end != NULL && keep_front_end(keep, run->data.front_end, run->failure) != 0))
        return -1;
    if (run->options->resume)
        return restore_predictions(run);
    return keep_model(keep, run->model.network, KEEP_INITIAL, run->failure) == 0
               ? keep_checkpoint(keep, run->trainer, run->failure)
               : -1;
}

static int prepare(struct run *run) {
    if (make_context(run) != 0 || load_data(run) != 0 || make_trainer(run) != 0)
        return -1;
    return open_folder(run);
}

/* ---- Training ---- */

static int evaluate(struct run *run, const snnd_dataset *dataset, snnd_epoch_report *report) {
    snnd_epoch_report_init(report, sizeof *report);
    return snnd_trainer_evaluate(run->trainer, dataset, report) == SNND_OK ? 0 : library_failure(run);
}

/* Ends an epoch of training: evaluates, and then writes log, models and, last, the checkpoint. */
static int finish_epoch(struct run *run, struct epoch_result *result, double begin) {
    struct keep *keep = &run->keep;
    result->has_validation = run->data.validation != NULL;
    result->has_energy = run->options->picojoules.given;
    if (evaluate(run, run->data.testing, &result->testing) != 0)
        return -1;
    if (result->has_validation && evaluate(run, run->data.validation, &result->validation) != 0)
        return -1;
    if (!is_first())
        return 0;
    if (paths_lacking(run->model.network, &result->unreached) != SNND_OK)
        return library_failure(run);
    const int lost = keep_changes(keep, run->model.network, &result->changes, run->failure);
    if (lost < 0)
        return -1;
    result->has_changes = !lost;
    result->seconds = keep->seconds + progress_clock() - begin;
    cJSON *record = history_record(result);
    if (keep_epoch(keep, record, run->failure) != 0)
        return -1;
    const int is_best = history_best(keep->history) == cJSON_GetArraySize(keep->history) - 1;
    if (is_best && (keep_model(keep, run->model.network, KEEP_BEST, run->failure) != 0 ||
                    keep_best_predictions(run, run->model.network) != 0))
        return -1;
    if (keep_checkpoint(keep, run->trainer, run->failure) != 0 ||
        keep_model(keep, run->model.network, KEEP_LAST, run->failure) != 0)
        return -1;
    progress_epoch(&run->progress, record);
    return 0;
}

/* Trains one epoch, or the rest of one. */
static enum exit_code train_epoch(struct run *run) {
    double begin = progress_clock();
    struct epoch_result result;
    snnd_epoch_report_init(&result.training, sizeof result.training);
    snnd_status status = snnd_trainer_epoch(run->trainer, run->data.training, &result.training);
    /* If ranks have failed in a step it was not made, and the state before it is unchanged. */
    const int is_left = status == SNND_ERROR_CALLBACK && ranks_together()->size > 1;
    if (is_left && is_first() && !stop_is_asked()) /* a stop may reach one rank before another */
        program_complain("%s", snnd_context_last_error(run->context));
    if (status == SNND_STOPPED || is_left) {
        run->keep.seconds += progress_clock() - begin;
        if (!is_first())
            return EXIT_STOPPED;
        return keep_checkpoint(&run->keep, run->trainer, run->failure) == 0 ? EXIT_STOPPED : EXIT_FAILED;
    }
    if (status == SNND_ERROR_NUMERIC) {
        failed(run->failure, "training diverged: %s; %s is the model of the last epoch before that",
               snnd_context_last_error(run->context), KEEP_CHECKPOINT);
        return EXIT_DIVERGED;
    }
    if (status != SNND_OK) {
        library_failure(run);
        return EXIT_FAILED;
    }
    return finish_epoch(run, &result, begin) == 0 ? EXIT_DONE : EXIT_FAILED;
}

/* ---- What is said ---- */

/* Reports outputs that cannot learn, unless a rule of structure connects them. */
static void say_what_is_cut_off(struct run *run) {
    int32_t lacking;
    if (paths_lacking(run->model.network, &lacking) != SNND_OK || lacking == 0)
        return;
    char *message = format_text("%d of %d outputs have no path from the inputs%s", (int)lacking,
                                (int)snnd_network_outputs(run->model.network),
                                run->options->structure == STRUCTURE_FIXED && !run->options->paths ? " (--paths)" : "");
    progress_say(&run->progress, message);
    free(message);
}

static void say_what_is_trained(struct run *run) {
    snnd_isa isa;
    int32_t threads = 1;
    snnd_context_info(run->context, &threads, &isa, NULL);
    char *validated = run->data.validation != NULL
                          ? format_text(", %lld to validate (%s)",
                                        (long long)snnd_dataset_samples(run->data.validation), run->data.validation_by)
                          : format_text("%s", "");
    const int64_t samples = snnd_dataset_samples(run->data.training), batch = run->options->batch;
    const int64_t steps = (samples + batch - 1) / batch;
    char *message =
        format_text("%lld samples to train on%s, %lld to test; %d inputs, %d classes, %lld synapses; %d thread%s; %lld "
                    "step%s an epoch",
                    (long long)samples, validated, (long long)snnd_dataset_samples(run->data.testing),
                    (int)snnd_network_inputs(run->model.network), (int)snnd_network_outputs(run->model.network),
                    (long long)snnd_network_active(run->model.network), (int)threads, threads == 1 ? "" : "s",
                    (long long)steps, steps == 1 ? "" : "s");
    progress_say(&run->progress, message);
    free(message);
    free(validated);
    say_what_is_cut_off(run);
}

/* Reports the bytes sent between ranks: a rank sends what it adds once in each of log2(ranks) rounds. */
static void say_added(const struct run *run) {
    const struct ranks *ranks = ranks_together();
    int rounds = 0;
    while (1 << rounds < ranks->size)
        rounds++;
    if (rounds > 0 && run->added > 0)
        program_say("%d processes: each sends %lld bytes a step", ranks->size, (long long)(rounds * run->added));
}

static void say_result(const struct run *run) {
    const cJSON *history = run->keep.history;
    const char *out = run->options->out;
    int epochs = cJSON_GetArraySize(history);
    const cJSON *last = cJSON_GetArrayItem(history, epochs - 1);
    const cJSON *best = cJSON_GetArrayItem(history, history_best(history));
    printf("test accuracy %.2f %% after the last epoch (%d), %.2f %% at the best (%.0f, ",
           100 * history_number(last, "test_accuracy"), epochs, 100 * history_number(best, "test_accuracy"),
           history_number(best, "epoch"));
    double validation = history_number(best, "validation_accuracy");
    if (isnan(validation))
        printf("chosen by test accuracy, as in the paper's code)\n");
    else
        printf("chosen by its validation accuracy of %.2f %%, %s)\n", 100 * validation, run->data.validation_by);
    if (keep_has(&run->keep, KEEP_BEST))
        program_say("models: %s/" KEEP_BEST " and %s/" KEEP_LAST "; log: %s/" KEEP_LOG, out, out, out);
    else
        program_say("models: %s/" KEEP_LAST "; log: %s/" KEEP_LOG, out, out);
}

static void say_stopped(const struct run *run) {
    program_complain("stopped in epoch %d of %lld; to continue: %s --resume --out %s",
                     (int)snnd_trainer_epochs_done(run->trainer) + 1, (long long)run->options->epochs, program_name(),
                     run->options->out);
}

/* Ends a run before training. If it was stopped the failure says so, and ranks that wait for this one must be ended as
 * after any failure. */
static enum exit_code end_unprepared(const struct run *run) {
    if (!stop_is_asked() || ranks_together()->size > 1)
        return EXIT_FAILED;
    program_explain(run->failure);
    return EXIT_STOPPED;
}

/* ---- All of it ---- */

static enum exit_code train(struct run *run) {
    stop_listen();
    ranks_watch(stop_flag());
    say_what_is_trained(run);
    enum exit_code code = EXIT_DONE;
    while (code == EXIT_DONE && snnd_trainer_epochs_done(run->trainer) < run->options->epochs)
        code =
            stop_is_asked() && ranks_together()->size == 1 ? EXIT_STOPPED : train_epoch(run); /* ranks stop together */
    progress_end(&run->progress);
    if (!is_first())
        return code;
    if (!run->options->quiet)
        say_added(run);
    if (code == EXIT_DONE)
        say_result(run);
    if (code == EXIT_STOPPED)
        say_stopped(run);
    return code;
}

static void clean_up(struct run *run) {
    snnd_trainer_free(run->trainer);
    model_free(&run->model);
    data_free(&run->data);
    snnd_context_free(run->context);
    keep_free(&run->keep);
}

enum exit_code run(struct options *options, int lock, struct failure *failure) {
    if (is_first() && !options->resume && keep_claim(options->out, options->overwrite, failure) != 0)
        return EXIT_USAGE;
    struct run run = {.options = options, .failure = failure, .keep = {.lock = lock}};
    progress_init(&run.progress, options->quiet, (int32_t)options->epochs);
    enum exit_code code = prepare(&run) == 0 ? train(&run) : end_unprepared(&run);
    progress_end(&run.progress);
    clean_up(&run);
    return code;
}
