/* One page of HTML from folders of results, with pictures of the runs among them. */
#include <errno.h>
#include <snndelay.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arguments.h"
#include "common/files.h"
#include "common/html.h"
#include "common/program.h"
#include "report/report.h"

enum { DONE = 0, FAILED = 1, USAGE = 2 };

static const char help[] =
    "Usage: rawhd-report [options] FOLDER...\n"
    "Makes one page of HTML from folders of results, to look at in any browser, with nothing else needed. A FOLDER is\n"
    "what rawhd-train, rawhd-receptive-fields or rawhd-ablation has left. Pictures of runs are drawn by gnuplot into\n"
    "FOLDER/pictures, as SVG and PNG, and stay there with their data and scripts: gnuplot NAME.gp draws again. Those "
    "of\n"
    "the others are taken as they are, and drawn where they are missing. A FOLDER that cannot be written to is left "
    "as\n"
    "it is.\n"
    "\n"
    "  --out FILE  the page (report.html)\n"
    "  --quiet     say nothing unless something is wrong\n"
    "  --help      this text\n"
    "  --version   the version of libsnndelay\n"
    "\n"
    "Exit codes: 0 done; 1 a folder cannot be read or drawn, and there is no new page; 2 wrong usage.\n"
    "Without gnuplot the page has the tables, and the pictures that are there.\n";

struct options {
    const char *out;
    int quiet, help, version;
    char **folder;
    int count;
};

#define AT(field) offsetof(struct options, field)

static const struct argument known[] = {
    {"out", TEXT, AT(out), 0, 0, NULL},
    {"quiet", SWITCH, AT(quiet), 0, 0, NULL},
    {"help", SWITCH, AT(help), 0, 0, NULL},
    {"version", SWITCH, AT(version), 0, 0, NULL},
};

/* Reads the command line; -1: go on, otherwise the exit code. */
static int read_options(int count, char **words, struct options *options) {
    static const struct arguments all = {known, sizeof known / sizeof *known, NULL, ""};
    struct failure failure;
    int rest = 0;
    *options = (struct options){.out = "report.html"};
    int result = arguments_read(&all, options, count, words, NULL, &rest, &failure);
    if (result == 0 && options->help)
        fputs(help, stdout);
    else if (result == 0 && options->version)
        program_version();
    if (result == 0 && (options->help || options->version))
        return DONE;
    options->folder = words + rest;
    options->count = count - rest;
    if (result == 0 && options->out[0] == '\0')
        result = failed(&failure, "--out: expected a file; --help tells more");
    if (result == 0 && options->count == 0)
        result = failed(&failure, "at least one folder of results is needed; --help tells more");
    if (result == 0)
        return -1;
    program_explain(&failure);
    return USAGE;
}

/* Folders are named as they were given, but for slashes at the end. */
static void trim_slashes(char *folder) {
    for (size_t end = strlen(folder); end > 1 && folder[end - 1] == '/'; end--)
        folder[end - 1] = '\0';
}

static int check_folders(const struct options *options, struct failure *failure) {
    for (int i = 0; i < options->count; i++) {
        trim_slashes(options->folder[i]);
        if (!file_exists(options->folder[i]))
            return failed(failure, "%s: there is no such folder", options->folder[i]);
        if (report_kind_of(options->folder[i]) == REPORT_NOTHING)
            return failed(failure,
                          "%s: is no folder of results: a run has settings.json and log.jsonl, receptive fields have "
                          "moran.tsv and tests.tsv, an ablation has results.tsv and summary.tsv",
                          options->folder[i]);
    }
    return 0;
}

static int write_section(snnd_context *context, FILE *page, const char *folder, int number, struct failure *failure) {
    char *id = format_text("part-%d", number);
    enum report_kind kind = report_kind_of(folder);
    int result = kind == REPORT_RUN      ? report_run(context, page, folder, id, failure)
                 : kind == REPORT_FIELDS ? report_fields(context, page, folder, id, failure)
                                         : report_ablation(page, folder, id, failure);
    free(id);
    return result;
}

static void write_contents(FILE *page, const struct options *options) {
    if (options->count < 2)
        return;
    fputs("<nav><ul>\n", page);
    for (int i = 0; i < options->count; i++) {
        fprintf(page, "<li><a href=\"#part-%d\">", i + 1);
        html_text(page, options->folder[i]);
        fputs("</a></li>\n", page);
    }
    fputs("</ul></nav>\n", page);
}

static int write_page(snnd_context *context, FILE *page, const struct options *options, struct failure *failure) {
    html_begin(page, "Learned delays on spoken digits");
    fprintf(page, "<p>Made by rawhd-report of libsnndelay %s. Time is in steps of 10 ms.</p>\n", snnd_version());
    write_contents(page, options);
    int result = report_overview(page, options->folder, options->count, failure);
    for (int i = 0; result == 0 && i < options->count; i++)
        result = write_section(context, page, options->folder[i], i + 1, failure);
    html_end(page);
    return result;
}

/* The page is made in memory and takes its place when it is whole. */
static int make_page(const struct options *options, struct failure *failure) {
    snnd_context *context = NULL;
    char *text = NULL;
    size_t length;
    if (check_folders(options, failure) != 0)
        return -1;
    if (snnd_context_create(NULL, &context) != SNND_OK)
        return failed(failure, "cannot start the library");
    FILE *page = open_memstream(&text, &length);
    int result = page != NULL ? write_page(context, page, options, failure)
                              : failed(failure, "cannot make the page: %s", strerror(errno));
    if (page != NULL && fclose(page) != 0 && result == 0)
        result = failed(failure, "cannot make the page: out of memory");
    if (result == 0)
        result = file_write(options->out, text, failure);
    free(text);
    snnd_context_free(context);
    return result;
}

static int work(int count, char **arguments) {
    struct options options;
    struct failure failure;
    int code = read_options(count, arguments, &options);
    if (code >= 0)
        return code;
    if (make_page(&options, &failure) != 0) {
        program_explain(&failure);
        return FAILED;
    }
    if (!options.quiet)
        program_say("%s", options.out);
    return DONE;
}

int main(int count, char **arguments) {
    program_begin("rawhd-report");
    return program_end(work(count, arguments));
}
