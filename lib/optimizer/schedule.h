/* Checks schedules for the objects that use them. */
#ifndef SNND_OPTIMIZER_SCHEDULE_H
#define SNND_OPTIMIZER_SCHEDULE_H

#include "base/context.h"

/* Fails where a schedule is invalid. Messages begin with `who`. */
snnd_status snnd_schedule_check(snnd_context *context, const snnd_schedule *schedule, const char *who);

#endif
