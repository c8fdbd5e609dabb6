/* The public functions of NIR, which are there with and without HDF5. */
#include "nir/nir.h"

#include "base/options.h"
#include "format/atomic_file.h"
#include "model/network.h"

snnd_status snnd_nir_options_init(snnd_nir_options *options, size_t size) {
    static const snnd_nir_options defaults = {.order = SNND_NIR_SPIKE_FIRST};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

static snnd_status read_options(snnd_context *context, const snnd_nir_options *options, snnd_nir_options *known) {
    snnd_nir_options_init(known, sizeof *known);
    snnd_status status = snnd_options_read(context, options, known, sizeof *known, "snnd_nir_options");
    if (status != SNND_OK)
        return status;
    if (known->dt != 0 && !(known->dt >= 1e-9 && known->dt <= 1e3))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_nir_options: dt is %g; expected 0, or 1e-9 to 1e3 seconds",
                         known->dt);
    if (known->order != SNND_NIR_SPIKE_FIRST && known->order != SNND_NIR_UPDATE_FIRST)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_nir_options: order is %d; expected a snnd_nir_order",
                         known->order);
    if (known->without_reset != 0 && known->without_reset != 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_nir_options: without_reset is %d; expected 0 or 1",
                         known->without_reset);
    return SNND_OK;
}

#if !defined(SNND_HAVE_HDF5)

static snnd_status without_hdf5(snnd_context *context) {
    return snnd_fail(context, SNND_ERROR_UNSUPPORTED,
                     "NIR files are HDF5, and this library was built without it (meson setup -Dhdf5=enabled)");
}

snnd_status snnd_nir_write(const snnd_network *network, const snnd_nir_options *options, unsigned char **bytes,
                           size_t *count) {
    (void)options;
    (void)bytes;
    (void)count;
    return without_hdf5(network->context);
}

snnd_status snnd_nir_read(snnd_context *context, const snnd_nir_options *options, const unsigned char *bytes,
                          size_t count, snnd_network **network) {
    (void)options;
    (void)bytes;
    (void)count;
    (void)network;
    return without_hdf5(context);
}

#endif

snnd_status snnd_network_save_nir(const snnd_network *network, const snnd_nir_options *options, const char *path) {
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_context *context = network->context;
    snnd_nir_options known;
    unsigned char *bytes = NULL;
    size_t count = 0;
    snnd_atomic_file file;
    snnd_status status = read_options(context, options, &known);
    if (status == SNND_OK && network->count == 0)
        status = snnd_fail(context, SNND_ERROR_STATE, "snnd_network_save_nir: the network has no layers");
    if (status == SNND_OK)
        status = snnd_network_check_values(network);
    if (known.dt == 0)
        known.dt = 0.01;
    if (status == SNND_OK)
        status = snnd_nir_write(network, &known, &bytes, &count);
    if (status != SNND_OK)
        return status;
    status = snnd_atomic_open(context, path, &file);
    if (status == SNND_OK) {
        snnd_atomic_write(&file, bytes, count);
        status = snnd_atomic_commit(&file);
    }
    snnd_release(context, bytes);
    return status;
}

snnd_status snnd_network_load_nir(snnd_context *context, const snnd_nir_options *options, const char *path,
                                  snnd_network **network) {
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    if (network == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_network_load_nir: network is NULL");
    snnd_nir_options known;
    unsigned char *bytes;
    size_t count;
    snnd_status status = read_options(context, options, &known);
    if (status == SNND_OK)
        status = snnd_read_file(context, path, &bytes, &count);
    if (status != SNND_OK)
        return status;
    status = snnd_name_file(context, snnd_nir_read(context, &known, bytes, count, network), path);
    snnd_release(context, bytes);
    return status;
}
