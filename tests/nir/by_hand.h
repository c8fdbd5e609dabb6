/*
 * NIR files by hand: a small graph as others write it, and one thing in it put in another's place.
 *
 *     input [2] -> delay 0.02 s -> linear [3, 2] -> lif [3] -> affine [2, 3] -> li [2] -> output [2]
 */
#ifndef SNND_TESTS_NIR_BY_HAND_H
#define SNND_TESTS_NIR_BY_HAND_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "hdf5/hdf5_file.h"

typedef enum by_hand_kind {
    NOTHING,
    TEXT,       /* `text` */
    FLOATS,     /* `axes` of `shape`, all `value` */
    INTEGERS,   /* the same */
    DOUBLES,    /* the same, of 64 bits */
    GROUP,      /* empty */
    EDGES,      /* `text`: from>to from>to ... */
    FIXED_TEXT, /* `text` in as many bytes */
    SOFT_LINK,  /* to `text` */
    OUTER_LINK, /* to `text` of another file */
    OUTER_DATA, /* floats that lie in another file */
    UNWRITTEN,  /* floats that were never written */
    OPAQUE      /* of no type that numbers have */
} by_hand_kind;

/* A change: what is taken away, and what is put somewhere. */
typedef struct by_hand {
    const char *remove, *put;
    by_hand_kind kind;
    int axes;
    hsize_t shape[5];
    double value;
    const char *text;
    const char *words; /* of the error that comes of it */
} by_hand;

static inline void by_hand_good(bool good, const char *what) {
    ck_assert_msg(good, "HDF5 did not make %s", what);
}

static inline void by_hand_edges(hid_t file, const char *path, const char *text) {
    char copy[2048], *name[256];
    size_t count = 0;
    ck_assert_uint_lt(strlen(text), sizeof copy);
    strcpy(copy, text);
    for (char *at = strtok(copy, " >"); at != NULL; at = strtok(NULL, " >"))
        name[count++] = at;
    by_hand_good(hdf5_put_texts(file, path, (const char *const *)name, count / 2, 2), path);
}

static inline hid_t by_hand_dataset(hid_t file, const by_hand *change, hid_t type) {
    const hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space = change->axes == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(change->axes, change->shape, NULL);
    if (change->kind == OUTER_DATA)
        H5Pset_external(how, change->text, 0, H5F_UNLIMITED);
    const hid_t made = H5Dcreate2(file, change->put, type, space, H5P_DEFAULT, how, H5P_DEFAULT);
    by_hand_good(made >= 0, change->put);
    H5Sclose(space);
    H5Pclose(how);
    return made;
}

static inline void by_hand_numbers(hid_t file, const by_hand *change) {
    const hid_t type = change->kind == DOUBLES    ? H5T_IEEE_F64BE
                       : change->kind == INTEGERS ? H5T_STD_I64LE
                       : change->kind == OPAQUE   ? H5T_STD_B32LE
                                                  : H5T_IEEE_F32LE;
    size_t count = 1;
    for (int axis = 0; axis < change->axes; axis++)
        count *= (size_t)change->shape[axis];
    const hid_t made = by_hand_dataset(file, change, type);
    if (change->kind == FLOATS || change->kind == INTEGERS || change->kind == DOUBLES) {
        double *values = calloc(count + 1, sizeof *values);
        for (size_t k = 0; k < count; k++)
            values[k] = change->value;
        by_hand_good(H5Dwrite(made, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0, change->put);
        free(values);
    }
    H5Dclose(made);
}

static inline void by_hand_fixed_text(hid_t file, const by_hand *change) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, strlen(change->text));
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    const hid_t made = by_hand_dataset(file, change, type);
    by_hand_good(H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, change->text) >= 0, change->put);
    H5Dclose(made);
    H5Tclose(type);
}

static inline void by_hand_change(hid_t file, const by_hand *change) {
    if (change->remove != NULL)
        by_hand_good(H5Ldelete(file, change->remove, H5P_DEFAULT) >= 0, change->remove);
    switch (change->kind) {
    case NOTHING:
        return;
    case TEXT:
        by_hand_good(hdf5_put_text(file, change->put, change->text), change->put);
        return;
    case GROUP:
        H5Gclose(hdf5_add_group(file, change->put));
        return;
    case EDGES:
        by_hand_edges(file, change->put, change->text);
        return;
    case FIXED_TEXT:
        by_hand_fixed_text(file, change);
        return;
    case SOFT_LINK:
        by_hand_good(H5Lcreate_soft(change->text, file, change->put, H5P_DEFAULT, H5P_DEFAULT) >= 0, change->put);
        return;
    case OUTER_LINK:
        by_hand_good(H5Lcreate_external("other.nir", change->text, file, change->put, H5P_DEFAULT, H5P_DEFAULT) >= 0,
                     change->put);
        return;
    default:
        by_hand_numbers(file, change);
        return;
    }
}

#define NODE(name) "node/nodes/" name
#define PUT(what, path, ...)                                                                                           \
    { .put = path, .kind = what, __VA_ARGS__ }

static const by_hand by_hand_graph[] = {
    PUT(TEXT, "version", .text = "0.2.0"),
    PUT(GROUP, "node", .text = NULL),
    PUT(TEXT, "node/type", .text = "NIRGraph"),
    PUT(GROUP, "node/nodes", .text = NULL),
    PUT(EDGES, "node/edges", .text = "input>delay delay>linear linear>lif lif>affine affine>li li>output"),
    PUT(GROUP, NODE("input"), .text = NULL),
    PUT(TEXT, NODE("input/type"), .text = "Input"),
    PUT(INTEGERS, NODE("input/shape"), .axes = 1, .shape = {1}, .value = 2),
    PUT(GROUP, NODE("delay"), .text = NULL),
    PUT(TEXT, NODE("delay/type"), .text = "Delay"),
    PUT(FLOATS, NODE("delay/delay"), .axes = 1, .shape = {2}, .value = 0.02),
    PUT(GROUP, NODE("linear"), .text = NULL),
    PUT(TEXT, NODE("linear/type"), .text = "Linear"),
    PUT(FLOATS, NODE("linear/weight"), .axes = 2, .shape = {3, 2}, .value = 0.75),
    PUT(GROUP, NODE("lif"), .text = NULL),
    PUT(TEXT, NODE("lif/type"), .text = "LIF"),
    PUT(FLOATS, NODE("lif/tau"), .axes = 1, .shape = {3}, .value = 0.05),
    PUT(FLOATS, NODE("lif/r"), .axes = 1, .shape = {3}, .value = 5),
    PUT(FLOATS, NODE("lif/v_leak"), .axes = 1, .shape = {3}, .value = 0),
    PUT(FLOATS, NODE("lif/v_threshold"), .axes = 1, .shape = {3}, .value = 1),
    PUT(GROUP, NODE("affine"), .text = NULL),
    PUT(TEXT, NODE("affine/type"), .text = "Affine"),
    PUT(FLOATS, NODE("affine/weight"), .axes = 2, .shape = {2, 3}, .value = 0.5),
    PUT(FLOATS, NODE("affine/bias"), .axes = 1, .shape = {2}, .value = 0.25),
    PUT(GROUP, NODE("li"), .text = NULL),
    PUT(TEXT, NODE("li/type"), .text = "LI"),
    PUT(DOUBLES, NODE("li/tau"), .axes = 1, .shape = {2}, .value = 0.1),
    PUT(DOUBLES, NODE("li/r"), .axes = 1, .shape = {2}, .value = 10),
    PUT(DOUBLES, NODE("li/v_leak"), .axes = 1, .shape = {2}, .value = 0),
    PUT(GROUP, NODE("output"), .text = NULL),
    PUT(TEXT, NODE("output/type"), .text = "Output"),
    PUT(INTEGERS, NODE("output/shape"), .axes = 1, .shape = {1}, .value = 2),
};

/* Writes the graph with some changes made to it, behind so many bytes that are the user's. */
static inline void by_hand_write_behind(hsize_t block, const char *path, const by_hand *changes, size_t count) {
    const hid_t how = H5Pcreate(H5P_FILE_CREATE);
    by_hand_good(H5Pset_userblock(how, block) >= 0, "a block of the user's");
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, how, H5P_DEFAULT);
    by_hand_good(file >= 0, path);
    H5Pclose(how);
    for (size_t i = 0; i < sizeof by_hand_graph / sizeof by_hand_graph[0]; i++)
        by_hand_change(file, &by_hand_graph[i]);
    for (size_t i = 0; i < count; i++)
        by_hand_change(file, &changes[i]);
    H5Fclose(file);
}

static inline void by_hand_write(const char *path, const by_hand *changes, size_t count) {
    by_hand_write_behind(0, path, changes, count);
}

#endif
