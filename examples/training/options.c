#include "training/options.h"

#include <snndelay.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arguments.h"
#include "common/numbers.h"
#include "rawhd/spectrograms.h"

/* How an option lives on in the settings of a run. */
enum keeping {
    FORGOTTEN,
    OFFERED, /* --resume takes it where it is not given, and it may be another */
    DECIDES  /* what the run computes: it may not be another */
};

static const char *const delays_names[] = {"learned", "fixed", "axonal", "dendritic", NULL};
static const char *const neurons_names[] = {"lif", "adaptive", NULL};
static const char *const order_names[] = {"paper", "update-first", NULL};
static const char *const reset_names[] = {"zero", "subtract", NULL};
static const char *const surrogate_names[] = {"arctan", "fast-sigmoid", "sigmoid", "triangle", "rectangle", NULL};
static const char *const structure_names[] = {
    [STRUCTURE_DENSE] = "dense", [STRUCTURE_FIXED] = "fixed", [STRUCTURE_DEEP_R] = "deep-r", [STRUCTURE_RIGL] = "rigl",
    [STRUCTURE_SET] = "set",     [STRUCTURE_SNFS] = "snfs",   [STRUCTURE_PRUNED] = "pruned", NULL};
static const char *const growth_names[] = {[GROWTH_OWN] = "own",
                                           [GROWTH_GRADIENT] = "gradient",
                                           [GROWTH_RANDOM] = "random",
                                           [GROWTH_MOMENTUM] = "momentum",
                                           NULL};
static const char *const budget_names[] = {"layer", "network", "fan-in", NULL};
static const char *const density_names[] = {"uniform", "erdos-renyi", NULL};
static const char *const preset_names[] = {"mel", "zenke-vogels", NULL};
static const char *const isa_names[] = {"auto", "plain", "avx2", "avx512", NULL};

struct entry {
    struct argument is;
    enum keeping keeping;
    const char *argument, *help;
};

#define AT(field) offsetof(struct options, field)

/* The paper's, which learning begins with. */
#define USUAL_TAU 10.05

/* Whole numbers that a double, and so a JSON file, holds exactly. */
#define MOST_SEED 9007199254740991.0

static const struct entry table[] = {
    {{"data", TEXT, AT(data), 0, 0, NULL},
     OFFERED,
     "DIR",
     "Heidelberg Digits, or the four .npy files of the paper's code"},
    {{"out", TEXT, AT(out), 0, 0, NULL}, FORGOTTEN, "DIR", "where the run is kept (rawhd-run)"},
    {{"epochs", WHOLE, AT(epochs), 1, 1e6, NULL}, DECIDES, "N", "length of the run, which the schedules follow (150)"},
    {{"batch", WHOLE, AT(batch), 1, 1e6, NULL}, DECIDES, "N", "samples a step (256)"},
    {{"hidden", OTHER, AT(hidden), 1, 65536, NULL}, DECIDES, "N[,N...]", "neurons of each hidden layer (256)"},
    {{"max-delay", WHOLE, AT(max_delay), 0, 1022, NULL}, DECIDES, "N", "longest delay in steps of 10 ms; even (24)"},
    {{"delays", CHOICE, AT(delays), 0, 0, delays_names},
     DECIDES,
     "KIND",
     "learned for each synapse; axonal, dendritic: shared; fixed at random (learned)"},
    {{"kernel-count", WHOLE, AT(per_pair), 1, 64, NULL}, DECIDES, "N", "synapses for each pair of neurons (1)"},
    {{"neurons", CHOICE, AT(neurons), 0, 0, neurons_names},
     DECIDES,
     "KIND",
     "hidden ones: lif, or adaptive, whose four parameters are trained (lif)"},
    {{"tau", OTHER, AT(tau), 1, 1e9, NULL},
     DECIDES,
     "X",
     "membrane time constant in steps, of lif and readout; learned: of each neuron (10.05)"},
    {{"order", CHOICE, AT(order), 0, 0, order_names},
     DECIDES,
     "KIND",
     "paper: a current counts a step later; update-first: at once (paper)"},
    {{"reset", CHOICE, AT(reset), 0, 0, reset_names},
     DECIDES,
     "KIND",
     "of the potential by a spike: to zero, or subtract the threshold (zero)"},
    {{"surrogate", CHOICE, AT(surrogate), 0, 0, surrogate_names},
     DECIDES,
     "NAME",
     "gradient of spikes: arctan, fast-sigmoid, sigmoid, triangle, rectangle (arctan)"},
    {{"structure", CHOICE, AT(structure), 0, 0, structure_names},
     DECIDES,
     "KIND",
     "dense; fixed, a random mask; deep-r, rigl, set, snfs: rewired; pruned: see --from (dense)"},
    {{"sparsity", REAL, AT(sparsity), 0, 0.999999, NULL},
     DECIDES,
     "S",
     "share of absent synapses, but if dense (0.875)"},
    {{"budget", CHOICE, AT(budget), 0, 0, budget_names},
     DECIDES,
     "OF",
     "what has that share: each layer, or the network; or fan-in: see --fan-in (layer)"},
    {{"density", CHOICE, AT(density), 0, 0, density_names},
     DECIDES,
     "KIND",
     "over the layers: uniform or erdos-renyi (uniform)"},
    {{"fan-in", WHOLE, AT(fan_in), 0, 1e9, NULL}, DECIDES, "F", "with --budget fan-in: synapses of each neuron"},
    {{"dale", SWITCH_PAIR, AT(dale), 0, 0, NULL},
     DECIDES,
     NULL,
     "one sign for each presynaptic neuron; pruned: as --from has it (with deep-r yes, else no)"},
    {{"growth", CHOICE, AT(growth), 0, 0, growth_names},
     DECIDES,
     "RULE",
     "gradient, random, momentum; own: as the rule has it (own)"},
    {{"temperature", REAL, AT(temperature), 0, 1e6, NULL}, DECIDES, "T", "of deep-r's noise (0)"},
    {{"interval", WHOLE, AT(interval), 0, 1e9, NULL},
     DECIDES,
     "N",
     "of rigl, set, snfs: steps between rewirings, 0: an epoch (rigl 100, else 0)"},
    {{"share", REAL, AT(share), 0, 1, NULL},
     DECIDES,
     "X",
     "of the same: synapses dropped at a rewiring (rigl, set 0.3, snfs 0.5)"},
    {{"rewire-until", REAL, AT(rewire_until), 0, 1, NULL},
     DECIDES,
     "X",
     "of the same: part of the run in which the share falls to 0; 0: it stays (rigl 0.75, snfs 1, set 0)"},
    {{"from", TEXT, AT(from), 0, 0, NULL},
     OFFERED,
     "MODEL",
     "of pruned: whose largest weights stay, with its masks and signs, to be trained on"},
    {{"rewind", TEXT, AT(rewind), 0, 0, NULL},
     OFFERED,
     "MODEL",
     "of pruned: whose weights they then begin with, as initial.safetensors of a run"},
    {{"l1", REAL, AT(l1), 0, 1e6, NULL}, DECIDES, "X", "penalty on the sum of all |weights| (1e-5)"},
    {{"rate-penalty", REAL, AT(rate_penalty), 0, 1e6, NULL},
     DECIDES,
     "C",
     "times the squares by which neurons leave --rate-lower to --rate-upper (0)"},
    {{"rate-lower", REAL, AT(rate_lower), 0, 1, NULL}, DECIDES, "R", "spikes of a hidden neuron a step (0)"},
    {{"rate-upper", REAL, AT(rate_upper), 0, 1, NULL}, DECIDES, "R", "the same; 0: each spike is penalised (0)"},
    {{"dropout", REAL, AT(dropout), 0, 0.999999, NULL}, DECIDES, "P", "of hidden spikes (0.4)"},
    {{"validation", REAL, AT(validation), 0, 0.999999, NULL}, DECIDES, "SHARE", "of the training list held out (0)"},
    {{"seed", WHOLE, AT(seed), 0, MOST_SEED, NULL}, DECIDES, "N", "of everything random, to 2^53 - 1 (0)"},
    {{"preset", CHOICE, AT(preset), 0, 0, preset_names}, DECIDES, "NAME", "spectrograms: mel or zenke-vogels (mel)"},
    {{"german-first", SWITCH, AT(german_first), 0, 0, NULL},
     DECIDES,
     NULL,
     "classes: German 0-9, English 10-19 (English first)"},
    {{"picojoules", OTHER, AT(picojoules), 0, 1e9, NULL},
     OFFERED,
     "A,M",
     "of an accumulation and of a multiplication with its addition: the log has energy"},
    {{"cache", TEXT, AT(cache), 0, 0, NULL}, OFFERED, "DIR", "where spectrograms are kept (DATA/.snndelay-cache)"},
    {{"threads", WHOLE, AT(threads), 0, 1024, NULL},
     FORGOTTEN,
     "N",
     "0: one a processor; results do not depend on it (0)"},
    {{"isa", CHOICE, AT(isa), 0, 0, isa_names}, OFFERED, "NAME", "instructions: auto, plain, avx2 or avx512 (auto)"},
    {{"resume", SWITCH, AT(resume), 0, 0, NULL},
     FORGOTTEN,
     NULL,
     "go on with the run in --out, as if it had never stopped"},
    {{"overwrite", SWITCH, AT(overwrite), 0, 0, NULL},
     FORGOTTEN,
     NULL,
     "remove an earlier run in --out and begin anew"},
    {{"quiet", SWITCH, AT(quiet), 0, 0, NULL}, FORGOTTEN, NULL, "print the result only"},
    {{"help", SWITCH, AT(help), 0, 0, NULL}, FORGOTTEN, NULL, "this text"},
    {{"version", SWITCH, AT(version), 0, 0, NULL}, FORGOTTEN, NULL, "the version of libsnndelay"},
};

enum { ENTRIES = sizeof table / sizeof *table };

static void set_defaults(struct options *options) {
    *options = (struct options){
        .out = "rawhd-run",
        .epochs = 150,
        .batch = 256,
        .hidden = {{256}, 1},
        .max_delay = 24,
        .per_pair = 1,
        .tau = {USUAL_TAU, 0},
        .sparsity = 0.875,
        .dale = -1, /* options_check() decides */
        .interval = -1,
        .share = -1,
        .rewire_until = -1,
        .l1 = 1e-5,
        .dropout = 0.4,
    };
}

/* As few digits as make the same number. */
static char *real_text(double value) {
    char *text = format_text("%.15g", value);
    if (strtod(text, NULL) == value)
        return text;
    free(text);
    return format_text("%.17g", value);
}

static int refuse_widths(const struct argument *argument, const char *text, struct failure *failure) {
    return failed(failure, "--%s: expected 1 to %d whole numbers from %.0f to %.0f with commas between, not '%s'",
                  argument->name, OPTIONS_LAYERS, argument->low, argument->high, text);
}

static int read_widths(const struct argument *argument, void *field, const char *text, struct failure *failure) {
    struct widths read = {{0}, 0};
    for (const char *part = text; part != NULL;) {
        const char *comma = strchr(part, ',');
        char *one = format_text("%.*s", comma != NULL ? (int)(comma - part) : (int)strlen(part), part);
        int64_t width;
        int good = read.count < OPTIONS_LAYERS &&
                   number_whole(one, (int64_t)argument->low, (int64_t)argument->high, &width) == 0;
        free(one);
        if (!good)
            return refuse_widths(argument, text, failure);
        read.width[read.count++] = (int32_t)width;
        part = comma != NULL ? comma + 1 : NULL;
    }
    *(struct widths *)field = read;
    return 0;
}

static char *widths_text(const void *field) {
    const struct widths *widths = field;
    char *text = format_text("%d", (int)widths->width[0]);
    for (int i = 1; i < widths->count; i++) {
        char *longer = format_text("%s,%d", text, (int)widths->width[i]);
        free(text);
        text = longer;
    }
    return text;
}

static int read_tau(const struct argument *argument, void *field, const char *text, struct failure *failure) {
    struct tau read = {USUAL_TAU, strcmp(text, "learned") == 0};
    if (!read.learned && number_real(text, argument->low, argument->high, &read.steps) != 0)
        return failed(failure, "--%s: expected learned or a number from %g to %g, not '%s'", argument->name,
                      argument->low, argument->high, text);
    *(struct tau *)field = read;
    return 0;
}

static char *tau_text(const void *field) {
    const struct tau *tau = field;
    return tau->learned ? format_text("learned") : real_text(tau->steps);
}

static int read_prices(const struct argument *argument, void *field, const char *text, struct failure *failure) {
    struct prices read = {0, 0, 1};
    const char *comma = strchr(text, ',');
    char *first = format_text("%.*s", comma != NULL ? (int)(comma - text) : 0, text);
    const int good = comma != NULL && number_real(first, argument->low, argument->high, &read.accumulation) == 0 &&
                     number_real(comma + 1, argument->low, argument->high, &read.multiplication) == 0;
    free(first);
    if (!good)
        return failed(failure, "--%s: expected two numbers from %g to %g with a comma between, not '%s'",
                      argument->name, argument->low, argument->high, text);
    *(struct prices *)field = read;
    return 0;
}

static char *prices_text(const void *field) {
    const struct prices *prices = field;
    if (!prices->given)
        return NULL;
    char *accumulation = real_text(prices->accumulation), *multiplication = real_text(prices->multiplication);
    char *text = format_text("%s,%s", accumulation, multiplication);
    free(accumulation);
    free(multiplication);
    return text;
}

/* The options of kind OTHER: how each is read, and written as it is read; NULL: it was not given. */
static const struct form {
    const char *name;
    argument_reader *read;
    char *(*text)(const void *field);
} forms[] = {
    {"hidden", read_widths, widths_text},
    {"tau", read_tau, tau_text},
    {"picojoules", read_prices, prices_text},
};

static const struct form *form_of(const struct argument *argument) {
    const struct form *form = forms;
    while (strcmp(form->name, argument->name) != 0)
        form++;
    return form;
}

static int read_other(const struct argument *argument, void *field, const char *text, struct failure *failure) {
    return form_of(argument)->read(argument, field, text, failure);
}

/* The table's first column is what the reader knows. */
static struct arguments known_arguments(struct argument known[ENTRIES]) {
    for (int i = 0; i < ENTRIES; i++)
        known[i] = table[i].is;
    return (struct arguments){.known = known, .count = ENTRIES, .other = read_other, .hint = ""};
}

int options_read(int count, char **arguments, struct options *options, struct failure *failure) {
    struct argument known[ENTRIES];
    const struct arguments all = known_arguments(known);
    set_defaults(options);
    return arguments_read(&all, options, count, arguments, &options->given, NULL, failure);
}

/* The line of an option that there is. */
static int place_of(const char *name) {
    int place = 0;
    while (strcmp(table[place].is.name, name) != 0)
        place++;
    return place;
}

int options_given(const struct options *options, const char *name) {
    return (options->given >> place_of(name) & 1) != 0;
}

int options_chosen(const struct options *options, const char *name, const char **word) {
    const struct argument *argument = &table[place_of(name)].is;
    const int chosen = *(const int *)((const char *)options + argument->offset);
    *word = argument->choices[chosen];
    return chosen;
}

/* Gives what was left to the rule its number. */
static void settle(struct options *options) {
    const int is_rigl = options->structure == STRUCTURE_RIGL, is_set = options->structure == STRUCTURE_SET;
    const int is_snfs = options->structure == STRUCTURE_SNFS;
    if (options->dale < 0)
        options->dale = options->structure == STRUCTURE_DEEP_R;
    if (options->interval < 0)
        options->interval = is_rigl ? 100 : 0;
    if (options->share < 0)
        options->share = is_rigl || is_set ? 0.3 : is_snfs ? 0.5 : 0;
    if (options->rewire_until < 0)
        options->rewire_until = is_rigl ? 0.75 : is_snfs ? 1 : 0;
}

int options_check(struct options *options, struct failure *failure) {
    if (options->data == NULL || options->data[0] == '\0')
        return failed(failure, "--data DIR is needed: a folder with the Heidelberg Digits or with .npy files");
    if (options->out[0] == '\0')
        return failed(failure, "--out: expected a folder");
    if (options->resume && options->overwrite)
        return failed(failure, "--resume and --overwrite: only one of them makes sense");
    if (options->max_delay % 2 != 0)
        return failed(failure,
                      "--max-delay: expected an even number, so that a position of 0 is a whole delay, not %lld",
                      (long long)options->max_delay);
    if (options->dale == 1 && options->structure == STRUCTURE_DENSE)
        return failed(
            failure,
            "--dale: needs another --structure than dense, whose weights have no fixed signs that the synapses "
            "of a neuron could share");
    if (options->budget == SNND_BUDGET_FAN_IN && options->fan_in == 0)
        return failed(failure, "--budget fan-in: --fan-in F is needed, the synapses of each neuron");
    if (options->structure == STRUCTURE_PRUNED && !options->resume && options->from == NULL)
        return failed(failure, "--structure pruned: --from MODEL is needed, the trained network to prune");
    if (options->rate_lower > options->rate_upper)
        return failed(failure, "--rate-lower: expected at most --rate-upper, which is %g, not %g", options->rate_upper,
                      options->rate_lower);
    settle(options);
    return 0;
}

void options_help(void) {
    printf(
        "Usage: rawhd-train --data DIR [options]\n"
        "Trains a spiking network with delays on spoken digits: for each hidden layer delays, batch norm, leaky\n"
        "integrate-and-fire neurons and dropout, at the end delays and a leaky integrator. Defaults are those of the\n"
        "paper (Meszaros, Knight and Nowotny 2024), which tunes --l1.\n\n");
    for (int i = 0; i < ENTRIES; i++) {
        char *left = table[i].is.kind == SWITCH_PAIR
                         ? format_text("--%s, --no-%s", table[i].is.name, table[i].is.name)
                         : format_text("--%s %s", table[i].is.name, table[i].argument != NULL ? table[i].argument : "");
        printf("  %-22s  %s\n", left, table[i].help);
        free(left);
    }
    printf(
        "\n"
        "The folder --out gets, whole at any time:\n"
        "  log.jsonl               one JSON object an epoch, the first is 1\n"
        "  initial.safetensors     the model before training\n"
        "  best.safetensors        the model of the best epoch: by validation accuracy if there is a --validation\n"
        "                          share, else by test accuracy, as in the paper's code\n"
        "  last.safetensors        the model of the last epoch\n"
        "  checkpoint.safetensors  what --resume needs; Ctrl-C writes it at the next step\n"
        "  front_end.json          how recordings became inputs, for snnd-live; not from arrays made elsewhere\n"
        "  settings.json           the options of the run; --resume takes from it what it is not given\n"
        "\n"
        "Exit codes: 0 done; 1 the data or the run failed; 2 wrong usage, also an --out that holds a run, or --resume\n"
        "with other settings; 3 training diverged; 130 stopped by Ctrl-C, with a checkpoint.\n");
}

/* An option's value as JSON. */
static cJSON *value_of(const struct options *options, const struct entry *entry) {
    const void *field = (const char *)options + entry->is.offset;
    switch (entry->is.kind) {
    case WHOLE:
        return cJSON_CreateNumber((double)*(const int64_t *)field);
    case REAL:
        return cJSON_CreateNumber(*(const double *)field);
    case CHOICE:
        return cJSON_CreateString(entry->is.choices[*(const int *)field]);
    case TEXT:
        return cJSON_CreateString(*(const char *const *)field);
    case SWITCH:
    case SWITCH_PAIR:
        return cJSON_CreateBool(*(const int *)field);
    case OTHER:
        break;
    }
    char *text = form_of(&entry->is)->text(field);
    cJSON *value = text != NULL ? cJSON_CreateString(text) : cJSON_CreateNull();
    free(text);
    return value;
}

/* An option's text from JSON, as on the command line. */
static char *text_of(const cJSON *value, const struct entry *entry) {
    if (cJSON_IsString(value))
        return format_text("%s", value->valuestring);
    if (cJSON_IsNumber(value))
        return entry->is.kind == WHOLE ? format_text("%.0f", value->valuedouble) : real_text(value->valuedouble);
    return format_text(cJSON_IsTrue(value) ? "yes" : "no");
}

cJSON *options_settings(const struct options *options) {
    cJSON *settings = cJSON_CreateObject();
    for (int i = 0; i < ENTRIES; i++)
        if (table[i].keeping != FORGOTTEN)
            cJSON_AddItemToObject(settings, table[i].is.name, value_of(options, &table[i]));
    return settings;
}

/* 0 if what the command line gave is what the run had. */
static int compare(const struct options *options, const struct entry *entry, const cJSON *then,
                   struct failure *failure) {
    cJSON *now = value_of(options, entry);
    char *had = text_of(then, entry), *given = text_of(now, entry);
    int result = cJSON_Compare(now, then, 1)
                     ? 0
                     : failed(failure, "--%s: the run was begun with %s, not with %s", entry->is.name, had, given);
    free(given);
    free(had);
    cJSON_Delete(now);
    return result;
}

int options_inherit(struct options *options, const cJSON *settings, struct failure *failure) {
    struct argument known[ENTRIES];
    const struct arguments all = known_arguments(known);
    for (int i = 0; i < ENTRIES; i++) {
        const cJSON *then = cJSON_GetObjectItemCaseSensitive(settings, table[i].is.name);
        int given = (options->given >> i & 1) != 0, result = 0;
        if (then == NULL || table[i].keeping == FORGOTTEN)
            continue;
        if (!given && table[i].is.kind == OTHER && cJSON_IsNull(then)) /* nor was it then */
            continue;
        if (given && table[i].keeping == DECIDES) {
            result = compare(options, &table[i], then, failure);
        } else if (!given && table[i].is.kind == TEXT) {
            *(const char **)((char *)options + table[i].is.offset) = then->valuestring;
        } else if (!given) {
            char *text = text_of(then, &table[i]);
            result = argument_set(&all, i, options, text, failure);
            free(text);
        }
        if (result != 0)
            return -1;
    }
    return 0;
}

int options_agree(const struct options *options, const cJSON *settings, struct failure *failure) {
    struct options all = *options;
    all.given = UINT64_MAX;
    return options_inherit(&all, settings, failure);
}
