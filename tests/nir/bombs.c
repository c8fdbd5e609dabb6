/* Small NIR files that would take much time or memory: each is refused before it does. */
#include <zlib.h>

#include "format/scratch.h"
#include "model/network.h"
#include "nir/by_hand.h"
#include "nir/files.h"
#include "support.h"

Suite *bombs_suite(void);

static int load(snnd_context *context, snnd_network **network) {
    return load_nir(context, 0.01, scratch("a"), network);
}

/* The graph by hand, opened to be changed. */
static hid_t open_graph(void) {
    by_hand_write(scratch("a"), NULL, 0);
    const hid_t file = H5Fopen(scratch("a"), H5F_ACC_RDWR, H5P_DEFAULT);
    by_hand_good(file >= 0, "the file");
    return file;
}

/* Closes the file, which must be refused with these words. */
static void refuses(hid_t file, const char *words) {
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    H5Fclose(file);
    REFUSED(words, load(context, &network));
    ck_assert_ptr_null(network);
    snnd_context_free(context);
}

/* ---- chunks ---- */

/* A float matrix in chunks, `filters` of s(huffle), d(eflate) and f(letcher32), in place of what has the name. */
static hid_t add_matrix(hid_t file, const char *path, const hsize_t shape[2], const hsize_t chunk[2],
                        const char *filters) {
    static const hsize_t endless[2] = {H5S_UNLIMITED, H5S_UNLIMITED};
    const hid_t how = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, shape, endless);
    H5Pset_chunk(how, 2, chunk);
    for (const char *filter = filters; *filter != '\0'; filter++)
        by_hand_good((*filter == 's'   ? H5Pset_shuffle(how)
                      : *filter == 'd' ? H5Pset_deflate(how, 9)
                                       : H5Pset_fletcher32(how)) >= 0,
                     "a filter");
    if (H5Lexists(file, path, H5P_DEFAULT) > 0)
        H5Ldelete(file, path, H5P_DEFAULT);
    const hid_t made = H5Dcreate2(file, path, H5T_IEEE_F32LE, space, H5P_DEFAULT, how, H5P_DEFAULT);
    by_hand_good(made >= 0, path);
    H5Sclose(space);
    H5Pclose(how);
    return made;
}

static const float values[6] = {1, 2, 3, 4, 5, 6};

/* As HDF5 itself writes it. */
static void write_matrix(hid_t matrix) {
    by_hand_good(H5Dwrite(matrix, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0, "the numbers");
    H5Dclose(matrix);
}

/* A chunk of so many zeros, deflated, and said to have passed all filters but those of the mask. */
static void write_zeros(hid_t matrix, hsize_t row, hsize_t column, size_t bytes, uint32_t mask) {
    const hsize_t place[2] = {row, column};
    uLongf packed_bytes = compressBound((uLong)bytes);
    unsigned char *zeros = calloc(bytes, 1), *packed = malloc(packed_bytes);
    ck_assert(zeros != NULL && packed != NULL);
    ck_assert_int_eq(compress(packed, &packed_bytes, zeros, (uLong)bytes), Z_OK);
    by_hand_good(H5Dwrite_chunk(matrix, H5P_DEFAULT, mask, place, packed_bytes, packed) >= 0, "a chunk");
    free(zeros);
    free(packed);
}

static const char weight[] = NODE("linear/weight");
static const hsize_t three_by_two[2] = {3, 2}, two_by_two[2] = {2, 2};

START_TEST(chunks_of_any_filters_are_read) {
    static const char *const filters[] = {"", "s", "d", "f", "sd", "fd", "df", "sfd", "fsd"};
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    const hid_t file = open_graph();
    write_matrix(add_matrix(file, weight, three_by_two, two_by_two, filters[_i]));
    H5Fclose(file);
    GOOD(load(context, &network));
    for (int k = 0; k < 6; k++)
        ck_assert_float_eq_tol(snnd_layer_floats(network->layer[0], SNND_ARRAY_WEIGHT)[k], values[k], 1e-6f);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_chunk_larger_than_its_dataset_is_refused) {
    static const hsize_t larger[2] = {4096, 4096};
    const hid_t file = open_graph();
    write_matrix(add_matrix(file, weight, three_by_two, larger, "d"));
    refuses(file, "chunks that are larger");
}
END_TEST

START_TEST(filters_in_another_order_or_twice_are_refused) {
    static const char *const filters[] = {"dd", "ss", "ff", "dsd", "ds"};
    const hid_t file = open_graph();
    write_matrix(add_matrix(file, weight, three_by_two, two_by_two, filters[_i]));
    refuses(file, "stored with a filter");
}
END_TEST

/* A stream of another length than the chunk: HDF5 takes memory for all of it, or reads beyond its end. */
START_TEST(a_chunk_unfolds_to_its_own_size) {
    static const size_t bytes[] = {1 << 22, 25, 23, 1};
    const hid_t file = open_graph(), matrix = add_matrix(file, weight, three_by_two, three_by_two, "d");
    write_zeros(matrix, 0, 0, bytes[_i], 0);
    H5Dclose(matrix);
    refuses(file, "whose number of bytes");
}
END_TEST

START_TEST(what_was_not_deflated_has_its_own_size_too) {
    const hid_t file = open_graph(), matrix = add_matrix(file, weight, three_by_two, three_by_two, "d");
    write_zeros(matrix, 0, 0, 24, 1);
    H5Dclose(matrix);
    refuses(file, "whose number of bytes");
}
END_TEST

START_TEST(a_chunk_that_is_not_there_is_refused) {
    const hid_t file = open_graph(), matrix = add_matrix(file, weight, three_by_two, two_by_two, "d");
    write_zeros(matrix, 0, 0, 16, 0);
    H5Dclose(matrix);
    refuses(file, "a chunk that is missing");
}
END_TEST

/* A square of zeros, in few bytes. */
static hid_t add_zeros(hid_t file, const char *path, hsize_t neurons) {
    enum { SIDE = 512 };
    const hid_t matrix =
        add_matrix(file, path, (const hsize_t[]){neurons, neurons}, (const hsize_t[]){SIDE, SIDE}, "d");
    for (hsize_t row = 0; row < neurons; row += SIDE)
        for (hsize_t column = 0; column < neurons; column += SIDE)
            write_zeros(matrix, row, column, SIDE * SIDE * sizeof(float), 0);
    return matrix;
}

START_TEST(very_many_zeros_are_refused) {
    const hid_t file = open_graph();
    H5Dclose(add_zeros(file, weight, 8192));
    refuses(file, "too many");
}
END_TEST

/* ---- the same again and again ---- */

static hid_t add_node(hid_t file, const char *name, const char *type) {
    char path[64];
    snprintf(path, sizeof path, "node/nodes/%s", name);
    if (H5Lexists(file, path, H5P_DEFAULT) > 0)
        H5Ldelete(file, path, H5P_DEFAULT);
    const hid_t node = hdf5_add_group(file, path);
    by_hand_good(node >= 0 && hdf5_put_text(node, "type", type), path);
    return node;
}

static void add_port(hid_t file, const char *name, const char *type, int64_t neurons) {
    const hid_t node = add_node(file, name, type);
    by_hand_good(hdf5_put_integer(node, "shape", neurons), name);
    H5Gclose(node);
}

/* An empty graph of as many neurons from its input to its output; the edges are still to come. */
static hid_t open_ports(int64_t neurons) {
    const hid_t file = open_graph();
    static const char *const gone[] = {NODE("delay"),  NODE("linear"), NODE("lif"),
                                       NODE("affine"), NODE("li"),     "node/edges"};
    for (size_t g = 0; g < sizeof gone / sizeof gone[0]; g++)
        H5Ldelete(file, gone[g], H5P_DEFAULT);
    add_port(file, "input", "Input", neurons);
    add_port(file, "output", "Output", neurons);
    return file;
}

START_TEST(many_links_to_one_dataset_count_as_many) {
    enum { MANY = 40 };
    char name[MANY + 1][16];
    const char *edge[MANY + 1][2] = {{"input", NULL}};
    const hid_t file = open_ports(1024);
    H5Dclose(add_zeros(file, "zeros", 1024));
    for (int n = 0; n < MANY; n++) {
        snprintf(name[n], sizeof name[n], "linear%d", n);
        const hid_t node = add_node(file, name[n], "Linear");
        by_hand_good(H5Lcreate_hard(file, "zeros", node, "weight", H5P_DEFAULT, H5P_DEFAULT) >= 0, name[n]);
        H5Gclose(node);
        edge[n][1] = edge[n + 1][0] = name[n];
    }
    edge[MANY][1] = "output";
    by_hand_good(hdf5_put_texts(file, "node/edges", &edge[0][0], MANY + 1, 2), "the edges");
    refuses(file, "takes more work");
}
END_TEST

START_TEST(many_links_to_one_node_count_as_many) {
    enum { MANY = 45000 };
    char path[64];
    const hid_t file = open_graph();
    for (int n = 0; n < MANY; n++) {
        snprintf(path, sizeof path, "node/nodes/%d", n);
        by_hand_good(H5Lcreate_hard(file, NODE("lif"), file, path, H5P_DEFAULT, H5P_DEFAULT) >= 0, path);
    }
    refuses(file, "takes more work");
}
END_TEST

START_TEST(many_edges_between_two_nodes_count_as_many) {
    enum { MANY = 6000 };
    const char *(*edge)[2] = malloc(MANY * sizeof *edge);
    ck_assert_ptr_nonnull(edge);
    for (int e = 0; e < MANY; e++)
        edge[e][0] = "input", edge[e][1] = "output";
    const hid_t file = open_ports(4096);
    by_hand_good(hdf5_put_texts(file, "node/edges", &edge[0][0], MANY, 2), "the edges");
    free(edge);
    refuses(file, "takes more work");
}
END_TEST

/* The fullest pair makes room at all of them. */
START_TEST(a_layer_has_no_more_synapses_than_its_file_may_make) {
    enum { MANY = 3, NEURONS = 4096 };
    char name[MANY][16];
    const char *edge[2 * MANY][2];
    float *delay = malloc(NEURONS * sizeof *delay);
    const hid_t file = open_ports(NEURONS);
    for (int n = 0; n < MANY; n++) {
        for (int k = 0; k < NEURONS; k++)
            delay[k] = 0.01f * (float)n;
        snprintf(name[n], sizeof name[n], "delay%d", n);
        const hid_t node = add_node(file, name[n], "Delay");
        by_hand_good(hdf5_put_floats(node, "delay", 1, (const hsize_t[]){NEURONS}, delay, false), name[n]);
        H5Gclose(node);
        edge[2 * n][0] = "input", edge[2 * n][1] = edge[2 * n + 1][0] = name[n], edge[2 * n + 1][1] = "output";
    }
    free(delay);
    by_hand_good(hdf5_put_texts(file, "node/edges", &edge[0][0], 2 * MANY, 2), "the edges");
    refuses(file, "a layer of 4096 neurons with 4096 inputs and up to 3 synapses");
}
END_TEST

/* What the library writes it reads, however sparse: beyond what it deflates, matrices lie in the file as they are. */
START_TEST(large_sparse_networks_come_back) {
    enum { NEURONS = 1024, DELAYS = 20 };
    snnd_context *context = make_context(1);
    snnd_network *network, *read = NULL;
    snnd_layer *layer;
    snnd_delay_options options;
    ck_assert_int_eq(snnd_delay_options_init(&options, sizeof options), SNND_OK);
    options.max_delay = DELAYS;
    OK(context, snnd_network_create(context, NEURONS, &network));
    OK(context, snnd_network_add_delays(network, NEURONS, &options, &layer));
    float *weights = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT),
          *position = snnd_layer_floats(layer, SNND_ARRAY_POSITION);
    for (int64_t s = 0; s < NEURONS * NEURONS; s++) {
        weights[s] = s % NEURONS == 7 ? 1 : 0;
        position[s] = (float)(s / NEURONS % (DELAYS + 1) - DELAYS / 2);
    }
    GOOD(save_nir(context, network, NULL, scratch("a")));
    GOOD(load(context, &read));
    ck_assert_int_eq(read->layer[0]->options.delays.synapses_per_pair, 1);
    int wrong = 0;
    for (int64_t s = 0; s < NEURONS * NEURONS; s++)
        wrong += snnd_layer_floats(read->layer[0], SNND_ARRAY_WEIGHT)[s] != 0 ? s % NEURONS != 7 : s % NEURONS == 7;
    ck_assert_int_eq(wrong, 0);
    snnd_network_free(read);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

Suite *bombs_suite(void) {
    Suite *suite = suite_create("bombs");

    TCase *chunks = scratch_case(suite, "chunks");
    tcase_add_loop_test(chunks, chunks_of_any_filters_are_read, 0, 9);
    tcase_add_test(chunks, a_chunk_larger_than_its_dataset_is_refused);
    tcase_add_loop_test(chunks, filters_in_another_order_or_twice_are_refused, 0, 5);
    tcase_add_loop_test(chunks, a_chunk_unfolds_to_its_own_size, 0, 4);
    tcase_add_test(chunks, what_was_not_deflated_has_its_own_size_too);
    tcase_add_test(chunks, a_chunk_that_is_not_there_is_refused);
    tcase_add_test(chunks, very_many_zeros_are_refused);

    TCase *again = scratch_case(suite, "again");
    tcase_add_test(again, many_links_to_one_dataset_count_as_many);
    tcase_add_test(again, many_links_to_one_node_count_as_many);
    tcase_add_test(again, many_edges_between_two_nodes_count_as_many);
    tcase_add_test(again, a_layer_has_no_more_synapses_than_its_file_may_make);
    tcase_add_test(again, large_sparse_networks_come_back);
    return suite;
}
