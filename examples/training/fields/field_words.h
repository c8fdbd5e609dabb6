/* The content of tests.tsv as text in pictures. */
#ifndef TRAINING_FIELD_WORDS_H
#define TRAINING_FIELD_WORDS_H

#include "common/failure.h"
#include "common/table.h"

/** Reads FOLDER/tests.tsv, of this version of the program or of an older one; table_free() must follow. */
int field_words_load(const char *folder, struct table *tests, struct failure *failure);

/** Returns a comparison as lines separated by \n, for a string of gnuplot in double quotes: the number of fields, AUC
 * with its interval, p over all draws and corrected. What the table does not have is left out. To be freed. */
char *field_words_of(const struct table *tests, const char *comparison);

#endif
