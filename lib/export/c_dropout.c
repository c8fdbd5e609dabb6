/* Dropout is not in C, since it has no place in plans. */
#include "export/c_network.h"

const snnd_c_class snnd_dropout_c = {0};
