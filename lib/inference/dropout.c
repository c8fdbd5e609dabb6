/* Plans leave dropout out, since evaluation passes its input on unchanged. */
#include "inference/plan.h"

const snnd_frozen_class snnd_dropout_frozen = {0};
