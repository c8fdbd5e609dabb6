/* Evaluates the predictions of a trained network, and its accuracy when samples or the network are perturbed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/program.h"
#include "common/stop.h"
#include "training/evaluate/evaluation.h"
#include "training/evaluate/evaluation_results.h"
#include "training/exit_code.h"

/* Reports if the run's log has another accuracy for the same samples, or was made with others. */
static int compare_with_log(const struct evaluation *evaluation, struct failure *failure) {
    const int64_t correct = predictions_correct(&evaluation->predictions), samples = evaluation->predictions.samples;
    double logged;
    if (evaluation_logged(evaluation, &logged, failure) != 0)
        return -1;
    if (isnan(logged))
        return 0;
    if (!evaluation_has_same_samples(evaluation))
        program_complain("these samples are not those of the run, whose accuracy was %.2f %%", 100 * logged);
    else if (!evaluation_agrees(logged, correct, samples))
        program_complain("the run's log has %.2f %% for this network; its accuracy here is %.2f %%", 100 * logged,
                         100.0 * (double)correct / (double)samples);
    else if (!evaluation->quiet)
        puts("the accuracy without perturbation is that of the run's log\n");
    return 0;
}

static int evaluate(struct evaluation *evaluation, struct failure *failure) {
    size_t count;
    if (evaluation_prepare(evaluation, failure) != 0)
        return -1;
    struct evaluation_row *row = evaluation_rows(evaluation, &count, failure);
    if (row == NULL)
        return -1;
    if (!evaluation->quiet)
        evaluation_print_confusion(evaluation, stdout);
    int result = compare_with_log(evaluation, failure);
    if (result == 0)
        result = evaluation_write(evaluation, row, count, failure);
    if (result == 0)
        evaluation_print(evaluation, row, count, stdout);
    free(row);
    if (result == 0 && !evaluation->quiet) {
        putchar('\n');
        program_say("predictions, confusion matrix and this table: %s", evaluation->out);
    }
    return result;
}

static enum exit_code work(struct evaluation *evaluation, int count, char **arguments, struct failure *failure) {
    if (evaluation_read(evaluation, count, arguments, failure) != 0)
        return EXIT_USAGE;
    if (evaluation->help)
        evaluation_help();
    if (evaluation->version)
        program_version();
    if (evaluation->help || evaluation->version)
        return EXIT_DONE;
    return evaluate(evaluation, failure) == 0 ? EXIT_DONE : stop_is_asked() ? EXIT_STOPPED : EXIT_FAILED;
}

int main(int count, char **arguments) {
    struct evaluation evaluation;
    struct failure failure = {""};
    program_begin("snnd-evaluate");
    const enum exit_code code = work(&evaluation, count, arguments, &failure);
    if (failure.text[0] != '\0')
        program_explain(&failure);
    evaluation_free(&evaluation);
    return program_end((int)code);
}
