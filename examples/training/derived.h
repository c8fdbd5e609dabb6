/* Sets that are computed from others, sample by sample. */
#ifndef TRAINING_DERIVED_H
#define TRAINING_DERIVED_H

#include <snndelay.h>

#include "common/failure.h"

/** Creates a set with as many samples as `from`, and its labels; each is `more` steps longer, and filled by `fetch`.
 * `from` is read during the call only, unless `fetch` reads it. */
int derive(snnd_context *context, const snnd_dataset *from, int32_t more,
           int (*fetch)(void *user, const snnd_fetch *what), void *user, snnd_dataset **set, struct failure *failure);

#endif
