/* Writes the step of a network in C: synapses, neurons, and the order in which they are called. */
#ifndef SNND_EXPORT_C_STEP_H
#define SNND_EXPORT_C_STEP_H

#include "export/c_text.h"

/* Writes the constant tables of all nodes. */
void snnd_c_write_tables(snnd_c_text *text, const snnd_c_network *network);

/* Writes the functions of the synapses of all nodes: NAME_send_N(), which adds an input to future currents, or
 * NAME_sum_N(), which computes currents from past inputs. */
void snnd_c_write_synapses(snnd_c_text *text, const snnd_c_network *network);

/* ---- what kinds of neurons are written with ---- */

/* Returns whether the output of node `number` is sent as spikes to the next node. */
bool snnd_c_sends_spikes(const snnd_c_network *network, int32_t number);

/* Writes the value of currents before anything was added for the step. */
void snnd_c_write_clearing(snnd_c_text *text, const snnd_c_node *node);

/* Writes, in the loop over n, the code that passes y of node `number` to the next node. */
void snnd_c_write_delivery(snnd_c_text *text, const snnd_c_network *network, int32_t number);

/* Returns the factor that the potential of neuron n is multiplied by in float: a constant, or an element of a table. */
snnd_c_number snnd_c_decay(const snnd_c_node *node);

/* Writes the tables of neurons that have decays of their own; for `write_tables`. */
void snnd_c_write_decays(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node);

/* Writes, in fixed point, the potential v, and `next`, which is its value after the step without a spike. */
void snnd_c_write_next(snnd_c_text *text, const snnd_c_node *node);

/* Writes after it, for potentials without a threshold, the code that clamps `next` to its range where it could leave
 * it. */
void snnd_c_write_upper_clamp(snnd_c_text *text, const snnd_c_node *node);

/* ---- all of it ---- */

/* Writes NAME_step() and the functions before it, except those of synapses and the readout. */
void snnd_c_write_layers(snnd_c_text *text, const snnd_c_network *network);
void snnd_c_write_step(snnd_c_text *text, const snnd_c_network *network);

#endif
