/*
 * HDF5 as far as it is needed: files that are made and read in memory, so that the disk is written to as for every
 * other format; groups, text and arrays of numbers. What is read is checked before memory is taken for it. *
 * A small file may ask for much work, since it may be deflated, and say the same many times. So a file has a budget,
 * which reading takes from: 1 for a number as it is unfolded, whether or not it was before, and so on, as below.
 */
#ifndef NIR_HDF5_FILE_H
#define NIR_HDF5_FILE_H

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

/* A file in memory that is the caller's, and where it is said what is wrong with it. */
typedef struct hdf5_source {
    struct failure *failure;
    const unsigned char *bytes;
    size_t count;
    hid_t file;
    uint64_t left; /* of the budget */
} hdf5_source;

/* Opens the bytes; H5Fclose on `file` closes all that was opened in it. */
int hdf5_open(const void *bytes, size_t count, hdf5_source *source, struct failure *failure);
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
/* Takes from the budget what reading the dataset costs. */
int hdf5_charge(hdf5_source *source, const hdf5_dataset *dataset, size_t width);
/* An error that names the dataset. */
int hdf5_refuse(struct failure *failure, const char *name, const char *wrong);

#endif
