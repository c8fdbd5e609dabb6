/* What takes long to make and is used often: it is written once, to a file of one piece, and mapped afterwards. So it
 * may be larger than memory, and costs none that the system could not take back.
 *
 * A file takes its name only when it is whole. It says what it was made of (a key) and has a fingerprint of its bytes,
 * so that one which is damaged, cut off, of something else, or of a machine of the other order of bytes is none. */
#ifndef EXAMPLES_KEPT_H
#define EXAMPLES_KEPT_H

#include <stddef.h>
#include <stdint.h>

#include "common/failure.h"
#include "common/files.h"

/** The bytes of a file, for reading; they begin where anything may. Zeroed, it is none. */
struct kept {
    const unsigned char *bytes;
    size_t count;
    uint64_t fingerprint; /**< of the bytes */
    void *map;
    size_t mapped;
};

/** Maps FOLDER/NAME, which is no link, and reads it once; 0 if there is none, or none that was made for this key. */
int kept_open(const char *folder, const char *name, uint64_t key, struct kept *kept);

/** Gives the bytes back; none is fine. */
void kept_close(struct kept *kept);

/** A file that is being written. */
struct kept_writing {
    struct file_writing file;
    FILE *stream;
    const char *folder, *name;
    uint64_t key, bytes, fingerprint;
    uint64_t part; /* the bytes that are no whole word yet */
};

/** Begins FOLDER/NAME, in a folder that is there; without a folder (NULL) a file that nobody else sees, and that is
 * gone when it is given back. Both names must outlive the writing. What processes that were killed have left in the
 * folder is removed. */
int kept_begin(const char *folder, const char *name, uint64_t key, struct kept_writing *writing,
               struct failure *failure);

/** Adds bytes; fails where no more can be written, and then it is kept_abandon() that ends it. */
int kept_add(struct kept_writing *writing, const void *bytes, size_t count, struct failure *failure);

/** Adds zeros up to a multiple of 64 bytes from the beginning. */
int kept_align(struct kept_writing *writing, struct failure *failure);

/** Ends the file and maps it. Nothing is left of it on failure. */
int kept_end(struct kept_writing *writing, struct kept *kept, struct failure *failure);

/** Instead of kept_end(): the place stays as it was. */
void kept_abandon(struct kept_writing *writing);

#endif
