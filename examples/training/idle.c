#include "training/idle.h"

#include <snndelay.h>
#include <stddef.h>
#include <string.h>

#include "common/program.h"
#include "training/model.h"

#define BIT(kind) (1u << (kind))

enum {
    ALL = 0x7fff,
    SPARSE = ALL - BIT(STRUCTURE_DENSE),
    REWIRED = BIT(STRUCTURE_RIGL) | BIT(STRUCTURE_SET) | BIT(STRUCTURE_SNFS),
    SHARES = BIT(SNND_BUDGET_LAYER) | BIT(SNND_BUDGET_NETWORK)
};

/* When options are used: a bit for each choice of another option. The first of several lines that applies is reported.
 * */
static const struct {
    const char *option, *other;
    unsigned choices;
} uses[] = {
    {"reset", "neurons", BIT(NEURONS_LIF)},
    {"sparsity", "structure", SPARSE},
    {"sparsity", "budget", SHARES},
    {"budget", "structure", SPARSE},
    {"density", "structure", SPARSE},
    {"density", "budget", SHARES},
    {"fan-in", "structure", SPARSE},
    {"fan-in", "budget", BIT(SNND_BUDGET_FAN_IN)},
    {"dale", "structure", SPARSE},
    {"paths", "structure", BIT(STRUCTURE_FIXED)},
    {"growth", "structure", BIT(STRUCTURE_DEEP_R) | REWIRED},
    {"temperature", "structure", BIT(STRUCTURE_DEEP_R)},
    {"interval", "structure", REWIRED},
    {"share", "structure", REWIRED},
    {"rewire-until", "structure", REWIRED},
    {"from", "structure", BIT(STRUCTURE_PRUNED)},
    {"rewind", "structure", BIT(STRUCTURE_PRUNED)},
};

void idle_mention(const struct options *options) {
    const char *mentioned = "", *word;
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        const int chosen = options_chosen(options, uses[i].other, &word);
        if (!options_given(options, uses[i].option) || (uses[i].choices & BIT(chosen)) != 0 ||
            strcmp(mentioned, uses[i].option) == 0)
            continue;
        program_complain("--%s has no effect with --%s %s", uses[i].option, uses[i].other, word);
        mentioned = uses[i].option;
    }
    static const char *const bounds[] = {"rate-lower", "rate-upper"};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
        if (options_given(options, bounds[i]) && options->rate_penalty <= 0)
            program_complain("--%s has no effect without --rate-penalty", bounds[i]);
}

void idle_mention_rewiring(const struct options *options, int64_t steps) {
    if ((REWIRED & BIT(options->structure)) == 0)
        return;
    const int64_t first = options->interval > 0 ? options->interval : steps / options->epochs;
    const int64_t stop = model_rewiring_stop(options, steps);
    if (first <= steps && (stop == 0 || first < stop))
        return;
    const char *rule;
    options_chosen(options, "structure", &rule);
    program_complain("--structure %s never rewires: its first rewiring would be at step %lld, but of %lld steps it "
                     "rewires only before step %lld (--interval, --rewire-until)",
                     rule, (long long)first, (long long)steps, (long long)(stop > 0 ? stop : steps + 1));
}
