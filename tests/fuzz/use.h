/* What can be asked of every network that came from somewhere. */
#ifndef SNND_TESTS_FUZZ_USE_H
#define SNND_TESTS_FUZZ_USE_H

#include "fuzz.h"

/* Whether it is small enough for a pass of every input. */
int fuzz_is_small(const snnd_network *network);

/* Saves, loads and saves: the same bytes. A network of numbers that are not finite is refused instead. */
void fuzz_save_again(snnd_context *context, const snnd_network *network);

/* Passes a batch forward and backward, and the same frames through a plan. */
void fuzz_pass(snnd_context *context, snnd_network *network);

/* All functions that only look. */
void fuzz_look(snnd_context *context, snnd_network *network);

#endif
