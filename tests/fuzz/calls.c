/*
 * Fuzz target: sequences of calls. The first byte chooses how the context works, the rest is a program: a byte for each
 * operation, and then its arguments. Whatever the order and the arguments, every call gives a known status and leaves a
 * message where it fails; and in the end every network can be initialized, saved, loaded, trained and asked, and all
 * memory comes back.
 */
#include "calls.h"

#include "use.h"

enum { MOST_OPERATIONS = 200, CHAPTERS = 5 };

/* ---- what operations use ---- */

void *lend(world *w, size_t bytes) {
    CLAIM(w->lent_count < LENT, "an operation borrows too often");
    void *memory = calloc(bytes > 0 ? bytes : 1, 1);
    CLAIM(memory != NULL, "no memory for %zu bytes", bytes);
    w->lent[w->lent_count++] = memory;
    return memory;
}

float *lend_floats(world *w, size_t count) {
    float *numbers = lend(w, count * sizeof *numbers);
    for (size_t k = 0; k < count; k++)
        numbers[k] = k % 3 == 0 ? 2.0f : (float)(k % 5) * -0.5f;
    for (int more = fuzz_below(&w->in, 4); more > 0 && count > 0; more--)
        numbers[(size_t)fuzz_byte(&w->in) % count] = fuzz_float(&w->in);
    return numbers;
}

static void take_back(world *w) {
    while (w->lent_count > 0)
        free(w->lent[--w->lent_count]);
}

void *or_null(world *w, void *pointer) {
    return fuzz_byte(&w->in) >= 248 ? NULL : pointer;
}

int32_t any_of(world *w, int32_t first, int count) {
    const unsigned char byte = fuzz_byte(&w->in);
    return byte < 248 ? first + byte % count : fuzz_int(&w->in);
}

owner *any_owner(world *w) {
    const unsigned char byte = fuzz_byte(&w->in);
    const int which = byte % NETWORKS;
    return &w->owner[w->owner[which].network == NULL && byte < 224 ? NETWORKS - 1 - which : which];
}

snnd_layer *any_layer(world *w, const owner *of) {
    const unsigned char byte = fuzz_byte(&w->in);
    if (byte >= 240)
        of = &w->owner[byte % NETWORKS];
    return snnd_network_layer(of->network, byte % 16 - (byte >= 252));
}

int32_t any_size(world *w) {
    const int32_t size = fuzz_int(&w->in);
    return size > FEW && size <= 1 << 24 ? size % FEW : size;
}

snnd_workspace **any_workspace(world *w, owner *of) {
    const unsigned char byte = fuzz_byte(&w->in);
    const int which = byte % OF_EACH;
    return &of->workspace[of->workspace[which] == NULL && byte < 224 ? OF_EACH - 1 - which : which];
}

snnd_optimizer **any_optimizer(world *w, owner *of) {
    const unsigned char byte = fuzz_byte(&w->in);
    const int which = byte % OF_EACH;
    return &of->optimizer[of->optimizer[which] == NULL && byte < 224 ? OF_EACH - 1 - which : which];
}

size_t outputs_of(const owner *of) {
    return of->network == NULL ? 1 : (size_t)snnd_network_outputs(of->network);
}

int32_t *lend_labels(world *w, size_t count, size_t classes) {
    int32_t *labels = lend(w, count * sizeof *labels);
    for (size_t b = 0; b < count; b++)
        labels[b] = (int32_t)(b % (classes > 0 ? classes : 1));
    if (fuzz_byte(&w->in) >= 240)
        labels[fuzz_byte(&w->in) % count] = fuzz_int(&w->in);
    return labels;
}

int32_t *lend_lengths(world *w, size_t count, size_t steps) {
    int32_t *lengths = lend(w, count * sizeof *lengths);
    for (size_t b = 0; b < count; b++)
        lengths[b] = 1 + (int32_t)(fuzz_byte(&w->in) % steps);
    if (fuzz_byte(&w->in) >= 240)
        lengths[fuzz_byte(&w->in) % count] = fuzz_int(&w->in);
    return lengths;
}

double *lend_weights(world *w, size_t classes) {
    double *weights = lend(w, classes * sizeof *weights);
    for (size_t c = 0; c < classes; c++)
        weights[c] = 0.5 + (double)(c % 3);
    if (fuzz_byte(&w->in) >= 240 && classes > 0)
        weights[fuzz_byte(&w->in) % classes] = fuzz_double(&w->in);
    return weights;
}

snnd_optimizer_options any_optimizer_options(world *w) {
    snnd_optimizer_options options;
    MUST(w->context, snnd_optimizer_options_init(&options, sizeof options));
    options.kind = 1 + fuzz_below(&w->in, 2);
    options.parameters = 1 + fuzz_below(&w->in, 3);
    if (fuzz_byte(&w->in) % 2) {
        options.rate = fuzz_double(&w->in);
        options.momentum = fuzz_double(&w->in);
        options.beta2 = fuzz_double(&w->in);
        options.epsilon = fuzz_double(&w->in);
        options.weight_decay = fuzz_double(&w->in);
        options.decoupled = fuzz_below(&w->in, 2);
    }
    return options;
}

void poke(world *w, const snnd_array *array) {
    const int64_t count = snnd_array_count(array), place = (int64_t)(fuzz_word(&w->in) % (uint64_t)count);
    if (array->dtype == SNND_FLOAT32)
        ((float *)array->data)[place] = fuzz_float(&w->in);
    else if (array->dtype == SNND_INT8)
        ((int8_t *)array->data)[place] = fuzz_byte(&w->in) % 2 ? 1 : -1;
    else
        ((uint8_t *)array->data)[place] = fuzz_byte(&w->in) % 2;
}

/* ---- freeing, in the right order ---- */

void free_network(owner *of) {
    snnd_trainer_free(of->trainer);
    snnd_sparsity_free(of->sparsity);
    for (int i = 0; i < OF_EACH; i++) {
        snnd_workspace_free(of->workspace[i]);
        snnd_optimizer_free(of->optimizer[i]);
    }
    snnd_network_free(of->network);
    *of = (owner){0};
}

void free_stream(planned *of, int which) {
    snnd_stream_free(of->stream[which]);
    free(of->memory[which]);
    of->stream[which] = NULL;
    of->memory[which] = NULL;
}

void free_plan(planned *of) {
    for (int s = 0; s < STREAMS; s++)
        free_stream(of, s);
    snnd_plan_free(of->plan);
    of->plan = NULL;
}

void free_batches(world *w) {
    snnd_batches_free(w->batches);
    w->batches = NULL;
}

/* ---- the program ---- */

static snnd_context *open_context(unsigned char how) {
    snnd_context_options options;
    MUST(NULL, snnd_context_options_init(&options, sizeof options));
    options.threads = 1;
    options.method = how % 3;
    options.low_memory = how / 3 % 2;
    options.isa = how / 6 % 2 ? SNND_ISA_PLAIN : SNND_ISA_AUTO;
    options.products = how / 12 % 2 ? SNND_PRODUCTS_OWN : SNND_PRODUCTS_AUTO;
    fuzz_set_hooks(&options);
    return fuzz_open_with(&options);
}

static operation *choose(world *w) {
    static const struct {
        operation *const *list;
        const int *count;
    } chapters[CHAPTERS] = {{network_operations, &network_operation_count},
                            {training_operations, &training_operation_count},
                            {trainer_operations, &trainer_operation_count},
                            {inference_operations, &inference_operation_count},
                            {analysis_operations, &analysis_operation_count}};
    int choice = fuzz_byte(&w->in);
    for (int chapter = 0;; chapter = (chapter + 1) % CHAPTERS) {
        if (choice < *chapters[chapter].count)
            return chapters[chapter].list[choice];
        choice -= *chapters[chapter].count;
    }
}

/* A network is usable whatever was done to it. */
static void claim_usable(world *w, owner *of) {
    if (of->network == NULL)
        return;
    fuzz_save_again(w->context, of->network);
    snnd_network *network = of->network;
    of->network = NULL;
    free_network(of);
    MUST(w->context, snnd_network_initialize(network, 1));
    MUST(w->context, snnd_network_save(network, fuzz_path("usable")));
    if (fuzz_is_small(network)) {
        fuzz_look(w->context, network);
        fuzz_pass(w->context, network);
    }
    snnd_network_free(network);
}

static void free_rest(world *w) {
    for (int p = 0; p < PLANS; p++)
        free_plan(&w->planned[p]);
    free_batches(w);
    for (int d = 0; d < DATASETS; d++)
        snnd_dataset_free(w->dataset[d]);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    world w = {.in = {data, size}};
    remove(fuzz_path("network")); /* of the input before */
    remove(fuzz_path("checkpoint"));
    w.context = open_context(fuzz_byte(&w.in));
    for (int n = 0; n < MOST_OPERATIONS && w.in.left > 0; n++) {
        choose (&w)(&w);
        take_back(&w);
    }
    for (int n = 0; n < NETWORKS; n++)
        claim_usable(&w, &w.owner[n]);
    free_rest(&w);
    fuzz_close(w.context);
    return 0;
}
