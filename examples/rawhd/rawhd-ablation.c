/* The paper's figure 3: learned and fixed structure by learned and fixed delays, over sparsities: --help says all. */
#include <getopt.h>
#include <snndelay.h>
#include <stdio.h>
#include <string.h>

#include "ablation/ablation.h"
#include "ablation/ablation_picture.h"
#include "ablation/ablation_results.h"
#include "common/numbers.h"

/* Half of the synapses, half of these, and so on to 0.2 %. */
#define USUAL_SPARSITIES "0.5,0.75,0.875,0.9375,0.96875,0.984375,0.9921875,0.99609375,0.998046875"

static const char help[] =
    "Usage: rawhd-ablation --data DIR [options] [-- options of rawhd-train]\n"
    "Trains four models at each sparsity with several seeds: structure learned (DEEP R, grown by the gradient, Dale's\n"
    "law) or fixed (a random mask, no Dale's law), delays learned or fixed. It can be killed at any time: the same\n"
    "command goes on where it was. Several can be at work on one --out; if built with MPI, mpirun starts them.\n\n"
    "  --data DIR          as of rawhd-train\n"
    "  --out DIR           where runs and results are kept (rawhd-ablation)\n"
    "  --sparsities LIST   shares of absent synapses, with commas between\n"
    "                      (0.5,0.75,0.875,... each half of the synapses of the one before, to 0.998046875)\n"
    "  --seeds N           runs of each kind, with seeds 0 to N - 1 (3)\n"
    "  --models LIST       of both, structure, delays, neither: what is learned (all)\n"
    "  --jobs N            runs at a time, which share the processors; 0: one a processor (0)\n"
    "  --dry-run           print the runs with their state, and an estimate of the time\n"
    "  --quiet             print the table only\n"
    "  --help              this text\n"
    "  --version           the version of libsnndelay\n\n"
    "What follows -- goes to each run: rawhd-ablation --data DIR -- --epochs 50 --batch 64\n\n"
    "The folder --out gets, while the sweep goes on:\n"
    "  results.tsv         a line for each run that is done\n"
    "  summary.tsv         a line for each model and sparsity: mean, standard deviation, least and largest over "
    "seeds,\n"
    "                      of test accuracy after the last epoch and after the best\n"
    "  ablation.json       the settings\n"
    "  MODEL-SPARSITY-seed-N/  a run, as of rawhd-train; its output is in output.txt\n"
    "and at the end pictures/ablation.svg and .png, and best.svg and .png of the best epochs.\n\n"
    "Exit codes: 0 all runs are done; 1 the data or a run failed, and the next start repeats it; 2 wrong usage, also\n"
    "runs in --out that were begun with other settings; 130 stopped by Ctrl-C, with checkpoints.\n";

struct request {
    struct ablation *ablation;
    int dry_run, help, version;
};

static int complain(const struct ablation *ablation, const struct failure *failure, enum exit_code code) {
    if (failure->text[0] != '\0' && (code != EXIT_USAGE || ablation->sweep.ranks.rank == 0))
        fprintf(stderr, "rawhd-ablation: %s\n", failure->text);
    return code;
}

/* ---- The command line ---- */

static int read_number(const char *name, const char *text, int64_t low, int64_t high, int64_t *number,
                       struct failure *failure) {
    if (number_whole(text, low, high, number) == 0)
        return 0;
    return failed(failure, "--%s: expected a whole number from %lld to %lld, not '%s'", name, (long long)low,
                  (long long)high, text);
}

enum option_name { DATA = 1, OUT, SPARSITIES, SEEDS, MODELS, JOBS, DRY_RUN, QUIET, HELP, VERSION };

static int set_option(struct request *request, int found, struct failure *failure) {
    struct ablation *ablation = request->ablation;
    int64_t number = 0;
    switch (found) {
    case DATA:
        ablation->sweep.data = optarg;
        return 0;
    case OUT:
        ablation->sweep.out = optarg;
        return 0;
    case SPARSITIES:
        return ablation_read_sparsities(ablation, optarg, failure);
    case SEEDS:
        return read_number("seeds", optarg, 1, 1000, &ablation->seeds, failure);
    case MODELS:
        return ablation_read_models(ablation, optarg, failure);
    case JOBS:
        if (read_number("jobs", optarg, 0, 1024, &number, failure) != 0)
            return -1;
        ablation->sweep.jobs = (int)number;
        return 0;
    case DRY_RUN:
        request->dry_run = 1;
        return 0;
    case QUIET:
        ablation->sweep.quiet = 1;
        return 0;
    case HELP:
        request->help = 1;
        return 0;
    default:
        request->version = 1;
        return 0;
    }
}

/* Reads what is before "--". */
static int read_own(struct request *request, int count, char **arguments, struct failure *failure) {
    static const struct option known[] = {
        {"data", required_argument, NULL, DATA},
        {"out", required_argument, NULL, OUT},
        {"sparsities", required_argument, NULL, SPARSITIES},
        {"seeds", required_argument, NULL, SEEDS},
        {"models", required_argument, NULL, MODELS},
        {"jobs", required_argument, NULL, JOBS},
        {"dry-run", no_argument, NULL, DRY_RUN},
        {"quiet", no_argument, NULL, QUIET},
        {"help", no_argument, NULL, HELP},
        {"version", no_argument, NULL, VERSION},
        {NULL, 0, NULL, 0},
    };
    opterr = 0;
    for (int found; (found = getopt_long(count, arguments, ":", known, NULL)) != -1;) {
        if (found == ':')
            return failed(failure, "%s: a value is missing", arguments[optind - 1]);
        if (found == '?')
            return failed(failure,
                          "%s: there is no such option, or it takes no value; --help lists all, and options of "
                          "rawhd-train follow --",
                          arguments[optind - 1]);
        if (set_option(request, found, failure) != 0)
            return -1;
    }
    if (optind < count)
        return failed(failure, "unexpected argument '%s'; --help lists the options", arguments[optind]);
    return 0;
}

static int read_all(struct request *request, int count, char **arguments, struct failure *failure) {
    struct ablation *ablation = request->ablation;
    int own = 1;
    while (own < count && strcmp(arguments[own], "--") != 0)
        own++;
    ablation->sweep.program = "rawhd-ablation";
    ablation->sweep.out = "rawhd-ablation";
    ablation->seeds = 3;
    if (ablation_read_models(ablation, "both,structure,delays,neither", failure) != 0 ||
        ablation_read_sparsities(ablation, USUAL_SPARSITIES, failure) != 0 ||
        read_own(request, own, arguments, failure) != 0)
        return -1;
    if (request->help || request->version)
        return 0;
    if (ablation->sweep.data == NULL || ablation->sweep.data[0] == '\0')
        return failed(failure, "--data DIR is needed: a folder with the Heidelberg Digits or with .npy files");
    if (ablation->sweep.out[0] == '\0')
        return failed(failure, "--out: expected a folder");
    int more = own < count ? count - own - 1 : 0;
    if (ablation_common(ablation, more, arguments + count - more, failure) != 0)
        return -1;
    return ablation_add_runs(ablation, failure);
}

/* ---- Work ---- */

static int keep_results(void *user, size_t run, struct failure *failure) {
    (void)run;
    struct ablation_results results;
    if (ablation_results_read(user, &results, failure) != 0)
        return -1;
    int result = ablation_results_write(&results, failure);
    ablation_results_free(&results);
    return result;
}

/* All that is shown when no more runs are carried out. */
static int conclude(struct ablation *ablation, struct failure *failure) {
    struct ablation_results results;
    if (ablation_results_read(ablation, &results, failure) != 0)
        return -1;
    int result = ablation_results_write(&results, failure);
    if (result == 0)
        ablation_results_print(&results);
    if (result == 0)
        result = ablation_picture(&results, failure);
    ablation_results_free(&results);
    return result;
}

static enum exit_code carry_out(struct ablation *ablation, struct failure *failure) {
    ablation->sweep.ended = keep_results;
    ablation->sweep.user = ablation;
    enum exit_code code = sweep_carry_out(&ablation->sweep, failure);
    if (ablation->sweep.ranks.rank != 0 || code == EXIT_USAGE || code == EXIT_STOPPED || failure->text[0] != '\0')
        return code;
    return conclude(ablation, failure) == 0 ? code : EXIT_FAILED;
}

static int work(struct ablation *ablation, int count, char **arguments) {
    struct request request = {.ablation = ablation};
    struct failure failure = {""};
    if (read_all(&request, count, arguments, &failure) != 0)
        return complain(ablation, &failure, EXIT_USAGE);
    int speaks = ablation->sweep.ranks.rank == 0;
    if (request.help)
        return speaks && fputs(help, stdout) == EOF ? EXIT_FAILED : EXIT_DONE;
    if (request.version)
        return speaks && printf("rawhd-ablation of libsnndelay %s\n", snnd_version()) < 0 ? EXIT_FAILED : EXIT_DONE;
    if (request.dry_run)
        return speaks ? complain(ablation, &failure, sweep_plan(&ablation->sweep, &failure)) : EXIT_DONE;
    enum exit_code code = carry_out(ablation, &failure);
    return complain(ablation, &failure, code);
}

int main(int count, char **arguments) {
    struct ablation ablation = {0};
    ranks_begin(&count, &arguments, &ablation.sweep.ranks);
    int code = work(&ablation, count, arguments);
    sweep_free(&ablation.sweep);
    code = fflush(stdout) == 0 ? code : EXIT_FAILED;
    return ablation.sweep.ranks.rank == 0 ? code : EXIT_DONE; /* or mpirun would end them all */
}
