#include "training/ablation/ablation_picture.h"

#include <math.h>
#include <stdlib.h>

#include "common/picture.h"

/* Up to this many runs of each kind are drawn separately, since the deviation of few runs means little. */
enum { FEW = 5 };

/* Each model is drawn in the same way whichever others there are: a colour for what it learns, its own marks, and
 * dashes for fixed delays. Controls have other dashes, and marks that have another shape or are hollow. */
static const struct {
    const char *title;
    int colour, point, dash;
} looks[ABLATION_MODELS] = {
    {"structure and delays learned", 1, 7, 1},
    {"structure learned, delays fixed", 2, 5, 2},
    {"structure fixed, delays learned", 3, 9, 1},
    {"structure and delays fixed", 4, 11, 2},
    {"delays learned; Dale's law", 3, 8, 4},
    {"both fixed; Dale's law", 4, 10, 3},
    {"delays learned; paths", 3, 13, 4},
    {"both fixed; paths", 4, 12, 3},
    {"delays learned; Dale's law, paths", 3, 15, 5},
    {"both fixed; Dale's law, paths", 4, 14, 5},
};

/* Returns the place on the axis; half of the synapses is one step to the right. */
static double place_of(double sparsity) {
    return -log2(1 - sparsity);
}

/* Shifts models sideways, so that error bars do not cover each other. */
static double shift_of(const struct ablation_results *results, int place) {
    return 0.06 * (place - 0.5 * (results->models - 1));
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

/* Returns the smallest and the largest number of runs of a model at a sparsity, among those that have any. Results are
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

static void write_model(const struct ablation_results *results, int place, enum ablation_measure measure, FILE *data) {
    const int model = results->model[place];
    fprintf(data, "# %s\n", ablation_name(model));
    for (int i = 0; i < results->sparsities; i++) {
        const double sparsity = results->sparsity[i];
        struct ablation_spread spread = ablation_spread(results, model, sparsity, measure);
        if (spread.runs == 0)
            continue;
        fprintf(data, "%.6f %.15g %d %.6f ", place_of(sparsity) + shift_of(results, place), sparsity, spread.runs,
                100 * spread.mean);
        if (spread.runs > 1)
            fprintf(data, "%.6f", 100 * spread.deviation);
        else
            fputs("NaN", data);
        fprintf(data, " %.6f %.6f\n", 100 * spread.least, 100 * spread.largest);
    }
    fputs("\n\n", data);
}

static void write_runs(const struct ablation_results *results, int place, enum ablation_measure measure, FILE *data) {
    const int model = results->model[place];
    fprintf(data, "# %s: single runs\n", ablation_name(model));
    for (size_t i = 0; i < results->count; i++) {
        const struct ablation_result *result = &results->result[i];
        if (result->done && result->model == model)
            fprintf(data, "%.6f %.15g %lld %.6f\n", place_of(result->sparsity) + shift_of(results, place),
                    result->sparsity, (long long)result->seed,
                    100 * (measure == ABLATION_LAST ? result->last : result->best));
    }
    fputs("\n\n", data);
}

static void set_axes(const struct ablation_results *results, FILE *script) {
    fprintf(script,
            "\nset xlabel 'sparsity: absent synapses (%%)'\n"
            "set ylabel 'test accuracy (%%)'\n"
            "set key maxcols 2\n"
            "set xrange [%.6f:%.6f]\n"
            "set xtics (",
            place_of(results->sparsity[0]) - 0.4, place_of(results->sparsity[results->sparsities - 1]) + 0.4);
    for (int i = 0; i < results->sparsities; i++)
        fprintf(script, "%s'%.4g' %.6f", i > 0 ? ", " : "", 100 * results->sparsity[i], place_of(results->sparsity[i]));
    fputs(")\n", script);
}

/* Draws means in one block of the data, and single runs, with smaller marks, in the next. */
static void plot_model(FILE *script, const char *name, int model, int block, int single) {
    const int colour = looks[model].colour, point = looks[model].point;
    fprintf(script,
            "%s'%s.dat' index %d using 1:4 with linespoints linewidth 2 dashtype %d pointtype %d "
            "linecolor rgb word(colours, %d) title \"%s\", \\\n"
            "     '' index %d using ",
            block == 0 ? "plot " : ", \\\n     ", name, 2 * block, looks[model].dash, point, colour, looks[model].title,
            2 * block + single);
    fprintf(script,
            single ? "1:4 with points pointsize 0.5 pointtype %d linecolor rgb word(colours, %d) notitle"
                   : "1:4:5 with yerrorbars linewidth 1.5 pointtype %d linecolor rgb word(colours, %d) notitle",
            point, colour);
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

static int draw(const struct ablation_results *results, const char *folder, const char *name, const char *when,
                enum ablation_measure measure, struct failure *failure) {
    struct picture *picture = picture_begin(folder, name, 900, 520 + 20 * results->models, failure);
    if (picture == NULL)
        return -1;
    FILE *data = picture_data(picture), *script = picture_script(picture);
    int least, most;
    fputs("# place (halvings of the synapses, models side by side), sparsity, runs; in %: mean, standard deviation, "
          "least, largest. Of single runs: place, sparsity, seed, in %\n",
          data);
    count_runs(results, &least, &most);
    title_picture(least, most, when, script);
    set_axes(results, script);
    for (int place = 0, block = 0; place < results->models; place++) {
        if (!has_runs(results, results->model[place]))
            continue;
        write_model(results, place, measure, data);
        write_runs(results, place, measure, data);
        plot_model(script, name, results->model[place], block++, most <= FEW);
    }
    if (!isnan(results->chance))
        fprintf(script,
                ", \\\n     %.6f with lines linewidth 1.5 dashtype 3 linecolor rgb grey title 'chance: %.3g %%'",
                100 * results->chance, 100 * results->chance);
    putc('\n', script);
    return picture_end(picture, failure);
}

int ablation_picture(const struct ablation_results *results, const char *folder, struct failure *failure) {
    int any = 0;
    for (int place = 0; place < results->models; place++)
        any |= has_runs(results, results->model[place]);
    if (!any)
        return 0;
    const int last = draw(results, folder, "ablation", "last", ABLATION_LAST, failure);
    const int best = draw(results, folder, "best", "best", ABLATION_BEST, failure);
    return last == 0 && best == 0 ? 0 : -1;
}
