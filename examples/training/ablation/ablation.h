/* The four models of the paper's ablation, and controls, over sparsities and seeds. */
#ifndef TRAINING_ABLATION_H
#define TRAINING_ABLATION_H

#include "training/ablation/grid.h"
#include "training/sweep/sweep.h"

enum { ABLATION_MODELS = 10, ABLATION_SPARSITIES = 64, ABLATION_SEEDS = 1000 };

/** What a model is called: what it learns besides weights, and of the controls what their fixed structure has. */
const char *ablation_name(int model);

/** The model of this name, from 0 on, the paper's four first; below 0: there is none. */
int ablation_model(const char *name);

/** Options of rawhd-train that differ from run to run; NULL at the end. */
extern const char *const ablation_decided[];

struct ablation {
    struct sweep sweep;
    int model[ABLATION_MODELS]; /**< as of ablation_model() */
    int models;
    double sparsity[ABLATION_SPARSITIES]; /**< ascending */
    int sparsities;
    int64_t seeds;    /**< 0 to seeds - 1 */
    struct grid grid; /**< what is swept over in place of models and sparsities; without options: nothing is */
};

/** What a run is, and what it came to. */
struct ablation_result {
    int model;
    double sparsity;
    int64_t seed;
    int done;
    int epochs;
    double last, best; /**< test accuracy after the last epoch, and after the best */
    double synapses, seconds;
    double unreached; /**< outputs that no synapses lead to from the inputs, after the last epoch; NaN: not logged */
};

/** Reads a list of models, or of sparsities, with commas between. */
int ablation_read_models(struct ablation *ablation, const char *text, struct failure *failure);
int ablation_read_sparsities(struct ablation *ablation, const char *text, struct failure *failure);

/** Makes the list of runs: all models of all sparsities for one seed, then for the next. */
int ablation_add_runs(struct ablation *ablation, struct failure *failure);

/** Makes the list of the runs of the folder `out` that `ablation` does not ask for, of whatever settings they are, by
 * the names of their folders. sweep_free(&others->sweep) frees it, in any case. */
int ablation_find_others(const struct ablation *ablation, struct ablation *others, struct failure *failure);

/** Fails where the run was begun with other settings than it would be begun with now. */
int ablation_result(const struct ablation *ablation, size_t run, struct ablation_result *result,
                    struct failure *failure);

#endif
