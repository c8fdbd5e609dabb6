/*
 * Text in HDF5 files, of fixed length or, as h5py writes it, of variable length, which hdf5_heap.c finds.
 */
#include <stdlib.h>
#include <string.h>

#include "hdf5/hdf5_file.h"

enum { MOST_TEXT = 255 };

static int refuse_text(hdf5_source *source, const char *name) {
    return hdf5_refuse(source->failure, name, "has a text of more than 255 bytes, or one that is missing");
}

static int find_texts(hdf5_source *source, const char *name, size_t count, const unsigned char *elements,
                      char **texts) {
    hdf5_heap heap;
    int status = hdf5_begin_heap(source, name, &heap);
    for (size_t i = 0; i < count && status == 0; i++) {
        const unsigned char *element = elements + i * HDF5_ELEMENT;
        const uint64_t length = hdf5_length_of(element), place = hdf5_find(source, &heap, element, 1, &status);
        if (status != 0)
            return status;
        if (place == 0 || length > MOST_TEXT)
            return refuse_text(source, name);
        texts[i] = allocate((size_t)length + 1, 1);
        if (!hdf5_copy(source, place, (size_t)length, texts[i]))
            return refuse_text(source, name);
    }
    return status;
}

static int read_variable(hdf5_source *source, const char *name, const hdf5_dataset *dataset, char **texts) {
    unsigned char *elements = allocate(dataset->count, HDF5_ELEMENT);
    int status = hdf5_read_elements(source, name, dataset, elements);
    if (status == 0)
        status = find_texts(source, name, dataset->count, elements, texts);
    free(elements);
    return status;
}

static int read_fixed(hdf5_source *source, const char *name, const hdf5_dataset *dataset, char **texts) {
    const size_t width = H5Tget_size(dataset->type);
    if (width > MOST_TEXT)
        return refuse_text(source, name);
    char *read = allocate(dataset->count, width);
    int status = hdf5_read(source, name, dataset, dataset->type, width, read);
    for (size_t i = 0; i < dataset->count && status == 0; i++) {
        texts[i] = allocate(width + 1, 1);
        memcpy(texts[i], read + i * width, width);
    }
    free(read);
    return status;
}

/* Reads all texts of a dataset to `texts`, which contains NULLs. */
static int read_texts(hdf5_source *source, const char *name, const hdf5_dataset *dataset, char **texts) {
    return H5Tis_variable_str(dataset->type) > 0 ? read_variable(source, name, dataset, texts)
                                                 : read_fixed(source, name, dataset, texts);
}

int hdf5_text(hdf5_source *source, hid_t parent, const char *name, char **text) {
    hdf5_dataset dataset;
    int status = hdf5_open_dataset(source, parent, name, H5T_STRING, H5T_STRING, &dataset);
    if (status != 0)
        return status;
    status = dataset.axes != 0 ? hdf5_refuse(source->failure, name, "is not a single text")
                               : read_texts(source, name, &dataset, text);
    hdf5_close_dataset(&dataset);
    return status;
}

/* Reads all texts of an open dataset to a new list. */
static int take_texts(hdf5_source *source, const char *name, const hdf5_dataset *dataset, char ***texts) {
    char **made = allocate(dataset->count, sizeof *made);
    const int status = read_texts(source, name, dataset, made);
    if (status == 0)
        *texts = made;
    else
        hdf5_free_names(made, dataset->count);
    return status;
}

int hdf5_texts(hdf5_source *source, hid_t parent, const char *name, size_t most, char ***texts, size_t *count) {
    hdf5_dataset dataset;
    int status = hdf5_open_dataset(source, parent, name, H5T_STRING, H5T_STRING, &dataset);
    if (status != 0)
        return status;
    *count = dataset.count;
    status = dataset.axes != 1 || dataset.count > most
                 ? failed(source->failure, "'%s' is not a list of at most %zu names", name, most)
                 : take_texts(source, name, &dataset, texts);
    hdf5_close_dataset(&dataset);
    return status;
}

int hdf5_pairs(hdf5_source *source, hid_t parent, const char *name, size_t most, char ***texts, size_t *rows) {
    hdf5_dataset dataset;
    int status = hdf5_open_dataset(source, parent, name, H5T_STRING, H5T_STRING, &dataset);
    if (status != 0)
        return status;
    *rows = dataset.count / 2;
    status = dataset.axes != 2 || dataset.shape[1] != 2 || dataset.shape[0] > most
                 ? failed(source->failure, "'%s' is not a list of at most %zu pairs of names", name, most)
                 : take_texts(source, name, &dataset, texts);
    hdf5_close_dataset(&dataset);
    return status;
}
