#include "common/lookup.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/allocate.h"

static int is_program(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

char *lookup_program(const char *name) {
    for (const char *path = getenv("PATH"); path != NULL;) {
        const size_t length = strcspn(path, ":");
        char *program = format_text("%.*s/%s", (int)length, path, name);
        if (path[0] == '/' && is_program(program))
            return program;
        free(program);
        path = path[length] == ':' ? path + length + 1 : NULL;
    }
    return NULL;
}
