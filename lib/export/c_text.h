/* Builds C source as text. In the templates `$` stands for the prefix of all names, `$$` for the prefix in capitals,
 * and `@` for the number of a node. All of it is written in the mode of base/text_mode.h. */
#ifndef SNND_EXPORT_C_TEXT_H
#define SNND_EXPORT_C_TEXT_H

#include "export/c_network.h"
#include "format/target.h"

typedef struct snnd_c_text {
    snnd_output *file;
    const char *name;
    int32_t number;
    int64_t flash; /* the bytes of the tables so far */
} snnd_c_text;

void snnd_c_write(snnd_c_text *text, const char *format, ...) SNND_PRINTF(2, 3);

typedef struct snnd_c_number {
    char text[48];
} snnd_c_number;

/* Returns a constant in C, as "0.1f": the shortest text that is read as the same float32. */
snnd_c_number snnd_c_float(double value);
/* Returns the smallest unsigned type that holds 0 to `largest`. */
const char *snnd_c_type(int64_t largest);

/* Write tables of `count` constants. C needs at least one. */
void snnd_c_table_floats(snnd_c_text *text, const char *name, const float *values, int64_t count);
/* Writes doubles as floats. */
void snnd_c_table_doubles(snnd_c_text *text, const char *name, const double *values, int64_t count);
void snnd_c_table_int8(snnd_c_text *text, const char *name, const int8_t *values, int64_t count);
void snnd_c_table_int32(snnd_c_text *text, const char *name, const int32_t *values, int64_t count);
/* Writes numbers of 0 to `largest` in the smallest type. */
void snnd_c_table_targets(snnd_c_text *text, const char *name, const int32_t *values, int64_t count, int64_t largest);
void snnd_c_table_delays(snnd_c_text *text, const char *name, const uint16_t *values, int64_t count, int64_t largest);
void snnd_c_table_offsets(snnd_c_text *text, const char *name, const int64_t *values, int64_t count);

#endif
