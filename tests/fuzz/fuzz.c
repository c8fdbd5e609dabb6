#include "fuzz.h"

#include <dirent.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- claims ---- */

void fuzz_forget(snnd_context *context) {
    if (context != NULL)
        context->error[0] = '\0';
}

snnd_status fuzz_may(const snnd_context *context, snnd_status status, const char *call) {
    CLAIM(status >= SNND_OK && status <= SNND_ERROR_CALLBACK, "%s gave the status %d", call, (int)status);
    CLAIM(status == SNND_OK || status == SNND_STOPPED || context == NULL || context->error[0] != '\0',
          "%s gave '%s' without a message", call, snnd_status_string(status));
    return status;
}

/* ---- memory ---- */

/* Contexts of a target are open one inside the other or one after the other, in one thread: one account does. */
static size_t out, blocks, peak;

enum { HEAD = 64 }; /* before every block, its size */

static void *allocate(void *user, size_t bytes, size_t alignment) {
    (void)user;
    CLAIM(bytes > 0 && alignment <= HEAD && (alignment & (alignment - 1)) == 0, "%zu bytes aligned to %zu", bytes,
          alignment);
    if (bytes > FUZZ_MEMORY - out)
        return NULL;
    unsigned char *block = aligned_alloc(HEAD, (HEAD + bytes + HEAD - 1) / HEAD * HEAD);
    if (block == NULL)
        return NULL;
    memcpy(block, &bytes, sizeof bytes);
    memset(block + HEAD, 0xA5, bytes);
    out += bytes;
    blocks++;
    peak = out > peak ? out : peak;
    return block + HEAD;
}

static void release(void *user, void *memory) {
    (void)user;
    CLAIM(memory != NULL, "NULL was released");
    unsigned char *block = (unsigned char *)memory - HEAD;
    size_t bytes;
    memcpy(&bytes, block, sizeof bytes);
    out -= bytes;
    blocks--;
    free(block);
}

void fuzz_set_hooks(snnd_context_options *options) {
    options->allocate = allocate;
    options->release = release;
}

size_t fuzz_peak(void) {
    const size_t most = peak;
    peak = out;
    return most;
}

snnd_context *fuzz_open_with(const snnd_context_options *options) {
    snnd_context *context = NULL;
    MUST(NULL, snnd_context_create(options, &context));
    return context;
}

snnd_context *fuzz_open(void) {
    snnd_context_options options;
    MUST(NULL, snnd_context_options_init(&options, sizeof options));
    options.threads = 1;
    fuzz_set_hooks(&options);
    return fuzz_open_with(&options);
}

void fuzz_close(snnd_context *context) {
    snnd_context_free(context);
    CLAIM(blocks == 0 && out == 0, "%zu blocks of %zu bytes in all were not released", blocks, out);
}

/* ---- files ---- */

static char directory[128];

static void remove_directory(void) {
    DIR *opened = opendir(directory);
    char path[512];
    for (struct dirent *entry; opened != NULL && (entry = readdir(opened)) != NULL;)
        if (snprintf(path, sizeof path, "%s/%s", directory, entry->d_name) < (int)sizeof path)
            (void)unlink(path);
    if (opened != NULL)
        closedir(opened);
    (void)rmdir(directory);
}

/* In memory where the system has such a place: every input writes files. */
static void make_directory(void) {
    const char *temporary = getenv("TMPDIR");
    if (temporary == NULL || temporary[0] == '\0' || strlen(temporary) > 80)
        temporary = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(directory, sizeof directory, "%s/snndelay-fuzz-XXXXXX", temporary);
    CLAIM(mkdtemp(directory) != NULL, "no directory like %s can be made", directory);
    atexit(remove_directory);
}

const char *fuzz_path(const char *name) {
    static char path[4][256];
    static int turn;
    if (directory[0] == '\0')
        make_directory();
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", directory, name);
    return path[turn];
}

void fuzz_write(const char *path, const void *data, size_t size) {
    FILE *file = fopen(path, "wb");
    CLAIM(file != NULL && (size == 0 || fwrite(data, 1, size, file) == size), "%s cannot be written", path);
    CLAIM(fclose(file) == 0, "%s cannot be closed", path);
}

unsigned char *fuzz_read(const char *path, size_t *size) {
    struct stat about;
    FILE *file = fopen(path, "rb");
    CLAIM(file != NULL && fstat(fileno(file), &about) == 0, "%s cannot be read", path);
    *size = (size_t)about.st_size;
    unsigned char *data = malloc(*size + 1);
    CLAIM(data != NULL && fread(data, 1, *size, file) == *size, "%s cannot be read whole", path);
    fclose(file);
    return data;
}

void fuzz_claim_same_files(const char *a, const char *b) {
    size_t a_size, b_size;
    unsigned char *left = fuzz_read(a, &a_size), *right = fuzz_read(b, &b_size);
    CLAIM(a_size == b_size && memcmp(left, right, a_size) == 0, "%s and %s differ", a, b);
    free(left);
    free(right);
}

/* ---- input ---- */

unsigned char fuzz_byte(fuzz_bytes *bytes) {
    if (bytes->left == 0)
        return 0;
    bytes->left--;
    return *bytes->at++;
}

uint64_t fuzz_word(fuzz_bytes *bytes) {
    uint64_t word = 0;
    for (int b = 0; b < 8; b++)
        word |= (uint64_t)fuzz_byte(bytes) << 8 * b;
    return word;
}

int fuzz_below(fuzz_bytes *bytes, int below) {
    return fuzz_byte(bytes) % below;
}

int32_t fuzz_int(fuzz_bytes *bytes) {
    static const int32_t extremes[] = {-1, 255, 1022, 1024, 1 << 20, 1 << 24, INT32_MAX, INT32_MIN};
    const unsigned char byte = fuzz_byte(bytes);
    return byte < 240 ? byte % 12 : extremes[byte % 8];
}

double fuzz_double(fuzz_bytes *bytes) {
    static const double extremes[] = {-1, 1e-300, 1e300, 1e38, -1e-45, INFINITY, -INFINITY, NAN};
    const unsigned char byte = fuzz_byte(bytes);
    if (byte < 200)
        return byte % 25 * (byte % 3 == 0 ? 1.0 : 0.04);
    if (byte < 240)
        return extremes[byte % 8];
    const uint64_t bits = fuzz_word(bytes);
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

float fuzz_float(fuzz_bytes *bytes) {
    const double number = fuzz_double(bytes);
    return fabs(number) > 3e38 && isfinite(number) ? 3e38f : (float)number;
}

void fuzz_take(fuzz_bytes *bytes, void *to, size_t size) {
    const size_t there = size < bytes->left ? size : bytes->left;
    memset(to, 0, size);
    if (there > 0)
        memcpy(to, bytes->at, there);
    bytes->at += there;
    bytes->left -= there;
}
