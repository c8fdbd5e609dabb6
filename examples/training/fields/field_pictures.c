#include <math.h>
#include <stdlib.h>

#include "common/picture.h"
#include "training/fields/field_results.h"
#include "training/fields/field_words.h"

static const char *const states[FIELD_STATES] = {"untrained", "trained"};

/* The place of the highest Moran's I of a kind. */
struct place {
    const struct fields *fields;
    int seed;
    int32_t output;
};

static struct place find_best(const struct field_results *results, int kind, int state) {
    struct place best = {NULL, 0, 0};
    for (int seed = 0; seed < results->seeds; seed++) {
        const struct fields *fields = field_results_at(results, kind, seed, state);
        for (int32_t o = 0; o < fields->outputs; o++)
            if (field_results_counts(results, fields, o) &&
                (best.fields == NULL || fields->moran[o] > best.fields->moran[best.output]))
                best = (struct place){fields, results->first_seed + seed, o};
    }
    return best;
}

/* ---- The best field ---- */

static double largest_cell(const struct place *place) {
    const struct fields *fields = place->fields;
    const size_t cells = fields != NULL ? (size_t)fields->rows * (size_t)fields->columns : 0;
    double largest = 0;
    for (size_t i = 0; i < cells; i++)
        largest = fmax(largest, fabs(fields->field[(size_t)place->output * cells + i]));
    return largest;
}

/* Writes cells in the order of rows to which the Moran's I belongs. They are drawn as boxes, since images of gnuplot
 * have at least two rows and two columns. */
static void write_field(FILE *data, const struct place *place) {
    const struct fields *fields = place->fields;
    const int32_t *order = fields->order + (size_t)place->output * (size_t)fields->rows;
    for (int32_t r = 0; r < fields->rows; r++)
        for (int32_t c = 0; c < fields->columns; c++) {
            size_t row = (size_t)place->output * (size_t)fields->rows + (size_t)order[r];
            double cell = fields->field[row * (size_t)fields->columns + (size_t)c];
            fprintf(data, "%d %d %.8g %d\n", (int)c, (int)r, cell, (int)order[r]);
        }
}

/* Drawn in place of a field where none of the kind has a Moran's I. */
static void draw_none(FILE *data, FILE *script, int state) {
    fputs("NaN NaN NaN NaN\n", data);
    fprintf(script,
            "set title '%c   %s'\n"
            "set xrange [0:1]\nset yrange [0:1]\n"
            "set label 1 \"no field has a Moran's I\" at graph 0.5, 0.5 center\n"
            "plot NaN notitle\n"
            "unset label 1\n",
            "AB"[state], states[state]);
}

static void draw_field(FILE *data, FILE *script, const struct place *place, int kind, int state) {
    if (state > 0)
        fputs("\n\n", data);
    if (place->fields == NULL) {
        draw_none(data, script, state);
        return;
    }
    write_field(data, place);
    fprintf(script,
            "set title '%c   %s: I = %.3f (seed %d, output %d)'\n"
            "set xrange [-0.5:%d.5]\n"
            "set yrange [-0.5:%d.5]\n"
            "plot 'fields-%s.dat' index %d using 1:2:(0.5):(0.5):3 with boxxyerror fillstyle solid 1 noborder \\\n"
            "     linecolor palette\n",
            "AB"[state], states[state], place -> fields -> moran[place->output], place -> seed, (int)place -> output,
            (int)place -> fields -> columns - 1, (int)place -> fields -> rows - 1, field_kind_names[kind], state);
}

/* Draws the most ordered fields before and after training, on the same scale. */
static void draw_fields(FILE *data, FILE *script, const struct field_results *results, int kind) {
    struct place best[FIELD_STATES];
    double largest = 0;
    for (int state = 0; state < FIELD_STATES; state++) {
        best[state] = find_best(results, kind, state);
        largest = fmax(largest, largest_cell(&best[state]));
    }
    if (largest > 0)
        fprintf(script, "set cbrange [-%.6g:%.6g]\n", largest, largest);
    for (int state = 0; state < FIELD_STATES; state++)
        draw_field(data, script, &best[state], kind, state);
}

/* ---- Distributions ---- */

/* Separates points that would overlap: multiples of the golden ratio fill any width evenly. */
static double aside(int32_t i) {
    double place = i * 0.6180339887498949;
    return 0.3 * (place - floor(place) - 0.5);
}

/* Writes values and returns their number. */
static int32_t write_values(FILE *data, const struct field_results *results, int kind, int state) {
    int32_t count;
    double *values = field_results_moran(results, kind, state, 0, &count, NULL);
    for (int32_t i = 0; i < count; i++)
        fprintf(data, "%.8g %.4f\n", values[i], aside(i));
    if (count == 0)
        fputs("NaN NaN\n", data);
    free(values);
    return count;
}

/* gnuplot draws neither empty boxes, nor an axis without a range. */
static void begin_strips(FILE *script, const struct field_results *results, int32_t count) {
    fprintf(script,
            "set style boxplot nooutliers\nset ylabel \"Moran's I%s\"\n"
            "unset key\nunset colorbox\nset yrange %s\nplot NaN notitle",
            results->way.highest ? " (highest over orders of the rows)" : "", count > 0 ? "[*:*]" : "[0:1]");
}

/* Draws a box beside its points, at a place of the axis. */
static void plot_strip(FILE *script, const char *file, int index, int x, int state) {
    static const char *const colour[FIELD_STATES] = {"'#606060'", "'#762a83'"};
    static const int point[FIELD_STATES] = {6, 7};
    fprintf(script,
            ", \\\n     '%s' index %d using (%d + 0.28 + $2):1 with points pointtype %d pointsize 0.35 linecolor rgb "
            "%s, \\\n"
            "     '' index %d using (%d - 0.15):1:(0.3) with boxplot fillcolor rgb %s \\\n"
            "     fillstyle solid 0.25 border linecolor rgb %s",
            file, index, x, point[state], colour[state], index, x, colour[state], colour[state]);
}

static void draw_distribution(FILE *data, FILE *script, const struct field_results *results, const struct table *tests,
                              int kind) {
    char *file = format_text("fields-%s.dat", field_kind_names[kind]);
    int32_t count[FIELD_STATES];
    for (int state = 0; state < FIELD_STATES; state++) {
        fputs("\n\n", data);
        count[state] = write_values(data, results, kind, state);
    }
    char *words = field_words_of(tests, field_kind_names[kind]);
    fprintf(script,
            "set border 3\nset title 'C   all outputs of all seeds'\nset xrange [-0.5:1.5]\n"
            "set xtics ('untrained' 0, 'trained' 1)\nset ytics auto\nset xlabel \"%s\"\n",
            words);
    free(words);
    begin_strips(script, results, count[FIELDS_UNTRAINED] + count[FIELDS_TRAINED]);
    for (int state = 0; state < FIELD_STATES; state++)
        if (count[state] > 0)
            plot_strip(script, file, FIELD_STATES + state, state, state);
    putc('\n', script);
    free(file);
}

/* Writes a title above several plots, with the method of the values. */
static void title_pictures(FILE *script, const struct field_results *results, const char *kind) {
    char *way = field_results_way(results);
    char *title = format_text("Receptive fields: %s (Moran's I: %s)", kind, way);
    fputs("set multiplot layout 1, 3 title ", script);
    picture_quote(script, title);
    putc('\n', script);
    free(title);
    free(way);
}

static int draw_kind(const struct field_results *results, const struct table *tests, const char *place, int kind,
                     struct failure *failure) {
    char *name = format_text("fields-%s", field_kind_names[kind]);
    struct picture *picture = picture_begin(place, name, 1380, 520, failure);
    free(name);
    if (picture == NULL)
        return -1;
    FILE *data = picture_data(picture), *script = picture_script(picture);
    fputs("# delay in steps, place in the order of rows, field, input channel: a block untrained, one trained; then\n"
          "# Moran's I of all fields and how far aside it is drawn: a block untrained, one trained\n",
          data);
    title_pictures(script, results, field_kind_titles[kind]);
    fputs("unset key\nunset grid\nset border 15\nset style fill solid 1\nset bmargin 7.5\n"
          "set cblabel 'summed weight: red excitation, blue inhibition'\n",
          script);
    field_axes_set(&results->axes, results->fields[0].columns, !results->way.highest, script);
    draw_fields(data, script, results, kind);
    draw_distribution(data, script, results, tests, kind);
    fputs("unset multiplot\n", script);
    return picture_end(picture, failure);
}

/* Writes the test of each kind below it, and below all of them the test between two kinds. */
static void say_tests(FILE *script, const struct table *tests) {
    for (int kind = 0; kind < FIELD_KINDS; kind++) {
        char *words = field_words_of(tests, field_kind_names[kind]);
        fprintf(script, "set label %d \"%s\" at first %g, graph -0.2 center\n", 1 + kind, words, 3 * kind + 0.5);
        free(words);
    }
    char *between = field_words_of(tests, "fixed-deep-r");
    fprintf(script, "set label %d \"fixed against sparse,\\nboth trained:\\n%s\" at first 9.2, graph 0.55 center\n",
            1 + FIELD_KINDS, between);
    free(between);
}

static int draw_all_values(const struct field_results *results, const struct table *tests, const char *place,
                           struct failure *failure) {
    struct picture *picture = picture_begin(place, "moran", 1300, 580, failure);
    if (picture == NULL)
        return -1;
    FILE *data = picture_data(picture), *script = picture_script(picture);
    static const char *const words[FIELD_KINDS] = {"dense", "sparse", "fixed"};
    int32_t count[FIELD_KINDS * FIELD_STATES], all = 0;
    fputs("# Moran's I of all fields and how far aside it is drawn: for each kind a block untrained, one trained\n",
          data);
    char *way = field_results_way(results), *title = format_text("Moran's I of the receptive fields: %s", way);
    fputs("set title ", script);
    picture_quote(script, title);
    free(title);
    free(way);
    fputs("\nset xrange [-0.5:10.7]\nset bmargin 10\nset xtics (", script);
    for (int block = 0; block < FIELD_KINDS * FIELD_STATES; block++) {
        int kind = block / FIELD_STATES, state = block % FIELD_STATES;
        fputs(block > 0 ? "\n\n" : "", data);
        all += count[block] = write_values(data, results, kind, state);
        fprintf(script, "%s\"%s\\n%s\" %d", block > 0 ? ", " : "", words[kind], states[state], 3 * kind + state);
    }
    fputs(")\n", script);
    say_tests(script, tests);
    begin_strips(script, results, all);
    for (int block = 0; block < FIELD_KINDS * FIELD_STATES; block++)
        if (count[block] > 0)
            plot_strip(script, "moran.dat", block, 3 * (block / FIELD_STATES) + block % FIELD_STATES,
                       block % FIELD_STATES);
    putc('\n', script);
    return picture_end(picture, failure);
}

/* ---- Excitation and inhibition ---- */

static void write_balance(FILE *data, const struct field_results *results, int kind, int state) {
    for (int seed = 0; seed < results->seeds; seed++) {
        const struct fields *fields = field_results_at(results, kind, seed, state);
        for (int32_t o = 0; o < fields->outputs; o++)
            if (!results->absent[o])
                fprintf(data, "%.8g %.8g\n", fields_sum(fields, fields->excitation, o),
                        -fields_sum(fields, fields->inhibition, o));
    }
}

static int draw_balance(const struct field_results *results, const char *place, struct failure *failure) {
    struct picture *picture = picture_begin(place, "balance", 1380, 500, failure);
    if (picture == NULL)
        return -1;
    FILE *data = picture_data(picture), *script = picture_script(picture);
    fputs("# excitation and -inhibition in each field: for each kind a block untrained, one trained\n", data);
    fputs("set multiplot layout 1, 3 title 'Excitation and inhibition in each field'\n"
          "set xlabel 'excitation (summed weights)'\nset ylabel 'inhibition (summed weights)'\n"
          "set xrange [0:*]\nset yrange [0:*]\nset key inside bottom right vertical opaque samplen 1.5\n",
          script);
    for (int kind = 0; kind < FIELD_KINDS; kind++) {
        for (int state = 0; state < FIELD_STATES; state++) {
            if (kind + state > 0)
                fputs("\n\n", data);
            write_balance(data, results, kind, state);
        }
        fprintf(script,
                "set title '%c   %s'\n"
                "plot 'balance.dat' index %d with points pointtype 6 linecolor rgb '#606060' title 'untrained', \\\n"
                "     '' index %d with points pointtype 7 pointsize 0.7 linecolor rgb '#762a83' title 'trained', \\\n"
                "     x with lines dashtype 2 linecolor rgb '#a0a0a0' title 'balance'\n",
                "ABC"[kind], field_kind_titles[kind], FIELD_STATES * kind, FIELD_STATES * kind + 1);
    }
    fputs("unset multiplot\n", script);
    return picture_end(picture, failure);
}

int field_results_draw(const struct field_results *results, const char *place, struct failure *failure) {
    struct table tests;
    if (field_words_load(results->out, &tests, failure) != 0)
        return -1;
    int broken = 0;
    for (int kind = 0; kind < FIELD_KINDS; kind++)
        broken |= draw_kind(results, &tests, place, kind, failure) != 0;
    broken |= draw_all_values(results, &tests, place, failure) != 0;
    broken |= draw_balance(results, place, failure) != 0;
    table_free(&tests);
    return broken ? -1 : 0;
}
