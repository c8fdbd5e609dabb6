#include "common/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/files.h"

enum { NO_PROGRAM = 127 }; /* what a child ends with when there is no such program, as in a shell */

struct picture {
    char *folder, *name;
    FILE *script, *data, *more;
    int broken; /* something could not be opened or written */
};

static const char style[] =
    "# How all pictures in this folder look: dark text on white, red for excitation and blue for inhibition, which\n"
    "# colour-blind readers can tell apart. Change it and draw again: gnuplot NAME.gp\n"
    "if (ending eq 'svg') {\n"
    "    set terminal svg size width, height font 'sans-serif,14' background 'white' noenhanced\n"
    "} else {\n"
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

static int write_style(const char *folder, struct failure *failure) {
    char *path = format_text("%s/style.gp", folder);
    int result = file_exists(path) ? 0 : file_write(path, style, failure);
    free(path);
    return result;
}

static void remove_earlier(const struct picture *picture, const char *ending) {
    char *path = format_text("%s/%s.%s", picture->folder, picture->name, ending);
    unlink(path);
    free(path);
}

static FILE *open_file(struct picture *picture, const char *name) {
    char *path = format_text("%s/%s", picture->folder, name);
    FILE *file = fopen(path, "w");
    free(path);
    picture->broken |= file == NULL;
    return file;
}

static FILE *open_own(struct picture *picture, const char *ending) {
    char *name = format_text("%s.%s", picture->name, ending);
    FILE *file = open_file(picture, name);
    free(name);
    return file;
}

static void close_file(struct picture *picture, FILE *file) {
    if (file == NULL)
        return;
    picture->broken |= ferror(file);
    picture->broken |= fclose(file) != 0;
}

static void picture_free(struct picture *picture) {
    free(picture->folder);
    free(picture->name);
    free(picture);
}

/* One script makes both files: it loads itself once more with the other ending. */
static void begin_script(struct picture *picture, int width, int height) {
    const char *name = picture->name;
    fprintf(picture->script,
            "# Draws %s.svg and %s.png: gnuplot %s.gp\n"
            "reset\n"
            "name = '%s'\n"
            "width = %d\n"
            "height = %d\n"
            "if (!exists('ending')) { ending = 'svg' }\n"
            "load 'style.gp'\n"
            "set output name . '.' . ending\n\n",
            name, name, name, name, width, height);
}

static void end_script(struct picture *picture) {
    fprintf(picture->script,
            "\n"
            "unset output\n"
            "if (ending eq 'svg') { ending = 'png'; load '%s.gp' }\n",
            picture->name);
}

struct picture *picture_begin(const char *folder, const char *name, int width, int height, struct failure *failure) {
    if (folder_make(folder, failure) != 0 || write_style(folder, failure) != 0)
        return NULL;
    struct picture *picture = allocate(1, sizeof *picture);
    picture->folder = format_text("%s", folder);
    picture->name = format_text("%s", name);
    remove_earlier(picture, "svg");
    remove_earlier(picture, "png");
    picture->script = open_own(picture, "gp");
    if (picture->script == NULL) {
        failed(failure, "%s/%s.gp: cannot write: %s", folder, name, strerror(errno));
        picture_free(picture);
        return NULL;
    }
    begin_script(picture, width, height);
    return picture;
}

FILE *picture_data(struct picture *picture) {
    if (picture->data == NULL)
        picture->data = open_own(picture, "dat");
    return picture->data != NULL ? picture->data : picture->script; /* a broken picture is not drawn */
}

FILE *picture_more_data(struct picture *picture, const char *name) {
    close_file(picture, picture->more);
    picture->more = open_file(picture, name);
    return picture->more != NULL ? picture->more : picture->script;
}

FILE *picture_script(struct picture *picture) {
    return picture->script;
}

/* Between single quotes gnuplot takes all as it is but for a quote, which is doubled, and ends of lines. */
void picture_quote(FILE *script, const char *text) {
    putc('\'', script);
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            putc('\'', script);
        putc((unsigned char)*text < 32 ? ' ' : *text, script);
    }
    putc('\'', script);
}

/* In the child: gnuplot in the folder of the picture, with its messages in a file and without the user's own settings,
 * which would make the same script draw something else. */
static _Noreturn void become_gnuplot(const char *folder, const char *script, int messages) {
    char program[] = "gnuplot", plain[] = "-d", *name = strdup(script);
    char *const arguments[] = {program, plain, name, NULL};
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (name == NULL || nothing < 0 || chdir(folder) != 0 || dup2(nothing, STDIN_FILENO) < 0 ||
        dup2(nothing, STDOUT_FILENO) < 0 || dup2(messages, STDERR_FILENO) < 0)
        _exit(EXIT_FAILURE);
    execvp(program, arguments);
    _exit(errno == ENOENT ? NO_PROGRAM : EXIT_FAILURE);
}

void picture_warn(void) {
    static int warned;
    if (!warned)
        fputs("gnuplot is not installed, or not in PATH: there are data and scripts, but no pictures (Debian package "
              "gnuplot-nox)\n",
              stderr);
    warned = 1;
}

int picture_possible(void) {
    const char *path = getenv("PATH");
    int found = 0;
    while (path != NULL && !found) {
        const size_t length = strcspn(path, ":");
        char *program = format_text("%.*s%sgnuplot", (int)length, path, length > 0 ? "/" : "");
        found = access(program, X_OK) == 0;
        free(program);
        path = path[length] == ':' ? path + length + 1 : NULL;
    }
    return found;
}

/* What gnuplot complained of, in one line. */
static void read_messages(FILE *messages, char *text, size_t room) {
    rewind(messages);
    size_t length = fread(text, 1, room - 1, messages);
    text[length] = '\0';
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 32)
            text[i] = ' ';
}

static int run_gnuplot(const struct picture *picture, FILE *messages, struct failure *failure) {
    char *script = format_text("%s.gp", picture->name);
    pid_t child = fork();
    if (child == 0)
        become_gnuplot(picture->folder, script, fileno(messages));
    free(script);
    int status = 0;
    if (child < 0)
        return failed(failure, "gnuplot: cannot be run: %s", strerror(errno));
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return failed(failure, "gnuplot: %s", strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == NO_PROGRAM) {
        picture_warn();
        return 0;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    char said[1024];
    read_messages(messages, said, sizeof said);
    return failed(failure, "gnuplot cannot draw %s/%s.gp: %s", picture->folder, picture->name, said);
}

static int draw(const struct picture *picture, struct failure *failure) {
    FILE *messages = tmpfile();
    if (messages == NULL)
        return failed(failure, "cannot make a temporary file: %s", strerror(errno));
    (void)fcntl(fileno(messages), F_SETFD, FD_CLOEXEC);
    int result = run_gnuplot(picture, messages, failure);
    fclose(messages);
    return result;
}

int picture_end(struct picture *picture, struct failure *failure) {
    if (picture == NULL)
        return -1;
    end_script(picture);
    close_file(picture, picture->script);
    close_file(picture, picture->data);
    close_file(picture, picture->more);
    int result = picture->broken
                     ? failed(failure, "%s: cannot write the files of the picture %s", picture->folder, picture->name)
                     : draw(picture, failure);
    picture_free(picture);
    return result;
}

int picture_redraw(const char *folder, const char *name, struct failure *failure) {
    struct picture picture = {.folder = format_text("%s", folder), .name = format_text("%s", name)};
    int result = draw(&picture, failure);
    free(picture.name);
    free(picture.folder);
    return result;
}
