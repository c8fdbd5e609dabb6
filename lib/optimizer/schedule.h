/* Schedules, for those who hold one. */
#ifndef SNND_OPTIMIZER_SCHEDULE_H
#define SNND_OPTIMIZER_SCHEDULE_H

#include "base/context.h"

/* NULL, or what is wrong with a schedule that was read. */
const char *snnd_schedule_wrong(const snnd_schedule *schedule);

#endif
