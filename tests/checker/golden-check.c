/*
 * golden-check DIR...: trains the networks of golden cases and compares everything that is stored of them.
 * tests/golden/README.md says what a case is, and how the comparisons are made.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "golden_case.h"
#include "golden_report.h"
#include "golden_run.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Exit statuses. The last is what Meson takes for a skipped test. */
enum { HOLDS = 0, DOES_NOT_HOLD = 1, NOT_USABLE = 2, NOT_SUPPORTED = 77 };

enum { PATH_LENGTH = 4096 };

struct tally {
    int hold;
    int by_steps; /* of them, those that hold only step by step */
    int fail;
    bool free;     /* cases must hold in a free run */
    bool unusable; /* something that was given is not a case, or cannot be read */
};

static const char usage[] =
    "usage: golden-check [--free] [--threads N] [--isa auto|plain|avx2|avx512]\n"
    "                    [--method auto|direct|spectral] [--products auto|own|blas] [--low-memory] DIR...\n"
    "Trains the networks of golden cases, compares everything stored of them, and prints the worst errors.\n"
    "DIR is the folder of a case (it holds a scalars.json), or a folder of such folders.\n"
    "A case that does not hold is run again step by step, each step from the state that the stored gradients lead\n"
    "to: if every step then holds, float32 has added up what no step has lost, and the case holds. With --free a\n"
    "case has to hold without that.\n"
    "--method is how delays are computed, where a layer can be computed so, and --products what multiplies matrices\n"
    "there; with --low-memory the way back makes currents again instead of keeping them.\n"
    "Exit status: 0 all hold, 1 some do not, 2 usage or no readable case, 77 the processor lacks the instruction\n"
    "set, or the library BLAS.\n";

static void print_header(const struct golden_case *golden) {
    printf("%s: ", golden->directory);
    for (int32_t i = 0; i <= golden->layers; i++)
        printf("%s%d", i > 0 ? "-" : "", golden->sizes[i]);
    printf(", %d taps, T %d, batch %d, %d steps", golden->taps, golden->time, golden->batch, golden->steps);
    if (golden->sparsity > 0)
        printf(", %s at %g %%", golden->dynamic ? "DEEP R" : "fixed mask", 100 * golden->sparsity);
    if (golden->dropout > 0)
        printf(", dropout %g", golden->dropout);
    printf("\n");
}

/* A free run and, where that does not hold, one step by step. */
static void check_runs(snnd_context *context, struct golden_case *golden, struct tally *tally) {
    struct golden_report report;
    golden_report_init(&report);
    golden_run_case(golden, context, false, &report);
    golden_report_print(&report);
    bool holds = report.failures == 0;
    if (!holds && !tally->free) {
        printf("  does not hold in a free run; step by step:\n");
        golden_report_init(&report);
        golden_run_case(golden, context, true, &report);
        golden_report_print(&report);
        holds = report.failures == 0;
        tally->by_steps += holds ? 1 : 0;
    }
    printf("  %s\n\n", holds ? "holds" : "DOES NOT HOLD");
    tally->hold += holds ? 1 : 0;
    tally->fail += holds ? 0 : 1;
}

static void check_case(snnd_context *context, const char *directory, struct tally *tally) {
    char message[512];
    struct golden_case *golden = golden_case_read(directory, message, sizeof message);
    if (golden == NULL) {
        printf("%s: %s\n\n", directory, message);
        tally->unusable = true;
        tally->fail++;
        return;
    }
    print_header(golden);
    fflush(stdout);
    check_runs(context, golden, tally);
    golden_case_free(golden);
}

/* Checks the cases in a folder by name, and returns how many there are. */
static int check_folder(snnd_context *context, const char *folder, struct tally *tally) {
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort);
    int cases = 0;
    for (int i = 0; i < count; i++) {
        char path[PATH_LENGTH];
        int length = snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        bool hidden = entries[i]->d_name[0] == '.';
        if (!hidden && length > 0 && length < PATH_LENGTH && golden_case_exists(path)) {
            check_case(context, path, tally);
            cases++;
        }
        free(entries[i]);
    }
    free(entries);
    return cases;
}

static void check(snnd_context *context, const char *directory, struct tally *tally) {
    if (golden_case_exists(directory)) {
        check_case(context, directory, tally);
    } else if (check_folder(context, directory, tally) == 0) {
        printf("%s: there is no case here: no scalars.json, nor a folder that has one\n\n", directory);
        tally->unusable = true;
    }
}

/* A whole number from 0 to 1024. */
static bool parse_threads(const char *text, int32_t *threads) {
    char *end = NULL;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < 0 || value > 1024)
        return false;
    *threads = (int32_t)value;
    return true;
}

static bool parse_isa(const char *text, int32_t *isa) {
    static const char *const names[] = {"auto", "plain", "avx2", "avx512"};
    static const snnd_isa values[] = {SNND_ISA_AUTO, SNND_ISA_PLAIN, SNND_ISA_AVX2, SNND_ISA_AVX512};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *isa = values[i];
            return true;
        }
    }
    return false;
}

static bool parse_method(const char *text, int32_t *method) {
    static const char *const names[] = {"auto", "direct", "spectral"};
    static const snnd_method values[] = {SNND_METHOD_AUTO, SNND_METHOD_DIRECT, SNND_METHOD_SPECTRAL};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *method = values[i];
            return true;
        }
    }
    return false;
}

static bool parse_products(const char *text, int32_t *products) {
    static const char *const names[] = {"auto", "own", "blas"};
    static const snnd_products values[] = {SNND_PRODUCTS_AUTO, SNND_PRODUCTS_OWN, SNND_PRODUCTS_BLAS};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *products = values[i];
            return true;
        }
    }
    return false;
}

/* Takes the options in; returns where the folders begin, or 0 where an option is not understood. */
static int parse_options(int count, char **arguments, snnd_context_options *options, bool *free_only) {
    int at = 1;
    while (at < count && strncmp(arguments[at], "--", 2) == 0) {
        const char *value = at + 1 < count ? arguments[at + 1] : "";
        if (strcmp(arguments[at], "--") == 0)
            return at + 1;
        if (strcmp(arguments[at], "--free") == 0) {
            *free_only = true;
            at++;
            continue;
        }
        if (strcmp(arguments[at], "--low-memory") == 0) {
            options->low_memory = 1;
            at++;
            continue;
        }
        bool understood = (strcmp(arguments[at], "--threads") == 0 && parse_threads(value, &options->threads)) ||
                          (strcmp(arguments[at], "--isa") == 0 && parse_isa(value, &options->isa)) ||
                          (strcmp(arguments[at], "--method") == 0 && parse_method(value, &options->method)) ||
                          (strcmp(arguments[at], "--products") == 0 && parse_products(value, &options->products));
        if (!understood)
            return 0;
        at += 2;
    }
    return at;
}

int main(int argc, char **argv) {
    snnd_context_options options;
    snnd_context *context = NULL;
    struct tally tally = {.unusable = false};
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return HOLDS;
    }
    snnd_context_options_init(&options, sizeof options);
    int first = parse_options(argc, argv, &options, &tally.free);
    if (first == 0 || first >= argc) {
        fputs(usage, stderr);
        return NOT_USABLE;
    }
    snnd_status status = snnd_context_create(&options, &context);
    if (status != SNND_OK) {
        fprintf(stderr, "golden-check: no context: %s\n", snnd_status_string(status));
        return status == SNND_ERROR_UNSUPPORTED ? NOT_SUPPORTED : NOT_USABLE;
    }
    for (int i = first; i < argc; i++)
        check(context, argv[i], &tally);
    snnd_context_free(context);
    if (tally.by_steps > 0)
        printf("%d of those that hold do so only step by step\n", tally.by_steps);
    printf("%d cases hold, %d do not\n", tally.hold, tally.fail);
    return tally.unusable ? NOT_USABLE : tally.fail > 0 ? DOES_NOT_HOLD : HOLDS;
}
