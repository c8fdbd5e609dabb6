/* The folders in which files that are derived from a data set are stored between runs. */
#ifndef EXAMPLES_CACHES_H
#define EXAMPLES_CACHES_H

/** The folder in that of the data set. */
#define CACHE_OWN ".snndelay-cache"

/** The possible folders, the best first: DATA/.snndelay-cache, and in the user's cache folder ($XDG_CACHE_HOME or
 * ~/.cache) snndelay/NAME-HASH, where NAME is the last part of DATA; or only CACHE/NAME-HASH where `cache` is given.
 * DATA/.snndelay-cache is not used if it is a link, since links of a data set may point anywhere. */
struct caches {
    char *folder[2];
    int count;
};
void caches_find(const char *data, const char *cache, struct caches *caches);
void caches_free(struct caches *caches);

/** Returns the first of them that exists or can be created, and can be written to, or NULL. */
const char *caches_make(const struct caches *caches);

#endif
