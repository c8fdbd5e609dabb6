/*
 * Files with derived data that take long to compute and are used often. They are written once, as one piece, and mapped
 * afterwards. So they may be larger than memory, and the system can reclaim the memory that they use.
 *
 * A file gets its name only when it is complete. It contains a key of its source, and a fingerprint of its bytes, so
 * that a file which is damaged, incomplete, of another source, or of a machine with another byte order is not used.
 */
#ifndef EXAMPLES_KEPT_H
#define EXAMPLES_KEPT_H

#include <stddef.h>
#include <stdint.h>

#include "common/failure.h"
#include "common/files.h"

/** The bytes of a file, for reading, aligned for any type. A zeroed structure has no file. */
struct kept {
    const unsigned char *bytes;
    size_t count;
    uint64_t fingerprint; /**< of the bytes */
    void *map;
    size_t mapped;
};

/** Maps FOLDER/NAME, which must not be a link, and reads it once. Returns 0 if there is no file, or none with this key.
 * */
int kept_open(const char *folder, const char *name, uint64_t key, struct kept *kept);

/** Unmaps the file; a structure without a file is allowed. */
void kept_close(struct kept *kept);

/** A file that is being written. */
struct kept_writing {
    struct file_writing file;
    FILE *stream;
    const char *folder, *name;
    uint64_t key, bytes, fingerprint;
    uint64_t part; /* the bytes that do not fill a word yet */
};

/** Begins FOLDER/NAME, in an existing folder. Without a folder (NULL) the file is visible to nobody else and disappears
 * when it is unmapped. Both names must outlive the writing. Temporary files of killed processes in the folder are
 * removed. */
int kept_begin(const char *folder, const char *name, uint64_t key, struct kept_writing *writing,
               struct failure *failure);

/** Adds bytes. It fails where no more can be written; then call kept_abandon(). */
int kept_add(struct kept_writing *writing, const void *bytes, size_t count, struct failure *failure);

/** Adds zeros up to a multiple of 64 bytes from the beginning. */
int kept_align(struct kept_writing *writing, struct failure *failure);

/** Completes the file and maps it. On failure nothing of it remains. */
int kept_end(struct kept_writing *writing, struct kept *kept, struct failure *failure);

/** Called in place of kept_end(): the path is unchanged. */
void kept_abandon(struct kept_writing *writing);

#endif
