#include "tones.h"

#include <stdio.h>
#include <string.h>

#include "support.h"

void write_tones(const char *set) {
    char lists[2][2048] = {"", ""};
    for (int digit = 0; digit < 6; digit++)
        for (int trial = 0; trial < 4; trial++) {
            char name[80], line[100];
            snprintf(name, sizeof name, "audio/lang-english_speaker-00_trial-%d_digit-%d.flac", trial, digit);
            write_tone(set, name, 200 * (digit + 1) + 10 * trial, 0.4 + 0.02 * trial, 16000);
            snprintf(line, sizeof line, "%s\n", name + strlen("audio/"));
            strcat(lists[trial == 3], line);
        }
    write_text(set, "train_filenames.txt", lists[0]);
    write_text(set, "test_filenames.txt", lists[1]);
}
