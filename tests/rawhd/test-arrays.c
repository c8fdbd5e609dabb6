/* Samples in .npy files: those that are mapped come to the same bits as those that are loaded. */
#include "training/arrays.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/files.h"
#include "common/fingerprint.h"
#include "common/npy_map.h"
#include "support.h"

enum { SAMPLES = 5, STEPS = 4, CHANNELS = 3, CELLS = SAMPLES * STEPS * CHANNELS };

static char *folder;
static snnd_context *context;
static struct failure failure;
static size_t allocated; /* by the library */

static void *count_memory(void *user, size_t bytes, size_t alignment) {
    (void)user;
    allocated += bytes;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void release(void *user, void *memory) {
    (void)user;
    free(memory);
}

static void setup(void) {
    snnd_context_options options;
    snnd_context_options_init(&options, sizeof options);
    options.allocate = count_memory;
    options.release = release;
    options.threads = 2;
    folder = make_folder();
    ck_assert_int_eq(snnd_context_create(&options, &context), SNND_OK);
}

static void teardown(void) {
    snnd_context_free(context);
    drop_folder(folder);
}

/* ---- files ---- */

/* A file of any header, and of bytes that are put behind it. */
static void write_npy(const char *name, const char *dictionary, const void *bytes, size_t count) {
    char *path = in_folder(folder, name);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    const size_t length = strlen(dictionary), padded = (10 + length + 1 + 63) / 64 * 64 - 10;
    const unsigned char prefix[] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, padded & 255, (unsigned char)(padded >> 8)};
    fwrite(prefix, sizeof prefix, 1, file);
    fprintf(file, "%-*s\n", (int)padded - 1, dictionary);
    fwrite(bytes, 1, count, file);
    ck_assert_int_eq(fclose(file), 0);
    free(path);
}

static float number_at(int k) {
    return (float)(k * k % 97) / 7 - 3;
}

static void write_labels(void) {
    static const int32_t label[SAMPLES] = {0, 1, 2, 1, 0}, length[SAMPLES] = {4, 1, 3, 4, 2};
    write_npy("y.npy", "{'descr': '<i4', 'fortran_order': False, 'shape': (5,), }", label, sizeof label);
    write_npy("l.npy", "{'descr': '<i4', 'fortran_order': False, 'shape': (5, 1), }", length, sizeof length);
}

#define SHAPE "'shape': (5, 4, 3), }"
#define PLAIN "{'descr': '<f4', 'fortran_order': False, " SHAPE

static void write_floats(const char *name, const float *number) {
    write_npy(name, PLAIN, number, CELLS * sizeof *number);
}

/* The same numbers in a file that is mapped, and in three that are loaded. */
static void write_forms(const float *number) {
    float turned[CELLS];
    unsigned char big[CELLS][4];
    double wide[CELLS];
    write_labels();
    for (int k = 0; k < CELLS; k++) {
        const int n = k / (STEPS * CHANNELS), t = k / CHANNELS % STEPS, c = k % CHANNELS;
        unsigned char bytes[4];
        memcpy(bytes, &number[k], 4);
        for (int b = 0; b < 4; b++)
            big[k][b] = bytes[3 - b];
        wide[k] = (double)number[k];
        turned[n + SAMPLES * (t + STEPS * c)] = number[k];
    }
    write_floats("plain.npy", number);
    write_npy("big.npy", "{'descr': '>f4', 'fortran_order': False, " SHAPE, big, sizeof big);
    write_npy("wide.npy", "{'descr': '<f8', 'fortran_order': False, " SHAPE, wide, sizeof wide);
    write_npy("turned.npy", "{'descr': '<f4', 'fortran_order': True, " SHAPE, turned, sizeof turned);
}

/* ---- sets ---- */

static int load(const char *input, int padded, double scale, struct data *data) {
    char *path[] = {in_folder(folder, input), in_folder(folder, "y.npy"), in_folder(folder, "l.npy")};
    const struct array_paths paths = {path[0], path[1], padded ? path[2] : NULL};
    failure.text[0] = '\0';
    const int result = arrays_load(context, &paths, scale, data, &data->training, &failure);
    for (int i = 0; i < 3; i++)
        free(path[i]);
    return result;
}

/* The numbers of all samples, as a batch has them; 0 beyond the end of a sample. */
static void check_numbers(const struct data *data, const float *number, const int32_t *length, double scale) {
    ck_assert_int_eq(snnd_dataset_samples(data->training), SAMPLES);
    ck_assert_int_eq(snnd_dataset_classes(data->training), 3);
    for (int n = 0; n < SAMPLES; n++) {
        float input[STEPS * CHANNELS];
        ck_assert_int_eq(snnd_dataset_fill(data->training, -1, n, input), SNND_OK);
        ck_assert_int_eq(snnd_dataset_length(data->training, n), length != NULL ? length[n] : STEPS);
        for (int k = 0; k < STEPS * CHANNELS; k++) {
            const int inside = length == NULL || k / CHANNELS < length[n];
            const float wanted = inside ? (float)((double)number[n * STEPS * CHANNELS + k] * scale) : 0;
            ck_assert_msg(memcmp(&input[k], &wanted, sizeof wanted) == 0, "%d: %g is not %g", k, (double)input[k],
                          (double)wanted);
        }
    }
}

START_TEST(mapped_and_loaded_are_the_same) {
    static const char *const form[] = {"plain.npy", "big.npy", "wide.npy", "turned.npy"};
    static const double scales[] = {20, 1, -0.3};
    static const int32_t length[SAMPLES] = {4, 1, 3, 4, 2};
    float number[CELLS];
    for (int k = 0; k < CELLS; k++)
        number[k] = number_at(k);
    write_forms(number);
    for (int s = 0; s < 3; s++)
        for (int padded = 0; padded < 2; padded++) {
            uint64_t first = 0;
            for (int f = 0; f < 4; f++) {
                struct data data = {.event = 0};
                ck_assert_msg(load(form[f], padded, scales[s], &data) == 0, "%s", failure.text);
                ck_assert((data.held != NULL) == (f == 0)); /* mapped */
                check_numbers(&data, number, padded ? length : NULL, scales[s]);
                const uint64_t fingerprint = data_fingerprint(FINGERPRINT_START, data.training);
                ck_assert(f == 0 || fingerprint == first);
                first = fingerprint;
                data_free(&data);
            }
        }
}
END_TEST

/* In any order bytes stay bytes. */
START_TEST(bytes_are_the_same_as_numbers) {
    uint8_t byte[CELLS], turned[CELLS];
    float number[CELLS];
    write_labels();
    for (int k = 0; k < CELLS; k++) {
        const int n = k / (STEPS * CHANNELS), t = k / CHANNELS % STEPS, c = k % CHANNELS;
        byte[k] = (uint8_t)(k * 5);
        number[k] = byte[k];
        turned[n + SAMPLES * (t + STEPS * c)] = byte[k];
    }
    write_npy("plain.npy", "{'descr': '|u1', 'fortran_order': False, " SHAPE, byte, sizeof byte);
    write_npy("turned.npy", "{'descr': '|u1', 'fortran_order': True, " SHAPE, turned, sizeof turned);
    for (int f = 0; f < 2; f++) {
        struct data data = {.event = 0};
        ck_assert_msg(load(f == 0 ? "plain.npy" : "turned.npy", 0, 0.7, &data) == 0, "%s", failure.text);
        check_numbers(&data, number, NULL, 0.7);
        ck_assert_ptr_nonnull(data.held);
        data_free(&data);
    }
}
END_TEST

/* 256 MB, of which the disk has none. */
START_TEST(a_large_file_takes_no_memory) {
    char *path = in_folder(folder, "large.npy");
    write_labels();
    write_npy("large.npy", "{'descr': '|u1', 'fortran_order': False, 'shape': (5, 16777216, 3), }", "", 0);
    ck_assert_int_eq(truncate(path, 128 + 5 * 16777216 * 3), 0);
    for (int times = 1; times <= 20; times += 19) {
        struct data data = {.event = 0};
        allocated = 0;
        ck_assert_msg(load("large.npy", 0, times, &data) == 0, "%s", failure.text);
        ck_assert_int_eq(snnd_dataset_steps(data.training), 16777216);
        ck_assert_uint_lt(allocated, 100000);
        data_free(&data);
    }
    write_npy("large.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (5, 1048576, 3), }", "", 0);
    ck_assert_int_eq(truncate(path, 128 + 5 * 1048576 * 3 * 4), 0);
    for (int times = 1; times <= 20; times += 19) {
        struct data data = {.event = 0};
        allocated = 0;
        ck_assert_msg(load("large.npy", 0, times, &data) == 0, "%s", failure.text);
        ck_assert_uint_lt(allocated, 100000);
        data_free(&data);
    }
    free(path);
}
END_TEST

/* ---- what is refused ---- */

static void check_refused(const char *input, int padded, double scale, const char *part) {
    struct data data = {.event = 0};
    ck_assert_int_ne(load(input, padded, scale, &data), 0);
    ck_assert_msg(strstr(failure.text, part) != NULL, "'%s' is not in '%s'", part, failure.text);
    ck_assert_ptr_null(data.training);
    data_free(&data);
}

START_TEST(numbers_that_are_not_finite_are_refused) {
    float number[CELLS] = {0};
    number[2 * STEPS * CHANNELS + 3 * CHANNELS + 1] = NAN; /* beyond the end, where there are lengths */
    write_forms(number);
    check_refused("plain.npy", 0, 20, "input of sample 2, step 3, channel 1 is nan, times 20");
    check_refused("plain.npy", 0, 1, "input of sample 2, step 3, channel 1 is nan");
    check_refused("wide.npy", 0, 20, "input of sample 2, step 3, channel 1 is nan");
    for (int times = 1; times <= 20; times += 19) {
        struct data data = {.event = 0};
        ck_assert_msg(load("plain.npy", 1, times, &data) == 0, "%s", failure.text);
        data_free(&data);
    }
    number[2 * STEPS * CHANNELS + 3 * CHANNELS + 1] = 1e38F;
    write_forms(number);
    check_refused("plain.npy", 0, 20, "input of sample 2, step 3, channel 1 is 1e+38, times 20");
    check_refused("plain.npy", 0, 0, "scale is 0; expected a finite number other than 0");
}
END_TEST

START_TEST(labels_and_lengths_are_checked) {
    static const int32_t few[4] = {0}, wrong[SAMPLES] = {1, 1, 5, 1, 1}, below[SAMPLES] = {0, -1, 0, 0, 0};
    float number[CELLS] = {0};
    for (int times = 1; times <= 20; times += 19) {
        write_forms(number);
        write_npy("y.npy", "{'descr': '<i4', 'fortran_order': False, 'shape': (4,), }", few, sizeof few);
        check_refused("plain.npy", 0, times, "y.npy: has 4 numbers in 1 axes; expected one for each of 5 samples");
        write_npy("y.npy", "{'descr': '<i4', 'fortran_order': False, 'shape': (5,), }", below, sizeof below);
        check_refused("plain.npy", 0, times, "label 1 is -1; expected 0 to 2^20 - 1");
        write_labels();
        write_npy("l.npy", "{'descr': '<i4', 'fortran_order': False, 'shape': (5,), }", wrong, sizeof wrong);
        check_refused("plain.npy", 1, times, "length 2 is 5; expected 1 to 4, the steps");
        write_npy("plain.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (5, 12), }", number, sizeof number);
        check_refused("plain.npy", 0, times, "plain.npy: has 2 axes; expected samples, steps and channels");
    }
}
END_TEST

/* ---- which files are mapped ---- */

static int is_mapped(const char *dictionary, size_t bytes) {
    static const float zeros[CELLS + 1];
    struct npy_map npy;
    write_npy("x.npy", dictionary, zeros, bytes);
    char *path = in_folder(folder, "x.npy");
    const int mapped = npy_map(path, &npy);
    ck_assert(mapped == (npy.map != NULL));
    npy_unmap(&npy);
    free(path);
    return mapped;
}

START_TEST(headers_are_those_of_numpy) {
    const size_t bytes = CELLS * sizeof(float);
    ck_assert(is_mapped(PLAIN, bytes));
    ck_assert(is_mapped("{'descr': '<f4', 'fortran_order': False, 'shape': (60,), }", bytes));
    ck_assert(is_mapped("{'descr': '<f4', 'fortran_order': False, 'shape': (5, 4, 3,), }", bytes));
    ck_assert(is_mapped("{'descr': '|u1', 'fortran_order': False, 'shape': (5, 4, 3), }", CELLS));
    ck_assert(!is_mapped(PLAIN, bytes - 4));
    ck_assert(!is_mapped(PLAIN, bytes + 4));
    ck_assert(!is_mapped(PLAIN, bytes - 1));
    ck_assert(!is_mapped(PLAIN, 0));
    ck_assert(!is_mapped("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4, 3), }", 0));
    ck_assert(!is_mapped("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", 4));
    ck_assert(!is_mapped("{'descr': '<f4', 'fortran_order': False, 'shape': (5, 4, 3, 1, 1), }", bytes));
    ck_assert(!is_mapped("{'descr': '<f4', 'fortran_order': False, 'shape': (5, -4, 3), }", bytes));
    ck_assert(!is_mapped("{'descr': '<f4', 'fortran_order': False, 'shape': (5, 4, 3), } ,", bytes));
    ck_assert(!is_mapped("{'descr': '<f4', 'fortran_order': False, 'shape': (5, 4, 3)", bytes));
    ck_assert(!is_mapped("{'descr': '<f4', 'fortran_order': True, " SHAPE, bytes));
    ck_assert(!is_mapped("{'descr': '<i4', 'fortran_order': False, " SHAPE, bytes));
    ck_assert(!is_mapped("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 60), }", bytes));
    ck_assert(!is_mapped("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 1), }", bytes));
}
END_TEST

/* A file may end anywhere, also in its header; and only regular files are opened. */
START_TEST(what_is_no_array_is_not_mapped) {
    struct npy_map npy;
    float number[CELLS] = {0};
    char *path = in_folder(folder, "x.npy"), *pipe = in_folder(folder, "pipe");
    write_floats("x.npy", number);
    for (off_t length = 128 + (off_t)sizeof number - 1; length >= 0; length--) {
        ck_assert_int_eq(truncate(path, length), 0);
        ck_assert(!npy_map(path, &npy));
    }
    ck_assert(!npy_map(folder, &npy));
    ck_assert_int_eq(mkfifo(pipe, 0600), 0);
    ck_assert(!npy_map(pipe, &npy));
    write_labels();
    check_refused("pipe", 0, 20, "pipe");
    check_refused("missing.npy", 0, 20, "missing.npy");
    free(pipe);
    free(path);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("arrays");
    TCase *cases = tcase_create("arrays");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, mapped_and_loaded_are_the_same);
    tcase_add_test(cases, bytes_are_the_same_as_numbers);
    tcase_add_test(cases, a_large_file_takes_no_memory);
    tcase_add_test(cases, numbers_that_are_not_finite_are_refused);
    tcase_add_test(cases, labels_and_lengths_are_checked);
    tcase_add_test(cases, headers_are_those_of_numpy);
    tcase_add_test(cases, what_is_no_array_is_not_mapped);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
