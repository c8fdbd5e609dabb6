/*
 * Paths, memory and functions of the host are three ways to the same bytes, for every kind of file; and what becomes of
 * a call whose reader or writer fails at any byte.
 */
#include "format/scratch.h"
#include "inference/plan.h"
#include "train/toy.h"

Suite *readers_writers_suite(void);

enum { SAMPLES = 20 };

static snnd_context *context;
static snnd_dataset *dataset;
static toy made;
static snnd_plan *plan;
static snnd_array weights;

static void set_up(void) {
    context = make_context(1);
    dataset = make_pulses(context, SAMPLES, TOY_STEPS, 1);
    made = plan_toy(context);
    made.structure = TOY_DEEP_R_RANDOM;
    make_toy(&made);
    train_epochs(&made, dataset, 1);
    OK(context, snnd_plan_create(made.network, &plan));
    OK(context, snnd_layer_array(made.network->layer[0], SNND_ARRAY_WEIGHT, &weights));
}

static void tear_down(void) {
    snnd_plan_free(plan);
    free_toy(&made);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}

/* ---- kinds of files ---- */

static snnd_status save_network(const char *path) {
    return snnd_network_save(made.network, path);
}

static snnd_status write_network(const snnd_writer *writer) {
    return snnd_network_write(made.network, writer);
}

static snnd_status read_network(const snnd_reader *reader) {
    snnd_network *network = NULL;
    const snnd_status status = snnd_network_read(context, reader, &network);
    ck_assert_int_eq(network != NULL, status == SNND_OK);
    if (network != NULL)
        assert_same_networks(network, made.network);
    snnd_network_free(network);
    return status;
}

static snnd_status save_checkpoint(const char *path) {
    return snnd_trainer_save_checkpoint(made.trainer, path, "a note");
}

static snnd_status write_checkpoint(const snnd_writer *writer) {
    return snnd_trainer_write_checkpoint(made.trainer, writer, "a note");
}

/* Into a run that has gone on: it comes back, or nothing has changed. */
static snnd_status read_checkpoint(const snnd_reader *reader) {
    char *note = NULL;
    toy other = made, untouched = made;
    make_toy(&other);
    make_toy(&untouched);
    const snnd_status status = snnd_trainer_read_checkpoint(other.trainer, reader, &note);
    ck_assert_int_eq(note != NULL, status == SNND_OK);
    assert_same_networks(other.network, status == SNND_OK ? made.network : untouched.network);
    ck_assert_int_eq(snnd_trainer_epochs_done(other.trainer), status == SNND_OK);
    ck_assert(note == NULL || strcmp(note, "a note") == 0);
    snnd_string_free(context, note);
    free_toy(&untouched);
    free_toy(&other);
    return status;
}

static snnd_status save_array(const char *path) {
    return snnd_array_save_npy(context, &weights, path);
}

static snnd_status write_array(const snnd_writer *writer) {
    return snnd_array_write_npy(context, &weights, writer);
}

static snnd_status read_array(const snnd_reader *reader) {
    snnd_array array = {.dtype = -1};
    const snnd_status status = snnd_array_read_npy(context, reader, SNND_ANY, &array);
    ck_assert_int_eq(array.data != NULL, status == SNND_OK);
    if (status != SNND_OK)
        return status;
    ck_assert_int_eq(snnd_array_count(&array), snnd_array_count(&weights));
    ck_assert_mem_eq(array.data, weights.data, snnd_array_bytes(&weights));
    snnd_array_free(context, &array);
    return status;
}

/* The source; the header goes to memory. */
static snnd_status write_source(const snnd_writer *writer) {
    snnd_buffer header = {.context = context};
    const snnd_writer to_header = snnd_buffer_writer(&header);
    const snnd_status status = snnd_export_c_write(plan, NULL, writer, &to_header, "net.h", NULL);
    snnd_buffer_free(&header);
    return status;
}

static snnd_status save_source(const char *path) {
    return snnd_export_c(plan, NULL, path, scratch("net.h"), NULL);
}

static snnd_status write_header(const snnd_writer *writer) {
    snnd_buffer source = {.context = context};
    const snnd_writer to_source = snnd_buffer_writer(&source);
    const snnd_status status = snnd_export_c_write(plan, NULL, &to_source, writer, "net.h", NULL);
    snnd_buffer_free(&source);
    return status;
}

static snnd_status save_header(const char *path) {
    return snnd_export_c(plan, NULL, scratch("net.c"), path, NULL);
}

static const struct {
    const char *name;
    snnd_status (*save)(const char *path);
    snnd_status (*write)(const snnd_writer *writer);
    snnd_status (*read)(const snnd_reader *reader); /* NULL: it is only written */
} kinds[] = {
    {"network", save_network, write_network, read_network},
    {"checkpoint", save_checkpoint, write_checkpoint, read_checkpoint},
    {"array", save_array, write_array, read_array},
    {"net.c", save_source, write_source, NULL},
    {"net.h", save_header, write_header, NULL},
};

/* The bytes of a kind, to be freed. */
static unsigned char *bytes_of(int kind, size_t *count) {
    OK(context, kinds[kind].save(scratch(kinds[kind].name)));
    return scratch_read(scratch(kinds[kind].name), count);
}

/* ---- writing ---- */

START_TEST(memory_gets_the_bytes_of_the_file) {
    snnd_buffer buffer = {.context = context};
    const snnd_writer writer = snnd_buffer_writer(&buffer);
    size_t count;
    unsigned char *file = bytes_of(_i, &count);
    for (int turn = 0; turn < 2; turn++) {
        buffer.bytes = 0;
        OK(context, kinds[_i].write(&writer));
        ck_assert_uint_eq(buffer.bytes, count);
        ck_assert_mem_eq(buffer.data, file, count);
    }
    snnd_buffer_free(&buffer);
    ck_assert_ptr_null(buffer.data);
    free(file);
}
END_TEST

START_TEST(memory_of_the_host_takes_what_it_has_room_for) {
    size_t count;
    unsigned char *file = bytes_of(_i, &count), *room = malloc(count);
    ck_assert_ptr_nonnull(room);
    snnd_buffer buffer = {.data = room, .room = count};
    const snnd_writer writer = snnd_buffer_writer(&buffer);
    OK(context, kinds[_i].write(&writer));
    ck_assert_uint_eq(buffer.bytes, count);
    ck_assert_mem_eq(room, file, count);
    buffer.bytes = 0;
    buffer.room = count - 1;
    char words[128];
    snprintf(words, sizeof words, "the buffer has room for %zu bytes, and %zu are needed", count - 1, count);
    FAILS(context, SNND_ERROR_MEMORY, words, kinds[_i].write(&writer));
    ck_assert_uint_lt(buffer.bytes, count);
    free(room);
    free(file);
}
END_TEST

/* A writer that takes some bytes and then fails; and the bytes that it should get. */
typedef struct poor_writer {
    const unsigned char *expected;
    size_t taken, most;
    int failures, result;
} poor_writer;

static int take_some(void *user, const void *data, size_t bytes) {
    poor_writer *self = user;
    ck_assert_int_eq(self->failures, 0); /* it is not called again */
    ck_assert_uint_gt(bytes, 0);
    if (self->taken + bytes > self->most) {
        self->failures++;
        return self->result;
    }
    ck_assert_mem_eq(data, self->expected + self->taken, bytes);
    self->taken += bytes;
    return 0;
}

START_TEST(a_writer_that_fails_is_an_error_and_not_called_again) {
    static const int results[] = {1, -1, SNND_ERROR_FORMAT, 1000};
    size_t count;
    char words[64];
    unsigned char *file = bytes_of(_i, &count);
    for (size_t most = 0; most < count; most += 1 + count / 50) {
        poor_writer poor = {.expected = file, .most = most, .result = results[most % COUNT(results)]};
        const snnd_writer writer = {take_some, &poor};
        snprintf(words, sizeof words, "the writer returned %d after ", poor.result);
        FAILS(context, SNND_ERROR_IO, words, kinds[_i].write(&writer));
        ck_assert_int_eq(poor.failures, 1);
    }
    poor_writer rich = {.expected = file, .most = count};
    const snnd_writer writer = {take_some, &rich};
    OK(context, kinds[_i].write(&writer));
    ck_assert_uint_eq(rich.taken, count);
    free(file);
}
END_TEST

START_TEST(no_writer_is_an_error) {
    const snnd_writer none = {0};
    FAILS(context, SNND_ERROR_ARGUMENT, "the writer is NULL", kinds[_i].write(NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "`write` that is NULL", kinds[_i].write(&none));
    ck_assert(snnd_buffer_writer(NULL).write == NULL);
    snnd_buffer_free(NULL);
}
END_TEST

START_TEST(a_buffer_that_cannot_be_is_an_error) {
    static const char null[] = "its buffer has room, but its data is NULL", few[] = "more bytes than it has room for";
    char byte = 'a';
    const struct {
        snnd_buffer buffer;
        const char *words;
    } bad[] = {{{context, NULL, 1000, 0}, few}, {{context, NULL, 0, 100}, null}, {{context, NULL, 50, 100}, null},
               {{context, &byte, 2, 1}, few},   {{NULL, NULL, 0, 100}, null},    {{NULL, NULL, 1000, 0}, few},
               {{NULL, &byte, 2, 1}, few}};
    for (int b = 0; b < COUNT(bad); b++) {
        snnd_buffer buffer = bad[b].buffer;
        const snnd_writer writer = snnd_buffer_writer(&buffer);
        FAILS(context, SNND_ERROR_ARGUMENT, bad[b].words, kinds[_i].write(&writer));
        ck_assert_int_ne(writer.write(writer.user, "b", 1), 0);
        ck_assert_int_eq(byte, 'a');
    }
}
END_TEST

/* What cannot be saved is found before the first byte. */
START_TEST(nothing_is_written_of_what_cannot_be_saved) {
    poor_writer poor = {.most = 0};
    const snnd_writer writer = {take_some, &poor};
    float *first = snnd_layer_floats(made.network->layer[0], SNND_ARRAY_POSITION), kept = *first;
    *first = NAN;
    FAILS(context, SNND_ERROR_NUMERIC, "", write_network(&writer));
    FAILS(context, SNND_ERROR_NUMERIC, "", write_checkpoint(&writer));
    *first = kept;
    FAILS(context, SNND_ERROR_ARGUMENT, "UTF-8", snnd_trainer_write_checkpoint(made.trainer, &writer, "\xff"));
    FAILS(context, SNND_ERROR_ARGUMENT, "#include", snnd_export_c_write(plan, NULL, &writer, &writer, "\"", NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "name is missing",
          snnd_export_c_write(plan, NULL, &writer, &writer, NULL, NULL));
    ck_assert_int_eq(poor.failures, 0);
}
END_TEST

/* Source and header through one writer come one behind the other. */
START_TEST(the_source_comes_before_the_header) {
    size_t count, more;
    unsigned char *source = bytes_of(3, &count), *header = bytes_of(4, &more);
    snnd_buffer both = {.context = context};
    const snnd_writer writer = snnd_buffer_writer(&both);
    OK(context, snnd_export_c_write(plan, NULL, &writer, &writer, "net.h", NULL));
    ck_assert_uint_eq(both.bytes, count + more);
    ck_assert_mem_eq(both.data, source, count);
    ck_assert_mem_eq((unsigned char *)both.data + count, header, more);
    snnd_buffer_free(&both);
    free(source);
    free(header);
}
END_TEST

/* ---- reading ---- */

/* A reader that gives bytes by few, and fails behind some of them, or gives more than it has been asked for. */
typedef struct poor_reader {
    const unsigned char *data;
    size_t bytes, given, most, step;
    int64_t failure;
    bool ended;
} poor_reader;

static int64_t give_some(void *user, void *data, size_t bytes) {
    poor_reader *self = user;
    ck_assert(!self->ended);
    ck_assert_uint_gt(bytes, 0);
    if (self->given == self->most) {
        self->ended = true;
        return self->failure == INT64_MAX ? (int64_t)bytes + 1 : self->failure;
    }
    size_t count = self->step < bytes ? self->step : bytes;
    count = count < self->most - self->given ? count : self->most - self->given;
    memcpy(data, self->data + self->given, count);
    self->given += count;
    return (int64_t)count;
}

START_TEST(a_reader_gives_what_the_file_has) {
    static const size_t steps[] = {1, 7, 4096, SIZE_MAX};
    size_t count;
    unsigned char *file = bytes_of(_i, &count);
    /* What it expects is only a hint. */
    const uint64_t hints[] = {0, count, 1, count - 1, count + 1, 3 * count};
    for (int s = 0; s < COUNT(steps); s++)
        for (int h = 0; h < COUNT(hints); h++) {
            poor_reader poor = {.data = file, .bytes = count, .most = count, .step = steps[s]};
            const snnd_reader reader = {give_some, &poor, hints[h]};
            OK(context, kinds[_i].read(&reader));
            ck_assert(poor.ended);
        }
    snnd_memory memory = {file, count};
    const snnd_reader reader = snnd_memory_reader(&memory);
    OK(context, kinds[_i].read(&reader));
    ck_assert_uint_eq(memory.bytes, 0);
    ck_assert_ptr_eq(memory.data, file + count);
    free(file);
}
END_TEST

START_TEST(a_reader_that_fails_is_an_error_and_nothing_changes) {
    static const int64_t failures[] = {-1, INT64_MIN, INT64_MAX};
    size_t count;
    unsigned char *file = bytes_of(_i, &count);
    for (size_t most = 0; most <= count; most += 1 + count / 20)
        for (int f = 0; f < COUNT(failures); f++) {
            poor_reader poor = {.data = file, .bytes = count, .most = most, .step = 100, .failure = failures[f]};
            const snnd_reader reader = {give_some, &poor, 0};
            FAILS(context, SNND_ERROR_IO, f < 2 ? "the reader failed after" : "more bytes than it was asked for",
                  kinds[_i].read(&reader));
        }
    free(file);
}
END_TEST

START_TEST(what_ends_too_early_is_no_file) {
    size_t count;
    unsigned char *file = bytes_of(_i, &count);
    for (size_t most = 0; most < count; most += 1 + count / 20) {
        snnd_memory memory = {file, most};
        const snnd_reader reader = snnd_memory_reader(&memory);
        FAILS(context, SNND_ERROR_FORMAT, kinds[_i].name, kinds[_i].read(&reader)); /* which is told by its kind */
    }
    free(file);
}
END_TEST

START_TEST(no_reader_is_an_error) {
    const snnd_reader none = {0}, endless = {give_some, NULL, UINT64_MAX};
    FAILS(context, SNND_ERROR_ARGUMENT, "the reader is NULL", kinds[_i].read(NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "`read` that is NULL", kinds[_i].read(&none));
    FAILS(context, SNND_ERROR_MEMORY, "", kinds[_i].read(&endless));
    ck_assert(snnd_memory_reader(NULL).read == NULL);
}
END_TEST

START_TEST(bytes_at_null_are_an_error) {
    snnd_memory memory = {NULL, 50};
    const snnd_reader reader = snnd_memory_reader(&memory);
    unsigned char byte;
    FAILS(context, SNND_ERROR_ARGUMENT, "its memory has bytes, but its data is NULL", kinds[_i].read(&reader));
    ck_assert_uint_eq(memory.bytes, 50);
    ck_assert_int_lt(reader.read(reader.user, &byte, 1), 0);
    memory.bytes = 0; /* an empty file */
    FAILS(context, SNND_ERROR_FORMAT, kinds[_i].name, kinds[_i].read(&reader));
}
END_TEST

START_TEST(a_dataset_comes_from_two_readers) {
    const float numbers[2][3][1] = {{{1}, {2}, {3}}, {{4}, {5}, {6}}};
    const int32_t classes[] = {1, 0};
    const snnd_array input = {(void *)(uintptr_t)numbers, SNND_FLOAT32, 3, {2, 3, 1, 1}};
    const snnd_array label = {(void *)(uintptr_t)classes, SNND_INT32, 1, {2, 1, 1, 1}};
    snnd_buffer of_input = {.context = context}, of_label = {.context = context};
    const snnd_writer to_input = snnd_buffer_writer(&of_input), to_label = snnd_buffer_writer(&of_label);
    OK(context, snnd_array_write_npy(context, &input, &to_input));
    OK(context, snnd_array_write_npy(context, &label, &to_label));
    snnd_memory first = {of_input.data, of_input.bytes}, second = {of_label.data, of_label.bytes};
    const snnd_reader from_input = snnd_memory_reader(&first), from_label = snnd_memory_reader(&second);
    snnd_dataset *read = NULL;
    OK(context, snnd_dataset_read_npy(context, &from_input, &from_label, 2, &read));
    const float *sample;
    int32_t class;
    OK(context, snnd_dataset_sample(read, 1, &sample, &class));
    ck_assert(sample[2] == 12 && class == 0);
    snnd_dataset *none = NULL; /* both have come to their end */
    FAILS(context, SNND_ERROR_FORMAT,
          "the input: ", snnd_dataset_read_npy(context, &from_input, &from_label, 2, &none));
    first = (snnd_memory){of_input.data, of_input.bytes};
    FAILS(context, SNND_ERROR_FORMAT,
          "the labels: ", snnd_dataset_read_npy(context, &from_input, &from_label, 2, &none));
    ck_assert_ptr_null(none);
    snnd_dataset_free(read);
    snnd_buffer_free(&of_input);
    snnd_buffer_free(&of_label);
}
END_TEST

START_TEST(a_padded_dataset_comes_from_three_readers) {
    const float numbers[2][3][1] = {{{1}, {2}, {3}}, {{4}, {NAN}, {NAN}}};
    const int32_t classes[] = {1, 0}, lengths[] = {3, 1};
    const snnd_array input = {(void *)(uintptr_t)numbers, SNND_FLOAT32, 3, {2, 3, 1, 1}};
    const snnd_array label = {(void *)(uintptr_t)classes, SNND_INT32, 1, {2, 1, 1, 1}};
    const snnd_array length = {(void *)(uintptr_t)lengths, SNND_INT32, 1, {2, 1, 1, 1}};
    const snnd_array *const arrays[] = {&input, &label, &length};
    snnd_buffer buffers[3];
    snnd_memory memory[3];
    snnd_reader reader[3];
    for (int k = 0; k < 3; k++) {
        buffers[k] = (snnd_buffer){.context = context};
        const snnd_writer writer = snnd_buffer_writer(&buffers[k]);
        OK(context, snnd_array_write_npy(context, arrays[k], &writer));
        memory[k] = (snnd_memory){buffers[k].data, buffers[k].bytes};
        reader[k] = snnd_memory_reader(&memory[k]);
    }
    snnd_dataset *read = NULL, *none = NULL;
    OK(context, snnd_dataset_read_padded_npy(context, &reader[0], &reader[1], &reader[2], 2, &read));
    ck_assert_int_eq(snnd_dataset_length(read, 0), 3);
    ck_assert_int_eq(snnd_dataset_length(read, 1), 1);
    for (int k = 0; k < 2; k++)
        memory[k] = (snnd_memory){buffers[k].data, buffers[k].bytes};
    FAILS(context, SNND_ERROR_FORMAT,
          "the lengths: ", snnd_dataset_read_padded_npy(context, &reader[0], &reader[1], &reader[2], 2, &none));
    FAILS(context, SNND_ERROR_ARGUMENT, "the lengths: the reader is NULL",
          snnd_dataset_read_padded_npy(context, &reader[0], &reader[1], NULL, 2, &none));
    ck_assert_ptr_null(none);
    snnd_dataset_free(read);
    for (int k = 0; k < 3; k++)
        snnd_buffer_free(&buffers[k]);
}
END_TEST

START_TEST(nothing_is_read_where_one_of_two_readers_is_missing) {
    const unsigned char bytes[] = "no array";
    poor_reader poor = {.data = bytes, .bytes = sizeof bytes, .most = sizeof bytes, .step = 1};
    snnd_memory memory = {NULL, 50};
    const snnd_reader good = {give_some, &poor, 0}, none = {0}, nowhere = snnd_memory_reader(&memory);
    snnd_dataset *read = NULL;
    FAILS(context, SNND_ERROR_ARGUMENT, "the labels: the reader is NULL",
          snnd_dataset_read_npy(context, &good, NULL, 1, &read));
    FAILS(context, SNND_ERROR_ARGUMENT, "the labels: the reader has a `read` that is NULL",
          snnd_dataset_read_npy(context, &good, &none, 1, &read));
    FAILS(context, SNND_ERROR_ARGUMENT, "the labels: the reader: its memory has bytes",
          snnd_dataset_read_npy(context, &good, &nowhere, 1, &read));
    FAILS(context, SNND_ERROR_ARGUMENT, "the input: the reader is NULL",
          snnd_dataset_read_npy(context, NULL, &good, 1, &read));
    FAILS(context, SNND_ERROR_ARGUMENT, "scale is 0", snnd_dataset_read_npy(context, &good, &good, 0, &read));
    FAILS(context, SNND_ERROR_ARGUMENT, "dataset is NULL", snnd_dataset_read_npy(context, &good, &good, 1, NULL));
    ck_assert_uint_eq(poor.given, 0);
}
END_TEST

Suite *readers_writers_suite(void) {
    enum { READ = 3 };
    Suite *suite = suite_create("readers and writers");
    TCase *writing = scratch_case(suite, "writing"), *reading = scratch_case(suite, "reading");
    tcase_add_checked_fixture(writing, set_up, tear_down);
    tcase_add_loop_test(writing, memory_gets_the_bytes_of_the_file, 0, COUNT(kinds));
    tcase_add_loop_test(writing, memory_of_the_host_takes_what_it_has_room_for, 0, COUNT(kinds));
    tcase_add_loop_test(writing, a_writer_that_fails_is_an_error_and_not_called_again, 0, COUNT(kinds));
    tcase_add_loop_test(writing, no_writer_is_an_error, 0, COUNT(kinds));
    tcase_add_loop_test(writing, a_buffer_that_cannot_be_is_an_error, 0, COUNT(kinds));
    tcase_add_test(writing, nothing_is_written_of_what_cannot_be_saved);
    tcase_add_test(writing, the_source_comes_before_the_header);
    tcase_add_checked_fixture(reading, set_up, tear_down);
    tcase_add_loop_test(reading, a_reader_gives_what_the_file_has, 0, READ);
    tcase_add_loop_test(reading, a_reader_that_fails_is_an_error_and_nothing_changes, 0, READ);
    tcase_add_loop_test(reading, what_ends_too_early_is_no_file, 0, READ);
    tcase_add_loop_test(reading, no_reader_is_an_error, 0, READ);
    tcase_add_loop_test(reading, bytes_at_null_are_an_error, 0, READ);
    tcase_add_test(reading, a_dataset_comes_from_two_readers);
    tcase_add_test(reading, a_padded_dataset_comes_from_three_readers);
    tcase_add_test(reading, nothing_is_read_where_one_of_two_readers_is_missing);
    return suite;
}
