#include <pthread.h>

#include "nir/hdf5_file.h"

/* The library's one piece of global state, because HDF5 is one. */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

void snnd_hdf5_enter(snnd_hdf5_quiet *before) {
    pthread_mutex_lock(&turn);
    *before = (snnd_hdf5_quiet){.is_new = 1};
    if (H5Eauto_is_v2(H5E_DEFAULT, &before->is_new) < 0)
        return;
    if (before->is_new)
        H5Eget_auto2(H5E_DEFAULT, &before->report, &before->data);
    else
        H5Eget_auto1(&before->old_report, &before->data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void snnd_hdf5_leave(const snnd_hdf5_quiet *before) {
    H5Eclear2(H5E_DEFAULT);
    if (before->is_new)
        H5Eset_auto2(H5E_DEFAULT, before->report, before->data);
    else
        H5Eset_auto1(before->old_report, before->data);
    pthread_mutex_unlock(&turn);
}
