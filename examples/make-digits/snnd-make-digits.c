/* Makes data sets of spoken words with espeak-ng, in the layouts of existing ones. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/arguments.h"
#include "common/crew.h"
#include "common/files.h"
#include "common/program.h"
#include "make-digits/espeak.h"
#include "make-digits/layouts.h"

enum { DONE = 0, FAILED = 1, USAGE = 2, STOPPED = 130 };

/* 20 trials of 12 speakers, 2 languages and 10 digits are 4,800 recordings. */
enum { USUAL_TRIALS = 20, MOST_JOBS = 256 };

static const char help[] =
    "Usage: snnd-make-digits --out|--events|--words|--word-events DIR [options]\n"
    "Makes spoken words by twelve speakers of espeak-ng, two of whom are only used for testing, with varied\n"
    "speed, pitch, loudness, padding and background noise. DIR is a folder that does not exist, or is empty.\n"
    "\n"
    "  --out DIR     digits, English and German, in the layout of the Heidelberg Digits: recordings and two lists\n"
    "  --events DIR  the same digits in the layout of the Spiking Heidelberg Digits: events of a simple cochlea\n"
    "                with 700 units, in shd_train.h5 and shd_test.h5\n"
    "  --words DIR   35 English words in the layout of Speech Commands: a folder for each, of WAV at 16 kHz and up\n"
    "                to a second, lists for validation and testing, and noise\n"
    "  --word-events DIR  the same words in the layout of the Spiking Speech Commands, as --events hears them:\n"
    "                ssc_train.h5, ssc_valid.h5 and ssc_test.h5\n"
    "  --trials N    trials of each speaker, language and word (20, which gives 4,800 of digits and 8,400 of words)\n"
    "  --seed N      seed of the trials (0); the same seed and version of espeak-ng give the same files\n"
    "  --jobs N      recordings made at a time (0: one for each processor); does not change the files\n"
    "  --noise X     amplitude of the noise, 0 for none (1: signal to noise 5 to 25 dB)\n"
    "  --quiet       print only problems\n"
    "  --help        this text\n"
    "  --version     the version of libsnndelay\n"
    "\n"
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C. Unless it is 0 there is no folder DIR.\n";

enum { RECORDINGS, EVENTS, WORDS_OF_COMMANDS, WORD_EVENTS, LAYOUTS };

static const struct layout *const layouts[LAYOUTS] = {&recordings_layout, &events_layout, &words_layout,
                                                      &word_events_layout};

struct options {
    const char *place[LAYOUTS];
    int layout;      /* the requested one */
    const char *out; /* its place */
    int64_t trials, jobs, seed;
    double noise;
    int quiet, help, version;
};

static atomic_int stopped;

static void stop(int number) {
    (void)number;
    atomic_store(&stopped, 1);
}

#define AT(field) offsetof(struct options, field)

static const struct argument known[] = {
    {"out", TEXT, AT(place[RECORDINGS]), 0, 0, NULL},
    {"events", TEXT, AT(place[EVENTS]), 0, 0, NULL},
    {"words", TEXT, AT(place[WORDS_OF_COMMANDS]), 0, 0, NULL},
    {"word-events", TEXT, AT(place[WORD_EVENTS]), 0, 0, NULL},
    {"trials", WHOLE, AT(trials), 1, 10000, NULL},
    {"seed", WHOLE, AT(seed), 0, 9007199254740991.0, NULL}, /* to 2^53 - 1, as of rawhd-train */
    {"jobs", WHOLE, AT(jobs), 0, MOST_JOBS, NULL},
    {"noise", REAL, AT(noise), 0, 100, NULL},
    {"quiet", SWITCH, AT(quiet), 0, 0, NULL},
    {"help", SWITCH, AT(help), 0, 0, NULL},
    {"version", SWITCH, AT(version), 0, 0, NULL},
};

/* Determines the layout and its folder. */
static int choose_layout(struct options *options, struct failure *failure) {
    int asked = 0;
    for (int layout = 0; layout < LAYOUTS; layout++) {
        if (options->place[layout] == NULL)
            continue;
        asked++;
        options->layout = layout;
        options->out = options->place[layout];
    }
    return asked == 1 && options->out[0] != '\0'
               ? 0
               : failed(failure,
                        "one of --out DIR, --events DIR, --words DIR and --word-events DIR is needed; --help lists the "
                        "options");
}

/* Reads the command line; returns -1 to continue, otherwise the exit code. */
static int read_options(int count, char **line, struct options *options) {
    static const struct arguments all = {known, sizeof known / sizeof *known, NULL, ""};
    struct failure failure;
    *options = (struct options){.trials = USUAL_TRIALS, .noise = 1};
    int result = arguments_read(&all, options, count, line, NULL, NULL, &failure);
    if (result == 0 && options->help)
        fputs(help, stdout);
    else if (result == 0 && options->version)
        program_version();
    if (result == 0 && (options->help || options->version))
        return DONE;
    if (result == 0 && choose_layout(options, &failure) == 0)
        return -1;
    program_explain(&failure);
    return USAGE;
}

/* Shared by the jobs, which take the recordings in order. */
struct work {
    const struct trials *trials;
    atomic_size_t next, done;
    atomic_int jobs, failed;
    int show;
    pthread_mutex_t lock; /* protects `failure` and the terminal */
    struct failure failure;
};

static void show(struct work *work) {
    size_t done = atomic_fetch_add(&work->done, 1) + 1, count = trials_count(work->trials);
    if (!work->show || (done % 20 != 0 && done != count))
        return;
    pthread_mutex_lock(&work->lock);
    printf("\r%zu of %zu recordings%s", done, count, done == count ? "\n" : "");
    fflush(stdout);
    pthread_mutex_unlock(&work->lock);
}

static void *job_main(void *user) {
    struct work *work = user;
    char *speech = format_text("%s/speech-%d.wav", work->trials->folder, atomic_fetch_add(&work->jobs, 1));
    for (size_t i; !atomic_load(&stopped) && !atomic_load(&work->failed) &&
                   (i = atomic_fetch_add(&work->next, 1)) < trials_count(work->trials);) {
        struct failure failure;
        if (work->trials->layout->make(work->trials, i, speech, &failure) == 0) {
            show(work);
            continue;
        }
        pthread_mutex_lock(&work->lock);
        if (!atomic_exchange(&work->failed, 1))
            work->failure = failure;
        pthread_mutex_unlock(&work->lock);
    }
    unlink(speech);
    free(speech);
    return NULL;
}

/* Makes all recordings with as many threads as requested. */
static int make_all(const struct trials *trials, int jobs, int shown, struct failure *failure) {
    struct work work = {.trials = trials, .show = shown, .lock = PTHREAD_MUTEX_INITIALIZER};
    crew_run(jobs, job_main, &work);
    if (atomic_load(&work.failed))
        *failure = work.failure;
    return atomic_load(&work.failed) ? -1 : 0;
}

/* Fills the folder of `trials`; returns 1 if it was stopped before. */
static int fill(struct trials *trials, const struct options *options, char **summary, struct failure *failure) {
    const struct layout *layout = trials->layout;
    if (layout->begin(trials, failure) != 0)
        return -1;
    int result = make_all(trials, (int)options->jobs, !options->quiet && isatty(STDOUT_FILENO), failure);
    if (atomic_load(&stopped))
        result = 1; /* whatever else failed, since Ctrl-C stops espeak-ng too */
    if (result == 0)
        return layout->finish(trials, summary, failure);
    if (layout->abandon != NULL)
        layout->abandon(trials);
    return result;
}

/* Creates a folder beside `out` in which everything is built. */
static char *building_place(const char *out, struct failure *failure) {
    char *whole = path_absolute(out), *parent = format_text("%s", whole);
    *strrchr(parent, '/') = '\0';
    char *place = NULL;
    if (*parent == '\0' || folder_make(parent, failure) == 0) {
        place = format_text("%s.XXXXXX", whole);
        if (mkdtemp(place) == NULL) {
            failed(failure, "%s: cannot make a folder beside it: %s", out, strerror(errno));
            free(place);
            place = NULL;
        } else {
            (void)chmod(place, 0755);
        }
    }
    free(parent);
    free(whole);
    return place;
}

/* Returns 0 when done, 1 when stopped, -1 on failure. */
static int make(const struct options *options, struct failure *failure) {
    if (file_exists(options->out) && folder_is_empty(options->out) != 1)
        return failed(failure, "%s: already exists and is not an empty folder", options->out);
    if (espeak_check(failure) != 0)
        return -1;
    char *place = building_place(options->out, failure);
    if (place == NULL)
        return -1;
    struct trials trials = {
        place, (int)options->trials, (uint64_t)options->seed, usual_difficulty, layouts[options->layout], NULL};
    trials.difficulty.noise = options->noise;
    char *summary = NULL;
    int result = fill(&trials, options, &summary, failure);
    if (result == 0 && rename(place, options->out) != 0)
        result = failed(failure, "%s: cannot take this name: %s", options->out, strerror(errno));
    if (result != 0)
        folder_remove(place);
    else if (!options->quiet)
        program_say("%s: %s", options->out, summary);
    free(summary);
    free(place);
    return result;
}

static int work(int count, char **arguments) {
    struct options options;
    int code = read_options(count, arguments, &options);
    if (code >= 0)
        return code;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = stop;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct failure failure;
    int result = make(&options, &failure);
    if (result > 0) {
        program_complain("stopped; no files are left behind");
        return STOPPED;
    }
    if (result < 0) {
        program_explain(&failure);
        return FAILED;
    }
    return DONE;
}

int main(int count, char **arguments) {
    program_begin("snnd-make-digits");
    return program_end(work(count, arguments));
}
