/* The step of a network in C: synapses, neurons, and the order in which they go. */
#ifndef SNND_EXPORT_C_STEP_H
#define SNND_EXPORT_C_STEP_H

#include "export/c_text.h"

/* Constant tables of all nodes. */
void snnd_c_write_tables(snnd_c_text *text, const snnd_c_network *network);

/* What the synapses of all nodes do: NAME_send_N(), which brings an input to future currents, or NAME_sum_N(), which
 * makes currents of past inputs. */
void snnd_c_write_synapses(snnd_c_text *text, const snnd_c_network *network);

/* ---- what kinds of neurons are written with ---- */

/* Whether it is spikes that go from node `number` to the next. */
bool snnd_c_sends_spikes(const snnd_c_network *network, int32_t number);

/* What currents are before anything has come for the step. */
void snnd_c_write_clearing(snnd_c_text *text, const snnd_c_node *node);

/* In the loop over n: y of node `number` to the next. */
void snnd_c_write_delivery(snnd_c_text *text, const snnd_c_network *network, int32_t number);

/* In float: what the potential of neuron n is multiplied by, a constant or a place in a table. */
snnd_c_number snnd_c_decay(const snnd_c_node *node);

/* The tables of neurons that have decays of their own; for `write_tables`. */
void snnd_c_write_decays(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node);

/* In fixed point: v, which is the potential, and `next`, which is what becomes of it without a spike. */
void snnd_c_write_next(snnd_c_text *text, const snnd_c_node *node);

/* Behind it, of potentials that no threshold holds: `next` within its range, where it would leave it. */
void snnd_c_write_upper_clamp(snnd_c_text *text, const snnd_c_node *node);

/* ---- all of it ---- */

/* NAME_step() and all before it but the synapses and the readout. */
void snnd_c_write_layers(snnd_c_text *text, const snnd_c_network *network);
void snnd_c_write_step(snnd_c_text *text, const snnd_c_network *network);

#endif
