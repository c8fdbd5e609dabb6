/* Prepares transforms (transform.h) and chooses their length. */
#ifndef SNND_KERNEL_TRANSFORM_PLAN_H
#define SNND_KERNEL_TRANSFORM_PLAN_H

#include "base/context.h"
#include "kernel/transform.h"

/* Returns the shortest length of a transform that is at least `least`. */
int32_t snnd_transform_length(int32_t least);

/* Prepares a zeroed structure for a length that snnd_transform_length() has returned. */
snnd_status snnd_transform_create(snnd_context *context, int32_t length, snnd_transform *transform);
void snnd_transform_free(snnd_context *context, snnd_transform *transform);

#endif
