/*
 * Training the network of a golden case with the library, and comparing all that the case stores.
 *
 * A step is: forward, loss, backward, optimizers, controller; then sigma and the rates of the next step. A case is run
 * freely, as training runs, or step by step: then every step starts from the state that the case's own steps before
 * have led to (golden_track.c).
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef GOLDEN_RUN_H
#define GOLDEN_RUN_H

#include "golden_case.h"
#include "golden_report.h"

/** In place of a step: the evaluation that follows the last. */
enum { GOLDEN_EVALUATION = -1 };

/** The layers of the library that make one layer of the case: synapses, and the neurons behind them. */
struct golden_stage {
    int32_t inputs;
    int32_t outputs;
    snnd_layer *delays;
    snnd_layer *norm; /* NULL in the readout, as the two that follow */
    snnd_layer *lif;
    snnd_layer *dropout; /* also NULL without dropout */
    snnd_layer *readout; /* NULL in hidden stages */
    int64_t active;      /* synapses of the initial mask, or all */
    float *kept;         /* [3, outputs]: running mean, running variance and shift before a pass */
};

/** Where a parameter is on its path, with Adam's moments: in double precision. */
struct golden_track {
    int64_t count;
    double *value;
    double *before; /* the last step */
    double *first;
    double *second;
    uint8_t *doubtful; /* 1: too small a gradient in the last step for float32 to know its sign */
};

struct golden_run {
    struct golden_case *golden;
    snnd_context *context;
    struct golden_report *report;
    snnd_network *network;
    snnd_workspace *workspace;
    snnd_optimizer *weights;
    snnd_optimizer *positions;
    snnd_sparsity *sparsity;
    struct golden_stage *stages; /* [golden->layers] */
    snnd_array x;                /* of the present step */
    snnd_array y;
    float *input;                /* [batch, time, inputs] */
    float *record;               /* [time, batch, widest] */
    float *mask;                 /* [batch, widest] */
    struct golden_track *tracks; /* [layers, GOLDEN_PARAMETERS] step by step; NULL in a free run */
};

/** Runs the case, freely or step by step, and fills the report; whatever goes wrong, a call of the library included, is
 * a failure in it. */
void golden_run_case(struct golden_case *golden, snnd_context *context, bool by_steps, struct golden_report *report);

/* ---- golden_network.c: calls, files, parameters ---- */

/** A trained parameter or statistic, what its files are called, and where its errors belong. */
struct golden_parameter {
    const char *stem;
    snnd_array_name name;
    bool of_norm;
    bool trained;                  /* it has a gradient */
    enum golden_group group;       /* after all steps */
    enum golden_group first_group; /* of its gradient in the first step */
    enum golden_group later_group;
};

enum { GOLDEN_PARAMETERS = 6 };

const struct golden_parameter *golden_parameter(int index);

/** The layer that holds the parameter; NULL where the stage has none. */
snnd_layer *golden_owner(const struct golden_stage *stage, const struct golden_parameter *parameter);

/** The shape of the stored array: [outputs, inputs] of synapses, [outputs] of batch norm. Returns its dimensions. */
int32_t golden_shape(const struct golden_stage *stage, bool of_norm, int64_t *shape);

/** Takes in the status of a call: anything but SNND_OK is a failure in the report, and false. */
bool golden_call(struct golden_run *run, snnd_status status, const char *what);

/** Loads NAME.npy of the case; a failure in the report, and false, where that cannot be. */
bool golden_load(struct golden_run *run, const char *name, snnd_dtype dtype, int32_t dimensions, const int64_t *shape,
                 snnd_array *array);

/** The same for float64 numbers that must all be `one` or `other`. */
bool golden_load_either(struct golden_run *run, const char *name, double one, double other, int32_t dimensions,
                        const int64_t *shape, snnd_array *array);

/** Compares `got` with NAME.npy of the case. */
void golden_compare(struct golden_run *run, enum golden_group group, const char *name, const float *got,
                    int32_t dimensions, const int64_t *shape);

/** Shows an array of a layer of the stage, which must have the type and as many numbers as expected. */
bool golden_show(struct golden_run *run, const struct golden_stage *stage, snnd_layer *layer, snnd_array_name name,
                 snnd_dtype dtype, snnd_array *array);

/** Makes network, workspace, optimizers and controller, with the initial parameters of the case. */
bool golden_prepare(struct golden_run *run);
void golden_clean_up(struct golden_run *run);

/* ---- golden_pass.c ---- */

/** Loads input, labels and dropout masks of a step. */
bool golden_load_batch(struct golden_run *run, int32_t step);

/** Forward, loss, backward; takes every error of what is stored of the step, or of the evaluation, into the report.
 * False where the run cannot go on. */
bool golden_pass(struct golden_run *run, int32_t step);

bool golden_forward(struct golden_run *run, int32_t step);

/** Copies a record of the last pass to run->record. */
bool golden_take_record(struct golden_run *run, const snnd_layer *layer, snnd_record record);

/** A stored potential of the first step, less the threshold; `index` into [time, batch, outputs]. */
double golden_stored_distance(struct golden_run *run, int32_t at, int64_t index);

/* ---- golden_explain.c ---- */

/** Is this margin, of a stored potential from the threshold, small enough for its spike to be in doubt? */
bool golden_near_threshold(double margin);

/** Keeps the running statistics and shifts as they are before a pass, and sets them back to that. */
bool golden_keep(struct golden_run *run);
bool golden_set_back(struct golden_run *run, bool statistics, bool shifts);

/**
 * Makes a pass that did not hold again, with spikes changed that are in doubt: one of them, then several. `before` is
 * the report as it was before that pass. If a pass holds so, the report has notes that say which spikes; if none does,
 * the pass is as if this had not been tried. False where the run cannot go on.
 */
bool golden_explain(struct golden_run *run, int32_t step, const struct golden_report *before);

/* ---- golden_track.c ---- */

/** Begins the path at the initial parameters. */
bool golden_track_start(struct golden_run *run);
void golden_track_free(struct golden_run *run);

/** Puts parameters, moments and masks of the present place into the library. */
bool golden_track_put(struct golden_run *run);

/** Goes on by the stored gradients of a step, and compares where the library's own step has led. */
bool golden_track_step(struct golden_run *run, int32_t step);

/** Compares the end of the path with the parameters that the case stores, which it must meet. */
bool golden_track_compare_end(struct golden_run *run);

#endif
