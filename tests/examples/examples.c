/* Runs the small example programs, and compares the own loop to the trainer. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int own_loop_main(void);
#define main own_loop_main
#include "own-loop.c"
#undef main

static char folder[256];
static char output[1 << 16];

static void set_up(void) {
    const char *place = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/snnd-examples-XXXXXX", place != NULL ? place : "/tmp");
    ck_assert_msg(mkdtemp(folder) != NULL, "%s: %s", folder, strerror(errno));
}

static void tear_down(void) {
    char line[300];
    snprintf(line, sizeof line, "rm -r '%s'", folder);
    ck_assert_int_eq(system(line), 0);
}

/* Runs a program in the folder; its exit code, with what it said in `output`. */
static int run(const char *variable, const char *arguments) {
    char line[4096];
    const char *program = getenv(variable);
    ck_assert_msg(program != NULL, "%s is not set", variable);
    snprintf(line, sizeof line, "cd '%s' && '%s' %s 2>&1", folder, program, arguments);
    FILE *pipe = popen(line, "r");
    ck_assert_ptr_nonnull(pipe);
    const size_t length = fread(output, 1, sizeof output - 1, pipe);
    output[length] = '\0';
    const int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void assert_says(const char *variable, const char *arguments, const char *expected) {
    ck_assert_msg(run(variable, arguments) == 0, "%s failed: %s", variable, output);
    ck_assert_str_eq(output, expected);
}

static size_t read_file(const char *name, char *bytes, size_t room) {
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s is missing", path);
    const size_t length = fread(bytes, 1, room, file);
    fclose(file);
    return length;
}

START_TEST(minimal_learns_and_its_network_can_be_listed_and_exported) {
    assert_says("MINIMAL", "", "100.0 % right\n");
    ck_assert_int_eq(run("SYNAPSES", "rhythms.safetensors"), 0);
    int lines = 0;
    for (const char *end = output; (end = strchr(end, '\n')) != NULL; end++)
        lines++;
    ck_assert_int_eq(lines, 1 + 2 * 16 + 16 * 2);
    ck_assert_int_eq(run("SYNAPSES", "nothing.safetensors"), 1);
    ck_assert_int_eq(run("SYNAPSES", ""), 2);
    static char source[1 << 16];
    ck_assert_msg(run("EXPORT_C", "rhythms.safetensors net --name rhythms") == 0, "export-c failed: %s", output);
    ck_assert_uint_gt(read_file("net.c", source, sizeof source - 1), 1000);
    ck_assert_ptr_nonnull(strstr(source, "rhythms"));
    /* The network's readout, which is the paper's, and another. */
    static char header[1 << 14];
    ck_assert_uint_gt(read_file("net.h", header, sizeof header - 1), 100);
    ck_assert_ptr_nonnull(strstr(header, "softmax"));
    ck_assert_msg(run("EXPORT_C", "rhythms.safetensors net --readout max") == 0, "export-c failed: %s", output);
    memset(header, 0, sizeof header);
    ck_assert_uint_gt(read_file("net.h", header, sizeof header - 1), 100);
    ck_assert_ptr_nonnull(strstr(header, "largest of all steps"));
    ck_assert_int_eq(run("EXPORT_C", "rhythms.safetensors net --readout most"), 2);
    ck_assert_int_eq(run("EXPORT_C", "rhythms.safetensors net --readout"), 2);
    /* What has no effect, and files without a name. */
    ck_assert_int_eq(run("EXPORT_C", "rhythms.safetensors net --scale 3"), 2);
    ck_assert_int_eq(run("EXPORT_C", "rhythms.safetensors net --fixed --largest 8 --scale 3"), 2);
    ck_assert_int_eq(run("EXPORT_C", "rhythms.safetensors net --largest 8"), 2);
    ck_assert_int_eq(run("EXPORT_C", "rhythms.safetensors net --fixed --largest 8"), 0);
    ck_assert_int_eq(run("EXPORT_C", "rhythms.safetensors ''"), 2);
    ck_assert_int_eq(run("EXPORT_C", "rhythms.safetensors ./"), 2);
}
END_TEST

/* Whatever the model's name ends with. */
START_TEST(export_c_writes_over_nothing_that_it_reads) {
    static char before[1 << 16], after[1 << 16];
    char path[300];
    ck_assert_int_eq(run("MINIMAL", ""), 0);
    const size_t length = read_file("rhythms.safetensors", before, sizeof before);
    snprintf(path, sizeof path, "%s/model.h", folder);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(before, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(run("EXPORT_C", "model.h ./model"), 1);
    ck_assert_str_eq(output, "export-c: './model.h' would be read and written; expected different files\n");
    ck_assert_uint_eq(read_file("model.h", after, sizeof after), length);
    ck_assert_int_eq(memcmp(before, after, length), 0);
}
END_TEST

static int run_frames(const char *frames) {
    char path[sizeof folder + 20];
    snprintf(path, sizeof path, "%s/frames.txt", folder);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(frames, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    return run("RUN", "rhythms.safetensors <frames.txt");
}

START_TEST(a_saved_network_runs_frame_by_frame) {
    ck_assert_int_eq(run("MINIMAL", ""), 0);
    ck_assert_int_eq(run_frames(""), 0);
    ck_assert_str_eq(output, "");
    ck_assert_int_eq(run_frames("0 0\n0 0\n"), 0);
    ck_assert_str_eq(output, "0 0.5 0.5\n0 1 1\n"); /* nothing has come to the outputs, which are alike */
    ck_assert_int_eq(run_frames("1 2 3\n"), 1);
    ck_assert_ptr_nonnull(strstr(output, "expected frames of 2 numbers"));
    ck_assert_int_eq(run_frames("1 no\n"), 1);
    ck_assert_int_eq(run_frames("1 nan\n"), 1);
    ck_assert_ptr_nonnull(strstr(output, "nan"));
    ck_assert_int_eq(run_frames("1 2\n"), 0);
    ck_assert_int_eq(run("RUN", "rhythms.safetensors <frames.txt >/dev/full"), 1);
    ck_assert_int_eq(run("RUN", "nothing.safetensors"), 1);
    ck_assert_int_eq(run("RUN", ""), 2);
}
END_TEST

START_TEST(what_cannot_be_printed_is_a_failure) {
    ck_assert_int_eq(run("MINIMAL", ">/dev/full"), 1);
    ck_assert_int_eq(run("OWN_LOOP", ">/dev/full"), 1);
    ck_assert_int_eq(run("SYNAPSES", "rhythms.safetensors >/dev/null"), 0);
    ck_assert_int_eq(run("SYNAPSES", "rhythms.safetensors >/dev/full"), 1);
    ck_assert_int_eq(run("EXPORT_C", "rhythms.safetensors net >/dev/null"), 0);
    ck_assert_int_eq(run("EXPORT_C", "rhythms.safetensors net >/dev/full"), 1);
#ifdef HAVE_CPP
    ck_assert_int_eq(run("CPP_HOST", "rhythms.safetensors >/dev/full"), 1);
#endif
}
END_TEST

/* Network, data and settings are those of the example; only the loop is the trainer's. */
static void train_by_trainer(const char *path) {
    snnd_context *context;
    snnd_dataset *data;
    snnd_trainer *trainer;
    snnd_trainer_options options;
    struct loop loop = {.net = NULL};
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    ck_assert_int_eq(make_data(context, &data), 0);
    ck_assert_int_eq(make_network(context, &loop), 0);
    ck_assert_int_eq(snnd_trainer_options_init(&options, sizeof options), SNND_OK);
    options.epochs = EPOCHS;
    options.batch = BATCH;
    options.seed = SEED;
    options.sparsity = loop.sparsity;
    ck_assert_int_eq(snnd_trainer_create(loop.net, &options, &trainer), SNND_OK);
    for (int epoch = 0; epoch < EPOCHS; epoch++)
        ck_assert_int_eq(snnd_trainer_epoch(trainer, data, NULL), SNND_OK);
    ck_assert_int_eq(snnd_network_save(loop.net, path), SNND_OK);
    snnd_trainer_free(trainer);
    free_loop(&loop);
    snnd_dataset_free(data);
    snnd_context_free(context);
}

START_TEST(own_loop_ends_with_the_bits_of_the_trainer) {
    static char own[1 << 16], trainers[1 << 16];
    char path[300];
    assert_says("OWN_LOOP", "", "100.0 % right\n");
    const size_t length = read_file("rhythms.safetensors", own, sizeof own);
    snprintf(path, sizeof path, "%s/trainer.safetensors", folder);
    train_by_trainer(path);
    ck_assert_uint_gt(length, 1000);
    ck_assert_uint_eq(read_file("trainer.safetensors", trainers, sizeof trainers), length);
    ck_assert_int_eq(memcmp(own, trainers, length), 0);
}
END_TEST

#ifdef HAVE_CPP
START_TEST(a_cpp_program_streams_in_threads) {
    assert_says("CPP_HOST", "", "8 of 8 streams right\n");
    ck_assert_int_eq(run("MINIMAL", ""), 0);
    assert_says("CPP_HOST", "rhythms.safetensors", "8 of 8 streams right\n");
    ck_assert_int_eq(run("CPP_HOST", "nothing.safetensors"), 1);
    ck_assert_ptr_nonnull(strstr(output, "nothing.safetensors"));
}
END_TEST
#endif

int main(void) {
    Suite *suite = suite_create("examples");
    TCase *programs = tcase_create("programs");
    tcase_add_unchecked_fixture(programs, set_up, tear_down);
    tcase_set_timeout(programs, 120);
    tcase_add_test(programs, minimal_learns_and_its_network_can_be_listed_and_exported);
    tcase_add_test(programs, export_c_writes_over_nothing_that_it_reads);
    tcase_add_test(programs, a_saved_network_runs_frame_by_frame);
    tcase_add_test(programs, what_cannot_be_printed_is_a_failure);
    tcase_add_test(programs, own_loop_ends_with_the_bits_of_the_trainer);
#ifdef HAVE_CPP
    tcase_add_test(programs, a_cpp_program_streams_in_threads);
#endif
    suite_add_tcase(suite, programs);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner), count = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed == 0 && count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
