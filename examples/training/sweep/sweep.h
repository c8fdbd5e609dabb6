/* A list of runs of snnd-train, each with its own folder and process. The folders alone show which runs are complete: a
 * sweep can be killed at any time and started again, and several can work on the same list. */
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
    char *name;   /**< that of its folder in `out` */
    char *folder; /**< OUT/NAME */
    char **arguments;
    int count;              /**< of the arguments, which end with NULL */
    struct options options; /**< the result of the arguments */
};

/** Set by the caller, with everything else zero, before sweep_add(). */
struct sweep {
    const struct recipe *recipe;
    const char *out, *data;
    int jobs;    /**< runs at a time; 0: one for each processor, or with several ranks one */
    int threads; /**< of each run; 0: their share of the processors */
    int quiet;
    char **common; /**< options of snnd-train that are passed to each run; set by sweep_common() */
    int common_count;
    struct ranks ranks; /**< from ranks_begin() */
    /** Called when runs have ended well, here or elsewhere; may be NULL. A failure is reported and does not stop the
     * sweep. Only one process at a time is in it for the same `out`: while another has the lock of `out`, it is
     * postponed, and may not be called any more at the end of the sweep. */
    int (*ended)(void *user, struct failure *failure);
    void *user;

    struct sweep_run *run; /**< in the order in which they are begun */
    size_t count;
    char recordings[17]; /**< fingerprint of the data, after they have been read; else "" */
};

/** For arguments_read(): where an option that a program does not know may belong. */
#define SWEEP_HINT ", and options of snnd-train follow --"

/** Returns the number of the program's own words of a command line: those before "--". */
int sweep_own(int count, char **words);

/** Reads what follows "--" on a command line: options of snnd-train that are passed to each run. Fails with the name of
 * an option that is in `decided`, which ends with NULL: those that the program sets itself. --data, --out, --threads,
 * --resume and similar ones are refused, too. Fails without `data` or `out`. */
int sweep_common(struct sweep *sweep, int count, char **words, const char *const decided[], struct failure *failure);

/** Adds a run with these options of snnd-train (ended by NULL), the common ones, and --data, --out and --threads. */
int sweep_add(struct sweep *sweep, const char *name, const char *const arguments[], struct failure *failure);

void sweep_free(struct sweep *sweep);

/** Reads the state of a run. `history` (NULL, or to be deleted) receives its log. Fails, with the name of the run and
 * of the setting, if its settings differ from those it would have now. */
int sweep_look(const struct sweep *sweep, size_t run, enum sweep_state *state, cJSON **history,
               struct failure *failure);

/** Ranks need locks to share the work. */
enum lock_need sweep_lock_need(const struct sweep *sweep);

/** Returns the fingerprint of the data: of those that were read or, if that was not needed, of the first run that has
 * it; to be freed. NULL if it is not known. */
char *sweep_recordings(const struct sweep *sweep);

/** Marks a run that snnd-train has completed as done. */
int sweep_mark(const struct sweep_run *run, struct failure *failure);

/** Prints each run with its state, and an estimate of the remaining time: from the logs in `out` or, if there are none,
 * from a few epochs in a temporary folder. */
enum exit_code sweep_plan(struct sweep *sweep, struct failure *failure);

/** Executes all runs that are not complete: reads the data once so that spectrograms are stored, then starts a process
 * for each run. Runs of another sweep are left to it and waited for. EXIT_DONE: all are complete; EXIT_FAILED: the
 * error was reported, or is in `failure` if that is not empty; EXIT_USAGE: settings differ; EXIT_STOPPED: by SIGINT or
 * SIGTERM, and the active runs have written checkpoints. */
enum exit_code sweep_carry_out(struct sweep *sweep, struct failure *failure);

#endif
