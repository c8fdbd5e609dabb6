/* Where what is made of a data set is kept between runs. */
#ifndef EXAMPLES_CACHES_H
#define EXAMPLES_CACHES_H

/** The folder that is made in a data set's own. */
#define CACHE_OWN ".snndelay-cache"

/**
 * The folders in which it may be, the best first: DATA/.snndelay-cache and, in the user's cache folder ($XDG_CACHE_HOME
 * or ~/.cache), snndelay/NAME-HASH, where NAME is the last part of DATA; or CACHE/NAME-HASH alone where `cache` is
 * given. Its own folder is left out where it is a link, since data sets may come with links to anywhere.
 */
struct caches {
    char *folder[2];
    int count;
};
void caches_find(const char *data, const char *cache, struct caches *caches);
void caches_free(struct caches *caches);

/** The first of them that is there or can be made, and can be written to; NULL where there is none. */
const char *caches_make(const struct caches *caches);

#endif
