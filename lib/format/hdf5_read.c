#include <math.h>
#include <string.h>

#include "format/hdf5.h"

enum { STEP = 1 << 16, NAME = 255 };

/* The most numbers of an array, and the most that deflate makes of a byte. */
enum { MOST_NUMBERS = 1 << 30, DEFLATE = 1032 };

static snnd_status wrong(snnd_context *context, const char *name, const char *what) {
    return snnd_fail(context, SNND_ERROR_FORMAT, "'%.64s' %s", name, what);
}

snnd_status snnd_hdf5_open(snnd_context *context, const unsigned char *bytes, size_t count, hid_t *file) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    hid_t made = -1;
    /* HDF5 copies the bytes, and does not write to those that it copies. */
    if (H5Pset_fapl_core(access, STEP, 0) >= 0 && H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
        H5Pset_file_image(access, (void *)(uintptr_t)bytes, count) >= 0)
        made = H5Fopen("libsnndelay", H5F_ACC_RDONLY, access);
    H5Pclose(access);
    if (made < 0)
        return snnd_fail(context, SNND_ERROR_FORMAT, "not an HDF5 file, or cut off");
    *file = made;
    return SNND_OK;
}

/* ---- groups ---- */

bool snnd_hdf5_has(hid_t parent, const char *name) {
    return H5Lexists(parent, name, H5P_DEFAULT) > 0;
}

/* Opens what is stored in this very file under that name: links of the other kinds lead anywhere. */
static snnd_status open_object(snnd_context *context, hid_t parent, const char *name, H5I_type_t kind, hid_t *object) {
    H5L_info_t about;
    if (!snnd_hdf5_has(parent, name))
        return wrong(context, name, "is missing");
    if (H5Lget_info(parent, name, &about, H5P_DEFAULT) < 0 || about.type != H5L_TYPE_HARD)
        return wrong(context, name, "is a link to somewhere else");
    const hid_t made = H5Oopen(parent, name, H5P_DEFAULT);
    if (made < 0)
        return wrong(context, name, "cannot be opened");
    if (H5Iget_type(made) != kind) {
        H5Oclose(made);
        return wrong(context, name, kind == H5I_GROUP ? "is not a group" : "is not a dataset");
    }
    *object = made;
    return SNND_OK;
}

snnd_status snnd_hdf5_group(snnd_context *context, hid_t parent, const char *name, hid_t *group) {
    return open_object(context, parent, name, H5I_GROUP, group);
}

void snnd_hdf5_free_names(snnd_context *context, char **names, size_t count) {
    for (size_t i = 0; names != NULL && i < count; i++)
        snnd_release(context, names[i]);
    snnd_release(context, names);
}

static snnd_status read_name(snnd_context *context, hid_t group, size_t index, char **name) {
    char text[NAME + 1];
    const ssize_t length =
        H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, text, sizeof text, H5P_DEFAULT);
    if (length <= 0 || length > NAME || strchr(text, '/') != NULL || strcmp(text, ".") == 0)
        return snnd_fail(context, SNND_ERROR_FORMAT, "a name in a group is empty, above %d bytes, or a path", NAME);
    *name = snnd_copy_string(context, text);
    return *name == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

snnd_status snnd_hdf5_names(snnd_context *context, hid_t group, size_t most, char ***names, size_t *count) {
    H5G_info_t about;
    if (H5Gget_info(group, &about) < 0 || about.nlinks > most)
        return snnd_fail(context, SNND_ERROR_FORMAT, "a group cannot be listed, or has more than %zu names", most);
    const size_t found = (size_t)about.nlinks;
    char **made = snnd_allocate(context, found, sizeof *made);
    snnd_status status = made == NULL ? SNND_ERROR_MEMORY : SNND_OK;
    for (size_t i = 0; i < found && status == SNND_OK; i++)
        status = read_name(context, group, i, &made[i]);
    if (status != SNND_OK) {
        snnd_hdf5_free_names(context, made, found);
        return status;
    }
    *names = made;
    *count = found;
    return SNND_OK;
}

/* ---- datasets ---- */

/* Whether the data lie in this file, and in ways that need no plugin. */
static bool stored_here(hid_t dataset, bool *deflated) {
    const hid_t how = H5Dget_create_plist(dataset);
    if (how < 0)
        return false;
    const H5D_layout_t layout = H5Pget_layout(how);
    bool good =
        (layout == H5D_COMPACT || layout == H5D_CONTIGUOUS || layout == H5D_CHUNKED) && H5Pget_external_count(how) == 0;
    const int filters = layout == H5D_CHUNKED ? H5Pget_nfilters(how) : 0;
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

/* How many bytes the data of a dataset may have by what the file holds. */
static double bytes_held(hid_t dataset, bool deflated) {
    hsize_t whole = 0;
    const hid_t file = H5Iget_file_id(dataset);
    if (file < 0 || H5Fget_filesize(file, &whole) < 0)
        whole = 0;
    H5Fclose(file);
    const hsize_t stored = H5Dget_storage_size(dataset);
    return (double)(stored < whole ? stored : whole) * (deflated ? DEFLATE : 1);
}

/* The extents of a dataset whose elements have the type's size, all of them held by the file. */
static const char *look_at(hid_t dataset, hid_t type, int *axes, hsize_t shape[SNND_HDF5_AXES]) {
    bool deflated = false;
    double count = 1;
    const hid_t space = H5Dget_space(dataset);
    const int found =
        space < 0 || H5Sget_simple_extent_type(space) == H5S_NULL ? -1 : H5Sget_simple_extent_ndims(space);
    const bool few = found >= 0 && found <= SNND_HDF5_AXES;
    *axes = found;
    if (few)
        H5Sget_simple_extent_dims(space, shape, NULL);
    H5Sclose(space);
    if (!few)
        return "has no elements, or more than 4 axes";
    for (int axis = 0; axis < found; axis++)
        count *= (double)shape[axis];
    if (!(count >= 1 && count <= MOST_NUMBERS))
        return "has no elements, or too many";
    if (!stored_here(dataset, &deflated))
        return "lies in another file, or is stored with a filter that is not deflate, shuffle or fletcher32";
    return count * (double)H5Tget_size(type) > bytes_held(dataset, deflated) ? "has more elements than the file holds"
                                                                             : NULL;
}

/* Opens a dataset of one of two classes of elements. */
static snnd_status open_dataset(snnd_context *context, hid_t parent, const char *name, H5T_class_t class,
                                H5T_class_t other, hid_t *dataset, hid_t *type, int *axes,
                                hsize_t shape[SNND_HDF5_AXES]) {
    hid_t made = -1;
    snnd_status status = open_object(context, parent, name, H5I_DATASET, &made);
    if (status != SNND_OK)
        return status;
    const hid_t elements = H5Dget_type(made);
    const H5T_class_t found = elements < 0 ? H5T_NO_CLASS : H5Tget_class(elements);
    const char *fault = found != class && found != other ? (class == H5T_STRING ? "is not text" : "is not numbers")
                                                         : look_at(made, elements, axes, shape);
    if (fault == NULL) {
        *dataset = made;
        *type = elements;
        return SNND_OK;
    }
    H5Tclose(elements);
    H5Dclose(made);
    return wrong(context, name, fault);
}

/* ---- text ---- */

/* The type of text in memory that HDF5 turns `stored` into: pointers, or `width` bytes with a zero at the end. */
static hid_t text_in_memory(hid_t stored, size_t *width) {
    const bool variable = H5Tis_variable_str(stored) > 0;
    const hid_t type = H5Tcopy(H5T_C_S1);
    *width = variable ? sizeof(char *) : H5Tget_size(stored) + 1;
    if (type < 0 || H5Tset_size(type, variable ? H5T_VARIABLE : *width) < 0 ||
        H5Tset_cset(type, H5Tget_cset(stored)) < 0 || *width > NAME + 1) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

static snnd_status copy_text(snnd_context *context, const char *name, const char *text, char **copy) {
    if (text == NULL || memchr(text, '\0', NAME + 1) == NULL)
        return wrong(context, name, "has a text of more than 255 bytes, or none");
    *copy = snnd_copy_string(context, text);
    return *copy == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

/* All texts of a dataset to `texts` [count], which holds NULLs. */
static snnd_status read_texts(snnd_context *context, const char *name, hid_t dataset, hid_t stored, size_t count,
                              char **texts) {
    size_t width;
    const hid_t type = text_in_memory(stored, &width), space = H5Dget_space(dataset);
    const bool variable = H5Tis_variable_str(stored) > 0;
    char *read = type < 0 ? NULL : snnd_allocate(context, count, width);
    snnd_status status = type < 0       ? wrong(context, name, "has texts of more than 255 bytes")
                         : read == NULL ? SNND_ERROR_MEMORY
                                        : SNND_OK;
    if (status == SNND_OK && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, read) < 0) {
        status = wrong(context, name, "cannot be read");
    } else if (status == SNND_OK) {
        for (size_t i = 0; i < count && status == SNND_OK; i++)
            status = copy_text(context, name, variable ? ((char **)(void *)read)[i] : read + i * width, &texts[i]);
        if (variable)
            H5Dvlen_reclaim(type, space, H5P_DEFAULT, read);
    }
    snnd_release(context, read);
    H5Sclose(space);
    H5Tclose(type);
    return status;
}

snnd_status snnd_hdf5_text(snnd_context *context, hid_t parent, const char *name, char **text) {
    hid_t dataset, type;
    int axes;
    hsize_t shape[SNND_HDF5_AXES];
    snnd_status status = open_dataset(context, parent, name, H5T_STRING, H5T_STRING, &dataset, &type, &axes, shape);
    if (status != SNND_OK)
        return status;
    *text = NULL;
    status = axes != 0 ? wrong(context, name, "is not one text") : read_texts(context, name, dataset, type, 1, text);
    H5Tclose(type);
    H5Dclose(dataset);
    return status;
}

snnd_status snnd_hdf5_pairs(snnd_context *context, hid_t parent, const char *name, size_t most, char ***texts,
                            size_t *rows) {
    hid_t dataset, type;
    int axes;
    hsize_t shape[SNND_HDF5_AXES];
    snnd_status status = open_dataset(context, parent, name, H5T_STRING, H5T_STRING, &dataset, &type, &axes, shape);
    if (status != SNND_OK)
        return status;
    if (axes != 2 || shape[1] != 2 || shape[0] > most) {
        status = snnd_fail(context, SNND_ERROR_FORMAT, "'%s' is not pairs of names, at most %zu", name, most);
    } else {
        const size_t count = 2 * (size_t)shape[0];
        char **made = snnd_allocate(context, count, sizeof *made);
        status = made == NULL ? SNND_ERROR_MEMORY : read_texts(context, name, dataset, type, count, made);
        if (status == SNND_OK) {
            *texts = made;
            *rows = count / 2;
        } else {
            snnd_hdf5_free_names(context, made, count);
        }
    }
    H5Tclose(type);
    H5Dclose(dataset);
    return status;
}

/* ---- numbers ---- */

snnd_status snnd_hdf5_shape(snnd_context *context, hid_t parent, const char *name, int *axes,
                            int64_t shape[SNND_HDF5_AXES]) {
    hid_t dataset, type;
    hsize_t extents[SNND_HDF5_AXES];
    snnd_status status = open_dataset(context, parent, name, H5T_FLOAT, H5T_INTEGER, &dataset, &type, axes, extents);
    if (status != SNND_OK)
        return status;
    for (int axis = 0; axis < *axes; axis++)
        shape[axis] = (int64_t)extents[axis];
    H5Tclose(type);
    H5Dclose(dataset);
    return SNND_OK;
}

static snnd_status read_numbers(snnd_context *context, const char *name, hid_t dataset, size_t count, double *values) {
    if (H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        return wrong(context, name, "cannot be read");
    for (size_t k = 0; k < count; k++)
        if (!isfinite(values[k]))
            return wrong(context, name, "has a number that is not finite");
    return SNND_OK;
}

snnd_status snnd_hdf5_numbers(snnd_context *context, hid_t parent, const char *name, double **values) {
    hid_t dataset, type;
    int axes;
    hsize_t shape[SNND_HDF5_AXES];
    snnd_status status = open_dataset(context, parent, name, H5T_FLOAT, H5T_INTEGER, &dataset, &type, &axes, shape);
    if (status != SNND_OK)
        return status;
    size_t count = 1;
    for (int axis = 0; axis < axes; axis++)
        count *= (size_t)shape[axis];
    double *made = snnd_allocate(context, count, sizeof *made);
    status = made == NULL ? SNND_ERROR_MEMORY : read_numbers(context, name, dataset, count, made);
    if (status == SNND_OK)
        *values = made;
    else
        snnd_release(context, made);
    H5Tclose(type);
    H5Dclose(dataset);
    return status;
}
