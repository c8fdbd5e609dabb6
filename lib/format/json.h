/* JSON that strangers may have written: its values are counted before memory is taken, since each takes a hundred
 * bytes and may be written in two. Whoever prints it or reads it is in the mode of base/text_mode.h. */
#ifndef SNND_FORMAT_JSON_H
#define SNND_FORMAT_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* The most values of a description, and of a header beside one for each sixteen bytes of the data that it tells of. */
enum { SNND_JSON_VALUES = 1 << 18 };

/* Whether the text has no more values than `most`. It need not be JSON. */
bool snnd_json_is_small(const char *text, size_t length, size_t most);

/* Whether a zero is in the text, as it is or written \u0000: cJSON's words end there, so that one would pass for
 * another. */
bool snnd_json_has_zero(const char *text, size_t length);

/* The value that the whole text is, to be given to cJSON_Delete(); NULL where it is none, has a zero in it, or is one
 * of too many. */
cJSON *snnd_json_parse(const char *text);

/* Adds a double so that reading it gives the same bits. */
bool snnd_json_add_double(cJSON *object, const char *name, double value);

#endif
