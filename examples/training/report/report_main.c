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
#include "training/report/report.h"
#include "training/report/report_main.h"

enum { DONE = 0, FAILED = 1, USAGE = 2 };

static const char help[] =
    "Makes one self-contained page of HTML from folders of results, for any browser. A FOLDER is\n"
    "what snnd-train, snnd-fields, snnd-ablation or snnd-evaluate has left. Pictures are drawn by gnuplot from what "
    "the\n"
    "folder tells, in a private folder, and kept as SVG, PNG and PDF in FOLDER/pictures with their data and scripts: "
    "gnuplot\n"
    "NAME.gp draws again there. Those of runs are drawn anew, of the others what is missing. Nothing that lies in a\n"
    "FOLDER is carried out, and no link in it is followed. One that cannot be written to is left as it is.\n"
    "\n"
    "  --out FILE  the page (report.html)\n"
    "  --redraw-from-scripts\n"
    "              draw by the scripts in FOLDER/pictures, where there are any, which may have been changed: this\n"
    "              executes what lies in the FOLDER, so only for folders of your own\n"
    "  --quiet     print only problems\n"
    "  --help      this text\n"
    "  --version   the version of libsnndelay\n"
    "\n"
    "Exit codes: 0 done; 1 a folder cannot be read, which the page says in its place, and if none can there is no new\n"
    "page; 2 wrong usage. Without gnuplot the page has the tables, and the pictures that are there.\n";

struct options {
    const char *out;
    int by_scripts, quiet, help, version;
    char **folder;
    int count;
};

#define AT(field) offsetof(struct options, field)

static const struct argument known[] = {
    {"out", TEXT, AT(out), 0, 0, NULL},           {"redraw-from-scripts", SWITCH, AT(by_scripts), 0, 0, NULL},
    {"quiet", SWITCH, AT(quiet), 0, 0, NULL},     {"help", SWITCH, AT(help), 0, 0, NULL},
    {"version", SWITCH, AT(version), 0, 0, NULL},
};

/* Reads the command line; returns -1 to continue, otherwise the exit code. */
static int read_options(int count, char **words, struct options *options) {
    static const struct arguments all = {known, sizeof known / sizeof *known, NULL, ""};
    struct failure failure;
    int rest = 0;
    *options = (struct options){.out = "report.html"};
    int result = arguments_read(&all, options, count, words, NULL, &rest, &failure);
    if (result == 0 && options->help)
        printf("Usage: %s [options] FOLDER...\n%s", program_name(), help);
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

/* Folders keep the names that were given, except for trailing slashes. */
static void trim_slashes(char *folder) {
    for (size_t end = strlen(folder); end > 1 && folder[end - 1] == '/'; end--)
        folder[end - 1] = '\0';
}

static int refuse_folder(const char *folder, struct failure *failure) {
    if (!file_exists(folder))
        return failed(failure, "%s: there is no such folder", folder);
    return failed(failure,
                  "%s: is not a folder of results: a run has settings.json and log.jsonl, receptive fields have "
                  "moran.tsv and tests.tsv, an ablation or a sweep has results.tsv and summary.tsv, an "
                  "evaluation has perturbations.tsv and predictions.tsv",
                  folder);
}

static int write_section(const struct report *report, FILE *page, const char *folder, const char *id,
                         struct failure *failure) {
    const enum report_kind kind = report_kind_of(folder);
    return kind == REPORT_RUN          ? report_run(report, page, folder, id, failure)
           : kind == REPORT_FIELDS     ? report_fields(report, page, folder, id, failure)
           : kind == REPORT_SWEEP      ? report_sweep(report, page, folder, id, failure)
           : kind == REPORT_EVALUATION ? report_evaluation(report, page, folder, id, failure)
           : kind == REPORT_ABLATION   ? report_ablation(report, page, folder, id, failure)
                                       : refuse_folder(folder, failure);
}

/* A section is added to the page only when it is complete; otherwise a message replaces it. Returns 1 in that case, and
 * -1 on failure. */
static int add_section(const struct report *report, FILE *page, const char *folder, int number,
                       struct failure *failure) {
    char *text = NULL, *id = format_text("part-%d", number);
    size_t length;
    FILE *section = open_memstream(&text, &length);
    int result = section != NULL ? write_section(report, section, folder, id, failure) : -1;
    if (section == NULL || fclose(section) != 0) {
        result = failed(failure, "cannot make the page: out of memory");
    } else if (result == 0) {
        fwrite(text, 1, length, page);
    } else {
        program_explain(failure);
        html_heading(page, 2, id, folder);
        html_element(page, "p", "This folder is not shown, since it cannot be read:");
        html_element(page, "p", failure->text);
        result = 1;
    }
    free(text);
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

/* Returns how many folders are not shown, or -1 on failure. */
static int write_page(const struct report *report, FILE *page, const struct options *options, struct failure *failure) {
    html_begin(page, "Spiking networks with learned delays");
    fprintf(page, "<p>Made by snnd-report of libsnndelay %s. Time is in steps of 10 ms.</p>\n", snnd_version());
    write_contents(page, options);
    report_overview(page, options->folder, options->count);
    int unread = 0;
    for (int i = 0; i < options->count; i++) {
        const int result = add_section(report, page, options->folder[i], i + 1, failure);
        if (result < 0)
            return -1;
        unread += result;
    }
    html_end(page);
    return unread;
}

/* The page is made in memory and written when it is complete. Returns the result of write_page(). */
static int make_page(const struct options *options, struct failure *failure) {
    struct report report = {.by_scripts = options->by_scripts};
    char *text = NULL;
    size_t length;
    for (int i = 0; i < options->count; i++)
        trim_slashes(options->folder[i]);
    if (snnd_context_create(NULL, &report.context) != SNND_OK)
        return failed(failure, "cannot start the library");
    FILE *page = open_memstream(&text, &length);
    int unread = page != NULL ? write_page(&report, page, options, failure)
                              : failed(failure, "cannot make the page: %s", strerror(errno));
    if (page != NULL && fclose(page) != 0 && unread >= 0)
        unread = failed(failure, "cannot make the page: out of memory");
    if (unread == options->count)
        unread = failed(failure, "there is no new page, since no folder can be read");
    if (unread >= 0 && file_write(options->out, text, failure) != 0)
        unread = -1;
    free(text);
    snnd_context_free(report.context);
    return unread;
}

int report_main(int count, char **arguments) {
    struct options options;
    struct failure failure;
    int code = read_options(count, arguments, &options);
    if (code >= 0)
        return code;
    const int unread = make_page(&options, &failure);
    if (unread < 0) {
        program_explain(&failure);
        return FAILED;
    }
    if (!options.quiet)
        program_say("%s", options.out);
    return unread == 0 ? DONE : FAILED;
}
