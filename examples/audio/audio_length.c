#include "audio/audio_length.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A writer to a pipe cannot go back to the header, so that the length is 0 there or (with 32 bits) close to 2 or 4 GB.
 * */
#define ENDLESS_BYTES 0x7ff00000

/* Returns the stored bytes of a sample, or 0 for formats that store blocks of samples. */
static int width_of(const SF_INFO *info) {
    switch (info->format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_U8:
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_ULAW:
    case SF_FORMAT_ALAW:
        return 1;
    case SF_FORMAT_PCM_16:
        return 2;
    case SF_FORMAT_PCM_24:
        return 3;
    case SF_FORMAT_PCM_32:
    case SF_FORMAT_FLOAT:
        return 4;
    case SF_FORMAT_DOUBLE:
        return 8;
    default:
        return 0;
    }
}

sf_count_t audio_expected(const SF_INFO *info) {
    return info->frames >= ENDLESS_BYTES / info->channels / (width_of(info) > 0 ? width_of(info) : 1) ? AUDIO_ENDLESS
                                                                                                      : info->frames;
}

/* libsndfile accepts a file that is shorter than its header says, and reports it only in its log: "data : 7526 (should
 * be 6525)". The size of the whole file, which RIFF and similar formats give first, may or may not include the 8 bytes
 * of its own header. In CAF the last 12 bytes may be missing. */
int audio_check_length(SNDFILE *file, struct failure *failure) {
    static const char *const whole[] = {"RIFF", "RIFX", "FORM", NULL};
    char log[16384] = "", name[16], *rest = NULL;
    long long said, there;
    sf_command(file, SFC_GET_LOG_INFO, log, sizeof log);
    for (char *line = strtok_r(log, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        if (sscanf(line, " %15[^:] : %lld (should be %lld)", name, &said, &there) != 3)
            continue;
        for (size_t end = strlen(name); end > 0 && name[end - 1] == ' '; end--)
            name[end - 1] = '\0';
        long long slack = 0;
        for (const char *const *known = whole; *known != NULL; known++)
            slack = strcmp(name, *known) == 0 ? 8 : slack;
        if (said < ENDLESS_BYTES && said > there + slack)
            return failed(failure, "is incomplete: its header announces %lld bytes, of which %lld are present (%s)",
                          said, there, name);
    }
    return 0;
}

/* ---- WAV that has 0 for its length ---- */

static int is_wav(const SF_INFO *info) {
    const int type = info->format & SF_FORMAT_TYPEMASK;
    return type == SF_FORMAT_WAV || type == SF_FORMAT_WAVEX || type == SF_FORMAT_RF64;
}

static uint32_t size_at(const unsigned char bytes[4], int is_big) {
    uint32_t size = 0;
    for (int i = 0; i < 4; i++)
        size = size << 8 | bytes[is_big ? i : 3 - i];
    return size;
}

/* Returns whether there are chunks, whose names are letters, from a place to the end of the file. */
static int are_chunks(int descriptor, sf_count_t place, sf_count_t end, int is_big) {
    unsigned char head[8];
    while (place < end && pread(descriptor, head, 8, place) == 8) {
        for (int i = 0; i < 4; i++)
            if (head[i] < ' ' || head[i] > '~')
                return 0;
        const sf_count_t size = size_at(head + 4, is_big);
        place += 8 + size + size % 2;
    }
    return place == end;
}

/* Returns where the samples of a file begin, after the header of its chunk "data". Returns 0 without such a chunk, or
 * if chunks follow it, so that there really are no samples. */
static sf_count_t samples_begin(int descriptor) {
    unsigned char head[8];
    if (pread(descriptor, head, 8, 0) != 8)
        return 0;
    const int is_big = memcmp(head, "RIFX", 4) == 0;
    const sf_count_t end = 8 + (sf_count_t)size_at(head + 4, is_big);
    for (sf_count_t place = 12; pread(descriptor, head, 8, place) == 8;) {
        const sf_count_t size = size_at(head + 4, is_big);
        if (memcmp(head, "data", 4) == 0)
            return end > place + 8 && are_chunks(descriptor, place + 8, end, is_big) ? 0 : place + 8;
        place += 8 + size + size % 2;
    }
    return 0;
}

/* Opens samples without a header, after which a pipe already is. */
SNDFILE *audio_open_endless(SNDFILE *file, int descriptor, SF_INFO *info) {
    sf_count_t begin = info->seekable ? samples_begin(descriptor) : 0;
    if (!is_wav(info) || info->frames != 0 || width_of(info) == 0 || (info->seekable && begin == 0))
        return file;
    sf_close(file);
    const int endian = (info->format & SF_FORMAT_ENDMASK) == SF_ENDIAN_BIG ? SF_ENDIAN_BIG : SF_ENDIAN_LITTLE;
    SF_INFO raw = {.samplerate = info->samplerate, .channels = info->channels};
    raw.format = SF_FORMAT_RAW | endian | (info->format & SF_FORMAT_SUBMASK);
    *info = raw;
    if (begin > 0)
        lseek(descriptor, 0, SEEK_SET);
    file = sf_open_fd(descriptor, SFM_READ, info, SF_FALSE);
    if (file != NULL && begin > 0)
        if (sf_command(file, SFC_SET_RAW_START_OFFSET, &begin, sizeof begin) != 0 || sf_seek(file, 0, SEEK_SET) != 0) {
            sf_close(file);
            return NULL;
        }
    info->frames = AUDIO_ENDLESS;
    return file;
}
