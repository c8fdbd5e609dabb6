#include "training/options.h"

#include <snndelay.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arguments.h"
#include "common/fingerprint.h"
#include "training/option_forms.h"
#include "training/recipe.h"

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
static const char *const isa_names[] = {"auto", "plain", "avx2", "avx512", NULL};

/* The largest whole numbers that a double, and so a JSON file, represents exactly. */
#define MOST_SEED 9007199254740991.0

/* More than any sample has; augment_training() checks those that were read. */
#define MOST_PLACES 1e6

static const struct option_entry table[] = {
    {{"data", TEXT, OPTION_AT(data), 0, 0, NULL}, OFFERED, "DIR", NULL, NULL, NULL},
    {{"out", TEXT, OPTION_AT(out), 0, 0, NULL}, FORGOTTEN, "DIR", "run", NULL, "folder of the run"},
    {{"epochs", WHOLE, OPTION_AT(epochs), 1, 1e6, NULL},
     DECIDES,
     "N",
     "150",
     FROM_PAPER,
     "epochs of the run, on which the schedules depend"},
    {{"batch", WHOLE, OPTION_AT(batch), 1, 1e6, NULL}, DECIDES, "N", "256", FROM_PAPER, "samples of each step"},
    {{"shards", WHOLE, OPTION_AT(shards), 1, 1024, NULL},
     DECIDES,
     "N",
     "1",
     NULL,
     "parts of a batch, a power of two, which processes of mpirun share; results depend on it, and not on the number "
     "of processes, which is its default with mpirun"},
    {{"hidden", OTHER, OPTION_AT(hidden), 1, 65536, NULL},
     DECIDES,
     "N[,N...]",
     "256",
     FROM_PAPER,
     "neurons of each hidden layer"},
    {{"max-delay", WHOLE, OPTION_AT(max_delay), 0, 1022, NULL},
     DECIDES,
     "N",
     "24",
     FROM_PAPER,
     "longest delay in steps of 10 ms, an even number"},
    {{"delays", CHOICE, OPTION_AT(delays), 0, 0, delays_names},
     DECIDES,
     "KIND",
     "learned",
     FROM_PAPER,
     "learned: one for each synapse; axonal, dendritic: learned and shared; fixed: random"},
    {{"kernel-count", WHOLE, OPTION_AT(per_pair), 1, 64, NULL},
     DECIDES,
     "N",
     "1",
     FROM_PAPER,
     "synapses for each pair of neurons"},
    {{"neurons", CHOICE, OPTION_AT(neurons), 0, 0, neurons_names},
     DECIDES,
     "KIND",
     "lif",
     FROM_PAPER,
     "hidden neurons: lif, or adaptive, whose four parameters are trained"},
    {{"tau", OTHER, OPTION_AT(tau), 1, 1e9, NULL},
     DECIDES,
     "X",
     "10.05",
     FROM_PAPER,
     "membrane time constant in steps, of lif and readout; learned: one for each neuron"},
    {{"order", CHOICE, OPTION_AT(order), 0, 0, order_names},
     DECIDES,
     "KIND",
     "paper",
     FROM_PAPER,
     "when a current takes effect: paper, a step later; update-first, at once"},
    {{"reset", CHOICE, OPTION_AT(reset), 0, 0, reset_names},
     DECIDES,
     "KIND",
     "zero",
     FROM_PAPER,
     "effect of a spike on the potential: zero sets it to 0, subtract subtracts the threshold"},
    {{"surrogate", CHOICE, OPTION_AT(surrogate), 0, 0, surrogate_names},
     DECIDES,
     "NAME",
     "arctan",
     FROM_PAPER,
     "surrogate gradient: arctan, fast-sigmoid, sigmoid, triangle, rectangle"},
    {{"structure", CHOICE, OPTION_AT(structure), 0, 0, structure_names},
     DECIDES,
     "KIND",
     "dense",
     NULL,
     "dense; fixed: a random mask; deep-r, rigl, set, snfs: rewired by a rule; pruned: see --from"},
    {{"sparsity", REAL, OPTION_AT(sparsity), 0, 0.999999, NULL},
     DECIDES,
     "S",
     "0.875",
     FROM_PAPER,
     "share of absent synapses, unless the structure is dense"},
    {{"budget", CHOICE, OPTION_AT(budget), 0, 0, budget_names},
     DECIDES,
     "OF",
     "layer",
     NULL,
     "layer or network: where --sparsity applies; fan-in: --fan-in replaces it"},
    {{"density", CHOICE, OPTION_AT(density), 0, 0, density_names},
     DECIDES,
     "KIND",
     "uniform",
     NULL,
     "how synapses are distributed over layers: uniform or erdos-renyi"},
    {{"fan-in", WHOLE, OPTION_AT(fan_in), 0, 1e9, NULL},
     DECIDES,
     "F",
     NULL,
     NULL,
     "synapses of each neuron, with --budget fan-in"},
    {{"dale", SWITCH_PAIR, OPTION_AT(dale), 0, 0, NULL},
     DECIDES,
     NULL,
     NULL,
     NULL,
     "one sign for each presynaptic neuron; pruned: as in --from (deep-r: yes, others: no)"},
    {{"paths", SWITCH, OPTION_AT(paths), 0, 0, NULL},
     DECIDES,
     NULL,
     NULL,
     NULL,
     "fixed: give every output a path from the inputs, or as many as the synapses allow"},
    {{"growth", CHOICE, OPTION_AT(growth), 0, 0, growth_names},
     DECIDES,
     "RULE",
     "own",
     NULL,
     "how synapses grow: gradient, random, momentum; own: the default of the rule"},
    {{"temperature", REAL, OPTION_AT(temperature), 0, 1e6, NULL},
     DECIDES,
     "T",
     "0",
     NULL,
     "deep-r: temperature of the noise"},
    {{"interval", WHOLE, OPTION_AT(interval), 0, 1e9, NULL},
     DECIDES,
     "N",
     NULL,
     NULL,
     "rigl, set, snfs: steps between rewirings, 0: an epoch (rigl 100, others 0)"},
    {{"share", REAL, OPTION_AT(share), 0, 1, NULL},
     DECIDES,
     "X",
     NULL,
     NULL,
     "rigl, set, snfs: share of synapses dropped at a rewiring (rigl, set 0.3, snfs 0.5)"},
    {{"rewire-until", REAL, OPTION_AT(rewire_until), 0, 1, NULL},
     DECIDES,
     "X",
     NULL,
     NULL,
     "part of the run in which --share falls to 0; 0: it is constant (rigl 0.75, snfs 1, set 0)"},
    {{"from", TEXT, OPTION_AT(from), 0, 0, NULL},
     OFFERED,
     "MODEL",
     NULL,
     NULL,
     "pruned: the trained network whose largest weights are kept and trained further"},
    {{"rewind", TEXT, OPTION_AT(rewind), 0, 0, NULL},
     OFFERED,
     "MODEL",
     NULL,
     NULL,
     "pruned: the network with the initial weights to return to, as initial.safetensors of a run"},
    {{"weight-rate", REAL, OPTION_AT(weight_rate), 0, 1e6, NULL},
     DECIDES,
     "X",
     "0.005",
     FROM_PAPER,
     "highest learning rate of Adam for weights, in one cycle"},
    {{"position-rate", REAL, OPTION_AT(position_rate), 0, 1e6, NULL},
     DECIDES,
     "X",
     "0.1",
     FROM_PAPER,
     "learning rate of Adam for positions of delays at the start; it falls as a cosine"},
    {{"weight-decay", REAL, OPTION_AT(weight_decay), 0, 1e6, NULL},
     DECIDES,
     "X",
     "0",
     FROM_PAPER,
     "factor of weights and batch norm that is added to their gradients (L2)"},
    {{"extra-steps", OTHER, OPTION_AT(extra_steps), 0, 1e5, NULL},
     DECIDES,
     "N",
     "0",
     FROM_PAPER,
     "silent steps after each sample; half: half of --max-delay for each layer of delays"},
    {{"l1", REAL, OPTION_AT(l1), 0, 1e6, NULL},
     DECIDES,
     "X",
     "1e-5",
     FROM_PAPER,
     "penalty on the sum of all |weights|"},
    {{"rate-penalty", REAL, OPTION_AT(rate_penalty), 0, 1e6, NULL},
     DECIDES,
     "C",
     "0",
     NULL,
     "penalty on the squares by which rates are outside --rate-lower to --rate-upper"},
    {{"rate-lower", REAL, OPTION_AT(rate_lower), 0, 1, NULL},
     DECIDES,
     "R",
     "0",
     NULL,
     "lower bound of the spikes of a hidden neuron per step"},
    {{"rate-upper", REAL, OPTION_AT(rate_upper), 0, 1, NULL},
     DECIDES,
     "R",
     "0",
     NULL,
     "upper bound; 0: each spike is penalised"},
    {{"dropout", REAL, OPTION_AT(dropout), 0, 0.999999, NULL},
     DECIDES,
     "P",
     "0.4",
     FROM_PAPER,
     "probability of dropout of hidden spikes"},
    {{"validation", OTHER, OPTION_AT(validation), 0, 0.999999, NULL},
     DECIDES,
     "WHAT",
     "0",
     FROM_PAPER,
     "samples held out for validation: a share, or speaker:N; 0: those of the data set"},
    {{"mix", REAL, OPTION_AT(augmentation.mix), 0, 1, NULL},
     DECIDES,
     "P",
     "0",
     NULL,
     "augmentation, in training only: mix with another sample of the class, with a probability of P"},
    {{"speed", OTHER, OPTION_AT(augmentation.speed), 0.1, 10, NULL},
     DECIDES,
     "LOW,HIGH",
     "1,1",
     NULL,
     "augmentation: change the speed by a factor from LOW to HIGH"},
    {{"shift-time", WHOLE, OPTION_AT(augmentation.shift_time), 0, MOST_PLACES, NULL},
     DECIDES,
     "N",
     "0",
     NULL,
     "augmentation: shift by up to N steps in either direction"},
    {{"shift-channels", WHOLE, OPTION_AT(augmentation.shift_channels), 0, MOST_PLACES, NULL},
     DECIDES,
     "N",
     "0",
     NULL,
     "augmentation: shift by up to N channels in either direction"},
    {{"noise-spikes", REAL, OPTION_AT(augmentation.events), 0, 1000, NULL},
     DECIDES,
     "R",
     "0",
     NULL,
     "augmentation of counts: add R spikes to each channel and step, on average"},
    {{"noise", REAL, OPTION_AT(augmentation.noise), 0, 1e6, NULL},
     DECIDES,
     "S",
     "0",
     NULL,
     "augmentation of spectrograms: add normal noise of deviation S"},
    {{"mask-time", WHOLE, OPTION_AT(augmentation.mask_time), 0, MOST_PLACES, NULL},
     DECIDES,
     "N",
     "0",
     NULL,
     "augmentation: set up to N consecutive steps to zero"},
    {{"mask-channels", WHOLE, OPTION_AT(augmentation.mask_channels), 0, MOST_PLACES, NULL},
     DECIDES,
     "N",
     "0",
     NULL,
     "augmentation: set up to N consecutive channels to zero"},
    {{"seed", WHOLE, OPTION_AT(seed), 0, MOST_SEED, NULL},
     DECIDES,
     "N",
     "0",
     NULL,
     "seed of all random numbers, up to 2^53 - 1"},
    {{"picojoules", OTHER, OPTION_AT(picojoules), 0, 1e9, NULL},
     OFFERED,
     "A,M",
     NULL,
     NULL,
     "energy of an accumulation, and of a multiplication with its addition, for the log"},
    {{"cache", TEXT, OPTION_AT(cache), 0, 0, NULL},
     OFFERED,
     "DIR",
     NULL,
     NULL,
     "folder for data that are derived from --data (DATA/.snndelay-cache)"},
    {{"threads", WHOLE, OPTION_AT(threads), 0, 1024, NULL},
     FORGOTTEN,
     "N",
     "0",
     NULL,
     "number of threads, 0: one for each processor; results do not depend on it"},
    {{"isa", CHOICE, OPTION_AT(isa), 0, 0, isa_names},
     OFFERED,
     "NAME",
     "auto",
     NULL,
     "instruction set: auto, plain, avx2 or avx512"},
    {{"resume", SWITCH, OPTION_AT(resume), 0, 0, NULL},
     FORGOTTEN,
     NULL,
     NULL,
     NULL,
     "continue the run in --out, as if it had never stopped"},
    {{"overwrite", SWITCH, OPTION_AT(overwrite), 0, 0, NULL},
     FORGOTTEN,
     NULL,
     NULL,
     NULL,
     "remove an earlier run in --out and start again"},
    {{"quiet", SWITCH, OPTION_AT(quiet), 0, 0, NULL}, FORGOTTEN, NULL, NULL, NULL, "print only the result"},
    {{"help", SWITCH, OPTION_AT(help), 0, 0, NULL}, FORGOTTEN, NULL, NULL, NULL, "this text"},
    {{"version", SWITCH, OPTION_AT(version), 0, 0, NULL}, FORGOTTEN, NULL, NULL, NULL, "the version of libsnndelay"},
};

enum { ENTRIES = sizeof table / sizeof *table };

/* The table, followed by that of the recipe. */
static int entry_count(const struct recipe *recipe) {
    return ENTRIES + recipe->own_count;
}

static const struct option_entry *entry_at(const struct recipe *recipe, int place) {
    return place < ENTRIES ? &table[place] : &recipe->own[place - ENTRIES];
}

/* The first column is for the reader of arguments. */
static struct arguments known_arguments(const struct recipe *recipe, struct argument known[ARGUMENTS_MOST]) {
    for (int i = 0; i < entry_count(recipe); i++)
        known[i] = entry_at(recipe, i)->is;
    return (struct arguments){.known = known, .count = entry_count(recipe), .other = option_form_read, .hint = ""};
}

/* Returns the default of an option, which is that of the recipe if it has another; NULL: none. */
static struct recipe_default default_of(const struct recipe *recipe, const struct option_entry *entry) {
    for (const struct recipe_default *own = recipe->defaults; own->option != NULL; own++)
        if (strcmp(own->option, entry->is.name) == 0)
            return *own;
    return (struct recipe_default){entry->is.name, entry->usual, entry->from};
}

static int set_defaults(const struct recipe *recipe, const struct arguments *all, struct options *options,
                        struct failure *failure) {
    /* options_check() sets values below 0. */
    *options = (struct options){.recipe = recipe, .dale = -1, .interval = -1, .share = -1, .rewire_until = -1};
    int result = 0;
    for (int i = 0; i < all->count && result == 0; i++) {
        const struct recipe_default usual = default_of(recipe, entry_at(recipe, i));
        if (usual.text != NULL)
            result = argument_set(all, i, options, usual.text, failure);
    }
    return result;
}

int options_read(const struct recipe *recipe, int count, char **arguments, struct options *options,
                 struct failure *failure) {
    struct argument known[ARGUMENTS_MOST];
    const struct arguments all = known_arguments(recipe, known);
    if (set_defaults(recipe, &all, options, failure) != 0)
        return -1;
    return arguments_read(&all, options, count, arguments, options->given, NULL, failure);
}

/* Returns the index of an option, or the number of entries if there is none. */
static int place_of(const struct recipe *recipe, const char *name) {
    int place = 0;
    while (place < entry_count(recipe) && strcmp(entry_at(recipe, place)->is.name, name) != 0)
        place++;
    return place;
}

const struct argument *options_deciding(const struct recipe *recipe, const char *name) {
    const int place = place_of(recipe, name);
    const struct option_entry *entry = place < entry_count(recipe) ? entry_at(recipe, place) : NULL;
    return entry != NULL && entry->keeping == DECIDES ? &entry->is : NULL;
}

int32_t options_extra_steps(const struct options *options) {
    const struct silence *silence = &options->extra_steps;
    return (int32_t)(silence->half ? options->max_delay / 2 * (options->hidden.count + 1) : silence->steps);
}

int options_given(const struct options *options, const char *name) {
    return options->given[place_of(options->recipe, name)];
}

int options_chosen(const struct options *options, const char *name, const char **word) {
    const struct argument *argument = &entry_at(options->recipe, place_of(options->recipe, name))->is;
    const int chosen = *(const int *)((const char *)options + argument->offset);
    *word = argument->choices[chosen];
    return chosen;
}

/* Sets the options whose default depends on the rule. */
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
        return failed(failure, "--data DIR is needed: %s", options->recipe->data);
    if (options->out[0] == '\0')
        return failed(failure, "--out: expected a folder");
    if (options->resume && options->overwrite)
        return failed(failure, "--resume and --overwrite: only one of them can be given");
    if ((options->shards & (options->shards - 1)) != 0)
        return failed(failure, "--shards: expected a power of two, not %lld", (long long)options->shards);
    if (options->max_delay % 2 != 0)
        return failed(failure,
                      "--max-delay: expected an even number, so that a position of 0 is a whole delay, not %lld",
                      (long long)options->max_delay);
    if (options->dale == 1 && options->structure == STRUCTURE_DENSE)
        return failed(failure, "--dale needs a --structure other than dense, whose weights have no fixed signs");
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

/* The sources of the defaults. */
static const struct {
    const char *from, *is;
} sources[] = {
    {FROM_PAPER, "Meszaros, Knight and Nowotny 2024, who tune --l1"},
    {FROM_SNN_DELAYS, "Hammouamri, Khalfaoui-Hassani and Masquelier 2023"},
};

/* Prints the help of an option as "what it is (150, paper)". */
static void print_option(const struct recipe *recipe, const struct option_entry *entry) {
    const struct recipe_default usual = default_of(recipe, entry);
    char *left = entry->is.kind == SWITCH_PAIR
                     ? format_text("--%s, --no-%s", entry->is.name, entry->is.name)
                     : format_text("--%s %s", entry->is.name, entry->argument != NULL ? entry->argument : "");
    printf("  %-22s  %s", left, entry->help != NULL ? entry->help : recipe->data);
    if (usual.text != NULL)
        printf(usual.from != NULL ? " (%s, %s)" : " (%s)", usual.text, usual.from);
    putchar('\n');
    free(left);
}

static void print_sources(const struct recipe *recipe) {
    puts("\nDefaults are in brackets, with their source:");
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        for (int entry = 0; entry < entry_count(recipe); entry++) {
            const char *from = default_of(recipe, entry_at(recipe, entry)).from;
            if (from == NULL || strcmp(from, sources[i].from) != 0)
                continue;
            printf("  %-12s  %s\n", sources[i].from, sources[i].is);
            break;
        }
}

void options_help(const struct recipe *recipe, const char *program) {
    printf("Usage: %s --data DIR [options]\n%s"
           "Each hidden layer of the network has delays, batch norm, spiking neurons and dropout; the last layer has\n"
           "delays and a leaky integrator.\n\n",
           program, recipe->about);
    for (int i = 0; i < entry_count(recipe); i++)
        print_option(recipe, entry_at(recipe, i));
    print_sources(recipe);
    printf(
        "\n"
        "The folder --out receives these files, which are complete at any time:\n"
        "  log.jsonl               one JSON object for each epoch; the first is 1\n"
        "  initial.safetensors     the model before training\n"
        "  best.safetensors        the model of the best epoch: by validation accuracy if there is a validation set,\n"
        "                          otherwise by test accuracy, as in the paper's code\n"
        "  predictions.tsv         the prediction of the model of the best epoch for each testing sample\n"
        "  last.safetensors        the model of the last epoch\n"
        "  checkpoint.safetensors  the state for --resume; Ctrl-C writes it at the next step\n"
        "  front_end.json          how recordings became inputs, for snnd-live; missing where the data were arrays\n"
        "  settings.json           the options of the run, which --resume uses unless others are given\n"
        "\n"
        "Exit codes: 0 done; 1 the data or the run failed; 2 wrong usage, also an --out that holds a run, or --resume\n"
        "with other settings; 3 training diverged; 130 stopped by Ctrl-C, with a checkpoint unless samples were still\n"
        "being read.\n");
}

/* Returns an option's value as JSON. */
static cJSON *value_of(const struct options *options, const struct option_entry *entry) {
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
    return option_form_value(&entry->is, field);
}

/* Returns an option's text from JSON, as on the command line. */
static char *text_of(const cJSON *value, const struct option_entry *entry) {
    if (cJSON_IsString(value))
        return format_text("%s", value->valuestring);
    if (cJSON_IsNumber(value))
        return entry->is.kind == WHOLE ? format_text("%.0f", value->valuedouble) : option_number(value->valuedouble);
    return format_text(cJSON_IsTrue(value) ? "yes" : "no");
}

cJSON *options_settings(const struct options *options) {
    cJSON *settings = cJSON_CreateObject();
    cJSON_AddStringToObject(settings, "recipe", options->recipe->name);
    for (int i = 0; i < entry_count(options->recipe); i++) {
        const struct option_entry *entry = entry_at(options->recipe, i);
        if (entry->keeping != FORGOTTEN)
            cJSON_AddItemToObject(settings, entry->is.name, value_of(options, entry));
    }
    return settings;
}

uint64_t options_fingerprint(const cJSON *settings) {
    static const char *const paths[] = {"data", "from", "rewind"};
    cJSON *rest = cJSON_Duplicate(settings, 1);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        cJSON_DeleteItemFromObjectCaseSensitive(rest, paths[i]);
    char *text = cJSON_PrintUnformatted(rest);
    const uint64_t fingerprint = fingerprint_add(FINGERPRINT_START, text, strlen(text));
    cJSON_free(text);
    cJSON_Delete(rest);
    return fingerprint;
}

/* Returns 0 if the command line has the value of the run. */
static int compare(const struct options *options, const struct option_entry *entry, const cJSON *then,
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

/* Uses the value of an earlier run for one option. */
static int inherit(struct options *options, const struct arguments *all, int place, const cJSON *then,
                   struct failure *failure) {
    const struct option_entry *entry = entry_at(options->recipe, place);
    if (options->given[place])
        return entry->keeping == DECIDES ? compare(options, entry, then, failure) : 0;
    if (entry->is.kind == OTHER && cJSON_IsNull(then)) /* it was not given then either */
        return 0;
    if (entry->is.kind == TEXT) {
        *(const char **)((char *)options + entry->is.offset) = then->valuestring;
        return 0;
    }
    char *text = text_of(then, entry);
    const int result = argument_set(all, place, options, text, failure);
    free(text);
    return result;
}

const char *options_recipe(const cJSON *settings) {
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(settings, "recipe"));
    return name != NULL ? name : "rawhd"; /* the only one when settings had no recipe */
}

int options_inherit(struct options *options, const cJSON *settings, struct failure *failure) {
    struct argument known[ARGUMENTS_MOST];
    const struct arguments all = known_arguments(options->recipe, known);
    const char *recipe = options_recipe(settings);
    if (strcmp(recipe, options->recipe->name) != 0)
        return failed(failure, "recipe: the run was begun with %s, not with %s", recipe, options->recipe->name);
    for (int i = 0; i < all.count; i++) {
        const struct option_entry *entry = entry_at(options->recipe, i);
        const cJSON *then = cJSON_GetObjectItemCaseSensitive(settings, entry->is.name);
        if (then != NULL && entry->keeping != FORGOTTEN && inherit(options, &all, i, then, failure) != 0)
            return -1;
    }
    return 0;
}

int options_agree(const struct options *options, const cJSON *settings, struct failure *failure) {
    struct options all = *options;
    memset(all.given, 1, sizeof all.given);
    return options_inherit(&all, settings, failure);
}
