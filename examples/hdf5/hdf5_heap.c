/*
 * Elements of variable length, text or lists. They are read here and not by HDF5, which in version 1.10 believes a
 * damaged file and writes beyond its memory. An element is
 *
 *     length (4 bytes), address of a heap in the file (8), number of an object in it (4)
 *
 * and a heap "GCOL", version 1, 3 bytes, its size (8), then objects: number (2), references (2), 4 bytes, length (8),
 * and as many bytes rounded up to 8. All little-endian.
 */
#include <string.h>

#include "hdf5/hdf5_file.h"

/* `REFILL` is the charge for bytes that are read again. */
enum { HEAP = 16, OBJECT = 16, REFILL = 16 };

static uint64_t number_at(const unsigned char *at, int bytes) {
    uint64_t number = 0;
    for (int b = bytes - 1; b >= 0; b--)
        number = number << 8 | at[b];
    return number;
}

/* ---- elements ---- */

int hdf5_read_elements(hdf5_source *source, const char *name, const hdf5_dataset *dataset, unsigned char *elements) {
    if (dataset->layout == H5D_CHUNKED)
        return hdf5_charge(source, dataset, 1) == 0 ? hdf5_read_chunks(source, name, dataset, HDF5_ELEMENT, elements)
                                                    : -1;
    if (dataset->layout != H5D_CONTIGUOUS)
        return hdf5_refuse(source->failure, name,
                           "has data of variable length in its header (compact); expected data in a place of its own");
    const haddr_t begin = H5Dget_offset(dataset->id);
    return hdf5_copy(source, begin, dataset->count * HDF5_ELEMENT, elements)
               ? 0
               : hdf5_refuse(source->failure, name, "was not written, or continues beyond the end of the file");
}

uint64_t hdf5_length_of(const unsigned char *element) {
    return number_at(element, 4);
}

/* ---- what they stand for ---- */

/* Addresses count from `base`, where a file begins with a user block. */
int hdf5_begin_heap(const hdf5_source *source, const char *name, hdf5_heap *heap) {
    size_t address = 0, length = 0;
    const hid_t how = H5Fget_create_plist(source->file);
    *heap = (hdf5_heap){.begin = UINT64_MAX};
    const bool good = how >= 0 && H5Pget_sizes(how, &address, &length) >= 0 && H5Pget_userblock(how, &heap->base) >= 0;
    H5Pclose(how);
    return good && address == 8 && length == 8 && heap->base <= source->count
               ? 0
               : hdf5_refuse(source->failure, name,
                             "is of variable length in a file whose addresses do not have 8 bytes");
}

/* Returns bytes of the file in the window, or NULL where they do not exist. */
static const unsigned char *look(const hdf5_source *source, hdf5_heap *heap, uint64_t begin, size_t count,
                                 uint64_t *passed) {
    if (begin < heap->window_begin || begin - heap->window_begin > heap->window_count ||
        count > heap->window_count - (begin - heap->window_begin)) {
        const uint64_t left = begin < source->count ? source->count - begin : 0;
        heap->window_begin = begin;
        heap->window_count = left < sizeof heap->window ? (size_t)left : sizeof heap->window;
        *passed += REFILL;
        if (!hdf5_copy(source, begin, heap->window_count, heap->window))
            heap->window_count = 0;
        if (count > heap->window_count)
            return NULL;
    }
    return heap->window + (begin - heap->window_begin);
}

/* Moves to the heap at a place of the file. */
static bool enter(const hdf5_source *source, hdf5_heap *heap, uint64_t begin, uint64_t *passed) {
    const unsigned char *head = look(source, heap, begin, HEAP, passed);
    heap->begin = UINT64_MAX;
    if (head == NULL || memcmp(head, "GCOL\1", 5) != 0)
        return false;
    const uint64_t size = number_at(head + 8, 8), left = source->count - begin;
    heap->begin = begin;
    heap->end = begin + (size < left ? size : left);
    heap->at = begin + HEAP;
    return true;
}

/* Returns the place of an object, searching from the next one on; 0: it does not exist, or has another length. */
static uint64_t search(const hdf5_source *source, hdf5_heap *heap, uint64_t number, uint64_t length, uint64_t *passed) {
    while (heap->at <= heap->end && heap->end - heap->at >= OBJECT) {
        const unsigned char *object = look(source, heap, heap->at, OBJECT, passed);
        const uint64_t place = heap->at + OBJECT, left = source->count - place;
        if (object == NULL)
            return 0;
        const uint64_t found = number_at(object, 2), bytes = number_at(object + 8, 8);
        ++*passed;
        if (bytes > left)
            return 0;
        heap->at = place + (bytes + 7) / 8 * 8;
        if (found == number)
            return bytes == length ? place : 0;
    }
    return 0;
}

static uint64_t find(const hdf5_source *source, hdf5_heap *heap, const unsigned char *element, size_t width,
                     uint64_t *passed) {
    const uint64_t address = number_at(element + 4, 8), number = number_at(element + 12, 4);
    const uint64_t length = hdf5_length_of(element) * width;
    if (number == 0 || address >= source->count - heap->base)
        return 0;
    const bool again = heap->begin == heap->base + address;
    if (!again && !enter(source, heap, heap->base + address, passed))
        return 0;
    uint64_t place = search(source, heap, number, length, passed);
    if (place == 0 && again && enter(source, heap, heap->begin, passed)) /* it may be before the last one */
        place = search(source, heap, number, length, passed);
    return place;
}

uint64_t hdf5_find(hdf5_source *source, hdf5_heap *heap, const unsigned char *element, size_t width, int *status) {
    uint64_t passed = 1;
    const uint64_t place = find(source, heap, element, width, &passed);
    *status = hdf5_spend(source, passed);
    return *status == 0 ? place : 0;
}
