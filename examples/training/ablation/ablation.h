/* The four models of the paper's ablation, and controls, over sparsities and seeds. */
#ifndef TRAINING_ABLATION_H
#define TRAINING_ABLATION_H

#include "training/ablation/grid.h"
#include "training/sweep/sweep.h"

enum { ABLATION_MODELS = 10, ABLATION_SPARSITIES = 64, ABLATION_SEEDS = 1000 };

/** Returns the name of a model: what it learns besides weights and, for the controls, the properties of their fixed
 * structure. */
const char *ablation_name(int model);

/** Returns the index of the model of this name, with the paper's four first, or a negative number. */
int ablation_model(const char *name);

/** Options of rawhd-train that differ from run to run, ended by NULL. */
extern const char *const ablation_decided[];

struct ablation {
    struct sweep sweep;
    int model[ABLATION_MODELS]; /**< as returned by ablation_model() */
    int models;
    double sparsity[ABLATION_SPARSITIES]; /**< ascending */
    int sparsities;
    int64_t seeds;    /**< 0 to seeds - 1 */
    struct grid grid; /**< options that replace models and sparsities; it may be empty */
};

/** The parameters of a run, and its results. */
struct ablation_result {
    int model;
    double sparsity;
    int64_t seed;
    int done;
    int epochs;
    double last, best; /**< test accuracy after the last epoch, and after the best */
    double synapses, seconds;
    double unreached; /**< outputs without a path from the inputs, after the last epoch; NaN: not logged */
};

/** Read a list of models, or of sparsities, separated by commas. */
int ablation_read_models(struct ablation *ablation, const char *text, struct failure *failure);
int ablation_read_sparsities(struct ablation *ablation, const char *text, struct failure *failure);

/** Creates the list of runs: all models and sparsities for one seed, then for the next. */
int ablation_add_runs(struct ablation *ablation, struct failure *failure);

/** Lists the runs in the folder `out` that `ablation` does not include, whatever their settings, by the names of their
 * folders. It must be freed by sweep_free(&others->sweep) in any case. */
int ablation_find_others(const struct ablation *ablation, struct ablation *others, struct failure *failure);

/** Reads the result of a run. Fails where its settings differ from those it would have now. */
int ablation_result(const struct ablation *ablation, size_t run, struct ablation_result *result,
                    struct failure *failure);

#endif
