/* A stream equals a batch: it gives the bits of batch evaluation, whatever the network, the instruction set and the
 * readout. Other tests of streams are in stream_calls.c. */
#include "inference/bed.h"
#include "kernel/readout.h"

Suite *stream_bits_suite(void);

static snnd_context *make_context_of(snnd_isa isa) {
    snnd_context_options options;
    snnd_context *context;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    options.threads = 1;
    options.isa = isa;
    const snnd_status status = snnd_context_create(&options, &context);
    ck_assert(status == SNND_OK || status == SNND_ERROR_UNSUPPORTED);
    return status == SNND_OK ? context : NULL;
}

/* Steps of each sample; a stream ends where its sample does. */
static const int32_t whole[SAMPLES] = {STEPS, STEPS, STEPS}, different[SAMPLES] = {31, STEPS, 2};

static void compare_with_batch(const bed *b, snnd_readout readout, const int32_t *lengths) {
    snnd_workspace *workspace = make_workspace(b->network, SAMPLES, STEPS);
    OK(b->context, snnd_workspace_set_lengths(workspace, lengths, SAMPLES));
    const size_t outputs = (size_t)b->outputs;
    float *batch = output_after(workspace, SNND_EVALUATE, b->input, SAMPLES);
    float *scores = malloc(SAMPLES * outputs * sizeof *scores), *score = malloc(outputs * sizeof *score);
    float *potentials = malloc(STEPS * outputs * sizeof *potentials);
    OK(b->context, snnd_workspace_scores(workspace, readout, scores));
    snnd_stream *stream = make_stream(b, readout);
    bool something = false;
    for (int sample = 0; sample < SAMPLES; sample++) {
        stream_steps(b, stream, sample, lengths[sample], potentials, score);
        for (int t = 0; t < lengths[sample]; t++)
            for (size_t c = 0; c < outputs; c++) {
                const float expected = batch[((size_t)t * SAMPLES + (size_t)sample) * outputs + c];
                HOLDS(memcmp(&potentials[(size_t)t * outputs + c], &expected, sizeof expected) == 0,
                      "sample %d, step %d, output %zu: %.9g streamed, %.9g in a batch", sample, t, c,
                      (double)potentials[(size_t)t * outputs + c], (double)expected);
                something = something || expected != 0;
            }
        assert_same_bits(score, scores + (size_t)sample * outputs, outputs * sizeof *score, "scores");
        ck_assert_int_eq(snnd_stream_reset(stream), SNND_OK);
    }
    ck_assert_msg(something, "all outputs are 0");
    snnd_stream_free(stream);
    free(potentials);
    free(score);
    free(scores);
    free(batch);
    snnd_workspace_free(workspace);
}

START_TEST(is_batch_evaluation_to_the_bit) {
    static const snnd_isa isas[] = {SNND_ISA_PLAIN, SNND_ISA_AVX2, SNND_ISA_AVX512};
    snnd_context *context = make_context_of(isas[_i % COUNT(isas)]);
    if (context == NULL) /* the golden cases tell which sets this processor has */
        return;
    bed b = make_bed(context, shapes[_i / COUNT(isas)]);
    compare_with_batch(&b, SNND_READOUT_SOFTMAX_SUM, whole);
    compare_with_batch(&b, SNND_READOUT_LAST, different);
    free_bed(&b);
}
END_TEST

START_TEST(has_every_readout) {
    bed b = make_bed(make_context(1), sparse);
    compare_with_batch(&b, (snnd_readout)_i, whole);
    compare_with_batch(&b, (snnd_readout)_i, different);
    free_bed(&b);
}
END_TEST

Suite *stream_bits_suite(void) {
    Suite *suite = suite_create("stream_bits");
    TCase *bits = tcase_create("bits");
    tcase_add_loop_test(bits, is_batch_evaluation_to_the_bit, 0, 3 * COUNT(shapes));
    tcase_add_loop_test(bits, has_every_readout, SNND_READOUT_SOFTMAX_SUM, SNND_READOUTS_END);
    suite_add_tcase(suite, bits);
    return suite;
}
