/*
 * The part of HDF5 that the programs need: groups, text, arrays and lists of numbers. A file of a network is created
 * and read in memory, so that disks are written to as for every other format; a large one stays on the disk. Everything
 * that is read is checked before memory is allocated for it.
 *
 * A small file may cause much work, since it may be deflated, and refer to the same data many times. So a file has a
 * budget, from which reading is charged: 1 for each number that is decompressed, every time, and so on, as below.
 */
#ifndef EXAMPLES_HDF5_FILE_H
#define EXAMPLES_HDF5_FILE_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/failure.h"

enum { HDF5_AXES = 4, HDF5_FILTERS = 3 };

/* The budget of a file: a fixed part, and a part for each of its bytes, which is enough for everything that is not
 * deflated. */
enum { HDF5_BUDGET = 1 << 25, HDF5_BUDGET_OF_A_BYTE = 8 };
/* The charge for opening an object, and for a chunk. */
enum { HDF5_OPENING = 256 };
/* The number of chunks that HDF5 skips in a search for a charge of 1. */
enum { HDF5_PASSING = 8 };
/* The largest number of elements of a dataset, to which one is added for each byte of the file. */
enum { HDF5_NUMBERS = 1 << 24 };
/* In files that the programs write, matrices are deflated until their numbers would be charged this much, and the
 * others are stored uncompressed, so that the budget is always enough. */
enum { HDF5_DEFLATED = 3 << 23 };

/* The name of a file in memory. Nothing can have this name, since HDF5 tries to open it. */
#define HDF5_NAME "/dev/null/libsnndelay"

/* ---- writing: false where HDF5 refuses, which it does for want of memory ---- */

/* Creates a file in memory; returns a negative value where memory is out. */
hid_t hdf5_create(void);
/* Returns the bytes of the file, to be freed. */
int hdf5_bytes(struct failure *failure, hid_t file, unsigned char **bytes, size_t *count);
/* Creates a group, to be closed by H5Gclose; returns a negative value where memory is out. */
hid_t hdf5_add_group(hid_t parent, const char *name);
bool hdf5_put_text(hid_t parent, const char *name, const char *text);
/* `texts` [rows, columns]. */
bool hdf5_put_texts(hid_t parent, const char *name, const char *const *texts, size_t rows, size_t columns);
/* `small`: a matrix, which is compressed if it has more than a thousand numbers and HDF5 can compress. */
bool hdf5_put_floats(hid_t parent, const char *name, int axes, const hsize_t *shape, const float *values, bool small);
bool hdf5_put_integer(hid_t parent, const char *name, int64_t value); /* [1] */
bool hdf5_put_double(hid_t parent, const char *name, double value);   /* no axes */

/* ---- reading ---- */

/* A file, and where errors about it are stored. */
typedef struct hdf5_source {
    struct failure *failure;
    const unsigned char *bytes; /* in memory of the caller; NULL: the file is on the disk */
    int descriptor;             /* of the caller, if the file is on the disk */
    uint64_t count;             /* the number of its bytes */
    hid_t file;
    uint64_t left;        /* what is left of the budget */
    hsize_t larger_chunk; /* how many elements a chunk may have beyond those of its dataset; 0 unless set */
} hdf5_source;

/* Opens a file in memory. H5Fclose on `file` closes everything that was opened in it. */
int hdf5_open(const void *bytes, size_t count, hdf5_source *source, struct failure *failure);
/* The same for a regular file on the disk, which the caller has opened for reading. */
int hdf5_open_path(const char *path, int descriptor, hdf5_source *source, struct failure *failure);
/* Copies bytes of the file; returns false where they do not exist. */
bool hdf5_copy(const hdf5_source *source, uint64_t begin, size_t count, void *bytes);
/* Charges the budget; fails where it is used up. */
int hdf5_spend(hdf5_source *source, uint64_t cost);
/* Lists the names in a group, at most `most`. Each is to be freed, and so is the list. */
int hdf5_names(hdf5_source *source, hid_t group, size_t most, char ***names, size_t *count);
void hdf5_free_names(char **names, size_t count);
/* Returns whether the group itself has such a name. */
bool hdf5_has(hid_t parent, const char *name);
int hdf5_group(hdf5_source *source, hid_t parent, const char *name, hid_t *group);
/* Reads text without axes, to be freed. */
int hdf5_text(hdf5_source *source, hid_t parent, const char *name, char **text);
/* Reads text with two axes, at most `most` rows of two, to be freed by hdf5_free_names() with twice the rows. */
int hdf5_pairs(hdf5_source *source, hid_t parent, const char *name, size_t most, char ***texts, size_t *rows);
/* Reads text with one axis, at most `most` elements, to be freed by hdf5_free_names(). */
int hdf5_texts(hdf5_source *source, hid_t parent, const char *name, size_t most, char ***texts, size_t *count);
/* Reads the axes and extents of an array of numbers. The file must be large enough for as many numbers. */
int hdf5_shape(hdf5_source *source, hid_t parent, const char *name, int *axes, int64_t shape[HDF5_AXES]);
/* Reads its numbers, which must all be finite, to be freed. */
int hdf5_numbers(hdf5_source *source, hid_t parent, const char *name, double **values);

/* ---- for the files that read ---- */

/* An open dataset and its properties. */
typedef struct hdf5_dataset {
    hid_t id, type;
    H5D_layout_t layout;
    int axes;
    hsize_t shape[HDF5_AXES];
    size_t count; /* of its elements */
    hsize_t chunk[HDF5_AXES];
    int filters;
    H5Z_filter_t filter[HDF5_FILTERS];
    hsize_t larger_chunk; /* as in the source */
    bool is_empty;        /* an axis is 0: the dataset is not opened for this reason */
} hdf5_dataset;

/* Opens a dataset whose elements are of one of two classes, after checking its size and where its data are. */
int hdf5_open_dataset(hdf5_source *source, hid_t parent, const char *name, H5T_class_t class, H5T_class_t other,
                      hdf5_dataset *dataset);
void hdf5_close_dataset(const hdf5_dataset *dataset);
/* Reads all elements as `type` in memory; `width` is the number of numbers that an element is charged for. */
int hdf5_read(hdf5_source *source, const char *name, const hdf5_dataset *dataset, hid_t type, size_t width,
              void *values);
/* Returns what is wrong with the chunks of a dataset, or NULL. */
const char *hdf5_look_at_chunks(hid_t how, hdf5_dataset *dataset);
/* Checks that every chunk exists and decompresses to the right number of bytes, where the file has elements of `width`
 * bytes. Writes their bytes, as they are in the file, to `elements` unless that is NULL. */
int hdf5_read_chunks(const hdf5_source *source, const char *name, const hdf5_dataset *dataset, size_t width,
                     unsigned char *elements);
/* Reads the elements of a dataset of variable length, text or lists, HDF5_ELEMENT bytes each, as they are in the file.
 * */
enum { HDF5_ELEMENT = 16 };
int hdf5_read_elements(hdf5_source *source, const char *name, const hdf5_dataset *dataset, unsigned char *elements);

/* Finds the data of elements of variable length. Elements that follow one another in a heap are found in one pass. */
typedef struct hdf5_heap {
    hsize_t base;          /* the base of all addresses */
    uint64_t begin, end;   /* the heap that was read last */
    uint64_t at;           /* its next object */
    uint64_t window_begin; /* the bytes of the file that were read last */
    size_t window_count;
    unsigned char window[4096];
} hdf5_heap;

int hdf5_begin_heap(const hdf5_source *source, const char *name, hdf5_heap *heap);
/* Returns the number of numbers or bytes in the description of an element. */
uint64_t hdf5_length_of(const unsigned char *element);
/* Returns the place in the file of the `length` times `width` bytes of an element that is not empty, or 0 where they do
 * not exist. It charges the budget, and sets *status to a value other than 0 where that is used up. */
uint64_t hdf5_find(hdf5_source *source, hdf5_heap *heap, const unsigned char *element, size_t width, int *status);

/* Charges the budget for reading the dataset. */
int hdf5_charge(hdf5_source *source, const hdf5_dataset *dataset, size_t width);
/* Fails with a message that names the dataset. */
int hdf5_refuse(struct failure *failure, const char *name, const char *wrong);

#endif
