#include "common/drawing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"

/* The possible files of a picture, and the index of the first that gnuplot draws. */
static const char *const endings[] = {"gp", "dat", "svg", "png", "pdf", NULL};

enum { PICTURES = 2 };

char *drawing_begin(struct failure *failure) {
    const char *parent = getenv("TMPDIR");
    char *place = format_text("%s/snnd-pictures-XXXXXX", parent != NULL ? parent : "/tmp");
    if (mkdtemp(place) == NULL) {
        failed(failure, "%s: cannot make this folder: %s", place, strerror(errno));
        free(place);
        return NULL;
    }
    return place;
}

void drawing_end(char *place) {
    if (place != NULL)
        folder_remove(place);
    free(place);
}

static int keep_file(const char *place, const char *name, const char *folder, struct failure *failure) {
    char *kept = format_text(DRAWING_FOLDER "/%s", name);
    int result = 0;
    if (file_exists_in(place, name))
        result = file_copy_in(place, name, folder, kept, failure);
    else
        file_remove_in(folder, kept);
    free(kept);
    return result;
}

int drawing_keep(const char *place, const char *name, int scripts, const char *folder, struct failure *failure) {
    int result = folder_make_in(folder, DRAWING_FOLDER, failure);
    for (int i = scripts ? 0 : PICTURES; result == 0 && endings[i] != NULL; i++) {
        char *file = format_text("%s.%s", name, endings[i]);
        result = keep_file(place, file, folder, failure);
        free(file);
    }
    return result;
}

void drawing_remove(const char *name, const char *folder) {
    for (int i = 0; endings[i] != NULL; i++) {
        char *file = format_text(DRAWING_FOLDER "/%s.%s", name, endings[i]);
        file_remove_in(folder, file);
        free(file);
    }
}

static int has_ending(const char *name, const char *ending) {
    const char *dot = strrchr(name, '.');
    return dot != NULL && strcmp(dot + 1, ending) == 0;
}

void drawing_fetch(const char *place, const char *folder) {
    DIR *pictures = folder_open_in(folder, DRAWING_FOLDER);
    for (struct dirent *entry; pictures != NULL && (entry = readdir(pictures)) != NULL;) {
        if (!has_ending(entry->d_name, "gp") && !has_ending(entry->d_name, "dat"))
            continue;
        struct failure ignored; /* a file that is missing is not drawn, which is reported */
        char *from = format_text(DRAWING_FOLDER "/%s", entry->d_name);
        file_copy_in(folder, from, place, entry->d_name, &ignored);
        free(from);
    }
    if (pictures != NULL)
        closedir(pictures);
}

/* Copies all pictures; each has a script. */
static int keep_all(const char *place, const char *folder, struct failure *failure) {
    DIR *drawn = opendir(place);
    int result = drawn != NULL ? 0 : failed(failure, "%s: cannot read this folder: %s", place, strerror(errno));
    for (struct dirent *entry; result == 0 && (entry = readdir(drawn)) != NULL;) {
        if (!has_ending(entry->d_name, "gp"))
            continue;
        char *name = format_text("%.*s", (int)(strlen(entry->d_name) - strlen(".gp")), entry->d_name);
        result = drawing_keep(place, name, 1, folder, failure);
        free(name);
    }
    if (drawn != NULL)
        closedir(drawn);
    return result;
}

int drawing_make(const char *folder, int (*draw)(void *user, const char *place, struct failure *failure), void *user,
                 struct failure *failure) {
    char *place = drawing_begin(failure);
    if (place == NULL)
        return -1;
    struct failure later;
    const int drawn = draw(user, place, failure);
    const int kept = keep_all(place, folder, drawn == 0 ? failure : &later);
    drawing_end(place);
    return drawn == 0 ? kept : -1;
}
