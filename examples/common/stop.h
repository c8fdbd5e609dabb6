/* Ctrl-C and SIGTERM, for work that has something to put in order before the program ends. */
#ifndef EXAMPLES_STOP_H
#define EXAMPLES_STOP_H

#include <signal.h>

/** From here on the first of these signals asks to stop, and the second kills. */
void stop_listen(void);

/** From here on signals do what they did before stop_listen(). */
void stop_unlisten(void);

/** 1 if a signal has asked since the last stop_listen(); any thread may look. */
int stop_is_asked(void);

/** What stop_is_asked() looks at. */
const volatile sig_atomic_t *stop_flag(void);

#endif
