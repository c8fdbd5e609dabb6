/* The pictures of a section: where they are or are drawn, and what is said where there are none. They are kept in
 * FOLDER/pictures. What is missing there and cannot be written there is drawn into a temporary folder, for the page
 * alone. */
#ifndef RAWHD_GALLERY_H
#define RAWHD_GALLERY_H

#include <stdio.h>

#include "common/failure.h"

struct gallery {
    const char *folder; /**< of results */
    char *pictures;     /**< FOLDER/pictures */
    char *temporary;    /**< NULL where that can be written to, or nothing was drawn */
    struct failure why; /**< why something is not drawn; "" if nothing has gone wrong */
};

/** A picture and what is said of it. */
struct exhibit {
    const char *name, *caption;
};

void gallery_open(struct gallery *gallery, const char *folder);

/** Removes what is temporary. */
void gallery_close(struct gallery *gallery);

/** The folder to draw into. NULL is failure. */
const char *gallery_place(struct gallery *gallery, struct failure *failure);

/** Draws what is missing: from its script and data if these are there, else by `draw`, which draws all of them into a
 * folder. Without gnuplot nothing is drawn. What goes wrong is said on the page and on stderr, and is no failure. */
void gallery_complete(struct gallery *gallery, const struct exhibit exhibits[], int count,
                      int (*draw)(void *user, const char *place, struct failure *failure), void *user);

/** 1 if there is a script for this picture. */
int gallery_has_script(const struct gallery *gallery, const char *name);

/** Puts a picture into the page, or the reason why it is not there. */
void gallery_show(const struct gallery *gallery, FILE *page, const struct exhibit *exhibit);

/** Says in the page where the pictures are, if not in the folder. */
void gallery_remark(const struct gallery *gallery, FILE *page);

#endif
