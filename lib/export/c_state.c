/* Writes the state structure of a network in C, and counts its bytes (c_state.h). */
#include "export/c_state.h"

#include <stdio.h>

#include "export/c_readout.h"

enum { OF_A_NODE = 4 + SNND_C_STATES, OF_THE_REST = 5 };

typedef struct members {
    bool fixed;
    snnd_c_member *member;
    int32_t count;
} members;

static void add(members *list, const char *type, int32_t bytes, const char *name, int32_t number, int64_t count,
                const char *about) {
    list->member[list->count++] = (snnd_c_member){
        .type = type, .bytes = bytes, .name = name, .number = number, .count = count, .about = about, .first = "0"};
}

/* Adds members for potentials and sums. */
static void add_numbers(members *list, const char *name, int32_t number, int64_t count, const char *about) {
    add(list, list->fixed ? "int32_t" : "float", 4, name, number, count, about);
    if (!list->fixed)
        snprintf(list->member[list->count - 1].first, sizeof list->member->first, "0.0f");
}

/* Adds integers of 0 to `taps`, which are `first` before the first step. */
static void add_steps(members *list, const snnd_c_node *node, const char *name, int64_t count, int32_t first,
                      const char *about) {
    add(list, snnd_c_type(node->taps), snnd_c_type_bytes(node->taps), name, node->number, count, about);
    snprintf(list->member[list->count - 1].first, sizeof list->member->first, "%d", first);
}

static void add_past(members *list, const snnd_c_node *node) {
    const int64_t inputs = node->inputs;
    const char *about = "the last inputs, consecutive for each input";
    if (list->fixed)
        add(list, "int16_t", 2, "past", node->number, inputs * node->taps, about);
    else
        add_numbers(list, "past", node->number, inputs * node->taps, about);
    add_steps(list, node, "idle", inputs, node->taps, "steps since an input was not 0");
    add_steps(list, node, "now", 0, node->taps - 1, "the place of the newest input");
    add_numbers(list, "current", node->number, node->outputs, "into each neuron");
}

static void add_future(members *list, const snnd_c_node *node) {
    const int64_t cells = (int64_t)node->taps * node->outputs;
    const char *about = "future currents of all neurons, a row for each step";
    /* In fixed point the first step has no neurons that read a row. */
    const bool behind = snnd_c_waits(node) && !list->fixed;
    if (list->fixed && node->fixed.narrow)
        add(list, "int16_t", 2, "ring", node->number, cells, about);
    else
        add_numbers(list, "ring", node->number, cells, about);
    if (!list->fixed && node->shift != NULL)
        list->member[list->count - 1].biased = node;
    if (node->taps > 1)
        add_steps(list, node, "row", 0, behind ? node->taps - 1 : 0, "the row of the currents that are complete");
}

static void add_node(members *list, const snnd_c_node *node) {
    if (node->delays != NULL && node->past)
        add_past(list, node);
    else if (node->delays != NULL)
        add_future(list, node);
    else if (node->neurons != NULL)
        add_numbers(list, "current", node->number, node->outputs, "into each neuron");
    for (int k = 0; node->kind != NULL && k < SNND_C_STATES && node->kind->state[k].name != NULL; k++)
        add_numbers(list, node->kind->state[k].name, node->number, node->outputs, node->kind->state[k].about);
}

static void add_rest(members *list, const snnd_c_network *network) {
    const snnd_c_total total = snnd_c_total_of(network);
    const int32_t outputs = network->plan->outputs;
    if (total.type != NULL) {
        add(list, total.type, total.bytes, "total", -1, outputs, "of the readout");
        snprintf(list->member[list->count - 1].first, sizeof list->member->first, "%s", total.first);
    }
    if (snnd_c_compensates(network))
        add_numbers(list, "lost", -1, outputs, "the rounding errors of the totals");
    if (snnd_c_keeps_output(network))
        add_numbers(list, "output", -1, outputs, "of the last layer");
    if (snnd_c_readout_of(network)->counts)
        add(list, "int64_t", 8, "steps", -1, 0, "so far");
    if (network->fixed)
        add(list, "uint8_t", 1, "begun", -1, 0, "1 from the first step on");
}

snnd_c_member *snnd_c_members(const snnd_c_network *network, int32_t *count) {
    static const int32_t widths[] = {8, 4, 2, 1};
    const size_t most = snnd_size_add(snnd_size_multiply((size_t)network->count, OF_A_NODE), OF_THE_REST);
    members found = {.fixed = network->fixed, .member = snnd_allocate(network->context, most, sizeof *found.member)};
    snnd_c_member *sorted = snnd_allocate(network->context, most, sizeof *sorted);
    *count = 0;
    if (found.member == NULL || sorted == NULL) {
        snnd_release(network->context, found.member);
        snnd_release(network->context, sorted);
        return NULL;
    }
    for (int32_t k = 0; k < network->count; k++)
        add_node(&found, &network->node[k]);
    add_rest(&found, network);
    for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++)
        for (int32_t k = 0; k < found.count; k++)
            if (found.member[k].bytes == widths[w])
                sorted[(*count)++] = found.member[k];
    snnd_release(network->context, found.member);
    return sorted;
}

int64_t snnd_c_ram(const snnd_c_member *member, int32_t count) {
    int64_t bytes = 0;
    for (int32_t k = 0; k < count; k++)
        bytes += member[k].bytes * (member[k].count > 0 ? member[k].count : 1);
    const int64_t widest = count > 0 ? member[0].bytes : 1;
    return (bytes + widest - 1) / widest * widest;
}

/* Writes the name of a member, after `s->` or in the structure. */
static void write_name(snnd_c_text *text, const snnd_c_member *member) {
    text->number = member->number;
    snnd_c_write(text, "%s%s", member->name, member->number < 0 ? "" : "_@");
}

void snnd_c_write_members(snnd_c_text *text, const snnd_c_member *member, int32_t count) {
    for (int32_t k = 0; k < count; k++) {
        snnd_c_write(text, "    %s ", member[k].type);
        write_name(text, &member[k]);
        if (member[k].count > 0)
            snnd_c_write(text, "[%lld]", (long long)member[k].count);
        snnd_c_write(text, "; /* %s */\n", member[k].about);
    }
}

/* Rows that are read before anything was added are 0; the others contain their bias. */
static void write_biased_reset(snnd_c_text *text, const snnd_c_node *node) {
    text->number = node->number;
    snnd_c_write(text,
                 "    for (n = 0; n < %lldu; n++)\n        s->ring_@[n] = ", (long long)node->taps * node->outputs);
    if (snnd_c_waits(node) && node->taps == 1) {
        snnd_c_write(text, "0.0f;\n");
        return;
    }
    if (snnd_c_waits(node))
        snnd_c_write(text, "n >= %lldu ? 0.0f : ", (long long)(node->taps - 1) * node->outputs);
    snnd_c_write(text, "$_bias_@[n %% %du];\n", node->outputs);
}

void snnd_c_write_reset(snnd_c_text *text, const snnd_c_member *member, int32_t count) {
    snnd_c_write(text, "\nvoid $_reset($_state *s) {\n    uint32_t n;\n");
    for (int32_t k = 0; k < count; k++) {
        if (member[k].biased != NULL) {
            write_biased_reset(text, member[k].biased);
            continue;
        }
        if (member[k].count > 0)
            snnd_c_write(text, "    for (n = 0; n < %lldu; n++)\n    ", (long long)member[k].count);
        snnd_c_write(text, "    s->");
        write_name(text, &member[k]);
        snnd_c_write(text, "%s = %s;\n", member[k].count > 0 ? "[n]" : "", member[k].first);
    }
    snnd_c_write(text, "}\n");
}
