/*
 * How libFuzzer changes safetensors files: header and data apart, and then the eight bytes of the header's length are
 * put right, since nearly every other change would only show once more that a wrong length is refused. One change in
 * eight is of the bytes as they are.
 */
#include "fuzz.h"

size_t LLVMFuzzerMutate(unsigned char *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(unsigned char *data, size_t size, size_t max_size, unsigned seed);

enum { PREFIX = 8 };

static size_t header_length(const unsigned char *file, size_t size) {
    size_t length = 0;
    for (int b = PREFIX - 1; b >= 0; b--)
        length = length << 8 | file[b];
    return length < size - PREFIX ? length : size - PREFIX;
}

size_t LLVMFuzzerCustomMutator(unsigned char *data, size_t size, size_t max_size, unsigned seed) {
    if (size <= fuzz_lead + PREFIX || max_size <= fuzz_lead + PREFIX || seed % 8 == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    unsigned char *file = data + fuzz_lead + PREFIX, *part = malloc(max_size);
    CLAIM(part != NULL, "no memory");
    size_t bytes = size - fuzz_lead - PREFIX, header = header_length(data + fuzz_lead, size - fuzz_lead);
    const size_t room = max_size - fuzz_lead - PREFIX;
    const int of_data = seed % 8 == 1;
    const size_t begin = of_data ? header : 0, old = of_data ? bytes - header : header;
    memcpy(part, file + begin, old);
    const size_t made = LLVMFuzzerMutate(part, old, room - (bytes - old));
    memmove(file + begin + made, file + begin + old, bytes - begin - old);
    memcpy(file + begin, part, made);
    free(part);
    bytes = bytes - old + made;
    header = of_data ? header : made;
    for (int b = 0; b < PREFIX; b++)
        data[fuzz_lead + (size_t)b] = (unsigned char)((uint64_t)header >> 8 * b);
    return fuzz_lead + PREFIX + bytes;
}
