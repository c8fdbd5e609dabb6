/* Counts the synaptic operations of passes, for callers that add them up. */
#ifndef SNND_MODEL_OPERATIONS_H
#define SNND_MODEL_OPERATIONS_H

#include "model/workspace.h"

/* Reads the energies of operations, which are zero where the host gave none. */
snnd_status snnd_picojoules_read(snnd_context *context, const snnd_picojoules *given, snnd_picojoules *known);

double snnd_picojoules_of(const snnd_picojoules *each, const snnd_operations *operations);

/* Adds the operations of the last pass, over all of its samples. */
void snnd_workspace_add_operations(const snnd_workspace *workspace, snnd_operations *sum);

#endif
