/* Executes the runs of a sweep. Signals are waited for, not handled, so that nothing is interrupted between two waits.
 * */
#include <signal.h>
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/files.h"
#include "common/lock.h"
#include "common/program.h"
#include "common/stop.h"
#include "training/history.h"
#include "training/progress.h"
#include "training/sweep/job.h"
#include "training/sweep/sweep.h"
#include "training/sweep/sweep_time.h"

enum stage {
    WAITING,
    RUNNING,
    ELSEWHERE, /* another process works on it */
    ENDED,
    FAILED
};

/* Signals that are waited for. */
static const int held[] = {SIGINT, SIGTERM, SIGCHLD};

enum { HELD = sizeof held / sizeof *held };

struct task {
    enum stage stage;
    int tried; /* whether it was tried here, which is done once */
    pid_t process;
    double begin;
};

struct work {
    struct sweep *sweep;
    struct task *task; /* one for each run */
    int jobs, threads, running;
    int stopping; /* signals that have requested it */
    double last_look;
    int waiting_is_said;
    int untold;             /* whether a run has ended and results were not written since */
    sigset_t signals, mask; /* signals that are waited for; those that were blocked before */
    struct sigaction before[HELD];
};

static void complain(const struct work *work, size_t run, const char *text) {
    program_complain("%s: %s", work->sweep->run[run].name, text);
}

static size_t count_stage(const struct work *work, enum stage stage) {
    size_t count = 0;
    for (size_t i = 0; i < work->sweep->count; i++)
        count += work->task[i].stage == stage;
    return count;
}

/* ---- The end of a run ---- */

/* Lets the caller write the results so far. While another process has the lock this is postponed: runs continue, and
 * signals are received. */
static void tell(struct work *work) {
    struct sweep *sweep = work->sweep;
    struct failure failure;
    int lock;
    if (!work->untold || sweep->ended == NULL)
        return;
    const enum lock_result locked = lock_try(sweep->out, sweep_lock_need(sweep), &lock, &failure);
    if (locked == LOCK_TAKEN)
        return;
    work->untold = 0;
    if (locked != LOCK_HELD || sweep->ended(sweep->user, &failure) != 0)
        program_explain(&failure);
    lock_release(lock);
}

/* Returns how many runs are complete, wherever they ran. */
static size_t count_done(const struct sweep *sweep) {
    size_t done = 0;
    for (size_t i = 0; i < sweep->count; i++) {
        enum sweep_state state;
        struct failure ignored;
        done += sweep_look(sweep, i, &state, NULL, &ignored) == 0 && state == SWEEP_DONE;
    }
    return done;
}

static void say_ended(const struct work *work, size_t run, const cJSON *history) {
    const struct sweep *sweep = work->sweep;
    if (sweep->quiet)
        return;
    const cJSON *last = cJSON_GetArrayItem(history, cJSON_GetArraySize(history) - 1);
    const cJSON *best = cJSON_GetArrayItem(history, history_best(history));
    size_t done = count_done(sweep);
    char *took = sweep_clock(progress_clock() - work->task[run].begin);
    char *left = sweep_clock(sweep_time_left(sweep, sweep, NULL));
    printf("%zu/%zu  %s: %.2f %%, best %.2f %%, in %s", done, sweep->count, sweep->run[run].name,
           100 * history_number(last, "test_accuracy"), 100 * history_number(best, "test_accuracy"), took);
    if (done < sweep->count)
        printf("; about %s left", left);
    putchar('\n');
    fflush(stdout);
    free(took);
    free(left);
}

/* Handles a run whose process has ended. */
static void end_run(struct work *work, size_t run, int status) {
    struct sweep *sweep = work->sweep;
    struct task *task = &work->task[run];
    struct failure failure;
    enum sweep_state state = SWEEP_NEW;
    cJSON *history = NULL;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_DONE) {
        if (sweep_look(sweep, run, &state, &history, &failure) == 0 && state != SWEEP_DONE)
            failed(&failure, "has ended without all of its files");
    } else {
        char *reason = job_reason(&sweep->run[run], status);
        failed(&failure, "%s", reason);
        free(reason);
    }
    task->stage = state == SWEEP_DONE ? ENDED : work->stopping > 0 ? WAITING : FAILED;
    if (task->stage == ENDED) {
        say_ended(work, run, history);
        work->untold = 1;
    } else if (task->stage == FAILED) {
        complain(work, run, failure.text);
    }
    cJSON_Delete(history);
}

static void reap(struct work *work) {
    for (size_t i = 0; i < work->sweep->count; i++) {
        int status;
        if (work->task[i].stage != RUNNING || waitpid(work->task[i].process, &status, WNOHANG) != work->task[i].process)
            continue;
        work->running--;
        end_run(work, i, status);
    }
}

/* ---- The beginning ---- */

/* Begins a run that no other process works on. */
static void begin_run(struct work *work, size_t run) {
    struct sweep *sweep = work->sweep;
    struct task *task = &work->task[run];
    struct failure failure;
    int lock = -1;
    const enum lock_result locked =
        folder_make_in(sweep->out, sweep->run[run].name, &failure) == 0 /* otherwise it may be a link */
            ? lock_try(sweep->run[run].folder, sweep_lock_need(sweep), &lock, &failure)
            : LOCK_FAILED;
    if (locked == LOCK_TAKEN) {
        task->stage = ELSEWHERE;
        return;
    }
    enum sweep_state state;
    task->stage = FAILED;
    if (locked == LOCK_FAILED || sweep_look(sweep, run, &state, NULL, &failure) != 0) {
        complain(work, run, failure.text);
    } else if (state == SWEEP_DONE) { /* by another process */
        task->stage = ENDED;
        work->untold = 1;
    } else if (!task->tried) {
        task->tried = 1;
        task->begin = progress_clock();
        task->process = job_start(&sweep->run[run], state, work->threads, &work->mask, lock, &failure);
        lock = -1; /* the child has it now */
        task->stage = task->process > 0 ? RUNNING : FAILED;
        work->running += task->stage == RUNNING;
        if (task->stage == FAILED)
            complain(work, run, failure.text);
    }
    lock_release(lock);
}

/* Checks once a second whether runs of other processes are complete, or were abandoned. */
static void look_again(struct work *work) {
    if (progress_clock() - work->last_look < 0.9)
        return;
    work->last_look = progress_clock();
    for (size_t i = 0; i < work->sweep->count; i++)
        if (work->task[i].stage == ELSEWHERE)
            work->task[i].stage = WAITING;
}

/* A run that failed here may succeed elsewhere. Returns 1 if another process works on it. */
static int others_try(struct work *work) {
    for (size_t i = 0; i < work->sweep->count; i++)
        if (work->task[i].stage == FAILED && work->task[i].tried)
            begin_run(work, i);
    return count_stage(work, ELSEWHERE) > 0;
}

static void begin_runs(struct work *work) {
    look_again(work);
    for (size_t i = 0; i < work->sweep->count && work->running < work->jobs; i++)
        if (work->task[i].stage == WAITING)
            begin_run(work, i);
    const size_t elsewhere = count_stage(work, ELSEWHERE);
    if (work->running > 0 || elsewhere == 0 || work->waiting_is_said || work->sweep->quiet)
        return;
    work->waiting_is_said = 1;
    program_say("waiting for %zu run%s that another process is at work on", elsewhere, elsewhere == 1 ? "" : "s");
}

/* ---- Waiting ---- */

/* Passes on every request: the first stops the runs, the second kills them. */
static void pass_on(struct work *work) {
    if (work->stopping++ == 0 && !work->sweep->quiet)
        program_complain("stopping: %d run%s will write a checkpoint", work->running, work->running == 1 ? "" : "s");
    for (size_t i = 0; i < work->sweep->count; i++)
        if (work->task[i].stage == RUNNING)
            kill(work->task[i].process, SIGTERM);
}

static void wait_for_news(struct work *work) {
    const struct timespec second = {1, 0};
    int number = sigtimedwait(&work->signals, NULL, &second);
    if (number == SIGINT || number == SIGTERM)
        pass_on(work);
}

static void ignore(int number) {
    (void)number;
}

/* Blocked signals stay pending, but not if they are ignored. */
static void hold_signals(struct work *work) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = ignore;
    sigemptyset(&action.sa_mask);
    sigemptyset(&work->signals);
    for (size_t i = 0; i < HELD; i++)
        sigaddset(&work->signals, held[i]);
    sigprocmask(SIG_BLOCK, &work->signals, &work->mask);
    for (size_t i = 0; i < HELD; i++)
        sigaction(held[i], &action, &work->before[i]);
}

/* Signals that arrive too late to be waited for are ignored. */
static void release_signals(const struct work *work) {
    sigprocmask(SIG_SETMASK, &work->mask, NULL);
    for (size_t i = 0; i < HELD; i++)
        sigaction(held[i], &work->before[i], NULL);
}

static void skip_done(struct work *work) {
    for (size_t i = 0; i < work->sweep->count; i++) {
        enum sweep_state state;
        struct failure ignored;
        if (sweep_look(work->sweep, i, &state, NULL, &ignored) == 0 && state == SWEEP_DONE)
            work->task[i].stage = ENDED;
    }
}

static enum exit_code work_through(struct work *work) {
    for (;;) {
        if (work->stopping == 0)
            begin_runs(work);
        tell(work);
        size_t open = work->stopping > 0 ? 0 : count_stage(work, WAITING) + count_stage(work, ELSEWHERE);
        if (work->running == 0 && open == 0 && (work->stopping > 0 || !others_try(work)))
            break;
        wait_for_news(work);
        reap(work);
    }
    if (work->untold && work->stopping > 0 && work->sweep->ended != NULL)
        program_complain("%s/" LOCK_FILE
                         ": another process has locked it; the tables will be written at the next start",
                         work->sweep->out);
    if (work->stopping > 0)
        return EXIT_STOPPED;
    return count_stage(work, FAILED) > 0 ? EXIT_FAILED : EXIT_DONE;
}

/* ---- Getting ready ---- */

static void say_line(void *user, const char *message) {
    const struct sweep *sweep = user;
    if (!sweep->quiet)
        program_say("%s", message);
}

/* Reads the data as the runs will. The first time this fills the cache, with all processors. */
static int read_data(struct sweep *sweep, struct failure *failure) {
    const struct say say = {say_line, sweep};
    snnd_context *context = NULL;
    if (snnd_context_create(NULL, &context) != SNND_OK)
        return failed(failure, "cannot start the library");
    struct data data;
    int result = recipe_load(context, &sweep->run[0].options, &say, &data, failure);
    if (result == 0) {
        memcpy(sweep->recordings, data.fingerprint, sizeof sweep->recordings);
        data_free(&data);
    }
    snnd_context_free(context);
    return result;
}

/* Fails if a run has other settings. */
static int check_settings(const struct sweep *sweep, struct failure *failure) {
    for (size_t i = 0; i < sweep->count; i++) {
        enum sweep_state state;
        if (sweep_look(sweep, i, &state, NULL, failure) != 0)
            return -1;
    }
    return 0;
}

/* One process at a time prepares, so that the others find the cache. */
static enum exit_code prepare(struct sweep *sweep, struct failure *failure) {
    int lock;
    const enum lock_result locked = lock_wait(sweep->out, sweep_lock_need(sweep), &lock, failure);
    if (locked != LOCK_HELD)
        return locked == LOCK_STOPPED ? EXIT_STOPPED : EXIT_FAILED;
    int result = read_data(sweep, failure);
    lock_release(lock);
    if (result != 0)
        return stop_is_asked() ? EXIT_STOPPED : EXIT_FAILED;
    return check_settings(sweep, failure) == 0 ? EXIT_DONE : EXIT_USAGE;
}

enum exit_code sweep_carry_out(struct sweep *sweep, struct failure *failure) {
    failure->text[0] = '\0';
    if (check_settings(sweep, failure) != 0)
        return EXIT_USAGE;
    if (count_done(sweep) == sweep->count)
        return EXIT_DONE;
    enum exit_code code = prepare(sweep, failure);
    if (code != EXIT_DONE)
        return code;
    struct work work = {.sweep = sweep, .task = allocate(sweep->count, sizeof(struct task))};
    sweep_share(sweep, &work.jobs, &work.threads);
    skip_done(&work);
    hold_signals(&work);
    code = work_through(&work);
    release_signals(&work);
    free(work.task);
    return code;
}
