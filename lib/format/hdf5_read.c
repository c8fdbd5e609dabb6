#include <math.h>
#include <string.h>

#include "format/hdf5.h"

enum { STEP = 1 << 16, NAME = 255 };

/* The most numbers of an array, and the most that deflate makes of a byte. */
enum { MOST_NUMBERS = 1 << 30, DEFLATE = 1032 };

snnd_status snnd_hdf5_refuse(snnd_context *context, const char *name, const char *wrong) {
    return snnd_fail(context, SNND_ERROR_FORMAT, "'%.64s' %s", name, wrong);
}

snnd_status snnd_hdf5_open(snnd_context *context, const unsigned char *bytes, size_t count, snnd_hdf5_source *source) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    hid_t made = -1;
    /* HDF5 copies the bytes, and does not write to those that it copies. */
    if (H5Pset_fapl_core(access, STEP, 0) >= 0 && H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
        H5Pset_file_image(access, (void *)(uintptr_t)bytes, count) >= 0)
        made = H5Fopen("libsnndelay", H5F_ACC_RDONLY, access);
    H5Pclose(access);
    if (made < 0)
        return snnd_fail(context, SNND_ERROR_FORMAT, "not an HDF5 file, or cut off");
    *source = (snnd_hdf5_source){.context = context, .bytes = bytes, .count = count, .file = made};
    return SNND_OK;
}

/* ---- groups ---- */

bool snnd_hdf5_has(hid_t parent, const char *name) {
    return H5Lexists(parent, name, H5P_DEFAULT) > 0;
}

/* Opens what is stored in this very file under that name: links of the other kinds lead anywhere. */
static snnd_status open_object(const snnd_hdf5_source *source, hid_t parent, const char *name, H5I_type_t kind,
                               hid_t *object) {
    H5L_info_t about;
    if (!snnd_hdf5_has(parent, name))
        return snnd_hdf5_refuse(source->context, name, "is missing");
    if (H5Lget_info(parent, name, &about, H5P_DEFAULT) < 0 || about.type != H5L_TYPE_HARD)
        return snnd_hdf5_refuse(source->context, name, "is a link to somewhere else");
    const hid_t made = H5Oopen(parent, name, H5P_DEFAULT);
    if (made < 0)
        return snnd_hdf5_refuse(source->context, name, "cannot be opened");
    if (H5Iget_type(made) != kind) {
        H5Oclose(made);
        return snnd_hdf5_refuse(source->context, name, kind == H5I_GROUP ? "is not a group" : "is not a dataset");
    }
    *object = made;
    return SNND_OK;
}

snnd_status snnd_hdf5_group(const snnd_hdf5_source *source, hid_t parent, const char *name, hid_t *group) {
    return open_object(source, parent, name, H5I_GROUP, group);
}

void snnd_hdf5_free_names(snnd_context *context, char **names, size_t count) {
    for (size_t i = 0; names != NULL && i < count; i++)
        snnd_release(context, names[i]);
    snnd_release(context, names);
}

static snnd_status read_name(const snnd_hdf5_source *source, hid_t group, size_t index, char **name) {
    char text[NAME + 1];
    const ssize_t length =
        H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, text, sizeof text, H5P_DEFAULT);
    if (length <= 0 || length > NAME || strchr(text, '/') != NULL || strcmp(text, ".") == 0)
        return snnd_fail(source->context, SNND_ERROR_FORMAT, "a name in a group is empty, above %d bytes, or a path",
                         NAME);
    *name = snnd_copy_string(source->context, text);
    return *name == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

snnd_status snnd_hdf5_names(const snnd_hdf5_source *source, hid_t group, size_t most, char ***names, size_t *count) {
    H5G_info_t about;
    if (H5Gget_info(group, &about) < 0 || about.nlinks > most)
        return snnd_fail(source->context, SNND_ERROR_FORMAT, "a group cannot be listed, or has more than %zu names",
                         most);
    const size_t found = (size_t)about.nlinks;
    char **made = snnd_allocate(source->context, found, sizeof *made);
    snnd_status status = made == NULL ? SNND_ERROR_MEMORY : SNND_OK;
    for (size_t i = 0; i < found && status == SNND_OK; i++)
        status = read_name(source, group, i, &made[i]);
    if (status != SNND_OK) {
        snnd_hdf5_free_names(source->context, made, found);
        return status;
    }
    *names = made;
    *count = found;
    return SNND_OK;
}

/* ---- datasets ---- */

/* Whether the data lie in this file, and in ways that need no plugin. */
static bool stored_here(snnd_hdf5_dataset *dataset, bool *deflated) {
    const hid_t how = H5Dget_create_plist(dataset->id);
    if (how < 0)
        return false;
    dataset->layout = H5Pget_layout(how);
    bool good =
        (dataset->layout == H5D_COMPACT || dataset->layout == H5D_CONTIGUOUS || dataset->layout == H5D_CHUNKED) &&
        H5Pget_external_count(how) == 0;
    const int filters = dataset->layout == H5D_CHUNKED ? H5Pget_nfilters(how) : 0;
    for (int i = 0; i < filters && good; i++) {
        unsigned flags, config;
        size_t parameters = 0;
        const H5Z_filter_t filter = H5Pget_filter2(how, (unsigned)i, &flags, &parameters, NULL, 0, NULL, &config);
        good = filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE || filter == H5Z_FILTER_FLETCHER32;
        *deflated = *deflated || filter == H5Z_FILTER_DEFLATE;
    }
    H5Pclose(how);
    return good && filters >= 0;
}

static const char *look_at_space(snnd_hdf5_dataset *dataset) {
    double count = 1;
    const hid_t space = H5Dget_space(dataset->id);
    const bool none = space < 0 || H5Sget_simple_extent_type(space) == H5S_NULL;
    dataset->axes = none ? -1 : H5Sget_simple_extent_ndims(space);
    const bool few = dataset->axes >= 0 && dataset->axes <= SNND_HDF5_AXES;
    if (few)
        H5Sget_simple_extent_dims(space, dataset->shape, NULL);
    H5Sclose(space);
    if (!few)
        return "has no elements, or more than 4 axes";
    for (int axis = 0; axis < dataset->axes; axis++)
        count *= (double)dataset->shape[axis];
    if (!(count >= 1 && count <= MOST_NUMBERS))
        return "has no elements, or too many";
    dataset->count = (size_t)count;
    return NULL;
}

/* What is wrong with the size of a dataset and the place of its data, NULL if nothing is. */
static const char *look_at(const snnd_hdf5_source *source, snnd_hdf5_dataset *dataset) {
    bool deflated = false;
    const char *fault = look_at_space(dataset);
    if (fault != NULL)
        return fault;
    if (!stored_here(dataset, &deflated))
        return "lies in another file, or is stored with a filter that is not deflate, shuffle or fletcher32";
    const hsize_t stored = H5Dget_storage_size(dataset->id);
    const double held = (double)(stored < source->count ? stored : source->count) * (deflated ? DEFLATE : 1);
    return (double)dataset->count * (double)H5Tget_size(dataset->type) > held ? "has more elements than the file holds"
                                                                              : NULL;
}

void snnd_hdf5_close_dataset(const snnd_hdf5_dataset *dataset) {
    H5Tclose(dataset->type);
    H5Dclose(dataset->id);
}

snnd_status snnd_hdf5_open_dataset(const snnd_hdf5_source *source, hid_t parent, const char *name, H5T_class_t class,
                                   H5T_class_t other, snnd_hdf5_dataset *dataset) {
    snnd_status status = open_object(source, parent, name, H5I_DATASET, &dataset->id);
    if (status != SNND_OK)
        return status;
    dataset->type = H5Dget_type(dataset->id);
    const H5T_class_t found = dataset->type < 0 ? H5T_NO_CLASS : H5Tget_class(dataset->type);
    const char *fault = found != class && found != other ? (class == H5T_STRING ? "is not text" : "is not numbers")
                                                         : look_at(source, dataset);
    if (fault == NULL)
        return SNND_OK;
    snnd_hdf5_close_dataset(dataset);
    return snnd_hdf5_refuse(source->context, name, fault);
}

/* ---- numbers ---- */

snnd_status snnd_hdf5_shape(const snnd_hdf5_source *source, hid_t parent, const char *name, int *axes,
                            int64_t shape[SNND_HDF5_AXES]) {
    snnd_hdf5_dataset dataset;
    snnd_status status = snnd_hdf5_open_dataset(source, parent, name, H5T_FLOAT, H5T_INTEGER, &dataset);
    if (status != SNND_OK)
        return status;
    *axes = dataset.axes;
    for (int axis = 0; axis < dataset.axes; axis++)
        shape[axis] = (int64_t)dataset.shape[axis];
    snnd_hdf5_close_dataset(&dataset);
    return SNND_OK;
}

static snnd_status read_numbers(const snnd_hdf5_source *source, const char *name, const snnd_hdf5_dataset *dataset,
                                double *values) {
    if (H5Dread(dataset->id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        return snnd_hdf5_refuse(source->context, name, "cannot be read");
    for (size_t k = 0; k < dataset->count; k++)
        if (!isfinite(values[k]))
            return snnd_hdf5_refuse(source->context, name, "has a number that is not finite");
    return SNND_OK;
}

snnd_status snnd_hdf5_numbers(const snnd_hdf5_source *source, hid_t parent, const char *name, double **values) {
    snnd_hdf5_dataset dataset;
    snnd_status status = snnd_hdf5_open_dataset(source, parent, name, H5T_FLOAT, H5T_INTEGER, &dataset);
    if (status != SNND_OK)
        return status;
    double *made = snnd_allocate(source->context, dataset.count, sizeof *made);
    status = made == NULL ? SNND_ERROR_MEMORY : read_numbers(source, name, &dataset, made);
    if (status == SNND_OK)
        *values = made;
    else
        snnd_release(source->context, made);
    snnd_hdf5_close_dataset(&dataset);
    return status;
}
