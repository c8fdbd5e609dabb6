/* Datasets in chunks, which may be compressed by filters. HDF5 decompresses a chunk to any length, and reads the
 * chunk's numbers from the result, however short or long it is. So every chunk is first decompressed here, and must
 * have exactly as many bytes as the dataset needs. Where a chunk skips a filter, its mask says so. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "hdf5/hdf5_file.h"

enum { CHECKSUM = 4 };

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
               "deflated before it was shuffled";
    if (H5Pget_chunk(how, HDF5_AXES, dataset->chunk) != dataset->axes || H5Pget_chunk_opts(how, &options) < 0 ||
        options != 0)
        return "is stored in chunks of an unsupported kind";
    for (int axis = 0; axis < dataset->axes; axis++)
        if (dataset->chunk[axis] < 1 || dataset->chunk[axis] > dataset->shape[axis] + dataset->larger_chunk)
            return "is stored in chunks that are larger than it";
    return NULL;
}

/* Inflates to at most `room` bytes. Returns how many there were, `room` + 1 if there were more, and 0 where the stream
 * is damaged. */
static size_t inflate_to(const unsigned char *bytes, size_t count, unsigned char *unfolded, size_t room) {
    unsigned char more;
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)bytes,
                       .avail_in = (uInt)count,
                       .next_out = unfolded,
                       .avail_out = (uInt)room};
    if (count > UINT_MAX || room > UINT_MAX || inflateInit(&stream) != Z_OK)
        return 0;
    int state = inflate(&stream, Z_FINISH);
    if (state == Z_BUF_ERROR && stream.avail_out == 0) { /* the buffer is full; is there more? */
        stream.next_out = &more;
        stream.avail_out = 1;
        state = inflate(&stream, Z_FINISH);
    }
    inflateEnd(&stream);
    return state == Z_STREAM_END ? stream.total_out : 0;
}

/* Puts the bytes of each element together again. */
static void unshuffle(unsigned char *bytes, size_t count, size_t width) {
    const size_t elements = count / width;
    unsigned char *shuffled = allocate(count, 1);
    memcpy(shuffled, bytes, count);
    for (size_t e = 0; e < elements; e++)
        for (size_t b = 0; b < width; b++)
            bytes[e * width + b] = shuffled[b * elements + e];
    free(shuffled);
}

/* Returns the `expected` bytes of a stored chunk with elements of `width`, to be freed, or NULL where it has another
 * length. Filters are listed in the order of writing; those of the mask were skipped. A checksum is appended to its
 * bytes, and shuffling leaves it at the end. */
static unsigned char *unfold(const hdf5_dataset *dataset, uint32_t mask, const unsigned char *bytes, size_t count,
                             size_t expected, size_t width) {
    size_t behind = 0, inside = expected;
    bool deflated = false, shuffled = false;
    for (int i = 0; i < dataset->filters; i++) {
        if (mask >> i & 1)
            continue;
        deflated = deflated || dataset->filter[i] == H5Z_FILTER_DEFLATE;
        shuffled = shuffled || dataset->filter[i] == H5Z_FILTER_SHUFFLE;
        if (dataset->filter[i] == H5Z_FILTER_FLETCHER32)
            *(deflated ? &behind : &inside) += CHECKSUM;
    }
    if (deflated ? count <= behind : count != inside)
        return NULL;
    unsigned char *unfolded = allocate(inside, 1);
    if (!deflated) {
        memcpy(unfolded, bytes, inside);
    } else if (inflate_to(bytes, count - behind, unfolded, inside) != inside) {
        free(unfolded);
        return NULL;
    }
    if (shuffled)
        unshuffle(unfolded, expected, width);
    return unfolded;
}

/* Returns how many bytes HDF5 will read for a chunk. For a chunk without filters H5Dget_chunk_storage_size() returns
 * how many there should be, and H5Dread_chunk() reads as many as the file says. */
static bool size_of(const hdf5_dataset *dataset, const hsize_t *place, hsize_t *stored) {
    return (dataset->filters > 0 ? H5Dget_chunk_storage_size(dataset->id, place, stored)
                                 : H5Dget_chunk_info_by_coord(dataset->id, place, NULL, NULL, stored)) >= 0;
}

/* Reads and decompresses the chunk that begins at this place. */
static int read_chunk(const hdf5_source *source, const char *name, const hdf5_dataset *dataset, const hsize_t *place,
                      size_t expected, size_t width, unsigned char **unfolded) {
    hsize_t stored = 0;
    uint32_t mask = 0;
    /* Deflating adds little to bytes that it cannot compress. */
    const hsize_t most = expected + expected / 8 + 4096;
    *unfolded = NULL;
    if (size_of(dataset, place, &stored) && stored >= 1 && stored <= source->count && stored <= most) {
        unsigned char *bytes = allocate((size_t)stored, 1);
        if (H5Dread_chunk(dataset->id, H5P_DEFAULT, place, &mask, bytes) >= 0)
            *unfolded = unfold(dataset, mask, bytes, (size_t)stored, expected, width);
        free(bytes);
    }
    return *unfolded != NULL
               ? 0
               : hdf5_refuse(source->failure, name,
                             "has a chunk that is missing, or whose number of bytes is not that of the dataset");
}

/* Copies the part of a chunk that is in the dataset to its place there, row by row. */
static void put_chunk(const hdf5_dataset *dataset, const hsize_t *place, const unsigned char *chunk,
                      unsigned char *elements, size_t width) {
    const int last = dataset->axes - 1;
    const hsize_t left = dataset->shape[last] - place[last], row = dataset->chunk[last];
    size_t rows = 1;
    for (int axis = 0; axis < last; axis++)
        rows *= (size_t)dataset->chunk[axis];
    for (size_t r = 0; r < rows; r++) {
        size_t rest = r, to = (size_t)place[last], step = (size_t)dataset->shape[last];
        bool inside = true;
        for (int axis = last - 1; axis >= 0; axis--) {
            const hsize_t at = place[axis] + rest % dataset->chunk[axis];
            rest /= (size_t)dataset->chunk[axis];
            inside = inside && at < dataset->shape[axis];
            to += (size_t)at * step;
            step *= (size_t)dataset->shape[axis];
        }
        if (inside)
            memcpy(elements + to * width, chunk + r * (size_t)row * width, (size_t)(left < row ? left : row) * width);
    }
}

int hdf5_read_chunks(const hdf5_source *source, const char *name, const hdf5_dataset *dataset, size_t width,
                     unsigned char *elements) {
    hsize_t place[HDF5_AXES] = {0};
    size_t expected = width;
    for (int axis = 0; axis < dataset->axes; axis++)
        expected *= (size_t)dataset->chunk[axis];
    for (int axis = dataset->axes; axis >= 0;) {
        unsigned char *chunk;
        if (read_chunk(source, name, dataset, place, expected, width, &chunk) != 0)
            return -1;
        if (elements != NULL)
            put_chunk(dataset, place, chunk, elements, width);
        free(chunk);
        for (axis = dataset->axes - 1; axis >= 0; axis--) { /* to the next chunk */
            place[axis] += dataset->chunk[axis];
            if (place[axis] < dataset->shape[axis])
                break;
            place[axis] = 0;
        }
    }
    return 0;
}
