/* Pictures by gnuplot, in a private folder (drawing.h): data, a script, and the SVG, PNG and PDF that come
 * of them. */
#ifndef EXAMPLES_PICTURE_H
#define EXAMPLES_PICTURE_H

#include <stdio.h>

#include "common/failure.h"

struct picture; /**< one that is being made */

/**
 * Begins PLACE/NAME.gp with what every picture begins with. `place` is of drawing_begin(), and `name` of a-z, 0-9 and
 * "-"; the size is in the SVG's pixels, of which 96 are an inch in an SVG and a PDF, and a PNG has twice as many. NULL
 * on failure.
 *
 * A script begins with the style of all pictures: the colours red (excitation), blue (inhibition), grey, pale;
 * word(colours, n) for n = 1 to 6; and a diverging palette, blue below and red above.
 */
struct picture *picture_begin(const char *place, const char *name, int width, int height, struct failure *failure);

/** NAME.dat, for columns of numbers; opened at the first call. Never NULL: picture_end() tells if it cannot be written.
 */
FILE *picture_data(struct picture *picture);

/** NAME.gp, after its beginning and before its end: labels, ranges, and one plot or multiplot. */
FILE *picture_script(struct picture *picture);

/** Writes text as a string of gnuplot, in quotes and without anything that gnuplot would act upon. */
void picture_quote(FILE *script, const char *text);

/** Closes the files and has gnuplot draw NAME.svg, NAME.png and NAME.pdf. Where there is no gnuplot the program says so
 * once, on stderr, and it is no failure. Frees the picture in any case; NULL is a failure that has been told. */
int picture_end(struct picture *picture, struct failure *failure);

/** Has gnuplot carry out PLACE/NAME.gp, whatever is in it. */
int picture_run(const char *place, const char *name, struct failure *failure);

/** 1 if there is a gnuplot to draw with. */
int picture_possible(void);

/** Says once, on stderr, that there is none. */
void picture_warn(void);

#endif
