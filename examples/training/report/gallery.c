#include "training/report/gallery.h"

#include <stdlib.h>
#include <string.h>

#include "common/drawing.h"
#include "common/files.h"
#include "common/html.h"
#include "common/picture.h"
#include "common/program.h"

/* ---- What is there ---- */

void gallery_open(struct gallery *gallery, const char *folder, int by_scripts) {
    memset(gallery, 0, sizeof *gallery);
    gallery->folder = folder;
    gallery->by_scripts = by_scripts;
}

void gallery_close(struct gallery *gallery) {
    drawing_end(gallery->place);
    memset(gallery, 0, sizeof *gallery);
}

static int is_drawn(const struct gallery *gallery, const char *name, const char *ending) {
    char *file = format_text("%s.%s", name, ending);
    const int there = gallery->place != NULL && file_exists_in(gallery->place, file);
    free(file);
    return there;
}

static int is_kept(const struct gallery *gallery, const char *name, const char *ending) {
    char *file = format_text(DRAWING_FOLDER "/%s.%s", name, ending);
    struct failure ignored;
    const int there = file_check_in(gallery->folder, file, &ignored) == 1;
    free(file);
    return there;
}

int gallery_has_script(const struct gallery *gallery, const char *name) {
    return is_drawn(gallery, name, "gp");
}

/* ---- Drawing ---- */

/* Executes the scripts of the folder in a separate private folder, and copies the pictures. */
static void carry_out_scripts(struct gallery *gallery, const struct exhibit exhibits[], int count) {
    char *place = drawing_begin(&gallery->why);
    if (place == NULL)
        return;
    drawing_fetch(place, gallery->folder);
    for (int i = 0; i < count; i++) {
        static const char *const endings[] = {"gp", "dat", "svg", "png", "pdf"};
        char *script = format_text("%s.gp", exhibits[i].name);
        if (file_exists_in(place, script))
            picture_run(place, exhibits[i].name, &gallery->why);
        for (size_t j = 0; file_exists_in(place, script) && j < sizeof endings / sizeof *endings; j++) {
            char *file = format_text("%s.%s", exhibits[i].name, endings[j]);
            struct failure ignored; /* not drawn, and gnuplot has reported the reason, or there are no data */
            file_copy_in(place, file, gallery->place, file, &ignored);
            free(file);
        }
        free(script);
    }
    drawing_end(place);
}

/* How a picture is drawn. */
enum wish { NOTHING, BY_RESULTS, BY_SCRIPT };

/* Copies what was drawn to the folder. Scripts that were executed stay unchanged, and so do pictures that could not be
 * begun, except for a run, whose pictures would be of an earlier one. */
static void keep(struct gallery *gallery, const struct exhibit exhibits[], int count, int anew,
                 const enum wish wishes[]) {
    for (int i = 0; i < count; i++) {
        const char *name = exhibits[i].name;
        if (wishes[i] == NOTHING || (!anew && !gallery_has_script(gallery, name)) ||
            (wishes[i] == BY_SCRIPT && !picture_possible()))
            continue;
        drawing_keep(gallery->place, name, wishes[i] == BY_RESULTS, gallery->folder, &gallery->unkept);
    }
}

static int is_missing(const struct gallery *gallery, const char *name, int anew) {
    if (is_drawn(gallery, name, "svg"))
        return 0;
    return anew ? gallery_has_script(gallery, name) : !is_kept(gallery, name, "svg");
}

static void say_missing(const struct gallery *gallery, int missing) {
    char *what = missing == 0   ? format_text("not all is drawn")
                 : missing == 1 ? format_text("1 picture is missing")
                                : format_text("%d pictures are missing", missing);
    program_complain("%s: %s: %s", gallery->folder, what,
                     !picture_possible()            ? "there is no gnuplot"
                     : gallery->why.text[0] != '\0' ? gallery->why.text
                                                    : "there is nothing to draw");
    free(what);
}

/* Decides what is drawn from results, and what by scripts. */
static void wish(const struct gallery *gallery, const struct exhibit exhibits[], int count, int anew,
                 enum wish wishes[], int wished[]) {
    for (int i = 0; i < count; i++) {
        wishes[i] = anew || !is_kept(gallery, exhibits[i].name, "svg") ? BY_RESULTS : NOTHING;
        if (gallery->by_scripts && is_kept(gallery, exhibits[i].name, "gp"))
            wishes[i] = BY_SCRIPT;
        wished[wishes[i]]++;
    }
}

static void draw_wished(struct gallery *gallery, const struct exhibit exhibits[], int count, int anew,
                        gallery_draw *draw, void *user) {
    enum wish *wishes = allocate((size_t)count, sizeof *wishes);
    int wished[3] = {0, 0, 0};
    wish(gallery, exhibits, count, anew, wishes, wished);
    const int possible = picture_possible(), any = wished[BY_RESULTS] + wished[BY_SCRIPT] > 0;
    if (any && !possible)
        picture_warn();
    if (any && (possible || anew))
        gallery->place = drawing_begin(&gallery->why);
    if (gallery->place != NULL) {
        if (wished[BY_RESULTS] > 0)
            draw(user, gallery->place, &gallery->why);
        if (wished[BY_SCRIPT] > 0)
            carry_out_scripts(gallery, exhibits, count);
        keep(gallery, exhibits, count, anew, wishes);
    }
    free(wishes);
}

void gallery_fill(struct gallery *gallery, const struct exhibit exhibits[], int count, int anew, gallery_draw *draw,
                  void *user) {
    draw_wished(gallery, exhibits, count, anew, draw, user);
    int missing = 0;
    for (int i = 0; i < count; i++)
        missing += is_missing(gallery, exhibits[i].name, anew);
    if (missing > 0 || gallery->why.text[0] != '\0')
        say_missing(gallery, missing);
}

/* ---- On the page ---- */

/* To be freed. */
static char *reason(const struct gallery *gallery, const char *name) {
    if (picture_possible())
        return format_text("%s", gallery->why.text[0] != '\0' ? gallery->why.text : "there is nothing to draw");
    if (is_kept(gallery, name, "gp"))
        return format_text("gnuplot was not there. What would be drawn is in %s/" DRAWING_FOLDER, gallery->folder);
    return format_text("gnuplot was not there, and no script of it is in %s/" DRAWING_FOLDER, gallery->folder);
}

void gallery_show(const struct gallery *gallery, FILE *page, const struct exhibit *exhibit) {
    const int drawn = is_drawn(gallery, exhibit->name, "svg");
    char *name = format_text("%s%s.svg", drawn ? "" : DRAWING_FOLDER "/", exhibit->name);
    size_t length = 0;
    struct failure problem = {""};
    char *svg = NULL, *why;
    if (drawn || file_exists_in(gallery->folder, name))
        svg = file_read_in(drawn ? gallery->place : gallery->folder, name, PICTURE_MOST, &length, &problem);
    why = problem.text[0] != '\0' ? format_text("%s", problem.text) : reason(gallery, exhibit->name);
    html_picture(page, svg, length, exhibit->caption, why);
    free(why);
    free(svg);
    free(name);
}

void gallery_remark(const struct gallery *gallery, FILE *page) {
    if (gallery->unkept.text[0] == '\0' || !picture_possible())
        return;
    char *text =
        format_text("%s/" DRAWING_FOLDER " cannot be written to, so the new pictures are on this page only: %s",
                    gallery->folder, gallery->unkept.text);
    html_element(page, "p", text);
    free(text);
}

void gallery_present(FILE *page, const char *folder, int by_scripts, const struct exhibit exhibits[], int count,
                     gallery_draw *draw, void *user) {
    struct gallery gallery;
    gallery_open(&gallery, folder, by_scripts);
    gallery_fill(&gallery, exhibits, count, 0, draw, user);
    gallery_remark(&gallery, page);
    for (int i = 0; i < count; i++)
        gallery_show(&gallery, page, &exhibits[i]);
    gallery_close(&gallery);
}
