#include "training/idle.h"

#include <snndelay.h>
#include <stddef.h>

#include "common/program.h"
#include "training/model.h"

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
    program_complain("--%s has no effect with --%s %s", option, other, choice->valuestring);
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

void idle_mention_rewiring(const struct options *options, int64_t steps) {
    if ((REWIRED & BIT(options->structure)) == 0)
        return;
    const int64_t first = options->interval > 0 ? options->interval : steps / options->epochs;
    const int64_t stop = model_rewiring_stop(options, steps);
    if (first <= steps && (stop == 0 || first < stop))
        return;
    cJSON *settings = options_settings(options);
    const cJSON *rule = cJSON_GetObjectItemCaseSensitive(settings, "structure");
    program_complain("--structure %s never rewires: the first time would be step %lld, and of %lld steps it rewires "
                     "before step %lld (--interval, --rewire-until)",
                     rule->valuestring, (long long)first, (long long)steps, (long long)(stop > 0 ? stop : steps + 1));
    cJSON_Delete(settings);
}
