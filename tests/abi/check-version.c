/* The version that was configured, the one of the header, and the one of the library at run time are the same. */
#include <snndelay.h>
#include <stdio.h>
#include <string.h>

static int is(const char *what, const char *said, const char *version) {
    if (strcmp(said, version) == 0)
        return 1;
    printf("%s says version '%s', the project is '%s'\n", what, said, version);
    return 0;
}

int main(int count, char **argument) {
    char numbers[64];
    if (count != 2) {
        fprintf(stderr, "usage: check-version VERSION\n");
        return 2;
    }
    snprintf(numbers, sizeof numbers, "%d.%d.%d", SNND_VERSION_MAJOR, SNND_VERSION_MINOR, SNND_VERSION_PATCH);
    return !(is("SNND_VERSION_MAJOR to _PATCH", numbers, argument[1]) &
             is("SNND_VERSION_STRING", SNND_VERSION_STRING, argument[1]) &
             is("snnd_version()", snnd_version(), argument[1]));
}
