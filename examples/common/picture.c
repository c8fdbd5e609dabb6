#include "common/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/lookup.h"
#include "common/program.h"

struct picture {
    char *place, *name;
    FILE *script, *data;
    int error; /* why something could not be opened or written; 0: no error */
};

/* The folder is private and new, so that nobody else has created files in it. */
static FILE *open_own(struct picture *picture, const char *ending) {
    char *path = format_text("%s/%s.%s", picture->place, picture->name, ending);
    FILE *file = fopen(path, "w");
    if (file == NULL)
        picture->error = errno;
    free(path);
    return file;
}

static void close_file(struct picture *picture, FILE *file) {
    if (file == NULL)
        return;
    errno = 0;
    const int broken = ferror(file);
    if (fclose(file) != 0 || broken) /* an earlier write has failed */
        picture->error = errno != 0 ? errno : EIO;
}

static void picture_free(struct picture *picture) {
    free(picture->place);
    free(picture->name);
    free(picture);
}

/* Part of each script, which loads only itself, since a file beside it may have been written by a stranger. */
static const char style[] =
    "\n# How all pictures look: dark text on white, red for excitation and blue for inhibition, which colour-blind\n"
    "# readers can tell apart.\n"
    "if (ending eq 'svg') {\n"
    "    set terminal svg size width, height font 'sans-serif,14' background 'white' noenhanced\n"
    "}\n"
    "if (ending eq 'pdf') {\n"
    "    set terminal pdfcairo size width / 96.0 in, height / 96.0 in font 'DejaVu Sans,10.5' noenhanced\n"
    "}\n"
    "if (ending eq 'png') {\n"
    "    set terminal pngcairo size 2 * width, 2 * height font 'DejaVu Sans,10.5' fontscale 2 linewidth 2 \\\n"
    "        pointscale 2 noenhanced\n"
    "}\n"
    "red = '#ca0020'\n"
    "blue = '#0571b0'\n"
    "grey = '#404040'\n"
    "pale = '#d0d0d0'\n"
    "colours = '#ca0020 #0571b0 #e08214 #1b7837 #762a83 #404040'\n"
    "set palette defined (-1 '#053061', -0.6 '#2166ac', -0.3 '#92c5de', 0 '#ffffff', \\\n"
    "    0.3 '#f4a582', 0.6 '#b2182b', 1 '#67001f')\n"
    "set border 3 linecolor rgb grey\n"
    "set tics nomirror textcolor rgb 'black'\n"
    "set grid linecolor rgb pale\n"
    "set style fill solid 0.5 noborder\n"
    "set boxwidth 0.9 relative\n"
    "set key outside top center horizontal\n";

/* One script draws all files: it loads itself again with the next ending. */
static void begin_script(struct picture *picture, int width, int height) {
    const char *name = picture->name;
    fprintf(picture->script,
            "# Draws %s.svg, %s.png and %s.pdf: gnuplot %s.gp\n"
            "reset\n"
            "name = '%s'\n"
            "width = %d\n"
            "height = %d\n"
            "if (!exists('ending')) { ending = 'svg' }\n"
            "%s"
            "set output name . '.' . ending\n\n",
            name, name, name, name, name, width, height, style);
}

static void end_script(struct picture *picture) {
    fprintf(picture->script,
            "\n"
            "unset output\n"
            "if (ending eq 'svg') { ending = 'png'; load '%s.gp' } \\\n"
            "else { if (ending eq 'png') { ending = 'pdf'; load '%s.gp' } }\n",
            picture->name, picture->name);
}

struct picture *picture_begin(const char *place, const char *name, int width, int height, struct failure *failure) {
    struct picture *picture = allocate(1, sizeof *picture);
    picture->place = format_text("%s", place);
    picture->name = format_text("%s", name);
    picture->script = open_own(picture, "gp");
    if (picture->script == NULL) {
        failed(failure, "%s/%s.gp: cannot write: %s", place, name, strerror(errno));
        picture_free(picture);
        return NULL;
    }
    begin_script(picture, width, height);
    return picture;
}

FILE *picture_data(struct picture *picture) {
    if (picture->data == NULL)
        picture->data = open_own(picture, "dat");
    return picture->data != NULL ? picture->data : picture->script;
}

FILE *picture_script(struct picture *picture) {
    return picture->script;
}

/* Between single quotes only a quote, which is doubled, and line ends have a meaning to gnuplot. */
void picture_quote(FILE *script, const char *text) {
    putc('\'', script);
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            putc('\'', script);
        putc((unsigned char)*text < 32 ? ' ' : *text, script);
    }
    putc('\'', script);
}

/* ---- gnuplot ---- */

/* In the child: executes gnuplot in the folder of the picture, with its messages in a file and without the user's
 * settings, which would change the result of a script. */
static _Noreturn void become_gnuplot(char *program, const char *place, char *script, int messages) {
    char plain[] = "-d";
    char *const arguments[] = {program, plain, script, NULL};
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0 || chdir(place) != 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0 ||
        dup2(messages, STDERR_FILENO) < 0)
        _exit(EXIT_FAILURE);
    execv(program, arguments);
    _exit(EXIT_FAILURE);
}

int picture_possible(void) {
    char *program = lookup_program("gnuplot");
    const int found = program != NULL;
    free(program);
    return found;
}

void picture_warn(void) {
    static int warned;
    if (!warned)
        program_complain("gnuplot is not installed or not in PATH, so there are data and scripts but no pictures "
                         "(Debian package gnuplot-nox)");
    warned = 1;
}

/* Reads gnuplot's messages into one line. */
static void read_messages(FILE *messages, char *text, size_t room) {
    rewind(messages);
    size_t length = fread(text, 1, room - 1, messages);
    text[length] = '\0';
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\n' || text[i] == '\t' || text[i] == '\0')
            text[i] = ' ';
}

static int run_gnuplot(char *program, const char *place, const char *name, FILE *messages, struct failure *failure) {
    char *script = format_text("%s.gp", name);
    pid_t child = fork();
    if (child == 0)
        become_gnuplot(program, place, script, fileno(messages));
    free(script);
    int status = 0;
    if (child < 0)
        return failed(failure, "gnuplot: cannot be run: %s", strerror(errno));
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return failed(failure, "gnuplot: %s", strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    char said[1024];
    read_messages(messages, said, sizeof said);
    return failed(failure, "gnuplot cannot draw %s.gp: %s", name, said);
}

int picture_run(const char *place, const char *name, struct failure *failure) {
    char *program = lookup_program("gnuplot");
    if (program == NULL) {
        picture_warn();
        return 0;
    }
    FILE *messages = tmpfile();
    int result = messages != NULL ? 0 : failed(failure, "cannot make a temporary file: %s", strerror(errno));
    if (result == 0 && fcntl(fileno(messages), F_SETFD, FD_CLOEXEC) != 0)
        result = failed(failure, "gnuplot: cannot be run: %s", strerror(errno));
    if (result == 0)
        result = run_gnuplot(program, place, name, messages, failure);
    if (messages != NULL)
        fclose(messages);
    free(program);
    return result;
}

int picture_end(struct picture *picture, struct failure *failure) {
    if (picture == NULL)
        return -1;
    end_script(picture);
    close_file(picture, picture->script);
    close_file(picture, picture->data);
    int result = picture->error != 0 ? failed(failure, "%s: cannot write the files of the picture %s: %s",
                                              picture->place, picture->name, strerror(picture->error))
                                     : picture_run(picture->place, picture->name, failure);
    picture_free(picture);
    return result;
}
