#include "training/ablation/ablation_picture.h"

#include <math.h>
#include <stdlib.h>

#include "common/picture.h"

/* Each model looks the same whichever others there are: a colour and a point of its own, dashes for fixed delays. */
static const struct {
    const char *title;
    int point, dash;
} looks[ABLATION_MODELS] = {
    {"structure and delays learned", 7, 1},
    {"structure learned, delays fixed", 5, 2},
    {"structure fixed, delays learned", 9, 1},
    {"structure and delays fixed", 11, 2},
};

/* Half of the synapses: one step to the right. */
static double place_of(double sparsity) {
    return -log2(1 - sparsity);
}

/* Models side by side, so that error bars do not cover each other. */
static double shift_of(const struct ablation_results *results, int place) {
    return 0.06 * (place - 0.5 * (results->models - 1));
}

static int has_runs(const struct ablation_results *results, int model) {
    int runs = 0;
    for (size_t i = 0; i < results->count; i++)
        runs += results->result[i].done && results->result[i].model == model;
    return runs > 0;
}

static void write_model(const struct ablation_results *results, int place, enum ablation_measure measure, FILE *data) {
    const int model = results->model[place];
    fprintf(data, "# %s\n", ablation_models[model]);
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

static void set_axes(const struct ablation_results *results, const char *title, FILE *script) {
    fputs("set title ", script);
    picture_quote(script, title);
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

static void plot_model(FILE *script, const char *name, int model, int block) {
    fprintf(script,
            "%s'%s.dat' index %d using 1:4 with linespoints linewidth 2 dashtype %d pointtype %d "
            "linecolor rgb word(colours, %d) title '%s', \\\n"
            "     '' index %d using 1:4:5 with yerrorbars linewidth 1.5 pointtype %d "
            "linecolor rgb word(colours, %d) notitle",
            block == 0 ? "plot " : ", \\\n     ", name, block, looks[model].dash, looks[model].point, model + 1,
            looks[model].title, block, looks[model].point, model + 1);
}

static int draw(const struct ablation_results *results, const char *folder, const char *name, const char *title,
                enum ablation_measure measure, struct failure *failure) {
    struct picture *picture = picture_begin(folder, name, 900, 560, failure);
    if (picture == NULL)
        return -1;
    FILE *data = picture_data(picture), *script = picture_script(picture);
    fputs("# place (halvings of the synapses, models side by side), sparsity, runs; in %: mean, standard deviation, "
          "least, largest\n",
          data);
    set_axes(results, title, script);
    for (int place = 0, block = 0; place < results->models; place++) {
        if (!has_runs(results, results->model[place]))
            continue;
        write_model(results, place, measure, data);
        plot_model(script, name, results->model[place], block++);
    }
    putc('\n', script);
    return picture_end(picture, failure);
}

int ablation_picture(const struct ablation_results *results, const char *folder, struct failure *failure) {
    int any = 0;
    for (int place = 0; place < results->models; place++)
        any |= has_runs(results, results->model[place]);
    if (!any)
        return 0;
    const int last =
        draw(results, folder, "ablation", "Accuracy after the last epoch: mean and standard deviation over seeds",
             ABLATION_LAST, failure);
    const int best =
        draw(results, folder, "best", "Accuracy after the best epoch: mean and standard deviation over seeds",
             ABLATION_BEST, failure);
    return last == 0 && best == 0 ? 0 : -1;
}
