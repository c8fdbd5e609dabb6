/* Small files of JSON: settings, and other descriptions of results. */
#ifndef EXAMPLES_JSON_H
#define EXAMPLES_JSON_H

#include <cJSON.h>

#include "common/failure.h"

/** Reads the object in FOLDER/NAME (files.h: a regular file, not a link), to be deleted. Returns NULL on failure, also
 * for a number out of its range (ranges.h). */
cJSON *json_read_in(const char *folder, const char *name, struct failure *failure);

/** Writes an object to FOLDER/NAME, as file_write_in() does. */
int json_write_in(const char *folder, const char *name, const cJSON *object, struct failure *failure);

#endif
