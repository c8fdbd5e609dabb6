#include "training/report/curves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/picture.h"
#include "common/printable.h"
#include "training/history.h"

/* Writes a number in gnuplot's format. */
static void put(FILE *data, double value) {
    if (isfinite(value))
        fprintf(data, " %.10g", value);
    else
        fputs(" NaN", data);
}

/* The same axis of epochs in every plot. */
static void set_epochs(FILE *script, int epochs) {
    fprintf(script, "set xlabel 'epoch'\nset xrange [0:%d]\n", epochs + 1);
    if (epochs <= 10)
        fputs("set xtics 1\n", script);
}

/* Fixed delays are whole and have no profile: every pass has a sigma of 0, whatever the schedule. */
static int has_sigma(const struct past *past) {
    char *delays = past_setting(past->settings, "delays");
    int learned = strcmp(delays, "fixed") != 0;
    free(delays);
    return learned && past_has(past, "sigma");
}

static void write_training(const struct past *past, FILE *data) {
    const int shown = has_sigma(past);
    fputs("# epoch, accuracy in % in training, validation and test, sigma in steps\n", data);
    for (const cJSON *record = past->history->child; record != NULL; record = record->next) {
        fprintf(data, "%.0f", history_number(record, "epoch"));
        put(data, 100 * history_number(record, "train_accuracy"));
        put(data, 100 * history_number(record, "validation_accuracy"));
        put(data, 100 * history_number(record, "test_accuracy"));
        put(data, shown ? history_number(record, "sigma") : NAN);
        putc('\n', data);
    }
}

/* gnuplot draws no axis for missing numbers. */
static int draw_training(const struct past *past, const char *place, struct failure *failure) {
    struct picture *picture = picture_begin(place, "training", 900, 520, failure);
    if (picture == NULL)
        return -1;
    int validated = past_has(past, "validation_accuracy"), with_sigma = has_sigma(past);
    FILE *script = picture_script(picture);
    write_training(past, picture_data(picture));
    fputs("set title 'Accuracy while training'\nset ylabel 'accuracy (%)'\nset yrange [0:100]\n", script);
    set_epochs(script, cJSON_GetArraySize(past->history));
    if (with_sigma)
        fputs("set y2label 'profile width sigma (steps of 10 ms)'\nset y2range [0:*]\nset y2tics\nset border 11\n",
              script);
    fputs("set style data linespoints\n"
          "plot 'training.dat' using 1:4 linewidth 2 pointtype 7 pointsize 0.4 linecolor rgb red title 'test'",
          script);
    if (validated)
        fputs(", \\\n     '' using 1:3 linewidth 2 pointtype 5 pointsize 0.4 linecolor rgb '#e08214' "
              "title 'validation'",
              script);
    fputs(", \\\n     '' using 1:2 linewidth 2 pointtype 9 pointsize 0.5 linecolor rgb blue "
          "title 'training (with dropout)'",
          script);
    if (with_sigma)
        fputs(", \\\n     '' using 1:5 axes x1y2 with lines dashtype 2 linewidth 2 linecolor rgb grey "
              "title 'sigma (right)'",
              script);
    putc('\n', script);
    return picture_end(picture, failure);
}

struct panel {
    const char *number; /* in the log */
    const char *title, *unit;
};

static const struct panel panels[] = {
    {"rewired", "Synapses that were not there an epoch before", "synapses"},
    {"delay_moved", "Mean movement of the delays in an epoch", "steps of 10 ms"},
    {"spike_rate", "Activity of the hidden neurons in training", "spikes a step"},
    {"accumulations", "Accumulations of weights by spikes in a test sample", "accumulations"},
    {"multiplications", "Multiplications of weights with inputs in a test sample", "multiplications"},
    {"picojoules", "Energy of both", "pJ a test sample"},
};

enum { PANELS = sizeof panels / sizeof *panels };

static int draw_changes(const struct past *past, const char *place, struct failure *failure) {
    int shown = 0;
    for (int i = 0; i < PANELS; i++)
        shown += past_has(past, panels[i].number);
    if (shown == 0)
        return 0;
    struct picture *picture = picture_begin(place, "changes", 900, 250 * shown, failure);
    if (picture == NULL)
        return -1;
    FILE *data = picture_data(picture), *script = picture_script(picture);
    fputs("# epoch", data);
    for (int j = 0; j < PANELS; j++)
        fprintf(data, ", %s", panels[j].number);
    putc('\n', data);
    for (const cJSON *record = past->history->child; record != NULL; record = record->next) {
        fprintf(data, "%.0f", history_number(record, "epoch"));
        for (int j = 0; j < PANELS; j++)
            put(data, history_number(record, panels[j].number));
        putc('\n', data);
    }
    fprintf(script, "set multiplot layout %d, 1\nunset key\nset yrange [0:*]\nset lmargin 12\n", shown);
    set_epochs(script, cJSON_GetArraySize(past->history));
    for (int j = 0; j < PANELS; j++)
        if (past_has(past, panels[j].number))
            fprintf(script,
                    "set title '%s'\n"
                    "set ylabel '%s'\n"
                    "plot 'changes.dat' using 1:%d with linespoints linewidth 2 pointtype 7 pointsize 0.4 "
                    "linecolor rgb blue\n",
                    panels[j].title, panels[j].unit, j + 2);
    fputs("unset multiplot\n", script);
    return picture_end(picture, failure);
}

int curves_draw(const struct past *past, const char *place, struct failure *failure) {
    if (past->history->child == NULL)
        return 0;
    const int training = draw_training(past, place, failure), changes = draw_changes(past, place, failure);
    return training == 0 && changes == 0 ? 0 : -1;
}

/* ---- Several runs ---- */

/* Returns the end of a name that is too long for a legend, since it distinguishes more than the beginning. */
static const char *end_of_name(const char *name) {
    enum { LONGEST = 56 };
    const size_t length = strlen(name);
    const char *end = length > LONGEST ? name + length - LONGEST : name;
    while (((unsigned char)*end & 0xc0) == 0x80) /* inside a character */
        end++;
    return end;
}

/* Writes a block of the data: the run's accuracies by epoch in the test, that of the best epoch, and in training. */
static void write_accuracies(const struct past *past, FILE *data) {
    const cJSON *best = cJSON_GetArrayItem(past->history, history_best(past->history));
    for (const cJSON *record = past->history->child; record != NULL; record = record->next) {
        const double test = 100 * history_number(record, "test_accuracy");
        fprintf(data, "%.0f", history_number(record, "epoch"));
        put(data, test);
        put(data, record == best ? test : NAN);
        put(data, 100 * history_number(record, "train_accuracy"));
        putc('\n', data);
    }
    if (past->history->child == NULL)
        fputs("0 NaN NaN NaN\n", data);
    fputs("\n\n", data);
}

static void plot_run(const struct past *past, int number, int epochs, FILE *script) {
    static const int marks[] = {7, 5, 9, 13, 11};
    enum { COLOURS = 6, MARKS = sizeof marks / sizeof *marks };
    const int mark = marks[number % MARKS], colour = 1 + number % COLOURS; /* no two of the first 30 runs share both */
    char *name = printable(past->folder);
    const char *shown = end_of_name(name);
    char *title = format_text("%s%s", shown != name ? "... " : "", shown);
    fprintf(script,
            "%s \\\n     'runs.dat' index %d using 1:2 with linespoints linewidth 2 pointtype %d pointsize 0.7 ",
            number == 0 ? "plot" : ",", number, mark);
    fprintf(script, "pointinterval %d linecolor rgb word(colours, %d) title ", 1 + epochs / 25, colour);
    picture_quote(script, title);
    fprintf(script,
            ", \\\n     '' index %d using 1:4 with lines dashtype 3 linewidth 2 linecolor rgb word(colours, %d) "
            "notitle, \\\n     '' index %d using 1:3 with points pointtype 6 pointsize 2 linewidth 2 linecolor rgb "
            "word(colours, %d) notitle",
            number, colour, number, colour);
    free(title);
    free(name);
}

int curves_together(const struct past runs[], int count, const char *place, struct failure *failure) {
    const int shown = count < CURVES_MOST ? count : CURVES_MOST;
    struct picture *picture = picture_begin(place, CURVES_TOGETHER, 900, 480 + 22 * shown, failure);
    if (picture == NULL)
        return -1;
    FILE *data = picture_data(picture), *script = picture_script(picture);
    int epochs = 0;
    for (int i = 0; i < shown; i++) {
        const int own = cJSON_GetArraySize(runs[i].history);
        epochs = own > epochs ? own : epochs;
    }
    fputs("# for each run: epoch, accuracy in % in the test, that of the best epoch, accuracy in training\n", data);
    fputs("set title 'Accuracy of the runs'\nset ylabel 'accuracy (%)'\nset yrange [0:100]\n"
          "set key below left vertical maxcols 1 Left reverse\n",
          script);
    set_epochs(script, epochs);
    for (int i = 0; i < shown; i++) {
        write_accuracies(&runs[i], data);
        plot_run(&runs[i], i, epochs, script);
    }
    putc('\n', script);
    return picture_end(picture, failure);
}
