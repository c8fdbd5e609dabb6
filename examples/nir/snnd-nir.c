/* Brings networks to NIR files and back. */
#include <hdf5.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arguments.h"
#include "common/files.h"
#include "common/program.h"
#include "nir/nir.h"

enum { DONE = 0, FAILED = 1, USAGE = 2 };

static const char help[] =
    "Usage: snnd-nir export NETWORK.safetensors FILE.nir [options]\n"
    "  or:  snnd-nir import FILE.nir NETWORK.safetensors [options]\n"
    "  or:  snnd-nir show FILE.nir\n"
    "Converts spiking networks of libsnndelay to files of the Neuromorphic Intermediate Representation (NIR) and "
    "back.\n"
    "\n"
    "  export            writes the evaluation form of a network as a graph for other simulators and chips\n"
    "  import            creates a network from a graph\n"
    "  show              prints the nodes of a graph\n"
    "\n"
    "  --dt SECONDS      length of a step (export: 0.01; import: that of the file)\n"
    "  --order ORDER     order of the simulators that the file is for: spike-first or update-first (export: that\n"
    "                    of the network; import: that of the file, else update-first, as for most). A network of\n"
    "                    the paper's order is exact for spike-first, and only approximate for the others\n"
    "  --reset RESET     import: reset of all LIF neurons after a spike, zero or subtract (the threshold), which NIR\n"
    "                    cannot express; else that of the file\n"
    "  --drop-shift      export: leave out delays that are common to the input of a layer. The graph then gives its\n"
    "                    output as many steps earlier, and a network without delays has no Delay\n"
    "  --without-reset   export: leave out v_reset, which versions before 1.0.6 of the Python package nir do not know\n"
    "  --help            this text\n"
    "  --version         the version of libsnndelay\n"
    "\n"
    "Exit codes: 0 done, 1 failed, 2 wrong usage. A file is written whole or not at all.\n";

struct options {
    double dt;
    int order, reset, drop_shift, without_reset, help, version;
};

#define AT(field) offsetof(struct options, field)

static const char *const orders[] = {"spike-first", "update-first", NULL};
static const char *const resets[] = {"zero", "subtract", NULL};

enum { DT, ORDER, RESET, DROP_SHIFT, WITHOUT_RESET };

static const struct argument known[] = {
    [DT] = {"dt", REAL, AT(dt), 1e-9, 1e3, NULL},
    [ORDER] = {"order", CHOICE, AT(order), 0, 0, orders},
    [RESET] = {"reset", CHOICE, AT(reset), 0, 0, resets},
    [DROP_SHIFT] = {"drop-shift", SWITCH, AT(drop_shift), 0, 0, NULL},
    [WITHOUT_RESET] = {"without-reset", SWITCH, AT(without_reset), 0, 0, NULL},
    {"help", SWITCH, AT(help), 0, 0, NULL},
    {"version", SWITCH, AT(version), 0, 0, NULL},
};

static const char *steps(int32_t count) {
    return count == 1 ? "step" : "steps";
}

/* ---- what it does ---- */

static void tell_of_export(const nir_export_report *report, const char *path) {
    if (report->earlier > 0)
        program_say("the graph produces its output %d %s before the network does", report->earlier,
                    steps(report->earlier));
    if (report->approximate > 0)
        program_complain(
            "spikes will differ in the readers that %s is for: they update a potential before they look "
            "for a spike, and keep the input of that step, which %d %s of LIF neurons of the paper's order "
            "%s",
            path, report->approximate, report->approximate == 1 ? "layer" : "layers",
            report->approximate == 1 ? "drops" : "drop");
    if (report->subtracting > 0)
        program_complain("NIR cannot express neurons that subtract their threshold, as %d %s of this network: %s has "
                         "them without v_reset, as before nir 1.0.6, and readers of later versions reset them to 0",
                         report->subtracting, report->subtracting == 1 ? "layer" : "layers", path);
}

static int export_network(snnd_context *context, char **path, const struct options *options, struct failure *failure) {
    const nir_export_options how = {.dt = options->dt > 0 ? options->dt : 0.01,
                                    .order = (nir_order)options->order,
                                    .without_reset = options->without_reset,
                                    .drop_shift = options->drop_shift};
    snnd_network *network = NULL;
    nir_export_report report;
    if (nir_told(failure, context, snnd_network_load(context, path[0], &network)) != 0)
        return -1;
    const int result = nir_save(context, network, &how, path[1], &report, failure);
    snnd_network_free(network);
    if (result == 0)
        tell_of_export(&report, path[1]);
    return result;
}

static void tell_of_import(const nir_import_report *report, const char *path) {
    if (report->later > 0)
        program_complain("the network produces the output of the graph %d %s later", report->later,
                         steps(report->later));
    if (report->firing > 0 && !report->told)
        program_complain("%s does not say whether its readers update potentials before they look for spikes; it is "
                         "read as update-first, as most do (--order spike-first: the others)",
                         path);
}

static int import_network(snnd_context *context, char **path, const struct options *options, struct failure *failure) {
    const nir_import_options how = {
        .dt = options->dt, .order = (nir_order)options->order, .reset = (snnd_reset)options->reset};
    nir_import_report report;
    snnd_network *network = NULL;
    if (nir_load(context, &how, path[0], &network, &report, failure) != 0)
        return -1;
    const int result = nir_told(failure, context, snnd_network_save(network, path[1]));
    snnd_network_free(network);
    if (result == 0)
        tell_of_import(&report, path[0]);
    return result;
}

static int show_file(snnd_context *context, char **path, const struct options *options, struct failure *failure) {
    (void)context;
    (void)options;
    return nir_show(path[0], failure);
}

/* ---- the command line ---- */

#define BIT(option) (UINT64_C(1) << (option))

static const struct command {
    const char *name;
    int paths;
    uint64_t options; /* the options that it accepts */
    int (*run)(snnd_context *context, char **path, const struct options *options, struct failure *failure);
} commands[] = {
    {"export", 2, BIT(DT) | BIT(ORDER) | BIT(DROP_SHIFT) | BIT(WITHOUT_RESET), export_network},
    {"import", 2, BIT(DT) | BIT(ORDER) | BIT(RESET), import_network},
    {"show", 1, 0, show_file},
};

static int choose(int count, char **word, const unsigned char *given, const struct command **command,
                  struct failure *failure) {
    if (count < 1)
        return failed(failure, "export, import or show is needed; --help tells what they do");
    for (size_t c = 0; c < sizeof commands / sizeof *commands; c++)
        if (strcmp(word[0], commands[c].name) == 0)
            *command = &commands[c];
    if (*command == NULL)
        return failed(failure, "'%s': expected export, import or show", word[0]);
    if (count != 1 + (*command)->paths)
        return failed(failure, "%s takes %s; --help tells more", word[0],
                      (*command)->paths == 1 ? "one file" : "two files");
    for (int i = DT; i <= WITHOUT_RESET; i++)
        if (given[i] && ((*command)->options & BIT(i)) == 0)
            return failed(failure, "--%s cannot be used with %s", known[i].name, word[0]);
    if (count == 3 && file_is_same(word[1], word[2]))
        return failed(failure, "%s would read and write the same file, '%s' and '%s'; expected two files", word[0],
                      word[1], word[2]);
    return 0;
}

/* Reads the command line; returns -1 to continue, otherwise the exit code. */
static int read_options(int count, char **line, struct options *options, const struct command **command,
                        char ***paths) {
    static const struct arguments all = {known, sizeof known / sizeof *known, NULL, ""};
    struct failure failure;
    unsigned char given[sizeof known / sizeof *known] = {0};
    int rest = count;
    int result = arguments_read(&all, options, count, line, given, &rest, &failure);
    if (result == 0 && options->help)
        fputs(help, stdout);
    else if (result == 0 && options->version)
        program_version();
    if (result == 0 && (options->help || options->version))
        return DONE;
    if (result == 0)
        result = choose(count - rest, line + rest, given, command, &failure);
    *paths = line + rest + 1;
    if (!given[ORDER])
        options->order = NIR_ORDER_UNTOLD;
    options->reset = !given[RESET] ? 0 : SNND_RESET_ZERO + options->reset;
    if (result == 0)
        return -1;
    program_explain(&failure);
    return USAGE;
}

int main(int count, char **line) {
    struct options options = {0};
    struct failure failure;
    const struct command *command = NULL;
    char **paths;
    snnd_context_options how;
    snnd_context *context = NULL;
    program_begin("snnd-nir");
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* the program itself reports errors */
    const int code = read_options(count, line, &options, &command, &paths);
    if (code >= 0)
        return program_end(code);
    snnd_context_options_init(&how, sizeof how);
    how.threads = 1;
    const snnd_status status = snnd_context_create(&how, &context);
    int result = status == SNND_OK ? 0 : failed(&failure, "%s", snnd_status_string(status));
    if (result == 0)
        result = command->run(context, paths, &options, &failure);
    if (result != 0)
        program_explain(&failure);
    snnd_context_free(context);
    return program_end(result == 0 ? DONE : FAILED);
}
