/* What numbers in logs, tables and settings can be, by the names that they have there. */
#ifndef EXAMPLES_RANGES_H
#define EXAMPLES_RANGES_H

#include "common/failure.h"

/** Fails where the number is outside of what any run can have; unknown names have a wide range. The message begins with
 * "is" and lacks the name. NaN is accepted only where a program writes it, and in unknown columns. */
int range_check(const char *name, double value, struct failure *failure);

#endif
