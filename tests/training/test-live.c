/* The program from outside: a network trained on tones for an epoch or two, and sounds by file and pipe. What it says
 * is not looked at, only that it is what it should be: the scores of batch evaluation. */
#include <cJSON.h>
#include <math.h>
#include <snndelay.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/mel.h"
#include "common/files.h"
#include "rawhd/data.h"
#include "rawhd/digits.h"
#include "rawhd/front_end_settings.h"
#include "support.h"
#include "tones.h"

static char *folder, *model;

/* Trains once for all tests. */
static void set_up(void) {
    folder = make_folder();
    model = in_folder(folder, "run/last.safetensors");
    char *set = in_folder(folder, "set"), *run = in_folder(folder, "run");
    write_tones(set);
    ck_assert_int_eq(
        run_program(folder, (const char *const[]){program_path("RAWHD_TRAIN"), "--data", set, "--out", run, "--epochs",
                                                  "4", "--batch", "6", "--hidden", "24", "--threads", "1", NULL}),
        0);
    free(run);
    free(set);
}

static void tear_down(void) {
    free(model);
    drop_folder(folder);
}

/* Runs a line of the shell, in which $live is the program, $model the model and $here the folder; its exit code.
 * Without a separator (IFS) they stay one word where their paths have spaces. */
static int shell(const char *line) {
    char *script =
        format_text("IFS=; live='%s' model='%s' here='%s'; %s", program_path("DIGITS_LIVE"), model, folder, line);
    const int code = run_program(folder, (const char *const[]){"/bin/sh", "-c", script, NULL});
    free(script);
    return code;
}

static char *output(const char *name) {
    char *text = read_text(folder, name, NULL);
    ck_assert_ptr_nonnull(text);
    return text;
}

/* What the line says on standard output; it must go well, and say something. */
static char *said(const char *line) {
    const int code = shell(line);
    char *messages = output("err.txt");
    ck_assert_msg(code == 0, "'%s' ended with %d: %s", line, code, messages);
    free(messages);
    char *text = output("out.txt");
    ck_assert_msg(text[0] != '\0', "'%s' said nothing", line);
    return text;
}

static void assert_says_the_same(const char *line, const char *expected) {
    char *text = said(line);
    ck_assert_msg(strcmp(text, expected) == 0, "'%s' said\n%snot\n%s", line, text, expected);
    free(text);
}

/* ---- Sounds ---- */

/* Seconds of sound in a soft hiss: tones where there are any. */
static struct audio make_hiss(double seconds, int rate) {
    struct audio audio = {NULL, llround(seconds * rate), rate};
    audio.samples = allocate((size_t)audio.count, sizeof(float));
    for (int64_t t = 0; t < audio.count; t++)
        audio.samples[t] = (float)(0.001 * (snnd_random_uniform(1, 2, (uint64_t)t) - 0.5));
    return audio;
}

static void add_tone(struct audio *audio, double begin, double end, double hertz, double height) {
    const int64_t first = llround(begin * audio->rate), last = llround(end * audio->rate);
    for (int64_t t = first; t < last; t++) {
        const double place = (double)(t - first) / (double)(last - first);
        audio->samples[t] +=
            (float)(height * sin(3.14159265 * place) * sin(6.2831853 * hertz * (double)t / audio->rate));
    }
}

/* Two words, of which the second gets louder twice, and silence round them. */
static struct audio make_words(int rate) {
    struct audio audio = make_hiss(2.6, rate);
    add_tone(&audio, 0.50, 0.90, 450, 0.3);
    add_tone(&audio, 1.50, 1.75, 1000, 0.05);
    add_tone(&audio, 1.65, 2.00, 650, 0.5);
    return audio;
}

/* Writes it as $here/NAME.wav, .flac and .s16, and as .arecord and .zero: WAV whose header does not know its length. */
static void write_forms(const struct audio *audio, const char *name) {
    char *wav = format_text("%s.wav", name), *flac = format_text("%s.flac", name);
    write_sound(folder, wav, audio->samples, audio->count, audio->rate);
    write_sound(folder, flac, audio->samples, audio->count, audio->rate);
    char *line =
        format_text("tail -c %lld $here/%s.wav >$here/%s.s16; "
                    "{ head -c 40 $here/%s.wav; printf '\\0\\0\\0\\200'; cat $here/%s.s16; } >$here/%s.arecord; "
                    "{ head -c 40 $here/%s.wav; printf '\\0\\0\\0\\0'; cat $here/%s.s16; } >$here/%s.zero",
                    2 * (long long)audio->count, name, name, name, name, name, name, name, name);
    ck_assert_int_eq(shell(line), 0);
    free(line);
    free(flac);
    free(wav);
}

/* ---- Tests ---- */

START_TEST(it_does_not_matter_how_sound_comes_in) {
    static const int rates[] = {16000, 8000, 44100};
    struct audio audio = make_words(rates[_i]);
    write_forms(&audio, "words");
    char *expected = said("$live $model $here/words.wav --json"), line[300];
    assert_says_the_same("$live $model $here/words.flac --json", expected);
    assert_says_the_same("$live --json $model <$here/words.wav", expected);
    assert_says_the_same("$live --json $model <$here/words.flac", expected);
    assert_says_the_same("cat $here/words.wav | $live --json $model -", expected);
    assert_says_the_same("cat $here/words.arecord | $live --json $model", expected);
    assert_says_the_same("cat $here/words.zero | $live --json $model", expected);
    assert_says_the_same("$live --json $model $here/words.zero", expected);
    snprintf(line, sizeof line, "$live --json --format s16 --rate %d $model <$here/words.s16", rates[_i]);
    assert_says_the_same(line, expected);
    snprintf(line, sizeof line,
             "{ head -c 333 $here/words.s16; sleep 0.05; tail -c +334 $here/words.s16 | dd bs=77 status=none; } "
             "| $live --json --format s16 --rate %d $model",
             rates[_i]);
    assert_says_the_same(line, expected);
    free(expected);
    audio_free(&audio);
}
END_TEST

START_TEST(floats_are_read_too) {
    struct audio audio = make_words(16000);
    char *path = in_folder(folder, "words.f32");
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(audio.samples, sizeof(float), (size_t)audio.count, file), (size_t)audio.count);
    ck_assert_int_eq(fclose(file), 0);
    write_sound(folder, "words.wav", audio.samples, audio.count, audio.rate);
    char *text = said("$live --quiet --format f32 $model <$here/words.f32");
    assert_says_the_same("$live --quiet $model $here/words.wav", text); /* but for rounding to 16 bits */
    free(text);
    free(path);
    audio_free(&audio);
}
END_TEST

/* Takes the last line, or the one before. */
static cJSON *json_line(char *text, int from_end) {
    char *line = text;
    for (int i = 0; i <= from_end; i++) {
        char *end = strrchr(text, '\n');
        ck_assert_ptr_nonnull(end);
        *end = '\0';
    }
    if (strrchr(text, '\n') != NULL)
        line = strrchr(text, '\n') + 1;
    cJSON *object = cJSON_Parse(line);
    ck_assert_msg(object != NULL, "'%s' is no JSON", line);
    return object;
}

static double number(const cJSON *object, const char *name) {
    const double value = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(object, name));
    ck_assert_msg(!isnan(value), "there is no %s", name);
    return value;
}

START_TEST(utterances_are_found) {
    struct audio audio = make_words(16000);
    write_sound(folder, "words.wav", audio.samples, audio.count, audio.rate);
    char *text = said("$live --quiet --json $model $here/words.wav");
    cJSON *first = json_line(text, 1);
    free(text);
    text = said("$live --quiet --json $model $here/words.wav");
    cJSON *second = json_line(text, 0);
    ck_assert_ptr_eq(strchr(text, '\n'), strrchr(text, '\n')); /* there were two */
    ck_assert_double_eq_tol(number(first, "begin"), 0.47, 0.04);
    ck_assert_double_eq_tol(number(first, "time"), 1.15, 0.06);
    ck_assert_double_eq_tol(number(second, "begin"), 1.47, 0.04);
    ck_assert_double_eq_tol(number(second, "time"), 2.25, 0.06);
    cJSON_Delete(first);
    cJSON_Delete(second);
    free(text);
    text = said("$live --quiet --json --longest 0.3 --hang 2 $model $here/words.wav");
    cJSON *cut = json_line(text, 0);
    ck_assert_double_lt(number(cut, "time") - number(cut, "begin"), 0.4);
    cJSON_Delete(cut);
    free(text);
    audio_free(&audio);
}
END_TEST

START_TEST(lines_are_as_asked_for) {
    struct audio audio = make_words(16000);
    write_sound(folder, "words.wav", audio.samples, audio.count, audio.rate);
    char *text = said("$live $model $here/words.wav");
    int running = 0, final = 0;
    for (char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        running += line[0] == ' ';
        final += line[0] == '=';
        ck_assert_ptr_nonnull(strchr(line, '\n'));
    }
    ck_assert_int_eq(final, 2);
    ck_assert_int_gt(running, 8);
    ck_assert_ptr_null(strchr(text, '\r'));
    ck_assert(strstr(text, "(english)") != NULL || strstr(text, "(german)") != NULL);
    free(text);
    text = said("$live --quiet --verbose $model $here/words.wav");
    ck_assert_int_eq(text[0], '=');
    char *messages = output("err.txt");
    ck_assert_ptr_nonnull(strstr(messages, "2 utterances"));
    free(messages);
    free(text);
    audio_free(&audio);
}
END_TEST

enum { EXTRA = 9 };

/* That of the run, as if there had been extra steps. */
static void write_longer_front_end(const char *name) {
    struct front_end front_end;
    struct failure failure;
    ck_assert_int_eq(front_end_read(folder, "run/" FRONT_END_FILE, &front_end, &failure), 0);
    ck_assert_int_eq(front_end.extra_steps, 0);
    front_end.extra_steps = EXTRA;
    ck_assert_int_eq(front_end_write(&front_end, folder, name, &failure), 0);
}

/* Scores of one recording by batch evaluation of what training would have been given. */
static void evaluate(const struct audio *audio, const char *name, float *scores) {
    struct front_end front_end;
    struct failure failure;
    float cells[MEL_CELLS + EXTRA * MEL_CHANNELS] = {0};
    ck_assert_msg(front_end_read(folder, name, &front_end, &failure) == 0, "%s", failure.text);
    struct mel *mel = mel_new(front_end.scale.lowest_rate);
    ck_assert_int_eq(mel_spectrogram(mel, audio, cells, &failure), PROBLEM_NONE);
    mel_scale(cells, MEL_CELLS, front_end.scale.low, front_end.scale.high);
    data_multiply(cells, MEL_CELLS);
    snnd_context *context;
    snnd_network *network;
    snnd_workspace *workspace;
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    ck_assert_int_eq(snnd_network_load(context, model, &network), SNND_OK);
    ck_assert_int_eq(snnd_workspace_create(network, 1, MEL_STEPS + front_end.extra_steps, 0, &workspace), SNND_OK);
    ck_assert_int_eq(snnd_workspace_forward(workspace, SNND_EVALUATE, cells, 1), SNND_OK);
    ck_assert_int_eq(snnd_workspace_scores(workspace, SNND_READOUT_SOFTMAX_SUM, scores), SNND_OK);
    snnd_workspace_free(workspace);
    snnd_network_free(network);
    snnd_context_free(context);
    mel_free(mel);
}

/* A whole recording, short or long, has the scores of batch evaluation to the last bit. */
START_TEST(a_whole_recording_is_evaluated_as_in_a_batch) {
    struct audio audio = _i == 0 ? make_hiss(0.4, 16000) : make_words(_i == 1 ? 16000 : 8000);
    struct failure failure;
    if (_i == 0)
        add_tone(&audio, 0.1, 0.35, 800, 0.2);
    write_sound(folder, "whole.wav", audio.samples, audio.count, audio.rate);
    audio_free(&audio);
    char *path = in_folder(folder, "whole.wav");
    ck_assert_int_eq(audio_load(path, &audio, &failure), 0);
    float expected[DIGIT_CLASSES];
    if (_i == 3)
        write_longer_front_end("longer.json");
    evaluate(&audio, _i == 3 ? "longer.json" : "run/" FRONT_END_FILE, expected);
    char *text = said(_i == 3 ? "$live --whole --json --front-end $here/longer.json $model $here/whole.wav"
                              : "cat $here/whole.wav | $live --whole --json $model");
    cJSON *line = json_line(text, 0);
    const cJSON *scores = cJSON_GetObjectItemCaseSensitive(line, "scores");
    ck_assert_int_eq(cJSON_GetArraySize(scores), DIGIT_CLASSES);
    int best = 0;
    for (int c = 0; c < DIGIT_CLASSES; c++) {
        ck_assert_float_eq((float)cJSON_GetArrayItem(scores, c)->valuedouble, expected[c]);
        best = expected[c] > expected[best] ? c : best;
    }
    ck_assert_double_eq(number(line, "class"), best);
    ck_assert_double_eq(number(line, "begin"), 0);
    cJSON_Delete(line);
    free(text);
    free(path);
    audio_free(&audio);
}
END_TEST

START_TEST(silence_is_nothing) {
    struct audio audio = make_hiss(1.5, 16000);
    write_sound(folder, "hiss.wav", audio.samples, audio.count, audio.rate);
    add_tone(&audio, 0.700, 0.708, 1000, 0.9);
    write_sound(folder, "click.wav", audio.samples, audio.count, audio.rate);
    memset(audio.samples, 0, (size_t)audio.count * sizeof(float));
    write_sound(folder, "zeros.wav", audio.samples, audio.count, audio.rate);
    static const char *const lines[] = {"$live $model $here/hiss.wav", "$live $model $here/click.wav",
                                        "$live $model $here/zeros.wav", "$live --quiet --whole $model $here/zeros.wav",
                                        "$live --format s16 $model </dev/null"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        ck_assert_int_eq(shell(lines[i]), 0);
        char *text = output("out.txt");
        ck_assert_msg(text[0] == '\0', "'%s' said %s", lines[i], text);
        free(text);
    }
    audio_free(&audio);
}
END_TEST

static void assert_fails(const char *line, int code, const char *part) {
    const int ended = shell(line);
    char *messages = output("err.txt");
    ck_assert_msg(ended == code, "'%s' ended with %d, not %d: %s", line, ended, code, messages);
    ck_assert_msg(strstr(messages, part) != NULL, "'%s' is not in '%s'", part, messages);
    ck_assert_ptr_nonnull(strstr(messages, "snnd-live: "));
    free(messages);
}

/* Whoever hears a word less is told, and a part is not taken for the whole. */
START_TEST(what_is_missing_of_a_sound_is_told) {
    struct audio audio = make_words(16000);
    write_forms(&audio, "words");
    assert_fails("head -c 60000 $here/words.wav >$here/part.wav; $live $model $here/part.wav", 1, "is incomplete");
    assert_fails("$live $model <$here/part.wav", 1, "is incomplete");
    assert_fails("cat $here/part.wav | $live $model", 1, "ends after 29978 of 41600 samples");
    assert_fails("head -c 44 $here/words.zero | $live $model", 1, "holds no samples");
    audio_free(&audio);
    audio = make_words(8000);
    write_forms(&audio, "words");
    assert_fails("$live $model $here/words.wav", 0,
                 "leaves 9 of 40 Mel channels empty; the model was trained on at least");
    audio_free(&audio);
}
END_TEST

START_TEST(wrong_usage_is_told) {
    assert_fails("$live", 2, "expected a model");
    assert_fails("$live $model a b", 2, "not 3 words");
    assert_fails("$live --rate 3 $model", 2, "--rate: expected");
    assert_fails("$live --format mp3 $model", 2, "wav or s16 or f32");
    assert_fails("$live --format s16 $model sound.wav", 2, "--format applies only to standard input");
    assert_fails("$live --no-such", 2, "this option does not exist");
    char *text = said("$live --help");
    ck_assert_ptr_nonnull(strstr(text, "--front-end"));
    free(text);
}
END_TEST

/* A network whose input is something else. */
static void write_other_network(const char *name) {
    char *path = in_folder(folder, name);
    snnd_context *context;
    snnd_network *network;
    ck_assert_int_eq(snnd_context_create(NULL, &context), SNND_OK);
    ck_assert_int_eq(snnd_network_create(context, 3, &network), SNND_OK);
    ck_assert_int_eq(snnd_network_add_delays(network, 2, NULL, NULL), SNND_OK);
    ck_assert_int_eq(snnd_network_add_leaky_integrator(network, NULL, NULL), SNND_OK);
    ck_assert_int_eq(snnd_network_save(network, path), SNND_OK);
    snnd_network_free(network);
    snnd_context_free(context);
    free(path);
}

START_TEST(what_cannot_be_used_is_named) {
    write_text(folder, "text.wav", "this is no sound");
    write_text(folder, "run/text.safetensors", "this is no model");
    write_text(folder, "bare.json",
               "{\"version\": 1, \"preset\": \"zenke-vogels\", \"classes\": \"english-first\", "
               "\"lowest_rate\": 48000}");
    write_text(folder, "broken.json", "{\"version\": 1, \"preset\": \"mel\", \"classes\": \"english-first\"}");
    write_text(folder, "other.json", "{\"version\": 2}");
    write_other_network("run/three.safetensors");
    assert_fails("$live $here/run/none.safetensors </dev/null", 1, "none.safetensors");
    assert_fails("$live $here/run/text.safetensors </dev/null", 1, "text.safetensors");
    assert_fails("$live $here/run/three.safetensors </dev/null", 1, "has 3 inputs; expected 40");
    assert_fails("$live $model $here/none.wav", 1, "none.wav");
    assert_fails("$live $model $here/text.wav", 1, "text.wav");
    assert_fails("$live $model </dev/null", 1, "standard input");
    assert_fails("echo no sound | $live $model", 1, "raw samples need --format");
    assert_fails("$live --front-end $here/none.json $model </dev/null", 1, "none.json");
    assert_fails("$live --front-end $here/text.wav $model </dev/null", 1, "is not a JSON object");
    assert_fails("$live --front-end $here/bare.json $model </dev/null", 1, "looks at whole recordings");
    assert_fails("$live --front-end $here/broken.json $model </dev/null", 1, "\"lowest_rate\"");
    assert_fails("$live --front-end $here/other.json $model </dev/null", 1, "\"version\" is 2");
    assert_fails("cp $model $here/alone.safetensors; $live $here/alone.safetensors </dev/null", 1, "--front-end names");
    assert_fails("$live $here/alone.safetensors </dev/null", 1,
                 "alone.safetensors: the model was not trained on sound");
    assert_fails("$live $here/nowhere.safetensors </dev/null", 1, "nowhere.safetensors: there is no such model");
    assert_fails("cp $model $here/alone.safetensors; cd $here; $live alone.safetensors </dev/null", 1, FRONT_END_FILE);
    assert_fails("$live $model $here/set/audio/lang-english_speaker-00_trial-0_digit-0.flac >/dev/full", 1,
                 "cannot write");
}
END_TEST

/* What a run keeps is what kept spectrograms say, and either serves. */
START_TEST(the_front_end_travels_with_the_model) {
    struct audio audio = make_words(16000);
    write_sound(folder, "words.wav", audio.samples, audio.count, audio.rate);
    char *expected = said("$live --json $model $here/words.wav");
    assert_says_the_same("cp $model $here/alone.safetensors; $live --json --front-end $here/run/" FRONT_END_FILE
                         " $here/alone.safetensors $here/words.wav",
                         expected);
    assert_says_the_same("$live --json --front-end $here/set/.snndelay-cache/mel-english-first/settings.json $model "
                         "$here/words.wav",
                         expected);
    assert_says_the_same("cd $here/run; $live --json last.safetensors $here/words.wav", expected);
    free(expected);
    expected = said("$live --json $here/run/best.safetensors $here/words.wav");
    assert_says_the_same("$live --json $here/run $here/words.wav", expected);
    assert_says_the_same("cd $here/run; $live --json . $here/words.wav", expected);
    free(expected);
    audio_free(&audio);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("snnd-live");
    TCase *program = tcase_create("program");
    tcase_add_unchecked_fixture(program, set_up, tear_down);
    tcase_set_timeout(program, 120);
    tcase_add_loop_test(program, it_does_not_matter_how_sound_comes_in, 0, 3);
    tcase_add_test(program, floats_are_read_too);
    tcase_add_test(program, utterances_are_found);
    tcase_add_test(program, lines_are_as_asked_for);
    tcase_add_loop_test(program, a_whole_recording_is_evaluated_as_in_a_batch, 0, 4);
    tcase_add_test(program, silence_is_nothing);
    tcase_add_test(program, what_is_missing_of_a_sound_is_told);
    tcase_add_test(program, wrong_usage_is_told);
    tcase_add_test(program, what_cannot_be_used_is_named);
    tcase_add_test(program, the_front_end_travels_with_the_model);
    suite_add_tcase(suite, program);
    return run_suite(suite);
}
