#include "training/report/portrait.h"

#include <math.h>
#include <stdlib.h>

#include "common/picture.h"

enum { LAYERS = 32, NEURONS = 8, WEIGHT_BINS = 60, MOST_DEGREE_BINS = 40, COLUMNS = 2 };

/* The synapses of one layer of delays that is drawn. */
struct synapses {
    int32_t outputs, inputs, pairs, longest; /* pairs: synapses of a pair of neurons */
    int64_t count;
    float *weight;                    /* [count], 0 where there is none */
    int32_t *delay;                   /* [count] */
    int64_t *excitatory, *inhibitory; /* [longest + 1] */
    int64_t *fan_in, *fan_out;
};

struct portrait {
    snnd_context *context;
    const char *place;
    struct failure *failure;
    int layers;
    struct synapses after[LAYERS], before[LAYERS];
    int has_before;
    const struct field_axes *axes;
};

static int read_layer(const snnd_layer *layer, struct synapses *synapses) {
    snnd_delay_options options;
    snnd_delay_options_init(&options, sizeof options);
    if (snnd_layer_delay_options(layer, &options) != SNND_OK)
        return -1;
    synapses->outputs = snnd_layer_outputs(layer);
    synapses->inputs = snnd_layer_inputs(layer);
    synapses->pairs = options.synapses_per_pair;
    synapses->longest = options.max_delay;
    synapses->count = (int64_t)synapses->outputs * synapses->inputs * synapses->pairs;
    size_t count = (size_t)synapses->count, delays = (size_t)synapses->longest + 1;
    synapses->weight = allocate(count, sizeof *synapses->weight);
    synapses->delay = allocate(count, sizeof *synapses->delay);
    synapses->excitatory = allocate(delays, sizeof *synapses->excitatory);
    synapses->inhibitory = allocate(delays, sizeof *synapses->inhibitory);
    synapses->fan_in = allocate((size_t)synapses->outputs, sizeof *synapses->fan_in);
    synapses->fan_out = allocate((size_t)synapses->inputs, sizeof *synapses->fan_out);
    return snnd_layer_weights(layer, synapses->weight) == SNND_OK &&
                   snnd_layer_delays(layer, synapses->delay) == SNND_OK &&
                   snnd_layer_delay_counts(layer, synapses->excitatory, synapses->inhibitory) == SNND_OK &&
                   snnd_layer_degrees(layer, synapses->fan_in, synapses->fan_out) == SNND_OK
               ? 0
               : -1;
}

static void free_layers(struct synapses *synapses) {
    for (int i = 0; i < LAYERS; i++) {
        free(synapses[i].weight);
        free(synapses[i].delay);
        free(synapses[i].excitatory);
        free(synapses[i].inhibitory);
        free(synapses[i].fan_in);
        free(synapses[i].fan_out);
    }
}

/* Reads the layers of delays; returns their number, or -1. */
static int read_network(const snnd_network *network, struct synapses *synapses) {
    int layers = 0;
    for (int32_t i = 0; layers < LAYERS && i < snnd_network_layer_count(network); i++) {
        const snnd_layer *layer = snnd_network_layer(network, i);
        if (snnd_layer_get_type(layer) == SNND_LAYER_DELAYS && read_layer(layer, &synapses[layers++]) != 0)
            return -1;
    }
    return layers;
}

static int same_shape(const struct portrait *portrait, int layers) {
    int same = layers == portrait->layers;
    for (int i = 0; same && i < layers; i++)
        same = portrait->before[i].outputs == portrait->after[i].outputs &&
               portrait->before[i].inputs == portrait->after[i].inputs &&
               portrait->before[i].pairs == portrait->after[i].pairs &&
               portrait->before[i].longest == portrait->after[i].longest;
    return same;
}

/* Separates the blocks of a data file, which gnuplot selects with `index`. */
static void next_block(FILE *data, int block) {
    if (block > 0)
        fputs("\n\n", data);
}

static void title_layer(const struct portrait *portrait, FILE *script, int layer) {
    const struct synapses *synapses = &portrait->after[layer];
    fprintf(script, "set title 'layer %d: %d %s to %d neurons'\n", layer + 1, (int)synapses->inputs,
            layer == 0 ? "inputs" : "neurons", (int)synapses->outputs);
}

/* Begins a picture with a plot for each layer, once or, with `groups`, several times. Two are side by side, since
 * smaller plots could not be read on a page. */
static struct picture *begin(const struct portrait *portrait, const char *name, int groups, int height,
                             const char *title) {
    const int columns = portrait->layers < COLUMNS ? portrait->layers : COLUMNS;
    const int rows = groups * ((portrait->layers + columns - 1) / columns);
    struct picture *picture =
        picture_begin(portrait->place, name, columns > 1 ? 480 * columns : 720, height * rows, portrait->failure);
    if (picture != NULL)
        fprintf(picture_script(picture), "set multiplot layout %d, %d title '%s'\nset key below\n", rows, columns,
                title); /* above the plot, where legends would overlap the title */
    return picture;
}

/* Leaves places free where there are no more layers. */
static void end_group(const struct portrait *portrait, FILE *script) {
    for (int i = portrait->layers; portrait->layers > COLUMNS && i % COLUMNS != 0; i++)
        fputs("set multiplot next\n", script);
}

static int end(const struct portrait *portrait, struct picture *picture) {
    fputs("unset multiplot\n", picture_script(picture));
    return picture_end(picture, portrait->failure);
}

/* ---- Delays ---- */

static void write_delays(const struct portrait *portrait, FILE *data) {
    fputs("# delay in steps, synapses of positive and of negative weight after training, and before; a block a layer\n",
          data);
    for (int i = 0; i < portrait->layers; i++) {
        const struct synapses *after = &portrait->after[i], *before = &portrait->before[i];
        next_block(data, i);
        for (int32_t d = 0; d <= after->longest; d++) {
            fprintf(data, "%d %lld %lld", (int)d, (long long)after->excitatory[d], (long long)after->inhibitory[d]);
            if (portrait->has_before)
                fprintf(data, " %lld %lld", (long long)before->excitatory[d], (long long)before->inhibitory[d]);
            putc('\n', data);
        }
    }
}

static int draw_delays(const struct portrait *portrait) {
    struct picture *picture = begin(portrait, "delays", 1, 460, "Delays of the synapses");
    if (picture == NULL)
        return -1;
    FILE *script = picture_script(picture);
    write_delays(portrait, picture_data(picture));
    int32_t longest = 0;
    for (int i = 0; i < portrait->layers; i++)
        longest = portrait->after[i].longest > longest ? portrait->after[i].longest : longest;
    field_axes_set_delays(portrait->axes, longest + 1, script);
    fputs("set ylabel 'synapses'\nset yrange [0:*]\nset style data histeps\nset key maxcols 2\n", script);
    for (int i = 0; i < portrait->layers; i++) {
        title_layer(portrait, script, i);
        fprintf(script,
                "set xrange [-1:%d]\n"
                "plot 'delays.dat' index %d using 1:2 linewidth 2 linecolor rgb red title 'excitatory', \\\n"
                "     '' index %d using 1:3 linewidth 2 linecolor rgb blue title 'inhibitory'",
                (int)portrait->after[i].longest + 1, i, i);
        if (portrait->has_before)
            fprintf(script,
                    ", \\\n"
                    "     '' index %d using 1:4 dashtype 3 linecolor rgb red title 'before training', \\\n"
                    "     '' index %d using 1:5 dashtype 3 linecolor rgb blue title 'before training'",
                    i, i);
        putc('\n', script);
    }
    return end(portrait, picture);
}

/* ---- Weights ---- */

/* Copies the weights of existing synapses, and returns their number. */
static int64_t existing(const struct synapses *synapses, double *values) {
    int64_t count = 0;
    for (int64_t i = 0; i < synapses->count; i++)
        if (synapses->weight[i] < 0 || synapses->weight[i] > 0)
            values[count++] = (double)synapses->weight[i];
    return count;
}

static double largest_weight(const struct synapses *synapses) {
    double largest = 0;
    for (int64_t i = 0; i < synapses->count; i++)
        largest = fmax(largest, fabs((double)synapses->weight[i]));
    return largest;
}

static int count_weights(const struct portrait *portrait, const struct synapses *synapses, double range,
                         int64_t *counts) {
    double *values = allocate((size_t)synapses->count, sizeof *values);
    snnd_status status =
        snnd_histogram(portrait->context, values, existing(synapses, values), -range, range, WEIGHT_BINS, counts);
    free(values);
    return status == SNND_OK ? 0 : failed(portrait->failure, "%s", snnd_context_last_error(portrait->context));
}

/* Sets the range of an empty logarithmic axis, which gnuplot cannot choose. */
static void set_weight_range(const struct portrait *portrait, FILE *script, int layer) {
    int any = largest_weight(&portrait->after[layer]) > 0 ||
              (portrait->has_before && largest_weight(&portrait->before[layer]) > 0);
    fprintf(script, "set yrange [0.5:%s]\n", any ? "*" : "10");
}

static int write_weights(const struct portrait *portrait, FILE *data) {
    fputs("# weight, synapses in a bin about it after training and before; a block a layer\n", data);
    for (int i = 0; i < portrait->layers; i++) {
        const struct synapses *after = &portrait->after[i], *before = &portrait->before[i];
        double range = fmax(largest_weight(after), portrait->has_before ? largest_weight(before) : 0);
        range = range > 0 ? range : 1;
        int64_t counts[WEIGHT_BINS], counts_before[WEIGHT_BINS] = {0};
        if (count_weights(portrait, after, range, counts) != 0 ||
            (portrait->has_before && count_weights(portrait, before, range, counts_before) != 0))
            return -1;
        next_block(data, i);
        for (int b = 0; b < WEIGHT_BINS; b++)
            fprintf(data, "%.8g %lld %lld\n", range * (2.0 * b + 1 - WEIGHT_BINS) / WEIGHT_BINS, (long long)counts[b],
                    (long long)counts_before[b]);
    }
    return 0;
}

static int draw_weights(const struct portrait *portrait) {
    struct picture *picture = begin(portrait, "weights", 1, 460, "Weights of the synapses");
    if (picture == NULL)
        return -1;
    FILE *script = picture_script(picture);
    int result = write_weights(portrait, picture_data(picture));
    fputs("set xlabel 'weight'\nset ylabel 'synapses'\nset logscale y\n"
          "set key maxcols 3\n",
          script);
    for (int i = 0; i < portrait->layers; i++) {
        title_layer(portrait, script, i);
        set_weight_range(portrait, script, i);
        fprintf(script,
                "plot 'weights.dat' index %d using 1:($1 > 0 ? $2 : NaN) with boxes linecolor rgb red "
                "title 'excitatory', \\\n"
                "     '' index %d using 1:($1 <= 0 ? $2 : NaN) with boxes linecolor rgb blue title 'inhibitory'",
                i, i);
        if (portrait->has_before)
            fprintf(script, ", \\\n     '' index %d using 1:3 with histeps linecolor rgb grey title 'before training'",
                    i);
        putc('\n', script);
    }
    int drawn = end(portrait, picture);
    return result == 0 ? drawn : -1;
}

/* ---- Degrees ---- */

static int64_t largest_degree(const int64_t *degree, int32_t count) {
    int64_t largest = 0;
    for (int32_t i = 0; i < count; i++)
        largest = degree[i] > largest ? degree[i] : largest;
    return largest;
}

/* Writes numbers of neurons by their degree, in bins of whole numbers. */
static void write_degrees(FILE *data, const int64_t *after, const int64_t *before, int32_t neurons) {
    int64_t largest = largest_degree(after, neurons);
    if (before != NULL && largest_degree(before, neurons) > largest)
        largest = largest_degree(before, neurons);
    int64_t width = largest / MOST_DEGREE_BINS + 1, bins = largest / width + 1;
    int64_t *count = allocate(2 * (size_t)bins, sizeof *count), *count_before = count + bins;
    for (int32_t i = 0; i < neurons; i++) {
        count[after[i] / width]++;
        if (before != NULL)
            count_before[before[i] / width]++;
    }
    for (int64_t b = 0; b < bins; b++)
        fprintf(data, "%g %lld %lld\n", (double)(b * width) + 0.5 * (double)(width - 1), (long long)count[b],
                (long long)count_before[b]);
    free(count);
}

/* Draws a plot for each layer, with degrees of its outputs, or of its inputs. */
static void draw_degree_group(const struct portrait *portrait, FILE *data, FILE *script, int incoming) {
    for (int i = 0; i < portrait->layers; i++) {
        const struct synapses *after = &portrait->after[i], *before = &portrait->before[i];
        const int block = incoming ? i : portrait->layers + i, compared = portrait->has_before;
        next_block(data, block);
        if (incoming)
            write_degrees(data, after->fan_in, compared ? before->fan_in : NULL, after->outputs);
        else
            write_degrees(data, after->fan_out, compared ? before->fan_out : NULL, after->inputs);
        title_layer(portrait, script, i);
        fprintf(script,
                "set xlabel '%s'\n"
                "set ylabel '%s'\n"
                "plot 'degrees.dat' index %d using 1:2 with boxes linecolor rgb %s title 'after training'",
                incoming ? "synapses that a neuron receives (in-degree)" : "synapses that an input gives (out-degree)",
                incoming ? "neurons" : "inputs", block, incoming ? "'#762a83'" : "'#1b7837'");
        if (portrait->has_before)
            fprintf(script, ", \\\n     '' index %d using 1:3 with histeps linecolor rgb grey title 'before training'",
                    block);
        putc('\n', script);
    }
}

static int draw_degrees(const struct portrait *portrait) {
    struct picture *picture = begin(portrait, "degrees", 2, 400, "Synapses of a neuron");
    if (picture == NULL)
        return -1;
    FILE *data = picture_data(picture), *script = picture_script(picture);
    fputs("# degree, neurons of it (in a bin about it) after training and before; a block for the in-degrees of each\n"
          "# layer, then one for the out-degrees of each\n",
          data);
    fputs("set xrange [-1:*]\nset yrange [0:*]\n", script);
    draw_degree_group(portrait, data, script, 1);
    end_group(portrait, script);
    draw_degree_group(portrait, data, script, 0);
    return end(portrait, picture);
}

/* ---- Hidden neurons ---- */

/* Chooses the hidden neurons with the largest sum of squares of outgoing weights among those with inputs, and returns
 * their number. */
static int choose_neurons(const struct portrait *portrait, int32_t chosen[NEURONS]) {
    const struct synapses *out = &portrait->after[1];
    double *sum = allocate((size_t)out->inputs, sizeof *sum);
    for (int64_t i = 0; i < out->count; i++)
        sum[i / out->pairs % out->inputs] += (double)out->weight[i] * (double)out->weight[i];
    for (int32_t i = 0; i < out->inputs; i++)
        sum[i] = portrait->after[0].fan_in[i] > 0 ? sum[i] : 0;
    int count = 0;
    for (; count < NEURONS && count < out->inputs; count++) {
        int32_t best = 0;
        for (int32_t i = 1; i < out->inputs; i++)
            if (sum[i] > sum[best])
                best = i;
        if (!(sum[best] > 0))
            break;
        chosen[count] = best;
        sum[best] = -1;
    }
    free(sum);
    return count;
}

static void write_neuron(const struct synapses *synapses, int32_t neuron, FILE *data) {
    int64_t of_neuron = (int64_t)synapses->inputs * synapses->pairs, first = neuron * of_neuron;
    double largest = 0;
    for (int64_t i = first; i < first + of_neuron; i++)
        largest = fmax(largest, fabs((double)synapses->weight[i]));
    for (int64_t i = first; i < first + of_neuron; i++)
        if (synapses->weight[i] < 0 || synapses->weight[i] > 0)
            fprintf(data, "%d %lld %.6g %.3f\n", (int)synapses->delay[i], (long long)((i - first) / synapses->pairs),
                    (double)synapses->weight[i], fabs((double)synapses->weight[i]) / largest);
    if (!(largest > 0))
        fputs("NaN NaN NaN NaN\n", data);
}

static int draw_neurons(const struct portrait *portrait) {
    int32_t chosen[NEURONS];
    int count = choose_neurons(portrait, chosen);
    if (count == 0)
        return 0;
    const struct synapses *in = &portrait->after[0];
    struct picture *picture = picture_begin(portrait->place, "neurons", 1300, 820, portrait->failure);
    if (picture == NULL)
        return -1;
    FILE *data = picture_data(picture), *script = picture_script(picture);
    fputs("# delay in steps, input channel, weight, |weight| by the largest of the neuron; a block a neuron\n", data);
    fprintf(script,
            "set multiplot layout 2, 4 title 'Inputs of the hidden neurons with the largest outgoing weights: "
            "red discs excitatory, blue squares inhibitory, larger is stronger'\n"
            "set xrange [-1:%d] noextend\n"
            "set yrange [-1:%d] noextend\n"
            "unset key\n",
            (int)in->longest + 1, (int)in->inputs);
    field_axes_set(portrait->axes, in->longest + 1, 1, script);
    for (int n = 0; n < count; n++) {
        next_block(data, n);
        write_neuron(in, chosen[n], data);
        fprintf(script,
                "set title 'neuron %d'\n"
                "plot 'neurons.dat' index %d using 1:2:(0.3 + 1.2 * sqrt($4)):($3 > 0 ? 7 : 5):($3 > 0 ? 0xca0020 : "
                "0x0571b0) \\\n"
                "     with points pointsize variable pointtype variable linecolor rgb variable\n",
                (int)chosen[n], n);
    }
    fputs("unset multiplot\n", script);
    return picture_end(picture, portrait->failure);
}

static int draw_all(const struct portrait *portrait) {
    if (portrait->layers == 0)
        return 0;
    const int delays = draw_delays(portrait), weights = draw_weights(portrait), degrees = draw_degrees(portrait);
    const int neurons = portrait->layers > 1 ? draw_neurons(portrait) : 0;
    return delays == 0 && weights == 0 && degrees == 0 && neurons == 0 ? 0 : -1;
}

int portrait_draw(snnd_context *context, const snnd_network *network, const snnd_network *before,
                  const struct field_axes *axes, const char *place, struct failure *failure) {
    struct portrait *portrait = allocate(1, sizeof *portrait);
    portrait->axes = axes;
    portrait->context = context;
    portrait->place = place;
    portrait->failure = failure;
    portrait->layers = read_network(network, portrait->after);
    int layers_before = before != NULL ? read_network(before, portrait->before) : 0;
    portrait->has_before = before != NULL && same_shape(portrait, layers_before);
    int result = portrait->layers >= 0 && layers_before >= 0 ? draw_all(portrait)
                                                             : failed(failure, "%s", snnd_context_last_error(context));
    free_layers(portrait->after);
    free_layers(portrait->before);
    free(portrait);
    return result;
}
