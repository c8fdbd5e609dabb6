/* A list of runs of snnd-train, each in a folder and a process of its own. What is done is known from the folders
 * alone: a sweep can be killed at any time and started again, and several can be at work on the same list. */
#ifndef TRAINING_SWEEP_H
#define TRAINING_SWEEP_H

#include <cJSON.h>
#include <stddef.h>

#include "common/lock.h"
#include "training/exit_code.h"
#include "training/options.h"
#include "training/ranks.h"
#include "training/recipe.h"

enum sweep_state { SWEEP_NEW, SWEEP_BEGUN, SWEEP_DONE };

struct sweep_run {
    char *name;   /**< of its folder in `out` */
    char *folder; /**< OUT/NAME */
    char **arguments;
    int count;              /**< of the arguments, which NULL ends */
    struct options options; /**< what the arguments come to */
};

/** What the caller fills in, all else zero, before sweep_add(). */
struct sweep {
    const struct recipe *recipe;
    const char *out, *data;
    int jobs;    /**< runs at a time; 0: one a processor, or with several ranks one */
    int threads; /**< of each run; 0: their share of the processors */
    int quiet;
    char **common; /**< options of snnd-train that go to each run; sweep_common() sets these */
    int common_count;
    struct ranks ranks; /**< from ranks_begin() */
    /** Told when runs have ended well, here or elsewhere; NULL: nobody. Failure is said and does not stop the sweep.
     * No two processes at work on the same `out` are in it at once: while another has the lock of `out`, it is put off,
     * and may not come any more when the sweep is at its end. */
    int (*ended)(void *user, struct failure *failure);
    void *user;

    struct sweep_run *run; /**< in the order in which they are begun */
    size_t count;
    char recordings[17]; /**< fingerprint of the data, once they have been read; else "" */
};

/** For arguments_read(): where an option that a program does not know may belong. */
#define SWEEP_HINT ", and options of snnd-train follow --"

/** Words of a command line that are the program's own: those before "--". */
int sweep_own(int count, char **words);

/** Takes from a command line what follows "--": options of snnd-train that go to each run. Fails, with the name of the
 * option, if one is among `decided`, which NULL ends: those that the program gives itself. --data, --out, --threads,
 * --resume and the like are too. Fails without `data` or `out`. */
int sweep_common(struct sweep *sweep, int count, char **words, const char *const decided[], struct failure *failure);

/** Adds the run of these options of snnd-train (NULL at the end), the common ones, and --data, --out and --threads. */
int sweep_add(struct sweep *sweep, const char *name, const char *const arguments[], struct failure *failure);

void sweep_free(struct sweep *sweep);

/** State of a run. `history` (NULL, or to be deleted) gets what is logged. Fails, with the name of the run and of the
 * setting, if it was begun with other settings than it would be begun with now. */
int sweep_look(const struct sweep *sweep, size_t run, enum sweep_state *state, cJSON **history,
               struct failure *failure);

/** Ranks rely on locks to share the work. */
enum lock_need sweep_lock_need(const struct sweep *sweep);

/** Fingerprint of the data: of those that were read or, if that was not needed, of the first run that has it; to be
 * freed. NULL if nobody knows. */
char *sweep_recordings(const struct sweep *sweep);

/** Marks a run that snnd-train has brought to its end as done. */
int sweep_mark(const struct sweep_run *run, struct failure *failure);

/** Prints each run with its state, and an estimate of the time that is left: from what is logged in `out` or, if
 * nothing is, from a few epochs in a temporary folder. */
enum exit_code sweep_plan(struct sweep *sweep, struct failure *failure);

/**
 * Carries out all runs that are not done: reads the data once so that spectrograms are there, then has each run in a
 * process. Runs that another sweep is at work on are left to it and waited for. EXIT_DONE: all are done; EXIT_FAILED:
 * what went wrong was said, or is in `failure` if that is not empty; EXIT_USAGE: settings differ; EXIT_STOPPED: by
 * SIGINT or SIGTERM, and the runs that were under way have written checkpoints.
 */
enum exit_code sweep_carry_out(struct sweep *sweep, struct failure *failure);

#endif
