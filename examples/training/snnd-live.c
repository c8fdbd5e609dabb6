/* Recognises spoken digits or words while they are spoken: a model of rawhd-train or snnd-train gsc on a file or on
 * standard input. */
#include <math.h>
#include <snndelay.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/arguments.h"
#include "common/files.h"
#include "common/program.h"
#include "training/live/live.h"
#include "training/saved.h"

enum { DONE = 0, FAILED = 1, USAGE = 2 };

static const char help[] =
    "Usage: snnd-live MODEL [FILE]\n"
    "Recognises spoken digits or words in a WAV or FLAC file, or on standard input (no FILE, or -) while it arrives.\n"
    "MODEL is a file of a run of training, or its folder, for the best network there.\n"
    "\n"
    "  arecord -q -f S16_LE -r 16000 -t raw | snnd-live --format s16 run\n"
    "\n"
    "Sound that is louder than its surroundings is an utterance. During an utterance, lines at intervals show the "
    "class\n"
    "with the highest score so far and its share of all scores; the last line of each begins with =.\n"
    "\n"
    "  --front-end FILE   how sound becomes the model's input (front_end.json beside the model, from training)\n"
    "  --format NAME      format of standard input: wav; s16 or f32, one channel of raw samples, little-endian (wav)\n"
    "  --rate HZ          sampling rate of raw samples (16000)\n"
    "  --whole            all of the input is one utterance, as in training\n"
    "  --threshold DB     level below a sine of full scale, below which sound is quiet (-50)\n"
    "  --rise DB          level above the noise that an utterance must also have (12)\n"
    "  --drop DB          level below the loudest frame of an utterance that is quiet again (30)\n"
    "  --hang SECONDS     length of quiet that ends an utterance (0.25)\n"
    "  --pre-roll SECONDS time before its first loud frame that belongs to it (0.03)\n"
    "  --longest SECONDS  longest utterance (2)\n"
    "  --interval SECONDS time between two lines of running scores (0.1)\n"
    "  --quiet            final lines only\n"
    "  --json             lines are JSON objects, with all scores\n"
    "  --verbose          report the time that was used at the end\n"
    "  --help             this text\n"
    "  --version          the version of libsnndelay\n"
    "\n"
    "Exit codes: 0 done; 1 the model or the sound cannot be used; 2 wrong usage.\n";

static const char *const format_names[] = {"wav", "s16", "f32", NULL};

struct options {
    const char *model, *file; /* file: NULL for standard input */
    const char *front_end;
    int format; /* enum audio_format */
    int64_t rate;
    double threshold, rise, drop, hang, pre_roll, longest, interval;
    int whole, quiet, json, verbose, help, version;
};

#define AT(field) offsetof(struct options, field)

static const struct argument known[] = {
    {"front-end", TEXT, AT(front_end), 0, 0, NULL},
    {"format", CHOICE, AT(format), 0, 0, format_names},
    {"rate", WHOLE, AT(rate), 1000, 384000, NULL},
    {"whole", SWITCH, AT(whole), 0, 0, NULL},
    {"threshold", REAL, AT(threshold), -120, 0, NULL},
    {"rise", REAL, AT(rise), 0, 120, NULL},
    {"drop", REAL, AT(drop), 0, 120, NULL},
    {"hang", REAL, AT(hang), 0.01, 10, NULL},
    {"pre-roll", REAL, AT(pre_roll), 0, 1, NULL},
    {"longest", REAL, AT(longest), 0.1, 3600, NULL},
    {"interval", REAL, AT(interval), 0.01, 3600, NULL},
    {"quiet", SWITCH, AT(quiet), 0, 0, NULL},
    {"json", SWITCH, AT(json), 0, 0, NULL},
    {"verbose", SWITCH, AT(verbose), 0, 0, NULL},
    {"help", SWITCH, AT(help), 0, 0, NULL},
    {"version", SWITCH, AT(version), 0, 0, NULL},
};

static int take_words(struct options *options, int count, char **words, struct failure *failure) {
    if (count < 1 || count > 2)
        return failed(failure, "expected a model and at most one file of sound, not %d words; --help tells more",
                      count);
    options->model = words[0];
    options->file = count == 2 && strcmp(words[1], "-") != 0 ? words[1] : NULL;
    if (options->file != NULL && options->format != AUDIO_FILE)
        return failed(failure, "--format applies only to standard input; a file states its own format");
    return 0;
}

/* Reads the command line; returns -1 to continue, otherwise the exit code. */
static int read_options(int count, char **words, struct options *options) {
    static const struct arguments all = {known, sizeof known / sizeof *known, NULL, ""};
    struct failure failure;
    int rest = 0;
    *options = (struct options){.rate = 16000, .threshold = -50, .rise = 12, .drop = 30, .hang = 0.25};
    options->pre_roll = 0.03;
    options->longest = 2;
    options->interval = 0.1;
    int result = arguments_read(&all, options, count, words, NULL, &rest, &failure);
    if (result == 0 && options->help)
        fputs(help, stdout);
    else if (result == 0 && options->version)
        program_version();
    if (result == 0 && (options->help || options->version))
        return DONE;
    if (result == 0)
        result = take_words(options, count - rest, words + rest, &failure);
    if (result == 0)
        return -1;
    program_explain(&failure);
    return USAGE;
}

static int frames_of(double seconds) {
    return (int)lround(seconds * MEL_STEPS_A_SECOND);
}

static struct live_options live_options_of(const struct options *options) {
    return (struct live_options){
        .detector = {.threshold = options->threshold,
                     .rise = options->rise,
                     .drop = options->drop,
                     .hang = frames_of(options->hang),
                     .longest = frames_of(options->longest)},
        .pre_roll = options->whole ? 0 : frames_of(options->pre_roll),
        .interval = options->quiet ? 0 : frames_of(options->interval),
        .whole = options->whole,
    };
}

/* Reads the file of --front-end, or the one in the folder of the model. */
static int find_hearing(const struct options *options, const char *folder, const char *model, struct hearing *hearing,
                        struct failure *failure) {
    if (!file_exists(model))
        return failed(failure, "%s: there is no such model", model);
    if (options->front_end != NULL)
        return hearing_read(NULL, options->front_end, hearing, failure);
    return file_exists_in(folder, FRONT_END_FILE)
               ? hearing_read(folder, FRONT_END_FILE, hearing, failure)
               : failed(failure,
                        "%s: the model was not trained on sound, since there is no " FRONT_END_FILE
                        " in %s; --front-end names another file",
                        model, folder);
}

static struct audio_source *open_source(const struct options *options, struct failure *failure) {
    const char *name = options->file != NULL ? options->file : "standard input";
    struct failure reason;
    struct audio_source *source =
        options->file != NULL
            ? audio_open(options->file, &reason)
            : audio_open_descriptor(STDIN_FILENO, (enum audio_format)options->format, (int)options->rate, &reason);
    if (source == NULL)
        failed(failure, "%s: %s%s", name, reason.text,
               options->file == NULL && options->format == AUDIO_FILE ? " (raw samples need --format)" : "");
    return source;
}

static void say_report(const struct live_report *report, const struct listener *listener) {
    program_complain("%lld frames, %lld utterances, %lld steps of the network; 10 ms of sound took the processor %.3f "
                     "ms, at most %.3f ms",
                     (long long)report->frames, (long long)report->utterances, (long long)listener->pushed,
                     1e3 * report->seconds / (report->frames > 0 ? (double)report->frames : 1), 1e3 * report->worst);
}

static int listen(const struct options *options, struct listener *listener, struct failure *failure) {
    const struct live_options wanted = live_options_of(options);
    struct announcer announcer = {.form = options->json ? ANNOUNCE_JSON : ANNOUNCE_TEXT,
                                  .terminal = isatty(STDOUT_FILENO)};
    struct live_report report;
    struct audio_source *source = open_source(options, failure);
    if (source == NULL)
        return -1;
    struct failure reason;
    int result = live_listen(source, &wanted, listener, &announcer, &report, &reason);
    audio_close(source);
    if (announcer.is_open)
        putchar('\n');
    if (result != 0)
        return failed(failure, "%s: %s", options->file != NULL ? options->file : "standard input", reason.text);
    if (options->verbose)
        say_report(&report, listener);
    return 0;
}

static int open_all(const struct options *options, struct failure *failure) {
    snnd_context_options one_thread;
    snnd_context *context = NULL;
    struct hearing hearing = {0};
    struct listener listener = {.stream = NULL};
    char *folder, *name;
    saved_find(options->model, &folder, &name);
    char *model = format_text("%s/%s", folder, name);
    snnd_context_options_init(&one_thread, sizeof one_thread);
    one_thread.threads = 1;
    int result = find_hearing(options, folder, model, &hearing, failure);
    if (result == 0 && snnd_context_create(&one_thread, &context) != SNND_OK)
        result = failed(failure, "cannot start the library");
    if (result == 0)
        result = listener_open(context, model, &hearing, &listener, failure);
    if (result == 0)
        result = listen(options, &listener, failure);
    listener_close(&listener);
    snnd_context_free(context);
    hearing_free(&hearing);
    free(model);
    free(name);
    free(folder);
    return result;
}

static int work(int count, char **arguments) {
    struct options options;
    struct failure failure;
    int code = read_options(count, arguments, &options);
    if (code >= 0)
        return code;
    if (open_all(&options, &failure) == 0)
        return DONE;
    program_explain(&failure);
    return FAILED;
}

int main(int count, char **arguments) {
    program_begin("snnd-live");
    return program_end(work(count, arguments));
}
