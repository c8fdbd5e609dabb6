/* Scores and the class in C source. */
#ifndef SNND_EXPORT_C_READOUT_H
#define SNND_EXPORT_C_READOUT_H

#include "export/c_text.h"

/* The running total of a class; type NULL: the readout needs none. */
typedef struct snnd_c_total {
    const char *type;
    int32_t bytes;
    const char *first;
} snnd_c_total;

/* What a readout is in C; what is optional may be left out. */
typedef struct snnd_c_readout {
    const char *words;               /* what a score is */
    snnd_c_total total, fixed_total; /* optional */
    bool adds;   /* totals are sums; in floating point they have beside them what rounding took (Kahan 1965) */
    bool counts; /* steps */
    bool stacks; /* a number of each output on the stack during a step */
    /* What a score counts in fixed point, where an output counts `potential`. */
    double (*fixed_unit)(double potential);
    /* Functions that the step calls; may be NULL. */
    void (*write_helpers)(snnd_c_text *text, const snnd_c_network *network);
    /* Takes out[n] of a step into the totals; NULL: nothing is taken. */
    void (*write_step)(snnd_c_text *text, const snnd_c_network *network);
    /* The score of output n. */
    void (*write_score)(snnd_c_text *text, const snnd_c_network *network);
} snnd_c_readout;

const snnd_c_readout *snnd_c_readout_of(const snnd_c_network *network);

snnd_c_total snnd_c_total_of(const snnd_c_network *network);

/* Whether totals have beside them what rounding took from their sums. */
bool snnd_c_compensates(const snnd_c_network *network);

/* The type of scores, and what one of them counts. */
const char *snnd_c_score_type(const snnd_c_network *network);
double snnd_c_score_unit(const snnd_c_network *network);

/* NAME_read(), which takes a step's output into the totals. */
void snnd_c_write_read(snnd_c_text *text, const snnd_c_network *network);
/* NAME_scores() and NAME_class(). */
void snnd_c_write_scores(snnd_c_text *text, const snnd_c_network *network);

/* The member that holds the output: potentials of the last layer where they are it. */
void snnd_c_write_output_name(snnd_c_text *text, const snnd_c_network *network);

#endif
