/* Names of the Heidelberg Digits: lang-LANGUAGE_speaker-SS_trial-N_digit-D.flac */
#ifndef RAWHD_DIGITS_H
#define RAWHD_DIGITS_H

#include <stddef.h>

enum { LANGUAGES = 2, WORDS = 10, DIGIT_CLASSES = LANGUAGES * WORDS };

/** English and German, and how the digits are said in them, in UTF-8. */
extern const char *const language_names[LANGUAGES];
extern const char *const digit_words[LANGUAGES][WORDS];

struct digit_name {
    int german; /**< 0: English */
    int speaker;
    int trial;
    int digit; /**< 0 to 9 */
};

/** Length of a file name without its .flac or .wav (in any case), or all of it where there is neither. */
size_t digit_stem_length(const char *name);

/** 1 for names that end in .flac or .wav, in any case. */
int digit_is_audio(const char *name);

/** Takes a file name, with or without its extension, apart; -1 if it is not of that form. */
int digit_parse(const char *name, struct digit_name *parts);

/** Class of a word: English 0-9 and German 10-19, or the other way round. */
int digit_class(const struct digit_name *parts, int german_first);

/** The word of a class, of no speaker and trial. */
struct digit_name digit_of_class(int class, int german_first);

/** "six (english)"; free it. */
char *digit_class_text(int class, int german_first);

/** That of each class, and NULL. */
char **digit_class_names(int german_first);

#endif
