#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hdf5/hdf5_file.h"

enum { NAME = 255 };

/* The most bytes that deflate can make of one byte, and those of the widest number. */
enum { DEFLATE = 1032, WIDEST = 16 };

int hdf5_refuse(struct failure *failure, const char *name, const char *wrong) {
    return failed(failure, "'%.64s' %s", name, wrong);
}

int hdf5_spend(hdf5_source *source, uint64_t cost) {
    if (cost > source->left)
        return failed(source->failure, "reading it takes more work than a file of %" PRIu64 " bytes may need",
                      source->count);
    source->left -= cost;
    return 0;
}

/* ---- groups ---- */

bool hdf5_has(hid_t parent, const char *name) {
    return H5Lexists(parent, name, H5P_DEFAULT) > 0;
}

/* Opens an object that is stored in this file under that name, since other links may lead anywhere. */
static int open_object(hdf5_source *source, hid_t parent, const char *name, H5I_type_t kind, hid_t *object) {
    H5L_info_t about;
    const int status = hdf5_spend(source, HDF5_OPENING);
    if (status != 0)
        return status;
    if (!hdf5_has(parent, name))
        return hdf5_refuse(source->failure, name, "is missing");
    if (H5Lget_info(parent, name, &about, H5P_DEFAULT) < 0 || about.type != H5L_TYPE_HARD)
        return hdf5_refuse(source->failure, name, "is a link to another place");
    const hid_t made = H5Oopen(parent, name, H5P_DEFAULT);
    if (made < 0)
        return hdf5_refuse(source->failure, name, "cannot be opened");
    if (H5Iget_type(made) != kind) {
        H5Oclose(made);
        return hdf5_refuse(source->failure, name, kind == H5I_GROUP ? "is not a group" : "is not a dataset");
    }
    *object = made;
    return 0;
}

int hdf5_group(hdf5_source *source, hid_t parent, const char *name, hid_t *group) {
    return open_object(source, parent, name, H5I_GROUP, group);
}

void hdf5_free_names(char **names, size_t count) {
    for (size_t i = 0; names != NULL && i < count; i++)
        free(names[i]);
    free(names);
}

/* Names, as they are listed. */
typedef struct name_list {
    struct failure *failure;
    char **names;
    size_t count, most;
    int status;
} name_list;

static herr_t take_name(hid_t group, const char *name, const H5L_info_t *about, void *user) {
    name_list *list = user;
    (void)group;
    (void)about;
    const size_t length = strlen(name);
    if (list->count == list->most)
        list->status = failed(list->failure, "a group has more than %zu names", list->most);
    else if (length == 0 || length > NAME || strchr(name, '/') != NULL || strcmp(name, ".") == 0)
        list->status = failed(list->failure, "a name in a group is empty, above %d bytes, or a path", NAME);
    else
        list->names[list->count++] = format_text("%s", name);
    return list->status == 0 ? 0 : 1;
}

int hdf5_names(hdf5_source *source, hid_t group, size_t most, char ***names, size_t *count) {
    name_list list = {.failure = source->failure, .most = most};
    list.names = allocate(most, sizeof *list.names);
    /* In one pass, since asking for each name takes HDF5 a pass for each. */
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, take_name, &list) < 0 && list.status == 0)
        list.status = failed(source->failure, "a group cannot be listed");
    if (list.status != 0) {
        hdf5_free_names(list.names, list.count);
        return list.status;
    }
    *names = list.names;
    *count = list.count;
    return 0;
}

/* ---- datasets ---- */

static const char *look_at_space(const hdf5_source *source, hdf5_dataset *dataset) {
    double count = 1;
    const hid_t space = H5Dget_space(dataset->id);
    const bool none = space < 0 || H5Sget_simple_extent_type(space) == H5S_NULL;
    dataset->axes = none ? -1 : H5Sget_simple_extent_ndims(space);
    const bool few = dataset->axes >= 0 && dataset->axes <= HDF5_AXES;
    if (few)
        H5Sget_simple_extent_dims(space, dataset->shape, NULL);
    H5Sclose(space);
    if (!few)
        return none ? "has no elements" : "has more than 4 axes";
    for (int axis = 0; axis < dataset->axes; axis++)
        count *= (double)dataset->shape[axis];
    dataset->is_empty = !(count >= 1);
    if (dataset->is_empty)
        return "has no elements";
    if (count > HDF5_NUMBERS + (double)source->count)
        return "has too many elements";
    dataset->count = (size_t)count;
    return NULL;
}

/* Returns what is wrong with the place of the data, which must be in this file and need no plugin, or NULL. */
static const char *look_at_layout(hdf5_dataset *dataset) {
    const hid_t how = H5Dget_create_plist(dataset->id);
    if (how < 0)
        return "cannot be opened";
    const char *fault = NULL;
    dataset->layout = H5Pget_layout(how);
    if (H5Pget_external_count(how) != 0)
        fault = "lies in another file";
    else if (dataset->layout == H5D_CHUNKED)
        fault = hdf5_look_at_chunks(how, dataset);
    else if (dataset->layout != H5D_COMPACT && dataset->layout != H5D_CONTIGUOUS)
        fault = "lies in another file";
    H5Pclose(how);
    return fault;
}

/* Returns the most bytes that the file can have of a dataset. Chunks are not included, but checked one by one. */
static double most_bytes(const hdf5_source *source, const hdf5_dataset *dataset) {
    bool deflated = false;
    for (int i = 0; i < dataset->filters; i++)
        deflated = deflated || dataset->filter[i] == H5Z_FILTER_DEFLATE;
    const hsize_t stored = dataset->layout == H5D_CHUNKED ? source->count : H5Dget_storage_size(dataset->id);
    return (double)(stored < source->count ? stored : source->count) * (deflated ? DEFLATE : 1);
}

/* Returns what is wrong with the size of a dataset or the place of its data, or NULL. */
static const char *look_at(const hdf5_source *source, hdf5_dataset *dataset) {
    const char *fault = look_at_space(source, dataset);
    if (fault == NULL)
        fault = look_at_layout(dataset);
    if (fault != NULL)
        return fault;
    return (double)dataset->count * (double)H5Tget_size(dataset->type) > most_bytes(source, dataset)
               ? "has more elements than the file holds"
               : NULL;
}

void hdf5_close_dataset(const hdf5_dataset *dataset) {
    H5Tclose(dataset->type);
    H5Dclose(dataset->id);
}

int hdf5_open_dataset(hdf5_source *source, hid_t parent, const char *name, H5T_class_t class, H5T_class_t other,
                      hdf5_dataset *dataset) {
    *dataset = (hdf5_dataset){0};
    int status = open_object(source, parent, name, H5I_DATASET, &dataset->id);
    if (status != 0)
        return status;
    *dataset =
        (hdf5_dataset){.id = dataset->id, .type = H5Dget_type(dataset->id), .larger_chunk = source->larger_chunk};
    const H5T_class_t found = dataset->type < 0 ? H5T_NO_CLASS : H5Tget_class(dataset->type);
    const bool wide = class != H5T_STRING && found != H5T_NO_CLASS && H5Tget_size(dataset->type) > WIDEST;
    const char *fault = (found != class && found != other) || wide
                            ? (class == H5T_STRING                        ? "does not contain text"
                               : class == H5T_VLEN                        ? "does not contain lists of variable length"
                               : other == H5T_FLOAT || class == H5T_FLOAT ? "does not contain numbers"
                                                                          : "does not contain whole numbers")
                            : look_at(source, dataset);
    if (fault == NULL)
        return 0;
    hdf5_close_dataset(dataset);
    return hdf5_refuse(source->failure, name, fault);
}

/* Returns the charge for reading a dataset: all elements of all chunks, and the chunks. */
static uint64_t cost_of(const hdf5_dataset *dataset, size_t width) {
    double elements = (double)dataset->count, chunks = 0;
    if (dataset->layout == H5D_CHUNKED)
        elements = chunks = 1;
    for (int axis = 0; axis < dataset->axes && chunks > 0; axis++) {
        const double along = ceil((double)dataset->shape[axis] / (double)dataset->chunk[axis]);
        chunks *= along;
        elements *= along * (double)dataset->chunk[axis];
    }
    /* HDF5 searches a chunk without filters among all chunks before it. */
    const double passed = dataset->filters > 0 ? 0 : chunks * chunks / HDF5_PASSING;
    return (uint64_t)(elements * (double)width + chunks * HDF5_OPENING + passed);
}

int hdf5_charge(hdf5_source *source, const hdf5_dataset *dataset, size_t width) {
    return hdf5_spend(source, cost_of(dataset, width));
}

int hdf5_read(hdf5_source *source, const char *name, const hdf5_dataset *dataset, hid_t type, size_t width,
              void *values) {
    int status = hdf5_charge(source, dataset, width);
    if (status == 0 && dataset->layout == H5D_CHUNKED)
        status = hdf5_read_chunks(source, name, dataset, H5Tget_size(dataset->type), NULL);
    if (status == 0 && H5Dread(dataset->id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        status = hdf5_refuse(source->failure, name, "cannot be read");
    return status;
}

/* ---- numbers ---- */

int hdf5_shape(hdf5_source *source, hid_t parent, const char *name, int *axes, int64_t shape[HDF5_AXES]) {
    hdf5_dataset dataset;
    int status = hdf5_open_dataset(source, parent, name, H5T_FLOAT, H5T_INTEGER, &dataset);
    if (status != 0)
        return status;
    *axes = dataset.axes;
    for (int axis = 0; axis < dataset.axes; axis++)
        shape[axis] = (int64_t)dataset.shape[axis];
    hdf5_close_dataset(&dataset);
    return 0;
}

static int read_numbers(hdf5_source *source, const char *name, const hdf5_dataset *dataset, double *values) {
    const int status = hdf5_read(source, name, dataset, H5T_NATIVE_DOUBLE, 1, values);
    for (size_t k = 0; k < dataset->count && status == 0; k++)
        if (!isfinite(values[k]))
            return hdf5_refuse(source->failure, name, "has a number that is not finite");
    return status;
}

int hdf5_numbers(hdf5_source *source, hid_t parent, const char *name, double **values) {
    hdf5_dataset dataset;
    int status = hdf5_open_dataset(source, parent, name, H5T_FLOAT, H5T_INTEGER, &dataset);
    if (status != 0)
        return status;
    double *made = allocate(dataset.count, sizeof *made);
    status = read_numbers(source, name, &dataset, made);
    if (status == 0)
        *values = made;
    else
        free(made);
    hdf5_close_dataset(&dataset);
    return status;
}
