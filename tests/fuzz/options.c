/*
 * Fuzz target: option structures of any size and content. The input chooses a kind, the size that the structure states,
 * and what is written over its defaults; the structure must be refused, or give an object that works.
 */
#include "options.h"

enum { LARGEST = 1 << 16 }; /* that the library believes */

int32_t filled_int32(const filled *options, size_t offset) {
    int32_t value = 0;
    if (offset + sizeof value <= options->size)
        memcpy(&value, options->bytes + offset, sizeof value);
    return value;
}

int64_t filled_int64(const filled *options, size_t offset) {
    int64_t value = 0;
    if (offset + sizeof value <= options->size)
        memcpy(&value, options->bytes + offset, sizeof value);
    return value;
}

void filled_set(filled *options, size_t offset, const void *value, size_t bytes) {
    if (offset + bytes <= options->size)
        memcpy(options->bytes + offset, value, bytes);
    else if (offset < options->size) /* half a pointer is of no version of the library */
        memset(options->bytes + offset, 0, options->size - offset);
}

/* Mostly the size that is right; else an older or newer one, or a lie. */
static size_t choose_size(fuzz_bytes *input, size_t known) {
    const int choice = fuzz_byte(input);
    if (choice < 160)
        return known;
    if (choice < 240)
        return (size_t)fuzz_byte(input) * (choice < 232 ? 1 : 257);
    return (size_t)fuzz_word(input);
}

/* Init functions take any size that is there, and nothing smaller than a size. */
static void initialize(const options_kind *kind, filled *options) {
    const snnd_status status = kind->init(options->bytes, options->size);
    size_t stated = 0;
    CLAIM(status == (options->size < sizeof(size_t) ? SNND_ERROR_ARGUMENT : SNND_OK), "'%s' for %zu bytes",
          snnd_status_string(status), options->size);
    if (status == SNND_OK)
        memcpy(&stated, options->bytes, sizeof stated);
    CLAIM(status != SNND_OK || stated == options->size, "a size of %zu became %zu", options->size, stated);
}

/* Some numbers over the defaults, each at a place of its own. */
static void patch(fuzz_bytes *input, filled *options) {
    for (int count = fuzz_below(input, 6); count > 0; count--) {
        const size_t place = (size_t)fuzz_below(input, 32) * 4;
        const unsigned char what = fuzz_byte(input);
        const int32_t whole = fuzz_int(input);
        if (what % 3 == 0) {
            const double number = fuzz_double(input);
            filled_set(options, 8 + place / 8 * 8, &number, sizeof number);
        } else if (what % 3 == 1) {
            filled_set(options, 8 + place, &whole, sizeof whole);
        } else if (8 + place < options->size) {
            options->bytes[8 + place] = fuzz_byte(input);
        }
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    fuzz_bytes input = {data, size};
    const options_kind *kind = &options_kinds[fuzz_below(&input, options_kind_count)];
    const size_t stated = choose_size(&input, kind->known);
    const int lie = stated > LARGEST, raw = fuzz_byte(&input) >= 224;
    filled options = {.size = lie ? sizeof stated : stated};
    options.bytes = malloc(options.size > 0 ? options.size : 1);
    snnd_context *context = fuzz_open();
    initialize(kind, &options);
    if (raw)
        fuzz_take(&input, options.bytes, options.size);
    else
        patch(&input, &options);
    if (options.size >= sizeof stated) {
        memcpy(options.bytes, &stated, sizeof stated);
        kind->use(context, &options, &input);
    }
    free(options.bytes);
    fuzz_close(context);
    return 0;
}
