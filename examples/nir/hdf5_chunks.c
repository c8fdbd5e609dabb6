/*
 * Datasets in chunks, which filters may have made small. HDF5 unfolds a chunk to whatever its bytes give, and reads the
 * chunk's numbers from that, however short or long it is. So every chunk is unfolded here first, piece by piece, and
 * must give just as many bytes as the dataset says. Where a chunk is skipped by a filter, its mask says so.
 */
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "nir/hdf5_file.h"

enum { PIECE = 1 << 14, CHECKSUM = 4 };

static bool look_at_filters(hid_t how, hdf5_dataset *dataset) {
    dataset->filters = H5Pget_nfilters(how);
    if (dataset->filters < 0 || dataset->filters > HDF5_FILTERS)
        return false;
    for (int i = 0; i < dataset->filters; i++) {
        unsigned flags, config;
        size_t parameters = 0;
        const H5Z_filter_t filter = H5Pget_filter2(how, (unsigned)i, &flags, &parameters, NULL, 0, NULL, &config);
        if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32)
            return false;
        for (int before = 0; before < i; before++)
            if (dataset->filter[before] == filter ||
                (dataset->filter[before] == H5Z_FILTER_DEFLATE && filter == H5Z_FILTER_SHUFFLE))
                return false;
        dataset->filter[i] = filter;
    }
    return true;
}

const char *hdf5_look_at_chunks(hid_t how, hdf5_dataset *dataset) {
    unsigned options = 0;
    if (!look_at_filters(how, dataset))
        return "is stored with a filter that is not shuffle, deflate or fletcher32, with one of them twice, or "
               "deflated "
               "before it was shuffled";
    if (H5Pget_chunk(how, HDF5_AXES, dataset->chunk) != dataset->axes || H5Pget_chunk_opts(how, &options) < 0 ||
        options != 0)
        return "is stored in chunks of another kind";
    for (int axis = 0; axis < dataset->axes; axis++)
        if (dataset->chunk[axis] < 1 || dataset->chunk[axis] > dataset->shape[axis])
            return "is stored in chunks that are larger than it";
    return NULL;
}

/* Whether a deflated stream gives so many bytes. */
static bool inflates_to(const unsigned char *bytes, size_t count, size_t expected) {
    unsigned char piece[PIECE];
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)bytes, .avail_in = (uInt)count};
    size_t given = 0;
    int state = count > UINT_MAX ? Z_MEM_ERROR : inflateInit(&stream);
    if (state != Z_OK)
        return false;
    while (state == Z_OK && given <= expected) {
        stream.next_out = piece;
        stream.avail_out = PIECE;
        state = inflate(&stream, Z_NO_FLUSH);
        given += PIECE - stream.avail_out;
    }
    inflateEnd(&stream);
    return state == Z_STREAM_END && given == expected;
}

/* Whether the stored bytes of a chunk unfold to `expected`. Filters stand in the order of writing; those of the mask
 * were left out. A checksum adds its bytes to what it is of. */
static bool unfolds_to(const hdf5_dataset *dataset, uint32_t mask, const unsigned char *bytes, size_t count,
                       size_t expected) {
    size_t behind = 0;
    bool deflated = false;
    for (int i = 0; i < dataset->filters; i++) {
        if (mask >> i & 1)
            continue;
        deflated = deflated || dataset->filter[i] == H5Z_FILTER_DEFLATE;
        if (dataset->filter[i] == H5Z_FILTER_FLETCHER32)
            *(deflated ? &behind : &expected) += CHECKSUM;
    }
    return deflated ? count > behind && inflates_to(bytes, count - behind, expected) : count == expected;
}

/* The chunk that begins at this place. */
static int check_chunk(const hdf5_source *source, const char *name, const hdf5_dataset *dataset, const hsize_t *place,
                       size_t expected) {
    static const char wrong[] = "has a chunk that is not there, or is not of as many bytes as the dataset says";
    hsize_t stored = 0;
    uint32_t mask = 0;
    if (H5Dget_chunk_storage_size(dataset->id, place, &stored) < 0 || stored < 1 || stored > source->count)
        return hdf5_refuse(source->failure, name, wrong);
    unsigned char *bytes = allocate((size_t)stored, 1);
    const bool good = H5Dread_chunk(dataset->id, H5P_DEFAULT, place, &mask, bytes) >= 0 &&
                      unfolds_to(dataset, mask, bytes, (size_t)stored, expected);
    free(bytes);
    return good ? 0 : hdf5_refuse(source->failure, name, wrong);
}

int hdf5_check_chunks(const hdf5_source *source, const char *name, const hdf5_dataset *dataset) {
    hsize_t place[HDF5_AXES] = {0};
    size_t expected = H5Tget_size(dataset->type);
    for (int axis = 0; axis < dataset->axes; axis++)
        expected *= (size_t)dataset->chunk[axis];
    for (int axis = dataset->axes; axis >= 0;) {
        const int status = check_chunk(source, name, dataset, place, expected);
        if (status != 0)
            return status;
        for (axis = dataset->axes - 1; axis >= 0; axis--) { /* to the next chunk */
            place[axis] += dataset->chunk[axis];
            if (place[axis] < dataset->shape[axis])
                break;
            place[axis] = 0;
        }
    }
    return 0;
}
