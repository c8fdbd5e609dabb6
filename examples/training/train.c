#include "training/train.h"

#include <cJSON.h>
#include <stdlib.h>

#include "common/files.h"
#include "common/program.h"
#include "training/idle.h"
#include "training/keep.h"
#include "training/options.h"
#include "training/ranks.h"
#include "training/run.h"

/* Reports errors of the command line, and divergence, which all ranks detect, only once. */
static int complain(const struct failure *failure, enum exit_code code) {
    if (ranks_together()->rank == 0 || code == EXIT_FAILED)
        program_explain(failure);
    return code;
}

/* What a rank sends in place of its options where it does not train. */
enum { ASKED_FOR_WORDS, REFUSED };

/* Refuses the command line: rank 0 reports the reason for all ranks, and another rank only if it alone refuses. */
static int refuse(const struct failure *failure, enum exit_code code) {
    if (!ranks_same(REFUSED) || ranks_together()->rank == 0)
        program_explain(failure);
    return code;
}

/* Returns whether all ranks were started with the same options. */
static int start_together(const struct options *options, struct failure *failure) {
    cJSON *settings = options_settings(options);
    const int same = ranks_same(options_fingerprint(settings));
    cJSON_Delete(settings);
    return same ? 0 : failed(failure, "mpirun has started processes with different options; expected the same");
}

/* Runs with options from the command line and from an earlier run. */
static int run_checked(struct options *options, int lock, struct failure *failure) {
    const struct ranks *ranks = ranks_together();
    if (!options->resume && !options_given(options, "shards"))
        options->shards = ranks->size;
    if (options_check(options, failure) != 0)
        return refuse(failure, EXIT_USAGE);
    if (options->shards % ranks->size != 0) {
        failed(failure, "--shards %lld: mpirun has started %d processes; expected 1, or a power of two up to --shards",
               (long long)options->shards, ranks->size);
        return refuse(failure, EXIT_USAGE);
    }
    if (start_together(options, failure) != 0)
        return complain(failure, EXIT_USAGE);
    options->quiet |= ranks->rank > 0;
    if (!options->quiet)
        idle_mention(options);
    /* The settings store these paths as absolute, for a run that is resumed from another folder. */
    const char **path[] = {&options->data, &options->cache, &options->from, &options->rewind};
    char *absolute[sizeof path / sizeof *path];
    for (size_t i = 0; i < sizeof path / sizeof *path; i++) {
        absolute[i] = *path[i] != NULL ? path_absolute(*path[i]) : NULL;
        *path[i] = absolute[i];
    }
    enum exit_code code = run(options, lock, failure);
    for (size_t i = 0; i < sizeof path / sizeof *path; i++)
        free(absolute[i]);
    return code == EXIT_DONE || code == EXIT_STOPPED ? (int)code : complain(failure, code);
}

int train(const struct recipe *recipe, int count, char **arguments, int lock) {
    struct options options;
    struct failure failure;
    if (options_read(recipe, count, arguments, &options, &failure) != 0)
        return refuse(&failure, EXIT_USAGE);
    if (options.help || options.version) {
        const int same = ranks_same(ASKED_FOR_WORDS);
        if (ranks_together()->rank > 0 && same)
            return EXIT_DONE;
        if (options.help)
            options_help(recipe, program_name());
        else
            program_version();
        return same ? EXIT_DONE : EXIT_USAGE;
    }
    cJSON *settings = NULL;
    if (options.resume) {
        settings = keep_settings(options.out, &failure);
        if (settings == NULL)
            return refuse(&failure, EXIT_FAILED);
        if (options_inherit(&options, settings, &failure) != 0) {
            cJSON_Delete(settings);
            return refuse(&failure, EXIT_USAGE);
        }
    }
    int code = run_checked(&options, lock, &failure);
    cJSON_Delete(settings);
    return code;
}
