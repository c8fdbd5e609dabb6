/* snnd-nir as its users meet it. */
#include <check.h>
#include <snndelay.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "format/scratch.h"

static char said[1 << 14]; /* on both streams */

/* Runs the program in the folder; its exit code. */
static int run(const char *arguments) {
    char line[2048];
    const char *program = getenv("SNND_NIR");
    ck_assert_msg(program != NULL, "SNND_NIR is not set");
    snprintf(line, sizeof line, "cd '%s' && '%s' %s 2>&1", scratch_directory, program, arguments);
    FILE *pipe = popen(line, "r");
    ck_assert_ptr_nonnull(pipe);
    said[fread(said, 1, sizeof said - 1, pipe)] = '\0';
    const int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define RUNS(code, words, arguments)                                                                                   \
    do {                                                                                                               \
        const int got_ = run(arguments);                                                                               \
        ck_assert_msg(got_ == (code), "snnd-nir %s ended with %d: %s", arguments, got_, said);                         \
        ck_assert_msg(strstr(said, words) != NULL, "snnd-nir %s said '%s', without '%s'", arguments, said, words);     \
    } while (0)

#define QUIET(arguments)                                                                                               \
    do {                                                                                                               \
        RUNS(0, "", arguments);                                                                                        \
        ck_assert_str_eq(said, "");                                                                                    \
    } while (0)

/* One layer of LIF neurons, delayed up to `longest` steps, and one of integrators. */
static void make_network_of(const char *name, int32_t longest, snnd_order order, snnd_reset reset) {
    snnd_context *context;
    snnd_network *network;
    snnd_delay_options options;
    snnd_lif_options lif;
    snnd_leaky_integrator_options leaky;
    ck_assert_int_eq(snnd_lif_options_init(&lif, sizeof lif), SNND_OK);
    ck_assert_int_eq(snnd_leaky_integrator_options_init(&leaky, sizeof leaky), SNND_OK);
    lif.order = leaky.order = (int32_t)order;
    lif.reset = (int32_t)reset;
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    ck_assert_int_eq(snnd_network_create(context, 3, &network), SNND_OK);
    ck_assert_int_eq(snnd_delay_options_init(&options, sizeof options), SNND_OK);
    options.max_delay = longest;
    ck_assert_int_eq(snnd_network_add_delays(network, 4, &options, NULL), SNND_OK);
    ck_assert_int_eq(snnd_network_add_lif(network, &lif, NULL), SNND_OK);
    ck_assert_int_eq(snnd_network_add_delays(network, 2, &options, NULL), SNND_OK);
    ck_assert_int_eq(snnd_network_add_leaky_integrator(network, &leaky, NULL), SNND_OK);
    ck_assert_int_eq(snnd_network_save(network, scratch(name)), SNND_OK);
    snnd_network_free(network);
    snnd_context_free(context);
}

static void make_network(const char *name, int32_t longest) {
    make_network_of(name, longest, SNND_ORDER_PAPER, SNND_RESET_ZERO);
}

START_TEST(a_network_goes_there_and_back) {
    make_network_of("net", 6, _i == 0 ? SNND_ORDER_PAPER : SNND_ORDER_UPDATE_FIRST, SNND_RESET_ZERO);
    QUIET("export net a.nir");
    QUIET("import a.nir again");
    QUIET("export again b.nir");
    QUIET("import b.nir third");
    size_t one_bytes, other_bytes;
    unsigned char *one = scratch_read(scratch("again"), &one_bytes);
    unsigned char *other = scratch_read(scratch("third"), &other_bytes);
    ck_assert_uint_eq(one_bytes, other_bytes);
    ck_assert_mem_eq(one, other, one_bytes);
    free(one);
    free(other);
}
END_TEST

START_TEST(a_graph_is_shown) {
    make_network("net", 0);
    QUIET("export net a.nir --dt 0.005");
    RUNS(0, "NIR 1.0.6: 7 nodes, 6 edges\na step of 0.005 s\n", "show a.nir");
    RUNS(0, "(spike-first)\na readout by softmax_sum\n", "show a.nir");
    RUNS(0, "\ninput (Input: shape [1]) -> layer_0_linear_0\n", "show a.nir");
    RUNS(0, "\nlayer_0_linear_0 (Linear: weight [4, 3]) -> layer_1_shift\n", "show a.nir");
    RUNS(0, "\nlayer_1_lif (LIF: tau [4], r [4], v_leak [4], v_threshold [4], v_reset [4]) -> layer_2_linear_0\n",
         "show a.nir");
    make_network_of("net", 0, SNND_ORDER_UPDATE_FIRST, SNND_RESET_ZERO);
    QUIET("export net a.nir --without-reset");
    RUNS(0, "NIR 1.0.4: 6 nodes, 5 edges", "show a.nir");
    RUNS(0, "(update-first)", "show a.nir");
    RUNS(0, "v_threshold [4]) ->", "show a.nir");
}
END_TEST

START_TEST(a_shift_is_told) {
    make_network("net", 0);
    RUNS(0, "the graph produces its output 1 step before the network does\n", "export net a.nir --drop-shift");
    RUNS(0, "NIR 1.0.6: 6 nodes", "show a.nir");
    RUNS(0, "snnd-nir: the network produces the output of the graph 1 step later\n", "import a.nir again");
    RUNS(0, " 3 steps before", "export net a.nir --drop-shift --order update-first");
    QUIET("import a.nir again"); /* neurons that update first have no lag */
}
END_TEST

START_TEST(what_fires_in_another_order_is_warned_of) {
    make_network("net", 2);
    RUNS(0, "snnd-nir: spikes will differ in the readers that a.nir is for", "export net a.nir --order update-first");
    QUIET("import a.nir again");
    QUIET("import a.nir again --order spike-first --dt 0.01");
    make_network_of("net", 2, SNND_ORDER_UPDATE_FIRST, SNND_RESET_ZERO);
    QUIET("export net a.nir");
    QUIET("export net a.nir --order update-first");
    RUNS(1, "layer 1 updates first", "export net a.nir --order spike-first");
}
END_TEST

START_TEST(a_reset_that_nir_has_no_word_for_is_warned_of) {
    make_network_of("net", 2, SNND_ORDER_UPDATE_FIRST, SNND_RESET_SUBTRACT);
    RUNS(0, "NIR cannot express neurons that subtract their threshold, as 1 layer of this network", "export net a.nir");
    RUNS(0, "NIR 1.0.4", "show a.nir");
    RUNS(0, "v_threshold [4]; subtracts its threshold) ->", "show a.nir");
    QUIET("import a.nir again");
    RUNS(0, "as 1 layer", "export again a.nir");
    QUIET("import a.nir again --reset zero");
    QUIET("export again a.nir");
    QUIET("import a.nir again --reset subtract");
    RUNS(0, "as 1 layer", "export again a.nir");
}
END_TEST

START_TEST(what_fails_is_said_and_leaves_files_as_they_are) {
    make_network("net", 2);
    scratch_write(scratch("kept"), "kept", 4);
    RUNS(1, "snnd-nir: cannot open 'none'", "export none kept");
    RUNS(1, "snnd-nir: none: ", "import none kept");
    RUNS(1, "snnd-nir: net: it is not an HDF5 file", "import net kept");
    RUNS(1, "snnd-nir: net: it is not an HDF5 file", "show net");
    RUNS(1, "snnd-nir: none/a.nir: ", "export net none/a.nir");
    RUNS(1, "is a folder", "export net .");
    size_t bytes;
    unsigned char *kept = scratch_read(scratch("kept"), &bytes);
    ck_assert_uint_eq(bytes, 4);
    ck_assert_mem_eq(kept, "kept", 4);
    free(kept);
    ck_assert_int_eq(scratch_entries(), 2);
}
END_TEST

/* As the library's own files do (tests/format/paths.c). */
START_TEST(a_file_keeps_its_permissions) {
    static const mode_t modes[] = {0600, 0640, 0666, 0755, 0200};
    struct stat about;
    make_network("net", 2);
    for (size_t m = 0; m < sizeof modes / sizeof modes[0]; m++) {
        scratch_write(scratch("a.nir"), "old", 3);
        ck_assert_int_eq(chmod(scratch("a.nir"), modes[m]), 0);
        QUIET("export net a.nir");
        ck_assert_int_eq(stat(scratch("a.nir"), &about), 0);
        ck_assert_uint_eq(about.st_mode & 07777, modes[m]);
        ck_assert_int_eq(unlink(scratch("a.nir")), 0);
    }
    const mode_t before = umask(027);
    QUIET("export net a.nir");
    umask(before);
    ck_assert_int_eq(stat(scratch("a.nir"), &about), 0);
    ck_assert_uint_eq(about.st_mode & 07777, 0640);
}
END_TEST

START_TEST(a_read_only_file_is_not_replaced) {
    make_network("net", 2);
    scratch_write(scratch("a.nir"), "old", 3);
    ck_assert_int_eq(chmod(scratch("a.nir"), 0444), 0);
    RUNS(1, "a.nir: cannot write: it is read-only", "export net a.nir");
    size_t bytes;
    unsigned char *left = scratch_read(scratch("a.nir"), &bytes);
    ck_assert_str_eq((const char *)left, "old");
    free(left);
    ck_assert_int_eq(scratch_entries(), 2);
}
END_TEST

START_TEST(a_name_may_be_as_long_as_the_file_system_has_it) {
    char arguments[300];
    make_network("net", 2);
    for (int length = 240; length <= 256; length++) {
        snprintf(arguments, sizeof arguments, "export net %0*d", length, 0);
        if (length < 256)
            QUIET(arguments);
        else
            RUNS(1, "File name too long", arguments);
    }
    ck_assert_int_eq(scratch_entries(), 1 + 16);
}
END_TEST

START_TEST(a_file_is_not_written_over_itself) {
    make_network("net", 2);
    QUIET("export net a.nir");
    ck_assert_int_eq(symlink("net", scratch("link")), 0);
    RUNS(2, "export would read and write the same file, 'net' and 'net'; expected two files", "export net net");
    RUNS(2, "the same file, 'net' and './net'", "export net ./net");
    RUNS(2, "the same file, 'link' and 'net'", "export link net");
    RUNS(2, "import would read and write the same file, 'a.nir' and ", "import a.nir \"$PWD/a.nir\"");
    QUIET("export net b.nir");
    QUIET("import a.nir again");
}
END_TEST

START_TEST(what_cannot_be_printed_is_a_failure) {
    make_network("net", 0);
    QUIET("export net a.nir");
    RUNS(1, "cannot write to standard output", "show a.nir 2>&1 >/dev/full #");
    RUNS(1, "cannot write to standard output", "export net a.nir --drop-shift 2>&1 >/dev/full #");
    RUNS(1, "cannot write to standard output", "--help 2>&1 >/dev/full #");
}
END_TEST

START_TEST(wrong_usage_is_named) {
    RUNS(2, "export, import or show is needed", "");
    RUNS(2, "'exporter': expected export, import or show", "exporter a b");
    RUNS(2, "export takes two files", "export a");
    RUNS(2, "export takes two files", "export a b c");
    RUNS(2, "show takes one file", "show a b");
    RUNS(2, "--drop-shift cannot be used with import", "import a b --drop-shift");
    RUNS(2, "--dt cannot be used with show", "show a --dt 1");
    RUNS(2, "--reset cannot be used with export", "export a b --reset zero");
    RUNS(2, "--reset: expected zero or subtract, not 'none'", "import a b --reset none");
    RUNS(2, "--dt: expected a number from 1e-09 to 1000, not '0'", "export a b --dt 0");
    RUNS(2, "--order: expected spike-first or update-first, not 'any'", "import a b --order any");
    RUNS(2, "this option does not exist", "show a --quiet");
    RUNS(0, "Usage: snnd-nir export", "--help");
    RUNS(0, "snnd-nir of libsnndelay " SNND_VERSION_STRING "\n", "--version");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("snnd-nir");
    TCase *cases = scratch_case(suite, "cases");
    tcase_add_loop_test(cases, a_network_goes_there_and_back, 0, 2);
    tcase_add_test(cases, a_graph_is_shown);
    tcase_add_test(cases, a_shift_is_told);
    tcase_add_test(cases, what_fires_in_another_order_is_warned_of);
    tcase_add_test(cases, a_reset_that_nir_has_no_word_for_is_warned_of);
    tcase_add_test(cases, what_fails_is_said_and_leaves_files_as_they_are);
    tcase_add_test(cases, a_file_keeps_its_permissions);
    tcase_add_test(cases, a_read_only_file_is_not_replaced);
    tcase_add_test(cases, a_name_may_be_as_long_as_the_file_system_has_it);
    tcase_add_test(cases, a_file_is_not_written_over_itself);
    tcase_add_test(cases, what_cannot_be_printed_is_a_failure);
    tcase_add_test(cases, wrong_usage_is_named);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
