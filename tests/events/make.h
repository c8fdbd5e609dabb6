/* Files of events that the tests make with HDF5 itself, of any types and in any chunks. */
#ifndef SNND_TESTS_EVENTS_MAKE_H
#define SNND_TESTS_EVENTS_MAKE_H

#include <check.h>
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

enum { MADE = 5, MADE_EVENTS = 6 };

/* How a file is made; zeros are what h5py does by itself. */
typedef struct recipe {
    hid_t times, units, labels; /* 0: float16, uint16 and int64, little-endian */
    hsize_t chunk;              /* 0: not in chunks */
    const char *filters;        /* of s(huffle), d(eflate) and f(letcher32) */
    bool latest, without_extra, variable_keys;
    hsize_t block; /* of the user */
} recipe;

/* Sample i has its first i + 1 events. */
static const double made_times[MADE_EVENTS] = {0, 0.0078125, 0.25, 0.25, 0.5, 1.5};
static const int64_t made_units[MADE_EVENTS] = {0, 4, 5, 6, 699, 350};
static const int64_t made_labels[MADE] = {0, 19, 3, 2, 7};
static const int64_t made_speakers[MADE] = {4, 11, 0, 1, 2};

static inline void made_good(bool good, const char *what) {
    ck_assert_msg(good, "HDF5 did not make %s", what);
}

static inline hid_t half_type(H5T_order_t order) {
    const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    H5Tset_order(type, order);
    return type;
}

/* A dataset of one axis that is made as the recipe says. */
static inline hid_t add_set(hid_t file, const char *name, hid_t type, hsize_t count, const recipe *how) {
    static const hsize_t endless = H5S_UNLIMITED;
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space = H5Screate_simple(1, &count, how->chunk > 0 ? &endless : NULL);
    if (how->chunk > 0)
        H5Pset_chunk(properties, 1, &how->chunk);
    for (const char *filter = how->filters; filter != NULL && *filter != '\0'; filter++) {
        if (*filter == 'f' && H5Tget_class(type) != H5T_INTEGER)
            continue; /* HDF5 has no checksums of lists */
        made_good((*filter == 's'   ? H5Pset_shuffle(properties)
                   : *filter == 'd' ? H5Pset_deflate(properties, 9)
                                    : H5Pset_fletcher32(properties)) >= 0,
                  "a filter");
    }
    const hid_t made = H5Dcreate2(file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    made_good(made >= 0, name);
    H5Sclose(space);
    H5Pclose(properties);
    return made;
}

/* Lists of `counts` numbers, which are converted from `memory`. */
static inline void put_lists(hid_t file, const char *name, hid_t type, hid_t memory, const void *numbers, size_t count,
                             const size_t *counts, const recipe *how) {
    hvl_t *lists = calloc(count, sizeof *lists);
    const hid_t stored = H5Tvlen_create(type), given = H5Tvlen_create(memory);
    const hid_t set = add_set(file, name, stored, count, how);
    for (size_t i = 0; i < count; i++)
        lists[i] = (hvl_t){counts[i], (void *)(uintptr_t)numbers};
    made_good(H5Dwrite(set, given, H5S_ALL, H5S_ALL, H5P_DEFAULT, lists) >= 0, name);
    H5Dclose(set);
    H5Tclose(given);
    H5Tclose(stored);
    free(lists);
}

static inline void put_integers(hid_t file, const char *name, hid_t type, const int64_t *integers, size_t count,
                                const recipe *how) {
    const hid_t set = add_set(file, name, type, count, how);
    made_good(H5Dwrite(set, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, integers) >= 0, name);
    H5Dclose(set);
}

static inline void put_keys(hid_t file, const recipe *how) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, how->variable_keys ? H5T_VARIABLE : 4);
    const hid_t set = add_set(file, "extra/keys", type, 3, how);
    const char *const words[] = {"zero", "one", "two"};
    made_good(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                       how->variable_keys ? (const void *)words : (const void *)"zeroone\0two") >= 0,
              "keys");
    H5Dclose(set);
    H5Tclose(type);
}

static inline hid_t made_file(const char *path, const recipe *how) {
    (void)H5dont_atexit(); /* which would complain of what HDF5 lost over damaged files */
    const hid_t create = H5Pcreate(H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
    if (how->latest)
        H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    H5Pset_userblock(create, how->block);
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, create, access);
    made_good(file >= 0, path);
    H5Pclose(access);
    H5Pclose(create);
    return file;
}

/* The file, open to be changed. */
static inline hid_t make_open(const char *path, const recipe *how) {
    static const size_t counts[MADE] = {1, 2, 3, 4, 6};
    const hid_t file = made_file(path, how), half = half_type(H5T_ORDER_LE);
    H5Gclose(H5Gcreate2(file, "spikes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    put_lists(file, "spikes/times", how->times > 0 ? how->times : half, H5T_NATIVE_DOUBLE, made_times, MADE, counts,
              how);
    put_lists(file, "spikes/units", how->units > 0 ? how->units : H5T_STD_U16LE, H5T_NATIVE_INT64, made_units, MADE,
              counts, how);
    put_integers(file, "labels", how->labels > 0 ? how->labels : H5T_STD_I64LE, made_labels, MADE, how);
    if (!how->without_extra) {
        H5Gclose(H5Gcreate2(file, "extra", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
        put_integers(file, "extra/speaker", H5T_STD_I32LE, made_speakers, MADE, how);
        put_keys(file, how);
    }
    H5Tclose(half);
    return file;
}

static inline void make_file(const char *path, const recipe *how) {
    H5Fclose(make_open(path, how));
}

#endif
