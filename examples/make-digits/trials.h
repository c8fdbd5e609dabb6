/* The made digits, trial by trial: what each one is, how it is made, and in which list it goes. */
#ifndef MAKE_DIGITS_TRIALS_H
#define MAKE_DIGITS_TRIALS_H

#include <stddef.h>
#include <stdint.h>

#include "common/failure.h"
#include "make-digits/disturb.h"
#include "make-digits/speakers.h"

/** What is said, in some of the languages. */
struct vocabulary {
    int languages, words;
    const char *const *word[LANGUAGES]; /**< in UTF-8 */
};

extern const struct vocabulary digit_vocabulary, word_vocabulary;

struct layout;

struct trials {
    const char *folder; /**< that is being filled */
    int trials;         /**< of each speaker, language and word */
    uint64_t seed;
    struct difficulty difficulty;
    const struct layout *layout;
    void *state; /**< of the layout */
};

/** As what trials are written. */
struct layout {
    const struct vocabulary *vocabulary;
    int (*begin)(struct trials *trials, struct failure *failure);
    /** Makes trial `index` through the scratch file `speech`; on several threads, which begin trials in their order. */
    int (*make)(const struct trials *trials, size_t index, const char *speech, struct failure *failure);
    /** Writes what follows all trials; a sentence about what there is to `summary`, to be freed. */
    int (*finish)(struct trials *trials, char **summary, struct failure *failure);
    /** Instead of finish(), after begin(); NULL: nothing is to be done. */
    void (*abandon)(struct trials *trials);
};

/** The Heidelberg Digits. */
extern const struct layout recordings_layout;

struct trial {
    int speaker, language, word, number;
    struct draw draw;
};

/** Whose trials are for what, where speakers are in one part only. */
enum part { TRAINING, VALIDATION, TESTING, PARTS };
enum part trial_part(const struct trial *trial);

/** How many trials there are in all. */
size_t trials_count(const struct trials *trials);

/** Trial `index`, by speaker, language, word and number. It does not depend on how many there are. */
struct trial trial_at(const struct trials *trials, size_t index);

/** Has the word spoken through the scratch file `speech`, and makes a recording of it. */
int trial_say(const struct trials *trials, struct trial *trial, const char *speech, struct audio *audio,
              struct failure *failure);

/** Writes a sound file of 16 bits: a format of libsndfile. */
int trial_write(const char *path, int format, const struct audio *audio, struct failure *failure);

#endif
