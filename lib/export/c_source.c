/* Writes a network as C source: one file and its header, which need nothing but <stdint.h>. c_network.c combines the
 * layers of the plan, as the file of each kind says, and c_fixed.c computes integers for them. The other files here
 * write the parts of the source, from top to bottom tables, synapses, readout, layers, and step. */
#include <math.h>
#include <string.h>

#include "base/options.h"
#include "base/text_mode.h"
#include "data/dataset.h"
#include "export/c_header.h"
#include "export/c_readout.h"
#include "export/c_step.h"
#include "format/paths.h"
#include "kernel/readout.h"

enum { LONGEST_NAME = 63, MOST_CLASSES = 32767 };

/* ---- options ---- */

snnd_status snnd_export_c_options_init(snnd_export_c_options *options, size_t size) {
    static const snnd_export_c_options defaults = {
        .numbers = SNND_C_FLOAT32, .readout = SNND_READOUT_NETWORK, .name = "snn"};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

snnd_status snnd_export_c_report_init(snnd_export_c_report *report, size_t size) {
    static const snnd_export_c_report defaults = {0};
    return snnd_options_init(report, size, &defaults, sizeof defaults);
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name(const char *name) {
    if (name == NULL || !is_letter(name[0]) || strlen(name) > LONGEST_NAME)
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if (!is_letter(*c) && *c != '_' && !(*c >= '0' && *c <= '9'))
            return false;
    return true;
}

/* Where source and header are written. */
typedef struct places {
    snnd_target source, header;
    const char *header_name; /* the name in the source */
} places;

static snnd_status check_paths(snnd_context *context, const char *source, const char *header) {
    if (source == NULL || header == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_export_c: %s is NULL",
                         source == NULL ? "source_path" : "header_path");
    if (snnd_is_same_place(source, header))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "source and header are the same file, '%s' and '%s'; expected two files", source, header);
    return SNND_OK;
}

static snnd_status check_header_name(snnd_context *context, const char *name) {
    if (name == NULL || name[0] == '\0')
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "the header's name is missing");
    /* In C99 two question marks can begin a trigraph. */
    for (const char *c = name; *c != '\0'; c++)
        if (*c == '"' || *c == '\\' || (unsigned char)*c < ' ' || (c[0] == '?' && c[1] == '?'))
            return snnd_fail(context, SNND_ERROR_ARGUMENT, "the header's name '%s' cannot stand in an #include line",
                             name);
    return SNND_OK;
}

static snnd_status check_options(snnd_context *context, const snnd_plan *plan, const snnd_export_c_options *known) {
    if (known->numbers != SNND_C_FLOAT32 && known->numbers != SNND_C_FIXED)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "snnd_export_c_options: numbers is %d; expected one of snnd_c_numbers", known->numbers);
    if (!snnd_is_readout(known->readout))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "snnd_export_c_options: readout is %d; expected one of snnd_readout", known->readout);
    if (!is_name(known->name))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "snnd_export_c_options: name is '%s'; expected a letter, then letters, digits and '_', up to "
                         "%d in all",
                         known->name == NULL ? "(NULL)" : known->name, LONGEST_NAME);
    if (known->numbers != SNND_C_FIXED && (known->samples != NULL || known->largest_input != 0))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "snnd_export_c_options: %s is for fixed point and has no effect with float32",
                         known->samples != NULL ? "samples" : "largest_input");
    if (known->numbers != SNND_C_FIXED)
        return SNND_OK;
    if ((known->samples == NULL) == (known->largest_input == 0))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "snnd_export_c_options: fixed point needs either largest_input or samples");
    if (known->samples == NULL && !(known->largest_input >= 1e-30 && known->largest_input <= 1e30))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "snnd_export_c_options: largest_input is %g; expected 1e-30 to 1e30", known->largest_input);
    if (known->samples != NULL && known->samples->channels != plan->inputs)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "the samples have %d channels; the network has %d inputs",
                         known->samples->channels, plan->inputs);
    if (plan->outputs > MOST_CLASSES)
        return snnd_fail(context, SNND_ERROR_UNSUPPORTED,
                         "the network has %d outputs; expected at most %d in fixed point", plan->outputs, MOST_CLASSES);
    return SNND_OK;
}

/* Finds the largest |input| of the samples, with one of them in memory at a time. */
static snnd_status measure(snnd_context *context, const snnd_dataset *samples, double *largest) {
    const size_t values = (size_t)samples->steps * (size_t)samples->channels;
    float most = 0, *input = snnd_allocate(context, values, sizeof *input);
    snnd_status status = input == NULL ? SNND_ERROR_MEMORY : SNND_OK;
    for (int64_t n = 0; n < samples->samples && status == SNND_OK; n++) {
        status = snnd_dataset_gather(samples, -1, n, input);
        for (size_t k = 0; k < values && status == SNND_OK; k++)
            most = fmaxf(most, fabsf(input[k]));
    }
    snnd_release(context, input);
    if (status != SNND_OK)
        return status;
    if (!(most >= 1e-30f && most <= 1e30f))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "the largest input of the samples is %g; expected 1e-30 to 1e30",
                         (double)most);
    *largest = (double)most;
    return SNND_OK;
}

/* ---- files ---- */

static void write_source(snnd_c_text *text, const snnd_c_network *network, const snnd_c_member *member, int32_t count,
                         const char *header) {
    snnd_c_write(text, "/* Written by libsnndelay %s; the header says what it is. */\n#include \"", snnd_version());
    snnd_output_put(text->file, header, strlen(header));
    snnd_c_write(text, "\"\n");
    snnd_c_write_tables(text, network);
    snnd_c_write_synapses(text, network);
    snnd_c_write_read(text, network);
    snnd_c_write_layers(text, network);
    snnd_c_write_reset(text, member, count);
    snnd_c_write_step(text, network);
    snnd_c_write_scores(text, network);
}

static void report_on(const snnd_c_network *network, snnd_export_c_report *report) {
    for (int32_t k = 0; k < network->count; k++)
        report->synapses += snnd_c_synapses(&network->node[k]);
    report->input_scale = report->potential_unit = report->score_unit = 1;
    if (!network->fixed)
        return;
    report->input_scale = network->node[0].fixed.input_scale;
    report->input_limit = network->node[0].fixed.limit;
    report->potential_unit = network->node[network->count - 1].fixed.potential;
    report->score_unit = snnd_c_score_unit(network);
}

static snnd_status write_files(const snnd_c_network *network, const char *name, const snnd_c_member *member,
                               int32_t count, const places *to, snnd_export_c_report *report) {
    snnd_output source, header;
    snnd_status status = snnd_output_open(network->context, to->source, &source);
    if (status != SNND_OK)
        return status;
    status = snnd_output_open(network->context, to->header, &header);
    if (status != SNND_OK) {
        snnd_output_abandon(&source);
        return status;
    }
    snnd_c_text text = {.file = &source, .name = name};
    write_source(&text, network, member, count, to->header_name);
    snnd_output_flush(&source); /* all of the source is written before the header */
    report->flash = text.flash;
    report->ram = snnd_c_ram(member, count);
    text.file = &header;
    snnd_c_write_header(&text, network, member, count, report);
    status = snnd_output_commit(&source);
    if (status == SNND_OK)
        return snnd_output_commit(&header);
    snnd_output_abandon(&header);
    return status;
}

/* ---- the border ---- */

static snnd_status export(const snnd_plan *plan, const snnd_export_c_options *options, const places *to,
                          snnd_export_c_report *report) {
    snnd_c_network network = {.fixed = options->numbers == SNND_C_FIXED, .readout = options->readout};
    double largest = options->largest_input;
    snnd_status status = snnd_c_fold(plan, &network);
    if (status == SNND_OK && options->samples != NULL)
        status = measure(plan->context, options->samples, &largest);
    if (status == SNND_OK && network.fixed)
        status = snnd_c_quantise(&network, largest);
    if (status == SNND_OK) {
        int32_t count;
        snnd_c_member *member = snnd_c_members(&network, &count);
        report_on(&network, report);
        status = member == NULL ? SNND_ERROR_MEMORY : write_files(&network, options->name, member, count, to, report);
        snnd_release(plan->context, member);
    }
    snnd_c_free(&network);
    return status;
}

static snnd_status export_to(const snnd_plan *plan, const snnd_export_c_options *options, places *to,
                             snnd_export_c_report *report) {
    snnd_context *context = plan->context;
    snnd_export_c_options known;
    snnd_export_c_report made = {0};
    snnd_export_c_options_init(&known, sizeof known);
    snnd_status status = snnd_options_read(context, options, &known, sizeof known, "snnd_export_c_options");
    known.readout = snnd_choose_readout(known.readout, plan->readout);
    if (status == SNND_OK)
        status = snnd_options_check(context, report, "snnd_export_c_report");
    if (status == SNND_OK)
        status = check_header_name(context, to->header_name);
    if (status == SNND_OK)
        status = check_options(context, plan, &known);
    if (status != SNND_OK)
        return status;
    const snnd_text_mode host = snnd_set_text_mode();
    to->source.host = to->header.host = &host;
    status = export(plan, &known, to, &made);
    snnd_restore_text_mode(&host);
    return status == SNND_OK ? snnd_options_write(context, report, &made, sizeof made, "snnd_export_c_report") : status;
}

snnd_status snnd_export_c(const snnd_plan *plan, const snnd_export_c_options *options, const char *source_path,
                          const char *header_path, snnd_export_c_report *report) {
    if (plan == NULL)
        return SNND_ERROR_ARGUMENT;
    const snnd_status status = check_paths(plan->context, source_path, header_path);
    if (status != SNND_OK)
        return status;
    places to = {snnd_to_path(source_path), snnd_to_path(header_path), snnd_base_name(header_path)};
    return export_to(plan, options, &to, report);
}

snnd_status snnd_export_c_write(const snnd_plan *plan, const snnd_export_c_options *options, const snnd_writer *source,
                                const snnd_writer *header, const char *header_name, snnd_export_c_report *report) {
    if (plan == NULL)
        return SNND_ERROR_ARGUMENT;
    places to = {snnd_to_writer(source), snnd_to_writer(header), header_name};
    return export_to(plan, options, &to, report);
}
