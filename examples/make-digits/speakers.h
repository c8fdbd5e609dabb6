/* The speakers and the words of the made digits. */
#ifndef MAKE_DIGITS_SPEAKERS_H
#define MAKE_DIGITS_SPEAKERS_H

#include "rawhd/digits.h"

enum { SPEAKERS = 12 };

struct speaker {
    const char *voice[LANGUAGES]; /**< of espeak-ng, for English and German */
    double pitch;                 /**< 0 to 99; 50 is that of the voice */
    double speed;                 /**< words a minute */
    double tract;                 /**< formants and pitch are multiplied by this factor */
    int only_test;                /**< only used for testing, as speakers 04 and 05 of the Heidelberg Digits */
};

extern const struct speaker speakers[SPEAKERS];

#endif
