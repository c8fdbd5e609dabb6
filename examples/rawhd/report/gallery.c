#include "report/gallery.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/files.h"
#include "common/html.h"
#include "common/picture.h"

/* ---- Places ---- */

void gallery_open(struct gallery *gallery, const char *folder) {
    memset(gallery, 0, sizeof *gallery);
    gallery->folder = folder;
    gallery->pictures = format_text("%s/pictures", folder);
}

void gallery_close(struct gallery *gallery) {
    if (gallery->temporary != NULL)
        folder_remove(gallery->temporary);
    free(gallery->temporary);
    free(gallery->pictures);
    memset(gallery, 0, sizeof *gallery);
}

static int is_source(const char *name) {
    const char *ending = strrchr(name, '.');
    return ending != NULL && (strcmp(ending, ".gp") == 0 || strcmp(ending, ".dat") == 0);
}

static void copy_file(const struct gallery *gallery, const char *name) {
    struct failure ignored; /* what is not there is not drawn, and that is said */
    char *from = format_text("%s/%s", gallery->pictures, name), *to = format_text("%s/%s", gallery->temporary, name);
    char *text = file_read(from, NULL, &ignored);
    if (text != NULL)
        file_write(to, text, &ignored);
    free(text);
    free(to);
    free(from);
}

/* Scripts, data and style as they are: they may have been changed. */
static void copy_sources(const struct gallery *gallery) {
    DIR *folder = opendir(gallery->pictures);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (is_source(entry->d_name))
            copy_file(gallery, entry->d_name);
    if (folder != NULL)
        closedir(folder);
}

static int make_temporary(struct gallery *gallery, struct failure *failure) {
    const char *place = getenv("TMPDIR");
    char *folder = format_text("%s/rawhd-report-XXXXXX", place != NULL ? place : "/tmp");
    if (mkdtemp(folder) == NULL) {
        failed(failure, "%s: cannot make this folder: %s", folder, strerror(errno));
        free(folder);
        return -1;
    }
    gallery->temporary = folder;
    copy_sources(gallery);
    return 0;
}

const char *gallery_place(struct gallery *gallery, struct failure *failure) {
    struct failure ignored;
    if (gallery->temporary != NULL)
        return gallery->temporary;
    if (folder_make(gallery->pictures, &ignored) == 0 && access(gallery->pictures, W_OK | X_OK) == 0)
        return gallery->pictures;
    return make_temporary(gallery, failure) == 0 ? gallery->temporary : NULL;
}

static char *path_in(const char *place, const char *name, const char *ending) {
    return format_text("%s/%s.%s", place, name, ending);
}

static int has(const char *place, const char *name, const char *ending) {
    if (place == NULL)
        return 0;
    char *path = path_in(place, name, ending);
    int there = file_exists(path);
    free(path);
    return there;
}

int gallery_has_script(const struct gallery *gallery, const char *name) {
    return has(gallery->temporary != NULL ? gallery->temporary : gallery->pictures, name, "gp");
}

/* ---- Drawing what is missing ---- */

/* By the scripts; how many pictures have none. */
static int redraw(struct gallery *gallery, const struct exhibit exhibits[], int count) {
    int without = 0;
    for (int i = 0; i < count; i++) {
        const char *name = exhibits[i].name;
        if (has(gallery->pictures, name, "svg"))
            continue;
        const int scripted = has(gallery->pictures, name, "gp");
        without += !scripted;
        const char *place = scripted ? gallery_place(gallery, &gallery->why) : NULL;
        if (place != NULL)
            picture_redraw(place, name, &gallery->why);
    }
    return without;
}

static int count_missing(const struct gallery *gallery, const struct exhibit exhibits[], int count) {
    int missing = 0;
    for (int i = 0; i < count; i++)
        missing +=
            !has(gallery->pictures, exhibits[i].name, "svg") && !has(gallery->temporary, exhibits[i].name, "svg");
    return missing;
}

void gallery_complete(struct gallery *gallery, const struct exhibit exhibits[], int count,
                      int (*draw)(void *user, const char *place, struct failure *failure), void *user) {
    if (count_missing(gallery, exhibits, count) == 0)
        return;
    if (!picture_possible()) {
        picture_warn();
    } else if (redraw(gallery, exhibits, count) > 0) {
        const char *place = gallery_place(gallery, &gallery->why);
        if (place != NULL)
            draw(user, place, &gallery->why);
    }
    const int missing = count_missing(gallery, exhibits, count);
    if (missing > 0)
        fprintf(stderr, "rawhd-report: %s: %d picture%s missing: %s\n", gallery->folder, missing,
                missing == 1 ? " is" : "s are",
                !picture_possible()            ? "there is no gnuplot"
                : gallery->why.text[0] != '\0' ? gallery->why.text
                                               : "there is nothing to draw");
}

/* ---- On the page ---- */

/* To be freed. */
static char *reason(const struct gallery *gallery, const char *name) {
    if (picture_possible())
        return format_text("%s", gallery->why.text[0] != '\0' ? gallery->why.text : "there is nothing to draw");
    if (has(gallery->pictures, name, "gp"))
        return format_text("gnuplot was not there. What would be drawn is in %s", gallery->pictures);
    return format_text("gnuplot was not there, and no script of it is in %s", gallery->pictures);
}

void gallery_show(const struct gallery *gallery, FILE *page, const struct exhibit *exhibit) {
    const char *place = has(gallery->temporary, exhibit->name, "svg") ? gallery->temporary : gallery->pictures;
    char *path = path_in(place, exhibit->name, "svg"), *why = reason(gallery, exhibit->name);
    html_picture(page, path, exhibit->caption, why);
    free(why);
    free(path);
}

void gallery_remark(const struct gallery *gallery, FILE *page) {
    if (gallery->temporary == NULL || !picture_possible())
        return;
    char *text = format_text("%s cannot be written to: what was drawn is on this page only.", gallery->pictures);
    html_element(page, "p", text);
    free(text);
}
