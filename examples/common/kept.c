#include "common/kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fingerprint.h"

enum { ALIGNMENT = 64, WORD = 8 };

/* The beginning of a file, in this machine's format of numbers. */
struct head {
    char magic[WORD];
    uint64_t key, bytes, fingerprint;
    uint64_t zero[4];
};
_Static_assert(sizeof(struct head) == ALIGNMENT, "what follows is aligned");

static const char magic[WORD] = "snnkept1";

/* FNV-1a by words; the high bits are mixed into the low ones. */
static uint64_t add_word(uint64_t fingerprint, uint64_t word) {
    fingerprint = (fingerprint ^ word) * UINT64_C(1099511628211);
    return fingerprint ^ fingerprint >> 32;
}

/* Little-endian, as the bytes of a partial word. */
static uint64_t word_at(const unsigned char *bytes) {
    uint64_t word = 0;
    for (int b = 0; b < WORD; b++)
        word |= (uint64_t)bytes[b] << 8 * b;
    return word;
}

/* Returns the fingerprint of `done` bytes followed by these; `part` has the bytes of the last incomplete word. */
static uint64_t add_bytes(uint64_t fingerprint, uint64_t *part, uint64_t done, const unsigned char *bytes,
                          size_t count) {
    size_t at = 0;
    for (; at < count && (done + at) % WORD != 0; at++) {
        *part |= (uint64_t)bytes[at] << (done + at) % WORD * 8;
        if ((done + at) % WORD == WORD - 1) {
            fingerprint = add_word(fingerprint, *part);
            *part = 0;
        }
    }
    for (; count - at >= WORD; at += WORD)
        fingerprint = add_word(fingerprint, word_at(bytes + at));
    for (; at < count; at++)
        *part |= (uint64_t)bytes[at] << (done + at) % WORD * 8;
    return fingerprint;
}

/* ---- reading ---- */

/* Maps an open file of this size. */
static int map_file(int file, uint64_t size, struct kept *kept, struct failure *failure) {
    *kept = (struct kept){0};
    void *map = size <= SIZE_MAX ? mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, file, 0) : MAP_FAILED;
    if (map == MAP_FAILED)
        return failed(failure, "cannot be mapped: %s", strerror(size <= SIZE_MAX ? errno : ENOMEM));
    const unsigned char *bytes = map;
    *kept = (struct kept){bytes + sizeof(struct head), (size_t)size - sizeof(struct head), 0, map, (size_t)size};
    return 0;
}

/* Returns 1 if the head is as expected. */
static int read_head(int file, uint64_t key, uint64_t *size, struct head *head) {
    struct stat status;
    if (fstat(file, &status) != 0 || pread(file, head, sizeof *head, 0) != (ssize_t)sizeof *head)
        return 0;
    *size = (uint64_t)status.st_size;
    return memcmp(head->magic, magic, sizeof magic) == 0 && head->key == key && head->bytes > 0 &&
           head->bytes == *size - sizeof *head;
}

int kept_open(const char *folder, const char *name, uint64_t key, struct kept *kept) {
    struct failure ignored;
    struct head head;
    uint64_t size, part = 0;
    *kept = (struct kept){0};
    const int file = file_open_in(folder, name, &ignored);
    if (file < 0)
        return 0;
    const int good = read_head(file, key, &size, &head) && map_file(file, size, kept, &ignored) == 0;
    close(file);
    if (!good)
        return 0;
    kept->fingerprint = add_bytes(FINGERPRINT_START, &part, 0, kept->bytes, kept->count);
    kept->fingerprint = add_word(kept->fingerprint, part);
    if (kept->fingerprint == head.fingerprint)
        return 1;
    kept_close(kept);
    return 0;
}

void kept_close(struct kept *kept) {
    if (kept->map != NULL)
        munmap(kept->map, kept->mapped);
    *kept = (struct kept){0};
}

/* ---- writing ---- */

static const char *title_of(const struct kept_writing *writing) {
    return writing->folder != NULL ? writing->file.path : "a temporary file";
}

static int cannot_write(const struct kept_writing *writing, struct failure *failure) {
    return failed(failure, "%s: cannot write: %s", title_of(writing), strerror(errno != 0 ? errno : EIO));
}

int kept_begin(const char *folder, const char *name, uint64_t key, struct kept_writing *writing,
               struct failure *failure) {
    static const struct head room;
    *writing = (struct kept_writing){.folder = folder, .name = name, .key = key, .fingerprint = FINGERPRINT_START};
    writing->stream = folder != NULL ? file_begin_in(folder, name, &writing->file, failure) : tmpfile();
    if (writing->stream == NULL)
        return folder != NULL ? -1 : cannot_write(writing, failure);
    errno = 0;
    if (fwrite(&room, sizeof room, 1, writing->stream) == 1)
        return 0;
    cannot_write(writing, failure);
    kept_abandon(writing);
    return -1;
}

int kept_add(struct kept_writing *writing, const void *bytes, size_t count, struct failure *failure) {
    errno = 0;
    if (count > 0 && fwrite(bytes, 1, count, writing->stream) != count)
        return cannot_write(writing, failure);
    writing->fingerprint = add_bytes(writing->fingerprint, &writing->part, writing->bytes, bytes, count);
    writing->bytes += count;
    return 0;
}

int kept_align(struct kept_writing *writing, struct failure *failure) {
    static const unsigned char zeros[ALIGNMENT];
    return kept_add(writing, zeros, (size_t)(-writing->bytes % ALIGNMENT), failure);
}

/* A file without a name is mapped directly. */
static int end_unseen(struct kept_writing *writing, struct kept *kept, struct failure *failure) {
    struct failure reason;
    int result = fflush(writing->stream) == 0 ? 0 : cannot_write(writing, failure);
    if (result == 0 && map_file(fileno(writing->stream), sizeof(struct head) + writing->bytes, kept, &reason) != 0)
        result = failed(failure, "%s: %s", title_of(writing), reason.text);
    kept->fingerprint = writing->fingerprint;
    fclose(writing->stream);
    return result;
}

int kept_end(struct kept_writing *writing, struct kept *kept, struct failure *failure) {
    *kept = (struct kept){0};
    writing->fingerprint = add_word(writing->fingerprint, writing->part);
    struct head head = {.key = writing->key, .bytes = writing->bytes, .fingerprint = writing->fingerprint};
    memcpy(head.magic, magic, sizeof magic);
    errno = 0;
    if (fseek(writing->stream, 0, SEEK_SET) != 0 || fwrite(&head, sizeof head, 1, writing->stream) != 1) {
        cannot_write(writing, failure);
        kept_abandon(writing);
        return -1;
    }
    if (writing->folder == NULL)
        return end_unseen(writing, kept, failure);
    if (file_end(&writing->file, failure) != 0)
        return -1;
    return kept_open(writing->folder, writing->name, writing->key, kept)
               ? 0
               : failed(failure, "%s/%s: cannot be mapped, or has been changed", writing->folder, writing->name);
}

void kept_abandon(struct kept_writing *writing) {
    if (writing->folder != NULL)
        file_abandon(&writing->file);
    else
        fclose(writing->stream);
}
