/* What the reader and the writer of snnd-nir say, for tests. */
#ifndef SNND_TESTS_NIR_FILES_H
#define SNND_TESTS_NIR_FILES_H

#include <check.h>
#include <hdf5.h>
#include <string.h>

#include "nir/nir.h"

static struct failure nir_failure;
static nir_import_report nir_report;
static nir_export_report nir_written;

/* A call that must succeed; says why it did not. */
#define GOOD(call) ck_assert_msg((call) == 0, "%s: %s", #call, nir_failure.text)

/* A call that must fail with a message that has `words` in it. */
#define REFUSED(words, call)                                                                                           \
    do {                                                                                                               \
        ck_assert_msg((call) != 0, "%s did not fail", #call);                                                          \
        ck_assert_msg(strstr(nir_failure.text, words) != NULL, "%s said '%s', without '%s'", #call, nir_failure.text,  \
                      words);                                                                                          \
    } while (0)

static inline nir_export_options export_for(nir_order order) {
    return (nir_export_options){.dt = 0.01, .order = order};
}

static inline int save_nir(snnd_context *context, snnd_network *network, const nir_export_options *options,
                           const char *path) {
    const nir_export_options defaults = export_for(NIR_ORDER_UNTOLD);
    return nir_save(context, network, options == NULL ? &defaults : options, path, &nir_written, &nir_failure);
}

/* As the program does without options, or with a step of `dt`. HDF5 is as silent as there. */
static inline int load_nir(snnd_context *context, double dt, const char *path, snnd_network **network) {
    const nir_import_options options = {.dt = dt, .order = NIR_ORDER_UNTOLD};
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return nir_load(context, &options, path, network, &nir_report, &nir_failure);
}

#endif
