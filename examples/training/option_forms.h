/* Options whose value is not one number or word, and how numbers are written. */
#ifndef TRAINING_OPTION_FORMS_H
#define TRAINING_OPTION_FORMS_H

#include <cJSON.h>

#include "common/arguments.h"

/** Reads an option of kind OTHER. */
argument_reader option_form_read;

/** Returns the value of such an option for settings, whose text option_form_read() reads; null: it was not given. */
cJSON *option_form_value(const struct argument *argument, const void *field);

/** Returns the shortest text of a number that reads as the same number, to be freed. */
char *option_number(double value);

#endif
