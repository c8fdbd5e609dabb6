/* Pictures are drawn in a new private folder, so that nothing in a folder of results is read or executed. Then they are
 * copied to FOLDER/pictures with their data and scripts, so that users can change their style and draw them again there
 * with `gnuplot NAME.gp`. */
#ifndef EXAMPLES_DRAWING_H
#define EXAMPLES_DRAWING_H

#include "common/failure.h"

#define DRAWING_FOLDER "pictures"

/** Creates a private folder, to be freed by drawing_end(). Returns NULL on failure. */
char *drawing_begin(struct failure *failure);

/** Removes the folder and its content; NULL is allowed. */
void drawing_end(char *place);

/** Copies a picture, NAME.svg, NAME.png and NAME.pdf, and its script and data if these are to be kept, to
 * FOLDER/pictures, and removes files of an earlier picture of this name that the new one does not have. */
int drawing_keep(const char *place, const char *name, int scripts, const char *folder, struct failure *failure);

/** Removes all files of a picture from FOLDER/pictures. */
void drawing_remove(const char *name, const char *folder);

/** Copies scripts and data from FOLDER/pictures, whoever wrote them. */
void drawing_fetch(const char *place, const char *folder);

/** Draws into a private folder with `draw`, and keeps the result. */
int drawing_make(const char *folder, int (*draw)(void *user, const char *place, struct failure *failure), void *user,
                 struct failure *failure);

#endif
