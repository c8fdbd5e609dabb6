/* Writes the scores and the class in C source. */
#ifndef SNND_EXPORT_C_READOUT_H
#define SNND_EXPORT_C_READOUT_H

#include "export/c_text.h"

/* The running total of a class. Where type is NULL the readout needs none. */
typedef struct snnd_c_total {
    const char *type;
    int32_t bytes;
    const char *first;
} snnd_c_total;

/* A readout in C; optional members may be left out. */
typedef struct snnd_c_readout {
    const char *words;               /* describes a score */
    snnd_c_total total, fixed_total; /* optional */
    bool adds;   /* whether totals are sums; in floating point the rounding error is stored beside them (Kahan 1965) */
    bool counts; /* whether it counts steps */
    bool stacks; /* whether it needs a number for each output on the stack during a step */
    /* Returns the unit of a score in fixed point, where an output has the unit `potential`. */
    double (*fixed_unit)(double potential);
    /* Writes functions that the step calls; may be NULL. */
    void (*write_helpers)(snnd_c_text *text, const snnd_c_network *network);
    /* Writes the code that adds out[n] of a step to the totals; may be NULL. */
    void (*write_step)(snnd_c_text *text, const snnd_c_network *network);
    /* Writes the score of output n. */
    void (*write_score)(snnd_c_text *text, const snnd_c_network *network);
} snnd_c_readout;

const snnd_c_readout *snnd_c_readout_of(const snnd_c_network *network);

snnd_c_total snnd_c_total_of(const snnd_c_network *network);

/* Returns whether totals have a compensation for rounding errors beside them. */
bool snnd_c_compensates(const snnd_c_network *network);

/* Return the type of scores, and their unit. */
const char *snnd_c_score_type(const snnd_c_network *network);
double snnd_c_score_unit(const snnd_c_network *network);

/* Writes NAME_read(), which adds the output of a step to the totals. */
void snnd_c_write_read(snnd_c_text *text, const snnd_c_network *network);
/* Writes NAME_scores() and NAME_class(). */
void snnd_c_write_scores(snnd_c_text *text, const snnd_c_network *network);

/* Writes the name of the member that holds the output, which may be the potentials of the last layer. */
void snnd_c_write_output_name(snnd_c_text *text, const snnd_c_network *network);

#endif
