/* Dropout has no place in plans: evaluation passes on what comes in. */
#include "inference/plan.h"

const snnd_frozen_class snnd_dropout_frozen = {0};
