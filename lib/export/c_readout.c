/*
 * The readout in C (kernel/readout.h). Softmax needs an exponential, which C has only in its library:
 *
 *     float: e^x = 2^-k e^r, x = r - k ln 2, |r| <= ln(2)/2, e^r by its Taylor series to r^6; relative error 2e-7
 *     fixed: 2^-z, z in 65536ths; 2^-f of the fraction by a polynomial of degree 4, error 1.5/65536; a shift for the
 * rest
 */
#include "export/c_readout.h"

#include <math.h>

/* A mean of whole numbers, as of spikes, is told in parts of one. */
enum { POWERS = 33, SHARE_ONE = 32768, MEAN_ONE = 65536 };

static const double LOG2_E = 1.4426950408889634;

snnd_c_total snnd_c_total_of(const snnd_c_network *network) {
    if (network->readout == SNND_READOUT_LAST)
        return (snnd_c_total){0};
    if (network->readout == SNND_READOUT_MAX)
        return network->fixed ? (snnd_c_total){"int32_t", 4, "-2147483647"}
                              : (snnd_c_total){"float", 4, "-3.402823466e+38f"};
    return network->fixed ? (snnd_c_total){"int64_t", 8, "0"} : (snnd_c_total){"float", 4, "0.0f"};
}

bool snnd_c_compensates(const snnd_c_network *network) {
    return !network->fixed && network->readout != SNND_READOUT_MAX && network->readout != SNND_READOUT_LAST;
}

const char *snnd_c_score_type(const snnd_c_network *network) {
    return network->fixed ? "int64_t" : "float";
}

double snnd_c_score_unit(const snnd_c_network *network) {
    if (!network->fixed)
        return 1;
    if (network->readout == SNND_READOUT_SOFTMAX_SUM)
        return 1.0 / SHARE_ONE;
    const double potential = network->node[network->count - 1].fixed.potential;
    return network->readout == SNND_READOUT_MEAN ? potential / MEAN_ONE : potential;
}

void snnd_c_write_output_name(snnd_c_text *text, const snnd_c_network *network) {
    text->number = network->count - 1;
    snnd_c_write(text, snnd_c_keeps_output(network) ? "output" : "potential_@");
}

/* ---- softmax ---- */

static void write_exponential(snnd_c_text *text) {
    snnd_c_write(text,
                 "\n/* e^x for x <= 0, to 2e-7 of it; 0 below -22, where a softmax in single precision ends. */\n"
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

static void write_add(snnd_c_text *text) {
    snnd_c_write(text,
                 "\n/* Adds to a total and keeps what rounding took, so that totals of long streams stay right. */\n"
                 "static void $_add($_state *s, uint32_t n, float x) {\n"
                 "    const float add = x - s->lost[n], total = s->total[n] + add;\n"
                 "    s->lost[n] = (total - s->total[n]) - add;\n"
                 "    s->total[n] = total;\n"
                 "}\n");
}

static void write_power(snnd_c_text *text) {
    snnd_c_write(text, "\n/* 2^-(z / 65536) in 65536ths, to 1.5 of them. */\n"
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

static void write_softmax(snnd_c_text *text, int32_t classes) {
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

/* z = (highest - out) unit log2(e) 65536, the factor as a whole number over a power of two. */
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

/* ---- all readouts ---- */

void snnd_c_write_read(snnd_c_text *text, const snnd_c_network *network) {
    const int32_t classes = network->plan->outputs;
    if (network->readout == SNND_READOUT_LAST)
        return;
    if (network->readout == SNND_READOUT_SOFTMAX_SUM && network->fixed)
        write_power(text);
    else if (network->readout == SNND_READOUT_SOFTMAX_SUM)
        write_exponential(text);
    if (snnd_c_compensates(network))
        write_add(text);
    snnd_c_write(text,
                 "\n/* Takes the output of a step into the scores. */\n"
                 "static void $_read($_state *s) {\n"
                 "    const %s *const out = s->",
                 network->fixed ? "int32_t" : "float");
    snnd_c_write_output_name(text, network);
    snnd_c_write(text, ";\n    uint32_t n;\n");
    if (network->readout == SNND_READOUT_SOFTMAX_SUM && network->fixed)
        write_fixed_softmax(text, classes, network->node[network->count - 1].fixed.potential);
    else if (network->readout == SNND_READOUT_SOFTMAX_SUM)
        write_softmax(text, classes);
    else if (network->readout == SNND_READOUT_MAX)
        snnd_c_write(text,
                     "    for (n = 0; n < %du; n++)\n"
                     "        if (out[n] > s->total[n])\n"
                     "            s->total[n] = out[n];\n",
                     classes);
    else
        snnd_c_write(text,
                     "    for (n = 0; n < %du; n++)\n"
                     "        %s;\n",
                     classes, network->fixed ? "s->total[n] += out[n]" : "$_add(s, n, out[n])");
    if (network->readout == SNND_READOUT_MEAN)
        snnd_c_write(text, "    s->steps++;\n");
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
    if (network->readout == SNND_READOUT_MEAN && network->fixed)
        snnd_c_write(text,
                     "s->steps == 0 ? 0\n"
                     "            : s->total[n] / s->steps * %d + s->total[n] %% s->steps * %d / s->steps",
                     MEAN_ONE, MEAN_ONE);
    else if (network->readout == SNND_READOUT_MEAN)
        snnd_c_write(text, "s->steps == 0 ? 0.0f : s->total[n] / (float)s->steps");
    else if (network->readout == SNND_READOUT_LAST)
        snnd_c_write(text, "s->"), snnd_c_write_output_name(text, network), snnd_c_write(text, "[n]");
    else
        snnd_c_write(text, "s->total[n]");
    snnd_c_write(text,
                 ";\n}\n"
                 "\nint32_t $_class(const $_state *s) {\n"
                 "    const %s *const score = s->",
                 total != NULL    ? total
                 : network->fixed ? "int32_t"
                                  : "float");
    if (network->readout == SNND_READOUT_LAST)
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
