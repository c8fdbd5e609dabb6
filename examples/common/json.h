/* Small files of JSON: settings, and what else a program says of its results. */
#ifndef EXAMPLES_JSON_H
#define EXAMPLES_JSON_H

#include <cJSON.h>

#include "common/failure.h"

/** Reads the object in FOLDER/NAME (files.h: a regular file, no link), to be deleted. NULL on failure, as of a number
 * that is out of its range (ranges.h). */
cJSON *json_read_in(const char *folder, const char *name, struct failure *failure);

/** Writes an object to FOLDER/NAME, as file_write_in() does. */
int json_write_in(const char *folder, const char *name, const cJSON *object, struct failure *failure);

#endif
