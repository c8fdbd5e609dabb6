/* Dropout is not exported, since plans leave it out. */
#include "export/c_network.h"

const snnd_c_class snnd_dropout_c = {0};
