/* Names of the Heidelberg Digits: lang-LANGUAGE_speaker-SS_trial-N_digit-D.flac */
#ifndef RAWHD_DIGITS_H
#define RAWHD_DIGITS_H

#include <stddef.h>

enum { LANGUAGES = 2, WORDS = 10, DIGIT_CLASSES = LANGUAGES * WORDS };

/** English and German, and the digits in each language, in UTF-8. */
extern const char *const language_names[LANGUAGES];
extern const char *const digit_words[LANGUAGES][WORDS];

struct digit_name {
    int german; /**< 0: English */
    int speaker;
    int trial;
    int digit; /**< 0 to 9 */
};

/** Returns the length of a file name without its .flac or .wav (in upper or lower case), or all of it. */
size_t digit_stem_length(const char *name);

/** Returns 1 for names that end in .flac or .wav, in upper or lower case. */
int digit_is_audio(const char *name);

/** Splits a file name, with or without its extension, into its parts; returns -1 if it does not have that form. */
int digit_parse(const char *name, struct digit_name *parts);

/** Returns the class of a word: English 0-9 and German 10-19, or the other way round. */
int digit_class(const struct digit_name *parts, int german_first);

/** Returns the word of a class, without speaker and trial. */
struct digit_name digit_of_class(int class, int german_first);

/** Returns a text such as "six (english)", to be freed. */
char *digit_class_text(int class, int german_first);

/** Returns the text of each class, followed by NULL. */
char **digit_class_names(int german_first);

#endif
