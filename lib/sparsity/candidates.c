/* Chooses synapses: those with the smallest numbers, or random ones. */
#include <math.h>

#include "sparsity/sparsity.h"

void snnd_candidates_clear(snnd_sparsity *sparsity) {
    sparsity->candidates = 0;
}

void snnd_candidates_add(snnd_sparsity *sparsity, snnd_layer *layer, int64_t synapse, float value) {
    sparsity->candidate[sparsity->candidates++] =
        (snnd_candidate){.value = value, .synapse = (int32_t)synapse, .layer = layer};
}

/* Returns whether a candidate comes before another: the smaller value first, of equal values the one that comes first
 * in the network, and NaN last. */
static bool comes_before(const snnd_candidate *a, const snnd_candidate *b) {
    const bool odd_a = isnan(a->value), odd_b = isnan(b->value);
    if (odd_a != odd_b)
        return odd_b;
    if (a->value < b->value || a->value > b->value)
        return a->value < b->value;
    return a->layer->index != b->layer->index ? a->layer->index < b->layer->index : a->synapse < b->synapse;
}

/* Moves the candidate at a place of a heap down, until none below comes before it. */
static void sink(snnd_candidate *heap, int64_t count, int64_t at) {
    for (int64_t below; (below = 2 * at + 1) < count; at = below) {
        if (below + 1 < count && comes_before(&heap[below + 1], &heap[below]))
            below++;
        if (!comes_before(&heap[below], &heap[at]))
            return;
        const snnd_candidate moved = heap[at];
        heap[at] = heap[below];
        heap[below] = moved;
    }
}

void snnd_candidates_take_least(snnd_sparsity *sparsity, int64_t count,
                                void (*take)(void *argument, const snnd_candidate *candidate), void *argument) {
    snnd_candidate *heap = sparsity->candidate;
    int64_t left = sparsity->candidates;
    /* A heap is used since qsort() may allocate memory. */
    for (int64_t at = left / 2; at-- > 0;)
        sink(heap, left, at);
    for (int64_t k = 0; k < count && left > 0; k++) {
        take(argument, &heap[0]);
        heap[0] = heap[--left];
        sink(heap, left, 0);
    }
}

void snnd_candidates_take_any(snnd_sparsity *sparsity, int64_t count, const snnd_random *random,
                              void (*take)(void *argument, const snnd_candidate *candidate), void *argument) {
    if (count > sparsity->candidates)
        count = sparsity->candidates;
    for (int64_t k = 0; k < sparsity->candidates; k++)
        sparsity->order[k] = (int32_t)k;
    snnd_random_choose(random, sparsity->order, sparsity->candidates, count);
    for (int64_t k = 0; k < count; k++)
        take(argument, &sparsity->candidate[sparsity->order[k]]);
}

snnd_random snnd_group_random(const snnd_sparsity *sparsity, const snnd_group *group) {
    const uint64_t layer = group->stretches > 1 ? 0xFFFF : (uint64_t)group->stretch->layer->index;
    snnd_random random = snnd_random_for(sparsity->structure.seed, SNND_USE_GROWTH, layer << 48 | sparsity->steps);
    random.first = group->neuron < 0 ? 0 : (uint64_t)group->neuron << 32;
    return random;
}
