/*
 * Fuzz target: files of events. Most inputs describe a file of a few samples, which is written by HDF5 itself, in some
 * types, chunks and filters and with times, units and labels that may be wrong, and then changes of single bytes. Where
 * the first byte is 224 or more the rest are the bytes of the file.
 */
#include "events/events.h"

#include <hdf5.h>
#include <stdbool.h>

#include "fuzz.h"

enum { MOST_SAMPLES = 6, MOST_EVENTS = 24, RAW = 224 };

static const struct events_shape shape = {10, 14, 100000, 4};

/* ---- a file by description ---- */

static hid_t half_type(void) {
    const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    return type;
}

/* Mostly as it should be. */
static hid_t choose_type(fuzz_bytes *in, bool is_float) {
    const hid_t floats[] = {H5T_IEEE_F32LE, H5T_IEEE_F64BE, H5T_IEEE_F64LE, H5T_STD_I32LE};
    const hid_t integers[] = {H5T_STD_U16LE, H5T_STD_I64BE, H5T_STD_I8LE, H5T_IEEE_F32LE};
    const unsigned char choice = fuzz_byte(in);
    if (is_float && choice < 128)
        return half_type();
    return H5Tcopy((is_float ? floats : integers)[choice < 250 ? choice % 3 : 3]);
}

static hid_t add(fuzz_bytes *in, hid_t file, const char *name, hid_t type, hsize_t count) {
    const hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space = H5Screate_simple(1, &count, NULL);
    const unsigned char choice = fuzz_byte(in);
    const hsize_t chunk = 1 + choice / 8 % (count > 0 ? count : 1);
    if (choice % 2 == 1 && count > 0)
        H5Pset_chunk(how, 1, &chunk);
    if (choice % 2 == 1 && choice / 2 % 2 == 1)
        H5Pset_shuffle(how);
    if (choice % 2 == 1 && choice / 4 % 2 == 1)
        H5Pset_deflate(how, 6);
    const hid_t made = H5Dcreate2(file, name, type, space, H5P_DEFAULT, how, H5P_DEFAULT);
    H5Sclose(space);
    H5Pclose(how);
    return made;
}

/* Times rise to 1.2 s and units are 0 to 699, but for one at times. */
static void put_lists(fuzz_bytes *in, hid_t file, const char *name, bool is_float, hsize_t count,
                      const size_t *lengths) {
    double numbers[MOST_EVENTS];
    hvl_t lists[MOST_SAMPLES];
    for (int e = 0; e < MOST_EVENTS; e++)
        numbers[e] = is_float ? 0.05 * e : (e * 37) % 700;
    if (fuzz_byte(in) >= 224)
        numbers[fuzz_below(in, MOST_EVENTS)] = fuzz_double(in);
    for (hsize_t i = 0; i < count; i++)
        lists[i] = (hvl_t){lengths[i], numbers};
    const hid_t inner = choose_type(in, is_float), type = H5Tvlen_create(inner),
                memory = H5Tvlen_create(H5T_NATIVE_DOUBLE);
    const hid_t set = add(in, file, name, type, count);
    if (set >= 0) {
        H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, lists);
        H5Dclose(set);
    }
    H5Tclose(memory);
    H5Tclose(type);
    H5Tclose(inner);
}

static void put_integers(fuzz_bytes *in, hid_t file, const char *name, hsize_t count) {
    int64_t integers[MOST_SAMPLES];
    for (int i = 0; i < MOST_SAMPLES; i++)
        integers[i] = i % 4;
    if (fuzz_byte(in) >= 240)
        integers[fuzz_below(in, MOST_SAMPLES)] = fuzz_int(in);
    const hid_t type = choose_type(in, false), set = add(in, file, name, type, count);
    if (set >= 0) {
        H5Dwrite(set, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, integers);
        H5Dclose(set);
    }
    H5Tclose(type);
}

static void put_keys(fuzz_bytes *in, hid_t file) {
    const char *const words[] = {"one", "two", "three", "four"};
    const bool variable = fuzz_byte(in) % 2 == 0;
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, variable ? H5T_VARIABLE : 3);
    const hid_t set = add(in, file, "extra/keys", type, 4);
    if (set >= 0) {
        H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, variable ? (const void *)words : "onetwosixten");
        H5Dclose(set);
    }
    H5Tclose(type);
}

static hsize_t other_count(fuzz_bytes *in, hsize_t count) {
    return fuzz_byte(in) < 248 ? count : (hsize_t)fuzz_below(in, MOST_SAMPLES + 1);
}

static void write_described(fuzz_bytes *in, const char *path) {
    size_t lengths[MOST_SAMPLES];
    const hsize_t count = 1 + (hsize_t)fuzz_below(in, MOST_SAMPLES);
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (fuzz_byte(in) % 4 == 3)
        H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    CLAIM(file >= 0, "HDF5 makes no file");
    H5Pclose(access);
    for (int i = 0; i < MOST_SAMPLES; i++)
        lengths[i] = (size_t)fuzz_below(in, MOST_EVENTS + 1);
    H5Gclose(H5Gcreate2(file, "spikes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    put_lists(in, file, "spikes/times", true, other_count(in, count), lengths);
    if (fuzz_byte(in) >= 248)
        lengths[fuzz_below(in, MOST_SAMPLES)] = 1;
    put_lists(in, file, "spikes/units", false, other_count(in, count), lengths);
    put_integers(in, file, "labels", other_count(in, count));
    if (fuzz_byte(in) % 2 == 0) {
        H5Gclose(H5Gcreate2(file, "extra", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
        put_integers(in, file, "extra/speaker", other_count(in, count));
        put_keys(in, file);
    }
    H5Fclose(file);
}

/* What is left of the input: places in the file, and what their bytes become. */
static void damage(fuzz_bytes *in, const char *path) {
    size_t size;
    unsigned char *bytes = fuzz_read(path, &size);
    while (in->left >= 3) {
        const size_t high = fuzz_byte(in), low = fuzz_byte(in);
        bytes[(high << 8 | low) % size] = fuzz_byte(in);
    }
    fuzz_write(path, bytes, size);
    free(bytes);
}

/* ---- the target ---- */

/* As of the target nir. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:libhdf5";
}

static void claim_sum(const struct events_told *told, const uint8_t *counts) {
    int64_t sum = 0;
    for (int k = 0; k < shape.steps * shape.channels; k++)
        sum += counts[k];
    CLAIM(sum == told->events - told->late - told->lost, "%lld events in the counts", (long long)sum);
}

static void read_sample(const struct events *events, size_t sample) {
    uint8_t counts[10 * 14];
    struct events_told told = {0};
    struct failure failure = {""};
    CLAIM(events_label(events, sample) >= 0 && events_label(events, sample) < shape.classes, "a label");
    const int result = events_fill(events, sample, counts, &told, &failure);
    CLAIM(result == 0 || (result == -1 && failure.text[0] != '\0'), "%d without a message", result);
    if (result == 0)
        claim_sum(&told, counts);
    if (events_has_speakers(events))
        (void)events_speaker(events, sample);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    fuzz_bytes in = {data, size};
    struct failure failure = {""};
    (void)H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    if (fuzz_byte(&in) >= RAW) {
        fuzz_write(fuzz_path("events"), in.at, in.left);
    } else {
        write_described(&in, fuzz_path("events"));
        damage(&in, fuzz_path("events"));
    }
    struct events *events = events_open(fuzz_path("events"), &shape, &failure);
    CLAIM(events != NULL || failure.text[0] != '\0', "a failure without a message");
    for (size_t i = 0; events != NULL && i < events_count(events); i++)
        read_sample(events, i);
    for (int32_t label = 0; events != NULL && label < shape.classes; label++)
        CLAIM(events_word(events, label) == NULL || strlen(events_word(events, label)) < 256, "a word");
    events_close(events);
    const ssize_t open = H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL);
    CLAIM(open == 0, "%zd objects of HDF5 were left open", open);
    return 0;
}
