#include "common/ranges.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define WIDE 1e30

enum nothing { NEVER, AT_TIMES };

struct range {
    const char *name;
    double least, most;
    enum nothing none; /* whether a program writes "nan" there */
};

/* The largest value of each number: far more than in any run, and small enough for computing and drawing. */
static const struct range ranges[] = {
    /* log.jsonl */
    {"epoch", 1, 1e9, NEVER},
    {"train_loss", -WIDE, WIDE, NEVER},
    {"train_accuracy", 0, 1, NEVER},
    {"validation_loss", -WIDE, WIDE, NEVER},
    {"validation_accuracy", 0, 1, NEVER},
    {"test_loss", -WIDE, WIDE, NEVER},
    {"test_accuracy", 0, 1, NEVER},
    {"sigma", 0, 1e6, NEVER},
    {"seconds", 0, 1e12, NEVER},
    {"active", 0, 1e15, NEVER},
    {"unreached", 0, 1e9, AT_TIMES},
    {"regrown", 0, 1e15, NEVER},
    {"rewired", 0, 1e15, NEVER},
    {"delay_moved", 0, 1e6, NEVER},
    {"spike_rate", 0, 1e6, NEVER},
    {"weight_rate", 0, WIDE, NEVER},
    {"position_rate", 0, WIDE, NEVER},
    {"accumulations", 0, WIDE, NEVER},
    {"multiplications", 0, WIDE, NEVER},
    {"picojoules", 0, WIDE, NEVER},
    /* results.tsv, summary.tsv and ablation.json */
    {"sparsity", 0, 1, NEVER},
    {"sparsities", 0, 1, NEVER},
    {"seed", 0, 9007199254740991, NEVER},
    {"seeds", 0, 1e9, NEVER},
    {"epochs", 1, 1e9, NEVER},
    {"last_test_accuracy", 0, 1, NEVER},
    {"best_test_accuracy", 0, 1, NEVER},
    {"synapses", 0, 1e15, NEVER},
    {"runs", 1, 1e9, NEVER},
    {"last_mean", 0, 1, NEVER},
    {"last_deviation", 0, 1, AT_TIMES},
    {"last_least", 0, 1, NEVER},
    {"last_largest", 0, 1, NEVER},
    {"best_mean", 0, 1, NEVER},
    {"best_deviation", 0, 1, AT_TIMES},
    {"best_least", 0, 1, NEVER},
    {"best_largest", 0, 1, NEVER},
    /* moran.tsv, tests.tsv and fields.json */
    {"output", 0, 1e9, NEVER},
    {"untrained I", -100, 100, AT_TIMES},
    {"trained I", -100, 100, AT_TIMES},
    {"untrained excitation", 0, WIDE, NEVER},
    {"untrained inhibition", -WIDE, WIDE, NEVER},
    {"trained excitation", 0, WIDE, NEVER},
    {"trained inhibition", -WIDE, WIDE, NEVER},
    {"first_n", 0, 1e9, NEVER},
    {"second_n", 0, 1e9, NEVER},
    {"U", 0, 1e18, AT_TIMES},
    {"p", 0, 1, AT_TIMES},
    {"log10_p", -1e12, 0, AT_TIMES},
    {"first_mean", -100, 100, AT_TIMES},
    {"second_mean", -100, 100, AT_TIMES},
    {"neighbours", 4, 8, NEVER},
    {"search", 0, 1, NEVER},
    {"permutation-seed", 0, 9007199254740991, NEVER},
    {"draws", 1, 10000, NEVER},
    {"highest", 0, 1, NEVER},
    {"auc", 0, 1, AT_TIMES},
    {"auc_low", 0, 1, AT_TIMES},
    {"auc_high", 0, 1, AT_TIMES},
    {"p_median", 0, 1, AT_TIMES},
    {"p_least", 0, 1, AT_TIMES},
    {"p_largest", 0, 1, AT_TIMES},
    {"p_holm", 0, 1, AT_TIMES},
    {"pairs", 0, 1e9, NEVER},
    {"paired_effect", -1, 1, AT_TIMES},
    {"paired_p", 0, 1, AT_TIMES},
    {"paired_p_holm", 0, 1, AT_TIMES},
    {"first_alike", -1e9, 1, AT_TIMES},
    {"second_alike", -1e9, 1, AT_TIMES},
    {"networks", 0, 1e9, NEVER},
    {"network_p", 0, 1, AT_TIMES},
    {"untrained z", -1e9, 1e9, AT_TIMES},
    {"trained z", -1e9, 1e9, AT_TIMES},
    {"untrained p", 0, 1, AT_TIMES},
    {"trained p", 0, 1, AT_TIMES},
    {"class has samples", 0, 1, NEVER},
    {"untrained order", 0, 1e15, NEVER},
    {"trained order", 0, 1e15, NEVER},
    /* perturbations.tsv */
    {"n", 0, 1e15, NEVER},
    {"correct", 0, 1e15, NEVER},
    {"accuracy", 0, 1, NEVER},
};

static const struct range *find(const char *name) {
    static const struct range of_others = {"", -WIDE, WIDE, AT_TIMES};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (strcmp(ranges[i].name, name) == 0)
            return &ranges[i];
    return &of_others;
}

int range_check(const char *name, double value, struct failure *failure) {
    const struct range *range = find(name);
    if (isnan(value) ? range->none == AT_TIMES : value >= range->least && value <= range->most)
        return 0;
    return failed(failure, "is %g; expected %g to %g", value, range->least, range->most);
}
