#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const modes[] = {"train", "eval", "stream", "run", "epoch", "rows", "kernels", "sgemm", NULL};
static const char *const rules[] = {"dense", "fixed", "deep-r-random", "deep-r-gradient", NULL};
static const char *const all_neurons[] = {"lif", "adaptive", NULL};
static const char *const isas[] = {"auto", "plain", "avx2", "avx512", NULL};
static const char *const all_products[] = {"auto", "own", "blas", NULL};
static const char *const methods[] = {"auto", "direct", "spectral", NULL};
static const char *const sharings[] = {"none", "axonal", "dendritic", NULL};

static const char help[] =
    "Usage: snnd-bench MODE [options]\n"
    "Times the library on random input, beside SGEMM. Modes:\n"
    "\n"
    "  train    training steps\n"
    "  eval     evaluation of batches\n"
    "  stream   a stream, one sample after the other, in microseconds a frame\n"
    "  run      a whole training run: seconds and sigma of every epoch, one line each\n"
    "  epoch    training steps on samples of counts, as the trainer does them, and how long an epoch takes\n"
    "  rows     the rows between the delays of a hidden layer, beside plain sweeps that move as many bytes\n"
    "  kernels  the hot kernels alone, for one tile on one thread, in the shapes of the network; an operation is a\n"
    "           multiplication or an addition\n"
    "  sgemm    the rate of SGEMM on one core in GFLOP/s, as OPENBLAS_CORETYPE has it\n"
    "\n"
    "  --inputs N      channels (40)\n"
    "  --hidden N,...  neurons of the hidden layers (256); rows and kernels take the first\n"
    "  --classes N     (20)\n"
    "  --steps N       time steps of a sample (80)\n"
    "  --taps N        longest delay and one, odd (25)\n"
    "  --sharing NAME  of the delays: none, axonal or dendritic (none)\n"
    "  --batch N       samples a step (256)\n"
    "  --sigma X       width of the delay profiles; 0.27 is added (0.23; run: taps/2 at first, 0.23 in the end)\n"
    "  --sparsity S    share of absent synapses (0.875 with a rule other than dense)\n"
    "  --rule NAME     dense, fixed, deep-r-random or deep-r-gradient (dense)\n"
    "  --neurons NAME  of the hidden layers: lif or adaptive (lif)\n"
    "  --threads N     up to 1024 (2)\n"
    "  --repeat N      steps that are timed, after two that are not (10)\n"
    "  --epochs N      of a run (150)\n"
    "  --samples N     of a run or an epoch (8000)\n"
    "  --isa NAME      auto, plain, avx2 or avx512 (auto)\n"
    "  --method NAME   of the delays: auto, direct or spectral (auto)\n"
    "  --products NAME what multiplies matrices: auto, own or blas (auto)\n"
    "  --low-memory    what can be recomputed is not kept\n"
    "  --no-sgemm      do not measure SGEMM\n"
    "  --json          one JSON object; run: one for each epoch\n";

const char *bench_mode_name(int mode) {
    return modes[mode];
}

const char *bench_rule_name(int rule) {
    return rules[rule];
}

const char *bench_method_name(int method) {
    return methods[method];
}

static int wrong(const char *option, const char *text, const char *expected) {
    fprintf(stderr, "snnd-bench: --%s: '%s'; expected %s\n", option, text, expected);
    return 2;
}

static int choice(const char *const *names, const char *text, int *value) {
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], text) == 0) {
            *value = i;
            return 1;
        }
    return 0;
}

static int whole(const char *text, int32_t most, int32_t *value) {
    char *end;
    errno = 0;
    const long read = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || read < 1 || read > most)
        return 0;
    *value = (int32_t)read;
    return 1;
}

static int real(const char *text, double *value) {
    char *end;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value) && *value >= 0;
}

static int widths(const char *text, struct bench_options *options) {
    char part[16];
    for (options->layers = 0; *text != '\0';) {
        const size_t length = strcspn(text, ",");
        if (length >= sizeof part || options->layers == BENCH_LAYERS)
            return 0;
        memcpy(part, text, length);
        part[length] = '\0';
        if (!whole(part, 1 << 20, &options->hidden[options->layers++]))
            return 0;
        text += length + (text[length] == ',');
    }
    return options->layers > 0;
}

/* ---- the options by number ---- */

enum {
    INPUTS = 1,
    CLASSES,
    STEPS,
    TAPS,
    BATCH,
    THREADS,
    REPEAT,
    EPOCHS,
    SAMPLES,
    HIDDEN,
    SIGMA,
    SPARSITY,
    RULE,
    NEURONS,
    ISA,
    METHOD,
    PRODUCTS,
    SHARING,
    LOW_MEMORY,
    NO_SGEMM,
    JSON,
    HELP
};

static const struct option known[] = {
    {"inputs", 1, NULL, INPUTS},
    {"hidden", 1, NULL, HIDDEN},
    {"classes", 1, NULL, CLASSES},
    {"steps", 1, NULL, STEPS},
    {"taps", 1, NULL, TAPS},
    {"batch", 1, NULL, BATCH},
    {"sigma", 1, NULL, SIGMA},
    {"rule", 1, NULL, RULE},
    {"sparsity", 1, NULL, SPARSITY},
    {"threads", 1, NULL, THREADS},
    {"repeat", 1, NULL, REPEAT},
    {"isa", 1, NULL, ISA},
    {"epochs", 1, NULL, EPOCHS},
    {"samples", 1, NULL, SAMPLES},
    {"method", 1, NULL, METHOD},
    {"low-memory", 0, NULL, LOW_MEMORY},
    {"no-sgemm", 0, NULL, NO_SGEMM},
    {"json", 0, NULL, JSON},
    {"products", 1, NULL, PRODUCTS},
    {"neurons", 1, NULL, NEURONS},
    {"sharing", 1, NULL, SHARING},
    {"help", 0, NULL, HELP},
    {NULL, 0, NULL, 0},
};

static int read_number(int option, struct bench_options *options) {
    int32_t *const numbers[] = {
        [INPUTS] = &options->inputs, [CLASSES] = &options->classes, [STEPS] = &options->steps,
        [TAPS] = &options->taps,     [BATCH] = &options->batch,     [THREADS] = &options->threads,
        [REPEAT] = &options->repeat, [EPOCHS] = &options->epochs,   [SAMPLES] = &options->samples};
    const int32_t most = option == THREADS ? 1024 : option == TAPS ? 1023 : 1 << 20;
    return whole(optarg, most, numbers[option]) && (option != TAPS || options->taps % 2 != 0);
}

/* What was expected; NULL: it was right. */
static const char *read_option(int option, struct bench_options *options) {
    switch (option) {
    case JSON:
        options->json = 1;
        return NULL;
    case LOW_MEMORY:
        options->low_memory = 1;
        return NULL;
    case NO_SGEMM:
        options->no_sgemm = 1;
        return NULL;
    case HIDDEN:
        return widths(optarg, options) ? NULL : "numbers of neurons, N,N,..., at most 16";
    case SIGMA:
        return real(optarg, &options->sigma) ? NULL : "a number of at least 0";
    case SPARSITY:
        return real(optarg, &options->sparsity) && options->sparsity < 1 ? NULL : "a number from 0 to below 1";
    case RULE:
        return choice(rules, optarg, &options->rule) ? NULL : "dense, fixed, deep-r-random or deep-r-gradient";
    case NEURONS:
        return choice(all_neurons, optarg, &options->neurons) ? NULL : "lif or adaptive";
    case ISA:
        return choice(isas, optarg, &options->isa) ? NULL : "auto, plain, avx2 or avx512";
    case METHOD:
        return choice(methods, optarg, &options->method) ? NULL : "auto, direct or spectral";
    case PRODUCTS:
        return choice(all_products, optarg, &options->products) ? NULL : "auto, own or blas";
    case SHARING:
        return choice(sharings, optarg, &options->sharing) ? NULL : "none, axonal or dendritic";
    case TAPS:
        return read_number(option, options) ? NULL : "an odd number from 1 to 1023";
    case THREADS:
        return read_number(option, options) ? NULL : "a number from 1 to 1024";
    default:
        return read_number(option, options) ? NULL : "a number from 1 to 1048576";
    }
}

static int unknown(char *const *arguments, int option) {
    if (option == ':')
        fprintf(stderr, "snnd-bench: %s wants a value; --help tells\n", arguments[optind - 1]);
    else
        fprintf(stderr, "snnd-bench: '%s' is no option; --help tells\n", arguments[optind > 1 ? optind - 1 : 1]);
    return 2;
}

/* What follows from the others. */
static int complete(struct bench_options *options) {
    if (options->mode == BENCH_STREAM && options->batch > 16)
        options->batch = 16;
    if (options->mode == BENCH_STREAM || options->mode == BENCH_KERNELS)
        options->threads = 1;
    if (options->mode == BENCH_ROWS)
        options->inputs = options->taps = options->layers = 1, options->classes = 2;
    if (options->sigma < 0 && options->mode != BENCH_RUN)
        options->sigma = 0.23;
    if (options->rule == BENCH_DENSE && options->sparsity > 0)
        return wrong("sparsity", "more than 0", "a rule other than dense with it");
    if (options->sparsity < 0)
        options->sparsity = options->rule == BENCH_DENSE ? 0 : 0.875;
    return -1;
}

int bench_options_read(int count, char **arguments, struct bench_options *options) {
    *options = (struct bench_options){.inputs = 40,
                                      .hidden = {256},
                                      .layers = 1,
                                      .classes = 20,
                                      .steps = 80,
                                      .taps = 25,
                                      .batch = 256,
                                      .threads = 2,
                                      .repeat = 10,
                                      .epochs = 150,
                                      .samples = 8000,
                                      .sigma = -1,
                                      .sparsity = -1};
    opterr = 0;
    int place = 0;
    for (int found; (found = getopt_long(count, arguments, ":", known, &place)) != -1;) {
        if (found == '?' || found == ':')
            return unknown(arguments, found);
        if (found == HELP)
            return fputs(help, stdout) == EOF;
        const char *expected = read_option(found, options);
        if (expected != NULL)
            return wrong(known[place].name, optarg, expected);
    }
    if (optind + 1 != count || !choice(modes, arguments[optind], &options->mode)) {
        fputs("snnd-bench: expected one of train, eval, stream, run, epoch, rows, kernels and sgemm; --help tells\n",
              stderr);
        return 2;
    }
    return complete(options);
}
