#include "training/fields/field_options.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/arguments.h"
#include "common/program.h"
#include "training/fields/field_results.h"
#include "training/keep.h"

static const char help[] =
    "Trains three kinds of networks with several seeds, and analyses the receptive fields of their output\n"
    "neurons before and after training: how ordered they are, by Moran's I with rows in the order of the input "
    "channels.\n"
    "  dense    all synapses, delays learned\n"
    "  deep-r   sparse, structure (DEEP R, grown by the gradient, Dale's law) and delays learned\n"
    "  fixed    equally sparse, with a random mask and random delays that do not change, without Dale's law\n"
    "Completed runs are loaded; runs that were killed continue.\n"
    "\n"
    "  --data DIR         as for snnd-train\n"
    "  --out DIR          folder of runs and results (RECIPE-fields)\n"
    "  --seeds N          networks of each kind, with consecutive seeds (3)\n"
    "  --seed N           the first seed (0); other seeds give independent networks\n"
    "  --sparsity S       share of absent synapses of the sparse kinds (0.875)\n"
    "  --as-in-paper      use the highest Moran's I over random orders of the rows, as if channels had no order\n"
    "  --permutations N   number of random orders of the rows (2000)\n"
    "  --permutation-seed N   seed of these orders (0)\n"
    "  --draws N          with --as-in-paper, draw the orders N times, from consecutive seeds, to show how much p\n"
    "                     depends on them (20)\n"
    "  --search           with --as-in-paper, improve the best order by reversing runs of rows; the values are higher\n"
    "                     than the paper's and not comparable\n"
    "  --rook             4 neighbours of each cell in place of 8\n"
    "  --model NAME       best or last: the epoch that is analysed (best)\n"
    "  --jobs N           runs at a time, which share the processors; 0: one for each processor (0)\n"
    "  --dry-run          print the runs with their state, and an estimate of the time\n"
    "  --quiet            print only the tests\n"
    "  --help             this text\n"
    "  --version          the version of libsnndelay\n"
    "\n"
    "Options after -- are passed to each run, as in: --data DIR -- --epochs 50 --batch 64\n"
    "\n"
    "The folder --out receives:\n"
    "  KIND-SEED/         a run, as by snnd-train; its output is in output.txt\n"
    "  fields/            of each run, untrained and trained: .npy, float64 [output, input channel, delay]\n"
    "  moran.tsv          Moran's I, excitation and inhibition of every field\n"
    "  orders.tsv         with --as-in-paper, the order of the rows that has the highest\n"
    "  draws.tsv          with --as-in-paper, Moran's I of every field in each draw\n"
    "  tests.tsv          trained against untrained, fixed against learned: Mann-Whitney, two-sided, with the effect,\n"
    "                     corrected, in pairs, and by network\n"
    "  fields.json        the settings\n"
    "  pictures/          fields-KIND: the most ordered field before and after, and all values; moran; balance\n"
    "\n"
    "Exit codes: 0 done; 1 the data or a run failed, and the next start repeats it; 2 wrong usage, also runs in --out\n"
    "that were begun with other settings; 130 stopped by Ctrl-C, with checkpoints.\n";

/* The options in which the runs differ, besides the sparsity. */
static const char *const kind_options[FIELD_KINDS][7] = {
    {"--structure", "dense", "--delays", "learned", NULL},
    {"--structure", "deep-r", "--growth", "gradient", "--dale", NULL},
    {"--structure", "fixed", "--delays", "fixed", "--no-dale", NULL},
};

const char *const field_options_decided[] = {"structure", "delays", "sparsity", "seed", "growth", "dale", NULL};

void field_options_help(const struct recipe *recipe) {
    printf("Usage: %s --data DIR [options] [-- options of snnd-train %s]\n%s", program_name(), recipe->name, help);
}

/* ---- The command line ---- */

static const char *const models[] = {"best", "last", NULL};

#define AT(field) offsetof(struct field_options, field)

static const struct argument known[] = {
    {"data", TEXT, AT(sweep.data), 0, 0, NULL},
    {"out", TEXT, AT(sweep.out), 0, 0, NULL},
    {"seeds", WHOLE, AT(seeds), 1, 1000, NULL},
    {"seed", WHOLE, AT(seed), 0, 1000000000, NULL},
    {"sparsity", REAL, AT(sparsity), 0, 0.999999, NULL},
    {"permutations", WHOLE, AT(permutations), 1, 1e8, NULL},
    {"as-in-paper", SWITCH, AT(as_in_paper), 0, 0, NULL},
    {"permutation-seed", WHOLE, AT(permutation_seed), 0, 9007199254740991, NULL},
    {"draws", WHOLE, AT(draws), 1, 10000, NULL},
    {"search", SWITCH, AT(search), 0, 0, NULL},
    {"rook", SWITCH, AT(rook), 0, 0, NULL},
    {"model", CHOICE, AT(last), 0, 0, models},
    {"jobs", WHOLE, AT(jobs), 0, 1024, NULL},
    {"dry-run", SWITCH, AT(dry_run), 0, 0, NULL},
    {"quiet", SWITCH, AT(sweep.quiet), 0, 0, NULL},
    {"help", SWITCH, AT(help), 0, 0, NULL},
    {"version", SWITCH, AT(version), 0, 0, NULL},
};

static void settle(struct field_options *options) {
    options->sweep.jobs = (int)options->jobs;
    options->model = options->last ? KEEP_LAST : KEEP_BEST;
    snnd_moran_options *moran = &options->way.moran;
    snnd_moran_options_init(moran, sizeof *moran);
    moran->permutations = (int32_t)options->permutations;
    moran->seed = (uint64_t)options->permutation_seed;
    moran->search = options->search;
    moran->neighbours = options->rook ? SNND_ROOK : SNND_QUEEN;
    options->way.highest = options->as_in_paper;
    options->way.draws = (int32_t)options->draws;
}

/* ---- The runs ---- */

static int add_run(struct field_options *options, int kind, int64_t seed, struct failure *failure) {
    const char *arguments[12];
    int count = 0;
    for (; kind_options[kind][count] != NULL; count++)
        arguments[count] = kind_options[kind][count];
    char *share = format_text("%.15g", options->sparsity), *number = format_text("%lld", (long long)seed);
    char *name = format_text("%s-%s", field_kind_names[kind], number);
    arguments[count++] = "--seed";
    arguments[count++] = number;
    if (kind != FIELDS_DENSE) {
        arguments[count++] = "--sparsity";
        arguments[count++] = share;
    }
    arguments[count] = NULL;
    int result = sweep_add(&options->sweep, name, arguments, failure);
    free(name);
    free(number);
    free(share);
    return result;
}

static int add_runs(struct field_options *options, struct failure *failure) {
    for (int64_t seed = options->seed; seed < options->seed + options->seeds; seed++)
        for (int kind = 0; kind < FIELD_KINDS; kind++)
            if (add_run(options, kind, seed, failure) != 0)
                return -1;
    return 0;
}

int field_options_read(struct field_options *options, const struct recipe *recipe, const char *out, int count,
                       char **words, struct failure *failure) {
    static const struct arguments all = {known, sizeof known / sizeof *known, NULL, SWEEP_HINT};
    *options = (struct field_options){.seeds = 3, .sparsity = 0.875, .permutations = 2000, .draws = 20};
    options->sweep.recipe = recipe;
    options->sweep.out = out;
    options->sweep.ranks = (struct ranks){.rank = 0, .size = 1, .local = 1};
    if (arguments_read(&all, options, sweep_own(count, words), words, NULL, NULL, failure) != 0)
        return -1;
    settle(options);
    if (options->help || options->version)
        return 0;
    if (options->search && !options->as_in_paper)
        return failed(failure, "--search needs --as-in-paper, since it begins with those orders");
    if (sweep_common(&options->sweep, count, words, field_options_decided, failure) != 0)
        return -1;
    return add_runs(options, failure);
}
