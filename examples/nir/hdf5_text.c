/*
 * Text in HDF5 files, of fixed length or, as h5py writes it, of variable length. That is read here and not by HDF5,
 * which in version 1.10 believes a damaged file and writes beyond its memory. An element is
 *
 *     length (4 bytes), address of a heap in the file (8), number of an object in it (4)
 *
 * and a heap "GCOL", version 1, 3 bytes, its size (8), then objects: number (2), references (2), 4 bytes, length (8),
 * and as many bytes rounded up to 8. All little-endian.
 */
#include <stdlib.h>
#include <string.h>

#include "nir/hdf5_file.h"

enum { MOST_TEXT = 255, ELEMENT = 16, HEAP = 16, OBJECT = 16 };

static uint64_t number_at(const unsigned char *at, int bytes) {
    uint64_t number = 0;
    for (int b = bytes - 1; b >= 0; b--)
        number = number << 8 | at[b];
    return number;
}

/* An object of a heap of which `size` bytes are there; NULL: there is none of that number and length. `passed` counts
 * the objects that were looked at. */
static const unsigned char *find_object(const unsigned char *heap, uint64_t size, uint64_t number, uint64_t length,
                                        uint64_t *passed) {
    if (size < HEAP || memcmp(heap, "GCOL\1", 5) != 0 || number == 0)
        return NULL;
    const uint64_t whole = number_at(heap + 8, 8);
    for (uint64_t at = HEAP; at + OBJECT <= (whole < size ? whole : size);) {
        const uint64_t bytes = number_at(heap + at + 8, 8), left = size - at - OBJECT;
        ++*passed;
        if (bytes > left)
            return NULL;
        if (number_at(heap + at, 2) == number)
            return bytes == length ? heap + at + OBJECT : NULL;
        at += OBJECT + (bytes + 7) / 8 * 8;
    }
    return NULL;
}

/* How the file's bytes are addressed: from `base` on, where a file begins with a block of its user's. */
static const char *look_at_addresses(const hdf5_source *source, hsize_t *base) {
    size_t address = 0, length = 0;
    const hid_t how = H5Fget_create_plist(source->file);
    const bool good = how >= 0 && H5Pget_sizes(how, &address, &length) >= 0 && H5Pget_userblock(how, base) >= 0;
    H5Pclose(how);
    return good && address == 8 && length == 8 && *base <= source->count
               ? NULL
               : "is text in a file whose addresses do not have 8 bytes";
}

static const unsigned char *find_text(const hdf5_source *source, hsize_t base, const unsigned char *element,
                                      size_t *length, uint64_t *passed) {
    const uint64_t place = number_at(element + 4, 8), most = source->count - base;
    *length = (size_t)number_at(element, 4);
    return place >= most
               ? NULL
               : find_object(source->bytes + base + place, most - place, number_at(element + 12, 4), *length, passed);
}

/* The elements as the file has them. */
static int read_elements(hdf5_source *source, const char *name, const hdf5_dataset *dataset, unsigned char *elements) {
    if (dataset->layout == H5D_CHUNKED)
        return hdf5_charge(source, dataset, 1) == 0 ? hdf5_read_chunks(source, name, dataset, ELEMENT, elements) : -1;
    if (dataset->layout != H5D_CONTIGUOUS)
        return hdf5_refuse(source->failure, name,
                           "is text of variable length beside its description (compact); expected a place of its own");
    const haddr_t begin = H5Dget_offset(dataset->id);
    if (begin > source->count || dataset->count > (source->count - begin) / ELEMENT)
        return hdf5_refuse(source->failure, name, "was not written, or goes on beyond the end of the file");
    memcpy(elements, source->bytes + begin, dataset->count * ELEMENT);
    return 0;
}

static int copy_text(hdf5_source *source, const char *name, const unsigned char *text, size_t length, char **copy) {
    if (text == NULL || length > MOST_TEXT)
        return hdf5_refuse(source->failure, name, "has a text of more than 255 bytes, or one that is not there");
    *copy = allocate(length + 1, 1);
    memcpy(*copy, text, length);
    return 0;
}

static int find_texts(hdf5_source *source, const char *name, size_t count, const unsigned char *elements,
                      char **texts) {
    hsize_t base = 0;
    const char *fault = look_at_addresses(source, &base);
    int status = fault == NULL ? 0 : hdf5_refuse(source->failure, name, fault);
    for (size_t i = 0; i < count && status == 0; i++) {
        size_t length;
        uint64_t passed = 1;
        const unsigned char *text = find_text(source, base, elements + i * ELEMENT, &length, &passed);
        status = hdf5_spend(source, passed);
        if (status == 0)
            status = copy_text(source, name, text, length, &texts[i]);
    }
    return status;
}

static int read_variable(hdf5_source *source, const char *name, const hdf5_dataset *dataset, char **texts) {
    unsigned char *elements = allocate(dataset->count, ELEMENT);
    int status = read_elements(source, name, dataset, elements);
    if (status == 0)
        status = find_texts(source, name, dataset->count, elements, texts);
    free(elements);
    return status;
}

static int read_fixed(hdf5_source *source, const char *name, const hdf5_dataset *dataset, char **texts) {
    const size_t width = H5Tget_size(dataset->type);
    if (width > MOST_TEXT)
        return hdf5_refuse(source->failure, name, "has a text of more than 255 bytes, or one that is not there");
    char *read = allocate(dataset->count, width);
    int status = hdf5_read(source, name, dataset, dataset->type, width, read);
    for (size_t i = 0; i < dataset->count && status == 0; i++)
        status = copy_text(source, name, (const unsigned char *)read + i * width, width, &texts[i]);
    free(read);
    return status;
}

/* All texts of a dataset to `texts`, which holds NULLs. */
static int read_texts(hdf5_source *source, const char *name, const hdf5_dataset *dataset, char **texts) {
    return H5Tis_variable_str(dataset->type) > 0 ? read_variable(source, name, dataset, texts)
                                                 : read_fixed(source, name, dataset, texts);
}

int hdf5_text(hdf5_source *source, hid_t parent, const char *name, char **text) {
    hdf5_dataset dataset;
    int status = hdf5_open_dataset(source, parent, name, H5T_STRING, H5T_STRING, &dataset);
    if (status != 0)
        return status;
    status = dataset.axes != 0 ? hdf5_refuse(source->failure, name, "is not one text")
                               : read_texts(source, name, &dataset, text);
    hdf5_close_dataset(&dataset);
    return status;
}

int hdf5_pairs(hdf5_source *source, hid_t parent, const char *name, size_t most, char ***texts, size_t *rows) {
    hdf5_dataset dataset;
    int status = hdf5_open_dataset(source, parent, name, H5T_STRING, H5T_STRING, &dataset);
    if (status != 0)
        return status;
    if (dataset.axes != 2 || dataset.shape[1] != 2 || dataset.shape[0] > most) {
        status = failed(source->failure, "'%s' is not pairs of names, at most %zu", name, most);
    } else {
        char **made = allocate(dataset.count, sizeof *made);
        status = read_texts(source, name, &dataset, made);
        if (status == 0) {
            *texts = made;
            *rows = dataset.count / 2;
        } else {
            hdf5_free_names(made, dataset.count);
        }
    }
    hdf5_close_dataset(&dataset);
    return status;
}
