#include "common/npy_map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/files.h"

/* Version 1: the next two bytes have the length of the dictionary. */
#define MAGIC "\x93NUMPY\1"

enum { PREFIX = 10, MOST_HEADER = 1024, MOST_AXES = 4 };

/* Skips a text if it comes next. */
static int passes(const char **at, const char *text) {
    const size_t length = strlen(text);
    if (strncmp(*at, text, length) != 0)
        return 0;
    *at += length;
    return 1;
}

static int is_little_endian(void) {
    const uint16_t one = 1;
    return *(const unsigned char *)&one == 1;
}

static int read_type(const char **at, snnd_array *array) {
    const int bytes = passes(at, "{'descr': '|u1'");
    array->dtype = bytes ? SNND_UINT8 : SNND_FLOAT32;
    return bytes || passes(at, is_little_endian() ? "{'descr': '<f4'" : "{'descr': '>f4'");
}

/* Reads extents separated by a comma and a space; a comma may follow the last. */
static int read_shape(const char **at, snnd_array *array) {
    while (!passes(at, ")")) {
        char *end;
        if (array->dimensions == MOST_AXES || **at < '1' || **at > '9')
            return 0;
        const long long extent = strtoll(*at, &end, 10);
        if (extent > INT32_MAX || (*end != ',' && *end != ')'))
            return 0;
        array->shape[array->dimensions++] = extent;
        *at = end;
        if (passes(at, ","))
            passes(at, " ");
    }
    return array->dimensions > 0;
}

static int read_dictionary(const char *at, snnd_array *array) {
    *array = (snnd_array){.shape = {1, 1, 1, 1}};
    if (!read_type(&at, array) || !passes(&at, ", 'fortran_order': False, 'shape': (") || !read_shape(&at, array) ||
        !passes(&at, ", }"))
        return 0;
    at += strspn(at, " ");
    return passes(&at, "\n") && *at == '\0';
}

/* Returns 1 if there are as many bytes as the shape needs. */
static int is_whole(const snnd_array *array, size_t bytes) {
    const size_t size = array->dtype == SNND_UINT8 ? 1 : sizeof(float);
    size_t left = bytes / size;
    if (bytes % size != 0)
        return 0;
    for (int axis = 0; axis < array->dimensions; axis++) {
        if (left % (size_t)array->shape[axis] != 0)
            return 0;
        left /= (size_t)array->shape[axis];
    }
    return left == 1;
}

/* Describes the array in a mapped file. */
static int read_header(struct npy_map *npy) {
    unsigned char *file = npy->map;
    char text[MOST_HEADER + 1];
    if (npy->bytes < PREFIX || memcmp(file, MAGIC, sizeof MAGIC) != 0) /* a zero is the rest of the version */
        return 0;
    const size_t length = file[PREFIX - 2] | (size_t)file[PREFIX - 1] << 8, begin = PREFIX + length;
    if (length > MOST_HEADER || begin > npy->bytes || begin % sizeof(float) != 0)
        return 0;
    memcpy(text, file + PREFIX, length);
    text[length] = '\0';
    if (!read_dictionary(text, &npy->array) || !is_whole(&npy->array, npy->bytes - begin))
        return 0;
    npy->array.data = file + begin;
    return 1;
}

int npy_map(const char *path, struct npy_map *npy) {
    struct failure ignored;
    struct stat status;
    *npy = (struct npy_map){0};
    const int file = file_open_in(NULL, path, &ignored);
    if (file < 0)
        return 0;
    if (fstat(file, &status) == 0 && status.st_size > 0 && (uintmax_t)status.st_size <= SIZE_MAX) {
        void *map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, file, 0);
        if (map != MAP_FAILED)
            *npy = (struct npy_map){.map = map, .bytes = (size_t)status.st_size};
    }
    close(file);
    if (npy->map != NULL && read_header(npy))
        return 1;
    npy_unmap(npy);
    return 0;
}

void npy_unmap(struct npy_map *npy) {
    if (npy->map != NULL)
        munmap(npy->map, npy->bytes);
    *npy = (struct npy_map){0};
}
