#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arguments.h"
#include "common/files.h"
#include "common/json.h"
#include "common/program.h"
#include "training/evaluate/evaluation.h"
#include "training/keep.h"
#include "training/recipe.h"
#include "training/sweep/sweep.h"

static const char help[] =
    "Reports how a trained network classifies the testing samples of a data set, and how accurate it is when they,\n"
    "or the network, are perturbed. MODEL is a file of a run of snnd-train, or its folder, for the best network "
    "there.\n"
    "The settings beside the model say how the data are read; where there are none, use --recipe, and options after "
    "--.\n"
    "The file of the network is not changed.\n"
    "\n"
    "  --data DIR           as for snnd-train (that of the run)\n"
    "  --recipe NAME        recipe of a model without settings beside it; snnd-train --help lists them\n"
    "  --out DIR            folder of the results (evaluation)\n"
    "  --shift-time N       shift samples by N steps; below 0 to earlier steps\n"
    "  --noise D            add normal noise of this deviation to each cell\n"
    "  --noise-spikes R     add spikes at this rate to each cell, where cells are counts\n"
    "  --jitter D           add normal noise of this deviation, in steps, to each delay, within its range\n"
    "  --shuffle-delays AMONG   exchange delays among the synapses of a neuron, those of a neuron with the same\n"
    "                       sign, or those of a layer: neuron, sign or layer\n"
    "  --only WHICH         remove the synapses of the other sign: excitation or inhibition\n"
    "  --seed N             seed of random numbers (0)\n"
    "  --seeds N            repeat random perturbations with N consecutive seeds (1)\n"
    "  --threads N          number of threads, 0: one for each processor; results do not depend on it (0)\n"
    "  --quiet              print only the accuracies\n"
    "  --help               this text\n"
    "  --version            the version of libsnndelay\n"
    "\n"
    "Each perturbation takes one level or a list, as --jitter 1,2,4, and is applied alone. Those of the network change "
    "all\n"
    "layers of delays, or with :LAYER after the level only one of them, from 1 on: --shuffle-delays neuron,sign:1.\n"
    "\n"
    "The folder --out receives:\n"
    "  predictions.tsv      the prediction for each unperturbed sample\n"
    "  confusion.tsv        samples of each class (lines) by predicted class (columns)\n"
    "  perturbations.tsv    a line for each level and seed: perturbation, level, seed, n, correct, accuracy, and low "
    "and\n"
    "                       high, Wilson's interval of 95 %; the first, none, is unperturbed\n"
    "  evaluation.json      what was evaluated\n"
    "\n"
    "Exit codes: 0 done; 1 the data or the model cannot be used; 2 wrong usage.\n";

void evaluation_help(void) {
    printf("Usage: %s MODEL --data DIR [options] [-- options of snnd-train]\n%s", program_name(), help);
}

/* ---- The command line ---- */

#define AT(field) offsetof(struct evaluation, field)

#define LEVELS(kind) offsetof(struct evaluation, level) + (kind) * sizeof(const char *)

static const struct argument known[] = {
    {"data", TEXT, AT(data), 0, 0, NULL},
    {"recipe", TEXT, AT(recipe), 0, 0, NULL},
    {"out", TEXT, AT(out), 0, 0, NULL},
    {"shift-time", TEXT, LEVELS(PERTURBED_SHIFT_TIME), 0, 0, NULL},
    {"noise", TEXT, LEVELS(PERTURBED_NOISE), 0, 0, NULL},
    {"noise-spikes", TEXT, LEVELS(PERTURBED_NOISE_SPIKES), 0, 0, NULL},
    {"jitter", TEXT, LEVELS(PERTURBED_JITTER), 0, 0, NULL},
    {"shuffle-delays", TEXT, LEVELS(PERTURBED_SHUFFLE), 0, 0, NULL},
    {"only", TEXT, LEVELS(PERTURBED_ONLY), 0, 0, NULL},
    {"seed", WHOLE, AT(seed), 0, 9007199254740991, NULL},
    {"seeds", WHOLE, AT(seeds), 1, 10000, NULL},
    {"threads", WHOLE, AT(threads), 0, 1024, NULL},
    {"quiet", SWITCH, AT(quiet), 0, 0, NULL},
    {"help", SWITCH, AT(help), 0, 0, NULL},
    {"version", SWITCH, AT(version), 0, 0, NULL},
};

static const struct recipe *choose_recipe(const struct evaluation *evaluation, struct failure *failure) {
    const char *name = evaluation->settings != NULL ? options_recipe(evaluation->settings) : evaluation->recipe;
    const struct recipe *recipe = name != NULL ? recipe_find(name) : NULL;
    if (name == NULL)
        failed(failure, "--recipe NAME is needed: there is no %s beside the model", KEEP_SETTINGS);
    else if (evaluation->recipe != NULL && strcmp(evaluation->recipe, name) != 0)
        failed(failure, "--recipe: the run was begun with %s, not with %s", name, evaluation->recipe);
    else if (recipe == NULL)
        failed(failure, "recipe: there is no '%s'; snnd-train --help lists them", name);
    else
        return recipe;
    return NULL;
}

/* Reads the options that describe how data are read: those given, else those of the run. */
static int read_options(struct evaluation *evaluation, const struct recipe *recipe, int count, char **words,
                        struct failure *failure) {
    const int own = sweep_own(count, words), more = own < count ? count - own - 1 : 0;
    char **line = allocate((size_t)more + 2, sizeof *line);
    line[0] = "";
    for (int i = 0; i < more; i++)
        line[i + 1] = words[count - more + i];
    int result = options_read(recipe, more + 1, line, &evaluation->options, failure);
    free(line);
    if (result == 0 && evaluation->settings != NULL)
        result = options_inherit(&evaluation->options, evaluation->settings, failure);
    if (result == 0 && evaluation->data != NULL)
        evaluation->options.data = evaluation->data;
    if (result == 0 && (evaluation->options.data == NULL || evaluation->options.data[0] == '\0'))
        result = failed(failure, "--data DIR is needed: %s", recipe->data);
    return result;
}

static int add_perturbations(struct evaluation *evaluation, struct failure *failure) {
    int result = perturbations_add(&evaluation->perturbations, PERTURBED_NOT, "-", failure);
    for (int kind = 0; result == 0 && kind < PERTURBATION_KINDS; kind++)
        if (evaluation->level[kind] != NULL)
            result = perturbations_add(&evaluation->perturbations, (enum perturbation_kind)kind,
                                       evaluation->level[kind], failure);
    return result;
}

/* Results are never written into the folder of a run, which has its own predictions. */
static int check_out(const struct evaluation *evaluation, struct failure *failure) {
    if (evaluation->out[0] == '\0')
        return failed(failure, "--out: expected a folder");
    if (file_exists_in(evaluation->out, KEEP_SETTINGS))
        return failed(failure, "--out: %s is the folder of a run; expected another folder", evaluation->out);
    return 0;
}

int evaluation_read(struct evaluation *evaluation, int count, char **words, struct failure *failure) {
    static const struct arguments all = {known, sizeof known / sizeof *known, NULL, SWEEP_HINT};
    const int own = sweep_own(count, words);
    int first;
    *evaluation = (struct evaluation){.out = "evaluation", .seeds = 1};
    if (arguments_read(&all, evaluation, own, words, NULL, &first, failure) != 0)
        return -1;
    if (evaluation->help || evaluation->version)
        return 0;
    if (first == own)
        return failed(failure, "MODEL is needed: a file of a run, or its folder");
    if (first + 1 < own)
        return failed(failure, "unexpected argument '%s'; --help lists the options", words[first + 1]);
    evaluation->model = words[first];
    saved_find(evaluation->model, &evaluation->folder, &evaluation->name);
    if (check_out(evaluation, failure) != 0 || add_perturbations(evaluation, failure) != 0)
        return -1;
    if (file_exists_in(evaluation->folder, KEEP_SETTINGS)) {
        evaluation->settings = json_read_in(evaluation->folder, KEEP_SETTINGS, failure);
        if (evaluation->settings == NULL)
            return -1;
    }
    const struct recipe *recipe = choose_recipe(evaluation, failure);
    return recipe != NULL ? read_options(evaluation, recipe, count, words, failure) : -1;
}
