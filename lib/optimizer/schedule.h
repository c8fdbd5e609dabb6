/* Schedules, for those who hold one. */
#ifndef SNND_OPTIMIZER_SCHEDULE_H
#define SNND_OPTIMIZER_SCHEDULE_H

#include "base/context.h"

/* An error where a schedule that was read cannot be; `who` has it. */
snnd_status snnd_schedule_check(snnd_context *context, const snnd_schedule *schedule, const char *who);

#endif
