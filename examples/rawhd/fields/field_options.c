#include "fields/field_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/numbers.h"
#include "fields/field_results.h"
#include "training/keep.h"

static const char help[] =
    "Usage: rawhd-receptive-fields --data DIR [options] [-- options of rawhd-train]\n"
    "Trains three kinds of networks with several seeds, and looks at the receptive fields of their output neurons\n"
    "before and after: how ordered they are, as Moran's I, the highest over orders of the rows.\n"
    "  dense    all synapses, delays learned\n"
    "  deep-r   sparse, structure (DEEP R, grown by the gradient, Dale's law) and delays learned\n"
    "  fixed    as sparse, a random mask and random delays that stay, without Dale's law\n"
    "Runs that are done are loaded; what was killed goes on where it was.\n\n"
    "  --data DIR         as of rawhd-train\n"
    "  --out DIR          where runs and results are kept (rawhd-fields)\n"
    "  --seeds N          networks of each kind, with seeds 0 to N - 1 (3)\n"
    "  --sparsity S       share of absent synapses of the sparse kinds (0.875)\n"
    "  --permutations N   orders of the rows that are tried (2000)\n"
    "  --search           from the best of them on, rows change places as long as that gains: higher values than\n"
    "                     the paper's, not to be compared with these\n"
    "  --rook             4 neighbours a cell, not 8\n"
    "  --model NAME       best or last: the epoch that is looked at (best)\n"
    "  --jobs N           runs at a time, which share the processors; 0: one a processor (0)\n"
    "  --quiet            print the tests only\n"
    "  --help             this text\n"
    "  --version          the version of libsnndelay\n\n"
    "What follows -- goes to each run: rawhd-receptive-fields --data DIR -- --epochs 50 --batch 64\n\n"
    "The folder --out gets:\n"
    "  KIND-SEED/         a run, as of rawhd-train; its output is in output.txt\n"
    "  fields/            of each run, untrained and trained: .npy, float64 [output, input channel, delay]\n"
    "  moran.tsv          Moran's I, excitation and inhibition of every field\n"
    "  tests.tsv          trained against untrained, fixed against learned: Mann-Whitney, two-sided\n"
    "  fields.json        the settings\n"
    "  pictures/          fields-KIND: the most ordered field before and after, and all values; moran; balance\n\n"
    "Exit codes: 0 done; 1 the data or a run failed, and the next start repeats it; 2 wrong usage, also runs in --out\n"
    "that were begun with other settings; 130 stopped by Ctrl-C, with checkpoints.\n";

/* What tells the runs from each other, beside the sparsity. */
static const char *const kind_options[FIELD_KINDS][7] = {
    {"--structure", "dense", "--delays", "learned", NULL},
    {"--structure", "deep-r", "--growth", "gradient", "--dale", NULL},
    {"--structure", "fixed", "--delays", "fixed", "--no-dale", NULL},
};

const char *const field_options_decided[] = {"structure", "delays", "sparsity", "seed", "growth", "dale", NULL};

int field_options_help(void) {
    return fputs(help, stdout) == EOF ? -1 : 0;
}

/* ---- The command line ---- */

enum option_name { DATA = 1, OUT, SEEDS, SPARSITY, PERMUTATIONS, SEARCH, ROOK, MODEL, JOBS, QUIET, HELP, VERSION };

static int read_number(const char *name, int64_t low, int64_t high, int64_t *number, struct failure *failure) {
    if (number_whole(optarg, low, high, number) == 0)
        return 0;
    return failed(failure, "--%s: expected a whole number from %lld to %lld, not '%s'", name, (long long)low,
                  (long long)high, optarg);
}

static int read_sparsity(struct field_options *options, struct failure *failure) {
    if (number_real(optarg, 0, 0.999999, &options->sparsity) == 0)
        return 0;
    return failed(failure, "--sparsity: expected a number from 0 to 0.999999, not '%s'", optarg);
}

static int read_model(struct field_options *options, struct failure *failure) {
    if (strcmp(optarg, "best") == 0)
        options->model = KEEP_BEST;
    else if (strcmp(optarg, "last") == 0)
        options->model = KEEP_LAST;
    else
        return failed(failure, "--model: expected best or last, not '%s'", optarg);
    return 0;
}

static int set_number(struct field_options *options, int found, struct failure *failure) {
    int64_t number = 0;
    switch (found) {
    case SEEDS:
        return read_number("seeds", 1, 1000, &options->seeds, failure);
    case PERMUTATIONS:
        if (read_number("permutations", 1, 100000000, &number, failure) != 0)
            return -1;
        options->moran.permutations = (int32_t)number;
        return 0;
    default:
        if (read_number("jobs", 0, 1024, &number, failure) != 0)
            return -1;
        options->sweep.jobs = (int)number;
        return 0;
    }
}

static int set_option(struct field_options *options, int found, struct failure *failure) {
    switch (found) {
    case DATA:
        options->sweep.data = optarg;
        return 0;
    case OUT:
        options->sweep.out = optarg;
        return 0;
    case SPARSITY:
        return read_sparsity(options, failure);
    case SEARCH:
        options->moran.search = 1;
        return 0;
    case ROOK:
        options->moran.neighbours = SNND_ROOK;
        return 0;
    case MODEL:
        return read_model(options, failure);
    case QUIET:
        options->sweep.quiet = 1;
        return 0;
    case HELP:
        options->help = 1;
        return 0;
    case VERSION:
        options->version = 1;
        return 0;
    default:
        return set_number(options, found, failure);
    }
}

/* Reads what is before "--". */
static int read_own(struct field_options *options, int count, char **arguments, struct failure *failure) {
    static const struct option known[] = {
        {"data", required_argument, NULL, DATA},
        {"out", required_argument, NULL, OUT},
        {"seeds", required_argument, NULL, SEEDS},
        {"sparsity", required_argument, NULL, SPARSITY},
        {"permutations", required_argument, NULL, PERMUTATIONS},
        {"search", no_argument, NULL, SEARCH},
        {"rook", no_argument, NULL, ROOK},
        {"model", required_argument, NULL, MODEL},
        {"jobs", required_argument, NULL, JOBS},
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
        if (set_option(options, found, failure) != 0)
            return -1;
    }
    if (optind < count)
        return failed(failure, "unexpected argument '%s'; --help lists the options", arguments[optind]);
    return 0;
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
    for (int64_t seed = 0; seed < options->seeds; seed++)
        for (int kind = 0; kind < FIELD_KINDS; kind++)
            if (add_run(options, kind, seed, failure) != 0)
                return -1;
    return 0;
}

int field_options_read(struct field_options *options, int count, char **arguments, struct failure *failure) {
    *options = (struct field_options){.seeds = 3, .sparsity = 0.875, .model = KEEP_BEST};
    options->sweep.program = "rawhd-receptive-fields";
    options->sweep.out = "rawhd-fields";
    options->sweep.ranks = (struct ranks){.rank = 0, .size = 1, .local = 1};
    snnd_moran_options_init(&options->moran, sizeof options->moran);
    int own = 1;
    while (own < count && strcmp(arguments[own], "--") != 0)
        own++;
    if (read_own(options, own, arguments, failure) != 0)
        return -1;
    if (options->help || options->version)
        return 0;
    if (options->sweep.data == NULL || options->sweep.data[0] == '\0')
        return failed(failure, "--data DIR is needed: a folder with the Heidelberg Digits or with .npy files");
    if (options->sweep.out[0] == '\0')
        return failed(failure, "--out: expected a folder");
    int more = own < count ? count - own - 1 : 0;
    if (sweep_common(&options->sweep, more, arguments + count - more, field_options_decided, failure) != 0)
        return -1;
    return add_runs(options, failure);
}
