/* The pictures of a section: where they are or are drawn, and messages where they are missing. They are drawn from the
 * data in the folder, in a private folder (drawing.h), and stored in FOLDER/pictures if that can be written to. */
#ifndef TRAINING_GALLERY_H
#define TRAINING_GALLERY_H

#include <stdio.h>

#include "common/failure.h"

struct gallery {
    const char *folder;    /**< of results */
    int by_scripts;        /**< whether scripts in FOLDER/pictures are executed */
    char *place;           /**< the private folder; NULL where nothing was drawn */
    struct failure why;    /**< why something is not drawn; "" without an error */
    struct failure unkept; /**< why pictures could not be written to the folder; "" without an error */
};

/** A picture and its caption. */
struct exhibit {
    const char *name, *caption;
};

/** Draws all of the pictures into a folder; each may fail without the others. */
typedef int gallery_draw(void *user, const char *place, struct failure *failure);

void gallery_open(struct gallery *gallery, const char *folder, int by_scripts);

/** Removes the private folder. */
void gallery_close(struct gallery *gallery);

/** Draws the pictures with `draw`: all of them if they are to be new, otherwise the missing ones. Problems are reported
 * on the page and on stderr, and are not a failure. */
void gallery_fill(struct gallery *gallery, const struct exhibit exhibits[], int count, int anew, gallery_draw *draw,
                  void *user);

/** Returns 1 if the picture has been drawn now, or would have been with gnuplot. */
int gallery_has_script(const struct gallery *gallery, const char *name);

/** Puts a picture on the page, or the reason why it is missing. */
void gallery_show(const struct gallery *gallery, FILE *page, const struct exhibit *exhibit);

/** Does all of this for the pictures of a folder: draws the missing ones, and puts all on the page. */
void gallery_present(FILE *page, const char *folder, int by_scripts, const struct exhibit exhibits[], int count,
                     gallery_draw *draw, void *user);

/** Says on the page where the pictures are, if not in the folder. */
void gallery_remark(const struct gallery *gallery, FILE *page);

#endif
