/* The pictures of a section: where they are or are drawn, and what is said where there are none. They are drawn from
 * what the folder tells, in a private folder (drawing.h), and kept in FOLDER/pictures if that can be written to. */
#ifndef TRAINING_GALLERY_H
#define TRAINING_GALLERY_H

#include <stdio.h>

#include "common/failure.h"

struct gallery {
    const char *folder;    /**< of results */
    int by_scripts;        /**< scripts that lie in FOLDER/pictures are carried out */
    char *place;           /**< the private folder; NULL where nothing was drawn */
    struct failure why;    /**< why something is not drawn; "" if nothing has gone wrong */
    struct failure unkept; /**< why what was drawn could not be written to the folder; "" if it could */
};

/** A picture and what is said of it. */
struct exhibit {
    const char *name, *caption;
};

/** Draws all of the pictures into a folder, each of which may fail without the others. */
typedef int gallery_draw(void *user, const char *place, struct failure *failure);

void gallery_open(struct gallery *gallery, const char *folder, int by_scripts);

/** Removes what is private. */
void gallery_close(struct gallery *gallery);

/** Draws the pictures by `draw`: all of them if they are to be new, else what is missing. What goes wrong is said on
 * the page and on stderr, and is no failure. */
void gallery_fill(struct gallery *gallery, const struct exhibit exhibits[], int count, int anew, gallery_draw *draw,
                  void *user);

/** 1 if the picture has been drawn now, or would have been with gnuplot. */
int gallery_has_script(const struct gallery *gallery, const char *name);

/** Puts a picture into the page, or the reason why it is not there. */
void gallery_show(const struct gallery *gallery, FILE *page, const struct exhibit *exhibit);

/** Says in the page where the pictures are, if not in the folder. */
void gallery_remark(const struct gallery *gallery, FILE *page);

#endif
