/* What numbers in logs, tables and settings can be, by the names that they have there. */
#ifndef EXAMPLES_RANGES_H
#define EXAMPLES_RANGES_H

#include "common/failure.h"

/** Fails where the number is one that no run comes to; a name that is not known has a wide range. The message begins
 * with "is" and lacks the name. NaN is taken only where a program writes it, and in columns that are not known. */
int range_check(const char *name, double value, struct failure *failure);

#endif
