/* Handles Ctrl-C and SIGTERM, for work that must be completed in order before the program ends. */
#ifndef EXAMPLES_STOP_H
#define EXAMPLES_STOP_H

#include <signal.h>

/** From now on the first of these signals requests a stop, and the second kills. */
void stop_listen(void);

/** Restores the signal handling from before stop_listen(). */
void stop_unlisten(void);

/** Returns 1 if a signal has arrived since the last stop_listen(); any thread may call it. */
int stop_is_asked(void);

/** Returns the flag that stop_is_asked() reads. */
const volatile sig_atomic_t *stop_flag(void);

#endif
