/* Where a file of a folder of results is. The user names the folder, which may be a link; what lies in it came from who
 * knows where, so that no link there is followed, and no name leads out of it. */
#ifndef EXAMPLES_PLACE_H
#define EXAMPLES_PLACE_H

#include "common/failure.h"

/** Opens the folder that FOLDER/NAME lies in, of a NAME as "dense-0/best.safetensors"; `last` gets the last part of it.
 * Without a folder (NULL) the user has named all of NAME. -1 on failure, with errno. */
int place_open(const char *folder, const char *name, const char **last, struct failure *failure);

/** FOLDER/NAME, or NAME where there is no folder: for messages, to be freed. */
char *place_path(const char *folder, const char *name);

#endif
