/* The paper's figure 3: learned and fixed structure by learned and fixed delays, over sparsities; and controls. */
#include "training/ablation/ablation_main.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arguments.h"
#include "common/drawing.h"
#include "common/files.h"
#include "common/lock.h"
#include "common/program.h"
#include "training/ablation/ablation.h"
#include "training/ablation/ablation_picture.h"
#include "training/ablation/ablation_results.h"
#include "training/ablation/grid_picture.h"
#include "training/ablation/grid_results.h"

/* Half of the synapses, half of these, and so on to 0.2 %. */
#define USUAL_SPARSITIES "0.5,0.75,0.875,0.9375,0.96875,0.984375,0.9921875,0.99609375,0.998046875"

static const char help[] =
    "Trains four models at each sparsity with several seeds: structure learned (DEEP R, grown by the gradient, Dale's\n"
    "law) or fixed (a random mask, no Dale's law), delays learned or fixed. It can be killed at any time: the same\n"
    "command continues. Several can work on one --out; if built with MPI, mpirun starts them.\n"
    "\n"
    "  --data DIR          as for snnd-train\n"
    "  --out DIR           folder of runs and results (RECIPE-ablation; for a sweep RECIPE-sweep)\n"
    "  --sparsities LIST   shares of absent synapses, separated by commas\n"
    "                      (0.5,0.75,0.875,... each half of the synapses of the one before, to 0.998046875)\n"
    "  --seeds N           runs of each kind, with seeds 0 to N - 1 (3)\n"
    "  --models LIST       what is learned: both, structure, delays, neither (all four). Controls with a fixed\n"
    "                      structure are the last two with properties of the learned one: +dale, Dale's law; +paths,\n"
    "                      a path from the inputs to every output; +dale+paths, as neither+dale+paths\n"
    "  --sweep OPTION=V,V,...  replace models and sparsities by these values of any option of snnd-train; several are\n"
    "                      combined, each value with each: --sweep max-delay=0,8,24 --sweep dale=yes,no\n"
    "  --jobs N            runs at a time, which share the processors; 0: one for each processor (0)\n"
    "  --dry-run           print the runs with their state, and an estimate of the time\n"
    "  --quiet             print only the table\n"
    "  --help              this text\n"
    "  --version           the version of libsnndelay\n"
    "\n"
    "Options after -- are passed to each run, as in: --data DIR -- --epochs 50 --batch 64\n"
    "\n"
    "The folder --out receives these files during the sweep:\n"
    "  results.tsv         a line for each completed run with the same settings, also of other processes; with\n"
    "                      --sweep, for each completed run of the values and seeds of the latest command\n"
    "  summary.tsv         a line for each model and sparsity: mean, standard deviation, minimum and maximum over "
    "seeds,\n"
    "                      and the mean's interval at 95 %, of test accuracy after the last epoch and after the best\n"
    "  differences.tsv     a line for each pair of models and sparsity: the difference of the means with Welch's\n"
    "                      interval at 95 % and test, whose p is corrected by Holm for the pair's sparsities\n"
    "  ablation.json       the settings\n"
    "  MODEL-SPARSITY-seed-N/  a run, as by snnd-train; its output is in output.txt\n"
    "and at the end pictures/ablation and, of the best epochs, best, as .svg, .png and .pdf. With --sweep it has\n"
    "sweep.json in place of ablation.json, pictures/sweep in place of ablation, a column for each OPTION in the\n"
    "tables, differences between values of each option, and runs in OPTION-VALUE_OPTION-VALUE_seed-N/.\n"
    "\n"
    "Exit codes: 0 all runs are done; 1 the data or a run failed, and the next start repeats it; 2 wrong usage, also\n"
    "runs in --out whose settings are others or cannot be read; 130 stopped by Ctrl-C, with checkpoints.\n";

static void print_help(const struct recipe *recipe) {
    printf("Usage: %s --data DIR [options] [-- options of snnd-train %s]\n%s", program_name(), recipe->name, help);
}

struct request {
    struct ablation ablation;
    int64_t jobs;
    int dry_run, help, version;
};

static int complain(const struct ablation *ablation, const struct failure *failure, enum exit_code code) {
    if (failure->text[0] != '\0' && (code != EXIT_USAGE || ablation->sweep.ranks.rank == 0))
        program_explain(failure);
    return code;
}

/* ---- The command line ---- */

static int read_list(const struct argument *argument, void *field, const char *text, struct failure *failure) {
    struct ablation *ablation = field;
    if (strcmp(argument->name, "sweep") == 0)
        return grid_add(&ablation->grid, ablation->sweep.recipe, text, failure);
    return strcmp(argument->name, "models") == 0 ? ablation_read_models(field, text, failure)
                                                 : ablation_read_sparsities(field, text, failure);
}

#define AT(field) offsetof(struct request, field)

static const struct argument known[] = {
    {"data", TEXT, AT(ablation.sweep.data), 0, 0, NULL},
    {"out", TEXT, AT(ablation.sweep.out), 0, 0, NULL},
    {"sparsities", OTHER, AT(ablation), 0, 0, NULL},
    {"seeds", WHOLE, AT(ablation.seeds), 1, ABLATION_SEEDS, NULL},
    {"models", OTHER, AT(ablation), 0, 0, NULL},
    {"sweep", OTHER, AT(ablation), 0, 0, NULL},
    {"jobs", WHOLE, AT(jobs), 0, 1024, NULL},
    {"dry-run", SWITCH, AT(dry_run), 0, 0, NULL},
    {"quiet", SWITCH, AT(ablation.sweep.quiet), 0, 0, NULL},
    {"help", SWITCH, AT(help), 0, 0, NULL},
    {"version", SWITCH, AT(version), 0, 0, NULL},
};

/* Results of one kind would replace those of the other. */
static int check_place(const struct ablation *ablation, const char *other, struct failure *failure) {
    const char *out = ablation->sweep.out;
    return file_exists_in(out, other)
               ? failed(failure, "--out: %s/%s already exists; --sweep and the paper's models need separate folders",
                        out, other)
               : 0;
}

/* Prepares a sweep over options; `given` belongs to the table above. */
static int plan_grid(struct ablation *ablation, int count, char **words, const unsigned char *given,
                     struct failure *failure) {
    const char *decided[GRID_OPTIONS + 2] = {"seed"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (given[i] && (strcmp(known[i].name, "models") == 0 || strcmp(known[i].name, "sparsities") == 0))
            return failed(
                failure,
                "--%s cannot be used with --sweep, which can vary the same: structure=..., delays=..., sparsity=...",
                known[i].name);
    for (int i = 0; i < ablation->grid.options; i++)
        decided[i + 1] = ablation->grid.option[i].name;
    if (sweep_common(&ablation->sweep, count, words, decided, failure) != 0 ||
        check_place(ablation, "ablation.json", failure) != 0)
        return -1;
    return grid_add_runs(ablation, failure);
}

static int read_all(struct request *request, int count, char **words, struct failure *failure) {
    static const struct arguments all = {known, sizeof known / sizeof *known, read_list, SWEEP_HINT};
    struct ablation *ablation = &request->ablation;
    const int own = sweep_own(count, words);
    unsigned char given[sizeof known / sizeof *known] = {0};
    ablation->seeds = 3;
    if (ablation_read_models(ablation, "both,structure,delays,neither", failure) != 0 ||
        ablation_read_sparsities(ablation, USUAL_SPARSITIES, failure) != 0 ||
        arguments_read(&all, request, own, words, given, NULL, failure) != 0)
        return -1;
    ablation->sweep.jobs = (int)request->jobs;
    if (request->help || request->version)
        return 0;
    if (ablation->grid.options > 0)
        return plan_grid(ablation, count, words, given, failure);
    if (sweep_common(&ablation->sweep, count, words, ablation_decided, failure) != 0 ||
        check_place(ablation, GRID_SETTINGS, failure) != 0)
        return -1;
    return ablation_add_runs(ablation, failure);
}

/* ---- Work ---- */

/* Reads and writes the results of either kind of sweep, and removes pictures of earlier results. */
static int update_results(const struct ablation *ablation, struct ablation_results *results, struct failure *failure) {
    const int is_grid = ablation->grid.options > 0;
    if ((is_grid ? grid_results_read : ablation_results_read)(ablation, results, failure) != 0)
        return -1;
    drawing_remove(is_grid ? "sweep" : "ablation", ablation->sweep.out);
    drawing_remove("best", ablation->sweep.out);
    if ((is_grid ? grid_results_write : ablation_results_write)(ablation, results, failure) == 0)
        return 0;
    ablation_results_free(results);
    return -1;
}

static int keep_results(void *user, struct failure *failure) {
    struct ablation_results results;
    if (update_results(user, &results, failure) != 0)
        return -1;
    ablation_results_free(&results);
    return 0;
}

struct drawn {
    const struct ablation *ablation;
    const struct ablation_results *results;
};

static int draw_results(void *user, const char *place, struct failure *failure) {
    const struct drawn *drawn = user;
    return drawn->ablation->grid.options > 0 ? grid_picture(&drawn->ablation->grid, drawn->results, place, failure)
                                             : ablation_picture(drawn->results, place, failure);
}

static int show_results(const struct ablation *ablation, struct failure *failure) {
    struct ablation_results results;
    if (update_results(ablation, &results, failure) != 0)
        return -1;
    (ablation->grid.options > 0 ? grid_results_print : ablation_results_print)(ablation, &results);
    struct drawn drawn = {ablation, &results};
    const int result = drawing_make(ablation->sweep.out, draw_results, &drawn, failure);
    ablation_results_free(&results);
    return result;
}

/* Prints and draws the results after the last run; `code` is the result of the runs. Another process that works in the
 * folder waits, so that it does not overwrite newer results with older ones. */
static enum exit_code conclude(struct ablation *ablation, enum exit_code code, struct failure *failure) {
    int lock;
    const enum lock_result locked = lock_wait(ablation->sweep.out, sweep_lock_need(&ablation->sweep), &lock, failure);
    if (locked != LOCK_HELD)
        return locked == LOCK_STOPPED ? EXIT_STOPPED : EXIT_FAILED;
    const int result = show_results(ablation, failure);
    lock_release(lock);
    return result == 0 ? code : EXIT_FAILED;
}

static enum exit_code carry_out(struct ablation *ablation, struct failure *failure) {
    ablation->sweep.ended = keep_results;
    ablation->sweep.user = ablation;
    enum exit_code code = sweep_carry_out(&ablation->sweep, failure);
    if (ablation->sweep.ranks.rank != 0 || code == EXIT_USAGE || code == EXIT_STOPPED || failure->text[0] != '\0')
        return code;
    return conclude(ablation, code, failure);
}

static int work(struct request *request, int count, char **arguments) {
    struct ablation *ablation = &request->ablation;
    struct failure failure = {""};
    if (read_all(request, count, arguments, &failure) != 0)
        return complain(ablation, &failure, EXIT_USAGE);
    int speaks = ablation->sweep.ranks.rank == 0;
    if (speaks && request->help)
        print_help(ablation->sweep.recipe);
    else if (speaks && request->version)
        program_version();
    if (request->help || request->version)
        return EXIT_DONE;
    if (request->dry_run)
        return speaks ? complain(ablation, &failure, sweep_plan(&ablation->sweep, &failure)) : EXIT_DONE;
    enum exit_code code = carry_out(ablation, &failure);
    return complain(ablation, &failure, code);
}

/* The default of --out depends on it. */
static int has_sweep(int count, char **words) {
    for (int i = 1; i < sweep_own(count, words); i++)
        if (strncmp(words[i], "--sweep", strlen("--sweep")) == 0)
            return 1;
    return 0;
}

int ablation_main(const struct recipe *recipe, int count, char **arguments) {
    struct request request = {0};
    struct sweep *sweep = &request.ablation.sweep;
    char *out = format_text("%s-%s", recipe->name, has_sweep(count, arguments) ? "sweep" : "ablation");
    sweep->recipe = recipe;
    sweep->out = out;
    ranks_begin(&count, &arguments, &sweep->ranks);
    int code = work(&request, count, arguments);
    sweep_free(sweep);
    grid_free(&request.ablation.grid);
    free(out);
    return sweep->ranks.rank == 0 ? code : EXIT_DONE; /* otherwise mpirun would end all ranks */
}
