/* Lengths of transforms, and what they need (transform.h). */
#ifndef SNND_KERNEL_TRANSFORM_PLAN_H
#define SNND_KERNEL_TRANSFORM_PLAN_H

#include "base/context.h"
#include "kernel/transform.h"

/* The shortest length that transforms can have and that is not below `least`. */
int32_t snnd_transform_length(int32_t least);

/* Fills a structure of zeros for a length that snnd_transform_length() has given. */
snnd_status snnd_transform_create(snnd_context *context, int32_t length, snnd_transform *transform);
void snnd_transform_free(snnd_context *context, snnd_transform *transform);

#endif
