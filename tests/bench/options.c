#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const modes[] = {"train", "eval", "kernels", NULL};
static const char *const rules[] = {"dense", "fixed", "deep-r-random", "deep-r-gradient", NULL};
static const char *const isas[] = {"auto", "plain", "avx2", "avx512", NULL};

static const char help[] =
    "Usage: snnd-bench train|eval|kernels [options]\n"
    "Times training steps, evaluation of batches, or the kernels alone, on random input, beside SGEMM.\n"
    "\n"
    "  --inputs N      channels (40)\n"
    "  --hidden N,...  neurons of the hidden layers (256)\n"
    "  --classes N     (20)\n"
    "  --steps N       time steps of a sample (80)\n"
    "  --taps N        longest delay and one, odd (25)\n"
    "  --batch N       samples a step (256)\n"
    "  --sigma X       width of the delay kernels; 0.27 is added (0.23)\n"
    "  --sparsity S    share of absent synapses (0, or 0.875 with a rule other than dense)\n"
    "  --rule NAME     dense, fixed, deep-r-random or deep-r-gradient (dense)\n"
    "  --threads N     (2)\n"
    "  --repeat N      steps that are timed, after two that are not (10)\n"
    "  --isa NAME      auto, plain, avx2 or avx512 (auto)\n"
    "  --json          one JSON object\n";

const char *bench_mode_name(int mode) {
    return modes[mode];
}

const char *bench_rule_name(int rule) {
    return rules[rule];
}

static int wrong(const char *option, const char *text) {
    fprintf(stderr, "snnd-bench: %s: '%s' is not what is expected; --help tells\n", option, text);
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

static int whole(const char *text, int32_t *value) {
    char *end;
    errno = 0;
    const long read = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || read < 1 || read > 1 << 20)
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
        if (!whole(part, &options->hidden[options->layers++]))
            return 0;
        text += length + (text[length] == ',');
    }
    return options->layers > 0;
}

int bench_options_read(int count, char **arguments, struct bench_options *options) {
    enum { INPUTS = 1, HIDDEN, CLASSES, STEPS, TAPS, BATCH, SIGMA, SPARSITY, RULE, THREADS, REPEAT, ISA, JSON, HELP };
    static const struct option known[] = {
        {"inputs", 1, NULL, INPUTS},   {"hidden", 1, NULL, HIDDEN},     {"classes", 1, NULL, CLASSES},
        {"steps", 1, NULL, STEPS},     {"taps", 1, NULL, TAPS},         {"batch", 1, NULL, BATCH},
        {"sigma", 1, NULL, SIGMA},     {"sparsity", 1, NULL, SPARSITY}, {"rule", 1, NULL, RULE},
        {"threads", 1, NULL, THREADS}, {"repeat", 1, NULL, REPEAT},     {"isa", 1, NULL, ISA},
        {"json", 0, NULL, JSON},       {"help", 0, NULL, HELP},         {NULL, 0, NULL, 0},
    };
    *options = (struct bench_options){.inputs = 40,
                                      .hidden = {256},
                                      .layers = 1,
                                      .classes = 20,
                                      .steps = 80,
                                      .taps = 25,
                                      .batch = 256,
                                      .threads = 2,
                                      .repeat = 10,
                                      .sigma = 0.23,
                                      .sparsity = -1};
    for (int found; (found = getopt_long(count, arguments, "", known, NULL)) != -1;) {
        int32_t *const numbers[] = {
            [INPUTS] = &options->inputs, [CLASSES] = &options->classes, [STEPS] = &options->steps,
            [TAPS] = &options->taps,     [BATCH] = &options->batch,     [THREADS] = &options->threads,
            [REPEAT] = &options->repeat};
        int good = 1;
        switch (found) {
        case HELP:
            return fputs(help, stdout) == EOF;
        case JSON:
            options->json = 1;
            break;
        case HIDDEN:
            good = widths(optarg, options);
            break;
        case SIGMA:
            good = real(optarg, &options->sigma);
            break;
        case SPARSITY:
            good = real(optarg, &options->sparsity) && options->sparsity < 1;
            break;
        case RULE:
            good = choice(rules, optarg, &options->rule);
            break;
        case ISA:
            good = choice(isas, optarg, &options->isa);
            break;
        case '?':
            return 2;
        default:
            good = whole(optarg, numbers[found]);
        }
        if (!good)
            return wrong(arguments[optind - 2], optarg);
    }
    if (optind + 1 != count || !choice(modes, arguments[optind], &options->mode)) {
        fputs(help, stderr);
        return 2;
    }
    if (options->sparsity < 0)
        options->sparsity = options->rule == BENCH_DENSE ? 0 : 0.875;
    if (options->taps % 2 == 0)
        return wrong("--taps", "an even number");
    return -1;
}
