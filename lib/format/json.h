/* Reads JSON from files that cannot be trusted. Its values are counted before memory is allocated, since a value takes
 * a hundred bytes in memory and can take two in the text. Callers parse and print in the mode of base/text_mode.h. */
#ifndef SNND_FORMAT_JSON_H
#define SNND_FORMAT_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* The largest number of values of a description. A header may have this many, and one more for each sixteen bytes of
 * data in the file. */
enum { SNND_JSON_VALUES = 1 << 18 };

/* Returns whether the text has at most `most` values. The text need not be JSON. */
bool snnd_json_is_small(const char *text, size_t length, size_t most);

/* Returns whether the text contains a zero byte, or one that is written \u0000. Strings of cJSON end there, so that one
 * string could pass for another. */
bool snnd_json_has_zero(const char *text, size_t length);

/* Parses a text that is one JSON value; the result is released by cJSON_Delete(). Returns NULL where the text is not
 * JSON, contains a zero, or has too many values. */
cJSON *snnd_json_parse(const char *text);

/* Adds a double in a form that is read again to the same bits. */
bool snnd_json_add_double(cJSON *object, const char *name, double value);

#endif
