/*
 * Writes the seeds of the corpora: small files of every kind that the library writes or reads, to
 * FOLDER/TARGET/seed-...
 *
 *     fuzz-seeds FOLDER
 */
#include <cjson/cJSON.h>
#include <math.h>
#include <sys/stat.h>

#include "format/network_file.h"
#include "options.h"
#include "run_of.h"

static const char *root;

static const char *seed_path(const char *target, const char *name) {
    static char path[1024];
    snprintf(path, sizeof path, "%s/%s", root, target);
    (void)mkdir(path, 0777);
    CLAIM(snprintf(path, sizeof path, "%s/%s/seed-%s", root, target, name) < (int)sizeof path, "a long path");
    return path;
}

/* A seed of some bytes before those of a file of the scratch directory. */
static void write_seed(const char *target, const char *name, const void *lead, size_t lead_bytes, const char *from) {
    size_t size = 0;
    unsigned char *file = from == NULL ? NULL : fuzz_read(fuzz_path(from), &size);
    unsigned char *all = malloc(lead_bytes + size + 1);
    memcpy(all, lead, lead_bytes);
    if (file != NULL)
        memcpy(all + lead_bytes, file, size);
    fuzz_write(seed_path(target, name), all, lead_bytes + size);
    free(all);
    free(file);
}

/* ---- networks ---- */

static void write_network(snnd_context *context, const snnd_network *network, const char *name) {
    cJSON *described = snnd_network_describe(network);
    char *text = cJSON_PrintUnformatted(described);
    MUST(context, snnd_network_save(network, fuzz_path("network")));
    write_seed("network", name, "", 0, "network");
    write_seed("safetensors", name, "", 0, "network");
    write_seed("architecture", name, text, strlen(text), NULL);
    cJSON_free(text);
    cJSON_Delete(described);
}

/* One of each kind of layer, alone. */
static void write_layers(snnd_context *context) {
    for (int kind = SNND_LAYER_DELAYS; kind <= SNND_LAYER_ADAPTIVE_LIF; kind++) {
        snnd_network *network = NULL;
        char name[32];
        snprintf(name, sizeof name, "layer-%d", kind);
        MUST(context, snnd_network_create(context, 2, &network));
        MUST(context, kind == SNND_LAYER_DELAYS         ? snnd_network_add_delays(network, 2, NULL, NULL)
                      : kind == SNND_LAYER_BATCH_NORM   ? snnd_network_add_batch_norm(network, NULL, NULL)
                      : kind == SNND_LAYER_LIF          ? snnd_network_add_lif(network, NULL, NULL)
                      : kind == SNND_LAYER_DROPOUT      ? snnd_network_add_dropout(network, 0.5, NULL)
                      : kind == SNND_LAYER_ADAPTIVE_LIF ? snnd_network_add_adaptive_lif(network, NULL, NULL)
                                                        : snnd_network_add_leaky_integrator(network, NULL, NULL));
        write_network(context, network, name);
        snnd_network_free(network);
    }
}

/* Layers that have no later option at its default. */
static void write_other_layers(snnd_context *context) {
    snnd_network *network = NULL;
    snnd_delay_options delays;
    snnd_lif_options lif;
    snnd_leaky_integrator_options leaky;
    MUST(context, snnd_delay_options_init(&delays, sizeof delays));
    MUST(context, snnd_lif_options_init(&lif, sizeof lif));
    MUST(context, snnd_leaky_integrator_options_init(&leaky, sizeof leaky));
    lif.order = leaky.order = SNND_ORDER_UPDATE_FIRST;
    lif.reset = SNND_RESET_SUBTRACT;
    lif.surrogate = SNND_SURROGATE_SIGMOID;
    lif.tau_per_neuron = SNND_TAU_LEARNED;
    lif.tau_spread = 0.5;
    leaky.tau_per_neuron = SNND_TAU_GIVEN;
    MUST(context, snnd_network_create(context, 2, &network));
    for (delays.sharing = SNND_SHARING_AXONAL; delays.sharing <= SNND_SHARING_DENDRITIC; delays.sharing++)
        MUST(context, snnd_network_add_delays(network, 2, &delays, NULL));
    MUST(context, snnd_network_add_lif(network, &lif, NULL));
    MUST(context, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    write_network(context, network, "other-layers");
    snnd_network_free(network);
}

/* ---- runs ---- */

static void write_runs(snnd_context *context) {
    for (int kind = 0; kind < RUN_KINDS; kind++) {
        run_of run = run_create(context, kind);
        char name[32];
        const unsigned char lead = (unsigned char)kind;
        snprintf(name, sizeof name, "kind-%d", kind);
        write_network(context, run.network, name);
        for (int step = 0; step < 3; step++)
            CLAIM(run_step(&run) == SNND_OK, "%s", snnd_context_last_error(context));
        MUST(context, snnd_trainer_save_checkpoint(run.trainer, fuzz_path("run"), "a note"));
        write_seed("checkpoint", name, &lead, 1, "run");
        run_free(&run);
    }
}

/* A description of a graph of nothing, of which fuzzing makes others soon; and one with a LIF node, the kind of number
 * 8, whose metadata say that it subtracts and whose last field, v_reset, is not there. */
static void write_graphs(void) {
    static const unsigned char described[64] = {0}, subtracting[64] = {[2] = 1, [10] = 8, [11] = 193, [32] = 255};
    write_seed("nir", "graph", described, sizeof described, NULL);
    write_seed("nir", "subtracting", subtracting, sizeof subtracting, NULL);
}

/* Files of events in each of some types and chunks. */
static void write_events(void) {
    unsigned char described[64];
    char name[32];
    for (int kind = 0; kind < 8; kind++) {
        for (size_t i = 0; i < sizeof described; i++)
            described[i] = (unsigned char)((size_t)kind * 29 + i * 7 % 13);
        snprintf(name, sizeof name, "kind-%d", kind);
        write_seed("events", name, described, sizeof described, NULL);
    }
}

/* ---- arrays ---- */

static void write_npy(const char *name, int version, const char *descr, int fortran, const char *shape, size_t bytes) {
    unsigned char file[512] = {0, 0x93, 'N', 'U', 'M', 'P', 'Y', (unsigned char)version};
    char text[256];
    const int length = snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", descr,
                                fortran ? "True" : "False", shape);
    const size_t begin = version == 1 ? 11 : 13;
    file[9] = (unsigned char)length;
    memcpy(file + begin, text, (size_t)length);
    for (size_t b = 0; b < bytes; b++)
        file[begin + (size_t)length + b] = (unsigned char)(b * 3 % 64);
    write_seed("npy", name, file, begin + (size_t)length + bytes, NULL);
}

static void write_arrays(void) {
    static const struct {
        const char *descr;
        size_t bytes;
    } kinds[] = {{"<f2", 2}, {"<f4", 4}, {"<f8", 8}, {"|b1", 1}, {"|i1", 1}, {"<i2", 2},
                 {"<i4", 4}, {"<i8", 8}, {"|u1", 1}, {"<u2", 2}, {"<u4", 4}, {"<u8", 8}};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        write_npy(kinds[k].descr + 1, 1, kinds[k].descr, 0, "(2, 3, 1)", 6 * kinds[k].bytes);
    write_npy("big-endian", 2, ">f4", 0, "(2, 2, 2)", 32);
    write_npy("fortran", 3, "<i4", 1, "(3, 2)", 24);
    write_npy("labels", 1, "<i8", 0, "(4,)", 32);
    write_npy("scalar", 1, "<f8", 0, "()", 8);
    write_npy("empty", 1, "<f4", 0, "(0, 3)", 0);
}

/* ---- what is a few bytes ---- */

static void write_states(void) {
    unsigned char state[64] = {0};
    char name[32];
    for (int kind = 0; kind < 4; kind++)
        for (int readout = 0; readout < 5; readout++) {
            state[0] = (unsigned char)(128 | readout << 2 | kind);
            state[1 + 24] = 7; /* frames */
            snprintf(name, sizeof name, "%d-%d", kind, readout);
            write_seed("state", name, state, sizeof state, NULL);
        }
}

static void write_options(void) {
    unsigned char choice[16] = {0};
    char name[32];
    for (int kind = 0; kind < options_kind_count; kind++) {
        choice[0] = (unsigned char)kind;
        choice[3] = 1;
        snprintf(name, sizeof name, "%d", kind);
        write_seed("options", name, choice, sizeof choice, NULL);
    }
}

/* Files of run folders, after the byte that says which. */
static void write_folders(void) {
    static const struct {
        const char *name, *text;
    } files[] = {
        {"log", "\0{\"epoch\":1,\"train_loss\":2.9,\"train_accuracy\":0.25,\"validation_loss\":null,"
                "\"validation_accuracy\":null,\"test_accuracy\":0.5,\"sigma\":10,\"seconds\":1.5,\"active\":320,"
                "\"rewired\":null,\"delay_moved\":null,\"spike_rate\":0.1}\n{\"epoch\":2,\"test_accuracy\":1}\n{\"epo"},
        {"log-absurd", "\0{\"epoch\":1,\"test_accuracy\":1e308}\n"},
        {"settings", "\1{\"data\": \"hd\", \"epochs\": 3, \"hidden\": \"8,4\", \"delays\": \"learned\", \"structure\": "
                     "\"deep-r\", \"sparsity\": 0.875, \"dale\": true, \"common\": {\"a\": [1, \"<b>\"]}}"},
        {"table", "\2model\tsparsity\tlast_test_accuracy\nboth\t0.875\t0.5\nneither\t0.5\tnan\n"},
        {"front-end", "\3{\"version\": 1, \"preset\": \"mel\", \"classes\": \"english-first\", \"lowest_rate\": 16000, "
                      "\"decibels_of_0\": -80, \"decibels_of_1\": 0}"},
        {"front-end-other", "\3{\"version\": 1, \"preset\": \"zenke-vogels\", \"classes\": \"german-first\", "
                            "\"lowest_rate\": 48000}"},
        {"predictions", "\4index\tlabel\tpredicted\tspeaker\n0\t3\t3\t4\n1\t19\t0\t-\n"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        write_seed("folders", files[i].name, files[i].text, 1 + strlen(files[i].text + 1), NULL);
}

/* Programs of calls by a generator of numbers: most arguments are small, as most of what is legal is. */
static void write_programs(void) {
    unsigned char program[240];
    uint32_t number = 1;
    char name[32];
    for (int n = 0; n < 12; n++) {
        for (size_t k = 0; k < sizeof program; k++) {
            number = number * 1664525U + 1013904223U;
            program[k] = (unsigned char)(number >> 24 & (k % 8 == 0 ? 0xff : 0x7f));
        }
        program[0] = 0;
        snprintf(name, sizeof name, "%d", n);
        write_seed("calls", name, program, sizeof program, NULL);
    }
}

int main(int count, char **argument) {
    if (count != 2) {
        fprintf(stderr, "usage: fuzz-seeds FOLDER\n");
        return 2;
    }
    root = argument[1];
    snnd_context *context = fuzz_open();
    write_layers(context);
    write_other_layers(context);
    write_runs(context);
    write_graphs();
    write_events();
    write_arrays();
    write_states();
    write_options();
    write_folders();
    write_programs();
    fuzz_close(context);
    return 0;
}
