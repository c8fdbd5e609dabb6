#include <stdlib.h>

#include "hdf5/hdf5_file.h"

enum { STEP = 1 << 16, WORTH_COMPRESSING = 1024 };

/* Without times, so that equal networks give equal files. In a file only the outermost group would have times. */
static hid_t properties(hid_t kind) {
    const hid_t made = H5Pcreate(kind);
    if (made >= 0)
        H5Pset_obj_track_times(made, false);
    return made;
}

hid_t hdf5_create(void) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS), how = properties(H5P_FILE_CREATE);
    hid_t file = -1;
    if (access >= 0 && how >= 0 && H5Pset_fapl_core(access, STEP, 0) >= 0 &&
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0)
        file = H5Fcreate(HDF5_NAME, H5F_ACC_TRUNC, how, access);
    H5Pclose(how);
    H5Pclose(access);
    return file;
}

int hdf5_bytes(struct failure *failure, hid_t file, unsigned char **bytes, size_t *count) {
    const ssize_t size = H5Fflush(file, H5F_SCOPE_LOCAL) < 0 ? -1 : H5Fget_file_image(file, NULL, 0);
    if (size <= 0)
        return failed(failure, "HDF5 has no memory for the file");
    unsigned char *made = allocate((size_t)size, 1);
    if (H5Fget_file_image(file, made, (size_t)size) != size) {
        free(made);
        return failed(failure, "HDF5 has no memory for the file");
    }
    *bytes = made;
    *count = (size_t)size;
    return 0;
}

hid_t hdf5_add_group(hid_t parent, const char *name) {
    const hid_t how = properties(H5P_GROUP_CREATE);
    const hid_t group = how < 0 ? -1 : H5Gcreate2(parent, name, H5P_DEFAULT, how, H5P_DEFAULT);
    H5Pclose(how);
    return group;
}

/* Shuffle and deflate, since a matrix with the weights of one delay is mostly zeros. */
static void compress(hid_t how, const hsize_t *shape) {
    hsize_t chunk[2] = {shape[0], shape[1]};
    while (chunk[0] > 1 && chunk[0] * chunk[1] > STEP)
        chunk[0] = (chunk[0] + 1) / 2;
    if (chunk[1] > STEP)
        chunk[1] = STEP;
    if (H5Zfilter_avail(H5Z_FILTER_DEFLATE) > 0 && H5Pset_chunk(how, 2, chunk) >= 0 && H5Pset_shuffle(how) >= 0)
        H5Pset_deflate(how, 6);
}

/* Writes `data` of a type in memory as `stored`, which is closed; `axes` 0: a single value. `small`: compressed. */
static bool put(hid_t parent, const char *name, hid_t stored, hid_t memory, int axes, const hsize_t *shape,
                const void *data, bool small) {
    const hid_t space = axes == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(axes, shape, NULL);
    const hid_t how = properties(H5P_DATASET_CREATE);
    hid_t made = -1;
    if (stored >= 0 && space >= 0 && how >= 0) {
        if (small && shape[0] * shape[1] >= WORTH_COMPRESSING)
            compress(how, shape);
        made = H5Dcreate2(parent, name, stored, space, H5P_DEFAULT, how, H5P_DEFAULT);
    }
    bool good = made >= 0 && H5Dwrite(made, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0;
    good = (made < 0 || H5Dclose(made) >= 0) && good;
    H5Pclose(how);
    H5Sclose(space);
    H5Tclose(stored);
    return good;
}

/* As h5py writes text: of variable length, in UTF-8. */
static hid_t text_type(void) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 && (H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

static bool put_texts(hid_t parent, const char *name, int axes, const hsize_t *shape, const void *texts) {
    const hid_t memory = text_type();
    const bool good = memory >= 0 && put(parent, name, H5Tcopy(memory), memory, axes, shape, texts, false);
    H5Tclose(memory);
    return good;
}

bool hdf5_put_text(hid_t parent, const char *name, const char *text) {
    return put_texts(parent, name, 0, NULL, &text);
}

bool hdf5_put_texts(hid_t parent, const char *name, const char *const *texts, size_t rows, size_t columns) {
    return put_texts(parent, name, 2, (const hsize_t[]){rows, columns}, texts);
}

bool hdf5_put_floats(hid_t parent, const char *name, int axes, const hsize_t *shape, const float *values, bool small) {
    return put(parent, name, H5Tcopy(H5T_IEEE_F32LE), H5T_NATIVE_FLOAT, axes, shape, values, small);
}

bool hdf5_put_integer(hid_t parent, const char *name, int64_t value) {
    return put(parent, name, H5Tcopy(H5T_STD_I64LE), H5T_NATIVE_INT64, 1, (const hsize_t[]){1}, &value, false);
}

bool hdf5_put_double(hid_t parent, const char *name, double value) {
    return put(parent, name, H5Tcopy(H5T_IEEE_F64LE), H5T_NATIVE_DOUBLE, 0, NULL, &value, false);
}
