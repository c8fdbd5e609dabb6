#include "training/idle.h"

#include <snndelay.h>
#include <stddef.h>
#include <stdio.h>

#define BIT(kind) (1u << (kind))

enum {
    ALL = 0x7fff,
    SPARSE = ALL - BIT(STRUCTURE_DENSE),
    REWIRED = BIT(STRUCTURE_RIGL) | BIT(STRUCTURE_SET) | BIT(STRUCTURE_SNFS)
};

/* Where an option is of use. */
static const struct {
    const char *option;
    unsigned structures, budgets; /* a bit for each kind */
} uses[] = {
    {"sparsity", SPARSE, BIT(SNND_BUDGET_LAYER) | BIT(SNND_BUDGET_NETWORK)},
    {"budget", SPARSE, ALL},
    {"density", SPARSE, BIT(SNND_BUDGET_LAYER) | BIT(SNND_BUDGET_NETWORK)},
    {"fan-in", SPARSE, BIT(SNND_BUDGET_FAN_IN)},
    {"dale", SPARSE, ALL},
    {"growth", BIT(STRUCTURE_DEEP_R) | REWIRED, ALL},
    {"temperature", BIT(STRUCTURE_DEEP_R), ALL},
    {"interval", REWIRED, ALL},
    {"share", REWIRED, ALL},
    {"rewire-until", REWIRED, ALL},
    {"from", BIT(STRUCTURE_PRUNED), ALL},
    {"rewind", BIT(STRUCTURE_PRUNED), ALL},
};

static void mention(const cJSON *settings, const char *option, const char *other) {
    const cJSON *choice = cJSON_GetObjectItemCaseSensitive(settings, other);
    fprintf(stderr, "rawhd-train: --%s has no effect with --%s %s\n", option, other, choice->valuestring);
}

void idle_mention(const struct options *options) {
    cJSON *settings = options_settings(options);
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        if (!options_given(options, uses[i].option))
            continue;
        if ((uses[i].structures & BIT(options->structure)) == 0)
            mention(settings, uses[i].option, "structure");
        else if ((uses[i].budgets & BIT(options->budget)) == 0)
            mention(settings, uses[i].option, "budget");
    }
    cJSON_Delete(settings);
}
