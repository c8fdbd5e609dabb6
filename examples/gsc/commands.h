/*
 * Speech Commands in its unpacked form:
 *
 *     WORD/SPEAKER_nohash_N.wav     16 kHz, up to a second; a folder for each word
 *     validation_list.txt           those for validation, a relative path on each line
 *     testing_list.txt              those for testing; all others are for training
 *     _background_noise_/NAME.wav   noise of any length, not a word
 *
 * Classes are the words in alphabetical order (of bytes). Other files, and names that begin with a dot, are ignored. An
 * empty folder is an error, since the archive was not unpacked completely.
 */
#ifndef GSC_COMMANDS_H
#define GSC_COMMANDS_H

#include <stddef.h>
#include <stdint.h>

#include "audio/audio.h"

enum { COMMANDS_RATE = 16000, COMMANDS_LONGEST = COMMANDS_RATE, COMMANDS_CLASSES = 1 << 16 };

#define COMMANDS_VALIDATION_LIST "validation_list.txt"
#define COMMANDS_TESTING_LIST "testing_list.txt"
#define COMMANDS_NOISE "_background_noise_"

enum commands_part { COMMANDS_TRAINING, COMMANDS_VALIDATION, COMMANDS_TESTING, COMMANDS_PARTS };

struct command {
    char *path; /**< relative to the folder */
    int32_t class;
    enum commands_part part;
};

struct commands {
    char *folder;
    char **word; /**< the word of each class */
    int32_t classes;
    struct command *command; /**< sorted by path */
    size_t count, part_count[COMMANDS_PARTS];
    char **noise; /**< paths relative to the folder */
    size_t noises;
    uint64_t fingerprint; /**< of the recordings' paths, sizes and times, and of the lists */
};

/** Finds all files, and reads the lists. A failure names what is wrong. */
int commands_find(const char *folder, struct commands *commands, struct failure *failure);
void commands_free(struct commands *commands);

/** Returns the speaker, which is `length` bytes of the path. */
const char *commands_speaker(const struct command *command, size_t *length);

/** Reads a recording with the rate COMMANDS_RATE and 1 to COMMANDS_LONGEST samples. */
int commands_load(const struct commands *commands, size_t index, struct audio *audio, struct failure *failure);

/** Opens noise with the rate COMMANDS_RATE, which may be long. */
struct audio_source *commands_open_noise(const struct commands *commands, size_t index, struct failure *failure);

#endif
