/* Draws pictures with gnuplot, in a private folder (drawing.h): data, a script, and the resulting SVG, PNG and PDF. */
#ifndef EXAMPLES_PICTURE_H
#define EXAMPLES_PICTURE_H

#include <stdio.h>

#include "common/failure.h"

struct picture; /**< a picture in progress */

/**
 * Begins PLACE/NAME.gp with the common beginning of all pictures. `place` is that of drawing_begin(), and `name`
 * consists of a-z, 0-9 and "-". The size is in pixels of the SVG, of which 96 are an inch in an SVG and a PDF; a PNG
 * has twice as many. Returns NULL on failure.
 *
 * A script begins with the style of all pictures: the colours red (excitation), blue (inhibition), grey, pale;
 * word(colours, n) for n = 1 to 6; and a diverging palette, blue below and red above.
 */
struct picture *picture_begin(const char *place, const char *name, int width, int height, struct failure *failure);

/** Returns NAME.dat, for columns of numbers, which the first call opens. It is never NULL: picture_end() reports
 * errors.
 * */
FILE *picture_data(struct picture *picture);

/** Returns NAME.gp, between its common beginning and end: for labels, ranges, and one plot or multiplot. */
FILE *picture_script(struct picture *picture);

/** Writes text as a quoted string of gnuplot, in which nothing has a special meaning. */
void picture_quote(FILE *script, const char *text);

/** Closes the files and lets gnuplot draw NAME.svg, NAME.png and NAME.pdf. Where gnuplot is missing the program says so
 * once, on stderr, which is not a failure. It frees the picture in any case; NULL is a failure that was already
 * reported. */
int picture_end(struct picture *picture, struct failure *failure);

/** Lets gnuplot execute PLACE/NAME.gp, whatever it contains. */
int picture_run(const char *place, const char *name, struct failure *failure);

/** Returns 1 if gnuplot is available. */
int picture_possible(void);

/** Says once, on stderr, that gnuplot is missing. */
void picture_warn(void);

#endif
