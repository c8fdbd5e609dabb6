/* Exported C that is compiled by the compiler of the build and run: what it gives for some frames. */
#ifndef SNND_TESTS_EXPORT_COMPILED_H
#define SNND_TESTS_EXPORT_COMPILED_H

#include "format/scratch.h"
#include "inference/shapes.h"

enum { FRAMES = 280, MOST_SAMPLES = 4 };

/* Of each sample; FRAMES / steps samples follow each other, each from the beginning. */
static int steps = 70;

/* Everything in real numbers. */
typedef struct outcome {
    int32_t outputs;
    double *potentials, *scores; /* [FRAMES][outputs] */
    int32_t class[MOST_SAMPLES];
    int64_t ram;
    snnd_export_c_report report;
} outcome;

static inline outcome make_outcome(int32_t outputs) {
    const size_t values = (size_t)FRAMES * (size_t)outputs;
    outcome made = {.outputs = outputs,
                    .potentials = calloc(values, sizeof *made.potentials),
                    .scores = calloc(values, sizeof *made.scores)};
    ck_assert_ptr_nonnull(made.potentials);
    ck_assert_ptr_nonnull(made.scores);
    return made;
}

static inline void free_outcome(outcome *made) {
    free(made->potentials);
    free(made->scores);
}

/* ---- by a stream ---- */

static inline outcome by_stream(snnd_context *context, const snnd_plan *plan, int32_t readout, const float *input) {
    snnd_stream_options options;
    snnd_stream *stream;
    outcome made = make_outcome(snnd_plan_outputs(plan));
    float potentials[64], scores[64];
    ck_assert_int_le(made.outputs, 64);
    ck_assert_int_eq(snnd_stream_options_init(&options, sizeof options), SNND_OK);
    options.readout = readout;
    OK(context, snnd_stream_create(plan, &options, &stream));
    for (int t = 0; t < FRAMES; t++) {
        if (t % steps == 0)
            ck_assert_int_eq(snnd_stream_reset(stream), SNND_OK);
        ck_assert_int_eq(
            snnd_stream_push(stream, input + (size_t)t * (size_t)snnd_plan_inputs(plan), potentials, scores), SNND_OK);
        int32_t best = 0;
        for (int32_t c = 0; c < made.outputs; c++) {
            made.potentials[t * made.outputs + c] = (double)potentials[c];
            made.scores[t * made.outputs + c] = (double)scores[c];
            best = scores[c] > scores[best] ? c : best;
        }
        made.class[t / steps] = best;
    }
    snnd_stream_free(stream);
    return made;
}

/* ---- by C ---- */

static inline void write_frames(const snnd_export_c_options *options, const snnd_export_c_report *report,
                                const float *input, int32_t inputs) {
    const bool fixed = options->numbers == SNND_C_FIXED;
    FILE *file = fopen(scratch("frames.h"), "w");
    SCRATCH_DO("frames.h", file != NULL);
    fprintf(file,
            "#include <stdint.h>\nenum { SAMPLES = %d, STEPS = %d };\ntypedef %s frame;\ntypedef %s potential;\n"
            "typedef %s score;\nstatic const frame frames[%d][%d] = {\n",
            FRAMES / steps, steps, fixed ? "int16_t" : "float", fixed ? "int32_t" : "float",
            fixed ? "int64_t" : "float", FRAMES, inputs);
    for (int t = 0; t < FRAMES; t++) {
        fprintf(file, "{");
        for (int32_t i = 0; i < inputs; i++) {
            const double x = (double)input[t * inputs + i];
            if (fixed)
                fprintf(file, "%.0f,", fmax(-32767, fmin(32767, rint(x * report->input_scale))));
            else
                fprintf(file, "%.9ef,", x);
        }
        fprintf(file, "},\n");
    }
    fprintf(file, "};\n");
    SCRATCH_DO("frames.h", fclose(file) == 0);
}

/* Warnings are errors, and so is arithmetic that C leaves undefined. Paths may have spaces. */
static inline void compile(void) {
    char command[6 * SCRATCH_PATH];
    snprintf(command, sizeof command,
             EXPORT_CC " -std=c99 -O1 -Wall -Wextra -Wpedantic -Werror -fsanitize=undefined "
                       "-fsanitize-undefined-trap-on-error -I'%s' '" EXPORT_SOURCES "/driver.c' '" EXPORT_SOURCES
                       "/host.c' '%s' -o '%s' >'%s' 2>&1",
             scratch_directory, scratch("net.c"), scratch("net"), scratch("compiler.txt"));
    if (system(command) != 0) {
        size_t length;
        ck_abort_msg("%s: %s", command, (const char *)scratch_read(scratch("compiler.txt"), &length));
    }
}

/* A number in hexadecimal as the type has it. */
static inline double number_of(const char *hex, bool real) {
    const uint64_t bits = strtoull(hex, NULL, 16);
    if (strlen(hex) == 16)
        return (double)(int64_t)bits;
    const uint32_t word = (uint32_t)bits;
    float number;
    memcpy(&number, &word, sizeof number);
    return real ? (double)number : (double)(int32_t)word;
}

static inline void read_numbers(FILE *from, double *values, int32_t count, bool real, double unit) {
    char hex[20];
    for (int32_t k = 0; k < count; k++) {
        ck_assert_int_eq(fscanf(from, "%19s", hex), 1);
        values[k] = number_of(hex, real) * unit;
    }
}

static inline void expect_word(FILE *from, const char *word) {
    char got[20];
    ck_assert_int_eq(fscanf(from, "%19s", got), 1);
    ck_assert_str_eq(got, word);
}

static inline void read_outcome(FILE *from, outcome *made, bool real) {
    double whole;
    for (int t = 0; t < FRAMES; t++) {
        expect_word(from, "potentials");
        read_numbers(from, made->potentials + t * made->outputs, made->outputs, real, made->report.potential_unit);
        expect_word(from, "scores");
        read_numbers(from, made->scores + t * made->outputs, made->outputs, real, made->report.score_unit);
        if (t % steps != steps - 1)
            continue;
        expect_word(from, "class");
        read_numbers(from, &whole, 1, false, 1);
        made->class[t / steps] = (int32_t)whole;
    }
    expect_word(from, "state");
    read_numbers(from, &whole, 1, false, 1);
    made->ram = (int64_t)whole;
}

static inline snnd_export_c_options c_options(int32_t numbers, int32_t readout) {
    snnd_export_c_options options;
    ck_assert_int_eq(snnd_export_c_options_init(&options, sizeof options), SNND_OK);
    options.numbers = numbers;
    options.readout = readout;
    options.name = "net";
    options.largest_input = numbers == SNND_C_FIXED ? 8 : 0;
    return options;
}

static inline outcome by_c(snnd_context *context, const snnd_plan *plan, const snnd_export_c_options *options,
                           const float *input) {
    outcome made = make_outcome(snnd_plan_outputs(plan));
    ck_assert_int_eq(snnd_export_c_report_init(&made.report, sizeof made.report), SNND_OK);
    OK(context, snnd_export_c(plan, options, scratch("net.c"), scratch("net.h"), &made.report));
    write_frames(options, &made.report, input, snnd_plan_inputs(plan));
    compile();
    char command[SCRATCH_PATH + 2];
    snprintf(command, sizeof command, "'%s'", scratch("net"));
    FILE *from = popen(command, "r");
    ck_assert_ptr_nonnull(from);
    read_outcome(from, &made, options->numbers == SNND_C_FLOAT32);
    ck_assert_msg(pclose(from) == 0, "the compiled network was stopped: undefined arithmetic");
    struct aligned {
        char before;
        int64_t number;
    };
    const int64_t fewer = made.report.ram - made.ram;
    ck_assert(fewer == 0 || (fewer == 4 && offsetof(struct aligned, number) == 4));
    return made;
}

/* Two inputs that become two outputs as they are, a step later, through integrators that keep nothing. */
static inline snnd_network *make_relay(snnd_context *context) {
    snnd_network *network = make_network(context, 2);
    const snnd_delay_options options = delay_options(0);
    snnd_leaky_integrator_options leaky;
    ck_assert_int_eq(snnd_leaky_integrator_options_init(&leaky, sizeof leaky), SNND_OK);
    leaky.tau = 1;
    float *weight = floats(add_delays(network, 2, &options), SNND_ARRAY_WEIGHT);
    weight[0] = weight[3] = 1;
    weight[1] = weight[2] = 0;
    OK(context, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    return network;
}

/* The softmax of outputs that are up to `range` apart, all differences tried. */
static inline void compare_softmax(int32_t numbers, double range, double limit) {
    snnd_context *context = make_context(1);
    snnd_network *network = make_relay(context);
    snnd_plan *plan;
    OK(context, snnd_plan_create(network, &plan));
    float input[FRAMES][2];
    for (int t = 0; t < FRAMES; t++) {
        input[t][t % 2] = (float)(range / 2);
        input[t][(t + 1) % 2] = (float)(range / 2 - range * (t % steps) / (steps - 1));
    }
    snnd_export_c_options options = c_options(numbers, SNND_READOUT_SOFTMAX_SUM);
    if (numbers == SNND_C_FIXED)
        options.largest_input = range / 2;
    outcome expected = by_stream(context, plan, SNND_READOUT_SOFTMAX_SUM, input[0]);
    outcome got = by_c(context, plan, &options, input[0]);
    for (int k = 0; k < FRAMES * 2; k++)
        HOLDS(fabs(got.scores[k] - expected.scores[k]) <= limit * fmax(1, expected.scores[k]),
              "step %d: score %.9g, not %.9g", k / 2, got.scores[k], expected.scores[k]);
    free_outcome(&expected);
    free_outcome(&got);
    snnd_plan_free(plan);
    snnd_network_free(network);
    snnd_context_free(context);
}

/* Every number of `got` is within `limit` of `expected`, in proportion where it is above 1. */
static inline void assert_close(const outcome *expected, const outcome *got, double limit) {
    bool something = false;
    for (int k = 0; k < FRAMES * expected->outputs; k++) {
        const double v = expected->potentials[k], s = expected->scores[k];
        HOLDS(fabs(got->potentials[k] - v) <= limit * fmax(1, fabs(v)), "step %d, output %d: potential %.9g, not %.9g",
              k / expected->outputs, k % expected->outputs, got->potentials[k], v);
        HOLDS(fabs(got->scores[k] - s) <= limit * fmax(1, fabs(s)), "step %d, output %d: score %.9g, not %.9g",
              k / expected->outputs, k % expected->outputs, got->scores[k], s);
        something = something || v != 0;
    }
    ck_assert_msg(something, "all outputs are 0");
    for (int n = 0; n < FRAMES / steps; n++)
        ck_assert_int_eq(got->class[n], expected -> class[n]);
}

#endif
