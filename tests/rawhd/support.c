#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/allocate.h"
#include "common/files.h"

int run_suite(Suite *suite) {
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

char *make_folder(void) {
    const char *place = getenv("TMPDIR");
    char *folder = format_text("%s/rawhd-test-XXXXXX", place != NULL ? place : "/tmp");
    ck_assert_msg(mkdtemp(folder) != NULL, "%s: %s", folder, strerror(errno));
    return folder;
}

void drop_folder(char *folder) {
    folder_remove(folder);
    free(folder);
}

char *in_folder(const char *folder, const char *name) {
    return format_text("%s/%s", folder, name);
}

/* Makes the folder that a path is in. */
static void make_parent(const char *path) {
    struct failure failure;
    char *parent = format_text("%s", path);
    *strrchr(parent, '/') = '\0';
    ck_assert_msg(folder_make(parent, &failure) == 0, "%s", failure.text);
    free(parent);
}

void write_text(const char *folder, const char *name, const char *text) {
    char *path = in_folder(folder, name);
    make_parent(path);
    FILE *file = fopen(path, "wb");
    ck_assert_msg(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, "%s: %s", path, strerror(errno));
    free(path);
}

char *read_text(const char *folder, const char *name, size_t *length) {
    struct failure failure;
    char *path = in_folder(folder, name), *text = file_read(path, length, &failure);
    free(path);
    return text;
}

int same_bytes(const char *folder, const char *name, const char *other_folder, const char *other_name) {
    size_t length = 0, other_length = 0;
    char *bytes = read_text(folder, name, &length), *other = read_text(other_folder, other_name, &other_length);
    int same = bytes != NULL && other != NULL && length == other_length && memcmp(bytes, other, length) == 0;
    free(bytes);
    free(other);
    return same;
}

void write_sound(const char *folder, const char *name, const float *samples, int64_t count, int rate) {
    SF_INFO info;
    memset(&info, 0, sizeof info);
    info.samplerate = rate;
    info.channels = 1;
    const char *ending = strrchr(name, '.');
    info.format = (strcasecmp(ending, ".wav") == 0 ? SF_FORMAT_WAV : SF_FORMAT_FLAC) | SF_FORMAT_PCM_16;
    char *path = in_folder(folder, name);
    make_parent(path);
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    ck_assert_msg(file != NULL, "%s: %s", path, sf_strerror(NULL));
    ck_assert_int_eq(sf_writef_float(file, samples, count), count);
    ck_assert_int_eq(sf_close(file), 0);
    free(path);
}

float *make_tone(double hertz, int64_t count, int rate) {
    const double pi = 3.14159265358979323846;
    float *samples = allocate((size_t)count, sizeof *samples);
    for (int64_t t = 0; t < count; t++)
        samples[t] = (float)(0.5 * sin(2 * pi * hertz * (double)t / rate));
    return samples;
}

void write_tone(const char *folder, const char *name, double hertz, double seconds, int rate) {
    int64_t count = llround(seconds * rate);
    float *samples = make_tone(hertz, count, rate);
    write_sound(folder, name, samples, count, rate);
    free(samples);
}

/* In the child: sends a stream to a file. */
static void redirect(const char *folder, const char *name, int stream) {
    char *path = in_folder(folder, name);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file < 0 || dup2(file, stream) < 0)
        _exit(126);
    close(file);
    free(path);
}

/* In the child: what the test was given is not the program's. */
static void keep_standard_streams(void) {
    for (int descriptor = STDERR_FILENO + 1; descriptor < 256; descriptor++)
        close(descriptor);
}

pid_t start_program(const char *folder, const char *const arguments[]) {
    char *argument[64];
    size_t count = 0;
    for (; arguments[count] != NULL; count++)
        argument[count] = format_text("%s", arguments[count]);
    ck_assert_uint_lt(count, 63);
    argument[count] = NULL;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        redirect(folder, "out.txt", STDOUT_FILENO);
        redirect(folder, "err.txt", STDERR_FILENO);
        keep_standard_streams();
        execv(argument[0], argument);
        _exit(127);
    }
    for (size_t i = 0; i < count; i++)
        free(argument[i]);
    return child;
}

int wait_program(pid_t child) {
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int run_program(const char *folder, const char *const arguments[]) {
    return wait_program(start_program(folder, arguments));
}

const char *program_path(const char *variable) {
    const char *path = getenv(variable);
    if (path == NULL) {
        fprintf(stderr, "%s is not set\n", variable);
        exit(77);
    }
    return path;
}

int find_children(pid_t parent, pid_t child[], int most) {
    char path[80];
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)parent, (long)parent);
    FILE *file = fopen(path, "r");
    int count = 0;
    char text[1024] = "";
    if (file != NULL) {
        size_t length = fread(text, 1, sizeof text - 1, file);
        text[length] = '\0';
        fclose(file);
    }
    char *end = text;
    for (char *place = text; count < most; place = end) {
        long number = strtol(place, &end, 10);
        if (end == place)
            break;
        child[count++] = (pid_t)number;
    }
    return count;
}

/* Others than Open MPI do not read these. */
const char *mpirun_path(void) {
    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    setenv("OMPI_MCA_rmaps_base_oversubscribe", "1", 1);
    setenv("OMPI_MCA_mpi_yield_when_idle", "1", 1);
    return getenv("MPIRUN");
}
