/*
 * Speech Commands as they are unpacked:
 *
 *     WORD/SPEAKER_nohash_N.wav     16 kHz, up to a second; a folder for each word
 *     validation_list.txt           those for validation, a path from here on each line
 *     testing_list.txt              those for testing; all others are for training
 *     _background_noise_/NAME.wav   no word, but noise of any length
 *
 * Classes are the words in alphabetical order (of bytes). Other files, and names that begin with a dot, are passed
 * over; a folder that is empty is none that was unpacked whole.
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
    char *path; /**< from the folder */
    int32_t class;
    enum commands_part part;
};

struct commands {
    char *folder;
    char **word; /**< of each class */
    int32_t classes;
    struct command *command; /**< by path */
    size_t count, part_count[COMMANDS_PARTS];
    char **noise; /**< paths from the folder */
    size_t noises;
    uint64_t fingerprint; /**< of the recordings' paths, sizes and times, and of what the lists say of them */
};

/** Finds all files, and what the lists say of them. A failure names what is wrong. */
int commands_find(const char *folder, struct commands *commands, struct failure *failure);
void commands_free(struct commands *commands);

/** The speaker's digits, which are `length` bytes of the path. */
const char *commands_speaker(const struct command *command, size_t *length);

/** Reads a recording: of COMMANDS_RATE, of 1 to COMMANDS_LONGEST samples. */
int commands_load(const struct commands *commands, size_t index, struct audio *audio, struct failure *failure);

/** Opens noise, of COMMANDS_RATE, which may be long. */
struct audio_source *commands_open_noise(const struct commands *commands, size_t index, struct failure *failure);

#endif
