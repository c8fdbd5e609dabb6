/* The place of a file in a folder of results. The user names the folder, which may be a link. Its content may come from
 * anybody, so that no link in it is followed, and no name points outside it. */
#ifndef EXAMPLES_PLACE_H
#define EXAMPLES_PLACE_H

#include "common/failure.h"

/** Opens the folder that contains FOLDER/NAME, for a NAME such as "dense-0/best.safetensors"; `last` receives its last
 * part. Without a folder (NULL) the user has named all of NAME. Returns -1 on failure, with errno. */
int place_open(const char *folder, const char *name, const char **last, struct failure *failure);

/** Returns FOLDER/NAME, or NAME where there is no folder, for messages; to be freed. */
char *place_path(const char *folder, const char *name);

#endif
