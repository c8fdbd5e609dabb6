#include "training/evaluate/perturbation.h"

#include <stdlib.h>
#include <string.h>

#include "common/allocate.h"
#include "common/numbers.h"

static const char *const shuffle_words[] = {"neuron", "sign", "layer", NULL};
static const char *const only_words[] = {"excitation", "inhibition", NULL};

/* The values of levels: one of several words, or a number in a range, whole or not. */
static const struct {
    const char *name;
    const char *expected;
    const char *const *words;
    double low, high;
    int is_whole, is_random, is_of_network;
} kinds[PERTURBATION_KINDS] = {
    [PERTURBED_NOT] = {.name = "none"},
    [PERTURBED_SHIFT_TIME] = {"shift-time", "whole numbers from -1000000 to 1000000", NULL, -1e6, 1e6, 1, 0, 0},
    [PERTURBED_NOISE] = {"noise", "numbers from 0 to 1e+06", NULL, 0, 1e6, 0, 1, 0},
    [PERTURBED_NOISE_SPIKES] = {"noise-spikes", "numbers from 0 to 1000", NULL, 0, 1000, 0, 1, 0},
    [PERTURBED_JITTER] = {"jitter", "numbers from 0 to 1022, with or without :LAYER", NULL, 0, 1022, 0, 1, 1},
    [PERTURBED_SHUFFLE] = {"shuffle-delays", "neuron, sign or layer, with or without :LAYER", shuffle_words, 0, 0, 0, 1,
                           1},
    [PERTURBED_ONLY] = {"only", "excitation or inhibition, with or without :LAYER", only_words, 0, 0, 0, 0, 1},
};

const char *perturbation_name(enum perturbation_kind kind) {
    return kinds[kind].name;
}

int perturbation_is_random(enum perturbation_kind kind) {
    return kinds[kind].is_random;
}

int perturbation_is_of_network(enum perturbation_kind kind) {
    return kinds[kind].is_of_network;
}

/* Removes ":LAYER" from the end of a level. */
static int read_layer(char *text, struct perturbation *perturbation) {
    char *colon = strchr(text, ':');
    int64_t layer;
    if (colon == NULL || !perturbation_is_of_network(perturbation->kind))
        return 0;
    if (number_whole(colon + 1, 1, INT32_MAX, &layer) != 0)
        return -1;
    *colon = '\0';
    perturbation->layer = (int32_t)layer;
    return 0;
}

static int read_word(const char *const *words, const char *text, int *place) {
    for (*place = 0; words[*place] != NULL; ++*place)
        if (strcmp(words[*place], text) == 0)
            return 0;
    return -1;
}

static int read_level(const char *text, struct perturbation *perturbation) {
    const enum perturbation_kind kind = perturbation->kind;
    char *rest = format_text("%s", text);
    int64_t whole = 0;
    int result = read_layer(rest, perturbation);
    if (result == 0 && kinds[kind].words != NULL)
        result = read_word(kinds[kind].words, rest, &perturbation->choice);
    else if (result == 0 && kinds[kind].is_whole) {
        result = number_whole(rest, (int64_t)kinds[kind].low, (int64_t)kinds[kind].high, &whole);
        perturbation->amount = (double)whole;
    } else if (result == 0)
        result = number_real(rest, kinds[kind].low, kinds[kind].high, &perturbation->amount);
    free(rest);
    return result;
}

/* Adds a perturbation, which is all zero. */
static struct perturbation *add_one(struct perturbations *all) {
    all->one = reallocate(all->one, all->count + 1, sizeof *all->one);
    struct perturbation *added = &all->one[all->count++];
    memset(added, 0, sizeof *added);
    return added;
}

int perturbations_add(struct perturbations *all, enum perturbation_kind kind, const char *list,
                      struct failure *failure) {
    for (const char *next = list; next != NULL; next = strchr(next, ',')) {
        next += next != list; /* the comma */
        struct perturbation *added = add_one(all);
        added->kind = kind;
        added->level = format_text("%.*s", (int)strcspn(next, ","), next);
        if (kind != PERTURBED_NOT && read_level(added->level, added) != 0)
            return failed(failure, "--%s: expected a list of %s, not '%s'", kinds[kind].name, kinds[kind].expected,
                          added->level);
    }
    return 0;
}

void perturbations_free(struct perturbations *all) {
    for (size_t i = 0; i < all->count; i++)
        free(all->one[i].level);
    free(all->one);
    *all = (struct perturbations){NULL, 0};
}
