/*
 * HDF5 as far as it is needed: files that are made and read in memory, so that the disk is written to as for every
 * other format; groups, text and arrays of numbers. What is read is checked before memory is taken for it. HDF5 takes
 * its own memory from malloc.
 *
 * A small file may ask for much work, since it may be deflated, and say the same many times. So a file has a budget,
 * which reading takes from: 1 for a number as it is unfolded, whether or not it was before, and so on, as below.
 */
#ifndef SNND_FORMAT_HDF5_H
#define SNND_FORMAT_HDF5_H

#include <hdf5.h>

#include "base/context.h"

enum { SNND_HDF5_AXES = 4, SNND_HDF5_FILTERS = 3 };

/* The budget of a file is so much, and so much more for each of its bytes: enough for all that is not deflated. */
enum { SNND_HDF5_BUDGET = 1 << 25, SNND_HDF5_BUDGET_OF_A_BYTE = 8 };
/* What is taken from it to open an object, and for a chunk. */
enum { SNND_HDF5_OPENING = 256 };
/* A dataset has at most so many elements, and one more for each byte of the file. */
enum { SNND_HDF5_NUMBERS = 1 << 24 };
/* Our own files deflate matrices until their numbers would be charged so much, and leave the others as they are: so
 * that the budget is always enough for them. */
enum { SNND_HDF5_DEFLATED = 3 << 23 };

/* The name of a file in memory: one that nothing can have, since HDF5 opens what has it to see whether it is there. */
#define SNND_HDF5_NAME "/dev/null/libsnndelay"

/* HDF5 is one for the whole process and not made for several threads, and prints what goes wrong. Everything below is
 * called between these two, which let one thread in and keep HDF5 silent; the host's setting is put back. */
typedef struct snnd_hdf5_quiet {
    unsigned is_new;
    H5E_auto2_t report;
    H5E_auto1_t old_report;
    void *data;
} snnd_hdf5_quiet;

void snnd_hdf5_enter(snnd_hdf5_quiet *before);
void snnd_hdf5_leave(const snnd_hdf5_quiet *before);

/* ---- writing: false where HDF5 refuses, which it does for want of memory ---- */

/* A new file in memory; negative without memory. */
hid_t snnd_hdf5_create(void);
/* The bytes of the file, in memory of the context. */
snnd_status snnd_hdf5_bytes(snnd_context *context, hid_t file, unsigned char **bytes, size_t *count);
/* A new group to be closed by H5Gclose; negative without memory. */
hid_t snnd_hdf5_add_group(hid_t parent, const char *name);
bool snnd_hdf5_put_text(hid_t parent, const char *name, const char *text);
/* `texts` [rows, columns]. */
bool snnd_hdf5_put_texts(hid_t parent, const char *name, const char *const *texts, size_t rows, size_t columns);
/* `small`: a matrix, which is compressed where it has more than a thousand numbers and HDF5 can. */
bool snnd_hdf5_put_floats(hid_t parent, const char *name, int axes, const hsize_t *shape, const float *values,
                          bool small);
bool snnd_hdf5_put_integer(hid_t parent, const char *name, int64_t value); /* [1] */
bool snnd_hdf5_put_double(hid_t parent, const char *name, double value);   /* no axes */

/* ---- reading ---- */

/* A file in memory that is the caller's. */
typedef struct snnd_hdf5_source {
    snnd_context *context;
    const unsigned char *bytes;
    size_t count;
    hid_t file;
    uint64_t left; /* of the budget */
} snnd_hdf5_source;

/* Opens the bytes; H5Fclose on `file` closes all that was opened in it. */
snnd_status snnd_hdf5_open(snnd_context *context, const unsigned char *bytes, size_t count, snnd_hdf5_source *source);
/* Takes from the budget; an error where it is used up. */
snnd_status snnd_hdf5_spend(snnd_hdf5_source *source, uint64_t cost);
/* The names in a group, at most `most`, each to be released, as the list itself. */
snnd_status snnd_hdf5_names(snnd_hdf5_source *source, hid_t group, size_t most, char ***names, size_t *count);
void snnd_hdf5_free_names(snnd_context *context, char **names, size_t count);
/* Whether there is such a name in the group itself. */
bool snnd_hdf5_has(hid_t parent, const char *name);
snnd_status snnd_hdf5_group(snnd_hdf5_source *source, hid_t parent, const char *name, hid_t *group);
/* Text of no axes, to be released. */
snnd_status snnd_hdf5_text(snnd_hdf5_source *source, hid_t parent, const char *name, char **text);
/* Text of two axes, at most `most` rows of two; to be given to snnd_hdf5_free_names() with twice the rows. */
snnd_status snnd_hdf5_pairs(snnd_hdf5_source *source, hid_t parent, const char *name, size_t most, char ***texts,
                            size_t *rows);
/* The axes and extents of an array of numbers, of which the file must hold as many as it says. */
snnd_status snnd_hdf5_shape(snnd_hdf5_source *source, hid_t parent, const char *name, int *axes,
                            int64_t shape[SNND_HDF5_AXES]);
/* Its numbers, all finite, to be released. */
snnd_status snnd_hdf5_numbers(snnd_hdf5_source *source, hid_t parent, const char *name, double **values);

/* ---- for the files that read ---- */

/* A dataset that is open, and what is known of it. */
typedef struct snnd_hdf5_dataset {
    hid_t id, type;
    H5D_layout_t layout;
    int axes;
    hsize_t shape[SNND_HDF5_AXES];
    size_t count; /* of its elements */
    hsize_t chunk[SNND_HDF5_AXES];
    int filters;
    H5Z_filter_t filter[SNND_HDF5_FILTERS];
} snnd_hdf5_dataset;

/* Opens a dataset of one of two classes of elements, after a look at its size and at where its data lie. */
snnd_status snnd_hdf5_open_dataset(snnd_hdf5_source *source, hid_t parent, const char *name, H5T_class_t class,
                                   H5T_class_t other, snnd_hdf5_dataset *dataset);
void snnd_hdf5_close_dataset(const snnd_hdf5_dataset *dataset);
/* All its elements as `type` in memory; `width`: as how many numbers an element counts. */
snnd_status snnd_hdf5_read(snnd_hdf5_source *source, const char *name, const snnd_hdf5_dataset *dataset, hid_t type,
                           size_t width, void *values);
/* What is wrong with the way in which a dataset is cut into chunks, NULL if nothing is. */
const char *snnd_hdf5_look_at_chunks(hid_t how, snnd_hdf5_dataset *dataset);
/* Whether every chunk is there and unfolds to as many bytes as it should. */
snnd_status snnd_hdf5_check_chunks(const snnd_hdf5_source *source, const char *name, const snnd_hdf5_dataset *dataset);
/* An error that names the dataset. */
snnd_status snnd_hdf5_refuse(snnd_context *context, const char *name, const char *wrong);

#endif
