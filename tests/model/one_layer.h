/* A network of one input to which a test adds the layer it is about. */
#ifndef SNND_TESTS_MODEL_ONE_LAYER_H
#define SNND_TESTS_MODEL_ONE_LAYER_H

#include "model/small.h"

enum { STEPS = 40 };

static snnd_context *context;
static snnd_network *network;
static snnd_workspace *workspace;

static void set_up(void) {
    context = make_context(1);
    network = make_network(context, 1);
    workspace = NULL;
}

static void tear_down(void) {
    snnd_workspace_free(workspace);
    snnd_network_free(network);
    snnd_context_free(context);
}

#endif
