/* Where pictures are drawn: in a private folder, new and of nobody else, so that nothing which lies in a folder of
 * results is read or carried out. From there they are brought to FOLDER/pictures with their data and scripts, so that
 * anyone can restyle them and, with `gnuplot NAME.gp` there, draw them again. */
#ifndef EXAMPLES_DRAWING_H
#define EXAMPLES_DRAWING_H

#include "common/failure.h"

#define DRAWING_FOLDER "pictures"

/** Makes a private folder, to be freed by drawing_end(). NULL on failure. */
char *drawing_begin(struct failure *failure);

/** Removes it, and all in it; NULL is fine. */
void drawing_end(char *place);

/** Copies a picture, NAME.svg, NAME.png and NAME.pdf, and its script and its data if these are to be kept, to
 * FOLDER/pictures, and removes what an earlier one of its name has there and this one has not. */
int drawing_keep(const char *place, const char *name, int scripts, const char *folder, struct failure *failure);

/** Copies scripts and data, also those that others have left, from FOLDER/pictures. */
void drawing_fetch(const char *place, const char *folder);

/** Draws into a private folder by `draw`, and keeps all of it. */
int drawing_make(const char *folder, int (*draw)(void *user, const char *place, struct failure *failure), void *user,
                 struct failure *failure);

#endif
