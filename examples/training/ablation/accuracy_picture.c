#include "training/ablation/accuracy_picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/picture.h"

/* Up to this many runs of each kind are drawn separately, since the deviation of few runs means little. */
enum { FEW = 5 };

/* Shifts lines sideways, so that error bars do not cover each other. */
static double place_of(const struct accuracy_picture *picture, double sparsity, int line) {
    return picture->place(sparsity) + 0.06 * (line - 0.5 * (picture->results->models - 1));
}

static int has_runs(const struct ablation_results *results, int model) {
    int runs = 0;
    for (size_t i = 0; i < results->count; i++)
        runs += results->result[i].done && results->result[i].model == model;
    return runs > 0;
}

static int same_kind(const struct ablation_result *a, const struct ablation_result *b) {
    return a->model == b->model && a->sparsity <= b->sparsity && a->sparsity >= b->sparsity;
}

/* Returns the smallest and the largest number of runs of a line at a place, among those that have any. Results are
 * sorted. */
static void count_runs(const struct ablation_results *results, int *least, int *most) {
    *least = *most = 0;
    for (size_t i = 0, runs = 0; i < results->count; i++) {
        runs += results->result[i].done != 0;
        if (i + 1 < results->count && same_kind(&results->result[i], &results->result[i + 1]))
            continue;
        if (runs > 0 && (*least == 0 || (int)runs < *least))
            *least = (int)runs;
        if ((int)runs > *most)
            *most = (int)runs;
        runs = 0;
    }
}

static void write_line(const struct accuracy_picture *picture, int line, enum ablation_measure measure, FILE *data) {
    const struct ablation_results *results = picture->results;
    const int model = results->model[line];
    fprintf(data, "# %s\n", picture->line[model].title);
    for (int i = 0; i < results->sparsities; i++) {
        const double sparsity = results->sparsity[i];
        struct ablation_spread spread = ablation_spread(results, model, sparsity, measure);
        if (spread.runs == 0)
            continue;
        fprintf(data, "%.6f %.15g %d %.6f ", place_of(picture, sparsity, line), sparsity, spread.runs,
                100 * spread.mean);
        if (spread.runs > 1)
            fprintf(data, "%.6f", 100 * spread.deviation);
        else
            fputs("NaN", data);
        fprintf(data, " %.6f %.6f\n", 100 * spread.least, 100 * spread.largest);
    }
    fputs("\n\n", data);
}

static void write_runs(const struct accuracy_picture *picture, int line, enum ablation_measure measure, FILE *data) {
    const struct ablation_results *results = picture->results;
    const int model = results->model[line];
    fprintf(data, "# %s: single runs\n", picture->line[model].title);
    for (size_t i = 0; i < results->count; i++) {
        const struct ablation_result *result = &results->result[i];
        if (result->done && result->model == model)
            fprintf(data, "%.6f %.15g %lld %.6f\n", place_of(picture, result->sparsity, line), result->sparsity,
                    (long long)result->seed, 100 * (measure == ABLATION_LAST ? result->last : result->best));
    }
    fputs("\n\n", data);
}

/* About how wide a character of the pictures is, in pixels, of WIDTH. */
enum { CHARACTER = 8, WIDTH = 900, LONGEST_TITLE = 90 };

/* Labels that would touch each other are turned. */
static void set_labels(const struct accuracy_picture *picture, FILE *script) {
    const struct ablation_results *results = picture->results;
    size_t longest = 0;
    for (int i = 0; i < results->sparsities; i++)
        longest = strlen(picture->tic[i]) > longest ? strlen(picture->tic[i]) : longest;
    const size_t height_of_line = 2 * CHARACTER, count = (size_t)results->sparsities;
    if (count * (longest + 2) * CHARACTER > WIDTH)
        fprintf(script, "set xtics rotate by %d right\n", 2 * count * height_of_line > WIDTH ? 90 : 45);
}

/* gnuplot leaves out the whole key where it is wider than the picture. */
static void set_key(const struct accuracy_picture *picture, FILE *script) {
    size_t longest = 0;
    for (int i = 0; i < picture->results->models; i++) {
        const size_t length = strlen(picture->line[picture->results->model[i]].title);
        longest = length > longest ? length : longest;
    }
    fprintf(script, "set key maxcols %d\n", longest > LONGEST_TITLE / 2 ? 1 : 2);
}

static void set_axes(const struct accuracy_picture *picture, FILE *script) {
    const struct ablation_results *results = picture->results;
    fputs("\nset xlabel ", script);
    picture_quote(script, picture->axis);
    fprintf(script,
            "\nset ylabel 'test accuracy (%%)'\n"
            "set xrange [%.6f:%.6f]\n"
            "set xtics (",
            picture->place(results->sparsity[0]) - 0.4,
            picture->place(results->sparsity[results->sparsities - 1]) + 0.4);
    for (int i = 0; i < results->sparsities; i++) {
        fputs(i > 0 ? ", " : "", script);
        picture_quote(script, picture->tic[i]);
        fprintf(script, " %.6f", picture->place(results->sparsity[i]));
    }
    fputs(")\n", script);
    set_labels(picture, script);
    set_key(picture, script);
}

/* Draws means in one block of the data, and single runs, with smaller marks, in the next. */
static void plot_line(FILE *script, const char *name, const struct accuracy_line *line, int block, int single) {
    fprintf(script,
            "%s'%s.dat' index %d using 1:4 with linespoints linewidth 2 dashtype %d pointtype %d "
            "linecolor rgb word(colours, %d) title ",
            block == 0 ? "plot " : ", \\\n     ", name, 2 * block, line->dash, line->point, line->colour);
    const int is_long = strlen(line->title) > LONGEST_TITLE;
    char *title = format_text("%.*s%s", is_long ? LONGEST_TITLE - 3 : LONGEST_TITLE, line->title, is_long ? "..." : "");
    picture_quote(script, title);
    free(title);
    fprintf(script, ", \\\n     '' index %d using ", 2 * block + single);
    fprintf(script,
            single ? "1:4 with points pointsize 0.5 pointtype %d linecolor rgb word(colours, %d) notitle"
                   : "1:4:5 with yerrorbars linewidth 1.5 pointtype %d linecolor rgb word(colours, %d) notitle",
            line->point, line->colour);
}

/* Writes "Accuracy after the last epoch: mean and single runs, n = 3 of each"; `least` and `most` are those of
 * count_runs(). */
static void title_picture(int least, int most, const char *when, FILE *script) {
    char *runs = least < most ? format_text("%d to %d", least, most) : format_text("%d", most);
    char *title = format_text("Accuracy after the %s epoch: mean and %s, n = %s of each", when,
                              most <= FEW ? "single runs" : "standard deviation over runs", runs);
    fputs("set title ", script);
    picture_quote(script, title);
    free(title);
    free(runs);
}

static int draw(const struct accuracy_picture *accuracies, const char *folder, const char *name, const char *when,
                enum ablation_measure measure, struct failure *failure) {
    const struct ablation_results *results = accuracies->results;
    struct picture *picture = picture_begin(folder, name, WIDTH, 520 + 20 * results->models, failure);
    if (picture == NULL)
        return -1;
    FILE *data = picture_data(picture), *script = picture_script(picture);
    int least, most;
    fputs("# place on the axis (lines are side by side), what it stands for, runs; in %: mean, standard deviation, "
          "least, largest. Of single runs: place, what it stands for, seed, in %\n",
          data);
    count_runs(results, &least, &most);
    title_picture(least, most, when, script);
    set_axes(accuracies, script);
    for (int line = 0, block = 0; line < results->models; line++) {
        if (!has_runs(results, results->model[line]))
            continue;
        write_line(accuracies, line, measure, data);
        write_runs(accuracies, line, measure, data);
        plot_line(script, name, &accuracies->line[results->model[line]], block++, most <= FEW);
    }
    if (!isnan(results->chance))
        fprintf(script,
                ", \\\n     %.6f with lines linewidth 1.5 dashtype 3 linecolor rgb grey title 'chance: %.3g %%'",
                100 * results->chance, 100 * results->chance);
    putc('\n', script);
    return picture_end(picture, failure);
}

int accuracy_pictures(const struct accuracy_picture *picture, const char *folder, const char *name,
                      struct failure *failure) {
    int any = 0;
    for (int line = 0; line < picture->results->models; line++)
        any |= has_runs(picture->results, picture->results->model[line]);
    if (!any)
        return 0;
    const int last = draw(picture, folder, name, "last", ABLATION_LAST, failure);
    const int best = draw(picture, folder, "best", "best", ABLATION_BEST, failure);
    return last == 0 && best == 0 ? 0 : -1;
}
