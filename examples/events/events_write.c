#include "events/events_write.h"

#include <fcntl.h>
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

#include "events/numbers_of_file.h"

struct events_writer {
    char *path;
    size_t count;
    hid_t file, half; /* the type float16 */
    hid_t times, units;
};

/* ---- datasets ---- */

/* Without times, so that equal samples give equal files. */
static hid_t without_times(hid_t kind) {
    const hid_t how = H5Pcreate(kind);
    H5Pset_obj_track_times(how, false);
    return how;
}

/* Adds a dataset with one axis; the type is closed. */
static hid_t add(hid_t parent, const char *name, hid_t type, size_t count) {
    const hid_t how = without_times(H5P_DATASET_CREATE), space = H5Screate_simple(1, (hsize_t[]){count}, NULL);
    const hid_t made = type < 0 ? -1 : H5Dcreate2(parent, name, type, space, H5P_DEFAULT, how, H5P_DEFAULT);
    H5Sclose(space);
    H5Pclose(how);
    H5Tclose(type);
    return made;
}

static hid_t add_group(hid_t parent, const char *name) {
    const hid_t how = without_times(H5P_GROUP_CREATE);
    const hid_t group = H5Gcreate2(parent, name, H5P_DEFAULT, how, H5P_DEFAULT);
    H5Pclose(how);
    return group;
}

/* Derived from single precision, since HDF5 has no name for it. */
static hid_t half_type(void) {
    const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    return type;
}

/* ---- files ---- */

static int refuse(const struct events_writer *writer, struct failure *failure) {
    return failed(failure, "%s: HDF5 cannot write all of it", writer->path);
}

static void close_writer(struct events_writer *writer) {
    if (writer->times >= 0)
        H5Dclose(writer->times);
    if (writer->units >= 0)
        H5Dclose(writer->units);
    H5Tclose(writer->half);
    writer->times = writer->units = -1;
}

/* HDF5 itself opens the file, and child processes would inherit it. */
static hid_t make_file(const char *path) {
    const hid_t how = without_times(H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
    int *handle = NULL;
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    const hid_t file = H5Fcreate(path, H5F_ACC_EXCL, how, access);
    if (file >= 0 && H5Fget_vfd_handle(file, H5P_DEFAULT, (void **)&handle) >= 0 && handle != NULL)
        (void)fcntl(*handle, F_SETFD, FD_CLOEXEC);
    H5Pclose(access);
    H5Pclose(how);
    return file;
}

struct events_writer *events_write_begin(const char *path, size_t count, struct failure *failure) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* the caller reports errors */
    struct events_writer *writer = allocate(1, sizeof *writer);
    writer->path = format_text("%s", path);
    writer->count = count;
    writer->half = half_type();
    writer->times = writer->units = -1;
    writer->file = make_file(path);
    const hid_t group = writer->file < 0 ? -1 : add_group(writer->file, "spikes");
    if (group >= 0) {
        writer->times = add(group, "times", H5Tvlen_create(writer->half), count);
        writer->units = add(group, "units", H5Tvlen_create(H5T_STD_U16LE), count);
        H5Gclose(group);
    }
    if (writer->times >= 0 && writer->units >= 0)
        return writer;
    refuse(writer, failure);
    events_write_abandon(writer);
    return NULL;
}

/* Adds a list of numbers of two bytes each, in the byte order of the file. */
static bool put_list(hid_t set, size_t sample, size_t total, const unsigned char *numbers, size_t count) {
    const hid_t all = H5Screate_simple(1, (hsize_t[]){total}, NULL), one = H5Screate_simple(1, (hsize_t[]){1}, NULL);
    const hid_t type = H5Dget_type(set);
    const hvl_t list = {count, (void *)(uintptr_t)numbers};
    const bool good = H5Sselect_hyperslab(all, H5S_SELECT_SET, (hsize_t[]){sample}, NULL, (hsize_t[]){1}, NULL) >= 0 &&
                      H5Dwrite(set, type, one, all, H5P_DEFAULT, &list) >= 0;
    H5Tclose(type);
    H5Sclose(one);
    H5Sclose(all);
    return good;
}

static void put_number(unsigned char *at, uint16_t number) {
    at[0] = (unsigned char)number;
    at[1] = (unsigned char)(number >> 8);
}

int events_write_sample(struct events_writer *writer, size_t sample, const double *times, const uint16_t *units,
                        size_t count, struct failure *failure) {
    unsigned char *numbers = allocate(2 * count, 2), *of_units = numbers + 2 * count;
    for (size_t i = 0; i < count; i++) {
        put_number(numbers + 2 * i, number_half(times[i]));
        put_number(of_units + 2 * i, units[i]);
    }
    const bool good = put_list(writer->times, sample, writer->count, numbers, count) &&
                      put_list(writer->units, sample, writer->count, of_units, count);
    free(numbers);
    return good ? 0 : refuse(writer, failure);
}

static bool put_integers(hid_t parent, const char *name, const int64_t *integers, size_t count) {
    const hid_t set = add(parent, name, H5Tcopy(H5T_STD_U16LE), count);
    const bool good = set >= 0 && H5Dwrite(set, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, integers) >= 0;
    return set >= 0 && H5Dclose(set) >= 0 && good;
}

/* Adds texts of the same width, as PyTables writes them. */
static bool put_words(hid_t parent, const char *name, const char *const *words, size_t count) {
    size_t width = 1;
    for (size_t i = 0; i < count; i++)
        width = strlen(words[i]) > width ? strlen(words[i]) : width;
    char *texts = allocate(count, width);
    for (size_t i = 0; i < count; i++)
        memcpy(texts + i * width, words[i], strlen(words[i]));
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, width);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    const hid_t set = add(parent, name, H5Tcopy(type), count);
    const bool good = set >= 0 && H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) >= 0;
    H5Tclose(type);
    free(texts);
    return set >= 0 && H5Dclose(set) >= 0 && good;
}

int events_write_end(struct events_writer *writer, const int64_t *labels, const int64_t *speakers,
                     const char *const *words, size_t classes, struct failure *failure) {
    const hid_t extra = add_group(writer->file, "extra");
    bool good = extra >= 0 && put_integers(writer->file, "labels", labels, writer->count) &&
                put_integers(extra, "speaker", speakers, writer->count) && put_words(extra, "keys", words, classes);
    if (extra >= 0)
        H5Gclose(extra);
    close_writer(writer);
    good = H5Fclose(writer->file) >= 0 && good;
    writer->file = -1;
    const int result = good ? 0 : refuse(writer, failure);
    free(writer->path);
    free(writer);
    return result;
}

void events_write_abandon(struct events_writer *writer) {
    if (writer == NULL)
        return;
    close_writer(writer);
    if (writer->file >= 0)
        H5Fclose(writer->file);
    free(writer->path);
    free(writer);
}
