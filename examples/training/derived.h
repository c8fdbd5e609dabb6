/* Sets that are made of others, sample by sample. */
#ifndef TRAINING_DERIVED_H
#define TRAINING_DERIVED_H

#include <snndelay.h>

#include "common/failure.h"

/** Makes a set of as many samples as `from` has, with its labels; each is `more` steps longer, and what `fetch` fills
 * it with. `from` is read during the call only, unless `fetch` reads it. */
int derive(snnd_context *context, const snnd_dataset *from, int32_t more,
           int (*fetch)(void *user, const snnd_fetch *what), void *user, snnd_dataset **set, struct failure *failure);

#endif
