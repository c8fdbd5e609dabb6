/* Runs work on several threads, each with its own data. */
#ifndef EXAMPLES_CREW_H
#define EXAMPLES_CREW_H

/** Runs `work` on so many threads (0: one for each processor), including the calling one, and returns when all are
 * done. Where the system provides fewer threads, these do the work. */
void crew_run(int threads, void *(*work)(void *user), void *user);

#endif
