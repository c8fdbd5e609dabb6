/* rawhd-receptive-fields from outside: tones, tiny networks. */
#include <math.h>
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/table.h"
#include "support.h"
#include "tones.h"
#include "training/fields/field_results.h"

static char *folder, *set, *out;

static void setup(void) {
    folder = make_folder();
    set = in_folder(folder, "set");
    out = in_folder(folder, "fields");
    write_tones(set);
}

static void teardown(void) {
    free(out);
    free(set);
    drop_folder(folder);
}

/* Runs the program with these own options, NULL at the end, and with those of tiny runs after them. */
static int look(const char *const own[]) {
    static const char *const tiny[] = {"--", "--epochs", "2", "--batch", "6", "--hidden", "8", NULL};
    const char *arguments[40] = {program_path("RAWHD_RECEPTIVE_FIELDS"), "--data", set, "--out", out};
    int count = 5;
    for (int i = 0; own[i] != NULL; i++)
        arguments[count++] = own[i];
    for (int i = 0; tiny[i] != NULL; i++)
        arguments[count++] = tiny[i];
    return run_program(folder, arguments);
}

#define LOOK(...) look((const char *const[]){__VA_ARGS__, NULL})
enum { DIGITS = 6 }; /* of 20 outputs, those that have samples (tones.h) */
#define USUAL "--seeds", "2", "--sparsity", "0.5", "--permutations", "30"

static int refuses(const char *part, const char *const arguments[]) {
    int code = run_program(folder, arguments);
    char *messages = read_text(folder, "err.txt", NULL);
    ck_assert_ptr_nonnull(messages);
    ck_assert_msg(strstr(messages, part) != NULL, "'%s' is not in '%s'", part, messages);
    free(messages);
    return code;
}

static int has(const char *name) {
    char *path = in_folder(out, name);
    int there = file_exists(path);
    free(path);
    return there;
}

static void read_table(const char *name, struct table *table) {
    struct failure failure;
    ck_assert_msg(table_load(out, name, table, &failure) == 0, "%s", failure.text);
}

static double number(const struct table *table, int row, const char *column) {
    return strtod(table_cell(table, row, column), NULL);
}

/* ---- What the program has found ---- */

/* The fields of one network, computed here once more, are those in the .npy file and have the values in the table. */
static void check_network(const char *model, const char *kept, const struct table *moran, int first_row,
                          const char *state, const snnd_moran_options *options, int highest) {
    snnd_context *context;
    snnd_network *network;
    snnd_array array = {0};
    int32_t outputs, rows, columns;
    char *path = in_folder(out, model), *array_path = in_folder(out, kept);
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    ck_assert_int_eq(snnd_network_load(context, path, &network), SNND_OK);
    ck_assert_int_eq(snnd_array_load_npy(context, array_path, SNND_FLOAT64, &array), SNND_OK);
    ck_assert_int_eq(snnd_receptive_fields_size(network, NULL, &outputs, &rows, &columns), SNND_OK);
    ck_assert(array.dimensions == 3 && array.shape[0] == outputs && array.shape[1] == rows &&
              array.shape[2] == columns);
    size_t cells = (size_t)rows * (size_t)columns;
    double *field = malloc((size_t)outputs * cells * sizeof *field), value;
    ck_assert_ptr_nonnull(field);
    ck_assert_int_eq(snnd_receptive_fields(network, NULL, field, NULL, NULL), SNND_OK);
    ck_assert_mem_eq(field, array.data, (size_t)outputs * cells * sizeof *field);
    char *i = format_text("%s I", state), *z = format_text("%s z", state), *p = format_text("%s p", state);
    for (int32_t o = 0; o < outputs; o++) {
        const double *one = field + (size_t)o * cells;
        snnd_moran_options unsearched = *options;
        snnd_moran_test test = {.size = sizeof test};
        unsearched.search = 0;
        ck_assert_int_eq(snnd_moran_permuted(context, one, rows, columns, SNND_SHUFFLE_ROWS, &unsearched, &test, NULL),
                         SNND_OK);
        ck_assert_int_eq(snnd_moran_maximum(context, one, rows, columns, options, &value, NULL), SNND_OK);
        value = highest ? value : test.index;
        ck_assert_double_eq_tol(number(moran, first_row + o, i), value, 1e-9);
        ck_assert_double_eq_tol(number(moran, first_row + o, z), test.z, 1e-7 * fabs(test.z) + 1e-12);
        ck_assert_double_eq_tol(number(moran, first_row + o, p), test.p, 1e-8);
        ck_assert_str_eq(table_cell(moran, first_row + o, "class has samples"), o < DIGITS ? "1" : "0");
        ck_assert((number(moran, first_row + o, "trained order") > 0) == highest);
    }
    free(p);
    free(z);
    free(i);
    free(field);
    snnd_array_free(context, &array);
    snnd_network_free(network);
    snnd_context_free(context);
    free(array_path);
    free(path);
}

static void check_networks(const snnd_moran_options *options, int highest) {
    struct table moran;
    read_table("moran.tsv", &moran);
    ck_assert_int_eq(moran.rows, 3 * 2 * 20);
    ck_assert_str_eq(table_cell(&moran, 3 * 20, "kind"), "deep-r");
    ck_assert_str_eq(table_cell(&moran, 3 * 20, "seed"), "1");
    check_network("dense-0/initial.safetensors", "fields/dense-0-untrained.npy", &moran, 0, "untrained", options,
                  highest);
    check_network("deep-r-1/best.safetensors", "fields/deep-r-1-trained.npy", &moran, 60, "trained", options, highest);
    table_free(&moran);
}

/* Student's t of two pairs has one degree of freedom: Cauchy's distribution. */
static void check_t_of_networks(const struct table *tests, int row) {
    const double difference = number(tests, row, "network_difference"), p = number(tests, row, "network_t_p");
    const double half = (number(tests, row, "network_high") - number(tests, row, "network_low")) / 2;
    const double pi = acos(-1), t = fabs(difference) / (half / tan(pi / 2 * 0.95));
    ck_assert_double_eq_tol(difference, number(tests, row, "first_mean") - number(tests, row, "second_mean"), 1e-8);
    ck_assert_double_eq_tol(p, 1 - 2 / pi * atan(t), 1e-5);
}

static void check_tests(void) {
    struct table tests;
    read_table("tests.tsv", &tests);
    ck_assert_int_eq(tests.rows, 4);
    ck_assert_str_eq(table_cell(&tests, 3, "comparison"), "fixed-deep-r");
    for (int row = 0; row < tests.rows; row++) {
        double p = number(&tests, row, "p"), u = number(&tests, row, "U"), auc = number(&tests, row, "auc");
        const double pairs = number(&tests, row, "first_n") * number(&tests, row, "second_n");
        ck_assert(number(&tests, row, "first_n") > 0 && number(&tests, row, "first_n") <= 2 * DIGITS);
        ck_assert_double_eq_tol(auc, u / pairs, 1e-8);
        ck_assert(number(&tests, row, "auc_low") <= auc && auc <= number(&tests, row, "auc_high"));
        ck_assert(number(&tests, row, "p_least") <= p && p <= number(&tests, row, "p_largest"));
        ck_assert(number(&tests, row, "p_holm") >= number(&tests, row, "p_median"));
        ck_assert_int_eq((int)number(&tests, row, "networks"), 2);
        ck_assert(number(&tests, row, "first_alike") <= 1 && number(&tests, row, "network_p") > 0);
        ck_assert(number(&tests, row, "first_alike_low") <= number(&tests, row, "first_alike"));
        ck_assert(number(&tests, row, "first_alike") <= number(&tests, row, "first_alike_high"));
        ck_assert(number(&tests, row, "second_alike_low") <= number(&tests, row, "second_alike_high"));
        check_t_of_networks(&tests, row);
        ck_assert_int_eq(number(&tests, row, "pairs") > 0, row < 3);
        if (row < 3)
            ck_assert(number(&tests, row, "paired_p") <= number(&tests, row, "paired_p_holm") &&
                      fabs(number(&tests, row, "paired_effect")) <= 1);
        ck_assert(p > 0 && p <= 1);
        ck_assert(u >= 0 && u <= number(&tests, row, "first_n") * number(&tests, row, "second_n"));
        ck_assert_double_eq_tol(pow(10, number(&tests, row, "log10_p")), p, 1e-6 * p);
    }
    table_free(&tests);
}

static int gnuplot_is_here(void) {
    return system("command -v gnuplot >/dev/null 2>&1") == 0;
}

static void check_pictures(int drawn) {
    static const char *const names[] = {"fields-dense", "fields-deep-r", "fields-fixed", "moran", "balance"};
    static const char *const kept[] = {"gp", "dat"}, *const made[] = {"svg", "png", "pdf"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (int j = 0; j < 3; j++) {
            char *source = format_text("pictures/%s.%s", names[i], kept[j % 2]);
            char *picture = format_text("pictures/%s.%s", names[i], made[j]);
            ck_assert_msg(has(source), "%s", source);
            ck_assert_msg(has(picture) == drawn, "%s", picture);
            free(picture);
            free(source);
        }
    ck_assert(!has("pictures/style.gp"));
}

/* What is not as in the paper is said by the table of tests and by the pictures. */
static void check_way(const char *neighbours, const char *search, const char *way) {
    static const char *const names[] = {"pictures/moran.gp", "pictures/fields-dense.gp", "pictures/fields-fixed.gp"};
    struct table tests;
    read_table("tests.tsv", &tests);
    for (int row = 0; row < tests.rows; row++) {
        ck_assert_str_eq(table_cell(&tests, row, "neighbours"), neighbours);
        ck_assert_str_eq(table_cell(&tests, row, "search"), search);
    }
    table_free(&tests);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *script = read_text(out, names[i], NULL);
        ck_assert_ptr_nonnull(strstr(script, way));
        ck_assert((strstr(script, "not as in the paper") != NULL) == (strstr(way, "not as in the paper") != NULL));
        free(script);
    }
}

/* A script of a picture has all of these words, or none of them. */
static void check_script(const char *name, int there, const char *const words[]) {
    char *script = read_text(out, name, NULL);
    ck_assert_ptr_nonnull(script);
    for (int i = 0; words[i] != NULL; i++)
        ck_assert_msg((strstr(script, words[i]) != NULL) == there, "'%s' in %s", words[i], name);
    free(script);
}

#define HAS(name, ...) check_script(name, 1, (const char *const[]){__VA_ARGS__, NULL})
#define LACKS(name, ...) check_script(name, 0, (const char *const[]){__VA_ARGS__, NULL})

/* A picture says what the table says. */
static void check_words(void) {
    struct table tests;
    read_table("tests.tsv", &tests);
    for (int row = 0; row < tests.rows; row++) {
        char *words =
            format_text("n = %s and %s\\nAUC %.2f (%.2f to %.2f)\\np = %.2g", table_cell(&tests, row, "first_n"),
                        table_cell(&tests, row, "second_n"), number(&tests, row, "auc"), number(&tests, row, "auc_low"),
                        number(&tests, row, "auc_high"), number(&tests, row, "p_median"));
        HAS("pictures/moran.gp", words, "fixed against sparse", "\"sparse\\ntrained\"");
        if (row == 0)
            HAS("pictures/fields-dense.gp", words, "corrected", "in pairs");
        free(words);
    }
    table_free(&tests);
}

static void look_again(void) {
    ck_assert_int_eq(LOOK(USUAL, "--quiet"), 0);
}

/* Channels have the pitches of the front end, and numbers where there is none, or one without pitches. */
START_TEST(axes_have_units) {
    char *front_end = in_folder(out, "dense-0/front_end.json"), *moved = in_folder(out, "moved.json");
    look_again();
    HAS("pictures/fields-dense.gp", "'centre of the Mel channel (kHz)'", "set ytics ('0.1' ", "'delay (ms)'",
        "'100' 10, ");
    ck_assert_int_eq(rename(front_end, moved), 0);
    look_again();
    HAS("pictures/fields-dense.gp", "'input channel'", "'delay (ms)'");
    LACKS("pictures/fields-dense.gp", "kHz");
    write_text(out, "dense-0/front_end.json", "{\"preset\": \"zenke-vogels\"}");
    look_again();
    HAS("pictures/fields-dense.gp", "'input channel'");
    write_text(out, "dense-0/front_end.json", "{\"preset\": \"mel\", \"version\": 77}");
    ck_assert_int_eq(LOOK(USUAL, "--quiet"), 1);
    char *said = read_text(folder, "err.txt", NULL);
    ck_assert_ptr_nonnull(strstr(said, "front_end.json: \"version\" is 77"));
    free(said);
    free(moved);
    free(front_end);
}
END_TEST

/* Other seeds make other networks, and none of them is of the first ones. */
START_TEST(begins_with_another_seed) {
    struct table moran;
    ck_assert_int_eq(LOOK("--seed", "7", "--seeds", "1", "--sparsity", "0.5", "--permutations", "5"), 0);
    ck_assert(has("dense-7/best.safetensors") && has("fixed-7") && !has("dense-0"));
    ck_assert(has("fields/deep-r-7-trained.npy"));
    read_table("moran.tsv", &moran);
    for (int row = 0; row < moran.rows; row++) {
        ck_assert_str_eq(table_cell(&moran, row, "seed"), "7");
        ck_assert_str_eq(table_cell(&moran, row, "class has samples"), row % 20 < DIGITS ? "1" : "0");
    }
    table_free(&moran);
    HAS("pictures/fields-dense.gp", "(seed 7, ");
    HAS("fields.json", "\"seed\":\t7");
}
END_TEST

START_TEST(finds_what_the_library_finds) {
    snnd_moran_options options;
    snnd_moran_options_init(&options, sizeof options);
    options.permutations = 30;
    ck_assert_int_eq(LOOK(USUAL, "--jobs", "2"), 0);
    check_networks(&options, 0);
    check_tests();
    check_words();
    check_way("8", "0", "8 neighbours, rows in the order of the channels, not as in the paper");
    ck_assert(!has("orders.tsv") && !has("draws.tsv"));
    check_pictures(gnuplot_is_here());
    char *said = read_text(folder, "out.txt", NULL), *settings = read_text(out, "fields.json", NULL);
    ck_assert_ptr_nonnull(strstr(said, "dense, trained"));
    ck_assert_ptr_nonnull(strstr(said, "snnd-report"));
    ck_assert_ptr_nonnull(strstr(settings, "\"permutation-seed\":\t0"));
    ck_assert_ptr_nonnull(strstr(settings, "\"recordings\""));
    free(settings);
    free(said);
}
END_TEST

/* What is done is loaded: the models stay as they are, and another way to look finds other values. */
START_TEST(goes_on_where_it_was) {
    snnd_moran_options options;
    snnd_moran_options_init(&options, sizeof options);
    ck_assert_int_eq(LOOK(USUAL, "--quiet"), 0);
    char *first = read_text(out, "moran.tsv", NULL), *log = read_text(out, "dense-0/log.jsonl", NULL);
    char *lost = in_folder(out, "fixed-1");
    folder_remove(lost);
    free(lost);
    ck_assert_int_eq(LOOK(USUAL), 0);
    char *said = read_text(folder, "out.txt", NULL);
    ck_assert_ptr_nonnull(strstr(said, "fixed-1: "));
    ck_assert_ptr_null(strstr(said, "dense-0: "));
    char *again = read_text(out, "moran.tsv", NULL), *log_again = read_text(out, "dense-0/log.jsonl", NULL);
    ck_assert_str_eq(first, again);
    ck_assert_str_eq(log, log_again); /* with the seconds that it took */
    options.permutations = 20;
    options.neighbours = SNND_ROOK;
    options.search = 1;
    ck_assert_int_eq(LOOK("--seeds", "2", "--sparsity", "0.5", "--permutations", "20", "--as-in-paper", "--rook",
                          "--search", "--draws", "1"),
                     0);
    check_networks(&options, 1);
    check_way("4", "1", "4 neighbours, 20 orders of the rows, with a search, not as in the paper");
    char *searched = read_text(folder, "out.txt", NULL);
    ck_assert_ptr_nonnull(strstr(searched, "search"));
    ck_assert_int_eq(LOOK("--seeds", "2", "--sparsity", "0.75"), 2);
    free(searched);
    free(log_again);
    free(again);
    free(said);
    free(log);
    free(first);
}
END_TEST

/* Each field's rows in the order of the table have its highest Moran's I. */
static void check_orders(void) {
    struct table orders, moran;
    snnd_context *context;
    snnd_array array = {0};
    char *path = in_folder(out, "fields/dense-0-trained.npy");
    read_table("moran.tsv", &moran);
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    ck_assert_int_eq(snnd_array_load_npy(context, path, SNND_FLOAT64, &array), SNND_OK);
    const size_t rows = (size_t)array.shape[1], columns = (size_t)array.shape[2];
    double *moved = malloc(rows * columns * sizeof *moved), value;
    ck_assert_ptr_nonnull(moved);
    read_table("orders.tsv", &orders);
    for (int o = 0; o < 20; o++) {
        char *text = format_text("%s", table_cell(&orders, 20 + o, "order")), *at = text;
        ck_assert_str_eq(table_cell(&orders, 20 + o, "trained"), "1");
        ck_assert_int_eq((int)number(&moran, o, "untrained order"), o + 1);
        ck_assert_int_eq((int)number(&moran, o, "trained order"), 20 + o + 1);
        for (size_t r = 0; r < rows; r++) {
            const size_t row = strtoul(at, &at, 10);
            ck_assert_uint_lt(row, rows);
            memcpy(moved + r * columns, (const double *)array.data + ((size_t)o * rows + row) * columns,
                   columns * sizeof *moved);
        }
        ck_assert_int_eq(snnd_moran(context, moved, (int32_t)rows, (int32_t)columns, SNND_QUEEN, &value), SNND_OK);
        ck_assert_double_eq_tol(number(&moran, o, "trained I"), value, 1e-8);
        free(text);
    }
    free(moved);
    snnd_array_free(context, &array);
    snnd_context_free(context);
    table_free(&orders);
    table_free(&moran);
    free(path);
}

/* The first of two draws is that of the table. */
static void check_draws(void) {
    struct table draws, moran;
    read_table("draws.tsv", &draws);
    read_table("moran.tsv", &moran);
    ck_assert_int_eq(draws.rows, 3 * 2 * 2 * 20);
    ck_assert_int_eq(draws.columns, 5 + 2);
    int moved = 0;
    for (int row = 0; row < draws.rows; row++) {
        const int of = row / 40 * 20 + row % 20, trained = row / 20 % 2;
        ck_assert_str_eq(table_cell(&draws, row, "trained"), trained ? "1" : "0");
        ck_assert_str_eq(table_cell(&draws, row, "draw 0"),
                         table_cell(&moran, of, trained ? "trained I" : "untrained I"));
        moved += strcmp(table_cell(&draws, row, "draw 0"), table_cell(&draws, row, "draw 1")) != 0;
    }
    ck_assert_int_gt(moved, 0);
    table_free(&moran);
    table_free(&draws);
}

/* Every draw is that of a seed: two of them have, as range, the p of each alone. */
START_TEST(tells_how_much_p_depends_on_the_seed) {
    static const char *const columns[] = {"p", "p_least", "p_median", "p_largest"};
    double p[3][4][4]; /* run, row, column */
    static const char *const seeds[] = {"5", "6", "5"}, *const draws[] = {"1", "1", "2"};
    for (int run = 0; run < 3; run++) {
        struct table tests;
        ck_assert_int_eq(LOOK(USUAL, "--as-in-paper", "--permutation-seed", seeds[run], "--draws", draws[run]), 0);
        read_table("tests.tsv", &tests);
        for (int row = 0; row < 4; row++)
            for (int column = 0; column < 4; column++)
                p[run][row][column] = number(&tests, row, columns[column]);
        table_free(&tests);
    }
    int moved = 0;
    for (int row = 0; row < 4; row++) {
        const double one = p[0][row][0], other = p[1][row][0];
        moved += one < other || one > other;
        ck_assert_double_eq(p[2][row][0], one);
        ck_assert_double_eq(p[2][row][1], fmin(one, other));
        ck_assert_double_eq_tol(p[2][row][2], (one + other) / 2, 1e-8);
        ck_assert_double_eq(p[2][row][3], fmax(one, other));
    }
    check_draws();
    ck_assert_int_gt(moved, 0);
    char *said = read_text(folder, "out.txt", NULL), *settings = read_text(out, "fields.json", NULL);
    ck_assert_ptr_nonnull(strstr(said, "median of 2 draws; "));
    ck_assert_ptr_nonnull(strstr(settings, "\"permutation-seed\":\t5"));
    ck_assert_ptr_nonnull(strstr(settings, "\"order\":\t\"highest\""));
    free(settings);
    free(said);
    HAS("pictures/moran.gp", "(median; draws ");
    HAS("pictures/fields-fixed.gp", "ordered for the highest Moran");
    LACKS("pictures/fields-fixed.gp", "set ytics (");
    check_way("8", "0", "8 neighbours, 30 orders of the rows");
    check_orders();
    look_again();
    ck_assert(!has("orders.tsv") && !has("draws.tsv"));
}
END_TEST

START_TEST(goes_without_gnuplot) {
    setenv("PATH", "/nowhere", 1);
    ck_assert_int_eq(LOOK("--seeds", "1", "--sparsity", "0.5", "--permutations", "5", "--model", "last"), 0);
    char *said = read_text(folder, "err.txt", NULL), *warning = strstr(said, "gnuplot is not installed");
    ck_assert_ptr_nonnull(warning);
    ck_assert_ptr_null(strstr(warning + 1, "gnuplot is not installed")); /* once is enough */
    check_pictures(0);
    free(said);
}
END_TEST

/* Where no path of synapses leads to any output there is nothing to order, to test, or to draw. */
START_TEST(bears_networks_without_fields) {
    ck_assert_int_eq(LOOK("--seeds", "1", "--sparsity", "0.993", "--permutations", "5"), 0);
    struct table tests;
    read_table("tests.tsv", &tests);
    ck_assert_str_eq(table_cell(&tests, 2, "comparison"), "fixed");
    ck_assert_double_lt(number(&tests, 2, "first_n"), 3);
    char *said = read_text(folder, "out.txt", NULL);
    ck_assert_ptr_nonnull(strstr(said, " of 36 fields are in no test, since all of their cells are equal"));
    free(said);
    table_free(&tests);
    check_pictures(gnuplot_is_here());
}
END_TEST

/* ---- Fields of one synapse ---- */

/* Writes a network whose outputs have one synapse each, all at the same place and with other weights. */
static void write_one_cells(snnd_context *context, const char *name, int32_t channels, int32_t most_delay, int state) {
    enum { OUTPUTS = 6 };
    snnd_delay_options delays;
    snnd_layer *layer;
    snnd_network *network;
    float *weight = calloc((size_t)(OUTPUTS * channels), sizeof *weight);
    ck_assert_ptr_nonnull(weight);
    for (int o = 0; o < OUTPUTS; o++)
        weight[o * channels] = 0.1F * (float)(1 + o) * (state == FIELDS_TRAINED ? 1.7F : 1);
    ck_assert_int_eq(snnd_delay_options_init(&delays, sizeof delays), SNND_OK);
    delays.max_delay = most_delay;
    ck_assert_int_eq(snnd_network_create(context, channels, &network), SNND_OK);
    ck_assert_int_eq(snnd_network_add_delays(network, OUTPUTS, &delays, &layer), SNND_OK);
    ck_assert_int_eq(snnd_network_add_leaky_integrator(network, NULL, NULL), SNND_OK);
    ck_assert_int_eq(snnd_network_initialize(network, 5), SNND_OK);
    ck_assert_int_eq(snnd_layer_set_array(layer, SNND_ARRAY_WEIGHT, weight, OUTPUTS * channels), SNND_OK);
    float *position = calloc((size_t)(OUTPUTS * channels), sizeof *position);
    ck_assert_ptr_nonnull(position);
    ck_assert_int_eq(snnd_layer_set_array(layer, SNND_ARRAY_POSITION, position, OUTPUTS * channels), SNND_OK);
    char *path = format_text("%s/%s", out, name), *empty = format_text("%s.empty", name);
    write_text(out, empty, "");
    ck_assert_int_eq(snnd_network_save(network, path), SNND_OK);
    free(empty);
    free(path);
    free(position);
    free(weight);
    snnd_network_free(network);
}

/* Looks at such networks, and draws them into the folder. */
static void look_at_one_cells(int32_t channels, int32_t most_delay) {
    struct field_results results = {.out = out, .seeds = 2, .model = "best.safetensors", .way = {.draws = 1}};
    struct failure failure;
    snnd_context *context;
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    for (int i = 0; i < 2 * FIELD_KINDS; i++)
        for (int state = 0; state < FIELD_STATES; state++) {
            char *name = format_text("%s-%d/%s.safetensors", field_kind_names[i / 2], i % 2,
                                     state == FIELDS_TRAINED ? "best" : "initial");
            write_one_cells(context, name, channels, most_delay, state);
            free(name);
        }
    snnd_moran_options_init(&results.way.moran, sizeof results.way.moran);
    results.way.moran.permutations = 5;
    ck_assert_msg(field_results_look(&results, context, 0, &failure) == 0, "%s", failure.text);
    ck_assert_msg(field_results_write(&results, context, NULL, &failure) == 0, "%s", failure.text);
    ck_assert_int_eq(field_results_draw(&results, folder, &failure), 0);
    field_results_free(&results);
    snnd_context_free(context);
}

/* Their Moran's I is the same but for the rounding of sums: no test may find one of them higher. */
START_TEST(equal_fields_are_ties) {
    struct table tests;
    look_at_one_cells(7, 4);
    read_table("tests.tsv", &tests);
    for (int row = 0; row < tests.rows; row++) {
        ck_assert_double_eq(number(&tests, row, "U"), 12 * 12 / 2.0);
        ck_assert_double_eq(number(&tests, row, "p"), 1);
        ck_assert_double_eq(number(&tests, row, "network_p"), 1);
        if (row < 3)
            ck_assert_double_eq(number(&tests, row, "paired_p"), 1);
    }
    table_free(&tests);
}
END_TEST

/* Draws fields of one row or one column, and counts what is filled in the picture. */
static int filled_areas(int one_row, int cells) {
    int count = 0;
    look_at_one_cells(one_row ? 1 : cells, one_row ? cells - 1 : 0);
    char *svg = read_text(folder, "fields-dense.svg", NULL);
    for (const char *at = svg; at != NULL && (at = strstr(at, "<polygon")) != NULL; at++)
        count++;
    free(svg);
    return count;
}

/* gnuplot's images need two rows and two columns. Each of both panels has more cells if its field has. */
START_TEST(draws_fields_of_one_column_or_row) {
    const int few = filled_areas(_i, 7), many = filled_areas(_i, 13);
    ck_assert_int_eq(many - few, gnuplot_is_here() ? 2 * 6 : 0);
}
END_TEST

START_TEST(says_what_is_wrong) {
    const char *program = program_path("RAWHD_RECEPTIVE_FIELDS");
#define REFUSES(part, ...) refuses(part, (const char *const[]){program, __VA_ARGS__, NULL})
    ck_assert_int_eq(REFUSES("--data DIR is needed", "--seeds", "2"), 2);
    ck_assert_int_eq(REFUSES("--seeds", "--data", set, "--seeds", "0"), 2);
    ck_assert_int_eq(REFUSES("--model", "--data", set, "--model", "first"), 2);
    ck_assert_int_eq(REFUSES("--sparsity", "--data", set, "--sparsity", "1"), 2);
    ck_assert_int_eq(REFUSES("a value is missing", "--data", set, "--permutations"), 2);
    ck_assert_int_eq(REFUSES("--search needs --as-in-paper", "--data", set, "--search"), 2);
    ck_assert_int_eq(REFUSES("--draws", "--data", set, "--draws", "0"), 2);
    ck_assert_int_eq(REFUSES("--nothing", "--nothing"), 2);
    ck_assert_int_eq(REFUSES("unexpected argument", "--data", set, "more"), 2);
    ck_assert_int_eq(REFUSES("--seed", "--data", set, "--out", out, "--", "--seed", "3"), 2);
    ck_assert_int_eq(REFUSES("--growth", "--data", set, "--out", out, "--", "--growth", "random"), 2);
    ck_assert_int_eq(REFUSES("/nowhere/at/all", "--data", "/nowhere/at/all", "--out", out), 1);
    ck_assert_int_eq(REFUSES("", "--help"), 0);
    ck_assert_int_eq(REFUSES("", "--version"), 0);
    ck_assert(!has("moran.tsv"));
}
END_TEST

int main(void) {
    program_path("RAWHD_RECEPTIVE_FIELDS");
    Suite *suite = suite_create("receptive_fields");
    TCase *program = tcase_create("program");
    tcase_add_checked_fixture(program, setup, teardown);
    tcase_set_timeout(program, 300);
    tcase_add_test(program, finds_what_the_library_finds);
    tcase_add_test(program, goes_on_where_it_was);
    tcase_add_test(program, tells_how_much_p_depends_on_the_seed);
    tcase_add_test(program, axes_have_units);
    tcase_add_test(program, begins_with_another_seed);
    tcase_add_test(program, goes_without_gnuplot);
    tcase_add_test(program, bears_networks_without_fields);
    tcase_add_test(program, equal_fields_are_ties);
    tcase_add_loop_test(program, draws_fields_of_one_column_or_row, 0, 2);
    tcase_add_test(program, says_what_is_wrong);
    suite_add_tcase(suite, program);
    return run_suite(suite);
}
