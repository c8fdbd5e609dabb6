/*
 * HDF5 as far as it is needed: groups, text, arrays and lists of numbers. A file of a network is made and read in
 * memory, so that the disk is written to as for every other format; a large one lies on the disk. What is read is
 * checked before memory is taken for it.
 *
 * A small file may ask for much work, since it may be deflated, and say the same many times. So a file has a budget,
 * which reading takes from: 1 for a number as it is unfolded, whether or not it was before, and so on, as below.
 */
#ifndef EXAMPLES_HDF5_FILE_H
#define EXAMPLES_HDF5_FILE_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/failure.h"

enum { HDF5_AXES = 4, HDF5_FILTERS = 3 };

/* The budget of a file is so much, and so much more for each of its bytes: enough for all that is not deflated. */
enum { HDF5_BUDGET = 1 << 25, HDF5_BUDGET_OF_A_BYTE = 8 };
/* What is taken from it to open an object, and for a chunk. */
enum { HDF5_OPENING = 256 };
/* Of chunks that HDF5 passes in looking for one so many cost 1. */
enum { HDF5_PASSING = 8 };
/* A dataset has at most so many elements, and one more for each byte of the file. */
enum { HDF5_NUMBERS = 1 << 24 };
/* Our own files deflate matrices until their numbers would be charged so much, and leave the others as they are: so
 * that the budget is always enough for them. */
enum { HDF5_DEFLATED = 3 << 23 };

/* The name of a file in memory: one that nothing can have, since HDF5 opens what has it to see whether it is there. */
#define HDF5_NAME "/dev/null/libsnndelay"

/* ---- writing: false where HDF5 refuses, which it does for want of memory ---- */

/* A new file in memory; negative without memory. */
hid_t hdf5_create(void);
/* The bytes of the file, to be freed. */
int hdf5_bytes(struct failure *failure, hid_t file, unsigned char **bytes, size_t *count);
/* A new group to be closed by H5Gclose; negative without memory. */
hid_t hdf5_add_group(hid_t parent, const char *name);
bool hdf5_put_text(hid_t parent, const char *name, const char *text);
/* `texts` [rows, columns]. */
bool hdf5_put_texts(hid_t parent, const char *name, const char *const *texts, size_t rows, size_t columns);
/* `small`: a matrix, which is compressed where it has more than a thousand numbers and HDF5 can. */
bool hdf5_put_floats(hid_t parent, const char *name, int axes, const hsize_t *shape, const float *values, bool small);
bool hdf5_put_integer(hid_t parent, const char *name, int64_t value); /* [1] */
bool hdf5_put_double(hid_t parent, const char *name, double value);   /* no axes */

/* ---- reading ---- */

/* A file, and where it is said what is wrong with it. */
typedef struct hdf5_source {
    struct failure *failure;
    const unsigned char *bytes; /* in memory that is the caller's; NULL: on the disk */
    int descriptor;             /* of the caller, where it is on the disk */
    uint64_t count;             /* of its bytes */
    hid_t file;
    uint64_t left;        /* of the budget */
    hsize_t larger_chunk; /* so many elements a chunk may have beyond those of its dataset: 0, unless set */
} hdf5_source;

/* Opens the bytes; H5Fclose on `file` closes all that was opened in it. */
int hdf5_open(const void *bytes, size_t count, hdf5_source *source, struct failure *failure);
/* The same for a regular file on the disk, which the caller has open for reading. */
int hdf5_open_path(const char *path, int descriptor, hdf5_source *source, struct failure *failure);
/* Bytes of the file; false where they are not there. */
bool hdf5_copy(const hdf5_source *source, uint64_t begin, size_t count, void *bytes);
/* Takes from the budget; an error where it is used up. */
int hdf5_spend(hdf5_source *source, uint64_t cost);
/* The names in a group, at most `most`, each to be freed, as the list itself. */
int hdf5_names(hdf5_source *source, hid_t group, size_t most, char ***names, size_t *count);
void hdf5_free_names(char **names, size_t count);
/* Whether there is such a name in the group itself. */
bool hdf5_has(hid_t parent, const char *name);
int hdf5_group(hdf5_source *source, hid_t parent, const char *name, hid_t *group);
/* Text of no axes, to be freed. */
int hdf5_text(hdf5_source *source, hid_t parent, const char *name, char **text);
/* Text of two axes, at most `most` rows of two; to be given to hdf5_free_names() with twice the rows. */
int hdf5_pairs(hdf5_source *source, hid_t parent, const char *name, size_t most, char ***texts, size_t *rows);
/* Text of one axis, at most `most`; to be given to hdf5_free_names(). */
int hdf5_texts(hdf5_source *source, hid_t parent, const char *name, size_t most, char ***texts, size_t *count);
/* The axes and extents of an array of numbers, of which the file must hold as many as it says. */
int hdf5_shape(hdf5_source *source, hid_t parent, const char *name, int *axes, int64_t shape[HDF5_AXES]);
/* Its numbers, all finite, to be freed. */
int hdf5_numbers(hdf5_source *source, hid_t parent, const char *name, double **values);

/* ---- for the files that read ---- */

/* A dataset that is open, and what is known of it. */
typedef struct hdf5_dataset {
    hid_t id, type;
    H5D_layout_t layout;
    int axes;
    hsize_t shape[HDF5_AXES];
    size_t count; /* of its elements */
    hsize_t chunk[HDF5_AXES];
    int filters;
    H5Z_filter_t filter[HDF5_FILTERS];
    hsize_t larger_chunk; /* as of its source */
    bool is_empty;        /* an axis is 0: it is not opened, and this says why */
} hdf5_dataset;

/* Opens a dataset of one of two classes of elements, after a look at its size and at where its data lie. */
int hdf5_open_dataset(hdf5_source *source, hid_t parent, const char *name, H5T_class_t class, H5T_class_t other,
                      hdf5_dataset *dataset);
void hdf5_close_dataset(const hdf5_dataset *dataset);
/* All its elements as `type` in memory; `width`: as how many numbers an element counts. */
int hdf5_read(hdf5_source *source, const char *name, const hdf5_dataset *dataset, hid_t type, size_t width,
              void *values);
/* What is wrong with the way in which a dataset is cut into chunks, NULL if nothing is. */
const char *hdf5_look_at_chunks(hid_t how, hdf5_dataset *dataset);
/* Whether every chunk is there and unfolds to as many bytes as it should, where the file has elements of `width` bytes;
 * their bytes to `elements`, as the file has them, unless that is NULL. */
int hdf5_read_chunks(const hdf5_source *source, const char *name, const hdf5_dataset *dataset, size_t width,
                     unsigned char *elements);
/* The elements of a dataset of variable length, text or lists, HDF5_ELEMENT bytes each, as the file has them. */
enum { HDF5_ELEMENT = 16 };
int hdf5_read_elements(hdf5_source *source, const char *name, const hdf5_dataset *dataset, unsigned char *elements);

/* Finds what elements of variable length stand for. Elements that follow one another in a heap are found in one pass.
 */
typedef struct hdf5_heap {
    hsize_t base;          /* of all addresses */
    uint64_t begin, end;   /* of the heap that was looked at last */
    uint64_t at;           /* its next object */
    uint64_t window_begin; /* the bytes of the file that were read last */
    size_t window_count;
    unsigned char window[4096];
} hdf5_heap;

int hdf5_begin_heap(const hdf5_source *source, const char *name, hdf5_heap *heap);
/* How many numbers or bytes an element says that it has. */
uint64_t hdf5_length_of(const unsigned char *element);
/* Where in the file the `length` times `width` bytes of an element lie that is not empty; 0 where they do not. Takes
 * from the budget, and *status is not 0 where that is used up. */
uint64_t hdf5_find(hdf5_source *source, hdf5_heap *heap, const unsigned char *element, size_t width, int *status);

/* Takes from the budget what reading the dataset costs. */
int hdf5_charge(hdf5_source *source, const hdf5_dataset *dataset, size_t width);
/* An error that names the dataset. */
int hdf5_refuse(struct failure *failure, const char *name, const char *wrong);

#endif
