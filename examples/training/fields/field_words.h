/* What tests.tsv says, in the words of pictures. */
#ifndef TRAINING_FIELD_WORDS_H
#define TRAINING_FIELD_WORDS_H

#include "common/failure.h"
#include "common/table.h"

/** Reads FOLDER/tests.tsv, of this program or of an older one; then table_free(). */
int field_words_load(const char *folder, struct table *tests, struct failure *failure);

/** A comparison as lines with \n between them, for a string of gnuplot in double quotes: how many fields, AUC with its
 * interval, p over all draws and corrected. What the table does not have is left out. To be freed. */
char *field_words_of(const struct table *tests, const char *comparison);

#endif
