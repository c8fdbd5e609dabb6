#include "ablation/ablation_picture.h"

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
static double shift_of(const struct ablation *ablation, int model) {
    return 0.06 * (model - 0.5 * (ablation->models - 1));
}

static int has_runs(const struct ablation_results *results, int model) {
    int runs = 0;
    for (int sparsity = 0; sparsity < results->ablation->sparsities; sparsity++)
        runs += ablation_spread(results, model, sparsity, ABLATION_LAST).runs;
    return runs > 0;
}

static void write_model(const struct ablation_results *results, int model, enum ablation_measure measure, FILE *data) {
    const struct ablation *ablation = results->ablation;
    fprintf(data, "# %s\n", ablation_models[ablation->model[model]]);
    for (int i = 0; i < ablation->sparsities; i++) {
        struct ablation_spread spread = ablation_spread(results, model, i, measure);
        if (spread.runs == 0)
            continue;
        fprintf(data, "%.6f %.15g %d %.6f ", place_of(ablation->sparsity[i]) + shift_of(ablation, model),
                ablation->sparsity[i], spread.runs, 100 * spread.mean);
        if (spread.runs > 1)
            fprintf(data, "%.6f", 100 * spread.deviation);
        else
            fputs("NaN", data);
        fprintf(data, " %.6f %.6f\n", 100 * spread.least, 100 * spread.largest);
    }
    fputs("\n\n", data);
}

static void set_axes(const struct ablation *ablation, const char *title, FILE *script) {
    fputs("set title ", script);
    picture_quote(script, title);
    fprintf(script,
            "\nset xlabel 'sparsity: absent synapses (%%)'\n"
            "set ylabel 'test accuracy (%%)'\n"
            "set key maxcols 2\n"
            "set xrange [%.6f:%.6f]\n"
            "set xtics (",
            place_of(ablation->sparsity[0]) - 0.4, place_of(ablation->sparsity[ablation->sparsities - 1]) + 0.4);
    for (int i = 0; i < ablation->sparsities; i++)
        fprintf(script, "%s'%.4g' %.6f", i > 0 ? ", " : "", 100 * ablation->sparsity[i],
                place_of(ablation->sparsity[i]));
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

static int draw(const struct ablation_results *results, const char *name, const char *title,
                enum ablation_measure measure, struct failure *failure) {
    const struct ablation *ablation = results->ablation;
    char *folder = format_text("%s/pictures", ablation->sweep.out);
    struct picture *picture = picture_begin(folder, name, 900, 560, failure);
    free(folder);
    if (picture == NULL)
        return -1;
    FILE *data = picture_data(picture), *script = picture_script(picture);
    fputs("# place (halvings of the synapses, models side by side), sparsity, runs; in %: mean, standard deviation, "
          "least, largest\n",
          data);
    set_axes(ablation, title, script);
    for (int model = 0, block = 0; model < ablation->models; model++) {
        if (!has_runs(results, model))
            continue;
        write_model(results, model, measure, data);
        plot_model(script, name, ablation->model[model], block++);
    }
    putc('\n', script);
    return picture_end(picture, failure);
}

int ablation_picture(const struct ablation_results *results, struct failure *failure) {
    int any = 0;
    for (int model = 0; model < results->ablation->models; model++)
        any |= has_runs(results, model);
    if (!any)
        return 0;
    if (draw(results, "ablation", "Accuracy after the last epoch: mean and standard deviation over seeds",
             ABLATION_LAST, failure) != 0)
        return -1;
    return draw(results, "best", "Accuracy after the best epoch: mean and standard deviation over seeds", ABLATION_BEST,
                failure);
}
