/* The bytes of a file that is read: in memory, or on the disk. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hdf5/hdf5_file.h"

enum { STEP = 1 << 16 };

static int begin(hid_t made, hdf5_source source, hdf5_source *opened, struct failure *failure) {
    if (made < 0)
        return failed(failure, "it is not an HDF5 file, or it is incomplete");
    source.failure = failure;
    source.file = made;
    source.left = HDF5_BUDGET + (uint64_t)HDF5_BUDGET_OF_A_BYTE * source.count;
    *opened = source;
    return 0;
}

int hdf5_open(const void *bytes, size_t count, hdf5_source *source, struct failure *failure) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    hid_t made = -1;
    /* HDF5 copies the bytes, and does not write to the original. */
    if (H5Pset_fapl_core(access, STEP, 0) >= 0 && H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
        H5Pset_file_image(access, (void *)(uintptr_t)bytes, count) >= 0)
        made = H5Fopen(HDF5_NAME, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    return begin(made, (hdf5_source){.bytes = bytes, .count = count, .descriptor = -1}, source, failure);
}

/* Without locks, which some file systems do not have, and which reading does not need. */
static hid_t disk_access(void) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
#if H5_VERSION_GE(1, 10, 7) && !(H5_VERS_MAJOR == 1 && H5_VERS_MINOR == 12 && H5_VERS_RELEASE == 0)
    H5Pset_file_locking(access, false, true);
#endif
    H5Pset_fapl_sec2(access);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    return access;
}

/* HDF5 opens the path again. Child processes must not inherit it, and it must be the same file. */
static bool is_same(hid_t file, int descriptor) {
    struct stat mine, its;
    int *handle = NULL;
    if (H5Fget_vfd_handle(file, H5P_DEFAULT, (void **)&handle) < 0 || handle == NULL)
        return false;
    (void)fcntl(*handle, F_SETFD, FD_CLOEXEC);
    return fstat(*handle, &its) == 0 && fstat(descriptor, &mine) == 0 && mine.st_dev == its.st_dev &&
           mine.st_ino == its.st_ino;
}

int hdf5_open_path(const char *path, int descriptor, hdf5_source *source, struct failure *failure) {
    struct stat about;
    if (fstat(descriptor, &about) != 0 || !S_ISREG(about.st_mode))
        return failed(failure, "is not a regular file");
    const hid_t access = disk_access(), made = H5Fopen(path, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    if (made >= 0 && !is_same(made, descriptor)) {
        H5Fclose(made);
        return failed(failure, "replaced another file while it was being opened");
    }
    return begin(made, (hdf5_source){.descriptor = descriptor, .count = (uint64_t)about.st_size}, source, failure);
}

bool hdf5_copy(const hdf5_source *source, uint64_t begin, size_t count, void *bytes) {
    if (begin > source->count || count > source->count - begin)
        return false;
    if (source->bytes != NULL) {
        memcpy(bytes, source->bytes + begin, count);
        return true;
    }
    for (size_t done = 0; done < count;) {
        const ssize_t got = pread(source->descriptor, (char *)bytes + done, count - done, (off_t)(begin + done));
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}
