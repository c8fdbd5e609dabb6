/*
 * The readout in C (kernel/readout.h). Softmax needs an exponential, which only the C library has:
 *
 *     float: e^x = 2^-k e^r, x = r - k ln 2, |r| <= ln(2)/2, e^r by its Taylor series to r^6; relative error 2e-7
 *     fixed: 2^-z, z in 65536ths; 2^-f of the fraction by a polynomial of degree 4, error 1.5/65536; a shift for the
 *            rest
 */
#include "export/c_readout.h"

#include <math.h>

#include "kernel/readout.h"

/* The mean of integers, as of spikes, is given in these parts of one. */
enum { POWERS = 33, SHARE_ONE = 32768, MEAN_ONE = 65536 };

static const double LOG2_E = 1.4426950408889634;

void snnd_c_write_output_name(snnd_c_text *text, const snnd_c_network *network) {
    text->number = network->count - 1;
    snnd_c_write(text, snnd_c_keeps_output(network) ? "output" : "potential_@");
}

static double unit_of_outputs(double potential) {
    return potential;
}

static void write_total(snnd_c_text *text, const snnd_c_network *network) {
    (void)network;
    snnd_c_write(text, "s->total[n]");
}

/* ---- softmax ---- */

static void write_exponential(snnd_c_text *text) {
    snnd_c_write(text,
                 "\n/* e^x for x <= 0, with a relative error of 2e-7; 0 below -22, where a softmax in single precision "
                 "ends. */\n"
                 "static float $_exponential(float x) {\n"
                 "    static const float power[%d] = {",
                 POWERS);
    for (int k = 0; k < POWERS; k++)
        snnd_c_write(text, "%s%s", k % 6 == 0 ? "\n        " : " ", snnd_c_float(ldexp(1, -k)).text),
            snnd_c_write(text, k + 1 < POWERS ? "," : "};\n");
    text->flash += POWERS * (int64_t)sizeof(float);
    snnd_c_write(
        text, "    int32_t k;\n"
              "    float r;\n"
              "    if (!(x >= -22.0f))\n"
              "        return 0.0f;\n"
              "    k = (int32_t)(0.5f - x * 1.44269504f);\n"
              "    r = (x + (float)k * 0.693359375f) - (float)k * 2.12194440e-4f;\n"
              "    r = 1.0f + r * (1.0f + r * (0.5f + r * (0.166666667f + r * (0.0416666667f + r * (0.00833333333f + "
              "r * 0.00138888889f)))));\n"
              "    return r * power[k];\n"
              "}\n");
}

static void write_power(snnd_c_text *text) {
    snnd_c_write(text, "\n/* 2^-(z / 65536) in 65536ths, with an error of up to 1.5. */\n"
                       "static uint32_t $_power(uint32_t z) {\n"
                       "    const uint32_t f = z & 65535u;\n"
                       "    uint32_t p = 474u;\n"
                       "    p = 3541u - (f * p >> 16);\n"
                       "    p = 15726u - (f * p >> 16);\n"
                       "    p = 45427u - (f * p >> 16);\n"
                       "    p = 65536u - (f * p >> 16);\n"
                       "    return z >= 17u << 16 ? 0 : p >> (z >> 16);\n"
                       "}\n");
}

static void write_float_softmax(snnd_c_text *text, int32_t classes) {
    snnd_c_write(text,
                 "    float share[%d], sum = 0.0f, highest = out[0];\n"
                 "    for (n = 1; n < %du; n++)\n"
                 "        if (out[n] > highest)\n"
                 "            highest = out[n];\n"
                 "    for (n = 0; n < %du; n++) {\n"
                 "        share[n] = $_exponential(out[n] - highest);\n"
                 "        sum += share[n];\n"
                 "    }\n"
                 "    sum = 1.0f / sum;\n"
                 "    for (n = 0; n < %du; n++)\n"
                 "        $_add(s, n, share[n] * sum);\n",
                 classes, classes, classes, classes);
}

/* z = (highest - out) unit log2(e) 65536, where the factor is an integer divided by a power of two. */
static void write_fixed_softmax(snnd_c_text *text, int32_t classes, double unit) {
    int exponent;
    frexp(unit * LOG2_E * 65536, &exponent);
    const int shift = exponent < -15 ? 47 : 32 - exponent;
    const double factor = shift >= 0 ? rint(ldexp(unit * LOG2_E * 65536, shift)) : 4294967295.0;
    snnd_c_write(text,
                 "    uint32_t share[%d], sum = 0;\n"
                 "    int32_t highest = out[0];\n"
                 "    for (n = 1; n < %du; n++)\n"
                 "        if (out[n] > highest)\n"
                 "            highest = out[n];\n"
                 "    for (n = 0; n < %du; n++) {\n"
                 "        const uint64_t z = (uint64_t)((uint32_t)highest - (uint32_t)out[n]) * %.0fu >> %d;\n"
                 "        share[n] = $_power(z < 1114112u ? (uint32_t)z : 1114112u);\n"
                 "        sum += share[n];\n"
                 "    }\n"
                 "    for (n = 0; n < %du; n++)\n"
                 "        s->total[n] += (share[n] * %du + sum / 2) / sum;\n",
                 classes, classes, classes, fmin(factor, 4294967295.0), shift < 0 ? 0 : shift, classes, SHARE_ONE);
}

static double softmax_unit(double potential) {
    (void)potential;
    return 1.0 / SHARE_ONE;
}

static void write_softmax_helpers(snnd_c_text *text, const snnd_c_network *network) {
    if (network->fixed)
        write_power(text);
    else
        write_exponential(text);
}

static void write_softmax(snnd_c_text *text, const snnd_c_network *network) {
    if (network->fixed)
        write_fixed_softmax(text, network->plan->outputs, network->node[network->count - 1].fixed.potential);
    else
        write_float_softmax(text, network->plan->outputs);
}

static const snnd_c_readout softmax_sum_entry = {
    .words = "softmax over the outputs at each step, summed over the steps",
    .total = {"float", 4, "0.0f"},
    .fixed_total = {"int64_t", 8, "0"},
    .adds = true,
    .stacks = true,
    .fixed_unit = softmax_unit,
    .write_helpers = write_softmax_helpers,
    .write_step = write_softmax,
    .write_score = write_total,
};

/* ---- sum and mean ---- */

static void write_sum(snnd_c_text *text, const snnd_c_network *network) {
    snnd_c_write(text,
                 "    for (n = 0; n < %du; n++)\n"
                 "        %s;\n",
                 network->plan->outputs, network->fixed ? "s->total[n] += out[n]" : "$_add(s, n, out[n])");
}

static const snnd_c_readout sum_entry = {
    .words = "sum over the steps",
    .total = {"float", 4, "0.0f"},
    .fixed_total = {"int64_t", 8, "0"},
    .adds = true,
    .fixed_unit = unit_of_outputs,
    .write_step = write_sum,
    .write_score = write_total,
};

static double mean_unit(double potential) {
    return potential / MEAN_ONE;
}

static void write_counted_sum(snnd_c_text *text, const snnd_c_network *network) {
    write_sum(text, network);
    snnd_c_write(text, "    s->steps++;\n");
}

static void write_mean(snnd_c_text *text, const snnd_c_network *network) {
    if (network->fixed)
        /* In two parts, so that no product overflows; rounded to nearest, and half away from 0. */
        snnd_c_write(
            text,
            "s->steps == 0 ? 0\n"
            "            : s->total[n] / s->steps * %d\n"
            "                  + (s->total[n] %% s->steps * %d + (s->total[n] < 0 ? -s->steps : s->steps) / 2)\n"
            "                        / s->steps",
            MEAN_ONE, MEAN_ONE);
    else
        snnd_c_write(text, "s->steps == 0 ? 0.0f : s->total[n] / (float)s->steps");
}

static const snnd_c_readout mean_entry = {
    .words = "mean over the steps",
    .total = {"float", 4, "0.0f"},
    .fixed_total = {"int64_t", 8, "0"},
    .adds = true,
    .counts = true,
    .fixed_unit = mean_unit,
    .write_step = write_counted_sum,
    .write_score = write_mean,
};

/* ---- largest, and last ---- */

static void write_max(snnd_c_text *text, const snnd_c_network *network) {
    snnd_c_write(text,
                 "    for (n = 0; n < %du; n++)\n"
                 "        if (out[n] > s->total[n])\n"
                 "            s->total[n] = out[n];\n",
                 network->plan->outputs);
}

static const snnd_c_readout max_entry = {
    .words = "largest of all steps",
    .total = {"float", 4, "-3.402823466e+38f"},
    .fixed_total = {"int32_t", 4, "-2147483647"},
    .fixed_unit = unit_of_outputs,
    .write_step = write_max,
    .write_score = write_total,
};

static void write_last(snnd_c_text *text, const snnd_c_network *network) {
    snnd_c_write(text, "s->");
    snnd_c_write_output_name(text, network);
    snnd_c_write(text, "[n]");
}

static const snnd_c_readout last_entry = {
    .words = "potential at the last step",
    .fixed_unit = unit_of_outputs,
    .write_score = write_last,
};

/* ---- all readouts ---- */

const snnd_c_readout *snnd_c_readout_of(const snnd_c_network *network) {
#define READOUT_ENTRY(number, name) [SNND_READOUT_##number] = &name##_entry,
    static const snnd_c_readout *const entries[] = {SNND_READOUTS(READOUT_ENTRY)};
    return entries[network->readout];
}

snnd_c_total snnd_c_total_of(const snnd_c_network *network) {
    const snnd_c_readout *readout = snnd_c_readout_of(network);
    return network->fixed ? readout->fixed_total : readout->total;
}

bool snnd_c_compensates(const snnd_c_network *network) {
    return !network->fixed && snnd_c_readout_of(network)->adds;
}

const char *snnd_c_score_type(const snnd_c_network *network) {
    return network->fixed ? "int64_t" : "float";
}

double snnd_c_score_unit(const snnd_c_network *network) {
    const double potential = network->node[network->count - 1].fixed.potential;
    return network->fixed ? snnd_c_readout_of(network)->fixed_unit(potential) : 1;
}

static void write_add(snnd_c_text *text) {
    snnd_c_write(text,
                 "\n/* Adds to a total and stores the rounding error, so that totals of long streams stay exact. */\n"
                 "static void $_add($_state *s, uint32_t n, float x) {\n"
                 "    const float add = x - s->lost[n], total = s->total[n] + add;\n"
                 "    s->lost[n] = (total - s->total[n]) - add;\n"
                 "    s->total[n] = total;\n"
                 "}\n");
}

void snnd_c_write_read(snnd_c_text *text, const snnd_c_network *network) {
    const snnd_c_readout *readout = snnd_c_readout_of(network);
    if (readout->write_step == NULL)
        return;
    if (readout->write_helpers != NULL)
        readout->write_helpers(text, network);
    if (snnd_c_compensates(network))
        write_add(text);
    snnd_c_write(text,
                 "\n/* Adds the output of a step to the scores. */\n"
                 "static void $_read($_state *s) {\n"
                 "    const %s *const out = s->",
                 network->fixed ? "int32_t" : "float");
    snnd_c_write_output_name(text, network);
    snnd_c_write(text, ";\n    uint32_t n;\n");
    readout->write_step(text, network);
    snnd_c_write(text, "}\n");
}

void snnd_c_write_scores(snnd_c_text *text, const snnd_c_network *network) {
    const char *total = snnd_c_total_of(network).type;
    snnd_c_write(text,
                 "\nvoid $_scores(const $_state *s, %s scores[$$_OUTPUTS]) {\n"
                 "    uint32_t n;\n"
                 "    for (n = 0; n < $$_OUTPUTS; n++)\n"
                 "        scores[n] = ",
                 snnd_c_score_type(network));
    snnd_c_readout_of(network)->write_score(text, network);
    snnd_c_write(text,
                 ";\n}\n"
                 "\nint32_t $_class(const $_state *s) {\n"
                 "    const %s *const score = s->",
                 total != NULL    ? total
                 : network->fixed ? "int32_t"
                                  : "float");
    if (total == NULL)
        snnd_c_write_output_name(text, network);
    else
        snnd_c_write(text, "total");
    snnd_c_write(text, ";\n"
                       "    int32_t best = 0, n;\n"
                       "    for (n = 1; n < $$_OUTPUTS; n++)\n"
                       "        if (score[n] > score[best])\n"
                       "            best = n;\n"
                       "    return best;\n"
                       "}\n");
}
