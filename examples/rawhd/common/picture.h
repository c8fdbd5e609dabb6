/* Pictures by gnuplot: the data and the script of each lie beside the SVG and the PNG, so that anyone can restyle them
 * and, with `gnuplot NAME.gp` in their folder, draw them again. */
#ifndef RAWHD_PICTURE_H
#define RAWHD_PICTURE_H

#include <stdio.h>

#include "common/failure.h"

struct picture; /**< one that is being made */

/**
 * Begins FOLDER/NAME.gp with what every picture begins with; an earlier NAME.svg and NAME.png are removed. The folder
 * is made if need be, and gets style.gp unless it has one. `name` is of a-z, 0-9 and "-"; the size is in the SVG's
 * pixels, and a PNG has twice as many. NULL on failure.
 *
 * A script finds what style.gp defines: the colours red (excitation), blue (inhibition), grey, pale; word(colours, n)
 * for n = 1 to 6; and a diverging palette, blue below and red above.
 */
struct picture *picture_begin(const char *folder, const char *name, int width, int height, struct failure *failure);

/** NAME.dat, for columns of numbers; opened at the first call. Never NULL: picture_end() tells if it cannot be written.
 */
FILE *picture_data(struct picture *picture);

/** Another data file of this name in the folder, as NAME-rows.dat; one such file is open at a time. */
FILE *picture_more_data(struct picture *picture, const char *name);

/** NAME.gp, after its beginning and before its end: labels, ranges, and one plot or multiplot. */
FILE *picture_script(struct picture *picture);

/** Writes text as a string of gnuplot, in quotes and without anything that gnuplot would act upon. */
void picture_quote(FILE *script, const char *text);

/** Closes the files and has gnuplot draw NAME.svg and NAME.png. Where there is no gnuplot the program says so once, on
 * stderr, and it is no failure. Frees the picture in any case; NULL is a failure that has been told. */
int picture_end(struct picture *picture, struct failure *failure);

/** Has gnuplot draw FOLDER/NAME.svg and NAME.png once more, from the script and the data that are there. */
int picture_redraw(const char *folder, const char *name, struct failure *failure);

/** 1 if there is a gnuplot to draw with. */
int picture_possible(void);

/** Says once, on stderr, that there is none. */
void picture_warn(void);

#endif
