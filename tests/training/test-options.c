#include <stdlib.h>
#include <string.h>

#include "rawhd/recipe.h"
#include "support.h"

static struct options options;
static struct failure failure;

/* Arguments of the last reading, which paths in `options` are parts of. */
static char *arguments[16];

static void drop_arguments(void) {
    for (int i = 0; i < 16; i++) {
        free(arguments[i]);
        arguments[i] = NULL;
    }
}

/* Reads up to ten arguments and checks them together. */
static int read_arguments(const char *const *given) {
    drop_arguments();
    arguments[0] = format_text("rawhd-train");
    int count = 1;
    for (; count < 12 && given[count - 1] != NULL; count++)
        arguments[count] = format_text("%s", given[count - 1]);
    failure.text[0] = '\0';
    int result = options_read(&recipe_rawhd, count, arguments, &options, &failure);
    return result == 0 && options.data != NULL ? options_check(&options, &failure) : result;
}

#define READ(...) read_arguments((const char *const[]){__VA_ARGS__, NULL})

static void check_refused(int result, const char *part) {
    ck_assert_int_ne(result, 0);
    ck_assert_msg(strstr(failure.text, part) != NULL, "'%s' is not in '%s'", part, failure.text);
}

START_TEST(defaults_are_the_papers) {
    ck_assert_int_eq(READ("--data", "d"), 0);
    ck_assert_int_eq(options.epochs, 150);
    ck_assert_int_eq(options.batch, 256);
    ck_assert_int_eq(options.hidden.count, 1);
    ck_assert_int_eq(options.hidden.width[0], 256);
    ck_assert_int_eq(options.max_delay, 24);
    ck_assert_int_eq(options.delays, DELAYS_LEARNED);
    ck_assert_int_eq(options.structure, STRUCTURE_DENSE);
    ck_assert_int_eq(options.growth, GROWTH_OWN);
    ck_assert_double_eq(options.sparsity, 0.875);
    ck_assert_double_eq(options.dropout, 0.4);
    ck_assert_double_eq(options.validation.share, 0);
    ck_assert_int_eq(options.validation.by_speaker, 0);
    ck_assert_double_eq(options.weight_rate, 5e-3);
    ck_assert_double_eq(options.position_rate, 0.1);
    ck_assert_double_eq(options.weight_decay, 0);
    ck_assert_int_eq(options_extra_steps(&options), 0);
    ck_assert_int_eq(options.seed, 0);
    ck_assert_double_eq(options.tau.steps, 10.05);
    ck_assert_int_eq(options.tau.learned, 0);
    ck_assert_int_eq(options.neurons, NEURONS_LIF);
    ck_assert_int_eq(options.order, 0);
    ck_assert_int_eq(options.reset, 0);
    ck_assert_int_eq(options.surrogate, 0);
    ck_assert_int_eq(options.dale, 0);
    ck_assert_int_eq(READ("--data", "d", "--structure", "deep-r"), 0);
    ck_assert_int_eq(options.dale, 1);
    ck_assert_int_eq(READ("--data", "d", "--structure", "deep-r", "--no-dale"), 0);
    ck_assert_int_eq(options.dale, 0);
}
END_TEST

START_TEST(reads_what_is_given) {
    ck_assert_int_eq(READ("--hidden", "128,64,32", "--l1=1e-4", "--delays", "fixed", "--isa=plain", "--seed", "7"), 0);
    ck_assert_int_eq(options.hidden.count, 3);
    ck_assert_int_eq(options.hidden.width[2], 32);
    ck_assert_double_eq(options.l1, 1e-4);
    ck_assert_int_eq(options.delays, DELAYS_FIXED);
    ck_assert_int_eq(options.isa, 1);
    ck_assert_int_eq(options.seed, 7);
    ck_assert_int_eq(READ("--tau", "learned"), 0);
    ck_assert_int_eq(options.tau.learned, 1);
    ck_assert_double_eq(options.tau.steps, 10.05);
    ck_assert_int_eq(READ("--tau", "learned", "--tau", "7.5", "--delays", "dendritic"), 0);
    ck_assert_int_eq(options.tau.learned, 0);
    ck_assert_double_eq(options.tau.steps, 7.5);
    ck_assert_int_eq(options.delays, DELAYS_DENDRITIC);
    ck_assert_int_eq(options.picojoules.given, 0);
    ck_assert_int_eq(READ("--validation", "speaker:4"), 0);
    ck_assert_int_eq(options.validation.by_speaker, 1);
    ck_assert_int_eq(options.validation.speaker, 4);
    ck_assert_int_eq(READ("--validation", "speaker:4", "--validation", "0.1"), 0);
    ck_assert_int_eq(options.validation.by_speaker, 0);
    ck_assert_double_eq(options.validation.share, 0.1);
    ck_assert_int_eq(READ("--extra-steps", "half", "--hidden", "9,9", "--max-delay", "30"), 0);
    ck_assert_int_eq(options_extra_steps(&options), 45);
    ck_assert_int_eq(READ("--extra-steps", "7"), 0);
    ck_assert_int_eq(options_extra_steps(&options), 7);
    ck_assert_int_eq(READ("--picojoules", "0.9,4.6"), 0);
    ck_assert_int_eq(options.picojoules.given, 1);
    ck_assert_double_eq(options.picojoules.accumulation, 0.9);
    ck_assert_double_eq(options.picojoules.multiplication, 4.6);
    ck_assert(!augmentation_is_on(&options.augmentation));
    ck_assert_int_eq(READ("--speed", "0.5,1.5", "--mix", "0.25", "--shift-time", "3", "--noise-spikes", "0.01"), 0);
    ck_assert_double_eq(options.augmentation.speed.slowest, 0.5);
    ck_assert_double_eq(options.augmentation.speed.fastest, 1.5);
    ck_assert_double_eq(options.augmentation.mix, 0.25);
    ck_assert_int_eq(options.augmentation.shift_time, 3);
    ck_assert_double_eq(options.augmentation.events, 0.01);
}
END_TEST

START_TEST(names_the_option_that_is_wrong) {
    check_refused(READ("--epochs", "3x"), "--epochs: expected a whole number from 1 to 1000000, not '3x'");
    check_refused(READ("--epochs", "0"), "--epochs");
    check_refused(READ("--epochs", ""), "--epochs");
    check_refused(READ("--hidden", "64,"), "--hidden");
    check_refused(READ("--hidden", "64,,32"), "--hidden");
    check_refused(READ("--hidden", "0"), "--hidden");
    check_refused(READ("--sparsity", "1"), "--sparsity");
    check_refused(READ("--dropout", "nan"), "--dropout");
    check_refused(READ("--structure", "deepr"), "--structure: expected dense or fixed or deep-r or rigl");
    check_refused(READ("--preset", "Mel"), "--preset");
    check_refused(READ("--epochs"), "--epochs: a value is missing");
    check_refused(READ("--epoch-count", "3"), "--epoch-count: this option does not exist");
    check_refused(READ("-x"), "-x: this option does not exist");
    check_refused(READ("-xh"), "-x: this option does not exist");
    check_refused(READ("--resume=yes"), "--resume=yes: this option takes no value");
    check_refused(READ("--tau", "0.5"), "--tau: expected learned or a number from 1 to 1e+09, not '0.5'");
    check_refused(READ("--tau", "learn"), "--tau");
    check_refused(READ("--picojoules", "0.9"), "--picojoules: expected two numbers from 0 to 1e+09 with a comma");
    check_refused(READ("--picojoules", "0.9,"), "--picojoules");
    check_refused(READ("--picojoules", "0.9,1,2"), "--picojoules");
    check_refused(READ("--picojoules", "-1,2"), "--picojoules");
    check_refused(READ("--validation", "speaker:x"), "--validation: expected a share from 0 to 0.999999, or speaker:N");
    check_refused(READ("--validation", "1"), "--validation");
    check_refused(READ("--extra-steps", "-1"), "--extra-steps: expected half or a whole number from 0 to 100000");
    check_refused(READ("--speed", "1.5,0.5"), "--speed: expected the lower of the two numbers first, not '1.5,0.5'");
    check_refused(READ("--speed", "0.05,1"), "--speed: expected two numbers from 0.1 to 10 with a comma between");
    check_refused(READ("--mix", "1.5"), "--mix");
    check_refused(READ("--mask-time", "-1"), "--mask-time");
    check_refused(READ("more"), "unexpected argument 'more'");
    check_refused(READ("--data", "d", "--max-delay", "7"), "--max-delay: expected an even number");
    check_refused(READ("--data", "d", "--dale"), "--dale needs a --structure other than dense");
    check_refused(READ("--data", "d", "--structure", "pruned"), "--from MODEL is needed");
    check_refused(READ("--data", "d", "--structure", "set", "--budget", "fan-in"), "--fan-in F is needed");
    ck_assert_int_eq(READ("--data", "d", "--structure", "rigl"), 0);
    ck_assert_int_eq(options.interval, 100);
    ck_assert_double_eq(options.rewire_until, 0.75);
    ck_assert_int_eq(READ("--data", "d", "--dale", "--structure", "fixed"), 0);
    ck_assert_int_eq(options.dale, 1);
    check_refused(READ("--data", "d", "--resume", "--overwrite"), "--resume and --overwrite");
    check_refused(READ("--data", "d", "--rate-penalty", "1", "--rate-lower", "0.2", "--rate-upper", "0.1"),
                  "--rate-lower: expected at most --rate-upper, which is 0.1, not 0.2");
    check_refused(READ("--data", ""), "--data DIR is needed");
}
END_TEST

START_TEST(a_run_keeps_its_settings) {
    ck_assert_int_eq(READ("--data", "d", "--hidden", "128,64", "--structure", "deep-r", "--l1", "3e-5", "--no-dale",
                          "--speed", "0.8,1.25"),
                     0);
    cJSON *settings = options_settings(&options);
    ck_assert_int_eq(READ("--out", "elsewhere"), 0);
    ck_assert_int_eq(options_inherit(&options, settings, &failure), 0);
    ck_assert_str_eq(options.data, "d");
    ck_assert_str_eq(options.out, "elsewhere");
    ck_assert_int_eq(options.hidden.width[1], 64);
    ck_assert_int_eq(options.structure, STRUCTURE_DEEP_R);
    ck_assert_int_eq(options.dale, 0);
    ck_assert_double_eq(options.l1, 3e-5);
    ck_assert_double_eq(options.augmentation.speed.fastest, 1.25);
    ck_assert_int_eq(options_agree(&options, settings, &failure), 0);
    ck_assert_int_eq(READ("--data", "other", "--hidden", "128,64", "--threads", "3"), 0);
    ck_assert_int_eq(options_inherit(&options, settings, &failure), 0);
    ck_assert_str_eq(options.data, "other");
    READ("--data", "d", "--hidden", "128,32");
    check_refused(options_inherit(&options, settings, &failure),
                  "--hidden: the run was begun with 128,64, not with 128,32");
    READ("--data", "d", "--epochs", "3");
    check_refused(options_inherit(&options, settings, &failure), "--epochs: the run was begun with 150, not with 3");
    READ("--data", "d");
    check_refused(options_agree(&options, settings, &failure), "--hidden");
    cJSON_Delete(settings);
}
END_TEST

/* What operations take may be told to a run that goes on, or told anew. */
START_TEST(prices_are_offered_again) {
    ck_assert_int_eq(READ("--data", "d"), 0);
    cJSON *without = options_settings(&options);
    ck_assert(cJSON_IsNull(cJSON_GetObjectItem(without, "picojoules")));
    ck_assert_int_eq(READ("--data", "d", "--picojoules", "0.9,4.6"), 0);
    cJSON *with = options_settings(&options);
    ck_assert_str_eq(cJSON_GetObjectItem(with, "picojoules")->valuestring, "0.9,4.6");
    ck_assert_int_eq(options_inherit(&options, without, &failure), 0);
    ck_assert_double_eq(options.picojoules.multiplication, 4.6);
    ck_assert_int_eq(READ("--data", "d"), 0);
    ck_assert_int_eq(options_inherit(&options, without, &failure), 0);
    ck_assert_int_eq(options.picojoules.given, 0);
    ck_assert_int_eq(options_inherit(&options, with, &failure), 0);
    ck_assert_double_eq(options.picojoules.accumulation, 0.9);
    ck_assert_int_eq(options_agree(&options, without, &failure), 0);
    cJSON_Delete(with);
    cJSON_Delete(without);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("options");
    TCase *command_line = tcase_create("command_line");
    tcase_add_checked_fixture(command_line, NULL, drop_arguments);
    tcase_add_test(command_line, defaults_are_the_papers);
    tcase_add_test(command_line, reads_what_is_given);
    tcase_add_test(command_line, names_the_option_that_is_wrong);
    suite_add_tcase(suite, command_line);
    TCase *settings = tcase_create("settings");
    tcase_add_checked_fixture(settings, NULL, drop_arguments);
    tcase_add_test(settings, a_run_keeps_its_settings);
    tcase_add_test(settings, prices_are_offered_again);
    suite_add_tcase(suite, settings);
    return run_suite(suite);
}
