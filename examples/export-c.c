/*
 * Writes a saved network as C source for a microcontroller, PREFIX.c and PREFIX.h, and prints the memory that it needs.
 *
 *     export-c MODEL.safetensors PREFIX [--name NAME] [--readout WORD]
 *              [--fixed --largest X | --fixed --samples x.npy [--scale S]]
 *
 * --fixed      integers only; needs the largest |input|, or samples [N, T, I] of the input
 * --scale S    factor of the samples before they are inputs of the network: 20 where rawhd-train trained it
 * --name NAME  prefix of all names in C; snn by default
 * --readout WORD  how scores are computed: softmax_sum, sum, mean, max or last; that of the network by default
 */
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char usage[] = "Usage: export-c MODEL.safetensors PREFIX [--name NAME] [--readout WORD]\n"
                            "                [--fixed --largest X | --fixed --samples x.npy [--scale S]]\n"
                            "Writes the network to PREFIX.c and PREFIX.h. A readout, softmax_sum, sum, mean, max or "
                            "last, takes\nthe place of the network's.\n";

struct samples {
    const char *path;
    double scale; /* 0: not given, 1 */
};

/* Samples without labels: all of class 0. */
static snnd_status load_samples(snnd_context *context, const struct samples *from, snnd_dataset **samples) {
    const char *path = from->path;
    snnd_array input = {0};
    snnd_samples about;
    snnd_samples_init(&about, sizeof about);
    snnd_status status = snnd_array_load_npy(context, path, SNND_FLOAT32, &input);
    if (status == SNND_OK && input.dimensions != 3) {
        fprintf(stderr, "export-c: '%s' has %d axes; expected three, [N, T, I]\n", path, input.dimensions);
        status = SNND_ERROR_FORMAT;
    } else if (status == SNND_OK) {
        float *value = input.data;
        for (int64_t k = 0; k < snnd_array_count(&input); k++)
            value[k] = (float)(value[k] * (from->scale > 0 ? from->scale : 1));
        int32_t *label = calloc((size_t)input.shape[0] + 1, sizeof *label);
        about.input = input.data, about.label = label;
        about.samples = input.shape[0];
        about.steps = (int32_t)input.shape[1], about.channels = (int32_t)input.shape[2];
        status = label == NULL ? SNND_ERROR_MEMORY : snnd_dataset_create(context, &about, samples);
        free(label);
    }
    snnd_array_free(context, &input);
    return status;
}

/* Returns whether a file that is read, model or samples, would be overwritten. */
static int is_input(const char *written, const char *const read[2]) {
    struct stat one, other;
    for (int k = 0; k < 2 && read[k] != NULL; k++)
        if (stat(written, &one) == 0 && stat(read[k], &other) == 0 && one.st_dev == other.st_dev &&
            one.st_ino == other.st_ino)
            return 1;
    return 0;
}

static snnd_status write_files(const snnd_plan *plan, const snnd_export_c_options *options, const char *prefix,
                               const char *const read[2]) {
    const size_t room = strlen(prefix) + 3;
    char *source = malloc(room), *header = malloc(room);
    snnd_export_c_report report;
    snnd_export_c_report_init(&report, sizeof report);
    snnd_status status = SNND_ERROR_MEMORY;
    if (source != NULL && header != NULL) {
        snprintf(source, room, "%s.c", prefix);
        snprintf(header, room, "%s.h", prefix);
        const char *both = is_input(source, read) ? source : is_input(header, read) ? header : NULL;
        if (both != NULL)
            fprintf(stderr, "export-c: '%s' would be read and written; expected different files\n", both);
        status = both != NULL ? SNND_ERROR_FORMAT : snnd_export_c(plan, options, source, header, &report);
    }
    if (status == SNND_OK)
        printf("%s, %s: %lld synapses, %lld bytes of tables (flash), %lld bytes of state (RAM)\n", source, header,
               (long long)report.synapses, (long long)report.flash, (long long)report.ram);
    if (status == SNND_OK && options->numbers == SNND_C_FIXED)
        printf("input: real numbers times %g, at most %d\n", report.input_scale, (int)report.input_limit);
    free(source);
    free(header);
    return status;
}

/* Reads a number above 0 that nothing follows. */
static int read_number(const char *word, double *number) {
    char *end;
    *number = strtod(word, &end);
    return end != word && *end == '\0' && *number > 0 && *number <= 1e30;
}

/* Returns the word of a readout, or NULL for an invalid number. There is no `default`, so that the compiler names this
 * place when the header has one more readout. */
static const char *readout_word(snnd_readout readout) {
    switch (readout) {
    case SNND_READOUT_NETWORK:
        break;
    case SNND_READOUT_SOFTMAX_SUM:
        return "softmax_sum";
    case SNND_READOUT_SUM:
        return "sum";
    case SNND_READOUT_MEAN:
        return "mean";
    case SNND_READOUT_MAX:
        return "max";
    case SNND_READOUT_LAST:
        return "last";
    }
    return NULL;
}

/* A readout by its word. */
static int read_readout(const char *word, int32_t *readout) {
    for (int32_t k = SNND_READOUT_SOFTMAX_SUM; readout_word((snnd_readout)k) != NULL; k++)
        if (strcmp(word, readout_word((snnd_readout)k)) == 0) {
            *readout = k;
            return 1;
        }
    return 0;
}

/* Returns whether it can be the beginning of file names: there must be something after the last slash. */
static int is_prefix(const char *word) {
    return word[0] != '-' && word[0] != '\0' && word[strlen(word) - 1] != '/';
}

/* Reads the options after the two paths; returns 0 where they are wrong, or have no effect. */
static int read_arguments(int count, char **words, snnd_export_c_options *options, struct samples *samples) {
    for (int k = 3; k < count; k++) {
        const int more = k + 1 < count;
        if (strcmp(words[k], "--fixed") == 0)
            options->numbers = SNND_C_FIXED;
        else if (strcmp(words[k], "--name") == 0 && more)
            options->name = words[++k];
        else if (strcmp(words[k], "--readout") == 0 && more && read_readout(words[k + 1], &options->readout))
            k++;
        else if (strcmp(words[k], "--largest") == 0 && more && read_number(words[k + 1], &options->largest_input))
            k++;
        else if (strcmp(words[k], "--samples") == 0 && more)
            samples->path = words[++k];
        else if (strcmp(words[k], "--scale") == 0 && more && read_number(words[k + 1], &samples->scale))
            k++;
        else
            return 0;
    }
    /* Fixed point needs the largest input, from one of two sources. */
    const int told = (options->largest_input > 0) + (samples->path != NULL);
    return count >= 3 && words[1][0] != '-' && is_prefix(words[2]) && told == (options->numbers == SNND_C_FIXED) &&
           (samples->scale == 0 || samples->path != NULL);
}

int main(int argc, char **argv) {
    snnd_context *context = NULL;
    snnd_network *network = NULL;
    snnd_plan *plan = NULL;
    snnd_dataset *samples = NULL;
    struct samples from = {NULL, 0};
    snnd_export_c_options options;
    snnd_export_c_options_init(&options, sizeof options);
    if (!read_arguments(argc, argv, &options, &from)) {
        fputs(usage, stderr);
        return 2;
    }
    snnd_status status = snnd_context_create(NULL, &context);
    if (status == SNND_OK)
        status = snnd_network_load(context, argv[1], &network);
    if (status == SNND_OK)
        status = snnd_plan_create(network, &plan);
    if (status == SNND_OK && from.path != NULL)
        status = load_samples(context, &from, &samples);
    options.samples = samples;
    if (status == SNND_OK)
        status = write_files(plan, &options, argv[2], (const char *const[2]){argv[1], from.path});
    const int unsaid = fflush(stdout) != 0 || ferror(stdout);
    const char *error = snnd_context_last_error(context);
    if (status == SNND_OK && unsaid)
        fprintf(stderr, "export-c: cannot write to standard output\n");
    else if (error[0] != '\0')
        fprintf(stderr, "export-c: %s\n", error);
    else if (status != SNND_OK && status != SNND_ERROR_FORMAT) /* which was reported already */
        fprintf(stderr, "export-c: %s\n", snnd_status_string(status));
    snnd_dataset_free(samples);
    snnd_plan_free(plan);
    snnd_network_free(network);
    snnd_context_free(context);
    return status != SNND_OK || unsaid;
}
