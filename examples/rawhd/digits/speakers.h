/* Who speaks in the made digits, and what. */
#ifndef RAWHD_SPEAKERS_H
#define RAWHD_SPEAKERS_H

enum { SPEAKERS = 12, LANGUAGES = 2, WORDS = 10 };

struct speaker {
    const char *voice[LANGUAGES]; /**< of espeak-ng, for English and German */
    double pitch;                 /**< 0 to 99, 50 is the voice's own */
    double speed;                 /**< words a minute */
    double tract;                 /**< formants and pitch are raised by this factor */
    int only_test;                /**< never heard in training, as speakers 04 and 05 of the Heidelberg Digits */
};

extern const struct speaker speakers[SPEAKERS];
extern const char *const language_names[LANGUAGES];
extern const char *const words[LANGUAGES][WORDS];

#endif
