/* The Heidelberg Digits archive in its published form: two lists of names, and files anywhere in the folder. */
#ifndef RAWHD_RECORDINGS_H
#define RAWHD_RECORDINGS_H

#include "common/failure.h"
#include "common/walk.h"
#include "rawhd/problems.h"

#define TRAINING_LIST "train_filenames.txt"
#define TESTING_LIST "test_filenames.txt"

struct recording {
    const struct found_file *file; /**< NULL: it has a problem, which was recorded */
    int label, speaker;
};

/** In the order of its list. */
struct recording_list {
    struct recording *recording;
    size_t count;
};

struct recordings {
    char *folder;
    struct found_files files;
    struct recording_list training, testing;
    char fingerprint[17]; /**< of the lists, and of the paths, sizes and times of the listed files */
};

/** Finds the listed files; `problems` receives the problems of single recordings. */
int recordings_find(const char *folder, int german_first, struct recordings *recordings, struct problems *problems,
                    struct failure *failure);
void recordings_free(struct recordings *recordings);

#endif
