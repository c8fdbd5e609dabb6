/* Reads recordings and makes their spectrograms on several threads, under one of the two presets. */
#include "rawhd/spectrograms.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "audio/mel.h"
#include "common/crew.h"
#include "common/reading.h"
#include "common/stop.h"
#include "rawhd/zenke_vogels.h"

/* One recording, and the result of reading it. */
struct job {
    const struct found_file *file;
    float *cells;
    enum problem problem;
    char *detail;
};

/* Shared by the threads, which take the jobs in order; each job has its own place for its result. */
struct work {
    enum preset preset;
    const char *folder;
    int lowest_rate;
    struct job *job;
    size_t count;
    atomic_size_t next;
    struct reading reading;
};

/* Filters and buffers of one thread. */
struct filters {
    struct mel *mel;
    struct zenke_vogels *zenke_vogels;
};

/* Returns 1 where all samples are equal. */
static int is_silent(const struct audio *audio) {
    for (int64_t i = 1; i < audio->count; i++)
        if (audio->samples[i] != audio->samples[0])
            return 0;
    return 1;
}

static enum problem transform(struct filters *filters, const struct audio *audio, float *cells,
                              struct failure *failure) {
    if (audio->count == 0) {
        failed(failure, "no samples");
        return PROBLEM_SHORT;
    }
    if (is_silent(audio)) {
        failed(failure, "it has %lld samples", (long long)audio->count);
        return PROBLEM_SILENT;
    }
    if (filters->mel != NULL)
        return mel_spectrogram(filters->mel, audio, cells, failure);
    return zenke_vogels_spectrogram(filters->zenke_vogels, audio, cells, failure);
}

static void do_job(const char *folder, struct filters *filters, struct job *job) {
    if (job->file == NULL)
        return;
    char *path = format_text("%s/%s", folder, job->file->path);
    struct failure failure;
    struct audio audio;
    if (audio_load(path, &audio, &failure) != 0) {
        job->problem = PROBLEM_CORRUPT;
    } else {
        job->problem = transform(filters, &audio, job->cells, &failure);
        audio_free(&audio);
    }
    if (job->problem != PROBLEM_NONE)
        job->detail = format_text("%s (%s)", job->file->path, failure.text);
    free(path);
}

static void *thread_main(void *user) {
    struct work *work = user;
    struct filters filters = {NULL, NULL};
    if (work->preset == PRESET_MEL)
        filters.mel = mel_new(work->lowest_rate);
    else
        filters.zenke_vogels = zenke_vogels_new();
    for (size_t i; (i = atomic_fetch_add(&work->next, 1)) < work->count && !stop_is_asked();) {
        do_job(work->folder, &filters, &work->job[i]);
        reading_add(&work->reading, 1);
    }
    mel_free(filters.mel);
    zenke_vogels_free(filters.zenke_vogels);
    return NULL;
}

int spectrograms_lowest_rate(const struct recordings *recordings, const struct recording_list *list) {
    int lowest = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct found_file *file = list->recording[i].file;
        if (file == NULL)
            continue;
        char *path = format_text("%s/%s", recordings->folder, file->path);
        int rate = audio_rate(path);
        free(path);
        if (rate > 0 && (lowest == 0 || rate < lowest))
            lowest = rate;
    }
    return lowest;
}

static void prepare(struct spectrograms *spectrograms, const struct recording_list *list, struct job *job) {
    spectrograms->count = list->count;
    spectrograms->cells = allocate(list->count, MEL_CELLS * sizeof *spectrograms->cells);
    spectrograms->labels = allocate(list->count, sizeof *spectrograms->labels);
    for (size_t i = 0; i < list->count; i++) {
        spectrograms->labels[i] = list->recording[i].label;
        job[i].file = list->recording[i].file;
        job[i].cells = spectrograms->cells + i * MEL_CELLS;
    }
}

static void collect_problems(struct job *job, size_t count, struct problems *problems) {
    for (size_t i = 0; i < count; i++) {
        if (job[i].problem != PROBLEM_NONE)
            problems_add(problems, job[i].problem, "%s", job[i].detail);
        free(job[i].detail);
    }
}

/* Fits the scale to the training set and applies it to both. */
static void scale_both(struct spectrograms *training, struct spectrograms *testing, struct spectrogram_scale *scale) {
    scale->low = INFINITY;
    scale->high = -INFINITY;
    for (size_t i = 0; i < training->count * MEL_CELLS; i++) {
        scale->low = fmin(scale->low, (double)training->cells[i]);
        scale->high = fmax(scale->high, (double)training->cells[i]);
    }
    mel_scale(training->cells, (long long)training->count * MEL_CELLS, scale->low, scale->high);
    mel_scale(testing->cells, (long long)testing->count * MEL_CELLS, scale->low, scale->high);
}

int spectrograms_make(enum preset preset, const struct recordings *recordings, int threads, int quiet,
                      struct spectrograms *training, struct spectrograms *testing, struct spectrogram_scale *scale,
                      struct problems *problems) {
    memset(scale, 0, sizeof *scale);
    scale->lowest_rate = spectrograms_lowest_rate(recordings, &recordings->training);
    struct work work = {.preset = preset, .folder = recordings->folder};
    work.lowest_rate = scale->lowest_rate > 0 ? scale->lowest_rate : MEL_RATE;
    work.count = recordings->training.count + recordings->testing.count;
    work.job = allocate(work.count, sizeof *work.job);
    atomic_init(&work.next, 0);
    prepare(training, &recordings->training, work.job);
    prepare(testing, &recordings->testing, work.job + recordings->training.count);
    reading_begin(&work.reading, (int64_t)work.count, "recordings", quiet);
    crew_run(threads, thread_main, &work);
    reading_end(&work.reading);
    collect_problems(work.job, work.count, problems);
    free(work.job);
    if (problems_total(problems) > 0 || stop_is_asked()) {
        spectrograms_free(training);
        spectrograms_free(testing);
        return -1;
    }
    if (preset == PRESET_MEL)
        scale_both(training, testing, scale);
    return 0;
}

void spectrograms_free(struct spectrograms *spectrograms) {
    free(spectrograms->cells);
    free(spectrograms->labels);
    memset(spectrograms, 0, sizeof *spectrograms);
}
