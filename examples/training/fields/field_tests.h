/* Tests between kinds of fields. */
#ifndef TRAINING_FIELD_TESTS_H
#define TRAINING_FIELD_TESTS_H

#include "training/fields/field_results.h"

/** Writes a number of a table, with a tab before it. */
void field_results_put(FILE *stream, double value);

/** Writes tests.tsv, and prints the tests to `shown` unless it is NULL. */
int field_tests_write(const struct field_results *results, snnd_context *context, FILE *shown, struct failure *failure);

#endif
