/* In the place of a program that another one starts: adds what it was given beside the standard streams to the file
 * $INHERITED, as a line for each descriptor, and a line for itself; then becomes that program, if $BEHIND has it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_DESCRIPTORS = 1024 };

static void list_descriptors(const char *name, FILE *list, int own) {
    for (int descriptor = 0; descriptor < MOST_DESCRIPTORS; descriptor++) {
        char link[40], target[400] = "?";
        if (descriptor == own || fcntl(descriptor, F_GETFD) < 0)
            continue;
        snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
        const ssize_t length = readlink(link, target, sizeof target - 1);
        target[length > 0 ? length : 1] = '\0';
        if (descriptor > STDERR_FILENO)
            fprintf(list, "%s inherited %d: %s\n", name, descriptor, target);
    }
    fprintf(list, "%s ran\n", name);
}

int main(int count, char **arguments) {
    (void)count;
    const char *slash = strrchr(arguments[0], '/'), *name = slash != NULL ? slash + 1 : arguments[0];
    const int own = open(getenv("INHERITED"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    FILE *list = own >= 0 ? fdopen(own, "a") : NULL;
    if (list == NULL)
        return 126;
    list_descriptors(name, list, own);
    if (fclose(list) != 0)
        return 126;
    char path[400];
    snprintf(path, sizeof path, "%s/%s", getenv("BEHIND"), name);
    execv(path, arguments);
    return 0; /* gnuplot may not be there */
}
