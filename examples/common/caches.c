#include "common/caches.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/files.h"
#include "common/fingerprint.h"

/* Returns ROOT/NAME-HASH, so that data sets of the same name in different places do not share a folder. */
static char *shared_place(const char *root, const char *data) {
    char *absolute = path_absolute(data);
    const char *slash = strrchr(absolute, '/');
    char *place = format_text("%s/%s-%016" PRIx64, root, slash != NULL && slash[1] != '\0' ? slash + 1 : "data",
                              fingerprint_add(FINGERPRINT_START, absolute, strlen(absolute)));
    free(absolute);
    return place;
}

static char *user_cache(void) {
    const char *folder = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (folder != NULL && folder[0] == '/')
        return format_text("%s/snndelay", folder);
    return home != NULL && home[0] == '/' ? format_text("%s/.cache/snndelay", home) : NULL;
}

void caches_find(const char *data, const char *cache, struct caches *caches) {
    struct stat about;
    *caches = (struct caches){{NULL, NULL}, 0};
    if (cache != NULL) {
        caches->folder[caches->count++] = shared_place(cache, data);
        return;
    }
    char *own = format_text("%s/" CACHE_OWN, data), *root = user_cache();
    if (lstat(own, &about) != 0 || S_ISDIR(about.st_mode))
        caches->folder[caches->count++] = own;
    else
        free(own);
    if (root != NULL)
        caches->folder[caches->count++] = shared_place(root, data);
    free(root);
}

void caches_free(struct caches *caches) {
    for (int i = 0; i < caches->count; i++)
        free(caches->folder[i]);
    *caches = (struct caches){{NULL, NULL}, 0};
}

const char *caches_make(const struct caches *caches) {
    struct failure ignored;
    for (int i = 0; i < caches->count; i++)
        if (folder_make(caches->folder[i], &ignored) == 0 && access(caches->folder[i], W_OK) == 0)
            return caches->folder[i];
    return NULL;
}
