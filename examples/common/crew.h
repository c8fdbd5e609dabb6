/* Work that several threads do, each with things of its own. */
#ifndef EXAMPLES_CREW_H
#define EXAMPLES_CREW_H

/** Runs `work` in so many threads (0: one a processor), of which this is one, and returns when all are done. Where the
 * system gives fewer, these do it. */
void crew_run(int threads, void *(*work)(void *user), void *user);

#endif
